//! How an evaluation ends badly, as data.

use std::sync::Arc;
use wat_ir::Origin;
use wat_value::{Compared, Death, FailureRecord};

/// What kind of end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// A run-time error: exit status 1.
    Error,
    /// A panic: exit status 2.
    Panic,
    /// Somebody raised the [`crate::InterruptHandle`].
    Interrupted,
    /// The step budget is used up.
    Budget,
}

/// A frame of a trace, innermost first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceFrame {
    /// The function or lambda.
    pub function: Arc<str>,
    /// Where in it.
    pub at: Origin,
    /// How many frames in a row are this one; a report says `… repeats N times` beyond 1.
    pub repeats: u64,
}

/// A failed evaluation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Error, panic, interrupt or budget.
    pub kind: FailureKind,
    /// The number behind `WAT`; 0 for an interrupt or a used-up budget.
    pub code: u16,
    /// A lower-case sentence without final period.
    pub message: String,
    /// The calls, innermost first. Beyond [`Failure::MAX_TRACE`] frames the middle is left out.
    pub trace: Vec<TraceFrame>,
    /// Of a failed assertion: what it compared.
    pub compared: Option<Box<Compared>>,
    /// The deaths that led to this failure, the nearest first.
    pub upstream: Vec<Death>,
}

impl Failure {
    /// How many (folded) frames of each end a trace keeps.
    pub const MAX_TRACE: usize = 100;

    /// The death of the thread that failed so, without places.
    pub fn plain_death(&self) -> Death {
        if self.kind == FailureKind::Interrupted {
            return Death::Shutdown;
        }
        if self.kind != FailureKind::Panic {
            return Death::RuntimeError(match self.code {
                0 => self.message.clone(),
                code => format!("WAT{code}: {}", self.message),
            });
        }
        let compared = self.compared.as_deref();
        let record = FailureRecord {
            message: self.message.clone(),
            actual: compared.and_then(|compared| compared.actual.clone()),
            expected: compared.and_then(|compared| compared.expected.clone()),
            ..FailureRecord::default()
        };
        Death::Panic(self.message.clone(), Some(Box::new(record)))
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.code != 0 {
            write!(f, "WAT{}: ", self.code)?;
        }
        f.write_str(&self.message)?;
        for frame in &self.trace {
            write!(f, "\n  in {}", frame.function)?;
            if frame.repeats > 1 {
                write!(f, " … repeats {} times", frame.repeats)?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}

/// Collects frames, folding equal neighbours and leaving out the middle.
#[derive(Default)]
pub(crate) struct Tracer {
    inner: Vec<TraceFrame>,
    outer: std::collections::VecDeque<TraceFrame>,
}

impl Tracer {
    pub fn frame(&mut self, function: &Arc<str>, at: Origin) {
        let last = self.outer.back_mut().or(self.inner.last_mut());
        if let Some(last) = last
            && last.at == at
            && *last.function == **function
        {
            last.repeats += 1;
            return;
        }
        let frame = TraceFrame {
            function: function.clone(),
            at,
            repeats: 1,
        };
        if self.inner.len() < Failure::MAX_TRACE {
            self.inner.push(frame);
        } else {
            if self.outer.len() == Failure::MAX_TRACE {
                self.outer.pop_front();
            }
            self.outer.push_back(frame);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.inner.is_empty()
    }

    pub fn finish(self) -> Vec<TraceFrame> {
        self.inner.into_iter().chain(self.outer).collect()
    }
}
