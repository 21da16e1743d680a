//! WAT7404: a `let` directly in a `let`.

use rustc_hash::FxHashSet;
use wat_syntax::{Applicability, Ast, NodeId, NodeKind};

use crate::lint::Lint;
use crate::problem::{EditAt, Place, Problem};

use super::{Call, LET, edit, place_of, trivial};

/// `(let [a x] (let [b y] …))`, and what else is to be said of a `let`.
pub(super) fn let_form(lint: &Lint<'_, '_>, call: &Call<'_>) -> Option<Problem<'static>> {
    trivial::empty_let(call).or_else(|| nested_let(lint, call))
}

fn nested_let(lint: &Lint<'_, '_>, call: &Call<'_>) -> Option<Problem<'static>> {
    let ([outer, body], &[_, body_node]) = (&call.parts[..], &call.nodes[..]) else {
        return None;
    };
    if call.is_step || call.is_top || lint.head(body_node) != Some(LET) {
        return None;
    }
    let nested = Call::written(lint, body_node).filter(|nested| nested.list == *body)?;
    let inner = *nested.parts.first().filter(|_| nested.parts.len() > 1)?;
    let bound = binders(call.source, *outer)?;
    let hides = |name: &&str| bound.contains(name);
    if binders(call.source, inner)?.iter().any(hides) {
        return None;
    }
    let problem = Problem::new(
        7404,
        Place::node(body_node),
        "this `let` is all that a `let` holds",
    )
    .label("its bindings can join those outside")
    .help("write one `let`: its bindings see those before them");
    Some(problem.fix(
        "write one `let`",
        Applicability::MachineApplicable,
        vec![
            edit(EditAt::CloseBracket, *outer, ""),
            edit(EditAt::Until(place_of(inner)), nested.list, ""),
            edit(EditAt::OpenBracket, inner, ""),
            edit(EditAt::CloseBracket, nested.list, ""),
        ],
    ))
}

/// The names that bindings bind, but for `_`; nothing if they are no pairs.
fn binders(ast: &Ast, bindings: NodeId) -> Option<FxHashSet<&str>> {
    if ast.kind(bindings) != NodeKind::Vector || !ast.child_count(bindings).is_multiple_of(2) {
        return None;
    }
    let mut names = FxHashSet::default();
    for binder in ast.children(bindings).step_by(2) {
        let inside = (binder.0..ast.subtree_end(binder).0).map(NodeId);
        names.extend(inside.filter_map(|node| ast.as_symbol(node)));
    }
    names.remove("_");
    Some(names)
}
