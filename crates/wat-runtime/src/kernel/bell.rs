//! What a thread waits on: others ring it when something has changed that it looks at.

use super::task::Kernel;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, OnceLock};
use std::thread::{self, Thread};
use std::time::Instant;

const IDLE: u8 = 0;
const RUNG: u8 = 1;
/// The thread waits, and only other threads of the program can wake it.
const BLOCKED: u8 = 2;

/// Why a wait has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rung {
    /// Somebody has rung: look again.
    Rung,
    /// The time is up.
    Late,
    /// Every thread of the program waits for another one.
    Deadlock,
}

/// The bell of one thread.
pub struct Bell {
    state: AtomicU8,
    thread: OnceLock<Thread>,
    kernel: Arc<Kernel>,
    /// When it blocked, as a number.
    since: AtomicU64,
    doomed: AtomicBool,
    door: OnceLock<Box<dyn Fn() + Send + Sync>>,
}

impl Bell {
    pub(super) fn new(kernel: Arc<Kernel>) -> Bell {
        Bell {
            state: AtomicU8::new(IDLE),
            thread: OnceLock::new(),
            kernel,
            since: AtomicU64::new(0),
            doomed: AtomicBool::new(false),
            door: OnceLock::new(),
        }
    }

    /// Something else to do whenever the bell is rung: what wakes a wait for descriptors. It is set once.
    pub fn set_door(&self, door: Box<dyn Fn() + Send + Sync>) {
        let _ = self.door.set(door);
    }

    /// Has a door been set?
    pub fn has_door(&self) -> bool {
        self.door.get().is_some()
    }

    /// Wakes the thread, now or when it next waits.
    pub fn ring(&self) {
        match self.state.swap(RUNG, SeqCst) {
            RUNG => return,
            // From here on the thread counts as running, before whoever rings can block.
            BLOCKED => self.kernel.unblock(),
            _ => {}
        }
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
        if let Some(door) = self.door.get() {
            door();
        }
    }

    /// Takes a ring that nobody waited for; whether there was one.
    pub fn answer(&self) -> bool {
        self.state.swap(IDLE, SeqCst) == RUNG
    }

    pub(super) fn is_blocked(&self) -> bool {
        self.state.load(SeqCst) == BLOCKED
    }

    pub(super) fn since(&self) -> u64 {
        self.since.load(SeqCst)
    }

    /// Wakes the thread to tell it that nothing else will.
    pub(super) fn doom(&self) {
        self.doomed.store(true, SeqCst);
        self.ring();
    }

    /// Waits on the thread that owns the bell. `among_threads` says that only threads of the program ring it.
    pub(super) fn wait(&self, until: Option<Instant>, among_threads: bool) -> Rung {
        self.thread.get_or_init(thread::current);
        if among_threads && until.is_none() {
            return self.block();
        }
        loop {
            if self.answer() {
                return Rung::Rung;
            }
            match until {
                None => thread::park(),
                Some(until) => match until.checked_duration_since(Instant::now()) {
                    Some(left) if !left.is_zero() => thread::park_timeout(left),
                    _ => return Rung::Late,
                },
            }
        }
    }

    fn block(&self) -> Rung {
        self.since.store(self.kernel.tick(), SeqCst);
        if self
            .state
            .compare_exchange(IDLE, BLOCKED, SeqCst, SeqCst)
            .is_ok()
        {
            if self.kernel.block() && self.kernel.is_dead()
                // Unless somebody has rung since.
                && self.state.compare_exchange(BLOCKED, IDLE, SeqCst, SeqCst).is_ok()
            {
                self.kernel.unblock();
                return Rung::Deadlock;
            }
            while self.is_blocked() {
                thread::park();
            }
        }
        self.answer();
        if self.doomed.swap(false, SeqCst) {
            return Rung::Deadlock;
        }
        Rung::Rung
    }
}
