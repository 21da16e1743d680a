//! Values as text.

use super::support::{MAX_BYTES, Outcome, native, too_long};
use crate::boxed::any;
use crate::cells::{field, variant_of};
use crate::desc::{Desc, Repr};
use crate::heap::{Slot, retain};
use crate::native::{Compared, Instance, Native, Trap};
use crate::print::{render, render_within};
use crate::show::show_within;
use crate::text::{make_string, text};
use wat_edn::Layout;

pub(crate) const TABLE: &[Native] = &[
    native(":wat::edn::write", "b", write),
    native(":wat::edn::write-pretty", "b", write_pretty),
    native(":wat::core::__internal/display", "b", display),
    native(":wat::core::show", "b", show),
    native(":wat::kernel::assertion-failed!", "bbb", assertion_failed),
    native(":wat::test::__internal/differ", "bbb", differ),
];

/// The text of a value as a result of the library, which has a limit (WAT8406).
///
/// # Safety
/// The slot holds a live value of the type.
///
/// # Errors
/// The text is too long.
pub unsafe fn written(
    desc: &'static Desc,
    slot: Slot,
    layout: Layout,
) -> Result<String, Box<Trap>> {
    // SAFETY: the caller says so.
    unsafe { render_within(desc, slot, layout, MAX_BYTES) }.ok_or_else(too_long)
}

unsafe fn write(instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: here and below: the caller of a native says that its arguments are live values of the declared types.
    let text = unsafe { written(instance.types[0], args[0], Layout::Compact) }?;
    Ok(make_string(&text))
}

unsafe fn write_pretty(instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    let text = unsafe { written(instance.types[0], args[0], Layout::Pretty) }?;
    Ok(make_string(&text))
}

unsafe fn display(instance: &Instance, args: &[Slot]) -> Outcome {
    let (mut desc, mut slot) = (instance.types[0], args[0]);
    while desc.repr == Repr::Any {
        // SAFETY: here and below: the slot holds a live value of the type.
        (desc, slot) = unsafe { any(slot) };
    }
    if desc.repr == Repr::Str {
        // SAFETY: the string gets another owner.
        unsafe { retain(slot) };
        return Ok(slot);
    }
    // SAFETY: as above.
    unsafe { write(instance, args) }
}

unsafe fn show(instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    let text = unsafe { show_within(instance.types[0], args[0], MAX_BYTES) };
    Ok(make_string(&text.ok_or_else(too_long)?))
}

unsafe fn assertion_failed(_: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above; the field of a `Some` of strings is a string.
    let given = |option: Slot| unsafe {
        (variant_of(option) == 1).then(|| text(field(option, 0)).to_owned())
    };
    let compared = Compared {
        actual: given(args[1]),
        expected: given(args[2]),
        ..Compared::default()
    };
    // SAFETY: as above.
    Err(Trap::assertion(unsafe { text(args[0]) }, compared))
}

/// An assertion about two values of one type: the message, what was found, what was expected.
unsafe fn differ(instance: &Instance, args: &[Slot]) -> Outcome {
    let desc = instance.types[0];
    // SAFETY: as above.
    let shown = |slot| Some(unsafe { crate::show::show(desc, slot) });
    // SAFETY: as above.
    let edn = |slot| Some(unsafe { render(desc, slot, Layout::Compact) });
    let compared = Compared {
        actual: shown(args[1]),
        expected: shown(args[2]),
        actual_value: edn(args[1]),
        expected_value: edn(args[2]),
    };
    // SAFETY: as above.
    Err(Trap::assertion(unsafe { text(args[0]) }, compared))
}
