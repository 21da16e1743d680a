//! Communication results are looked at where they appear: WAT4002, WAT4017, WAT4019.

use wat_syntax::Applicability;

use crate::infer::typed::{
    ExprId, ExprKind, FunctionKind, FunctionRef, LocalId, Pattern, PatternKind,
};
use crate::names::lookup;
use crate::problem::{EditAt, Place, Problem, ProblemEdit};
use crate::signature::signature;
use crate::types::{Ctor, Type};

use super::Rules;
use super::tree::Role;

/// The verbs whose results are the outcome of a communication.
const VERBS: [&str; 5] = [
    "send",
    "recv",
    "recv-within",
    "Process/readln",
    "Process/println",
];

/// What becomes of a value, as far as this rule asks.
enum Fate {
    Consumed,
    Ignored,
    /// It is what happens to the local.
    Bound(LocalId),
}

/// `Result<_,ThreadPanics>` or `Result<_,ProcessPanics>`.
fn is_outcome(ty: &Type) -> bool {
    let Type::App(Ctor::Result, parts) = ty else {
        return false;
    };
    let Type::App(Ctor::Vector, chain) = &parts[1] else {
        return false;
    };
    matches!(&chain[0], Type::App(Ctor::Nominal(path), _)
        if matches!(&**path, ":wat::kernel::ThreadDiedError" | ":wat::kernel::ProcessDiedError"))
}

/// The declared result of a function whose calls are comm calls: an outcome, or one with a limit of time.
fn is_comm_result(ty: &Type) -> bool {
    match ty {
        Type::App(Ctor::Option, parts) => match &parts[0] {
            inner @ Type::App(Ctor::Result, parts) => {
                is_outcome(inner) && matches!(parts[0], Type::App(Ctor::Option, _))
            }
            _ => false,
        },
        _ => is_outcome(ty),
    }
}

impl<'db> Rules<'_, 'db> {
    /// Is it a comm primitive, or a function of the program that hands on what one gave?
    fn is_comm(&self, function: &FunctionRef) -> bool {
        if let Some(verb) = function.name.strip_prefix(":wat::kernel::") {
            return function.kind == FunctionKind::Native && VERBS.contains(&verb);
        }
        function.kind == FunctionKind::Function
            && !function.name.starts_with(":wat::")
            && lookup(self.db, self.program, &function.name)
                .and_then(|item| signature(self.db, self.program, item).as_ref())
                .is_some_and(|signature| is_comm_result(&signature.ret))
    }

    /// The function that a comm call names.
    pub(super) fn comm_call(&self, id: ExprId) -> Option<&FunctionRef> {
        let callee = self.tree.callee(id)?;
        self.is_comm(callee).then_some(callee)
    }

    fn fate(&self, mut id: ExprId) -> Fate {
        loop {
            match self.tree.role(id) {
                Role::Scrutinee(_) | Role::Unwrapped(_) => return Fate::Consumed,
                Role::Returned => return Fate::Consumed,
                // What an input of a session gives is shown.
                Role::Defined if !self.is_definition => return Fate::Consumed,
                Role::Result(form) | Role::Branch(form, _) => id = form,
                Role::Bound(form, index) => {
                    return match self
                        .tree
                        .binding(form, index)
                        .map(|(binder, _)| &binder.kind)
                    {
                        Some(PatternKind::Bind(local)) => Fate::Bound(*local),
                        Some(PatternKind::Error) => Fate::Consumed,
                        _ => Fate::Ignored,
                    };
                }
                _ => return Fate::Ignored,
            }
        }
    }

    /// Is a local looked at somewhere, under this name or another?
    fn is_consumed(&self, local: LocalId) -> bool {
        let mut seen = vec![local];
        let mut next = 0;
        while let Some(&local) = seen.get(next) {
            next += 1;
            if self.tree.is_obscure(local) {
                return true;
            }
            for &used in self.tree.uses(local) {
                match self.fate(used) {
                    Fate::Consumed => return true,
                    Fate::Bound(other) if !seen.contains(&other) => seen.push(other),
                    Fate::Bound(_) | Fate::Ignored => {}
                }
            }
        }
        false
    }

    pub(super) fn comm_results(&mut self) {
        let mut found = Vec::new();
        for id in self.tree.reached() {
            if let Some(callee) = self.comm_call(id) {
                let ignored = match self.fate(id) {
                    Fate::Consumed => false,
                    Fate::Ignored => true,
                    Fate::Bound(local) => !self.is_consumed(local),
                };
                if ignored {
                    found.push(self.ignored(id, callee));
                }
            } else if let Some(function) = self.tree.named(id)
                && self.is_comm(function)
            {
                found.push(self.as_value(id, function));
            }
        }
        self.problems.extend(found);
    }

    /// WAT4002.
    fn ignored(&self, id: ExprId, callee: &FunctionRef) -> Problem<'db> {
        let place = Place::node(self.tree.node(id));
        let problem = Problem::new(
            4002,
            place,
            format!(
                "the result of `{}` is ignored; a disconnected peer would go unnoticed",
                callee.name
            ),
        )
        .label("nobody looks at what this gives")
        .help("match it, or end the thread with `:wat::core::Result/expect`");
        let around = |before: &str, after: &str| {
            let edit = |at, insert: &str| ProblemEdit {
                at,
                place,
                insert: insert.to_owned(),
            };
            vec![edit(EditAt::Before, before), edit(EditAt::After, after)]
        };
        let verb = callee.name.strip_prefix(":wat::kernel::");
        let problem = match verb {
            Some("recv-within") => problem,
            _ => {
                let leaf = callee.name.rsplit("::").next().unwrap_or_default();
                let leaf = leaf.rsplit('/').next().unwrap_or_default();
                problem.fix(
                    "fail when the peer is gone",
                    Applicability::MaybeIncorrect,
                    around(
                        "(:wat::core::Result/expect ",
                        &format!(" \"{leaf} failed\")"),
                    ),
                )
            }
        };
        let arms = match verb {
            Some("recv") => {
                " ((:wat::core::Ok (:wat::core::Some v)) <value>) ((:wat::core::Ok :wat::core::None) <closed>) ((:wat::core::Err e) <died>))"
            }
            Some("recv-within") => {
                " ((:wat::core::Some (:wat::core::Ok (:wat::core::Some v))) <value>) ((:wat::core::Some (:wat::core::Ok :wat::core::None)) <closed>) ((:wat::core::Some (:wat::core::Err e)) <died>) (:wat::core::None <late>))"
            }
            _ => " ((:wat::core::Ok v) <value>) ((:wat::core::Err e) <died>))",
        };
        problem.fix(
            "match every outcome",
            Applicability::HasPlaceholders,
            around("(:wat::core::match ", arms),
        )
    }

    /// WAT4017.
    fn as_value(&self, id: ExprId, function: &FunctionRef) -> Problem<'db> {
        let place = Place::node(self.tree.node(id));
        Problem::new(
            4017,
            place,
            format!(
                "`{}` is used as a function value, and what its calls give would go unseen",
                function.name
            ),
        )
        .label("calls of this value cannot be checked")
        .help("wrap it in a `:wat::core::fn` that looks at the result")
        .replace(
            Applicability::HasPlaceholders,
            place,
            "(:wat::core::fn [<parameters>] -> <result> <handled call>)",
        )
    }

    /// WAT4019.
    pub(super) fn select_outcomes(&mut self) {
        let mut found = Vec::new();
        for id in self.tree.reached() {
            let optional = match self.tree.kernel_call(id) {
                Some("select") => false,
                Some("select-within") => true,
                _ => continue,
            };
            if self.is_outcome_seen(id, optional) {
                continue;
            }
            let verb = if optional { "select-within" } else { "select" };
            let place = Place::node(self.tree.node(id));
            let edit = |at, insert: &str| ProblemEdit {
                at,
                place,
                insert: insert.to_owned(),
            };
            let (before, after) = match optional {
                false => (
                    "(:wat::core::let [[index outcome] ",
                    "] (:wat::core::match outcome <arms>))",
                ),
                true => (
                    "(:wat::core::match ",
                    " ((:wat::core::Some [index outcome]) (:wat::core::match outcome <arms>)) (:wat::core::None <nothing came>))",
                ),
            };
            found.push(
                Problem::new(
                    4019,
                    Place::node(self.tree.node(id)),
                    format!("nothing looks at what `:wat::kernel::{verb}` received; a death would go unnoticed"),
                )
                .label("its second component is dropped")
                .help("bind both components, `[index outcome]`, and match the outcome; a name that starts with `_` ignores it on purpose")
                .fix(
                    "take both components apart",
                    Applicability::HasPlaceholders,
                    vec![edit(EditAt::Before, before), edit(EditAt::After, after)],
                ),
            );
        }
        self.problems.extend(found);
    }

    /// Does something look at the second component of a pair, or of the pair in an option?
    fn is_outcome_seen(&self, id: ExprId, optional: bool) -> bool {
        let mut work = vec![(id, optional)];
        let mut locals = Vec::new();
        while let Some((id, optional)) = work.pop() {
            match self.tree.role(id) {
                Role::Dropped(_) | Role::Projected(_, 0) => {}
                Role::Result(form) | Role::Branch(form, _) => work.push((form, optional)),
                Role::Unwrapped(form) if optional => work.push((form, false)),
                Role::Bound(form, index) => {
                    let binder = self.tree.binding(form, index).map(|(binder, _)| binder);
                    let Some(binder) = binder.filter(|b| !matches!(b.kind, PatternKind::Wild))
                    else {
                        return true;
                    };
                    if self.sees_outcome(binder, optional, &mut locals, &mut work) {
                        return true;
                    }
                }
                Role::Scrutinee(form) => {
                    let ExprKind::Match { arms, .. } = &self.tree.expr(form).kind else {
                        return true;
                    };
                    for (pattern, _) in arms {
                        if self.sees_outcome(pattern, optional, &mut locals, &mut work) {
                            return true;
                        }
                    }
                }
                _ => return true,
            }
        }
        false
    }

    /// Does a pattern look at the second component? Names of the whole add their uses to the work.
    fn sees_outcome(
        &self,
        pattern: &Pattern,
        optional: bool,
        locals: &mut Vec<LocalId>,
        work: &mut Vec<(ExprId, bool)>,
    ) -> bool {
        match &pattern.kind {
            PatternKind::Wild => false,
            PatternKind::Bind(local) => {
                if self.tree.is_ignored(*local) || self.tree.is_obscure(*local) {
                    return true;
                }
                if !locals.contains(local) {
                    locals.push(*local);
                    work.extend(self.tree.uses(*local).iter().map(|&used| (used, optional)));
                }
                false
            }
            PatternKind::Variant { fields, .. } if optional => fields
                .iter()
                .any(|field| self.sees_outcome(field, false, locals, work)),
            PatternKind::Tuple(parts) if !optional => match parts.get(1).map(|part| &part.kind) {
                Some(PatternKind::Bind(local)) => {
                    self.tree.is_ignored(*local) || !self.tree.is_unused(*local)
                }
                _ => true,
            },
            _ => true,
        }
    }
}
