//! Persistent vectors: a radix tree of leaves with packed elements, and a tail that is not yet in the tree.
//!
//! A vector is a view `start..end` of positions. Elements before `tail_at` are in the tree, the others in the tail.
//! A node that only one vector holds is changed in place; a shared one is copied, so that an update costs one path.
//! Dropping from the front moves `start` and lets go of whole subtrees; taking a front part shortens the tree.
//! Leaves hold their elements packed: 8 bytes each, or 1 byte for bytes and truth values.

use crate::desc::Desc;
use crate::heap::{Header, Kind, Object, Slot, allocate, free, is_unique, release, retain};
use std::ptr;

const FAN_BITS: u32 = 5;
const FAN: usize = 1 << FAN_BITS;
/// Bytes of elements in a full leaf.
const LEAF_BYTES: usize = 256;

#[repr(C)]
struct Vector {
    header: Header,
    start: u64,
    end: u64,
    tail_at: u64,
    /// Levels of branches above the leaves of the tree; 0 is an empty tree.
    levels: u32,
    /// Logarithm of the number of elements in a full leaf.
    leaf_bits: u32,
    root: *mut Branch,
    tail: *mut Leaf,
}

#[repr(C)]
struct Branch {
    header: Header,
    /// Branches, or leaves on the last level; null outside the view.
    children: [Object; FAN],
}

#[repr(C)]
struct Leaf {
    header: Header,
    len: u32,
    /// In elements.
    capacity: u32,
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

fn element(desc: &'static Desc) -> &'static Desc {
    desc.parts[0]
}

fn leaf_size(width: usize, capacity: usize) -> usize {
    ELEMENTS + width * capacity
}

fn new_leaf(desc: &'static Desc, capacity: usize) -> *mut Leaf {
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
    unsafe fn bytes(leaf: *mut Leaf) -> *mut u8 {
        // SAFETY: the elements lie behind the leaf.
        unsafe { leaf.cast::<u8>().add(ELEMENTS) }
    }

    /// # Safety
    /// `leaf` is alive with more than `index` elements, of this width.
    #[inline(always)]
    unsafe fn get(leaf: *mut Leaf, index: usize, wide: bool) -> Slot {
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
    unsafe fn put(leaf: *mut Leaf, index: usize, wide: bool, value: Slot) {
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
    unsafe fn owned(leaf: *mut Leaf, len: usize, capacity: usize) -> *mut Leaf {
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
}

fn new_branch(desc: &'static Desc) -> *mut Branch {
    let branch = allocate(size_of::<Branch>(), Kind::Branch, 0, desc).cast::<Branch>();
    // SAFETY: the object has room for the children and is ours alone.
    unsafe { (&raw mut (*branch).children).write([ptr::null_mut(); FAN]) };
    branch
}

/// A branch with the same children that is ours alone. Takes the reference.
///
/// # Safety
/// `branch` is alive.
unsafe fn owned_branch(branch: *mut Branch) -> *mut Branch {
    // SAFETY: a shared branch is only read; its children are retained for the copy.
    unsafe {
        if is_unique(branch.cast()) {
            return branch;
        }
        let copy = new_branch((*branch).header.desc);
        (*copy).children = (*branch).children;
        for child in (*copy).children {
            if !child.is_null() {
                retain(child as Slot);
            }
        }
        release(branch as Slot);
        copy
    }
}

/// An empty vector; `desc` is the vector's.
pub fn empty(desc: &'static Desc) -> Slot {
    let vector = allocate(size_of::<Vector>(), Kind::Vector, 0, desc).cast::<Vector>();
    let leaf_bits = (LEAF_BYTES / element(desc).repr.width()).trailing_zeros();
    // SAFETY: the object has room for the fields and is ours alone.
    unsafe {
        (&raw mut (*vector).start).write(0);
        (&raw mut (*vector).end).write(0);
        (&raw mut (*vector).tail_at).write(0);
        (&raw mut (*vector).levels).write(0);
        (&raw mut (*vector).leaf_bits).write(leaf_bits);
        (&raw mut (*vector).root).write(ptr::null_mut());
        (&raw mut (*vector).tail).write(ptr::null_mut());
    }
    vector as Slot
}

/// A vector of elements whose references it takes.
pub fn from_slots(desc: &'static Desc, items: &[Slot]) -> Slot {
    let mut vector = empty(desc);
    if !items.is_empty() {
        let full = LEAF_BYTES / element(desc).repr.width();
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
        Leaf::get(leaf, offset, (*vector).leaf_bits == FAN_BITS)
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
        let leaf = at >> (*vector).leaf_bits;
        let mut node: Object = (*vector).root.cast();
        for level in (0..(*vector).levels).rev() {
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
        if (*vector).leaf_bits == FAN_BITS {
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
            Leaf::put(tail, used, (*vector).leaf_bits == FAN_BITS, value);
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
            insert_leaf(vector, (*vector).tail_at >> (*vector).leaf_bits, leaf);
            (*vector).tail_at = (*vector).end;
            used = 0;
        }
        let capacity = if (*vector).tail_at > 0 {
            full
        } else {
            (used + 1).next_power_of_two().clamp(4, full)
        };
        let tail = (*vector).tail;
        let tail = if tail.is_null() {
            new_leaf(desc, capacity)
        } else {
            Leaf::owned(tail, used, capacity)
        };
        Leaf::put(tail, used, (*vector).leaf_bits == FAN_BITS, value);
        (*tail).len += 1;
        (*vector).tail = tail;
        (*vector).end += 1;
    }
}

/// Puts a leaf into the tree. Takes its reference.
unsafe fn insert_leaf(vector: *mut Vector, index: u64, leaf: *mut Leaf) {
    // SAFETY: the handle is ours alone; every branch on the path is made ours before it is written.
    unsafe {
        let desc = (*vector).header.desc;
        if (*vector).levels == 0 {
            (*vector).levels = 1;
            (*vector).root = new_branch(desc);
        }
        while index >> ((*vector).levels * FAN_BITS) > 0 {
            let root = new_branch(desc);
            (*root).children[0] = (*vector).root.cast();
            (*vector).root = root;
            (*vector).levels += 1;
        }
        let mut place: *mut Object = (&raw mut (*vector).root).cast();
        for level in (0..(*vector).levels).rev() {
            *place = if (*place).is_null() {
                new_branch(desc).cast()
            } else {
                owned_branch((*place).cast()).cast()
            };
            let child = (index >> (level * FAN_BITS)) as usize % FAN;
            place = (&raw mut (*(*place).cast::<Branch>()).children[child]).cast();
        }
        if !(*place).is_null() {
            release(*place as Slot);
        }
        *place = leaf.cast();
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
        let in_tail = at >= (*vector).tail_at;
        let mut place: *mut Object = if in_tail {
            (&raw mut (*vector).tail).cast()
        } else {
            (&raw mut (*vector).root).cast()
        };
        let leaf_index = at >> (*vector).leaf_bits;
        for level in (0..if in_tail { 0 } else { (*vector).levels }).rev() {
            *place = owned_branch((*place).cast()).cast();
            place = &raw mut (*(*place).cast::<Branch>()).children
                [(leaf_index >> (level * FAN_BITS)) as usize % FAN];
        }
        let leaf = (*place).cast::<Leaf>();
        let leaf = Leaf::owned(leaf, (*leaf).len as usize, (*leaf).capacity as usize);
        *place = leaf.cast();
        let offset = (at & ((1 << (*vector).leaf_bits) - 1)) as usize;
        let wide = (*vector).leaf_bits == FAN_BITS;
        let old = Leaf::get(leaf, offset, wide);
        Leaf::put(leaf, offset, wide, value);
        if element((*vector).header.desc).is_pointer() {
            release(old);
        }
        vector as Slot
    }
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
            let (leaf, _) = leaf_at(vector, last);
            retain(leaf as Slot);
            release((*vector).tail as Slot);
            (*vector).tail = leaf;
            let index = last >> (*vector).leaf_bits;
            (*vector).tail_at = index << (*vector).leaf_bits;
            if (*vector).tail_at <= (*vector).start {
                drop_tree(vector);
            } else {
                trim(vector, index, false);
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
        // Positions restart, so that a queue that lives for ever does not grow deeper.
        (*vector).start -= (*vector).tail_at;
        (*vector).end -= (*vector).tail_at;
        (*vector).tail_at = 0;
    }
}

/// Lets go of the leaves before `index` (`front`), or of those from `index` on.
unsafe fn trim(vector: *mut Vector, index: u64, front: bool) {
    // SAFETY: the handle is ours alone; every branch on the path is made ours before it is written.
    unsafe {
        let mut place: *mut Object = (&raw mut (*vector).root).cast();
        for level in (0..(*vector).levels).rev() {
            if (*place).is_null() {
                return;
            }
            let branch = owned_branch((*place).cast());
            *place = branch.cast();
            let child = (index >> (level * FAN_BITS)) as usize % FAN;
            let gone = if front {
                0..child
            } else {
                child + usize::from(level > 0)..FAN
            };
            for object in &mut (&mut (*branch).children)[gone] {
                if !object.is_null() {
                    release(std::mem::replace(object, ptr::null_mut()) as Slot);
                }
            }
            place = &raw mut (*branch).children[child];
        }
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
                free(object, size_of::<Branch>());
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
