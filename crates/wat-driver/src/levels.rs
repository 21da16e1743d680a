//! How much findings weigh: levels per code, rule and family (chapter 10 §5.4, §7.1, §7.4 of the reference).

use wat_analysis::{CODES, Code, CodeInfo, Severity, code_info};
use wat_syntax::READER_CODES;

use crate::nearest;
use crate::project::{Glob, Settings};

/// How much a finding weighs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    /// An error.
    Deny,
    /// A warning.
    Warn,
    /// A note.
    Note,
    /// Not told.
    Off,
}

impl Level {
    /// Reads `deny`, `warn`, `note` or `off`.
    pub fn parse(word: &str) -> Option<Level> {
        Some(match word {
            "deny" => Level::Deny,
            "warn" => Level::Warn,
            "note" => Level::Note,
            "off" => Level::Off,
            _ => return None,
        })
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Level::Deny => "deny",
            Level::Warn => "warn",
            Level::Note => "note",
            Level::Off => "off",
        }
    }

    /// The level of a code unless something else is said; a lint that is off by default is a hint in the table.
    pub fn of(info: &CodeInfo) -> Level {
        match info.severity {
            Severity::Error => Level::Deny,
            Severity::Warning => Level::Warn,
            Severity::Info => Level::Note,
            Severity::Hint => Level::Off,
        }
    }

    fn severity(self) -> Option<Severity> {
        match self {
            Level::Deny => Some(Severity::Error),
            Level::Warn => Some(Severity::Warning),
            Level::Note => Some(Severity::Info),
            Level::Off => None,
        }
    }
}

/// What is said about levels, in order.
pub type LevelList = Vec<(Selector, Level)>;

/// What a level is said about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Selector {
    /// A code, by number or by name.
    Code(Code),
    /// All rules of a family.
    Family(String),
}

impl Selector {
    /// Reads `WAT7301`, `unused/binding` or `unused`.
    pub fn parse(word: &str) -> Option<Selector> {
        let number = word
            .strip_prefix("WAT")
            .and_then(|digits| digits.parse().ok());
        if let Some(info) = number.and_then(|number| code_info(Code(number))) {
            return Some(Selector::Code(info.code));
        }
        if let Some(info) = all().find(|info| info.name == word) {
            return Some(Selector::Code(info.code));
        }
        let is_family = all().any(|info| family_of(info) == Some(word));
        is_family.then(|| Selector::Family(word.to_owned()))
    }

    /// The selector that a word may have been meant for.
    pub fn nearest(word: &str) -> Option<String> {
        let names = all().flat_map(|info| std::iter::once(info.name).chain(family_of(info)));
        nearest(word, names).map(str::to_owned)
    }

    /// True if it is about this code.
    pub fn selects(&self, info: &CodeInfo) -> bool {
        match self {
            Selector::Code(code) => info.code == *code,
            Selector::Family(family) => family_of(info) == Some(family),
        }
    }
}

fn all() -> impl Iterator<Item = &'static CodeInfo> {
    READER_CODES.iter().chain(CODES)
}

/// `unused` of `unused/binding`; the holon lints are a family without a prefix.
fn family_of(info: &CodeInfo) -> Option<&'static str> {
    match info.name.split_once('/') {
        Some((family, _)) => Some(family),
        None if info.code.0 / 100 == 77 => Some("holon"),
        None => None,
    }
}

/// The levels of a run: what the command line says beats what the project says about paths, and that what it says in
/// general; a rule beats its family, a later entry an earlier one.
#[derive(Clone, Debug, Default)]
pub struct Levels {
    /// Of the command line.
    pub run: LevelList,
    /// Of `[lint] paths`.
    pub paths: Vec<(Glob, LevelList)>,
    /// Of `[lint] levels`.
    pub project: LevelList,
}

impl Levels {
    /// What a project says, without a command line.
    pub fn of_project(settings: &Settings) -> Levels {
        Levels {
            paths: settings.lint.paths.clone(),
            project: settings.lint.levels.clone(),
            ..Levels::default()
        }
    }

    /// The severity of a finding in a file; `None` if it is not told. Errors stay errors, but for lints.
    pub fn severity(&self, code: Code, severity: Severity, path: &str) -> Option<Severity> {
        let is_lint = code.0 / 1000 == 7;
        let Some(info) = code_info(code).filter(|_| is_lint || severity != Severity::Error) else {
            return Some(severity);
        };
        match self.level(info, path) {
            Some(level) => level.severity(),
            None if is_lint && Level::of(info) == Level::Off => None,
            None => Some(severity),
        }
    }

    /// Does the command line say something about a code? Then no rune suppresses it.
    pub fn insist_on(&self, code: Code) -> bool {
        code_info(code).is_some_and(|info| of(&self.run, info).is_some())
    }

    /// Does the command line or the project say something about a code in a file?
    pub fn speak_of(&self, code: Code, path: &str) -> bool {
        code_info(code).is_some_and(|info| self.level(info, path).is_some())
    }

    /// The level of a code, and who says so: `run`, `project` or `default`.
    pub fn effective(&self, info: &CodeInfo) -> (Level, &'static str) {
        if let Some(level) = of(&self.run, info) {
            return (level, "run");
        }
        match of(&self.project, info) {
            Some(level) => (level, "project"),
            None => (Level::of(info), "default"),
        }
    }

    /// The level that is said about a code in a file.
    fn level(&self, info: &CodeInfo, path: &str) -> Option<Level> {
        let here = self.paths.iter().filter(|(glob, _)| glob.covers(path));
        let here = here.filter_map(|(_, levels)| of(levels, info)).next_back();
        of(&self.run, info)
            .or(here)
            .or_else(|| of(&self.project, info))
    }
}

/// The level that a list says: the last entry for the code, else the last one for its family.
fn of(levels: &[(Selector, Level)], info: &CodeInfo) -> Option<Level> {
    let mut selected = levels.iter().filter(|(selector, _)| selector.selects(info));
    let last = selected.clone().next_back();
    let exact = selected.rfind(|(selector, _)| matches!(selector, Selector::Code(_)));
    exact.or(last).map(|(_, level)| *level)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(said: &[(&str, Level)]) -> Vec<(Selector, Level)> {
        let said = said.iter();
        said.map(|(word, level)| (Selector::parse(word).expect("a selector"), *level))
            .collect()
    }

    #[test]
    fn a_rule_beats_its_family_and_the_run_beats_the_project() {
        let binding = Code(7301);
        let mut all = Levels {
            project: levels(&[("unused/binding", Level::Note), ("unused", Level::Off)]),
            ..Levels::default()
        };
        let told = |all: &Levels| all.severity(binding, Severity::Warning, "a.wat");
        assert_eq!(told(&all), Some(Severity::Info));
        assert_eq!(all.severity(Code(7304), Severity::Warning, "a.wat"), None);
        let glob = Glob::new("tests/**").expect("a glob");
        all.paths = vec![(glob, levels(&[("unused", Level::Deny)]))];
        assert_eq!(told(&all), Some(Severity::Info));
        let inside = all.severity(binding, Severity::Warning, "tests/a.wat");
        assert_eq!(inside, Some(Severity::Error));
        all.run = levels(&[("WAT7301", Level::Off)]);
        assert_eq!(told(&all), None);
    }

    #[test]
    fn errors_cannot_be_lowered_and_warnings_can_be_raised() {
        let all = Levels {
            run: levels(&[
                ("type-mismatch", Level::Off),
                ("unused-result", Level::Deny),
            ]),
            ..Levels::default()
        };
        let error = all.severity(Code(3001), Severity::Error, "a.wat");
        assert_eq!(error, Some(Severity::Error));
        let raised = all.severity(Code(3507), Severity::Warning, "a.wat");
        assert_eq!(raised, Some(Severity::Error));
    }

    #[test]
    fn selectors_are_codes_names_and_families() {
        assert_eq!(
            Selector::parse("WAT7301"),
            Selector::parse("unused/binding")
        );
        assert!(matches!(
            Selector::parse("holon"),
            Some(Selector::Family(_))
        ));
        assert_eq!(Selector::parse("WAT9999"), None);
        assert_eq!(Selector::nearest("unusd").as_deref(), Some("unused"));
    }
}
