//! Sentences of the reference that no block of it shows.

use crate::support::spans;

fn reports(text: &str, expected: &[&str]) {
    assert_eq!(spans(text), expected, "{text}");
}

#[test]
fn a_declaration_in_a_branch_at_the_top_level_is_the_mistake() {
    reports(
        "(:wat::core::if true\n(:wat::core::def :my::a 1)\n:wat::core::nil)",
        &["WAT2004 2:1-2:27"],
    );
    reports(
        "(:wat::core::cond (true\n(:wat::core::struct :my::S (x :wat::core::i64))) (:else :wat::core::nil))",
        &["WAT2004 2:1-2:48"],
    );
    reports("(:wat::core::if true 1 2)", &["WAT2003 1:1-1:26"]);
}

#[test]
fn a_splice_without_forms_is_empty() {
    reports("(:wat::core::do)", &["WAT2205 1:1-1:17"]);
}

#[test]
fn names_in_a_misshapen_parameter_draw_nothing_more() {
    reports(
        "(:wat::core::defn :my::f [[x y] <- :(wat::core::i64,wat::core::i64)] -> :wat::core::i64 x)",
        &["WAT2105 1:27-1:32"],
    );
    reports(
        "(:wat::core::defn :my::f [& xs <- :wat::core::Vector<wat::core::i64> y <- :wat::core::i64] -> :wat::core::i64 y)",
        &["WAT2107 1:70-1:71"],
    );
    reports(
        "(:wat::core::defn-restricted :my::f :restricted-to :my [] -> :wat::core::i64 1)",
        &["WAT2110 1:52-1:55"],
    );
}

#[test]
fn arms_without_parentheses_are_one_mistake() {
    reports(
        "(:wat::core::defn :my::f [b <- :wat::core::bool] -> :wat::core::i64\n(:wat::core::match b true 1 false 2))",
        &["WAT2209 2:22-2:26"],
    );
}

#[test]
fn guards_alternatives_and_elements_of_vectors_are_no_patterns() {
    let matching = |ty: &str, pattern: &str| {
        format!(
            "(:wat::core::defn :my::f [p <- {ty}] -> :wat::core::i64\n(:wat::core::match p\n({pattern} 1) (_ 2)))"
        )
    };
    let int = ":wat::core::i64";
    for (ty, pattern) in [
        (int, "(:when x (:wat::core::> x 1))"),
        (int, "(:or 1 2)"),
        (int, "(:wat::core::or 1 2)"),
        (":wat::core::Vector<wat::core::i64>", "[a b]"),
    ] {
        let end = 2 + pattern.len();
        reports(&matching(ty, pattern), &[&format!("WAT2307 3:2-3:{end}")]);
    }
}

#[test]
fn what_is_meant_as_else_is_the_place() {
    reports(
        "(:wat::core::defn :my::f [b <- :wat::core::bool] -> :wat::core::i64\n(:wat::core::cond (b 1) (else 2)))",
        &["WAT2207 2:26-2:30"],
    );
}

#[test]
fn an_unknown_type_is_told_once_per_form() {
    reports(
        "(:wat::core::defn :my::f [x <- :wat::core::Vector<my::Q> y <- :my::Q] -> :wat::core::Option<my::Q>\n:wat::core::None)\n(:wat::core::defn :my::g [x <- :my::Q] -> :wat::core::i64 1)",
        &["WAT3203 1:51-1:56", "WAT3203 3:32-3:38"],
    );
    let near = "(:wat::core::struct :my::Point (x :wat::core::i64))\n(:wat::core::defn :my::f [x <- :wat::core::Vector<my::Pont> y <- :my::Pont] -> :wat::core::i64 1)";
    assert_eq!(
        crate::fixes::fixed(near, 3203),
        near.replace("Pont", "Point"),
        "the fix of the first replaces the others too"
    );
}
