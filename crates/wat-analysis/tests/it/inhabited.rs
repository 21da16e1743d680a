//! Types without a finite value (chapter 03 §3.1).

use crate::fixes::{apply, diagnose};
use crate::support::spans;

/// The names that WAT3114 is told of.
fn told(text: &str) -> Vec<String> {
    let text = text.replace("c/", ":wat::core::");
    let (_db, found) = diagnose(&text);
    for diagnostic in &found {
        assert_eq!(diagnostic.code.0, 3114, "{diagnostic:#?}");
        let fixed = apply(&text, &diagnostic.fixes[0]);
        assert!(spans(&fixed).is_empty(), "{fixed}");
    }
    found
        .iter()
        .map(|diagnostic| text[diagnostic.span.range].to_owned())
        .collect()
}

#[test]
fn a_struct_that_needs_itself_has_no_value() {
    assert_eq!(told("(c/struct :my::L (next :my::L))"), [":my::L"]);
    assert_eq!(
        told("(c/struct :my::L (a c/i64) (t :(wat::core::i64,my::L)))"),
        [":my::L"]
    );
    assert_eq!(told("(c/newtype :my::L :my::L)"), [":my::L"]);
    assert_eq!(told("(c/struct :my::L (a :my::L) (b :my::L))"), [":my::L"]);
}

#[test]
fn a_detour_gives_a_value() {
    for ty in [
        "c/Option<my::L>",
        "c/Result<my::L,my::L>",
        "c/Vector<my::L>",
        "c/HashMap<wat::core::i64,my::L>",
        "c/Fn()->my::L",
        ":my::E",
        ":my::Box<my::L>",
    ] {
        let text = format!(
            "(c/struct :my::L (next {ty}))\n(c/enum :my::E :None (Some (l :my::L)))\n(c/struct :my::Box<T> (in c/Option<T>))"
        );
        assert!(told(&text).is_empty(), "{ty}");
    }
}

#[test]
fn an_enum_needs_one_variant_without_itself() {
    assert_eq!(
        told("(c/enum :my::E (A (e :my::E)) (B (e :my::E)))"),
        [":my::E"]
    );
    assert!(told("(c/enum :my::E (A (e :my::E)) (B (n c/i64)))").is_empty());
}

#[test]
fn types_that_need_each_other_are_one_warning_at_the_last() {
    let text = "(c/struct :my::A (b :my::B))\n(c/struct :my::B (c :my::C))\n(c/enum :my::C (X (a :my::A)))";
    assert_eq!(told(text), [":my::C"]);
}

#[test]
fn what_holds_such_a_type_is_not_told_again() {
    let text = "(c/struct :my::A (b :my::L))\n(c/struct :my::L (l :my::L))\n";
    assert_eq!(told(text), [":my::L"]);
}

#[test]
fn parameters_count_where_they_are_held() {
    let text = "(c/struct :my::P<A,B> (a :A) (b c/Option<B>))\n(c/struct :my::L (p :my::P<wat::core::i64,my::L>))";
    assert!(told(text).is_empty());
    let text = "(c/struct :my::P<A,B> (a :A) (b c/Option<B>))\n(c/struct :my::L (p :my::P<my::L,wat::core::i64>))";
    assert_eq!(told(text), [":my::L"]);
    let text = "(c/enum :my::E<A,B> (X (a :A)) (Y (b :B)))\n(c/struct :my::L (p :my::E<my::L,wat::core::i64>))";
    assert!(told(text).is_empty());
    let text =
        "(c/enum :my::E<A,B> (X (a :A)) (Y (b :B)))\n(c/struct :my::L (p :my::E<my::L,my::L>))";
    assert_eq!(told(text), [":my::L"]);
    // Each level needs a deeper one.
    let text = "(c/struct :my::N<T> (n :my::N<my::N<T>>))";
    assert_eq!(told(text), [":my::N<T>"]);
}

#[test]
fn an_unknown_field_excuses_the_type() {
    assert_eq!(
        spans("(:wat::core::struct :my::L (a :my::Nope))"),
        ["WAT3203 1:31-1:40"]
    );
}
