//! Loaders: access to sources and payloads as a capability that the host gives to a program (chapter 02 §11.4).
//!
//! Invariants: a loader answers with a canonical path and a text, or says why not; whoever asks cannot reach a file
//! past it. This crate must never know load forms, programs or the analysis.

mod fs;
mod memory;
mod overlay;
mod path;

use std::fmt;

use wat_syntax::SourceText;

pub use fs::{FsLoader, ScopedLoader};
pub use memory::InMemoryLoader;
pub use overlay::OverlayLoader;
pub use path::{join, normalise};

/// A source as a loader found it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What the source is called, however it was asked for: equal for equal sources.
    pub canonical: String,
    /// Its text, all UTF-8.
    pub text: SourceText,
}

/// Why a loader has nothing to give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoadError {
    /// There is no such source.
    NotFound,
    /// The path leads out of the loader's root.
    OutsideRoot {
        /// The root.
        root: String,
    },
    /// The source is there and cannot be read.
    Unreadable {
        /// Why, as a phrase.
        reason: String,
    },
    /// The bytes are not UTF-8.
    NotUtf8,
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::NotFound => f.write_str("no such file"),
            LoadError::OutsideRoot { root } => write!(f, "the path leaves `{root}`"),
            LoadError::Unreadable { reason } => f.write_str(reason),
            LoadError::NotUtf8 => f.write_str("the file is not UTF-8"),
        }
    }
}

impl std::error::Error for LoadError {}

/// Access to sources and payloads.
///
/// `path` is what a program has written, with `/` between its parts; `base` the canonical path of the source that
/// contains it, whose directory a relative path starts from. Without `base` a relative path starts at the loader's
/// root, else in the working directory.
pub trait Loader: Send + Sync {
    /// The canonical path of a source, without reading it.
    fn locate(&self, path: &str, base: Option<&str>) -> Result<String, LoadError>;

    /// A source.
    fn source(&self, path: &str, base: Option<&str>) -> Result<Found, LoadError>;

    /// The text of a payload, such as a digest or a key.
    fn payload(&self, path: &str, base: Option<&str>) -> Result<String, LoadError>;
}

impl<L: Loader + ?Sized> Loader for Box<L> {
    fn locate(&self, path: &str, base: Option<&str>) -> Result<String, LoadError> {
        (**self).locate(path, base)
    }

    fn source(&self, path: &str, base: Option<&str>) -> Result<Found, LoadError> {
        (**self).source(path, base)
    }

    fn payload(&self, path: &str, base: Option<&str>) -> Result<String, LoadError> {
        (**self).payload(path, base)
    }
}
