//! The outline of a file.

use std::sync::Arc;

use wat_analysis::{Db, DefKind, SourceFile, TextRange, file_definitions};

/// One definition of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentSymbol {
    /// The full path.
    pub name: Arc<str>,
    /// The signature, on one line.
    pub detail: String,
    /// What it is.
    pub kind: DefKind,
    /// The whole form.
    pub full: TextRange,
    /// The name; inside `full`.
    pub focus: TextRange,
}

/// All definitions of `file`, in source order.
pub fn document_symbols(db: &dyn Db, file: SourceFile) -> Vec<DocumentSymbol> {
    let symbol = |info: wat_analysis::DefInfo| DocumentSymbol {
        name: info.name,
        detail: info.signature,
        kind: info.kind,
        full: info.span.range.cover(info.name_span.range),
        focus: info.name_span.range,
    };
    file_definitions(db, file)
        .into_iter()
        .filter(|info| info.span.file == file)
        .map(symbol)
        .collect()
}
