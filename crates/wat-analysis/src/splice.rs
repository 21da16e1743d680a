//! `let` at the top level: its bindings are evaluated once, during start-up, and what is defined in it sees them.
//!
//! The bindings of one `let` are an item of their own, a value that is the tuple of everything they bind. A definition
//! inside the `let` starts with these names in scope and reads them out of that tuple, so nothing is captured and a
//! function stays a function, with type parameters and keyword calls.

use wat_syntax::{Ast, NodeId};

use crate::db::{Db, SourceFile};
use crate::forms::Form;
use crate::infer::{Body, infer};
use crate::items::{Item, ItemKind, Name, declarations_of};
use crate::types::Type;

/// The item of the bindings of a `let`. Its name is one that no source can write.
pub(crate) fn bindings_item<'db>(
    db: &'db dyn Db,
    form: Form<'db>,
    expanded: Option<SourceFile>,
    node: NodeId,
) -> Item<'db> {
    let path = form.file(db).path(db);
    let key = form.key(db).text();
    let name = format!("let in {path}: {key} {}", node.0).replace(['#', '~'], "_");
    let name = Name::new(db, name);
    Item::new(
        db,
        form,
        name,
        ItemKind::Bindings,
        0,
        false,
        expanded,
        node.0,
    )
}

/// Is it the head of a `let`? Its former spelling, which is told, splices too.
pub(crate) fn is_let(head: &str) -> bool {
    matches!(head, ":wat::core::let" | ":wat::core::let*")
}

/// The `let` forms at the top level around a node, outermost first. The node itself is not one of them.
pub(crate) fn enclosing_lets(ast: &Ast, node: NodeId) -> Vec<NodeId> {
    let mut lets = Vec::new();
    let mut at = ast.root();
    while at != node {
        let head = ast
            .children(at)
            .next()
            .and_then(|head| ast.as_keyword(head));
        if head.is_some_and(is_let) {
            lets.push(at);
        }
        let inner = ast
            .children(at)
            .find(|&child| child <= node && node < ast.subtree_end(child));
        match inner {
            Some(inner) => at = inner,
            None => break,
        }
    }
    lets
}

/// Is this a function that is defined inside a `let` at the top level? Then it is there only once its place in program
/// order has come, like a value.
pub(crate) fn is_late(db: &dyn Db, item: Item<'_>) -> bool {
    item.kind(db) == ItemKind::Function
        && item.node(db) != 0
        && !enclosing_lets(item.ast(db), item.root(db)).is_empty()
}

/// The bindings of a `let` around a definition.
pub(crate) fn bindings_of<'db>(
    db: &'db dyn Db,
    item: Item<'db>,
    node: NodeId,
) -> Option<Item<'db>> {
    let mut all = declarations_of(db, item).bindings.iter().copied();
    all.find(|bindings| bindings.root(db) == node)
}

/// Something that a `let` binds.
#[derive(Clone, PartialEq, Eq, Hash, Debug, salsa::SalsaValue)]
pub(crate) struct Bound {
    /// The node of the symbol.
    pub(crate) node: u32,
    pub(crate) ty: Type,
}

/// What a `let` binds, in order: the elements of the tuple.
#[salsa::tracked(returns(ref), cycle_result = nothing_bound)]
pub(crate) fn bound<'db>(db: &'db dyn Db, program: SourceFile, item: Item<'db>) -> Vec<Bound> {
    let inference = infer(db, program, item);
    let Body::Value(_) = inference.body else {
        return Vec::new();
    };
    let locals = inference.bound.iter();
    locals
        .map(|local| {
            let local = &inference.locals[local.0 as usize];
            Bound {
                node: local.node.0,
                ty: inference.table.to_type(local.ty),
            }
        })
        .collect()
}

fn nothing_bound<'db>(_: &'db dyn Db, _: salsa::Id, _: SourceFile, _: Item<'db>) -> Vec<Bound> {
    Vec::new()
}
