//! Docstrings: what lacks them, and what is wrong in them.

use crate::support::{fixed_lints, lints};

#[test]
fn functions_and_macros_without_a_docstring_are_told() {
    let text = "(:wat::core::defn :d::f [] -> :wat::core::i64 1)\n\
        (:wat::core::defn-restricted :d::g :restricted-to [:d::] [] -> :wat::core::i64 1)\n\
        (:wat::core::defn :d::text [] -> :wat::core::String \"the result\")\n\
        (:wat::core::defmacro :d::m [x <- :wat::WatAST] -> :wat::WatAST `(:wat::core::do ~x))\n";
    assert_eq!(
        lints(text, 7601),
        [":d::f", ":d::g", ":d::text", ":d::m"].map(|name| format!("WAT7601 {name}"))
    );
}

#[test]
fn what_is_documented_is_not() {
    let text = "(:wat::core::defn :d::f [] -> :wat::core::i64 \"One.\" 1)\n\
        (:wat::core::defmacro :d::m [x <- :wat::WatAST] -> :wat::WatAST \"It.\" `(:wat::core::do ~x))\n";
    assert!(lints(text, 7601).is_empty());
}

#[test]
fn types_values_tests_and_the_entry_need_none() {
    let text = "(:wat::core::struct :d::P (x :wat::core::i64))\n\
        (:wat::core::enum :d::E :A :B)\n\
        (:wat::core::def :d::k 1)\n\
        (:wat::core::def :d::f (:wat::core::fn [] -> :wat::core::i64 1))\n\
        (:wat::runtime::define-alias :d::g :d::f)\n\
        (:wat::test::deftest :d::works ((:wat::core::defn :d::helper [] -> :wat::core::i64 1)) (:wat::test::assert-eq 1 (:d::helper)))\n\
        (:wat::core::defn :user::main [] -> :wat::core::nil (:wat::kernel::println \"hello\"))\n";
    assert!(lints(text, 7601).is_empty());
}

#[test]
fn what_a_macro_defines_is_generated() {
    let text = "(:wat::core::defmacro :d::one [name <- :wat::WatAST] -> :wat::WatAST \"Makes one.\"\n\
          `(:wat::core::defn ~name [] -> :wat::core::i64 1))\n\
        (:d::one :d::f)\n";
    assert!(lints(text, 7601).is_empty());
}

fn documented(doc: &str) -> String {
    format!(
        "(:wat::core::defn :d::f [x <- :wat::core::i64 _y <- :wat::core::i64 z <- :wat::core::i64] -> :wat::core::i64 \"{doc}\" (:wat::core::i64::+ x z))\n\
         (:wat::core::struct :d::P (x :wat::core::i64) \"See `:d::g`.\")\n\
         (:wat::core::enum :d::E (A (n :wat::core::i64)) :B)\n\
         (:wat::core::def :d::g 1)\n"
    )
}

#[test]
fn references_to_nothing_are_told() {
    let text = documented("See `:d::ff` and `:e::gone`, and again `:d::ff`.");
    assert_eq!(lints(&text, 7602), ["WAT7602 :d::ff", "WAT7602 :e::gone"]);
    let text = documented("See `:wat::core::i64::plus-one-two` or `:wat::core::mapp`.");
    assert_eq!(lints(&text, 7602), ["WAT7602 :wat::core::mapp"]);
}

#[test]
fn references_to_something_are_not() {
    for reference in [
        ":d::f",
        ":d::P",
        ":d::P/x",
        ":d::P/new",
        ":d::E::A",
        ":d::E::B",
        ":d",
        ":key",
        ":user::main",
        ":wat::core::let",
        ":wat::core::nil",
        ":wat::core::Option",
        ":wat::core::i64::+",
        ":wat::load-file!",
        ":wat::test::deftest",
        ":wat::kernel::println",
        ":wat::core",
        ":d::",
        ":d::*",
        ":d::…",
        "(:gone::f 1)",
        "x",
    ] {
        let text = documented(&format!("See `{reference}`."));
        assert!(lints(&text, 7602).is_empty(), "{reference}");
    }
    let text = documented("Text with ``:gone::f`` and\n```wat\n(`:gone::f`)\n```\n");
    assert!(lints(&text, 7602).is_empty());
}

#[test]
fn a_reference_with_one_near_name_is_mended() {
    let text =
        documented("Say \\\"so\\\"\\n; see `:d::fourht`.") + "(:wat::core::def :d::fourth 4)";
    assert!(fixed_lints(&text, 7602).contains("\\n; see `:d::fourth`."));
}

#[test]
fn arguments_that_are_none_and_partial_lists_are_told() {
    let text = documented("F.\n\n@arg x the one\n  @arg w another");
    assert_eq!(lints(&text, 7603), ["WAT7603 w"]);
    assert_eq!(
        lints(&documented("F.\n@arg x the one"), 7603),
        ["WAT7603 x"]
    );
    for doc in [
        "F.\n@arg x the one\n@arg z other",
        "F.\n@arg x a\n@arg y b\n@arg z c",
        "F.",
        "F.\n@ret it",
    ] {
        assert!(lints(&documented(doc), 7603).is_empty(), "{doc}");
    }
}
