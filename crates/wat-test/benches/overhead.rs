//! What a test costs beside a bare fork of the process that holds its program: `cargo bench -p wat-test`.
//!
//! The bare fork is `fork`, `_exit` and `waitpid` and nothing else, in this same process, between the tests. Empty tests
//! of one file run one after the other; each is another one, and so has code of its own, which every round makes anew.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use wat_analysis::{FileKind, RootDatabase, SourceText};
use wat_driver::{ProgramLauncher, Style, file_loader};
use wat_kernel::doctor::bare_fork;
use wat_test::{Limits, Options, Reporter, find, run};

const ROUNDS: usize = 20;
const TESTS: usize = 100;

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
    let options = Options {
        jobs: 1,
        seed: 1,
        shuffle: false,
        fail_fast: None,
        retries: 0,
        repeat: 1,
        run_ignored: false,
        deny_leaks: false,
        limits: Limits::default(),
        launcher: ProgramLauncher {
            options: wat_analysis::Options::default(),
            limits: wat_runtime::Limits::default(),
            loader: loader.into(),
            arguments: [].into(),
        },
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
    let (mut forks, mut tests) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        if runs("fork") {
            for _ in 0..TESTS {
                let started = Instant::now();
                bare_fork()?;
                forks.push(started.elapsed());
            }
        }
        if runs("test") {
            let mut reporter = Reporter::new(Style::PLAIN, false, 0);
            let started = Instant::now();
            let summary = run(&db, &found, &cases, &options, &mut reporter)?;
            assert_eq!(summary.totals.passed, cases.len());
            tests.push(started.elapsed() / TESTS as u32);
        }
    }
    let mut line = String::new();
    if !tests.is_empty() {
        line += &format!("an empty test {} µs\n", median(tests.clone()).as_micros());
    }
    if !forks.is_empty() {
        line += &format!("a bare fork {} µs\n", median(forks.clone()).as_micros());
    }
    if !forks.is_empty() && !tests.is_empty() {
        let ratio = median(tests).as_secs_f64() / median(forks).as_secs_f64();
        line += &format!("{ratio:.2} times\n");
    }
    io::stdout().write_all(line.as_bytes())
}
