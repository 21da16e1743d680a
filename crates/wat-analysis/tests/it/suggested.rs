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
