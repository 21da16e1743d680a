//! Which files hold tests, and which tests.

use std::collections::HashMap;
use std::sync::Arc;

use wat_analysis::{
    Code, Diagnostic, RootDatabase, Severity, SourceFile, Span, Test, TestKind,
    all_program_diagnostics, code_info, file_diagnostics, file_tests, lacks_declarations,
    primary_root,
};
use wat_driver::{
    Contents, DocWarning, Report, Sources, docstring_examples, markdown_examples, markdown_warnings,
};

use crate::doc::DocTest;

/// A source cannot be read.
const UNREADABLE: Code = Code(5017);

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
    /// The example that it is, if it is none of the file's tests.
    pub example: Option<Arc<DocTest>>,
}

/// A Markdown text.
#[derive(Clone, Debug)]
pub struct Markdown {
    /// The path, relative to the root of the project.
    pub path: String,
    /// The text.
    pub text: String,
}

/// A file that does not check.
#[derive(Clone, Debug)]
pub struct InvalidFile {
    /// The path, relative to the root of the project.
    pub path: String,
    /// The errors of its program.
    pub errors: Vec<Report>,
}

impl InvalidFile {
    /// A file, or a directory that was searched, that cannot be read.
    pub fn unreadable(path: String, reason: &str) -> InvalidFile {
        let message = format!("cannot read `{path}`: {reason}");
        let report = Report {
            name: code_info(UNREADABLE)
                .map_or("", |info| info.name)
                .to_owned(),
            ..Report::plain(Some(UNREADABLE.0), message, None)
        };
        InvalidFile {
            path,
            errors: vec![report],
        }
    }
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
    /// Fragments of Markdown that do not read, with the path of their text.
    pub warnings: Vec<(String, DocWarning)>,
}

impl Found {
    /// Admits the tests of files with errors that have none, with their annotations, preludes and programs, and reach
    /// none.
    pub fn admit_whole(&mut self, db: &RootDatabase) {
        let mut contents = Contents::default();
        let mut errors: HashMap<SourceFile, Vec<Span>> = HashMap::new();
        for case in self.tests.iter_mut().filter(|case| case.is_invalid) {
            let errors = errors.entry(case.file).or_insert_with(|| {
                let all = all_program_diagnostics(db, case.file).into_iter();
                let errors = all.filter(|it| it.severity == Severity::Error);
                errors.map(|it| it.span).collect()
            });
            let test = &case.test;
            let is_own = |error: &Span| {
                let within =
                    |own: &Span| own.file == error.file && own.range.contains_range(error.range);
                test.own.iter().any(within)
            };
            let mut whole = |name: &str, is_value| contents.is_whole(db, case.file, name, is_value);
            case.is_invalid = errors.iter().any(is_own)
                || !whole(&test.name, false)
                || !test
                    .parts
                    .iter()
                    .all(|(name, is_value)| whole(name, *is_value));
        }
    }
}

/// An example as a test: it belongs to a file, or to none but the library's.
fn example_case(file: SourceFile, example: DocTest) -> TestCase {
    let range = wat_analysis::TextRange::empty(0.into());
    TestCase {
        id: format!("{}#{}", example.path, example.block.name),
        path: example.path.clone(),
        file,
        test: Test {
            name: example.block.name.as_str().into(),
            kind: TestKind::Example,
            span: Span { file, range },
            ignore: example.block.is_ignored.then(|| "ignored".into()),
            should_panic: None,
            time_limit: None,
            tags: Vec::new(),
            serial: Vec::new(),
            own: Vec::new(),
            parts: Vec::new(),
        },
        line: example.block.place.line,
        col: example.block.place.col,
        is_invalid: false,
        example: Some(Arc::new(example)),
    }
}

impl TestCase {
    /// The name behind its file in the id.
    pub fn name(&self) -> &str {
        let name = self.id.strip_prefix(&self.path);
        name.and_then(|name| name.strip_prefix('#'))
            .unwrap_or_default()
    }

    /// Is it told of without having been run?
    pub(crate) fn is_ignored(&self, run_ignored: bool) -> bool {
        self.test.ignore.is_some() && !run_ignored
    }
}

/// Adds the examples of Markdown texts, and what in these does not read.
pub fn find_in_markdown(db: &RootDatabase, texts: &[Markdown], found: &mut Found) {
    let Some(&library) = db.builtin_files().first() else {
        return;
    };
    for markdown in texts {
        let examples = markdown_examples(&markdown.text);
        let warnings = markdown_warnings(&markdown.text).into_iter();
        let warnings = warnings.map(|warning| (markdown.path.clone(), warning));
        found.warnings.extend(warnings);
        found.files += usize::from(!examples.is_empty());
        found.tests.extend(examples.into_iter().map(|block| {
            let example = DocTest {
                path: markdown.path.clone(),
                name: format!("{}#{}", markdown.path, block.name),
                base: String::new(),
                block,
            };
            example_case(library, example)
        }));
    }
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
        let text = file.text(db);
        let examples = docstring_examples(text.text());
        // An example is run in the program of its file.
        let is_program = !tests.is_empty() || examples.iter().any(|it| !it.is_ignored);
        let is_error = |it: &Diagnostic| it.severity == Severity::Error;
        let errors: Vec<Diagnostic> = match is_program {
            // What would have declared its tests may be wrong in a file that it loads.
            false if lacks_declarations(db, file) => {
                let found = all_program_diagnostics(db, primary_root(db, file));
                found.into_iter().filter(is_error).collect()
            }
            // A library is checked by whoever loads it, unless it may have been meant as more.
            false => file_diagnostics(db, file)
                .iter()
                .filter(|it| hides_tests(it))
                .cloned()
                .collect(),
            true => all_program_diagnostics(db, file)
                .into_iter()
                .filter(is_error)
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
                example: None,
            });
        }
        found.files += usize::from(tests.is_empty() && !examples.is_empty());
        found.tests.extend(examples.into_iter().map(|block| {
            let example = DocTest {
                path: shown.clone(),
                name: file.path(db).to_string(),
                base: text.text().to_owned(),
                block,
            };
            TestCase {
                is_invalid: !errors.is_empty(),
                ..example_case(file, example)
            }
        }));
        if !errors.is_empty() {
            found.invalid.push(InvalidFile {
                path: shown,
                errors: errors.iter().map(|it| sources.report(db, it)).collect(),
            });
        }
    }
    found
}
