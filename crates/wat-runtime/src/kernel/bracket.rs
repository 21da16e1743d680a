//! Brackets over threads: workers that end before the form returns.

use super::Chain;
use super::channels::make;
use super::context::{Context, KernelFn, end_death};
use super::endpoint::{Outcome, Receiver, alone};
use super::select::choose;
use super::task::Task;
use super::thread::{Parcel, apply, pair, sibling};
use super::turn::Turn;
use crate::failure::{Failure, FailureKind};
use crate::vm::Vm;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use wat_value::{
    Death, Desc, Instance, Repr, Slot, Trap, add_live_objects, closure_type, make_variant, opaque,
    release, scalar, share, take_live_objects, vector,
};

type Run = Result<Slot, Box<Trap>>;

/// How messages call the form.
const THREADS: &str = "run-threads";

pub(super) const VERBS: &[(&str, &str, KernelFn)] = &[
    (":wat::kernel::run-threads", "b*", run_threads),
    (":wat::kernel::run-threads-results", "b*", run_results),
];

unsafe fn run_threads(context: &mut Context<'_>, instance: &Instance, args: &[Slot]) -> Run {
    if instance.types.len() == 1 {
        return coordinate(context, instance, args);
    }
    let results = fan_out(context, instance, args, true)?;
    all_or_death(THREADS, instance, results)
}

/// The results in order, or the first death among them.
pub(crate) fn all_or_death(form: &str, instance: &Instance, results: Given) -> Run {
    let first = results
        .iter()
        .position(|result| matches!(result, Some(Err(_))));
    let Some(first) = first else {
        let values: Vec<Slot> = results
            .into_iter()
            .filter_map(|result| result?.ok())
            .collect();
        return Ok(vector::from_slots(instance.ret, &values));
    };
    let mut death: Option<Chain> = None;
    for (index, result) in results.into_iter().enumerate() {
        match result {
            Some(Ok(value)) if instance.types[1].is_pointer() => {
                // SAFETY: the results are ours.
                unsafe { release(value) }
            }
            Some(Err(chain)) if index == first => death = Some(chain),
            _ => {}
        }
    }
    let chain = death.unwrap_or_else(|| alone(Death::Shutdown));
    Err(died(form, "item", first, &chain))
}

unsafe fn run_results(context: &mut Context<'_>, instance: &Instance, args: &[Slot]) -> Run {
    let results = fan_out(context, instance, args, false)?;
    Ok(each_result(context, instance, results))
}

/// What became of each item, as a vector of results.
pub(crate) fn each_result(context: &Context<'_>, instance: &Instance, results: Given) -> Slot {
    let outcome = instance.ret.parts[0];
    let values: Vec<Slot> = results
        .into_iter()
        .map(|result| match result {
            Some(Ok(value)) => make_variant(outcome, 0, &[value]),
            Some(Err(chain)) => context.died(outcome, &chain),
            None => context.died(outcome, &[Death::Shutdown]),
        })
        .collect();
    vector::from_slots(instance.ret, &values)
}

/// Releases the results of a bracket that has none.
pub(crate) fn release_results(instance: &Instance, results: Given) {
    for value in results.into_iter().flatten().flatten() {
        if instance.types[1].is_pointer() {
            // SAFETY: the results are the bracket's.
            unsafe { release(value) };
        }
    }
}

#[cold]
pub(crate) fn died(form: &str, what: &str, index: usize, chain: &Chain) -> Box<Trap> {
    let message = chain.first().map(Death::message).unwrap_or_default();
    Trap::panic(8518, format!("{form}: {what} {index} died: {message}")).because(chain.to_vec())
}

/// The end of a bracket whose program ends.
#[cold]
pub(crate) fn stopped(form: &str) -> Box<Trap> {
    Trap::panic(8518, format!("{form}: process shutdown")).because(vec![Death::Shutdown])
}

type Results = Vec<Option<Result<Parcel, Chain>>>;

/// What the workers of one fan-out share.
struct Shared {
    items: Parcel,
    work: Parcel,
    item: &'static Desc,
    count: usize,
    next: AtomicUsize,
    /// Nothing is handed out any more.
    is_over: AtomicBool,
    stops_early: bool,
    results: Turn<Results>,
}

/// A worker: a thread, and the channel that closes when it has ended.
struct Worker {
    task: Arc<Task>,
    thread: wat_kernel::thread::JoinHandle<isize>,
    news: Slot,
}

struct Started<F> {
    vm: Vm,
    task: Arc<Task>,
    news: Parcel,
    body: F,
}

// SAFETY: the machine is used by the new thread alone; its parts may be sent.
unsafe impl<F: Send> Send for Started<F> {}

impl<F: FnOnce(&mut Vm)> Started<F> {
    /// The main function of a worker; the balance of its objects.
    fn run(self) -> isize {
        let Started {
            mut vm,
            task,
            news,
            body,
        } = self;
        body(&mut vm);
        end_death();
        drop(vm);
        // SAFETY: the sender is the worker's; that it is released says that the worker is over.
        unsafe { release(news.0) };
        task.end();
        take_live_objects()
    }
}

/// Starts a thread that runs `body` with a machine of its own.
fn worker(
    context: &mut Context<'_>,
    index: usize,
    body: impl FnOnce(&mut Vm) + Send + 'static,
) -> Result<Worker, Box<Trap>> {
    let nil = scalar(Repr::Nil);
    let pair = pair(context, nil)?;
    share();
    let number = context.kernel().next_thread();
    let task = Task::start(context.kernel(), format!("worker-{index}-{number}").into());
    let vm = sibling(context, task.clone());
    let (tx, news) = make(pair, nil, 1);
    let started = Started {
        vm,
        task: task.clone(),
        news: Parcel(tx),
        body,
    };
    let name = format!("wat:worker-{index}");
    match wat_kernel::thread::spawn(&name, None, move || started.run()) {
        Ok(thread) => Ok(Worker { task, thread, news }),
        Err(error) => {
            // SAFETY: both ends are ours: the thread does not exist.
            unsafe { [tx, news].into_iter().for_each(|slot| release(slot)) };
            task.end();
            Err(Trap::error(8515, error.to_string()))
        }
    }
}

/// The receiver that a worker closes.
fn news<'r>(worker: &Worker) -> Option<&'r Receiver> {
    // SAFETY: the bracket holds the receiver until the worker is joined.
    unsafe { opaque(worker.news) }
}

/// Waits for workers to end. What ends the wait before is returned when they have been told and have ended.
fn attend(
    context: &mut Context<'_>,
    workers: Vec<Worker>,
    give_up: impl Fn(),
) -> Result<(), Box<Trap>> {
    let nil = scalar(Repr::Nil);
    let mut ended = Ok(());
    let mut running: Vec<&Receiver> = workers.iter().filter_map(news).collect();
    while !running.is_empty() {
        let index = match choose(context, &running, nil, None) {
            Ok(Some((index, Outcome::Closed | Outcome::Dead(_)))) if index >= 0 => index as usize,
            Ok(Some((-1, _))) => {
                // The waits of the workers end too; what they do then is their affair.
                give_up();
                return join(workers, Err(stopped(THREADS)));
            }
            Ok(_) => continue,
            Err(trap) => {
                ended = Err(trap);
                break;
            }
        };
        running.remove(index);
    }
    if ended.is_err() {
        give_up();
        for worker in &workers {
            worker.task.interrupt();
        }
    }
    join(workers, ended)
}

/// Waits for every worker; then what the wait comes to.
fn join(workers: Vec<Worker>, ended: Result<(), Box<Trap>>) -> Result<(), Box<Trap>> {
    for worker in workers {
        // A worker catches its panics.
        add_live_objects(worker.thread.join().unwrap_or(0));
        // SAFETY: the receiver is the bracket's.
        unsafe { release(worker.news) };
    }
    ended
}

/// How many workers there are at most.
pub(crate) fn limit(args: &[Slot]) -> Result<usize, Box<Trap>> {
    match args.get(2).map(|limit| *limit as i64) {
        Some(limit) if limit < 1 => Err(Trap::error(
            8520,
            format!("a bracket has at least one worker, and the limit is {limit}"),
        )),
        Some(limit) => Ok(limit as usize),
        None => Ok(std::thread::available_parallelism().map_or(1, usize::from)),
    }
}

/// What became of each item; nothing for those that were not handed out.
pub(crate) type Given = Vec<Option<Result<Slot, Chain>>>;

/// Applies work to items; what became of each, nothing for those that were not handed out.
fn fan_out(
    context: &mut Context<'_>,
    instance: &Instance,
    args: &[Slot],
    stops_early: bool,
) -> Result<Given, Box<Trap>> {
    let limit = limit(args)?;
    // SAFETY: the arguments are alive while their native runs; the workers count them on.
    let (items, work, count) = unsafe {
        let count = vector::len(args[0]);
        (Parcel::of(args[0]), Parcel::of(args[1]), count)
    };
    let shared = Arc::new(Shared {
        items,
        work,
        item: instance.types[0],
        count,
        next: AtomicUsize::new(0),
        is_over: AtomicBool::new(false),
        stops_early,
        results: Turn::new((0..count).map(|_| None).collect()),
    });
    let mut workers = Vec::new();
    let mut failed = None;
    for index in 0..limit.min(count) {
        let mine = shared.clone();
        match worker(context, index, move |vm| work_through(&mine, vm)) {
            Ok(worker) => workers.push(worker),
            Err(trap) => {
                shared.is_over.store(true, SeqCst);
                failed = Some(trap);
                break;
            }
        }
    }
    let mut ended = attend(context, workers, || shared.is_over.store(true, SeqCst));
    if let Some(trap) = failed {
        ended = Err(trap);
    }
    let results = std::mem::take(&mut *shared.results.take());
    // SAFETY: the workers are gone, and these references are the bracket's.
    unsafe {
        [shared.items.0, shared.work.0]
            .into_iter()
            .for_each(|slot| release(slot))
    };
    let results: Given = results
        .into_iter()
        .map(|result| result.map(|result| result.map(|value| value.0)))
        .collect();
    if let Err(trap) = ended {
        release_results(instance, results);
        return Err(trap);
    }
    Ok(results)
}

/// Takes items one by one until there are no more.
fn work_through(shared: &Shared, vm: &mut Vm) {
    loop {
        if shared.is_over.load(SeqCst) || vm.world.kernel.is_stopping() {
            return;
        }
        let index = shared.next.fetch_add(1, SeqCst);
        if index >= shared.count {
            return;
        }
        // SAFETY: the bracket holds the items, and the index is below their number. The work owns its argument.
        let item = unsafe { vector::get(shared.items.0, index) };
        let result = if shared.item.is_pointer() {
            apply(vm, shared.work.0, &[item])
        } else {
            super::thread::apply_plain(vm, shared.work.0, &[item])
        };
        end_death();
        let result = result.map(Parcel).map_err(|(chain, _)| chain);
        if result.is_err() && shared.stops_early {
            shared.is_over.store(true, SeqCst);
        }
        shared.results.take()[index] = Some(result);
    }
}

/// The two sides of a conversation, as slots: the coordinator's peer and the worker's.
fn peers(
    context: &Context<'_>,
    ours: &'static Desc,
    theirs: &'static Desc,
) -> Result<(Slot, Slot), Box<Trap>> {
    context.with_shapes(|shapes| shapes.resolve(ours) && shapes.resolve(theirs));
    let (reads, writes) = (theirs.parts[0], theirs.parts[1]);
    let (tx_in, rx_in) = make(pair(context, reads)?, reads, 1);
    let (tx_out, rx_out) = make(pair(context, writes)?, writes, 1);
    Ok((
        make_variant(ours, 0, &[rx_out, tx_in]),
        make_variant(theirs, 0, &[rx_in, tx_out]),
    ))
}

type Fall = Option<(Chain, Option<Failure>)>;

/// Runs a coordinator on this thread and workers on others.
fn coordinate(context: &mut Context<'_>, instance: &Instance, args: &[Slot]) -> Run {
    let count = args.len() - 1;
    let deaths: Arc<Turn<Vec<Fall>>> = Arc::new(Turn::new((0..count).map(|_| None).collect()));
    // SAFETY: the arguments are live functions.
    let coordinator = unsafe { closure_type(args[0]) };
    let mut ours = Vec::with_capacity(count);
    let mut workers = Vec::with_capacity(count);
    let mut failed = None;
    for index in 0..count {
        // SAFETY: as above.
        let work = unsafe { Parcel::of(args[index + 1]) };
        // SAFETY: as above.
        let theirs = unsafe { closure_type(work.0) }.parts[0];
        let (our, their) = peers(context, coordinator.parts[index], theirs)?;
        ours.push(our);
        let (their, deaths) = (Parcel(their), deaths.clone());
        let body = move |vm: &mut Vm| {
            let (work, their) = (work, their);
            let outcome = apply(vm, work.0, &[their.0]);
            // SAFETY: the worker owns both.
            unsafe { [their.0, work.0].into_iter().for_each(|slot| release(slot)) };
            end_death();
            deaths.take()[index] = outcome.err();
        };
        match worker(context, index, body) {
            Ok(worker) => workers.push(worker),
            Err(trap) => {
                failed = Some(trap);
                break;
            }
        }
    }
    let outcome = match failed {
        Some(trap) => Err(trap),
        None => {
            let task = context.task().clone();
            let mut vm = sibling(context, task);
            apply(&mut vm, args[0], &ours).map_err(|(chain, failure)| again(chain, failure))
        }
    };
    for our in ours {
        // SAFETY: the coordinator's peers are the bracket's.
        unsafe { close_peer(our) };
    }
    end_death();
    let attended = attend(context, workers, || {});
    let deaths = std::mem::take(&mut *deaths.take());
    judge(instance, outcome, attended, deaths)
}

/// Releases a peer and closes its ends, whoever else holds them. A dying thread marks them.
///
/// # Safety
/// The caller owns a reference to the peer.
unsafe fn close_peer(peer: Slot) {
    // SAFETY: a peer is a receiver and a sender.
    unsafe {
        let (rx, tx) = (wat_value::field(peer, 0), wat_value::field(peer, 1));
        super::endpoint::end_both(opaque(tx), opaque(rx));
        release(peer);
    }
}

/// What the form comes to.
fn judge(
    instance: &Instance,
    outcome: Run,
    attended: Result<(), Box<Trap>>,
    deaths: Vec<Fall>,
) -> Run {
    let returned = outcome.is_ok();
    // A worker whose partner has said all it had to say may fail to read or write.
    let excused = |failure: &Option<Failure>| {
        let failure = failure.as_ref();
        failure.is_some_and(|f| f.code == 8503 && f.upstream.is_empty())
    };
    let first = deaths.into_iter().enumerate().find_map(|(index, death)| {
        let (chain, failure) = death?;
        (!(returned && excused(&failure))).then_some((index, chain))
    });
    let own = outcome
        .as_ref()
        .err()
        .is_some_and(|trap| trap.code != 8503 || trap.upstream.is_empty());
    let trap = match (attended, first) {
        (Err(trap), _) => trap,
        (Ok(()), Some((index, chain))) if !own => died(THREADS, "worker", index, &chain),
        (Ok(()), _) => return outcome,
    };
    if let Ok(value) = outcome
        && instance.ret.is_pointer()
    {
        // SAFETY: the result is ours.
        unsafe { release(value) };
    }
    Err(trap)
}

/// A failure of the coordinator as that of the form.
#[cold]
pub(crate) fn again(chain: Chain, failure: Option<Failure>) -> Box<Trap> {
    let Some(failure) = failure else {
        let message = chain.first().map(Death::message).unwrap_or_default();
        return Trap::panic(0, message);
    };
    let mut trap = match failure.kind {
        FailureKind::Panic => Trap::panic(failure.code, failure.message),
        FailureKind::Error | FailureKind::Budget => Trap::error(failure.code, failure.message),
        FailureKind::Interrupted => super::context::interrupted(),
    };
    trap.compared = failure.compared;
    trap.because(failure.upstream)
}
