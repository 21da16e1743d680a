//! Programs of their own, and what preludes load.

use super::{records, report};
use crate::cli::support::{Dir, wat as run};

#[test]
fn a_hermetic_program_loads_from_the_folder_of_its_file() {
    let lib = "(:wat::core::defn :lib::f [] -> :wat::core::i64 5)";
    let test = "(:wat::test::deftest-hermetic :h::a ((:wat::load-file! \"lib.wat\"))
  (:wat::test::assert-eq (:lib::f) 5))
(:wat::test::deftest-hermetic :h::b ((:wat::load-file! \"lib.wat\"))
  (:wat::test::assert-eq (:lib::f) 6))";
    let dir = Dir::with(&[("t/lib.wat", lib), ("t/a.wat", test)]);
    let (_, records) = records(&dir, &["t/a.wat"]);
    let report = report(&records);
    assert_eq!(report[0], ":h::a passed");
    assert!(report[1].starts_with(":h::b failed"), "{report:?}");
}

#[test]
fn hermetic_programs_of_one_file_load_what_they_like() {
    let one = "(:wat::core::defn :lib::f [] -> :wat::core::i64 1)";
    let two = "(:wat::core::defn :lib::f [] -> :wat::core::String \"2\")";
    let test = r#"(:wat::test::deftest-hermetic :h::a ((:wat::load-file! "one.wat")) (:wat::test::assert-eq (:lib::f) 1))
(:wat::test::deftest-hermetic :h::b ((:wat::load-file! "two.wat")) (:wat::test::assert-eq (:lib::f) "2"))
(:wat::test::make-deftest-hermetic :deftest-h ((:wat::load-file! "two.wat")))
(:deftest-h :h::c (:wat::test::assert-eq (:lib::f) "3"))
"#;
    let dir = Dir::with(&[("t/one.wat", one), ("t/two.wat", two), ("t/a.wat", test)]);
    let (_, found) = records(&dir, &["t/a.wat"]);
    assert_eq!(
        report(&found),
        [":h::a passed", ":h::b passed", ":h::c failed WAT8516"]
    );
    let check = || {
        run(
            &dir,
            &["--format", "short", "check", "--lints", "none", "t"],
        )
    };
    let ran = check();
    assert_eq!((ran.status, &*ran.stdout), (0, ""), "{}", ran.stderr);
    // What a body does wrong with it, and what is wrong in it, is told before anything runs.
    dir.write("t/a.wat", &test.replace("(:lib::f) 1)", "(:lib::f) \"1\")"));
    dir.write("t/two.wat", &two.replace("\"2\"", "(:lib::g)"));
    let told = format!("{0}{1}", check().stdout, check().stderr);
    for place in [
        "t/a.wat:1:101: error[WAT3001]",
        "t/two.wat:1:53: error[WAT3201]",
    ] {
        assert!(told.contains(place), "{told}");
    }
    let (status, found) = records(&dir, &["t/a.wat"]);
    assert_eq!((status, report(&found).len()), (1, 3));
    assert!(
        report(&found).iter().all(|it| it.ends_with(" invalid")),
        "{found:?}"
    );
}

#[test]
fn a_hermetic_program_finds_its_payloads_in_the_folder_of_its_file() {
    let lib = "(:wat::core::defn :lib::f [] -> :wat::core::i64 5)";
    let sum = "788e33626ee8854c8fcc93d485f48213ef1d915b2d1e3a4b56112478eda46610";
    let digest = ":wat::verify::digest-sha256 :wat::verify::file-path \"sums/lib.sha\"";
    let file = format!("(:wat::digest-load! \"lib.wat\" {digest})");
    let text = format!("(:wat::digest-load-string! \"{lib}\" {digest})");
    let body = "(:wat::test::assert-eq (:lib::f) 5)";
    let tests = [
        format!("(:wat::test::deftest-hermetic :h::file ({file}) {body})"),
        format!("(:wat::test::deftest-hermetic :h::text ({text}) {body})"),
        format!("(:wat::test::make-deftest-hermetic :deftest-h ({file})) (:deftest-h :h::made {body})"),
        format!(
            "(:wat::test::deftest :h::inner () (:wat::test::assert-none (:wat::kernel::RunResult/failure
               (:wat::test::run-hermetic-with-prelude ({file}) {body}))))"
        ),
    ];
    for test in tests {
        let dir = Dir::with(&[
            ("t/lib.wat", lib),
            ("t/sums/lib.sha", sum),
            ("t/a.wat", &test),
        ]);
        let (_, records) = records(&dir, &["t/a.wat"]);
        let report = report(&records);
        assert!(report[0].ends_with(" passed"), "{test}: {report:?}");
    }
}

#[test]
fn a_hermetic_program_loads_wherever_the_command_starts() {
    let load = "((:wat::load-file! \"lib/f.wat\")) (:wat::test::assert-eq (:lib::f) 5)";
    let tests = format!(
        "(:wat::test::deftest-hermetic :h::a {load})
(:wat::test::deftest :h::b () (:wat::test::assert-none (:wat::kernel::RunResult/failure
  (:wat::test::run-hermetic-with-prelude {load}))))"
    );
    let dir = Dir::with(&[
        ("wat.toml", ""),
        (
            "t/u/lib/f.wat",
            "(:wat::core::defn :lib::f [] -> :wat::core::i64 5)",
        ),
        ("t/u/a.wat", &tests),
    ]);
    for (start, file) in [("t/u", "a.wat"), ("t", "u/a.wat"), (".", "t/u/a.wat")] {
        let ran = run(&dir, &["-C", start, "test", file]);
        assert_eq!(ran.status, 0, "{start}: {}", ran.stdout);
    }
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
(:wat::core::defn :h::lacks [] -> :wat::test::TestResult (:wat::test::run-hermetic-with-prelude ((:wat::load-file! "lib.wat")) (:lib::lacks 1)))
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
            ":h::lacks t/a.wat:16:129-16:140 Startup WAT3201 startup: no function is called `:lib::lacks`",
            ":h::loads t/lib.wat:2:3-3:7 AssertionFailed WAT8516 assert-eq failed",
            ":h::made t/a.wat:18:37-18:70 AssertionFailed WAT8516 assert-eq failed",
            ":h::written t/a.wat:21:5-21:36 AssertionFailed WAT8516 assert-true failed",
        ]
    );
    let people = run(&dir, &["test", "t/a.wat"]).stdout;
    let deep = "\n  WAT8202: the stack is exhausted: frames need more than 1048576 bytes\n   ╭─[t/a.wat:10:23]\n";
    assert!(people.contains(deep), "{people}");
}
