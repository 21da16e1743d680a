//! Applying the fixes of findings, in rounds, until nothing is left to apply.
//!
//! A round takes the first suitable fix of every finding, in order of files and places, and leaves out those whose edits
//! meet an edit that was taken before: they are found again in the next round. A round must not make things worse, in no
//! file of the database: when an error appears that was not there before, the round is taken back, its fixes are added
//! one by one, and those to blame are left out and not tried again. A fix that may be wrong must also remove its finding.
//! Everything happens in the database; nothing is written.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use wat_analysis::{
    Applicability, Code, Diagnostic, DiagnosticFix, FileEdit, Finding, RootDatabase, Severity,
    SourceFile, SourceText, TextRange, apply_edits, file_findings, finding, restore_texts,
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
    /// Fixes that were taken back, and why, as a sentence: they introduce an error, or leave their finding.
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
    /// The finding of a fix that may be wrong, as it is counted.
    guess: Option<Finding>,
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
        apply_edits(db, round.iter().flat_map(|candidate| &candidate.edits));
        if harm(&before, &errors(db), &round).is_some() {
            restore_texts(db, &texts);
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
            restore_texts(db, texts);
            let edits = kept.iter().chain([&candidate]);
            apply_edits(db, edits.flat_map(|candidate| &candidate.edits));
            let after = errors(db);
            match harm(&before, &after, std::slice::from_ref(&candidate)) {
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
        restore_texts(db, texts);
        apply_edits(db, kept.iter().flat_map(|candidate| &candidate.edits));
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
            for diagnostic in &file_findings(db, file) {
                if diagnostic.suppressed.is_some() {
                    continue;
                }
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
                        guess: (!is_sure).then(|| finding(diagnostic)),
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

/// What is told of all files: how many errors of the reader, how many errors, and how often each finding.
#[derive(Default)]
struct Errors {
    reader: usize,
    all: usize,
    told: BTreeMap<Finding, usize>,
}

impl Errors {
    fn count(&self, finding: &Finding) -> usize {
        self.told.get(finding).copied().unwrap_or(0)
    }
}

fn errors(db: &RootDatabase) -> Errors {
    let mut errors = Errors::default();
    for file in db.project_files() {
        for diagnostic in &file_findings(db, file) {
            if diagnostic.severity == Severity::Error {
                errors.all += 1;
                errors.reader += usize::from(is_of_reader(diagnostic));
            }
            *errors.told.entry(finding(diagnostic)).or_default() += 1;
        }
    }
    errors
}

/// Is it an error of the reader?
fn is_of_reader(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity == Severity::Error && diagnostic.code.0 < 2000
}

/// Why fixes that were carried out together must be taken back, as a sentence. An error silences what depends on it, so
/// that the repair of one may uncover others: that of a broken token any number, that of another error one. Those are
/// not introduced, unless a fix may be wrong: then nothing tells them from errors that it makes.
fn harm(before: &Errors, after: &Errors, done: &[Candidate]) -> Option<String> {
    let guesses: Vec<&Finding> = done.iter().filter_map(|one| one.guess.as_ref()).collect();
    for guess in &guesses {
        let same = guesses.iter().filter(|other| *other == guess).count();
        if after.count(guess) + same > before.count(guess) {
            return Some("its finding stays".to_owned());
        }
    }
    let repaired = done.iter().filter(|candidate| candidate.repairs).count();
    let left = before.reader.saturating_sub(repaired);
    let uncovers = after.reader < before.reader && after.reader <= left
        || after.reader == left && after.all <= before.all;
    if uncovers && guesses.is_empty() {
        return None;
    }
    let is_new =
        |(finding, count): &(&Finding, &usize)| finding.0 && **count > before.count(finding);
    let ((_, code, message), _) = after.told.iter().find(is_new)?;
    Some(format!("it introduces {code}: {message}"))
}
