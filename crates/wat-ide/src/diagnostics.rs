//! Diagnostics of one file, shaped for an editor.

use wat_analysis::{
    Code, Db, DiagnosticFix, Severity, SourceFile, Span, TextRange, code_info, file_findings,
};

/// A diagnostic whose primary position lies in the file that was asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditorDiagnostic {
    /// The code, displayed as `WAT1010`.
    pub code: Code,
    /// The kebab-case name of the code.
    pub name: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// The primary position in the file.
    pub range: TextRange,
    /// One sentence, then one line for each note and the help.
    pub message: String,
    /// Other places with a text each.
    pub related: Vec<Related>,
    /// How an editor may draw the range.
    pub tags: Vec<Tag>,
    /// Proposed changes.
    pub fixes: Vec<DiagnosticFix>,
}

/// A further place that explains a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// The place.
    pub span: Span,
    /// What is to be seen there.
    pub message: String,
}

/// A hint how to draw the text of a diagnostic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// Unused or superfluous text.
    Unnecessary,
    /// A retired spelling.
    Deprecated,
}

/// All diagnostics and lints of `file` that no rune suppresses, by start, severity and code.
///
/// Those with a primary position in another file are that file's business and left out.
pub fn diagnostics(db: &dyn Db, file: SourceFile) -> Vec<EditorDiagnostic> {
    let mut out = Vec::new();
    for found in file_findings(db, file)
        .iter()
        .filter(|found| found.span.file == file && found.suppressed.is_none())
    {
        let mut message = found.message.clone();
        for note in &found.notes {
            message.push_str("\nnote: ");
            message.push_str(note);
        }
        if let Some(help) = &found.help {
            message.push_str("\nhelp: ");
            message.push_str(help);
        }
        let related = found.labels.iter().map(|label| Related {
            span: label.span,
            message: label.message.clone(),
        });
        out.push(EditorDiagnostic {
            code: found.code,
            name: code_info(found.code).map_or("", |info| info.name),
            severity: found.severity,
            range: found.span.range,
            message,
            related: related.collect(),
            tags: tags(found.code),
            fixes: found.fixes.clone(),
        });
    }
    out
}

fn tags(code: Code) -> Vec<Tag> {
    match code.0 {
        7300..=7399 | 7904 => vec![Tag::Unnecessary],
        7001 | 7002 => vec![Tag::Deprecated],
        _ => Vec::new(),
    }
}
