//! Failures of which a test has the value alone: those of programs in processes of their own, and those made by hand. The
//! value says where the failure begins and in words what happened; the record says it as of any other failure.

use std::sync::Arc;

use serde_json::{Value, json};
use wat_driver::{ErrorText, FORMS, Source, Sources, hermetic_place, read_source};
use wat_edn::Edn;

use crate::child::{Work, place};
use crate::json::map;

/// A failure that came from elsewhere: another process, or made by hand.
pub(crate) fn foreign(work: &Work<'_>, failure: &Edn, message: &str) -> Value {
    let text = |key| string(field(failure, key));
    let compares = text(":actual").is_some() || text(":expected").is_some();
    let mut frames = frames_in(failure);
    let said = ErrorText::read(message).filter(|_| !compares);
    let number = |value: &Edn, key| match field(value, key) {
        Some(Edn::Int(number)) => u32::try_from(*number).ok(),
        _ => None,
    };
    let place = |at| {
        let (line, col) = (number(at, ":line")?, number(at, ":col")?);
        Some((string(field(at, ":file"))?, line, col))
    };
    let at = field(failure, ":location").and_then(place);
    let at = at.or(said.as_ref().and_then(|said| said.at));
    let (location, called) = at.map_or(Default::default(), |at| whole_place(work, at));
    let symbol = frames[0]["symbol"].as_str().unwrap_or_default();
    let asserts = symbol.starts_with(":wat::test::assert-") || symbol == ":wat::test::fail";
    let (kind, code) = match &said {
        Some(said) if said.is_startup => ("Startup", said.code.0),
        // A panic has its place beside the text, a run-time error in it.
        Some(said) if frames.is_null() => ("RuntimeError", said.code.0),
        Some(said) => ("Panic", said.code.0),
        None if compares || asserts || message.ends_with(" failed") => ("AssertionFailed", 8516),
        None => match called.as_str() {
            ":wat::kernel::assertion-failed!" => ("AssertionFailed", 8516),
            ":wat::core::Option/expect" | ":wat::core::Result/expect" => ("Panic", 8201),
            _ => ("Panic", 8517),
        },
    };
    if let Some(frames) = frames.as_array_mut() {
        let at = at.map(|(file, line, _)| (file, line));
        frames
            .iter_mut()
            .for_each(|frame| place_frame(frame, at, &location, work));
    }
    let message = match &said {
        Some(said) if said.is_startup => format!("startup: {}", said.message),
        Some(said) => said.message.to_owned(),
        None => message.to_owned(),
    };
    map([
        ("kind", kind.into()),
        ("code", format!("WAT{code}").into()),
        ("message", message.into()),
        ("location", location),
        ("actual", text(":actual").into()),
        ("expected", text(":expected").into()),
        ("frames", frames),
    ])
}

/// The frames of a failure that came from elsewhere, if it has any.
fn frames_in(failure: &Edn) -> Value {
    let Some(Edn::Vector(frames)) = field(failure, ":frames") else {
        return Value::Null;
    };
    let frame = |frame: &Edn| {
        let line = match field(frame, ":line") {
            Some(Edn::Int(line)) => Value::from(*line),
            _ => Value::Null,
        };
        map([
            ("symbol", string(field(frame, ":symbol")).into()),
            ("file", string(field(frame, ":file")).into()),
            ("line", line),
        ])
    };
    match frames.is_empty() {
        true => Value::Null,
        false => Value::Array(frames.iter().map(frame).collect()),
    }
}

/// Puts a frame of the program of a hermetic test where it stands in the file. Of that program the line of a frame says no
/// more than its form; what fails there has its whole place.
fn place_frame(frame: &mut Value, at: Option<(&str, u32)>, location: &Value, work: &Work<'_>) {
    let is_at = at.is_some_and(|(file, line)| frame["file"] == file && frame["line"] == line);
    match frame["file"] == FORMS {
        true if is_at => {
            for key in ["file", "line", "col"] {
                frame[key] = location[key].clone();
            }
        }
        true => {
            frame["file"] = work.case.path.as_str().into();
            frame["line"] = Value::Null;
        }
        false if is_at => frame["col"] = location["col"].clone(),
        false => {}
    }
}

/// A place of which the beginning was told: in the test itself where it is in the program of the test, and with its end
/// and what is called there, where its text can be read.
fn whole_place(work: &Work<'_>, at: (&str, u32, u32)) -> (Value, String) {
    let sources = &mut Sources::default();
    let (file, line, col) = at;
    let found = hermetic_place(work.db, work.case.file, &work.case.test.name, at, sources);
    let found = found.or_else(|| {
        let text = read_source(&*work.launcher.loader, file).ok()?;
        Arc::new(Source::from_text(file, &text)).begins_at(line, col)
    });
    let Some(found) = found else {
        let begin = json!({ "file": file, "line": line, "col": col });
        return (begin, String::new());
    };
    let written = &found.source().text()[found.range()];
    let called = written.strip_prefix('(').unwrap_or_default();
    let called = called.split_whitespace().next().unwrap_or_default();
    (place(&found), called.to_owned())
}

/// The field of a value.
pub(crate) fn field<'e>(value: &'e Edn, key: &str) -> Option<&'e Edn> {
    let body = match value {
        Edn::Tagged(_, body) => body,
        value => value,
    };
    let Edn::Map(entries) = body else { return None };
    let is_key = |it: &Edn| matches!(it, Edn::Keyword(text) if &**text == key);
    entries
        .iter()
        .find(|(it, _)| is_key(it))
        .map(|(_, value)| value)
}

/// The text of a string.
pub(crate) fn string(value: Option<&Edn>) -> Option<&str> {
    match value? {
        Edn::Str(text) => Some(text),
        _ => None,
    }
}
