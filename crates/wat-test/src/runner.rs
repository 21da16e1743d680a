//! The event loop: children are forked, watched, ended in time and reaped.

use std::collections::{HashSet, VecDeque};
use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::Value;
use wat_analysis::{RootDatabase, TestKind};
use wat_driver::ProgramLauncher;
use wat_kernel::{Borrowed, Fd, Fork, Forked, Interest, poll};

use crate::child::{Work, work};
use crate::find::{Found, TestCase};
use crate::judge::{judge, leaks};
use crate::outcome::{Outcome, Status, Totals};
use crate::regressions;
use crate::report::Reporter;
use crate::seed::{shuffle, test_seed};

const SIGTERM: i32 = 15;
const SIGKILL: i32 = 9;
/// What a child that was asked to end gets to tell where it is.
const GRACE: Duration = Duration::from_millis(100);
/// Bytes of a stream that are kept.
const CAPTURED: usize = 1 << 20;

/// How long tests may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// A test.
    pub test: Duration,
    /// A whole property.
    pub property: Duration,
    /// What all limits are multiplied with.
    pub scale: f64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            test: Duration::from_millis(5_000),
            property: Duration::from_millis(60_000),
            scale: 1.0,
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
    /// The ids of tests that start before the others.
    pub first: HashSet<String>,
}

/// How a run ended.
#[derive(Clone, Copy, Debug)]
pub struct Summary {
    /// How many tests ended how.
    pub totals: Totals,
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

/// An output of a child.
#[derive(Default)]
struct Stream {
    fd: Option<Fd>,
    bytes: Vec<u8>,
    is_cut: bool,
}

impl Stream {
    fn of(fd: Fd) -> Stream {
        Stream {
            fd: Some(fd),
            ..Stream::default()
        }
    }

    fn arm(&self) -> Option<Borrowed> {
        self.fd.as_ref().map(Fd::borrow)
    }

    /// Reads what is there, and hands it on.
    fn read(&mut self, mut hand_on: impl FnMut(&[u8])) {
        let mut buffer = [0; 1 << 16];
        let Some(fd) = &self.fd else { return };
        match fd.read(&mut buffer) {
            Ok(0) | Err(_) => self.fd = None,
            Ok(count) => {
                hand_on(&buffer[..count]);
                let room = CAPTURED.saturating_sub(self.bytes.len());
                self.bytes.extend_from_slice(&buffer[..count.min(room)]);
                self.is_cut |= count > room;
            }
        }
    }

    /// Reads what is left once nobody writes any more, without waiting.
    fn drain(&mut self, mut hand_on: impl FnMut(&[u8])) {
        while let Some(fd) = self.arm() {
            let ready = poll(&[(fd, Interest::Read)], Some(Instant::now()));
            match ready {
                Ok(ready) if ready.contains(&true) => self.read(&mut hand_on),
                _ => break,
            }
        }
    }

    fn finish(mut self, hand_on: impl FnMut(&[u8])) -> Vec<u8> {
        self.drain(hand_on);
        if self.is_cut {
            if !self.bytes.ends_with(b"\n") {
                self.bytes.push(b'\n');
            }
            self.bytes
                .extend_from_slice("… the rest was not kept\n".as_bytes());
        }
        self.bytes
    }
}

/// A test that runs.
struct Running {
    /// Which of the selected tests.
    index: usize,
    child: wat_kernel::Child,
    report: Stream,
    streams: [Stream; 2],
    started: Instant,
    reported: Option<Instant>,
    deadline: Instant,
    /// It was asked to end.
    is_late: bool,
    limit: Duration,
}

/// A test of the run.
struct Slot<'a> {
    case: &'a TestCase,
    /// Runs that are still to come, without retries.
    left: u32,
    attempts: u32,
    failed_once: bool,
    outcome: Option<Outcome>,
}

struct Run<'a> {
    db: &'a RootDatabase,
    options: &'a Options,
    slots: Vec<Slot<'a>>,
    waiting: VecDeque<usize>,
    running: Vec<Running>,
    failures: usize,
    interrupted: Option<i32>,
    breaks: &'a mut dyn Break,
    is_broken_off: bool,
}

/// Runs tests and tells the reporter, in the order in which they were started.
///
/// # Errors
/// The operating system refuses to fork or to wait, or an output cannot be written.
pub fn run(
    db: &RootDatabase,
    found: &Found,
    selected: &[&TestCase],
    options: &Options,
    reporter: &mut Reporter<'_>,
) -> io::Result<Summary> {
    run_until(db, found, selected, options, reporter, &mut Never)
}

/// The same, unless something ends the run early.
///
/// # Errors
/// As [`run`], and whatever may end the run fails.
pub fn run_until(
    db: &RootDatabase,
    found: &Found,
    selected: &[&TestCase],
    options: &Options,
    reporter: &mut Reporter<'_>,
    breaks: &mut dyn Break,
) -> io::Result<Summary> {
    wat_kernel::process::start()?;
    // What a test leaves outside its group comes here when the test has ended.
    wat_kernel::adopt_orphans()?;
    let started = Instant::now();
    let mut cases = selected.to_vec();
    if options.shuffle {
        shuffle(&mut cases, options.seed);
    }
    cases.sort_by_key(|case| !options.first.contains(&case.id));
    reporter.started(found, cases.len(), options)?;
    let mut totals = Totals::default();
    for file in &found.invalid {
        reporter.invalid(db, file)?;
        totals.invalid += usize::from(!cases.iter().any(|case| case.path == file.path));
    }
    let mut run = Run {
        db,
        options,
        slots: cases
            .into_iter()
            .map(|case| Slot {
                case,
                left: options.repeat.max(1),
                attempts: 0,
                failed_once: false,
                outcome: None,
            })
            .collect(),
        waiting: VecDeque::new(),
        running: Vec::new(),
        failures: 0,
        interrupted: None,
        breaks,
        is_broken_off: false,
    };
    run.prepare();
    let mut told = 0;
    loop {
        run.start_more()?;
        while let Some(outcome) = run.slots.get(told).and_then(|slot| slot.outcome.as_ref()) {
            totals.add(outcome.status);
            reporter.finished(run.slots[told].case, outcome)?;
            told += 1;
        }
        if run.running.is_empty() {
            break;
        }
        run.wait(reporter)?;
    }
    // What was never started because the run ended early is not told.
    for slot in &run.slots[told..] {
        if let Some(outcome) = &slot.outcome {
            totals.add(outcome.status);
            reporter.finished(slot.case, outcome)?;
        }
    }
    Ok(Summary {
        totals,
        duration: started.elapsed(),
        interrupted: run.interrupted,
        is_broken_off: run.is_broken_off,
    })
}

impl Run<'_> {
    fn ends_early(&self) -> bool {
        self.interrupted.is_some() || self.is_broken_off
    }

    /// Tests that are not run have their outcome now.
    fn prepare(&mut self) {
        for (index, slot) in self.slots.iter_mut().enumerate() {
            let ignored = slot
                .case
                .test
                .ignore
                .as_ref()
                .filter(|_| !self.options.run_ignored);
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
    }

    fn start_more(&mut self) -> io::Result<()> {
        let enough = self
            .options
            .fail_fast
            .is_some_and(|most| self.failures >= most);
        if enough || self.ends_early() {
            self.waiting.clear();
        }
        let jobs = if self.options.live {
            1
        } else {
            self.options.jobs.max(1)
        };
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
            let running = self.start(index)?;
            self.running.push(running);
        }
        Ok(())
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

    fn start(&mut self, index: usize) -> io::Result<Running> {
        let slot = &mut self.slots[index];
        slot.attempts += 1;
        let case = slot.case;
        let (report, report_end) = wat_kernel::pipe()?;
        // The writing end comes first from a pipe.
        let (theirs, ours) = (report, report_end);
        let task = Work {
            db: self.db,
            case,
            launcher: &self.options.launcher,
            directory: &self.options.directory,
            own: own_directory(index),
            seed: test_seed(self.options.seed, &case.id),
            run_seed: self.options.seed,
        };
        let forked = Fork::new().keep(&theirs).run(|io| work(&task, io))?;
        let Forked {
            child,
            stdin,
            stdout,
            stderr,
        } = forked;
        drop(stdin);
        drop(theirs);
        let limit = self.limit(case);
        let started = Instant::now();
        Ok(Running {
            index,
            child,
            report: Stream::of(ours),
            streams: [Stream::of(stdout), Stream::of(stderr)],
            started,
            reported: None,
            deadline: started + limit,
            is_late: false,
            limit,
        })
    }

    /// Waits for something to happen and deals with it.
    fn wait(&mut self, reporter: &mut Reporter<'_>) -> io::Result<()> {
        let mut arms: Vec<(Borrowed, Interest)> = Vec::new();
        let mut owners: Vec<(usize, usize)> = Vec::new();
        for (at, running) in self.running.iter().enumerate() {
            let streams = &running.streams;
            let ends = [
                running.child.exited(),
                running.report.arm(),
                streams[0].arm(),
                streams[1].arm(),
            ];
            for (which, end) in ends.into_iter().enumerate() {
                if let Some(end) = end {
                    arms.push((end, Interest::Read));
                    owners.push((at, which));
                }
            }
        }
        if let Some(shutdown) =
            wat_kernel::process::shutdown().filter(|_| self.interrupted.is_none())
        {
            arms.push((shutdown, Interest::Read));
        }
        let before = arms.len();
        if !self.ends_early() {
            let breaks = self.breaks.arms().into_iter();
            arms.extend(breaks.map(|arm| (arm, Interest::Read)));
        }
        let deadline = self.running.iter().map(|running| running.deadline).min();
        let ready = poll(&arms, deadline)?;
        if ready[before..].contains(&true) {
            self.is_broken_off = self.breaks.ends_run()?;
        }
        if self.interrupted.is_none() && wat_kernel::process::is_stopping() {
            self.interrupted = Some(wat_kernel::process::stop_signal().unwrap_or(SIGTERM));
        }
        let mut ended = vec![false; self.running.len()];
        for (&(at, which), ready) in owners.iter().zip(ready) {
            if !ready {
                continue;
            }
            let running = &mut self.running[at];
            match which {
                0 => ended[at] = true,
                1 => {
                    running.report.read(|_| {});
                    if running.report.bytes.ends_with(b"\n") {
                        running.reported.get_or_insert_with(Instant::now);
                    }
                }
                stream => {
                    let live = self.options.live;
                    running.streams[stream - 2].read(|bytes| {
                        if live {
                            reporter.live(bytes);
                        }
                    });
                }
            }
        }
        let now = Instant::now();
        for at in (0..self.running.len()).rev() {
            if ended[at] {
                let running = self.running.swap_remove(at);
                self.finish(running, reporter)?;
            } else if now >= self.running[at].deadline || self.ends_early() {
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
        running.child.signal(SIGKILL)?;
        let exit = running.child.wait()?;
        wat_kernel::end_orphans();
        let Running {
            index,
            mut report,
            streams,
            started,
            reported,
            is_late,
            limit,
            ..
        } = running;
        report.drain(|_| {});
        let live = self.options.live;
        let [stdout, stderr] = streams.map(|stream| {
            stream.finish(|bytes| {
                if live {
                    reporter.live(bytes);
                }
            })
        });
        if self.ends_early() {
            let _ = std::fs::remove_dir_all(own_directory(index));
            return Ok(());
        }
        let record: Value = serde_json::from_slice(&report.bytes).unwrap_or(Value::Null);
        let end = reported.unwrap_or_else(Instant::now);
        let slot = &self.slots[index];
        let (status, failure) = judge(
            slot.case,
            &record,
            exit,
            is_late.then_some(limit),
            self.options.deny_leaks,
        );
        if !(self.options.keep_tmp && status.is_failure()) {
            // Most tests have none.
            let _ = std::fs::remove_dir_all(own_directory(index));
        }
        let choices = failure
            .as_ref()
            .and_then(|failure| failure["property"]["choices"].as_array())
            .filter(|_| self.options.persist && status == Status::Failed);
        if let Some(choices) = choices.filter(|choices| !choices.is_empty()) {
            let choices: Vec<u64> = choices.iter().filter_map(Value::as_u64).collect();
            let file = self.options.directory.join(&slot.case.path);
            regressions::remember(&file, &slot.case.test.name, &choices)?;
        }
        let outcome = Outcome {
            status,
            failure,
            duration_us: end.duration_since(started).as_micros() as u64,
            stdout,
            stderr,
            leaks: leaks(&record),
            attempt: slot.attempts,
            flaky: slot.failed_once && status == Status::Passed,
            reason: None,
            limit_ms: limit.as_millis() as u64,
        };
        self.settle(index, outcome);
        Ok(())
    }

    /// Whether the test is over, or to be run again.
    fn settle(&mut self, index: usize, outcome: Outcome) {
        let options = self.options;
        let slot = &mut self.slots[index];
        let failed = outcome.status.is_failure();
        slot.failed_once |= failed && options.repeat <= 1;
        let again = match failed {
            true if options.repeat > 1 => false,
            true => slot.attempts <= options.retries,
            false => {
                slot.left -= 1;
                slot.left > 0
            }
        };
        if again {
            self.waiting.push_front(index);
            return;
        }
        self.failures += usize::from(failed);
        slot.outcome = Some(outcome);
    }
}

/// The directory that a test has for itself.
fn own_directory(index: usize) -> PathBuf {
    std::env::temp_dir().join(format!("wat-test-{}-{index}", std::process::id()))
}
