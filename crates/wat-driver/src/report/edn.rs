//! Findings as EDN, one value per line.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::Value;
use wat_edn::{Edn, Layout, write_ordered};

use super::machine::{json_record, summary_record};
use super::{Report, Summary, severity_word};

/// Appends the record of one finding and a line feed. Its tag is the name of the finding.
pub fn edn_line(report: &Report, out: &mut String) {
    let mut entries = vec![
        entry("code", text(report.code.map(|code| code.to_string()))),
        entry("severity", word(severity_word(report.severity))),
        entry("message", Edn::str(report.message.as_str())),
    ];
    let file = report.place.as_ref().map(|place| place.source().path());
    entries.push(entry("file", text(file.map(str::to_owned))));
    if let Some(place) = &report.place {
        let (start, end, range) = (place.start(), place.end(), place.range());
        for (key, number) in [
            ("line", start.0 as usize),
            ("col", start.1 as usize),
            ("end-line", end.0 as usize),
            ("end-col", end.1 as usize),
            ("offset", range.start),
            ("end-offset", range.end),
        ] {
            let number = i64::try_from(number).unwrap_or(i64::MAX);
            entries.push(entry(key, Edn::Int(number)));
        }
    }
    let record = json_record(report);
    let further = [
        "name",
        "labels",
        "notes",
        "help",
        "fixes",
        "data",
        "expansion",
        "tags",
        "suppressed",
    ];
    let value = |key: &&str| entry(key, from_json(&record[*key]));
    entries.extend(further.iter().map(value));
    let tag = format!("wat.diag/{}", pascal_case(&report.name));
    line(Edn::tagged(tag, Edn::Map(entries)), out);
}

/// Appends the closing record and a line feed.
pub fn edn_summary(summary: &Summary, duration: Duration, out: &mut String) {
    let record = from_json(&summary_record(summary, duration));
    line(Edn::tagged("wat.diag/Summary", record), out);
}

fn line(value: Edn, out: &mut String) {
    let _ = writeln!(out, "{}", write_ordered(&value, Layout::Compact));
}

fn entry(key: &str, value: Edn) -> (Edn, Edn) {
    (word(key), value)
}

fn word(text: &str) -> Edn {
    Edn::keyword(format!(":{text}"))
}

fn text(text: Option<String>) -> Edn {
    text.map_or(Edn::Nil, Edn::str)
}

/// `TypeMismatch` for `type-mismatch`, `UnusedBinding` for `unused/binding`.
pub(super) fn pascal_case(name: &str) -> String {
    let mut out = String::new();
    for part in name.split(['-', '/']) {
        let mut chars = part.chars();
        out.extend(chars.next().map(|first| first.to_ascii_uppercase()));
        out.push_str(chars.as_str());
    }
    if out.is_empty() {
        out.push_str("Failure");
    }
    out
}

/// JSON with names as keys: records nest a few levels, no deeper.
fn from_json(value: &Value) -> Edn {
    match value {
        Value::Null => Edn::Nil,
        Value::Bool(value) => Edn::Bool(*value),
        Value::Number(number) => Edn::Int(number.as_i64().unwrap_or(i64::MAX)),
        Value::String(text) => Edn::str(text.as_str()),
        Value::Array(items) => Edn::Vector(items.iter().map(from_json).collect()),
        Value::Object(entries) => {
            let entries = entries.iter().filter(|(key, _)| *key != "kind");
            Edn::Map(
                entries
                    .map(|(key, value)| entry(key, from_json(value)))
                    .collect(),
            )
        }
    }
}
