//! One diagnostic for one mistake: rules of names, shapes and types.

use crate::fixes::{codes, fixed};
use crate::support::spans;

/// Checks one text against the list of its diagnostics.
fn reports(text: &str, expected: &[&str]) {
    assert_eq!(spans(text), expected, "{text}");
}

/// A function with this body and result.
fn body(result: &str, body: &str) -> String {
    format!(
        "(:wat::core::defn :my::f [n <- :wat::core::i64 s <- :wat::core::String] -> {result}\n{body})"
    )
}

#[test]
fn a_whole_program_is_silent() {
    reports(
        &body(
            ":wat::core::i64",
            "(:wat::core::+ n (:wat::core::string::length s))",
        ),
        &[],
    );
}

#[test]
fn unknown_names_are_reported_once_per_form() {
    reports(
        &body(":wat::core::i64", "(:wat::core::+ m (:wat::core::+ m 1))"),
        &["WAT3202 2:16-2:17"],
    );
    reports(
        &body(":wat::core::i64", "(:wat::core::lenght s)"),
        &["WAT3201 2:2-2:20"],
    );
    reports(
        "(:wat::core::defn :my::f [x <- :wat::core::Vector<my::Pont>] -> :wat::core::i64 1)",
        &["WAT3203 1:51-1:59"],
    );
}

#[test]
fn mismatches_blame_the_found_expression() {
    reports(
        &body(":wat::core::i64", "(:wat::core::string::length n)"),
        &["WAT3001 2:29-2:30"],
    );
    reports(&body(":wat::core::i64", "s"), &["WAT3003 2:1-2:2"]);
    reports(
        &body(":wat::core::i64", "(:wat::core::if true n s)"),
        &["WAT3010 2:24-2:25"],
    );
    reports(
        &body(":wat::core::bool", "(:wat::core::= n s)"),
        &["WAT3404 2:18-2:19"],
    );
    reports(
        &body(":wat::core::i64", "(:wat::core::+ n s)"),
        &["WAT3403 2:18-2:19"],
    );
}

#[test]
fn errors_poison_silently() {
    reports(
        &body(
            ":wat::core::i64",
            "(:wat::core::+ 1 (:my::nothing (:wat::core::string::length n)))",
        ),
        &["WAT3201 2:19-2:31", "WAT3001 2:60-2:61"],
    );
    let text = "(:wat::core::defn :user::a [x <- :user::Unknwon] -> :wat::core::i64 (:wat::core::if x 1 2))\n(:wat::core::defn :user::b [] -> :wat::core::i64 (:user::a \"anything\"))\n(:wat::core::defn :user::c [] -> :wat::core::i64 (:wat::core::string::length 5))\n";
    reports(text, &["WAT3203 1:34-1:48", "WAT3001 3:78-3:79"]);
}

#[test]
fn arity_names_the_callee() {
    reports(
        &body(":wat::core::i64", "(:wat::core::string::length s s)"),
        &["WAT3002 2:2-2:28"],
    );
    reports(
        &body(":wat::core::bool", "(:wat::core::= 1 1 1)"),
        &["WAT3002 2:2-2:15"],
    );
}

#[test]
fn matches_must_cover_every_value() {
    reports(
        &body(
            ":wat::core::i64",
            "(:wat::core::match (:wat::core::Some n) ((:wat::core::Some 1) 1) (:wat::core::None 0))",
        ),
        &["WAT2301 2:2-2:19"],
    );
    reports(
        &body(":wat::core::i64", "(:wat::core::match n (1 1) (_ 0))"),
        &[],
    );
    reports(
        &body(":wat::core::i64", "(:wat::core::match s (1 1) (_ 0))"),
        &["WAT2303 2:23-2:24"],
    );
}

#[test]
fn shapes_are_reported_at_the_form() {
    reports(
        &body(":wat::core::i64", "(:wat::core::if true 1)"),
        &["WAT2206 2:1-2:24"],
    );
    reports(
        &body(":wat::core::i64", "(:wat::core::let [a 1 b] a)"),
        &["WAT2201 2:23-2:24"],
    );
    reports(
        &body(":wat::core::i64", "(:wat::core::do)"),
        &["WAT2205 2:1-2:17"],
    );
    reports(&body(":wat::core::i64", "(1 2)"), &["WAT2215 2:2-2:3"]);
    reports("(:wat::kernel::println 1)", &["WAT2003 1:1-1:26"]);
}

#[test]
fn definitions_are_unique_and_outside_reserved_prefixes() {
    reports(
        "(:wat::core::def :a::x 1)\n(:wat::core::def :a::x 2)",
        &["WAT2101 2:18-2:23"],
    );
    reports("(:wat::core::def :wat::x 1)", &["WAT2103 1:18-1:25"]);
    reports(
        "(:wat::core::def :a::y (:wat::core::+ :a::x 1))\n(:wat::core::def :a::x 1)",
        &["WAT2108 1:39-1:44"],
    );
}

#[test]
fn generics_are_rigid_inside_and_free_outside() {
    reports(
        "(:wat::core::defn :my::bad<T> [x <- :T] -> :T 3)",
        &["WAT3018 1:47-1:48"],
    );
    reports(
        "(:wat::core::defn :my::id<T> [x <- :T] -> :T x)\n(:wat::core::defn :my::f [] -> :wat::core::i64 (:my::id (:my::id 3)))",
        &[],
    );
    reports(
        "(:wat::core::defn :my::id [x <- :T] -> :T x)",
        &["WAT3112 1:33-1:35"],
    );
    // Once for each declaration, whatever is missing.
    reports(
        "(:wat::core::defn :my::swap [x <- :T y <- :U] -> :(U,T) (:wat::core::Tuple y x))",
        &["WAT3112 1:35-1:37"],
    );
    // A parameter of a declaration beside it is no unknown type.
    reports(
        "(:wat::core::struct :my::Table<Key> (keys :wat::core::Vector<Key>))\n(:wat::core::defn :my::first-of [k <- :Key] -> :Key k)",
        &["WAT3112 2:39-2:43"],
    );
    reports(
        "(:wat::core::defn :my::first-of [k <- :Key] -> :Key k)",
        &["WAT3203 1:39-1:43"],
    );
}

#[test]
fn a_space_in_a_type_is_one_mistake() {
    let text = "(:wat::core::defn :my::f [m <- :wat::core::HashMap<wat::core::String, wat::core::i64>] -> :wat::core::i64 0)";
    reports(text, &["WAT1010 1:70-1:71"]);
}

#[test]
fn retired_type_names_are_read_as_the_canonical_ones() {
    let text = "(:wat::core::defn :my::f [m <- :wat::core::HashMap<String,i64> s <- :Vec<bool>] -> :wat::core::unit :wat::core::nil)";
    reports(
        text,
        &[
            "WAT3901 1:32-1:63",
            "WAT3903 1:69-1:79",
            "WAT3902 1:84-1:100",
        ],
    );
}

/// Each is one diagnostic, and its fix leaves none.
#[test]
fn retired_types_inside_others_are_replaced_where_they_stand() {
    let id = "(:wat::core::defn :my::id<T> [x <- :T] -> :T x)\n";
    let cases = [
        (
            "[v <- :wat::core::Vector<()>] -> :wat::core::i64 (:wat::core::length v)",
            3902,
        ),
        (
            "[v <- :Vec<()>] -> :wat::core::i64 (:wat::core::length v)",
            3903,
        ),
        (
            "[f <- :wat::core::Fn(wat::core::i64)->()] -> :wat::core::nil (f 1)",
            3902,
        ),
        ("[f <- :fn(i64)->()] -> :wat::core::nil (f 1)", 3904),
        (
            "[t <- :(wat::core::i64,())] -> :() (:wat::core::second t)",
            3902,
        ),
        (
            "[t <- :((),())] -> :wat::core::nil (:wat::core::second t)",
            3902,
        ),
        ("[] -> :wat::core::nil (:my::id<()> :wat::core::nil)", 3902),
        ("[] -> :wat::core::i64 (:my::id<i64> 4)", 3901),
        (
            "[] -> :wat::core::Option<wat::core::i64> :wat::core::None<i64>",
            3901,
        ),
        (
            "[] -> :wat::core::Vector<wat::core::i64> (:my::id<Vec<i64>> [1])",
            3903,
        ),
    ];
    for (rest, code) in cases {
        let text = format!("{id}(:wat::core::defn :my::f {rest})\n");
        let text = text.replace("-> :() ", "-> :wat::core::nil ");
        assert_eq!(codes(&text), [code], "{text}");
        let after = fixed(&text, code);
        assert_eq!(codes(&after), [] as [u16; 0], "{text}{after}");
    }
}

#[test]
fn a_file_that_cannot_be_loaded_excuses_unknown_names() {
    let text = "(:wat::load-file! \"missing.wat\")\n(:wat::core::defn :my::f [x <- :lib::T] -> :wat::core::i64 (:lib::g x))";
    reports(text, &["WAT5002 1:19-1:32"]);
}

#[test]
fn an_ignored_result_is_a_warning() {
    let text = "(:wat::core::defn :my::save [] -> :wat::core::Result<wat::core::i64,wat::core::String> (:wat::core::Ok 1))\n(:wat::core::defn :my::f [] -> :wat::core::nil\n(:my::save) (:wat::core::let [_ (:my::save)] :wat::core::nil))";
    reports(text, &["WAT3507 3:1-3:12"]);
}

#[test]
fn the_function_may_come_first() {
    let text = "(:wat::core::defn :my::f [] -> :wat::core::Vector<wat::core::i64>\n(:wat::core::map (:wat::core::fn [x <- :wat::core::i64] -> :wat::core::i64 x) [1 2]))";
    reports(text, &["WAT7041 2:18-2:78"]);
}

#[test]
fn nesting_beyond_the_limit_is_one_diagnostic() {
    let text = format!("{}{}", "(".repeat(100_000), ")".repeat(100_000));
    reports(&text, &["WAT1033 1:1025-1:1026"]);
}

#[test]
fn a_damaged_form_at_the_top_level_is_told_by_the_reader_alone() {
    reports("(f 1", &["WAT1030 1:1-1:2"]);
    // A closer of the wrong kind is no damage (R30): the form is whole, and an expression.
    reports("(x ]", &["WAT2003 1:1-1:5", "WAT1032 1:4-1:5"]);
}

#[test]
fn an_entry_point_of_another_shape_is_told_wherever_it_is_defined() {
    reports(
        "(:wat::core::defn :user::main [x <- :wat::core::i64] -> :wat::core::nil (:wat::kernel::println x))",
        &["WAT2002 1:19-1:30"],
    );
    reports(
        "(:wat::core::defn :user::main [] -> :wat::core::nil :wat::core::nil)",
        &[],
    );
    reports("(:wat::core::def :my::x 1)", &[]);
}
