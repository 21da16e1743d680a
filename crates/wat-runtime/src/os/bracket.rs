//! Brackets over processes (05 §13): workers are forked from the program and hold its items and its work; programs are
//! checked in children of their own. What `run-processes` starts has ended when it returns.

use super::forward::Forwarder;
use super::pipe::{FrameSink, FrameSource, frame_of};
use super::process::{Host, Joint, cannot, connect, fork, forms, judged, launcher, not_waited};
use crate::failure::Failure;
use crate::kernel::{
    Chain, Context, Given, KernelFn, Outcome, Receiver, Sender, again, all_or_death, apply,
    apply_plain, choose, died, each_result, limit, release_results, sibling, stopped,
};
use crate::launch::Scope;
use crate::stream::{Frame, Reader, Wait, Writer};
use crate::vm::Vm;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use wat_kernel::{Child, ChildIo, Exit, Fd, Fork, Forked, pipe, process};
use wat_value::{
    Death, Desc, Instance, Slot, Trap, TrapKind, closure_type, make_opaque, make_variant, release,
    vector,
};

type Run = Result<Slot, Box<Trap>>;

pub(super) const VERBS: &[(&str, &str, KernelFn)] = &[
    (":wat::kernel::run-processes", "b*", run_processes),
    (":wat::kernel::run-processes-results", "b*", run_results),
];

/// How messages call the form.
const PROCESSES: &str = "run-processes";
/// How long a worker may take to end when its bracket is torn down.
const GRACE: Duration = Duration::from_secs(1);
/// The status of a worker that cannot work.
const NOT_STARTED: i32 = 3;

unsafe fn run_processes(context: &mut Context<'_>, instance: &Instance, args: &[Slot]) -> Run {
    if instance.types.len() == 1 {
        return coordinate(context, instance, args);
    }
    let results = fan_out(context, instance, args, true)?;
    all_or_death(PROCESSES, instance, results)
}

unsafe fn run_results(context: &mut Context<'_>, instance: &Instance, args: &[Slot]) -> Run {
    let results = fan_out(context, instance, args, false)?;
    Ok(each_result(context, instance, results))
}

/// What every worker of a fan-out holds.
struct Job {
    items: Slot,
    work: Slot,
    item: &'static Desc,
    result: &'static Desc,
}

/// A forked worker.
struct Worker {
    child: Child,
    lines: Arc<Forwarder>,
    /// Where the indices of items go; closed when there are no more.
    indices: Option<Fd>,
    /// Where results come from; it closes when the worker ends.
    answers: Receiver,
    /// The item in progress.
    item: Option<usize>,
}

impl Job {
    fn start(&self, context: &mut Context<'_>) -> Result<Worker, Box<Trap>> {
        let cannot = |error| cannot(&error);
        let (indices, theirs) = pipe().map_err(cannot)?;
        let (answer, answers) = pipe().map_err(cannot)?;
        let plan = Fork::new().keep(&theirs).keep(&answer);
        let forked = context.fork(plan, |vm, io| self.work_through(vm, io));
        let forked = forked.map_err(cannot)?;
        let host = context.host().share();
        let lines = Forwarder::start(Some(forked.stdout), forked.stderr, host).map_err(cannot)?;
        let source = FrameSource::new(Reader::pipe(answers));
        Ok(Worker {
            child: forked.child,
            lines,
            indices: Some(indices),
            answers: Receiver::from(Box::new(source)),
            item: None,
        })
    }

    /// The life of a worker: the status it ends with.
    fn work_through(&self, vm: &mut Vm, mut io: ChildIo) -> i32 {
        let Ok([indices, answers]) = <[Fd; 2]>::try_from(io.kept()) else {
            return NOT_STARTED;
        };
        let indices = Reader::pipe(indices);
        while let Ok(Some(Frame::Text(index))) = indices.frame(Wait::UntilShutdown) {
            let Ok(index) = index.trim().parse::<usize>() else {
                return NOT_STARTED;
            };
            // SAFETY: the parent sends indices below the number of items. The work owns its argument.
            let item = unsafe { vector::get(self.items, index) };
            let result = match self.item.is_pointer() {
                true => apply(vm, self.work, &[item]),
                false => apply_plain(vm, self.work, &[item]),
            };
            let value = match result {
                Ok(value) => value,
                Err((chain, failure)) => return die(vm, &chain, failure.as_ref()),
            };
            let frame = frame_of(self.result, value);
            if self.result.is_pointer() {
                // SAFETY: the result is the worker's.
                unsafe { release(value) };
            }
            match frame {
                Ok(frame) if answers.write_all(frame.as_bytes()).is_ok() => {}
                // Nobody waits for results any more.
                Ok(_) => return 0,
                Err(chain) => return die(vm, &chain, None),
            }
        }
        0
    }
}

/// Tells of a death, as every process does; the status of the worker.
fn die(vm: &Vm, chain: &Chain, failure: Option<&Failure>) -> i32 {
    let chain = match failure {
        Some(failure) => {
            let own = vm.linking().program().death(failure);
            let upstream = failure.upstream.iter().cloned();
            std::iter::once(own).chain(upstream).collect()
        }
        None => chain.to_vec(),
    };
    let line = Death::chain_line("Process", &chain);
    // There is nobody to tell that nobody reads.
    let _ = wat_kernel::stderr().write_all(line.as_bytes());
    match (chain.last(), process::stop_signal(), chain.first()) {
        (Some(Death::Shutdown), Some(signal), _) => 128 + signal,
        (_, _, Some(Death::RuntimeError(_))) => 1,
        _ => 2,
    }
}

impl Worker {
    /// Gives the worker an item, or says that there are no more.
    fn hand(&mut self, index: Option<usize>) {
        self.item = index;
        match (index, &self.indices) {
            // A worker that is gone is noticed by its answers.
            (Some(index), Some(to)) => drop(to.write_all(format!("{index}\n").as_bytes())),
            _ => self.indices = None,
        }
    }

    /// Waits for the end of the worker; the item that it was at, and its deaths.
    fn reap(mut self, context: &mut Context<'_>) -> Result<(Option<usize>, Chain), Box<Trap>> {
        self.indices = None;
        let line = self.lines.last_death();
        let line = line.map_err(|error| not_waited(&error))?;
        let exit = self.child.wait().map_err(|error| not_waited(&error))?;
        if let (Exit::Code(0), Some(line)) = (exit, &line) {
            // It tells of somebody else's death. Whoever reads no more misses nothing.
            let _ = context.host().stderr(line.as_bytes());
        }
        let deaths = match judged(exit, line.as_deref(), context) {
            Ok(()) => [Death::Panic("process exited 0".to_owned(), None)].into(),
            Err(chain) => chain,
        };
        Ok((self.item, deaths))
    }
}

/// A fan-out while it runs.
struct Course {
    workers: Vec<Worker>,
    results: Given,
    next: usize,
    /// Nothing is handed out any more.
    is_over: bool,
    stops_early: bool,
}

impl Course {
    /// The next item to hand out.
    fn following(&mut self) -> Option<usize> {
        if self.is_over || self.next >= self.results.len() {
            return None;
        }
        self.next += 1;
        Some(self.next - 1)
    }

    /// An item has come to its end.
    fn record(&mut self, item: Option<usize>, result: Result<Slot, Chain>) {
        self.is_over |= result.is_err() && self.stops_early;
        if let Some(item) = item {
            self.results[item] = Some(result);
        }
    }

    fn add(&mut self, context: &mut Context<'_>, job: &Job) -> Result<(), Box<Trap>> {
        let mut worker = job.start(context)?;
        worker.hand(self.following());
        self.workers.push(worker);
        Ok(())
    }

    /// Waits for what the workers have to say until all have ended.
    fn run(&mut self, context: &mut Context<'_>, job: &Job, most: usize) -> Result<(), Box<Trap>> {
        for _ in 0..most {
            self.add(context, job)?;
        }
        while !self.workers.is_empty() {
            let arms: Vec<&Receiver> = self.workers.iter().map(|one| &one.answers).collect();
            let (index, outcome) = match choose(context, &arms, job.result, None)? {
                Some((-1, _)) => return Err(stopped(PROCESSES)),
                Some((index, outcome)) => (index as usize, outcome),
                None => continue,
            };
            if let Outcome::Closed = outcome {
                let worker = self.workers.remove(index);
                let (item, deaths) = worker.reap(context)?;
                if item.is_some() {
                    self.record(item, Err(deaths));
                }
                // Another one takes its place, if there is something left to do.
                if !self.is_over && self.next < self.results.len() {
                    self.add(context, job)?;
                }
                continue;
            }
            let item = self.workers[index].item;
            match outcome {
                Outcome::Value(value) => self.record(item, Ok(value)),
                Outcome::Dead(chain) => self.record(item, Err(chain)),
                Outcome::Closed => {}
            }
            let following = self.following();
            self.workers[index].hand(following);
        }
        Ok(())
    }

    /// Ends the workers that are left: those of a program that stops as it does, others within the time of grace.
    fn tear_down(&mut self, context: &mut Context<'_>) {
        for worker in &mut self.workers {
            worker.indices = None;
            // Who cannot be asked is ended below.
            let _ = worker.child.ask_to_end();
        }
        let deadline = Instant::now() + GRACE;
        let waits = context.kernel().is_stopping();
        for worker in std::mem::take(&mut self.workers) {
            if !waits {
                end_within(&worker.child, deadline);
            }
            // What it died of is not asked any more.
            let _ = worker.reap(context);
        }
    }
}

/// Ends a child that has not ended by the deadline.
fn end_within(child: &Child, deadline: Instant) {
    if !matches!(child.wait_until(deadline), Ok(Some(_))) {
        // Who cannot be ended is gone.
        let _ = child.end();
    }
}

/// Applies work to items in forked workers; what became of each, nothing for those that were not handed out.
fn fan_out(
    context: &mut Context<'_>,
    instance: &Instance,
    args: &[Slot],
    stops_early: bool,
) -> Result<Given, Box<Trap>> {
    let limit = limit(args)?;
    // SAFETY: the arguments are alive while their native runs.
    let count = unsafe { vector::len(args[0]) };
    let job = Job {
        items: args[0],
        work: args[1],
        item: instance.types[0],
        result: instance.types[1],
    };
    let mut course = Course {
        workers: Vec::new(),
        results: (0..count).map(|_| None).collect(),
        next: 0,
        is_over: false,
        stops_early,
    };
    let ended = course.run(context, &job, limit.min(count));
    if let Err(trap) = ended {
        course.tear_down(context);
        release_results(instance, course.results);
        return Err(trap);
    }
    Ok(course.results)
}

/// A program that talks with a coordinator.
struct Partner {
    joint: Arc<Joint>,
    peer: Slot,
}

impl Partner {
    fn start(
        context: &mut Context<'_>,
        peer: &'static Desc,
        program: Slot,
    ) -> Result<Partner, Box<Trap>> {
        let launcher = launcher(context)?;
        // SAFETY: the argument is a live vector of forms.
        let program = unsafe { forms(program) };
        let Forked {
            child,
            stdin,
            stdout,
            stderr,
        } = fork(launcher, program, Scope::Nothing)?;
        let host = context.host().share();
        let lines = Forwarder::start(None, stderr, host).map_err(|error| cannot(&error))?;
        let joint = Arc::new(Joint {
            stdin: Writer::descriptor(stdin),
            stdout: Reader::pipe(stdout),
            host: Host::Worker {
                child: Arc::new(child),
                lines,
            },
            outcome: OnceLock::new(),
        });
        connect(&joint);
        context.with_shapes(|shapes| shapes.resolve(peer));
        let [rx, tx] = &*peer.variants()[0].fields else {
            return Err(Trap::panic(0, "internal error: a peer without ends"));
        };
        let source = FrameSource::new(joint.stdout.clone());
        let sink = FrameSink::new(joint.stdin.clone());
        let ends = [
            make_opaque(rx, Box::new(Receiver::from(Box::new(source)))),
            make_opaque(tx, Box::new(Sender::to(Box::new(sink)))),
        ];
        Ok(Partner {
            joint,
            peer: make_variant(peer, 0, &ends),
        })
    }

    /// Ends the conversation and waits for the program; its deaths.
    fn join(self, context: &mut Context<'_>, tears_down: bool) -> Result<(), Chain> {
        // SAFETY: the peer is the bracket's.
        unsafe { release(self.peer) };
        // What a thread of the coordinator still uses is closed when that ends.
        let _ = self.joint.stdin.close();
        if tears_down {
            self.joint.end_within(GRACE);
        }
        if !matches!(self.joint.stdout.discard(), Ok(true)) {
            // The program of this process stops, and so does its partner: nobody reads any more.
            self.joint.ask_to_end();
            let _ = self.joint.stdout.close();
        }
        let waited = self.joint.wait(context);
        waited.unwrap_or_else(|trap| Err([Death::RuntimeError(trap.message)].into()))
    }
}

/// Runs a coordinator on this thread and programs in children.
fn coordinate(context: &mut Context<'_>, instance: &Instance, args: &[Slot]) -> Run {
    // SAFETY: the arguments are a live function and live vectors.
    let coordinator = unsafe { closure_type(args[0]) };
    let mut partners = Vec::with_capacity(args.len() - 1);
    let mut started = Ok(());
    for (peer, program) in coordinator.parts.iter().zip(&args[1..]) {
        match Partner::start(context, peer, *program) {
            Ok(partner) => partners.push(partner),
            Err(trap) => {
                started = Err(trap);
                break;
            }
        }
    }
    let outcome = started.and_then(|()| {
        let task = context.task().clone();
        let mut vm = sibling(context, task);
        let peers: Vec<Slot> = partners.iter().map(|partner| partner.peer).collect();
        apply(&mut vm, args[0], &peers).map_err(|(chain, failure)| again(chain, failure))
    });
    crate::kernel::end_death();
    let tears_down = matches!(&outcome, Err(trap) if trap.kind == TrapKind::Interrupted);
    let returned = outcome.is_ok();
    let mut first = None;
    for (index, partner) in partners.into_iter().enumerate() {
        let ended = partner.join(context, tears_down);
        if let Err(chain) = ended
            && first.is_none()
            && !(returned && wanted_more(&chain))
        {
            first = Some(died(PROCESSES, "worker", index, &chain));
        }
    }
    let (Ok(value), Some(trap)) = (&outcome, first) else {
        return outcome;
    };
    if instance.ret.is_pointer() {
        // SAFETY: the result is ours.
        unsafe { release(*value) };
    }
    Err(trap)
}

/// Did a program die because its partner, who has said all it had to say, was not there any more?
fn wanted_more(chain: &Chain) -> bool {
    let [Death::RuntimeError(message)] = &chain[..] else {
        return false;
    };
    let code = message.split(": ").nth(1).unwrap_or_default();
    ["WAT8503 ", "WAT8506 "]
        .iter()
        .any(|known| code.starts_with(known))
}
