//! Whether it is of use to look a few times before waiting: whoever is to write often does so at once, and is awake.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

/// Who looks in vain looks the less often the more often that was so: after the first time once is left out, then 3 times,
/// then 7, and so on up to 63. Who finds something looks each time.
///
/// Between two looks other threads go first, and nobody knows when this one gets its processor back: on a busy machine
/// after whole time slices, where a thread that sleeps would be woken at once. Where that has been so, nobody in the process
/// looks for a long while.
#[derive(Clone, Debug, Default)]
pub struct Patience {
    /// How often nothing was found since something was.
    vain: u32,
    /// How often it is not looked yet.
    rest: u32,
    is_gone: bool,
}

/// How often nobody looks yet, because the machine is busy. A hint: what threads take off it at once may count once.
static BUSY: AtomicU32 = AtomicU32::new(0);

/// Longer than what another thread takes to answer.
const LONG: Duration = Duration::from_micros(100);
/// So often that a time slice for each of them does not matter.
const LONG_REST: u32 = 4096;

impl Patience {
    /// How often to look, letting other threads go first in between.
    pub const LOOKS: usize = 3;
    const MOST: u32 = 6;

    /// Is it to be looked now?
    pub fn take(&mut self) -> bool {
        match BUSY.load(Relaxed) {
            0 => self.take_own(),
            left => {
                BUSY.store(left - 1, Relaxed);
                false
            }
        }
    }

    fn take_own(&mut self) -> bool {
        let looks = self.rest == 0 && !self.is_gone;
        self.rest = self.rest.saturating_sub(1);
        looks
    }

    /// Lets other threads go first.
    pub fn step_aside() {
        let began = Instant::now();
        thread::yield_now();
        if began.elapsed() > LONG {
            BUSY.store(LONG_REST, Relaxed);
        }
    }

    /// Something was found.
    pub fn found(&mut self) {
        self.vain = 0;
        self.rest = 0;
    }

    /// Nothing was found, however often it was looked.
    pub fn missed(&mut self) {
        self.vain = (self.vain + 1).min(Patience::MOST);
        self.rest = (1 << self.vain) - 1;
    }

    /// It cannot be looked.
    pub fn give_up(&mut self) {
        self.is_gone = true;
    }

    /// Can it be looked at all?
    pub fn is_gone(&self) -> bool {
        self.is_gone
    }
}

#[cfg(test)]
mod tests {
    use super::Patience;

    #[test]
    fn who_looks_in_vain_looks_less_often_and_who_finds_looks_again() {
        let mut patience = Patience::default();
        let mut looks_at = Vec::new();
        for at in 0..200 {
            if patience.take_own() {
                looks_at.push(at);
                patience.missed();
            }
        }
        assert_eq!(looks_at, [0, 2, 6, 14, 30, 62, 126, 190]);
        patience.found();
        assert!(patience.take_own() && patience.take_own());
        patience.give_up();
        assert!(!patience.take_own());
    }
}
