//! The database: inputs, durability, and the one writer's interface.

use std::collections::BTreeMap;
use std::panic::UnwindSafe;
use std::sync::{Arc, Mutex, Once, PoisonError};

use rustc_hash::FxHashMap;
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
    /// The text of a `load-string!` form; follows the file that contains it.
    Inline,
    /// A hermetic test, or a maker of such tests, whose prelude loads: the root of a program of its own. Its text is the
    /// form; it follows the file that contains it.
    Hermetic,
    /// Part of the built-in library; never changes.
    Library,
    /// The root of an interactive session; its text is a list of loads.
    Session,
    /// One input of an interactive session.
    ReplInput,
}

impl FileKind {
    /// Of a text that changes.
    fn durability(self) -> Durability {
        match self {
            FileKind::Library => Durability::NEVER_CHANGE,
            FileKind::Disk => Durability::HIGH,
            FileKind::Inline | FileKind::Hermetic => Durability::MEDIUM,
            FileKind::Open | FileKind::Session | FileKind::ReplInput => Durability::LOW,
        }
    }

    /// Of the kind, and of a text that has not changed yet: the forms of a file that is open to be read are not looked at
    /// again with each keystroke in another file.
    fn lasting(self) -> Durability {
        match self {
            FileKind::Open => Durability::MEDIUM,
            kind => kind.durability(),
        }
    }
}

/// A source file. It also stands for the program that has it as its root. A document that is open is another one than
/// the file on disk, so that opening it changes no text: what is known of the texts of other files lasts.
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
    /// Of an inline source or a hermetic program: the source that contains it, and which of those in it this is.
    #[returns(copy)]
    pub(crate) host: Option<(SourceFile, u32)>,
}

/// Why the host cannot give a source or payload that a program asks for.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum LoadFailure {
    /// There is none.
    NotFound,
    /// The path leads out of the root of the loader.
    OutsideRoot(Arc<str>),
    /// It cannot be read; says why, as a phrase.
    Unreadable(Arc<str>),
    /// It is not UTF-8.
    NotUtf8,
}

/// Everything that the host has given.
#[salsa::input(singleton)]
pub(crate) struct FileSet {
    /// Files by path.
    #[returns(ref)]
    pub(crate) files: BTreeMap<Arc<str>, SourceFile>,
    /// Texts of load forms and hermetic programs, by the source that contains them and their number in it.
    #[returns(ref)]
    pub(crate) inline: BTreeMap<(SourceFile, u32), SourceFile>,
    /// What became of paths that programs ask for: the path of a file, or a reason. A path that is not here is its own.
    #[returns(ref)]
    pub(crate) found: BTreeMap<Arc<str>, Result<Arc<str>, LoadFailure>>,
    /// Texts of payloads.
    #[returns(ref)]
    pub(crate) payloads: BTreeMap<Arc<str>, Result<Arc<str>, LoadFailure>>,
}

/// The files of a project and the answers to its loads, at one time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Given {
    files: Vec<(Arc<str>, SourceText)>,
    found: BTreeMap<Arc<str>, Result<Arc<str>, LoadFailure>>,
    payloads: BTreeMap<Arc<str>, Result<Arc<str>, LoadFailure>>,
}

/// Settings of a project that change what is an error.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Options {
    /// The path of the file that is the configured entry of the project.
    pub entry: Option<Arc<str>>,
    /// The types of the host that programs can use, as paths such as `:rust::lru::LruCache`.
    pub host_types: Arc<[Arc<str>]>,
    /// Relaxes the restriction of raw spawn and fork verbs to `:wat::`.
    pub allow_raw_spawn: bool,
    /// The configuration of the program that starts these programs; they change it by setters of their own.
    pub inherited: crate::configuration::Config,
    /// How loaded files must be verified.
    pub require: Require,
    /// The keys whose signatures are trusted, in base64; `None` if nobody has said which.
    pub trusted_keys: Option<Arc<[Arc<str>]>>,
    /// What the lints that count something allow.
    pub thresholds: Thresholds,
}

/// How much the lints that count something allow (chapter 10 §7.4). Only lints may read it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Thresholds {
    /// Lines of the body of a test: from the first number on it is noted, above the second one warned of.
    pub body_length: (usize, usize),
    /// Bindings in the outermost `let` of a test.
    pub binding_count: usize,
    /// How deep a type that is written out may nest.
    pub type_depth: usize,
}

impl Default for Thresholds {
    fn default() -> Self {
        Thresholds {
            body_length: (30, 50),
            binding_count: 10,
            type_depth: 3,
        }
    }
}

/// How loaded files must be verified.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Require {
    /// Not at all.
    #[default]
    Nothing,
    /// By a digest, a content address or a signature.
    Digest,
    /// By a signature with a trusted key.
    Signature,
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
    /// What has stood at a path and may stand there again: the file on disk while a document is open, and the other way
    /// round.
    parked: Arc<FxHashMap<(Arc<str>, FileKind), SourceFile>>,
    /// Does a text stay as it is first given?
    is_for_one_look: bool,
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

/// Makes what all databases of a process share and what the first one makes. Others that need it meanwhile wait for
/// that, in a forked child for ever: who forks children that analyse calls this before.
pub fn settle() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let mut db = RootDatabase::new();
        let file = db.set_file("", SourceText::new(""), FileKind::Disk);
        // The second time it is known, which is another path.
        for _ in 0..2 {
            crate::forms::forms(&db, file);
        }
    });
}

impl RootDatabase {
    /// A database that knows the built-in library and nothing else. It analyses nothing yet.
    pub fn new() -> Self {
        Self::with_storage(salsa::Storage::new(None))
    }

    /// The same for one look at what it is given: a text stays as it is first given, so that no answer has to remember
    /// what it follows from. When all is there, [`seal`](Self::seal) says so.
    pub fn for_one_look() -> Self {
        let mut db = Self::new();
        db.is_for_one_look = true;
        db
    }

    /// Says that all is there.
    ///
    /// # Panics
    /// Whatever would change the database afterwards panics, unless what it gives is there already.
    pub fn seal(&mut self) {
        let (set, project) = (FileSet::get(self), Project::get(self));
        let files = set.files(self).clone();
        let inline = set.inline(self).clone();
        let found = set.found(self).clone();
        let payloads = set.payloads(self).clone();
        let options = project.options(self).clone();
        let never = Durability::NEVER_CHANGE;
        set.set_files(self).with_durability(never).to(files);
        set.set_inline(self).with_durability(never).to(inline);
        set.set_found(self).with_durability(never).to(found);
        set.set_payloads(self).with_durability(never).to(payloads);
        project.set_options(self).with_durability(never).to(options);
    }

    /// The same, calling `on_event` for every salsa event: tests count queries with it.
    pub fn with_events(on_event: impl Fn(salsa::Event) + Send + Sync + 'static) -> Self {
        Self::with_storage(salsa::Storage::new(Some(Box::new(on_event))))
    }

    fn with_storage(storage: salsa::Storage<Self>) -> Self {
        let mut db = RootDatabase {
            storage,
            library: None,
            parked: Arc::default(),
            is_for_one_look: false,
        };
        let library = library::LIBRARY_FILES
            .iter()
            .map(|file| {
                let path = format!("{}{}", library::SCHEME, file.path);
                SourceFile::builder(
                    path.into(),
                    SourceText::new(file.text),
                    FileKind::Library,
                    None,
                )
                .durability(Durability::NEVER_CHANGE)
                .new(&db)
            })
            .collect();
        let _ = FileSet::builder(
            BTreeMap::new(),
            BTreeMap::new(),
            BTreeMap::new(),
            BTreeMap::new(),
        )
        .durability(Durability::MEDIUM)
        .new(&db);
        let _ = Project::builder(Options::default())
            .durability(Durability::MEDIUM)
            .new(&db);
        db.library = Some(library);
        db
    }

    /// A database of its own that was given the same, knows no sessions, and has analysed nothing. What it does is taken
    /// for work on this snapshot: when that is cancelled, queries of the copy end as its own would.
    pub fn copy(&self) -> RootDatabase {
        let snapshot = Mutex::new(self.clone());
        let mut copy = Self::with_events(move |event| {
            if matches!(event.kind, salsa::EventKind::WillCheckCancellation) {
                let snapshot = snapshot.lock().unwrap_or_else(PoisonError::into_inner);
                salsa::Database::unwind_if_revision_cancelled(&*snapshot);
            }
        });
        let set = FileSet::get(self);
        copy.set_options(Project::get(self).options(self).clone());
        copy.set_files(self.project_files().into_iter().map(|file| {
            let path = file.path(self).to_string();
            (path, file.text(self), file.kind(self))
        }));
        copy.set_found(set.found(self).clone());
        copy.set_payloads(set.payloads(self).clone());
        copy
    }

    /// Adds or changes a file. Equal text and kind is no change. A document that is opened or closed is another
    /// [`SourceFile`] from then on.
    pub fn set_file(&mut self, path: &str, text: SourceText, kind: FileKind) -> SourceFile {
        let (file, is_new) = self.source(path, text, kind);
        if is_new {
            self.put(vec![file]);
        }
        file
    }

    /// Adds many files at once: one change of the file set.
    pub fn set_files(&mut self, new: impl IntoIterator<Item = (String, SourceText, FileKind)>) {
        let new = new.into_iter().filter_map(|(path, text, kind)| {
            let (file, is_new) = self.source(&path, text, kind);
            is_new.then_some(file)
        });
        let new: Vec<SourceFile> = new.collect();
        if !new.is_empty() {
            self.put(new);
        }
    }

    /// The source of this kind with this path and text, and whether it is not the one that stands there.
    fn source(&mut self, path: &str, text: SourceText, kind: FileKind) -> (SourceFile, bool) {
        let before = FileSet::get(self).files(self).get(path).copied();
        if let Some(file) = before.filter(|file| self.is_for_one_look || file.kind(self) == kind) {
            self.change(file, text);
            return (file, false);
        }
        if let Some(file) = before {
            let key = (file.path(self), file.kind(self));
            Arc::make_mut(&mut self.parked).insert(key, file);
        }
        let path: Arc<str> = path.into();
        let file = match self.parked.get(&(path.clone(), kind)).copied() {
            Some(file) => {
                self.change(file, text);
                file
            }
            None => self.create(path, text, kind, None),
        };
        (file, true)
    }

    /// Puts sources where their paths say.
    fn put(&mut self, new: Vec<SourceFile>) {
        let set = FileSet::get(self);
        let mut files = set.files(self).clone();
        files.extend(new.iter().map(|file| (file.path(self), *file)));
        set.set_files(self)
            .with_durability(Durability::MEDIUM)
            .to(files);
        self.appeared(new);
    }

    fn create(
        &mut self,
        path: Arc<str>,
        text: SourceText,
        kind: FileKind,
        host: Option<(SourceFile, u32)>,
    ) -> SourceFile {
        let durability = match self.is_for_one_look {
            true => Durability::NEVER_CHANGE,
            false => kind.lasting(),
        };
        SourceFile::builder(path, text, kind, host)
            .durability(durability)
            .path_durability(Durability::NEVER_CHANGE)
            .host_durability(Durability::NEVER_CHANGE)
            .new(self)
    }

    fn change(&mut self, file: SourceFile, text: SourceText) {
        if !self.is_for_one_look && file.text(self) != text {
            let durability = file.kind(self).durability();
            file.set_text(self).with_durability(durability).to(text);
            self.follow_inline(file);
        }
    }

    /// New files: what was said of their paths before holds no longer.
    fn appeared(&mut self, files: impl IntoIterator<Item = SourceFile>) {
        for file in files {
            let path = file.path(self);
            let set = FileSet::get(self);
            if matches!(set.found(self).get(&path), Some(Err(_))) {
                let mut found = set.found(self).clone();
                found.remove(&path);
                set.set_found(self)
                    .with_durability(Durability::MEDIUM)
                    .to(found);
            }
            self.follow_inline(file);
        }
    }

    /// Gives the texts of a source's `load-string!` forms and hermetic programs to the sources that stand for them, and
    /// so on inwards.
    fn follow_inline(&mut self, file: SourceFile) {
        let mut work = vec![file];
        while let Some(file) = work.pop() {
            let text = file.text(self);
            if !["load-string!", "-hermetic"]
                .iter()
                .any(|word| text.text().contains(word))
            {
                continue;
            }
            for (slot, (kind, text)) in crate::loads::inline_texts(self, file)
                .into_iter()
                .enumerate()
            {
                let key = (file, slot as u32);
                let text = SourceText::new(text);
                let set = FileSet::get(self);
                let inline = match set.inline(self).get(&key).copied() {
                    Some(inline) if inline.text(self) == text && inline.kind(self) == kind => {
                        continue;
                    }
                    Some(inline) => {
                        inline
                            .set_kind(self)
                            .with_durability(Durability::MEDIUM)
                            .to(kind);
                        inline
                            .set_text(self)
                            .with_durability(Durability::MEDIUM)
                            .to(text);
                        inline
                    }
                    None => {
                        let path = format!("{}#{slot}", file.path(self));
                        let inline = self.create(path.into(), text, kind, Some(key));
                        let mut all = set.inline(self).clone();
                        all.insert(key, inline);
                        set.set_inline(self)
                            .with_durability(Durability::MEDIUM)
                            .to(all);
                        inline
                    }
                };
                work.push(inline);
            }
        }
    }

    /// Says what became of paths that load forms ask for ([`crate::LoadTarget::path`]): the path of a file under
    /// which the host has given it, or the reason why there is none.
    pub fn set_found(
        &mut self,
        new: impl IntoIterator<Item = (Arc<str>, Result<Arc<str>, LoadFailure>)>,
    ) {
        let set = FileSet::get(self);
        let mut found = set.found(self).clone();
        found.extend(new);
        if found != *set.found(self) {
            set.set_found(self)
                .with_durability(Durability::MEDIUM)
                .to(found);
        }
    }

    /// Forgets what was said of all paths: a host that watches files asks its loader again.
    pub fn forget_found(&mut self) {
        let set = FileSet::get(self);
        if !set.found(self).is_empty() {
            set.set_found(self)
                .with_durability(Durability::MEDIUM)
                .to(BTreeMap::new());
        }
        if !set.payloads(self).is_empty() {
            set.set_payloads(self)
                .with_durability(Durability::MEDIUM)
                .to(BTreeMap::new());
        }
    }

    /// Gives the texts of payload files ([`crate::payload_targets`]), or the reasons why there are none.
    pub fn set_payloads(
        &mut self,
        new: impl IntoIterator<Item = (Arc<str>, Result<Arc<str>, LoadFailure>)>,
    ) {
        let set = FileSet::get(self);
        let mut payloads = set.payloads(self).clone();
        payloads.extend(new);
        if payloads != *set.payloads(self) {
            set.set_payloads(self)
                .with_durability(Durability::MEDIUM)
                .to(payloads);
        }
    }

    /// The text of a payload file, or the reason why there is none, as the host has given it.
    pub fn payload(&self, path: &str) -> Option<&Result<Arc<str>, LoadFailure>> {
        FileSet::get(self).payloads(self).get(path)
    }

    /// What the host has given, to compare it with what it gives later.
    pub fn given(&self) -> Given {
        let set = FileSet::get(self);
        let files = self.project_files().into_iter();
        Given {
            files: files.map(|it| (it.path(self), it.text(self))).collect(),
            found: set.found(self).clone(),
            payloads: set.payloads(self).clone(),
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
