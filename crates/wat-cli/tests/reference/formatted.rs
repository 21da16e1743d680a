//! The programs of the documents, formatted, still do what the documents say (chapter 11 §11.12).

use std::fs;
use std::path::Path;

use wat_syntax::SourceText;

use super::blocks::{Block, Kind};
use super::process::{Directory, wat};
use super::{all_blocks, outcomes, owed};

#[test]
fn formatted_programs_do_what_the_reference_says() {
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/owed.txt");
    let owed = owed::read(&fs::read_to_string(&list).unwrap_or_default());
    let mut changed: Vec<Block> = Vec::new();
    for mut block in all_blocks() {
        // What prints its own positions says something else in another layout.
        if block.ignore
            || block.text.contains(":wat::kernel::Location/")
            || !matches!(block.kind, Kind::Run { .. } | Kind::Test)
            || owed.contains(&block.key())
        {
            continue;
        }
        let text = wat_fmt::format(&SourceText::from(&*block.text));
        let text = text.unwrap_or_else(|refused| panic!("{}: {refused}", block.key()));
        if text != block.text {
            block.text = text;
            changed.push(block);
        }
    }
    assert!(!changed.is_empty());
    let blocks: Vec<&Block> = changed.iter().collect();
    for (block, outcome) in blocks.iter().zip(outcomes(&blocks)) {
        if let Some(reason) = outcome {
            panic!("{} fails formatted\n{reason}\n{}", block.key(), block.text);
        }
    }
}

#[test]
fn files_with_reader_errors_are_not_touched() {
    let directory = Directory::new().expect("a directory");
    let mut files = Vec::new();
    for block in all_blocks() {
        let is_reader = |code: &String| code.starts_with("WAT10");
        if !matches!(&block.kind, Kind::Reject(codes) if codes.iter().all(is_reader)) {
            continue;
        }
        if wat_fmt::format(&SourceText::from(&*block.text)).is_err() {
            let name = format!("f{}.wat", files.len());
            directory.write(&name, &block.text).expect("writable");
            files.push((name, block.text));
        }
    }
    assert!(files.len() > 20, "{} files", files.len());
    let times = || -> Vec<_> {
        let data = files
            .iter()
            .map(|(name, _)| fs::metadata(directory.path().join(name)));
        data.map(|data| data.and_then(|data| data.modified()).expect("a time"))
            .collect()
    };
    let before = times();
    let output = wat(&directory, &["fmt", "."], "").expect("it runs");
    assert_eq!((output.status, &*output.stdout), (65, ""));
    assert_eq!(
        output.stderr.matches(": not formatted (").count(),
        files.len()
    );
    assert_eq!(times(), before);
    for (name, text) in &files {
        let now = fs::read_to_string(directory.path().join(name)).expect("readable");
        assert_eq!(now, *text, "{name}");
        let output = wat(&directory, &["fmt", "--stdin"], text).expect("it runs");
        assert_eq!((output.status, &*output.stdout), (65, ""), "{text}");
    }
}
