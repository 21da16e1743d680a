//! Programs that are given as forms see the library and themselves (chapter 03 §1.8).

use crate::support::spans;

const OUTER: &str = "(:wat::core::defn :my::helper [] -> :wat::core::i64 42)(:wat::core::struct :my::P (x :wat::core::i64))(:wat::core::defn :my::run [] -> :wat::kernel::RunResult\n";

fn told(program: &str, expected: &[&str]) {
    for (verb, more) in [
        (":wat::test::run-hermetic-ast", ""),
        (":wat::kernel::run-hermetic-ast", ""),
        (":wat::kernel::run-sandboxed-ast", " :wat::core::None"),
        (
            ":wat::kernel::run-sandboxed-hermetic-ast",
            " :wat::core::None",
        ),
    ] {
        let text = format!("{OUTER}({verb} (:wat::core::forms\n{program}\n) []{more}))");
        assert_eq!(spans(&text), expected, "{text}");
    }
    let text =
        format!("{OUTER}(:wat::test::run-hermetic-ast (:wat::test::program\n{program}\n) []))");
    assert_eq!(spans(&text), expected, "{text}");
}

#[test]
fn a_name_of_the_enclosing_program_is_told_once() {
    told(
        "(:wat::kernel::println (:my::helper))",
        &["WAT3213 3:25-3:36"],
    );
    told(
        "(:wat::kernel::println (:my::helper))\n(:wat::core::map [1] :my::helper)",
        &["WAT3213 3:25-3:36"],
    );
    told(
        "(:wat::core::defn :in::f [p <- :wat::core::Vector<my::P>] -> :wat::core::i64 1)\n(:my::P/new 1)",
        &["WAT3213 3:51-3:56"],
    );
    told(
        "(:my::P :x 1)\n(:my::helper)",
        &["WAT3213 3:2-3:8", "WAT3213 4:2-4:13"],
    );
}

#[test]
fn what_the_inner_program_defines_is_its_own() {
    told(
        "(:wat::core::defn-restricted :my::helper :restricted-to [:my::run] [] -> :wat::core::i64 1)(:wat::core::struct :my::P (x :wat::core::i64))(:my::helper)(:my::P/x (:my::P/new 1))",
        &[],
    );
    told(
        "(:wat::core::define (:my::helper -> :wat::core::i64) 1)(:my::helper)",
        &[],
    );
    told(
        "(:wat::core::do (:wat::core::def :my::helper 1))(:my::helper)",
        &[],
    );
    // A macro may define what it is given.
    told("(:in::make :my::helper)(:my::helper)", &[]);
}

#[test]
fn data_and_what_nobody_defines_are_no_leaks() {
    told(
        "(:wat::kernel::println '(:my::helper))(:wat::core::forms (:my::helper))",
        &[],
    );
    told("(:my::unknown)(:wat::kernel::println :my::red)", &[]);
    told("(:wat::load-file! \"helpers.wat\")(:my::helper)", &[]);
}
