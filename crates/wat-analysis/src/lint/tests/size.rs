//! WAT7501, WAT7502: tests that are too much to read.

use wat_syntax::{Ast, NodeId, NodeKind, Severity};

use crate::db::Project;
use crate::expand::spot;
use crate::forms::read_form;
use crate::infer::quote::{FORMS, QUASIQUOTE, QUOTE};
use crate::problem::{Place, Problem};

use super::Lint;

pub(super) fn check(lint: &mut Lint<'_, '_>) {
    // A test is what its form expands to.
    if lint.expansion.is_none() {
        return;
    }
    let mut next = 0;
    while (next as usize) < lint.ast.len() {
        let node = NodeId(next);
        next += 1;
        match lint.head(node) {
            // What is run elsewhere is checked beside it.
            Some(QUOTE | FORMS | QUASIQUOTE) => next = lint.ast.subtree_end(node).0,
            Some(":wat::test::__internal/body") => {
                let forms: Vec<NodeId> = lint.ast.children(node).skip(1).collect();
                if forms.iter().all(|&form| lint.is_written(form)) {
                    length(lint, node, &forms);
                    bindings(lint, &forms);
                }
            }
            _ => {}
        }
    }
}

/// WAT7501, told at the name of the test.
fn length(lint: &mut Lint<'_, '_>, body: NodeId, forms: &[NodeId]) {
    let (Some(&first), Some(&last)) = (forms.first(), forms.last()) else {
        return;
    };
    let (noted, warned) = Project::get(lint.db)
        .options(lint.db)
        .thresholds
        .body_length;
    let written = |node: NodeId| spot(lint.expansion, node.0).node;
    let read = read_form(lint.db, lint.form);
    let range = read.spans.range(written(first));
    let range = range.cover(read.spans.range(written(last)));
    let text = lint.form.content(lint.db).text.clone();
    let lines = text.text()[range].lines().count();
    if lines < noted && lines <= warned {
        return;
    }
    let (severity, limit) = match lines > warned {
        true => (Severity::Warning, warned),
        false => (Severity::Info, noted.saturating_sub(1)),
    };
    let declaring = spot(lint.expansion, body.0).node;
    let name = NodeId(declaring.0 + 1);
    let mut problem = Problem::new(
        7501,
        Place::written(name),
        format!("the body of this test has {lines} lines"),
    )
    .label(format!("more than {limit} lines"))
    .help("make a test of each thing that it says, and helpers of what they share");
    problem.severity.0 = severity;
    lint.tell(problem);
}

/// WAT7502.
fn bindings(lint: &mut Lint<'_, '_>, forms: &[NodeId]) {
    let most = Project::get(lint.db)
        .options(lint.db)
        .thresholds
        .binding_count;
    for &form in forms {
        if lint.head(form) != Some(":wat::core::let") {
            continue;
        }
        let Some(binders) = vector(lint.ast, form) else {
            continue;
        };
        let count = lint.ast.child_count(binders) / 2;
        if count > most {
            lint.tell(
                Problem::new(
                    7502,
                    Place::node(binders),
                    format!("the outermost `let` of this test has {count} bindings"),
                )
                .label(format!("more than {most}"))
                .help("let a helper make what belongs together, or make several tests of it"),
            );
        }
    }
}

fn vector(ast: &Ast, form: NodeId) -> Option<NodeId> {
    let binders = ast.children(form).nth(1)?;
    (ast.kind(binders) == NodeKind::Vector).then_some(binders)
}
