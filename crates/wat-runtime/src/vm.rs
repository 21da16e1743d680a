//! The state of a machine: tables that code refers to, the stack, globals; linking, safepoints, unwinding.

use crate::caught::Guard;
use crate::code::{Code, Ins, Op, Site};
use crate::compile::{CompileError, Linker, Make, compile};
use crate::exec::{Place, Reason, Stop, run};
use crate::failure::{Failure, FailureKind, Tracer};
use crate::natives::{Run, find};
use crate::stack::Stack;
use crate::{Host, Limits, Program, Settings};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use wat_ir::{
    Block, Callee, Const, End, Function, Local, LocalDecl, Operand, Origin, Stmt, Ty, Value,
};
use wat_value::{
    Declarations, Desc, Instance, Shapes, Slot, Trap, TrapKind, TypeTable, desc_of_const,
    has_effect, make_constant_closure, make_constant_form, make_constant_text, release,
    syntax::Syntax,
};

/// Register of the boot frame where the window of the first call lies.
pub(crate) const BOOT_WINDOW: u16 = 2;
/// Calls between two looks at the interrupt flag.
const SLICE: i64 = 10_000;
/// Instances of functions beyond this number come from unbounded polymorphic recursion.
const MAX_INSTANCES: usize = 1 << 20;

/// What a call needs to know of a function.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    pub code: *const Ins,
    pub frame: u32,
}

/// Where the IR of a function is.
enum Source {
    /// Asked of the program when the function is first called.
    Named(Arc<str>),
    Given(Arc<Function>),
}

/// An instance of a function.
struct Info {
    source: Source,
    /// What becomes of failures under this function.
    guard: Option<Guard>,
    types: Box<[&'static Desc]>,
    /// Which parameters hold references.
    pointers: Box<[bool]>,
    /// The instruction that compiles it.
    stub: Box<Ins>,
}

/// A native with its types.
pub(crate) struct NativeEntry {
    run: Run,
    instance: Instance,
    count: usize,
    /// Its path, if values may not be evaluated with it.
    effect: Option<Box<str>>,
}

/// A value of a `def`.
pub(crate) struct GlobalEntry {
    name: Arc<str>,
    pub slot: Option<Slot>,
    desc: Option<&'static Desc>,
}

/// What a function value stands for.
pub(crate) enum Described {
    /// The definition of a path.
    Definition(Arc<str>),
    /// The names of its parameters.
    Anonymous(Vec<Arc<str>>),
}

/// Data that was evaluated at a type.
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct EvaluatedKey {
    pub bytes: Box<[u8]>,
    pub is_text: bool,
    /// The address of the descriptor of the outcome.
    pub outcome: usize,
}

type InstanceKey = (Arc<str>, Box<[usize]>);

/// Everything but the public face.
pub(crate) struct Vm {
    pub program: Box<dyn Program>,
    pub host: Box<dyn Host>,
    pub types: TypeTable,
    pub functions: Vec<Entry>,
    pub constants: Vec<u64>,
    pub makes: Vec<Make>,
    pub tables: Vec<Box<[i32]>>,
    pub globals: Vec<GlobalEntry>,
    pub stack: Stack,
    /// Safepoints until the next look around.
    pub fuel: i64,
    pub flag: Arc<AtomicBool>,
    limits: Limits,
    pub settings: Settings,
    /// Are the values of the program being evaluated?
    pub freezing: bool,
    budget: Option<u64>,
    infos: Vec<Info>,
    natives: Vec<NativeEntry>,
    codes: Vec<Code>,
    /// Index into `codes` by the address of the first instruction.
    places: BTreeMap<usize, usize>,
    instances: FxHashMap<InstanceKey, u32>,
    words: FxHashMap<u64, u32>,
    texts: FxHashMap<Const, u32>,
    closures: FxHashMap<(usize, u32), u32>,
    made: FxHashMap<(usize, u32, Option<u32>), u32>,
    global_names: FxHashMap<Arc<str>, u32>,
    /// The functions of evaluated data.
    pub evaluated: FxHashMap<EvaluatedKey, u32>,
    /// Failures that became values, oldest first.
    pub caught: VecDeque<Failure>,
    boot: Box<[Ins; 2]>,
}

struct Decls<'p>(&'p dyn Program);

impl Declarations for Decls<'_> {
    fn type_decl(&self, path: &str) -> Option<Arc<wat_ir::TypeDecl>> {
        self.0.type_decl(path)
    }
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
fn failure_of(reason: Reason, tracer: Tracer) -> Failure {
    let mut compared = None;
    let (kind, code, message) = match reason {
        Reason::Trap(trap) => {
            let kind = if trap.kind == TrapKind::Panic {
                FailureKind::Panic
            } else {
                FailureKind::Error
            };
            compared = trap.compared;
            (kind, trap.code, trap.message)
        }
        Reason::Interrupted => (FailureKind::Interrupted, 0, "interrupted".to_owned()),
        Reason::Budget => (
            FailureKind::Budget,
            0,
            "the step budget is used up".to_owned(),
        ),
    };
    Failure {
        kind,
        code,
        message,
        compared,
        trace: tracer.finish(),
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

#[cold]
pub(crate) fn out_of_range(index: i64, len: usize) -> Box<Trap> {
    Trap::error(
        8405,
        format!("index {index} is out of range: the vector has {len} elements"),
    )
}

impl Vm {
    pub fn new(program: Box<dyn Program>, host: Box<dyn Host>, limits: Limits) -> Vm {
        Vm {
            program,
            host,
            types: TypeTable::default(),
            functions: Vec::new(),
            constants: Vec::new(),
            makes: Vec::new(),
            tables: Vec::new(),
            globals: Vec::new(),
            stack: Stack::new(limits.stack_bytes),
            fuel: 0,
            flag: Arc::new(AtomicBool::new(false)),
            limits,
            settings: Settings::default(),
            freezing: false,
            budget: None,
            infos: Vec::new(),
            natives: Vec::new(),
            codes: Vec::new(),
            places: BTreeMap::new(),
            instances: FxHashMap::default(),
            words: FxHashMap::default(),
            texts: FxHashMap::default(),
            closures: FxHashMap::default(),
            made: FxHashMap::default(),
            global_names: FxHashMap::default(),
            evaluated: FxHashMap::default(),
            caught: VecDeque::new(),
            boot: Box::new([
                Ins::wide(Op::Call, BOOT_WINDOW, 0),
                Ins::new(Op::Halt, 0, 0, 0),
            ]),
        }
    }

    /// Runs a function without parameters; the result and its type.
    pub fn start(&mut self, function: u32) -> Result<Slot, Failure> {
        self.budget = self.limits.step_budget;
        self.fuel = 0;
        *self.boot = [
            Ins::wide(Op::Call, BOOT_WINDOW, function),
            Ins::new(Op::Halt, 0, 0, 0),
        ];
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
        if unsafe { fp.add(self.functions[function as usize].frame as usize) } > self.stack.limit()
        {
            return Err(Reason::Trap(Trap::panic(8202, self.exhausted())));
        }
        if fuel >= 0 {
            return Ok(fuel);
        }
        if self.flag.swap(false, Ordering::Relaxed) {
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

    /// Releases what every frame owns and collects the trace, down to the bottom or, for a run-time error, to the
    /// nearest guarded call, which then returns the error as its failure.
    fn unwind(&mut self, stop: Stop) -> Result<Resume, Failure> {
        let mut tracer = Tracer::default();
        let mut fp = stop.fp;
        let mut ip = match stop.place {
            Place::At(ip) => ip,
            Place::Entry(function) => {
                self.release_arguments(function, fp, &mut tracer);
                self.leave(&mut fp)
            }
        };
        let mut last: Option<&Code> = None;
        while !self.boot.as_ptr_range().contains(&ip) {
            let Some(code) = last
                .filter(|code| code.instructions.as_ptr_range().contains(&ip))
                .or_else(|| self.code_at(ip))
            else {
                break;
            };
            last = Some(code);
            // SAFETY: `ip` is inside this code's instructions.
            let pc = unsafe { ip.offset_from(code.instructions.as_ptr()) } as u32;
            if let Some(Site { at, owned, .. }) = code.site(pc) {
                tracer.frame(&code.name, *at);
                for register in owned {
                    // SAFETY: the site says that the frame owns a live reference in this register.
                    unsafe { release(*fp.add(usize::from(*register))) };
                }
            }
            match (code.guard, &stop.reason) {
                (Some(Guard::Errors(outcome)), Reason::Trap(trap))
                    if trap.kind == TrapKind::Error =>
                {
                    let kind = crate::evaluate::kind_of(trap.code);
                    let outcome = crate::evaluate::failed(outcome, kind, &trap.message);
                    return Ok(return_guarded(outcome, fp));
                }
                (Some(Guard::Failures(outcome)), Reason::Trap(_)) => {
                    let failure = failure_of(stop.reason, tracer);
                    let outcome = self.catch(outcome, failure);
                    return Ok(return_guarded(outcome, fp));
                }
                _ => {}
            }
            ip = self.leave(&mut fp);
        }
        Err(failure_of(stop.reason, tracer))
    }

    /// A failure that the program goes on to look at.
    #[cold]
    fn catch(&mut self, outcome: &'static Desc, failure: Failure) -> Slot {
        let described = self.program.describe(&failure);
        // Types are laid out when values of them are made.
        for desc in crate::caught::parts_of(outcome) {
            let _ = self.closed(&desc.ty);
        }
        let value = crate::caught::value(outcome, &failure, &described);
        if self.caught.len() == crate::caught::REMEMBERED {
            self.caught.pop_front();
        }
        self.caught.push_back(failure);
        value
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

    fn release_arguments(&self, function: u32, fp: *mut Slot, tracer: &mut Tracer) {
        let info = &self.infos[function as usize];
        let (name, at, captures) = match &info.source {
            Source::Named(name) => (name, Origin::default(), 0),
            Source::Given(function) => (&function.name, function.at, function.captures),
        };
        tracer.frame(name, at);
        for (index, pointer) in info.pointers.iter().enumerate() {
            if *pointer {
                // SAFETY: the caller has passed this argument and given its reference up.
                unsafe { release(*fp.add(index)) };
            }
        }
        if captures > 0 {
            // SAFETY: a closure with captures lies behind the arguments and belongs to the callee.
            unsafe { release(*fp.add(info.pointers.len())) };
        }
    }

    fn code_at(&self, ip: *const Ins) -> Option<&Code> {
        let (_, index) = self.places.range(..=ip.addr()).next_back()?;
        Some(&self.codes[*index])
    }

    /// Runs a native on the window at `window`.
    ///
    /// # Safety
    /// The window holds live arguments of the declared types.
    #[inline(always)]
    pub unsafe fn native(&mut self, index: usize, window: *mut Slot) -> Result<Slot, Box<Trap>> {
        let entry = &self.natives[index];
        // SAFETY: the compiler has placed `count` arguments.
        let args = unsafe { std::slice::from_raw_parts(window, entry.count) };
        match entry.run {
            // SAFETY: the caller says so.
            Run::Pure(run) => unsafe { run(&entry.instance, args) },
            Run::Host(_) | Run::Machine(_) if self.freezing && entry.effect.is_some() => {
                Err(too_early(entry.effect.as_deref().unwrap_or_default()))
            }
            // SAFETY: as above.
            Run::Host(run) => unsafe { run(&mut *self.host, &entry.instance, args) },
            Run::Machine(run) => {
                let instance = entry.instance.clone();
                // SAFETY: as above.
                unsafe { run(self, &instance, args) }
            }
            Run::Setting(read) => Ok(read(&self.settings)),
            // SAFETY: as above.
            Run::Typed(run) => unsafe {
                let decls = Decls(&*self.program);
                let shapes = Shapes {
                    types: &self.types,
                    decls: &decls,
                };
                run(shapes, &entry.instance, args)
            },
        }
    }

    /// Lends the types of the program.
    pub fn with_shapes<R>(&self, f: impl FnOnce(Shapes<'_>) -> R) -> R {
        let decls = Decls(&*self.program);
        f(Shapes {
            types: &self.types,
            decls: &decls,
        })
    }

    #[cold]
    pub fn uninitialised(&self, index: usize) -> Box<Trap> {
        Trap::error(
            8204,
            format!(
                "the value `{}` is read before its definition was evaluated",
                self.globals[index].name
            ),
        )
    }

    /// Gives a function its code.
    pub fn compile(&mut self, index: u32) -> Result<(), Box<Trap>> {
        let info = &self.infos[index as usize];
        let types = info.types.clone();
        let function = match &info.source {
            Source::Given(function) => function.clone(),
            Source::Named(name) => match self.program.function(name) {
                Some(function) => function,
                None => {
                    return Err(Trap::panic(
                        0,
                        format!("internal error: `{name}` has no code"),
                    ));
                }
            },
        };
        #[cfg(debug_assertions)]
        if let Err(error) = wat_ir::verify(&function) {
            return Err(Trap::panic(
                0,
                format!(
                    "internal error: IR of `{}`: {}",
                    error.function, error.message
                ),
            ));
        }
        let mut guard = info.guard;
        if &*function.name == crate::caught::ATTEMPT {
            let outcome = self.desc(&function.ret, &types);
            let outcome = outcome.map_err(|error| self.compile_trap(&function.name, &error))?;
            guard = Some(Guard::Failures(outcome));
        }
        let mut code = compile(&function, &types, self)
            .map_err(|error| self.compile_trap(&function.name, &error))?;
        code.guard = guard;
        #[cfg(debug_assertions)]
        if let Err(message) = crate::check::check(&code, self) {
            return Err(Trap::panic(
                0,
                format!("internal error: code of `{}`: {message}", function.name),
            ));
        }
        self.functions[index as usize] = Entry {
            code: code.instructions.as_ptr(),
            frame: code.frame,
        };
        self.places
            .insert(code.instructions.as_ptr().addr(), self.codes.len());
        self.codes.push(code);
        Ok(())
    }

    pub fn compile_trap(&self, name: &str, error: &CompileError) -> Box<Trap> {
        match error {
            CompileError::TypeTooDeep => Trap::panic(
                8202,
                format!(
                    "the types of `{name}` grow without bound: each call needs a new instance, and the stack of types is exhausted"
                ),
            ),
            CompileError::TooLarge | CompileError::TooFar => Trap::panic(
                0,
                format!("`{name}` is too large for the machine; split it"),
            ),
            CompileError::NoNative(missing) => Trap::panic(
                0,
                format!("internal error: the machine has no native `{missing}`"),
            ),
            CompileError::Invalid(why) => {
                Trap::panic(0, format!("internal error: IR of `{name}`: {why}"))
            }
        }
    }

    fn add(&mut self, source: Source, types: Box<[&'static Desc]>, pointers: Box<[bool]>) -> u32 {
        let index = self.functions.len() as u32;
        let stub = Box::new(Ins::wide(Op::Stub, 0, index));
        self.functions.push(Entry {
            code: &raw const *stub,
            frame: 0,
        });
        self.infos.push(Info {
            source,
            guard: None,
            types,
            pointers,
            stub,
        });
        index
    }

    /// A function that is not named: an expression, an initialiser.
    pub fn add_function(&mut self, function: Arc<Function>) -> u32 {
        self.add(Source::Given(function), Box::default(), Box::default())
    }

    /// What a function value is called, as far as it is a definition.
    pub fn described(&self, index: u32) -> Described {
        match &self.infos[index as usize].source {
            Source::Named(name) => Described::Definition(name.clone()),
            Source::Given(function) if function.name.contains('#') => {
                let first = function.captures as usize;
                let params = function.locals.iter().skip(first);
                let names = params.take(function.params as usize);
                Described::Anonymous(names.map(|local| local.name.clone()).collect())
            }
            Source::Given(function) => Described::Definition(function.name.clone()),
        }
    }

    /// Such a function whose result is an outcome: run-time errors under it become its failure.
    pub fn add_guarded(&mut self, function: Arc<Function>, outcome: &'static Desc) -> u32 {
        let index = self.add_function(function);
        self.infos[index as usize].guard = Some(Guard::Errors(outcome));
        index
    }

    /// The instance without type arguments and parameters of a named function.
    pub fn named(&mut self, name: &str) -> u32 {
        let name: Arc<str> = name.into();
        self.instance(&name, Box::default(), Box::default())
    }

    fn instance(
        &mut self,
        name: &Arc<str>,
        types: Box<[&'static Desc]>,
        pointers: Box<[bool]>,
    ) -> u32 {
        let key = (
            name.clone(),
            types
                .iter()
                .map(|ty| std::ptr::from_ref(*ty).addr())
                .collect(),
        );
        if let Some(index) = self.instances.get(&key) {
            return *index;
        }
        let index = self.add(Source::Named(name.clone()), types, pointers);
        self.instances.insert(key, index);
        index
    }

    /// Forgets the code of a function and the value of a definition, because the program has another one.
    pub fn forget(&mut self, name: &str) {
        self.evaluated.clear();
        let changed: Vec<u32> = self
            .instances
            .iter()
            .filter(|(key, _)| *key.0 == *name)
            .map(|(_, index)| *index)
            .collect();
        for index in changed {
            self.functions[index as usize] = Entry {
                code: &raw const *self.infos[index as usize].stub,
                frame: 0,
            };
        }
        // A new signature has new parameters: later callers get an instance of their own.
        self.instances.retain(|key, _| *key.0 != *name);
        if let Some(index) = self.global_names.get(name) {
            self.clear_global(*index as usize);
        }
        if self.program.type_decl(name).is_some() {
            self.types.forget();
            self.instances.clear();
        }
    }

    fn clear_global(&mut self, index: usize) {
        let entry = &mut self.globals[index];
        if let (Some(slot), Some(desc)) = (entry.slot.take(), entry.desc)
            && desc.is_pointer()
        {
            // SAFETY: the machine held one reference.
            unsafe { release(slot) };
        }
    }

    /// Stores a value, whose reference it takes.
    pub fn set_global(&mut self, name: &str, desc: &'static Desc, slot: Slot) {
        let index = self.global(&name.into()) as usize;
        self.clear_global(index);
        self.globals[index].slot = Some(slot);
        self.globals[index].desc = Some(desc);
    }

    /// The descriptor of a closed type, with its fields.
    pub fn closed(&mut self, ty: &Ty) -> Result<&'static Desc, CompileError> {
        Linker::desc(self, ty, &[])
    }
}

impl Drop for Vm {
    fn drop(&mut self) {
        for index in 0..self.globals.len() {
            self.clear_global(index);
        }
    }
}

impl Linker for Vm {
    fn desc(&mut self, ty: &Ty, types: &[&'static Desc]) -> Result<&'static Desc, CompileError> {
        let decls = Decls(&*self.program);
        let desc = self
            .types
            .desc(ty, types, &decls)
            .map_err(|_| CompileError::TypeTooDeep)?;
        self.types
            .resolve(desc, &decls)
            .map_err(|_| CompileError::TypeTooDeep)?;
        Ok(desc)
    }

    fn function(
        &mut self,
        name: &Arc<str>,
        args: &[Ty],
        types: &[&'static Desc],
        pointers: Box<[bool]>,
    ) -> Result<u32, CompileError> {
        let mut closed = Vec::with_capacity(args.len());
        for ty in args {
            closed.push(self.desc(ty, types)?);
        }
        if self.instances.len() >= MAX_INSTANCES {
            return Err(CompileError::TypeTooDeep);
        }
        Ok(self.instance(name, closed.into(), pointers))
    }

    fn lambda(
        &mut self,
        function: &Arc<Function>,
        types: &[&'static Desc],
        pointers: Box<[bool]>,
    ) -> u32 {
        self.add(Source::Given(function.clone()), types.into(), pointers)
    }

    fn native_function(
        &mut self,
        name: &Arc<str>,
        args: &[Ty],
        types: &[&'static Desc],
        desc: &'static Desc,
    ) -> Result<u32, CompileError> {
        let mut closed = Vec::with_capacity(args.len());
        for ty in args {
            closed.push(self.desc(ty, types)?.ty.clone());
        }
        let (params, ret) = desc.parts.split_at(desc.parts.len() - 1);
        let local = |ty: &Ty| LocalDecl {
            name: "".into(),
            ty: ty.clone(),
        };
        let result = Local(params.len() as u32);
        let function = Function {
            name: name.clone(),
            type_params: 0,
            captures: 0,
            params: params.len() as u32,
            locals: params
                .iter()
                .chain(ret)
                .map(|part| local(&part.ty))
                .collect(),
            ret: ret[0].ty.clone(),
            body: Block {
                stmts: vec![Stmt::Let {
                    dst: result,
                    value: Value::Call {
                        callee: Callee::Native {
                            name: name.clone(),
                            types: closed.into(),
                        },
                        args: (0..params.len() as u32)
                            .map(|n| Operand::Local(Local(n)))
                            .collect(),
                    },
                    at: Origin::default(),
                }],
                end: End::Yield(Operand::Local(result)),
            },
            lambdas: Vec::new(),
            at: Origin::default(),
        };
        let pointers = params.iter().map(|part| part.is_pointer()).collect();
        Ok(self.add(Source::Given(Arc::new(function)), Box::default(), pointers))
    }

    fn native(
        &mut self,
        name: &str,
        instance: Instance,
        count: usize,
    ) -> Result<u32, CompileError> {
        let (_, run) = find(name).ok_or_else(|| CompileError::NoNative(name.to_owned()))?;
        self.natives.push(NativeEntry {
            run,
            instance,
            count,
            effect: has_effect(name).then(|| name.into()),
        });
        Ok(self.natives.len() as u32 - 1)
    }

    fn native_takes(&mut self, name: &str) -> Result<&'static str, CompileError> {
        find(name)
            .map(|found| found.0)
            .ok_or_else(|| CompileError::NoNative(name.to_owned()))
    }

    fn constant(&mut self, constant: &Const) -> u32 {
        if let Some(index) = self.texts.get(constant) {
            return *index;
        }
        let slot = match constant {
            Const::Str(text) | Const::Keyword(text) => {
                make_constant_text(desc_of_const(constant), text)
            }
            // Whoever made the code wrote the bytes; other bytes are nobody's form.
            Const::Form(bytes) => make_constant_form(
                Syntax::from_bytes(bytes).unwrap_or_else(|| Syntax::keyword(":wat::core::nil")),
            ),
            _ => return self.word(0),
        };
        self.constants.push(slot);
        let index = self.constants.len() as u32 - 1;
        self.texts.insert(constant.clone(), index);
        index
    }

    fn word(&mut self, word: u64) -> u32 {
        let constants = &mut self.constants;
        *self.words.entry(word).or_insert_with(|| {
            constants.push(word);
            constants.len() as u32 - 1
        })
    }

    fn constant_closure(&mut self, desc: &'static Desc, code: u32) -> u32 {
        let constants = &mut self.constants;
        *self
            .closures
            .entry((std::ptr::from_ref(desc).addr(), code))
            .or_insert_with(|| {
                constants.push(make_constant_closure(desc, code));
                constants.len() as u32 - 1
            })
    }

    fn make(&mut self, make: Make) -> u32 {
        let key = (
            std::ptr::from_ref(make.desc).addr(),
            make.variant,
            make.code,
        );
        let makes = &mut self.makes;
        *self.made.entry(key).or_insert_with(|| {
            makes.push(make);
            makes.len() as u32 - 1
        })
    }

    fn table(&mut self, table: Box<[i32]>) -> u32 {
        self.tables.push(table);
        self.tables.len() as u32 - 1
    }

    fn global(&mut self, name: &Arc<str>) -> u32 {
        if let Some(index) = self.global_names.get(name) {
            return *index;
        }
        self.globals.push(GlobalEntry {
            name: name.clone(),
            slot: None,
            desc: None,
        });
        let index = self.globals.len() as u32 - 1;
        self.global_names.insert(name.clone(), index);
        index
    }
}

impl Vm {
    /// How many natives code refers to.
    #[cfg(debug_assertions)]
    pub fn native_count(&self) -> usize {
        self.natives.len()
    }

    /// The code of a function as text.
    pub fn text(&mut self, index: u32) -> Result<String, Box<Trap>> {
        if self.functions[index as usize].frame == 0 {
            self.compile(index)?;
        }
        let code = self.code_at(self.functions[index as usize].code);
        Ok(code
            .map(crate::disassemble::disassemble)
            .unwrap_or_default())
    }
}
