//! Our own suite in wat: it passes, and the list of library names that it does not mention only shrinks.

use std::fs;
use std::path::Path;

use wat_analysis::{FileKind, RootDatabase, SourceText, all_names};

use super::process::{Directory, wat};
use super::{advice_of, owed, root};

#[test]
fn the_suite_passes() {
    let directory = Directory::new().expect("a directory");
    let suite = root().join("wat-tests");
    let suite = suite.to_string_lossy();
    let output = wat(&directory, &["test", "--format", "plain", &suite], "").expect("it runs");
    assert_eq!(output.status, 0, "{}{}", output.stdout, output.stderr);
}

/// Where the names of chapter 04 lie.
const CHAPTER: [&str; 4] = [":wat::core::", ":wat::std::", ":wat::time::", ":wat::edn::"];

/// The texts of all files of the suite.
fn texts(directory: &Path, into: &mut String) {
    for entry in fs::read_dir(directory).expect("the suite is readable") {
        let path = entry.expect("the suite is readable").path();
        if path.is_dir() {
            texts(&path, into);
        } else if path.extension().is_some_and(|ext| ext == "wat") {
            into.push_str(&fs::read_to_string(&path).expect("sources are UTF-8"));
        }
    }
}

/// Is a path written in a text, as a whole word?
fn mentions(text: &str, name: &str) -> bool {
    let is_end = |rest: &str| {
        let next = rest.chars().next();
        next.is_none_or(|ch| ch.is_whitespace() || "()[]{}<>,\"".contains(ch))
    };
    text.match_indices(name)
        .any(|(at, _)| is_end(&text[at + name.len()..]))
}

#[test]
fn names_without_a_test_are_listed() {
    let mut text = String::new();
    texts(&root().join("wat-tests"), &mut text);
    let mut db = RootDatabase::new();
    let file = db.set_file("empty.wat", SourceText::new(""), FileKind::Disk);
    let pending = wat_runtime::pending_names();
    let names = all_names(&db, file).into_iter().map(|(name, _)| name);
    let names = names.filter(|name| {
        let in_chapter = CHAPTER.iter().any(|prefix| name.starts_with(prefix));
        in_chapter && !name.contains("__internal") && !pending.contains(&&**name)
    });
    let mut outcomes: Vec<(String, Option<String>)> = names
        .map(|name| {
            let missing = !mentions(&text, &name);
            let reason = missing.then(|| "no test in `wat-tests` mentions it".to_owned());
            (name.to_string(), reason)
        })
        .collect();
    outcomes.sort();
    outcomes.dedup();
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/untested.txt");
    let mut listed = fs::read_to_string(&list).ok();
    if std::env::var_os("UPDATE_OWED").is_some() {
        let shorter = owed::update(listed.as_deref(), &outcomes);
        fs::write(&list, &shorter).expect("the list is writable");
        listed = Some(shorter);
    }
    let verdict = owed::judge(
        &owed::read(listed.as_deref().unwrap_or_default()),
        &outcomes,
    );
    let fine = verdict == owed::Verdict::default();
    assert!(fine, "{}", advice_of(&verdict, "untested.txt"));
}
