//! `wat check`: all findings, nothing runs.

pub(crate) mod style;
mod watch;

use std::io;
use std::time::Instant;

use wat_analysis::{
    Applicability, Diagnostic, RootDatabase, Severity, SourceFile, file_diagnostics, file_findings,
    keep_what_holds, prepare_diagnostics, prepare_findings,
};
use wat_driver::{
    Levels, Report, Sources, Style, Summary, edn_line, edn_summary, github_line, json_line,
    json_summary, render, sarif, short_line, suppressed_line,
};

use crate::args::{CheckOptions, FailOn, Format, Global, Lints};
use crate::timings::phase;
use crate::workspace::{InnerNames, Workspace};
use crate::{exit, output};

/// Findings that formats for people show without being asked for more.
const SHOWN: usize = 100;

pub(crate) fn check(global: &Global, options: &CheckOptions) -> i32 {
    if options.watch {
        return watch::watch(global, options);
    }
    let started = Instant::now();
    let open = match tries(global) {
        true => Workspace::open,
        false => Workspace::open_to_look,
    };
    let mut space = match open(global, &options.paths) {
        Ok(space) => space,
        Err(status) => return status,
    };
    let summary = match tell(global, options, &mut space, started) {
        Ok(summary) => summary,
        Err(status) => return status,
    };
    let fail_on = match options.fail_on {
        None if space.settings.check.deny_warnings == Some(true) => FailOn::Warning,
        None => FailOn::Error,
        Some(fail_on) => fail_on,
    };
    let failed = match fail_on {
        FailOn::Error => summary.errors > 0,
        FailOn::Warning => summary.errors + summary.warnings > 0,
        FailOn::Note => summary.errors + summary.warnings + summary.notes > 0,
    };
    space.status(match failed {
        true => exit::NEGATIVE,
        false => exit::SUCCESS,
    })
}

/// Tells all findings; how many there are.
fn tell(
    global: &Global,
    options: &CheckOptions,
    space: &mut Workspace,
    started: Instant,
) -> Result<Summary, i32> {
    space.note_if_empty(global, &options.paths);
    let files = space.told();
    let lints = !matches!(options.lints, Lints::None);
    let mut found = told(global, &mut space.db, &files, lints);
    let limit = options.max_diagnostics;
    let limit = limit.or(space.settings.check.max_diagnostics);
    let mut printer = Printer::new(global, limit);
    printer.add_reports(global, space);
    let levels = options.levels.over(&space.settings);
    style::add(space, &levels, options.style, &files, &mut found);
    let mut names = InnerNames::default();
    for mut diagnostic in found {
        let path = names.of(space, diagnostic.span.file);
        let severity = severity(options, &levels, &diagnostic, path);
        if let Some(severity) = severity {
            diagnostic.severity = severity;
            diagnostic
                .suppressed
                .take_if(|_| levels.insist_on(diagnostic.code));
            printer.add(&space.db, &diagnostic);
        }
    }
    printer.summary.files = files.len();
    let summary = printer.summary;
    phase("report", String::new, || printer.finish(started))?;
    Ok(summary)
}

/// The severity of a finding in a file; `None` if it is not told. What somebody turned off stays off.
fn severity(
    options: &CheckOptions,
    levels: &Levels,
    found: &Diagnostic,
    path: &str,
) -> Option<Severity> {
    let said = levels.severity(found.code, found.severity, path);
    let is_silent = said.is_none() && !levels.speak_of(found.code, path);
    if found.code == style::UNFORMATTED && options.style {
        return match is_silent {
            true => Some(Severity::Warning),
            false => said,
        };
    }
    match (options.lints, found.code.0 / 1000) {
        (Lints::None, 7) => None,
        (Lints::All, 7) if is_silent => Some(Severity::Info),
        _ => said,
    }
}

/// The findings as the format tells them: where it gives edits, fixes that may be wrong were tried. Those that a rune
/// suppresses are among them where lints are asked for.
pub(crate) fn told(
    global: &Global,
    db: &mut RootDatabase,
    files: &[SourceFile],
    lints: bool,
) -> Vec<Diagnostic> {
    let mut found = findings(db, files, lints);
    if tries(global) {
        phase("try fixes", String::new, || {
            keep_what_holds(db, files, &mut found)
        });
    }
    found
}

/// Are fixes that may be wrong tried, for which the database changes?
fn tries(global: &Global) -> bool {
    matches!(
        global.format,
        Some(Format::Json | Format::Edn | Format::Sarif)
    )
}

/// The findings of all files in order; identical ones once.
pub(crate) fn findings(db: &RootDatabase, files: &[SourceFile], lints: bool) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    phase("prepare", String::new, || prepare_diagnostics(db, files));
    for &file in files.iter().filter(|_| lints) {
        let path = || file.path(db).to_string();
        phase("check", path, || prepare_findings(db, file));
    }
    for &file in files {
        let first = found.len();
        let path = || file.path(db).to_string();
        let told = match lints {
            true => phase("lint", path, || file_findings(db, file)),
            false => phase("check", path, || file_diagnostics(db, file).to_vec()),
        };
        for diagnostic in told {
            let before = found[first..].iter().rev();
            let mut same = before.take_while(|known| known.span == diagnostic.span);
            if !same.any(|known| *known == diagnostic) {
                found.push(diagnostic);
            }
        }
    }
    found
}

/// Collects a command's findings in the chosen format.
pub(crate) struct Printer {
    format: Format,
    style: Style,
    quiet: bool,
    verbose: bool,
    limit: usize,
    shown: usize,
    hidden: usize,
    sources: Sources,
    out: String,
    /// What runes suppress, a line each.
    suppressed: String,
    /// Reports of a format that is one document.
    kept: Vec<Report>,
    /// Counts of everything added that stands in a source.
    pub(crate) summary: Summary,
    /// Counts of what was added about the project file: it is no reason to fail.
    of_project: Summary,
}

impl Printer {
    pub(crate) fn new(global: &Global, limit: Option<usize>) -> Self {
        let format = global.format.unwrap_or(Format::Text);
        let default = match format {
            Format::Text | Format::Md | Format::Short => SHOWN,
            Format::Json | Format::Edn | Format::Sarif | Format::Github => usize::MAX,
        };
        Self {
            format,
            style: Style::for_stream(&io::stderr(), global.color()),
            quiet: global.quiet,
            verbose: global.verbose > 0,
            limit: limit.unwrap_or(default),
            shown: 0,
            hidden: 0,
            sources: Sources::default(),
            out: String::new(),
            suppressed: String::new(),
            kept: Vec::new(),
            summary: Summary::default(),
            of_project: Summary::default(),
        }
    }

    /// Are findings told to tools, each as a record?
    pub(crate) fn is_for_tools(global: &Global) -> bool {
        let format = global.format.unwrap_or(Format::Text);
        !matches!(format, Format::Text | Format::Md)
    }

    /// Tells what there is to say of the project file.
    pub(crate) fn add_reports(&mut self, global: &Global, space: &mut Workspace) {
        match Self::is_for_tools(global) {
            true => {
                for report in std::mem::take(&mut space.reports) {
                    self.add_report(&report);
                }
            }
            false => space.tell_reports(global),
        }
    }

    /// A finding outside of any source.
    pub(crate) fn add_report(&mut self, report: &Report) {
        self.of_project.count(report.severity, false);
        if !self.quiet || report.severity == Severity::Error {
            self.append(report);
        }
    }

    pub(crate) fn add(&mut self, db: &RootDatabase, diagnostic: &Diagnostic) {
        // What `wat fix` carries out; layout is for `wat fmt`.
        let mut fixes = diagnostic.fixes.iter();
        let fixable = fixes.any(|fix| fix.applicability == Applicability::MachineApplicable)
            && diagnostic.code != style::UNFORMATTED;
        if diagnostic.suppressed.is_some() {
            self.add_suppressed(db, diagnostic);
            return;
        }
        self.summary.count(diagnostic.severity, fixable);
        if self.quiet && diagnostic.severity != Severity::Error {
            return;
        }
        if self.shown == self.limit {
            self.hidden += 1;
            return;
        }
        self.shown += 1;
        let report = self.sources.report(db, diagnostic);
        self.append(&report);
    }

    /// What a rune suppresses is told to tools; people are told if they ask for more, last.
    fn add_suppressed(&mut self, db: &RootDatabase, diagnostic: &Diagnostic) {
        self.summary.suppressed += 1;
        match self.format {
            Format::Json | Format::Edn | Format::Sarif => {
                let report = self.sources.report(db, diagnostic);
                self.append(&report);
            }
            Format::Text | Format::Md | Format::Short if self.verbose => {
                let report = self.sources.report(db, diagnostic);
                suppressed_line(&report, self.style, &mut self.suppressed);
            }
            _ => {}
        }
    }

    fn append(&mut self, report: &Report) {
        match self.format {
            Format::Text | Format::Md => {
                render(report, self.style, &mut self.out);
                self.out.push('\n');
            }
            Format::Short => short_line(report, &mut self.out),
            Format::Json => json_line(report, &mut self.out),
            Format::Edn => edn_line(report, &mut self.out),
            Format::Github => github_line(report, &mut self.out),
            Format::Sarif => self.kept.push(report.clone()),
        }
    }

    /// Writes everything: machine formats to standard output, text to standard error.
    pub(crate) fn finish(mut self, started: Instant) -> Result<(), i32> {
        self.summary.errors += self.of_project.errors;
        self.summary.warnings += self.of_project.warnings;
        self.summary.notes += self.of_project.notes;
        match self.format {
            Format::Json => json_summary(&self.summary, started.elapsed(), &mut self.out),
            Format::Edn => edn_summary(&self.summary, started.elapsed(), &mut self.out),
            Format::Sarif => self.out = sarif(&self.kept),
            Format::Short => self.out.push_str(&self.suppressed),
            Format::Github => {}
            Format::Text | Format::Md => {
                if self.hidden > 0 {
                    self.out.push_str(&format!("… and {} more\n", self.hidden));
                }
                if let Some(sentence) = self.summary.sentence() {
                    self.out.push_str(&format!("{sentence}\n"));
                }
                self.out.push_str(&self.suppressed);
                output::report(&self.out);
                return Ok(());
            }
        }
        output::result(self.out.as_bytes())
    }
}
