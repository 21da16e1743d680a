//! WAT4003: a join while the same scope keeps a sender alive.
//!
//! A sender that is alive matters if the worker waits for the end of its channel, or for somebody who does. Where the
//! text shows which channels a worker receives from, and that its waiting ends without this sender, it does not.

use std::sync::Arc;

use rustc_hash::FxHashMap;
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

/// What the end of a worker depends on when it is joined.
struct Waiting {
    /// The innermost `fn` around the join.
    home: Option<ExprId>,
    /// The function of the worker, and where it receives from, if nothing else there keeps it from ending.
    sources: Option<(ExprId, Vec<Source>)>,
}

/// The locals of a `let` that hold senders.
#[derive(Default)]
struct Holders {
    all: Vec<LocalId>,
    /// Those of which it is not seen what they hold.
    unknown: Vec<LocalId>,
    /// The others, by the channels that are made here.
    by_channel: FxHashMap<ExprId, Vec<LocalId>>,
}

impl Holders {
    /// Those that may keep a worker from ending, in the order of their bindings.
    fn concerning(&self, waiting: &Waiting) -> Vec<LocalId> {
        let sources = match &waiting.sources {
            Some((_, sources)) if !sources.contains(&Source::Given) => sources,
            _ => return self.all.clone(),
        };
        let mut found = self.unknown.clone();
        for source in sources {
            if let Source::Made(channel) = source {
                found.extend(self.by_channel.get(channel).into_iter().flatten());
            }
        }
        found.sort_unstable_by_key(|local| local.0);
        found.dedup();
        found
    }
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
            let holders = self.holders(&locals);
            if holders.all.is_empty() {
                continue;
            }
            let workers = locals.iter().copied();
            for worker in workers.filter(|&local| self.tree.is_worker(self.tree.info(local).ty)) {
                let body = self.worker_body(worker);
                let joins = self.hanging_joins(form, worker, &body, &holders);
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
                let text = self.tree.text_of(function);
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
        holders: &Holders,
    ) -> Vec<(bool, Problem<'db>)> {
        let mut found = Vec::new();
        let mut joins: Vec<(ExprId, &str)> = Vec::new();
        for &used in self.tree.uses(worker) {
            if let Role::Argument(join, 0) = self.tree.role(used)
                && let Some(verb) = self.tree.kernel_call(join)
                && JOINS.contains(&verb)
            {
                joins.push((join, verb));
            }
        }
        for (join, verb) in joins {
            let waiting = self.waiting(body, join, verb);
            let holders: Vec<LocalId> = holders
                .concerning(&waiting)
                .into_iter()
                .filter(|&local| local != worker)
                .filter(|&local| self.is_bound_before(local, join))
                .filter(|&local| !self.is_released(local, Some(form), join))
                .filter(|&local| !self.is_unrelated(local, &waiting))
                .collect();
            if !holders.is_empty() {
                let drains = verb.ends_with("drain-and-join");
                found.push((drains, self.deadlock(form, worker, join, verb, &holders)));
            }
        }
        found
    }

    /// The locals that hold senders, and of which channels.
    fn holders(&self, locals: &[LocalId]) -> Holders {
        let mut holders = Holders::default();
        for &local in locals {
            if !self.holds_sender(local) || self.is_worker_input(local) {
                continue;
            }
            holders.all.push(local);
            let held = self.held_by(local);
            match held.contains(&Source::Unknown) {
                true => holders.unknown.push(local),
                false => {
                    for source in held {
                        if let Source::Made(channel) = source {
                            holders.by_channel.entry(channel).or_default().push(local);
                        }
                    }
                }
            }
        }
        holders
    }

    /// Where the ends come from that a local holds.
    fn held_by(&self, holder: LocalId) -> Vec<Source> {
        let mut held = Vec::new();
        let binding = match self.tree.origin(holder) {
            Origin::Let { form, index, .. } => self.tree.binding(form, index),
            Origin::Elsewhere => None,
        };
        match binding {
            Some(&(_, value)) => self.sources_of(value, &mut held),
            None => held.push(Source::Unknown),
        }
        held
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

    /// What the end of a worker depends on.
    fn waiting(&self, body: &Worker<'_>, join: ExprId, verb: &str) -> Waiting {
        let home = self.enclosing_function(join);
        let &Worker::Known(_, function) = body else {
            return Waiting {
                home,
                sources: None,
            };
        };
        let drains = verb.ends_with("drain-and-join");
        let sources = self.received_by(function, drains).into_iter();
        let ends = |source: &Source| match *source {
            // Nobody else holds its sender, or it ends before the join: what others wait for does not matter.
            Source::Made(channel) => {
                !self.travels(channel, "Sender", home, Some(function))
                    || self.is_ended(channel, join)
            }
            Source::Nobody | Source::Given => true,
            Source::Unknown => false,
        };
        let mut sources: Vec<Source> = sources.filter(|source| *source != Source::Nobody).collect();
        sources.dedup();
        let sources = sources.iter().all(ends).then_some((function, sources));
        Waiting { home, sources }
    }

    /// Does the worker's end not depend on what a holder holds, as far as the text shows?
    fn is_unrelated(&self, holder: LocalId, waiting: &Waiting) -> bool {
        let held = self.held_by(holder);
        if held.contains(&Source::Unknown) {
            return false;
        }
        let home = waiting.home;
        let stays = |worker: Option<ExprId>| {
            held.iter().all(|&source| {
                matches!(source, Source::Made(channel)
                    if !self.travels(channel, "Receiver", home, worker))
            })
        };
        // Nobody but this thread receives from these channels, so nobody waits for their end.
        if stays(None) {
            return true;
        }
        let Some((function, sources)) = &waiting.sources else {
            return false;
        };
        sources.iter().all(|source| match source {
            // Whoever sends there may wait for what others receive.
            Source::Given => stays(Some(*function)),
            source => !held.contains(source),
        })
    }

    /// Where the channels come from that the text of a worker receives from; without its input, if the join closes it.
    fn received_by(&self, function: ExprId, drains: bool) -> Vec<Source> {
        let input = match &self.tree.expr(function).kind {
            ExprKind::Lambda { params, .. } => params.first().copied(),
            _ => None,
        };
        let mut found = Vec::new();
        for call in self.tree.text_of(function) {
            let verb = self.tree.kernel_call(call);
            if !verb.is_some_and(|verb| RECEIVES.contains(&verb))
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
        self.mentions_of(channel).iter().any(|&mention| {
            let ty = self.tree.expr(mention).ty;
            if self.tree.is_kernel_type(ty, other_end) {
                return false;
            }
            let at = self.enclosing_function(mention);
            let is_known = at == home || (at.is_some() && at == worker);
            !is_known || self.is_given_away(mention)
        })
    }

    /// The expressions whose value is a channel that is made here, or an end of it, in evaluation order.
    fn mentions_of(&self, channel: ExprId) -> &[ExprId] {
        let all = self.mentions.get_or_init(|| {
            let mut all: FxHashMap<ExprId, Vec<ExprId>> = FxHashMap::default();
            for id in self.tree.reached() {
                if let Some(channel) = self.anchor(id) {
                    all.entry(channel).or_default().push(id);
                }
            }
            all
        });
        all.get(&channel).map_or(&[], |found| found)
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
        self.mentions_of(channel).iter().any(|&end| {
            matches!(self.tree.role(end), Role::Argument(call, 0)
                if self.tree.kernel_call(call) == Some("Sender/close")
                    && self.tree.is_certain_before(call, join))
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

#[cfg(test)]
mod tests {
    use crate::infer::infer;
    use crate::names::lookup;
    use crate::{FileKind, RootDatabase, SourceText};

    /// How often an expression is looked at for a definition with so many workers, each of which waits for a channel of its
    /// own; and how many deadlocks are found.
    fn steps(workers: usize) -> (u64, usize) {
        let ends = "[in <- :wat::kernel::Receiver<wat::core::i64> out <- :wat::kernel::Sender<wat::core::i64>]";
        let (ok, err) = (
            "((:wat::core::Ok _) :wat::core::nil)",
            "((:wat::core::Err _) :wat::core::nil)",
        );
        let mut bindings = String::new();
        let mut body = String::new();
        for at in 0..workers {
            bindings += &format!(
                "[tx{at} rx{at}] (:wat::kernel::make-bounded-channel :wat::core::i64 1) t{at} (:wat::kernel::spawn-thread (:wat::core::fn {ends} -> :wat::core::nil (:wat::core::match (:wat::kernel::recv rx{at}) {ok} {err})))\n"
            );
            body += &format!(
                "(:wat::core::match (:wat::kernel::Thread/drain-and-join t{at}) {ok} {err})\n"
            );
        }
        let text = format!(
            "(:wat::core::defn :user::go [] -> :wat::core::nil (:wat::core::let [{bindings}] {body}))"
        );
        let mut db = RootDatabase::new();
        let file = db.set_file("main.wat", SourceText::new(text), FileKind::Disk);
        let item = lookup(&db, file, ":user::go").expect("the definition");
        let inference = infer(&db, file, item);
        let mut rules = super::super::rules(&db, file, item.ast(&db), &inference, true);
        rules.scope_deadlocks();
        (rules.tree.looked(), rules.problems.len())
    }

    #[test]
    fn many_workers_cost_what_each_of_them_does() {
        let ((few, found), (many, all)) = (steps(20), steps(80));
        assert_eq!((found, all), (20, 80));
        assert!(many <= 5 * few, "{few} steps for 20 workers, {many} for 80");
    }
}
