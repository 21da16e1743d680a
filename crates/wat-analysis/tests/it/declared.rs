//! The declared library: everything that is declared is analysed without an error, and only what is asked for is read.

use std::sync::{Arc, Mutex};

use wat_analysis::{
    DefKind, FileKind, RootDatabase, SourceText, all_names, definition, file_diagnostics,
    function_ir,
};

#[test]
fn every_library_definition_checks_and_has_a_docstring() {
    let mut db = RootDatabase::new();
    let file = db.set_file("main.wat", SourceText::new(""), FileKind::Disk);
    let mut wrong = Vec::new();
    for (name, kind) in all_names(&db, file) {
        let Some(info) = definition(&db, file, &name) else {
            wrong.push(format!("{name}: not found"));
            continue;
        };
        if info.doc.is_none() && kind != DefKind::Dispatch {
            wrong.push(format!("{name}: no docstring"));
        }
        // What a declared type generates is built by the machine.
        let generated = [name.rsplit_once('/'), name.rsplit_once("::")]
            .into_iter()
            .flatten()
            .filter_map(|(owner, _)| definition(&db, file, owner))
            .any(|owner| owner.kind == DefKind::Type && owner.span == info.span);
        if kind == DefKind::Function && !generated && function_ir(&db, file, &name).is_none() {
            wrong.push(format!("{name}: does not check"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn library_files_have_no_diagnostics() {
    let db = RootDatabase::new();
    for file in db.builtin_files() {
        let problems = file_diagnostics(&db, file);
        assert!(problems.is_empty(), "{}: {problems:#?}", file.path(&db));
    }
}

#[test]
fn a_program_reads_only_the_library_forms_that_it_reaches() {
    let log: Arc<Mutex<usize>> = Arc::default();
    let sink = log.clone();
    let mut db = RootDatabase::with_events(move |event| {
        if let salsa::EventKind::WillExecute { database_key } = event.kind
            && format!("{database_key:?}").starts_with("read_form(")
        {
            *sink.lock().expect("no panic while held") += 1;
        }
    });
    let text =
        "(:wat::core::defn :user::main [] -> :wat::core::nil (:wat::kernel::println \"hello\"))\n";
    let file = db.set_file("main.wat", SourceText::new(text), FileKind::Disk);
    assert!(file_diagnostics(&db, file).is_empty());
    assert!(function_ir(&db, file, ":user::main").is_some());
    // The program's own form and `println`; `defn` is recognised without being read.
    assert_eq!(*log.lock().expect("no panic while held"), 2);
}
