//! WAT4003: a join while the same scope keeps a sender alive.
//!
//! A sender that is alive matters if the worker waits for the end of its channel, or for somebody who does. Where the
//! text shows which channels a worker receives from, and that its waiting ends without this sender, it does not.

use std::sync::Arc;

use wat_syntax::Applicability;

use crate::infer::table::{Shape, Ty};
use crate::infer::typed::{ExprId, ExprKind, FunctionKind, LocalId, Pattern, PatternKind};
use crate::problem::{EditAt, Place, Plain, Problem, ProblemEdit};
use crate::types::Ctor;

use super::tree::{Origin, Role, bound};
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
/// What else a thread does with an end of its own.
const USES: [&str; 5] = [
    "send",
    "drop",
    "Sender/close",
    "Receiver/close",
    "Receiver/closed?",
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

/// Where an end of a channel comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    /// A call in this definition made the channel.
    Made(ExprId),
    /// The definition was given it, before it made any channel.
    Given,
    /// Nobody here holds the sender: a timer.
    Nobody,
    Unknown,
}

/// What is known of the body of a worker.
enum Worker<'a> {
    Known(Facts, ExprId),
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
                let joins = self.hanging_joins(form, worker, &body, &locals);
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
                    Worker::Known(facts, _) => Some(Plain(facts)),
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
                let facts = self.receives(text, params.first().copied());
                Worker::Known(facts, function)
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
        body: &Worker<'_>,
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
                .filter(|&local| !self.is_released(local, Some(form), join))
                .filter(|&local| !self.is_unrelated(local, body, join))
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

    /// Is a local closed or dropped in this region, before the join?
    fn is_released(&self, local: LocalId, form: Option<ExprId>, join: ExprId) -> bool {
        self.tree.is_obscure(local)
            || self.tree.uses(local).iter().any(|&used| {
                let Some(call) = self.tree.role(used).parent() else {
                    return false;
                };
                self.tree.kernel_call(call) == Some("Sender/close")
                    && self.tree.region(call) == form
                    && self.tree.is_before(call, join)
            })
    }

    /// Does the worker's end not depend on what a holder holds, as far as the text shows?
    fn is_unrelated(&self, holder: LocalId, body: &Worker<'_>, join: ExprId) -> bool {
        let mut held = Vec::new();
        match self.tree.origin(holder) {
            Origin::Let { form, index, .. } => match self.tree.binding(form, index) {
                Some(&(_, value)) => self.sources_of(value, &mut held),
                None => return false,
            },
            Origin::Elsewhere => return false,
        }
        if held.contains(&Source::Unknown) {
            return false;
        }
        // Nobody but this thread receives from these channels, so nobody waits for their end.
        let home = self.enclosing_function(join);
        if held.iter().all(|&source| match source {
            Source::Made(channel) => !self.travels(channel, "Receiver", home, None),
            _ => false,
        }) {
            return true;
        }
        let &Worker::Known(_, function) = body else {
            return false;
        };
        let drains = self
            .tree
            .kernel_call(join)
            .is_some_and(|verb| verb.ends_with("drain-and-join"));
        let waits_for = self.received_by(function, drains);
        let is_other = |source: &Source| match source {
            Source::Nobody => true,
            // Whoever sends there may wait for what others receive.
            Source::Given => held.iter().all(|&source| {
                matches!(source, Source::Made(channel)
                    if !self.travels(channel, "Receiver", home, Some(function)))
            }),
            Source::Unknown => false,
            // Nobody else holds its sender, or it ends before the join: what others wait for does not matter.
            &Source::Made(channel) => {
                !held.contains(source)
                    && (!self.travels(channel, "Sender", home, Some(function))
                        || self.is_ended(channel, join))
            }
        };
        waits_for.iter().all(is_other)
    }

    /// Where the channels come from that the text of a worker receives from; without its input, if the join closes it.
    fn received_by(&self, function: ExprId, drains: bool) -> Vec<Source> {
        let input = match &self.tree.expr(function).kind {
            ExprKind::Lambda { params, .. } => params.first().copied(),
            _ => None,
        };
        let mut found = Vec::new();
        for call in self.tree.reached() {
            let verb = self.tree.kernel_call(call);
            if !verb.is_some_and(|verb| RECEIVES.contains(&verb))
                || !self.tree.is_inside(call, function)
                || (drains && input.is_some() && self.tree.subject(call) == input)
            {
                continue;
            }
            match self.tree.args(call).first() {
                Some(&operand) => self.sources_of(operand, &mut found),
                None => found.push(Source::Unknown),
            }
        }
        found
    }

    /// Where the ends come from that a value is, or is made of.
    fn sources_of(&self, value: ExprId, found: &mut Vec<Source>) {
        let mut work = vec![value];
        while let Some(value) = work.pop() {
            if let Some(channel) = self.anchor(value) {
                found.push(Source::Made(channel));
                continue;
            }
            let value = self.tree.resolve(value);
            match &self.tree.expr(value).kind {
                ExprKind::Tuple(parts)
                | ExprKind::Vector(parts)
                | ExprKind::Variant { fields: parts, .. } => {
                    let ends = parts.iter().copied();
                    work.extend(ends.filter(|&part| self.may_hold_end(part)));
                }
                ExprKind::Local(local) if self.is_parameter(*local) => found.push(Source::Given),
                _ if matches!(self.tree.kernel_call(value), Some("after" | "every")) => {
                    found.push(Source::Nobody);
                }
                _ if self.tree.kernel_call(value) == Some("HandlePool::new") => {
                    work.extend(self.tree.args(value).iter().skip(1));
                }
                _ => found.push(Source::Unknown),
            }
        }
    }

    /// May a part of a value be an end of a channel? Numbers and texts are none.
    fn may_hold_end(&self, part: ExprId) -> bool {
        let ty = self.tree.expr(part).ty;
        !matches!(
            self.tree.inference.table.shape(ty),
            Shape::App(
                Ctor::I64 | Ctor::F64 | Ctor::U8 | Ctor::Bool | Ctor::String | Ctor::Nil,
                _
            )
        )
    }

    /// Is it a parameter of the definition itself?
    fn is_parameter(&self, local: LocalId) -> bool {
        match &self.tree.inference.body {
            crate::infer::Body::Function { params, .. } => params.contains(&local),
            _ => false,
        }
    }

    /// May somebody have this end of a channel other than the thread of one function, and of a worker on another?
    fn travels(
        &self,
        channel: ExprId,
        end: &str,
        home: Option<ExprId>,
        worker: Option<ExprId>,
    ) -> bool {
        let other_end = match end {
            "Sender" => "Receiver",
            _ => "Sender",
        };
        self.tree.reached().any(|mention| {
            if self
                .tree
                .is_kernel_type(self.tree.expr(mention).ty, other_end)
                || self.anchor(mention) != Some(channel)
            {
                return false;
            }
            let at = self.enclosing_function(mention);
            let is_known = at == home || (at.is_some() && at == worker);
            !is_known || self.is_given_away(mention)
        })
    }

    /// The innermost `fn` around an expression.
    fn enclosing_function(&self, id: ExprId) -> Option<ExprId> {
        let is_function = |id: &ExprId| matches!(self.tree.expr(*id).kind, ExprKind::Lambda { .. });
        self.tree.ancestors(id).find(is_function)
    }

    /// Does a mention of a channel do more than use it on this thread, or name it?
    fn is_given_away(&self, mention: ExprId) -> bool {
        match self.tree.role(mention) {
            Role::Argument(call, 0) => !self
                .tree
                .kernel_call(call)
                .is_some_and(|verb| USES.contains(&verb) || RECEIVES.contains(&verb)),
            // An arm of a `select`.
            Role::Part(arms) => match self.tree.role(arms) {
                Role::Argument(call, 0) => !self
                    .tree
                    .kernel_call(call)
                    .is_some_and(|verb| matches!(verb, "select" | "select-within")),
                _ => true,
            },
            Role::Projected(..) | Role::Dropped(_) => false,
            Role::Bound(form, index) => self.tree.binding(form, index).is_none_or(|(binder, _)| {
                let is_name =
                    |part: &Pattern| matches!(part.kind, PatternKind::Bind(_) | PatternKind::Wild);
                !match &binder.kind {
                    PatternKind::Tuple(parts) => parts.iter().all(is_name),
                    _ => is_name(binder),
                }
            }),
            _ => true,
        }
    }

    /// Is the sender of a channel closed or dropped on this thread before the join?
    fn is_ended(&self, channel: ExprId, join: ExprId) -> bool {
        self.tree.reached().any(|call| {
            self.tree.kernel_call(call) == Some("Sender/close")
                && self
                    .tree
                    .args(call)
                    .first()
                    .is_some_and(|&end| self.anchor(end) == Some(channel))
                && self.tree.is_certain_before(call, join)
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
