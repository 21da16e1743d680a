//! Lints of tests.

use wat_analysis::{Applicability, Options, Severity, Thresholds, file_lints};

use crate::support::{database, lints};

/// The text after the fixes of the lints with this code that are always right.
fn fixed(text: &str, code: u16) -> String {
    let db = database(&[("main.wat", text)]);
    let file = db.file("main.wat").expect("was just added");
    let lints = file_lints(&db, file);
    let fixes = lints.iter().filter(|it| it.code.0 == code);
    let fixes = fixes.flat_map(|it| &it.fixes);
    let right = fixes.filter(|it| it.applicability == Applicability::MachineApplicable);
    let mut edits: Vec<_> = right.flat_map(|it| &it.edits).collect();
    edits.sort_by_key(|it| it.range.start());
    let mut out = text.to_owned();
    for edit in edits.iter().rev() {
        let range = usize::from(edit.range.start())..usize::from(edit.range.end());
        out.replace_range(range, &edit.insert);
    }
    out
}

/// The fixed text has no such lint, and no error.
fn holds(text: &str, code: u16) -> String {
    let fixed = fixed(text, code);
    assert_eq!(lints(&fixed, code), [""; 0], "{fixed}");
    fixed
}

const ONE: &str = "(:wat::test::assert-eq 1 1)";

#[test]
fn floats_are_not_asserted_to_be_equal() {
    let text = "(:wat::test::deftest :t::a ()\n\
        \x20 (:wat::test::assert-eq (:wat::core::f64::/ 1.0 3.0) ;; a third\n\
        \x20   0.3))\n\
        (:wat::test::deftest :t::b () (:wat::test::assert-eq 1 1) (:wat::test::assert-eq [1.0] [1.0]))\n\
        (:wat::core::defn :t::same<T> [a <- :T b <- :T] -> :wat::core::nil (:wat::test::assert-eq a b))\n";
    assert_eq!(lints(text, 7521), ["WAT7521 :wat::test::assert-eq"]);
    let fixed = holds(text, 7521);
    assert!(
        fixed.contains(
            "(:wat::test::assert-approx (:wat::core::f64::/ 1.0 3.0) ;; a third\n    0.3 1e-9))"
        ),
        "{fixed}"
    );
}

#[test]
fn the_body_of_a_hermetic_test_is_told_of_once() {
    let text = "(:wat::test::deftest-hermetic :t::a () (:wat::test::assert-eq 0.5 0.5))\n";
    assert_eq!(lints(text, 7521), ["WAT7521 :wat::test::assert-eq"]);
    assert_eq!(
        holds(text, 7521),
        "(:wat::test::deftest-hermetic :t::a () (:wat::test::assert-approx 0.5 0.5 1e-9))\n"
    );
}

#[test]
fn what_a_macro_asserts_is_its_own_business() {
    let text = "(:wat::core::defmacro :t::is [a <- :wat::WatAST] -> :wat::WatAST `(:wat::test::assert-eq ~a 1.0))\n\
        (:wat::test::deftest :t::a () (:t::is 1.0))\n";
    assert_eq!(lints(text, 7521), [""; 0]);
    assert_eq!(lints(text, 7524), [""; 0]);
}

#[test]
fn a_test_asserts_something() {
    let text = "(:wat::core::defn :t::quiet [] -> :wat::core::nil (:wat::kernel::println 1))\n\
        (:wat::test::deftest :t::a () (:wat::kernel::println 1))\n\
        (:wat::test::deftest :t::b () (:t::quiet))\n\
        (:wat::test::deftest-hermetic :t::c () (:wat::kernel::println 1))\n\
        (:wat::test::defprop :t::d [n <- :wat::core::i64] (:wat::kernel::println n))\n\
        (:wat::test::make-deftest :deftest ())\n\
        (:deftest :t::e (:wat::kernel::println 1))\n\
        (:wat::core::defn :t::f [] -> :wat::test::TestResult (:wat::test::run-thread (:t::quiet)))\n";
    assert_eq!(
        lints(text, 7524),
        ["a", "b", "c", "d", "e", "f"].map(|name| format!("WAT7524 :t::{name}"))
    );
}

#[test]
fn what_leads_to_an_assertion_is_one() {
    let text = "(:wat::core::defn :t::even [n <- :wat::core::i64] -> :wat::core::nil\n\
          (:wat::core::if (:wat::core::= n 0) :wat::core::nil (:t::odd (:wat::core::i64::- n 1))))\n\
        (:wat::core::defn :t::odd [n <- :wat::core::i64] -> :wat::core::nil\n\
          (:wat::core::if (:wat::core::= n 0) (:t::fails) (:t::even (:wat::core::i64::- n 1))))\n\
        (:wat::core::defn :t::fails [] -> :wat::core::nil (:wat::test::fail \"odd\"))\n\
        (:wat::core::defn :t::each [f <- :wat::core::Fn(wat::core::i64)->wat::core::nil] -> :wat::core::nil (f 1))\n\
        (:wat::core::defn :t::check [n <- :wat::core::i64] -> :wat::core::nil (:wat::test::assert-eq n 1))\n\
        (:wat::test::deftest :t::a () (:t::even 4))\n\
        (:wat::test::deftest :t::b () (:t::each :t::check))\n\
        (:wat::test::deftest :t::c () (:wat::test::assert-matches (:wat::core::Some 3) (:wat::core::Some _)))\n\
        (:wat::test::deftest :t::d () (:wat::test::assert-panics \"WAT\" (:wat::kernel::println (:wat::core::i64::/ 1 0))) :wat::core::nil)\n\
        (:wat::test::deftest :t::e () (:wat::core::Option/expect -> :wat::core::nil (:wat::core::Some :wat::core::nil) \"there\"))\n\
        (:wat::test::deftest-hermetic :t::f ((:wat::core::defn :t::g [] -> :wat::core::nil (:wat::test::assert-eq 1 1))) (:t::g))\n\
        (:wat::test::should-panic \"division\")\n\
        (:wat::test::deftest :t::h () (:wat::kernel::println (:wat::core::i64::/ 1 0)))\n\
        (:wat::core::defn :t::i [] -> :wat::test::TestResult (:wat::test::run \"(:x)\" (:wat::core::Vector :wat::core::String)))\n";
    assert_eq!(lints(text, 7524), [""; 0]);
}

#[test]
fn circles_of_helpers_without_assertions_end() {
    let text = "(:wat::core::defn :t::even [n <- :wat::core::i64] -> :wat::core::nil (:t::odd n))\n\
        (:wat::core::defn :t::odd [n <- :wat::core::i64] -> :wat::core::nil (:t::even n))\n\
        (:wat::test::deftest :t::a () (:t::even 4))\n\
        (:wat::test::deftest :t::b () (:t::odd 4))\n";
    assert_eq!(lints(text, 7524), ["WAT7524 :t::a", "WAT7524 :t::b"]);
}

#[test]
fn tests_do_not_wait_by_time() {
    let text = "(:wat::core::defn :t::pause [] -> :wat::core::nil\n\
          (:wat::core::Result/expect -> :wat::core::nil (:wat::kernel::sleep (:wat::time::Millisecond 1)) \"on\"))\n\
        (:wat::core::defn :t::slow [] -> :wat::core::nil\n\
          (:wat::core::Result/expect -> :wat::core::nil (:wat::kernel::sleep (:wat::time::Millisecond 2)) \"on\"))\n\
        (:wat::test::deftest :t::a ()\n\
          (:wat::core::Result/expect -> :wat::core::nil (:wat::kernel::sleep (:wat::time::Millisecond 3)) \"on\")\n\
          (:t::pause)\n\
          (:wat::test::assert-eq 1 1))\n\
        (:wat::test::deftest :t::b ()\n\
          (:wat::core::let [work (:wat::core::fn [] -> :wat::core::nil (:t::slow))]\n\
            (:wat::core::match (:wat::kernel::recv (:wat::kernel::after (:wat::time::Millisecond 4) 1)) -> :wat::core::nil\n\
              ((:wat::core::Ok got) (:wat::test::assert-eq got (:wat::core::Some 1)))\n\
              ((:wat::core::Err _) (:wat::test::fail \"on\")))))\n\
        (:wat::test::deftest-hermetic :t::c ()\n\
          (:wat::core::Result/expect -> :wat::core::nil (:wat::kernel::sleep (:wat::time::Millisecond 5)) \"on\")\n\
          (:wat::test::assert-eq 1 1))\n";
    assert_eq!(
        lints(text, 7525),
        [
            "WAT7525 (:wat::kernel::sleep (:wat::time::Millisecond 1))",
            "WAT7525 (:wat::kernel::sleep (:wat::time::Millisecond 3))",
            "WAT7525 (:wat::kernel::recv (:wat::kernel::after (:wat::time::Millisecond 4) 1))",
            "WAT7525 (:wat::kernel::sleep (:wat::time::Millisecond 5))",
        ]
    );
}

#[test]
fn a_program_that_sleeps_is_no_test() {
    let text = "(:wat::core::defn :user::main [] -> :wat::core::nil\n\
          (:wat::core::Result/expect -> :wat::core::nil (:wat::kernel::sleep (:wat::time::Millisecond 1)) \"on\"))\n\
        (:wat::test::deftest :t::a () (:wat::test::assert-eq 1 1))\n";
    assert_eq!(lints(text, 7525), [""; 0]);
}

#[test]
fn functions_that_are_tests_are_declared_as_such() {
    let text = "(:wat::core::defn :t::test-a [] -> :wat::test::TestResult\n\
        \x20 (:wat::test::run-thread (:wat::test::assert-eq 1 1)))\n\
        (:wat::core::defn :t::test-b [] -> :wat::kernel::RunResult \"Says.\"\n\
        \x20 (:wat::test::run-hermetic (:wat::core::do ;; first\n\
        \x20   (:wat::test::assert-eq 1 1))))\n\
        (:wat::core::defn :t::test-c [] -> :wat::kernel::RunResult\n\
        \x20 (:wat::test::run-hermetic-with-prelude ((:wat::core::def :x::y 1)) (:wat::test::assert-eq :x::y 1)))\n\
        (:wat::core::define (:t::test-d -> :wat::kernel::RunResult) (:wat::test::run-thread (:wat::test::assert-eq 1 1)))\n";
    assert_eq!(
        lints(text, 7523),
        ["a", "b", "c", "d"].map(|name| format!("WAT7523 :t::test-{name}"))
    );
    assert_eq!(
        holds(text, 7523),
        "(:wat::test::deftest :t::test-a () (:wat::test::assert-eq 1 1))\n\
        (:wat::test::deftest-hermetic :t::test-b \"Says.\"\n\
        \x20 () (:wat::core::do ;; first\n\
        \x20   (:wat::test::assert-eq 1 1)))\n\
        (:wat::test::deftest-hermetic :t::test-c ((:wat::core::def :x::y 1)) (:wat::test::assert-eq :x::y 1))\n\
        (:wat::test::deftest :t::test-d () (:wat::test::assert-eq 1 1))\n"
    );
}

#[test]
fn a_comment_that_the_declaration_would_lose_needs_an_eye() {
    let text = "(:wat::core::defn :t::test-a [] -> :wat::test::TestResult\n\
        \x20 (:wat::test::run-thread ;; why\n\
        \x20   (:wat::test::assert-eq 1 1)))\n";
    assert_eq!(lints(text, 7523), ["WAT7523 :t::test-a"]);
    assert_eq!(fixed(text, 7523), text);
}

#[test]
fn what_looks_like_a_test_and_runs_nowhere_is_told() {
    let text = "(:wat::core::defn :t::test-a [] -> :wat::core::nil (:wat::test::assert-eq 1 1))\n\
        (:wat::core::defn :t::test-b [] -> :wat::core::nil (:wat::test::assert-eq 1 1))\n\
        (:wat::core::defn :t::test-c [] -> :wat::core::nil (:wat::kernel::println 1))\n\
        (:wat::core::defn :t::test-d [n <- :wat::core::i64] -> :wat::core::nil (:wat::test::assert-eq n 1))\n\
        (:wat::core::defn :t::outcome [] -> :wat::test::TestResult (:wat::test::run \"\" (:wat::core::Vector :wat::core::String)))\n\
        (:wat::test::deftest :t::runs () (:t::test-b)\n\
          (:wat::test::assert-stdout-is (:t::outcome) (:wat::core::Vector :wat::core::String)))\n";
    assert_eq!(lints(text, 7523), ["WAT7523 :t::test-a"]);
    assert!(!lints(text, 7505).contains(&"WAT7505 :t::test-a".to_owned()));
}

#[test]
fn a_function_whose_result_others_judge_is_there_for_them() {
    let text = "(:wat::core::defn :t::outcome [] -> :wat::test::TestResult (:wat::test::run-hermetic (:wat::kernel::println 1)))\n\
        (:wat::test::deftest :t::prints () (:wat::test::assert-stdout-is (:t::outcome) [\"1\"]))\n";
    assert_eq!(lints(text, 7523), [""; 0]);
    assert_eq!(lints(text, 7524), [""; 0]);
}

#[test]
fn helpers_stand_above_what_needs_them() {
    let text = "(:wat::core::defn :t::a [] -> :wat::core::i64 (:wat::core::i64::+ (:t::b) (:t::b)))\n\
        (:wat::core::defn :t::b [] -> :wat::core::i64 1)\n\
        (:wat::core::defn :t::c [] -> :wat::core::i64 (:wat::core::i64::+ (:t::a) (:t::b)))\n\
        (:wat::test::deftest :t::t () (:wat::test::assert-eq (:t::below) (:t::c)))\n\
        (:wat::core::defn :t::below [] -> :wat::core::i64 1)\n";
    assert_eq!(lints(text, 7503), ["WAT7503 :t::b"]);
}

#[test]
fn a_circle_of_helpers_is_told_unless_a_rune_says_that_it_is_meant() {
    let text = "(:wat::core::defn :t::even? [n <- :wat::core::i64] -> :wat::core::bool\n\
          (:wat::core::or (:wat::core::= n 0) (:t::odd? (:wat::core::i64::- n 1))))\n\
        (:wat::core::defn :t::odd? [n <- :wat::core::i64] -> :wat::core::bool\n\
          (:wat::core::and (:wat::core::not= n 0) (:t::even? (:wat::core::i64::- n 1))))\n\
        (:wat::test::deftest :t::t () (:wat::test::assert-true (:t::even? 2)) (:wat::test::assert-true (:t::odd? 1)))\n";
    assert_eq!(lints(text, 7503), ["WAT7503 :t::odd?"]);
    let meant = format!(";; rune:complectens(circular-helpers) — they define each other\n{text}");
    assert_eq!(lints(&meant, 7503), [""; 0]);
}

#[test]
fn functions_of_programs_are_no_helpers() {
    let text = "(:wat::core::defn :p::a [] -> :wat::core::i64 (:p::b))\n\
        (:wat::core::defn :p::b [] -> :wat::core::i64 1)\n\
        (:wat::core::defn :user::main [] -> :wat::core::nil (:wat::kernel::println (:p::a)))\n\
        (:wat::test::deftest :p::t () (:wat::test::assert-eq 1 1))\n";
    assert_eq!(lints(text, 7503), [""; 0]);
    assert_eq!(lints(text, 7505), [""; 0]);
}

#[test]
fn helpers_have_tests_of_their_own() {
    let text = "(:wat::core::defn :t::inner [] -> :wat::core::i64 1)\n\
        (:wat::core::defn :t::outer [] -> :wat::core::i64 (:t::inner))\n\
        (:wat::core::defn :t::wanted [] -> :wat::core::i64 1)\n\
        (:wat::core::defn :t::twice [] -> :wat::core::i64 1)\n\
        (:wat::core::defn :t::unused [] -> :wat::core::i64 1)\n\
        (:wat::test::deftest :t::works () (:wat::test::assert-eq (:t::outer) (:t::wanted)))\n\
        (:wat::test::deftest :t::test-twice-doubles () (:wat::test::assert-eq 1 1))\n";
    assert_eq!(
        lints(text, 7505),
        ["inner", "wanted", "unused"].map(|name| format!("WAT7505 :t::{name}"))
    );
}

#[test]
fn tests_use_what_is_offered() {
    let text = "(:wat::core::defn :m::step [n <- :wat::core::i64] -> :wat::core::i64 \"One step.\n\n  @internal\" n)\n\
        (:wat::core::defn :m::jump [n <- :wat::core::i64] -> :wat::core::i64 \"Internal: many steps.\" n)\n\
        (:wat::core::defn :m::rate [n <- :wat::core::i64] -> :wat::core::i64 \"Internal rate of return.\" n)\n\
        (:wat::core::defn-restricted :m::own :restricted-to [:m::] [n <- :wat::core::i64] -> :wat::core::i64 \"Own.\" n)\n\
        (:wat::core::defn-restricted :m::meant :restricted-to [:m::t] [n <- :wat::core::i64] -> :wat::core::i64 \"Meant.\" n)\n\
        (:wat::test::deftest :m::t ()\n\
          (:wat::test::assert-eq (:m::step 1) (:m::step 1))\n\
          (:wat::test::assert-eq (:m::jump 1) (:m::rate 1))\n\
          (:wat::test::assert-eq (:m::own 1) (:m::meant 1)))\n";
    assert_eq!(
        lints(text, 7511),
        ["step", "jump", "own"].map(|name| format!("WAT7511 :m::{name}"))
    );
}

#[test]
fn tests_make_structs_as_others_do() {
    let module = "(:wat::core::struct :m::Account (balance :wat::core::i64))\n\
        (:wat::core::defn :m::open [n <- :wat::core::i64] -> :m::Account (:m::Account/new n))\n\
        (:wat::core::struct :m::Point (x :wat::core::i64))\n\
        (:wat::core::defn :m::moved [p <- :m::Point] -> :m::Point (:m::Point/new (:m::Point/x p)))\n\
        (:wat::core::struct :m::Size (of :wat::core::i64))\n\
        (:wat::core::defn :m::parse [text <- :wat::core::String] -> :m::Size (:m::Size/new 1))\n";
    let told = |body: &str| {
        let text = format!("{module}(:wat::test::deftest :t::t () {body})\n");
        lints(&text, 7513)
    };
    assert_eq!(
        told("(:wat::test::assert-eq (:m::Account/balance (:m::Account/new 1)) 1)"),
        ["WAT7513 :m::Account/new"]
    );
    for fine in [
        "(:wat::test::assert-eq (:m::open 1) (:m::Account/new 1))",
        "(:wat::test::assert-eq (:m::moved (:m::Point/new 1)) (:m::Point/new 1))",
        "(:wat::test::assert-eq (:m::Size/of (:m::Size/new 1)) 1)",
    ] {
        assert_eq!(told(fine), [""; 0]);
    }
}

#[test]
fn documented_functions_are_reached_by_tests() {
    let module = "(:wat::core::defn :m::inner [] -> :wat::core::i64 \"Inner.\" 1)\n\
        (:wat::core::defn :m::outer [] -> :wat::core::i64 \"Outer.\" (:m::inner))\n\
        (:wat::core::defn :m::alone [] -> :wat::core::i64 \"Alone.\" 1)\n\
        (:wat::core::defn :m::shown [] -> :wat::core::i64 \"Shown.\n\n  ```wat\n  (:m::shown) ;=> 1\n  ```\" 1)\n\
        (:wat::core::defn :m::hermetic [] -> :wat::core::i64 \"In a program of its own.\" 1)\n\
        (:wat::core::defn :m::plain [] -> :wat::core::i64 1)\n\
        (:wat::core::defn-restricted :m::own :restricted-to [:m::] [] -> :wat::core::i64 \"Own.\" 1)\n";
    let tests = "(:wat::load-file! \"module.wat\")\n\
        (:wat::test::deftest :t::outer () (:wat::test::assert-eq (:m::outer) 1))\n\
        (:wat::test::deftest-hermetic :t::hermetic ((:wat::load-file! \"module.wat\")) (:wat::test::assert-eq (:m::hermetic) 1))\n";
    let told = |files: &[(&str, &str)]| {
        let db = database(files);
        let file = db.file("module.wat").expect("was just added");
        let lints = file_lints(&db, file);
        let told = lints.iter().filter(|it| it.code.0 == 7512);
        told.map(|it| it.message.clone()).collect::<Vec<_>>()
    };
    let other = "(:wat::test::deftest :o::one () (:wat::test::assert-eq 1 1))\n";
    assert_eq!(
        told(&[("module.wat", module), ("other.wat", other)]),
        [""; 0]
    );
    assert_eq!(
        told(&[("module.wat", module), ("tests.wat", tests)]),
        ["no test reaches `:m::alone`"]
    );
}

#[test]
fn a_test_that_a_macro_makes_is_the_business_of_the_macro() {
    let text = "(:wat::core::defmacro :t::quiet [name <- :wat::WatAST] -> :wat::WatAST\n\
          `(:wat::test::deftest ~name () (:wat::kernel::println 1)))\n\
        (:t::quiet :t::a)\n";
    assert_eq!(lints(text, 7524), [""; 0]);
}

#[test]
fn long_bodies_are_noted_and_then_warned_of() {
    let severity = |lines: usize| {
        let body = vec![ONE; lines].join("\n");
        let text = format!("(:wat::test::deftest :t::long ()\n{body})\n");
        let db = database(&[("main.wat", &text)]);
        let file = db.file("main.wat").expect("was just added");
        let lints = file_lints(&db, file);
        let found = lints.iter().find(|it| it.code.0 == 7501);
        found.map(|it| (it.severity, it.message.clone()))
    };
    let message = |lines| format!("the body of this test has {lines} lines");
    assert_eq!(severity(29), None);
    assert_eq!(severity(30), Some((Severity::Info, message(30))));
    assert_eq!(severity(50), Some((Severity::Info, message(50))));
    assert_eq!(severity(51), Some((Severity::Warning, message(51))));
}

#[test]
fn the_outermost_let_binds_little() {
    let text = |count: usize, head: &str| {
        let binders: Vec<String> = (0..count).map(|at| format!("v{at} {at}")).collect();
        let binders = binders.join(" ");
        format!("({head} :t::t () (:wat::core::let [{binders}] (:wat::test::assert-eq v0 v1)))\n")
    };
    for head in [":wat::test::deftest", ":wat::test::deftest-hermetic"] {
        assert_eq!(lints(&text(10, head), 7502), [""; 0]);
        assert_eq!(lints(&text(11, head), 7502).len(), 1);
    }
}

#[test]
fn thresholds_are_settings() {
    let mut db = database(&[(
        "main.wat",
        "(:wat::test::deftest :t::t () (:wat::core::let [a 1 b 2] (:wat::test::assert-eq a b)))\n",
    )]);
    db.set_options(Options {
        thresholds: Thresholds {
            body_length: (1, 1),
            binding_count: 1,
            ..Thresholds::default()
        },
        ..Options::default()
    });
    let file = db.file("main.wat").expect("was just added");
    let codes: Vec<u16> = file_lints(&db, file).iter().map(|it| it.code.0).collect();
    assert_eq!(codes, [7501, 7502]);
}

#[test]
fn files_of_a_history_are_told_once() {
    let paths = [
        "a/step-1.wat",
        "a/step-2.wat",
        "a/step-3.wat",
        "b/step-4.wat",
        "b/proof_x.wat",
        "b/proof_y.wat",
        "b/stepping.wat",
    ];
    let db = database(&paths.map(|path| (path, "(:wat::core::def :t::x 1)\n")));
    let told = |path: &&str| {
        let file = db.file(path).expect("was just added");
        file_lints(&db, file).iter().any(|it| it.code.0 == 7504)
    };
    let told: Vec<&str> = paths.into_iter().filter(|path| told(path)).collect();
    assert_eq!(told, ["a/step-1.wat", "b/proof_x.wat"]);
}
