//! `--timings`: what a command spent its time on, as a table or as a trace that browsers show.

use std::path::PathBuf;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::output;

/// The profile of this process, if one was asked for.
static PROFILE: OnceLock<Profile> = OnceLock::new();

struct Profile {
    started: Instant,
    /// The file of the trace; without one the table goes to standard error.
    file: Option<PathBuf>,
    spans: Mutex<Vec<Span>>,
}

/// One phase that has ended.
struct Span {
    phase: &'static str,
    /// What it was about, such as a file.
    about: String,
    from: Duration,
    took: Duration,
}

/// Measures phases from now on. The file is the one of the trace; an empty name means the table.
pub(crate) fn start(file: &str) {
    let file = (!file.is_empty()).then(|| PathBuf::from(file));
    let _ = PROFILE.set(Profile {
        started: Instant::now(),
        file,
        spans: Mutex::default(),
    });
}

/// Does some work, as a phase of the profile if there is one. Phases do not nest.
pub(crate) fn phase<T>(
    phase: &'static str,
    about: impl FnOnce() -> String,
    work: impl FnOnce() -> T,
) -> T {
    let Some(profile) = PROFILE.get() else {
        return work();
    };
    let from = profile.started.elapsed();
    let done = work();
    let took = profile.started.elapsed() - from;
    let mut spans = profile.spans.lock().unwrap_or_else(PoisonError::into_inner);
    spans.push(Span {
        phase,
        about: about(),
        from,
        took,
    });
    done
}

/// Tells the profile if there is one.
pub(crate) fn tell() {
    let Some(profile) = PROFILE.get() else {
        return;
    };
    let spans = profile.spans.lock().unwrap_or_else(PoisonError::into_inner);
    match &profile.file {
        None => output::report(&table(&spans, profile.started.elapsed())),
        Some(file) => {
            if let Err(error) = std::fs::write(file, trace(&spans)) {
                let file = file.display();
                output::complain(&format!("cannot write `{file}`: {error}"));
            }
        }
    }
}

/// Each phase with its count and its time, in the order in which they began.
fn table(spans: &[Span], whole: Duration) -> String {
    let mut rows: Vec<(&str, usize, Duration)> = Vec::new();
    for span in spans {
        match rows.iter_mut().find(|(phase, ..)| *phase == span.phase) {
            Some((_, count, took)) => {
                *count += 1;
                *took += span.took;
            }
            None => rows.push((span.phase, 1, span.took)),
        }
    }
    let other = rows
        .iter()
        .fold(whole, |left, (.., took)| left.saturating_sub(*took));
    rows.push(("other", 1, other));
    rows.push(("all", 1, whole));
    let mut out = format!("{:<12} {:>7} {:>12} {:>6}\n", "phase", "count", "ms", "%");
    for (phase, count, took) in rows {
        let part = 100.0 * took.as_secs_f64() / whole.as_secs_f64().max(f64::MIN_POSITIVE);
        let ms = took.as_secs_f64() * 1e3;
        out.push_str(&format!("{phase:<12} {count:>7} {ms:>12.3} {part:>6.1}\n"));
    }
    out
}

/// Trace events: times in microseconds.
fn trace(spans: &[Span]) -> String {
    let events = spans.iter().map(|span| {
        json!({
            "name": span.phase,
            "ph": "X",
            "ts": span.from.as_micros() as u64,
            "dur": span.took.as_micros() as u64,
            "pid": std::process::id(),
            "tid": 1,
            "args": { "about": span.about },
        })
    });
    json!({ "traceEvents": events.collect::<Vec<_>>() }).to_string() + "\n"
}
