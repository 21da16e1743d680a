//! Declarations of dispatches (chapters 02 §4.8, 03 §5.4): what is wrong with an arm is told there, once, and calls of a
//! dispatch with a mistake are silent.

use crate::fixes::{codes, diagnose, every_machine_fix_is_safe, fixed};

const FUNCTIONS: &str = "(c/defn :my::i [x <- c/i64] -> c/i64 x)
(c/defn :my::s [x <- c/String] -> c/String x)
(c/defn :my::all<T> [x <- :T] -> c/i64 1)
(c/defn :my::rest [x <- c/i64 & more <- c/Vector<wat::core::i64>] -> c/i64 x)
(c/defn :my::two [x <- c/i64 y <- c/i64] -> c/i64 x)
";

fn text(declaration: &str, use_: &str) -> String {
    let text = format!(
        "{FUNCTIONS}{declaration}\n(c/defn :my::u [] -> c/nil (c/let [_ {use_}] (:wat::kernel::println 1)))"
    );
    text.replace("c/", ":wat::core::")
}

fn told(declaration: &str, use_: &str, expected: &[u16]) {
    let used = text(declaration, use_);
    assert_eq!(codes(&used), expected, "{used}");
    // What is wrong with a call is told when the declaration is mended.
    every_machine_fix_is_safe(&text(declaration, "1"));
}

#[test]
fn the_types_of_arms_are_types() {
    for (ty, code) in [
        (":i64", 3901),
        (":Any", 3103),
        (":my::Nope<wat::core::i64>", 3203),
        (":wat::core::Vector", 3104),
        (":wat::core::Option<wat::core::i64,wat::core::i64>", 3104),
        (":wat::core::Vector<Ty>", 3203),
        (":Option<wat::core::i64>", 3903),
        (":T<wat::core::i64>", 3101),
        (":wat::core::Tuple<wat::core::i64>", 3101),
    ] {
        let arm = format!("(({ty}) :my::all)");
        told(
            &format!("(c/define-dispatch :my::d {arm})"),
            "(:my::d \"a\")",
            &[code],
        );
    }
    told(
        "(c/define-dispatch :my::d ((c/Vector<T>) :my::all) ((:A) :my::all))",
        "(:my::d [1])",
        &[],
    );
    told(
        "(c/define-dispatch :my::d ((i64) :my::i))",
        "(:my::d \"a\")",
        &[2111],
    );
    told(
        "(c/define-dispatch :my::d ((\"a\" c/i64) :my::two))",
        "(:my::d 1)",
        &[2111],
    );
}

#[test]
fn an_implementation_takes_what_its_arm_is_for() {
    told(
        "(c/define-dispatch :my::d ((c/i64) :my::s))",
        "(:my::d 1)",
        &[2111],
    );
    told(
        "(c/define-dispatch :my::d ((c/String) :my::s) ((c/i64) :my::s))",
        "(:my::d true)",
        &[2111],
    );
    // It takes a part of it: each call is judged.
    told(
        "(c/define-dispatch :my::d ((:T) :my::s))",
        "(:my::d \"a\")",
        &[],
    );
    let text = text("(c/define-dispatch :my::d ((:T) :my::s))", "(:my::d 1)");
    let (_db, found) = diagnose(&text);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].code.0, 3001);
    assert_eq!(
        found[0].message,
        "expected `:wat::core::String`, found `:wat::core::i64`"
    );
    assert_eq!(&text[found[0].span.range], "1");
}

#[test]
fn a_result_that_does_not_fit_is_told_by_its_type() {
    // The operand is known only when the result is wanted.
    let late = "(c/define-dispatch :my::d ((c/i64) :my::i) ((c/String) :my::s))";
    let text = text(
        late,
        "(c/let [o c/None] (c/if true -> c/Option<wat::core::String> (c/Some (:my::d (c/Option/expect o \"a\"))) c/None))",
    );
    let (_db, found) = diagnose(&text);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(
        found[0].message,
        "expected `:wat::core::String`, found `:wat::core::i64`"
    );
}

#[test]
fn an_arm_stands_in_parentheses() {
    told(
        "(c/define-dispatch :my::d [(c/i64) :my::i])",
        "(:my::d \"a\")",
        &[2111],
    );
    told(
        "(c/define-dispatch :my::d ([c/i64] :my::i))",
        "(:my::d \"a\")",
        &[2111],
    );
    let text = text("(c/define-dispatch :my::d [(c/i64) :my::i])", "(:my::d 1)");
    assert!(fixed(&text, 2111).contains(":my::d ((:wat::core::i64) :my::i))"));
}

#[test]
fn calls_of_a_dispatch_with_a_mistake_are_silent() {
    for (declaration, use_) in [
        ("(c/define-dispatch :my::d)", "(:my::d 1)"),
        (
            "(c/define-dispatch :my::d ((c/i64) :my::i) ((c/i64 c/i64) :my::two))",
            "(:my::d \"a\" \"b\")",
        ),
        (
            "(c/define-dispatch :my::d ((c/i64) :my::i :my::i))",
            "(:my::d \"a\")",
        ),
        (
            "(c/define-dispatch :my::d (c/i64 :my::i))",
            "(:my::d \"a\")",
        ),
        (
            "(c/define-dispatch :my::d (c/i64 c/i64 :my::two))",
            "(:my::d \"a\")",
        ),
        ("(c/define-dispatch :my::d (() :my::i))", "(:my::d \"a\")"),
        (
            "(c/define-dispatch :my::d ((c/i64) :my::rest))",
            "(:my::d \"a\")",
        ),
        (
            "(c/define-dispatch :my::d (c/i64) :my::i)",
            "(:my::d \"a\")",
        ),
        (
            "(c/define-dispatch :my::d (c/i64) :my::i)",
            "(c/map [\"a\"] :my::d)",
        ),
        (
            "(c/define-dispatch :my::d (c/i64) :my::i)",
            "(c/apply :my::d [\"a\"])",
        ),
        (
            "(c/define-dispatch :my::d (c/i64) :my::i)",
            "(c/-> \"a\" :my::d)",
        ),
        (
            "(c/define-dispatch :my::d (c/i64) :my::i)",
            "(c/foldl [1] \"a\" :my::d)",
        ),
        (
            "(c/define-dispatch :my::d (c/i64) :my::i) (:wat::runtime::define-alias :my::e :my::d)",
            "(:my::e \"a\")",
        ),
    ] {
        told(declaration, use_, &[2111]);
    }
    // What is given to it is looked at.
    told(
        "(c/define-dispatch :my::d)",
        "(:my::d (c/string::length 5))",
        &[2111, 3001],
    );
}

#[test]
fn what_is_told_elsewhere_is_not_told_of_a_dispatch() {
    told(
        "(:wat::runtime::define-alias :my::al :my::nope) (c/define-dispatch :my::d ((c/i64) :my::al))",
        "(:my::d \"a\")",
        &[2112],
    );
    told(
        "(c/defn :my::bad [x y] -> c/i64 1) (c/define-dispatch :my::d ((c/i64) :my::bad))",
        "(:my::d \"a\")",
        &[2105],
    );
}
