//! Many short-lived children of one kind: what they have in common is found out once, not in each.

use std::io;
use std::path::Path;
use std::sync::Arc;

use super::branch::{self, Limit, Plan, Signals};
use super::{NOT_STARTED, become_process, fork, live, own};
use crate::child::Child;
use crate::fd::Fd;
use crate::{open_file, process};

/// Where children come from that read nothing, lead a process group, and have limits. They are killed when the thread
/// that forks them ends, and watch their signals once they have reason to ([`process::attend`]): a child that is done
/// at once starts no thread.
#[derive(Clone, Debug)]
pub struct Nursery {
    parent: i32,
    null: Arc<Fd>,
    signals: Signals,
    limits: Vec<Limit>,
    attended: fn(),
}

impl Nursery {
    /// A nursery whose children write no core dumps and have at most so many descriptors. This process watches its
    /// signals from now on ([`process::start`]); how it deals with them does not change as long as the nursery is used.
    /// A child calls `attended` when it begins to watch its own, on the thread that has reason to.
    ///
    /// # Errors
    /// The operating system refuses a descriptor or a thread.
    pub fn new(descriptors: u64, attended: fn()) -> io::Result<Nursery> {
        process::start()?;
        Ok(Nursery {
            attended,
            parent: std::process::id().cast_signed(),
            null: Arc::new(open_file(Path::new("/dev/null"))?),
            signals: Signals::others(process::is_handled),
            limits: [
                Limit::lower(libc::RLIMIT_CORE, 0),
                Limit::lower(libc::RLIMIT_NOFILE, descriptors),
            ]
            .into_iter()
            .flatten()
            .collect(),
        })
    }

    /// From now on children may have so many bytes of private memory more than this process has now. Whoever asks for
    /// more is refused; a program that cannot go on without it aborts.
    ///
    /// # Errors
    /// How much memory this process has cannot be read.
    pub fn limit_memory(&mut self, bytes: u64) -> io::Result<()> {
        let statm = std::fs::read_to_string("/proc/self/statm")?;
        // Pages of data are the sixth number.
        let pages = statm.split_whitespace().nth(5);
        let pages: u64 = pages
            .and_then(|pages| pages.parse().ok())
            .ok_or(io::ErrorKind::InvalidData)?;
        // SAFETY: a plain number.
        let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) } as u64;
        let most = (pages * page).saturating_add(bytes);
        self.limits.retain(|limit| !limit.is_of(libc::RLIMIT_DATA));
        self.limits.extend(Limit::lower(libc::RLIMIT_DATA, most));
        Ok(())
    }

    /// Forks a child that does `work` and ends with the status that `work` returns, or 2 if it panics. It keeps one
    /// descriptor and writes and complains to two others; the parent keeps its copies. What `work` holds is moved in the
    /// child: the less it is, the less memory is copied.
    ///
    /// # Errors
    /// The child cannot be made; the error names the call. Nothing is left behind.
    pub fn fork(
        &self,
        kept: &Fd,
        outputs: [&Fd; 2],
        work: impl FnOnce(Fd) -> i32,
    ) -> io::Result<Child> {
        let [out, err] = outputs.map(Fd::raw);
        let ends = [self.null.raw(), out, err];
        let plan = Plan::new(true, Some(ends), self.signals, None, &[kept.raw()])
            .dies_with(self.parent)
            .limited(&self.limits);
        fork(&plan, None, |mask| {
            become_process(&plan);
            let Ok(kept) = own(&kept.raw()) else {
                branch::end(NOT_STARTED);
            };
            process::restart_later(self.attended);
            live(mask, || work(kept))
        })
    }
}
