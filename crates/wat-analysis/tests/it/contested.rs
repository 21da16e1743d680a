//! Names with definitions that differ: which one is meant is not known, so that uses are silent (chapter 02 §2.4).

use wat_analysis::function_ir;

use crate::support::{database, spans};

/// What the definitions of this table mention.
const BASE: &str = "(:wat::core::struct :d::T (z :wat::core::String)) (:wat::core::defn :d::two [a <- :wat::core::i64 b <- :wat::core::i64] -> :wat::core::i64 b) (:wat::core::defn :d::text [x <- :wat::core::String] -> :wat::core::String x)";

/// Definitions of `:d::S`, each with its uses. Those of restricted ones stand where they are admitted.
const DEFINITIONS: [(&str, &[&str]); 25] = [
    (
        "(:wat::core::def :d::S 1)",
        &["(:wat::core::defn :a::f [] -> :wat::core::i64 (:wat::core::i64::+ :d::S 1))"],
    ),
    (
        "(:wat::core::def :d::S (:d::text \"a\"))",
        &["(:wat::core::def :b::f (:wat::core::string::concat :d::S \"b\"))"],
    ),
    (
        "(:wat::core::def-restricted :d::S :restricted-to [:r::] \"pin\")",
        &["(:wat::core::defn :r::c [] -> :wat::core::String :d::S)"],
    ),
    (
        "(:wat::core::defn :d::S [] -> :wat::core::String \"a\")",
        &["(:wat::core::defn :d1::f [] -> :wat::core::String (:d::S))"],
    ),
    (
        "(:wat::core::defn :d::S [x <- :wat::core::i64] -> :wat::core::i64 x)",
        &[
            "(:wat::core::defn :e::f [] -> :wat::core::i64 (:d::S 1))",
            "(:wat::core::defn :e::g [] -> :wat::core::Vector<wat::core::i64> (:wat::core::map [1] :d::S))",
        ],
    ),
    (
        "(:wat::core::defn :d::S<A> [x <- :A & xs <- :wat::core::Vector<A>] -> :A x)",
        &["(:wat::core::defn :f::f [] -> :wat::core::bool (:d::S<wat::core::bool> true false))"],
    ),
    (
        "(:wat::core::defn-restricted :d::S :restricted-to [:r::] [x <- :wat::core::i64] -> :wat::core::i64 x)",
        &["(:wat::core::defn :r::g [] -> :wat::core::i64 (:d::S 1))"],
    ),
    (
        "(:wat::core::defn :d::S [from <- :wat::core::i64 to <- :wat::core::i64] -> :wat::core::i64 to)",
        &["(:wat::core::defn :h::f [] -> :wat::core::i64 (:d::S :from 1 :to 2))"],
    ),
    (
        "(:wat::core::struct :d::S (x :wat::core::i64))",
        &[
            "(:wat::core::defn :i::f [s <- :d::S] -> :wat::core::i64 (:d::S/x s))",
            "(:wat::core::defn :i::g [] -> :d::S (:d::S/new 1))",
            "(:wat::core::defn :i::h [] -> :d::S (:d::S :x 1))",
            "(:wat::core::defn :i::i [s <- :d::S] -> :wat::core::i64 (:wat::core::let [{x} s] x))",
            "(:wat::core::defn :i::j [s <- :wat::core::Option<d::S>] -> :wat::core::i64 (:wat::core::match s ((:wat::core::Some {x}) x) (:wat::core::None 1)))",
            "(:wat::core::defn :i::k [] -> :wat::core::Vector<d::S> (:wat::core::map [1] :d::S/new))",
        ],
    ),
    (
        "(:wat::core::struct :d::S (x :wat::core::String) (y :wat::core::i64))",
        &[
            "(:wat::core::defn :j::f [s <- :d::S] -> :wat::core::String (:d::S/x s))",
            "(:wat::core::defn :j::g [] -> :d::S (:d::S/new \"a\" 2))",
            "(:wat::core::defn :j::h [s <- :d::S] -> :wat::core::i64 (:wat::core::let [{x y} s] y))",
        ],
    ),
    (
        "(:wat::core::struct :d::S<A> (x :A))",
        &["(:wat::core::defn :k::f [s <- :d::S<wat::core::bool>] -> :wat::core::bool (:d::S/x s))"],
    ),
    (
        "(:wat::core::struct-restricted :d::S [:r::] ([:r::] x <- :wat::core::i64) ())",
        &[
            "(:wat::core::defn :r::l [] -> :d::S (:d::S/new 1))",
            "(:wat::core::defn :r::m [s <- :d::S] -> :wat::core::i64 (:d::S/x s))",
        ],
    ),
    (
        "(:wat::core::enum :d::S :A (B (x :wat::core::i64)))",
        &[
            "(:wat::core::defn :m::f [] -> :d::S :d::S::A)",
            "(:wat::core::defn :m::g [] -> :d::S (:d::S::B 1))",
            "(:wat::core::defn :m::h [s <- :d::S] -> :wat::core::i64 (:wat::core::match s (:d::S::A 1) ((:d::S::B x) x)))",
        ],
    ),
    (
        "(:wat::core::enum :d::S :B (A (x :wat::core::i64)) :C)",
        &[
            "(:wat::core::defn :n::f [] -> :d::S :d::S::C)",
            "(:wat::core::defn :n::g [] -> :d::S (:d::S::A 1))",
            "(:wat::core::defn :n::h [s <- :d::S] -> :wat::core::i64 (:wat::core::match s ((:d::S::A x) x) (:d::S::B 2) (:d::S::C 3)))",
        ],
    ),
    (
        "(:wat::core::enum-restricted :d::S [:r::] :A)",
        &["(:wat::core::defn :r::n [] -> :d::S :d::S::A)"],
    ),
    (
        "(:wat::core::newtype :d::S :wat::core::i64)",
        &[
            "(:wat::core::defn :p::f [] -> :d::S (:d::S/new 1))",
            "(:wat::core::defn :p::g [s <- :d::S] -> :wat::core::i64 (:d::S/0 s))",
        ],
    ),
    (
        "(:wat::core::typealias :d::S :wat::core::i64)",
        &["(:wat::core::defn :q::f [s <- :d::S] -> :wat::core::i64 (:wat::core::i64::+ s 1))"],
    ),
    (
        "(:wat::core::typealias :d::S :d::T)",
        &["(:wat::core::defn :s::f [s <- :d::S] -> :wat::core::String (:d::S/z s))"],
    ),
    (
        "(:wat::core::defmacro :d::S [x <- :wat::WatAST] -> :wat::WatAST x)",
        &["(:wat::core::defn :t::f [] -> :wat::core::i64 (:d::S 1))"],
    ),
    (
        "(:wat::core::defmacro :d::S [x <- :wat::WatAST y <- :wat::WatAST] -> :wat::WatAST `(:wat::core::string::concat ~x ~y))",
        &["(:wat::core::defn :u::f [] -> :wat::core::String (:d::S \"a\" \"b\"))"],
    ),
    (
        "(:wat::core::define-dispatch :d::S ((:wat::core::String) :d::text))",
        &["(:wat::core::defn :v::f [] -> :wat::core::String (:d::S \"a\"))"],
    ),
    (
        "(:wat::core::define-dispatch :d::S ((:wat::core::i64 :wat::core::i64) :d::two))",
        &["(:wat::core::defn :w::f [] -> :wat::core::i64 (:d::S 1 2))"],
    ),
    (
        "(:wat::runtime::define-alias :d::S :d::two)",
        &["(:wat::core::defn :x::f [] -> :wat::core::i64 (:d::S 1 2))"],
    ),
    (
        "(:wat::runtime::define-alias :d::S :d::text)",
        &[
            "(:wat::core::defn :y::f [] -> :wat::core::Vector<wat::core::String> (:wat::core::map [\"a\"] :d::S))",
        ],
    ),
    (
        "(:wat::kwargs::define-with-kwargs :d::S :d::two [:from :to])",
        &["(:wat::core::defn :z::f [] -> :wat::core::i64 (:d::S :from 1 :to 2))"],
    ),
];

#[test]
fn each_definition_of_the_table_is_right_by_itself() {
    for (definition, uses) in DEFINITIONS {
        let text = format!("{BASE}\n{definition}\n{}", uses.join("\n"));
        assert_eq!(spans(&text), [""; 0], "{text}");
    }
}

#[test]
fn of_two_definitions_that_differ_only_the_second_is_told() {
    let is_macro = |text: &str| text.starts_with("(:wat::core::defmacro");
    let mut failures = Vec::new();
    for (first, first_uses) in DEFINITIONS {
        for (second, second_uses) in DEFINITIONS {
            if first == second {
                continue;
            }
            let uses = [first_uses, second_uses].concat().join("\n");
            let text = format!("{BASE}\n{first}\n{second}\n{uses}");
            let code = match is_macro(first) && is_macro(second) {
                true => "WAT2410 3:",
                false => "WAT2101 3:",
            };
            let found = spans(&text);
            if found.len() != 1 || !found[0].starts_with(code) {
                failures.push(format!("{first}\n{second}\n{uses}\n{found:?}\n"));
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} pairs:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

#[test]
fn uses_of_a_variant_that_is_declared_twice_with_other_fields_are_silent() {
    let uses = "(:wat::core::defn :my::f [e <- :my::E] -> :wat::core::i64 (:wat::core::match e (:my::E::B 1) ((:my::E::A x) x)))
(:wat::core::defn :my::g [e <- :my::E] -> :wat::core::i64 (:wat::core::match e (:my::E::A 1) (:my::E::B 2)))
(:wat::core::defn :my::h [] -> :my::E (:my::E::A 1))
(:wat::core::defn :my::i [] -> :my::E :my::E::A)
(:wat::core::defn :my::j [] -> :wat::core::Vector<my::E> (:wat::core::map [1] :my::E::A))";
    let unit = ":A";
    let one = "(A (x :wat::core::i64))";
    let text = "(A (x :wat::core::String))";
    let two = "(A (x :wat::core::i64) (y :wat::core::i64))";
    for (first, second) in [
        (unit, one),
        (one, unit),
        (one, text),
        (text, one),
        (two, one),
        (unit, two),
    ] {
        let text = format!("(:wat::core::enum :my::E :B {first}\n{second})\n{uses}");
        let found = spans(&text);
        let is_told_once = found.len() == 1 && found[0].starts_with("WAT2109 2:");
        assert!(is_told_once, "{first} {second}: {found:?}");
    }
    // The same fields once more leave nothing open.
    let text = format!("(:wat::core::enum :my::E :B {one}\n{one})\n{uses}");
    let found = spans(&text);
    assert!(found.len() > 1, "{found:?}");
}

#[test]
fn what_uses_a_name_without_meaning_has_no_code() {
    let text = "(:wat::core::defn :d::S [] -> :wat::core::i64 1)\n(:wat::core::defn :d::S [] -> :wat::core::String \"a\")\n(:wat::core::defn :a::f [] -> :wat::core::i64 (:wat::core::i64::+ (:d::S) 1))\n(:wat::core::defn :a::g [] -> :wat::core::i64 (:wat::core::match (:wat::core::Some 1) ((:wat::core::Some n) ((:wat::core::fn [] -> :wat::core::i64 (:d::S)))) (_ 0)))\n(:wat::core::defn :a::h [] -> :wat::core::i64 1)";
    let db = database(&[("main.wat", text)]);
    let file = db.file("main.wat").expect("was just added");
    assert!(function_ir(&db, file, ":a::f").is_none());
    assert!(function_ir(&db, file, ":a::g").is_none());
    assert!(function_ir(&db, file, ":a::h").is_some());
}

#[test]
fn a_replacement_of_another_type_leaves_uses_silent() {
    for (first, second, uses) in [
        (
            "(c/defn :d::S [x <- c/i64] -> c/i64 1)",
            "(c/defn :d::S [x <- c/String] -> c/i64 1)",
            "(c/do (:d::S 1) (:d::S \"a\") (:d::S true 1) (c/map [true] :d::S) (:e::A 1) (:e::A \"a\") (c/map [true] :e::A))",
        ),
        (
            "(c/def :d::S 1)",
            "(c/def :d::S \"a\")",
            "(c/do (c/+ :d::S 1) (c/string::concat :d::S \"a\"))",
        ),
        (
            "(c/def :d::S (c/+ 1 1))",
            "(c/def :d::S (c/string::concat \"a\" \"b\"))",
            "(c/do (c/+ :d::S 1) (c/string::concat :d::S \"a\"))",
        ),
        (
            "(c/def :d::S 1)",
            "(c/defn :d::S [] -> c/i64 1)",
            "(c/do (c/+ :d::S 1) (c/+ (:d::S) 1))",
        ),
        (
            "(c/defn :d::S [] -> c/i64 1)",
            "(c/defn-restricted :d::S :restricted-to [:d::] [] -> c/i64 1)",
            "(:d::S)",
        ),
    ] {
        let alias = match uses.contains(":e::A") {
            true => "(:wat::runtime::define-alias :e::A :d::S)",
            false => "",
        };
        let text = format!(
            "(:wat::config::set-redef! true) {first} {second} {alias} (c/defn :e::f [] -> c/nil (c/let [_ {uses}] c/nil))"
        );
        let text = text.replace("c/", ":wat::core::");
        let found = spans(&text);
        assert!(
            found.len() == 1 && found[0].starts_with("WAT2102"),
            "{text}\n{found:?}"
        );
    }
    let text = "(:wat::config::set-redef! true) (:wat::core::def :d::S 1) (:wat::core::def :d::S (:wat::core::+ :d::S 1)) (:wat::core::def :d::T (:wat::core::string::concat :d::S \"a\"))";
    assert!(matches!(&spans(text)[..], [only] if only.starts_with("WAT3001")));
    let text = "(:wat::config::set-redef! true) (:wat::core::def :d::S 1) (:wat::core::def :d::S \"b\") (:wat::core::def :d::T (:wat::core::string::concat :d::S \"a\"))";
    assert!(matches!(&spans(text)[..], [only] if only.starts_with("WAT2102")));
}
