//! A child ends only when its output is read and its input is closed: WAT4005, WAT4006.

use wat_syntax::Applicability;

use crate::infer::typed::{ExprId, ExprKind, LocalId, PatternKind};
use crate::problem::{Place, Problem};

use super::Rules;
use super::tree::Role;

/// The calls that read a stream to its end.
const READS_ALL: [&str; 2] = [":wat::io::IOReader/read-all", ":wat::kernel::drain-lines"];
const JOIN: &str = "Process/join-result";

impl<'db> Rules<'_, 'db> {
    pub(super) fn process_joins(&mut self) {
        let mut found = Vec::new();
        for join in self.tree.reached() {
            if self.tree.kernel_call(join) != Some(JOIN) {
                continue;
            }
            let Some(process) = self.tree.subject(join) else {
                continue;
            };
            if self.tree.is_obscure(process) {
                continue;
            }
            match self.unread_accessor(join, process) {
                Some(accessor) => found.push(self.join_before_drain(join, accessor)),
                None => found.extend(self.join_holds_stdin(join, process)),
            }
        }
        self.problems.extend(found);
    }

    /// The calls of these accessors on a local.
    fn accessors<'a>(
        &'a self,
        process: LocalId,
        names: &'a [&str],
    ) -> impl Iterator<Item = ExprId> + 'a {
        let uses = self.tree.uses(process).iter();
        uses.filter_map(|&used| self.tree.role(used).parent())
            .filter(|&call| {
                self.tree
                    .kernel_call(call)
                    .is_some_and(|name| names.contains(&name))
            })
    }

    /// An accessor of the output in the region of the join whose stream is not read to its end before the join.
    fn unread_accessor(&self, join: ExprId, process: LocalId) -> Option<ExprId> {
        let region = self.tree.region(join)?;
        if !matches!(self.tree.expr(region).kind, ExprKind::Let { .. }) {
            return None;
        }
        self.accessors(process, &["Process/stdout", "Process/stderr"])
            .filter(|&accessor| self.tree.region(accessor) == Some(region))
            .find(|&accessor| {
                let reader = self.tree.role(accessor).parent();
                let reads_all = reader.is_some_and(|reader| {
                    self.tree
                        .callee(reader)
                        .is_some_and(|callee| READS_ALL.contains(&&*callee.name))
                        && self.tree.is_before(reader, join)
                });
                !reads_all
            })
    }

    fn drain_fix(&self, problem: Problem<'db>, join: ExprId, how: Applicability) -> Problem<'db> {
        let head = self.head(join);
        problem.replace(
            how,
            Place::node(head),
            ":wat::kernel::Process/drain-and-join",
        )
    }

    /// WAT4005.
    fn join_before_drain(&self, join: ExprId, accessor: ExprId) -> Problem<'db> {
        let unused = match self.tree.role(accessor) {
            Role::Dropped(_) => true,
            Role::Bound(form, index) => {
                match self.tree.binding(form, index).map(|(b, _)| &b.kind) {
                    Some(PatternKind::Wild) => true,
                    Some(PatternKind::Bind(local)) => self.tree.is_unused(*local),
                    _ => false,
                }
            }
            _ => false,
        };
        let how = match unused {
            true => Applicability::MachineApplicable,
            false => Applicability::MaybeIncorrect,
        };
        let name = self.tree.callee(accessor).map_or("", |callee| &callee.name);
        let problem = Problem::new(
            4005,
            Place::node(self.tree.node(join)),
            format!("`:wat::kernel::{JOIN}` waits for a child whose output, taken by `{name}`, may still have to be read"),
        )
        .label("the child may wait for its output to be read")
        .also(Place::node(self.tree.node(accessor)), "its output is taken here")
        .help("use `:wat::kernel::Process/drain-and-join`, or read the output to its end in an inner `let` that ends before the join");
        self.drain_fix(problem, join, how)
    }

    /// WAT4006.
    fn join_holds_stdin(&self, join: ExprId, process: LocalId) -> Option<Problem<'db>> {
        // The outermost `let` of the function around the join.
        let outermost = self
            .tree
            .ancestors(join)
            .take_while(|&id| !matches!(self.tree.expr(id).kind, ExprKind::Lambda { .. }))
            .filter(|&id| matches!(self.tree.expr(id).kind, ExprKind::Let { .. }))
            .last()?;
        let extracted = self
            .accessors(process, &["Process/stdin"])
            .any(|call| self.tree.is_inside(call, outermost));
        let taken_apart = self.tree.uses(process).iter().any(|&used| {
            let Role::Bound(form, index) = self.tree.role(used) else {
                return false;
            };
            let binder = self
                .tree
                .binding(form, index)
                .map(|(binder, _)| &binder.kind);
            let PatternKind::Variant { fields, .. } = binder.unwrap_or(&PatternKind::Wild) else {
                return false;
            };
            fields
                .first()
                .is_some_and(|stdin| !matches!(stdin.kind, PatternKind::Wild))
        });
        if extracted || taken_apart {
            return None;
        }
        let name = &self.tree.info(process).name;
        let problem = Problem::new(
            4006,
            Place::node(self.tree.node(join)),
            format!("`:wat::kernel::{JOIN}` waits for `{name}`, whose input is still open in the handle"),
        )
        .label("the child may wait for more input")
        .also(Place::node(self.tree.info(process).node), "the process is bound here")
        .help("use `:wat::kernel::Process/drain-and-join`, or take `:wat::kernel::Process/stdin` in an inner `let` that ends before the join");
        Some(self.drain_fix(problem, join, Applicability::MachineApplicable))
    }
}
