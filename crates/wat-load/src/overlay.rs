//! Open editor buffers in front of another loader.

use std::collections::BTreeMap;

use wat_syntax::SourceText;

use crate::path::join;
use crate::{Found, LoadError, Loader};

/// Texts of open documents by canonical path, then what `inner` has. Payloads come from `inner` alone.
#[derive(Clone, Debug)]
pub struct OverlayLoader<L> {
    open: BTreeMap<String, SourceText>,
    inner: L,
}

impl<L: Loader> OverlayLoader<L> {
    /// An overlay without documents.
    pub fn new(inner: L) -> Self {
        OverlayLoader {
            open: BTreeMap::new(),
            inner,
        }
    }

    /// Opens a document, or changes its text. The path is canonical if there is such a file, else what it would be.
    pub fn open(&mut self, path: &str, text: SourceText) {
        let canonical = self
            .inner
            .locate(path, None)
            .unwrap_or_else(|_| path.into());
        self.open.insert(canonical, text);
    }

    /// Closes a document.
    pub fn close(&mut self, path: &str) {
        let canonical = self
            .inner
            .locate(path, None)
            .unwrap_or_else(|_| path.into());
        self.open.remove(&canonical);
    }
}

impl<L: Loader> Loader for OverlayLoader<L> {
    fn locate(&self, path: &str, base: Option<&str>) -> Result<String, LoadError> {
        match self.inner.locate(path, base) {
            Err(LoadError::NotFound) => {
                let path = join(base, path);
                if self.open.contains_key(&path) {
                    Ok(path)
                } else {
                    Err(LoadError::NotFound)
                }
            }
            answer => answer,
        }
    }

    fn source(&self, path: &str, base: Option<&str>) -> Result<Found, LoadError> {
        let canonical = self.locate(path, base)?;
        match self.open.get(&canonical) {
            Some(text) => Ok(Found {
                canonical,
                text: text.clone(),
            }),
            None => self.inner.source(path, base),
        }
    }

    fn payload(&self, path: &str, base: Option<&str>) -> Result<String, LoadError> {
        self.inner.payload(path, base)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::InMemoryLoader;

    #[test]
    fn an_open_buffer_hides_the_inner_text_until_it_is_closed() {
        let mut inner = InMemoryLoader::new();
        inner.add_source("lib/a.wat", SourceText::new("old"));
        let mut overlay = OverlayLoader::new(inner);
        let text = |overlay: &OverlayLoader<InMemoryLoader>, path| {
            overlay
                .source(path, Some("lib/b.wat"))
                .map(|found| found.text.text().to_owned())
        };
        overlay.open("lib/./a.wat", SourceText::new("new"));
        assert_eq!(text(&overlay, "a.wat").as_deref(), Ok("new"));
        overlay.close("lib/a.wat");
        assert_eq!(text(&overlay, "a.wat").as_deref(), Ok("old"));
    }

    #[test]
    fn a_buffer_that_was_never_saved_can_be_loaded() {
        let mut overlay = OverlayLoader::new(InMemoryLoader::new());
        overlay.open("lib/new.wat", SourceText::new("1"));
        let found = overlay.source("./new.wat", Some("lib/a.wat"));
        assert_eq!(
            found.map(|found| found.canonical).as_deref(),
            Ok("lib/new.wat")
        );
        assert_eq!(overlay.source("x.wat", None), Err(LoadError::NotFound));
    }
}
