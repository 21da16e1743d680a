//! The formatter against chapter 11 of the reference.

#[path = "it/behaviour.rs"]
mod behaviour;
#[path = "it/check.rs"]
mod check;
#[path = "it/properties.rs"]
mod properties;
#[path = "it/reference.rs"]
mod reference;
#[path = "it/rules.rs"]
mod rules;
