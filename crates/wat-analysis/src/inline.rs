//! Sources that stand in string literals: what is said about them is said at its place in the literal.

use wat_syntax::{NodeId, TextRange};

use crate::db::{Db, FileKind, SourceFile};
use crate::diagnostics::{Diagnostic, Span};
use crate::forms::{Form, form_list, form_start, read_form};
use crate::items::written_declarations;

/// The literal of an inline source.
#[salsa::tracked(returns(copy))]
fn literal<'db>(db: &'db dyn Db, inline: SourceFile) -> Option<(Form<'db>, u32)> {
    let (host, slot) = inline.host(db)?;
    form_list(db, host)
        .iter()
        .flat_map(|&form| {
            let loads = written_declarations(db, form).loads.iter();
            let texts = loads.filter(|load| load.text.is_some());
            texts.map(move |load| (form, load.node))
        })
        .nth(slot as usize)
}

/// The same place in the file that contains the source: inside the literal of an inline one.
pub(crate) fn outer(db: &dyn Db, mut span: Span) -> Span {
    while let Some((host, _)) = span.file.host(db)
        && let Some((form, node)) = literal(db, span.file)
    {
        let token = read_form(db, form).spans.range(NodeId(node));
        let text = &form.content(db).text.text()[token];
        let range: TextRange = wat_syntax::literal_range(text, span.range);
        span = Span {
            file: host,
            range: range + token.start() + form_start(db, form),
        };
    }
    span
}

/// A text as it is written inside a string literal.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        if matches!(char, '"' | '\\') {
            out.push('\\');
        }
        out.push(char);
    }
    out
}

/// A diagnostic with all its places outside of inline sources.
pub(crate) fn outward(db: &dyn Db, mut diagnostic: Diagnostic) -> Diagnostic {
    let is_inline = |file: SourceFile| file.kind(db) == FileKind::Inline;
    if is_inline(diagnostic.span.file) {
        diagnostic.span = outer(db, diagnostic.span);
    }
    for label in &mut diagnostic.labels {
        if is_inline(label.span.file) {
            label.span = outer(db, label.span);
        }
    }
    let edits = diagnostic.fixes.iter_mut().flat_map(|fix| &mut fix.edits);
    for edit in edits.filter(|edit| is_inline(edit.file)) {
        let mut text = edit.insert.to_string();
        let mut file = edit.file;
        while let Some((host, _)) = file.host(db) {
            text = escaped(&text);
            file = host;
        }
        let Span { file, range } = outer(
            db,
            Span {
                file: edit.file,
                range: edit.range,
            },
        );
        edit.file = file;
        edit.range = range;
        edit.insert = text.into();
    }
    diagnostic
}
