//! What a test costs beside a bare fork of the process that holds its program: `cargo bench -p wat-test`.
//!
//! The bare fork is `fork`, `_exit` and `waitpid` and nothing else, in this same process, between the tests. Empty tests
//! of one file run one after the other; each is another one, and so has code of its own, which every round makes anew.
//! What a test costs from fork to reaped is what it costs to run each of them once more, with the code at hand.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use wat_analysis::{FileKind, RootDatabase, SourceText};
use wat_driver::{ProgramLauncher, Style, file_loader};
use wat_kernel::doctor::bare_fork;
use wat_test::{Limits, Options, Reporter, find, run};

const ROUNDS: usize = 20;
const TESTS: usize = 100;
const AGAIN: u32 = 4;

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn main() -> io::Result<()> {
    let program: String = (0..TESTS)
        .map(|n| format!("(:wat::test::deftest :t::empty-{n} () :wat::core::nil)\n"))
        .collect();
    let mut db = RootDatabase::new();
    let file = db.set_file("t.wat", SourceText::new(program), FileKind::Disk);
    let found = find(&db, &[file], str::to_owned);
    let cases: Vec<_> = found.tests.iter().collect();
    let loader = file_loader(None).map_err(|wrong| io::Error::other(wrong.reason))?;
    let mut options = Options {
        jobs: 1,
        seed: 1,
        shuffle: false,
        fail_fast: None,
        retries: 0,
        repeat: 1,
        run_ignored: false,
        deny_leaks: false,
        limits: Limits::default(),
        launcher: ProgramLauncher::new(
            wat_analysis::Options::default(),
            wat_runtime::Limits::default(),
            loader.into(),
            [].into(),
        ),
        persist: false,
        keep_tmp: false,
        directory: std::env::current_dir()?,
        live: false,
        in_thread: false,
        partial: false,
        clean_env: false,
        first: Default::default(),
    };
    let only = std::env::args().skip(1).find(|it| !it.starts_with('-'));
    let runs = |what: &str| only.as_deref().is_none_or(|only| only == what);
    let (mut forks, mut tests, mut again) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        if runs("fork") {
            for _ in 0..TESTS {
                let started = Instant::now();
                bare_fork()?;
                forks.push(started.elapsed());
            }
        }
        if runs("test") {
            let mut times = [Duration::ZERO; 2];
            for (time, repeat) in times.iter_mut().zip([1, 1 + AGAIN]) {
                options.repeat = repeat;
                let mut reporter = Reporter::new(Style::PLAIN, false, 0);
                let started = Instant::now();
                let summary = run(&db, &found, &cases, &options, &mut reporter)?;
                *time = started.elapsed();
                assert_eq!(summary.totals.passed, cases.len());
            }
            tests.push(times[0] / TESTS as u32);
            again.push(times[1].saturating_sub(times[0]) / (AGAIN * TESTS as u32));
        }
    }
    let mut told = String::new();
    let fork = (!forks.is_empty()).then(|| median(forks));
    let all = [
        ("a bare fork", fork),
        (
            "an empty test, all told",
            (!tests.is_empty()).then(|| median(tests)),
        ),
        (
            "an empty test, from fork to reaped",
            (!again.is_empty()).then(|| median(again)),
        ),
    ];
    for (what, time) in all {
        let Some(time) = time else { continue };
        told += &format!("{what}: {} µs", time.as_micros());
        if let Some(fork) = fork {
            let ratio = time.as_secs_f64() / fork.as_secs_f64();
            told += &format!(", {ratio:.2} times a bare fork");
        }
        told.push('\n');
    }
    io::stdout().write_all(told.as_bytes())
}
