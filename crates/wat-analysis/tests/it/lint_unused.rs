//! What nobody uses: names, values, definitions, loads.

use crate::support::{fixed_lints, lints};

fn params(params: &str, body: &str) -> String {
    format!("(:wat::core::defn :d::f [{params}] -> :wat::core::i64 \"F.\" {body})\n")
}

#[test]
fn names_that_nobody_reads_are_told() {
    let text = params(
        "x <- :wat::core::i64 y <- :wat::core::i64 & more <- :wat::core::Vector<wat::core::i64>",
        "(:wat::core::let [a 1 [b c] (:wat::core::Tuple 1 2) g (:wat::core::fn [q <- :wat::core::i64] -> :wat::core::i64 1)]
           (:wat::core::match (:wat::core::Some x) ((:wat::core::Some n) b) (other 2)))",
    );
    let found = lints(&text, 7301);
    assert_eq!(
        found,
        ["y", "more", "a", "c", "g", "q", "n", "other"].map(|name| format!("WAT7301 {name}"))
    );
}

#[test]
fn names_that_begin_with_an_underscore_are_not() {
    let text = params(
        "_x <- :wat::core::i64 _ <- :wat::core::i64",
        "(:wat::core::let [_a 1 [b _c] (:wat::core::Tuple 1 2)] b)",
    );
    assert!(lints(&text, 7301).is_empty());
}

#[test]
fn names_are_read_in_functions_templates_and_by_what_macros_drop() {
    let text = "(:wat::core::defn :d::f [x <- :wat::core::i64] -> :wat::core::i64 \"F.\"
          (:wat::core::let [g (:wat::core::fn [y <- :wat::core::i64] -> :wat::core::i64 (:wat::core::i64::+ x y))] (g 1)))
        (:wat::core::defn :d::q [x <- :wat::WatAST] -> :wat::WatAST \"Q.\" `(:wat::core::do ~x))
        (:wat::core::defmacro :d::drop [a <- :wat::WatAST _b <- :wat::WatAST] -> :wat::WatAST \"Drops.\" `(:wat::core::do ~a))
        (:wat::core::defn :d::m [x <- :wat::core::i64 y <- :wat::core::i64] -> :wat::core::i64 \"M.\" (:d::drop x y))
        (:wat::core::let [a 1 b 2] (:wat::core::defn :d::in [] -> :wat::core::i64 \"In.\" a))\n";
    assert!(lints(text, 7301).is_empty());
}

#[test]
fn parameters_of_macros_are_names_too() {
    let text = "(:wat::core::defmacro :d::m [a <- :wat::WatAST b <- :wat::WatAST] -> :wat::WatAST \"Drops.\" `(:wat::core::do ~a))\n";
    assert_eq!(lints(text, 7301), ["WAT7301 b"]);
}

#[test]
fn names_that_callers_do_not_see_get_an_underscore() {
    let text = params(
        "x <- :wat::core::i64",
        "(:wat::core::let [a x] (:wat::core::match (:wat::core::Some x) ((:wat::core::Some n) 1) (:wat::core::None 2)))",
    );
    let fixed = fixed_lints(&text, 7301);
    assert!(
        fixed.contains("[_a x]") && fixed.contains("Some _n)"),
        "{fixed}"
    );
}

#[test]
fn an_underscored_name_that_is_taken_is_not_given_again() {
    let text = params("_a <- :wat::core::i64", "(:wat::core::let [a 1 b _a] b)");
    assert!(fixed_lints(&text, 7301).contains("[_ 1 b _a]"));
}

#[test]
fn fields_that_are_named_in_vain_are_removed() {
    let text = "(:wat::core::struct :d::P (x :wat::core::i64) (y :wat::core::i64))
        (:wat::core::defn :d::f [p <- :d::P] -> :wat::core::i64 \"F.\" (:wat::core::let [{x y} p] x))\n";
    assert!(fixed_lints(text, 7301).contains("[{x} p]"));
}

#[test]
fn statements_without_effect_are_told() {
    for idle in [
        "1",
        "\"text\"",
        "x",
        "(:wat::core::i64::+ x 1)",
        "(:wat::core::i64::/ x 2)",
        "(:wat::core::do 1 (:wat::core::length v))",
        "(:wat::core::map v (:wat::core::fn [x <- :wat::core::i64] -> :wat::core::i64 (:wat::core::i64::* x 2)))",
        "(:wat::core::if (:wat::core::= x 1) x 2)",
    ] {
        let text = params(
            "x <- :wat::core::i64 v <- :wat::core::Vector<wat::core::i64>",
            &format!("{idle} 3"),
        );
        assert_eq!(lints(&text, 7304), [format!("WAT7304 {idle}")]);
    }
}

#[test]
fn statements_that_do_something_are_not() {
    for statement in [
        "(:wat::kernel::println x)",
        "(:d::g)",
        "(:wat::core::Option/expect (:wat::core::Some x) \"there\")",
        "(:wat::core::i64::/ 1 x)",
        "(:wat::core::if (:wat::core::= x 1) (:wat::kernel::println x) :wat::core::nil)",
        "(:wat::core::for-each v (:wat::core::fn [x <- :wat::core::i64] -> :wat::core::nil (:wat::kernel::println x)))",
        "(:wat::time::now)",
        "(:wat::core::Uuid/v4)",
        "(:d::log x)",
    ] {
        let text = params(
            "x <- :wat::core::i64 v <- :wat::core::Vector<wat::core::i64>",
            &format!("{statement} 3"),
        );
        let text = format!("{text}(:wat::core::defn :d::g [] -> :wat::core::i64 \"G.\" (:wat::core::length \"a\"))
            (:wat::core::defmacro :d::log [a <- :wat::WatAST] -> :wat::WatAST \"Log.\" `(:wat::core::do ~a :wat::core::nil))")
            .replace("(:wat::core::length \"a\")", "1");
        assert!(lints(&text, 7304).is_empty(), "{statement}");
    }
}
