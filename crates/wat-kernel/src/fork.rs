//! The one function that forks.
//!
//! The child runs a Rust closure in a copy of the parent's memory: nothing is executed, serialised or read again. Two
//! rules make that sound in a process with threads. Until the descriptors are in order the child makes only the calls
//! listed in `fork/branch.rs`, on data that the parent prepared. And everything inherited that acts when it is
//! released is inert, because it remembers the process it was made in.

mod branch;
mod calls;
mod collect;
#[cfg(any(test, feature = "confine"))]
mod confine;
mod nursery;

use std::io;
use std::os::fd::RawFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::child::Child;
use crate::fd::{Fd, check, named, pipe};
use crate::{generation, is_forked, process, registry};
use branch::{Plan, Signals};
pub use calls::{BranchCall, branch_calls};
pub use collect::Collected;
pub use nursery::Nursery;

/// The status of a child whose work panicked.
const PANICKED: i32 = 2;
/// The status of a child that could not be set up.
const NOT_STARTED: i32 = 3;

/// How a child is to be forked.
#[derive(Debug, Default)]
pub struct Fork {
    stays_in_group: bool,
    kept: Vec<RawFd>,
}

/// A child and this side of its standard streams.
#[derive(Debug)]
pub struct Forked {
    /// The child.
    pub child: Child,
    /// Where its input comes from.
    pub stdin: Fd,
    /// What it writes.
    pub stdout: Fd,
    /// What it complains.
    pub stderr: Fd,
}

/// What the work in a child gets: its standard streams are in place.
#[derive(Debug)]
pub struct ChildIo {
    kept: Vec<Fd>,
}

impl ChildIo {
    /// The descriptors handed over with [`Fork::keep`], in that order, now the child's own.
    pub fn kept(&mut self) -> Vec<Fd> {
        std::mem::take(&mut self.kept)
    }
}

impl Fork {
    /// A child that leads a process group of its own and keeps no descriptor.
    pub fn new() -> Fork {
        Fork::default()
    }

    /// The child stays in the parent's process group, and is signalled alone.
    pub fn in_group(mut self) -> Fork {
        self.stays_in_group = true;
        self
    }

    /// The child gets this descriptor too; the parent keeps its copy.
    pub fn keep(mut self, fd: &Fd) -> Fork {
        self.kept.push(fd.raw());
        self
    }

    /// Forks a child whose standard streams are three new pipes. It runs `work` and ends with the status that `work`
    /// returns, or 2 if it panics; it never returns from here and runs nothing of the parent's on its way out.
    ///
    /// # Errors
    /// A pipe or the child cannot be made; the error names the call. Nothing is left behind.
    pub fn run(self, work: impl FnOnce(ChildIo) -> i32) -> io::Result<Forked> {
        let (stdin, child_in) = pipe()?;
        let (child_out, stdout) = pipe()?;
        let (child_err, stderr) = pipe()?;
        let ends = [child_in.raw(), child_out.raw(), child_err.raw()];
        let child = self.fork(Some(ends), work)?;
        Ok(Forked {
            child,
            stdin,
            stdout,
            stderr,
        })
    }

    /// Forks a child that shares the standard streams of this process; otherwise as [`Fork::run`].
    ///
    /// # Errors
    /// As for [`Fork::run`].
    pub fn run_inheriting(self, work: impl FnOnce(ChildIo) -> i32) -> io::Result<Child> {
        self.fork(None, work)
    }

    fn fork(
        self,
        stdio: Option<[RawFd; 3]>,
        work: impl FnOnce(ChildIo) -> i32,
    ) -> io::Result<Child> {
        let (lifeline, watched) = pipe()?;
        let end = watched.raw();
        let leads_group = !self.stays_in_group;
        let plan = Plan::new(leads_group, stdio, Signals::Default, Some(end), &self.kept);
        fork(&plan, Some(lifeline), |mask| {
            begin(&plan, end, &self.kept, mask, work)
        })
    }
}

/// Forks a child that goes into `begin`, with all signals blocked, and never comes back from there.
fn fork(
    plan: &Plan,
    lifeline: Option<Fd>,
    begin: impl FnOnce(&libc::sigset_t),
) -> io::Result<Child> {
    process::attend();
    let entry = registry::reserve();
    silence_panics();
    process::note_terminal();
    warm_up();
    let mask = branch::block_signals();
    // SAFETY: the child goes nowhere but into `begin`, which makes only the calls of `branch` before it has become
    // a process of its own.
    let pid = unsafe { libc::fork() };
    if pid == 0 {
        #[cfg(any(test, feature = "confine"))]
        plan.confine();
        begin(&mask);
        branch::end(NOT_STARTED);
    }
    let forked = check(pid).map_err(named("fork"));
    if forked.is_ok() {
        crate::usage::note_fork();
    }
    if forked.is_ok() && plan.leads_group() {
        // SAFETY: plain numbers. The child does the same; whoever comes second fails, harmlessly.
        unsafe { libc::setpgid(pid, pid) };
    }
    branch::restore_signals(&mask);
    match forked {
        Ok(pid) => Ok(Child::new(pid, plan.leads_group(), entry, lifeline)),
        Err(error) => {
            entry.set(0);
            Err(error)
        }
    }
}

/// A panic in a child is told by its status; the text of the implementation never reaches its standard error. The hook
/// is changed here, once and in a parent, because changing it in a child would take a lock.
fn silence_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let old = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !is_forked() {
                old(info);
            }
        }));
    });
}

/// What the C library finds out when it is first needed, a child would find out again each time: how a thread is started
/// on a new stack and on one that was used before. A parent of many children finds it out for them.
fn warm_up() {
    const MANY: u32 = 4;
    static FORKS: AtomicU32 = AtomicU32::new(0);
    // Nobody counts further than that.
    if FORKS.load(Ordering::Relaxed) > MANY || FORKS.fetch_add(1, Ordering::Relaxed) != MANY {
        return;
    }
    for _ in 0..2 {
        if let Ok(thread) = crate::thread::spawn("wat:start", None, || {}) {
            let _ = thread.join();
        }
    }
}

/// The life of the child.
fn begin(
    plan: &Plan,
    lifeline: RawFd,
    kept: &[RawFd],
    mask: &libc::sigset_t,
    work: impl FnOnce(ChildIo) -> i32,
) {
    become_process(plan);
    let mut handed = Vec::new();
    for raw in kept {
        match own(raw) {
            Ok(fd) => handed.push(fd),
            Err(_) => branch::end(NOT_STARTED),
        }
    }
    let Ok(lifeline) = own(&lifeline) else {
        branch::end(NOT_STARTED);
    };
    if process::restart(lifeline).is_err() {
        branch::end(NOT_STARTED);
    }
    live(mask, || work(ChildIo { kept: handed }))
}

/// From here on the allocator and threads may be used: `fork` came from the C library, which has put its own locks in
/// order.
fn become_process(plan: &Plan) {
    if !branch::prepare(plan) {
        branch::end(NOT_STARTED);
    }
    generation::advance();
    registry::forget();
    #[cfg(any(test, feature = "confine"))]
    plan.end_confined();
}

/// A descriptor that the child was handed.
fn own(raw: &RawFd) -> io::Result<Fd> {
    // SAFETY: the branch left it open, and whoever wrapped it in the parent is inert here.
    unsafe { Fd::from_raw(*raw) }
}

/// Does the work and ends.
fn live(mask: &libc::sigset_t, work: impl FnOnce() -> i32) {
    branch::restore_signals(mask);
    let status = catch_unwind(AssertUnwindSafe(work));
    process::exit(status.unwrap_or(PANICKED))
}
