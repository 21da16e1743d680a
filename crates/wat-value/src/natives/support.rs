//! What natives share.

use crate::cells::make_variant;
use crate::desc::Desc;
use crate::heap::{Slot, immediate, release, retain};
use crate::native::{Instance, Native, NativeFn, Trap};

/// What a native returns.
pub(crate) type Outcome = Result<Slot, Box<Trap>>;

pub(crate) const fn native(name: &'static str, takes: &'static str, run: NativeFn) -> Native {
    Native { name, takes, run }
}

/// An `Option`; takes the reference.
pub(crate) fn option(instance: &Instance, value: Option<Slot>) -> Slot {
    match value {
        Some(value) => make_variant(instance.ret, 1, &[value]),
        None => immediate(0),
    }
}

/// Counts a value that gets another owner.
///
/// # Safety
/// The slot holds a live value of the type.
pub(crate) unsafe fn share(desc: &'static Desc, slot: Slot) -> Slot {
    if desc.is_pointer() {
        // SAFETY: the caller says so.
        unsafe { retain(slot) };
    }
    slot
}

/// Lets go of a value.
///
/// # Safety
/// The slot holds a live value of the type, whose reference the caller gives up.
pub(crate) unsafe fn discard(desc: &'static Desc, slot: Slot) {
    if desc.is_pointer() {
        // SAFETY: the caller says so.
        unsafe { release(slot) };
    }
}

/// An argument outside its domain (WAT8406).
#[cold]
pub(crate) fn invalid(message: impl Into<String>) -> Box<Trap> {
    Trap::error(8406, message)
}

/// Results beyond this many bytes are refused (WAT8406): no program means to make them.
pub(crate) const MAX_BYTES: usize = 1 << 31;

/// Checks the length in bytes that a text is going to have.
pub(crate) fn fits(bytes: usize) -> Result<(), Box<Trap>> {
    if bytes <= MAX_BYTES {
        return Ok(());
    }
    Err(too_long())
}

/// The refusal of a text that is too long.
#[cold]
pub(crate) fn too_long() -> Box<Trap> {
    invalid(format!("the result would exceed {MAX_BYTES} bytes"))
}
