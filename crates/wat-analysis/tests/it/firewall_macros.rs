//! What an edit of a macro, of what a macro asks about, and of declarations recomputes, at two sizes of a program.

use std::sync::{Arc, Mutex};

use wat_analysis::{FileKind, RootDatabase, SourceText, file_diagnostics};

type Log = Arc<Mutex<Vec<String>>>;

/// What ran, and what was found to be still valid.
struct Counts {
    executed: Vec<String>,
    validated: Vec<String>,
}

impl Counts {
    fn ran(&self, query: &str) -> usize {
        self.executed.iter().filter(|name| *name == query).count()
    }

    fn valid(&self, query: &str) -> usize {
        self.validated.iter().filter(|name| *name == query).count()
    }
}

/// A program of one entry and so many files that it loads; the first has what is shared.
fn program(files: usize) -> Vec<(String, String)> {
    let shared = "(:wat::core::defmacro :s::twice [x <- :wat::WatAST] -> :wat::WatAST `(:wat::core::i64::* ~x 2))
(:wat::core::defmacro :s::once [x <- :wat::WatAST] -> :wat::WatAST `(:wat::core::i64::+ ~x 0))
(:wat::core::defmacro :s::arity [name <- :wat::WatAST] -> :wat::WatAST (:wat::core::length (:wat::runtime::extract-arg-names (:wat::core::Option/expect (:wat::runtime::signature-of-defn name) \"known\"))))
(:wat::core::defn :s::asked [a <- :wat::core::i64] -> :wat::core::i64 (:wat::core::i64::+ a 1))
(:wat::core::struct :s::Point (x :wat::core::i64))
(:wat::core::defn-restricted :s::guarded :restricted-to [:s:: :f1::] [] -> :wat::core::i64 1)
(:wat::core::defn :s::count [] -> :wat::core::i64 (:s::arity :s::asked))
(:wat::core::defn :s::user [n <- :wat::core::i64] -> :wat::core::i64 (:s::twice n))
(:wat::core::defn :s::point [p <- :s::Point] -> :wat::core::i64 (:s::Point/x p))
";
    let mut all = vec![("shared.wat".to_owned(), shared.to_owned())];
    let mut entry = String::from("(:wat::load-file! \"shared.wat\")\n");
    for file in 0..files {
        let mut text = String::new();
        for n in 0..5 {
            text.push_str(&format!(
                "(:wat::core::defn :f{file}::g{n} [n <- :wat::core::i64] -> :wat::core::i64 (:s::once (:wat::core::i64::+ n {n})))\n"
            ));
        }
        all.push((format!("f{file}.wat"), text));
        entry.push_str(&format!("(:wat::load-file! \"f{file}.wat\")\n"));
    }
    entry.push_str("(:wat::core::defn :user::main [] -> :wat::core::nil :wat::core::nil)\n");
    all.push(("main.wat".to_owned(), entry));
    all
}

/// What an edit of `shared.wat` does when all files are asked, and how many findings it makes.
fn edited(files: usize, from: &str, to: &str) -> (Counts, usize) {
    let executed: Log = Arc::default();
    let validated: Log = Arc::default();
    let (ran, valid) = (executed.clone(), validated.clone());
    let mut db = RootDatabase::with_events(move |event| {
        let (key, log) = match event.kind {
            salsa::EventKind::WillExecute { database_key } => (database_key, &ran),
            salsa::EventKind::DidValidateMemoizedValue { database_key } => (database_key, &valid),
            _ => return,
        };
        let name = format!("{key:?}");
        let name = name.split('(').next().unwrap_or_default().to_owned();
        log.lock().expect("no panic while held").push(name);
    });
    let all = program(files);
    crate::support::add(&mut db, &all);
    for file in db.project_files() {
        assert!(
            file_diagnostics(&db, file).is_empty(),
            "{:?}",
            file_diagnostics(&db, file)
        );
    }
    executed.lock().expect("no panic while held").clear();
    validated.lock().expect("no panic while held").clear();
    assert!(all[0].1.contains(from), "{from}");
    let text = all[0].1.replacen(from, to, 1);
    db.set_file("shared.wat", SourceText::new(text), FileKind::Disk);
    let mut found = 0;
    for file in db.project_files() {
        found += file_diagnostics(&db, file).len();
    }
    let take = |log: &Log| {
        let mut names = std::mem::take(&mut *log.lock().expect("no panic while held"));
        names.sort();
        names
    };
    let counts = Counts {
        executed: take(&executed),
        validated: take(&validated),
    };
    (counts, found)
}

/// The same edit at two sizes: what runs is the same, and of every query no more is validated than the edit reaches.
fn the_same_at_both_sizes(from: &str, to: &str) -> (Counts, usize) {
    let (small, few) = edited(4, from, to);
    let (large, many) = edited(16, from, to);
    assert_eq!(few, many);
    assert_eq!(small.executed, large.executed);
    for query in ["expand_form", "check_item", "macro_def", "early_answer"] {
        // A form is at most looked at, never worked on, for each form that is there.
        assert!(large.valid(query) <= small.valid(query) + 12 * 6, "{query}");
    }
    (large, many)
}

#[test]
fn a_macro_expands_its_users_and_nothing_else() {
    let (counts, found) = the_same_at_both_sizes("~x 2", "~x 3");
    assert_eq!(found, 0);
    // The form of the macro itself, and its one user.
    assert_eq!(counts.ran("expand_form"), 2, "{:?}", counts.executed);
    assert_eq!(counts.ran("check_item"), 2, "{:?}", counts.executed);
}

#[test]
fn a_body_is_no_signature_to_those_who_ask() {
    let (counts, found) =
        the_same_at_both_sizes("(:wat::core::i64::+ a 1)", "(:wat::core::i64::+ a 2)");
    assert_eq!(found, 0);
    // The form that changed, as every form that changes; who asked about it is not expanded again.
    assert!(counts.ran("expand_form") <= 1, "{:?}", counts.executed);
    assert_eq!(counts.ran("check_item"), 1, "{:?}", counts.executed);
}

#[test]
fn a_signature_expands_those_who_asked_for_it() {
    let (counts, found) = the_same_at_both_sizes(
        "[a <- :wat::core::i64] -> :wat::core::i64 (:wat::core::i64::+ a 1)",
        "[a <- :wat::core::i64 b <- :wat::core::i64] -> :wat::core::i64 (:wat::core::i64::+ a b)",
    );
    assert_eq!(found, 0);
    assert_eq!(counts.ran("early_answer"), 1, "{:?}", counts.executed);
    assert!(counts.ran("expand_form") <= 2, "{:?}", counts.executed);
    assert_eq!(counts.ran("check_item"), 2, "{:?}", counts.executed);
}

#[test]
fn a_type_infers_those_who_use_it() {
    let (counts, found) = the_same_at_both_sizes("(x :wat::core::i64)", "(x :wat::core::f64)");
    assert_eq!(found, 1);
    // The type, and the function that reads the field; what the type brings along has no code of its own.
    assert_eq!(counts.ran("check_item"), 2, "{:?}", counts.executed);
}

#[test]
fn a_restriction_judges_its_users_alone() {
    let (counts, found) = the_same_at_both_sizes("[:s:: :f1::]", "[:s:: :f2::]");
    assert_eq!(found, 0);
    assert!(counts.ran("check_item") <= 1, "{:?}", counts.executed);
    assert_eq!(counts.ran("expand_form"), 1, "{:?}", counts.executed);
}
