//! The pure natives of the core library, one table per part.

mod bytes;
mod collection;
mod display;
mod edn;
mod internal;
mod math;
mod number;
mod random;
mod regex;
mod signature;
mod string;
mod support;
mod syntax;
mod time;
mod uuid;

pub use collection::out_of_range;
pub use display::written;
pub use internal::mixed;
pub use regex::regex_error;
pub(crate) use support::MAX_BYTES;
pub use syntax::fresh_scope;
pub use uuid::with_version;

use crate::native::Native;

const PARTS: &[&[Native]] = &[
    internal::LITERALS,
    internal::TABLE,
    number::TABLE,
    string::TABLE,
    collection::TABLE,
    display::TABLE,
    edn::TABLE,
    math::TABLE,
    random::TABLE,
    bytes::TABLE,
    uuid::TABLE,
    time::TABLE,
    regex::TABLE,
    syntax::TABLE,
    signature::TABLE,
];

const COUNT: usize = {
    let (mut count, mut part) = (0, 0);
    while part < PARTS.len() {
        count += PARTS[part].len();
        part += 1;
    }
    count
};

/// All pure natives. Those whose name does not begin with a colon are not declared: the machine calls them for
/// literals.
pub static NATIVES: [Native; COUNT] = {
    let mut all = [PARTS[0][0]; COUNT];
    let (mut next, mut part) = (0, 0);
    while part < PARTS.len() {
        let mut index = 0;
        while index < PARTS[part].len() {
            all[next] = PARTS[part][index];
            next += 1;
            index += 1;
        }
        part += 1;
    }
    all
};

/// Does a declared native depend on its arguments alone, and do nothing else? Natives that are instructions of the
/// machine do.
pub fn is_pure(path: &str) -> bool {
    let is_instruction = path.starts_with(":wat::core::")
        && !path.contains("__internal")
        && path != ":wat::core::Uuid/v4";
    is_instruction || NATIVES.iter().any(|native| native.name == path)
}
