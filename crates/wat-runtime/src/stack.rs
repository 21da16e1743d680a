//! The stack of a machine: one region that is reserved at once and touched as it grows.

use std::alloc::{Layout, alloc, dealloc};
use wat_value::Slot;

/// Slots between the limit and the end: more than the largest frame.
const MARGIN: usize = 1 << 17;

/// A region of slots. The memory beyond what frames have touched is only reserved.
pub(crate) struct Stack {
    base: *mut Slot,
    slots: usize,
}

fn layout(slots: usize) -> Option<Layout> {
    Layout::array::<Slot>(slots.checked_add(MARGIN)?).ok()
}

fn reserve(slots: usize) -> *mut Slot {
    match layout(slots) {
        // SAFETY: the size is not zero.
        Some(layout) => unsafe { alloc(layout) }.cast(),
        None => std::ptr::null_mut(),
    }
}

impl Stack {
    /// A stack of at most `bytes`; less if the system does not give as much.
    pub fn new(bytes: usize) -> Stack {
        let mut slots = (bytes / 8).max(64);
        loop {
            let base = reserve(slots);
            if !base.is_null() {
                return Stack { base, slots };
            }
            if slots <= 64 {
                std::alloc::handle_alloc_error(Layout::new::<Slot>());
            }
            slots /= 2;
        }
    }

    pub fn base(&self) -> *mut Slot {
        self.base
    }

    /// Frames must end at or before this.
    pub fn limit(&self) -> *mut Slot {
        // SAFETY: the region has at least `slots` slots.
        unsafe { self.base.add(self.slots) }
    }

    /// Gives touched memory back; only between evaluations.
    pub fn shrink(&mut self) {
        let fresh = reserve(self.slots);
        if !fresh.is_null() {
            let old = std::mem::replace(&mut self.base, fresh);
            free(old, self.slots);
        }
    }
}

fn free(base: *mut Slot, slots: usize) {
    if let Some(layout) = layout(slots) {
        // SAFETY: the region was allocated with this layout, and nobody refers to it.
        unsafe { dealloc(base.cast(), layout) };
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        free(self.base, self.slots);
    }
}
