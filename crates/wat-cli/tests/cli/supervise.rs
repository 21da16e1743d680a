//! `wat run` and its supervisor: signals, terminals, ends of all kinds.
#![allow(unsafe_code)]

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use super::kernel::in_time;
use super::pty::Terminal;
use super::support::{Dir, Ran, children, command, main_of, wat};

/// Says that it is ready, waits, and goes on for a while after it was asked to stop.
const POLITE: &str = "(:wat::core::do
  (:wat::kernel::println \"ready\")
  (:wat::core::match (:wat::kernel::sleep (:wat::time::Hour 1)) -> :wat::core::nil
    ((:wat::core::Ok _) :wat::core::nil) ((:wat::core::Err _) (:wat::kernel::println \"stops\")))
  (:wat::kernel::println (:wat::core::foldl (:wat::core::range 0 200000) 0 :wat::core::i64::+'2)))";

/// Says that it is asked to stop, and never does.
const STUBBORN: &str = "(:wat::core::do
  (:wat::kernel::println \"ready\")
  (:wat::core::match (:wat::kernel::sleep (:wat::time::Hour 1)) -> :wat::core::nil
    ((:wat::core::Ok _) :wat::core::nil) ((:wat::core::Err _) (:wat::kernel::println \"stays\")))
  (:my::spin 0))";
const SPIN: &str = "(:wat::core::defn :my::spin [n <- :wat::core::i64] -> :wat::core::nil (:my::spin (:wat::core::+ n 1)))\n";

/// A program that runs in a process group of its own.
struct Running {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
    dir: Dir,
}

fn start(body: &str) -> Running {
    let dir = Dir::with(&[("main.wat", &format!("{SPIN}{}", main_of(body)))]);
    let mut child = command(&dir)
        .args(["run", "main.wat"])
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let lines = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
    Running { child, lines, dir }
}

/// Waits until something holds that no event tells of.
fn until(what: &str, holds: impl Fn() -> bool) {
    let limit = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < limit, "{what}");
        std::thread::yield_now();
    }
}

/// `T` for a process that is stopped.
fn state(pid: i32) -> Option<char> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit(')').next()?.trim_start().chars().next()
}

impl Running {
    fn line(&mut self) -> String {
        self.lines.next().expect("a line").expect("text")
    }

    fn pid(&self) -> i32 {
        self.child.id() as i32
    }

    fn program(&self) -> i32 {
        let found = children(self.pid());
        assert_eq!(found.len(), 1);
        found[0]
    }

    /// The status, and what it complained.
    fn end(mut self) -> (i32, String) {
        let mut complaints = String::new();
        let mut stderr = self.child.stderr.take().expect("stderr is piped");
        stderr.read_to_string(&mut complaints).expect("text");
        let status = self.child.wait().expect("it ends");
        drop(self.dir);
        (status.code().unwrap_or(-1), complaints)
    }
}

fn kill(pid: i32, signal: i32) {
    // SAFETY: plain numbers; the process is not reaped yet.
    let sent = unsafe { libc::kill(pid, signal) };
    assert_eq!(sent, 0);
}

/// Sends signals in one go to a program that goes on after the first, and sees it end by itself.
fn stops_once(send: impl Fn(i32)) {
    for _ in 0..5 {
        let mut running = start(POLITE);
        assert_eq!(running.line(), "\"ready\"");
        send(running.pid());
        assert_eq!(running.line(), "\"stops\"");
        assert_eq!(running.line(), "19999900000");
        assert_eq!(running.end(), (0, String::new()));
    }
}

#[test]
fn one_signal_is_one_graceful_stop_whomever_it_is_sent_to() {
    stops_once(|pid| kill(pid, libc::SIGTERM));
    stops_once(|pid| kill(pid, libc::SIGINT));
    stops_once(|pid| kill(-pid, libc::SIGTERM));
    stops_once(|pid| kill(-pid, libc::SIGINT));
}

#[test]
fn a_signal_to_the_supervisor_and_its_group_at_once_is_one() {
    stops_once(|pid| {
        kill(pid, libc::SIGTERM);
        kill(-pid, libc::SIGTERM);
    });
}

#[test]
fn a_second_signal_ends_a_program_that_goes_on() {
    for (target, signal) in [
        (1, libc::SIGTERM),
        (-1, libc::SIGTERM),
        (1, libc::SIGINT),
        (-1, libc::SIGINT),
    ] {
        let mut running = start(STUBBORN);
        assert_eq!(running.line(), "\"ready\"");
        kill(target * running.pid(), signal);
        assert_eq!(running.line(), "\"stays\"");
        let began = Instant::now();
        kill(target * running.pid(), signal);
        assert_eq!(running.end(), (128 + signal, String::new()));
        in_time(began, 100);
    }
}

/// A program behind `timeout` that is ready: a signal to it is handed on to its child and to its group, as it does when
/// its time is over.
fn timed(body: &str) -> Running {
    let dir = Dir::with(&[("main.wat", &format!("{SPIN}{}", main_of(body)))]);
    let mut child = Command::new("timeout")
        .args(["3600", env!("CARGO_BIN_EXE_wat"), "run", "main.wat"])
        .current_dir(dir.path())
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("timeout is there");
    let lines = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
    let mut running = Running { child, lines, dir };
    assert_eq!(running.line(), "\"ready\"");
    // A signal before it knows its child would end it alone.
    let pid = running.pid();
    until("it waits for its child", || state(pid) == Some('S'));
    running
}

#[test]
fn a_timeout_is_one_graceful_stop_and_a_second_one_ends() {
    for signal in [libc::SIGTERM, libc::SIGINT] {
        for _ in 0..5 {
            let mut running = timed(POLITE);
            kill(running.pid(), signal);
            assert_eq!(running.line(), "\"stops\"");
            assert_eq!(running.line(), "19999900000");
            assert_eq!(running.end(), (0, String::new()));
        }
        let mut running = timed(STUBBORN);
        kill(running.pid(), signal);
        assert_eq!(running.line(), "\"stays\"");
        // `timeout` itself does not listen to the signal any more.
        kill(-running.pid(), signal);
        assert_eq!(running.end().0, 128 + signal);
    }
}

#[test]
fn a_user_signal_reaches_the_program() {
    let mut running = start(
        "(:wat::core::do (:wat::kernel::println \"ready\")
           (:my::wait 0))
         )
         (:wat::core::defn :my::wait [n <- :wat::core::i64] -> :wat::core::nil
           (:wat::core::if (:wat::kernel::sigusr1?) -> :wat::core::nil (:wat::kernel::println \"heard\") (:my::wait (:wat::core::+ n 1)))",
    );
    assert_eq!(running.line(), "\"ready\"");
    kill(running.pid(), libc::SIGUSR1);
    assert_eq!(running.line(), "\"heard\"");
    assert_eq!(running.end(), (0, String::new()));
}

#[test]
fn a_program_that_a_signal_ends_is_reported() {
    for signal in [libc::SIGABRT, libc::SIGSEGV, libc::SIGKILL] {
        let mut running = start(STUBBORN);
        assert_eq!(running.line(), "\"ready\"");
        kill(running.program(), signal);
        let line = format!(
            "#wat.kernel/ProcessPanics [#wat.kernel.ProcessDiedError/Signaled [{signal}]]\n"
        );
        assert_eq!(running.end(), (128 + signal, line));
    }
}

#[test]
fn a_program_whose_supervisor_is_killed_ends() {
    let mut running = start(POLITE);
    assert_eq!(running.line(), "\"ready\"");
    kill(running.pid(), libc::SIGKILL);
    assert_eq!(running.line(), "\"stops\"");
    assert_eq!(running.line(), "19999900000");
    // Nobody has the other end any more.
    assert!(running.lines.next().is_none());
    assert_eq!(running.end().0, -1);
}

#[test]
fn the_workers_of_a_program_that_is_killed_end() {
    let mut running = start(
        "(:wat::kernel::println (:wat::core::length (:wat::kernel::run-processes (:wat::core::range 0 3)
           (:wat::core::fn [n <- :wat::core::i64] -> :wat::core::nil
             (:wat::core::do (:wat::kernel::println n) (:my::doze))) 3))))
         (:wat::core::defn :my::doze [] -> :wat::core::nil
           (:wat::core::match (:wat::kernel::sleep (:wat::time::Hour 1)) -> :wat::core::nil
             ((:wat::core::Ok _) :wat::core::nil) ((:wat::core::Err _) :wat::core::nil))",
    );
    let mut lines = [running.line(), running.line(), running.line()];
    lines.sort();
    assert_eq!(lines, ["0", "1", "2"]);
    let program = running.program();
    until("all workers are listed", || children(program).len() == 3);
    let workers = children(program);
    kill(program, libc::SIGKILL);
    for worker in workers {
        until("a worker ends with its parent", || {
            matches!(state(worker), None | Some('Z' | 'X'))
        });
    }
    assert_eq!(running.end().0, 137);
}

#[test]
fn a_program_is_the_same_in_its_own_process_and_in_this_one() {
    let dies = "(:wat::kernel::assertion-failed! \"no\" :wat::core::None :wat::core::None)";
    let divides = "(:wat::kernel::println (:wat::core::i64::/'2 1 0))";
    for body in [
        ":wat::core::nil",
        "(:wat::kernel::println 1)",
        dies,
        divides,
        "(:my::no)",
    ] {
        let dir = Dir::with(&[("main.wat", &main_of(body))]);
        let plain = |ran: Ran| (ran.status, ran.stdout, ran.stderr);
        let supervised = plain(wat(&dir, &["run", "main.wat"]));
        let here = plain(wat(&dir, &["run", "--in-process", "main.wat"]));
        assert_eq!(supervised, here);
    }
}

/// A terminal on which the program of this body runs.
fn on_terminal(body: &str) -> (Terminal, Dir) {
    let dir = Dir::with(&[("main.wat", &format!("{SPIN}{}", main_of(body)))]);
    let mut command = command(&dir);
    command.args(["run", "main.wat"]);
    (Terminal::start(command), dir)
}

#[test]
fn ctrl_c_stops_and_a_second_one_ends() {
    let (mut terminal, _dir) = on_terminal(POLITE);
    terminal.expect("\"ready\"");
    terminal.send("\u{3}");
    terminal.expect("\"stops\"");
    terminal.expect("19999900000");
    assert_eq!(terminal.end(), 0);
    let (mut terminal, _dir) = on_terminal(STUBBORN);
    terminal.expect("\"ready\"");
    terminal.send("\u{3}");
    terminal.expect("\"stays\"");
    terminal.send("\u{3}");
    assert_eq!(terminal.end(), 130);
}

#[test]
fn a_program_reads_its_terminal() {
    let (mut terminal, _dir) = on_terminal(
        "(:wat::kernel::println (:wat::core::+ 1 (:wat::kernel::readln -> :wat::core::i64)))",
    );
    terminal.send("41\r");
    terminal.expect("42");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn a_terminal_that_is_closed_stops_the_program() {
    let (mut terminal, _dir) = on_terminal(POLITE);
    terminal.expect("\"ready\"");
    // The program cannot print any more, and its reader is gone.
    let status = terminal.hang_up();
    assert!([1, 129, 141].contains(&status), "{status}");
}

/// Says that it is ready, and writes down how often it was asked to stop when it has gone on for a while.
const WRITES: &str = "(:wat::core::let
  [_ (:wat::kernel::println \"ready\")
   stop (:wat::kernel::sleep (:wat::time::Hour 1))
   sum (:wat::core::foldl (:wat::core::range 0 200000) 0 :wat::core::i64::+'2)
   to (:wat::io::IOWriter/open-file \"result\")]
  (:wat::core::match stop -> :wat::core::nil
    ((:wat::core::Ok _) (:wat::io::IOWriter/print to \"slept\"))
    ((:wat::core::Err c) (:wat::io::IOWriter/print to (:wat::edn::write (:wat::core::Tuple sum c))))))";

#[test]
fn a_terminal_that_is_closed_is_one_graceful_stop() {
    for _ in 0..5 {
        let (mut terminal, dir) = on_terminal(WRITES);
        terminal.expect("\"ready\"");
        assert_eq!(terminal.hang_up(), 0);
        let result = fs::read_to_string(dir.path().join("result")).expect("it came to its end");
        assert_eq!(
            result,
            "[19999900000 [#wat.kernel.ThreadDiedError/Shutdown nil]]"
        );
    }
}

#[test]
fn a_program_that_looks_at_hang_ups_is_not_stopped_by_them() {
    let body = "(:wat::core::do (:wat::kernel::println \"ready\") (:my::watch 0)))
      (:wat::core::defn :my::watch [n <- :wat::core::i64] -> :wat::core::nil
        (:wat::core::if (:wat::kernel::sighup?) -> :wat::core::nil
          (:wat::kernel::assertion-failed! (:wat::core::if (:wat::kernel::stopped?) -> :wat::core::String \"stopped\" \"heard\") :wat::core::None :wat::core::None)
          (:my::watch (:wat::core::+ n 1)))";
    let (mut terminal, _dir) = on_terminal(body);
    terminal.expect("\"ready\"");
    assert_eq!(terminal.hang_up(), 2);
}

/// A shell with job control on a terminal, and its number.
fn shell(dir: &Dir) -> (Terminal, i32) {
    let mut shell = Command::new("/bin/sh");
    shell.current_dir(dir.path()).env_clear();
    shell
        .env("PATH", "/usr/bin:/bin")
        .env("PS1", "sh> ")
        .arg("-i");
    let mut terminal = Terminal::start(shell);
    terminal.expect("sh> ");
    let number = terminal.pid();
    (terminal, number)
}

#[test]
fn ctrl_z_stops_the_program_with_its_workers_and_fg_resumes_them() {
    let body = "(:wat::kernel::println (:wat::core::length (:wat::kernel::run-processes (:wat::core::range 0 2)
           (:wat::core::fn [n <- :wat::core::i64] -> :wat::core::nil
             (:wat::core::do (:wat::kernel::println \"works\") (:wat::kernel::sleep (:wat::time::Hour 1)) :wat::core::nil)) 2)))";
    let dir = Dir::with(&[("main.wat", &format!("{SPIN}{}", main_of(body)))]);
    let (mut terminal, shell) = shell(&dir);
    terminal.send(&format!("{} run main.wat\r", env!("CARGO_BIN_EXE_wat")));
    terminal.expect("\"works\"");
    terminal.expect("\"works\"");
    let one = |parent: i32| children(parent)[0];
    let (supervisor, program) = (one(shell), one(one(shell)));
    // The list may be read while it changes.
    until("both workers are listed", || children(program).len() == 2);
    let workers = children(program);
    let all: Vec<i32> = [supervisor, program].into_iter().chain(workers).collect();
    let stopped = |pid: &i32| state(*pid) == Some('T');
    terminal.send("\u{1a}");
    terminal.expect("sh> ");
    until("all processes of the job are stopped", || {
        all.iter().all(stopped)
    });
    terminal.send("fg\r");
    until("all processes of the job run again", || {
        !all.iter().any(stopped)
    });
    terminal.send("\u{3}");
    terminal.expect("sh> ");
    until("no process of the job is left", || {
        all.iter()
            .all(|pid| matches!(state(*pid), None | Some('Z' | 'X')))
    });
    terminal.send("exit 7\r");
    assert_eq!(terminal.end(), 7);
}

#[test]
fn a_read_of_the_terminal_goes_on_after_ctrl_z_and_fg() {
    let body = "(:wat::core::do (:wat::kernel::println \"ready\")
      (:wat::kernel::println (:wat::core::+ 1 (:wat::kernel::readln -> :wat::core::i64))))";
    let dir = Dir::with(&[("main.wat", &main_of(body))]);
    let (mut terminal, shell) = shell(&dir);
    terminal.send(&format!("{} run main.wat\r", env!("CARGO_BIN_EXE_wat")));
    terminal.expect("\"ready\"");
    let one = |parent: i32| children(parent)[0];
    let all = [one(shell), one(one(shell))];
    let stopped = |pid: &i32| state(*pid) == Some('T');
    terminal.send("\u{1a}");
    terminal.expect("sh> ");
    until("both processes are stopped", || all.iter().all(stopped));
    terminal.send("fg\r");
    until("both processes run again", || !all.iter().any(stopped));
    terminal.send("41\r");
    terminal.expect("\r\n42\r\n");
    terminal.expect("sh> ");
    terminal.send("exit 7\r");
    assert_eq!(terminal.end(), 7);
}

#[test]
fn the_reader_of_a_program_may_go() {
    let dir = Dir::with(&[(
        "main.wat",
        &format!(
            "(:wat::core::defn :my::say [n <- :wat::core::i64] -> :wat::core::nil (:wat::core::do (:wat::kernel::println n) (:my::say (:wat::core::+ n 1))))\n{}",
            main_of("(:my::say 0)")
        ),
    )]);
    let mut child = command(&dir)
        .args(["run", "main.wat"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut lines = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
    assert_eq!(lines.next().expect("a line").expect("text"), "0");
    drop(lines);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(
        (output.status.code(), output.stderr),
        (Some(141), Vec::new())
    );
}
