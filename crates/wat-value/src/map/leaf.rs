//! Leaves: keys beside keys, and values beside values, in the order of the keys.

use super::search::Order;
use super::{FAN, LEAST, Tree, VACANT, counts_value, dense, has_values, key_desc};
use crate::desc::Desc;
use crate::heap::{Header, Kind, Slot, allocate, free, is_unique, release, retain};
use std::ptr;

/// Keys and, in a map, as many values lie behind it, each with room for `capacity`. Keys from `len` on are [`VACANT`].
#[repr(C)]
pub(super) struct Leaf {
    pub(super) header: Header,
    pub(super) len: u32,
    pub(super) capacity: u32,
}

/// A full leaf has room for a dense one: what one of them gives back, the other one takes.
pub(super) fn leaf_size(desc: &Desc, capacity: usize) -> usize {
    let entry = (1 + usize::from(has_values(desc))) * size_of::<Slot>();
    let size = size_of::<Leaf>() + capacity * entry;
    match capacity {
        FAN => size.max(dense::size(desc)),
        _ => size,
    }
}

pub(super) fn new_leaf(desc: &'static Desc, capacity: usize) -> *mut Leaf {
    let leaf = allocate(leaf_size(desc, capacity), Kind::MapNode, 0, desc).cast::<Leaf>();
    // SAFETY: the object has room for the numbers and is ours alone.
    unsafe {
        (&raw mut (*leaf).len).write(0);
        (&raw mut (*leaf).capacity).write(capacity as u32);
        vacate(keys_of(leaf), 0, capacity);
    }
    leaf
}

/// Marks the room for keys from one to another as unused.
unsafe fn vacate(keys: *mut Slot, from: usize, to: usize) {
    // SAFETY: the caller says that there is so much room, in a node that is ours alone.
    (from..to).for_each(|at| unsafe { keys.add(at).write(VACANT) });
}

/// The room of a leaf for so many entries.
pub(super) fn room(len: usize) -> usize {
    len.next_power_of_two().clamp(LEAST, FAN)
}

pub(super) unsafe fn keys_of(leaf: *mut Leaf) -> *mut Slot {
    // SAFETY: the keys lie behind the leaf.
    unsafe { leaf.add(1).cast() }
}

/// Where the values of a leaf of a map lie.
pub(super) unsafe fn values_of(leaf: *mut Leaf) -> *mut Slot {
    // SAFETY: the values lie behind the room of the keys.
    unsafe { keys_of(leaf).add((*leaf).capacity as usize) }
}

/// Where an equal key is in a leaf, or would be.
#[inline(always)]
pub(super) unsafe fn search(order: impl Order, leaf: *mut Leaf, key: Slot) -> Result<usize, usize> {
    // SAFETY: the leaf is alive, and so are its keys; the others are vacant.
    unsafe {
        let (len, capacity) = ((*leaf).len as usize, (*leaf).capacity as usize);
        order.find(keys_of(leaf), len, capacity, key)
    }
}

/// A leaf with the same entries that is ours alone and has room for `capacity`. Takes the reference.
#[inline(always)]
pub(super) unsafe fn owned_leaf(leaf: *mut Leaf, capacity: usize) -> *mut Leaf {
    // SAFETY: the caller says that the leaf is alive.
    unsafe {
        if is_unique(leaf.cast()) && (*leaf).capacity as usize >= capacity {
            leaf
        } else {
            copied_leaf(leaf, capacity)
        }
    }
}

#[inline(never)]
unsafe fn copied_leaf(leaf: *mut Leaf, capacity: usize) -> *mut Leaf {
    // SAFETY: a shared leaf is only read, its entries are retained for the copy; those of another one move.
    unsafe {
        let unique = is_unique(leaf.cast());
        let (desc, len) = ((*leaf).header.desc, (*leaf).len as usize);
        let copy = new_leaf(desc, capacity.max(room(len)));
        transfer(leaf, 0, copy, len);
        if unique {
            free(leaf.cast(), leaf_size(desc, (*leaf).capacity as usize));
        } else {
            retain_entries(copy, 0);
            release(leaf as Slot);
        }
        copy
    }
}

/// Copies `count` entries, from `start` on, behind those of another leaf, which has room for them.
unsafe fn transfer(from: *mut Leaf, start: usize, to: *mut Leaf, count: usize) {
    // SAFETY: the caller says that the entries and the room are there; the leaves differ.
    unsafe {
        let len = (*to).len as usize;
        ptr::copy_nonoverlapping(keys_of(from).add(start), keys_of(to).add(len), count);
        if has_values((*to).header.desc) {
            ptr::copy_nonoverlapping(values_of(from).add(start), values_of(to).add(len), count);
        }
        (*to).len = (len + count) as u32;
    }
}

/// One more reference to what the entries from `start` on hold.
unsafe fn retain_entries(leaf: *mut Leaf, start: usize) {
    // SAFETY: the entries are live.
    unsafe {
        let desc = (*leaf).header.desc;
        for at in start..(*leaf).len as usize {
            if key_desc(desc).is_pointer() {
                retain(*keys_of(leaf).add(at));
            }
            if counts_value(desc) {
                retain(*values_of(leaf).add(at));
            }
        }
    }
}

/// The entry of an equal key; without values, the value is 0.
#[inline(always)]
pub(super) unsafe fn find(
    order: impl Order,
    leaf: *mut Leaf,
    key: Slot,
    valued: bool,
) -> Option<(Slot, Slot)> {
    // SAFETY: the caller says that the leaf is alive.
    unsafe {
        let at = search(order, leaf, key).ok()?;
        let value = if valued { *values_of(leaf).add(at) } else { 0 };
        Some((*keys_of(leaf).add(at), value))
    }
}

/// Replaces the value of an equal key.
pub(super) unsafe fn replace(leaf: *mut Leaf, at: usize, key: Slot, value: Slot) -> *mut Leaf {
    // SAFETY: the entry is there; the leaf is made ours before it is written.
    unsafe {
        let leaf = owned_leaf(leaf, (*leaf).capacity as usize);
        let desc = (*leaf).header.desc;
        if key_desc(desc).is_pointer() {
            release(key);
        }
        if has_values(desc) {
            let old = ptr::replace(values_of(leaf).add(at), value);
            if counts_value(desc) {
                release(old);
            }
        }
        leaf
    }
}

/// Moves the entries from `half` on into a new leaf with room for one more. The leaf is made ours; it comes first.
#[cold]
pub(super) unsafe fn part(leaf: *mut Leaf, half: usize) -> (*mut Leaf, *mut Leaf) {
    // SAFETY: the reference to the leaf is ours.
    unsafe {
        let len = (*leaf).len as usize;
        let leaf = owned_leaf(leaf, (*leaf).capacity as usize);
        let right = new_leaf((*leaf).header.desc, room(len - half + 1));
        transfer(leaf, half, right, len - half);
        (*leaf).len = half as u32;
        vacate(keys_of(leaf), half, len);
        (leaf, right)
    }
}

/// A leaf with the entries of two neighbours that fit into one. Takes both references.
pub(super) unsafe fn join(left: *mut Leaf, right: *mut Leaf) -> *mut Leaf {
    // SAFETY: the left one is made ours before it is written. Entries of a right one that is ours alone move, those of
    // a shared one are retained.
    unsafe {
        let (first, second) = ((*left).len as usize, (*right).len as usize);
        let left = owned_leaf(left, room(first + second));
        transfer(right, 0, left, second);
        if is_unique(right.cast()) {
            let capacity = (*right).capacity as usize;
            free(right.cast(), leaf_size((*left).header.desc, capacity));
        } else {
            retain_entries(left, first);
            release(right as Slot);
        }
        left
    }
}

/// A leaf with one entry.
pub(super) unsafe fn of_entry(desc: &'static Desc, key: Slot, value: Slot) -> *mut Leaf {
    let leaf = new_leaf(desc, LEAST);
    // SAFETY: the leaf is ours alone.
    unsafe { put(leaf, 0, key, value) };
    leaf
}

/// Puts an entry into a leaf that has room for it.
pub(super) unsafe fn put(leaf: *mut Leaf, at: usize, key: Slot, value: Slot) {
    // SAFETY: the leaf is ours alone.
    unsafe {
        let behind = (*leaf).len as usize - at;
        let place = keys_of(leaf).add(at);
        ptr::copy(place, place.add(1), behind);
        place.write(key);
        if has_values((*leaf).header.desc) {
            let place = values_of(leaf).add(at);
            ptr::copy(place, place.add(1), behind);
            place.write(value);
        }
        (*leaf).len += 1;
    }
}

/// The leaf without a key; null if nothing is left. Takes the reference to the leaf and borrows the key.
pub(super) unsafe fn remove(order: impl Order, leaf: *mut Leaf, key: Slot) -> Tree {
    // SAFETY: the leaf is made ours before it is written.
    unsafe {
        let desc = (*leaf).header.desc;
        let len = (*leaf).len as usize;
        let Ok(at) = search(order, leaf, key) else {
            return leaf.cast();
        };
        let leaf = owned_leaf(leaf, (*leaf).capacity as usize);
        let behind = len - at - 1;
        let place = keys_of(leaf).add(at);
        let old_key = *place;
        ptr::copy(place.add(1), place, behind);
        (*leaf).len -= 1;
        vacate(keys_of(leaf), len - 1, len);
        if has_values(desc) {
            let place = values_of(leaf).add(at);
            let old = *place;
            ptr::copy(place.add(1), place, behind);
            if counts_value(desc) {
                release(old);
            }
        }
        if key_desc(desc).is_pointer() {
            release(old_key);
        }
        if len == 1 {
            release(leaf as Slot);
            return ptr::null_mut();
        }
        leaf.cast()
    }
}

/// Calls `part` for every reference that a leaf holds and frees it.
pub(super) unsafe fn dismantle(leaf: *mut Leaf, part: &mut impl FnMut(Slot)) {
    // SAFETY: nothing refers to the leaf; memory is freed after its last reading.
    unsafe {
        let desc = (*leaf).header.desc;
        for at in 0..(*leaf).len as usize {
            if key_desc(desc).is_pointer() {
                part(*keys_of(leaf).add(at));
            }
            if counts_value(desc) {
                part(*values_of(leaf).add(at));
            }
        }
        free(leaf.cast(), leaf_size(desc, (*leaf).capacity as usize));
    }
}
