//! Project files (`wat.toml`, `wat.edn`): what they say holds for the documents below them, what is wrong with them is
//! told where it stands.
//!
//! They are read by the writer, when a document is opened and when one of them changed on disk; workers see one
//! consistent set. A file that is broken keeps the settings of its last sound version.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tower_lsp_server::ls_types::{Diagnostic, NumberOrString, Range};
use wat_analysis::{Code, Options, Severity};
use wat_driver::{BadProject, Levels, Project, ProjectChoice, Report, name_of};
use wat_load::{FsLoader, Loader, ScopedLoader};
use wat_syntax::{ColumnEncoding, LineIndex, TextSize};

use crate::{convert, documents};

/// The names of project files.
const FILES: [&str; 2] = ["wat.toml", "wat.edn"];

/// True for the path of a project file.
pub(crate) fn is_project_file(path: &str) -> bool {
    let name = Path::new(path).file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| FILES.contains(&name))
}

/// The projects of a session.
#[derive(Debug, Default)]
pub(crate) struct Projects {
    known: Vec<Known>,
}

#[derive(Debug)]
struct Known {
    directory: PathBuf,
    /// The settings of its last sound version.
    project: Option<Arc<Project>>,
    levels: Levels,
}

/// Findings of one project file, for its address.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Told {
    /// The path of the project file.
    pub(crate) path: String,
    /// What is wrong with it.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Projects {
    /// Reads the projects of these files and folders, and what is wrong with their files.
    pub(crate) fn read(
        before: &Projects,
        paths: &[String],
        encoding: ColumnEncoding,
    ) -> (Projects, Vec<Told>) {
        let mut projects = Projects::default();
        let mut told = Vec::new();
        for path in paths {
            let Some(directory) = directory_of(Path::new(path)) else {
                continue;
            };
            if projects.known.iter().any(|it| it.directory == directory) {
                continue;
            }
            let (project, reports) =
                match Project::find(&ProjectChoice::At(directory.clone()), Path::new("/")) {
                    Ok(project) => {
                        let warnings = project
                            .as_ref()
                            .map_or(Vec::new(), |it| it.warnings.clone());
                        (project.map(Arc::new), warnings)
                    }
                    Err(BadProject { reports }) => (before.in_directory(&directory), reports),
                };
            told.extend(by_file(&directory, &reports, encoding));
            let levels = project
                .as_deref()
                .map_or_else(Levels::default, |it| Levels::of_project(&it.settings));
            projects.known.push(Known {
                directory,
                project,
                levels,
            });
        }
        (projects, told)
    }

    fn in_directory(&self, directory: &Path) -> Option<Arc<Project>> {
        let known = self.known.iter().find(|it| it.directory == directory)?;
        known.project.clone()
    }

    /// The project that is nearest above a path.
    fn nearest(&self, path: &str) -> Option<&Known> {
        let above = self.known.iter();
        let above = above.filter(|it| Path::new(path).starts_with(&it.directory));
        above.max_by_key(|it| it.directory.components().count())
    }

    fn project(&self, path: &str) -> Option<&Project> {
        self.nearest(path)?.project.as_deref()
    }

    /// What the analysis has to know: what the first project says, as the database has one set of options.
    pub(crate) fn options(&self) -> Options {
        let mut projects = self.known.iter().filter_map(|it| it.project.as_deref());
        let first = projects.next();
        let Some(project) = first else {
            return Options::default();
        };
        let entry = project.entry(&project.settings);
        Options {
            entry: entry.map(|path| path.to_string_lossy().into()),
            ..project.settings.analysis()
        }
    }

    /// The severity of a finding in a file; `None` if it is not told.
    pub(crate) fn severity(&self, code: Code, severity: Severity, path: &str) -> Option<Severity> {
        let Some(known) = self.nearest(path) else {
            return Levels::default().severity(code, severity, path);
        };
        let inner = match known.levels.paths.is_empty() {
            true => None,
            false => known
                .project
                .as_ref()
                .and_then(|it| it.inner_path(Path::new(path))),
        };
        known
            .levels
            .severity(code, severity, inner.as_deref().unwrap_or(path))
    }

    /// True for a file whose layout is left alone.
    pub(crate) fn excludes_from_fmt(&self, path: &str) -> bool {
        self.project(path)
            .is_some_and(|project| project.excludes_from_fmt(Path::new(path)))
    }

    /// What a program may load.
    pub(crate) fn loader(&self, path: &str) -> Box<dyn Loader> {
        let scope = self
            .project(path)
            .and_then(|project| ScopedLoader::new(&project.scope(&project.settings)).ok());
        match scope {
            Some(scoped) => Box::new(scoped),
            None => Box::new(FsLoader),
        }
    }
}

/// The nearest directory at or above a path that has a project file.
fn directory_of(path: &Path) -> Option<PathBuf> {
    let has_file = |directory: &&Path| FILES.iter().any(|name| directory.join(name).is_file());
    let found = path.ancestors().find(has_file);
    found.filter(|it| it.is_absolute()).map(Path::to_owned)
}

/// The findings of the project files of a directory; a file without findings has none, which clears what it had. What is
/// wrong with the file of its workspace is told there.
fn by_file(directory: &Path, reports: &[Report], encoding: ColumnEncoding) -> Vec<Told> {
    let stands_here = |report: &&Report| {
        let place = report.place.as_ref();
        place.is_none_or(|place| {
            let names = FILES.map(|name| name_of(&directory.join(name)));
            names.iter().any(|name| name == place.source().path())
        })
    };
    let diagnostics: Vec<Diagnostic> = reports
        .iter()
        .filter(stands_here)
        .map(|report| diagnostic(report, encoding))
        .collect();
    let path = |name: &str| directory.join(name).to_string_lossy().into_owned();
    let mut present = FILES.iter().map(|name| path(name));
    let first = present.find(|path| Path::new(path).is_file());
    first
        .map(|path| Told { path, diagnostics })
        .into_iter()
        .collect()
}

fn diagnostic(report: &Report, encoding: ColumnEncoding) -> Diagnostic {
    let range = report.place.as_ref().map_or(Range::default(), |place| {
        let text = place.source().text();
        let lines = LineIndex::new(text);
        let position = |at: usize| {
            // A project file is far smaller than 4 GiB.
            let offset = TextSize::try_from(at).unwrap_or_default();
            documents::position(&lines, text, offset, encoding)
        };
        Range::new(position(place.range().start), position(place.range().end))
    });
    let mut message = report.message.clone();
    if let Some(help) = &report.help {
        message.push_str("\nhelp: ");
        message.push_str(help);
    }
    Diagnostic {
        range,
        severity: Some(convert::severity(report.severity)),
        code: report
            .code
            .map(|code| NumberOrString::String(code.to_string())),
        source: Some("wat".to_owned()),
        message,
        ..Diagnostic::default()
    }
}
