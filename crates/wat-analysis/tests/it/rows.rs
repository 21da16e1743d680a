//! The tables of chapter 03 §11.1 to §11.4, row by row: code, place, and the fixes of each.

use wat_analysis::Applicability::{HasPlaceholders, MachineApplicable, MaybeIncorrect};
use wat_analysis::{Applicability, Options, SourceText, entry_diagnostics, file_diagnostics};

use crate::fixes::{apply, codes, diagnose, every_machine_fix_is_safe, fixed};
use crate::support::database;

fn written(text: &str) -> String {
    text.replace("c/", ":wat::core::")
}

/// The only diagnostic of a text: its code, the text at its place, the first fix and what it makes of the place's line.
fn row(text: &str) -> (u16, String, Option<(Applicability, String)>) {
    let text = written(text);
    let (_db, found) = diagnose(&text);
    let [problem] = &found[..] else {
        panic!("{text}\n{found:#?}")
    };
    every_machine_fix_is_safe(&text);
    let fix = problem
        .fixes
        .first()
        .map(|fix| (fix.applicability, apply(&text, fix)));
    (
        problem.code.0,
        text[problem.span.range].to_owned(),
        fix.map(|(how, text)| (how, text.replace(":wat::core::", "c/"))),
    )
}

/// Checks code, place and first fix; the fix is given by what it makes of the whole text.
fn is(text: &str, code: u16, place: &str, fix: Option<(Applicability, &str)>) {
    let place = written(place);
    let found = row(text);
    assert_eq!(
        (found.0, found.1.as_str()),
        (code, place.as_str()),
        "{text}"
    );
    let fix = fix.map(|(how, text)| (how, text.to_owned()));
    assert_eq!(found.2, fix, "{text}");
}

#[test]
fn unknown_names_have_the_nearest_one_as_a_fix() {
    is(
        "(c/defn :my::f [v <- c/Vector<wat::core::i64>] -> c/i64 (c/lenght v))",
        3201,
        "c/lenght",
        Some((
            MachineApplicable,
            "(c/defn :my::f [v <- c/Vector<wat::core::i64>] -> c/i64 (c/length v))",
        )),
    );
    is(
        "(c/defn :my::f [total <- c/i64] -> c/i64 (c/+ totl 1))",
        3202,
        "totl",
        Some((
            MachineApplicable,
            "(c/defn :my::f [total <- c/i64] -> c/i64 (c/+ total 1))",
        )),
    );
    is(
        "(c/struct :my::Point (x c/i64))\n(c/defn :my::f [x <- c/Vector<my::Pont>] -> c/i64 1)",
        3203,
        "my::Pont",
        Some((
            MachineApplicable,
            "(c/struct :my::Point (x c/i64))\n(c/defn :my::f [x <- c/Vector<my::Point>] -> c/i64 1)",
        )),
    );
}

#[test]
fn what_is_no_value_and_what_is_no_constructor() {
    is(
        "(c/defn :my::f [] -> c/i64 (c/let [g c/if] 1))",
        3208,
        "c/if",
        None,
    );
    is(
        "(c/enum :my::E :A (B (n c/i64)))\n(c/defn :my::f [] -> :my::E (:my::E 1))",
        3208,
        ":my::E",
        Some((
            MaybeIncorrect,
            "(c/enum :my::E :A (B (n c/i64)))\n(c/defn :my::f [] -> :my::E (:my::E::B 1))",
        )),
    );
    is(
        "(c/newtype :my::N c/i64)\n(c/defn :my::f [] -> :my::N (:my::N 1))",
        3208,
        ":my::N",
        Some((
            MaybeIncorrect,
            "(c/newtype :my::N c/i64)\n(c/defn :my::f [] -> :my::N (:my::N/new 1))",
        )),
    );
    is(
        "(c/struct :my::S (n c/i64))\n(c/typealias :my::A :my::S)\n(c/defn :my::f [] -> :my::A (:my::A :n 1))",
        3208,
        ":my::A",
        Some((
            MaybeIncorrect,
            "(c/struct :my::S (n c/i64))\n(c/typealias :my::A :my::S)\n(c/defn :my::f [] -> :my::A (:my::S/new :n 1))",
        )),
    );
}

#[test]
fn a_literal_near_a_value_of_its_namespace_is_suspicious() {
    is(
        "(c/enum :my::Color :Red :Green)\n(c/defn :my::f [] -> c/nil (:wat::kernel::println :my::Color::Rd))",
        3209,
        ":my::Color::Rd",
        Some((
            MaybeIncorrect,
            "(c/enum :my::Color :Red :Green)\n(c/defn :my::f [] -> c/nil (:wat::kernel::println :my::Color::Red))",
        )),
    );
    let silent = [
        // Another namespace, no namespace, too far, one letter.
        "(c/def :my::red 1)\n(c/defn :my::f [] -> c/nil (:wat::kernel::println :your::rad))",
        "(c/def :my::red 1)\n(c/defn :my::f [] -> c/nil (:wat::kernel::println :rad))",
        "(c/def :my::red 1)\n(c/defn :my::f [] -> c/nil (:wat::kernel::println :my::black))",
        "(c/def :my::r 1)\n(c/defn :my::f [] -> c/nil (:wat::kernel::println :my::g))",
        // A type, and a name that the caller may not use.
        "(c/def :my::reds 1)\n(c/struct :my::red)\n(c/defn :my::f [] -> c/nil (:wat::kernel::println :my::red))",
        "(c/def-restricted :my::red :restricted-to [:my::red] 1)\n(c/defn :my::f [] -> c/nil (:wat::kernel::println :my::rad))",
    ];
    for text in silent {
        assert_eq!(codes(&written(text)), [] as [u16; 0], "{text}");
    }
    // What causes a mismatch is told by it, with the same candidates.
    let text = written(
        "(c/defn :my::inc [x <- c/i64] -> c/i64 x)\n(c/defn :my::f [v <- c/Vector<wat::core::i64>] -> c/Vector<wat::core::i64> (c/map v :my::inx))",
    );
    let (_db, found) = diagnose(&text);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].code.0, 3001);
    assert_eq!(
        found[0].notes,
        ["`:my::inx` is a keyword literal: nothing of that name is defined"]
    );
    assert_eq!(found[0].help.as_deref(), Some("did you mean `:my::inc`?"));
}

#[test]
fn candidates_are_of_the_kind_and_type_that_the_position_asks_for() {
    let offered = |text: &str| {
        let (_db, found) = diagnose(&written(text));
        assert_eq!(found.len(), 1, "{text} {found:#?}");
        let edits = found[0].fixes.iter().flat_map(|fix| &fix.edits);
        let names: Vec<String> = edits.map(|edit| edit.insert.to_string()).collect();
        (found[0].code.0, names)
    };
    let names = |code: u16, names: &[&str]| (code, names.iter().map(|&it| it.into()).collect());
    // Forms of the language and macros head forms; they are no values.
    let quux = "(c/defmacro :my::quux [x <- :wat::WatAST] -> :wat::WatAST x)\n";
    for (text, expected) in [
        (
            "(c/defn :my::f [] -> c/i64 (if true 1 2))".to_owned(),
            names(3202, &[":wat::core::if"]),
        ),
        (
            "(c/defn :my::f [] -> c/i64 if)".to_owned(),
            names(3202, &[]),
        ),
        (
            format!("{quux}(c/defn :my::f [] -> c/i64 (quux 2))"),
            names(3202, &[":my::quux"]),
        ),
        (
            format!("{quux}(c/defn :my::f [] -> c/i64 quux)"),
            names(3202, &[]),
        ),
        (
            "(c/defn :my::f [] -> c/i64 None)".to_owned(),
            names(3202, &[":wat::core::None"]),
        ),
        (
            "(c/defn :my::f [] -> c/nil (:wat::kernel::println :wat::core::Som))".to_owned(),
            names(3209, &[":wat::core::Some"]),
        ),
        (
            "(c/defn :my::f [] -> c/nil (:wat::kernel::println :wat::core::lett))".to_owned(),
            names(3209, &[]),
        ),
    ] {
        assert_eq!(offered(&text), expected, "{text}");
    }
    // Where a type is expected, candidates have it.
    let some = "(c/defn :my::inc [x <- c/i64] -> c/i64 x)\n(c/defn :my::inca [x <- c/String] -> c/i64 1)\n(c/defn :my::same<T> [x <- :T] -> :T x)\n";
    for (wrong, expected) in [
        (":my::inx", names(3001, &[":my::inc"])),
        (":my::incb", names(3001, &[":my::inc"])),
        (":my::sane", names(3001, &[":my::same"])),
    ] {
        let text = format!(
            "{some}(c/defn :my::f [v <- c/Vector<wat::core::i64>] -> c/Vector<wat::core::i64> (c/map v {wrong}))"
        );
        assert_eq!(offered(&text), expected, "{text}");
    }
}

#[test]
fn type_arguments_of_a_callable_are_counted() {
    is(
        "(c/defn :my::id<T> [x <- :T] -> :T x)\n(c/defn :my::f [] -> c/i64 (:my::id<wat::core::i64,wat::core::i64> 3))",
        3215,
        ":my::id<wat::core::i64,wat::core::i64>",
        None,
    );
}

#[test]
fn malformed_types() {
    let f = |ty: &str| format!("(c/defn :my::f [x <- {ty}] -> c/i64 1)");
    is(
        &f("c/Tuple<wat::core::i64>"),
        3101,
        "c/Tuple<wat::core::i64>",
        Some((MaybeIncorrect, &f(":(wat::core::i64,)"))),
    );
    is(
        &f("c/Vector<wat::core::Tuple<wat::core::i64,wat::core::f64>>"),
        3101,
        "c/Vector<wat::core::Tuple<wat::core::i64,wat::core::f64>>",
        Some((
            MaybeIncorrect,
            &f("c/Vector<(wat::core::i64,wat::core::f64)>"),
        )),
    );
    is(&f("c/Fn"), 3101, "c/Fn", None);
    is(&f(":my::"), 3101, ":my::", None);
    is(&f(":my::N/f"), 3101, ":my::N/f", None);
    is(&f("c/Vector<my::N/f>"), 3101, "my::N/f", None);
    is(&f(":Any"), 3103, ":Any", None);
    is(
        &f("c/Vector<wat::core::i64,wat::core::i64>"),
        3104,
        "c/Vector<wat::core::i64,wat::core::i64>",
        None,
    );
    is(&f(":wat::type::Infer"), 3115, ":wat::type::Infer", None);
    is("(c/struct :my::P<A,A> (x :A))", 3113, ":my::P<A,A>", None);
    is(
        "(c/defn :my::id [x <- :T] -> :T x)",
        3112,
        ":T",
        Some((MachineApplicable, "(c/defn :my::id<T> [x <- :T] -> :T x)")),
    );
    is(
        "(c/defn :my::swap [x <- :T y <- :U] -> :(U,T) (c/Tuple y x))",
        3112,
        ":T",
        Some((
            MachineApplicable,
            "(c/defn :my::swap<T,U> [x <- :T y <- :U] -> :(U,T) (c/Tuple y x))",
        )),
    );
}

#[test]
fn arity_says_what_is_missing_and_what_is_too_much() {
    let f = "(c/defn :my::f [a <- c/i64 b <- c/i64] -> c/i64 a)\n";
    let g = |call: &str| format!("{f}(c/defn :my::g [] -> c/i64 {call})");
    is(
        &g("(:my::f 1)"),
        3002,
        ":my::f",
        Some((HasPlaceholders, &g("(:my::f 1 <b>)"))),
    );
    is(
        &g("(:my::f 1 2 3 4)"),
        3002,
        ":my::f",
        Some((MaybeIncorrect, &g("(:my::f 1 2)"))),
    );
}

#[test]
fn a_result_or_the_declared_type_changes() {
    is(
        "(c/defn :my::f [x <- c/i64] -> c/bool x)",
        3003,
        "x",
        Some((MaybeIncorrect, "(c/defn :my::f [x <- c/i64] -> c/i64 x)")),
    );
    is(
        "(c/defn :my::f [x <- c/i64] -> c/String x)",
        3003,
        "x",
        Some((
            MaybeIncorrect,
            "(c/defn :my::f [x <- c/i64] -> c/String (c/i64::to-string x))",
        )),
    );
}

#[test]
fn a_branch_is_converted() {
    let f = |branches: &str| {
        format!(
            "(c/defn :my::f [b <- c/bool] -> c/nil (:wat::kernel::println (c/if b {branches})))"
        )
    };
    is(
        &f("1 2.0"),
        3010,
        "2.0",
        Some((MaybeIncorrect, &f("(c/i64::to-f64 1) 2.0"))),
    );
    is(&f("1 :red"), 3010, ":red", None);
}

#[test]
fn a_value_in_parentheses_is_no_call() {
    is(
        "(c/defn :my::f [x <- c/i64] -> c/i64 (x))",
        3004,
        "x",
        Some((MaybeIncorrect, "(c/defn :my::f [x <- c/i64] -> c/i64 x)")),
    );
    is(
        "(c/defn :my::f [x <- c/i64] -> c/i64 (x 4))",
        3004,
        "x",
        None,
    );
}

#[test]
fn an_open_value_gets_a_typed_constructor() {
    is(
        "(c/def :my::none [])",
        3005,
        "[]",
        Some((HasPlaceholders, "(c/def :my::none (c/Vector <type>))")),
    );
    is("(c/def :my::none c/None)", 3005, "c/None", None);
}

#[test]
fn a_constructor_without_a_type_slot_is_written_as_a_literal() {
    let f = |value: &str| format!("(c/defn :my::f [] -> c/nil (:wat::kernel::println {value}))");
    for (form, literal, at) in [
        ("(c/Vector 1 2)", "[1 2]", "1"),
        ("(c/HashSet 1 2)", "#{1 2}", "1"),
        ("(c/HashMap \"a\" 1)", "{\"a\" 1}", "\"a\""),
        ("(c/Vector [1] [2])", "[[1] [2]]", "[1]"),
    ] {
        is(&f(form), 3013, at, Some((MachineApplicable, &f(literal))));
    }
    // What does not fit in a literal does not fit without one: the fix adds nothing.
    let text = written(&f("(c/Vector 1 \"a\")"));
    assert_eq!(codes(&text), [3001, 3013]);
    assert_eq!(codes(&fixed(&text, 3013)), [3001]);
    assert_eq!(codes(&written(&f("(c/Vector)"))), [3013]);
    // Each is told at a place of its own.
    assert_eq!(codes(&written(&f("(c/Vector (c/Vector))"))), [3013, 3013]);
    assert_eq!(codes(&written(&f("(c/HashMap)"))), [3013]);
    assert_eq!(codes(&written(&f("(c/HashMap 1)"))), [3013]);
}

#[test]
fn rows_without_a_fix() {
    is(
        "(c/defn :my::f [p <- :(wat::core::i64,wat::core::i64)] -> c/i64 (c/let [[a b c] p] a))",
        3015,
        "[a b c]",
        None,
    );
    is(
        "(c/defn :my::f [] -> c/i64 (c/let [{x} 5] 1))",
        3017,
        "{x}",
        None,
    );
    is("(c/defn :my::bad<T> [x <- :T] -> :T 3)", 3018, "3", None);
    is("(c/defn :my::f [] -> c/u8 (c/u8 300))", 3019, "300", None);
    is(
        "(c/defn :my::push<T> [v <- c/Vector<T> x <- :T] -> c/Vector<T> (c/conj v x))\n(c/defn :my::f [] -> c/nil (c/let [xs [] ys (:my::push xs xs)] (:wat::kernel::println ys)))",
        3006,
        "xs",
        None,
    );
    is(
        "(c/defn :my::f [] -> c/nil (:wat::kernel::println :my::f))",
        3607,
        ":my::f",
        None,
    );
}

#[test]
fn a_refutable_binding_becomes_a_match() {
    let f = |body: &str| {
        format!("(c/defn :my::f [p <- :(wat::core::i64,wat::core::i64)] -> c/i64 {body})")
    };
    for (before, after) in [
        (
            "(c/let [[1 b] p] b)",
            "(c/match p ([1 b] b) (_ <otherwise>))",
        ),
        (
            "(c/let [[1 b] p] 1 b)",
            "(c/match p ([1 b] (c/let [] 1 b)) (_ <otherwise>))",
        ),
        (
            "(c/let [a 1 [1 b] p] b)",
            "(c/let [a 1 ] (c/match p ([1 b] b) (_ <otherwise>)))",
        ),
        (
            "(c/let [[1 b] p c b] c)",
            "(c/match p ([1 b] (c/let [ c b] c)) (_ <otherwise>))",
        ),
        (
            "(c/let [a 1 [1 b] p c b] c)",
            "(c/let [a 1 ] (c/match p ([1 b] (c/let [ c b] c)) (_ <otherwise>)))",
        ),
    ] {
        let (code, _, fix) = row(&f(before));
        assert_eq!(code, 2204);
        assert_eq!(fix, Some((HasPlaceholders, f(after))), "{before}");
        // With the hole filled it is right.
        let filled = written(&f(after).replace("<otherwise>", "0"));
        assert_eq!(codes(&filled), [] as [u16; 0], "{filled}");
    }
}

#[test]
fn a_raw_verb_is_replaced_by_a_bracket() {
    let text = written(
        "(c/defn :my::w [in <- :wat::kernel::Receiver<wat::core::i64> out <- :wat::kernel::Sender<wat::core::i64>] -> c/nil c/nil)\n(c/defn :my::f [] -> :wat::kernel::Thread<wat::core::i64,wat::core::i64> (:wat::kernel::spawn-thread :my::w))",
    );
    let (_db, found) = diagnose(&text);
    assert_eq!(found[0].code.0, 4001);
    let fix = &found[0].fixes[0];
    assert_eq!(fix.applicability, HasPlaceholders);
    assert!(apply(&text, fix).contains("(:wat::kernel::run-threads <items> :my::w)"));
}

#[test]
fn every_raw_verb_of_a_definition_is_told_its_own_replacement() {
    let both = |first: &str, second: &str| {
        let text = written(&format!(
            "(c/defn :my::f [t <- :wat::kernel::Thread<wat::core::i64,wat::core::i64> p <- :wat::kernel::Process<wat::core::i64,wat::core::i64>] -> c/nil (c/do {first} {second} c/nil))"
        ));
        let (_db, found) = diagnose(&text);
        let restricted = |d: &&wat_analysis::Diagnostic| [4001, 4007].contains(&d.code.0);
        let told: Vec<_> = found.into_iter().filter(|d| restricted(&d)).collect();
        assert_eq!(told.len(), 1, "{text}");
        (
            apply(&text, &told[0].fixes[0]),
            told[0].help.clone().expect("help"),
        )
    };
    let spawned = "(:wat::kernel::drop (:wat::kernel::spawn-thread (c/fn [_i <- :wat::kernel::Receiver<wat::core::nil> _o <- :wat::kernel::Sender<wat::core::nil>] -> c/nil c/nil)))";
    let forked = "(:wat::kernel::drop (:wat::kernel::fork-with-forms (:wat::core::forms 1)))";
    for (first, second) in [(spawned, forked), (forked, spawned)] {
        let (_, help) = both(first, second);
        assert!(help.contains("`:wat::kernel::run-threads`"), "{help}");
        assert!(help.contains("`:wat::kernel::run-processes`"), "{help}");
    }
    let joined = |kind: &str, local: &str| {
        format!("(:wat::core::Result/expect (:wat::kernel::{kind}/join-result {local}) \"joined\")")
    };
    let (fixed, help) = both(&joined("Thread", "t"), &joined("Process", "p"));
    assert!(
        fixed.contains("(:wat::kernel::Thread/drain-and-join t)"),
        "{fixed}"
    );
    assert!(
        fixed.contains("(:wat::kernel::Process/drain-and-join p)"),
        "{fixed}"
    );
    assert!(help.contains("Process/drain-and-join"), "{help}");
}

#[test]
fn docstrings_have_their_slots() {
    for text in [
        "(c/def :my::a 1 \"doc\")",
        "(c/struct :my::a (x c/i64) \"doc\")",
        "(c/enum :my::a :A \"doc\")",
        "(c/newtype :my::a c/i64 \"doc\")",
        "(c/typealias :my::a c/i64 \"doc\")",
        "(c/defn :my::a [] -> c/String \"result\")",
        "(c/defn :my::a [] -> c/i64 \"doc\" 1)",
    ] {
        assert_eq!(codes(&written(text)), [] as [u16; 0], "{text}");
    }
    for (text, code) in [
        ("(c/def :my::a 1 \"doc\" \"doc\")", 2104),
        ("(c/newtype :my::a c/i64 \"doc\" \"doc\")", 2109),
        ("(c/typealias :my::a c/i64 \"doc\" \"doc\")", 2109),
        ("(c/typealias :my::a c/i64 3)", 2109),
        ("(c/struct :my::a \"doc\" (x c/i64))", 2109),
    ] {
        assert_eq!(codes(&written(text)), [code], "{text}");
    }
}

#[test]
fn some_functions_of_collections_take_any_number_of_arguments() {
    let f = |value: &str| format!("(c/defn :my::f [] -> c/nil (:wat::kernel::println {value}))");
    for right in [
        "(c/Vector/conj [1] 2 3 4)",
        "(c/Vector/concat [1])",
        "(c/Vector/concat [1] [2] [3])",
        "(c/HashMap/assoc {:a 1} :b 2 :c 3)",
        "(c/HashMap/dissoc {:a 1} :a :b)",
        "(c/HashSet/conj #{1} 2 3)",
        "(c/map [1] (c/fn [x <- c/i64] -> c/Vector<wat::core::i64> (c/Vector/conj [] x)))",
    ] {
        assert_eq!(codes(&written(&f(right))), [] as [u16; 0], "{right}");
    }
    for (wrong, code) in [
        ("(c/Vector/conj [1])", 3002),
        ("(c/Vector/conj [1] 2 \"x\")", 3001),
        ("(c/HashMap/assoc {:a 1} :b 2 :c)", 3002),
        ("(c/HashMap/assoc {:a 1} :b 2 3 3)", 3001),
        ("(c/HashMap/assoc {:a 1} :b 2 3 3 4)", 3002),
        ("(c/Vector/assoc [1] 0 2 0 3)", 3002),
    ] {
        assert_eq!(codes(&written(&f(wrong))), [code], "{wrong}");
    }
}

/// The first fix of the entry point of a program.
fn entry_fix(text: &str) -> (Applicability, String) {
    let text = written(text);
    let db = database(&[("main.wat", &text)]);
    let root = db.file("main.wat").expect("was just added");
    let found = entry_diagnostics(&db, root);
    assert_eq!(found[0].code.0, 2002);
    let fix = &found[0].fixes[0];
    let after = apply(&text, fix);
    if fix.applicability == MachineApplicable {
        let mut db = db;
        let root = db.set_file(
            "main.wat",
            SourceText::new(after.as_str()),
            wat_analysis::FileKind::Disk,
        );
        assert!(entry_diagnostics(&db, root).is_empty(), "{after}");
        let errors = file_diagnostics(&db, root);
        assert!(
            errors
                .iter()
                .all(|d| d.severity != wat_analysis::Severity::Error),
            "{after}\n{errors:#?}"
        );
    }
    (fix.applicability, after.replace(":wat::core::", "c/"))
}

#[test]
fn the_entry_point_gets_its_signature() {
    assert_eq!(
        entry_fix("(c/defn :user::main [] -> c/i64 3)"),
        (
            MachineApplicable,
            "(c/defn :user::main [] -> c/nil 3 c/nil)".to_owned()
        )
    );
    assert_eq!(
        entry_fix(
            "(c/defn :user::main [stdin <- :wat::io::IOReader stdout <- :wat::io::IOWriter stderr <- :wat::io::IOWriter] -> c/nil\n  (:wat::io::IOWriter/println stdout \"hello\"))"
        ),
        (
            MachineApplicable,
            "(c/defn :user::main [] -> c/nil\n  (:wat::kernel::println \"hello\"))".to_owned()
        )
    );
    assert_eq!(
        entry_fix("(c/def :user::main (c/fn [x <- c/i64] -> c/nil c/nil))"),
        (
            MachineApplicable,
            "(c/def :user::main (c/fn [] -> c/nil c/nil))".to_owned()
        )
    );
    let (how, _) = entry_fix("(c/defn :user::main [x <- c/i64] -> c/i64 x)");
    assert_eq!(how, HasPlaceholders);
}

#[test]
fn the_configured_entry_is_told_about_its_entry_point() {
    let mut db = database(&[("app.wat", ""), ("lib.wat", "")]);
    let told = |db: &wat_analysis::RootDatabase, path: &str| -> Vec<u16> {
        let file = db.file(path).expect("is there");
        let found = file_diagnostics(db, file);
        found.iter().map(|diagnostic| diagnostic.code.0).collect()
    };
    assert_eq!(told(&db, "app.wat"), [] as [u16; 0]);
    db.set_options(Options {
        entry: Some("app.wat".into()),
        ..Options::default()
    });
    assert_eq!(told(&db, "app.wat"), [2001]);
    assert_eq!(told(&db, "lib.wat"), [] as [u16; 0]);
    let text = written("(c/defn :user::main [x <- c/i64] -> c/nil c/nil)");
    crate::support::add(
        &mut db,
        &[
            ("app.wat", "(:wat::load-file! \"lib.wat\")"),
            ("lib.wat", &text),
        ],
    );
    assert_eq!(told(&db, "app.wat"), [] as [u16; 0]);
    assert_eq!(told(&db, "lib.wat"), [2002]);
}

#[test]
fn the_macro_evaluator_takes_any_number_of_arguments_too() {
    let text = "(c/defmacro :my::m [& xs <- c/Vector<wat::WatAST>] -> :wat::WatAST `(c/+ ~@(c/Vector/conj (c/Vector/concat xs [3] [4]) 1 2)))\n(c/defn :my::f [] -> c/i64 (:my::m 4 5))";
    assert_eq!(codes(&written(text)), [] as [u16; 0]);
    assert_eq!(
        codes(&written(
            "(c/defmacro :my::m [& xs <- c/Vector<wat::WatAST>] -> :wat::WatAST `(c/+ ~@(c/Vector/conj xs)))\n(c/defn :my::f [] -> c/i64 (:my::m 4 5))"
        )),
        [2408]
    );
}

#[test]
fn a_list_of_callers_without_brackets_is_one_mistake() {
    is(
        "(c/def-restricted :my::k::pin :restricted-to :my::k:: 4711)",
        2110,
        ":my::k::",
        None,
    );
    is(
        "(c/defn-restricted :my::k::pin :restricted-to :my::k:: [] -> c/i64 4711)",
        2110,
        ":my::k::",
        None,
    );
}

#[test]
fn an_unknown_type_is_told_once_and_repaired_everywhere() {
    let text = "(c/struct :my::Point (x c/i64))\n(c/defn :my::f [x <- :my::Pont y <- c/HashMap<my::Pont,my::Pont>] -> :my::Pont (c/let [_ (c/Vector :my::Pont)] x))";
    is(
        text,
        3203,
        ":my::Pont",
        Some((MachineApplicable, &text.replace("Pont", "Point"))),
    );
    let text = written(text);
    let (_db, found) = diagnose(&text);
    assert_eq!(found[0].labels.len(), 4);
}

#[test]
fn a_macro_as_a_value_is_wrapped() {
    let text = written(
        "(c/defmacro :my::m [x <- :wat::WatAST] -> :wat::WatAST x)\n(c/defn :my::f [] -> c/Vector<wat::core::i64> (c/map [1] :my::m))",
    );
    let (_db, found) = diagnose(&text);
    assert_eq!(found[0].code.0, 2406);
    let filled = apply(&text, &found[0].fixes[0]).replace("<type>", ":wat::core::i64");
    assert_eq!(codes(&filled), [] as [u16; 0], "{filled}");
}

/// The sources of a directory, one after the other.
fn sources(directory: &std::path::Path, all: &mut String) {
    let entries = std::fs::read_dir(directory).expect("the sources are there");
    for entry in entries {
        let path = entry.expect("the directory is readable").path();
        if path.is_dir() {
            sources(&path, all);
        } else if path
            .file_name()
            .is_some_and(|name| name != "codes.rs" && name != "family.rs")
        {
            all.push_str(&std::fs::read_to_string(&path).expect("sources are UTF-8"));
        }
    }
}

#[test]
fn every_code_of_forms_names_and_types_is_told_by_somebody() {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
    let mut all = String::new();
    sources(std::path::Path::new(source), &mut all);
    let code: String = all
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect();
    let missing: Vec<u16> = wat_analysis::CODES
        .iter()
        .map(|info| info.code.0)
        .filter(|code| matches!(code, 2001..=2601 | 3001..=3305 | 3450 | 3507 | 3607 | 3901..=3904))
        .filter(|number| !code.contains(&number.to_string()))
        .collect();
    assert_eq!(missing, [] as [u16; 0]);
}
