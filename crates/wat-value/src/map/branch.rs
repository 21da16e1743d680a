//! Branches: children, and the bounds between them.

use super::search::Values;
use super::{FAN, Tree, VACANT, key_desc};
use crate::desc::Desc;
use crate::heap::{Header, Kind, Slot, allocate, free, is_unique, release, retain};
use std::ptr;

/// The variant of nodes that are branches.
const BRANCH: u16 = 1;

#[repr(C)]
pub(super) struct Branch {
    pub(super) header: Header,
    /// How many children there are; bounds are one less, the others are [`VACANT`].
    pub(super) len: usize,
    pub(super) bounds: [Slot; FAN],
    pub(super) children: [Tree; FAN],
}

pub(super) unsafe fn is_branch(tree: Tree) -> bool {
    // SAFETY: the caller says that the node is alive.
    unsafe { (*tree).variant == BRANCH }
}

pub(super) unsafe fn is_full_branch(tree: Tree) -> bool {
    // SAFETY: the caller says that the node is alive.
    unsafe { is_branch(tree) && (*tree.cast::<Branch>()).len == FAN }
}

/// The child of a branch in which a key belongs.
pub(super) unsafe fn child_of(order: Values, branch: *mut Branch, key: Slot) -> usize {
    // SAFETY: the branch is alive, and so are its bounds.
    unsafe { order.up_to(&(&(*branch).bounds)[..(*branch).len - 1], key) }
}

fn new_branch(desc: &'static Desc) -> *mut Branch {
    let branch = allocate(size_of::<Branch>(), Kind::MapNode, BRANCH, desc).cast::<Branch>();
    // SAFETY: the object has room for the fields and is ours alone.
    unsafe {
        (&raw mut (*branch).len).write(0);
        (&raw mut (*branch).bounds).write([VACANT; FAN]);
        (&raw mut (*branch).children).write([ptr::null_mut(); FAN]);
    }
    branch
}

/// A branch of children with the bounds between them, whose references it takes.
pub(super) unsafe fn branch_of(
    desc: &'static Desc,
    children: &[Tree],
    bounds: &[Slot],
) -> *mut Branch {
    let branch = new_branch(desc);
    // SAFETY: the branch is ours alone; the children are live.
    unsafe {
        (*branch).len = children.len();
        (&mut (*branch).children)[..children.len()].copy_from_slice(children);
        (&mut (*branch).bounds)[..bounds.len()].copy_from_slice(bounds);
    }
    branch
}

/// A branch with the same children that is ours alone. Takes the reference.
#[inline(always)]
pub(super) unsafe fn owned_branch(branch: *mut Branch) -> *mut Branch {
    // SAFETY: the caller says that the branch is alive.
    unsafe {
        if is_unique(branch.cast()) {
            branch
        } else {
            copied_branch(branch)
        }
    }
}

#[inline(never)]
unsafe fn copied_branch(branch: *mut Branch) -> *mut Branch {
    // SAFETY: a shared branch is only read; what it holds is retained for the copy.
    unsafe {
        let desc = (*branch).header.desc;
        let copy = new_branch(desc);
        (*copy).len = (*branch).len;
        (*copy).bounds = (*branch).bounds;
        (*copy).children = (*branch).children;
        for at in 0..(*copy).len {
            retain((*copy).children[at] as Slot);
            if at > 0 && key_desc(desc).is_pointer() {
                retain((*copy).bounds[at - 1]);
            }
        }
        release(branch as Slot);
        copy
    }
}

/// Makes two children of a full branch below a branch that has room.
#[cold]
pub(super) unsafe fn split_branch(branch: *mut Branch, at: usize, last: bool) {
    // SAFETY: the branch is ours alone; the child is made ours before it is written.
    unsafe {
        let child = owned_branch((*branch).children[at].cast());
        (*branch).children[at] = child.cast();
        let half = if last { FAN - 1 } else { FAN / 2 };
        let (children, bounds) = (&(*child).children, &(*child).bounds);
        let right = branch_of(
            (*child).header.desc,
            &children[half..],
            &bounds[half..FAN - 1],
        );
        let bound = (*child).bounds[half - 1];
        (*child).len = half;
        (&mut (*child).bounds)[half - 1..].fill(VACANT);
        add_child(branch, at, bound, right.cast());
    }
}

/// Puts a child behind another one of a branch that has room, and a bound between them.
pub(super) unsafe fn add_child(branch: *mut Branch, at: usize, bound: Slot, right: Tree) {
    // SAFETY: the branch is ours alone.
    unsafe {
        let len = (*branch).len;
        let (children, bounds) = (&mut (*branch).children, &mut (*branch).bounds);
        children.copy_within(at + 1..len, at + 2);
        bounds.copy_within(at..len - 1, at + 1);
        (children[at + 1], bounds[at]) = (right, bound);
        (*branch).len = len + 1;
    }
}

/// Calls `part` for every reference that a branch holds and frees it.
pub(super) unsafe fn dismantle(branch: *mut Branch, part: &mut impl FnMut(Slot)) {
    // SAFETY: nothing refers to the branch; memory is freed after its last reading.
    unsafe {
        let pointers = key_desc((*branch).header.desc).is_pointer();
        for at in 0..(*branch).len {
            part((*branch).children[at] as Slot);
            if at > 0 && pointers {
                part((*branch).bounds[at - 1]);
            }
        }
        free(branch.cast(), size_of::<Branch>());
    }
}
