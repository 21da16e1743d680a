//! Sources by registered names.

use std::collections::BTreeMap;

use wat_syntax::SourceText;

use crate::path::{join, normalise};
use crate::{Found, LoadError, Loader};

/// Sources and payloads that exist by registration alone. Their canonical path is the normalised name.
#[derive(Clone, Debug, Default)]
pub struct InMemoryLoader {
    sources: BTreeMap<String, SourceText>,
    payloads: BTreeMap<String, String>,
}

impl InMemoryLoader {
    /// A loader that has nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Registers a source; a second one of the same name replaces the first.
    pub fn add_source(&mut self, name: &str, text: SourceText) {
        self.sources.insert(normalise(name), text);
    }

    /// Registers a payload; payloads and sources do not see each other.
    pub fn add_payload(&mut self, name: &str, text: impl Into<String>) {
        self.payloads.insert(normalise(name), text.into());
    }
}

impl Loader for InMemoryLoader {
    fn locate(&self, path: &str, base: Option<&str>) -> Result<String, LoadError> {
        let name = join(base, path);
        if self.sources.contains_key(&name) {
            Ok(name)
        } else {
            Err(LoadError::NotFound)
        }
    }

    fn source(&self, path: &str, base: Option<&str>) -> Result<Found, LoadError> {
        let canonical = self.locate(path, base)?;
        let text = self.sources[&canonical].clone();
        if text.is_utf8() {
            Ok(Found { canonical, text })
        } else {
            Err(LoadError::NotUtf8)
        }
    }

    fn payload(&self, path: &str, base: Option<&str>) -> Result<String, LoadError> {
        let payload = self.payloads.get(&join(base, path));
        payload.cloned().ok_or(LoadError::NotFound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_normalised_and_relative_to_the_base() {
        let mut loader = InMemoryLoader::new();
        loader.add_source("./lib/x/../a.wat", SourceText::new("1"));
        for (path, base) in [
            ("lib/a.wat", None),
            ("./lib/./a.wat", None),
            ("a.wat", Some("lib/b.wat")),
            ("../lib/a.wat", Some("app/main.wat")),
        ] {
            let found = loader.source(path, base).expect("it is registered");
            assert_eq!(found.canonical, "lib/a.wat");
        }
        assert_eq!(loader.source("a.wat", None), Err(LoadError::NotFound));
    }

    #[test]
    fn payloads_are_no_sources() {
        let mut loader = InMemoryLoader::new();
        loader.add_payload("k", "00");
        assert_eq!(loader.payload("./k", None), Ok("00".to_owned()));
        assert_eq!(loader.source("k", None), Err(LoadError::NotFound));
        assert_eq!(loader.payload("l", None), Err(LoadError::NotFound));
    }
}
