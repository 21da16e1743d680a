//! Order, redefinition and splices.

use wat_analysis::{Applicability, FileKind, SourceText, StartStep, file_diagnostics, start_steps};

use crate::support::{all, database, spans};

const REDEF: &str = "(:wat::config::set-redef! true)\n";

/// What start-up does with a text that has no error.
fn steps(text: &str) -> Vec<String> {
    let db = database(&[("main.wat", text)]);
    let main = db.file("main.wat").expect("it was given");
    assert_eq!(all(&db), Vec::<String>::new(), "{text}");
    let steps = start_steps(&db, main).into_iter();
    steps
        .map(|step| match step {
            StartStep::Value(name) if name.starts_with("let in") => "let".to_owned(),
            StartStep::Value(name) => name.to_string(),
            StartStep::Function { code, .. } => format!("fn {code}"),
        })
        .collect()
}

/// The text after the first machine-applicable fix, which must leave no error.
fn fixed(text: &str) -> String {
    let mut db = database(&[("main.wat", text)]);
    let main = db.file("main.wat").expect("it was given");
    let found = file_diagnostics(&db, main);
    let mut fixes = found.iter().flat_map(|found| &found.fixes);
    let fix = fixes.find(|fix| fix.applicability == Applicability::MachineApplicable);
    let mut edits = fix.expect("there is a fix").edits.clone();
    edits.sort_by_key(|edit| edit.range.start());
    let mut out = text.to_owned();
    for edit in edits.iter().rev() {
        out.replace_range(std::ops::Range::<usize>::from(edit.range), &edit.insert);
    }
    db.set_file("main.wat", SourceText::new(out.as_str()), FileKind::Disk);
    assert_eq!(all(&db), Vec::<String>::new(), "{out}");
    out
}

#[test]
fn values_lets_and_their_functions_have_a_turn() {
    let text = "(:wat::core::def :a::x 1)\n\
        (:wat::core::let [b :a::x [c {d}] (:wat::core::Tuple 1 (:a::S/new 2)) _ 3]\n\
          (:wat::core::do (:wat::core::def :a::y (:wat::core::i64::+ b d)))\n\
          (:wat::core::let [e c] (:wat::core::defn :a::f<T> [t <- :T n <- :wat::core::i64] -> :wat::core::i64 (:wat::core::i64::+ n e)))\n\
          (:wat::core::struct :a::S (d :wat::core::i64)))\n\
        (:wat::core::def :a::z (:a::f \"t\" :a::y))\n\
        (:wat::core::defn :a::g [] -> :wat::core::i64 :a::z)";
    assert_eq!(
        steps(text),
        [":a::x", "let", ":a::y", "let", ":a::f", ":a::z"]
    );
}

#[test]
fn what_comes_later_is_not_there_yet() {
    for (text, found) in [
        (
            "(:wat::core::def :a::x :a::y)\n(:wat::core::def :a::y 1)",
            vec!["WAT2108 1:24-1:29"],
        ),
        (
            "(:wat::core::def :a::x (:wat::core::i64::+ :a::x 1))",
            vec!["WAT2108 1:44-1:49"],
        ),
        (
            "(:wat::core::def :a::x (:a::f))\n(:wat::core::let [b 1] (:wat::core::defn :a::f [] -> :wat::core::i64 b))",
            vec!["WAT2108 1:25-1:30"],
        ),
        (
            "(:wat::core::let [b :a::x] (:wat::core::def :a::y b))\n(:wat::core::def :a::x 1)",
            vec!["WAT2108 1:21-1:26"],
        ),
        // In the body of a function it may be mentioned.
        (
            "(:wat::core::def :a::f (:wat::core::let [] (:wat::core::fn [] -> :wat::core::i64 :a::y)))\n(:wat::core::def :a::y 1)",
            vec![],
        ),
    ] {
        assert_eq!(spans(text), found, "{text}");
    }
}

#[test]
fn a_later_value_moves_up() {
    assert_eq!(
        fixed(
            "(:wat::core::def :a::x :a::y)\n(:wat::core::def :a::k 3)\n(:wat::core::def :a::y 1)\n"
        ),
        "(:wat::core::def :a::y 1)\n(:wat::core::def :a::x :a::y)\n(:wat::core::def :a::k 3)\n"
    );
    // Moving would only move the mistake.
    let text =
        "(:wat::core::def :a::x :a::y)\n(:wat::core::def :a::k 3)\n(:wat::core::def :a::y :a::k)\n";
    let db = database(&[("main.wat", text)]);
    let main = db.file("main.wat").expect("it was given");
    assert!(file_diagnostics(&db, main)[0].fixes.is_empty());
}

#[test]
fn bindings_of_a_let_are_checked_once() {
    for (text, found) in [
        (
            "(:wat::core::let [a] (:wat::core::def :a::x 1))",
            "WAT2201 1:19-1:20",
        ),
        (
            "(:wat::core::let 1 (:wat::core::def :a::x 1))",
            "WAT2201 1:18-1:19",
        ),
        (
            "(:wat::core::let [[1 b] (:wat::core::Tuple 1 2)] (:wat::core::def :a::x b))",
            "WAT2204 1:20-1:21",
        ),
        (
            "(:wat::core::let [a []] (:wat::core::def :a::x a))",
            "WAT3005 1:19-1:20",
        ),
        (
            "(:wat::core::let [a (:a::none)] (:wat::core::def :a::x (:wat::core::i64::+ a 1)))",
            "WAT3201 1:22-1:30",
        ),
        (
            "(:wat::core::let [a 1] (:wat::core::def :a::x b))",
            "WAT3202 1:47-1:48",
        ),
        (
            "(:wat::core::let [a 1] (:wat::core::i64::+ a 1))",
            "WAT2003 1:24-1:48",
        ),
        (
            "(:wat::core::let [a 1] (:wat::load-file! \"x\"))",
            "WAT5006 1:24-1:46",
        ),
        (
            "(:wat::core::let [a (:wat::core::do (:wat::kernel::println 1) 1)] (:wat::core::def :a::x a))",
            "WAT8205 1:38-1:59",
        ),
        (
            "(:wat::core::if true (:wat::core::def :a::x 1) :wat::core::nil)",
            "WAT2004 1:22-1:47",
        ),
    ] {
        assert_eq!(spans(text), [found], "{text}");
    }
}

#[test]
fn a_second_definition_replaces_where_that_is_permitted() {
    let text = format!(
        "{REDEF}(:wat::core::defn :a::f [] -> :wat::core::i64 1)\n(:wat::core::def :a::x (:a::f))\n\
         (:wat::core::def :a::x (:wat::core::i64::+ :a::x 1))\n(:wat::core::def :a::y :a::x)\n\
         (:wat::core::defn :a::f [] -> :wat::core::i64 2)\n(:wat::core::def :a::x :a::y)"
    );
    assert_eq!(
        steps(&text),
        [
            "fn :a::f~1",
            ":a::x~1",
            ":a::x~2",
            ":a::y",
            "fn :a::f",
            ":a::x"
        ]
    );
}

#[test]
fn a_replacement_keeps_type_and_callers() {
    for (second, found) in [
        ("(:wat::core::def :a::x \"no\")", "WAT2102 3:18-3:23"),
        (
            "(:wat::core::defn :a::x [] -> :wat::core::i64 1)",
            "WAT2102 3:19-3:24",
        ),
        (
            "(:wat::core::def-restricted :a::x :restricted-to [:a::] 2)",
            "WAT2102 3:29-3:34",
        ),
        (
            "(:wat::core::struct :a::x (f :wat::core::i64))",
            "WAT2101 3:21-3:26",
        ),
    ] {
        let text = format!("{REDEF}(:wat::core::def :a::x 1)\n{second}");
        assert_eq!(spans(&text), [found], "{text}");
    }
    let typed = format!(
        "{REDEF}(:wat::core::defn :a::f<T> [t <- :T] -> :T t)\n(:wat::core::defn :a::f<U> [u <- :U] -> :U u)\n\
         (:wat::core::defn-restricted :a::g :restricted-to [:a::] [] -> :wat::core::i64 1)\n\
         (:wat::core::defn-restricted :a::g :restricted-to [:a::] [] -> :wat::core::i64 2)"
    );
    assert_eq!(spans(&typed), [] as [&str; 0]);
}

#[test]
fn a_declaration_in_the_same_words_changes_nothing() {
    let pair = |text: &str| format!("{text}\n{}\n", text.replace(' ', "  "));
    for declaration in [
        "(:wat::core::struct :a::S (f :wat::core::i64))",
        "(:wat::core::enum :a::E :One (Two (n :wat::core::i64)))",
        "(:wat::core::newtype :a::N :wat::core::i64)",
        "(:wat::core::typealias :a::T :wat::core::i64)",
        "(:wat::core::define-dispatch :a::d ((:wat::core::i64) :wat::core::i64::abs))",
    ] {
        let text = pair(declaration);
        let found = spans(&text);
        assert!(
            found.len() == 1 && found[0].starts_with("WAT7307 2:"),
            "{text} {found:?}"
        );
        assert_eq!(fixed(&text), format!("{declaration}\n"));
    }
    // Values and functions are defined once even so.
    let text = pair("(:wat::core::def :a::x 1)");
    assert!(spans(&text)[0].starts_with("WAT2101 2:"), "{text}");
    assert_eq!(fixed(&text), "(:wat::core::def :a::x 1)\n");
    // Another declaration is one mistake, not one for each member.
    let text = "(:wat::core::struct :a::S (f :wat::core::i64))\n(:wat::core::struct :a::S (g :wat::core::i64) (f :wat::core::i64))";
    assert_eq!(spans(text), ["WAT2101 2:21-2:26"]);
}

#[test]
fn second_definitions_are_in_program_order_across_loads() {
    let db = database(&[
        (
            "main.wat",
            "(:wat::core::def :a::x 1)\n(:wat::load-file! \"lib.wat\")",
        ),
        ("lib.wat", "(:wat::core::def :a::x 2)"),
    ]);
    let found = all(&db);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with("WAT2101 Error lib.wat 1:18"),
        "{found:?}"
    );
}

#[test]
fn in_a_conversation_a_let_is_an_expression_unless_it_defines() {
    let mut db = wat_analysis::RootDatabase::new();
    let mut session = wat_analysis::Session::new(&mut db);
    let evaluates = |steps: &[wat_analysis::Step]| {
        let is = |step: &wat_analysis::Step| matches!(step, wat_analysis::Step::Evaluate { .. });
        steps.iter().map(is).collect::<Vec<_>>()
    };
    let sum = session.submit(&mut db, "(:wat::core::let [x 1] (:wat::core::i64::+ x 1))");
    assert_eq!(evaluates(&sum.steps), [true]);
    let both = "(:wat::core::let [x 1] (:wat::core::do (:wat::core::def :a::y x)))\n(:wat::core::i64::+ :a::y 1)";
    let both = session.submit(&mut db, both);
    assert!(both.diagnostics.is_empty(), "{:?}", both.diagnostics);
    assert_eq!(evaluates(&both.steps), [false, false, true]);
}
