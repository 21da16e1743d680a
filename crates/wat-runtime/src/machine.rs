//! The public face of the machine.

use crate::caught::Described;
use crate::compiler::Compiler;
use crate::failure::{Failure, FailureKind};
use crate::kernel::Task;
use crate::launch::Launcher;
use crate::observe::Observer;
use crate::settings::Settings;
use crate::stream::Reader;
use crate::vm::Vm;
use crate::world::{World, compile_trap};
use std::io;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use wat_ir::{Function, TypeDecl};
use wat_value::{Death, Desc, Slot, Value, add_live_objects, release};

/// Where IR comes from. The machine asks when a function is first called and remembers the answer until
/// [`Machine::forget`].
pub trait Program: Send {
    /// The function of a path.
    fn function(&self, name: &str) -> Option<Arc<Function>>;
    /// The initialiser of a `def`: a function without parameters.
    fn value(&self, name: &str) -> Option<Arc<Function>>;
    /// The declaration of a struct, enum, newtype or opaque type.
    fn type_decl(&self, path: &str) -> Option<Arc<TypeDecl>> {
        let _ = path;
        None
    }
    /// Why a definition without code has none, if its program has been changed under it (WAT8805).
    fn stale(&self, name: &str) -> Option<String> {
        let _ = name;
        None
    }
    /// What is told of a failure that the program itself looks at.
    fn describe(&self, failure: &Failure) -> Described {
        Described {
            message: failure.message.clone(),
            ..Described::default()
        }
    }
    /// A failure as the death of its thread: with its place, if the program knows it.
    fn death(&self, failure: &Failure) -> Death {
        failure.plain_death()
    }
    /// What evaluates data and answers questions about names; a program without one can do neither.
    fn compiler(&self) -> Option<&dyn Compiler> {
        None
    }
}

/// The world around a program: where its output goes and what it may ask. What is not overridden asks the operating
/// system.
pub trait Host: Send {
    /// A host of the same world for another thread.
    fn share(&self) -> Box<dyn Host>;
    /// A host for a forked child, whose standard streams are those of its process.
    fn forked(&self) -> Box<dyn Host> {
        Box::new(StandardHost)
    }
    /// Writes to standard output.
    fn stdout(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Writes to standard error.
    fn stderr(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// The time of the wall clock.
    fn now(&mut self) -> wat_edn::Instant {
        let now = SystemTime::now();
        let (seconds, nanoseconds) = match now.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => (after.as_secs() as i64, after.subsec_nanos()),
            // Before 1970 the seconds are rounded down.
            Err(error) => match error.duration() {
                before if before.subsec_nanos() == 0 => (-(before.as_secs() as i64), 0),
                before => (
                    -(before.as_secs() as i64) - 1,
                    1_000_000_000 - before.subsec_nanos(),
                ),
            },
        };
        wat_edn::Instant::new(seconds, nanoseconds).unwrap_or(wat_edn::Instant::MAX)
    }
    /// Fills the buffer with random bytes.
    fn entropy(&mut self, buffer: &mut [u8]) -> io::Result<()> {
        getrandom::fill(buffer).map_err(io::Error::other)
    }
    /// The runtime as invoked, the entry path, and the program's arguments; none where there is no command line.
    fn arguments(&mut self) -> Vec<String> {
        Vec::new()
    }
    /// The standard input of the program; without one it has ended.
    fn stdin(&mut self) -> Option<Arc<Reader>> {
        None
    }
    /// What checks and runs programs inside of this one; where there is none they cannot be started.
    fn launcher(&self) -> Option<Arc<dyn Launcher>> {
        None
    }
    /// The text of a file, through the loader of the program.
    fn read_source(&mut self, path: &str) -> Result<String, SourceError> {
        let bytes = std::fs::read(path)
            .map_err(|error| SourceError::Failed(crate::stream::reason(&error)))?;
        String::from_utf8(bytes).map_err(|_| SourceError::NotUtf8)
    }
    /// The value of an environment variable; nothing if it is not set or not Unicode.
    fn env(&mut self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }
}

/// The world of a process, as it is.
struct StandardHost;

impl Host for StandardHost {
    fn share(&self) -> Box<dyn Host> {
        Box::new(StandardHost)
    }

    fn stdout(&mut self, bytes: &[u8]) -> io::Result<()> {
        wat_kernel::stdout().write_all(bytes)
    }

    fn stderr(&mut self, bytes: &[u8]) -> io::Result<()> {
        wat_kernel::stderr().write_all(bytes)
    }
}

/// Why a source could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceError {
    /// Its bytes are not UTF-8.
    NotUtf8,
    /// Any other reason, as a phrase.
    Failed(String),
}

/// What an evaluation may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of frames; beyond them the evaluation panics with WAT8202.
    pub stack_bytes: usize,
    /// Calls per evaluation, rounded up; beyond them it ends with [`FailureKind::Budget`].
    pub step_budget: Option<u64>,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            stack_bytes: 1 << 30,
            step_budget: None,
        }
    }
}

/// Ends an evaluation from another thread.
#[derive(Clone)]
pub struct InterruptHandle(Arc<Task>);

impl InterruptHandle {
    /// Ends the evaluation that runs, or else the next one, with [`FailureKind::Interrupted`].
    pub fn raise(&self) {
        self.0.interrupt();
    }

    /// Takes back what was raised and not yet seen.
    pub fn clear(&self) {
        self.0.take_interrupt();
    }
}

/// A machine with its program and host. It stays on one thread.
pub struct Machine<P: Program, H: Host> {
    vm: Vm,
    /// While the machine obeys the signals of its process.
    obeys: Option<wat_kernel::process::OnShutdown>,
    kinds: PhantomData<(P, H)>,
}

impl<P: Program + 'static, H: Host + 'static> Machine<P, H> {
    /// A machine that has evaluated nothing yet.
    pub fn new(program: P, host: H, limits: Limits) -> Machine<P, H> {
        Machine::of(Arc::new(World::new(Box::new(program))), host, limits)
    }

    /// A machine of a program that no other machine runs.
    pub(crate) fn of(world: Arc<World>, host: H, limits: Limits) -> Machine<P, H> {
        Machine {
            vm: {
                world.kernel.set_waiting(&crate::os::DESCRIPTORS);
                let task = Task::main(&world.kernel);
                Vm::new(world, Box::new(host), limits, task)
            },
            obeys: None,
            kinds: PhantomData,
        }
    }

    /// Sets what the program's entry file configures. To be called before anything is evaluated.
    pub fn configure(&mut self, settings: Settings) {
        self.vm.settings = settings;
    }

    /// Has an observer count what the program evaluates. To be called before anything is evaluated; the first observer
    /// stays.
    pub fn observe(&mut self, observer: Arc<dyn Observer>) {
        self.vm.world.observe(observer);
    }

    /// Ends the waits of the program's threads when this process is asked to stop. To be called by whoever has made
    /// the process watch its signals ([`wat_kernel::process::start`]).
    pub fn obey_signals(&mut self) {
        let kernel = self.vm.world.kernel.clone();
        self.obeys = Some(wat_kernel::process::on_shutdown(move || kernel.stop()));
    }

    /// Opens what this thread keeps from its first wait on, for whoever counts descriptors. To be called by the thread
    /// that the machine runs on.
    ///
    /// # Errors
    ///
    /// The system has no descriptor left.
    pub fn prepare_waits(&self) -> io::Result<()> {
        crate::os::prepare(self.vm.task.bell())
    }

    /// Closes what this thread keeps for its next `select`.
    pub fn rest(&mut self) {
        self.vm.selector.rest();
    }

    /// What other threads need to interrupt this machine.
    pub fn interrupt(&self) -> InterruptHandle {
        InterruptHandle(self.vm.task.clone())
    }

    /// Calls a function without parameters.
    pub fn call(&mut self, name: &str) -> Result<Value, Failure> {
        let known = self.vm.linking().known_call(name);
        if let Some((index, desc)) = known {
            return self.start_known(index, desc);
        }
        let found = self.vm.linking().program().function(name);
        let Some(function) = found else {
            return Err(internal(format!("there is no function `{name}`")));
        };
        if function.params > 0 || function.captures > 0 || function.type_params > 0 {
            return Err(internal(format!(
                "`{name}` cannot be called without arguments"
            )));
        }
        let index = self.vm.linking().named(name);
        self.start(index, &function)
    }

    /// Evaluates a function without parameters that need not be part of the program.
    pub fn evaluate(&mut self, function: Arc<Function>) -> Result<Value, Failure> {
        if function.params > 0 || function.captures > 0 || function.type_params > 0 {
            return Err(internal(format!(
                "`{}` cannot be called without arguments",
                function.name
            )));
        }
        let index = self.vm.linking().known_or_added(&function);
        self.start(index, &function)
    }

    fn start(&mut self, index: u32, function: &Function) -> Result<Value, Failure> {
        let closed = self.vm.linking().closed(&function.ret);
        let desc = closed.map_err(|error| {
            let trap = compile_trap(&function.name, &error);
            Failure {
                kind: FailureKind::Panic,
                code: trap.code,
                message: trap.message,
                trace: Vec::new(),
                compared: trap.compared,
                upstream: trap.upstream,
            }
        })?;
        self.start_known(index, desc)
    }

    fn start_known(&mut self, index: u32, desc: &'static Desc) -> Result<Value, Failure> {
        let slot = self.vm.start(index)?;
        // SAFETY: the function returns an owned value of its result type.
        Ok(unsafe { Value::from_slot(desc, slot) })
    }

    /// The failures that the program has caught and looked at last, oldest first: a host that gets one back as a value
    /// finds here what the value does not tell.
    pub fn caught(&self) -> impl Iterator<Item = &Failure> {
        self.vm.caught.iter()
    }

    /// Ends the program: whatever its other threads wait for ends, and this waits for them, so long at most. Whether no
    /// other thread is left.
    pub fn end(&mut self, grace: Duration) -> bool {
        let kernel = self.vm.world.kernel.clone();
        kernel.stop();
        let all = kernel.await_others(&self.vm.task, Instant::now().checked_add(grace));
        add_live_objects(kernel.take_balance());
        all
    }

    /// How many threads evaluate, this one included.
    pub fn threads(&self) -> usize {
        self.vm.world.kernel.live()
    }

    /// Says whether the values of the program are being evaluated: then a native with an effect fails with WAT8205.
    pub fn freeze(&mut self, on: bool) {
        self.vm.freezing = on;
    }

    /// Evaluates an initialiser and stores its value. Behind a `~` the name may say which of several initialisers of
    /// one value it is.
    pub fn define_value(&mut self, name: &str) -> Result<(), Failure> {
        let found = self.vm.linking().program().value(name);
        let Some(function) = found else {
            return Err(internal(format!("there is no value `{name}`")));
        };
        let value = self.evaluate(function)?;
        self.set_global(name.split('~').next().unwrap_or(name), value);
        Ok(())
    }

    /// Gives a `def` its value.
    pub fn set_global(&mut self, name: &str, value: Value) {
        let (desc, slot) = value.into_slot();
        let old = self.vm.linking().set_global(name, desc, slot);
        free(old);
    }

    /// Forgets the code, the value or the layout of a path, because the program has another definition of it.
    /// Functions that were compiled against an old *signature* must be forgotten too.
    pub fn forget(&mut self, name: &str) {
        let old = self.vm.linking().forget(name);
        free(old);
    }

    /// Forgets paths whose definitions have other types or layouts now; `layouts` says whether types are among them. What
    /// runs already, in threads and in closures, goes on with the former ones, as far as they were compiled.
    pub fn retire(&mut self, names: &[Arc<str>], layouts: bool) {
        let old = self.vm.linking().retire(names, layouts);
        old.into_iter().for_each(|slot| free(Some(slot)));
    }

    /// The value of a `def`, if it was evaluated.
    pub fn value_of(&mut self, name: &str) -> Option<Value> {
        self.vm.linking().value_of(name)
    }

    /// The code of every instance of a function that was called so far, as text, in the order of the first calls. What
    /// was called again after [`Machine::forget`] stands there twice.
    pub fn code_text(&mut self) -> String {
        self.vm.linking().code_text()
    }

    /// The code of a function without type parameters, as text; compiles it if need be.
    pub fn disassemble(&mut self, name: &str) -> Result<String, Failure> {
        let index = self.vm.linking().named(name);
        let text = self.vm.linking().text(index);
        text.map_err(|trap| internal(trap.message))
    }
}

/// Releases a value that the world no longer holds.
fn free(old: Option<Slot>) {
    if let Some(slot) = old {
        // SAFETY: the world held a reference, and has handed it over.
        unsafe { release(slot) };
    }
}

/// Without the machine nobody can talk to the program's threads.
impl<P: Program, H: Host> Drop for Machine<P, H> {
    fn drop(&mut self) {
        self.vm.world.kernel.stop();
    }
}

fn internal(message: String) -> Failure {
    Failure {
        kind: FailureKind::Panic,
        code: 0,
        message: format!("internal error: {message}"),
        trace: Vec::new(),
        compared: None,
        upstream: Vec::new(),
    }
}

/// The names of the natives that the library declares and this machine does not have yet, sorted.
pub fn pending_names() -> &'static [&'static str] {
    crate::natives::pending()
}

/// Is this a native that the library declares and this machine does not have yet?
pub fn is_pending(name: &str) -> bool {
    pending_names().binary_search(&name).is_ok()
}

/// The names of all natives that this machine has, sorted.
pub fn native_names() -> Vec<&'static str> {
    let mut names: Vec<_> = crate::natives::names()
        .chain(crate::compile::intrinsic::names())
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}
