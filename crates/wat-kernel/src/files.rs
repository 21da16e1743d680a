//! Files by path: opening, listing, temporary ones.

use std::ffi::CString;
use std::fs::{self, OpenOptions};
use std::io;
use std::os::fd::IntoRawFd;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use crate::fd::{Fd, check};
use crate::generation::Generation;

fn open(options: &OpenOptions, path: &Path) -> io::Result<Fd> {
    let file = options.open(path)?;
    if file.metadata()?.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    // SAFETY: the file gives its descriptor up.
    unsafe { Fd::from_raw(file.into_raw_fd()) }
}

/// Opens a file to be read.
pub fn open_file(path: &Path) -> io::Result<Fd> {
    open(OpenOptions::new().read(true), path)
}

/// Creates a file, or empties it, to be written.
pub fn create_file(path: &Path) -> io::Result<Fd> {
    open(
        OpenOptions::new().write(true).create(true).truncate(true),
        path,
    )
}

/// Creates a file, or goes on at its end, to be written.
pub fn append_file(path: &Path) -> io::Result<Fd> {
    open(OpenOptions::new().append(true).create(true), path)
}

/// The paths of what a directory holds, sorted.
pub fn list_directory(path: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = fs::read_dir(path)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<Vec<PathBuf>>>()?;
    found.sort();
    Ok(found)
}

/// A file or directory that is deleted, with all that it holds, when it is dropped in the process that made it.
#[derive(Debug)]
pub struct Temporary {
    path: PathBuf,
    is_directory: bool,
    made: Generation,
}

impl Temporary {
    /// A new empty file in the system's directory for such.
    pub fn file() -> io::Result<Temporary> {
        Temporary::make(false)
    }

    /// A new empty directory in the system's directory for such.
    pub fn directory() -> io::Result<Temporary> {
        Temporary::make(true)
    }

    fn make(is_directory: bool) -> io::Result<Temporary> {
        let pattern = std::env::temp_dir().join("wat-XXXXXX").into_os_string();
        let pattern = CString::new(pattern.into_vec())?.into_raw();
        // SAFETY: the text is ours, ends in a zero byte, and its length does not change.
        let (made, path) = unsafe {
            let made = match is_directory {
                true => match libc::mkdtemp(pattern).is_null() {
                    true => Err(io::Error::last_os_error()),
                    false => Ok(None),
                },
                false => check(libc::mkostemp(pattern, libc::O_CLOEXEC)).map(Some),
            };
            (made, CString::from_raw(pattern))
        };
        if let Some(raw) = made? {
            // SAFETY: it was just opened.
            drop(unsafe { Fd::from_raw(raw) }?);
        }
        Ok(Temporary {
            path: PathBuf::from(std::ffi::OsStr::from_bytes(path.as_bytes())),
            is_directory,
            made: Generation::current(),
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if self.made.is_current() {
            // There is nobody to tell; it may be gone already.
            let _ = match self.is_directory {
                true => fs::remove_dir_all(&self.path),
                false => fs::remove_file(&self.path),
            };
        }
    }
}
