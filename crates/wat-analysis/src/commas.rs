//! Commas as unquotes: `` `(f ,x) ``.
//!
//! A comma is a blank, of which the reader warns (WAT1903). Where the symbol behind it means nothing, that is the same
//! slip: the error tells it, with the fix of the warning.

use wat_syntax::{TextRange, TextSize};

use crate::db::SourceFile;
use crate::diagnostics::{Diagnostic, Span};

const COMMA: u16 = 1903;
const INTRODUCED: u16 = 2411;

/// Drops the warnings of commas before symbols that are told to be bound nowhere.
pub(crate) fn quiet(file: SourceFile, found: &mut Vec<Diagnostic>) {
    let is_comma = |told: &Diagnostic| told.code.0 == COMMA && told.span.file == file;
    if !found.iter().any(is_comma) {
        return;
    }
    let mut commas: Vec<(TextRange, Diagnostic)> = Vec::new();
    found.retain(|told| {
        if is_comma(told) {
            commas.push((told.span.range, told.clone()));
        }
        !is_comma(told)
    });
    let mut is_told = vec![false; commas.len()];
    let one = TextSize::new(1);
    let comma_of = |span: &Span| {
        let before = |(range, _): &(TextRange, Diagnostic)| {
            span.file == file
                && span.range.start() >= one
                && *range == TextRange::at(span.range.start() - one, one)
        };
        commas.iter().position(before)
    };
    for told in found.iter_mut().filter(|told| told.code.0 == INTRODUCED) {
        let symbol = told.labels.iter().find_map(|label| comma_of(&label.span));
        if let Some(at) = symbol {
            is_told[at] = true;
            told.help.clone_from(&commas[at].1.help);
            told.fixes.clone_from(&commas[at].1.fixes);
        }
    }
    let silent = commas.into_iter().zip(is_told).filter(|(_, told)| !told);
    found.extend(silent.map(|((_, comma), _)| comma));
}
