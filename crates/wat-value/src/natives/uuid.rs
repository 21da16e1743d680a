//! Identifiers of 128 bits (RFC 9562).

use super::support::{Outcome, native, option};
use crate::heap::Slot;
use crate::native::{Instance, Native};
use crate::plain::{make_uuid, uuid};
use crate::text::{make_string, text};
use sha1_smol::Sha1;
use wat_edn::Uuid;

pub(crate) const TABLE: &[Native] = &[
    native(":wat::core::Uuid/v5", "bb", name_based),
    native(":wat::core::Uuid/nil", "", nil),
    native(":wat::core::Uuid/from-string", "b", from_string),
    native(":wat::core::Uuid/to-string", "b", to_string),
    native(":wat::core::Uuid/version", "b", version),
];

/// Sixteen bytes with a version and the variant of RFC 9562 set.
pub fn with_version(mut bytes: [u8; 16], version: u8) -> Uuid {
    bytes[6] = bytes[6] & 0x0F | version << 4;
    bytes[8] = bytes[8] & 0x3F | 0x80;
    Uuid(bytes)
}

unsafe fn name_based(instance: &Instance, args: &[Slot]) -> Outcome {
    let mut hash = Sha1::new();
    // SAFETY: the arguments are a live identifier and a live string.
    unsafe {
        hash.update(&uuid(args[0]).0);
        hash.update(text(args[1]).as_bytes());
    }
    let digest = hash.digest().bytes();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    Ok(make_uuid(instance.ret, with_version(bytes, 5)))
}

unsafe fn nil(instance: &Instance, _: &[Slot]) -> Outcome {
    Ok(make_uuid(instance.ret, Uuid([0; 16])))
}

unsafe fn from_string(instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: the argument is a live string.
    let parsed = Uuid::parse(unsafe { text(args[0]) });
    let desc = instance.ret.parts[0];
    Ok(option(instance, parsed.map(|value| make_uuid(desc, value))))
}

unsafe fn to_string(_: &Instance, args: &[Slot]) -> Outcome {
    let mut out = String::new();
    // SAFETY: the argument is a live identifier.
    unsafe { uuid(args[0]) }.write(&mut out);
    Ok(make_string(&out))
}

unsafe fn version(_: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: the argument is a live identifier.
    Ok(Slot::from(unsafe { uuid(args[0]) }.0[6] >> 4))
}
