//! Names that are bound twice, and what their fixes do.

use wat_analysis::{Applicability, Diagnostic};

use crate::fixes::{apply, diagnose, every_machine_fix_is_safe};

fn codes(text: &str) -> Vec<String> {
    let (_db, found) = diagnose(text);
    found.iter().map(|it| it.code.to_string()).collect()
}

/// Whether the only diagnostic of a text has a fix that a tool may apply, and the text after it.
fn fixed(text: &str) -> (Diagnostic, Option<String>) {
    let (_db, found) = diagnose(text);
    let [only] = &found[..] else {
        panic!("{text}\n{found:#?}");
    };
    let machine =
        |fix: &&wat_analysis::DiagnosticFix| fix.applicability == Applicability::MachineApplicable;
    let fix = only.fixes.iter().find(machine);
    (only.clone(), fix.map(|fix| apply(text, fix)))
}

#[test]
fn a_name_of_a_macro_is_not_the_name_of_its_caller() {
    let takes = "[n <- :wat::WatAST e <- :wat::WatAST] -> :wat::WatAST";
    for template in [
        "`(:wat::core::let [[t ~n] ~e] (:wat::core::+ (:wat::core::* 10 t) ~n))",
        "`(:wat::core::match ~e ([t ~n] (:wat::core::+ (:wat::core::* 10 t) ~n)))",
        "`((:wat::core::fn [t <- :wat::core::i64 ~n <- :wat::core::i64] -> :wat::core::i64 (:wat::core::- t ~n)) 1 (:wat::core::first ~e))",
    ] {
        let text = format!(
            "(:wat::core::defmacro :u::m {takes} {template})\n(:wat::core::defn :u::f [] -> :wat::core::i64 (:u::m t (:wat::core::Tuple 1 2)))"
        );
        assert_eq!(codes(&text), [""; 0], "{text}");
        let twice = text.replace("~n", "t");
        assert_eq!(codes(&twice).len(), 1, "{twice}");
    }
    let made = format!(
        "(:wat::core::defmacro :u::m {takes} `(:wat::core::defn ~n [x <- :wat::core::i64 ~e <- :wat::core::i64] -> :wat::core::i64 (:wat::core::- x ~e)))\n(:u::m :u::g x)\n(:wat::core::defn :u::f [] -> :wat::core::i64 (:u::g 5 1))"
    );
    assert_eq!(codes(&made), [""; 0]);
}

#[test]
fn two_parameters_of_one_bare_name_have_no_keyword_form() {
    let text = "(:wat::core::defmacro :u::m [n <- :wat::WatAST e <- :wat::WatAST] -> :wat::WatAST `(:wat::core::defn ~n [x <- :wat::core::i64 ~e <- :wat::core::i64] -> :wat::core::i64 (:wat::core::- x ~e)))\n(:u::m :u::g x)\n(:wat::core::defn :u::f [] -> :wat::core::i64 (:u::g :x 5))";
    assert_ne!(codes(text), [""; 0]);
    assert!(
        !codes(text).contains(&"WAT2506".to_owned()),
        "{:?}",
        codes(text)
    );
}

const S: &str = "(:wat::core::struct :my::S (alpha :wat::core::i64) (beta :wat::core::i64))\n";

#[test]
fn a_fix_of_a_struct_pattern_names_fields_of_the_struct() {
    for (body, expected) in [
        ("(:wat::core::match x ({beta beta} 1))", Some("({beta} 1)")),
        ("(:wat::core::let [{beta beta} x] 1)", Some("[{beta} x]")),
        (
            "(:wat::core::let [[alpha {alpha}] (:wat::core::Tuple \"s\" x)] alpha)",
            Some("[[alpha-2 {alpha}] "),
        ),
        (
            "(:wat::core::let [[{alpha} {alpha}] (:wat::core::Tuple x x)] alpha)",
            None,
        ),
        ("(:wat::core::let [{alpha alhpa} x] alpha)", None),
        (
            "(:wat::core::let [{alhpa} x] alhpa)",
            Some("[{alpha} x] alpha)"),
        ),
        ("(:wat::core::let [{alhpa} x] 1)", Some("[{alpha} x] 1)")),
    ] {
        let text = format!("{S}(:wat::core::defn :my::f [x <- :my::S] -> :wat::core::i64 {body})");
        every_machine_fix_is_safe(&text);
        let (found, fixed) = fixed(&text);
        match (&fixed, expected) {
            (Some(fixed), Some(expected)) => assert!(fixed.contains(expected), "{fixed}"),
            (None, None) => {}
            _ => panic!("{text}\n{found:#?}"),
        }
    }
}

#[test]
fn a_field_that_is_named_already_is_no_candidate() {
    let s = S.replace("beta", "alphb");
    let text = format!(
        "{s}(:wat::core::defn :my::f [x <- :my::S] -> :wat::core::i64 (:wat::core::let [{{alpha alphc}} x] alpha))"
    );
    let (found, fixed) = fixed(&text);
    assert_eq!(found.help.as_deref(), Some("did you mean `alphb`?"));
    assert!(fixed.is_some_and(|fixed| codes(&fixed).is_empty()));
}

#[test]
fn a_second_parameter_gets_a_name_that_nothing_has() {
    let text = "(:wat::core::defn :my::h [x <- :wat::core::i64 x <- :wat::core::i64 x-2 <- :wat::core::i64] -> :wat::core::i64 x)";
    let (_, fixed) = fixed(text);
    assert!(fixed.is_some_and(|fixed| fixed.contains("x-3 <- ")));
    // Whoever means the second one would get the first one.
    let text = "(:wat::core::defn :my::h [x <- :wat::core::i64 x <- :wat::core::String] -> :wat::core::String x)";
    assert_eq!(self::fixed(text).1, None);
    let text = "(:wat::core::defn :my::h [t <- :(wat::core::i64,wat::core::String)] -> :wat::core::String (:wat::core::let [[a a] t] a))";
    assert_eq!(self::fixed(text).1, None);
}

#[test]
fn a_variant_that_has_an_arm_is_not_put_in_unattended() {
    let e = "(:wat::core::enum :my::E :Red :Green)\n";
    for (arms, is_machine) in [
        ("(:my::E::Red 1) (:my::E::Gren 2) (:my::E::Green 3)", false),
        ("(:my::E::Green 3) (:my::E::Gren 2) (:my::E::Red 1)", false),
        ("(:my::E::Red 1) (:my::E::Gren 2)", true),
    ] {
        let text = format!(
            "{e}(:wat::core::defn :my::f [e <- :my::E] -> :wat::core::i64 (:wat::core::match e {arms}))"
        );
        let (_db, found) = diagnose(&text);
        let unknown: Vec<&Diagnostic> = found.iter().filter(|it| it.code.0 == 2304).collect();
        let [unknown] = unknown[..] else {
            panic!("{text}\n{found:#?}");
        };
        let how = unknown.fixes.first().map(|fix| fix.applicability);
        assert_eq!(
            how == Some(Applicability::MachineApplicable),
            is_machine,
            "{text}"
        );
        assert!(how.is_some());
    }
}
