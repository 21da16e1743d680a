//! Applying the fixes of findings, in rounds, until nothing is left to apply.
//!
//! A round takes the first suitable fix of every finding, in order of files and places, and leaves out those whose edits
//! meet an edit that was taken before: they are found again in the next round. A round must not make things worse, in no
//! file of the database: when an error appears that was not there before, the round is taken back, its fixes are added
//! one by one, and those to blame are left out and not tried again. Everything happens in the database; nothing is
//! written.

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
    /// Fixes that would also change a file that may not be changed, with its path; left out.
    pub outside: Vec<(Applied, Arc<str>)>,
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
    let (left, outside) = work.candidates(db);
    work.fixed.converged |= left.is_empty();
    work.fixed.outside = outside;
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
    refused: HashSet<Key>,
    fixed: Fixed,
}

/// What a fix is about, wherever its place has moved: code, file, title, what its lines say, and which of those that
/// agree in this it is.
type Key = (Code, Arc<str>, String, String, usize);

/// A fix that may be applied.
struct Candidate {
    about: Applied,
    key: Key,
    /// It surely makes one error of the reader less.
    repairs: bool,
    edits: Vec<FileEdit>,
}

impl Work<'_> {
    /// One round; false if there was nothing to apply.
    fn round(&mut self, db: &mut RootDatabase) -> bool {
        let round = without_conflicts(self.candidates(db).0);
        if round.is_empty() {
            return false;
        }
        let before = errors(db);
        let texts = self.texts(db);
        apply(db, round.iter().flat_map(|candidate| &candidate.edits));
        let repaired = round.iter().filter(|candidate| candidate.repairs).count();
        if new_error(&before, &errors(db), repaired).is_some() {
            restore(db, &texts);
            return self.one_by_one(db, round, before, &texts);
        }
        let applied = round.into_iter().map(|candidate| candidate.about);
        self.fixed.applied.extend(applied);
        true
    }

    /// Applies those fixes of a round that together do no harm, and refuses the others for good. False if there is none.
    fn one_by_one(
        &mut self,
        db: &mut RootDatabase,
        round: Vec<Candidate>,
        mut before: Errors,
        texts: &[(SourceFile, SourceText)],
    ) -> bool {
        let mut kept: Vec<Candidate> = Vec::new();
        for candidate in round {
            restore(db, texts);
            let edits = kept.iter().chain([&candidate]);
            apply(db, edits.flat_map(|candidate| &candidate.edits));
            let after = errors(db);
            match new_error(&before, &after, usize::from(candidate.repairs)) {
                None => {
                    kept.push(candidate);
                    before = after;
                }
                Some(message) => {
                    self.refused.insert(candidate.key);
                    self.fixed.defects.push((candidate.about, message));
                }
            }
        }
        restore(db, texts);
        apply(db, kept.iter().flat_map(|candidate| &candidate.edits));
        let is_some = !kept.is_empty();
        let applied = kept.into_iter().map(|candidate| candidate.about);
        self.fixed.applied.extend(applied);
        is_some
    }

    /// What may be applied, and what would change a file that may not be changed.
    fn candidates(&self, db: &RootDatabase) -> (Vec<Candidate>, Vec<(Applied, Arc<str>)>) {
        let (mut found, mut outside) = (Vec::new(), Vec::new());
        let mut seen: HashMap<(Code, Arc<str>, String, String), usize> = HashMap::new();
        for &file in self.files {
            let index = wat_analysis::line_index(db, file);
            for diagnostic in file_diagnostics(db, file).iter() {
                let Some(fix) = (self.chosen)(db, diagnostic) else {
                    continue;
                };
                if fix.edits.is_empty() {
                    continue;
                }
                let range = diagnostic.span.range;
                let at = index.line_col(
                    file.text(db).text(),
                    range.start(),
                    wat_syntax::ColumnEncoding::Utf32,
                );
                let about = Applied {
                    code: diagnostic.code,
                    path: file.path(db),
                    range,
                    start: (at.line + 1, at.col + 1),
                    title: fix.title.clone(),
                };
                let mut edits = fix.edits.iter();
                if let Some(edit) = edits.find(|edit| !self.files.contains(&edit.file)) {
                    outside.push((about, edit.file.path(db)));
                    continue;
                }
                let line = line_of(file.text(db).text(), range);
                let same = (about.code, Arc::clone(&about.path), fix.title, line);
                let number = seen.entry(same.clone()).or_default();
                let key = (same.0, same.1, same.2, same.3, *number);
                *number += 1;
                if !self.refused.contains(&key) {
                    let is_sure = fix.applicability == Applicability::MachineApplicable;
                    found.push(Candidate {
                        repairs: is_sure && is_of_reader(diagnostic),
                        about,
                        key,
                        edits: fix.edits,
                    });
                }
            }
        }
        (found, outside)
    }

    fn texts(&self, db: &RootDatabase) -> Vec<(SourceFile, SourceText)> {
        let text = |&file: &SourceFile| (file, file.text(db));
        self.files.iter().map(text).collect()
    }
}

/// The line where a range starts.
fn line_of(text: &str, range: TextRange) -> String {
    let start = usize::from(range.start());
    let from = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line = text[from..].lines().next();
    line.unwrap_or_default().to_owned()
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

fn restore(db: &mut RootDatabase, texts: &[(SourceFile, SourceText)]) {
    for (file, text) in texts {
        let (path, kind) = (file.path(db), file.kind(db));
        db.set_file(&path, text.clone(), kind);
    }
}

/// The errors of all files: those of the reader, all of them, and how often each is told.
#[derive(Default)]
struct Errors {
    reader: usize,
    all: usize,
    told: BTreeMap<(Code, String), usize>,
}

fn errors(db: &RootDatabase) -> Errors {
    let mut errors = Errors::default();
    for file in db.project_files() {
        for diagnostic in file_diagnostics(db, file).iter() {
            if diagnostic.severity == Severity::Error {
                errors.all += 1;
                errors.reader += usize::from(is_of_reader(diagnostic));
                let key = (diagnostic.code, diagnostic.message.clone());
                *errors.told.entry(key).or_default() += 1;
            }
        }
    }
    errors
}

/// Is it an error of the reader?
fn is_of_reader(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity == Severity::Error && diagnostic.code.0 < 2000
}

/// The message of an error that was introduced by fixes that repair so many errors of the reader. An error silences what
/// depends on it, so that its repair may uncover others: a broken token any number, another error one. Those are not
/// introduced.
fn new_error(before: &Errors, after: &Errors, repaired: usize) -> Option<String> {
    let left = before.reader.saturating_sub(repaired);
    if after.reader < before.reader && after.reader <= left
        || after.reader == left && after.all <= before.all
    {
        return None;
    }
    let known = |key| before.told.get(key).copied().unwrap_or(0);
    let grown = after.told.iter().find(|(key, count)| **count > known(key));
    let ((code, message), _) = grown?;
    Some(format!("{code}: {message}"))
}
