//! Machine-applicable fixes: each removes its diagnostic and adds no error.

use wat_analysis::{
    Applicability, Diagnostic, DiagnosticFix, RootDatabase, Severity, file_diagnostics,
};

use crate::support::database;

/// The diagnostics of a text as file `main.wat`.
pub fn diagnose(text: &str) -> (RootDatabase, Vec<Diagnostic>) {
    let db = database(&[("main.wat", text)]);
    let file = db.file("main.wat").expect("was just added");
    let found = file_diagnostics(&db, file).to_vec();
    (db, found)
}

/// The text with the edits of a fix.
pub fn apply(text: &str, fix: &DiagnosticFix) -> String {
    let mut out = text.to_owned();
    for edit in fix.edits.iter().rev() {
        let range = usize::from(edit.range.start())..usize::from(edit.range.end());
        out.replace_range(range, &edit.insert);
    }
    out
}

/// Applies every machine-applicable fix of a text by itself: its diagnostic is gone afterwards, and no error is new.
pub fn every_machine_fix_is_safe(text: &str) {
    let (_db, found) = diagnose(text);
    let errors = |found: &[Diagnostic]| {
        found
            .iter()
            .filter(|diagnostic| diagnostic.severity == Severity::Error)
            .count()
    };
    for diagnostic in &found {
        for fix in &diagnostic.fixes {
            if fix.applicability != Applicability::MachineApplicable {
                continue;
            }
            let fixed = apply(text, fix);
            let (_db, after) = diagnose(&fixed);
            let told = after.iter().any(|other| {
                (other.code, &other.message) == (diagnostic.code, &diagnostic.message)
            });
            let before = found
                .iter()
                .filter(|other| {
                    (other.code, &other.message) == (diagnostic.code, &diagnostic.message)
                })
                .count();
            assert!(
                !told || before > 1,
                "{} is still there\n{text}\n{fixed}",
                diagnostic.code
            );
            let gone = usize::from(diagnostic.severity == Severity::Error);
            assert!(
                errors(&after) + gone <= errors(&found),
                "the fix of {} adds errors\n{text}\n{fixed}\n{:#?}",
                diagnostic.code,
                after
                    .iter()
                    .map(|d| (d.code, &d.message))
                    .collect::<Vec<_>>()
            );
        }
    }
}

/// What the first machine-applicable fix of a code makes of a text.
pub fn fixed(text: &str, code: u16) -> String {
    let (_db, found) = diagnose(text);
    let diagnostic = found
        .iter()
        .find(|diagnostic| diagnostic.code.0 == code)
        .unwrap_or_else(|| panic!("WAT{code} is not told: {text}"));
    let fix = diagnostic
        .fixes
        .iter()
        .find(|fix| fix.applicability == Applicability::MachineApplicable)
        .unwrap_or_else(|| panic!("WAT{code} has no machine fix: {text}"));
    apply(text, fix)
}

/// Codes of a text, sorted.
pub fn codes(text: &str) -> Vec<u16> {
    let (_db, found) = diagnose(text);
    let mut codes: Vec<u16> = found.iter().map(|diagnostic| diagnostic.code.0).collect();
    codes.sort_unstable();
    codes
}
