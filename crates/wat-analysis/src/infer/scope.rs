//! `let` forms at the top level: their bindings, and the definitions that see them.

use wat_syntax::{NodeId, NodeKind};

use crate::db::FileKind;
use crate::items::Item;
use crate::problem::{Place, Problem};
use crate::splice::{bindings_of, bound, enclosing_lets};
use crate::types::Ctor;

use super::table::Ty;
use super::typed::{ExprKind, LocalId, Outer, Pattern, PatternKind};
use super::{Body, Infer};

impl<'db> Infer<'db> {
    /// Brings what the `let` forms around a definition bind into scope.
    pub(super) fn bind_enclosing(&mut self, item: Item<'db>) {
        if item.node(self.db) == 0 {
            return;
        }
        for list in enclosing_lets(self.ast, item.root(self.db)) {
            let Some(bindings) = bindings_of(self.db, item, list) else {
                continue;
            };
            let all = bound(self.db, self.program, bindings);
            let types: Vec<Ty> = all
                .iter()
                .map(|bound| self.table.instantiate(&bound.ty, &[]))
                .collect();
            let tuple = self.table.app(Ctor::Tuple, &types);
            for (index, (bound, &ty)) in all.iter().zip(&types).enumerate() {
                let local = self.bind(NodeId(bound.node), ty);
                let outer = Outer {
                    bindings: bindings.name(self.db).text(self.db).as_str().into(),
                    tuple,
                    index: index as u32,
                };
                self.outer.insert(local, outer);
            }
        }
    }

    /// The bindings of a `let` at the top level, as a tuple of what they bind.
    pub(super) fn bindings_definition(&mut self, item: Item<'db>) -> Body {
        let node = item.root(self.db);
        let nodes: Vec<NodeId> = self.ast.children(node).skip(1).collect();
        if let Some(head) = self.ast.children(node).next()
            && let NodeKind::Keyword(text) = self.ast.kind(head)
        {
            self.tell_retired(head, text, Some(node));
        }
        let scope = self.scope.len();
        let bindings = self.bindings(node, &nodes);
        if bindings.is_none() {
            // Whatever was meant to be bound, it is not told of where it is used.
            self.bind_all(nodes.iter().copied().take(1).collect());
        }
        self.solve_all();
        for (pattern, _) in bindings.iter().flatten() {
            bound_by(pattern, &mut self.bound);
        }
        self.bind_mistaken(scope);
        let Some(bindings) = bindings else {
            return Body::Value(self.error(node));
        };
        let bound = self.bound.clone();
        let mut fields = Vec::with_capacity(bound.len());
        for &local in &bound {
            let (ty, at) = (
                self.locals[local.0 as usize].ty,
                self.locals[local.0 as usize].node,
            );
            let ty = match self.table.is_open(ty) {
                true if self.is_erroneous(ty) => {
                    self.locals[local.0 as usize].ty = Ty::ERROR;
                    Ty::ERROR
                }
                true => self.undetermined(local, ty, at),
                false => ty,
            };
            fields.push(self.push(ExprKind::Local(local), ty, at));
        }
        let types: Vec<Ty> = fields.iter().map(|&field| self.ty(field)).collect();
        let (tuple, ty) = match fields.is_empty() {
            true => (ExprKind::Nil, Ty::NIL),
            false => (ExprKind::Tuple(fields), self.table.app(Ctor::Tuple, &types)),
        };
        let body = vec![self.push(tuple, ty, node)];
        Body::Value(self.push(ExprKind::Let { bindings, body }, ty, node))
    }

    /// Names in patterns that are wrong fit everything: the mistake is told where they stand, not where they are used.
    fn bind_mistaken(&mut self, scope: usize) {
        for &(_, local) in &self.scope[scope..] {
            if !self.bound.contains(&local) {
                self.locals[local.0 as usize].ty = Ty::ERROR;
                self.bound.push(local);
            }
        }
    }

    /// WAT8205: an initialiser calls something with an effect.
    pub(super) fn check_effect(&mut self, head: NodeId, native: &str) {
        // In a conversation everything is there already.
        let starting = self.program.kind(self.db) != FileKind::Session;
        let initialises = starting && self.initialises.is_some() && self.depth == 0;
        if initialises && wat_value::has_effect(native) {
            self.problems.push(
                Problem::new(
                    8205,
                    Place::node(head),
                    format!("`{native}` has an effect, and values are evaluated before the program starts"),
                )
                .label("called in an initialiser")
                .help("call it in a function that `:user::main` calls"),
            );
        }
    }

    fn undetermined(&mut self, local: LocalId, ty: Ty, at: NodeId) -> Ty {
        let name = self.locals[local.0 as usize].name.clone();
        let found = self.render(ty);
        self.problems.push(
            Problem::new(
                3005,
                Place::node(at),
                format!("the type of `{name}` is not determined: `{found}`"),
            )
            .label("what it holds is not known here")
            .help("what a `let` at the top level binds is shared by the program, so its type must be closed: use a typed constructor such as `(:wat::core::Vector :T)`"),
        );
        self.locals[local.0 as usize].ty = Ty::ERROR;
        Ty::ERROR
    }
}

/// The locals that a pattern binds, in order.
fn bound_by(pattern: &Pattern, found: &mut Vec<LocalId>) {
    let mut work = vec![pattern];
    while let Some(pattern) = work.pop() {
        match &pattern.kind {
            PatternKind::Bind(local) => found.push(*local),
            PatternKind::Variant { fields, .. } | PatternKind::Tuple(fields) => {
                work.extend(fields.iter().rev());
            }
            _ => {}
        }
    }
}
