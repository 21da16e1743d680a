//! Every program of the reference that runs on one thread gives all its objects back.

use std::fs;
use std::path::Path;

use crate::evaluate::run;
use crate::kernel;
use crate::library::errors;

/// What makes threads, processes or handles, or reads the world.
const ELSEWHERE: [&str; 6] = [
    ":wat::kernel::",
    ":wat::stream::",
    ":wat::io::",
    ":wat::net::",
    ":wat::lru::",
    ":wat::test::",
];
/// What of it is harmless.
const PRINTERS: [&str; 4] = ["println", "eprintln", "pprintln", "epprintln"];

fn is_plain(program: &str) -> bool {
    let mut text = program.to_owned();
    for printer in PRINTERS {
        text = text.replace(&format!(":wat::kernel::{printer} "), "");
    }
    !ELSEWHERE.iter().any(|prefix| text.contains(prefix))
}

/// The programs of a chapter.
fn programs(chapter: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut lines = chapter.lines();
    while let Some(line) = lines.next() {
        if line.starts_with("```wat run") {
            let body: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            found.push(body.join("\n"));
        }
    }
    found
}

#[test]
fn programs_of_the_reference_leak_nothing() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference");
    let entries = fs::read_dir(folder).expect("the reference is there");
    let mut count = 0;
    for entry in entries {
        let path = entry.expect("readable").path();
        let chapter = fs::read_to_string(path).expect("chapters are text");
        let plain = programs(&chapter).into_iter().filter(|text| is_plain(text));
        for program in plain.filter(|text| errors(text).is_empty()) {
            // `run` compares the number of live objects before and after.
            run(&program);
            count += 1;
        }
    }
    assert!(count > 150, "only {count} programs ran");
}

/// What makes processes, reads the world or asks for the host.
const FOREIGN: [&str; 19] = [
    "process",
    "Process",
    "fork",
    "hermetic",
    "readln",
    "sandboxed",
    ":wat::test::run ",
    ":wat::test::run-ast",
    ":wat::test::run-in-scope",
    ":wat::test::tmp-dir",
    ":wat::test::seed",
    ":wat::test::name",
    ":wat::test::check",
    "assert-rejects",
    "open-file",
    "with-open-file",
    "list-dir",
    "Temp",
    "pipe",
];

#[test]
fn programs_with_threads_and_streams_leak_nothing() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference");
    let mut count = 0;
    for chapter in [
        "02-forms.md",
        "04-core-library.md",
        "05-kernel.md",
        "09-testing.md",
    ] {
        let chapter = fs::read_to_string(folder.join(chapter)).expect("chapters are text");
        let threaded = programs(&chapter)
            .into_iter()
            .filter(|text| !is_plain(text) && !FOREIGN.iter().any(|word| text.contains(word)));
        for program in threaded.filter(|text| errors(text).is_empty()) {
            // It compares live objects, and waits for the threads.
            kernel::run(&program);
            count += 1;
        }
    }
    assert!(count > 30, "only {count} programs ran");
}
