//! Dense trees: every leaf is full, so that the bits of a position say where it is.

use super::leaf::Leaf;
use super::{FAN, FAN_BITS, Vector};
use crate::desc::Desc;
use crate::heap::{Header, Kind, Object, Slot, allocate, is_unique, release, retain};
use std::ptr;

#[repr(C)]
pub(super) struct Branch {
    pub(super) header: Header,
    /// Branches, or leaves on the last level; null outside the view.
    pub(super) children: [Object; FAN],
}

pub(super) fn new_branch(desc: &'static Desc) -> *mut Branch {
    let branch = allocate(size_of::<Branch>(), Kind::Branch, 0, desc).cast::<Branch>();
    // SAFETY: the object has room for the children and is ours alone.
    unsafe { (&raw mut (*branch).children).write([ptr::null_mut(); FAN]) };
    branch
}

/// A branch with the same children that is ours alone. Takes the reference.
///
/// # Safety
/// `branch` is alive.
pub(super) unsafe fn owned_branch(branch: *mut Branch) -> *mut Branch {
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

/// Puts a leaf into the tree. Takes its reference.
pub(super) unsafe fn insert_leaf(vector: *mut Vector, index: u64, leaf: *mut Leaf) {
    // SAFETY: the handle is ours alone; a new root takes over the reference to the old one.
    unsafe {
        let desc = (*vector).header.desc;
        (*vector).levels = (*vector).levels.max(1);
        while index >> ((*vector).levels * FAN_BITS) > 0 {
            let root = new_branch(desc);
            (*root).children[0] = (*vector).root;
            (*vector).root = root.cast();
            (*vector).levels += 1;
        }
        put_leaf(&raw mut (*vector).root, (*vector).levels, index, leaf);
    }
}

/// Puts a leaf into a subtree, which may be null. Takes its reference.
///
/// # Safety
/// Whoever holds `place` is ours alone; it holds a dense tree with so many levels, or null.
pub(super) unsafe fn put_leaf(place: *mut Object, levels: u32, index: u64, leaf: *mut Leaf) {
    // SAFETY: every branch on the path is made ours before it is written.
    unsafe {
        let desc = (*leaf).header.desc;
        let mut place = place;
        for level in (0..levels).rev() {
            *place = if (*place).is_null() {
                new_branch(desc).cast()
            } else {
                owned_branch((*place).cast()).cast()
            };
            let child = (index >> (level * FAN_BITS)) as usize % FAN;
            place = &raw mut (*(*place).cast::<Branch>()).children[child];
        }
        if !(*place).is_null() {
            release(*place as Slot);
        }
        *place = leaf.cast();
    }
}

/// Lets go of the leaves before `index` (`front`), or of those from `index` on.
pub(super) unsafe fn trim(vector: *mut Vector, index: u64, front: bool) {
    // SAFETY: the handle is ours alone; every branch on the path is made ours before it is written.
    unsafe {
        let mut place: *mut Object = &raw mut (*vector).root;
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
