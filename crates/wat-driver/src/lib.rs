//! What every command of wat shares between the analysis and the outside: files read from disk into the database,
//! findings and failures turned into reports, checked programs handed to the machine.
//!
//! Invariants: this crate never parses arguments, never prints (reports go into strings, the caller writes them) and
//! never ends the process.

mod compiler;
mod contents;
mod doctest;
mod failure;
mod findings;
mod fix;
mod image;
mod keys;
mod launch;
mod levels;
mod load;
mod nearest;
mod pending;
mod phase;
mod program;
mod project;
mod report;
mod watch;

pub use contents::{Contents, program_address};
pub use doctest::{
    DocBlock, DocFault, DocPlace, DocStep, DocWant, DocWarning, docstring_examples,
    markdown_examples, markdown_warnings,
};
pub use failure::{
    ErrorText, FailurePlaces, described, exit_code, failure_chain, failure_places, failure_record,
    failure_report, hermetic_place, signal_record,
};
pub use findings::Sources;
pub use fix::{Applied, Fixed, fix_files, machine_fix};
pub use image::ProgramImage;
pub use keys::Keys;
pub use launch::{FORMS, ProgramHost, ProgramLauncher, program_exit_code};
pub use levels::{Level, LevelList, Levels, Selector};
pub use load::{
    Reached, STDIN, Unreadable, Walked, as_given, failure, file_loader, follow_loads, load_each,
    load_files, load_text, name_absolutely, name_of, reached, read_source, read_text, reason,
    shown, unreachable, walk, walk_for,
};
pub use nearest::nearest;
pub use pending::{pending_in_program, pending_natives, reaches_native};
pub use phase::keep_first_phase;
pub use program::{LinkedProgram, StartPlan, settings};
pub use project::{
    BadProject, CheckSettings, FmtSettings, Glob, LintSettings, LoadSettings, Paths, Project,
    ProjectChoice, ProjectSettings, RunSettings, Settings, Spanned, TestSettings, is_project_name,
    parse_bytes,
};
pub use report::{
    ColorChoice, Edit, Fix, Place, Report, Source, Style, Summary, edn_line, edn_summary,
    github_line, json_line, json_summary, render, sarif, severity_word, short_line,
    suppressed_line, terminal_width,
};
pub use watch::{Changes, Watch};
