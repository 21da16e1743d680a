//! `wat run --watch`: the program starts again when a file of it changes.

use std::io::Write;
use std::process::Stdio;

use super::{Stream, Watching};
use crate::cli::pty::Terminal;
use crate::cli::support::{Dir, children, command, wat};
use crate::cli::testing::processes_in;

/// Prints what `lib.wat` says and goes on until it is asked to stop.
const SERVER: &str = "(:wat::load-file! \"lib.wat\")
(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::core::do
    (:wat::kernel::println (:l::name))
    (:wat::core::match (:wat::kernel::sleep (:wat::time::Hour 1)) -> :wat::core::nil
      ((:wat::core::Ok _) :wat::core::nil) ((:wat::core::Err _) (:wat::kernel::println \"stops\")))))\n";

/// Prints what it is, says that it is asked to stop, and never does.
const STUBBORN: &str = "(:wat::load-file! \"lib.wat\")
(:wat::core::defn :my::spin [n <- :wat::core::i64] -> :wat::core::nil (:my::spin (:wat::core::+ n 1)))
(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::core::do
    (:wat::kernel::println (:l::name))
    (:wat::core::match (:wat::kernel::sleep (:wat::time::Hour 1)) -> :wat::core::nil
      ((:wat::core::Ok _) :wat::core::nil) ((:wat::core::Err _) (:wat::kernel::println \"stays\")))
    (:my::spin 0)))\n";

/// Prints one line and ends.
const SHORT: &str = "(:wat::load-file! \"lib.wat\")
(:wat::core::defn :user::main [] -> :wat::core::nil (:wat::kernel::println (:l::name)))\n";

fn lib(name: &str) -> String {
    format!("(:wat::core::defn :l::name [] -> :wat::core::String \"{name}\")\n")
}

fn dir_of(main: &str) -> Dir {
    Dir::with(&[("main.wat", main), ("lib.wat", &lib("one"))])
}

/// Both streams in one, so that what is told has an order.
fn start(dir: &Dir, args: &[&str]) -> Watching {
    let args = [&["run", "--watch"], args].concat();
    Watching::start(dir, &args, Stream::Both)
}

#[test]
fn a_change_of_a_file_of_the_program_starts_it_again() {
    let dir = dir_of(SERVER);
    let mut watching = start(&dir, &["main.wat"]);
    assert_eq!(watching.until("one"), ["\"one\""]);
    // Neither a file of the same text nor one that is no part of the program matters.
    dir.write("lib.wat", &lib("one"));
    dir.write("other.wat", "(");
    dir.write("lib.wat", &lib("two"));
    let told = [
        "`lib.wat` has changed, the program starts again",
        "\"stops\"",
        "\"two\"",
    ];
    assert_eq!(watching.until("two"), told);
    dir.write("main.wat", &SERVER.replace("\"stops\"", "\"ends\""));
    watching.until("`main.wat` has changed");
    assert_eq!(watching.until("two"), ["\"stops\"", "\"two\""]);
    assert_eq!(watching.end(libc::SIGTERM), 143);
    assert_eq!(processes_in(dir.path()), 0);
}

#[test]
fn a_program_that_does_not_end_is_killed() {
    let dir = dir_of(STUBBORN);
    let mut watching = start(&dir, &["main.wat"]);
    watching.until("one");
    let first = children(watching.pid());
    dir.write("lib.wat", &lib("two"));
    let told = [
        "`lib.wat` has changed, the program starts again",
        "\"stays\"",
        "\"two\"",
    ];
    assert_eq!(watching.until("two"), told);
    assert_ne!(children(watching.pid()), first);
    drop(watching);
}

#[test]
fn a_program_that_does_not_check_is_told_and_waited_for() {
    let dir = dir_of(SERVER);
    let mut watching = start(&dir, &["--format", "short", "main.wat"]);
    watching.until("one");
    dir.write("lib.wat", &lib("two").replace("\"two\"", "2"));
    let lines = watching.until("does not start");
    let found = lines
        .iter()
        .any(|it| it.starts_with("lib.wat:1:") && it.contains("WAT3003"));
    assert!(found, "{lines:#?}");
    assert_eq!(children(watching.pid()), [0; 0]);
    // A file that is gone is an error of the program like others.
    std::fs::remove_file(dir.path().join("lib.wat")).expect("it is there");
    assert!(
        watching
            .until("does not start")
            .join("\n")
            .contains("WAT5002")
    );
    dir.write("lib.wat", &lib("three"));
    assert_eq!(watching.until("three"), ["\"three\""]);
    // So is the program itself.
    std::fs::remove_file(dir.path().join("main.wat")).expect("it is there");
    watching.until("error: cannot read `main.wat`");
    dir.write("main.wat", SERVER);
    watching.until("\"three\"");
    assert_eq!(watching.end(libc::SIGINT), 130);
}

#[test]
fn a_program_that_has_ended_waits_for_a_change() {
    let dir = dir_of(SHORT);
    let mut watching = start(&dir, &["main.wat"]);
    let ended = "the program ended with status 0, watching for changes";
    assert_eq!(watching.until("ended with"), ["\"one\"", ended]);
    dir.write(
        "main.wat",
        &SHORT.replace("(:l::name)", "(:wat::core::/ 1 0)"),
    );
    watching.until("the program ended with status 1, watching for changes");
    dir.write("main.wat", SHORT);
    assert_eq!(watching.until("ended with"), ["\"one\"", ended]);
    assert_eq!(watching.end(libc::SIGINT), 130);
}

#[test]
fn the_project_counts_and_names_the_program() {
    const PROJECT: &str = "[project]\nname = \"p\"\n";
    let dir = dir_of(SHORT);
    dir.write("other.wat", &SHORT.replace("(:l::name)", "\"other\""));
    dir.write("wat.toml", &format!("{PROJECT}entry = \"main.wat\"\n"));
    let mut watching = start(&dir, &[]);
    watching.until("\"one\"");
    watching.until("ended with status 0");
    dir.write("wat.toml", &format!("{PROJECT}entry = \"other.wat\"\n"));
    assert_eq!(watching.until("other"), ["\"other\""]);
    watching.until("ended with status 0");
    assert_eq!(watching.end(libc::SIGTERM), 143);
}

#[test]
fn what_the_program_starts_ends_with_it() {
    let forks = "(:wat::load-file! \"lib.wat\")
(:wat::core::defn :my::spin [n <- :wat::core::i64] -> :wat::core::nil (:my::spin (:wat::core::+ n 1)))
(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::kernel::println (:wat::core::length (:wat::kernel::run-processes (:wat::core::range 0 2)
    (:wat::core::fn [n <- :wat::core::i64] -> :wat::core::nil
      (:wat::core::do (:wat::kernel::println (:l::name)) (:my::spin n))) 2))))\n";
    let dir = dir_of(forks);
    let mut watching = start(&dir, &["main.wat"]);
    watching.until("one");
    watching.until("one");
    dir.write("main.wat", SHORT);
    watching.until("ended with status 0");
    // The runner alone is left.
    assert_eq!(processes_in(dir.path()), 1);
    assert_eq!(watching.end(libc::SIGINT), 130);
}

#[test]
fn the_program_has_the_standard_input() {
    let reads = "(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::kernel::println (:wat::core::+ 1 (:wat::kernel::readln -> :wat::core::i64))))\n";
    let dir = Dir::with(&[("main.wat", reads)]);
    let mut command = command(&dir);
    let mut runner = command
        .args(["run", "--watch", "main.wat"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut stdin = runner.stdin.take().expect("it is piped");
    stdin.write_all(b"41\n").expect("the program reads");
    let mut watching = Watching::of(runner, Stream::Out);
    watching.until("42");
    assert_eq!(watching.end(libc::SIGTERM), 143);
}

#[test]
fn ctrl_c_ends_the_program_and_the_watching() {
    let dir = dir_of(SERVER);
    let mut on_terminal = command(&dir);
    on_terminal.args(["run", "--watch", "main.wat"]);
    let mut terminal = Terminal::start(on_terminal);
    terminal.expect("\"one\"");
    terminal.send("\u{3}");
    terminal.expect("\"stops\"");
    assert_eq!(terminal.end(), 130);
    // One that goes on ends at the second.
    dir.write("main.wat", STUBBORN);
    let mut on_terminal = command(&dir);
    on_terminal.args(["run", "--watch", "main.wat"]);
    let mut terminal = Terminal::start(on_terminal);
    terminal.expect("\"one\"");
    terminal.send("\u{3}");
    terminal.expect("\"stays\"");
    terminal.send("\u{3}");
    assert_eq!(terminal.end(), 130);
    assert_eq!(processes_in(dir.path()), 0);
}

#[test]
fn what_cannot_be_watched_is_refused() {
    let dir = Dir::new();
    let ran = wat(&dir, &["run", "--watch", "-"]);
    assert_eq!(ran.status, 64);
    assert!(ran.stderr.contains("cannot be watched"), "{}", ran.stderr);
    let ran = wat(&dir, &["run", "--watch", "--in-process", "a.wat"]);
    assert_eq!(ran.status, 64);
    let ran = wat(&dir, &["run", "--watch", "no.wat"]);
    assert_eq!(ran.status, 66);
}
