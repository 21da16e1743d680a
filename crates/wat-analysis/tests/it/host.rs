//! Types of the host (chapter 02 §11.5).

use std::sync::Arc;

use wat_analysis::{Applicability, Diagnostic, Options, RootDatabase, file_diagnostics};

use crate::fixes::apply;
use crate::support::database;

/// The diagnostics of a program under a host that provides `:rust::lru::LruCache`.
fn hosted(files: &[(&str, &str)]) -> (RootDatabase, Vec<Diagnostic>) {
    let mut db = database(files);
    db.set_options(Options {
        host_types: Arc::from([Arc::from(":rust::lru::LruCache")]),
        ..Options::default()
    });
    let file = db.file("main.wat").expect("was just added");
    let found = file_diagnostics(&db, file).to_vec();
    (db, found)
}

fn told(text: &str) -> Vec<String> {
    let (_db, found) = hosted(&[("main.wat", text)]);
    found
        .iter()
        .map(|d| format!("{} {:?} {}", d.code, d.span.range, d.message))
        .collect()
}

#[test]
fn a_declaration_names_one_type_that_the_host_provides() {
    assert_eq!(told("(:wat::core::use! :rust::lru::LruCache)"), [""; 0]);
    assert_eq!(
        told("(:wat::core::use! :rust::lru::LruCache)\n(:wat::core::use! :rust::lru::LruCache)"),
        [""; 0]
    );
    assert_eq!(
        told("(:wat::core::do (:wat::core::use! :rust::lru::LruCache))"),
        [""; 0]
    );
    assert_eq!(
        told("(:wat::core::use! :rust::no::Such)"),
        ["WAT2120 18..33 the host provides no type `:rust::no::Such`"]
    );
    assert_eq!(
        told("(:wat::core::use! :my::Cache)"),
        ["WAT2120 18..28 `:my::Cache` is no type of the host: their paths begin with `:rust::`"]
    );
    for (text, range) in [
        ("(:wat::core::use!)", "0..18"),
        ("(:wat::core::use! 1)", "18..19"),
        ("(:wat::core::use! :rust::lru::LruCache 1)", "39..40"),
    ] {
        assert_eq!(
            told(text),
            [format!(
                "WAT2120 {range} `:wat::core::use!` takes the path of one host type"
            )]
        );
    }
}

#[test]
fn a_misspelled_type_is_repaired() {
    let text = "(:wat::core::use! :rust::lru::LruCahe)";
    let (_db, found) = hosted(&[("main.wat", text)]);
    let fix = &found[0].fixes[0];
    assert_eq!(fix.applicability, Applicability::MachineApplicable);
    assert_eq!(told(&apply(text, fix)), [""; 0]);
}

#[test]
fn a_declaration_is_no_expression() {
    let text =
        "(:wat::core::defn :my::f [] -> :wat::core::nil (:wat::core::use! :rust::lru::LruCache))";
    let (_db, found) = hosted(&[("main.wat", text)]);
    let codes: Vec<u16> = found.iter().map(|d| d.code.0).collect();
    assert_eq!(codes, [2004]);
}

#[test]
fn mentions_without_a_declaration_are_told_once_for_each_type() {
    let text = "(:wat::config::set-global-seed! 7)\n(:wat::core::defn :my::f [c <- :wat::core::Option<rust::lru::LruCache>] -> :wat::core::nil (:rust::lru::LruCache::new 3) (:rust::lru::LruCache::put 1 2) :wat::core::nil)\n";
    let (_db, found) = hosted(&[("main.wat", text)]);
    let [problem] = &found[..] else {
        panic!("{found:#?}")
    };
    assert_eq!(problem.code.0, 2121);
    assert_eq!(&text[problem.span.range], "rust::lru::LruCache");
    assert_eq!(problem.labels.len(), 2);
    let fix = &problem.fixes[0];
    assert_eq!(fix.applicability, Applicability::MachineApplicable);
    let fixed = apply(text, fix);
    assert!(
        fixed.starts_with(
            "(:wat::config::set-global-seed! 7)\n(:wat::core::use! :rust::lru::LruCache)\n"
        ),
        "{fixed}"
    );
    let (_db, after) = hosted(&[("main.wat", &fixed)]);
    assert!(after.iter().all(|d| d.code.0 != 2121), "{after:#?}");
}

#[test]
fn what_the_host_does_not_provide_has_no_fix_and_no_second_mistake() {
    let call = "(:wat::core::defn :my::f [] -> :wat::core::nil (:rust::no::Such::new 3))";
    let (_db, found) = hosted(&[("main.wat", call)]);
    assert_eq!((found.len(), found[0].code.0), (1, 2121));
    assert!(found[0].fixes.is_empty());
    let text = format!("(:wat::core::use! :rust::no::Such)\n{call}");
    let (_db, found) = hosted(&[("main.wat", &text)]);
    assert_eq!((found.len(), found[0].code.0), (1, 2120));
}

#[test]
fn a_declaration_in_any_file_holds_for_the_whole_program() {
    let user = "(:wat::load-file! \"lib.wat\")\n(:wat::core::defn :my::f [c <- :rust::lru::LruCache] -> :wat::core::nil :wat::core::nil)\n";
    let (mut db, found) = hosted(&[
        ("main.wat", user),
        ("lib.wat", "(:wat::core::use! :rust::lru::LruCache)\n"),
    ]);
    assert!(found.is_empty(), "{found:#?}");
    crate::support::add(&mut db, &[("lib.wat", "")]);
    let file = db.file("main.wat").expect("is there");
    let found = file_diagnostics(&db, file);
    assert_eq!(found[0].code.0, 2121);
}

#[test]
fn a_host_type_is_opaque() {
    let text = "(:wat::core::use! :rust::lru::LruCache)\n(:wat::core::defn :my::f [c <- :rust::lru::LruCache] -> :wat::core::bool (:wat::core::= c c))";
    let found = told(text);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("WAT3405"), "{found:?}");
}
