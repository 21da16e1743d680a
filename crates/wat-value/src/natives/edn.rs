//! Values to EDN and JSON.

use super::support::{MAX_BYTES, Outcome, native, too_long};
use crate::heap::Slot;
use crate::native::{Instance, Native};
use crate::print::{Form, encode_within, render_tagless};
use crate::text::make_string;
use wat_edn::json::{self, Style};

pub(crate) const TABLE: &[Native] = &[
    native(":wat::edn::write-notag", "b", write_notag),
    native(":wat::edn::write-json", "b", write_json),
    native(":wat::edn::write-json-natural", "b", write_json_natural),
];

unsafe fn write_notag(instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: here and below: the caller of a native says that its arguments are live values of the declared types.
    let text = unsafe { render_tagless(instance.types[0], args[0], MAX_BYTES) };
    Ok(make_string(&text.ok_or_else(too_long)?))
}

/// The JSON of a value as a result of the library, which has a limit (WAT8406).
unsafe fn as_json(
    (instance, slot): (&Instance, Slot),
    form: Form,
    style: Style,
    limit: usize,
) -> Outcome {
    // SAFETY: as above.
    let tree = unsafe { encode_within(instance.types[0], slot, form, limit) };
    let text = json::write_ordered_within(&tree.ok_or_else(too_long)?, style, limit);
    Ok(make_string(&text.ok_or_else(too_long)?))
}

unsafe fn write_json(instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    unsafe { as_json((instance, args[0]), Form::Json, Style::Typed, MAX_BYTES) }
}

unsafe fn write_json_natural(instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    unsafe { as_json((instance, args[0]), Form::Named, Style::Natural, MAX_BYTES) }
}
