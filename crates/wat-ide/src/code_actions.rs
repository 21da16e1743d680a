//! Quick fixes at a range, and the one action that applies all safe fixes of a file.
//!
//! ```text
//! [m <- :wat::core::HashMap<wat::core::String,$0 wat::core::i64>]
//! [m <- :wat::core::HashMap<wat::core::String,wat::core::i64>]
//! ```

use wat_analysis::{
    Applicability, DiagnosticFix, FileEdit, RootDatabase, SourceFile, TextRange, file_findings,
    keep_what_holds,
};

use crate::diagnostics::{EditorDiagnostic, diagnostics};

/// What an action is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionKind {
    /// It removes one diagnostic.
    QuickFix,
    /// It writes something in another way that means the same.
    Rewrite,
    /// It applies every machine-applicable fix of the file.
    FixAll,
}

/// A change that the editor offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeAction {
    /// What the user reads.
    pub title: String,
    /// What it is for.
    pub kind: ActionKind,
    /// The diagnostics that it removes.
    pub diagnostics: Vec<EditorDiagnostic>,
    /// True for the only machine-applicable fix of its diagnostic: the editor may apply it unasked.
    pub preferred: bool,
    /// The changes, disjoint.
    pub edits: Vec<FileEdit>,
}

/// The fixes of every diagnostic that touches `range`, the conversions of calls there, then `fix all` if the file has a machine-applicable fix.
///
/// Of the fixes that may be wrong those are left out that leave their diagnostic or add an error to a file that they
/// change.
pub fn code_actions(db: &RootDatabase, file: SourceFile, range: TextRange) -> Vec<CodeAction> {
    let found = diagnostics(db, file);
    let mut actions = Vec::new();
    let here: Vec<&EditorDiagnostic> = found
        .iter()
        .filter(|found| touches(found.range, range))
        .collect();
    let wrong = wrong_guesses(db, file, &here);
    for diagnostic in here {
        for fix in &diagnostic.fixes {
            if wrong.contains(fix) {
                continue;
            }
            actions.push(CodeAction {
                title: fix.title.clone(),
                kind: ActionKind::QuickFix,
                diagnostics: vec![diagnostic.clone()],
                preferred: only_safe_fix(diagnostic) == Some(fix),
                edits: fix.edits.clone(),
            });
        }
    }
    actions.extend(crate::keyword_calls::conversions(db, file, range));
    actions.extend(fix_all(found));
    actions
}

/// The fixes that may be wrong and are. They are tried in a copy of the database, so that the snapshot stays what it is.
fn wrong_guesses(
    db: &RootDatabase,
    file: SourceFile,
    found: &[&EditorDiagnostic],
) -> Vec<DiagnosticFix> {
    let is_guess = |fix: &&DiagnosticFix| fix.applicability == Applicability::MaybeIncorrect;
    let guesses = || found.iter().flat_map(|found| &found.fixes).filter(is_guess);
    if guesses().next().is_none() {
        return Vec::new();
    }
    let mut copy = db.copy();
    let Some(same) = copy.file(&file.path(db)) else {
        return Vec::new();
    };
    // Positions, not files, say which finding of the copy is which.
    let is_here = |span: TextRange, code| {
        let mut here = found.iter();
        here.any(|one| one.range == span && one.code == code)
    };
    let all = file_findings(&copy, same);
    let own = all.iter().filter(|found| found.span.file == same);
    let mut tried: Vec<_> = own
        .filter(|found| is_here(found.span.range, found.code))
        .cloned()
        .collect();
    keep_what_holds(&mut copy, &[same], &mut tried);
    let holds = |fix: &DiagnosticFix| {
        let mut kept = tried.iter().flat_map(|found| &found.fixes);
        kept.any(|kept| is_same(db, fix, &copy, kept))
    };
    guesses().filter(|fix| !holds(fix)).cloned().collect()
}

/// Do fixes of two databases write the same in the same places?
fn is_same(db: &RootDatabase, a: &DiagnosticFix, other: &RootDatabase, b: &DiagnosticFix) -> bool {
    let edits = || a.edits.iter().zip(&b.edits);
    a.title == b.title
        && a.edits.len() == b.edits.len()
        && edits().all(|(a, b)| {
            (a.range, &a.insert) == (b.range, &b.insert) && a.file.path(db) == b.file.path(other)
        })
}

/// True if the ranges share a position; ends count.
fn touches(a: TextRange, b: TextRange) -> bool {
    a.start() <= b.end() && b.start() <= a.end()
}

/// The machine-applicable fix of a diagnostic that has exactly one.
fn only_safe_fix(diagnostic: &EditorDiagnostic) -> Option<&DiagnosticFix> {
    let mut safe = diagnostic
        .fixes
        .iter()
        .filter(|fix| fix.applicability == Applicability::MachineApplicable);
    let first = safe.next()?;
    safe.next().is_none().then_some(first)
}

/// All fixes that a tool may apply unattended; of fixes that overlap, the first.
fn fix_all(found: Vec<EditorDiagnostic>) -> Option<CodeAction> {
    let mut edits: Vec<FileEdit> = Vec::new();
    let mut fixed = Vec::new();
    for diagnostic in found {
        let Some(fix) = only_safe_fix(&diagnostic) else {
            continue;
        };
        if fix
            .edits
            .iter()
            .any(|edit| edits.iter().any(|other| overlaps(edit, other)))
        {
            continue;
        }
        edits.extend(fix.edits.iter().cloned());
        fixed.push(diagnostic);
    }
    if edits.is_empty() {
        return None;
    }
    edits.sort_by_key(|edit| (edit.file, edit.range.start(), edit.range.end()));
    let title = match fixed.len() {
        1 => "fix 1 diagnostic of this file".to_owned(),
        n => format!("fix {n} diagnostics of this file"),
    };
    Some(CodeAction {
        title,
        kind: ActionKind::FixAll,
        diagnostics: fixed,
        preferred: false,
        edits,
    })
}

/// True if applying both would depend on their order.
fn overlaps(a: &FileEdit, b: &FileEdit) -> bool {
    a.file == b.file
        && (a.range.start() < b.range.end() && b.range.start() < a.range.end()
            || a.range.start() == b.range.start())
}
