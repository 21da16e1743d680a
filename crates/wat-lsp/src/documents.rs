//! Open documents: their text as the client has it.

use tower_lsp_server::ls_types::{Position, TextDocumentContentChangeEvent, Uri};
use wat_syntax::{ColumnEncoding, LineCol, LineIndex, TextSize};

/// A document that the client has open.
#[derive(Debug)]
pub(crate) struct Document {
    /// The address as the client spells it.
    pub(crate) uri: Uri,
    /// The client's version of `text`.
    pub(crate) version: i32,
    /// The text after every change that has arrived.
    pub(crate) text: String,
    /// False for WebAssembly text and documents of the built-in library: the database does not get their text.
    pub(crate) analysed: bool,
}

impl Document {
    /// Applies the changes of one notification in order. Positions beyond a line's end count as its end.
    pub(crate) fn apply(
        &mut self,
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: ColumnEncoding,
    ) {
        for change in changes {
            let Some(range) = change.range else {
                self.text = change.text;
                continue;
            };
            let lines = LineIndex::new(&self.text);
            let start = offset(&lines, &self.text, range.start, encoding);
            let end = offset(&lines, &self.text, range.end, encoding).max(start);
            self.text
                .replace_range(usize::from(start)..usize::from(end), &change.text);
        }
    }
}

/// The byte offset of a position of the protocol.
pub(crate) fn offset(
    lines: &LineIndex,
    text: &str,
    position: Position,
    encoding: ColumnEncoding,
) -> TextSize {
    lines.offset(
        text,
        LineCol {
            line: position.line,
            col: position.character,
        },
        encoding,
    )
}

/// The protocol's position of a byte offset.
pub(crate) fn position(
    lines: &LineIndex,
    text: &str,
    offset: TextSize,
    encoding: ColumnEncoding,
) -> Position {
    let at = lines.line_col(text, offset, encoding);
    Position::new(at.line, at.col)
}
