//! The settings of a project, typed. What is read here is checked here; of the other tables the keys alone are known.

use std::mem::take;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use wat_syntax::TextRange;

use super::Told;
use super::glob::Glob;
use super::values::{Entry, Kind, Value};
use crate::levels::{Level, LevelList, Selector};
use crate::nearest;
use crate::report::Source;

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
    /// `[load]`
    pub load: LoadSettings,
    /// `[run]`
    pub run: RunSettings,
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

/// `[load]`: what may be loaded.
#[derive(Clone, Debug, Default)]
pub struct LoadSettings {
    /// The directory that loads may not leave.
    pub scope: Option<Spanned<String>>,
    /// How loaded files must be verified.
    pub require: wat_analysis::Require,
    /// The file with the trusted keys.
    pub keyring: Option<Spanned<String>>,
    /// The trusted keys, in base64, once the file has been read.
    pub keys: Option<Arc<[Arc<str>]>>,
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

/// `[run]`
#[derive(Clone, Debug, Default)]
pub struct RunSettings {
    /// Bytes for the frames of one thread.
    pub stack_limit: Option<usize>,
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
    /// What no run of tests touches.
    pub exclude: Vec<Spanned<Glob>>,
    /// How many tests run at once; 0 for as many as there are processors.
    pub jobs: Option<usize>,
    /// How often a failed test is run again.
    pub retries: Option<usize>,
    /// Does a leak make a test fail?
    pub deny_leaks: Option<bool>,
    /// How long a test may take.
    pub time_limit: Option<Duration>,
    /// How long a property may take.
    pub prop_time_limit: Option<Duration>,
    /// How many bytes of memory a test may have.
    pub memory_limit: Option<usize>,
    /// Are tests called in the process of the runner?
    pub in_thread: Option<bool>,
}

/// `[lint]`: where the project's rules are, and how much rules weigh.
#[derive(Clone, Debug)]
pub struct LintSettings {
    /// Directories; by default `wat-lints`.
    pub rule_dirs: Paths,
    /// Levels of codes, rules and families.
    pub levels: LevelList,
    /// Levels in the files that a glob matches.
    pub paths: Vec<(Glob, LevelList)>,
    /// From which count on the rules that count something tell.
    pub thresholds: wat_analysis::Thresholds,
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
            load: LoadSettings::default(),
            run: RunSettings::default(),
            allow_raw_spawn: None,
            check: CheckSettings::default(),
            fmt: FmtSettings::default(),
            test: TestSettings {
                paths: Paths::Default(&["wat-tests"]),
                exclude: Vec::new(),
                jobs: None,
                retries: None,
                deny_leaks: None,
                time_limit: None,
                prop_time_limit: None,
                memory_limit: None,
                in_thread: None,
            },
            lint: LintSettings {
                rule_dirs: Paths::Default(&["wat-lints"]),
                levels: Vec::new(),
                paths: Vec::new(),
                thresholds: wat_analysis::Thresholds::default(),
            },
        }
    }
}

/// Keys and what their values are.
type Keys = &'static [(&'static str, Type)];

/// What the value of a key is.
#[derive(Clone, Copy, Debug)]
enum Type {
    Text,
    Word(&'static [&'static str]),
    Bool,
    Count,
    Path,
    Paths,
    Globs,
    Texts,
    /// A table with these keys.
    Table(Keys),
    /// A table with names of the user's own.
    Names(&'static Type),
    /// A list.
    List(&'static Type),
    /// A list of two numbers, the first not above the second.
    CountPair,
    /// A part of a hundred.
    Percent,
    /// The path of a function.
    Function,
    /// A number of bytes, or text with a unit.
    Bytes,
    /// Text with a unit of memory.
    Memory,
    /// Text with a unit of time.
    Time,
    /// A table from codes, rules and families to levels.
    Levels,
    /// A table from globs to tables of levels.
    LevelsByPath,
    /// A name such as `calc-2`.
    ProjectName,
    /// A requirement such as `>=0.1`.
    Requirement,
    /// A prefix such as `:calc::`.
    Namespace,
}

/// The tables of a project file.
const TABLES: Keys = {
    use Type::*;
    &[
        (
            "project",
            Table(&[
                ("name", ProjectName),
                ("version", Text),
                ("wat", Requirement),
                ("namespace", Namespace),
                ("entry", Path),
                ("entries", Globs),
                ("source", Paths),
                ("exclude", Globs),
            ]),
        ),
        (
            "load",
            Table(&[
                ("scope", Path),
                ("require", Word(&["none", "digest", "signature"])),
                ("keyring", Path),
            ]),
        ),
        ("run", Table(&[("stack-limit", Bytes)])),
        ("concurrency", Table(&[("allow-raw-spawn", Bool)])),
        (
            "check",
            Table(&[("deny-warnings", Bool), ("max-diagnostics", Count)]),
        ),
        (
            "lint",
            Table(&[
                ("levels", Levels),
                ("thresholds", Table(THRESHOLDS)),
                ("rule-dirs", Paths),
                ("paths", LevelsByPath),
            ]),
        ),
        (
            "test",
            Table(&[
                ("paths", Paths),
                ("exclude", Globs),
                ("doc-paths", Paths),
                ("doc-entry", Path),
                ("proofs", Bool),
                ("isolation", Word(&["process", "thread"])),
                ("time-limit", Time),
                ("prop-time-limit", Time),
                ("memory-limit", Memory),
                ("jobs", Count),
                ("retries", Count),
                ("deny-leaks", Bool),
            ]),
        ),
        (
            "coverage",
            Table(&[
                ("include", Texts),
                ("exclude", Texts),
                ("min", Table(COVERAGE)),
                ("baseline", Path),
                ("allow-drop", Percent),
                ("formats", List(&Word(COVERAGE_FORMATS))),
                ("groups", List(&Table(&[("name", Text), ("pattern", Text)]))),
            ]),
        ),
        ("fmt", Table(&[("exclude", Globs)])),
        (
            "doc",
            Table(&[("out", Path), ("title", Text), ("pages", Globs)]),
        ),
        (
            "repl",
            Table(&[
                ("preload", Paths),
                ("history", Count),
                ("edit-mode", Word(&["emacs", "vi"])),
                ("embed", Bool),
            ]),
        ),
        (
            "lsp",
            Table(&[
                ("inlay-hints", Table(INLAY_HINTS)),
                ("lint-on", Word(&["type", "save"])),
            ]),
        ),
        ("extensions", Names(&Table(&[("path", Path)]))),
        ("commands", Names(&Function)),
        ("workspace", Table(&[("members", Globs)])),
    ]
};

/// The rules that count something (chapter 10 §7.2).
const THRESHOLDS: Keys = &[
    ("complectens/body-length", Type::CountPair),
    ("complectens/binding-count", Type::Count),
    ("perspicere/type-depth", Type::Count),
];

/// What coverage is measured of (chapter 09 §9.12.3).
const COVERAGE: Keys = &[
    ("line", Type::Percent),
    ("branch", Type::Percent),
    ("function", Type::Percent),
    ("file-line", Type::Percent),
];

const COVERAGE_FORMATS: &[&str] = &["summary", "edn", "json", "lcov", "cobertura", "html"];

const INLAY_HINTS: Keys = &[
    ("types", Type::Bool),
    ("parameters", Type::Bool),
    ("short-names", Type::Bool),
];

/// The settings that a file holds, and those of its workspace for what it does not say; what is wrong with it goes to
/// `told`. Of tables of levels each entry is a setting.
pub(super) fn read(mut settings: Settings, file: &Value, told: &mut Told) -> Settings {
    let levels = take(&mut settings.lint.levels);
    let paths = take(&mut settings.lint.paths);
    read_into(&mut settings, file, told);
    settings.lint.levels.splice(0..0, levels);
    settings.lint.paths.splice(0..0, paths);
    settings
}

/// Takes over the settings that a tree of values holds.
fn read_into(settings: &mut Settings, file: &Value, told: &mut Told) {
    let Kind::Table(tables) = &file.kind else {
        wrong::<()>(told, "the project file", file, "a table of settings");
        return;
    };
    for table in tables {
        told.is_of_tests = matches!(&*table.key, "test" | "coverage");
        match known(told, "", TABLES, table) {
            Some(Type::Table(keys)) => {
                let mut set = |path: &str, checked| settings.set(path, checked);
                entries(told, &table.key, keys, &table.value, &mut set);
            }
            Some(kind) => drop(check(told, kind, &table.key, &table.value)),
            None => {}
        }
        told.is_of_tests = false;
    }
}

/// Judges the entries of a table with known keys, and gives those that are sound with their paths.
fn entries(
    told: &mut Told,
    path: &str,
    keys: Keys,
    table: &Value,
    take: &mut dyn FnMut(&str, Checked),
) -> Option<()> {
    let Kind::Table(entries) = &table.kind else {
        return wrong(told, &format!("`{path}`"), table, "a table");
    };
    for entry in entries {
        if let Some(kind) = known(told, path, keys, entry) {
            let path = format!("{path}.{}", entry.key);
            if let Some(checked) = check(told, kind, &path, &entry.value) {
                take(&path, checked);
            }
        }
    }
    Some(())
}

/// What the value of a key in the table at `path` is. A key that nobody knows is told.
fn known(told: &mut Told, path: &str, keys: Keys, entry: &Entry) -> Option<Type> {
    if let Some((_, kind)) = keys.iter().find(|(key, _)| *key == entry.key) {
        return Some(*kind);
    }
    let full = |key: &str| match path {
        "" => key.to_owned(),
        path => format!("{path}.{key}"),
    };
    let near = nearest(&entry.key, keys.iter().map(|(key, _)| *key)).map(full);
    told.unknown(entry.range, &full(&entry.key), near.as_deref());
    None
}

/// A value of the right type.
enum Checked {
    Bool(bool),
    Count(usize),
    Path(Spanned<String>),
    Paths(Vec<Spanned<String>>),
    Globs(Vec<Spanned<Glob>>),
    Levels(LevelList),
    Text(String),
    Time(Duration),
    LevelsByPath(Vec<(Glob, LevelList)>),
    CountPair(usize, usize),
    /// Settings with their paths.
    Table(Vec<(String, Checked)>),
    /// Of a setting that is only checked.
    Sound,
}

impl Settings {
    /// Takes over the value of a setting.
    fn set(&mut self, path: &str, value: Checked) {
        let Settings {
            project,
            load,
            run,
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
            ("test.exclude", Checked::Globs(globs)) => test.exclude = globs,
            ("test.jobs", Checked::Count(value)) => test.jobs = Some(value),
            ("test.retries", Checked::Count(value)) => test.retries = Some(value),
            ("test.deny-leaks", Checked::Bool(value)) => test.deny_leaks = Some(value),
            ("test.time-limit", Checked::Time(limit)) => test.time_limit = Some(limit),
            ("test.prop-time-limit", Checked::Time(limit)) => test.prop_time_limit = Some(limit),
            ("test.memory-limit", Checked::Count(bytes)) => test.memory_limit = Some(bytes),
            ("test.isolation", Checked::Text(word)) => test.in_thread = Some(&*word == "thread"),
            ("lint.rule-dirs", Checked::Paths(paths)) => lint.rule_dirs = Paths::Given(paths),
            ("load.scope", Checked::Path(path)) => load.scope = Some(path),
            ("load.keyring", Checked::Path(path)) => {
                (load.keyring, load.keys) = (Some(path), None);
            }
            ("load.require", Checked::Text(word)) => {
                load.require = match &*word {
                    "digest" => wat_analysis::Require::Digest,
                    "signature" => wat_analysis::Require::Signature,
                    _ => wat_analysis::Require::Nothing,
                }
            }
            ("run.stack-limit", Checked::Count(bytes)) => run.stack_limit = Some(bytes),
            ("lint.levels", Checked::Levels(levels)) => lint.levels = levels,
            ("lint.paths", Checked::LevelsByPath(paths)) => lint.paths = paths,
            ("lint.thresholds.complectens/body-length", Checked::CountPair(noted, warned)) => {
                lint.thresholds.body_length = (noted, warned);
            }
            ("lint.thresholds.complectens/binding-count", Checked::Count(count)) => {
                lint.thresholds.binding_count = count;
            }
            ("lint.thresholds.perspicere/type-depth", Checked::Count(depth)) => {
                lint.thresholds.type_depth = depth;
            }
            (_, Checked::Table(settings)) => {
                for (path, value) in settings {
                    self.set(&path, value);
                }
            }
            _ => {}
        }
    }

    /// What the member of the workspace at `root` whose directory is `inner` starts from. Where a project's own files
    /// are is said by nobody else. Paths and globs stay relative to the workspace file.
    pub(super) fn for_member(&self, root: &Path, inner: &str) -> Settings {
        let own = Settings::default();
        let at_root = |path: &Spanned<String>| Spanned {
            value: root.join(&path.value).to_string_lossy().into_owned(),
            range: TextRange::default(),
        };
        let seen = |globs: &[Spanned<Glob>]| {
            let globs = globs.iter().map(|glob| Spanned {
                value: glob.value.seen_from(inner),
                range: TextRange::default(),
            });
            globs.collect()
        };
        let paths = self.lint.paths.iter();
        Settings {
            project: own.project,
            load: LoadSettings {
                scope: self.load.scope.as_ref().map(at_root),
                keyring: self.load.keyring.as_ref().map(at_root),
                ..self.load.clone()
            },
            run: self.run.clone(),
            allow_raw_spawn: self.allow_raw_spawn,
            check: self.check.clone(),
            fmt: FmtSettings {
                exclude: seen(&self.fmt.exclude),
            },
            test: TestSettings {
                paths: own.test.paths,
                exclude: seen(&self.test.exclude),
                ..self.test.clone()
            },
            lint: LintSettings {
                rule_dirs: own.lint.rule_dirs,
                levels: self.lint.levels.clone(),
                paths: paths
                    .map(|(glob, levels)| (glob.seen_from(inner), levels.clone()))
                    .collect(),
                thresholds: self.lint.thresholds,
            },
        }
    }

    /// Sets one setting from `table.key=value`, the value in TOML; what is no TOML is taken as text.
    ///
    /// # Errors
    ///
    /// What is wrong with it, one sentence to a line.
    pub fn set_from(&mut self, text: &str) -> Result<(), String> {
        let (key, value) = text.split_once('=').ok_or("expected KEY=VALUE")?;
        let source = |text: &str| Arc::new(Source::from_text("--set", text));
        let mut plain = source(text);
        if from_toml(&mut Told::new(&plain)).is_none() {
            plain = source(&format!(
                "{key} = {}",
                serde_json::Value::from(value.trim())
            ));
        }
        let mut told = Told::new(&plain);
        if let Some(values) = from_toml(&mut told) {
            read_into(self, &values, &mut told);
        }
        let (reports, _) = told.finish();
        let Some(report) = reports.first() else {
            return Ok(());
        };
        let help = report.help.iter().map(|help| format!("\n{help}"));
        Err(format!("{}{}", report.message, help.collect::<String>()))
    }

    /// What the analysis has to know.
    pub fn analysis(&self) -> wat_analysis::Options {
        wat_analysis::Options {
            allow_raw_spawn: self.allow_raw_spawn.unwrap_or(false),
            require: self.load.require,
            // Of a keyring that nobody has read no key is trusted.
            trusted_keys: (self.load.keyring.as_ref())
                .map(|_| self.load.keys.clone().unwrap_or_default()),
            thresholds: self.lint.thresholds,
            ..wat_analysis::Options::default()
        }
    }
}

/// The value of a setting, if it has the right type.
fn check(told: &mut Told, kind: Type, path: &str, value: &Value) -> Option<Checked> {
    let name = format!("`{path}`");
    Some(match (kind, &value.kind) {
        (Type::Table(keys), _) => {
            let mut found = Vec::new();
            let mut take = |path: &str, checked| found.push((path.to_owned(), checked));
            entries(told, path, keys, value, &mut take)?;
            Checked::Table(found)
        }
        (Type::Names(kind), Kind::Table(entries)) => {
            for entry in entries {
                let path = format!("{path}.{}", entry.key);
                check(told, *kind, &path, &entry.value);
            }
            Checked::Sound
        }
        (Type::Names(_), _) => return wrong(told, &name, value, "a table"),
        (Type::List(kind), Kind::List(values)) => {
            let path = format!("{path}[]");
            for value in values {
                check(told, *kind, &path, value);
            }
            Checked::Sound
        }
        (Type::List(_), _) => return wrong(told, &name, value, "a list"),
        (Type::CountPair, _) => count_pair(told, &name, value)?,
        (Type::Percent, _) => percent(told, &name, value)?,
        (Type::Function, _) => function(told, path, value)?,
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
        (Type::Text, _) => string(told, path, value).map(|text| Checked::Text(text.value))?,
        (Type::Word(words), _) => {
            let text = string(told, path, value)?;
            if !words.contains(&&*text.value) {
                let words = words.iter().map(|word| format!("`\"{word}\"`"));
                let words = words.collect::<Vec<_>>().join(" or ");
                let message = format!("{name} is {words}, not `\"{}\"`", text.value);
                told.bad(value.range, "no such word", message, None);
                return None;
            }
            Checked::Text(text.value)
        }
        (Type::Bytes, _) => Checked::Count(bytes(told, path, value)?),
        (Type::Memory, _) => Checked::Count(memory(told, path, value)?),
        (Type::Time, _) => Checked::Time(time(told, path, value)?),
        (Type::Levels, _) => Checked::Levels(levels(told, path, value)?),
        (Type::LevelsByPath, _) => Checked::LevelsByPath(levels_by_path(told, path, value)?),
        (Type::ProjectName | Type::Requirement | Type::Namespace, _) => {
            named(told, kind, path, value)?
        }
        (Type::Path, _) => Checked::Path(inner_path(told, path, value)?),
        (Type::Paths, _) => Checked::Paths(list(told, path, value, inner_path)?),
        (Type::Globs, _) => Checked::Globs(list(told, path, value, glob)?),
        (Type::Texts, _) => list(told, path, value, string).map(|_| Checked::Sound)?,
    })
}

fn count_pair(told: &mut Told, name: &str, value: &Value) -> Option<Checked> {
    let Kind::List(values) = &value.kind else {
        return wrong(told, name, value, "a list of two numbers");
    };
    let numbers = values.iter().map(|value| match value.kind {
        Kind::Integer(number) => usize::try_from(number).ok(),
        _ => None,
    });
    if let Some([low, high]) = numbers.collect::<Option<Vec<_>>>().as_deref()
        && low <= high
    {
        return Some(Checked::CountPair(*low, *high));
    }
    let message = format!("{name} is a list of two numbers from 0, the smaller one first");
    told.bad(value.range, "no such list", message, None);
    None
}

fn percent(told: &mut Told, name: &str, value: &Value) -> Option<Checked> {
    let number = match value.kind {
        Kind::Integer(number) => number as f64,
        Kind::Float(number) => number,
        _ => return wrong(told, name, value, "a number from 0 to 100"),
    };
    if (0.0..=100.0).contains(&number) {
        return Some(Checked::Sound);
    }
    let message = format!("{name} is a number from 0 to 100, not `{number}`");
    told.bad(value.range, "no part of a hundred", message, None);
    None
}

/// The path of a function, such as `:calc::deploy::main`.
fn function(told: &mut Told, path: &str, value: &Value) -> Option<Checked> {
    let text = string(told, path, value)?;
    let word = text.value.strip_prefix(':').unwrap_or_default();
    let is_path = !word.is_empty()
        && !word.contains([' ', '<', '(', '"'])
        && word.split("::").all(|segment| !segment.is_empty());
    if is_path {
        return Some(Checked::Sound);
    }
    let message = format!(
        "`{path}` is the path of a function such as `:calc::deploy::main`, not `{}`",
        text.value
    );
    told.bad(value.range, "no path of a function", message, None);
    None
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

/// The values of a TOML text, if it is one.
fn from_toml(told: &mut Told) -> Option<Value> {
    let values = super::values::from_toml(told);
    (!told.is_bad).then_some(values)
}

/// A number of bytes: an integer, or text with `KiB`, `MiB` or `GiB`.
fn bytes(told: &mut Told, path: &str, value: &Value) -> Option<usize> {
    let number = match &value.kind {
        Kind::Integer(number) => usize::try_from(*number).ok(),
        Kind::String(text) => parse_bytes(text),
        _ => None,
    };
    let number = number.filter(|number| *number >= 1 << 12);
    if number.is_none() {
        let message = format!("`{path}` is a size from 4 KiB, such as `64 MiB`");
        told.bad(value.range, "no such size", message, None);
    }
    number
}

/// The least memory that is a limit: less is not enough for the empty program.
const LEAST_MEMORY: usize = 1 << 20;

/// A number of bytes: text with `KiB`, `MiB` or `GiB`.
fn memory(told: &mut Told, path: &str, value: &Value) -> Option<usize> {
    let text = match &value.kind {
        Kind::String(text) => text.as_str(),
        _ => "",
    };
    let has_unit = text.ends_with("iB");
    let bytes = parse_bytes(text).filter(|bytes| has_unit && *bytes >= LEAST_MEMORY);
    if bytes.is_none() {
        let message = format!("`{path}` is a size from 1 MiB with its unit, such as `512 MiB`");
        let help = (!has_unit).then(|| "the units are `KiB`, `MiB` and `GiB`".to_owned());
        told.bad(value.range, "no such size", message, help);
    }
    bytes
}

/// A time limit: text with `ms`, `s` or `m`.
fn time(told: &mut Told, path: &str, value: &Value) -> Option<Duration> {
    let limit = match &value.kind {
        Kind::String(text) => wat_analysis::time_limit(text),
        _ => None,
    };
    if limit.is_none() {
        let message = format!("`{path}` is a time limit above 0 and up to 24 hours, such as `5s`");
        let help = "write a number with `ms`, `s` or `m`".to_owned();
        told.bad(value.range, "no time limit", message, Some(help));
    }
    limit.map(Duration::from_millis)
}

/// A byte count with an optional unit.
pub fn parse_bytes(text: &str) -> Option<usize> {
    let units = [("KiB", 10), ("MiB", 20), ("GiB", 30)];
    let (number, shift) = units
        .iter()
        .find_map(|(unit, shift)| Some((text.strip_suffix(unit)?, *shift)))
        .unwrap_or((text, 0));
    let number: usize = number.trim().parse().ok()?;
    number.checked_mul(1 << shift)
}

/// The levels of a table; entries that are wrong are told and left out.
fn levels(told: &mut Told, path: &str, value: &Value) -> Option<LevelList> {
    let Kind::Table(entries) = &value.kind else {
        return wrong(told, &format!("`{path}`"), value, "a table of levels");
    };
    let mut found = Vec::new();
    for entry in entries {
        let level = match &entry.value.kind {
            Kind::String(word) => Level::parse(word),
            _ => None,
        };
        let Some(level) = level else {
            let message = format!(
                "the level of `{}` is `deny`, `warn`, `note` or `off`",
                entry.key
            );
            told.bad(entry.value.range, "no level", message, None);
            continue;
        };
        match Selector::parse(&entry.key) {
            Some(selector) => found.push((selector, level)),
            None => {
                let near = Selector::nearest(&entry.key);
                told.unknown(
                    entry.range,
                    &format!("{path}.{}", entry.key),
                    near.as_deref(),
                );
            }
        }
    }
    Some(found)
}

fn levels_by_path(told: &mut Told, path: &str, value: &Value) -> Option<Vec<(Glob, LevelList)>> {
    let Kind::Table(entries) = &value.kind else {
        return wrong(
            told,
            &format!("`{path}`"),
            value,
            "a table from globs to levels",
        );
    };
    let mut found = Vec::new();
    for entry in entries {
        match Glob::new(&entry.key) {
            Ok(glob) => {
                let levels = levels(told, path, &entry.value);
                found.extend(levels.map(|levels| (glob, levels)));
            }
            Err(why) => {
                let message = format!("the glob `{}` of `{path}` {why}", entry.key);
                told.bad(entry.range, "no glob", message, None);
            }
        }
    }
    Some(found)
}

/// Texts of `[project]` that have a form.
fn named(told: &mut Told, kind: Type, path: &str, value: &Value) -> Option<Checked> {
    let text = string(told, path, value)?;
    let word = &*text.value;
    let (is_right, what) = match kind {
        Type::ProjectName => (
            is_project_name(word),
            "a name of at most 64 lower-case letters, digits and `-` that starts with a letter",
        ),
        Type::Namespace => (
            word.starts_with(':') && word.ends_with("::") && word.len() > 3,
            "a prefix such as `:calc::`",
        ),
        _ => match super::version::satisfies(word) {
            Some(true) => (true, ""),
            Some(false) => {
                told.tool_version(value.range, word);
                return None;
            }
            None => (false, "a version or a requirement such as `>=0.1`"),
        },
    };
    if is_right {
        return Some(Checked::Sound);
    }
    let message = format!("`{path}` is {what}, not `{word}`");
    told.bad(value.range, "not of that form", message, None);
    None
}

/// `[a-z][a-z0-9-]{0,63}`
pub fn is_project_name(text: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    text.len() <= 64
        && text.starts_with(|ch: char| ch.is_ascii_lowercase())
        && text.bytes().all(is_inner)
}
