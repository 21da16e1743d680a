//! Heap objects: header, allocation, reference counts. Every count of the runtime goes through this module.
//!
//! Counts are changed by plain additions until the process has a second thread that evaluates, and by atomic ones from
//! then on ([`share`]). Whoever gets a value from another thread does so behind the start of that thread, so that no
//! thread ever changes the count of a shared value plainly. A negative count means immortal: constants are never
//! counted and never freed, and a forked child writes to no page for them.

use crate::desc::Desc;
use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::cell::{Cell, RefCell};
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering, fence};

/// Eight untagged bytes: an integer, the bits of a float, a truth value, a byte, a pointer to an object, or a variant
/// without fields. The static type says which.
pub type Slot = u64;

/// What an object is made of; the first thing that dropping looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    /// A tuple, struct or variant with fields: one slot per field.
    Cells,
    /// A closure: a code index, then one slot per capture.
    Closure,
    /// A string or keyword.
    Text,
    /// The handle of a vector.
    Vector,
    /// An inner node of a vector.
    Branch,
    /// Elements of a vector.
    Leaf,
    /// The handle of a map or set.
    Map,
    /// A node of a map or set.
    MapNode,
    /// A form or holon.
    Form,
    /// A value with its type.
    Any,
    /// A value of Rust that only natives look into.
    Opaque,
}

/// What every object starts with.
#[repr(C)]
pub struct Header {
    count: AtomicI32,
    pub(crate) kind: Kind,
    pub(crate) variant: u16,
    pub(crate) desc: &'static Desc,
}

/// A pointer to an object.
pub(crate) type Object = *mut Header;

/// Size classes are multiples of this many bytes.
const CLASS: usize = 16;
/// Objects up to this size are recycled.
const MAX_RECYCLED: usize = 320;
/// A class keeps at most this many free blocks.
const MAX_FREE: usize = 4096;

struct Recycler {
    free: RefCell<[Vec<*mut u8>; MAX_RECYCLED / CLASS + 1]>,
    live: Cell<isize>,
}

impl Drop for Recycler {
    fn drop(&mut self) {
        for (class, blocks) in self.free.get_mut().iter_mut().enumerate() {
            for block in blocks.drain(..) {
                // SAFETY: a block in a class was allocated with the layout of its class and nothing refers to it.
                unsafe { dealloc(block, layout(class * CLASS)) };
            }
        }
    }
}

thread_local! {
    static RECYCLER: Recycler = const {
        Recycler { free: RefCell::new([const { Vec::new() }; MAX_RECYCLED / CLASS + 1]), live: Cell::new(0) }
    };
}

/// How many objects this thread has allocated more than it has freed, without immortal ones. Objects that one thread
/// allocates and another one frees count on both; the sum over all threads is what is alive.
pub fn live_objects() -> isize {
    RECYCLER.with(|r| r.live.get())
}

/// Takes the balance of this thread away, for whoever outlives it to add up.
pub fn take_live_objects() -> isize {
    RECYCLER.with(|r| r.live.replace(0))
}

/// Adds the balance of a thread that has ended.
pub fn add_live_objects(balance: isize) {
    RECYCLER.with(|r| r.live.set(r.live.get() + balance));
}

/// Do several threads of the process evaluate, or have done so?
static SHARED: AtomicBool = AtomicBool::new(false);

/// Makes counts atomic for ever. To be called before a second thread that evaluates is started.
pub fn share() {
    if !shared() {
        SHARED.store(true, Ordering::Relaxed);
    }
}

#[inline(always)]
fn shared() -> bool {
    SHARED.load(Ordering::Relaxed)
}

/// What an immortal object's count is: so far from 0 that changes under way do not bring it back.
const IMMORTAL: i32 = i32::MIN / 2;

fn layout(size: usize) -> Layout {
    Layout::from_size_align(size, 8).expect("object sizes stay far below isize::MAX")
}

fn rounded(size: usize) -> usize {
    if size <= MAX_RECYCLED {
        size.next_multiple_of(CLASS)
    } else {
        size.next_multiple_of(8)
    }
}

/// A new object of `size` bytes, header included and written, with count 1. The rest is uninitialised.
pub(crate) fn allocate(size: usize, kind: Kind, variant: u16, desc: &'static Desc) -> Object {
    debug_assert!(size >= size_of::<Header>());
    let size = rounded(size);
    let block = RECYCLER.with(|r| {
        r.live.set(r.live.get() + 1);
        if size <= MAX_RECYCLED {
            r.free.borrow_mut()[size / CLASS].pop()
        } else {
            None
        }
    });
    let block = block.unwrap_or_else(|| {
        // SAFETY: the size is not zero.
        let block = unsafe { alloc(layout(size)) };
        if block.is_null() {
            handle_alloc_error(layout(size));
        }
        block
    });
    let object = block.cast::<Header>();
    // SAFETY: the block is big enough for a header, aligned to 8, and ours alone.
    unsafe {
        object.write(Header {
            count: AtomicI32::new(1),
            kind,
            variant,
            desc,
        })
    };
    object
}

/// Gives the memory of an object back.
///
/// # Safety
/// `object` came from [`allocate`] with this `size`, and nothing refers to it any more.
pub(crate) unsafe fn free(object: Object, size: usize) {
    let size = rounded(size);
    let block = object.cast::<u8>();
    let kept = RECYCLER.try_with(|r| {
        r.live.set(r.live.get() - 1);
        if size > MAX_RECYCLED {
            return false;
        }
        let class = &mut r.free.borrow_mut()[size / CLASS];
        let keep = class.len() < MAX_FREE;
        if keep {
            class.push(block);
        }
        keep
    });
    if kept != Ok(true) {
        // SAFETY: the caller gives the block up; the layout is the one it was allocated with.
        unsafe { dealloc(block, layout(size)) };
    }
}

/// Makes an object immortal: it is neither counted nor freed from now on.
///
/// # Safety
/// `object` is alive and the caller gives up the only reference that was counted.
pub(crate) unsafe fn immortalise(object: Object) {
    // SAFETY: the caller says it is alive.
    let header = unsafe { &*object };
    if header.count.swap(IMMORTAL, Ordering::Relaxed) >= 0 {
        let _ = RECYCLER.try_with(|r| r.live.set(r.live.get() - 1));
    }
}

/// Whether a slot of a pointer type holds an object, and not a variant without fields.
#[inline(always)]
pub fn is_object(slot: Slot) -> bool {
    slot & 1 == 0
}

/// The slot of a variant without fields.
#[inline(always)]
pub const fn immediate(variant: u32) -> Slot {
    (variant as u64) << 1 | 1
}

/// One more reference to what a slot of a pointer type holds.
///
/// # Safety
/// The slot is of a pointer type and what it holds is alive.
#[inline(always)]
pub unsafe fn retain(slot: Slot) {
    if is_object(slot) {
        // SAFETY: an even slot of a pointer type is a live object.
        let count = unsafe { &(*(slot as Object)).count };
        let n = count.load(Ordering::Relaxed);
        if n < 0 {
            return;
        }
        if n == i32::MAX / 2 {
            // Nobody will ever let go of so many.
            count.store(IMMORTAL, Ordering::Relaxed);
        } else if shared() {
            count.fetch_add(1, Ordering::Relaxed);
        } else {
            count.store(n + 1, Ordering::Relaxed);
        }
    }
}

/// One reference less; frees the object and whatever only it held if it was the last.
///
/// # Safety
/// The slot is of a pointer type, holds a live value, and the caller owns the reference it gives up.
#[inline(always)]
pub unsafe fn release(slot: Slot) {
    // SAFETY: the caller says so; a destroyed object has lost its last reference.
    unsafe {
        if is_object(slot) && decrement(slot as Object) {
            crate::drop::destroy(slot as Object);
        }
    }
}

/// Decrements; whether the object must be destroyed now.
///
/// # Safety
/// As for [`release`], with an object.
#[inline(always)]
pub(crate) unsafe fn decrement(object: Object) -> bool {
    // SAFETY: the caller says it is alive.
    let count = unsafe { &(*object).count };
    let n = count.load(Ordering::Relaxed);
    if n < 0 {
        return false;
    }
    if n > 1 {
        if !shared() {
            count.store(n - 1, Ordering::Relaxed);
            return false;
        }
        if count.fetch_sub(1, Ordering::Release) != 1 {
            return false;
        }
    }
    // What the other holders read is read before the object goes.
    fence(Ordering::Acquire);
    true
}

/// Whether the caller's reference is the only one, so that the object may be changed in place.
///
/// # Safety
/// `object` is alive.
#[inline(always)]
pub(crate) unsafe fn is_unique(object: Object) -> bool {
    // SAFETY: the caller says it is alive. What former holders read is read before it changes.
    unsafe { (*object).count.load(Ordering::Acquire) == 1 }
}
