//! What the commands that stay and watch share (`wat check`, `wat test` and `wat run` with `--watch`): which places are
//! watched, which changes concern what was read, and waiting for those that come together.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use wat_analysis::{RootDatabase, SourceFile};
use wat_driver::{Changes, Project, Reached, STDIN, Watch, name_of, reached, read_text};
use wat_kernel::{Borrowed, Interest, poll, process};

use crate::{exit, output};

/// Changes that come together count as one.
const WINDOW: Duration = Duration::from_millis(50);

/// Refuses what cannot be watched: standard input and other pipes are read once.
pub(crate) fn refuse<'a>(paths: impl IntoIterator<Item = &'a Path>) -> Result<(), i32> {
    for path in paths {
        let is_stdin = path == Path::new(STDIN);
        let is_stream = || {
            path.metadata()
                .is_ok_and(|it| !it.is_file() && !it.is_dir())
        };
        let what = match is_stdin {
            true => "standard input".to_owned(),
            false if is_stream() => format!("`{}`", path.display()),
            false => continue,
        };
        output::report(&format!(
            "error: {what} cannot be watched\nhelp: name files\n"
        ));
        return Err(exit::USAGE);
    }
    Ok(())
}

/// Tells that the system does not watch or wait; the status.
pub(crate) fn cannot_watch(error: io::Error) -> i32 {
    output::complain(&format!("cannot watch for changes: {error}"));
    exit::IO
}

/// The status of a command that was asked to stop.
pub(crate) fn interrupted() -> Option<i32> {
    process::is_stopping().then(|| 128 + process::stop_signal().unwrap_or(wat_kernel::SIGTERM))
}

/// Waits until one of the descriptors is ready or the process is to stop; false if the deadline came first.
pub(crate) fn wait(
    arms: impl IntoIterator<Item = Borrowed>,
    deadline: Option<Instant>,
) -> io::Result<bool> {
    let arms = arms.into_iter().chain(process::shutdown());
    let arms: Vec<_> = arms.map(|arm| (arm, Interest::Read)).collect();
    Ok(poll(&arms, deadline)?.contains(&true))
}

/// What was read, to tell which changes concern it.
#[derive(Default)]
pub(crate) struct Reading {
    /// Payloads by their names, and the paths that loads ask for.
    payloads: HashMap<String, Arc<str>>,
    /// What somebody named.
    named: HashSet<String>,
    /// What loads ask for and is not there.
    missing: HashSet<String>,
    /// The texts of the files that say what the project is.
    project: HashMap<String, String>,
    keyring: Option<Keyring>,
    /// Where the search for a project file begins.
    homes: Vec<PathBuf>,
    /// It does not hold any more: every change of these files counts.
    is_void: bool,
}

/// The file with the keys that a project trusts.
struct Keyring {
    name: String,
    project: PathBuf,
    keys: Option<Arc<[Arc<str>]>>,
}

impl Reading {
    /// What has been read into a database: `roots` and what they load, under the settings of a project; `named` is what
    /// somebody asked for.
    pub(crate) fn of(
        db: &RootDatabase,
        roots: &[SourceFile],
        project: Option<&Project>,
        named: &[PathBuf],
    ) -> Reading {
        let Reached {
            missing, payloads, ..
        } = reached(db, roots);
        let chain = std::iter::successors(project, |project| project.workspace.as_deref());
        let keyring = project.and_then(|project| {
            let path = project.settings.load.keyring.as_ref()?;
            Some(Keyring {
                name: name_of(&project.root.join(&path.value)),
                project: project.file.clone(),
                keys: project.settings.load.keys.clone(),
            })
        });
        let name = |path: &Arc<str>| name_of(Path::new(&**path));
        let homes = named.iter().map(PathBuf::as_path).chain([Path::new(".")]);
        Reading {
            named: named.iter().map(|path| name_of(path)).collect(),
            missing: missing.iter().map(name).collect(),
            payloads: payloads.into_iter().map(|it| (name(&it), it)).collect(),
            project: chain
                .map(|it| (name_of(&it.file), it.source.text().to_owned()))
                .collect(),
            keyring,
            homes: homes.filter_map(|path| path.canonicalize().ok()).collect(),
            is_void: false,
        }
    }

    /// What was read holds no more, and cannot be read again as it is now: any change may mend that.
    pub(crate) fn forget(&mut self) {
        self.is_void = true;
    }

    /// Was it forgotten?
    pub(crate) fn is_void(&self) -> bool {
        self.is_void
    }

    /// Is it a file that says what the project is?
    pub(crate) fn is_of_project(&self, path: &Path) -> bool {
        let is_keyring = |it: &Keyring| it.name == name_of(path);
        is_project_file(path) || self.keyring.as_ref().is_some_and(is_keyring)
    }

    /// Is what a path leads to other than it was when it was read, into this database? Nothing if it was not.
    pub(crate) fn differs(&self, db: &RootDatabase, path: &Path) -> Option<bool> {
        let name = name_of(path);
        if self.is_void && (self.is_of_project(path) || db.file(&name).is_some()) {
            return Some(true);
        }
        if let Some(known) = self.project.get(&name) {
            let now = read_text(path).ok();
            return Some(now.is_none_or(|now| now.text() != *known));
        }
        if is_project_file(path) {
            // One that came counts where it would be found.
            let above = path.parent()?.canonicalize().ok()?;
            return Some(self.homes.iter().any(|home| home.starts_with(&above)));
        }
        if let Some(keyring) = self.keyring.as_ref().filter(|it| it.name == name) {
            let now = Project::read(&keyring.project).ok();
            return Some(now.is_none_or(|now| now.settings.load.keys != keyring.keys));
        }
        if let Some(asked) = self.payloads.get(&name) {
            let now = read_text(path).ok();
            let known = db.payload(asked).and_then(|known| known.as_deref().ok());
            return Some(match (now, known) {
                (Some(now), Some(known)) => now.text() != known,
                (now, known) => now.is_some() || known.is_some(),
            });
        }
        // A link is the file that it leads to.
        let target = || db.file(&name_of(&path.canonicalize().ok()?));
        if let Some(file) = db.file(&name).or_else(target) {
            return Some(read_text(path).map_or(true, |now| now != file.text(db)));
        }
        let mut awaited = self.named.iter().chain(&self.missing);
        if awaited.clone().any(|it| *it == name) {
            return Some(true);
        }
        let is_inside = |it: &String| Path::new(it).starts_with(&name);
        let comes = || awaited.any(is_inside) || self.payloads.keys().any(is_inside);
        path.is_dir().then(comes)
    }

    /// The files that differ, of those that were read and of those that somebody named.
    pub(crate) fn stale(&self, db: &RootDatabase) -> Vec<PathBuf> {
        let is_text = |path: &Path| path.extension().is_some_and(|it| it == "md");
        let known = self.files(db).filter(|path| {
            let name = name_of(path);
            let comes = || path.is_file() && !self.missing.contains(&name) && !is_text(path);
            db.file(&name).is_some() || comes()
        });
        known
            .filter(|path| self.differs(db, path) == Some(true))
            .collect()
    }

    /// All single files that matter, there or not.
    fn files(&self, db: &RootDatabase) -> impl Iterator<Item = PathBuf> {
        let sources = db.project_files().into_iter();
        let names = sources
            .map(move |file| file.path(db).to_string())
            .chain(self.payloads.keys().cloned())
            .chain(self.named.iter().cloned())
            .chain(self.missing.iter().cloned())
            .chain(self.project.keys().cloned())
            .chain(self.keyring.iter().map(|it| it.name.clone()));
        names.map(PathBuf::from)
    }
}

fn is_project_file(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| name == "wat.toml" || name == "wat.edn")
}

/// Sees changes.
pub(crate) struct Watcher {
    watch: Watch,
    /// The trees that are watched.
    trees: HashSet<PathBuf>,
    changes: Changes,
    /// When the changes that belong to the first one have come.
    deadline: Option<Instant>,
}

impl Watcher {
    pub(crate) fn new() -> Result<Watcher, i32> {
        Ok(Watcher {
            watch: Watch::new().map_err(cannot_watch)?,
            trees: HashSet::new(),
            changes: Changes::default(),
            deadline: None,
        })
    }

    /// A descriptor that can be read when something has changed.
    pub(crate) fn arm(&self) -> Borrowed {
        Borrowed::from_number(self.watch.descriptor())
    }

    /// When those changes have come that belong to the first one that was seen.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    pub(crate) fn has_changes(&self) -> bool {
        !self.changes.is_empty()
    }

    /// Watches these trees, and the directories of all other files that matter. What has changed before it was watched
    /// is seen as well.
    pub(crate) fn add_places(
        &mut self,
        db: &RootDatabase,
        reading: &Reading,
        trees: &[PathBuf],
    ) -> Result<(), i32> {
        let mut is_new = false;
        let mut folders: HashSet<PathBuf> = HashSet::new();
        for tree in trees {
            let tree = std::path::absolute(tree).map_err(cannot_watch)?;
            if self.trees.contains(&tree) {
                continue;
            }
            match self.watch.add_tree(&tree) {
                Ok(()) => drop(self.trees.insert(tree)),
                Err(error) if tree.is_dir() => return Err(cannot_watch(error)),
                Err(_) => folders.extend(tree.parent().map(Path::to_owned)),
            }
            is_new = true;
        }
        let files = reading.files(db);
        let files = files.filter_map(|path| std::path::absolute(path).ok());
        folders.extend(files.filter_map(|path| Some(path.parent()?.to_owned())));
        for folder in folders {
            is_new |= self.add_folder(&folder)?;
        }
        if is_new {
            self.add(Changes {
                paths: reading.stale(db).into_iter().collect(),
                is_partial: false,
            });
        }
        Ok(())
    }

    /// Watches a directory. One that is not there, or not ours to see, is waited for in the nearest one that is. False if
    /// it is watched already.
    fn add_folder(&mut self, folder: &Path) -> Result<bool, i32> {
        for folder in folder.ancestors() {
            match self.watch.add_directory(folder) {
                Ok(is_new) => return Ok(is_new),
                Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {}
                Err(error) if folder.is_dir() => return Err(cannot_watch(error)),
                Err(_) => {}
            }
        }
        Ok(false)
    }

    fn add(&mut self, changes: Changes) {
        self.changes.extend(changes);
        if !self.changes.is_empty() {
            self.deadline.get_or_insert_with(|| Instant::now() + WINDOW);
        }
    }

    /// Reads the changes, and keeps those that matter.
    pub(crate) fn look(&mut self, matters: impl Fn(&Path) -> bool) -> io::Result<()> {
        let mut changes = self.watch.changes()?;
        changes.paths.retain(|path| matters(path));
        self.add(changes);
        Ok(())
    }

    /// The changes that were seen.
    pub(crate) fn take(&mut self) -> Changes {
        self.deadline = None;
        if self.changes.is_partial {
            // A tree may have gone and come back.
            self.trees.clear();
        }
        std::mem::take(&mut self.changes)
    }
}
