//! Workflow commands of GitHub (§9.9.4).

use std::io::{self, Write};

use serde_json::Value;
use wat_driver::github_line;

use crate::find::{InvalidFile, TestCase};
use crate::outcome::Outcome;

fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

pub(super) fn invalid(out: &mut dyn Write, file: &InvalidFile) -> io::Result<()> {
    let mut text = String::new();
    for error in &file.errors {
        github_line(error, &mut text);
    }
    write!(out, "{text}")
}

pub(super) fn failure(out: &mut dyn Write, case: &TestCase, outcome: &Outcome) -> io::Result<()> {
    if !outcome.status.is_failure() {
        return Ok(());
    }
    let none = Value::Null;
    let at = outcome
        .failure
        .as_ref()
        .map_or(&none, |failure| &failure["location"]);
    let file = at["file"].as_str().unwrap_or(&case.path);
    let number = |key: &str, other: u32| at[key].as_u64().unwrap_or(other.into());
    let (line, col) = (number("line", case.line), number("col", case.col));
    let end = at["end-line"].as_u64().unwrap_or(line);
    let mut message = super::headline(outcome);
    for (name, side) in [
        ("actual", outcome.told("actual")),
        ("expected", outcome.told("expected")),
    ] {
        if let Some(text) = side {
            message.push_str(&format!("\n{name}: {text}"));
        }
    }
    writeln!(
        out,
        "::error file={},line={line},col={col},endLine={end},title={}::{}",
        property(file),
        property(&case.test.name),
        data(&message),
    )
}
