//! Operations: one IR value becomes instructions that leave it in a register.

use super::{Emit, Emitter};
use crate::code::{Ins, Op};
use crate::compile::intrinsic::{
    Cmp, Intrinsic, float_constant_jump_not, float_set, int_constant_set, int_set, intrinsic,
};
use crate::compile::live::Deaths;
use crate::compile::moves::{Move, parallel};
use crate::compile::{CompileError, Make};
use crate::table::FIRST;
use std::collections::BTreeSet;
use std::sync::Arc;
use wat_ir::{Callee, Const, Function, Local, Operand, Value};
use wat_value::{Desc, Instance};

impl Emitter<'_, '_> {
    /// Puts operands into registers, as their new owners: moves what dies, counts what lives on or is passed twice.
    pub(super) fn place(
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

    pub(super) fn op(
        &mut self,
        dst: Local,
        value: &Value,
        deaths: &Deaths,
        position: usize,
    ) -> Emit {
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

    pub(super) fn compare(
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
    pub(super) fn native(
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
            let operation = crate::compile::intrinsic::names().find(|known| *known == name);
            self.intrinsic(found, operation, args, to, deaths, top)?;
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

    pub(super) fn release_dead(&mut self, deaths: &Deaths) -> Emit {
        deaths
            .operands
            .iter()
            .try_for_each(|local| self.release(*local))
    }

    /// The register of an operand whose reference is given away: that of one that dies, or a counted copy.
    fn give(&mut self, operand: &Operand, deaths: &Deaths, scratch: &mut u32) -> Emit<u16> {
        if let Operand::Local(local) = operand
            && self.pointer(*local)
            && !(deaths.operands.contains(local) && self.held.remove(local))
        {
            let (from, to) = (self.of(*local)?, self.reg(*scratch)?);
            *scratch += 1;
            self.push(Ins::new(Op::Mov, to, from, 0));
            self.push(Ins::new(Op::Retain, to, 0, 0));
            return Ok(to);
        }
        self.read(operand, scratch)
    }

    /// What an instruction for constants has instead of its last register.
    fn immediate(&mut self, operand: &Operand) -> Option<u16> {
        if let Operand::Const(Const::F64(bits)) = operand {
            let index = self.linker.word(*bits);
            return u16::try_from(index)
                .ok()
                .filter(|k| usize::from(*k) < FIRST);
        }
        Self::small(operand).map(|k| k as u16)
    }

    /// A jump that a float comparison with a constant takes if it does not hold, but for where it goes.
    pub(super) fn float_jump(&mut self, cmp: Cmp, args: &[Operand], top: u32) -> Emit<Option<Ins>> {
        let (operand, cmp, constant) = match (&args[0], &args[1]) {
            (operand, constant @ Operand::Const(_)) => (operand, cmp, constant),
            (constant @ Operand::Const(_), operand) => (operand, cmp.swapped(), constant),
            _ => return Ok(None),
        };
        let Some((op, k)) = float_constant_jump_not(cmp).zip(self.immediate(constant)) else {
            return Ok(None);
        };
        let register = self.read(operand, &mut top.clone())?;
        Ok(Some(Ins::new(op, register, k, 0)))
    }

    fn intrinsic(
        &mut self,
        found: Intrinsic,
        operation: Option<&'static str>,
        args: &[Operand],
        to: u16,
        deaths: &Deaths,
        mut top: u32,
    ) -> Emit {
        match found {
            Intrinsic::Ints(cmp) => self.compare(false, cmp, to, args, top),
            Intrinsic::Floats(cmp) => self.compare(true, cmp, to, args, top),
            Intrinsic::Owning(op) => {
                let first = self.give(&args[0], deaths, &mut top)?;
                let second = self.give(&args[1], deaths, &mut top)?;
                self.push(Ins::new(op, to, first, second));
                Ok(())
            }
            Intrinsic::Unary { op, fails } => {
                let a = self.read(&args[0], &mut top)?;
                if fails {
                    self.site_of(operation)?;
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
                let small = match constant {
                    Some(op) => self.immediate(second).map(|k| (op, k)),
                    None => None,
                };
                let b = if small.is_some() {
                    0
                } else {
                    self.read(second, &mut top)?
                };
                if fails {
                    self.site_of(operation)?;
                }
                self.push(match small {
                    Some((op, k)) => Ins::new(op, to, a, k),
                    None => Ins::new(op, to, a, b),
                });
                Ok(())
            }
        }
    }
}
