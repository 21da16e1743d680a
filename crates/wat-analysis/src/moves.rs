//! Fixes that need the texts of forms, or more than the form of their problem: they are made at the edge, where positions
//! are known.

use wat_syntax::{Applicability, NodeId, TextRange, TextSize};

use crate::db::{Db, SourceFile};
use crate::diagnostics::{DiagnosticFix, FileEdit, Span, whole_line};
use crate::forms::{Form, ast, form_start, forms, read_form};
use crate::items::{Item, ItemKind, declarations, written_function};
use crate::problem::{Place, Problem};

/// The fix of a problem that only the edge can make. `span` is where the problem is told.
pub(crate) fn edge_fix<'db>(
    db: &'db dyn Db,
    root: SourceFile,
    form: Form<'db>,
    problem: &Problem<'db>,
    span: Span,
) -> Option<DiagnosticFix> {
    match problem.code {
        2004 => outward(db, form, span),
        2108 => crate::late_values::moving(db, root, form, problem),
        2121 => crate::host::declaring(db, form.file(db), problem),
        2413 => behind(db, root, form, problem),
        3207 => crate::qualify::qualifying(db, root, form, problem),
        _ => None,
    }
}

/// WAT2004: the declaration moves before its form. What stays is the nil value, which somebody replaces.
fn outward(db: &dyn Db, form: Form<'_>, span: Span) -> Option<DiagnosticFix> {
    let read = read_form(db, form);
    let start = form_start(db, form);
    let declares = |&node: &NodeId| {
        read.spans.range(node) + start == span.range && read.ast.child_count(node) > 1
    };
    let node = (1..read.ast.len() as u32).map(NodeId).find(declares)?;
    let text = &form.content(db).text.text()[read.spans.range(node)];
    let file = form.file(db);
    Some(DiagnosticFix {
        title: "move it to the top level".into(),
        applicability: Applicability::HasPlaceholders,
        edits: vec![
            FileEdit {
                file,
                range: TextRange::empty(start),
                insert: format!("{text}\n").into(),
            },
            FileEdit {
                file,
                range: span.range,
                insert: ":wat::core::nil".into(),
            },
        ],
    })
}

/// WAT2413: the form moves behind the one whose expansion defines the macro.
fn behind<'db>(
    db: &'db dyn Db,
    root: SourceFile,
    form: Form<'db>,
    problem: &Problem<'db>,
) -> Option<DiagnosticFix> {
    let definer = problem.labels.iter().find_map(|(place, _)| place.form)?;
    let file = form.file(db);
    if definer.file(db) != file || definer == form {
        return None;
    }
    let mut placed = forms(db, file).placed.iter();
    let own = placed.clone().find(|placed| placed.form == form)?.range();
    let target = placed.find(|placed| placed.form == definer)?.range();
    if target.start() < own.start() {
        return None;
    }
    let applicability = match stands_anywhere(db, root, form) {
        true => Applicability::MachineApplicable,
        false => Applicability::MaybeIncorrect,
    };
    let text = form.content(db).text.text();
    Some(DiagnosticFix {
        title: "move this form behind the call that defines the macro".into(),
        applicability,
        edits: vec![
            FileEdit {
                file,
                range: whole_line(db, file, own),
                insert: "".into(),
            },
            FileEdit {
                file,
                range: TextRange::empty(end_of_line(db, file, target.end())),
                insert: format!("\n{text}").into(),
            },
        ],
    })
}

/// May a form stand at any place of the program? Functions and types may; values, macros and calls of macros have an order.
fn stands_anywhere<'db>(db: &'db dyn Db, root: SourceFile, form: Form<'db>) -> bool {
    let found = declarations(db, root, form);
    if written_function(db, form).is_some() {
        return true;
    }
    let is_function =
        |item: &Item<'db>| item.kind(db) == ItemKind::Function && item.expanded(db).is_none();
    found.expressions.is_empty() && !found.items.is_empty() && found.items.iter().all(is_function)
}

/// The end of the line, if nothing but a comment or blanks follows a position; else the position.
fn end_of_line(db: &dyn Db, file: SourceFile, at: TextSize) -> TextSize {
    let text = file.text(db);
    let rest = &text.text()[usize::from(at)..];
    let line = rest.split('\n').next().unwrap_or_default();
    let line = line.strip_suffix('\r').unwrap_or(line);
    let bare = line.trim_start();
    match bare.is_empty() || bare.starts_with(';') {
        true => at + TextSize::of(line),
        false => at,
    }
}

/// The place of a macro's definition by an expansion.
pub(crate) fn definer<'db>(db: &'db dyn Db, item: Item<'db>) -> Place<'db> {
    let form = item.form(db);
    Place::written_in(form, ast(db, form).root())
}
