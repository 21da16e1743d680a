//! The JSON records that `wat check --format json` writes, one a line, and what the harness needs of them.

use serde_json::Value;

/// One diagnostic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// `WATnnnn`.
    pub code: String,
    /// `error`, `warning`, `note`, `hint`.
    pub severity: String,
    /// The message.
    pub message: String,
    /// 1-based line and column of start and end.
    pub span: [u64; 4],
    /// Byte edits of the first fix: start, end, text.
    pub edits: Vec<(usize, usize, String)>,
}

impl Diagnostic {
    /// `CODE line:col-line:col`, as `text spans` blocks write it.
    pub fn place(&self) -> String {
        let [line, col, end_line, end_col] = self.span;
        format!("{} {line}:{col}-{end_line}:{end_col}", self.code)
    }

    /// True for the lint family.
    pub fn is_lint(&self) -> bool {
        self.code.starts_with("WAT7")
    }

    /// True for the reader's family.
    pub fn is_reader(&self) -> bool {
        self.code.starts_with("WAT1")
    }
}

/// All records of an output.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Records {
    /// The diagnostics, in the order written.
    pub diagnostics: Vec<Diagnostic>,
    /// True if the closing summary was written.
    pub has_summary: bool,
}

/// Reads an output that consists of records and nothing else.
pub fn records(output: &str) -> Result<Records, String> {
    let mut found = Records::default();
    for line in output.lines().filter(|line| !line.trim().is_empty()) {
        let record: Value =
            serde_json::from_str(line).map_err(|e| format!("no JSON record ({e}): {line}"))?;
        // Of a run of tests the findings about files count.
        if let Some(event) = record["event"].as_str() {
            let told = record["diagnostics"].as_array().into_iter().flatten();
            for record in told.filter(|_| event == "file-invalid") {
                found.diagnostics.push(
                    diagnostic(record)
                        .ok_or_else(|| format!("an incomplete diagnostic: {line}"))?,
                );
            }
            continue;
        }
        match record["kind"].as_str() {
            Some("diagnostic") => found.diagnostics.push(
                diagnostic(&record).ok_or_else(|| format!("an incomplete diagnostic: {line}"))?,
            ),
            Some("summary") => found.has_summary = true,
            _ => return Err(format!("a record of unknown kind: {line}")),
        }
    }
    Ok(found)
}

fn diagnostic(record: &Value) -> Option<Diagnostic> {
    let text = |key: &str| record[key].as_str().map(str::to_owned);
    let at = |end: &str, key: &str| record["span"][end][key].as_u64();
    let edits = match record["fixes"].as_array()?.first() {
        None => Vec::new(),
        Some(fix) => fix["edits"]
            .as_array()?
            .iter()
            .map(edit)
            .collect::<Option<_>>()?,
    };
    Some(Diagnostic {
        code: text("code")?,
        severity: text("severity")?,
        message: text("message")?,
        span: [
            at("start", "line")?,
            at("start", "col")?,
            at("end", "line")?,
            at("end", "col")?,
        ],
        edits,
    })
}

fn edit(edit: &Value) -> Option<(usize, usize, String)> {
    let offset = |end: &str| usize::try_from(edit["span"][end]["offset"].as_u64()?).ok();
    Some((
        offset("start")?,
        offset("end")?,
        edit["text"].as_str()?.to_owned(),
    ))
}

/// The text after the first fix of every diagnostic. Equal edits count once; edits that overlap are an error.
pub fn apply_fixes(text: &str, diagnostics: &[&Diagnostic]) -> Result<String, String> {
    let mut edits: Vec<_> = diagnostics.iter().flat_map(|d| &d.edits).collect();
    edits.sort();
    edits.dedup();
    let mut fixed = String::new();
    let mut from = 0;
    for (start, end, insert) in edits {
        let kept = text
            .get(from..*start)
            .filter(|_| text.is_char_boundary(*end))
            .ok_or_else(|| {
                format!("the edit {start}..{end} overlaps another or leaves the text")
            })?;
        fixed.push_str(kept);
        fixed.push_str(insert);
        from = *end;
    }
    fixed.push_str(&text[from..]);
    Ok(fixed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"{"kind":"diagnostic","code":"WAT1022","name":"plus-sign","severity":"error","message":"m","file":"main.wat","span":{"start":{"offset":2,"line":1,"col":3},"end":{"offset":4,"line":1,"col":5}},"labels":[],"notes":[],"help":null,"fixes":[{"title":"t","applicability":"machine-applicable","edits":[{"file":"main.wat","span":{"start":{"offset":2,"line":1,"col":3},"end":{"offset":4,"line":1,"col":5}},"text":"5"}]},{"title":"other","applicability":"maybe-incorrect","edits":[]}],"expansion":[],"tags":[],"suppressed":null}"#;

    #[test]
    fn a_record_gives_place_and_first_fix() {
        let found = records(&format!("{LINE}\n{{\"kind\":\"summary\",\"errors\":1}}\n")).unwrap();
        assert!(found.has_summary);
        assert_eq!(found.diagnostics[0].place(), "WAT1022 1:3-1:5");
        let fixed = apply_fixes("ab+5cd", &[&found.diagnostics[0], &found.diagnostics[0]]);
        assert_eq!(fixed.as_deref(), Ok("ab5cd"));
    }

    #[test]
    fn foreign_output_is_an_error() {
        assert!(records("error: no such command\n").is_err());
        assert!(records("{\"kind\":\"other\"}\n").is_err());
        assert!(records("{\"kind\":\"diagnostic\",\"code\":\"WAT1001\"}\n").is_err());
    }

    #[test]
    fn overlapping_edits_are_an_error() {
        let at = |start, end| Diagnostic {
            code: String::new(),
            severity: String::new(),
            message: String::new(),
            span: [0; 4],
            edits: vec![(start, end, String::new())],
        };
        assert!(apply_fixes("abcdef", &[&at(0, 3), &at(2, 4)]).is_err());
        assert!(apply_fixes("abc", &[&at(2, 9)]).is_err());
        assert_eq!(
            apply_fixes("abcdef", &[&at(4, 5), &at(0, 3)]).as_deref(),
            Ok("df")
        );
    }
}
