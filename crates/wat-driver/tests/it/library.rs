//! The core library against chapter 04 of the reference: tables of expressions with what they print, how they fail, or
//! why they are rejected.
//!
//! A line of `tests/library/*.probes` is one of
//! `expression => what println writes`, `expression !! WATnnnn part of the message` (a run-time error), the same with
//! `!p` (a panic), `expression ?? WATnnnn` (the only error of the check), a definition, a comment behind `;`.
//! `%` stands for `:wat::core::`, `^` for `wat::core::`, `§` for `^`.

use std::fs;
use std::path::{Path, PathBuf};

use wat_analysis::{FileKind, RootDatabase, Severity, SourceText, file_diagnostics};
use wat_runtime::FailureKind;

use crate::evaluate::run;

/// What a line expects of its expression.
enum Probe {
    Prints(String),
    Fails(FailureKind, u32, String),
    Rejected(u32),
}

fn spelled(text: &str) -> String {
    text.replace('^', "wat::core::")
        .replace('%', ":wat::core::")
        .replace('§', "^")
}

fn code(text: &str) -> (u32, String) {
    let (code, more) = text.split_once(' ').unwrap_or((text, ""));
    let code = code.strip_prefix("WAT").and_then(|code| code.parse().ok());
    (
        code.expect("a code is `WAT` and four digits"),
        more.to_owned(),
    )
}

/// The definitions of a table, and its probes with the numbers of their lines.
fn read(path: &Path) -> (String, Vec<(usize, String, Probe)>) {
    let text = fs::read_to_string(path).expect("the table is readable");
    let (mut definitions, mut probes) = (String::new(), Vec::new());
    for (index, line) in text.lines().enumerate() {
        let failure = |kind| {
            move |rest: &str| {
                let (code, message) = code(rest);
                Probe::Fails(kind, code, message)
            }
        };
        let parsed = if line.is_empty() || line.starts_with(';') {
            continue;
        } else if let Some((expression, printed)) = line.split_once(" => ") {
            Some((expression, Probe::Prints(printed.to_owned())))
        } else if let Some((expression, rest)) = line.split_once(" !! ") {
            Some((expression, failure(FailureKind::Error)(rest)))
        } else if let Some((expression, rest)) = line.split_once(" !p ") {
            Some((expression, failure(FailureKind::Panic)(rest)))
        } else {
            line.split_once(" ?? ")
                .map(|(expression, rest)| (expression, Probe::Rejected(code(rest).0)))
        };
        match parsed {
            Some((expression, probe)) => probes.push((index + 1, spelled(expression), probe)),
            None => definitions.push_str(&(spelled(line) + "\n")),
        }
    }
    (definitions, probes)
}

fn program(definitions: &str, expressions: &[&str]) -> String {
    let prints: Vec<_> = expressions
        .iter()
        .map(|expression| format!("  (:wat::kernel::println {expression})\n"))
        .collect();
    format!(
        "{definitions}(:wat::core::defn :user::main [] -> :wat::core::nil\n{}  :wat::core::nil)\n",
        prints.concat()
    )
}

/// The codes of the errors that the check finds.
pub fn errors(text: &str) -> Vec<u32> {
    let mut db = RootDatabase::new();
    let file = db.set_file("main.wat", SourceText::new(text), FileKind::Disk);
    file_diagnostics(&db, file)
        .iter()
        .filter(|found| found.severity == Severity::Error)
        .map(|found| u32::from(found.code.0))
        .collect()
}

/// What is wrong with a table.
fn problems(path: &Path) -> Vec<String> {
    let (definitions, probes) = read(path);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut problems = Vec::new();
    let mut printing = Vec::new();
    for (line, expression, probe) in &probes {
        let text = program(&definitions, &[expression]);
        let mut wrong =
            |found: String| problems.push(format!("{name}:{line}: {expression}\n    {found}"));
        match probe {
            Probe::Prints(expected) => match errors(&text)[..] {
                [] => printing.push((*line, expression.as_str(), expected)),
                ref codes => wrong(format!("rejected: {codes:?}")),
            },
            Probe::Rejected(code) => {
                let found = errors(&text);
                if found != [*code] {
                    wrong(format!("expected WAT{code} alone, found {found:?}"));
                }
            }
            Probe::Fails(kind, code, part) => {
                let found = errors(&text);
                if !found.is_empty() {
                    wrong(format!("rejected: {found:?}"));
                    continue;
                }
                let (printed, failure) = run(&text);
                let fits = failure.as_ref().is_some_and(|failure| {
                    failure.kind == *kind
                        && failure.code == *code as u16
                        && failure.message.contains(part.as_str())
                });
                if !fits {
                    wrong(format!("printed {printed:?}, failed with {failure:?}"));
                }
            }
        }
    }
    let expressions: Vec<_> = printing
        .iter()
        .map(|(_, expression, _)| *expression)
        .collect();
    let (printed, failure) = run(&program(&definitions, &expressions));
    let mut lines = printed.lines();
    for (line, expression, expected) in printing {
        let found = lines.next();
        if found != Some(expected.as_str()) {
            problems.push(format!(
                "{name}:{line}: {expression}\n    expected {expected}\n    found    {found:?}"
            ));
            if found.is_none() {
                break;
            }
        }
    }
    if let Some(failure) = failure {
        problems.push(format!("{name}: {failure:?}"));
    }
    problems
}

#[test]
fn the_library_does_what_its_tables_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/library");
    let entries = fs::read_dir(folder).expect("the tables lie in tests/library");
    let mut tables: Vec<PathBuf> = entries
        .map(|entry| entry.expect("readable").path())
        .collect();
    tables.sort();
    if let Ok(only) = std::env::var("LIBRARY_ONLY") {
        tables.retain(|path| path.to_string_lossy().contains(&only));
    }
    let problems: Vec<_> = tables.iter().flat_map(|path| problems(path)).collect();
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}
