//! `wat check`: all findings, nothing runs.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Instant;

use wat_analysis::{
    Applicability, Diagnostic, RootDatabase, Severity, SourceFile, SourceText, file_diagnostics,
};
use wat_driver::{
    Report, STDIN, Sources, Style, Summary, Unreadable, file_loader, json_line, json_summary,
    load_files, load_text, render, short_line, walk,
};

use wat_load::Loader;

use crate::args::{CheckOptions, FailOn, Format, Global};
use crate::{exit, output};

/// Findings that formats for people show without being asked for more.
const SHOWN: usize = 100;

pub(crate) fn check(global: &Global, options: &CheckOptions) -> i32 {
    let started = Instant::now();
    let mut db = RootDatabase::new();
    db.set_options(global.analysis());
    if let Err(unreadable) = load(&mut db, &options.paths) {
        output::complain(&format!(
            "cannot read `{}`: {}",
            unreadable.path, unreadable.reason
        ));
        return exit::NO_INPUT;
    }
    let files = db.project_files();
    let found = diagnostics(&db, &files);
    let mut printer = Printer::new(global, options.max_diagnostics);
    for diagnostic in &found {
        printer.add(&db, diagnostic);
    }
    printer.summary.files = files.len();
    let summary = printer.summary;
    if let Err(status) = printer.finish(started) {
        return status;
    }
    let failed = match options.fail_on {
        FailOn::Error => summary.errors > 0,
        FailOn::Warning => summary.errors + summary.warnings > 0,
        FailOn::Note => summary.errors + summary.warnings + summary.notes > 0,
    };
    if failed {
        exit::NEGATIVE
    } else {
        exit::SUCCESS
    }
}

fn load(db: &mut RootDatabase, paths: &[PathBuf]) -> Result<(), Unreadable> {
    let loader = file_loader(None)?;
    let mut files = Vec::new();
    if paths.is_empty() {
        files = walk(Path::new("."))?;
    }
    for path in paths {
        if path == Path::new(STDIN) {
            load_stdin(db, &*loader)?;
        } else if path.is_dir() {
            files.extend(walk(path)?);
        } else {
            files.push(path.clone());
        }
    }
    load_files(db, &*loader, &files).map(drop)
}

/// Reads standard input as the program `-`.
pub(crate) fn load_stdin(
    db: &mut RootDatabase,
    loader: &dyn Loader,
) -> Result<SourceFile, Unreadable> {
    let mut bytes = Vec::new();
    io::stdin()
        .lock()
        .read_to_end(&mut bytes)
        .map_err(|error| Unreadable {
            path: STDIN.to_owned(),
            reason: error.to_string(),
        })?;
    Ok(load_text(db, loader, STDIN, SourceText::from_bytes(bytes)))
}

/// The findings of all files in order; identical ones once.
fn diagnostics(db: &RootDatabase, files: &[SourceFile]) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for &file in files {
        let first = found.len();
        for diagnostic in file_diagnostics(db, file).iter() {
            if !found[first..]
                .iter()
                .rev()
                .take_while(|known| known.span == diagnostic.span)
                .any(|known| known == diagnostic)
            {
                found.push(diagnostic.clone());
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
    limit: usize,
    shown: usize,
    hidden: usize,
    sources: Sources,
    out: String,
    /// Counts of everything added.
    pub(crate) summary: Summary,
}

impl Printer {
    pub(crate) fn new(global: &Global, limit: Option<usize>) -> Self {
        let format = global.format.unwrap_or(Format::Text);
        let default = if format == Format::Json {
            usize::MAX
        } else {
            SHOWN
        };
        Self {
            format,
            style: Style::for_stream(&io::stderr(), global.color()),
            quiet: global.quiet,
            limit: limit.unwrap_or(default),
            shown: 0,
            hidden: 0,
            sources: Sources::default(),
            out: String::new(),
            summary: Summary::default(),
        }
    }

    pub(crate) fn add(&mut self, db: &RootDatabase, diagnostic: &Diagnostic) {
        let fixable = diagnostic
            .fixes
            .iter()
            .any(|fix| fix.applicability == Applicability::MachineApplicable);
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

    fn append(&mut self, report: &Report) {
        match self.format {
            Format::Text | Format::Md => {
                render(report, self.style, &mut self.out);
                self.out.push('\n');
            }
            Format::Short => short_line(report, &mut self.out),
            Format::Json => json_line(report, &mut self.out),
        }
    }

    /// Writes everything: machine formats to standard output, text to standard error.
    pub(crate) fn finish(mut self, started: Instant) -> Result<(), i32> {
        match self.format {
            Format::Json => {
                json_summary(&self.summary, started.elapsed(), &mut self.out);
                output::result(self.out.as_bytes())
            }
            Format::Short => output::result(self.out.as_bytes()),
            Format::Text | Format::Md => {
                if self.hidden > 0 {
                    self.out.push_str(&format!("… and {} more\n", self.hidden));
                }
                if let Some(sentence) = self.summary.sentence() {
                    self.out.push_str(&format!("{sentence}\n"));
                }
                output::report(&self.out);
                Ok(())
            }
        }
    }
}
