//! The JSON bridge: JSON that keeps all type information, and plain JSON for other tools.
//!
//! Both are written from [`crate::Edn`], where a struct, newtype or enum value is a tagged value. Plain
//! JSON shows the fields of an enum value by name, which the EDN notation does not have: write such
//! a value as its tag over a map of its named fields, with the tag as the string field `:_type`.

mod read;
mod write;

pub use read::{read, read_with};
pub use write::{
    MAP_TAG, Style, key_text, key_value, write, write_natural, write_ordered, write_ordered_within,
};
