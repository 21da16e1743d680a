//! Tables that code refers to by index: they grow, and what they hold never moves, so that threads read them while one
//! of them adds to them.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

/// Entries of the first piece; every further piece is as long as all before it.
pub(crate) const FIRST: usize = 1 << 12;
const PIECES: usize = 20;

/// Entries that are added and never removed.
pub(crate) struct Table<T> {
    first: *mut T,
    more: [AtomicPtr<T>; PIECES],
    len: AtomicUsize,
}

// SAFETY: entries are shared by reference, and added by one thread at a time.
unsafe impl<T: Send + Sync> Sync for Table<T> {}
// SAFETY: a table owns its entries.
unsafe impl<T: Send> Send for Table<T> {}

fn layout<T>(entries: usize) -> Layout {
    Layout::array::<T>(entries).expect("a table is smaller than the address space")
}

fn reserve<T>(entries: usize) -> *mut T {
    // SAFETY: entries have a size.
    let piece = unsafe { alloc(layout::<T>(entries)) };
    if piece.is_null() {
        handle_alloc_error(layout::<T>(entries));
    }
    piece.cast()
}

/// The piece of an index behind the first piece, and the place in it.
fn split(index: usize) -> (usize, usize) {
    let piece = (index / FIRST).ilog2() as usize;
    (piece, index - (FIRST << piece))
}

impl<T> Table<T> {
    pub fn new() -> Table<T> {
        Table {
            first: reserve(FIRST),
            more: [const { AtomicPtr::new(ptr::null_mut()) }; PIECES],
            len: AtomicUsize::new(0),
        }
    }

    pub fn len(&self) -> usize {
        self.len.load(Ordering::Acquire)
    }

    /// Where the first [`FIRST`] entries are; they never move.
    #[inline(always)]
    pub fn first(&self) -> *const T {
        self.first
    }

    /// Where an entry is.
    #[inline(always)]
    fn place(&self, index: usize) -> *mut T {
        if index < FIRST {
            // SAFETY: the first piece has so many entries.
            unsafe { self.first.add(index) }
        } else {
            self.far(index)
        }
    }

    #[cold]
    fn far(&self, index: usize) -> *mut T {
        let (piece, at) = split(index);
        // SAFETY: the piece has more than `at` entries.
        unsafe { self.more[piece].load(Ordering::Acquire).add(at) }
    }

    /// An entry.
    ///
    /// # Safety
    /// The index was handed out by [`Table::push`].
    #[inline(always)]
    pub unsafe fn get(&self, index: usize) -> &T {
        debug_assert!(index < self.len());
        // SAFETY: the caller says that the entry is there.
        unsafe { &*self.place(index) }
    }

    /// Adds an entry and returns its index.
    ///
    /// # Safety
    /// One thread at a time does so.
    pub unsafe fn push(&self, value: T) -> u32 {
        let index = self.len.load(Ordering::Relaxed);
        if index >= FIRST {
            let (piece, _) = split(index);
            if self.more[piece].load(Ordering::Relaxed).is_null() {
                self.more[piece].store(reserve(FIRST << piece), Ordering::Release);
            }
        }
        // SAFETY: the place is reserved, and nobody reads it before the index is handed out.
        unsafe { self.place(index).write(value) };
        self.len.store(index + 1, Ordering::Release);
        index as u32
    }
}

impl<T> Drop for Table<T> {
    fn drop(&mut self) {
        for index in 0..*self.len.get_mut() {
            // SAFETY: the entry was written, and nobody refers to it any more.
            unsafe { ptr::drop_in_place(self.place(index)) };
        }
        // SAFETY: the pieces were allocated with these layouts.
        unsafe {
            dealloc(self.first.cast(), layout::<T>(FIRST));
            for (piece, at) in self.more.iter_mut().enumerate() {
                if !at.get_mut().is_null() {
                    dealloc(at.get_mut().cast(), layout::<T>(FIRST << piece));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{FIRST, Table};

    #[test]
    fn entries_stay_where_they_are() {
        let table = Table::new();
        for n in 0..10 * FIRST {
            // SAFETY: this is the only thread.
            assert_eq!(unsafe { table.push(Box::new(n)) } as usize, n);
        }
        for n in 0..10 * FIRST {
            // SAFETY: the index was handed out.
            assert_eq!(**unsafe { table.get(n) }, n);
        }
    }
}
