//! Declarations inside expressions: each is one mistake, and what it would have declared is known (chapter 03 §10.1).

use crate::fixes::codes;

fn told(text: &str, expected: &[u16]) {
    let text = text.replace("c/", ":wat::core::");
    assert_eq!(codes(&text), expected, "{text}");
}

#[test]
fn uses_of_what_an_expression_declares_are_silent() {
    for (declaration, use_) in [
        (
            "(c/defn :my::in [y <- c/i64] -> c/i64 y)",
            "(:my::in \"a\")",
        ),
        ("(c/def :my::v 1)", "(c/+ :my::v 1)"),
        (
            "(c/def-restricted :my::v :restricted-to [:my::] 1)",
            "(c/+ :my::v 1)",
        ),
        ("(c/struct :my::S (x c/i64))", "(:my::S/x (:my::S/new 1))"),
        ("(c/struct :my::S (x c/i64))", "(:my::S/x (:my::S :x 1))"),
        (
            "(c/enum :my::E :A (B (x c/i64)))",
            "(c/match (:my::E::B 1) (:my::E::A 1) ((:my::E::B x) x))",
        ),
        ("(c/newtype :my::N c/i64)", "(:my::N/0 (:my::N/new 1))"),
        (
            "(:wat::runtime::define-alias :my::al c/reverse)",
            "(c/length (:my::al [1]))",
        ),
        (
            "(c/defmacro :my::m [x <- :wat::WatAST] -> :wat::WatAST `~x)",
            "(:my::m zz)",
        ),
        (
            "(c/define-dispatch :my::d ((c/i64) :my::id))",
            "(:my::d \"a\")",
        ),
    ] {
        let id = "(c/defn :my::id [x <- c/i64] -> c/i64 x)";
        told(
            &format!("{id} (c/defn :my::f [] -> c/i64 (c/let [x 1] {declaration} {use_}))"),
            &[2004],
        );
        // In another function, and wherever an expression may be.
        for place in [
            "(c/when true DECLARATION)",
            "(c/cond (true DECLARATION) (:else 1))",
            "(c/match 1 (1 DECLARATION) (_ DECLARATION))",
            "(:my::id DECLARATION)",
            "(c/map [1] (c/fn [x <- c/i64] -> c/nil DECLARATION))",
            "[DECLARATION]",
        ] {
            let place = place.replace("DECLARATION", declaration);
            let text = format!(
                "{id} (c/defn :my::f [] -> c/i64 {use_}) (c/defn :my::g [] -> c/nil (c/let [_ {place}] c/nil))"
            );
            let text = text.replace("c/", ":wat::core::");
            let found = codes(&text);
            assert!(
                found.contains(&2004) && found.iter().all(|&code| code == 2004),
                "{text}\n{found:?}"
            );
        }
    }
    told(
        "(c/defn :my::f [] -> c/nil (c/do (c/typealias :my::A c/i64) c/nil)) (c/defn :my::g [x <- :my::A] -> :my::A x)",
        &[2004],
    );
    told(
        "(c/if true (c/def :my::a 1) (c/def :my::b 2)) (c/defn :my::g [] -> c/i64 (c/+ :my::a :my::b))",
        &[2004, 2004],
    );
    told(
        "(c/let [z (c/do (c/def :my::a 1) 2)] (c/def :my::b z)) (c/defn :my::g [] -> c/i64 (c/+ :my::a :my::b))",
        &[2004],
    );
}

#[test]
fn what_is_data_or_a_template_declares_nothing() {
    told(
        "(c/defn :my::f [] -> c/i64 (c/do '(c/defn :my::in [] -> c/i64 1) (:my::in)))",
        &[3201],
    );
    told(
        "(c/defmacro :my::m [] -> :wat::WatAST `(c/do (c/defn :my::in [] -> c/i64 1))) (c/defn :my::f [] -> c/i64 (:my::in))",
        &[3201],
    );
    // A macro may leave out what it is given.
    told(
        "(c/defmacro :my::m [x <- :wat::WatAST] -> :wat::WatAST `1) (c/defn :my::f [] -> c/i64 (c/do (:my::m (c/defn :my::in [] -> c/i64 1)) (:my::in)))",
        &[3201],
    );
    told(
        "(c/defn :my::f [] -> c/nil (c/do (c/def :my::a 1) (:my::b)))",
        &[2004, 3201],
    );
}
