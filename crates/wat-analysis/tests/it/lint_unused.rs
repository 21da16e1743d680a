//! What nobody uses: names, values, definitions, loads.

use wat_analysis::{Diagnostic, file_lints};

use crate::support::{database, fixed_lints, lints};

fn params(params: &str, body: &str) -> String {
    format!("(:wat::core::defn :d::f [{params}] -> :wat::core::i64 \"F.\" {body})\n")
}

#[test]
fn names_that_nobody_reads_are_told() {
    let text = params(
        "x <- :wat::core::i64 y <- :wat::core::i64 & more <- :wat::core::Vector<wat::core::i64>",
        "(:wat::core::let [a 1 [b c] (:wat::core::Tuple 1 2) g (:wat::core::fn [q <- :wat::core::i64] -> :wat::core::i64 1)]
           (:wat::core::match (:wat::core::Some x) ((:wat::core::Some n) b) (other 2)))",
    );
    let found = lints(&text, 7301);
    assert_eq!(
        found,
        ["y", "more", "a", "c", "g", "q", "n", "other"].map(|name| format!("WAT7301 {name}"))
    );
}

#[test]
fn names_that_begin_with_an_underscore_are_not() {
    let text = params(
        "_x <- :wat::core::i64 _ <- :wat::core::i64",
        "(:wat::core::let [_a 1 [b _c] (:wat::core::Tuple 1 2)] b)",
    );
    assert!(lints(&text, 7301).is_empty());
}

#[test]
fn names_are_read_in_functions_templates_and_by_what_macros_drop() {
    let text = "(:wat::core::defn :d::f [x <- :wat::core::i64] -> :wat::core::i64 \"F.\"
          (:wat::core::let [g (:wat::core::fn [y <- :wat::core::i64] -> :wat::core::i64 (:wat::core::i64::+ x y))] (g 1)))
        (:wat::core::defn :d::q [x <- :wat::WatAST] -> :wat::WatAST \"Q.\" `(:wat::core::do ~x))
        (:wat::core::defmacro :d::drop [a <- :wat::WatAST _b <- :wat::WatAST] -> :wat::WatAST \"Drops.\" `(:wat::core::do ~a))
        (:wat::core::defn :d::m [x <- :wat::core::i64 y <- :wat::core::i64] -> :wat::core::i64 \"M.\" (:d::drop x y))
        (:wat::core::let [a 1 b 2] (:wat::core::defn :d::in [] -> :wat::core::i64 \"In.\" a))\n";
    assert!(lints(text, 7301).is_empty());
}

#[test]
fn parameters_of_macros_are_names_too() {
    let text = "(:wat::core::defmacro :d::m [a <- :wat::WatAST b <- :wat::WatAST] -> :wat::WatAST \"Drops.\" `(:wat::core::do ~a))\n";
    assert_eq!(lints(text, 7301), ["WAT7301 b"]);
}

#[test]
fn names_that_callers_do_not_see_get_an_underscore() {
    let text = params(
        "x <- :wat::core::i64",
        "(:wat::core::let [a x] (:wat::core::match (:wat::core::Some x) ((:wat::core::Some n) 1) (:wat::core::None 2)))",
    );
    let fixed = fixed_lints(&text, 7301);
    assert!(
        fixed.contains("[_a x]") && fixed.contains("Some _n)"),
        "{fixed}"
    );
}

#[test]
fn an_underscored_name_that_is_taken_is_not_given_again() {
    let text = params("_a <- :wat::core::i64", "(:wat::core::let [a 1 b _a] b)");
    assert!(fixed_lints(&text, 7301).contains("[_ 1 b _a]"));
}

#[test]
fn fields_that_are_named_in_vain_are_removed() {
    let text = "(:wat::core::struct :d::P (x :wat::core::i64) (y :wat::core::i64))
        (:wat::core::defn :d::f [p <- :d::P] -> :wat::core::i64 \"F.\" (:wat::core::let [{x y} p] x))\n";
    assert!(fixed_lints(text, 7301).contains("[{x} p]"));
}

#[test]
fn statements_without_effect_are_told() {
    for idle in [
        "1",
        "\"text\"",
        "x",
        "(:wat::core::i64::+ x 1)",
        "(:wat::core::i64::/ x 2)",
        "(:wat::core::do 1 (:wat::core::length v))",
        "(:wat::core::map v (:wat::core::fn [x <- :wat::core::i64] -> :wat::core::i64 (:wat::core::i64::* x 2)))",
        "(:wat::core::if (:wat::core::= x 1) x 2)",
    ] {
        let text = params(
            "x <- :wat::core::i64 v <- :wat::core::Vector<wat::core::i64>",
            &format!("{idle} 3"),
        );
        assert_eq!(lints(&text, 7304), [format!("WAT7304 {idle}")]);
    }
}

#[test]
fn statements_that_do_something_are_not() {
    for statement in [
        "(:wat::kernel::println x)",
        "(:d::g)",
        "(:wat::core::Option/expect (:wat::core::Some x) \"there\")",
        "(:wat::core::i64::/ 1 x)",
        "(:wat::core::if (:wat::core::= x 1) (:wat::kernel::println x) :wat::core::nil)",
        "(:wat::core::for-each v (:wat::core::fn [x <- :wat::core::i64] -> :wat::core::nil (:wat::kernel::println x)))",
        "(:wat::time::now)",
        "(:wat::core::Uuid/v4)",
        "(:d::log x)",
    ] {
        let text = params(
            "x <- :wat::core::i64 v <- :wat::core::Vector<wat::core::i64>",
            &format!("{statement} 3"),
        );
        let text = format!("{text}(:wat::core::defn :d::g [] -> :wat::core::i64 \"G.\" (:wat::core::length \"a\"))
            (:wat::core::defmacro :d::log [a <- :wat::WatAST] -> :wat::WatAST \"Log.\" `(:wat::core::do ~a :wat::core::nil))")
            .replace("(:wat::core::length \"a\")", "1");
        assert!(lints(&text, 7304).is_empty(), "{statement}");
    }
}

/// The code and the text of each lint about definitions and loads, of all files.
fn of_files(files: &[(&str, &str)]) -> Vec<String> {
    let db = database(files);
    let of_file = |file: wat_analysis::SourceFile| {
        let text = file.text(&db);
        let found = file_lints(&db, file);
        let found = found
            .iter()
            .filter(|d| matches!(d.code.0, 7302 | 7303 | 7306));
        let line = |d: &Diagnostic| format!("{} {}", d.code, text.slice(d.span.range).text());
        found.map(line).collect::<Vec<_>>()
    };
    db.project_files().into_iter().flat_map(of_file).collect()
}

const F: &str = "(:wat::core::defn :u::f [n <- :wat::core::i64] -> :wat::core::i64 \"F.\" n)\n";

fn started(body: &str) -> String {
    format!("(:wat::core::defn :user::main [] -> :wat::core::nil {body})\n")
}

#[test]
fn what_the_entry_does_not_reach_is_told() {
    let text = "(:wat::core::defn :d::a [] -> :wat::core::i64 \"A.\" (:d::b))
        (:wat::core::defn :d::b [] -> :wat::core::i64 \"B.\" (:d::a))
        (:wat::core::struct :d::P (x :wat::core::i64))
        (:wat::core::struct :d::Q (x :wat::core::i64))
        (:wat::core::typealias :d::R :d::Q)
        (:wat::core::defmacro :d::m [x <- :wat::WatAST] -> :wat::WatAST \"M.\" `(:d::c ~x))
        (:wat::core::defn :d::c [x <- :wat::core::i64] -> :wat::core::i64 \"C.\" x)
        (:wat::core::def :d::k 1)\n";
    let main = started(
        "(:wat::core::do (:wat::kernel::println (:d::m 1)) (:wat::kernel::println (:d::R/new 1)))",
    );
    assert_eq!(
        of_files(&[("main.wat", &format!("{text}{main}"))]),
        [":d::a", ":d::b", ":d::P", ":d::k"].map(|name| format!("WAT7302 {name}"))
    );
}

#[test]
fn what_a_macro_writes_is_reached_by_its_calls() {
    let function =
        |name: &str| format!("(:wat::core::defn {name} [] -> :wat::core::i64 \"F.\" 1)\n");
    let functions: String = [":d::made-one", ":d::written", ":d::deep"]
        .map(function)
        .concat();
    let macros = "(:wat::core::defmacro :d::call [name <- :wat::WatAST] -> :wat::WatAST \"Call.\"
          `(~(:wat::core::keyword-node (:wat::core::string::concat \":d::made-\" (:wat::core::ast-name name)))))
        (:wat::core::defmacro :d::inner [] -> :wat::WatAST \"Inner.\" `(:d::deep))
        (:wat::core::defmacro :d::outer [] -> :wat::WatAST \"Outer.\" `(:wat::core::i64::+ (:d::inner) (:d::written)))\n";
    let told = |body: &str| {
        let main = started(&format!("(:wat::kernel::println {body})"));
        of_files(&[("main.wat", &format!("{functions}{macros}{main}"))])
    };
    let names = |names: &[&str]| -> Vec<String> {
        names.iter().map(|name| format!("WAT7302 {name}")).collect()
    };
    assert_eq!(
        told("(:d::call one)"),
        names(&[":d::written", ":d::deep", ":d::inner", ":d::outer"])
    );
    assert_eq!(told("(:d::outer)"), names(&[":d::made-one", ":d::call"]));
}

#[test]
fn a_library_is_there_for_others() {
    assert!(of_files(&[("lib.wat", F)]).is_empty());
    let test = "(:wat::load-file! \"lib.wat\")\n(:wat::core::defn :t::helper [] -> :wat::core::i64 1)\n\
        (:wat::core::defn :t::idle [] -> :wat::core::i64 1)\n\
        (:wat::test::deftest :t::works () (:wat::test::assert-eq (:u::f 1) (:t::helper)))\n";
    let lib = format!("{F}(:wat::core::defn :u::g [] -> :wat::core::i64 1)\n");
    assert_eq!(
        of_files(&[("lib.wat", &lib), ("t.wat", test)]),
        ["WAT7302 :t::idle"]
    );
}

#[test]
fn what_another_program_reaches_is_used() {
    let main = format!(
        "(:wat::load-file! \"lib.wat\")\n{}",
        started("(:wat::kernel::println (:u::f 1))")
    );
    let lib = format!(
        "{F}(:wat::core::defn :u::g [] -> :wat::core::i64 1)\n(:wat::core::defn :u::h [] -> :wat::core::i64 1)\n"
    );
    let test = "(:wat::load-file! \"lib.wat\")\n(:wat::test::deftest :t::works () (:wat::test::assert-eq (:u::g) 1))\n";
    assert_eq!(
        of_files(&[("lib.wat", &lib), ("main.wat", &main), ("t.wat", test)]),
        ["WAT7302 :u::h"]
    );
}

#[test]
fn loads_in_vain_and_loads_again_are_told() {
    let main = |loads: &str, body: &str| {
        let loads: String = loads
            .split(' ')
            .map(|it| format!("(:wat::load-file! \"{it}.wat\")\n"))
            .collect();
        format!("{loads}{}", started(body))
    };
    let deep = "(:wat::core::defn :v::g [] -> :wat::core::i64 1)\n";
    let test = "(:wat::test::deftest :t::works () (:wat::test::assert-eq 1 1))\n";
    let loaded = "(:wat::load-file! \"deep.wat\")\n";
    let of_loads = |main: &str| {
        let files = [
            ("deep.wat", deep),
            ("lib.wat", F),
            ("main.wat", main),
            ("over.wat", loaded),
            ("t.wat", test),
        ];
        let found = of_files(&files);
        found
            .into_iter()
            .filter(|it| !it.contains("7302"))
            .collect::<Vec<_>>()
    };
    let load = |code: u16, file: &str| format!("WAT{code} (:wat::load-file! \"{file}.wat\")");
    let print = "(:wat::kernel::println (:u::f 1))";
    assert!(of_loads(&main("lib t", print)).is_empty());
    assert_eq!(of_loads(&main("lib deep", print)), [load(7303, "deep")]);
    assert_eq!(of_loads(&main("lib over", print)), [load(7303, "over")]);
    assert_eq!(of_loads(&main("lib lib", print)), [load(7306, "lib")]);
    // What a file is loaded for is what it loads.
    assert!(of_loads(&main("over", "(:wat::kernel::println (:v::g))")).is_empty());
    // A missing file may use anything.
    assert!(of_loads(&main("lib deep gone", print)).is_empty());
}

#[test]
fn a_parameter_is_renamed_unless_a_call_names_it() {
    let text = params("x <- :wat::core::i64 other <- :wat::core::i64", "x");
    assert!(fixed_lints(&text, 7301).contains("_other <-"));
    // A name that is misspelled would not be near to the new one.
    for call in [
        "(:d::f :other 1 :x 2)",
        "(:d::f :otter 1 :x 2)",
        "(:d::f<wat::core::i64> :otter 1 :x 2)",
    ] {
        let named = format!("{text}(:wat::core::defn :d::g [] -> :wat::core::i64 \"G.\" {call})\n");
        let db = database(&[("main.wat", &named)]);
        let file = db.file("main.wat").expect("was just added");
        let found = file_lints(&db, file);
        let found = found.iter().filter(|d| d.code.0 == 7301);
        let how: Vec<_> = found
            .flat_map(|d| &d.fixes)
            .map(|fix| fix.applicability)
            .collect();
        assert_eq!(how, [wat_analysis::Applicability::MaybeIncorrect], "{call}");
    }
}
