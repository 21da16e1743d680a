//! Values that nobody looks at: WAT3507, WAT7304.

use wat_syntax::Applicability;

use crate::infer::table::Shape;
use crate::infer::typed::{Arith, ExprId, ExprKind, FunctionKind, FunctionRef};
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

    /// WAT7304: statements that do nothing. Of those inside of each other the outermost is told.
    pub(super) fn idle_statements(&mut self) {
        let mut found: Vec<ExprId> = Vec::new();
        for id in self.tree.reached().rev() {
            let is_statement = matches!(self.tree.role(id), Role::Dropped(_));
            let is_told = |&outer: &ExprId| self.tree.is_inside(id, outer);
            if is_statement && !found.last().is_some_and(is_told) && self.is_idle_statement(id) {
                found.push(id);
            }
        }
        for id in found.into_iter().rev() {
            self.lints.push(
                Problem::new(
                    7304,
                    Place::node(self.tree.node(id)),
                    "the value of this expression is thrown away, and making it has no effect",
                )
                .label("does nothing")
                .help("use the value, or delete the expression"),
            );
        }
    }

    /// Has an expression no effect? That a `Result` is dropped is told otherwise.
    fn is_idle_statement(&self, id: ExprId) -> bool {
        let table = &self.tree.inference.table;
        table
            .args_of(self.tree.expr(id).ty, &Ctor::Result)
            .is_none()
            && self.only_computes(id)
    }

    /// Does an expression do nothing but give a value, the same each time?
    pub(super) fn only_computes(&self, id: ExprId) -> bool {
        self.is_quiet(id) && self.tree.text_of(id).all(|part| self.is_quiet(part))
    }

    /// Has an expression no effect beyond those of its parts? What may end the function has one.
    fn is_quiet(&self, id: ExprId) -> bool {
        match &self.tree.expr(id).kind {
            ExprKind::Error
            | ExprKind::Apply { .. }
            | ExprKind::Spread { .. }
            | ExprKind::ToU8(_)
            | ExprKind::Try { .. }
            | ExprKind::Expect { .. } => false,
            ExprKind::Arith {
                op: Arith::Div,
                args,
            } => self.is_divisor(&args[1.min(args.len())..]),
            ExprKind::Call { args, .. } | ExprKind::Dispatch { args, .. } => {
                let is_pure = |callee: &FunctionRef| {
                    is_pure(callee) && (!divides(&callee.name) || self.is_divisor(&args[1..]))
                };
                let is_pure = self.tree.callee(id).is_some_and(is_pure);
                is_pure && args.iter().all(|&arg| self.is_known(arg))
            }
            _ => true,
        }
    }

    /// Can numbers be divided by these without a fault? A division that fails may be there to fail.
    fn is_divisor(&self, args: &[ExprId]) -> bool {
        let is_divisor = |&arg: &ExprId| match self.tree.expr(arg).kind {
            ExprKind::Int(value) => value != 0,
            ExprKind::Float(bits) => f64::from_bits(bits) != 0.0,
            _ => false,
        };
        args.iter().all(is_divisor)
    }

    /// Is it known what an argument does if it is a function? What stands in a `fn` form is looked at with the rest.
    fn is_known(&self, arg: ExprId) -> bool {
        let is_function = matches!(
            self.tree.inference.table.shape(self.tree.expr(arg).ty),
            Shape::App(Ctor::Fn, _)
        );
        match &self.tree.expr(arg).kind {
            ExprKind::Lambda { .. } | ExprKind::OperatorValue(_) => true,
            ExprKind::Function(function) => is_pure(function),
            _ => !is_function,
        }
    }
}

/// Does a call of a built-in function do nothing but compute a value (chapter 04 §1.2)?
fn is_pure(function: &FunctionRef) -> bool {
    const WRITTEN: [&str; 3] = [":wat::core::", ":wat::std::", ":wat::list::"];
    match function.kind {
        FunctionKind::Constructor(_) | FunctionKind::Accessor(_) => true,
        FunctionKind::Native => wat_value::is_pure(&function.name),
        FunctionKind::Function => {
            let is_in = |&namespace: &&str| function.name.starts_with(namespace);
            WRITTEN.iter().any(is_in) && !function.name.contains("__internal")
        }
    }
}

/// Does a call of this function divide its first argument by the others?
fn divides(name: &str) -> bool {
    let leaf = name.rsplit("::").next().unwrap_or_default();
    matches!(leaf, "/" | "quot" | "rem" | "mod")
}
