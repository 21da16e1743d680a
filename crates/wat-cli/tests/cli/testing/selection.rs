//! Which tests run, and in which order.

use serde_json::Value;

use super::{records, report};
use crate::cli::support::{Dir, json_lines, wat as run};

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
fn a_name_behind_a_file_is_about_that_file_alone() {
    let test =
        |name: &str| format!("(:wat::test::deftest :{name} () (:wat::test::assert-eq 1 1))\n");
    let a = test("x") + &test("y");
    let b = test("x") + &test("z");
    let dir = Dir::with(&[("a.wat", &a), ("b.wat", &b), ("d/c.wat", &test("x"))]);
    let list = |targets: &str| {
        let targets: Vec<&str> = targets.split(' ').collect();
        let ran = run(&dir, &[&["test", "--list"], &targets[..]].concat());
        ran.stdout.replace('\n', " ").trim_end().to_owned()
    };
    let [ax, ay, bx, bz] = ["a.wat#:x", "a.wat#:y", "b.wat#:x", "b.wat#:z"];
    assert_eq!(list("a.wat#:x b.wat"), [ax, bx, bz].join(" "));
    assert_eq!(list("./a.wat#:x b.wat#:z"), [ax, bz].join(" "));
    assert_eq!(list("a.wat#:x a.wat#:y"), [ax, ay].join(" "));
    assert_eq!(list("a.wat#:x a.wat"), [ax, ay].join(" "));
    assert_eq!(list("d a.wat#:x"), ["d/c.wat#:x", ax].join(" "));
    assert_eq!(list("a.wat#:x ."), [ax, ay, bx, bz, "d/c.wat#:x"].join(" "));
    assert_eq!(list("a.wat#:x b.wat :z"), [ax, bz].join(" "));
    assert_eq!(list("a.wat b.wat :x"), [ax, bx].join(" "));
    let none = run(&dir, &["test", "a.wat#:zz", "b.wat"]);
    assert_eq!(none.status, 5);
    assert!(
        none.stderr.contains("WAT5902") && none.stderr.contains("a.wat#:zz"),
        "{}",
        none.stderr
    );
    assert_eq!(run(&dir, &["test", "b.wat", ":y"]).status, 5);
    assert_eq!(
        run(&dir, &["test", "b.wat", ":y", "--allow-empty"]).status,
        0
    );
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
fn a_file_whose_tests_come_of_what_is_broken_is_invalid() {
    let makes = "(:wat::core::defmacro :t::tests [n <- :wat::WatAST] -> :wat::WatAST
  (:wat::core::let [name (:wat::core::nope n)] `(:wat::test::deftest ~name () (:wat::test::assert-true true))))";
    let dir = Dir::with(&[
        ("lib/makes.wat", makes),
        ("t.wat", "(:wat::load-file! \"lib/makes.wat\")\n(:t::tests :t::a)"),
        // A library says nothing of what it gets from those who load it.
        ("lib/uses.wat", "(:app::make :t::b)"),
        (
            "app.wat",
            "(:wat::core::defmacro :app::make [n <- :wat::WatAST] -> :wat::WatAST `(:wat::core::def ~n 1))
(:wat::load-file! \"lib/uses.wat\")\n(:wat::test::deftest :t::c () (:wat::test::assert-eq :t::b 1))",
        ),
    ]);
    let (status, records) = records(&dir, &["--no-shuffle", "t.wat", "app.wat", "lib/uses.wat"]);
    assert_eq!(status, 1);
    assert_eq!(report(&records), [":t::c passed"]);
    let invalid = records.iter().filter(|it| it["event"] == "file-invalid");
    let codes: Vec<&Value> = invalid.map(|it| &it["diagnostics"][0]["code"]).collect();
    assert_eq!(codes, ["WAT3201"]);
}

#[test]
fn a_file_that_does_not_check_counts_where_its_tests_are_ignored() {
    let good = "(:wat::test::deftest :t::good () (:wat::test::assert-eq 1 1))";
    let ignored = "(:wat::test::ignore \"later\")\n(:wat::test::deftest :i::a () (:wat::test::assert-eq 1 \"x\"))";
    let broken = "(:wat::test::ignore \"later\")\n(:wat::test::deftest :j::a () (:wat::test::assert-eq 1 1))\n(:wat::core::def";
    let dir = Dir::with(&[("a.wat", good), ("b.wat", ignored), ("c.wat", broken)]);
    let end = |args: &[&str]| {
        let (status, records) = records(&dir, args);
        let end = records.last().expect("a record");
        let count = |key: &str| end[key].as_u64().expect("a count");
        (
            status,
            count("passed"),
            count("invalid"),
            count("ignored"),
            end["exit"].as_i64(),
        )
    };
    assert_eq!(end(&["b.wat"]), (1, 0, 1, 1, Some(1)));
    assert_eq!(end(&["c.wat"]), (1, 0, 1, 1, Some(1)));
    assert_eq!(end(&[]), (1, 1, 2, 2, Some(1)));
    assert_eq!(end(&["--include-ignored"]), (1, 1, 2, 0, Some(1)));
    let junit = run(&dir, &["test", "--format", "junit", "b.wat"]).stdout;
    assert!(
        junit.contains("tests=\"2\" failures=\"0\" errors=\"1\" skipped=\"1\"")
            && junit.contains("<error type=\"invalid\""),
        "{junit}"
    );
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
fn a_list_has_records_and_people_are_told_less_or_more() {
    let text = "(:wat::test::tag \"slow\")
(:wat::test::deftest :t::one () (:wat::test::assert-eq 1 1))
(:wat::test::defprop :t::two [x <- :wat::core::i64] (:wat::test::assert-eq x x))";
    let bad = "(:wat::test::deftest :t::bad () (:wat::test::assert-eq 1 (:t::nowhere)))";
    let store = "{:wat.test/regressions {:t/two [[0 1 0] [0 2 0]]}}";
    let dir = Dir::with(&[("t.wat", text), ("regressions/t.edn", store)]);
    let ran = run(&dir, &["test", "--list", "--format", "json", "t.wat"]);
    let listed = json_lines(&ran.stdout);
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
