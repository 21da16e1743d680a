//! Persistent maps and sets: B+ trees in the canonical order of their keys (X10).
//!
//! The canonical order is also the iteration order, and it decides key equality, so that the tree needs neither hashes
//! nor sorting. Entries lie in leaves, keys beside keys and values beside values; branches hold their children and,
//! between two children, a bound: keys before it are on the left, the others on the right. A bound need not be a key
//! any more. A node that only one map holds is changed in place; a shared one is copied on the path of an update.
//! Full nodes split in the middle, those at the very end behind their last entry, so that ascending keys fill them; an
//! insertion splits full branches on its way down, so that it never goes back up.
//! Removal merges neighbours that together fill half a node. Depth is logarithmic, and so is the recursion of removal.
//!
//! What an operation on a large map waits for is memory: the handle knows the number of entries, so that no other node
//! is touched for it, and the keys of a node are asked for as soon as its address is known ([`search::fetch`]).

use self::search::{Order, fetch, in_order};
use crate::desc::{Desc, Repr};
use crate::heap::{Header, Kind, Object, Slot, allocate, free, is_unique, release, retain};
use std::ptr;

mod remove;
mod search;
mod sets;

pub use remove::remove;
pub use sets::{intersect, subtract, unite};

/// Entries of a full leaf, and children of a full branch.
const FAN: usize = 32;
/// Capacity of the smallest leaf.
const LEAST: usize = 4;
/// The variant of nodes that are branches.
const BRANCH: u16 = 1;
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

/// Keys and, in a map, as many values lie behind it, each with room for `capacity`. Keys from `len` on are [`VACANT`].
#[repr(C)]
struct Leaf {
    header: Header,
    len: u32,
    capacity: u32,
}

#[repr(C)]
struct Branch {
    header: Header,
    /// How many children there are; bounds are one less, the others are [`VACANT`].
    len: usize,
    bounds: [Slot; FAN],
    children: [Tree; FAN],
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

unsafe fn is_branch(tree: Tree) -> bool {
    // SAFETY: the caller says that the node is alive.
    unsafe { (*tree).variant == BRANCH }
}

/// How many entries a map or set has.
///
/// # Safety
/// The slot holds a live map or set.
pub unsafe fn len(slot: Slot) -> usize {
    // SAFETY: the caller says so.
    unsafe { (*(slot as *mut Map)).len }
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
        vacate(keys_of(leaf), 0, capacity);
    }
    leaf
}

/// Marks the room for keys from one to another as unused.
unsafe fn vacate(keys: *mut Slot, from: usize, to: usize) {
    // SAFETY: the caller says that there is so much room, in a node that is ours alone.
    (from..to).for_each(|at| unsafe { keys.add(at).write(VACANT) });
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
        in_order!(key_desc(desc), order => find_from(order, tree, key, has_values(desc)))
    }
}

#[inline(always)]
unsafe fn find_from(
    order: impl Order,
    mut tree: Tree,
    key: Slot,
    valued: bool,
) -> Option<(Slot, Slot)> {
    // SAFETY: nodes of a live map are alive.
    unsafe {
        while is_branch(tree) {
            let branch = tree.cast::<Branch>();
            tree = (*branch).children[child_of(order, branch, key)];
            fetch(tree.cast());
        }
        let leaf = tree.cast::<Leaf>();
        let at = search(order, leaf, key).ok()?;
        let value = match valued {
            true => *values_of(leaf).add(at),
            false => 0,
        };
        Some((*keys_of(leaf).add(at), value))
    }
}

/// Where an equal key is in a leaf, or would be.
#[inline(always)]
unsafe fn search(order: impl Order, leaf: *mut Leaf, key: Slot) -> Result<usize, usize> {
    // SAFETY: the leaf is alive, and so are its keys; the others are vacant.
    unsafe {
        let (len, capacity) = ((*leaf).len as usize, (*leaf).capacity as usize);
        order.find(keys_of(leaf), len, capacity, key)
    }
}

/// The child of a branch in which a key belongs.
#[inline(always)]
unsafe fn child_of(order: impl Order, branch: *mut Branch, key: Slot) -> usize {
    // SAFETY: the branch is alive, and so are its bounds; the others are vacant.
    unsafe { order.up_to(&(*branch).bounds, (*branch).len - 1, key) }
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
        let copy = handle((*map).header.desc, (*map).root, (*map).len);
        if !(*map).root.is_null() {
            retain((*map).root as Slot);
        }
        release(slot);
        copy
    }
}

/// A leaf with the same entries that is ours alone and has room for `capacity`. Takes the reference.
#[inline(always)]
unsafe fn owned_leaf(leaf: *mut Leaf, capacity: usize) -> *mut Leaf {
    // SAFETY: the caller says that the leaf is alive.
    unsafe {
        if is_unique(leaf.cast()) && (*leaf).capacity as usize >= capacity {
            leaf
        } else {
            copied_leaf(leaf, capacity)
        }
    }
}

#[inline(never)]
unsafe fn copied_leaf(leaf: *mut Leaf, capacity: usize) -> *mut Leaf {
    // SAFETY: a shared leaf is only read, its entries are retained for the copy; those of another one move.
    unsafe {
        let unique = is_unique(leaf.cast());
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
        (&raw mut (*branch).bounds).write([VACANT; FAN]);
        (&raw mut (*branch).children).write([ptr::null_mut(); FAN]);
    }
    branch
}

/// A branch of children with the bounds between them, whose references it takes.
unsafe fn branch_of(desc: &'static Desc, children: &[Tree], bounds: &[Slot]) -> *mut Branch {
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
unsafe fn owned_branch(branch: *mut Branch) -> *mut Branch {
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
        let root = &raw mut (*map).root;
        let added = in_order!(key_desc(desc), order => insert_into(order, root, key, value));
        (*map).len += usize::from(added);
        map as Slot
    }
}

unsafe fn is_full_branch(tree: Tree) -> bool {
    // SAFETY: the caller says that the node is alive.
    unsafe { is_branch(tree) && (*tree.cast::<Branch>()).len == FAN }
}

/// Whether the entry is new.
#[inline(always)]
unsafe fn insert_into(order: impl Order, root: *mut Tree, key: Slot, value: Slot) -> bool {
    // SAFETY: the reference at the root is ours; nodes are made ours before they are written, and branches on the way
    // have room for one more child.
    unsafe {
        if is_full_branch(*root) {
            let branch = branch_of((**root).desc, &[*root], &[]);
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
                let desc = (*left).header.desc;
                *root = branch_of(desc, &[left.cast(), right.cast()], &[bound]).cast();
            }
        }
        true
    }
}

/// Replaces the value of an equal key.
unsafe fn replace(leaf: *mut Leaf, at: usize, key: Slot, value: Slot) -> *mut Leaf {
    // SAFETY: the entry is there; the leaf is made ours before it is written.
    unsafe {
        let leaf = owned_leaf(leaf, (*leaf).capacity as usize);
        let desc = (*leaf).header.desc;
        if key_desc(desc).is_pointer() {
            release(key);
        }
        if has_values(desc) {
            let old = ptr::replace(values_of(leaf).add(at), value);
            if counts_value(desc) {
                release(old);
            }
        }
        leaf
    }
}

/// Makes two leaves of a full one and a new entry: the left one, the bound, and the right one.
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
        let leaf = owned_leaf(leaf, FAN);
        let desc = (*leaf).header.desc;
        let half = if last && at == FAN { FAN } else { FAN / 2 };
        let right = new_leaf(desc, room(FAN - half + 1));
        transfer(leaf, half, right, FAN - half);
        (*leaf).len = half as u32;
        vacate(keys_of(leaf), half, FAN);
        match at < half || (at == half && half < FAN) {
            true => put(leaf, at, key, value),
            false => put(right, at - half, key, value),
        }
        let bound = *keys_of(right);
        if key_desc(desc).is_pointer() {
            retain(bound);
        }
        (leaf, bound, right)
    }
}

/// Makes two children of a full branch below a branch that has room.
#[cold]
unsafe fn split_branch(branch: *mut Branch, at: usize, last: bool) {
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
unsafe fn add_child(branch: *mut Branch, at: usize, bound: Slot, right: Tree) {
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
