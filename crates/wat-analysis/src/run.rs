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
use crate::names::lookup;
use crate::order::{NUMBER, StartStep, by_code_name, code_name, start_steps};
use crate::splice::is_late;

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
    lower(&inference, &code_name(db, program, item))
}

/// The code of a function, of the program or of the library. `None` if there is none of that name, or if it has errors.
/// The name may be that of a definition which another one replaces ([`crate::StartStep`]).
pub fn function_ir(db: &dyn Db, program: SourceFile, name: &str) -> Option<Arc<wat_ir::Function>> {
    let item = match name.contains(NUMBER) {
        true => by_code_name(db, program, name),
        false => lookup(db, program, name),
    };
    ir(
        db,
        program,
        item.filter(|item| item.kind(db) == ItemKind::Function)?,
    )
}

/// The initialiser of a value, as a function without parameters. The name is one of [`crate::StartStep::Value`].
pub fn value_ir(db: &dyn Db, program: SourceFile, name: &str) -> Option<Arc<wat_ir::Function>> {
    let current = match name.contains(NUMBER) {
        true => None,
        false => lookup(db, program, name),
    };
    let item = current.or_else(|| by_code_name(db, program, name))?;
    match item.kind(db) {
        ItemKind::Value | ItemKind::Bindings => ir(db, program, item),
        // A function inside a `let` has no value: its turn in program order is marked.
        ItemKind::Function if is_late(db, item) => Some(crate::lower::marker(name)),
        _ => None,
    }
}

/// The initialisers of a program, in the order in which they are evaluated.
pub fn value_names(db: &dyn Db, program: SourceFile) -> Vec<Arc<str>> {
    let steps = start_steps(db, program).into_iter();
    let values = steps.filter_map(|step| match step {
        StartStep::Value(name) => Some(name),
        StartStep::Function { .. } => None,
    });
    values.collect()
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
            .render_expanded(inference.exprs[value.0 as usize].ty, &[]),
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

/// The list that a node is the head of; the node, if it is none.
fn call_of(ast: &wat_syntax::Ast, head: NodeId) -> NodeId {
    let before = head.0.checked_sub(1).map(NodeId);
    let call = before.filter(|list| ast.children(*list).next() == Some(head));
    call.unwrap_or(head)
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
    let item = lookup(db, program, name);
    let form = match item.or_else(|| by_code_name(db, program, name)) {
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
    written_span(db, program, form, origin.0)
}

/// Where a node of the expansion of a form was written.
pub(crate) fn written_span<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    form: crate::forms::Form<'db>,
    node: u32,
) -> Option<Span> {
    let read = read_form(db, form);
    let spot = spot(expansion(db, program, form), node);
    let node = match spot.made {
        // What a macro made happens where the macro is called, in the whole call.
        Some(_) => call_of(&read.ast, spot.node),
        None => spot.node,
    };
    if node.0 as usize >= read.ast.len() {
        return None;
    }
    let range = read.spans.range(node) + form_start(db, form);
    Some(Span {
        file: form.file(db),
        range,
    })
}
