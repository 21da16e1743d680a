//! Applying the fixes of findings, in rounds, until nothing is left to apply.
//!
//! A round takes the first suitable fix of every finding, in order of files and places, and leaves out those whose edits
//! meet an edit that was taken before: they are found again in the next round. A round must not make things worse: when
//! an error appears that was not there before, the round is taken back and its fixes are tried one by one, and those to
//! blame are not tried again. Everything happens in the database; nothing is written.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use wat_analysis::{
    Applicability, Code, Diagnostic, DiagnosticFix, FileEdit, RootDatabase, Severity, SourceFile,
    SourceText, TextRange, file_diagnostics,
};

/// After so many rounds fixes are taken to undo each other.
const ROUNDS: usize = 10;

/// A fix that was applied, or that is a bad one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Applied {
    /// The code of its finding.
    pub code: Code,
    /// The path of the file of the finding.
    pub path: Arc<str>,
    /// Where the finding was, in the text of its round.
    pub range: TextRange,
    /// 1-based line and column of its start.
    pub start: (u32, u32),
    /// What the fix does.
    pub title: String,
}

/// What became of the fixes.
#[derive(Clone, Debug, Default)]
pub struct Fixed {
    /// What was applied, in order.
    pub applied: Vec<Applied>,
    /// Fixes that would have introduced an error, with the message of that error: defects of the fix.
    pub defects: Vec<(Applied, String)>,
    /// False if fixes were left after the last round.
    pub converged: bool,
}

/// Applies fixes to `files` in the database. `chosen` says which fix of a finding is wanted, if any. A fix that touches
/// another file is left out: neither the library nor files that were not named are changed.
pub fn fix_files(
    db: &mut RootDatabase,
    files: &[SourceFile],
    chosen: &dyn Fn(&RootDatabase, &Diagnostic) -> Option<DiagnosticFix>,
) -> Fixed {
    let mut work = Work {
        files,
        chosen,
        refused: HashSet::new(),
        fixed: Fixed::default(),
    };
    for _ in 0..ROUNDS {
        if !work.round(db) {
            work.fixed.converged = true;
            break;
        }
    }
    if !work.fixed.converged {
        work.fixed.converged = work.candidates(db).is_empty();
    }
    work.fixed
}

/// The first fix that a tool may apply unattended.
pub fn machine_fix(diagnostic: &Diagnostic) -> Option<DiagnosticFix> {
    let mut fixes = diagnostic.fixes.iter();
    fixes
        .find(|fix| fix.applicability == Applicability::MachineApplicable)
        .cloned()
}

struct Work<'a> {
    files: &'a [SourceFile],
    chosen: &'a dyn Fn(&RootDatabase, &Diagnostic) -> Option<DiagnosticFix>,
    /// Fixes that introduce errors, by what they are about.
    refused: HashSet<(Code, Arc<str>, String)>,
    fixed: Fixed,
}

/// A fix that may be applied.
struct Candidate {
    about: Applied,
    edits: Vec<FileEdit>,
}

impl Candidate {
    fn key(&self) -> (Code, Arc<str>, String) {
        let Applied {
            code, path, title, ..
        } = &self.about;
        (*code, Arc::clone(path), title.clone())
    }
}

impl Work<'_> {
    /// One round; false if there was nothing to apply.
    fn round(&mut self, db: &mut RootDatabase) -> bool {
        let round = without_conflicts(self.candidates(db));
        if round.is_empty() {
            return false;
        }
        let before = errors(db, self.files);
        let texts = self.texts(db);
        apply(db, round.iter().flat_map(|candidate| &candidate.edits));
        if new_error(&before, &errors(db, self.files)).is_none() {
            let applied = round.into_iter().map(|candidate| candidate.about);
            self.fixed.applied.extend(applied);
            return true;
        }
        restore(db, texts);
        self.one_by_one(db, round)
    }

    /// Applies the first fix of the round that does no harm; those before it are refused for good.
    fn one_by_one(&mut self, db: &mut RootDatabase, round: Vec<Candidate>) -> bool {
        let before = errors(db, self.files);
        for candidate in round {
            let texts = self.texts(db);
            apply(db, candidate.edits.iter());
            match new_error(&before, &errors(db, self.files)) {
                None => {
                    self.fixed.applied.push(candidate.about);
                    return true;
                }
                Some(message) => {
                    restore(db, texts);
                    self.refused.insert(candidate.key());
                    self.fixed.defects.push((candidate.about, message));
                }
            }
        }
        false
    }

    fn candidates(&self, db: &RootDatabase) -> Vec<Candidate> {
        let mut found = Vec::new();
        for &file in self.files {
            let index = wat_analysis::line_index(db, file);
            for diagnostic in file_diagnostics(db, file).iter() {
                let Some(fix) = (self.chosen)(db, diagnostic) else {
                    continue;
                };
                let mut edits = fix.edits.iter();
                if fix.edits.is_empty() || !edits.all(|edit| self.files.contains(&edit.file)) {
                    continue;
                }
                let range = diagnostic.span.range;
                let at = index.line_col(
                    file.text(db).text(),
                    range.start(),
                    wat_syntax::ColumnEncoding::Utf32,
                );
                let candidate = Candidate {
                    about: Applied {
                        code: diagnostic.code,
                        path: file.path(db),
                        range,
                        start: (at.line + 1, at.col + 1),
                        title: fix.title.clone(),
                    },
                    edits: fix.edits,
                };
                if !self.refused.contains(&candidate.key()) {
                    found.push(candidate);
                }
            }
        }
        found
    }

    fn texts(&self, db: &RootDatabase) -> Vec<(SourceFile, SourceText)> {
        let text = |&file: &SourceFile| (file, file.text(db));
        self.files.iter().map(text).collect()
    }
}

/// The candidates whose edits meet no edit of an earlier one.
fn without_conflicts(candidates: Vec<Candidate>) -> Vec<Candidate> {
    let mut taken: HashMap<SourceFile, BTreeSet<(u32, u32)>> = HashMap::new();
    let mut kept = Vec::new();
    for candidate in candidates {
        let meets = |edit: &FileEdit| {
            let ranges = taken.get(&edit.file);
            ranges.is_some_and(|ranges| meets_any(ranges, bounds(edit)))
        };
        if candidate.edits.iter().any(meets) {
            continue;
        }
        for edit in &candidate.edits {
            taken.entry(edit.file).or_default().insert(bounds(edit));
        }
        kept.push(candidate);
    }
    kept
}

fn bounds(edit: &FileEdit) -> (u32, u32) {
    (edit.range.start().into(), edit.range.end().into())
}

/// True if one of the disjoint ranges touches this one: then its neighbours do.
fn meets_any(ranges: &BTreeSet<(u32, u32)>, range: (u32, u32)) -> bool {
    let before = ranges.range(..=(range.0, u32::MAX)).next_back();
    let after = ranges.range((range.0, 0)..).next();
    before
        .into_iter()
        .chain(after)
        .any(|&other| touches(other, range))
}

/// True if two ranges overlap, or meet where something is inserted: the order would be a guess.
fn touches(a: (u32, u32), b: (u32, u32)) -> bool {
    let is_insertion = a.0 == a.1 || b.0 == b.1;
    let (start, end) = (a.0.max(b.0), a.1.min(b.1));
    start < end || (is_insertion && start == end)
}

/// Carries edits out, those of a file together.
fn apply<'e>(db: &mut RootDatabase, edits: impl Iterator<Item = &'e FileEdit>) {
    let mut by_file: Vec<(SourceFile, Vec<wat_syntax::TextEdit>)> = Vec::new();
    for edit in edits {
        let edits = match by_file.iter().position(|(file, _)| *file == edit.file) {
            Some(at) => &mut by_file[at].1,
            None => {
                by_file.push((edit.file, Vec::new()));
                let last = by_file.len() - 1;
                &mut by_file[last].1
            }
        };
        edits.push(wat_syntax::TextEdit::replace(
            edit.range,
            edit.insert.clone(),
        ));
    }
    for (file, mut edits) in by_file {
        edits.sort_by_key(|edit| (edit.range.start(), edit.range.end()));
        let text = edited(&file.text(db), &edits);
        let (path, kind) = (file.path(db), file.kind(db));
        db.set_file(&path, text, kind);
    }
}

/// The source after sorted, disjoint edits. What is no UTF-8 stays as it is, byte for byte.
fn edited(source: &SourceText, edits: &[wat_syntax::TextEdit]) -> SourceText {
    let bytes = source.to_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut done = 0;
    for edit in edits {
        let (start, end) = (
            usize::from(edit.range.start()),
            usize::from(edit.range.end()),
        );
        if start < done || end > bytes.len() {
            continue;
        }
        out.extend_from_slice(&bytes[done..start]);
        out.extend_from_slice(edit.insert.as_bytes());
        done = end;
    }
    out.extend_from_slice(&bytes[done..]);
    SourceText::from_bytes(out)
}

fn restore(db: &mut RootDatabase, texts: Vec<(SourceFile, SourceText)>) {
    for (file, text) in texts {
        let (path, kind) = (file.path(db), file.kind(db));
        db.set_file(&path, text, kind);
    }
}

/// The errors of the files: those of the reader, all of them, and how often each is told.
#[derive(Default)]
struct Errors {
    reader: usize,
    all: usize,
    told: BTreeMap<(Code, String), usize>,
}

fn errors(db: &RootDatabase, files: &[SourceFile]) -> Errors {
    let mut errors = Errors::default();
    for &file in files {
        for diagnostic in file_diagnostics(db, file).iter() {
            if diagnostic.severity == Severity::Error {
                errors.all += 1;
                errors.reader += usize::from(diagnostic.code.0 < 2000);
                let key = (diagnostic.code, diagnostic.message.clone());
                *errors.told.entry(key).or_default() += 1;
            }
        }
    }
    errors
}

/// The message of an error that was introduced. An error silences what depends on it, so that its repair may uncover
/// others: a broken token any number, another error one. Those are not introduced.
fn new_error(before: &Errors, after: &Errors) -> Option<String> {
    if after.reader < before.reader || (after.reader == before.reader && after.all <= before.all) {
        return None;
    }
    let known = |key| before.told.get(key).copied().unwrap_or(0);
    let grown = after.told.iter().find(|(key, count)| **count > known(key));
    let ((code, message), _) = grown?;
    Some(format!("{code}: {message}"))
}
