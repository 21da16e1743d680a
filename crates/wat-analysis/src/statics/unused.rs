//! WAT3507: results that nobody looks at.

use wat_syntax::Applicability;

use crate::infer::typed::{ExprId, ExprKind};
use crate::problem::{EditAt, Place, Problem, ProblemEdit};
use crate::types::Ctor;

use super::Rules;
use super::tree::Role;

impl Rules<'_, '_> {
    /// A `Result` in statement position. Comm calls have a rule of their own.
    pub(super) fn unused_results(&mut self) {
        let table = &self.tree.inference.table;
        let mut found = Vec::new();
        for id in self.tree.reached() {
            let expr = self.tree.expr(id);
            if !matches!(self.tree.role(id), Role::Dropped(_))
                || table.args_of(expr.ty, &Ctor::Result).is_none()
                || matches!(expr.kind, ExprKind::Error)
                || self
                    .leaves(id)
                    .into_iter()
                    .any(|leaf| self.comm_call(leaf).is_some())
            {
                continue;
            }
            let message = format!("a `{}` is ignored", self.tree.render(expr.ty));
            let wrap = |at, insert: &str| ProblemEdit {
                at,
                place: Place::node(expr.node),
                insert: insert.to_owned(),
            };
            found.push(
                Problem::new(3507, Place::node(expr.node), message)
                    .label("a failure here would go unnoticed")
                    .help("match it, pass it on with `:wat::core::Result/try`, or bind it to a name that starts with `_`")
                    .fix(
                        "die of a failure",
                        Applicability::MaybeIncorrect,
                        vec![
                            wrap(EditAt::Before, "(:wat::core::Result/expect "),
                            wrap(EditAt::After, " \"no failure is expected\")"),
                        ],
                    ),
            );
        }
        self.problems.extend(found);
    }

    /// The expressions whose values an expression may give.
    pub(super) fn leaves(&self, id: ExprId) -> Vec<ExprId> {
        let mut found = Vec::new();
        let mut work = vec![id];
        while let Some(id) = work.pop() {
            match &self.tree.expr(id).kind {
                ExprKind::If {
                    then, otherwise, ..
                } => work.extend([*otherwise, *then]),
                ExprKind::Match { arms, .. } => {
                    work.extend(arms.iter().rev().map(|(_, body)| *body));
                }
                ExprKind::Do(body) | ExprKind::Let { body, .. } => work.extend(body.last()),
                _ => found.push(id),
            }
        }
        found
    }
}
