//! What every command of wat shares between the analysis and the outside: findings turned into reports, files read
//! from disk into the database, checked programs handed to the machine.
//!
//! Invariants: this crate never parses arguments, never prints (reports go into strings, the caller writes them) and
//! never decides an exit code's process.

mod report;

pub use report::{
    ColorChoice, Edit, Fix, Place, Report, Source, Style, Summary, json_line, json_summary, render,
    severity_word, short_line, terminal_width,
};
