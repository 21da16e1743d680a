//! The tests of wat-edn, one module per subject.

#[path = "it/canon.rs"]
mod canon;
#[path = "it/scalar.rs"]
mod scalar;
