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
    /// How often the last frames up to this one, [`cycle`](Self::cycle) of them, come in a row; a report says
    /// `… repeats N times` beyond 1.
    pub repeats: u64,
    /// How many frames repeat: 1 where a function calls itself, more where several call each other.
    pub cycle: usize,
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
            match (frame.repeats, frame.cycle) {
                (0 | 1, _) => {}
                (times, 1) => write!(f, " … repeats {times} times")?,
                (times, cycle) => write!(f, "\n  … the last {cycle} repeat {times} times")?,
            }
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}

/// The longest cycle of frames that is folded.
const LONGEST_CYCLE: usize = 16;

/// Collects frames, folding those that repeat and leaving out the middle.
///
/// As soon as the last frames are twice the same ones in a row, they are kept once, and what follows is compared with
/// them, a frame at a time, until it differs: so a deep recursion costs a comparison for each frame.
#[derive(Default)]
pub(crate) struct Tracer {
    inner: Vec<TraceFrame>,
    outer: Vec<TraceFrame>,
    /// The last frames are a cycle, and this many of its next turn were seen.
    turn: Option<usize>,
}

impl Tracer {
    pub fn frame(&mut self, function: &Arc<str>, at: Origin) {
        if let Some(seen) = self.turn {
            let end = self.end();
            let (len, cycle) = (end.len(), end[end.len() - 1].cycle);
            let next = &end[len - cycle + seen];
            if next.at == at && *next.function == **function {
                self.turn = Some((seen + 1) % cycle);
                if seen + 1 == cycle {
                    self.end()[len - 1].repeats += 1;
                }
                return;
            }
            self.leave();
        }
        self.push(TraceFrame {
            function: function.clone(),
            at,
            repeats: 1,
            cycle: 1,
        });
        self.fold();
    }

    /// The frames that grow.
    fn end(&mut self) -> &mut Vec<TraceFrame> {
        match self.outer.is_empty() {
            true => &mut self.inner,
            false => &mut self.outer,
        }
    }

    fn push(&mut self, frame: TraceFrame) {
        if self.inner.len() < Failure::MAX_TRACE {
            self.inner.push(frame);
            return;
        }
        if self.outer.len() == 2 * Failure::MAX_TRACE {
            self.outer.drain(..Failure::MAX_TRACE);
        }
        self.outer.push(frame);
    }

    /// The cycle is over: of its last turn, what was seen stands for itself.
    fn leave(&mut self) {
        let Some(seen) = self.turn.take() else { return };
        let end = self.end();
        let start = end.len() - end[end.len() - 1].cycle;
        let rest: Vec<TraceFrame> = end[start..start + seen].to_vec();
        rest.into_iter().for_each(|frame| self.push(frame));
    }

    /// Are the last frames the same as those before?
    fn fold(&mut self) {
        let end = self.end();
        let len = end.len();
        let is_turn = |cycle: &usize| {
            let (before, last) = end[len - 2 * cycle..].split_at(*cycle);
            before == last && before.iter().all(|frame| frame.repeats == 1)
        };
        let Some(cycle) = (1..=LONGEST_CYCLE.min(len / 2)).find(is_turn) else {
            return;
        };
        end.truncate(len - cycle);
        if let Some(last) = end.last_mut() {
            (last.repeats, last.cycle) = (2, cycle);
        }
        self.turn = Some(0);
    }

    pub fn is_empty(&self) -> bool {
        self.inner.is_empty()
    }

    pub fn finish(mut self) -> Vec<TraceFrame> {
        self.leave();
        let surplus = self.outer.len().saturating_sub(Failure::MAX_TRACE);
        self.outer.drain(..surplus);
        self.inner.into_iter().chain(self.outer).collect()
    }
}

#[test]
fn cycles_of_frames_are_folded() {
    let trace = |calls: &str| {
        let mut tracer = Tracer::default();
        for call in calls.chars() {
            tracer.frame(&call.to_string().into(), Origin::default());
        }
        let frames = tracer.finish().into_iter();
        let frames = frames.map(|frame| match (frame.repeats, frame.cycle) {
            (1, _) => frame.function.to_string(),
            (times, cycle) => format!("{}({cycle}x{times})", frame.function),
        });
        frames.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(trace("abc"), "a b c");
    assert_eq!(trace("aaaab"), "a(1x4) b");
    assert_eq!(trace("abababc"), "a b(2x3) c");
    assert_eq!(trace("abababac"), "a b(2x3) a c");
    assert_eq!(trace("ababa"), "a b(2x2) a");
    assert_eq!(trace("xabcabcabcabcy"), "x a b c(3x4) y");
    assert_eq!(trace("aabaab"), "a(1x2) b a(1x2) b");
    assert_eq!(trace(""), "");
    assert_eq!(trace(&"ab".repeat(100_000)), "a b(2x100000)");
    let mixed: String = (0..1000)
        .map(|n| char::from(b'a' + (n * n % 7) as u8))
        .collect();
    assert!(trace(&mixed).split(' ').count() <= 2 * Failure::MAX_TRACE);
}
