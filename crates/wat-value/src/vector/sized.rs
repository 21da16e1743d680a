//! Trees with leaves that are not full: their branches say where each child ends.
//!
//! Such a tree is a B-tree with all leaves on one level. Leaves and branches are at least half full, but for those at
//! the two edges, where dropping and taking cut and appending grows; a root with few grandchildren goes away. So the
//! height is a logarithm of the length to the base 16, whatever the history. Below a sized branch dense subtrees stay
//! as they are: an edit makes sized branches of its path alone. Relaxed radix trees (Stucki et al., ICFP 2015) search
//! a little less and join any two trees; one element that comes or goes costs them two cuts and a concatenation, where
//! a B-tree shifts the elements of one leaf.

use super::dense::{Branch, owned_branch, put_leaf};
use super::leaf::Leaf;
use super::{FAN, FAN_BITS, Vector};
use crate::desc::Desc;
use crate::heap::{Kind, Object, Slot, allocate, is_unique, release, retain};
use std::ptr;

/// The `variant` of a sized branch.
const SIZED: u16 = 1;

#[repr(C)]
pub(super) struct SizedBranch {
    /// Children from the first one on; dense subtrees that a cut has yet to trim may start with nulls.
    pub(super) branch: Branch,
    pub(super) len: usize,
    /// Where each child ends, counted in elements from the beginning of the first one.
    pub(super) ends: [u64; FAN],
}

/// A child and how many elements it has.
pub(super) type Item = (Object, u64);

pub(super) fn new_sized(desc: &'static Desc) -> *mut SizedBranch {
    let node = allocate(size_of::<SizedBranch>(), Kind::Branch, SIZED, desc).cast::<SizedBranch>();
    // SAFETY: the object has room for the fields and is ours alone.
    unsafe {
        (&raw mut (*node).branch.children).write([ptr::null_mut(); FAN]);
        (&raw mut (*node).len).write(0);
        (&raw mut (*node).ends).write([0; FAN]);
    }
    node
}

/// Whether a branch is sized.
///
/// # Safety
/// `branch` is a live branch.
pub(super) unsafe fn is_sized(branch: Object) -> bool {
    // SAFETY: the caller says so.
    unsafe { (*branch).variant == SIZED }
}

impl SizedBranch {
    pub(super) fn start(&self, index: usize) -> u64 {
        if index == 0 { 0 } else { self.ends[index - 1] }
    }

    pub(super) fn total(&self) -> u64 {
        self.start(self.len)
    }

    /// Moves the ends of a child and those behind it.
    pub(super) fn shift(&mut self, index: usize, by: i64) {
        for end in &mut self.ends[index..self.len] {
            *end = end.wrapping_add_signed(by);
        }
    }

    /// The children, for whoever changes their row and then fills it.
    pub(super) fn items(&self) -> Vec<Item> {
        (0..self.len)
            .map(|index| {
                let size = self.ends[index] - self.start(index);
                (self.branch.children[index], size)
            })
            .collect()
    }

    /// Takes over the references to these children and forgets the former ones.
    pub(super) fn fill(&mut self, items: &[Item]) {
        self.branch.children = [ptr::null_mut(); FAN];
        self.len = items.len();
        let mut end = 0;
        for (index, (child, size)) in items.iter().enumerate() {
            end += size;
            self.branch.children[index] = *child;
            self.ends[index] = end;
        }
    }

    /// A branch with the same children that is ours alone. Takes the reference.
    unsafe fn owned(node: *mut SizedBranch) -> *mut SizedBranch {
        // SAFETY: a shared branch is only read; its children are retained for the copy.
        unsafe {
            if is_unique(node.cast()) {
                return node;
            }
            let copy = new_sized((*node).branch.header.desc);
            (*copy).len = (*node).len;
            (*copy).ends = (*node).ends;
            (*copy).branch.children = (*node).branch.children;
            for child in (*copy).branch.children {
                if !child.is_null() {
                    retain(child as Slot);
                }
            }
            release(node as Slot);
            copy
        }
    }
}

/// Where a subtree hangs, how high it is and how many elements it has: what the subtree itself need not say.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) at: *mut Object,
    /// Levels of branches above the leaves.
    pub(super) level: u32,
    pub(super) size: u64,
    pub(super) leaf_bits: u32,
}

/// # Safety
/// For all methods: the place holds a live subtree of this height and size. Those that change it: whoever holds the
/// place is ours alone.
impl Place {
    pub(super) unsafe fn root(vector: *mut Vector) -> Place {
        // SAFETY: the caller says that the vector is alive.
        unsafe {
            Place {
                at: &raw mut (*vector).root,
                level: (*vector).levels.max(u32::from((*vector).relaxed)),
                size: (*vector).tail_at,
                leaf_bits: u32::from((*vector).leaf_bits),
            }
        }
    }

    /// Logarithm of the number of elements in a full child.
    fn child_bits(self) -> u32 {
        self.leaf_bits + (self.level - 1) * FAN_BITS
    }

    unsafe fn is_sized(self) -> bool {
        // SAFETY: above the leaves there are branches.
        self.level > 0 && unsafe { is_sized(*self.at) }
    }

    /// How many children a branch has, or elements a leaf.
    pub(super) unsafe fn len(self) -> usize {
        // SAFETY: the level says what the node is.
        unsafe {
            if self.level == 0 {
                (*(*self.at).cast::<Leaf>()).len as usize
            } else if self.is_sized() {
                (*(*self.at).cast::<SizedBranch>()).len
            } else {
                self.size.div_ceil(1 << self.child_bits()) as usize
            }
        }
    }

    /// The child in which a position of the subtree lies, and where it begins.
    pub(super) unsafe fn find(self, at: u64) -> (usize, u64) {
        // A child that is not full only moves the others to the left.
        let mut index = (at >> self.child_bits()) as usize;
        // SAFETY: the position lies in the subtree, so that some child ends behind it.
        unsafe {
            if !self.is_sized() {
                return (index, (index as u64) << self.child_bits());
            }
            let node = (*self.at).cast::<SizedBranch>();
            while (*node).ends[index] <= at {
                index += 1;
            }
            (index, (*node).start(index))
        }
    }

    pub(super) unsafe fn child(self, index: usize) -> Place {
        // SAFETY: both kinds of branches begin with the children.
        unsafe {
            let size = if self.is_sized() {
                let node = (*self.at).cast::<SizedBranch>();
                (*node).ends[index] - (*node).start(index)
            } else {
                let begin = (index as u64) << self.child_bits();
                (self.size - begin).min(1 << self.child_bits())
            };
            Place {
                at: &raw mut (*(*self.at).cast::<Branch>()).children[index],
                level: self.level - 1,
                size,
                leaf_bits: self.leaf_bits,
            }
        }
    }

    /// Makes the branch ours alone.
    unsafe fn own(self) {
        // SAFETY: the place gives its reference up and gets the new one.
        unsafe {
            *self.at = if self.is_sized() {
                SizedBranch::owned((*self.at).cast()).cast()
            } else {
                owned_branch((*self.at).cast()).cast()
            };
        }
    }

    /// Makes the branch sized and ours alone.
    pub(super) unsafe fn sized(self) -> *mut SizedBranch {
        // SAFETY: children of a branch that is ours alone move, others get a second reference. What a dense branch
        // holds behind its last element goes with it.
        unsafe {
            if self.is_sized() {
                self.own();
                return (*self.at).cast();
            }
            let dense = (*self.at).cast::<Branch>();
            let node = new_sized((*dense).header.desc);
            let unique = is_unique(dense.cast());
            let items: Vec<Item> = (0..self.len())
                .map(|index| ((*dense).children[index], self.child(index).size))
                .collect();
            for (index, (child, _)) in items.iter().enumerate() {
                if unique {
                    (*dense).children[index] = ptr::null_mut();
                } else if !child.is_null() {
                    retain(*child as Slot);
                }
            }
            (*node).fill(&items);
            release(dense as Slot);
            *self.at = node.cast();
            node
        }
    }

    /// Whether a full leaf can be appended without another level.
    unsafe fn has_room(self) -> bool {
        // SAFETY: a sized branch has children.
        unsafe {
            if self.level == 0 {
                false
            } else if self.is_sized() {
                self.len() < FAN || self.child(FAN - 1).has_room()
            } else {
                self.size >> (self.child_bits() + FAN_BITS) == 0
            }
        }
    }

    /// Appends a full leaf. Takes its reference.
    unsafe fn push_leaf(self, leaf: *mut Leaf) {
        // SAFETY: branches are made ours before they are written; a null place is the beginning of a dense subtree.
        unsafe {
            if (*self.at).is_null() || !self.is_sized() {
                put_leaf(self.at, self.level, self.size >> self.leaf_bits, leaf);
                return;
            }
            let node = self.sized();
            let last = (*node).len - 1;
            let index = last + usize::from(!self.child(last).has_room());
            if index > last {
                (*node).ends[index] = (*node).ends[last];
                (*node).len += 1;
            }
            self.child(index).push_leaf(leaf);
            (*node).shift(index, i64::from((*leaf).len));
        }
    }

    /// Lets go of the leaves that lie before a position of the subtree; how many elements they had.
    unsafe fn cut_front(self, at: u64) -> u64 {
        // SAFETY: the children before the one of the position lose the reference of a branch that is ours alone.
        unsafe {
            if at == 0 || self.level == 0 {
                return 0;
            }
            let node = self.sized();
            let (index, start) = self.find(at);
            let mut items = (*node).items();
            for (child, _) in items.drain(..index) {
                if !child.is_null() {
                    release(child as Slot);
                }
            }
            (*node).fill(&items);
            let more = self.child(0).cut_front(at - start);
            (*node).shift(0, -(more as i64));
            start + more
        }
    }

    /// Keeps so many elements, which are those of one leaf or more.
    unsafe fn cut_back(self, keep: u64) {
        // SAFETY: as for `cut_front`.
        unsafe {
            if keep == self.size || self.level == 0 {
                return;
            }
            let node = self.sized();
            let (index, start) = self.find(keep - 1);
            let mut items = (*node).items();
            for (child, _) in items.drain(index + 1..) {
                release(child as Slot);
            }
            (*node).fill(&items);
            self.child(index).cut_back(keep - start);
            (*node).ends[index] = keep;
        }
    }
}

/// The leaf of a position of the tree, and where in it the position is.
#[cold]
#[inline(never)]
pub(super) unsafe fn leaf_at(vector: *mut Vector, at: u64) -> (*mut Leaf, usize) {
    // SAFETY: the caller says that the position is in the tree.
    unsafe {
        let (mut place, mut at) = (Place::root(vector), at);
        while place.level > 0 {
            let (index, start) = place.find(at);
            at -= start;
            place = place.child(index);
        }
        ((*place.at).cast(), at as usize)
    }
}

/// Where the leaf of a position of the tree hangs, every branch above it made ours, and where in it the position is.
pub(super) unsafe fn own_path(vector: *mut Vector, at: u64) -> (*mut Object, usize) {
    // SAFETY: the handle is ours alone, and the caller says that the position is in the tree.
    unsafe {
        let (mut place, mut at) = (Place::root(vector), at);
        while place.level > 0 {
            place.own();
            let (index, start) = place.find(at);
            at -= start;
            place = place.child(index);
        }
        (place.at, at as usize)
    }
}

/// Appends a full leaf to a relaxed tree. Takes its reference.
pub(super) unsafe fn append(vector: *mut Vector, leaf: *mut Leaf) {
    // SAFETY: the handle is ours alone; a new root takes over the reference to the old one.
    unsafe {
        let root = Place::root(vector);
        if !root.has_room() {
            let top = new_sized((*vector).header.desc);
            (*top).fill(&[((*vector).root, root.size)]);
            (*vector).root = top.cast();
            (*vector).relaxed += 1;
        }
        Place::root(vector).push_leaf(leaf);
    }
}

/// Lets go of the leaves that lie before the view. Positions restart with the first leaf that stays.
pub(super) unsafe fn trim_front(vector: *mut Vector) {
    // SAFETY: the handle is ours alone, and its view begins in the tree.
    unsafe {
        let mut first = Place::root(vector);
        while first.level > 0 && first.is_sized() {
            first = first.child(0);
        }
        let full = 1 << first.leaf_bits;
        let len = if first.level == 0 {
            first.len() as u64
        } else {
            full
        };
        if (*vector).start < len {
            return;
        }
        let gone = Place::root(vector).cut_front((*vector).start);
        (*vector).start -= gone;
        (*vector).end -= gone;
        (*vector).tail_at -= gone;
        shorten(vector);
    }
}

/// Lets go of the leaves from the tail's position on.
pub(super) unsafe fn trim_back(vector: *mut Vector, size: u64) {
    // SAFETY: the handle is ours alone, and its tree has so many elements of which some stay.
    unsafe {
        let root = Place::root(vector);
        Place { size, ..root }.cut_back((*vector).tail_at);
        shorten(vector);
    }
}

/// Takes roots away that have one child, or two whose children fit one branch; then the handle says of which kind the
/// tree is.
pub(super) unsafe fn shorten(vector: *mut Vector) {
    // SAFETY: the handle is ours alone, and its tree has elements, the first of them in the first leaf.
    unsafe {
        let mut root = Place::root(vector);
        while root.level > 1 {
            match root.len() {
                1 => {}
                2 if root.child(0).len() + root.child(1).len() <= FAN => {
                    root.sized();
                    super::edit::balance(root, 0);
                }
                _ => break,
            }
            let child = *root.child(0).at;
            retain(child as Slot);
            release((*vector).root as Slot);
            (*vector).root = child;
            root.level -= 1;
        }
        set_height(vector, root.level);
    }
}

/// Says how high the tree is, and of which kind: that of its root.
pub(super) unsafe fn set_height(vector: *mut Vector, height: u32) {
    // SAFETY: the handle is ours alone, and its tree has a root.
    unsafe {
        let sized = is_sized((*vector).root);
        (*vector).levels = if sized { 0 } else { height };
        (*vector).relaxed = if sized { height as u16 } else { 0 };
    }
}
