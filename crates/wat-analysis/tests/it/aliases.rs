//! Type aliases: members that are reached through them, and cycles (chapter 03 §1.4, §2.5).

use wat_analysis::Applicability;

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

/// The messages that a text draws.
fn messages(text: &str) -> Vec<String> {
    let text = text
        .replace("c.", ":wat::core::")
        .replace("C.", "wat::core::");
    let (_, found) = diagnose(&text);
    found.into_iter().map(|one| one.message).collect()
}

const ALIASES: &str = "(c.typealias :my::Ids c.Vector<C.i64>)(c.typealias :my::Names c.Vector<C.String>)(c.typealias :my::Maybe<T> c.Option<T>)(c.struct :my::Row (ids :my::Ids))(c.defn :my::ids [] -> :my::Ids [1])(c.defn :my::take [xs <- :my::Ids] -> c.i64 1)(c.defn :my::may<T> [x <- :T] -> :my::Maybe<T> (c.Some x))";

/// A declared function whose body has another type.
fn declared(params: &str, declared: &str, body: &str) -> [String; 1] {
    let found = messages(&format!(
        "{ALIASES}(c.defn :my::f [{params}] -> {declared} {body})"
    ));
    found.try_into().unwrap_or_else(|found| panic!("{found:?}"))
}

fn result(declared: &str, found: &str) -> [String; 1] {
    let message =
        format!("the result is declared as `{declared}`, but the body has type `{found}`");
    [message
        .replace("c.", ":wat::core::")
        .replace("C.", "wat::core::")]
}

#[test]
fn messages_keep_the_alias_that_was_written() {
    let ids = ":my::Ids (= c.Vector<C.i64>)";
    let names = ":my::Names (= c.Vector<C.String>)";
    for (params, result_type, body, want, found) in [
        ("xs <- :my::Ids", ":my::Names", "xs", names, ids),
        ("", "c.String", "(:my::ids)", "c.String", ids),
        (
            "row <- :my::Row",
            "c.String",
            "(:my::Row/ids row)",
            "c.String",
            ids,
        ),
        (
            "xs <- c.Vector<my::Ids>",
            "c.Option<my::Names>",
            "(c.first xs)",
            "c.Option<my::Names> (= c.Option<C.Vector<C.String>>)",
            "c.Option<my::Ids> (= c.Option<C.Vector<C.i64>>)",
        ),
        (
            "x <- c.i64",
            "c.String",
            "(:my::may x)",
            "c.String",
            ":my::Maybe<wat::core::i64> (= c.Option<C.i64>)",
        ),
        (
            "",
            "c.String",
            "(:my::may (:my::ids))",
            "c.String",
            ":my::Maybe<my::Ids> (= c.Option<C.Vector<C.i64>>)",
        ),
        // Behind the aliases the two are no more alike.
        (
            "xs <- :my::Ids",
            "c.i64",
            "[xs]",
            "c.i64",
            "c.Vector<my::Ids>",
        ),
        (
            "xs <- c.Vector<C.i64>",
            "c.i64",
            "xs",
            "c.i64",
            "c.Vector<C.i64>",
        ),
    ] {
        assert_eq!(
            declared(params, result_type, body),
            result(want, found),
            "{body}"
        );
    }
}

#[test]
fn arguments_and_branches_keep_their_aliases() {
    let ids = ":my::Ids (= :wat::core::Vector<wat::core::i64>)";
    let names = ":my::Names (= :wat::core::Vector<wat::core::String>)";
    let string = ":wat::core::String";
    for (body, message) in [
        (
            "(:my::take \"x\")",
            format!("expected `{ids}`, found `{string}`"),
        ),
        (
            "(:my::take (c.if true -> :my::Names [] []))",
            format!("expected `{ids}`, found `{names}`"),
        ),
    ] {
        assert_eq!(declared("", "c.i64", body), [message], "{body}");
    }
}

#[test]
fn a_retired_name_is_told_as_what_it_stands_for() {
    let found = messages("(c.defn :my::f [xs <- :Vec<C.i64>] -> c.i64 xs)");
    assert!(!found.iter().any(|one| one.contains("(=")), "{found:?}");
}

#[test]
fn what_only_the_library_may_mention_is_not_told() {
    let found = messages("(c.defn :my::f [] -> c.i64 (c.map 1 (c.fn [x <- c.i64] -> c.i64 x)))");
    assert!(
        !found.iter().any(|one| one.contains("__internal")),
        "{found:?}"
    );
}

#[test]
fn what_has_an_alias_for_a_type_is_used_like_any_other() {
    let text = "(c.typealias :my::I c.i64)(c.typealias :my::S c.String)(c.defn :my::two [] -> :my::I 2)(c.defn :my::f [a <- :my::I s <- :my::S] -> :my::I (c.+ a (c.- a) (c.* (:my::two) 3)))(c.defn :my::g [a <- :my::I] -> c.bool (c.and (c.< a 1.5) (c.= a (:my::two)) (c.= [a] [1])))(c.defn :my::h [a <- :my::I s <- :my::S] -> c.String (c.format \"{s} {a}\" :s s :a a))";
    assert_eq!(messages(text), [""; 0]);
}

#[test]
fn a_long_chain_of_aliases_ends_at_the_limit_of_nesting() {
    let link = |n| {
        format!(
            "(:wat::core::typealias :my::A{n} :wat::core::Option<my::A{}>)\n",
            n + 1
        )
    };
    let chain: String = (0..1200).map(link).collect();
    let text = format!("{chain}(:wat::core::typealias :my::A1200 :wat::core::i64)\n");
    let (_db, found) = diagnose(&text);
    let found: Vec<u16> = found.iter().map(|found| found.code.0).collect();
    assert_eq!(found, [3101]);
}

#[test]
fn misspelled_members_are_suggested_as_their_author_names_the_type() {
    let types = "(c/struct :my::Point<T> (across :T))\n(c/enum :my::Colour :Red :Green)\n(c/typealias :my::Pt :my::Point<wat::core::i64>)\n(c/typealias :my::Hue :my::Colour)\n(c/typealias :my::Ids c/Vector<wat::core::i64>)\n";
    for (parameter, body, right) in [
        (":my::Pt", "(:my::Pt/acros it)", ":my::Pt/across"),
        (":my::Ids", "(:my::Ids/lenght it)", ":my::Ids/length"),
        (
            ":my::Hue",
            "(c/match it (:my::Hue::Red 1) (:my::Hue::Gren 2))",
            ":my::Hue::Green",
        ),
    ] {
        let text = format!("{types}(c/defn :my::f [it <- {parameter}] -> c/i64 {body})\n");
        let (_db, found) = diagnose(&text.replace("c/", ":wat::core::"));
        let [finding] = &found[..] else {
            panic!("{found:?}");
        };
        let fix = finding.fixes.first().expect("the member is near");
        assert_eq!(&*fix.edits[0].insert, right);
        assert_eq!(fix.applicability, Applicability::MachineApplicable);
    }
}
