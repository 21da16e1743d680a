//! `wat test --watch`: rounds follow changes, keys and signals.

use super::{Stream, Watching};
use crate::cli::pty::Terminal;
use crate::cli::support::{Dir, children, command, wat};
use crate::cli::testing::processes_in;

const LIB: &str = "(:wat::core::defn :l::two [] -> :wat::core::i64 2)
(:wat::core::struct :l::Point (x :wat::core::i64))
(:wat::core::defn :l::three [] -> :wat::core::i64 3)\n";

const TESTS: &str = "(:wat::load-file! \"lib.wat\")
(:wat::core::defn :t::point [] -> :wat::core::String (:wat::core::show (:l::Point/new 1)))
(:wat::test::deftest :t::two () (:wat::test::assert-eq (:l::two) 2))
(:wat::test::deftest :t::three () (:wat::test::assert-eq (:l::three) 3))
(:wat::test::deftest :t::points () (:wat::test::assert-ne (:t::point) \"\"))\n";

/// Runs tests whenever they change.
fn start(dir: &Dir, args: &[&str]) -> Watching {
    let args = [&["test", "--watch", "--no-shuffle", "-j", "1"], args].concat();
    Watching::start(dir, &args, Stream::Out)
}

impl Watching {
    /// The tests of the next round, `status name`.
    fn round(&mut self) -> Vec<String> {
        let lines = self.until("watching for changes");
        let told = lines.iter().filter(|line| line.contains(".wat  :"));
        told.map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            format!("{} {}", words[0], words[2])
        })
        .collect()
    }
}

#[test]
fn a_change_runs_the_tests_that_it_concerns() {
    let dir = Dir::with(&[("lib.wat", LIB), ("t.wat", TESTS)]);
    let mut watching = start(&dir, &["t.wat"]);
    assert_eq!(
        watching.round(),
        ["pass :t::two", "pass :t::three", "pass :t::points"]
    );
    // A function of another file.
    let other = LIB.replace("i64 2)", "i64 5)");
    dir.write("lib.wat", &other);
    assert_eq!(watching.round(), ["FAIL :t::two"]);
    // Comments, blanks and places mean nothing.
    dir.write("lib.wat", &format!(";; moved\n\n{other}"));
    let quiet = watching.until("watching for changes");
    assert_eq!(quiet[0], "no test is affected");
    // A type that a function handles.
    dir.write("lib.wat", &other.replace("(x ", "(xx "));
    assert_eq!(watching.round(), ["pass :t::points"]);
    // A change of two tests: the one that failed before comes first.
    let both = other.replace("i64 3)", "i64 4)").replace("(x ", "(xx ");
    dir.write("lib.wat", &both.replace("i64 5)", "i64 2)"));
    assert_eq!(watching.round(), ["pass :t::two", "FAIL :t::three"]);
    // A new file, and one that goes.
    dir.write("lib.wat", LIB);
    assert_eq!(watching.round(), ["pass :t::three", "pass :t::points"]);
    assert_eq!(watching.end(libc::SIGTERM), 143);
    assert_eq!(processes_in(dir.path()), 0);
}

#[test]
fn files_come_and_go_and_break_and_heal() {
    let dir = Dir::with(&[
        ("lib.wat", LIB),
        ("t/t.wat", &TESTS.replace("lib.wat", "../lib.wat")),
    ]);
    let mut watching = start(&dir, &[]);
    assert_eq!(watching.round().len(), 3);
    let new = "(:wat::test::deftest :n::new () (:wat::test::assert-eq 1 1))";
    dir.write("deep/er/new.wat", new);
    assert_eq!(watching.round(), ["pass :n::new"]);
    std::fs::remove_file(dir.path().join("deep/er/new.wat")).expect("it is there");
    assert_eq!(watching.round(), [""; 0]);
    dir.write("deep/er/new.wat", "(");
    watching.until("WAT1030");
    assert_eq!(watching.round(), [""; 0]);
    dir.write("deep/er/new.wat", new);
    assert_eq!(watching.round(), ["pass :n::new"]);
    // What a program loads may be missing for a while.
    std::fs::remove_file(dir.path().join("lib.wat")).expect("it is there");
    assert_eq!(
        watching.round(),
        ["BAD :t::two", "BAD :t::three", "BAD :t::points"]
    );
    dir.write("lib.wat", LIB);
    assert_eq!(
        watching.round(),
        ["pass :t::two", "pass :t::three", "pass :t::points"]
    );
    assert_eq!(watching.end(libc::SIGINT), 130);
}

#[test]
fn a_change_cancels_the_round_and_what_a_test_writes_does_not() {
    let hangs = "(:wat::core::defn :t::spin [] -> :wat::core::nil (:t::spin))
(:wat::test::time-limit \"10m\")
(:wat::test::deftest :t::a () (:wat::io::write-file \"out.txt\" (:wat::core::show (:wat::time::now))))
(:wat::test::time-limit \"10m\")
(:wat::test::deftest :t::b () (:t::spin))
(:wat::test::deftest :t::c () (:wat::test::assert-eq 1 1))\n";
    let dir = Dir::with(&[("t.wat", hangs)]);
    let mut watching = start(&dir, &[]);
    watching.until("pass  t.wat  :t::a");
    while children(watching.pid()).is_empty() {
        std::thread::yield_now();
    }
    dir.write(
        "t.wat",
        &hangs.replace(
            "(:t::spin))\n(:wat::test::deftest",
            "(:wat::test::fail \"b\"))\n(:wat::test::deftest",
        ),
    );
    watching.until("cancelled  1 passed");
    assert_eq!(watching.round(), ["FAIL :t::b", "pass :t::c"]);
    assert_eq!(watching.end(libc::SIGINT), 130);
    assert_eq!(processes_in(dir.path()), 0);
}

#[test]
fn a_bad_setting_is_told_and_can_be_mended() {
    const PROJECT: &str = "[project]\nname = \"p\"\n\n[test]\npaths = [\".\"]\n";
    let dir = Dir::with(&[("wat.toml", PROJECT), ("lib.wat", LIB), ("t.wat", TESTS)]);
    let mut watching = start(&dir, &[]);
    assert_eq!(watching.round().len(), 3);
    dir.write("wat.toml", &format!("{PROJECT}time-limit = \"long\"\n"));
    assert_eq!(watching.round(), [""; 0]);
    dir.write("lib.wat", &LIB.replace("i64 2)", "i64 5)"));
    dir.write("wat.toml", PROJECT);
    watching.until("FAIL  t.wat  :t::two");
    assert_eq!(watching.end(libc::SIGINT), 130);
}

#[test]
fn an_interrupt_ends_the_round_too() {
    let hangs = "(:wat::core::defn :t::spin [] -> :wat::core::nil (:t::spin))
(:wat::test::time-limit \"10m\")
(:wat::test::deftest :t::b () (:t::spin))\n";
    let dir = Dir::with(&[("t.wat", hangs)]);
    let mut watching = start(&dir, &[]);
    watching.until("running 1 test");
    while children(watching.pid()).is_empty() {
        std::thread::yield_now();
    }
    assert_eq!(watching.end(libc::SIGINT), 130);
    assert_eq!(processes_in(dir.path()), 0);
}

#[test]
fn keys_on_a_terminal_choose_what_is_run() {
    let dir = Dir::with(&[
        ("lib.wat", LIB),
        ("t.wat", &TESTS.replace("(:l::two) 2", "(:l::two) 7")),
    ]);
    let mut command = command(&dir);
    command.args(["test", "--watch", "--no-shuffle", "-j", "1"]);
    let mut terminal = Terminal::start(command);
    const READY: &str = "watching: Enter all, f failed, p filter, t output, q quit";
    let round = terminal.expect(READY);
    assert!(round.contains("2 passed, 1 failed"), "{round}");
    terminal.send("f");
    let round = terminal.expect(READY);
    assert!(round.contains("running 1 test "), "{round}");
    assert!(round.contains("FAIL  t.wat  :t::two"), "{round}");
    terminal.send("\r");
    let round = terminal.expect(READY);
    assert!(round.contains("running 3 tests"), "{round}");
    terminal.send("pthrex\u{7f}e\r");
    terminal.expect("filter: thre");
    let round = terminal.expect(READY);
    assert!(round.contains("running 1 test "), "{round}");
    assert!(round.contains("pass  t.wat  :t::three"), "{round}");
    terminal.send("t");
    terminal.expect("the output of all tests is shown");
    terminal.send("p\r");
    let round = terminal.expect(READY);
    assert!(round.contains("running 3 tests"), "{round}");
    // The status is that of the last complete round.
    terminal.send("q");
    assert_eq!(terminal.end(), 1);
    assert_eq!(processes_in(dir.path()), 0);
}

#[test]
fn standard_input_is_not_watched() {
    let dir = Dir::new();
    let ran = wat(&dir, &["test", "--watch", "-"]);
    assert_eq!(ran.status, 64);
    assert!(ran.stderr.contains("cannot be watched"), "{}", ran.stderr);
}
