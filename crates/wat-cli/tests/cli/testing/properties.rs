//! Properties: shrinking, and the counterexamples that are kept.

use std::fs;

use super::{records, report};
use crate::cli::support::{Dir, Ran, command, json_lines};

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
(:wat::test::defprop :t::two-sided [x <- :wat::core::i64]
  (:wat::test::assert-true (:wat::core::and (:wat::core::> x -1000) (:wat::core::< x 1000))))
(:wat::test::defprop :t::far [x <- :wat::core::i64]
  (:wat::test::assert-true (:wat::core::and (:wat::core::> x -9007199254740992) (:wat::core::< x 9007199254740992))))
(:wat::test::defprop :t::below [x <- :wat::core::i64] (:wat::test::assert-true (:wat::core::> x -1000)))
(:wat::test::defprop :t::sum [x <- (:wat::test::gen::i64-in 0 1000000) y <- (:wat::test::gen::i64-in 0 1000000)]
  {:max-shrinks 300}
  (:wat::test::assert-true (:wat::core::< (:wat::core::+ x y) 1000)))
(:wat::test::defprop :t::picky [x <- :wat::core::i64] {:cases 3} (:wat::test::assume false))
"#;

#[test]
fn properties_shrink_to_the_smallest_case_whatever_the_seed() {
    let dir = Dir::with(&[("t.wat", PROPERTIES)]);
    for seed in ["1", "2", "3", "4", "5", "6"] {
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
        assert_eq!(counterexample(":t::two-sided"), "WAT8907 {x:1000}");
        assert_eq!(
            counterexample(":t::far"),
            format!("WAT8907 {{x:{}}}", 1_i64 << 53)
        );
        assert_eq!(counterexample(":t::below"), "WAT8907 {x:-1000}");
        assert_eq!(counterexample(":t::sum"), "WAT8907 {x:0,y:1000}");
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
fn counterexamples_that_pass_are_no_cases() {
    let property = |bound: i64| {
        format!(
            "(:wat::test::defprop :t::p [x <- :wat::core::i64] {{:cases 5}}
  (:wat::test::label \"seen\")
  (:wat::test::assert-true (:wat::core::< x {bound})))"
        )
    };
    let dir = Dir::with(&[
        ("t.wat", &property(i64::MAX)),
        (
            "regressions/t.edn",
            "{:wat.test/regressions {:t/p [[6 100 0] [6 101 0] [6 102 0] [\"x\"]]}}",
        ),
    ]);
    let run = |seed: &str| {
        let ran = persisting(&dir, &["test", "--format", "json", "--seed", seed, "t.wat"]);
        let records = json_lines(&ran.stdout);
        let mut found = records.into_iter();
        let found = found.find(|it| it["event"] == "test-finished");
        found.expect("it ran")
    };
    // A seed whose cases have no boundary value.
    let mut passed = (1..20).map(|seed| run(&seed.to_string()));
    let passed = passed.find(|it| it["status"] == "passed");
    let passed = passed.expect("one of them passes");
    assert_eq!(
        (
            &passed["cases"],
            &passed["labels"]["seen"],
            &passed["regressions"]
        ),
        (&5.into(), &5.into(), &3.into())
    );
    dir.write("t.wat", &property(100));
    let failed = run("1");
    assert_eq!(failed["failure"]["property"]["cases"], 1);
    assert_eq!(failed["failure"]["property"]["labels"]["seen"], 1);
    let told = persisting(&dir, &["test", "t.wat"]).stdout;
    assert!(
        told.contains("falsified after 1 case ")
            && told.contains("holds what is no counterexample"),
        "{told}"
    );
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
fn a_property_may_promise_to_be_falsified() {
    let body = "[x <- :wat::core::i64] (:wat::test::assert-true (:wat::core::< x 100)))";
    let text = format!(
        "(:wat::test::should-panic \"assert-true failed\")
(:wat::test::defprop :p::body {body}
(:wat::test::should-panic \"x = 100\")
(:wat::test::defprop :p::counterexample {body}
(:wat::test::should-panic \"division by zero\")
(:wat::test::defprop :p::error [x <- :wat::core::i64] (:wat::test::assert-eq (:wat::core::/ 1 (:wat::core::- x x)) x))
(:wat::test::should-panic \"else\")
(:wat::test::defprop :p::other {body}
(:wat::test::should-panic \"\")
(:wat::test::defprop :p::holds [x <- :wat::core::i64] (:wat::test::assert-eq x x))
(:wat::test::should-panic \"\")
(:wat::test::defprop :p::picky [x <- :wat::core::i64] {{:cases 3}} (:wat::test::assume false))
"
    );
    let dir = Dir::with(&[("t.wat", &text)]);
    // What is falsified as promised is nothing to keep, and what was kept passes for nothing.
    for kept in [
        None,
        Some("{:wat.test/regressions {:p/body [[0 100 0]]}}\n"),
    ] {
        if let Some(kept) = kept {
            dir.write("regressions/t.edn", kept);
        }
        let ran = persisting(&dir, &["test", "--format", "json", "t.wat"]);
        let records = json_lines(&ran.stdout);
        assert_eq!(
            report(&records),
            [
                ":p::body passed",
                ":p::counterexample passed",
                ":p::error passed",
                ":p::holds failed WAT8904",
                ":p::other failed WAT8905",
                ":p::picky failed WAT8905",
            ]
        );
        let now = fs::read_to_string(dir.path().join("regressions/t.edn")).ok();
        assert_eq!(now.as_deref(), kept);
        assert!(!ran.stdout.contains("\"regressions\":1"), "{}", ran.stdout);
    }
}
