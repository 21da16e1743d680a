//! The command line itself.

use super::support::{Dir, wat};

#[test]
fn help_names_exactly_the_commands_that_exist() {
    let ran = wat(&Dir::new(), &["--help"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    let commands = ran
        .stdout
        .split("Commands:")
        .nth(1)
        .expect("there is a list of commands");
    let words: Vec<&str> = commands
        .lines()
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert_eq!(
        words,
        [
            "check", "fmt", "fix", "test", "run", "repl", "lsp", "expand", "explain", "lint",
            "new", "init", "doctor", "help"
        ]
    );
}

#[test]
fn version_is_one_line_or_one_record() {
    let dir = Dir::new();
    let ran = wat(&dir, &["--version"]);
    assert_eq!(
        (ran.status, ran.stdout.as_str()),
        (0, concat!("wat ", env!("CARGO_PKG_VERSION"), "\n"))
    );
    let ran = wat(&dir, &["-V", "--format", "json"]);
    let record: serde_json::Value = serde_json::from_str(&ran.stdout).expect("it is JSON");
    assert_eq!(record["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn a_wrong_command_line_is_64_and_suggests() {
    let dir = Dir::new();
    let suggests = |args: &[&str], text: &str| {
        let ran = wat(&dir, args);
        assert_eq!((ran.status, ran.stdout.as_str()), (64, ""), "{args:?}");
        assert!(ran.stderr.contains(text), "{args:?}: {}", ran.stderr);
    };
    suggests(&["chek"], "`check`");
    suggests(&["--fromat", "json", "check"], "--format");
    suggests(&["check", "--max-diagnostic", "1"], "--max-diagnostics");
    suggests(&["check", "--format", "yaml"], "json");
    suggests(&["--set", "run.stack-limi=1", "check"], "`run.stack-limit`");
    suggests(&["--set", "run.stack-limit=x", "check"], "64 MiB");
}

#[test]
fn a_missing_file_is_66() {
    let dir = Dir::new();
    for args in [
        &["check", "no.wat"][..],
        &["run", "no.wat"],
        &["no.wat"],
        &["repl", "no.wat", "-e", "1"],
        &["repl", "--load", "no.wat", "-e", "1"],
        &["run", "."],
        &["-C", "nowhere", "check"],
    ] {
        let ran = wat(&dir, args);
        assert_eq!(
            (ran.status, ran.stdout.as_str()),
            (66, ""),
            "{args:?}: {}",
            ran.stderr
        );
        assert!(!ran.stderr.is_empty(), "{args:?}");
    }
}

#[test]
fn help_knows_commands_names_and_codes() {
    let dir = Dir::new();
    let ran = wat(&dir, &["help", "fix"]);
    assert!(ran.status == 0 && ran.stdout.contains("--dry-run"));
    let ran = wat(&dir, &["help", ":wat::core::map"]);
    assert!(ran.status == 0 && ran.stdout.starts_with(":wat::core::map "));
    assert_eq!(
        wat(&dir, &["help", "WAT1022"]).stdout,
        wat(&dir, &["explain", "WAT1022"]).stdout
    );
    for (subject, near) in [("fxi", "`fix`"), (":wat::core::mapp", "`:wat::core::map`")] {
        let ran = wat(&dir, &["help", subject]);
        assert_eq!(ran.status, 64);
        assert!(ran.stderr.contains(near), "{}", ran.stderr);
    }
    let ran = wat(&dir, &["help", "--format", "json"]);
    let grammar: serde_json::Value = serde_json::from_str(&ran.stdout).expect("it is JSON");
    assert_eq!(grammar["commands"][0]["name"], "check");
    assert_eq!(grammar["exit-codes"][0]["status"], 0);
}

#[test]
fn paths_are_absolute_where_that_is_asked_for() {
    let dir = Dir::with(&[
        ("main.wat", "(:wat::load-file! \"lib.wat\")\n"),
        (
            "lib.wat",
            "(:wat::core::def :my::a (:wat::core::+ 1 \"x\"))\n",
        ),
        ("wat.toml", "[chek]\n"),
    ]);
    let here = dir.path().canonicalize().expect("the directory is there");
    let here = here.to_str().expect("its name is text");
    let ran = wat(&dir, &["check", "main.wat", "--format", "short"]);
    assert!(
        ran.stdout.contains("\nlib.wat:1:") || ran.stdout.starts_with("lib.wat:1:"),
        "{ran:?}"
    );
    let ran = wat(
        &dir,
        &["check", "main.wat", "--format", "short", "--absolute-paths"],
    );
    let mut lines: Vec<&str> = ran.stdout.lines().collect();
    lines.retain(|line| !line.starts_with(here));
    assert_eq!((ran.status, lines), (1, vec![]), "{ran:?}");
    assert!(
        ran.stdout.contains("/lib.wat:1:") && ran.stdout.contains("/wat.toml:1:"),
        "{ran:?}"
    );
    let ran = wat(&dir, &["--absolute-paths", "check", "missing.wat"]);
    assert!(
        ran.stderr.contains(&format!("`{here}/missing.wat`")),
        "{ran:?}"
    );
}

#[test]
fn timings_are_a_table_or_trace_events() {
    let dir = Dir::with(&[("a.wat", "(:wat::core::def :my::a 1)\n")]);
    let phases = |more: &[&str]| -> Vec<String> {
        let ran = wat(&dir, &[&["check", "a.wat", "--timings"], more].concat());
        assert_eq!((ran.status, ran.stdout.as_str()), (0, ""), "{ran:?}");
        let words = ran.stderr.lines().filter_map(|line| line.split(' ').next());
        words.map(str::to_owned).collect()
    };
    let before = ["phase", "settings", "load", "prepare", "check"];
    let behind = ["report", "other", "all"];
    let without: Vec<&str> = [&before[..], &behind].concat();
    assert_eq!(phases(&["--lints", "none"]), without);
    let with: Vec<&str> = [&before[..], &["lint"], &behind].concat();
    assert_eq!(phases(&[]), with);
    let ran = wat(&dir, &["--timings=t.json", "check", "a.wat"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{ran:?}");
    let trace = std::fs::read_to_string(dir.path().join("t.json")).expect("the trace is there");
    let trace: serde_json::Value = serde_json::from_str(&trace).expect("it is JSON");
    let events = trace["traceEvents"].as_array().expect("a list");
    let check = events
        .iter()
        .find(|event| event["name"] == "check")
        .expect("a check");
    assert_eq!(
        (&check["ph"], &check["args"]["about"]),
        (&"X".into(), &"a.wat".into())
    );
}

#[test]
fn threads_are_a_number_from_1_on() {
    let dir = Dir::with(&[("a.wat", "(:wat::core::def :my::a 1)\n")]);
    assert_eq!(wat(&dir, &["fmt", "--threads", "1", "--check"]).status, 0);
    assert_eq!(wat(&dir, &["--threads=2", "check", "a.wat"]).status, 0);
    let ran = wat(&dir, &["check", "--threads", "0"]);
    assert_eq!(ran.status, 64, "{ran:?}");
}
