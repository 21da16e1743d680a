//! The verifier of register code: registers inside the frame, jumps inside the code, indices inside their tables,
//! and an end that does not continue. Debug builds check all code; the dispatch loop relies on it.

use crate::code::{Code, Ins, Op};
use crate::table::FIRST;
use crate::world::World;

/// What is wrong with a piece of code.
pub(crate) fn check(code: &Code, world: &World) -> Result<(), String> {
    for (pc, ins) in code.instructions.iter().enumerate() {
        instruction(code, world, pc, *ins).map_err(|why| format!("{pc}: {ins:?}: {why}"))?;
    }
    for site in &code.sites {
        if site.pc as usize >= code.instructions.len()
            || site.owned.iter().any(|r| u32::from(*r) >= code.frame)
        {
            return Err(format!("a site at {} that does not fit", site.pc));
        }
    }
    match code.instructions.last().map(|ins| ins.op) {
        Some(Op::Ret | Op::Jmp | Op::TailCall | Op::TailClosure | Op::Unreachable) => Ok(()),
        _ => Err("the end continues".to_owned()),
    }
}

fn instruction(code: &Code, world: &World, pc: usize, ins: Ins) -> Result<(), &'static str> {
    let register = |r: u16| {
        if u32::from(r) < code.frame {
            Ok(())
        } else {
            Err("a register outside the frame")
        }
    };
    let index = |limit: usize| {
        if ins.index() < limit {
            Ok(())
        } else {
            Err("an index outside its table")
        }
    };
    let constant = |k: u16| {
        if usize::from(k) < world.constants.len().min(FIRST) {
            Ok(())
        } else {
            Err("an index outside its table")
        }
    };
    let target = |offset: isize| match pc.checked_add_signed(offset) {
        Some(to) if to < code.instructions.len() => Ok(()),
        _ => Err("a jump outside the code"),
    };
    let known = || {
        let found = code.site(pc as u32).is_some();
        if found { Ok(()) } else { Err("no site") }
    };
    match ins.op {
        Op::Jmp => target(ins.offset()),
        Op::JmpIfNot => register(ins.a).and(target(ins.offset())),
        Op::JEqI
        | Op::JNeI
        | Op::JLtI
        | Op::JLeI
        | Op::JEqF
        | Op::JNeF
        | Op::JNotLtF
        | Op::JNotLeF => register(ins.a)
            .and(register(ins.b))
            .and(target(ins.short_offset())),
        Op::JNotLtFK | Op::JNotLeFK | Op::JNotGtFK | Op::JNotGeFK => register(ins.a)
            .and(constant(ins.b))
            .and(target(ins.short_offset())),
        Op::AddFK | Op::SubFK | Op::MulFK => {
            register(ins.a).and(register(ins.b)).and(constant(ins.c))
        }
        Op::JEqIK | Op::JNeIK | Op::JLtIK | Op::JLeIK | Op::JGtIK | Op::JGeIK | Op::JVariant => {
            register(ins.a).and(target(ins.short_offset()))
        }
        Op::Switch => register(ins.a)
            .and(index(world.tables.len()))
            .and_then(|()| {
                // SAFETY: the index is below the length.
                unsafe { world.tables.get(ins.index()) }
                    .iter()
                    .try_for_each(|offset| target(*offset as isize))
            }),
        Op::LoadI | Op::Retain | Op::Release | Op::Ret => register(ins.a),
        Op::LoadK => register(ins.a).and(index(world.constants.len())),
        Op::Global | Op::GlobalP => register(ins.a).and(index(world.globals.len())).and(known()),
        Op::Call => register(ins.a)
            .and(index(world.functions.len()))
            .and(known()),
        Op::TailCall => index(world.functions.len()).and(known()),
        Op::CallClosure => register(ins.a).and(known()),
        Op::TailClosure => register(ins.c).and(known()),
        Op::Native => register(ins.a).and(index(world.natives.len())).and(known()),
        Op::Make => register(ins.a).and(register(ins.b)).and_then(|()| {
            if ins.long_c() >= world.makes.len() {
                return Err("an index outside its table");
            }
            // SAFETY: the index is below the length.
            let make = unsafe { world.makes.get(ins.long_c()) };
            if u32::from(ins.b) + make.count <= code.frame {
                Ok(())
            } else {
                Err("operands outside the frame")
            }
        }),
        Op::AddIK | Op::SubIK | Op::MulIK => register(ins.a).and(register(ins.b)).and(known()),
        Op::Mov
        | Op::IntToFloat
        | Op::Not
        | Op::Field
        | Op::FieldP
        | Op::VectorLength
        | Op::EqIK
        | Op::NeIK
        | Op::LtIK
        | Op::LeIK
        | Op::GtIK
        | Op::GeIK => register(ins.a).and(register(ins.b)),
        Op::AddI
        | Op::SubI
        | Op::MulI
        | Op::DivI
        | Op::RemI
        | Op::ModI
        | Op::DivF
        | Op::VectorNth
        | Op::VectorNthP => register(ins.a)
            .and(register(ins.b))
            .and(register(ins.c))
            .and(known()),
        Op::AddF
        | Op::SubF
        | Op::MulF
        | Op::EqI
        | Op::NeI
        | Op::LtI
        | Op::LeI
        | Op::EqF
        | Op::NeF
        | Op::LtF
        | Op::LeF
        | Op::VectorPush => register(ins.a).and(register(ins.b)).and(register(ins.c)),
        // The observer answers for its counters.
        Op::Count => Ok(()),
        Op::Unreachable => known(),
        Op::Stub | Op::Halt => Err("an instruction of the machine itself"),
    }
}
