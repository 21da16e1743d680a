//! Reports for programs: one line per finding.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Map, Value, json};
use wat_analysis::{FactValue, family};
use wat_syntax::{Applicability, Severity};

use super::{Place, Report, Style, printable, severity_word};

/// Counts over all findings of a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Summary {
    /// Findings of severity error.
    pub errors: usize,
    /// Findings of severity warning.
    pub warnings: usize,
    /// Notes and hints.
    pub notes: usize,
    /// Findings that a rune suppresses; they are counted nowhere else.
    pub suppressed: usize,
    /// Findings with a fix that may be applied unattended.
    pub fixable: usize,
    /// Files that were checked.
    pub files: usize,
}

impl Summary {
    /// Counts one finding.
    pub fn add(&mut self, report: &Report) {
        self.count(report.severity, report.is_fixable());
    }

    /// Counts a finding of which only this is known.
    pub fn count(&mut self, severity: Severity, fixable: bool) {
        match severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
            Severity::Info | Severity::Hint => self.notes += 1,
        }
        self.fixable += usize::from(fixable);
    }

    /// `3 errors, 1 warning (2 fixes available: wat fix)`; `None` if there is nothing to count.
    pub fn sentence(&self) -> Option<String> {
        let mut parts = Vec::new();
        for (count, word) in [
            (self.errors, "error"),
            (self.warnings, "warning"),
            (self.notes, "note"),
        ] {
            match count {
                0 => {}
                1 => parts.push(format!("1 {word}")),
                _ => parts.push(format!("{count} {word}s")),
            }
        }
        let fixes = match self.fixable {
            0 => String::new(),
            1 => " (1 fix available: wat fix)".to_owned(),
            count => format!(" ({count} fixes available: wat fix)"),
        };
        (!parts.is_empty()).then(|| parts.join(", ") + &fixes)
    }
}

/// Appends `FILE:LINE:COL: error[CODE]: MESSAGE` and a line feed.
pub fn short_line(report: &Report, out: &mut String) {
    if let Some(place) = &report.place {
        let (line, col) = place.start();
        let _ = write!(out, "{}:{line}:{col}: ", printable(place.source().path()));
    }
    let _ = writeln!(out, "{}: {}", report.headline(), printable(&report.message));
}

/// Appends `FILE:LINE:COL: warning[CODE]: MESSAGE (suppressed by RUNE: WHY)`, dimmed, and a line feed.
pub fn suppressed_line(report: &Report, style: Style, out: &mut String) {
    let Some(suppressed) = &report.suppressed else {
        return;
    };
    let mut line = String::new();
    short_line(report, &mut line);
    let (target, why) = (&suppressed.target, printable(&suppressed.justification));
    let line = format!("{} (suppressed by `{target}`: {why})", line.trim_end());
    let _ = match style.color {
        true => writeln!(out, "\x1b[2m{line}\x1b[0m"),
        false => writeln!(out, "{line}"),
    };
}

/// Appends the record of one finding and a line feed.
pub fn json_line(report: &Report, out: &mut String) {
    let _ = writeln!(out, "{}", json_record(report));
}

/// The record of one finding.
pub(super) fn json_record(report: &Report) -> Value {
    let mut record = Map::new();
    let mut put = |key: &str, value: Value| {
        record.insert(key.to_owned(), value);
    };
    put("kind", "diagnostic".into());
    put("code", report.code.map(|code| code.to_string()).into());
    put("name", report.name.as_str().into());
    put("severity", severity_word(report.severity).into());
    put("message", report.message.as_str().into());
    put(
        "file",
        report
            .place
            .as_ref()
            .map(|place| place.source().path())
            .into(),
    );
    put("span", report.place.as_ref().map(span).into());
    let primary = report.place.iter().filter(|_| !report.label.is_empty());
    let labels = primary
        .map(|place| (place, &report.label))
        .chain(report.labels.iter().map(|(place, text)| (place, text)))
        .map(|(place, text)| located(place, text))
        .collect();
    put("labels", Value::Array(labels));
    put("notes", report.notes.clone().into());
    put("help", report.help.clone().into());
    let fixes = report.fixes.iter().map(|fix| {
        let edits: Vec<_> = fix
            .edits
            .iter()
            .map(|edit| located(&edit.place, &edit.text))
            .collect();
        json!({
            "title": fix.title,
            "applicability": applicability_word(fix.applicability),
            "edits": edits,
        })
    });
    put("fixes", Value::Array(fixes.collect()));
    let calls = report.expansion.iter();
    let calls = calls.map(|(place, name)| located(place, name)).collect();
    put("expansion", Value::Array(calls));
    put("tags", tags(report).into());
    let suppressed = report.suppressed.as_ref().map(|it| {
        json!({
            "rune": it.target,
            "justification": it.justification,
            "file": it.place.source().path(),
            "span": span(&it.place),
        })
    });
    put("suppressed", suppressed.into());
    let mut data = Map::new();
    if let Some(family) = report.code.and_then(family) {
        data.insert("family".to_owned(), family.into());
    }
    for fact in &report.facts {
        let value = match &fact.value {
            FactValue::One(one) => one.as_str().into(),
            FactValue::Many(many) => many.clone().into(),
        };
        data.insert(fact.key.to_owned(), value);
    }
    put("data", Value::Object(data));
    Value::Object(record)
}

/// How an editor shows the place: as superfluous, or as out of date.
fn tags(report: &Report) -> Vec<&'static str> {
    match report.code.map_or(0, |code| code.0) {
        7301..=7307 | 7904 => vec!["unnecessary"],
        7001 | 7002 | 2190 | 3450 | 3901..=3904 | 4014 => vec!["deprecated"],
        _ => Vec::new(),
    }
}

/// Appends the closing record and a line feed.
pub fn json_summary(summary: &Summary, duration: Duration, out: &mut String) {
    let _ = writeln!(out, "{}", summary_record(summary, duration));
}

pub(super) fn summary_record(summary: &Summary, duration: Duration) -> Value {
    json!({
        "kind": "summary",
        "errors": summary.errors,
        "warnings": summary.warnings,
        "notes": summary.notes,
        "suppressed": summary.suppressed,
        "fixable": summary.fixable,
        "files": summary.files,
        "duration-us": u64::try_from(duration.as_micros()).unwrap_or(u64::MAX),
    })
}

fn located(place: &Place, text: &str) -> Value {
    json!({ "file": place.source().path(), "span": span(place), "text": text })
}

fn span(place: &Place) -> Value {
    let point = |offset: usize, (line, col): (u32, u32)| json!({ "offset": offset, "line": line, "col": col });
    json!({
        "start": point(place.range().start, place.start()),
        "end": point(place.range().end, place.end()),
    })
}

fn applicability_word(applicability: Applicability) -> &'static str {
    match applicability {
        Applicability::MachineApplicable => "machine-applicable",
        Applicability::MaybeIncorrect => "maybe-incorrect",
        Applicability::HasPlaceholders => "has-placeholders",
    }
}
