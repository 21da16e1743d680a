//! Dense leaves: the integers of a block of 64 that begins at a multiple of 64.
//!
//! A word says which keys are there, and the value of a key lies at its place in the block, so that a look-up touches
//! two lines of memory whose addresses do not depend on each other, and an insertion moves nothing. A leaf whose keys
//! are of one block becomes dense as soon as that takes no more memory: when a map would need room for more than 16
//! entries, a set for more than 4. One that has lost most of them is an ordinary leaf again.

use super::leaf::{Leaf, keys_of, leaf_size, new_leaf, room, values_of};
use super::search::fetch_line;
use super::{FAN, LEAST, Tree, counts_value, has_values};
use crate::desc::Desc;
use crate::heap::{Header, Kind, Slot, allocate, free, is_unique, release, retain};
use std::ptr;

/// The variant of nodes that are dense leaves.
const DENSE: u16 = 2;
/// Keys of a block, as many as a word has bits.
pub(super) const BLOCK: usize = 64;

/// In a map, a place for the value of each key of the block lies behind it; those of absent keys hold nothing.
#[repr(C)]
pub(super) struct Dense {
    header: Header,
    /// The first key of the block.
    base: Slot,
    /// The bit of a key says that it is there.
    present: u64,
}

/// Whether a node is a dense leaf.
pub(super) unsafe fn is_dense(tree: Tree) -> bool {
    // SAFETY: the caller says that the node is alive.
    unsafe { (*tree).variant == DENSE }
}

/// The first key of the block of a key.
fn block_of(key: Slot) -> Slot {
    key & !(BLOCK as Slot - 1)
}

/// Whether two keys are of one block.
pub(super) fn one_block(a: Slot, b: Slot) -> bool {
    block_of(a) == block_of(b)
}

/// The first key of the block of a leaf.
pub(super) unsafe fn base_of(leaf: *mut Dense) -> Slot {
    // SAFETY: the caller says that the leaf is alive.
    unsafe { (*leaf).base }
}

/// Whether a key is of the block of a leaf.
pub(super) unsafe fn spans(leaf: *mut Dense, key: Slot) -> bool {
    // SAFETY: the caller says that the leaf is alive.
    unsafe { (*leaf).base == block_of(key) }
}

/// The place of a key in its block.
fn place_of(key: Slot) -> usize {
    key as usize % BLOCK
}

/// The bytes of a dense leaf.
pub(super) fn size(desc: &Desc) -> usize {
    let places = if has_values(desc) { BLOCK } else { 0 };
    size_of::<Dense>() + places * size_of::<Slot>()
}

/// Whether a dense leaf takes no more memory than an ordinary one with room for so many.
pub(super) fn pays(desc: &Desc, capacity: usize) -> bool {
    size(desc) <= leaf_size(desc, capacity)
}

/// Whether so many keys are few for a dense leaf: an ordinary one then takes less memory, and can take more before it
/// becomes dense again.
pub(super) fn is_few(desc: &Desc, len: usize) -> bool {
    len <= if has_values(desc) { FAN / 4 } else { LEAST / 2 }
}

fn new(desc: &'static Desc, base: Slot) -> *mut Dense {
    let leaf = allocate(size(desc), Kind::MapNode, DENSE, desc).cast::<Dense>();
    // SAFETY: the object has room for the fields and is ours alone.
    unsafe {
        (&raw mut (*leaf).base).write(base);
        (&raw mut (*leaf).present).write(0);
    }
    leaf
}

unsafe fn values(leaf: *mut Dense) -> *mut Slot {
    // SAFETY: the values of a map lie behind the leaf.
    unsafe { leaf.add(1).cast() }
}

/// Asks for the value of a key in a node that may turn out to be a dense leaf.
#[inline(always)]
pub(super) fn fetch_value(node: Tree, key: Slot) {
    let offset = size_of::<Dense>() + place_of(key) * size_of::<Slot>();
    fetch_line(node.cast::<u8>().wrapping_add(offset));
}

/// The places that are taken, in order.
fn places(mut present: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let at = present.trailing_zeros() as usize;
        present &= present.wrapping_sub(1);
        (at < BLOCK).then_some(at)
    })
}

/// The entry of a key.
#[inline(always)]
pub(super) unsafe fn find(leaf: *mut Dense, key: Slot, valued: bool) -> Option<(Slot, Slot)> {
    // SAFETY: the caller says that the leaf is alive; places that are taken hold values.
    unsafe {
        let at = place_of(key);
        if !spans(leaf, key) || (*leaf).present >> at & 1 == 0 {
            return None;
        }
        let value = if valued { *values(leaf).add(at) } else { 0 };
        Some((key, value))
    }
}

/// Visits all entries in order; without values, they are 0.
pub(super) unsafe fn walk(leaf: *mut Dense, valued: bool, visit: &mut impl FnMut(Slot, Slot)) {
    // SAFETY: as for `find`.
    unsafe {
        for at in places((*leaf).present) {
            let value = if valued { *values(leaf).add(at) } else { 0 };
            visit((*leaf).base | at as Slot, value);
        }
    }
}

/// A dense leaf with the entries of one whose keys are of one block. Takes the reference.
#[cold]
pub(super) unsafe fn of_leaf(leaf: *mut Leaf) -> *mut Dense {
    // SAFETY: a shared leaf is only read, its values are retained for the copy; those of another one move.
    unsafe {
        let desc = (*leaf.cast::<Header>()).desc;
        let dense = new(desc, block_of(*keys_of(leaf)));
        for at in 0..(*leaf).len as usize {
            let place = place_of(*keys_of(leaf).add(at));
            (*dense).present |= 1 << place;
            if has_values(desc) {
                values(dense).add(place).write(*values_of(leaf).add(at));
            }
        }
        if is_unique(leaf.cast()) {
            free(leaf.cast(), leaf_size(desc, (*leaf).capacity as usize));
        } else {
            retain_values(dense);
            release(leaf as Slot);
        }
        dense
    }
}

/// A leaf with the entries of a dense one that is ours alone and holds few. Takes the reference.
#[cold]
unsafe fn into_leaf(dense: *mut Dense) -> *mut Leaf {
    // SAFETY: the entries move.
    unsafe {
        let desc = (*dense).header.desc;
        let len = (*dense).present.count_ones() as usize;
        let leaf = new_leaf(desc, room(len));
        for (at, place) in places((*dense).present).enumerate() {
            keys_of(leaf).add(at).write((*dense).base | place as Slot);
            if has_values(desc) {
                values_of(leaf).add(at).write(*values(dense).add(place));
            }
        }
        (*leaf).len = len as u32;
        free(dense.cast(), size(desc));
        leaf
    }
}

unsafe fn retain_values(leaf: *mut Dense) {
    // SAFETY: places that are taken hold live values.
    unsafe {
        if counts_value((*leaf).header.desc) {
            places((*leaf).present).for_each(|at| retain(*values(leaf).add(at)));
        }
    }
}

/// A leaf with the same entries that is ours alone. Takes the reference.
#[inline(always)]
unsafe fn owned(leaf: *mut Dense) -> *mut Dense {
    // SAFETY: the caller says that the leaf is alive.
    unsafe {
        if is_unique(leaf.cast()) {
            leaf
        } else {
            copied(leaf)
        }
    }
}

#[inline(never)]
unsafe fn copied(leaf: *mut Dense) -> *mut Dense {
    // SAFETY: a shared leaf is only read, its values are retained for the copy.
    unsafe {
        let desc = (*leaf).header.desc;
        let copy = new(desc, (*leaf).base);
        (*copy).present = (*leaf).present;
        if has_values(desc) {
            ptr::copy_nonoverlapping(values(leaf), values(copy), BLOCK);
        }
        retain_values(copy);
        release(leaf as Slot);
        copy
    }
}

/// Adds an entry of the block or replaces the value of its key; whether the entry is new. Takes the reference.
#[inline(always)]
pub(super) unsafe fn insert(leaf: *mut Dense, key: Slot, value: Slot) -> (*mut Dense, bool) {
    // SAFETY: the reference to the leaf is ours; it is made ours alone before it is written.
    unsafe {
        let leaf = owned(leaf);
        let desc = (*leaf).header.desc;
        let at = place_of(key);
        let is_new = (*leaf).present >> at & 1 == 0;
        (*leaf).present |= 1 << at;
        if has_values(desc) {
            let place = values(leaf).add(at);
            if !is_new && counts_value(desc) {
                release(*place);
            }
            place.write(value);
        }
        (leaf, is_new)
    }
}

/// The leaf without a key. Takes the reference.
pub(super) unsafe fn remove(leaf: *mut Dense, key: Slot) -> Tree {
    // SAFETY: as for `insert`.
    unsafe {
        if find(leaf, key, false).is_none() {
            return leaf.cast();
        }
        let leaf = owned(leaf);
        let at = place_of(key);
        let desc = (*leaf).header.desc;
        (*leaf).present &= !(1 << at);
        if counts_value(desc) {
            release(*values(leaf).add(at));
        }
        match is_few(desc, (*leaf).present.count_ones() as usize) {
            true => into_leaf(leaf).cast(),
            false => leaf.cast(),
        }
    }
}

/// Calls `part` for every reference that a leaf holds and frees it.
pub(super) unsafe fn dismantle(leaf: *mut Dense, part: &mut impl FnMut(Slot)) {
    // SAFETY: nothing refers to the leaf; memory is freed after its last reading.
    unsafe {
        let desc = (*leaf).header.desc;
        if counts_value(desc) {
            places((*leaf).present).for_each(|at| part(*values(leaf).add(at)));
        }
        free(leaf.cast(), size(desc));
    }
}
