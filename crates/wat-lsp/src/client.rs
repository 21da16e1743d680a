//! What the client said about itself in `initialize`.

use serde_json::Value;
use tower_lsp_server::ls_types::{PositionEncodingKind, Uri};
use wat_syntax::ColumnEncoding;

use crate::files;

/// The part of the client's capabilities that changes an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClientInfo {
    pub(crate) encoding: ColumnEncoding,
    pub(crate) markdown_hover: bool,
    pub(crate) definition_links: bool,
    pub(crate) hierarchical_symbols: bool,
    pub(crate) code_action_literals: bool,
    pub(crate) preferred_actions: bool,
    pub(crate) document_changes: bool,
    pub(crate) related_information: bool,
    pub(crate) diagnostic_data: bool,
    pub(crate) diagnostic_tags: bool,
    pub(crate) watches_files: bool,
    pub(crate) label_details: bool,
    /// `workspace/configuration` is answered.
    pub(crate) configuration: bool,
    /// The setting `wat.formatOnSave`.
    pub(crate) format_on_save: bool,
    pub(crate) process_id: Option<u32>,
    /// Folders whose `**/*.wat` files belong to the database.
    pub(crate) folders: Vec<String>,
}

impl Default for ClientInfo {
    fn default() -> Self {
        Self::new(&Value::Null)
    }
}

impl ClientInfo {
    /// Reads `InitializeParams`. What is missing or malformed counts as not supported.
    pub(crate) fn new(params: &Value) -> Self {
        let flag = |path: &str| {
            params
                .pointer(path)
                .and_then(Value::as_bool)
                .unwrap_or(false)
        };
        let has = |path: &str| params.pointer(path).is_some_and(|value| !value.is_null());
        let offers = |path: &str, wanted: &str| {
            params
                .pointer(path)
                .and_then(Value::as_array)
                .is_some_and(|list| list.iter().any(|item| item == wanted))
        };
        ClientInfo {
            encoding: encoding(&|wanted| offers("/capabilities/general/positionEncodings", wanted)),
            markdown_hover: offers("/capabilities/textDocument/hover/contentFormat", "markdown"),
            definition_links: flag("/capabilities/textDocument/definition/linkSupport"),
            hierarchical_symbols: flag(
                "/capabilities/textDocument/documentSymbol/hierarchicalDocumentSymbolSupport",
            ),
            code_action_literals: has(
                "/capabilities/textDocument/codeAction/codeActionLiteralSupport",
            ),
            preferred_actions: flag("/capabilities/textDocument/codeAction/isPreferredSupport"),
            document_changes: flag("/capabilities/workspace/workspaceEdit/documentChanges"),
            related_information: flag(
                "/capabilities/textDocument/publishDiagnostics/relatedInformation",
            ),
            diagnostic_data: flag("/capabilities/textDocument/publishDiagnostics/dataSupport"),
            diagnostic_tags: has("/capabilities/textDocument/publishDiagnostics/tagSupport"),
            watches_files: flag(
                "/capabilities/workspace/didChangeWatchedFiles/dynamicRegistration",
            ),
            label_details: flag(
                "/capabilities/textDocument/completion/completionItem/labelDetailsSupport",
            ),
            configuration: flag("/capabilities/workspace/configuration"),
            format_on_save: format_on_save(params.get("initializationOptions")).unwrap_or(false),
            process_id: params
                .get("processId")
                .and_then(Value::as_u64)
                .and_then(|id| id.try_into().ok()),
            folders: folders(params),
        }
    }

    /// The encoding's name in the protocol.
    pub(crate) fn encoding_kind(&self) -> PositionEncodingKind {
        match self.encoding {
            ColumnEncoding::Utf8 => PositionEncodingKind::UTF8,
            ColumnEncoding::Utf16 => PositionEncodingKind::UTF16,
            ColumnEncoding::Utf32 => PositionEncodingKind::UTF32,
        }
    }
}

/// The value of `wat.formatOnSave` in the settings of a client: the section `wat`, or an object that holds it.
pub(crate) fn format_on_save(settings: Option<&Value>) -> Option<bool> {
    let settings = settings?;
    let section = settings.get("wat").unwrap_or(settings);
    section.get("formatOnSave").and_then(Value::as_bool)
}

/// UTF-8 is free here, UTF-32 cheap; UTF-16 is what a client gets that says nothing.
fn encoding(offers: &dyn Fn(&str) -> bool) -> ColumnEncoding {
    if offers("utf-8") {
        ColumnEncoding::Utf8
    } else if offers("utf-32") {
        ColumnEncoding::Utf32
    } else {
        ColumnEncoding::Utf16
    }
}

fn folders(params: &Value) -> Vec<String> {
    let path = |uri: &Value| {
        uri.as_str()
            .and_then(|uri| uri.parse::<Uri>().ok())
            .and_then(|uri| files::disk_path(&uri))
    };
    let folders: Vec<String> = match params.get("workspaceFolders").and_then(Value::as_array) {
        Some(folders) => folders
            .iter()
            .filter_map(|folder| path(folder.get("uri")?))
            .collect(),
        None => params.get("rootUri").and_then(path).into_iter().collect(),
    };
    folders
}
