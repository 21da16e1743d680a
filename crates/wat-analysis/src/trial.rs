//! Fixes that may be wrong are tried before anybody is offered them.
//!
//! Such a fix is a guess at what was meant: a name that is spelled nearly so, a place where a string may end. Most guesses
//! are right, and no rule tells the others from them as surely as the analysis itself: a guess holds if the finding is gone
//! once it is carried out, and no error is told that was not told before. A guess that does not hold is not offered; the
//! help of its finding, which is for people, stays. Many guesses are tried together, one for each top-level form; only where
//! that does not hold they are parted. Guesses about one form are tried one after the other: what one of them uncovers,
//! another one may hide.
//!
//! The brackets of a keyword are closed where the reader says (01 K31), whatever type that makes: for that it is enough that
//! there are not more errors than before.
//!
//! Machine-applicable fixes follow from what is written. Those of top-level forms with errors are tried, too: broken code
//! around them can give them another meaning. An error silences what depends on it, so that their repair may uncover what
//! was wrong before: that of a token, or of what gives a form its meaning, any number of errors, that of another error one.
//! Such a fix is not offered if it leaves its finding or brings more.

use std::collections::{BTreeMap, BTreeSet};

use wat_syntax::{Applicability, Code, Severity, SourceText, TextSize};

use crate::db::{FileKind, RootDatabase, SourceFile};
use crate::diagnostics::{Diagnostic, DiagnosticFix, FileEdit, file_diagnostics};
use crate::editor::{DefKind, definition};
use crate::forms::forms;
use crate::unsure::AGAIN;

/// So many fixes that may be wrong are tried for one answer, and so many others. Who has more wrong guesses mends some and
/// asks again.
pub const TRIALS: usize = 100;

/// So many rounds are for fixes that may not be wrong, which are seldom told twice of a form.
const ROUNDS: usize = 8;

/// Takes from findings of `files` the fixes that do not hold, and those that may be wrong beyond the first [`TRIALS`].
/// Machine-applicable ones beyond what is tried stay, and those of forms of which no error is told. Whether a fix holds is
/// seen in `files` and in those that it changes. The database is the same afterwards.
pub fn keep_what_holds(db: &mut RootDatabase, files: &[SourceFile], found: &mut [Diagnostic]) {
    let mut trial = Trial {
        files,
        before: BTreeMap::new(),
        held: BTreeSet::new(),
    };
    let rounds = rounds(db, found);
    for Round { guesses, .. } in &rounds {
        match guesses.len() < MANY {
            true => guesses
                .iter()
                .for_each(|guess| trial.judge(db, found, &[*guess])),
            false => trial.judge(db, found, guesses),
        }
    }
    let tried = rounds.into_iter().flat_map(|round| round.guesses);
    let tried: BTreeSet<Guess> = tried.collect();
    for (at, diagnostic) in found.iter_mut().enumerate() {
        let mut fix = 0..;
        diagnostic.fixes.retain(|it| {
            let about = (at, fix.next().unwrap_or_default());
            match tried.contains(&about) {
                true => trial.held.contains(&about),
                false => !is_guess(it),
            }
        });
    }
}

fn is_sure(fix: &DiagnosticFix) -> bool {
    fix.applicability == Applicability::MachineApplicable
}

fn is_guess(fix: &DiagnosticFix) -> bool {
    fix.applicability == Applicability::MaybeIncorrect
}

/// From so many guesses on they are tried together first: most of them are right.
const MANY: usize = 8;

/// A fix by the places of its finding and of itself.
type Guess = (usize, usize);

/// A top-level form, by its file and its number there.
type FormAt = (SourceFile, usize);

/// Guesses that are tried together.
#[derive(Default)]
struct Round {
    guesses: Vec<Guess>,
    /// What they are about and what they change: each form belongs to one of them.
    forms: BTreeSet<FormAt>,
}

/// The fixes that are tried, each in the first round in which no other one is about one of its forms.
fn rounds(db: &RootDatabase, found: &[Diagnostic]) -> Vec<Round> {
    let mut rounds: Vec<Round> = Vec::new();
    let (mut guesses, mut others) = (TRIALS, TRIALS);
    let place = |told: &Diagnostic| {
        let (file, start) = (told.span.file, told.span.range.start());
        (file, form_at(db, file, start))
    };
    let errors = found.iter().filter(|told| told.severity == Severity::Error);
    let broken: BTreeSet<FormAt> = errors.map(place).collect();
    for (at, diagnostic) in found.iter().enumerate() {
        for (number, fix) in diagnostic.fixes.iter().enumerate() {
            let left = match fix.applicability {
                Applicability::MaybeIncorrect => &mut guesses,
                Applicability::MachineApplicable
                    if is_given(db, fix) && broken.contains(&place(diagnostic)) =>
                {
                    &mut others
                }
                _ => continue,
            };
            if *left == 0 {
                continue;
            }
            let about = (diagnostic.span.file, diagnostic.span.range.start());
            let edits = fix.edits.iter();
            let places = edits.map(|edit| (edit.file, edit.range.start()));
            let forms: BTreeSet<FormAt> = std::iter::once(about)
                .chain(places)
                .map(|(file, start)| (file, form_at(db, file, start)))
                .collect();
            let is_free = |round: &Round| round.forms.is_disjoint(&forms);
            let free = rounds.iter().position(is_free).unwrap_or(rounds.len());
            if is_sure(fix) && free >= ROUNDS {
                continue;
            }
            *left -= 1;
            if free == rounds.len() {
                rounds.push(Round::default());
            }
            rounds[free].guesses.push((at, number));
            rounds[free].forms.extend(forms);
        }
    }
    rounds
}

/// Are all files that a fix changes those of a project?
fn is_given(db: &RootDatabase, fix: &DiagnosticFix) -> bool {
    let mut files = fix.edits.iter().map(|edit| edit.file);
    files.all(|file| matches!(file.kind(db), FileKind::Disk | FileKind::Open))
}

/// The number of the top-level form in which an offset stands, or behind which.
fn form_at(db: &RootDatabase, file: SourceFile, offset: TextSize) -> usize {
    let placed = &forms(db, file).placed;
    placed.partition_point(|it| it.range().start() <= offset)
}

struct Trial<'a> {
    files: &'a [SourceFile],
    /// What is told of each file as it is.
    before: BTreeMap<SourceFile, Before>,
    /// What was tried and holds.
    held: BTreeSet<Guess>,
}

impl Trial<'_> {
    /// Tries guesses about different findings together, and if that does not hold, each half of them.
    fn judge(&mut self, db: &mut RootDatabase, found: &[Diagnostic], guesses: &[Guess]) {
        let tried: Vec<(&Diagnostic, &DiagnosticFix)> = guesses
            .iter()
            .map(|&(at, fix)| (&found[at], &found[at].fixes[fix]))
            .collect();
        let holds = match tried[..] {
            [(diagnostic, fix)] if is_sure(fix) => {
                holds_surely(db, self.files, (diagnostic, fix), &mut self.before)
            }
            _ => are_disjoint(&tried) && holds(db, self.files, &tried, &mut self.before),
        };
        if holds {
            self.held.extend(guesses);
        } else if guesses.len() > 1 {
            let (some, others) = guesses.split_at(guesses.len() / 2);
            self.judge(db, found, some);
            self.judge(db, found, others);
        }
    }
}

/// Do fixes change different parts of the text? The edits of one fix do.
fn are_disjoint(tried: &[(&Diagnostic, &DiagnosticFix)]) -> bool {
    if tried.len() < 2 {
        return true;
    }
    let mut places: Vec<_> = tried
        .iter()
        .flat_map(|(_, fix)| &fix.edits)
        .map(|edit| (edit.file, edit.range.start(), edit.range.end()))
        .collect();
    places.sort_unstable();
    places
        .windows(2)
        .all(|pair| pair[0].0 != pair[1].0 || pair[0].2 < pair[1].1)
}

/// A keyword whose brackets do not close.
const UNCLOSED_KEYWORD: Code = Code(1012);

/// A finding as it is counted, wherever it stands: is it an error, its code, its message.
pub type Finding = (bool, Code, String);

/// What is told of a file before anything is tried: how often, and where each error begins.
struct Before {
    told: Told,
    errors: BTreeSet<Beginning>,
}

/// Where an error begins, and what it is.
type Beginning = (SourceFile, u32, Code, String);

impl Before {
    fn of(db: &RootDatabase, file: SourceFile) -> Before {
        Before {
            told: told(db, file),
            errors: beginnings(db, file),
        }
    }
}

fn beginnings(db: &RootDatabase, file: SourceFile) -> BTreeSet<Beginning> {
    let found = file_diagnostics(db, file);
    let errors = found.iter().filter(|told| told.severity == Severity::Error);
    errors
        .map(|told| {
            let start = told.span.range.start().into();
            (told.span.file, start, told.code, told.message.clone())
        })
        .collect()
}

/// Where what begins at an offset begins behind the edits.
fn moved(file: SourceFile, start: u32, edits: &[&FileEdit]) -> u32 {
    let before = |edit: &&&FileEdit| edit.file == file && u32::from(edit.range.end()) <= start;
    let shift: i64 = edits
        .iter()
        .filter(before)
        .map(|edit| edit.insert.len() as i64 - i64::from(u32::from(edit.range.len())))
        .sum();
    u32::try_from(i64::from(start) + shift).unwrap_or(start)
}

/// How often the findings of a file are told.
type Told = BTreeMap<Finding, usize>;

fn told(db: &RootDatabase, file: SourceFile) -> Told {
    let mut told = Told::new();
    for diagnostic in &crate::lint::file_findings(db, file) {
        *told.entry(finding(diagnostic)).or_default() += 1;
    }
    told
}

/// A diagnostic as it is counted.
pub fn finding(diagnostic: &Diagnostic) -> Finding {
    let is_error = diagnostic.severity == Severity::Error;
    (is_error, diagnostic.code, diagnostic.message.clone())
}

/// Are the findings gone where their fixes are carried out, and is no error new? What would change other files than those
/// of the project is no fix. `before` keeps what is told of each file now.
fn holds(
    db: &mut RootDatabase,
    files: &[SourceFile],
    tried: &[(&Diagnostic, &DiagnosticFix)],
    before: &mut BTreeMap<SourceFile, Before>,
) -> bool {
    let edits: Vec<&FileEdit> = tried.iter().flat_map(|(_, fix)| &fix.edits).collect();
    if !tried.iter().all(|(_, fix)| is_given(db, fix)) {
        return false;
    }
    let seen = seen(files, &edits);
    for &file in &seen {
        before.entry(file).or_insert_with(|| Before::of(db, file));
    }
    let (mut old, mut new) = (Told::new(), Told::new());
    for file in &seen {
        add(&mut old, &before[file].told);
    }
    // Mended together definitions of one name may be equal, and each by itself differ from the others.
    if tried.len() > 1 && old.keys().any(|(_, code, _)| AGAIN.contains(&code.0)) {
        return false;
    }
    let texts = apply_edits(db, edits.iter().copied());
    for file in &seen {
        add(&mut new, &told(db, *file));
    }
    // Of guesses that are tried together one may bring an error that is like one which another takes away elsewhere.
    let stay = tried.len() < 2 || {
        let errors = seen.iter().flat_map(|file| &before[file].errors);
        let kept: BTreeSet<Beginning> = errors
            .map(|it| (it.0, moved(it.0, it.1, &edits), it.2, it.3.clone()))
            .collect();
        let mut files = seen.iter();
        files.all(|file| beginnings(db, *file).is_subset(&kept))
    };
    restore_texts(db, &texts);
    let mut gone = Told::new();
    for (diagnostic, _) in tried {
        *gone.entry(finding(diagnostic)).or_default() += 1;
    }
    let are_gone = gone
        .iter()
        .all(|(about, number)| count(&new, about) + number <= count(&old, about));
    // Of several closed brackets each must hold by itself: one may uncover what another one removes.
    let closes_brackets = matches!(tried, [(diagnostic, _)] if diagnostic.code == UNCLOSED_KEYWORD);
    are_gone
        && stay
        && match closes_brackets {
            true => errors(&new).map(|it| it.1).sum::<usize>() <= errors(&old).map(|it| it.1).sum(),
            false => errors(&new).all(|(error, number)| *number <= count(&old, error)),
        }
}

/// The files in which it shows whether edits hold.
fn seen(files: &[SourceFile], edits: &[&FileEdit]) -> Vec<SourceFile> {
    let edited = edits.iter().map(|edit| edit.file);
    let mut seen: Vec<SourceFile> = files.iter().copied().chain(edited).collect();
    seen.sort_unstable();
    seen.dedup();
    seen
}

/// Is the finding of a machine-applicable fix gone where it is carried out, and does it uncover no more than it may?
fn holds_surely(
    db: &mut RootDatabase,
    files: &[SourceFile],
    (diagnostic, fix): (&Diagnostic, &DiagnosticFix),
    before: &mut BTreeMap<SourceFile, Before>,
) -> bool {
    let edits: Vec<&FileEdit> = fix.edits.iter().collect();
    let seen = seen(files, &edits);
    let mut old = Told::new();
    for &file in &seen {
        let before = before.entry(file).or_insert_with(|| Before::of(db, file));
        add(&mut old, &before.told);
    }
    let texts = apply_edits(db, edits.iter().copied());
    let mut new = Told::new();
    let mut stays = false;
    for &file in &seen {
        for told in &crate::lint::file_findings(db, file) {
            stays |= is_in_place(diagnostic, fix, told);
            *new.entry(finding(told)).or_default() += 1;
        }
    }
    let may_uncover = silenced_all(db, diagnostic, fix);
    restore_texts(db, &texts);
    let about = finding(diagnostic);
    if stays && count(&new, &about) >= count(&old, &about) {
        return false;
    }
    let all = |told: &Told| errors(told).map(|it| it.1).sum::<usize>();
    let of_reader = |told: &Told| -> usize {
        let errors = errors(told).filter(|((_, code, _), _)| is_of_reader(*code));
        errors.map(|it| it.1).sum()
    };
    // What is no error silences nothing; in the place of one that is, another one may appear.
    may_uncover || all(&new) <= all(&old) || of_reader(&new) < of_reader(&old)
}

/// Is this a code of the reader?
fn is_of_reader(code: Code) -> bool {
    code.0 < 2000 || code == UNREAD
}

/// Is a finding told where another one was before its fix?
fn is_in_place(old: &Diagnostic, fix: &DiagnosticFix, new: &Diagnostic) -> bool {
    let (file, place) = (old.span.file, old.span.range);
    (new.span.file, new.code, &new.message) == (file, old.code, &old.message)
        && follow(fix, file, place.start()).0 <= i64::from(u32::from(new.span.range.end()))
        && i64::from(u32::from(new.span.range.start())) <= follow(fix, file, place.end()).1
}

/// Between which offsets stands behind a fix what stood at an offset: what an edit replaces has become all that it wrote.
fn follow(fix: &DiagnosticFix, file: SourceFile, offset: TextSize) -> (i64, i64) {
    let at = i64::from(u32::from(offset));
    let (mut low, mut high) = (at, at);
    for edit in fix.edits.iter().filter(|edit| edit.file == file) {
        let start = i64::from(u32::from(edit.range.start()));
        let removed = i64::from(u32::from(edit.range.len()));
        let written = edit.insert.len() as i64;
        if edit.range.contains_inclusive(offset) {
            low -= at - start;
            high += written - (at - start);
        } else if edit.range.end() < offset {
            low += written - removed;
            high += written - removed;
        }
    }
    (low, high)
}

/// Codes of what is broken so that nothing around it is checked, so that its repair may uncover any number of errors: an arm
/// without its shape, a macro that is not there at its call, one whose body is wrong, a type that is not known. The fix of
/// WAT2908 copies a declaration, with its mistakes; behind that of WAT5007 a file is read.
const SILENCING: [Code; 7] = [
    Code(2209),
    Code(2404),
    Code(2405),
    Code(2413),
    Code(2908),
    Code(3203),
    UNREAD,
];

/// A loaded file that does not read.
const UNREAD: Code = Code(5007);

/// A head that means nothing.
const UNKNOWN_HEAD: Code = Code(3201);

/// Has the error silenced all that the form around it is about? Of what is misspelled in the head of a form nothing inside is
/// checked: what a form of the language, a macro or an overloaded name makes of it is not known before the name is right.
fn silenced_all(db: &RootDatabase, diagnostic: &Diagnostic, fix: &DiagnosticFix) -> bool {
    let program = diagnostic.span.file;
    let opens = |edit: &FileEdit| {
        let kind = definition(db, program, &edit.insert).map(|info| info.kind);
        matches!(
            kind,
            Some(DefKind::SpecialForm | DefKind::Macro | DefKind::Operator | DefKind::Dispatch)
        )
    };
    SILENCING.contains(&diagnostic.code)
        || diagnostic.code == UNKNOWN_HEAD && fix.edits.first().is_some_and(opens)
}

fn errors(told: &Told) -> impl Iterator<Item = (&Finding, &usize)> {
    told.iter().filter(|((is_error, ..), _)| *is_error)
}

fn count(told: &Told, finding: &Finding) -> usize {
    told.get(finding).copied().unwrap_or(0)
}

fn add(all: &mut Told, some: &Told) {
    for (key, number) in some {
        *all.entry(key.clone()).or_default() += number;
    }
}

/// Carries disjoint edits out, and gives the texts that the files had.
pub fn apply_edits<'e>(
    db: &mut RootDatabase,
    edits: impl IntoIterator<Item = &'e FileEdit>,
) -> Vec<(SourceFile, SourceText)> {
    let mut by_file: BTreeMap<SourceFile, Vec<&FileEdit>> = BTreeMap::new();
    for edit in edits {
        by_file.entry(edit.file).or_default().push(edit);
    }
    let mut texts = Vec::with_capacity(by_file.len());
    for (file, mut edits) in by_file {
        edits.sort_by_key(|edit| (edit.range.start(), edit.range.end()));
        let text = file.text(db);
        let (path, kind) = (file.path(db), file.kind(db));
        db.set_file(&path, edited(&text, &edits), kind);
        texts.push((file, text));
    }
    texts
}

/// The source after sorted, disjoint edits. What is no UTF-8 stays as it is, byte for byte.
fn edited(source: &SourceText, edits: &[&FileEdit]) -> SourceText {
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

/// Gives files the texts back that they had.
pub fn restore_texts(db: &mut RootDatabase, texts: &[(SourceFile, SourceText)]) {
    for (file, text) in texts {
        let (path, kind) = (file.path(db), file.kind(db));
        db.set_file(&path, text.clone(), kind);
    }
}
