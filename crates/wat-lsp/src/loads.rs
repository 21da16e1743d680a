//! Files that programs load: open documents first, then the disk.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use wat_analysis::LoadFailure;
use wat_ide::MissingLoads;
use wat_load::{LoadError, Loader, OverlayLoader};
use wat_syntax::SourceText;

use crate::desk::Change;
use crate::files::is_webassembly;

/// What a loader has answered.
#[derive(Default)]
pub(crate) struct Answers {
    /// Files that the database does not have.
    pub(crate) files: Vec<(String, SourceText)>,
    /// What became of paths and payloads.
    pub(crate) said: Vec<Change>,
}

/// Asks for everything that is missing. `open` are the open documents by their path in the database.
pub(crate) fn ask<'a>(
    disk: Box<dyn Loader>,
    open: impl Iterator<Item = (&'a str, SourceText)>,
    missing: MissingLoads,
) -> Answers {
    let mut loader = OverlayLoader::new(disk);
    // A document that was opened through a link keeps the path that it was opened with.
    let mut documents: HashMap<String, &str> = HashMap::new();
    for (path, text) in open {
        loader.open(path, text);
        let canonical = loader
            .locate(path, None)
            .unwrap_or_else(|_| path.to_owned());
        documents.insert(canonical, path);
    }
    let mut answers = Answers::default();
    for path in missing.files {
        match source(&loader, &path) {
            Ok((canonical, text)) => {
                let known = documents.get(&canonical).copied();
                let name = known.unwrap_or(&canonical);
                if *name != *path {
                    let said = Change::Found(path, Ok(name.into()));
                    answers.said.push(said);
                }
                if known.is_none() {
                    answers.files.push((canonical, text));
                }
            }
            Err(failure) => answers.said.push(Change::Found(path, Err(failure))),
        }
    }
    for path in missing.payloads {
        let answer = on_disk(&path).and_then(|path| loader.payload(path, None));
        let answer = answer.map(Arc::from).map_err(failure);
        answers.said.push(Change::Payload(path, answer));
    }
    answers
}

fn source(loader: &impl Loader, path: &str) -> Result<(String, SourceText), LoadFailure> {
    let found = on_disk(path).and_then(|path| loader.source(path, None));
    let found = found.map_err(failure)?;
    if is_webassembly(found.text.text()) {
        return Err(LoadFailure::Unreadable("it is WebAssembly text".into()));
    }
    Ok((found.canonical, found.text))
}

/// A document without a place on disk loads nothing by relative paths.
fn on_disk(path: &str) -> Result<&str, LoadError> {
    match Path::new(path).is_absolute() {
        true => Ok(path),
        false => Err(LoadError::NotFound),
    }
}

fn failure(error: LoadError) -> LoadFailure {
    match error {
        LoadError::NotFound => LoadFailure::NotFound,
        LoadError::OutsideRoot { root } => LoadFailure::OutsideRoot(root.into()),
        LoadError::Unreadable { reason } => LoadFailure::Unreadable(reason.into()),
        LoadError::NotUtf8 => LoadFailure::NotUtf8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wat_load::FsLoader;

    #[test]
    fn a_document_opened_through_a_link_is_found_under_its_own_path() {
        let folder = std::env::temp_dir().join(format!("wat-lsp-links-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder for the test");
        let folder = folder.canonicalize().expect("it is there");
        let at = |name: &str| folder.join(name).to_string_lossy().into_owned();
        std::fs::write(folder.join("real.wat"), "1").expect("a file for the test");
        std::os::unix::fs::symlink(at("real.wat"), at("link.wat")).expect("a link");
        let missing = MissingLoads {
            files: vec![at("real.wat").into(), at("none.wat").into()],
            payloads: vec![at("real.wat").into()],
        };
        let open = [(at("link.wat"), SourceText::new("2"))];
        let answers = ask(
            Box::new(FsLoader),
            open.iter()
                .map(|(path, text)| (path.as_str(), text.clone())),
            missing,
        );
        assert!(answers.files.is_empty());
        let said: Vec<String> = answers
            .said
            .iter()
            .map(|said| match said {
                Change::Found(_, Ok(path)) => format!("found {path}"),
                Change::Found(_, Err(failure)) => format!("{failure:?}"),
                Change::Payload(_, Ok(text)) => format!("payload {text}"),
                _ => "another".to_owned(),
            })
            .collect();
        let link = format!("found {}", at("link.wat"));
        assert_eq!(said, [&*link, "NotFound", "payload 1"]);
        std::fs::remove_dir_all(&folder).expect("it is ours");
    }
}
