//! Trees of integers: the digits of a key lead through forks to a leaf.
//!
//! The last six bits of a key are its place in a block; a digit is five of the others. Forks stand only where keys
//! differ, so that there are at most twelve on a path. A leaf stands for all places of a fork that no other leaf needs:
//! a full one leaves half of its places to a new one, and if it has but one place, a fork for the next digit in which
//! its keys differ comes between; when they are of one block, the leaf becomes dense. Removal joins small leaves with those beside them, and a fork with one child
//! gives way to it.

use super::dense::{self, is_dense};
use super::fork::{self, Fork, is_fork};
use super::leaf::{self, Leaf, join, keys_of, of_entry, owned_leaf, part, put, room, search};
use super::search::{Integers, fetch};
use super::{FAN, Tree};
use crate::desc::Desc;
use crate::heap::Slot;
use std::ops::Range;
use std::ptr;

/// The entry of a key; without values, the value is 0.
#[inline(always)]
pub(super) unsafe fn find(mut tree: Tree, key: Slot, valued: bool) -> Option<(Slot, Slot)> {
    // SAFETY: nodes of a live map are alive. Leaves know whether a key that a fork does not span is theirs.
    unsafe {
        while is_fork(tree) {
            let fork = tree.cast::<Fork>();
            tree = *fork::child(fork, fork::place_of(fork, key));
            if tree.is_null() {
                return None;
            }
            fetch(tree.cast());
            dense::fetch_value(tree, key);
        }
        if is_dense(tree) {
            dense::find(tree.cast(), key, valued)
        } else {
            leaf::find(Integers, tree.cast(), key, valued)
        }
    }
}

/// Puts an entry into a tree, which may be null, or replaces the value of its key; whether the entry is new.
pub(super) unsafe fn insert(desc: &'static Desc, root: *mut Tree, key: Slot, value: Slot) -> bool {
    // SAFETY: the reference at the root is ours; nodes are made ours before they are written.
    unsafe {
        let mut place = Place {
            tree: root,
            fork: ptr::null_mut(),
            at: 0,
        };
        loop {
            let tree = *place.tree;
            if tree.is_null() {
                place.fill(of_entry(desc, key, value).cast());
                return true;
            }
            if is_fork(tree) {
                match fork::spans(tree.cast(), key) {
                    true => place = place.below(key),
                    false => *place.tree = fork::above(tree, fork::base_of(tree.cast()), key),
                }
                continue;
            }
            if is_dense(tree) {
                if dense::spans(tree.cast(), key) {
                    let (leaf, added) = dense::insert(tree.cast(), key, value);
                    *place.tree = leaf.cast();
                    return added;
                }
                *place.tree = fork::above(tree, dense::base_of(tree.cast()), key);
                continue;
            }
            let leaf = tree.cast::<Leaf>();
            let len = (*leaf).len as usize;
            match search(Integers, leaf, key) {
                Ok(at) => {
                    place.exchange(leaf::replace(leaf, at, key, value));
                    return false;
                }
                Err(_) if len == (*leaf).capacity as usize && fits_dense(leaf, key) => {
                    place.make_dense(leaf);
                }
                Err(at) if len < FAN => {
                    let leaf = owned_leaf(leaf, room(len + 1));
                    put(leaf, at, key, value);
                    place.exchange(leaf);
                    return true;
                }
                Err(_) => place.divide(leaf),
            }
        }
    }
}

/// Where a node stands: in a fork that is ours alone, or at the root.
struct Place {
    tree: *mut Tree,
    /// Null at the root.
    fork: *mut Fork,
    /// Which place of the fork it is.
    at: usize,
}

impl Place {
    /// The place of a key in the fork that stands here.
    #[inline(always)]
    unsafe fn below(&self, key: Slot) -> Place {
        // SAFETY: the reference to the fork is ours.
        unsafe {
            let fork = fork::owned((*self.tree).cast());
            *self.tree = fork.cast();
            let at = fork::place_of(fork, key);
            let tree = fork::child(fork, at);
            fetch((*tree).cast());
            Place { tree, fork, at }
        }
    }

    /// Puts a leaf here and at all empty places around.
    unsafe fn fill(&self, leaf: Tree) {
        // SAFETY: the fork is ours alone.
        unsafe {
            match self.fork.is_null() {
                true => *self.tree = leaf,
                false => fork::fill(self.fork, fork::empty_around(self.fork, self.at), leaf),
            }
        }
    }

    /// Puts a leaf here and wherever the one that stood here stood.
    #[inline(always)]
    unsafe fn exchange(&self, leaf: *mut Leaf) {
        // SAFETY: the fork is ours alone.
        unsafe {
            if *self.tree == leaf.cast() {
                return;
            }
            match self.fork.is_null() {
                true => *self.tree = leaf.cast(),
                false => {
                    fork::fill(self.fork, fork::range_of(self.fork, self.at), leaf.cast());
                }
            }
        }
    }

    /// Makes room for another key beside those of a full leaf that stands here.
    #[cold]
    unsafe fn divide(&self, leaf: *mut Leaf) {
        // SAFETY: the fork is ours alone; the leaf is alive and full.
        unsafe {
            let keys = std::slice::from_raw_parts(keys_of(leaf), FAN);
            let range = match self.fork.is_null() {
                true => 0..1,
                false => fork::range_of(self.fork, self.at),
            };
            if range.len() > 1 {
                let middle = range.start + range.len() / 2;
                let half = keys.partition_point(|key| fork::place_of(self.fork, *key) < middle);
                let (left, right) = match half {
                    0 => (ptr::null_mut(), leaf),
                    FAN => (leaf, ptr::null_mut()),
                    _ => part(leaf, half),
                };
                let both = [(left, range.start..middle), (right, middle..range.end)];
                for (leaf, range) in both {
                    let tree = match fork::is_block(self.fork, &range) {
                        true => densest(leaf),
                        false => leaf.cast(),
                    };
                    fork::fill(self.fork, range, tree);
                }
                return;
            }
            let (first, last) = (keys[0], keys[FAN - 1]);
            *self.tree = match dense::one_block(first, last) {
                true => dense::of_leaf(leaf).cast(),
                false => fork::of_leaf(leaf, first, last),
            };
        }
    }

    /// Makes a leaf that stands here dense. All its keys and the one that led here are of one block, so that it needs
    /// no other place.
    #[cold]
    unsafe fn make_dense(&self, leaf: *mut Leaf) {
        // SAFETY: the fork is ours alone.
        unsafe {
            if !self.fork.is_null() {
                let range = fork::range_of(self.fork, self.at);
                fork::fill(self.fork, range, ptr::null_mut());
            }
            *self.tree = dense::of_leaf(leaf).cast();
        }
    }
}

/// Whether a leaf that has no room for another key can become dense instead, which takes no more memory.
unsafe fn fits_dense(leaf: *mut Leaf, key: Slot) -> bool {
    // SAFETY: the caller says that the leaf is alive; it is not empty.
    unsafe {
        let (len, keys) = ((*leaf).len as usize, keys_of(leaf));
        dense::pays((*leaf).header.desc, room(len + 1))
            && dense::one_block(*keys, key)
            && dense::one_block(*keys.add(len - 1), key)
    }
}

/// A leaf whose keys are of one block, or null: dense, unless it has few keys or takes less memory as it is.
unsafe fn densest(leaf: *mut Leaf) -> Tree {
    // SAFETY: the caller says that the leaf is alive or null.
    unsafe {
        if leaf.is_null()
            || dense::is_few((*leaf).header.desc, (*leaf).len as usize)
            || !dense::pays((*leaf).header.desc, (*leaf).capacity as usize)
        {
            return leaf.cast();
        }
        dense::of_leaf(leaf).cast()
    }
}

/// The tree without a key that is in it; null if nothing is left. Takes the reference to the tree.
pub(super) unsafe fn remove(tree: Tree, key: Slot) -> Tree {
    // SAFETY: forks are made ours before they are written.
    unsafe {
        if is_dense(tree) {
            return dense::remove(tree.cast(), key);
        }
        if !is_fork(tree) {
            return leaf::remove(Integers, tree.cast(), key);
        }
        let fork = fork::owned(tree.cast());
        let at = fork::place_of(fork, key);
        let range = fork::range_of(fork, at);
        let before = *fork::child(fork, at);
        let child = remove(before, key);
        if child != before {
            fork::fill(fork, range.clone(), child);
        }
        if child.is_null() || absorb(fork, range, child) {
            return fork::simplified(fork);
        }
        fork.cast()
    }
}

/// Joins a leaf with those beside it as long as they together fill at most half of one; whether there was any.
unsafe fn absorb(fork: *mut Fork, mut range: Range<usize>, tree: Tree) -> bool {
    // SAFETY: the fork is ours alone.
    unsafe {
        if is_fork(tree) || is_dense(tree) {
            return false;
        }
        let (mut leaf, mut any) = (tree.cast::<Leaf>(), false);
        while (*leaf).len as usize <= FAN / 2 {
            let beside = fork::beside(&range);
            let is_left = beside.start < range.start;
            let Some(other) = fork::only(fork, beside) else {
                break;
            };
            if !other.is_null() {
                let other = other.cast::<Leaf>();
                if is_fork(other.cast())
                    || is_dense(other.cast())
                    || ((*leaf).len + (*other).len) as usize > FAN / 2
                {
                    break;
                }
                leaf = match is_left {
                    true => join(other, leaf),
                    false => join(leaf, other),
                };
                any = true;
            }
            range = fork::joined(&range);
            fork::fill(fork, range.clone(), leaf.cast());
        }
        any
    }
}
