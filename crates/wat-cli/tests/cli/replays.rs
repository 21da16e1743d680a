//! `wat test`: cases of properties that kill or hang their child (chapter 09 §9.11.4).

use serde_json::Value;

use super::support::{Dir, Ran, command};

const DEADLY: &str = r#"
(:wat::core::defn :t::kill [] -> :wat::core::nil
  (:wat::test::assert-true (:wat::core::string::empty? (:wat::core::string::repeat "x" 100000000))))
(:wat::core::defn :t::spin [] -> :wat::core::nil (:t::spin))
(:wat::test::defprop :t::kills
  [x <- :wat::core::i64
   y <- :wat::core::bool]
  (:wat::core::if (:wat::core::< x 100) :wat::core::nil (:t::kill)))
(:wat::test::time-limit "500ms")
(:wat::test::defprop :t::hangs
  [x <- (:wat::test::gen::i64-in 0 1000)]
  (:wat::core::if (:wat::core::< x 100) :wat::core::nil (:t::spin)))
(:wat::test::defprop :t::fails [x <- :wat::core::i64] (:wat::test::assert-true (:wat::core::< x 100)))
(:wat::test::defprop :t::fails-or-kills
  [x <- :wat::core::i64]
  (:wat::core::if (:wat::core::< x 100)
    (:wat::core::if (:wat::core::< x 50) :wat::core::nil (:t::kill))
    (:wat::test::assert-true false)))
(:wat::test::defprop :t::holds [x <- :wat::core::i64] (:wat::test::assert-eq x x))
"#;

fn run(dir: &Dir, format: &str, more: &[&str]) -> Ran {
    let mut command = command(dir);
    command.args([
        "test",
        "--format",
        format,
        "--set",
        "test.memory-limit=64 MiB",
    ]);
    command
        .args(more)
        .arg("t.wat")
        .env_remove("CI")
        .env("RUST_BACKTRACE", "0");
    command.output().expect("the binary runs").into()
}

fn finished(ran: &Ran, name: &str) -> Value {
    let records = ran
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("a record"));
    let mut own = records.filter(|it: &Value| it["event"] == "test-finished" && it["name"] == name);
    own.next().expect("it ran")
}

/// Status, code, and the counterexample.
fn told(ran: &Ran, name: &str) -> String {
    let test = finished(ran, name);
    let failure = &test["failure"];
    let values = &failure["property"]["counterexample"];
    format!("{} {} {values}", test["status"], failure["code"]).replace('"', "")
}

#[test]
fn a_case_that_kills_or_hangs_its_child_is_made_smaller() {
    let dir = Dir::with(&[("t.wat", DEADLY)]);
    for seed in ["1", "2"] {
        let ran = run(&dir, "json", &["--no-persist", "--seed", seed]);
        assert_eq!(ran.status, 1);
        assert_eq!(told(&ran, ":t::kills"), "failed WAT8907 {x:100,y:false}");
        assert_eq!(told(&ran, ":t::hangs"), "failed WAT8907 {x:100}");
        assert_eq!(told(&ran, ":t::fails"), "failed WAT8907 {x:100}");
        assert_eq!(
            told(&ran, ":t::fails-or-kills").split(' ').next(),
            Some("failed")
        );
        assert_eq!(told(&ran, ":t::holds"), "passed null null");
        let kills = finished(&ran, ":t::kills");
        assert_eq!(kills["failure"]["kind"], "Property");
        assert_eq!(kills["failure"]["signal"], "SIGABRT");
        let message = kills["failure"]["message"].as_str().expect("a message");
        assert!(
            message.starts_with("property :t::kills falsified after "),
            "{message}"
        );
        assert!(
            message.contains("\n  x = 100\n  y = false\n  the test asked for more memory"),
            "{message}"
        );
        let hangs = finished(&ran, ":t::hangs");
        let message = hangs["failure"]["message"].as_str().expect("a message");
        assert!(
            message.ends_with("\n  x = 100\n  the test took longer than 500 ms"),
            "{message}"
        );
    }
    assert!(!dir.path().join("regressions").exists());
}

#[test]
fn a_deadly_counterexample_is_remembered_and_tried_first() {
    let dir = Dir::with(&[("t.wat", DEADLY)]);
    let first = run(&dir, "json", &["-f", "t::kills"]);
    assert_eq!(told(&first, ":t::kills"), "failed WAT8907 {x:100,y:false}");
    assert!(dir.path().join("regressions/t.edn").exists());
    let again = run(&dir, "json", &["-f", "t::kills"]);
    assert_eq!(told(&again, ":t::kills"), "failed WAT8907 {x:100,y:false}");
    let property = &finished(&again, ":t::kills")["failure"]["property"];
    assert_eq!(property["cases"], 1, "{property}");
}
