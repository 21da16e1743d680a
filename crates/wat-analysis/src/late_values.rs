//! The fix of WAT2108: the definition that is mentioned too early moves before the one that mentions it.

use wat_syntax::{Applicability, NodeId, TextRange};

use crate::db::{Db, SourceFile};
use crate::diagnostics::{DiagnosticFix, FileEdit, whole_line};
use crate::forms::{Form, ast, form_start, read_form};
use crate::items::{Item, ItemKind, declarations};
use crate::names::lookup;
use crate::order::precedes;
use crate::problem::Problem;

/// The innermost value definition of a form, as it is written, that holds a node.
fn value_at<'db>(
    db: &'db dyn Db,
    root: SourceFile,
    form: Form<'db>,
    node: u32,
) -> Option<Item<'db>> {
    let holds = |item: &&Item<'db>| {
        let written = item.expanded(db).is_none() && item.kind(db) == ItemKind::Value;
        written && (item.node(db)..item.ast(db).subtree_end(item.root(db)).0).contains(&node)
    };
    let found = declarations(db, root, form).items.iter().filter(holds);
    found.copied().max_by_key(|item| item.node(db))
}

/// May a definition leave its place, or others come before it: does it stand alone, or in nothing but `do` forms? The
/// form that is left must not be empty.
fn is_movable(db: &dyn Db, item: Item<'_>) -> bool {
    let tree = ast(db, item.form(db));
    let at = item.root(db);
    let around = (0..at.0).map(NodeId);
    let mut around = around.filter(|&outer| at.0 < tree.subtree_end(outer).0);
    around.all(|outer| {
        let head = tree.children(outer).next();
        let is_do = head.and_then(|head| tree.as_keyword(head)) == Some(":wat::core::do");
        is_do && tree.child_count(outer) > 2
    })
}

/// What stands between a definition and what comes before it in its form, if that is nothing but space.
fn gap<'db>(db: &'db dyn Db, item: Item<'db>) -> Option<TextRange> {
    let (form, at) = (item.form(db), item.root(db));
    let read = read_form(db, form);
    let parts = (0..at.0).map(NodeId).rev();
    let mut around = parts.filter(|&outer| at.0 < read.ast.subtree_end(outer).0);
    let siblings = read.ast.children(around.next()?);
    let before = siblings.take_while(|&sibling| sibling != at).last()?;
    let gap = TextRange::new(read.spans.range(before).end(), read.spans.range(at).start());
    let text = form.content(db).text.text();
    text[gap].trim().is_empty().then_some(gap)
}

/// The move, if both stand in one file and the moved definition mentions nothing that comes too late itself.
pub(crate) fn moving<'db>(
    db: &'db dyn Db,
    root: SourceFile,
    form: Form<'db>,
    problem: &Problem<'db>,
) -> Option<DiagnosticFix> {
    let label = problem.labels.first()?.0;
    let later = label.form?;
    let own = value_at(db, root, form, problem.at.node)?;
    let moved = value_at(db, root, later, label.node)?;
    let file = form.file(db);
    // A name that is defined twice means its first definition: moving another one changes what is told, not why.
    let is_the_one = |item: Item<'db>| lookup(db, root, item.name(db).text(db)) == Some(item);
    let stay = [own, moved]
        .iter()
        .all(|&item| is_the_one(item) && is_movable(db, item));
    if later.file(db) != file || own == moved || !stay {
        return None;
    }
    let tree = ast(db, later);
    let nodes = moved.node(db)..tree.subtree_end(moved.root(db)).0;
    let mentioned = nodes.filter_map(|node| tree.as_keyword(NodeId(node)));
    let mut mentioned = mentioned.filter_map(|text| lookup(db, root, text));
    let sound = mentioned.all(|item| {
        let waits = item.kind(db) == ItemKind::Value || crate::splice::is_late(db, item);
        item == moved || !waits || precedes(db, root, item, own)
    });
    if !sound {
        return None;
    }
    let text = later.content(db).text.text();
    let within = read_form(db, later).spans.range(moved.root(db));
    let before = match gap(db, own) {
        Some(gap) => &form.content(db).text.text()[gap],
        None => "\n",
    };
    let from = read_form(db, form).spans.range(own.root(db)).start() + form_start(db, form);
    let left = match gap(db, moved) {
        Some(gap) => TextRange::new(gap.start(), within.end()) + form_start(db, later),
        None => whole_line(db, file, within + form_start(db, later)),
    };
    Some(DiagnosticFix {
        title: format!("move `{}` before this definition", moved.name(db).text(db)),
        applicability: Applicability::MachineApplicable,
        edits: vec![
            FileEdit {
                file,
                range: TextRange::empty(from),
                insert: format!("{}{before}", &text[within]).into(),
            },
            FileEdit {
                file,
                range: left,
                insert: "".into(),
            },
        ],
    })
}
