//! Shared helpers: databases from texts, diagnostics as text, a generated workspace, random numbers.

use std::fmt::Write as _;

use wat_analysis::{
    Diagnostic, FileKind, RootDatabase, SourceText, file_diagnostics, file_findings, line_index,
};
use wat_syntax::ColumnEncoding;

/// A deterministic generator (splitmix64).
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }
}

/// A database with these files.
pub fn database<P: AsRef<str>, T: AsRef<str>>(files: &[(P, T)]) -> RootDatabase {
    let mut db = RootDatabase::new();
    add(&mut db, files);
    db
}

/// A database for one look at these files, which were given one after the other.
pub fn looked_at<P: AsRef<str>, T: AsRef<str>>(files: &[(P, T)]) -> RootDatabase {
    let mut db = RootDatabase::for_one_look();
    for file in files {
        add(&mut db, std::slice::from_ref(file));
        for file in db.project_files() {
            wat_analysis::load_targets(&db, file);
        }
    }
    db.seal();
    db
}

pub fn add<P: AsRef<str>, T: AsRef<str>>(db: &mut RootDatabase, files: &[(P, T)]) {
    db.set_files(files.iter().map(|(path, text)| {
        (
            path.as_ref().to_owned(),
            SourceText::new(text.as_ref()),
            FileKind::Disk,
        )
    }));
}

/// A diagnostic as one line, without anything that depends on the database.
pub fn line(db: &RootDatabase, diagnostic: &Diagnostic) -> String {
    let at = |span: &wat_analysis::Span| {
        let text = span.file.text(db);
        let index = line_index(db, span.file);
        let place = |offset| {
            let at = index.line_col(text.text(), offset, ColumnEncoding::Utf32);
            format!("{}:{}", at.line + 1, at.col + 1)
        };
        format!(
            "{} {}-{}",
            span.file.path(db),
            place(span.range.start()),
            place(span.range.end())
        )
    };
    let mut out = format!(
        "{} {:?} {} {}",
        diagnostic.code,
        diagnostic.severity,
        at(&diagnostic.span),
        diagnostic.message
    );
    for label in &diagnostic.labels {
        let _ = write!(out, " | {} {}", at(&label.span), label.message);
    }
    for fix in &diagnostic.fixes {
        let _ = write!(out, " | fix {} {:?}", fix.title, fix.applicability);
        for edit in &fix.edits {
            let _ = write!(out, " {:?} {:?}", edit.range, edit.insert);
        }
    }
    out
}

/// All diagnostics of all files, as text.
pub fn all(db: &RootDatabase) -> Vec<String> {
    let files = db.project_files().into_iter();
    let found = files.flat_map(|file| file_diagnostics(db, file).to_vec());
    found.map(|found| line(db, &found)).collect()
}

/// All diagnostics and lints of all files, as text.
pub fn findings(db: &RootDatabase) -> Vec<String> {
    let files = db.project_files().into_iter();
    let found = files.flat_map(|file| file_findings(db, file));
    found.map(|found| line(db, &found)).collect()
}

/// Diagnostics of one text as `CODE line:col-line:col`.
pub fn spans(text: &str) -> Vec<String> {
    let db = database(&[("main.wat", text)]);
    let file = db.file("main.wat").expect("was just added");
    let text = file.text(&db);
    let index = line_index(&db, file);
    let place = |offset| {
        let at = index.line_col(text.text(), offset, ColumnEncoding::Utf32);
        format!("{}:{}", at.line + 1, at.col + 1)
    };
    let found = file_diagnostics(&db, file);
    found
        .iter()
        .map(|d| {
            format!(
                "{} {}-{}",
                d.code,
                place(d.span.range.start()),
                place(d.span.range.end())
            )
        })
        .collect()
}

/// A workspace of `files` files of about `lines` lines each, without errors; every file but the first loads another.
pub fn workspace(files: usize, lines: usize) -> Vec<(String, String)> {
    (0..files)
        .map(|k| {
            let mut text = format!(";; File {k}.\n\n");
            if k > 0 {
                let _ = writeln!(text, "(:wat::load-file! \"f{}.wat\")\n", (k - 1) / 2);
            }
            for n in 0..(lines / 9).max(1) {
                let callee = if n > 0 { format!(":p{k}::f{}", n - 1) } else if k > 0 { format!(":p{}::f0", (k - 1) / 2) } else { ":wat::core::i64::abs".to_owned() };
                let _ = write!(
                    text,
                    "(:wat::core::defn :p{k}::f{n}\n  [base <- :wat::core::i64]\n  -> :wat::core::i64\n  \"Function {n} of file {k}.\"\n  (:wat::core::let\n    [first (:wat::core::i64::+ base {n})\n     second ({callee} first)]\n    (:wat::core::if (:wat::core::> second 10) second (:wat::core::i64::* first 2))))\n\n"
                );
            }
            (format!("f{k}.wat"), text)
        })
        .collect()
}

/// The lints of one text with this code: the code, and what they are about in one line.
pub fn lints(text: &str, code: u16) -> Vec<String> {
    let db = database(&[("main.wat", text)]);
    let file = db.file("main.wat").expect("was just added");
    let errors = file_diagnostics(&db, file);
    let errors = errors
        .iter()
        .filter(|d| d.severity == wat_analysis::Severity::Error);
    assert_eq!(errors.map(|d| line(&db, d)).next(), None);
    let found = wat_analysis::file_lints(&db, file);
    let found = found
        .iter()
        .filter(|d| d.code.0 == code && d.suppressed.is_none());
    let about = |d: &Diagnostic| {
        let range = usize::from(d.span.range.start())..usize::from(d.span.range.end());
        let words: Vec<&str> = text[range].split_whitespace().collect();
        format!("{} {}", d.code, words.join(" "))
    };
    found.map(about).collect()
}

/// The text after all fixes of the lints with this code that need nobody's judgement. These lints are gone then, and
/// nothing is wrong.
pub fn fixed_lints(text: &str, code: u16) -> String {
    let db = database(&[("main.wat", text)]);
    let file = db.file("main.wat").expect("was just added");
    let found = wat_analysis::file_lints(&db, file);
    let found = found.iter().filter(|d| d.code.0 == code);
    let sure = |fix: &&wat_analysis::DiagnosticFix| {
        fix.applicability == wat_analysis::Applicability::MachineApplicable
    };
    let fixes = found.filter_map(|d| d.fixes.iter().find(sure));
    let mut edits: Vec<_> = fixes.flat_map(|fix| fix.edits.clone()).collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.range.start()));
    let mut fixed = text.to_owned();
    for edit in edits {
        let range = usize::from(edit.range.start())..usize::from(edit.range.end());
        fixed.replace_range(range, &edit.insert);
    }
    assert!(lints(&fixed, code).is_empty(), "{fixed}");
    fixed
}
