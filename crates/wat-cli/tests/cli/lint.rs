//! `wat lint`: what runes suppress, in every format.

use serde_json::Value;

use super::support::{Dir, wat};

/// An arm that no value reaches, and the reason why it stays.
const KEPT: &str = ";; rune:unused(interop) — the generator writes this arm
(:wat::core::defn :a::f [n <- :wat::core::i64] -> :wat::core::i64
  \"Doubles what is even.\"
  (:wat::core::match n -> :wat::core::i64
    (_ (:wat::core::i64::* n 2))
    (2 4)))
";

fn kept() -> Dir {
    Dir::with(&[("a.wat", KEPT)])
}

#[test]
fn what_a_rune_suppresses_is_no_finding() {
    let dir = kept();
    for command in ["lint", "check"] {
        let ran = wat(&dir, &[command, "--fail-on", "note", "a.wat"]);
        assert_eq!((ran.status, &*ran.stderr), (0, ""), "{command}");
    }
    let ran = wat(&dir, &["fix", "--diff", "a.wat"]);
    assert_eq!((ran.status, &*ran.stdout), (0, ""));
}

#[test]
fn who_asks_for_more_is_told_what_is_suppressed() {
    let dir = kept();
    let ran = wat(&dir, &["lint", "-v", "a.wat"]);
    let line = "(suppressed by `unused(interop)`: the generator writes this arm)";
    assert!(
        ran.stderr.contains("a.wat:6:6: warning[WAT7305]: "),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.trim_end().ends_with(line), "{}", ran.stderr);
    let ran = wat(&dir, &["lint", "-v", "--color", "always", "a.wat"]);
    assert!(ran.stderr.contains("\x1b[2ma.wat:6:6"), "{}", ran.stderr);
    let ran = wat(&dir, &["check", "-v", "--format", "short", "a.wat"]);
    assert!(ran.stdout.trim_end().ends_with(line), "{}", ran.stdout);
}

#[test]
fn tools_are_told_what_is_suppressed_and_why() {
    let dir = kept();
    let ran = wat(&dir, &["lint", "--format", "json", "a.wat"]);
    let mut lines = ran.stdout.lines();
    let mut next = || -> Value {
        let line = lines.next().expect("a record");
        serde_json::from_str(line).expect("a record is JSON")
    };
    let finding = next();
    assert_eq!(finding["code"], "WAT7305");
    assert_eq!(finding["suppressed"]["rune"], "unused(interop)");
    assert_eq!(
        finding["suppressed"]["justification"],
        "the generator writes this arm"
    );
    assert_eq!(finding["suppressed"]["span"]["start"]["line"], 1);
    let summary = next();
    assert_eq!(
        (&summary["suppressed"], &summary["warnings"]),
        (&1.into(), &0.into())
    );
    assert_eq!(summary["fixable"], 0);

    let ran = wat(&dir, &["lint", "--format", "sarif", "a.wat"]);
    let sarif: Value = serde_json::from_str(&ran.stdout).expect("SARIF is JSON");
    let suppression = &sarif["runs"][0]["results"][0]["suppressions"][0];
    assert_eq!(suppression["kind"], "inSource");
    assert_eq!(
        suppression["justification"],
        "the generator writes this arm"
    );

    let ran = wat(&dir, &["check", "--format", "edn", "a.wat"]);
    assert!(
        ran.stdout.contains(":rune \"unused(interop)\""),
        "{}",
        ran.stdout
    );
    let ran = wat(&dir, &["check", "--format", "github", "a.wat"]);
    assert_eq!((ran.status, &*ran.stdout), (0, ""));
}

#[test]
fn the_command_line_beats_a_rune_and_a_rune_beats_the_project() {
    let dir = kept();
    let ran = wat(&dir, &["lint", "--deny", "WAT7305", "a.wat"]);
    assert_eq!(ran.status, 1);
    assert!(ran.stderr.contains("error[WAT7305]"), "{}", ran.stderr);
    dir.write(
        "wat.toml",
        "[project]\nname = \"a\"\nversion = \"0.1.0\"\nentry = \"a.wat\"\n\n[lint]\nlevels = { \"unused\" = \"deny\" }\n",
    );
    let ran = wat(&dir, &["lint", "--only", "unused/arm", "a.wat"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
}

#[test]
fn nothing_is_linted_where_nobody_wants_lints() {
    let text = KEPT.replace(" — the generator writes this arm", "");
    let dir = Dir::with(&[("a.wat", &*text)]);
    let ran = wat(&dir, &["check", "--lints", "none", "a.wat"]);
    assert_eq!((ran.status, &*ran.stderr), (0, ""));
    let ran = wat(&dir, &["check", "--format", "short", "a.wat"]);
    assert_eq!(ran.status, 1);
    assert!(ran.stdout.contains("error[WAT7903]"), "{}", ran.stdout);
}
