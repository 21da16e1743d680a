//! Tests: finding them, running each in a child of its own, reporting (chapter 09).
//!
//! Invariants: this crate prints nothing but into the writers that it is given, knows no terminal, and leaves no
//! process behind. User code runs in children only.

mod affected;
mod child;
mod doc;
mod filter;
mod find;
mod foreign;
mod json;
mod judge;
mod outcome;
mod regressions;
mod replay;
mod report;
mod runner;
mod seed;
mod state;
mod streams;
mod templates;

pub use affected::content;
pub use doc::{DocTest, run_example};
pub use filter::{Filter, Partition};
pub use find::{Found, InvalidFile, Markdown, TestCase, find, find_in_markdown, is_test_file};
pub use outcome::{Labels, Outcome, Status, Totals};
pub use report::{Format, Reporter, list};
pub use runner::{Break, Limits, Options, Summary, run, run_until};
pub use seed::fresh_seed;
pub use state::State;
