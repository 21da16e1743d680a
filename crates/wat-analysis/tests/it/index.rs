//! Appendix A of chapter 04 lists every name that a program can write; each is declared, or stands in the list of
//! owed names, which only shrinks. `UPDATE_OWED=1` removes the lines of names that are declared by now; without a list
//! it writes one. A line that is paid is no failure: the chapters are built side by side.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use wat_analysis::{FileKind, RootDatabase, SourceText, definition};

/// The names of the chapters: the prefix in bold, then the last parts.
fn index(text: &str) -> BTreeSet<String> {
    let from = text
        .find("## Appendix A")
        .expect("the chapter ends with its index");
    let chapters = text[from..]
        .lines()
        .filter(|line| line.starts_with("**Chapter "));
    let mut names = BTreeSet::new();
    for chapter in chapters {
        let (_, list) = chapter
            .split_once(" names): ")
            .expect("a chapter counts its names");
        let mut prefix = "";
        // Between backquotes stand, in turn, what is not quoted and what is.
        for (at, part) in list.split('`').enumerate() {
            match part {
                _ if at % 2 == 0 => {}
                _ if part.starts_with(":wat::") => prefix = part,
                _ => {
                    names.insert(format!("{prefix}{part}"));
                }
            }
        }
    }
    names
}

#[test]
fn every_name_of_the_index_is_declared_or_owed() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let chapter = fs::read_to_string(here.join("../../docs/reference/04-core-library.md"));
    let names = index(&chapter.expect("the chapter is there"));
    assert!(names.len() > 1000, "{}", names.len());
    let mut db = RootDatabase::new();
    let file = db.set_file("main.wat", SourceText::new(""), FileKind::Disk);
    let missing: BTreeSet<&str> = names
        .iter()
        .map(String::as_str)
        .filter(|name| definition(&db, file, name).is_none())
        .collect();
    let path = here.join("tests/reference/owed-names.txt");
    let mut list = fs::read_to_string(&path).unwrap_or_default();
    if std::env::var_os("UPDATE_OWED").is_some() {
        let first = missing.iter().copied().collect::<Vec<_>>().join("\n");
        let text = if list.is_empty() { &first } else { &list };
        let keeps = |line: &&str| line.starts_with('#') || missing.contains(line);
        list = text
            .lines()
            .filter(keeps)
            .map(|line| format!("{line}\n"))
            .collect();
        fs::write(&path, &list).expect("the list is writable");
    }
    let owed: BTreeSet<&str> = list.lines().filter(|line| !line.starts_with('#')).collect();
    let lost: Vec<_> = missing.difference(&owed).collect();
    let stale: Vec<_> = owed.iter().filter(|name| !names.contains(**name)).collect();
    assert!(
        lost.is_empty() && stale.is_empty(),
        "not declared: {lost:?}\nnot in the index: {stale:?}"
    );
}
