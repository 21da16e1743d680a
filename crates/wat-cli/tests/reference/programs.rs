//! The programs of `wat-tests`: each directory with a `main.wat` checks without findings and prints its `stdout`.

use std::fs;
use std::path::{Path, PathBuf};

use super::process::{Directory, wat};
use super::records::records;
use super::root;

fn programs() -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("wat-tests")).expect("the programs lie in wat-tests");
    let mut found: Vec<_> = entries
        .map(|entry| entry.expect("the directory is readable").path())
        .filter(|path| path.join("main.wat").is_file())
        .collect();
    found.sort();
    found
}

fn problem(program: &Path) -> Option<String> {
    let directory = Directory::new().ok()?;
    let path = program.join("main.wat");
    let path = path.to_string_lossy();
    let checked = wat(
        &directory,
        &["check", "--lints", "none", "--format", "json", &path],
        "",
    );
    let found = checked.and_then(|output| records(&output.stdout));
    match found {
        Err(reason) => return Some(reason),
        Ok(found) if !found.has_summary => return Some("no summary record".to_owned()),
        Ok(found) => {
            if let Some(first) = found.diagnostics.first() {
                return Some(format!("{}: {}", first.place(), first.message));
            }
        }
    }
    let expected = fs::read_to_string(program.join("stdout")).unwrap_or_default();
    match wat(&directory, &["run", &path], "") {
        Err(reason) => Some(reason),
        Ok(output) if output.status != 0 => {
            Some(format!("status {}\n{}", output.status, output.stderr))
        }
        Ok(output) if output.stdout != expected => Some(format!(
            "expected: {expected:?}\nfound:    {:?}",
            output.stdout
        )),
        Ok(_) => None,
    }
}

#[test]
fn every_program_prints_what_it_promises() {
    let programs = programs();
    assert!(!programs.is_empty());
    let problems: Vec<_> = programs
        .iter()
        .filter_map(|program| Some(format!("{}: {}", program.display(), problem(program)?)))
        .collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
