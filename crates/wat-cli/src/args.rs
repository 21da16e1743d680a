//! The command line: options, their order, and what is told about a wrong one.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{Args, FromArgMatches, Parser, Subcommand, ValueEnum};
use wat_driver::{ColorChoice, Level, Levels, ProjectChoice, Selector, Settings, nearest};
use wat_repl::{History, Options as ReplOptions};
use wat_runtime::Limits;

use crate::{exit, output};

/// Options of every command.
#[derive(Args, Clone, Debug)]
pub(crate) struct Global {
    /// Change to this directory first
    #[arg(short = 'C', long, value_name = "DIR", global = true)]
    pub(crate) directory: Option<PathBuf>,
    /// The project: a directory, or its project file
    #[arg(long, value_name = "PATH", global = true)]
    project: Option<PathBuf>,
    /// Ignore project files
    #[arg(long, global = true, conflicts_with = "project")]
    no_project: bool,
    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    color: Color,
    /// Format of findings
    #[arg(long, value_name = "FORMAT", global = true)]
    pub(crate) format: Option<Format>,
    /// Override one setting, for example `concurrency.allow-raw-spawn=true`
    #[arg(long, value_name = "KEY=VALUE", global = true, value_parser = parse_setting)]
    set: Vec<String>,
    /// Show paths below the working directory as absolute ones, too
    #[arg(long, global = true)]
    pub(crate) absolute_paths: bool,
    /// Threads for work that is done for many files at once (as many as there are processors)
    #[arg(long, value_name = "N", global = true, value_parser = parse_count)]
    threads: Option<usize>,
    /// Tell on standard error what the time was spent on, or write it to a file as trace events
    #[arg(long, value_name = "FILE", global = true, num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub(crate) timings: Option<String>,
    /// Only errors
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// More; repeatable
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    pub(crate) verbose: u8,
}

impl Global {
    /// Where the project comes from; the options beat the variable.
    pub(crate) fn project(&self) -> ProjectChoice {
        let asked = std::env::var_os("WAT_PROJECT").filter(|path| !path.is_empty());
        match (&self.project, asked) {
            _ if self.no_project => ProjectChoice::None,
            (Some(path), _) => ProjectChoice::At(path.clone()),
            (None, Some(path)) => ProjectChoice::At(path.into()),
            (None, None) => ProjectChoice::Nearest,
        }
    }

    /// How many threads there may be.
    pub(crate) fn threads(&self) -> usize {
        let processors = || std::thread::available_parallelism().map_or(1, |number| number.get());
        self.threads.unwrap_or_else(processors)
    }

    pub(crate) fn color(&self) -> ColorChoice {
        match self.color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        }
    }

    /// Puts what the command line says over the settings of the project.
    pub(crate) fn override_settings(&self, settings: &mut Settings) {
        for text in &self.set {
            // It was checked when the command line was read.
            let _ = settings.set_from(text);
        }
    }
}

/// What an evaluation may use.
pub(crate) fn limits(settings: &Settings) -> Limits {
    let mut limits = Limits::default();
    if let Some(bytes) = settings.run.stack_limit {
        limits.stack_bytes = bytes;
    }
    limits
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

/// Shapes of findings.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Format {
    /// Source excerpts, for people
    Text,
    /// One line per finding
    Short,
    /// One JSON object per line
    Json,
    /// One EDN value per line
    Edn,
    /// SARIF 2.1.0
    Sarif,
    /// Workflow commands of GitHub
    Github,
    /// Markdown
    Md,
}

fn parse_setting(text: &str) -> Result<String, String> {
    Settings::default().set_from(text)?;
    Ok(text.to_owned())
}

/// `wat check`.
#[derive(Args, Clone, Debug)]
pub(crate) struct CheckOptions {
    /// Stay, and report again whenever files change
    #[arg(long)]
    pub(crate) watch: bool,
    /// Tell what is not laid out as `wat fmt` does it, too
    #[arg(long)]
    pub(crate) style: bool,
    /// The least severity that makes the command fail (error)
    #[arg(long, value_name = "SEVERITY")]
    pub(crate) fail_on: Option<FailOn>,
    /// Show at most this many findings (100 in formats for people)
    #[arg(long, value_name = "N")]
    pub(crate) max_diagnostics: Option<usize>,
    /// Which lints are told beside the errors and warnings
    #[arg(
        long,
        value_name = "WHICH",
        default_value = "default",
        hide_possible_values = true
    )]
    pub(crate) lints: Lints,
    #[command(flatten)]
    pub(crate) levels: LevelOptions,
    /// Files and directories; without any, the working directory
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
}

/// Which lints a check tells.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Lints {
    /// Those that are off by default too, as notes
    All,
    /// None
    None,
    /// As the levels say
    Default,
}

/// How much findings weigh in this run.
#[derive(Args, Clone, Debug)]
pub(crate) struct LevelOptions {
    /// Tell findings of this code, rule or family as warnings; repeatable
    #[arg(long, value_name = "CODE", value_parser = parse_selector)]
    warn: Vec<Selector>,
    /// Tell them as errors
    #[arg(long, value_name = "CODE", value_parser = parse_selector)]
    deny: Vec<Selector>,
    /// Do not tell them
    #[arg(long, value_name = "CODE", value_parser = parse_selector)]
    allow: Vec<Selector>,
}

impl LevelOptions {
    /// The levels under the settings of a project.
    pub(crate) fn over(&self, settings: &Settings) -> Levels {
        let said = [
            (&self.warn, Level::Warn),
            (&self.deny, Level::Deny),
            (&self.allow, Level::Off),
        ];
        let said = said
            .into_iter()
            .flat_map(|(selectors, level)| selectors.iter().map(move |it| (it.clone(), level)));
        Levels {
            run: said.collect(),
            ..Levels::of_project(settings)
        }
    }
}

fn parse_selector(word: &str) -> Result<Selector, String> {
    Selector::parse(word).ok_or_else(|| match Selector::nearest(word) {
        Some(near) => format!("there is no such code, rule or family; did you mean `{near}`?"),
        None => "there is no such code, rule or family".to_owned(),
    })
}

/// Severities that may fail a check.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum FailOn {
    /// Errors
    Error,
    /// Warnings and errors
    Warning,
    /// Any finding
    Note,
}

/// `wat fmt`.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "Status: 0 everything is formatted, 1 --check or --diff found something, 65 a file has a syntax error and \
                  stays as it is, 66 a file is missing, 74 a file could not be written, 78 the project file is wrong."
)]
pub(crate) struct FmtOptions {
    /// Write nothing; print the path of every file that is not formatted
    #[arg(long, conflicts_with = "diff")]
    pub(crate) check: bool,
    /// Write nothing; print a unified diff of every file that is not formatted
    #[arg(long)]
    pub(crate) diff: bool,
    /// Format standard input to standard output
    #[arg(long, conflicts_with = "paths")]
    pub(crate) stdin: bool,
    /// What standard input is called in reports, and for the project's excludes
    #[arg(long, value_name = "PATH", requires = "stdin")]
    pub(crate) stdin_path: Option<PathBuf>,
    /// Files and directories; `-` is standard input; without any, the files of the project or working directory
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
}

/// `wat fix`.
#[derive(Args, Clone, Debug)]
pub(crate) struct FixOptions {
    /// Only fixes of these codes or names; repeatable
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    pub(crate) code: Vec<String>,
    /// Also fixes of rules that are off by default
    #[arg(long)]
    pub(crate) all: bool,
    /// Also fixes that are only plausible
    #[arg(long)]
    pub(crate) maybe: bool,
    /// Write nothing, list what would be applied
    #[arg(long, conflicts_with = "diff")]
    pub(crate) dry_run: bool,
    /// Write nothing, print what would change
    #[arg(long)]
    pub(crate) diff: bool,
    /// Change files with uncommitted changes, too
    #[arg(long)]
    pub(crate) allow_dirty: bool,
    /// Files and directories; without any, the project
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
}

/// `wat lint`.
#[derive(Args, Clone, Debug)]
pub(crate) struct LintOptions {
    /// Only these codes, rules or families; repeatable
    #[arg(long, value_name = "CODE", value_delimiter = ',', value_parser = parse_selector)]
    pub(crate) only: Vec<Selector>,
    /// Not these codes, rules or families; repeatable
    #[arg(long, value_name = "CODE", value_delimiter = ',', value_parser = parse_selector)]
    pub(crate) skip: Vec<Selector>,
    /// List the rules with their levels
    #[arg(long)]
    pub(crate) list: bool,
    /// The least severity that makes the command fail (warning)
    #[arg(long, value_name = "SEVERITY")]
    pub(crate) fail_on: Option<FailOn>,
    /// Show at most this many findings (100 in formats for people)
    #[arg(long, value_name = "N")]
    pub(crate) max_diagnostics: Option<usize>,
    #[command(flatten)]
    pub(crate) levels: LevelOptions,
    /// Files and directories; without any, the project
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
}

/// What a new project is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Kind {
    /// A program
    App,
    /// A library
    Lib,
}

/// How a new project is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Vcs {
    /// In a git repository
    Git,
    /// Without version control
    None,
}

/// `wat new`.
#[derive(Args, Clone, Debug)]
pub(crate) struct NewOptions {
    /// What the project is
    #[arg(long, value_name = "KIND", default_value = "app")]
    pub(crate) kind: Kind,
    /// How it is kept
    #[arg(long, value_name = "VCS", default_value = "git")]
    pub(crate) vcs: Vcs,
    /// The directory, whose last part is the name
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
}

/// `wat init`.
#[derive(Args, Clone, Debug)]
pub(crate) struct InitOptions {
    /// What the project is
    #[arg(long, value_name = "KIND", default_value = "app")]
    pub(crate) kind: Kind,
    /// How it is kept
    #[arg(long, value_name = "VCS", default_value = "git")]
    pub(crate) vcs: Vcs,
    /// The name; without it, that of the directory
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
}

/// `wat help`.
#[derive(Args, Clone, Debug)]
pub(crate) struct HelpOptions {
    /// A command, a name such as `:wat::core::map`, or a code
    #[arg(value_name = "SUBJECT")]
    pub(crate) subject: Option<String>,
}

/// `wat explain`.
#[derive(Args, Clone, Debug)]
pub(crate) struct ExplainOptions {
    /// List all codes
    #[arg(long)]
    pub(crate) list: bool,
    /// Codes or names: `WAT3001`, `3001`, `type-mismatch`, `unused/binding`
    #[arg(value_name = "CODE")]
    pub(crate) codes: Vec<String>,
}

/// `wat expand`.
#[derive(Args, Clone, Debug)]
pub(crate) struct ExpandOptions {
    /// One step only
    #[arg(long)]
    pub(crate) once: bool,
    /// Add inferred types as comments
    #[arg(long, conflicts_with = "once")]
    pub(crate) types: bool,
    /// Expand this form, instead of a file
    #[arg(
        short = 'e',
        value_name = "FORM",
        conflicts_with = "place",
        allow_hyphen_values = true
    )]
    pub(crate) form: Option<String>,
    /// A place in standard input, which reads as an option: `-:LINE[:COL]`
    #[arg(short = ':', value_name = "LINE[:COL]", hide = true, conflicts_with_all = ["form", "place"])]
    pub(crate) place_in_stdin: Option<String>,
    /// The file, perhaps with the position of one form; `-` is standard input
    #[arg(value_name = "FILE[:LINE[:COL]]")]
    pub(crate) place: Option<String>,
}

/// `wat test`.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "--format is one of pretty, plain, edn, json, junit, github; FORMAT=FILE writes to a file; it can be \
                  repeated. Status: 0 every test passed, 1 one did not, 5 no test was selected, 66 a target is missing."
)]
pub(crate) struct TestOptions {
    /// What `--format` gives
    #[arg(long = "report", value_name = "FORMAT", hide = true)]
    pub(crate) formats: Vec<String>,
    /// Tests whose name contains this; with `*` or `?` a glob; `!` excludes; repeatable
    #[arg(short, long, value_name = "PATTERN", allow_hyphen_values = true)]
    pub(crate) filter: Vec<String>,
    /// Filters are whole names
    #[arg(long)]
    pub(crate) exact: bool,
    /// Tests with this tag; repeatable
    #[arg(long, value_name = "TAG")]
    pub(crate) tag: Vec<String>,
    /// No tests with this tag; repeatable
    #[arg(long, value_name = "TAG")]
    pub(crate) skip_tag: Vec<String>,
    /// Tests of these kinds: test, prop, doc
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    pub(crate) kind: Vec<String>,
    /// Ignored tests only
    #[arg(long)]
    pub(crate) ignored: bool,
    /// Ignored tests too
    #[arg(long)]
    pub(crate) include_ignored: bool,
    /// The K-th of N parts of the tests
    #[arg(long, value_name = "K/N", value_parser = parse_partition)]
    pub(crate) partition: Option<wat_test::Partition>,
    /// List the tests, run none
    #[arg(long)]
    pub(crate) list: bool,
    /// Tests that did not pass when they last ran
    #[arg(long)]
    pub(crate) failed: bool,
    /// Tests that stand for something else than when they last ran, or at a revision of git, by their code and all that it
    /// reaches
    #[arg(long, value_name = "REVISION", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub(crate) affected: Option<String>,
    /// Run the tests that a change concerns whenever files change
    #[arg(long, conflicts_with = "list")]
    pub(crate) watch: bool,
    /// No test is a success, too
    #[arg(long)]
    pub(crate) allow_empty: bool,
    /// Tests at once (as many as there are processors)
    #[arg(short, long, value_name = "N", value_parser = parse_jobs)]
    pub(crate) jobs: Option<usize>,
    /// Seeds the order and all generators
    #[arg(long, value_name = "SEED", value_parser = parse_seed)]
    pub(crate) seed: Option<u64>,
    /// Source order, file by file
    #[arg(long)]
    pub(crate) no_shuffle: bool,
    /// Start no test after N failures
    #[arg(long, value_name = "N", num_args = 0..=1, require_equals = true, default_missing_value = "1", value_parser = parse_count)]
    pub(crate) fail_fast: Option<usize>,
    /// Run a failed test again, up to N times
    #[arg(long, value_name = "N")]
    pub(crate) retries: Option<usize>,
    /// Run every test N times
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) repeat: u32,
    /// List the N slowest tests
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) slowest: usize,
    /// How long a test may take, such as `500ms` or `5s`
    #[arg(long, value_name = "LIMIT", value_parser = parse_limit)]
    pub(crate) time_limit: Option<Duration>,
    /// Multiply all limits
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = parse_factor)]
    pub(crate) time_limit_scale: f64,
    /// A test that leaves threads, processes or descriptors behind fails
    #[arg(long)]
    pub(crate) deny_leaks: bool,
    /// Where tests run: each in a process of its own, or one after the other in that of the runner, for debuggers
    #[arg(long, value_name = "WHERE", value_parser = ["process", "thread"])]
    pub(crate) isolation: Option<String>,
    /// Of files with errors, run the tests that have none and reach none
    #[arg(long)]
    pub(crate) partial: bool,
    /// Tests see no variables of the environment but PATH, HOME and TMPDIR, TZ=UTC and LANG=C.UTF-8
    #[arg(long)]
    pub(crate) clean_env: bool,
    /// Do not remember counterexamples of properties beside the test files
    #[arg(long)]
    pub(crate) no_persist: bool,
    /// Keep the directories of tests that failed
    #[arg(long)]
    pub(crate) keep_tmp: bool,
    /// Show what tests write even if they pass
    #[arg(long)]
    pub(crate) show_output: bool,
    /// Show what tests write when they write it; they run one after the other
    #[arg(long)]
    pub(crate) no_capture: bool,
    /// Files, directories, `FILE#:name` and `:name`; without any, those of the project
    #[arg(value_name = "TARGET")]
    pub(crate) targets: Vec<OsString>,
}

fn parse_jobs(text: &str) -> Result<usize, String> {
    let wrong =
        |_| "expected how many tests run at once; 0 means one for each processor".to_owned();
    text.parse().map_err(wrong)
}

fn parse_count(text: &str) -> Result<usize, String> {
    let count = text.parse().ok().filter(|count| *count > 0);
    count.ok_or_else(|| "expected a number from 1 on".to_owned())
}

/// What times are multiplied with.
fn parse_factor(text: &str) -> Result<f64, String> {
    let factor = text.parse().ok();
    let factor = factor.filter(|factor| (0.001..=1e6).contains(factor));
    factor.ok_or_else(|| "expected a number from 0.001 to 1000000".to_owned())
}

fn parse_partition(text: &str) -> Result<wat_test::Partition, String> {
    wat_test::Partition::parse(text).ok_or_else(|| "expected K/N with 1 ≤ K ≤ N".to_owned())
}

fn parse_seed(text: &str) -> Result<u64, String> {
    let parsed = match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => text.parse(),
    };
    parsed.map_err(|_| {
        "expected a number from 0 to 2^64-1, perhaps in hexadecimal after `0x`".to_owned()
    })
}

/// The name of a function, with its colon.
fn parse_name(text: &str) -> Result<String, String> {
    let name = text.strip_prefix(':').unwrap_or(text);
    match name.is_empty() || name.contains(char::is_whitespace) {
        true => Err("expected the name of a function, such as `:my::main`".to_owned()),
        false => Ok(format!(":{name}")),
    }
}

/// A time limit: digits, then `ms`, `s` or `m`.
pub(crate) fn parse_limit(text: &str) -> Result<Duration, String> {
    let limit = wat_analysis::time_limit(text)
        .ok_or("expected a number with `ms`, `s` or `m`, above 0 and up to 24 hours")?;
    Ok(Duration::from_millis(limit))
}

/// `wat run`.
#[derive(Args, Clone, Debug)]
pub(crate) struct RunOptions {
    /// Do not start a program that has warnings
    #[arg(long)]
    pub(crate) deny_warnings: bool,
    /// Loads may not leave this directory
    #[arg(long, value_name = "DIR")]
    pub(crate) scope: Option<PathBuf>,
    /// Start this function, not `:user::main`
    #[arg(long, value_name = "NAME", value_parser = parse_name)]
    pub(crate) entry: Option<String>,
    /// Stay, and start the program again whenever a file of it changes
    #[arg(long, conflicts_with = "in_process")]
    pub(crate) watch: bool,
    /// Tell when the program has ended how long it took, its memory and its processes
    #[arg(long, conflicts_with = "in_process")]
    pub(crate) time: bool,
    /// Write the code of every function that was called to standard error when the program ends
    #[arg(long)]
    pub(crate) dump_code: bool,
    /// Run the program in this process, for debuggers and profilers, and not in a child that is supervised
    #[arg(long)]
    pub(crate) in_process: bool,
    /// The program; `-` is standard input, a directory the entry of its project
    #[arg(value_name = "FILE", default_value = ".", hide_default_value = true)]
    pub(crate) file: PathBuf,
    /// Arguments of the program
    #[arg(value_name = "ARGS", allow_negative_numbers = true)]
    pub(crate) args: Vec<OsString>,
}

#[derive(Args, Clone, Debug)]
struct ReplArguments {
    /// Evaluate this form and print its value; repeatable
    #[arg(short, long = "eval", value_name = "FORM", allow_hyphen_values = true)]
    eval: Vec<String>,
    /// Stay after the forms of -e
    #[arg(short, long)]
    interactive: bool,
    /// Go on after a failure when reading from a pipe
    #[arg(long)]
    keep_going: bool,
    /// Load this file first; repeatable
    #[arg(long, value_name = "FILE")]
    load: Vec<PathBuf>,
    /// Where the history is kept, or `none`
    #[arg(long, value_name = "FILE")]
    history: Option<PathBuf>,
    /// Files to load
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// `wat lsp`.
#[derive(Args, Clone, Debug)]
pub(crate) struct LspOptions {
    /// Use standard input and output, as always
    #[arg(long = "stdio")]
    _stdio: bool,
    /// End with this process, the client's
    #[arg(long = "clientProcessId", value_name = "PID")]
    pub(crate) client_process: Option<u32>,
}

/// The commands. The options of one are declared when it is the one that is meant, or when all are asked for: most of the
/// time that a command line takes goes into declaring.
macro_rules! words {
    ($($(#[doc = $about:literal])* $word:ident $(($options:ty))? = $name:literal,)*) => {
        #[derive(Debug)]
        enum Word {
            $($(#[doc = $about])* $word $(($options))?,)*
            Other(Vec<OsString>),
        }

        impl Subcommand for Word {
            fn augment_subcommands(command: clap::Command) -> clap::Command {
                command
                    .allow_external_subcommands(true)
                    .external_subcommand_value_parser(clap::value_parser!(OsString))
                    $(.subcommand(
                        clap::Command::new($name)
                            .about(concat!($($about)*).trim_start())
                            .defer(|command| {
                                $(let command = <$options>::augment_args(command);)?
                                command.about(concat!($($about)*).trim_start())
                            }),
                    ))*
            }

            fn augment_subcommands_for_update(command: clap::Command) -> clap::Command {
                Self::augment_subcommands(command)
            }

            fn has_subcommand(_: &str) -> bool {
                true
            }
        }

        impl FromArgMatches for Word {
            fn from_arg_matches(matches: &clap::ArgMatches) -> Result<Self, clap::Error> {
                let Some((name, matches)) = matches.subcommand() else {
                    return Err(clap::Error::new(ErrorKind::MissingSubcommand));
                };
                Ok(match name {
                    $($name => Word::$word $((<$options>::from_arg_matches(matches)?))?,)*
                    _ => {
                        let words = matches.get_many::<OsString>("").into_iter().flatten().cloned();
                        Word::Other(std::iter::once(OsString::from(name)).chain(words).collect())
                    }
                })
            }

            fn update_from_arg_matches(&mut self, matches: &clap::ArgMatches) -> Result<(), clap::Error> {
                *self = Self::from_arg_matches(matches)?;
                Ok(())
            }
        }
    };
}

words! {
    /// Report all findings, run nothing
    Check(CheckOptions) = "check",
    /// Give source text its one layout
    Fmt(FmtOptions) = "fmt",
    /// Apply the fixes of findings
    Fix(FixOptions) = "fix",
    /// Run tests
    Test(TestOptions) = "test",
    /// Run a program
    Run(RunOptions) = "run",
    /// Evaluate interactively
    Repl(ReplArguments) = "repl",
    /// Serve an editor over standard input and output
    Lsp(LspOptions) = "lsp",
    /// Show what macros make of a program
    Expand(ExpandOptions) = "expand",
    /// Show the page of a diagnostic code
    Explain(ExplainOptions) = "explain",
    /// Report what is accepted and could be better
    Lint(LintOptions) = "lint",
    /// Create a project in a new directory
    New(NewOptions) = "new",
    /// Create a project in this directory
    Init(InitOptions) = "init",
    /// Examine what this installation and this system offer
    Doctor = "doctor",
    /// Help on commands, names and codes
    Help(HelpOptions) = "help",
}

/// The wat language: check, run, talk to programs.
#[derive(Parser, Debug)]
#[command(
    name = "wat",
    disable_help_subcommand = true,
    disable_version_flag = true,
    args_override_self = true,
    override_usage = "wat [OPTIONS] COMMAND [ARGS]\n       wat [OPTIONS] FILE.wat [ARGS]\n       wat",
    after_help = "`wat FILE.wat ARGS` is `wat run FILE.wat -- ARGS`. `wat` alone is `wat repl` on a terminal, `wat run -` otherwise."
)]
struct Line {
    #[command(flatten)]
    global: Global,
    /// Print the version
    #[arg(short = 'V', long)]
    version: bool,
    #[command(subcommand)]
    word: Option<Word>,
}

/// What to do.
#[derive(Debug)]
pub(crate) struct Invocation {
    pub(crate) global: Global,
    pub(crate) command: Command,
}

/// A command with its options.
#[derive(Debug)]
pub(crate) enum Command {
    Version,
    Check(CheckOptions),
    Fmt(FmtOptions),
    Fix(FixOptions),
    Test(TestOptions),
    Run(RunOptions),
    Repl(Box<ReplOptions>),
    Lsp(LspOptions),
    Expand(ExpandOptions),
    Explain(ExplainOptions),
    Lint(LintOptions),
    New(NewOptions),
    Init(InitOptions),
    Doctor,
    Help(HelpOptions),
    /// No command was named.
    Default,
}

/// A command line that is no order to do something.
#[derive(Debug)]
pub(crate) enum Usage {
    /// Asked for, on standard output.
    Help(String),
    /// What is wrong.
    Wrong(String),
}

impl Usage {
    /// Prints it and returns the exit status.
    pub(crate) fn show(&self) -> i32 {
        match self {
            Usage::Help(text) => output::result(text.as_bytes())
                .err()
                .unwrap_or(exit::SUCCESS),
            Usage::Wrong(text) => {
                output::report(text);
                exit::USAGE
            }
        }
    }
}

impl From<clap::Error> for Usage {
    fn from(error: clap::Error) -> Self {
        let text = error.render().to_string();
        match error.kind() {
            ErrorKind::DisplayHelp => Usage::Help(text),
            _ => Usage::Wrong(text),
        }
    }
}

/// Understands a command line; the first word is the binary.
pub(crate) fn parse(words: Vec<OsString>) -> Result<Invocation, Usage> {
    let line = clap_line(legacy(words))?;
    let Line {
        global,
        version,
        word,
    } = line;
    let command = match word {
        _ if version => Command::Version,
        None => Command::Default,
        Some(Word::Check(options)) => Command::Check(options),
        Some(Word::Fmt(options)) => Command::Fmt(options),
        Some(Word::Fix(options)) => Command::Fix(options),
        Some(Word::Test(options)) => Command::Test(options),
        Some(Word::Run(options)) => Command::Run(options),
        Some(Word::Repl(arguments)) => Command::Repl(Box::new(repl_options(&global, arguments))),
        Some(Word::Lsp(options)) => Command::Lsp(options),
        Some(Word::Expand(options)) => Command::Expand(options),
        Some(Word::Explain(options)) => Command::Explain(options),
        Some(Word::Lint(options)) => Command::Lint(options),
        Some(Word::New(options)) => Command::New(options),
        Some(Word::Init(options)) => Command::Init(options),
        Some(Word::Doctor) => Command::Doctor,
        Some(Word::Help(options)) => Command::Help(options),
        Some(Word::Other(words)) => program(words)?,
    };
    Ok(Invocation { global, command })
}

/// The command line as it is declared.
pub(crate) fn grammar() -> clap::Command {
    <Line as clap::CommandFactory>::command()
}

fn clap_line(words: Vec<OsString>) -> Result<Line, clap::Error> {
    if let Ok(matches) = grammar().try_get_matches_from(&words) {
        return Line::from_arg_matches(&matches);
    }
    // What the reader of a complaint or of help wants to know is told by the whole grammar, with all commands.
    let mut command = grammar();
    if command_of(&words).is_some_and(|word| word == "test") {
        // The formats of reports about tests are not those of findings.
        command = command.mut_arg("format", |format| {
            format
                .help("Format of the report: pretty, plain, edn, json, junit or github, and a file for it; repeatable")
                .value_name("FORMAT[=FILE]")
                .hide_possible_values(true)
        });
    }
    command.build();
    let matches = command.try_get_matches_from(words)?;
    Line::from_arg_matches(&matches)
}

/// `wat FILE.wat ARGS`: all words behind the file belong to the program.
fn program(words: Vec<OsString>) -> Result<Command, Usage> {
    let mut words = words.into_iter();
    let first = words.next().unwrap_or_default();
    if first == "-" || PathBuf::from(&first).extension() == Some(OsStr::new("wat")) {
        let args = words.collect();
        return Ok(Command::Run(RunOptions {
            deny_warnings: false,
            scope: None,
            entry: None,
            watch: false,
            time: false,
            dump_code: false,
            in_process: false,
            file: first.into(),
            args,
        }));
    }
    let name = first.to_string_lossy();
    let mut text = format!("error: there is no command `{name}`\n");
    let commands = grammar();
    let commands = commands.get_subcommands().map(clap::Command::get_name);
    if let Some(near) = nearest(&name, commands) {
        text.push_str(&format!("help: did you mean `{near}`?\n"));
    }
    text.push_str("help: `wat --help` lists the commands\n");
    Err(Usage::Wrong(text))
}

/// Accepted old spellings: `--check FILE`, `--check-output json`, `--repl`.
fn legacy(mut words: Vec<OsString>) -> Vec<OsString> {
    let is = |word: Option<&OsString>, text: &str| word.is_some_and(|word| word == text);
    if is(words.get(1), "--check") {
        words[1] = "check".into();
        for word in &mut words {
            if let Some(text) = word.to_str() {
                if text == "--check-output" {
                    *word = "--format".into();
                } else if let Some(format) = text.strip_prefix("--check-output=") {
                    *word = format!("--format={format}").into();
                }
            }
        }
    } else if is(words.get(1), "--repl") {
        output::report("note: `wat --repl` is now `wat repl`\n");
        words[1] = "repl".into();
    } else if command_of(&words).is_some_and(|word| word == "test") {
        return formats_of_tests(words);
    }
    words
}

/// The first word that is neither an option nor its value.
fn command_of(words: &[OsString]) -> Option<&OsString> {
    const WITH_VALUE: [&str; 7] = [
        "-C",
        "--directory",
        "--project",
        "--color",
        "--format",
        "--set",
        "--threads",
    ];
    let mut words = words.iter().skip(1);
    loop {
        let word = words.next()?;
        let text = word.to_string_lossy();
        if WITH_VALUE.contains(&&*text) {
            words.next();
        } else if !text.starts_with('-') || text == "-" {
            return Some(word);
        }
    }
}

/// The formats of reports about tests are not those of findings.
fn formats_of_tests(words: Vec<OsString>) -> Vec<OsString> {
    let (mut first, mut rest, mut formats) = (Vec::new(), Vec::new(), Vec::new());
    let mut words = words.into_iter();
    first.extend(words.next());
    while let Some(word) = words.next() {
        let text = word.to_string_lossy().into_owned();
        if text == "--format" {
            formats.push(OsString::from("--report"));
            formats.extend(words.next());
        } else if let Some(format) = text.strip_prefix("--format=") {
            formats.push(format!("--report={format}").into());
        } else if text == "--" {
            rest.push(word);
            rest.extend(words.by_ref());
        } else {
            rest.push(word);
        }
    }
    let at = rest
        .iter()
        .position(|word| word == "test")
        .map_or(rest.len(), |at| at + 1);
    let behind = rest.split_off(at);
    first
        .into_iter()
        .chain(rest)
        .chain(formats)
        .chain(behind)
        .collect()
}

fn repl_options(global: &Global, arguments: ReplArguments) -> ReplOptions {
    let mut loads = arguments.load;
    loads.extend(arguments.files);
    ReplOptions {
        forms: arguments.eval,
        interactive: arguments.interactive,
        keep_going: arguments.keep_going,
        loads,
        history: match arguments.history {
            None => History::Default,
            Some(path) if path == OsStr::new("none") => History::None,
            Some(path) => History::File(path),
        },
        color: global.color(),
        short_reports: global.format == Some(Format::Short),
        ..ReplOptions::default()
    }
}

/// The REPL of a bare `wat`.
pub(crate) fn default_repl(global: &Global) -> ReplOptions {
    ReplOptions {
        color: global.color(),
        ..ReplOptions::default()
    }
}

/// The program of a bare `wat`.
pub(crate) fn default_run() -> RunOptions {
    RunOptions {
        deny_warnings: false,
        scope: None,
        entry: None,
        watch: false,
        time: false,
        dump_code: false,
        in_process: false,
        file: "-".into(),
        args: Vec::new(),
    }
}
