//! Which files a run of `wat fmt` is about (C1).

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use wat_driver::{BadProject, Project, ProjectChoice, name_of, reason};

use super::{Outcome, Shown};
use crate::exit;

/// What the paths of the command line stand for.
#[derive(Default)]
pub(super) struct Found {
    /// The files, each once, in the order of the paths; those of a directory in byte order.
    pub files: Vec<PathBuf>,
    /// The directories that hold them, each once.
    pub directories: Vec<PathBuf>,
    /// What is wrong with paths and projects.
    pub outcomes: Vec<Outcome>,
}

/// The files that the paths name; without paths those of the project, without a project those of the working directory.
pub(super) fn find(paths: &[PathBuf], choice: &ProjectChoice, shown: &Shown) -> Found {
    let mut search = Search {
        choice,
        shown,
        found: Found::default(),
        seen: HashSet::new(),
        told: HashSet::new(),
    };
    if paths.is_empty() {
        search.project();
    }
    for path in paths {
        if path.is_dir() {
            match Project::find(choice, path) {
                Ok(project) => search.directory(path, project.map(Arc::new)),
                Err(bad) => search.bad(&bad),
            }
        } else {
            search.file(path.clone());
        }
    }
    search.found
}

struct Search<'a> {
    choice: &'a ProjectChoice,
    shown: &'a Shown,
    found: Found,
    seen: HashSet<String>,
    /// The project files whose warnings were told.
    told: HashSet<PathBuf>,
}

impl Search<'_> {
    /// The files of the project of the working directory.
    fn project(&mut self) {
        let here = Path::new(".");
        let project = match Project::find(self.choice, here) {
            Ok(Some(project)) => Arc::new(project),
            Ok(None) => return self.directory(here, None),
            Err(bad) => return self.bad(&bad),
        };
        let (roots, missing) = project.roots();
        if !missing.is_empty() {
            let outcome = self.shown.project(&missing, exit::BAD_PROJECT);
            self.found.outcomes.push(outcome);
        }
        for root in roots {
            if root.is_dir() {
                self.directory(&root, Some(Arc::clone(&project)));
            } else if !project.excludes_from_fmt(&root) {
                self.file(root);
            }
        }
    }

    fn bad(&mut self, bad: &BadProject) {
        let outcome = self.shown.project(&bad.reports, exit::BAD_PROJECT);
        self.found.outcomes.push(outcome);
    }

    fn file(&mut self, path: PathBuf) {
        if !self.seen.insert(name_of(&path)) {
            return;
        }
        let parent = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty());
        let parent = parent.unwrap_or(Path::new("."));
        if self
            .found
            .directories
            .last()
            .is_none_or(|last| last != parent)
        {
            self.found.directories.push(parent.to_owned());
        }
        self.found.files.push(path);
    }

    /// The files below a directory: no links, nothing hidden, nothing that the project excludes.
    fn directory(&mut self, directory: &Path, project: Option<Arc<Project>>) {
        self.warn(project.as_deref());
        let mut files = Vec::new();
        let mut work = vec![(directory.to_owned(), project)];
        while let Some((directory, project)) = work.pop() {
            let entries = match fs::read_dir(&directory) {
                Ok(entries) => entries,
                Err(error) => {
                    let name = match name_of(&directory) {
                        name if name.is_empty() => ".".to_owned(),
                        name => name,
                    };
                    let outcome = Outcome {
                        status: exit::NO_INPUT,
                        stdout: Vec::new(),
                        stderr: format!("wat fmt: {name}: {}\n", reason(&error)),
                    };
                    self.found.outcomes.push(outcome);
                    continue;
                }
            };
            for entry in entries.flatten() {
                let (name, path) = (entry.file_name(), entry.path());
                let is_hidden = name.as_encoded_bytes().starts_with(b".");
                let Ok(kind) = entry.file_type() else {
                    continue;
                };
                let is_source =
                    kind.is_file() && path.extension().is_some_and(|extension| extension == "wat");
                let is_open = kind.is_dir() && name != "target" && name != "node_modules";
                if is_hidden || !(is_source || is_open) {
                    continue;
                }
                if project
                    .as_ref()
                    .is_some_and(|project| project.excludes_from_fmt(&path))
                {
                    continue;
                }
                if is_source {
                    files.push(path);
                } else if let Some(project) = self.project_of(&path, &project) {
                    work.push((path, project));
                }
            }
        }
        if files.is_empty() && !self.shown.quiet {
            let name = name_of(directory);
            let name = if name.is_empty() { "." } else { &name };
            self.found.outcomes.push(Outcome {
                stderr: format!("wat fmt: {name}: there are no wat files here\n"),
                ..Outcome::default()
            });
        }
        let bytes = |path: &PathBuf| path.as_os_str().as_encoded_bytes().to_owned();
        files.sort_by_cached_key(bytes);
        files.into_iter().for_each(|path| self.file(path));
    }

    /// The project of a directory below one that belongs to `outer`; `None` if its project file is a bad one.
    fn project_of(
        &mut self,
        directory: &Path,
        outer: &Option<Arc<Project>>,
    ) -> Option<Option<Arc<Project>>> {
        if *self.choice != ProjectChoice::Nearest {
            return Some(outer.clone());
        }
        match Project::in_directory(directory) {
            Ok(None) => Some(outer.clone()),
            Ok(Some(project)) => {
                self.warn(Some(&project));
                Some(Some(Arc::new(project)))
            }
            Err(bad) => {
                self.bad(&bad);
                None
            }
        }
    }

    /// Tells the warnings about a project file and that of its workspace, each once.
    fn warn(&mut self, project: Option<&Project>) {
        let Some(project) = project else {
            return;
        };
        self.warn(project.workspace.as_deref());
        let file = project.file.file_name().unwrap_or_default();
        if !project.warnings.is_empty() && self.told.insert(project.root.join(file)) {
            let outcome = self.shown.project(&project.warnings, exit::SUCCESS);
            self.found.outcomes.push(outcome);
        }
    }
}
