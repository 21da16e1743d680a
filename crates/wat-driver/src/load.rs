//! Files from disk into the database: the files asked for, then whatever they load.

use std::collections::HashSet;
use std::io;
use std::path::{Component, Path, PathBuf};

use wat_analysis::{FileKind, RootDatabase, SourceFile, SourceText, load_targets};

/// A path that could not be read.
#[derive(Debug)]
pub struct Unreadable {
    /// The path as it was given.
    pub path: String,
    /// Why.
    pub reason: String,
}

/// Reads `paths` and all files that they load, transitively. Loaded files that do not exist stay missing: the analysis
/// reports them where they are loaded.
pub fn load_files(db: &mut RootDatabase, paths: &[PathBuf]) -> Result<Vec<SourceFile>, Unreadable> {
    let mut names = Vec::with_capacity(paths.len());
    let mut batch = Vec::with_capacity(paths.len());
    for path in paths {
        let text = read(path).map_err(|error| Unreadable {
            path: path.display().to_string(),
            reason: reason(&error),
        })?;
        let name = name_of(path);
        names.push(name.clone());
        batch.push((name, text, FileKind::Disk));
    }
    db.set_files(batch);
    let files: Vec<_> = names.iter().filter_map(|name| db.file(name)).collect();
    follow_loads(db, &files);
    Ok(files)
}

/// Adds a text that stands for a file, such as standard input, and what it loads.
pub fn load_text(db: &mut RootDatabase, name: &str, text: SourceText) -> SourceFile {
    let file = db.set_file(name, text, FileKind::Disk);
    follow_loads(db, &[file]);
    file
}

/// Reads the files that `files` load until nothing readable is missing.
pub fn follow_loads(db: &mut RootDatabase, files: &[SourceFile]) {
    let mut seen: HashSet<String> = HashSet::new();
    let mut work = files.to_vec();
    while !work.is_empty() {
        let mut missing = Vec::new();
        for file in work.drain(..) {
            for target in load_targets(db, file).iter() {
                if target.file.is_none() && seen.insert(target.path.to_string()) {
                    missing.push(target.path.to_string());
                }
            }
        }
        let batch: Vec<_> = missing
            .into_iter()
            .filter_map(|path| {
                let text = read(Path::new(&path)).ok()?;
                Some((path, text, FileKind::Disk))
            })
            .collect();
        let names: Vec<_> = batch.iter().map(|(name, ..)| name.clone()).collect();
        db.set_files(batch);
        work.extend(names.iter().filter_map(|name| db.file(name)));
    }
}

fn read(path: &Path) -> io::Result<SourceText> {
    let bytes = std::fs::read(path)?;
    if bytes.len() > wat_syntax::MAX_SOURCE_LEN {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            "the file is too large",
        ));
    }
    Ok(SourceText::from_bytes(bytes))
}

/// What the system says, without its error number.
pub fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or directory".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "is a directory".to_owned(),
        _ => error.to_string(),
    }
}

/// The name of a file in the database and in reports: `/`-separated, relative to the working directory when below it.
pub fn name_of(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    let full = absolute(&here.join(path));
    let shown = full.strip_prefix(&here).unwrap_or(&full);
    shown.to_string_lossy().into_owned()
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

/// The `.wat` files below a directory in byte order of their paths. Hidden entries and the directories `target` and
/// `node_modules` are skipped, links to directories are not followed.
pub fn walk(directory: &Path) -> Result<Vec<PathBuf>, Unreadable> {
    let mut found = Vec::new();
    let mut work = vec![directory.to_path_buf()];
    while let Some(next) = work.pop() {
        let entries = std::fs::read_dir(&next).map_err(|error| Unreadable {
            path: next.display().to_string(),
            reason: reason(&error),
        })?;
        for entry in entries.flatten() {
            let name = entry.file_name();
            if name.as_encoded_bytes().first() == Some(&b'.') {
                continue;
            }
            let path = entry.path();
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            if kind.is_dir() {
                if name != "target" && name != "node_modules" {
                    work.push(path);
                }
            } else if path.extension().is_some_and(|ext| ext == "wat") && path.is_file() {
                found.push(path);
            }
        }
    }
    found.sort_by(|a, b| {
        a.as_os_str()
            .as_encoded_bytes()
            .cmp(b.as_os_str().as_encoded_bytes())
    });
    Ok(found)
}
