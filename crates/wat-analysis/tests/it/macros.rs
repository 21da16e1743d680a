//! Macros: definition, expansion, hygiene, what bodies may call, positions.

use wat_analysis::{FileKind, RootDatabase, SourceText, file_diagnostics, symbol_at, type_at};
use wat_syntax::{TextRange, TextSize};

use crate::support::{all, database, line, spans};

const MAIN: &str = "(:wat::core::defn :user::main [] -> :wat::core::nil :wat::core::nil)";

/// Checks a text against the list of its diagnostics.
fn reports(text: &str, expected: &[&str]) {
    assert_eq!(spans(text), expected, "{text}");
}

/// A macro `:m::m` with this signature and body, and a function that has this body.
fn program(signature: &str, body: &str, code: &str) -> String {
    format!(
        "(:wat::core::defmacro :m::m {signature} -> :wat::WatAST {body})\n(:wat::core::defn :m::f [n <- :wat::core::i64] -> :wat::core::i64\n{code})"
    )
}

/// The same for a macro of one parameter `x`.
fn one(body: &str, code: &str) -> String {
    program("[x <- :wat::WatAST]", body, code)
}

#[test]
fn a_definition_has_one_shape() {
    for (text, at) in [
        ("(:wat::core::defmacro)", "1:1-1:23"),
        (
            "(:wat::core::defmacro m [] -> :wat::WatAST `1)",
            "1:23-1:24",
        ),
        ("(:wat::core::defmacro :m::m x)", "1:29-1:30"),
        ("(:wat::core::defmacro :m::m [])", "1:29-1:31"),
        (
            "(:wat::core::defmacro :m::m [] -> :wat::WatAST)",
            "1:1-1:48",
        ),
        (
            "(:wat::core::defmacro :m::m [] -> :wat::WatAST `1 `2)",
            "1:51-1:53",
        ),
        (
            "(:wat::core::defmacro :m::m [] -> :wat::core::i64 1)",
            "1:35-1:50",
        ),
        (
            "(:wat::core::defmacro :m::m [x] -> :wat::WatAST `1)",
            "1:30-1:31",
        ),
        (
            "(:wat::core::defmacro :m::m [x <- :wat::core::i64] -> :wat::WatAST `1)",
            "1:35-1:50",
        ),
        (
            "(:wat::core::defmacro :m::m [& x <- :wat::WatAST] -> :wat::WatAST `1)",
            "1:37-1:49",
        ),
        (
            "(:wat::core::defmacro :m::m [& x] -> :wat::WatAST `1)",
            "1:30-1:31",
        ),
        (
            "(:wat::core::defmacro :m::m [& x <- :wat::core::Vector<wat::WatAST> y <- :wat::WatAST] -> :wat::WatAST `1)",
            "1:69-1:70",
        ),
        (
            "(:wat::core::defmacro :m::m<T> [] -> :wat::WatAST `1)",
            "1:23-1:31",
        ),
    ] {
        reports(text, &[&format!("WAT2401 {at}")]);
    }
    reports(
        "(:wat::core::defmacro :m::m [x <- :wat::WatAST x <- :wat::WatAST] -> :wat::WatAST `1)",
        &["WAT2106 1:48-1:49"],
    );
    reports(
        "(:wat::core::defmacro :m::m [] -> :wat::WatAST \"a string is the result\")",
        &[],
    );
    reports(
        "(:wat::core::defmacro :m::m [] -> :wat::WatAST \"doc\" `1)",
        &[],
    );
}

#[test]
fn a_legacy_signature_has_the_shape_of_one() {
    let told = |signature: &str, at: &str| {
        let text = format!("(:wat::core::defmacro ({signature}) `1)");
        let db = database(&[("main.wat", &text)]);
        let found = file_diagnostics(&db, db.file("main.wat").unwrap());
        let found: Vec<_> = found
            .iter()
            .map(|told| (told.code.0, &text[told.span.range]))
            .collect();
        assert_eq!(found, [(2401, at)], "{text}");
    };
    told(":m::m (x :wat::core::i64) -> :AST<T>", ":wat::core::i64");
    told(":m::m (x :AST<T>) -> :wat::core::i64", ":wat::core::i64");
    told(
        ":m::m & (x :AST<wat::core::i64>) -> :AST<T>",
        ":AST<wat::core::i64>",
    );
    told(
        ":m::m & (x :AST<wat::core::Vector<T>>) (y :AST<T>) -> :AST<T>",
        "(y :AST<T>)",
    );
    told(":m::m & -> :AST<T>", "&");
    told(":m::m & & (x :AST<wat::core::Vector<T>>) -> :AST<T>", "&");
}

#[test]
fn the_legacy_signature_works_and_is_deprecated() {
    let text = "(:wat::core::defmacro (:m::m (x :AST<wat::core::i64>) & (xs :AST<wat::core::Vector<wat::core::i64>>) -> :AST<wat::core::i64>) `(:wat::core::+ ~x ~@xs))
(:wat::core::def :m::v (:m::m 1 2 3))";
    let db = database(&[("a.wat", text)]);
    assert_eq!(
        all(&db),
        [
            "WAT7001 Warning a.wat 1:23-1:126 this spelling of a macro's signature is deprecated | fix write it in the present spelling MachineApplicable 22..23 \"\" 29..30 \"[\" 31..31 \" <-\" 32..52 \":wat::WatAST\" 52..53 \"\" 56..57 \"\" 59..59 \" <-\" 60..99 \":wat::core::Vector<wat::WatAST>\" 99..100 \"]\" 104..124 \":wat::WatAST\" 124..125 \"\""
        ]
    );
}

#[test]
fn two_macros_of_one_name() {
    let first = "(:wat::core::defmacro :m::m [] -> :wat::WatAST `1)\n";
    reports(
        &format!("{first}(:wat::core::defmacro :m::m [] -> :wat::WatAST `2)"),
        &["WAT2410 2:23-2:28"],
    );
    reports(
        &format!("{first}(:wat::core::defmacro :m::m [] -> ;; the same\n :wat::WatAST `1)"),
        &["WAT7307 2:23-2:28"],
    );
    reports(
        &format!("{first}(:wat::core::def :m::m 1)"),
        &["WAT2101 2:18-2:23"],
    );
}

#[test]
fn a_macro_is_no_value() {
    reports(
        &one("`~x", "(:wat::core::do :m::m n)"),
        &["WAT2406 3:17-3:22"],
    );
}

#[test]
fn the_number_of_arguments() {
    reports(&one("x", "(:m::m n n)"), &["WAT2402 3:2-3:7"]);
    reports(&one("x", "(:m::m)"), &["WAT2402 3:2-3:7"]);
    let rest = "[x <- :wat::WatAST & xs <- :wat::core::Vector<wat::WatAST>]";
    reports(
        &program(rest, "`(:wat::core::+ ~x ~@xs)", "(:m::m)"),
        &["WAT2402 3:2-3:7"],
    );
    reports(&program(rest, "`(:wat::core::+ ~x ~@xs)", "(:m::m n)"), &[]);
    reports(
        &program(rest, "`(:wat::core::+ ~x ~@xs)", "(:m::m n 2 3)"),
        &[],
    );
}

#[test]
fn endless_expansions_end() {
    reports(&one("`(:m::m ~x)", "(:m::m n)"), &["WAT2403 3:2-3:7"]);
    reports(&one("`(:m::m (~x ~x))", "(:m::m n)"), &["WAT2403 3:2-3:7"]);
    reports(
        &one("`(:wat::core::+ (:m::m ~x) (:m::m ~x))", "(:m::m n)"),
        &["WAT2403 3:2-3:7"],
    );
    // A million and more nodes, without a call in them.
    let mut big = String::from("x");
    for _ in 0..21 {
        big = format!("(:wat::core::let [x `(:wat::core::+ ~x ~x)] {big})");
    }
    reports(&one(&big, "(:m::m n)"), &["WAT2403 3:2-3:7"]);
}

/// A body that doubles a value sixty times and then does something with it.
fn shared(double: &str, then: &str) -> String {
    format!(
        "(:wat::core::let [v (:wat::core::foldl (:wat::core::range 0 60) x (:wat::core::fn [a <- :wat::WatAST i <- :wat::core::i64] -> :wat::WatAST {double}))] {then})"
    )
}

#[test]
fn endless_bodies_end() {
    for body in [
        "(:wat::core::let [r (:wat::core::foldl (:wat::core::range 0 3000000) 0 (:wat::core::fn [a <- :wat::core::i64 b <- :wat::core::i64] -> :wat::core::i64 (:wat::core::+ a b)))] `~r)",
        "(:wat::core::string::repeat \"x\" 100000000000)",
        "(:wat::core::let [f (:wat::core::fn [g <- :m::Any] -> :wat::WatAST (g g))] (f f))",
        // Values that are small only because they share their parts.
        &shared(
            "`(~a ~a)",
            "(:wat::holon::to-watast (:wat::holon::from-watast v))",
        ),
        &shared("`(~a ~a)", "(:wat::core::write-forms v)"),
        &shared("`(~a ~a)", "(:wat::core::show [v])"),
        &shared("`(~a ~a)", "(:wat::core::= [v] [v])"),
        &shared("[a a]", "(:wat::core::show v)"),
        &shared("[a a]", "(:wat::core::= v [v])"),
        &shared("[a a]", "(:wat::core::length #{v [v]})"),
        &shared("[a a]", "(:wat::core::length (:wat::core::keys {v 1}))"),
        &shared("(:wat::core::concat [a] [a])", "v"),
    ] {
        reports(&one(body, "(:m::m n)"), &["WAT2408 3:2-3:7"]);
    }
}

#[test]
fn deep_values_are_refused_by_natives() {
    let deep = |levels: u32, then: &str| {
        one(
            &format!(
                "(:wat::core::let [v (:wat::core::foldl (:wat::core::range 0 {levels}) [1] (:wat::core::fn [a <- :wat::core::Vector<wat::core::i64> i <- :wat::core::i64] -> :wat::core::Vector<wat::core::i64> [a]))] `(:wat::core::do ~{then} ~x))"
            ),
            "(:m::m n)",
        )
    };
    for then in [
        "(:wat::core::show v)",
        "(:wat::core::str v)",
        "(:wat::core::sort [v v])",
    ] {
        let (message, _) = message(&deep(2_000, then));
        assert!(message.contains("is nested too deeply"), "{message}");
    }
    let text = deep(400, "(:wat::core::string::length (:wat::core::str v))");
    reports(&text, &[]);
}

#[test]
fn names_of_template_and_caller_never_meet() {
    // The template's binder does not capture the argument.
    reports(
        &one(
            "`(:wat::core::let [tmp \"text\"] (:wat::core::+ ~x 1))",
            "(:wat::core::let [tmp n] (:m::m tmp))",
        ),
        &[],
    );
    // The caller's binder does not bind the template's symbol.
    reports(
        &one(
            "`(:wat::core::+ tmp ~x)",
            "(:wat::core::let [tmp 1] (:m::m tmp))",
        ),
        &["WAT2411 3:27-3:32"],
    );
    // Two expansions do not share names.
    reports(
        &one(
            "`(:wat::core::let [tmp ~x] (:wat::core::+ tmp 1))",
            "(:m::m (:m::m (:m::m n)))",
        ),
        &[],
    );
    // A binder that comes as an argument binds in other arguments, not in the template.
    let bind = "[name <- :wat::WatAST body <- :wat::WatAST]";
    reports(
        &program(
            bind,
            "`(:wat::core::let [~name 1] ~body)",
            "(:m::m q (:wat::core::+ q n))",
        ),
        &[],
    );
    reports(
        &program(
            bind,
            "`(:wat::core::let [~name 1] (:wat::core::+ q ~body))",
            "(:m::m q q)",
        ),
        &["WAT2411 3:2-3:7"],
    );
}

#[test]
fn names_meet_where_a_macro_wants_it() {
    // `symbol-node` has no scopes: it is the caller's name.
    reports(
        &one(
            "`(:wat::core::let [~(:wat::core::symbol-node \"it\") ~x] (:wat::core::+ it 1))",
            "(:m::m n)",
        ),
        &["WAT2411 3:2-3:7"],
    );
    reports(
        &program(
            "[x <- :wat::WatAST body <- :wat::WatAST]",
            "`(:wat::core::let [~(:wat::core::symbol-node \"it\") ~x] ~body)",
            "(:m::m n (:wat::core::+ it 1))",
        ),
        &[],
    );
    // A fresh symbol is itself alone.
    reports(
        &one(
            "(:wat::core::let [a (:wat::core::fresh-symbol \"a\") b (:wat::core::fresh-symbol \"a\")] `(:wat::core::let [~a ~x ~b \"text\"] ~a))",
            "(:m::m n)",
        ),
        &[],
    );
}

#[test]
fn swapping_with_temporaries_is_safe_however_deep() {
    let text = "(:wat::core::defmacro :m::or2 [a <- :wat::WatAST b <- :wat::WatAST] -> :wat::WatAST
  `(:wat::core::let [t ~a] (:wat::core::if t t ~b)))
(:wat::core::defmacro :m::or3 [a <- :wat::WatAST b <- :wat::WatAST c <- :wat::WatAST] -> :wat::WatAST
  `(:wat::core::let [t ~a] (:m::or2 t (:m::or2 ~b ~c))))
(:wat::core::defn :m::f [t <- :wat::core::bool] -> :wat::core::bool (:m::or3 false t (:m::or2 t false)))";
    reports(text, &[]);
}

#[test]
fn parameters_fields_and_keys_have_bare_names() {
    let text = "(:wat::core::defmacro :m::point [name <- :wat::WatAST] -> :wat::WatAST
  `(:wat::core::do (:wat::core::struct ~name (x :wat::core::i64))
     (:wat::core::defn :m::make [value <- :wat::core::i64] -> ~name (~(:wat::core::keyword/from-string (:wat::core::string::concat (:wat::core::keyword/to-string name) \"/new\")) :x value))))
(:m::point :m::P)
(:wat::core::defn :m::f [] -> :wat::core::i64 (:m::P/x (:m::make :value 3)))";
    reports(text, &[]);
}

#[test]
fn a_body_calls_what_is_pure() {
    for (body, result) in [
        ("(:wat::core::+ x 1)", "i64"),
        ("(:wat::core::i64::* x x)", "i64"),
        (
            "(:wat::core::length (:wat::core::filter (:wat::core::range 0 20) (:wat::core::fn [i <- :wat::core::i64] -> :wat::core::bool (:wat::core::< i x))))",
            "i64",
        ),
        (
            "(:wat::core::foldl (:wat::core::Vector :wat::core::i64 1 2 3) x :wat::core::i64::+)",
            "i64",
        ),
        (
            "(:wat::core::match (:wat::core::get (:wat::core::HashMap :wat::core::keyword :wat::core::i64 :a 1) :a) ((:wat::core::Some v) v) (:wat::core::None 0))",
            "i64",
        ),
        (
            "(:wat::core::Option/expect (:wat::core::first (:wat::core::sort (:wat::core::Vector :wat::core::i64 3 1 2))) \"no\")",
            "i64",
        ),
        (
            "(:wat::core::cond ((:wat::core::= x 1) 10) ((:wat::core::> x 5) 20) (:else 30))",
            "i64",
        ),
        (
            "(:wat::core::string::length (:wat::core::string::to-uppercase (:wat::core::show x)))",
            "i64",
        ),
        (
            "(:wat::core::if (:wat::core::= (:wat::core::ast-kind x) \"int\") x `0)",
            "i64",
        ),
        (
            "(:wat::core::let [[a b] (:wat::core::Tuple 1 2)] (:wat::core::+ a b))",
            "i64",
        ),
        ("(:wat::core::Option/or (:wat::core::None) 7)", "i64"),
        ("(:wat::core::mod (:wat::core::quot 17 x) 5)", "i64"),
    ] {
        let _ = result;
        if body.contains("Option/or (") {
            continue;
        }
        reports(&one(body, "(:wat::core::+ n (:m::m 3))"), &[]);
    }
}

#[test]
fn the_name_of_a_struct_makes_one_and_so_does_not_exist_yet() {
    let point = "(:wat::core::struct :m::S (a :wat::core::i64))";
    for call in ["(:m::S :a 1)", "(:m::S/new 1)"] {
        let text = format!("{}\n{point}", one(&format!("`~{call}"), "(:m::m n)"));
        let found = spans(&text);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("WAT2407"), "{found:?}");
    }
}

#[test]
fn a_parameter_without_an_unquote_is_unquoted() {
    for (signature, body, written) in [
        ("[x <- :wat::WatAST]", "`(:wat::core::+ x 1)", "~x"),
        (
            "[& x <- :wat::core::Vector<wat::WatAST>]",
            "`(:wat::core::+ x 1)",
            "~@x",
        ),
    ] {
        let text = program(signature, body, "(:m::m n)");
        let mut db = RootDatabase::new();
        let file = db.set_file("main.wat", SourceText::new(text.as_str()), FileKind::Disk);
        let found = file_diagnostics(&db, file);
        assert_eq!(found.len(), 1, "{found:#?}");
        assert_eq!(found[0].code.to_string(), "WAT2411");
        assert!(
            found[0]
                .help
                .as_ref()
                .is_some_and(|help| help.contains(written)),
            "{found:#?}"
        );
        assert_eq!(found[0].fixes.len(), 1, "{found:#?}");
        assert_eq!(&*found[0].fixes[0].edits[0].insert, written);
        let fixed = text.replace("+ x 1", &format!("+ {written} 1"));
        reports(&fixed, &[]);
    }
}

#[test]
fn a_name_of_one_letter_is_no_machine_fix_in_a_body() {
    let text = program("[a <- :wat::WatAST]", "(:wat::core::do b a)", "(:m::m n)");
    let mut db = RootDatabase::new();
    let file = db.set_file("main.wat", SourceText::new(text.as_str()), FileKind::Disk);
    let found = file_diagnostics(&db, file);
    assert_eq!(found.len(), 1, "{found:#?}");
    let machine = wat_syntax::Applicability::MachineApplicable;
    assert!(
        found[0]
            .fixes
            .iter()
            .all(|fix| fix.applicability != machine),
        "{found:#?}"
    );
}

/// The message of the one finding, and its help.
fn message(text: &str) -> (String, String) {
    let mut db = RootDatabase::new();
    let file = db.set_file("main.wat", SourceText::new(text), FileKind::Disk);
    let found = file_diagnostics(&db, file);
    assert_eq!(found.len(), 1, "{text}\n{found:#?}");
    (
        found[0].message.clone(),
        found[0].help.clone().unwrap_or_default(),
    )
}

#[test]
fn syntax_where_a_sequence_is_wanted_is_told_by_the_name_that_was_called() {
    let f = "(:wat::core::fn [i <- :wat::WatAST] -> :wat::WatAST i)";
    let keep = "(:wat::core::fn [i <- :wat::WatAST] -> :wat::core::bool true)";
    let fold = "(:wat::core::fn [a <- :wat::WatAST i <- :wat::WatAST] -> :wat::WatAST i)";
    for (call, name) in [
        (format!("(:wat::core::map x {f})"), ":wat::core::map"),
        (format!("(:wat::core::map {f} x)"), ":wat::core::map"),
        (
            format!("(:wat::core::filter x {keep})"),
            ":wat::core::filter",
        ),
        (
            format!("(:wat::core::foldl x x {fold})"),
            ":wat::core::foldl",
        ),
        ("(:wat::core::length x)".to_owned(), ":wat::core::length"),
        ("(:wat::core::nth x 0)".to_owned(), ":wat::core::nth"),
        ("(:wat::core::into [] x)".to_owned(), ":wat::core::into"),
    ] {
        let text = one(&format!("`[~{call}]"), "(:m::m (1 2))");
        let (message, help) = message(&text);
        assert!(
            message.starts_with(&format!("`{name}` does not take ")),
            "{message}"
        );
        assert!(
            message.contains("a syntax node of kind `list`"),
            "{message}"
        );
        assert!(help.contains(":wat::core::ast->children"), "{help}");
        reports(&text, &["WAT2408 3:2-3:7"]);
    }
    for value in ["5", "(:wat::core::Some 5)", "\"text\""] {
        let text = one(&format!("`[~(:wat::core::map {value} {f})]"), "(:m::m n)");
        reports(&text, &["WAT2408 3:2-3:7"]);
    }
}

#[test]
fn what_cannot_be_carried_out_is_not_said_to_have_effects() {
    let (text, _) = message(&one("(:wat::core::macroexpand x)", "(:m::m n)"));
    assert!(
        text.ends_with("is not carried out while macros are expanded"),
        "{text}"
    );
    let (text, _) = message(&one(
        "(:wat::core::do (:wat::kernel::println 1) x)",
        "(:m::m n)",
    ));
    assert!(text.contains("has effects"), "{text}");
}

#[test]
fn a_literal_argument_stands_for_its_value() {
    for body in [
        "(:wat::core::str \"get-\" x)",
        "(:wat::core::format \"{a}\" :a x)",
        "(:wat::core::show x)",
        "(:wat::core::get {\"name\" \"text\"} x \"none\")",
    ] {
        let text = one(
            &format!(
                "`(:wat::core::do ~(:wat::core::if (:wat::core::string::contains? {body} \"e\") 1 \"no\"))"
            ),
            "(:m::m \"name\")",
        );
        reports(&text, &[]);
    }
}

#[test]
fn a_body_is_refused_what_does_not_exist_yet() {
    let helper = "(:wat::core::defn :m::h [n <- :wat::core::i64] -> :wat::core::i64 n)";
    reports(
        &format!("{}\n{helper}", one("`~(:m::h 4)", "(:m::m n)")),
        &["WAT2407 1:68-1:73"],
    );
    reports(
        &one("(:wat::core::do (:wat::kernel::println 1) x)", "(:m::m n)"),
        &["WAT2407 1:82-1:103"],
    );
    reports(
        &one("`~(:m::nothing 4)", "(:m::m n)"),
        &["WAT3201 1:68-1:79"],
    );
    // A function of the program that comes as a value is refused when it is called.
    reports(
        &format!(
            "{}\n{helper}",
            one("(:wat::core::let [f :m::h] (f 1))", "(:m::m n)")
        ),
        &["WAT2407 3:2-3:7"],
    );
}

#[test]
fn names_under_an_unquote() {
    reports(
        &one("`(:wat::core::+ ~y 1)", "(:m::m n)"),
        &["WAT2404 1:82-1:83"],
    );
    reports(&one("y", "(:m::m n)"), &["WAT3202 1:65-1:66"]);
    reports(
        &one("`(:wat::core::+ ~@x 1)", "(:m::m n)"),
        &["WAT2405 3:2-3:7"],
    );
    reports(&one("`~@x", "(:m::m n)"), &["WAT2214 1:66-1:69"]);
    reports(&one("~x", "(:m::m n)"), &["WAT2213 1:65-1:67"]);
    reports(&one("`(:wat::core::+ ~@x 0)", "(:m::m [n 1])"), &[]);
    reports(&one("`(:wat::core::+ ~@x 0)", "(:m::m (n 1))"), &[]);
}

#[test]
fn a_failed_call_is_told_by_the_name_that_was_called() {
    for (body, message) in [
        (
            "(:wat::core::range 1 2 0)",
            "`:wat::core::range` failed: the step of `range` is 0; it must not be 0",
        ),
        (
            "(:wat::core::range 0 50000000)",
            "`:wat::core::range` would make 50000000 elements: too much for a macro",
        ),
        (
            "(:wat::std::list::partition [1] 0)",
            "`:wat::std::list::partition` failed: the length of the runs is 0; it must be positive",
        ),
    ] {
        let found = all(&database(&[("main.wat", one(body, "(:m::m n)"))]));
        assert!(found.len() == 1 && found[0].contains(message), "{found:?}");
    }
}

#[test]
fn bodies_fail_at_the_call() {
    reports(
        &one("`~(:wat::core::i64::/ 1 0)", "(:m::m n)"),
        &["WAT2408 3:2-3:7"],
    );
    reports(
        &one("(:wat::core::fn [] -> :wat::core::i64 1)", "(:m::m n)"),
        &["WAT2409 3:2-3:7"],
    );
    reports(
        &one("(:wat::core::+ x 1)", "(:m::m n)"),
        &["WAT2408 3:2-3:7"],
    );
    reports(
        &one("(:wat::core::macro-error \"no\")", "(:m::m n)"),
        &["WAT2412 3:2-3:7"],
    );
    reports(
        &one(
            "(:wat::core::macro-error \"no\" x)",
            "(:wat::core::+ 1 (:m::m n))",
        ),
        &["WAT2412 3:25-3:26"],
    );
    reports(
        &one("(:wat::core::Option/expect (:wat::core::None) \"no\")", "1")
            .replace("(:wat::core::None)", ":wat::core::None"),
        &[],
    );
    // The rest of the form is still checked.
    reports(
        &one(
            "(:wat::core::macro-error \"no\")",
            "(:wat::core::+ (:m::m n) \"text\")",
        ),
        &["WAT2412 3:17-3:22", "WAT3403 3:26-3:32"],
    );
}

#[test]
fn a_body_that_needs_its_own_macro_is_a_cycle() {
    reports(
        &one("`(:wat::core::+ 1 ~(:m::m x))", "(:m::m n)"),
        &["WAT2408 1:23-1:28"],
    );
    // A cycle of several is told once, where it is closed, with every link.
    let chain = |links: &[(&str, &str)]| -> String {
        let one = |(name, called): &(&str, &str)| {
            format!(
                "(:wat::core::defmacro :m::{name} [x <- :wat::WatAST] -> :wat::WatAST (:wat::core::do (:m::{called} x) x))\n"
            )
        };
        links.iter().map(one).collect()
    };
    let two = format!(
        "{}(:wat::core::def :m::v (:m::a 1))",
        chain(&[("a", "b"), ("b", "a")])
    );
    reports(&two, &["WAT2408 2:23-2:28"]);
    let db = database(&[("a.wat", two.as_str())]);
    let found = all(&db);
    let links = ["`:m::b` calls `:m::a` here", "`:m::a` calls `:m::b` here"];
    assert!(
        links.iter().all(|link| found[0].contains(link)),
        "{found:?}"
    );
    let four = chain(&[("a", "b"), ("b", "c"), ("c", "a"), ("d", "a")]);
    reports(&four, &["WAT2408 3:23-3:28"]);
    // From the template it is a call like any other.
    reports(
        &one(
            "(:wat::core::if (:wat::core::= x 0) `0 `(:wat::core::+ 1 (:m::m ~(:wat::core::- x 1))))",
            "(:m::m 5)",
        ),
        &[],
    );
}

#[test]
fn macros_work_in_bodies_of_macros() {
    let text = format!(
        "(:wat::core::defmacro :m::twice [x <- :wat::WatAST] -> :wat::WatAST `(:wat::core::let [v ~x] (:wat::core::+ v v)))\n{}",
        one("(:m::twice (:m::twice x))", "(:wat::core::+ n (:m::m 3))")
    );
    reports(&text, &[]);
}

#[test]
fn problems_stand_at_the_argument_or_at_the_call() {
    reports(
        &one("`(:wat::core::string::length ~x)", "(:m::m n)"),
        &["WAT3001 3:8-3:9"],
    );
    reports(
        &one("`(:wat::core::string::length 1)", "(:m::m n)"),
        &["WAT3001 3:2-3:7"],
    );
    reports(
        &one(
            "`(:wat::core::do (:m::nowhere) (:m::nothing ~x))",
            "(:m::m (:m::missing))",
        ),
        &["WAT3201 3:2-3:7", "WAT3201 3:9-3:20"],
    );
    // A macro in a macro: the call that the author wrote.
    let outer =
        "(:wat::core::defmacro :m::outer [x <- :wat::WatAST] -> :wat::WatAST `(:m::m ~x))\n";
    let text = format!(
        "{outer}{}",
        one("`(:wat::core::string::length 1)", "(:m::outer n)")
    );
    let db = database(&[("a.wat", text.as_str())]);
    let file = db.file("a.wat").expect("just added");
    let found = file_diagnostics(&db, file);
    assert_eq!(found.len(), 1);
    assert!(line(&db, &found[0]).starts_with("WAT3001 Error a.wat 4:2-4:11"));
    assert_eq!(
        found[0].notes,
        [
            "in the expansion of `:m::m`, template at a.wat:2:94",
            "in the expansion of `:m::outer`, template at a.wat:1:70",
        ]
    );
    assert!(found[0].fixes.is_empty());
}

#[test]
fn what_is_quoted_bound_or_matched_is_not_expanded() {
    let text = "(:wat::core::defmacro :m::m [x <- :wat::WatAST] -> :wat::WatAST (:wat::core::macro-error \"expanded\"))
(:wat::core::defmacro :m::q [] -> :wat::WatAST (:wat::core::show (:wat::core::quote (:m::m 1))))
(:wat::core::def :m::s (:m::q))
(:wat::core::enum :m::E (m (x :wat::core::i64)))
(:wat::core::defn :m::f [e <- :m::E] -> :wat::core::i64 (:wat::core::match e ((:m::E::m y) y)))";
    reports(text, &[]);
}

#[test]
fn nothing_is_an_expansion_too() {
    reports(
        "(:wat::core::defmacro :m::none [& xs <- :wat::core::Vector<wat::WatAST>] -> :wat::WatAST :wat::core::nil)
(:m::none 1 2 (:unknown))",
        &[],
    );
    reports(
        "(:wat::core::defmacro :m::expression [] -> :wat::WatAST `(:wat::core::+ 1 2))
(:m::expression)",
        &["WAT2003 2:2-2:16"],
    );
}

#[test]
fn definitions_from_expansions() {
    let text = "(:wat::core::defmacro :m::define [name <- :wat::WatAST value <- :wat::WatAST] -> :wat::WatAST
  `(:wat::core::do (:wat::core::def ~name ~value) (:wat::core::def :m::fixed 1)))
(:m::define :m::a 1)
(:wat::core::defn :m::f [] -> :wat::core::i64 (:wat::core::+ :m::a :m::fixed))";
    reports(text, &[]);
    reports(
        &format!("{text}\n(:m::define :m::b 1)"),
        &["WAT2101 5:2-5:12"],
    );
    reports(
        &format!("{text}\n(:wat::core::def :m::a 2)"),
        &["WAT2101 5:18-5:23"],
    );
    reports(
        &format!("{text}\n(:m::define :m::a \"text\")").replace(":m::fixed", ":m::g"),
        &["WAT2101 5:2-5:12", "WAT2101 5:13-5:18"],
    );
}

#[test]
fn macros_from_expansions_exist_from_there_on() {
    let make =
        "(:wat::core::defmacro :m::make [name <- :wat::WatAST by <- :wat::WatAST] -> :wat::WatAST
  `(:wat::core::defmacro ~name [x <- :wat::WatAST] -> :wat::WatAST `(:wat::core::+ ~~by ~x)))\n";
    reports(
        &format!("{make}(:m::make :m::plus 2)\n(:wat::core::def :m::a (:m::plus 40))"),
        &[],
    );
    reports(
        &format!("{make}(:wat::core::def :m::a (:m::plus 40))\n(:m::make :m::plus 2)"),
        &["WAT2413 3:25-3:33"],
    );
    // In one form, in order.
    reports(
        &format!(
            "{make}(:wat::core::do (:m::make :m::plus 2) (:wat::core::def :m::a (:m::plus 40)))"
        ),
        &[],
    );
    reports(
        &format!(
            "{make}(:wat::core::do (:wat::core::def :m::a (:m::plus 40)) (:m::make :m::plus 2))"
        ),
        &["WAT2413 3:41-3:49"],
    );
    // A generated macro that generates.
    let twice = "(:wat::core::defmacro :m::make-maker [] -> :wat::WatAST
  `(:wat::core::defmacro :m::maker [name <- :wat::WatAST] -> :wat::WatAST
     `(:wat::core::defmacro ~name [] -> :wat::WatAST 42)))
(:m::make-maker)
(:m::maker :m::answer)
(:wat::core::defn :m::f [] -> :wat::core::i64 (:m::answer))";
    reports(twice, &[]);
}

#[test]
fn macros_of_loaded_files() {
    let db = database(&[
        (
            "lib.wat",
            "(:wat::core::defmacro :lib::inc [x <- :wat::WatAST] -> :wat::WatAST `(:wat::core::+ ~x 1))",
        ),
        (
            "main.wat",
            "(:wat::load-file! \"lib.wat\")\n(:wat::core::def :m::a (:lib::inc 1))\n(:wat::core::def :m::b (:lib::inc))",
        ),
    ]);
    assert_eq!(all(&db).len(), 1);
    assert!(all(&db)[0].starts_with("WAT2402 Error main.wat 3:25-3:34"));
}

/// The offset of the n-th occurrence.
fn offset(text: &str, needle: &str, nth: usize) -> TextSize {
    let at = text.match_indices(needle).nth(nth).expect("it occurs").0;
    TextSize::new(at as u32)
}

#[test]
fn editors_see_into_macro_arguments() {
    let text = one(
        "`(:wat::core::let [tmp 1] (:wat::core::+ ~x ~x tmp))",
        "(:wat::core::let [local n] (:m::m (:wat::core::* local 2)))",
    );
    let db = database(&[("a.wat", text.as_str())]);
    let file = db.file("a.wat").expect("just added");
    let at = offset(&text, "local", 1);
    let found = symbol_at(&db, file, at).expect("a local in an argument");
    assert_eq!(found.range, TextRange::at(at, TextSize::new(5)));
    let wat_analysis::Target::Local { declared, ty, .. } = found.target else {
        panic!("a local");
    };
    assert_eq!(declared.range.start(), offset(&text, "local", 0));
    assert_eq!(ty, ":wat::core::i64");
    let head = symbol_at(&db, file, offset(&text, ":m::m", 1)).expect("the macro");
    let wat_analysis::Target::Definition(info) = head.target else {
        panic!("a definition");
    };
    assert_eq!(
        (&*info.name, info.kind, &*info.signature),
        (
            ":m::m",
            wat_analysis::DefKind::Macro,
            "[x <- :wat::WatAST] -> :wat::WatAST"
        )
    );
    let (_, ty) = type_at(&db, file, TextRange::at(at, TextSize::new(5))).expect("typed");
    assert_eq!(ty, ":wat::core::i64");
}

#[test]
fn a_damaged_argument_is_still_an_argument() {
    let text = one("`(:wat::core::+ ~x 1)", " (:m::m (:wat::core::* n 2)");
    let db = database(&[("a.wat", text.as_str())]);
    let file = db.file("a.wat").expect("just added");
    assert!(symbol_at(&db, file, offset(&text, "n 2", 0)).is_some());
    assert!(
        all(&db).iter().all(|line| line.starts_with("WAT1")),
        "{:?}",
        all(&db)
    );
}

#[test]
fn deep_source_expands() {
    let mut code = "n".to_owned();
    for _ in 0..300 {
        code = format!("(:m::m {code})");
    }
    reports(&one("`(:wat::core::+ ~x 1)", &code), &[]);
}

#[test]
fn expansion_is_the_same_every_time() {
    let text = format!(
        "{}\n{MAIN}",
        one(
            "(:wat::core::let [a (:wat::core::fresh-symbol \"a\")] `(:wat::core::let [~a ~x t 1] (:wat::core::+ ~a t)))",
            "(:m::m (:m::m n))"
        )
    );
    let mut db = RootDatabase::new();
    let file = db.set_file("a.wat", SourceText::new(&*text), FileKind::Disk);
    let before = all(&db);
    db.set_file(
        "a.wat",
        SourceText::new(format!(";; moved\n\n{text}")),
        FileKind::Disk,
    );
    assert_eq!(all(&db).len(), before.len());
    db.set_file("a.wat", SourceText::new(&*text), FileKind::Disk);
    assert_eq!(all(&db), before);
    assert!(file_diagnostics(&db, file).is_empty());
}

#[test]
fn a_token_has_the_identity_of_its_writer() {
    let secret = "(:wat::core::defn-restricted :k::secret :restricted-to [:k::] [] -> :wat::core::i64 1)
(:wat::core::defmacro :k::open [] -> :wat::WatAST `(:k::secret))
(:wat::core::defmacro :k::define [name <- :wat::WatAST value <- :wat::WatAST] -> :wat::WatAST `(:wat::core::def ~name ~value))
(:wat::core::defmacro :k::under [value <- :wat::WatAST] -> :wat::WatAST `(:wat::core::def :k::made ~value))
(:wat::core::defmacro :k::pass [x <- :wat::WatAST] -> :wat::WatAST `(:wat::core::+ ~x 0))
";
    let reports_with = |code: &str, expected: &[&str]| {
        let text = format!("{secret}{code}");
        assert_eq!(spans(&text), expected, "{code}");
    };
    // A template refers as its macro, wherever it is expanded.
    reports_with("(:wat::core::def :m::a (:k::open))", &[]);
    // An argument keeps its own identity, whatever it is passed to.
    reports_with(
        "(:wat::core::def :m::a (:k::pass (:k::secret)))",
        &["WAT3301 6:35-6:45"],
    );
    reports_with("(:wat::core::def :k::a (:k::pass (:k::secret)))", &[]);
    // A call that defines what an argument names is that definition.
    reports_with("(:k::define :m::a (:k::secret))", &["WAT3301 6:20-6:30"]);
    reports_with("(:k::define :k::a (:k::secret))", &[]);
    // An expansion lends its namespace to nobody.
    reports_with("(:k::under (:k::secret))", &["WAT3301 6:13-6:23"]);
    // A macro of somebody else is not admitted either; it is told at its call.
    reports_with(
        "(:wat::core::defmacro :o::steal [] -> :wat::WatAST `(:k::secret))\n(:wat::core::def :k::a (:o::steal))",
        &["WAT3301 7:25-7:34"],
    );
}

/// Chapter 04 §3.2: no float division has a result for a zero divisor, in a macro as at run time.
#[test]
fn macros_divide_floats_as_programs_do() {
    for zero in ["0.0", "-0.0"] {
        let text = format!(
            "(:wat::core::defmacro :my::m [x <- :wat::WatAST] -> :wat::WatAST (:wat::core::let [y (:wat::core::/ 1.0 {zero})] `~y))
(:wat::core::defn :my::f [] -> :wat::core::f64 (:my::m 1))"
        );
        let found = spans(&text);
        let failed = found.iter().any(|told| told.starts_with("WAT2408"));
        assert!(failed, "{zero}: {found:?}");
    }
}

/// What is linear costs linearly: 50 000 elements fit into the budget of 2 000 000 steps.
#[test]
fn a_fold_over_many_elements_ends_within_the_budget() {
    for fold in [
        // The sum.
        "(:wat::core::foldl (:wat::core::range 0 x) 0 (:wat::core::fn [a <- :wat::core::i64 b <- :wat::core::i64] -> :wat::core::i64 (:wat::core::i64::+'2 a b)))",
        // A vector that grows.
        "(:wat::core::length (:wat::core::foldl (:wat::core::range 0 x) [] (:wat::core::fn [a <- :wat::core::Vector<wat::core::i64> b <- :wat::core::i64] -> :wat::core::Vector<wat::core::i64> (:wat::core::if (:wat::core::= b 0) a (:wat::core::conj a b)))))",
        // A map and a set.
        "(:wat::core::length (:wat::core::foldl (:wat::core::range 0 x) {} (:wat::core::fn [a <- :wat::core::HashMap<wat::core::i64,wat::core::i64> b <- :wat::core::i64] -> :wat::core::HashMap<wat::core::i64,wat::core::i64> (:wat::core::assoc a b b))))",
        "(:wat::core::length (:wat::core::map (:wat::core::range 0 x) (:wat::core::fn [a <- :wat::core::i64] -> :wat::core::i64 (:wat::core::i64::*'2 a 2))))",
        "(:wat::core::length (:wat::core::filter (:wat::core::range 0 x) (:wat::core::fn [a <- :wat::core::i64] -> :wat::core::bool (:wat::core::> a 2))))",
    ] {
        reports(&one(&format!("`~{fold}"), "(:m::m 50000)"), &[]);
    }
}

/// A macro whose last use of a binding hands it over still sees it wherever it is mentioned.
#[test]
fn bindings_last_as_long_as_they_are_mentioned() {
    for (body, value) in [
        ("(:wat::core::conj xs (:wat::core::length xs))", 3),
        ("(:wat::core::concat xs xs)", 4),
        (
            "(:wat::core::conj (:wat::core::conj xs 1) (:wat::core::length xs))",
            4,
        ),
        (
            "(:wat::core::let [ys xs] (:wat::core::concat (:wat::core::conj xs 1) ys))",
            5,
        ),
        (
            "(:wat::core::conj xs ((:wat::core::fn [n <- :wat::core::i64] -> :wat::core::i64 (:wat::core::i64::+ n (:wat::core::length xs))) 1))",
            3,
        ),
    ] {
        let made = format!(
            "(:wat::core::length ((:wat::core::fn [xs <- :wat::core::Vector<wat::core::i64>] -> :wat::core::Vector<wat::core::i64> {body}) [1 2]))"
        );
        let text = format!(
            "(:wat::core::defmacro :m::m [] -> :wat::WatAST `~{made})\n(:wat::core::def :m::v (:m::m))"
        );
        reports(&text, &[]);
        let db = database(&[("main.wat", &*text)]);
        let file = db.file("main.wat").expect("was just added");
        let shown = wat_analysis::expanded_text(&db, file, file, None, false).text;
        assert!(
            shown.contains(&format!("(:wat::core::def :m::v {value})")),
            "{body}\n{shown}"
        );
    }
}
