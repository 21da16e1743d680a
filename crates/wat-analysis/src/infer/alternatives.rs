//! Which alternatives of a dispatch can take a name of several functions as an argument: the arity of the function that
//! an alternative wants tells them apart before the types do. And how many arguments a name with alternatives takes.

use std::sync::Arc;

use rustc_hash::FxHashSet;
use wat_syntax::{Applicability, NodeId, NodeKind};

use crate::capability::{NAME_THE_TYPE, untyped};
use crate::problem::{EditAt, Place, Problem};
use crate::types::{Ctor, Type};

use super::Infer;
use super::deferred::ConstraintKind;
use super::dispatch::Arm;
use super::legacy::edit;
use super::table::{Shape, Ty};
use super::typed::{ExprKind, OperatorUse};

impl<'db> Infer<'db> {
    /// Can the names of several functions among the operands be the functions that an arm wants? The operands are
    /// unified with its parameters.
    pub(super) fn values_fit(&mut self, arm: &Arm<'db>, operands: &[Ty]) -> bool {
        let wants_function =
            |at: usize| matches!(arm.params[arm.parameter(at)].0, Type::App(Ctor::Fn, _));
        for (at, &operand) in operands.iter().enumerate() {
            if self.pending.is_empty() || !wants_function(at) {
                continue;
            }
            let wanted = self.table.resolve(operand);
            let lifts = self.lifts_of(wanted);
            if !lifts.iter().all(|lift| self.can_be(lift, wanted)) {
                return false;
            }
        }
        true
    }

    /// The names of several functions whose function has this type.
    pub(super) fn lifts_of(&self, ty: Ty) -> Vec<ConstraintKind> {
        let ty = self.table.resolve(ty);
        self.pending
            .lifts()
            .filter(|kind| lifted(kind).is_some_and(|lifted| self.table.resolve(lifted) == ty))
            .cloned()
            .collect()
    }

    /// No alternative takes these operands, and that is told: what functions they stand for is nobody's question.
    pub(super) fn poison_values(&mut self, operands: &[Ty]) {
        if self.pending.is_empty() {
            return;
        }
        for &operand in operands {
            for part in self.table.open_parts(operand) {
                if !self.lifts_of(part).is_empty() {
                    self.table.poison(part);
                }
            }
        }
    }

    /// Does a mistake leave open what a type is? Then it is the one that is told. It does so to what it meets, and to what
    /// is given to a call that means nothing.
    pub(super) fn is_erroneous(&self, ty: Ty) -> bool {
        let open = self.table.open_parts(ty);
        let is_among = |other: &Ty| {
            let parts = self.table.open_parts(*other);
            parts.iter().any(|part| open.contains(part))
        };
        let exprs = || self.exprs.iter();
        let wrong = exprs().filter(|expr| matches!(expr.kind, ExprKind::Error));
        let given: FxHashSet<NodeId> = wrong
            .flat_map(|call| self.ast.children(call.node))
            .collect();
        self.table.beside_errors().iter().any(is_among)
            || exprs().any(|expr| given.contains(&expr.node) && is_among(&expr.ty))
    }

    /// Is it a variable that a mistake leaves open? It gets the error type, so that nothing more is told of it.
    pub(super) fn is_left_open(&mut self, ty: Ty) -> bool {
        let is_so = self.table.is_var(ty) && self.is_erroneous(ty);
        if is_so {
            self.table.poison(ty);
        }
        is_so
    }

    /// WAT3001: a name of several functions where none is wanted. An error type is told elsewhere.
    pub(super) fn not_wanted_as_function(&mut self, ty: Ty, node: NodeId) {
        if self.table.is_error(ty) {
            return;
        }
        let want = self.render(ty);
        let name = self.ast.as_keyword(node).unwrap_or("this");
        let problem = Problem::new(
            3001,
            Place::node(node),
            format!("expected `{want}`, found the function `{name}`"),
        )
        .label("this is a function")
        .help(format!("write `({name} …)` to call it"))
        .mismatch(want, name);
        self.problems.push(problem);
        // What the rest of the type would have been is nobody's question.
        let mut work = vec![ty];
        while let Some(ty) = work.pop() {
            if self.table.is_var(ty) {
                self.table.poison(ty);
            } else if let Shape::App(_, parts) = self.table.shape(ty) {
                work.extend_from_slice(parts);
            }
        }
    }

    /// Tells of an operand whose type is known only while the program runs. False if it is none.
    pub(super) fn tell_untyped(&mut self, code: u16, ty: Ty, node: NodeId, lack: &str) -> bool {
        let is_untyped = matches!(
            self.table.shape(ty),
            Shape::App(Ctor::Nominal(path), _) if &**path == wat_ir::Ty::ANY
        );
        if is_untyped {
            let problem = Problem::new(code, Place::node(node), untyped(lack))
                .label("its type is not determined")
                .help(NAME_THE_TYPE);
            self.problems.push(problem);
        }
        is_untyped
    }

    /// The fix of `conj` on a map: `assoc`, to which an entry written as a tuple gives its key and its value.
    pub(super) fn assoc_instead(
        &self,
        problem: Problem<'db>,
        head: NodeId,
        entries: &[NodeId],
    ) -> Problem<'db> {
        let mut edits = vec![edit(EditAt::Replace, head, ":wat::core::assoc")];
        for &entry in entries {
            let parts: Vec<NodeId> = self.ast.children(entry).collect();
            if let [tuple, key, _] = parts[..]
                && self.ast.kind(entry) == NodeKind::List
                && self.ast.as_keyword(tuple) == Some(":wat::core::Tuple")
            {
                edits.push(edit(EditAt::Until(key.0), entry, ""));
                edits.push(edit(EditAt::CloseBracket, entry, ""));
            }
        }
        let how = Applicability::MaybeIncorrect;
        problem
            .help("an entry is put into a map with `:wat::core::assoc`")
            .fix("replace by `:wat::core::assoc`", how, edits)
    }

    /// WAT3002: no alternative takes so many arguments.
    pub(super) fn no_arity(&mut self, head: NodeId, name: &str, arms: &[Arm<'db>], found: usize) {
        let counts = arms.iter().map(|arm| Count {
            least: arm.params.len(),
            step: arm.repeats.then(|| arm.params.len() - 1),
        });
        let wanted = several(counts.collect());
        self.wrong_count_of(head, name, &wanted, found);
        if arms.len() > 1
            && let Some(problem) = self.problems.pop()
        {
            let listed = listed(arms);
            self.problems
                .push(problem.note(format!("the alternatives are {listed}")));
        }
    }

    /// WAT3002: `wanted` says how many arguments there may be, as in `at least 1`.
    pub(super) fn wrong_count_of(&mut self, at: NodeId, callee: &str, wanted: &str, found: usize) {
        if self.is_told_retired(at) {
            // How many arguments its successor takes is the second question.
            self.doubt_latest_at(at);
            return;
        }
        let is_one = wanted == "1" || wanted.ends_with(" 1");
        let plural = if is_one { "argument" } else { "arguments" };
        let problem = Problem::new(
            3002,
            Place::node(at),
            format!("`{callee}` takes {wanted} {plural}, found {found}"),
        )
        .label(format!("{found} given"))
        .fact("callee", callee)
        .mismatch(wanted, found.to_string());
        let surplus = self.surplus_arguments(at, wanted.parse().ok(), found);
        let problem = surplus.into_iter().fold(problem, |problem, argument| {
            problem.also(Place::node(argument), "no parameter for this")
        });
        self.problems.push(problem);
    }

    /// The arguments of the call with this head behind the wanted ones, if all of them are arguments.
    fn surplus_arguments(&self, head: NodeId, wanted: Option<usize>, found: usize) -> Vec<NodeId> {
        let Some(wanted) = wanted else {
            return Vec::new();
        };
        let call = (0..head.0).rev().map(NodeId);
        let call = { call }.find(|&call| self.ast.children(call).next() == Some(head));
        let Some(call) = call.filter(|call| !self.threaded.contains_key(call)) else {
            return Vec::new();
        };
        let arguments: Vec<NodeId> = self.ast.children(call).skip(1).collect();
        match arguments.len() == found {
            true => arguments[wanted.min(found)..].to_vec(),
            false => Vec::new(),
        }
    }

    /// Can a name of several functions be a function of this type? Changes nothing.
    fn can_be(&mut self, lift: &ConstraintKind, wanted: Ty) -> bool {
        let Shape::App(Ctor::Fn, parts) = self.table.shape(wanted) else {
            return true;
        };
        let parts = parts.to_vec();
        let (ret, params) = (parts[parts.len() - 1], &parts[..parts.len() - 1]);
        match lift {
            ConstraintKind::Lift { item, .. } => {
                let arms = self.arms(*item);
                let mut arms = arms.iter().filter(|arm| arm.params.len() == params.len());
                arms.any(|arm| self.takes_types(arm, params))
            }
            ConstraintKind::LiftOperator { used, two, .. } => match used {
                OperatorUse::Arith(op) => {
                    let counts = if *two {
                        params.len() == 2
                    } else {
                        !params.is_empty() || op.unit().is_some()
                    };
                    counts && self.is_number_or_open(ret)
                }
                OperatorUse::Compare(_) => params.len() == 2 && self.can_unify(ret, Ty::BOOL),
                OperatorUse::Position(_) => params.len() == 1,
                OperatorUse::Text => self.can_unify(ret, Ty::STRING),
            },
            ConstraintKind::LiftVariadic {
                params: fixed,
                ret: result,
                ..
            } => params.len() >= fixed.len() && self.can_unify(ret, *result),
            ConstraintKind::LiftTyped { operand, .. } => self.can_unify(ret, *operand),
            _ => true,
        }
    }

    /// Could the parameters of an arm still unify with these types? Changes nothing.
    pub(super) fn takes_types(&mut self, arm: &Arm<'db>, types: &[Ty]) -> bool {
        let snapshot = self.table.snapshot();
        let fits = self.unify_parameters(arm, types);
        self.table.rollback(snapshot);
        fits
    }

    /// Unifies the parameters of an arm with types.
    pub(super) fn unify_parameters(&mut self, arm: &Arm<'db>, types: &[Ty]) -> bool {
        let fresh: Vec<Ty> = (0..arm.generics).map(|_| self.table.var()).collect();
        types.iter().enumerate().all(|(at, &ty)| {
            let param = &arm.params[arm.parameter(at)].0;
            let param = self.table.instantiate(param, &fresh);
            self.table.unify(param, ty).is_ok()
        })
    }

    fn is_number_or_open(&self, ty: Ty) -> bool {
        matches!(
            self.table.shape(ty),
            Shape::Var | Shape::Error | Shape::App(Ctor::I64 | Ctor::F64, _)
        )
    }

    fn can_unify(&mut self, a: Ty, b: Ty) -> bool {
        let snapshot = self.table.snapshot();
        let fits = self.table.unify(a, b).is_ok();
        self.table.rollback(snapshot);
        fits
    }
}

/// How many arguments an alternative takes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Count {
    pub(super) least: usize,
    /// By how many more it may take.
    pub(super) step: Option<usize>,
}

/// The numbers of arguments in words: `1, 2 or 3`, `at least 1`, `3, 5, 7 …`.
pub(super) fn several(mut counts: Vec<Count>) -> String {
    counts.sort_unstable();
    // An alternative that takes any number more takes what the following ones do, and continues one that ends before.
    if let Some(open) = counts.iter().position(|count| count.step == Some(1)) {
        let mut least = counts[open].least;
        counts.truncate(open);
        while let Some(count) = counts.pop_if(|count| count.least + 1 >= least) {
            least = count.least;
        }
        let before = counts.iter().map(|count| format!("{}, ", count.least));
        return format!("{}at least {least}", before.collect::<String>());
    }
    if let Some(Count {
        least,
        step: Some(step),
    }) = counts.iter().find(|count| count.step.is_some())
    {
        return format!("{least}, {}, {} …", least + step, least + 2 * step);
    }
    counts.dedup();
    let texts: Vec<String> = counts.iter().map(|count| count.least.to_string()).collect();
    match texts.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} or {last}", before.join(", ")),
        None => "0".to_owned(),
    }
}

/// The parameters of the alternatives.
pub(super) fn listed(arms: &[Arm<'_>]) -> String {
    let letters: Vec<Arc<str>> = ('A'..='Z')
        .map(|letter| letter.to_string().into())
        .collect();
    let rendered = |arm: &Arm<'_>| {
        let params = arm.params.iter().map(|param| param.0.render(&letters));
        let more = if arm.repeats { " &" } else { "" };
        format!("({}{more})", params.collect::<Vec<_>>().join(" "))
    };
    arms.iter().map(rendered).collect::<Vec<_>>().join(", ")
}

/// The type of the name that a constraint lifts to a function.
pub(super) fn lifted(kind: &ConstraintKind) -> Option<Ty> {
    match kind {
        ConstraintKind::Lift { ty, .. }
        | ConstraintKind::LiftOperator { ty, .. }
        | ConstraintKind::LiftVariadic { ty, .. }
        | ConstraintKind::LiftTyped { ty, .. } => Some(*ty),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Count, several};

    #[test]
    fn counts_are_told_in_words() {
        let words = |counts: &[(usize, Option<usize>)]| {
            let counts = counts.iter().map(|&(least, step)| Count { least, step });
            several(counts.collect())
        };
        assert_eq!(words(&[(1, None)]), "1");
        assert_eq!(
            words(&[(2, None), (1, None), (3, None), (2, None)]),
            "1, 2 or 3"
        );
        assert_eq!(words(&[(2, Some(1))]), "at least 2");
        assert_eq!(words(&[(2, Some(1)), (1, None)]), "at least 1");
        assert_eq!(words(&[(3, Some(2))]), "3, 5, 7 …");
    }
}
