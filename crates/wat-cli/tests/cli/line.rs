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
