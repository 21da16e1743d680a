//! Plain answers of `wat-ide` as types of the protocol.

use std::collections::HashMap;

use serde_json::json;
use tower_lsp_server::ls_types::{
    CodeAction, CodeActionKind, CompletionItem, CompletionItemKind, CompletionItemLabelDetails,
    CompletionTextEdit, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity,
    DiagnosticTag, DocumentChanges, Documentation, MarkupContent, MarkupKind, NumberOrString,
    OneOf, OptionalVersionedTextDocumentIdentifier, Range, SymbolKind, TextDocumentEdit, TextEdit,
    Uri, WorkspaceEdit,
};
use wat_analysis::{DefKind, FileEdit, Severity, SourceFile};
use wat_ide::{ActionKind, Candidate, EditorDiagnostic, Origin, Tag};

use crate::view::View;

/// A finding as its project wants it told; `None` if it does not.
pub(crate) fn diagnostic(
    view: &View,
    file: SourceFile,
    found: &EditorDiagnostic,
) -> Option<Diagnostic> {
    let path = file.path(&view.db);
    let level = view.projects.severity(found.code, found.severity, &path)?;
    let related = found.related.iter().filter_map(|related| {
        let location = view.location(related.span.file, related.span.range)?;
        Some(DiagnosticRelatedInformation {
            location,
            message: related.message.clone(),
        })
    });
    let related: Vec<_> = related.collect();
    let fixes: Vec<_> = (0..found.fixes.len())
        .map(|at| format!("{}/{at}", found.code))
        .collect();
    let tags = found.tags.iter().map(|tag| match tag {
        Tag::Unnecessary => DiagnosticTag::UNNECESSARY,
        Tag::Deprecated => DiagnosticTag::DEPRECATED,
    });
    let tags: Vec<_> = tags.collect();
    Some(Diagnostic {
        range: view.range(file, found.range),
        severity: Some(severity(level)),
        code: Some(NumberOrString::String(found.code.to_string())),
        code_description: None,
        source: Some("wat".to_owned()),
        message: found.message.clone(),
        related_information: (view.client.related_information && !related.is_empty())
            .then_some(related),
        tags: (view.client.diagnostic_tags && !tags.is_empty()).then_some(tags),
        data: (view.client.diagnostic_data && !fixes.is_empty()).then(|| json!({ "fixes": fixes })),
    })
}

pub(crate) fn severity(severity: Severity) -> DiagnosticSeverity {
    match severity {
        Severity::Error => DiagnosticSeverity::ERROR,
        Severity::Warning => DiagnosticSeverity::WARNING,
        Severity::Info => DiagnosticSeverity::INFORMATION,
        Severity::Hint => DiagnosticSeverity::HINT,
    }
}

pub(crate) fn action_kind(kind: ActionKind) -> CodeActionKind {
    match kind {
        ActionKind::QuickFix => CodeActionKind::QUICKFIX,
        ActionKind::Rewrite => CodeActionKind::REFACTOR_REWRITE,
        ActionKind::FixAll => CodeActionKind::new("source.fixAll.wat"),
    }
}

pub(crate) fn code_action(
    view: &View,
    file: SourceFile,
    action: wat_ide::CodeAction,
) -> CodeAction {
    CodeAction {
        title: action.title,
        kind: Some(action_kind(action.kind)),
        diagnostics: Some(
            action
                .diagnostics
                .iter()
                .filter_map(|found| diagnostic(view, file, found))
                .collect(),
        ),
        edit: Some(workspace_edit(view, &action.edits)),
        is_preferred: (view.client.preferred_actions && action.preferred).then_some(true),
        ..CodeAction::default()
    }
}

/// Edits by file; versioned if the client can check versions.
fn workspace_edit(view: &View, edits: &[FileEdit]) -> WorkspaceEdit {
    let mut files: Vec<(Uri, Option<i32>, Vec<TextEdit>)> = Vec::new();
    for edit in edits {
        let Some((uri, version)) = view.address(edit.file) else {
            continue;
        };
        let change = TextEdit::new(view.range(edit.file, edit.range), edit.insert.to_string());
        match files.iter_mut().find(|(other, ..)| *other == uri) {
            Some((_, _, changes)) => changes.push(change),
            None => files.push((uri, version, vec![change])),
        }
    }
    if view.client.document_changes {
        let edit = |(uri, version, edits): (Uri, Option<i32>, Vec<TextEdit>)| TextDocumentEdit {
            text_document: OptionalVersionedTextDocumentIdentifier { uri, version },
            edits: edits.into_iter().map(OneOf::Left).collect(),
        };
        let changes = DocumentChanges::Edits(files.into_iter().map(edit).collect());
        return WorkspaceEdit {
            document_changes: Some(changes),
            ..WorkspaceEdit::default()
        };
    }
    let changes: HashMap<_, _> = files
        .into_iter()
        .map(|(uri, _, edits)| (uri, edits))
        .collect();
    WorkspaceEdit {
        changes: Some(changes),
        ..WorkspaceEdit::default()
    }
}

pub(crate) fn symbol_kind(kind: DefKind) -> SymbolKind {
    match kind {
        DefKind::Function | DefKind::Native | DefKind::Dispatch | DefKind::KeywordVariant => {
            SymbolKind::FUNCTION
        }
        DefKind::SpecialForm | DefKind::Operator | DefKind::Macro => SymbolKind::OPERATOR,
        DefKind::Value => SymbolKind::CONSTANT,
        DefKind::Type => SymbolKind::STRUCT,
    }
}

fn completion_kind(kind: DefKind) -> CompletionItemKind {
    match kind {
        DefKind::Function | DefKind::Native | DefKind::Dispatch | DefKind::KeywordVariant => {
            CompletionItemKind::FUNCTION
        }
        DefKind::SpecialForm | DefKind::Macro => CompletionItemKind::KEYWORD,
        DefKind::Operator => CompletionItemKind::OPERATOR,
        DefKind::Value => CompletionItemKind::CONSTANT,
        DefKind::Type => CompletionItemKind::STRUCT,
    }
}

/// An item at its place in the ranking. Every item's filter text is the token, so that no client filters out a match.
pub(crate) fn completion_item(
    view: &View,
    place: usize,
    range: Range,
    token: &str,
    candidate: Candidate,
) -> CompletionItem {
    let origin = match candidate.origin {
        Origin::Program => "project",
        Origin::BuiltIn => "built in",
    };
    let details = CompletionItemLabelDetails {
        detail: Some(format!(" {}", candidate.signature)),
        description: Some(origin.to_owned()),
    };
    CompletionItem {
        label: candidate.name.to_string(),
        label_details: view.client.label_details.then_some(details),
        kind: Some(completion_kind(candidate.kind)),
        detail: Some(format!(
            "{}: {}",
            candidate.kind_name(),
            candidate.signature
        )),
        documentation: candidate.doc.as_deref().map(|doc| {
            Documentation::MarkupContent(MarkupContent {
                kind: MarkupKind::Markdown,
                value: doc.to_owned(),
            })
        }),
        sort_text: Some(format!("{place:04}")),
        filter_text: Some(token.to_owned()),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit::new(
            range,
            candidate.insert,
        ))),
        ..CompletionItem::default()
    }
}
