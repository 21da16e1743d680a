//! How fast a source is formatted, by the wall. Run with `cargo bench -p wat-fmt --bench throughput`.

mod corpora;

use corpora::{CORPORA, named};
use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use wat_syntax::{cut, lex};

fn main() {
    divan::main();
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
