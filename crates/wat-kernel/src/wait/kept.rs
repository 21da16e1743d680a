//! Registrations that stay from one wait to the next (05 S12a): who waits for the same descriptors again pays for those
//! that became ready, not for all.
//!
//! They are those of an epoll set, and the ring polls the one descriptor of the set. Polls of the ring itself that stayed
//! would hold their files open: a writer would not learn that its reader is closed, and whoever closes a reader could not
//! wait until another thread's ring has let go of it. An epoll set holds nothing open; what is closed leaves it at once,
//! whoever closes it.
//!
//! What can go wrong with that is found by identity. A number that was closed and opened again is another descriptor
//! ([`Watched`]), which is entered anew. A file that is closed here and still open in a child stays in the set and may
//! become ready there: an event of a descriptor that is not waited for makes the set go. Sets report levels, so what was
//! not read is told again by the next wait.

use std::collections::HashMap;
use std::io;
use std::mem;
use std::os::fd::RawFd;

use crate::fd::{Fd, Watched, check, uninterrupted};

const EVENTS: u32 = (libc::EPOLLIN | libc::EPOLLRDHUP) as u32;

/// What is registered, and for whom.
#[derive(Default)]
pub(super) struct Kept {
    /// What was waited for last.
    last: Vec<Watched>,
    set: Option<Set>,
    /// One of these cannot be in a set: a file, or one that is closed.
    is_refused: bool,
}

struct Set {
    epoll: Fd,
    /// By identity: the number, and the update that has last asked for it.
    members: HashMap<u64, (RawFd, u32)>,
    update: u32,
    events: Vec<libc::epoll_event>,
    /// Who was ready when it was last looked, by identity in ascending order, and whether that is waited for.
    ready: Vec<(u64, bool)>,
}

impl Kept {
    /// The descriptor that becomes readable when one of these is, if registrations of them are kept: once they are waited
    /// for the second time in a row, and then as long as few of them change from one wait to the next.
    pub(super) fn descriptor(&mut self, fds: &[Watched]) -> Option<RawFd> {
        let are_same = self.last == fds;
        if !are_same {
            self.is_refused = false;
            self.last.clear();
            self.last.extend_from_slice(fds);
        }
        if self.is_refused {
            self.set = None;
            return None;
        }
        if are_same && self.set.is_none() {
            self.set = Set::new(fds).ok();
            self.is_refused = self.set.is_none();
        } else if !are_same && let Some(set) = &mut self.set {
            match set.change(fds) {
                Ok(true) => {}
                Ok(false) => self.set = None,
                Err(_) => {
                    self.set = None;
                    self.is_refused = true;
                }
            }
        }
        self.set.as_ref().map(|set| set.epoll.raw())
    }

    /// Are registrations kept of those that were given last?
    pub(super) fn is_set(&self) -> bool {
        self.set.is_some()
    }

    /// Which of the descriptors that were given last are ready now, as ascending indices.
    pub(super) fn ready(&mut self) -> io::Result<Vec<usize>> {
        let Some(set) = &mut self.set else {
            return Ok(Vec::new());
        };
        set.look()?;
        let mut found = Vec::with_capacity(set.ready.len());
        if !set.ready.is_empty() {
            for (index, fd) in self.last.iter().enumerate() {
                if set.is_ready(*fd) {
                    found.push(index);
                }
            }
        }
        if set.ready.iter().any(|(_, is_waited_for)| !is_waited_for) {
            // Closed here and open elsewhere.
            self.set = None;
        }
        Ok(found)
    }
}

impl Set {
    fn new(fds: &[Watched]) -> io::Result<Set> {
        // SAFETY: plain numbers.
        let raw = check(unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) })?;
        let mut set = Set {
            // SAFETY: it was just opened.
            epoll: unsafe { Fd::from_raw(raw) }?,
            members: HashMap::with_capacity(fds.len()),
            update: 0,
            events: Vec::new(),
            ready: Vec::new(),
        };
        fds.iter().try_for_each(|fd| set.enter(*fd))?;
        Ok(set)
    }

    fn enter(&mut self, fd: Watched) -> io::Result<()> {
        let id = fd.id().ok_or(io::ErrorKind::Unsupported)?;
        if self.members.insert(id, (fd.raw(), self.update)).is_some() {
            // It is waited for twice.
            return Ok(());
        }
        let mut event = libc::epoll_event {
            events: EVENTS,
            u64: id,
        };
        self.control(libc::EPOLL_CTL_ADD, fd.raw(), &raw mut event)
    }

    fn control(&self, operation: i32, fd: RawFd, event: *mut libc::epoll_event) -> io::Result<()> {
        // SAFETY: the event is valid for the call, or not looked at.
        let done = unsafe { libc::epoll_ctl(self.epoll.raw(), operation, fd, event) };
        check(done).map(drop)
    }

    /// Makes these the members. False, and the set is of no use, if too many of them are new.
    fn change(&mut self, fds: &[Watched]) -> io::Result<bool> {
        self.update = self.update.wrapping_add(1);
        let mut new = Vec::new();
        for fd in fds {
            let id = fd.id().ok_or(io::ErrorKind::Unsupported)?;
            match self.members.get_mut(&id) {
                Some(member) => member.1 = self.update,
                None => new.push(*fd),
            }
        }
        if new.len() * 4 > fds.len() {
            return Ok(false);
        }
        let update = self.update;
        let gone: Vec<(u64, RawFd)> = self
            .members
            .iter()
            .filter(|(_, member)| member.1 != update)
            .map(|(id, member)| (*id, member.0))
            .collect();
        // First who leaves: a new one may have the number of one that was closed, which is out by itself.
        for (id, raw) in gone {
            self.members.remove(&id);
            let _ = self.control(libc::EPOLL_CTL_DEL, raw, std::ptr::null_mut());
        }
        new.into_iter().try_for_each(|fd| self.enter(fd))?;
        Ok(true)
    }

    /// Looks who is ready now.
    fn look(&mut self) -> io::Result<()> {
        // SAFETY: an event is plain numbers.
        let none: libc::epoll_event = unsafe { mem::zeroed() };
        self.events.resize(self.members.len().max(1), none);
        let room = self.events.len() as i32;
        let count = uninterrupted(|| {
            // SAFETY: there is room for so many events.
            check(unsafe { libc::epoll_wait(self.epoll.raw(), self.events.as_mut_ptr(), room, 0) })
        })?;
        let ready = self.events[..count as usize].iter();
        self.ready.clear();
        self.ready.extend(ready.map(|event| (event.u64, false)));
        self.ready.sort_unstable();
        Ok(())
    }

    /// Was it ready? From now on it is known to be waited for.
    fn is_ready(&mut self, fd: Watched) -> bool {
        let Some(id) = fd.id() else { return false };
        let found = self.ready.binary_search_by_key(&id, |(id, _)| *id);
        found.is_ok_and(|at| {
            self.ready[at].1 = true;
            true
        })
    }
}
