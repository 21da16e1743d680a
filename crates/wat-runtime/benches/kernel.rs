//! The kernel beside what the same work costs without it, as ratios of one run.
//!
//!     cargo bench -p wat-runtime --features measure --bench kernel [WORD…]
//!
//! Each line is a pair: ours and theirs take turns, round by round, so that what else the machine does meets both. A
//! ratio is the median of the rounds' ratios; the spread is that of the middle half of them. On a machine that others
//! use the time of processors says more than the wall. With words, lines that contain one of them.
#![allow(unsafe_code, missing_docs, clippy::print_stdout)]

mod pairs;

use pairs::{Cost, forks, memory, pipes, rings};

/// Runs rounds of a pair of measurements and prints their ratio.
pub struct Table {
    words: Vec<String>,
}

/// One side of a pair: does the work so often and says what one took.
pub type Side<'a> = &'a mut dyn FnMut(usize) -> Cost;

const ROUNDS: usize = 15;

fn quartiles(values: impl Iterator<Item = f64>) -> (f64, f64, f64) {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let at = |part: usize| values[(values.len() - 1) * part / 4];
    (at(1), at(2), at(3))
}

impl Table {
    pub fn wants(&self, name: &str) -> bool {
        self.words.is_empty() || self.words.iter().any(|word| name.contains(word.as_str()))
    }

    /// Measures both sides, `count` operations a round.
    pub fn pair(&self, name: &str, goal: &str, count: usize, ours: Side<'_>, theirs: Side<'_>) {
        if !self.wants(name) {
            return;
        }
        // One round of each does not count.
        ours(count);
        theirs(count);
        let rounds: Vec<(Cost, Cost)> = (0..ROUNDS).map(|_| (ours(count), theirs(count))).collect();
        let (low, cpu, high) = quartiles(rounds.iter().map(|(a, b)| a.cpu / b.cpu));
        let (quick, wall, slow) = quartiles(rounds.iter().map(|(a, b)| a.wall / b.wall));
        let ours = quartiles(rounds.iter().map(|(a, _)| a.cpu)).1;
        let theirs = quartiles(rounds.iter().map(|(_, b)| b.cpu)).1;
        println!(
            "{name:42} {ours:8.0} {theirs:8.0}  {cpu:5.2} ({low:.2}…{high:.2})  {wall:5.2} ({quick:.2}…{slow:.2})  {goal}"
        );
    }

    /// Measures one side alone.
    pub fn alone(&self, name: &str, count: usize, ours: Side<'_>) {
        if !self.wants(name) {
            return;
        }
        ours(count);
        let rounds: Vec<Cost> = (0..ROUNDS).map(|_| ours(count)).collect();
        let (low, cpu, high) = quartiles(rounds.iter().map(|cost| cost.cpu));
        let wall = quartiles(rounds.iter().map(|cost| cost.wall)).1;
        println!("{name:42} {cpu:8.0} ({low:.0}…{high:.0}), by the wall {wall:.0}");
    }
}

fn main() {
    let words = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'));
    let table = Table {
        words: words.collect(),
    };
    println!(
        "{:42} {:>8} {:>8}  ratio of processors  ratio by the wall  goal",
        "ns of processors", "ours", "theirs"
    );
    // Forks first: the process is small then.
    forks(&table);
    memory(&table);
    pipes(&table);
    rings(&table);
}
