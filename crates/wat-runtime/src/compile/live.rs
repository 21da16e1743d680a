//! Liveness: which locals die where. One backward sweep, because the graph has no cycle.

use wat_ir::{Callee, Exit, Graph, Local, Operand};

/// A set of locals.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Locals(Vec<u64>);

impl Locals {
    pub fn new(len: usize) -> Locals {
        Locals(vec![0; len.div_ceil(64)])
    }

    pub fn has(&self, local: Local) -> bool {
        self.0[local.0 as usize / 64] >> (local.0 % 64) & 1 == 1
    }

    /// Whether it was absent.
    fn add(&mut self, local: Local) -> bool {
        let fresh = !self.has(local);
        self.0[local.0 as usize / 64] |= 1 << (local.0 % 64);
        fresh
    }

    fn remove(&mut self, local: Local) -> bool {
        let held = self.has(local);
        self.0[local.0 as usize / 64] &= !(1 << (local.0 % 64));
        held
    }

    fn union(&mut self, other: &Locals) {
        for (to, from) in self.0.iter_mut().zip(&other.0) {
            *to |= from;
        }
    }

    /// The members that `other` lacks, ascending.
    pub fn minus(&self, other: &Locals) -> Vec<Local> {
        let mut out = Vec::new();
        for (index, (mine, theirs)) in self.0.iter().zip(&other.0).enumerate() {
            let mut bits = mine & !theirs;
            while bits != 0 {
                out.push(Local((index * 64) as u32 + bits.trailing_zeros()));
                bits &= bits - 1;
            }
        }
        out
    }

    pub fn iter(&self) -> Vec<Local> {
        self.minus(&Locals(vec![0; self.0.len()]))
    }
}

/// What dies at an operation.
#[derive(Clone, Default)]
pub(crate) struct Deaths {
    /// Operands that are not read again.
    pub operands: Vec<Local>,
    /// Whether the result is never read.
    pub result: bool,
}

/// Liveness of one node.
pub(crate) struct NodeLife {
    /// Live at the entry.
    pub entry: Locals,
    /// Live after the entry's drops: what dies on the edge is what the predecessor had and the node does not need.
    pub dropped: Vec<Local>,
    /// Per operation.
    pub ops: Vec<Deaths>,
}

/// The locals an operand list reads.
pub(crate) fn locals<'o>(
    operands: impl Iterator<Item = &'o Operand>,
) -> impl Iterator<Item = Local> {
    operands.filter_map(|operand| match operand {
        Operand::Local(local) => Some(*local),
        Operand::Const(_) => None,
    })
}

/// The operands an exit reads.
pub(crate) fn exit_operands<'e>(exit: &Exit<'e>) -> Vec<&'e Operand> {
    match exit {
        Exit::Return(value) => vec![value],
        Exit::TailCall { callee, args, .. } => {
            let called = if let Callee::Value(value) = callee {
                Some(value)
            } else {
                None
            };
            args.iter().chain(called).collect()
        }
        Exit::If { cond, .. } => vec![cond],
        Exit::Switch { on, .. } => vec![on],
        Exit::Goto { assigns, .. } => assigns.iter().map(|assign| assign.1).collect(),
        Exit::Unreachable => Vec::new(),
    }
}

/// Liveness of every node. A local that is `scoped` lives until its scope ends.
pub(crate) fn liveness(graph: &Graph<'_>, scoped: &[bool]) -> Vec<NodeLife> {
    let count = graph.function.locals.len();
    let mut lives: Vec<NodeLife> = Vec::with_capacity(graph.nodes.len());
    let last = graph.nodes.len() - 1;
    // Filled from the last node to the first; reversed at the end.
    for node in graph.nodes.iter().rev() {
        let entry_of = |lives: &[NodeLife], id: u32| lives[last - id as usize].entry.clone();
        let mut live = Locals::new(count);
        for target in node.exit.targets() {
            live.union(&entry_of(&lives, target.0));
        }
        if let Exit::Goto { assigns, .. } = &node.exit {
            for (dst, _) in assigns {
                live.remove(*dst);
            }
        }
        for local in locals(exit_operands(&node.exit).into_iter()) {
            live.add(local);
        }
        for local in &node.ends {
            if scoped[local.0 as usize] {
                live.add(*local);
            }
        }
        if matches!(node.exit, Exit::If { .. } | Exit::Switch { .. }) {
            // The branch only looks; each target lets go of what it does not need.
            for target in node.exit.targets() {
                let life = &mut lives[last - target.0 as usize];
                life.dropped = live.minus(&life.entry);
            }
        }
        let mut ops = Vec::with_capacity(node.ops.len());
        for op in node.ops.iter().rev() {
            let result = !live.remove(op.dst);
            let mut operands = Vec::new();
            for local in locals(op.value.operands()) {
                if live.add(local) {
                    operands.push(local);
                }
            }
            ops.push(Deaths { operands, result });
        }
        ops.reverse();
        lives.push(NodeLife {
            entry: live,
            dropped: Vec::new(),
            ops,
        });
    }
    lives.reverse();
    let entry = graph.function.captures + graph.function.params;
    let mut given = Locals::new(count);
    for local in 0..entry {
        given.add(Local(local));
    }
    lives[0].dropped = given.minus(&lives[0].entry);
    lives
}
