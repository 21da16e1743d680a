//! What happens in the child of a test: the test is called, and one record tells how it ended.

use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use wat_analysis::{RootDatabase, TestKind};
use wat_driver::{
    FailurePlaces, LinkedProgram, Place, ProgramHost, ProgramImage, ProgramLauncher, Sources,
    failure_places,
};
use wat_edn::Edn;
use wat_kernel::Fd;
use wat_runtime::{
    Failure, FailureKind, Host, InterruptHandle, Launcher, Machine, PropertyCase, PropertyOutcome,
    Reader, SourceError, Streams, Turn,
};

use crate::doc::run_example;
use crate::find::TestCase;
use crate::foreign::{field, foreign, string};
use crate::json::{diff, map};
use crate::regressions;
use crate::replay::tell;
use crate::streams::CAPTURED;

/// How many descriptors a test may have open (§9.8.2).
pub(crate) const DESCRIPTORS: usize = 1024;
/// How long threads that a test in the process of the runner has left may go on.
const PATIENCE: Duration = Duration::from_millis(100);
/// Where the failure is in the result of a test.
const FAILURE: usize = 2;
/// The status of a child that cannot tell anything.
const NO_REPORT: i32 = 3;

/// The report of a test that passed and left nothing behind.
pub(crate) const PASSED: &[u8] = b"{\"failure\":null,\"alone\":true}\n";

/// What a child needs to know.
pub(crate) struct Work<'a> {
    pub db: &'a RootDatabase,
    pub case: &'a TestCase,
    /// The program of the test; an example has its own.
    pub program: Option<Template<'a>>,
    /// When it was started.
    pub started: Instant,
    /// What it hands on to programs that it starts.
    pub launcher: &'a ProgramLauncher,
    /// The directory that the test runs in, and whether it is this process's already.
    pub directory: &'a Path,
    pub is_there: bool,
    /// Does the test have an environment that says little?
    pub is_clean: bool,
    /// The test as its program sees it.
    pub context: Option<TestContext>,
    /// The seed of the run.
    pub run_seed: u64,
    /// The only case of a property that is to run.
    pub again: Option<PropertyCase>,
}

/// The program of a test, as far as it can be made ready before the test is forked.
pub(crate) struct Template<'a> {
    pub image: &'a ProgramImage,
    pub machine: Option<&'a mut TestMachine>,
}

/// The machine that tests of a file run on, each on its own copy.
pub(crate) type TestMachine = Machine<LinkedProgram, Surroundings>;

/// A test as its program sees it.
pub(crate) struct TestContext {
    /// Its name, with the colon.
    pub name: Arc<str>,
    /// Its seed.
    pub seed: u64,
    /// What no other run has, the number of the test among those that are run, and how often it was.
    pub place: (u64, usize, u32),
}

impl TestContext {
    /// The directory that the test has for itself, once it asks for one.
    pub fn own(&self) -> PathBuf {
        let (run, index, attempt) = self.place;
        std::env::temp_dir().join(format!("wat-test-{run:016x}-{index}-{attempt}"))
    }
}

/// The test of this process.
static CONTEXT: OnceLock<TestContext> = OnceLock::new();
/// What ends its evaluation.
static HANDLE: OnceLock<InterruptHandle> = OnceLock::new();

/// Whether the test has asked for its directory.
static ASKED: AtomicBool = AtomicBool::new(false);

/// The machine for the tests of a file.
pub(crate) fn machine_for(
    db: &RootDatabase,
    case: &TestCase,
    image: &ProgramImage,
    launcher: &ProgramLauncher,
    inside: Option<Arc<Inside>>,
) -> TestMachine {
    let limits = launcher.limits;
    let arguments = ["wat".to_owned(), case.path.clone()].into();
    let launcher = launcher.with_arguments(arguments).of(db, case.file);
    let host = Surroundings {
        inner: launcher.host(Streams::standard()),
        inside,
    };
    image.machine(host, limits)
}

/// A test that runs in the process of the runner, and what it has written: output and complaints.
pub(crate) struct Inside {
    context: TestContext,
    written: Turn<[Vec<u8>; 2]>,
}

impl Inside {
    fn write(&self, stream: usize, bytes: &[u8]) -> io::Result<()> {
        self.written.take()[stream].extend_from_slice(bytes);
        Ok(())
    }
}

/// The world around a test: that of a program, with variables of its own.
#[derive(Clone)]
pub(crate) struct Surroundings {
    inner: ProgramHost,
    inside: Option<Arc<Inside>>,
}

impl Host for Surroundings {
    fn stdout(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &self.inside {
            Some(inside) => inside.write(0, bytes),
            None => self.inner.stdout(bytes),
        }
    }

    fn stderr(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &self.inside {
            Some(inside) => inside.write(1, bytes),
            None => self.inner.stderr(bytes),
        }
    }

    fn stdin(&mut self) -> Option<Arc<Reader>> {
        match &self.inside {
            Some(_) => None,
            None => self.inner.stdin(),
        }
    }

    fn launcher(&self) -> Option<Arc<dyn Launcher>> {
        self.inner.launcher()
    }

    fn read_source(&mut self, path: &str) -> Result<String, SourceError> {
        self.inner.read_source(path)
    }

    fn arguments(&mut self) -> Vec<String> {
        self.inner.arguments()
    }

    fn share(&self) -> Box<dyn Host> {
        Box::new(self.clone())
    }

    fn forked(&self) -> Box<dyn Host> {
        Box::new(Surroundings {
            inner: self.inner.clone(),
            inside: None,
        })
    }

    fn env(&mut self, name: &str) -> Option<String> {
        let inside = self.inside.as_ref().map(|inside| &inside.context);
        let own = inside.or(CONTEXT.get()).and_then(|test| match name {
            "WAT_TEST" => Some("1".to_owned()),
            "WAT_TEST_NAME" => Some(test.name.to_string()),
            "WAT_TEST_SEED" => Some(test.seed.cast_signed().to_string()),
            "WAT_TEST_TMP" => {
                if inside.is_none() {
                    ASKED.store(true, Relaxed);
                }
                let own = test.own();
                fs::create_dir_all(own.parent()?).ok()?;
                let made = fs::DirBuilder::new().mode(0o700).create(&own);
                let is_there = |error: io::Error| error.kind() == io::ErrorKind::AlreadyExists;
                if !made.map_or_else(is_there, |()| true) {
                    return None;
                }
                Some(own.to_str()?.to_owned())
            }
            _ => None,
        });
        match name {
            "WAT_TEST_TMP" => own,
            _ => own.or_else(|| std::env::var(name).ok()),
        }
    }
}

/// Ends the evaluation when the process is asked to stop, from when it watches its signals.
pub(crate) fn attended() {
    if let Some(handle) = HANDLE.get() {
        std::mem::forget(wat_kernel::process::on_shutdown(|| handle.raise()));
    }
}

/// Runs the test of a child; the status that the child ends with.
pub(crate) fn work(work: &mut Work<'_>, report: Fd) -> i32 {
    if let Some(context) = work.context.take() {
        let _ = CONTEXT.set(context);
    }
    if work.is_clean {
        clean_environment();
    }
    if !work.is_there {
        let _ = std::env::set_current_dir(work.directory);
    }
    let report = Report {
        to: report,
        started: work.started,
    };
    run(work, &report)
}

/// The environment is the same for everybody (§9.8.2).
fn clean_environment() {
    let inherited = ["PATH", "HOME", "TMPDIR"].map(|name| (name, std::env::var(name)));
    let inherited = inherited.iter();
    let mut all: Vec<(&str, &str)> = inherited
        .filter_map(|(name, value)| Some((*name, value.as_deref().ok()?)))
        .collect();
    all.extend([("TZ", "UTC"), ("LANG", "C.UTF-8")]);
    wat_kernel::process::replace_environment(&all);
}

/// Where a child tells how its test has ended.
struct Report {
    to: Fd,
    started: Instant,
}

impl Report {
    /// Writes the record and ends the process: what the test leaves in memory goes with it.
    fn tell(&self, mut record: Value) -> ! {
        record["us"] = (self.started.elapsed().as_micros() as u64).into();
        // Whoever has started no process leaves none behind.
        record["alone"] = (!wat_kernel::has_forked()).into();
        let mut line = record.to_string();
        line.push('\n');
        self.write(line.as_bytes())
    }

    fn write(&self, line: &[u8]) -> ! {
        let status = i32::from(self.to.write_all(line).is_err());
        wat_kernel::process::exit(status)
    }
}

/// Runs the test and tells how it ended. The status of a child that cannot.
fn run(work: &mut Work<'_>, report: &Report) -> i32 {
    let case = work.case;
    let template = match (&case.example, work.program.take()) {
        (Some(example), _) => {
            report.tell(json!({ "failure": run_example(example, work.launcher) }));
        }
        (None, Some(template)) => template,
        (None, None) => return NO_REPORT,
    };
    let Template { image, machine } = template;
    let mut own = None;
    let machine = match machine {
        Some(machine) => machine,
        None => own.insert(machine_for(work.db, case, image, work.launcher, None)),
    };
    let _ = HANDLE.set(machine.interrupt());
    if let Err(failure) = image.start(machine) {
        report.tell(json!({ "failure": told(work, &failure, Some("Startup")) }));
    }
    let is_property = case.test.kind == TestKind::Property;
    let mut regressions = 0;
    if is_property {
        let known = regressions::known(&work.directory.join(&case.path), &case.test.name);
        regressions = known.len();
        wat_runtime::seed_properties(work.run_seed, known);
        let to = report.to.borrow();
        wat_runtime::watch_properties(move |news| tell(to, &news));
        if let Some(case) = work.again.take() {
            wat_runtime::replay_property(case);
        }
    }
    let outcome = machine.call(&case.test.name);
    machine.rest();
    let is_plain = !is_property
        && !ASKED.load(Relaxed)
        && !wat_kernel::has_forked()
        && !wat_kernel::has_opened()
        && !wat_kernel::thread::has_spawned();
    if is_plain
        && let Ok(result) = &outcome
        && result.has_none_at(FAILURE)
    {
        report.write(PASSED);
    }
    let left = left_open(&report.to);
    let mut record = record_of(work, image, machine, outcome);
    record["leaks"] = json!(left);
    record["regressions"] = regressions.into();
    report.tell(record)
}

/// What a test that ran in the process of the runner has come to, and what it wrote.
pub(crate) fn run_inside(mut work: Work<'_>) -> (Value, [Vec<u8>; 2]) {
    let case = work.case;
    if let Some(example) = &case.example {
        let record = json!({ "failure": run_example(example, work.launcher) });
        return (record, Default::default());
    }
    let (Some(template), Some(context)) = (work.program.take(), work.context.take()) else {
        return (Value::Null, Default::default());
    };
    let inside = Arc::new(Inside {
        context,
        written: Turn::default(),
    });
    let image = template.image;
    let host = Some(inside.clone());
    let mut machine = machine_for(work.db, case, image, work.launcher, host);
    let handle = machine.interrupt();
    let watch = wat_kernel::process::on_shutdown(move || handle.raise());
    let record = match image.start(&mut machine) {
        Err(failure) => json!({ "failure": told(&work, &failure, Some("Startup")) }),
        Ok(()) => {
            let known = match case.test.kind {
                TestKind::Property => {
                    regressions::known(&work.directory.join(&case.path), &case.test.name)
                }
                _ => Vec::new(),
            };
            wat_runtime::seed_properties(work.run_seed, known);
            let children = wat_kernel::live_children().len();
            let before = wat_kernel::open_descriptors::<DESCRIPTORS>();
            let outcome = machine.call(&case.test.name);
            machine.rest();
            let others = machine.threads().saturating_sub(1);
            let children = wat_kernel::live_children().len().saturating_sub(children);
            let opened = match (before, wat_kernel::open_descriptors::<DESCRIPTORS>()) {
                (Ok(before), Ok(now)) => {
                    let fds = now.iter().zip(before).enumerate();
                    let new = fds.filter(|&(_, (is_open, was_open))| *is_open && !was_open);
                    new.filter(|&(fd, _)| !is_of_machine(fd)).count()
                }
                _ => 0,
            };
            let mut record = record_of(&work, image, &machine, outcome);
            record["leaks"] = json!([others, children, opened]);
            record
        }
    };
    drop(watch);
    machine.end(PATIENCE);
    let written = std::mem::take(&mut *inside.written.take());
    (record, written)
}

/// The record of a test that was called.
fn record_of(
    work: &Work<'_>,
    image: &ProgramImage,
    machine: &TestMachine,
    outcome: Result<wat_runtime::Value, Failure>,
) -> Value {
    let is_property = work.case.test.kind == TestKind::Property;
    let mut captured = [Value::Null, Value::Null];
    let failure = match outcome {
        Err(failure) if failure.kind == FailureKind::Interrupted => {
            let sources = &mut Sources::default();
            let frames = failure_places(work.db, work.case.file, &failure, sources);
            return json!({ "interrupted": frames_of(&frames) });
        }
        Err(failure) => told(work, &failure, None),
        Ok(result) => match wat_edn::read(&result.render()) {
            Ok(result) => {
                captured = lines_of(&result);
                returned(work, image, &result, machine.caught())
            }
            Err(_) => malformed("it is no result of a test"),
        },
    };
    let property = wat_runtime::property_outcome().filter(|_| is_property);
    let failure = match &property {
        Some(property) => falsified(failure, property),
        None => failure,
    };
    let key = property.as_ref().map(|property| property.key.clone());
    let labels = property.map_or(Value::Null, |property| labels(&property));
    let [stdout, stderr] = captured;
    json!({ "failure": failure, "labels": labels, "key": key, "stdout": stdout, "stderr": stderr })
}

/// What a program that the test ran in another process has written, as far as the result of the test tells it: lines,
/// no more than are kept of what a test writes itself.
fn lines_of(result: &Edn) -> [Value; 2] {
    [":stdout", ":stderr"].map(|key| {
        let Some(Edn::Vector(lines)) = field(result, key) else {
            return Value::Null;
        };
        let mut text = String::new();
        for line in lines {
            text.push_str(string(Some(line)).unwrap_or_default());
            text.push('\n');
            if text.len() > CAPTURED {
                break;
            }
        }
        match text.is_empty() {
            true => Value::Null,
            false => text.into(),
        }
    })
}

fn labels(property: &PropertyOutcome) -> Value {
    let labels = property.labels.iter();
    let labels = labels.map(|(name, count)| (name.clone(), Value::from(*count)));
    match property.labels.is_empty() {
        true => Value::Null,
        false => json!({ "cases": property.cases, "labels": Value::Object(labels.collect()) }),
    }
}

/// The failure of a property of which a case ended the child.
pub(crate) fn fatal(mut failure: Value, case: &TestCase, property: &PropertyOutcome) -> Value {
    let last = failure["message"].as_str().unwrap_or_default();
    let name = case.test.name.trim_start_matches(':');
    failure["message"] = property.message(name, last).into();
    falsified(failure, property)
}

/// The failure of a property: WAT8907, or WAT8908 if it has hardly run.
fn falsified(mut failure: Value, property: &PropertyOutcome) -> Value {
    if !property.is_falsified && !property.is_exhausted {
        return failure;
    }
    let code = match property.is_exhausted {
        true => "WAT8908",
        false => "WAT8907",
    };
    let values = property.counterexample.iter();
    let values = values.map(|(name, value)| (name.clone(), Value::from(value.as_str())));
    failure["kind"] = "Property".into();
    failure["code"] = code.into();
    failure["property"] = json!({
        "cases": property.cases,
        "discards": property.discards,
        "shrinks": property.shrinks,
        "seed": format!("{:#x}", property.seed),
        "case": property.case,
        "choices": property.choices,
        "counterexample": Value::Object(values.collect()),
        "labels": labels(property)["labels"],
    });
    failure
}

/// Bells, rings and handles of children are the machine's own.
fn is_of_machine(fd: usize) -> bool {
    let target = fs::read_link(format!("/proc/self/fd/{fd}")).unwrap_or_default();
    let target = target.as_os_str().as_encoded_bytes();
    target.starts_with(b"anon_inode:")
}

/// Threads, children and descriptors that this process has beyond those that it was started with.
fn left_open(report: &Fd) -> [u64; 3] {
    let threads = match wat_kernel::thread::has_spawned() {
        false => 0,
        true => {
            let tasks = fs::read_dir("/proc/self/task").into_iter().flatten();
            let own = 1 + usize::from(wat_kernel::process::has_attended());
            tasks.count().saturating_sub(own)
        }
    };
    let is_given = |fd: usize| fd <= 2 || fd == report.raw() as usize;
    let open = match wat_kernel::has_opened() {
        false => Vec::new(),
        true => wat_kernel::open_descriptors::<DESCRIPTORS>().unwrap_or_default(),
    };
    let opened = open.iter().enumerate();
    let opened = opened.filter(|&(fd, is_open)| *is_open && !is_given(fd) && !is_of_machine(fd));
    [
        threads as u64,
        wat_kernel::live_children().len() as u64,
        opened.count() as u64,
    ]
}

pub(crate) fn place(place: &Place) -> Value {
    let ((line, col), (end_line, end_col)) = (place.start(), place.end());
    json!({
        "file": place.source().path(),
        "line": line,
        "col": col,
        "end-line": end_line,
        "end-col": end_col,
    })
}

fn frames_of(places: &FailurePlaces) -> Value {
    let frame = |(symbol, at): &(String, Option<Place>)| {
        let start = at.as_ref().map(Place::start);
        map([
            ("symbol", symbol.as_str().into()),
            ("file", at.as_ref().map(|at| at.source().path()).into()),
            ("line", start.map(|it| it.0).into()),
            ("col", start.map(|it| it.1).into()),
        ])
    };
    Value::Array(places.frames.iter().map(frame).collect())
}

/// The map of a failure of the machine.
fn told(work: &Work<'_>, failure: &Failure, kind: Option<&str>) -> Value {
    let places = failure_places(work.db, work.case.file, failure, &mut Sources::default());
    let compared = failure.compared.as_deref().cloned().unwrap_or_default();
    let difference = match (&compared.actual_value, &compared.expected_value) {
        (Some(actual), Some(expected)) => diff(actual, expected),
        _ => Value::Null,
    };
    let kind = kind.unwrap_or(match (failure.kind, failure.code) {
        (FailureKind::Panic, 8516) => "AssertionFailed",
        (FailureKind::Panic, _) => "Panic",
        _ => "RuntimeError",
    });
    map([
        ("kind", kind.into()),
        (
            "code",
            (failure.code > 0)
                .then(|| format!("WAT{}", failure.code))
                .into(),
        ),
        ("message", failure.message.as_str().into()),
        ("location", places.at.as_ref().map_or(Value::Null, place)),
        ("actual", compared.actual.into()),
        ("expected", compared.expected.into()),
        ("actual-value", compared.actual_value.into()),
        ("expected-value", compared.expected_value.into()),
        ("diff", difference),
        ("frames", frames_of(&places)),
    ])
}

/// WAT8909.
fn malformed(why: &str) -> Value {
    map([
        ("kind", "MalformedResult".into()),
        ("code", "WAT8909".into()),
        (
            "message",
            format!("the result of the test is malformed: {why}").into(),
        ),
    ])
}

/// The failure of a result: what the machine has caught says more than the value.
fn returned<'f>(
    work: &Work<'_>,
    image: &ProgramImage,
    result: &Edn,
    caught: impl Iterator<Item = &'f Failure>,
) -> Value {
    let failure = match field(result, ":failure") {
        None => return malformed("it has no field `failure`"),
        Some(Edn::Nil) => return Value::Null,
        Some(failure) => failure,
    };
    let Some(message) = string(field(failure, ":message")) else {
        return malformed("its failure has no message");
    };
    let same = |caught: &&Failure| {
        let described = wat_runtime::Program::describe(image.program(), caught);
        let compared = caught.compared.as_deref();
        described.message == message
            && compared.and_then(|it| it.actual.as_deref()) == string(field(failure, ":actual"))
            && compared.and_then(|it| it.expected.as_deref()) == string(field(failure, ":expected"))
    };
    let caught: Vec<&Failure> = caught.collect();
    if let Some(caught) = caught.iter().copied().rfind(same) {
        return told(work, caught, None);
    }
    let mut returned = foreign(work, failure, message);
    // A property says with words of its own what was caught where it stands.
    let at = &returned["location"];
    let is_there = |place: &Value| {
        ["file", "line", "col"]
            .iter()
            .all(|key| place[key] == at[key])
    };
    let sources = &mut Sources::default();
    let mut places = caught.into_iter().rev().filter_map(|caught| {
        let places = failure_places(work.db, work.case.file, caught, sources);
        places.at.as_ref().map(place)
    });
    if let Some(whole) = places.find(is_there).filter(|_| !at.is_null()) {
        returned["location"] = whole;
    }
    returned
}
