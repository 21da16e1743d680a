//! Persistent maps and sets: weight-balanced search trees in the canonical order of their keys (X10).
//!
//! The canonical order is also the iteration order, and it decides key equality, so that the tree needs neither hashes
//! nor sorting. A node that only one map holds is changed in place; a shared one is copied on the path of an update.
//! Depth is logarithmic, so that the recursion of updates is bounded by some 90 calls.

use crate::compare::canonical;
use crate::desc::{Desc, Repr};
use crate::heap::{Header, Kind, Object, Slot, allocate, free, is_unique, release, retain};
use std::cmp::Ordering;
use std::ptr;

#[repr(C)]
struct Map {
    header: Header,
    root: *mut Node,
}

#[repr(C)]
struct Node {
    header: Header,
    size: usize,
    left: *mut Node,
    right: *mut Node,
    key: Slot,
    /// Unused in a set.
    value: Slot,
}

type Tree = *mut Node;

fn key_desc(desc: &'static Desc) -> &'static Desc {
    desc.parts[0]
}

fn counts_value(desc: &Desc) -> bool {
    desc.repr == Repr::HashMap && desc.parts[1].is_pointer()
}

/// An empty map or set; `desc` is its own.
pub fn empty(desc: &'static Desc) -> Slot {
    handle(desc, ptr::null_mut())
}

fn handle(desc: &'static Desc, root: Tree) -> Slot {
    let map = allocate(size_of::<Map>(), Kind::Map, 0, desc).cast::<Map>();
    // SAFETY: the object has room for the root and is ours alone.
    unsafe { (&raw mut (*map).root).write(root) };
    map as Slot
}

unsafe fn root(slot: Slot) -> Tree {
    // SAFETY: the caller says that the slot holds a live map.
    unsafe { (*(slot as *mut Map)).root }
}

unsafe fn size(tree: Tree) -> usize {
    // SAFETY: a tree is null or alive.
    if tree.is_null() {
        0
    } else {
        unsafe { (*tree).size }
    }
}

/// How many entries a map or set has.
///
/// # Safety
/// The slot holds a live map or set.
pub unsafe fn len(slot: Slot) -> usize {
    // SAFETY: the caller says so.
    unsafe { size(root(slot)) }
}

/// The value of a key, borrowed; of a set, 0 if the key is there.
///
/// # Safety
/// The slot holds a live map or set, `key` a live value of its key type.
pub unsafe fn get(slot: Slot, key: Slot) -> Option<Slot> {
    // SAFETY: the caller says so; nodes of a live map are alive.
    unsafe {
        let desc = key_desc((*(slot as Object)).desc);
        let mut tree = root(slot);
        while !tree.is_null() {
            tree = match canonical(desc, key, (*tree).key) {
                Ordering::Less => (*tree).left,
                Ordering::Greater => (*tree).right,
                Ordering::Equal => return Some((*tree).value),
            };
        }
        None
    }
}

/// Keys and values in canonical order, borrowed.
///
/// # Safety
/// The slot holds a live map or set that is not changed while the result is used.
pub unsafe fn entries(slot: Slot) -> Vec<(Slot, Slot)> {
    // SAFETY: the caller says so; nodes of a live map are alive.
    unsafe {
        let mut out = Vec::with_capacity(len(slot));
        let mut path = Vec::new();
        let mut tree = root(slot);
        while !tree.is_null() || !path.is_empty() {
            while !tree.is_null() {
                path.push(tree);
                tree = (*tree).left;
            }
            if let Some(node) = path.pop() {
                out.push(((*node).key, (*node).value));
                tree = (*node).right;
            }
        }
        out
    }
}

/// Keys in canonical order, borrowed.
///
/// # Safety
/// As for [`entries`].
pub unsafe fn keys(slot: Slot) -> Vec<Slot> {
    // SAFETY: the caller says so.
    unsafe { entries(slot) }
        .into_iter()
        .map(|(key, _)| key)
        .collect()
}

/// Takes the handle apart: the root with a reference of its own.
unsafe fn take_root(slot: Slot) -> (&'static Desc, Tree) {
    // SAFETY: the caller gives the handle's reference up.
    unsafe {
        let map = slot as *mut Map;
        let (desc, tree) = ((*map).header.desc, (*map).root);
        if is_unique(map.cast()) {
            free(map.cast(), size_of::<Map>());
        } else {
            if !tree.is_null() {
                retain(tree as Slot);
            }
            release(slot);
        }
        (desc, tree)
    }
}

/// A node with the same parts that is ours alone. Takes the reference.
unsafe fn owned(tree: Tree) -> Tree {
    // SAFETY: a shared node is only read; its parts are retained for the copy.
    unsafe {
        if is_unique(tree.cast()) {
            return tree;
        }
        let desc = (*tree).header.desc;
        let copy = node(desc, (*tree).key, (*tree).value);
        (*copy).size = (*tree).size;
        (*copy).left = (*tree).left;
        (*copy).right = (*tree).right;
        for child in [(*copy).left, (*copy).right] {
            if !child.is_null() {
                retain(child as Slot);
            }
        }
        if key_desc(desc).is_pointer() {
            retain((*copy).key);
        }
        if counts_value(desc) {
            retain((*copy).value);
        }
        release(tree as Slot);
        copy
    }
}

fn node(desc: &'static Desc, key: Slot, value: Slot) -> Tree {
    let node = allocate(size_of::<Node>(), Kind::MapNode, 0, desc).cast::<Node>();
    // SAFETY: the object has room for the fields and is ours alone.
    unsafe {
        (&raw mut (*node).size).write(1);
        (&raw mut (*node).left).write(ptr::null_mut());
        (&raw mut (*node).right).write(ptr::null_mut());
        (&raw mut (*node).key).write(key);
        (&raw mut (*node).value).write(value);
    }
    node
}

unsafe fn resize(tree: Tree) {
    // SAFETY: the node is alive and ours alone.
    unsafe { (*tree).size = 1 + size((*tree).left) + size((*tree).right) };
}

/// Rotates the right child up.
unsafe fn rotate_left(tree: Tree) -> Tree {
    // SAFETY: both nodes are ours alone.
    unsafe {
        let up = owned((*tree).right);
        (*tree).right = (*up).left;
        resize(tree);
        (*up).left = tree;
        resize(up);
        up
    }
}

/// Rotates the left child up.
unsafe fn rotate_right(tree: Tree) -> Tree {
    // SAFETY: both nodes are ours alone.
    unsafe {
        let up = owned((*tree).left);
        (*tree).left = (*up).right;
        resize(tree);
        (*up).right = tree;
        resize(up);
        up
    }
}

/// Restores the balance of a node whose children are balanced and differ by one update. The parameters (3, 2) are
/// those of Hirai and Yamamoto, "Balancing weight-balanced trees" (2011).
unsafe fn balance(tree: Tree) -> Tree {
    // SAFETY: the node is ours alone; rotations make the nodes they write ours.
    unsafe {
        resize(tree);
        let (left, right) = (size((*tree).left) + 1, size((*tree).right) + 1);
        if right > 3 * left {
            let child = (*tree).right;
            if size((*child).left) + 1 >= 2 * (size((*child).right) + 1) {
                (*tree).right = rotate_right(owned(child));
            }
            rotate_left(tree)
        } else if left > 3 * right {
            let child = (*tree).left;
            if size((*child).right) + 1 >= 2 * (size((*child).left) + 1) {
                (*tree).left = rotate_left(owned(child));
            }
            rotate_right(tree)
        } else {
            tree
        }
    }
}

/// Adds an entry or replaces the value of an equal key, which stays. Takes all references.
///
/// # Safety
/// The slot holds a live map or set, `key` and `value` live values of its types (`value` is 0 for a set).
pub unsafe fn insert(slot: Slot, key: Slot, value: Slot) -> Slot {
    // SAFETY: the caller says so.
    unsafe {
        let (desc, tree) = take_root(slot);
        handle(desc, insert_into(desc, tree, key, value))
    }
}

unsafe fn insert_into(desc: &'static Desc, tree: Tree, key: Slot, value: Slot) -> Tree {
    if tree.is_null() {
        return node(desc, key, value);
    }
    // SAFETY: the reference to the tree is ours; the node is made ours before it is written.
    unsafe {
        let ordering = canonical(key_desc(desc), key, (*tree).key);
        let tree = owned(tree);
        match ordering {
            Ordering::Less => (*tree).left = insert_into(desc, (*tree).left, key, value),
            Ordering::Greater => (*tree).right = insert_into(desc, (*tree).right, key, value),
            Ordering::Equal => {
                if key_desc(desc).is_pointer() {
                    release(key);
                }
                let old = std::mem::replace(&mut (*tree).value, value);
                if counts_value(desc) {
                    release(old);
                }
                return tree;
            }
        }
        balance(tree)
    }
}

/// Removes an entry, if it is there. Takes the reference to the map and borrows the key.
///
/// # Safety
/// The slot holds a live map or set, `key` a live value of its key type.
pub unsafe fn remove(slot: Slot, key: Slot) -> Slot {
    // SAFETY: the caller says so.
    unsafe {
        if get(slot, key).is_none() {
            return slot;
        }
        let (desc, tree) = take_root(slot);
        handle(desc, remove_from(desc, tree, key))
    }
}

unsafe fn remove_from(desc: &'static Desc, tree: Tree, key: Slot) -> Tree {
    // SAFETY: the key is in the tree, whose reference is ours; nodes are made ours before they are written.
    unsafe {
        let ordering = canonical(key_desc(desc), key, (*tree).key);
        let tree = owned(tree);
        match ordering {
            Ordering::Less => (*tree).left = remove_from(desc, (*tree).left, key),
            Ordering::Greater => (*tree).right = remove_from(desc, (*tree).right, key),
            Ordering::Equal => {
                let left = std::mem::replace(&mut (*tree).left, ptr::null_mut());
                let right = std::mem::replace(&mut (*tree).right, ptr::null_mut());
                release(tree as Slot);
                return join(left, right);
            }
        }
        balance(tree)
    }
}

/// One tree of two whose sizes balance, all keys of the first before those of the second.
unsafe fn join(left: Tree, right: Tree) -> Tree {
    if left.is_null() {
        return right;
    }
    if right.is_null() {
        return left;
    }
    // SAFETY: both references are ours.
    unsafe {
        let (rest, first) = take_first(right);
        (*first).left = left;
        (*first).right = rest;
        balance(first)
    }
}

/// The tree without its first node, and that node, ours alone and without children.
unsafe fn take_first(tree: Tree) -> (Tree, Tree) {
    // SAFETY: the reference to the tree is ours; nodes are made ours before they are written.
    unsafe {
        let tree = owned(tree);
        if (*tree).left.is_null() {
            let rest = std::mem::replace(&mut (*tree).right, ptr::null_mut());
            return (rest, tree);
        }
        let (left, first) = take_first((*tree).left);
        (*tree).left = left;
        (balance(tree), first)
    }
}

/// Calls `part` for every reference an object of a map holds and frees it.
///
/// # Safety
/// `object` is a map or a node that nothing refers to.
pub(crate) unsafe fn dismantle(object: Object, part: &mut impl FnMut(Slot)) {
    // SAFETY: the kind says what the object is; memory is freed after its last reading.
    unsafe {
        let desc = (*object).desc;
        if (*object).kind == Kind::Map {
            let tree = (*object.cast::<Map>()).root;
            if !tree.is_null() {
                part(tree as Slot);
            }
            free(object, size_of::<Map>());
            return;
        }
        let node = object.cast::<Node>();
        for child in [(*node).left, (*node).right] {
            if !child.is_null() {
                part(child as Slot);
            }
        }
        if key_desc(desc).is_pointer() {
            part((*node).key);
        }
        if counts_value(desc) {
            part((*node).value);
        }
        free(object, size_of::<Node>());
    }
}
