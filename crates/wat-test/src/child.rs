//! What happens in the child of a test: the test is called, and one record tells how it ended.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Value, json};
use wat_analysis::{RootDatabase, TestKind};
use wat_driver::{
    FailurePlaces, LinkedProgram, Place, ProgramHost, ProgramLauncher, Sources, failure_places,
};
use wat_edn::Edn;
use wat_kernel::{ChildIo, Interest};
use wat_runtime::{
    Failure, FailureKind, Host, Launcher, Machine, PropertyOutcome, Reader, SourceError, Streams,
};

use crate::doc::run_example;
use crate::find::TestCase;
use crate::json::{diff, map};
use crate::regressions;

/// How many descriptors a test may have open (§9.8.2).
const DESCRIPTORS: u64 = 1024;

/// What a child needs to know.
pub(crate) struct Work<'a> {
    pub db: &'a RootDatabase,
    pub case: &'a TestCase,
    /// What it hands on to programs that it starts.
    pub launcher: &'a ProgramLauncher,
    /// The directory that the test runs in.
    pub directory: &'a PathBuf,
    /// The directory that the test has for itself, once it asks for one.
    pub own: PathBuf,
    /// The seed of the test.
    pub seed: u64,
    /// The seed of the run.
    pub run_seed: u64,
}

/// The world around a test: that of a program, with variables of its own.
#[derive(Clone)]
struct Surroundings {
    inner: ProgramHost,
    variables: [(&'static str, String); 3],
    /// The directory of the test, made when it is asked for.
    own: PathBuf,
}

impl Host for Surroundings {
    fn stdout(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.inner.stdout(bytes)
    }

    fn stderr(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.inner.stderr(bytes)
    }

    fn stdin(&mut self) -> Option<Arc<Reader>> {
        self.inner.stdin()
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
        self.share()
    }

    fn env(&mut self, name: &str) -> Option<String> {
        if name == "WAT_TEST_TMP" {
            fs::create_dir_all(&self.own).ok()?;
            return Some(self.own.to_str()?.to_owned());
        }
        let own = self.variables.iter().find(|(key, _)| *key == name);
        own.map(|(_, value)| value.clone())
            .or_else(|| std::env::var(name).ok())
    }
}

/// Runs the test of a child; the status that the child ends with.
pub(crate) fn work(work: &Work<'_>, mut io: ChildIo) -> i32 {
    let Some(report) = io.kept().pop() else {
        return 3;
    };
    let _ = std::env::set_current_dir(work.directory);
    wat_kernel::limit_process(DESCRIPTORS);
    // Orphans of this test are not those of another one. Without it they reach the runner too early.
    let _ = wat_kernel::adopt_orphans();
    let record = run(work);
    let mut line = record.to_string();
    line.push('\n');
    i32::from(report.write_all(line.as_bytes()).is_err())
}

/// Ends the evaluation when the process is asked to stop.
fn watch(handle: wat_runtime::InterruptHandle) {
    let Some(shutdown) = wat_kernel::process::shutdown() else {
        return;
    };
    let watcher = move || {
        if wat_kernel::poll(&[(shutdown, Interest::Read)], None).is_ok() {
            handle.raise();
        }
    };
    // Without the thread a test that takes too long is killed without telling where it was.
    let _ = wat_kernel::thread::spawn("wat:watcher", Some(64 << 10), watcher);
}

fn run(work: &Work<'_>) -> Value {
    let (db, case) = (work.db, work.case);
    if let Some(example) = &case.example {
        return json!({ "failure": run_example(example, work.launcher) });
    }
    let program = LinkedProgram::new();
    program.lend(db, case.file);
    let launcher = ProgramLauncher {
        arguments: ["wat".to_owned(), case.path.clone()].into(),
        ..work.launcher.clone()
    }
    .of(db, case.file);
    let host = Surroundings {
        inner: launcher.host(Streams::standard()),
        variables: [
            ("WAT_TEST", "1".to_owned()),
            ("WAT_TEST_NAME", case.test.name.to_string()),
            ("WAT_TEST_SEED", work.seed.cast_signed().to_string()),
        ],
        own: work.own.clone(),
    };
    let mut machine = Machine::new(program.clone(), host, work.launcher.limits);
    machine.configure(wat_driver::settings(db, case.file));
    watch(machine.interrupt());
    if let Err(failure) = program.start(&mut machine) {
        return json!({ "failure": told(work, &failure, Some("Startup")) });
    }
    // What the thread of the test waits with, here and below, is not the test's to close.
    let _ = machine.prepare_waits();
    let known = regressions::known(&work.directory.join(&case.path), &case.test.name);
    wat_runtime::seed_properties(work.run_seed, known);
    let before = open_ends();
    let outcome = machine.call(&case.test.name);
    machine.rest();
    let after = open_ends();
    let left: Vec<u64> = after
        .iter()
        .zip(before)
        .map(|(after, before)| after.saturating_sub(before))
        .collect();
    let failure = match outcome {
        Err(failure) if failure.kind == FailureKind::Interrupted => {
            let frames = failure_places(db, case.file, &failure, &mut Sources::default());
            return json!({ "interrupted": frames_of(&frames) });
        }
        Err(failure) => told(work, &failure, None),
        Ok(result) => match wat_edn::read(&result.render()) {
            Ok(result) => returned(work, &result, machine.caught()),
            Err(_) => malformed("it is no result of a test"),
        },
    };
    let property = wat_runtime::property_outcome().filter(|_| case.test.kind == TestKind::Property);
    let failure = match &property {
        Some(property) => falsified(failure, property),
        None => failure,
    };
    let labels = property.map_or(Value::Null, |property| labels(&property));
    json!({ "failure": failure, "leaks": left, "labels": labels })
}

fn labels(property: &PropertyOutcome) -> Value {
    let labels = property.labels.iter();
    let labels = labels.map(|(name, count)| (name.clone(), Value::from(*count)));
    match property.labels.is_empty() {
        true => Value::Null,
        false => json!({ "cases": property.cases, "labels": Value::Object(labels.collect()) }),
    }
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
        "seed": property.seed,
        "case": property.case,
        "choices": property.choices,
        "counterexample": Value::Object(values.collect()),
        "labels": labels(property)["labels"],
    });
    failure
}

/// Threads, children and descriptors of this process. Bells, rings and handles of children are the machine's own.
fn open_ends() -> [u64; 3] {
    let entries = |path: &str| fs::read_dir(path).into_iter().flatten().flatten();
    let is_own = |entry: &fs::DirEntry| {
        let target = fs::read_link(entry.path()).unwrap_or_default();
        target
            .as_os_str()
            .as_encoded_bytes()
            .starts_with(b"anon_inode:")
    };
    [
        entries("/proc/self/task").count() as u64,
        wat_kernel::live_children().len() as u64,
        entries("/proc/self/fd")
            .filter(|entry| !is_own(entry))
            .count() as u64,
    ]
}

fn place(place: &Place) -> Value {
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

fn field<'e>(value: &'e Edn, key: &str) -> Option<&'e Edn> {
    let body = match value {
        Edn::Tagged(_, body) => body,
        value => value,
    };
    let Edn::Map(entries) = body else { return None };
    let is_key = |it: &Edn| matches!(it, Edn::Keyword(text) if &**text == key);
    entries
        .iter()
        .find(|(it, _)| is_key(it))
        .map(|(_, value)| value)
}

fn string(value: Option<&Edn>) -> Option<&str> {
    match value? {
        Edn::Str(text) => Some(text),
        _ => None,
    }
}

/// The failure of a result: what the machine has caught says more than the value.
fn returned<'f>(work: &Work<'_>, result: &Edn, caught: impl Iterator<Item = &'f Failure>) -> Value {
    let failure = match field(result, ":failure") {
        None => return malformed("it has no field `failure`"),
        Some(Edn::Nil) => return Value::Null,
        Some(failure) => failure,
    };
    let Some(message) = string(field(failure, ":message")) else {
        return malformed("its failure has no message");
    };
    let program = LinkedProgram::new();
    program.lend(work.db, work.case.file);
    let same = |caught: &&Failure| {
        let described = wat_runtime::Program::describe(&program, caught);
        let compared = caught.compared.as_deref();
        described.message == message
            && compared.and_then(|it| it.actual.as_deref()) == string(field(failure, ":actual"))
            && compared.and_then(|it| it.expected.as_deref()) == string(field(failure, ":expected"))
    };
    match caught.filter(same).last() {
        Some(caught) => told(work, caught, None),
        None => foreign(failure, message),
    }
}

/// A failure that came from elsewhere: another process, or made by hand.
fn foreign(failure: &Edn, message: &str) -> Value {
    let text = |key| string(field(failure, key));
    let compares = text(":actual").is_some() || text(":expected").is_some();
    let code = message.get(..7).filter(|code| {
        code.starts_with("WAT") && code[3..].bytes().all(|byte| byte.is_ascii_digit())
    });
    let (kind, code) = match code {
        Some(code) if compares => ("AssertionFailed", code),
        Some(code) => ("RuntimeError", code),
        None if compares || message.ends_with(" failed") => ("AssertionFailed", "WAT8516"),
        None => ("Panic", "WAT8517"),
    };
    let number = |value: &Edn, key| match field(value, key) {
        Some(Edn::Int(number)) => Value::from(*number),
        _ => Value::Null,
    };
    let at = field(failure, ":location").filter(|at| !matches!(at, Edn::Nil));
    let at = at.map_or(Value::Null, |at| {
        map([
            ("file", string(field(at, ":file")).into()),
            ("line", number(at, ":line")),
            ("col", number(at, ":col")),
        ])
    });
    map([
        ("kind", kind.into()),
        ("code", code.into()),
        ("message", message.into()),
        ("location", at),
        ("actual", text(":actual").into()),
        ("expected", text(":expected").into()),
    ])
}
