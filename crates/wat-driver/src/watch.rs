//! Changes of files, as events of the operating system: nothing is looked at again and again.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::inotify::{self, CreateFlags, ReadFlags, Reader, WatchFlags};
use rustix::io::Errno;

/// A directory that is watched.
#[derive(Clone)]
struct Watched {
    path: PathBuf,
    /// What appears in it is watched too.
    is_deep: bool,
}

/// What is to be told of a directory.
const EVENTS: WatchFlags = WatchFlags::CLOSE_WRITE
    .union(WatchFlags::ATTRIB)
    .union(WatchFlags::CREATE)
    .union(WatchFlags::DELETE)
    .union(WatchFlags::MOVED_FROM)
    .union(WatchFlags::MOVED_TO)
    .union(WatchFlags::MOVE_SELF)
    .union(WatchFlags::ONLYDIR);

/// What has changed since the last question.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Files that were written, that came and that went; and directories that came into one that is watched without those
    /// below it.
    pub paths: BTreeSet<PathBuf>,
    /// There was more than the system could tell: anything may have changed.
    pub is_partial: bool,
}

impl Changes {
    /// Nothing has changed.
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty() && !self.is_partial
    }

    /// Adds later changes.
    pub fn extend(&mut self, later: Changes) {
        self.paths.extend(later.paths);
        self.is_partial |= later.is_partial;
    }
}

/// Watches directories. Hidden entries and the directories `target` and `node_modules` are left out, as in
/// [`walk`](crate::walk).
pub struct Watch {
    inotify: OwnedFd,
    directories: HashMap<i32, Watched>,
}

impl Watch {
    /// Watches nothing yet.
    ///
    /// # Errors
    /// The operating system refuses a descriptor.
    pub fn new() -> io::Result<Watch> {
        let flags = CreateFlags::CLOEXEC | CreateFlags::NONBLOCK;
        Ok(Watch {
            inotify: inotify::init(flags)?,
            directories: HashMap::new(),
        })
    }

    /// A descriptor that can be read when something has changed.
    pub fn descriptor(&self) -> RawFd {
        self.inotify.as_raw_fd()
    }

    /// Watches a directory and everything below it.
    ///
    /// # Errors
    /// It is no directory, or the system watches no more of them.
    pub fn add_tree(&mut self, root: &Path) -> io::Result<()> {
        self.descend(root, &mut Changes::default())
    }

    /// Watches a directory without those below it; false if it is watched already, perhaps by another path to it.
    ///
    /// # Errors
    /// It is no directory, or the system watches no more of them.
    pub fn add_directory(&mut self, path: &Path) -> io::Result<bool> {
        let number = inotify::add_watch(&self.inotify, path, EVENTS)?;
        let Entry::Vacant(new) = self.directories.entry(number) else {
            return Ok(false);
        };
        let path = path.to_owned();
        let is_deep = false;
        new.insert(Watched { path, is_deep });
        Ok(true)
    }

    fn add(&mut self, path: &Path) -> io::Result<()> {
        let number = inotify::add_watch(&self.inotify, path, EVENTS)?;
        let path = path.to_owned();
        let is_deep = true;
        self.directories.insert(number, Watched { path, is_deep });
        Ok(())
    }

    /// Watches a tree; the files in it count as changed. A directory is watched before it is read, so that nothing can
    /// appear in between unseen.
    fn descend(&mut self, root: &Path, changes: &mut Changes) -> io::Result<()> {
        let mut work = vec![root.to_owned()];
        while let Some(path) = work.pop() {
            match self.add(&path) {
                Ok(()) => {}
                // It is gone already, or not ours to see.
                Err(_) if path != root && !self.is_exhausted(&path) => continue,
                Err(error) => return Err(error),
            }
            for entry in std::fs::read_dir(&path).into_iter().flatten().flatten() {
                let name = entry.file_name();
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() && is_entered(name.as_bytes()) => {
                        work.push(entry.path());
                    }
                    Ok(kind) if !kind.is_dir() && !is_hidden(name.as_bytes()) => {
                        changes.paths.insert(entry.path());
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }

    /// Does the system refuse to watch a directory because there are too many?
    fn is_exhausted(&self, path: &Path) -> bool {
        inotify::add_watch(&self.inotify, path, WatchFlags::CLOSE_WRITE) == Err(Errno::NOSPC)
    }

    /// What has changed since the last question; does not wait.
    ///
    /// # Errors
    /// The events cannot be read, or a new directory cannot be watched.
    pub fn changes(&mut self) -> io::Result<Changes> {
        let mut changes = Changes::default();
        let mut new = Vec::new();
        let mut buffer = [MaybeUninit::uninit(); 4096];
        let mut reader = Reader::new(&self.inotify, &mut buffer);
        loop {
            let event = match reader.next() {
                Ok(event) => event,
                Err(Errno::AGAIN) => break,
                Err(Errno::INTR) => continue,
                Err(error) => return Err(error.into()),
            };
            if event.events().contains(ReadFlags::QUEUE_OVERFLOW) {
                changes.is_partial = true;
            }
            if event.events().contains(ReadFlags::IGNORED) {
                // It is gone, unless it was given up here.
                changes.is_partial |= self.directories.remove(&event.wd()).is_some();
            }
            let Some(directory) = self.directories.get(&event.wd()) else {
                continue;
            };
            let Some(name) = event.file_name().map(|name| name.to_bytes()) else {
                // One in a tree is told by the directory around it.
                if event.events().contains(ReadFlags::MOVE_SELF) && !directory.is_deep {
                    self.directories.remove(&event.wd());
                    // A directory that is gone meanwhile is not watched any more.
                    let _ = inotify::remove_watch(&self.inotify, event.wd());
                    changes.is_partial = true;
                }
                continue;
            };
            let path = directory.path.join(std::ffi::OsStr::from_bytes(name));
            if is_hidden(name) {
                continue;
            }
            let is_directory = event.events().contains(ReadFlags::ISDIR);
            let says = |flags: ReadFlags| event.events().intersects(flags);
            if is_directory {
                // What was in a directory that has gone is gone with it.
                changes.is_partial |= says(ReadFlags::DELETE | ReadFlags::MOVED_FROM);
                let came = says(ReadFlags::CREATE | ReadFlags::MOVED_TO);
                match directory.is_deep {
                    true if came && is_entered(name) => new.push(path),
                    false if came => drop(changes.paths.insert(path)),
                    _ => {}
                }
            } else if !event.events().contains(ReadFlags::CREATE) || !is_unwritten(&path) {
                changes.paths.insert(path);
            }
        }
        for path in new {
            match self.descend(&path, &mut changes) {
                Err(error) if path.exists() => return Err(error),
                _ => {}
            }
        }
        Ok(changes)
    }
}

fn is_hidden(name: &[u8]) -> bool {
    name.first() == Some(&b'.')
}

fn is_entered(name: &[u8]) -> bool {
    !is_hidden(name) && name != b"target" && name != b"node_modules"
}

/// A file that was just made is told again when its writer closes it; a link that was made is complete.
fn is_unwritten(path: &Path) -> bool {
    path.symlink_metadata()
        .is_ok_and(|data| data.is_file() && data.nlink() == 1)
}
