//! The built-in library as virtual documents.

use wat_analysis::{RootDatabase, SourceText};

pub use wat_analysis::LIBRARY_SCHEME as BUILTIN_SCHEME;

/// The text of a document of the built-in library, such as `wat-builtin:/core/vector.wat`.
pub fn builtin_document(db: &RootDatabase, uri: &str) -> Option<SourceText> {
    if !uri.starts_with(BUILTIN_SCHEME) {
        return None;
    }
    Some(db.file(uri)?.text(db))
}
