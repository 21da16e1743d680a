//! Reading: one key, or all entries in order.

use super::branch::{Branch, is_branch};
use super::leaf::{self, Leaf, keys_of, values_of};
use super::search::{Values, by_integers};
use super::{Tree, dense, fork, has_values, key_desc, len, radix, root, tree};
use crate::heap::{Object, Slot};

/// The value of a key, borrowed; of a set, 0 if the key is there.
///
/// # Safety
/// The slot holds a live map or set, `key` a live value of its key type.
pub unsafe fn get(slot: Slot, key: Slot) -> Option<Slot> {
    // SAFETY: the caller says so.
    unsafe { find(slot, key) }.map(|(_, value)| value)
}

/// The key that equals a key, and its value, both borrowed; the value is 0 in a set.
///
/// # Safety
/// As for [`get`].
pub unsafe fn find(slot: Slot, key: Slot) -> Option<(Slot, Slot)> {
    // SAFETY: the caller says so.
    unsafe {
        let tree = root(slot);
        if tree.is_null() {
            return None;
        }
        let desc = (*(slot as Object)).desc;
        let (of, valued) = (key_desc(desc), has_values(desc));
        if by_integers(of) {
            radix::find(tree, key, valued)
        } else {
            let order = Values(of);
            leaf::find(order, tree::find(order, tree, key), key, valued)
        }
    }
}

/// Keys and values in canonical order, borrowed.
///
/// # Safety
/// The slot holds a live map or set that is not changed while the result is used.
pub unsafe fn entries(slot: Slot) -> Vec<(Slot, Slot)> {
    // SAFETY: the caller says so.
    unsafe {
        let mut out = Vec::with_capacity(len(slot));
        let valued = has_values((*(slot as Object)).desc);
        walk(root(slot), valued, &mut |key, value| out.push((key, value)));
        out
    }
}

/// Keys in canonical order, borrowed.
///
/// # Safety
/// As for [`entries`].
pub unsafe fn keys(slot: Slot) -> Vec<Slot> {
    // SAFETY: the caller says so.
    unsafe {
        let mut out = Vec::with_capacity(len(slot));
        walk(root(slot), false, &mut |key, _| out.push(key));
        out
    }
}

/// Visits all entries in order; without values, they are 0.
unsafe fn walk(tree: Tree, valued: bool, visit: &mut impl FnMut(Slot, Slot)) {
    // SAFETY: a tree is null or alive.
    unsafe {
        if tree.is_null() {
            return;
        }
        if is_branch(tree) {
            let branch = tree.cast::<Branch>();
            for at in 0..(*branch).len {
                walk((*branch).children[at], valued, visit);
            }
            return;
        }
        if fork::is_fork(tree) {
            fork::children(tree.cast()).for_each(|child| walk(child, valued, visit));
            return;
        }
        if dense::is_dense(tree) {
            dense::walk(tree.cast(), valued, visit);
            return;
        }
        let leaf = tree.cast::<Leaf>();
        for at in 0..(*leaf).len as usize {
            let value = if valued { *values_of(leaf).add(at) } else { 0 };
            visit(*keys_of(leaf).add(at), value);
        }
    }
}
