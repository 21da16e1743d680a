//! `wat test`: every way in which a test can end, reports, selection, and what is left behind.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use super::support::{Dir, Ran, children, command, wat as run};

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

/// Tests that start processes and leave things behind.
const RAW: &str = r#"
(:wat::core::defn :t::spin [] -> :wat::core::nil (:t::spin))
(:wat::core::defn :t::square [n <- :wat::core::i64] -> :wat::core::i64 (:wat::core::* n n))
(:wat::test::deftest :t::forks ()
  (:wat::test::assert-eq (:wat::kernel::run-processes [1 2 3] :t::square) [1 4 9])
  (:wat::test::assert-stdout-is (:wat::test::run-hermetic (:wat::kernel::println 7)) ["7"]))
(:wat::test::deftest :t::abandons ()
  (:wat::core::let
    [child
       (:wat::kernel::spawn-process
         (:wat::core::forms
           (:wat::core::defn :t::spin [] -> :wat::core::nil (:t::spin))
           (:wat::core::defn :user::main [] -> :wat::core::nil (:t::spin))))]
    (:wat::kernel::drop child)))
(:wat::core::defn :t::hold [ends <- :(wat::io::IOWriter,wat::io::IOReader)] -> :wat::core::nil
  (:wat::core::do (:t::spin) (:wat::io::IOWriter/close (:wat::core::first ends))))
(:wat::test::deftest :t::leaks ()
  (:wat::core::let
    [ends (:wat::kernel::pipe)
     thread
       (:wat::kernel::spawn-thread
         (:wat::core::fn
           [_in <- :wat::kernel::Receiver<wat::core::i64>
            _out <- :wat::kernel::Sender<wat::core::i64>]
           -> :wat::core::nil
           (:t::hold ends)))]
    (:wat::kernel::drop thread)))
"#;

/// The records of a run, and its status.
fn records(dir: &Dir, args: &[&str]) -> (i32, Vec<Value>) {
    let ran = run(dir, &[&["test", "--format", "json"], args].concat());
    let lines = ran.stdout.lines();
    let records = lines.map(|line| serde_json::from_str(line).expect("a record"));
    (ran.status, records.collect())
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
pub(super) fn processes_in(path: &Path) -> usize {
    let path = path.canonicalize().expect("it exists");
    let entries = fs::read_dir("/proc")
        .expect("a list of processes")
        .flatten();
    entries
        .filter(|entry| fs::read_link(entry.path().join("cwd")).is_ok_and(|cwd| cwd == path))
        .count()
}

#[test]
fn every_end_of_a_test_is_told_exactly_and_nothing_is_left() {
    let dir = Dir::with(&[("t.wat", NASTY), ("raw.wat", RAW)]);
    for jobs in ["1", "4"] {
        let (status, records) = records(
            &dir,
            &[
                "-j",
                jobs,
                "--set",
                "run.stack-limit=16 MiB",
                "--set",
                "concurrency.allow-raw-spawn=true",
                "t.wat",
                "raw.wat",
            ],
        );
        assert_eq!(status, 1);
        assert_eq!(
            report(&records),
            [
                ":t::abandons passed",
                ":t::broken-promise failed WAT8904",
                ":t::by-hand failed WAT8517",
                ":t::errs failed WAT8402",
                ":t::exhausts failed WAT8202",
                ":t::fails failed WAT8516",
                ":t::floods passed",
                ":t::forks passed",
                ":t::hangs timed-out WAT8902",
                ":t::leaks passed",
                ":t::other-failure failed WAT8905",
                ":t::panics failed WAT8516",
                ":t::passes passed",
                ":t::promised passed",
                ":t::skipped ignored",
            ]
        );
        assert_eq!(processes_in(dir.path()), 0);
        let of = |name: &str| {
            let mut found = records.iter().filter(|it| it["event"] == "test-finished");
            found.find(|it| it["name"] == name).expect("it ran").clone()
        };
        let flood = of(":t::floods")["stdout"].as_array().map_or(0, Vec::len);
        assert!((10_000..20_000).contains(&flood), "{flood} lines are kept");
        let fails = of(":t::fails");
        let at = &fails["failure"]["location"];
        assert_eq!(
            (at["line"].as_u64(), at["col"].as_u64()),
            (Some(12), Some(35))
        );
        assert_eq!(fails["failure"]["kind"], "AssertionFailed");
        assert_eq!(fails["failure"]["actual"], "1");
        let late = of(":t::hangs");
        // On a loaded machine the child may be killed before it has told where it was.
        let frames = late["failure"]["frames"].as_array();
        assert!(frames.is_none_or(|frames| frames[0]["symbol"] == ":t::spin"));
        assert!(
            late["duration-us"]
                .as_u64()
                .is_some_and(|took| took < 5_000_000)
        );
        let last = records.last().expect("an end");
        assert_eq!(
            (&last["passed"], &last["failed"], &last["exit"]),
            (&6.into(), &7.into(), &1.into())
        );
        let leaks = &of(":t::leaks")["leaks"];
        assert_eq!(
            (&leaks["threads"], &leaks["descriptors"]),
            (&1.into(), &2.into()),
            "{leaks}"
        );
    }
}

#[test]
fn the_order_is_that_of_the_seed() {
    let text: String = (0..12)
        .map(|n| format!("(:wat::test::deftest :t::n{n} () (:wat::test::assert-eq 1 1))\n"))
        .collect();
    let dir = Dir::with(&[("t.wat", &text)]);
    let names = |args: &[&str]| -> Vec<String> {
        let (_, records) = records(&dir, args);
        let finished = records.iter().filter(|it| it["event"] == "test-finished");
        finished.map(|it| it["name"].to_string()).collect()
    };
    let one = names(&["--seed", "7", "-j", "4", "t.wat"]);
    assert_eq!(one, names(&["--seed", "7", "-j", "1", "t.wat"]));
    assert_ne!(one, names(&["--seed", "8", "t.wat"]));
    let plain = names(&["--no-shuffle", "t.wat"]);
    assert_eq!(plain[0], "\":t::n0\"");
    assert_eq!(plain[11], "\":t::n11\"");
}

#[test]
fn tests_are_selected_by_name_tag_and_part() {
    let text = "(:wat::test::tag \"slow\")
(:wat::test::deftest :a::one () (:wat::test::assert-eq 1 1))
(:wat::test::deftest :a::two () (:wat::test::assert-eq 1 1))
(:wat::test::ignore \"why\")
(:wat::test::deftest :b::three () (:wat::test::assert-eq 1 1))";
    let dir = Dir::with(&[("t.wat", text), ("lib.wat", "(:wat::core::def :l::x 1)")]);
    let list = |args: &[&str]| {
        let ran = run(&dir, &[&["test", "--list"], args].concat());
        ran.stdout
            .replace("t.wat#", "")
            .replace('\n', " ")
            .trim_end()
            .to_owned()
    };
    assert_eq!(list(&[]), ":a::one :a::two :b::three");
    assert_eq!(list(&["-f", "a::"]), ":a::one :a::two");
    assert_eq!(list(&["-f", "*::t*"]), ":a::two :b::three");
    assert_eq!(list(&["-f", "!a"]), ":b::three");
    assert_eq!(list(&["-f", "a::one", "--exact"]), ":a::one");
    assert_eq!(list(&["--tag", "slow"]), ":a::one");
    assert_eq!(list(&["--skip-tag", "slow"]), ":a::two :b::three");
    assert_eq!(list(&["--ignored"]), ":b::three");
    assert_eq!(list(&["t.wat#:a::two"]), ":a::two");
    assert_eq!(list(&[":a::two"]), ":a::two");
    let parts = [list(&["--partition", "1/2"]), list(&["--partition", "2/2"])].join(" ");
    let mut parts: Vec<&str> = parts.split_whitespace().collect();
    parts.sort_unstable();
    assert_eq!(parts, [":a::one", ":a::two", ":b::three"]);
    assert_eq!(run(&dir, &["test", "-f", "nothing"]).status, 5);
    assert_eq!(
        run(&dir, &["test", "-f", "nothing", "--allow-empty"]).status,
        0
    );
    assert_eq!(run(&dir, &["test", "lib.wat"]).status, 5);
    let missing = run(&dir, &["test", "s.wat"]);
    assert_eq!(missing.status, 66);
    assert!(
        missing.stderr.contains("WAT5901") && missing.stderr.contains("did you mean"),
        "{}",
        missing.stderr
    );
    assert_eq!(run(&dir, &["test", "--partition", "3/2"]).status, 64);
    assert_eq!(run(&dir, &["test", "--format", "xml"]).status, 64);
}

#[test]
fn a_file_that_does_not_check_is_invalid_and_the_others_run() {
    let good = "(:wat::test::deftest :t::good () (:wat::test::assert-eq 1 1))";
    let bad = "(:wat::test::deftest :t::bad () (:wat::test::assert-eq 1 (:t::nowhere)))";
    let dir = Dir::with(&[
        ("a.wat", good),
        ("b.wat", bad),
        ("c.wat", "(:wat::test::deftest :t::c)"),
    ]);
    let (status, records) = records(&dir, &["--no-shuffle"]);
    assert_eq!(status, 1);
    assert_eq!(report(&records), [":t::bad invalid", ":t::good passed"]);
    let invalid = records.iter().filter(|it| it["event"] == "file-invalid");
    let codes: Vec<&Value> = invalid.map(|it| &it["diagnostics"][0]["code"]).collect();
    assert_eq!(codes, ["WAT3201", "WAT2901"]);
}

#[test]
fn reports_go_to_files_in_their_formats() {
    let dir = Dir::with(&[("t.wat", NASTY)]);
    let ran = run(
        &dir,
        &[
            "test",
            "-f",
            "t::fails",
            "--format",
            "junit=r.xml",
            "--format=edn=r.edn",
            "--seed",
            "5",
            "t.wat",
        ],
    );
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    assert!(
        ran.stdout.contains("actual 1, expected 2"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout
            .contains("rerun: wat test 't.wat#:t::fails' --seed 0x5"),
        "{}",
        ran.stdout
    );
    let read = |name: &str| fs::read_to_string(dir.path().join(name)).expect("a report");
    let junit = read("r.xml");
    assert!(
        junit.contains("<failure type=\"AssertionFailed\" message=\"assert-eq failed\">"),
        "{junit}"
    );
    assert!(junit.contains("classname=\"t\""), "{junit}");
    let edn = read("r.edn");
    assert!(
        edn.contains(
            "#wat.test/TestFinished {:id \"t.wat#:t::fails\" :name :t::fails :status :failed"
        ),
        "{edn}"
    );
    assert!(edn.contains(":actual-value 1 :expected-value 2"), "{edn}");
    let github = run(
        &dir,
        &["test", "-f", "t::fails", "--format", "github", "t.wat"],
    );
    assert!(
        github
            .stdout
            .starts_with("::error file=t.wat,line=12,col=35,"),
        "{}",
        github.stdout
    );
}

#[test]
fn failed_tests_are_run_again_and_runs_end_early() {
    let dir = Dir::with(&[("t.wat", NASTY)]);
    let (_, again) = records(&dir, &["--retries", "2", "-f", "t::fails", "t.wat"]);
    let finished = again.iter().find(|it| it["event"] == "test-finished");
    assert_eq!(finished.expect("it ran")["attempt"], 3);
    let (_, early) = records(&dir, &["--no-shuffle", "-j", "1", "--fail-fast", "t.wat"]);
    assert_eq!(
        report(&early),
        [
            ":t::fails failed WAT8516",
            ":t::passes passed",
            ":t::skipped ignored"
        ]
    );
}

/// Properties that hold, that fail, and that hardly run.
const PROPERTIES: &str = r#"
(:wat::core::struct :t::Pair (left :wat::core::i64) (right :wat::core::String))
(:wat::core::enum :t::Tree :Leaf (Node (left :t::Tree) (right :t::Tree)))
(:wat::core::defn :t::leaves [tree <- :t::Tree] -> :wat::core::i64
  (:wat::core::match tree -> :wat::core::i64
    (:t::Tree::Leaf 1)
    ((:t::Tree::Node left right) (:wat::core::+ (:t::leaves left) (:t::leaves right)))))
(:wat::test::defprop :t::small [x <- :wat::core::i64] (:wat::test::assert-true (:wat::core::< x 100)))
(:wat::test::defprop :t::reversed [xs <- :wat::core::Vector<wat::core::i64>]
  (:wat::test::assert-eq (:wat::core::reverse xs) xs))
(:wat::test::defprop :t::few-leaves [tree <- :t::Tree]
  (:wat::test::assert-true (:wat::core::< (:t::leaves tree) 3)))
(:wat::test::defprop :t::short [pair <- :t::Pair  n <- (:wat::test::gen::i64-in 7 9)]
  (:wat::test::assert-true (:wat::core::< (:wat::core::string::length (:t::Pair/right pair)) 2)))
(:wat::test::defprop :t::divides [n <- :wat::core::i64]
  (:wat::test::assert-eq (:wat::core::/ 100 (:wat::core::- n n)) n))
(:wat::test::defprop :t::holds [a <- :wat::core::HashSet<wat::core::String>  b <- (:wat::test::gen::element [1 2])]
  {:cases 30}
  (:wat::test::assert-true (:wat::core::< 0 b)))
(:wat::test::defprop :t::picky [x <- :wat::core::i64] {:cases 3} (:wat::test::assume false))
"#;

#[test]
fn properties_shrink_to_the_smallest_case_whatever_the_seed() {
    let dir = Dir::with(&[("t.wat", PROPERTIES)]);
    for seed in ["1", "2", "3"] {
        let (_, records) = records(&dir, &["--no-persist", "--seed", seed, "t.wat"]);
        let counterexample = |name: &str| {
            let mut found = records.iter().filter(|it| it["event"] == "test-finished");
            let found = found.find(|it| it["name"] == name).expect("it ran");
            let failure = &found["failure"];
            format!(
                "{} {}",
                failure["code"], failure["property"]["counterexample"]
            )
            .replace('"', "")
        };
        assert_eq!(counterexample(":t::small"), "WAT8907 {x:100}");
        assert_eq!(counterexample(":t::reversed"), "WAT8907 {xs:[1, 0]}");
        assert_eq!(counterexample(":t::divides"), "WAT8907 {n:0}");
        let short = counterexample(":t::short");
        assert!(short.contains("{left: 0, right: \\aa\\}"), "{short}");
        assert!(short.contains("n:7"), "{short}");
        assert!(counterexample(":t::few-leaves").contains("Node"), "{seed}");
        assert_eq!(counterexample(":t::picky"), "WAT8908 {}");
        assert_eq!(counterexample(":t::holds"), "null null");
    }
    assert!(!dir.path().join("regressions").exists());
}

#[test]
fn the_failure_of_a_property_stands_where_its_assertion_begins_and_ends() {
    let text = "(:wat::test::defprop :t::small [x <- :wat::core::i64]
  (:wat::test::assert-true
    (:wat::core::< x 100)))";
    let dir = Dir::with(&[("t.wat", text)]);
    let (status, records) = records(&dir, &["--no-persist", "t.wat"]);
    assert_eq!(status, 1);
    let failed = records.iter().find(|it| it["event"] == "test-finished");
    let at = &failed.expect("it ran")["failure"]["location"];
    let expected = serde_json::json!({
        "file": "t.wat", "line": 2, "col": 3, "end-line": 3, "end-col": 27
    });
    assert_eq!(at, &expected);
}

/// A run that may remember counterexamples.
fn persisting(dir: &Dir, args: &[&str]) -> Ran {
    let mut command = command(dir);
    command.args(args).env_remove("CI");
    command.output().expect("the binary runs").into()
}

#[test]
fn counterexamples_are_remembered_and_tried_first() {
    let dir = Dir::with(&[("t.wat", PROPERTIES)]);
    let args = ["test", "--set", "test.jobs=1", "-f", "t::small", "t.wat"];
    let run = || persisting(&dir, &args);
    let first = run();
    assert_eq!(first.status, 1);
    let stored = fs::read_to_string(dir.path().join("regressions/t.edn")).expect("it is stored");
    assert!(stored.contains(":t/small"), "{stored}");
    let again = run();
    assert!(
        again.stdout.contains("falsified after 1 case "),
        "{}",
        again.stdout
    );
}

#[test]
fn examples_of_docstrings_and_markdown_are_tests() {
    let file = r#"(:wat::core::defn :calc::double [x <- :wat::core::i64] -> :wat::core::i64
  "Twice the argument.

   ```wat
   (:calc::double 21)            ;=> 42
   (:calc::double \"two\")         ;!! WAT3001
   (:wat::kernel::println \"x\")  ;out> \"x\"
   ```

   ```wat doctest
   (:wat::core::def :calc::n 3)
   (:calc::double :calc::n)
   ;=> 7
   ```"
  (:wat::core::i64::* x 2))
"#;
    let text = "```wat doctest\n(:wat::core::/ 1 0) ;!! \"division\"\n```\n```wat doctest\n;=> 1\n```\n```wat doctest ignore\n(x)\n```\n";
    let dir = Dir::with(&[("calc.wat", file), ("doc/a.md", text)]);
    let (status, records) = records(&dir, &["calc.wat", "doc/a.md"]);
    assert_eq!(status, 1);
    assert_eq!(
        report(&records),
        [
            ":calc::double/doc1 passed",
            ":calc::double/doc2 failed WAT8911",
            "L1 passed",
            "L4 failed WAT2914",
            "L7 ignored",
        ]
    );
    let failed = records
        .iter()
        .find(|it| it["name"] == ":calc::double/doc2" && it["failure"].is_object());
    let failure = &failed.expect("it has failed")["failure"];
    assert_eq!(
        (
            &failure["location"]["line"],
            &failure["actual"],
            &failure["expected"]
        ),
        (&13.into(), &"6".into(), &"7".into())
    );
    let below = run(&dir, &["test", "--list", "--kind", "doc", "doc"]);
    assert_eq!(below.stdout.lines().count(), 3, "{}", below.stdout);
}

#[test]
fn examples_are_told_of_at_their_comments() {
    let file = r#"(:wat::core::defn :calc::double [x <- :wat::core::i64] -> :wat::core::i64
  "Twice the argument.

   ```wat
   (:calc::double 1)   ;=> 2 ; the answer
   (:calc::double 21)  ;=> 43
   ```
   ```wat
   (:calc::double 1)   ;=> 2 3
   ```
   ```wat foo
   (:calc::double 1)
   ```"
  (:wat::core::i64::* x 2))
"#;
    let text = "```wat
(f
```
```wat bogus
```
```wat doctest
:wat::core::nil
```
";
    let dir = Dir::with(&[("calc.wat", file), ("a.md", text)]);
    let (status, records) = records(&dir, &["calc.wat", "a.md"]);
    assert_eq!(status, 1);
    let places = |code: &str| {
        let failures = records.iter().map(|it| &it["failure"]);
        let found = failures.filter(|it| it["code"] == code);
        let found = found.map(|it| {
            let at = &it["location"];
            format!(
                "{}:{}:{}-{}",
                at["file"], at["line"], at["col"], at["end-col"]
            )
        });
        found.collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(
        places("WAT8911"),
        [r#""calc.wat":6:24-30"#.to_owned()].into()
    );
    assert_eq!(
        places("WAT2914"),
        [r#""calc.wat":9:24-31"#.to_owned()].into()
    );
    let unknown = [r#""a.md":4:8-13"#, r#""calc.wat":11:11-14"#].map(str::to_owned);
    assert_eq!(places("WAT2913"), unknown.into());
    let told = run(&dir, &["test", "a.md"]).stderr;
    assert!(
        told.contains("warning[WAT1030]") && told.contains("a.md:2:1"),
        "{told}"
    );
}

/// What the docstrings of the library show, but for these, holds.
#[test]
fn examples_of_the_library_hold() {
    let library = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wat");
    let mut work = vec![library];
    let (mut text, mut count) = (String::new(), 0);
    while let Some(next) = work.pop() {
        for entry in fs::read_dir(next).expect("readable").flatten() {
            let path = entry.path();
            if path.is_dir() {
                work.push(path);
                continue;
            }
            let source = fs::read_to_string(&path).expect("text");
            for block in wat_driver::docstring_examples(&source) {
                count += 1;
                let steps = block.steps.iter().map(|step| {
                    let wants = step.wants.iter().map(|(_, want)| match want {
                        wat_driver::DocWant::Equals(it) => format!(";=> {it}\n"),
                        wat_driver::DocWant::Evaluates => ";=> _\n".to_owned(),
                        wat_driver::DocWant::Prints(it) => format!(";out> {it}\n"),
                        wat_driver::DocWant::Fails(it) => format!(";!! {it:?}\n"),
                        wat_driver::DocWant::Rejected(code) => format!(";!! WAT{code}\n"),
                    });
                    format!("{}\n{}", step.form, wants.collect::<String>())
                });
                let steps: String = steps.collect();
                text.push_str(&format!("{}\n```wat doctest\n{steps}```\n", block.name));
            }
        }
    }
    assert!(count > 300, "only {count} examples");
    let dir = Dir::with(&[("library.md", &text)]);
    let (_, records) = records(&dir, &["library.md"]);
    let lines: Vec<&str> = text.lines().collect();
    let failed = records
        .iter()
        .filter(|it| it["event"] == "test-finished" && it["status"] != "passed");
    let failed: Vec<String> = failed
        .map(|it| {
            let line = it["name"]
                .as_str()
                .and_then(|name| name[1..].parse::<usize>().ok());
            let name = line
                .and_then(|line| lines.get(line.checked_sub(2)?))
                .unwrap_or(&"");
            format!(
                "{name}: {} {}",
                it["failure"]["message"], it["failure"]["actual"]
            )
        })
        .collect();
    assert!(
        failed.is_empty(),
        "{} of {count}:\n{}",
        failed.len(),
        failed.join("\n")
    );
}

#[test]
fn leaks_fail_where_they_are_denied() {
    let dir = Dir::with(&[("raw.wat", RAW)]);
    let raw = ["--set", "concurrency.allow-raw-spawn=true", "--deny-leaks"];
    let (status, records) = records(&dir, &[&raw[..], &["-f", "t::leaks", "raw.wat"]].concat());
    assert_eq!(
        (status, report(&records)),
        (1, vec![":t::leaks leaked WAT8906".to_owned()])
    );
}

#[test]
#[allow(unsafe_code)]
fn a_test_that_a_signal_ends_has_crashed() {
    let text = "(:wat::core::defn :t::spin [] -> :wat::core::nil (:t::spin))
(:wat::test::time-limit \"60s\")
(:wat::test::deftest :t::crashes () (:t::spin))";
    let dir = Dir::with(&[("t.wat", text)]);
    let mut command = command(&dir);
    command.args(["test", "--format", "json", "t.wat"]);
    let mut runner = command
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    // The first signal may find a handler that gives the place back to the system's own.
    while runner.try_wait().expect("it is ours").is_none() {
        for child in children(runner.id()) {
            // SAFETY: a signal to a process that the runner has not reaped.
            unsafe { libc::kill(child, libc::SIGSEGV) };
        }
        std::thread::yield_now();
    }
    let ran: Ran = runner.wait_with_output().expect("it has ended").into();
    let finished = ran
        .stdout
        .lines()
        .find(|line| line.contains("test-finished"));
    let finished: Value = serde_json::from_str(finished.expect("a record")).expect("JSON");
    assert_eq!(
        (
            &finished["status"],
            &finished["failure"]["code"],
            &finished["failure"]["signal"]
        ),
        (&"crashed".into(), &"WAT8903".into(), &"SIGSEGV".into())
    );
    assert_eq!(processes_in(dir.path()), 0);
}

#[test]
fn a_hermetic_program_loads_from_the_folder_of_its_file() {
    let lib = "(:wat::core::defn :lib::f [] -> :wat::core::i64 5)";
    let test = "(:wat::test::deftest-hermetic :h::a ((:wat::load-file! \"lib.wat\"))
  (:wat::test::assert-eq (:lib::f) 5))
(:wat::test::deftest-hermetic :h::b ((:wat::load-file! \"lib.wat\"))
  (:wat::test::assert-eq (:lib::g) 5))";
    let dir = Dir::with(&[("t/lib.wat", lib), ("t/a.wat", test)]);
    let (_, records) = records(&dir, &["t/a.wat"]);
    let report = report(&records);
    assert_eq!(report[0], ":h::a passed");
    assert!(report[1].starts_with(":h::b failed"), "{report:?}");
}

#[test]
fn makers_of_tests_load_from_the_folder_of_their_file() {
    let lib = "(:wat::core::def :lib::one 1)
(:wat::core::defmacro :lib::checks [x <- :wat::WatAST] -> :wat::WatAST `(:wat::test::assert-eq ~x 2))";
    let makers = r#"(:wat::test::make-deftest :deftest
  ((:wat::load-file! "lib.wat") (:wat::core::def :lib::two (:wat::core::+ :lib::one 1))))
(:wat::test::make-deftest-hermetic :deftest-h ((:wat::load-file! "lib.wat")))"#;
    let tests = r#"(:wat::load-file! "inner/makers.wat")
(:deftest :t::a (:wat::test::assert-eq :lib::two 2))
(:deftest :t::b (:lib::checks :lib::two))
(:deftest-h :t::c (:lib::checks :lib::one))
(:deftest-h :t::d (:wat::test::assert-eq :lib::one 1))"#;
    let dir = Dir::with(&[
        ("t/inner/lib.wat", lib),
        ("t/inner/makers.wat", makers),
        ("t/a.wat", tests),
    ]);
    let (_, records) = records(&dir, &["t/a.wat"]);
    assert_eq!(
        report(&records),
        [
            ":t::a passed",
            ":t::b passed",
            ":t::c failed WAT8516",
            ":t::d passed"
        ]
    );
}

#[test]
fn the_failure_of_a_hermetic_program_is_told_like_any_other() {
    let lib = "(:wat::core::defn :lib::checks [n <- :wat::core::i64] -> :wat::core::nil
  (:wat::test::assert-eq n
    7))";
    let test = r#"(:wat::test::make-deftest-hermetic :deftest-h ((:wat::core::def :h::one 1)))


(:wat::test::deftest-hermetic :h::asserts
  ((:wat::core::defn :h::f [] -> :wat::core::String "é"))
  (:wat::test::assert-ne (:h::f)
    "é"))
(:wat::test::deftest-hermetic :h::deep
  ((:wat::core::defn :h::down [n <- :wat::core::i64] -> :wat::core::i64
     (:wat::core::+ 1 (:h::down n))))
  (:wat::test::assert-eq (:h::down 0) 1))
(:wat::test::deftest-hermetic :h::divides () (:wat::test::assert-eq (:wat::core::i64::/ 1 0) 1))
(:wat::test::deftest-hermetic :h::expects ()
  (:wat::test::assert-eq "é" (:wat::core::Option/expect -> :wat::core::String (:wat::core::get ["x"] 3) "none")))
(:wat::test::deftest-hermetic :h::fails () (:wat::test::fail "words"))
(:wat::test::deftest-hermetic :h::lacks ((:wat::load-file! "lib.wat")) (:lib::lacks 1))
(:wat::test::deftest-hermetic :h::loads ((:wat::load-file! "lib.wat")) (:lib::checks 1))
(:deftest-h :h::made "of a factory" (:wat::test::assert-eq :h::one 2))
(:wat::core::defn :h::written [] -> :wat::test::TestResult
  (:wat::test::run-hermetic
    (:wat::test::assert-true false)))
"#;
    let project = "[project]\nname = \"h\"\n[run]\nstack-limit = \"1MiB\"\n";
    let files = [("wat.toml", project), ("t/lib.wat", lib), ("t/a.wat", test)];
    let dir = Dir::with(&files);
    let (_, records) = records(&dir, &["t/a.wat"]);
    let mut told: Vec<String> = records
        .iter()
        .filter(|it| it["event"] == "test-finished")
        .map(|it| {
            let failure = &it["failure"];
            let at = &failure["location"];
            let [line, col, end_line, end_col] =
                ["line", "col", "end-line", "end-col"].map(|key| &at[key]);
            let name = it["name"].as_str().unwrap_or_default();
            let [file, kind, code, message] = [
                &at["file"],
                &failure["kind"],
                &failure["code"],
                &failure["message"],
            ]
            .map(|it| it.as_str().unwrap_or("?"));
            format!("{name} {file}:{line}:{col}-{end_line}:{end_col} {kind} {code} {message}")
        })
        .collect();
    told.sort();
    assert_eq!(
        told,
        [
            ":h::asserts t/a.wat:6:3-7:9 AssertionFailed WAT8516 assert-ne failed",
            ":h::deep t/a.wat:10:23-10:35 Panic WAT8202 the stack is exhausted: frames need more than 1048576 bytes",
            ":h::divides t/a.wat:12:69-12:93 RuntimeError WAT8402 division by zero, in `:wat::core::i64::/`",
            ":h::expects t/a.wat:14:30-14:112 Panic WAT8201 none",
            ":h::fails t/a.wat:15:44-15:70 AssertionFailed WAT8516 words",
            ":h::lacks t/a.wat:16:73-16:84 Startup WAT3201 startup: no function is called `:lib::lacks`",
            ":h::loads t/lib.wat:2:3-3:7 AssertionFailed WAT8516 assert-eq failed",
            ":h::made t/a.wat:18:37-18:70 AssertionFailed WAT8516 assert-eq failed",
            ":h::written t/a.wat:21:5-21:36 AssertionFailed WAT8516 assert-true failed",
        ]
    );
    let people = run(&dir, &["test", "t/a.wat"]).stdout;
    let deep = "\n  WAT8202: the stack is exhausted: frames need more than 1048576 bytes\n   ╭─[t/a.wat:10:23]\n";
    assert!(people.contains(deep), "{people}");
}

#[test]
#[allow(unsafe_code)]
fn an_interrupt_leaves_nothing_behind_that_left_its_group() {
    // The program inside of the test leads a group of its own.
    let text = "(:wat::test::time-limit \"60s\")
(:wat::test::deftest-hermetic :t::spins
  ((:wat::core::defn :t::spin [] -> :wat::core::nil (:t::spin))) (:t::spin))";
    let dir = Dir::with(&[("t.wat", text)]);
    let mut command = command(&dir);
    command.args(["test", "t.wat"]);
    let runner = command
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let inner = loop {
        let inner = children(runner.id()).into_iter().flat_map(children);
        if let Some(inner) = inner.last() {
            break inner;
        }
        std::thread::yield_now();
    };
    // SAFETY: a signal to our child.
    unsafe { libc::kill(runner.id() as i32, libc::SIGINT) };
    let ran: Ran = runner.wait_with_output().expect("it ends").into();
    assert_eq!(ran.status, 130);
    assert!(
        ran.stdout.contains("interrupted  0 passed"),
        "{}",
        ran.stdout
    );
    assert!(!Path::new(&format!("/proc/{inner}")).exists());
    assert_eq!(processes_in(dir.path()), 0);
}

#[test]
fn runs_are_remembered_for_failed_and_affected_tests() {
    let lib = "(:wat::core::defn :l::f [] -> :wat::core::i64 1)
(:wat::core::defn :l::g [] -> :wat::core::i64 1)\n";
    let tests = "(:wat::load-file! \"lib.wat\")
(:wat::test::deftest :t::f () (:wat::test::assert-eq (:l::f) 1))
(:wat::test::deftest :t::g () (:wat::test::assert-eq (:l::g) 2))\n";
    let dir = Dir::with(&[("lib.wat", lib), ("t.wat", tests)]);
    let list = |option: &str| run(&dir, &["test", "--list", option, "t.wat"]).stdout;
    assert_eq!(list("--failed"), "");
    assert_eq!(list("--affected"), "t.wat#:t::f\nt.wat#:t::g\n");
    assert_eq!(run(&dir, &["test", "--no-persist", "t.wat"]).status, 1);
    assert!(!dir.path().join(".wat").exists());
    assert_eq!(run(&dir, &["test", "t.wat"]).status, 1);
    assert_eq!(list("--failed"), "t.wat#:t::g\n");
    assert_eq!(list("--affected"), "");
    dir.write(
        "lib.wat",
        &format!(
            ";; moved\n{}",
            lib.replace(
                ":l::f [] -> :wat::core::i64 1",
                ":l::f [] -> :wat::core::i64 2"
            )
        ),
    );
    assert_eq!(list("--affected"), "t.wat#:t::f\n");
    dir.write("t.wat", &tests.replace("(:l::g) 2", "(:l::g) 1"));
    let ran = run(&dir, &["test", "--failed", "t.wat"]);
    assert_eq!((ran.status, list("--failed")), (0, String::new()));
    assert_eq!(run(&dir, &["test", "--failed", "t.wat"]).status, 5);
    assert_eq!(list("--affected"), "t.wat#:t::f\n");
}

#[test]
fn differences_are_shown_where_they_are() {
    let text = "(:wat::test::deftest :t::lines ()
  (:wat::test::assert-eq \"one\\ntwo\\nthree\" \"one\\n2\\nthree\"))
(:wat::test::deftest :t::sets () (:wat::test::assert-eq #{1 2} #{2 3}))
(:wat::test::deftest :t::inner () (:wat::test::assert-eq [(:wat::core::Tuple 1 \"a\\nb\")] [(:wat::core::Tuple 1 \"a\\nc\")]))";
    let dir = Dir::with(&[("t.wat", text)]);
    let told = run(&dir, &["test", "--no-shuffle", "t.wat"]).stdout;
    for part in [
        "  --- expected\n  +++ actual\n   one\n  -2\n  +two\n   three\n",
        "  at [1]: actual 1, expected nothing\n  at [3]: actual nothing, expected 3\n",
        "  at [0 1]:\n  --- expected\n  +++ actual\n   a\n  -c\n  +b\n",
    ] {
        assert!(told.contains(part), "{part}\n{told}");
    }
}

#[test]
fn what_a_macro_does_happens_where_it_is_called() {
    let text = "(:wat::core::defmacro :m::five [x <- :wat::WatAST] -> :wat::WatAST
  `(:wat::test::assert-eq ~x 5))
(:wat::test::deftest :m::own () (:m::five 4))
(:wat::test::deftest :m::panics ()
  (:wat::core::do (:wat::test::assert-panics \"zz\" (:wat::test::fail \"b\")) :wat::core::nil))
(:wat::test::deftest :m::plain () (:wat::test::assert-eq 1 2))";
    let dir = Dir::with(&[("t.wat", text)]);
    let (_, records) = records(&dir, &["--no-shuffle", "t.wat"]);
    let places = records.iter().filter(|it| it["event"] == "test-finished");
    let places: Vec<String> = places
        .map(|it| {
            let at = &it["failure"]["location"];
            format!("{}:{}-{}", at["line"], at["col"], at["end-col"])
        })
        .collect();
    assert_eq!(places, ["3:33-45", "5:19-74", "6:35-62"]);
}

#[test]
fn output_is_shown_when_it_is_written() {
    let text = "(:wat::test::deftest :t::a () (:wat::kernel::println 1))
(:wat::test::deftest :t::b () (:wat::kernel::eprintln 2) (:wat::test::fail \"b\"))";
    let dir = Dir::with(&[("t.wat", text)]);
    let ran = run(
        &dir,
        &["test", "--no-capture", "--no-shuffle", "-j", "4", "t.wat"],
    );
    let at = |part: &str| {
        ran.stdout
            .find(part)
            .unwrap_or_else(|| panic!("{}", ran.stdout))
    };
    assert!(at("\n1\n") < at("pass  t.wat  :t::a"));
    assert!(at("\n2\n") < at("FAIL  t.wat  :t::b"));
    assert!(!ran.stdout.contains("stderr:"), "{}", ran.stdout);
}

#[test]
fn numbers_that_mean_nothing_are_refused() {
    let dir = Dir::with(&[(
        "t.wat",
        "(:wat::test::deftest :t::fails () (:wat::test::assert-true false))\n",
    )]);
    for args in [
        &["--fail-fast=0"][..],
        &["--repeat", "0"],
        &["--time-limit-scale", "nan"],
        &["--time-limit-scale", "inf"],
        &["--time-limit-scale=-1"],
        &["--time-limit-scale", "0"],
    ] {
        let ran = run(&dir, &[&["test"], args, &["t.wat"]].concat());
        assert_eq!(
            (ran.status, ran.stdout.as_str()),
            (64, ""),
            "{args:?} {}",
            ran.stderr
        );
    }
}

#[test]
fn a_comparison_of_much_is_a_failure_like_others() {
    let dir = Dir::with(&[(
        "t.wat",
        "(:wat::test::deftest :t::wide () (:wat::test::assert-eq (:wat::core::range 0 60000) (:wat::core::range 1 60001)))
(:wat::test::deftest :t::long () (:wat::test::assert-eq (:wat::core::string::repeat \"a\" 2000000) \"b\"))\n",
    )]);
    let ran = run(
        &dir,
        &["test", "--no-shuffle", "--time-limit", "60s", "t.wat"],
    );
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    let tells = |text: &str| assert!(ran.stdout.contains(text), "{text}: {:.4000}", ran.stdout);
    tells("FAIL  t.wat  :t::wide");
    tells("FAIL  t.wat  :t::long");
    tells("at [0]: actual 0, expected 1");
    tells("… and 59950 more differences");
    tells("… (2000002 characters)");
}

#[test]
fn counterexamples_that_cannot_be_read_or_kept_are_told_and_left() {
    let dir = Dir::with(&[
        (
            "p.wat",
            "(:wat::test::defprop :p::small [n <- :wat::core::i64] (:wat::test::assert-true (:wat::core::< n 50)))\n",
        ),
        ("regressions/p.edn", "<<<<<<< mine\n"),
    ]);
    let args = ["test", "--seed", "4", "p.wat"];
    let ran = persisting(&dir, &args);
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    let told =
        "warning: the counterexamples in `./regressions/p.edn` are not used, and none is added";
    let shorter = told.replace("./", "");
    assert!(
        ran.stdout.contains(told) || ran.stdout.contains(&shorter),
        "{}",
        ran.stdout
    );
    let kept = fs::read_to_string(dir.path().join("regressions/p.edn")).expect("it is there");
    assert_eq!(kept, "<<<<<<< mine\n");
    // A folder that is none.
    fs::remove_dir_all(dir.path().join("regressions")).expect("it is there");
    dir.write("regressions", "");
    let ran = persisting(&dir, &args);
    assert_eq!((ran.status, ran.stderr.as_str()), (1, ""));
    assert!(
        ran.stdout.contains("FAIL  p.wat  :p::small"),
        "{}",
        ran.stdout
    );
}

#[test]
fn what_cannot_be_read_below_a_directory_is_invalid_and_the_rest_runs() {
    use std::os::unix::fs::symlink;

    let good = "(:wat::test::deftest :t::good () (:wat::test::assert-eq 1 1))";
    let dir = Dir::with(&[("w/ok.wat", good), ("w/sub/more.wat", good)]);
    let at = |name: &str| dir.path().join("w").join(name);
    for name in ["pipe.wat", "pipe.md", "sub/.hidden.wat"] {
        let made = std::process::Command::new("mkfifo").arg(at(name)).status();
        assert!(made.is_ok_and(|status| status.success()));
    }
    symlink("nowhere", at("gone.wat")).expect("a link");
    symlink("round.wat", at("round.wat")).expect("a link");
    symlink("pipe.wat", at("to-pipe.wat")).expect("a link");
    symlink("..", at("sub/up")).expect("a link");
    symlink("sub", at("folder.wat")).expect("a link");
    let (status, found) = records(&dir, &["w"]);
    assert_eq!(status, 1);
    assert_eq!(report(&found), [":t::good passed", ":t::good passed"]);
    let invalid = found.iter().filter(|it| it["event"] == "file-invalid");
    let told: Vec<String> = invalid
        .map(|it| {
            let finding = &it["diagnostics"][0];
            format!("{} {}", finding["code"], finding["message"])
        })
        .collect();
    assert_eq!(
        told,
        [
            "\"WAT5017\" \"cannot read `w/gone.wat`: it is a link to what is not there\"",
            "\"WAT5017\" \"cannot read `w/round.wat`: it is a link that leads back to itself\"",
        ]
    );
    let junit = run(&dir, &["test", "--format", "junit", "w"]).stdout;
    assert!(
        junit.contains("<testsuites name=\"wat\" tests=\"4\" failures=\"0\" errors=\"2\""),
        "{junit}"
    );
    // What is named has to be there.
    for (name, why) in [
        ("gone.wat", "it is a link to what is not there"),
        ("pipe.wat", "it is a pipe that nobody writes to"),
        ("pipe.md", "it is a pipe that nobody writes to"),
    ] {
        let path = format!("w/{name}");
        let ran = run(&dir, &["test", &path, "w/ok.wat"]);
        let told = format!("error: cannot read `{path}`: {why}\n");
        assert_eq!((ran.status, ran.stderr), (66, told));
    }
}

#[test]
#[allow(unsafe_code)]
fn tests_are_told_when_they_start_and_when_they_are_cut() {
    use std::io::{BufRead, BufReader, Read};

    let text = "(:wat::core::defn :t::spin [] -> :wat::core::nil (:t::spin))
(:wat::test::time-limit \"60s\")
(:wat::test::deftest :t::spins () (:t::spin))
(:wat::test::deftest :t::passes () (:wat::test::assert-eq 1 1))";
    let dir = Dir::with(&[("t.wat", text)]);
    let mut command = command(&dir);
    let args = [
        "test",
        "--format",
        "json",
        "--format",
        "plain=r.txt",
        "--no-shuffle",
        "t.wat",
    ];
    let mut runner = command
        .args(args)
        .args(["-j", "2"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut lines = BufReader::new(runner.stdout.take().expect("it is piped"));
    let mut next = || {
        let mut line = String::new();
        lines.read_line(&mut line).expect("a line");
        serde_json::from_str::<Value>(&line).expect("a record")
    };
    assert_eq!(next()["event"], "run-started");
    // Nothing has ended.
    for name in [":t::spins", ":t::passes"] {
        let record = next();
        assert_eq!(
            (&record["event"], &record["name"]),
            (&"test-started".into(), &name.into())
        );
    }
    // SAFETY: a signal to our child.
    unsafe { libc::kill(runner.id() as i32, libc::SIGINT) };
    let mut rest = String::new();
    lines.read_to_string(&mut rest).expect("text");
    let status = runner.wait().expect("it ends");
    assert_eq!(status.code(), Some(130));
    let last: Value = serde_json::from_str(rest.lines().last().expect("an end")).expect("JSON");
    assert_eq!(
        (&last["event"], &last["exit"]),
        (&"run-finished".into(), &130.into())
    );
    assert_eq!(last["running"][0], "t.wat#:t::spins");
    let human = fs::read_to_string(dir.path().join("r.txt")).expect("a report");
    let (before, after) = human
        .split_once("\nstill running:\n")
        .expect("what was cut");
    assert!(!before.contains(":t::spins"), "{human}");
    assert!(
        after.contains("  t.wat#:t::spins\n") && after.contains("\ninterrupted  "),
        "{human}"
    );
}

#[test]
fn reports_have_labels_what_hermetic_programs_write_and_kept_directories() {
    let text = r#"
(:wat::test::defprop :p::halves [x <- :wat::core::i64]
  (:wat::test::label (:wat::core::if (:wat::core::< x 0) "below zero" "others"))
  (:wat::test::assert-true true))
(:wat::test::defprop :p::fails [name <- :wat::core::i64]
  (:wat::test::label "all")
  (:wat::test::assert-true (:wat::core::< name 0)))
(:wat::test::deftest-hermetic :h::writes ()
  (:wat::kernel::println 1) (:wat::kernel::eprintln 2) (:wat::test::assert-eq 1 2))
(:wat::test::deftest-hermetic :h::passes () (:wat::kernel::println 3))
(:wat::test::deftest :k::asks () (:wat::kernel::println (:wat::test::tmp-dir)) (:wat::test::fail "x"))
(:wat::test::deftest :k::passes () (:wat::test::assert-ne (:wat::test::tmp-dir) ""))
"#;
    let dir = Dir::with(&[("t.wat", text)]);
    let tmp = dir.path().join("tmp");
    let ran = command(&dir)
        .env("TMPDIR", &tmp)
        .args([
            "test",
            "--no-persist",
            "--keep-tmp",
            "--retries",
            "1",
            "--show-output",
        ])
        .args(["--no-shuffle", "-j", "1", "--format", "json=r.json"])
        .args(["--format", "edn=r.edn", "--format", "junit=r.xml", "t.wat"])
        .output();
    let ran: Ran = ran.expect("it runs").into();
    let read = |name: &str| fs::read_to_string(dir.path().join(name)).expect("a report");
    let json: Vec<Value> = read("r.json")
        .lines()
        .map(|line| serde_json::from_str(line).expect("a record"))
        .collect();
    let of = |name: &str| {
        let mut found = json.iter().filter(|it| it["event"] == "test-finished");
        found.find(|it| it["name"] == name).expect("it ran").clone()
    };
    let halves = of(":p::halves");
    let counts = ["below zero", "others"].map(|label| halves["labels"][label].as_u64());
    let [Some(below), Some(others)] = counts else {
        panic!("{halves}")
    };
    assert_eq!((&halves["cases"], below + others), (&100.into(), 100));
    let line = format!("        labels: {below} % below zero, {others} % others of 100 cases\n");
    assert!(ran.stdout.contains(&line), "{}", ran.stdout);
    let junit = read("r.xml");
    let line =
        format!("<property name=\"label:below zero\" value=\"{below} of 100 ({below} %)\"/>");
    assert!(junit.contains(&line), "{junit}");
    let edn = read("r.edn");
    let line = format!(":cases 100 :labels {{\"below zero\" {below} \"others\" {others}}}");
    assert!(edn.contains(&line), "{edn}");
    // What a program names itself is no word of the record's.
    assert!(
        edn.contains(":counterexample {\"name\" \"0\"} :labels {\"all\" "),
        "{edn}"
    );
    let writes = of(":h::writes");
    assert_eq!(
        (&writes["stdout"][0], &writes["stderr"][0]),
        (&"1".into(), &"2".into())
    );
    assert_eq!(of(":h::passes")["stdout"][0], "3");
    assert!(
        ran.stdout
            .contains("\noutput: :h::passes\n  stdout:\n    3\n"),
        "{}",
        ran.stdout
    );
    // The directory of the last attempt is told, and no attempt finds what another left.
    let kept = of(":k::asks")["tmp-dir"]
        .as_str()
        .expect("a directory")
        .to_owned();
    assert!(
        ran.stdout.contains(&format!("  kept: {kept}\n")),
        "{}",
        ran.stdout
    );
    assert!(
        junit.contains(&format!("kept: {kept}</failure>")),
        "{junit}"
    );
    let left = fs::read_dir(&tmp).expect("it is there").flatten();
    let left: Vec<_> = left.map(|it| it.path()).collect();
    assert!(left.len() == 2 && left.contains(&kept.into()), "{left:?}");
}

#[test]
fn generators_of_types_whose_variants_all_lead_back_end() {
    // No variant is free of its type; those of `One` that end, end in `Other`.
    let text = r#"
(:wat::core::enum :t::One
  (Both (l :t::One) (r :t::One))
  (Wide (a :wat::core::Result<t::One,wat::core::i64>) (b :wat::core::Result<t::One,wat::core::i64>))
  (Far (o :t::Other)))
(:wat::core::enum :t::Other
  (Back (a :t::One) (b :t::One) (c :t::One))
  (Round (a :t::Other) (b :wat::core::Result<(t::One,t::Other),wat::core::String>))
  (Ends (s :wat::core::Result<t::Other,wat::core::String>) (t :wat::core::Result<t::One,wat::core::String>)))
(:wat::core::struct :t::Self (inner :wat::core::Result<t::Self,wat::core::i64>))
(:wat::core::enum :t::Nest<A> (Leaf (a :A)) (Node (n :t::Nest<(A,A)>)))
(:wat::test::defprop :t::one [x <- :t::One] {:max-size 8} (:wat::test::assert-eq x x))
(:wat::test::defprop :t::other [x <- :t::Other] {:max-size 8} (:wat::test::assert-eq x x))
(:wat::test::defprop :t::self [x <- :t::Self] (:wat::test::assert-eq x x))
(:wat::test::defprop :t::nest [x <- :t::Nest<wat::core::i64>] {:max-size 3} (:wat::test::assert-eq x x))
"#;
    let dir = Dir::with(&[("t.wat", text)]);
    for seed in ["1", "2", "3"] {
        let (_, found) = records(&dir, &["--no-persist", "--seed", seed, "t.wat"]);
        let all = ["nest", "one", "other", "self"].map(|name| format!(":t::{name} passed"));
        assert_eq!(report(&found), all);
    }
}

#[test]
fn a_list_has_records_and_people_are_told_less_or_more() {
    let text = "(:wat::test::tag \"slow\")
(:wat::test::deftest :t::one () (:wat::test::assert-eq 1 1))
(:wat::test::defprop :t::two [x <- :wat::core::i64] (:wat::test::assert-eq x x))";
    let bad = "(:wat::test::deftest :t::bad () (:wat::test::assert-eq 1 (:t::nowhere)))";
    let store = "{:wat.test/regressions {:t/two [[0 1 0] [0 2 0]]}}";
    let dir = Dir::with(&[("t.wat", text), ("regressions/t.edn", store)]);
    let ran = run(&dir, &["test", "--list", "--format", "json", "t.wat"]);
    let lines = ran.stdout.lines();
    let listed: Vec<Value> = lines
        .map(|line| serde_json::from_str(line).expect("a record"))
        .collect();
    let told = listed.iter().map(|it| {
        let event = it["event"].as_str().unwrap_or_default();
        format!("{event} {} {} {}", it["id"], it["kind"], it["tags"])
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            "test-started \"t.wat#:t::one\" \"test\" [\"slow\"]",
            "test-started \"t.wat#:t::two\" \"prop\" []",
        ]
    );
    let quiet = run(&dir, &["test", "-q", "t.wat"]);
    assert_eq!((quiet.status, quiet.stdout.as_str()), (0, ""));
    let told = "        2 kept counterexamples no longer fail\n";
    assert!(run(&dir, &["test", "-v", "t.wat"]).stdout.contains(told));
    assert!(!run(&dir, &["test", "t.wat"]).stdout.contains(told));
    // What does not check is not lost.
    dir.write("bad.wat", bad);
    let ran = run(&dir, &["test", "--list"]);
    assert_eq!(ran.status, 1);
    assert_eq!(
        ran.stdout,
        "bad.wat#:t::bad\nt.wat#:t::one\nt.wat#:t::two\n"
    );
    assert!(ran.stderr.contains("error[WAT3201]"), "{}", ran.stderr);
    let quiet = run(&dir, &["test", "-q"]).stdout;
    assert!(
        quiet.contains("BAD") && quiet.contains("FAILED") && !quiet.contains("pass "),
        "{quiet}"
    );
}
