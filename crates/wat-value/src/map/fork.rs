//! Forks: the inner nodes of trees of integers.

use super::Tree;
use super::dense::BLOCK;
use super::leaf::Leaf;
use crate::desc::Desc;
use crate::heap::{Header, Kind, Slot, allocate, free, is_unique, release, retain};
use std::ops::Range;
use std::ptr;

/// Bits of a digit of a key. With six, a shared fork of many children would cost more to copy than its level saves.
const DIGIT: u16 = 5;
/// Children of a fork.
const WAYS: usize = 1 << DIGIT;
/// Bits behind the last digit: where a key is in its block.
const LAST: u16 = BLOCK.ilog2() as u16;
/// Without it, integers are ordered as words.
const SIGN: Slot = 1 << 63;

/// A child for each value of a digit, null where there are no keys. A leaf may stand at several places: at all of a
/// range whose length is a power of two and whose start is a multiple of it. The variant of the object is how many
/// bits are behind the digit, so that a look-up needs no more than that and a child.
#[repr(C)]
pub(super) struct Fork {
    header: Header,
    /// The bits before the digit, which all keys have in common; the others are 0.
    base: Slot,
    children: [Tree; WAYS],
}

/// Whether a node is a fork.
#[inline(always)]
pub(super) unsafe fn is_fork(tree: Tree) -> bool {
    // SAFETY: the caller says that the node is alive.
    unsafe { (*tree).variant >= LAST }
}

/// The place of a key among the children.
#[inline(always)]
pub(super) unsafe fn place_of(fork: *mut Fork, key: Slot) -> usize {
    // SAFETY: the caller says that the fork is alive.
    let shift = unsafe { (*fork).header.variant };
    ((key ^ SIGN) >> shift) as usize % WAYS
}

/// The bits of a key before a digit.
fn before(key: Slot, shift: u16) -> Slot {
    key >> shift >> DIGIT
}

/// Whether a key belongs below a fork.
pub(super) unsafe fn spans(fork: *mut Fork, key: Slot) -> bool {
    // SAFETY: the caller says that the fork is alive.
    unsafe { before(key ^ (*fork).base, (*fork).header.variant) == 0 }
}

/// A key that belongs below a fork.
pub(super) unsafe fn base_of(fork: *mut Fork) -> Slot {
    // SAFETY: the caller says that the fork is alive.
    unsafe { (*fork).base }
}

/// A fork for the first digit in which two keys differ. They are not of one block.
fn between(desc: &'static Desc, a: Slot, b: Slot, child: Tree) -> *mut Fork {
    let shift = LAST + ((a ^ b).ilog2() as u16 - LAST) / DIGIT * DIGIT;
    let fork = allocate(size_of::<Fork>(), Kind::MapNode, shift, desc).cast::<Fork>();
    // SAFETY: the object has room for the fields and is ours alone.
    unsafe {
        (&raw mut (*fork).base).write(before(a, shift) << DIGIT << shift);
        (&raw mut (*fork).children).write([child; WAYS]);
    }
    fork
}

/// A fork with a leaf at all places; two of its keys are given. Takes the reference.
pub(super) unsafe fn of_leaf(leaf: *mut Leaf, first: Slot, last: Slot) -> Tree {
    // SAFETY: the leaf is alive.
    unsafe { between((*leaf).header.desc, first, last, leaf.cast()).cast() }
}

/// A fork above a node with a key, with room for another key. Takes the reference.
#[cold]
pub(super) unsafe fn above(tree: Tree, own: Slot, other: Slot) -> Tree {
    // SAFETY: the node is alive; the fork is ours alone.
    unsafe {
        let fork = between((*tree).desc, own, other, ptr::null_mut());
        *child(fork, place_of(fork, own)) = tree;
        fork.cast()
    }
}

/// A place of a fork.
#[inline(always)]
pub(super) unsafe fn child(fork: *mut Fork, at: usize) -> *mut Tree {
    // SAFETY: the caller says that the fork is alive and has this place.
    unsafe { (&raw mut (*fork).children).cast::<Tree>().add(at) }
}

/// The children of a fork in order, each once.
pub(super) unsafe fn children<'a>(fork: *mut Fork) -> impl Iterator<Item = Tree> + 'a {
    // SAFETY: the caller says that the fork is alive and is not changed meanwhile.
    let all: &'a [Tree; WAYS] = unsafe { &(*fork).children };
    let mut last = ptr::null_mut();
    all.iter().copied().filter(move |child| {
        let is_new = !child.is_null() && *child != last;
        last = *child;
        is_new
    })
}

/// The places around one that hold the same child.
pub(super) unsafe fn range_of(fork: *mut Fork, at: usize) -> Range<usize> {
    // SAFETY: the caller says that the fork is alive.
    let all = unsafe { &(*fork).children };
    let same = |other: &&Tree| **other == all[at];
    let before = all[..at].iter().rev().take_while(same).count();
    at - before..at + all[at..].iter().take_while(same).count()
}

/// Whether all keys that belong at a range of places are of one block.
pub(super) unsafe fn is_block(fork: *mut Fork, range: &Range<usize>) -> bool {
    // SAFETY: the caller says that the fork is alive.
    range.len() == 1 && unsafe { (*fork).header.variant } == LAST
}

/// The places beside a range with which it is one of twice its length.
pub(super) fn beside(range: &Range<usize>) -> Range<usize> {
    let start = range.start ^ range.len();
    start..start + range.len()
}

/// The child at all places of a range, which is null if there is none; `None` if there are several, or if the range
/// is empty.
pub(super) unsafe fn only(fork: *mut Fork, range: Range<usize>) -> Option<Tree> {
    // SAFETY: the caller says that the fork is alive.
    let all = unsafe { &(*fork).children };
    let part = all.get(range)?;
    part.iter().all(|it| *it == part[0]).then(|| part[0])
}

/// The empty places around one, as far as a leaf may stand at all of them.
pub(super) unsafe fn empty_around(fork: *mut Fork, at: usize) -> Range<usize> {
    let mut range = at..at + 1;
    // SAFETY: the caller says that the fork is alive.
    while unsafe { only(fork, beside(&range)) }.is_some_and(|other| other.is_null()) {
        range = joined(&range);
    }
    range
}

/// A range and the one beside it.
pub(super) fn joined(range: &Range<usize>) -> Range<usize> {
    let start = range.start & !range.len();
    start..start + 2 * range.len()
}

/// Puts a child at all places of a range.
pub(super) unsafe fn fill(fork: *mut Fork, range: Range<usize>, child: Tree) {
    // SAFETY: the caller says that the fork is ours alone.
    unsafe { (&mut (*fork).children)[range].fill(child) };
}

/// A fork with the same children that is ours alone. Takes the reference.
#[inline(always)]
pub(super) unsafe fn owned(fork: *mut Fork) -> *mut Fork {
    // SAFETY: the caller says that the fork is alive.
    unsafe {
        if is_unique(fork.cast()) {
            fork
        } else {
            copied(fork)
        }
    }
}

#[inline(never)]
unsafe fn copied(fork: *mut Fork) -> *mut Fork {
    // SAFETY: a shared fork is only read; its children are retained for the copy.
    unsafe {
        let (desc, shift) = ((*fork).header.desc, (*fork).header.variant);
        let copy = allocate(size_of::<Fork>(), Kind::MapNode, shift, desc).cast::<Fork>();
        (&raw mut (*copy).base).write((*fork).base);
        (&raw mut (*copy).children).write((*fork).children);
        children(copy).for_each(|child| retain(child as Slot));
        release(fork as Slot);
        copy
    }
}

/// The only child of a fork that has no other one, otherwise the fork. It is ours alone.
pub(super) unsafe fn simplified(fork: *mut Fork) -> Tree {
    // SAFETY: the child moves.
    unsafe {
        let (first, second) = {
            let mut all = children(fork);
            (all.next(), all.next())
        };
        match (first, second) {
            (Some(_), Some(_)) => fork.cast(),
            _ => {
                free(fork.cast(), size_of::<Fork>());
                first.unwrap_or(ptr::null_mut())
            }
        }
    }
}

/// Calls `part` for every child of a fork and frees it.
pub(super) unsafe fn dismantle(fork: *mut Fork, part: &mut impl FnMut(Slot)) {
    // SAFETY: nothing refers to the fork; memory is freed after its last reading.
    unsafe {
        children(fork).for_each(|child| part(child as Slot));
        free(fork.cast(), size_of::<Fork>());
    }
}
