//! Lints of types that a reader has to take apart: WAT72xx.

use crate::lint_names::{linted, repaired};

fn found(text: &str) -> Vec<String> {
    let found = linted(text).into_iter();
    found
        .filter(|(code, ..)| code.starts_with("WAT72"))
        .map(|(code, at, _)| format!("{code} {at}"))
        .collect()
}

#[test]
fn a_type_that_nests_deeper_than_three_is_told() {
    let text = "(:wat::core::typealias :demo::Deep :wat::core::Vector<wat::core::Option<wat::core::Vector<(wat::core::i64,wat::core::i64)>>>)
(:wat::core::typealias :demo::Fine :wat::core::Vector<wat::core::Option<wat::core::Vector<wat::core::i64>>>)
(:wat::core::defn :demo::f [g <- :wat::core::Fn(wat::core::i64)->wat::core::Vector<demo::Fine>] -> :wat::core::nil :wat::core::nil)";
    assert_eq!(
        found(text),
        [
            "WAT7201 :wat::core::Vector<wat::core::Option<wat::core::Vector<(wat::core::i64,wat::core::i64)>>>"
        ]
    );
}

#[test]
fn two_aliases_of_one_type_are_told() {
    let text = "(:wat::core::typealias :demo::Row :wat::core::Vector<wat::core::i64>)
(:wat::core::typealias :demo::Line :wat::core::Vector<wat::core::i64>)
(:wat::core::typealias :demo::Pair<A,B> :(A,B))
(:wat::core::typealias :demo::Riap<A,B> :(B,A))
(:wat::core::typealias :demo::Two<X,Y> :(X,Y))
(:wat::core::typealias :demo::Other :demo::Row)";
    assert_eq!(
        found(text),
        ["WAT7203 :demo::Line", "WAT7203 :demo::Two<X,Y>"]
    );
}

#[test]
fn a_type_that_is_written_out_again_and_again_gets_a_name() {
    let text = "(:wat::core::defn :demo::a [x <- :wat::core::Vector<wat::core::Option<wat::core::i64>>] -> :wat::core::nil :wat::core::nil)

;; What b is for.
(:wat::core::defn :demo::b [x <- :(wat::core::Vector<wat::core::Option<wat::core::i64>>,wat::core::bool)] -> :wat::core::nil :wat::core::nil)

(:wat::core::defn :demo::c<T> [x <- :wat::core::Vector<wat::core::Option<wat::core::i64>> y <- :wat::core::Vector<wat::core::Option<T>>]
  -> :wat::core::Vector<wat::core::i64>
  (:wat::core::Vector :wat::core::i64))
";
    assert_eq!(
        found(text),
        ["WAT7202 :wat::core::Vector<wat::core::Option<wat::core::i64>>"]
    );
    let alias = "(:wat::core::typealias :demo::VectorOptionI64 :wat::core::Vector<wat::core::Option<wat::core::i64>>)\n\n";
    let short = text
        .replace(
            ":wat::core::Vector<wat::core::Option<wat::core::i64>>",
            ":demo::VectorOptionI64",
        )
        .replace(
            "(wat::core::Vector<wat::core::Option<wat::core::i64>>,",
            "(demo::VectorOptionI64,",
        );
    let short = format!("{alias}{short}");
    assert_eq!(repaired(text, "WAT7202"), short);
    assert_eq!(found(&short), [""; 0]);
}

#[test]
fn an_alias_stands_above_the_comment_of_its_first_use() {
    let a = ":wat::core::Vector<wat::core::Option<wat::core::i64>>";
    let text = format!(
        ";; The file.\n\n(:wat::core::def :demo::x 1)\n\n;; What f is for,\n;; in two lines.\n(:wat::core::defn :demo::f [a <- {a} b <- {a} c <- {a}] -> :wat::core::nil :wat::core::nil)\n"
    );
    let short = repaired(&text, "WAT7202");
    let alias = format!("(:wat::core::typealias :demo::VectorOptionI64 {a})");
    let head =
        format!(";; The file.\n\n(:wat::core::def :demo::x 1)\n\n{alias}\n\n;; What f is for,\n");
    assert!(short.starts_with(&head), "{short}");
}

#[test]
fn of_types_in_types_the_larger_one_gets_the_name() {
    let a = ":wat::core::Option<wat::core::Vector<wat::core::Option<wat::core::i64>>>";
    let text = format!(
        "(:wat::core::defn :demo::f [a <- {a} b <- {a} c <- {a}] -> :wat::core::nil :wat::core::nil)"
    );
    assert_eq!(found(&text), [format!("WAT7202 {a}")]);
}

#[test]
fn an_ascription_that_says_what_is_known_can_go() {
    let text = "(:wat::core::defn :demo::f<T> [b <- :wat::core::bool x <- :T o <- :wat::core::Option<wat::core::i64>] -> :wat::core::i64
  (:wat::core::let
    [c (:wat::core::if b -> :wat::core::Option<wat::core::i64> :wat::core::None :wat::core::None)
     d (:wat::core::if b -> :wat::core::Option<T> :wat::core::None (:wat::core::Some x))
     e (:wat::core::cond -> ; why
         :wat::core::i64 (b 1) (:else (:wat::core::if b -> :wat::core::i64 3 4)))
     g (:wat::core::match o -> :wat::core::Vector<wat::core::i64> ((:wat::core::Some y) [y]) (:wat::core::None []))
     h (:wat::core::Option/expect -> :wat::core::i64 o \"there\")
     i (:wat::core::Option/expect -> :wat::core::i64 :wat::core::None \"there\")
     v (:wat::core::if b -> :wat::core::Vector<wat::core::i64> [] [])]
    (:wat::core::i64::+ e h i (:wat::core::length g) (:wat::core::length v))))";
    let better = repaired(text, "WAT7204");
    let expected = text
        .replace("b -> :wat::core::Option<T> ", "b ")
        .replace(
            "cond -> ; why\n         :wat::core::i64 (b",
            "cond  ; why\n          (b",
        )
        .replace(
            "(:wat::core::if b -> :wat::core::i64 3 4)",
            "(:wat::core::if b 3 4)",
        )
        .replace(
            "match o -> :wat::core::Vector<wat::core::i64> (",
            "match o (",
        )
        .replace("expect -> :wat::core::i64 o", "expect o");
    assert_eq!(better, expected);
    assert_eq!(found(&better), [""; 0]);
}
