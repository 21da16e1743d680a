//! Signatures as holons, and holons as forms.

use super::support::{Outcome, invalid, native};
use crate::boxed::{form, make_form, make_holon};
use crate::heap::Slot;
use crate::native::{Instance, Native};
use crate::syntax::{Shape, Syntax};
use crate::text::text;
use crate::vector;

pub(crate) const TABLE: &[Native] = &[
    native(":wat::runtime::extract-arg-names", "b", names),
    native(":wat::runtime::extract-arg-types", "b", types),
    native(":wat::runtime::rename-callable-name", "bbb", rename),
    native(":wat::holon::from-watast", "b", from_watast),
    native(":wat::holon::to-watast", "b", to_watast),
];

/// The parameters of a signature: what stands between its name and its arrow.
fn params(signature: &Syntax) -> impl Iterator<Item = &Syntax> {
    let parts = signature.children().iter().skip(1);
    parts
        .take_while(|part| part.name() != Some("->"))
        .filter(|part| part.name() != Some("&"))
}

/// A part of each parameter; a slot of a sketch has no parts and is its own name.
unsafe fn of_params(instance: &Instance, args: &[Slot], index: usize) -> Outcome {
    // SAFETY: the caller of a native says that its arguments are live values of the declared types.
    let signature = unsafe { form(args[0]) };
    let found = params(signature).filter_map(|param| match param.shape() {
        Shape::List(parts) => parts.get(index),
        _ => Some(param).filter(|_| index == 0),
    });
    let found: Vec<Slot> = found.map(|part| make_holon(part.clone())).collect();
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
    let name = signature.children().first().and_then(Syntax::as_keyword);
    let generics = name.and_then(|name| name.strip_prefix(from));
    match generics.filter(|rest| rest.is_empty() || rest.starts_with('<')) {
        Some(generics) => {
            let mut parts = signature.children().to_vec();
            parts[0] = Syntax::keyword(format!("{to}{generics}"));
            Ok(make_holon(Syntax::list(parts)))
        }
        None => Err(invalid(format!(
            "`{from}` is not the name of the signature; its name is `{}`",
            name.unwrap_or_default()
        ))),
    }
}

unsafe fn from_watast(_: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    Ok(make_holon(unsafe { form(args[0]) }.lowered()))
}

unsafe fn to_watast(_: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    Ok(make_form(unsafe { form(args[0]) }.clone()))
}
