//! How fast a source is formatted, by the processor time of the thread, which a busy machine disturbs less than the wall.
//! Run with `cargo bench -p wat-fmt --bench cpu`; on Linux only.

mod corpora;

use std::hint::black_box;
use std::io::Write;

use corpora::{CORPORA, named};

/// Samples of each corpus after one that does not count.
const SAMPLES: usize = 21;
/// A sample formats at least so many bytes, far more than the clock's tick.
const SAMPLE: usize = 10_000_000;

/// Nanoseconds that the thread has run.
fn spent() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok()
}

fn main() {
    let mut out = std::io::stdout().lock();
    // A closed output loses the table and nothing else.
    let _ = writeln!(
        out,
        "{:<18}{:>12}{:>12}{:>12}{:>12}{:>10}",
        "corpus", "bytes", "least ms", "median ms", "most ms", "MB/s"
    );
    for (name, _) in CORPORA {
        let source = named(name);
        let runs = (SAMPLE / source.len() + 1).min(2_000);
        let mut times: Vec<u64> = (0..SAMPLES + 1)
            .filter_map(|_| {
                let before = spent()?;
                for _ in 0..runs {
                    let text = wat_fmt::format(black_box(&source)).map(|text| text.len());
                    assert!(black_box(text).is_ok(), "{name}");
                }
                Some((spent()? - before) / runs as u64)
            })
            .skip(1)
            .collect();
        times.sort_unstable();
        let Some(&median) = times.get(times.len() / 2) else {
            let _ = writeln!(out, "processor times are not to be had here");
            return;
        };
        let ms = |at: usize| times[at] as f64 / 1e6;
        let speed = source.len() as f64 / (median as f64 / 1e9) / 1e6;
        let _ = writeln!(
            out,
            "{name:<18}{:>12}{:>12.3}{:>12.3}{:>12.3}{speed:>10.1}",
            source.len(),
            ms(0),
            ms(times.len() / 2),
            ms(times.len() - 1)
        );
    }
}
