//! Sources into the database: the files asked for, then whatever they load, through a loader.

use std::collections::{HashMap, HashSet};
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use wat_analysis::{
    FileKind, LoadFailure, RootDatabase, SourceFile, SourceText, load_sources, load_targets,
    payload_paths, payload_targets,
};
use wat_load::{FsLoader, LoadError, Loader, ScopedLoader};
use wat_runtime::SourceError;

/// The name of the program that standard input holds.
pub const STDIN: &str = "-";

/// A path that could not be read.
#[derive(Debug)]
pub struct Unreadable {
    /// The path as it was given.
    pub path: String,
    /// Why.
    pub reason: String,
}

impl Unreadable {
    fn new(path: &Path, error: &io::Error) -> Unreadable {
        let is_link = path.is_symlink();
        Unreadable {
            path: path.display().to_string(),
            reason: match error.kind() {
                io::ErrorKind::NotFound if is_link => {
                    "it is a link to what is not there".to_owned()
                }
                _ => reason(error),
            },
        }
    }
}

/// Why a path leads to nothing that could be read; nothing if it leads somewhere.
pub fn unreachable(path: &Path) -> Option<Unreadable> {
    let found = path.metadata();
    found.err().map(|error| Unreadable::new(path, &error))
}

/// The loader of commands: every file that the process may read, or those below `scope`.
pub fn file_loader(scope: Option<&Path>) -> Result<Box<dyn Loader>, Unreadable> {
    let Some(scope) = scope else {
        return Ok(Box::new(FsLoader));
    };
    let unusable = |reason| Unreadable {
        path: scope.display().to_string(),
        reason,
    };
    match ScopedLoader::new(scope) {
        Ok(loader) if loader.root().is_dir() => Ok(Box::new(loader)),
        Ok(_) => Err(unusable("it is not a directory".to_owned())),
        Err(error) => Err(unusable(reason(&error))),
    }
}

/// Reads `paths` and everything that they load, transitively. What the loader does not give stays missing, with the
/// loader's reason: the analysis reports it where it is loaded. A file that is reached by several paths is there once,
/// under its canonical path.
pub fn load_files(
    db: &mut RootDatabase,
    loader: &dyn Loader,
    paths: &[PathBuf],
) -> Result<Vec<SourceFile>, Unreadable> {
    load_each(db, loader, paths, &|_| ()).into_iter().collect()
}

/// The same, and what cannot be read does not keep the rest from being there: one answer for each path. `prepare` is told
/// how many bytes of sources were read, before the database gets them.
pub fn load_each(
    db: &mut RootDatabase,
    loader: &dyn Loader,
    paths: &[PathBuf],
    prepare: &dyn Fn(usize),
) -> Vec<Result<SourceFile, Unreadable>> {
    let mut names = Vec::with_capacity(paths.len());
    let mut batch = Vec::with_capacity(paths.len());
    let mut canonical = Canonical::default();
    for path in paths {
        names.push(match read_text(path) {
            Ok(text) => {
                let name = canonical.name(path);
                batch.push((name.clone(), text, FileKind::Disk));
                Ok(name)
            }
            Err(error) => Err(Unreadable::new(path, &error)),
        });
    }
    prepare(batch.iter().map(|(_, text, _)| text.text().len()).sum());
    db.set_files(batch);
    // Every name was just given a text.
    let names = names.into_iter();
    let found = names.filter_map(|name| name.map(|name| db.file(&name)).transpose());
    let found: Vec<Result<SourceFile, Unreadable>> = found.collect();
    let files: Vec<SourceFile> = found.iter().flatten().copied().collect();
    follow(db, loader, &files, prepare);
    found
}

/// What a running program reads through its loader, as text.
pub fn read_source(loader: &dyn Loader, path: &str) -> Result<String, SourceError> {
    match loader.source(path, None) {
        Ok(found) => Ok(found.text.text().to_owned()),
        Err(LoadError::NotUtf8) => Err(SourceError::NotUtf8),
        Err(error) => Err(SourceError::Failed(error.to_string())),
    }
}

/// Adds a text that stands for a file, such as standard input, and what it loads. It has no location, so its relative
/// paths start at the loader's root.
pub fn load_text(
    db: &mut RootDatabase,
    loader: &dyn Loader,
    name: &str,
    text: SourceText,
) -> SourceFile {
    let file = db.set_file(name, text, FileKind::Disk);
    follow_loads(db, loader, &[file]);
    file
}

/// Asks the loader for the sources and payloads that `files` need, until it has been asked for all of them.
pub fn follow_loads(db: &mut RootDatabase, loader: &dyn Loader, files: &[SourceFile]) {
    follow(db, loader, files, &|_| ());
}

fn follow(
    db: &mut RootDatabase,
    loader: &dyn Loader,
    files: &[SourceFile],
    prepare: &dyn Fn(usize),
) {
    let mut asked: HashSet<Arc<str>> = HashSet::new();
    let mut seen: HashSet<SourceFile> = files.iter().copied().collect();
    let mut work = files.to_vec();
    while !work.is_empty() {
        let mut answers = Answers::default();
        for file in std::mem::take(&mut work) {
            // A text without location leaves the start of its paths to the loader.
            let located = is_located(&file.path(db));
            for target in load_targets(db, file) {
                match target.file {
                    Some(next) if seen.insert(next) => work.push(next),
                    Some(_) => {}
                    None if !target.refused && asked.insert(target.path.clone()) => {
                        answers.source(loader, target.path, located);
                    }
                    None => {}
                }
            }
            for path in payload_targets(db, file) {
                let answer = loader.payload(&place(&path, located), None);
                answers
                    .payloads
                    .push((path, answer.map(Arc::from).map_err(failure)));
            }
        }
        prepare(
            answers
                .sources
                .iter()
                .map(|(_, text, _)| text.text().len())
                .sum(),
        );
        let names = answers.give(db);
        let new = names.iter().filter_map(|name| db.file(name));
        work.extend(new.filter(|file| seen.insert(*file)));
    }
}

/// What files lead to by their loads.
#[derive(Debug, Default)]
pub struct Reached {
    /// The files themselves and those that they load, inline sources among them.
    pub files: HashSet<SourceFile>,
    /// The paths of loads that lead to no file.
    pub missing: HashSet<Arc<str>>,
    /// The paths of the payloads that the loads are verified by.
    pub payloads: HashSet<Arc<str>>,
}

/// Follows what the database knows of the loads of `files`.
pub fn reached(db: &RootDatabase, files: &[SourceFile]) -> Reached {
    let mut reached = Reached::default();
    let mut work = files.to_vec();
    while let Some(file) = work.pop() {
        if !reached.files.insert(file) {
            continue;
        }
        let (sources, missing) = load_sources(db, file);
        work.extend(sources);
        reached.missing.extend(missing);
        reached.payloads.extend(payload_paths(db, file));
    }
    reached
}

/// The path that was asked for, and the path of a file or the text of a payload.
type Answer = (Arc<str>, Result<Arc<str>, LoadFailure>);

/// What a loader has answered.
#[derive(Default)]
struct Answers {
    sources: Vec<(String, SourceText, FileKind)>,
    found: Vec<Answer>,
    payloads: Vec<Answer>,
}

impl Answers {
    fn source(&mut self, loader: &dyn Loader, path: Arc<str>, located: bool) {
        match loader.source(&place(&path, located), None) {
            Ok(found) => {
                let name = shown(Path::new(&found.canonical));
                if *name != *path {
                    self.found.push((path, Ok(name.as_str().into())));
                }
                self.sources.push((name, found.text, FileKind::Disk));
            }
            Err(error) => self.found.push((path, Err(failure(error)))),
        }
    }

    /// Tells the database; the names of the sources.
    fn give(self, db: &mut RootDatabase) -> Vec<String> {
        let names = self.sources.iter().map(|(name, ..)| name.clone()).collect();
        // A source that is there already, by another path, keeps its text: it was read in the same command.
        let new = self.sources.into_iter();
        let new: Vec<_> = new.filter(|(name, ..)| db.file(name).is_none()).collect();
        db.set_files(new);
        db.set_found(self.found);
        db.set_payloads(self.payloads);
        names
    }
}

/// Has a source a place in the file system? Standard input, programs given as text and their inline sources have none.
fn is_located(name: &str) -> bool {
    ![STDIN, crate::launch::TEXT].iter().any(|nowhere| {
        name.strip_prefix(nowhere)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('#'))
    })
}

/// The path to ask a loader for: names of the database are relative to the working directory.
fn place(name: &str, located: bool) -> String {
    if !located || Path::new(name).is_absolute() {
        return name.to_owned();
    }
    let here = std::env::current_dir().unwrap_or_default();
    here.join(name).to_string_lossy().into_owned()
}

/// What the analysis is told of a loader's answer.
pub fn failure(error: LoadError) -> LoadFailure {
    match error {
        LoadError::NotFound => LoadFailure::NotFound,
        LoadError::OutsideRoot { root } => LoadFailure::OutsideRoot(shown(Path::new(&root)).into()),
        LoadError::Unreadable { reason } => LoadFailure::Unreadable(reason.into()),
        LoadError::NotUtf8 => LoadFailure::NotUtf8,
    }
}

/// The text of a file: no more than a source may have, because a device may never end, and without waiting for somebody
/// to write to a pipe.
///
/// # Errors
/// The file cannot be read, or is too large.
pub fn read_text(path: &Path) -> io::Result<SourceText> {
    let limit = wat_syntax::MAX_SOURCE_LEN as u64;
    let too_large = || {
        let message = "it is larger than 512 MiB (WAT1028)";
        io::Error::new(io::ErrorKind::FileTooLarge, message)
    };
    let (file, len, first) = open(path)?;
    if len > limit {
        return Err(too_large());
    }
    // One more than there is, so that one read sees the end.
    let mut bytes = Vec::with_capacity(len as usize + 1);
    bytes.extend_from_slice(&first);
    io::Read::take(file, limit + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > limit {
        true => Err(too_large()),
        false => Ok(SourceText::from_bytes(bytes)),
    }
}

/// Opens what may be a pipe, without waiting for somebody to write to it. With it come its length and what it
/// took to find out.
fn open(path: &Path) -> io::Result<(std::fs::File, u64, Vec<u8>)> {
    use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
    use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};

    let unblocked = OFlags::NONBLOCK.bits().cast_signed();
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.read(true).custom_flags(unblocked).open(path)?;
    let data = file.metadata()?;
    let kind = data.file_type();
    let mut first = Vec::new();
    if kind.is_fifo() {
        let mut buffer = [0; 4096];
        match io::Read::read(&mut file, &mut buffer) {
            Ok(0) => return Err(io::Error::other("it is a pipe that nobody writes to")),
            Ok(count) => first.extend_from_slice(&buffer[..count]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    if !kind.is_file() {
        fcntl_setfl(&file, fcntl_getfl(&file)? - OFlags::NONBLOCK)?;
    }
    Ok((file, data.len(), first))
}

/// What the system says, without its error number.
pub fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or directory".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "is a directory".to_owned(),
        _ if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) => {
            "it is a link that leads back to itself".to_owned()
        }
        io::ErrorKind::NotADirectory => "a part of the path is not a directory".to_owned(),
        _ => wat_runtime::system_reason(error),
    }
}

/// The names of files with links resolved. Each directory is resolved once.
#[derive(Default)]
struct Canonical {
    directories: HashMap<PathBuf, Option<PathBuf>>,
}

impl Canonical {
    /// The name of the file that a path leads to. What is no file, such as a pipe, keeps its name.
    fn name(&mut self, path: &Path) -> String {
        let is_plain = path.symlink_metadata().is_ok_and(|found| found.is_file());
        let found = match (path.parent(), path.file_name()) {
            (Some(parent), Some(name)) if is_plain => {
                self.directory(parent).map(|it| it.join(name))
            }
            _ => path.canonicalize().ok().filter(|found| found.is_file()),
        };
        found.map_or_else(|| name_of(path), |found| shown(&found))
    }

    fn directory(&mut self, path: &Path) -> Option<&PathBuf> {
        let path = match path.as_os_str().is_empty() {
            true => Path::new("."),
            false => path,
        };
        if !self.directories.contains_key(path) {
            self.directories
                .insert(path.to_owned(), path.canonicalize().ok());
        }
        self.directories.get(path)?.as_ref()
    }
}

/// Are files named by their absolute paths?
static NAMES_ABSOLUTELY: AtomicBool = AtomicBool::new(false);

/// From now on files have absolute names in databases and reports. For the start of a process: names that are given
/// already stay as they are.
pub fn name_absolutely() {
    NAMES_ABSOLUTELY.store(true, Ordering::Relaxed);
}

/// The directory below which names are relative.
fn naming_directory() -> Option<PathBuf> {
    match NAMES_ABSOLUTELY.load(Ordering::Relaxed) {
        true => None,
        false => Some(std::env::current_dir().unwrap_or_default()),
    }
}

/// An absolute path relative to the working directory when below it: the name of a file whose links are resolved.
pub fn shown(path: &Path) -> String {
    let here = naming_directory();
    let below = here.and_then(|here| path.strip_prefix(here).ok());
    let below = below.filter(|below| !below.as_os_str().is_empty());
    below.unwrap_or(path).to_string_lossy().into_owned()
}

/// The name of a file in the database and in reports: `/`-separated, relative to the working directory when below it.
pub fn name_of(path: &Path) -> String {
    let full = absolute(&std::env::current_dir().unwrap_or_default().join(path));
    let below = naming_directory().and_then(|here| full.strip_prefix(here).ok());
    below.unwrap_or(&full).to_string_lossy().into_owned()
}

/// A path that somebody gave, as messages show it.
pub fn as_given(path: &str) -> String {
    match naming_directory() {
        Some(_) => path.to_owned(),
        None => name_of(Path::new(path)),
    }
}

/// The path without `.` and `..`. What `..` means behind a link, the system knows.
fn absolute(path: &Path) -> PathBuf {
    let goes_up = path.components().any(|part| part == Component::ParentDir);
    if let (true, Some(parent), Some(name)) = (goes_up, path.parent(), path.file_name())
        && let Ok(parent) = parent.canonicalize()
    {
        return parent.join(name);
    }
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                clean.pop();
            }
            _ => clean.push(part),
        }
    }
    clean
}

/// What lies below a directory.
#[derive(Debug, Default)]
pub struct Walked {
    /// The files, in byte order of their paths.
    pub files: Vec<PathBuf>,
    /// The directories and files that cannot be read.
    pub unreadable: Vec<Unreadable>,
}

/// The `.wat` files below a directory. Hidden entries and the directories `target` and `node_modules` are skipped, links
/// to directories are not followed, and what is no file, such as a pipe, is none.
pub fn walk(directory: &Path) -> Walked {
    walk_for(directory, "wat")
}

/// The files below a directory whose names end like this, as [`walk`] finds them.
pub fn walk_for(directory: &Path, extension: &str) -> Walked {
    let mut found = Walked::default();
    let mut work = vec![directory.to_path_buf()];
    while let Some(next) = work.pop() {
        let entries = match std::fs::read_dir(&next) {
            Ok(entries) => entries,
            Err(error) => {
                found.unreadable.push(Unreadable::new(&next, &error));
                continue;
            }
        };
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    found.unreadable.push(Unreadable::new(&next, &error));
                    break;
                }
            };
            let name = entry.file_name();
            if name.as_encoded_bytes().first() == Some(&b'.') {
                continue;
            }
            let path = entry.path();
            let is_wanted = path.extension().is_some_and(|ext| ext == extension);
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => {
                    if name != "target" && name != "node_modules" {
                        work.push(path);
                    }
                }
                _ if !is_wanted => {}
                Ok(kind) if kind.is_file() => found.files.push(path),
                Ok(kind) if !kind.is_symlink() => {}
                _ => match path.metadata() {
                    Ok(data) if data.is_file() => found.files.push(path),
                    Ok(_) => {}
                    Err(error) => found.unreadable.push(Unreadable::new(&path, &error)),
                },
            }
        }
    }
    let bytes = |path: &PathBuf| path.as_os_str().as_encoded_bytes().to_owned();
    found.files.sort_by_cached_key(bytes);
    found.unreadable.sort_by(|a, b| a.path.cmp(&b.path));
    found
}
