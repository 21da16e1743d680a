//! The children of this process that are not reaped yet.
//!
//! A list that only grows: an entry is taken by whoever changes its number from 0, and given back by storing 0. It is
//! read while threads change it and holds no lock, so the end of the process can go through it at any time.

use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, AtomicU32, Ordering};
use std::time::Instant;

use crate::child::pidfd;
use crate::fd::Fd;
use crate::poll::{Interest, poll};

/// One child, or room for one.
pub(crate) struct Entry {
    /// The process, 0 for none.
    pid: AtomicI32,
    /// How many threads are sending it a signal: it is not reaped meanwhile, so that the number stays its own.
    senders: AtomicU32,
    /// Was it asked to end?
    asked: AtomicBool,
    /// The child ends when this is closed (§15.2); -1 if it is, or never was open.
    lifeline: AtomicI32,
    next: *mut Entry,
}

// SAFETY: the numbers are atomic, and `next` never changes once the entry is in the list.
unsafe impl Sync for Entry {}

/// No descriptor.
const CLOSED: i32 = -1;

static HEAD: AtomicPtr<Entry> = AtomicPtr::new(null_mut());

fn entries() -> impl Iterator<Item = &'static Entry> {
    let mut at = HEAD.load(Ordering::Acquire);
    std::iter::from_fn(move || {
        // SAFETY: entries in the list live for ever.
        let entry = unsafe { at.as_ref()? };
        at = entry.next;
        Some(entry)
    })
}

/// Room for a child that is about to be forked: memory is asked for before, not after.
pub(crate) fn reserve() -> &'static Entry {
    const TAKEN: i32 = -1;
    for entry in entries() {
        let taken = entry
            .pid
            .compare_exchange(0, TAKEN, Ordering::AcqRel, Ordering::Relaxed);
        if taken.is_ok() {
            entry.asked.store(false, Ordering::SeqCst);
            return entry;
        }
    }
    let entry = Box::into_raw(Box::new(Entry {
        pid: AtomicI32::new(TAKEN),
        senders: AtomicU32::new(0),
        asked: AtomicBool::new(false),
        lifeline: AtomicI32::new(CLOSED),
        next: null_mut(),
    }));
    let mut head = HEAD.load(Ordering::Acquire);
    loop {
        // SAFETY: nobody else has the entry before it is in the list.
        unsafe { (*entry).next = head };
        match HEAD.compare_exchange_weak(head, entry, Ordering::AcqRel, Ordering::Acquire) {
            // SAFETY: it lives for ever.
            Ok(_) => return unsafe { &*entry },
            Err(now) => head = now,
        }
    }
}

impl Entry {
    /// What the child lives as long as. To be called before it has a number here.
    pub(crate) fn hold(&self, lifeline: Option<Fd>) {
        let raw = lifeline.as_ref().map_or(CLOSED, Fd::raw);
        self.lifeline.store(raw, Ordering::SeqCst);
        std::mem::forget(lifeline);
    }

    /// Closes the lifeline of this child: it has its grace period from now on, and so has whoever is below it.
    pub(crate) fn let_go(&self, pid: i32) {
        self.signal(pid, |_| self.close());
    }

    fn close(&self) {
        let raw = self.lifeline.swap(CLOSED, Ordering::SeqCst);
        if raw != CLOSED {
            // SAFETY: `hold` has taken the descriptor over, and nobody else closes it.
            unsafe { libc::close(raw) };
        }
    }

    /// The child has this number from now on; 0 gives the entry back.
    pub(crate) fn set(&self, pid: i32) {
        self.pid.store(pid, Ordering::SeqCst);
    }

    /// Calls `send` with the number of the child, unless it is reaped or about to be.
    pub(crate) fn signal<R>(&self, pid: i32, send: impl FnOnce(i32) -> R) -> Option<R> {
        self.senders.fetch_add(1, Ordering::SeqCst);
        let sent = (self.pid.load(Ordering::SeqCst) == pid).then(|| send(pid));
        self.senders.fetch_sub(1, Ordering::SeqCst);
        sent
    }

    /// Calls `send` like [`Entry::signal`], once in the life of the child.
    pub(crate) fn ask(&self, pid: i32, send: impl FnOnce(i32)) {
        self.signal(pid, |pid| {
            if !self.asked.swap(true, Ordering::SeqCst) {
                send(pid);
            }
        });
    }

    /// Gives the entry of this child back and waits for those who are sending it a signal: from then on it may be reaped.
    /// False if that was done before; the entry may be another child's by now.
    pub(crate) fn retire(&self, pid: i32) -> bool {
        // The child has ended. Whoever has the entry next holds another lifeline.
        self.let_go(pid);
        let is_first = self
            .pid
            .compare_exchange(pid, 0, Ordering::SeqCst, Ordering::SeqCst)
            .is_ok();
        while self.senders.load(Ordering::SeqCst) > 0 {
            std::thread::yield_now();
        }
        is_first
    }
}

/// The children of this process that nobody has reaped: their numbers.
pub fn live_children() -> Vec<i32> {
    entries()
        .map(|entry| entry.pid.load(Ordering::SeqCst))
        .filter(|pid| *pid > 0)
        .collect()
}

/// Whether this process has forked, or tried to.
pub fn has_forked() -> bool {
    !HEAD.load(Ordering::Acquire).is_null()
}

/// Calls `send` with the entry and the number of every child that is not reaped.
pub(crate) fn each(send: impl Fn(&Entry, i32)) {
    for entry in entries() {
        let pid = entry.pid.load(Ordering::SeqCst);
        if pid > 0 {
            send(entry, pid);
        }
    }
}

/// Waits until a child has ended or the deadline has come, and reaps it if nobody else does.
pub(crate) fn await_end(pid: i32, deadline: Instant) {
    for entry in entries() {
        let ended = entry.signal(pid, |pid| {
            let Ok(fd) = pidfd(pid) else { return false };
            let ended = poll(&[(Fd::borrow(&fd), Interest::Read)], Some(deadline));
            ended.is_ok_and(|ready| ready.contains(&true))
        });
        if ended == Some(true) && entry.retire(pid) {
            // SAFETY: plain numbers; a null pointer is nothing to be written to.
            unsafe { libc::waitpid(pid, null_mut(), libc::WNOHANG) };
        }
    }
}

/// Forgets the children of the parent. Called once, in a child.
pub(crate) fn forget() {
    HEAD.store(null_mut(), Ordering::Relaxed);
}

#[cfg(test)]
mod tests {
    use super::reserve;
    use crate::{Interest, pipe, poll};
    use std::time::Instant;

    #[test]
    fn a_lifeline_is_closed_once_and_only_by_its_child() {
        let (entry, (lifeline, watched)) = (reserve(), pipe().unwrap());
        let end = [(watched.borrow(), Interest::Read)];
        let is_closed = || poll(&end, Some(Instant::now())).unwrap() == [true];
        entry.hold(Some(lifeline));
        entry.set(7_000_003);
        entry.let_go(7_000_001);
        assert!(!is_closed(), "it is another child's");
        entry.let_go(7_000_003);
        assert!(is_closed());
        // Mostly the number is another descriptor's now.
        let (writer, reader) = pipe().unwrap();
        entry.let_go(7_000_003);
        assert!(entry.retire(7_000_003));
        writer.write_all(b"x").unwrap();
        assert_eq!(reader.read(&mut [0; 2]).unwrap(), 1);
    }

    #[test]
    fn an_entry_is_given_back_once_and_is_another_childs_then() {
        let entry = reserve();
        entry.set(7_000_001);
        assert_eq!(entry.signal(7_000_001, |_| ()), Some(()));
        assert!(entry.retire(7_000_001));
        assert_eq!(entry.signal(7_000_001, |_| ()), None);
        entry.set(7_000_002);
        assert!(!entry.retire(7_000_001), "the first child is gone");
        assert_eq!(entry.signal(7_000_002, |_| ()), Some(()));
        assert!(entry.retire(7_000_002));
    }
}
