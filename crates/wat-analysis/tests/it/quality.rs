//! The quality of diagnostics (chapter 03 §10.1 to §10.3): one cause, one diagnostic, at its place, with what it relates to.

use wat_analysis::{Fact, FactValue, SpanLabel};

use crate::fixes::diagnose;
use crate::support::spans;

fn long(text: &str) -> String {
    text.replace("c.", ":wat::core::")
        .replace("C.", "wat::core::")
}

/// Checks programs, each with what is told of it.
fn told(cases: &[(&str, &[&str])]) {
    for (text, expected) in cases {
        let text = long(text);
        assert_eq!(spans(&text), *expected, "{text}");
    }
}

#[test]
fn a_copied_argument_is_told_once_and_where_it_is_written() {
    told(&[
        (
            "(c.defmacro :my::twice [x <- :wat::WatAST] -> :wat::WatAST `(c.do ~x ~x))(c.defn :my::f [] -> c.i64 (:my::twice\nnope))",
            &["WAT3202 2:1-2:5"],
        ),
        (
            "(c.defmacro :my::twice [x <- :wat::WatAST] -> :wat::WatAST `(c.do ~x ~x))(c.defn :my::f [] -> c.i64 (:my::twice (c.i64::+ 1\n\"a\")))",
            &["WAT3001 2:1-2:4"],
        ),
    ]);
}

#[test]
fn uses_of_an_erroneous_declaration_are_silent() {
    told(&[
        (
            "(c.struct :my::S\n(a :my::Nope) (b c.i64))(c.defn :my::f [s <- :my::S] -> c.i64 (:my::S/b s))(c.defn :my::g [] -> :my::S (:my::S/new \"any\" 1))",
            &["WAT3203 2:4-2:13"],
        ),
        (
            "(c.struct :my::S (a c.i64)\n(b))(c.defn :my::g [] -> :my::S (:my::S/new 1 2))(c.defn :my::h [] -> :my::S (:my::S :a 1 :b 2))(c.defn :my::i [s <- :my::S] -> c.i64 (c.let [{a b} s] (c.+ a (:my::S/b s))))",
            &["WAT2109 2:1-2:4"],
        ),
        (
            "(c.enum :my::E (V (a c.i64)\n(b)) :W)(c.defn :my::g [] -> :my::E (:my::E::V 1 2))(c.defn :my::i [e <- :my::E] -> c.i64 (c.match e ((:my::E::V a b) a) (:my::E::W 0)))",
            &["WAT2109 2:1-2:4"],
        ),
        (
            "(c.enum :my::E)(c.defn :my::i [e <- :my::E] -> c.i64 (c.match e (:my::E::X 1)))",
            &["WAT2109 1:1-1:26"],
        ),
        (
            "(c.defn :my::f [\na b] -> c.i64 1)(c.defn :my::g [] -> c.i64 (:my::f 1 2))(c.defn :my::h [] -> c.i64 (:my::f :a 1 :b 2))(c.defn :my::i [] -> c.Vector<C.i64> (c.map [1] :my::f))",
            &["WAT2105 2:1-2:2"],
        ),
        (
            "(c.defn :my::f)\n(c.defn :my::g [] -> c.i64 (:my::f 1 2))",
            &["WAT2105 1:1-1:26"],
        ),
        (
            "(c.defmacro :my::m\n)(c.defn :my::g [] -> c.String (:my::m 1 2 3))",
            &["WAT2401 1:1-2:2"],
        ),
        (
            "(c.typealias :my::A\n:my::Nope)(c.defn :my::f [a <- :my::A] -> c.i64 a)(c.defn :my::g [] -> c.i64 (:my::f \"x\"))",
            &["WAT3203 2:1-2:10"],
        ),
        // What is known of it counts.
        (
            "(c.struct :my::S\n(a :my::Nope) (b c.i64))(c.defn :my::g [] -> :my::S (:my::S/new 1\n\"bad\"))",
            &["WAT3203 2:4-2:13", "WAT3001 3:1-3:6"],
        ),
    ]);
}

#[test]
fn an_unknown_name_is_told_once_for_each_form_and_its_other_uses_are_labels() {
    let text = long(
        "(c.defn :my::f [] -> c.i64 (c.+ (:my::nope 1) (:my::nope 2)\nzz zz))(c.defn :my::g [] -> c.i64\n(:my::nope 1))",
    );
    assert_eq!(
        spans(&text),
        ["WAT3201 1:64-1:73", "WAT3202 2:1-2:3", "WAT3201 3:2-3:11"]
    );
    let (_, found) = diagnose(&text);
    let labels: Vec<usize> = found.iter().map(|one| one.labels.len()).collect();
    assert_eq!(labels, [1, 1, 0]);
}

#[test]
fn an_argument_is_wrong_in_one_way() {
    told(&[
        // The surplus argument is no mismatch, and the one with a parameter is checked.
        (
            "(c.defn :my::i [x <- c.i64] -> c.i64 x)(c.defn :my::j [] -> c.i64 (\n:my::i\n\"a\" \"b\"))",
            &["WAT3002 2:1-2:7", "WAT3001 3:1-3:4"],
        ),
        // An ill-formed pattern covers everything at its place.
        (
            "(c.defn :my::f [v <- c.Option<C.i64>] -> c.i64 (c.match v ((c.Some\n\"x\") 1) (c.None 0)))",
            &["WAT2303 2:1-2:4"],
        ),
        (
            "(c.defn :my::f [b <- c.bool] -> c.i64 (c.if b (\n:my::nope) 1))",
            &["WAT3201 2:1-2:10"],
        ),
    ]);
}

#[test]
fn visibility_is_told_beside_types() {
    told(&[(
        "(c.defn-restricted :my::k::s :restricted-to [:my::k::] [x <- c.i64] -> c.i64 x)(c.defn :user::f [] -> c.i64 (\n:my::k::s\n\"a\"))",
        &["WAT3301 2:1-2:10", "WAT3001 3:1-3:4"],
    )]);
}

#[test]
fn an_erroneous_expansion_is_told_at_the_call_with_its_trail() {
    let text = long(
        "(c.defmacro :my::m [x <- :wat::WatAST] -> :wat::WatAST `(c.i64::+ ~x \"t\" \"u\"))(c.defn :my::f [] -> c.i64 (\n:my::m 1))",
    );
    assert_eq!(spans(&text), ["WAT3001 2:1-2:7"]);
    let (_, found) = diagnose(&text);
    assert!(
        found[0].notes[0].starts_with("in the expansion of `:my::m`"),
        "{:?}",
        found[0].notes
    );
    told(&[(
        "(c.defmacro :my::m [x <- :wat::WatAST] -> :wat::WatAST `(c.i64::+ ~x 1))(c.defn :my::f [] -> c.i64 (:my::m\n\"arg\"))",
        &["WAT3001 2:1-2:6"],
    )]);
}

#[test]
fn the_order_of_definitions_has_no_influence() {
    let parts = [
        "(c.defn :my::a [x <- :my::Nope] -> c.i64 (c.if x 1 2))",
        "(c.defn :my::b [] -> c.i64 (:my::a \"anything\"))",
        "(c.defn :my::c [] -> c.i64 (c.string::length 5))",
        "(c.struct :my::S (x c.i64) (y))",
        "(c.defn :my::d [] -> :my::S (:my::S/new 1 2))",
        "(c.defmacro :my::m [x <- c.i64] -> :wat::WatAST x)",
        "(c.defn :my::e [] -> c.i64 (:my::m 1))",
    ];
    let codes = |order: &[usize]| {
        let text: Vec<&str> = order.iter().map(|&at| parts[at]).collect();
        let mut found: Vec<String> = spans(&long(&text.join("\n")))
            .iter()
            .map(|line| line[..7].to_owned())
            .collect();
        found.sort_unstable();
        found
    };
    let expected = ["WAT2109", "WAT2401", "WAT3001", "WAT3203"];
    for turn in 0..parts.len() {
        let order: Vec<usize> = (0..parts.len())
            .map(|at| (at * 3 + turn) % parts.len())
            .collect();
        assert_eq!(codes(&order), expected, "{order:?}");
    }
}

#[test]
fn the_program_of_the_reference_has_exactly_two_diagnostics() {
    told(&[(
        "(c.defn :user::a [x <- :user::Unknwon] -> c.i64 (c.if x 1 2))\n(c.defn :user::b [] -> c.i64 (:user::a \"anything\"))\n(c.defn :user::c [] -> c.i64 (c.string::length 5))",
        &["WAT3203 1:34-1:48", "WAT3001 3:78-3:79"],
    )]);
}

/// The texts of the places that a diagnostic relates to.
fn related(text: &str) -> (String, Vec<String>) {
    let text = long(text);
    let (_, found) = diagnose(&text);
    let one = found
        .first()
        .unwrap_or_else(|| panic!("nothing told: {text}"));
    let at = |range: wat_analysis::TextRange| text[range].to_owned();
    let labels = one.labels.iter().map(|label| at(label.span.range));
    (at(one.span.range), labels.collect())
}

#[test]
fn primary_places_and_what_they_relate_to() {
    for (text, primary, labels) in [
        // unknown name: the part of the token
        (
            "(c.defn :my::f [x <- c.Vector<my::Pont>] -> c.i64 1)",
            "my::Pont",
            &[][..],
        ),
        // mismatch: where the expectation comes from
        (
            "(c.defn :my::f [x <- c.i64] -> c.i64 x)(c.defn :my::g [] -> c.i64 (:my::f \"a\"))",
            "\"a\"",
            &["x"],
        ),
        ("(c.def :my::v [1 \"two\"])", "\"two\"", &["1"]),
        (
            "(c.defn :my::f [b <- c.bool] -> c.nil (:wat::kernel::println (c.if b 1 \"one\")))",
            "\"one\"",
            &["1"],
        ),
        (
            "(c.defn :my::f [b <- c.bool] -> c.nil (:wat::kernel::println (c.if b -> c.i64 1 \"one\")))",
            "\"one\"",
            &[":wat::core::i64"],
        ),
        // arity: the parameter list, and what is too much
        (
            "(c.defn :my::f [x <- c.i64] -> c.i64 x)(c.defn :my::g [] -> c.i64 (:my::f 1 2))",
            ":my::f",
            &["2", "[x <- :wat::core::i64]"],
        ),
        // result type: the type
        (
            "(c.defn :my::f [] -> c.String 1 2)",
            "2",
            &[":wat::core::String"],
        ),
        // patterns: a gap at the match token
        (
            "(c.defn :my::f [b <- c.bool] -> c.i64 (c.match b (true 1)))",
            ":wat::core::match",
            &[],
        ),
        // duplicates: the earlier name
        ("(c.def :my::a 1)(c.def :my::a 2)", ":my::a", &[":my::a"]),
        (
            "(c.defn :my::f [xy <- c.i64 xy <- c.i64] -> c.i64 xy)",
            "xy",
            &["xy"],
        ),
        (
            "(c.let [[ab ab] (c.Tuple 1 2)] (c.def :my::x 1))",
            "ab",
            &["ab"],
        ),
        // cycles: the other links
        (
            "(c.typealias :my::A c.Vector<my::B>)(c.typealias :my::B c.Option<my::A>)",
            ":my::B",
            &[":my::A"],
        ),
        // visibility: the whitelist
        (
            "(c.def-restricted :my::k::pin :restricted-to [:my::k::] 1)(c.def :my::k::x :my::k::pin)(c.def :user::y :my::k::pin)",
            ":my::k::pin",
            &["[:my::k::]"],
        ),
    ] {
        let (found, labelled) = related(text);
        assert_eq!(found, primary, "{text}");
        assert_eq!(labelled, labels, "{text}");
    }
}

/// The facts of the only finding, as `key: value, …`.
fn facts(text: &str) -> Vec<String> {
    let (_db, found) = diagnose(&long(text));
    assert_eq!(found.len(), 1, "{text} {found:#?}");
    let shown = |fact: &Fact| match &fact.value {
        FactValue::One(one) => format!("{}: {one}", fact.key),
        FactValue::Many(many) => format!("{}: [{}]", fact.key, many.join(", ")),
    };
    found[0].facts.iter().map(shown).collect()
}

#[test]
fn a_message_has_its_facts_by_name() {
    let cases: &[(&str, &[&str])] = &[
        (
            "(c.def :my::a (c.i64::+ 1 \"a\"))",
            &["expected: :wat::core::i64", "found: :wat::core::String"],
        ),
        (
            "(c.defn :my::f [] -> c.i64 \"a\")",
            &["expected: :wat::core::i64", "found: :wat::core::String"],
        ),
        (
            "(c.defn :my::f [abc <- c.i64] -> c.i64 abd)",
            &["candidates: [abc]"],
        ),
        (
            "(c.defn :my::inc [x <- c.i64] -> c.i64 x)(c.defn :my::f [] -> c.i64 (:my::inx 1))",
            &["candidates: [:my::inc]"],
        ),
        (
            "(c.defn :my::f [x <- c.i64 y <- c.i64] -> c.i64 (:my::f 1))",
            &["callee: :my::f", "expected: 2", "found: 1", "missing: [y]"],
        ),
        (
            "(c.defn :my::f [x <- c.i64 y <- c.i64] -> c.i64 (:my::f :x 1))",
            &["callee: :my::f", "missing: [:y]"],
        ),
        (
            "(c.enum :my::E :A :B :C)(c.defn :my::f [e <- :my::E] -> c.i64 (c.match e (:my::E::A 1)))",
            &["missing: [:my::E::B, :my::E::C]"],
        ),
        (
            "(c.defn-restricted :my::f :restricted-to [:my::g :my::h::] [] -> c.i64 1)(c.defn :my::g [] -> c.i64 1)(c.defn :my::h::i [] -> c.i64 1)(c.defn :my::k [] -> c.i64 (:my::f))",
            &[
                "callee: :my::f",
                "identity: :my::k",
                "admitted: [:my::g, :my::h::]",
            ],
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(facts(text), *expected, "{text}");
    }
}

#[test]
fn elements_that_differ_are_told_once_and_tuples_are_offered() {
    // What uses such a collection is not judged by the type of its first element.
    for (collection, literal) in [("Vector", "[1 \"a\"]"), ("HashSet", "#{1 \"a\"}")] {
        let text = format!(
            "(c.defn :my::g [v <- c.{collection}<C.String>] -> c.nil c.nil)(c.defn :my::f [] -> c.nil (:my::g {literal}))"
        );
        assert_eq!(spans(&long(&text)).len(), 1, "{text}");
    }
    let (_db, found) = diagnose(&long(
        "(c.defn :my::f [] -> c.Vector<(C.i64,C.String)> [[1 \"one\"]])",
    ));
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(
        found[0]
            .help
            .as_deref()
            .is_some_and(|help| help.contains("Tuple"))
    );
    let inserted: Vec<&str> = found[0].fixes[0]
        .edits
        .iter()
        .map(|edit| &*edit.insert)
        .collect();
    assert_eq!(inserted, ["(:wat::core::Tuple ", ")"]);
}

#[test]
fn a_text_for_a_number_is_shown_in_the_advice() {
    let advice = |operand: &str| {
        let text = format!("(c.defn :my::f [s <- c.String] -> c.i64 (c.i64::+ 1 {operand}))");
        let (_db, found) = diagnose(&long(&text));
        found[0].help.clone().unwrap_or_default()
    };
    assert!(
        advice("\"two\"").starts_with("parse it: `(:wat::core::string::to-i64 \"two\")` yields")
    );
    assert!(advice("s").starts_with("parse it: `(:wat::core::string::to-i64 s)` yields"));
    assert!(advice("\"a\\nb\"").starts_with("parse it: `(:wat::core::string::to-i64 …)` yields"));
}

/// The notes of the only finding.
fn notes(text: &str) -> Vec<String> {
    let (_db, found) = diagnose(&long(text));
    assert_eq!(found.len(), 1, "{text} {found:#?}");
    found[0].notes.clone()
}

#[test]
fn an_unknown_member_is_told_beside_what_its_type_has() {
    let declared = "(c.struct :my::P (x c.i64) (y c.i64))(c.newtype :my::N c.i64)(c.enum :my::E (A [n <- c.i64]) :B)\
        (c.struct-restricted :my::S [:my::s::] () (a <- c.i64))\
        (c.defn :my::s::make [] -> :my::S (:my::S/new 1))";
    let cases: &[(&str, &[&str])] = &[
        (
            "(:my::P/zebra 1)",
            &["`:my::P` has `:my::P/new`, `:my::P/x`, `:my::P/y`"],
        ),
        (
            "(:my::N/value 1)",
            &["`:my::N` has `:my::N/new`, `:my::N/0`"],
        ),
        (
            "(:my::E::Frob 1)",
            &["`:my::E` has `:my::E::A`, `:my::E::B`"],
        ),
        // What comes near is offered instead, what this place may not call is not shown, and namespaces have no members.
        ("(:my::P/xx 1)", &[]),
        ("(:my::S/zebra 1)", &["`:my::S` has `:my::S/a`"]),
        ("(:my::zebra 1)", &[]),
    ];
    for (call, expected) in cases {
        let text = format!("{declared}(c.defn :my::f [] -> c.nil (c.do {call} c.nil))");
        assert_eq!(notes(&text), *expected, "{call}");
    }
}

#[test]
fn the_calls_of_macros_that_made_a_place_are_known() {
    let text = long(
        "(c.defmacro :my::inner [x <- :wat::WatAST] -> :wat::WatAST `(c.i64::+ ~x \"a\"))\n\
         (c.defmacro :my::outer [x <- :wat::WatAST] -> :wat::WatAST `(c.do (:my::inner ~x)))\n\
         (c.defn :my::f [] -> c.i64 (:my::outer 1))",
    );
    let (_db, found) = diagnose(&text);
    assert_eq!(found.len(), 1, "{found:#?}");
    let at = |label: &SpanLabel| (&text[label.span.range], label.message.clone());
    let calls: Vec<(&str, String)> = found[0].expansion.iter().map(at).collect();
    let (inner, outer) = ("(:my::inner ~x)", ":my::outer");
    assert_eq!(calls, [(inner, ":my::inner".into()), (outer, outer.into())]);
    let (_db, found) = diagnose(&long("(c.def :my::a (c.i64::+ 1 \"a\"))"));
    assert_eq!(found[0].expansion, []);
}

#[test]
fn eight_related_places_are_shown_and_the_others_counted() {
    let uses = |count: usize| {
        format!(
            "(c.defn :my::f [] -> c.nil (c.do {}))",
            "nope ".repeat(count)
        )
    };
    for (count, labels, note) in [(9, 8, None), (10, 8, Some("… and 1 more")), (3, 2, None)] {
        let (_db, found) = diagnose(&long(&uses(count)));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].labels.len(), labels);
        assert_eq!(found[0].notes.last().map(String::as_str), note);
    }
}
