//! The seam for whoever wants to know what is evaluated: coverage, and profiles of counts.
//!
//! An observer says, while a function is compiled, which of its places it counts; the compiler puts one instruction
//! there that adds one to a counter of the observer's. Places that nobody asks for, and machines without an observer,
//! have no such instruction: their code is the same, instruction by instruction.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use wat_ir::Origin;

/// Counts what is evaluated.
pub trait Observer: Send + Sync {
    /// The counters. They may be memory that forked children share: counting is one relaxed addition, so that a child
    /// that is killed has lost nothing.
    fn counters(&self) -> &'static [AtomicU64];

    /// Which of the counters counts how often a place of a function is reached; none if nobody wants to know. Asked
    /// when the function is compiled, perhaps more than once, with equal answers: for its [`wat_ir::Function::at`],
    /// which is its entry, and for the origin of every operation that is evaluated at run time. A lambda has the name
    /// of its function and a suffix `#n`.
    fn counter(&self, function: &str, at: Origin) -> Option<u32>;
}

/// The observer of a world.
pub(crate) struct Observed {
    observer: Arc<dyn Observer>,
    counters: &'static [AtomicU64],
}

impl Observed {
    pub fn new(observer: Arc<dyn Observer>) -> Observed {
        let counters = observer.counters();
        Observed { observer, counters }
    }

    pub fn counter(&self, function: &str, at: Origin) -> Option<u32> {
        self.observer.counter(function, at)
    }

    /// One more at a counter; one that is not there counts nothing.
    pub fn count(&self, index: usize) {
        if let Some(counter) = self.counters.get(index) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }
}
