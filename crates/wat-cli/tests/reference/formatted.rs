//! The programs of the documents, formatted, still do what the documents say (chapter 11 §11.12).

use std::fs;
use std::path::Path;

use wat_syntax::SourceText;

use super::blocks::{Block, Kind};
use super::{all_blocks, outcomes, owed};

#[test]
fn formatted_programs_do_what_the_reference_says() {
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/owed.txt");
    let owed = owed::read(&fs::read_to_string(&list).unwrap_or_default());
    let mut changed: Vec<Block> = Vec::new();
    for mut block in all_blocks() {
        if block.ignore
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
