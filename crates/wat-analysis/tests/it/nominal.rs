//! Structs, enums and newtypes.

use crate::fixes::fixed;
use crate::support::spans;

const SHAPES: &str = "(:wat::core::struct :my::Point (x :wat::core::i64) (y :wat::core::i64))\n(:wat::core::enum :my::Light :Red (Blink (rate :wat::core::i64)) :Green)\n(:wat::core::newtype :my::Price :wat::core::f64)\n";

fn reports(body: &str, expected: &[&str]) {
    let text = format!(
        "{SHAPES}(:wat::core::defn :my::f [p <- :my::Point l <- :my::Light] -> :wat::core::i64\n{body})"
    );
    assert_eq!(spans(&text), expected, "{body}");
}

#[test]
fn members_are_functions_and_values() {
    reports("(:my::Point/x (:my::Point/new 1 2))", &[]);
    reports("(:my::Point/x (:my::Point/new 1))", &["WAT3002 5:16-5:30"]);
    reports("(:my::Point/z p)", &["WAT3201 5:2-5:14"]);
    reports(
        "(:wat::core::let [q :my::Light::Red r (:my::Light::Blink 2)] 1)",
        &[],
    );
}

#[test]
fn enum_matches_are_covered_variant_by_variant() {
    reports(
        "(:wat::core::match l (:my::Light::Red 1) ((:my::Light::Blink r) r) (:my::Light::Green 3))",
        &[],
    );
    reports(
        "(:wat::core::match l (:my::Light::Red 1) (:my::Light::Green 3))",
        &["WAT2301 5:2-5:19"],
    );
    reports(
        "(:wat::core::match l (:my::Light::Rde 1) (_ 2))",
        &["WAT2304 5:23-5:38"],
    );
    reports(
        "(:wat::core::match l ((:my::Light::Blink) 1) (_ 2))",
        &["WAT2305 5:23-5:42"],
    );
    reports(
        "(:wat::core::match p (:my::Light::Red 1) (_ 2))",
        &["WAT2303 5:23-5:38"],
    );
}

#[test]
fn struct_patterns_name_fields() {
    reports("(:wat::core::let [{x y} p] (:wat::core::+ x y))", &[]);
    reports("(:wat::core::let [{z} p] 1)", &["WAT2306 5:20-5:21"]);
    reports("(:wat::core::let [{x} 5] 1)", &["WAT3017 5:19-5:22"]);
    reports("(:wat::core::match p ({x} x))", &[]);
}

#[test]
fn newtypes_carry_nothing_over() {
    reports(
        "(:wat::core::let [a (:my::Price/new 1.0)] (:wat::core::+ a 1))",
        &["WAT3403 5:58-5:59"],
    );
    reports(
        "(:wat::core::if (:wat::core::= (:my::Price/new 1.0) (:my::Price/new 1.0)) 1 2)",
        &[],
    );
}

#[test]
fn malformed_declarations_are_told_once() {
    assert_eq!(spans("(:wat::core::enum :my::E)"), ["WAT2109 1:1-1:26"]);
    assert_eq!(
        spans("(:wat::core::struct :my::S (a :wat::core::i64) (a :wat::core::i64))"),
        ["WAT2109 1:49-1:50"]
    );
    assert_eq!(
        spans("(:wat::core::struct :my::S (a :my::Nothing))"),
        ["WAT3203 1:31-1:43"]
    );
}

/// What a slip of spelling declares is plain: nothing else is told of it, and the fix writes what was meant.
#[test]
fn variants_without_colons_and_fields_with_arrows_are_what_they_look_like() {
    let uses = "(:wat::core::defn :my::g [e <- :my::E] -> :wat::core::i64 (:wat::core::match e (:my::E::A 0) (:my::E::B 1) ((:my::E::C n) (:wat::core::+ n 1))))
(:wat::core::defn :my::h [] -> :wat::core::Vector<my::E> [:my::E::A (:my::E::C 1)])";
    let text = format!("(:wat::core::enum :my::E A :B (C (n :wat::core::i64)))\n{uses}");
    assert_eq!(spans(&text), ["WAT2109 1:26-1:27"]);
    assert_eq!(fixed(&text, 2109), text.replace("E A :B", "E :A :B"));
    let text = format!("(:wat::core::enum :my::E A B (C (n <- :wat::core::i64)))\n{uses}");
    let told = [
        "WAT2109 1:26-1:27",
        "WAT2109 1:28-1:29",
        "WAT2109 1:36-1:38",
    ];
    assert_eq!(spans(&text), told);
    let text = format!("(:wat::core::enum :my::E :A :B (C (n <- :wat::core::i64)))\n{uses}");
    assert_eq!(fixed(&text, 2109), text.replace("n <- ", "n "));
    // What no variant can be called is none.
    assert_eq!(
        spans("(:wat::core::enum :my::E :A <-)"),
        ["WAT2109 1:29-1:31"]
    );
}

#[test]
fn what_may_be_a_member_of_a_broken_type_is_not_unknown_through_an_alias_either() {
    let text = "(:wat::core::struct :my::B (f :wat::core::i64 g))
(:wat::core::typealias :my::A :my::B)
(:wat::core::defn :my::direct [b <- :my::B] -> :wat::core::i64 (:my::B/f b))
(:wat::core::defn :my::aliased [b <- :my::A] -> :wat::core::i64 (:my::A/f b))";
    assert_eq!(spans(text), ["WAT2109 1:28-1:49"]);
}

#[test]
fn type_arguments_stand_for_the_parameters_of_whatever_is_mentioned() {
    let told = |uses: &str, expected: &[&str]| {
        let text = format!(
            "(:wat::core::enum :user::E<T> :A (B (x :T))) (:wat::core::def :user::v 3) (:wat::core::def :user::f (:wat::core::if true :wat::core::string::length :wat::core::string::length)) (:wat::core::defn :user::one [x <- :wat::core::i64] -> :wat::core::i64 x) (:wat::core::define-dispatch :user::d ((:wat::core::i64) :user::one))\n{uses}"
        );
        assert_eq!(spans(&text), expected, "{uses}");
    };
    told(
        "(:wat::core::def :user::a :user::E::A<wat::core::i64>)",
        &[],
    );
    told(
        "(:wat::core::def :user::a :wat::core::None<wat::core::i64>)",
        &[],
    );
    told(
        "(:wat::core::def :user::a (:wat::core::Ok<wat::core::i64,wat::core::String> 1))",
        &[],
    );
    let of = |ty: &str, body: &str| {
        format!("(:wat::core::defn :user::g [] -> :wat::core::{ty}\n{body})")
    };
    told(
        &of(
            "nil",
            ":user::E::A<wat::core::i64,wat::core::i64> :wat::core::nil",
        ),
        &["WAT3215 3:1-3:43"],
    );
    told(
        &of("i64", ":user::v<wat::core::i64>"),
        &["WAT3215 3:1-3:25"],
    );
    told(
        &of("i64", "(:user::f<wat::core::i64> \"s\")"),
        &["WAT3215 3:2-3:26"],
    );
    told(
        &of("i64", "(:user::d<wat::core::i64> 1)"),
        &["WAT3215 3:2-3:26"],
    );
    told(
        &of(
            "Option<wat::core::i64>",
            ":wat::core::None<wat::core::String>",
        ),
        &["WAT3003 3:1-3:36"],
    );
    told(
        &of(
            "Option<wat::core::String>",
            "(:wat::core::Some<wat::core::String> 1)",
        ),
        &["WAT3001 3:38-3:39"],
    );
    told(
        &of(
            "Option<wat::core::i64>",
            "(:wat::core::Some<wat::core::i64,wat::core::i64> 1)",
        ),
        &["WAT3215 3:2-3:49"],
    );
    told(
        &of(
            "Vector<wat::core::Option<wat::core::i64>>",
            "(:wat::core::map [1] :wat::core::Some<wat::core::i64>)",
        ),
        &[],
    );
}

#[test]
fn misspelled_variants_of_the_language_are_unknown_variants() {
    reports(
        "(:wat::core::match (:wat::core::get [1] 0) ((:wat::core::Sme n) n) (_ 2))",
        &["WAT2304 5:46-5:61"],
    );
    reports(
        "(:wat::core::match (:wat::core::get [1] 0) (:wat::core::Non 1) (_ 2))",
        &["WAT2304 5:45-5:60"],
    );
    reports(
        "(:wat::core::match (:wat::core::get [1] 0) ((:wat::core::or n) n) (_ 2))",
        &["WAT2307 5:45-5:63"],
    );
    crate::fixes::every_machine_fix_is_safe(
        "(:wat::core::defn :my::f [o <- :wat::core::Option<wat::core::i64>] -> :wat::core::i64 (:wat::core::match o ((:wat::core::Non n) n) ((:wat::core::Smoe n) n) (_ 2)))",
    );
}
