//! Transcripts of a shell in the guide: every `console` block is typed again and must print the same.
//!
//! A line `$ COMMAND` begins a command, lines `> MORE` right after it continue it, the rest is what it prints on both
//! standard streams. The blocks of one document share a directory, in order. `UPDATE_TRANSCRIPTS=1` rewrites the output.

use std::fs;
use std::path::Path;

use super::documents;
use super::fences::fences;
use super::process::{Directory, shell};

/// One command with what it prints.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) command: String,
    output: String,
}

/// The commands of a block.
pub(super) fn steps(text: &str) -> Result<Vec<Step>, String> {
    let mut found: Vec<Step> = Vec::new();
    for line in text.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            found.push(Step {
                command: command.to_owned(),
                output: String::new(),
            });
            continue;
        }
        let step = found.last_mut().ok_or("a transcript begins with `$ `")?;
        match line.strip_prefix('>') {
            Some(more) if step.output.is_empty() => {
                step.command.push('\n');
                step.command
                    .push_str(more.strip_prefix(' ').unwrap_or(more));
            }
            _ => {
                step.output.push_str(line);
                step.output.push('\n');
            }
        }
    }
    Ok(found)
}

fn shown(steps: &[Step]) -> String {
    steps
        .iter()
        .flat_map(|step| {
            let command = step.command.replace('\n', "\n> ").replace("> \n", ">\n");
            [
                "$ ".to_owned(),
                command,
                "\n".to_owned(),
                step.output.clone(),
            ]
        })
        .collect()
}

/// The document as it reads when every transcript is typed again.
fn retyped(text: &str) -> Result<String, String> {
    let directory = Directory::new().map_err(|e| e.to_string())?;
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut shift = 0;
    for fence in fences(text)?.iter().filter(|f| f.info == "console") {
        let mut steps = steps(&fence.text)?;
        for step in &mut steps {
            step.output = shell(&directory, &step.command)?;
        }
        let block: Vec<String> = shown(&steps).lines().map(str::to_owned).collect();
        let length = fence.text.lines().count();
        let first = (fence.line as isize + shift) as usize;
        shift += block.len() as isize - length as isize;
        lines.splice(first..first + length, block);
    }
    Ok(lines
        .iter()
        .flat_map(|line| [line.as_str(), "\n"])
        .collect())
}

fn difference(path: &Path, text: &str, retyped: &str) -> String {
    let (line, expected, found) = (1..)
        .zip(text.lines().zip(retyped.lines()))
        .find(|(_, (a, b))| a != b)
        .map_or((0, "", ""), |(n, (a, b))| (n, a, b));
    format!(
        "{}:{line}\nwritten: {expected}\nprinted: {found}",
        path.display()
    )
}

#[test]
fn every_transcript_prints_what_it_shows() {
    let mut problems = Vec::new();
    for path in documents() {
        let text = fs::read_to_string(&path).expect("documents are UTF-8");
        match retyped(&text) {
            Err(reason) => problems.push(format!("{}: {reason}", path.display())),
            Ok(now) if now == text => {}
            Ok(now) if std::env::var_os("UPDATE_TRANSCRIPTS").is_some() => {
                fs::write(&path, now).expect("the document is writable");
            }
            Ok(now) => problems.push(difference(&path, &text, &now)),
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn a_transcript_is_commands_and_their_output() {
    let text = "$ cat <<E\n> a\n>\n> E\na\n\n$ true\n";
    let found = steps(text).unwrap();
    let expected = [("cat <<E\na\n\nE", "a\n\n"), ("true", "")];
    let pairs: Vec<_> = found.iter().map(|s| (&*s.command, &*s.output)).collect();
    assert_eq!(pairs, expected);
    assert_eq!(shown(&found), text);
}

#[test]
fn blocks_of_a_document_share_a_directory() {
    let text = "```console\n$ echo 1 > a\n```\nprose\n```console\n$ cat a; echo 2 >&2\nwrong\nand more\n```\nend\n";
    let expected =
        "```console\n$ echo 1 > a\n```\nprose\n```console\n$ cat a; echo 2 >&2\n1\n2\n```\nend\n";
    assert_eq!(retyped(text).as_deref(), Ok(expected));
}
