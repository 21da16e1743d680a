//! Threading: `(-> x (f a) g)` is `(g (f x a))`, `(->> x (f a) g)` is `(g (f a x))`.
//!
//! Nothing is rewritten: a step is inferred where it stands, with one argument more than is written in it. So every
//! position in a step is its own, and a mistake in a step is told there.

use wat_syntax::{Applicability, NodeId, NodeKind};

use crate::problem::{EditAt, Place, Problem, ProblemEdit};

use super::Infer;
use super::typed::ExprId;

/// The argument that a step gets.
#[derive(Clone, Copy)]
pub(super) struct Threaded {
    value: NodeId,
    pub(super) last: bool,
}

impl<'db> Infer<'db> {
    pub(super) fn thread_form(&mut self, node: NodeId, path: &str, last: bool) -> ExprId {
        let nodes = self.argument_nodes(node);
        let Some((&first, steps)) = nodes.split_first() else {
            if !self.ast.is_poisoned(node) {
                self.problems.push(
                    Problem::new(
                        2402,
                        Place::node(node),
                        format!("`{path}` needs a value and steps"),
                    )
                    .label("the value is missing")
                    .help(format!(
                        "write `({path} value (:some::function argument …) …)`"
                    )),
                );
            }
            return self.error(node);
        };
        let mut value = first;
        for &step in steps {
            match self.ast.kind(step) {
                NodeKind::List if self.ast.child_count(step) == 0 => self.empty_step(step),
                NodeKind::List | NodeKind::Keyword(_) | NodeKind::Symbol(_) => {
                    self.threaded.insert(step, Threaded { value, last });
                    if last {
                        self.late.insert(value);
                    }
                    value = step;
                }
                NodeKind::Error => return self.error(node),
                _ => {
                    self.problems.push(
                        Problem::new(2215, Place::node(step), "a step of a thread is a call")
                            .label("this cannot be called")
                            .help("a step is a call without one argument, or a function"),
                    );
                    return self.error(node);
                }
            }
        }
        self.expr(value)
    }

    /// A step: a list is a call as written, a name is called.
    pub(super) fn step(&mut self, node: NodeId) -> ExprId {
        match self.ast.kind(node) {
            NodeKind::Keyword(text) => self.path_call(node, node, text),
            NodeKind::Symbol(text) => self.symbol_call(node, node, text),
            _ => self.list(node),
        }
    }

    /// WAT2216.
    fn empty_step(&mut self, step: NodeId) {
        if self.ast.is_poisoned(step) {
            return;
        }
        self.problems.push(
            Problem::new(2216, Place::node(step), "a step of a thread is empty")
                .label("nothing is called here")
                .fix(
                    "delete the step",
                    Applicability::MachineApplicable,
                    vec![ProblemEdit {
                        at: EditAt::DeleteThrough(step.0),
                        place: Place::node(step),
                        insert: String::new(),
                    }],
                ),
        );
    }

    /// Is an argument written as a keyword? A step that is one is a call.
    pub(super) fn is_keyword(&self, argument: NodeId) -> bool {
        self.ast.as_keyword(argument).is_some() && !self.threaded.contains_key(&argument)
    }

    /// The arguments of a list: those that are written, and the one that threading adds.
    pub(super) fn argument_nodes(&self, node: NodeId) -> Vec<NodeId> {
        let mut nodes: Vec<NodeId> = self.ast.children(node).skip(1).collect();
        match self.threaded.get(&node) {
            Some(&Threaded { value, last: false }) => nodes.insert(0, value),
            Some(&Threaded { value, last: true }) => nodes.push(value),
            None => {}
        }
        nodes
    }
}
