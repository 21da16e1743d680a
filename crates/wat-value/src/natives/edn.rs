//! Values to EDN and JSON.

use super::support::{Outcome, native};
use crate::heap::Slot;
use crate::native::{Instance, Native};
use crate::print::{Form, encode, render_tagless};
use crate::text::make_string;
use wat_edn::json::{self, Style};

pub(crate) const TABLE: &[Native] = &[
    native(":wat::edn::write-notag", "b", write_notag),
    native(":wat::edn::write-json", "b", write_json),
    native(":wat::edn::write-json-natural", "b", write_json_natural),
];

unsafe fn write_notag(instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: here and below: the caller of a native says that its arguments are live values of the declared types.
    Ok(make_string(&unsafe {
        render_tagless(instance.types[0], args[0])
    }))
}

unsafe fn write_json(instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    let tree = unsafe { encode(instance.types[0], args[0], Form::Json) };
    Ok(make_string(&json::write_ordered(&tree, Style::Typed)))
}

unsafe fn write_json_natural(instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    let tree = unsafe { encode(instance.types[0], args[0], Form::Named) };
    Ok(make_string(&json::write_ordered(&tree, Style::Natural)))
}
