//! One thread of a program: its stack, its host, its budget; safepoints, natives, unwinding.

use crate::caught::Guard;
use crate::code::{Code, Ins, Op, Site};
use crate::exec::{Place, Reason, Stop, run};
use crate::failure::{Failure, FailureKind, Tracer};
use crate::kernel::{Context, Selector, Task, begin_death, end_death};
use crate::natives::Run;
use crate::operation::Operation;
use crate::stack::Stack;
use crate::world::{Linking, NativeEntry, World};
use crate::{Host, Limits, Settings};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use wat_value::{Desc, Slot, Trap, TrapKind, release};

/// Register of the boot frame where the window of the first call lies.
pub(crate) const BOOT_WINDOW: u16 = 2;
/// Calls between two looks at the interrupt flag.
const SLICE: i64 = 10_000;

/// Everything but the public face.
pub(crate) struct Vm {
    pub world: Arc<World>,
    pub host: Box<dyn Host>,
    pub stack: Stack,
    /// Safepoints until the next look around.
    pub fuel: i64,
    /// What other threads see of this one.
    pub task: Arc<Task>,
    pub limits: Limits,
    pub settings: Settings,
    /// Are the values of the program being evaluated?
    pub freezing: bool,
    /// What it selects with.
    pub selector: Selector,
    /// Failures that became values, oldest first.
    pub caught: VecDeque<Failure>,
    budget: Option<u64>,
    /// Has the evaluation passed no safepoint yet?
    is_fresh: bool,
    boot: Box<[Ins; 2]>,
}

/// Where the loop goes on.
struct Resume {
    ip: *const Ins,
    fp: *mut Slot,
}

/// Returns from the guarded frame at `fp` with an outcome.
fn return_guarded(outcome: Slot, fp: *mut Slot) -> Resume {
    // SAFETY: as for the instruction that returns: slot 0 takes the result, and the word before the frame is the
    // address behind the call that made it. What the frame owned was released.
    unsafe {
        *fp = outcome;
        let ip = *fp.sub(1) as *const Ins;
        let fp = fp.sub((*ip.sub(1)).a as usize);
        Resume { ip, fp }
    }
}

#[cold]
fn too_early(native: &str) -> Box<Trap> {
    Trap::error(
        8205,
        format!(
            "`{native}` has an effect, and the values of the program are still being evaluated"
        ),
    )
}

/// How an evaluation has ended.
fn failure(reason: &Reason, tracer: Tracer) -> Failure {
    let (kind, code, message) = match reason {
        Reason::Trap(trap) => {
            let kind = match trap.kind {
                TrapKind::Panic => FailureKind::Panic,
                TrapKind::Error => FailureKind::Error,
                TrapKind::Interrupted => FailureKind::Interrupted,
            };
            (kind, trap.code, trap.message.as_str())
        }
        Reason::Interrupted => (FailureKind::Interrupted, 0, "interrupted"),
        Reason::Budget => (FailureKind::Budget, 0, "the step budget is used up"),
    };
    let trap = match reason {
        Reason::Trap(trap) => Some(trap),
        _ => None,
    };
    Failure {
        kind,
        code,
        message: message.to_owned(),
        compared: trap.and_then(|trap| trap.compared.clone()),
        upstream: trap.map_or_else(Vec::new, |trap| trap.upstream.clone()),
        trace: tracer.finish(),
    }
}

/// A call of a closure with arguments, whose references it takes.
pub(crate) struct Application<'a> {
    pub closure: Slot,
    pub args: &'a [Slot],
}

impl Vm {
    pub fn new(world: Arc<World>, host: Box<dyn Host>, limits: Limits, task: Arc<Task>) -> Vm {
        Vm {
            world,
            host,
            stack: Stack::new(limits.stack_bytes),
            fuel: 0,
            task,
            limits,
            settings: Settings::default(),
            freezing: false,
            selector: Selector::default(),
            caught: VecDeque::new(),
            budget: None,
            is_fresh: true,
            boot: Box::new([
                Ins::wide(Op::Call, BOOT_WINDOW, 0),
                Ins::new(Op::Halt, 0, 0, 0),
            ]),
        }
    }

    pub fn linking(&self) -> Linking<'_> {
        self.world.linking()
    }

    /// Runs a function without parameters; its result.
    pub fn start(&mut self, function: u32) -> Result<Slot, Failure> {
        let outcome = self.boot(Ins::wide(Op::Call, BOOT_WINDOW, function));
        end_death();
        if outcome.is_err() {
            self.task.take_interrupt();
        }
        outcome
    }

    /// Applies a closure at the bottom of the stack; its result. After a failure the thread is still dying: see
    /// [`end_death`].
    pub fn apply(&mut self, call: Application<'_>) -> Result<Slot, Failure> {
        // SAFETY: the bottom of the stack is free, and has room for the window of a call.
        unsafe {
            let window = self.stack.base().add(BOOT_WINDOW as usize);
            for (index, arg) in call.args.iter().chain([&call.closure]).enumerate() {
                *window.add(index) = *arg;
            }
        }
        let count = call.args.len() as u16;
        self.boot(Ins::new(Op::CallClosure, BOOT_WINDOW, 0, count))
    }

    fn boot(&mut self, call: Ins) -> Result<Slot, Failure> {
        self.budget = self.limits.step_budget;
        self.is_fresh = true;
        self.fuel = 0;
        *self.boot = [call, Ins::new(Op::Halt, 0, 0, 0)];
        let (ip, fp) = (self.boot.as_ptr(), self.stack.base());
        let mut resume = Resume { ip, fp };
        loop {
            // SAFETY: this is the boot code and the bottom frame, or where a guarded call returns.
            let stop = match unsafe { run(self, resume.ip, resume.fp) } {
                Ok(value) => return Ok(value),
                Err(stop) => stop,
            };
            match self.unwind(stop) {
                Ok(caller) => resume = caller,
                Err(failure) => {
                    self.stack.shrink();
                    return Err(failure);
                }
            }
        }
    }

    /// Called when the fuel is used up or a frame does not fit: decides whether the function may be entered.
    #[cold]
    #[inline(never)]
    pub fn safepoint(&mut self, fuel: i64, fp: *mut Slot, function: u32) -> Result<i64, Reason> {
        // SAFETY: the window lies inside the stack, and the limit is far enough from its end.
        let entry = unsafe { self.world.functions.get(function as usize) };
        let frame = entry.frame.load(Ordering::Relaxed) as usize;
        // SAFETY: as above.
        if unsafe { fp.add(frame) } > self.stack.limit() {
            return Err(Reason::Trap(Trap::panic(8202, self.exhausted())));
        }
        if fuel >= 0 {
            return Ok(fuel);
        }
        if !std::mem::replace(&mut self.is_fresh, false) {
            wat_kernel::process::attend();
        }
        if self.task.take_interrupt() {
            return Err(Reason::Interrupted);
        }
        let Some(budget) = &mut self.budget else {
            return Ok(SLICE);
        };
        if *budget == 0 {
            return Err(Reason::Budget);
        }
        let slice = SLICE.min(i64::try_from(*budget).unwrap_or(SLICE));
        *budget -= slice as u64;
        Ok(slice - 1)
    }

    fn exhausted(&self) -> String {
        format!(
            "the stack is exhausted: frames need more than {} bytes",
            self.limits.stack_bytes
        )
    }

    /// Releases what every frame owns, down to the bottom or, for a run-time error, to the nearest guarded call, which
    /// then returns the error as its failure. The trace is read before anything is released: what a dying thread lets
    /// go of is marked with its death.
    fn unwind(&mut self, stop: Stop) -> Result<Resume, Failure> {
        let catches = |code: &Code| match (code.guard?, &stop.reason) {
            (guard @ Guard::Errors(_), Reason::Trap(trap)) => {
                (trap.kind == TrapKind::Error).then_some(guard)
            }
            (guard @ Guard::Failures(_), Reason::Trap(trap)) => {
                (trap.kind != TrapKind::Interrupted).then_some(guard)
            }
            _ => None,
        };
        let mut tracer = Tracer::default();
        let entered = match stop.place {
            Place::Entry(function) => Some(self.linking().written(function)),
            Place::At(_) => None,
        };
        // Where the stack ends, it is the call that fails; the function has not begun.
        let is_too_deep = matches!(&stop.reason, Reason::Trap(trap) if trap.code == 8202);
        if let Some((name, at)) = entered.as_ref().filter(|_| !is_too_deep) {
            tracer.frame(name, *at);
        }
        let mut caught = None;
        let mut operation = Operation::new(&stop, &self.world);
        self.walk(&stop, |code, site, fp| {
            if let Some(site) = site {
                tracer.frame(&code.name, site.at);
                operation.frame(&code.name, site);
            }
            caught = catches(code).map(|guard| (guard, fp));
            caught.is_none()
        });
        if let Some((name, at)) = entered.filter(|_| tracer.is_empty()) {
            tracer.frame(&name, at);
        }
        let mut failure = failure(&stop.reason, tracer);
        operation.name_in(&mut failure);
        if caught.is_none() {
            begin_death(failure.clone(), &self.world);
        }
        if let Place::Entry(function) = stop.place {
            self.release_arguments(function, stop.fp);
        }
        self.walk(&stop, |code, site, fp| {
            for register in site.iter().flat_map(|site| &site.owned) {
                // SAFETY: the site says that the frame owns a live reference in this register.
                unsafe { release(*fp.add(usize::from(*register))) };
            }
            catches(code).is_none()
        });
        let Some((guard, fp)) = caught else {
            return Err(failure);
        };
        let outcome = match guard {
            Guard::Errors(outcome) => {
                let kind = crate::evaluate::kind_of(failure.code);
                crate::evaluate::failed(outcome, kind, &failure.message)
            }
            Guard::Failures(outcome) => self.catch(outcome, failure),
        };
        Ok(return_guarded(outcome, fp))
    }

    /// A failure that the program goes on to look at.
    #[cold]
    fn catch(&mut self, outcome: &'static Desc, failure: Failure) -> Slot {
        let mut linking = self.linking();
        let described = linking.program().describe(&failure);
        // Declared types are laid out when code mentions them, and this code is not from a program.
        let mut work = vec![outcome];
        while let Some(desc) = work.pop() {
            let _ = linking.closed(&desc.ty);
            let fields = desc.variants().iter().flat_map(|variant| &variant.fields);
            work.extend(desc.parts.iter().chain(fields).copied());
        }
        drop(linking);
        let value = crate::caught::value(outcome, &failure, &described);
        if self.caught.len() == crate::caught::REMEMBERED {
            self.caught.pop_front();
        }
        self.caught.push_back(failure);
        value
    }

    /// Visits the frames from the innermost one that has code, while `visit` says so.
    fn walk(&self, stop: &Stop, mut visit: impl FnMut(&Code, Option<&Site>, *mut Slot) -> bool) {
        let mut fp = stop.fp;
        let mut ip = match stop.place {
            Place::At(ip) => ip,
            Place::Entry(_) => self.leave(&mut fp),
        };
        let mut last: Option<Arc<Code>> = None;
        while !self.boot.as_ptr_range().contains(&ip) {
            let Some(code) = last
                .filter(|code| code.instructions.as_ptr_range().contains(&ip))
                .or_else(|| self.linking().code_at(ip))
            else {
                return;
            };
            // SAFETY: `ip` is inside this code's instructions.
            let pc = unsafe { ip.offset_from(code.instructions.as_ptr()) } as u32;
            if !visit(&code, code.site(pc), fp) {
                return;
            }
            last = Some(code);
            ip = self.leave(&mut fp);
        }
    }

    /// The call that made this frame; `fp` becomes the caller's.
    fn leave(&self, fp: &mut *mut Slot) -> *const Ins {
        // SAFETY: every frame above the bottom one has the address behind its call before it.
        unsafe {
            let ip = (*fp.sub(1) as *const Ins).sub(1);
            *fp = fp.sub((*ip).a as usize);
            ip
        }
    }

    fn release_arguments(&self, function: u32, fp: *mut Slot) {
        let (pointers, captures) = self.linking().arguments(function);
        for (index, pointer) in pointers.iter().enumerate() {
            if *pointer {
                // SAFETY: the caller has passed this argument and given its reference up.
                unsafe { release(*fp.add(index)) };
            }
        }
        if captures > 0 {
            // SAFETY: a closure with captures lies behind the arguments and belongs to the callee.
            unsafe { release(*fp.add(pointers.len())) };
        }
    }

    /// Runs a native on the window at `window`.
    ///
    /// # Safety
    /// The window holds live arguments of the declared types.
    #[inline(always)]
    pub unsafe fn native(&mut self, index: usize, window: *mut Slot) -> Result<Slot, Box<Trap>> {
        let world: *const World = &*self.world;
        // SAFETY: the world outlives this call, its natives never move, and code refers to natives that there are.
        let entry = unsafe { (*world).natives.get(index) };
        // SAFETY: the compiler has placed `count` arguments.
        let args = unsafe { std::slice::from_raw_parts(window, entry.count) };
        match entry.run {
            // SAFETY: the caller says so.
            Run::Pure(run) => unsafe { run(&entry.instance, args) },
            // SAFETY: as above.
            _ => unsafe { self.effect(entry, args) },
        }
    }

    /// Calls a native that is more than a function of its arguments. Not a part of the dispatch loop, which stays small.
    ///
    /// # Safety
    ///
    /// As for [`Vm::native`].
    #[inline(never)]
    unsafe fn effect(&mut self, entry: &NativeEntry, args: &[Slot]) -> Result<Slot, Box<Trap>> {
        match entry.run {
            // SAFETY: the caller says so.
            Run::Pure(run) => unsafe { run(&entry.instance, args) },
            Run::Host(_) | Run::Machine(_) | Run::Kernel(_)
                if self.freezing && entry.has_effect =>
            {
                Err(too_early(&entry.name))
            }
            // SAFETY: as above.
            Run::Host(run) => unsafe { run(&mut *self.host, &entry.instance, args) },
            // SAFETY: as above.
            Run::Machine(run) => unsafe { run(self, &entry.instance, args) },
            // SAFETY: as above.
            Run::Kernel(run) => unsafe { run(&mut Context::new(self), &entry.instance, args) },
            Run::Setting(read) => Ok(read(&self.settings)),
            Run::Typed(run) => {
                let linking = self.linking();
                // SAFETY: as above.
                linking.with_shapes(|shapes| unsafe { run(shapes, &entry.instance, args) })
            }
        }
    }
}
