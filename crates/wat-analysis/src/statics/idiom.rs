//! Idioms of comparisons, which need types: WAT7401, WAT7406, WAT7407.

use rustc_hash::FxHashSet;
use wat_syntax::{Applicability, NodeId, NodeKind};

use crate::infer::table::Ty;
use crate::infer::text::literal;
use crate::infer::typed::{Compare, ExprId, ExprKind};
use crate::lint::idiom::ladder::{Ladders, Rung};
use crate::problem::{EditAt, Place, Problem, ProblemEdit};

use super::Rules;

impl<'db> Rules<'_, 'db> {
    pub(super) fn idioms(&mut self) {
        let mut found = Vec::new();
        let mut ladders = Ladders::default();
        // Outer forms come first: a ladder begins at its outermost `if`.
        for id in self.tree.reached().rev() {
            match self.tree.expr(id).kind {
                ExprKind::If { cond, .. } => {
                    if let ExprKind::Compare {
                        op: Compare::Eq,
                        args,
                    } = self.tree.expr(cond).kind
                        && let Some(rungs) = ladders.at(self.ast, self.tree.node(id))
                    {
                        found.extend(self.equality_ladder(&rungs, args));
                    }
                }
                ExprKind::Compare { op, args } => {
                    let problem = self.self_compare(id, op, args);
                    found.extend(problem.or_else(|| self.float_equality(id, op, args)));
                }
                _ => {}
            }
        }
        self.lints.extend(found);
    }

    /// WAT7401. A float may be compared with integers, but is in no set of them.
    fn equality_ladder(&self, rungs: &[Rung<'_>], args: [ExprId; 2]) -> Option<Problem<'db>> {
        let first = rungs.first()?;
        let is_integer = matches!(self.ast.kind(first.literal), NodeKind::Int(_));
        let are_integers = || args.iter().all(|&arg| self.tree.type_of(arg) == Ty::I64);
        if is_integer && !are_integers() {
            return None;
        }
        let mut seen = FxHashSet::default();
        let mut elements = Vec::with_capacity(rungs.len());
        for rung in rungs {
            let element = self.written_literal(rung.literal)?;
            if seen.insert(element.clone()) {
                elements.push(element);
            }
        }
        let name = first.name;
        let set = elements.join(" ");
        Some(
            Problem::new(
                7401,
                Place::node(first.node),
                format!("`{name}` is compared with one literal after the other"),
            )
            .label("asks whether it is one of a set")
            .help("ask for membership in a set")
            .fix(
                "ask for membership in a set",
                Applicability::MachineApplicable,
                vec![ProblemEdit {
                    at: EditAt::Replace,
                    place: Place::node(first.node),
                    insert: format!("(:wat::core::contains? #{{{set}}} {name})"),
                }],
            ),
        )
    }

    fn written_literal(&self, node: NodeId) -> Option<String> {
        match self.ast.kind(node) {
            NodeKind::Int(value) => Some(value.to_string()),
            NodeKind::Str(text) => literal(self.ast.text(text)),
            NodeKind::Keyword(text) => Some(self.ast.text(text).to_owned()),
            _ => None,
        }
    }

    /// WAT7406. A float that is not a number differs from itself, so there the comparison asks for that.
    fn self_compare(&self, id: ExprId, op: Compare, args: [ExprId; 2]) -> Option<Problem<'db>> {
        let [first, second] = args.map(|arg| self.tree.node(arg));
        if !self.is_same_text(first, second)
            || !args.iter().all(|&arg| self.only_computes(arg))
            || !self.mentions_value(args[0])
        {
            return None;
        }
        let is_float = self.tree.type_of(args[0]) == Ty::F64;
        let problem = Problem::new(
            7406,
            Place::node(self.tree.node(id)),
            "a value is compared with itself",
        )
        .also(Place::node(second), "the same again");
        Some(match (op, is_float) {
            (Compare::Eq | Compare::Ne | Compare::Le | Compare::Ge, true) => {
                let asks = match op {
                    Compare::Ne => "true of NaN only",
                    _ => "true of all but NaN",
                };
                let help =
                    "`(:wat::core::f64::nan? …)` asks for NaN; else compare it with something else";
                problem.label(asks).help(help)
            }
            (Compare::Eq | Compare::Le | Compare::Ge, false) => problem
                .label("always true")
                .help("compare it with something else"),
            _ => problem
                .label("always false")
                .help("compare it with something else"),
        })
    }

    /// Does an expression mention a name? Who compares what is made of literals alone tries out the comparison.
    fn mentions_value(&self, id: ExprId) -> bool {
        let is_name = |id: ExprId| {
            matches!(
                self.tree.expr(id).kind,
                ExprKind::Local(_) | ExprKind::Global(_) | ExprKind::Outer(_)
            )
        };
        is_name(id) || self.tree.text_of(id).any(is_name)
    }

    /// Are two expressions the same, name by name?
    fn is_same_text(&self, a: NodeId, b: NodeId) -> bool {
        let end = |node| self.ast.subtree_end(node).0;
        let (a, b) = ((a.0..end(a)).map(NodeId), (b.0..end(b)).map(NodeId));
        let shape = |node| (self.ast.kind(node), self.ast.child_count(node));
        a.len() == b.len() && a.zip(b).all(|(a, b)| shape(a) == shape(b))
    }

    /// WAT7407.
    fn float_equality(&self, id: ExprId, op: Compare, args: [ExprId; 2]) -> Option<Problem<'db>> {
        if !matches!(op, Compare::Eq | Compare::Ne) {
            return None;
        }
        let is_computed = |arg: &ExprId| self.is_rounded(*arg);
        let computed = args.into_iter().find(is_computed)?;
        // A divisor that has a name is compared with zero before it divides.
        let is_zero = |arg: ExprId| matches!(self.tree.expr(arg).kind, ExprKind::Float(bits) if f64::from_bits(bits) == 0.0);
        if self.tree.local(computed).is_some() && args.into_iter().any(is_zero) {
            return None;
        }
        Some(
            Problem::new(
                7407,
                Place::node(self.tree.node(id)),
                "a computed float is compared for equality",
            )
            .label("exact, though the value is rounded")
            .also(Place::node(self.tree.node(computed)), "computed")
            .help("compare the difference with a tolerance"),
        )
    }

    /// Is a float the result of arithmetic that rounds?
    fn is_rounded(&self, id: ExprId) -> bool {
        let id = self.tree.resolve(id);
        if self.tree.type_of(id) != Ty::F64 {
            return false;
        }
        match &self.tree.expr(id).kind {
            ExprKind::Arith { .. } => true,
            ExprKind::Call { callee, .. } => rounds(&callee.name),
            _ => false,
        }
    }
}

/// Does a function of the library compute a float? Others choose, cut or convert one.
fn rounds(path: &str) -> bool {
    let of_math = path.strip_prefix(":wat::std::math::");
    let is_arithmetic = || {
        let sign = path.strip_prefix(":wat::core::")?;
        let sign = sign.strip_prefix("f64::").unwrap_or(sign);
        crate::infer::operator::arith(sign.split('\'').next()?)
    };
    of_math.is_some_and(|name| !matches!(name, "pi" | "e"))
        || path.starts_with(":wat::std::stat::")
        || is_arithmetic().is_some()
}
