//! Elements that come and go in the middle of a tree: a node that overflows is split, one that is less than half full
//! is balanced with a neighbour. Recursion is as deep as the tree is high.

use super::leaf::Leaf;
use super::sized::{Item, Place, SizedBranch, new_sized, set_height, shorten, trim_front};
use super::{FAN, FAN_BITS, Vector};
use crate::heap::{Object, Slot, release};

/// Puts an element in before the one at a position of the tree. Takes its reference.
///
/// # Safety
/// The handle is ours alone; the position lies in the tree and in the view.
pub(super) unsafe fn insert(vector: *mut Vector, index: usize, value: Slot) {
    // SAFETY: the caller says so; a new root takes over the references to the two halves of the old one.
    unsafe {
        settle(vector);
        let root = Place::root(vector);
        let mut height = root.level;
        let at = (*vector).start + index as u64;
        if let Some(right) = insert_below(root, at, value) {
            let top = new_sized((*vector).header.desc);
            (*top).fill(&[((*vector).root, root.size + 1 - right.1), right]);
            (*vector).root = top.cast();
            height += 1;
        }
        (*vector).tail_at += 1;
        (*vector).end += 1;
        set_height(vector, height);
    }
}

/// Takes out the element at a position of the tree; the caller gets its reference.
///
/// # Safety
/// The handle is ours alone; the position lies in the tree and in the view.
pub(super) unsafe fn remove(vector: *mut Vector, index: usize) -> Slot {
    // SAFETY: the caller says so.
    unsafe {
        settle(vector);
        let root = Place::root(vector);
        let value = remove_below(root, (*vector).start + index as u64);
        set_height(vector, root.level);
        (*vector).tail_at -= 1;
        (*vector).end -= 1;
        if (*vector).tail_at <= (*vector).start {
            super::drop_tree(vector);
        } else {
            shorten(vector);
        }
        value
    }
}

/// Lets a dense tree begin with the first leaf of the view, and end no higher than it must.
unsafe fn settle(vector: *mut Vector) {
    // SAFETY: the handle is ours alone; its view begins in the tree.
    unsafe {
        if (*vector).relaxed > 0 {
            return;
        }
        if (*vector).start >> (*vector).leaf_bits > 0 {
            trim_front(vector);
        } else {
            shorten(vector);
        }
    }
}

/// The right half of the node if it had to be split.
unsafe fn insert_below(place: Place, at: u64, value: Slot) -> Option<Item> {
    // SAFETY: nodes are made ours before they are written.
    unsafe {
        if place.level == 0 {
            return insert_into_leaf(place, at as usize, value);
        }
        let node = place.sized();
        let (index, start) = place.find(at);
        let Some(right) = insert_below(place.child(index), at - start, value) else {
            (*node).shift(index, 1);
            return None;
        };
        let mut items = (*node).items();
        items[index].1 = items[index].1 + 1 - right.1;
        items.insert(index + 1, right);
        if items.len() <= FAN {
            (*node).fill(&items);
            return None;
        }
        let (left, right) = items.split_at(items.len() / 2);
        let half = new_sized((*node).branch.header.desc);
        (*node).fill(left);
        (*half).fill(right);
        Some((half.cast(), (*half).total()))
    }
}

unsafe fn insert_into_leaf(place: Place, at: usize, value: Slot) -> Option<Item> {
    // SAFETY: the leaf is made ours, with room for one more element.
    unsafe {
        let leaf = (*place.at).cast::<Leaf>();
        let wide = place.leaf_bits == FAN_BITS;
        let (len, full) = ((*leaf).len as usize, 1 << place.leaf_bits);
        if len < full {
            let leaf = Leaf::owned(leaf, len, full);
            Leaf::insert(leaf, at, wide, value);
            *place.at = leaf.cast();
            return None;
        }
        let (left, right) = Leaf::split(leaf, full / 2);
        if at <= full / 2 {
            Leaf::insert(left, at, wide, value);
        } else {
            Leaf::insert(right, at - full / 2, wide, value);
        }
        *place.at = left.cast();
        Some((right.cast(), u64::from((*right).len)))
    }
}

unsafe fn remove_below(place: Place, at: u64) -> Slot {
    // SAFETY: nodes are made ours before they are written; an empty child loses the reference of its branch.
    unsafe {
        if place.level == 0 {
            let leaf = (*place.at).cast::<Leaf>();
            let leaf = Leaf::owned(leaf, (*leaf).len as usize, (*leaf).capacity as usize);
            *place.at = leaf.cast();
            return Leaf::remove(leaf, at as usize, place.leaf_bits == FAN_BITS);
        }
        let node = place.sized();
        let (index, start) = place.find(at);
        let value = remove_below(place.child(index), at - start);
        (*node).shift(index, -1);
        let child = place.child(index);
        let half = if child.level == 0 {
            1 << (place.leaf_bits - 1)
        } else {
            FAN / 2
        };
        if child.size == 0 {
            let mut items = (*node).items();
            release(items.remove(index).0 as Slot);
            (*node).fill(&items);
        } else if child.len() < half && (*node).len > 1 {
            balance(place, index.min((*node).len - 2));
        }
        value
    }
}

/// Gives two neighbouring children as many children or elements each, or makes one of them if they fit.
///
/// # Safety
/// The place holds a sized branch that is ours alone, with more than `index + 1` children.
pub(super) unsafe fn balance(place: Place, index: usize) {
    // SAFETY: the caller says so; what the second child held moves into the first one before it goes.
    unsafe {
        let (left, right) = (place.child(index), place.child(index + 1));
        let (a, b): (Object, Object) = if left.level == 0 {
            let (a, b) = Leaf::balance((*left.at).cast(), (*right.at).cast());
            *left.at = a.cast();
            (a.cast(), b.cast())
        } else {
            balance_branches(left.sized(), right.sized())
        };
        let node = (*place.at).cast::<SizedBranch>();
        let mut items = (*node).items();
        let total = left.size + right.size;
        if b.is_null() {
            items[index] = (a, total);
            items.remove(index + 1);
        } else {
            let size = if left.level == 0 {
                left.len() as u64
            } else {
                (*a.cast::<SizedBranch>()).total()
            };
            items[index] = (a, size);
            items[index + 1] = (b, total - size);
        }
        (*node).fill(&items);
    }
}

unsafe fn balance_branches(left: *mut SizedBranch, right: *mut SizedBranch) -> (Object, Object) {
    // SAFETY: both are ours alone; their children move.
    unsafe {
        let mut items = (*left).items();
        items.extend((*right).items());
        let keep = if items.len() <= FAN {
            items.len()
        } else {
            items.len() / 2
        };
        (*left).fill(&items[..keep]);
        (*right).fill(&items[keep..]);
        if keep == items.len() {
            release(right as Slot);
            return (left.cast(), std::ptr::null_mut());
        }
        (left.cast(), right.cast())
    }
}
