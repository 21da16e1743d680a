//! A conversation while threads and processes live.

use std::fs;
use std::time::Instant;

use super::super::pty::Terminal;
use super::{Dir, children, command, in_time, is_gone, until};

/// Says that it works, and waits.
const DOZE: &str = "(:wat::core::defn :my::doze [n <- :wat::core::i64] -> :wat::core::i64 (:wat::core::do (:wat::kernel::println \"works\") (:wat::core::match (:wat::kernel::sleep (:wat::time::Hour 1)) -> :wat::core::i64 ((:wat::core::Ok _) n) ((:wat::core::Err _) -1))))";
const CHILD: &str = "(:wat::core::defn :my::child [_n <- :wat::core::i64] -> :wat::kernel::ForkedChild (:wat::kernel::fork-with-forms (:wat::core::forms (:wat::core::defn :user::main [] -> :wat::core::nil (:wat::core::match (:wat::kernel::sleep (:wat::time::Hour 1)) -> :wat::core::nil ((:wat::core::Ok _) :wat::core::nil) ((:wat::core::Err _) :wat::core::nil))))))";

/// A conversation, and the number of its next input.
struct Session {
    terminal: Terminal,
    next: u32,
    _dir: Dir,
}

impl Session {
    fn start() -> Session {
        let dir = Dir::new();
        let mut command = command(&dir);
        command.args(["--set", "concurrency.allow-raw-spawn=true", "repl"]);
        let mut session = Session {
            terminal: Terminal::start(command),
            next: 0,
            _dir: dir,
        };
        session.prompt();
        session
    }

    /// Waits for the prompt.
    fn prompt(&mut self) {
        self.next += 1;
        self.terminal.expect(&format!("wat:{}> ", self.next));
    }

    fn begin(&mut self, input: &str) {
        self.terminal.send(&format!("{input}\r"));
    }

    fn evaluate(&mut self, input: &str) {
        self.begin(input);
        self.prompt();
    }
}

#[test]
fn an_interrupt_ends_an_evaluation_and_leaves_the_children_of_the_session() {
    let mut session = Session::start();
    let pid = session.terminal.pid();
    session.evaluate(CHILD);
    session.evaluate(
        "(:wat::core::def :my::kids (:wat::core::map (:wat::core::range 0 10) :my::child))",
    );
    let kids = children(pid);
    assert_eq!(kids.len(), 10);
    // An evaluation that waits for what never comes.
    session.evaluate("(:wat::core::defn :my::hear [rx <- :wat::kernel::Receiver<wat::core::i64>] -> :wat::core::bool (:wat::core::match (:wat::kernel::recv rx) -> :wat::core::bool ((:wat::core::Ok _) true) ((:wat::core::Err _) false)))");
    session.begin("(:wat::core::do (:wat::kernel::println (:wat::core::string::concat \"wai\" \"ts\")) (:wat::core::let [[w r] (:wat::kernel::pipe) heard (:my::hear (:wat::kernel::Receiver/from-pipe r))] (:wat::core::do (:wat::io::IOWriter/close w) heard)))");
    session.terminal.expect("\"waits\"");
    let began = Instant::now();
    session.terminal.send("\u{3}");
    session.prompt();
    in_time(began, 100);
    let began = Instant::now();
    session.evaluate("(:wat::core::i64::+ 40 2)");
    in_time(began, 50);
    assert_eq!(children(pid), kids);
    session.terminal.send("\u{4}");
    assert_eq!(session.terminal.end(), 0);
    assert!(kids.into_iter().all(is_gone));
}

#[test]
fn an_interrupt_ends_the_workers_of_a_bracket() {
    for form in ["run-threads", "run-processes"] {
        let mut session = Session::start();
        let pid = session.terminal.pid();
        session.evaluate(DOZE);
        session.begin(&format!(
            "(:wat::kernel::{form} (:wat::core::range 0 3) :my::doze 3)"
        ));
        // The echo of the input has no such lines.
        for _ in 0..3 {
            session.terminal.expect("\"works\"\r\n");
        }
        let workers = children(pid);
        assert_eq!(workers.len(), if form == "run-threads" { 0 } else { 3 });
        session.terminal.send("\u{3}");
        session.terminal.expect("WAT8801");
        session.prompt();
        until("no worker is left", || children(pid).is_empty());
        session.begin("(:wat::core::i64::+ 40 2)");
        session.terminal.expect("42 : :wat::core::i64");
        session.prompt();
        session.terminal.send("\u{4}");
        assert_eq!(session.terminal.end(), 0);
    }
}

/// Does the thread that evaluates wait for something?
fn evaluator_sleeps(pid: i32) -> bool {
    let tasks = fs::read_dir(format!("/proc/{pid}/task"))
        .into_iter()
        .flatten();
    tasks.flatten().any(|task| {
        let stat = fs::read_to_string(task.path().join("stat")).unwrap_or_default();
        let state = stat.rsplit(')').next().unwrap_or_default();
        stat.contains("(evaluator)") && state.starts_with(" S")
    })
}

#[test]
fn an_evaluation_that_hears_no_interrupt_is_given_up_with_its_children() {
    let mut session = Session::start();
    let pid = session.terminal.pid();
    session.evaluate(CHILD);
    session.evaluate("(:wat::core::def :my::kid (:my::child 0))");
    let kids = children(pid);
    assert_eq!(kids.len(), 1);
    // Waiting for a child is no safepoint.
    session.begin("(:wat::core::do (:wat::kernel::println (:wat::core::string::concat \"wai\" \"ts\")) (:wat::kernel::wait-child (:wat::kernel::ForkedChild/handle :my::kid)))");
    session.terminal.expect("\"waits\"");
    // Before that it would hear an interrupt.
    until("the evaluation waits", || evaluator_sleeps(pid));
    session.terminal.send("\u{3}");
    // Signals that come together are one: as many as it takes.
    until("the session is given up", || {
        // SAFETY: plain numbers; the process is not reaped yet.
        unsafe { libc::kill(pid, libc::SIGINT) };
        is_gone(pid)
    });
    assert_eq!(session.terminal.end(), 130);
    assert!(kids.into_iter().all(is_gone));
}
