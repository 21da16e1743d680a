//! Macros that ask about names, and threads with macros in them.

use crate::support::{all, database, spans};

fn reports(text: &str, expected: &[&str]) {
    assert_eq!(spans(text), expected, "{text}");
}

/// A program whose value `:m::v` is what a macro body makes; `text` stands before it.
fn made(text: &str, body: &str, call: &str) -> String {
    format!(
        "{text}\n(:wat::core::defmacro :m::ask [name <- :wat::WatAST] -> :wat::WatAST {body})\n(:wat::core::def :m::v {call})\n"
    )
}

/// What the body of a macro says of `:m::f` is this, as EDN.
fn answers(text: &str, body: &str, expected: &str) {
    let text = format!(
        "{text}\n(:wat::core::defmacro :m::ask [name <- :wat::WatAST] -> :wat::WatAST (:wat::core::macro-error (:wat::core::str {body})))\n(:wat::core::def :m::v (:m::ask :m::f))\n"
    );
    let db = database(&[("a.wat", text.as_str())]);
    let found = all(&db);
    let message = found
        .iter()
        .find_map(|line| line.strip_prefix("WAT2412 Error a.wat ")?.split_once(' '))
        .map(|(_, message)| message.split(" | ").next().unwrap_or_default().to_owned());
    assert_eq!(message.as_deref(), Some(expected), "{found:#?}");
}

/// The same for a holon that may not be there, as the form that it lowers.
fn lowers(text: &str, question: &str, expected: &str) {
    let holon = format!("(:wat::core::Option/expect {question} \"known\")");
    answers(
        text,
        &format!("(:wat::core::write-forms (:wat::holon::to-watast {holon}))"),
        expected,
    );
}

const F: &str = "(:wat::core::defn :m::f<T> [to <- :T & more <- :wat::core::Vector<wat::core::i64>] -> :wat::core::Option<T> \"Doc of f.\" :wat::core::None)";

#[test]
fn signatures_are_there_before_and_after() {
    let signature = "(:m::f<T> (to :T) & (more (:wat::core::Vector :wat::core::i64)) -> (:wat::core::Option :T))";
    lowers(F, "(:wat::runtime::signature-of-defn name)", signature);
    // It does not matter where the definition stands.
    let text = format!(
        "(:wat::core::defmacro :m::ask [name <- :wat::WatAST] -> :wat::WatAST `~(:wat::core::length (:wat::runtime::extract-arg-names (:wat::core::Option/expect (:wat::runtime::signature-of-defn name) \"known\"))))\n(:wat::core::def :m::v (:wat::core::+ 1 (:m::ask :m::f)))\n{F}"
    );
    reports(&text, &[]);
}

#[test]
fn all_questions_have_answers() {
    answers(F, "(:wat::runtime::doc name)", "\"Doc of f.\"");
    answers(F, "(:wat::runtime::kind-of name)", ":function");
    lowers(
        F,
        "(:wat::runtime::return-type-of name)",
        "(:wat::core::Option :T)",
    );
    lowers(F, "(:wat::runtime::body-of name)", ":wat::core::None");
    answers(F, "(:wat::runtime::kind-of :m::nowhere)", "nil");
    answers(F, "(:wat::runtime::kind-of :m::ask)", ":macro");
    answers(
        F,
        "(:wat::runtime::kind-of :wat::core::if)",
        ":special-form",
    );
    lowers(
        F,
        "(:wat::runtime::signature-of-defn :wat::core::take)",
        "(:wat::core::take<T> (_a0 (:wat::core::Vector :T)) (_a1 :wat::core::i64) -> (:wat::core::Vector :T))",
    );
    let point = "(:wat::core::typealias :m::Ids :wat::core::Vector<wat::core::i64>)\n(:wat::core::struct :m::f (x :wat::core::i64) (ids :m::Ids))";
    answers(
        point,
        "(:wat::runtime::field-names-of name)",
        "[#wat-edn.holon/Symbol \"x\" #wat-edn.holon/Symbol \"ids\"]",
    );
    answers(
        point,
        "(:wat::runtime::field-types-of name)",
        "[#wat-edn.holon/Symbol \":wat::core::i64\" #wat-edn.holon/Bundle [#wat-edn.holon/Symbol \":wat::core::Vector\" #wat-edn.holon/Symbol \":wat::core::i64\"]]",
    );
    answers(point, "(:wat::runtime::kind-of :m::f/x)", ":accessor");
    lowers(
        point,
        "(:wat::runtime::signature-of-defn :m::f/new)",
        "(:m::f/new (x :wat::core::i64) (ids (:wat::core::Vector :wat::core::i64)) -> :m::f)",
    );
    lowers(
        F,
        "(:wat::core::Some (:wat::runtime::signature-of-fn (:wat::core::fn [a <- :wat::core::i64] -> :wat::core::bool true)))",
        "(:anonymous (a :wat::core::i64) -> :wat::core::bool)",
    );
    lowers(
        F,
        "(:wat::core::Some (:wat::runtime::rename-callable-name (:wat::core::Option/expect (:wat::runtime::signature-of-defn name) \"\") name :m::g))",
        "(:m::g<T> (to :T) & (more (:wat::core::Vector :wat::core::i64)) -> (:wat::core::Option :T))",
    );
    let alias = format!(
        "{}\n(:wat::runtime::define-alias :m::f :m::g)",
        F.replace(":m::f", ":m::g")
    );
    answers(
        &alias,
        "(:wat::runtime::doc name)",
        "\"Alias of `:m::g`.\\n\\nDoc of f.\"",
    );
}

#[test]
fn holons_become_syntax() {
    let body = "(:wat::core::let [ret (:wat::core::Option/expect (:wat::runtime::return-type-of name) \"known\")] `(:wat::core::do (:wat::core::quote ~ret) 1))";
    reports(
        &format!(
            "{}(:wat::core::def :m::n (:wat::core::+ :m::v 1))",
            made(F, body, "(:m::ask :m::f)")
        ),
        &[],
    );
}

#[test]
fn a_question_needs_a_name() {
    let ask = |body: &str| made(F, body, "(:m::ask :m::f)");
    reports(
        &ask("`~(:wat::core::show (:wat::runtime::doc 1))"),
        &["WAT2601 2:110-2:111"],
    );
    reports(
        &ask("`~(:wat::core::show (:wat::runtime::doc))"),
        &["WAT3002 2:90-2:110"],
    );
    reports(
        &made(
            F,
            "`~(:wat::core::show (:wat::runtime::doc name))",
            "(:m::ask (1 2))",
        ),
        &["WAT2601 3:25-3:32"],
    );
}

#[test]
fn what_earlier_expansions_define_is_seen_from_there_on() {
    let define = "(:wat::core::defmacro :m::define [name <- :wat::WatAST] -> :wat::WatAST `(:wat::core::defn ~name [a <- :wat::core::i64] -> :wat::core::i64 a))
(:wat::core::defmacro :m::known [name <- :wat::WatAST] -> :wat::WatAST (:wat::core::match (:wat::runtime::kind-of name) ((:wat::core::Some _) `1) (:wat::core::None `\"unknown\")))\n";
    let early = "(:wat::core::def :m::early (:wat::core::+ 1 (:m::known :m::g)))\n";
    let late =
        "(:m::define :m::g)\n(:wat::core::def :m::late (:wat::core::+ 1 (:m::known :m::g)))\n";
    reports(&format!("{define}{late}"), &[]);
    reports(&format!("{define}{early}{late}"), &["WAT3403 3:46-3:55"]);
}

#[test]
fn a_body_that_depends_on_the_call_is_a_cycle() {
    let macros = "(:wat::core::defmacro :m::length [name <- :wat::WatAST] -> :wat::WatAST `~(:wat::core::length (:wat::core::ast->children (:wat::holon::to-watast (:wat::core::Option/expect (:wat::runtime::body-of name) \"known\")))))\n";
    reports(
        &format!(
            "{macros}(:wat::core::defn :m::f [] -> :wat::core::i64 (:wat::core::+ 1 (:m::length :m::g)))\n(:wat::core::defn :m::g [] -> :wat::core::i64 (:wat::core::+ 1 2))"
        ),
        &[],
    );
    reports(
        &format!(
            "{macros}(:wat::core::defn :m::f [] -> :wat::core::i64 (:wat::core::+ 1 (:m::length :m::f)))"
        ),
        &["WAT2408 2:65-2:75"],
    );
    // Of two, each depends on the other.
    let two = format!(
        "{macros}(:wat::core::defn :m::f [] -> :wat::core::i64 (:wat::core::+ 1 (:m::length :m::g)))\n(:wat::core::defn :m::g [] -> :wat::core::i64 (:wat::core::+ 1 (:m::length :m::f)))"
    );
    let found = spans(&two);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(
        found.iter().all(|line| line.starts_with("WAT2408")),
        "{found:?}"
    );
    // The signature of what the call stands in is there.
    reports(
        "(:wat::core::defmacro :m::arity [name <- :wat::WatAST] -> :wat::WatAST `~(:wat::core::length (:wat::runtime::extract-arg-types (:wat::core::Option/expect (:wat::runtime::signature-of-defn name) \"known\"))))
(:wat::core::defn :m::f [a <- :wat::core::i64] -> :wat::core::i64 (:wat::core::+ a (:m::arity :m::f)))",
        &[],
    );
}

#[test]
fn definitions_copied_by_reflection_are_definitions() {
    let text = "(:wat::core::defmacro :m::copy [name <- :wat::WatAST new <- :wat::WatAST] -> :wat::WatAST
  (:wat::core::let [form (:wat::holon::to-watast (:wat::core::Option/expect (:wat::runtime::lookup-form name) \"known\"))]
    `(~@(:wat::core::concat (:wat::core::take (:wat::core::ast->children form) 1) [new] (:wat::core::drop (:wat::core::ast->children form) 2)))))
(:wat::core::def :m::a 41)
(:m::copy :m::a :m::b)
(:wat::core::def :m::c (:wat::core::+ :m::b 1))";
    reports(text, &[]);
}

const M: &str = "(:wat::core::defmacro :m::plus [x <- :wat::WatAST & more <- :wat::core::Vector<wat::WatAST>] -> :wat::WatAST `(:wat::core::+ ~x ~@more 1))\n";

#[test]
fn a_step_of_a_thread_may_be_a_macro_call() {
    let with = |code: &str, expected: &[&str]| {
        reports(
            &format!("{M}(:wat::core::def :m::v (:wat::core::+ 0 {code}))"),
            expected,
        );
    };
    with("(:wat::core::-> 3 (:m::plus))", &[]);
    with("(:wat::core::-> 3 :m::plus)", &[]);
    with("(:wat::core::->> 3 (:m::plus 2) (:wat::core::- 10))", &[]);
    with(
        "(:wat::core::-> 3 (:wat::core::- 1) (:m::plus 2) (:m::plus) :wat::core::i64::abs)",
        &[],
    );
    with("(:wat::core::-> 3 (:wat::core::-> (:m::plus)))", &[]);
    with(
        "(:wat::core::-> (:m::plus 3) (:wat::core::Tuple (:m::plus 1)) :wat::core::first)",
        &[],
    );
    with(
        "(:wat::core::-> (:wat::core::Some 3) (:wat::core::match ((:wat::core::Some y) (:m::plus y)) (:wat::core::None (:m::plus 0))))",
        &[],
    );
    // A mistake stands where it was written.
    with("(:wat::core::-> \"3\" (:m::plus))", &["WAT3403 2:57-2:60"]);
    with(
        "(:wat::core::-> 3 (:m::plus) (:wat::core::i64::+ \"1\"))",
        &["WAT3001 2:90-2:93"],
    );
    with("(:wat::core::-> 3 (:m::plus) ())", &["WAT2216 2:70-2:72"]);
}

#[test]
fn a_macro_in_a_thread_takes_the_form_so_far() {
    let quoted = "(:wat::core::defmacro :m::text [x <- :wat::WatAST] -> :wat::WatAST (:wat::core::macro-error (:wat::core::write-forms x)))\n(:wat::core::def :m::v (:wat::core::-> 3 (:wat::core::- 1) (:m::text)))";
    let found = all(&database(&[("a.wat", quoted)]));
    assert!(found[0].contains("(:wat::core::- 3 1)"), "{found:?}");
}

#[test]
fn threads_work_in_bodies_of_macros() {
    let text = "(:wat::core::defmacro :m::m [x <- :wat::WatAST] -> :wat::WatAST (:wat::core::-> x (:wat::core::i64::+ 1) (:wat::core::i64::* 2)))\n(:wat::core::def :m::v (:wat::core::+ 1 (:m::m 4)))";
    reports(text, &[]);
    reports(
        &text.replace("(:wat::core::i64::+ 1)", "()"),
        &["WAT2216 1:83-1:85"],
    );
}
