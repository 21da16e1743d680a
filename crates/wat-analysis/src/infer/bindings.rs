//! `let` and its bindings.

use wat_syntax::{Applicability, NodeId, NodeKind};

use crate::problem::{EditAt, Place, Problem, ProblemEdit, other_brackets};

use super::Infer;
use super::table::Ty;
use super::typed::{ExprId, ExprKind, Pattern};

impl<'db> Infer<'db> {
    pub(super) fn let_form(&mut self, node: NodeId) -> ExprId {
        let nodes: Vec<NodeId> = self.argument_nodes(node);
        let scope = self.scope.len();
        let Some(bindings) = self.bindings(node, &nodes) else {
            return self.error(node);
        };
        let body = self.sequence(&nodes[1..]);
        self.scope.truncate(scope);
        let ty = body.last().map_or(Ty::NIL, |&last| self.ty(last));
        self.push(ExprKind::Let { bindings, body }, ty, node)
    }

    /// WAT2201 for bindings in parentheses, `(a 1 b 2)`, which are read as those in brackets; false if it is something
    /// else.
    fn round_bindings(&mut self, list: NodeId) -> bool {
        let parts: Vec<NodeId> = self.ast.children(list).collect();
        let is_binder = |&node: &NodeId| match self.ast.kind(node) {
            NodeKind::Symbol(text) => self.scope.iter().all(|(bound, _)| *bound != text),
            _ => false,
        };
        let is_round = self.ast.kind(list) == NodeKind::List
            && !self.ast.is_poisoned(list)
            && !parts.is_empty()
            && parts.len().is_multiple_of(2)
            && parts.iter().step_by(2).all(is_binder);
        if is_round {
            self.problems.push(
                Problem::new(
                    2201,
                    Place::node(list),
                    "the bindings of `:wat::core::let` stand in brackets",
                )
                .label("expected `[name value …]`")
                .fix(
                    "write them in brackets",
                    Applicability::MachineApplicable,
                    other_brackets(Place::node(list), "[", "]"),
                ),
            );
        }
        is_round
    }

    /// The bindings of a `let`, which come into scope; `None` if there is no vector of them.
    pub(super) fn bindings(
        &mut self,
        node: NodeId,
        nodes: &[NodeId],
    ) -> Option<Vec<(Pattern, ExprId)>> {
        let first = nodes.first().copied();
        let former = first.and_then(|list| self.retired_bindings(node, list));
        let round = first.filter(|&list| former.is_none() && self.round_bindings(list));
        let bindings = first.filter(|&node| {
            self.ast.kind(node) == NodeKind::Vector || former.is_some() || round.is_some()
        });
        let Some(vector) = bindings else {
            if !self.ast.is_poisoned(node) {
                self.problems.push(
                    Problem::new(
                        2201,
                        Place::node(nodes.first().copied().unwrap_or(node)),
                        "`:wat::core::let` needs a vector of bindings",
                    )
                    .label("expected `[name value …]`")
                    .help("write `(:wat::core::let [name value …] body)`"),
                );
            }
            return None;
        };
        let is_former = former.is_some();
        let pairs = former.unwrap_or_else(|| self.ast.children(vector).collect());
        let pairs = self.without_types(pairs);
        if self.are_unread(&pairs) {
            return Some(self.any_bindings(&pairs));
        }
        let is_odd = pairs.len() % 2 == 1 && !self.ast.is_poisoned(vector);
        if is_odd {
            let last = pairs[pairs.len() - 1];
            self.problems.push(
                Problem::new(
                    2201,
                    Place::node(last),
                    "every binder of `:wat::core::let` needs a value",
                )
                .label("this binder has no value")
                .help("bindings are pairs: `[name value …]`"),
            );
        }
        if is_odd && self.are_shifted(&pairs) {
            return Some(self.any_bindings(&pairs));
        }
        let mut bound = Vec::new();
        for pair in pairs.chunks(2) {
            let value = match pair.get(1) {
                Some(&value) => self.expr(value),
                None => self.error(pair[0]),
            };
            self.solve();
            // Which of several branches is the wrong one is not known, so neither is what the name holds.
            let ty = match self.dispute_of(value) {
                Some(_) => Ty::ERROR,
                None => self.ty(value),
            };
            let reported = self.problems.len();
            bound.push((self.binder(pair[0], ty), value));
            if pair.len() == 1 {
                // That it has no value is told.
                self.problems.truncate(reported);
            }
            if !is_former {
                self.offer_match(reported, node, vector, pair);
            }
        }
        Some(bound)
    }

    /// WAT2202 for binders with types, `a <- :T 1`, which are read as those without.
    fn without_types(&mut self, parts: Vec<NodeId>) -> Vec<NodeId> {
        let is_arrow = |node: Option<&NodeId>| {
            node.is_some_and(|&node| self.ast.as_symbol(node) == Some("<-"))
        };
        let mut left = Vec::with_capacity(parts.len());
        let mut arrows = Vec::new();
        let mut at = 0;
        while let Some(&binder) = parts.get(at) {
            left.push(binder);
            at += 1;
            if is_arrow(parts.get(at)) {
                let ty = parts.get(at + 1).copied();
                let ty = ty.filter(|&ty| self.ast.as_keyword(ty).is_some());
                let arrow = parts[at];
                at += 1 + usize::from(ty.is_some());
                // That there is no value is told instead.
                if at < parts.len() {
                    arrows.push((arrow, ty));
                }
            }
            left.extend(parts.get(at));
            at += 1;
        }
        for (arrow, ty) in arrows {
            let edit = ProblemEdit {
                at: EditAt::DeleteThrough(ty.unwrap_or(arrow).0),
                place: Place::node(arrow),
                insert: String::new(),
            };
            self.problems.push(
                Problem::new(
                    2202,
                    Place::node(arrow),
                    "a binder of `:wat::core::let` has no type",
                )
                .label("not a part of a binding")
                .help("the type is that of the value: write `name value`")
                .fix(
                    "delete the type",
                    Applicability::MachineApplicable,
                    vec![edit],
                ),
            );
        }
        left
    }

    /// Does something that the reader has refused, such as a lone `:`, stand where it shifts what follows?
    fn are_unread(&self, pairs: &[NodeId]) -> bool {
        let mut kinds = pairs.iter().map(|&node| self.ast.kind(node));
        let is_shifted = || {
            let mut binders = pairs.iter().step_by(2);
            pairs.len() % 2 == 1 || binders.any(|&node| self.is_keyword(node))
        };
        kinds.any(|kind| kind == NodeKind::Error) && is_shifted()
    }

    /// Of bindings that lack a value somewhere: does what can only be a value stand where a binder should?
    fn are_shifted(&self, pairs: &[NodeId]) -> bool {
        let is_value = |&node: &NodeId| {
            matches!(
                self.ast.kind(node),
                NodeKind::Int(_)
                    | NodeKind::Float(_)
                    | NodeKind::Bool(_)
                    | NodeKind::Str(_)
                    | NodeKind::List
            )
        };
        pairs.iter().step_by(2).any(is_value)
    }

    /// Bindings of which nobody knows which are the binders: every symbol may be one.
    fn any_bindings(&mut self, parts: &[NodeId]) -> Vec<(Pattern, ExprId)> {
        let is_symbol = |node: &NodeId| matches!(self.ast.kind(*node), NodeKind::Symbol(_));
        let (symbols, others): (Vec<NodeId>, Vec<NodeId>) =
            parts.iter().partition(|it| is_symbol(it));
        self.bind_all(others);
        let bind = |symbol| (self.binder(symbol, Ty::ERROR), self.error(symbol));
        symbols.into_iter().map(bind).collect()
    }
}
