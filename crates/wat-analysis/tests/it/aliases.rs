//! Type aliases: members that are reached through them, and cycles (chapter 03 §1.4, §2.5).

use crate::fixes::diagnose;
use crate::support::spans;

const TYPES: &str = "(c/struct :b::P<T> (x :T))\n(c/enum :b::E :A (B (n c/i64)))\n(c/newtype :b::N c/i64)\n(c/typealias :a::P :b::P<wat::core::i64>)\n(c/typealias :a::Q :a::P)\n(c/typealias :a::E :b::E)\n(c/typealias :a::N :b::N)\n(c/typealias :a::Pair :(wat::core::i64,wat::core::i64))\n(c/typealias :a::Ids c/Vector<wat::core::i64>)\n(c/defn :b::P/twice [self <- :b::P<wat::core::i64>] -> c/i64 (c/* 2 (:b::P/x self)))\n";

/// Codes of a function with this body and result, with the types above.
fn body(result: &str, body: &str) -> Vec<u16> {
    let text = format!(
        "{TYPES}(c/defn :my::f [p <- :a::P e <- :a::E ids <- :a::Ids] -> {result} {body})\n"
    );
    let (_db, found) = diagnose(&text.replace("c/", ":wat::core::"));
    found.iter().map(|diagnostic| diagnostic.code.0).collect()
}

#[test]
fn members_are_reached_through_an_alias() {
    for (result, text) in [
        (":a::P", "(:a::P/new 1)"),
        ("c/i64", "(:a::P/x p)"),
        ("c/i64", "(:a::Q/x (:a::Q/new 1))"),
        ("c/i64", "(:a::P/twice (:a::P/new :x 3))"),
        ("c/i64", "(:a::N/0 (:a::N/new 1))"),
        (":b::E", ":a::E::A"),
        (":b::E", "(:a::E::B 1)"),
        ("c/i64", "(c/match e (:a::E::A 1) ((:a::E::B n) n))"),
        ("c/i64", "(c/match e (:b::E::A 1) ((:a::E::B n) n))"),
        ("c/Vector<wat::core::i64>", "(:a::Ids/conj ids 1)"),
        ("c/Vector<wat::core::i64>", "(c/map [p] :a::P/x)"),
    ] {
        assert_eq!(body(result, text), [] as [u16; 0], "{text}");
    }
}

#[test]
fn what_is_no_member_stays_unknown() {
    assert_eq!(body("c/i64", "(:a::P/y p)"), [3201]);
    assert_eq!(body("c/i64", "(:a::Pair/first p)"), [3201]);
    assert_eq!(body("c/i64", "(c/match e (:a::E::Z 1) (_ 2))"), [2304]);
    // A namespace of the same name as a type has no members of it.
    assert_eq!(body("c/i64", "(:a::Num::abs 1)"), [3201]);
}

#[test]
fn a_definition_of_exactly_that_path_counts_before_the_member() {
    let text = "(:wat::core::struct :b::P (x :wat::core::i64))\n(:wat::core::typealias :a::P :b::P)\n(:wat::core::defn :a::P/x [p <- :b::P] -> :wat::core::String \"own\")\n(:wat::core::defn :my::f [p <- :b::P] -> :wat::core::String (:a::P/x p))\n";
    assert_eq!(spans(text), [""; 0]);
}

#[test]
fn visibility_is_judged_on_the_member() {
    let text = "(:wat::core::struct-restricted :b::V [:b::] ([:b::] secret <- :wat::core::i64) ())\n(:wat::core::defn :b::mint [] -> :b::V (:b::V/new 1))\n(:wat::core::typealias :a::V :b::V)\n(:wat::core::defn :my::f [v <- :a::V] -> :wat::core::i64 (:a::V/secret v))\n(:wat::core::defn :my::g [] -> :a::V (:a::V/new 1))\n";
    assert_eq!(spans(text), ["WAT3303 4:59-4:71", "WAT3302 5:39-5:48"]);
}

#[test]
fn a_cycle_names_every_link() {
    let text = "(:wat::core::typealias :my::A :wat::core::Vector<my::B>)\n(:wat::core::typealias :my::B :wat::core::Option<my::C>)\n(:wat::core::typealias :my::C :my::A)\n";
    let (_db, found) = diagnose(text);
    let [problem] = &found[..] else {
        panic!("{found:#?}")
    };
    assert_eq!(&text[problem.span.range], ":my::C");
    let links: Vec<&str> = problem
        .labels
        .iter()
        .map(|label| &text[label.span.range])
        .collect();
    assert_eq!(links, [":my::A", ":my::B"]);
    // An alias that reads a cycle without being on it is silent.
    let text = format!("{text}(:wat::core::typealias :my::D :my::A)\n");
    assert_eq!(diagnose(&text).1.len(), 1);
}
