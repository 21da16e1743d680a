//! What is told of a run, in several formats at once.

mod github;
mod human;
mod junit;
mod records;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use wat_driver::Style;

use crate::find::{Found, InvalidFile, TestCase};
use crate::outcome::{Outcome, Totals};
use crate::runner::{Options, Summary};

/// A format of reports.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// For people, on a terminal.
    Pretty,
    /// For people.
    Plain,
    /// One EDN record per line.
    Edn,
    /// One JSON record per line.
    Json,
    /// JUnit XML.
    Junit,
    /// Workflow commands of GitHub.
    Github,
}

impl Format {
    /// The format of a name.
    pub fn parse(name: &str) -> Option<Format> {
        Some(match name {
            "pretty" => Format::Pretty,
            // The formats of findings for people mean the same here.
            "plain" | "text" | "short" => Format::Plain,
            "edn" => Format::Edn,
            "json" => Format::Json,
            "junit" => Format::Junit,
            "github" => Format::Github,
            _ => return None,
        })
    }
}

/// One report.
struct Sink<'w> {
    format: Format,
    out: &'w mut dyn Write,
    /// Only records of failures.
    failures_only: bool,
}

/// A finished test, kept for formats that tell everything at the end.
struct Kept<'t> {
    case: &'t TestCase,
    outcome: Outcome,
}

/// Tells a run to all its reports.
pub struct Reporter<'w> {
    sinks: Vec<Sink<'w>>,
    style: Style,
    /// Are the streams of tests that passed shown?
    show_output: bool,
    /// How many of the slowest tests are listed.
    slowest: usize,
    /// Are people told of failures alone?
    is_quiet: bool,
    /// Are they told more than usual?
    is_verbose: bool,
    /// Did people see what tests wrote when they wrote it?
    was_live: bool,
    seed: u64,
    /// The directory that paths of tests begin in.
    directory: PathBuf,
    filtered_out: usize,
    kept: Vec<Kept<'w>>,
    invalid: Vec<InvalidFile>,
    warnings: Vec<String>,
    /// The tests that ran when the run ended early, and how long they had.
    cut: Vec<(TestCase, Duration)>,
}

impl<'w> Reporter<'w> {
    /// A reporter without reports.
    pub fn new(style: Style, show_output: bool, slowest: usize) -> Reporter<'w> {
        Reporter {
            sinks: Vec::new(),
            style,
            show_output,
            slowest,
            is_quiet: false,
            is_verbose: false,
            was_live: false,
            seed: 0,
            directory: PathBuf::new(),
            filtered_out: 0,
            kept: Vec::new(),
            invalid: Vec::new(),
            warnings: Vec::new(),
            cut: Vec::new(),
        }
    }

    /// Says how much people are told: failures alone, or more than usual.
    pub fn set_detail(&mut self, is_quiet: bool, is_verbose: bool) {
        self.is_quiet = is_quiet;
        self.is_verbose = is_verbose;
    }

    /// Adds a report.
    pub fn add(&mut self, format: Format, failures_only: bool, out: &'w mut dyn Write) {
        self.sinks.push(Sink {
            format,
            out,
            failures_only,
        });
    }

    pub(crate) fn started(
        &mut self,
        found: &Found,
        selected: usize,
        options: &Options,
    ) -> io::Result<()> {
        self.seed = options.seed;
        self.directory = options.directory.clone();
        self.filtered_out = found.tests.len() - selected;
        for sink in &mut self.sinks {
            match sink.format {
                Format::Pretty | Format::Plain if self.is_quiet => {}
                Format::Pretty | Format::Plain => {
                    human::started(sink.out, found, selected, options)?
                }
                Format::Edn | Format::Json if !sink.failures_only => {
                    let record = records::run_started(found, selected, options);
                    records::write(sink.out, sink.format, "RunStarted", &record)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    pub(crate) fn invalid(&mut self, file: &InvalidFile) -> io::Result<()> {
        for sink in &mut self.sinks {
            match sink.format {
                Format::Pretty | Format::Plain => human::invalid(sink.out, file, self.style)?,
                Format::Edn | Format::Json => {
                    let record = records::file_invalid(file, sink.format);
                    records::write(sink.out, sink.format, "FileInvalid", &record)?;
                }
                Format::Github => github::invalid(sink.out, file)?,
                Format::Junit => {}
            }
        }
        self.invalid.push(file.clone());
        Ok(())
    }

    /// What a test has just written, for people. Whoever cannot take it gets it with the report.
    pub(crate) fn live(&mut self, bytes: &[u8]) {
        self.was_live = true;
        for sink in &mut self.sinks {
            if matches!(sink.format, Format::Pretty | Format::Plain) {
                let _ = sink.out.write_all(bytes).and_then(|()| sink.out.flush());
            }
        }
    }

    /// A test that goes on for long, for people who look on.
    pub(crate) fn slow(&mut self, case: &TestCase) -> io::Result<()> {
        let sinks = self.sinks.iter_mut();
        let is_quiet = self.is_quiet;
        for sink in sinks.filter(|sink| sink.format == Format::Pretty && !is_quiet) {
            human::slow(sink.out, case)?;
        }
        Ok(())
    }

    /// A test starts.
    pub(crate) fn test_started(&mut self, case: &TestCase) -> io::Result<()> {
        for sink in &mut self.sinks {
            if matches!(sink.format, Format::Edn | Format::Json) && !sink.failures_only {
                let record = records::test_started(case);
                records::write(sink.out, sink.format, "TestStarted", &record)?;
            }
        }
        Ok(())
    }

    /// A test has ended. Of one that was never started both are told now.
    pub(crate) fn finished(
        &mut self,
        case: &'w TestCase,
        outcome: Outcome,
        is_announced: bool,
    ) -> io::Result<()> {
        if !is_announced {
            self.test_started(case)?;
        }
        for sink in &mut self.sinks {
            match sink.format {
                Format::Pretty | Format::Plain => {
                    if !self.is_quiet || outcome.status.is_failure() {
                        human::line(sink.out, case, &outcome, self.is_verbose)?;
                    }
                }
                Format::Edn | Format::Json => {
                    if !sink.failures_only || outcome.status.is_failure() {
                        let record = records::test_finished(case, &outcome);
                        records::write(sink.out, sink.format, "TestFinished", &record)?;
                    }
                }
                Format::Github => github::failure(sink.out, case, &outcome)?,
                Format::Junit => {}
            }
        }
        self.kept.push(Kept { case, outcome });
        Ok(())
    }

    /// The tests that ran when the run ended early.
    pub(crate) fn cut(&mut self, cut: Vec<(TestCase, Duration)>) {
        self.cut = cut;
    }

    /// What could not be done, beside the tests. People are told at the end.
    pub(crate) fn warn(&mut self, warnings: Vec<String>) {
        self.warnings = warnings;
    }

    /// Tells the end of a run that ends with this status.
    ///
    /// # Errors
    /// An output cannot be written.
    pub fn end(&mut self, summary: &Summary, status: i32) -> io::Result<()> {
        let end = End {
            totals: summary.totals,
            not_run: summary.not_run,
            duration: summary.duration,
            filtered_out: self.filtered_out,
            seed: self.seed,
            directory: &self.directory,
            status,
            is_broken_off: summary.is_broken_off || summary.interrupted.is_some(),
            cut: &self.cut,
        };
        for sink in &mut self.sinks {
            match sink.format {
                Format::Pretty | Format::Plain if self.is_quiet && status == 0 => {}
                Format::Pretty | Format::Plain => {
                    let shown = human::Shown {
                        output: self.show_output,
                        was_live: self.was_live,
                        slowest: self.slowest,
                        warnings: !self.is_quiet,
                    };
                    human::ended(sink.out, &self.kept, &self.warnings, &end, shown)?;
                }
                Format::Edn | Format::Json if !sink.failures_only => {
                    let record = records::run_finished(&end);
                    records::write(sink.out, sink.format, "RunFinished", &record)?;
                }
                Format::Junit => junit::write(sink.out, &self.kept, &self.invalid, &end)?,
                _ => {}
            }
            sink.out.flush()?;
        }
        Ok(())
    }

    /// The tests that have ended, by id, and whether they make a run fail.
    pub fn ended(&self) -> impl Iterator<Item = (&str, bool)> {
        let kept = self.kept.iter();
        kept.map(|kept| (&*kept.case.id, kept.outcome.status.is_failure()))
    }
}

/// Lists tests that are not run: their records, or their ids where the format has none.
///
/// # Errors
/// The output cannot be written.
pub fn list(
    out: &mut dyn Write,
    format: Format,
    found: &Found,
    cases: &[TestCase],
) -> io::Result<()> {
    for case in cases {
        match format {
            Format::Edn | Format::Json => {
                let record = records::test_started(case);
                records::write(out, format, "TestStarted", &record)?;
            }
            _ => writeln!(out, "{}", case.id)?,
        }
    }
    if matches!(format, Format::Edn | Format::Json) {
        for file in &found.invalid {
            let record = records::file_invalid(file, format);
            records::write(out, format, "FileInvalid", &record)?;
        }
    }
    out.flush()
}

/// The end of a run.
struct End<'r> {
    totals: Totals,
    /// How many tests were not started because the run ended early.
    not_run: usize,
    duration: Duration,
    filtered_out: usize,
    seed: u64,
    directory: &'r Path,
    status: i32,
    is_broken_off: bool,
    /// The tests that ran when the run ended early, and how long they had.
    cut: &'r [(TestCase, Duration)],
}

/// `1.1 ms`, `2.3 s`
fn time(duration: Duration) -> String {
    let ms = duration.as_secs_f64() * 1000.0;
    match ms {
        ms if ms < 10.0 => format!("{ms:.1} ms"),
        ms if ms < 1000.0 => format!("{ms:.0} ms"),
        ms => format!("{:.1} s", ms / 1000.0),
    }
}

/// What a failed test says, for people, one thing a line.
fn headline(outcome: &Outcome) -> String {
    let message = outcome.told("message").unwrap_or(match outcome.status {
        crate::Status::Invalid => "its file does not check",
        status => status.word(),
    });
    match outcome.told("code") {
        // The assertion says it all.
        Some("WAT8516" | "WAT8517") | None => message.to_owned(),
        Some(code) => format!("{code}: {message}"),
    }
}
