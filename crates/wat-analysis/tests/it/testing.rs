//! Forms that declare tests, their annotations, and the list of tests.

use wat_analysis::{Applicability, TestKind, file_diagnostics, file_tests};

use crate::support::{database, spans};

/// Checks a text against the list of its diagnostics.
fn reports(text: &str, expected: &[&str]) {
    assert_eq!(spans(text), expected, "{text}");
}

/// The tests of a text, by name.
fn tests(text: &str) -> Vec<String> {
    let db = database(&[("t.wat", text)]);
    let file = db.file("t.wat").unwrap();
    let tests = file_tests(&db, file, file);
    tests.iter().map(|test| test.name.to_string()).collect()
}

#[test]
fn a_test_has_a_name_a_prelude_and_a_body() {
    reports("(:wat::test::deftest)", &["WAT2901 1:1-1:22"]);
    reports("(:wat::test::deftest :t::a)", &["WAT2901 1:1-1:28"]);
    // One operand is the body, and this one is no expression.
    reports("(:wat::test::deftest :t::a ())", &["WAT1906 1:28-1:30"]);
    reports(
        "(:wat::test::deftest 5 () :wat::core::nil)",
        &["WAT2902 1:22-1:23"],
    );
    reports(
        "(:wat::test::deftest :rust::a () :wat::core::nil)",
        &["WAT2902 1:22-1:30"],
    );
    reports(
        "(:wat::test::deftest :t::a 5 :wat::core::nil)",
        &["WAT2903 1:28-1:29"],
    );
    reports(
        "(:wat::test::deftest :t::a (5) :wat::core::nil)",
        &["WAT2903 1:28-1:31"],
    );
    reports(
        "(:wat::test::deftest :t::a :error 1024 () (:wat::test::assert-true true))",
        &["WAT2901 1:1-1:74"],
    );
    reports(
        "(:wat::test::deftest :t::a (:wat::test::assert-true true))",
        &[],
    );
    reports(
        "(:wat::test::deftest :t::a \"doc\" () (:wat::test::assert-true true) (:wat::test::assert-true true))",
        &[],
    );
}

#[test]
fn the_body_of_a_test_is_nil() {
    reports(
        "(:wat::test::deftest :t::a () (:wat::test::assert-true true) (:wat::core::+ 1 2))",
        &["WAT2915 1:62-1:81"],
    );
    reports(
        "(:wat::test::deftest :t::a () (:wat::kernel::assertion-failed! \"no\" :wat::core::None :wat::core::None))",
        &[],
    );
    // The mistake in the body is told, not what follows from it.
    reports(
        "(:wat::test::deftest :t::a () (:t::nowhere))",
        &["WAT3201 1:32-1:43"],
    );
}

#[test]
fn a_prelude_declares_for_the_file() {
    let text =
        "(:wat::test::deftest :t::a ((:wat::core::def :t::x 1)) (:wat::test::assert-eq :t::x 1))
(:wat::test::deftest :t::b ((:wat::core::def :t::x 1)) (:wat::test::assert-eq :t::x 1))";
    reports(text, &[]);
    let text =
        "(:wat::test::deftest :t::a ((:wat::core::def :t::x 1)) (:wat::test::assert-eq :t::x 1))
(:wat::test::deftest :t::b ((:wat::core::def :t::x 2)) (:wat::test::assert-eq :t::x 1))";
    reports(text, &["WAT2101 2:46-2:51"]);
    for form in [
        "(:wat::config::set-dim-count! 64)",
        "(:wat::core::defn :user::main [] -> :wat::core::nil :wat::core::nil)",
        "(:wat::test::deftest :t::inner () (:wat::test::assert-true true))",
    ] {
        let text = format!("(:wat::test::deftest :t::a ({form}) (:wat::test::assert-true true))");
        reports(&text, &[&*format!("WAT2904 1:29-1:{}", 29 + form.len())]);
    }
}

#[test]
fn what_a_prelude_comes_to_declare_is_no_test_and_no_entry() {
    let makes = "(:wat::core::defmacro :t::mk [n <- :wat::WatAST] -> :wat::WatAST `(:wat::test::deftest ~n () (:wat::test::assert-true false)))
(:wat::core::defmacro :t::main [] -> :wat::WatAST `(:wat::core::do (:wat::core::defn :user::main [] -> :wat::core::nil :wat::core::nil)))
(:wat::test::make-deftest :dt ())
";
    let inner = "(:wat::test::deftest :t::i () (:wat::test::assert-true true))";
    let main = "(:wat::core::defn :user::main [] -> :wat::core::nil :wat::core::nil)";
    let splices: [(&str, usize, usize); 8] = [
        ("(:wat::core::do %)", 16, inner.len()),
        (
            "(:wat::core::let [x 1] (:wat::core::do %))",
            39,
            inner.len(),
        ),
        ("(:wat::core::do (:wat::test::ignore \"x\"))", 16, 24),
        ("(:wat::core::do @)", 16, main.len()),
        ("(:t::mk :t::i)", 0, 14),
        ("(:wat::core::do (:t::mk :t::i))", 16, 14),
        ("(:dt :t::i (:wat::test::assert-true true))", 0, 42),
        ("(:t::main)", 0, 10),
    ];
    for (form, at, len) in splices {
        let form = form.replace('%', inner).replace('@', main);
        for head in ["deftest", "deftest-hermetic"] {
            let before = format!("(:wat::test::{head} :t::a (");
            let text = format!("{makes}{before}{form}) (:wat::test::assert-true true))");
            let from = before.len() + at + 1;
            let found = spans(&text);
            assert_eq!(found.len(), 1, "{text}\n{found:?}");
            let is_made = ["mk", "t::main", "(:dt"].iter().any(|it| form.contains(it));
            // The program of a hermetic test has no macros but its own.
            let place = match is_made && head != "deftest" {
                true => "WAT2908".to_owned(),
                false if is_made => format!("WAT2904 4:{}", from + 1),
                false => format!("WAT2904 4:{from}-4:{}", from + len),
            };
            assert!(found[0].starts_with(&place), "{text}\n{found:?}\n{place}");
        }
    }
    // The maker tells of what it shows.
    reports(
        &format!(
            "(:wat::test::make-deftest :m ((:wat::core::do {inner})))\n(:m :t::a (:wat::test::assert-true true))\n(:m :t::b (:wat::test::assert-true true))"
        ),
        &[&*format!("WAT2904 1:47-1:{}", 47 + inner.len())],
    );
    let text = "(:wat::test::deftest :t::a ((:wat::core::defn :t::own [] -> :wat::test::TestResult (:wat::test::run-thread (:wat::test::assert-true true)))) (:wat::test::assert-true true))
(:wat::test::deftest :t::b ((:wat::core::defn :t::own [] -> :wat::test::TestResult (:wat::test::run-thread (:wat::test::assert-true true)))) (:wat::test::assert-true true))
(:wat::core::defn :t::f [] -> :wat::core::nil (:wat::core::do (:wat::test::run-hermetic-with-prelude ((:wat::core::defn :t::in [] -> :wat::test::TestResult (:wat::test::run-thread (:wat::test::assert-true true)))) (:wat::test::assert-true true)) :wat::core::nil))";
    reports(text, &[]);
    assert_eq!(tests(text), [":t::own", ":t::a", ":t::b"]);
    reports(
        "(:wat::test::deftest :t::a () (:wat::test::assert-stdout-is (:wat::test::run-hermetic (:wat::kernel::println 7)) [\"7\"]))",
        &[],
    );
}

#[test]
fn a_prelude_loads() {
    let main = "(:wat::test::deftest :t::a ((:wat::load-file! \"lib.wat\")) (:wat::test::assert-eq :t::x 1))";
    let db = database(&[("main.wat", main), ("lib.wat", "(:wat::core::def :t::x 1)")]);
    let main = db.file("main.wat").unwrap();
    assert!(file_diagnostics(&db, main).is_empty());
}

#[test]
fn what_is_about_tests_stands_at_the_top_level() {
    for form in [
        "(:wat::test::deftest :t::a () (:wat::test::assert-true true))",
        "(:wat::test::make-deftest :t::m ())",
        "(:wat::test::ignore \"why\")",
    ] {
        let text = format!("(:wat::core::defn :t::f [] -> :wat::core::nil\n{form})");
        reports(&text, &[&*format!("WAT2004 2:1-2:{}", 1 + form.len())]);
    }
}

#[test]
fn makers_of_tests_are_macros() {
    let text = "(:wat::test::make-deftest :deftest ((:wat::core::def :t::x 1)))
(:deftest :t::a (:wat::test::assert-eq :t::x 1))
(:deftest :t::b \"doc\" (:wat::test::assert-eq :t::x 1))
(:deftest :t::c)";
    reports(text, &["WAT2901 4:2-4:10"]);
    assert_eq!(tests(text), [":t::a", ":t::b"]);
    reports("(:wat::test::make-deftest :deftest)", &["WAT2901 1:1-1:36"]);
}

#[test]
fn a_mistake_in_the_prelude_of_a_maker_is_told_there_once() {
    let uses = "
(:m :t::a (:wat::test::assert-true true))
(:wat::core::do (:m :t::b (:wat::test::assert-true true)))
(:wat::core::defmacro :t::mk [n <- :wat::WatAST] -> :wat::WatAST `(:m ~n (:wat::test::assert-true true)))
(:t::mk :t::c)";
    for head in ["make-deftest", "make-deftest-hermetic"] {
        let before = format!("(:wat::test::{head} :m (");
        for (form, code, at, len) in [
            (
                "(:wat::core::defn :t::h [] -> :wat::core::i64 \"x\")",
                "WAT3003",
                46,
                3,
            ),
            (
                "(:wat::core::defn :t::h [] -> :wat::core::i64 (:t::nowhere 1))",
                "WAT3201",
                47,
                11,
            ),
            (
                "(:wat::core::struct :t::S (a :t::Nowhere))",
                "WAT3203",
                29,
                11,
            ),
        ] {
            let from = before.len() + at + 1;
            let found = spans(&format!("{before}{form})){uses}"));
            assert_eq!(
                found,
                [format!("{code} 1:{from}-1:{}", from + len)],
                "{head} {form}"
            );
        }
    }
}

#[test]
fn a_string_before_a_test_says_something_of_it() {
    let text = "(:wat::test::ignore \"later\")
\"It fails.\"
; why
(:wat::test::deftest :t::a () (:wat::test::assert-true true))";
    reports(text, &[]);
    let db = database(&[("t.wat", text)]);
    let file = db.file("t.wat").unwrap();
    assert_eq!(
        file_tests(&db, file, file)[0].ignore.as_deref(),
        Some("later")
    );
    reports(
        "(:wat::test::ignore \"later\")\n\"It fails.\"\n(:wat::core::def :t::x 1)",
        &["WAT2905 1:1-1:29", "WAT2003 2:1-2:12"],
    );
    reports(
        "\"It fails.\"\n(:wat::test::deftest :t::a () (:wat::test::assert-true true))",
        &["WAT2003 1:1-1:12"],
    );
}

#[test]
fn names_that_expansions_keep_are_restricted() {
    for name in [
        "run-hermetic-send-inputs",
        "failure-from-thread-died",
        "run-thread-driver",
    ] {
        let text = format!("(:wat::test::deftest :t::a () (:wat::test::{name} 1))");
        reports(
            &text,
            &[&*format!("WAT3301 1:32-1:{}", 32 + 12 + name.len())],
        );
    }
    reports(
        "(:wat::test::deftest :t::a () (:wat::test::run-hermetik 1))",
        &["WAT3201 1:32-1:56"],
    );
}

#[test]
fn what_a_program_in_a_function_declares_twice_is_told() {
    for (first, second, code) in [
        (
            "(:wat::core::def :t::h 1)",
            "(:wat::core::def :t::h 2)",
            "WAT2101",
        ),
        (
            "(:wat::core::struct :t::S (a :wat::core::i64))",
            "(:wat::core::struct :t::S (a :wat::core::i64))",
            "WAT7307",
        ),
    ] {
        let text = format!(
            "(:wat::core::defn :t::f [] -> :wat::kernel::RunResult
  (:wat::test::run-hermetic-with-prelude (
    {first}
    {second}) (:wat::kernel::println 1)))
(:wat::core::defn :t::g [] -> :wat::kernel::RunResult
  (:wat::test::run-hermetic-with-prelude ({first}) (:wat::kernel::println 1)))"
        );
        let found = spans(&text);
        assert!(
            found.len() == 1 && found[0].starts_with(&format!("{code} 4:")),
            "{found:?}"
        );
    }
}

#[test]
fn annotations_belong_to_the_next_test() {
    let text = "(:wat::test::ignore \"slow\")
(:wat::test::tag \"a\")
(:wat::test::tag \"b\")
(:wat::test::time-limit \" 2s \")
(:wat::test::should-panic \"\")
(:wat::test::serial \"port\")
(:wat::test::deftest :t::a ((:wat::core::def :t::x 1)) (:wat::test::assert-eq :t::x 1))
(:wat::test::deftest :t::b () (:wat::test::assert-true true))";
    reports(text, &[]);
    let db = database(&[("t.wat", text)]);
    let file = db.file("t.wat").unwrap();
    let tests = file_tests(&db, file, file);
    let [a, b] = &tests[..] else {
        panic!("two tests")
    };
    assert_eq!(a.ignore.as_deref(), Some("slow"));
    assert_eq!(a.should_panic.as_deref(), Some(""));
    assert_eq!(a.time_limit, Some(2000));
    assert_eq!(a.tags, ["a".into(), "b".into()]);
    assert_eq!(a.serial, ["port".into()]);
    assert_eq!((b.ignore.as_deref(), b.kind), (None, TestKind::Test));
}

#[test]
fn annotations_are_read_without_evaluation() {
    let test = "(:wat::test::deftest :t::a () (:wat::test::assert-true true))";
    let with = |annotation: &str, expected: &[&str]| {
        reports(&format!("{annotation}\n{test}"), expected);
    };
    with("(:wat::test::ignore)", &["WAT2906 1:1-1:21"]);
    with("(:wat::test::ignore 5)", &["WAT2906 1:21-1:22"]);
    with("(:wat::test::ignore \"a\" \"b\")", &["WAT2906 1:1-1:29"]);
    for limit in [
        "5",
        "5 minutes",
        "0s",
        "-1s",
        "1.5s",
        "1m30s",
        "25h",
        "1441m",
    ] {
        let annotation = format!("(:wat::test::time-limit \"{limit}\")");
        with(
            &annotation,
            &[&*format!("WAT2906 1:25-1:{}", 27 + limit.len())],
        );
    }
    with(
        "(:wat::test::ignore \"a\")\n(:wat::test::ignore \"b\")",
        &["WAT2907 2:1-2:25"],
    );
}

#[test]
fn an_annotation_without_a_test_dangles() {
    reports("(:wat::test::ignore \"a\")", &["WAT2905 1:1-1:25"]);
    reports(
        "(:wat::test::ignore \"a\")\n(:wat::core::def :t::x 1)\n(:wat::test::deftest :t::a () (:wat::test::assert-true true))",
        &["WAT2905 1:1-1:25"],
    );
    reports(
        "(:wat::test::ignore \"a\")\n(:wat::test::make-deftest :deftest ())",
        &["WAT2905 1:1-1:25"],
    );
    // What was meant as a test is told of, not the annotation before it.
    reports(
        "(:wat::test::ignore \"a\")\n(:wat::test::deftest :t::a)",
        &["WAT2901 2:1-2:28"],
    );
}

#[test]
fn every_function_that_returns_a_result_of_a_test_is_one() {
    let text = "(:wat::core::defn :t::a [] -> :wat::test::TestResult (:wat::test::run-thread (:wat::test::assert-true true)))
(:wat::core::defn :t::b [] -> :wat::kernel::RunResult (:t::a))
(:wat::core::defn :t::c [n <- :wat::core::i64] -> :wat::kernel::RunResult (:t::a))
(:wat::core::defn :t::d [] -> :wat::core::nil :wat::core::nil)
(:wat::core::defmacro :t::m [n <- :wat::WatAST] -> :wat::WatAST `(:wat::test::deftest ~n () (:wat::test::assert-true true)))
(:t::m :t::e)";
    reports(text, &[]);
    assert_eq!(tests(text), [":t::a", ":t::b", ":t::e"]);
}

#[test]
fn sure_fixes_remove_what_they_are_about() {
    for text in [
        "(:wat::test::deftest :t::a (:wat::test::assert-true true) (:wat::test::assert-true true))",
        "(:wat::test::deftest :t::a :error 1024 () (:wat::test::assert-true true))",
        "(:wat::test::ignore \"a\")\n(:wat::core::def :t::x 1)",
        "(:wat::test::ignore \"a\")\n(:wat::test::ignore \"b\")\n(:wat::test::deftest :t::a () (:wat::test::assert-true true))",
    ] {
        let db = database(&[("t.wat", text)]);
        let found = file_diagnostics(&db, db.file("t.wat").unwrap());
        let fix = &found[0].fixes[0];
        assert_eq!(fix.applicability, Applicability::MachineApplicable);
        let mut fixed = text.to_owned();
        for edit in fix.edits.iter().rev() {
            fixed.replace_range(
                usize::from(edit.range.start())..usize::from(edit.range.end()),
                &edit.insert,
            );
        }
        reports(&fixed, &[]);
    }
}

#[test]
fn a_hermetic_program_sees_its_prelude_and_the_library_alone() {
    let file = "(:wat::core::defn :my::f [] -> :wat::core::i64 42)
(:wat::core::def :my::c 7)
(:wat::core::struct :my::R (a :wat::core::i64))
";
    let with = |test: &str, expected: &[&str]| reports(&format!("{file}{test}"), expected);
    with(
        "(:wat::test::deftest-hermetic :h::a () (:wat::test::assert-eq (:my::f) 42))",
        &["WAT2908 4:64-4:70"],
    );
    with(
        "(:wat::test::deftest-hermetic :h::a () (:wat::test::assert-eq :my::c 7))",
        &["WAT2908 4:63-4:69"],
    );
    with(
        "(:wat::test::deftest-hermetic :h::a ((:wat::core::defn :h::g [r <- :wat::core::Vector<my::R>] -> :wat::core::nil :wat::core::nil)) (:h::g []))",
        &["WAT2908 4:87-4:123"],
    );
    with(
        "(:wat::core::defn :my::g [] -> :wat::kernel::RunResult (:wat::test::run-hermetic (:wat::kernel::println (:my::f))))",
        &["WAT2908 4:106-4:112"],
    );
    // What is nowhere is unknown, and mistakes of the program are told where they stand, by their own names.
    with(
        "(:wat::test::deftest-hermetic :h::a ((:wat::core::defn :h::g [n <- :wat::core::i64] -> :wat::core::i64 n)) (:wat::test::assert-eq (:h::g \"x\") (:h::x)))",
        &["WAT3001 4:138-4:141", "WAT3201 4:144-4:149"],
    );
    with(
        "(:wat::test::deftest-hermetic :h::a () 5)",
        &["WAT2915 4:40-4:41"],
    );
    with(
        "(:wat::core::defn :my::g [x <- :wat::core::i64] -> :wat::kernel::RunResult (:wat::test::run-hermetic (:wat::kernel::println x)))",
        &["WAT3202 4:125-4:126"],
    );
}

#[test]
fn names_of_two_hermetic_programs_never_meet() {
    let text = "(:wat::core::defn :h::f [] -> :wat::core::i64 0)
(:wat::test::deftest-hermetic :h::a ((:wat::core::defn :h::f [] -> :wat::core::i64 1)) (:wat::test::assert-eq (:h::f) 1))
(:wat::test::deftest-hermetic :h::b ((:wat::core::defn :h::f [] -> :wat::core::String \"x\")) (:wat::test::assert-eq (:h::f) \"x\"))
(:wat::test::ignore \"why\")
(:wat::test::deftest :h::c ()
  (:wat::test::assert-stdout-is
    (:wat::test::run-hermetic-with-prelude ((:wat::core::struct :h::R (a :wat::core::i64))) (:wat::kernel::println (:h::R/new 1)))
    []))";
    reports(text, &[]);
    assert_eq!(tests(text), [":h::a", ":h::b", ":h::c"]);
    reports(
        "(:wat::core::defn :h::f [] -> :wat::core::i64 (:wat::core::+ 1 \"x\"))
(:wat::test::deftest-hermetic :h::a ((:wat::core::defn :h::f [] -> :wat::core::i64 1)) (:h::ff))",
        &["WAT3403 1:64-1:67", "WAT3201 2:89-2:95"],
    );
}

#[test]
fn mistakes_in_the_prelude_of_a_maker_are_told_once_each() {
    let uses =
        "(:dt :t::a (:wat::test::assert-true true))\n(:dt :t::b (:wat::test::assert-true true))";
    let macro_ = "(:wat::core::defmacro :my::one [x <- :wat::WatAST] -> :wat::WatAST `(:wat::core::+ ~x 1))\n";
    let prelude = "((:wat::core::def :t::x zork) (:wat::core::def :t::y (:wat::core::+ 1 \"a\")) (:wat::core::def :t::z (:my::one)))";
    for head in ["make-deftest", "make-deftest-hermetic"] {
        let made = match head {
            "make-deftest" => vec![
                "WAT3202 2:55-2:59",
                "WAT3403 2:101-2:104",
                "WAT2402 2:131-2:139",
            ],
            // The program of a hermetic test has no macro of the file.
            _ => vec![
                "WAT3202 2:64-2:68",
                "WAT3403 2:110-2:113",
                "WAT2908 2:140-2:148",
            ],
        };
        let maker = format!("(:wat::test::{head} :dt {prelude})\n");
        assert_eq!(spans(&format!("{macro_}{maker}{uses}")), made);
        // Of a maker in another file, or one that a macro makes, the first test tells.
        let db = database(&[
            (
                "lib.wat",
                format!("{macro_}(:wat::test::{head} :dt ((:wat::core::def :t::x zork)))"),
            ),
            ("t.wat", format!("(:wat::load-file! \"lib.wat\")\n{uses}")),
        ]);
        let told = file_diagnostics(&db, db.file("t.wat").unwrap());
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0].code.0, 3202);
        let maker = format!(
            "(:wat::core::defmacro :my::mk [n <- :wat::WatAST] -> :wat::WatAST `(:wat::test::{head} ~n {prelude}))\n(:my::mk :dt)\n"
        );
        let found = spans(&format!("{macro_}{maker}{uses}"));
        assert!(found.iter().all(|line| line.contains(" 4:2-")), "{found:?}");
        assert!(!found.is_empty());
    }
}

#[test]
fn names_of_one_segment_are_names_of_hermetic_programs_too() {
    let file =
        "(:wat::core::defmacro :inc [x <- :wat::WatAST] -> :wat::WatAST `(:wat::core::i64::+ ~x 1))
(:wat::core::defn :f [] -> :wat::core::i64 42)
(:wat::test::make-deftest :dt ())
";
    let told = |test: &str, expected: &[&str]| {
        let found = spans(&format!("{file}{test}"));
        let found: Vec<&str> = found
            .iter()
            .filter(|line| !line.starts_with("WAT3207"))
            .map(String::as_str)
            .collect();
        assert_eq!(found, expected, "{test}");
    };
    told(
        "(:wat::test::deftest-hermetic :h::a ((:wat::core::def :h::x (:inc 1))) (:wat::test::assert-eq (:inc 1) (:f)))",
        &[
            "WAT2908 4:62-4:66",
            "WAT2908 4:96-4:100",
            "WAT2908 4:105-4:107",
        ],
    );
    told(
        "(:wat::test::deftest-hermetic :h::a ((:dt :h::b (:wat::test::assert-true true))) (:wat::test::assert-true true))",
        &["WAT2908 4:39-4:42"],
    );
    // Those of the prelude are other ones, in each program.
    told(
        "(:wat::test::deftest-hermetic :h::a
  ((:wat::core::enum :C :R (:f [x <- :wat::core::i64]))
   (:wat::core::defmacro :inc [x <- :wat::WatAST] -> :wat::WatAST `(:wat::core::i64::- ~x 1))
   (:wat::core::defn :f<T> [c <- :T cs <- :wat::core::Vector<C>] -> :T
     (:wat::core::cond ((:wat::core::empty? cs) c) (:else c))))
  (:wat::test::assert-eq (:f<wat::core::i64> (:inc 1) [:C::R (:C::f 1)]) 0))
(:wat::test::deftest-hermetic :h::b
  ((:wat::core::struct :f [x <- :wat::core::i64]))
  (:wat::test::assert-eq (:f/x (:f/new 1)) (:f/x (:f :x 1))))",
        &[],
    );
}

#[test]
fn the_prelude_of_a_hermetic_test_has_setters_and_no_entry() {
    reports(
        "(:wat::test::deftest-hermetic :h::a ((:wat::config::set-dim-count! 64)) (:wat::test::assert-true true))",
        &[],
    );
    reports(
        "(:wat::test::deftest-hermetic :h::a ((:wat::core::defn :user::main [] -> :wat::core::nil :wat::core::nil)) (:wat::test::assert-true true))",
        &["WAT2904 1:38-1:106"],
    );
    reports(
        "(:wat::test::make-deftest-hermetic :deftest-h ((:wat::core::def :t::x 1)))
(:deftest-h :t::a (:wat::test::assert-eq :t::x 1))
(:deftest-h :t::b (:wat::test::assert-eq :t::y 1))
(:wat::core::def :t::y 1)",
        &["WAT2908 3:42-3:47"],
    );
    reports(
        "(:wat::core::def :t::r (:wat::test::run-hermetic))",
        &["WAT2402 1:24-1:50"],
    );
}

#[test]
fn the_declaration_that_a_hermetic_test_lacks_is_copied() {
    let text = "(:wat::core::defn :my::f [] -> :wat::core::i64 42)
(:wat::test::deftest-hermetic :h::a () (:wat::test::assert-eq (:my::f) 42))";
    let db = database(&[("t.wat", text)]);
    let found = file_diagnostics(&db, db.file("t.wat").unwrap());
    let edit = &found[0].fixes[0].edits[0];
    let mut fixed = text.to_owned();
    let at = usize::from(edit.range.start());
    fixed.insert_str(at, &edit.insert);
    reports(&fixed, &[]);
    assert!(
        !found[0].message.contains("hermetic_"),
        "{}",
        found[0].message
    );
}

#[test]
fn a_property_has_a_name_binders_and_a_body() {
    reports(
        "(:wat::test::defprop :p::a \"doc\" [x <- :wat::core::i64 y <- (:wat::test::gen::i64-in 0 9)] {:cases 5} (:wat::test::assert-true (:wat::core::= x y)))",
        &[],
    );
    reports(
        "(:wat::test::defprop :p::a [] (:wat::test::assert-true true))",
        &[],
    );
    for (text, expected) in [
        (
            "(:wat::test::defprop :p::a (:wat::test::assert-true true))",
            "WAT2910 1:1-1:59",
        ),
        ("(:wat::test::defprop :p::a [])", "WAT2910 1:1-1:31"),
        (
            "(:wat::test::defprop :p::a [] {:case 1} (:wat::test::assert-true true))",
            "WAT2910 1:32-1:37",
        ),
        (
            "(:wat::test::defprop :p::a [x :wat::core::i64] (:wat::test::assert-true true))",
            "WAT2911 1:29-1:30",
        ),
        (
            "(:wat::test::defprop :p::a [x <- 5] (:wat::test::assert-true true))",
            "WAT2911 1:34-1:35",
        ),
        (
            "(:wat::test::defprop :p::a [x <- ()] (:wat::test::assert-true true))",
            "WAT2911 1:34-1:36",
        ),
        (
            "(:wat::test::defprop :p::a [x <- :wat::core::i64] x)",
            "WAT2915 1:51-1:52",
        ),
        (
            "(:wat::test::defprop :p::a [x <- :wat::kernel::Sender<wat::core::i64>] (:wat::test::assert-true true))",
            "WAT2912 1:34-1:70",
        ),
        (
            "(:wat::test::defprop :p::a [x <- (:wat::core::+ 1 2)] (:wat::test::assert-true true))",
            "WAT3001 1:34-1:53",
        ),
    ] {
        reports(text, &[expected]);
    }
    // What a generic function makes generators of is asked of its callers.
    reports(
        "(:wat::core::defn :p::gen<T> [] -> :wat::test::Gen<wat::core::Vector<T>> (:wat::test::gen::of :wat::core::Vector<T>))
(:wat::core::defn :p::a [] -> :wat::test::Gen<wat::core::Vector<wat::core::i64>> (:p::gen))
(:wat::core::defn :p::b [] -> :wat::test::Gen<wat::core::Vector<wat::io::IOReader>> (:p::gen))",
        &["WAT2912 3:86-3:93"],
    );
    let db = database(&[(
        "t.wat",
        "(:wat::test::defprop :p::a [] (:wat::test::assert-true true))",
    )]);
    let file = db.file("t.wat").unwrap();
    assert_eq!(file_tests(&db, file, file)[0].kind, TestKind::Property);
}

#[test]
fn a_test_has_no_type_parameters() {
    for (text, expected) in [
        (
            "(:wat::test::deftest :d::k<T> () (:wat::test::assert-false true))",
            "WAT2902 1:22-1:30",
        ),
        (
            "(:wat::test::deftest-hermetic :d::k<T,U> () (:wat::test::assert-false true))",
            "WAT2902 1:31-1:41",
        ),
        (
            "(:wat::test::defprop :q::za<T> [x <- :T] (:wat::test::assert-true true))",
            "WAT2902 1:22-1:31",
        ),
        (
            "(:wat::test::make-deftest :m ())(:m :d::k<T> (:wat::test::assert-true true))",
            "WAT2902 1:37-1:45",
        ),
    ] {
        reports(text, &[expected]);
    }
    let text = "(:wat::test::deftest :d::a->b () (:wat::test::assert-true true))
(:wat::test::deftest :d::< () (:wat::test::assert-true true))";
    reports(text, &[]);
    assert_eq!(tests(text), [":d::a->b", ":d::<"]);
}

#[test]
fn a_name_that_does_not_read_is_told_of_once() {
    for form in [
        "(:wat::test::deftest :s::y-\u{e9} () :wat::core::nil)",
        "(:wat::test::deftest-hermetic :s::y-\u{e9} () :wat::core::nil)",
        "(:wat::test::defprop :s::y-\u{e9} [] :wat::core::nil)",
        "(:wat::test::make-deftest :s::y-\u{e9} ())",
    ] {
        let found = spans(form);
        assert_eq!(found.len(), 1, "{form}: {found:?}");
        assert!(found[0].starts_with("WAT1002"), "{form}: {found:?}");
    }
}

#[test]
fn a_broken_maker_of_tests_makes_silence() {
    for prelude in [
        "(:wat::core::defn :d::q [] -> :wat::core::nil :wat::core::nil)",
        "[5]",
        "(5)",
    ] {
        for make in ["make-deftest", "make-deftest-hermetic"] {
            let text = format!("(:wat::test::{make} :mk {prelude})\n(:mk :d::u (:d::q))");
            let found = spans(&text);
            assert_eq!(found.len(), 1, "{text}: {found:?}");
            assert!(found[0].starts_with("WAT2903"), "{text}: {found:?}");
        }
    }
}

#[test]
fn what_is_broken_before_an_annotation_excuses_nothing() {
    let legacy = "(:wat::test::deftest :d::i :error 1024 () (:wat::test::assert-true true))";
    reports(
        &format!("{legacy}\n(:wat::test::ignore \"x\")\n(:wat::core::def :d::x 1)"),
        &["WAT2901 1:1-1:74", "WAT2905 2:1-2:25"],
    );
    reports(
        &format!("(:wat::test::ignore \"x\")\n{legacy}\n(:wat::core::def :d::x 1)"),
        &["WAT2901 2:1-2:74"],
    );
}

#[test]
fn binders_of_a_property_have_names_of_their_own() {
    reports(
        "(:wat::test::defprop :t::u [_ <- :wat::core::i64 _ <- :wat::core::bool] (:wat::test::assert-true true))",
        &[],
    );
    reports(
        "(:wat::test::defprop :t::u [x <- :wat::core::i64 x <- :wat::core::bool] (:wat::test::assert-true true))",
        &["WAT2106 1:50-1:51"],
    );
}

#[test]
fn setters_come_first_in_a_hermetic_prelude() {
    let test = |prelude: &str| {
        format!("(:wat::test::deftest-hermetic :h::late ({prelude}) :wat::core::nil)")
    };
    let (setter, other) = (
        "(:wat::config::set-capacity-mode! :panic)",
        "(:wat::core::def :h::q 1)",
    );
    reports(&test(&format!("{setter} {other}")), &[]);
    reports(&test(&format!("{other} {setter}")), &["WAT2005 1:67-1:108"]);
    reports(
        &test(&format!("{setter} {setter}")),
        &["WAT2006 1:83-1:124"],
    );
}

#[test]
fn a_type_without_finite_values_has_no_generator() {
    let types = "(:wat::core::enum :q::Inf (:Only (a :q::Inf)))
(:wat::core::struct :q::One (o :q::Two))
(:wat::core::struct :q::Two (o :q::One) (n :wat::core::i64))
(:wat::core::struct :q::Box<T> (v :T))
(:wat::core::struct :q::Tree (l :wat::core::Vector<q::Tree>))
(:wat::core::enum :q::Nat (:Next (a :q::Nat)) :Zero)
";
    let codes = |ty: &str| -> Vec<String> {
        let text = format!(
            "{types}(:wat::test::defprop :q::p [x <- {ty}] (:wat::test::assert-true true))\n(:wat::core::defn :q::g [] -> :wat::test::Gen<{}> (:wat::test::gen::of {ty}))",
            &ty[1..]
        );
        let found = spans(&text).into_iter();
        found.filter(|it| it.starts_with("WAT2912")).collect()
    };
    for ty in [
        ":q::Inf",
        ":q::One",
        ":wat::core::Option<q::Inf>",
        ":wat::core::Vector<q::Two>",
        ":q::Box<q::Inf>",
    ] {
        assert_eq!(codes(ty).len(), 2, "{ty}: {:?}", codes(ty));
    }
    for ty in [":q::Tree", ":q::Nat", ":q::Box<q::Nat>"] {
        assert_eq!(codes(ty), Vec::<String>::new(), "{ty}");
    }
}

#[test]
fn an_annotation_says_what_it_takes() {
    let test = "(:wat::test::deftest :t::a () (:wat::test::assert-true true))";
    let fixed = |annotation: &str| {
        let text = format!("{annotation}\n{test}");
        let db = database(&[("t.wat", &text)]);
        let found = file_diagnostics(&db, db.file("t.wat").unwrap());
        assert_eq!(found.len(), 1);
        let help = found[0].help.clone().unwrap_or_default();
        let fix = found[0].fixes.first();
        (help, fix.map(|fix| fix.edits[0].insert.to_string()))
    };
    let (help, fix) = fixed("(:wat::test::time-limit 5)");
    assert!(help.contains("\"500ms\""), "{help}");
    assert_eq!(fix.as_deref(), Some("\"5ms\""));
    let (help, _) = fixed("(:wat::test::ignore)");
    assert!(help.contains("(:wat::test::ignore \""), "{help}");
}

#[test]
fn values_of_a_prelude_may_use_values_before_however_often_it_is_written() {
    reports(
        "(:wat::core::def :t::x 1)
(:wat::test::make-deftest :dt ((:wat::core::def :t::y (:wat::core::+ :t::x 1))))
(:dt :t::a (:wat::test::assert-eq :t::y 2))
(:dt :t::b (:wat::test::assert-eq :t::y 2))",
        &[],
    );
}

#[test]
fn what_a_prelude_loads_comes_before_what_it_declares() {
    let library = "(:wat::load-string! \"(:wat::core::def :lib::x 1)\")";
    let value = "(:wat::core::def :t::y (:wat::core::+ :lib::x 1))";
    reports(
        &format!("(:wat::test::deftest :t::a ({library} {value}) (:wat::test::assert-eq :t::y 2))"),
        &[],
    );
    for make in ["make-deftest", "make-deftest-hermetic"] {
        reports(
            &format!(
                "(:wat::test::{make} :dt ({library} {value}))
(:dt :t::a (:wat::test::assert-eq :t::y 2))
(:dt :t::b (:wat::test::assert-eq :t::y 2))"
            ),
            &[],
        );
    }
}

#[test]
fn a_load_form_of_a_prelude_is_told_of_where_it_is_written() {
    for (form, body) in [
        ("deftest :t::a", " (:wat::test::assert-true true)"),
        ("deftest-hermetic :t::a", " (:wat::test::assert-true true)"),
        ("make-deftest :t::a", ""),
        ("make-deftest-hermetic :t::a", ""),
    ] {
        for (load, code, at) in [
            ("(:wat::load-file! 5)", "WAT5001", 18),
            ("(:wat::load-file! \"nowhere.wat\")", "WAT5002", 18),
        ] {
            let found = spans(&format!("(:wat::test::{form}\n({load}){body})"));
            assert_eq!(found.len(), 1, "{form}: {found:?}");
            let place = format!("{code} 2:{}-2:", at + 2);
            assert!(found[0].starts_with(&place), "{form}: {found:?}");
        }
    }
}

#[test]
fn a_maker_that_loads_stands_at_the_top_level() {
    let load = "(:wat::load-string! \"(:wat::core::def :lib::x 1)\")";
    reports(
        &format!(
            "(:wat::core::do (:wat::test::make-deftest :dt
({load})))
(:dt :t::a (:wat::test::assert-eq :lib::x 1))"
        ),
        &["WAT5006 2:2-2:52"],
    );
    reports(
        &format!(
            "(:wat::core::defmacro :my::make [n <- :wat::WatAST] -> :wat::WatAST `(:wat::test::make-deftest ~n ({load})))
(:my::make :dt)
(:dt :t::a (:wat::test::assert-eq :lib::x 1))"
        ),
        &["WAT5006 2:2-2:11"],
    );
}

#[test]
fn an_option_of_a_property_is_set_once() {
    reports(
        "(:wat::test::defprop :t::p [x <- :wat::core::i64] {:cases 5 :max-size 2 :cases 6} (:wat::test::assert-eq x x))",
        &["WAT2910 1:73-1:79"],
    );
}

#[test]
fn tests_in_a_let_at_the_top_level_are_tests() {
    let text = "(:wat::core::let [q 5]
  (:wat::test::ignore \"x\")
  (:wat::test::deftest :w::a () (:wat::test::assert-eq q 5))
  (:wat::test::deftest-hermetic :w::b ((:wat::core::defn :h::f [] -> :wat::core::i64 5)) (:wat::test::assert-eq (:h::f) 5))
  (:wat::test::defprop :w::c [x <- :wat::core::i64] (:wat::test::assert-eq x x))
  (:wat::test::make-deftest :w::mk ((:wat::core::defn :w::six [] -> :wat::core::i64 6)))
  (:w::mk :w::d (:wat::test::assert-eq q (:w::six)))
  (:wat::core::let [r q]
    (:wat::core::defn :w::e [] -> :wat::test::TestResult (:wat::test::run-thread (:wat::test::assert-eq r q)))))
(:wat::test::deftest :w::f () (:wat::test::assert-true true))";
    reports(text, &[]);
    assert_eq!(
        tests(text),
        [":w::a", ":w::b", ":w::c", ":w::d", ":w::e", ":w::f"]
    );
    reports(
        "(:wat::core::let [q 5] (:wat::test::ignore \"x\") (:wat::core::def :w::x q))",
        &["WAT2905 1:24-1:48"],
    );
    // The program of a hermetic test sees no bindings around it.
    reports(
        "(:wat::core::let [q 5] (:wat::test::deftest-hermetic :w::b () (:wat::test::assert-eq q 5)))",
        &["WAT3202 1:86-1:87"],
    );
}

#[test]
fn an_annotation_is_about_a_form_with_one_test() {
    let deftest =
        |name: &str| format!("(:wat::test::deftest :t::{name} () (:wat::test::assert-true true))");
    let by_hand = |name: &str| {
        format!(
            "(:wat::core::defn :t::{name} [] -> :wat::test::TestResult (:wat::test::run-thread (:wat::test::assert-true true)))"
        )
    };
    let helper = "(:wat::core::defn :t::h [] -> :wat::core::i64 1)";
    let splice = |parts: &[&str]| format!("(:wat::core::do {})", parts.join(" "));
    let maker = |parts: &[&str]| {
        format!(
            "(:wat::core::defmacro :t::m [] -> :wat::WatAST `{})\n(:t::m)",
            splice(parts)
        )
    };
    let (a, b) = (deftest("a"), by_hand("b"));
    let ignored = |form: &str| {
        let text = match form.rsplit_once('\n') {
            Some((before, form)) => format!("{before} (:wat::test::ignore \"x\") {form}"),
            None => format!("(:wat::test::ignore \"x\") {form}"),
        };
        let db = database(&[("t.wat", &text)]);
        let file = db.file("t.wat").unwrap();
        let tests = file_tests(&db, file, file);
        let ignored: Vec<bool> = tests.iter().map(|test| test.ignore.is_some()).collect();
        let codes: Vec<String> = spans(&text).iter().map(|it| it[..7].to_owned()).collect();
        (codes, ignored)
    };
    let dangles = (vec!["WAT2905".to_owned()], vec![false, false]);
    for parts in [
        [&*a, &*b],
        [&*b, &*a],
        [&*deftest("b"), &*a],
        [&*by_hand("a"), &*b],
    ] {
        assert_eq!(ignored(&splice(&parts)), dangles, "{parts:?}");
        assert_eq!(ignored(&maker(&parts)), dangles, "{parts:?}");
        assert_eq!(
            ignored(&splice(&[&splice(&parts[..1]), parts[1]])),
            dangles,
            "{parts:?}"
        );
    }
    let holds = (Vec::new(), vec![true]);
    for parts in [&[&*a][..], &[helper, &*a], &[&*b, helper]] {
        assert_eq!(ignored(&splice(parts)), holds, "{parts:?}");
        assert_eq!(ignored(&maker(parts)), holds, "{parts:?}");
    }
    // Inside of a form with several, each stands before its own.
    let inside = splice(&[&a, "(:wat::test::ignore \"y\")", &b]);
    let text = format!("(:wat::core::def :t::x 1) {inside}");
    reports(&text, &[]);
    // What stands before the splice and in it is said of one test.
    let twice = splice(&["(:wat::test::ignore \"y\")", &a]);
    assert_eq!(ignored(&twice), (vec!["WAT2907".to_owned()], vec![true]));
}

#[test]
fn a_prelude_in_brackets_is_the_prelude() {
    let text = "(:wat::test::deftest :my::t [] (:wat::test::assert-eq (:my::one) 2))
(:wat::core::defn :my::one [] -> :wat::core::i64 1)";
    assert_eq!(spans(text), ["WAT2903 1:29-1:31"]);
    let fixed = crate::fixes::fixed(text, 2903);
    assert_eq!(fixed, text.replacen("[]", "()", 1));
    // What it defines the body may use.
    let text = "(:wat::test::deftest :my::t [(:wat::core::def :my::two 2)] (:wat::test::assert-eq :my::two 2))";
    assert_eq!(spans(text), ["WAT2903 1:29-1:59"]);
    let fixed = crate::fixes::fixed(text, 2903);
    assert_eq!(spans(&fixed), [] as [&str; 0]);
}
