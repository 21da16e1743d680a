//! `wat explain`.

use super::support::{Dir, wat};

#[test]
fn a_code_is_found_by_number_and_by_name() {
    let dir = Dir::new();
    let page = wat(&dir, &["explain", "WAT1022"]);
    assert_eq!((page.status, page.stderr.as_str()), (0, ""));
    assert!(page.stdout.starts_with("error[WAT1022]: plus-sign\n"));
    assert!(page.stdout.contains("  Right:\n"), "{}", page.stdout);
    for subject in ["1022", "wat1022", "plus-sign", "Plus-Sign"] {
        assert_eq!(wat(&dir, &["explain", subject]).stdout, page.stdout);
    }
    let lint = wat(&dir, &["explain", "binding"]);
    assert!(
        lint.stdout
            .starts_with("warning[WAT7301]: unused/binding\n")
    );
}

#[test]
fn several_pages_and_machine_formats() {
    let dir = Dir::new();
    let pages = wat(&dir, &["explain", "--format", "md", "WAT1022", "WAT1035"]);
    assert!(pages.stdout.starts_with("# WAT1022 plus-sign\n\n"));
    assert!(pages.stdout.contains("\n# WAT1035 bare-nil\n"));
    let records = wat(&dir, &["explain", "--format", "json", "WAT1022", "WAT1035"]);
    let names: Vec<String> = records
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line is a record"))
        .map(|record: serde_json::Value| record["name"].as_str().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(names, ["plus-sign", "bare-nil"]);
}

#[test]
fn the_list_has_every_code_once() {
    let dir = Dir::new();
    let list = wat(&dir, &["explain", "--list"]);
    assert_eq!(list.stdout, wat(&dir, &["explain"]).stdout);
    let codes: Vec<&str> = list
        .stdout
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(codes.is_sorted() && codes.len() > 400);
    let records = wat(&dir, &["explain", "--list", "--format", "json"]);
    assert_eq!(records.stdout.lines().count(), codes.len());
}

#[test]
fn an_unknown_code_suggests_the_nearest() {
    let dir = Dir::new();
    for (subject, near) in [
        ("type-missmatch", "`type-mismatch`"),
        ("WAT3000", "`WAT3001 type-mismatch`"),
        ("unused/bindng", "`unused/binding`"),
    ] {
        let ran = wat(&dir, &["explain", subject]);
        assert_eq!((ran.status, ran.stdout.as_str()), (64, ""));
        assert!(ran.stderr.contains(near), "{}", ran.stderr);
    }
    assert_eq!(
        wat(&dir, &["explain", "WAT1022", "--format", "short"]).status,
        64
    );
}
