//! Words of messages.

use std::fmt::Display;

/// A count with its noun: `1 handle`, `3 handles`.
pub fn counted<N: Display + PartialEq + From<u8>>(count: N, noun: &str) -> String {
    let end = if count == N::from(1) { "" } else { "s" };
    format!("{count} {noun}{end}")
}

#[test]
fn one_thing_is_one() {
    let told = [0usize, 1, 2].map(|count| counted(count, "handle"));
    assert_eq!(told, ["0 handles", "1 handle", "2 handles"]);
    assert_eq!(counted(1u64, "more error"), "1 more error");
}
