//! Workers and pools that are thrown away: WAT4018, WAT4031, WAT4034.

use wat_syntax::Applicability;

use crate::infer::typed::{ExprId, ExprKind, FunctionKind, LocalId, Pattern, PatternKind};
use crate::problem::{EditAt, Place, Problem, ProblemEdit};

use super::Rules;
use super::tree::{Origin, Role};

impl<'db> Rules<'_, 'db> {
    pub(super) fn orphans(&mut self) {
        let mut found = Vec::new();
        for id in self.tree.reached() {
            if self.starts_worker(id) && self.is_thrown_away(id) {
                found.push(self.orphan(id));
            }
            if self.tree.kernel_call(id) == Some("HandlePool::new") && self.is_unfinished(id) {
                found.push(self.unfinished(id));
            }
        }
        for local in self.tree.locals() {
            let is_alias = self
                .tree
                .value_of(local)
                .is_some_and(|value| self.tree.local(value).is_some());
            if self.tree.is_worker(self.tree.info(local).ty)
                && !self.tree.is_unused(local)
                && !is_alias
                && !self.is_cared_for(local)
            {
                found.push(self.unread(local));
                let mentions = self.tree.uses(local).iter();
                self.printed
                    .extend(mentions.map(|&used| self.tree.node(used).0));
            }
        }
        self.problems.extend(found);
    }

    /// Is it a call that gives a new worker?
    fn starts_worker(&self, id: ExprId) -> bool {
        let is_call = match &self.tree.expr(id).kind {
            ExprKind::Apply { .. } => true,
            _ => self.tree.callee(id).is_some_and(|callee| {
                matches!(callee.kind, FunctionKind::Function | FunctionKind::Native)
            }),
        };
        is_call && self.tree.is_worker(self.tree.expr(id).ty)
    }

    /// Is a value a statement, or bound to nothing that is ever mentioned?
    fn is_thrown_away(&self, mut id: ExprId) -> bool {
        loop {
            match self.tree.role(id) {
                Role::Dropped(_) => return true,
                Role::Result(form) | Role::Branch(form, _) => id = form,
                Role::Bound(form, index) => {
                    let binder = self.tree.binding(form, index).map(|(binder, _)| binder);
                    return binder.is_some_and(|binder| self.is_idle(binder));
                }
                Role::Scrutinee(form) => {
                    let ExprKind::Match { arms, .. } = &self.tree.expr(form).kind else {
                        return false;
                    };
                    return arms.iter().all(|(pattern, _)| self.is_idle(pattern));
                }
                _ => return false,
            }
        }
    }

    fn is_idle(&self, pattern: &Pattern) -> bool {
        match pattern.kind {
            PatternKind::Wild => true,
            PatternKind::Bind(local) => self.tree.is_unused(local),
            _ => false,
        }
    }

    /// WAT4018.
    fn orphan(&self, id: ExprId) -> Problem<'db> {
        let expr = self.tree.expr(id);
        let place = Place::node(expr.node);
        let (kind, what) = match self.tree.is_kernel_type(expr.ty, "Thread") {
            true => ("Thread", "thread"),
            false => ("Process", "process"),
        };
        let starter = match self.tree.callee(id) {
            Some(callee) => format!("`{}` starts", callee.name),
            None => "this call starts".to_owned(),
        };
        let around = |verb: &str| {
            let edit = |at, insert: String| ProblemEdit { at, place, insert };
            vec![
                edit(EditAt::Before, format!("(:wat::kernel::{verb} ")),
                edit(EditAt::After, ")".to_owned()),
            ]
        };
        let join = format!("{kind}/drain-and-join");
        let mut problem = Problem::new(
            4018,
            place,
            format!("the {what} that {starter} is thrown away, and its end would go unnoticed"),
        )
        .label("nobody holds this worker")
        .help(format!(
            "join it with `:wat::kernel::{join}`, or detach it on purpose with `:wat::kernel::drop`"
        ));
        if let Role::Bound(form, index) = self.tree.role(id)
            && let Some((binder, _)) = self.tree.binding(form, index)
        {
            problem = problem.also(Place::node(binder.node), "never mentioned");
        }
        let verbs = [("join it here", join.as_str()), ("detach it", "drop")];
        verbs.into_iter().fold(problem, |problem, (title, verb)| {
            problem.fix(title, Applicability::MaybeIncorrect, around(verb))
        })
    }

    /// Does something read, join, drop, return, store or hand on a worker? Writing to it and printing it do not count.
    fn is_cared_for(&self, local: LocalId) -> bool {
        let is_parameter = self.tree.origin(local) == Origin::Elsewhere;
        let mut seen = vec![local];
        let mut next = 0;
        while let Some(&local) = seen.get(next) {
            next += 1;
            if self.tree.is_obscure(local) {
                return true;
            }
            for &used in self.tree.uses(local) {
                match self.tree.role(used) {
                    Role::Dropped(_) => {}
                    // Who is given a worker to write to leaves the rest to whoever gave it.
                    Role::Argument(call, _) if is_parameter && self.only_writes(call) => {
                        return true;
                    }
                    Role::Argument(call, _) if self.only_looks(call) => {}
                    Role::Part(form)
                        if matches!(self.tree.expr(form).kind, ExprKind::Text { .. }) => {}
                    Role::Bound(form, index) => {
                        match self
                            .tree
                            .binding(form, index)
                            .map(|(binder, _)| &binder.kind)
                        {
                            Some(PatternKind::Wild) => {}
                            Some(PatternKind::Bind(other)) if !seen.contains(other) => {
                                seen.push(*other);
                            }
                            Some(PatternKind::Bind(_)) => {}
                            Some(PatternKind::Variant { fields, .. }) => {
                                // `{input}` alone only writes.
                                let reads =
                                    |field: &Pattern| !matches!(field.kind, PatternKind::Wild);
                                if fields.iter().skip(1).any(reads) {
                                    return true;
                                }
                            }
                            _ => return true,
                        }
                    }
                    _ => return true,
                }
            }
        }
        false
    }

    /// Is it a call that takes the input of a worker?
    fn only_writes(&self, call: ExprId) -> bool {
        matches!(
            self.tree.kernel_call(call),
            Some("Thread/input" | "Process/stdin")
        )
    }

    /// Is it a call that writes to a worker, or prints what it is given?
    fn only_looks(&self, call: ExprId) -> bool {
        let Some(callee) = self.tree.callee(call) else {
            return false;
        };
        matches!(
            callee.name.as_ref(),
            ":wat::kernel::Thread/input"
                | ":wat::kernel::Process/stdin"
                | ":wat::kernel::println"
                | ":wat::kernel::eprintln"
                | ":wat::kernel::pprintln"
                | ":wat::kernel::epprintln"
                | ":wat::core::show"
                | ":wat::edn::write"
                | ":wat::edn::write-pretty"
        )
    }

    /// WAT4031.
    fn unread(&self, local: LocalId) -> Problem<'db> {
        let info = self.tree.info(local);
        let (kind, what) = match self.tree.is_kernel_type(info.ty, "Thread") {
            true => ("Thread", "thread"),
            false => ("Process", "process"),
        };
        let first = self.tree.uses(local).first();
        let problem = Problem::new(
            4031,
            Place::node(info.node),
            format!(
                "the {what} `{}` is neither read nor joined in this function",
                info.name
            ),
        )
        .label("nobody waits for this worker")
        .help(format!("join it with `:wat::kernel::{kind}/drain-and-join`, or detach it on purpose with `:wat::kernel::drop`"));
        let problem = match first {
            Some(&used) => problem.also(Place::node(self.tree.node(used)), "mentioned here"),
            None => problem,
        };
        let join = format!("(:wat::kernel::{kind}/drain-and-join {})", info.name);
        let detach = format!("(:wat::kernel::drop {})", info.name);
        [
            ("join it at the end", format!("] (:wat::core::match {join} ((:wat::core::Ok _) result) ((:wat::core::Err died) <death>)))"), Applicability::HasPlaceholders),
            ("detach it at the end", format!("] {detach} result)"), Applicability::MaybeIncorrect),
        ]
        .into_iter()
        .fold(problem, |problem, (title, after, how)| {
            match self.behind_result(local, after) {
                Some(edits) => problem.fix(title, how, edits),
                None => problem,
            }
        })
    }

    /// The edits that keep the value of the `let` around the uses of a local as `result`, and say what comes behind it.
    fn behind_result(&self, local: LocalId, after: String) -> Option<Vec<ProblemEdit<'db>>> {
        let Origin::Let { form, .. } = self.tree.origin(local) else {
            return None;
        };
        let node = self.tree.node(form);
        let is_free = self.tree.info(local).name.as_ref() != "result";
        let is_let = is_free && self.ast.as_keyword(self.head(form)) == Some(":wat::core::let");
        let last = self.ast.children(node).skip(2).last().filter(|_| is_let)?;
        let place = Place::node(last);
        let edit = |at, insert| ProblemEdit { at, place, insert };
        Some(vec![
            edit(EditAt::Before, "(:wat::core::let [result ".to_owned()),
            edit(EditAt::After, after),
        ])
    }

    /// Does a new pool stay in the function without being finished?
    fn is_unfinished(&self, pool: ExprId) -> bool {
        let mut work = vec![pool];
        let mut seen: Vec<LocalId> = Vec::new();
        while let Some(id) = work.pop() {
            match self.tree.role(id) {
                Role::Dropped(_) => {}
                Role::Result(form) | Role::Branch(form, _) => work.push(form),
                Role::Bound(form, index) => {
                    match self
                        .tree
                        .binding(form, index)
                        .map(|(binder, _)| &binder.kind)
                    {
                        Some(PatternKind::Wild) => {}
                        Some(PatternKind::Bind(local)) => {
                            if self.tree.is_obscure(*local) {
                                return false;
                            }
                            if !seen.contains(local) {
                                seen.push(*local);
                                work.extend_from_slice(self.tree.uses(*local));
                            }
                        }
                        _ => return false,
                    }
                }
                Role::Argument(call, _) => {
                    let pops = self.tree.kernel_call(call) == Some("HandlePool::pop");
                    // An inner function that pops takes the pool along.
                    let is_own = self.depth(call) == self.depth(pool);
                    if !(pops && is_own || self.only_looks(call)) {
                        return false;
                    }
                }
                _ => return false,
            }
        }
        true
    }

    /// How many inner functions are around an expression.
    fn depth(&self, id: ExprId) -> usize {
        self.tree
            .ancestors(id)
            .filter(|&around| matches!(self.tree.expr(around).kind, ExprKind::Lambda { .. }))
            .count()
    }

    /// WAT4034.
    fn unfinished(&self, pool: ExprId) -> Problem<'db> {
        let problem = Problem::new(
            4034,
            Place::node(self.tree.node(pool)),
            "a pool is made here that is never finished; handles that nobody claims would stay open unnoticed",
        )
        .label("no `:wat::kernel::HandlePool::finish` for this pool")
        .help("call `:wat::kernel::HandlePool::finish` on it when all handles are claimed");
        let Role::Bound(form, index) = self.tree.role(pool) else {
            return problem;
        };
        let binder = self
            .tree
            .binding(form, index)
            .map(|(binder, _)| &binder.kind);
        let Some(&PatternKind::Bind(local)) = binder else {
            return problem;
        };
        let name = &self.tree.info(local).name;
        let after = format!("] (:wat::kernel::HandlePool::finish {name}) result)");
        match self.behind_result(local, after) {
            Some(edits) => {
                problem.fix("finish it at the end", Applicability::MaybeIncorrect, edits)
            }
            None => problem,
        }
    }
}
