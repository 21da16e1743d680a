//! Tests of values with `:wat::form::matches?`, and of `match` whose arms test many parts in many ways.

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

/// A step of a linear congruence; the upper half of its bits.
fn next(state: &mut u64) -> usize {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) as usize
}

/// Arms that test different columns: a tree of decisions would double with nearly each of them. What each takes is
/// compared with the first arm that fits.
#[test]
fn arms_that_test_different_columns_take_what_fits_first() {
    const COLUMNS: usize = 14;
    for seed in 0..4 {
        let mut state = seed;
        let arms: Vec<[Option<i64>; COLUMNS]> = (0..40)
            .map(|_| {
                let mut arm = [None; COLUMNS];
                for _ in 0..2 {
                    arm[next(&mut state) % COLUMNS] = Some((next(&mut state) % 3) as i64);
                }
                arm
            })
            .collect();
        let types = vec!["wat::core::i64"; COLUMNS].join(",");
        let mut text = format!(
            "(:wat::core::defn :my::pick [v <- :({types})] -> :wat::core::i64 (:wat::core::match v\n"
        );
        for (number, arm) in arms.iter().enumerate() {
            let bound = arm.iter().position(Option::is_none).unwrap_or(0);
            let parts: Vec<String> = arm
                .iter()
                .enumerate()
                .map(|(at, part)| match part {
                    Some(value) => value.to_string(),
                    None if at == bound => "x".to_owned(),
                    None => "_".to_owned(),
                })
                .collect();
            text += &format!(
                "  ([{}] (:wat::core::+ x {}))\n",
                parts.join(" "),
                number * 10
            );
        }
        text += "  (_ -1)))\n(:wat::core::defn :user::main [] -> :wat::core::nil (:wat::core::do\n";
        let mut expected = String::new();
        for _ in 0..60 {
            let value: Vec<i64> = (0..COLUMNS)
                .map(|_| (next(&mut state) % 4) as i64)
                .collect();
            let fits = |arm: &[Option<i64>; COLUMNS]| {
                let mut parts = arm.iter().zip(&value);
                parts.all(|(part, value)| part.is_none_or(|part| part == *value))
            };
            let taken = arms.iter().position(fits).map_or(-1, |number| {
                let bound = arms[number].iter().position(Option::is_none).unwrap_or(0);
                value[bound] + number as i64 * 10
            });
            expected += &format!("{taken}\n");
            let parts: Vec<String> = value.iter().map(ToString::to_string).collect();
            text += &format!(
                "  (:wat::kernel::println (:my::pick (:wat::core::Tuple {})))\n",
                parts.join(" ")
            );
        }
        text += "  :wat::core::nil))\n";
        let (out, failure) = run(&text);
        assert!(failure.is_none(), "{failure:?}");
        assert_eq!(out, expected, "{text}");
    }
}
