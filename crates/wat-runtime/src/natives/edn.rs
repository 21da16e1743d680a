//! EDN and JSON to values.

use wat_edn::{Edn, ReadErrorKind, json};
use wat_value::{
    Desc, Instance, Misfit, Notation, Shapes, Slot, Trap, Value, decode, make_keyword, make_string,
    make_variant, text, vector,
};

type Outcome = Result<Slot, Box<Trap>>;

/// Why a text does not give a value.
struct Failure {
    kind: ReadErrorKind,
    message: String,
    path: String,
    offset: usize,
}

impl From<wat_edn::ReadError> for Failure {
    fn from(error: wat_edn::ReadError) -> Failure {
        Failure {
            kind: error.kind,
            message: error.message,
            path: error.path,
            offset: error.offset,
        }
    }
}

impl Failure {
    /// A part that does not fit; the offset is that of the document, whose parts have no positions.
    fn misfit(misfit: Misfit, offset: usize) -> Failure {
        Failure {
            kind: misfit.kind,
            message: misfit.message,
            path: misfit.path,
            offset,
        }
    }

    #[cold]
    fn into_trap(self) -> Box<Trap> {
        let place = if self.path.is_empty() {
            format!("at byte {}", self.offset)
        } else {
            format!("at `{}`", self.path)
        };
        Trap::error(self.kind.code(), format!("{place}: {}", self.message))
    }
}

/// Where the first value of a text begins.
fn start(text: &str) -> usize {
    text.len()
        - text
            .trim_start_matches(|c: char| c.is_whitespace() || c == ',')
            .len()
}

fn one(shapes: Shapes<'_>, desc: &'static Desc, source: &str) -> Result<Value, Failure> {
    let document = wat_edn::read(source)?;
    decode(desc, &document, Notation::Edn, shapes)
        .map_err(|misfit| Failure::misfit(misfit, start(source)))
}

pub(super) unsafe fn read(shapes: Shapes<'_>, instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: the argument is a live string.
    let value =
        one(shapes, instance.types[0], unsafe { text(args[0]) }).map_err(Failure::into_trap)?;
    Ok(value.into_slot().1)
}

/// `(Ok value)`, or `(Err ReadError)`.
fn result(shapes: Shapes<'_>, instance: &Instance, outcome: Result<Value, Failure>) -> Outcome {
    let failure = match outcome {
        Ok(value) => return Ok(make_variant(instance.ret, 0, &[value.into_slot().1])),
        Err(failure) => failure,
    };
    let fields = [
        make_keyword(&format!(":{}", failure.kind.name())),
        make_string(&failure.message),
        make_string(&failure.path),
        failure.offset as Slot,
    ];
    // The error is a declared type that the program need not mention.
    shapes.resolve(instance.ret.parts[1]);
    let error = make_variant(instance.ret.parts[1], 0, &fields);
    Ok(make_variant(instance.ret, 1, &[error]))
}

pub(super) unsafe fn try_read(shapes: Shapes<'_>, instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: the argument is a live string.
    let outcome = one(shapes, instance.types[0], unsafe { text(args[0]) });
    result(shapes, instance, outcome)
}

pub(super) unsafe fn read_all(shapes: Shapes<'_>, instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: the argument is a live string.
    let source = unsafe { text(args[0]) };
    let documents = wat_edn::read_all(source).map_err(|error| Failure::from(error).into_trap())?;
    let values: Result<Vec<Value>, Misfit> = documents
        .iter()
        .enumerate()
        .map(|(index, document)| {
            let value = decode(instance.types[0], document, Notation::Edn, shapes);
            // The way to a part leads through the vector of the documents.
            value.map_err(|misfit| Misfit {
                path: format!(".[{index}]{}", misfit.path),
                ..misfit
            })
        })
        .collect();
    let values = values.map_err(|misfit| Failure::misfit(misfit, start(source)).into_trap())?;
    let slots: Vec<Slot> = values
        .into_iter()
        .map(|value| value.into_slot().1)
        .collect();
    Ok(vector::from_slots(instance.ret, &slots))
}

fn from_json(shapes: Shapes<'_>, desc: &'static Desc, source: &str) -> Result<Value, Failure> {
    let document: Edn = json::read(source)?;
    decode(desc, &document, Notation::Json, shapes)
        .map_err(|misfit| Failure::misfit(misfit, start(source)))
}

pub(super) unsafe fn read_json(shapes: Shapes<'_>, instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: the argument is a live string.
    let outcome = from_json(shapes, instance.types[0], unsafe { text(args[0]) });
    result(shapes, instance, outcome)
}
