//! Forms as constants of the code.

use std::sync::Arc;

use wat_syntax::{Ast, NodeId};

use crate::expand::tree_of;

/// A node as the machine stores it; `None` if the node holds something that the reader could not read.
pub(crate) fn encode(ast: &Ast, node: NodeId) -> Option<Arc<[u8]>> {
    Some(tree_of(ast, node).to_bytes()?.into())
}
