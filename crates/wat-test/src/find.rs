//! Which files hold tests, and which tests.

use wat_analysis::{
    Diagnostic, RootDatabase, Severity, SourceFile, Test, all_program_diagnostics,
    file_diagnostics, file_tests,
};
use wat_driver::Sources;

/// A test and where it stands.
#[derive(Clone, Debug)]
pub struct TestCase {
    /// `path#:name`, the path relative to the root of the project.
    pub id: String,
    /// The path of the file, relative to the root of the project.
    pub path: String,
    /// The file, which is the program of the test.
    pub file: SourceFile,
    /// The test.
    pub test: Test,
    /// The line of its name, from 1.
    pub line: u32,
    /// The column of its name, from 1.
    pub col: u32,
    /// Its file has errors.
    pub is_invalid: bool,
}

/// A file that does not check.
#[derive(Clone, Debug)]
pub struct InvalidFile {
    /// The path, relative to the root of the project.
    pub path: String,
    /// The errors of its program.
    pub errors: Vec<Diagnostic>,
}

/// What discovery finds.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The tests, in source order.
    pub tests: Vec<TestCase>,
    /// The files that do not check.
    pub invalid: Vec<InvalidFile>,
    /// How many files hold tests.
    pub files: usize,
}

/// Does a file declare tests at its own top level?
pub fn is_test_file(db: &RootDatabase, file: SourceFile) -> bool {
    !file_tests(db, file, file).is_empty()
}

/// Families of mistakes that may hide tests: what cannot be read or expanded.
fn hides_tests(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity == Severity::Error && diagnostic.code.0 < 3000
}

/// The tests of files, each of which is a program. `path` gives the path of a file in reports.
pub fn find(db: &RootDatabase, files: &[SourceFile], path: impl Fn(&str) -> String) -> Found {
    let mut found = Found::default();
    let mut sources = Sources::default();
    for &file in files {
        let tests = file_tests(db, file, file);
        let shown = path(&file.path(db));
        let errors: Vec<Diagnostic> = match tests.is_empty() {
            // A library is checked by whoever loads it, unless it may have been meant as more.
            true => file_diagnostics(db, file)
                .iter()
                .filter(|it| hides_tests(it))
                .cloned()
                .collect(),
            false => all_program_diagnostics(db, file)
                .into_iter()
                .filter(|it| it.severity == Severity::Error)
                .collect(),
        };
        found.files += usize::from(!tests.is_empty());
        for test in tests.iter() {
            let (line, col) = sources.place(db, &test.span).start();
            found.tests.push(TestCase {
                id: format!("{shown}#{}", test.name),
                path: shown.clone(),
                file,
                test: test.clone(),
                line,
                col,
                is_invalid: !errors.is_empty(),
            });
        }
        if !errors.is_empty() {
            found.invalid.push(InvalidFile {
                path: shown,
                errors,
            });
        }
    }
    found
}
