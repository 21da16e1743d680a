//! What a feature works on: one snapshot of the database, in the client's terms.

use std::collections::HashMap;
use std::sync::Arc;

use tower_lsp_server::ls_types::{Location, Position, Range, Uri};
use wat_analysis::{RootDatabase, SourceFile, TextRange, TextSize, line_index};

use crate::client::ClientInfo;
use crate::project::Projects;
use crate::{documents, files};

/// A snapshot with the client's encoding and spelling of addresses.
pub(crate) struct View {
    pub(crate) db: RootDatabase,
    pub(crate) client: Arc<ClientInfo>,
    pub(crate) open: HashMap<String, (Uri, i32)>,
    pub(crate) projects: Arc<Projects>,
}

impl View {
    /// The file of an address; `None` if the database does not have it.
    pub(crate) fn file(&self, uri: &Uri) -> Option<SourceFile> {
        self.db.file(&files::document_path(uri))
    }

    /// The address of a file, as the client spells it, and its version if it is open.
    pub(crate) fn address(&self, file: SourceFile) -> Option<(Uri, Option<i32>)> {
        let path = file.path(&self.db);
        match self.open.get(&*path) {
            Some((uri, version)) => Some((uri.clone(), Some(*version))),
            None => Some((files::document_uri(&path)?, None)),
        }
    }

    pub(crate) fn offset(&self, file: SourceFile, position: Position) -> TextSize {
        let text = file.text(&self.db);
        documents::offset(
            &line_index(&self.db, file),
            text.text(),
            position,
            self.client.encoding,
        )
    }

    /// A range of the client; one that ends before it starts is empty.
    pub(crate) fn text_range(&self, file: SourceFile, range: Range) -> TextRange {
        let start = self.offset(file, range.start);
        TextRange::new(start, self.offset(file, range.end).max(start))
    }

    pub(crate) fn range(&self, file: SourceFile, range: TextRange) -> Range {
        let text = file.text(&self.db);
        let lines = line_index(&self.db, file);
        let position =
            |offset| documents::position(&lines, text.text(), offset, self.client.encoding);
        Range::new(position(range.start()), position(range.end()))
    }

    pub(crate) fn location(&self, file: SourceFile, range: TextRange) -> Option<Location> {
        let (uri, _) = self.address(file)?;
        Some(Location::new(uri, self.range(file, range)))
    }
}
