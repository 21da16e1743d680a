//! Removal: entries leave their leaf, empty nodes their branch, and small neighbours become one.

use super::search::{Order, in_order};
use super::{
    Branch, FAN, Leaf, Tree, VACANT, child_of, counts_value, get, has_values, is_branch, key_desc,
    keys_of, leaf_size, owned_branch, owned_handle, owned_leaf, retain_entries, room, search,
    transfer, vacate, values_of,
};
use crate::heap::{Slot, free, is_unique, release, retain};
use std::ptr;

/// Removes an entry, if it is there. Takes the reference to the map and borrows the key.
///
/// # Safety
/// The slot holds a live map or set, `key` a live value of its key type.
pub unsafe fn remove(slot: Slot, key: Slot) -> Slot {
    // SAFETY: the caller says so; the handle is ours alone while its root changes.
    unsafe {
        if get(slot, key).is_none() {
            return slot;
        }
        let map = owned_handle(slot);
        let (desc, root) = ((*map).header.desc, (*map).root);
        let mut tree = in_order!(key_desc(desc), order => remove_from(order, root, key));
        (*map).len -= 1;
        while !tree.is_null() && is_branch(tree) && (*tree.cast::<Branch>()).len == 1 {
            let branch = owned_branch(tree.cast());
            tree = (*branch).children[0];
            free(branch.cast(), size_of::<Branch>());
        }
        (*map).root = tree;
        map as Slot
    }
}

/// The tree without a key that is in it; null if nothing is left.
unsafe fn remove_from(order: impl Order, tree: Tree, key: Slot) -> Tree {
    // SAFETY: the reference to the tree is ours; nodes are made ours before they are written.
    unsafe {
        if !is_branch(tree) {
            return remove_in_leaf(order, tree.cast(), key);
        }
        let branch = owned_branch(tree.cast());
        let at = child_of(order, branch, key);
        let child = remove_from(order, (*branch).children[at], key);
        (*branch).children[at] = child;
        if child.is_null() {
            forget_child(branch, at, at.saturating_sub(1));
        } else if at + 1 < (*branch).len {
            merge(branch, at);
        } else if at > 0 {
            merge(branch, at - 1);
        }
        if (*branch).len == 0 {
            free(branch.cast(), size_of::<Branch>());
            return ptr::null_mut();
        }
        branch.cast()
    }
}

unsafe fn remove_in_leaf(order: impl Order, leaf: *mut Leaf, key: Slot) -> Tree {
    // SAFETY: as for `remove_from`.
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

/// Closes the gap of a child that is gone, and of a bound beside it, which is released.
unsafe fn forget_child(branch: *mut Branch, at: usize, bound: usize) {
    // SAFETY: the branch is ours alone.
    unsafe {
        let len = (*branch).len;
        let children = &mut (*branch).children;
        children.copy_within(at + 1..len, at);
        if len > 1 {
            if key_desc((*branch).header.desc).is_pointer() {
                release((*branch).bounds[bound]);
            }
            let bounds = &mut (*branch).bounds;
            bounds.copy_within(bound + 1..len - 1, bound);
            bounds[len - 2] = VACANT;
        }
        (*branch).len = len - 1;
    }
}

/// Makes one child of two neighbours that together fill at most half a node.
unsafe fn merge(branch: *mut Branch, at: usize) {
    // SAFETY: the branch is ours alone; children are made ours before they are written.
    unsafe {
        let (left, right) = ((*branch).children[at], (*branch).children[at + 1]);
        if is_branch(left) {
            merge_branches(branch, at, left.cast(), right.cast());
            return;
        }
        let (left, right) = (left.cast::<Leaf>(), right.cast::<Leaf>());
        let (first, second) = ((*left).len as usize, (*right).len as usize);
        if first + second > FAN / 2 {
            return;
        }
        let left = owned_leaf(left, room(first + second));
        transfer(right, 0, left, second);
        if is_unique(right.cast()) {
            let capacity = (*right).capacity as usize;
            free(right.cast(), leaf_size((*left).header.desc, capacity));
        } else {
            retain_entries(left, first);
            release(right as Slot);
        }
        (*branch).children[at] = left.cast();
        forget_child(branch, at + 1, at);
    }
}

unsafe fn merge_branches(branch: *mut Branch, at: usize, left: *mut Branch, right: *mut Branch) {
    // SAFETY: as for `merge`.
    unsafe {
        let (first, second) = ((*left).len, (*right).len);
        if first + second > FAN / 2 {
            return;
        }
        let (left, right) = (owned_branch(left), owned_branch(right));
        let bound = (*branch).bounds[at];
        if key_desc((*branch).header.desc).is_pointer() {
            retain(bound);
        }
        (*left).bounds[first - 1] = bound;
        for index in 0..second {
            (*left).children[first + index] = (*right).children[index];
            (*left).bounds[first + index] = (*right).bounds[index];
        }
        (*left).len = first + second;
        free(right.cast(), size_of::<Branch>());
        (*branch).children[at] = left.cast();
        forget_child(branch, at + 1, at);
    }
}
