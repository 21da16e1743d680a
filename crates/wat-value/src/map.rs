//! Persistent maps and sets: trees in the canonical order of their keys (X10).
//!
//! The canonical order is also the iteration order, and it decides key equality, so that the trees need neither hashes
//! nor sorting. Entries lie in leaves, keys beside keys and values beside values ([`leaf`]). Keys that are ordered as
//! integers are found by their digits ([`radix`]), and where they lie close together by their number ([`dense`]); other
//! keys are compared ([`tree`]). A node that only one map holds is changed in place; a shared one is copied on the path
//! of an update. Depth is logarithmic, or bounded by the digits of a key, and so is the recursion of removal.
//!
//! What an operation on a large map waits for is memory: the handle knows the number of entries, so that no other node
//! is touched for it, a path of digits touches two lines of a fork, and the first lines of a node are asked for as soon
//! as its address is known ([`search::fetch`]).

use self::branch::is_branch;
use self::search::{Values, by_integers};
use crate::desc::{Desc, Repr};
use crate::heap::{Header, Kind, Object, Slot, allocate, free, is_unique, release, retain};
use std::ptr;

mod branch;
mod dense;
mod fork;
mod leaf;
mod radix;
mod search;
mod sets;
mod tree;
mod walk;

pub use sets::{intersect, subtract, unite};
pub use walk::{entries, find, get, keys};

/// Entries of a full leaf, and children of a full branch.
const FAN: usize = 32;
/// Capacity of the smallest leaf.
const LEAST: usize = 4;
/// What room for keys holds that no key uses: as an integer, it comes before no key.
const VACANT: Slot = i64::MAX as Slot;

#[repr(C)]
struct Map {
    header: Header,
    /// Null if the map is empty.
    root: Tree,
    /// How many entries there are.
    len: usize,
}

/// A branch, a fork, a leaf or a dense leaf; the variant of the object says which.
type Tree = Object;

fn key_desc(desc: &'static Desc) -> &'static Desc {
    desc.parts[0]
}

fn has_values(desc: &Desc) -> bool {
    desc.repr == Repr::HashMap
}

fn counts_value(desc: &Desc) -> bool {
    has_values(desc) && desc.parts[1].is_pointer()
}

/// An empty map or set; `desc` is its own.
pub fn empty(desc: &'static Desc) -> Slot {
    handle(desc, ptr::null_mut(), 0) as Slot
}

fn handle(desc: &'static Desc, root: Tree, len: usize) -> *mut Map {
    let map = allocate(size_of::<Map>(), Kind::Map, 0, desc).cast::<Map>();
    // SAFETY: the object has room for the fields and is ours alone.
    unsafe {
        (&raw mut (*map).root).write(root);
        (&raw mut (*map).len).write(len);
    }
    map
}

unsafe fn root(slot: Slot) -> Tree {
    // SAFETY: the caller says that the slot holds a live map.
    unsafe { (*(slot as *mut Map)).root }
}

/// How many entries a map or set has.
///
/// # Safety
/// The slot holds a live map or set.
pub unsafe fn len(slot: Slot) -> usize {
    // SAFETY: the caller says so.
    unsafe { (*(slot as *mut Map)).len }
}

/// A handle with the same root that is ours alone. Takes the reference.
unsafe fn owned_handle(slot: Slot) -> *mut Map {
    // SAFETY: a shared handle is only read; its root is retained for the copy.
    unsafe {
        let map = slot as *mut Map;
        if is_unique(map.cast()) {
            return map;
        }
        let copy = handle((*map).header.desc, (*map).root, (*map).len);
        if !(*map).root.is_null() {
            retain((*map).root as Slot);
        }
        release(slot);
        copy
    }
}

/// Adds an entry or replaces the value of an equal key, which stays. Takes all references.
///
/// # Safety
/// The slot holds a live map or set, `key` and `value` live values of its types (`value` is 0 for a set).
pub unsafe fn insert(slot: Slot, key: Slot, value: Slot) -> Slot {
    // SAFETY: the caller says so; the handle is ours alone while its root changes.
    unsafe {
        let map = owned_handle(slot);
        let desc = (*map).header.desc;
        let (of, root) = (key_desc(desc), &raw mut (*map).root);
        let added = match by_integers(of) {
            true => radix::insert(desc, root, key, value),
            false => tree::insert(desc, Values(of), root, key, value),
        };
        (*map).len += usize::from(added);
        map as Slot
    }
}

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
        let (of, root) = (key_desc((*map).header.desc), (*map).root);
        (*map).root = match by_integers(of) {
            true => radix::remove(root, key),
            false => tree::remove(Values(of), root, key),
        };
        (*map).len -= 1;
        map as Slot
    }
}

/// Calls `part` for every reference an object of a map holds and frees it.
///
/// # Safety
/// `object` is a map or a node that nothing refers to.
pub(crate) unsafe fn dismantle(object: Object, part: &mut impl FnMut(Slot)) {
    // SAFETY: the kind and the variant say what the object is; memory is freed after its last reading.
    unsafe {
        if (*object).kind == Kind::Map {
            let tree = (*object.cast::<Map>()).root;
            if !tree.is_null() {
                part(tree as Slot);
            }
            free(object, size_of::<Map>());
        } else if is_branch(object) {
            branch::dismantle(object.cast(), part);
        } else if fork::is_fork(object) {
            fork::dismantle(object.cast(), part);
        } else if dense::is_dense(object) {
            dense::dismantle(object.cast(), part);
        } else {
            leaf::dismantle(object.cast(), part);
        }
    }
}
