//! Sessions: inputs, redefinition, refusal.

use wat_analysis::{RootDatabase, Session, Step};

fn submit(db: &mut RootDatabase, session: &mut Session, text: &str) -> Vec<String> {
    let submission = session.submit(db, text);
    let mut out: Vec<String> = submission
        .diagnostics
        .iter()
        .map(|d| d.code.to_string())
        .collect();
    out.extend(submission.steps.iter().map(|step| match step {
        Step::Defined {
            name,
            ty,
            redefined,
            dependents,
            was: _,
            is_value: _,
        } => match (redefined, dependents) {
            (false, _) => format!("defined {name} {ty}"),
            (true, 0) => format!("redefined {name} {ty}"),
            (true, count) => format!("redefined {name} ({count}) {ty}"),
        },
        Step::Evaluate { ty, .. } => format!("value {ty}"),
        Step::Bind { .. } => "let".to_owned(),
        Step::Unchanged { name } => format!("unchanged {name}"),
        Step::Again { name, ty } => format!("again {name} {ty}"),
        Step::Stale { why } => why.clone(),
    }));
    out
}

#[test]
fn definitions_stay_and_expressions_see_them() {
    let (mut db, mut session) = start();
    let square =
        "(:wat::core::defn :my::sq [x <- :wat::core::i64] -> :wat::core::i64 (:wat::core::* x x))";
    assert_eq!(
        submit(&mut db, &mut session, square),
        ["defined :my::sq :wat::core::Fn(wat::core::i64)->wat::core::i64"]
    );
    assert_eq!(
        submit(&mut db, &mut session, "(:my::sq 12)"),
        ["value :wat::core::i64"]
    );
}

#[test]
fn an_input_with_an_error_is_not_installed() {
    let (mut db, mut session) = start();
    assert_eq!(
        submit(&mut db, &mut session, "(:wat::core::def :my::x (:nope 1))"),
        ["WAT3201"]
    );
    assert_eq!(
        submit(&mut db, &mut session, "(:wat::core::+ 1 :my::x)"),
        ["WAT3403"]
    );
}

#[test]
fn the_last_definition_counts() {
    let (mut db, mut session) = start();
    submit(&mut db, &mut session, "(:wat::core::def :my::x 1)");
    assert_eq!(
        submit(&mut db, &mut session, "(:wat::core::def :my::x \"s\")"),
        ["redefined :my::x :wat::core::String"]
    );
    assert_eq!(
        submit(&mut db, &mut session, ":my::x"),
        ["value :wat::core::String"]
    );
}

#[test]
fn a_change_of_type_that_breaks_a_dependent_is_refused() {
    let (mut db, mut session) = start();
    submit(
        &mut db,
        &mut session,
        "(:wat::core::defn :my::f [] -> :wat::core::i64 1)",
    );
    submit(
        &mut db,
        &mut session,
        "(:wat::core::defn :my::g [] -> :wat::core::i64 (:wat::core::+ 1 (:my::f)))",
    );
    let changed = "(:wat::core::defn :my::f [] -> :wat::core::String \"1\")";
    assert_eq!(submit(&mut db, &mut session, changed), ["WAT2950"]);
    assert_eq!(
        submit(&mut db, &mut session, "(:my::g)"),
        ["value :wat::core::i64"]
    );
}

#[test]
fn users_of_a_macro_are_expanded_again() {
    let (mut db, mut session) = start();
    for input in [
        "(:wat::core::defmacro :my::m [x <- :wat::WatAST] -> :wat::WatAST `(:wat::core::+ ~x 1))",
        "(:wat::core::defmacro :my::n [x <- :wat::WatAST] -> :wat::WatAST `(:my::m ~x))",
        "(:wat::core::defn :my::f [x <- :wat::core::i64] -> :wat::core::i64 (:my::m x))",
        "(:wat::core::defn :my::g [x <- :wat::core::i64] -> :wat::core::i64 (:my::n x))",
        "(:wat::core::defn :my::h [x <- :wat::core::i64] -> :wat::core::i64 x)",
    ] {
        let steps = submit(&mut db, &mut session, input);
        assert!(steps[0].starts_with("defined"), "{steps:?}");
    }
    let code = |db: &RootDatabase, session: &Session, name: &str| {
        wat_analysis::function_ir(db, session.program(), name).map(|code| format!("{code:?}"))
    };
    let before: Vec<_> = [":my::f", ":my::g", ":my::h"]
        .map(|name| code(&db, &session, name))
        .into();
    // What breaks a user is refused, though the parameters are the same.
    assert_eq!(
        submit(
            &mut db,
            &mut session,
            "(:wat::core::defmacro :my::m [x <- :wat::WatAST] -> :wat::WatAST `\"text\")"
        ),
        ["WAT2950"]
    );
    assert_eq!(code(&db, &session, ":my::f"), before[0]);
    // The macro that uses it and both functions depend on it.
    assert_eq!(
        submit(
            &mut db,
            &mut session,
            "(:wat::core::defmacro :my::m [x <- :wat::WatAST] -> :wat::WatAST `(:wat::core::* ~x 2))"
        ),
        ["redefined :my::m (3) [x <- :wat::WatAST] -> :wat::WatAST"]
    );
    assert_ne!(code(&db, &session, ":my::f"), before[0]);
    assert_ne!(code(&db, &session, ":my::g"), before[1]);
    assert_eq!(code(&db, &session, ":my::h"), before[2]);
}

/// Short programs: `c.` is `:wat::core::`.
fn says(db: &mut RootDatabase, session: &mut Session, text: &str) -> Vec<String> {
    let said = submit(db, session, &text.replace("c.", ":wat::core::"));
    said.iter()
        .map(|one| one.replace(":wat::core::", "c."))
        .collect()
}

#[test]
fn the_same_declaration_once_more_changes_nothing() {
    let (mut db, mut session) = start();
    for (input, first) in [
        ("(c.def :my::x 1)", "defined :my::x c.i64"),
        (
            "(c.defn :my::f [] -> c.i64 1)",
            "defined :my::f c.Fn()->wat::core::i64",
        ),
        ("(c.struct :my::P (x c.i64))", "defined :my::P :my::P"),
    ] {
        let steps = says(&mut db, &mut session, input);
        assert!(steps.contains(&first.to_owned()), "{steps:?}");
        let again = format!(" {}\n;; once more", input.replace(' ', "  "));
        let again = says(&mut db, &mut session, &again);
        assert!(
            again.iter().all(|step| step.starts_with("unchanged ")),
            "{again:?}"
        );
    }
    // What stands beside it is declared.
    assert_eq!(
        says(&mut db, &mut session, "(c.def :my::x 1) (c.def :my::y 2)"),
        ["unchanged :my::x", "defined :my::y c.i64"]
    );
    assert_eq!(
        says(&mut db, &mut session, "(c.def :my::x 3)"),
        ["redefined :my::x c.i64"]
    );
}

#[test]
fn values_of_another_type_are_evaluated_again() {
    let (mut db, mut session) = start();
    for input in [
        "(c.defn :my::f [] -> c.i64 1)",
        "(c.def :my::x (:my::f))",
        "(c.def :my::y [:my::x])",
        "(c.def :my::z 1)",
    ] {
        says(&mut db, &mut session, input);
    }
    assert_eq!(
        says(
            &mut db,
            &mut session,
            "(c.defn :my::f [] -> c.String \"s\")"
        ),
        [
            "again :my::x c.String",
            "again :my::y c.Vector<wat::core::String>",
            "redefined :my::f (1) c.Fn()->wat::core::String",
        ]
    );
    // The same type: whoever calls it next sees the new version, and that is all.
    assert_eq!(
        says(
            &mut db,
            &mut session,
            "(c.defn :my::f [] -> c.String \"t\")"
        ),
        ["redefined :my::f (1) c.Fn()->wat::core::String"]
    );
}

#[test]
fn another_layout_takes_all_values_and_code_along() {
    let (mut db, mut session) = start();
    for input in [
        "(c.struct :my::P (x c.i64) (y c.i64))",
        "(c.defn :my::p [] -> :my::P (:my::P/new 1 2))",
        "(c.def :my::v [(:my::p)])",
        "(c.def :my::w 1)",
    ] {
        says(&mut db, &mut session, input);
    }
    let changed = "(:wat::core::struct :my::P (y :wat::core::i64) (x :wat::core::i64))";
    let submission = session.submit(&mut db, changed);
    let retired: Vec<&str> = submission
        .changes
        .retired
        .iter()
        .map(|name| &**name)
        .collect();
    assert_eq!(
        retired,
        [
            ":my::P",
            ":my::P/new",
            ":my::P/x",
            ":my::P/y",
            ":my::p",
            ":my::v"
        ]
    );
    assert!(submission.changes.layouts);
    let is_again = |step: &Step| matches!(step, Step::Again { name, .. } if &**name == ":my::v");
    assert!(submission.steps.iter().any(is_again));
}

#[test]
fn members_of_a_former_declaration_are_gone() {
    let (mut db, mut session) = start();
    says(&mut db, &mut session, "(c.struct :my::P (x c.i64))");
    says(&mut db, &mut session, "(c.struct :my::P (y c.String))");
    let ask = |db: &mut RootDatabase, session: &mut Session, field: &str| {
        says(db, session, &format!("(:my::P/{field} (:my::P/new \"s\"))"))
    };
    assert_eq!(ask(&mut db, &mut session, "y"), ["value c.String"]);
    assert_eq!(ask(&mut db, &mut session, "x"), ["WAT3201"]);
    // Who uses one is a dependent.
    says(
        &mut db,
        &mut session,
        "(c.defn :my::f [p <- :my::P] -> c.String (:my::P/y p))",
    );
    let submission = session.submit(
        &mut db,
        "(:wat::core::struct :my::P (z :wat::core::String))",
    );
    assert_eq!(
        submission.diagnostics[0].message,
        "`:my::P` is not redefined: its new type breaks `:my::f`"
    );
    assert_eq!(submission.broken[0].code.0, 3201);
}

#[test]
fn what_is_forced_leaves_stale_definitions_until_they_fit() {
    let (mut db, mut session) = start();
    for input in [
        "(c.defn :my::f [] -> c.i64 1)",
        "(c.defn :my::g [] -> c.i64 (c.+ 1 (:my::f)))",
        "(c.def :my::v (c.+ 1 (:my::f)))",
    ] {
        says(&mut db, &mut session, input);
    }
    let changed = "(:wat::core::defn :my::f [] -> :wat::core::String \"s\")";
    let refused = session.submit(&mut db, changed);
    assert!(!refused.is_installed);
    assert_eq!(refused.broken.len(), 2);
    assert_eq!(session.stale_names().len(), 0);
    let forced = session.force(&mut db, changed);
    assert!(forced.is_installed);
    let stale: Vec<_> = session.stale_names();
    assert_eq!(stale, [":my::g".into(), ":my::v".into()]);
    assert_eq!(
        session.why_stale(":my::g").as_deref(),
        Some("`:my::g` is stale: the redefinition of `:my::f` broke it")
    );
    // What is stale already does not keep others from being redefined.
    assert_eq!(
        says(&mut db, &mut session, "(c.defn :my::f [] -> c.bool true)"),
        ["redefined :my::f (2) c.Fn()->wat::core::bool"]
    );
    says(
        &mut db,
        &mut session,
        "(c.defn :my::g [] -> c.bool (:my::f))",
    );
    assert_eq!(session.stale_names(), [":my::v".into()]);
    // It fits again, and is evaluated again.
    assert_eq!(
        says(&mut db, &mut session, "(c.defn :my::f [] -> c.i64 5)"),
        ["WAT2950"]
    );
    session.force(&mut db, "(:wat::core::defn :my::f [] -> :wat::core::i64 5)");
    assert_eq!(session.stale_names(), [":my::g".into()]);
}

#[test]
fn inputs_are_taken_back_one_after_the_other() {
    let (mut db, mut session) = start();
    says(&mut db, &mut session, "(c.defn :my::f [] -> c.i64 1)");
    says(&mut db, &mut session, "(:my::f)");
    says(
        &mut db,
        &mut session,
        "(c.defn :my::f [] -> c.String \"s\")",
    );
    says(
        &mut db,
        &mut session,
        "(c.defn :my::f [] -> c.String \"s\")",
    );
    let undone = session.undo(&mut db).unwrap();
    assert_eq!(undone.names, [(":my::f".into(), true)]);
    assert_eq!(undone.changes.retired, [":my::f".into()]);
    assert_eq!(says(&mut db, &mut session, "(:my::f)"), ["value c.i64"]);
    let undone = session.undo(&mut db).unwrap();
    assert_eq!(undone.names, [(":my::f".into(), false)]);
    assert_eq!(says(&mut db, &mut session, "(:my::f)"), ["WAT3201"]);
    assert!(session.undo(&mut db).is_none());
}

#[test]
fn several_forms_are_one_input_in_order() {
    let (mut db, mut session) = start();
    let steps = submit(
        &mut db,
        &mut session,
        "(:wat::core::def :my::x 1) :my::x (:wat::core::+ :my::x 1.5)",
    );
    assert_eq!(
        steps,
        [
            "defined :my::x :wat::core::i64",
            "value :wat::core::i64",
            "value :wat::core::f64"
        ]
    );
}

fn start() -> (RootDatabase, Session) {
    let mut db = RootDatabase::new();
    let session = Session::new(&mut db);
    (db, session)
}
