//! Quoting forms and templates: what is data, what is code, and what is wrong.

use wat_analysis::{FileKind, SourceText, TextSize, file_diagnostics, symbol_at};
use wat_syntax::{TextEdit, apply_edits};

use crate::support::{all, database, spans};

/// The reports about an expression, which starts at 2:1.
fn reports(expression: &str, expected: &[&str]) {
    let text = format!(
        "(:wat::core::defn :my::f [n <- :wat::core::i64] -> :wat::core::nil (:wat::core::do\n{expression}\n:wat::core::nil))"
    );
    assert_eq!(spans(&text), expected, "{expression}");
}

#[test]
fn quoted_data_is_not_resolved_or_checked() {
    reports("'(:no::such x [1 \"a\"] {:k} (:wat::core::if))", &[]);
    reports("(:wat::core::forms (:no::such) nil (1 2) ~x)", &[]);
    reports("`(:no::such x (:wat::core::+ 1 \"a\"))", &[]);
    reports("'~x", &[]);
}

#[test]
fn unquoted_expressions_are_ordinary_code() {
    reports("`(:no::such ~(:wat::core::+ n 1))", &[]);
    reports("`(:a ~(:my::nope n))", &["WAT3201 2:8-2:17"]);
    reports("`(:a ~x)", &["WAT3202 2:7-2:8"]);
    reports(
        "`(:a ~@(:wat::core::range 0 \"x\"))",
        &["WAT3401 2:29-2:32"],
    );
    reports("`(:a `(:b ~x ~~y))", &["WAT3202 2:16-2:17"]);
}

#[test]
fn each_mistake_has_its_code_and_place() {
    reports("(:wat::core::quote)", &["WAT2212 2:1-2:20"]);
    reports("(:wat::core::quote a b)", &["WAT2212 2:1-2:24"]);
    reports("(:wat::core::quasiquote a b)", &["WAT2212 2:1-2:29"]);
    reports("~n", &["WAT2213 2:1-2:3"]);
    reports("(:wat::core::+ 1 ~n)", &["WAT2213 2:18-2:20"]);
    reports("`(:a ~(:wat::core::+ 1 ~n))", &["WAT2213 2:24-2:26"]);
    reports("(:wat::core::+ 1 ~@[n])", &["WAT2213 2:18-2:23"]);
    reports("`~@[n]", &["WAT2214 2:2-2:7"]);
    reports("`(:a '~@[n])", &["WAT2214 2:7-2:12"]);
    reports("`(:a ~@[n] [~@[n]] {~@[n]} #{~@[n]})", &[]);
}

#[test]
fn an_unquote_outside_a_template_is_removed() {
    for (text, fixed) in [
        ("(:wat::core::+ 1 ~n)", "(:wat::core::+ 1 n)"),
        (
            "(:wat::core::+ 1 (:wat::core::unquote  n ))",
            "(:wat::core::+ 1 n)",
        ),
        ("(:wat::core::+ 1 ~ n)", "(:wat::core::+ 1 n)"),
    ] {
        let whole = |body: &str| {
            format!("(:wat::core::defn :my::f [n <- :wat::core::i64] -> :wat::core::i64 {body})")
        };
        let mut db = database(&[("main.wat", whole(text))]);
        let file = db.file("main.wat").unwrap();
        let found = file_diagnostics(&db, file);
        let fix = &found[0].fixes[0];
        let edits: Vec<TextEdit> = fix
            .edits
            .iter()
            .map(|edit| TextEdit {
                range: edit.range,
                insert: edit.insert.clone(),
            })
            .collect();
        let after = apply_edits(&whole(text), &edits);
        assert_eq!(after, whole(fixed));
        db.set_file("main.wat", SourceText::new(after), FileKind::Disk);
        assert_eq!(all(&db), [""; 0]);
    }
}

#[test]
fn operations_on_syntax_check_what_a_signature_cannot_say() {
    reports("(:wat::core::struct->form n)", &["WAT3017 2:27-2:28"]);
    reports("(:wat::core::keyword/of :a n)", &["WAT3001 2:28-2:29"]);
    reports("(:wat::core::keyword/of :a)", &["WAT3002 2:2-2:24"]);
    reports("(:wat::core::macro-error)", &["WAT3002 2:2-2:25"]);
    reports("(:wat::core::macro-error n)", &["WAT3001 2:26-2:27"]);
    reports("(:wat::core::+ n (:wat::core::macro-error \"x\" 'n))", &[]);
}

#[test]
fn clauses_of_matches_have_a_grammar() {
    let matches = |clauses: &str, expected: &[&str]| {
        let text = format!(
            "(:wat::core::struct :my::P (x :wat::core::i64))\n(:wat::core::defn :my::f [p <- :my::P] -> :wat::core::bool (:wat::form::matches? p\n{clauses}))"
        );
        assert_eq!(spans(&text), expected, "{clauses}");
    };
    matches("(:my::P (= ?x :x) (> ?x 1))", &[]);
    matches("(:my::P (~= 1 2))", &["WAT2217 3:10-3:12"]);
    matches("(:my::P (= ?x :y))", &["WAT2217 3:15-3:17"]);
    matches("(:my::P (> ?x 1))", &["WAT2217 3:12-3:14"]);
    matches("(:my::P (= ?x ?y))", &["WAT2217 3:15-3:17"]);
    matches("(:my::P (= :x))", &["WAT2217 3:9-3:15"]);
    matches("(:my::P (not (= :x 1) (= :x 2)))", &["WAT2217 3:9-3:32"]);
    matches("(:my::P (or (= ?x :x)) (= 1 ?x) (> ?x 0))", &[]);
    matches("(:my::P (not (= ?x :x)) (> ?x 0))", &["WAT2217 3:28-3:30"]);
    matches("(:my::P x)", &["WAT2217 3:9-3:10"]);
    matches("(:my::Q)", &["WAT3203 3:2-3:8"]);
    matches("(:wat::core::i64)", &["WAT2217 3:2-3:17"]);
    matches("p", &["WAT2217 3:1-3:2"]);
    matches("(:my::P (= :x \"a\"))", &["WAT3404 3:15-3:18"]);
    matches("(:my::P (where 1))", &["WAT3001 3:16-3:17"]);
}

#[test]
fn a_logic_variable_is_bound_before_it_is_used_wherever_it_stands() {
    let matches = |clauses: &str, expected: &[&str]| {
        let text = format!(
            "(:wat::core::struct :my::P (x :wat::core::i64))\n(:wat::core::defn :my::f [p <- :my::P] -> :wat::core::bool (:wat::form::matches? p\n(:my::P {clauses})))"
        );
        assert_eq!(spans(&text), expected, "{clauses}");
    };
    matches("(where (:wat::core::> ?z 1))", &["WAT2217 3:31-3:33"]);
    matches("(= :x (:wat::core::+ 1 ?z))", &["WAT2217 3:32-3:34"]);
    matches(
        "(= ?z :x) (where (:wat::core::> ?z 1)) (= :x (:wat::core::+ 1 ?z))",
        &[],
    );
    matches("(where (:wat::core::> z 1))", &["WAT3202 3:31-3:32"]);
    matches(
        "(> ?z 1) (where (:wat::core::> ?z 1)) (= :x ?z)",
        &["WAT2217 3:12-3:14"],
    );
}

const TWO: &str = "(:wat::core::struct :my::P (x :wat::core::i64))\n(:wat::core::defmacro :my::two [] -> :wat::WatAST `2)\n(:wat::core::defmacro :my::is [p <- :wat::WatAST t <- :wat::WatAST] -> :wat::WatAST `(:wat::form::matches? ~p (:my::P (= :x ~t))))\n";

#[test]
fn a_macro_call_in_a_term_is_told() {
    let f = "(:wat::core::fn [] -> :wat::core::i64 (:my::two))";
    for (term, at) in [
        ("(:my::two)".to_owned(), 8),
        ("(:wat::core::+ 1 (:my::two))".to_owned(), 25),
        ("(:wat::core::-> 1 (:my::two))".to_owned(), 26),
        (format!("({f})"), 47),
        ("(:wat::core::match `(a ~(:my::two)) (_ 1))".to_owned(), 32),
    ] {
        let text = format!(
            "{TWO}(:wat::core::defn :my::f [p <- :my::P] -> :wat::core::bool (:wat::form::matches? p (:my::P\n(= :x {term}))))"
        );
        let told = spans(&text);
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0], format!("WAT2217 5:{at}-5:{}", at + 8), "{text}");
    }
    for clause in [
        "(where (:wat::core::= (:my::two) 2))",
        "(where (:my::is p (:wat::core::+ 1 1)))",
    ] {
        let text = format!(
            "{TWO}(:wat::core::defn :my::f [p <- :my::P] -> :wat::core::bool (:wat::form::matches? p (:my::P {clause})))"
        );
        assert_eq!(spans(&text), [""; 0], "{text}");
    }
    let made = format!(
        "{TWO}(:wat::core::defn :my::f [p <- :my::P] -> :wat::core::bool (:my::is p (:my::two)))"
    );
    assert_eq!(spans(&made), ["WAT2217 4:72-4:80"]);
}

#[test]
fn a_pattern_of_matches_names_its_struct_by_any_name() {
    let matches = |pattern: &str, expected: &[&str]| {
        let text = format!(
            "(:wat::core::struct :my::P (x :wat::core::i64))\n(:wat::core::struct :my::Box<T> (v :T))\n(:wat::core::typealias :my::Q :my::P)\n(:wat::core::typealias :my::R<T> :my::Box<T>)\n(:wat::core::typealias :my::N :wat::core::i64)\n(:wat::core::typealias :my::Lost :my::Nowhere)\n(:wat::core::defn :my::f [p <- :my::P b <- :my::Box<wat::core::i64>] -> :wat::core::bool (:wat::core::and\n(:wat::form::matches? {pattern})))"
        );
        let told = spans(&text);
        assert_eq!(told[1..], *expected, "{pattern}");
    };
    matches("p (:my::Q (= :x 2))", &[]);
    matches("p (:my::Q (= :y 2))", &["WAT2217 8:36-8:38"]);
    matches("b (:my::R (= :v 2))", &[]);
    matches("b (:my::R (= :v \"a\"))", &["WAT3404 8:39-8:42"]);
    matches("b (:my::Box<wat::core::i64> (= :v 2))", &[]);
    matches("p (:my::N (= :x 2))", &["WAT2217 8:26-8:32"]);
    matches("p (:my::Lost (= :x 2))", &[]);
    matches("p (:my::Boxx (= :x 2))", &["WAT3203 8:26-8:35"]);
}

#[test]
fn reflection_takes_a_name() {
    reports("(:wat::runtime::kind-of :no::such)", &[]);
    reports("(:wat::runtime::kind-of n)", &["WAT2601 2:25-2:26"]);
    reports("(:wat::runtime::doc \"x\")", &["WAT2601 2:21-2:24"]);
    reports("(:wat::runtime::body-of)", &["WAT3002 2:2-2:24"]);
}

#[test]
fn editors_find_nothing_in_quoted_data() {
    let text = "(:wat::core::defn :my::f [n <- :wat::core::i64] -> :wat::WatAST '(:my::f n))";
    let db = database(&[("main.wat", text)]);
    let file = db.file("main.wat").unwrap();
    let at = text.rfind("n)").unwrap() as u32;
    assert_eq!(symbol_at(&db, file, TextSize::new(at)), None);
}
