//! The threads of a program as others see them, and what all of them share.

use super::bell::{Bell, Rung};
use super::context::Waiting;
use super::turn::{Turn, TurnGuard};
use std::sync::atomic::{AtomicBool, AtomicIsize, AtomicU64, Ordering::Relaxed, Ordering::SeqCst};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

/// One thread that evaluates.
pub struct Task {
    kernel: Arc<Kernel>,
    bell: Arc<Bell>,
    interrupted: AtomicBool,
    name: Arc<str>,
}

impl Task {
    /// The thread that the machine was made for.
    pub(crate) fn main(kernel: &Arc<Kernel>) -> Arc<Task> {
        Task::start(kernel, "main".into())
    }

    /// A task that counts as running from now on.
    pub(crate) fn start(kernel: &Arc<Kernel>, name: Arc<str>) -> Arc<Task> {
        let task = Arc::new(Task {
            kernel: kernel.clone(),
            bell: Arc::new(Bell::new(kernel.clone())),
            interrupted: AtomicBool::new(false),
            name,
        });
        kernel.live.fetch_add(1, SeqCst);
        kernel.tasks.take().push(task.clone());
        task
    }

    /// The task has ended: whoever waits for nobody but its like is told.
    pub(crate) fn end(&self) {
        self.kernel
            .tasks
            .take()
            .retain(|task| !std::ptr::eq(&**task, self));
        self.kernel.live.fetch_sub(1, SeqCst);
        self.kernel.doom();
        self.kernel
            .leaving
            .take()
            .iter()
            .for_each(|bell| bell.ring());
    }

    /// Its name.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// What wakes it.
    pub fn bell(&self) -> &Arc<Bell> {
        &self.bell
    }

    /// Asks it to end what it evaluates.
    pub fn interrupt(&self) {
        self.interrupted.store(true, SeqCst);
        self.bell.ring();
    }

    /// Takes such a request; whether there was one.
    pub fn take_interrupt(&self) -> bool {
        self.interrupted.load(Relaxed) && self.interrupted.swap(false, SeqCst)
    }

    pub(super) fn is_interrupted(&self) -> bool {
        self.interrupted.load(SeqCst)
    }
}

/// What the threads of one program share.
#[derive(Default)]
pub struct Kernel {
    tasks: Turn<Vec<Arc<Task>>>,
    /// How many there are.
    live: AtomicIsize,
    /// How many of them wait for another one. Who wakes a task counts it as running again.
    blocked: AtomicIsize,
    stopping: AtomicBool,
    ticks: AtomicU64,
    served: AtomicU64,
    started: AtomicU64,
    waiting: OnceLock<&'static dyn Waiting>,
    /// Objects that threads which nobody joins have allocated more than they have freed.
    balance: AtomicIsize,
    /// Who waits for the others to end.
    leaving: Turn<Vec<Arc<Bell>>>,
}

impl Kernel {
    /// Has no thread but one ever been started, or have all others ended?
    pub(crate) fn is_alone(&self) -> bool {
        self.live.load(SeqCst) <= 1
    }

    /// How many threads evaluate, or wait to.
    pub fn live(&self) -> usize {
        usize::try_from(self.live.load(SeqCst)).unwrap_or(0)
    }

    /// Is the program ending?
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(SeqCst)
    }

    /// Begins the end of the program: every wait ends, and none begins.
    pub fn stop(&self) {
        self.stopping.store(true, SeqCst);
        for task in &*self.tasks.take() {
            task.bell.ring();
        }
    }

    /// Keeps the threads of the program from coming and going, for whoever forks.
    pub(super) fn hold(&self) -> Held<'_> {
        Held {
            kernel: self,
            tasks: self.tasks.take(),
            leaving: self.leaving.take(),
        }
    }

    /// Adds the balance of a thread that nobody joins.
    pub(super) fn add_balance(&self, balance: isize) {
        self.balance.fetch_add(balance, SeqCst);
    }

    /// Takes what was added.
    pub(crate) fn take_balance(&self) -> isize {
        self.balance.swap(0, SeqCst)
    }

    /// Waits until no thread but that of this task is left, or the time is up; whether none is.
    pub(crate) fn await_others(&self, task: &Task, until: Option<Instant>) -> bool {
        self.leaving.take().push(task.bell.clone());
        while !self.is_alone() {
            if task.bell.wait(until, false) == Rung::Late {
                break;
            }
        }
        self.leaving
            .take()
            .retain(|bell| !Arc::ptr_eq(bell, &task.bell));
        self.is_alone()
    }

    /// Takes the end of the program back: for a session, whose next input is another program.
    pub fn resume(&self) {
        self.stopping.store(false, SeqCst);
    }

    /// Who waits for descriptors. It is set once.
    pub fn set_waiting(&self, waiting: &'static dyn Waiting) {
        let _ = self.waiting.set(waiting);
    }

    pub(super) fn waiting(&self) -> Option<&'static dyn Waiting> {
        self.waiting.get().copied()
    }

    pub(super) fn tick(&self) -> u64 {
        self.ticks.fetch_add(1, SeqCst)
    }

    /// The next number of a served endpoint, from 1.
    pub(super) fn serve(&self) -> u64 {
        self.served.fetch_add(1, SeqCst) + 1
    }

    pub(super) fn next_thread(&self) -> u64 {
        self.started.fetch_add(1, SeqCst) + 1
    }

    /// Counts a task as waiting; whether it may have been the last one.
    pub(super) fn block(&self) -> bool {
        self.blocked.fetch_add(1, SeqCst) + 1 >= self.live.load(SeqCst)
    }

    pub(super) fn unblock(&self) {
        self.blocked.fetch_sub(1, SeqCst);
    }

    /// Does every task wait for another one?
    pub(super) fn is_dead(&self) -> bool {
        let tasks = self.tasks.take();
        !tasks.is_empty() && !self.is_stopping() && tasks.iter().all(|task| task.bell.is_blocked())
    }

    /// If every task waits for another one, tells the one that began last.
    fn doom(&self) {
        if self.blocked.load(SeqCst) < self.live.load(SeqCst) || !self.is_dead() {
            return;
        }
        let last = {
            let tasks = self.tasks.take();
            let last = tasks.iter().max_by_key(|task| task.bell.since());
            last.map(|task| task.bell.clone())
        };
        if let Some(bell) = last {
            bell.doom();
        }
    }
}

/// The threads of a program, which neither come nor go.
pub(super) struct Held<'k> {
    kernel: &'k Kernel,
    tasks: TurnGuard<'k, Vec<Arc<Task>>>,
    leaving: TurnGuard<'k, Vec<Arc<Bell>>>,
}

impl Held<'_> {
    /// In a forked child: of the threads this one is left. What belonged to the others is never released.
    pub fn leave_alone(mut self, task: &Arc<Task>) {
        std::mem::forget(std::mem::replace(&mut *self.tasks, vec![task.clone()]));
        std::mem::forget(std::mem::take(&mut *self.leaving));
        self.kernel.live.store(1, SeqCst);
        self.kernel.blocked.store(0, SeqCst);
        self.kernel.stopping.store(false, SeqCst);
    }
}
