//! What happens in the child of an example: its steps are called one by one.

use std::io;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use wat_analysis::{Code, Diagnostic, RootDatabase, Severity, SourceText, all_program_diagnostics};
use wat_driver::{
    DocBlock, DocPlace, DocStep, DocWant, LinkedProgram, ProgramHost, ProgramLauncher, Sources,
    load_text,
};
use wat_runtime::{Failure, Host, Launcher, Machine, Program, SourceError, Streams};

use crate::json::map;

/// An example and where it stands.
#[derive(Clone, Debug)]
pub struct DocTest {
    /// The path, as reports have it.
    pub path: String,
    /// The path under which the program is loaded.
    pub name: String,
    /// The text that it belongs to; empty in Markdown.
    pub base: String,
    /// The example.
    pub block: DocBlock,
}

/// The world around an example: what it prints is kept.
#[derive(Clone)]
struct Surroundings {
    inner: ProgramHost,
    printed: Arc<Mutex<Vec<u8>>>,
}

impl Host for Surroundings {
    fn stdout(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Ok(mut printed) = self.printed.lock() {
            printed.extend_from_slice(bytes);
        }
        Ok(())
    }

    fn stderr(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.inner.stderr(bytes)
    }

    fn launcher(&self) -> Option<Arc<dyn Launcher>> {
        self.inner.launcher()
    }

    fn read_source(&mut self, path: &str) -> Result<String, SourceError> {
        self.inner.read_source(path)
    }

    fn share(&self) -> Box<dyn Host> {
        Box::new(self.clone())
    }
}

/// WAT8911.
fn mismatch(test: &DocTest, place: DocPlace, message: String, sides: [Option<String>; 2]) -> Value {
    let [actual, expected] = sides;
    map([
        ("kind", "Doctest".into()),
        ("code", "WAT8911".into()),
        ("message", message.into()),
        (
            "location",
            json!({
                "file": test.path, "line": place.line, "col": place.col,
                "end-line": place.end_line, "end-col": place.end_col,
            }),
        ),
        ("actual", actual.into()),
        ("expected", expected.into()),
    ])
}

/// The failure of an example, or null.
pub fn run_example(test: &DocTest, launcher: &ProgramLauncher) -> Value {
    if let Some(fault) = &test.block.fault {
        let mut failure = mismatch(test, fault.place, fault.message.clone(), [None, None]);
        failure["code"] = Code(fault.code).to_string().into();
        return failure;
    }
    let place = |failure: &Value| {
        let at = &failure["location"];
        (at["line"].as_u64(), at["col"].as_u64())
    };
    // What stands first is told.
    let failures = [rejections(test, launcher), evaluated(test, launcher)];
    let first = failures.into_iter().flatten().min_by_key(place);
    first.unwrap_or(Value::Null)
}

fn errors(db: &RootDatabase, file: wat_analysis::SourceFile) -> Vec<Diagnostic> {
    let mut found = all_program_diagnostics(db, file);
    found.retain(|it| it.severity == Severity::Error);
    found
}

fn loaded(
    test: &DocTest,
    launcher: &ProgramLauncher,
    text: &str,
) -> (RootDatabase, wat_analysis::SourceFile) {
    let mut db = RootDatabase::new();
    db.set_options(launcher.options.clone());
    let text = SourceText::new(text);
    let file = load_text(&mut db, &*launcher.loader, &test.name, text);
    (db, file)
}

/// The text behind which steps stand: it ends with a line feed.
fn base(test: &DocTest) -> String {
    match test.base.is_empty() || test.base.ends_with('\n') {
        true => test.base.clone(),
        false => format!("{}\n", test.base),
    }
}

/// What must be rejected, and is not.
fn rejections(test: &DocTest, launcher: &ProgramLauncher) -> Option<Value> {
    for (index, step) in test.block.steps.iter().enumerate() {
        let Some((place, code)) = step.rejected() else {
            continue;
        };
        let text = format!("{}{}", base(test), test.block.rejected_program(index));
        let (db, file) = loaded(test, launcher, &text);
        let found = errors(&db, file);
        if !found.iter().any(|it| it.code.0 == code) {
            let codes: Vec<String> = found.iter().map(|it| it.code.to_string()).collect();
            let actual = match codes.is_empty() {
                true => "accepted".to_owned(),
                false => codes.join(" "),
            };
            let message = "the form is not rejected as the comment says".to_owned();
            return Some(mismatch(
                test,
                place,
                message,
                [Some(actual), Some(format!("WAT{code:04}"))],
            ));
        }
    }
    None
}

/// The first step that does not do what its comments say.
fn evaluated(test: &DocTest, launcher: &ProgramLauncher) -> Option<Value> {
    let (steps, starts) = test.block.program();
    let base = base(test);
    let before = base.matches('\n').count() as u32;
    let (db, file) = loaded(test, launcher, &format!("{base}{steps}"));
    let mut sources = Sources::default();
    if let Some(error) = errors(&db, file).first() {
        let at = sources.place(&db, &error.span).start().0;
        let step = at.checked_sub(before).and_then(|line| {
            let started = starts.iter().take_while(|(start, _)| *start <= line);
            started.last().map(|(_, index)| &test.block.steps[*index])
        });
        let place = step.map_or(test.block.place, first_place);
        let message = format!("{}: {}", error.code, error.message);
        return Some(mismatch(test, place, message, [None, None]));
    }
    let program = LinkedProgram::new();
    program.lend(&db, file);
    let printed: Arc<Mutex<Vec<u8>>> = Arc::default();
    let launcher = launcher.clone().of(&db, file);
    let host = Surroundings {
        inner: launcher.host(Streams::standard()),
        printed: printed.clone(),
    };
    let mut machine = Machine::new(program.clone(), host, launcher.limits);
    machine.configure(wat_driver::settings(&db, file));
    if let Err(failure) = program.start(&mut machine) {
        let message = program.describe(&failure).message;
        return Some(mismatch(test, test.block.place, message, [None, None]));
    }
    for (_, index) in starts {
        let step = &test.block.steps[index];
        if step.declares() {
            continue;
        }
        let outcome = machine.call(&DocBlock::function(index)).map(drop);
        let bytes = printed.lock().map(|mut it| std::mem::take(&mut *it));
        let printed = String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned();
        let failed = judged(test, step, outcome.err().as_ref(), &printed, &program);
        if failed.is_some() {
            return failed;
        }
    }
    None
}

/// Where a step that fails is told of: at its first comment, or where it stands.
fn first_place(step: &DocStep) -> DocPlace {
    step.wants.first().map_or(step.place, |(place, _)| *place)
}

/// What a step does not do.
fn judged(
    test: &DocTest,
    step: &DocStep,
    failure: Option<&Failure>,
    printed: &str,
    program: &LinkedProgram,
) -> Option<Value> {
    let message = failure.map(|failure| program.describe(failure).message);
    let rendered = failure.map(|failure| {
        let mut text = message.clone().unwrap_or_default();
        let compared = failure.compared.as_deref();
        for (label, side) in [
            ("actual", compared.and_then(|it| it.actual.as_ref())),
            ("expected", compared.and_then(|it| it.expected.as_ref())),
        ] {
            if let Some(side) = side {
                text.push_str(&format!("\n{label}: {side}"));
            }
        }
        text
    });
    let fails = step.wants.iter().find_map(|(place, want)| match want {
        DocWant::Fails(text) => Some((*place, text)),
        _ => None,
    });
    match (fails, rendered) {
        (Some((_, text)), Some(rendered)) if rendered.contains(text.as_str()) => return None,
        (Some((place, text)), rendered) => {
            let actual = rendered.unwrap_or_else(|| "no failure".to_owned());
            let message = "the form does not fail as the comment says".to_owned();
            return Some(mismatch(
                test,
                place,
                message,
                [Some(actual), Some(text.clone())],
            ));
        }
        (None, Some(_)) => {
            let place = first_place(step);
            let compared = failure.and_then(|failure| failure.compared.as_deref().cloned());
            let compared = compared.unwrap_or_default();
            let sides = [compared.actual, compared.expected];
            let message = message.unwrap_or_default();
            let message = match message.as_str() {
                "assert-eq failed" if sides[0].is_some() => "the form has another value".to_owned(),
                _ => message,
            };
            return Some(mismatch(test, place, message, sides));
        }
        (None, None) => {}
    }
    let wanted = step.wants.iter().filter_map(|(place, want)| match want {
        DocWant::Prints(text) => Some((*place, text.as_str())),
        _ => None,
    });
    let wanted: Vec<(DocPlace, &str)> = wanted.collect();
    let lines: Vec<&str> = printed.lines().collect();
    let differs = !wanted.is_empty()
        && !wanted
            .iter()
            .map(|(_, text)| *text)
            .eq(lines.iter().copied());
    differs.then(|| {
        let texts: Vec<&str> = wanted.iter().map(|(_, text)| *text).collect();
        let sides = [Some(lines.join("\n")), Some(texts.join("\n"))];
        mismatch(
            test,
            wanted[0].0,
            "the form prints something else".to_owned(),
            sides,
        )
    })
}
