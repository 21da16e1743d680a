//! Functions of real numbers, and statistics of vectors of them. Domain errors give NaN or an infinity.

use super::support::{Outcome, native, option};
use crate::heap::Slot;
use crate::native::{Instance, Native};
use crate::vector;

/// A native of one float.
macro_rules! unary {
    ($name:literal, $function:expr) => {
        native(concat!(":wat::std::math::", $name), "b", {
            unsafe fn run(_: &Instance, args: &[Slot]) -> Outcome {
                let function: fn(f64) -> f64 = $function;
                Ok(function(f64::from_bits(args[0])).to_bits())
            }
            run
        })
    };
}

/// A native of two floats.
macro_rules! binary {
    ($name:literal, $function:expr) => {
        native(concat!(":wat::std::math::", $name), "bb", {
            unsafe fn run(_: &Instance, args: &[Slot]) -> Outcome {
                let function: fn(f64, f64) -> f64 = $function;
                Ok(function(f64::from_bits(args[0]), f64::from_bits(args[1])).to_bits())
            }
            run
        })
    };
}

/// A native of a vector of floats that gives nothing for an empty one.
macro_rules! summary {
    ($name:literal, $function:expr) => {
        native(concat!(":wat::std::stat::", $name), "b", {
            unsafe fn run(instance: &Instance, args: &[Slot]) -> Outcome {
                // SAFETY: the argument is a live vector of floats.
                let values = || unsafe { vector::iter(args[0]) }.map(f64::from_bits);
                let count = unsafe { vector::len(args[0]) };
                let function: fn(&Sample) -> f64 = $function;
                let result = (count > 0).then(|| {
                    let mean = values().sum::<f64>() / count as f64;
                    let squares = values().map(|x| (x - mean) * (x - mean)).sum::<f64>();
                    let variance = squares / count as f64;
                    function(&Sample { mean, variance }).to_bits()
                });
                Ok(option(instance, result))
            }
            run
        })
    };
}

/// What a vector of floats sums up to, from left to right.
struct Sample {
    mean: f64,
    variance: f64,
}

pub(crate) const TABLE: &[Native] = &[
    unary!("ln", f64::ln),
    unary!("exp", f64::exp),
    unary!("sqrt", f64::sqrt),
    unary!("sin", f64::sin),
    unary!("cos", f64::cos),
    unary!("tan", f64::tan),
    unary!("asin", f64::asin),
    unary!("acos", f64::acos),
    unary!("atan", f64::atan),
    unary!("log2", f64::log2),
    unary!("log10", f64::log10),
    binary!("pow", f64::powf),
    binary!("atan2", f64::atan2),
    summary!("mean", |sample| sample.mean),
    summary!("variance", |sample| sample.variance),
    summary!("stddev", |sample| sample.variance.sqrt()),
];
