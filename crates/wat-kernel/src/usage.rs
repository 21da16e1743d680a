//! What the processes of a program took.

use std::io;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};
use std::time::Duration;

/// How many children this process and its descendants have forked: memory that they share. Null while nobody counts.
static FORKED: AtomicPtr<AtomicU32> = AtomicPtr::new(null_mut());

/// Time and memory of processes that have ended and were waited for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Time in their own code, added up.
    pub user: Duration,
    /// Time in the system, added up.
    pub system: Duration,
    /// The most memory that one of them had.
    pub peak_bytes: u64,
}

/// What the children of this process, and theirs in turn, have taken.
pub fn usage_of_children() -> Usage {
    // SAFETY: the structure is plain numbers and valid for the call.
    let used = unsafe {
        let mut used: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_CHILDREN, &raw mut used);
        used
    };
    let time = |time: libc::timeval| {
        let micros = u64::try_from(time.tv_usec).unwrap_or_default();
        Duration::from_secs(u64::try_from(time.tv_sec).unwrap_or_default())
            + Duration::from_micros(micros)
    };
    Usage {
        user: time(used.ru_utime),
        system: time(used.ru_stime),
        peak_bytes: u64::try_from(used.ru_maxrss).unwrap_or_default() * 1024,
    }
}

/// The count of the processes that descend from this one.
#[derive(Debug)]
pub struct ProcessCount(&'static AtomicU32);

impl ProcessCount {
    /// How many there have been.
    pub fn so_far(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Counts the children that this process and its descendants fork from now on.
///
/// # Errors
/// The system refuses memory that processes share.
pub fn count_processes() -> io::Result<ProcessCount> {
    if let Some(count) = counter() {
        return Ok(ProcessCount(count));
    }
    // SAFETY: new memory, at no address in particular.
    let page = unsafe {
        libc::mmap(
            null_mut(),
            size_of::<AtomicU32>(),
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_SHARED | libc::MAP_ANONYMOUS,
            -1,
            0,
        )
    };
    if page == libc::MAP_FAILED {
        return Err(io::Error::last_os_error());
    }
    let page: *mut AtomicU32 = page.cast();
    FORKED.store(page, Ordering::Release);
    // SAFETY: it is zero, large enough, and never unmapped.
    Ok(ProcessCount(unsafe { &*page }))
}

fn counter() -> Option<&'static AtomicU32> {
    // SAFETY: null, or memory that is never unmapped.
    unsafe { FORKED.load(Ordering::Acquire).as_ref() }
}

/// One more child.
pub(crate) fn note_fork() {
    if let Some(count) = counter() {
        count.fetch_add(1, Ordering::Relaxed);
    }
}
