//! How fast a source is formatted. Run with `cargo bench -p wat-fmt`.

use std::path::{Path, PathBuf};

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use wat_syntax::{SourceText, cut, lex};

fn main() {
    divan::main();
}

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

type Corpus = (&'static str, fn() -> String);

const CORPORA: [Corpus; 8] = [
    ("library", library),
    ("unformatted", unformatted),
    ("one-form", || one_form_of(2_000_000)),
    ("one-form-x10", || one_form_of(20_000_000)),
    ("long-vector", || vector_of(10_000)),
    ("long-vector-x10", || vector_of(100_000)),
    ("deep", || deep_times(1)),
    ("deep-x10", || deep_times(10)),
];

fn named(name: &str) -> SourceText {
    let corpus = CORPORA
        .iter()
        .find(|(known, _)| *known == name)
        .expect("a corpus");
    SourceText::new(corpus.1())
}

#[divan::bench(args = CORPORA.map(|(name, _)| name), sample_count = 20)]
fn format(bencher: Bencher, name: &str) {
    let source = named(name);
    assert!(wat_fmt::format(&source).is_ok(), "{name}");
    let bench = || wat_fmt::format(black_box(&source)).map(|text| text.len());
    bencher
        .counter(BytesCount::new(source.len()))
        .bench_local(bench);
}

#[divan::bench(args = ["library"], sample_count = 20)]
fn lex_only(bencher: Bencher, name: &str) {
    let source = named(name);
    bencher
        .counter(BytesCount::new(source.len()))
        .bench_local(|| lex(black_box(&source)).len());
}

#[divan::bench(args = ["library"], sample_count = 20)]
fn cut_only(bencher: Bencher, name: &str) {
    let source = named(name);
    bencher
        .counter(BytesCount::new(source.len()))
        .bench_local(|| cut(black_box(&source)).forms.len());
}
