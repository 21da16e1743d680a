//! Vectors of bytes as hexadecimal and base64 text.

use super::support::{Outcome, native, option};
use crate::desc::Desc;
use crate::heap::Slot;
use crate::native::{Instance, Native};
use crate::text::{make_string, text};
use crate::vector;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt::Write as _;

pub(crate) const TABLE: &[Native] = &[
    native(":wat::core::Bytes::to-hex", "b", to_hex),
    native(":wat::core::Bytes::from-hex", "b", from_hex),
    native(":wat::core::Bytes::to-base64", "b", to_base64),
    native(":wat::core::Bytes::from-base64", "b", from_base64),
];

/// A vector of bytes.
pub(crate) fn make_bytes(desc: &'static Desc, bytes: &[u8]) -> Slot {
    let slots: Vec<Slot> = bytes.iter().map(|&byte| Slot::from(byte)).collect();
    vector::from_slots(desc, &slots)
}

/// The bytes of a vector.
///
/// # Safety
/// The slot holds a live vector of bytes.
pub(crate) unsafe fn bytes(slot: Slot) -> Vec<u8> {
    // SAFETY: the caller says so.
    unsafe { vector::iter(slot) }
        .map(|byte| byte as u8)
        .collect()
}

unsafe fn to_hex(_: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: the argument is a live vector of bytes.
    let bytes = unsafe { bytes(args[0]) };
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(out, "{byte:02x}");
    }
    Ok(make_string(&out))
}

fn decode_hex(digits: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    digits
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => Some((digit(*high)? << 4 | digit(*low)?) as u8),
            _ => None,
        })
        .collect()
}

unsafe fn from_hex(instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: the argument is a live string.
    let decoded = decode_hex(unsafe { text(args[0]) }.as_bytes());
    let vector = instance.ret.parts[0];
    Ok(option(
        instance,
        decoded.map(|bytes| make_bytes(vector, &bytes)),
    ))
}

unsafe fn to_base64(_: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: the argument is a live vector of bytes.
    Ok(make_string(&STANDARD.encode(unsafe { bytes(args[0]) })))
}

unsafe fn from_base64(instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: the argument is a live string.
    let decoded = STANDARD.decode(unsafe { text(args[0]) }).ok();
    let vector = instance.ret.parts[0];
    Ok(option(
        instance,
        decoded.map(|bytes| make_bytes(vector, &bytes)),
    ))
}
