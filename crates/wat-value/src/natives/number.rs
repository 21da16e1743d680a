//! Numbers, truth values and bytes.
//!
//! Every function here is `unsafe` only because all natives are: numbers have no invalid slots.

use super::support::{Outcome, invalid, native, option};
use crate::heap::Slot;
use crate::native::{Instance, Native, Trap};
use crate::text::{make_string, text};
use crate::vector;
use wat_edn::write_float_plain;

pub(crate) const TABLE: &[Native] = &[
    native(":wat::core::i64::abs", "b", abs),
    native(":wat::core::i64::min", "bb", min),
    native(":wat::core::i64::max", "bb", max),
    native(":wat::core::i64::pow", "bb", pow),
    native(":wat::core::i64::wrapping-add", "bb", wrapping_add),
    native(":wat::core::i64::wrapping-sub", "bb", wrapping_sub),
    native(":wat::core::i64::wrapping-mul", "bb", wrapping_mul),
    native(":wat::core::i64::checked-add", "bb", checked_add),
    native(":wat::core::i64::checked-sub", "bb", checked_sub),
    native(":wat::core::i64::checked-mul", "bb", checked_mul),
    native(":wat::core::i64::to-string", "b", to_string),
    native(":wat::core::string::to-i64", "b", parse_int),
    native(":wat::core::u8::to-i64", "b", same),
    native(":wat::core::bool::to-string", "b", bool_to_string),
    native(":wat::core::string::to-bool", "b", parse_bool),
    native(":wat::core::+'i64'f64", "bb", add_int_float),
    native(":wat::core::-'i64'f64", "bb", sub_int_float),
    native(":wat::core::*'i64'f64", "bb", mul_int_float),
    native(":wat::core::/'i64'f64", "bb", div_int_float),
    native(":wat::core::+'f64'i64", "bb", add_float_int),
    native(":wat::core::-'f64'i64", "bb", sub_float_int),
    native(":wat::core::*'f64'i64", "bb", mul_float_int),
    native(":wat::core::/'f64'i64", "bb", div_float_int),
    native(":wat::core::f64::abs", "b", float_abs),
    native(":wat::core::f64::min", "bb", float_min),
    native(":wat::core::f64::max", "bb", float_max),
    native(":wat::core::f64::min-of", "b", min_of),
    native(":wat::core::f64::max-of", "b", max_of),
    native(":wat::core::f64::clamp", "bbb", clamp),
    native(":wat::core::f64::round", "bb", round),
    native(":wat::core::f64::floor", "b", floor),
    native(":wat::core::f64::ceil", "b", ceil),
    native(":wat::core::f64::trunc", "b", trunc),
    native(":wat::core::f64::nan?", "b", is_nan),
    native(":wat::core::f64::finite?", "b", is_finite),
    native(":wat::core::f64::to-i64", "b", float_to_int),
    native(":wat::core::f64::to-string", "b", float_to_string),
    native(":wat::core::string::to-f64", "b", parse_float),
];

fn int(slot: Slot) -> i64 {
    slot as i64
}

fn float(slot: Slot) -> f64 {
    f64::from_bits(slot)
}

fn overflow(what: &str) -> Box<Trap> {
    Trap::error(
        8401,
        format!("integer overflow: the result of `{what}` does not fit `i64`"),
    )
}

unsafe fn same(_: &Instance, args: &[Slot]) -> Outcome {
    Ok(args[0])
}

unsafe fn abs(_: &Instance, args: &[Slot]) -> Outcome {
    int(args[0])
        .checked_abs()
        .map(|n| n as Slot)
        .ok_or_else(|| overflow("abs"))
}

unsafe fn min(_: &Instance, args: &[Slot]) -> Outcome {
    Ok(int(args[0]).min(int(args[1])) as Slot)
}

unsafe fn max(_: &Instance, args: &[Slot]) -> Outcome {
    Ok(int(args[0]).max(int(args[1])) as Slot)
}

unsafe fn pow(_: &Instance, args: &[Slot]) -> Outcome {
    let (base, exponent) = (int(args[0]), int(args[1]));
    if exponent < 0 {
        return Err(invalid(format!(
            "the exponent of `pow` is {exponent}; it must not be negative"
        )));
    }
    let result = match base {
        0 | 1 => Some(if exponent == 0 { 1 } else { base }),
        -1 => Some(if exponent % 2 == 0 { 1 } else { -1 }),
        _ => u32::try_from(exponent)
            .ok()
            .and_then(|exponent| base.checked_pow(exponent)),
    };
    result.map(|n| n as Slot).ok_or_else(|| overflow("pow"))
}

unsafe fn wrapping_add(_: &Instance, args: &[Slot]) -> Outcome {
    Ok(args[0].wrapping_add(args[1]))
}

unsafe fn wrapping_sub(_: &Instance, args: &[Slot]) -> Outcome {
    Ok(args[0].wrapping_sub(args[1]))
}

unsafe fn wrapping_mul(_: &Instance, args: &[Slot]) -> Outcome {
    Ok(args[0].wrapping_mul(args[1]))
}

unsafe fn checked_add(instance: &Instance, args: &[Slot]) -> Outcome {
    Ok(option(
        instance,
        int(args[0]).checked_add(int(args[1])).map(|n| n as Slot),
    ))
}

unsafe fn checked_sub(instance: &Instance, args: &[Slot]) -> Outcome {
    Ok(option(
        instance,
        int(args[0]).checked_sub(int(args[1])).map(|n| n as Slot),
    ))
}

unsafe fn checked_mul(instance: &Instance, args: &[Slot]) -> Outcome {
    Ok(option(
        instance,
        int(args[0]).checked_mul(int(args[1])).map(|n| n as Slot),
    ))
}

unsafe fn to_string(_: &Instance, args: &[Slot]) -> Outcome {
    Ok(make_string(&int(args[0]).to_string()))
}

unsafe fn parse_int(instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: the argument is a live string. Rust's notation of integers is the documented one.
    let parsed = unsafe { text(args[0]) }.parse::<i64>().ok();
    Ok(option(instance, parsed.map(|n| n as Slot)))
}

unsafe fn bool_to_string(_: &Instance, args: &[Slot]) -> Outcome {
    Ok(make_string(if args[0] == 0 { "false" } else { "true" }))
}

unsafe fn parse_bool(instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: the argument is a live string.
    let parsed = match unsafe { text(args[0]) } {
        "true" => Some(1),
        "false" => Some(0),
        _ => None,
    };
    Ok(option(instance, parsed))
}

fn divide(a: f64, b: f64) -> Outcome {
    if b == 0.0 {
        return Err(Trap::error(8402, "division by zero"));
    }
    Ok((a / b).to_bits())
}

unsafe fn add_int_float(_: &Instance, args: &[Slot]) -> Outcome {
    Ok((int(args[0]) as f64 + float(args[1])).to_bits())
}

unsafe fn sub_int_float(_: &Instance, args: &[Slot]) -> Outcome {
    Ok((int(args[0]) as f64 - float(args[1])).to_bits())
}

unsafe fn mul_int_float(_: &Instance, args: &[Slot]) -> Outcome {
    Ok((int(args[0]) as f64 * float(args[1])).to_bits())
}

unsafe fn div_int_float(_: &Instance, args: &[Slot]) -> Outcome {
    divide(int(args[0]) as f64, float(args[1]))
}

unsafe fn add_float_int(_: &Instance, args: &[Slot]) -> Outcome {
    Ok((float(args[0]) + int(args[1]) as f64).to_bits())
}

unsafe fn sub_float_int(_: &Instance, args: &[Slot]) -> Outcome {
    Ok((float(args[0]) - int(args[1]) as f64).to_bits())
}

unsafe fn mul_float_int(_: &Instance, args: &[Slot]) -> Outcome {
    Ok((float(args[0]) * int(args[1]) as f64).to_bits())
}

unsafe fn div_float_int(_: &Instance, args: &[Slot]) -> Outcome {
    divide(float(args[0]), int(args[1]) as f64)
}

unsafe fn float_abs(_: &Instance, args: &[Slot]) -> Outcome {
    Ok(float(args[0]).abs().to_bits())
}

unsafe fn float_min(_: &Instance, args: &[Slot]) -> Outcome {
    Ok(float(args[0]).min(float(args[1])).to_bits())
}

unsafe fn float_max(_: &Instance, args: &[Slot]) -> Outcome {
    Ok(float(args[0]).max(float(args[1])).to_bits())
}

unsafe fn min_of(instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: the argument is a live vector of floats.
    let least = unsafe { vector::iter(args[0]) }.map(float).reduce(f64::min);
    Ok(option(instance, least.map(f64::to_bits)))
}

unsafe fn max_of(instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: the argument is a live vector of floats.
    let greatest = unsafe { vector::iter(args[0]) }.map(float).reduce(f64::max);
    Ok(option(instance, greatest.map(f64::to_bits)))
}

unsafe fn clamp(_: &Instance, args: &[Slot]) -> Outcome {
    let (value, low, high) = (float(args[0]), float(args[1]), float(args[2]));
    if low.is_nan() || high.is_nan() || low > high {
        let shown = |bound: f64| {
            let mut text = String::new();
            write_float_plain(bound, &mut text);
            text
        };
        return Err(invalid(format!(
            "the bounds of `clamp` are {} and {}; they must be numbers, the low one not above the high one",
            shown(low),
            shown(high)
        )));
    }
    Ok(value.clamp(low, high).to_bits())
}

unsafe fn round(_: &Instance, args: &[Slot]) -> Outcome {
    let (value, places) = (float(args[0]), int(args[1]));
    if places < 0 {
        return Err(invalid(format!(
            "the number of decimals of `round` is {places}; it must not be negative"
        )));
    }
    let scale = 10f64.powi(i32::try_from(places).unwrap_or(i32::MAX));
    let scaled = value * scale;
    Ok(if scaled.is_finite() {
        (scaled.round() / scale).to_bits()
    } else {
        args[0]
    })
}

unsafe fn floor(_: &Instance, args: &[Slot]) -> Outcome {
    Ok(float(args[0]).floor().to_bits())
}

unsafe fn ceil(_: &Instance, args: &[Slot]) -> Outcome {
    Ok(float(args[0]).ceil().to_bits())
}

unsafe fn trunc(_: &Instance, args: &[Slot]) -> Outcome {
    Ok(float(args[0]).trunc().to_bits())
}

unsafe fn is_nan(_: &Instance, args: &[Slot]) -> Outcome {
    Ok(u64::from(float(args[0]).is_nan()))
}

unsafe fn is_finite(_: &Instance, args: &[Slot]) -> Outcome {
    Ok(u64::from(float(args[0]).is_finite()))
}

unsafe fn float_to_int(instance: &Instance, args: &[Slot]) -> Outcome {
    /// 2^63, exactly.
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    let value = float(args[0]);
    let whole = (-LIMIT..LIMIT).contains(&value).then_some(value as i64);
    Ok(option(instance, whole.map(|n| n as Slot)))
}

unsafe fn float_to_string(_: &Instance, args: &[Slot]) -> Outcome {
    let mut out = String::new();
    write_float_plain(float(args[0]), &mut out);
    Ok(make_string(&out))
}

unsafe fn parse_float(instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: the argument is a live string. Rust's notation of floats is the documented one.
    let parsed = unsafe { text(args[0]) }.parse::<f64>().ok();
    Ok(option(instance, parsed.map(f64::to_bits)))
}
