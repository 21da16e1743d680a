//! Docstrings: what lacks them, and what is wrong in them.

use crate::support::lints;

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
