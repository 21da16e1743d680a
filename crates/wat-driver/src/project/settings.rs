//! The settings of a project, typed. What is read here is checked here; of the other tables the keys alone are known.

use std::path::{Component, Path, PathBuf};

use wat_syntax::TextRange;

use super::Told;
use super::glob::Glob;
use super::values::{Kind, Value};
use crate::nearest;

/// A value and its place in the project file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands; empty at 0 for a default.
    pub range: TextRange,
}

/// Paths that have a default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Paths {
    /// The file does not say.
    Default(&'static [&'static str]),
    /// The file says.
    Given(Vec<Spanned<String>>),
}

impl Paths {
    /// The paths, relative to the project.
    pub fn value(&self) -> Vec<&str> {
        match self {
            Paths::Default(paths) => paths.to_vec(),
            Paths::Given(paths) => paths.iter().map(|path| &*path.value).collect(),
        }
    }

    /// True if the file does not say.
    pub fn is_default(&self) -> bool {
        matches!(self, Paths::Default(_))
    }
}

/// What a project file says.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `[project]`
    pub project: ProjectSettings,
    /// `[concurrency] allow-raw-spawn`
    pub allow_raw_spawn: Option<bool>,
    /// `[check]`
    pub check: CheckSettings,
    /// `[fmt]`
    pub fmt: FmtSettings,
    /// `[test]`
    pub test: TestSettings,
    /// `[lint]`
    pub lint: LintSettings,
}

/// `[project]`: where the sources are.
#[derive(Clone, Debug)]
pub struct ProjectSettings {
    /// The program of `wat run`.
    pub entry: Option<Spanned<String>>,
    /// Further programs.
    pub entries: Vec<Spanned<Glob>>,
    /// Roots of library files; by default `wat`.
    pub source: Paths,
    /// What no command touches.
    pub exclude: Vec<Spanned<Glob>>,
}

/// `[check]`
#[derive(Clone, Debug, Default)]
pub struct CheckSettings {
    /// Warnings fail a check.
    pub deny_warnings: Option<bool>,
    /// How many findings are shown.
    pub max_diagnostics: Option<usize>,
}

/// `[fmt]`
#[derive(Clone, Debug, Default)]
pub struct FmtSettings {
    /// What `wat fmt` does not touch.
    pub exclude: Vec<Spanned<Glob>>,
}

/// `[test]`: where the tests are.
#[derive(Clone, Debug)]
pub struct TestSettings {
    /// Directories and files; by default `wat-tests`.
    pub paths: Paths,
}

/// `[lint]`: where the project's rules are.
#[derive(Clone, Debug)]
pub struct LintSettings {
    /// Directories; by default `wat-lints`.
    pub rule_dirs: Paths,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            project: ProjectSettings {
                entry: None,
                entries: Vec::new(),
                source: Paths::Default(&["wat"]),
                exclude: Vec::new(),
            },
            allow_raw_spawn: None,
            check: CheckSettings::default(),
            fmt: FmtSettings::default(),
            test: TestSettings {
                paths: Paths::Default(&["wat-tests"]),
            },
            lint: LintSettings {
                rule_dirs: Paths::Default(&["wat-lints"]),
            },
        }
    }
}

/// What the value of a key is.
#[derive(Clone, Copy, Debug)]
enum Type {
    /// Checked by whoever reads it.
    Any,
    Text,
    Word(&'static [&'static str]),
    Bool,
    Count,
    Path,
    Paths,
    Globs,
    Texts,
    Table,
}

/// The tables of a project file, their keys and the types of these; a table without keys holds names of the user's own.
const TABLES: &[(&str, &[(&str, Type)])] = {
    use Type::*;
    &[
        (
            "project",
            &[
                ("name", Text),
                ("version", Text),
                ("wat", Text),
                ("namespace", Text),
                ("entry", Path),
                ("entries", Globs),
                ("source", Paths),
                ("exclude", Globs),
            ],
        ),
        (
            "load",
            &[
                ("scope", Path),
                ("require", Word(&["none", "digest", "signature"])),
                ("keyring", Path),
            ],
        ),
        ("run", &[("stack-limit", Any)]),
        ("concurrency", &[("allow-raw-spawn", Bool)]),
        (
            "check",
            &[("deny-warnings", Bool), ("max-diagnostics", Count)],
        ),
        (
            "lint",
            &[
                ("levels", Table),
                ("thresholds", Table),
                ("rule-dirs", Paths),
                ("paths", Table),
            ],
        ),
        (
            "test",
            &[
                ("paths", Paths),
                ("exclude", Globs),
                ("doc-paths", Paths),
                ("doc-entry", Path),
                ("proofs", Bool),
                ("isolation", Word(&["process", "thread"])),
                ("time-limit", Text),
                ("prop-time-limit", Text),
                ("memory-limit", Text),
                ("jobs", Count),
                ("retries", Count),
                ("deny-leaks", Bool),
            ],
        ),
        (
            "coverage",
            &[
                ("include", Texts),
                ("exclude", Texts),
                ("min", Table),
                ("baseline", Path),
                ("allow-drop", Any),
                ("formats", Texts),
                ("groups", Any),
            ],
        ),
        ("fmt", &[("exclude", Globs)]),
        ("doc", &[("out", Path), ("title", Text), ("pages", Globs)]),
        (
            "repl",
            &[
                ("preload", Paths),
                ("history", Count),
                ("edit-mode", Word(&["emacs", "vi"])),
                ("embed", Bool),
            ],
        ),
        (
            "lsp",
            &[("inlay-hints", Table), ("lint-on", Word(&["type", "save"]))],
        ),
        ("extensions", &[]),
        ("commands", &[]),
        ("workspace", &[("members", Globs)]),
    ]
};

/// The settings that a file holds; what is wrong with it goes to `told`.
pub(super) fn read(file: &Value, told: &mut Told) -> Settings {
    let mut settings = Settings::default();
    let Kind::Table(tables) = &file.kind else {
        wrong::<()>(told, "the project file", file, "a table of settings");
        return settings;
    };
    for table in tables {
        let known = TABLES.iter().find(|(name, _)| *name == table.key);
        let Some((name, keys)) = known else {
            let near = nearest(&table.key, TABLES.iter().map(|(name, _)| *name));
            told.unknown(table.range, &table.key, near);
            continue;
        };
        let Kind::Table(entries) = &table.value.kind else {
            wrong::<()>(told, &format!("`{name}`"), &table.value, "a table");
            continue;
        };
        for entry in entries.iter().filter(|_| !keys.is_empty()) {
            let path = format!("{name}.{}", entry.key);
            match keys.iter().find(|(key, _)| *key == entry.key) {
                Some((_, kind)) => {
                    if let Some(checked) = check(told, *kind, &path, &entry.value) {
                        settings.set(&path, checked);
                    }
                }
                None => {
                    let near = nearest(&entry.key, keys.iter().map(|(key, _)| *key));
                    told.unknown(entry.range, &path, near);
                }
            }
        }
    }
    settings
}

/// A value of the right type.
enum Checked {
    Bool(bool),
    Count(usize),
    Path(Spanned<String>),
    Paths(Vec<Spanned<String>>),
    Globs(Vec<Spanned<Glob>>),
    /// Of a setting that is only checked.
    Sound,
}

impl Settings {
    /// Takes over the value of a setting.
    fn set(&mut self, path: &str, value: Checked) {
        let Settings {
            project,
            allow_raw_spawn,
            check,
            fmt,
            test,
            lint,
        } = self;
        match (path, value) {
            ("project.entry", Checked::Path(path)) => project.entry = Some(path),
            ("project.entries", Checked::Globs(globs)) => project.entries = globs,
            ("project.source", Checked::Paths(paths)) => project.source = Paths::Given(paths),
            ("project.exclude", Checked::Globs(globs)) => project.exclude = globs,
            ("concurrency.allow-raw-spawn", Checked::Bool(value)) => *allow_raw_spawn = Some(value),
            ("check.deny-warnings", Checked::Bool(value)) => check.deny_warnings = Some(value),
            ("check.max-diagnostics", Checked::Count(value)) => {
                check.max_diagnostics = Some(value);
            }
            ("fmt.exclude", Checked::Globs(globs)) => fmt.exclude = globs,
            ("test.paths", Checked::Paths(paths)) => test.paths = Paths::Given(paths),
            ("lint.rule-dirs", Checked::Paths(paths)) => lint.rule_dirs = Paths::Given(paths),
            _ => {}
        }
    }
}

/// The value of a setting, if it has the right type.
fn check(told: &mut Told, kind: Type, path: &str, value: &Value) -> Option<Checked> {
    let name = format!("`{path}`");
    Some(match (kind, &value.kind) {
        (Type::Any, _) => Checked::Sound,
        (Type::Table, Kind::Table(_)) => Checked::Sound,
        (Type::Table, _) => return wrong(told, &name, value, "a table"),
        (Type::Bool, Kind::Boolean(value)) => Checked::Bool(*value),
        (Type::Bool, _) => return wrong(told, &name, value, "`true` or `false`"),
        (Type::Count, Kind::Integer(number)) => match usize::try_from(*number) {
            Ok(number) => Checked::Count(number),
            Err(_) => {
                let message = format!("{name} is a number from 0, not `{number}`");
                told.bad(value.range, "this is negative", message, None);
                return None;
            }
        },
        (Type::Count, _) => return wrong(told, &name, value, "a number from 0"),
        (Type::Text, _) => string(told, path, value).map(|_| Checked::Sound)?,
        (Type::Word(words), _) => {
            let text = string(told, path, value)?;
            if !words.contains(&&*text.value) {
                let words = words.iter().map(|word| format!("`\"{word}\"`"));
                let words = words.collect::<Vec<_>>().join(" or ");
                let message = format!("{name} is {words}, not `\"{}\"`", text.value);
                told.bad(value.range, "no such word", message, None);
                return None;
            }
            Checked::Sound
        }
        (Type::Path, _) => Checked::Path(inner_path(told, path, value)?),
        (Type::Paths, _) => Checked::Paths(list(told, path, value, inner_path)?),
        (Type::Globs, _) => Checked::Globs(list(told, path, value, glob)?),
        (Type::Texts, _) => list(told, path, value, string).map(|_| Checked::Sound)?,
    })
}

/// Tells that a value is not what it should be.
fn wrong<T>(told: &mut Told, what: &str, value: &Value, wanted: &str) -> Option<T> {
    let found = value.what();
    let message = format!("{what} is {wanted}, not {found}");
    told.bad(value.range, &format!("this is {found}"), message, None);
    None
}

fn string(told: &mut Told, path: &str, value: &Value) -> Option<Spanned<String>> {
    let Kind::String(text) = &value.kind else {
        return wrong(told, &format!("`{path}`"), value, "a string");
    };
    Some(Spanned {
        value: text.clone(),
        range: value.range,
    })
}

/// The elements of a list that are sound.
fn list<T>(
    told: &mut Told,
    path: &str,
    value: &Value,
    element: fn(&mut Told, &str, &Value) -> Option<T>,
) -> Option<Vec<T>> {
    let Kind::List(values) = &value.kind else {
        return wrong(told, &format!("`{path}`"), value, "a list of strings");
    };
    let elements = values.iter();
    let inner = format!("{path}[]");
    Some(
        elements
            .filter_map(|value| element(told, &inner, value))
            .collect(),
    )
}

/// A path below the project.
fn inner_path(told: &mut Told, path: &str, value: &Value) -> Option<Spanned<String>> {
    let text = string(told, path, value)?;
    if text.value.is_empty() {
        let message = format!("`{path}` is a path, not an empty string");
        told.bad(text.range, "no path", message, None);
        return None;
    }
    let parts = Path::new(&text.value).components();
    let clean: PathBuf = parts.filter(|part| *part != Component::CurDir).collect();
    Some(Spanned {
        value: clean.to_string_lossy().into_owned(),
        range: text.range,
    })
}

fn glob(told: &mut Told, path: &str, value: &Value) -> Option<Spanned<Glob>> {
    let text = string(told, path, value)?;
    match Glob::new(&text.value) {
        Ok(value) => Some(Spanned {
            value,
            range: text.range,
        }),
        Err(why) => {
            let list = path.trim_end_matches("[]");
            let message = format!("the glob `{}` of `{list}` {why}", text.value);
            let help = "globs are paths with `*`, `?`, `[a-z]` and `**`".to_owned();
            told.bad(text.range, "no glob", message, Some(help));
            None
        }
    }
}
