//! One root cause, one diagnostic: slips that several phases could tell of.

use wat_analysis::Applicability;

use crate::fixes::{codes, diagnose};
use crate::support::spans;

fn reports(text: &str, expected: &[&str]) {
    assert_eq!(spans(text), expected, "{text}");
}

#[test]
fn values_that_could_not_be_defined_cause_no_mismatch() {
    let uses = [
        "(:wat::core::map [1] :lib::v)",
        "(:wat::core::sort-by [1] :lib::v)",
        "(:wat::kernel::run-threads [1] :lib::v)",
        "(:wat::core::+ 1 :lib::v)",
        "(:wat::core::< 1 :lib::v)",
        "(:wat::core::if true 1 :lib::v)",
        "[1 :lib::v]",
        "(:wat::core::length :lib::v)",
    ];
    let patterns = [
        "(:wat::core::match :lib::v ((:wat::core::Some x) x) (:wat::core::None 1))",
        "(:wat::core::let [[a b] :lib::v] a)",
        "(:wat::core::let [{a} :lib::v] a)",
        "(:wat::core::let [a :lib::v] (:wat::core::+ a 1))",
        "(:wat::core::first :lib::v)",
    ];
    let printed = |cause: &str, value: &str| {
        format!(
            "{cause}\n(:wat::core::defn :my::f [] -> :wat::core::nil (:wat::kernel::println {value}))"
        )
    };
    let absent = "(:wat::load-file! \"absent.wat\")";
    for value in uses.iter().chain(&patterns) {
        reports(&printed(absent, value), &["WAT5002 1:19-1:31"]);
    }
    let slip = "(:wat::core::dfn :lib::v [x <- :wat::core::i64] -> :wat::core::i64 x)";
    for value in uses {
        reports(&printed(slip, value), &["WAT3201 1:2-1:17"]);
    }
    // A bare keyword is data.
    let bare = printed(absent, "(:wat::core::map [1] :v)");
    assert_eq!(spans(&bare).len(), 2);
}

#[test]
fn the_last_form_of_when_and_unless_is_nil() {
    let body = |body: &str, result: &str| {
        format!("(:wat::core::defn :my::f [n <- :wat::core::i64] -> {result}\n{body})")
    };
    let nil = ":wat::core::nil";
    for head in ["when", "unless"] {
        let at = |column: usize| format!("WAT3010 2:{}-2:{}", column, column + 1);
        let text = format!("(:wat::core::{head} true n)");
        let column = text.len() - 1;
        reports(&body(&text, nil), &[&at(column)]);
        reports(&body(&text, ":wat::core::i64"), &[&at(column)]);
        let text = format!("(:wat::core::{head} true \"x\" (:wat::kernel::println n))");
        reports(&body(&text, nil), &[]);
        let text = format!(
            "(:wat::core::{head} true (:wat::kernel::assertion-failed! \"no\" :wat::core::None :wat::core::None))"
        );
        reports(&body(&text, nil), &[]);
        for parts in ["", " true"] {
            let text = format!("(:wat::core::{head}{parts})");
            let whole = format!("WAT2402 2:1-2:{}", text.len() + 1);
            reports(&body(&text, nil), &[&whole]);
        }
    }
}

#[test]
fn a_docstring_before_the_arrow_is_one_mistake() {
    reports(
        "(:wat::core::defn :my::f [x <- :wat::core::i64]\n\"doc\" -> :wat::core::i64 x)",
        &["WAT2105 2:1-2:6"],
    );
    reports(
        "(:wat::core::def :my::f (:wat::core::fn [x <- :wat::core::i64]\n\"doc\" -> :wat::core::i64 x))",
        &["WAT2105 2:1-2:6"],
    );
    reports(
        "(:wat::core::defn-restricted :my::f :restricted-to [] [x <- :wat::core::i64]\n\"doc\" -> :wat::core::i64 \"own\" x)\n(:wat::core::defn :my::g [] -> :wat::core::String \"only\")",
        &["WAT2105 2:1-2:6"],
    );
}

#[test]
fn a_result_type_behind_the_body_is_one_mistake() {
    reports(
        "(:wat::core::defn :my::f\n[x <- :wat::core::i64] (:wat::core::+ x 1) -> :wat::core::i64)",
        &["WAT2105 2:1-2:23"],
    );
}

#[test]
fn vectors_that_nest_too_deep_are_one_mistake() {
    for depth in [1_100, 10_000] {
        for (open, close) in [("[", "]"), ("#{", "}"), ("{1 ", "}")] {
            let text = format!(
                "(:wat::core::def :m::v {}1{})",
                open.repeat(depth),
                close.repeat(depth)
            );
            let found = spans(&text);
            assert_eq!(found.len(), 1, "{open} {depth}: {found:?}");
            assert!(found[0].starts_with("WAT1033"), "{found:?}");
        }
    }
}

#[test]
fn type_arguments_in_parentheses_are_one_mistake() {
    let at = |column: usize| format!("WAT1014 2:{}-2:{}", column, column + 1);
    for (before, ty, after) in [
        (
            "(:wat::core::defn :my::f [x <-\n",
            ":wat::core::Vector(wat::core::i64)",
            "] -> :wat::core::i64 1)",
        ),
        (
            "(:wat::core::defn :my::f [x <-\n",
            ":Vector(i64)",
            "] -> :wat::core::i64 1)",
        ),
        (
            "(:wat::core::defn :my::f<T> [x <-\n",
            ":wat::core::Vector(T)",
            "] -> :wat::core::i64 1)",
        ),
        (
            "(:wat::core::defn :my::f [] ->\n",
            ":wat::core::Vector(wat::core::i64)",
            " [1])",
        ),
        (
            "(:wat::core::struct :my::S (x\n",
            ":wat::core::Vector(wat::core::i64)",
            "))",
        ),
        (
            "(:wat::core::enum :my::E (V (x\n",
            ":wat::core::Vector(wat::core::i64)",
            ")))",
        ),
        (
            "(:wat::core::typealias :my::A\n",
            ":wat::core::Vector(wat::core::i64)",
            ")",
        ),
        (
            "(:wat::core::defn :my::f [x <-\n",
            ":wat::core::HashMap(wat::core::i64 wat::core::i64)",
            "] -> :wat::core::i64 1)",
        ),
    ] {
        let column = ty.find('(').expect("there is one") + 1;
        reports(&format!("{before}{ty}{after}"), &[&at(column)]);
    }
    // A call without its space is what the reader takes it for, and other mistakes are told as ever.
    reports(
        "(:wat::core::def :my::x\n(:wat::core::i64::+(:wat::core::i64::+ 1 \"a\") 1))",
        &["WAT1014 2:20-2:21", "WAT3001 2:42-2:45"],
    );
    reports(
        "(:wat::core::defn :my::f [x <-\n:wat::core::Vector(wat::core::i64)] -> :wat::core::i64\n\"text\")",
        &["WAT1014 2:19-2:20", "WAT3003 3:1-3:7"],
    );
}

fn matching(ty: &str, arms: &str) -> String {
    format!(
        "(:wat::core::defn :my::f [v <- {ty}] -> :wat::core::i64\n(:wat::core::match v\n{arms}))"
    )
}

#[test]
fn an_arm_that_no_value_reaches_is_told_at_its_pattern() {
    let flag = ":wat::core::bool";
    reports(
        &matching(flag, "(true 1) (false 2)\n(_ 3)"),
        &["WAT7305 4:2-4:3"],
    );
    reports(&matching(flag, "(x 1)\n(false 2)"), &["WAT7305 4:2-4:7"]);
    reports(
        &matching(":wat::core::i64", "(1 1)\n(1 2)\n(n n)\n(_ 3)"),
        &["WAT7305 4:2-4:3", "WAT7305 6:2-6:3"],
    );
    reports(
        &matching(
            ":(wat::core::bool,wat::core::bool)",
            "([true _] 1) ([_ false] 2)\n([true true] 5)\n([false true] 4)",
        ),
        &["WAT7305 4:2-4:13"],
    );
    reports(&matching(flag, "(true 1) (false 2)"), &[]);
}

#[test]
fn arms_behind_a_pattern_that_is_none_are_not_unreachable() {
    reports(
        &matching(":wat::core::bool", "(\"a\" 1) (true 2) (_ 4)"),
        &["WAT2303 3:2-3:5"],
    );
}

#[test]
fn an_arm_that_a_macro_adds_is_not_unreachable() {
    let text = "(:wat::core::defmacro :my::m [x <- :wat::WatAST & arms <- :wat::core::Vector<wat::WatAST>] -> :wat::WatAST `(:wat::core::match ~x ~@arms (_ 0)))\n(:wat::core::defn :my::f [v <- :wat::core::bool] -> :wat::core::i64 (:my::m v (true 1) (false 2)))\n(:wat::core::defn :my::g [v <- :wat::core::bool] -> :wat::core::i64 (:my::m v (true 1)\n(true 2)))";
    reports(text, &["WAT7305 4:2-4:6"]);
}

#[test]
fn deleting_an_unreachable_arm_leaves_the_others() {
    let text = matching(":wat::core::bool", "(true 1) (false 2) (_ 3)");
    assert_eq!(
        crate::fixes::fixed(&text, 7305),
        matching(":wat::core::bool", "(true 1) (false 2)")
    );
    crate::fixes::every_machine_fix_is_safe(&text);
}

#[test]
fn an_arrow_without_a_type_is_told_alone() {
    let body = |body: &str| {
        format!(
            "(:wat::core::defn :my::f [o <- :wat::core::Option<wat::core::i64>] -> :wat::core::i64\n{body})"
        )
    };
    for (text, column) in [
        ("(:wat::core::if true -> i64 1 2)", 22),
        ("(:wat::core::if true -> \"i64\" 1 2)", 22),
        ("(:wat::core::if true -> (V i64) 1 2)", 22),
        ("(:wat::core::if true -> 1 2)", 22),
        ("(:wat::core::match 1 -> T (_ 2))", 22),
        ("(:wat::core::match 1 -> (_ 2))", 22),
        ("(:wat::core::cond -> T (:else 2))", 19),
        ("(:wat::core::Option/expect -> T o \"m\")", 28),
        ("(:wat::core::Option/expect -> o \"m\")", 28),
        ("(:wat::edn::read -> T \"1\")", 18),
        ("(:wat::kernel::readln -> T)", 23),
    ] {
        reports(
            &body(text),
            &[&format!("WAT2208 2:{column}-2:{}", column + 2)],
        );
    }
}

#[test]
fn a_cycle_of_names_is_told_where_it_closes() {
    let alias =
        |new: &str, old: &str| format!("(:wat::runtime::define-alias :my::{new} :my::{old})\n");
    let text = [alias("a", "b"), alias("b", "c"), alias("c", "a")].concat();
    reports(&text, &["WAT2112 3:37-3:43"]);
    reports(&alias("a", "a"), &["WAT2112 1:37-1:43"]);
    // Who only leads there, or to a name that is missing, is not at fault.
    let text = [alias("x", "a"), alias("a", "b"), alias("b", "a")].concat();
    reports(&text, &["WAT2112 3:37-3:43"]);
    let text = [alias("a", "b"), alias("b", "missing")].concat();
    reports(&text, &["WAT2112 2:37-2:49"]);
}

/// Chapter 01 L32: nowhere a name, and no fix where no value may stand.
#[test]
fn nil_is_no_binder() {
    let nil = "-> :wat::core::nil :wat::core::nil";
    for (text, place) in [
        (
            format!("(:wat::core::defn :my::f [nil <- :wat::core::i64] {nil})"),
            "1:27-1:30",
        ),
        (
            format!(
                "(:wat::core::defn :my::f [& nil <- :wat::core::Vector<wat::core::i64>] {nil})"
            ),
            "1:29-1:32",
        ),
        (
            format!("(:wat::core::def :my::f (:wat::core::fn [nil <- :wat::core::i64] {nil}))"),
            "1:42-1:45",
        ),
        (
            "(:wat::core::defmacro :my::m [nil <- :wat::WatAST] -> :wat::WatAST `1)".to_owned(),
            "1:31-1:34",
        ),
        (
            "(:wat::core::def :my::x (:wat::core::let [nil 1] 1))".to_owned(),
            "1:43-1:46",
        ),
        (
            "(:wat::core::def :my::x (:wat::core::let [[nil b] (:wat::core::Tuple 1 2)] b))"
                .to_owned(),
            "1:44-1:47",
        ),
    ] {
        let (_, found) = diagnose(&text);
        let at = format!("WAT1035 {place}");
        reports(&text, &[&at]);
        assert!(found[0].fixes.is_empty(), "{text}");
    }
    let pattern = "(:wat::core::defn :my::f [] -> :wat::core::i64 (:wat::core::match :wat::core::nil (nil 1)))";
    let (_, found) = diagnose(pattern);
    assert_eq!((found[0].code.0, found[0].fixes.len()), (1035, 1));
}

#[test]
fn a_variant_without_fields_is_a_refutable_binder() {
    let with = |binder: &str, value: &str| {
        format!(
            "(:wat::core::enum :my::E :A :B)\n(:wat::core::defn :my::f [t <- :wat::core::Option<wat::core::i64> e <- :my::E] -> :wat::core::i64 (:wat::core::let [{binder} {value}] 1))"
        )
    };
    for (binder, value, code) in [
        (":wat::core::None", "t", "WAT2204"),
        (":my::E::A", "e", "WAT2204"),
        (":wat::core::nil", ":wat::core::nil", "WAT2204"),
        (":a", "1", "WAT2202"),
    ] {
        let found = spans(&with(binder, value));
        assert_eq!(found.len(), 1, "{binder}: {found:?}");
        assert!(found[0].starts_with(code), "{binder}: {found:?}");
    }
}

#[test]
fn the_arity_of_a_variant_is_told_at_its_name() {
    let body = |body: &str| {
        format!("(:wat::core::defn :my::f [] -> :wat::core::Option<wat::core::i64>\n{body})")
    };
    reports(&body("(:wat::core::Some 1 2)"), &["WAT3002 2:2-2:18"]);
    reports(&body("(:wat::core::Some)"), &["WAT3002 2:2-2:18"]);
    reports(&body("(:wat::core::Some :value 3)"), &["WAT2507 2:19-2:25"]);
}

#[test]
fn a_name_for_a_variant_that_takes_other_patterns_is_no_sure_fix() {
    let text = |pattern: &str| {
        format!(
            "(:wat::core::enum :my::E :Leaf (Node (a :wat::core::i64) (b :wat::core::i64)))
(:wat::core::defn :my::f [e <- :my::E] -> :wat::core::i64 (:wat::core::match e (:my::E::Leaf 0) ({pattern} 1)))"
        )
    };
    for (pattern, sure) in [
        ("(:my::E::Nodel r)", false),
        ("(:my::E::Nodel r q)", true),
        (":my::E::Nodel", false),
    ] {
        let text = text(pattern);
        let (_, found) = diagnose(&text);
        let told = found
            .iter()
            .find(|found| found.code.0 == 2304)
            .expect("it is told");
        let how = told.fixes[0].applicability;
        assert_eq!(how == Applicability::MachineApplicable, sure, "{pattern}");
    }
}

/// Chapter 02 §12: never silently ignored.
#[test]
fn a_setter_that_a_macro_makes_is_told() {
    for (template, arguments, code) in [
        ("`(:wat::config::set-redef! true)", "", "WAT2005"),
        (
            "`(:wat::core::do (:wat::config::set-redef! true))",
            "",
            "WAT2005",
        ),
        ("`~x", "(:wat::config::set-redef! true)", "WAT2005"),
        ("`(:wat::config::set-zork! true)", "", "WAT2005"),
    ] {
        let params = if arguments.is_empty() {
            ""
        } else {
            "x <- :wat::WatAST"
        };
        let text = format!(
            "(:wat::core::defmacro :my::m [{params}] -> :wat::WatAST {template})\n(:my::m {arguments})\n"
        );
        let found = spans(&text);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert!(found[0].starts_with(code), "{text}: {found:?}");
    }
    // Beside a macro call a setter is read where it is written.
    let text = "(:wat::core::defmacro :my::m [] -> :wat::WatAST `(:wat::core::def :my::x 1))
(:wat::core::do (:wat::config::set-redef! true) (:my::m))";
    reports(text, &["WAT2005 2:17-2:48"]);
}

#[test]
fn a_binder_without_a_value_is_told_once() {
    reports(
        "(:wat::core::defn :my::f [] -> :wat::core::i64\n(:wat::core::let [(:wat::kernel::println 1)] 2))",
        &["WAT2201 2:19-2:44"],
    );
}

#[test]
fn a_vector_that_is_not_closed_hides_the_result_type() {
    reports(
        "(:wat::core::defn :my::f [x <- :wat::core::i64 -> :wat::core::i64 x)",
        &["WAT1030 1:26-1:27"],
    );
}

#[test]
fn a_signature_of_the_entry_that_cannot_be_read_is_told_once() {
    reports(
        "(:wat::core::defn :user::main [] -> (:wat::kernel::println 1))",
        &["WAT2105 1:34-1:36"],
    );
    reports(
        "(:wat::core::defn :user::main [] -> :my::Nope (:wat::kernel::println 1))",
        &["WAT3203 1:37-1:46"],
    );
    reports(
        "(:wat::core::defn :user::main [x] -> :wat::core::nil (:wat::kernel::println 1))",
        &["WAT2105 1:32-1:33"],
    );
}

#[test]
fn a_misspelled_definition_excuses_what_it_would_define() {
    let user = "(:wat::core::defn :my::f [] -> :wat::core::i64 (:my::g 1))";
    for (definition, user) in [
        (
            "(:wat::core::dfen :my::g [x <- :wat::core::i64] -> :wat::core::i64 x)",
            user,
        ),
        (
            "(:my::defn :my::g [x <- :wat::core::i64] -> :wat::core::i64 x)",
            user,
        ),
        (
            "(defn :my::g [x <- :wat::core::i64] -> :wat::core::i64 x)",
            user,
        ),
        (
            "(:wat::core::defmacr :my::g [x <- :wat::WatAST] -> :wat::WatAST x)",
            user,
        ),
        (
            "(:wat::core::strct :my::S (x :wat::core::i64))",
            "(:wat::core::defn :my::f [s <- :my::S] -> :wat::core::i64 (:my::S/x s))",
        ),
        (
            "(:wat::core::enumm :my::E :A :B)",
            "(:wat::core::defn :my::f [] -> :my::E :my::E::A)",
        ),
    ] {
        let found = spans(&format!("{definition}\n{user}"));
        let is_told = found.len() == 1 && found[0].contains(" 1:");
        assert!(is_told, "{definition}: {found:?}");
    }
    // A macro of that name is no slip, and an unknown name stays one.
    let text = "(:wat::core::defmacro :my::defn [n <- :wat::WatAST] -> :wat::WatAST `(:wat::core::def ~n 1))
(:my::defn :my::one)
(:wat::core::defn :my::f [] -> :wat::core::i64 (:my::two 1))";
    let found = spans(text);
    assert!(
        found.len() == 1 && found[0].starts_with("WAT3201 3:"),
        "{found:?}"
    );
}

#[test]
fn a_misspelled_binding_form_hides_what_it_would_bind() {
    let body = |body: &str| {
        format!("(:wat::core::defmacro :my::bind [n <- :wat::WatAST b <- :wat::WatAST] -> :wat::WatAST `(:wat::core::let [~n 1] ~b))
(:wat::core::defn :my::f [o <- :wat::core::Option<wat::core::i64>] -> :wat::core::i64\n{body})")
    };
    for (text, end) in [
        ("(:wat::core::lett [a 1 b 2] (:wat::core::+ a b))", 18),
        (
            "(:wat::core::mtach o ((:wat::core::Some v) v) (:wat::core::None 0))",
            19,
        ),
        (
            "((:wat::core::fnn [x <- :wat::core::i64] -> :wat::core::i64 x) 1)",
            18,
        ),
        ("(:my::bnid q (:wat::core::+ q 1))", 11),
    ] {
        let from = if text.starts_with("((") { 3 } else { 2 };
        reports(&body(text), &[&format!("WAT3201 3:{from}-3:{end}")]);
    }
}

#[test]
fn a_signature_that_cannot_be_read_is_told_once() {
    let with = |parts: &str| format!("(:wat::core::defn :my::f {parts})");
    reports(&with("[] -> i64 1"), &["WAT2105 1:29-1:31"]);
    reports(&with("[] -> -> :wat::core::i64 1"), &["WAT2105 1:29-1:31"]);
    let value = |value: &str| format!("(:wat::core::defn :my::f [] -> :wat::core::i64\n{value})");
    for (text, place) in [
        ("((:wat::core::fn x -> :wat::core::i64 x) 2)", "2:18-2:19"),
        ("((:wat::core::fn [] -> i64 1))", "2:21-2:23"),
        (
            "(:wat::core::foldl [1] 0 (:wat::core::fn [a b <- :wat::core::i64] -> :wat::core::i64 a))",
            "2:43-2:44",
        ),
    ] {
        reports(&value(text), &[&format!("WAT2105 {place}")]);
    }
}

#[test]
fn an_entry_point_with_another_result_is_told_once() {
    reports(
        "(:wat::core::defn :user::main [] -> :wat::core::i64 (:wat::kernel::println 1))",
        &["WAT2002 1:19-1:30"],
    );
}

#[test]
fn arms_that_are_none_are_told_once() {
    let body = |body: &str| {
        format!(
            "(:wat::core::defn :my::f [o <- :wat::core::Option<wat::core::i64>] -> :wat::core::i64\n{body})"
        )
    };
    reports(
        &body("(:wat::core::match o (:wat::core::Some v) v (:wat::core::None 0))"),
        &["WAT2209 2:43-2:44"],
    );
    let (_, found) = diagnose(&body(
        "(:wat::core::match o #{_ (:wat::kernel::println 1) 2})",
    ));
    let told: Vec<u16> = found.iter().map(|told| told.code.0).collect();
    assert_eq!(told, [2209], "a set is no arm");
    assert!(found[0].fixes.is_empty(), "and no body makes it one");
    for test in [":wat::core::else", ":esle", "else", "true"] {
        let text = format!("(:wat::core::cond ((:wat::core::= 1 2) 2) ({test} 3))");
        let place = format!("WAT2207 2:44-2:{}", 44 + test.len());
        reports(&body(&text), &[&place]);
    }
    let text = body("(:wat::core::match o ((:wat::core::Some v) v) ((:wat::core::None) 0))");
    reports(&text, &["WAT2305 2:48-2:66"]);
    assert!(crate::fixes::fixed(&text, 2305).contains("(:wat::core::None 0)"));
}

/// Chapter 01 K23: a repaired keyword is an ordinary one for everything behind the reader.
#[test]
fn what_is_wrong_in_a_repaired_type_is_told_where_it_stands() {
    let with = |ty: &str| {
        format!(
            "(:wat::core::struct :my::Point (x :wat::core::i64))\n(:wat::core::defn :my::f [m <-\n{ty}] -> :wat::core::i64 0)"
        )
    };
    reports(
        &with(":wat::core::HashMap<wat::core::i64, my::Pont>"),
        &["WAT1010 3:36-3:37", "WAT3203 3:37-3:45"],
    );
    reports(
        &with(":wat::core::HashMap<my::A, my::B>"),
        &[
            "WAT3203 3:21-3:26",
            "WAT1010 3:27-3:28",
            "WAT3203 3:28-3:33",
        ],
    );
    let text = with(":wat::core::HashMap<wat::core::i64, my::Pont>");
    let (_, found) = diagnose(&text);
    let unknown = found
        .iter()
        .find(|told| told.code.0 == 3203)
        .expect("it is told");
    let repaired = crate::fixes::apply(&text, &unknown.fixes[0]);
    assert!(
        repaired.contains("HashMap<wat::core::i64, my::Point>]"),
        "{repaired}"
    );
    assert_eq!(spans(&repaired), ["WAT1010 3:36-3:37"]);
}

#[test]
fn a_fix_that_makes_nil_is_offered_where_nil_may_stand() {
    let fixes = |result: &str, body: &str| {
        let text = format!("(:wat::core::defn :my::f [] -> {result}\n{body})");
        let (_, found) = diagnose(&text);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        found[0].fixes.len()
    };
    let print = "(:wat::kernel::println 1)";
    assert_eq!(
        fixes(":wat::core::nil", &format!("(:wat::core::if true {print})")),
        1
    );
    assert_eq!(fixes(":wat::core::nil", "(:wat::core::do)"), 1);
    assert_eq!(fixes(":wat::core::i64", "(:wat::core::if true 1)"), 0);
    assert_eq!(
        fixes(
            ":wat::core::nil",
            &format!("(:wat::core::do (:wat::core::if true 1) {print})")
        ),
        0
    );
    assert_eq!(fixes(":wat::core::i64", "(:wat::core::do)"), 0);
}

#[test]
fn calls_of_a_broken_dispatch_are_silent() {
    let text = "(:wat::core::define-dispatch :my::d ((:wat::core::i64) :my::nope))
(:wat::core::defn :my::f [] -> :wat::core::i64 (:my::d \"a\"))";
    let found = spans(text);
    assert!(
        found.len() == 1 && found[0].starts_with("WAT2111"),
        "{found:?}"
    );
}

#[test]
fn remainders_of_floats_never_were() {
    let body = |body: &str| format!("(:wat::core::defn :my::f [] -> :wat::core::f64\n{body})");
    reports(
        &body("(:wat::core::f64::mod 5.0 3.0)"),
        &["WAT3450 2:2-2:22"],
    );
}

#[test]
fn a_binder_with_a_colon_is_one_mistake() {
    reports(
        "(:wat::core::defn :my::f [count: <- :wat::core::i64] -> :wat::core::i64 (:wat::core::+ count 1))",
        &["WAT1009 1:32-1:33"],
    );
    // A blank of two bytes before it.
    reports(
        "(:wat::core::defn :my::f [] -> :wat::core::i64\u{a0}wat: 1)",
        &["WAT1003 1:47-1:48", "WAT1009 1:51-1:52"],
    );
    // Another form has nothing to do with it, nor another name.
    reports(
        "(:wat::core::defn :my::f [a: <- :wat::core::i64] -> :wat::core::i64 b)\n(:wat::core::def :my::g a)",
        &[
            "WAT1009 1:28-1:29",
            "WAT3202 1:69-1:70",
            "WAT3202 2:25-2:26",
        ],
    );
}

#[test]
fn bindings_that_are_shifted_are_one_mistake() {
    let body = |bindings: &str| {
        format!(
            "(:wat::core::defn :my::f [] -> :wat::core::i64 (:wat::core::let [{bindings}] (:wat::core::+ a c)))"
        )
    };
    for (bindings, end) in [
        ("a b 2 c 3", 74),
        ("a (:wat::core::+ 1 1) (:wat::core::+ b 1) c 1", 110),
    ] {
        let place = format!("WAT2201 1:{end}-1:{}", end + 1);
        reports(&body(bindings), &[&place]);
    }
    // Where every binder may be one, the others bind.
    reports(&body("a 1 c"), &["WAT2201 1:70-1:71"]);
}

#[test]
fn uses_of_a_name_with_definitions_that_differ_are_silent() {
    let uses = "\n(:wat::core::defn :my::u [] -> :wat::core::i64 ";
    for (definitions, used, place) in [
        (
            "(:wat::core::defn :my::f [a <- :wat::core::i64] -> :wat::core::i64 a)
(:wat::core::defn :my::f [a <- :wat::core::i64 b <- :wat::core::i64] -> :wat::core::i64 b)",
            "(:wat::core::do (:my::f 1 2) (:my::f :a 1 :b 2) (:my::f 1))",
            "2:19-2:25",
        ),
        (
            "(:wat::core::def :my::f \"a\")\n(:wat::core::def :my::f 1)",
            "(:wat::core::i64::+ :my::f 1)",
            "2:18-2:24",
        ),
        (
            "(:wat::core::defn :my::f [] -> :wat::core::i64 1)\n(:wat::core::struct :my::f (x :wat::core::i64))",
            "(:wat::core::let [g (:wat::core::fn [s <- :my::f] -> :wat::core::i64 (:my::f/x s))] (g (:my::f/new 1)))",
            "2:21-2:27",
        ),
        (
            "(:wat::core::struct :my::f (x :wat::core::i64))\n(:wat::core::struct :my::f (x :wat::core::i64) (y :wat::core::i64))",
            "(:wat::core::let [{x y} (:my::f/new 1 2) p (:my::f :x 1 :y 2)] (:my::f/y p))",
            "2:21-2:27",
        ),
        (
            "(:wat::core::enum :my::f :A)\n(:wat::core::enum :my::f :A (B (x :wat::core::i64)))",
            "(:wat::core::match (:my::f::B 1) (:my::f::A 1) ((:my::f::B x) x))",
            "2:19-2:25",
        ),
    ] {
        let text = format!("{definitions}{uses}{used})");
        reports(&text, &[&format!("WAT2101 {place}")]);
    }
    // Where the definitions say the same of the name, a wrong use is a mistake of its own.
    for (definitions, used, code) in [
        (
            "(:wat::core::def :my::f 1)\n(:wat::core::def :my::f 2)",
            "(:wat::core::string::length :my::f)",
            "WAT3001",
        ),
        (
            "(:wat::core::defn :my::f [] -> :wat::core::i64 1)\n(:wat::core::defn :my::f [] -> :wat::core::i64 2)",
            "(:my::f 1)",
            "WAT3002",
        ),
    ] {
        let found = spans(&format!("{definitions}{uses}{used})"));
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[1].starts_with(code), "{found:?}");
    }
    let variants =
        "(:wat::core::defn :my::t [a <- :wat::core::i64 b <- :wat::core::i64] -> :wat::core::i64 a)
(:wat::kwargs::define-with-kwargs :my::f :my::t [:x :y])
(:wat::kwargs::define-with-kwargs :my::f :my::t [:p :q])";
    reports(
        &format!("{variants}{uses}(:my::f :p 1 :q 2))"),
        &["WAT2101 3:35-3:41"],
    );
}

#[test]
fn a_second_declaration_of_a_type_is_deleted_by_hand() {
    let text = "(:wat::core::struct :my::S (x :wat::core::i64))\n(:wat::core::struct :my::S (y :wat::core::i64))\n";
    let sure = |text: &str| {
        let (_, found) = diagnose(text);
        let fix = found.iter().flat_map(|told| &told.fixes).next();
        fix.map(|fix| fix.applicability)
    };
    assert_eq!(sure(text), Some(Applicability::MaybeIncorrect));
    let member = "(:wat::core::defn :my::S/x [] -> :wat::core::i64 1)\n(:wat::core::struct :my::S (x :wat::core::i64))\n";
    assert_eq!(sure(member), Some(Applicability::MaybeIncorrect));
}

#[test]
fn endless_macros_do_not_spoil_what_stands_around_them() {
    let text = "(:wat::core::defmacro :my::m [x <- :wat::WatAST] -> :wat::WatAST `(:my::m ~x))
(:wat::core::defn :my::f [] -> :wat::core::i64
(:wat::core::cond ((:wat::core::= 1 2) 1)
(true (:my::m 3))
(:else 2)))";
    reports(text, &["WAT2403 4:8-4:14"]);
}

#[test]
fn an_arm_of_another_arity_is_one_mistake_of_a_dispatch() {
    let text = "(:wat::core::defn :my::f [x <- :wat::core::i64] -> :wat::core::i64 x)
(:wat::core::define-dispatch :my::d ((:wat::core::i64) :my::f) ((:wat::core::i64 :wat::core::i64) :my::f))";
    reports(text, &["WAT2111 2:65-2:98"]);
}

#[test]
fn the_entry_point_of_an_inline_source_is_told_in_the_literal() {
    let text = "(:wat::load-string! \"(:wat::core::defn :user::main [] -> :wat::core::i64 3)\")";
    reports(text, &["WAT2002 1:40-1:51"]);
}

#[test]
fn a_key_that_is_put_into_an_empty_collection_is_told_where_it_is_put() {
    let function = "(:wat::core::fn [x <- :wat::core::i64] -> :wat::core::i64 x)";
    let with = |value: &str| {
        format!(
            "(:wat::core::defn :my::f [] -> :wat::core::nil (:wat::core::let [m {value}] :wat::core::nil))"
        )
    };
    for (value, count) in [
        (format!("{{}} n (:wat::core::assoc m {function} 1)"), 1),
        (format!("(:wat::core::assoc {{}} {function} 1)"), 1),
        (format!("(:wat::core::conj #{{}} {function})"), 1),
        (format!("{{{function} 1}}"), 1),
    ] {
        let found = spans(&with(&value));
        assert_eq!(found.len(), count, "{value}: {found:?}");
        assert!(found[0].starts_with("WAT3406"), "{value}: {found:?}");
    }
}

#[test]
fn an_operator_that_stands_for_a_function_has_one_label() {
    let text = "(:wat::core::defn :my::f [] -> :wat::core::u8 (:wat::core::let [f :wat::core::+] (f (:wat::core::u8 1) (:wat::core::u8 2))))";
    let (_, found) = diagnose(text);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].code.0, found[0].labels.len()), (3403, 0));
}

#[test]
fn a_guard_within_a_pattern_is_told_at_its_word() {
    let option = ":wat::core::Option<wat::core::i64>";
    for arm in [
        "((:wat::core::Some x\n:when true) x)",
        "((:wat::core::Some x\n:when (:wat::core::> x 1)) x)",
    ] {
        let text = matching(option, &format!("{arm} (_ 2)"));
        reports(&text, &["WAT2307 4:1-4:6"]);
    }
    let text = "(:wat::core::enum :my::E :A (B (x :wat::core::i64) (y :wat::core::i64)))
(:wat::core::defn :my::f [e <- :my::E] -> :wat::core::i64 (:wat::core::match e (:my::E::A 1) ((:my::E::B x y
:if true) (:wat::core::i64::+ x y))))";
    reports(text, &["WAT2307 3:1-3:4"]);
    // A keyword may be a field.
    let text = matching(
        ":wat::core::Option<wat::core::keyword>",
        "((:wat::core::Some :when) 1) (_ 2)",
    );
    reports(&text, &[]);
}

#[test]
fn the_name_of_a_type_that_stands_as_a_value_is_told_as_one() {
    let text = |used: &str| {
        format!(
            "(:wat::core::struct :my::P (x :wat::core::i64))
(:wat::core::typealias :my::N :wat::core::i64)
(:wat::core::defn :my::f [] -> :wat::core::nil (:wat::core::let [v {used}] :wat::core::nil))"
        )
    };
    let (_, found) = diagnose(&text("(:wat::core::map [1] :my::P)"));
    assert_eq!((found.len(), found[0].code.0), (1, 3001));
    assert_eq!(
        found[0].notes,
        ["`:my::P` is the name of a struct: where a value stands, it is a keyword literal"]
    );
    assert_eq!(
        found[0].help.as_deref(),
        Some("its values are made by `:my::P/new`")
    );
    let (_, found) = diagnose(&text("(:wat::core::map [1] :my::N)"));
    assert_eq!(
        found[0].notes,
        ["`:my::N` is the name of a type alias: where a value stands, it is a keyword literal"]
    );
    let (_, found) = diagnose(&text("(:wat::core::map [1] :my::zork)"));
    assert_eq!(
        found[0].notes,
        ["`:my::zork` is a keyword literal: nothing of that name is defined"]
    );
}

#[test]
fn a_value_that_is_mentioned_too_early_moves_within_a_do() {
    for (text, after) in [
        (
            "(:wat::core::do (:wat::core::def :my::a (:wat::core::i64::+ :my::b 1)) (:wat::core::def :my::b 1))",
            "(:wat::core::do (:wat::core::def :my::b 1) (:wat::core::def :my::a (:wat::core::i64::+ :my::b 1)))",
        ),
        (
            "(:wat::core::do\n  (:wat::core::def :my::a :my::b)\n  (:wat::core::def :my::c 2)\n  (:wat::core::def :my::b 1))\n",
            "(:wat::core::do\n  (:wat::core::def :my::b 1)\n  (:wat::core::def :my::a :my::b)\n  (:wat::core::def :my::c 2))\n",
        ),
        (
            "(:wat::core::def :my::a :my::b)\n(:wat::core::do (:wat::core::def :my::c 2) (:wat::core::def :my::b 1))\n",
            "(:wat::core::def :my::b 1)\n(:wat::core::def :my::a :my::b)\n(:wat::core::do (:wat::core::def :my::c 2))\n",
        ),
    ] {
        assert_eq!(crate::fixes::fixed(text, 2108), after);
        crate::fixes::every_machine_fix_is_safe(text);
    }
    // What it mentions itself would come too late there, or it would leave the scope of a name.
    for text in [
        "(:wat::core::do (:wat::core::def :my::a :my::b) (:wat::core::def :my::c 2) (:wat::core::def :my::b :my::c))",
        "(:wat::core::def :my::a :my::b)\n(:wat::core::let [q 1] (:wat::core::def :my::c 2) (:wat::core::def :my::b q))",
    ] {
        let (_, found) = diagnose(text);
        let told = found.iter().find(|told| told.code.0 == 2108);
        assert!(told.is_some_and(|told| told.fixes.is_empty()), "{found:?}");
    }
}

#[test]
fn a_function_name_beside_a_mistake_is_not_asked_what_it_stands_for() {
    for (text, code) in [
        (
            "(c/defn :my::f [x <- :my::Nope] -> c/i64 (c/foldl x 0 c/+))",
            3203,
        ),
        (
            "(c/defn :my::f [] -> c/i64 (c/length (c/map zz c/length)))",
            3202,
        ),
        (
            "(c/defn :my::f [] -> c/i64 (c/length (c/sort-by zz c/length)))",
            3202,
        ),
        ("(c/defn :my::f [] -> c/i64 (c/reduce zz c/+))", 3202),
        ("(c/defn :my::f [] -> c/i64 (:my::nope c/+))", 3201),
        (
            "(c/defn :my::f [] -> c/i64 (c/let [f c/+] (:my::nope f)))",
            3201,
        ),
        (
            "(c/defn :my::f [& xs <- c/HashMap<wat::core::String,wat::core::i64>] -> c/i64 (c/foldl xs 0 c/+))",
            2107,
        ),
        (
            "(c/defn :my::f [] -> c/nil (c/do (c/map zz c/str) (c/map zz c/first) c/nil))",
            3202,
        ),
        (
            "(c/defn :my::i [x <- c/i64] -> c/i64 x) (c/defn :my::s [x <- c/String] -> c/i64 1) (c/define-dispatch :my::d ((c/i64) :my::i) ((c/String) :my::s)) (c/defn :my::f [] -> c/i64 (c/length (c/map zz :my::d)))",
            3202,
        ),
        (
            "(c/defn :my::v [& xs <- c/Vector<wat::core::i64>] -> c/i64 1) (c/defn :my::f [] -> c/i64 (:my::nope :my::v))",
            3201,
        ),
    ] {
        let text = text.replace("c/", ":wat::core::");
        assert_eq!(codes(&text), [code], "{text}");
    }
    // Elsewhere it is asked.
    let text = "(:wat::core::defn :my::f [] -> :wat::core::nil (:wat::core::let [f :wat::core::+ _ (:wat::core::map zz :wat::core::length)] :wat::core::nil))";
    assert_eq!(codes(text), [3202, 3402]);
}

#[test]
fn a_later_value_is_told_once_for_each_initialiser() {
    let text = "(:wat::core::def :my::a (:wat::core::+ :my::b :my::b)) (:wat::core::def :my::c [:my::b]) (:wat::core::def :my::b 1)";
    assert_eq!(codes(text), [2108, 2108]);
}

#[test]
fn a_list_of_callers_in_the_wrong_brackets_is_one_mistake() {
    for text in [
        "(c/def-restricted :my::a :restricted-to (:my::) 1)",
        "(c/def-restricted :my::a (:my::) 1)",
        "(c/def-restricted :my::a :restricted-to)",
        "(c/def-restricted :my::a)",
        "(c/defn-restricted :my::a :restricted-to (:my::) [] -> c/i64 1)",
    ] {
        let text = text.replace("c/", ":wat::core::");
        assert_eq!(codes(&text), [2110], "{text}");
    }
    let text = "(:wat::core::def-restricted :my::a :restricted-to [:my::])";
    let (_db, found) = diagnose(text);
    assert_eq!(found[0].code.0, 2104);
    assert!(found[0].message.contains("`:wat::core::def-restricted`"));
}

#[test]
fn the_advice_about_differing_branches_keeps_what_is_expected() {
    let advice = |ret: &str, body: &str| {
        let text = format!("(c/defn :my::f [n <- c/i64] -> {ret} {body})");
        let (_db, found) = diagnose(&text.replace("c/", ":wat::core::"));
        assert_eq!(found.len(), 1, "{found:#?}");
        (
            found[0].help.clone().unwrap_or_default(),
            found[0].fixes.len(),
        )
    };
    let (help, fixes) = advice("c/i64", "(c/match n (1 1) (_ \"a\"))");
    assert!(help.starts_with("parse it") && fixes == 0, "{help}");
    let (help, fixes) = advice("c/String", "(c/let [] (c/if true \"a\" n))");
    assert!(help.contains("i64::to-string") && fixes == 1, "{help}");
    // Nothing says which of them is meant.
    let (help, fixes) = advice("c/nil", "(:wat::kernel::println (c/if true n \"a\"))");
    assert!(help.contains("i64::to-string") && fixes == 1, "{help}");
}

#[test]
fn an_entry_point_that_is_no_function_of_its_own_is_told_as_what_it_is() {
    let go = "(c/defn :my::go [] -> c/nil c/nil)";
    for (declaration, what) in [
        (
            "(:wat::runtime::define-alias :user::main :my::go)",
            "an alias",
        ),
        ("(c/def :user::main :my::go)", "a value"),
        ("(c/struct :user::main (x c/i64))", "a type"),
        ("(c/enum :user::main :A)", "a type"),
        ("(c/typealias :user::main c/i64)", "a type"),
        ("(c/defmacro :user::main [] -> :wat::WatAST `1)", "a macro"),
    ] {
        let text = format!("{go} {declaration}").replace("c/", ":wat::core::");
        let (_db, found) = diagnose(&text);
        assert_eq!(found.len(), 1, "{found:#?}");
        assert_eq!(found[0].code.0, 2002);
        assert!(
            found[0].message.ends_with(&format!("and is {what}")),
            "{found:#?}"
        );
    }
}

#[test]
fn a_retired_target_of_an_alias_is_told_with_its_present_name() {
    let told = |target: &str| {
        let text = format!("(:wat::runtime::define-alias :my::v {target})");
        let (_db, found) = diagnose(&text);
        assert_eq!(found.len(), 1, "{found:#?}");
        assert_eq!(found[0].code.0, 2112);
        (found[0].message.clone(), found[0].fixes.len())
    };
    let (message, fixes) = told(":wat::core::vec");
    assert_eq!(
        message,
        "`:wat::core::vec` is retired: it is `:wat::core::Vector` now"
    );
    assert_eq!(fixes, 0);
    assert_eq!(told(":wat::std::stream::map").1, 1);
}

#[test]
fn a_variant_with_type_parameters_is_known_without_them() {
    reports(
        "(:wat::core::enum :my::C :Red :Green<wat::core::i64>)\n(:wat::core::defn :my::f [] -> :wat::core::bool (:wat::core::= :my::C::Red :my::C::Green))",
        &["WAT2109 1:31-1:53"],
    );
}
