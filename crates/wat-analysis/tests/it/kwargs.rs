//! Keyword calls: derived from the signature, one diagnostic for each mistake.

use crate::fixes::{codes, every_machine_fix_is_safe, fixed};
use crate::support::spans;

const CONNECT: &str = "(:wat::core::defn :my::connect [host <- :wat::core::String port <- :wat::core::i64] -> :wat::core::nil :wat::core::nil)\n(:wat::core::struct :my::Point (x :wat::core::i64) (y :wat::core::i64))\n";

fn reports(body: &str, expected: &[&str]) {
    let text = format!(
        "{CONNECT}(:wat::core::defn :my::f [] -> :wat::core::nil\n(:wat::core::do {body} :wat::core::nil))"
    );
    assert_eq!(spans(&text), expected, "{body}");
}

#[test]
fn both_forms_are_one_call() {
    reports("(:my::connect \"h\" 1)", &[]);
    reports("(:my::connect :port 1 :host \"h\")", &[]);
    reports("(:my::Point :y 1 :x 2)", &[]);
    reports("(:my::Point/new :y 1 :x 2)", &[]);
}

#[test]
fn each_mistake_has_its_code_and_place() {
    reports("(:my::connect :host \"h\")", &["WAT2501 4:18-4:30"]);
    reports("(:my::connect :hots \"h\" :port 1)", &["WAT2502 4:31-4:36"]);
    reports(
        "(:my::connect :host \"h\" :port 1 :port 2)",
        &["WAT2503 4:49-4:54"],
    );
    reports("(:my::connect \"h\" :port 1)", &["WAT2504 4:31-4:34"]);
    reports("(:my::connect :host \"h\" :port)", &["WAT2505 4:41-4:46"]);
    reports("(:my::Point 1 2)", &["WAT2506 4:18-4:28"]);
    reports(
        "(:wat::core::string::subs :a \"x\" :b 1 :c 2)",
        &["WAT2507 4:43-4:45"],
    );
}

#[test]
fn types_are_checked_in_declared_order_at_the_argument() {
    reports(
        "(:my::connect :port \"1\" :host \"h\")",
        &["WAT3001 4:37-4:40"],
    );
}

#[test]
fn a_renamed_parameter_changes_its_callers() {
    use wat_analysis::{FileKind, SourceText};
    let caller =
        "(:wat::core::defn :my::f [] -> :wat::core::nil (:my::connect :host \"h\" :port 1))\n";
    let mut db = crate::support::database(&[("main.wat", format!("{CONNECT}{caller}"))]);
    assert!(crate::support::all(&db).is_empty());
    let renamed = CONNECT.replace("host", "hosts");
    db.set_file(
        "main.wat",
        SourceText::new(format!("{renamed}{caller}")),
        FileKind::Open,
    );
    let found = crate::support::all(&db);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].starts_with("WAT2502"), "{found:#?}");
}

fn text(body: &str) -> String {
    format!("{CONNECT}{body}").replace("c/", ":wat::core::")
}

fn told(body: &str, expected: &[u16]) {
    let text = text(body);
    assert_eq!(codes(&text), expected, "{text}");
    every_machine_fix_is_safe(&text);
}

/// A use of the variants `:my::with-connect` and `:my::between` in a function.
fn used(body: &str) -> String {
    format!(
        "(:wat::kwargs::auto-kwargs :my::connect)\n(:wat::kwargs::define-with-kwargs :my::between :wat::core::range [:from :below])\n(c/defn :my::f<T> [t <- :T] -> c/nil (c/let [_ {body}] c/nil))"
    )
}

#[test]
fn variants_are_called_by_keyword_only() {
    told(&used("(:my::with-connect :port 1 :host \"h\")"), &[]);
    told(&used("(:my::between :below 4 :from 1)"), &[]);
    told(&used("(:my::with-connect \"h\" 1)"), &[2506]);
    told(&used("(:my::with-connect 1 \"h\")"), &[2506]);
    told(&used("(:my::with-connect \"h\" :port 1)"), &[2506]);
    told(&used("(:my::with-connect :host \"h\")"), &[2501]);
    told(&used("(:my::with-connect)"), &[2501]);
    told(&used("(:my::with-connect :hots \"h\" :port 1)"), &[2502]);
    told(
        &used("(:my::with-connect :host \"h\" :port 1 :port 2)"),
        &[2503],
    );
    told(&used("(:my::with-connect :host \"h\" :port)"), &[2505]);
    told(&used("(:my::with-connect :host 1 :port 1)"), &[3001]);
    told(&used("(:my::between :below \"4\" :from 1)"), &[3401]);
    told(&used("(:my::between 1 4)"), &[2506]);
    told(&used("[:my::with-connect]"), &[2406]);
    told(&used("[:my::between]"), &[2406]);
    let fixed = fixed(&text(&used("(:my::with-connect \"h\" 1)")), 2506);
    assert!(
        fixed.contains("(:my::with-connect :host \"h\" :port 1)"),
        "{fixed}"
    );
}

#[test]
fn the_target_of_a_variant_must_have_a_keyword_form() {
    for target in [
        ":my::nowhere",
        ":wat::core::map",
        ":wat::core::range",
        ":my::Point",
        ":my::Point/x",
        ":wat::core::let",
    ] {
        told(
            &format!("(:wat::kwargs::auto-kwargs {target} :as :my::v)"),
            &[2508],
        );
    }
    told("(:wat::kwargs::auto-kwargs :my::conect)", &[2508]);
    told(
        "(:wat::kwargs::auto-kwargs :wat::core::string::trim)",
        &[2508],
    );
    told(
        "(:wat::kwargs::auto-kwargs :my::Point/new)\n(c/defn :my::f [] -> :my::Point (:my::Point/with-new :y 1 :x 2))",
        &[],
    );
    told(
        "(c/defn :my::none [] -> c/nil c/nil)\n(:wat::kwargs::auto-kwargs :my::none)",
        &[2508],
    );
    told(
        "(c/defn :my::u [_ <- c/i64] -> c/nil c/nil)\n(:wat::kwargs::auto-kwargs :my::u)",
        &[2508],
    );
    told(
        "(:wat::kwargs::define-with-kwargs :my::v :wat::core::+ [:a :b])",
        &[2508],
    );
    told(
        "(:wat::kwargs::define-with-kwargs :my::v :wat::core::string::concat [:a :b])",
        &[2508],
    );
    told(
        "(:wat::kwargs::auto-kwargs :my::a :as :my::b)\n(:wat::kwargs::auto-kwargs :my::b :as :my::a)",
        &[2508, 2508],
    );
}

#[test]
fn a_list_of_keywords_fits_its_target() {
    let define =
        |keys: &str| format!("(:wat::kwargs::define-with-kwargs :my::v :wat::core::range {keys})");
    told(&define("[:a :b]"), &[]);
    told(&define("[:a]"), &[2509]);
    told(&define("[]"), &[2509]);
    told(&define("[:a :a]"), &[2509]);
    told(&define("[:a :b::c]"), &[2509]);
    assert!(fixed(&text(&define("[:a]")), 2509).contains("[:start :end]"));
    // Calls are written with the keywords that are there.
    let called = format!(
        "{}\n(c/defn :my::f [] -> c/Vector<wat::core::i64> (:my::v :a 1 :b 2))",
        define("[:a]")
    );
    let (_, found) = crate::fixes::diagnose(&text(&called));
    let list = found.iter().find(|found| found.code.0 == 2509).unwrap();
    assert_eq!(
        list.fixes[0].applicability,
        wat_analysis::Applicability::MaybeIncorrect
    );
    told(
        "(:wat::kwargs::define-with-kwargs :my::v :wat::core::< [:a :b])\n(c/defn :my::f [] -> c/bool (:my::v :b 1 :a 2))",
        &[],
    );
    told(
        "(:wat::kwargs::define-with-kwargs :my::v :my::Point/x [:of])\n(c/defn :my::f [p <- :my::Point] -> c/i64 (:my::v :of p))",
        &[],
    );
}

#[test]
fn the_shapes_of_both_forms() {
    for bad in [
        "(:wat::kwargs::auto-kwargs)",
        "(:wat::kwargs::auto-kwargs \"x\")",
        "(:wat::kwargs::auto-kwargs :my::connect :as)",
        "(:wat::kwargs::auto-kwargs :my::connect :as \"x\")",
        "(:wat::kwargs::auto-kwargs :my::connect :as :my::a :as :my::b)",
        "(:wat::kwargs::auto-kwargs :my::connect :doc 1)",
        "(:wat::kwargs::auto-kwargs :my::connect :docs \"x\")",
        "(:wat::kwargs::define-with-kwargs :my::v)",
        "(:wat::kwargs::define-with-kwargs :my::v :my::connect)",
        "(:wat::kwargs::define-with-kwargs :my::v :my::connect [:a b])",
        "(:wat::kwargs::define-with-kwargs :my::v :my::connect [:a :b] 1)",
        "(:wat::kwargs::define-with-kwargs :my::v :my::connect [:a :b] \"d\" 1)",
    ] {
        told(bad, &[2510]);
    }
    told(
        "(:wat::kwargs::auto-kwargs :my::connect :doc \"d\" :as :my::a)",
        &[],
    );
}

#[test]
fn the_name_of_a_variant_follows_the_rules_of_definitions() {
    told(
        "(:wat::kwargs::auto-kwargs :my::connect :as :wat::core::x)",
        &[2103],
    );
    told(
        "(:wat::kwargs::auto-kwargs :my::connect)\n(c/def :my::with-connect 1)",
        &[2101],
    );
    told(
        "(:wat::kwargs::auto-kwargs :my::connect :as :dial)",
        &[3207],
    );
    told(
        "(c/defn :my::f [] -> c/i64 (:wat::kwargs::auto-kwargs :my::connect))",
        &[2004],
    );
}

#[test]
fn who_may_not_call_the_target_may_not_call_its_variant() {
    let variant = "(c/defn-restricted :lib::raw :restricted-to [:lib::] [n <- c/i64] -> c/i64 n)\n(:wat::kwargs::auto-kwargs :lib::raw)\n";
    told(
        &format!("{variant}(c/defn :lib::f [] -> c/i64 (:lib::with-raw :n 1))"),
        &[],
    );
    let refused = codes(&text(&format!(
        "{variant}(c/defn :my::f [] -> c/i64 (:lib::with-raw :n 1))"
    )));
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert!((3300..3400).contains(&refused[0]), "{refused:?}");
}

#[test]
fn a_variant_shows_its_own_help() {
    use wat_analysis::{DefKind, definition};
    let db = crate::support::database(&[(
        "main.wat",
        text(
            "(c/defn :my::area [w <- c/i64 h <- c/i64] -> c/i64 \"Area of a rectangle.\" w)\n(:wat::kwargs::auto-kwargs :my::area)\n(:wat::kwargs::define-with-kwargs :my::size :my::area [:wide :high] \"By keyword.\")\n(:wat::runtime::define-alias :my::alias :my::area)\n(:wat::kwargs::auto-kwargs :my::alias)",
        ),
    )]);
    let file = db.file("main.wat").expect("was just added");
    let info = definition(&db, file, ":my::with-area").expect("is defined");
    assert_eq!(info.kind, DefKind::KeywordVariant);
    assert_eq!(
        info.signature,
        "[w <- :wat::core::i64 h <- :wat::core::i64] -> :wat::core::i64"
    );
    assert_eq!(
        info.doc.as_deref(),
        Some("Keyword-argument form of :my::area. Keywords: :w :h.\n\nArea of a rectangle.")
    );
    let info = definition(&db, file, ":my::size").expect("is defined");
    assert_eq!(
        info.signature,
        "[wide <- :wat::core::i64 high <- :wat::core::i64] -> :wat::core::i64"
    );
    assert_eq!(info.doc.as_deref(), Some("By keyword."));
    let info = definition(&db, file, ":my::with-alias").expect("is defined");
    assert!(info.signature.starts_with("[w <- "), "{}", info.signature);
}

#[test]
fn names_that_cannot_be_keys_leave_a_call_positional() {
    let call = |params: &str, call: &str, expected: &[u16]| {
        told(
            &format!(
                "(c/defn :my::g {params} -> c/i64 1)\n(c/defn :my::f [] -> c/i64 (:my::g {call}))"
            ),
            expected,
        );
    };
    call("[_ <- c/i64 b <- c/i64]", ":_ 1 :b 2", &[2507]);
    call("[& xs <- c/Vector<wat::core::keyword>]", ":xs :a", &[]);
    call(
        "[a <- c/i64 & xs <- c/Vector<wat::core::i64>]",
        ":a 1 :xs [2]",
        &[],
    );
    call("[a <- c/i64 & a <- c/Vector<wat::core::i64>]", "1", &[2106]);
}

#[test]
fn keys_of_callables_without_keyword_form_are_taken_away() {
    for (call, expected) in [
        ("(c/string::subs :text \"x\" :start 0 :end 1)", 2507),
        ("(c/= :a 1 :b 2)", 2507),
        ("(c/length :of [1])", 2507),
        ("(:my::Point/x :self (:my::Point/new 1 2))", 2507),
        ("((c/fn [a <- c/i64] -> c/i64 a) :a 1)", 2507),
    ] {
        told(
            &format!("(c/defn :my::f [] -> c/nil (c/let [_ {call}] c/nil))"),
            &[expected],
        );
    }
}

#[test]
fn calls_that_may_be_misread_are_warned_of() {
    let tag = "(c/defn :my::tag [x <- c/keyword y <- c/i64] -> c/i64 y)\n";
    told(
        &format!("{tag}(c/defn :my::f [] -> c/i64 (:my::tag :x 10))"),
        &[7411],
    );
    told(
        &format!("{tag}(c/defn :my::f [] -> c/i64 (:my::tag :z 10))"),
        &[],
    );
    told(
        &format!("{tag}(c/defn :my::f [] -> c/i64 (:my::tag :y 10 :x :y))"),
        &[],
    );
    let log = "(c/defn :my::log [level <- c/keyword & more <- c/Vector<wat::core::keyword>] -> c/i64 1)\n";
    told(
        &format!("{log}(c/defn :my::f [] -> c/i64 (:my::log :level :info))"),
        &[7412],
    );
    told(
        &format!("{log}(c/defn :my::f [] -> c/i64 (:my::log :level :info :more [:a]))"),
        &[],
    );
    told(
        &format!("{log}(c/defn :my::f [] -> c/i64 (:my::log :info :level))"),
        &[],
    );
    let many = "(c/defn :my::many [a <- c/i64 b <- c/i64 c <- c/String d <- c/bool e <- c/f64] -> c/i64 a)\n";
    told(
        &format!("{many}(c/defn :my::f [] -> c/i64 (:my::many 1 2 \"\" true 1.0))"),
        &[7408],
    );
    told(
        &format!("{many}(c/defn :my::f [] -> c/i64 (:my::many 1 2 \"\" true 1.0 1))"),
        &[3002],
    );
    told(
        &format!("{many}(c/defn :my::f [] -> c/i64 (:my::many :a 1 :b 2 :c \"\" :d true :e 1.0))"),
        &[],
    );
}

#[test]
fn a_forgotten_key_is_told_instead_of_wrong_types() {
    let f = "(c/defn :my::g [a <- c/i64 b <- c/i64 c <- c/i64 d <- c/i64] -> c/i64 a)\n";
    told(
        &format!("{f}(c/defn :my::f [] -> c/i64 (:my::g :a 1 :c 2))"),
        &[2501],
    );
    told(
        &format!("{f}(c/defn :my::f [] -> c/i64 (:my::g :a 1 :z 2))"),
        &[3001, 3001],
    );
    let rest =
        "(c/defn :my::r [alpha <- c/i64 & rest <- c/Vector<wat::core::i64>] -> c/i64 alpha)\n";
    let calls: [(&str, &[u16]); 5] = [
        ("(:my::r :alpha 1 :betta 2)", &[2502]),
        ("(:my::r :rest 1 :betta 2)", &[2501, 2502, 3001]),
        ("(:my::r :alpha 1 :rest)", &[2505]),
        ("(:my::r :gamma 1 :betta 2)", &[3001, 3001]),
        ("(:my::r 1 :alpha 2)", &[3001]),
    ];
    for (call, codes) in calls {
        told(&format!("{rest}(c/defn :my::f [] -> c/i64 {call})"), codes);
    }
    let keys = "(c/defn :my::k [alpha <- c/keyword & rest <- c/Vector<wat::core::keyword>] -> c/keyword alpha)\n";
    told(
        &format!("{keys}(c/defn :my::f [] -> c/keyword (:my::k :alpha :x :betta))"),
        &[],
    );
}

/// Rules 2 and 4, and what counts as given.
#[test]
fn mistaken_keys_count_as_given_and_values_that_spell_names_are_values() {
    let set = "(c/defn :my::set [mode <- c/keyword level <- c/i64] -> c/keyword mode)\n";
    let three = "(c/defn :my::c [host <- c/String port <- c/i64 tls <- c/bool] -> c/i64 port)\n";
    let two = "(c/defn :my::d [host <- c/String port <- c/i64] -> c/i64 port)\n";
    let calls: [(&str, &str, &[u16]); 6] = [
        (
            set,
            "(c/do (:my::set :value :mode :level 3) 1)",
            &[2501, 2502],
        ),
        (three, "(:my::c :host \"h\" :port 2 :tlz)", &[2505]),
        (two, "(:my::d :port \"x\")", &[2501, 3001]),
        (two, "(:my::d :hots \"h\" :hst \"2\")", &[2501, 2502, 2502]),
        (two, "(:my::d :port 1)", &[2501]),
        (two, "(:my::d :hots \"h\" :prt 2)", &[2502, 2502]),
    ];
    for (declared, call, codes) in calls {
        told(
            &format!("{declared}(c/defn :my::f [] -> c/i64 {call})"),
            codes,
        );
    }
    // Only the first of two keys that are near the same name means it.
    let text = "(:wat::core::defn :my::d [host <- :wat::core::String port <- :wat::core::i64] -> :wat::core::i64 port)\n(:wat::core::defn :my::f [] -> :wat::core::i64 (:my::d :hots \"h\" :hst \"2\"))\n";
    let (_db, found) = crate::fixes::diagnose(text);
    let offered = found.iter().filter(|it| it.code.0 == 2502);
    let offered: Vec<usize> = offered.map(|it| it.fixes.len()).collect();
    assert_eq!(offered, [1, 0]);
}

/// §10.7, invariants 1 and 2: reordering parameters keeps keyword calls right, in every order of their pairs.
#[test]
fn every_order_of_parameters_and_pairs_checks() {
    let parts = [
        ("a", "c/i64", "1"),
        ("b", "c/String", "\"x\""),
        ("c", "c/bool", "true"),
    ];
    let orders = [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ];
    for declared in orders {
        let params: Vec<String> = declared
            .iter()
            .map(|&at| format!("{} <- {}", parts[at].0, parts[at].1))
            .collect();
        for given in orders {
            let pairs: Vec<String> = given
                .iter()
                .map(|&at| format!(":{} {}", parts[at].0, parts[at].2))
                .collect();
            told(
                &format!(
                    "(c/defn :my::g [{}] -> c/nil c/nil)\n(c/defn :my::f [] -> c/nil (:my::g {}))",
                    params.join(" "),
                    pairs.join(" ")
                ),
                &[],
            );
        }
        let wrong: Vec<String> = declared
            .iter()
            .map(|&at| format!(":{} 1.5", parts[at].0))
            .collect();
        told(
            &format!(
                "(c/defn :my::g [{}] -> c/nil c/nil)\n(c/defn :my::f [] -> c/nil (:my::g {}))",
                params.join(" "),
                wrong.join(" ")
            ),
            &[3001, 3001, 3001],
        );
    }
}

/// A key is any keyword of one segment, also one that is spelled with operators.
#[test]
fn keys_may_be_operators() {
    told(
        "(c/defn :my::g [< <- c/i64 <= <- c/i64 a<=b <- c/i64] -> c/i64 <)
(c/struct :my::S (< c/i64) (>= c/i64))
(c/defn :my::f [] -> c/i64 (:my::g :a<=b 5 :< 1 :<= 2))
(c/defn :my::h [] -> :my::S (:my::S :>= 1 :< 2))
(:wat::kwargs::define-with-kwargs :my::k c/range [:< :>])
(c/defn :my::i [] -> :wat::core::Vector<wat::core::i64> (:my::k :> 3 :< 1))",
        &[],
    );
}

#[test]
fn a_misspelled_target_is_told_once_and_not_at_the_calls() {
    let calls = "(c/defn :my::f [] -> c/nil (:my::with-connect :host \"h\" :port 1))\n(c/defn :my::g [] -> c/nil (:my::with-connect :port 1 :host \"h\"))";
    let auto = "(:wat::kwargs::auto-kwargs :my::conect)\n";
    told(&format!("{auto}{calls}"), &[2508]);
    // The name that the slip makes is known too.
    let own = "(c/defn :my::f [] -> c/nil (:my::with-conect :host \"h\" :port 1))";
    told(&format!("{auto}{own}"), &[2508]);
    // Others are unknown, and so is the name where the target exists.
    let other = "(c/defn :my::f [] -> c/nil (:my::with-conn :host \"h\"))";
    told(&format!("{auto}{other}"), &[2508, 3201]);
    let right = "(:wat::kwargs::auto-kwargs :my::connect)\n";
    let slip = "(c/defn :my::f [] -> c/nil (:my::with-conect :host \"h\" :port 1))";
    told(&format!("{right}{slip}"), &[3201]);
    let named = "(:wat::kwargs::auto-kwargs :my::conect :as :my::dial)\n";
    told(&format!("{named}{calls}"), &[2508, 3201, 3201]);
}

#[test]
fn keywords_in_another_order_than_the_parameters_are_not_just_removed() {
    let fixes = |call: &str| {
        let text = format!(
            "(:wat::core::struct :my::P (x :wat::core::i64))\n(:wat::core::defn :my::f [p <- :my::P] -> :wat::core::nil (:wat::core::do {call} :wat::core::nil))"
        );
        let (_db, found) = crate::fixes::diagnose(&text);
        assert_eq!(found.len(), 1, "{call}");
        assert_eq!(found[0].code.0, 2507, "{call}");
        let fixes = found[0].fixes.iter();
        fixes.map(|fix| fix.applicability).collect::<Vec<_>>()
    };
    use wat_analysis::Applicability::{MachineApplicable, MaybeIncorrect};
    let call = "(:wat::core::string::contains? :text \"a\" :part \"b\")";
    assert_eq!(fixes(call), [MachineApplicable]);
    let call = "(:wat::core::string::contains? :whole \"a\" :piece \"b\")";
    assert_eq!(fixes(call), [MaybeIncorrect], "the keys are no parameters");
    let call = "(:wat::core::string::subs :start 1 :text \"abc\" :end 2)";
    assert_eq!(fixes(call), [], "they would be exchanged");
    let call = "(:my::P/x :self p)";
    assert_eq!(fixes(call), [MachineApplicable]);
}

/// §10.6: the target may be any callable, also a value of function type (§3.3).
#[test]
fn a_value_of_function_type_gets_keywords() {
    let base = "(c/defn :my::adder [n <- c/i64] -> :wat::core::Fn(wat::core::i64,wat::core::i64)->wat::core::i64
  (c/fn [a <- c/i64 b <- c/i64] -> c/i64 (:wat::core::i64::+ n (:wat::core::i64::- a b))))
(c/def :my::add (:my::adder 3))
(:wat::kwargs::define-with-kwargs :my::sub :my::add [:from :what])\n";
    let with = |more: &str, expected: &[u16]| told(&format!("{base}{more}"), expected);
    with(
        "(c/defn :my::f [] -> c/i64 (:my::sub :what 1 :from 10))",
        &[],
    );
    with(
        "(c/defn :my::f [] -> c/i64 (:my::sub :what \"a\" :from 10))",
        &[3001],
    );
    with("(c/defn :my::f [] -> c/i64 (:my::sub :what 1))", &[2501]);
    with("(c/defn :my::f [] -> c/i64 (:my::sub 1 2))", &[2506]);
    with(
        "(:wat::kwargs::define-with-kwargs :my::one :my::add [:from])",
        &[2509],
    );
    with("(:wat::kwargs::auto-kwargs :my::add)", &[2508]);
    with(
        "(c/def :my::n 1)\n(:wat::kwargs::define-with-kwargs :my::one :my::n [:from])",
        &[2508],
    );
    // A use is one of the value, which must be evaluated by then.
    let text = text(&format!(
        "(c/def :my::early (:my::sub :what 1 :from 10))\n{base}"
    ));
    let (_db, found) = crate::fixes::diagnose(&text);
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].message,
        "the value `:my::add` is evaluated later than this value"
    );
    // A variant of a variant.
    with(
        "(:wat::kwargs::define-with-kwargs :my::two :my::sub [:x :y])\n(c/defn :my::f [] -> c/i64 (:my::two :y 1 :x 10))",
        &[],
    );
}

#[test]
fn a_wrong_type_names_the_parameter() {
    for call in [
        "(:my::connect :port \"1\" :host \"h\")",
        "(:my::connect \"h\" \"1\")",
    ] {
        let text = format!("{CONNECT}(:wat::core::defn :my::f [] -> :wat::core::nil {call})");
        let (_db, found) = crate::fixes::diagnose(&text);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].labels[0].message, "the parameter `port` is declared here",
            "{call}"
        );
    }
}
