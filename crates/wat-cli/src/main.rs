//! The `wat` binary.
fn main() {}
