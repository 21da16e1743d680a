//! `wat fix`.

use std::fs;
use std::process::Command;

use super::support::{Dir, fed, wat};

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
fn ends_of_lines_stay_as_they_are() {
    let dir = Dir::with(&[("a.wat", &WRONG.replace('\n', "\r\n"))]);
    assert_eq!(wat(&dir, &["fix"]).status, 0);
    assert_eq!(text(&dir, "a.wat"), RIGHT.replace('\n', "\r\n"));
}

#[test]
fn a_read_only_file_stays_and_so_do_the_others() {
    let dir = Dir::with(&[("a.wat", WRONG), ("b.wat", WRONG)]);
    let path = dir.path().join("b.wat");
    let mut mode = fs::metadata(&path).expect("it is there").permissions();
    mode.set_readonly(true);
    fs::set_permissions(&path, mode).expect("it is ours");
    let ran = wat(&dir, &["fix"]);
    assert_eq!(ran.status, 74);
    assert_eq!(ran.stderr, "error: cannot write `b.wat`: it is read-only\n");
    assert_eq!(text(&dir, "a.wat"), WRONG);
    assert_eq!(text(&dir, "b.wat"), WRONG);
}

#[test]
fn text_that_is_piped_in_is_piped_out() {
    let dir = Dir::with(&[]);
    for given in [WRONG, RIGHT] {
        let ran = fed(&dir, &["fix", "-"], given);
        assert_eq!(
            (ran.status, ran.stdout.as_str()),
            (0, RIGHT),
            "{}",
            ran.stderr
        );
    }
}

#[test]
fn a_fix_that_reaches_into_a_file_that_was_not_named_is_told() {
    let library = "(:wat::core::def :five 5)\n";
    let program =
        "(:wat::load-file! \"lib.wat\")\n(:wat::core::def :demo::six (:wat::core::+ :five 1))\n";
    let dir = Dir::with(&[("lib.wat", library), ("main.wat", program)]);
    let ran = wat(&dir, &["fix", "lib.wat", "main.wat"]);
    assert_eq!(ran.stderr, "fixed 1 finding in 2 files\n");
    assert!(text(&dir, "main.wat").contains("(:wat::core::+ :user::five 1)"));
    assert_eq!(wat(&dir, &["check", "main.wat"]).status, 0);
}

#[test]
fn the_whole_project_is_what_its_programs_load_too() {
    let settings = "[project]\nname = \"demo\"\nentry = \"main.wat\"\nexclude = [\"old/**\"]\n";
    let main = "(:wat::load-file! \"lib/a.wat\")
(:wat::load-file! \"old/b.wat\")
(:wat::core::defn :user::main [] -> :wat::core::nil (:wat::kernel::println (:wat::core::+ :lib::a :old::b)))
";
    let dir = Dir::with(&[
        ("wat.toml", settings),
        ("main.wat", main),
        ("lib/a.wat", "(:wat::core::def :lib::a +5)\n"),
        ("old/b.wat", "(:wat::core::def :old::b +5)\n"),
    ]);
    let named = wat(&dir, &["fix", "main.wat"]);
    assert_eq!(named.stderr, "fixed 0 findings in 0 files\n");
    let whole = wat(&dir, &["fix"]);
    assert_eq!(whole.stderr, "fixed 1 finding in 1 file\n");
    assert_eq!(text(&dir, "lib/a.wat"), "(:wat::core::def :lib::a 5)\n");
    assert_eq!(text(&dir, "old/b.wat"), "(:wat::core::def :old::b +5)\n");
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
fn a_guess_that_does_not_hold_is_taken_back_and_told() {
    let wrong = "(:wat::core::defn :my::a [x <- :wat::core::i64] -> :wat::core::i64 (:my::b))\n(:wat::core::defn :my::be [x <- :wat::core::i64] -> :wat::core::i64 x)\n";
    let dir = Dir::with(&[("a.wat", wrong)]);
    let ran = wat(&dir, &["fix", "--maybe"]);
    assert_eq!(text(&dir, "a.wat"), wrong);
    let reason = "the fix `replace by `:my::a`` of WAT3201 was taken back: it introduces WAT3002";
    assert!(ran.stderr.contains(reason), "{}", ran.stderr);
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
