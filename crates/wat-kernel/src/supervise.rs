//! A program and its supervisor (§17.1).
//!
//! The child is the program: it shares the standard streams and the process group of the parent, so that terminals and
//! job control treat it like any program. The parent waits and says how the program ended, whatever ended it. What the
//! terminal sends reaches both; what a process sends to the parent alone is handed on, over a pipe: there no signal is
//! merged with one that has come directly.

use std::io;
use std::mem::MaybeUninit;
use std::ptr::null_mut;

use crate::child::{Child, Exit};
use crate::fd::{Borrowed, Fd, check, named, pipe};
use crate::poll::{Interest, poll};
use crate::{Fork, process};

/// What the parent hands on.
const FORWARDED: [i32; 5] = [
    libc::SIGINT,
    libc::SIGTERM,
    libc::SIGHUP,
    libc::SIGUSR1,
    libc::SIGUSR2,
];

/// What ends a process that nobody has prepared for it.
const ENDING: [i32; 3] = [libc::SIGINT, libc::SIGTERM, libc::SIGQUIT];

/// Runs `work` in a child that shares streams and process group with this process, and waits for its end.
///
/// # Errors
/// A pipe or the child cannot be made; the error names the call.
pub fn supervise(work: impl FnOnce() -> i32) -> io::Result<Exit> {
    let mut supervisor = Supervisor::new()?;
    supervisor.start(work)?;
    loop {
        if let Some(exit) = supervisor.attend()? {
            return Ok(exit);
        }
        poll(&[(supervisor.arm(), Interest::Read)], None)?;
    }
}

/// A supervisor of programs, one after the other. While it lives the thread that made it gets no signals that it watches:
/// they wait for it.
#[derive(Debug)]
pub struct Supervisor {
    /// Readable when a signal has come.
    signals: Fd,
    program: Option<Program>,
    /// The first signal that asked this process to stop.
    asked: Option<i32>,
}

/// A program that runs.
#[derive(Debug)]
struct Program {
    child: Child,
    /// Where it is told of signals.
    news: Fd,
}

impl Supervisor {
    /// A supervisor without a program.
    ///
    /// # Errors
    /// The system refuses a descriptor.
    pub fn new() -> io::Result<Supervisor> {
        default_action(libc::SIGCHLD)?;
        process::note_ignored();
        let watched = watched();
        mask(libc::SIG_BLOCK, &watched);
        // SAFETY: the set is valid for the call; the descriptor was just opened.
        let signals = unsafe {
            let flags = libc::SFD_CLOEXEC | libc::SFD_NONBLOCK;
            let raw = check(libc::signalfd(-1, &raw const watched, flags));
            Fd::from_raw(raw.map_err(named("signalfd"))?)?
        };
        Ok(Supervisor {
            signals,
            program: None,
            asked: None,
        })
    }

    /// Runs `work` in a child that shares streams and process group with this process. One that runs still is ended.
    ///
    /// # Errors
    /// A pipe or the child cannot be made; the error names the call.
    pub fn start(&mut self, work: impl FnOnce() -> i32) -> io::Result<()> {
        self.program = None;
        let (news, heard) = pipe()?;
        news.set_nonblocking()?;
        let child = Fork::new()
            .in_group()
            .keep(&heard)
            .run_inheriting(|mut io| {
                if let Some(heard) = io.kept().pop() {
                    process::listen(heard);
                }
                // The child takes them up again once it listens.
                mask(libc::SIG_UNBLOCK, &watched());
                work()
            })?;
        self.program = Some(Program { child, news });
        Ok(())
    }

    /// A descriptor that can be read when there is something to [`attend`](Self::attend) to: a signal, or the end of the
    /// program.
    pub fn arm(&self) -> Borrowed {
        self.signals.borrow()
    }

    /// Hands on the signals that have come, without waiting; how the program ended, once.
    ///
    /// # Errors
    /// The system refuses to tell.
    pub fn attend(&mut self) -> io::Result<Option<Exit>> {
        while let Some(signal) = self.next_signal()? {
            self.hear(&signal);
        }
        let Some(program) = &self.program else {
            return Ok(None);
        };
        let exit = program.child.try_wait()?;
        if exit.is_some() {
            self.program = None;
        }
        Ok(exit)
    }

    /// The first signal that asked this process to stop; the program was told of it.
    pub fn asked(&self) -> Option<i32> {
        self.asked
    }

    /// Sends a signal to the program, if one runs.
    ///
    /// # Errors
    /// The signal is not permitted.
    pub fn signal(&self, signal: i32) -> io::Result<()> {
        match &self.program {
            Some(program) => program.child.signal(signal),
            None => Ok(()),
        }
    }

    /// Does `work` as if there were no supervisor: a signal that asks to stop ends this process, also one that has come
    /// before.
    pub fn unattended<T>(&self, work: impl FnOnce() -> T) -> T {
        let ending = set(&ENDING);
        mask(libc::SIG_UNBLOCK, &ending);
        let done = work();
        mask(libc::SIG_BLOCK, &ending);
        done
    }

    /// The next signal that has come.
    fn next_signal(&self) -> io::Result<Option<libc::signalfd_siginfo>> {
        let mut bytes = [0; size_of::<libc::signalfd_siginfo>()];
        match self.signals.read(&mut bytes) {
            Ok(count) if count == bytes.len() => {}
            Ok(_) => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
            Err(error) => return Err(error),
        }
        let mut info = MaybeUninit::<libc::signalfd_siginfo>::uninit();
        // SAFETY: the structure is plain numbers, and all its bytes are written.
        let info = unsafe {
            let to = info.as_mut_ptr().cast::<u8>();
            to.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
            info.assume_init()
        };
        Ok(Some(info))
    }

    fn hear(&mut self, info: &libc::signalfd_siginfo) {
        let signal = info.ssi_signo as i32;
        // What the terminal sends reaches the child as well; but that it is gone is told to the leader of its session
        // alone.
        let is_sent = info.ssi_code <= 0;
        let is_gone = !is_sent && signal == libc::SIGHUP;
        if ENDING.contains(&signal) || (is_gone && !process::ignores_hangup()) {
            self.asked.get_or_insert(signal);
        }
        let Some(program) = &self.program else {
            return;
        };
        if signal == libc::SIGQUIT && is_sent {
            // One that has ended meanwhile is found by whoever attends.
            let _ = program.child.signal(signal);
        } else if FORWARDED.contains(&signal) && (is_sent || (is_gone && leads_session())) {
            // A signal that a process sent has a sender, and what the system sends is filled with zeros.
            let from = info.ssi_pid as i32;
            let record = process::Record { signal, from };
            // Nobody sends more than a pipe takes.
            let _ = program.news.borrow().write_now(&record.bytes());
        }
    }
}

/// Blocks signals in this thread, or lets them through.
fn mask(how: i32, signals: &libc::sigset_t) {
    // SAFETY: the set is valid for the call.
    unsafe { libc::pthread_sigmask(how, signals, null_mut()) };
}

/// What the parent watches.
fn watched() -> libc::sigset_t {
    let mut signals = FORWARDED.to_vec();
    signals.extend([libc::SIGQUIT, libc::SIGCHLD]);
    set(&signals)
}

fn set(signals: &[i32]) -> libc::sigset_t {
    // SAFETY: the set is plain bits and valid for the calls.
    unsafe {
        let mut set: libc::sigset_t = std::mem::zeroed();
        for signal in signals {
            libc::sigaddset(&raw mut set, *signal);
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
