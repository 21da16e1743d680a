//! What is suggested may be used where it is suggested.

use wat_analysis::Applicability;

use crate::fixes::{diagnose, every_machine_fix_is_safe};

/// The fixes of a program: how sure each is, and what it writes. `c.` stands for the namespace of the core library.
fn fixes(text: &str) -> Vec<(Applicability, String)> {
    let text = text.replace("c.", ":wat::core::");
    let (_db, found) = diagnose(&text);
    let fixes = found.iter().flat_map(|it| &it.fixes);
    let written = fixes.map(|fix| {
        let edits: String = fix.edits.iter().map(|edit| &*edit.insert).collect();
        (fix.applicability, edits.replace(":wat::core::", "c."))
    });
    written.collect()
}

const VAULT: &str = "(c.struct-restricted :my::V [:my::a::] ([:my::a::] secret <- c.i64) (label <- c.String))\n(c.enum-restricted :my::E [:my::a::] :Red :Green)\n(c.defn :my::a::red [] -> :my::E :my::E::Red)\n";

#[test]
fn fields_and_variants_are_suggested_to_who_is_admitted() {
    for (code, good) in [
        ("[v <- :my::V] -> c.i64 (c.let [{secre} v] secre)", "secret"),
        (
            "[v <- :my::E] -> c.i64 (c.match v (:my::E::Rde 1) (_ 2))",
            ":my::E::Red",
        ),
    ] {
        let refused = format!("{VAULT}(c.defn :user::f {code})");
        assert_eq!(fixes(&refused), [], "{code}");
        let text = refused.replace("c.", ":wat::core::");
        let (_db, found) = diagnose(&text);
        let shown = format!("{:?} {:?}", found[0].notes, found[0].help);
        assert!(
            !shown.contains("secret") && !shown.contains("Red"),
            "{shown}"
        );
        let admitted = format!("{VAULT}(c.defn :my::a::f {code})");
        let found = fixes(&admitted);
        assert!(found[0].1.starts_with(good), "{found:?}");
    }
}

#[test]
fn a_type_that_is_used_gets_no_parameter_unattended() {
    for (text, how) in [
        ("(c.struct :u::P (x :T))", Applicability::MachineApplicable),
        (
            "(c.struct :u::P (x :T))\n(c.defn :u::f [p <- :u::P] -> c.i64 1)",
            Applicability::MaybeIncorrect,
        ),
        (
            "(c.struct :u::P (x :T) (next c.Option<u::P>))",
            Applicability::MaybeIncorrect,
        ),
        (
            "(c.enum :u::P (V (x :T)))\n(c.defn :u::f [] -> c.nil (c.let [p (:u::P::V 1)] c.nil))",
            Applicability::MachineApplicable,
        ),
    ] {
        assert_eq!(fixes(text)[0].0, how, "{text}");
        every_machine_fix_is_safe(&text.replace("c.", ":wat::core::"));
    }
}

#[test]
fn what_cannot_be_called_as_it_stands_is_a_guess_at_a_head() {
    for (code, how) in [
        ("(:u::limti 1)", Applicability::MaybeIncorrect),
        ("(:u::Col::Redd 1)", Applicability::MaybeIncorrect),
        ("(c.matchh 2 3)", Applicability::MaybeIncorrect),
        ("(c.lett [x 1] x)", Applicability::MaybeIncorrect),
        ("(c.Someone 1)", Applicability::MaybeIncorrect),
        ("(:u::advanse 1)", Applicability::MachineApplicable),
        ("(:u::mappre 1)", Applicability::MachineApplicable),
    ] {
        let text = format!(
            "(c.def :u::limit 5)\n(c.def :u::mapper :u::advance)\n(c.enum :u::Col :Red :Green)\n(c.defn :u::advance [x <- c.i64] -> c.i64 x)\n(c.defn :u::f [] -> c.nil (c.let [r {code}] c.nil))"
        );
        if let Some(first) = fixes(&text).first() {
            assert_eq!(first.0, how, "{code}");
        } else {
            assert_eq!(code, "(c.Someone 1)");
        }
        every_machine_fix_is_safe(&text.replace("c.", ":wat::core::"));
    }
}
