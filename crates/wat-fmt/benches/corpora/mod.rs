//! The texts on which formatting is measured.

use std::path::{Path, PathBuf};

use wat_syntax::SourceText;

fn sources(directory: &Path, text: &mut String) {
    let entries = std::fs::read_dir(directory).expect("a directory of the repository");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            sources(&path, text);
        } else if path.extension().is_some_and(|extension| extension == "wat") {
            text.push_str(&std::fs::read_to_string(path).expect("text"));
        }
    }
}

/// The library, over and over, 5 MB of it.
fn library() -> String {
    let mut once = String::new();
    sources(
        &PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../wat"),
        &mut once,
    );
    once.repeat(5_000_000 / once.len() + 1)
}

/// The library as nobody wrote it: every break a blank.
fn unformatted() -> String {
    let text = library();
    text.split_inclusive('\n')
        .map(|line| {
            if line.contains([';', '"']) {
                line.to_string()
            } else {
                line.replace('\n', "   ")
            }
        })
        .collect()
}

/// One form of that many bytes.
fn one_form_of(size: usize) -> String {
    let call = "(:demo::handle connection (:demo::request \"GET\" \"/v1/measurements\" 17) :timeout 8080 :retries 3)\n";
    format!("(:wat::core::do\n{})\n", call.repeat(size / call.len()))
}

/// A vector of that many elements.
fn vector_of(count: usize) -> String {
    format!(
        "(:wat::core::def :demo::numbers [{}])\n",
        "12345 ".repeat(count)
    )
}

/// Calls, 1 000 deep, that many times.
fn deep_times(times: usize) -> String {
    let form = format!("{}x{}\n", "(:demo::f a ".repeat(1_000), ")".repeat(1_000));
    form.repeat(times)
}

/// Name and text.
type Corpus = (&'static str, fn() -> String);

/// The texts that are measured.
pub const CORPORA: [Corpus; 9] = [
    ("library", library),
    ("unformatted", unformatted),
    ("one-form-200k", || one_form_of(200_000)),
    ("one-form-2M", || one_form_of(2_000_000)),
    ("vector-1000", || vector_of(1_000)),
    ("vector-10000", || vector_of(10_000)),
    ("vector-100000", || vector_of(100_000)),
    ("deep", || deep_times(1)),
    ("deep-x10", || deep_times(10)),
];

/// The text of a corpus.
pub fn named(name: &str) -> SourceText {
    let corpus = CORPORA
        .iter()
        .find(|(known, _)| *known == name)
        .expect("a corpus");
    SourceText::new(corpus.1())
}
