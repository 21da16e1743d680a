//! How a key is found among the ascending keys of a node.
//!
//! Keys whose slots are ordered as integers are counted: first among every eighth key, then among eight. A full leaf
//! has room for as many keys, and what it does not use is greater than any key, so that the machine does that
//! without a branch that it could mispredict, and with its reads of memory under way at once. Texts are compared as
//! bytes. Other keys are compared by their type.

use super::FAN;
use crate::compare::canonical;
use crate::desc::{Desc, Repr};
use crate::heap::Slot;
use crate::text::text;

/// The order of keys.
pub(super) trait Order: Copy {
    /// How many of `len` ascending keys come before a key (`Err`), or which one equals it (`Ok`).
    ///
    /// # Safety
    /// The keys are live values of the type; behind them there is room for others up to `capacity`, which is vacant.
    unsafe fn find(
        self,
        keys: *const Slot,
        len: usize,
        capacity: usize,
        key: Slot,
    ) -> Result<usize, usize>;
}

/// Slots are ordered as integers.
#[derive(Clone, Copy)]
pub(super) struct Integers;

/// By the canonical order of values of a type.
#[derive(Clone, Copy)]
pub(super) struct Values(pub &'static Desc);

/// Whether slots of a type are ordered as integers.
pub(super) fn by_integers(desc: &Desc) -> bool {
    matches!(
        desc.repr,
        Repr::I64 | Repr::Bool | Repr::U8 | Repr::Duration
    )
}

/// How many keys of a node come before something.
#[inline(always)]
fn count(keys: &[i64; FAN], before: impl Fn(i64) -> bool) -> usize {
    const STEP: usize = 8;
    let steps = || (1..FAN / STEP).map(|step| step * STEP - 1);
    let start = STEP
        * steps()
            .map(|at| usize::from(before(keys[at])))
            .sum::<usize>();
    // SAFETY: there is one step less than there are parts.
    let part = unsafe { &*keys.as_ptr().add(start).cast::<[i64; STEP]>() };
    start
        + part
            .iter()
            .map(|key| usize::from(before(*key)))
            .sum::<usize>()
}

impl Order for Integers {
    #[inline(always)]
    unsafe fn find(
        self,
        keys: *const Slot,
        len: usize,
        capacity: usize,
        key: Slot,
    ) -> Result<usize, usize> {
        let (keys, key) = (keys.cast::<i64>(), key as i64);
        // SAFETY: there is so much room, and it is never without a value.
        let at = unsafe {
            match capacity {
                FAN => count(&*keys.cast(), |other| other < key),
                _ => (0..len).filter(|at| *keys.add(*at) < key).count(),
            }
        };
        // SAFETY: the key is there.
        if at < len && unsafe { *keys.add(at) } == key {
            Ok(at)
        } else {
            Err(at)
        }
    }
}

impl Values {
    /// How many of some ascending keys come before a key or equal it.
    ///
    /// # Safety
    /// All are live values of the type.
    pub(super) unsafe fn up_to(self, keys: &[Slot], key: Slot) -> usize {
        // SAFETY: the caller says so.
        match unsafe { self.search(keys, key) } {
            Ok(at) => at + 1,
            Err(at) => at,
        }
    }

    unsafe fn search(self, keys: &[Slot], key: Slot) -> Result<usize, usize> {
        // SAFETY: the caller says that all are live values of the type.
        unsafe {
            match self.0.repr {
                Repr::Str | Repr::Keyword => {
                    let key = text(key);
                    keys.binary_search_by(|other| text(*other).cmp(key))
                }
                _ => keys.binary_search_by(|other| canonical(self.0, *other, key)),
            }
        }
    }
}

impl Order for Values {
    unsafe fn find(
        self,
        keys: *const Slot,
        len: usize,
        _: usize,
        key: Slot,
    ) -> Result<usize, usize> {
        // SAFETY: the caller says so.
        unsafe { self.search(std::slice::from_raw_parts(keys, len), key) }
    }
}

/// Asks for the lines of memory in which the keys of a node lie.
#[inline(always)]
pub(super) fn fetch(node: *const u8) {
    #[cfg(target_arch = "x86_64")]
    for line in 0..5 {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a prefetch reads nothing, whatever the address.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(node.wrapping_add(line * 64).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = node;
}

/// Asks for a line of memory.
#[inline(always)]
pub(super) fn fetch_line(at: *const u8) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a prefetch reads nothing, whatever the address.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(at.cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = at;
}
