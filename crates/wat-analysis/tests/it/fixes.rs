//! Machine-applicable fixes: each removes its diagnostic and adds no error.

use wat_analysis::{
    Applicability, Diagnostic, DiagnosticFix, RootDatabase, Severity, file_diagnostics,
};

use crate::support::database;

/// The diagnostics of a text as file `main.wat`.
pub fn diagnose(text: &str) -> (RootDatabase, Vec<Diagnostic>) {
    let db = database(&[("main.wat", text)]);
    let file = db.file("main.wat").expect("was just added");
    let found = file_diagnostics(&db, file).to_vec();
    (db, found)
}

/// The text with the edits of a fix.
pub fn apply(text: &str, fix: &DiagnosticFix) -> String {
    let mut out = text.to_owned();
    for edit in fix.edits.iter().rev() {
        let range = usize::from(edit.range.start())..usize::from(edit.range.end());
        out.replace_range(range, &edit.insert);
    }
    out
}

/// Applies every machine-applicable fix of a text by itself: its diagnostic is gone afterwards, and no error is new.
pub fn every_machine_fix_is_safe(text: &str) {
    let (_db, found) = diagnose(text);
    let errors = |found: &[Diagnostic]| {
        found
            .iter()
            .filter(|diagnostic| diagnostic.severity == Severity::Error)
            .count()
    };
    for diagnostic in &found {
        for fix in &diagnostic.fixes {
            if fix.applicability != Applicability::MachineApplicable {
                continue;
            }
            let fixed = apply(text, fix);
            let (_db, after) = diagnose(&fixed);
            let told = after.iter().any(|other| {
                (other.code, &other.message) == (diagnostic.code, &diagnostic.message)
            });
            let before = found
                .iter()
                .filter(|other| {
                    (other.code, &other.message) == (diagnostic.code, &diagnostic.message)
                })
                .count();
            assert!(
                !told || before > 1,
                "{} is still there\n{text}\n{fixed}",
                diagnostic.code
            );
            let gone = usize::from(diagnostic.severity == Severity::Error);
            assert!(
                errors(&after) + gone <= errors(&found),
                "the fix of {} adds errors\n{text}\n{fixed}\n{:#?}",
                diagnostic.code,
                after
                    .iter()
                    .map(|d| (d.code, &d.message))
                    .collect::<Vec<_>>()
            );
        }
    }
}

/// What the first machine-applicable fix of a code makes of a text.
pub fn fixed(text: &str, code: u16) -> String {
    let (_db, found) = diagnose(text);
    let diagnostic = found
        .iter()
        .find(|diagnostic| diagnostic.code.0 == code)
        .unwrap_or_else(|| panic!("WAT{code} is not told: {text}"));
    let fix = diagnostic
        .fixes
        .iter()
        .find(|fix| fix.applicability == Applicability::MachineApplicable)
        .unwrap_or_else(|| panic!("WAT{code} has no machine fix: {text}"));
    apply(text, fix)
}

/// Codes of a text, sorted.
pub fn codes(text: &str) -> Vec<u16> {
    let (_db, found) = diagnose(text);
    let mut codes: Vec<u16> = found.iter().map(|diagnostic| diagnostic.code.0).collect();
    codes.sort_unstable();
    codes
}

#[test]
fn a_symbol_that_is_no_sequence_is_spliced_nowhere_in_its_macro() {
    let text = "(:wat::core::do
  (:wat::core::defmacro :my::m [x <- :wat::WatAST] -> :wat::WatAST `(:wat::core::+ ~@x ~@x 1))
  (:wat::core::defmacro :my::all [& x <- :wat::core::Vector<wat::WatAST>] -> :wat::WatAST `(:wat::core::+ ~@x)))
(:wat::core::defn :my::f [] -> :wat::core::i64 (:wat::core::+ (:my::m 3) (:my::all 1 2)))";
    let (_db, found) = diagnose(text);
    let found = found.iter().find(|found| found.code.0 == 2405);
    let fix = &found.expect("WAT2405 is told").fixes[0];
    // Whether other calls pass sequences is not known there.
    assert_eq!(fix.applicability, Applicability::MaybeIncorrect);
    let after = apply(text, fix);
    assert!(after.contains("`(:wat::core::+ ~x ~x 1)"), "{after}");
    assert_eq!(codes(&after), [] as [u16; 0], "{after}");
}

#[test]
fn fixes_that_would_uncover_or_make_mistakes_are_not_applied_unattended() {
    let unsure = |text: &str, code: u16| {
        let (_db, found) = diagnose(text);
        let found = found.iter().find(|found| found.code.0 == code);
        let fixes = &found
            .unwrap_or_else(|| panic!("WAT{code} is not told: {text}"))
            .fixes;
        let is_machine = |how| how == Applicability::MachineApplicable;
        assert!(
            !fixes.iter().any(|fix| is_machine(fix.applicability)),
            "{text}"
        );
    };
    // The body is wrong too.
    unsure(
        "(:wat::core::defmacro :my::m [x <- :wat::WatAST] -> :wat::core::i64 `(~y))",
        2401,
    );
    // Somebody means another thing by the new name.
    unsure(
        "(:wat::core::defn :next [] -> :wat::core::i64 1)\n(:wat::core::defn :my::f [] -> :wat::core::keyword :user::next)",
        3207,
    );
    // No bracket declares anything behind an operator.
    unsure("(:wat::core::defn :my::+ [x <- :T] -> :T x)", 3112);
    // What the body asks of its argument shows when calls are expanded.
    unsure(
        "(:wat::core::defmacro :my::m [x <- :wat::core::Vector<wat::WatAST>] -> :wat::WatAST (:wat::core::if (:wat::core::= (:wat::core::length x) 2) `1 `2))\n(:wat::core::def :my::a (:my::m 1))\n(:wat::core::def :my::b (:my::m 1))",
        2401,
    );
    // The vector that was meant may stand inside.
    unsure(
        "(:wat::core::defn :my::f [& xs <- :wat::core::Option<wat::core::Vector<wat::core::i64>>] -> :wat::core::i64 1)",
        2107,
    );
    // A form of the language has no type parameters.
    unsure(
        "(:wat::core::define<wat::core::i64> (:my::f (x :wat::core::i64) -> :wat::core::i64) x)",
        7001,
    );
    // No keyword is spelled like this field.
    unsure(
        "(:wat::core::struct :my::P (a<b> :wat::core::i64))\n(:wat::core::defn :my::f [] -> :my::P (:my::P 1))",
        2506,
    );
    every_machine_fix_is_safe(
        "(:wat::core::struct :my::P (<- :wat::core::i64))\n(:wat::core::defn :my::f [] -> :my::P (:my::P 1))",
    );
    // What stands inside is late everywhere.
    unsure(
        "(:wat::core::def :my::a 1)\n(:wat::config::set-redef! (:wat::config::set-redef! true))",
        2005,
    );
}

#[test]
fn a_keyword_and_a_bracket_stay_apart_where_something_goes_or_comes_between_them() {
    let text =
        "(:wat::core::defn :my::f [] -> :wat::core::i64 (:wat::core::do~(:wat::core::i64::+ 1 2)))";
    let after = fixed(text, 2213);
    assert!(
        after.contains("(:wat::core::do (:wat::core::i64::+ 1 2))"),
        "{after}"
    );
    assert_eq!(codes(&after), [] as [u16; 0], "{after}");
    let text = "(:wat::core::defn :my::f [] -> :wat::core::nil (:wat::core::do ()(:wat::kernel::println 1)))";
    let (_db, found) = diagnose(text);
    let fix = found
        .iter()
        .find(|told| told.code.0 == 1906)
        .and_then(|told| told.fixes.first());
    let after = apply(text, fix.expect("it has a fix"));
    assert!(
        after.contains("(:wat::core::do :wat::core::nil (:wat::kernel::println 1))"),
        "{after}"
    );
}

#[test]
fn a_macro_that_writes_the_misspelled_name_again_is_a_guess() {
    let (_db, found) = diagnose(
        "(:wat::core::defmacro :my::forever2 [x <- :wat::WatAST] -> :wat::WatAST `(:my::forever ~x))\n\
         (:wat::core::defn :my::three [] -> :wat::core::i64 (:my::forever 3))",
    );
    let told = found.iter().find(|told| told.code.0 == 3201);
    let fixes = &told.expect("the name is unknown").fixes;
    assert!(!fixes.is_empty());
    assert!(
        fixes
            .iter()
            .all(|fix| fix.applicability == Applicability::MaybeIncorrect)
    );
}

/// What a macro does with its arguments is its own affair: a fix that gives the call more or fewer of them, or that is
/// right at one of several places where an argument stands, is a guess.
#[test]
fn fixes_beside_arguments_of_macros_are_guesses() {
    let point = "(:wat::core::struct :my::P (x :wat::core::i64) (y :wat::core::i64))
(:wat::core::defn :my::g [alpha <- :wat::core::i64 beta <- :wat::core::i64] -> :wat::core::i64 beta)
(:wat::core::defn :my::h [alfha <- :wat::core::i64 beta <- :wat::core::i64] -> :wat::core::i64 beta)
";
    for (definition, call, result) in [
        (
            "[a <- :wat::WatAST b <- :wat::WatAST] -> :wat::WatAST `(:my::P ~a ~b)",
            "(:my::m 1 2)",
            ":my::P",
        ),
        (
            "[v <- :wat::WatAST] -> :wat::WatAST `(:my::g ~v :beta 1)",
            "(:my::m 4)",
            ":wat::core::i64",
        ),
        (
            "[t <- :wat::WatAST] -> :wat::WatAST `((:wat::core::fn [x <- :wat::core::i64] ~t x) 1)",
            "(:my::m :wat::core::i64)",
            ":wat::core::i64",
        ),
        (
            "[a <- :wat::WatAST b <- :wat::WatAST] -> :wat::WatAST `(:wat::core::match 1 (_ ~a ~b))",
            "(:my::m 1 2)",
            ":wat::core::i64",
        ),
        (
            "[x <- :wat::WatAST s <- :wat::WatAST] -> :wat::WatAST `(:wat::core::-> ~x ~s)",
            "(:my::m 3 ())",
            ":wat::core::i64",
        ),
        (
            "[n <- :wat::WatAST] -> :wat::WatAST `(:wat::core::let [[~n ~n] (:wat::core::Tuple 1 2)] ~n)",
            "(:my::m a)",
            ":wat::core::i64",
        ),
        (
            "[k <- :wat::WatAST] -> :wat::WatAST `(:wat::core::+ (:my::g ~k 1 :beta 2) (:my::h ~k 3 :beta 1))",
            "(:my::m :alpha)",
            ":wat::core::i64",
        ),
    ] {
        let text = format!(
            "{point}(:wat::core::defmacro :my::m {definition})\n(:wat::core::defn :my::f [] -> {result} {call})\n"
        );
        let (_db, found) = diagnose(&text);
        assert!(!found.is_empty(), "{text}");
        for diagnostic in &found {
            for fix in &diagnostic.fixes {
                assert_ne!(
                    fix.applicability,
                    Applicability::MachineApplicable,
                    "{text}{diagnostic:#?}"
                );
            }
        }
    }
    // An argument that is replaced as a whole is one argument still, and a macro with a rest parameter takes more.
    let kept = "(:wat::core::defmacro :my::m [a <- :wat::WatAST & b <- :wat::core::Vector<wat::WatAST>] -> :wat::WatAST `(:my::P ~a ~@b))\n(:wat::core::defn :my::f [] -> :my::P (:my::m 1 2))\n";
    assert!(fixed(&format!("{point}{kept}"), 2506).contains("(:my::m :x 1 :y 2)"));
}

/// The comments of a text.
fn comments(text: &str) -> Vec<String> {
    let mut found: Vec<String> = text
        .lines()
        .filter_map(|line| Some(line.split_once(';')?.1.trim().to_owned()))
        .collect();
    found.sort();
    found
}

#[test]
fn no_machine_fix_loses_a_comment() {
    for text in [
        "(:wat::core::defmacro
  (:my::m ; name
    (x :AST<wat::core::i64>) ; x
    -> :AST<wat::core::i64>) ; signature
  `(:wat::core::i64::+ ~x 1))",
        "(:wat::core::define
  (:my::old (n :wat::core::i64) ; n
     & (xs :wat::core::Vector<wat::core::i64>) ; xs
     -> :wat::core::i64)
  (:wat::core::i64::+ n (:wat::core::length xs)))",
        "(:wat::kwargs::define-with-kwargs :my::between :wat::core::range
   [:from ; lower
    :to :step])",
        "(:wat::core::defn :my::l [] -> :wat::core::i64
   (:wat::core::let (;; bindings
       (a 1) ; one
       ((b :wat::core::i64 ; type
          ) 2) ; two
       ) (:wat::core::i64::+ a b)))",
        "(:wat::core::defn :user::main [stdin <- :wat::io::IOReader ; in
     stdout <- :wat::io::IOWriter ; out
     stderr <- :wat::io::IOWriter] -> :wat::core::nil
   (:wat::io::IOWriter/println ; printed
     stdout ; where
     \"hello\"))",
        "(:wat::core::struct :my::S (x :wat::core::i64))
(:wat::core::struct :my::S ; again
  (x :wat::core::i64))",
        "(:wat::core::defn :my::f [a <- :wat::core::i64 b <- :wat::core::i64] -> :wat::core::i64 b)
(:wat::core::defn :my::g [] -> :wat::core::i64
  (:my::f :a 1 :b 2 ; first
     :a ; second
     3 ; third
     ))",
        "(:wat::core::def :my::second (:wat::core::i64::+ :my::first ; uses
   1))
(:wat::core::def :my::first ; is used
  1)",
    ] {
        every_machine_fix_is_safe(text);
        let (_db, found) = diagnose(text);
        assert!(!found.is_empty(), "{text}");
        for fix in found.iter().flat_map(|found| &found.fixes) {
            if fix.applicability == Applicability::MachineApplicable {
                let after = apply(text, fix);
                assert_eq!(comments(&after), comments(text), "{after}");
            }
        }
    }
}

#[test]
fn fixes_go_around_comments_where_they_can() {
    let keeps = |text: &str, code: u16, expected: &str| {
        let (_db, found) = diagnose(text);
        let told = found.iter().find(|told| told.code.0 == code);
        let fix = &told.unwrap_or_else(|| panic!("{text}{found:#?}")).fixes[0];
        let sure = Applicability::MachineApplicable;
        assert_eq!((&*apply(text, fix), fix.applicability), (expected, sure));
        assert_eq!(codes(expected), [] as [u16; 0], "{expected}");
    };
    keeps(
        "(:wat::core::defmacro
  (:my::m ; name
    (x :AST<wat::core::i64>) ; x
    & (more :AST<wat::core::Vector<wat::core::i64>>) ; more
    -> :wat::WatAST) ; signature
  `(:wat::core::i64::+ ~x ~@more))",
        7001,
        "(:wat::core::defmacro
  :my::m ; name
    [x <- :wat::WatAST ; x
    & more <- :wat::core::Vector<wat::WatAST>] ; more
    -> :wat::WatAST ; signature
  `(:wat::core::i64::+ ~x ~@more))",
    );
    let between = |keys: &str| {
        let form =
            "(:wat::kwargs::define-with-kwargs :my::between :wat::core::range [:start ; first";
        format!("{form}\n{keys}])")
    };
    keeps(&between(""), 2509, &between(" :end"));
    keeps(&between("; more\n"), 2509, &between("; more\n :end"));
    keeps(&between(":stop :by"), 2509, &between(":end"));
}

#[test]
fn words_stay_apart_where_brackets_go() {
    let text = "(:wat::core::define (:my::f &(xs :wat::core::Vector<wat::core::i64>)-> :wat::core::i64)(:my::g 1 2))
(:wat::core::define (:my::g (x :wat::core::i64)(y :wat::core::i64)-> :wat::core::i64)x)
(:wat::core::defmacro (:my::m (x :wat::WatAST)-> :AST<wat::core::i64>)`(:my::g ~x 1))";
    every_machine_fix_is_safe(text);
    let (_db, found) = diagnose(text);
    assert_eq!(found.len(), 3);
    let sure = |told: &Diagnostic| told.fixes[0].applicability == Applicability::MachineApplicable;
    assert!(found.iter().all(sure), "{found:#?}");
}

#[test]
fn what_a_deletion_leaves_is_not_swallowed_by_a_comment() {
    let text =
        "(:wat::core::defn :my::f [a <- :wat::core::i64 b <- :wat::core::i64] -> :wat::core::i64 b)
(:wat::core::defn :my::g [] -> :wat::core::i64
  (:my::f :a 1 :b 2 ; why
     :a 3))";
    let after = fixed(text, 2503);
    assert_eq!(codes(&after), [] as [u16; 0], "{after}");
    assert_eq!(comments(&after), ["why"], "{after}");
}
