//! Files of the file system, all of them or those below a root.

use std::io;
use std::path::{Path, PathBuf};

use wat_syntax::{MAX_SOURCE_LEN, SourceText};

use crate::{Found, LoadError, Loader};

/// Every file that the process may read. Canonical paths are the file system's, with links resolved.
#[derive(Clone, Copy, Debug, Default)]
pub struct FsLoader;

impl Loader for FsLoader {
    fn locate(&self, path: &str, base: Option<&str>) -> Result<String, LoadError> {
        let found = joined(path, base).canonicalize();
        name(&found.map_err(|error| refused(&error))?)
    }

    fn source(&self, path: &str, base: Option<&str>) -> Result<Found, LoadError> {
        source(self.locate(path, base)?)
    }

    fn payload(&self, path: &str, base: Option<&str>) -> Result<String, LoadError> {
        payload(&self.locate(path, base)?)
    }
}

/// The files below a root. A target is judged by where it really is, so neither `..`, nor an absolute path, nor a link
/// leads out.
#[derive(Clone, Debug)]
pub struct ScopedLoader {
    root: PathBuf,
}

impl ScopedLoader {
    /// The files below `root`, which must exist.
    pub fn new(root: &Path) -> io::Result<Self> {
        Ok(ScopedLoader {
            root: root.canonicalize()?,
        })
    }

    /// The root as it was found.
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn outside(&self) -> LoadError {
        LoadError::OutsideRoot {
            root: self.root.to_string_lossy().into_owned(),
        }
    }
}

impl Loader for ScopedLoader {
    fn locate(&self, path: &str, base: Option<&str>) -> Result<String, LoadError> {
        let asked = match base {
            None => self.root.join(path),
            base => joined(path, base),
        };
        match asked.canonicalize() {
            Ok(found) if found.starts_with(&self.root) => name(&found),
            Ok(_) => Err(self.outside()),
            // Whether something outside exists is nobody's business either.
            Err(_) if !nearest(&asked).starts_with(&self.root) => Err(self.outside()),
            Err(error) => Err(refused(&error)),
        }
    }

    fn source(&self, path: &str, base: Option<&str>) -> Result<Found, LoadError> {
        source(self.locate(path, base)?)
    }

    fn payload(&self, path: &str, base: Option<&str>) -> Result<String, LoadError> {
        payload(&self.locate(path, base)?)
    }
}

fn joined(path: &str, base: Option<&str>) -> PathBuf {
    match base.and_then(|base| Path::new(base).parent()) {
        Some(directory) => directory.join(path),
        None => PathBuf::from(path),
    }
}

/// Where the longest existing part of a path is; the root of the file system if there is none.
fn nearest(path: &Path) -> PathBuf {
    path.ancestors()
        .find_map(|part| part.canonicalize().ok())
        .unwrap_or_else(|| PathBuf::from("/"))
}

/// Programs write paths as text; a file whose name is none cannot be loaded by one.
fn name(path: &Path) -> Result<String, LoadError> {
    match path.to_str() {
        Some(path) => Ok(path.to_owned()),
        None => Err(LoadError::Unreadable {
            reason: "its path is not UTF-8".to_owned(),
        }),
    }
}

fn source(canonical: String) -> Result<Found, LoadError> {
    let text = SourceText::from_bytes(read(&canonical)?);
    if text.is_utf8() {
        Ok(Found { canonical, text })
    } else {
        Err(LoadError::NotUtf8)
    }
}

fn payload(canonical: &str) -> Result<String, LoadError> {
    String::from_utf8(read(canonical)?).map_err(|_| LoadError::NotUtf8)
}

/// Only regular files: a pipe or a device may never end.
fn read(path: &str) -> Result<Vec<u8>, LoadError> {
    let unreadable = |reason: &str| LoadError::Unreadable {
        reason: reason.to_owned(),
    };
    let data = std::fs::metadata(path).map_err(|error| refused(&error))?;
    if data.is_dir() {
        return Err(unreadable("it is a directory"));
    }
    if !data.is_file() {
        return Err(unreadable("it is not a regular file"));
    }
    if data.len() > MAX_SOURCE_LEN as u64 {
        return Err(unreadable("the file is too large"));
    }
    let bytes = std::fs::read(path).map_err(|error| refused(&error))?;
    if bytes.len() > MAX_SOURCE_LEN {
        return Err(unreadable("the file is too large"));
    }
    Ok(bytes)
}

fn refused(error: &io::Error) -> LoadError {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => LoadError::NotFound,
        io::ErrorKind::PermissionDenied => LoadError::Unreadable {
            reason: "permission denied".to_owned(),
        },
        _ => LoadError::Unreadable {
            reason: error.to_string(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;
    use std::sync::atomic::{AtomicU32, Ordering};

    /// A directory that goes with its value: `root/a.wat`, `root/lib/b.wat`, `secret.wat`.
    struct Directory(PathBuf);

    impl Directory {
        fn new() -> Directory {
            static NEXT: AtomicU32 = AtomicU32::new(0);
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let path =
                std::env::temp_dir().join(format!("wat-load-{}-{number}", std::process::id()));
            std::fs::create_dir_all(path.join("root/lib")).expect("a temporary directory");
            let directory = Directory(path.canonicalize().expect("it is there"));
            directory.write("root/a.wat", "a");
            directory.write("root/lib/b.wat", "b");
            directory.write("secret.wat", "s");
            directory
        }

        fn write(&self, path: &str, text: impl AsRef<[u8]>) {
            std::fs::write(self.0.join(path), text).expect("a writable directory");
        }

        fn at(&self, path: &str) -> String {
            self.0.join(path).to_str().expect("UTF-8").to_owned()
        }
    }

    impl Drop for Directory {
        fn drop(&mut self) {
            std::fs::remove_dir_all(&self.0).expect("it is ours");
        }
    }

    fn outside(answer: Result<Found, LoadError>) {
        assert!(
            matches!(answer, Err(LoadError::OutsideRoot { .. })),
            "{answer:?}"
        );
    }

    #[test]
    fn links_lead_to_one_canonical_path() {
        let directory = Directory::new();
        symlink(
            directory.at("root/a.wat"),
            directory.at("root/lib/link.wat"),
        )
        .expect("a link");
        let base = directory.at("root/lib/b.wat");
        for path in ["../a.wat", "link.wat", "./../lib/link.wat"] {
            let found = FsLoader.source(path, Some(&base)).expect("it is there");
            assert_eq!(found.canonical, directory.at("root/a.wat"));
            assert_eq!(found.text.text(), "a");
        }
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let directory = Directory::new();
        directory.write("root/bad.wat", b"\xff");
        let ask = |path: &str| FsLoader.source(&directory.at(path), None);
        assert_eq!(ask("root/none.wat"), Err(LoadError::NotFound));
        assert_eq!(ask("root/a.wat/x.wat"), Err(LoadError::NotFound));
        assert_eq!(ask("root/bad.wat"), Err(LoadError::NotUtf8));
        assert!(matches!(ask("root"), Err(LoadError::Unreadable { .. })));
        assert!(matches!(
            FsLoader.source("/dev/zero", None),
            Err(LoadError::Unreadable { .. })
        ));
    }

    #[test]
    fn nothing_leads_out_of_a_root() {
        let directory = Directory::new();
        symlink(directory.at("secret.wat"), directory.at("root/link.wat")).expect("a link");
        symlink(directory.at(""), directory.at("root/up")).expect("a link");
        let loader = ScopedLoader::new(&directory.0.join("root")).expect("it is there");
        let base = directory.at("root/a.wat");
        for path in [
            "../secret.wat",
            "lib/../../secret.wat",
            "link.wat",
            "up/secret.wat",
            "../none.wat",
            "up/none.wat",
            "/dev/zero",
            &directory.at("secret.wat"),
        ] {
            outside(loader.source(path, Some(&base)));
        }
        assert_eq!(
            loader.source("none.wat", Some(&base)),
            Err(LoadError::NotFound)
        );
        assert!(loader.source("up/root/a.wat", Some(&base)).is_ok());
    }

    #[test]
    fn a_root_is_where_a_path_without_a_base_starts() {
        let directory = Directory::new();
        symlink(directory.at("root"), directory.at("alias")).expect("a link");
        let loader = ScopedLoader::new(&directory.0.join("alias")).expect("it is there");
        let found = loader.source("lib/b.wat", None).expect("it is there");
        assert_eq!(found.canonical, directory.at("root/lib/b.wat"));
        assert_eq!(loader.payload("./a.wat", None).as_deref(), Ok("a"));
    }
}
