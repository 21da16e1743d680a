//! The database: inputs, durability, and the one writer's interface.

use std::collections::BTreeMap;
use std::panic::UnwindSafe;
use std::sync::Arc;

use salsa::{Durability, Setter};
use wat_syntax::SourceText;

use crate::library;

/// Where the text of a file comes from. It decides how durable the text is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FileKind {
    /// Read from disk; changes rarely.
    Disk,
    /// Open in an editor; changes with every keystroke.
    Open,
    /// Part of the built-in library; never changes.
    Library,
    /// The root of an interactive session; its text is a list of loads.
    Session,
    /// One input of an interactive session.
    ReplInput,
}

impl FileKind {
    fn durability(self) -> Durability {
        match self {
            FileKind::Library => Durability::HIGH,
            FileKind::Disk => Durability::MEDIUM,
            FileKind::Open | FileKind::Session | FileKind::ReplInput => Durability::LOW,
        }
    }
}

/// A source file. It also stands for the program that has it as its root.
#[salsa::input(debug)]
#[derive(PartialOrd, Ord)]
pub struct SourceFile {
    /// `/`-separated path; library files begin with `wat-builtin:`.
    #[returns(clone)]
    pub path: Arc<str>,
    /// The text.
    #[returns(clone)]
    pub text: SourceText,
    /// Where the text comes from.
    #[returns(copy)]
    pub kind: FileKind,
}

/// All files that the host has given, by path.
#[salsa::input(singleton)]
pub(crate) struct FileSet {
    #[returns(ref)]
    pub(crate) files: BTreeMap<Arc<str>, SourceFile>,
}

/// Settings of a project that change what is an error.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Options {
    /// Relaxes the restriction of raw spawn and fork verbs to `:wat::`.
    pub allow_raw_spawn: bool,
}

#[salsa::input(singleton)]
pub(crate) struct Project {
    #[returns(ref)]
    pub(crate) options: Options,
}

/// What every query needs.
#[salsa::db]
pub trait Db: salsa::Database {
    /// The files of the built-in library, in the order of the table made at build time.
    fn library_files(&self) -> &Arc<[SourceFile]>;
}

/// The database. A clone is a snapshot for a reader; a write waits until all clones are gone and cancels them.
#[salsa::db]
#[derive(Clone)]
pub struct RootDatabase {
    storage: salsa::Storage<Self>,
    library: Option<Arc<[SourceFile]>>,
}

#[salsa::db]
impl salsa::Database for RootDatabase {}

#[salsa::db]
impl Db for RootDatabase {
    fn library_files(&self) -> &Arc<[SourceFile]> {
        self.library
            .as_ref()
            .expect("set by the constructor before the database is handed out")
    }
}

impl Default for RootDatabase {
    fn default() -> Self {
        Self::new()
    }
}

/// A write arrived while a query ran: its answer would be stale.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cancelled;

/// Runs `f`, which may query a snapshot; `Err` if a write or a cancellation arrived meanwhile.
pub fn catch_cancelled<T>(f: impl FnOnce() -> T + UnwindSafe) -> Result<T, Cancelled> {
    salsa::Cancelled::catch(f).map_err(|_| Cancelled)
}

impl RootDatabase {
    /// A database that knows the built-in library and nothing else. It analyses nothing yet.
    pub fn new() -> Self {
        Self::with_storage(salsa::Storage::new(None))
    }

    /// The same, calling `on_event` for every salsa event: tests count queries with it.
    pub fn with_events(on_event: impl Fn(salsa::Event) + Send + Sync + 'static) -> Self {
        Self::with_storage(salsa::Storage::new(Some(Box::new(on_event))))
    }

    fn with_storage(storage: salsa::Storage<Self>) -> Self {
        let mut db = RootDatabase {
            storage,
            library: None,
        };
        let library = library::LIBRARY_FILES
            .iter()
            .map(|file| {
                let path = format!("{}{}", library::SCHEME, file.path);
                SourceFile::builder(path.into(), SourceText::new(file.text), FileKind::Library)
                    .durability(Durability::HIGH)
                    .new(&db)
            })
            .collect();
        let _ = FileSet::builder(BTreeMap::new())
            .durability(Durability::MEDIUM)
            .new(&db);
        let _ = Project::builder(Options::default())
            .durability(Durability::MEDIUM)
            .new(&db);
        db.library = Some(library);
        db
    }

    /// Adds or changes a file. Equal text and kind is no change.
    pub fn set_file(&mut self, path: &str, text: SourceText, kind: FileKind) -> SourceFile {
        if let Some(file) = self.file(path) {
            if file.kind(self) != kind {
                file.set_kind(self)
                    .with_durability(kind.durability())
                    .to(kind);
                file.set_text(self)
                    .with_durability(kind.durability())
                    .to(text);
            } else if file.text(self) != text {
                file.set_text(self)
                    .with_durability(kind.durability())
                    .to(text);
            }
            return file;
        }
        let path: Arc<str> = path.into();
        let file = SourceFile::builder(path.clone(), text, kind)
            .durability(kind.durability())
            .path_durability(Durability::HIGH)
            .new(self);
        let set = FileSet::get(self);
        let mut files = set.files(self).clone();
        files.insert(path, file);
        set.set_files(self)
            .with_durability(Durability::MEDIUM)
            .to(files);
        file
    }

    /// Adds many files at once: one change of the file set.
    pub fn set_files(&mut self, new: impl IntoIterator<Item = (String, SourceText, FileKind)>) {
        let set = FileSet::get(self);
        let mut files = set.files(self).clone();
        let mut grown = false;
        for (path, text, kind) in new {
            if files.contains_key(path.as_str()) {
                self.set_file(&path, text, kind);
                continue;
            }
            let path: Arc<str> = path.into();
            let file = SourceFile::builder(path.clone(), text, kind)
                .durability(kind.durability())
                .path_durability(Durability::HIGH)
                .new(self);
            files.insert(path, file);
            grown = true;
        }
        if grown {
            set.set_files(self)
                .with_durability(Durability::MEDIUM)
                .to(files);
        }
    }

    /// Forgets a file. Unknown paths are ignored.
    pub fn remove_file(&mut self, path: &str) {
        let set = FileSet::get(self);
        if set.files(self).contains_key(path) {
            let mut files = set.files(self).clone();
            files.remove(path);
            set.set_files(self)
                .with_durability(Durability::MEDIUM)
                .to(files);
        }
    }

    /// The file of that path, files of the built-in library included.
    pub fn file(&self, path: &str) -> Option<SourceFile> {
        if path.starts_with(library::SCHEME) {
            return self
                .library_files()
                .iter()
                .copied()
                .find(|file| &*file.path(self) == path);
        }
        FileSet::get(self).files(self).get(path).copied()
    }

    /// The files of the project (not the library, not sessions), in path order.
    pub fn project_files(&self) -> Vec<SourceFile> {
        let files = FileSet::get(self).files(self);
        files
            .values()
            .copied()
            .filter(|file| matches!(file.kind(self), FileKind::Disk | FileKind::Open))
            .collect()
    }

    /// The files of the built-in library.
    pub fn builtin_files(&self) -> Vec<SourceFile> {
        self.library_files().to_vec()
    }

    /// Changes the project's settings.
    pub fn set_options(&mut self, options: Options) {
        let project = Project::get(self);
        if *project.options(self) != options {
            project
                .set_options(self)
                .with_durability(Durability::MEDIUM)
                .to(options);
        }
    }

    /// Cancels all running readers and waits until they are gone.
    pub fn cancel(&mut self) {
        salsa::Database::trigger_cancellation(self);
    }
}
