//! What became of a test.

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
        }
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
