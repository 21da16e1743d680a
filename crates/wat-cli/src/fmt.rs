//! `wat fmt`: the one layout.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use wat_driver::{Place, Report, Source, Style, name_of, render, short_line, walk};
use wat_fmt::Refused;
use wat_syntax::{LineIndex, READER_CODES, SourceText, SyntaxError};

use crate::args::{FmtOptions, Format, Global};
use crate::diff::unified;
use crate::{exit, output};

/// Files from which on it pays to work on several at a time.
const MANY: usize = 8;

pub(crate) fn fmt(global: &Global, options: &FmtOptions) -> i32 {
    let shown = Shown {
        format: global.format.unwrap_or(Format::Text),
        style: Style::for_stream(&io::stderr(), global.color()),
    };
    if options.stdin {
        return tell(&[stdin(options, &shown)]);
    }
    let (mut outcomes, files) = find(&options.paths);
    outcomes.extend(all(&files, |path| one(path, options, &shown)));
    tell(&outcomes)
}

/// How findings are shown.
struct Shown {
    format: Format,
    style: Style,
}

/// What became of a file.
#[derive(Default)]
struct Outcome {
    status: i32,
    stdout: String,
    stderr: String,
}

impl Outcome {
    fn failed(status: i32, name: &str, error: &io::Error) -> Outcome {
        let reason = match error.kind() {
            io::ErrorKind::NotFound => "no such file or directory".to_owned(),
            io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
            _ => error.to_string(),
        };
        let stderr = format!("wat fmt: {name}: {reason}\n");
        Outcome {
            status,
            stdout: String::new(),
            stderr,
        }
    }
}

/// Writes what there is to say about all files, in their order; the highest status is that of the command (C3).
fn tell(outcomes: &[Outcome]) -> i32 {
    let mut status = exit::SUCCESS;
    for outcome in outcomes {
        output::report(&outcome.stderr);
        if !outcome.stdout.is_empty()
            && let Err(failed) = output::result(outcome.stdout.as_bytes())
        {
            return failed;
        }
        status = status.max(outcome.status);
    }
    status
}

/// The files that the paths name, and what is wrong with paths.
fn find(paths: &[PathBuf]) -> (Vec<Outcome>, Vec<PathBuf>) {
    let (mut wrong, mut files) = (Vec::new(), Vec::new());
    let here = [PathBuf::from(".")];
    for path in if paths.is_empty() { &here } else { paths } {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        match walk(path) {
            Ok(found) => files.extend(found.into_iter().filter(|path| !path.is_symlink())),
            Err(error) => wrong.push(Outcome {
                status: exit::NO_INPUT,
                stdout: String::new(),
                stderr: format!("wat fmt: {}: {}\n", error.path, error.reason),
            }),
        }
    }
    (wrong, files)
}

/// Does the work for every file, several at a time; the results are in the order of the files.
fn all(files: &[PathBuf], work: impl Fn(&Path) -> Outcome + Sync) -> Vec<Outcome> {
    let threads = std::thread::available_parallelism().map_or(1, |threads| threads.get());
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

fn stdin(options: &FmtOptions, shown: &Shown) -> Outcome {
    let name = options
        .stdin_path
        .as_deref()
        .map_or("-".to_owned(), name_of);
    let mut bytes = Vec::new();
    if let Err(error) = io::stdin().lock().read_to_end(&mut bytes) {
        return Outcome::failed(exit::NO_INPUT, &name, &error);
    }
    let source = SourceText::from_bytes(bytes);
    if options.check || options.diff {
        return compare(&name, &source, options, shown);
    }
    match wat_fmt::format(&source) {
        Ok(stdout) => Outcome {
            stdout,
            ..Outcome::default()
        },
        Err(refused) => refusal(&name, &source, &refused, shown),
    }
}

fn one(path: &Path, options: &FmtOptions, shown: &Shown) -> Outcome {
    let name = name_of(path);
    let source = match fs::read(path) {
        Ok(bytes) => SourceText::from_bytes(bytes),
        Err(error) => return Outcome::failed(exit::NO_INPUT, &name, &error),
    };
    if options.check || options.diff {
        return compare(&name, &source, options, shown);
    }
    match wat_fmt::format(&source) {
        Ok(text) if text == source.text() => Outcome::default(),
        Ok(text) => match replace(path, text.as_bytes()) {
            Ok(()) => Outcome::default(),
            Err(error) => Outcome::failed(exit::IO, &name, &error),
        },
        Err(refused) => refusal(&name, &source, &refused, shown),
    }
}

/// Says whether and how a text differs from its formatted one.
fn compare(name: &str, source: &SourceText, options: &FmtOptions, shown: &Shown) -> Outcome {
    let edits = match wat_fmt::format_edits(source) {
        Ok(edits) => edits,
        Err(refused) => return refusal(name, source, &refused, shown),
    };
    if edits.is_empty() {
        return Outcome::default();
    }
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
        stdout,
        stderr: String::new(),
    }
}

/// The findings of the reader, and that nothing was done (C4).
fn refusal(name: &str, source: &SourceText, refused: &Refused, shown: &Shown) -> Outcome {
    let index = Arc::new(LineIndex::new(source.text()));
    let source = Arc::new(Source::new(name, source.clone(), index));
    let mut stderr = String::new();
    for error in &refused.errors {
        let report = report(&source, error);
        match shown.format {
            Format::Text | Format::Md => {
                render(&report, shown.style, &mut stderr);
                stderr.push('\n');
            }
            Format::Short | Format::Json => short_line(&report, &mut stderr),
        }
    }
    stderr.push_str(&format!("wat fmt: {name}: {refused}\n"));
    Outcome {
        status: exit::NOT_WAT,
        stdout: String::new(),
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
        message: error.message.clone(),
        place: Some(Place::new(source, error.range)),
        label: String::new(),
        labels: error.labels.iter().map(label).collect(),
        notes: Vec::new(),
        help: error.help.clone(),
        fixes: error.fixes.iter().map(fix).collect(),
    }
}

/// Replaces the content of a file at once: other programs see the old text or the new one. Mode and owner stay; a link
/// stays, and its target is replaced.
fn replace(path: &Path, text: &[u8]) -> io::Result<()> {
    let target = fs::canonicalize(path)?;
    let (Some(directory), Some(name)) = (target.parent(), target.file_name()) else {
        return Err(io::ErrorKind::IsADirectory.into());
    };
    let before = fs::metadata(&target)?;
    let temporary = directory.join(format!(
        ".{}.{}.tmp",
        name.to_string_lossy(),
        std::process::id()
    ));
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&temporary)?;
    let written =
        fill(file, text, &before, &temporary).and_then(|()| fs::rename(&temporary, &target));
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written
}

fn fill(mut file: File, text: &[u8], before: &fs::Metadata, temporary: &Path) -> io::Result<()> {
    file.write_all(text)?;
    let now = file.metadata()?;
    if (now.uid(), now.gid()) != (before.uid(), before.gid()) {
        chown(temporary, Some(before.uid()), Some(before.gid()))?;
    }
    file.set_permissions(before.permissions())
}
