//! Hermetic tests whose preludes load: each is a program of its own.

use wat_analysis::{
    FileKind, RootDatabase, SourceText, all_program_diagnostics, file_diagnostics, missing_loads,
};

use crate::support::{add, all, database, line, spans};

const ONE: (&str, &str) = (
    "one.wat",
    "(:wat::core::defn :lib::f [] -> :wat::core::i64 1)",
);
const TWO: (&str, &str) = (
    "two.wat",
    "(:wat::core::defn :lib::f [] -> :wat::core::String \"2\")",
);

/// What all files have to say, without the end of each place, with these two libraries.
fn told(test: &str) -> Vec<String> {
    let db = database(&[ONE, TWO, ("t.wat", test)]);
    short(all(&db))
}

/// `WAT3201 t.wat 1:2`
fn short(found: Vec<String>) -> Vec<String> {
    let cut = |line: String| {
        let mut parts = line.split(' ');
        let (code, _, file, place) = (parts.next(), parts.next(), parts.next(), parts.next());
        let begin = place.and_then(|it| it.split('-').next()).unwrap_or("");
        format!("{} {} {begin}", code.unwrap_or(""), file.unwrap_or(""))
    };
    found.into_iter().map(cut).collect()
}

fn test(name: &str, prelude: &str, body: &str) -> String {
    format!("(:wat::test::deftest-hermetic {name} ({prelude})\n{body})")
}

fn load(file: &str) -> String {
    format!("(:wat::load-file! \"{file}\")")
}

#[test]
fn two_programs_load_different_definitions_of_one_name() {
    let text = format!(
        "{}\n{}\n(:wat::core::defn :lib::f [] -> :wat::core::bool true)",
        test(
            ":h::a",
            &load("one.wat"),
            "(:wat::test::assert-eq (:lib::f) 1)"
        ),
        test(
            ":h::b",
            &load("two.wat"),
            "(:wat::test::assert-eq (:lib::f) \"2\")"
        ),
    );
    assert_eq!(told(&text), Vec::<String>::new());
    let makers = format!(
        "(:wat::test::make-deftest-hermetic :mk ({}))
(:wat::test::make-deftest-hermetic :ml ({}))
(:mk :h::a (:wat::test::assert-eq (:lib::f) 1))
(:ml :h::b (:wat::test::assert-eq (:lib::f) \"2\"))",
        load("one.wat"),
        load("two.wat"),
    );
    assert_eq!(told(&makers), Vec::<String>::new());
}

#[test]
fn the_body_is_checked_against_what_its_own_prelude_loads() {
    let text = test(
        ":h::a",
        &format!(
            "{} (:wat::core::def :h::n (:wat::core::+ (:lib::f) 1))",
            load("one.wat")
        ),
        "(:wat::test::assert-eq (:wat::core::string::length (:lib::f)) 1)\n(:lib::g) (:wat::test::assert-eq :h::n \"x\")",
    );
    assert_eq!(
        told(&text),
        [
            "WAT3001 t.wat 2:52",
            "WAT3201 t.wat 3:2",
            "WAT3001 t.wat 3:40"
        ]
    );
    // A test before it moves every place.
    let moved = format!(
        ";; é\n{}\n{text}",
        test(":h::b", &load("two.wat"), "(:lib::f)")
    );
    assert_eq!(
        told(&moved),
        [
            "WAT2915 t.wat 3:1",
            "WAT3001 t.wat 5:52",
            "WAT3201 t.wat 6:2",
            "WAT3001 t.wat 6:40"
        ]
    );
    let inline = test(
        ":h::a",
        "(:wat::load-string! \"(:wat::core::def :lib::x (:lib::y))\")",
        "(:wat::test::assert-eq :lib::x 1)",
    );
    assert_eq!(told(&inline), ["WAT3201 t.wat 1:85"]);
    let broken = "(:wat::test::make-deftest-hermetic :mk ((:wat::load-file! \"one.wat\")
(:wat::core::def :h::n (:lib::g))))
(:mk :h::a (:wat::test::assert-eq :h::n 1))
(:mk :h::b (:wat::test::assert-eq :h::n 1))";
    assert_eq!(told(broken), ["WAT3201 t.wat 2:25"]);
}

#[test]
fn nobody_else_sees_what_a_hermetic_prelude_loads() {
    let text = format!(
        "{}\n(:wat::core::defn :my::g [] -> :wat::core::i64 (:lib::f))",
        test(
            ":h::a",
            &load("one.wat"),
            "(:wat::test::assert-eq (:lib::f) 1)"
        ),
    );
    assert_eq!(told(&text), ["WAT3201 t.wat 3:49"]);
}

#[test]
fn a_program_that_loads_does_not_see_its_file() {
    let text = format!(
        "(:wat::core::defn :my::g [] -> :wat::core::i64 7)\n{}",
        test(
            ":h::a",
            &load("one.wat"),
            "(:wat::test::assert-eq (:my::g) 7)"
        ),
    );
    assert_eq!(told(&text), ["WAT2908 t.wat 3:25"]);
    let db = database(&[ONE, ("t.wat", &text)]);
    let found = file_diagnostics(&db, db.file("t.wat").expect("it is there"));
    let edit = &found[0].fixes[0].edits[0];
    let mut fixed = text.clone();
    fixed.insert_str(usize::from(edit.range.start()), &edit.insert);
    assert_eq!(told(&fixed), Vec::<String>::new(), "{fixed}");
}

#[test]
fn what_is_wrong_with_a_loaded_file_is_told_once() {
    let text = format!(
        "{}\n{}",
        test(":h::a", &load("bad.wat"), ":wat::core::nil"),
        test(":h::b", &load("bad.wat"), ":wat::core::nil"),
    );
    let bad = "(:wat::core::defn :lib::f [] -> :wat::core::i64 (:lib::g))";
    let db = database(&[("bad.wat", bad), ("t.wat", &text)]);
    let root = db.file("t.wat").expect("it is there");
    let found = all_program_diagnostics(&db, root);
    let found: Vec<String> = found.iter().map(|it| line(&db, it)).collect();
    assert_eq!(short(found), ["WAT3201 bad.wat 1:50"]);
    assert_eq!(short(all(&db)), ["WAT3201 bad.wat 1:50"]);
    // A file that the prelude loads before another one is there for that.
    let text = test(
        ":h::a",
        &format!("{} {}", load("one.wat"), load("uses.wat")),
        "(:wat::test::assert-eq (:uses::f) 2)",
    );
    let uses = "(:wat::core::defn :uses::f [] -> :wat::core::i64 (:wat::core::+ 1 (:lib::f)))";
    let db = database(&[ONE, ("uses.wat", uses), ("t.wat", &text)]);
    assert_eq!(all(&db), Vec::<String>::new());
    // One that the file has too is missed where it is not.
    let text = format!(
        "{}\n{}",
        load("one.wat"),
        test(":h::a", &load("uses.wat"), "(:uses::f)")
    );
    let db = database(&[ONE, ("uses.wat", uses), ("t.wat", &text)]);
    assert_eq!(
        short(all(&db)),
        ["WAT2915 t.wat 3:1", "WAT2908 uses.wat 1:68"]
    );
}

#[test]
fn loads_that_are_missing_are_asked_for_and_told() {
    let db = database(&[("d/t.wat", test(":h::a", &load("no.wat"), "(:lib::f)"))]);
    let root = db.file("d/t.wat").expect("it is there");
    let missing = missing_loads(&db, root);
    assert_eq!(missing.files.len(), 1);
    assert_eq!(&*missing.files[0], "d/no.wat");
    assert_eq!(short(all(&db)), ["WAT5002 d/t.wat 1:56"]);
    let own = test(
        ":h::a",
        &load("t.wat"),
        "(:wat::test::assert-eq (:my::g) 7)",
    );
    let text = format!("{own}\n(:wat::core::defn :my::g [] -> :wat::core::i64 7)");
    assert_eq!(told(&text), Vec::<String>::new());
}

#[test]
fn edits_leave_what_a_new_database_finds() {
    let mut texts = vec![
        (ONE.0.to_owned(), ONE.1.to_owned()),
        (TWO.0.to_owned(), TWO.1.to_owned()),
        (
            "t.wat".to_owned(),
            format!(
                "{}\n{}",
                test(
                    ":h::a",
                    &load("one.wat"),
                    "(:wat::test::assert-eq (:lib::f) 1)"
                ),
                test(
                    ":h::b",
                    &load("two.wat"),
                    "(:wat::test::assert-eq (:lib::f) \"2\")"
                ),
            ),
        ),
    ];
    let mut db = RootDatabase::new();
    add(&mut db, &texts);
    for (path, from, to, errors) in [
        ("t.wat", "(:lib::f) 1", "(:lib::f) 2", 0),
        ("t.wat", "two.wat", "one.wat", 1),
        ("one.wat", "i64 1", "bool true", 2),
        ("one.wat", "bool true", "i64 1", 1),
        ("t.wat", "deftest-hermetic :h::a", "deftest :h::a", 1),
        ("t.wat", "deftest :h::a", "deftest-hermetic :h::a", 1),
        ("t.wat", "(:wat::load-file! \"one.wat\")", "", 2),
        (
            "t.wat",
            "()",
            "((:wat::load-string! \"(:wat::core::def :lib::x 1)\"))",
            2,
        ),
        (
            "t.wat",
            ":wat::test::deftest",
            ";; x\n:wat::test::deftest",
            2,
        ),
        ("t.wat", "(:lib::f) 2", "(:lib::f) 2)", 2),
    ] {
        let (_, text) = texts
            .iter_mut()
            .find(|(other, _)| other == path)
            .expect("it is there");
        assert!(text.contains(from), "{from}");
        *text = text.replacen(from, to, 1);
        db.set_file(path, SourceText::new(text.as_str()), FileKind::Disk);
        let found = all(&db);
        assert_eq!(found, all(&database(&texts)), "{from} -> {to}");
        assert!(found.len() >= errors, "{from} -> {to}: {found:?}");
        assert_eq!(found.is_empty(), errors == 0, "{from} -> {to}: {found:?}");
    }
}

#[test]
fn what_is_wrong_with_the_shape_of_a_test_that_loads_is_told_once() {
    let load = "(:wat::load-string! \"(:wat::core::def :lib::x 1)\")";
    for (text, codes) in [
        (
            format!("(:wat::test::deftest-hermetic :h::a ({load} 5) :wat::core::nil)"),
            &["WAT2903"][..],
        ),
        (
            format!("(:wat::test::deftest-hermetic :h::a<T> ({load}) :wat::core::nil)"),
            &["WAT2902"],
        ),
        (
            format!(
                "(:wat::test::deftest-hermetic :h::a ({load} (:wat::core::defn :user::main [] -> :wat::core::nil :wat::core::nil)) :wat::core::nil)"
            ),
            &["WAT2904"],
        ),
        (
            format!(
                "(:wat::test::deftest-hermetic :h::a ({load} (:wat::config::set-dim-count! 64)) :wat::core::nil)"
            ),
            &["WAT2005"],
        ),
        (
            "(:wat::test::deftest-hermetic :h::a ((:wat::load! \"x.wat\")) (:lib::f))".to_owned(),
            &["WAT2190"],
        ),
    ] {
        let found = spans(&text);
        let found: Vec<&str> = found.iter().map(|it| &it[..7]).collect();
        assert_eq!(found, codes, "{text}");
    }
}

#[test]
fn a_program_in_a_function_sees_its_prelude() {
    let prelude = "(:wat::core::struct :q::P (x :wat::core::i64))
      (:wat::core::enum :q::E :One (:Two (n :wat::core::i64)))
      (:wat::core::defn :q::g [] -> :wat::core::i64 (:q::f))
      (:wat::core::defn :q::f [] -> :wat::core::i64 (:q::P/x (:q::P/new 5)))
      (:wat::core::defn :q::e [] -> :q::E (:q::E::Two (:q::g)))";
    let call = format!(
        "(:wat::test::run-hermetic-with-prelude ({prelude}) (:wat::kernel::println (:q::e)))"
    );
    let function =
        |body: &str| format!("(:wat::core::defn :u::r [] -> :wat::kernel::RunResult {body})");
    let maker = format!("(:wat::core::defmacro :u::m [] -> :wat::WatAST `{call})\n");
    let outside = "(:wat::core::defn :q::f [] -> :wat::core::String \"outside\")\n";
    for text in [
        function(&call),
        function(&format!("(:wat::core::let [r {call}] r)")),
        format!("{maker}{}", function("(:u::m)")),
        format!("{outside}{}", function(&call)),
    ] {
        assert_eq!(spans(&text), Vec::<String>::new(), "{text}");
    }
    // The prelude is checked, and nobody else sees it.
    let wrong = call.replace("(:q::P/new 5)", "(:q::P/new \"x\")");
    let found = spans(&function(&wrong));
    assert!(
        found.len() == 1 && found[0].starts_with("WAT3001"),
        "{found:?}"
    );
    let misspelled = call.replace("(:q::e)", "(:q::no)");
    let found = spans(&function(&misspelled));
    assert!(
        found.len() == 1 && found[0].starts_with("WAT3201"),
        "{found:?}"
    );
    let text = format!(
        "{}\n(:wat::core::defn :u::x [] -> :wat::core::i64 (:q::f))",
        function(&call)
    );
    let found = spans(&text);
    assert!(
        found.len() == 1 && found[0].starts_with("WAT3201"),
        "{found:?}"
    );
    let leaks = format!(
        "(:wat::core::defn :q::o [] -> :wat::core::i64 1)\n{}",
        function(&call.replace("(:q::f)", "(:q::o)"))
    );
    let found = spans(&leaks);
    assert!(
        found.len() == 1 && found[0].starts_with("WAT2908"),
        "{found:?}"
    );
}
