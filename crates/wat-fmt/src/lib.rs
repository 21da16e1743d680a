//! The one layout of wat source (chapter 11 of the reference).
//!
//! Invariants: the output depends on nothing but the source; formatting is linear in the length of the source and its
//! nesting costs no Rust stack; the output has the tokens and comments of the source in their order, but for the rules
//! F11, F12 and F54; formatting the output changes nothing. This crate must never know names other than the heads in
//! its table of forms, nor types, databases, editors' protocols or the file system.

mod build;
mod edits;
mod forms;
mod indent;
mod items;
mod plan;
mod print;
mod rune;
mod token;
mod tree;

pub use edits::{
    Refused, Unformatted, count_steps, format, format_edits, format_range, unformatted,
};
pub use indent::indent_at;
