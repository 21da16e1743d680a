//! Small rules of the kernel's verbs: WAT4016, WAT4030, WAT4032.

use wat_syntax::{Applicability, NodeId};

use crate::infer::typed::{ExprId, ExprKind, LocalId, PatternKind};
use crate::problem::{EditAt, Place, Problem, ProblemEdit};

use super::Rules;
use super::tree::Role;

/// The calls after which an endpoint is closed; `drop` is one of them under its implementation's name.
const CLOSES: [&str; 4] = [
    ":wat::kernel::Sender/close",
    ":wat::kernel::Receiver/close",
    ":wat::kernel::__internal/drop-writer",
    ":wat::io::IOWriter/close",
];

impl<'db> Rules<'_, 'db> {
    /// The token that a call begins with.
    pub(super) fn head(&self, call: ExprId) -> NodeId {
        let node = self.tree.node(call);
        self.ast.children(node).next().unwrap_or(node)
    }

    pub(super) fn kernel_lints(&mut self) {
        let mut found = Vec::new();
        for id in self.tree.reached() {
            match self.tree.kernel_call(id) {
                Some("select" | "select-within") => found.extend(self.empty_select(id)),
                // A retired name of it has been told already.
                Some("make-unbounded-channel")
                    if self.ast.as_keyword(self.head(id))
                        == Some(":wat::kernel::make-unbounded-channel") =>
                {
                    found.push(self.unbounded(id));
                }
                _ => {}
            }
        }
        for local in self.tree.locals() {
            self.redundant_closes(local, &mut found);
        }
        self.problems.extend(found);
    }

    /// WAT4016.
    fn empty_select(&self, id: ExprId) -> Option<Problem<'db>> {
        let &arms = self.tree.args(id).first()?;
        let ExprKind::Vector(elements) = &self.tree.expr(arms).kind else {
            return None;
        };
        elements.is_empty().then(|| {
            Problem::new(
                4016,
                Place::node(self.tree.node(arms)),
                "a `select` on no receivers has nothing to wait for",
            )
            .label("no receivers")
            .help("give it at least one receiver")
        })
    }

    /// WAT4030.
    fn unbounded(&self, id: ExprId) -> Problem<'db> {
        let edit = |at, node, insert: &str| ProblemEdit {
            at,
            place: Place::node(node),
            insert: insert.to_owned(),
        };
        Problem::new(
            4030,
            Place::node(self.tree.node(id)),
            "`:wat::kernel::make-unbounded-channel` makes a channel with room for 65536 values",
        )
        .label("the capacity is not said")
        .help("say the capacity; 1 keeps both sides in step")
        .fix(
            "make a channel with room for one value",
            Applicability::MachineApplicable,
            vec![
                edit(
                    EditAt::Replace,
                    self.head(id),
                    ":wat::kernel::make-bounded-channel",
                ),
                edit(EditAt::BeforeClose, self.tree.node(id), " 1"),
            ],
        )
    }

    /// WAT4032: a close that an earlier one has made superfluous.
    fn redundant_closes(&self, local: LocalId, found: &mut Vec<Problem<'db>>) {
        let closes: Vec<ExprId> = self
            .tree
            .uses(local)
            .iter()
            .filter_map(|&used| match self.tree.role(used) {
                Role::Argument(call, 0) => Some(call),
                _ => None,
            })
            .filter(|&call| {
                let callee = self.tree.callee(call);
                callee.is_some_and(|callee| CLOSES.contains(&&*callee.name))
            })
            .collect();
        for (at, &second) in closes.iter().enumerate() {
            let earlier = closes[..at]
                .iter()
                .find(|&&first| self.tree.is_certain_before(first, second));
            if let Some(&first) = earlier {
                let name = &self.tree.info(local).name;
                let problem = Problem::new(
                    4032,
                    Place::node(self.tree.node(second)),
                    format!("`{name}` is closed already"),
                )
                .label("closes nothing")
                .also(Place::node(self.tree.node(first)), "closed here")
                .help("remove it");
                found.push(self.removal(problem, second));
            }
        }
    }

    /// The fix that removes a call whose value, nil, is not needed.
    fn removal(&self, problem: Problem<'db>, call: ExprId) -> Problem<'db> {
        let delete = |node| ProblemEdit {
            at: EditAt::Replace,
            place: Place::node(node),
            insert: String::new(),
        };
        let node = self.tree.node(call);
        match self.tree.role(call) {
            Role::Dropped(_) => problem.fix(
                "remove it",
                Applicability::MachineApplicable,
                vec![delete(node)],
            ),
            Role::Bound(form, index) => match self.tree.binding(form, index) {
                Some((binder, _))
                    if matches!(binder.kind, PatternKind::Wild)
                        || matches!(binder.kind, PatternKind::Bind(local) if self.tree.is_unused(local)) =>
                {
                    problem.fix(
                        "remove it",
                        Applicability::MachineApplicable,
                        vec![delete(binder.node), delete(node)],
                    )
                }
                _ => self.replacement(problem, call),
            },
            _ => self.replacement(problem, call),
        }
    }

    fn replacement(&self, problem: Problem<'db>, call: ExprId) -> Problem<'db> {
        problem.replace(
            Applicability::MachineApplicable,
            Place::node(self.tree.node(call)),
            ":wat::core::nil",
        )
    }
}
