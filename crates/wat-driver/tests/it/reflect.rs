//! Questions about names while a program runs.

use super::evaluate::run;

const PROGRAM: &str = "(:wat::core::defn :my::id<T> [x <- :T & more <- :wat::core::Vector<wat::core::i64>] -> :T \"Doc.\" x x)
(:wat::core::struct :my::P (a :wat::core::i64) (b :wat::core::Fn(wat::core::i64)->wat::core::bool))
(:wat::core::enum :my::E :U (V (n :wat::core::i64)))
(:wat::core::newtype :my::N :wat::core::i64)
(:wat::core::typealias :my::A :wat::core::i64)
(:wat::core::def :my::v 1)
(:wat::core::defmacro :my::m [x <- :wat::WatAST & ys <- :wat::core::Vector<wat::WatAST>] -> :wat::WatAST \"A macro.\" `(:f ~x ~@ys))
(:wat::runtime::define-alias :my::same :my::id)
(:wat::core::defn :my::text [h <- :wat::core::Option<wat::holon::HolonAST>] -> :wat::core::String
  (:wat::core::match h ((:wat::core::Some h) (:wat::core::write-forms (:wat::holon::to-watast h))) (:wat::core::None \"none\")))
(:wat::core::defn :my::all [hs <- :wat::core::Vector<wat::holon::HolonAST>] -> :wat::core::Vector<wat::core::String>
  (:wat::core::map hs (:wat::core::fn [h <- :wat::holon::HolonAST] -> :wat::core::String (:wat::core::write-forms (:wat::holon::to-watast h)))))
";

/// The printed value of an expression in that program.
fn value(expression: &str) -> String {
    let text = format!(
        "{PROGRAM}(:wat::core::defn :user::main [] -> :wat::core::nil (:wat::kernel::println {expression}))"
    );
    let (out, failure) = run(&text);
    assert!(failure.is_none(), "{expression}: {failure:?}");
    out.trim_end().to_owned()
}

fn text(expression: &str) -> String {
    let printed = value(&format!("(:my::text {expression})"));
    printed.trim_matches('"').to_owned()
}

#[test]
fn every_kind_of_name_has_its_kind() {
    for (name, kind) in [
        (":my::id", ":function"),
        (":my::same", ":function"),
        (":my::v", ":value"),
        (":my::m", ":macro"),
        (":wat::kernel::println", ":native"),
        (":wat::core::i64::to-string", ":pure-native"),
        (":wat::core::let", ":special-form"),
        (":my::P", ":struct"),
        (":my::E", ":enum"),
        (":my::N", ":newtype"),
        (":my::A", ":typealias"),
        (":my::E::U", ":variant"),
        (":my::E::V", ":variant"),
        (":my::P/new", ":constructor"),
        (":my::N/new", ":constructor"),
        (":my::P/a", ":accessor"),
        (":wat::core::length", ":dispatch"),
        (":wat::core::+", ":dispatch"),
        (":my::none", "nil"),
    ] {
        assert_eq!(
            value(&format!("(:wat::runtime::kind-of {name})")),
            kind,
            "{name}"
        );
    }
}

#[test]
fn signatures_have_their_shape() {
    for (name, signature) in [
        (
            ":my::id",
            "(:my::id<T> (x :T) & (more (:wat::core::Vector :wat::core::i64)) -> :T)",
        ),
        (
            ":my::P/new",
            "(:my::P/new (a :wat::core::i64) (b (:wat::core::Fn (:wat::core::i64) :wat::core::bool)) -> :my::P)",
        ),
        (":my::E::V", "(:my::E::V (n :wat::core::i64) -> :my::E)"),
        (":my::E::U", "(:my::E::U -> :my::E)"),
        (":wat::core::if", "(:wat::core::if <cond> <then> <else>)"),
        (
            ":wat::core::i64::abs",
            "(:wat::core::i64::abs (_a0 :wat::core::i64) -> :wat::core::i64)",
        ),
        (
            ":my::m",
            "(:my::m (x :wat::WatAST) & (ys (:wat::core::Vector :wat::WatAST)) -> :wat::WatAST)",
        ),
        (":my::v", "none"),
        (":my::P", "none"),
        (":my::none", "none"),
    ] {
        assert_eq!(
            text(&format!("(:wat::runtime::signature-of-defn {name})")),
            signature
        );
    }
}

#[test]
fn definitions_and_bodies_are_forms() {
    assert_eq!(
        text("(:wat::runtime::lookup-form :my::N)"),
        "(:wat::core::newtype :my::N :wat::core::i64)"
    );
    assert_eq!(
        text("(:wat::runtime::lookup-define :wat::core::i64::abs)"),
        "(:wat::core::define (:wat::core::i64::abs (_a0 :wat::core::i64) -> :wat::core::i64) (:wat::core::__internal/primitive :wat::core::i64::abs))"
    );
    assert_eq!(
        text("(:wat::runtime::lookup-form :wat::core::String)"),
        "(:wat::core::define (:wat::core::String) (:wat::core::__internal/type-decl :wat::core::String))"
    );
    assert_eq!(
        text("(:wat::runtime::body-of :my::id)"),
        "(:wat::core::do x x)"
    );
    assert_eq!(text("(:wat::runtime::body-of :my::v)"), "1");
    assert_eq!(text("(:wat::runtime::body-of :my::m)"), "`(:f ~x ~@ys)");
    assert_eq!(text("(:wat::runtime::body-of :wat::core::take)"), "none");
}

#[test]
fn parts_of_signatures_are_taken_out_and_renamed() {
    let signature =
        "(:wat::core::Option/expect (:wat::runtime::signature-of-defn :my::id) \"known\")";
    assert_eq!(
        value(&format!(
            "(:my::all (:wat::runtime::extract-arg-names {signature}))"
        )),
        "[\"x\" \"more\"]"
    );
    assert_eq!(
        value(&format!(
            "(:my::all (:wat::runtime::extract-arg-types {signature}))"
        )),
        "[\":T\" \"(:wat::core::Vector :wat::core::i64)\"]"
    );
    assert_eq!(
        text(&format!(
            "(:wat::core::Some (:wat::runtime::rename-callable-name {signature} :my::id :my::other))"
        )),
        "(:my::other<T> (x :T) & (more (:wat::core::Vector :wat::core::i64)) -> :T)"
    );
    let wrong = format!(
        "{PROGRAM}(:wat::core::defn :user::main [] -> :wat::core::nil (:wat::kernel::println (:wat::runtime::rename-callable-name {signature} :my::i :my::other)))"
    );
    assert_eq!(run(&wrong).1.expect("it fails").code, 8406);
}

#[test]
fn functions_tell_their_own_signature() {
    assert_eq!(
        text("(:wat::core::Some (:wat::runtime::signature-of-fn :wat::core::i64::abs))"),
        "(:wat::core::i64::abs (_a0 :wat::core::i64) -> :wat::core::i64)"
    );
    assert_eq!(
        text("(:wat::core::Some (:wat::runtime::signature-of-fn :my::text))"),
        "(:my::text (h (:wat::core::Option :wat::holon::HolonAST)) -> :wat::core::String)"
    );
    assert_eq!(
        text(
            "(:wat::core::let [k 1] (:wat::core::Some (:wat::runtime::signature-of-fn (:wat::core::fn [a <- :wat::core::i64 b <- :my::P] -> :wat::core::i64 (:wat::core::+ a k)))))"
        ),
        "(:anonymous (a :wat::core::i64) (b :my::P) -> :wat::core::i64)"
    );
}

#[test]
fn constructors_and_accessors_are_definitions_as_values_too() {
    for name in [
        ":my::P/new",
        ":my::N/new",
        ":my::E::V",
        ":my::P/a",
        ":my::text",
    ] {
        let of_value = format!("(:wat::core::Some (:wat::runtime::signature-of-fn {name}))");
        let of_name = format!("(:wat::runtime::signature-of-defn {name})");
        let of_value = text(&of_value);
        assert_eq!(of_value, text(&of_name));
        assert!(of_value.starts_with(&format!("({name}")), "{of_value}");
    }
    let some = "(:wat::core::let [f (:wat::core::fn [g <- :wat::core::Fn(wat::core::i64)->wat::core::Option<wat::core::i64>] -> :wat::holon::HolonAST (:wat::runtime::signature-of-fn g))] (:wat::core::Some (f :wat::core::Some)))";
    assert_eq!(
        text(some),
        "(:wat::core::Some (_a0 :wat::core::i64) -> (:wat::core::Option :wat::core::i64))"
    );
}

#[test]
fn the_constructors_of_options_and_results_may_have_second_names() {
    let (out, failure) = run("(:wat::runtime::define-alias :my::just :wat::core::Some)
(:wat::runtime::define-alias :my::fine :wat::core::Ok)
(:wat::core::defn :my::f [] -> :wat::core::Result<wat::core::i64,wat::core::String> (:my::fine 3))
(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::kernel::println (:my::just 1))
  (:wat::kernel::println (:my::f))
  (:wat::kernel::println (:wat::core::map [1 2] :my::just))
  (:wat::kernel::println (:wat::runtime::kind-of :my::just)))");
    assert!(failure.is_none(), "{failure:?}");
    assert_eq!(out, "1\n#wat-edn.result/ok 3\n[1 2]\n:special-form\n");
}

#[test]
fn keyword_variants_have_the_signature_of_their_target_under_their_keywords() {
    let answer = |name: &str| {
        let ask = format!(
            "(:wat::kernel::println (:my::text (:wat::runtime::signature-of-defn {name})))"
        );
        let (out, failure) = run(&format!(
            "{PROGRAM}(:wat::kwargs::auto-kwargs :my::P/new :as :my::p)
(:wat::kwargs::auto-kwargs :my::id)
(:wat::kwargs::define-with-kwargs :my::between :wat::core::range [:from :below])
(:wat::kwargs::auto-kwargs :my::between :as :my::again)
(:wat::kwargs::define-with-kwargs :my::other :my::again [:low :high])
(:wat::core::defmacro :my::early [] -> :wat::WatAST
  (:wat::core::Option/expect (:wat::core::Option/map (:wat::runtime::signature-of-defn {name}) :wat::holon::to-watast) \"known\"))
(:wat::core::defn :user::main [] -> :wat::core::nil {ask}
  (:wat::kernel::println (:wat::core::write-forms (:wat::core::macroexpand (:wat::core::quote (:my::early))))))"
        ));
        assert!(failure.is_none(), "{name}: {failure:?}");
        let lines: Vec<&str> = out.lines().map(|line| line.trim_matches('"')).collect();
        assert_eq!(lines[0], lines[1]);
        lines[0].to_owned()
    };
    assert_eq!(
        answer(":my::p"),
        "(:my::p (a :wat::core::i64) (b (:wat::core::Fn (:wat::core::i64) :wat::core::bool)) -> :my::P)"
    );
    assert_eq!(
        answer(":my::with-id"),
        "(:my::with-id<T> (x :T) & (more (:wat::core::Vector :wat::core::i64)) -> :T)"
    );
    let between =
        "(from :wat::core::i64) (below :wat::core::i64) -> (:wat::core::Vector :wat::core::i64))";
    assert_eq!(answer(":my::between"), format!("(:my::between {between}"));
    assert_eq!(answer(":my::again"), format!("(:my::again {between}"));
    assert_eq!(
        answer(":my::other"),
        "(:my::other (low :wat::core::i64) (high :wat::core::i64) -> (:wat::core::Vector :wat::core::i64))"
    );
}

#[test]
fn docs_and_fields_answer() {
    assert_eq!(value("(:wat::runtime::doc :my::id)"), "\"Doc.\"");
    assert_eq!(value("(:wat::runtime::doc :my::P)"), "nil");
    assert_eq!(
        value(
            "(:wat::core::match (:wat::runtime::field-names-of :my::P) ((:wat::core::Some hs) (:my::all hs)) (:wat::core::None []))"
        ),
        "[\"a\" \"b\"]"
    );
    assert_eq!(
        value(
            "(:wat::core::match (:wat::runtime::field-types-of :my::P) ((:wat::core::Some hs) (:my::all hs)) (:wat::core::None []))"
        ),
        "[\":wat::core::i64\" \"(:wat::core::Fn (:wat::core::i64) :wat::core::bool)\"]"
    );
    assert_eq!(value("(:wat::runtime::field-names-of :my::E)"), "nil");
    assert_eq!(text("(:wat::runtime::return-type-of :my::id)"), ":T");
}
