//! The pure natives of the core library, one table per part.

mod collection;
mod display;
mod internal;
mod number;
mod string;
mod support;

use crate::native::Native;

const PARTS: &[&[Native]] = &[
    internal::LITERALS,
    internal::TABLE,
    number::TABLE,
    string::TABLE,
    collection::TABLE,
    display::TABLE,
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
