//! `wat check`.

use serde_json::Value;

use super::support::{Dir, main_of, wat};

const GOOD: &str = "(:wat::core::defn :my::one [] -> :wat::core::i64 1)\n";
const BAD: &str = "(:wat::core::defn :my::two [] -> :wat::core::i64 \"two\")\n";

fn records(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).expect("each line is JSON"))
        .collect()
}

#[test]
fn a_good_file_is_silent() {
    let dir = Dir::with(&[("a.wat", GOOD)]);
    let ran = wat(&dir, &["check", "a.wat"]);
    assert_eq!(
        (ran.status, ran.stdout.as_str(), ran.stderr.as_str()),
        (0, "", "")
    );
}

#[test]
fn an_error_is_shown_with_its_source_and_is_1() {
    let dir = Dir::with(&[("a.wat", BAD)]);
    let ran = wat(&dir, &["check", "a.wat"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (1, ""));
    for part in [
        "error[WAT",
        "a.wat:1:",
        "│ (:wat::core::defn :my::two",
        "1 error\n",
    ] {
        assert!(ran.stderr.contains(part), "{part}: {}", ran.stderr);
    }
    assert!(!ran.stderr.contains('\u{1b}'), "{}", ran.stderr);
}

#[test]
fn colour_comes_on_request() {
    let dir = Dir::with(&[("a.wat", BAD)]);
    let ran = wat(&dir, &["check", "--color", "always", "a.wat"]);
    assert!(ran.stderr.contains("\u{1b}["), "{}", ran.stderr);
}

#[test]
fn short_is_one_line_per_finding() {
    let dir = Dir::with(&[("a.wat", BAD)]);
    let ran = wat(&dir, &["check", "--format=short", "a.wat"]);
    assert_eq!(ran.status, 1);
    assert_eq!(ran.stdout.lines().count(), 1, "{}", ran.stdout);
    assert!(ran.stdout.starts_with("a.wat:1:"), "{}", ran.stdout);
    assert!(ran.stdout.contains(": error[WAT"), "{}", ran.stdout);
}

#[test]
fn json_is_one_record_per_finding_and_a_summary() {
    let dir = Dir::with(&[("a.wat", GOOD), ("b.wat", BAD)]);
    let ran = wat(&dir, &["--format", "json", "check"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (1, ""));
    let records = records(&ran.stdout);
    assert_eq!(records.len(), 2, "{}", ran.stdout);
    let keys: Vec<&str> = records[0]
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect();
    let fields = "kind code name severity message file span labels notes help fixes expansion tags suppressed";
    assert_eq!(keys, fields.split(' ').collect::<Vec<_>>());
    assert_eq!(records[0]["file"], "b.wat");
    assert_eq!(records[0]["span"]["start"]["line"], 1);
    assert_eq!(records[1]["kind"], "summary");
    assert_eq!(
        (records[1]["errors"].as_u64(), records[1]["files"].as_u64()),
        (Some(1), Some(2))
    );
}

#[test]
fn directories_are_walked_without_the_hidden_ones() {
    let dir = Dir::with(&[
        ("b/x.wat", BAD),
        (
            "a/y.wat",
            "(:wat::core::defn :my::three [] -> :wat::core::i64 \"3\")\n",
        ),
        (".hidden/z.wat", BAD),
        ("target/z.wat", BAD),
        ("a/no.txt", BAD),
    ]);
    let ran = wat(&dir, &["check", "--format", "short", "."]);
    let files: Vec<&str> = ran
        .stdout
        .lines()
        .filter_map(|line| line.split(':').next())
        .collect();
    assert_eq!(files, ["a/y.wat", "b/x.wat"]);
}

#[test]
fn loaded_files_are_read_from_disk() {
    let load = "(:wat::load-file! \"lib/one.wat\")\n";
    let good = format!("{load}{}", main_of("(:wat::kernel::println (:my::one))"));
    let dir = Dir::with(&[("main.wat", &good), ("lib/one.wat", GOOD)]);
    let ran = wat(&dir, &["check", "main.wat"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);

    let dir = Dir::with(&[("main.wat", &good)]);
    let ran = wat(&dir, &["check", "--format", "short", "main.wat"]);
    assert_eq!(ran.status, 1);
    assert!(ran.stdout.contains("WAT5002"), "{}", ran.stdout);
}

#[test]
fn findings_beyond_the_limit_are_counted() {
    let many: String = (0..120)
        .map(|i| format!("(:wat::core::defn :my::f{i} [] -> :wat::core::i64 \"x\")\n"))
        .collect();
    let dir = Dir::with(&[("a.wat", &many)]);
    let ran = wat(&dir, &["check", "a.wat"]);
    assert!(
        ran.stderr.contains("… and 20 more\n120 errors\n"),
        "{}",
        &ran.stderr[ran.stderr.len().saturating_sub(200)..]
    );
    let ran = wat(&dir, &["check", "--max-diagnostics", "2", "a.wat"]);
    assert_eq!(ran.stderr.matches("error[WAT").count(), 2);
}

#[test]
fn warnings_fail_only_on_request() {
    let dir = Dir::with(&[(
        "a.wat",
        "(:wat::core::defn :my::f [] -> :wat::core::i64 1)\t\n#!x\n",
    )]);
    let ran = wat(&dir, &["--format", "json", "check", "a.wat"]);
    let all = records(&ran.stdout);
    let summary = all.last().expect("there is a summary");
    let strict = wat(&dir, &["check", "--fail-on", "note", "a.wat"]);
    let any = ["errors", "warnings", "notes"]
        .iter()
        .any(|key| summary[key] != 0);
    assert_eq!(strict.status, i32::from(any));
}

#[test]
fn the_old_spelling_is_accepted() {
    let dir = Dir::with(&[("a.wat", BAD)]);
    let ran = wat(&dir, &["--check", "a.wat", "--check-output", "json"]);
    assert_eq!(ran.status, 1);
    assert_eq!(records(&ran.stdout).len(), 2);
}
