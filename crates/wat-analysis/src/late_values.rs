//! The fix of WAT2108: the definition that is mentioned too early moves before the one that mentions it.

use wat_syntax::{Applicability, TextRange};

use crate::db::{Db, SourceFile};
use crate::diagnostics::{DiagnosticFix, FileEdit, whole_line};
use crate::forms::{Form, ast, form_start, forms};
use crate::items::{Item, ItemKind, declarations};
use crate::names::lookup;
use crate::order::precedes;
use crate::problem::Problem;

/// The only definition of a form that is nothing but this definition.
fn only_item<'db>(db: &'db dyn Db, root: SourceFile, form: Form<'db>) -> Option<Item<'db>> {
    let found = declarations(db, root, form);
    match &found.items[..] {
        &[item]
            if item.node(db) == 0
                && item.kind(db) == ItemKind::Value
                && item.expanded(db).is_none() =>
        {
            Some(item)
        }
        _ => None,
    }
}

/// The move, if both stand alone in one file and the moved definition mentions nothing that comes too late itself.
pub(crate) fn moving<'db>(
    db: &'db dyn Db,
    root: SourceFile,
    form: Form<'db>,
    problem: &Problem<'db>,
) -> Option<DiagnosticFix> {
    let later = problem.labels.first()?.0.form?;
    let (own, moved) = (only_item(db, root, form)?, only_item(db, root, later)?);
    let file = form.file(db);
    // A name that is defined twice means its first definition: moving another one changes what is told, not why.
    let is_the_one = |item: Item<'db>| lookup(db, root, item.name(db).text(db)) == Some(item);
    if later.file(db) != file || own == moved || !is_the_one(own) || !is_the_one(moved) {
        return None;
    }
    let tree = ast(db, later);
    let mut mentioned = tree.texts().filter_map(|text| lookup(db, root, text));
    let sound = mentioned.all(|item| {
        let waits = item.kind(db) == ItemKind::Value || crate::splice::is_late(db, item);
        item == moved || !waits || precedes(db, root, item, own)
    });
    if !sound {
        return None;
    }
    let placed = forms(db, file).placed.iter();
    let range = placed.clone().find(|placed| placed.form == later)?.range();
    let text = later.content(db).text.text();
    Some(DiagnosticFix {
        title: format!("move `{}` before this definition", moved.name(db).text(db)),
        applicability: Applicability::MachineApplicable,
        edits: vec![
            FileEdit {
                file,
                range: TextRange::empty(form_start(db, form)),
                insert: format!("{text}\n").into(),
            },
            FileEdit {
                file,
                range: whole_line(db, file, range),
                insert: "".into(),
            },
        ],
    })
}
