//! `wat new`, `wat init` and `wat lint`.

use super::support::{Dir, wat};

#[test]
fn a_new_project_runs_and_has_no_findings() {
    let dir = Dir::new();
    assert_eq!(wat(&dir, &["new", "calc", "--vcs", "none"]).status, 0);
    let inside = |args: &[&str]| wat(&dir, &[&["-C", "calc"], args].concat());
    let ran = inside(&["check"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    assert_eq!(inside(&["fmt", "--check"]).status, 0);
    assert_eq!(inside(&["lint"]).status, 0);
    let ran = inside(&["run", "wat/main.wat"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (0, "\"hello, world\"\n"));
    let ran = inside(&["test"]);
    assert_eq!(ran.status, 0, "{}", ran.stdout);
    assert!(
        ran.stdout.contains("ok  1 passed, 0 failed"),
        "{}",
        ran.stdout
    );
    let again = wat(&dir, &["new", "calc"]);
    assert_eq!(again.status, 73);
    assert_eq!(wat(&dir, &["new", "Calc"]).status, 64);
}

#[test]
fn init_overwrites_nothing() {
    let dir = Dir::with(&[("wat/main.wat", ";; mine\n")]);
    let ran = wat(&dir, &["init", "--vcs", "none", "--kind", "lib", "calc"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    let text = std::fs::read_to_string(dir.path().join("wat/main.wat"));
    assert_eq!(text.ok().as_deref(), Some(";; mine\n"));
    assert!(dir.path().join("wat.toml").exists());
    let ran = wat(&dir, &["test"]);
    assert_eq!(ran.status, 0, "{}", ran.stdout);
}

#[test]
fn lint_reports_warnings_and_no_errors() {
    let dir = Dir::with(&[(
        "a.wat",
        "(:wat::core::def :demo::a +5)\n(:wat::core::def :demo::b 007)\n",
    )]);
    let ran = wat(&dir, &["lint", "--format", "short", "a.wat"]);
    assert_eq!(
        (ran.status, ran.stdout.lines().count()),
        (1, 1),
        "{}",
        ran.stdout
    );
    assert_eq!(
        wat(&dir, &["lint", "--skip", "leading-zero", "a.wat"]).status,
        0
    );
    assert_eq!(wat(&dir, &["lint", "--only", "unused", "a.wat"]).status, 0);
    assert_eq!(
        wat(&dir, &["lint", "--fail-on", "error", "a.wat"]).status,
        0
    );
    let ran = wat(&dir, &["lint", "--list", "--deny", "unused"]);
    let line = ran
        .stdout
        .lines()
        .find(|line| line.contains("unused/binding"));
    assert!(
        line.is_some_and(|line| line.contains("deny  run")),
        "{line:?}"
    );
}
