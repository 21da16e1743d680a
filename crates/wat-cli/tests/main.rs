//! The `wat` binary as its users see it.

mod cli;
mod reference;
