//! Forked children and the processes and programs made of them (05 §7).

use super::collect::Collected;
use super::forward::Forwarder;
use super::pipe::failure;
use crate::Turn;
use crate::kernel::{
    Chain, Context, KernelFn, Outcome, Receiver, Source, WaitsOn, receive, receiver, send_to,
    sender,
};
use crate::launch::{Ended, Launcher, Scope, Streams, Unchecked};
use crate::natives::{make_reader, make_writer, reader, writer};
use crate::stream::{Ending, Reader, Writer, inherited};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use wat_edn::Edn;
use wat_ir::Ty;
use wat_kernel::{Child, Exit, Fork, Forked};
use wat_value::{
    Death, Desc, Instance, Notation, Opaque, Shapes, Slot, Trap, decode, field, form, make_opaque,
    make_string, make_variant, opaque, text, variant_of, vector,
};

type Run = Result<Slot, Box<Trap>>;

pub(super) const VERBS: &[(&str, &str, KernelFn)] = &[
    (":wat::kernel::fork-with-forms", "b", fork_with_forms),
    (":wat::kernel::wait-child", "b", wait_child),
    (":wat::kernel::spawn-process", "b", spawn_process),
    (":wat::kernel::fork-program-ast", "b", spawn_process),
    (":wat::kernel::fork-program", "bb", fork_program),
    (":wat::kernel::spawn-program", "bb", spawn_program),
    (":wat::kernel::spawn-program-ast", "bb", spawn_program_ast),
    (":wat::kernel::Process/drain-and-join", "b", drain_and_join),
    (":wat::kernel::Process/join-result", "b", join_result),
    (":wat::kernel::Process/readln", "b", readln),
    (":wat::kernel::Process/println", "bo", println),
    (":wat::kernel::Process/exited", "b", exited),
    (":wat::kernel::Process/terminate", "b", terminate),
    (":wat::kernel::Process/kill", "b", kill),
    (":wat::kernel::extract-panics", "b", extract_panics),
    (":wat::kernel::__internal/drop-process", "b", drop_process),
    (
        ":wat::kernel::__internal/drop-forked-child",
        "b",
        drop_forked_child,
    ),
    (
        ":wat::kernel::__internal/drop-child-handle",
        "b",
        drop_child_handle,
    ),
    (":wat::kernel::__internal/feed", "bb", feed),
    (":wat::kernel::__internal/fork-scoped", "bb", fork_scoped),
    (":wat::test::__internal/check", "b", check),
    (
        ":wat::kernel::__internal/fork-inheriting",
        "b",
        fork_inheriting,
    ),
    (
        ":wat::kernel::__internal/start-in-scope",
        "bb",
        start_in_scope,
    ),
];

/// Bytes of the stack of a program on a thread.
const STACK: usize = 8 << 20;
const PROCESS_DEATH: &str = ":wat::kernel::ProcessDiedError";
const TAG: &str = "wat.kernel/ProcessPanics";

/// The object behind `:wat::kernel::ChildHandle`.
struct ChildHandle(Arc<Child>);

impl Opaque for ChildHandle {}

/// Where a program runs.
pub(super) enum Host {
    Forked {
        child: Arc<Child>,
        stderr: Arc<Collected>,
    },
    /// The program of a worker, whose complaints are handed on.
    Worker {
        child: Arc<Child>,
        lines: Arc<Forwarder>,
    },
    Thread {
        stderr: Arc<Collected>,
        outcome: Arc<OnceLock<Result<(), Chain>>>,
        thread: Turn<Option<wat_kernel::thread::JoinHandle<()>>>,
    },
}

/// What the handles of one program share.
pub(super) struct Joint {
    pub host: Host,
    pub stdin: Arc<Writer>,
    pub stdout: Arc<Reader>,
    pub outcome: OnceLock<Result<(), Chain>>,
}

/// The object behind `:wat::kernel::ProgramHandle` of a process.
struct ProcessHandle(Arc<Joint>);

impl Opaque for ProcessHandle {
    fn release(self: Box<Self>, _: &mut dyn FnMut(&'static Desc, Slot)) {
        self.0.end();
    }
}

#[cold]
pub(super) fn cannot(error: &std::io::Error) -> Box<Trap> {
    Trap::error(8515, error.to_string())
}

#[cold]
fn no_handle(what: &str) -> Box<Trap> {
    Trap::panic(0, format!("internal error: this is no {what}"))
}

pub(super) fn launcher(context: &mut Context<'_>) -> Result<Arc<dyn Launcher>, Box<Trap>> {
    context
        .host()
        .launcher()
        .ok_or_else(|| Trap::error(8515, "no programs can be started here"))
}

/// The forms in an argument.
///
/// # Safety
/// The slot holds a live vector of forms.
pub(super) unsafe fn forms(slot: Slot) -> Unchecked {
    // SAFETY: the caller says so.
    let forms = unsafe { vector::iter(slot).map(|slot| form(slot).clone()) };
    Unchecked::Forms(forms.collect())
}

/// The scope in an argument; `none` is what its absence means.
///
/// # Safety
/// The slot holds a live option of a string.
unsafe fn scope(launcher: &dyn Launcher, slot: Slot, none: Scope) -> Result<Scope, Box<Trap>> {
    // SAFETY: the caller says so.
    let scope = match unsafe { (variant_of(slot) == 1).then(|| text(field(slot, 0))) } {
        Some(path) => Scope::Directory(path.into()),
        None => return Ok(none),
    };
    match launcher.refuses(&scope) {
        Some(reason) => Err(Trap::error(8415, reason)),
        None => Ok(scope),
    }
}

/// Forks a child that checks and runs a program.
pub(super) fn fork(
    launcher: Arc<dyn Launcher>,
    program: Unchecked,
    scope: Scope,
) -> Result<Forked, Box<Trap>> {
    let forked = Fork::new().run(move |_| {
        let outcome = launcher
            .prepare(&program, &scope)
            .and_then(|prepared| prepared.run(Streams::standard()));
        match outcome {
            Ok(()) => 0,
            Err(Ended { status, chain }) => {
                let line = Death::chain_line("Process", &chain);
                // There is nobody to tell that nobody reads.
                let _ = wat_kernel::stderr().write_all(line.as_bytes());
                status
            }
        }
    });
    let forked = forked.map_err(|error| cannot(&error))?;
    forked
        .stdin
        .set_nonblocking()
        .map_err(|error| cannot(&error))?;
    Ok(forked)
}

/// The types of the fields of a struct.
fn fields(
    context: &Context<'_>,
    desc: &'static Desc,
) -> Result<&'static [&'static Desc], Box<Trap>> {
    context.with_shapes(|shapes| shapes.resolve(desc));
    let variant = desc.variants().first();
    let fields = variant.map(|variant| &*variant.fields);
    fields
        .filter(|fields| fields.len() == 4)
        .ok_or_else(|| no_handle("type of four fields"))
}

fn forked_child(context: &Context<'_>, ret: &'static Desc, forked: Forked) -> Run {
    let [handle, stdin, stdout, stderr] = fields(context, ret)? else {
        return Err(no_handle("type of four fields"));
    };
    let parts = [
        make_opaque(handle, Box::new(ChildHandle(Arc::new(forked.child)))),
        make_writer(stdin, Writer::descriptor(forked.stdin)),
        make_reader(stdout, Reader::pipe(forked.stdout)),
        make_reader(stderr, Reader::pipe(forked.stderr)),
    ];
    Ok(make_variant(ret, 0, &parts))
}

unsafe fn fork_with_forms(context: &mut Context<'_>, instance: &Instance, args: &[Slot]) -> Run {
    // SAFETY: the caller of a native says that its arguments are live values of the declared types.
    let program = unsafe { forms(args[0]) };
    let forked = fork(launcher(context)?, program, Scope::Nothing)?;
    forked_child(context, instance.ret, forked)
}

unsafe fn check(context: &mut Context<'_>, _: &Instance, args: &[Slot]) -> Run {
    // SAFETY: as above.
    let found = launcher(context)?.check(unsafe { text(args[0]) });
    Ok(make_string(&found))
}

unsafe fn fork_inheriting(context: &mut Context<'_>, instance: &Instance, args: &[Slot]) -> Run {
    // SAFETY: as above.
    let program = unsafe { forms(args[0]) };
    let forked = fork(launcher(context)?, program, Scope::Inherited)?;
    forked_child(context, instance.ret, forked)
}

unsafe fn fork_scoped(context: &mut Context<'_>, instance: &Instance, args: &[Slot]) -> Run {
    let launcher = launcher(context)?;
    // SAFETY: as above.
    let (program, scope) = unsafe { (forms(args[0]), scope(&*launcher, args[1], Scope::Nothing)?) };
    let forked = fork(launcher, program, scope)?;
    forked_child(context, instance.ret, forked)
}

/// The child of a handle.
///
/// # Safety
/// The slot holds a live `:wat::kernel::ChildHandle`.
unsafe fn child<'c>(slot: Slot) -> Result<&'c Arc<Child>, Box<Trap>> {
    // SAFETY: the caller says so.
    let handle: Option<&ChildHandle> = unsafe { opaque(slot) };
    let child = &handle.ok_or_else(|| no_handle("child"))?.0;
    match child.is_ours() {
        true => Ok(child),
        false => Err(inherited()),
    }
}

#[cold]
pub(super) fn not_waited(error: &std::io::Error) -> Box<Trap> {
    Trap::error(8522, format!("the child cannot be waited for: {error}"))
}

unsafe fn wait_child(_: &mut Context<'_>, _: &Instance, args: &[Slot]) -> Run {
    // SAFETY: as above.
    let exit = unsafe { child(args[0]) }?.wait();
    let exit = exit.map_err(|error| not_waited(&error))?;
    Ok(exit.status() as Slot)
}

unsafe fn drop_child_handle(_: &mut Context<'_>, _: &Instance, args: &[Slot]) -> Run {
    // SAFETY: as above.
    let ended = unsafe { child(args[0]) }?.end();
    ended.map_err(|error| not_waited(&error))?;
    Ok(0)
}

unsafe fn drop_forked_child(context: &mut Context<'_>, instance: &Instance, args: &[Slot]) -> Run {
    // SAFETY: the fields are those of the declaration.
    unsafe {
        writer(field(args[0], 1))?.close()?;
        reader(field(args[0], 2))?.close()?;
        reader(field(args[0], 3))?.close()?;
        drop_child_handle(context, instance, &[field(args[0], 0)])
    }
}

/// The chain in a line of error output, if it is one.
fn chain_in(line: &str, shapes: Shapes<'_>) -> Option<(Vec<Death>, wat_value::Value)> {
    let document = wat_edn::read(line).ok()?;
    let Edn::Tagged(tag, deaths) = &document else {
        return None;
    };
    let death = Ty::Nominal(PROCESS_DEATH.into(), [].into());
    let desc = shapes.desc(&Ty::Vector(death.into()))?;
    if **tag != *TAG {
        return None;
    }
    let value = decode(desc, deaths, Notation::Edn, shapes).ok()?;
    shapes.resolve(desc.parts[0]);
    // SAFETY: the value was just made, at that type.
    let chain = unsafe { Death::chain_from_slot(desc, value.slot()) };
    Some((chain, value))
}

unsafe fn extract_panics(context: &mut Context<'_>, instance: &Instance, args: &[Slot]) -> Run {
    // SAFETY: as above.
    let lines: Vec<&str> = unsafe { vector::iter(args[0]).map(|line| text(line)) }.collect();
    let found = context.with_shapes(|shapes| {
        let mut deaths = lines
            .iter()
            .rev()
            .filter(|line| line.starts_with('#') && line[1..].starts_with(TAG));
        deaths.find_map(|line| chain_in(line, shapes))
    });
    Ok(match found {
        Some((_, chain)) => make_variant(instance.ret, 1, &[chain.into_slot().1]),
        None => make_variant(instance.ret, 0, &[]),
    })
}

impl Joint {
    /// Ends the program now, if it still runs: nobody has a handle any more, or somebody said so (K40).
    fn end(&self) {
        // What is in use elsewhere is closed when it is released.
        let _ = self.stdin.close();
        if let Some(child) = self.child()
            && child.is_ours()
        {
            let _ = child.end();
        }
    }

    /// The process of the program, if it has one of its own.
    fn child(&self) -> Option<&Arc<Child>> {
        match &self.host {
            Host::Forked { child, .. } | Host::Worker { child, .. } => Some(child),
            Host::Thread { .. } => None,
        }
    }

    /// Asks the process of the program to end.
    pub(super) fn ask_to_end(&self) {
        if let Some(child) = self.child() {
            // Another process's child is not ours to ask.
            let _ = child.ask_to_end();
        }
    }

    /// The same, and ends it if it does not within this time.
    pub(super) fn end_within(&self, grace: Duration) {
        self.ask_to_end();
        if let Some(child) = self.child()
            && !matches!(child.wait_until(Instant::now() + grace), Ok(Some(_)))
        {
            let _ = child.end();
        }
    }

    fn own(&self) -> Result<(), Box<Trap>> {
        match self.child() {
            Some(child) if !child.is_ours() => Err(inherited()),
            _ => Ok(()),
        }
    }

    /// From now on the program never waits until somebody reads what it complains: its joiner reads that to the end.
    fn hear_out(&self) {
        match &self.host {
            Host::Forked { stderr, .. } | Host::Thread { stderr, .. } => stderr.lift_limit(),
            Host::Worker { .. } => {}
        }
    }

    /// Waits for the end and says how the program ended.
    pub(super) fn wait(&self, context: &Context<'_>) -> Result<Result<(), Chain>, Box<Trap>> {
        if let Some(outcome) = self.outcome.get() {
            return Ok(outcome.clone());
        }
        self.own()?;
        self.hear_out();
        let outcome = match &self.host {
            Host::Forked { child, stderr } => {
                let exit = child.wait().map_err(|error| not_waited(&error))?;
                let line = stderr.last_death().map_err(|error| not_waited(&error))?;
                judged(exit, line.as_deref(), context)
            }
            Host::Worker { child, lines } => {
                let line = lines.last_death().map_err(|error| not_waited(&error))?;
                let exit = child.wait().map_err(|error| not_waited(&error))?;
                judged(exit, line.as_deref(), context)
            }
            Host::Thread {
                outcome, thread, ..
            } => {
                let thread = thread.take().take();
                if let Some(thread) = thread {
                    // The thread has left its outcome, or has panicked.
                    let _ = thread.join();
                }
                outcome
                    .get()
                    .cloned()
                    .unwrap_or_else(|| Err(failure(0, "the program ended without saying how")))
            }
        };
        Ok(self.outcome.get_or_init(|| outcome).clone())
    }
}

/// How a process ended, from its status and the last line that tells of a death (K33).
pub(super) fn judged(exit: Exit, line: Option<&str>, context: &Context<'_>) -> Result<(), Chain> {
    let told = || {
        let line = line?.trim_end();
        let chain = context.with_shapes(|shapes| chain_in(line, shapes))?;
        Some(Chain::from(chain.0))
    };
    let plain = |death: Death| Chain::from([death]);
    match exit {
        Exit::Code(0) => Ok(()),
        Exit::Code(code) => {
            Err(told()
                .unwrap_or_else(|| plain(Death::Panic(format!("process exited {code}"), None))))
        }
        Exit::Signal(signal) => {
            Err(told().unwrap_or_else(|| plain(Death::Signaled(signal.into()))))
        }
    }
}

/// The streams ask the program how it ended.
pub(super) fn connect(joint: &Arc<Joint>) {
    let ask = || -> Ending {
        let joint = Arc::downgrade(joint);
        Box::new(move |context| joint.upgrade()?.wait(context).ok()?.err())
    };
    joint.stdout.on_ending(ask());
    joint.stdin.on_ending(ask());
}

fn process(
    context: &Context<'_>,
    ret: &'static Desc,
    joint: Arc<Joint>,
    complaints: Arc<Reader>,
) -> Run {
    connect(&joint);
    let [stdin, stdout, stderr, join] = fields(context, ret)? else {
        return Err(no_handle("type of four fields"));
    };
    let parts = [
        make_writer(stdin, joint.stdin.clone()),
        make_reader(stdout, joint.stdout.clone()),
        make_reader(stderr, complaints),
        make_opaque(join, Box::new(ProcessHandle(joint))),
    ];
    Ok(make_variant(ret, 0, &parts))
}

fn forked_process(context: &Context<'_>, ret: &'static Desc, forked: Forked) -> Run {
    let stderr = Collected::start(forked.stderr).map_err(|error| cannot(&error))?;
    let joint = Joint {
        stdin: Writer::descriptor(forked.stdin),
        stdout: Reader::pipe(forked.stdout),
        host: Host::Forked {
            child: Arc::new(forked.child),
            stderr: stderr.clone(),
        },
        outcome: OnceLock::new(),
    };
    process(context, ret, Arc::new(joint), Reader::collected(stderr))
}

unsafe fn spawn_process(context: &mut Context<'_>, instance: &Instance, args: &[Slot]) -> Run {
    // SAFETY: as above.
    let program = unsafe { forms(args[0]) };
    let forked = fork(launcher(context)?, program, Scope::Nothing)?;
    forked_process(context, instance.ret, forked)
}

unsafe fn fork_program(context: &mut Context<'_>, instance: &Instance, args: &[Slot]) -> Run {
    let launcher = launcher(context)?;
    // SAFETY: as above.
    let (program, scope) = unsafe {
        let program = Unchecked::Text(text(args[0]).to_owned());
        (program, scope(&*launcher, args[1], Scope::Nothing)?)
    };
    let forked = fork(launcher, program, scope)?;
    forked_process(context, instance.ret, forked)
}

unsafe fn spawn_program(context: &mut Context<'_>, instance: &Instance, args: &[Slot]) -> Run {
    let launcher = launcher(context)?;
    // SAFETY: as above.
    unsafe {
        let program = Unchecked::Text(text(args[0]).to_owned());
        let scope = scope(&*launcher, args[1], Scope::Inherited)?;
        on_thread(context, instance, &*launcher, &program, &scope)
    }
}

unsafe fn spawn_program_ast(context: &mut Context<'_>, instance: &Instance, args: &[Slot]) -> Run {
    let launcher = launcher(context)?;
    // SAFETY: as above.
    unsafe {
        let scope = scope(&*launcher, args[1], Scope::Inherited)?;
        on_thread(context, instance, &*launcher, &forms(args[0]), &scope)
    }
}

unsafe fn start_in_scope(context: &mut Context<'_>, instance: &Instance, args: &[Slot]) -> Run {
    let launcher = launcher(context)?;
    // SAFETY: as above.
    unsafe {
        let program = Unchecked::Text(text(args[0]).to_owned());
        let scope = Scope::Directory(text(args[1]).into());
        on_thread(context, instance, &*launcher, &program, &scope)
    }
}

/// Starts a program on a thread of this process, with three pipes for its standard streams.
fn on_thread(
    context: &Context<'_>,
    instance: &Instance,
    launcher: &dyn Launcher,
    program: &Unchecked,
    scope: &Scope,
) -> Run {
    let prepared = match launcher.prepare(program, scope) {
        Ok(prepared) => prepared,
        Err(ended) => {
            let error = instance.ret.parts[1];
            context.with_shapes(|shapes| shapes.resolve(error));
            let message = ended.chain.first().map_or_else(String::new, Death::message);
            let error = make_variant(error, 0, &[make_string(&message)]);
            return Ok(make_variant(instance.ret, 1, &[error]));
        }
    };
    let pipe = || wat_kernel::pipe().map_err(|error| cannot(&error));
    let ((stdin, input), (output, stdout), (complaints, stderr)) = (pipe()?, pipe()?, pipe()?);
    stdin.set_nonblocking().map_err(|error| cannot(&error))?;
    let streams = Streams::pipes(input, output, complaints);
    let outcome = Arc::new(OnceLock::new());
    let place = outcome.clone();
    // Two threads evaluate from now on.
    wat_value::share();
    let thread = wat_kernel::thread::spawn("wat:program", Some(STACK), move || {
        let complaints = streams.stderr.clone();
        let ended = prepared.run(streams).map_err(|ended| {
            let line = Death::chain_line("Process", &ended.chain);
            // There is nobody to tell that nobody reads.
            let _ = complaints.write(line.as_bytes());
            Chain::from(ended.chain)
        });
        let _ = place.set(ended);
    })
    .map_err(|error| cannot(&error))?;
    let stderr = Collected::start(stderr).map_err(|error| cannot(&error))?;
    let joint = Joint {
        stdin: Writer::descriptor(stdin),
        stdout: Reader::pipe(stdout),
        host: Host::Thread {
            stderr: stderr.clone(),
            outcome,
            thread: Turn::new(Some(thread)),
        },
        outcome: OnceLock::new(),
    };
    let ret = instance.ret.parts[0];
    let process = process(context, ret, Arc::new(joint), Reader::collected(stderr))?;
    Ok(make_variant(instance.ret, 0, &[process]))
}

/// What the handles of a process share.
///
/// # Safety
/// The slot holds a live `:wat::kernel::Process`.
unsafe fn joint<'j>(slot: Slot) -> Result<&'j Arc<Joint>, Box<Trap>> {
    // SAFETY: the join handle is the last field of the declaration.
    let handle: Option<&ProcessHandle> = unsafe { opaque(field(slot, 3)) };
    let joint = &handle.ok_or_else(|| no_handle("process"))?.0;
    joint.own()?;
    Ok(joint)
}

fn joined(context: &Context<'_>, ret: &'static Desc, outcome: Result<(), Chain>) -> Slot {
    match outcome {
        Ok(()) => make_variant(ret, 0, &[0]),
        Err(chain) => context.died(ret, &chain),
    }
}

unsafe fn drain_and_join(context: &mut Context<'_>, instance: &Instance, args: &[Slot]) -> Run {
    // SAFETY: as above.
    let joint = unsafe { joint(args[0]) }?;
    if joint.outcome.get().is_none() {
        joint.stdin.close()?;
        joint.hear_out();
        if !joint.stdout.discard()? {
            return Ok(context.died(instance.ret, &[Death::Shutdown]));
        }
    }
    let outcome = joint.wait(context)?;
    Ok(joined(context, instance.ret, outcome))
}

unsafe fn join_result(context: &mut Context<'_>, instance: &Instance, args: &[Slot]) -> Run {
    // SAFETY: as above.
    let outcome = unsafe { joint(args[0]) }?.wait(context)?;
    Ok(joined(context, instance.ret, outcome))
}

unsafe fn drop_process(_: &mut Context<'_>, _: &Instance, args: &[Slot]) -> Run {
    // SAFETY: as above.
    let joint = unsafe { joint(args[0]) }?;
    joint.end();
    joint.stdout.close()?;
    // SAFETY: the third field of the declaration.
    unsafe { reader(field(args[0], 2))?.close()? };
    Ok(0)
}

unsafe fn readln(context: &mut Context<'_>, instance: &Instance, args: &[Slot]) -> Run {
    // SAFETY: a peer has its receiver first.
    let from = receiver(unsafe { field(args[0], 0) })?;
    let gone = [Death::ChannelDisconnected];
    Ok(match receive(context, from, instance.types[0], None)? {
        Some(Outcome::Value(value)) => make_variant(instance.ret, 0, &[value]),
        Some(Outcome::Dead(chain)) => context.died(instance.ret, &chain),
        Some(Outcome::Closed) | None => context.died(instance.ret, &gone),
    })
}

unsafe fn println(context: &mut Context<'_>, instance: &Instance, args: &[Slot]) -> Run {
    // SAFETY: a peer has its sender second.
    let to = sender(unsafe { field(args[0], 1) });
    let sent = send_to(context, to?, instance.types[1], args[1])?;
    Ok(joined(context, instance.ret, sent))
}

fn signalled(joint: &Joint, signal: i32) -> Run {
    if let Some(child) = joint.child() {
        child.signal(signal).map_err(|error| cannot(&error))?;
    }
    Ok(0)
}

unsafe fn terminate(_: &mut Context<'_>, _: &Instance, args: &[Slot]) -> Run {
    // SAFETY: as above.
    signalled(unsafe { joint(args[0]) }?, wat_kernel::SIGTERM)
}

unsafe fn kill(_: &mut Context<'_>, _: &Instance, args: &[Slot]) -> Run {
    // SAFETY: as above.
    signalled(unsafe { joint(args[0]) }?, wat_kernel::SIGKILL)
}

/// The status of a child, once it has ended.
struct Exited {
    child: Arc<Child>,
    is_told: AtomicBool,
}

impl Source for Exited {
    fn take(&self, _: &mut Context<'_>, _: &'static Desc) -> Option<Outcome> {
        if self.is_told.load(Ordering::Acquire) {
            return Some(Outcome::Closed);
        }
        let exit = match self.child.peek() {
            Ok(exit) => exit?,
            Err(error) => return Some(Outcome::Dead(failure(8522, &error.to_string()))),
        };
        match self.is_told.swap(true, Ordering::AcqRel) {
            false => Some(Outcome::Value(exit.status() as Slot)),
            true => Some(Outcome::Closed),
        }
    }

    fn is_ready(&self) -> bool {
        self.is_told.load(Ordering::Acquire) || !matches!(self.child.peek(), Ok(None))
    }

    fn is_closed(&self) -> bool {
        self.is_told.load(Ordering::Acquire)
    }

    fn drain(&self, context: &mut Context<'_>, item: &'static Desc) -> Vec<Slot> {
        match self.take(context, item) {
            Some(Outcome::Value(status)) => vec![status],
            _ => Vec::new(),
        }
    }

    fn close(&self, _: &mut dyn FnMut(&'static Desc, Slot)) {
        self.is_told.store(true, Ordering::Release);
    }

    fn waits_on(&self) -> WaitsOn {
        match self.child.watched() {
            Some(fd) => WaitsOn::Readable(fd),
            None => WaitsOn::Bell,
        }
    }
}

unsafe fn exited(_: &mut Context<'_>, instance: &Instance, args: &[Slot]) -> Run {
    // SAFETY: as above.
    let joint = unsafe { joint(args[0]) }?;
    let Some(child) = joint.child() else {
        return Err(Trap::error(
            8522,
            "a program on a thread of this process has no exit status",
        ));
    };
    let source = Exited {
        child: child.clone(),
        is_told: AtomicBool::new(false),
    };
    let receiver = Receiver::from(Box::new(source));
    Ok(make_opaque(instance.ret, Box::new(receiver)))
}

/// Writes a text and closes the writer. That nobody reads it is no failure.
unsafe fn feed(_: &mut Context<'_>, _: &Instance, args: &[Slot]) -> Run {
    // SAFETY: as above.
    let (to, content) = unsafe { (writer(args[0])?, text(args[1])) };
    let _ = to.write_all(content.as_bytes());
    to.close()?;
    Ok(0)
}
