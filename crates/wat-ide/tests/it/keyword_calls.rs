//! Conversions between calls by position and by keyword: what each makes of a call, and that they undo each other.

use proptest::prelude::*;
use wat_analysis::{RootDatabase, Severity, SourceFile, TextRange, TextSize, file_diagnostics};
use wat_ide::{ActionKind, CodeAction, code_actions};

use crate::program;

const KNOWN: &str = "\
(:wat::core::defn :my::f [a <- :wat::core::i64 b <- :wat::core::i64 c <- :wat::core::i64] -> :wat::core::i64 a)
(:wat::core::defn :my::sum [init <- :wat::core::i64 & xs <- :wat::core::Vector<wat::core::i64>] -> :wat::core::i64 init)
(:wat::core::defn :my::one [] -> :wat::core::i64 1)
(:wat::core::defn :my::all<T> [x <- :T & xs <- :wat::core::Vector<T>] -> :T x)
(:wat::runtime::define-alias :my::other :my::f)
(:wat::core::struct :my::P (x :wat::core::i64) (y :wat::core::i64))
";

fn wrapped(call: &str) -> String {
    format!(
        "{KNOWN}(:wat::core::defn :my::g [n <- :wat::core::i64 b <- :wat::core::i64] -> :wat::core::nil (:wat::core::let [_ {call}] :wat::core::nil))"
    )
}

fn apply(text: &str, action: &CodeAction) -> String {
    let mut out = text.to_owned();
    for edit in action.edits.iter().rev() {
        out.replace_range(std::ops::Range::<usize>::from(edit.range), &edit.insert);
    }
    out
}

fn rewrites(db: &RootDatabase, file: SourceFile, range: TextRange) -> Vec<CodeAction> {
    let mut found = code_actions(db, file, range);
    found.retain(|action| action.kind == ActionKind::Rewrite);
    found
}

/// What an action makes of the call that `$0` stands in; `None` if it is not offered.
fn convert(title: &str, call: &str) -> Option<String> {
    let (db, file, offset) = program(&wrapped(call));
    let text = file.text(&db).text().to_owned();
    let actions = rewrites(&db, file, TextRange::empty(offset));
    let action = actions.iter().find(|action| action.title == title)?;
    let after = apply(&text, action);
    let (db, file, _) = program(&after);
    let errors = file_diagnostics(&db, file);
    assert!(
        errors.iter().all(|found| found.severity != Severity::Error),
        "{after}\n{errors:#?}"
    );
    let start = after.find("[_ ")? + 3;
    Some(after[start..after.len() - "] :wat::core::nil))".len()].to_owned())
}

#[track_caller]
fn check(title: &str, call: &str, expected: &str) {
    assert_eq!(convert(title, call).as_deref(), Some(expected), "{call}");
}

const TO_KEYWORDS: &str = "convert to keyword call";
const TO_POSITIONS: &str = "convert to positional call";
const SORT: &str = "sort keywords into declared order";

#[test]
fn keys_are_inserted_before_the_arguments() {
    check(
        TO_KEYWORDS,
        "(:my::f$0 n 2 (:my::one))",
        "(:my::f :a n :b 2 :c (:my::one))",
    );
    check(TO_KEYWORDS, "(:my::P/new$0 1 2)", "(:my::P/new :x 1 :y 2)");
    check(
        TO_KEYWORDS,
        "(:my::sum$0 1 2 3)",
        "(:my::sum :init 1 :xs (:wat::core::Vector :wat::core::i64 2 3))",
    );
    check(TO_KEYWORDS, "(:my::sum$0 1)", "(:my::sum :init 1)");
}

#[test]
fn keys_are_taken_away() {
    check(TO_POSITIONS, "(:my::f$0 :a n :b 2 :c 3)", "(:my::f n 2 3)");
    check(
        TO_POSITIONS,
        "(:my::sum$0 :init 1 :xs [2 3])",
        "(:my::sum 1 2 3)",
    );
    check(TO_POSITIONS, "(:my::sum$0 :xs [] :init 1)", "(:my::sum 1)");
    check(
        TO_POSITIONS,
        "(:my::sum$0 :init 1 :xs (:wat::core::Vector :wat::core::i64 2))",
        "(:my::sum 1 2)",
    );
    assert_eq!(
        convert(
            TO_POSITIONS,
            "(:my::sum$0 :init 1 :xs (:wat::core::range 0 3))"
        ),
        None,
        "no call spreads a vector"
    );
    assert_eq!(convert(TO_POSITIONS, "(:my::P$0 :x 1 :y 2)"), None);
}

#[test]
fn what_stands_between_arguments_stays_whole() {
    // Two tokens may touch where a key comes between them.
    check(
        TO_KEYWORDS,
        "(:my::f$0 1(:my::one)[2 3])"
            .replace("[2 3]", "(:my::one)")
            .as_str(),
        "(:my::f :a 1 :b (:my::one) :c (:my::one))",
    );
    // A comment ends with its line.
    check(
        TO_POSITIONS,
        "(:my::sum$0 :init 1 ; one\n  :xs [])",
        "(:my::sum 1 ; one\n  )",
    );
    check(
        TO_POSITIONS,
        "(:my::sum$0 :xs [] ; none\n  :init 1)",
        "(:my::sum 1 ; none\n  )",
    );
    check(
        TO_POSITIONS,
        "(:my::sum$0 :init 1 :xs [2 ; two\n  3 ; three\n ])",
        "(:my::sum 1 2 ; two\n  3 ; three\n )",
    );
    check(
        TO_POSITIONS,
        "(:my::sum$0 :init 1 :xs (:wat::core::Vector :wat::core::i64 ; these\n  2 3))",
        "(:my::sum 1 ; these\n  2 3)",
    );
}

#[test]
fn callables_of_other_kinds_are_converted() {
    check(
        TO_KEYWORDS,
        "(:my::other$0 1 2 3)",
        "(:my::other :a 1 :b 2 :c 3)",
    );
    check(
        TO_KEYWORDS,
        "(:my::all$0 [1] [2])",
        "(:my::all :x [1] :xs (:wat::core::Vector :wat::core::Vector<wat::core::i64> [2]))",
    );
    assert_eq!(
        convert(TO_KEYWORDS, "(:wat::core::-> 1 (:my::f$0 2 3))"),
        None,
        "the first argument stands elsewhere"
    );
}

#[test]
fn arguments_are_moved_if_at_most_one_can_have_an_effect() {
    check(
        TO_POSITIONS,
        "(:my::f$0 :c (:my::one) :a n :b [1 2])"
            .replace("[1 2]", "2")
            .as_str(),
        "(:my::f n 2 (:my::one))",
    );
}

#[test]
fn arguments_with_effects_are_bound_in_source_order() {
    check(
        TO_POSITIONS,
        "(:my::f$0 :c (:my::one) :a (:wat::core::i64::+ b 1) :b 2)",
        "(:wat::core::let [c (:my::one) a (:wat::core::i64::+ b 1)] (:my::f a 2 c))",
    );
    check(
        TO_POSITIONS,
        "(:my::f$0 :b (:my::one) :a (:wat::core::i64::+ b 1) :c 2)",
        "(:wat::core::let [b-2 (:my::one) a (:wat::core::i64::+ b 1)] (:my::f a b-2 2))",
    );
    check(
        TO_POSITIONS,
        "(:my::sum$0 :xs [(:my::one) 2] :init (:my::one))",
        "(:wat::core::let [xs (:my::one) xs-2 2 init (:my::one)] (:my::sum init xs xs-2))",
    );
}

#[test]
fn pairs_are_sorted_if_that_changes_nothing() {
    check(
        SORT,
        "(:my::f$0 :c 3 :a (:my::one) :b n)",
        "(:my::f :a (:my::one) :b n :c 3)",
    );
    check(SORT, "(:my::P$0 :y 2 :x 1)", "(:my::P :x 1 :y 2)");
    assert_eq!(convert(SORT, "(:my::f$0 :a 1 :b 2 :c 3)"), None);
    assert_eq!(
        convert(SORT, "(:my::f$0 :c (:my::one) :a (:my::one) :b 2)"),
        None
    );
}

#[test]
fn the_innermost_call_is_converted() {
    check(
        TO_KEYWORDS,
        "(:my::f 1 2 (:my::f 3 $04 5))",
        "(:my::f 1 2 (:my::f :a 3 :b 4 :c 5))",
    );
}

#[test]
fn a_selection_converts_all_its_calls() {
    let text = wrapped("(:my::f 1 2 (:my::f 3 4 5))");
    let (db, file, _) = program(&text);
    let whole = TextRange::up_to(TextSize::of(text.as_str()));
    let actions = rewrites(&db, file, whole);
    let all = actions
        .iter()
        .find(|action| action.title == "convert 2 calls to keyword calls");
    let after = apply(&text, all.expect("two calls are selected"));
    assert!(
        after.contains("(:my::f :a 1 :b 2 :c (:my::f :a 3 :b 4 :c 5))"),
        "{after}"
    );
}

#[test]
fn all_calls_of_a_selection_are_converted_there_and_back() {
    let text =
        wrapped("(:my::f 1 ; one\n  (:my::f 3  (:my::P/x (:my::P/new 4 5)) 5)\n\t(:my::one))");
    let convert = |text: &str, title: &str| {
        let (db, file, _) = program(text);
        let whole = TextRange::up_to(TextSize::of(text));
        let actions = rewrites(&db, file, whole);
        let action = actions.iter().find(|action| action.title == title);
        apply(text, action.expect("several calls are selected"))
    };
    let keyed = convert(&text, "convert 3 calls to keyword calls");
    assert!(keyed.contains("(:my::P/new :x 4 :y 5)"), "{keyed}");
    assert_eq!(convert(&keyed, "convert 3 calls to positional calls"), text);
}

#[test]
fn a_keyword_variant_is_generated_after_its_function() {
    let (db, file, offset) = program(&KNOWN.replace(":my::sum", ":my::s$0um"));
    let text = file.text(&db).text().to_owned();
    let actions = rewrites(&db, file, TextRange::empty(offset));
    let [action] = &actions[..] else {
        panic!("{actions:?}")
    };
    assert_eq!(action.title, "generate keyword variant");
    let after = apply(&text, action);
    assert!(
        after.contains(" init)\n(:wat::kwargs::auto-kwargs :my::sum)\n"),
        "{after}"
    );
    let (db, file, offset) = program(&after.replace("defn :my::sum", "defn :my::s$0um"));
    assert!(file_diagnostics(&db, file).is_empty());
    assert!(
        rewrites(&db, file, TextRange::empty(offset)).is_empty(),
        "there is one already"
    );
}

fn argument() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "1",
        "n",
        "(:my::one)",
        "(:wat::core::i64::+ n 1)",
        "(:my::P/x (:my::P/new 1 2))",
        "(:wat::core::if true 1 n)",
    ])
    .prop_map(str::to_owned)
}

fn gap() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "",
        "  ",
        "\n",
        "\t\n  ",
        ", ",
        "; a note (\n",
        "\n ; :a 1\n\n",
    ])
    .prop_map(str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// §10.7: in declared order, the two conversions are inverse to each other.
    #[test]
    fn there_and_back_is_the_same_call(args in prop::collection::vec(argument(), 3), more in prop::collection::vec(argument(), 0..3)) {
        let calls = [
            format!("(:my::f$0 {})", args.join(" ")),
            format!("(:my::P/new$0 {})", args[..2].join(" ")),
            format!("(:my::sum$0 {})", [&args[..1], &more].concat().join(" ")),
        ];
        for call in calls {
            let keyed = convert(TO_KEYWORDS, &call).expect("a positional call");
            let marked = keyed.replacen(" :", "$0 :", 1);
            let back = convert(TO_POSITIONS, &marked).expect("a keyword call");
            prop_assert_eq!(&back, &call.replace("$0", ""));
            let marked = back.replacen(' ', "$0 ", 1);
            prop_assert_eq!(convert(TO_KEYWORDS, &marked), Some(keyed));
        }
    }

    /// Blanks, ends of lines and comments between the arguments stay where they are, there and back.
    #[test]
    fn there_and_back_keeps_the_layout(
        args in prop::collection::vec(argument(), 3),
        gaps in prop::collection::vec(gap(), 4),
    ) {
        let [first, second, third] = &args[..] else { unreachable!("three were asked for") };
        let call = format!("(:my::f$0 {}{first} {}{second} {}{third}{})", gaps[0], gaps[1], gaps[2], gaps[3]);
        let keyed = convert(TO_KEYWORDS, &call).expect("a positional call");
        let marked = keyed.replacen("(:my::f ", "(:my::f$0 ", 1);
        let back = convert(TO_POSITIONS, &marked).expect("a keyword call");
        prop_assert_eq!(back, call.replace("$0", ""));
    }

    /// Whatever the order of the pairs: what the conversion makes checks, and is positional.
    #[test]
    fn every_order_becomes_a_positional_call(args in prop::collection::vec(argument(), 3), order in Just(vec![0usize, 1, 2]).prop_shuffle()) {
        let names = ["a", "b", "c"];
        let pairs: Vec<String> = order.iter().map(|&at| format!(":{} {}", names[at], args[at])).collect();
        let call = format!("(:my::f$0 {})", pairs.join(" "));
        let positional = convert(TO_POSITIONS, &call).expect("every value can be placed");
        prop_assert!(!positional.contains(":a ") && !positional.contains(":b ") && !positional.contains(":c "));
        let effects = |text: &str| -> Vec<usize> {
            let mut found: Vec<usize> = text.match_indices("(:my::one)").map(|(at, _)| at).collect();
            found.dedup();
            found
        };
        prop_assert_eq!(effects(&positional).len(), effects(&call).len());
    }
}
