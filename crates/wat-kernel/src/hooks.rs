//! What else is to be done when the shutdown begins: each program of the process wakes its threads.
//!
//! A list that only grows. An entry is taken by whoever marks it, and given back when nobody is calling what it holds.

use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, Ordering};

use crate::generation::Generation;

type Hook = Box<dyn Fn() + Send + Sync>;

struct Entry {
    is_taken: AtomicBool,
    hook: AtomicPtr<Hook>,
    /// How many threads are about to call it: it is not freed meanwhile.
    callers: AtomicU32,
    next: *mut Entry,
}

// SAFETY: the fields are atomic, and `next` never changes once the entry is in the list.
unsafe impl Sync for Entry {}

static HEAD: AtomicPtr<Entry> = AtomicPtr::new(null_mut());

/// A call that is made when the shutdown begins, until this is dropped.
#[must_use]
pub struct OnShutdown {
    entry: &'static Entry,
    made: Generation,
}

fn entries() -> impl Iterator<Item = &'static Entry> {
    let mut at = HEAD.load(Ordering::Acquire);
    std::iter::from_fn(move || {
        // SAFETY: entries in the list live for ever.
        let entry = unsafe { at.as_ref()? };
        at = entry.next;
        Some(entry)
    })
}

fn take_entry() -> &'static Entry {
    let free = entries().find(|entry| !entry.is_taken.swap(true, Ordering::AcqRel));
    if let Some(entry) = free {
        return entry;
    }
    let entry = Box::into_raw(Box::new(Entry {
        is_taken: AtomicBool::new(true),
        hook: AtomicPtr::new(null_mut()),
        callers: AtomicU32::new(0),
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

/// Adds a call.
pub(crate) fn add(call: impl Fn() + Send + Sync + 'static) -> OnShutdown {
    let hook: Box<Hook> = Box::new(Box::new(call));
    let entry = take_entry();
    entry.hook.store(Box::into_raw(hook), Ordering::SeqCst);
    OnShutdown {
        entry,
        made: Generation::current(),
    }
}

/// Makes all calls.
pub(crate) fn call_all() {
    for entry in entries() {
        entry.callers.fetch_add(1, Ordering::SeqCst);
        // SAFETY: a hook is freed only when it was taken away and then nobody was counted as a caller.
        if let Some(hook) = unsafe { entry.hook.load(Ordering::SeqCst).as_ref() } {
            hook();
        }
        entry.callers.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Forgets the calls of the parent. Called once, in a child.
pub(crate) fn forget() {
    HEAD.store(null_mut(), Ordering::Relaxed);
}

impl Drop for OnShutdown {
    fn drop(&mut self) {
        if !self.made.is_current() {
            return;
        }
        let hook = self.entry.hook.swap(null_mut(), Ordering::SeqCst);
        while self.entry.callers.load(Ordering::SeqCst) > 0 {
            std::thread::yield_now();
        }
        // SAFETY: `add` made it, and nobody has it any more.
        drop(unsafe { Box::from_raw(hook) });
        self.entry.is_taken.store(false, Ordering::Release);
    }
}
