//! Code emission: one pass over the graph in order, with moves, counts and fused branches.

use super::alloc::{MAX_REGISTERS, Registers, Shape, allocate};
use super::intrinsic::{
    Cmp, Intrinsic, float_jump_not, float_set, int_constant_jump, int_constant_set, int_jump,
    int_set, intrinsic,
};
use super::live::{Deaths, NodeLife, liveness};
use super::moves::{Move, parallel};
use super::{CompileError, Linker, Make};
use crate::code::{Code, Ins, Op, Site};
use std::collections::BTreeSet;
use std::sync::Arc;
use wat_ir::{BlockId, Callee, Const, Exit, Function, Graph, Local, Operand, Origin, Value};
use wat_value::{Desc, Instance, desc_of_const};

/// Compiles one instance. `far` makes every jump reach everywhere.
pub(crate) fn emit(
    function: &Function,
    types: &[&'static Desc],
    linker: &mut dyn Linker,
    far: bool,
) -> Result<Code, CompileError> {
    let graph =
        Graph::new(function).map_err(|error| CompileError::Invalid(format!("{error:?}")))?;
    let mut descs = Vec::with_capacity(function.locals.len());
    for local in &function.locals {
        descs.push(linker.desc(&local.ty, types)?);
    }
    let lives = liveness(&graph);
    let plan = Plan::new(&graph, types, &descs, linker)?;
    let registers = allocate(&graph, &lives, &plan);
    let mut emitter = Emitter {
        graph: &graph,
        types,
        descs,
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
    })
}

/// What was decided about each operation before registers are given out.
struct Plan<'f> {
    /// Per node, per operation: natives' letters, or nothing if operands are owned.
    takes: Vec<Vec<Takes>>,
    graph: &'f Graph<'f>,
    pointers: Vec<bool>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    All,
    None,
    Letters(&'static str),
}

impl<'f> Plan<'f> {
    fn new(
        graph: &'f Graph<'f>,
        types: &[&'static Desc],
        descs: &[&'static Desc],
        linker: &mut dyn Linker,
    ) -> Result<Plan<'f>, CompileError> {
        let mut takes = Vec::with_capacity(graph.nodes.len());
        for node in &graph.nodes {
            let mut of_node = Vec::with_capacity(node.ops.len());
            for op in &node.ops {
                of_node.push(match op.value {
                    Value::Field { .. } | Value::Element { .. } => Takes::None,
                    Value::Call {
                        callee: Callee::Native { name, types: args },
                        ..
                    } => {
                        let mut closed = Vec::with_capacity(args.len());
                        for ty in args {
                            closed.push(linker.desc(ty, types)?);
                        }
                        if intrinsic(name, &closed).is_some() {
                            Takes::None
                        } else {
                            Takes::Letters(linker.native_takes(name)?)
                        }
                    }
                    _ => Takes::All,
                });
            }
            takes.push(of_node);
        }
        Ok(Plan {
            takes,
            graph,
            pointers: descs.iter().map(|desc| desc.is_pointer()).collect(),
        })
    }

    fn owns(&self, node: usize, op: usize, operand: usize) -> bool {
        match self.takes[node][op] {
            Takes::All => true,
            Takes::None => false,
            Takes::Letters(letters) => wat_value::Native::owns(letters, operand),
        }
    }
}

impl Shape for Plan<'_> {
    fn borrows(&self, node: usize, op: usize, operand: usize) -> bool {
        let pointer = match self.graph.nodes[node].ops[op].value.operands().nth(operand) {
            Some(Operand::Local(local)) => self.pointers[local.0 as usize],
            _ => false,
        };
        pointer && !self.owns(node, op, operand)
    }

    fn is_call(&self, value: &Value) -> bool {
        matches!(
            value,
            Value::Call {
                callee: Callee::Function { .. } | Callee::Value(_),
                ..
            }
        )
    }
}

struct Emitter<'f, 'l> {
    graph: &'f Graph<'f>,
    types: &'f [&'static Desc],
    descs: Vec<&'static Desc>,
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
        for (from, target) in std::mem::take(&mut self.jumps) {
            let offset = i64::from(self.starts[target.0 as usize]) - from as i64;
            let ins = &mut self.out[from];
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
            Const::Str(_) | Const::Keyword(_) => {
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
            owned: owned.into(),
        });
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
            self.op(op.dst, op.value, &life.ops[op_index], first + 1 + op_index)?;
        }
        let position = first + 1 + node.ops.len();
        if fused {
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
        match &graph.nodes[index].exit {
            Exit::Return(value) => {
                let register = self.read(value, &mut scratch)?;
                self.push(Ins::new(Op::Ret, register, 0, 0));
            }
            Exit::TailCall { callee, args, at } => {
                self.at = *at;
                self.tail_call(callee, args, position)?;
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

    fn tail_call(&mut self, callee: &Callee, args: &[Operand], position: usize) -> Emit {
        let scratch = self.registers.top[position];
        if let Callee::Native { name, types } = callee {
            // A native has no frame of its own: call it, then return.
            let deaths = Deaths {
                operands: self.held.iter().copied().collect(),
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

    // Operations.

    /// Puts operands into registers, as their new owners: moves what dies, counts what lives on or is passed twice.
    fn place(
        &mut self,
        placed: &[(u32, &Operand)],
        dies: impl Fn(Local) -> bool,
        scratch: u32,
    ) -> Emit {
        let mut moves = Vec::new();
        let mut moved: BTreeSet<Local> = BTreeSet::new();
        let mut counted = Vec::new();
        for (to, operand) in placed {
            self.reg(*to)?;
            if let Operand::Local(local) = operand {
                let from = self.registers.of[local.0 as usize];
                moves.push(Move { from, to: *to });
                if self.pointer(*local) && (!dies(*local) || !moved.insert(*local)) {
                    counted.push(*to);
                }
            }
        }
        for Move { from, to } in parallel(&moves, scratch) {
            let (from, to) = (self.reg(from)?, self.reg(to)?);
            self.push(Ins::new(Op::Mov, to, from, 0));
        }
        for register in counted {
            self.push(Ins::new(Op::Retain, register as u16, 0, 0));
        }
        for (to, operand) in placed {
            if let Operand::Const(constant) = operand {
                self.load(*to as u16, constant)?;
            }
        }
        for local in moved {
            self.held.remove(&local);
        }
        Ok(())
    }

    fn op(&mut self, dst: Local, value: &Value, deaths: &Deaths, position: usize) -> Emit {
        let across = self.registers.across[position];
        let top = self.registers.top[position];
        let to = self.of(dst)?;
        match value {
            Value::Use(operand) => self.place(
                &[(u32::from(to), operand)],
                |l| deaths.operands.contains(&l),
                top,
            )?,
            Value::Call {
                callee: Callee::Native { name, types },
                args,
            } => {
                let desc = self.descs[dst.0 as usize];
                self.native(name, types, args, desc, to, deaths, top)?;
            }
            Value::Call { callee, args } => self.call(callee, args, to, deaths, across + 1, top)?,
            Value::Tuple(parts) => self.make(dst, 0, parts, to, deaths, top)?,
            Value::Variant { index, fields } => self.make(dst, *index, fields, to, deaths, top)?,
            Value::Vector(parts) => self.collection("vector", dst, parts, to, deaths, top)?,
            Value::HashMap(parts) => self.collection("map", dst, parts, to, deaths, top)?,
            Value::HashSet(parts) => self.collection("set", dst, parts, to, deaths, top)?,
            Value::Closure { lambda, captures } => {
                self.closure(*lambda, captures, dst, to, deaths, top)?
            }
            Value::FunctionRef { name, types } => {
                let desc = self.descs[dst.0 as usize];
                let pointers = desc.parts[..desc.parts.len() - 1]
                    .iter()
                    .map(|part| part.is_pointer())
                    .collect();
                let target = self.linker.function(name, types, self.types, pointers)?;
                let index = self.linker.constant_closure(desc, target);
                self.push(Ins::wide(Op::LoadK, to, index));
            }
            Value::NativeRef { name, types } => {
                let desc = self.descs[dst.0 as usize];
                let target = self.linker.native_function(name, types, self.types, desc)?;
                let index = self.linker.constant_closure(desc, target);
                self.push(Ins::wide(Op::LoadK, to, index));
            }
            Value::Element { of, index } => self.field(of, *index, dst, to, top)?,
            Value::Field { of, index, .. } => self.field(of, *index, dst, to, top)?,
            Value::Global { name } => {
                let index = self.linker.global(name);
                let op = if self.pointer(dst) {
                    Op::GlobalP
                } else {
                    Op::Global
                };
                self.site()?;
                self.push(Ins::wide(op, to, index));
            }
            Value::Block(_) => return Err(CompileError::Invalid("a nested block".to_owned())),
        }
        self.after(dst, deaths)
    }

    /// Releases borrowed operands that die here, and the result if nothing reads it.
    fn after(&mut self, dst: Local, deaths: &Deaths) -> Emit {
        for local in &deaths.operands {
            self.release(*local)?;
        }
        self.hold(dst);
        if deaths.result {
            self.release(dst)?;
        }
        Ok(())
    }

    fn field(&mut self, of: &Operand, index: u32, dst: Local, to: u16, mut top: u32) -> Emit {
        let from = self.read(of, &mut top)?;
        let op = if self.pointer(dst) {
            Op::FieldP
        } else {
            Op::Field
        };
        let index = u16::try_from(index).map_err(|_| CompileError::TooLarge)?;
        self.push(Ins::new(op, to, from, index));
        Ok(())
    }

    fn call(
        &mut self,
        callee: &Callee,
        args: &[Operand],
        to: u16,
        deaths: &Deaths,
        base: u32,
        top: u32,
    ) -> Emit {
        let called = if let Callee::Value(value) = callee {
            Some(value)
        } else {
            None
        };
        let placed: Vec<(u32, &Operand)> = (base..).zip(args.iter().chain(called)).collect();
        let scratch = top.max(base + placed.len() as u32);
        self.place(&placed, |local| deaths.operands.contains(&local), scratch)?;
        let window = self.reg(base)?;
        match callee {
            Callee::Function { name, types } => {
                let target = self
                    .linker
                    .function(name, types, self.types, self.pointers(args))?;
                self.site()?;
                self.push(Ins::wide(Op::Call, window, target));
            }
            _ => {
                self.site()?;
                let count = u16::try_from(args.len()).map_err(|_| CompileError::TooLarge)?;
                self.push(Ins::new(Op::CallClosure, window, 0, count));
            }
        }
        if to != window {
            self.push(Ins::new(Op::Mov, to, window, 0));
        }
        Ok(())
    }

    /// Operands in a row from `top` on, owned.
    fn row(&mut self, operands: &[Operand], deaths: &Deaths, top: u32) -> Emit<u16> {
        let placed: Vec<(u32, &Operand)> = (top..).zip(operands).collect();
        self.place(
            &placed,
            |local| deaths.operands.contains(&local),
            top + operands.len() as u32,
        )?;
        self.reg(top)
    }

    fn make(
        &mut self,
        dst: Local,
        variant: u32,
        parts: &[Operand],
        to: u16,
        deaths: &Deaths,
        top: u32,
    ) -> Emit {
        let desc = self.descs[dst.0 as usize];
        if parts.is_empty() {
            return self.load(to, &Const::I64(wat_value::immediate(variant) as i64));
        }
        if desc
            .variants()
            .get(variant as usize)
            .is_none_or(|layout| layout.fields.len() != parts.len())
        {
            return Err(CompileError::Invalid(format!(
                "variant {variant} of a type that does not have it so"
            )));
        }
        let base = self.row(parts, deaths, top)?;
        let make = self.linker.make(Make {
            desc,
            variant,
            count: parts.len() as u32,
            code: None,
        });
        self.push(Ins::indexed(Op::Make, to, base, make).ok_or(CompileError::TooLarge)?);
        Ok(())
    }

    fn collection(
        &mut self,
        kind: &str,
        dst: Local,
        parts: &[Operand],
        to: u16,
        deaths: &Deaths,
        top: u32,
    ) -> Emit {
        let desc = self.descs[dst.0 as usize];
        let base = self.row(parts, deaths, top)?;
        let instance = Instance {
            types: Box::default(),
            ret: desc,
        };
        let native = self.linker.native(kind, instance, parts.len())?;
        self.site()?;
        self.push(Ins::wide(Op::Native, base, native));
        self.push(Ins::new(Op::Mov, to, base, 0));
        Ok(())
    }

    fn closure(
        &mut self,
        lambda: u32,
        captures: &[Operand],
        dst: Local,
        to: u16,
        deaths: &Deaths,
        top: u32,
    ) -> Emit {
        let desc = self.descs[dst.0 as usize];
        let function: &Arc<Function> = self
            .graph
            .function
            .lambdas
            .get(lambda as usize)
            .ok_or_else(|| {
                CompileError::Invalid("a closure over a lambda that is not there".to_owned())
            })?;
        let pointers = desc.parts[..desc.parts.len() - 1]
            .iter()
            .map(|part| part.is_pointer())
            .collect();
        let target = self.linker.lambda(function, self.types, pointers);
        if captures.is_empty() {
            let index = self.linker.constant_closure(desc, target);
            self.push(Ins::wide(Op::LoadK, to, index));
            return Ok(());
        }
        let held: Vec<&'static Desc> = captures.iter().map(|capture| self.desc(capture)).collect();
        let desc = wat_value::closure_desc(desc, &held);
        let base = self.row(captures, deaths, top)?;
        let make = self.linker.make(Make {
            desc,
            variant: 0,
            count: captures.len() as u32,
            code: Some(target),
        });
        self.push(Ins::indexed(Op::Make, to, base, make).ok_or(CompileError::TooLarge)?);
        Ok(())
    }

    fn compare(
        &mut self,
        floats: bool,
        cmp: Cmp,
        to: u16,
        args: &[Operand],
        mut scratch: u32,
    ) -> Emit {
        if !floats {
            let constant = match (Self::small(&args[0]), Self::small(&args[1])) {
                (_, Some(k)) => Some((&args[0], cmp, k)),
                (Some(k), None) => Some((&args[1], cmp.swapped(), k)),
                _ => None,
            };
            if let Some((operand, cmp, k)) = constant {
                let a = self.read(operand, &mut scratch)?;
                self.push(Ins::new(int_constant_set(cmp), to, a, k as u16));
                return Ok(());
            }
        }
        let (a, b) = (
            self.read(&args[0], &mut scratch)?,
            self.read(&args[1], &mut scratch)?,
        );
        let (op, swap) = if floats { float_set(cmp) } else { int_set(cmp) };
        self.push(if swap {
            Ins::new(op, to, b, a)
        } else {
            Ins::new(op, to, a, b)
        });
        Ok(())
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "an operation with its destination and surroundings"
    )]
    fn native(
        &mut self,
        name: &str,
        types: &[wat_ir::Ty],
        args: &[Operand],
        ret: &'static Desc,
        to: u16,
        deaths: &Deaths,
        mut top: u32,
    ) -> Emit {
        let mut closed = Vec::with_capacity(types.len());
        for ty in types {
            closed.push(self.linker.desc(ty, self.types)?);
        }
        if let Some(found) = intrinsic(name, &closed) {
            let needed = if matches!(found, Intrinsic::Unary { .. }) {
                1
            } else {
                2
            };
            if args.len() != needed {
                return Err(CompileError::Invalid(format!(
                    "{} arguments for `{name}`",
                    args.len()
                )));
            }
            self.intrinsic(found, args, to, top)?;
            return self.release_dead(deaths);
        }
        let takes = self.linker.native_takes(name)?;
        let base = top;
        top += args.len().max(1) as u32;
        let (mut owned, mut borrowed) = (Vec::new(), Vec::new());
        for (index, arg) in args.iter().enumerate() {
            let place = (base + index as u32, arg);
            if wat_value::Native::owns(takes, index) {
                owned.push(place)
            } else {
                borrowed.push(place)
            }
        }
        // A local that is also borrowed here must outlive the call, so it is not moved away.
        let lent: Vec<Local> = borrowed
            .iter()
            .filter_map(|(_, arg)| {
                if let Operand::Local(local) = arg {
                    Some(*local)
                } else {
                    None
                }
            })
            .collect();
        for (to, operand) in &borrowed {
            let register = self.reg(*to)?;
            match operand {
                Operand::Local(local) => {
                    let from = self.of(*local)?;
                    self.push(Ins::new(Op::Mov, register, from, 0));
                }
                Operand::Const(constant) => self.load(register, constant)?,
            }
        }
        self.place(
            &owned,
            |local| deaths.operands.contains(&local) && !lent.contains(&local),
            top,
        )?;
        let native = self.linker.native(
            name,
            Instance {
                types: closed.into(),
                ret,
            },
            args.len(),
        )?;
        self.site()?;
        let window = self.reg(base)?;
        self.push(Ins::wide(Op::Native, window, native));
        if window != to {
            self.push(Ins::new(Op::Mov, to, window, 0));
        }
        self.release_dead(deaths)
    }

    fn release_dead(&mut self, deaths: &Deaths) -> Emit {
        deaths
            .operands
            .iter()
            .try_for_each(|local| self.release(*local))
    }

    fn intrinsic(&mut self, found: Intrinsic, args: &[Operand], to: u16, mut top: u32) -> Emit {
        match found {
            Intrinsic::Ints(cmp) => self.compare(false, cmp, to, args, top),
            Intrinsic::Floats(cmp) => self.compare(true, cmp, to, args, top),
            Intrinsic::Unary { op, fails } => {
                let a = self.read(&args[0], &mut top)?;
                if fails {
                    self.site()?;
                }
                self.push(Ins::new(op, to, a, 0));
                Ok(())
            }
            Intrinsic::Binary {
                op,
                constant,
                commutes,
                fails,
            } => {
                let (mut first, mut second) = (&args[0], &args[1]);
                if commutes && matches!(first, Operand::Const(_)) {
                    (first, second) = (second, first);
                }
                let a = self.read(first, &mut top)?;
                let small = constant.zip(Self::small(second));
                let b = if small.is_some() {
                    0
                } else {
                    self.read(second, &mut top)?
                };
                if fails {
                    self.site()?;
                }
                self.push(match small {
                    Some((op, k)) => Ins::new(op, to, a, k as u16),
                    None => Ins::new(op, to, a, b),
                });
                Ok(())
            }
        }
    }
}
