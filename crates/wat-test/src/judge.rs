//! What a run of a test comes to: its status and its failure.

use std::time::Duration;

use serde_json::{Value, json};
use wat_analysis::{Code, code_info};
use wat_kernel::Exit;

use crate::find::TestCase;
use crate::json::map;
use crate::outcome::Status;

const SIGABRT: i32 = 6;

/// What a test left behind, if it did.
pub(crate) fn leaks(record: &Value) -> Option<[u64; 3]> {
    let counts = record["leaks"].as_array()?;
    let mut left = [0; 3];
    for (count, value) in left.iter_mut().zip(counts) {
        *count = value.as_u64()?;
    }
    (left != [0; 3]).then_some(left)
}

/// A failure that the runner states.
fn stated(kind: &str, code: u16, message: String) -> Value {
    map([
        ("kind", kind.into()),
        ("code", format!("WAT{code}").into()),
        ("message", message.into()),
    ])
}

/// How a test has ended, as far as the runner knows.
pub(crate) struct Told<'a> {
    /// What its child reported.
    pub record: &'a Value,
    pub exit: Exit,
    /// The limit of its time, if it has passed.
    pub late: Option<Duration>,
    pub stderr: &'a [u8],
    /// Bytes of memory that it might have.
    pub memory: u64,
}

impl Told<'_> {
    /// Was it refused memory that it could not go on without? Whoever is aborts, and these are the words of the standard
    /// library, which may be followed by advice.
    fn lacked_memory(&self) -> bool {
        let words = String::from_utf8_lossy(self.stderr);
        let is_refusal = |line: &str| {
            line.strip_prefix("memory allocation of ")
                .and_then(|line| line.strip_suffix(" bytes failed"))
                .is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
        };
        self.exit == Exit::Signal(SIGABRT) && words.lines().any(is_refusal)
    }
}

/// Status and failure of a run.
pub(crate) fn judge(case: &TestCase, told: &Told<'_>, deny_leaks: bool) -> (Status, Option<Value>) {
    let test = &case.test;
    let record = told.record;
    if record.get("failure").is_none() {
        if told.lacked_memory() {
            let most = told.memory;
            let message = format!("the test asked for more memory than it may have: {most} bytes");
            let mut failure = stated("Crash", 8910, message);
            failure["signal"] = json!(signal_name(SIGABRT));
            return (Status::Crashed, Some(failure));
        }
        if let Some(limit) = told.late {
            let mut failure = stated(
                "Timeout",
                8902,
                format!("the test took longer than {} ms", limit.as_millis()),
            );
            if let Some(frames) = record.get("interrupted") {
                failure["frames"] = frames.clone();
            }
            return (Status::TimedOut, Some(failure));
        }
        let (what, key, number) = match told.exit {
            Exit::Signal(signal) => (
                format!("the test was ended by {}", signal_name(signal)),
                "signal",
                json!(signal_name(signal)),
            ),
            Exit::Code(code) => (
                format!("the test ended with status {code} and without a report"),
                "exit-code",
                json!(code),
            ),
        };
        let mut failure = stated("Crash", 8903, what);
        failure[key] = number;
        return (Status::Crashed, Some(failure));
    }
    let failure = Some(&record["failure"]).filter(|failure| !failure.is_null());
    // A property whose body fails is a failure of the body with a counterexample.
    let can_be_promised = |failure: &&Value| match failure["kind"].as_str() {
        Some("AssertionFailed" | "Panic" | "RuntimeError") => true,
        Some("Property") => failure["code"] == "WAT8907",
        _ => false,
    };
    let (status, failure) = match (&test.should_panic, failure) {
        (None, None) => (Status::Passed, None),
        (None, Some(failure)) => (Status::Failed, Some(failure.clone())),
        (Some(text), None) => {
            let mut failure = stated(
                "ShouldPanic",
                8904,
                format!("the test promises to fail with `{text}`, and did not fail"),
            );
            failure["should-panic"] = json!(&**text);
            (Status::Failed, Some(failure))
        }
        (Some(text), Some(failure)) => {
            let rendered = rendered(failure);
            match rendered.contains(&**text) && can_be_promised(&failure) {
                true => (Status::Passed, None),
                false => {
                    let how = match rendered.contains(&**text) {
                        true => "but a failure of this kind is none of the test",
                        false => "and failed otherwise",
                    };
                    let message = format!("the test promises to fail with `{text}`, {how}");
                    let mut told = stated("ShouldPanic", 8905, message);
                    told["location"] = failure["location"].clone();
                    told["actual"] = json!(rendered);
                    told["expected"] = json!(&**text);
                    told["should-panic"] = json!(&**text);
                    (Status::Failed, Some(told))
                }
            }
        }
    };
    if status == Status::Passed
        && deny_leaks
        && let Some([threads, processes, descriptors]) = leaks(record)
    {
        let counted = |count: u64, one: &str, many: &str| match count {
            1 => format!("1 {one}"),
            count => format!("{count} {many}"),
        };
        let message = format!(
            "the test left {}, {} and {} behind",
            counted(threads, "thread", "threads"),
            counted(processes, "process", "processes"),
            counted(descriptors, "descriptor", "descriptors")
        );
        return (Status::Leaked, Some(stated("Leak", 8906, message)));
    }
    (status, failure)
}

/// A failure as `should-panic` searches it.
pub(crate) fn rendered(failure: &Value) -> String {
    let mut text = failure["message"].as_str().unwrap_or_default().to_owned();
    let code = failure["code"]
        .as_str()
        .and_then(|code| code.strip_prefix("WAT"));
    let code = code.and_then(|code| code.parse().ok()).map(Code);
    // As the message of the failure says it to programs; an assertion and a value that is raised have no code there.
    if let Some(info) = code
        .filter(|code| !matches!(code.0, 8516 | 8517))
        .and_then(code_info)
    {
        text = format!("{} {}: {text}", info.code, info.name);
    }
    for key in ["actual", "expected"] {
        if let Some(value) = failure[key].as_str() {
            text.push_str(&format!("\n{key}: {value}"));
        }
    }
    let at = &failure["location"];
    if let (Some(file), Some(line), Some(col)) =
        (at["file"].as_str(), at["line"].as_u64(), at["col"].as_u64())
    {
        text.push_str(&format!("\n{file}:{line}:{col}"));
    }
    text
}

fn signal_name(signal: i32) -> String {
    const NAMES: [(i32, &str); 12] = [
        (1, "SIGHUP"),
        (2, "SIGINT"),
        (3, "SIGQUIT"),
        (4, "SIGILL"),
        (6, "SIGABRT"),
        (7, "SIGBUS"),
        (8, "SIGFPE"),
        (9, "SIGKILL"),
        (11, "SIGSEGV"),
        (13, "SIGPIPE"),
        (14, "SIGALRM"),
        (15, "SIGTERM"),
    ];
    let known = NAMES.iter().find(|(number, _)| *number == signal);
    known.map_or_else(
        || format!("signal {signal}"),
        |(_, name)| (*name).to_owned(),
    )
}
