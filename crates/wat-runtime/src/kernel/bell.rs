//! What a thread waits on: others ring it when something has changed that it looks at.

use super::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering::SeqCst};
use super::sync::thread::{self, Thread};
use super::task::Kernel;
use super::turn::Backoff;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

const IDLE: u8 = 0;
const RUNG: u8 = 1;
/// The thread waits, and only other threads of the program can wake it.
const BLOCKED: u8 = 2;
/// The thread waits, and somebody else may wake it too.
const PARKED: u8 = 3;
/// The thread waits for descriptors: its door wakes it.
const AWAY: u8 = 4;

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

    /// Wakes the thread, now or when it next waits. Nothing is asked of the system unless the thread sleeps.
    pub fn ring(&self) {
        match self.state.swap(RUNG, SeqCst) {
            // From here on the thread counts as running, before whoever rings can block.
            BLOCKED => {
                self.kernel.unblock();
                self.unpark();
            }
            PARKED => self.unpark(),
            AWAY => {
                if let Some(door) = self.door.get() {
                    door();
                }
            }
            _ => {}
        }
    }

    fn unpark(&self) {
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }

    /// From now on the door is rung too; false if there is a ring that nobody has answered.
    pub fn leave(&self) -> bool {
        self.change(IDLE, AWAY).is_ok()
    }

    /// The thread waits for descriptors no longer.
    pub fn come_back(&self) {
        // A ring stays one.
        let _ = self.change(AWAY, IDLE);
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

    /// Looks a few times whether somebody rings. Other threads of the program often do so at once.
    pub(super) fn listen(&self) {
        Backoff::until(|| self.state.load(SeqCst) == RUNG);
    }

    /// Waits on the thread that owns the bell. `among_threads` says that only threads of the program ring it.
    pub(super) fn wait(&self, until: Option<Instant>, among_threads: bool) -> Rung {
        self.thread.get_or_init(thread::current);
        wat_kernel::process::attend();
        if among_threads && until.is_none() {
            return self.block();
        }
        loop {
            if self.change(IDLE, PARKED).is_err() {
                self.answer();
                return Rung::Rung;
            }
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            match left {
                None => thread::park(),
                Some(left) => thread::park_timeout(left),
            }
            let is_late = until.is_some_and(|until| until <= Instant::now());
            match self.change(PARKED, IDLE) {
                Ok(_) if is_late => return Rung::Late,
                Ok(_) => {}
                Err(_) => {
                    self.answer();
                    return Rung::Rung;
                }
            }
        }
    }

    fn change(&self, from: u8, to: u8) -> Result<u8, u8> {
        self.state.compare_exchange(from, to, SeqCst, SeqCst)
    }

    fn block(&self) -> Rung {
        self.since.store(self.kernel.tick(), SeqCst);
        if self.change(IDLE, BLOCKED).is_ok() {
            if self.kernel.block() && self.kernel.is_dead()
                // Unless somebody has rung since.
                && self.change(BLOCKED, IDLE).is_ok()
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
