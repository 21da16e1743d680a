//! Types that a reader has to take apart (chapter 10 §7.2, WAT72xx).

mod duplicate;
mod recurring;

use wat_syntax::{Applicability, NodeId};

use crate::db::{Db, Project, SourceFile};
use crate::diagnostics::Diagnostic;
use crate::expand::spot;
use crate::forms::read_form;
use crate::problem::{EditAt, Place, Problem, ProblemEdit};

use super::Lint;
pub(super) use recurring::{Composite, composites};

pub(super) fn check(lint: &mut Lint<'_, '_>) {
    type_depth(lint);
    redundant_ascription(lint);
}

pub(super) fn in_file(
    db: &dyn Db,
    root: SourceFile,
    file: SourceFile,
    found: &mut Vec<Diagnostic>,
) {
    recurring::in_file(db, root, file, found);
    duplicate::in_file(db, root, file, found);
}

/// WAT7201.
fn type_depth(lint: &mut Lint<'_, '_>) {
    let limit = Project::get(lint.db).options(lint.db).thresholds.type_depth;
    for written in lint.types().iter() {
        let parts = written.parts();
        let Some(whole) = parts.first().filter(|whole| whole.depth > limit) else {
            continue;
        };
        if lint.type_of(written, whole).is_none() {
            continue;
        }
        let message = format!("the type nests {} deep, more than {limit}", whole.depth);
        let problem = Problem::new(7201, written.place(whole), message)
            .label("a reader has to take it apart")
            .help("name a part of it by `:wat::core::typealias`, or make it a struct");
        lint.tell(problem);
    }
}

/// WAT7204: inference knew the type of a branch, or of the operand, before the ascription said it.
fn redundant_ascription(lint: &mut Lint<'_, '_>) {
    let needless = lint.checked.iter().flat_map(|it| &it.needless);
    let found: Vec<u32> = needless.copied().collect();
    for node in found {
        let (arrow, ty) = (NodeId(node - 1), NodeId(node));
        let text = lint.ast.as_keyword(ty).unwrap_or_default();
        let is_whole = lint.is_written(arrow)
            && lint.is_written(ty)
            && lint
                .expansion
                .is_none_or(|expansion| !expansion.is_repeated(ty));
        if lint.ast.as_symbol(arrow) != Some("->") || !is_whole {
            continue;
        }
        let message = format!("the ascription `-> {text}` says what is known without it");
        let problem = Problem::new(7204, Place::node(ty), message)
            .label("inference finds this type")
            .help("leave the ascription out")
            .fix(
                "leave it out",
                Applicability::MachineApplicable,
                without(lint, arrow, ty),
            );
        lint.tell(problem);
    }
}

/// The edits that leave an ascription out; a comment in it stays.
fn without<'db>(lint: &Lint<'_, 'db>, arrow: NodeId, ty: NodeId) -> Vec<ProblemEdit<'db>> {
    let edit = |at, node| ProblemEdit {
        at,
        place: Place::node(node),
        insert: String::new(),
    };
    let read = read_form(lint.db, lint.form);
    let range = |node| {
        let node = spot(lint.expansion, node).node;
        read.spans.range(node)
    };
    let between = usize::from(range(arrow.0).end())..usize::from(range(ty.0).start());
    let text = lint.form.content(lint.db).text.text().get(between);
    match text.is_some_and(|text| text.trim().is_empty()) {
        true => vec![edit(EditAt::DeleteThrough(ty.0), arrow)],
        false => vec![edit(EditAt::Replace, arrow), edit(EditAt::Replace, ty)],
    }
}
