//! Leaves: elements packed, 8 bytes each, or 1 byte for bytes and truth values.

use crate::desc::Desc;
use crate::heap::{Header, Kind, Slot, allocate, free, is_unique, release, retain};
use std::ptr;

/// Bytes of elements in a full leaf.
const LEAF_BYTES: usize = 256;

#[repr(C)]
pub(super) struct Leaf {
    pub(super) header: Header,
    pub(super) len: u32,
    /// In elements.
    pub(super) capacity: u32,
}

const ELEMENTS: usize = size_of::<Leaf>();

/// The elements of a leaf from some position on, packed.
#[derive(Clone, Copy, Debug)]
pub enum Chunk<'v> {
    /// Truth values and bytes.
    Bytes(&'v [u8]),
    /// Everything else.
    Words(&'v [u64]),
}

impl Chunk<'_> {
    /// How many elements there are.
    pub fn len(&self) -> usize {
        match self {
            Chunk::Bytes(items) => items.len(),
            Chunk::Words(items) => items.len(),
        }
    }

    /// Whether there is no element.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// An element, as a slot.
    pub fn slot(&self, index: usize) -> Slot {
        match self {
            Chunk::Bytes(items) => u64::from(items[index]),
            Chunk::Words(items) => items[index],
        }
    }
}

pub(super) fn element(desc: &'static Desc) -> &'static Desc {
    desc.parts[0]
}

/// How many elements a full leaf has.
pub(super) fn full_leaf(desc: &'static Desc) -> usize {
    LEAF_BYTES / element(desc).repr.width()
}

pub(super) fn leaf_size(width: usize, capacity: usize) -> usize {
    ELEMENTS + width * capacity
}

pub(super) fn new_leaf(desc: &'static Desc, capacity: usize) -> *mut Leaf {
    let leaf = allocate(
        leaf_size(element(desc).repr.width(), capacity),
        Kind::Leaf,
        0,
        desc,
    )
    .cast::<Leaf>();
    // SAFETY: the object has room for the two numbers and is ours alone.
    unsafe {
        (&raw mut (*leaf).len).write(0);
        (&raw mut (*leaf).capacity).write(capacity as u32);
    }
    leaf
}

impl Leaf {
    /// # Safety
    /// `leaf` is alive.
    pub(super) unsafe fn bytes(leaf: *mut Leaf) -> *mut u8 {
        // SAFETY: the elements lie behind the leaf.
        unsafe { leaf.cast::<u8>().add(ELEMENTS) }
    }

    /// # Safety
    /// `leaf` is alive with more than `index` elements, of this width.
    #[inline(always)]
    pub(super) unsafe fn get(leaf: *mut Leaf, index: usize, wide: bool) -> Slot {
        // SAFETY: the caller says the element is there.
        unsafe {
            if wide {
                *Leaf::bytes(leaf).cast::<u64>().add(index)
            } else {
                u64::from(*Leaf::bytes(leaf).add(index))
            }
        }
    }

    /// # Safety
    /// `leaf` is alive, ours alone, with a capacity of more than `index` elements of this width.
    #[inline(always)]
    pub(super) unsafe fn put(leaf: *mut Leaf, index: usize, wide: bool, value: Slot) {
        // SAFETY: the caller says there is room.
        unsafe {
            if wide {
                *Leaf::bytes(leaf).cast::<u64>().add(index) = value;
            } else {
                *Leaf::bytes(leaf).add(index) = value as u8;
            }
        }
    }

    /// A leaf with the first `len` elements of this one and the given capacity, ours alone. Takes the reference.
    ///
    /// # Safety
    /// `leaf` is alive with at least `len` elements, and `capacity >= len`.
    pub(super) unsafe fn owned(leaf: *mut Leaf, len: usize, capacity: usize) -> *mut Leaf {
        // SAFETY: reads stay below `len`; a shared leaf is only read, its elements retained for the copy.
        unsafe {
            let desc = (*leaf).header.desc;
            let elem = element(desc);
            let unique = is_unique(leaf.cast());
            if unique {
                for index in len..(*leaf).len as usize {
                    if elem.is_pointer() {
                        release(Leaf::get(leaf, index, true));
                    }
                }
                (*leaf).len = len as u32;
                if (*leaf).capacity as usize >= capacity {
                    return leaf;
                }
            }
            let copy = new_leaf(desc, capacity);
            ptr::copy_nonoverlapping(
                Leaf::bytes(leaf),
                Leaf::bytes(copy),
                len * elem.repr.width(),
            );
            (*copy).len = len as u32;
            if unique {
                // The elements have moved to the copy.
                free(
                    leaf.cast(),
                    leaf_size(elem.repr.width(), (*leaf).capacity as usize),
                );
            } else {
                if elem.is_pointer() {
                    (0..len).for_each(|index| retain(Leaf::get(copy, index, true)));
                }
                release(leaf as Slot);
            }
            copy
        }
    }

    /// Puts an element in before another one or behind the last one.
    ///
    /// # Safety
    /// `leaf` is alive, ours alone, with room for one more element and at least `index` elements of this width.
    pub(super) unsafe fn insert(leaf: *mut Leaf, index: usize, wide: bool, value: Slot) {
        // SAFETY: the elements from `index` on move into the room that the caller says is there.
        unsafe {
            let width = if wide { size_of::<Slot>() } else { 1 };
            let from = Leaf::bytes(leaf).add(index * width);
            ptr::copy(
                from,
                from.add(width),
                ((*leaf).len as usize - index) * width,
            );
            Leaf::put(leaf, index, wide, value);
            (*leaf).len += 1;
        }
    }

    /// Takes an element out; the caller gets its reference.
    ///
    /// # Safety
    /// `leaf` is alive, ours alone, with more than `index` elements of this width.
    pub(super) unsafe fn remove(leaf: *mut Leaf, index: usize, wide: bool) -> Slot {
        // SAFETY: the elements behind `index` move into its place.
        unsafe {
            let value = Leaf::get(leaf, index, wide);
            let width = if wide { size_of::<Slot>() } else { 1 };
            let to = Leaf::bytes(leaf).add(index * width);
            (*leaf).len -= 1;
            ptr::copy(to.add(width), to, ((*leaf).len as usize - index) * width);
            value
        }
    }

    /// Two leaves, ours alone and with room for a full one's elements: the first `index` elements, and the others.
    /// Takes the reference.
    ///
    /// # Safety
    /// `leaf` is alive with at least `index` elements.
    pub(super) unsafe fn split(leaf: *mut Leaf, index: usize) -> (*mut Leaf, *mut Leaf) {
        // SAFETY: elements of a leaf that is ours alone move, others get a second reference.
        unsafe {
            let desc = (*leaf).header.desc;
            let elem = element(desc);
            let count = (*leaf).len as usize - index;
            let right = new_leaf(desc, full_leaf(desc));
            ptr::copy_nonoverlapping(
                Leaf::bytes(leaf).add(index * elem.repr.width()),
                Leaf::bytes(right),
                count * elem.repr.width(),
            );
            (*right).len = count as u32;
            if is_unique(leaf.cast()) {
                (*leaf).len = index as u32;
            } else if elem.is_pointer() {
                (0..count).for_each(|at| retain(Leaf::get(right, at, true)));
            }
            (Leaf::owned(leaf, index, full_leaf(desc)), right)
        }
    }

    /// Neighbours with the same elements, ours alone: all of them in the first one if it has room, then there is no
    /// second one; else half of them in each. Takes both references.
    ///
    /// # Safety
    /// Both leaves are alive and of one type.
    pub(super) unsafe fn balance(left: *mut Leaf, right: *mut Leaf) -> (*mut Leaf, *mut Leaf) {
        // SAFETY: elements move between leaves that are ours alone and have room for a full leaf's.
        unsafe {
            let full = full_leaf((*left).header.desc);
            let width = element((*left).header.desc).repr.width();
            let (a, b) = ((*left).len as usize, (*right).len as usize);
            let left = Leaf::owned(left, a, full);
            let right = Leaf::owned(right, b, full);
            let keep = if a + b <= full { a + b } else { (a + b) / 2 };
            let end = Leaf::bytes(left).add(keep.min(a) * width);
            let begin = Leaf::bytes(right);
            if keep >= a {
                let moved = keep - a;
                ptr::copy_nonoverlapping(begin, end, moved * width);
                ptr::copy(begin.add(moved * width), begin, (b - moved) * width);
            } else {
                let moved = a - keep;
                ptr::copy(begin, begin.add(moved * width), b * width);
                ptr::copy_nonoverlapping(end, begin, moved * width);
            }
            (*left).len = keep as u32;
            (*right).len = (a + b - keep) as u32;
            if keep == a + b {
                // Its elements have moved.
                free(right.cast(), leaf_size(width, (*right).capacity as usize));
                return (left, ptr::null_mut());
            }
            (left, right)
        }
    }
}
