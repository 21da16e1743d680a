//! Threading (chapter 02 §5.10): steps get one argument more than is written in them.

use crate::fixes::{codes, every_machine_fix_is_safe, fixed};
use crate::support::spans;

fn text(body: &str) -> String {
    format!("(c/defn :my::connect [host <- c/String port <- c/i64] -> c/String host)\n(c/defn :my::f [x <- c/i64 g <- c/Fn(wat::core::i64)->wat::core::i64] -> c/nil (c/let [_ {body}] c/nil))\n")
        .replace("c/", ":wat::core::")
}

fn told(body: &str, expected: &[u16]) {
    let text = text(body);
    assert_eq!(codes(&text), expected, "{text}");
    every_machine_fix_is_safe(&text);
}

#[test]
fn a_step_is_a_call_a_path_or_a_symbol() {
    told("(c/-> x)", &[]);
    told(
        "(c/-> x (c/i64::+ 1) c/i64::to-string (c/string::concat \"!\"))",
        &[],
    );
    told("(c/->> x (c/i64::- 1) g g)", &[]);
    told("(c/-> x g (g))", &[]);
    told("(c/-> [1 2] (c/map g) c/length)", &[]);
    told("(c/->> (c/-> x g) (c/-> 1 (c/i64::+ 2)))", &[3004]);
    told("(c/-> true (c/if 1 2) (c/i64::+ 1))", &[]);
    told(
        "(c/-> (c/Some x) (c/match ((c/Some y) y) (c/None 0)) g)",
        &[],
    );
    told("(c/-> x c/Some)", &[]);
}

#[test]
fn an_empty_step_is_told_and_taken_away() {
    told("(c/-> x () g)", &[2216]);
    told("(c/-> x ())", &[2216]);
    told("(c/->> x (g) ())", &[2216]);
    assert_eq!(fixed(&text("(c/-> x () g)"), 2216), text("(c/-> x g)"));
}

#[test]
fn the_argument_is_positional() {
    told("(c/-> \"h\" (:my::connect 1))", &[]);
    told("(c/->> 1 (:my::connect \"h\"))", &[]);
    told("(c/-> \"h\" (:my::connect :port 1))", &[2504]);
}

#[test]
fn mistakes_are_told_in_the_step() {
    assert_eq!(
        spans(
            "(:wat::core::defn :my::f [x <- :wat::core::i64] -> :wat::core::i64\n(:wat::core::-> x\n(:wat::core::i64::+ \"1\")\n(:wat::core::i64::* 2)))"
        ),
        ["WAT3001 3:21-3:24"]
    );
    assert_eq!(
        spans(
            "(:wat::core::defn :my::f [x <- :wat::core::i64] -> :wat::core::i64\n(:wat::core::-> x\n:my::nowhere))"
        ),
        ["WAT3201 3:1-3:13"]
    );
    told("(c/-> x 5)", &[2215]);
    told("(c/->)", &[2402]);
    told("[c/->]", &[3208]);
    told("(c/-> x [g])", &[2215]);
}

/// What is told of a body, and of the same without a thread.
fn alike(threaded: &str, written: &str) {
    let codes = |body: &str| codes(&text(body));
    assert_eq!(codes(threaded), codes(written), "{threaded}");
    every_machine_fix_is_safe(&text(threaded));
}

#[test]
fn forms_that_take_their_operands_as_they_are_written_get_the_value_as_a_form() {
    let f = "[y <- c/i64] -> c/i64 y";
    told("(c/-> (g x) 'a)", &[2212]);
    told("(c/-> (g x) `(a b))", &[2212]);
    told("(c/-> 1 (c/quote))", &[]);
    told("(c/-> 1 c/quote c/ast-kind)", &[]);
    told("(c/-> nowhere (c/quote))", &[]);
    told("(c/-> x (c/-> (g) (c/quote)))", &[]);
    told("(c/->> (g x) (c/forms a b))", &[]);
    alike(
        &format!("(c/-> (g x) (c/fn {f}))"),
        &format!("(c/fn (g x) {f})"),
    );
    alike(
        "(c/->> (g x) (c/fn [] -> c/i64))",
        "(c/fn [] -> c/i64 (g x))",
    );
    told("(c/->> (g x) (c/fn [] -> c/i64))", &[]);
    told("(c/-> :my::f (:wat::runtime::kind-of))", &[]);
    told("(c/-> :my::f :wat::runtime::signature-of-defn)", &[]);
    told("(c/-> x g (:wat::runtime::kind-of))", &[2601]);
    told("(c/-> :my::f :my::f (:wat::runtime::kind-of))", &[2601]);
    told("(c/-> c/Vector (c/keyword/of c/i64))", &[]);
    told("(c/-> (true 1) (c/cond (:else 1)))", &[]);
    told("(c/->> \"1\" (:wat::edn::read -> c/i64))", &[]);
    alike("(c/->> (1 2) (c/match x (_ 1)))", "(c/match x (_ 1) (1 2))");
    alike("(c/->> x (2) (c/match x))", "(c/match x (2 x))");
    alike("(c/-> [a 1] (c/let a))", "(c/let [a 1] a)");
    alike("(c/->> a (c/let [a 1]))", "(c/let [a 1] a)");
}

#[test]
fn a_step_of_one_word_is_a_call_and_no_type() {
    alike(
        "(c/-> x c/i64::to-string (c/Vector \"a\"))",
        "(c/Vector (c/i64::to-string x) \"a\")",
    );
    alike(
        "(c/-> x c/i64::to-string (c/HashMap c/i64 1 2))",
        "(c/HashMap (c/i64::to-string x) c/i64 1 2)",
    );
}

#[test]
fn matches_takes_a_threaded_value() {
    let told = |body: &str, expected: &[u16]| {
        let text = format!(
            "(:wat::core::struct :my::P (x :wat::core::i64))\n(:wat::core::defmacro :my::two [] -> :wat::WatAST `2)\n(:wat::core::defn :my::f [p <- :my::P] -> :wat::core::bool ({body}))"
        );
        assert_eq!(codes(&text), expected, "{text}");
    };
    told(
        ":wat::core::-> (:my::P/new 1) (:wat::form::matches? (:my::P (= ?v :x) (> ?v 0)))",
        &[],
    );
    told(
        ":wat::core::->> (:my::P (= ?v :x)) (:wat::form::matches? p)",
        &[],
    );
    told(
        ":wat::core::->> (:my::P (= :x (:my::two))) (:wat::form::matches? p)",
        &[2217],
    );
    told(":wat::core::-> p (:wat::form::matches?)", &[2217]);
}
