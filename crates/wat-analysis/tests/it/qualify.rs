//! The fix of WAT3207 (chapter 03 §1.3).

use wat_analysis::Applicability::{self, MachineApplicable, MaybeIncorrect};

use crate::fixes::{apply, codes, diagnose, every_machine_fix_is_safe};

/// How sure the fix of the first WAT3207 is, and what it makes of the text.
fn qualified(text: &str) -> Option<(Applicability, String)> {
    let text = text.replace("c/", ":wat::core::");
    let (_db, found) = diagnose(&text);
    let first = found
        .iter()
        .find(|diagnostic| diagnostic.code.0 == 3207)
        .expect("is told");
    every_machine_fix_is_safe(&text);
    let fix = first.fixes.first()?;
    let after = apply(&text, fix);
    Some((fix.applicability, after.replace(":wat::core::", "c/")))
}

#[test]
fn a_function_is_renamed_wherever_it_is_called() {
    let text = "(c/defn :twice<T> [x <- :T] -> :T (:twice (:twice x)))\n(c/defn :my::f [] -> c/Vector<wat::core::i64> (c/map [(:twice 1)] :twice<wat::core::i64>))\n(c/def :my::twice :twice-not)";
    let after = "(c/defn :user::twice<T> [x <- :T] -> :T (:user::twice (:user::twice x)))\n(c/defn :my::f [] -> c/Vector<wat::core::i64> (c/map [(:user::twice 1)] :user::twice<wat::core::i64>))\n(c/def :my::twice :twice-not)";
    assert_eq!(qualified(text), Some((MachineApplicable, after.to_owned())));
}

#[test]
fn a_type_is_renamed_with_its_members() {
    let text = "(c/struct :P (x c/i64) (next c/Option<P>))\n(c/enum :my::E (A (p :P)))\n(c/defn :my::f<P2> [p <- :P ps <- c/Vector<(P,P2)> q <- :P2] -> :P (c/let [{x} p y (:P/x p)] (:P :x (c/+ x y) :next (c/Some (:P/new 1 c/None)))))\n(c/defn :my::g [e <- c/Fn(P)->P] -> c/nil (c/let [v (c/Vector :P)] c/nil))";
    let (how, after) = qualified(text).expect("has a fix");
    assert_eq!(how, MachineApplicable);
    assert_eq!(
        after,
        text.replace(":P ", ":user::P ")
            .replace(":P)", ":user::P)")
            .replace("<P>", "<user::P>")
            .replace("(P)->P]", "(user::P)->user::P]")
            .replace("(P,", "(user::P,")
            .replace(":P/", ":user::P/")
    );
    let text = "(c/enum :E :A (B (n c/i64)))\n(c/defn :my::f [e <- :E] -> :E (c/match e (:E::A (:E::B 1)) ((:E::B n) :E::A)))";
    let (how, after) = qualified(text).expect("has a fix");
    assert_eq!(how, MachineApplicable);
    assert_eq!(after, text.replace(":E", ":user::E"));
    assert_eq!(codes(&after.replace("c/", ":wat::core::")), [] as [u16; 0]);
}

#[test]
fn other_tokens_of_the_name_make_a_person_look() {
    for mention in [
        "(c/def :my::q '(:twice 1))",
        "(c/defn :my::f [twice <- c/i64] -> c/i64 twice)\n(c/defn :my::g [] -> c/i64 (:my::f :twice 1))",
        "(c/defmacro :my::m [x <- :wat::WatAST] -> :wat::WatAST `(:twice ~x))",
    ] {
        let text = format!("(c/defn :twice [x <- c/i64] -> c/i64 x)\n{mention}");
        let (how, _) = qualified(&text).expect("has a fix");
        assert_eq!(how, MaybeIncorrect, "{mention}");
    }
}

#[test]
fn what_is_no_entry_point_is_renamed_to_one_by_a_person() {
    let how = |text: &str| qualified(text).map(|(how, _)| how);
    let body = "(:wat::kernel::println 1)";
    for (text, expected) in [
        (
            format!("(c/defn :main [] -> c/nil {body})"),
            MachineApplicable,
        ),
        (
            "(c/defn :main [x <- c/i64] -> c/nil c/nil)".to_owned(),
            MaybeIncorrect,
        ),
        ("(c/defn :main [] -> c/i64 1)".to_owned(), MaybeIncorrect),
        ("(c/def :main 1)".to_owned(), MaybeIncorrect),
        (format!("(c/def :main [] -> c/nil {body})"), MaybeIncorrect),
        ("(c/struct :main (x c/i64))".to_owned(), MaybeIncorrect),
    ] {
        assert_eq!(how(&text), Some(expected), "{text}");
    }
}

#[test]
fn a_taken_name_and_a_macro_have_no_fix() {
    assert_eq!(qualified("(c/def :x 1)\n(c/def :user::x 2)"), None);
    assert_eq!(
        qualified("(c/defmacro :m [x <- :wat::WatAST] -> :wat::WatAST x)"),
        None
    );
    assert_eq!(
        qualified("(c/defn :f [x <- c/i64] -> c/i64 x)\n(:wat::kwargs::auto-kwargs :f)"),
        None
    );
}
