//! `wat check --watch`: a round after each change, on one database.

use std::fs;

use super::{Stream, Watching};
use crate::cli::pty::Terminal;
use crate::cli::support::{Dir, command, wat};

const GOOD: &str = "(:wat::core::defn :l::two [] -> :wat::core::i64 2)\n";
const BAD: &str = "(:wat::core::defn :l::two [] -> :wat::core::i64 \"two\")\n";
const MAIN: &str = "(:wat::load-file! \"lib.wat\")
(:wat::core::defn :m::four [] -> :wat::core::i64 (:wat::core::i64::+ (:l::two) 2))\n";

/// Checks whenever files change; findings are one line each.
fn start(dir: &Dir, args: &[&str]) -> Watching {
    let told = ["check", "--watch", "--lints", "none", "--format", "short"];
    let args = [&told, args].concat();
    Watching::start(dir, &args, Stream::Out)
}

impl Watching {
    /// What the next round tells: the files and codes, then errors and warnings.
    fn told(&mut self) -> Vec<String> {
        let lines = self.until("#wat.check/Round {");
        let short = |line: &String| match line.strip_prefix("#wat.check/Round {") {
            Some(record) => {
                let (counts, micros) = record.split_once(" :duration-us ").expect("a duration");
                let micros = micros.strip_suffix('}').expect("the end of the record");
                assert!(micros.parse::<u64>().is_ok(), "{line}");
                counts.to_owned()
            }
            None => {
                let code = line.split(['[', ']']).nth(1).unwrap_or_default();
                format!("{} {code}", line.split(':').next().unwrap_or_default())
            }
        };
        lines.iter().map(short).collect()
    }
}

const CLEAN: &str = ":errors 0 :warnings 0";
const ONE_ERROR: &str = ":errors 1 :warnings 0";

#[test]
fn each_change_is_a_round() {
    let dir = Dir::with(&[("lib.wat", GOOD), ("main.wat", MAIN)]);
    let mut watching = start(&dir, &["main.wat"]);
    assert_eq!(watching.told(), [CLEAN]);
    dir.write("lib.wat", BAD);
    assert_eq!(watching.told(), ["lib.wat WAT3003", ONE_ERROR]);
    // The text of the file is what counts: this is no change, and the next one is.
    dir.write("lib.wat", BAD);
    dir.write("other.wat", "(");
    dir.write("main.wat", "(:wat::core::def :m::one 1)\n");
    assert_eq!(watching.told(), [CLEAN]);
    // What is not loaded any more is not looked at.
    dir.write("lib.wat", "(");
    dir.write("main.wat", MAIN);
    assert_eq!(watching.told()[..1], ["lib.wat WAT5007"]);
    assert_eq!(watching.end(libc::SIGINT), 130);
}

#[test]
fn files_come_and_go() {
    let dir = Dir::with(&[("src/a.wat", GOOD)]);
    let mut watching = start(&dir, &[]);
    assert_eq!(watching.told(), [CLEAN]);
    dir.write("src/deep/b.wat", "(");
    assert_eq!(watching.told(), ["src/deep/b.wat WAT1030", ONE_ERROR]);
    fs::remove_dir_all(dir.path().join("src/deep")).expect("it is there");
    assert_eq!(watching.told(), [CLEAN]);
    fs::rename(dir.path().join("src"), dir.path().join("gone")).expect("it is there");
    dir.write("gone/c.wat", "(");
    watching.until("gone/c.wat:1:1: error[WAT1030]");
    assert_eq!(watching.end(libc::SIGTERM), 143);
}

#[test]
fn a_named_file_is_there_at_the_start_and_may_vanish_later() {
    let dir = Dir::with(&[("in/a.wat", BAD), ("b.wat", "(")]);
    let ran = wat(&dir, &["check", "--watch", "in/a.wat", "no.wat"]);
    assert_eq!(ran.status, 66);
    assert!(
        ran.stderr.contains("cannot read `no.wat`"),
        "{}",
        ran.stderr
    );
    let mut watching = Watching::start(
        &dir,
        &["check", "--watch", "--lints", "none", "in/a.wat", "b.wat"],
        Stream::Err,
    );
    watching.until(":errors 2 :warnings 0 ");
    // With its directory.
    fs::remove_dir_all(dir.path().join("in")).expect("it is there");
    let lines = watching.until(":errors 2 :warnings 0 ").join("\n");
    let lost = "error: cannot read `in/a.wat`: no such file or directory\n";
    assert!(lines.contains(lost), "{lines}");
    assert!(lines.contains("WAT1030"), "{lines}");
    dir.write("in/a.wat", GOOD);
    watching.until(":errors 1 :warnings 0 ");
    assert_eq!(watching.end(libc::SIGINT), 130);
}

#[test]
fn a_file_that_is_loaded_may_come_later() {
    let dir = Dir::with(&[("main.wat", &MAIN.replace("lib.wat", "far/lib.wat"))]);
    let mut watching = start(&dir, &["main.wat"]);
    assert_eq!(watching.told(), ["main.wat WAT5002", ONE_ERROR]);
    dir.write("far/lib.wat", GOOD);
    assert_eq!(watching.told(), [CLEAN]);
    assert_eq!(watching.end(libc::SIGINT), 130);
}

#[test]
fn the_project_is_read_again() {
    const PROJECT: &str = "[project]\nname = \"p\"\nsource = [\".\"]\n";
    let leading = "(:wat::core::def :l::seven 007)\n";
    let dir = Dir::with(&[("wat.toml", PROJECT), ("a.wat", leading)]);
    let mut watching = start(&dir, &[]);
    assert_eq!(watching.told(), ["a.wat WAT1902", ":errors 0 :warnings 1"]);
    dir.write(
        "wat.toml",
        &format!("{PROJECT}[lint]\nlevels = {{ leading-zero = \"deny\" }}\n"),
    );
    assert_eq!(watching.told(), ["a.wat WAT1902", ONE_ERROR]);
    dir.write("wat.toml", "[project");
    assert_eq!(watching.told(), ["wat.toml WAT5802", ONE_ERROR]);
    // Back to what it was when it was read last.
    dir.write(
        "wat.toml",
        &format!("{PROJECT}[lint]\nlevels = {{ leading-zero = \"deny\" }}\n"),
    );
    assert_eq!(watching.told(), ["a.wat WAT1902", ONE_ERROR]);
    assert_eq!(watching.end(libc::SIGINT), 130);
}

#[test]
fn the_record_is_one_of_the_format() {
    let dir = Dir::with(&[("a.wat", BAD)]);
    let args = ["check", "--watch", "--format", "json", "a.wat"];
    let mut watching = Watching::start(&dir, &args, Stream::Out);
    let lines = watching.until("\"kind\":\"round\"");
    let kinds = lines.iter().map(|line| {
        let record: serde_json::Value = serde_json::from_str(line).expect("JSON");
        record["kind"].as_str().unwrap_or_default().to_owned()
    });
    assert_eq!(
        kinds.collect::<Vec<_>>(),
        ["diagnostic", "summary", "round"]
    );
    assert_eq!(watching.end(libc::SIGINT), 130);
}

#[test]
fn a_terminal_shows_what_is_so_now() {
    const READY: &str = "watching for changes";
    let dir = Dir::with(&[("a.wat", BAD)]);
    let mut command = command(&dir);
    command.args(["check", "--watch", "a.wat"]);
    let mut terminal = Terminal::start(command);
    let round = terminal.expect(READY);
    assert!(round.contains("\u{1b}[H\u{1b}[2J"), "{round:?}");
    assert!(round.contains("error[WAT3003]"), "{round}");
    assert!(round.contains("1 file checked in "), "{round}");
    assert!(!round.contains("#wat.check/Round"), "{round}");
    dir.write("a.wat", GOOD);
    let round = terminal.expect(READY);
    assert!(round.contains("\u{1b}[H\u{1b}[2J"), "{round:?}");
    assert!(!round.contains("error"), "{round}");
    terminal.send("\u{3}");
    assert_eq!(terminal.end(), 130);
}

#[test]
fn standard_input_is_not_watched() {
    let dir = Dir::new();
    let ran = wat(&dir, &["check", "--watch", "-"]);
    assert_eq!(ran.status, 64);
    assert!(ran.stderr.contains("cannot be watched"), "{}", ran.stderr);
}
