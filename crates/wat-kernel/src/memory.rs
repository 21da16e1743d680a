//! The memory of a process that is about to need much of it.

/// The pages that the system gives where it is asked for large ones.
const LARGE: usize = 2 << 20;
/// How much of the heap is held at most while it grows to the expected size; its own margin is smaller.
const HELD: usize = 64;

/// Grows the heap of the calling thread to about so many more bytes, in large pages: the system then answers few faults
/// instead of one for each 4 KiB. Nothing is taken that is not used, but for the rest of a page. Without large pages,
/// or for less than a few of them, nothing happens.
///
/// For commands that read and answer; a process that forks would copy large pages.
pub fn expect(bytes: usize) {
    if bytes < 4 * LARGE {
        return;
    }
    // SAFETY: the numbers are settings of the allocator, set to sizes; the range is heap, which stays mapped because the
    // allocator no longer gives parts of it back, and the advice changes no contents.
    unsafe {
        let size = i32::try_from(bytes).unwrap_or(i32::MAX);
        libc::mallopt(libc::M_TRIM_THRESHOLD, i32::MAX);
        libc::mallopt(libc::M_TOP_PAD, size);
        let before = libc::sbrk(0) as usize;
        let mut held = Vec::new();
        while libc::sbrk(0) as usize == before && held.len() < HELD {
            held.push(Vec::<u8>::with_capacity(64 << 10));
        }
        drop(held);
        libc::mallopt(libc::M_TOP_PAD, LARGE as i32);
        let start = before.next_multiple_of(LARGE);
        let end = libc::sbrk(0) as usize / LARGE * LARGE;
        if end > start {
            libc::madvise(start as *mut libc::c_void, end - start, libc::MADV_HUGEPAGE);
        }
    }
}
