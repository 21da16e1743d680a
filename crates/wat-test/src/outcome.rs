//! What became of a test.

use std::path::PathBuf;

use serde_json::Value;

/// The status of a test (§9.8.6).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Status {
    /// It returned without a failure, or failed as promised.
    Passed,
    /// It returned a failure.
    Failed,
    /// Its process ended without a report.
    Crashed,
    /// It took too long.
    TimedOut,
    /// It left something behind, and that is forbidden.
    Leaked,
    /// Its file does not check.
    Invalid,
    /// It was not asked for.
    Ignored,
}

impl Status {
    /// The word of the records.
    pub fn word(self) -> &'static str {
        match self {
            Status::Passed => "passed",
            Status::Failed => "failed",
            Status::Crashed => "crashed",
            Status::TimedOut => "timed-out",
            Status::Leaked => "leaked",
            Status::Invalid => "invalid",
            Status::Ignored => "ignored",
        }
    }

    /// Does it make the run fail?
    pub fn is_failure(self) -> bool {
        !matches!(self, Status::Passed | Status::Ignored)
    }
}

/// The outcome of one test.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The status.
    pub status: Status,
    /// The map `:failure` of the record.
    pub failure: Option<Value>,
    /// Microseconds from the fork to the report.
    pub duration_us: u64,
    /// What it wrote.
    pub stdout: Vec<u8>,
    /// What it complained.
    pub stderr: Vec<u8>,
    /// Threads, processes and descriptors that outlived the body.
    pub leaks: Option<[u64; 3]>,
    /// Which attempt this was, from 1.
    pub attempt: u32,
    /// It passed after it had failed.
    pub flaky: bool,
    /// Why it is ignored.
    pub reason: Option<String>,
    /// The time that it may take.
    pub limit_ms: u64,
    /// The labels of a property that it passed.
    pub labels: Option<Labels>,
    /// How many counterexamples that were kept for the property it passed.
    pub regressions: u64,
    /// The directory that it had for itself and that was kept.
    pub kept: Option<PathBuf>,
}

/// How often the cases of a property had which label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labels {
    /// All cases.
    pub cases: u64,
    /// The labels, and how many cases had them, in the order of the labels.
    pub counts: Vec<(String, u64)>,
}

impl Labels {
    /// What is told of a property; nothing if it has none.
    pub(crate) fn read(told: &Value) -> Option<Labels> {
        let counts = told["labels"].as_object()?.iter();
        let counts = counts.filter_map(|(label, count)| Some((label.clone(), count.as_u64()?)));
        let counts: Vec<(String, u64)> = counts.collect();
        (!counts.is_empty()).then_some(Labels {
            cases: told["cases"].as_u64()?,
            counts,
        })
    }

    /// The share of a count, in per cent: `12.5`.
    pub(crate) fn percent(&self, count: u64) -> String {
        let share = count as f64 * 100.0 / self.cases.max(1) as f64;
        let text = format!("{share:.1}");
        text.strip_suffix(".0").unwrap_or(&text).to_owned()
    }
}

impl Outcome {
    /// An outcome without a run.
    pub(crate) fn without_run(status: Status) -> Outcome {
        Outcome {
            status,
            failure: None,
            duration_us: 0,
            stdout: Vec::new(),
            stderr: Vec::new(),
            leaks: None,
            attempt: 0,
            flaky: false,
            reason: None,
            limit_ms: 0,
            labels: None,
            regressions: 0,
            kept: None,
        }
    }

    /// The labels of the property, whether it passed or not.
    pub(crate) fn all_labels(&self) -> Option<Labels> {
        let property = self.failure.as_ref().map(|failure| &failure["property"]);
        self.labels.clone().or_else(|| Labels::read(property?))
    }

    /// The text of a part of the failure.
    pub(crate) fn told(&self, key: &str) -> Option<&str> {
        self.failure.as_ref()?.get(key)?.as_str()
    }
}

/// How many tests ended how.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Totals {
    /// Passed.
    pub passed: usize,
    /// Failed.
    pub failed: usize,
    /// Crashed.
    pub crashed: usize,
    /// Timed out.
    pub timed_out: usize,
    /// Leaked.
    pub leaked: usize,
    /// Of files that do not check, and such files themselves.
    pub invalid: usize,
    /// Ignored.
    pub ignored: usize,
}

impl Totals {
    /// Counts one test.
    pub fn add(&mut self, status: Status) {
        match status {
            Status::Passed => self.passed += 1,
            Status::Failed => self.failed += 1,
            Status::Crashed => self.crashed += 1,
            Status::TimedOut => self.timed_out += 1,
            Status::Leaked => self.leaked += 1,
            Status::Invalid => self.invalid += 1,
            Status::Ignored => self.ignored += 1,
        }
    }

    /// How many count as failures.
    pub fn failures(&self) -> usize {
        self.failed + self.crashed + self.timed_out + self.leaked + self.invalid
    }
}
