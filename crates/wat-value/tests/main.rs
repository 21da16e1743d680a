//! One binary for all tests of values.
#![allow(
    unsafe_code,
    reason = "natives are called directly, on values that the tests own"
)]

#[path = "it/collections.rs"]
mod collections;
#[path = "it/complexity.rs"]
mod complexity;
#[path = "it/edits.rs"]
mod edits;
#[path = "it/forms.rs"]
mod forms;
#[path = "it/integers.rs"]
mod integers;
#[path = "it/natives.rs"]
mod natives;
#[path = "it/support.rs"]
mod support;
#[path = "it/syntax.rs"]
mod syntax;
