//! One binary for all tests of the IR.

#[path = "it/text.rs"]
mod text;
#[path = "it/thread.rs"]
mod thread;
#[path = "it/verify.rs"]
mod verify;
