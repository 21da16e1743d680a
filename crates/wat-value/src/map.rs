//! Persistent maps and sets: B+ trees in the canonical order of their keys (X10).
//!
//! The canonical order is also the iteration order, and it decides key equality, so that the tree needs neither hashes
//! nor sorting. Entries lie in leaves, keys beside keys and values beside values; branches hold their children and,
//! between two children, a bound: keys before it are on the left, the others on the right. A bound need not be a key
//! any more. A node that only one map holds is changed in place; a shared one is copied on the path of an update.
//! Full nodes split in the middle, those at the very end behind their last entry, so that ascending keys fill them.
//! Removal merges neighbours that together fill half a node. Depth is logarithmic, and so is the recursion of updates.

use crate::compare::canonical;
use crate::desc::{Desc, Repr};
use crate::heap::{Header, Kind, Object, Slot, allocate, free, is_unique, release, retain};
use std::ptr;

mod remove;
mod sets;

pub use remove::remove;
pub use sets::{intersect, subtract, unite};

/// Entries of a full leaf, and children of a full branch.
const FAN: usize = 32;
/// Capacity of the smallest leaf.
const LEAST: usize = 4;
/// The variant of nodes that are branches.
const BRANCH: u16 = 1;

#[repr(C)]
struct Map {
    header: Header,
    /// Null if the map is empty.
    root: Tree,
}

/// Keys and, in a map, as many values lie behind it, each with room for `capacity`.
#[repr(C)]
struct Leaf {
    header: Header,
    len: u32,
    capacity: u32,
}

#[repr(C)]
struct Branch {
    header: Header,
    /// How many children there are; bounds are one less.
    len: usize,
    /// Entries below.
    size: usize,
    children: [Tree; FAN],
    bounds: [Slot; FAN],
}

/// A leaf or a branch.
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
    handle(desc, ptr::null_mut()) as Slot
}

fn handle(desc: &'static Desc, root: Tree) -> *mut Map {
    let map = allocate(size_of::<Map>(), Kind::Map, 0, desc).cast::<Map>();
    // SAFETY: the object has room for the root and is ours alone.
    unsafe { (&raw mut (*map).root).write(root) };
    map
}

unsafe fn root(slot: Slot) -> Tree {
    // SAFETY: the caller says that the slot holds a live map.
    unsafe { (*(slot as *mut Map)).root }
}

unsafe fn is_branch(tree: Tree) -> bool {
    // SAFETY: the caller says that the node is alive.
    unsafe { (*tree).variant == BRANCH }
}

unsafe fn size(tree: Tree) -> usize {
    // SAFETY: a tree is null or alive.
    unsafe {
        if tree.is_null() {
            0
        } else if is_branch(tree) {
            (*tree.cast::<Branch>()).size
        } else {
            (*tree.cast::<Leaf>()).len as usize
        }
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

fn leaf_size(desc: &Desc, capacity: usize) -> usize {
    size_of::<Leaf>() + capacity * (1 + usize::from(has_values(desc))) * size_of::<Slot>()
}

fn new_leaf(desc: &'static Desc, capacity: usize) -> *mut Leaf {
    let leaf = allocate(leaf_size(desc, capacity), Kind::MapNode, 0, desc).cast::<Leaf>();
    // SAFETY: the object has room for the numbers and is ours alone.
    unsafe {
        (&raw mut (*leaf).len).write(0);
        (&raw mut (*leaf).capacity).write(capacity as u32);
    }
    leaf
}

/// The room of a leaf for so many entries.
fn room(len: usize) -> usize {
    len.next_power_of_two().clamp(LEAST, FAN)
}

unsafe fn keys_of(leaf: *mut Leaf) -> *mut Slot {
    // SAFETY: the keys lie behind the leaf.
    unsafe { leaf.add(1).cast() }
}

/// Where the values of a leaf of a map lie.
unsafe fn values_of(leaf: *mut Leaf) -> *mut Slot {
    // SAFETY: the values lie behind the room of the keys.
    unsafe { keys_of(leaf).add((*leaf).capacity as usize) }
}

/// How many of `len` ascending keys come before a key, and whether the next one equals it.
///
/// # Safety
/// All keys are live values of the type.
unsafe fn search(
    desc: &'static Desc,
    keys: *const Slot,
    len: usize,
    key: Slot,
) -> Result<usize, usize> {
    // SAFETY: the caller says so.
    let keys = unsafe { std::slice::from_raw_parts(keys, len) };
    match desc.repr {
        // Slots of these types are ordered as integers.
        Repr::I64 | Repr::Bool | Repr::U8 => {
            keys.binary_search_by(|other| (*other as i64).cmp(&(key as i64)))
        }
        // SAFETY: as above.
        _ => keys.binary_search_by(|other| unsafe { canonical(desc, *other, key) }),
    }
}

/// The child of a branch in which a key belongs.
unsafe fn child_of(branch: *mut Branch, key: Slot) -> usize {
    // SAFETY: the branch is alive, and so are its bounds.
    unsafe {
        let desc = key_desc((*branch).header.desc);
        match search(
            desc,
            (&raw const (*branch).bounds).cast(),
            (*branch).len - 1,
            key,
        ) {
            Ok(at) => at + 1,
            Err(at) => at,
        }
    }
}

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
    // SAFETY: the caller says so; nodes of a live map are alive.
    unsafe {
        let desc = (*(slot as Object)).desc;
        let mut tree = root(slot);
        if tree.is_null() {
            return None;
        }
        while is_branch(tree) {
            let branch = tree.cast::<Branch>();
            tree = (*branch).children[child_of(branch, key)];
        }
        let leaf = tree.cast::<Leaf>();
        let found = search(key_desc(desc), keys_of(leaf), (*leaf).len as usize, key);
        let at = found.ok()?;
        let value = match has_values(desc) {
            true => *values_of(leaf).add(at),
            false => 0,
        };
        Some((*keys_of(leaf).add(at), value))
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
        walk(root(slot), &mut |leaf, at| {
            let value = if valued { *values_of(leaf).add(at) } else { 0 };
            out.push((*keys_of(leaf).add(at), value));
        });
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
        walk(root(slot), &mut |leaf, at| out.push(*keys_of(leaf).add(at)));
        out
    }
}

/// Visits all entries in order: the leaf, and where in it.
unsafe fn walk(tree: Tree, visit: &mut impl FnMut(*mut Leaf, usize)) {
    // SAFETY: a tree is null or alive.
    unsafe {
        if tree.is_null() {
            return;
        }
        if is_branch(tree) {
            let branch = tree.cast::<Branch>();
            for at in 0..(*branch).len {
                walk((*branch).children[at], visit);
            }
            return;
        }
        let leaf = tree.cast::<Leaf>();
        (0..(*leaf).len as usize).for_each(|at| visit(leaf, at));
    }
}

/// A handle with the same root that is ours alone. Takes the reference.
unsafe fn owned_handle(slot: Slot) -> *mut Map {
    // SAFETY: a shared handle is only read; its root is retained for the copy.
    unsafe {
        let map = slot as *mut Map;
        if is_unique(map.cast()) {
            return map;
        }
        let copy = handle((*map).header.desc, (*map).root);
        if !(*map).root.is_null() {
            retain((*map).root as Slot);
        }
        release(slot);
        copy
    }
}

/// A leaf with the same entries that is ours alone and has room for `capacity`. Takes the reference.
unsafe fn owned_leaf(leaf: *mut Leaf, capacity: usize) -> *mut Leaf {
    // SAFETY: a shared leaf is only read, its entries are retained for the copy; those of another one move.
    unsafe {
        let unique = is_unique(leaf.cast());
        if unique && (*leaf).capacity as usize >= capacity {
            return leaf;
        }
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

fn new_branch(desc: &'static Desc) -> *mut Branch {
    let branch = allocate(size_of::<Branch>(), Kind::MapNode, BRANCH, desc).cast::<Branch>();
    // SAFETY: the object has room for the fields and is ours alone.
    unsafe {
        (&raw mut (*branch).len).write(0);
        (&raw mut (*branch).size).write(0);
        (&raw mut (*branch).children).write([ptr::null_mut(); FAN]);
        (&raw mut (*branch).bounds).write([0; FAN]);
    }
    branch
}

/// A branch of children with the bounds between them, whose references it takes.
unsafe fn branch_of(desc: &'static Desc, children: &[Tree], bounds: &[Slot]) -> *mut Branch {
    let branch = new_branch(desc);
    // SAFETY: the branch is ours alone; the children are live.
    unsafe { fill(branch, children, bounds) };
    branch
}

unsafe fn fill(branch: *mut Branch, children: &[Tree], bounds: &[Slot]) {
    // SAFETY: the caller says that the branch is ours alone and the children are live.
    unsafe {
        (*branch).len = children.len();
        (&mut (*branch).children)[..children.len()].copy_from_slice(children);
        (&mut (*branch).bounds)[..bounds.len()].copy_from_slice(bounds);
        (*branch).size = children.iter().map(|&child| size(child)).sum();
    }
}

/// A branch with the same children that is ours alone. Takes the reference.
unsafe fn owned_branch(branch: *mut Branch) -> *mut Branch {
    // SAFETY: a shared branch is only read; what it holds is retained for the copy.
    unsafe {
        if is_unique(branch.cast()) {
            return branch;
        }
        let desc = (*branch).header.desc;
        let copy = new_branch(desc);
        (*copy).len = (*branch).len;
        (*copy).size = (*branch).size;
        (*copy).children = (*branch).children;
        (*copy).bounds = (*branch).bounds;
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

/// What an insertion makes of a tree: the tree and, if it was full, a bound and what is behind it.
type Grown = (Tree, Option<(Slot, Tree)>);

/// Adds an entry or replaces the value of an equal key, which stays. Takes all references.
///
/// # Safety
/// The slot holds a live map or set, `key` and `value` live values of its types (`value` is 0 for a set).
pub unsafe fn insert(slot: Slot, key: Slot, value: Slot) -> Slot {
    // SAFETY: the caller says so; the handle is ours alone while its root changes.
    unsafe {
        let map = owned_handle(slot);
        let desc = (*map).header.desc;
        if (*map).root.is_null() {
            (*map).root = new_leaf(desc, LEAST).cast();
        }
        let (tree, split) = insert_into((*map).root, key, value, true);
        (*map).root = match split {
            Some((bound, right)) => branch_of(desc, &[tree, right], &[bound]).cast(),
            None => tree,
        };
        map as Slot
    }
}

/// `last` says that nothing is behind the tree.
unsafe fn insert_into(tree: Tree, key: Slot, value: Slot, last: bool) -> Grown {
    // SAFETY: the reference to the tree is ours; nodes are made ours before they are written.
    unsafe {
        if !is_branch(tree) {
            return insert_in_leaf(tree.cast(), key, value, last);
        }
        let branch = owned_branch(tree.cast());
        let at = child_of(branch, key);
        let child = (*branch).children[at];
        let before = size(child);
        let at_end = last && at + 1 == (*branch).len;
        let (child, split) = insert_into(child, key, value, at_end);
        (*branch).children[at] = child;
        let Some((bound, right)) = split else {
            (*branch).size = (*branch).size + size(child) - before;
            return (branch.cast(), None);
        };
        let split = add_child(branch, at, bound, right, at_end);
        (branch.cast(), split)
    }
}

/// Puts a child behind another one, and splits the branch if it is full.
unsafe fn add_child(
    branch: *mut Branch,
    at: usize,
    bound: Slot,
    right: Tree,
    at_end: bool,
) -> Option<(Slot, Tree)> {
    // SAFETY: the branch is ours alone.
    unsafe {
        let len = (*branch).len;
        let mut children = [ptr::null_mut(); FAN + 1];
        let mut bounds = [0; FAN];
        children[..len].copy_from_slice(&(&(*branch).children)[..len]);
        bounds[..len - 1].copy_from_slice(&(&(*branch).bounds)[..len - 1]);
        children.copy_within(at + 1..len, at + 2);
        bounds.copy_within(at..len - 1, at + 1);
        (children[at + 1], bounds[at]) = (right, bound);
        if len < FAN {
            fill(branch, &children[..=len], &bounds[..len]);
            return None;
        }
        let half = if at_end { FAN } else { FAN / 2 };
        fill(branch, &children[..half], &bounds[..half - 1]);
        let desc = (*branch).header.desc;
        let right = branch_of(desc, &children[half..], &bounds[half..]);
        Some((bounds[half - 1], right.cast()))
    }
}

unsafe fn insert_in_leaf(leaf: *mut Leaf, key: Slot, value: Slot, last: bool) -> Grown {
    // SAFETY: as for `insert_into`.
    unsafe {
        let desc = (*leaf).header.desc;
        let (len, capacity) = ((*leaf).len as usize, (*leaf).capacity as usize);
        let at = match search(key_desc(desc), keys_of(leaf), len, key) {
            Ok(at) => {
                let leaf = owned_leaf(leaf, capacity);
                if key_desc(desc).is_pointer() {
                    release(key);
                }
                if has_values(desc) {
                    let old = ptr::replace(values_of(leaf).add(at), value);
                    if counts_value(desc) {
                        release(old);
                    }
                }
                return (leaf.cast(), None);
            }
            Err(at) => at,
        };
        if len < FAN {
            let leaf = owned_leaf(leaf, room(len + 1));
            put(leaf, at, key, value);
            return (leaf.cast(), None);
        }
        let leaf = owned_leaf(leaf, capacity);
        let half = if last && at == len { len } else { len / 2 };
        let right = new_leaf(desc, room(len - half + 1));
        transfer(leaf, half, right, len - half);
        (*leaf).len = half as u32;
        match at < half || (at == half && half < len) {
            true => put(leaf, at, key, value),
            false => put(right, at - half, key, value),
        }
        let bound = *keys_of(right);
        if key_desc(desc).is_pointer() {
            retain(bound);
        }
        (leaf.cast(), Some((bound, right.cast())))
    }
}

/// Puts an entry into a leaf that has room for it.
unsafe fn put(leaf: *mut Leaf, at: usize, key: Slot, value: Slot) {
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
        let pointers = key_desc(desc).is_pointer();
        if is_branch(object) {
            let branch = object.cast::<Branch>();
            for at in 0..(*branch).len {
                part((*branch).children[at] as Slot);
                if at > 0 && pointers {
                    part((*branch).bounds[at - 1]);
                }
            }
            free(object, size_of::<Branch>());
            return;
        }
        let leaf = object.cast::<Leaf>();
        for at in 0..(*leaf).len as usize {
            if pointers {
                part(*keys_of(leaf).add(at));
            }
            if counts_value(desc) {
                part(*values_of(leaf).add(at));
            }
        }
        free(object, leaf_size(desc, (*leaf).capacity as usize));
    }
}
