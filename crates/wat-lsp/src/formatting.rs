//! Layout: document, range, typed line break, save.

use tower_lsp_server::ls_types::{
    DocumentFormattingParams, DocumentOnTypeFormattingOptions, DocumentOnTypeFormattingParams,
    DocumentRangeFormattingParams, OneOf, ServerCapabilities, TextEdit, Uri,
    WillSaveTextDocumentParams,
};
use wat_analysis::SourceFile;

use crate::view::View;

/// The character behind which a line is indented.
const NEW_LINE: &str = "\n";

/// Adds what this module offers.
pub(crate) fn offer(capabilities: &mut ServerCapabilities) {
    capabilities.document_formatting_provider = Some(OneOf::Left(true));
    capabilities.document_range_formatting_provider = Some(OneOf::Left(true));
    capabilities.document_on_type_formatting_provider = Some(DocumentOnTypeFormattingOptions {
        first_trigger_character: NEW_LINE.to_owned(),
        more_trigger_character: None,
    });
}

/// `textDocument/formatting`. The client's tab options do not count.
pub(crate) fn document(view: &View, params: &DocumentFormattingParams) -> Vec<TextEdit> {
    whole(view, &params.text_document.uri)
}

/// `textDocument/rangeFormatting`
pub(crate) fn range(view: &View, params: &DocumentRangeFormattingParams) -> Vec<TextEdit> {
    let Some(file) = formatted(view, &params.text_document.uri) else {
        return Vec::new();
    };
    let range = view.text_range(file, params.range);
    edits(view, file, wat_ide::format_range(&view.db, file, range))
}

/// `textDocument/onTypeFormatting`
pub(crate) fn on_type(view: &View, params: &DocumentOnTypeFormattingParams) -> Vec<TextEdit> {
    let at = &params.text_document_position;
    let Some(file) = view
        .file(&at.text_document.uri)
        .filter(|_| params.ch == NEW_LINE)
    else {
        return Vec::new();
    };
    let offset = view.offset(file, at.position);
    let edit = wat_ide::indent_line(&view.db, file, offset);
    edits(view, file, edit.into_iter().collect())
}

/// `textDocument/willSaveWaitUntil`: the setting `wat.formatOnSave` decides.
pub(crate) fn before_save(view: &View, params: &WillSaveTextDocumentParams) -> Vec<TextEdit> {
    match view.client.format_on_save {
        true => whole(view, &params.text_document.uri),
        false => Vec::new(),
    }
}

/// The file of an address, unless its project wants its layout left alone.
fn formatted(view: &View, uri: &Uri) -> Option<SourceFile> {
    let file = view.file(uri)?;
    let is_left_alone = view.projects.excludes_from_fmt(&file.path(&view.db));
    (!is_left_alone).then_some(file)
}

fn whole(view: &View, uri: &Uri) -> Vec<TextEdit> {
    formatted(view, uri).map_or(Vec::new(), |file| {
        edits(view, file, wat_ide::format_document(&view.db, file))
    })
}

/// The edits in the client's terms.
fn edits(view: &View, file: SourceFile, edits: Vec<wat_syntax::TextEdit>) -> Vec<TextEdit> {
    let edit = |edit: wat_syntax::TextEdit| {
        TextEdit::new(view.range(file, edit.range), edit.insert.into_string())
    };
    edits.into_iter().map(edit).collect()
}
