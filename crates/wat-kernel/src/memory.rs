//! The memory of a process that reads much, answers and ends.
//!
//! [`Heap`] is the system's allocator until [`expect`] reserves a room: from then on the small blocks of the calling
//! thread come from there, one behind the other and in large pages. A block that is released waits for the next one of
//! its size; nothing is joined, and nothing goes back to the system.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::UnsafeCell;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// The pages that the system gives where it is asked for large ones.
const LARGE: usize = 2 << 20;
/// Blocks are multiples of this, and as strictly aligned.
const STEP: usize = 16;
/// The largest block of a room; larger ones are the system's.
const LARGEST: usize = 1024;
/// How much of the system's heap is held at most while it grows to the expected size; its own margin is smaller.
const HELD: usize = 64;

/// Where the room of the process begins, and how long it is: nothing until there is one.
static START: AtomicUsize = AtomicUsize::new(0);
static LENGTH: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static ARENA: Arena = const { Arena::new() };
}

/// The allocator of a program: the system's, and a room for small blocks where [`expect`] has reserved one.
#[derive(Debug)]
pub struct Heap;

// SAFETY: blocks of the room come from the arena of the thread, which gives each out once until it is given back; the
// addresses of the room tell whose a block is, and its layout which size it has. All others are the system's.
unsafe impl GlobalAlloc for Heap {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.size() <= LARGEST && layout.align() <= STEP {
            let block = ARENA.with(|arena| arena.take(layout.size()));
            if !block.is_null() {
                return block;
            }
        }
        // SAFETY: what holds of the layout is the caller's.
        unsafe { System.alloc(layout) }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if is_of_room(block) {
            // SAFETY: the block is one of the room and of this size, and the caller has no more use for it.
            ARENA.with(|arena| unsafe { arena.give_back(block, layout.size()) });
            return;
        }
        // SAFETY: the block is not of the room, so it is the system's.
        unsafe { System.dealloc(block, layout) }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if layout.size() > LARGEST {
            // SAFETY: what holds of the layout is the caller's. The system knows which pages are new.
            return unsafe { System.alloc_zeroed(layout) };
        }
        // SAFETY: as above; the block is as long as the layout says.
        unsafe {
            let block = self.alloc(layout);
            if !block.is_null() {
                block.write_bytes(0, layout.size());
            }
            block
        }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if !is_of_room(block) {
            // SAFETY: the block is not of the room, so it is the system's.
            return unsafe { System.realloc(block, layout, size) };
        }
        if class(size) == class(layout.size()) {
            return block;
        }
        // SAFETY: both layouts are legal, as the caller promises; each block is at least as long as what is copied, and
        // the two do not overlap, because the first is still taken.
        unsafe {
            let new = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !new.is_null() {
                ptr::copy_nonoverlapping(block, new, size.min(layout.size()));
                self.dealloc(block, layout);
            }
            new
        }
    }
}

#[inline]
fn is_of_room(block: *mut u8) -> bool {
    (block as usize).wrapping_sub(START.load(Relaxed)) < LENGTH.load(Relaxed)
}

#[inline]
fn class(size: usize) -> usize {
    size.div_ceil(STEP)
}

/// The room of a thread and what was given back to it.
struct Arena(UnsafeCell<Blocks>);

struct Blocks {
    /// The first byte that was never given out.
    next: usize,
    end: usize,
    /// What was given back, by its size in steps; the first word of each block leads to the next one.
    free: [*mut u8; LARGEST / STEP + 1],
}

impl Arena {
    const fn new() -> Arena {
        Arena(UnsafeCell::new(Blocks {
            next: 0,
            end: 0,
            free: [ptr::null_mut(); LARGEST / STEP + 1],
        }))
    }

    /// A block, or null when the room is used up.
    #[inline]
    fn take(&self, size: usize) -> *mut u8 {
        let class = class(size);
        // SAFETY: the arena is the thread's own, and nothing in here comes back to it; what a list holds are blocks of
        // its size that nobody uses, whose first words it wrote.
        unsafe {
            let blocks = &mut *self.0.get();
            let first = blocks.free[class];
            if !first.is_null() {
                blocks.free[class] = first.cast::<*mut u8>().read();
                return first;
            }
            if blocks.end - blocks.next < class * STEP {
                return ptr::null_mut();
            }
            let block = blocks.next as *mut u8;
            blocks.next += class * STEP;
            block
        }
    }

    /// Takes a block back, whichever thread it was given to.
    ///
    /// # Safety
    /// A block of the room of this size that nobody uses any more.
    #[inline]
    unsafe fn give_back(&self, block: *mut u8, size: usize) {
        let class = class(size);
        // SAFETY: as above; a block has room for a word.
        unsafe {
            let blocks = &mut *self.0.get();
            block.cast::<*mut u8>().write(blocks.free[class]);
            blocks.free[class] = block;
        }
    }

    fn open(&self, start: usize, end: usize) {
        // SAFETY: the arena is the thread's own.
        let blocks = unsafe { &mut *self.0.get() };
        (blocks.next, blocks.end) = (start, end);
    }
}

/// Prepares the process for about so many more bytes of the calling thread, in large pages: the system then answers few
/// faults instead of one for each 4 KiB. Nothing is taken that is not used, but for the rest of a page. For less than a
/// few pages, and when it was called before, nothing happens.
///
/// For commands that read and answer; a process that forks would copy large pages.
pub fn expect(bytes: usize) {
    if bytes < 4 * LARGE || LENGTH.load(Relaxed) != 0 {
        return;
    }
    reserve(bytes.saturating_mul(2));
    grow(bytes / 2);
}

/// Reserves addresses for small blocks; where they are used up, or there are none, blocks are the system's.
fn reserve(bytes: usize) {
    let length = bytes.next_multiple_of(LARGE);
    // SAFETY: a mapping of its own, which is never unmapped; the advice changes no contents.
    let start = unsafe {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        let rights = libc::PROT_READ | libc::PROT_WRITE;
        let start = libc::mmap(ptr::null_mut(), length, rights, flags, -1, 0);
        if start == libc::MAP_FAILED {
            return;
        }
        libc::madvise(start, length, libc::MADV_HUGEPAGE);
        start as usize
    };
    START.store(start, Relaxed);
    LENGTH.store(length, Relaxed);
    ARENA.with(|arena| arena.open(start.next_multiple_of(LARGE), start + length));
}

/// Grows the system's heap to about so many more bytes, in large pages.
fn grow(bytes: usize) {
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

#[cfg(test)]
mod tests {
    use std::alloc::{GlobalAlloc, Layout};

    use super::{Heap, LARGE, LARGEST, STEP, is_of_room, reserve};

    /// A block that is written all over with one byte.
    struct Filled {
        block: *mut u8,
        layout: Layout,
        byte: u8,
    }

    impl Filled {
        fn new(layout: Layout, byte: u8) -> Filled {
            // SAFETY: the layout is not empty, and the block as long as it says.
            let block = unsafe {
                let block = Heap.alloc(layout);
                assert!(!block.is_null());
                block.write_bytes(byte, layout.size());
                block
            };
            assert!((block as usize).is_multiple_of(layout.align()));
            Filled {
                block,
                layout,
                byte,
            }
        }

        fn check(&self, length: usize) {
            // SAFETY: so much of the block was written.
            let bytes = unsafe { std::slice::from_raw_parts(self.block, length) };
            assert!(bytes.iter().all(|byte| *byte == self.byte));
        }

        fn resize(&mut self, size: usize) {
            let kept = size.min(self.layout.size());
            // SAFETY: the block is of this layout, and the new size is not zero.
            self.block = unsafe { Heap.realloc(self.block, self.layout, size) };
            assert!(!self.block.is_null());
            self.check(kept);
            self.layout = Layout::from_size_align(size, self.layout.align()).unwrap();
            // SAFETY: the block is as long as its layout says.
            unsafe { self.block.write_bytes(self.byte, size) };
        }

        fn release(self) {
            self.check(self.layout.size());
            // SAFETY: the block is of this layout, and nobody has it any more.
            unsafe { Heap.dealloc(self.block, self.layout) };
        }
    }

    // SAFETY: a block belongs to whoever has its address.
    unsafe impl Send for Filled {}

    #[test]
    fn blocks_are_nobody_elses_until_they_are_given_back() {
        reserve(2 * LARGE);
        let mut state = 1_u64;
        let mut random = |below: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % below
        };
        let mut live: Vec<Filled> = Vec::new();
        let (mut of_room, mut of_system) = (0, 0);
        for turn in 0..200_000_usize {
            // The room is too small for all of them, so that both kinds of blocks come and go.
            match random(if live.len() < 12_000 { 8 } else { 5 }) {
                0 | 1 if !live.is_empty() => live.swap_remove(random(live.len())).release(),
                2 | 3 if !live.is_empty() => {
                    let at = random(live.len());
                    live[at].resize(1 + random(LARGEST + LARGEST / 4));
                }
                4 if !live.is_empty() => {
                    let filled = live.swap_remove(random(live.len()));
                    if turn % 64 == 0 {
                        std::thread::spawn(|| filled.release()).join().unwrap();
                    } else {
                        filled.release();
                    }
                }
                _ => {
                    let size = 1 + random(LARGEST + LARGEST / 4);
                    let align = [1, 2, 4, 8, STEP, 4 * STEP][random(6)];
                    let layout = Layout::from_size_align(size, align).unwrap();
                    live.push(Filled::new(layout, turn as u8));
                }
            }
            if let Some(filled) = live.last() {
                let is_ours = is_of_room(filled.block);
                of_room += usize::from(is_ours);
                of_system += usize::from(!is_ours);
                assert!(!is_ours || filled.layout.size() <= LARGEST);
            }
        }
        assert!(of_room > 10_000 && of_system > 10_000);
        // What other threads gave back is theirs; what this one gave back comes again, and empty if that is wanted.
        live.into_iter().for_each(Filled::release);
        let layout = Layout::from_size_align(LARGEST, STEP).unwrap();
        // SAFETY: the layout is not empty, and the block as long as it says.
        unsafe {
            let block = Heap.alloc_zeroed(layout);
            assert!(is_of_room(block));
            let bytes = std::slice::from_raw_parts(block, LARGEST);
            assert!(bytes.iter().all(|byte| *byte == 0));
            Heap.dealloc(block, layout);
        }
    }
}
