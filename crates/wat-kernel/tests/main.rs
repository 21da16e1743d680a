//! Tests of the kernel.
#![allow(missing_docs, unsafe_code)]

#[path = "it/fork.rs"]
mod fork;

#[path = "it/full.rs"]
mod full;

#[path = "it/nursery.rs"]
mod nursery;

#[path = "it/trees.rs"]
mod trees;

#[path = "it/wait.rs"]
mod wait;
