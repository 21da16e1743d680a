//! What calls of the library's sequence and text functions take.

use crate::support::spans;

fn reports(body: &str, expected: &[&str]) {
    let text = format!("(:wat::core::def :my::x\n{body})");
    assert_eq!(spans(&text), expected, "{body}");
}

const FIRST: &str = "(:wat::core::fn [e <- :(wat::core::String,wat::core::i64)] -> :wat::core::String (:wat::core::first e))";

#[test]
fn sets_and_maps_stand_for_their_elements() {
    reports("(:wat::core::map #{1 2} :wat::core::i64::to-string)", &[]);
    reports(&format!("(:wat::core::map {{\"a\" 1}} {FIRST})"), &[]);
    reports(
        &format!("(:wat::core::map {FIRST} {{\"a\" 1}})"),
        &["WAT7041 2:18-2:121"],
    );
    reports("(:wat::core::reduce #{1 2} 0 :wat::core::i64::+)", &[]);
    reports("(:wat::core::into #{} {1 2})", &[]);
    // The parts must still fit, and functions of vectors take vectors.
    reports(
        "(:wat::core::map #{\"a\"} :wat::core::i64::to-string)",
        &["WAT3001 2:25-2:51"],
    );
    reports("(:wat::core::take #{1} 1)", &["WAT3001 2:19-2:23"]);
    reports(
        "(:wat::core::map 5 :wat::core::i64::to-string)",
        &["WAT3401 2:18-2:19"],
    );
    reports("(:wat::core::distinct \"a\")", &["WAT3401 2:23-2:26"]);
    // The library's parameters have a type that no program can write: they are not shown.
    for call in [
        "(:wat::core::distinct \"a\")",
        "(:wat::core::reductions [1] :wat::core::+)",
    ] {
        let (_db, found) = crate::fixes::diagnose(&format!("(:wat::core::def :my::x {call})"));
        assert_eq!((found.len(), &found[0].labels[..]), (1, &[][..]), "{call}");
    }
    reports(
        "(:wat::core::->> 5 (:wat::core::map :wat::core::i64::to-string))",
        &["WAT3401 2:18-2:19"],
    );
    reports(
        "(:wat::core::fn [c <- :wat::core::i64] -> :wat::core::Vector<wat::core::String> (:wat::core::map c :wat::core::show))",
        &["WAT3401 2:98-2:99"],
    );
    // Whether a type parameter stands for a collection cannot be known.
    assert_eq!(
        spans(
            "(:wat::core::defn :my::f<C> [c <- :C] -> :wat::core::Vector<wat::core::String> (:wat::core::map c :wat::core::show))"
        ),
        ["WAT3402 1:97-1:98"]
    );
}

#[test]
fn the_scalar_may_come_first() {
    reports("(:wat::core::take-nth 2 [1 2 3])", &[]);
    reports("(:wat::core::interpose 0 [1 2 3])", &[]);
    reports("(:wat::core::interpose [[1]] [2])", &[]);
    reports("(:wat::core::interpose \"a\" [1])", &["WAT3001 2:24-2:27"]);
}

#[test]
fn alternatives_take_more_of_the_same() {
    reports("(:wat::core::conj [1] 2 3 4 5)", &[]);
    reports("(:wat::core::conj #{1} 2 3 4)", &[]);
    reports("(:wat::core::assoc {:a 1} :b 2 :c 3 :d 4)", &[]);
    reports("(:wat::core::dissoc {:a 1} :b :c)", &[]);
    reports("(:wat::core::concat [1] [2] [3] [4])", &[]);
    reports("(:wat::core::concat [1])", &[]);
    reports("(:wat::core::disj #{1 2} 1 2)", &[]);
    reports("(:wat::core::conj [1] 2 \"3\")", &["WAT3401 2:2-2:18"]);
    reports("(:wat::core::assoc {:a 1} :b 2 :c)", &["WAT3002 2:2-2:19"]);
    reports(
        "(:wat::core::assoc {:a 1} :b 2 :c \"3\")",
        &["WAT3401 2:2-2:19"],
    );
}

#[test]
fn templates_and_arguments_match() {
    reports("(:wat::core::format \"{a} {b}{{}}\" :b 1 :a [2])", &[]);
    reports("(:wat::core::string::interpolate \"{a}\" :a 1)", &[]);
    reports(
        "(:wat::core::format \"{a} {b} {b}\" :a 1)",
        &["WAT2841 2:21-2:34"],
    );
    reports(
        "(:wat::core::format \"{a}\" :a 1 :b 2)",
        &["WAT2841 2:32-2:34"],
    );
    reports(
        "(:wat::core::format \"{a}\" :a 1 :a 2)",
        &["WAT2841 2:32-2:34"],
    );
    reports("(:wat::core::format \"{a}\" :a)", &["WAT2841 2:27-2:29"]);
    reports("(:wat::core::format \"{a}\" 1 2)", &["WAT2841 2:27-2:28"]);
    reports("(:wat::core::format \"{a\" :a 1)", &["WAT2841 2:21-2:25"]);
    reports(
        "(:wat::core::format (:wat::core::str 1))",
        &["WAT2841 2:21-2:40"],
    );
    reports("(:wat::core::format)", &["WAT2841 2:1-2:21"]);
}

#[test]
fn literal_patterns_are_compiled() {
    reports("(:wat::core::regex::find \"a+\" \"aa\")", &[]);
    reports(
        "(:wat::core::regex::find \"a(\" \"aa\")",
        &["WAT3407 2:26-2:30"],
    );
    reports(
        "(:wat::core::regex::find (:wat::core::str \"a(\") \"aa\")",
        &[],
    );
}

#[test]
fn text_of_any_values() {
    reports("(:wat::core::str)", &[]);
    reports("(:wat::core::map [1.5] :wat::core::str)", &[]);
    reports(
        "(:wat::core::i64::+ 1 (:wat::core::str 1))",
        &["WAT3001 2:23-2:42"],
    );
}

#[test]
fn a_misdeclared_alternative_is_told_where_it_stands() {
    let text = "(:wat::core::defn :my::none [] -> :wat::core::i64 1)\n\
                (:wat::core::define-dispatch :my::d ((:wat::core::i64) :my::none))\n\
                (:wat::core::def :my::x (:my::d 1))";
    let found = spans(text);
    assert_eq!(
        found.first().map(String::as_str),
        Some("WAT2111 2:56-2:65"),
        "{found:?}"
    );
}
