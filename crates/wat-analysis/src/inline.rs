//! Sources that stand in others, in string literals or as hermetic tests: what is said about them is said at its place
//! in the file.

use wat_syntax::{NodeId, TextRange};

use crate::db::{Db, FileKind, SourceFile};
use crate::diagnostics::{Diagnostic, Span};
use crate::forms::{Form, form_list, form_start, read_form};
use crate::items::written_declarations;

/// Where a source stands in another one: its literal, or the form that it is.
#[salsa::tracked(returns(copy))]
fn site<'db>(db: &'db dyn Db, inline: SourceFile) -> Option<(Form<'db>, u32)> {
    let (host, slot) = inline.host(db)?;
    form_list(db, host)
        .iter()
        .flat_map(|&form| {
            let loads = written_declarations(db, form).loads.iter();
            let texts = loads.filter(|load| load.spec.source.inner().is_some());
            texts.map(move |load| (form, load.node))
        })
        .nth(slot as usize)
}

/// The same place in the file that contains the source: inside the literal of an inline one.
pub(crate) fn outer(db: &dyn Db, mut span: Span) -> Span {
    while let Some((host, _)) = span.file.host(db)
        && let Some((form, node)) = site(db, span.file)
    {
        let range = match span.file.kind(db) {
            FileKind::Hermetic => span.range,
            _ => {
                let token = read_form(db, form).spans.range(NodeId(node));
                let text = &form.content(db).text.text()[token];
                let range: TextRange = wat_syntax::literal_range(text, span.range);
                range + token.start()
            }
        };
        span = Span {
            file: host,
            range: range + form_start(db, form),
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

/// Is it a source that stands in another one?
pub(crate) fn stands_inside(db: &dyn Db, file: SourceFile) -> bool {
    matches!(file.kind(db), FileKind::Inline | FileKind::Hermetic)
}

/// A diagnostic with all its places in files.
pub(crate) fn outward(db: &dyn Db, mut diagnostic: Diagnostic) -> Diagnostic {
    let is_inline = |file: SourceFile| stands_inside(db, file);
    if is_inline(diagnostic.span.file) {
        diagnostic.span = outer(db, diagnostic.span);
    }
    for label in diagnostic
        .labels
        .iter_mut()
        .chain(&mut diagnostic.expansion)
    {
        if is_inline(label.span.file) {
            label.span = outer(db, label.span);
        }
    }
    let edits = diagnostic.fixes.iter_mut().flat_map(|fix| &mut fix.edits);
    for edit in edits.filter(|edit| is_inline(edit.file)) {
        let mut text = edit.insert.to_string();
        let mut file = edit.file;
        while let Some((host, _)) = file.host(db) {
            if file.kind(db) == FileKind::Inline {
                text = escaped(&text);
            }
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
