//! One binary for all tests of the machine.

#[path = "it/support.rs"]
mod support;

#[path = "it/calls.rs"]
mod calls;

#[path = "it/declared.rs"]
mod declared;

#[path = "it/observe.rs"]
mod observe;

#[path = "it/values.rs"]
mod values;
