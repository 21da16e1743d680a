//! Registers: a linear scan over the graph in topological order.
//!
//! An operation at position p reads at time 2p and writes at 2p + 1, so that a result may take the register of an
//! operand that dies. A call's window lies above everything that lives across it; a value that is computed only to be
//! passed is computed in its place in the window, where nothing else needs to be moved.

use super::live::{NodeLife, exit_operands, locals};
use std::collections::BTreeSet;
use wat_ir::{Callee, Exit, Graph, Local, Value};

/// Registers beyond this cannot be named by an instruction.
pub(crate) const MAX_REGISTERS: u32 = 60_000;

/// Where locals live.
pub(crate) struct Registers {
    /// Register of each local; `u32::MAX` if it is never written.
    pub of: Vec<u32>,
    /// Per position: one more than the highest register that is in use after the reads (a call's window starts above).
    pub across: Vec<u32>,
    /// Per position: one more than the highest register in use at all; scratch registers start here.
    pub top: Vec<u32>,
    /// First position of each node: its entry. Operations and the exit follow.
    pub first: Vec<usize>,
}

/// How an operation treats its operands and result.
pub(crate) trait Shape {
    /// Whether the operation borrows this operand, so that it is released after the result was written.
    fn borrows(&self, node: usize, op: usize, operand: usize) -> bool;
    /// Whether values are passed in a window with a header slot (calls of wat functions).
    fn is_call(&self, value: &Value) -> bool;
}

#[derive(Clone, Copy)]
struct Interval {
    start: usize,
    end: usize,
    hint: Hint,
}

#[derive(Clone, Copy)]
enum Hint {
    None,
    /// The n-th slot of the window of the call at this position.
    Window(usize, u32, bool),
    /// The register of another local.
    Same(Local),
}

pub(crate) fn allocate(
    graph: &Graph<'_>,
    lives: &[NodeLife],
    scoped: &[bool],
    shape: &dyn Shape,
) -> Registers {
    let count = graph.function.locals.len();
    let never = Interval {
        start: usize::MAX,
        end: 0,
        hint: Hint::None,
    };
    let mut scan = Scan {
        intervals: vec![never; count],
        first: Vec::new(),
        positions: 0,
    };
    scan.measure(graph, lives, scoped, shape);
    scan.assign(graph, shape)
}

struct Scan {
    intervals: Vec<Interval>,
    first: Vec<usize>,
    positions: usize,
}

impl Scan {
    fn read(&mut self, local: Local, time: usize) {
        let interval = &mut self.intervals[local.0 as usize];
        interval.end = interval.end.max(time);
    }

    fn write(&mut self, local: Local, time: usize) {
        let interval = &mut self.intervals[local.0 as usize];
        interval.start = interval.start.min(time);
        interval.end = interval.end.max(time);
    }

    fn measure(
        &mut self,
        graph: &Graph<'_>,
        lives: &[NodeLife],
        scoped: &[bool],
        shape: &dyn Shape,
    ) {
        let f = graph.function;
        for local in 0..f.captures {
            self.write(Local(local), 1);
        }
        for local in f.captures..f.captures + f.params {
            self.write(Local(local), 0);
        }
        let mut position = 0;
        for (index, node) in graph.nodes.iter().enumerate() {
            self.first.push(position);
            for local in &lives[index].dropped {
                self.read(*local, 2 * position + 1);
            }
            position += 1;
            for (op_index, op) in node.ops.iter().enumerate() {
                self.window_hints(op.value, position, shape);
                for (nth, operand) in op.value.operands().enumerate() {
                    if let wat_ir::Operand::Local(local) = operand {
                        let late = usize::from(shape.borrows(index, op_index, nth));
                        self.read(*local, 2 * position + late);
                    }
                }
                if let Value::Use(wat_ir::Operand::Local(local)) = op.value {
                    self.intervals[op.dst.0 as usize].hint = Hint::Same(*local);
                }
                self.write(op.dst, 2 * position + 1);
                position += 1;
            }
            for local in node.ends.iter().filter(|l| scoped[l.0 as usize]) {
                self.read(*local, 2 * position);
            }
            self.exit(&node.exit, position);
            position += 1;
        }
        self.positions = position;
    }

    fn exit(&mut self, exit: &Exit<'_>, position: usize) {
        for local in locals(exit_operands(exit).into_iter()) {
            self.read(local, 2 * position);
        }
        match exit {
            Exit::Goto { assigns, .. } => {
                for (dst, value) in assigns {
                    if let (wat_ir::Operand::Local(local), Hint::None) =
                        (value, self.intervals[dst.0 as usize].hint)
                    {
                        self.intervals[dst.0 as usize].hint = Hint::Same(*local);
                    }
                    self.write(*dst, 2 * position + 1);
                }
            }
            Exit::TailCall { args, callee, .. } => {
                let called = if let Callee::Value(value) = callee {
                    Some(value)
                } else {
                    None
                };
                for (nth, operand) in args.iter().chain(called).enumerate() {
                    if let wat_ir::Operand::Local(local) = operand {
                        self.hint(*local, Hint::Window(position, nth as u32, true));
                    }
                }
            }
            _ => {}
        }
    }

    fn window_hints(&mut self, value: &Value, position: usize, shape: &dyn Shape) {
        if shape.is_call(value) {
            for (nth, operand) in value.operands().enumerate() {
                if let wat_ir::Operand::Local(local) = operand {
                    self.hint(*local, Hint::Window(position, nth as u32, false));
                }
            }
        }
    }

    fn hint(&mut self, local: Local, hint: Hint) {
        // A parameter stays where it is; the last use decides for the others.
        self.intervals[local.0 as usize].hint = hint;
    }

    fn assign(self, graph: &Graph<'_>, shape: &dyn Shape) -> Registers {
        let f = graph.function;
        let mut out = Registers {
            of: vec![u32::MAX; self.intervals.len()],
            across: vec![0; self.positions],
            top: vec![0; self.positions],
            first: self.first,
        };
        let mut order: Vec<u32> = (0..self.intervals.len() as u32)
            .filter(|i| self.intervals[*i as usize].start != usize::MAX)
            .collect();
        order.sort_by_key(|i| (self.intervals[*i as usize].start, *i));
        let mut pool = Pool::default();
        let env = f.params;
        if f.captures > 0 {
            pool.take(env, 1);
        }
        let mut next = order.into_iter().peekable();
        let calls = call_positions(graph, shape, self.positions);
        for (position, is_call) in calls.into_iter().enumerate() {
            // The registers in use while position `p` reads: everything started before 2p + 1 that has not ended.
            pool.expire(2 * position);
            let mut top = pool.highest();
            pool.expire(2 * position + 1);
            // What ends at 2p has been let go of, what ends at 2p + 1 has not.
            let across = pool.highest();
            out.across[position] = across;
            while let Some(&local) = next.peek() {
                let interval = self.intervals[local as usize];
                if interval.start > 2 * position + 1 {
                    break;
                }
                next.next();
                let register = if local >= f.captures && local < f.captures + f.params {
                    local - f.captures
                } else {
                    let window = is_call.then_some(across + 1);
                    pool.choose(wish(&self.intervals, &out.of, &pool, local, window))
                };
                pool.take(register, interval.end);
                out.of[local as usize] = register;
            }
            top = top.max(pool.highest());
            out.top[position] = top;
        }
        out
    }
}

fn call_positions(graph: &Graph<'_>, shape: &dyn Shape, positions: usize) -> Vec<bool> {
    let mut calls = Vec::with_capacity(positions);
    for node in &graph.nodes {
        calls.push(false);
        calls.extend(node.ops.iter().map(|op| shape.is_call(op.value)));
        calls.push(false);
    }
    calls
}

/// The register a local would best have.
fn wish(
    intervals: &[Interval],
    of: &[u32],
    pool: &Pool,
    local: u32,
    window: Option<u32>,
) -> Option<u32> {
    let interval = intervals[local as usize];
    match interval.hint {
        Hint::Window(_, nth, true) => Some(nth),
        Hint::Window(call, nth, false) if interval.end == 2 * call => {
            Some(pool.highest_beyond(2 * call) + 1 + nth)
        }
        Hint::Same(other) if intervals[other.0 as usize].end < interval.start => {
            Some(of[other.0 as usize])
        }
        _ => window,
    }
}

/// Registers in use, with the time until which they are.
#[derive(Default)]
struct Pool {
    busy: std::collections::BTreeMap<u32, usize>,
    ends: BTreeSet<(usize, u32)>,
}

impl Pool {
    fn take(&mut self, register: u32, end: usize) {
        self.busy.insert(register, end);
        self.ends.insert((end, register));
    }

    /// Frees what ends before `time`.
    fn expire(&mut self, time: usize) {
        while let Some(&(end, register)) = self.ends.first() {
            if end >= time {
                break;
            }
            self.ends.pop_first();
            self.busy.remove(&register);
        }
    }

    fn highest(&self) -> u32 {
        self.busy
            .last_key_value()
            .map_or(0, |(register, _)| register + 1)
    }

    /// One more than the highest register that is still in use after `time`.
    fn highest_beyond(&self, time: usize) -> u32 {
        self.busy
            .iter()
            .rev()
            .find(|(_, end)| **end > time)
            .map_or(0, |(register, _)| register + 1)
    }

    fn choose(&self, wish: Option<u32>) -> u32 {
        if let Some(register) =
            wish.filter(|register| *register != u32::MAX && !self.busy.contains_key(register))
        {
            return register;
        }
        let mut free = 0;
        for register in self.busy.keys() {
            if *register > free {
                break;
            }
            free = register + 1;
        }
        free
    }
}
