//! Which process this is, counted in forks since the first one.
//!
//! Whatever acts when it is released remembers the generation it was made in and is inert in any other: the copies
//! that a child inherits neither close a descriptor nor kill or reap a process (K28).

use std::sync::atomic::{AtomicU32, Ordering};

static GENERATION: AtomicU32 = AtomicU32::new(0);

/// The process in which something was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Generation(u32);

impl Generation {
    /// The process that runs.
    pub fn current() -> Generation {
        Generation(GENERATION.load(Ordering::Relaxed))
    }

    pub(crate) fn number(self) -> u32 {
        self.0
    }

    /// Is it the process that runs?
    pub fn is_current(self) -> bool {
        self == Generation::current()
    }
}

/// Whether this process was made by [`crate::Fork`].
pub fn is_forked() -> bool {
    GENERATION.load(Ordering::Relaxed) > 0
}

/// Makes everything inherited inert. Called once, in a child, before anything of the runtime.
pub(crate) fn advance() {
    GENERATION.fetch_add(1, Ordering::Relaxed);
}
