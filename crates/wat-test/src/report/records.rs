//! Records, one a line, in EDN or JSON (§9.9.1).

use std::io::{self, Write};

use serde_json::{Value, json};
use wat_analysis::TestKind;
use wat_driver::{edn_line as finding_edn, json_line as finding_json};

use super::{End, Format};
use crate::find::{Found, InvalidFile, TestCase};
use crate::json::{edn_line, map};
use crate::outcome::Outcome;
use crate::runner::Options;

/// Writes one record.
pub(super) fn write(
    out: &mut dyn Write,
    format: Format,
    kind: &str,
    record: &Value,
) -> io::Result<()> {
    if format == Format::Edn {
        return out.write_all(edn_line(kind, record).as_bytes());
    }
    let mut event = String::new();
    for ch in kind.chars() {
        if ch.is_ascii_uppercase() && !event.is_empty() {
            event.push('-');
        }
        event.push(ch.to_ascii_lowercase());
    }
    let mut line = map([("event", event.into())]);
    if let (Value::Object(line), Value::Object(record)) = (&mut line, record) {
        line.extend(record.clone());
    }
    writeln!(out, "{line}")
}

pub(super) fn run_started(found: &Found, selected: usize, options: &Options) -> Value {
    json!({
        "format-version": 1,
        "seed": format!("{:#x}", options.seed),
        "jobs": options.jobs,
        "isolation": if options.in_thread { "thread" } else { "process" },
        "files": found.files,
        "tests": selected,
        "filtered-out": found.tests.len() - selected,
        "wat": env!("CARGO_PKG_VERSION"),
    })
}

pub(super) fn file_invalid(file: &InvalidFile, format: Format) -> Value {
    let records = file.errors.iter().map(|report| {
        let mut line = String::new();
        match format {
            Format::Edn => finding_edn(report, &mut line),
            _ => finding_json(report, &mut line),
        }
        match serde_json::from_str(&line) {
            Ok(record) if format != Format::Edn => record,
            _ => Value::from(line.trim_end()),
        }
    });
    json!({ "file": file.path, "diagnostics": records.collect::<Vec<Value>>() })
}

pub(super) fn kind(kind: TestKind) -> &'static str {
    match kind {
        TestKind::Test => "test",
        TestKind::Property => "prop",
        TestKind::Example => "doc",
    }
}

pub(super) fn test_started(case: &TestCase) -> Value {
    let tags: Vec<&str> = case.test.tags.iter().map(|tag| &**tag).collect();
    json!({
        "id": case.id,
        "name": &*case.test.name,
        "file": case.path,
        "line": case.line,
        "col": case.col,
        "kind": kind(case.test.kind),
        "tags": tags,
    })
}

/// The lines of a stream; nothing if it is empty.
fn lines(bytes: &[u8]) -> Value {
    if bytes.is_empty() {
        return Value::Null;
    }
    String::from_utf8_lossy(bytes)
        .lines()
        .map(Value::from)
        .collect()
}

pub(super) fn test_finished(case: &TestCase, outcome: &Outcome) -> Value {
    let leaks = outcome.leaks.map(|[threads, processes, descriptors]| {
        json!({ "threads": threads, "processes": processes, "descriptors": descriptors })
    });
    let labels = outcome.labels.clone();
    let mut record = map([
        ("id", case.id.as_str().into()),
        ("name", (&*case.test.name).into()),
        ("status", outcome.status.word().into()),
        ("duration-us", outcome.duration_us.into()),
    ]);
    record["failure"] = outcome.failure.clone().unwrap_or(Value::Null);
    let rest = map([
        ("stdout", lines(&outcome.stdout)),
        ("stderr", lines(&outcome.stderr)),
        ("leaks", leaks.into()),
        ("flaky", outcome.flaky.then_some(true).into()),
        (
            "attempt",
            (outcome.attempt > 1).then_some(outcome.attempt).into(),
        ),
        ("reason", outcome.reason.clone().into()),
        (
            "limit-ms",
            (outcome.limit_ms > 0).then_some(outcome.limit_ms).into(),
        ),
        ("cases", labels.as_ref().map(|it| it.cases).into()),
        (
            "labels",
            labels.map_or(Value::Null, |it| {
                let counts = it.counts.into_iter();
                Value::Object(counts.map(|(label, n)| (label, n.into())).collect())
            }),
        ),
        (
            "regressions",
            (outcome.regressions > 0)
                .then_some(outcome.regressions)
                .into(),
        ),
        (
            "tmp-dir",
            outcome
                .kept
                .as_ref()
                .map(|kept| kept.display().to_string())
                .into(),
        ),
    ]);
    if let (Value::Object(record), Value::Object(rest)) = (&mut record, rest) {
        record.extend(rest);
    }
    record
}

pub(super) fn run_finished(end: &End<'_>) -> Value {
    let totals = &end.totals;
    let mut record = json!({
        "passed": totals.passed,
        "failed": totals.failed,
        "crashed": totals.crashed,
        "timed-out": totals.timed_out,
        "leaked": totals.leaked,
        "invalid": totals.invalid,
        "ignored": totals.ignored,
        "filtered-out": end.filtered_out,
        "duration-us": end.duration.as_micros() as u64,
        "exit": end.status,
    });
    if end.is_broken_off || end.not_run > 0 {
        let running = end
            .cut
            .iter()
            .map(|(case, _)| Value::from(case.id.as_str()));
        record["cancelled"] = true.into();
        record["running"] = running.collect();
        record["not-run"] = end.not_run.into();
    }
    record
}
