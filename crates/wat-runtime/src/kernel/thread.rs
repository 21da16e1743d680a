//! Threads that evaluate one function each.

use super::Chain;
use super::bell::Bell;
use super::channel::{Channel, End};
use super::channels::{make, receive, receiver, send_to, sender, until};
use super::context::{Context, KernelFn, chain_of, current_death, end_death};
use super::endpoint::{Outcome, Tx, alone};
use super::task::{Kernel, Task};
use super::turn::Turn;
use crate::Host;
use crate::failure::Failure;
use crate::stream::inherited;
use crate::vm::{Application, Vm};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use wat_ir::Ty;
use wat_kernel::Generation;
use wat_value::{
    Death, Desc, Instance, Opaque, Slot, Trap, add_live_objects, closure_code, field, make_opaque,
    make_string, make_variant, opaque, release, retain, share, take_live_objects,
};

type Run = Result<Slot, Box<Trap>>;

pub(super) const VERBS: &[(&str, &str, KernelFn)] = &[
    (":wat::kernel::spawn-thread", "b", spawn_thread),
    (":wat::kernel::Thread/drain-and-join", "b", drain_and_join),
    (":wat::kernel::Thread/join-result", "b", join_result),
    (":wat::kernel::Thread/readln", "b", readln),
    (":wat::kernel::Thread/println", "bo", println),
    (":wat::kernel::__internal/drop-thread", "b", drop_thread),
    (":wat::runtime::current-thread", "", current_thread),
];

/// A value on its way to another thread, which owns it there.
pub(super) struct Parcel(pub Slot);

// SAFETY: counts are atomic from before the first thread on, and values are not changed while two threads hold them.
unsafe impl Send for Parcel {}
// SAFETY: as above.
unsafe impl Sync for Parcel {}

impl Parcel {
    /// Counts a value of a pointer type for the other thread.
    ///
    /// # Safety
    /// The slot holds a live value of a pointer type.
    pub unsafe fn of(slot: Slot) -> Parcel {
        // SAFETY: the caller says so.
        unsafe { retain(slot) };
        Parcel(slot)
    }
}

/// What a thread leaves behind.
#[derive(Default)]
struct Ending {
    outcome: Option<Result<(), Chain>>,
    waiters: Vec<Arc<Bell>>,
    thread: Option<wat_kernel::thread::JoinHandle<()>>,
    /// Objects that it has allocated and others free.
    balance: isize,
    is_joined: bool,
    is_detached: bool,
}

/// What joiners and the thread share.
pub(super) struct Joint {
    end: Turn<Ending>,
    kernel: Arc<Kernel>,
    stderr: Turn<Box<dyn Host>>,
}

impl Joint {
    fn new(host: Box<dyn Host>, kernel: Arc<Kernel>) -> Arc<Joint> {
        Arc::new(Joint {
            end: Turn::default(),
            kernel,
            stderr: Turn::new(host),
        })
    }

    fn finish(&self, outcome: Result<(), Chain>, balance: isize) {
        let unheard = {
            let mut end = self.end.take();
            end.balance = balance;
            end.outcome = Some(outcome.clone());
            end.waiters.drain(..).for_each(|bell| bell.ring());
            end.is_detached
        };
        if unheard {
            self.kernel.add_balance(balance);
            self.report(&outcome);
        }
    }

    /// Says how a thread has ended that nobody will join. That the program ends is no news.
    fn report(&self, outcome: &Result<(), Chain>) {
        let Err(chain) = outcome else { return };
        if matches!(chain.last(), Some(Death::Shutdown)) {
            return;
        }
        let line = Death::chain_line("Thread", chain);
        // Whoever reads standard error no more misses nothing.
        let _ = self.stderr.take().stderr(line.as_bytes());
    }

    pub fn is_over(&self) -> bool {
        self.end.take().outcome.is_some()
    }

    /// How the thread has ended.
    pub fn outcome(&self) -> Option<Result<(), Chain>> {
        self.end.take().outcome.clone()
    }

    fn enlist(&self, bell: &Arc<Bell>) {
        self.end.take().waiters.push(bell.clone());
    }

    /// Waits until the thread of the operating system is gone too. Its work is over, so that this is soon.
    pub fn reap(&self) {
        let (thread, balance) = {
            let mut end = self.end.take();
            end.is_joined = true;
            (end.thread.take(), std::mem::take(&mut end.balance))
        };
        if let Some(thread) = thread {
            // The thread catches its panics.
            let _ = thread.join();
        }
        add_live_objects(balance);
    }

    /// Nobody will join the thread.
    fn detach(&self) {
        let (outcome, balance) = {
            let mut end = self.end.take();
            if end.is_joined || end.is_detached {
                return;
            }
            end.is_detached = true;
            end.thread = None;
            (end.outcome.clone(), end.balance)
        };
        if let Some(outcome) = outcome {
            self.kernel.add_balance(balance);
            self.report(&outcome);
        }
    }
}

/// `:wat::kernel::ProgramHandle<nil>` of a thread.
struct Handle {
    joint: Arc<Joint>,
    input: Arc<Channel>,
    made: Generation,
}

impl Opaque for Handle {
    fn release(self: Box<Self>, _: &mut dyn FnMut(&'static Desc, Slot)) {
        if !self.made.is_current() {
            // The thread is the parent's.
            std::mem::forget(self);
            return;
        }
        self.input.close_sender(super::endpoint::released());
        self.joint.detach();
    }
}

/// What a thread starts with.
struct Start {
    vm: Vm,
    closure: Parcel,
    args: Vec<Parcel>,
}

// SAFETY: the machine of the new thread is used there alone; its parts may be sent.
unsafe impl Send for Start {}

/// A machine for another thread of the program.
pub(crate) fn sibling(context: &mut Context<'_>, task: Arc<Task>) -> Vm {
    let vm = context.vm();
    let mut sibling = Vm::new(vm.world.clone(), vm.host.share(), vm.limits, task);
    sibling.settings = vm.settings;
    sibling
}

/// The text of a panic of the machine itself.
fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a primitive has panicked".to_owned())
}

/// Why a function has no result.
pub(crate) type Fallen = (Chain, Option<Failure>);

/// Applies a closure to values of pointer types, which stay the caller's. After a failure the thread is dying until the
/// caller has released what is to be marked.
pub(crate) fn apply(vm: &mut Vm, closure: Slot, args: &[Slot]) -> Result<Slot, Fallen> {
    // SAFETY: the caller holds these values.
    unsafe { args.iter().for_each(|slot| retain(*slot)) };
    apply_plain(vm, closure, args)
}

/// The same with arguments that need not be counted.
pub(crate) fn apply_plain(vm: &mut Vm, closure: Slot, args: &[Slot]) -> Result<Slot, Fallen> {
    // SAFETY: the caller holds the closure; one with captures belongs to the callee.
    unsafe { retain(closure) };
    let call = Application { closure, args };
    match catch_unwind(AssertUnwindSafe(|| vm.apply(call))) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(failure)) => {
            let chain = current_death().unwrap_or_else(|| chain_of(&failure, &vm.world));
            Err((chain, Some(failure)))
        }
        Err(panic) => Err((alone(Death::Panic(panic_text(&*panic), None)), None)),
    }
}

/// The main function of a thread.
fn run(start: Start, task: &Task, joint: &Joint) {
    let Start {
        mut vm,
        closure,
        args,
    } = start;
    let slots: Vec<Slot> = args.iter().map(|parcel| parcel.0).collect();
    let outcome = apply(&mut vm, closure.0, &slots);
    // The ends that the thread was given and those that its function holds are released last.
    for slot in slots.into_iter().rev().chain([closure.0]) {
        // SAFETY: the parcels own a reference each.
        unsafe { release(slot) };
    }
    end_death();
    drop(vm);
    let outcome = outcome.map(drop).map_err(|(chain, _)| chain);
    joint.finish(outcome, take_live_objects());
    task.end();
}

#[cold]
fn spawn_failed(error: &std::io::Error) -> Box<Trap> {
    Trap::error(8515, error.to_string())
}

/// Starts a thread that applies a closure to arguments; both are the thread's from now on. The result of the function
/// holds no reference.
pub(super) fn start(
    context: &mut Context<'_>,
    closure: Parcel,
    args: Vec<Parcel>,
) -> Result<Arc<Joint>, Box<Trap>> {
    share();
    // SAFETY: the closure is alive.
    let (code, _) = unsafe { closure_code(closure.0) };
    let function = context.vm().linking().written(code).0;
    let number = context.kernel().next_thread();
    let task = Task::start(context.kernel(), format!("{function}-{number}").into());
    let joint = Joint::new(context.host().share(), context.kernel().clone());
    let vm = sibling(context, task.clone());
    let start = Start { vm, closure, args };
    let (inner, shared) = (task.clone(), joint.clone());
    let mut name = format!("wat:{function}");
    name.truncate(name.floor_char_boundary(15));
    let given: Vec<Slot> = start
        .args
        .iter()
        .map(|one| one.0)
        .chain([start.closure.0])
        .collect();
    let body = move || run(start, &inner, &shared);
    match wat_kernel::thread::spawn(&name, None, body) {
        Ok(thread) => {
            joint.end.take().thread = Some(thread);
            Ok(joint)
        }
        Err(error) => {
            for slot in given {
                // SAFETY: the thread that was to own them does not exist.
                unsafe { release(slot) };
            }
            task.end();
            Err(spawn_failed(&error))
        }
    }
}

/// The type of the tuple of a channel's ends.
pub(super) fn pair(context: &Context<'_>, item: &'static Desc) -> Result<&'static Desc, Box<Trap>> {
    let end = |name: &str| {
        Ty::Nominal(
            format!(":wat::kernel::{name}").into(),
            [item.ty.clone()].into(),
        )
    };
    let pair = Ty::Tuple([end("Sender"), end("Receiver")].into());
    context
        .with_shapes(|shapes| shapes.desc(&pair))
        .ok_or_else(|| Trap::panic(8202, "the types of a channel are nested too deep"))
}

unsafe fn spawn_thread(context: &mut Context<'_>, instance: &Instance, args: &[Slot]) -> Run {
    let [input, output] = &*instance.types else {
        return Err(Trap::panic(0, "internal error: a thread without types"));
    };
    context.with_shapes(|shapes| shapes.resolve(instance.ret));
    let (inputs, outputs) = (pair(context, input)?, pair(context, output)?);
    let (tx_in, rx_in) = make(inputs, input, 1);
    let (tx_out, rx_out) = make(outputs, output, 1);
    let channel = match &sender(tx_in)?.tx {
        Tx::Memory(channel) => channel.clone(),
        Tx::Other(_) => return Err(Trap::panic(0, "internal error: a thread without input")),
    };
    // SAFETY: the closure is alive while its native runs.
    let closure = unsafe { Parcel::of(args[0]) };
    let joint = match start(context, closure, vec![Parcel(rx_in), Parcel(tx_out)]) {
        Ok(joint) => joint,
        Err(trap) => {
            // SAFETY: the outer ends are ours.
            unsafe { [tx_in, rx_out].into_iter().for_each(|slot| release(slot)) };
            return Err(trap);
        }
    };
    let fields = &instance.ret.variants()[0].fields;
    let handle = Handle {
        joint,
        input: channel,
        made: Generation::current(),
    };
    let handle = make_opaque(fields[2], Box::new(handle));
    Ok(make_variant(instance.ret, 0, &[tx_in, rx_out, handle]))
}

/// The handle of a thread.
///
/// # Safety
/// The slot holds a live `Thread`.
unsafe fn handle<'h>(slot: Slot) -> Result<&'h Handle, Box<Trap>> {
    // SAFETY: the third field of a thread is its handle.
    match unsafe { opaque::<Handle>(field(slot, 2)) } {
        Some(handle) if handle.made.is_current() => Ok(handle),
        Some(_) => Err(inherited()),
        None => Err(Trap::panic(
            0,
            "internal error: this thread is something else",
        )),
    }
}

/// Waits for a thread; what its joiner gets.
fn join(context: &mut Context<'_>, ret: &'static Desc, joint: &Joint) -> Run {
    let bell = context.task().bell().clone();
    joint.enlist(&bell);
    if !until(context, || joint.is_over())? {
        return Ok(context.died(ret, &[Death::Shutdown]));
    }
    joint.reap();
    Ok(match joint.outcome() {
        Some(Err(chain)) => context.died(ret, &chain),
        _ => make_variant(ret, 0, &[0]),
    })
}

unsafe fn join_result(context: &mut Context<'_>, instance: &Instance, args: &[Slot]) -> Run {
    // SAFETY: the caller of a native says that its arguments are live values of the declared types.
    let handle = unsafe { handle(args[0]) }?;
    join(context, instance.ret, &handle.joint)
}

unsafe fn drain_and_join(context: &mut Context<'_>, instance: &Instance, args: &[Slot]) -> Run {
    // SAFETY: as above.
    let (output, handle) = unsafe { (receiver(field(args[0], 1))?, handle(args[0])?) };
    handle.input.close_sender(End::Closed);
    let item = instance.types[1];
    while let Some(Outcome::Value(value)) = receive(context, output, item, None)? {
        if item.is_pointer() {
            // SAFETY: the value was received for us.
            unsafe { release(value) };
        }
    }
    join(context, instance.ret, &handle.joint)
}

unsafe fn drop_thread(_: &mut Context<'_>, _: &Instance, args: &[Slot]) -> Run {
    // SAFETY: as above.
    let handle = unsafe { handle(args[0]) }?;
    handle.input.close_sender(End::Closed);
    handle.joint.detach();
    Ok(0)
}

#[cold]
fn gone(what: &str, chain: Option<Chain>) -> Box<Trap> {
    let upstream = chain.map(|chain| chain.to_vec()).unwrap_or_default();
    let why = upstream
        .first()
        .map(|death| format!(": {}", death.message()));
    let message = format!(
        "the partner is gone, and nothing can be {what}{}",
        why.unwrap_or_default()
    );
    Trap::error(8503, message).because(upstream)
}

unsafe fn readln(context: &mut Context<'_>, instance: &Instance, args: &[Slot]) -> Run {
    // SAFETY: as above; the first field of a peer is its receiver.
    let from = receiver(unsafe { field(args[0], 0) })?;
    match receive(context, from, instance.types[0], None)? {
        Some(Outcome::Value(value)) => Ok(value),
        Some(Outcome::Dead(chain)) => Err(gone("read", Some(chain))),
        _ => Err(gone("read", None)),
    }
}

unsafe fn println(context: &mut Context<'_>, instance: &Instance, args: &[Slot]) -> Run {
    // SAFETY: as above; the second field of a peer is its sender.
    let to = sender(unsafe { field(args[0], 1) })?;
    match send_to(context, to, instance.types[1], args[1])? {
        Ok(()) => Ok(0),
        Err(chain) if matches!(chain[..], [Death::ChannelDisconnected]) => {
            Err(gone("written", None))
        }
        Err(chain) => Err(gone("written", Some(chain))),
    }
}

unsafe fn current_thread(context: &mut Context<'_>, _: &Instance, _: &[Slot]) -> Run {
    Ok(make_string(context.task().name()))
}
