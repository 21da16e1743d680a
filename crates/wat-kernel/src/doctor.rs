//! What this system offers the kernel, found by trying it (05 §19).

use std::io;
use std::time::{Duration, Instant};

use crate::child::{Exit, pidfd};
use crate::fd::{Fd, check};
use crate::poll::{Interest, poll};
use crate::wait::{Doorbell, WaitSet, features, poll_reason, select_backend};
use crate::{Fork, pipe, process};

/// How long a test may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// What was found.
#[derive(Debug)]
pub struct Findings {
    /// `io_uring` or `poll`
    pub select_backend: &'static str,
    /// Why it is `poll`.
    pub select_reason: Option<String>,
    /// What the ring can do, by the names of the system.
    pub io_uring_features: Vec<&'static str>,
    /// How children are made and waited for.
    pub fork: &'static str,
    /// How a child closes what it inherits: `close_range`, `proc`, `dev-fd`, `loop`.
    pub close_fds: &'static str,
    /// Are there descriptors for processes?
    pub pidfd: bool,
    /// Are there descriptors for timers?
    pub timerfd: bool,
    /// Are there descriptors for events?
    pub eventfd: bool,
    /// How many descriptors a process may have, and may ask for.
    pub nofile: (i64, i64),
    /// Bytes of memory that may be locked; the largest number for no limit.
    pub memlock: i64,
    /// Tests by name, and what is wrong.
    pub self_test: Vec<(&'static str, Result<(), String>)>,
}

/// Looks around and runs the tests. They fork.
pub fn examine() -> Findings {
    let backend = select_backend();
    let pidfd = {
        // SAFETY: plain numbers.
        let own = unsafe { libc::getpid() };
        pidfd(own).is_ok()
    };
    Findings {
        select_backend: backend.name(),
        select_reason: poll_reason().map(str::to_owned),
        io_uring_features: features(),
        fork: match pidfd {
            true => "libc fork + pidfd_open",
            false => "libc fork + waitpid",
        },
        close_fds: close_fds(),
        pidfd,
        // SAFETY: plain numbers.
        timerfd: opens(unsafe { libc::timerfd_create(libc::CLOCK_MONOTONIC, libc::TFD_CLOEXEC) }),
        // SAFETY: plain numbers.
        eventfd: opens(unsafe { libc::eventfd(0, libc::EFD_CLOEXEC) }),
        nofile: limit(libc::RLIMIT_NOFILE),
        memlock: limit(libc::RLIMIT_MEMLOCK).0,
        self_test: [
            ("fork-wait", fork_wait as fn() -> io::Result<bool>),
            ("pipe-round-trip", pipe_round_trip),
            ("mixed-select", mixed_select),
            ("capacity", capacity),
            ("lifeline-loss", lifeline_loss),
        ]
        .into_iter()
        .map(|(name, test)| {
            let outcome = match test() {
                Ok(true) => Ok(()),
                Ok(false) => Err("the answer is wrong, or does not come".to_owned()),
                Err(error) => Err(error.to_string()),
            };
            (name, outcome)
        })
        .collect(),
    }
}

/// Whether a call has returned a descriptor, which is closed.
fn opens(raw: libc::c_int) -> bool {
    // SAFETY: it was just opened.
    check(raw)
        .and_then(|raw| unsafe { Fd::from_raw(raw) })
        .is_ok()
}

fn close_fds() -> &'static str {
    let none = libc::c_uint::MAX;
    // SAFETY: plain numbers; there is no such descriptor.
    if unsafe { libc::syscall(libc::SYS_close_range, none, none, 0) } == 0 {
        return "close_range";
    }
    let listed = [("/proc/self/fd", "proc"), ("/dev/fd", "dev-fd")];
    let found = listed
        .iter()
        .find(|(path, _)| std::fs::read_dir(path).is_ok());
    found.map_or("loop", |(_, name)| name)
}

fn limit(resource: libc::__rlimit_resource_t) -> (i64, i64) {
    let number = |limit: libc::rlim_t| i64::try_from(limit).unwrap_or(i64::MAX);
    // SAFETY: the structure is plain numbers and valid for the call.
    let limit = unsafe {
        let mut limit: libc::rlimit = std::mem::zeroed();
        libc::getrlimit(resource, &raw mut limit);
        limit
    };
    (number(limit.rlim_cur), number(limit.rlim_max))
}

/// Raises the number of descriptors that this process and its children may have to what it may ask for (F14).
pub(crate) fn raise_descriptors() {
    // SAFETY: the structure is plain numbers and valid for the calls.
    unsafe {
        let mut limit: libc::rlimit = std::mem::zeroed();
        if libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) == 0
            && limit.rlim_cur < limit.rlim_max
        {
            limit.rlim_cur = limit.rlim_max;
            libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit);
        }
    }
}

/// Forks a child that ends at once, and reaps it: what a child costs this process at least.
///
/// # Errors
/// The system refuses another process.
pub fn bare_fork() -> io::Result<()> {
    // SAFETY: the child makes one call, which does not return; the parent reaps it by its number, which is its own.
    unsafe {
        let pid = check(libc::fork())?;
        if pid == 0 {
            libc::_exit(0);
        }
        check(libc::waitpid(pid, std::ptr::null_mut(), 0))?;
    }
    Ok(())
}

fn fork_wait() -> io::Result<bool> {
    let forked = Fork::new().run(|_| 7)?;
    Ok(forked.child.wait()? == Exit::Code(7))
}

fn pipe_round_trip() -> io::Result<bool> {
    let (to, from) = pipe()?;
    to.write_all(b"wat")?;
    drop(to);
    Ok(from.read_to_end()? == b"wat")
}

fn mixed_select() -> io::Result<bool> {
    let (to, from) = pipe()?;
    let bell = Doorbell::new();
    let fds = [from.raw(), bell.descriptor()?];
    let mut set = WaitSet::new(4);
    to.write_all(b"x")?;
    let first = set.wait(&fds, Some(Instant::now() + PATIENCE))?;
    bell.ring();
    let second = set.wait(&fds, Some(Instant::now() + PATIENCE))?;
    Ok((first, second) == (vec![0], vec![0, 1]))
}

fn capacity() -> io::Result<bool> {
    Ok((1..=16usize).all(|need| {
        let wanted = (need + 1).next_power_of_two();
        WaitSet::new(wanted).capacity() == wanted
    }))
}

/// A child that is killed has a child of its own, which notices.
fn lifeline_loss() -> io::Result<bool> {
    let (to, from) = pipe()?;
    let doomed = Fork::new().keep(&to).run(|mut io| {
        let Some(to) = io.kept().pop() else { return 1 };
        let inner = Fork::new().keep(&to).run(|mut io| {
            let shutdown = process::shutdown().map(|fd| (fd, Interest::Read));
            let told = shutdown.is_some_and(|arm| poll(&[arm], None).is_ok());
            let said = io.kept().pop().is_some_and(|to| to.write_all(b"x").is_ok());
            i32::from(!(told && said))
        });
        if inner.is_ok() {
            // SAFETY: plain numbers.
            unsafe { libc::kill(libc::getpid(), libc::SIGKILL) };
        }
        1
    })?;
    drop(to);
    doomed.child.wait()?;
    let ready = poll(
        &[(from.borrow(), Interest::Read)],
        Some(Instant::now() + PATIENCE),
    )?;
    Ok(ready == [true] && from.read(&mut [0; 1])? == 1)
}
