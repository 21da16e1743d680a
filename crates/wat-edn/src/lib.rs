//! The external representation of wat: EDN text, JSON, canonical bytes and content addresses.
//!
//! Invariants. This crate must never know the language's types, its source text or any other wat
//! crate: a tag is a name, a keyword is its text, a form is an opaque string. Nothing here recurses
//! on the nesting depth of a value, and no input makes it panic.
//!
//! * [`write_float`], [`write_string`], [`write_keyword`]: the notation of scalars.
//! * [`Address`], [`canon`]: canonical bytes and the BLAKE3 content address over them.

mod address;
pub mod canon;
mod scalar;

pub use address::{Address, AddressError};
pub use scalar::{
    keyword_from_edn, write_float, write_float_plain, write_int, write_keyword,
    write_keyword_plain, write_string,
};
