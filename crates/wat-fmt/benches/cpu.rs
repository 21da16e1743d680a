//! How fast a source is formatted, by the processor time of the thread, which a busy machine disturbs less than the wall.
//! Run with `cargo bench -p wat-fmt --bench cpu`; on Linux only.

mod corpora;

use std::hint::black_box;
use std::io::Write;

use corpora::{CORPORA, named};
use wat_syntax::SourceText;

/// Samples of each corpus after one that does not count.
const SAMPLES: usize = 21;
/// A sample formats at least so many bytes, far more than the clock's tick.
const SAMPLE: usize = 10_000_000;

/// Nanoseconds that the thread has run.
fn spent() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok()
}

/// The pairs of corpora of which the second is ten times the first.
const GROWTH: [(&str, &str); 4] = [
    ("one-form-200k", "one-form-2M"),
    ("vector-1000", "vector-10000"),
    ("vector-10000", "vector-100000"),
    ("deep", "deep-x10"),
];

/// Nanoseconds of one formatting, the mean of as many as a sample holds.
fn sample(name: &str, source: &SourceText) -> Option<u64> {
    let runs = (SAMPLE / source.len() + 1).min(2_000);
    let before = spent()?;
    for _ in 0..runs {
        let text = wat_fmt::format(black_box(source)).map(|text| text.len());
        assert!(black_box(text).is_ok(), "{name}");
    }
    Some((spent()? - before) / runs as u64)
}

/// The samples of some corpora, taken in turns so that a slow minute slows all of them, each sorted.
fn samples<const N: usize>(names: [&str; N]) -> Option<[(usize, Vec<u64>); N]> {
    let sources = names.map(named);
    let mut all = sources.each_ref().map(|source| (source.len(), Vec::new()));
    for turn in 0..SAMPLES + 1 {
        for at in 0..N {
            let time = sample(names[at], &sources[at])?;
            if turn > 0 {
                all[at].1.push(time);
            }
        }
    }
    for (_, times) in &mut all {
        times.sort_unstable();
    }
    Some(all)
}

fn median(times: &[u64]) -> f64 {
    times[times.len() / 2] as f64
}

fn speeds(out: &mut impl Write) -> Option<()> {
    // A closed output loses the tables and nothing else.
    let _ = writeln!(
        out,
        "{:<18}{:>12}{:>12}{:>12}{:>12}{:>10}",
        "corpus", "bytes", "least ms", "median ms", "most ms", "MB/s"
    );
    for (name, _) in CORPORA {
        let [(bytes, times)] = samples([name])?;
        let ms = |time: u64| time as f64 / 1e6;
        let speed = bytes as f64 / median(&times) * 1e3;
        let _ = writeln!(
            out,
            "{name:<18}{bytes:>12}{:>12.3}{:>12.3}{:>12.3}{speed:>10.1}",
            ms(times[0]),
            ms(times[times.len() / 2]),
            ms(times[times.len() - 1])
        );
    }
    Some(())
}

fn growth(out: &mut impl Write) -> Option<()> {
    let _ = writeln!(
        out,
        "\n{:<18}{:<18}{:>12}{:>12}",
        "ten times", "is", "least", "median"
    );
    for (small, large) in GROWTH {
        let [(_, before), (_, after)] = samples([small, large])?;
        let _ = writeln!(
            out,
            "{small:<18}{large:<18}{:>12.1}{:>12.1}",
            after[0] as f64 / before[0] as f64,
            median(&after) / median(&before)
        );
    }
    Some(())
}

fn main() {
    let mut out = std::io::stdout().lock();
    if speeds(&mut out).and_then(|()| growth(&mut out)).is_none() {
        let _ = writeln!(out, "processor times are not to be had here");
    }
}
