//! Programs that make and evaluate syntax while they run.

use std::io;
use std::sync::Arc;

use wat_analysis::{
    Diagnostic, FileKind, RootDatabase, Severity, SourceText, file_diagnostics, value_names,
};
use wat_driver::LinkedProgram;
use wat_runtime::{Failure, FailureKind, Host, Limits, Machine, Turn, live_objects};

#[derive(Clone, Default)]
struct Out(Arc<Turn<Vec<u8>>>);

impl Host for Out {
    fn share(&self) -> Box<dyn Host> {
        Box::new(self.clone())
    }

    fn stdout(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.take().extend_from_slice(bytes);
        Ok(())
    }

    fn stderr(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.take().extend_from_slice(bytes);
        Ok(())
    }
}

/// Runs a program; what it prints, and how it fails. It must leave no object behind.
pub fn run(text: &str) -> (String, Option<Failure>) {
    let before = live_objects();
    let mut db = RootDatabase::new();
    let file = db.set_file("main.wat", SourceText::new(text), FileKind::Disk);
    let errors: Vec<Diagnostic> = file_diagnostics(&db, file)
        .iter()
        .filter(|found| found.severity == Severity::Error)
        .cloned()
        .collect();
    assert!(errors.is_empty(), "{text}\n{errors:#?}");
    let program = LinkedProgram::new();
    program.lend(&db, file);
    let out = Out::default();
    let mut machine = Machine::new(program, out.clone(), Limits::default());
    let outcome = value_names(&db, file)
        .iter()
        .try_for_each(|name| machine.define_value(name))
        .and_then(|()| machine.call(":user::main").map(drop));
    drop(machine);
    assert_eq!(live_objects(), before, "objects were leaked by\n{text}");
    let printed = String::from_utf8(out.0.take().clone()).expect("programs print text");
    (printed, outcome.err())
}

/// What `main` with this body prints.
fn printed(definitions: &str, body: &str) -> String {
    let text = format!(
        "{definitions}\n(:wat::core::defn :user::main [] -> :wat::core::nil {body} :wat::core::nil)"
    );
    let (out, failure) = run(&text);
    assert!(failure.is_none(), "{text}\n{failure:?}");
    out
}

/// The printed value of an expression.
fn value(expression: &str) -> String {
    printed("", &format!("(:wat::kernel::println {expression})"))
        .trim_end()
        .to_owned()
}

/// The failure of an expression.
fn failure(expression: &str) -> Failure {
    let text = format!(
        "(:wat::core::defn :user::main [] -> :wat::core::nil (:wat::kernel::println {expression}))"
    );
    run(&text).1.expect("the program fails")
}

fn written(expression: &str) -> String {
    value(&format!("(:wat::core::write-forms {expression})"))
}

#[test]
fn symbols_of_two_expansions_are_two() {
    let macros = "(:wat::core::defmacro :my::g [] -> :wat::WatAST (:wat::core::fresh-symbol \"g\"))
(:wat::core::defmacro :my::twice [] -> :wat::WatAST (:wat::core::let [a (:wat::core::fresh-symbol \"g\")] `(~a ~a tmp tmp)))";
    let body = "(:wat::core::let [a (:wat::core::macroexpand '(:my::g)) b (:wat::core::macroexpand '(:my::g)) c (:wat::core::macroexpand-1 '(:my::g))
       parts (:wat::core::ast->children (:wat::core::macroexpand '(:my::twice)))]
      (:wat::kernel::println [(:wat::core::= a b) (:wat::core::= b c) (:wat::core::= a (:wat::core::fresh-symbol \"g\"))
        (:wat::core::= (:wat::core::nth parts 0) (:wat::core::nth parts 1)) (:wat::core::= (:wat::core::nth parts 2) (:wat::core::nth parts 3))]))";
    assert_eq!(
        printed(macros, body).trim_end(),
        "[false false false true true]"
    );
}

#[test]
fn quoted_forms_are_neither_evaluated_nor_expanded() {
    assert_eq!(value("'(f  0x10 ~x)"), "#wat-edn.core/form \"(f 16 ~x)\"");
    assert_eq!(
        written("'(:no::such {a b} #{})"),
        "\"(:no::such {a b} #{})\""
    );
    assert_eq!(value("(:wat::core::length (:wat::core::forms))"), "0");
}

#[test]
fn templates_fill_in_literals_syntax_and_vectors() {
    assert_eq!(
        written(
            "(:wat::core::let [s \"t\" v [1 2] f 'q] `[~s ~1.5 ~true ~:k ~:wat::core::nil ~v ~f ~@v])"
        ),
        "\"[\\\"t\\\" 1.5 true :k :wat::core::nil [1 2] q 1 2]\""
    );
    assert_eq!(
        written("(:wat::core::let [v '(a b)] `{~@v #{~@v} ~@'[]})"),
        "\"{a b #{a b}}\""
    );
}

#[test]
fn only_unquotes_of_level_one_are_evaluated() {
    assert_eq!(
        written("(:wat::core::let [x 9] `(:a `(:b ~(:c ~x) ~~x)))"),
        "\"(:a `(:b ~(:c 9) ~9))\""
    );
    assert_eq!(written("`(:a `(:b ~x))"), "\"(:a `(:b ~x))\"");
    assert_eq!(
        written("(:wat::core::let [xs [1 2]] `(:a '~(:wat::core::length xs)))"),
        "\"(:a '2)\""
    );
}

#[test]
fn what_is_no_syntax_panics() {
    for expression in [
        "`(:f ~#{1})",
        "`(:f ~(:wat::core::Some 1))",
        "`(:f ~@1)",
        "`(:f ~@'x)",
        "`(:f ~@'{a b})",
        "`(:f ~[(:wat::core::u8 1)])",
    ] {
        let failed = failure(expression);
        assert_eq!(
            (failed.kind, failed.code),
            (FailureKind::Panic, 8203),
            "{expression}"
        );
    }
}

#[test]
fn operations_take_forms_apart_and_build_them() {
    assert_eq!(
        value(
            "(:wat::core::map (:wat::core::ast->children '(1 1.5 true \"s\" :k x () [] {} #{})) :wat::core::ast-kind)"
        ),
        "[\"int\" \"float\" \"bool\" \"string\" \"keyword\" \"symbol\" \"list\" \"vector\" \"brace\" \"set\"]"
    );
    assert_eq!(value("(:wat::core::ast->children '7)"), "[]");
    assert_eq!(
        written("(:wat::core::with-children '#{1} (:wat::core::forms a b))"),
        "\"#{a b}\""
    );
    assert_eq!(
        value(
            "[(:wat::core::ast-name ':a::b) (:wat::core::ast-name 'x) (:wat::core::ast-name '\"s\")]"
        ),
        "[\":a::b\" \"x\" \"s\"]"
    );
    assert_eq!(
        written("`[~(:wat::core::symbol-node \"x\") ~(:wat::core::keyword-node \":k\")]"),
        "\"[x :k]\""
    );
}

#[test]
fn wrong_nodes_and_names_panic() {
    for expression in [
        "(:wat::core::ast-name '1)",
        "(:wat::core::with-children 'x [])",
        "(:wat::core::symbol-node \"a b\")",
        "(:wat::core::symbol-node \":k\")",
        "(:wat::core::symbol-node \"1\")",
        "(:wat::core::keyword-node \"k\")",
        "(:wat::core::keyword-node \"\")",
    ] {
        assert_eq!(failure(expression).kind, FailureKind::Panic, "{expression}");
    }
    let failed = failure("(:wat::core::+ 1 (:wat::core::macro-error \"so it is\"))");
    assert_eq!(
        (failed.kind, &*failed.message),
        (FailureKind::Panic, "so it is")
    );
}

#[test]
fn fresh_symbols_are_equal_to_no_other() {
    assert_eq!(
        value(
            "(:wat::core::let [a (:wat::core::fresh-symbol \"x\") b (:wat::core::fresh-symbol \"x\")] [(:wat::core::= a a) (:wat::core::= a b) (:wat::core::= a 'x) (:wat::core::= (:wat::core::symbol-node \"x\") 'x)])"
        ),
        "[true false false true]"
    );
}

#[test]
fn equality_ignores_notation_and_sees_bits() {
    assert_eq!(
        value(
            "[(:wat::core::= '(f 0x10) '( f 16)) (:wat::core::= ''x '(:wat::core::quote x)) (:wat::core::= '0.0 '-0.0) (:wat::core::= '{a b} '[a b])]"
        ),
        "[true true false false]"
    );
    assert_eq!(value("(:wat::core::get {'x 1 '(x) 2} '(x))"), "2");
}

#[test]
fn keyword_of_makes_a_type_keyword() {
    assert_eq!(
        value("(:wat::core::keyword/of :my::Box :wat::core::i64 :my::T)"),
        "#wat-edn.core/keyword \":my::Box<wat::core::i64,my::T>\""
    );
}

#[test]
fn structs_become_their_constructor_calls() {
    let shapes = "(:wat::core::enum :my::E :U (V (n :wat::core::i64)))\n(:wat::core::struct :my::S (e :my::E) (o :wat::core::Option<wat::core::String>) (m :wat::core::HashMap<wat::core::i64,my::E>) (f :wat::WatAST))";
    let body = "(:wat::core::let [s (:my::S/new (:my::E::V 1) (:wat::core::Some \"x\") {2 :my::E::U} 'q) f (:wat::core::struct->form s)] (:wat::kernel::println (:wat::core::write-forms f)) (:wat::kernel::println (:wat::core::= (:wat::core::Ok s) (:wat::eval-ast! f))))";
    assert_eq!(
        printed(shapes, body),
        "\"(:my::S/new (:my::E::V 1) (:wat::core::Some \\\"x\\\") {2 :my::E::U} 'q)\"\ntrue\n"
    );
}

const SHOW: &str = "(:wat::core::defn :my::show [r <- :wat::core::Result<wat::core::i64,wat::core::EvalError>] -> :wat::core::String
  (:wat::core::match r ((:wat::core::Ok n) (:wat::core::i64::to-string n)) ((:wat::core::Err e) (:wat::core::EvalError/kind e))))
(:wat::core::defn :my::half [n <- :wat::core::i64] -> :wat::core::i64 (:wat::core::i64::/ n 2))
(:wat::core::defn :my::deep [n <- :wat::core::i64] -> :wat::core::i64 (:wat::core::let [s (:wat::core::string::repeat \"x\" n)] (:wat::core::i64::+ 1 (:my::deep (:wat::core::i64::/ n (:wat::core::i64::- n 1))))))";

/// The value, or the kind of failure, of evaluated source text where an integer is wanted.
fn shown(source: &str) -> String {
    let text = format!("{source:?}");
    printed(
        SHOW,
        &format!("(:wat::kernel::println (:my::show (:wat::eval-edn! {text})))"),
    )
    .trim_end()
    .trim_matches('"')
    .to_owned()
}

#[test]
fn data_is_evaluated_in_the_closed_world() {
    assert_eq!(shown("(:my::half 84)"), "42");
    assert_eq!(shown("(:my::half 1) (:my::half 6)"), "3");
    assert_eq!(shown("(:my::half :n 84)"), "42");
    assert_eq!(
        shown("(:wat::core::let [a 20] (:wat::core::+ a a 2))"),
        "42"
    );
}

#[test]
fn failures_of_data_are_values_with_a_kind() {
    for (source, kind) in [
        ("(:my::no 1)", "unknown-function"),
        ("(:wat::core::__internal/range 0 1 1)", "unknown-function"),
        ("n", "unbound-symbol"),
        ("(:my::half 1 2)", "arity-mismatch"),
        ("(:my::half \"x\")", "type-mismatch"),
        ("\"text\"", "type-mismatch"),
        ("", "type-mismatch"),
        ("(1 2)", "not-callable"),
        ("(:wat::core::let [a] a)", "malformed-form"),
        ("(:my::half 4", "malformed-form"),
        ("(:my::half 4))", "malformed-form"),
        ("(:wat::core::i64::/ 1 0)", "division-by-zero"),
        ("(:wat::core::nth [1] 7)", "runtime-error"),
        ("(:my::deep 3)", "division-by-zero"),
    ] {
        assert_eq!(shown(source), kind, "{source}");
    }
}

#[test]
fn data_does_not_change_the_program() {
    for source in [
        "(:wat::core::def :x 1)",
        "(:wat::core::do (:wat::core::struct :x (y :wat::core::i64)) 1)",
        "(:wat::core::if true 1 (:wat::load-file! \"x\"))",
        "(:wat::config::set-redef! true)",
        "(:wat::core::let [a `(~(:wat::core::def :x 1))] 1)",
    ] {
        assert_eq!(shown(source), "mutation-form-refused", "{source}");
    }
    assert_eq!(shown("(:wat::core::do '(:wat::core::def :x 1) 1)"), "1");
    assert_eq!(shown("(:wat::core::do `(:wat::core::def :x ~2) 1)"), "1");
}

#[test]
fn data_has_an_identity_of_its_own() {
    let definitions = format!(
        "{SHOW}\n(:wat::core::defn-restricted :my::secret :restricted-to [:my::] [] -> :wat::core::i64 7)
(:wat::core::defn-restricted :my::open :restricted-to [:eval::] [] -> :wat::core::i64 8)
(:wat::core::defn :my::run [form <- :wat::WatAST] -> :wat::core::String (:my::show (:wat::eval-ast! form)))"
    );
    let body = "(:wat::kernel::println (:my::run '(:my::secret))) (:wat::kernel::println (:my::run '(:my::open)))";
    assert_eq!(printed(&definitions, body), "\"restricted\"\n\"8\"\n");
}

/// What a macro writes has its identity (03 §8.3, rule M), wherever the call stands; what it is given has not.
#[test]
fn macros_in_data_keep_their_privileges() {
    let definitions = format!(
        "{SHOW}\n(:wat::core::defn-restricted :my::k::secret :restricted-to [:my::k::] [n <- :wat::core::i64] -> :wat::core::i64 (:wat::core::+ n 7))
(:wat::core::defmacro :my::k::call [x <- :wat::WatAST] -> :wat::WatAST `(:my::k::secret ~x))
(:wat::core::defmacro :my::o::call [x <- :wat::WatAST] -> :wat::WatAST `(:my::k::call ~x))
(:wat::core::defmacro :my::o::direct [x <- :wat::WatAST] -> :wat::WatAST `(:my::k::secret ~x))
(:wat::core::defn :my::run [form <- :wat::WatAST] -> :wat::core::String (:my::show (:wat::eval-ast! form)))"
    );
    for (form, expected) in [
        ("(:my::k::call 1)", "8"),
        ("(:my::o::call 1)", "8"),
        ("(:my::k::call (:my::k::call 1))", "15"),
        ("(:my::k::call (:my::k::secret 1))", "restricted"),
        ("(:my::o::direct 1)", "restricted"),
        ("(:wat::core::do 1 (:my::o::call 2))", "9"),
    ] {
        let body = format!("(:wat::kernel::println (:my::run '{form}))");
        assert_eq!(
            printed(&definitions, &body),
            format!("\"{expected}\"\n"),
            "{form}"
        );
    }
}

#[test]
fn data_does_not_see_locals() {
    let body = "(:wat::core::let [n 5] (:wat::kernel::println (:my::show (:wat::eval-ast! 'n))) (:wat::kernel::println (:my::show (:wat::eval-ast! `(:my::half ~n)))))";
    assert_eq!(printed(SHOW, body), "\"unbound-symbol\"\n\"2\"\n");
}

#[test]
fn a_panic_of_data_is_a_panic_of_the_caller() {
    let failed =
        failure("(:wat::eval-ast! '(:wat::core::Option/expect :wat::core::None \"gone\"))");
    assert_eq!((failed.kind, failed.code), (FailureKind::Panic, 8201));
}

#[test]
fn a_wish_for_no_type_takes_any_value() {
    assert_eq!(
        value("(:wat::eval-ast! '[1 2])"),
        "#wat-edn.result/ok [1 2]"
    );
    assert_eq!(
        value("(:wat::core::Some (:wat::eval-edn! \"(:wat::core::Some :wat::core::None)\"))"),
        "#wat-edn.result/ok #wat-edn.option/some nil"
    );
    assert_eq!(
        value(
            "(:wat::core::= (:wat::eval-edn! \"(:wat::core::Tuple 1 :a)\") (:wat::eval-ast! '(:wat::core::Tuple 1 :a)))"
        ),
        "true"
    );
}

#[test]
fn evaluation_nests_and_is_an_ordinary_function() {
    let definitions = "(:wat::core::defn :my::count [n <- :wat::core::i64] -> :wat::core::i64
  (:wat::core::if (:wat::core::= n 0) 0
    (:wat::core::match (:wat::eval-ast! '(:my::one))
      ((:wat::core::Ok k) (:wat::core::i64::+ k (:my::count (:wat::core::i64::- n 1))))
      ((:wat::core::Err _) -1))))
(:wat::core::defn :my::one [] -> :wat::core::i64 1)
(:wat::core::defn :my::self [n <- :wat::core::i64] -> :wat::core::i64
  (:wat::core::if (:wat::core::= n 0) 0
    (:wat::core::match (:wat::eval-ast! `(:my::self ~(:wat::core::i64::- n 1)))
      ((:wat::core::Ok k) (:wat::core::i64::+ k 1))
      ((:wat::core::Err _) -1))))
(:wat::core::defn :my::all [forms <- :wat::core::Vector<wat::WatAST>] -> :wat::core::Vector<wat::core::Result<wat::core::i64,wat::core::EvalError>>
  (:wat::core::map forms :wat::eval-ast!))";
    assert_eq!(
        printed(
            definitions,
            "(:wat::kernel::println (:my::count 5000)) (:wat::kernel::println (:my::self 100)) (:wat::kernel::println (:my::all (:wat::core::forms 1 (:my::one))))"
        ),
        "5000\n100\n[#wat-edn.result/ok 1 #wat-edn.result/ok 1]\n"
    );
}

#[test]
fn a_function_may_leave_the_evaluation_that_made_it() {
    let definitions = "(:wat::core::defn :my::adder [n <- :wat::core::i64] -> :wat::core::Result<wat::core::Fn(wat::core::i64)->wat::core::i64,wat::core::EvalError>
  (:wat::eval-ast! `(:wat::core::let [m ~n] (:wat::core::fn [x <- :wat::core::i64] -> :wat::core::i64 (:wat::core::+ x m)))))";
    let body = "(:wat::core::match (:my::adder 40) ((:wat::core::Ok f) (:wat::kernel::println (f 2))) ((:wat::core::Err e) (:wat::kernel::println e)))";
    assert_eq!(printed(definitions, body), "42\n");
}

#[test]
fn deep_syntax_costs_no_stack() {
    let definitions =
        "(:wat::core::defn :my::nest [f <- :wat::WatAST n <- :wat::core::i64] -> :wat::WatAST
  (:wat::core::if (:wat::core::= n 0) f (:my::nest `(~f) (:wat::core::i64::- n 1))))";
    let body = "(:wat::core::let [a (:my::nest 'x 100000) b (:my::nest 'x 100000)]
  (:wat::kernel::println (:wat::core::= a b))
  (:wat::kernel::println (:wat::core::string::length (:wat::core::write-forms a)))
  (:wat::kernel::println (:wat::core::= a (:my::nest 'y 100000)))
  (:wat::kernel::println (:wat::core::match (:wat::eval-ast! a) -> :wat::core::String ((:wat::core::Ok k) \"ok\") ((:wat::core::Err e) (:wat::core::EvalError/kind e)))))";
    assert_eq!(
        printed(definitions, body),
        "true\n200001\nfalse\n\"malformed-form\"\n"
    );
}

const MACROS: &str = "(:wat::core::defmacro :my::inc [x <- :wat::WatAST] -> :wat::WatAST `(:wat::core::i64::+ ~x 1))
(:wat::core::defmacro :my::inc-two [x <- :wat::WatAST] -> :wat::WatAST `(:my::inc (:my::inc ~x)))
(:wat::core::defmacro :my::bad [x <- :wat::WatAST] -> :wat::WatAST (:wat::core::macro-error \"no good\"))
(:wat::core::defmacro :my::define [x <- :wat::WatAST] -> :wat::WatAST `(:wat::core::def :my::new ~x))
(:wat::core::defmacro :my::swap [x <- :wat::WatAST] -> :wat::WatAST `(:wat::core::let [tmp 100] (:wat::core::i64::+ tmp ~x)))";

#[test]
fn data_is_expanded_with_the_macros_of_the_program() {
    let definitions = format!("{MACROS}\n{SHOW}");
    for (source, found) in [
        ("(:my::inc-two 40)", "42"),
        ("(:wat::core::let [tmp 1] (:my::swap tmp))", "101"),
        ("(:my::bad 1)", "expansion-failed"),
        ("(:my::inc 1 2)", "expansion-failed"),
        (
            "(:wat::core::do (:my::define 1) 2)",
            "mutation-form-refused",
        ),
        (
            "(:wat::core::length (:wat::core::ast->children '(:my::inc 1)))",
            "2",
        ),
    ] {
        let body = format!("(:wat::kernel::println (:my::show (:wat::eval-edn! {source:?})))");
        assert_eq!(
            printed(&definitions, &body),
            format!("\"{found}\"\n"),
            "{source}"
        );
    }
}

#[test]
fn macros_expand_at_the_head_while_the_program_runs() {
    let body = "(:wat::kernel::println (:wat::core::write-forms (:wat::core::macroexpand-1 '(:my::inc-two 1))))
(:wat::kernel::println (:wat::core::write-forms (:wat::core::macroexpand '(:my::inc-two 1))))
(:wat::kernel::println (:wat::core::= '(f x) (:wat::core::macroexpand '(f x))))
(:wat::kernel::println (:wat::core::write-forms (:wat::core::macroexpand-1 '(:wat::core::when t (f) (g)))))
(:wat::kernel::println (:wat::core::write-forms (:wat::core::macroexpand '(:wat::core::unless t (f)))))
(:wat::kernel::println (:wat::core::write-forms (:wat::core::macroexpand '(:wat::core::when t))))";
    assert_eq!(
        printed(MACROS, body),
        r#""(:my::inc (:my::inc 1))"
"(:wat::core::i64::+ (:my::inc 1) 1)"
true
"(:wat::core::if t (:wat::core::do (f) (g)) :wat::core::nil)"
"(:wat::core::if t :wat::core::nil (:wat::core::do (f)))"
"(:wat::core::when t)"
"#
    );
    let text = format!(
        "{MACROS}(:wat::core::defn :user::main [] -> :wat::core::nil (:wat::kernel::println (:wat::core::macroexpand '(:my::bad 1))))"
    );
    let failed = run(&text).1.expect("the program fails");
    assert_eq!(failed.kind, FailureKind::Panic);
    assert!(failed.message.contains("no good"), "{}", failed.message);
}

#[test]
fn quoted_symbols_of_templates_keep_their_identity() {
    let definitions = "(:wat::core::defmacro :my::both [x <- :wat::WatAST] -> :wat::WatAST `(:wat::core::forms y ~x))";
    assert_eq!(
        printed(
            definitions,
            "(:wat::core::let [fs (:my::both y)] (:wat::kernel::println (:wat::core::= (:wat::core::nth fs 0) (:wat::core::nth fs 1))) (:wat::kernel::println (:wat::core::map fs :wat::core::write-forms)))"
        ),
        "false\n[\"y\" \"y\"]\n"
    );
}

#[test]
fn the_error_of_a_failed_expectation_is_kept_as_edn() {
    let (_, failure) = run("(:wat::core::defn :user::main [] -> :wat::core::nil
           (:wat::core::Result/expect (:wat::core::Err {:a::b [1.0 2.0]}) \"bad\"))");
    let failure = failure.expect("it fails");
    assert_eq!((failure.kind, failure.code), (FailureKind::Panic, 8201));
    let compared = failure.compared.expect("the failure carries the error");
    assert_eq!(compared.actual.as_deref(), Some("{:a/b [1.0 2.0]}"));
    assert_eq!(compared.actual_value.as_deref(), Some("{:a/b [1.0 2.0]}"));
}

#[test]
fn literals_and_calls_of_any_length_run() {
    const COUNT: usize = 66_000;
    let parts = |part: fn(usize) -> String| (0..COUNT).map(part).collect::<Vec<_>>().join(" ");
    let numbers = parts(|at| match at % 1_000 {
        0 => format!("(:t::same {at})"),
        _ => at.to_string(),
    });
    let entries = parts(|at| (at / 2).to_string());
    let texts = parts(|_| "\"ab\"".to_owned());
    let text = format!(
        "(:wat::core::defn :t::same [x <- :wat::core::i64] -> :wat::core::i64 x)
         (:wat::core::defn :user::main [] -> :wat::core::nil
           (:wat::kernel::println (:wat::core::= (:wat::core::range 0 {COUNT}) [{numbers}]))
           (:wat::kernel::println (:wat::core::length #{{{numbers}}}))
           (:wat::kernel::println (:wat::core::get {{{entries}}} 32999))
           (:wat::kernel::println
             (:wat::core::string::length (:wat::core::string::concat {texts}))))"
    );
    let (printed, failure) = run(&text);
    assert_eq!(failure, None);
    assert_eq!(printed, format!("true\n{COUNT}\n32999\n{}\n", 2 * COUNT));
}

#[test]
fn a_text_of_many_values_holds_no_more_than_it_needs() {
    let values: Vec<String> = (0..4_000).map(|at| format!("(:t::same {at})")).collect();
    let text = format!(
        "(:wat::core::defn :t::same [x <- :wat::core::i64] -> :wat::core::i64 x)
         (:wat::core::defn :t::text [] -> :wat::core::String (:wat::core::str {}))
         (:wat::core::defn :user::main [] -> :wat::core::nil
           (:wat::kernel::println (:wat::core::string::length (:t::text))))",
        values.join(" ")
    );
    let mut db = RootDatabase::new();
    let file = db.set_file("main.wat", SourceText::new(text.as_str()), FileKind::Disk);
    let program = LinkedProgram::new();
    program.lend(&db, file);
    let mut machine = Machine::new(program, Out::default(), Limits::default());
    let code = machine.disassemble(":t::text").expect("it compiles");
    let frame = code
        .split("frame=")
        .nth(1)
        .and_then(|rest| rest.lines().next());
    let frame: u32 = frame
        .and_then(|it| it.parse().ok())
        .expect("the code says it");
    assert!(frame < 16, "the frame has {frame} places");
    drop(machine);
    let (printed, failure) = run(&text);
    assert_eq!((printed.as_str(), failure), ("14890\n", None));
}
