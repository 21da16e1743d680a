//! What the tests share: diagnostics as short text, fixes applied.

use wat_syntax::{
    Applicability, ColumnEncoding, LineIndex, SourceText, SyntaxError, TextEdit, TextRange,
    apply_edits, cut, parse, print_ast, read_form,
};

/// `CODE line:col-line:col` with columns in characters, from 1.
pub fn span(text: &str, code: impl ToString, range: TextRange) -> String {
    let lines = LineIndex::new(text);
    let at = |offset| {
        let place = lines.line_col(text, offset, ColumnEncoding::Utf32);
        format!("{}:{}", place.line + 1, place.col + 1)
    };
    format!(
        "{} {}-{}",
        code.to_string(),
        at(range.start()),
        at(range.end())
    )
}

/// All diagnostics of a text, one per element.
pub fn spans(text: &str) -> Vec<String> {
    errors(text)
        .iter()
        .map(|error| span(text, error.code, error.range))
        .collect()
}

/// The diagnostics with the text they point at: ``WAT1010 ` ` ``.
pub fn marks(text: &str) -> Vec<String> {
    errors(text)
        .iter()
        .map(|error| format!("{} {:?}", error.code.0, &text[error.range]))
        .collect()
}

/// The codes of all diagnostics.
pub fn codes(text: &str) -> Vec<u16> {
    errors(text).iter().map(|error| error.code.0).collect()
}

pub fn errors(text: &str) -> Vec<SyntaxError> {
    parse(&SourceText::new(text)).errors().to_vec()
}

/// The edits of the first fix of every diagnostic that `wanted` accepts, in order.
pub fn edits(errors: &[SyntaxError], wanted: impl Fn(&SyntaxError) -> bool) -> Vec<TextEdit> {
    let mut edits: Vec<TextEdit> = errors
        .iter()
        .filter(|error| wanted(error))
        .filter_map(|error| error.fixes.first())
        .flat_map(|fix| fix.edits.clone())
        .collect();
    edits.sort_by_key(|edit| (edit.range.start(), edit.range.end()));
    edits
}

/// The text after all fixes.
pub fn fixed(text: &str) -> String {
    apply_edits(text, &edits(&errors(text), |_| true))
}

/// The text after the fixes that a tool may apply unattended.
pub fn machine_fixed(text: &str) -> String {
    let machine = |error: &SyntaxError| {
        error
            .fixes
            .first()
            .is_some_and(|fix| fix.applicability == Applicability::MachineApplicable)
    };
    apply_edits(text, &edits(&errors(text), machine))
}

/// Every top-level form as it prints.
pub fn printed(text: &str) -> Vec<String> {
    let source = SourceText::new(text);
    let forms = cut(&source).forms;
    forms
        .iter()
        .map(|form| {
            let read = read_form(&source.slice(form.range), &form.verdict);
            print_ast(&read.ast, read.ast.root())
        })
        .collect()
}
