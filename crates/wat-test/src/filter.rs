//! Which tests are run.

use std::collections::{HashMap, HashSet};

use wat_analysis::TestKind;

use crate::find::TestCase;
use crate::seed::first_eight;

/// The K-th of N shards, from 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Partition {
    /// Which one.
    pub index: u64,
    /// How many.
    pub count: u64,
}

impl Partition {
    /// Reads `K/N` with 1 ≤ K ≤ N.
    pub fn parse(text: &str) -> Option<Partition> {
        let (index, count) = text.split_once('/')?;
        let (index, count) = (index.parse().ok()?, count.parse().ok()?);
        (1 <= index && index <= count).then_some(Partition { index, count })
    }
}

/// What a test must be like to be run.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Patterns of names; `!` excludes, `*` and `?` make a glob over the whole name.
    pub patterns: Vec<String>,
    /// Patterns are whole names.
    pub exact: bool,
    /// One of these tags.
    pub tags: Vec<String>,
    /// None of these tags.
    pub skipped_tags: Vec<String>,
    /// One of these kinds.
    pub kinds: Option<Vec<TestKind>>,
    /// Only ignored tests.
    pub only_ignored: bool,
    /// One of these names, unless its file has names of its own below.
    pub names: Vec<String>,
    /// Of these files, by their paths, the tests with these names alone.
    pub of_files: HashMap<String, HashSet<String>>,
    /// One of the shards.
    pub partition: Option<Partition>,
}

impl Filter {
    /// Is a test selected?
    pub fn admits(&self, case: &TestCase) -> bool {
        let test = &case.test;
        let tagged = |tags: &[String]| {
            test.tags
                .iter()
                .any(|tag| tags.iter().any(|it| **it == **tag))
        };
        self.admits_name(test.name.trim_start_matches(':'))
            && (self.tags.is_empty() || tagged(&self.tags))
            && !tagged(&self.skipped_tags)
            && self
                .kinds
                .as_ref()
                .is_none_or(|kinds| kinds.contains(&test.kind))
            && (!self.only_ignored || test.ignore.is_some())
            && self.admits_target(&case.path, case.name())
            && self
                .partition
                .is_none_or(|part| first_eight(case.id.as_bytes()) % part.count == part.index - 1)
    }

    /// Do the targets of the command name a test?
    fn admits_target(&self, path: &str, name: &str) -> bool {
        let is_named = self.names.iter().any(|it| it == name);
        match self.of_files.get(path) {
            Some(names) => is_named || names.contains(name),
            None => is_named || self.names.is_empty(),
        }
    }

    fn admits_name(&self, name: &str) -> bool {
        let (excluded, wanted): (Vec<&str>, Vec<&str>) = self
            .patterns
            .iter()
            .map(String::as_str)
            .partition(|pattern| pattern.starts_with('!'));
        let matches = |pattern: &&str| self.matches(pattern.trim_start_matches('!'), name);
        (wanted.is_empty() || wanted.iter().any(matches)) && !excluded.iter().any(matches)
    }

    fn matches(&self, pattern: &str, name: &str) -> bool {
        let pattern = pattern.trim_start_matches(':');
        match pattern.contains(['*', '?']) {
            true => glob(pattern.as_bytes(), name.as_bytes()),
            false if self.exact => pattern == name,
            false => name.contains(pattern),
        }
    }
}

/// Does a pattern with `*` and `?` match a whole text?
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(&byte) if byte == b'?' || byte == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    p = at + 1;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|&byte| byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(patterns: &[&str], name: &str) -> bool {
        let filter = Filter {
            patterns: patterns.iter().map(|it| (*it).to_owned()).collect(),
            ..Filter::default()
        };
        filter.admits_name(name)
    }

    #[test]
    fn names_are_matched_in_part_as_globs_and_negated() {
        assert!(admits(&[], "a::b"));
        assert!(admits(&["::b"], "a::b"));
        assert!(admits(&["x", "a"], "a::b"));
        assert!(!admits(&["x"], "a::b"));
        assert!(admits(&["a::*"], "a::b"));
        assert!(!admits(&["a:*:"], "a::b"));
        assert!(admits(&["?::b"], "a::b"));
        assert!(!admits(&["!b"], "a::b"));
        assert!(admits(&["a", "!c"], "a::b"));
        assert!(!admits(&["a", "!*b"], "a::b"));
    }

    #[test]
    fn names_of_a_file_are_about_that_file() {
        let names =
            |names: &[&str]| -> Vec<String> { names.iter().map(|it| (*it).to_owned()).collect() };
        let filter = Filter {
            of_files: HashMap::from([("a.wat".to_owned(), names(&[":x"]).into_iter().collect())]),
            ..Filter::default()
        };
        let both = Filter {
            names: names(&[":z"]),
            ..filter.clone()
        };
        let admitted = |filter: &Filter| -> Vec<&str> {
            let tests = [
                ("a.wat", ":x"),
                ("a.wat", ":y"),
                ("b.wat", ":x"),
                ("b.wat", ":z"),
            ];
            let tests = tests.into_iter().zip(["ax", "ay", "bx", "bz"]);
            let tests = tests.filter(|((path, name), _)| filter.admits_target(path, name));
            tests.map(|(_, short)| short).collect()
        };
        assert_eq!(admitted(&filter), ["ax", "bx", "bz"]);
        assert_eq!(admitted(&both), ["ax", "bz"]);
    }

    #[test]
    fn partitions_are_from_one_to_their_number() {
        let part = |index, count| Some(Partition { index, count });
        assert_eq!(Partition::parse("1/1"), part(1, 1));
        assert_eq!(Partition::parse("2/3"), part(2, 3));
        assert_eq!(
            [
                Partition::parse("0/3"),
                Partition::parse("4/3"),
                Partition::parse("x")
            ],
            [None; 3]
        );
    }
}
