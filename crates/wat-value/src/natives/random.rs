//! SplitMix64 (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", 2014): numbers as a function of
//! a seed.

use super::support::{Outcome, invalid, native};
use crate::cells::make_variant;
use crate::heap::Slot;
use crate::native::{Instance, Native};
use crate::vector;

pub(crate) const TABLE: &[Native] = &[
    native(":wat::std::random::next", "b", next),
    native(":wat::std::random::unit", "b", unit),
    native(":wat::std::random::between", "bbb", between),
    native(":wat::std::random::shuffle", "bo", shuffle),
];

/// A number and the next seed.
fn step(seed: u64) -> (u64, u64) {
    let next = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = next;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (z ^ (z >> 31), next)
}

unsafe fn next(instance: &Instance, args: &[Slot]) -> Outcome {
    let (number, seed) = step(args[0]);
    Ok(make_variant(instance.ret, 0, &[number, seed]))
}

unsafe fn unit(instance: &Instance, args: &[Slot]) -> Outcome {
    let (number, seed) = step(args[0]);
    let fraction = (number >> 11) as f64 * (1.0 / (1u64 << 53) as f64);
    Ok(make_variant(instance.ret, 0, &[fraction.to_bits(), seed]))
}

unsafe fn between(instance: &Instance, args: &[Slot]) -> Outcome {
    let (low, high) = (args[1] as i64, args[2] as i64);
    if low >= high {
        return Err(invalid(format!(
            "the bounds of `between` are {low} and {high}; the low one must be below the high one"
        )));
    }
    let (number, seed) = step(args[0]);
    // The distance of two integers fits the unsigned type.
    let width = (high as u64).wrapping_sub(low as u64);
    let result = (low as u64).wrapping_add(number % width);
    Ok(make_variant(instance.ret, 0, &[result, seed]))
}

unsafe fn shuffle(instance: &Instance, args: &[Slot]) -> Outcome {
    let (mut seed, mut items) = (args[0], args[1]);
    // SAFETY: the vector is alive and ours; elements that change places keep their counts: each `set` takes the
    // reference that was counted for it and gives up the one it replaces.
    unsafe {
        let element = instance.types[0];
        for index in (1..vector::len(items)).rev() {
            let (number, following) = step(seed);
            seed = following;
            let other = (number % (index as u64 + 1)) as usize;
            let (a, b) = (vector::get(items, index), vector::get(items, other));
            let (a, b) = (
                super::support::share(element, a),
                super::support::share(element, b),
            );
            items = vector::set(items, index, b);
            items = vector::set(items, other, a);
        }
    }
    Ok(make_variant(instance.ret, 0, &[items, seed]))
}
