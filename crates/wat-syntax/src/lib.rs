//! Text to tokens to a lossless tree, and to forms as data (chapter 01 of the reference).
//!
//! Invariants: reading never fails, and its time is linear in the length of the text; nesting costs no Rust stack; the
//! leaves of a tree are the bytes of its source. This crate must never know databases, editors' protocols, the runtime
//! or the file system.

mod ast;
mod codes;
mod cut;
mod diag;
pub mod errors;
mod intern;
mod kind;
mod lexer;
mod parse;
mod print;
mod repair;
mod source;
mod types;
mod views;
mod walk;

pub use ast::{
    Ast, AstBuilder, AstSpans, Children, FormSyntax, NodeId, NodeKind, TextId, read_cut, read_form,
};
pub use codes::READER_CODES;
pub use cut::{CutTokens, FileCut, FormCut, Verdict, cut};
pub use diag::{
    Applicability, Code, CodeInfo, Fix, Label, Severity, SyntaxError, TextEdit, apply_edits,
};
pub use kind::{SyntaxElement, SyntaxKind, SyntaxNode, SyntaxToken, WatLanguage};
pub use lexer::string::{literal_elements, literal_range};
pub use parse::{InputState, LexedToken, Parse, Scan, form_tree, input_state, lex, parse, scan};
pub use print::{canonical_bytes, print_ast, program_bytes};
pub use rowan::{GreenNode, TextRange, TextSize};
pub use source::{ColumnEncoding, LineCol, LineIndex, MAX_SOURCE_LEN, SourceText};
pub use types::{
    MAX_TYPE_DEPTH, TypeExpr, TypeKeywordError, TypeKeywordReason, parse_type_keyword,
};
pub use views::{File, Form};
