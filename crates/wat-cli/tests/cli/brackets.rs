//! `run-processes`: workers in forked children, whole programs as partners of a coordinator.
#![allow(unsafe_code)]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdout, Stdio};

use super::kernel::numbers;
use super::support::{Dir, Ran, children, command, main_of, wat};

fn run(text: &str) -> Ran {
    let dir = Dir::with(&[("main.wat", text)]);
    wat(&dir, &["run", "main.wat"])
}

fn prints(text: &str, expected: &str) {
    let ran = run(text);
    assert_eq!(
        (ran.status, ran.stdout.as_str(), ran.stderr.as_str()),
        (0, expected, ""),
        "{text}"
    );
}

const WORK: &str = "(:wat::core::defn :my::square [n <- :wat::core::i64] -> :wat::core::i64 (:wat::core::* n n))
(:wat::core::defn :my::inverse [n <- :wat::core::i64] -> :wat::core::i64 (:wat::core::i64::/'2 100 n))
(:wat::core::defn :my::say [n <- :wat::core::i64] -> :wat::core::nil
  (:wat::core::do (:wat::kernel::println n) (:wat::kernel::eprintln n)))
(:wat::core::defn :my::root [chain <- :wat::kernel::ProcessPanics] -> :wat::core::String
  (:wat::kernel::ProcessDiedError/message (:wat::core::Option/expect -> :wat::kernel::ProcessDiedError (:wat::core::last chain) \"a death\")))
(:wat::core::defn :my::show [r <- :wat::core::Result<wat::core::i64,wat::kernel::ProcessPanics>] -> :wat::core::String
  (:wat::core::match r -> :wat::core::String
    ((:wat::core::Ok n) (:wat::core::i64::to-string n))
    ((:wat::core::Err chain) (:my::root chain))))
";

fn program(body: &str) -> String {
    format!("{WORK}{}", main_of(body))
}

#[test]
fn results_have_the_order_of_the_items_whatever_the_limit() {
    let count = numbers(60, 1000);
    let squares: Vec<String> = (0..count).map(|n| (n * n).to_string()).collect();
    let expected = format!("[{}]\n", squares.join(" "));
    for limit in numbers(vec![1, 2, 5, 16], (1..=16).collect()) {
        prints(
            &program(&format!(
                "(:wat::kernel::println (:wat::kernel::run-processes (:wat::core::range 0 {count}) :my::square {limit}))"
            )),
            &expected,
        );
    }
    prints(
        &program(
            "(:wat::kernel::println (:wat::kernel::run-processes (:wat::core::Vector :wat::core::i64) :my::square))",
        ),
        "[]\n",
    );
}

#[test]
fn a_worker_holds_what_its_work_captures() {
    prints(
        &program(
            "(:wat::core::let [base (:wat::core::string::repeat \"x\" 3)
                words (:wat::kernel::run-processes (:wat::core::Vector :wat::core::String \"a\" \"b\")
                        (:wat::core::fn [s <- :wat::core::String] -> :wat::core::String (:wat::core::string::concat base s)))]
               (:wat::kernel::println words))",
        ),
        "[\"xxxa\" \"xxxb\"]\n",
    );
}

#[test]
fn the_lines_of_a_worker_come_out_whole_and_once() {
    let ran = run(&program(
        "(:wat::kernel::println (:wat::core::length (:wat::kernel::run-processes (:wat::core::range 0 40) :my::say 4)))",
    ));
    for (stream, last) in [(&ran.stdout, Some("40")), (&ran.stderr, None)] {
        let mut lines: Vec<&str> = stream.lines().collect();
        if last.is_some() {
            assert_eq!(lines.pop(), last);
        }
        lines.sort_by_key(|line| line.parse::<u32>().expect("a whole line"));
        let expected: Vec<String> = (0..40).map(|n| n.to_string()).collect();
        assert_eq!(lines, expected);
    }
}

#[test]
fn the_first_death_ends_the_form_and_is_told_once() {
    let ran = run(&program(
        "(:wat::kernel::println (:wat::kernel::run-processes (:wat::core::Vector :wat::core::i64 1 0 2 0) :my::inverse 2))",
    ));
    assert_eq!((ran.status, ran.stdout.as_str()), (2, ""));
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
    let start = "#wat.kernel/ProcessPanics [#wat.kernel.ProcessDiedError/Panic [\"run-processes: item 1 died: main.wat:2:";
    assert!(ran.stderr.starts_with(start), "{}", ran.stderr);
    let root = "#wat.kernel.ProcessDiedError/RuntimeError [\"main.wat:2:";
    assert!(ran.stderr.contains(root), "{}", ran.stderr);
}

#[test]
fn the_smallest_index_that_fails_is_told_whatever_fails() {
    // Items fail by chance; each form runs on a thread of its own, whose death says which item it was.
    let fails = |trial: u64, item: u64| (trial * 7919 + item * 104_729 + trial * item) % 11 < 2;
    let trials = numbers(8, 1000);
    let text = program(&format!(
        "(:wat::core::for-each (:wat::core::range 0 {trials})
           (:wat::core::fn [t <- :wat::core::i64] -> :wat::core::nil
             (:wat::core::do (:my::trial (:wat::core::fn [_n <- :wat::core::i64] -> :wat::core::i64 (:wat::core::length (:wat::kernel::run-threads (:wat::core::range 0 12) (:my::work t) 3))))
                             (:my::trial (:wat::core::fn [_n <- :wat::core::i64] -> :wat::core::i64 (:wat::core::length (:wat::kernel::run-processes (:wat::core::range 0 12) (:my::work t) 3)))))))"
    )) + "
(:wat::core::defn :my::work [t <- :wat::core::i64] -> :wat::core::Fn(wat::core::i64)->wat::core::i64
  (:wat::core::fn [n <- :wat::core::i64] -> :wat::core::i64
    (:wat::core::if (:wat::core::< (:wat::core::i64::rem (:wat::core::+ (:wat::core::* t 7919) (:wat::core::* n 104729) (:wat::core::* t n)) 11) 2) -> :wat::core::i64
      (:wat::core::i64::/'2 1 (:wat::core::- n n)) n)))
(:wat::core::defn :my::trial [form <- :wat::core::Fn(wat::core::i64)->wat::core::i64] -> :wat::core::nil
  (:wat::core::match (:wat::kernel::Thread/drain-and-join (:wat::kernel::spawn-thread
      (:wat::core::fn [_i <- :wat::kernel::Receiver<wat::core::nil> _o <- :wat::kernel::Sender<wat::core::nil>] -> :wat::core::nil
        (:wat::core::let [_ (form 0)] :wat::core::nil)))) -> :wat::core::nil
    ((:wat::core::Ok _) (:wat::kernel::println \"well\"))
    ((:wat::core::Err chain) (:wat::kernel::println (:wat::kernel::ThreadDiedError/message (:wat::core::Option/expect -> :wat::kernel::ThreadDiedError (:wat::core::first chain) \"a death\"))))))";
    let dir = Dir::with(&[("main.wat", &text)]);
    let ran = wat(
        &dir,
        &[
            "--set",
            "concurrency.allow-raw-spawn=true",
            "run",
            "main.wat",
        ],
    );
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    let mut lines = ran.stdout.lines();
    for trial in 0..trials {
        let first = (0..12).find(|item| fails(trial, *item));
        for form in ["run-threads", "run-processes"] {
            let expected = match first {
                Some(item) => format!("\"{form}: item {item} died: "),
                None => "\"well\"".to_owned(),
            };
            let line = lines.next().expect("a line");
            assert!(
                line.starts_with(&expected),
                "{trial}: {line}, not {expected}"
            );
        }
    }
    assert_eq!(lines.next(), None);
}

/// A pipe with a name. Whoever opens it to write waits until somebody opens it to read.
fn named_pipe(path: &std::path::Path) {
    use std::os::unix::ffi::OsStrExt;
    let path = std::ffi::CString::new(path.as_os_str().as_bytes()).expect("a path");
    // SAFETY: the path ends in a zero byte.
    assert_eq!(unsafe { libc::mkfifo(path.as_ptr(), 0o600) }, 0);
}

#[test]
fn as_many_items_as_the_limit_says_are_in_progress_and_never_more() {
    // Each item says that it has begun, and ends when its pipe is read. It is read when as many as may be have begun.
    for (form, limit, count) in [
        ("run-threads", 1, 3),
        ("run-threads", 4, 11),
        ("run-threads", 16, 5),
        ("run-processes", 1, 3),
        ("run-processes", 4, 11),
        ("run-processes", 16, 5),
    ] {
        let text = program(&format!(
            "(:wat::kernel::println (:wat::core::length (:wat::kernel::{form} (:wat::core::range 0 {count}) :my::begin {limit})))"
        )) + "
(:wat::core::defn :my::begin [n <- :wat::core::i64] -> :wat::core::i64
  (:wat::core::let [_ (:wat::kernel::println n)
                    to (:wat::io::IOWriter/open-file (:wat::core::string::concat \"go-\" (:wat::core::i64::to-string n)))
                    _ (:wat::io::IOWriter/close to)]
    n))";
        let mut running = start(&text);
        let mut begun = Vec::new();
        let mut ended = 0;
        for number in 0..count {
            named_pipe(&running._dir.path().join(format!("go-{number}")));
        }
        while ended < count {
            let most = limit.min(count - ended);
            while begun.len() < most {
                begun.push(running.line());
            }
            // Who would have begun beside them, says so before the form ends, and then there are too many lines.
            let first = begun.remove(0);
            let go = running._dir.path().join(format!("go-{first}"));
            drop(fs::File::open(go).expect("the item opens its side"));
            ended += 1;
        }
        assert_eq!(running.line(), count.to_string());
        running.ends_well();
    }
}

#[test]
fn every_item_has_a_result_where_deaths_are_results() {
    prints(
        &program(
            "(:wat::kernel::println (:wat::core::map
               (:wat::kernel::run-processes-results (:wat::core::Vector :wat::core::i64 1 0 2 0 5)
                 (:wat::core::fn [n <- :wat::core::i64] -> :wat::core::i64
                   (:wat::core::if (:wat::core::= n 0) -> :wat::core::i64
                     (:wat::kernel::assertion-failed! \"none\" :wat::core::None :wat::core::None)
                     (:my::inverse n))) 2)
               :my::show))",
        ),
        "[\"100\" \"none\" \"50\" \"none\" \"20\"]\n",
    );
}

#[test]
fn a_limit_below_one_is_refused() {
    let ran = run(&program(
        "(:wat::kernel::println (:wat::kernel::run-processes (:wat::core::range 0 4) :my::square 0))",
    ));
    assert_eq!(ran.status, 1);
    assert!(ran.stderr.contains("WAT8520"), "{}", ran.stderr);
}

#[test]
fn brackets_nest_and_workers_run_threads() {
    prints(
        &program(
            "(:wat::kernel::println (:wat::kernel::run-processes (:wat::core::range 1 4)
               (:wat::core::fn [n <- :wat::core::i64] -> :wat::core::Vector<wat::core::i64>
                 (:wat::core::concat
                   (:wat::kernel::run-threads (:wat::core::range 0 n) :my::square 2)
                   (:wat::kernel::run-processes (:wat::core::range 0 n) :my::square 2))) 2))",
        ),
        "[[0 0] [0 1 0 1] [0 1 4 0 1 4]]\n",
    );
}

#[test]
fn a_worker_that_waits_for_nobody_is_reported() {
    let ran = run(&program(
        "(:wat::kernel::println (:wat::kernel::run-processes (:wat::core::range 0 2)
           (:wat::core::fn [n <- :wat::core::i64] -> :wat::core::i64
             (:wat::core::let [[tx rx] (:wat::kernel::make-bounded-channel :wat::core::i64 1)
                 got (:wat::kernel::recv rx)]
               (:wat::core::match got -> :wat::core::i64
                 ((:wat::core::Ok _) (:wat::core::do (:wat::kernel::drop tx) n))
                 ((:wat::core::Err _) 0))))))",
    ));
    assert_eq!(ran.status, 2);
    assert!(ran.stderr.contains("item 0 died: "), "{}", ran.stderr);
    assert!(ran.stderr.contains("WAT8525"), "{}", ran.stderr);
}

const PEER: &str = ":wat::kernel::ProcessPeer<wat::core::i64,wat::core::String>";

fn coordinated(coordinator: &str, programs: &[&str]) -> String {
    let programs: Vec<String> = programs
        .iter()
        .map(|body| {
            format!(
                "(:wat::core::forms (:wat::core::defn :user::main [] -> :wat::core::nil {body}))"
            )
        })
        .collect();
    program(&format!(
        "(:wat::kernel::println (:wat::kernel::run-processes {coordinator} {}))",
        programs.join(" ")
    ))
}

const ASK: &str = "(:wat::core::do
  (:wat::core::Result/expect -> :wat::core::nil (:wat::kernel::Process/println p \"four\") \"writes\")
  (:wat::core::Result/expect -> :wat::core::i64 (:wat::kernel::Process/readln p) \"reads\"))";
const LENGTH: &str = "(:wat::core::do (:wat::kernel::eprintln \"hi\")
  (:wat::kernel::println (:wat::core::string::length (:wat::kernel::readln -> :wat::core::String))))";

#[test]
fn a_coordinator_talks_with_programs() {
    let text = coordinated(
        &format!("(:wat::core::fn [p <- {PEER}] -> :wat::core::i64 {ASK})"),
        &[LENGTH],
    );
    let ran = run(&text);
    assert_eq!(
        (ran.status, ran.stdout.as_str(), ran.stderr.as_str()),
        (0, "4\n", "\"hi\"\n")
    );
}

#[test]
fn a_program_that_wanted_to_hear_more_is_no_failure() {
    let again = format!("(:wat::core::do {LENGTH} {LENGTH})");
    let text = coordinated(
        &format!("(:wat::core::fn [p <- {PEER}] -> :wat::core::i64 {ASK})"),
        &[&again],
    );
    let ran = run(&text);
    assert_eq!(
        (ran.status, ran.stdout.as_str()),
        (0, "4\n"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_program_that_dies_ends_the_form_and_so_does_its_coordinator() {
    let dies = "(:wat::kernel::assertion-failed! \"kid\" :wat::core::None :wat::core::None)";
    let idle = format!("(:wat::core::fn [a <- {PEER} b <- {PEER}] -> :wat::core::i64 7)");
    let ran = run(&coordinated(&idle, &[":wat::core::nil", dies]));
    assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{}", ran.stderr);
    let told = "Panic [\"run-processes: worker 1 died: kid\"";
    assert!(ran.stderr.contains(told), "{}", ran.stderr);
    let ran = run(&coordinated(
        &format!(
            "(:wat::core::fn [p <- {PEER}] -> :wat::core::i64 (:wat::core::Result/expect -> :wat::core::i64 (:wat::kernel::Process/readln p) \"hears\"))"
        ),
        &[dies],
    ));
    assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{}", ran.stderr);
    assert!(ran.stderr.contains("Panic [\"hears\""), "{}", ran.stderr);
    assert!(ran.stderr.contains("Panic [\"kid\""), "{}", ran.stderr);
}

/// A program that runs, and the lines it prints.
struct Running {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
    _dir: Dir,
}

fn start(text: &str) -> Running {
    start_with(text, Stdio::null())
}

/// One that hears what it is told.
fn start_fed(text: &str) -> Running {
    start_with(text, Stdio::piped())
}

fn start_with(text: &str, stdin: Stdio) -> Running {
    let dir = Dir::with(&[("main.wat", text)]);
    let mut child = command(&dir)
        .args(["run", "--in-process", "main.wat"])
        .stdin(stdin)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let lines = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
    Running {
        child,
        lines,
        _dir: dir,
    }
}

impl Running {
    fn line(&mut self) -> String {
        match self.lines.next() {
            Some(line) => line.expect("text"),
            None => panic!("no more lines: {}", self.told()),
        }
    }

    fn tell(&mut self, line: &str) {
        let stdin = self.child.stdin.as_mut().expect("stdin is piped");
        writeln!(stdin, "{line}").expect("it listens");
    }

    /// How many descriptors and threads it has, which are the next two lines. The set of what a thread waits for again
    /// and again (05 S12a) comes and goes with what it waits for, one for each thread: it does not count.
    fn held(&mut self) -> (usize, usize) {
        let descriptors = self.line();
        let threads = self.line().parse().expect("a number");
        let names = descriptors
            .split(|byte: char| !byte.is_ascii_digit())
            .filter(|name| !name.is_empty());
        let pid = self.child.id();
        let links = names.filter_map(|name| fs::read_link(format!("/proc/{pid}/fd/{name}")).ok());
        let count = links
            .filter(|link| link.as_os_str() != "anon_inode:[eventpoll]")
            .count();
        (count, threads)
    }

    /// How it ends, a signal by its name, and what it complains.
    fn told(&mut self) -> String {
        let mut complaints = String::new();
        if let Some(mut stderr) = self.child.stderr.take() {
            stderr.read_to_string(&mut complaints).expect("text");
        }
        let status = self.child.wait().expect("it ends");
        format!("{status}\n{complaints}")
    }

    fn ends_well(mut self) {
        assert_eq!(self.told(), "exit status: 0\n");
    }
}

#[test]
fn a_worker_that_is_killed_fails_its_item_alone() {
    let mut running = start(&program(
        "(:wat::kernel::println (:wat::core::map
           (:wat::kernel::run-processes-results (:wat::core::range 0 4)
             (:wat::core::fn [n <- :wat::core::i64] -> :wat::core::i64
               (:wat::core::if (:wat::core::= n 0) -> :wat::core::i64
                 (:wat::core::do (:wat::kernel::println \"waits\")
                   (:wat::core::match (:wat::kernel::sleep (:wat::time::Hour 1)) -> :wat::core::i64 ((:wat::core::Ok _) 0) ((:wat::core::Err _) -1)))
                 n)) 1)
           :my::show))",
    ));
    assert_eq!(running.line(), "\"waits\"");
    let workers = children(running.child.id());
    assert_eq!(workers.len(), 1);
    // SAFETY: plain numbers; the bracket has not reaped its worker.
    unsafe { libc::kill(workers[0], libc::SIGKILL) };
    assert_eq!(
        running.line(),
        "[\"process killed by signal 9\" \"1\" \"2\" \"3\"]"
    );
    running.ends_well();
}

#[test]
fn a_stop_signal_ends_a_bracket_with_its_workers() {
    let mut running = start(&program(
        "(:wat::kernel::println (:wat::core::length (:wat::kernel::run-processes (:wat::core::range 0 9)
           (:wat::core::fn [n <- :wat::core::i64] -> :wat::core::nil
             (:wat::core::do (:wat::kernel::println n)
               (:wat::core::match (:wat::kernel::sleep (:wat::time::Hour 1)) -> :wat::core::nil
                 ((:wat::core::Ok _) :wat::core::nil) ((:wat::core::Err _) (:wat::kernel::println \"stops\"))))) 2)))",
    ));
    let mut first = [running.line(), running.line()];
    first.sort();
    assert_eq!(first, ["0", "1"]);
    // SAFETY: plain numbers; the child is not reaped yet.
    unsafe { libc::kill(running.child.id() as i32, libc::SIGTERM) };
    assert_eq!([running.line(), running.line()], ["\"stops\"", "\"stops\""]);
    assert!(running.lines.next().is_none());
    let output = running.child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(143));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        stderr.contains("run-processes: process shutdown"),
        "{stderr}"
    );
    assert!(
        stderr
            .trim_end()
            .ends_with("#wat.kernel.ProcessDiedError/Shutdown nil]"),
        "{stderr}"
    );
}

#[test]
fn many_brackets_leave_nothing() {
    // The program lists its descriptors and threads itself, at the same place of a round each time, and waits then.
    let mut running = start_fed(&format!(
        "{WORK}
         (:wat::core::defn :my::held [] -> :wat::core::nil
           (:wat::core::do
             (:wat::kernel::println (:wat::io::list-dir \"/proc/self/fd\"))
             (:wat::kernel::println (:wat::core::length (:wat::io::list-dir \"/proc/self/task\")))
             (:wat::kernel::readln -> :wat::core::i64)
             :wat::core::nil))
         (:wat::core::defn :my::rounds [count <- :wat::core::i64] -> :wat::core::i64
           (:wat::core::foldl (:wat::core::range 0 count) 0
             (:wat::core::fn [sum <- :wat::core::i64 _n <- :wat::core::i64] -> :wat::core::i64
               (:wat::core::+ sum (:wat::core::length (:wat::kernel::run-processes (:wat::core::range 0 8) :my::square 8))))))
         {}",
        main_of(
            "(:wat::core::do
               (:wat::kernel::println (:my::rounds 1))
               (:my::held)
               (:wat::kernel::println (:my::rounds 12))
               (:my::held))",
        )
    ));
    assert_eq!(running.line(), "8");
    let before = running.held();
    running.tell("1");
    assert_eq!(running.line(), "96");
    let after = running.held();
    // What the first round has left open for a moment is gone by then.
    let grown = after.0 > before.0 || after.1 > before.1;
    assert!(!grown, "{before:?}, {after:?}");
    assert!(children(running.child.id()).is_empty());
    running.tell("1");
    running.ends_well();
}

#[test]
fn workers_are_forked_from_threads_that_print_without_pause() {
    let (threads, rounds) = numbers((6, 6), (8, 63));
    let ran = run(&program(&format!(
        "(:wat::kernel::println (:wat::core::foldl
           (:wat::kernel::run-threads (:wat::core::range 0 {threads})
             (:wat::core::fn [t <- :wat::core::i64] -> :wat::core::i64
               (:wat::core::foldl (:wat::core::range 0 {rounds}) 0
                 (:wat::core::fn [sum <- :wat::core::i64 n <- :wat::core::i64] -> :wat::core::i64
                   (:wat::core::do (:my::say n)
                     (:wat::core::+ sum (:wat::core::length (:wat::kernel::run-processes (:wat::core::range 0 2)
                       (:wat::core::fn [_k <- :wat::core::i64] -> :wat::core::nil (:wat::core::for-each (:wat::core::range 0 10) :my::say)) 2))))))) {threads})
           0 :wat::core::i64::+'2))"
    )));
    let children = 2 * threads * rounds;
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert_eq!(ran.stdout.lines().last(), Some(&*children.to_string()));
    for stream in [&ran.stdout, &ran.stderr] {
        let whole = stream.lines().all(|line| line.parse::<u32>().is_ok());
        assert!(whole, "{stream}");
    }
    assert_eq!(
        ran.stdout.lines().count(),
        threads * rounds + 10 * children + 1
    );
}

#[test]
fn readers_of_standard_input_are_served_one_at_a_time() {
    let text = program(
        "(:wat::kernel::println (:wat::core::foldl
           (:wat::kernel::run-threads (:wat::core::range 0 200)
             (:wat::core::fn [_n <- :wat::core::i64] -> :wat::core::i64 (:wat::kernel::readln -> :wat::core::i64)) 8)
           0 :wat::core::i64::+'2))",
    );
    let input: String = (0..200).map(|n| format!("{n}\n")).collect();
    let dir = Dir::with(&[("main.wat", &text)]);
    let ran = super::support::fed(&dir, &["run", "main.wat"], &input);
    assert_eq!(
        (ran.status, ran.stdout.as_str()),
        (0, "19900\n"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_program_may_have_as_many_descriptors_as_the_system_permits() {
    let text = "ulimit -S -n 64; exec \"$0\" doctor --format json";
    let dir = Dir::new();
    let output = std::process::Command::new("/bin/sh")
        .args(["-c", text, env!("CARGO_BIN_EXE_wat")])
        .current_dir(dir.path())
        .output()
        .expect("the shell runs");
    let record: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    // The doctor itself is no host of programs: it tells what it was given.
    assert_eq!(record["kernel"]["nofile-soft"], 64);
    let body = "(:wat::kernel::println (:wat::core::length (:wat::core::map (:wat::core::range 0 200)
      (:wat::core::fn [_n <- :wat::core::i64] -> :(wat::io::IOWriter,wat::io::IOReader) (:wat::kernel::pipe)))))";
    let dir = Dir::with(&[("main.wat", &main_of(body))]);
    let text = "ulimit -S -n 64; exec \"$0\" run main.wat";
    let output = std::process::Command::new("/bin/sh")
        .args(["-c", text, env!("CARGO_BIN_EXE_wat")])
        .current_dir(dir.path())
        .output()
        .expect("the shell runs");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "200\n");
}
