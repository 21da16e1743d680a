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
            ..
        } => match (redefined, dependents) {
            (false, _) => format!("defined {name} {ty}"),
            (true, 0) => format!("redefined {name} {ty}"),
            (true, count) => format!("redefined {name} ({count}) {ty}"),
        },
        Step::Evaluate { ty, .. } => format!("value {ty}"),
        Step::Bind { .. } => "let".to_owned(),
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
