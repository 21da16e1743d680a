//! Jumps to a branch on what the jump brings go where the branch would.
//!
//! `(if (or a b) x y)` is a block that yields a truth value, and a branch on it. A path that yields a constant knows its
//! way, and one that yields a local can branch itself, next to where the local was computed: a comparison and its branch
//! become one instruction. Threading makes nodes that several branches lead to; each such edge gets a node of its own,
//! so that what dies on the edge has a place to be released.

use crate::graph::sorted;
use crate::{BlockId, Const, Exit, Graph, Local, Node, Operand, Ty};

impl<'f> Graph<'f> {
    /// The same function without detours: nodes that only one other leads to, and joins that only ask for a truth value
    /// that a path to them brings. A target of a branch has no other predecessor, as before.
    pub fn threaded(mut self) -> Graph<'f> {
        self.merge();
        let reads = self.reads();
        let mut jumps: Vec<Vec<usize>> = vec![Vec::new(); self.nodes.len()];
        for (index, node) in self.nodes.iter().enumerate() {
            if let Exit::Goto { to, .. } = node.exit {
                jumps[to.0 as usize].push(index);
            }
        }
        // Later joins first: what jumps to them may become such a join.
        for (join, jumps) in jumps.iter().enumerate().rev() {
            let Some((asked, then, otherwise)) = self.question(join, &reads) else {
                continue;
            };
            let ready = jumps.iter().filter(|from| self.answers(**from, asked));
            let ready: Vec<usize> = ready.copied().collect();
            if ready.is_empty() {
                continue;
            }
            self.split(join, then, otherwise);
            for from in ready {
                self.redirect(from, then, otherwise);
            }
        }
        self.nodes = sorted(self.nodes);
        self
    }

    /// Puts a node behind the only one that leads to it, if it does nothing else.
    fn merge(&mut self) {
        let mut sources = vec![0; self.nodes.len()];
        for node in &self.nodes {
            let targets = node.exit.targets().into_iter();
            targets.for_each(|target| sources[target.0 as usize] += 1);
        }
        // A node may be one that has taken others in: edges lead to later nodes.
        for index in (0..self.nodes.len()).rev() {
            let node = &self.nodes[index];
            let Exit::Goto { to, assigns } = &node.exit else {
                continue;
            };
            let next = to.0 as usize;
            if !assigns.is_empty() || !node.ends.is_empty() || sources[next] != 1 {
                continue;
            }
            let next = std::mem::replace(
                &mut self.nodes[next],
                Node {
                    ops: Vec::new(),
                    exit: Exit::Unreachable,
                    ends: Vec::new(),
                },
            );
            let node = &mut self.nodes[index];
            node.ops.extend(next.ops);
            (node.exit, node.ends) = (next.exit, next.ends);
        }
    }

    /// How often each local is read.
    fn reads(&self) -> Vec<u32> {
        let mut reads = vec![0; self.function.locals.len()];
        let mut count = |operand: &Operand| {
            if let Operand::Local(local) = operand {
                reads[local.0 as usize] += 1;
            }
        };
        for node in &self.nodes {
            let values = node.ops.iter().flat_map(|op| op.value.operands());
            values.for_each(&mut count);
            match &node.exit {
                Exit::Return(value) => count(value),
                Exit::TailCall { callee, args, .. } => {
                    args.iter().for_each(&mut count);
                    if let crate::Callee::Value(value) = callee {
                        count(value);
                    }
                }
                Exit::If { cond, .. } => count(cond),
                Exit::Switch { on, .. } => count(on),
                Exit::Goto { assigns, .. } => assigns.iter().for_each(|assign| count(assign.1)),
                Exit::Unreachable => {}
            }
        }
        reads
    }

    /// If a node only branches on a local that nothing else reads: that local and both targets.
    fn question(&self, node: usize, reads: &[u32]) -> Option<(Local, BlockId, BlockId)> {
        let node = &self.nodes[node];
        match node.exit {
            Exit::If {
                cond: Operand::Local(asked),
                then,
                otherwise,
            } if node.ops.is_empty() && node.ends.is_empty() => {
                (reads[asked.0 as usize] == 1).then_some((*asked, then, otherwise))
            }
            _ => None,
        }
    }

    /// Whether a jump brings just that local, and a branch can take its place: a branch leaves no scope of what may
    /// have to be released.
    fn answers(&self, from: usize, asked: Local) -> bool {
        let node = &self.nodes[from];
        let Exit::Goto { assigns, .. } = &node.exit else {
            return false;
        };
        match &assigns[..] {
            [(to, Operand::Const(Const::Bool(_)))] => *to == asked,
            [(to, Operand::Local(_))] => {
                *to == asked && node.ends.iter().all(|local| self.is_plain(*local))
            }
            _ => false,
        }
    }

    fn is_plain(&self, local: Local) -> bool {
        matches!(
            self.function.locals[local.0 as usize].ty,
            Ty::I64 | Ty::F64 | Ty::Bool | Ty::U8 | Ty::Nil
        )
    }

    /// Makes a jump to the question the answer.
    fn redirect(&mut self, from: usize, then: BlockId, otherwise: BlockId) {
        let Exit::Goto { assigns, .. } = &self.nodes[from].exit else {
            return;
        };
        match assigns[0].1 {
            Operand::Const(value) => {
                self.nodes[from].exit = Exit::Goto {
                    to: match value {
                        Const::Bool(true) => then,
                        _ => otherwise,
                    },
                    assigns: Vec::new(),
                };
            }
            cond @ Operand::Local(_) => {
                self.nodes[from].ends.clear();
                self.nodes[from].exit = Exit::If {
                    cond,
                    then: self.edge(then),
                    otherwise: self.edge(otherwise),
                };
            }
        }
    }

    /// Gives the edges of a branch nodes of their own.
    fn split(&mut self, branch: usize, then: BlockId, otherwise: BlockId) {
        let edges = (self.edge(then), self.edge(otherwise));
        if let Exit::If {
            then, otherwise, ..
        } = &mut self.nodes[branch].exit
        {
            (*then, *otherwise) = edges;
        }
    }

    fn edge(&mut self, to: BlockId) -> BlockId {
        self.nodes.push(Node {
            ops: Vec::new(),
            exit: Exit::Goto {
                to,
                assigns: Vec::new(),
            },
            ends: Vec::new(),
        });
        BlockId(self.nodes.len() as u32 - 1)
    }
}
