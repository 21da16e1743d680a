//! The external representation of wat: EDN text, JSON, canonical bytes and content addresses.
//!
//! Invariants. This crate must never know the language's types, its source text or any other wat
//! crate: a tag is a name, a keyword is its text, a form is an opaque string. Nothing here recurses
//! on the nesting depth of a value, and no input makes it panic.
//!
//! ```
//! use wat_edn::{Edn, read, write};
//!
//! let value = read("#geo/Point {:y 2.50 :x #{3 1}} ; a comment")?;
//! assert_eq!(write(&value), "#geo/Point {:y 2.5 :x #{1 3}}");
//! assert_eq!(read(":a.b/n")?, Edn::keyword(":a::b::n"));
//! # Ok::<(), wat_edn::ReadError>(())
//! ```
//!
//! * [`read`], [`read_all`]: EDN text to values; [`ReadOptions`] for other limits.
//! * [`FrameScanner`]: where a value ends in a stream.
//! * [`write()`], [`write_pretty`]: values to EDN text; [`Writer`] prints from events, without a tree.
//! * [`json`]: the JSON bridge, typed and plain.
//! * [`compare`], [`Edn::canonical`]: the canonical order of keys and elements.
//! * [`write_float`], [`write_string`], [`write_keyword`]: the notation of scalars.
//! * [`Address`], [`canon`]: canonical bytes and the BLAKE3 content address over them.

mod address;
mod build;
pub mod canon;
mod error;
mod frame;
mod instant;
pub mod json;
mod order;
mod read;
mod scalar;
mod text;
mod value;
mod write;

pub use address::{Address, AddressError};
pub use error::{ReadError, ReadErrorKind};
pub use frame::{FrameScanner, FrameState};
pub use instant::{Instant, Uuid};
pub use order::compare;
pub use read::{ReadOptions, read, read_all, read_all_with, read_with};
pub use scalar::{
    keyword_from_edn, string_length, write_float, write_float_plain, write_int, write_keyword,
    write_keyword_plain, write_string,
};
pub use value::{Edn, Event, Sequence, Walk};
pub use write::{Layout, Writer, write, write_ordered, write_pretty};
