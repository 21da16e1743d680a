//! `wat fmt`: the one layout.

mod files;
pub(crate) mod replace;

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use wat_driver::{Place, Project, ProjectChoice, Report, Source, Style};
use wat_driver::{edn_line, github_line, json_line, name_of, reason, render, short_line};
use wat_fmt::Refused;
use wat_syntax::{LineIndex, MAX_SOURCE_LEN, READER_CODES, Severity, SourceText, SyntaxError};

use crate::args::{FmtOptions, Format, Global};
use crate::diff::unified;
use crate::{exit, output};

/// Files from which on it pays to work on several at a time.
const MANY: usize = 8;

/// How often a file is read again that changes while it is being formatted.
const ATTEMPTS: usize = 5;

pub(crate) fn fmt(global: &Global, options: &FmtOptions) -> i32 {
    let shown = Shown {
        format: global.format.unwrap_or(Format::Text),
        style: Style::for_stream(&io::stderr(), global.color()),
        quiet: global.quiet,
    };
    let project = global.project();
    let dash = Path::new("-");
    if options.stdin || options.paths == [dash] {
        return tell(&[stdin(options, &project, &shown)]);
    }
    if options.paths.iter().any(|path| path == dash) {
        output::complain("`-` is standard input and stands alone");
        return exit::USAGE;
    }
    let found = files::find(&options.paths, &project, &shown);
    if !options.check && !options.diff {
        found
            .directories
            .iter()
            .for_each(|directory| replace::sweep(directory));
    }
    let mut outcomes = found.outcomes;
    let writer = replace::Writer::default();
    outcomes.extend(all(&found.files, global.threads(), |path| {
        one(path, options, &shown, &writer)
    }));
    tell(&outcomes)
}

/// How findings are shown.
struct Shown {
    format: Format,
    style: Style,
    quiet: bool,
}

impl Shown {
    fn report(&self, report: &Report, out: &mut String) {
        match self.format {
            Format::Text | Format::Md => {
                render(report, self.style, out);
                out.push('\n');
            }
            Format::Short => short_line(report, out),
            Format::Json | Format::Sarif => json_line(report, out),
            Format::Edn => edn_line(report, out),
            Format::Github => github_line(report, out),
        }
    }

    /// What there is to say about a project file.
    fn project(&self, reports: &[Report], status: i32) -> Outcome {
        let mut outcome = Outcome {
            status,
            ..Outcome::default()
        };
        for report in reports {
            if report.severity == Severity::Error || !self.quiet {
                self.report(report, &mut outcome.stderr);
            }
        }
        outcome
    }
}

/// What became of a file.
#[derive(Default)]
struct Outcome {
    status: i32,
    stdout: Vec<u8>,
    stderr: String,
}

impl Outcome {
    fn failed(status: i32, name: &str, error: &io::Error) -> Outcome {
        Outcome {
            status,
            stdout: Vec::new(),
            stderr: format!("wat fmt: {name}: {}\n", reason(error)),
        }
    }
}

/// Writes what there is to say about all files, in their order; the highest status is that of the command (C3).
fn tell(outcomes: &[Outcome]) -> i32 {
    let mut status = exit::SUCCESS;
    for outcome in outcomes {
        output::report(&outcome.stderr);
        if !outcome.stdout.is_empty()
            && let Err(failed) = output::result(&outcome.stdout)
        {
            return failed;
        }
        status = status.max(outcome.status);
    }
    status
}

/// Does the work for every file, several at a time; the results are in the order of the files.
fn all(files: &[PathBuf], threads: usize, work: impl Fn(&Path) -> Outcome + Sync) -> Vec<Outcome> {
    if files.len() < MANY || threads == 1 {
        return files.iter().map(|path| work(path)).collect();
    }
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut done = Vec::new();
        while let at = next.fetch_add(1, Ordering::Relaxed)
            && let Some(path) = files.get(at)
        {
            done.push((at, work(path)));
        }
        done
    };
    let mut done: Vec<(usize, Outcome)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.min(files.len()))
            .map(|_| scope.spawn(worker))
            .collect();
        let joined = workers.into_iter().map(|worker| worker.join());
        joined
            .flat_map(|done| done.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, outcome)| outcome).collect()
}

fn stdin(options: &FmtOptions, project: &ProjectChoice, shown: &Shown) -> Outcome {
    let path = options.stdin_path.as_deref();
    let name = path.map_or("-".to_owned(), name_of);
    let excluded = match path.map(|path| (path, Project::find(project, path))) {
        Some((path, Ok(Some(project)))) => project.excludes_from_fmt(path),
        Some((_, Err(bad))) => return shown.project(&bad.reports, exit::BAD_PROJECT),
        Some((_, Ok(None))) | None => false,
    };
    let mut bytes = Vec::new();
    if let Err(error) = io::stdin().lock().read_to_end(&mut bytes) {
        return Outcome::failed(exit::NO_INPUT, &name, &error);
    }
    if excluded {
        let writes = !options.check && !options.diff;
        return Outcome {
            stdout: if writes { bytes } else { Vec::new() },
            ..Outcome::default()
        };
    }
    let source = match source_of(bytes) {
        Ok(source) => source,
        Err(error) => return Outcome::failed(exit::NO_INPUT, &name, &error),
    };
    if options.check || options.diff {
        return compare(&name, &source, options, shown);
    }
    match wat_fmt::format(&source) {
        Ok(text) => Outcome {
            stdout: text.into_bytes(),
            ..Outcome::default()
        },
        Err(refused) => refusal(&name, &source, &refused, shown),
    }
}

/// The text of a file of legal size.
fn source_of(bytes: Vec<u8>) -> io::Result<SourceText> {
    if bytes.len() > MAX_SOURCE_LEN {
        let error = "the file is too large";
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, error));
    }
    Ok(SourceText::from_bytes(bytes))
}

fn one(path: &Path, options: &FmtOptions, shown: &Shown, writer: &replace::Writer) -> Outcome {
    let name = name_of(path);
    let mut attempts = 1;
    loop {
        let read = replace::Target::read(path).and_then(|(target, bytes)| {
            let source = source_of(bytes)?;
            Ok((target, source))
        });
        let (target, source) = match read {
            Ok(read) => read,
            Err(error) => return Outcome::failed(exit::NO_INPUT, &name, &error),
        };
        if options.check || options.diff {
            return compare(&name, &source, options, shown);
        }
        let text = match wat_fmt::format(&source) {
            Ok(text) if text == source.text() => return Outcome::default(),
            Ok(text) => text,
            Err(refused) => return refusal(&name, &source, &refused, shown),
        };
        match writer.replace(&target, text.as_bytes()) {
            Ok(()) => return Outcome::default(),
            Err(error) if error.kind() == io::ErrorKind::ResourceBusy && attempts < ATTEMPTS => {
                attempts += 1;
            }
            Err(error) => return Outcome::failed(exit::IO, &name, &error),
        }
    }
}

/// Says whether and how a text differs from its formatted one.
fn compare(name: &str, source: &SourceText, options: &FmtOptions, shown: &Shown) -> Outcome {
    match wat_fmt::format(source) {
        Ok(text) if text == source.text() => return Outcome::default(),
        Ok(_) => {}
        Err(refused) => return refusal(name, source, &refused, shown),
    }
    let edits = match options.diff {
        true => wat_fmt::format_edits(source).unwrap_or_default(),
        false => Vec::new(),
    };
    let stretches = edits.iter().map(|edit| {
        (
            edit.range.start().into(),
            edit.range.end().into(),
            &*edit.insert,
        )
    });
    let stdout = match options.diff {
        true => unified(name, source.text(), stretches),
        false => format!("{name}\n"),
    };
    Outcome {
        status: exit::NEGATIVE,
        stdout: stdout.into_bytes(),
        stderr: String::new(),
    }
}

/// The findings of the reader, and that nothing was done (C4).
fn refusal(name: &str, source: &SourceText, refused: &Refused, shown: &Shown) -> Outcome {
    let index = Arc::new(LineIndex::new(source.text()));
    let source = Arc::new(Source::new(name, source.clone(), index));
    let mut stderr = String::new();
    for error in &refused.errors {
        shown.report(&report(&source, error), &mut stderr);
    }
    stderr.push_str(&format!("wat fmt: {name}: {refused}\n"));
    Outcome {
        status: exit::NOT_WAT,
        stdout: Vec::new(),
        stderr,
    }
}

fn report(source: &Arc<Source>, error: &SyntaxError) -> Report {
    let info = READER_CODES.iter().find(|info| info.code == error.code);
    let label =
        |label: &wat_syntax::Label| (Place::new(source, label.range), label.message.clone());
    let edit = |edit: &wat_syntax::TextEdit| wat_driver::Edit {
        place: Place::new(source, edit.range),
        text: edit.insert.to_string(),
    };
    let fix = |fix: &wat_syntax::Fix| wat_driver::Fix {
        title: fix.title.clone(),
        applicability: fix.applicability,
        edits: fix.edits.iter().map(edit).collect(),
    };
    Report {
        code: Some(error.code),
        name: info.map_or("", |info| info.name).to_owned(),
        severity: error.severity,
        place: Some(Place::new(source, error.range)),
        labels: error.labels.iter().map(label).collect(),
        fixes: error.fixes.iter().map(fix).collect(),
        ..Report::plain(None, error.message.clone(), error.help.clone())
    }
}
