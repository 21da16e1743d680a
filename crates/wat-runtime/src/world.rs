//! What the threads of one program share: the program, the tables that code refers to, and the making of code.
//!
//! Code and tables are read by every thread while one of them adds to them ([`Table`]). Whoever adds, or asks the
//! program, has the turn to link; so the program is asked by one thread at a time.

use crate::Program;
use crate::caught::Guard;
use crate::code::{Code, Ins, Op};
use crate::compile::{CompileError, Linker, Make, compile};
use crate::kernel::{Kernel, Turn, TurnGuard};
use crate::natives::{Run, find};
use crate::observe::{Observed, Observer};
use crate::table::Table;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use wat_ir::{
    Block, Callee, Const, End, Function, Local, LocalDecl, Operand, Origin, Stmt, Ty, Value,
};
use wat_value::{
    Declarations, Desc, Instance, Shapes, Slot, Trap, TypeTable, desc_of_const, has_effect,
    make_constant_closure, make_constant_form, make_constant_text, release, retain, syntax::Syntax,
};

/// Instances of functions beyond this number come from unbounded polymorphic recursion.
const MAX_INSTANCES: usize = 1 << 20;

/// What a call needs to know of a function. The frame is as large as that of its code, or larger.
pub(crate) struct Entry {
    pub code: AtomicPtr<Ins>,
    pub frame: AtomicU32,
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
    /// Is the code of the entry that of the function?
    compiled: bool,
    /// It is called by old code alone, and it would be compiled against another program than that code was.
    gone: bool,
}

/// A native with its types.
pub(crate) struct NativeEntry {
    pub run: Run,
    pub instance: Instance,
    pub count: usize,
    /// Its path.
    pub name: Box<str>,
    /// Values may not be evaluated with it.
    pub has_effect: bool,
}

/// A value of a `def`.
pub(crate) struct GlobalEntry {
    pub name: Arc<str>,
    is_set: AtomicBool,
    slot: AtomicU64,
    desc: AtomicPtr<Desc>,
}

impl GlobalEntry {
    fn new(name: Arc<str>) -> GlobalEntry {
        GlobalEntry {
            name,
            is_set: AtomicBool::new(false),
            slot: AtomicU64::new(0),
            desc: AtomicPtr::new(ptr::null_mut()),
        }
    }

    /// The value, if it was evaluated.
    #[inline(always)]
    pub fn slot(&self) -> Option<Slot> {
        let is_set = self.is_set.load(Ordering::Acquire);
        is_set.then(|| self.slot.load(Ordering::Relaxed))
    }

    fn set(&self, desc: &'static Desc, slot: Slot) {
        self.slot.store(slot, Ordering::Relaxed);
        self.desc
            .store(ptr::from_ref(desc).cast_mut(), Ordering::Relaxed);
        self.is_set.store(true, Ordering::Release);
    }

    /// Takes the value away; the reference to it, if it is counted.
    fn clear(&self) -> Option<Slot> {
        if !self.is_set.swap(false, Ordering::AcqRel) {
            return None;
        }
        // SAFETY: descriptors live for ever.
        let desc = unsafe { self.desc.load(Ordering::Relaxed).as_ref() }?;
        desc.is_pointer().then(|| self.slot.load(Ordering::Relaxed))
    }
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

/// Everything that threads share.
pub(crate) struct World {
    pub functions: Table<Entry>,
    pub constants: Table<u64>,
    pub makes: Table<Make>,
    pub tables: Table<Box<[i32]>>,
    pub globals: Table<GlobalEntry>,
    pub natives: Table<NativeEntry>,
    link: Turn<Link>,
    pub kernel: Arc<Kernel>,
    /// Who counts what is evaluated.
    observed: OnceLock<Observed>,
}

// SAFETY: entries of tables are written before their index is handed out; what changes in them later is atomic.
// Instructions and descriptors live as long as the world, or for ever.
unsafe impl Sync for World {}
// SAFETY: as above.
unsafe impl Send for World {}

/// What is needed to make code, for one thread at a time.
pub(crate) struct Link {
    program: Box<dyn Program>,
    types: TypeTable,
    infos: Vec<Info>,
    codes: Vec<Arc<Code>>,
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
    known: Known,
    /// Values that were replaced while other threads may have been reading them.
    replaced: Vec<Slot>,
}

/// What will be started, found out before ([`crate::Image`]).
#[derive(Default)]
struct Known {
    /// By the addresses of the functions, which entries keep.
    given: FxHashMap<usize, u32>,
    calls: FxHashMap<Arc<str>, (u32, &'static Desc)>,
}

struct Decls<'p>(&'p dyn Program);

impl Declarations for Decls<'_> {
    fn type_decl(&self, path: &str) -> Option<Arc<wat_ir::TypeDecl>> {
        self.0.type_decl(path)
    }
}

/// The turn to link.
pub(crate) struct Linking<'w> {
    pub world: &'w World,
    pub link: TurnGuard<'w, Link>,
}

impl World {
    /// The first observer stays: code may count for it already.
    pub fn observe(&self, observer: Arc<dyn Observer>) {
        self.observed.get_or_init(|| Observed::new(observer));
    }

    /// One more at a counter of the observer.
    #[cold]
    pub fn count(&self, index: usize) {
        if let Some(observed) = self.observed.get() {
            observed.count(index);
        }
    }

    pub fn new(program: Box<dyn Program>) -> World {
        World {
            functions: Table::new(),
            constants: Table::new(),
            makes: Table::new(),
            tables: Table::new(),
            globals: Table::new(),
            natives: Table::new(),
            link: Turn::new(Link {
                program,
                types: TypeTable::default(),
                infos: Vec::new(),
                codes: Vec::new(),
                places: BTreeMap::new(),
                instances: FxHashMap::default(),
                words: FxHashMap::default(),
                texts: FxHashMap::default(),
                closures: FxHashMap::default(),
                made: FxHashMap::default(),
                global_names: FxHashMap::default(),
                evaluated: FxHashMap::default(),
                known: Known::default(),
                replaced: Vec::new(),
            }),
            kernel: Arc::default(),
            observed: OnceLock::new(),
        }
    }

    /// Waits for the turn to link.
    pub fn linking(&self) -> Linking<'_> {
        Linking {
            world: self,
            link: self.link.take(),
        }
    }

    #[cold]
    pub fn uninitialised(&self, index: usize) -> Box<Trap> {
        // SAFETY: code refers to globals that there are.
        let name = unsafe { &self.globals.get(index).name };
        let linking = self.linking();
        if linking.link.global_names.get(name) != Some(&(index as u32)) {
            return retired(name);
        }
        if let Some(why) = linking.link.program.stale(name) {
            return Trap::panic(8805, why);
        }
        Trap::error(
            8204,
            format!("the value `{name}` is read before its definition was evaluated"),
        )
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let globals = (0..self.globals.len()).filter_map(|index| {
            // SAFETY: the index is below the length.
            unsafe { self.globals.get(index) }.clear()
        });
        let held: Vec<Slot> = globals
            .chain(std::mem::take(&mut self.link.get_mut().replaced))
            .collect();
        for slot in held {
            // SAFETY: the world held one reference, and nobody reads its values any more.
            unsafe { release(slot) };
        }
    }
}

/// What old code finds in the place of a definition that has another type now.
fn retired(name: &str) -> Box<Trap> {
    Trap::panic(
        8805,
        format!("`{name}` was redefined while code that uses its former version was there"),
    )
}

pub(crate) fn compile_trap(name: &str, error: &CompileError) -> Box<Trap> {
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

impl Linking<'_> {
    pub fn program(&self) -> &dyn Program {
        &*self.link.program
    }

    fn find(&self, name: &str) -> Result<(&'static str, Run), CompileError> {
        find(name).ok_or_else(|| CompileError::NoNative(name.to_owned()))
    }

    /// The types of the program.
    pub fn with_shapes<R>(&self, f: impl FnOnce(Shapes<'_>) -> R) -> R {
        let decls = Decls(&*self.link.program);
        f(Shapes {
            types: &self.link.types,
            decls: &decls,
        })
    }

    /// The name of a function and where it was written.
    pub fn written(&self, function: u32) -> (Arc<str>, Origin) {
        match &self.link.infos[function as usize].source {
            Source::Named(name) => (name.clone(), Origin::default()),
            Source::Given(function) => (function.name.clone(), function.at),
        }
    }

    /// Which parameters of a function hold references, and how many values it captures.
    pub fn arguments(&self, function: u32) -> (Box<[bool]>, u32) {
        let info = &self.link.infos[function as usize];
        let captures = match &info.source {
            Source::Named(_) => 0,
            Source::Given(function) => function.captures,
        };
        (info.pointers.clone(), captures)
    }

    pub fn code_at(&self, ip: *const Ins) -> Option<Arc<Code>> {
        let (_, index) = self.link.places.range(..=ip.addr()).next_back()?;
        Some(self.link.codes[*index].clone())
    }

    /// Gives a function its code, if no thread has done so before.
    pub fn compile(&mut self, index: u32) -> Result<(), Box<Trap>> {
        let info = &self.link.infos[index as usize];
        if info.compiled {
            return Ok(());
        }
        if info.gone {
            return Err(retired(&self.written(index).0));
        }
        let types = info.types.clone();
        let function = match &info.source {
            Source::Given(function) => function.clone(),
            Source::Named(name) => match self.link.program.function(name) {
                Some(function) => function,
                None => return Err(self.no_code(name)),
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
            let outcome = outcome.map_err(|error| compile_trap(&function.name, &error))?;
            guard = Some(Guard::Failures(outcome));
        }
        let mut code = compile(&function, &types, self)
            .map_err(|error| compile_trap(&function.name, &error))?;
        code.guard = guard;
        #[cfg(debug_assertions)]
        if let Err(message) = crate::check::check(&code, self.world) {
            return Err(Trap::panic(
                0,
                format!("internal error: code of `{}`: {message}", function.name),
            ));
        }
        let link = &mut *self.link;
        link.infos[index as usize].compiled = true;
        let start = code.instructions.as_ptr();
        link.places.insert(start.addr(), link.codes.len());
        // SAFETY: the index was handed out.
        let entry = unsafe { self.world.functions.get(index as usize) };
        entry.frame.store(code.frame, Ordering::Relaxed);
        link.codes.push(Arc::new(code));
        entry.code.store(start.cast_mut(), Ordering::Release);
        Ok(())
    }

    fn add(&mut self, source: Source, types: Box<[&'static Desc]>, pointers: Box<[bool]>) -> u32 {
        let index = self.world.functions.len() as u32;
        let stub = Box::new(Ins::wide(Op::Stub, 0, index));
        let entry = Entry {
            code: AtomicPtr::new((&raw const *stub).cast_mut()),
            frame: AtomicU32::new(0),
        };
        // SAFETY: this thread has the turn to link.
        unsafe { self.world.functions.push(entry) };
        self.link.infos.push(Info {
            source,
            guard: None,
            types,
            pointers,
            stub,
            compiled: false,
            gone: false,
        });
        index
    }

    /// A function that is not named: an expression, an initialiser.
    pub fn add_function(&mut self, function: Arc<Function>) -> u32 {
        self.add(Source::Given(function), Box::default(), Box::default())
    }

    /// Adds a function that will be evaluated once.
    pub fn know(&mut self, function: Arc<Function>) {
        let key = Arc::as_ptr(&function).addr();
        let index = self.add_function(function);
        self.link.known.given.insert(key, index);
    }

    /// The entry of a function that is evaluated now.
    pub fn known_or_added(&mut self, function: &Arc<Function>) -> u32 {
        let known = self.link.known.given.remove(&Arc::as_ptr(function).addr());
        known.unwrap_or_else(|| self.add_function(function.clone()))
    }

    /// Finds out what a call of a function without parameters needs, if there is one.
    pub fn know_call(&mut self, name: &str) {
        let Some(function) = self.program().function(name) else {
            return;
        };
        if function.params > 0 || function.captures > 0 || function.type_params > 0 {
            return;
        }
        if let Ok(desc) = self.closed(&function.ret) {
            let index = self.named(name);
            self.link.known.calls.insert(name.into(), (index, desc));
        }
    }

    /// The entry and the type of the result of such a function.
    pub fn known_call(&self, name: &str) -> Option<(u32, &'static Desc)> {
        self.link.known.calls.get(name).copied()
    }

    /// Makes the code of an entry, if that can be done; false if there is no such entry.
    pub fn try_compile(&mut self, index: usize) -> bool {
        let exists = index < self.link.infos.len();
        if exists {
            // Whoever calls it is told why there is none.
            let _ = self.compile(index as u32);
        }
        exists
    }

    /// What a function value is called, as far as it is a definition.
    pub fn described(&self, index: u32) -> Described {
        match &self.link.infos[index as usize].source {
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
        self.link.infos[index as usize].guard = Some(Guard::Errors(outcome));
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
            types.iter().map(|ty| ptr::from_ref(*ty).addr()).collect(),
        );
        if let Some(index) = self.link.instances.get(&key) {
            return *index;
        }
        let index = self.add(Source::Named(name.clone()), types, pointers);
        self.link.instances.insert(key, index);
        index
    }

    /// Forgets the code of a function and the value of a definition, because the program has another one. Threads that
    /// run the old code run it to its end. The result is the value that was forgotten, for the caller to release.
    #[must_use]
    pub fn forget(&mut self, name: &str) -> Option<Slot> {
        self.link.known.calls.clear();
        self.link.evaluated.clear();
        let changed: Vec<u32> = self
            .link
            .instances
            .iter()
            .filter(|(key, _)| *key.0 == *name)
            .map(|(_, index)| *index)
            .collect();
        for index in changed {
            let info = &mut self.link.infos[index as usize];
            info.compiled = false;
            let stub = (&raw const *info.stub).cast_mut();
            // SAFETY: the index was handed out.
            let entry = unsafe { self.world.functions.get(index as usize) };
            entry.code.store(stub, Ordering::Release);
        }
        // A new signature has new parameters: later callers get an instance of their own.
        self.link.instances.retain(|key, _| *key.0 != *name);
        let old = match self.link.global_names.get(name) {
            Some(&index) => self.clear_global(index),
            None => None,
        };
        if self.link.program.type_decl(name).is_some() {
            self.link.types.forget();
            self.link.instances.clear();
        }
        old
    }

    fn no_code(&self, name: &str) -> Box<Trap> {
        match self.link.program.stale(name) {
            Some(why) => Trap::panic(8805, why),
            None => Trap::panic(0, format!("internal error: `{name}` has no code")),
        }
    }

    /// Gives these names up, because what the program calls so now has another type or layout. New code means the new
    /// definitions. Code that is there already, in threads and in closures, goes on with what it was compiled against,
    /// and panics (WAT8805) where it would need what was not compiled yet. `layouts` says whether types are among the
    /// names. The result are the values that were given up, for the caller to release.
    #[must_use]
    pub fn retire(&mut self, names: &[Arc<str>], layouts: bool) -> Vec<Slot> {
        let names: FxHashSet<&str> = names.iter().map(|name| &**name).collect();
        let link = &mut *self.link;
        link.known.calls.clear();
        link.evaluated.clear();
        for info in link.infos.iter_mut().filter(|info| !info.compiled) {
            info.gone |= match &info.source {
                Source::Named(name) => names.contains(&**name),
                Source::Given(function) => !function.name.starts_with(":wat::"),
            };
        }
        match layouts {
            true => {
                link.types.forget();
                link.instances.clear();
            }
            false => link.instances.retain(|key, _| !names.contains(&*key.0)),
        }
        let globals = names
            .iter()
            .filter_map(|name| link.global_names.remove(*name));
        let globals: Vec<u32> = globals.collect();
        let old = globals
            .into_iter()
            .filter_map(|index| self.clear_global(index));
        old.collect()
    }

    /// The value of a definition, if it was evaluated; a reference of its own.
    pub fn value_of(&self, name: &str) -> Option<wat_value::Value> {
        let index = *self.link.global_names.get(name)?;
        // SAFETY: the index was handed out.
        let entry = unsafe { self.world.globals.get(index as usize) };
        let slot = entry.slot()?;
        // SAFETY: descriptors live for ever, and that of a value that is set was stored before.
        let desc = unsafe { entry.desc.load(Ordering::Relaxed).as_ref() }?;
        if desc.is_pointer() {
            // SAFETY: the world holds a reference, and nobody replaces values but who has the turn to link.
            unsafe { retain(slot) };
        }
        // SAFETY: the slot is of this type, with a reference of its own.
        Some(unsafe { wat_value::Value::from_slot(desc, slot) })
    }

    /// Takes a value away; the reference to it, unless other threads may be reading it: then it lives on.
    fn clear_global(&mut self, index: u32) -> Option<Slot> {
        // SAFETY: the index was handed out.
        let slot = unsafe { self.world.globals.get(index as usize) }.clear()?;
        if self.world.kernel.is_alone() {
            return Some(slot);
        }
        self.link.replaced.push(slot);
        None
    }

    /// Stores a value, whose reference it takes; the value that it replaces, for the caller to release.
    #[must_use]
    pub fn set_global(&mut self, name: &str, desc: &'static Desc, slot: Slot) -> Option<Slot> {
        let index = self.global(&name.into());
        let old = self.clear_global(index);
        // SAFETY: the index was handed out.
        unsafe { self.world.globals.get(index as usize) }.set(desc, slot);
        old
    }

    /// The descriptor of a closed type, with its fields.
    pub fn closed(&mut self, ty: &Ty) -> Result<&'static Desc, CompileError> {
        Linker::desc(self, ty, &[])
    }

    /// Looks up the fields of whatever a native may make to return this type. The code that calls it need not mention
    /// what its result holds.
    fn lay_out(&self, ret: &'static Desc) -> Result<(), CompileError> {
        let decls = Decls(&*self.link.program);
        let mut seen: Vec<&'static Desc> = Vec::new();
        let mut work = vec![ret];
        while let Some(desc) = work.pop() {
            let is_known = !desc.is_pointer() || seen.iter().any(|it| ptr::eq(*it, desc));
            // No native makes values of a function, nor of a type that the program declares, but out of descriptors
            // that it looks up itself.
            let is_own = match &desc.decl {
                Some(decl) => decl.path.starts_with(":wat::"),
                None => true,
            };
            if is_known || !is_own {
                continue;
            }
            seen.push(desc);
            self.link
                .types
                .resolve(desc, &decls)
                .map_err(|_| CompileError::TypeTooDeep)?;
            let fields = desc.variants().iter().flat_map(|it| &it.fields);
            work.extend(desc.parts.iter().chain(fields).copied());
        }
        Ok(())
    }

    /// All code as text.
    pub fn code_text(&self) -> String {
        let codes = self.link.codes.iter();
        let texts: Vec<String> = codes
            .map(|code| crate::disassemble::disassemble(code))
            .collect();
        texts.join("\n")
    }

    /// The code of a function as text.
    pub fn text(&mut self, index: u32) -> Result<String, Box<Trap>> {
        self.compile(index)?;
        // SAFETY: the index was handed out.
        let entry = unsafe { self.world.functions.get(index as usize) };
        let code = self.code_at(entry.code.load(Ordering::Acquire));
        Ok(code
            .map(|code| crate::disassemble::disassemble(&code))
            .unwrap_or_default())
    }
}

impl Linker for Linking<'_> {
    fn counter(&self, function: &str, at: Origin) -> Option<u32> {
        self.world.observed.get()?.counter(function, at)
    }

    fn desc(&mut self, ty: &Ty, types: &[&'static Desc]) -> Result<&'static Desc, CompileError> {
        let decls = Decls(&*self.link.program);
        let table = &self.link.types;
        let desc = table
            .desc(ty, types, &decls)
            .map_err(|_| CompileError::TypeTooDeep)?;
        table
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
        if self.link.instances.len() >= MAX_INSTANCES {
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
        let (_, run) = self.find(name)?;
        self.lay_out(instance.ret)?;
        let entry = NativeEntry {
            run,
            instance,
            count,
            name: name.into(),
            has_effect: has_effect(name),
        };
        // SAFETY: this thread has the turn to link.
        Ok(unsafe { self.world.natives.push(entry) })
    }

    fn native_takes(&mut self, name: &str) -> Result<&'static str, CompileError> {
        self.find(name).map(|found| found.0)
    }

    fn constant(&mut self, constant: &Const) -> u32 {
        if let Some(index) = self.link.texts.get(constant) {
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
        // SAFETY: this thread has the turn to link.
        let index = unsafe { self.world.constants.push(slot) };
        self.link.texts.insert(constant.clone(), index);
        index
    }

    fn word(&mut self, word: u64) -> u32 {
        let constants = &self.world.constants;
        let known = self.link.words.entry(word);
        // SAFETY: as above.
        *known.or_insert_with(|| unsafe { constants.push(word) })
    }

    fn constant_closure(&mut self, desc: &'static Desc, code: u32) -> u32 {
        let constants = &self.world.constants;
        let key = (ptr::from_ref(desc).addr(), code);
        let known = self.link.closures.entry(key);
        // SAFETY: as above.
        *known.or_insert_with(|| unsafe { constants.push(make_constant_closure(desc, code)) })
    }

    fn make(&mut self, make: Make) -> u32 {
        let key = (ptr::from_ref(make.desc).addr(), make.variant, make.code);
        let makes = &self.world.makes;
        // SAFETY: as above.
        *self
            .link
            .made
            .entry(key)
            .or_insert_with(|| unsafe { makes.push(make) })
    }

    fn table(&mut self, table: Box<[i32]>) -> u32 {
        // SAFETY: as above.
        unsafe { self.world.tables.push(table) }
    }

    fn global(&mut self, name: &Arc<str>) -> u32 {
        if let Some(index) = self.link.global_names.get(name) {
            return *index;
        }
        // SAFETY: as above.
        let index = unsafe { self.world.globals.push(GlobalEntry::new(name.clone())) };
        self.link.global_names.insert(name.clone(), index);
        index
    }

    fn holds_resources(&mut self, desc: &'static Desc) -> bool {
        let decls = Decls(&*self.link.program);
        self.link.types.holds_resources(desc, &decls)
    }
}
