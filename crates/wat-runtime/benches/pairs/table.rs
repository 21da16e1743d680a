//! Measuring pairs of pieces of work.

use std::time::{Duration, Instant};

/// Runs rounds of a pair of measurements and prints their ratio.
pub struct Table {
    words: Vec<String>,
    /// Whether a program reads what is printed: names, both ratios and goals alone.
    is_raw: bool,
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

/// The word that has lines printed for `benches/kernel-starts`.
const RAW: &str = "--raw";

/// The words of the command line.
fn words() -> impl Iterator<Item = String> {
    std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
}

impl Table {
    /// A table of the lines that contain one of the words of the command line; of all of them if there is none.
    pub fn begin() -> Table {
        let table = Table {
            words: words().collect(),
            is_raw: std::env::args().any(|word| word == RAW),
        };
        if table.is_raw {
            return table;
        }
        println!(
            "{:42} {:>8} {:>8}  ratio of processors  ratio by the wall  goal",
            "ns of processors", "ours", "theirs"
        );
        table
    }

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
        if self.is_raw {
            return println!("{name}\t{cpu}\t{wall}\t{goal}");
        }
        println!(
            "{name:42} {ours:8.0} {theirs:8.0}  {cpu:5.2} ({low:.2}…{high:.2})  {wall:5.2} ({quick:.2}…{slow:.2})  {goal}"
        );
    }

    /// Measures one side alone.
    pub fn alone(&self, name: &str, count: usize, ours: Side<'_>) {
        if self.is_raw || !self.wants(name) {
            return;
        }
        ours(count);
        let rounds: Vec<Cost> = (0..ROUNDS).map(|_| ours(count)).collect();
        let (low, cpu, high) = quartiles(rounds.iter().map(|cost| cost.cpu));
        let wall = quartiles(rounds.iter().map(|cost| cost.wall)).1;
        println!("{name:42} {cpu:8.0} ({low:.0}…{high:.0}), by the wall {wall:.0}");
    }
}

/// What one piece of work took, in nanoseconds.
#[derive(Clone, Copy)]
pub struct Cost {
    /// By the clock on the wall.
    pub wall: f64,
    /// Of processors, by all threads of this process and the children that it has waited for.
    pub cpu: f64,
}

/// The cost of one of `count` pieces of work.
pub fn timed(count: usize, work: impl FnOnce()) -> Cost {
    let (began, used) = (Instant::now(), used());
    work();
    let each = |spent: Duration| spent.as_nanos() as f64 / count as f64;
    Cost {
        wall: each(began.elapsed()),
        cpu: each(self::used() - used),
    }
}

/// The time of processors that was used so far.
fn used() -> Duration {
    let time =
        |spent: libc::timeval| Duration::new(spent.tv_sec as u64, spent.tv_usec as u32 * 1000);
    let of = |whom| {
        // SAFETY: the structure is plain numbers and valid for the call.
        let usage = unsafe {
            let mut usage: libc::rusage = std::mem::zeroed();
            libc::getrusage(whom, &raw mut usage);
            usage
        };
        time(usage.ru_utime) + time(usage.ru_stime)
    };
    of(libc::RUSAGE_SELF) + of(libc::RUSAGE_CHILDREN)
}
