//! Layout on demand: a document, a part of it, and the line that was just begun (chapter 11 §11.10 of the reference).
//!
//! ```text
//! (:demo::f   1
//!     2)
//! (:demo::f 1 2)
//! ```

use wat_analysis::{Db, SourceFile, SourceText, TextRange, TextSize};
use wat_syntax::TextEdit;

use crate::BUILTIN_SCHEME;

/// The edits that lay out a file; none if its text has reader errors or is the built-in library's.
pub fn format_document(db: &dyn Db, file: SourceFile) -> Vec<TextEdit> {
    editable(db, file).map_or(Vec::new(), |text| {
        wat_fmt::format_edits(&text).unwrap_or_default()
    })
}

/// The edits that lay out the top-level forms and comments that `range` touches; none if one of them has reader errors.
pub fn format_range(db: &dyn Db, file: SourceFile, range: TextRange) -> Vec<TextEdit> {
    editable(db, file).map_or(Vec::new(), |text| {
        wat_fmt::format_range(&text, range).unwrap_or_default()
    })
}

/// The edit that indents the line of `offset`, whose line break was just typed; `None` if the line stands where it
/// should, or inside a string. Works in texts with errors.
pub fn indent_line(db: &dyn Db, file: SourceFile, offset: TextSize) -> Option<TextEdit> {
    let source = editable(db, file)?;
    let text = source.text();
    let before = &text[..usize::from(offset)];
    let start = before.rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let blanks = text[start..]
        .bytes()
        .take_while(|byte| b" \t".contains(byte));
    let end = start + blanks.count();
    let column = wat_fmt::indent_at(&source, TextSize::of(&text[..start]))?;
    let indent = " ".repeat(column as usize);
    if text[start..end] == indent {
        return None;
    }
    let range = TextRange::new(TextSize::of(&text[..start]), TextSize::of(&text[..end]));
    Some(TextEdit::replace(range, indent))
}

/// The text of a file that may be edited.
fn editable(db: &dyn Db, file: SourceFile) -> Option<SourceText> {
    (!file.path(db).starts_with(BUILTIN_SCHEME)).then(|| file.text(db))
}
