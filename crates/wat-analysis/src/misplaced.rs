//! What stands where it cannot: declarations inside expressions, and a `do` without forms.

use wat_syntax::{Applicability, Ast, NodeId, NodeKind};

use crate::items::definer;
use crate::problem::{Place, Problem};

/// WAT2004: a declaration inside an expression.
pub(crate) fn declaration<'db>(node: NodeId, path: &str) -> Problem<'db> {
    Problem::new(
        2004,
        Place::node(node),
        format!("`{path}` declares a name and cannot stand inside an expression"),
    )
    .label("a declaration in an expression")
    .help("move it to the top level, or bind a local with `:wat::core::let`")
}

/// WAT2205: a `do` without forms.
pub(crate) fn empty_do<'db>(node: NodeId) -> Problem<'db> {
    Problem::new(2205, Place::node(node), "`(:wat::core::do)` is empty")
        .label("no form to evaluate")
        .help("the nil value is written `:wat::core::nil`")
        .replace(
            Applicability::MachineApplicable,
            Place::node(node),
            ":wat::core::nil",
        )
}

/// The declarations in the branches of an expression at the top level: branches are no splice.
pub(crate) fn in_branches<'db>(ast: &Ast, expression: NodeId) -> Vec<Problem<'db>> {
    let mut found = Vec::new();
    let mut work = vec![expression];
    while let Some(node) = work.pop() {
        let head = ast.children(node).next();
        let head = head.filter(|_| ast.kind(node) == NodeKind::List);
        let Some(path) = head.and_then(|head| ast.as_keyword(head)) else {
            continue;
        };
        let children = ast.children(node).skip(1);
        let start = work.len();
        match path {
            ":wat::core::if" | ":wat::core::when" | ":wat::core::unless" | ":wat::core::do"
            | ":wat::core::let" => work.extend(children),
            // The arms are lists of a test or pattern and a body.
            ":wat::core::cond" | ":wat::core::match" => {
                work.extend(children.flat_map(|arm| ast.children(arm).skip(1)));
            }
            _ if definer(ast, node, path).is_some() => found.push(declaration(node, path)),
            _ => {}
        }
        work[start..].reverse();
    }
    found
}
