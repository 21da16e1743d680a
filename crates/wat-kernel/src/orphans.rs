//! Processes whose parent has ended before them: a supervisor takes them over and ends them.

use std::fs;
use std::io;

use crate::fd::check;
use crate::registry::live_children;

/// From now on, processes below this one whose parent ends become children of this one; a child that was made before
/// or after keeps its own orphans only if it asks for them, too.
///
/// # Errors
/// The operating system refuses.
pub fn adopt_orphans() -> io::Result<()> {
    // SAFETY: the call takes plain numbers.
    check(unsafe { libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) }).map(drop)
}

/// Ends and reaps every child of this process that it has not forked itself, and what these leave behind in turn. To be
/// called by the thread that forks.
pub fn end_orphans() {
    loop {
        let known = live_children();
        let orphans: Vec<i32> = children()
            .into_iter()
            .filter(|pid| !known.contains(pid))
            .collect();
        if orphans.is_empty() {
            return;
        }
        for pid in orphans {
            // SAFETY: plain numbers and no status. Nobody else reaps the orphan, so that the number is its own; a
            // process that is killed ends, so that the wait ends, too.
            unsafe {
                libc::kill(pid, libc::SIGKILL);
                libc::waitpid(pid, std::ptr::null_mut(), libc::__WALL);
            }
        }
    }
}

/// The children of all threads of this process.
fn children() -> Vec<i32> {
    let mut found = Vec::new();
    for thread in fs::read_dir("/proc/self/task")
        .into_iter()
        .flatten()
        .flatten()
    {
        let list = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
        found.extend(
            list.split_whitespace()
                .filter_map(|pid| pid.parse::<i32>().ok()),
        );
    }
    found
}

/// Limits this process and its children: no core dumps, and so many descriptors.
pub fn limit_process(descriptors: u64) {
    let lower = |what, most: u64| {
        // SAFETY: the structure is plain numbers and valid for the calls.
        unsafe {
            let mut limit: libc::rlimit = std::mem::zeroed();
            if libc::getrlimit(what, &raw mut limit) == 0 && limit.rlim_cur > most {
                limit.rlim_cur = most;
                libc::setrlimit(what, &raw const limit);
            }
        }
    };
    lower(libc::RLIMIT_CORE, 0);
    lower(libc::RLIMIT_NOFILE, descriptors);
}
