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
    // Without any child there is nothing to look for.
    // SAFETY: the structure is plain numbers and valid for the call.
    let has_children = unsafe {
        let mut info: libc::siginfo_t = std::mem::zeroed();
        let flags = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT | libc::__WALL;
        check(libc::waitid(libc::P_ALL, 0, &raw mut info, flags)).is_ok()
    };
    if !has_children {
        return;
    }
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
