//! What an edit of loads, of loaded files and of settings recomputes, at two sizes of a program.

use std::sync::{Arc, Mutex};

use wat_analysis::{FileKind, RootDatabase, SourceText, file_diagnostics};

use crate::support::{add, all, database};

type Log = Arc<Mutex<Vec<String>>>;

/// An entry that loads a library and so many files; the first of them uses the library.
fn program(files: usize) -> Vec<(String, String)> {
    let mut all = vec![
        (
            "lib.wat".to_owned(),
            "(:wat::core::defn :lib::f [n <- :wat::core::i64] -> :wat::core::i64 (:wat::core::i64::+ n 1))\n(:wat::core::defn :lib::g [] -> :wat::core::i64 7)\n".to_owned(),
        ),
        (
            "more.wat".to_owned(),
            "(:wat::core::def :more::one 1)\n(:wat::core::def :more::two (:wat::core::i64::+ :more::one 1))\n".to_owned(),
        ),
    ];
    let mut entry = String::from("(:wat::load-file! \"lib.wat\")\n");
    for file in 0..files {
        let mut text = String::new();
        for n in 0..5 {
            let body = match file {
                0 => "(:lib::f n)".to_owned(),
                _ => format!("(:wat::core::i64::* n {n})"),
            };
            text.push_str(&format!(
                "(:wat::core::defn :f{file}::g{n} [n <- :wat::core::i64] -> :wat::core::i64 {body})\n"
            ));
        }
        all.push((format!("f{file}.wat"), text));
        entry.push_str(&format!("(:wat::load-file! \"f{file}.wat\")\n"));
    }
    entry.push_str("(:wat::core::defn :user::main [] -> :wat::core::nil :wat::core::nil)\n");
    all.push(("main.wat".to_owned(), entry));
    all
}

/// What asking for all findings executes after edits, one after the other, and the findings after each of them.
fn edited(files: usize, edits: &[(&str, &str, &str)]) -> Vec<(Vec<String>, Vec<String>)> {
    let log: Log = Arc::default();
    let sink = log.clone();
    let mut db = RootDatabase::with_events(move |event| {
        if let salsa::EventKind::WillExecute { database_key } = event.kind {
            let name = format!("{database_key:?}");
            let name = name.split('(').next().unwrap_or_default().to_owned();
            sink.lock().expect("no panic while held").push(name);
        }
    });
    let mut texts = program(files);
    add(&mut db, &texts);
    for file in db.project_files() {
        file_diagnostics(&db, file);
    }
    let mut steps = Vec::new();
    for (path, from, to) in edits {
        log.lock().expect("no panic while held").clear();
        let (_, text) = texts
            .iter_mut()
            .find(|(other, _)| other == path)
            .expect("a file of the program");
        assert!(text.contains(from), "{path} has no {from}");
        *text = text.replacen(from, to, 1);
        db.set_file(path, SourceText::new(text.as_str()), FileKind::Disk);
        for file in db.project_files() {
            file_diagnostics(&db, file);
        }
        let mut ran = std::mem::take(&mut *log.lock().expect("no panic while held"));
        ran.sort();
        let found = all(&db);
        assert_eq!(
            found,
            all(&database(&texts)),
            "after {path}: {from} -> {to}"
        );
        steps.push((ran, found));
    }
    steps
}

fn count(names: &[String], wanted: &str) -> usize {
    names.iter().filter(|name| *name == wanted).count()
}

/// How many definitions each edit infers, the same at both sizes, and the codes that are found after it.
fn inferred(edits: &[(&str, &str, &str)]) -> Vec<(usize, Vec<String>)> {
    let of = |steps: Vec<(Vec<String>, Vec<String>)>| -> Vec<(usize, Vec<String>)> {
        let code = |line: &String| line.split(' ').next().unwrap_or_default().to_owned();
        steps
            .iter()
            .map(|(ran, found)| (count(ran, "check_item"), found.iter().map(code).collect()))
            .collect()
    };
    let small = of(edited(4, edits));
    let large = of(edited(40, edits));
    let is_cyclic = |found: &[String]| found.iter().any(|code| code == "WAT5003");
    for (small, large) in small.iter().zip(&large) {
        assert_eq!(small.1, large.1);
        assert!(
            small.0 == large.0 || is_cyclic(&small.1),
            "{small:?} {large:?}"
        );
    }
    small
}

fn silent(inferred: usize) -> (usize, Vec<String>) {
    (inferred, Vec::new())
}

#[test]
fn a_body_of_a_loaded_file_concerns_nobody_else() {
    let edit = (
        "lib.wat",
        "(:wat::core::i64::+ n 1)",
        "(:wat::core::i64::+ n 2)",
    );
    assert_eq!(inferred(&[edit]), [silent(1)]);
}

#[test]
fn a_signature_of_a_loaded_file_concerns_its_users_alone() {
    let edit = (
        "lib.wat",
        ":lib::f [n <- :wat::core::i64]",
        ":lib::f [n <- :wat::core::String]",
    );
    let steps = inferred(&[edit]);
    // The definition and the five that call it.
    assert_eq!(steps[0].0, 6, "{steps:?}");
    assert_eq!(steps[0].1.len(), 6, "{steps:?}");
}

#[test]
fn a_new_load_infers_what_it_brings_and_nothing_else() {
    let added = (
        "main.wat",
        "(:wat::load-file! \"lib.wat\")\n",
        "(:wat::load-file! \"lib.wat\")\n(:wat::load-file! \"more.wat\")\n",
    );
    let removed = ("main.wat", "(:wat::load-file! \"more.wat\")\n", "");
    let steps = inferred(&[added, removed]);
    assert!(steps.iter().all(|(_, found)| found.is_empty()), "{steps:?}");
    assert!(steps.iter().all(|(count, _)| *count <= 2), "{steps:?}");
}

#[test]
fn a_load_that_goes_concerns_those_who_used_its_names() {
    let removed = ("main.wat", "(:wat::load-file! \"lib.wat\")\n", "");
    let back = (
        "main.wat",
        "(:wat::load-file! \"f0.wat\")\n",
        "(:wat::load-file! \"lib.wat\")\n(:wat::load-file! \"f0.wat\")\n",
    );
    let steps = inferred(&[removed, back]);
    assert_eq!(steps[0].1, ["WAT3201"; 5], "{steps:?}");
    assert_eq!(steps[1].1, [""; 0], "{steps:?}");
    // The five users, and the two of the file that stands alone now.
    assert!(steps.iter().all(|(count, _)| *count <= 7), "{steps:?}");
}

#[test]
fn a_cycle_is_all_that_is_told_while_it_lasts() {
    let text = "(:wat::core::defn :lib::g [] -> :wat::core::i64 7)\n";
    let cycle =
        "(:wat::core::defn :lib::g [] -> :wat::core::i64 7)\n(:wat::load-file! \"main.wat\")\n";
    let steps = inferred(&[
        ("lib.wat", text, cycle),
        ("lib.wat", "(:wat::load-file! \"main.wat\")\n", ""),
    ]);
    let told: Vec<&[String]> = steps.iter().map(|(_, found)| &**found).collect();
    assert_eq!(told, [&["WAT5003".to_owned()][..], &[]]);
    // The program has another root while the cycle lasts, and its old one after it.
    assert_eq!(steps[1].0, 0, "{steps:?}");
}

#[test]
fn permission_to_redefine_infers_nothing() {
    let permitted = (
        "main.wat",
        "(:wat::load-file! \"lib.wat\")",
        "(:wat::config::set-redef! true)\n(:wat::load-file! \"lib.wat\")",
    );
    let refused = ("main.wat", "set-redef! true", "set-redef! false");
    assert_eq!(inferred(&[permitted, refused]), [silent(0), silent(0)]);
}

#[test]
fn a_declaration_concerns_those_who_mention_the_type() {
    let declared = (
        "lib.wat",
        "(:wat::core::defn :lib::g",
        "(:wat::core::struct :lib::P (x :wat::core::i64))\n(:wat::core::defn :lib::g",
    );
    let used = (
        "f1.wat",
        "(:wat::core::i64::* n 0)",
        "(:lib::P/x (:lib::P/new n))",
    );
    let changed = ("lib.wat", "(x :wat::core::i64)", "(x :wat::core::String)");
    let steps = inferred(&[declared, used, changed]);
    // The type with what it brings along; who uses it; the type and its user.
    assert!(steps[0].0 <= 3, "{steps:?}");
    assert_eq!(steps[1], silent(1));
    assert!(steps[2].0 <= 4, "{steps:?}");
    assert!(!steps[2].1.is_empty(), "{steps:?}");
}
