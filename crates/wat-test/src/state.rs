//! What is remembered of the last run, in `.wat/test-state.edn`: which tests did not pass, and what every test stood
//! for when it ended (§9.7.2).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;

use wat_edn::Edn;

const FILE: &str = ".wat/test-state.edn";
const FAILED: &str = ":wat.test::failed";
const CONTENTS: &str = ":wat.test::contents";

/// What is known of the tests of a project, by id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Those that did not pass.
    pub failed: BTreeSet<String>,
    /// What they stood for ([`content`](crate::content)); tests of which this cannot be told are missing.
    pub contents: BTreeMap<String, String>,
}

impl State {
    /// What was remembered below a directory; nothing if there is nothing, or nothing that can be read.
    pub fn read(directory: &Path) -> State {
        let text = fs::read_to_string(directory.join(FILE)).unwrap_or_default();
        let mut state = State::default();
        let document = wat_edn::read(&text);
        let Ok(Edn::Map(parts)) = &document else {
            return state;
        };
        for (key, value) in parts {
            match (key, value) {
                (Edn::Keyword(key), Edn::Vector(ids)) if **key == *FAILED => {
                    state.failed.extend(ids.iter().filter_map(text_of));
                }
                (Edn::Keyword(key), Edn::Map(entries)) if **key == *CONTENTS => {
                    let entries = entries.iter();
                    let read = entries.filter_map(|(id, of)| Some((text_of(id)?, text_of(of)?)));
                    state.contents.extend(read);
                }
                _ => {}
            }
        }
        state
    }

    /// A test has ended.
    pub fn note(&mut self, id: &str, has_failed: bool, content: Option<&str>) {
        match has_failed {
            true => self.failed.insert(id.to_owned()),
            false => self.failed.remove(id),
        };
        match content {
            Some(content) => self.contents.insert(id.to_owned(), content.to_owned()),
            None => self.contents.remove(id),
        };
    }

    /// Remembers this below a directory.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, directory: &Path) -> io::Result<()> {
        let file = directory.join(FILE);
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        let failed = self.failed.iter().map(|id| Edn::str(id.as_str()));
        let contents = self.contents.iter();
        let contents =
            contents.map(|(id, content)| (Edn::str(id.as_str()), Edn::str(content.as_str())));
        let document = Edn::Map(vec![
            (Edn::keyword(FAILED), Edn::Vector(failed.collect())),
            (Edn::keyword(CONTENTS), Edn::Map(contents.collect())),
        ]);
        // Another run may read meanwhile: it finds the old text or the new one.
        let new = file.with_extension(format!("{}.new", std::process::id()));
        fs::write(&new, wat_edn::write(&document) + "\n")?;
        fs::rename(&new, &file)
    }
}

fn text_of(value: &Edn) -> Option<String> {
    match value {
        Edn::Str(text) => Some(text.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read() {
        let folder = std::env::temp_dir().join(format!("wat-state-{}", std::process::id()));
        assert_eq!(State::read(&folder), State::default());
        let mut state = State::default();
        state.note("a.wat#:a", true, Some("1"));
        state.note("a.wat#:b", false, Some("2"));
        state.note("a.wat#:c", true, None);
        state.note("a.wat#:a", false, Some("3"));
        state.write(&folder).expect("it can be written");
        let read = State::read(&folder);
        fs::remove_dir_all(&folder).expect("it is there");
        assert_eq!(read, state);
        assert_eq!(read.failed.iter().collect::<Vec<_>>(), ["a.wat#:c"]);
        assert_eq!(read.contents.len(), 2);
    }
}
