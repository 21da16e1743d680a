//! B+ trees of keys that are compared by their type.
//!
//! Branches hold their children and, between two children, a bound: keys before it are on the left, the others on the
//! right. A bound need not be a key any more. An insertion splits full branches on its way down, so that it never goes
//! back up. Removal merges neighbours that together fill half a node.

use super::branch::{
    Branch, add_child, branch_of, child_of, is_branch, is_full_branch, owned_branch, split_branch,
};
use super::leaf::{
    self, Leaf, join, keys_of, of_entry, owned_leaf, part, put, replace, room, search,
};
use super::search::{Values, fetch};
use super::{FAN, Tree, VACANT, key_desc};
use crate::desc::Desc;
use crate::heap::{Slot, free, release, retain};
use std::ptr;

/// The leaf in which a key belongs.
pub(super) unsafe fn find(order: Values, mut tree: Tree, key: Slot) -> *mut Leaf {
    // SAFETY: nodes of a live map are alive.
    unsafe {
        while is_branch(tree) {
            let branch = tree.cast::<Branch>();
            tree = (*branch).children[child_of(order, branch, key)];
            fetch(tree.cast());
        }
        tree.cast()
    }
}

/// Puts an entry into a tree, or replaces the value of an equal key; whether the entry is new.
pub(super) unsafe fn insert(
    desc: &'static Desc,
    order: Values,
    root: *mut Tree,
    key: Slot,
    value: Slot,
) -> bool {
    // SAFETY: the reference at the root is ours; nodes are made ours before they are written, and branches on the way
    // have room for one more child.
    unsafe {
        if (*root).is_null() {
            *root = of_entry(desc, key, value).cast();
            return true;
        }
        if is_full_branch(*root) {
            let branch = branch_of(desc, &[*root], &[]);
            split_branch(branch, 0, true);
            *root = branch.cast();
        }
        let (mut place, mut parent, mut last) = (root, None, true);
        while is_branch(*place) {
            let branch = owned_branch((*place).cast());
            *place = branch.cast();
            let mut at = child_of(order, branch, key);
            let child = (*branch).children[at];
            fetch(child.cast());
            if is_full_branch(child) {
                split_branch(branch, at, last && at + 1 == (*branch).len);
                at = child_of(order, branch, key);
            }
            last &= at + 1 == (*branch).len;
            parent = Some((branch, at));
            place = &raw mut (*branch).children[at];
        }
        let leaf = (*place).cast::<Leaf>();
        let len = (*leaf).len as usize;
        let at = match search(order, leaf, key) {
            Ok(at) => {
                *place = replace(leaf, at, key, value).cast();
                return false;
            }
            Err(at) => at,
        };
        if len < FAN {
            let leaf = owned_leaf(leaf, room(len + 1));
            put(leaf, at, key, value);
            *place = leaf.cast();
            return true;
        }
        let (left, bound, right) = split_leaf(leaf, at, last, key, value);
        *place = left.cast();
        match parent {
            Some((parent, at)) => add_child(parent, at, bound, right.cast()),
            None => {
                *root = branch_of(desc, &[left.cast(), right.cast()], &[bound]).cast();
            }
        }
        true
    }
}

/// Makes two leaves of a full one and a new entry: the left one, the bound, and the right one. They are parted in the
/// middle, a leaf at the very end behind its last entry, so that ascending keys fill the leaves.
#[cold]
unsafe fn split_leaf(
    leaf: *mut Leaf,
    at: usize,
    last: bool,
    key: Slot,
    value: Slot,
) -> (*mut Leaf, Slot, *mut Leaf) {
    // SAFETY: the leaf is made ours before it is written.
    unsafe {
        let half = if last && at == FAN { FAN } else { FAN / 2 };
        let (left, right) = part(leaf, half);
        match at < half || (at == half && half < FAN) {
            true => put(left, at, key, value),
            false => put(right, at - half, key, value),
        }
        let bound = *keys_of(right);
        if key_desc((*left).header.desc).is_pointer() {
            retain(bound);
        }
        (left, bound, right)
    }
}

/// The tree without a key that is in it; null if nothing is left. Takes the reference to the tree.
pub(super) unsafe fn remove(order: Values, tree: Tree, key: Slot) -> Tree {
    // SAFETY: branches are made ours before their child is taken.
    unsafe {
        let mut tree = remove_from(order, tree, key);
        while !tree.is_null() && is_branch(tree) && (*tree.cast::<Branch>()).len == 1 {
            let branch = owned_branch(tree.cast());
            tree = (*branch).children[0];
            free(branch.cast(), size_of::<Branch>());
        }
        tree
    }
}

/// The tree without a key that is in it; null if nothing is left.
unsafe fn remove_from(order: Values, tree: Tree, key: Slot) -> Tree {
    // SAFETY: the reference to the tree is ours; nodes are made ours before they are written.
    unsafe {
        if !is_branch(tree) {
            return leaf::remove(order, tree.cast(), key);
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
        if ((*left).len + (*right).len) as usize > FAN / 2 {
            return;
        }
        let left = join(left, right);
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
