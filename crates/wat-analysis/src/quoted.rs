//! Forms as constants of the code.

use std::sync::Arc;

use wat_syntax::{Ast, NodeId};
use wat_value::syntax::{Origin, Scopes, Syntax};

/// A node as the machine stores it; `None` if the node holds something that the reader could not read.
pub(crate) fn encode(ast: &Ast, node: NodeId) -> Option<Arc<[u8]>> {
    let form = Syntax::from_ast(ast, node, |_| Origin::NONE, |_| Scopes::default());
    Some(form.to_bytes()?.into())
}
