//! The formatter against chapter 11 of the reference.

#[path = "it/reference.rs"]
mod reference;
