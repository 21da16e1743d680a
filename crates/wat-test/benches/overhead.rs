//! What a test costs beside a fork of the process that holds its program: `cargo bench -p wat-test`.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use wat_analysis::{FileKind, RootDatabase, SourceText};
use wat_driver::{ProgramLauncher, Style, file_loader};
use wat_kernel::Fork;
use wat_test::{Limits, Options, Reporter, find, run};

const ROUNDS: u32 = 200;
const PROGRAM: &str = "(:wat::test::deftest :t::empty () :wat::core::nil)";

/// The time from a fork to the reaped child that does nothing.
fn bare() -> io::Result<Duration> {
    let started = Instant::now();
    let forked = Fork::new().run(|_| 0)?;
    forked.child.wait()?;
    Ok(started.elapsed())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn main() -> io::Result<()> {
    let mut db = RootDatabase::new();
    let file = db.set_file("t.wat", SourceText::new(PROGRAM), FileKind::Disk);
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
        first: Default::default(),
    };
    let (mut forks, mut tests) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        forks.push(bare()?);
        let mut reporter = Reporter::new(Style::PLAIN, false, 0);
        let started = Instant::now();
        run(&db, &found, &cases, &options, &mut reporter)?;
        tests.push(started.elapsed());
    }
    let (fork, test) = (median(forks), median(tests));
    let ratio = test.as_secs_f64() / fork.as_secs_f64();
    let line = format!(
        "an empty test {} µs, a bare fork {} µs: {ratio:.2} times\n",
        test.as_micros(),
        fork.as_micros()
    );
    io::stdout().write_all(line.as_bytes())
}
