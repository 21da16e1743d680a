//! The server as a client sees it: in process, over pipes, without sleeps.

#[path = "it/client.rs"]
mod client;
#[path = "it/diagnostics.rs"]
mod diagnostics;
#[path = "it/encodings.rs"]
mod encodings;
#[path = "it/files.rs"]
mod files;
#[path = "it/formatting.rs"]
mod formatting;
#[path = "it/lifecycle.rs"]
mod lifecycle;
#[path = "it/navigation.rs"]
mod navigation;
#[path = "it/ordering.rs"]
mod ordering;
#[path = "it/project.rs"]
mod project;
