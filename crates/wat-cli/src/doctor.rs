//! `wat doctor`: what this installation and this system offer.

use serde_json::{Map, Value, json};
use wat_kernel::doctor::{Findings, examine};

use crate::args::{Format, Global};
use crate::{exit, output};

/// One line of the report.
struct Probe {
    name: String,
    state: &'static str,
    text: String,
}

fn probe(name: &str, is_good: bool, text: impl ToString) -> Probe {
    Probe {
        name: name.to_owned(),
        state: if is_good { "ok" } else { "fail" },
        text: text.to_string(),
    }
}

pub(crate) fn doctor(global: &Global) -> i32 {
    let found = examine();
    let probes = probes(&found);
    let has_failed = probes.iter().any(|probe| probe.state == "fail");
    let text = match global.format {
        Some(Format::Json) => format!("{}\n", record(&probes, &found)),
        Some(Format::Edn) => format!("{}\n", edn(&record(&probes, &found))),
        _ => probes
            .iter()
            .map(|probe| format!("{:<4}  {:<18} {}\n", probe.state, probe.name, probe.text))
            .collect(),
    };
    match output::result(text.as_bytes()) {
        Err(status) => status,
        Ok(()) if has_failed => exit::NEGATIVE,
        Ok(()) => exit::SUCCESS,
    }
}

fn binary() -> String {
    std::env::args_os()
        .next()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn cpus() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn probes(found: &Findings) -> Vec<Probe> {
    let version = format!("{}, started as `{}`", env!("CARGO_PKG_VERSION"), binary());
    let select = match &found.select_reason {
        Some(reason) => format!("{}, because of {reason}", found.select_backend),
        None => found.select_backend.to_owned(),
    };
    let (soft, hard) = found.nofile;
    let mut probes = vec![
        probe("version", true, version),
        probe("select-backend", true, select),
        probe("fork", true, found.fork),
        probe("close-fds", true, found.close_fds),
        probe("nofile", true, format!("{soft} of {hard}")),
        probe("memlock", true, found.memlock),
        probe("cpus", true, cpus()),
    ];
    for (name, outcome) in &found.self_test {
        let text = match outcome {
            Ok(()) => "self-test",
            Err(what) => what.as_str(),
        };
        probes.push(probe(name, outcome.is_ok(), text));
    }
    probes
}

fn record(probes: &[Probe], found: &Findings) -> Value {
    let tests: Map<String, Value> = found
        .self_test
        .iter()
        .map(|(name, outcome)| {
            let text = outcome.as_ref().err().map_or("ok", String::as_str);
            ((*name).to_owned(), text.into())
        })
        .collect();
    let probes: Vec<Value> = probes
        .iter()
        .map(|probe| json!({ "name": probe.name, "state": probe.state, "text": probe.text }))
        .collect();
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "binary": binary(),
        "probes": probes,
        "kernel": {
            "select-backend": found.select_backend,
            "select-reason": found.select_reason,
            "io-uring-features": found.io_uring_features,
            "fork": found.fork,
            "close-fds": found.close_fds,
            "pidfd": found.pidfd,
            "timerfd": found.timerfd,
            "eventfd": found.eventfd,
            "nofile-soft": found.nofile.0,
            "nofile-hard": found.nofile.1,
            "memlock": found.memlock,
            "cpus": cpus(),
            "max-frame-bytes": wat_runtime::MAX_FRAME_BYTES,
            "self-test": tests,
        },
    })
}

/// The same data as EDN: keys are keywords. A test's name is data, but reads as well as a keyword.
fn edn(value: &Value) -> String {
    let joined = |parts: Vec<String>| parts.join(" ");
    match value {
        Value::Null => "nil".to_owned(),
        Value::Array(items) => format!("[{}]", joined(items.iter().map(edn).collect())),
        Value::Object(fields) => {
            let field = |(key, value): (&String, &Value)| format!(":{key} {}", edn(value));
            format!("{{{}}}", joined(fields.iter().map(field).collect()))
        }
        plain => plain.to_string(),
    }
}
