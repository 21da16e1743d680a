//! Every pair of blocks of the chapter, in both directions.

use std::path::PathBuf;

use wat_syntax::SourceText;

/// A fenced block of a Markdown file.
pub struct Block {
    pub info: String,
    pub line: usize,
    pub text: String,
}

/// The directory of the reference.
pub fn reference() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference")
}

/// The fenced blocks of a Markdown text.
pub fn blocks(markdown: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open = false;
    for (at, line) in markdown.lines().enumerate() {
        match line.strip_prefix("```") {
            Some(_) if open => open = false,
            Some(info) => {
                open = true;
                blocks.push(Block {
                    info: info.trim().to_string(),
                    line: at + 1,
                    text: String::new(),
                });
            }
            None if open => {
                if let Some(block) = blocks.last_mut() {
                    block.text.push_str(line);
                    block.text.push('\n');
                }
            }
            None => {}
        }
    }
    blocks
}

fn format(text: &str) -> String {
    wat_fmt::format(&SourceText::from(text))
        .unwrap_or_else(|refused| panic!("{refused}\n{:?}\n{text}", refused.errors))
}

#[test]
fn every_pair_of_the_chapter_agrees() {
    let chapter =
        std::fs::read_to_string(reference().join("11-format.md")).expect("the chapter is there");
    let blocks = blocks(&chapter);
    let mut pairs = 0;
    let mut failures = Vec::new();
    for pair in blocks.windows(2) {
        let [input, output] = pair else { continue };
        if input.info != "wat fmt-input" || output.info != "wat fmt-output" {
            continue;
        }
        pairs += 1;
        for (from, name) in [(&input.text, "input"), (&output.text, "output")] {
            let got = format(from);
            if got != output.text {
                failures.push(format!(
                    "line {}, {name}:\n{got}\nexpected:\n{}",
                    input.line, output.text
                ));
            }
        }
    }
    assert!(pairs > 20, "{pairs} pairs");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
