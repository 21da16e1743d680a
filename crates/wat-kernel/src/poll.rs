//! Waiting for several descriptors.

use std::io;
use std::os::fd::RawFd;
use std::time::{Duration, Instant};

use crate::fd::{Borrowed, check, uninterrupted};

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interest {
    /// Something to read, or the end.
    Read,
    /// Room to write, or a reader that is gone.
    Write,
}

/// Which of the descriptors are ready: one flag for each.
pub type Ready = Vec<bool>;

/// Waits until one of the descriptors is ready, or the deadline has come; then no flag is set. Signals do not end the
/// wait. An error or a hang-up makes a descriptor ready: the next read or write tells which.
pub fn poll(arms: &[(Borrowed, Interest)], deadline: Option<Instant>) -> io::Result<Ready> {
    let mut set: Vec<libc::pollfd> = arms
        .iter()
        .map(|(fd, interest)| entry(fd.raw(), *interest))
        .collect();
    wait(&mut set, deadline)?;
    Ok(set.iter().map(|entry| entry.revents != 0).collect())
}

/// Descriptors that are waited for, in memory that is used again for others.
#[derive(Default)]
pub struct Arms {
    set: Vec<libc::pollfd>,
}

impl std::fmt::Debug for Arms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let fds = self.set.iter().map(|entry| entry.fd);
        f.debug_set().entries(fds).finish()
    }
}

impl Arms {
    /// Forgets all of them.
    pub fn clear(&mut self) {
        self.set.clear();
    }

    /// Adds a descriptor; its place, which counts from 0.
    pub fn add(&mut self, fd: Borrowed, interest: Interest) -> usize {
        self.set.push(entry(fd.raw(), interest));
        self.set.len() - 1
    }

    /// Waits as [`poll`] does.
    ///
    /// # Errors
    /// The system refuses to wait.
    pub fn wait(&mut self, deadline: Option<Instant>) -> io::Result<()> {
        wait(&mut self.set, deadline).map(drop)
    }

    /// Was the descriptor of this place ready in the last wait?
    pub fn is_ready(&self, place: usize) -> bool {
        self.set.get(place).is_some_and(|entry| entry.revents != 0)
    }
}

/// What can be said of the reading end of a pipe without reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Nothing is there yet, and somebody may write.
    Quiet,
    /// Something is there.
    Readable,
    /// Nothing is there, and nobody can write any more.
    Ended,
}

/// Looks at the reading ends of pipes, without waiting; what is no descriptor has ended.
///
/// # Errors
/// The system refuses to look.
pub fn ends<const N: usize>(fds: [Option<Borrowed>; N]) -> io::Result<[End; N]> {
    let mut set = fds.map(|fd| entry(fd.map_or(-1, Borrowed::raw), Interest::Read));
    wait(&mut set, Some(Instant::now()))?;
    Ok(set.map(|entry| match entry.revents {
        _ if entry.fd < 0 => End::Ended,
        0 => End::Quiet,
        events if events & libc::POLLIN != 0 => End::Readable,
        _ => End::Ended,
    }))
}

/// Which of the numbers below `N` are descriptors of this process that are open.
///
/// # Errors
/// The system refuses to look: this process may not have so many.
pub fn open_descriptors<const N: usize>() -> io::Result<Vec<bool>> {
    let mut set: Vec<libc::pollfd> = (0..N as RawFd)
        .map(|fd| libc::pollfd {
            fd,
            events: 0,
            revents: 0,
        })
        .collect();
    wait(&mut set, Some(Instant::now()))?;
    let is_open = |entry: &libc::pollfd| entry.revents & libc::POLLNVAL == 0;
    Ok(set.iter().map(is_open).collect())
}

/// Waits until one of two descriptors is readable, has ended or failed, or the deadline has come: which of them is.
///
/// # Errors
/// The system refuses to wait.
pub fn poll_pair(fds: [RawFd; 2], deadline: Option<Instant>) -> io::Result<[bool; 2]> {
    let mut set = fds.map(|fd| entry(fd, Interest::Read));
    wait(&mut set, deadline)?;
    Ok(set.map(|entry| entry.revents != 0))
}

fn entry(fd: RawFd, interest: Interest) -> libc::pollfd {
    let events = match interest {
        Interest::Read => libc::POLLIN,
        Interest::Write => libc::POLLOUT,
    };
    libc::pollfd {
        fd,
        events,
        revents: 0,
    }
}

/// Waits on a prepared set; how many entries are ready.
pub(crate) fn wait(set: &mut [libc::pollfd], deadline: Option<Instant>) -> io::Result<usize> {
    loop {
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let timeout = left.map(timespec);
        let timeout = timeout
            .as_ref()
            .map_or(std::ptr::null(), std::ptr::from_ref);
        // SAFETY: the set and the time are valid for the call; a null mask leaves the signals as they are.
        let count = unsafe {
            libc::ppoll(
                set.as_mut_ptr(),
                set.len() as libc::nfds_t,
                timeout,
                std::ptr::null(),
            )
        };
        match check(count) {
            Ok(count) => return Ok(count as usize),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Looks which entries are ready now, without waiting; how many.
pub(crate) fn look(set: &mut [libc::pollfd]) -> io::Result<usize> {
    // SAFETY: the set is valid for the call.
    let mut look = || unsafe { libc::poll(set.as_mut_ptr(), set.len() as libc::nfds_t, 0) };
    uninterrupted(|| check(look())).map(|count| count as usize)
}

/// The indices of the entries that are ready.
pub(crate) fn ready(set: &[libc::pollfd]) -> Vec<usize> {
    let ready = set
        .iter()
        .enumerate()
        .filter(|(_, entry)| entry.revents != 0);
    ready.map(|(index, _)| index).collect()
}

fn timespec(duration: Duration) -> libc::timespec {
    // SAFETY: the structure is plain numbers.
    let mut spec: libc::timespec = unsafe { std::mem::zeroed() };
    spec.tv_sec = libc::time_t::try_from(duration.as_secs()).unwrap_or(libc::time_t::MAX);
    spec.tv_nsec = duration.subsec_nanos().into();
    spec
}
