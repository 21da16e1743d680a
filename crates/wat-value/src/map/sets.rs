//! Two maps or sets at once. Work and new nodes grow with the smaller of the two and the logarithm of the larger one,
//! whose nodes the result shares. What the first one holds of keys that are equal but can be told apart, `0.0` and
//! `-0.0`, stays.

use super::{counts_value, empty, entries, find, get, insert, key_desc, keys, len, remove, root};
use crate::heap::{Object, Slot, release, retain};

/// The entries of both; of equal keys, the key of the first with the value of the second. Takes both references.
///
/// # Safety
/// Both slots hold live maps, or live sets, of one type.
pub unsafe fn unite(a: Slot, b: Slot) -> Slot {
    // SAFETY: the caller says so; what is borrowed from one of them lives until that one is released.
    unsafe {
        if root(a) == root(b) {
            release(b);
            return a;
        }
        let desc = (*(a as Object)).desc;
        let (keys_count, values_count) = (key_desc(desc).is_pointer(), counts_value(desc));
        let own = |key: Slot, value: Slot| {
            if keys_count {
                retain(key);
            }
            if values_count {
                retain(value);
            }
        };
        if len(b) <= len(a) {
            let mut all = a;
            for (key, value) in entries(b) {
                own(key, value);
                all = insert(all, key, value);
            }
            release(b);
            return all;
        }
        let mut all = b;
        for (key, value) in entries(a) {
            match find(all, key) {
                None => {
                    own(key, value);
                    all = insert(all, key, value);
                }
                Some((other, _)) if other == key => {}
                Some((_, value)) => {
                    own(key, value);
                    all = insert(remove(all, key), key, value);
                }
            }
        }
        release(a);
        all
    }
}

/// The elements of the first set that the second holds, too. Takes the reference to the first, borrows the second.
///
/// # Safety
/// Both slots hold live sets of one type.
pub unsafe fn intersect(a: Slot, b: Slot) -> Slot {
    // SAFETY: as above.
    unsafe {
        if root(a) == root(b) {
            return a;
        }
        let desc = (*(a as Object)).desc;
        let common: Vec<Slot> = match len(a) <= len(b) {
            true => {
                let mut common = keys(a);
                common.retain(|key| get(b, *key).is_some());
                common
            }
            false => {
                let found = keys(b).into_iter().map(|key| find(a, key));
                found.flatten().map(|(key, _)| key).collect()
            }
        };
        if common.len() == len(a) {
            return a;
        }
        let counts = key_desc(desc).is_pointer();
        let mut both = empty(desc);
        for key in common {
            if counts {
                retain(key);
            }
            both = insert(both, key, 0);
        }
        release(a);
        both
    }
}

/// The elements of the first set that the second lacks. Takes the reference to the first, borrows the second.
///
/// # Safety
/// Both slots hold live sets of one type.
pub unsafe fn subtract(a: Slot, b: Slot) -> Slot {
    // SAFETY: as above; a key that is removed is held until it is.
    unsafe {
        let desc = (*(a as Object)).desc;
        if root(a) == root(b) {
            release(a);
            return empty(desc);
        }
        if len(b) <= len(a) {
            return keys(b).into_iter().fold(a, |left, key| remove(left, key));
        }
        let counts = key_desc(desc).is_pointer();
        let mut gone = keys(a);
        gone.retain(|key| get(b, *key).is_some());
        if counts {
            gone.iter().for_each(|key| retain(*key));
        }
        let mut left = a;
        for key in gone {
            left = remove(left, key);
            if counts {
                release(key);
            }
        }
        left
    }
}
