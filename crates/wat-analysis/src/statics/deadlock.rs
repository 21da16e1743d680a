//! WAT4003: a join while the same scope keeps a sender alive.

use std::sync::Arc;

use wat_syntax::Applicability;

use crate::infer::table::{Shape, Ty};
use crate::infer::typed::{ExprId, ExprKind, FunctionKind, LocalId, PatternKind};
use crate::problem::{EditAt, Place, Plain, Problem, ProblemEdit};
use crate::types::Ctor;

use super::tree::{Origin, bound};
use super::{Facts, Rules};

const RECEIVES: [&str; 6] = [
    "recv",
    "recv-within",
    "try-recv",
    "select",
    "select-within",
    "drain",
];
const JOINS: [&str; 4] = [
    "Thread/drain-and-join",
    "Process/drain-and-join",
    "Thread/join-result",
    "Process/join-result",
];
/// The verb that starts a worker on a function.
const SPAWN: &str = "spawn-thread";

/// A worker whose body is a function of the program: a deadlock if that function receives.
#[derive(Clone, PartialEq, Eq, Debug, salsa::SalsaValue)]
pub(super) struct Suspect<'db> {
    pub(super) worker: Arc<str>,
    /// One for each join that would hang, in evaluation order; does the join close the worker's input first?
    joins: Vec<(bool, Problem<'db>)>,
}

impl<'db> Suspect<'db> {
    /// The first join that hangs, given what is known of the worker's function.
    pub(super) fn problem(&self, facts: Option<Plain<Facts>>) -> Option<&Problem<'db>> {
        let hangs = |drains: bool| match facts {
            Some(Plain(facts)) if drains => facts.receives_beside_input,
            Some(Plain(facts)) => facts.receives,
            None => true,
        };
        let join = self.joins.iter().find(|(drains, _)| hangs(*drains));
        join.map(|(_, problem)| problem)
    }
}

/// What is known of the body of a worker.
enum Worker<'a> {
    Known(Facts),
    Named(&'a Arc<str>),
    Unknown,
}

impl<'db> Rules<'_, 'db> {
    /// What the whole definition receives.
    pub(super) fn facts(&self) -> Facts {
        let input = match &self.tree.inference.body {
            crate::infer::Body::Function { params, .. } => params.first().copied(),
            _ => None,
        };
        self.receives(self.tree.reached(), input)
    }

    fn receives(&self, text: impl Iterator<Item = ExprId>, input: Option<LocalId>) -> Facts {
        let mut facts = Facts::default();
        for call in text {
            let verb = self.tree.kernel_call(call);
            if verb.is_some_and(|verb| RECEIVES.contains(&verb)) {
                facts.receives = true;
                facts.receives_beside_input |= input.is_none() || self.tree.subject(call) != input;
            }
        }
        facts
    }

    /// Problems of the workers whose bodies are seen here; suspicions for the others.
    pub(super) fn scope_deadlocks(&mut self) -> Vec<Suspect<'db>> {
        let (mut found, mut suspects) = (Vec::new(), Vec::new());
        for form in self.tree.reached() {
            let ExprKind::Let { bindings, .. } = &self.tree.expr(form).kind else {
                continue;
            };
            let locals: Vec<LocalId> = bindings.iter().flat_map(|(b, _)| bound(b)).collect();
            let workers = locals.iter().copied();
            for worker in workers.filter(|&local| self.tree.is_worker(self.tree.info(local).ty)) {
                let body = self.worker_body(worker);
                let joins = self.hanging_joins(form, worker, &locals);
                if joins.is_empty() {
                    continue;
                }
                let facts = match body {
                    Worker::Named(path) => {
                        suspects.push(Suspect {
                            worker: path.clone(),
                            joins,
                        });
                        continue;
                    }
                    Worker::Known(facts) => Some(Plain(facts)),
                    Worker::Unknown => None,
                };
                let suspect = Suspect {
                    worker: "".into(),
                    joins,
                };
                found.extend(suspect.problem(facts).cloned());
            }
        }
        self.problems.extend(found);
        suspects
    }

    /// The function that a worker runs, if its binding is a spawn call that shows it.
    fn worker_body(&self, worker: LocalId) -> Worker<'_> {
        let spawn = self
            .tree
            .value_of(worker)
            .filter(|&value| self.tree.kernel_call(value) == Some(SPAWN));
        let Some(&function) = spawn.and_then(|spawn| self.tree.args(spawn).first()) else {
            return Worker::Unknown;
        };
        match &self.tree.expr(function).kind {
            ExprKind::Lambda { params, .. } => {
                let text = self.tree.reached();
                let text = text.filter(|&id| self.tree.is_inside(id, function));
                Worker::Known(self.receives(text, params.first().copied()))
            }
            _ => match self.tree.named(function) {
                Some(named)
                    if named.kind == FunctionKind::Function
                        && !named.name.starts_with(":wat::") =>
                {
                    Worker::Named(&named.name)
                }
                _ => Worker::Unknown,
            },
        }
    }

    /// The joins of a worker that stand in its `let` while a sender of the same `let` is alive.
    fn hanging_joins(
        &self,
        form: ExprId,
        worker: LocalId,
        locals: &[LocalId],
    ) -> Vec<(bool, Problem<'db>)> {
        let mut found = Vec::new();
        for join in self.tree.reached() {
            let Some(verb) = self
                .tree
                .kernel_call(join)
                .filter(|verb| JOINS.contains(verb))
            else {
                continue;
            };
            if self.tree.subject(join) != Some(worker) {
                continue;
            }
            let holders: Vec<LocalId> = locals
                .iter()
                .copied()
                .filter(|&local| local != worker && self.holds_sender(local))
                .filter(|&local| !self.is_worker_input(local))
                .filter(|&local| self.is_bound_before(local, join))
                .filter(|&local| !self.is_released(local, form, join))
                .collect();
            if !holders.is_empty() {
                let drains = verb.ends_with("drain-and-join");
                found.push((drains, self.deadlock(form, worker, join, verb, &holders)));
            }
        }
        found
    }

    /// Does the type of a local contain a sender? Structs, enums and functions are not searched.
    fn holds_sender(&self, local: LocalId) -> bool {
        let mut work: Vec<Ty> = vec![self.tree.info(local).ty];
        while let Some(ty) = work.pop() {
            let Shape::App(ctor, args) = self.tree.inference.table.shape(ty) else {
                continue;
            };
            match ctor {
                Ctor::Nominal(path) if **path == *":wat::kernel::Sender" => return true,
                Ctor::Nominal(path) if **path == *":wat::kernel::HandlePool" => {
                    work.extend_from_slice(args);
                }
                Ctor::Tuple
                | Ctor::Vector
                | Ctor::Option
                | Ctor::Result
                | Ctor::HashMap
                | Ctor::HashSet => work.extend_from_slice(args),
                _ => {}
            }
        }
        false
    }

    /// Is a local the input of a worker, which the join itself closes?
    fn is_worker_input(&self, local: LocalId) -> bool {
        if let Some(value) = self.tree.value_of(local) {
            let mut value = self.tree.resolve(value);
            // A sender over the input of a process is that input.
            if self.tree.kernel_call(value) == Some("Sender/from-pipe")
                && let Some(&writer) = self.tree.args(value).first()
            {
                value = self.tree.resolve(writer);
            }
            return matches!(
                self.tree.kernel_call(value),
                Some("Thread/input" | "Process/stdin")
            );
        }
        // `{input}` of a worker.
        let Origin::Let { form, index, .. } = self.tree.origin(local) else {
            return false;
        };
        self.tree.binding(form, index).is_some_and(|(binder, _)| {
            matches!(binder.kind, PatternKind::Variant { .. }) && self.tree.is_worker(binder.ty)
        })
    }

    fn is_bound_before(&self, local: LocalId, join: ExprId) -> bool {
        match self.tree.origin(local) {
            Origin::Let { form, index, .. } => match self.tree.binding(form, index) {
                Some(&(_, value)) => self.tree.is_before(value, join),
                None => true,
            },
            Origin::Elsewhere => true,
        }
    }

    /// Is a local closed or dropped in the region of its `let`, before the join?
    fn is_released(&self, local: LocalId, form: ExprId, join: ExprId) -> bool {
        self.tree.is_obscure(local)
            || self.tree.uses(local).iter().any(|&used| {
                let Some(call) = self.tree.role(used).parent() else {
                    return false;
                };
                self.tree.kernel_call(call) == Some("Sender/close")
                    && self.tree.region(call) == Some(form)
                    && self.tree.is_before(call, join)
            })
    }

    fn deadlock(
        &self,
        form: ExprId,
        worker: LocalId,
        join: ExprId,
        verb: &str,
        holders: &[LocalId],
    ) -> Problem<'db> {
        let (name, at) = (&self.tree.info(worker).name, self.tree.node(join));
        let mut listed: Vec<String> = holders
            .iter()
            .map(|&local| format!("`{}`", self.tree.info(local).name))
            .collect();
        let last = listed.pop().unwrap_or_default();
        let listed = match listed.is_empty() {
            true => format!("{last} keeps"),
            false => format!("{} and {last} keep", listed.join(", ")),
        };
        let mut problem = Problem::new(
            4003,
            Place::node(at),
            format!(
                "`:wat::kernel::{verb}` waits for `{name}`, which never sees the end of its channel while {listed} a sender alive"
            ),
        )
        .label("this join may wait for ever")
        .also(Place::node(self.tree.info(worker).node), "the worker");
        for &holder in holders.iter().take(7) {
            let info = self.tree.info(holder);
            let kind = match self.tree.is_kernel_type(info.ty, "HandlePool") {
                true => "HandlePool",
                false => "Sender",
            };
            problem = problem.also(
                Place::node(info.node),
                format!("this {kind} is still alive here"),
            );
        }
        let problem = problem.help(
            "own the senders in an inner scope: move them and the spawn call into an inner `let` that returns the worker; or drop them before the join",
        );
        match self.drop_before(form, join, holders) {
            Some(edit) => problem.fix(
                "drop the sender before the join",
                Applicability::MaybeIncorrect,
                vec![edit],
            ),
            None => problem,
        }
    }

    /// An edit that drops plain senders before the part of their `let` that joins.
    fn drop_before(
        &self,
        form: ExprId,
        join: ExprId,
        holders: &[LocalId],
    ) -> Option<ProblemEdit<'db>> {
        let plain = |&local: &LocalId| self.tree.is_kernel_type(self.tree.info(local).ty, "Sender");
        let ExprKind::Let { bindings, body } = &self.tree.expr(form).kind else {
            return None;
        };
        if !holders.iter().all(plain) {
            return None;
        }
        let holds = |id: ExprId| id == join || self.tree.is_inside(join, id);
        let binding = bindings.iter().find(|(_, value)| holds(*value));
        let (node, binder) = match binding {
            Some((binder, _)) => (binder.node, "_ "),
            None => (
                self.tree.node(body.iter().copied().find(|&id| holds(id))?),
                "",
            ),
        };
        let drops = holders.iter().map(|&local| {
            let name = &self.tree.info(local).name;
            format!("{binder}(:wat::kernel::drop {name}) ")
        });
        Some(ProblemEdit {
            at: EditAt::Before,
            place: Place::node(node),
            insert: drops.collect(),
        })
    }
}
