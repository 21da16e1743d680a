//! What children ask of the system before their runtime begins (05 §8.2): with a filter that permits nothing but the
//! table of the kernel, and on the real path as `strace` sees it.
//!
//! The filter is there in builds for tests only (the feature `confine` of `wat-kernel`). A child that it confines ends
//! where its runtime would begin, and says so with its status.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::{Command, Stdio};

use wat_kernel::branch_calls;

use super::super::support::{Dir, Ran, command, main_of};
use crate::reference::root;

/// The status of a confined child whose runtime would begin.
const ARRIVED: i32 = 77;

/// One way in which processes are made.
struct Kind {
    name: &'static str,
    text: String,
    arguments: &'static [&'static str],
    /// How many children there are.
    children: usize,
}

const RUN: &[&str] = &["run", "--in-process", "main.wat"];

const HELP: &str = "(:wat::core::defn :my::told [chain <- :wat::kernel::ProcessPanics] -> :wat::core::String
  (:wat::kernel::ProcessDiedError/message (:wat::core::Option/expect -> :wat::kernel::ProcessDiedError (:wat::core::last chain) \"a death\")))
(:wat::core::defn :my::joined [p <- :wat::kernel::Process<wat::core::nil,wat::core::nil>] -> :wat::core::String
  (:wat::core::match (:wat::kernel::Process/drain-and-join p) -> :wat::core::String
    ((:wat::core::Ok _) \"well\")
    ((:wat::core::Err chain) (:my::told chain))))
(:wat::core::defn :my::item [r <- :wat::core::Result<wat::core::i64,wat::kernel::ProcessPanics>] -> :wat::core::String
  (:wat::core::match r -> :wat::core::String
    ((:wat::core::Ok _) \"well\")
    ((:wat::core::Err chain) (:my::told chain))))
(:wat::core::defn :my::ran [r <- :wat::kernel::RunResult] -> :wat::core::String
  (:wat::core::match (:wat::kernel::RunResult/failure r) -> :wat::core::String
    ((:wat::core::Some f) (:wat::kernel::Failure/message f))
    (:wat::core::None \"well\")))
(:wat::core::defn :my::same [n <- :wat::core::i64] -> :wat::core::i64 n)
";

const FORMS: &str =
    "(:wat::core::forms (:wat::core::defn :user::main [] -> :wat::core::nil :wat::core::nil))";
const SOURCE: &str =
    "\"(:wat::core::defn :user::main [] -> :wat::core::nil :wat::core::nil)\" :wat::core::None";

/// Every way in which processes are made.
fn kinds() -> Vec<Kind> {
    let program = |name, children, body: &str| Kind {
        name,
        text: format!(
            "{HELP}{}",
            main_of(&format!("(:wat::kernel::println {body})"))
        ),
        arguments: RUN,
        children,
    };
    let joined = |verb: &str, of: &str| format!("(:my::joined (:wat::kernel::{verb} {of}))");
    let ran = |verb: &str, scope: &str| {
        format!(
            "(:my::ran (:wat::kernel::{verb} {FORMS} (:wat::core::Vector :wat::core::String){scope}))"
        )
    };
    let peer = ":wat::kernel::ProcessPeer<wat::core::nil,wat::core::nil>";
    vec![
        program(
            "fork-with-forms",
            1,
            &format!(
                "(:wat::kernel::wait-child (:wat::kernel::ForkedChild/handle (:wat::kernel::fork-with-forms {FORMS})))"
            ),
        ),
        program("spawn-process", 1, &joined("spawn-process", FORMS)),
        program("fork-program-ast", 1, &joined("fork-program-ast", FORMS)),
        program("fork-program", 1, &joined("fork-program", SOURCE)),
        program("run-hermetic-ast", 1, &ran("run-hermetic-ast", "")),
        program(
            "run-sandboxed-hermetic-ast",
            1,
            &ran("run-sandboxed-hermetic-ast", " (:wat::core::Some \".\")"),
        ),
        program(
            "run-processes, workers",
            2,
            "(:wat::core::map (:wat::kernel::run-processes-results (:wat::core::range 0 2) :my::same 2) :my::item)",
        ),
        program(
            "run-processes, programs",
            2,
            &format!(
                "(:wat::kernel::run-processes (:wat::core::fn [a <- {peer} b <- {peer}] -> :wat::core::i64 7) {FORMS} {FORMS})"
            ),
        ),
        Kind {
            name: "wat run",
            text: main_of(":wat::core::nil"),
            arguments: &["run", "main.wat"],
            children: 1,
        },
        Kind {
            name: "wat test",
            text: "(:wat::test::deftest :t::a () (:wat::test::assert-eq 1 1))
                   (:wat::test::deftest :t::b () (:wat::test::assert-eq 1 1))"
                .to_owned(),
            arguments: &["test", "--format", "json", "-j", "2", "main.wat"],
            children: 2,
        },
    ]
}

/// The command whose self-test forks; it does not tell how its children end.
fn doctor() -> Kind {
    Kind {
        name: "wat doctor",
        text: String::new(),
        arguments: &["doctor", "--format", "json"],
        children: 2,
    }
}

/// What a command says and returns where its children are confined.
fn confined(kind: &Kind, how: &str) -> Ran {
    let dir = Dir::with(&[("main.wat", &kind.text)]);
    let mut command = command(&dir);
    command
        .args(["--set", "concurrency.allow-raw-spawn=true"])
        .args(kind.arguments)
        .env("WAT_CONFINE_CHILDREN", how)
        .stdin(Stdio::null());
    command.output().expect("the binary runs").into()
}

/// Checks that the children of every kind of command end with this status: it is that of the command, or told by it in
/// one of these ways.
fn every_child_ends(how: &str, status: i32, told: &[&str]) {
    for kind in kinds() {
        let ran = confined(&kind, how);
        let text = format!("{}{}", ran.stdout, ran.stderr);
        let is_told = ran.status == status
            || ran.stdout == format!("{status}\n")
            || told.iter().any(|words| text.contains(words));
        assert!(is_told, "{}: {} {text}", kind.name, ran.status);
    }
}

#[test]
fn every_kind_of_child_comes_to_its_runtime_with_the_calls_of_the_list() {
    every_child_ends("1", ARRIVED, &["process exited 77", "with status 77 "]);
}

#[test]
fn a_call_outside_of_the_list_is_caught_in_every_kind_of_child() {
    let caught = [
        "killed by signal 31",
        "ended by signal 31",
        "process exited 159",
    ];
    every_child_ends("mistake", 128 + libc::SIGSYS, &caught);
}

#[test]
fn the_documentation_lists_the_same_calls_with_the_same_reasons() {
    let text = fs::read_to_string(root().join("docs/kernel-properties.md")).expect("text");
    let table = text.split("## The child's branch").nth(1);
    let table = table.and_then(|rest| rest.split("\n## ").next());
    let rows: Vec<&str> = table
        .expect("the section is there")
        .lines()
        .filter(|line| line.starts_with("| `"))
        .collect();
    let expected: Vec<String> = branch_calls()
        .iter()
        .map(|call| {
            let made = match call.functions {
                [] => "inside of `fork`".to_owned(),
                names => format!("`{}`", names.join("`, `")),
            };
            format!("| `{}` | {made} | {} |", call.name, call.why)
        })
        .collect();
    assert_eq!(rows, expected);
}

/// What `strace` says of a command and all that it starts; nothing where nobody can be traced.
fn traced(kind: &Kind) -> Option<String> {
    let dir = Dir::with(&[("main.wat", &kind.text)]);
    let binary = std::env::var_os("WAT_TRACED").unwrap_or(env!("CARGO_BIN_EXE_wat").into());
    let trace = dir.path().join("trace");
    let status = Command::new("strace")
        .args(["-f", "-qq", "-s", "0", "-o"])
        .arg(&trace)
        .arg(binary)
        .args(["--set", "concurrency.allow-raw-spawn=true"])
        .args(kind.arguments)
        .current_dir(dir.path())
        .env("XDG_STATE_HOME", dir.path().join("state"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .ok()?;
    assert!(status.success(), "{}: {status}", kind.name);
    fs::read_to_string(trace).ok()
}

fn can_trace() -> bool {
    let ran = Command::new("strace")
        .args(["-o", "/dev/null", "true"])
        .stderr(Stdio::null())
        .status();
    ran.is_ok_and(|status| status.success())
}

/// The name and the arguments of a call in a line of a trace.
fn call(line: &str) -> Option<(&str, &str)> {
    if let Some(rest) = line.strip_prefix("<... ") {
        return rest.split_once(" resumed>");
    }
    let (name, rest) = line.split_once('(')?;
    let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_name.then_some((name, rest))
}

/// Does the runtime of a child begin with this call: the descriptor that wakes its warden, or signals that come through?
fn begins_runtime((name, arguments): (&str, &str)) -> bool {
    let lets_through = arguments
        .strip_prefix("SIG_SETMASK, ")
        .is_some_and(|set| !set.starts_with('~'));
    name == "eventfd2" || (name == "rt_sigprocmask" && lets_through)
}

/// The children of a trace, each with its calls before its runtime begins, and whether it does.
fn branches(trace: &str) -> BTreeMap<&str, (Vec<&str>, bool)> {
    let mut found: BTreeMap<&str, (Vec<&str>, bool)> = BTreeMap::new();
    // A child may be seen before the call that made it is seen to return.
    let mut threads = BTreeSet::new();
    let mut starting: BTreeMap<&str, bool> = BTreeMap::new();
    for line in trace.lines() {
        let Some((pid, rest)) = line.split_once(' ') else {
            continue;
        };
        let Some((name, arguments)) = call(rest.trim_start()) else {
            continue;
        };
        let branch = found.entry(pid).or_default();
        if !branch.1 {
            branch.1 = begins_runtime((name, arguments));
            if !branch.1 && !rest.trim_start().starts_with('<') {
                branch.0.push(name);
            }
        }
        if !["clone", "clone3", "fork", "vfork"].contains(&name) {
            continue;
        }
        if !rest.trim_start().starts_with('<') {
            starting.insert(pid, arguments.contains("CLONE_THREAD"));
        }
        if let Some((_, made)) = rest.rsplit_once(" = ")
            && starting.get(pid) == Some(&true)
        {
            threads.insert(made.split(' ').next().unwrap_or_default());
        }
    }
    // The first is the command itself.
    let first = trace.split(' ').next().unwrap_or_default();
    found.retain(|pid, _| *pid != first && !threads.contains(pid));
    found
}

#[test]
fn on_the_real_path_children_make_the_calls_of_the_list() {
    if !can_trace() {
        crate::reference::show("strace is not there, or nobody may be traced: not looked at");
        return;
    }
    let permitted: BTreeSet<&str> = branch_calls().iter().map(|call| call.name).collect();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for kind in kinds().into_iter().chain([doctor()]) {
        let trace = traced(&kind).expect("there is a trace");
        let branches = branches(&trace);
        let of_kernel = branches.values().filter(|(_, begins)| *begins);
        assert!(of_kernel.count() >= kind.children, "{}", kind.name);
        for (pid, (calls, begins)) in &branches {
            let wrong: Vec<_> = calls.iter().filter(|it| !permitted.contains(*it)).collect();
            assert!(wrong.is_empty(), "{} {pid}: {wrong:?}", kind.name);
            // One that only measures what a fork costs has no runtime.
            let is_bare = calls.last() == Some(&"exit_group");
            assert!(*begins || is_bare, "{} {pid}: {calls:?}", kind.name);
            for name in calls {
                *seen.entry((*name).to_owned()).or_default() += 1;
            }
        }
    }
    crate::reference::show(&format!("calls of children before their runtime: {seen:?}"));
    assert!(seen["close_range"] > 10);
}

#[test]
fn what_a_trace_says_is_read_by_process() {
    let trace = "1 execve(\"wat\") = 0
1 clone(child_stack=0x1, flags=CLONE_VM|CLONE_THREAD, parent_tid=[2], tls=0x2, child_tidptr=0x3) = 2
2 mmap(NULL, 4) = 0x1
1 clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD <unfinished ...>
3 setpgid(0, 0 <unfinished ...>
1 <... clone resumed>, child_tidptr=0x1) = 3
3 <... setpgid resumed>)  = 0
3 rt_sigprocmask(SIG_SETMASK, ~[KILL STOP], NULL, 8) = 0
3 getpid() = 3
3 eventfd2(0, EFD_CLOEXEC) = 3
3 mmap(NULL, 4) = 0x1
";
    let found = branches(trace);
    let calls = ["setpgid", "rt_sigprocmask", "getpid"];
    assert_eq!(found, BTreeMap::from([("3", (calls.to_vec(), true))]));
}

/// How often what is started by a run of so many empty tests asks the system for what, beside memory.
fn calls_of_tests(count: usize) -> BTreeMap<String, usize> {
    let tests =
        (0..count).map(|n| format!("(:wat::test::deftest :t::test-{n} () :wat::core::nil)\n"));
    let kind = Kind {
        name: "empty tests",
        text: tests.collect(),
        arguments: &[
            "test",
            "-j",
            "1",
            "--no-persist",
            "--format=json=report",
            "main.wat",
        ],
        children: count,
    };
    let trace = traced(&kind).expect("there is a trace");
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    for line in trace.lines() {
        let call = line
            .split_once(' ')
            .and_then(|(_, rest)| call(rest.trim_start()));
        // The second half of a call is the same call, and what is written to the report is its own matter.
        let is_new = |line: &str| !line.contains("<... ");
        if let Some((name, _)) = call.filter(|_| is_new(line)) {
            *found.entry(name.to_owned()).or_default() += 1;
        }
    }
    found
}

/// What a test that does nothing costs is mostly what is asked of the system for it, and what memory is copied.
#[test]
fn a_test_that_does_nothing_asks_little_of_the_system() {
    if !can_trace() {
        crate::reference::show("strace is not there, or nobody may be traced: not looked at");
        return;
    }
    const MORE: usize = 40;
    let (few, many) = (calls_of_tests(20), calls_of_tests(20 + MORE));
    let more = many.iter().map(|(name, count)| {
        let before = few.get(name).copied().unwrap_or(0);
        (&**name, count.saturating_sub(before) as f64 / MORE as f64)
    });
    let each: BTreeMap<&str, f64> = more.filter(|(_, count)| *count > 0.2).collect();
    crate::reference::show(&format!("calls for each test: {each:?}"));
    let most = |name: &str| each.get(name).copied().unwrap_or(0.0);
    // Its pipes are those of the test before, and of what it has opened it closes the one for its end.
    assert_eq!(
        (most("pipe2"), most("mmap"), most("openat")),
        (0.0, 0.0, 0.0),
        "{each:?}"
    );
    assert!(most("close") < 1.5 && most("read") < 1.5, "{each:?}");
    // How often the runner wakes depends on who has a processor: at most for each of what a child tells, the end of its
    // pipes, its end and the signal of that.
    let waits = most("ppoll");
    assert!(waits < 6.0, "{each:?}");
    assert!(each.values().sum::<f64>() - waits < 30.0, "{each:?}");
}
