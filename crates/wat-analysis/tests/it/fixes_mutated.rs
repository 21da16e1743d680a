//! Fixes in programs that nobody wrote: the examples of the reference and of the pages of `wat explain`, the library and
//! the programs of `wat-tests`, as they are and mutated. Those that may be wrong are taken as they are offered: tried.

use std::fs;
use std::path::{Path, PathBuf};

use wat_analysis::{
    Applicability, DefInfo, DefKind, Diagnostic, DiagnosticFix, FileEdit, FileKind, RootDatabase,
    Severity, SourceText, definition, file_findings, keep_what_holds,
};

use crate::fixes::apply;
use crate::fixes_promised::programs;
use crate::mutate::{Choices, Corpus, blocks};
use crate::support::Random;

/// Longer programs say nothing new and take long to check.
const MAX_BYTES: usize = 12_000;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// All files below a directory of the workspace with this ending, in order.
fn files(directory: &str, ending: &str) -> Vec<PathBuf> {
    let mut work = vec![root().join(directory)];
    let mut found = Vec::new();
    while let Some(directory) = work.pop() {
        for entry in fs::read_dir(directory).expect("the directory is there") {
            let path = entry.expect("it is readable").path();
            match path.is_dir() {
                true => work.push(path),
                false if path.extension().is_some_and(|it| it == ending) => found.push(path),
                false => {}
            }
        }
    }
    found.sort();
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("documents are UTF-8")
}

/// The examples of the documents and the programs in wat. Definitions of the library are moved to another namespace: under
/// their own they would only be refused.
pub fn texts() -> Vec<String> {
    let documents = [
        files("docs/reference", "md"),
        files("crates/wat-analysis/explain", "md"),
    ];
    let mut found: Vec<String> = documents
        .concat()
        .iter()
        .flat_map(|path| blocks(&read(path)))
        .collect();
    found.extend(programs());
    found.extend(files("wat-tests", "wat").iter().map(|path| read(path)));
    for path in files("wat", "wat") {
        let text = read(&path);
        let forms = text.split("\n(").filter(|form| !form.contains("::native"));
        let forms: Vec<&str> = forms.skip(1).collect();
        for some in forms.chunks(6) {
            let text: Vec<String> = some
                .iter()
                .map(|form| format!("({}", form.replacen(" :wat::", " :my::", 1)))
                .collect();
            found.push(text.join("\n"));
        }
    }
    found
}

/// What is said of a fix that leaves its diagnostic.
const STAYS: &str = "stays";

/// What is wrong with the fixes of a text, one line for each.
struct Proof {
    problems: Vec<String>,
    applied: usize,
    /// So many fixes were taken from findings because they do not hold.
    dropped: usize,
    /// So many of these are machine-applicable.
    sure_dropped: usize,
}

fn diagnose(db: &mut RootDatabase, text: &str) -> Vec<Diagnostic> {
    let file = db.set_file("main.wat", SourceText::new(text), FileKind::Disk);
    file_findings(db, file)
}

fn count(found: &[Diagnostic], severity: impl Fn(&Diagnostic) -> bool) -> usize {
    found.iter().filter(|one| severity(one)).count()
}

fn is_error(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity == Severity::Error
}

fn is_of_reader(diagnostic: &Diagnostic) -> bool {
    is_error(diagnostic) && (diagnostic.code.0 < 2000 || diagnostic.code.0 == 5007)
}

/// Where an offset of the text before a fix stands behind it: what an edit replaces has become all that it wrote.
fn moved(offset: u32, fix: &DiagnosticFix) -> (u32, u32) {
    let (mut low, mut high) = (i64::from(offset), i64::from(offset));
    for edit in &fix.edits {
        let (start, end) = (u32::from(edit.range.start()), u32::from(edit.range.end()));
        let written = edit.insert.len() as i64;
        if start <= offset && offset <= end {
            low -= i64::from(offset - start);
            high += written - i64::from(offset - start);
        } else if end < offset {
            low += written - i64::from(end - start);
            high += written - i64::from(end - start);
        }
    }
    (low.max(0) as u32, high.max(0) as u32)
}

/// Does a diagnostic still stand where it was?
fn stays(told: &Diagnostic, fix: &DiagnosticFix, after: &[Diagnostic]) -> bool {
    let range = told.span.range;
    let low = moved(range.start().into(), fix).0;
    let high = moved(range.end().into(), fix).1;
    after.iter().any(|one| {
        let range = one.span.range;
        (one.code, &one.message) == (told.code, &told.message)
            && low <= u32::from(range.end())
            && u32::from(range.start()) <= high
    })
}

/// Why a fix is none, if so: its diagnostic stands where it was and as often as before, or an error is new. The repair of
/// a broken token may uncover any number of errors, a sure repair of another error one, because what is broken silences what
/// depends on it.
fn complaint(
    told: &Diagnostic,
    fix: &DiagnosticFix,
    before: &[Diagnostic],
    after: &[Diagnostic],
) -> Option<String> {
    let is_sure = is_machine(fix.applicability) || told.code.0 == 1012;
    let same = |one: &Diagnostic| (one.code, &one.message) == (told.code, &told.message);
    if stays(told, fix, after) && count(after, same) >= count(before, same) {
        return Some(STAYS.to_owned());
    }
    let grown = count(after, is_error) > count(before, is_error) - usize::from(is_error(told));
    let uncovered = is_sure
        && (is_error(told) && count(after, is_error) == count(before, is_error)
            || told.code.0 == 5007
            || count(after, is_of_reader) < count(before, is_of_reader));
    (grown && !uncovered).then(|| {
        let new = after.iter().filter(|one| is_error(one));
        let is_known = |one: &&Diagnostic| {
            before
                .iter()
                .any(|old| (old.code, &old.message) == (one.code, &one.message))
        };
        let new: Vec<String> = new
            .filter(|one| !is_known(one))
            .map(|one| format!("{} {}", one.code, one.message))
            .collect();
        format!("adds {new:?}")
    })
}

/// Codes of what is broken so that nothing around it is checked, so that its repair may uncover any number of errors: an arm
/// without its shape, a macro that is not there at its call, one whose body is wrong, a type that is not known. The fix of
/// WAT2908 copies a declaration, with its mistakes.
const SILENCING: [u16; 6] = [2209, 2404, 2405, 2413, 2908, 3203];

/// Is a fix a sure one that may uncover any number of errors? Of what is misspelled in the head of a form nothing inside is
/// checked: what a form of the language, a macro or an overloaded name makes of it is not known before the name is right.
fn may_uncover(told: &Diagnostic, fix: &DiagnosticFix, fixed: &str) -> bool {
    if !is_machine(fix.applicability) {
        return false;
    }
    let mut db = RootDatabase::new();
    let file = db.set_file("main.wat", SourceText::new(fixed), FileKind::Disk);
    let named = |edit: &FileEdit| definition(&db, file, &edit.insert);
    let kinds = [
        DefKind::SpecialForm,
        DefKind::Macro,
        DefKind::Operator,
        DefKind::Dispatch,
    ];
    let opens = |info: DefInfo| kinds.contains(&info.kind);
    SILENCING.contains(&told.code.0)
        || told.code.0 == 3201 && fix.edits.first().and_then(named).is_some_and(opens)
}

impl Proof {
    fn of(text: &str, is_tried: fn(Applicability) -> bool) -> Proof {
        let mut proof = Proof {
            problems: Vec::new(),
            applied: 0,
            dropped: 0,
            sure_dropped: 0,
        };
        let mut db = RootDatabase::new();
        let before = diagnose(&mut db, text);
        let mut offered = before.clone();
        let files = db.project_files();
        keep_what_holds(&mut db, &files, &mut offered);
        let number =
            |found: &[Diagnostic]| found.iter().map(|told| told.fixes.len()).sum::<usize>();
        proof.dropped = number(&before) - number(&offered);
        let sure = |found: &[Diagnostic]| {
            let fixes = found.iter().flat_map(|told| &told.fixes);
            fixes.filter(|fix| is_machine(fix.applicability)).count()
        };
        proof.sure_dropped = sure(&before) - sure(&offered);
        let mut db = RootDatabase::new();
        for told in &offered {
            for fix in told.fixes.iter().filter(|fix| is_tried(fix.applicability)) {
                let fixed = apply(text, fix);
                let after = diagnose(&mut db, &fixed);
                proof.applied += 1;
                let why = complaint(told, fix, &before, &after);
                if let Some(why) =
                    why.filter(|why| *why == STAYS || !may_uncover(told, fix, &fixed))
                {
                    proof.problems.push(format!(
                        "{} {}: {why}\n--- {}\n--- before\n{text}\n--- after\n{fixed}\n",
                        told.code, told.message, fix.title
                    ));
                }
            }
        }
        proof
    }
}

fn prove(texts: impl Iterator<Item = String>, is_tried: fn(Applicability) -> bool) {
    let (mut applied, mut dropped, mut sure_dropped, mut problems) = (0, 0, 0, Vec::new());
    for text in texts {
        let proof = Proof::of(&text, is_tried);
        applied += proof.applied;
        dropped += proof.dropped;
        sure_dropped += proof.sure_dropped;
        problems.extend(proof.problems);
    }
    if let Some(path) = std::env::var_os("FIX_PROBLEMS") {
        let list = format!(
            "{applied} fixes, {dropped} not offered, {sure_dropped} of them machine-applicable\n{}",
            problems.join("\n=====\n")
        );
        fs::write(path, list).expect("the list is writable");
    }
    assert!(
        problems.is_empty(),
        "{} of {applied} fixes are none\n{}",
        problems.len(),
        problems.concat()
    );
    assert!(applied > 50, "only {applied} fixes were tried");
    assert!(
        sure_dropped <= 1 + applied / 10_000,
        "{sure_dropped} of {applied} fixes are called machine-applicable and do not hold"
    );
    assert!(
        dropped < applied,
        "{dropped} fixes are not offered, only {applied} are"
    );
}

fn is_machine(how: Applicability) -> bool {
    how == Applicability::MachineApplicable
}

/// Those with gaps are completed by hand.
fn is_whole(how: Applicability) -> bool {
    how != Applicability::HasPlaceholders
}

#[test]
fn every_fix_without_gaps_of_an_example_is_one() {
    prove(texts().into_iter(), is_whole);
}

#[test]
fn every_machine_fix_of_an_example_is_one() {
    prove(texts().into_iter(), is_machine);
}

#[test]
fn every_machine_fix_of_a_mutated_program_is_one() {
    prove(mutated(), is_machine);
}

#[test]
fn every_fix_without_gaps_of_a_mutated_program_is_one() {
    prove(mutated(), is_whole);
}

/// Programs with mistakes: `FIX_CASES` of them, the first made from the seed `FIX_SEED`.
fn mutated() -> impl Iterator<Item = String> {
    let (cases, start) = (from_env("FIX_CASES", 400), from_env("FIX_SEED", 0));
    let corpus = Corpus::of(texts());
    (start..start + cases).filter_map(move |seed| {
        let mut random = Random(seed as u64);
        let bytes: Vec<u8> = (0..64).flat_map(|_| random.next().to_le_bytes()).collect();
        let mut choices = Choices(&bytes);
        let program = corpus.program(&mut choices);
        let text = corpus.mutated(program, &mut choices);
        (text.len() < MAX_BYTES).then_some(text)
    })
}

fn from_env(name: &str, default: usize) -> usize {
    let value = std::env::var(name).ok();
    value.and_then(|text| text.parse().ok()).unwrap_or(default)
}
