//! Definitions without their opening bracket: `:wat::core::defn :my::f [] -> :wat::core::nil …)`.
//!
//! To the reader each part is a form of its own, and the closing bracket closes nothing. It is one slip, so one diagnostic:
//! the bracket that closes nothing, or, where that is lost too, the head that stands alone.

use wat_syntax::{TextRange, TextSize};

use crate::db::{Db, SourceFile};
use crate::diagnostics::Diagnostic;
use crate::forms::forms;
use crate::names::is_definer;

const TOP_LEVEL: u16 = 2003;
/// A bracket that closes nothing.
const UNOPENED: u16 = 1031;

/// Of what is told about the parts of such definitions, keeps one finding each.
pub(crate) fn quiet(db: &dyn Db, file: SourceFile, found: &mut Vec<Diagnostic>) {
    let is_told = |told: &&Diagnostic| told.code.0 == TOP_LEVEL && told.span.file == file;
    if !found.iter().any(|told| is_told(&told)) {
        return;
    }
    let source = file.text(db);
    let text = source.text();
    let ranges = found.iter().filter(is_told).map(|told| told.span.range);
    let heads: Vec<TextRange> = ranges.filter(|range| is_definer(&text[*range])).collect();
    for head in heads {
        let own = extent(db, file, text, head);
        let is_inside = |told: &Diagnostic| {
            told.span.file == file && own.contains_range(told.span.range) && told.code.0 >= 1900
        };
        let closes = |told: &Diagnostic| {
            told.code.0 == UNOPENED && told.span.file == file && own.contains_range(told.span.range)
        };
        let is_closed = found.iter().any(closes);
        found.retain(|told| !is_inside(told) || told.span.range == head && !is_closed);
    }
}

/// From the head to the next form that begins a line.
fn extent(db: &dyn Db, file: SourceFile, text: &str, head: TextRange) -> TextRange {
    let begins_line = |at: usize| at == 0 || text.as_bytes()[at - 1] == b'\n';
    let mut placed = forms(db, file).placed.iter();
    let next =
        placed.find(|placed| placed.start() > head.start() && begins_line(placed.start().into()));
    let end = next.map_or(TextSize::of(text), |next| next.start());
    TextRange::new(head.start(), end)
}
