//! Patterns of several arms that all have another type than the value at one place: the value is the mistake, and it is
//! told once.

use rustc_hash::FxHashMap;
use wat_syntax::{NodeId, NodeKind};

use crate::problem::Place;

use super::Infer;
use super::report::WITHDRAWN;

/// The way to a place inside a value: the constructors around it, and which of their parts it is.
type Way<'a> = Vec<(&'a str, usize)>;

impl<'db> Infer<'db> {
    /// Makes one finding of those that were told from `start` on of all patterns for one place of the matched value.
    pub(super) fn gather_misfits(&mut self, start: usize, arms: &[NodeId]) {
        let mut wrong: FxHashMap<Place<'db>, usize> = FxHashMap::default();
        for (at, problem) in self.problems.iter().enumerate().skip(start) {
            if problem.code == 2303 && problem.message.starts_with("this pattern matches") {
                wrong.insert(problem.at, at);
            }
        }
        if wrong.len() < 2 {
            return;
        }
        let mut columns: FxHashMap<Way<'db>, Vec<Option<usize>>> = FxHashMap::default();
        for &arm in arms {
            let pattern = self.ast.children(arm).next();
            let mut work: Vec<(NodeId, Way<'db>)> =
                pattern.into_iter().map(|it| (it, Way::new())).collect();
            while let Some((node, way)) = work.pop() {
                if self.ast.as_symbol(node).is_some() {
                    continue;
                }
                let head = self.ast.children(node).next();
                let told = |node| wrong.get(&Place::node(node)).copied();
                let at = told(node).or_else(|| head.and_then(told));
                if at.is_none() {
                    let (constructor, skipped) = match self.ast.kind(node) {
                        NodeKind::List => (head.and_then(|it| self.ast.as_keyword(it)), 1),
                        NodeKind::Vector => (Some("["), 0),
                        _ => (None, 0),
                    };
                    let parts = self.ast.children(node).enumerate().skip(skipped);
                    for (index, part) in parts.filter(|_| constructor.is_some()) {
                        let step = (constructor.unwrap_or_default(), index);
                        work.push((part, way.iter().copied().chain([step]).collect()));
                    }
                }
                columns.entry(way).or_default().push(at);
            }
        }
        for column in columns.into_values() {
            if let Some(told) = column.into_iter().collect::<Option<Vec<usize>>>() {
                self.merge(told);
            }
        }
    }

    /// Makes labels of all findings but the first with the same message.
    fn merge(&mut self, mut told: Vec<usize>) {
        told.sort_unstable();
        let mut firsts: Vec<usize> = Vec::new();
        for at in told {
            let same = |first: &&usize| self.problems[**first].message == self.problems[at].message;
            let Some(&first) = firsts.iter().find(same) else {
                firsts.push(at);
                continue;
            };
            let other = self.problems[at].clone();
            self.problems[at].code = WITHDRAWN;
            let problem = &mut self.problems[first];
            problem.labels.push((other.at, "and here".to_owned()));
            for (fix, more) in problem.fixes.iter_mut().zip(other.fixes) {
                fix.edits.extend(more.edits);
            }
        }
    }
}
