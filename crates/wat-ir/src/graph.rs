//! The control-flow graph of a function: its nested blocks laid flat, in topological order.
//!
//! A join's body cannot jump to itself, loops are tail calls, so the graph has no cycle and every later pass is one
//! sweep over an array. The walk keeps its own work list; nesting costs no Rust stack.

use crate::{Block, Callee, End, Function, Join, Local, Operand, Origin, Stmt, Value};

/// Index into [`Graph::nodes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlockId(pub u32);

/// One straight-line operation. Its value is never [`Value::Block`].
#[derive(Clone, Copy, Debug)]
pub struct Op<'f> {
    /// The local it assigns.
    pub dst: Local,
    /// What it computes.
    pub value: &'f Value,
    /// Where it was written.
    pub at: Origin,
}

/// How a node ends.
#[derive(Clone, Debug)]
pub enum Exit<'f> {
    /// The function returns.
    Return(&'f Operand),
    /// A call replaces the frame.
    TailCall {
        /// Whom.
        callee: &'f Callee,
        /// With what.
        args: &'f [Operand],
        /// Where it was written.
        at: Origin,
    },
    /// A two-way branch.
    If {
        /// The condition.
        cond: &'f Operand,
        /// Taken if true.
        then: BlockId,
        /// Taken if false.
        otherwise: BlockId,
    },
    /// A branch on a variant.
    Switch {
        /// The value.
        on: &'f Operand,
        /// Variant and target.
        cases: Vec<(u32, BlockId)>,
        /// Where the rest goes.
        default: Option<BlockId>,
    },
    /// Assigns in parallel, then continues there.
    Goto {
        /// Where.
        to: BlockId,
        /// What gets what.
        assigns: Vec<(Local, &'f Operand)>,
    },
    /// Cannot be reached.
    Unreachable,
}

/// A basic block.
#[derive(Clone, Debug)]
pub struct Node<'f> {
    /// Executed in order.
    pub ops: Vec<Op<'f>>,
    /// What happens then.
    pub exit: Exit<'f>,
    /// The locals with a name whose scope ends here, the last one bound first. The scope of a local is the rest of the
    /// block that assigns it; that of a parameter or capture is the function.
    pub ends: Vec<Local>,
}

/// A function laid flat. Node 0 is the entry; every edge leads to a later node; every node can be reached.
#[derive(Clone, Debug)]
pub struct Graph<'f> {
    /// The function.
    pub function: &'f Function,
    /// Its basic blocks.
    pub nodes: Vec<Node<'f>>,
}

/// Why a function has no graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GraphError {
    /// A tail call that is not in tail position.
    NotTail(Origin),
    /// A jump to a join point that no enclosing block declares before it.
    UnknownJoin(Join),
    /// A jump with the wrong number of arguments.
    JumpArity(Join),
    /// A join point declared twice in one scope.
    DuplicateJoin(Join),
}

/// Where the value of a block goes.
#[derive(Clone, Copy)]
enum Then {
    Return,
    /// To a local, with the names that are in scope there.
    Assign(Local, BlockId, Option<usize>),
}

/// A join point in scope: a linked list in an arena, innermost first.
struct Scope<'f> {
    outer: Option<usize>,
    id: Join,
    params: &'f [Local],
    node: BlockId,
    bound: Option<usize>,
}

struct Work<'f> {
    block: &'f Block,
    first_stmt: usize,
    node: BlockId,
    then: Then,
    scope: Option<usize>,
    /// The names in scope: a linked list in an arena, innermost first.
    bound: Option<usize>,
}

struct Builder<'f> {
    function: &'f Function,
    bounds: Vec<(Option<usize>, Local)>,
    nodes: Vec<Node<'f>>,
    scopes: Vec<Scope<'f>>,
    work: Vec<Work<'f>>,
}

impl<'f> Graph<'f> {
    /// Lays `function` flat. Lambdas are functions of their own and are not entered.
    pub fn new(function: &'f Function) -> Result<Graph<'f>, GraphError> {
        let mut builder = Builder {
            function,
            bounds: Vec::new(),
            nodes: Vec::new(),
            scopes: Vec::new(),
            work: Vec::new(),
        };
        let entry = builder.node();
        let entries = (function.captures + function.params).min(function.locals.len() as u32);
        let bound = (0..entries).fold(None, |bound, local| builder.bind(bound, Local(local)));
        builder.push(&function.body, entry, Then::Return, None, bound);
        while let Some(work) = builder.work.pop() {
            builder.block(work)?;
        }
        Ok(Graph {
            function,
            nodes: sorted(builder.nodes),
        })
    }
}

impl<'f> Builder<'f> {
    fn node(&mut self) -> BlockId {
        self.nodes.push(Node {
            ops: Vec::new(),
            exit: Exit::Unreachable,
            ends: Vec::new(),
        });
        BlockId(
            u32::try_from(self.nodes.len() - 1).expect("fewer than 2^32 blocks fit into memory"),
        )
    }

    /// The names in scope after a local was assigned.
    fn bind(&mut self, bound: Option<usize>, local: Local) -> Option<usize> {
        match self.function.locals.get(local.0 as usize) {
            Some(decl) if !decl.name.is_empty() => {
                self.bounds.push((bound, local));
                Some(self.bounds.len() - 1)
            }
            _ => bound,
        }
    }

    /// The names in scope that are not in an outer one.
    fn leaving(&self, mut bound: Option<usize>, outer: Option<usize>) -> Vec<Local> {
        let mut ends = Vec::new();
        while let Some(index) = bound.filter(|_| bound != outer) {
            let (next, local) = self.bounds[index];
            ends.push(local);
            bound = next;
        }
        ends
    }

    fn push(
        &mut self,
        block: &'f Block,
        node: BlockId,
        then: Then,
        scope: Option<usize>,
        bound: Option<usize>,
    ) {
        self.work.push(Work {
            block,
            first_stmt: 0,
            node,
            then,
            scope,
            bound,
        });
    }

    fn block(&mut self, mut work: Work<'f>) -> Result<(), GraphError> {
        for (index, stmt) in work.block.stmts.iter().enumerate().skip(work.first_stmt) {
            match stmt {
                Stmt::Let {
                    dst,
                    value: Value::Block(inner),
                    ..
                } => {
                    let entry = self.node();
                    let rest = self.node();
                    self.nodes[work.node.0 as usize].exit = Exit::Goto {
                        to: entry,
                        assigns: Vec::new(),
                    };
                    work.node = rest;
                    work.first_stmt = index + 1;
                    let (scope, bound) = (work.scope, work.bound);
                    work.bound = self.bind(bound, *dst);
                    self.work.push(work);
                    self.push(inner, entry, Then::Assign(*dst, rest, bound), scope, bound);
                    return Ok(());
                }
                Stmt::Let { dst, value, at } => {
                    self.nodes[work.node.0 as usize].ops.push(Op {
                        dst: *dst,
                        value,
                        at: *at,
                    });
                    work.bound = self.bind(work.bound, *dst);
                }
                Stmt::Join { id, params, body } => {
                    if self.find(work.scope, *id).is_some() {
                        return Err(GraphError::DuplicateJoin(*id));
                    }
                    let node = self.node();
                    let inside = params
                        .iter()
                        .fold(work.bound, |bound, param| self.bind(bound, *param));
                    self.push(body, node, work.then, work.scope, inside);
                    self.scopes.push(Scope {
                        bound: work.bound,
                        outer: work.scope,
                        id: *id,
                        params,
                        node,
                    });
                    work.scope = Some(self.scopes.len() - 1);
                }
            }
        }
        self.end(work)
    }

    fn end(&mut self, work: Work<'f>) -> Result<(), GraphError> {
        // Down to where the names of the target begin; a branch leaves no scope.
        let mut ends = match (&work.block.end, work.then) {
            (End::If { .. } | End::Switch { .. } | End::Jump { .. }, _) => Vec::new(),
            (End::Yield(_), Then::Assign(_, _, outer)) => self.leaving(work.bound, outer),
            _ => self.leaving(work.bound, None),
        };
        let exit = match &work.block.end {
            End::Return(value) => Exit::Return(value),
            End::Yield(value) => match work.then {
                Then::Return => Exit::Return(value),
                Then::Assign(dst, to, _) => Exit::Goto {
                    to,
                    assigns: vec![(dst, value)],
                },
            },
            End::TailCall { callee, args, at } => match work.then {
                Then::Return => Exit::TailCall {
                    callee,
                    args,
                    at: *at,
                },
                Then::Assign(..) => return Err(GraphError::NotTail(*at)),
            },
            End::If {
                cond,
                then,
                otherwise,
            } => {
                let (yes, no) = (self.node(), self.node());
                self.push(then, yes, work.then, work.scope, work.bound);
                self.push(otherwise, no, work.then, work.scope, work.bound);
                Exit::If {
                    cond,
                    then: yes,
                    otherwise: no,
                }
            }
            End::Switch { on, cases, default } => {
                let mut targets = Vec::with_capacity(cases.len());
                for (variant, block) in cases {
                    let node = self.node();
                    self.push(block, node, work.then, work.scope, work.bound);
                    targets.push((*variant, node));
                }
                let default = default.as_ref().map(|block| {
                    let node = self.node();
                    self.push(block, node, work.then, work.scope, work.bound);
                    node
                });
                Exit::Switch {
                    on,
                    cases: targets,
                    default,
                }
            }
            End::Jump { to, args } => {
                let scope = self
                    .find(work.scope, *to)
                    .ok_or(GraphError::UnknownJoin(*to))?;
                if scope.params.len() != args.len() {
                    return Err(GraphError::JumpArity(*to));
                }
                ends = self.leaving(work.bound, scope.bound);
                Exit::Goto {
                    to: scope.node,
                    assigns: scope.params.iter().copied().zip(args.iter()).collect(),
                }
            }
            End::Unreachable => Exit::Unreachable,
        };
        let node = &mut self.nodes[work.node.0 as usize];
        node.exit = exit;
        node.ends = ends;
        Ok(())
    }

    fn find(&self, mut scope: Option<usize>, id: Join) -> Option<&Scope<'f>> {
        while let Some(index) = scope {
            if self.scopes[index].id == id {
                return Some(&self.scopes[index]);
            }
            scope = self.scopes[index].outer;
        }
        None
    }
}

impl Exit<'_> {
    /// The nodes it may lead to.
    pub fn targets(&self) -> Vec<BlockId> {
        match self {
            Exit::If {
                then, otherwise, ..
            } => vec![*then, *otherwise],
            Exit::Switch { cases, default, .. } => {
                cases.iter().map(|case| case.1).chain(*default).collect()
            }
            Exit::Goto { to, .. } => vec![*to],
            Exit::Return(_) | Exit::TailCall { .. } | Exit::Unreachable => Vec::new(),
        }
    }

    fn renumber(&mut self, order: &[u32]) {
        let new = |id: &mut BlockId| *id = BlockId(order[id.0 as usize]);
        match self {
            Exit::If {
                then, otherwise, ..
            } => {
                new(then);
                new(otherwise);
            }
            Exit::Switch { cases, default, .. } => {
                cases.iter_mut().for_each(|case| new(&mut case.1));
                default.iter_mut().for_each(new);
            }
            Exit::Goto { to, .. } => new(to),
            Exit::Return(_) | Exit::TailCall { .. } | Exit::Unreachable => {}
        }
    }
}

/// Reverse postorder of the nodes that can be reached, so that a branch's first target follows it directly.
pub(crate) fn sorted(nodes: Vec<Node<'_>>) -> Vec<Node<'_>> {
    let mut postorder = Vec::new();
    let mut seen = vec![false; nodes.len()];
    let mut stack = vec![(0usize, nodes[0].exit.targets())];
    seen[0] = true;
    while let Some((node, targets)) = stack.last_mut() {
        // The last target is visited first, so the first one ends up next to its branch.
        match targets.pop() {
            Some(target) => {
                let index = target.0 as usize;
                if !std::mem::replace(&mut seen[index], true) {
                    stack.push((index, nodes[index].exit.targets()));
                }
            }
            None => {
                postorder.push(*node);
                stack.pop();
            }
        }
    }
    let mut order = vec![0; nodes.len()];
    for (new, old) in postorder.iter().rev().enumerate() {
        order[*old] = new as u32;
    }
    let mut nodes: Vec<Option<Node<'_>>> = nodes.into_iter().map(Some).collect();
    postorder
        .iter()
        .rev()
        .map(|&old| {
            let mut node = nodes[old].take().expect("postorder holds each node once");
            node.exit.renumber(&order);
            node
        })
        .collect()
}
