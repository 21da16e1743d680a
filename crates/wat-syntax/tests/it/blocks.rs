//! The examples of the reference, as far as they are about the reader.

use std::path::Path;

use crate::support;

/// Codes that depend on the position of a form; a later phase reports them.
const ELSEWHERE: [&str; 3] = ["WAT1035", "WAT1036", "WAT1906"];

struct Block {
    info: String,
    text: String,
    line: usize,
}

fn blocks(path: &Path) -> Vec<Block> {
    let text = std::fs::read_to_string(path).expect("the reference is there");
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (line, text) in text.lines().enumerate() {
        match (&mut open, text.strip_prefix("```")) {
            (Some(_), Some("")) => blocks.extend(open.take()),
            (Some(block), _) => block.text += &format!("{text}\n"),
            (None, Some(info)) => {
                open = Some(Block {
                    info: info.to_owned(),
                    text: String::new(),
                    line: line + 1,
                });
            }
            (None, None) => {}
        }
    }
    blocks
}

fn reference() -> Vec<(String, Vec<Block>)> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference");
    let entries = std::fs::read_dir(dir).expect("the reference is there");
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("a readable entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    files.sort();
    files
        .iter()
        .map(|path| {
            (
                path.file_name()
                    .expect("a name")
                    .to_string_lossy()
                    .into_owned(),
                blocks(path),
            )
        })
        .collect()
}

fn code(info: &str) -> Option<&str> {
    let word = info.strip_prefix("wat ")?.split(' ').find_map(|word| {
        word.strip_prefix("reject=")
            .or_else(|| word.strip_prefix("warn="))
    })?;
    word.starts_with("WAT1").then_some(word)
}

#[test]
fn diagnostics_spans_and_fixes_of_the_reader_are_as_documented() {
    let mut failures = Vec::new();
    let mut count = 0;
    for (file, blocks) in reference() {
        for (index, block) in blocks.iter().enumerate() {
            let Some(code) = code(&block.info) else {
                continue;
            };
            if ELSEWHERE.contains(&code) {
                continue;
            }
            count += 1;
            let companions = || {
                let rest = blocks[index + 1..].iter();
                rest.take_while(|block| block.info == "text spans" || block.info == "wat fixed")
            };
            let got = support::spans(&block.text);
            match companions().find(|block| block.info == "text spans") {
                Some(spans) => {
                    let wanted: Vec<_> = spans.text.lines().collect();
                    if got != wanted {
                        failures.push(format!("{file}:{}: {got:?}, not {wanted:?}", block.line));
                    }
                }
                None if got.len() != 1 || !got[0].starts_with(code) => {
                    failures.push(format!("{file}:{}: {got:?}, not {code}", block.line));
                }
                None => {}
            }
            if let Some(fixed) = companions().find(|block| block.info == "wat fixed") {
                let got = support::fixed(&block.text);
                if got != fixed.text {
                    failures.push(format!("{file}:{}: fixed to {got}", block.line));
                }
                let left = support::spans(&fixed.text);
                if !left.is_empty() {
                    failures.push(format!(
                        "{file}:{}: the fixed text has {left:?}",
                        block.line
                    ));
                }
            }
        }
    }
    assert!(count >= 20, "only {count} blocks found");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn programs_of_the_reference_read_without_diagnostics() {
    let mut failures = Vec::new();
    for (file, blocks) in reference() {
        for block in blocks {
            let mut words = block.info.split(' ');
            let program = words.next() == Some("wat")
                && code(&block.info).is_none()
                && !block.text.contains('…')
                && !block.info.contains("fmt-input");
            if !program {
                continue;
            }
            let got = support::spans(&block.text);
            if !got.is_empty() {
                failures.push(format!("{file}:{}: {got:?}", block.line));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
