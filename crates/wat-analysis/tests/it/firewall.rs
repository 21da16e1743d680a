//! What an edit recomputes, counted in executed queries.

use std::sync::{Arc, Mutex};

use wat_analysis::{
    FileKind, RootDatabase, SourceText, file_diagnostics, file_findings, file_lints,
};

use crate::support::workspace;

type Log = Arc<Mutex<Vec<String>>>;

fn counted(files: &[(String, String)]) -> (RootDatabase, Log) {
    let log: Log = Arc::default();
    let sink = log.clone();
    let mut db = RootDatabase::with_events(move |event| {
        if let salsa::EventKind::WillExecute { database_key } = event.kind {
            let name = format!("{database_key:?}");
            let name = name.split('(').next().unwrap_or_default().to_owned();
            sink.lock().expect("no panic while held").push(name);
        }
    });
    crate::support::add(&mut db, files);
    for file in db.project_files() {
        file_diagnostics(&db, file);
    }
    log.lock().expect("no panic while held").clear();
    (db, log)
}

/// The queries that run when the text of a file of a workspace changes, sorted.
fn executed(files: &[(String, String)], path: &str, edit: impl Fn(&str) -> String) -> Vec<String> {
    let (mut db, log) = counted(files);
    let text = files
        .iter()
        .find(|(other, _)| other == path)
        .map(|(_, text)| edit(text))
        .expect("a file of the workspace");
    let file = db.set_file(path, SourceText::new(text), FileKind::Disk);
    file_diagnostics(&db, file);
    let mut names = std::mem::take(&mut *log.lock().expect("no panic while held"));
    names.sort();
    names
}

fn count(names: &[String], wanted: &str) -> usize {
    names.iter().filter(|name| *name == wanted).count()
}

const IN_A_BODY: (&str, &str) = (
    "(:wat::core::i64::+ base 3)",
    "(:wat::core::i64::+ base 3000)",
);

#[test]
fn an_edit_in_a_body_runs_the_same_small_set_at_every_size() {
    let edit = |text: &str| text.replace(IN_A_BODY.0, IN_A_BODY.1);
    let small = executed(&workspace(10, 100), "f5.wat", edit);
    let large = executed(&workspace(1_000, 100), "f5.wat", edit);
    assert_eq!(small, large);
    assert_eq!(count(&large, "check_item"), 1, "{large:?}");
    assert!(large.len() <= 12, "{large:?}");
}

#[test]
fn a_comment_above_a_form_infers_nothing() {
    let names = executed(&workspace(50, 100), "f5.wat", |text| {
        text.replacen(
            "(:wat::core::defn :p5::f3",
            ";; A remark.\n(:wat::core::defn :p5::f3",
            1,
        )
    });
    assert_eq!(count(&names, "check_item"), 0, "{names:?}");
    assert_eq!(count(&names, "ast"), 0, "{names:?}");
    assert_eq!(count(&names, "read_form"), 0, "{names:?}");
}

#[test]
fn a_comment_inside_a_body_ends_at_the_ast() {
    let names = executed(&workspace(50, 100), "f5.wat", |text| {
        text.replacen("[first (", "[first ;; the first\n (", 1)
    });
    assert_eq!(count(&names, "check_item"), 0, "{names:?}");
    assert_eq!(count(&names, "ast"), 1, "{names:?}");
}

#[test]
fn a_body_edit_infers_no_dependent() {
    let names = executed(&workspace(3, 400), "f0.wat", |text| {
        text.replacen("base 0", "base 1", 1)
    });
    assert_eq!(count(&names, "check_item"), 1, "{names:?}");
}

#[test]
fn a_signature_change_infers_its_users_alone() {
    // `f3` of the file is used by `f4` alone.
    let names = executed(&workspace(20, 100), "f7.wat", |text| {
        text.replacen(
            ":p7::f3\n  [base <- :wat::core::i64]",
            ":p7::f3\n  [base <- :wat::core::f64]",
            1,
        )
    });
    assert_eq!(count(&names, "check_item"), 2, "{names:?}");
}

#[test]
fn a_new_name_infers_nobody_who_had_his_names() {
    let names = executed(&workspace(20, 100), "f7.wat", |text| {
        format!("{text}\n(:wat::core::def :p7::new 1)\n")
    });
    assert_eq!(count(&names, "check_item"), 1, "{names:?}");
}

#[test]
fn a_docstring_infers_that_definition_alone() {
    let names = executed(&workspace(20, 100), "f7.wat", |text| {
        text.replacen("Function 3", "The function 3", 1)
    });
    assert!(count(&names, "check_item") <= 1, "{names:?}");
}

/// A worker, and a scope that joins it while a sender is alive.
fn joined(work: &str) -> Vec<(String, String)> {
    let text = format!(
        "(:wat::core::defn :d::work [in <- :wat::kernel::Receiver<wat::core::i64> out <- :wat::kernel::Sender<wat::core::i64>] -> :wat::core::nil {work})\n\
         (:wat::core::defn :d::go [tx <- :wat::kernel::Sender<wat::core::i64>] -> :wat::core::nil (:wat::core::let [held tx t (:wat::kernel::spawn-thread :d::work)] (:wat::core::match (:wat::kernel::Thread/drain-and-join t) ((:wat::core::Ok _) :wat::core::nil) ((:wat::core::Err _) :wat::core::nil))))\n"
    );
    vec![("d.wat".to_owned(), text)]
}

#[test]
fn the_body_of_a_worker_concerns_its_joins_when_it_begins_to_receive() {
    let quiet = "(:wat::core::do 1 :wat::core::nil)";
    let files = joined(quiet);
    let edited = |work: &str| executed(&files, "d.wat", |text| text.replacen(quiet, work, 1));
    // The joining function is inferred in neither case; only what was suspected is looked at again.
    let names = edited("(:wat::core::do 2 :wat::core::nil)");
    assert_eq!(count(&names, "check_item"), 1, "{names:?}");
    assert_eq!(count(&names, "form_findings"), 1, "{names:?}");
    let names = edited("(:wat::core::do (:wat::kernel::drain in) :wat::core::nil)");
    assert_eq!(count(&names, "check_item"), 1, "{names:?}");
    assert_eq!(count(&names, "form_findings"), 2, "{names:?}");
}

#[test]
fn saving_without_a_change_runs_nothing() {
    let names = executed(&workspace(20, 100), "f7.wat", str::to_owned);
    assert!(names.is_empty(), "{names:?}");
}

#[test]
fn ten_thousand_edits_do_not_make_one_edit_dearer() {
    let files = workspace(10, 100);
    let (mut db, log) = counted(&files);
    let text = &files[5].1;
    let mut first = None;
    // Numbers of equal length: nothing behind the edit moves.
    for n in 10_000..20_000 {
        log.lock().expect("no panic while held").clear();
        let text = text.replace(IN_A_BODY.0, &format!("(:wat::core::i64::+ base {n})"));
        let file = db.set_file("f5.wat", SourceText::new(text), FileKind::Disk);
        file_diagnostics(&db, file);
        let now = log.lock().expect("no panic while held").len();
        if n > 10_000 {
            assert_eq!(*first.get_or_insert(now), now);
        }
    }
}

/// A program with a restricted function, and what it says about its own users.
fn guarded() -> Vec<(String, String)> {
    let mut files = workspace(20, 100);
    files[0].1.push_str(
        "(:wat::core::defn-restricted :p0::guarded :restricted-to [:p0:: :p1::] [] -> :wat::core::i64 1)\n",
    );
    files[1]
        .1
        .push_str("(:wat::core::defn :p1::user [] -> :wat::core::i64 (:p0::guarded))\n");
    files
}

#[test]
fn a_whitelist_is_judged_for_its_users_alone() {
    let files = guarded();
    let (mut db, log) = counted(&files);
    let text = files[0].1.replace("[:p0:: :p1::]", "[:p0:: :wat::]");
    db.set_file("f0.wat", SourceText::new(text), FileKind::Disk);
    let mut found = 0;
    for file in db.project_files() {
        found += file_diagnostics(&db, file).len();
    }
    assert_eq!(found, 1);
    let names = log.lock().expect("no panic while held");
    // The declaration itself is another text; the user is judged, not inferred; nobody else is touched.
    assert_eq!(count(&names, "check_item"), 1, "{names:?}");
    assert_eq!(count(&names, "visibility"), 1, "{names:?}");
}

#[test]
fn a_body_edit_judges_that_body_alone() {
    let names = executed(&guarded(), "f1.wat", |text| {
        text.replacen("base 1", "base 1000", 1)
    });
    assert_eq!(count(&names, "check_item"), 1, "{names:?}");
    assert!(count(&names, "visibility") <= 1, "{names:?}");
    assert_eq!(count(&names, "dead_entries"), 0, "{names:?}");
}

/// The workspace with a macro of its own in the first file, used by one function of the sixth.
fn with_macros(files: usize) -> Vec<(String, String)> {
    let mut files = workspace(files, 100);
    files[0].1.push_str(
        "(:wat::core::defmacro :p0::twice [x <- :wat::WatAST] -> :wat::WatAST `(:wat::core::i64::* ~x 2))\n",
    );
    files[5].1.push_str(
        "(:wat::core::defn :p5::user [n <- :wat::core::i64] -> :wat::core::i64 (:p0::twice n))\n",
    );
    files
}

#[test]
fn a_program_without_macros_expands_nothing() {
    let (_, log) = {
        let log: Log = Arc::default();
        let sink = log.clone();
        let mut db = RootDatabase::with_events(move |event| {
            if let salsa::EventKind::WillExecute { database_key } = event.kind {
                let name = format!("{database_key:?}");
                sink.lock().expect("no panic while held").push(name);
            }
        });
        crate::support::add(&mut db, &workspace(3, 100));
        for file in db.project_files() {
            file_diagnostics(&db, file);
        }
        (db, log)
    };
    let names = log.lock().expect("no panic while held");
    assert!(!names.iter().any(|name| name.starts_with("expand_form")));
}

#[test]
fn a_macro_body_expands_its_users_alone() {
    let names = executed(&with_macros(20), "f0.wat", |text| {
        text.replace("~x 2", "~x 3")
    });
    // The macro itself is checked again; its users are in another file, which nobody asked for.
    assert_eq!(count(&names, "check_item"), 1, "{names:?}");
    let files = with_macros(6);
    let (mut db, log) = counted(&files);
    let text = files[0].1.replace("~x 2", "~x 3");
    db.set_file("f0.wat", SourceText::new(text), FileKind::Disk);
    for file in db.project_files() {
        file_diagnostics(&db, file);
    }
    let names = log.lock().expect("no panic while held");
    // The form of the macro, which has changed, and its user. The other programs that load it know its name as it was.
    assert_eq!(count(&names, "expand_form"), 2, "{names:?}");
    assert_eq!(count(&names, "check_item"), 2, "{names:?}");
}

#[test]
fn an_unrelated_form_expands_nothing_else() {
    let names = executed(&with_macros(20), "f5.wat", |text| {
        text.replacen(IN_A_BODY.0, IN_A_BODY.1, 1)
    });
    assert!(count(&names, "expand_form") <= 1, "{names:?}");
    assert_eq!(count(&names, "check_item"), 1, "{names:?}");
    assert_eq!(count(&names, "macro_def"), 0, "{names:?}");
}

#[test]
fn a_comment_in_a_macro_expands_nothing() {
    let names = executed(&with_macros(20), "f0.wat", |text| {
        text.replace("~x 2", ";; two\n ~x 2")
    });
    assert_eq!(count(&names, "expand_form"), 0, "{names:?}");
    assert_eq!(count(&names, "check_item"), 0, "{names:?}");
}

/// What becomes of queries when a program is edited.
#[derive(PartialEq, Eq, Debug)]
struct Touched {
    /// The names of the executed ones, sorted.
    executed: Vec<String>,
    /// How many are found to be still valid.
    validated: usize,
}

/// An edit of a text, which gives another one.
type Edit = fn(&str) -> String;

/// A number in a body.
fn body(text: &str) -> String {
    text.replace(IN_A_BODY.0, IN_A_BODY.1)
}

/// The name of a definition that others use.
fn defined_name(text: &str) -> String {
    text.replacen("(:wat::core::defn :p5::f3", "(:wat::core::defn :p5::f3x", 1)
}

/// One more definition.
fn new_form(text: &str) -> String {
    format!("{text}\n(:wat::core::defn :p5::new [] -> :wat::core::i64 (:p5::f1 1))\n")
}

/// The queries that an edit of a program with this many files of this many lines touches; the edited file is always the
/// same one, and open.
fn touched(files: usize, lines: usize, edit: Edit) -> Touched {
    let mut files = workspace(files, lines);
    files[5] = workspace(6, 100).swap_remove(5);
    touched_in(files, FileKind::Disk, edit)
}

/// The same for these files and a root of this kind that loads them.
fn touched_in(files: Vec<(String, String)>, root_kind: FileKind, edit: Edit) -> Touched {
    // The first edit says that its text changes often, and the others do not.
    let edits = [|text: &str| format!("{text}\n"), edit, str::to_owned];
    touched_by(files, root_kind, &edits)
        .pop()
        .expect("there are edits")
}

/// The same of each of several edits of the text as it is on disk; the first one opens the file.
fn touched_by(
    mut files: Vec<(String, String)>,
    root_kind: FileKind,
    edits: &[Edit],
) -> Vec<Touched> {
    let load = |(path, _): &(String, String)| format!("(:wat::load-file! \"{path}\")\n");
    let loads: String = files.iter().map(load).collect();
    let entry = "(:wat::core::defn :user::main [] -> :wat::core::nil (:wat::kernel::println (:p0::f3 1)))\n";
    files.push(("main.wat".to_owned(), loads + entry));
    let log: Arc<Mutex<(Vec<salsa::DatabaseKeyIndex>, usize)>> = Arc::default();
    let sink = log.clone();
    let mut db = RootDatabase::with_events(move |event| {
        let mut log = sink.lock().expect("no panic while held");
        match event.kind {
            salsa::EventKind::WillExecute { database_key } => log.0.push(database_key),
            salsa::EventKind::DidValidateMemoizedValue { .. } => log.1 += 1,
            _ => {}
        }
    });
    crate::support::add(&mut db, &files);
    let (root, loads) = files.last().expect("the root was added");
    db.set_file(root, SourceText::new(loads.as_str()), root_kind);
    let path = "f5.wat";
    let text = &files[5].1;
    file_findings(&db, db.file(path).expect("it was added"));
    std::mem::take(&mut *log.lock().expect("no panic while held"));
    let mut change = |text: String| {
        let file = db.set_file(path, SourceText::new(text), FileKind::Open);
        file_findings(&db, file);
        let (executed, validated) = std::mem::take(&mut *log.lock().expect("no panic while held"));
        let name = |key: &salsa::DatabaseKeyIndex| {
            let name = format!("{key:?}");
            name.split('(').next().unwrap_or_default().to_owned()
        };
        let mut executed: Vec<String> = salsa::attach(&db, || executed.iter().map(name).collect());
        executed.sort();
        Touched {
            executed,
            validated,
        }
    };
    edits.iter().map(|edit| change(edit(text))).collect()
}

/// The same where each file has a macro, and each function of each file calls it.
fn touched_with_macros(files: usize, lines: usize, edit: Edit) -> Touched {
    let mut files = workspace(files, lines);
    files[5] = workspace(6, 100).swap_remove(5);
    for (k, (_, text)) in files.iter_mut().enumerate() {
        let calls = format!("(:wat::core::i64::* (:p{k}::once first) 2)");
        *text = text.replace("(:wat::core::i64::* first 2)", &calls);
        text.push_str(&format!("(:wat::core::defmacro :p{k}::once [x <- :wat::WatAST] -> :wat::WatAST `(:wat::core::i64::+ ~x 0))\n"));
    }
    touched_in(files, FileKind::Disk, edit)
}

#[test]
fn an_edit_looks_at_no_forms_of_files_that_are_open_to_be_read() {
    // If the names of a file change, what other open files do with them is asked anew.
    for (edit, anew) in [(body as Edit, 0), (defined_name, 2), (new_form, 2)] {
        let of = |kind| touched_in(workspace(100, 100), kind, edit);
        let (closed, open) = (of(FileKind::Disk), of(FileKind::Open));
        let more = open.executed.len() - closed.executed.len();
        assert!(more <= anew, "{more}");
        // What is asked of all closed files at once is asked of each open file by itself.
        let looked_at = more + open.validated - closed.validated;
        assert!(looked_at <= 11, "{looked_at}");
    }
}

#[test]
fn an_edit_looks_at_no_expansions_of_other_functions() {
    for edit in [body, defined_name, new_form] {
        let few = touched_with_macros(10, 100, edit);
        let many = touched_with_macros(100, 100, edit);
        assert_eq!(few.executed, many.executed);
        // Of each of the eleven functions of a file only the name is asked for.
        assert_eq!(many.validated, few.validated + 90 * 11);
    }
}

#[test]
fn an_edit_looks_at_no_other_file() {
    for edit in [body, defined_name, new_form] {
        let few = touched(10, 100, edit);
        assert_eq!(few, touched(200, 100, edit));
        assert_eq!(few, touched(10, 2_000, edit));
    }
}

#[test]
fn opening_a_file_and_its_first_edit_look_at_no_forms_of_other_files() {
    let of = |lines| {
        let mut files = workspace(50, lines);
        files[5] = workspace(6, 100).swap_remove(5);
        let edits: [Edit; 2] = [str::to_owned, body];
        touched_by(files, FileKind::Disk, &edits)
    };
    assert_eq!(of(100), of(1_000));
}

/// The queries that the lints of a file of a started program run when a body of it becomes this one. The file is open,
/// and in several programs.
fn lints_after(body: &str) -> Vec<String> {
    let mut files = workspace(50, 100);
    files[0].1.push_str(
        "(:wat::core::defn :user::main [] -> :wat::core::nil (:wat::kernel::println (:p0::f3 1)))\n",
    );
    let (mut db, log) = counted(&files);
    let text = &files[5].1;
    // The first edit says that its text changes often.
    let file = db.set_file(
        "f5.wat",
        SourceText::new(format!("{text}\n")),
        FileKind::Open,
    );
    db.set_file("f5.wat", SourceText::new(text.as_str()), FileKind::Open);
    for file in db.project_files() {
        file_lints(&db, file);
    }
    log.lock().expect("no panic while held").clear();
    let edited = text.replace(IN_A_BODY.0, body);
    assert_ne!(edited, *text);
    db.set_file("f5.wat", SourceText::new(edited), FileKind::Open);
    file_lints(&db, file);
    std::mem::take(&mut *log.lock().expect("no panic while held"))
}

#[test]
fn lints_of_an_edited_body_ask_what_the_form_mentions_and_nothing_of_others() {
    let names = lints_after(IN_A_BODY.1);
    assert_eq!(count(&names, "written_shares"), 1, "{names:?}");
    for query in [
        "expanded_share",
        "has_variants",
        "closed_shares",
        "closed",
        "others",
        "uses",
        "unreached",
        "idle_files",
        "programs_with",
    ] {
        assert_eq!(count(&names, query), 0, "{names:?}");
    }
    assert!(names.len() <= 20, "{names:?}");
}

#[test]
fn a_new_mention_reads_the_names_of_no_other_file() {
    let names = lints_after("(:p5::f1 base)");
    // The file is in several programs.
    let programs = count(&names, "unreached");
    assert!(programs > 1, "{names:?}");
    for (query, wanted) in [
        ("written_shares", 1),
        ("uses", programs),
        ("others", programs),
        ("closed_shares", 0),
        ("closed", 0),
        ("used_by_closed", 0),
    ] {
        assert_eq!(count(&names, query), wanted, "{query}: {names:?}");
    }
}
