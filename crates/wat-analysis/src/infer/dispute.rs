//! Branches that differ, judged again once it is known what all of them should be.
//!
//! Without an expectation the first branch says what the others are. If that is not what is expected from outside, the
//! first branch may be the one that is wrong: then the branches that are not as expected are told, and they alone.

use wat_syntax::NodeId;

use crate::problem::Place;

use super::Infer;
use super::report::{WITHDRAWN, Why};
use super::table::Ty;
use super::typed::{ExprId, ExprKind};

/// Branches of one form that differ.
pub(super) struct Dispute {
    /// The form.
    node: NodeId,
    /// The branches, with the types that they were found to have.
    branches: Vec<(ExprId, Ty)>,
    /// What was told of them.
    problems: std::ops::Range<usize>,
}

impl<'db> Infer<'db> {
    /// Makes branches have the type of one of them; those that have another one are told.
    pub(super) fn agree(&mut self, node: NodeId, branches: &[ExprId], first: ExprId) {
        let (ty, at) = (self.ty(first), self.exprs[first.0 as usize].node);
        let start = self.problems.len();
        let mut differing = Vec::new();
        for &branch in branches {
            if branch != first {
                let (found, told) = (self.ty(branch), self.problems.len());
                self.expect(branch, ty, Why::Branch { node: at });
                if self.problems.len() > told {
                    differing.push((branch, found));
                }
            }
        }
        if !differing.is_empty() {
            let found = |&branch: &ExprId| {
                let other = differing.iter().find(|(other, _)| *other == branch);
                (branch, other.map_or(ty, |(_, found)| *found))
            };
            self.disputes.push(Dispute {
                node,
                branches: branches.iter().map(found).collect(),
                problems: start..self.problems.len(),
            });
        }
    }

    /// Tells which branches of a form are not as expected, if its branches differ; false if they do not.
    pub(super) fn settle_dispute(&mut self, expr: ExprId, expected: Ty, why: Why<'db>) -> bool {
        let mut work = Vec::new();
        if !self.reopen(expr, &mut work) {
            return false;
        }
        while let Some((branch, found)) = work.pop() {
            if self.reopen(branch, &mut work) {
                continue;
            }
            let Err(clash) = self.table.unify(expected, found) else {
                continue;
            };
            let node = self.blamed(branch);
            let mut problem = self.mismatch(branch, node, expected, found, clash, why);
            if let Why::Result { node } = why {
                // The other branches are as declared.
                let declares = |edit: &crate::problem::ProblemEdit<'_>| edit.place.node == node.0;
                problem.fixes.retain(|fix| !fix.edits.iter().any(declares));
            }
            self.problems.push(problem);
            self.exprs[branch.0 as usize].kind = ExprKind::Error;
        }
        true
    }

    /// The branches of a form have the type that is expected from outside, and some have another one: the advice is about
    /// those alone.
    pub(super) fn confirm(&mut self, expr: ExprId, expected: Ty) {
        let Some(dispute) = self.dispute_of(expr) else {
            return;
        };
        let Dispute {
            branches, problems, ..
        } = &self.disputes[dispute];
        let (branches, problems) = (branches.clone(), problems.clone());
        for at in problems {
            let Some(problem) = self.problems.get(at).filter(|problem| problem.code == 3010) else {
                continue;
            };
            let is_here =
                |(branch, _): &&(ExprId, Ty)| Place::node(self.blamed(*branch)) == problem.at;
            let is_aside = problem.fixes.iter().any(|fix| {
                let places = fix.edits.iter().map(|edit| edit.place);
                places.into_iter().any(|place| place != problem.at)
            });
            if let Some(&(_, found)) = branches.iter().find(is_here).filter(|_| is_aside) {
                let mut problem = problem.clone();
                problem.help = None;
                problem.fixes.clear();
                let (want, have) = (self.render_expanded(expected), self.render_expanded(found));
                let place = problem.at;
                self.problems[at] = self.conversion(problem, place, &want, &have);
            }
        }
    }

    /// The form with branches that differ whose value an expression has.
    pub(super) fn dispute_of(&self, expr: ExprId) -> Option<usize> {
        if self.disputes.is_empty() {
            return None;
        }
        let node = self.blamed(expr);
        self.disputes.iter().position(|it| it.node == node)
    }

    /// Takes back what was told of the branches of an expression, and yields them; false if they do not differ.
    fn reopen(&mut self, expr: ExprId, work: &mut Vec<(ExprId, Ty)>) -> bool {
        let Some(dispute) = self.dispute_of(expr) else {
            return false;
        };
        let dispute = &self.disputes[dispute];
        let told = self.problems.get_mut(dispute.problems.clone());
        for problem in told.unwrap_or_default() {
            if matches!(problem.code, 3001 | 3003 | 3010 | 3018) {
                problem.code = WITHDRAWN;
            }
        }
        work.extend(dispute.branches.iter().rev());
        true
    }
}
