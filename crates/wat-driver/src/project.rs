//! The project: its file, found by walking up, and what the file says (chapter 10 §4.1 of the reference).
//!
//! A project file becomes a tree of values with their places, whatever its notation (`values`), and the tree becomes
//! typed settings (`settings`). A key that nobody knows is a warning; a value of a wrong type makes the file a bad one,
//! which ends every command. A further table is a row in the schema and a struct in `settings`.

mod glob;
mod keyring;
mod settings;
mod values;
mod version;
mod workspace;

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use wat_syntax::{Code, LineIndex, SourceText, TextRange, TextSize};

use crate::load::{name_of, reason};
use crate::report::{Place, Report, Source};

pub use glob::Glob;
pub use settings::{
    CheckSettings, FmtSettings, LintSettings, LoadSettings, Paths, ProjectSettings, RunSettings,
    Settings, Spanned, TestSettings, is_project_name, parse_bytes,
};

/// The names of project files, the preferred one first.
const FILES: [&str; 2] = ["wat.toml", "wat.edn"];

/// WAT5801: a key that nobody knows.
const UNKNOWN_SETTING: Code = Code(5801);
/// WAT5802: a value of a wrong type, or no value at all.
const BAD_SETTING: Code = Code(5802);
/// WAT5903: the same of a setting of tests or of coverage.
const BAD_TEST_SETTING: Code = Code(5903);
/// WAT5803: a project was asked for and there is none.
const PROJECT_MISSING: Code = Code(5803);
/// WAT5804: both project files in one directory.
const TWO_PROJECT_FILES: Code = Code(5804);
/// WAT5805: the project wants another version of the tool.
const TOOL_VERSION: Code = Code(5805);
/// WAT5806: a path in the project file leads nowhere.
const ENTRY_MISSING: Code = Code(5806);

/// Where the project comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ProjectChoice {
    /// The nearest directory above that has a project file.
    #[default]
    Nearest,
    /// This directory or project file.
    At(PathBuf),
    /// No project, whatever files there are.
    None,
}

/// A project whose file is sound.
#[derive(Clone, Debug)]
pub struct Project {
    /// The project file.
    pub file: PathBuf,
    /// The directory of the project file, absolute and without links. Paths in the settings are relative to it.
    pub root: PathBuf,
    /// The text of the project file, for places in reports.
    pub source: Arc<Source>,
    /// What the file says, and the defaults for what it does not say.
    pub settings: Settings,
    /// Findings that do not make the file a bad one.
    pub warnings: Vec<Report>,
    /// The workspace that the project is a member of, whose settings hold for what its own file does not say.
    pub workspace: Option<Box<Project>>,
}

/// A project file that cannot be used; commands end with status 78.
#[derive(Clone, Debug)]
pub struct BadProject {
    /// Why, errors and warnings in the order of the file.
    pub reports: Vec<Report>,
}

impl Project {
    /// The project that `from`, a file or directory, belongs to.
    ///
    /// # Errors
    ///
    /// The project file is a bad one, or `choice` names a place without one.
    pub fn find(choice: &ProjectChoice, from: &Path) -> Result<Option<Project>, BadProject> {
        match choice {
            ProjectChoice::None => Ok(None),
            ProjectChoice::At(path) => Project::at(path).map(Some),
            ProjectChoice::Nearest => {
                let from = full_path(from);
                let mut directories = from.ancestors();
                directories
                    .find_map(|directory| Project::in_directory(directory).transpose())
                    .transpose()
            }
        }
    }

    /// The project whose file is in this very directory.
    ///
    /// # Errors
    ///
    /// The project file is a bad one.
    pub fn in_directory(directory: &Path) -> Result<Option<Project>, BadProject> {
        file_in(directory)?
            .map(|file| Project::read(&file))
            .transpose()
    }

    /// The project of a directory, or of a project file.
    fn at(path: &Path) -> Result<Project, BadProject> {
        if path.is_file() {
            return Project::read(path);
        }
        match file_in(path)? {
            Some(file) => Project::read(&file),
            None => {
                let message = format!("there is no project file in `{}`", path.display());
                let help = "name a directory with a `wat.toml`, or the file itself".to_owned();
                let report = Report::plain(Some(PROJECT_MISSING.0), message, Some(help));
                Err(bad("project-missing", report))
            }
        }
    }

    /// Reads a project file.
    ///
    /// # Errors
    ///
    /// The file is unreadable, does not follow its notation, or has a value of a wrong type; or the file of the workspace
    /// that it is a member of.
    pub fn read(file: &Path) -> Result<Project, BadProject> {
        let name = name_of(file);
        let unreadable = |error: &io::Error| {
            let message = format!("cannot read `{name}`: {}", reason(error));
            bad(
                "bad-setting",
                Report::plain(Some(BAD_SETTING.0), message, None),
            )
        };
        let source = open(file).map_err(|error| unreadable(&error))?;
        let root = fs::canonicalize(file).map_err(|error| unreadable(&error))?;
        let root = root.parent().unwrap_or(Path::new("/")).to_owned();
        let (inherited, workspace) = workspace::inherited(&root)?;
        let mut told = Told::new(&source);
        let values = values::of(file, &mut told);
        let mut settings = match told.is_bad {
            true => inherited,
            false => settings::read(inherited, &values, &mut told),
        };
        if settings.load.keys.is_none()
            && let Some(path) = settings.load.keyring.clone()
        {
            let text = fs::read_to_string(root.join(&path.value));
            let text = text.map_err(|error| format!("cannot be read: {}", reason(&error)));
            match text.and_then(|text| keyring::read(&text)) {
                Ok(keys) => settings.load.keys = Some(keys),
                Err(why) => {
                    let message = format!("the keyring `{}` {why}", path.value);
                    told.bad(path.range, "not a keyring", message, None);
                }
            }
        }
        let (reports, is_bad) = told.finish();
        if is_bad {
            return Err(BadProject { reports });
        }
        Ok(Project {
            file: file.to_owned(),
            root,
            source,
            settings,
            warnings: reports,
            workspace: workspace.map(Box::new),
        })
    }

    /// The path of a file as globs of this project see it, or `None` if the file lies elsewhere.
    pub fn inner_path(&self, path: &Path) -> Option<String> {
        self.inner(&full_path(path))
    }

    /// The same of a file of the database by its name there, which no link leads to: the file system is not asked.
    pub fn inner_name(&self, name: &str) -> Option<String> {
        self.inner(&std::env::current_dir().unwrap_or_default().join(name))
    }

    fn inner(&self, full: &Path) -> Option<String> {
        let inner = full.strip_prefix(&self.root).ok()?;
        let parts = inner.components().filter_map(|part| match part {
            Component::Normal(part) => Some(part.to_string_lossy()),
            _ => None,
        });
        Some(parts.collect::<Vec<_>>().join("/"))
    }

    /// True if a glob of `lists` matches the file or a directory that holds it.
    fn matches(&self, path: &Path, lists: &[&[Spanned<Glob>]]) -> bool {
        if lists.iter().all(|list| list.is_empty()) {
            return false;
        }
        let Some(inner) = self.inner_path(path) else {
            return false;
        };
        lists
            .iter()
            .any(|list| list.iter().any(|glob| glob.value.covers(&inner)))
    }

    /// The directory that loads may not leave under these settings, relative to the project file.
    pub fn scope(&self, settings: &Settings) -> PathBuf {
        let scope = settings.load.scope.as_ref();
        scope.map_or_else(|| self.root.clone(), |scope| self.root.join(&scope.value))
    }

    /// True for a file that commands pass over when they walk directories.
    pub fn excludes(&self, path: &Path) -> bool {
        self.matches(path, &[&self.settings.project.exclude])
    }

    /// True for a file that `wat fmt` passes over when it walks directories.
    pub fn excludes_from_fmt(&self, path: &Path) -> bool {
        let Settings { project, fmt, .. } = &self.settings;
        self.matches(path, &[&project.exclude, &fmt.exclude])
    }

    /// Where the sources of the project are: directories and single files, in the order of the settings, relative to
    /// the working directory when below it; and reports of those that the file names and that do not exist. Defaults
    /// count only where they exist; a project that has none of them and names nothing is its whole directory.
    pub fn roots(&self) -> (Vec<PathBuf>, Vec<Report>) {
        let Settings {
            project,
            test,
            lint,
            ..
        } = &self.settings;
        let (mut named, mut defaults) = (Vec::new(), Vec::new());
        for (key, paths) in [
            ("project.source", &project.source),
            ("test.paths", &test.paths),
            ("lint.rule-dirs", &lint.rule_dirs),
        ] {
            match paths {
                Paths::Default(paths) => defaults.extend(paths.iter().map(Path::new)),
                Paths::Given(paths) => named.extend(paths.iter().map(|path| (key, path))),
            }
        }
        named.extend(project.entry.iter().map(|path| ("project.entry", path)));
        let mut roots: Vec<PathBuf> = Vec::new();
        let mut reports = Vec::new();
        for (key, path) in named {
            let full = self.root.join(&path.value);
            match full.exists() {
                true => roots.push(full),
                false => reports.push(self.missing(key, path)),
            }
        }
        let defaults = defaults.into_iter().map(|path| self.root.join(path));
        roots.extend(defaults.filter(|path| path.exists()));
        roots.extend(self.expand(&project.entries));
        if roots.is_empty() && reports.is_empty() {
            roots.push(self.root.clone());
        }
        (without_inner(&roots), reports)
    }

    /// The file of the configured entry, with links resolved, if it is there.
    pub fn entry(&self, settings: &Settings) -> Option<PathBuf> {
        let entry = settings.project.entry.as_ref()?;
        let found = self.root.join(&entry.value).canonicalize().ok();
        found.filter(|path| path.is_file())
    }

    /// The report of a path that the project file names and that does not exist.
    fn missing(&self, key: &str, path: &Spanned<String>) -> Report {
        let message = format!(
            "`{key}` names `{}`, and there is no such file or directory",
            path.value
        );
        Report {
            name: "entry-missing".to_owned(),
            place: Some(Place::new(&self.source, path.range)),
            label: "this does not exist".to_owned(),
            ..Report::plain(Some(ENTRY_MISSING.0), message, self.beside(&path.value))
        }
    }

    /// The file or directory beside a path that may have been meant.
    fn beside(&self, path: &str) -> Option<String> {
        let path = Path::new(path);
        let above = path.parent()?;
        let found = fs::read_dir(self.root.join(above)).ok()?;
        let names = found.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let names: Vec<String> = names.collect();
        let wanted = path.file_name()?.to_str()?;
        let near = crate::nearest(wanted, names.iter().map(String::as_str))?;
        Some(format!("did you mean `{}`?", above.join(near).display()))
    }

    /// The `.wat` files of the project that a glob of the list matches, in path order.
    pub fn expand(&self, globs: &[Spanned<Glob>]) -> Vec<PathBuf> {
        if globs.is_empty() {
            return Vec::new();
        }
        let mut found = crate::walk(&self.root).files;
        found.retain(|path| {
            self.inner_path(path)
                .is_some_and(|inner| globs.iter().any(|glob| glob.value.matches(&inner)))
        });
        found
    }
}

/// The text of a project file.
fn open(file: &Path) -> io::Result<Arc<Source>> {
    let text = SourceText::from_bytes(fs::read(file)?);
    let index = Arc::new(LineIndex::new(text.text()));
    Ok(Arc::new(Source::new(name_of(file), text, index)))
}

/// The absolute path without links; what does not exist is taken as it stands.
fn full_path(path: &Path) -> PathBuf {
    let path = std::env::current_dir().unwrap_or_default().join(path);
    let mut above = path.ancestors();
    let full = above.find_map(|above| Some((above, fs::canonicalize(above).ok()?)));
    match full {
        Some((above, full)) => full.join(path.strip_prefix(above).unwrap_or(Path::new(""))),
        None => path,
    }
}

/// The paths that lie in no other one of them, each once, as commands show them.
fn without_inner(roots: &[PathBuf]) -> Vec<PathBuf> {
    let mut kept: Vec<&PathBuf> = Vec::new();
    for root in roots {
        let is_inner = |other: &PathBuf| other != root && root.starts_with(other);
        if !kept.contains(&root) && !roots.iter().any(is_inner) {
            kept.push(root);
        }
    }
    let shown = |path: &&PathBuf| match name_of(path) {
        name if name.is_empty() => PathBuf::from("."),
        name => PathBuf::from(name),
    };
    kept.iter().map(shown).collect()
}

/// The project file of a directory.
fn file_in(directory: &Path) -> Result<Option<PathBuf>, BadProject> {
    let [toml, edn] = FILES.map(|name| directory.join(name));
    match (toml.is_file(), edn.is_file()) {
        (true, true) => {
            let message = format!(
                "`{}` and `{}` are both there, and one project has one file",
                name_of(&toml),
                name_of(&edn)
            );
            let help = Some("delete one of them".to_owned());
            let report = Report::plain(Some(TWO_PROJECT_FILES.0), message, help);
            Err(bad("two-project-files", report))
        }
        (true, false) => Ok(Some(toml)),
        (false, true) => Ok(Some(edn)),
        (false, false) => Ok(None),
    }
}

fn bad(name: &str, report: Report) -> BadProject {
    let name = name.to_owned();
    BadProject {
        reports: vec![Report { name, ..report }],
    }
}

/// What is found while a project file is read.
struct Told<'a> {
    source: &'a Arc<Source>,
    reports: Vec<Report>,
    is_bad: bool,
    /// Are the settings those of tests or of coverage?
    is_of_tests: bool,
}

impl<'a> Told<'a> {
    fn new(source: &'a Arc<Source>) -> Self {
        Told {
            source,
            reports: Vec::new(),
            is_bad: false,
            is_of_tests: false,
        }
    }

    fn text(&self) -> &'a str {
        self.source.text()
    }

    fn report(&mut self, code: Code, range: TextRange, message: String, help: Option<String>) {
        self.reports.push(Report {
            place: Some(Place::new(self.source, range)),
            ..Report::plain(Some(code.0), message, help)
        });
    }

    /// A value that cannot be what it is.
    fn bad(&mut self, range: TextRange, label: &str, message: String, help: Option<String>) {
        self.is_bad = true;
        let (code, name) = match self.is_of_tests {
            true => (BAD_TEST_SETTING, "test-setting"),
            false => (BAD_SETTING, "bad-setting"),
        };
        self.report(code, range, message, help);
        if let Some(report) = self.reports.last_mut() {
            (report.name, report.label) = (name.to_owned(), label.to_owned());
        }
    }

    /// A tool that the project does not want.
    fn tool_version(&mut self, range: TextRange, wanted: &str) {
        self.is_bad = true;
        let own = env!("CARGO_PKG_VERSION");
        let message = format!("the project requires wat `{wanted}`, and this is {own}");
        self.report(TOOL_VERSION, range, message, None);
        if let Some(report) = self.reports.last_mut() {
            report.name = "tool-version".to_owned();
            report.label = "required here".to_owned();
        }
    }

    /// A key that nobody knows.
    fn unknown(&mut self, range: TextRange, key: &str, near: Option<&str>) {
        let help = near.map(|near| format!("did you mean `{near}`?"));
        let message = format!("`{key}` is no setting");
        self.report(UNKNOWN_SETTING, range, message, help);
        if let Some(report) = self.reports.last_mut() {
            report.name = "unknown-setting".to_owned();
            report.severity = wat_syntax::Severity::Warning;
            report.label = "this key is not known".to_owned();
        }
    }

    fn finish(mut self) -> (Vec<Report>, bool) {
        let start = |report: &Report| report.place.as_ref().map(|place| place.range().start);
        self.reports.sort_by_key(start);
        (self.reports, self.is_bad)
    }
}

/// A range of bytes as the reports want it. Sources are at most 512 MiB long.
fn text_range(range: std::ops::Range<usize>) -> TextRange {
    let size = |at: usize| TextSize::new(u32::try_from(at).unwrap_or(u32::MAX));
    TextRange::new(size(range.start), size(range.end))
}
