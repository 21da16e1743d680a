//! Functions and results whose types are known late: what the context has said meanwhile has to be true of them.

use crate::support::spans;

const PRELUDE: &str = "(:wat::core::struct :my::S (n :wat::core::i64))
(:wat::core::defn :my::one [n <- :wat::core::i64] -> :wat::core::i64 n)
(:wat::core::defn :my::text [s <- :wat::core::String] -> :wat::core::String s)
(:wat::core::define-dispatch :my::pick ((:wat::core::i64) :my::one) ((:wat::core::String) :my::text))
(:wat::core::defn :my::all [& xs <- :wat::core::Vector<wat::core::i64>] -> :wat::core::i64 1)
";

/// Functions that stand for several types.
const FUNCTIONS: [&str; 9] = [
    "+",
    "i64::+",
    "f64::-",
    "=",
    "first",
    "str",
    "length",
    ":my::pick",
    ":my::all",
];

/// Places where no function is wanted, `_` for the function; the first line is a definition's type and body.
const PLACES: [&str; 16] = [
    ":wat::core::String _",
    ":wat::core::i64 (:wat::core::if true _ 2)",
    ":wat::core::i64 (:wat::core::if true 2 _)",
    ":wat::core::i64 (:my::one _)",
    ":wat::core::i64 (:my::all 1 _)",
    ":wat::core::i64 (:wat::core::i64::+ 1 _)",
    ":wat::core::i64 (:wat::core::+ 1 _)",
    ":wat::core::bool (:wat::core::= \"a\" _)",
    ":wat::core::Vector<wat::core::i64> [1 _]",
    ":wat::core::HashMap<wat::core::i64,wat::core::i64> {1 _}",
    ":my::S (:my::S/new _)",
    ":my::S (:my::S/new :n _)",
    ":wat::core::Option<wat::core::i64> (:wat::core::Some _)",
    ":wat::core::i64 (:wat::core::match 1 (1 2) (_ _))",
    ":wat::core::i64 (:wat::core::let [f _ n (:my::one f)] n)",
    ":wat::core::Vector<wat::core::i64> (:wat::core::conj [1] _)",
];

#[test]
fn a_function_is_refused_where_none_is_wanted_whatever_types_it_stands_for() {
    for place in PLACES {
        for function in FUNCTIONS {
            let name = match function.starts_with(':') {
                true => function.to_owned(),
                false => format!(":wat::core::{function}"),
            };
            // Only the last hole of a line is one: `_` is a pattern too.
            let (before, after) = place.rsplit_once('_').expect("a hole");
            let place = match place.contains("[f _ n") {
                true => place.replacen('_', &name, 1),
                false => format!("{before}{name}{after}"),
            };
            let text = format!("{PRELUDE}(:wat::core::defn :my::f [] -> {place})");
            let found = spans(&text);
            assert_eq!(found.len(), 1, "{text}\n{found:#?}");
        }
    }
}

#[test]
fn a_result_that_is_known_late_has_the_type_that_was_said_before() {
    let evaluated = "(:wat::core::Result/expect (:wat::eval-edn! \"5\") \"e\")";
    let missing = "(:wat::core::Option/expect o \"e\")";
    for (line, expected) in [
        (
            format!(":wat::core::String (:wat::core::let [x {evaluated}]\n(:wat::core::* x 3))"),
            "WAT3001 7:1-7:20",
        ),
        (
            format!(
                ":wat::core::String (:wat::core::let [x {evaluated} n\n(:wat::core::+ x 1) s (:wat::core::string::concat n \"a\") w (:wat::core::i64::+ x 1)] s)"
            ),
            "WAT3001 7:1-7:20",
        ),
        (
            format!(
                ":wat::core::i64 (:wat::core::let [o :wat::core::None]\n(:wat::core::+ {missing} 1.5))"
            ),
            "WAT3001 7:1-7:54",
        ),
        (
            ":wat::core::String (:wat::core::let [v [] n\n(:wat::core::+ (:wat::core::Option/expect (:wat::core::first v) \"e\") 1) s (:wat::core::string::concat n \"a\") w (:wat::core::conj v 2.5)] s)"
                .to_owned(),
            "WAT3001 7:1-7:72",
        ),
        (
            format!(":wat::core::bool (:wat::core::let [x {evaluated}] (\n:my::pick x))"),
            "WAT3001 7:1-7:10",
        ),
    ] {
        let text = format!("{PRELUDE}(:wat::core::defn :my::f [] -> {line})");
        assert_eq!(spans(&text), [expected], "{text}");
    }
}

#[test]
fn a_result_that_is_known_late_is_taken_where_it_fits() {
    for line in [
        ":wat::core::i64 (:wat::core::let [x (:wat::core::Result/expect (:wat::eval-edn! \"5\") \"e\")] (:wat::core::* x 3))",
        ":wat::core::f64 (:wat::core::let [o :wat::core::None] (:wat::core::+ (:wat::core::Option/expect o \"e\") 1.5))",
        ":wat::core::i64 (:wat::core::let [x (:wat::core::Result/expect (:wat::eval-edn! \"5\") \"e\")] (:my::pick x))",
        ":wat::core::i64 (:wat::core::let [f :wat::core::+] (f 1 2))",
        ":wat::core::Vector<wat::core::Fn(wat::core::i64,wat::core::i64)->wat::core::i64> [:wat::core::+ :wat::core::i64::-]",
    ] {
        let text = format!("{PRELUDE}(:wat::core::defn :my::f [] -> {line})");
        assert!(spans(&text).is_empty(), "{text}\n{:#?}", spans(&text));
    }
}

#[test]
fn a_value_of_the_program_has_a_closed_type_whatever_it_is_read_from() {
    for value in [
        "(:wat::eval-edn! \"1\")",
        "(:wat::edn::read \"1\")",
        "[(:wat::edn::read \"1\")]",
    ] {
        let text = format!("(:wat::core::def :my::a\n{value})");
        let end = value.len() + 1;
        assert_eq!(spans(&text), [format!("WAT3005 2:1-2:{end}")], "{text}");
    }
    for value in [
        "(:wat::edn::read -> :wat::core::i64 \"1\")",
        "(:wat::core::string::length (:wat::core::show (:wat::edn::read \"1\")))",
    ] {
        let text = format!("(:wat::core::def :my::a {value})");
        assert!(spans(&text).is_empty(), "{text}\n{:#?}", spans(&text));
    }
}
