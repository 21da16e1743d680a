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
