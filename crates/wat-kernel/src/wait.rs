//! The wait set of `select` (05 §9): a ring of exactly its capacity, or an array of exactly its capacity for `poll`.
//!
//! Which of the two is probed when the first set of the process is made. Where rings are refused or too old, the whole
//! process polls; where memory or descriptors have run out, this set alone does, and the next one tries again.

mod kept;
mod ring;

use std::io;
use std::os::fd::RawFd;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicI32, AtomicPtr, AtomicU32, AtomicU64, Ordering};
use std::time::Instant;

use crate::fd::{Borrowed, Fd, Watched, check, named};
use crate::generation::Generation;
use crate::poll;
use ring::Ring;

/// What a wait set waits with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// A submission ring.
    IoUring,
    /// `poll(2)`
    Poll,
}

impl Backend {
    /// `io_uring` or `poll`.
    pub fn name(self) -> &'static str {
        match self {
            Backend::IoUring => "io_uring",
            Backend::Poll => "poll",
        }
    }
}

/// Why the process polls; null while it uses rings. The first reason stays, for ever.
static POLLS: AtomicPtr<String> = AtomicPtr::new(null_mut());

/// Why this process waits with `poll`, if it has been found that it must.
pub fn poll_reason() -> Option<&'static str> {
    // SAFETY: what is stored there is never freed or changed.
    unsafe { POLLS.load(Ordering::Acquire).as_ref() }.map(String::as_str)
}

fn polls_because(reason: String) {
    let reason = Box::into_raw(Box::new(reason));
    let (success, failure) = (Ordering::AcqRel, Ordering::Acquire);
    if POLLS
        .compare_exchange(null_mut(), reason, success, failure)
        .is_err()
    {
        // SAFETY: nobody else has it.
        drop(unsafe { Box::from_raw(reason) });
    }
}

/// What the wait sets of this process wait with, found by making one.
pub fn select_backend() -> Backend {
    WaitSet::new(2).backend()
}

/// What rings can do here, by the names of the system; nothing where there are none.
pub(crate) fn features() -> Vec<&'static str> {
    match Ring::new(2) {
        Ok(ring) if poll_reason().is_none() => ring.features(),
        _ => Vec::new(),
    }
}

enum Kind {
    Ring(Box<Ring>),
    Poll(Vec<libc::pollfd>),
}

/// Waits for several descriptors, at most as many as its capacity.
pub struct WaitSet {
    kind: Kind,
    made: Generation,
}

impl WaitSet {
    /// A set of this capacity, a power of two.
    pub fn new(capacity: usize) -> WaitSet {
        let forced = || std::env::var_os("WAT_SELECT_BACKEND").is_some_and(|name| name == "poll");
        if poll_reason().is_none() && forced() {
            polls_because("WAT_SELECT_BACKEND=poll".to_owned());
        }
        if poll_reason().is_none() {
            match Ring::new(capacity) {
                Ok(ring) => return WaitSet::of(Kind::Ring(Box::new(ring))),
                Err(error) if !is_passing(&error) => {
                    polls_because(format!("io_uring_setup: {error}"));
                }
                Err(_) => {}
            }
        }
        WaitSet::polling(capacity)
    }

    /// A set of this capacity that polls.
    pub fn polling(capacity: usize) -> WaitSet {
        WaitSet::of(Kind::Poll(Vec::with_capacity(capacity)))
    }

    fn of(kind: Kind) -> WaitSet {
        WaitSet {
            kind,
            made: Generation::current(),
        }
    }

    /// What it waits with.
    pub fn backend(&self) -> Backend {
        match &self.kind {
            Kind::Ring(_) => Backend::IoUring,
            Kind::Poll(_) => Backend::Poll,
        }
    }

    /// How many descriptors it can wait for: as the system reports it.
    pub fn capacity(&self) -> usize {
        match &self.kind {
            Kind::Ring(ring) => ring.capacity(),
            Kind::Poll(set) => set.capacity(),
        }
    }

    /// Whether this process made it; a child must make its own.
    pub fn is_ours(&self) -> bool {
        self.made.is_current()
    }

    /// Waits until one of the descriptors is readable, has ended or failed, or the deadline has come; which ones, as
    /// indices. A closed descriptor counts as ready. Nothing stays registered when the call returns.
    ///
    /// # Errors
    /// There are more descriptors than the capacity, or the system refuses to wait.
    pub fn wait(&mut self, fds: &[RawFd], deadline: Option<Instant>) -> io::Result<Vec<usize>> {
        let fds: Vec<Watched> = fds.iter().map(|&raw| Watched::unknown(raw)).collect();
        self.watch(&fds, deadline)
    }

    /// The same for descriptors that are told apart: those of many that are waited for again may stay registered until
    /// they are closed or the set goes. It may return early, with nothing.
    ///
    /// # Errors
    /// As [`WaitSet::wait`].
    pub fn watch(&mut self, fds: &[Watched], deadline: Option<Instant>) -> io::Result<Vec<usize>> {
        if fds.len() > self.capacity() {
            return Err(io::Error::other("the wait set is too small"));
        }
        match &mut self.kind {
            Kind::Ring(ring) => ring.wait(fds, deadline),
            Kind::Poll(set) => {
                set.clear();
                set.extend(fds.iter().map(|fd| ring::entry(fd.raw())));
                poll::wait(set, deadline)?;
                Ok(poll::ready(set))
            }
        }
    }

    /// Which of these are ready now, as indices, without waiting. Whoever looks for the same descriptors again and again,
    /// or waits for them, pays for those that are ready alone, as with [`WaitSet::watch`].
    ///
    /// # Errors
    /// As [`WaitSet::wait`].
    pub fn look(&mut self, fds: &[Watched]) -> io::Result<Vec<usize>> {
        if fds.len() > self.capacity() {
            return Err(io::Error::other("the wait set is too small"));
        }
        match &mut self.kind {
            Kind::Ring(ring) => ring.ready_now(fds),
            Kind::Poll(set) => {
                set.clear();
                set.extend(fds.iter().map(|fd| ring::entry(fd.raw())));
                poll::look(set)?;
                Ok(poll::ready(set))
            }
        }
    }
}

impl Drop for WaitSet {
    fn drop(&mut self) {
        let ours = self.is_ours();
        if let Kind::Ring(ring) = &mut self.kind
            && !ours
        {
            ring.abandon();
        }
    }
}

/// Out of memory or descriptors: another time it may work.
fn is_passing(error: &io::Error) -> bool {
    matches!(
        error.raw_os_error(),
        Some(libc::ENOMEM | libc::EMFILE | libc::ENFILE | libc::EAGAIN)
    )
}

/// A descriptor that one thread waits on and any thread rings. In a child it is made anew when it is next waited on.
#[derive(Debug)]
pub struct Doorbell {
    fd: AtomicI32,
    id: AtomicU64,
    made: AtomicU32,
}

impl Default for Doorbell {
    fn default() -> Self {
        Doorbell::new()
    }
}

impl Doorbell {
    /// A doorbell that nobody waits on yet: ringing it does nothing.
    pub const fn new() -> Doorbell {
        Doorbell {
            fd: AtomicI32::new(-1),
            id: AtomicU64::new(0),
            made: AtomicU32::new(0),
        }
    }

    fn is_ours(&self) -> bool {
        self.made.load(Ordering::Acquire) == Generation::current().number() + 1
    }

    /// The descriptor to wait on. To be called by one thread.
    ///
    /// # Errors
    /// The system has no descriptor left.
    pub fn descriptor(&self) -> io::Result<RawFd> {
        self.watched().map(Watched::raw)
    }

    /// The same, to wait on it again and again.
    ///
    /// # Errors
    /// As above.
    pub fn watched(&self) -> io::Result<Watched> {
        if !self.is_ours() {
            // SAFETY: plain numbers.
            let raw = check(unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) })
                .map_err(named("eventfd"))?;
            // SAFETY: it was just opened.
            let fd = unsafe { Fd::from_raw(raw) }?;
            self.fd.store(fd.raw(), Ordering::Release);
            self.id
                .store(fd.watched().id().unwrap_or(0), Ordering::Release);
            self.made
                .store(Generation::current().number() + 1, Ordering::Release);
            std::mem::forget(fd);
        }
        let (fd, id) = (
            self.fd.load(Ordering::Acquire),
            self.id.load(Ordering::Acquire),
        );
        Ok(Watched::told_apart(fd, id))
    }

    /// Makes the descriptor readable.
    pub fn ring(&self) {
        if self.is_ours() {
            let one = 1u64.to_ne_bytes();
            // A full counter is readable as it is.
            let _ = Borrowed::from_number(self.fd.load(Ordering::Acquire)).write_now(&one);
        }
    }

    /// Makes it unreadable again.
    pub fn absorb(&self) {
        if self.is_ours() {
            let fd = Borrowed::from_number(self.fd.load(Ordering::Acquire));
            let _ = fd.read(&mut [0; 8]);
        }
    }
}

impl Drop for Doorbell {
    fn drop(&mut self) {
        if self.is_ours() {
            // SAFETY: this process opened it, and whoever rings it has a reference.
            drop(unsafe { Fd::from_raw(self.fd.load(Ordering::Acquire)) });
        }
    }
}
