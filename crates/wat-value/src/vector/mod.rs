//! Persistent vectors: a tree of leaves with packed elements, and a tail that is not yet in the tree.
//!
//! A vector is a view `start..end` of positions. Elements before `tail_at` are in the tree, the others in the tail.
//! A node that only one vector holds is changed in place; a shared one is copied, so that an update costs one path.
//! Dropping from the front moves `start` and lets go of whole subtrees; taking a front part shortens the tree.
//!
//! Trees are dense: all leaves are full, and the bits of a position are the way to its leaf ([`dense`]). Only where
//! elements have come or gone in the middle leaves are not full, and branches above them say where each child ends
//! ([`sized`], [`edit`]). Such a tree is relaxed; it is dense again when its root is.

mod dense;
mod edit;
mod leaf;
mod sized;

pub use leaf::Chunk;

use crate::desc::Desc;
use crate::heap::{Header, Kind, Object, Slot, allocate, free, is_unique, release, retain};
use dense::{Branch, insert_leaf, owned_branch, trim};
use leaf::{Leaf, element, full_leaf, leaf_size, new_leaf};
use sized::SizedBranch;
use std::ptr;

const FAN_BITS: u32 = 5;
const FAN: usize = 1 << FAN_BITS;

#[repr(C)]
struct Vector {
    header: Header,
    start: u64,
    end: u64,
    tail_at: u64,
    /// Levels of branches above the leaves of a dense tree; 0 if the tree is empty or relaxed.
    levels: u32,
    /// Logarithm of the number of elements in a full leaf.
    leaf_bits: u16,
    /// Levels of branches above the leaves of a relaxed tree; 0 if the tree is empty or dense.
    relaxed: u16,
    /// A branch, or null if the tree is empty.
    root: Object,
    tail: *mut Leaf,
}

/// What `leaf_bits` are where elements take 8 bytes.
const WIDE: u16 = FAN_BITS as u16;

/// An empty vector; `desc` is the vector's.
pub fn empty(desc: &'static Desc) -> Slot {
    let vector = allocate(size_of::<Vector>(), Kind::Vector, 0, desc).cast::<Vector>();
    let leaf_bits = full_leaf(desc).trailing_zeros() as u16;
    // SAFETY: the object has room for the fields and is ours alone.
    unsafe {
        (&raw mut (*vector).start).write(0);
        (&raw mut (*vector).end).write(0);
        (&raw mut (*vector).tail_at).write(0);
        (&raw mut (*vector).levels).write(0);
        (&raw mut (*vector).leaf_bits).write(leaf_bits);
        (&raw mut (*vector).relaxed).write(0);
        (&raw mut (*vector).root).write(ptr::null_mut());
        (&raw mut (*vector).tail).write(ptr::null_mut());
    }
    vector as Slot
}

/// A vector of elements whose references it takes.
pub fn from_slots(desc: &'static Desc, items: &[Slot]) -> Slot {
    let mut vector = empty(desc);
    if !items.is_empty() {
        let full = full_leaf(desc);
        // SAFETY: the vector was just made and nobody else has it; its first leaf gets just the room it needs.
        unsafe { (*(vector as *mut Vector)).tail = new_leaf(desc, items.len().min(full)) };
    }
    for item in items {
        // SAFETY: the vector is ours alone.
        vector = unsafe { push(vector, *item) };
    }
    vector
}

/// How many elements a vector has.
///
/// # Safety
/// The slot holds a live vector.
#[inline(always)]
pub unsafe fn len(slot: Slot) -> usize {
    // SAFETY: the caller says so.
    unsafe { ((*(slot as *mut Vector)).end - (*(slot as *mut Vector)).start) as usize }
}

/// An element, borrowed.
///
/// # Safety
/// The slot holds a live vector with more than `index` elements.
#[inline(always)]
pub unsafe fn get(slot: Slot, index: usize) -> Slot {
    // SAFETY: the caller says the element is there, so that the leaf of its position exists.
    unsafe {
        let vector = slot as *mut Vector;
        let at = (*vector).start + index as u64;
        let (leaf, offset) = leaf_at(vector, at);
        Leaf::get(leaf, offset, (*vector).leaf_bits == WIDE)
    }
}

/// The leaf of a position, and where in it the position is.
#[inline(always)]
unsafe fn leaf_at(vector: *mut Vector, at: u64) -> (*mut Leaf, usize) {
    // SAFETY: the caller says that the position is in the view.
    unsafe {
        if at >= (*vector).tail_at {
            return ((*vector).tail, (at - (*vector).tail_at) as usize);
        }
        let mut level = (*vector).levels;
        if level == 0 {
            return sized::leaf_at(vector, at);
        }
        let leaf = at >> (*vector).leaf_bits;
        let mut node = (*vector).root;
        while level > 0 {
            level -= 1;
            node = (*node.cast::<Branch>()).children[(leaf >> (level * FAN_BITS)) as usize % FAN];
        }
        (
            node.cast(),
            (at & ((1 << (*vector).leaf_bits) - 1)) as usize,
        )
    }
}

/// The elements from `index` to the end of their leaf or of the vector.
///
/// # Safety
/// The slot holds a live vector with more than `index` elements that is not changed while the result is used.
pub unsafe fn chunk<'v>(slot: Slot, index: usize) -> Chunk<'v> {
    // SAFETY: as for `get`; the slice stays within the leaf's elements and the view.
    unsafe {
        let vector = slot as *mut Vector;
        let at = (*vector).start + index as u64;
        let (leaf, offset) = leaf_at(vector, at);
        let count = ((*leaf).len as usize - offset).min(((*vector).end - at) as usize);
        if (*vector).leaf_bits == WIDE {
            Chunk::Words(std::slice::from_raw_parts(
                Leaf::bytes(leaf).cast::<u64>().add(offset),
                count,
            ))
        } else {
            Chunk::Bytes(std::slice::from_raw_parts(
                Leaf::bytes(leaf).add(offset),
                count,
            ))
        }
    }
}

/// All elements, borrowed.
///
/// # Safety
/// The slot holds a live vector that is not changed while the iterator is used.
pub unsafe fn iter(slot: Slot) -> impl Iterator<Item = Slot> {
    // SAFETY: the caller says so.
    let total = unsafe { len(slot) };
    let mut done = 0;
    std::iter::from_fn(move || {
        (done < total).then(|| {
            // SAFETY: `done` is below the length.
            let chunk = unsafe { chunk(slot, done) };
            done += chunk.len();
            (0..chunk.len()).map(move |index| chunk.slot(index))
        })
    })
    .flatten()
}

/// A handle that is ours alone. Takes the reference.
unsafe fn owned(slot: Slot) -> *mut Vector {
    // SAFETY: a shared handle is only read; root and tail are retained for the copy.
    unsafe {
        let vector = slot as *mut Vector;
        if is_unique(slot as Object) {
            return vector;
        }
        let copy = empty((*vector).header.desc) as *mut Vector;
        (*copy).start = (*vector).start;
        (*copy).end = (*vector).end;
        (*copy).tail_at = (*vector).tail_at;
        (*copy).levels = (*vector).levels;
        (*copy).relaxed = (*vector).relaxed;
        (*copy).root = (*vector).root;
        (*copy).tail = (*vector).tail;
        if !(*copy).root.is_null() {
            retain((*copy).root as Slot);
        }
        if !(*copy).tail.is_null() {
            retain((*copy).tail as Slot);
        }
        release(slot);
        copy
    }
}

/// Appends. Takes both references.
///
/// # Safety
/// The slot holds a live vector, `value` a live value of its element type.
#[inline]
pub unsafe fn push(slot: Slot, value: Slot) -> Slot {
    // SAFETY: the caller says so; writes go to a handle and a tail that are ours alone.
    unsafe {
        let vector = owned(slot);
        let used = ((*vector).end - (*vector).tail_at) as usize;
        let tail = (*vector).tail;
        if !tail.is_null()
            && used < (*tail).capacity as usize
            && used == (*tail).len as usize
            && is_unique(tail.cast())
        {
            Leaf::put(tail, used, (*vector).leaf_bits == WIDE, value);
            (*tail).len += 1;
            (*vector).end += 1;
        } else {
            push_slow(vector, used, value);
        }
        vector as Slot
    }
}

#[cold]
#[inline(never)]
unsafe fn push_slow(vector: *mut Vector, used: usize, value: Slot) {
    // SAFETY: the handle is ours alone and `used` elements of the tail are in the view.
    unsafe {
        let full = 1usize << (*vector).leaf_bits;
        let desc = (*vector).header.desc;
        let mut used = used;
        if used == full {
            let leaf = std::mem::replace(&mut (*vector).tail, ptr::null_mut());
            let leaf = if (*leaf).len as usize == used {
                leaf
            } else {
                Leaf::owned(leaf, used, full)
            };
            if (*vector).relaxed > 0 {
                sized::append(vector, leaf);
            } else {
                insert_leaf(vector, (*vector).tail_at >> (*vector).leaf_bits, leaf);
            }
            (*vector).tail_at = (*vector).end;
            used = 0;
        }
        let capacity = tail_capacity(vector, used);
        let tail = (*vector).tail;
        let tail = if tail.is_null() {
            new_leaf(desc, capacity)
        } else {
            Leaf::owned(tail, used, capacity)
        };
        Leaf::put(tail, used, (*vector).leaf_bits == WIDE, value);
        (*tail).len += 1;
        (*vector).tail = tail;
        (*vector).end += 1;
    }
}

/// How many elements a tail has room for that gets one more than `used`: while it is all there is, few.
unsafe fn tail_capacity(vector: *mut Vector, used: usize) -> usize {
    // SAFETY: the caller says that the vector is alive.
    unsafe {
        let full = 1usize << (*vector).leaf_bits;
        if (*vector).tail_at > 0 {
            full
        } else {
            (used + 1).next_power_of_two().clamp(4, full)
        }
    }
}

/// Replaces an element. Takes both references.
///
/// # Safety
/// The slot holds a live vector with more than `index` elements, `value` a live value of its element type.
pub unsafe fn set(slot: Slot, index: usize, value: Slot) -> Slot {
    // SAFETY: the caller says so; every node on the path is made ours before it is written.
    unsafe {
        let vector = owned(slot);
        let at = (*vector).start + index as u64;
        let (place, offset) = if at >= (*vector).tail_at {
            let tail = (&raw mut (*vector).tail).cast();
            (tail, (at - (*vector).tail_at) as usize)
        } else if (*vector).relaxed > 0 {
            sized::own_path(vector, at)
        } else {
            own_path(vector, at)
        };
        let leaf = (*place).cast::<Leaf>();
        let leaf = Leaf::owned(leaf, (*leaf).len as usize, (*leaf).capacity as usize);
        *place = leaf.cast();
        let wide = (*vector).leaf_bits == WIDE;
        let old = Leaf::get(leaf, offset, wide);
        Leaf::put(leaf, offset, wide, value);
        if element((*vector).header.desc).is_pointer() {
            release(old);
        }
        vector as Slot
    }
}

/// The place of the leaf of a position of a dense tree, every branch above it made ours, and where in the leaf the
/// position is.
unsafe fn own_path(vector: *mut Vector, at: u64) -> (*mut Object, usize) {
    // SAFETY: the handle is ours alone, and the caller says that the position is in the tree.
    unsafe {
        let leaf = at >> (*vector).leaf_bits;
        let mut place = &raw mut (*vector).root;
        for level in (0..(*vector).levels).rev() {
            *place = owned_branch((*place).cast()).cast();
            let child = (leaf >> (level * FAN_BITS)) as usize % FAN;
            place = &raw mut (*(*place).cast::<Branch>()).children[child];
        }
        (place, (at & ((1 << (*vector).leaf_bits) - 1)) as usize)
    }
}

/// Puts an element in before the one at `index`, or behind the last one. Takes both references.
///
/// # Safety
/// The slot holds a live vector with at least `index` elements, `value` a live value of its element type.
pub unsafe fn insert(slot: Slot, index: usize, value: Slot) -> Slot {
    // SAFETY: the caller says so; writes go to a handle and a tail that are ours alone.
    unsafe {
        if index == len(slot) {
            return push(slot, value);
        }
        let vector = owned(slot);
        let at = (*vector).start + index as u64;
        if at < (*vector).tail_at {
            edit::insert(vector, index, value);
            return vector as Slot;
        }
        let offset = (at - (*vector).tail_at) as usize;
        let used = ((*vector).end - (*vector).tail_at) as usize;
        let wide = (*vector).leaf_bits == WIDE;
        let full = 1usize << (*vector).leaf_bits;
        if used == full {
            // The last element makes room and comes back.
            let tail = Leaf::owned((*vector).tail, used, full);
            let last = Leaf::remove(tail, used - 1, wide);
            Leaf::insert(tail, offset, wide, value);
            (*vector).tail = tail;
            return push(vector as Slot, last);
        }
        let tail = Leaf::owned((*vector).tail, used, tail_capacity(vector, used));
        Leaf::insert(tail, offset, wide, value);
        (*vector).tail = tail;
        (*vector).end += 1;
        vector as Slot
    }
}

/// The elements without the one at `index`. Takes the reference.
///
/// # Safety
/// The slot holds a live vector with more than `index` elements.
pub unsafe fn remove(slot: Slot, index: usize) -> Slot {
    // SAFETY: the caller says so; the tail is made ours before it is written and keeps an element.
    unsafe {
        if index == 0 {
            return drop_front(slot, 1);
        }
        if index + 1 == len(slot) {
            return take_front(slot, index);
        }
        let vector = owned(slot);
        let at = (*vector).start + index as u64;
        let old = if at < (*vector).tail_at {
            edit::remove(vector, index)
        } else {
            let used = ((*vector).end - (*vector).tail_at) as usize;
            let tail = Leaf::owned((*vector).tail, used, tail_capacity(vector, used - 1));
            (*vector).tail = tail;
            (*vector).end -= 1;
            let wide = (*vector).leaf_bits == WIDE;
            Leaf::remove(tail, (at - (*vector).tail_at) as usize, wide)
        };
        if element((*vector).header.desc).is_pointer() {
            release(old);
        }
        vector as Slot
    }
}

/// How many branches lie above an element that is not in the tail.
///
/// # Safety
/// The slot holds a live vector.
pub unsafe fn height(slot: Slot) -> u32 {
    // SAFETY: the caller says so.
    unsafe { sized::Place::root(slot as *mut Vector).level }
}

/// The elements without the first `count`. Takes the reference.
///
/// # Safety
/// The slot holds a live vector.
pub unsafe fn drop_front(slot: Slot, count: usize) -> Slot {
    // SAFETY: the caller says so; `trim` makes every branch ours before it writes.
    unsafe {
        if count >= len(slot) {
            return cleared(slot);
        }
        if count == 0 {
            return slot;
        }
        let vector = owned(slot);
        let before = (*vector).start >> (*vector).leaf_bits;
        (*vector).start += count as u64;
        let first = (*vector).start >> (*vector).leaf_bits;
        if (*vector).start >= (*vector).tail_at {
            drop_tree(vector);
        } else if (*vector).relaxed > 0 {
            sized::trim_front(vector);
        } else if first != before {
            trim(vector, first, true);
        }
        vector as Slot
    }
}

/// The first `count` elements. Takes the reference.
///
/// # Safety
/// The slot holds a live vector.
pub unsafe fn take_front(slot: Slot, count: usize) -> Slot {
    // SAFETY: the caller says so; the new tail is retained before the tree lets go of it.
    unsafe {
        if count >= len(slot) {
            return slot;
        }
        if count == 0 {
            return cleared(slot);
        }
        let vector = owned(slot);
        (*vector).end = (*vector).start + count as u64;
        if (*vector).end <= (*vector).tail_at {
            let last = (*vector).end - 1;
            let (leaf, offset) = leaf_at(vector, last);
            retain(leaf as Slot);
            release((*vector).tail as Slot);
            (*vector).tail = leaf;
            let size = std::mem::replace(&mut (*vector).tail_at, last - offset as u64);
            if (*vector).tail_at <= (*vector).start {
                drop_tree(vector);
            } else if (*vector).relaxed > 0 {
                sized::trim_back(vector, size);
            } else {
                trim(vector, (*vector).tail_at >> (*vector).leaf_bits, false);
            }
        }
        vector as Slot
    }
}

unsafe fn cleared(slot: Slot) -> Slot {
    // SAFETY: the caller owns the reference.
    unsafe {
        let desc = (*(slot as Object)).desc;
        release(slot);
        empty(desc)
    }
}

unsafe fn drop_tree(vector: *mut Vector) {
    // SAFETY: the handle is ours alone.
    unsafe {
        if !(*vector).root.is_null() {
            release(std::mem::replace(&mut (*vector).root, ptr::null_mut()) as Slot);
        }
        (*vector).levels = 0;
        (*vector).relaxed = 0;
        // Positions restart, so that a queue that lives for ever does not grow deeper.
        (*vector).start -= (*vector).tail_at;
        (*vector).end -= (*vector).tail_at;
        (*vector).tail_at = 0;
    }
}

/// Appends the elements of `other`. Takes both references.
///
/// # Safety
/// Both slots hold live vectors of one type.
pub unsafe fn concat(slot: Slot, other: Slot) -> Slot {
    // SAFETY: the caller says so; elements are retained for their second owner.
    unsafe {
        if len(slot) == 0 {
            release(slot);
            return other;
        }
        let pointers = element((*(slot as Object)).desc).is_pointer();
        let mut result = slot;
        for value in iter(other) {
            if pointers {
                retain(value);
            }
            result = push(result, value);
        }
        release(other);
        result
    }
}

/// Calls `part` for every reference a vector's object holds and frees it.
///
/// # Safety
/// `object` is a vector, branch or leaf that nothing refers to.
pub(crate) unsafe fn dismantle(object: Object, part: &mut impl FnMut(Slot)) {
    // SAFETY: the kind says what the object is; memory is freed after its last reading.
    unsafe {
        match (*object).kind {
            Kind::Vector => {
                let vector = object.cast::<Vector>();
                if !(*vector).root.is_null() {
                    part((*vector).root as Slot);
                }
                if !(*vector).tail.is_null() {
                    part((*vector).tail as Slot);
                }
                free(object, size_of::<Vector>());
            }
            Kind::Branch => {
                for child in (*object.cast::<Branch>()).children {
                    if !child.is_null() {
                        part(child as Slot);
                    }
                }
                let sized = sized::is_sized(object);
                free(
                    object,
                    if sized {
                        size_of::<SizedBranch>()
                    } else {
                        size_of::<Branch>()
                    },
                );
            }
            _ => {
                let leaf = object.cast::<Leaf>();
                let elem = element((*object).desc);
                if elem.is_pointer() {
                    for index in 0..(*leaf).len as usize {
                        part(Leaf::get(leaf, index, true));
                    }
                }
                free(
                    object,
                    leaf_size(elem.repr.width(), (*leaf).capacity as usize),
                );
            }
        }
    }
}
