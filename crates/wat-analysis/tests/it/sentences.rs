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
    let option = ":wat::core::Option<wat::core::i64>";
    for (ty, pattern) in [
        (int, "{}"),
        (":my::P", "{}"),
        (":my::P", "{:x x}"),
        (":my::P", "{x 1}"),
        (":my::E", "(:or :my::E::A :my::E::B)"),
        (":my::E", "(:wat::core::or :my::E::A :my::E::B)"),
        (":my::E", "(:when x true)"),
        (option, "(:or (:wat::core::Some 1) :wat::core::None)"),
        (int, "(:when x (:wat::core::> x 1))"),
        (int, "(:or 1 2)"),
        (int, "(:wat::core::or 1 2)"),
        (":wat::core::Vector<wat::core::i64>", "[a b]"),
    ] {
        let end = 2 + pattern.len();
        let types =
            "\n(:wat::core::struct :my::P (x :wat::core::i64))\n(:wat::core::enum :my::E :A :B)";
        let text = matching(ty, pattern) + types;
        reports(&text, &[&format!("WAT2307 3:2-3:{end}")]);
    }
    // What looks like a variant is an unknown one.
    let text = matching(":my::E", "(:Circle x)") + "\n(:wat::core::enum :my::E :A :B)";
    reports(&text, &["WAT2304 3:3-3:10"]);
    for word in [":when", ":if", ":where", ":guard"] {
        let text = matching(int, &format!("p {word} (:wat::core::> p 1)"));
        let end = 4 + word.len();
        reports(&text, &[&format!("WAT2307 3:4-3:{end}")]);
    }
    reports(&matching(int, "p :when"), &["WAT2209 3:1-3:12"]);
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
