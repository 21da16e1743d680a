//! `wat fix`: what the findings propose, carried out.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;
use wat_analysis::{
    Applicability, Code, Diagnostic, DiagnosticFix, RootDatabase, Severity, SourceFile, SourceText,
};
use wat_driver::{Applied, Fixed, Levels, fix_files, name_of, reason};

use crate::args::{FixOptions, Format, Global};
use crate::check::findings;
use crate::diff::unified;
use crate::explain::{find, suggestion};
use crate::fmt::replace;
use crate::timings::phase;
use crate::workspace::Workspace;
use crate::{exit, output};

/// A verification that fails may be an attack: these are repaired one at a time, on request.
const BY_HAND: [Code; 2] = [Code(5011), Code(5012)];

pub(crate) fn fix(global: &Global, options: &FixOptions) -> i32 {
    let codes = match codes(&options.code) {
        Ok(codes) => codes,
        Err(status) => return status,
    };
    let mut space = match Workspace::open(global, &options.paths) {
        Ok(space) => space,
        Err(status) => return status,
    };
    space.tell_reports(global);
    space.note_if_empty(global, &options.paths);
    let before = space.targets(options.paths.is_empty());
    let files: Vec<SourceFile> = before.iter().map(|target| target.file).collect();
    let alone = alone(&space, &files);
    let levels = Levels::of_project(&space.settings);
    let project = space.project.clone();
    let chosen = |db: &RootDatabase, diagnostic: &Diagnostic| {
        let path = diagnostic.span.file.path(db);
        let inner = project
            .as_ref()
            .and_then(|project| project.inner_name(&path));
        let path = inner.as_deref().unwrap_or(&path);
        let code = diagnostic.code;
        let is_off = levels.speak_of(code, path)
            && levels.severity(code, diagnostic.severity, path).is_none();
        match is_off && !codes.contains(&code) {
            true => None,
            false => choose(diagnostic, options, &codes, &alone),
        }
    };
    let work = || fix_files(&mut space.db, &files, &chosen);
    let fixed = phase("fix", String::new, work);
    let piped = before.iter().find(|target| is_piped(target));
    let piped = piped.map(|target| target.text.clone());
    let mut changed = changes(&space.db, before);
    let status = if options.dry_run || options.diff {
        show(global, options, &fixed, &changed)
    } else {
        // Text that was piped in is piped out, changed or not; the other files are written.
        let at = changed.iter().position(|it| is_piped(&it.target));
        let text = at.map(|at| changed.remove(at).text);
        let text = text.or_else(|| piped.as_ref().map(|text| text.text().to_owned()));
        match text.map(|text| output::result(text.as_bytes())) {
            Some(Err(status)) => status,
            _ => write(global, options, &fixed, &changed, piped.is_some()),
        }
    };
    if status == exit::SUCCESS || status == exit::NEGATIVE {
        space.status(tell(&fixed, status))
    } else {
        status
    }
}

/// A file that may be changed, as it was found.
struct Target {
    path: PathBuf,
    file: SourceFile,
    text: SourceText,
}

/// Is it the standard input?
fn is_piped(target: &Target) -> bool {
    target.path == Path::new(wat_driver::STDIN)
}

/// A file with its new text.
struct Changed {
    target: Target,
    text: String,
}

/// The codes that the words name.
fn codes(words: &[String]) -> Result<BTreeSet<Code>, i32> {
    let mut codes = BTreeSet::new();
    for word in words {
        let Some(info) = find(word) else {
            output::complain(&format!("there is no diagnostic `{word}`"));
            if let Some(near) = suggestion(word) {
                output::report(&format!("help: did you mean `{near}`?\n"));
            }
            return Err(exit::USAGE);
        };
        codes.insert(info.code);
    }
    Ok(codes)
}

/// The verification findings that are the only ones of their code.
fn alone(space: &Workspace, files: &[SourceFile]) -> BTreeSet<Code> {
    let found = findings(&space.db, files, false);
    let is_alone = |code: &Code| found.iter().filter(|it| it.code == *code).count() == 1;
    BY_HAND.into_iter().filter(is_alone).collect()
}

/// The fix of a finding that is wanted.
fn choose(
    diagnostic: &Diagnostic,
    options: &FixOptions,
    codes: &BTreeSet<Code>,
    alone: &BTreeSet<Code>,
) -> Option<DiagnosticFix> {
    let code = diagnostic.code;
    let is_named = codes.contains(&code);
    if !codes.is_empty() && !is_named {
        return None;
    }
    if BY_HAND.contains(&code) && !(is_named && alone.contains(&code)) {
        return None;
    }
    if diagnostic.severity == Severity::Hint && !options.all && !is_named {
        return None;
    }
    let wanted = |fix: &&DiagnosticFix| match fix.applicability {
        Applicability::MachineApplicable => true,
        Applicability::MaybeIncorrect => options.maybe,
        Applicability::HasPlaceholders => false,
    };
    diagnostic.fixes.iter().find(wanted).cloned()
}

/// The files whose text is another one now. A file that was formatted is formatted again.
fn changes(db: &RootDatabase, before: Vec<Target>) -> Vec<Changed> {
    let mut changed = Vec::new();
    for target in before {
        let now = target.file.text(db);
        if now == target.text {
            continue;
        }
        let is_formatted = |text: &SourceText| {
            wat_fmt::format(text).is_ok_and(|formatted| formatted == text.text())
        };
        let text = match is_formatted(&target.text) {
            true => wat_fmt::format(&now).unwrap_or_else(|_| now.text().to_owned()),
            false => now.text().to_owned(),
        };
        changed.push(Changed { target, text });
    }
    changed
}

/// Says what would be done; the status is that of a question with a negative answer if there is something to do.
fn show(global: &Global, options: &FixOptions, fixed: &Fixed, changed: &[Changed]) -> i32 {
    let mut out = String::new();
    if options.diff {
        for Changed { target, text } in changed {
            let old = target.text.text();
            let stretch = [(0, old.len(), text.as_str())];
            out.push_str(&unified(&name_of(&target.path), old, stretch.into_iter()));
        }
    } else {
        list(global, fixed, &mut out);
    }
    match output::result(out.as_bytes()) {
        Err(status) => status,
        Ok(()) if changed.is_empty() => exit::SUCCESS,
        Ok(()) => exit::NEGATIVE,
    }
}

/// One line for each fix.
fn list(global: &Global, fixed: &Fixed, out: &mut String) {
    for Applied {
        code,
        path,
        start: (line, col),
        title,
        ..
    } in &fixed.applied
    {
        match global.format {
            Some(Format::Json) => {
                let record = json!({
                    "kind": "fix",
                    "code": code.to_string(),
                    "file": path.as_ref(),
                    "line": line,
                    "col": col,
                    "title": title,
                });
                out.push_str(&format!("{record}\n"));
            }
            _ => out.push_str(&format!("{path}:{line}:{col}: {code}: {title}\n")),
        }
    }
}

/// Writes the files, or none of them if one cannot be written. Nothing is said where the standard output is the text.
fn write(
    global: &Global,
    options: &FixOptions,
    fixed: &Fixed,
    changed: &[Changed],
    piped: bool,
) -> i32 {
    if !options.allow_dirty {
        let dirty = dirty(changed);
        if !dirty.is_empty() {
            for path in dirty {
                output::complain(&format!("`{path}` has changes that are not committed"));
            }
            output::report("help: commit them first, or use `--allow-dirty`\n");
            return exit::DENIED;
        }
    }
    let mut places = Vec::with_capacity(changed.len());
    for Changed { target, .. } in changed {
        match writable(target) {
            Ok(place) => places.push(place),
            Err(reason) => return unwritable(target, &reason),
        }
    }
    let writer = replace::Writer::default();
    for (Changed { target, text }, place) in changed.iter().zip(places) {
        if let Err(error) = writer.replace(&place, text.as_bytes()) {
            return unwritable(target, &reason(&error));
        }
    }
    if piped {
        return exit::SUCCESS;
    }
    let mut out = String::new();
    if global.format == Some(Format::Json) {
        list(global, fixed, &mut out);
        let record = json!({
            "kind": "summary",
            "fixed": fixed.applied.len(),
            "files": changed.len(),
        });
        out.push_str(&format!("{record}\n"));
    } else if !global.quiet {
        let count = |number: usize, word: &str| match number {
            1 => format!("1 {word}"),
            _ => format!("{number} {word}s"),
        };
        output::report(&format!(
            "fixed {} in {}\n",
            count(fixed.applied.len(), "finding"),
            count(changed.len(), "file")
        ));
    }
    output::result(out.as_bytes())
        .err()
        .unwrap_or(exit::SUCCESS)
}

/// Where a file is to be written; else why it cannot be.
fn writable(target: &Target) -> Result<replace::Target, String> {
    let (place, bytes) = replace::Target::read(&target.path).map_err(|error| reason(&error))?;
    let is_locked = fs::metadata(&target.path).is_ok_and(|data| data.permissions().readonly());
    if is_locked {
        return Err("it is read-only".to_owned());
    }
    match bytes == target.text.to_bytes() {
        true => Ok(place),
        false => Err("the file changes meanwhile".to_owned()),
    }
}

fn unwritable(target: &Target, reason: &str) -> i32 {
    output::complain(&format!(
        "cannot write `{}`: {reason}",
        name_of(&target.path)
    ));
    exit::IO
}

/// The files that a version-controlled tree holds and that differ from what was committed.
fn dirty(changed: &[Changed]) -> Vec<String> {
    let mut dirty = Vec::new();
    for Changed { target, .. } in changed {
        let Ok(path) = fs::canonicalize(&target.path) else {
            continue;
        };
        let directory = path.parent().unwrap_or(Path::new("/"));
        let asked = Command::new("git")
            .args(["status", "--porcelain", "--"])
            .arg(&path)
            .current_dir(directory)
            .output();
        // Without git, or outside of a tree, nothing is under version control.
        if asked.is_ok_and(|answer| answer.status.success() && !answer.stdout.is_empty()) {
            dirty.push(name_of(&target.path));
        }
    }
    dirty
}

/// What went wrong with fixes, and the status of the command.
fn tell(fixed: &Fixed, status: i32) -> i32 {
    for (fix, reason) in &fixed.defects {
        let (line, col) = fix.start;
        output::report(&format!(
            "warning: {}:{line}:{col}: the fix `{}` of {} was taken back: {reason}\n",
            fix.path, fix.title, fix.code
        ));
    }
    for (fix, other) in &fixed.outside {
        let (line, col) = fix.start;
        output::report(&format!(
            "note: {}:{line}:{col}: the fix of {} would also change `{other}`, which was not named\n",
            fix.path, fix.code
        ));
    }
    if fixed.converged {
        return status;
    }
    output::report("error[WAT5811]: after ten rounds the fixes still produce new findings\n");
    output::report("help: apply them code by code with `--code`\n");
    exit::NEGATIVE
}

impl Workspace {
    /// The files that were asked for, with their texts; of the whole project, what they load from it too.
    fn targets(&self, whole_project: bool) -> Vec<Target> {
        let target = |path: PathBuf, file: SourceFile| Target {
            path,
            file,
            text: file.text(&*self.db),
        };
        let files = self.files.iter();
        let mut targets: Vec<Target> = files
            .map(|(path, file)| target(path.clone(), *file))
            .collect();
        if whole_project {
            let loaded = self.loaded().into_iter();
            targets.extend(loaded.map(|(path, file)| target(path, file)));
        }
        targets
    }
}
