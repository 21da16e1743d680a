//! Replacing the content of a file at once: other programs see the old text or the new one, whenever this one dies.
//!
//! The new text goes to a temporary file in the same directory, which is then renamed over the old one. A process has
//! one temporary file at a time and holds a lock on it, so one that is not locked was left by a process that was killed:
//! `sweep` removes these.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, chown};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

const PREFIX: &str = ".wat-fmt-";
const SUFFIX: &str = ".tmp";

/// A file that was read, and what it was then.
pub(crate) struct Target {
    /// Without links: a link stays, and what it leads to is replaced.
    path: PathBuf,
    before: fs::Metadata,
}

impl Target {
    /// Reads a file.
    pub fn read(path: &Path) -> io::Result<(Target, Vec<u8>)> {
        let path = fs::canonicalize(path)?;
        if !fs::metadata(&path)?.is_file() {
            return Err(io::Error::other("not a regular file"));
        }
        let mut file = File::open(&path)?;
        let before = file.metadata()?;
        let mut bytes = Vec::with_capacity(before.len() as usize + 1);
        file.read_to_end(&mut bytes)?;
        Ok((Target { path, before }, bytes))
    }

    /// Writes the temporary file; it stays locked as long as the result lives.
    fn fill(&self, mut file: File, temporary: &Path, text: &[u8]) -> io::Result<File> {
        file.write_all(text)?;
        let now = file.metadata()?;
        if (now.uid(), now.gid()) != (self.before.uid(), self.before.gid()) {
            chown(temporary, Some(self.before.uid()), Some(self.before.gid()))?;
        }
        file.set_permissions(self.before.permissions())?;
        let now = fs::metadata(&self.path)?;
        let same = |now: &fs::Metadata| {
            let stamp = |data: &fs::Metadata| {
                (
                    data.dev(),
                    data.ino(),
                    data.len(),
                    data.mtime(),
                    data.mtime_nsec(),
                )
            };
            stamp(now) == stamp(&self.before)
        };
        if !same(&now) {
            let reason = "the file changes meanwhile";
            return Err(io::Error::new(io::ErrorKind::ResourceBusy, reason));
        }
        Ok(file)
    }
}

/// Writes files, one at a time, so that a process has at most one temporary file.
#[derive(Default)]
pub(crate) struct Writer(Mutex<()>);

impl Writer {
    /// Gives a file a new content. Mode and owner stay. Fails with `ResourceBusy` if the file is no longer what was read.
    pub fn replace(&self, target: &Target, text: &[u8]) -> io::Result<()> {
        let directory = target.path.parent().unwrap_or(Path::new("/"));
        let _writing = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (file, temporary) = create(directory)?;
        let replaced = target
            .fill(file, &temporary, text)
            .and_then(|_locked| fs::rename(&temporary, &target.path));
        if replaced.is_err() {
            let _ = fs::remove_file(&temporary);
        }
        replaced
    }
}

/// A new, locked temporary file in a directory; nobody else may read it yet.
fn create(directory: &Path) -> io::Result<(File, PathBuf)> {
    let path = directory.join(format!("{PREFIX}{}{SUFFIX}", std::process::id()));
    loop {
        let mut options = OpenOptions::new();
        match options.write(true).create_new(true).mode(0o600).open(&path) {
            Ok(file) => {
                file.lock()?;
                // Another process may have swept the file before it was locked.
                if is_at(&file, &path) {
                    return Ok((file, path));
                }
            }
            // Left by a killed process that had our number.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && remove_stale(&path) => {}
            Err(error) => return Err(error),
        }
    }
}

/// True if the open file is the one that the path names.
fn is_at(file: &File, path: &Path) -> bool {
    let id = |data: fs::Metadata| (data.dev(), data.ino());
    let open = file.metadata().map(id).ok();
    open.is_some() && open == fs::symlink_metadata(path).map(id).ok()
}

/// Removes the temporary files in a directory that killed processes have left.
pub(crate) fn sweep(directory: &Path) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let number = name
            .to_str()
            .and_then(|name| name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX));
        let is_number =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if number.is_some_and(is_number) && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            remove_stale(&entry.path());
        }
    }
}

/// Removes a temporary file if nobody holds its lock; true if it is gone.
fn remove_stale(path: &Path) -> bool {
    let open = File::open(path).or_else(|_| OpenOptions::new().write(true).open(path));
    let file = match open {
        Ok(file) => file,
        Err(error) => return error.kind() == io::ErrorKind::NotFound,
    };
    match file.try_lock() {
        Ok(()) => !is_at(&file, path) || fs::remove_file(path).is_ok(),
        Err(TryLockError::WouldBlock | TryLockError::Error(_)) => false,
    }
}
