//! WAT7410: recursion that is as deep as a number is large.

use rustc_hash::FxHashSet;

use crate::infer::Body;
use crate::infer::typed::{ExprId, ExprKind, LocalId};
use crate::problem::{Place, Problem};

use super::Rules;
use super::tree::Role;

impl<'db> Rules<'_, 'db> {
    /// The calls of a function to itself that are not the last it does.
    ///
    /// Every value has finitely many parts, so recursion into parts is no matter. What an argument is part of is not
    /// always plain; that it is none is, if it is a parameter as it is, a constant, or arithmetic on those.
    pub(super) fn recursion(&mut self, name: &str) {
        let Body::Function { params, .. } = &self.tree.inference.body else {
            return;
        };
        let mut found = Vec::new();
        for id in self.tree.reached() {
            let calls_itself = self.tree.callee(id).is_some_and(|it| *it.name == *name);
            if !calls_itself || self.is_last(id) || self.is_in_lambda(id) {
                continue;
            }
            if !self
                .tree
                .args(id)
                .iter()
                .all(|&arg| self.is_plain(arg, params))
            {
                continue;
            }
            let problem = Problem::new(
                7410,
                Place::node(self.tree.node(id)),
                format!(
                    "`{name}` calls itself outside of tail position, and no argument is part of a parameter"
                ),
            );
            found.push(
                problem
                    .label("each step needs a frame")
                    .help("carry the result along in a parameter, or fold over the steps"),
            );
        }
        self.lints.extend(found);
    }

    /// Is a call in tail position?
    fn is_last(&self, mut id: ExprId) -> bool {
        loop {
            id = match self.tree.role(id) {
                Role::Returned => return true,
                Role::Result(form) | Role::Branch(form, _) => form,
                Role::Test(form) => match &self.tree.expr(form).kind {
                    ExprKind::And(parts) | ExprKind::Or(parts) if parts.last() == Some(&id) => form,
                    _ => return false,
                },
                _ => return false,
            };
        }
    }

    fn is_in_lambda(&self, id: ExprId) -> bool {
        let is_lambda = |id: ExprId| matches!(self.tree.expr(id).kind, ExprKind::Lambda { .. });
        self.tree.ancestors(id).any(is_lambda)
    }

    /// Is an argument a parameter, a constant, or made of such by arithmetic?
    fn is_plain(&self, id: ExprId, params: &[LocalId]) -> bool {
        let mut seen = FxHashSet::default();
        let mut work = vec![id];
        while let Some(id) = work.pop() {
            let id = self.tree.resolve(id);
            if !seen.insert(id) {
                continue;
            }
            match &self.tree.expr(id).kind {
                ExprKind::Nil
                | ExprKind::Int(_)
                | ExprKind::Float(_)
                | ExprKind::Bool(_)
                | ExprKind::Str(_)
                | ExprKind::Keyword(_)
                | ExprKind::Global(_)
                | ExprKind::Function(_) => {}
                ExprKind::Local(local) if params.contains(local) => {}
                ExprKind::Arith { args, .. } => work.extend(args),
                ExprKind::Call { callee, args, .. } if is_numeric(&callee.name) => {
                    work.extend(args);
                }
                _ => return false,
            }
        }
        true
    }
}

/// Does a function make a number of numbers?
fn is_numeric(path: &str) -> bool {
    let Some(name) = path.strip_prefix(":wat::core::") else {
        return false;
    };
    let of_type = name
        .strip_prefix("i64::")
        .or_else(|| name.strip_prefix("f64::"));
    matches!(
        of_type.unwrap_or(name),
        "quot"
            | "rem"
            | "mod"
            | "abs"
            | "min"
            | "max"
            | "pow"
            | "floor"
            | "ceil"
            | "trunc"
            | "round"
    )
}
