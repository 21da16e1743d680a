//! `wat fix`.

use std::fs;
use std::process::Command;

use super::support::{Dir, wat};

const WRONG: &str = "(:wat::core::def :demo::a +5)\n(:wat::core::def :demo::b 007)\n";
const RIGHT: &str = "(:wat::core::def :demo::a 5)\n(:wat::core::def :demo::b 7)\n";

fn text(dir: &Dir, name: &str) -> String {
    fs::read_to_string(dir.path().join(name)).expect("the file is there")
}

#[test]
fn machine_fixes_are_written() {
    let dir = Dir::with(&[("a.wat", WRONG)]);
    let ran = wat(&dir, &["fix"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
    assert_eq!(ran.stderr, "fixed 2 findings in 1 file\n");
    assert_eq!(text(&dir, "a.wat"), RIGHT);
    assert_eq!(wat(&dir, &["fix"]).stderr, "fixed 0 findings in 0 files\n");
}

#[test]
fn a_dry_run_and_a_difference_write_nothing() {
    let dir = Dir::with(&[("a.wat", WRONG)]);
    let ran = wat(&dir, &["fix", "--dry-run", "a.wat"]);
    assert_eq!(ran.status, 1);
    assert_eq!(
        ran.stdout,
        "a.wat:1:27: WAT1022: delete it\na.wat:2:27: WAT1902: delete the zeros\n"
    );
    let ran = wat(&dir, &["fix", "--diff", "a.wat"]);
    assert_eq!(ran.status, 1);
    assert!(
        ran.stdout.starts_with("--- a/a.wat\n+++ b/a.wat\n"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("+(:wat::core::def :demo::b 7)\n"));
    assert_eq!(text(&dir, "a.wat"), WRONG);
}

#[test]
fn codes_and_plausible_fixes_are_chosen() {
    let dir = Dir::with(&[
        ("a.wat", WRONG),
        ("b.wat", "(:wat::core::def :demo::s \"50\\% off\")\n"),
    ]);
    assert_eq!(wat(&dir, &["fix", "--code", "leading-zero"]).status, 0);
    assert!(text(&dir, "a.wat").contains("+5") && text(&dir, "a.wat").contains(" 7)"));
    assert_eq!(
        text(&dir, "b.wat"),
        "(:wat::core::def :demo::s \"50\\% off\")\n"
    );
    assert_eq!(wat(&dir, &["fix", "--maybe"]).status, 0);
    assert_eq!(
        text(&dir, "b.wat"),
        "(:wat::core::def :demo::s \"50\\\\% off\")\n"
    );
    let ran = wat(&dir, &["fix", "--code", "leading-zeros"]);
    assert_eq!(ran.status, 64);
    assert!(ran.stderr.contains("`leading-zero`"));
}

#[test]
fn a_formatted_file_stays_formatted_and_another_one_is_left_as_it_is() {
    let name = "(:wat::core::typealias :demo::Table :wat::core::HashMap<wat::core::String, wat::core::i64>)\n";
    let dir = Dir::with(&[
        ("a.wat", "(:wat::core::def   :demo::a   +5)\n"),
        ("b.wat", name),
    ]);
    assert_eq!(wat(&dir, &["fix"]).status, 0);
    assert_eq!(text(&dir, "a.wat"), "(:wat::core::def   :demo::a   5)\n");
}

#[test]
fn files_with_changes_that_are_not_committed_are_left_alone() {
    let dir = Dir::with(&[("a.wat", WRONG)]);
    let git = |args: &[&str]| {
        let ran = Command::new("git")
            .args(args)
            .current_dir(dir.path())
            .output();
        ran.is_ok_and(|ran| ran.status.success())
    };
    if !git(&["init", "-q"]) {
        return;
    }
    let command = |args: &[&str]| {
        let mut command = super::support::command(&dir);
        let path = std::env::var_os("PATH").unwrap_or_default();
        command
            .env("PATH", path)
            .args(args)
            .output()
            .expect("it runs")
    };
    let ran = command(&["fix"]);
    assert_eq!(ran.status.code(), Some(77));
    assert_eq!(text(&dir, "a.wat"), WRONG);
    assert_eq!(command(&["fix", "--allow-dirty"]).status.code(), Some(0));
    assert_eq!(text(&dir, "a.wat"), RIGHT);
}
