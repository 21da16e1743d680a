//! Tests of values with `:wat::form::matches?`.

use super::evaluate::run;

const ORDER: &str =
    "(:wat::core::struct :my::Order (qty :wat::core::i64) (state :wat::core::String))
(:wat::core::struct :my::Box<T> (v :T))
(:wat::core::defmacro :my::big [x <- :wat::WatAST] -> :wat::WatAST `(:wat::core::> ~x 100))
";

/// Whether an expression of type bool holds.
fn holds(expression: &str) -> bool {
    let text = format!(
        "{ORDER}(:wat::core::defn :user::main [] -> :wat::core::nil (:wat::kernel::println {expression}))"
    );
    let (out, failure) = run(&text);
    assert!(failure.is_none(), "{expression}: {failure:?}");
    match out.trim_end() {
        "true" => true,
        "false" => false,
        other => panic!("{expression}: {other}"),
    }
}

/// Whether an order of three open pieces matches.
fn order(clauses: &str) -> bool {
    holds(&format!(
        "(:wat::form::matches? (:my::Order/new 3 \"open\") (:my::Order {clauses}))"
    ))
}

#[test]
fn clauses_hold_together_from_left_to_right() {
    assert!(order(""));
    assert!(order("(= ?q :qty) (> ?q 0) (= ?s :state) (= ?s \"open\")"));
    assert!(order(
        "(= :qty 3) (not= :state \"shut\") (<= 3 :qty) (>= :qty 3) (< :qty 4)"
    ));
    assert!(!order("(= ?q :qty) (> ?q 3)"));
    assert!(order("(= :qty ?q) (= ?q 3)"));
    assert!(order("(= ?q :qty) (= ?r (:wat::core::+ ?q 1)) (= ?r 4)"));
}

#[test]
fn clauses_combine() {
    assert!(order("(or (= :qty 7) (= :state \"open\"))"));
    assert!(!order("(or (= :qty 7) (= :state \"shut\"))"));
    assert!(!order("(or)"));
    assert!(order("(and)"));
    assert!(order(
        "(not (= :qty 7)) (not (and (= :qty 3) (= :state \"shut\")))"
    ));
    assert!(order("(and (= ?q :qty)) (= ?q 3)"));
    assert!(order(
        "(or (and (= ?q :qty) (= ?q 9)) (and (= ?q :state) (= ?q \"open\")))"
    ));
    assert!(order(
        "(= ?q :qty) (where (:wat::core::= (:wat::core::* ?q 2) 6))"
    ));
    assert!(!order("(= ?q :qty) (where (:my::big ?q))"));
}

#[test]
fn other_values_are_no_match() {
    assert!(holds(
        "(:wat::form::matches? (:wat::core::Some (:my::Order/new 3 \"x\")) (:my::Order (= :qty 3)))"
    ));
    assert!(!holds(
        "(:wat::core::let [none (:wat::core::if true -> :wat::core::Option<my::Order> :wat::core::None :wat::core::None)] (:wat::form::matches? none (:my::Order)))"
    ));
    assert!(!holds("(:wat::form::matches? 7 (:my::Order (= :qty 3)))"));
    assert!(!holds("(:wat::form::matches? [1] (:my::Box (= ?v :v)))"));
    assert!(holds(
        "(:wat::form::matches? (:my::Box/new 3) (:my::Box (= ?v :v) (> ?v 2)))"
    ));
}

#[test]
fn the_value_is_evaluated_once() {
    let text = format!(
        "{ORDER}(:wat::core::defn :my::loud [] -> :my::Order (:wat::kernel::println \"once\") (:my::Order/new 3 \"x\"))
(:wat::core::defn :user::main [] -> :wat::core::nil (:wat::kernel::println (:wat::form::matches? (:my::loud) (:my::Order (= ?q :qty) (= ?s :state) (= :qty ?q)))))"
    );
    assert_eq!(run(&text).0, "\"once\"\ntrue\n");
}
