//! Failures that a program catches and looks at: what fails under a guarded call becomes a value of it.

use crate::failure::Failure;
use wat_value::{Desc, Slot, make_string, make_variant, vector};

/// The function whose call is guarded against every failure: its result is an `Option` of a failure.
pub(crate) const ATTEMPT: &str = ":wat::test::__internal/attempt";

/// How many caught failures are remembered.
pub(crate) const REMEMBERED: usize = 16;

/// What a guarded call catches, and the type of its result.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Guard {
    /// Run-time errors, as the failure of an outcome.
    Errors(&'static Desc),
    /// Errors and panics, as `Some` failure.
    Failures(&'static Desc),
}

/// A failure as `:wat::kernel::Failure` tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Described {
    /// What happened.
    pub message: String,
    /// Where: file, line and column, from 1.
    pub location: Option<(String, u32, u32)>,
    /// The calls of the program, innermost first.
    pub frames: Vec<DescribedFrame>,
}

/// A call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DescribedFrame {
    /// The file.
    pub file: Option<String>,
    /// The line, from 1.
    pub line: Option<u32>,
    /// The function.
    pub symbol: String,
}

fn option(desc: &'static Desc, value: Option<Slot>) -> Slot {
    match value {
        Some(value) => make_variant(desc, 1, &[value]),
        None => make_variant(desc, 0, &[]),
    }
}

/// `Some` of a `:wat::kernel::Failure`.
pub(crate) fn value(outcome: &'static Desc, failure: &Failure, described: &Described) -> Slot {
    let desc = outcome.variants()[1].fields[0];
    let fields = &desc.variants()[0].fields;
    let text = |text: &str| make_string(text);
    let location = described.location.as_ref().map(|(file, line, col)| {
        let location = fields[1].variants()[1].fields[0];
        let parts = [text(file), u64::from(*line), u64::from(*col)];
        make_variant(location, 0, &parts)
    });
    let frame = fields[2].parts[0];
    let frames: Vec<Slot> = described
        .frames
        .iter()
        .map(|described| {
            let fields = &frame.variants()[0].fields;
            let parts = [
                option(fields[0], described.file.as_deref().map(text)),
                option(fields[1], described.line.map(u64::from)),
                option(fields[2], Some(text(&described.symbol))),
            ];
            make_variant(frame, 0, &parts)
        })
        .collect();
    let compared = failure.compared.as_deref();
    let shown = |part: Option<&String>| part.map(|part| text(part));
    let parts = [
        text(&described.message),
        option(fields[1], location),
        vector::from_slots(fields[2], &frames),
        option(fields[3], shown(compared.and_then(|c| c.actual.as_ref()))),
        option(fields[4], shown(compared.and_then(|c| c.expected.as_ref()))),
    ];
    option(outcome, Some(make_variant(desc, 0, &parts)))
}
