//! What the machine asks for: code, one definition at a time.

use std::sync::Arc;

use wat_syntax::NodeId;

use crate::db::{Db, FileKind, SourceFile};
use crate::diagnostics::Span;
use crate::expand::{expansion, spot};
use crate::forms::{form_start, forms, read_form};
use crate::infer::{infer, infer_expression};
use crate::items::{Item, ItemKind, declarations};
use crate::lower::lower;
use crate::names::{lookup, value_order};

/// The IR of a definition that has no error.
#[salsa::tracked(returns(clone))]
fn ir<'db>(db: &'db dyn Db, program: SourceFile, item: Item<'db>) -> Option<Arc<wat_ir::Function>> {
    let inference = infer(db, program, item);
    let broken = inference
        .problems
        .iter()
        .any(|problem| problem.severity.0 == wat_syntax::Severity::Error);
    if broken {
        return None;
    }
    lower(&inference, item.name(db).text(db))
}

fn code(
    db: &dyn Db,
    program: SourceFile,
    name: &str,
    wanted: ItemKind,
) -> Option<Arc<wat_ir::Function>> {
    let item = lookup(db, program, name).filter(|item| item.kind(db) == wanted)?;
    ir(db, program, item)
}

/// The code of a function, of the program or of the library. `None` if there is none of that name, or if it has errors.
pub fn function_ir(db: &dyn Db, program: SourceFile, name: &str) -> Option<Arc<wat_ir::Function>> {
    code(db, program, name, ItemKind::Function)
}

/// The initialiser of a value, as a function without parameters.
pub fn value_ir(db: &dyn Db, program: SourceFile, name: &str) -> Option<Arc<wat_ir::Function>> {
    code(db, program, name, ItemKind::Value)
}

/// The values of a program, in the order in which they are evaluated.
pub fn value_names(db: &dyn Db, program: SourceFile) -> Vec<Arc<str>> {
    value_order(db, program)
        .iter()
        .map(|item| item.name(db).text(db).as_str().into())
        .collect()
}

/// The code of the n-th top-level expression of a session's input.
pub(crate) fn expression_ir(
    db: &dyn Db,
    program: SourceFile,
    file: SourceFile,
    index: usize,
) -> Option<(Arc<wat_ir::Function>, String)> {
    let (form, node) = expression(db, program, file, index)?;
    let inference = infer_expression(db, program, form, node);
    let function = lower(&inference, &format!("{}#{index}", file.path(db)))?;
    let crate::infer::Body::Value(value) = inference.body else {
        return None;
    };
    Some((
        function,
        inference
            .table
            .render(inference.exprs[value.0 as usize].ty, &[]),
    ))
}

fn expression<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    file: SourceFile,
    index: usize,
) -> Option<(crate::forms::Form<'db>, NodeId)> {
    forms(db, file)
        .placed
        .iter()
        .flat_map(|placed| {
            declarations(db, program, placed.form)
                .expressions
                .iter()
                .map(|&node| (placed.form, NodeId(node)))
        })
        .nth(index)
}

/// Where an instruction of a function was written.
pub fn origin_span(
    db: &dyn Db,
    program: SourceFile,
    function: &str,
    origin: wat_ir::Origin,
) -> Option<Span> {
    let mut parts = function.split('#');
    let name = parts.next()?;
    let form = match lookup(db, program, name) {
        Some(item) => item.form(db),
        None => {
            let files = crate::db::FileSet::get(db).files(db);
            let file = files
                .get(name)
                .copied()
                .filter(|file| file.kind(db) == FileKind::ReplInput)?;
            expression(db, program, file, parts.next()?.parse().ok()?)?.0
        }
    };
    let read = read_form(db, form);
    let node = spot(expansion(db, program, form), origin.0).node;
    if node.0 as usize >= read.ast.len() {
        return None;
    }
    let range = read.spans.range(node) + form_start(db, form);
    Some(Span {
        file: form.file(db),
        range,
    })
}
