//! How a process takes along whoever is below it.
//!
//! A process whose parent or whose program has ended goes on for a grace period at most. Closing the lifelines of its
//! children when that begins has their grace periods begin too, and so down the tree: however deep it is, all of it ends in
//! the time of one.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::registry;

/// How long a process may go on after its parent or its program has ended.
pub(crate) const GRACE: Duration = Duration::from_secs(5);
/// What children get at least between being asked to end and being ended.
pub(crate) const LEAST_GRACE: Duration = Duration::from_secs(1);

/// When the program of this process has ended, as nanoseconds of the monotonic clock; 0 before.
static ENDED: AtomicU64 = AtomicU64::new(0);

/// Forgets the end of the parent's program. Called once, in a child.
pub(crate) fn forget() {
    ENDED.store(0, Ordering::Relaxed);
}

fn signal_child(pid: i32, signal: i32) {
    // SAFETY: plain numbers; a child is not reaped while it gets a signal. One that leads no group is signalled alone.
    unsafe {
        if libc::killpg(pid, signal) != 0 {
            libc::kill(pid, signal);
        }
    }
}

pub(crate) fn signal_children(signal: i32) {
    registry::each(|entry, pid| {
        entry.signal(pid, |pid| signal_child(pid, signal));
    });
}

/// Asks every child to end that was not asked before: a second request would end it at once.
pub(crate) fn ask_children(signal: i32) {
    registry::each(|entry, pid| entry.ask(pid, |pid| signal_child(pid, signal)));
}

/// Closes the lifelines of all children. Each of them closes those of its own as soon as it sees that, and so on.
pub(crate) fn let_children_go() {
    registry::each(|entry, pid| entry.let_go(pid));
}

/// Nanoseconds of the monotonic clock, more than 0.
fn monotonic() -> u64 {
    // SAFETY: the structure is plain numbers and valid for the call.
    let time = unsafe {
        let mut time: libc::timespec = std::mem::zeroed();
        libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut time);
        time
    };
    (time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64).max(1)
}

/// The program of this process has ended: the grace period of the process begins, and that of everybody below it. The
/// children are asked to end too, as those of a process that is asked itself. They are not waited for.
pub fn ask_every_child() {
    ENDED.store(monotonic(), Ordering::SeqCst);
    ask_children(libc::SIGTERM);
    let_children_go();
}

/// Asks every child to end, ends those that have not by the deadline, which is not too near, and reaps them (K52). Then
/// the process ends with the status, if there is one.
pub(crate) fn end_children(deadline: Instant, status: Option<i32>) {
    ask_children(libc::SIGTERM);
    let_children_go();
    let deadline = deadline.max(Instant::now() + LEAST_GRACE);
    for pid in registry::live_children() {
        registry::await_end(pid, deadline);
    }
    signal_children(libc::SIGKILL);
    for pid in registry::live_children() {
        registry::await_end(pid, Instant::now() + GRACE);
    }
    if let Some(status) = status {
        // SAFETY: the call does not return.
        unsafe { libc::_exit(status) }
    }
}

/// Asks the children of this process to end, ends those that do not in what remains of the grace period, and reaps them
/// (K52).
pub fn end_every_child() {
    let ended = ENDED.swap(0, Ordering::SeqCst);
    if !registry::live_children().is_empty() {
        let spent = match ended {
            0 => Duration::ZERO,
            ended => Duration::from_nanos(monotonic().saturating_sub(ended)),
        };
        end_children(Instant::now() + GRACE.saturating_sub(spent), None);
    }
}

/// Ends the process with this status, after its children; nothing of the program is run or dropped on the way.
pub fn exit(status: i32) -> ! {
    end_every_child();
    // SAFETY: the call does not return.
    unsafe { libc::_exit(status) }
}
