//! The language reference, executed: every block of `docs/reference`, of the guide and of the documents at the root is
//! run against the built binary.
//!
//! `owed.txt` lists the blocks that are not yet expected to pass. `UPDATE_OWED=1` removes those that pass;
//! `REFERENCE_ONLY=TEXT` runs the blocks whose key contains the text and reports each failure, without the list.

mod blocks;
mod explain;
mod fences;
mod formatted;
mod judge;
mod locks;
mod owed;
mod process;
mod programs;
mod records;
mod suite;
mod transcripts;
mod workspace;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use blocks::{Block, blocks};

/// The root of the workspace.
pub(super) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Writes past the capture of the test harness: tables are for people, whatever the outcome.
pub(super) fn show(text: &str) {
    // A closed output loses the table, not the verdict.
    let _ = io::stdout().write_all(text.as_bytes());
}

/// The documents whose blocks are executed: the chapters of the reference, the guide, what lies at the root.
fn documents() -> Vec<PathBuf> {
    let mut found = vec![root().join("CHANGELOG.md"), root().join("README.md")];
    for directory in ["docs/reference", "docs/guide"] {
        let entries = fs::read_dir(root().join(directory)).expect("the documents lie in docs");
        let paths = entries.map(|entry| entry.expect("its files are readable").path());
        found.extend(paths.filter(|path| path.extension().is_some_and(|e| e == "md")));
    }
    found.sort();
    found
}

fn all_blocks() -> Vec<Block> {
    let mut found = Vec::new();
    let mut problems = Vec::new();
    for path in documents() {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let text = fs::read_to_string(&path).expect("documents are UTF-8");
        match blocks(&name, &text) {
            Ok(blocks) => found.extend(blocks),
            Err(list) => problems.extend(list),
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    found
}

/// The reason of each block that fails, in the order of the blocks.
fn outcomes(blocks: &[&Block]) -> Vec<Option<String>> {
    in_parallel(blocks, |block| judge::judge(block).err())
}

/// What the work gives for each item, in the order of the items; several are worked on at a time.
fn in_parallel<T: Sync, R: Clone + Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let workers = thread::available_parallelism().map_or(2, |n| n.get());
    let next = AtomicUsize::new(0);
    let results = Mutex::new(vec![None; items.len()]);
    thread::scope(|scope| {
        for _ in 0..workers.max(2) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(at) else { break };
                    let result = work(item);
                    results.lock().expect("no worker panics with the lock")[at] = Some(result);
                }
            });
        }
    });
    let results = results.into_inner();
    let results = results.expect("no worker panics with the lock");
    results.into_iter().flatten().collect()
}

/// Passed, owed and ignored blocks, by chapter.
fn table(rows: &BTreeMap<&str, [usize; 4]>) -> String {
    let mut text = format!(
        "\n{:<24}{:>8}{:>8}{:>8}{:>8}\n",
        "chapter", "passed", "owed", "ignored", "broken"
    );
    let mut total = [0; 4];
    for (chapter, row) in rows {
        for (sum, count) in total.iter_mut().zip(row) {
            *sum += count;
        }
        line(&mut text, chapter, row);
    }
    line(&mut text, "all", &total);
    text
}

fn line(text: &mut String, name: &str, row: &[usize; 4]) {
    let [passed, owed, ignored, broken] = row;
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "{name:<24}{passed:>8}{owed:>8}{ignored:>8}{broken:>8}"
    );
}

#[test]
fn every_block_of_the_reference_holds_or_is_owed() {
    let all = all_blocks();
    let only = std::env::var("REFERENCE_ONLY").ok();
    let (ignored, active): (Vec<_>, Vec<_>) = all
        .iter()
        .filter(|b| only.as_ref().is_none_or(|text| b.key().contains(text)))
        .partition(|b| b.ignore);
    let outcomes: Vec<_> = active
        .iter()
        .map(|b| b.key())
        .zip(outcomes(&active))
        .collect();
    if only.is_some() {
        report_failures(&active, &outcomes);
        return;
    }
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/owed.txt");
    let mut text = fs::read_to_string(&list).ok();
    if std::env::var_os("UPDATE_OWED").is_some() {
        text = Some(owed::update(text.as_deref(), &outcomes));
        fs::write(&list, text.as_deref().unwrap_or_default()).expect("the list is writable");
    }
    let owed = owed::read(text.as_deref().unwrap_or_default());
    let verdict = owed::judge(&owed, &outcomes);

    let mut rows: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
    for (block, (key, outcome)) in active.iter().zip(&outcomes) {
        let column = match (outcome, owed.contains(key)) {
            (None, _) => 0,
            (Some(_), true) => 1,
            (Some(_), false) => 3,
        };
        rows.entry(&block.chapter).or_default()[column] += 1;
    }
    for block in &ignored {
        rows.entry(&block.chapter).or_default()[2] += 1;
    }
    show(&table(&rows));
    let fine = verdict == owed::Verdict::default();
    assert!(fine, "{}", advice(&verdict, &active));
}

fn report_failures(blocks: &[&Block], outcomes: &[(String, Option<String>)]) {
    for (block, (key, outcome)) in blocks.iter().zip(outcomes) {
        match outcome {
            None => show(&format!("pass  {key}\n")),
            Some(reason) => show(&format!("FAIL  {key}  (line {})\n{reason}\n\n", block.line)),
        }
    }
}

fn advice(verdict: &owed::Verdict, blocks: &[&Block]) -> String {
    let mut text = String::new();
    for (key, reason) in &verdict.broken {
        let line = blocks
            .iter()
            .find(|b| b.key() == *key)
            .map_or(0, |b| b.line);
        let _ = write!(text, "\nbroken: {key} (line {line})\n{reason}\n");
    }
    text.push_str(&leftovers(verdict, "owed.txt"));
    text
}

/// What is to be done about a list of debts.
fn advice_of(verdict: &owed::Verdict, list: &str) -> String {
    let mut text = String::new();
    for (key, reason) in &verdict.broken {
        let _ = write!(text, "\nbroken: {key}\n{reason}\n");
    }
    text + &leftovers(verdict, list)
}

fn leftovers(verdict: &owed::Verdict, list: &str) -> String {
    let mut text = String::new();
    for key in &verdict.paid {
        let _ = write!(text, "\nit passes now, remove it from {list}: {key}\n");
    }
    for key in &verdict.stale {
        let _ = write!(text, "\n{list} names nothing that exists: {key}\n");
    }
    text
}

#[test]
fn keys_of_blocks_are_unique() {
    let mut keys: Vec<_> = all_blocks().iter().map(Block::key).collect();
    let count = keys.len();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), count);
}
