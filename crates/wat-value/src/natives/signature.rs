//! Signatures as holons, and holons as forms.

use super::support::{Outcome, invalid, native};
use crate::boxed::{form, make_form, make_holon};
use crate::heap::Slot;
use crate::native::{Instance, Native};
use crate::syntax::{renamed_signature, signature_parts};
use crate::text::text;
use crate::vector;

pub(crate) const TABLE: &[Native] = &[
    native(":wat::runtime::extract-arg-names", "b", names),
    native(":wat::runtime::extract-arg-types", "b", types),
    native(":wat::runtime::rename-callable-name", "bbb", rename),
    native(":wat::holon::from-watast", "b", from_watast),
    native(":wat::holon::to-watast", "b", to_watast),
];

/// A part of each parameter.
unsafe fn of_params(instance: &Instance, args: &[Slot], index: usize) -> Outcome {
    // SAFETY: the caller of a native says that its arguments are live values of the declared types.
    let signature = unsafe { form(args[0]) };
    let found: Vec<Slot> = signature_parts(signature, index).map(make_holon).collect();
    Ok(vector::from_slots(instance.ret, &found))
}

unsafe fn names(instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    unsafe { of_params(instance, args, 0) }
}

unsafe fn types(instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    unsafe { of_params(instance, args, 1) }
}

unsafe fn rename(_: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    let (signature, from, to) = unsafe { (form(args[0]), text(args[1]), text(args[2])) };
    renamed_signature(signature, from, to)
        .map(make_holon)
        .map_err(invalid)
}

unsafe fn from_watast(_: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    Ok(make_holon(unsafe { form(args[0]) }.lowered()))
}

unsafe fn to_watast(_: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    Ok(make_form(unsafe { form(args[0]) }.clone()))
}
