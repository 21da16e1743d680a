//! The dispatch loop.
//!
//! # Frames
//! A frame is a window of slots on one contiguous stack: register n is `fp[n]`. The caller writes arguments straight
//! into the callee's window; `fp[-1]` of the callee is the address of the instruction behind the call, whose `a` says
//! how far the window is from the caller's frame. The result is left in the callee's slot 0. A closure with captures
//! lies behind the arguments and belongs to the callee.
//!
//! # A native tier
//! Machine code for a hot function takes the place of [`Entry::code`]: an instruction `Native code` whose handler
//! calls `extern "C" fn(fp, machine)`. It reads its arguments from the same window, keeps live references in the same
//! registers at every call (so that a [`crate::code::Site`] describes them), writes the same return word, decrements
//! the same fuel on entry and on tail calls, and leaves the loop to make calls, so that either tier calls the other
//! without a stack of its own. Cranelift compiles from the same graph, liveness and registers as `compile::emit`.

use crate::code::{Ins, Op};
use crate::table::FIRST;
use crate::vm::Vm;
use crate::world::{Entry, World};
use std::sync::atomic::Ordering;
use wat_value::{
    Slot, Trap, field, make_closure, make_variant, release, retain, variant_of, vector,
};

/// Why the loop stopped, and where.
pub(crate) struct Stop {
    pub reason: Reason,
    /// The frame that was running.
    pub fp: *mut Slot,
    /// The instruction that failed, or, for a failure on entry, the function.
    pub place: Place,
}

/// Where a failure happened.
pub(crate) enum Place {
    /// At an instruction.
    At(*const Ins),
    /// On entry to a function, which owns its arguments.
    Entry(u32),
}

/// What happened.
pub(crate) enum Reason {
    Trap(Box<Trap>),
    Interrupted,
    Budget,
}

#[cold]
fn overflow(what: &str) -> Box<Trap> {
    Trap::error(
        8401,
        format!("integer overflow: the result of `{what}` does not fit `i64`"),
    )
}

#[cold]
fn zero() -> Box<Trap> {
    Trap::error(8402, "division by zero")
}

/// Compiles a function that is entered for the first time.
#[cold]
#[inline(never)]
fn compiled(world: &World, function: u32) -> Result<(), Box<Trap>> {
    world.linking().compile(function)
}

/// Runs from `ip` until `Halt`. What is rare or long is not a part of it: the code generator gives registers to what the
/// rest shares.
///
/// # Safety
/// `ip` is the machine's boot code, `fp` its bottom frame; all code was made by `compile` for this machine.
#[allow(
    unused_unsafe,
    reason = "register access is a macro that is also used inside unsafe blocks"
)]
#[allow(
    clippy::neg_cmp_op_on_partial_ord,
    reason = "an unordered pair takes the jump"
)]
#[inline(never)]
pub(crate) unsafe fn run(vm: &mut Vm, mut ip: *const Ins, mut fp: *mut Slot) -> Result<Slot, Stop> {
    let limit = vm.stack.limit();
    // Few instructions need it: they read where it is, and a register is free for the others.
    macro_rules! world {
        () => {{
            let world: *const World = &*vm.world;
            // SAFETY: the world outlives the call, and what code refers to never moves.
            unsafe { &*world }
        }};
    }
    let functions: *const Entry = world!().functions.first();
    let constants: *const u64 = world!().constants.first();
    let mut fuel: i64 = vm.fuel;
    macro_rules! reg {
        ($n:expr) => {
            // SAFETY: registers of compiled code lie inside the frame that was checked on entry.
            *unsafe { &mut *fp.add($n as usize) }
        };
    }
    macro_rules! int {
        ($n:expr) => {
            reg!($n) as i64
        };
    }
    macro_rules! float {
        ($n:expr) => {
            f64::from_bits(reg!($n))
        };
    }
    macro_rules! word {
        ($n:expr) => {
            // SAFETY: such instructions refer to constants of the first piece that there are.
            f64::from_bits(unsafe { *constants.add($n as usize) })
        };
    }
    macro_rules! stop {
        ($trap:expr) => {{
            vm.fuel = fuel;
            return Err(Stop {
                reason: Reason::Trap($trap),
                fp,
                place: Place::At(ip),
            });
        }};
    }
    macro_rules! arith {
        ($ins:ident, $what:literal, $value:expr) => {
            match $value {
                Some(n) => reg!($ins.a) = n as u64,
                None => stop!(overflow($what)),
            }
        };
    }
    macro_rules! jump {
        ($offset:expr) => {{
            // SAFETY: jumps of compiled code stay inside it.
            ip = unsafe { ip.offset($offset) };
            continue;
        }};
    }
    // Enters the function `index` with its window at `new`.
    macro_rules! enter {
        ($new:expr, $index:expr) => {{
            // SAFETY: the linker hands out indices of entries only.
            let entry = unsafe {
                if $index < FIRST {
                    &*functions.add($index)
                } else {
                    world!().functions.get($index)
                }
            };
            fp = $new;
            ip = entry.code.load(Ordering::Acquire);
            let frame = entry.frame.load(Ordering::Relaxed) as usize;
            fuel -= 1;
            // SAFETY: the limit lies below the end of the stack by more than the largest frame.
            if fuel < 0 || unsafe { fp.add(frame) } > limit {
                match vm.safepoint(fuel, fp, $index as u32) {
                    Ok(more) => fuel = more,
                    Err(reason) => {
                        vm.fuel = 0;
                        return Err(Stop {
                            reason,
                            fp,
                            place: Place::Entry($index as u32),
                        });
                    }
                }
            }
            continue;
        }};
    }
    loop {
        // Not a copy: operands are read where they are used, and the dispatch stays short.
        // SAFETY: code ends with an instruction that does not continue.
        let ins = unsafe { &*ip };
        match ins.op {
            Op::Mov => reg!(ins.a) = reg!(ins.b),
            Op::LoadI => reg!(ins.a) = ins.offset() as u64,
            Op::LoadK => {
                let index = ins.index();
                // SAFETY: code refers to constants that there are.
                reg!(ins.a) = unsafe {
                    if index < FIRST {
                        *constants.add(index)
                    } else {
                        *world!().constants.get(index)
                    }
                };
            }
            // SAFETY: the compiler counts registers of pointer types that hold live values.
            Op::Retain => unsafe { retain(reg!(ins.a)) },
            // SAFETY: as above; the frame owns the reference.
            Op::Release => unsafe { release(reg!(ins.a)) },
            Op::AddI => arith!(ins, "+", int!(ins.b).checked_add(int!(ins.c))),
            Op::AddIK => arith!(ins, "+", int!(ins.b).checked_add(i64::from(ins.c as i16))),
            Op::SubI => arith!(ins, "-", int!(ins.b).checked_sub(int!(ins.c))),
            Op::SubIK => arith!(ins, "-", int!(ins.b).checked_sub(i64::from(ins.c as i16))),
            Op::MulI => arith!(ins, "*", int!(ins.b).checked_mul(int!(ins.c))),
            Op::MulIK => arith!(ins, "*", int!(ins.b).checked_mul(i64::from(ins.c as i16))),
            Op::DivI => {
                if reg!(ins.c) == 0 {
                    stop!(zero());
                }
                arith!(ins, "/", int!(ins.b).checked_div(int!(ins.c)));
            }
            Op::RemI => {
                if reg!(ins.c) == 0 {
                    stop!(zero());
                }
                reg!(ins.a) = int!(ins.b).wrapping_rem(int!(ins.c)) as u64;
            }
            Op::ModI => {
                let divisor = int!(ins.c);
                if divisor == 0 {
                    stop!(zero());
                }
                let rem = int!(ins.b).wrapping_rem(divisor);
                reg!(ins.a) = if rem != 0 && (rem < 0) != (divisor < 0) {
                    rem + divisor
                } else {
                    rem
                } as u64;
            }
            Op::AddF => reg!(ins.a) = (float!(ins.b) + float!(ins.c)).to_bits(),
            Op::SubF => reg!(ins.a) = (float!(ins.b) - float!(ins.c)).to_bits(),
            Op::MulF => reg!(ins.a) = (float!(ins.b) * float!(ins.c)).to_bits(),
            Op::DivF => {
                if float!(ins.c) == 0.0 {
                    stop!(zero());
                }
                reg!(ins.a) = (float!(ins.b) / float!(ins.c)).to_bits();
            }
            Op::AddFK => reg!(ins.a) = (float!(ins.b) + word!(ins.c)).to_bits(),
            Op::SubFK => reg!(ins.a) = (float!(ins.b) - word!(ins.c)).to_bits(),
            Op::MulFK => reg!(ins.a) = (float!(ins.b) * word!(ins.c)).to_bits(),
            Op::IntToFloat => reg!(ins.a) = (int!(ins.b) as f64).to_bits(),
            Op::EqI => reg!(ins.a) = u64::from(reg!(ins.b) == reg!(ins.c)),
            Op::NeI => reg!(ins.a) = u64::from(reg!(ins.b) != reg!(ins.c)),
            Op::LtI => reg!(ins.a) = u64::from(int!(ins.b) < int!(ins.c)),
            Op::LeI => reg!(ins.a) = u64::from(int!(ins.b) <= int!(ins.c)),
            Op::EqIK => reg!(ins.a) = u64::from(int!(ins.b) == i64::from(ins.c as i16)),
            Op::NeIK => reg!(ins.a) = u64::from(int!(ins.b) != i64::from(ins.c as i16)),
            Op::LtIK => reg!(ins.a) = u64::from(int!(ins.b) < i64::from(ins.c as i16)),
            Op::LeIK => reg!(ins.a) = u64::from(int!(ins.b) <= i64::from(ins.c as i16)),
            Op::GtIK => reg!(ins.a) = u64::from(int!(ins.b) > i64::from(ins.c as i16)),
            Op::GeIK => reg!(ins.a) = u64::from(int!(ins.b) >= i64::from(ins.c as i16)),
            Op::EqF => reg!(ins.a) = u64::from(float!(ins.b) == float!(ins.c)),
            Op::NeF => reg!(ins.a) = u64::from(float!(ins.b) != float!(ins.c)),
            Op::LtF => reg!(ins.a) = u64::from(float!(ins.b) < float!(ins.c)),
            Op::LeF => reg!(ins.a) = u64::from(float!(ins.b) <= float!(ins.c)),
            Op::Not => reg!(ins.a) = reg!(ins.b) ^ 1,
            Op::Jmp => jump!(ins.offset()),
            Op::JmpIfNot => {
                if reg!(ins.a) == 0 {
                    jump!(ins.offset());
                }
            }
            Op::JEqI => {
                if reg!(ins.a) == reg!(ins.b) {
                    jump!(ins.short_offset());
                }
            }
            Op::JNeI => {
                if reg!(ins.a) != reg!(ins.b) {
                    jump!(ins.short_offset());
                }
            }
            Op::JLtI => {
                if int!(ins.a) < int!(ins.b) {
                    jump!(ins.short_offset());
                }
            }
            Op::JLeI => {
                if int!(ins.a) <= int!(ins.b) {
                    jump!(ins.short_offset());
                }
            }
            Op::JEqIK => {
                if int!(ins.a) == i64::from(ins.b as i16) {
                    jump!(ins.short_offset());
                }
            }
            Op::JNeIK => {
                if int!(ins.a) != i64::from(ins.b as i16) {
                    jump!(ins.short_offset());
                }
            }
            Op::JLtIK => {
                if int!(ins.a) < i64::from(ins.b as i16) {
                    jump!(ins.short_offset());
                }
            }
            Op::JLeIK => {
                if int!(ins.a) <= i64::from(ins.b as i16) {
                    jump!(ins.short_offset());
                }
            }
            Op::JGtIK => {
                if int!(ins.a) > i64::from(ins.b as i16) {
                    jump!(ins.short_offset());
                }
            }
            Op::JGeIK => {
                if int!(ins.a) >= i64::from(ins.b as i16) {
                    jump!(ins.short_offset());
                }
            }
            Op::JEqF => {
                if float!(ins.a) == float!(ins.b) {
                    jump!(ins.short_offset());
                }
            }
            Op::JNeF => {
                if float!(ins.a) != float!(ins.b) {
                    jump!(ins.short_offset());
                }
            }
            Op::JNotLtF => {
                if !(float!(ins.a) < float!(ins.b)) {
                    jump!(ins.short_offset());
                }
            }
            Op::JNotLeF => {
                if !(float!(ins.a) <= float!(ins.b)) {
                    jump!(ins.short_offset());
                }
            }
            Op::JNotLtFK => {
                if !(float!(ins.a) < word!(ins.b)) {
                    jump!(ins.short_offset());
                }
            }
            Op::JNotLeFK => {
                if !(float!(ins.a) <= word!(ins.b)) {
                    jump!(ins.short_offset());
                }
            }
            Op::JNotGtFK => {
                if !(float!(ins.a) > word!(ins.b)) {
                    jump!(ins.short_offset());
                }
            }
            Op::JNotGeFK => {
                if !(float!(ins.a) >= word!(ins.b)) {
                    jump!(ins.short_offset());
                }
            }
            Op::JVariant => {
                // SAFETY: the register holds a value of a type with variants.
                if unsafe { variant_of(reg!(ins.a)) } != u32::from(ins.b) {
                    jump!(ins.short_offset());
                }
            }
            Op::Switch => {
                // SAFETY: the register holds a value of a type with variants.
                let variant = unsafe { variant_of(reg!(ins.a)) } as usize;
                // SAFETY: code refers to tables that there are.
                let table = unsafe { world!().tables.get(ins.index()) };
                jump!(table[variant.min(table.len() - 1)] as isize);
            }
            Op::Make => {
                // SAFETY: as above.
                let make = unsafe { world!().makes.get(ins.long_c()) };
                // SAFETY: the operands lie in a row inside the frame.
                let values = unsafe {
                    std::slice::from_raw_parts(fp.add(ins.b as usize), make.count as usize)
                };
                reg!(ins.a) = match make.code {
                    None => make_variant(make.desc, make.variant, values),
                    Some(code) => make_closure(make.desc, code, values),
                };
            }
            // SAFETY: the verifier has seen that the value has the field.
            Op::Field => reg!(ins.a) = unsafe { field(reg!(ins.b), u32::from(ins.c)) },
            Op::FieldP => {
                // SAFETY: as above; the field is of a pointer type.
                let value = unsafe { field(reg!(ins.b), u32::from(ins.c)) };
                // SAFETY: as above.
                unsafe { retain(value) };
                reg!(ins.a) = value;
            }
            // SAFETY: code refers to globals that there are.
            Op::Global | Op::GlobalP => match unsafe { world!().globals.get(ins.index()) }.slot() {
                Some(value) => {
                    if ins.op == Op::GlobalP {
                        // SAFETY: the machine holds a reference to the value.
                        unsafe { retain(value) };
                    }
                    reg!(ins.a) = value;
                }
                None => stop!(world!().uninitialised(ins.index())),
            },
            Op::Call => {
                // SAFETY: the window lies inside the frame, its header before it.
                let new = unsafe { fp.add(ins.a as usize) };
                // SAFETY: as above.
                unsafe { *new.sub(1) = ip.add(1) as u64 };
                enter!(new, ins.index());
            }
            Op::CallClosure => {
                // SAFETY: as above; the closure lies behind the arguments.
                let new = unsafe { fp.add(ins.a as usize) };
                // SAFETY: as above.
                let (code, _) = unsafe {
                    *new.sub(1) = ip.add(1) as u64;
                    wat_value::closure_code(*new.add(ins.c as usize))
                };
                enter!(new, code as usize);
            }
            Op::TailCall => enter!(fp, ins.index()),
            Op::TailClosure => {
                // SAFETY: the closure lies behind the arguments.
                let (code, _) = unsafe { wat_value::closure_code(reg!(ins.c)) };
                enter!(fp, code as usize);
            }
            Op::Native => {
                // SAFETY: the window lies inside the frame and holds live arguments of the declared types.
                let result = unsafe { vm.native(ins.index(), fp.add(ins.a as usize)) };
                match result {
                    Ok(value) => reg!(ins.a) = value,
                    Err(trap) => stop!(trap),
                }
            }
            // SAFETY: the register holds a live vector.
            Op::VectorLength => reg!(ins.a) = unsafe { vector::len(reg!(ins.b)) } as u64,
            Op::VectorNth | Op::VectorNthP => {
                let (list, index) = (reg!(ins.b), reg!(ins.c));
                // SAFETY: the register holds a live vector.
                let len = unsafe { vector::len(list) };
                if index >= len as u64 {
                    stop!(wat_value::out_of_range(index as i64, len));
                }
                // SAFETY: the index is below the length.
                let value = unsafe { vector::get(list, index as usize) };
                if ins.op == Op::VectorNthP {
                    // SAFETY: the vector holds a reference to its element.
                    unsafe { retain(value) };
                }
                reg!(ins.a) = value;
            }
            Op::VectorPush => {
                // SAFETY: the registers hold a live vector and a live value of its element type, both owned.
                reg!(ins.a) = unsafe { vector::push(reg!(ins.b), reg!(ins.c)) };
            }
            Op::Ret => {
                let value = reg!(ins.a);
                reg!(0) = value;
                // SAFETY: every frame has the return word before it, the address behind a call.
                ip = unsafe { *fp.sub(1) } as *const Ins;
                // SAFETY: as above.
                fp = unsafe { fp.sub((*ip.sub(1)).a as usize) };
                continue;
            }
            Op::Count => world!().count(ins.index()),
            Op::Stub => {
                let index = ins.index() as u32;
                match compiled(world!(), index) {
                    Ok(()) => {
                        // SAFETY: the function now has code; entering it again counts and checks its frame.
                        enter!(fp, index as usize);
                    }
                    Err(trap) => {
                        vm.fuel = fuel;
                        return Err(Stop {
                            reason: Reason::Trap(trap),
                            fp,
                            place: Place::Entry(index),
                        });
                    }
                }
            }
            Op::Halt => {
                vm.fuel = fuel;
                return Ok(reg!(crate::vm::BOOT_WINDOW));
            }
            Op::Unreachable => {
                stop!(Trap::panic(
                    0,
                    "internal error: the program reached code that cannot be reached"
                ));
            }
        }
        // One pointer into the code, not one more to what comes next: the frame pointer then has a register too.
        // SAFETY: as above.
        ip = unsafe { ip.add(1) };
    }
}
