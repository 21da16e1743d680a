//! What a native of the kernel works with: the thread that calls it, and what the program's threads share.

use super::Chain;
use super::bell::{Bell, Rung};
use super::endpoint::{Receiver, WaitsOn};
use super::task::{Kernel, Task};
use crate::failure::Failure;
use crate::vm::Vm;
use crate::world::World;
use crate::{Host, Limits, Program, Settings};
use std::cell::{Cell, OnceCell, RefCell};
use std::io;
use std::sync::Arc;
use std::time::Instant;
use wat_kernel::Watched;
use wat_value::{Death, Desc, Instance, Shapes, Slot, Trap, TrapKind, make_variant};

/// The code of a native of the kernel. Owned arguments are consumed on success and on failure; borrowed ones never.
///
/// # Safety
/// The arguments are live values of the types the native was declared with, under the instance's type arguments.
pub type KernelFn = unsafe fn(&mut Context<'_>, &Instance, &[Slot]) -> Result<Slot, Box<Trap>>;

/// What a thread waits with when it waits for descriptors.
pub trait Waiting: Sync {
    /// Waits until a descriptor is readable, the bell is rung or the time is up; whether it is readable.
    fn wait(&self, fd: i32, bell: &Arc<Bell>, until: Option<Instant>) -> io::Result<bool>;
    /// A wait set of exactly this capacity.
    fn wait_set(&self, capacity: usize) -> Box<dyn WaitSet>;
}

/// The wait set of one selector.
pub trait WaitSet: Send {
    /// `"io_uring"` or `"poll"`
    fn backend(&self) -> &'static str;
    /// How many descriptors it can wait for: as the system reports it.
    fn capacity(&self) -> usize;
    /// Waits until one of the descriptors is readable, the bell is rung or the time is up; which ones are readable, as
    /// indices. Descriptors and bell together are no more than the capacity. The vector is that of the caller again
    /// afterwards, with room for one more.
    fn wait(
        &mut self,
        fds: &mut Vec<Watched>,
        bell: &Arc<Bell>,
        until: Option<Instant>,
    ) -> io::Result<Vec<usize>>;
    /// Which of the descriptors are readable now, without waiting; what else is said of [`WaitSet::wait`] holds here.
    fn look(&mut self, fds: &mut Vec<Watched>, bell: &Arc<Bell>) -> io::Result<Vec<usize>>;
}

/// A wait set, and the room for what it waits for.
pub(super) struct Descriptors {
    pub set: Box<dyn WaitSet>,
    fds: Vec<Watched>,
    /// Which receivers they are of.
    sources: Vec<usize>,
}

impl Descriptors {
    pub fn new(set: Box<dyn WaitSet>) -> Descriptors {
        Descriptors {
            set,
            fds: Vec::new(),
            sources: Vec::new(),
        }
    }
}

/// Why a wait for receivers has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Waited {
    /// One of them may be ready.
    Ready,
    Late,
    Stopping,
}

/// The thread that calls a native.
pub struct Context<'v> {
    vm: &'v mut Vm,
}

impl<'v> Context<'v> {
    pub(crate) fn new(vm: &'v mut Vm) -> Context<'v> {
        Context { vm }
    }

    pub(crate) fn vm(&mut self) -> &mut Vm {
        self.vm
    }

    /// The world around the thread.
    pub fn host(&mut self) -> &mut dyn Host {
        &mut *self.vm.host
    }

    /// What the threads of the program share.
    pub fn kernel(&self) -> &Arc<Kernel> {
        &self.vm.world.kernel
    }

    /// The thread as others see it.
    pub fn task(&self) -> &Arc<Task> {
        &self.vm.task
    }

    /// What the program may use.
    pub fn limits(&self) -> Limits {
        self.vm.limits
    }

    /// What the program's entry file configures.
    pub fn settings(&self) -> Settings {
        self.vm.settings
    }

    /// Uses the types of the program. No other thread can make code meanwhile: not to be used across a wait.
    pub fn with_shapes<R>(&self, f: impl FnOnce(Shapes<'_>) -> R) -> R {
        self.vm.linking().with_shapes(f)
    }

    /// Uses the program, under the same condition. Whoever forks does so in here: then the child finds nothing half
    /// done.
    pub fn with_program<R>(&self, f: impl FnOnce(&dyn Program) -> R) -> R {
        f(self.vm.linking().program())
    }

    /// A value of the type `Result<_, Vector<…DiedError>>` that says what has died.
    pub fn died(&self, result: &'static Desc, chain: &[Death]) -> Slot {
        let chain = self.with_shapes(|s| Death::chain_to_slot(chain, result.parts[1], s));
        make_variant(result, 1, &[chain])
    }

    /// Ends the evaluation if somebody has asked for that.
    pub fn check_interrupt(&self) -> Result<(), Box<Trap>> {
        match self.vm.task.is_interrupted() {
            true => Err(interrupted()),
            false => Ok(()),
        }
    }

    /// Waits on the bell of the thread: whoever rings it has something to say.
    pub fn wait(&mut self, until: Option<Instant>) -> Result<Rung, Box<Trap>> {
        self.wait_bell(until, false)
    }

    pub(super) fn wait_bell(
        &mut self,
        until: Option<Instant>,
        among_threads: bool,
    ) -> Result<Rung, Box<Trap>> {
        self.check_interrupt()?;
        let rung = self.vm.task.bell().wait(until, among_threads);
        self.check_interrupt()?;
        match rung {
            Rung::Deadlock => Err(deadlock()),
            rung => Ok(rung),
        }
    }

    /// Waits until one of these receivers is ready. A wait set is used where descriptors are among them.
    pub(super) fn wait_for(
        &mut self,
        receivers: &[&Receiver],
        until: Option<Instant>,
        mut set: Option<&mut Descriptors>,
    ) -> Result<Waited, Box<Trap>> {
        let bell = self.vm.task.bell().clone();
        loop {
            receivers.iter().for_each(|one| one.enlist(&bell));
            let waited = if self.kernel().is_stopping() {
                Ok(Some(Waited::Stopping))
            } else if receivers.iter().any(|one| one.is_ready()) {
                Ok(Some(Waited::Ready))
            } else {
                let rung = self.wait_once(receivers, until, &mut set, &bell);
                rung.map(|rung| (rung == Rung::Late).then_some(Waited::Late))
            };
            // Some have taken the bell off their list when they rang it; the next turn puts it there again.
            receivers.iter().for_each(|one| one.delist(&bell));
            match waited {
                Ok(None) => {}
                Ok(Some(waited)) => return Ok(waited),
                Err(trap) => return Err(trap),
            }
        }
    }

    /// Reads once, without waiting, from each of these receivers that is not ready and whose descriptor is.
    pub(super) fn look(
        &mut self,
        receivers: &[&Receiver],
        all: &mut Descriptors,
    ) -> Result<(), Box<Trap>> {
        all.fds.clear();
        all.sources.clear();
        for (index, receiver) in receivers.iter().enumerate() {
            if let WaitsOn::Readable(fd) = receiver.waits_on() {
                all.fds.push(fd);
                all.sources.push(index);
            }
        }
        let ready = all.set.look(&mut all.fds, self.vm.task.bell());
        for at in ready.map_err(|error| not_waited(&error))? {
            let receiver = receivers[all.sources[at]];
            if !receiver.is_ready() {
                receiver.readable();
            }
        }
        Ok(())
    }

    fn wait_once(
        &mut self,
        receivers: &[&Receiver],
        until: Option<Instant>,
        set: &mut Option<&mut Descriptors>,
        bell: &Arc<Bell>,
    ) -> Result<Rung, Box<Trap>> {
        if let ([one], None, Some(waiting)) = (receivers, &set, self.kernel().waiting())
            && let WaitsOn::Readable(fd) = one.waits_on()
        {
            return self.wait_for_one(one, || waiting.wait(fd.raw(), bell, until), until, bell);
        }
        let mut among_threads = true;
        let mut due = until;
        let mut lone = Vec::new();
        let (fds, sources) = match set {
            Some(all) => (&mut all.fds, &mut all.sources),
            None => (&mut lone, &mut Vec::new()),
        };
        fds.clear();
        sources.clear();
        for (index, receiver) in receivers.iter().enumerate() {
            match receiver.waits_on() {
                WaitsOn::Threads => continue,
                WaitsOn::Bell => {}
                WaitsOn::Readable(fd) => {
                    fds.push(fd);
                    sources.push(index);
                }
                WaitsOn::Time(at) => due = Some(due.map_or(at, |due| due.min(at))),
            }
            among_threads = false;
        }
        if fds.is_empty() {
            return Ok(match self.wait_bell(due, among_threads)? {
                // Not this time is up, but that of a timer.
                Rung::Late if due != until => Rung::Rung,
                rung => rung,
            });
        }
        self.check_interrupt()?;
        let ready = match set {
            Some(all) => all.set.wait(&mut all.fds, bell, due),
            None => Err(io::Error::other("nothing waits for descriptors here")),
        };
        let ready = ready.map_err(|error| not_waited(&error))?;
        if let Some(all) = set {
            let sources = ready.iter().map(|at| receivers[all.sources[*at]]);
            sources.for_each(Receiver::readable);
        }
        self.check_interrupt()?;
        let is_late = ready.is_empty()
            && !bell.answer()
            && until.is_some_and(|until| Instant::now() >= until);
        Ok(if is_late { Rung::Late } else { Rung::Rung })
    }

    /// Waits for the descriptor of one receiver.
    fn wait_for_one(
        &mut self,
        receiver: &Receiver,
        wait: impl FnOnce() -> io::Result<bool>,
        until: Option<Instant>,
        bell: &Arc<Bell>,
    ) -> Result<Rung, Box<Trap>> {
        self.check_interrupt()?;
        let is_readable = wait().map_err(|error| not_waited(&error))?;
        if is_readable {
            receiver.readable();
        }
        self.check_interrupt()?;
        let is_late =
            !is_readable && !bell.answer() && until.is_some_and(|until| Instant::now() >= until);
        Ok(if is_late { Rung::Late } else { Rung::Rung })
    }
}

#[cold]
fn not_waited(error: &io::Error) -> Box<Trap> {
    Trap::error(8415, format!("waiting for a stream failed: {error}"))
}

/// The end of an evaluation that somebody has asked for.
#[cold]
pub(super) fn interrupted() -> Box<Trap> {
    let mut trap = Trap::error(0, "interrupted");
    trap.kind = TrapKind::Interrupted;
    trap
}

#[cold]
fn deadlock() -> Box<Trap> {
    Trap::error(
        8525,
        "every thread of the program waits for another one, and nothing else can wake them",
    )
}

/// A failure on its way down the stack of a thread.
struct Dying {
    failure: Failure,
    world: Arc<World>,
    chain: OnceCell<Chain>,
}

thread_local! {
    static DYING: RefCell<Option<Dying>> = const { RefCell::new(None) };
    /// Whether there is one. A thread that never dies has nothing to release at its end, and need not say so to the C
    /// library, which would take memory for that.
    static IS_DYING: Cell<bool> = const { Cell::new(false) };
}

/// From now on what this thread releases is released by a death.
pub(crate) fn begin_death(failure: Failure, world: &Arc<World>) {
    let dying = Dying {
        failure,
        world: world.clone(),
        chain: OnceCell::new(),
    };
    DYING.with(|place| *place.borrow_mut() = Some(dying));
    IS_DYING.set(true);
}

/// What this thread releases from now on is released in order.
pub(crate) fn end_death() {
    if IS_DYING.replace(false) {
        let dying = DYING.with(|place| place.borrow_mut().take());
        drop(dying);
    }
}

/// The death that this thread is dying, and what led to it.
pub(super) fn current_death() -> Option<Chain> {
    if !IS_DYING.get() {
        return None;
    }
    DYING
        .try_with(|place| {
            let place = place.borrow();
            let dying = place.as_ref()?;
            let chain = dying
                .chain
                .get_or_init(|| chain_of(&dying.failure, &dying.world));
            Some(chain.clone())
        })
        .ok()?
}

/// A failure as a chain of deaths.
pub(crate) fn chain_of(failure: &Failure, world: &World) -> Chain {
    let own = world.linking().program().death(failure);
    let upstream = failure.upstream.iter().cloned();
    std::iter::once(own)
        .chain(upstream.map(Death::for_thread))
        .collect()
}
