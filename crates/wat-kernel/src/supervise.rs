//! A program and its supervisor (§17.1).
//!
//! The child is the program: it shares the standard streams and the process group of the parent, so that terminals and
//! job control treat it like any program. The parent waits and says how the program ended, whatever ended it. What the
//! terminal sends reaches both; what a process sends to the parent alone is handed on, over a pipe: there no signal is
//! merged with one that has come directly.

use std::io;
use std::ptr::null_mut;

use crate::child::{Child, Exit};
use crate::fd::{Fd, check, pipe};
use crate::{Fork, process};

/// What the parent hands on.
const FORWARDED: [i32; 5] = [
    libc::SIGINT,
    libc::SIGTERM,
    libc::SIGHUP,
    libc::SIGUSR1,
    libc::SIGUSR2,
];

/// Runs `work` in a child that shares streams and process group with this process, and waits for its end.
///
/// # Errors
/// A pipe or the child cannot be made; the error names the call.
pub fn supervise(work: impl FnOnce() -> i32) -> io::Result<Exit> {
    let (news, heard) = pipe()?;
    news.set_nonblocking()?;
    default_action(libc::SIGCHLD)?;
    process::note_ignored();
    let watched = watched();
    // SAFETY: the set is valid for the call. The child takes them up again once it listens.
    unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, &raw const watched, null_mut()) };
    let child = Fork::new()
        .in_group()
        .keep(&heard)
        .run_inheriting(|mut io| {
            if let Some(heard) = io.kept().pop() {
                process::listen(heard);
            }
            // SAFETY: as above.
            unsafe { libc::pthread_sigmask(libc::SIG_UNBLOCK, &raw const watched, null_mut()) };
            work()
        })?;
    drop(heard);
    attend(&child, &news, &watched)
}

fn watched() -> libc::sigset_t {
    // SAFETY: the set is plain bits and valid for the calls.
    unsafe {
        let mut set: libc::sigset_t = std::mem::zeroed();
        for signal in FORWARDED.into_iter().chain([libc::SIGQUIT, libc::SIGCHLD]) {
            libc::sigaddset(&raw mut set, signal);
        }
        set
    }
}

/// A child's end is not told where its signal is ignored, and that may be inherited.
pub(crate) fn default_action(signal: i32) -> io::Result<()> {
    // SAFETY: the structure is valid for the call.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = libc::SIG_DFL;
        check(libc::sigaction(signal, &raw const action, null_mut()))?;
    }
    Ok(())
}

fn leads_session() -> bool {
    // SAFETY: plain numbers.
    unsafe { libc::getsid(0) == libc::getpid() }
}

/// Waits for signals until the child has ended.
fn attend(child: &Child, news: &Fd, watched: &libc::sigset_t) -> io::Result<Exit> {
    loop {
        if let Some(exit) = child.try_wait()? {
            return Ok(exit);
        }
        // SAFETY: the structures are valid for the call; the signals are blocked.
        let (signal, info) = unsafe {
            let mut info: libc::siginfo_t = std::mem::zeroed();
            (libc::sigwaitinfo(watched, &raw mut info), info)
        };
        // What the terminal sends reaches the child as well; but that it is gone is told to the leader of its session
        // alone.
        let is_sent = info.si_code <= 0;
        let hangs_up = !is_sent && signal == libc::SIGHUP && leads_session();
        if signal == libc::SIGQUIT && is_sent {
            // One that has ended meanwhile is found above.
            let _ = child.signal(signal);
        } else if FORWARDED.contains(&signal) && (is_sent || hangs_up) {
            // SAFETY: a signal that a process sent has a sender, and what the system sends is filled with zeros.
            let from = unsafe { info.si_pid() };
            let record = process::Record { signal, from };
            // Nobody sends more than a pipe takes.
            let _ = news.borrow().write_now(&record.bytes());
        }
    }
}
