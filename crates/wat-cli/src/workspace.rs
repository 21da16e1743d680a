//! What a command that reads wat works on: its files, in a database, under the settings of their project.

use std::collections::{HashMap, HashSet};
use std::io::{self, Read};
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::time::Instant;

use wat_analysis::{FileKind, RootDatabase, SourceFile, SourceText};
use wat_driver::{
    Project, Report, STDIN, Settings, Style, Unreadable, as_given, file_loader, load_each,
    load_text, reached, read_text, render, shown, walk,
};

use wat_load::Loader;

use crate::args::Global;
use crate::check::Printer;
use crate::timings::phase;
use crate::{exit, output};

/// How many bytes the analysis of a byte of source takes, all told.
const BYTES_PER_BYTE: usize = 24;

/// Files in a database.
pub(crate) struct Workspace {
    /// The database, with the files and all that they load. The process ends with the command, and the system frees
    /// memory faster than a database that takes itself apart.
    pub(crate) db: ManuallyDrop<RootDatabase>,
    /// The files that were asked for, each once, in the order of the paths.
    pub(crate) files: Vec<(PathBuf, SourceFile)>,
    /// The project that they belong to.
    pub(crate) project: Option<Project>,
    /// Its settings, those of the command line over them.
    pub(crate) settings: Settings,
    /// What lies below the directories that were asked for and cannot be read.
    pub(crate) unreadable: Vec<Unreadable>,
    /// What there is to say of the project file.
    pub(crate) reports: Vec<Report>,
    /// The entry of the project, in whose program the files that were asked for may stand.
    entry: Option<SourceFile>,
    /// Is nothing forked from the process that could share its memory?
    is_alone: bool,
}

impl Workspace {
    /// The files that the paths name; without paths those of the project, without a project those of the working
    /// directory. What is wrong is told, and the status returned. What cannot be read below a directory is told, and the
    /// rest is there ([`status`](Self::status)).
    pub(crate) fn open(global: &Global, paths: &[PathBuf]) -> Result<Workspace, i32> {
        let space = Self::opened(global, paths, true, RootDatabase::new())?;
        for wrong in &space.unreadable {
            unreadable(wrong);
        }
        Ok(space)
    }

    /// Tells what there is to say of the project file.
    pub(crate) fn tell_reports(&mut self, global: &Global) {
        if !global.quiet {
            tell(global, &std::mem::take(&mut self.reports));
        }
    }

    /// The same for a command that only looks at them: the database can no longer change.
    pub(crate) fn open_to_look(global: &Global, paths: &[PathBuf]) -> Result<Workspace, i32> {
        let mut space = Self::opened(global, paths, true, RootDatabase::for_one_look())?;
        space.db.seal();
        for wrong in &space.unreadable {
            unreadable(wrong);
        }
        Ok(space)
    }

    /// The same for a command that stays, and tells itself what could not be read.
    pub(crate) fn open_to_watch(global: &Global, paths: &[PathBuf]) -> Result<Workspace, i32> {
        let mut space = Self::opened(global, paths, true, RootDatabase::new())?;
        // What is read later is little.
        space.is_alone = false;
        Ok(space)
    }

    /// The status of a command that would end with this one had everything been read.
    pub(crate) fn status(&self, status: i32) -> i32 {
        match self.unreadable.is_empty() {
            true => status,
            false => exit::NO_INPUT,
        }
    }

    /// The same for a command that forks, and tells itself what could not be read.
    pub(crate) fn open_to_fork(global: &Global, paths: &[PathBuf]) -> Result<Workspace, i32> {
        let mut space = Self::opened(global, paths, false, RootDatabase::new())?;
        space.tell_reports(global);
        Ok(space)
    }

    fn opened(
        global: &Global,
        paths: &[PathBuf],
        is_alone: bool,
        db: RootDatabase,
    ) -> Result<Workspace, i32> {
        let first = paths.iter().find(|path| path.as_path() != Path::new("-"));
        let from = first.map_or(Path::new("."), |path| path.as_path());
        let mut space = phase("settings", String::new, || {
            Workspace::with(db, global, from)
        })?;
        space.is_alone = is_alone;
        let found = match paths {
            [] => space.of_project(global)?,
            paths => paths.to_vec(),
        };
        let lost = phase("load", String::new, || space.load(&found));
        let lost = lost.map_err(|wrong| unreadable(&wrong))?;
        if is_alone && !paths.is_empty() {
            space.load_entry();
        }
        // What was asked for by its name has to be there.
        match lost.first() {
            Some(wrong) => Err(unreadable(wrong)),
            None => Ok(space),
        }
    }

    /// Tells if there is nothing to work on.
    pub(crate) fn note_if_empty(&self, global: &Global, paths: &[PathBuf]) {
        if !self.files.is_empty() || !self.unreadable.is_empty() || global.quiet {
            return;
        }
        let names: Vec<String> = match paths {
            [] => vec!["`.`".to_owned()],
            paths => paths
                .iter()
                .map(|it| format!("`{}`", it.display()))
                .collect(),
        };
        let names = names.join(", ");
        output::report(&format!("note: there are no wat files in {names}\n"));
    }

    /// No files, under the settings that hold at a path.
    pub(crate) fn empty(global: &Global, from: &Path) -> Result<Workspace, i32> {
        let mut space = Self::with(RootDatabase::new(), global, from)?;
        space.tell_reports(global);
        Ok(space)
    }

    fn with(mut db: RootDatabase, global: &Global, from: &Path) -> Result<Workspace, i32> {
        let (project, settings, reports) = judged_settings(global, from)?;
        let entry = project.as_ref().and_then(|it| it.entry(&settings));
        db.set_options(wat_analysis::Options {
            entry: entry.map(|path| shown(&path).into()),
            ..settings.analysis()
        });
        Ok(Workspace {
            db: ManuallyDrop::new(db),
            files: Vec::new(),
            project,
            settings,
            unreadable: Vec::new(),
            reports,
            entry: None,
            is_alone: false,
        })
    }

    /// The roots of the project, or the working directory.
    fn of_project(&self, global: &Global) -> Result<Vec<PathBuf>, i32> {
        let Some(project) = &self.project else {
            return Ok(vec![PathBuf::from(".")]);
        };
        let (roots, missing) = project.roots();
        match missing.is_empty() {
            true => Ok(roots),
            false => {
                refuse(global, &missing);
                Err(exit::BAD_PROJECT)
            }
        }
    }

    /// Reads the files that the paths name and what they load. What cannot be read of the paths themselves is returned.
    fn load(&mut self, paths: &[PathBuf]) -> Result<Vec<Unreadable>, Unreadable> {
        let mut lost = Vec::new();
        let scope = self.project.as_ref().map(|it| it.scope(&self.settings));
        let loader = file_loader(scope.as_deref())?;
        let mut all: Vec<PathBuf> = Vec::new();
        let project = self.project.as_ref();
        let is_excluded = |path: &Path| project.is_some_and(|it| it.excludes(path));
        for path in paths {
            if path == Path::new(STDIN) {
                let file = load_stdin(&mut self.db, &*loader)?;
                self.files.push((path.clone(), file));
            } else if path.is_dir() {
                let mut found = walk(path);
                let asked = found.unreadable.iter();
                let mut asked = asked.map(|it| Path::new(&it.path));
                if let Some(at) = asked.position(|it| it == path) {
                    lost.push(found.unreadable.swap_remove(at));
                }
                all.extend(found.files.into_iter().filter(|path| !is_excluded(path)));
                let wrong = found.unreadable.into_iter();
                let wrong = wrong.filter(|it| !is_excluded(Path::new(&it.path)));
                self.unreadable.extend(wrong);
            } else {
                all.push(path.clone());
            }
        }
        let is_alone = self.is_alone;
        let prepare = |bytes: usize| {
            if is_alone {
                wat_kernel::memory::expect(bytes * BYTES_PER_BYTE);
            }
        };
        let files = load_each(&mut self.db, &*loader, &all, &prepare);
        for (path, file) in all.into_iter().zip(files) {
            let file = match file {
                Ok(file) => file,
                Err(wrong) => {
                    match paths.contains(&path) {
                        true => lost.push(wrong),
                        false => self.unreadable.push(wrong),
                    }
                    continue;
                }
            };
            if !self.files.iter().any(|(_, known)| *known == file) {
                self.files.push((path, file));
            }
        }
        Ok(lost)
    }

    /// Reads the entry of the project with what it loads, so that a file that it leads to is looked at in its program. One
    /// that cannot be read says nothing of the files that were asked for.
    fn load_entry(&mut self) {
        let project = self.project.as_ref();
        let Some(entry) = project.and_then(|it| it.entry(&self.settings)) else {
            return;
        };
        if let Some(known) = self.db.file(&shown(&entry)) {
            self.entry = Some(known);
            return;
        }
        let scope = project.map(|it| it.scope(&self.settings));
        let Ok(loader) = file_loader(scope.as_deref()) else {
            return;
        };
        let found = load_each(&mut self.db, &*loader, &[entry], &|_| {});
        self.entry = found.into_iter().flatten().next();
    }

    /// Reads again what may have changed: the files that the paths name now, and those that are loaded. What is neither any
    /// more is forgotten. What cannot be read of the paths themselves is returned, and the rest is there.
    pub(crate) fn refresh(
        &mut self,
        global: &Global,
        paths: &[PathBuf],
    ) -> Result<Vec<Unreadable>, i32> {
        let found = match paths {
            [] => self.of_project(global)?,
            paths => paths.to_vec(),
        };
        reread(&mut self.db);
        self.files.clear();
        self.unreadable.clear();
        let lost = self.load(&found).map_err(|wrong| unreadable(&wrong))?;
        if !paths.is_empty() {
            self.load_entry();
        }
        let roots: Vec<SourceFile> = self.roots().into_iter().chain(self.entry).collect();
        forget_others(&mut self.db, &roots);
        Ok(lost)
    }

    /// The files that were asked for.
    pub(crate) fn roots(&self) -> Vec<SourceFile> {
        self.files.iter().map(|(_, file)| *file).collect()
    }

    /// What the files that were asked for load from their project, and its settings do not leave out.
    pub(crate) fn loaded(&self) -> Vec<(PathBuf, SourceFile)> {
        let Some(project) = &self.project else {
            return Vec::new();
        };
        let asked: HashSet<SourceFile> = self.roots().into_iter().collect();
        let is_own = |(path, file): &(PathBuf, SourceFile)| {
            !asked.contains(file)
                && file.kind(&*self.db) == FileKind::Disk
                && project.inner_name(&file.path(&*self.db)).is_some()
                && !project.excludes(path)
        };
        let told = self.told().into_iter();
        told.map(|file| (PathBuf::from(&*file.path(&*self.db)), file))
            .filter(is_own)
            .collect()
    }

    /// The path of a file as the globs of the project see it.
    pub(crate) fn inner_path(&self, path: &str) -> String {
        let project = self.project.as_ref();
        let inner = project.and_then(|project| project.inner_path(Path::new(path)));
        inner.unwrap_or_else(|| path.to_owned())
    }

    /// The same of a file of the database by its name there.
    pub(crate) fn inner_name(&self, name: &str) -> String {
        let project = self.project.as_ref();
        let inner = project.and_then(|project| project.inner_name(name));
        inner.unwrap_or_else(|| name.to_owned())
    }

    /// The files that findings are told about: those asked for and what they load.
    pub(crate) fn told(&self) -> Vec<SourceFile> {
        let mut files = self.db.project_files();
        if self.entry.is_some() {
            let asked = reached(&self.db, &self.roots()).files;
            files.retain(|file| asked.contains(file));
        }
        files
    }
}

/// Reads the files of a database again, and forgets those that are not there, and what was said of loads.
pub(crate) fn reread(db: &mut RootDatabase) {
    for file in db.project_files() {
        let path = file.path(db).to_string();
        match read_text(Path::new(&path)) {
            Ok(text) => {
                db.set_file(&path, text, FileKind::Disk);
            }
            Err(_) => db.remove_file(&path),
        }
    }
    db.forget_found();
}

/// Forgets the files that these do not lead to.
pub(crate) fn forget_others(db: &mut RootDatabase, roots: &[SourceFile]) {
    let reached = reached(db, roots).files;
    for file in db.project_files() {
        if !reached.contains(&file) {
            let path = file.path(db);
            db.remove_file(&path);
        }
    }
}

/// The project of a path and the settings that hold there. Warnings about the project file are told.
pub(crate) fn settings(global: &Global, from: &Path) -> Result<(Option<Project>, Settings), i32> {
    let (project, settings, reports) = judged_settings(global, from)?;
    if !global.quiet {
        tell(global, &reports);
    }
    Ok((project, settings))
}

/// The same, with the warnings for whoever tells them in the format that was asked for.
fn judged_settings(
    global: &Global,
    from: &Path,
) -> Result<(Option<Project>, Settings, Vec<Report>), i32> {
    let found = match Project::find(&global.project(), from) {
        Ok(found) => found,
        Err(bad) => {
            refuse(global, &bad.reports);
            return Err(exit::BAD_PROJECT);
        }
    };
    let mut reports = Vec::new();
    if let Some(project) = &found {
        let workspace =
            std::iter::successors(project.workspace.as_deref(), |it| it.workspace.as_deref());
        for project in workspace.chain([project]) {
            reports.extend_from_slice(&project.warnings);
        }
    }
    let mut settings = found
        .as_ref()
        .map_or_else(Settings::default, |project| project.settings.clone());
    global.override_settings(&mut settings);
    Ok((found, settings, reports))
}

/// Tells what is wrong with the project file, in the format of findings if that is one for tools.
fn refuse(global: &Global, reports: &[Report]) {
    if !Printer::is_for_tools(global) {
        return tell(global, reports);
    }
    let mut printer = Printer::new(global, None);
    for report in reports {
        printer.add_report(report);
    }
    // The status says that the project is bad, whatever becomes of the output.
    let _ = printer.finish(Instant::now());
}

/// Reports about the project file, for people.
fn tell(global: &Global, reports: &[Report]) {
    let style = Style::for_stream(&io::stderr(), global.color());
    let mut out = String::new();
    for report in reports {
        render(report, style, &mut out);
        out.push('\n');
    }
    output::report(&out);
}

/// Tells that a file cannot be read.
pub(crate) fn unreadable(wrong: &Unreadable) -> i32 {
    let path = as_given(&wrong.path);
    output::complain(&format!("cannot read `{path}`: {}", wrong.reason));
    exit::NO_INPUT
}

/// Reads standard input as the program `-`.
pub(crate) fn load_stdin(
    db: &mut RootDatabase,
    loader: &dyn Loader,
) -> Result<SourceFile, Unreadable> {
    let mut bytes = Vec::new();
    io::stdin()
        .lock()
        .read_to_end(&mut bytes)
        .map_err(|error| Unreadable {
            path: STDIN.to_owned(),
            reason: error.to_string(),
        })?;
    Ok(load_text(db, loader, STDIN, SourceText::from_bytes(bytes)))
}

/// The names of files as globs of the project see them, each asked for once.
#[derive(Default)]
pub(crate) struct InnerNames(HashMap<SourceFile, String>);

impl InnerNames {
    pub(crate) fn of(&mut self, space: &Workspace, file: SourceFile) -> &str {
        let name = || space.inner_name(&file.path(&*space.db));
        self.0.entry(file).or_insert_with(name)
    }
}
