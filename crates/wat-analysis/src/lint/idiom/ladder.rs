//! The shape of WAT7401: `if` in `if`, each asking whether one name equals a literal. What types say of it, a static
//! rule asks.

use rustc_hash::FxHashSet;
use wat_syntax::{Ast, NodeId, NodeKind};

use super::IF;

/// How many rungs a ladder has at least.
const SHORTEST: usize = 3;

/// `(if (= name literal) true else)`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Rung<'a> {
    pub(crate) node: NodeId,
    pub(crate) name: &'a str,
    /// The name and the literal.
    pub(crate) operand: NodeId,
    pub(crate) literal: NodeId,
    pub(crate) otherwise: NodeId,
}

/// The ladders of a form, met from the outermost `if` inwards.
#[derive(Default)]
pub(crate) struct Ladders {
    seen: FxHashSet<NodeId>,
    rungs: FxHashSet<NodeId>,
}

impl Ladders {
    /// The rungs of the ladder that begins at an `if`: one name, literals of one kind, and `false` at the end.
    pub(crate) fn at<'a>(&mut self, ast: &'a Ast, node: NodeId) -> Option<Vec<Rung<'a>>> {
        if self.seen.contains(&node) {
            return None;
        }
        let mut rungs: Vec<Rung<'a>> = Vec::new();
        let mut next = node;
        while let Some(found) = rung(ast, next) {
            let is_alike = |first: &Rung<'_>| {
                first.name == found.name && kind(ast, first.literal) == kind(ast, found.literal)
            };
            if !rungs.first().is_none_or(is_alike) {
                break;
            }
            self.seen.insert(next);
            next = found.otherwise;
            rungs.push(found);
        }
        let is_whole = ast.kind(next) == NodeKind::Bool(false) && rungs.len() >= SHORTEST;
        if !is_whole {
            return None;
        }
        self.rungs.extend(rungs.iter().map(|rung| rung.node));
        Some(rungs)
    }

    /// Is an `if` part of a ladder that was met?
    pub(super) fn has(&self, node: NodeId) -> bool {
        self.rungs.contains(&node)
    }
}

fn rung(ast: &Ast, node: NodeId) -> Option<Rung<'_>> {
    let mut parts = list(ast, node, IF)?;
    let test = parts.next()?;
    let mut parts = parts.collect::<Vec<_>>();
    if parts.first().and_then(|&arrow| ast.as_symbol(arrow)) == Some("->") {
        parts.drain(..parts.len().min(2));
    }
    let [then, otherwise] = parts[..] else {
        return None;
    };
    if ast.kind(then) != NodeKind::Bool(true) {
        return None;
    }
    let mut operands = list(ast, test, ":wat::core::=")?;
    let (first, second) = (operands.next()?, operands.next()?);
    let (operand, literal) = match (kind(ast, first), kind(ast, second)) {
        (None, Some(_)) => (first, second),
        (Some(_), None) => (second, first),
        _ => return None,
    };
    let name = ast.as_symbol(operand)?;
    Some(Rung {
        node,
        name,
        operand,
        literal,
        otherwise,
    })
}

fn list<'a>(ast: &'a Ast, node: NodeId, head: &str) -> Option<impl Iterator<Item = NodeId> + 'a> {
    if ast.kind(node) != NodeKind::List {
        return None;
    }
    let mut parts = ast.children(node);
    let first = parts.next()?;
    (ast.as_keyword(first) == Some(head)).then_some(parts)
}

/// The kind of a literal that a set may have.
fn kind(ast: &Ast, node: NodeId) -> Option<u8> {
    match ast.kind(node) {
        NodeKind::Int(_) => Some(0),
        NodeKind::Str(_) => Some(1),
        NodeKind::Keyword(_) => Some(2),
        _ => None,
    }
}
