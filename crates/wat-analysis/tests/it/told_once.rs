//! One root cause, one diagnostic: slips that several phases could tell of.

use crate::support::spans;

fn reports(text: &str, expected: &[&str]) {
    assert_eq!(spans(text), expected, "{text}");
}

#[test]
fn the_last_form_of_when_and_unless_is_nil() {
    let body = |body: &str, result: &str| {
        format!("(:wat::core::defn :my::f [n <- :wat::core::i64] -> {result}\n{body})")
    };
    let nil = ":wat::core::nil";
    for head in ["when", "unless"] {
        let at = |column: usize| format!("WAT3010 2:{}-2:{}", column, column + 1);
        let text = format!("(:wat::core::{head} true n)");
        let column = text.len() - 1;
        reports(&body(&text, nil), &[&at(column)]);
        reports(&body(&text, ":wat::core::i64"), &[&at(column)]);
        let text = format!("(:wat::core::{head} true \"x\" (:wat::kernel::println n))");
        reports(&body(&text, nil), &[]);
        let text = format!(
            "(:wat::core::{head} true (:wat::kernel::assertion-failed! \"no\" :wat::core::None :wat::core::None))"
        );
        reports(&body(&text, nil), &[]);
        for parts in ["", " true"] {
            let text = format!("(:wat::core::{head}{parts})");
            let whole = format!("WAT2402 2:1-2:{}", text.len() + 1);
            reports(&body(&text, nil), &[&whole]);
        }
    }
}

#[test]
fn a_docstring_before_the_arrow_is_one_mistake() {
    reports(
        "(:wat::core::defn :my::f [x <- :wat::core::i64]\n\"doc\" -> :wat::core::i64 x)",
        &["WAT2105 2:1-2:6"],
    );
    reports(
        "(:wat::core::def :my::f (:wat::core::fn [x <- :wat::core::i64]\n\"doc\" -> :wat::core::i64 x))",
        &["WAT2105 2:1-2:6"],
    );
    reports(
        "(:wat::core::defn-restricted :my::f :restricted-to [] [x <- :wat::core::i64]\n\"doc\" -> :wat::core::i64 \"own\" x)\n(:wat::core::defn :my::g [] -> :wat::core::String \"only\")",
        &["WAT2105 2:1-2:6"],
    );
}

#[test]
fn a_result_type_behind_the_body_is_one_mistake() {
    reports(
        "(:wat::core::defn :my::f\n[x <- :wat::core::i64] (:wat::core::+ x 1) -> :wat::core::i64)",
        &["WAT2105 2:1-2:23"],
    );
}

#[test]
fn vectors_that_nest_too_deep_are_one_mistake() {
    for depth in [1_100, 10_000] {
        for (open, close) in [("[", "]"), ("#{", "}"), ("{1 ", "}")] {
            let text = format!(
                "(:wat::core::def :m::v {}1{})",
                open.repeat(depth),
                close.repeat(depth)
            );
            let found = spans(&text);
            assert_eq!(found.len(), 1, "{open} {depth}: {found:?}");
            assert!(found[0].starts_with("WAT1033"), "{found:?}");
        }
    }
}

#[test]
fn type_arguments_in_parentheses_are_one_mistake() {
    let at = |column: usize| format!("WAT1014 2:{}-2:{}", column, column + 1);
    for (before, ty, after) in [
        (
            "(:wat::core::defn :my::f [x <-\n",
            ":wat::core::Vector(wat::core::i64)",
            "] -> :wat::core::i64 1)",
        ),
        (
            "(:wat::core::defn :my::f [x <-\n",
            ":Vector(i64)",
            "] -> :wat::core::i64 1)",
        ),
        (
            "(:wat::core::defn :my::f<T> [x <-\n",
            ":wat::core::Vector(T)",
            "] -> :wat::core::i64 1)",
        ),
        (
            "(:wat::core::defn :my::f [] ->\n",
            ":wat::core::Vector(wat::core::i64)",
            " [1])",
        ),
        (
            "(:wat::core::struct :my::S (x\n",
            ":wat::core::Vector(wat::core::i64)",
            "))",
        ),
        (
            "(:wat::core::enum :my::E (V (x\n",
            ":wat::core::Vector(wat::core::i64)",
            ")))",
        ),
        (
            "(:wat::core::typealias :my::A\n",
            ":wat::core::Vector(wat::core::i64)",
            ")",
        ),
        (
            "(:wat::core::defn :my::f [x <-\n",
            ":wat::core::HashMap(wat::core::i64 wat::core::i64)",
            "] -> :wat::core::i64 1)",
        ),
    ] {
        let column = ty.find('(').expect("there is one") + 1;
        reports(&format!("{before}{ty}{after}"), &[&at(column)]);
    }
    // A call without its space is what the reader takes it for, and other mistakes are told as ever.
    reports(
        "(:wat::core::def :my::x\n(:wat::core::i64::+(:wat::core::i64::+ 1 \"a\") 1))",
        &["WAT1014 2:20-2:21", "WAT3001 2:42-2:45"],
    );
    reports(
        "(:wat::core::defn :my::f [x <-\n:wat::core::Vector(wat::core::i64)] -> :wat::core::i64\n\"text\")",
        &["WAT1014 2:19-2:20", "WAT3003 3:1-3:7"],
    );
}

fn matching(ty: &str, arms: &str) -> String {
    format!(
        "(:wat::core::defn :my::f [v <- {ty}] -> :wat::core::i64\n(:wat::core::match v\n{arms}))"
    )
}

#[test]
fn an_arm_that_no_value_reaches_is_told_at_its_pattern() {
    let flag = ":wat::core::bool";
    reports(
        &matching(flag, "(true 1) (false 2)\n(_ 3)"),
        &["WAT7305 4:2-4:3"],
    );
    reports(&matching(flag, "(x 1)\n(false 2)"), &["WAT7305 4:2-4:7"]);
    reports(
        &matching(":wat::core::i64", "(1 1)\n(1 2)\n(n n)\n(_ 3)"),
        &["WAT7305 4:2-4:3", "WAT7305 6:2-6:3"],
    );
    reports(
        &matching(
            ":(wat::core::bool,wat::core::bool)",
            "([true _] 1) ([_ false] 2)\n([true true] 5)\n([false true] 4)",
        ),
        &["WAT7305 4:2-4:13"],
    );
    reports(&matching(flag, "(true 1) (false 2)"), &[]);
}

#[test]
fn arms_behind_a_pattern_that_is_none_are_not_unreachable() {
    reports(
        &matching(":wat::core::bool", "(\"a\" 1) (true 2) (_ 4)"),
        &["WAT2303 3:2-3:5"],
    );
}

#[test]
fn an_arm_that_a_macro_adds_is_not_unreachable() {
    let text = "(:wat::core::defmacro :my::m [x <- :wat::WatAST & arms <- :wat::core::Vector<wat::WatAST>] -> :wat::WatAST `(:wat::core::match ~x ~@arms (_ 0)))\n(:wat::core::defn :my::f [v <- :wat::core::bool] -> :wat::core::i64 (:my::m v (true 1) (false 2)))\n(:wat::core::defn :my::g [v <- :wat::core::bool] -> :wat::core::i64 (:my::m v (true 1)\n(true 2)))";
    reports(text, &["WAT7305 4:2-4:6"]);
}

#[test]
fn deleting_an_unreachable_arm_leaves_the_others() {
    let text = matching(":wat::core::bool", "(true 1) (false 2) (_ 3)");
    assert_eq!(
        crate::fixes::fixed(&text, 7305),
        matching(":wat::core::bool", "(true 1) (false 2)")
    );
    crate::fixes::every_machine_fix_is_safe(&text);
}
