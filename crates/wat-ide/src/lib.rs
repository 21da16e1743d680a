//! Editor features as plain functions `(db, file, offset) -> plain data`, one file per feature.
//!
//! Invariants: this crate knows neither the language server protocol nor async code, does no I/O, and keeps no state. Every
//! answer is a pure function of the database, so the server, the REPL and tests can never disagree.

mod builtin;
mod code_actions;
mod completion;
mod diagnostics;
mod document_symbols;
mod formatting;
mod goto_definition;
mod hover;
mod keyword_calls;

pub use builtin::{BUILTIN_SCHEME, builtin_document};
pub use code_actions::{ActionKind, CodeAction, code_actions};
pub use completion::{Candidate, Completions, Origin, Position, complete, complete_name};
pub use diagnostics::{EditorDiagnostic, Related, Tag, diagnostics};
pub use document_symbols::{DocumentSymbol, document_symbols};
pub use formatting::{format_document, format_range, indent_line};
pub use goto_definition::{Definition, Target, goto_definition};
pub use hover::{Hover, hover};
pub use wat_analysis::{MissingLoads, missing_loads};
