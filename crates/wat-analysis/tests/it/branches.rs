//! Branches that differ: the ones that are wrong are told, and no others.

use crate::fixes::diagnose;

/// The codes of a function with this result and body, each with the text that it is told of.
fn told(result: &str, body: &str) -> Vec<String> {
    let text = format!(
        "(:wat::core::defn :my::f [b <- :wat::core::bool x <- :wat::core::i64] -> {result} {body})"
    );
    let (_db, found) = diagnose(&text);
    let told = found.iter().map(|it| {
        let range = usize::from(it.span.range.start())..usize::from(it.span.range.end());
        format!("{} {}", it.code, &text[range])
    });
    told.collect()
}

const I64: &str = ":wat::core::i64";
const OPTION: &str = ":wat::core::Option<wat::core::i64>";

#[test]
fn one_wrong_branch_is_one_diagnostic() {
    for (result, body, expected) in [
        (I64, "(:wat::core::if b \"a\" 2)", "WAT3003 \"a\""),
        (I64, "(:wat::core::if b 2 \"a\")", "WAT3010 \"a\""),
        (
            I64,
            "(:wat::core::let [y 1] (:wat::core::if b \"a\" y))",
            "WAT3003 \"a\"",
        ),
        (
            I64,
            "(:wat::core::cond (b \"x\") ((:wat::core::not b) 1) (:else 3))",
            "WAT3003 \"x\"",
        ),
        (
            OPTION,
            "(:wat::core::match x (1 x) (2 (:wat::core::Some 1)) (3 :wat::core::None) (_ (:wat::core::Some x)))",
            "WAT3003 x",
        ),
        (
            I64,
            "(:wat::core::if b (:wat::core::if b \"x\" 1) 2)",
            "WAT3003 \"x\"",
        ),
        (
            I64,
            "(:wat::core::if b 2 (:wat::core::if b \"x\" 1))",
            "WAT3010 \"x\"",
        ),
        (
            I64,
            "(:my::f (:wat::core::if b \"x\" b) 1)",
            "WAT3001 \"x\"",
        ),
    ] {
        assert_eq!(told(result, body), [expected], "{body}");
    }
}

#[test]
fn every_wrong_branch_is_told() {
    assert_eq!(
        told(I64, "(:wat::core::match x (1 \"a\") (2 true) (_ 3))"),
        ["WAT3003 \"a\"", "WAT3003 true"]
    );
    // Nested: the outer branch and one of the inner ones.
    assert_eq!(
        told(I64, "(:wat::core::if b \"s\" (:wat::core::if b 1 \"x\"))"),
        ["WAT3003 \"s\"", "WAT3003 \"x\""]
    );
    // All alike: one diagnostic of the whole.
    assert_eq!(
        told(I64, "(:wat::core::if b \"s\" \"t\")"),
        ["WAT3003 (:wat::core::if b \"s\" \"t\")"]
    );
}

#[test]
fn a_misspelled_value_is_told_as_such_among_operands() {
    for body in [
        "(:wat::core::+ :u::limti 1)",
        "(:wat::core::* x :u::limti)",
        "(:wat::core::if (:wat::core::= :u::limti 1) 1 2)",
        "(:wat::core::if (:wat::core::< 1 :u::limti) 1 2)",
        "(:wat::core::length :u::limti)",
    ] {
        let text = format!(
            "(:wat::core::def :u::limit 5)\n(:wat::core::defn :u::f [x <- :wat::core::i64] -> :wat::core::i64 {body})"
        );
        let (_db, found) = diagnose(&text);
        let [only] = &found[..] else {
            panic!("{text}\n{found:#?}");
        };
        let note = "`:u::limti` is a keyword literal: nothing of that name is defined";
        assert!(only.notes.iter().any(|it| it == note), "{found:#?}");
        let offers = |fix: &wat_analysis::DiagnosticFix| {
            fix.edits.iter().any(|edit| *edit.insert == *":u::limit")
        };
        assert!(only.fixes.iter().any(offers), "{found:#?}");
    }
    // A value that is a keyword is no misspelled name.
    let (_db, found) =
        diagnose("(:wat::core::def :u::k :limit)\n(:wat::core::def :u::n (:wat::core::+ :u::k 1))");
    assert_eq!(found.len(), 1);
    assert!(found[0].notes.is_empty(), "{found:#?}");
}

#[test]
fn the_type_of_a_channel_may_be_inferred() {
    let text = |form: &str| {
        format!(
            "(:wat::core::defn :u::f [] -> :wat::core::nil (:wat::core::let [[tx rx] {form}] (:wat::core::match (:wat::kernel::send tx 5) ((:wat::core::Ok _) :wat::core::nil) ((:wat::core::Err _) :wat::core::nil))))"
        )
    };
    for form in [
        "(:wat::kernel::make-bounded-channel :wat::type::Infer 1)",
        "(:wat::kernel::make-unbounded-channel :wat::type::Infer)",
    ] {
        let (_db, found) = diagnose(&text(form));
        let errors = found
            .iter()
            .filter(|it| it.severity == wat_analysis::Severity::Error);
        assert_eq!(errors.count(), 0, "{found:#?}");
    }
    // What nothing determines is told.
    let (_db, found) = diagnose(
        "(:wat::core::defn :u::f [] -> :wat::core::nil (:wat::core::let [c (:wat::kernel::make-unbounded-channel :wat::type::Infer)] :wat::core::nil))",
    );
    assert!(
        found
            .iter()
            .any(|it| it.code.0 == 3005 || it.code.0 == 3101)
            || found.iter().all(|it| it.code.0 != 3115),
        "{found:#?}"
    );
}
