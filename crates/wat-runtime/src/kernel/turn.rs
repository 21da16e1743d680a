//! A value that threads use one at a time, for a few steps each.
//!
//! A flag says whether the turn is taken. Who finds it taken looks again for a short while, then puts itself on a list
//! and parks; who gives the turn back wakes everybody on the list, and they try again. A turn is never kept across a
//! wait. Whoever forks takes the turns that the child needs first, so that the child finds them free.

use super::sync::atomic::{AtomicBool, AtomicPtr, Ordering::SeqCst};
use super::sync::hint;
use super::sync::thread::{self, Thread};
use std::cell::UnsafeCell;
use std::ops::{Deref, DerefMut};
use std::ptr;
use std::sync::Arc;

/// Looking at something again, in growing distances, before going to sleep: a thread on another processor is often fast.
/// Who waits for a turn yields nothing to the system meanwhile: on a busy machine a thread that yields waits for whole time
/// slices, where a sleeper is woken at once. Who waits for another thread's work yields: if that thread has no processor,
/// it gets this one, and does more than one piece of work before it gives it back.
#[derive(Default)]
pub(super) struct Backoff {
    attempt: u32,
}

impl Backoff {
    /// Attempts, between which the thread pauses 1, 2, 4… times. Who looks once only is in a model: a thread that pauses
    /// lets every other one go first there, and an order in which it goes on at once would not be explored.
    const ATTEMPTS: u32 = if cfg!(loom) { 0 } else { 7 };
    const YIELDS: u32 = if cfg!(loom) { 0 } else { 4 };

    /// Does it come to hold?
    pub fn until(mut holds: impl FnMut() -> bool) -> bool {
        let mut backoff = Backoff::default();
        for _ in 0..Backoff::ATTEMPTS {
            if holds() {
                return true;
            }
            backoff.spin();
        }
        holds()
    }

    /// The same, and when it has paused often, it lets other threads go first a few times.
    pub fn until_or_yield(mut holds: impl FnMut() -> bool) -> bool {
        if Backoff::until(&mut holds) {
            return true;
        }
        for _ in 0..Backoff::YIELDS {
            thread::yield_now();
            if holds() {
                return true;
            }
        }
        false
    }

    /// Pauses, each time twice as long, up to a limit.
    pub fn spin(&mut self) {
        (0..1 << self.attempt).for_each(|_| hint::spin_loop());
        self.attempt = (self.attempt + 1).min(Backoff::ATTEMPTS);
    }

    /// The same for a thread that can only wait: when it has waited for long, whoever it waits for has no processor, and
    /// gets this one.
    pub fn pause(&mut self) {
        match self.attempt < Backoff::ATTEMPTS {
            true => self.spin(),
            false => thread::yield_now(),
        }
    }
}

struct Waiter {
    thread: Thread,
    woken: AtomicBool,
    next: AtomicPtr<Waiter>,
}

/// A value that one thread at a time may use.
pub struct Turn<T> {
    taken: AtomicBool,
    /// A stack of references to waiters.
    waiting: AtomicPtr<Waiter>,
    value: UnsafeCell<T>,
}

// SAFETY: the value is reached through a guard alone, and there is one guard at a time.
unsafe impl<T: Send> Sync for Turn<T> {}

/// The right to use the value; given back when it is dropped.
pub struct TurnGuard<'t, T> {
    turn: &'t Turn<T>,
}

impl<T> Turn<T> {
    /// A value that nobody uses.
    pub fn new(value: T) -> Turn<T> {
        Turn {
            taken: AtomicBool::new(false),
            waiting: AtomicPtr::new(ptr::null_mut()),
            value: UnsafeCell::new(value),
        }
    }

    fn try_take(&self) -> bool {
        self.taken
            .compare_exchange(false, true, SeqCst, SeqCst)
            .is_ok()
    }

    /// Waits for the turn.
    pub fn take(&self) -> TurnGuard<'_, T> {
        if !self.try_take() {
            self.wait_for_turn();
        }
        TurnGuard { turn: self }
    }

    #[cold]
    fn wait_for_turn(&self) {
        let is_free = || !self.taken.load(SeqCst) && self.try_take();
        while !Backoff::until(is_free) && !self.enlist() {}
    }

    /// Waits to be woken; true if the turn was taken instead.
    #[cold]
    fn enlist(&self) -> bool {
        let waiter = Arc::new(Waiter {
            thread: thread::current(),
            woken: AtomicBool::new(false),
            next: AtomicPtr::new(ptr::null_mut()),
        });
        let node = Arc::into_raw(waiter.clone()).cast_mut();
        let mut head = self.waiting.load(SeqCst);
        loop {
            waiter.next.store(head, SeqCst);
            match self.waiting.compare_exchange(head, node, SeqCst, SeqCst) {
                Ok(_) => break,
                Err(other) => head = other,
            }
        }
        // Who gave the turn back before the list had this waiter has not seen it.
        if self.try_take() {
            return true;
        }
        while !waiter.woken.load(SeqCst) {
            thread::park();
        }
        false
    }

    fn give_back(&self) {
        self.taken.store(false, SeqCst);
        if self.waiting.load(SeqCst).is_null() {
            return;
        }
        let mut node = self.waiting.swap(ptr::null_mut(), SeqCst);
        while !node.is_null() {
            // SAFETY: the list owns a reference to each waiter on it, and this thread has taken the list.
            let waiter = unsafe { Arc::from_raw(node) };
            node = waiter.next.load(SeqCst);
            waiter.woken.store(true, SeqCst);
            waiter.thread.unpark();
        }
    }

    /// The value, of which there is no other user.
    pub fn get_mut(&mut self) -> &mut T {
        self.value.get_mut()
    }
}

impl<T> Drop for Turn<T> {
    fn drop(&mut self) {
        // Nobody waits for a turn that nobody can reach.
        let mut node = self.waiting.load(SeqCst);
        while !node.is_null() {
            // SAFETY: as above.
            let waiter = unsafe { Arc::from_raw(node) };
            node = waiter.next.load(SeqCst);
        }
    }
}

impl<T: Default> Default for Turn<T> {
    fn default() -> Turn<T> {
        Turn::new(T::default())
    }
}

impl<T> Deref for TurnGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: there is one guard at a time.
        unsafe { &*self.turn.value.get() }
    }
}

impl<T> DerefMut for TurnGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as above.
        unsafe { &mut *self.turn.value.get() }
    }
}

impl<T> Drop for TurnGuard<'_, T> {
    fn drop(&mut self) {
        self.turn.give_back();
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::Turn;

    #[test]
    fn a_turn_is_taken_by_one_thread_at_a_time() {
        const STEPS: usize = if cfg!(miri) { 100 } else { 20_000 };
        let turn = Turn::new((0usize, 0usize));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for step in 0..STEPS {
                        let mut pair = turn.take();
                        assert_eq!(pair.0, pair.1);
                        pair.0 += 1;
                        if step % 64 == 0 {
                            std::thread::yield_now();
                        }
                        pair.1 += 1;
                    }
                });
            }
        });
        assert_eq!(*turn.take(), (8 * STEPS, 8 * STEPS));
    }
}
