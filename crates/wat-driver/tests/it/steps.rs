//! Evaluation step by step, of files, and of what is verified first (chapters 02 §9, 08 §5).

use crate::evaluate::run;

const SHOW: &str = "(:wat::core::defn :my::triple [n <- :wat::core::i64] -> :wat::core::i64 (:wat::core::i64::* n 3))
(:wat::core::defn :my::pick [o <- :wat::core::Option<wat::core::i64>] -> :wat::core::i64
  (:wat::core::match o -> :wat::core::i64 ((:wat::core::Some n) (:wat::core::let [m (:wat::core::+ n 1)] m)) (:wat::core::None 0)))
(:wat::core::def :my::limit (:wat::core::+ 1 2))
(:wat::core::defmacro :my::twice [x <- :wat::WatAST] -> :wat::WatAST `(:wat::core::let [n ~x] (:wat::core::+ n n)))
(:wat::core::defn :my::show [r <- :wat::core::Result<wat::eval::StepResult,wat::core::EvalError>] -> :wat::core::nil
  (:wat::core::match r -> :wat::core::nil
    ((:wat::core::Ok (:wat::eval::StepResult::StepNext f)) (:wat::kernel::println (:wat::core::write-forms f)))
    ((:wat::core::Ok (:wat::eval::StepResult::StepTerminal v)) (:wat::kernel::println (:wat::core::Tuple :is (:wat::core::write-forms (:wat::holon::to-watast v)))))
    ((:wat::core::Ok (:wat::eval::StepResult::AlreadyTerminal v)) (:wat::kernel::println (:wat::core::Tuple :already (:wat::core::write-forms (:wat::holon::to-watast v)))))
    ((:wat::core::Err e) (:wat::kernel::println (:wat::core::EvalError/kind e)))))
(:wat::core::defn :my::number [r <- :wat::core::Result<wat::core::i64,wat::core::EvalError>] -> :wat::core::nil
  (:wat::core::match r -> :wat::core::nil
    ((:wat::core::Ok n) (:wat::kernel::println n))
    ((:wat::core::Err e) (:wat::kernel::println (:wat::core::EvalError/kind e)))))";

/// What a program with this body of `main` prints.
fn printed(body: &str) -> String {
    let text = format!(
        "{SHOW}\n(:wat::core::defn :user::main [] -> :wat::core::nil {body} :wat::core::nil)"
    );
    let (out, failure) = run(&text);
    assert!(failure.is_none(), "{text}\n{failure:?}");
    out.trim_end().to_owned()
}

/// What one step of a form comes to.
fn step(form: &str) -> String {
    printed(&format!("(:my::show (:wat::eval-step! '{form}))"))
}

#[test]
fn values_are_terminal() {
    for (form, shown) in [
        ("5", "5"),
        (":k", ":k"),
        ("\"s\"", "\\\"s\\\""),
        ("(:wat::core::Some 5)", "(:wat::core::Some 5)"),
        ("[1 2]", "(1 2)"),
    ] {
        assert_eq!(step(form), format!("[:already \"{shown}\"]"));
    }
}

#[test]
fn the_leftmost_outermost_form_is_reduced() {
    for (form, expected) in [
        ("(:my::triple (:wat::core::+ 1 2))", "\"(:my::triple 3)\""),
        ("(:my::triple 3)", "\"(:wat::core::i64::* 3 3)\""),
        ("(:wat::core::i64::* 3 3)", "[:is \"9\"]"),
        (
            "(:wat::core::+ (:wat::core::+ 1 2) (:wat::core::+ 3 4))",
            "\"(:wat::core::+ 3 (:wat::core::+ 3 4))\"",
        ),
        (
            "(:wat::core::if true (:my::triple 1) 2)",
            "\"(:my::triple 1)\"",
        ),
        ("(:wat::core::if false (:my::triple 1) 2)", "[:is \"2\"]"),
        (
            "(:wat::core::let [a 1 b (:wat::core::+ a 1)] b)",
            "\"(:wat::core::let [b (:wat::core::+ 1 1)] b)\"",
        ),
        (
            "(:wat::core::let [a 1] (:wat::core::let [a 2] a))",
            "\"(:wat::core::let [a 2] a)\"",
        ),
        ("(:wat::core::do 1 (:my::triple 2))", "\"(:my::triple 2)\""),
        (
            "(:wat::core::and true false)",
            "\"(:wat::core::and false)\"",
        ),
        (
            "(:wat::core::cond (false 1) (:else 2))",
            "\"(:wat::core::cond (:else 2))\"",
        ),
        (
            "((:wat::core::fn [x <- :wat::core::i64] -> :wat::core::i64 (:my::triple x)) 2)",
            "\"(:my::triple 2)\"",
        ),
        ("(:wat::core::-> 3 (:my::triple))", "\"(:my::triple 3)\""),
        (
            "(:my::triple :my::limit)",
            "\"(:my::triple (:wat::core::+ 1 2))\"",
        ),
        (
            "(:my::twice 4)",
            "\"(:wat::core::let [n 4] (:wat::core::+ n n))\"",
        ),
    ] {
        assert_eq!(step(form), expected, "{form}");
    }
}

#[test]
fn what_is_built_in_has_the_value_of_the_machine() {
    for (form, expected) in [
        ("(:wat::core::contains? #{0.0} -0.0)", "[:is \"true\"]"),
        ("(:wat::core::show [1.0 2.5])", "[:is \"\\\"[1, 2.5]\\\"\"]"),
        (
            "(:wat::core::show (:wat::core::quote 5))",
            "[:is \"\\\"<WatAST>\\\"\"]",
        ),
        ("(:wat::core::nth [7] 0)", "[:is \"7\"]"),
    ] {
        assert_eq!(step(form), expected);
    }
}

#[test]
fn what_cannot_be_reduced_says_why() {
    for (form, kind) in [
        ("(:wat::kernel::println 5)", "effectful-in-step"),
        ("(:wat::core::map [1 2] :my::triple)", "no-step-rule"),
        ("(:wat::core::i64::/ 1 0)", "division-by-zero"),
        ("(:my::nope 1)", "unknown-function"),
        ("(:wat::core::+ 1 x)", "unbound-symbol"),
        ("(:my::triple \"s\")", "type-mismatch"),
        ("(:wat::core::def :my::x 1)", "mutation-form-refused"),
    ] {
        assert_eq!(step(form), format!("{kind:?}"), "{form}");
    }
}

#[test]
fn walking_visits_every_form_of_the_chain() {
    let walk = |visit: &str, form: &str| {
        printed(&format!(
            "(:wat::core::match (:wat::eval::walk '{form} 0 (:wat::core::fn [n <- :wat::core::i64 form <- :wat::WatAST step <- :wat::eval::StepResult] -> :wat::eval::WalkStep<wat::core::i64> {visit})) -> :wat::core::nil
               ((:wat::core::Ok [v n]) (:wat::kernel::println (:wat::core::Tuple (:wat::core::write-forms (:wat::holon::to-watast v)) n)))
               ((:wat::core::Err e) (:wat::kernel::println (:wat::core::EvalError/kind e))))"
        ))
    };
    let count = "(:wat::eval::WalkStep::Continue (:wat::core::+ n 1))";
    assert_eq!(
        walk(count, "(:my::pick (:wat::core::Some (:my::triple 4)))"),
        "[\"13\" 6]"
    );
    assert_eq!(walk(count, "7"), "[\"7\" 1]");
    assert_eq!(
        walk(count, "(:my::triple (:wat::core::i64::/ 1 0))"),
        "\"division-by-zero\""
    );
    let skip = "(:wat::eval::WalkStep::Skip (:wat::holon::from-watast ':stop) 42)";
    assert_eq!(walk(skip, "(:my::triple 4)"), "[\":stop\" 42]");
}

#[test]
fn verified_texts_are_evaluated_and_others_are_not() {
    let digest = "48d844651876296a0f0227625534c863d00b702bab747ab7bf30208e900c4179";
    let eval = |source: &str, algorithm: &str, payload: &str| {
        printed(&format!(
            "(:my::number (:wat::eval-digest-string! {source:?} :wat::verify::{algorithm} :wat::verify::string {payload:?}))"
        ))
    };
    let good = "(:wat::core::i64::* 6 7)";
    assert_eq!(eval(good, "digest-sha256", digest), "42");
    assert_eq!(
        eval("(:wat::core::i64::* 6 8)", "digest-sha256", digest),
        "\"verification-failed\""
    );
    assert_eq!(eval(good, "digest-sha256", "00"), "\"verification-failed\"");
    assert_eq!(eval(good, "signed-ed25519", digest), "\"malformed-form\"");
    assert_eq!(
        eval("(:wat::core::i64::*", "address-blake3", digest),
        "\"malformed-form\""
    );
    let address = "b3:5492ea50e2390a3055156268e5efdf356d7c8a862a72b723f86255679847b5f5";
    assert_eq!(
        eval(
            "(:wat::core::i64::*  6 7) ; spaced",
            "address-blake3",
            address
        ),
        "42"
    );
    let signed = |source: &str| {
        printed(&format!(
            "(:my::number (:wat::eval-signed-string! {source:?} :wat::verify::signed-ed25519 :wat::verify::string \"+X/aky4AlOCkOHSpMjJNRD52sx8Qkeuh/JfyIT9PCJhHTIBgCMkOEx4azXeQigftYnycm1aDhzsLWCBUffvxDQ==\" :wat::verify::string \"11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"))"
        ))
    };
    assert_eq!(signed(good), "42");
    assert_eq!(
        signed("(:wat::core::i64::* 6 8)"),
        "\"verification-failed\""
    );
}

#[test]
fn a_file_that_is_not_there_is_a_failure() {
    assert_eq!(
        printed("(:my::number (:wat::eval-file! \"no/such/file.wat\"))"),
        "\"malformed-form\""
    );
}

#[test]
fn the_result_of_a_step_needs_no_name() {
    assert_eq!(
        printed("(:wat::kernel::println (:wat::eval-step! '5)) (:wat::kernel::println :after)"),
        "#wat-edn.result/ok #wat.eval.StepResult/AlreadyTerminal [#wat-edn.holon/I64 5]\n:after"
    );
    assert_eq!(
        printed(
            "(:wat::kernel::println (:wat::core::match (:wat::eval-step! '5) ((:wat::core::Ok _) 1) (_ 2)))"
        ),
        "1"
    );
}
