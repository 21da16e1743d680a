//! Types of the library that are made of plain words: identifiers, points in time, lengths of time.
//!
//! A `:wat::core::Uuid` is two words, a `:wat::time::Instant` is seconds and nanoseconds, both in cells whose order
//! as integers is the order of the type. A `:wat::time::Duration` is its nanoseconds, without an object.

use crate::cells::{field, make_variant};
use crate::desc::Desc;
use crate::heap::Slot;
use wat_edn::{Instant, Uuid};

/// The path of identifiers.
pub(crate) const UUID: &str = ":wat::core::Uuid";
/// The path of points in time.
pub(crate) const INSTANT: &str = ":wat::time::Instant";
/// The path of lengths of time.
pub(crate) const DURATION: &str = ":wat::time::Duration";

/// How many words the cells of a type of this module hold.
pub(crate) fn words(path: &str) -> Option<usize> {
    matches!(path, UUID | INSTANT).then_some(2)
}

/// A value of this module.
pub(crate) enum Plain {
    Uuid(Uuid),
    Instant(Instant),
}

/// The value in a slot, if its type belongs to this module.
///
/// # Safety
/// The slot holds a live value of the type.
pub(crate) unsafe fn plain(desc: &Desc, slot: Slot) -> Option<Plain> {
    // SAFETY: the caller says that the slot is a live value of the type.
    match &*desc.decl.as_ref()?.path {
        UUID => Some(Plain::Uuid(unsafe { uuid(slot) })),
        INSTANT => Some(Plain::Instant(unsafe { instant(slot) })),
        _ => None,
    }
}

/// The sign bit: words are compared as signed integers, the bytes of an identifier as unsigned ones.
const SIGN: u64 = 1 << 63;

/// An identifier.
pub fn make_uuid(desc: &'static Desc, value: Uuid) -> Slot {
    let all = u128::from_be_bytes(value.0);
    make_variant(desc, 0, &[(all >> 64) as u64 ^ SIGN, all as u64 ^ SIGN])
}

/// The identifier in a slot.
///
/// # Safety
/// The slot holds a live identifier.
pub unsafe fn uuid(slot: Slot) -> Uuid {
    // SAFETY: such a value has two fields.
    let (high, low) = unsafe { (field(slot, 0) ^ SIGN, field(slot, 1) ^ SIGN) };
    Uuid((u128::from(high) << 64 | u128::from(low)).to_be_bytes())
}

/// A point in time.
pub fn make_instant(desc: &'static Desc, value: Instant) -> Slot {
    let words = [value.seconds() as Slot, Slot::from(value.nanoseconds())];
    make_variant(desc, 0, &words)
}

/// The point in time in a slot.
///
/// # Safety
/// The slot holds a live point in time.
pub unsafe fn instant(slot: Slot) -> Instant {
    // SAFETY: such a value has two fields.
    let (seconds, nanoseconds) = unsafe { (field(slot, 0) as i64, field(slot, 1) as u32) };
    // Only instants within range are ever put into a slot.
    Instant::new(seconds, nanoseconds).unwrap_or(Instant::MIN)
}
