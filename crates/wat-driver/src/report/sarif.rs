//! Findings as one SARIF 2.1.0 document.

use serde_json::{Map, Value, json};
use wat_analysis::{CodeInfo, code_info, explanation};
use wat_syntax::{Applicability, Severity};

use super::edn::pascal_case;
use super::{Place, Report};

/// The document of a run, with a line feed at its end.
pub fn sarif(reports: &[Report]) -> String {
    let mut codes: Vec<_> = reports.iter().filter_map(|report| report.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let rules: Vec<&CodeInfo> = codes.into_iter().filter_map(code_info).collect();
    let results: Vec<Value> = reports
        .iter()
        .map(|report| result(report, &rules))
        .collect();
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "wat",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|info| rule(info)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{document:#}\n")
}

fn rule(info: &CodeInfo) -> Value {
    let mut rule = json!({
        "id": info.code.to_string(),
        "name": pascal_case(info.name),
        "shortDescription": { "text": info.summary },
        "helpUri": format!("urn:wat:explain:{}", info.code),
        "defaultConfiguration": { "level": level(info.severity) },
    });
    if let Some(page) = explanation(info.code) {
        rule["help"] = json!({ "text": page, "markdown": page });
    }
    rule
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info | Severity::Hint => "note",
    }
}

fn result(report: &Report, rules: &[&CodeInfo]) -> Value {
    let mut result = Map::new();
    if let Some(code) = report.code {
        result.insert("ruleId".to_owned(), code.to_string().into());
        if let Some(at) = rules.iter().position(|info| info.code == code) {
            result.insert("ruleIndex".to_owned(), at.into());
        }
    }
    result.insert("level".to_owned(), level(report.severity).into());
    let mut message = report.message.clone();
    for further in report.notes.iter().chain(&report.help) {
        message.push('\n');
        message.push_str(further);
    }
    result.insert("message".to_owned(), json!({ "text": message }));
    let place = report.place.iter();
    let locations: Vec<Value> = place
        .map(|place| {
            let mut location = json!({ "physicalLocation": physical(place) });
            if !report.label.is_empty() {
                location["message"] = json!({ "text": report.label });
            }
            location
        })
        .collect();
    result.insert("locations".to_owned(), locations.into());
    let related = report.labels.iter().enumerate().map(|(id, (place, text))| {
        json!({ "id": id + 1, "physicalLocation": physical(place), "message": { "text": text } })
    });
    let related: Vec<Value> = related.collect();
    if !related.is_empty() {
        result.insert("relatedLocations".to_owned(), related.into());
    }
    if let Some(suppressed) = &report.suppressed {
        let suppression = json!({
            "kind": "inSource",
            "justification": suppressed.justification,
            "location": { "physicalLocation": physical(&suppressed.place) },
        });
        result.insert("suppressions".to_owned(), json!([suppression]));
    }
    let fixes: Vec<Value> = report.fixes.iter().filter_map(fix).collect();
    if !fixes.is_empty() {
        result.insert("fixes".to_owned(), fixes.into());
    }
    Value::Object(result)
}

/// A fix that a consumer can apply: without holes.
fn fix(fix: &super::Fix) -> Option<Value> {
    if fix.applicability == Applicability::HasPlaceholders || fix.edits.is_empty() {
        return None;
    }
    let mut files: Vec<(&str, Vec<Value>)> = Vec::new();
    for edit in &fix.edits {
        let path = edit.place.source().path();
        let replacement = json!({
            "deletedRegion": region(&edit.place),
            "insertedContent": { "text": edit.text },
        });
        match files.iter_mut().find(|(known, _)| *known == path) {
            Some((_, replacements)) => replacements.push(replacement),
            None => files.push((path, vec![replacement])),
        }
    }
    let changes: Vec<Value> = files
        .into_iter()
        .map(|(path, replacements)| {
            json!({ "artifactLocation": { "uri": uri(path) }, "replacements": replacements })
        })
        .collect();
    Some(json!({ "description": { "text": fix.title }, "artifactChanges": changes }))
}

fn physical(place: &Place) -> Value {
    json!({
        "artifactLocation": { "uri": uri(place.source().path()) },
        "region": region(place),
    })
}

/// Lines and columns, the end behind the last character.
fn region(place: &Place) -> Value {
    let (start, end) = (place.start(), place.end());
    json!({
        "startLine": start.0,
        "startColumn": start.1,
        "endLine": end.0,
        "endColumn": end.1,
    })
}

/// The path as a URI reference: relative, or with the scheme of files.
fn uri(path: &str) -> String {
    let mut out = String::new();
    if path.starts_with('/') {
        out.push_str("file://");
    }
    for byte in path.bytes() {
        let is_plain = byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
        match is_plain {
            true => out.push(char::from(byte)),
            false => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
