//! Symbols with a colon: `[count: :wat::core::i64]`.
//!
//! The reader reads such a word as an error (01 L64), so that it binds nothing. Where the rest of the form mentions the
//! symbol without the colon, that is what was meant, and told already.

use wat_syntax::TextRange;

use crate::db::{Db, SourceFile};
use crate::diagnostics::Diagnostic;
use crate::forms::forms;

const COLON_IN_SYMBOL: u16 = 1009;
/// What WAT1009 becomes in a loaded source.
const LOADED: u16 = 5007;
const UNBOUND: u16 = 3202;

/// Of a form with a word `x:`, drops what is told of `x`.
pub(crate) fn quiet(db: &dyn Db, file: SourceFile, found: &mut Vec<Diagnostic>) {
    let is_colon = |told: &Diagnostic| {
        told.span.file == file
            && matches!(told.code.0, COLON_IN_SYMBOL | LOADED)
            && told.label == "colon in symbol"
    };
    if !found.iter().any(is_colon) {
        return;
    }
    let source = file.text(db);
    let text = source.text();
    let placed = &forms(db, file).placed;
    let mut meant: Vec<(TextRange, &str)> = Vec::new();
    for told in found.iter().filter(|told| is_colon(told)) {
        let at = told.span.range.start();
        let form = placed.iter().find(|form| form.range().contains(at));
        if let Some(form) = form {
            let before = &text[..usize::from(at)];
            let is_end = |c: char| c.is_whitespace() || "()[]{}\"'`~@,".contains(c);
            let word = before.rsplit(is_end).next().unwrap_or_default();
            meant.push((form.range(), word));
        }
    }
    found.retain(|told| {
        let range = told.span.range;
        let is_meant =
            |(form, name): &(TextRange, &str)| form.contains_range(range) && &text[range] == *name;
        told.code.0 != UNBOUND || told.span.file != file || !meant.iter().any(is_meant)
    });
}
