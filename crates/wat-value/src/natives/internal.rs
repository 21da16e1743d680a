//! What lowering needs: comparisons, literals of collections, conversions, failed expectations.

use super::support::{Outcome, invalid, native};
use crate::boxed::make_any;
use crate::compare::{equal, order};
use crate::heap::Slot;
use crate::native::{Compared, Instance, Native, Trap};
use crate::print::render;
use crate::words::counted;
use crate::{map, text::text, vector};
use std::cmp::Ordering;
use wat_edn::Layout;

pub(crate) const TABLE: &[Native] = &[
    native(":wat::core::__internal/positive", "bb", positive),
    native(":wat::core::__internal/eq", "bb", eq),
    native(":wat::core::__internal/ne", "bb", ne),
    native(":wat::core::__internal/lt", "bb", lt),
    native(":wat::core::__internal/le", "bb", le),
    native(":wat::core::__internal/gt", "bb", gt),
    native(":wat::core::__internal/ge", "bb", ge),
    native(":wat::core::__internal/eq'i64'f64", "bb", mixed_eq),
    native(":wat::core::__internal/ne'i64'f64", "bb", mixed_ne),
    native(":wat::core::__internal/lt'i64'f64", "bb", mixed_lt),
    native(":wat::core::__internal/le'i64'f64", "bb", mixed_le),
    native(":wat::core::__internal/gt'i64'f64", "bb", mixed_gt),
    native(":wat::core::__internal/ge'i64'f64", "bb", mixed_ge),
    native(":wat::core::__internal/to-u8", "b", to_u8),
    native(":wat::core::__internal/check-count", "bbb", check_count),
    native(":wat::core::__internal/expect-failed", "b", expect_failed),
    native(
        ":wat::core::__internal/expect-ok-failed",
        "bb",
        expect_ok_failed,
    ),
    native(":wat::core::__internal/any", "o", any),
];

/// What literals of collections become: not declared, because their arguments are the elements themselves.
pub(crate) const LITERALS: &[Native] = &[
    native("vector", "o*", make_vector),
    native("map", "o*", make_map),
    native("set", "o*", make_set),
];

unsafe fn eq(instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: the caller of a native says that its arguments are live values of the declared types.
    Ok(u64::from(unsafe {
        equal(instance.types[0], args[0], args[1])
    }))
}

unsafe fn ne(instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    Ok(u64::from(!unsafe {
        equal(instance.types[0], args[0], args[1])
    }))
}

unsafe fn ordered(instance: &Instance, args: &[Slot], holds: fn(Ordering) -> bool) -> Outcome {
    // SAFETY: as above.
    let ordering = unsafe { order(instance.types[0], args[0], args[1]) };
    Ok(u64::from(ordering.is_some_and(holds)))
}

unsafe fn lt(instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    unsafe { ordered(instance, args, Ordering::is_lt) }
}

unsafe fn le(instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    unsafe { ordered(instance, args, Ordering::is_le) }
}

unsafe fn gt(instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    unsafe { ordered(instance, args, Ordering::is_gt) }
}

unsafe fn ge(instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    unsafe { ordered(instance, args, Ordering::is_ge) }
}

/// An integer against a float by their exact values; nothing for NaN.
pub fn mixed(int: i64, float: f64) -> Option<Ordering> {
    /// 2^63, exactly.
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if float.is_nan() {
        return None;
    }
    if float >= LIMIT {
        return Some(Ordering::Less);
    }
    if float < -LIMIT {
        return Some(Ordering::Greater);
    }
    let whole = float.trunc();
    // In range, so that the conversion is exact.
    Some(int.cmp(&(whole as i64)).then(if float > whole {
        Ordering::Less
    } else if float < whole {
        Ordering::Greater
    } else {
        Ordering::Equal
    }))
}

fn mixed_is(args: &[Slot], holds: fn(Ordering) -> bool) -> Outcome {
    Ok(u64::from(
        mixed(args[0] as i64, f64::from_bits(args[1])).is_some_and(holds),
    ))
}

unsafe fn mixed_eq(_: &Instance, args: &[Slot]) -> Outcome {
    mixed_is(args, Ordering::is_eq)
}

unsafe fn mixed_ne(_: &Instance, args: &[Slot]) -> Outcome {
    mixed_is(args, Ordering::is_eq).map(|equal| equal ^ 1)
}

unsafe fn mixed_lt(_: &Instance, args: &[Slot]) -> Outcome {
    mixed_is(args, Ordering::is_lt)
}

unsafe fn mixed_le(_: &Instance, args: &[Slot]) -> Outcome {
    mixed_is(args, Ordering::is_le)
}

unsafe fn mixed_gt(_: &Instance, args: &[Slot]) -> Outcome {
    mixed_is(args, Ordering::is_gt)
}

unsafe fn mixed_ge(_: &Instance, args: &[Slot]) -> Outcome {
    mixed_is(args, Ordering::is_ge)
}

unsafe fn to_u8(_: &Instance, args: &[Slot]) -> Outcome {
    match u8::try_from(args[0] as i64) {
        Ok(byte) => Ok(u64::from(byte)),
        Err(_) => Err(Trap::error(
            8403,
            format!("{} is out of range: a `u8` is 0 to 255", args[0] as i64),
        )),
    }
}

unsafe fn positive(_: &Instance, args: &[Slot]) -> Outcome {
    if args[1] as i64 > 0 {
        return Ok(args[1]);
    }
    // SAFETY: the argument is a live string.
    let what = unsafe { text(args[0]) };
    Err(invalid(format!(
        "the {what} is {}; it must be positive",
        args[1] as i64
    )))
}

unsafe fn check_count(_: &Instance, args: &[Slot]) -> Outcome {
    let [found, wanted] = [args[0], args[1]];
    let exact = args[2] != 0;
    if found == wanted || (found > wanted && !exact) {
        return Ok(0);
    }
    let least = if exact { "" } else { "at least " };
    Err(Trap::error(
        8408,
        format!(
            "`apply`: the function takes {least}{}, and the vector has {}",
            counted(wanted, "argument"),
            counted(found, "element")
        ),
    ))
}

unsafe fn expect_failed(_: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: the argument is a live string.
    Err(Trap::panic(8201, unsafe { text(args[0]) }))
}

/// The panic carries the error value as its EDN text.
unsafe fn expect_ok_failed(instance: &Instance, args: &[Slot]) -> Outcome {
    let error = instance.types[1];
    // SAFETY: the arguments are a live string and a live value of the second type.
    let (message, value) = unsafe { (text(args[0]), render(error, args[1], Layout::Compact)) };
    let compared = Compared {
        actual: Some(value.clone()),
        actual_value: Some(value),
        ..Compared::default()
    };
    let mut trap = Trap::panic(8201, message);
    trap.compared = Some(Box::new(compared));
    Err(trap)
}

unsafe fn any(instance: &Instance, args: &[Slot]) -> Outcome {
    Ok(make_any(instance.types[0], args[0]))
}

unsafe fn make_vector(instance: &Instance, args: &[Slot]) -> Outcome {
    Ok(vector::from_slots(instance.ret, args))
}

unsafe fn make_map(instance: &Instance, args: &[Slot]) -> Outcome {
    let mut out = map::empty(instance.ret);
    for pair in args.chunks_exact(2) {
        // SAFETY: the arguments are live keys and values in turn.
        out = unsafe { map::insert(out, pair[0], pair[1]) };
    }
    Ok(out)
}

unsafe fn make_set(instance: &Instance, args: &[Slot]) -> Outcome {
    let mut out = map::empty(instance.ret);
    for key in args {
        // SAFETY: the arguments are live elements.
        out = unsafe { map::insert(out, *key, 0) };
    }
    Ok(out)
}
