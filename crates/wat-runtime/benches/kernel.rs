//! The kernel beside what the same work costs without it, as ratios of one run.
//!
//!     cargo bench -p wat-runtime --features measure --bench kernel [WORD…]
//!
//! Each line is a pair: ours and theirs take turns, round by round, so that what else the machine does meets both. A
//! ratio is the median of the rounds' ratios; the spread is that of the middle half of them. On a machine that others
//! use the time of processors says more than the wall. With words, lines that contain one of them.
//!
//! Threads that wake each other in turns stay on the processors where a process has begun with them, so that the rounds of
//! one process say little of another's. `benches/kernel-starts` starts several and gives the medians of theirs.
#![allow(unsafe_code, missing_docs, clippy::print_stdout)]

mod pairs;
#[path = "pairs/table.rs"]
mod table;

use pairs::{forks, memory, pipes, rings};
use table::Table;

fn main() {
    let table = Table::begin();
    // Forks first: the process is small then.
    forks(&table);
    memory(&table);
    pipes(&table);
    rings(&table);
}
