//! Code emission: one pass over the graph in order, with moves, counts and fused branches.

mod ops;
mod plan;

use super::alloc::{MAX_REGISTERS, Registers, allocate};
use super::intrinsic::{Cmp, Intrinsic, float_jump_not, int_constant_jump, int_jump, intrinsic};
use super::live::{Deaths, NodeLife, exit_operands, liveness, locals};
use super::{CompileError, Linker};
use crate::code::{Code, Ins, Op, Site};
use plan::Plan;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use wat_ir::{BlockId, Callee, Const, Exit, Function, Graph, Local, Operand, Origin, Value};
use wat_value::{Desc, desc_of_const};

/// Compiles one instance. `far` makes every jump reach everywhere.
pub(crate) fn emit(
    function: &Function,
    types: &[&'static Desc],
    linker: &mut dyn Linker,
    far: bool,
) -> Result<Code, CompileError> {
    let graph =
        Graph::new(function).map_err(|error| CompileError::Invalid(format!("{error:?}")))?;
    let graph = graph.threaded();
    let mut descs = Vec::with_capacity(function.locals.len());
    for local in &function.locals {
        descs.push(linker.desc(&local.ty, types)?);
    }
    // What may hold a handle lives as long as its name: that it is released can be observed.
    let scoped: Vec<bool> = function
        .locals
        .iter()
        .zip(&descs)
        .map(|(local, desc)| {
            !local.name.is_empty() && desc.is_pointer() && linker.holds_resources(desc)
        })
        .collect();
    let lives = liveness(&graph, &scoped);
    let plan = Plan::new(&graph, types, &descs, linker)?;
    let registers = allocate(&graph, &lives, &scoped, &plan);
    let mut emitter = Emitter {
        graph: &graph,
        types,
        descs,
        scoped,
        lives: &lives,
        registers,
        linker,
        far,
        out: Vec::new(),
        sites: Vec::new(),
        starts: vec![0; graph.nodes.len()],
        jumps: Vec::new(),
        frame: function.params + u32::from(function.captures > 0),
        held: BTreeSet::new(),
        at: function.at,
    };
    emitter.run()?;
    Ok(Code {
        name: function.name.clone(),
        instructions: emitter.out.into(),
        sites: emitter.sites.into(),
        frame: emitter.frame,
        guard: None,
    })
}

struct Emitter<'f, 'l> {
    graph: &'f Graph<'f>,
    types: &'f [&'static Desc],
    descs: Vec<&'static Desc>,
    /// Locals that live until their scope ends.
    scoped: Vec<bool>,
    lives: &'f [NodeLife],
    registers: Registers,
    linker: &'l mut dyn Linker,
    far: bool,
    out: Vec<Ins>,
    sites: Vec<Site>,
    starts: Vec<u32>,
    /// Instructions whose target is a node.
    jumps: Vec<(usize, BlockId)>,
    frame: u32,
    /// Locals whose reference this frame owns at this point.
    held: BTreeSet<Local>,
    at: Origin,
}

type Emit<T = ()> = Result<T, CompileError>;

impl Emitter<'_, '_> {
    fn run(&mut self) -> Emit {
        for index in 0..self.graph.nodes.len() {
            self.node(index)?;
        }
        self.link()
    }

    /// Gives jumps their distance: to the end of a chain of jumps. A jump to a return returns itself.
    fn link(&mut self) -> Emit {
        let jumps = std::mem::take(&mut self.jumps);
        let through: FxHashMap<usize, usize> = jumps
            .iter()
            .filter(|(from, _)| self.out[*from].op == Op::Jmp)
            .map(|(from, target)| (*from, self.starts[target.0 as usize] as usize))
            .collect();
        for (from, target) in jumps {
            let mut to = self.starts[target.0 as usize] as usize;
            while let Some(next) = through.get(&to) {
                to = *next;
            }
            let (there, offset) = (self.out[to], to as i64 - from as i64);
            let ins = &mut self.out[from];
            if (ins.op, there.op) == (Op::Jmp, Op::Ret) {
                *ins = there;
                continue;
            }
            if matches!(ins.op, Op::Jmp | Op::JmpIfNot) {
                let wide = i32::try_from(offset).map_err(|_| CompileError::TooLarge)?;
                *ins = Ins::wide(ins.op, ins.a, wide as u32);
            } else {
                ins.c = i16::try_from(offset).map_err(|_| CompileError::TooFar)? as u16;
            }
        }
        Ok(())
    }

    // Small pieces.

    fn push(&mut self, ins: Ins) {
        self.out.push(ins);
    }

    /// Counts a place, if an observer wants to; the entry of the function is counted in the first node alone.
    fn count(&mut self, at: Origin) {
        let is_entry = at == self.graph.function.at && !self.out.is_empty();
        if !is_entry && let Some(counter) = self.linker.counter(&self.graph.function.name, at) {
            self.push(Ins::wide(Op::Count, 0, counter));
        }
    }

    fn desc(&self, operand: &Operand) -> &'static Desc {
        match operand {
            Operand::Local(local) => self.descs[local.0 as usize],
            Operand::Const(constant) => desc_of_const(constant),
        }
    }

    fn pointer(&self, local: Local) -> bool {
        self.descs[local.0 as usize].is_pointer()
    }

    fn reg(&mut self, register: u32) -> Emit<u16> {
        self.frame = self.frame.max(register + 1);
        if register > MAX_REGISTERS {
            Err(CompileError::TooLarge)
        } else {
            Ok(register as u16)
        }
    }

    fn of(&mut self, local: Local) -> Emit<u16> {
        self.reg(self.registers.of[local.0 as usize])
    }

    fn load(&mut self, register: u16, constant: &Const) -> Emit {
        let word = match constant {
            Const::Nil => 0,
            Const::I64(n) => *n as u64,
            Const::F64(bits) => *bits,
            Const::Bool(b) => u64::from(*b),
            Const::U8(n) => u64::from(*n),
            Const::Str(_) | Const::Keyword(_) | Const::Form(_) => {
                let index = self.linker.constant(constant);
                self.push(Ins::wide(Op::LoadK, register, index));
                return Ok(());
            }
        };
        if let Ok(small) = i32::try_from(word as i64) {
            self.push(Ins::wide(Op::LoadI, register, small as u32));
        } else {
            let index = self.linker.word(word);
            self.push(Ins::wide(Op::LoadK, register, index));
        }
        Ok(())
    }

    /// The register of an operand; a constant goes to `*scratch`, which is advanced.
    fn read(&mut self, operand: &Operand, scratch: &mut u32) -> Emit<u16> {
        match operand {
            Operand::Local(local) => self.of(*local),
            Operand::Const(constant) => {
                let register = self.reg(*scratch)?;
                *scratch += 1;
                self.load(register, constant)?;
                Ok(register)
            }
        }
    }

    /// Notes that the next instruction may fail or calls: the frame owns what `held` says.
    fn site(&mut self) -> Emit {
        let mut owned: Vec<u16> = Vec::with_capacity(self.held.len());
        for local in &self.held {
            owned.push(self.registers.of[local.0 as usize] as u16);
        }
        owned.sort_unstable();
        self.sites.push(Site {
            pc: self.out.len() as u32,
            at: self.at,
            operation: None,
            owned: owned.into(),
        });
        Ok(())
    }

    /// The same for an instruction that stands for a native.
    fn site_of(&mut self, operation: Option<&'static str>) -> Emit {
        self.site()?;
        if let Some(site) = self.sites.last_mut() {
            site.operation = operation;
        }
        Ok(())
    }

    fn hold(&mut self, local: Local) {
        if self.pointer(local) {
            self.held.insert(local);
        }
    }

    fn release(&mut self, local: Local) -> Emit {
        if self.held.remove(&local) {
            let register = self.of(local)?;
            self.push(Ins::new(Op::Release, register, 0, 0));
        }
        Ok(())
    }

    fn small(operand: &Operand) -> Option<i16> {
        match operand {
            Operand::Const(Const::I64(n)) => i16::try_from(*n).ok(),
            Operand::Const(Const::U8(n)) => Some(i16::from(*n)),
            Operand::Const(Const::Bool(b)) => Some(i16::from(*b)),
            Operand::Const(Const::Nil) => Some(0),
            _ => None,
        }
    }

    // Nodes.

    fn node(&mut self, index: usize) -> Emit {
        self.starts[index] = self.out.len() as u32;
        let (lives, graph) = (self.lives, self.graph);
        let life = &lives[index];
        self.held = life
            .entry
            .iter()
            .into_iter()
            .filter(|local| self.pointer(*local))
            .collect();
        let first = self.registers.first[index];
        if index == 0 {
            self.count(graph.function.at);
            self.prologue(life)?;
        } else {
            for local in &life.dropped {
                if self.pointer(*local) {
                    self.held.insert(*local);
                    self.release(*local)?;
                }
            }
        }
        let node = &graph.nodes[index];
        let fused = self.fused(index);
        let plain = node.ops.len() - usize::from(fused);
        for op_index in 0..plain {
            let op = &node.ops[op_index];
            self.at = op.at;
            self.count(op.at);
            self.op(op.dst, op.value, &life.ops[op_index], first + 1 + op_index)?;
        }
        let position = first + 1 + node.ops.len();
        if fused {
            self.count(node.ops[plain].at);
            self.fused_branch(index, position - 1)
        } else {
            self.exit(index, position)
        }
    }

    /// Captures go to their registers; parameters that nothing reads are released.
    fn prologue(&mut self, life: &NodeLife) -> Emit {
        let f = self.graph.function;
        if f.captures > 0 {
            let env = self.reg(f.params)?;
            for index in 0..f.captures {
                let local = Local(index);
                if life.entry.has(local) {
                    let register = self.of(local)?;
                    let op = if self.pointer(local) {
                        Op::FieldP
                    } else {
                        Op::Field
                    };
                    let field = u16::try_from(index + 1).map_err(|_| CompileError::TooLarge)?;
                    self.push(Ins::new(op, register, env, field));
                }
            }
            self.push(Ins::new(Op::Release, env, 0, 0));
        }
        for local in &life.dropped {
            if local.0 >= f.captures && self.pointer(*local) {
                self.held.insert(*local);
                self.release(*local)?;
            }
        }
        Ok(())
    }

    /// Whether the last operation of a node is a comparison that only its branch reads.
    fn fused(&self, index: usize) -> bool {
        let node = &self.graph.nodes[index];
        let (
            Exit::If {
                cond: Operand::Local(cond),
                then,
                otherwise,
            },
            Some(op),
        ) = (&node.exit, node.ops.last())
        else {
            return false;
        };
        let needed = |id: BlockId| self.lives[id.0 as usize].entry.has(*cond);
        op.dst == *cond
            && !needed(*then)
            && !needed(*otherwise)
            && self.comparison(op.value).is_some()
    }

    fn comparison(&self, value: &Value) -> Option<(bool, Cmp)> {
        let Value::Call {
            callee: Callee::Native { name, .. },
            args,
        } = value
        else {
            return None;
        };
        let [first, second] = &**args else {
            return None;
        };
        // Comparisons take both operands at one type.
        let desc = if matches!(first, Operand::Const(_)) {
            self.desc(second)
        } else {
            self.desc(first)
        };
        if desc.is_pointer() {
            return None;
        }
        match intrinsic(name, &[desc])? {
            Intrinsic::Ints(cmp) => Some((false, cmp)),
            Intrinsic::Floats(cmp) => Some((true, cmp)),
            _ => None,
        }
    }

    fn fused_branch(&mut self, index: usize, position: usize) -> Emit {
        let graph = self.graph;
        let node = &graph.nodes[index];
        let Exit::If {
            then, otherwise, ..
        } = &node.exit
        else {
            return Ok(());
        };
        let Some(op) = node.ops.last() else {
            return Ok(());
        };
        let (Some((floats, cmp)), Value::Call { args, .. }) = (self.comparison(op.value), op.value)
        else {
            return Ok(());
        };
        let mut scratch = self.registers.top[position];
        if self.far {
            let register = self.reg(scratch)?;
            scratch += 1;
            self.compare(floats, cmp, register, args, scratch)?;
            self.jump_to(Ins::wide(Op::JmpIfNot, register, 0), *otherwise);
        } else if floats && let Some(jump) = self.float_jump(cmp, args, scratch)? {
            self.jump_to(jump, *otherwise);
        } else if floats {
            let (op, swap) = float_jump_not(cmp);
            let (mut a, mut b) = (
                self.read(&args[0], &mut scratch)?,
                self.read(&args[1], &mut scratch)?,
            );
            if swap {
                (a, b) = (b, a);
            }
            self.jump_to(Ins::new(op, a, b, 0), *otherwise);
        } else {
            self.int_branch(cmp.negated(), args, scratch, *otherwise)?;
        }
        self.fall_to(index, *then);
        Ok(())
    }

    fn int_branch(&mut self, cmp: Cmp, args: &[Operand], mut scratch: u32, to: BlockId) -> Emit {
        let (first, second) = (&args[0], &args[1]);
        if let Some(k) = Self::small(second) {
            let a = self.read(first, &mut scratch)?;
            self.jump_to(Ins::new(int_constant_jump(cmp), a, k as u16, 0), to);
        } else if let Some(k) = Self::small(first) {
            let b = self.read(second, &mut scratch)?;
            self.jump_to(
                Ins::new(int_constant_jump(cmp.swapped()), b, k as u16, 0),
                to,
            );
        } else {
            let (a, b) = (
                self.read(first, &mut scratch)?,
                self.read(second, &mut scratch)?,
            );
            let (op, swap) = int_jump(cmp);
            self.jump_to(
                if swap {
                    Ins::new(op, b, a, 0)
                } else {
                    Ins::new(op, a, b, 0)
                },
                to,
            );
        }
        Ok(())
    }

    fn jump_to(&mut self, ins: Ins, to: BlockId) {
        self.jumps.push((self.out.len(), to));
        self.push(ins);
    }

    fn fall_to(&mut self, from: usize, to: BlockId) {
        if to.0 as usize != from + 1 {
            self.jump_to(Ins::wide(Op::Jmp, 0, 0), to);
        }
    }

    // Exits.

    fn exit(&mut self, index: usize, position: usize) -> Emit {
        let graph = self.graph;
        let mut scratch = self.registers.top[position];
        self.leave_scopes(index)?;
        match &graph.nodes[index].exit {
            Exit::Return(value) => {
                let register = self.read(value, &mut scratch)?;
                self.push(Ins::new(Op::Ret, register, 0, 0));
            }
            Exit::TailCall { callee, args, at } => {
                self.at = *at;
                self.count(*at);
                self.tail_call(callee, args, position, &graph.nodes[index].ends)?;
            }
            Exit::If {
                cond,
                then,
                otherwise,
            } => {
                let register = self.read(cond, &mut scratch)?;
                self.jump_to(Ins::wide(Op::JmpIfNot, register, 0), *otherwise);
                self.fall_to(index, *then);
            }
            Exit::Switch { on, cases, default } => {
                let register = self.read(on, &mut scratch)?;
                self.switch(index, register, cases, *default)?;
            }
            Exit::Goto { to, assigns } => {
                let args: Vec<(u32, &Operand)> = assigns
                    .iter()
                    .map(|(dst, value)| (self.registers.of[dst.0 as usize], *value))
                    .collect();
                // A join's parameter that nothing reads has a register all the same: its interval is one point.
                self.place(
                    &args,
                    |local| !self.lives[to.0 as usize].entry.has(local),
                    scratch,
                )?;
                for (dst, _) in assigns {
                    if !self.lives[to.0 as usize].entry.has(*dst) && self.pointer(*dst) {
                        self.held.insert(*dst);
                        self.release(*dst)?;
                    }
                }
                self.fall_to(index, *to);
            }
            Exit::Unreachable => {
                self.site()?;
                self.push(Ins::new(Op::Unreachable, 0, 0, 0));
            }
        }
        Ok(())
    }

    fn switch(
        &mut self,
        index: usize,
        register: u16,
        cases: &[(u32, BlockId)],
        default: Option<BlockId>,
    ) -> Emit {
        match (cases, default) {
            ([(variant, then)], Some(other)) if !self.far && *variant <= u32::from(u16::MAX) => {
                self.jump_to(Ins::new(Op::JVariant, register, *variant as u16, 0), other);
                self.fall_to(index, *then);
            }
            ([(variant, then), (_, other)], None)
                if !self.far && *variant <= u32::from(u16::MAX) =>
            {
                self.jump_to(Ins::new(Op::JVariant, register, *variant as u16, 0), *other);
                self.fall_to(index, *then);
            }
            ([(_, only)], None) => self.fall_to(index, *only),
            ([], Some(only)) => self.fall_to(index, only),
            _ => {
                let highest = cases.iter().map(|case| case.0).max().unwrap_or(0);
                if highest > u32::from(u16::MAX) {
                    return Err(CompileError::TooLarge);
                }
                // A row of jumps behind the instruction; the table holds offsets to them.
                let rows = cases.len() as i32;
                let mut table = vec![rows + 1; highest as usize + 2];
                for (row, (variant, _)) in cases.iter().enumerate() {
                    table[*variant as usize] = row as i32 + 1;
                }
                let table = self.linker.table(table.into());
                self.push(Ins::wide(Op::Switch, register, table));
                for (_, target) in cases {
                    self.jump_to(Ins::wide(Op::Jmp, 0, 0), *target);
                }
                match default {
                    Some(target) => self.jump_to(Ins::wide(Op::Jmp, 0, 0), target),
                    None => {
                        self.site()?;
                        self.push(Ins::new(Op::Unreachable, 0, 0, 0));
                    }
                }
            }
        }
        Ok(())
    }

    /// Releases what is bound where control leaves, unless it goes along. A native is called before.
    fn leave_scopes(&mut self, index: usize) -> Emit {
        let node = &self.graph.nodes[index];
        let native = matches!(
            node.exit,
            Exit::TailCall {
                callee: Callee::Native { .. },
                ..
            }
        );
        if native || matches!(node.exit, Exit::Unreachable) {
            return Ok(());
        }
        let taken: Vec<Local> = locals(exit_operands(&node.exit).into_iter()).collect();
        for local in &node.ends {
            if self.scoped[local.0 as usize] && !taken.contains(local) {
                self.release(*local)?;
            }
        }
        Ok(())
    }

    fn tail_call(
        &mut self,
        callee: &Callee,
        args: &[Operand],
        position: usize,
        ends: &[Local],
    ) -> Emit {
        let scratch = self.registers.top[position];
        if let Callee::Native { name, types } = callee {
            // A native has no frame of its own: call it, then return.
            let unscoped = self.held.iter().filter(|local| !ends.contains(local));
            let deaths = Deaths {
                operands: unscoped.chain(ends).copied().collect(),
                result: false,
            };
            let ret = &self.graph.function.ret;
            let desc = self.linker.desc(ret, self.types)?;
            let register = self.reg(scratch)?;
            self.native(name, types, args, desc, register, &deaths, scratch + 1)?;
            self.push(Ins::new(Op::Ret, register, 0, 0));
            return Ok(());
        }
        let called = if let Callee::Value(value) = callee {
            Some(value)
        } else {
            None
        };
        let placed: Vec<(u32, &Operand)> = (0..).zip(args.iter().chain(called)).collect();
        // Whatever is not passed was released before; nothing lives on.
        self.place(&placed, |_| true, scratch.max(placed.len() as u32))?;
        self.held.clear();
        match callee {
            Callee::Function { name, types } => {
                let target = self
                    .linker
                    .function(name, types, self.types, self.pointers(args))?;
                self.site()?;
                self.push(Ins::wide(Op::TailCall, 0, target));
            }
            _ => {
                self.site()?;
                let count = u16::try_from(args.len()).map_err(|_| CompileError::TooLarge)?;
                self.push(Ins::new(Op::TailClosure, 0, 0, count));
            }
        }
        Ok(())
    }

    fn pointers(&self, args: &[Operand]) -> Box<[bool]> {
        args.iter().map(|arg| self.desc(arg).is_pointer()).collect()
    }
}
