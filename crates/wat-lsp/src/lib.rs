//! The language server: the Language Server Protocol on one side, `wat-ide` on the other.
//!
//! Invariants: this crate does not know how any answer is computed. Document changes and cancellations are taken off in arrival
//! order, synchronously; one thread owns the database and applies them; requests run on a bounded pool over clones of it. Every
//! answer belongs to the document version that was current when its request arrived; otherwise it is `ContentModified`.

mod backend;
mod client;
mod convert;
mod desk;
mod documents;
mod features;
mod files;
mod formatting;
mod loads;
mod ordering;
mod parent;
mod pool;
mod project;
mod server;
mod view;
mod writer;

pub use server::{run_stdio, serve};
