//! Keyword calls: derived from the signature, one diagnostic for each mistake.

use crate::support::spans;

const CONNECT: &str = "(:wat::core::defn :my::connect [host <- :wat::core::String port <- :wat::core::i64] -> :wat::core::nil :wat::core::nil)\n(:wat::core::struct :my::Point (x :wat::core::i64) (y :wat::core::i64))\n";

fn reports(body: &str, expected: &[&str]) {
    let text = format!(
        "{CONNECT}(:wat::core::defn :my::f [] -> :wat::core::nil\n(:wat::core::do {body} :wat::core::nil))"
    );
    assert_eq!(spans(&text), expected, "{body}");
}

#[test]
fn both_forms_are_one_call() {
    reports("(:my::connect \"h\" 1)", &[]);
    reports("(:my::connect :port 1 :host \"h\")", &[]);
    reports("(:my::Point :y 1 :x 2)", &[]);
    reports("(:my::Point/new :y 1 :x 2)", &[]);
}

#[test]
fn each_mistake_has_its_code_and_place() {
    reports("(:my::connect :host \"h\")", &["WAT2501 4:18-4:30"]);
    reports("(:my::connect :hots \"h\" :port 1)", &["WAT2502 4:31-4:36"]);
    reports(
        "(:my::connect :host \"h\" :port 1 :port 2)",
        &["WAT2503 4:49-4:54"],
    );
    reports("(:my::connect \"h\" :port 1)", &["WAT2504 4:31-4:34"]);
    reports("(:my::connect :host \"h\" :port)", &["WAT2505 4:41-4:46"]);
    reports("(:my::Point 1 2)", &["WAT2506 4:18-4:28"]);
    reports(
        "(:wat::core::string::subs :a \"x\" :b 1 :c 2)",
        &["WAT2507 4:43-4:45"],
    );
}

#[test]
fn types_are_checked_in_declared_order_at_the_argument() {
    reports(
        "(:my::connect :port \"1\" :host \"h\")",
        &["WAT3001 4:37-4:40"],
    );
}

#[test]
fn a_renamed_parameter_changes_its_callers() {
    use wat_analysis::{FileKind, SourceText};
    let caller =
        "(:wat::core::defn :my::f [] -> :wat::core::nil (:my::connect :host \"h\" :port 1))\n";
    let mut db = crate::support::database(&[("main.wat", format!("{CONNECT}{caller}"))]);
    assert!(crate::support::all(&db).is_empty());
    let renamed = CONNECT.replace("host", "hosts");
    db.set_file(
        "main.wat",
        SourceText::new(format!("{renamed}{caller}")),
        FileKind::Open,
    );
    let found = crate::support::all(&db);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].starts_with("WAT2502"), "{found:#?}");
}
