//! Literal data that is given to an evaluating form and would change the program: WAT5020.

use crate::support::{database, line, spans};
use wat_analysis::file_diagnostics;

const TYPED: &str = "wat::core::i64";
const STEP: &str = "wat::eval::StepResult";
const WALK: &str = "(wat::holon::HolonAST,wat::core::i64)";

const DIGEST: &str = " :wat::verify::digest-sha256 :wat::verify::string \"00\"";
const SIGNED: &str =
    " :wat::verify::signed-ed25519 :wat::verify::string \"s\" :wat::verify::string \"k\"";
const VISIT: &str = " 0 (:wat::core::fn [n <- :wat::core::i64 form <- :wat::WatAST step <- :wat::eval::StepResult] \
    -> :wat::eval::WalkStep<wat::core::i64> (:wat::eval::WalkStep::Continue n))";

/// The forms that evaluate a source text: name, what follows the text, type of the value.
const OF_TEXT: [(&str, &str, &str); 3] = [
    (":wat::eval-edn!", "", TYPED),
    (":wat::eval-digest-string!", DIGEST, TYPED),
    (":wat::eval-signed-string!", SIGNED, TYPED),
];

/// The forms that evaluate a form.
const OF_FORM: [(&str, &str, &str); 3] = [
    (":wat::eval-ast!", "", TYPED),
    (":wat::eval-step!", "", STEP),
    (":wat::eval::walk", VISIT, WALK),
];

/// A function with an evaluation whose first argument begins line 3.
fn program(verb: &str, data: &str, more: &str, value: &str) -> String {
    format!(
        "(:wat::core::defn :my::f [n <- :wat::core::i64 form <- :wat::WatAST text <- :wat::core::String] \
         -> :wat::core::Result<{value},wat::core::EvalError>\n({verb}\n{data}{more}))"
    )
}

fn told(evaluators: &[(&str, &str, &str)], data: &str, expected: &[&str]) {
    for (verb, more, value) in evaluators {
        let text = program(verb, data, more, value);
        assert_eq!(spans(&text), expected, "{text}");
    }
}

#[test]
fn a_literal_source_that_changes_the_program_is_told_at_the_text() {
    let first = |end: u32| format!("WAT5020 3:1-3:{end}");
    for source in [
        r#""(:wat::core::def :x 1)""#,
        r#""1 (:wat::core::do 1 (:wat::core::struct :x (y :wat::core::i64)))""#,
        r#""(:wat::core::if true 1 (:wat::load-file! \"x\"))""#,
        r#""(:wat::config::set-redef! true)""#,
        r#""(:wat::core::defn :x::f [] -> :wat::core::i64 1)""#,
        r#""[1 (:wat::signed-load-string! \"x\")]""#,
        r#""(:wat::core::let [a `(~(:wat::core::def :x 1))] 1)""#,
    ] {
        told(&OF_TEXT, source, &[&first(1 + source.len() as u32)]);
    }
}

#[test]
fn a_quoted_form_that_changes_the_program_is_told_at_the_inner_form() {
    told(&OF_FORM, "'(:wat::core::def :x 1)", &["WAT5020 3:2-3:24"]);
    told(
        &OF_FORM,
        "(:wat::core::quote (:wat::core::def :x 1))",
        &["WAT5020 3:20-3:42"],
    );
    // The first of them only: evaluation ends there.
    told(
        &OF_FORM,
        "'(:wat::core::do (:wat::core::enum :x A) (:wat::core::def :y 1))",
        &["WAT5020 3:18-3:41"],
    );
    // Templates as far as they are written.
    told(
        &OF_FORM,
        "`(:wat::core::do ~form (:wat::core::def :x ~n))",
        &["WAT5020 3:24-3:47"],
    );
    told(
        &OF_FORM,
        "`(:wat::core::do `(1 ~(:wat::core::def :x ~n)))",
        &["WAT5020 3:23-3:46"],
    );
}

#[test]
fn data_inside_of_the_data_changes_nothing() {
    told(&OF_TEXT, r#""(:my::g :wat::core::def)""#, &[]);
    told(
        &OF_TEXT,
        r#""(:wat::core::do '(:wat::core::def :x 1) 1)""#,
        &[],
    );
    told(
        &OF_TEXT,
        r#""(:wat::core::do (:wat::core::forms (:wat::core::def :x 1)) 1)""#,
        &[],
    );
    told(
        &OF_TEXT,
        r#""(:wat::core::do `(:wat::core::def :x ~2) 1)""#,
        &[],
    );
    told(&OF_TEXT, r#""[:wat::core::def :x 1]""#, &[]);
    told(
        &OF_TEXT,
        r#""\"(:wat::core::def :x 1)\" ; (:wat::core::def :x 1)""#,
        &[],
    );
    told(&OF_FORM, "'(:my::g :wat::core::def :x)", &[]);
    told(&OF_FORM, "'[:wat::core::def :x 1]", &[]);
    told(&OF_FORM, "'(:wat::core::do '(:wat::core::def :x 1) 1)", &[]);
    told(
        &OF_FORM,
        "'(:wat::core::do `(:wat::core::def :x ~y) 1)",
        &[],
    );
    told(&OF_FORM, "'(:my::def :x 1)", &[]);
    told(&OF_FORM, "'\"(:wat::core::def :x 1)\"", &[]);
}

#[test]
fn what_is_not_written_in_the_call_is_not_judged() {
    told(&OF_TEXT, "text", &[]);
    told(
        &OF_TEXT,
        r#"(:wat::core::string::concat "(:wat::core::def" " :x 1)")"#,
        &[],
    );
    told(&OF_FORM, "form", &[]);
    told(
        &OF_FORM,
        "(:wat::core::nth [form '(:wat::core::def :x 1)] 1)",
        &[],
    );
    // What an unquote brings is evaluated where it stands.
    told(&OF_FORM, "`~form", &[]);
    told(
        &OF_FORM,
        "`(:wat::core::do ~(:wat::core::nth ['(:wat::core::def :x 1)] 0))",
        &[],
    );
    // What the text of a path is: no source.
    let paths = [
        (":wat::eval-file!", "", TYPED),
        (":wat::eval-digest!", DIGEST, TYPED),
        (":wat::eval-signed!", SIGNED, TYPED),
    ];
    told(&paths, r#""(:wat::core::def :x 1)""#, &[]);
}

#[test]
fn a_text_that_does_not_read_is_no_mutation() {
    told(&OF_TEXT, r#""(:wat::core::def :x 1""#, &[]);
    told(&OF_TEXT, r#""(:wat::core::def :x 1))""#, &[]);
    told(&OF_TEXT, r#""(:wat::core::def :x 1) 08x \"""#, &[]);
}

#[test]
fn a_quoted_form_that_nobody_evaluates_is_data() {
    let text = "(:wat::core::defn :my::f [] -> :wat::WatAST '(:wat::core::def :x 1))\n\
                (:wat::core::defn :my::g [] -> :wat::core::String (:wat::core::string::concat \"(:wat::core::def :x 1)\" \"\"))";
    assert_eq!(spans(text), [] as [&str; 0]);
}

#[test]
fn another_name_of_an_evaluating_form_is_one() {
    let text = "(:wat::runtime::define-alias :my::run :wat::eval-edn!)\n\
                (:wat::core::defn :my::f [] -> :wat::core::Result<wat::core::i64,wat::core::EvalError>\n  \
                (:my::run \"(:wat::core::def :x 1)\"))";
    assert_eq!(spans(text), ["WAT5020 3:13-3:37"]);
}

#[test]
fn it_is_a_warning_that_says_what_would_be_refused() {
    let text = program(":wat::eval-edn!", "\"(:wat::core::def :x 1)\"", "", TYPED);
    let db = database(&[("main.wat", &*text)]);
    let file = db.file("main.wat").expect("was just added");
    let found: Vec<String> = file_diagnostics(&db, file)
        .iter()
        .map(|one| line(&db, one))
        .collect();
    assert_eq!(
        found,
        [
            "WAT5020 Warning main.wat 3:1-3:25 `:wat::eval-edn!` refuses this: `:wat::core::def` would change the program, \
          which evaluated data cannot"
        ]
    );
}
