//! The event loop: children are forked, watched, ended in time and reaped.

mod ends;

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::io;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use wat_analysis::{RootDatabase, TestKind};
use wat_driver::{ProgramImage, ProgramLauncher};
use wat_kernel::{Arms, Borrowed, Exit, Interest, Nursery};
use wat_runtime::PropertyOutcome;

use crate::child::{DESCRIPTORS, PASSED, Template, TestContext, Work, attended, run_inside, work};
use crate::find::{Found, TestCase};
use crate::outcome::{Outcome, Status, Totals};
use crate::regressions;
use crate::replay::{Heard, Replay};
use crate::report::Reporter;
use crate::seed::{fresh_seed, shuffle, test_seed};
use crate::streams::{Buffer, Pipes, Stream, drain};
use crate::templates::Templates;

const SIGTERM: i32 = 15;
const SIGKILL: i32 = 9;
/// What a child that was asked to end gets to tell where it is.
const GRACE: Duration = Duration::from_millis(100);
/// How long a test may go on before anybody looks at what it writes: most have ended by then.
const LEISURE: Duration = Duration::from_millis(10);
/// How long a test goes on before people are told.
const SLOW: Duration = Duration::from_secs(1);
/// How many tests are made ready at once.
const AHEAD: usize = 64;

/// How long tests may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// A test.
    pub test: Duration,
    /// A whole property.
    pub property: Duration,
    /// What all limits are multiplied with.
    pub scale: f64,
    /// Bytes of memory that a test may have of its own.
    pub memory: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            test: Duration::from_millis(5_000),
            property: Duration::from_millis(60_000),
            scale: 1.0,
            memory: 2 << 30,
        }
    }
}

/// How tests are run.
#[derive(Clone)]
pub struct Options {
    /// Children at once.
    pub jobs: usize,
    /// The seed of the run.
    pub seed: u64,
    /// Are tests started in an order that the seed decides?
    pub shuffle: bool,
    /// No test is started after this many failures.
    pub fail_fast: Option<usize>,
    /// How often a failed test is run again.
    pub retries: u32,
    /// How often every test is run.
    pub repeat: u32,
    /// Are ignored tests run?
    pub run_ignored: bool,
    /// Does a leak make a test fail?
    pub deny_leaks: bool,
    /// How long tests may take.
    pub limits: Limits,
    /// What tests hand on to programs that they start, and what evaluations may use.
    pub launcher: ProgramLauncher,
    /// Are counterexamples of properties remembered beside the test files?
    pub persist: bool,
    /// Are the directories of tests that failed kept?
    pub keep_tmp: bool,
    /// The directory that tests run in.
    pub directory: PathBuf,
    /// Do people see what tests write when they write it? Then tests run one after the other.
    pub live: bool,
    /// Are tests called in this process, one after the other? Then nothing protects it from them, and limits of time are
    /// told when they have passed.
    pub in_thread: bool,
    /// Are tests run that reach nothing with errors, though their files have some ([`crate::Found::admit_whole`])?
    pub partial: bool,
    /// Do tests have an environment that is the same for everybody?
    pub clean_env: bool,
    /// The ids of tests that start before the others.
    pub first: HashSet<String>,
}

/// How a run ended.
#[derive(Clone, Copy, Debug)]
pub struct Summary {
    /// How many tests ended how.
    pub totals: Totals,
    /// How many tests were not started because the run ended early.
    pub not_run: usize,
    /// How long the run took.
    pub duration: Duration,
    /// The signal that interrupted it.
    pub interrupted: Option<i32>,
    /// It was broken off ([`Break`]).
    pub is_broken_off: bool,
}

/// What may end a run early: its running tests are ended, and no further one is started.
pub trait Break {
    /// What the run waits for beside its tests.
    fn arms(&self) -> Vec<Borrowed>;

    /// One of the arms can be read. Is the run to end?
    ///
    /// # Errors
    /// The arms cannot be read.
    fn ends_run(&mut self) -> io::Result<bool>;
}

/// Nothing does.
struct Never;

impl Break for Never {
    fn arms(&self) -> Vec<Borrowed> {
        Vec::new()
    }

    fn ends_run(&mut self) -> io::Result<bool> {
        Ok(false)
    }
}

/// A test that runs.
struct Running {
    /// Which of the selected tests.
    index: usize,
    child: wat_kernel::Child,
    pipes: Pipes,
    /// Its end was seen.
    has_ended: bool,
    started: Instant,
    deadline: Instant,
    /// It was asked to end.
    is_late: bool,
    /// People were told that it takes long.
    is_told: bool,
    limit: Duration,
    /// What it has told of its cases, if it is a property.
    heard: Heard,
    /// It runs a case that ended another child, or a smaller one.
    is_again: bool,
}

/// A test that has ended, and how.
struct Ended {
    index: usize,
    record: Rc<Value>,
    exit: Exit,
    took: Duration,
    limit: Duration,
    is_late: bool,
    /// It passed and left nothing behind.
    is_plain: bool,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    heard: Heard,
    /// What the property has come to of which a case has ended its child.
    fatal: Option<PropertyOutcome>,
}

/// A test of the run.
struct Slot<'t> {
    case: &'t TestCase,
    /// The seed of the test.
    seed: u64,
    /// Runs that are still to come, without retries.
    left: u32,
    attempts: u32,
    failed_once: bool,
    outcome: Option<Outcome>,
    /// Was it told that the test starts?
    is_announced: bool,
    /// The case of a property that runs alone.
    replay: Option<Box<Replay<Ended>>>,
}

struct Run<'a, 't> {
    db: &'a RootDatabase,
    options: &'a Options,
    slots: Vec<Slot<'t>>,
    nursery: Rc<Nursery>,
    /// Does the nursery limit the memory of children to what is right now?
    limits_memory: bool,
    templates: Templates,
    /// Is the directory of the tests the one that this process is in?
    is_there: bool,
    buffer: Buffer,
    /// Pipes that no test has now.
    pipes: Vec<Pipes>,
    /// What is waited for, and whose the first of them are: a test, and which of its streams, none for its end. Memory
    /// that is used again and again: after every fork the memory of this process is copied where it is written.
    arms: Arms,
    owners: Vec<(usize, Option<usize>)>,
    /// What is in the names of the directories of tests, and of those of no other run.
    own: u64,
    /// The record of a test that passed and left nothing behind.
    plain: Rc<Value>,
    waiting: VecDeque<usize>,
    running: Vec<Running>,
    failures: usize,
    interrupted: Option<i32>,
    /// The tests that ran when the run ended early, and how long they had.
    cut: Vec<(usize, Duration)>,
    breaks: &'a mut dyn Break,
    is_broken_off: bool,
    /// What could not be done, beside the tests.
    warnings: Vec<String>,
}

/// Runs tests and tells the reporter, in the order in which they were started.
///
/// # Errors
/// The operating system refuses to fork or to wait, or an output cannot be written.
pub fn run<'t>(
    db: &RootDatabase,
    found: &Found,
    selected: &[&'t TestCase],
    options: &Options,
    reporter: &mut Reporter<'t>,
) -> io::Result<Summary> {
    run_until(db, found, selected, options, reporter, &mut Never)
}

/// The same, unless something ends the run early.
///
/// # Errors
/// As [`run`], and whatever may end the run fails.
pub fn run_until<'t>(
    db: &RootDatabase,
    found: &Found,
    selected: &[&'t TestCase],
    options: &Options,
    reporter: &mut Reporter<'t>,
    breaks: &mut dyn Break,
) -> io::Result<Summary> {
    let nursery = Nursery::new(DESCRIPTORS as u64, attended)?;
    // What a test leaves outside its group comes here when the test has ended.
    wat_kernel::adopt_orphans()?;
    wat_runtime::seed_properties(options.seed, Vec::new());
    let started = Instant::now();
    let mut cases = selected.to_vec();
    if options.shuffle {
        shuffle(&mut cases, options.seed);
    }
    cases.sort_by_key(|case| !options.first.contains(&case.id));
    reporter.started(found, cases.len(), options)?;
    let mut totals = Totals::default();
    for file in &found.invalid {
        reporter.invalid(file)?;
        // It counts itself unless its tests do: those that are ignored say nothing of it.
        let stands_for =
            |case: &&TestCase| case.path == file.path && !case.is_ignored(options.run_ignored);
        totals.invalid += usize::from(!cases.iter().any(stands_for));
    }
    let mut run = Run {
        db,
        options,
        slots: cases
            .into_iter()
            .map(|case| Slot {
                case,
                seed: test_seed(options.seed, &case.id),
                left: options.repeat.max(1),
                attempts: 0,
                failed_once: false,
                outcome: None,
                is_announced: false,
                replay: None,
            })
            .collect(),
        nursery: Rc::new(nursery),
        limits_memory: false,
        templates: Templates::new(options.partial),
        is_there: std::env::current_dir().is_ok_and(|it| it == options.directory),
        buffer: Buffer::default(),
        pipes: Vec::new(),
        arms: Arms::default(),
        owners: Vec::new(),
        own: fresh_seed(),
        plain: Rc::new(json!({ "failure": null, "alone": true })),
        waiting: VecDeque::new(),
        running: Vec::new(),
        failures: 0,
        interrupted: None,
        cut: Vec::new(),
        breaks,
        is_broken_off: false,
        warnings: Vec::new(),
    };
    run.prepare();
    let mut told = 0;
    loop {
        run.start_more(reporter)?;
        while let Some(slot) = run.slots.get_mut(told)
            && let Some(outcome) = slot.outcome.take()
        {
            totals.add(outcome.status);
            reporter.finished(slot.case, outcome, slot.is_announced)?;
            told += 1;
        }
        if run.running.is_empty() && (run.waiting.is_empty() || !options.in_thread) {
            break;
        }
        if !options.in_thread {
            run.wait(reporter)?;
        }
    }
    // Of what was never started because the run ended early only the number is told.
    let mut not_run = 0;
    for slot in &mut run.slots[told..] {
        match slot.outcome.take() {
            Some(outcome) => {
                totals.add(outcome.status);
                reporter.finished(slot.case, outcome, slot.is_announced)?;
            }
            None => not_run += 1,
        }
    }
    not_run -= run.cut.len();
    run.cut.sort_unstable();
    let cut = std::mem::take(&mut run.cut).into_iter();
    let cut = cut.map(|(index, took)| (run.slots[index].case.clone(), took));
    reporter.cut(cut.collect());
    reporter.warn(run.warnings);
    Ok(Summary {
        totals,
        not_run,
        duration: started.elapsed(),
        interrupted: run.interrupted,
        is_broken_off: run.is_broken_off,
    })
}

impl Run<'_, '_> {
    fn ends_early(&self) -> bool {
        self.interrupted.is_some() || self.is_broken_off
    }

    /// Tests that are not run have their outcome now.
    fn prepare(&mut self) {
        for (index, slot) in self.slots.iter_mut().enumerate() {
            let ignored = slot.case.test.ignore.as_ref();
            let ignored = ignored.filter(|_| slot.case.is_ignored(self.options.run_ignored));
            slot.outcome = match ignored {
                Some(reason) => Some(Outcome {
                    reason: Some(reason.to_string()),
                    ..Outcome::without_run(Status::Ignored)
                }),
                None if slot.case.is_invalid => Some(Outcome::without_run(Status::Invalid)),
                None => {
                    self.waiting.push_back(index);
                    None
                }
            };
        }
        let properties = self.waiting.iter().map(|&index| self.slots[index].case);
        let properties = properties.filter(|case| case.test.kind == TestKind::Property);
        let paths: BTreeSet<&str> = properties.map(|case| &*case.path).collect();
        let directory = &self.options.directory;
        let complaints = paths
            .into_iter()
            .filter_map(|path| regressions::complaint(directory, path));
        self.warnings.extend(complaints);
    }

    /// Calls the next test here.
    fn run_inside(&mut self, reporter: &mut Reporter<'_>) -> io::Result<()> {
        let Some(index) = self.waiting.pop_front() else {
            return Ok(());
        };
        self.slots[index].attempts += 1;
        self.announce(index, reporter)?;
        let case = self.slots[index].case;
        // Its program is its own: what one test leaves in it, another would find.
        let partial = self.options.partial;
        let image = case.example.is_none();
        let image = image.then(|| ProgramImage::new(self.db, case.file, partial));
        let started = Instant::now();
        let mut task = self.work(index, started);
        task.program = image.as_ref().map(|image| Template {
            image,
            machine: None,
        });
        let (record, mut written) = run_inside(task);
        for (bytes, key) in written.iter_mut().zip(["stdout", "stderr"]) {
            bytes.extend_from_slice(record[key].as_str().unwrap_or_default().as_bytes());
        }
        let [stdout, stderr] = written;
        let took = started.elapsed();
        if self.options.live {
            reporter.live(&stdout);
            reporter.live(&stderr);
        }
        if wat_kernel::process::is_stopping() {
            self.interrupted = Some(wat_kernel::process::stop_signal().unwrap_or(SIGTERM));
        }
        let limit = self.limit(case);
        let is_late = took > limit;
        let ended = Ended {
            index,
            // What a test that took too long says no longer counts.
            record: Rc::new(if is_late { Value::Null } else { record }),
            exit: Exit::Code(0),
            took,
            limit,
            is_late,
            is_plain: false,
            stdout,
            stderr,
            heard: Heard::default(),
            fatal: None,
        };
        self.settle_ended(ended)
    }

    fn start_more(&mut self, reporter: &mut Reporter<'_>) -> io::Result<()> {
        let enough = self
            .options
            .fail_fast
            .is_some_and(|most| self.failures >= most);
        if self.ends_early() {
            self.waiting.clear();
        } else if enough {
            let slots = &self.slots;
            self.waiting.retain(|&index| slots[index].replay.is_some());
        }
        let jobs = if self.options.live {
            1
        } else {
            self.options.jobs.max(1)
        };
        if self.options.in_thread {
            return self.run_inside(reporter);
        }
        while self.running.len() < jobs {
            let free = self.waiting.iter().position(|&index| {
                let groups = &self.slots[index].case.test.serial;
                let busy = |other: &Running| {
                    let others = &self.slots[other.index].case.test.serial;
                    groups.iter().any(|group| others.contains(group))
                };
                !self.running.iter().any(busy)
            });
            let Some(index) = free.and_then(|at| self.waiting.remove(at)) else {
                break;
            };
            self.announce(index, reporter)?;
            let running = self.start(index)?;
            self.running.push(running);
        }
        Ok(())
    }

    /// Tells that a test starts, once.
    fn announce(&mut self, index: usize, reporter: &mut Reporter<'_>) -> io::Result<()> {
        let slot = &mut self.slots[index];
        match std::mem::replace(&mut slot.is_announced, true) {
            true => Ok(()),
            false => reporter.test_started(slot.case),
        }
    }

    fn limit(&self, case: &TestCase) -> Duration {
        let limits = &self.options.limits;
        let limit = match (case.test.time_limit, case.test.kind) {
            (Some(limit), _) => Duration::from_millis(limit),
            (None, TestKind::Test | TestKind::Example) => limits.test,
            (None, TestKind::Property) => limits.property,
        };
        limit.mul_f64(limits.scale)
    }

    /// Makes the program of a test ready, and those of the tests behind it.
    fn make_ready(&mut self, index: usize) -> io::Result<()> {
        let slot = &mut self.slots[index];
        slot.attempts += u32::from(slot.replay.is_none());
        let case = self.slots[index].case;
        if !self.templates.is_ready(case) {
            let coming = self.waiting.iter().map(|&index| self.slots[index].case);
            let coming = [case].into_iter().chain(coming).take(AHEAD);
            let launcher = &self.options.launcher;
            self.templates.prepare(self.db, coming, launcher);
            self.limits_memory = false;
        }
        if !self.limits_memory {
            let reserved = self.templates.reserved_by_tests(&self.options.launcher);
            let most = self.options.limits.memory.saturating_add(reserved);
            Rc::make_mut(&mut self.nursery).limit_memory(most)?;
            self.limits_memory = true;
        }
        Ok(())
    }

    /// What whoever runs a test needs.
    fn work(&mut self, index: usize, started: Instant) -> Work<'_> {
        let case = self.slots[index].case;
        let replay = self.slots[index].replay.as_ref();
        Work {
            db: self.db,
            case,
            started,
            context: Some(self.context(index)),
            launcher: &self.options.launcher,
            directory: &self.options.directory,
            is_there: self.is_there,
            is_clean: self.options.clean_env,
            run_seed: self.options.seed,
            again: replay.map(|replay| replay.case.clone()),
            program: self.templates.of(case),
        }
    }

    fn start(&mut self, index: usize) -> io::Result<Running> {
        self.make_ready(index)?;
        let limit = self.limit(self.slots[index].case);
        let replay = self.slots[index].replay.as_ref();
        let is_again = replay.is_some();
        let limit = replay.map_or(limit, |replay| replay.limit(limit));
        let pipes = match self.pipes.pop() {
            Some(pipes) => pipes,
            None => Pipes::new()?,
        };
        let started = Instant::now();
        // The nursery is used while the program of the test is borrowed.
        let nursery = self.nursery.clone();
        let mut task = self.work(index, started);
        let [report, out, err] = &pipes.theirs;
        let child = nursery.fork(report, [out, err], |report| work(&mut task, report))?;
        Ok(Running {
            index,
            child,
            pipes,
            has_ended: false,
            started,
            deadline: started + limit,
            is_late: false,
            is_told: is_again,
            limit,
            heard: Heard::default(),
            is_again,
        })
    }

    /// A test as its program sees it.
    fn context(&self, index: usize) -> TestContext {
        let case = self.slots[index].case;
        TestContext {
            name: case.test.name.clone(),
            seed: self.slots[index].seed,
            place: (self.own, index, self.slots[index].attempts),
        }
    }

    /// Waits for something to happen and deals with it.
    fn wait(&mut self, reporter: &mut Reporter<'_>) -> io::Result<()> {
        let Run { arms, owners, .. } = self;
        arms.clear();
        owners.clear();
        let now = Instant::now();
        let mut deadline: Option<Instant> = None;
        for (at, running) in self.running.iter().enumerate() {
            let mut until = running.deadline;
            if let Some(end) = running.child.exited() {
                arms.add(end, Interest::Read);
                owners.push((at, None));
            }
            let looked_at = running.started + LEISURE;
            if now < looked_at && !self.options.live && running.child.exited().is_some() {
                until = until.min(looked_at);
            } else {
                for (which, stream) in running.pipes.streams.iter().enumerate() {
                    if let Some(end) = stream.arm() {
                        arms.add(end, Interest::Read);
                        owners.push((at, Some(which)));
                    }
                }
            }
            if !running.is_told {
                until = until.min(running.started + SLOW);
            }
            deadline = Some(deadline.map_or(until, |it| it.min(until)));
        }
        if let Some(shutdown) =
            wat_kernel::process::shutdown().filter(|_| self.interrupted.is_none())
        {
            self.arms.add(shutdown, Interest::Read);
        }
        let breaks = match self.ends_early() {
            true => Vec::new(),
            false => self.breaks.arms(),
        };
        let add = |arm| self.arms.add(arm, Interest::Read);
        let breaks: Vec<usize> = breaks.into_iter().map(add).collect();
        self.arms.wait(deadline)?;
        if breaks.into_iter().any(|place| self.arms.is_ready(place)) {
            self.is_broken_off = self.breaks.ends_run()?;
        }
        if self.interrupted.is_none() && wat_kernel::process::is_stopping() {
            self.interrupted = Some(wat_kernel::process::stop_signal().unwrap_or(SIGTERM));
        }
        for (place, &(at, which)) in self.owners.iter().enumerate() {
            if !self.arms.is_ready(place) {
                continue;
            }
            let running = &mut self.running[at];
            let Some(which) = which else {
                running.has_ended = true;
                continue;
            };
            let is_shown = self.options.live && which > 0 && !running.is_again;
            running.pipes.streams[which].read(&mut self.buffer, |bytes| {
                if is_shown {
                    reporter.live(bytes);
                }
            });
            running.heard.take(&mut running.pipes.streams[0].bytes);
        }
        let now = Instant::now();
        for at in (0..self.running.len()).rev() {
            if self.running[at].has_ended {
                let running = self.running.swap_remove(at);
                self.finish(running, reporter)?;
                continue;
            }
            let running = &mut self.running[at];
            if !running.is_told && now >= running.started + SLOW {
                running.is_told = true;
                reporter.slow(self.slots[running.index].case)?;
            }
            if now >= self.running[at].deadline || self.ends_early() {
                let kills = self.running[at].is_late || self.ends_early();
                let running = &mut self.running[at];
                running
                    .child
                    .signal(if kills { SIGKILL } else { SIGTERM })?;
                running.is_late = true;
                running.deadline = now + GRACE;
            }
        }
        Ok(())
    }

    /// The child has ended; whoever is left of its group ends too.
    fn finish(&mut self, running: Running, reporter: &mut Reporter<'_>) -> io::Result<()> {
        let Running {
            index,
            child,
            mut pipes,
            started,
            is_late,
            limit,
            mut heard,
            is_again,
            ..
        } = running;
        let exit = child.conclude_ended()?;
        let streams = &mut pipes.streams;
        let mut took = started.elapsed();
        let live = self.options.live && !is_again;
        let mut hand_on = |which, bytes: &[u8]| {
            if live && which > 0 {
                reporter.live(bytes);
            }
        };
        drain(streams, &mut self.buffer, &mut hand_on)?;
        heard.take(&mut streams[0].bytes);
        // Most tests pass and leave nothing behind.
        let is_plain = streams[0].bytes == PASSED && exit == Exit::Code(0);
        let record = match is_plain {
            true => self.plain.clone(),
            false => Rc::new(serde_json::from_slice(&streams[0].bytes).unwrap_or(Value::Null)),
        };
        if record["alone"] != true || exit != Exit::Code(0) {
            wat_kernel::end_orphans();
            drain(streams, &mut self.buffer, &mut hand_on)?;
        }
        if let Some(told) = record["us"].as_u64() {
            took = Duration::from_micros(told);
        }
        for (which, key) in [(1, "stdout"), (2, "stderr")] {
            // What the test's own process wrote came first.
            let told = record[key].as_str().unwrap_or_default();
            hand_on(which, told.as_bytes());
            streams[which].add(told.as_bytes());
        }
        let [_, outputs @ ..] = streams;
        let [stdout, stderr] = outputs.each_mut().map(Stream::finish);
        if is_plain && stdout.is_empty() && stderr.is_empty() {
            self.pipes.extend(pipes.renewed());
        }
        self.settle_ended(Ended {
            index,
            record,
            exit,
            took,
            limit,
            is_late,
            is_plain,
            stdout,
            stderr,
            heard,
            fatal: None,
        })
    }
}
