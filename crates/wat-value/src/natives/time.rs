//! Points in time and lengths of time, without the clock.

use super::support::{Outcome, native, option};
use crate::heap::Slot;
use crate::native::{Instance, Native, Trap};
use crate::plain::{instant, make_instant};
use crate::text::{make_string, text};
use wat_edn::Instant;

pub(crate) const TABLE: &[Native] = &[
    native(":wat::time::at", "b", at),
    native(":wat::time::at-millis", "b", at_millis),
    native(":wat::time::at-nanos", "b", at_nanos),
    native(":wat::time::epoch-seconds", "b", epoch_seconds),
    native(":wat::time::epoch-millis", "b", epoch_millis),
    native(":wat::time::epoch-nanos", "b", epoch_nanos),
    native(":wat::time::from-iso8601", "b", from_iso8601),
    native(":wat::time::to-iso8601", "bb", to_iso8601),
    native(":wat::time::__internal/add", "bb", add),
    native(":wat::time::__internal/subtract", "bb", subtract),
    native(":wat::time::__internal/since", "bb", since),
    native(":wat::time::__internal/duration", "bb", duration),
    native(":wat::time::nanoseconds", "b", nanoseconds),
];

const BILLION: i128 = 1_000_000_000;

#[cold]
fn out_of_range() -> Box<Trap> {
    Trap::error(
        8414,
        "the instant is out of range: years -262143 to 262142 can be represented",
    )
}

/// The instant this many nanoseconds after 1970.
fn from_nanos(nanos: i128) -> Result<Instant, Box<Trap>> {
    i64::try_from(nanos.div_euclid(BILLION))
        .ok()
        .and_then(|seconds| Instant::new(seconds, nanos.rem_euclid(BILLION) as u32))
        .ok_or_else(out_of_range)
}

fn nanos(instant: Instant) -> i128 {
    i128::from(instant.seconds()) * BILLION + i128::from(instant.nanoseconds())
}

/// The instant of an argument; natives run only on live arguments.
macro_rules! instant {
    ($args:ident, $index:literal) => {
        // SAFETY: the caller of a native says that its arguments are live values of the declared types.
        unsafe { instant($args[$index]) }
    };
}

fn make(instance: &Instance, nanos: i128) -> Outcome {
    Ok(make_instant(instance.ret, from_nanos(nanos)?))
}

unsafe fn at(instance: &Instance, args: &[Slot]) -> Outcome {
    make(instance, i128::from(args[0] as i64) * BILLION)
}

unsafe fn at_millis(instance: &Instance, args: &[Slot]) -> Outcome {
    make(instance, i128::from(args[0] as i64) * 1_000_000)
}

unsafe fn at_nanos(instance: &Instance, args: &[Slot]) -> Outcome {
    make(instance, i128::from(args[0] as i64))
}

unsafe fn epoch_seconds(_: &Instance, args: &[Slot]) -> Outcome {
    Ok(instant!(args, 0).seconds() as Slot)
}

unsafe fn epoch_millis(_: &Instance, args: &[Slot]) -> Outcome {
    // The range of instants in milliseconds fits.
    Ok(nanos(instant!(args, 0)).div_euclid(1_000_000) as i64 as Slot)
}

unsafe fn epoch_nanos(_: &Instance, args: &[Slot]) -> Outcome {
    i64::try_from(nanos(instant!(args, 0)))
        .map(|nanos| nanos as Slot)
        .map_err(|_| {
            Trap::error(
                8414,
                "the instant is out of range: its nanoseconds since 1970 do not fit `i64`",
            )
        })
}

unsafe fn from_iso8601(instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: the argument is a live string.
    let parsed = Instant::parse(unsafe { text(args[0]) });
    let desc = instance.ret.parts[0];
    Ok(option(
        instance,
        parsed.map(|instant| make_instant(desc, instant)),
    ))
}

unsafe fn to_iso8601(_: &Instance, args: &[Slot]) -> Outcome {
    let digits = (args[1] as i64).clamp(0, 9) as usize;
    let mut out = String::new();
    instant!(args, 0).write_with_digits(digits, &mut out);
    Ok(make_string(&out))
}

unsafe fn add(instance: &Instance, args: &[Slot]) -> Outcome {
    make(
        instance,
        nanos(instant!(args, 0)) + i128::from(args[1] as i64),
    )
}

unsafe fn subtract(instance: &Instance, args: &[Slot]) -> Outcome {
    make(
        instance,
        nanos(instant!(args, 0)) - i128::from(args[1] as i64),
    )
}

#[cold]
fn negative(what: &str) -> Box<Trap> {
    Trap::panic(8421, format!("a duration is never negative: {what}"))
}

#[cold]
fn too_long() -> Box<Trap> {
    Trap::panic(
        8422,
        "the duration does not fit: at most about 292 years can be represented",
    )
}

unsafe fn since(_: &Instance, args: &[Slot]) -> Outcome {
    let distance = nanos(instant!(args, 0)) - nanos(instant!(args, 1));
    if distance < 0 {
        return Err(negative("the second instant is later than the first"));
    }
    i64::try_from(distance)
        .map(|nanos| nanos as Slot)
        .map_err(|_| too_long())
}

/// So many units of so many nanoseconds.
unsafe fn duration(_: &Instance, args: &[Slot]) -> Outcome {
    let (count, unit) = (args[0] as i64, args[1] as i64);
    if count < 0 {
        return Err(negative(&format!("the count is {count}")));
    }
    count
        .checked_mul(unit)
        .map(|nanos| nanos as Slot)
        .ok_or_else(too_long)
}

unsafe fn nanoseconds(_: &Instance, args: &[Slot]) -> Outcome {
    Ok(args[0])
}
