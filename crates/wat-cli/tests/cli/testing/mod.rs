//! `wat test`: how tests end, what is told of them, which run, and what is left behind.

mod ends;
mod examples;
mod hermetic;
mod properties;
mod reports;
mod selection;

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::support::{Dir, json_lines, wat as run};

/// Tests that end in every way.
const NASTY: &str = r#"
(:wat::core::defn :t::spin [] -> :wat::core::nil (:t::spin))
(:wat::core::defn :t::flood [n <- :wat::core::i64] -> :wat::core::nil
  (:wat::core::if (:wat::core::= n 0) :wat::core::nil
    (:wat::core::do
      (:wat::kernel::println "0123456789012345678901234567890123456789012345678901234567890123456789")
      (:wat::kernel::eprintln "0123456789012345678901234567890123456789012345678901234567890123456789")
      (:t::flood (:wat::core::- n 1)))))
(:wat::core::defn :t::deep [n <- :wat::core::i64] -> :wat::core::i64
  (:wat::core::+ 1 (:t::deep (:wat::core::+ n 1))))
(:wat::test::deftest :t::passes () (:wat::test::assert-eq 1 1))
(:wat::test::deftest :t::fails () (:wat::test::assert-eq 1 2))
(:wat::test::deftest :t::panics () (:wat::core::Option/expect (:wat::core::Some :wat::core::nil) "there") (:wat::test::fail "boom"))
(:wat::test::deftest :t::errs () (:wat::test::assert-eq (:wat::core::/ 1 0) 1))
(:wat::test::time-limit "300ms")
(:wat::test::deftest :t::hangs () (:t::spin))
(:wat::test::deftest :t::floods () (:t::flood 20000))
(:wat::test::time-limit "60s")
(:wat::test::deftest :t::exhausts () (:wat::test::assert-eq (:t::deep 0) 1))
(:wat::test::ignore "later")
(:wat::test::deftest :t::skipped () (:wat::test::assert-eq 1 2))
(:wat::test::should-panic "division by zero")
(:wat::test::deftest :t::promised () (:wat::test::assert-eq (:wat::core::/ 1 0) 1))
(:wat::test::should-panic "division by zero")
(:wat::test::deftest :t::broken-promise () (:wat::test::assert-eq 1 1))
(:wat::test::should-panic "division by zero")
(:wat::test::deftest :t::other-failure () (:wat::test::fail "else"))
(:wat::core::defn :t::by-hand [] -> :wat::kernel::RunResult
  (:wat::kernel::RunResult/new [] [] (:wat::core::Some (:wat::kernel::Failure/new "made" :wat::core::None [] :wat::core::None :wat::core::None))))
"#;

/// The records of a run, and its status.
fn records(dir: &Dir, args: &[&str]) -> (i32, Vec<Value>) {
    let ran = run(dir, &[&["test", "--format", "json"], args].concat());
    (ran.status, json_lines(&ran.stdout))
}

/// `status name code`, sorted.
fn report(records: &[Value]) -> Vec<String> {
    let finished = records.iter().filter(|it| it["event"] == "test-finished");
    let mut found: Vec<String> = finished
        .map(|it| {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let line = format!(
                "{} {} {}",
                text(&it["name"]),
                text(&it["status"]),
                text(&it["failure"]["code"])
            );
            line.trim_end().to_owned()
        })
        .collect();
    found.sort();
    found
}

/// Processes whose working directory is this one.
pub(in crate::cli) fn processes_in(path: &Path) -> usize {
    let path = path.canonicalize().expect("it exists");
    let entries = fs::read_dir("/proc")
        .expect("a list of processes")
        .flatten();
    entries
        .filter(|entry| fs::read_link(entry.path().join("cwd")).is_ok_and(|cwd| cwd == path))
        .count()
}
