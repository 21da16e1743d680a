//! A forked child: waiting for it, ending it, reaping it once.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::time::Instant;

use crate::fd::{Borrowed, Fd, Watched, check, uninterrupted};
use crate::generation::Generation;
use crate::poll::{Interest, poll};
use crate::process;
use crate::registry::Entry;

/// How a child ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// By itself, with this status.
    Code(i32),
    /// Ended by this signal.
    Signal(i32),
}

impl Exit {
    /// The status as a shell counts: 128 more than the signal.
    pub fn status(self) -> i64 {
        match self {
            Exit::Code(code) => code.into(),
            Exit::Signal(signal) => 128 + i64::from(signal),
        }
    }
}

/// Nothing known yet.
const RUNNING: i32 = -1;
/// Added to the number of a signal.
const SIGNALED: i32 = 1 << 8;

/// A forked child. Dropping it before it was waited for kills it with its process group and reaps it (K27); in
/// another process than its parent's it is inert (K28).
#[derive(Debug)]
pub struct Child {
    pid: i32,
    /// Readable when the child has ended; absent where the system has no such descriptors.
    pidfd: Option<Fd>,
    made: Generation,
    leads_group: bool,
    /// Write once.
    end: AtomicI32,
    reaped: AtomicBool,
    /// It also holds the lifeline.
    entry: &'static Entry,
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Entry")
    }
}

impl Child {
    pub(crate) fn new(
        pid: i32,
        leads_group: bool,
        entry: &'static Entry,
        lifeline: Option<Fd>,
    ) -> Child {
        entry.hold(lifeline);
        entry.set(pid);
        if process::is_orphaned() {
            entry.let_go(pid);
        }
        Child {
            pid,
            pidfd: pidfd(pid).ok(),
            made: Generation::current(),
            leads_group,
            end: AtomicI32::new(RUNNING),
            reaped: AtomicBool::new(false),
            entry,
        }
    }

    /// The number of the process.
    pub fn pid(&self) -> i32 {
        self.pid
    }

    /// Whether this process forked it; elsewhere every operation fails.
    pub fn is_ours(&self) -> bool {
        self.made.is_current()
    }

    /// A descriptor that becomes readable when the child has ended, where the system has one.
    pub fn exited(&self) -> Option<Borrowed> {
        self.pidfd.as_ref().map(Fd::borrow)
    }

    /// The same, to wait on it again and again.
    pub fn watched(&self) -> Option<Watched> {
        self.pidfd.as_ref().map(Fd::watched)
    }

    /// How it ended, if that is known already; never waits.
    pub fn ended(&self) -> Option<Exit> {
        match self.end.load(Ordering::Acquire) {
            RUNNING => None,
            end if end >= SIGNALED => Some(Exit::Signal(end - SIGNALED)),
            code => Some(Exit::Code(code)),
        }
    }

    /// Waits until the child has ended, reaps it and says how it ended. Every call, also from several threads at once,
    /// returns the same.
    ///
    /// # Errors
    /// The process is not the parent, or the system refuses to wait.
    pub fn wait(&self) -> io::Result<Exit> {
        match self.observe(0)? {
            Some(exit) => Ok(exit),
            None => Err(io::Error::other(
                "the child has neither ended nor can it be waited for",
            )),
        }
    }

    /// Like [`Child::wait`], without waiting: nothing while the child runs.
    ///
    /// # Errors
    /// As for [`Child::wait`].
    pub fn try_wait(&self) -> io::Result<Option<Exit>> {
        self.observe(libc::WNOHANG)
    }

    /// How the child has ended, without waiting and without reaping it.
    ///
    /// # Errors
    /// As for [`Child::wait`].
    pub fn peek(&self) -> io::Result<Option<Exit>> {
        self.own()?;
        if let Some(exit) = self.ended() {
            return Ok(Some(exit));
        }
        let flags = libc::WEXITED | libc::WNOWAIT | libc::WNOHANG;
        match uninterrupted(|| self.waitid(flags)) {
            Ok(exit) => Ok(exit),
            Err(error) => self.ended().map(Some).ok_or(error),
        }
    }

    /// Ends the child with its process group, and reaps it.
    ///
    /// # Errors
    /// As for [`Child::wait`].
    pub fn end(&self) -> io::Result<Exit> {
        if self.ended().is_none() {
            self.signal(libc::SIGKILL)?;
        }
        self.wait()
    }

    /// Asks the child and its process group to end, once: whoever was asked before is left alone.
    ///
    /// # Errors
    /// The process is not the parent.
    pub fn ask_to_end(&self) -> io::Result<()> {
        self.own()?;
        self.entry.ask(self.pid, |pid| {
            // SAFETY: plain numbers; the child is not reaped while it gets a signal.
            unsafe {
                match self.leads_group {
                    true => libc::killpg(pid, libc::SIGTERM),
                    false => libc::kill(pid, libc::SIGTERM),
                }
            };
        });
        Ok(())
    }

    /// Waits until the child has ended or the deadline has come.
    ///
    /// # Errors
    /// As for [`Child::wait`]. Where children have no descriptor there is no waiting with a deadline.
    pub fn wait_until(&self, deadline: Instant) -> io::Result<Option<Exit>> {
        if self.ended().is_none() {
            let fd = self.exited().ok_or(io::ErrorKind::Unsupported)?;
            poll(&[(fd, Interest::Read)], Some(deadline))?;
        }
        self.try_wait()
    }

    /// Sends a signal to the child and its process group, once to each. Nothing happens to a child that was reaped.
    ///
    /// # Errors
    /// The process is not the parent, or the signal is not permitted.
    pub fn signal(&self, signal: i32) -> io::Result<()> {
        self.own()?;
        let sent = self.entry.signal(self.pid, |pid| {
            // SAFETY: plain numbers; the child is not reaped while it gets a signal.
            check(unsafe {
                match self.leads_group {
                    true => libc::killpg(pid, signal),
                    false => libc::kill(pid, signal),
                }
            })
        });
        match sent {
            Some(Err(error)) if error.raw_os_error() != Some(libc::ESRCH) => Err(error),
            _ => Ok(()),
        }
    }

    /// Waits for the end of a child that nobody else has, ends whoever is left of its process group, and reaps it.
    ///
    /// # Errors
    /// As for [`Child::wait`].
    pub fn conclude(self) -> io::Result<Exit> {
        self.own()?;
        if let Some(exit) = self.ended() {
            return Ok(exit);
        }
        uninterrupted(|| self.waitid(libc::WEXITED | libc::WNOWAIT))?;
        self.conclude_ended()
    }

    /// The same of a child that has ended: its descriptor is readable.
    ///
    /// # Errors
    /// As for [`Child::wait`].
    pub fn conclude_ended(self) -> io::Result<Exit> {
        self.own()?;
        if let Some(exit) = self.ended() {
            return Ok(exit);
        }
        self.signal(libc::SIGKILL)?;
        self.reaped.store(true, Ordering::Release);
        self.entry.retire(self.pid);
        match uninterrupted(|| self.waitid(libc::WEXITED))? {
            Some(exit) => {
                self.publish(exit);
                Ok(exit)
            }
            None => Err(io::Error::other("the child cannot be waited for")),
        }
    }

    fn own(&self) -> io::Result<()> {
        match self.is_ours() {
            true => Ok(()),
            false => Err(io::Error::other("the child belongs to another process")),
        }
    }

    /// Looks at the end of the child without reaping; the first who sees it publishes it and reaps. Who comes later
    /// finds no child, and so what was published before.
    fn observe(&self, flags: i32) -> io::Result<Option<Exit>> {
        self.own()?;
        if let Some(exit) = self.ended() {
            return Ok(Some(exit));
        }
        match uninterrupted(|| self.waitid(libc::WEXITED | libc::WNOWAIT | flags)) {
            Ok(None) => Ok(None),
            Ok(Some(exit)) => {
                self.publish(exit);
                self.reap()?;
                Ok(Some(exit))
            }
            Err(error) => self.ended().map(Some).ok_or(error),
        }
    }

    fn publish(&self, exit: Exit) {
        let end = match exit {
            Exit::Code(code) => code,
            Exit::Signal(signal) => signal + SIGNALED,
        };
        let _ = self
            .end
            .compare_exchange(RUNNING, end, Ordering::AcqRel, Ordering::Acquire);
    }

    fn reap(&self) -> io::Result<()> {
        if !self.reaped.swap(true, Ordering::AcqRel) {
            let is_ours = self.entry.retire(self.pid);
            match uninterrupted(|| self.waitid(libc::WEXITED)) {
                // At the end of the process somebody else reaps too.
                Err(_) if !is_ours => {}
                reaped => drop(reaped?),
            }
        }
        Ok(())
    }

    fn waitid(&self, flags: i32) -> io::Result<Option<Exit>> {
        let (kind, id) = match &self.pidfd {
            Some(fd) => (libc::P_PIDFD, fd.raw()),
            None => (libc::P_PID, self.pid),
        };
        // SAFETY: the structure is plain numbers and valid for the call.
        let info = unsafe {
            let mut info: libc::siginfo_t = std::mem::zeroed();
            check(libc::waitid(kind, id as libc::id_t, &raw mut info, flags))?;
            info
        };
        // SAFETY: the fields are those of a child's end; they are 0 when nothing has ended.
        let (pid, status) = unsafe { (info.si_pid(), info.si_status()) };
        Ok(match info.si_code {
            _ if pid == 0 => None,
            libc::CLD_EXITED => Some(Exit::Code(status)),
            _ => Some(Exit::Signal(status)),
        })
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if self.is_ours() && self.ended().is_none() {
            // The group may have members though its leader has ended; it is not reaped, so the number is its own.
            let _ = self.signal(libc::SIGKILL);
            let _ = self.wait();
        }
    }
}

pub(crate) fn pidfd(pid: i32) -> io::Result<Fd> {
    // SAFETY: plain numbers. Nobody else reaps the child, so that the number is its own.
    let raw = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) };
    let raw = check(raw as libc::c_int)?;
    // SAFETY: it was just opened; the system makes it close-on-exec.
    unsafe { Fd::from_raw(raw) }
}
