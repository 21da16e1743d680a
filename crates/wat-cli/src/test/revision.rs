//! What tests stood for at a revision of the repository that they are in.

use std::collections::{BTreeMap, HashSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use wat_analysis::{RootDatabase, SourceFile, SourceText};
use wat_driver::{Contents, load_text};
use wat_load::InMemoryLoader;
use wat_test::{TestCase, content, find};

use super::Refused;
use crate::workspace::Workspace;
use crate::{exit, output};

/// What tests of these cases stood for at a revision, by today's ids. A test that was not there, or of which it cannot be
/// told, is missing.
pub(super) fn contents_at(
    space: &Workspace,
    directory: &Path,
    revision: &str,
    cases: &[TestCase],
) -> Refused<BTreeMap<String, String>> {
    let told = |problem: String| {
        output::complain(&problem);
        exit::USAGE
    };
    let repository = Repository::around(directory).map_err(told)?;
    let sources = repository.sources(revision).map_err(told)?;
    let mut loader = InMemoryLoader::new();
    for (name, text) in &sources {
        // Loaders are asked for whole paths.
        let path = repository.root.join(name);
        loader.add_source(&path.to_string_lossy(), text.clone());
    }
    let mut db = RootDatabase::new();
    db.set_options(space.settings.analysis());
    let today: HashSet<SourceFile> = cases.iter().map(|case| case.file).collect();
    let mut files = Vec::new();
    for file in today {
        let path = file.path(&*space.db);
        let name = repository.name_of(Path::new(&*path));
        if let Some(text) = name.and_then(|name| sources.get(&name)) {
            files.push(load_text(&mut db, &loader, &path, text.clone()));
        }
    }
    let found = find(&db, &files, |path| space.inner_path(path));
    let mut contents = Contents::default();
    let stood_for = found.tests.iter().filter_map(|case| {
        let content = content(&db, &mut contents, &found, case)?;
        Some((case.id.clone(), content))
    });
    Ok(stood_for.collect())
}

/// A repository of git.
struct Repository {
    root: PathBuf,
}

impl Repository {
    /// The one that a directory is in.
    fn around(directory: &Path) -> Result<Repository, String> {
        let root = git(directory, &["rev-parse", "--show-toplevel"], "")
            .map_err(|reason| format!("`--affected` with a revision needs git: {reason}"))?;
        let root = String::from_utf8_lossy(&root);
        let root = Path::new(root.trim_end_matches('\n'));
        let canonical = root.canonicalize();
        Ok(Repository {
            root: canonical.unwrap_or_else(|_| root.to_owned()),
        })
    }

    /// The name of a file in it.
    fn name_of(&self, path: &Path) -> Option<String> {
        let path = path.canonicalize().ok()?;
        let inner = path.strip_prefix(&self.root).ok()?;
        let parts = inner.iter().map(|part| part.to_str());
        Some(parts.collect::<Option<Vec<_>>>()?.join("/"))
    }

    /// The wat files of a revision, by name.
    fn sources(&self, revision: &str) -> Result<BTreeMap<String, SourceText>, String> {
        let commit = format!("{revision}^{{commit}}");
        let arguments = [
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &commit,
        ];
        let commit = git(&self.root, &arguments, "")
            .map_err(|_| format!("git knows no revision `{revision}`"))?;
        let commit = String::from_utf8_lossy(&commit).trim().to_owned();
        let told = |reason| format!("cannot read the revision `{revision}`: {reason}");
        let listed = git(&self.root, &["ls-tree", "-r", "-z", &commit], "").map_err(told)?;
        let listed = String::from_utf8_lossy(&listed);
        // `mode type object<TAB>name`
        let entries = listed
            .split('\0')
            .filter_map(|entry| entry.split_once('\t'));
        let entries: Vec<(&str, &str)> = entries
            .filter(|(about, name)| name.ends_with(".wat") && about.contains(" blob "))
            .filter_map(|(about, name)| Some((about.rsplit(' ').next()?, name)))
            .collect();
        let asked: String = entries
            .iter()
            .map(|(object, _)| format!("{object}\n"))
            .collect();
        let bytes = git(&self.root, &["cat-file", "--batch"], &asked).map_err(told)?;
        let names = entries.iter().map(|(_, name)| *name);
        Ok(names
            .zip(objects(&bytes))
            .map(|(name, bytes)| (name.to_owned(), SourceText::from_bytes(bytes.to_vec())))
            .collect())
    }
}

/// The objects in a batch: each is a line that ends with its length, so many bytes, and a line feed.
fn objects(mut bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let end = bytes.iter().position(|byte| *byte == b'\n')?;
        let head = std::str::from_utf8(&bytes[..end]).ok()?;
        let length: usize = head.rsplit(' ').next()?.parse().ok()?;
        let object = bytes.get(end + 1..end + 1 + length)?;
        bytes = bytes.get(end + length + 2..).unwrap_or_default();
        Some(object)
    })
}

/// What git answers in a directory.
fn git(directory: &Path, arguments: &[&str], input: &str) -> Result<Vec<u8>, String> {
    let mut child = Command::new("git")
        .arg("-C")
        .arg(directory)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let stdin = child.stdin.take();
    let output = std::thread::scope(|scope| {
        // Questions and answers go on at the same time.
        scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(input.as_bytes())));
        child.wait_with_output()
    });
    let output = output.map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let told = String::from_utf8_lossy(&output.stderr);
    Err(told.lines().next().unwrap_or("it failed").to_owned())
}

#[cfg(test)]
mod tests {
    use super::objects;

    #[test]
    fn a_batch_is_taken_apart_by_lengths() {
        let batch = b"1f blob 3\na\nb\n2e blob 0\n\n3d blob 2\nxy\n";
        let found: Vec<&[u8]> = objects(batch).collect();
        assert_eq!(found, [&b"a\nb"[..], b"", b"xy"]);
    }
}
