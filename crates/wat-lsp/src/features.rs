//! The table of requests: method, urgency, empty answer and the function that computes the answer on a snapshot.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tower_lsp_server::ls_types::{
    CodeActionOptions, CodeActionOrCommand, CodeActionParams, CodeActionProviderCapability,
    CompletionList, CompletionOptions, CompletionOptionsCompletionItem, CompletionParams,
    CompletionResponse, DocumentSymbol, DocumentSymbolParams, DocumentSymbolResponse,
    GotoDefinitionParams, GotoDefinitionResponse, Hover, HoverContents, HoverParams,
    HoverProviderCapability, LocationLink, MarkupContent, MarkupKind, OneOf, SaveOptions,
    ServerCapabilities, SymbolInformation, TextDocumentSyncCapability, TextDocumentSyncKind,
    TextDocumentSyncOptions, TextDocumentSyncSaveOptions, Uri, WorkspaceFoldersServerCapabilities,
    WorkspaceServerCapabilities,
};
use wat_ide::ActionKind;

use crate::client::ClientInfo;
use crate::view::View;
use crate::{convert, formatting};

/// How urgent a request is: answers while typing before answers on demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    Typing,
    Asked,
}

/// A request with its parameters read, ready to run on any snapshot.
pub(crate) type Work = Arc<dyn Fn(&View) -> Value + Send + Sync>;

/// A row of the table.
pub(crate) struct Feature {
    pub(crate) method: &'static str,
    pub(crate) class: Class,
    /// The answer when there is nothing to say.
    pub(crate) empty: fn() -> Value,
    /// Reads the parameters.
    pub(crate) prepare: fn(Value) -> serde_json::Result<Work>,
}

fn nothing() -> Value {
    Value::Null
}

fn none() -> Value {
    json!([])
}

/// Every request that the server answers from the database.
pub(crate) static FEATURES: [Feature; 10] = [
    Feature {
        method: "textDocument/completion",
        class: Class::Typing,
        empty: nothing,
        prepare: |p| work(p, completion),
    },
    Feature {
        method: "textDocument/hover",
        class: Class::Asked,
        empty: nothing,
        prepare: |p| work(p, hover),
    },
    Feature {
        method: "textDocument/definition",
        class: Class::Asked,
        empty: nothing,
        prepare: |p| work(p, definition),
    },
    Feature {
        method: "textDocument/documentSymbol",
        class: Class::Asked,
        empty: none,
        prepare: |p| work(p, document_symbol),
    },
    Feature {
        method: "textDocument/codeAction",
        class: Class::Asked,
        empty: none,
        prepare: |p| work(p, code_action),
    },
    Feature {
        method: "textDocument/formatting",
        class: Class::Asked,
        empty: none,
        prepare: |p| work(p, formatting::document),
    },
    Feature {
        method: "textDocument/rangeFormatting",
        class: Class::Asked,
        empty: none,
        prepare: |p| work(p, formatting::range),
    },
    Feature {
        method: "textDocument/onTypeFormatting",
        class: Class::Typing,
        empty: none,
        prepare: |p| work(p, formatting::on_type),
    },
    Feature {
        method: "textDocument/willSaveWaitUntil",
        class: Class::Typing,
        empty: none,
        prepare: |p| work(p, formatting::before_save),
    },
    Feature {
        method: "wat/textDocumentContent",
        class: Class::Asked,
        empty: nothing,
        prepare: |p| work(p, text_document_content),
    },
];

/// What the server offers to this client; exactly the rows above and the notifications that `ordering` takes.
pub(crate) fn capabilities(client: &ClientInfo) -> ServerCapabilities {
    let label_details = CompletionOptionsCompletionItem {
        label_details_support: Some(true),
    };
    let mut capabilities = ServerCapabilities {
        position_encoding: Some(client.encoding_kind()),
        text_document_sync: Some(TextDocumentSyncCapability::Options(
            TextDocumentSyncOptions {
                open_close: Some(true),
                change: Some(TextDocumentSyncKind::INCREMENTAL),
                will_save_wait_until: Some(true),
                save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions {
                    include_text: Some(false),
                })),
                ..TextDocumentSyncOptions::default()
            },
        )),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some([":", "(", "<"].map(str::to_owned).to_vec()),
            completion_item: client.label_details.then_some(label_details),
            ..CompletionOptions::default()
        }),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        definition_provider: Some(OneOf::Left(true)),
        document_symbol_provider: Some(OneOf::Left(true)),
        code_action_provider: client.code_action_literals.then(|| {
            CodeActionProviderCapability::Options(CodeActionOptions {
                code_action_kinds: Some(
                    [
                        ActionKind::QuickFix,
                        ActionKind::Rewrite,
                        ActionKind::FixAll,
                    ]
                    .map(convert::action_kind)
                    .to_vec(),
                ),
                ..CodeActionOptions::default()
            })
        }),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(OneOf::Left(true)),
            }),
            file_operations: None,
        }),
        ..ServerCapabilities::default()
    };
    formatting::offer(&mut capabilities);
    capabilities
}

fn work<P, R>(params: Value, run: fn(&View, &P) -> R) -> serde_json::Result<Work>
where
    P: DeserializeOwned + Send + Sync + 'static,
    R: Serialize + 'static,
{
    let params: P = serde_json::from_value(params)?;
    // Types of the protocol always serialise.
    Ok(Arc::new(move |view| {
        serde_json::to_value(run(view, &params)).unwrap_or_default()
    }))
}

fn hover(view: &View, params: &HoverParams) -> Option<Hover> {
    let at = &params.text_document_position_params;
    let file = view.file(&at.text_document.uri)?;
    let hover = wat_ide::hover(&view.db, file, view.offset(file, at.position))?;
    let (kind, value) = match view.client.markdown_hover {
        true => (MarkupKind::Markdown, hover.markdown()),
        false => (MarkupKind::PlainText, hover.plain()),
    };
    let range = Some(view.range(file, hover.range));
    Some(Hover {
        contents: HoverContents::Markup(MarkupContent { kind, value }),
        range,
    })
}

fn definition(view: &View, params: &GotoDefinitionParams) -> Option<GotoDefinitionResponse> {
    let at = &params.text_document_position_params;
    let file = view.file(&at.text_document.uri)?;
    let found = wat_ide::goto_definition(&view.db, file, view.offset(file, at.position))?;
    if !view.client.definition_links {
        let locations = found
            .targets
            .iter()
            .filter_map(|target| view.location(target.file, target.focus));
        return Some(GotoDefinitionResponse::Array(locations.collect()));
    }
    let links = found.targets.iter().filter_map(|target| {
        Some(LocationLink {
            origin_selection_range: Some(view.range(file, found.origin)),
            target_uri: view.address(target.file)?.0,
            target_range: view.range(target.file, target.full),
            target_selection_range: view.range(target.file, target.focus),
        })
    });
    Some(GotoDefinitionResponse::Link(links.collect()))
}

fn document_symbol(view: &View, params: &DocumentSymbolParams) -> DocumentSymbolResponse {
    let uri = &params.text_document.uri;
    let symbols = view
        .file(uri)
        .map(|file| (file, wat_ide::document_symbols(&view.db, file)));
    let (file, symbols) = match symbols {
        Some((file, symbols)) => (file, symbols),
        None => return DocumentSymbolResponse::Nested(Vec::new()),
    };
    if !view.client.hierarchical_symbols {
        let flat = symbols.into_iter().filter_map(|symbol| {
            #[expect(deprecated, reason = "the protocol's structure has the field")]
            Some(SymbolInformation {
                name: symbol.name.to_string(),
                kind: convert::symbol_kind(symbol.kind),
                tags: None,
                deprecated: None,
                location: view.location(file, symbol.focus)?,
                container_name: None,
            })
        });
        return DocumentSymbolResponse::Flat(flat.collect());
    }
    let nested = symbols.into_iter().map(|symbol| {
        #[expect(deprecated, reason = "the protocol's structure has the field")]
        DocumentSymbol {
            name: symbol.name.to_string(),
            detail: Some(symbol.detail),
            kind: convert::symbol_kind(symbol.kind),
            tags: None,
            deprecated: None,
            range: view.range(file, symbol.full),
            selection_range: view.range(file, symbol.focus),
            children: None,
        }
    });
    DocumentSymbolResponse::Nested(nested.collect())
}

fn code_action(view: &View, params: &CodeActionParams) -> Vec<CodeActionOrCommand> {
    let Some(file) = view.file(&params.text_document.uri) else {
        return Vec::new();
    };
    let wanted = |kind: ActionKind| {
        let kind = convert::action_kind(kind);
        let below = |only: &str| {
            let rest = kind.as_str().strip_prefix(only);
            only.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        params
            .context
            .only
            .as_ref()
            .is_none_or(|only| only.iter().any(|only| below(only.as_str())))
    };
    let actions =
        wat_ide::code_actions(&view.db, file, view.text_range(file, params.range)).into_iter();
    let actions = actions.filter(|action| wanted(action.kind));
    actions
        .map(|action| CodeActionOrCommand::CodeAction(convert::code_action(view, file, action)))
        .collect()
}

fn completion(view: &View, params: &CompletionParams) -> Option<CompletionResponse> {
    let at = &params.text_document_position;
    let file = view.file(&at.text_document.uri)?;
    let found = wat_ide::complete(&view.db, file, view.offset(file, at.position))?;
    let range = view.range(file, found.range);
    let text = file.text(&view.db);
    let token = &text.text()[usize::from(found.range.start())..usize::from(found.range.end())];
    let items = found.candidates.into_iter().enumerate();
    let items = items
        .map(|(place, candidate)| convert::completion_item(view, place, range, token, candidate));
    Some(CompletionResponse::List(CompletionList {
        is_incomplete: true,
        items: items.collect(),
    }))
}

/// Parameters of `wat/textDocumentContent`.
#[derive(serde::Deserialize)]
struct ContentParams {
    uri: Uri,
}

/// The text of a virtual document; `null` if there is none of that address.
fn text_document_content(view: &View, params: &ContentParams) -> Option<Value> {
    let text = wat_ide::builtin_document(&view.db, params.uri.as_str())?;
    Some(json!({ "text": text.text(), "languageId": "wat", "version": 1 }))
}
