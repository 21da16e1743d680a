//! Every way in which a test can end, and what is left behind.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use super::{NASTY, processes_in, records, report};
use crate::cli::support::{Dir, Ran, children, command, wat as run};

/// Tests that start processes and leave things behind.
const RAW: &str = r#"
(:wat::core::defn :t::spin [] -> :wat::core::nil (:t::spin))
(:wat::core::defn :t::square [n <- :wat::core::i64] -> :wat::core::i64 (:wat::core::* n n))
(:wat::test::deftest :t::forks ()
  (:wat::test::assert-eq (:wat::kernel::run-processes [1 2 3] :t::square) [1 4 9])
  (:wat::test::assert-stdout-is (:wat::test::run-hermetic (:wat::kernel::println 7)) ["7"]))
(:wat::test::deftest :t::abandons ()
  (:wat::core::let
    [child
       (:wat::kernel::spawn-process
         (:wat::core::forms
           (:wat::core::defn :t::spin [] -> :wat::core::nil (:t::spin))
           (:wat::core::defn :user::main [] -> :wat::core::nil (:t::spin))))]
    (:wat::kernel::drop child)))
(:wat::core::defn :t::hold [ends <- :(wat::io::IOWriter,wat::io::IOReader)] -> :wat::core::nil
  (:wat::core::do (:t::spin) (:wat::io::IOWriter/close (:wat::core::first ends))))
(:wat::test::deftest :t::leaks ()
  (:wat::core::let
    [ends (:wat::kernel::pipe)
     thread
       (:wat::kernel::spawn-thread
         (:wat::core::fn
           [_in <- :wat::kernel::Receiver<wat::core::i64>
            _out <- :wat::kernel::Sender<wat::core::i64>]
           -> :wat::core::nil
           (:t::hold ends)))]
    (:wat::kernel::drop thread)))
"#;

#[test]
fn every_end_of_a_test_is_told_exactly_and_nothing_is_left() {
    let dir = Dir::with(&[("t.wat", NASTY), ("raw.wat", RAW)]);
    for jobs in ["1", "4"] {
        let (status, records) = records(
            &dir,
            &[
                "-j",
                jobs,
                "--set",
                "run.stack-limit=16 MiB",
                "--set",
                "concurrency.allow-raw-spawn=true",
                "t.wat",
                "raw.wat",
            ],
        );
        assert_eq!(status, 1);
        assert_eq!(
            report(&records),
            [
                ":t::abandons passed",
                ":t::broken-promise failed WAT8904",
                ":t::by-hand failed WAT8517",
                ":t::errs failed WAT8402",
                ":t::exhausts failed WAT8202",
                ":t::fails failed WAT8516",
                ":t::floods passed",
                ":t::forks passed",
                ":t::hangs timed-out WAT8902",
                ":t::leaks passed",
                ":t::other-failure failed WAT8905",
                ":t::panics failed WAT8516",
                ":t::passes passed",
                ":t::promised passed",
                ":t::skipped ignored",
            ]
        );
        assert_eq!(processes_in(dir.path()), 0);
        let of = |name: &str| {
            let mut found = records.iter().filter(|it| it["event"] == "test-finished");
            found.find(|it| it["name"] == name).expect("it ran").clone()
        };
        let flood = of(":t::floods")["stdout"].as_array().map_or(0, Vec::len);
        assert!((10_000..20_000).contains(&flood), "{flood} lines are kept");
        let fails = of(":t::fails");
        let at = &fails["failure"]["location"];
        assert_eq!(
            (at["line"].as_u64(), at["col"].as_u64()),
            (Some(12), Some(35))
        );
        assert_eq!(fails["failure"]["kind"], "AssertionFailed");
        assert_eq!(fails["failure"]["actual"], "1");
        let late = of(":t::hangs");
        // On a loaded machine the child may be killed before it has told where it was.
        let frames = late["failure"]["frames"].as_array();
        assert!(frames.is_none_or(|frames| frames[0]["symbol"] == ":t::spin"));
        assert!(
            late["duration-us"]
                .as_u64()
                .is_some_and(|took| took < 5_000_000)
        );
        let last = records.last().expect("an end");
        assert_eq!(
            (&last["passed"], &last["failed"], &last["exit"]),
            (&6.into(), &7.into(), &1.into())
        );
        let leaks = &of(":t::leaks")["leaks"];
        assert_eq!(
            (&leaks["threads"], &leaks["descriptors"]),
            (&1.into(), &2.into()),
            "{leaks}"
        );
    }
}

#[test]
fn failed_tests_are_run_again_and_runs_end_early() {
    let dir = Dir::with(&[("t.wat", NASTY)]);
    let (_, again) = records(&dir, &["--retries", "2", "-f", "t::fails", "t.wat"]);
    let finished = again.iter().find(|it| it["event"] == "test-finished");
    assert_eq!(finished.expect("it ran")["attempt"], 3);
    let (_, early) = records(&dir, &["--no-shuffle", "-j", "1", "--fail-fast", "t.wat"]);
    assert_eq!(
        report(&early),
        [
            ":t::fails failed WAT8516",
            ":t::passes passed",
            ":t::skipped ignored"
        ]
    );
    let end = early.last().expect("a record");
    assert_eq!(
        (&end["cancelled"], &end["running"], &end["not-run"]),
        (&true.into(), &Value::Array(Vec::new()), &9.into())
    );
    let told = run(
        &dir,
        &["test", "--no-shuffle", "-j", "1", "--fail-fast", "t.wat"],
    )
    .stdout;
    assert!(
        told.contains("FAILED  1 passed, 1 failed, 1 ignored, 9 not run, 0 filtered out"),
        "{told}"
    );
    let apart = run(&dir, &["test", "--fail-fast", "2", "t.wat"]);
    assert!(
        apart.status == 66 && apart.stderr.contains("`--fail-fast=2`"),
        "{}",
        apart.stderr
    );
}

#[test]
fn leaks_fail_where_they_are_denied() {
    let dir = Dir::with(&[("raw.wat", RAW)]);
    let raw = ["--set", "concurrency.allow-raw-spawn=true", "--deny-leaks"];
    let (status, records) = records(&dir, &[&raw[..], &["-f", "t::leaks", "raw.wat"]].concat());
    assert_eq!(
        (status, report(&records)),
        (1, vec![":t::leaks leaked WAT8906".to_owned()])
    );
}

#[test]
#[allow(unsafe_code)]
fn a_test_that_a_signal_ends_has_crashed() {
    let text = "(:wat::core::defn :t::spin [] -> :wat::core::nil (:t::spin))
(:wat::test::time-limit \"60s\")
(:wat::test::deftest :t::crashes () (:t::spin))";
    let dir = Dir::with(&[("t.wat", text)]);
    let mut command = command(&dir);
    command.args(["test", "--format", "json", "t.wat"]);
    let mut runner = command
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    // The first signal may find a handler that gives the place back to the system's own.
    while runner.try_wait().expect("it is ours").is_none() {
        for child in children(runner.id()) {
            // SAFETY: a signal to a process that the runner has not reaped.
            unsafe { libc::kill(child, libc::SIGSEGV) };
        }
        std::thread::yield_now();
    }
    let ran: Ran = runner.wait_with_output().expect("it has ended").into();
    let finished = ran
        .stdout
        .lines()
        .find(|line| line.contains("test-finished"));
    let finished: Value = serde_json::from_str(finished.expect("a record")).expect("JSON");
    assert_eq!(
        (
            &finished["status"],
            &finished["failure"]["code"],
            &finished["failure"]["signal"]
        ),
        (&"crashed".into(), &"WAT8903".into(), &"SIGSEGV".into())
    );
    assert_eq!(processes_in(dir.path()), 0);
}

#[test]
#[allow(unsafe_code)]
fn an_interrupt_leaves_nothing_behind_that_left_its_group() {
    // The program inside of the test leads a group of its own.
    let text = "(:wat::test::time-limit \"60s\")
(:wat::test::deftest-hermetic :t::spins
  ((:wat::core::defn :t::spin [] -> :wat::core::nil (:t::spin))) (:t::spin))";
    let dir = Dir::with(&[("t.wat", text)]);
    let mut command = command(&dir);
    command.args(["test", "t.wat"]);
    let runner = command
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let inner = loop {
        let inner = children(runner.id()).into_iter().flat_map(children);
        if let Some(inner) = inner.last() {
            break inner;
        }
        std::thread::yield_now();
    };
    // SAFETY: a signal to our child.
    unsafe { libc::kill(runner.id() as i32, libc::SIGINT) };
    let ran: Ran = runner.wait_with_output().expect("it ends").into();
    assert_eq!(ran.status, 130);
    assert!(
        ran.stdout.contains("interrupted  0 passed"),
        "{}",
        ran.stdout
    );
    assert!(!Path::new(&format!("/proc/{inner}")).exists());
    assert_eq!(processes_in(dir.path()), 0);
}

#[test]
#[allow(unsafe_code)]
fn tests_are_told_when_they_start_and_when_they_are_cut() {
    use std::io::{BufRead, BufReader, Read};

    let text = "(:wat::core::defn :t::spin [] -> :wat::core::nil (:t::spin))
(:wat::test::time-limit \"60s\")
(:wat::test::deftest :t::spins () (:t::spin))
(:wat::test::deftest :t::passes () (:wat::test::assert-eq 1 1))";
    let dir = Dir::with(&[("t.wat", text)]);
    let mut command = command(&dir);
    let args = [
        "test",
        "--format",
        "json",
        "--format",
        "plain=r.txt",
        "--no-shuffle",
        "t.wat",
    ];
    let mut runner = command
        .args(args)
        .args(["-j", "2"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut lines = BufReader::new(runner.stdout.take().expect("it is piped"));
    let mut next = || {
        let mut line = String::new();
        lines.read_line(&mut line).expect("a line");
        serde_json::from_str::<Value>(&line).expect("a record")
    };
    assert_eq!(next()["event"], "run-started");
    // Nothing has ended.
    for name in [":t::spins", ":t::passes"] {
        let record = next();
        assert_eq!(
            (&record["event"], &record["name"]),
            (&"test-started".into(), &name.into())
        );
    }
    // SAFETY: a signal to our child.
    unsafe { libc::kill(runner.id() as i32, libc::SIGINT) };
    let mut rest = String::new();
    lines.read_to_string(&mut rest).expect("text");
    let status = runner.wait().expect("it ends");
    assert_eq!(status.code(), Some(130));
    let last: Value = serde_json::from_str(rest.lines().last().expect("an end")).expect("JSON");
    assert_eq!(
        (&last["event"], &last["exit"]),
        (&"run-finished".into(), &130.into())
    );
    assert_eq!(last["running"][0], "t.wat#:t::spins");
    let human = fs::read_to_string(dir.path().join("r.txt")).expect("a report");
    let (before, after) = human
        .split_once("\nstill running:\n")
        .expect("what was cut");
    assert!(!before.contains(":t::spins"), "{human}");
    assert!(
        after.contains("  t.wat#:t::spins\n") && after.contains("\ninterrupted  "),
        "{human}"
    );
}

#[test]
fn a_stream_in_memory_belongs_to_the_body_that_made_it() {
    let text = "(:wat::core::defn :t::line [r <- :wat::io::IOReader] -> :wat::core::nil
  (:wat::test::assert-eq (:wat::io::IOReader/read-line r) (:wat::core::Some \"one\")))
(:wat::test::deftest :t::own ()
  (:t::line (:wat::io::IOReader/from-string \"one\")))
(:wat::test::deftest :t::inside ()
  (:wat::core::let [r (:wat::io::IOReader/from-string \"one\")
                    ran (:wat::test::run-thread (:t::line r))
                    failure (:wat::test::assert-some (:wat::kernel::RunResult/failure ran))]
    (:wat::test::assert-contains (:wat::kernel::Failure/message failure) \"WAT8417\")
    (:t::line r)))
(:wat::test::deftest :t::panics ()
  (:wat::core::let [w (:wat::io::IOWriter/new)]
    (:wat::test::assert-panics \"WAT8417\" (:wat::io::IOWriter/print w \"x\"))
    (:wat::test::assert-panics \"boom\" (:wat::test::fail \"boom\"))
    (:wat::io::IOWriter/print w \"y\")
    (:wat::test::assert-eq (:wat::io::IOWriter/to-string w) (:wat::core::Some \"y\"))))";
    let dir = Dir::with(&[("t.wat", text)]);
    let (_, records) = records(&dir, &[]);
    assert_eq!(
        report(&records),
        [":t::inside passed", ":t::own passed", ":t::panics passed"]
    );
}

#[test]
fn a_pattern_that_is_none_is_told_where_it_is_written() {
    let run = "(:wat::test::run-hermetic (:wat::kernel::eprintln 1))";
    let text = format!(
        "(:wat::test::deftest :t::given ()
  (:wat::core::let [p \"(\"] (:wat::test::assert-stderr-matches {run} p)))"
    );
    let dir = Dir::with(&[("t.wat", &*text)]);
    let (_, given) = records(&dir, &["t.wat"]);
    let given = given.iter().find(|it| it["event"] == "test-finished");
    let failure = &given.expect("a record")["failure"];
    assert_eq!(
        (&failure["kind"], &failure["location"]["line"]),
        (&"RuntimeError".into(), &2.into())
    );
    let text = format!("(:wat::test::deftest :t::a () (:wat::test::assert-stderr-matches {run} \"(\"))
(:wat::test::deftest :t::b () (:wat::test::assert-true (:wat::test::any-line-matches \"(\" [\"a\"])))");
    let dir = Dir::with(&[("t.wat", &*text)]);
    let (_, records) = records(&dir, &["t.wat"]);
    let invalid = records.iter().find(|it| it["event"] == "file-invalid");
    let codes = invalid.and_then(|it| it["diagnostics"].as_array());
    let codes: Vec<&Value> = codes.into_iter().flatten().map(|it| &it["code"]).collect();
    assert_eq!(codes, ["WAT3407", "WAT3407"]);
}
