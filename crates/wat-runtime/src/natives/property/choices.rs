//! The choices that generators read (chapter 09 §9.11.3), and making recorded ones smaller (§9.11.4).

use super::replay::{Listener, PropertyNews};

/// A step of SplitMix64: the number and the next state.
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// The first state of a case of a property under a seed.
fn state_of(seed: u64, property: &str, case: u64) -> u64 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&seed.to_le_bytes());
    hasher.update(property.as_bytes());
    hasher.update(&case.to_le_bytes());
    let mut state = [0; 8];
    state.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    u64::from_le_bytes(state)
}

/// What generators read.
#[derive(Default)]
pub(super) struct Choices {
    /// Choices that were made before; behind them come zeros.
    given: Vec<u64>,
    /// The state of fresh choices.
    fresh: Option<u64>,
    /// What was read, reduced.
    pub(super) read: Vec<u64>,
    /// Who is told what is read.
    pub(super) listener: Option<Listener>,
}

impl Choices {
    /// Choices of a case; `property` is a name without its colon.
    pub(super) fn fresh(seed: u64, property: &str, case: u64) -> Choices {
        Choices {
            fresh: Some(state_of(seed, property, case)),
            ..Choices::default()
        }
    }

    pub(super) fn given(given: Vec<u64>) -> Choices {
        Choices {
            given,
            ..Choices::default()
        }
    }

    /// The choices that were made before.
    pub(super) fn given_before(&self) -> &[u64] {
        &self.given
    }

    /// A number from 0 to `most`.
    pub(super) fn draw(&mut self, most: u64) -> u64 {
        let choice = match &mut self.fresh {
            Some(state) => split_mix(state),
            None => self.given.get(self.read.len()).copied().unwrap_or(0),
        };
        let reduced = match choice <= most {
            true => choice,
            // The greatest number is above no choice.
            false => choice % (most + 1),
        };
        self.read.push(reduced);
        if let Some(Listener(listener)) = &self.listener {
            listener(PropertyNews::Drawn(reduced));
        }
        reduced
    }
}

/// Is a sequence smaller: shorter, or as long and before in lexicographic order?
fn is_smaller(one: &[u64], other: &[u64]) -> bool {
    (one.len(), one) < (other.len(), other)
}

/// Sizes of the blocks that are tried at once.
const BLOCKS: [usize; 4] = [8, 4, 2, 1];

/// What is tried next.
#[derive(Clone, Copy, Debug)]
enum Try {
    /// Without this many choices before this place.
    Delete { block: usize, end: usize },
    /// With this many zeros from this place on.
    Zero { block: usize, start: usize },
    /// With a zero here, which halving comes behind.
    Least { at: usize },
    /// With the middle of these bounds here; the lower one is known to be too small.
    Halve { at: usize, low: u64 },
    /// With one less here.
    Less { at: usize },
    /// With one less here and the greatest number of magnitude behind it, once or twice: a boundary value becomes an
    /// ordinary one, above or below zero.
    Trade { at: usize, raised: usize },
    /// With this choice and the next one in order.
    Swap { at: usize },
}

/// Makes a sequence smaller, one candidate at a time.
#[derive(Debug)]
pub struct Shrinker {
    /// The smallest sequence that fails.
    pub best: Vec<u64>,
    next: Try,
    has_helped: bool,
}

impl Shrinker {
    /// Makes this sequence, which fails, smaller.
    pub fn new(best: Vec<u64>) -> Shrinker {
        let end = best.len();
        Shrinker {
            best,
            next: Try::Delete { block: 0, end },
            has_helped: false,
        }
    }

    /// The next candidate; `None` when nothing helps any more.
    pub fn candidate(&mut self) -> Option<Vec<u64>> {
        loop {
            let found = self.made();
            match found {
                Some(candidate) => return Some(candidate),
                None => self.go_on()?,
            }
        }
    }

    /// What the present attempt gives, if it is one.
    fn made(&self) -> Option<Vec<u64>> {
        let best = &self.best;
        let mut candidate = best.clone();
        match self.next {
            Try::Delete { block, end } => {
                let size = BLOCKS[block];
                if size > end || end > best.len() {
                    return None;
                }
                candidate.drain(end - size..end);
            }
            Try::Zero { block, start } => {
                let part = candidate.get_mut(start..start + BLOCKS[block])?;
                if part.iter().all(|choice| *choice == 0) {
                    return None;
                }
                part.fill(0);
            }
            Try::Least { at } => {
                let choice = candidate.get_mut(at).filter(|choice| **choice > 0)?;
                *choice = 0;
            }
            Try::Halve { at, low } => {
                let choice = candidate.get_mut(at).filter(|choice| low + 1 < **choice)?;
                *choice = low + (*choice - low) / 2;
            }
            Try::Less { at } => {
                let choice = candidate.get_mut(at).filter(|choice| **choice > 0)?;
                *choice -= 1;
            }
            Try::Trade { at, raised } => {
                let part = candidate.get_mut(at..=at + raised)?;
                let (first, rest) = part.split_first_mut().filter(|(first, _)| **first > 0)?;
                *first -= 1;
                rest.fill(i64::MAX.cast_unsigned());
            }
            Try::Swap { at } => {
                let pair = candidate
                    .get_mut(at..at + 2)
                    .filter(|pair| pair[0] > pair[1])?;
                pair.swap(0, 1);
            }
        }
        Some(candidate)
    }

    /// The attempt behind one that is over; `None` at the end of a round that has not helped.
    fn go_on(&mut self) -> Option<()> {
        let length = self.best.len();
        self.next = match self.next {
            Try::Delete { block, end } if end > BLOCKS[block] => Try::Delete {
                block,
                end: (end - 1).min(length),
            },
            Try::Delete { block, .. } if block + 1 < BLOCKS.len() => Try::Delete {
                block: block + 1,
                end: length,
            },
            Try::Delete { .. } => Try::Zero { block: 0, start: 0 },
            Try::Zero { block, start } if start + BLOCKS[block] < length => Try::Zero {
                block,
                start: start + 1,
            },
            Try::Zero { block, .. } if block + 1 < BLOCKS.len() => Try::Zero {
                block: block + 1,
                start: 0,
            },
            Try::Zero { .. } => Try::Least { at: 0 },
            Try::Least { at } if at < length => Try::Halve { at, low: 0 },
            Try::Halve { at, .. } => Try::Less { at },
            Try::Less { at } => Try::Least { at: at + 1 },
            Try::Least { .. } => Try::Trade { at: 0, raised: 1 },
            Try::Trade { at, raised: 1 } => Try::Trade { at, raised: 2 },
            Try::Trade { at, .. } if at + 1 < length => Try::Trade {
                at: at + 1,
                raised: 1,
            },
            Try::Trade { .. } => Try::Swap { at: 0 },
            Try::Swap { at } if at + 1 < length => Try::Swap { at: at + 1 },
            Try::Swap { .. } => {
                if !std::mem::take(&mut self.has_helped) {
                    return None;
                }
                Try::Delete {
                    block: 0,
                    end: length,
                }
            }
        };
        Some(())
    }

    /// What became of the candidate: the choices that were read, if it fails as the sequence did. True if it helps.
    pub fn judge(&mut self, read: Option<Vec<u64>>) -> bool {
        let helps = read.filter(|read| is_smaller(read, &self.best));
        if let Some(read) = helps {
            self.best = read;
            self.has_helped = true;
            // The same attempt again, on what is left; but what was raised is made smaller first, by halves: steps of
            // one would never end.
            match self.next {
                Try::Delete { block, end } => {
                    let end = end.min(self.best.len());
                    self.next = Try::Delete { block, end };
                }
                Try::Trade { at, .. } => self.next = Try::Least { at },
                _ => {}
            }
            return true;
        }
        match self.next {
            Try::Halve { at, low } => {
                let choice = self.best.get(at).copied().unwrap_or(0);
                self.next = Try::Halve {
                    at,
                    low: low + choice.saturating_sub(low) / 2,
                };
            }
            _ => {
                // The end of the rounds shows at the next candidate.
                if self.go_on().is_none() {
                    self.next = Try::Swap {
                        at: self.best.len(),
                    };
                }
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The smallest sequence for which `fails` holds, and how many candidates it took.
    fn shrunk(from: &[u64], fails: impl Fn(&[u64]) -> bool) -> (Vec<u64>, usize) {
        let mut shrinker = Shrinker::new(from.to_vec());
        let mut count = 0;
        while let Some(candidate) = shrinker.candidate() {
            count += 1;
            assert!(count < 10_000, "it ends");
            let read = fails(&candidate).then_some(candidate);
            shrinker.judge(read);
        }
        (shrinker.best, count)
    }

    #[test]
    fn choices_of_a_case_are_those_of_its_seed() {
        let draws = |seed, case| {
            let mut choices = Choices::fresh(seed, "p::q", case);
            (0..4).map(|_| choices.draw(99)).collect::<Vec<_>>()
        };
        assert_eq!(draws(1, 0), draws(1, 0));
        assert_ne!(draws(1, 0), draws(1, 1));
        assert_ne!(draws(1, 0), draws(2, 0));
        let mut given = Choices::given(vec![7, u64::MAX]);
        assert_eq!([given.draw(9), given.draw(9), given.draw(9)], [7, 5, 0]);
        assert_eq!(given.read, [7, 5, 0]);
        assert_eq!(Choices::given(vec![u64::MAX]).draw(u64::MAX), u64::MAX);
    }

    /// The smallest sequence that makes an integer for which `fails` holds, and how many candidates it took.
    fn shrunk_integer(from: &[u64], fails: impl Fn(i64) -> bool) -> (i64, usize) {
        let made = |given: &[u64]| {
            let mut choices = Choices::given(given.to_vec());
            let number = super::super::generate::integer(&mut choices, 100);
            (number, choices.read)
        };
        let (number, read) = made(from);
        assert!(fails(number), "{number}");
        let mut shrinker = Shrinker::new(read);
        let mut count = 0;
        while let Some(candidate) = shrinker.candidate() {
            count += 1;
            assert!(count < 2_000, "it ends");
            let (number, read) = made(&candidate);
            shrinker.judge(fails(number).then_some(read));
        }
        (made(&shrinker.best).0, count)
    }

    #[test]
    fn boundary_values_shrink_to_the_bounds_that_are_missed() {
        for boundary in 3..=6 {
            let from = [9, boundary, 0];
            let (number, count) = shrunk_integer(&from, |x| !(-1000 < x && x < 1000));
            assert!(number == 1000 && count < 300, "{number} {count}");
            let far = 1_i64 << 53;
            let (number, count) = shrunk_integer(&from, |x| !(-far < x && x < far));
            assert!(number == far && count < 600, "{number} {count}");
        }
        for boundary in [4, 6] {
            let (number, count) = shrunk_integer(&[9, boundary, 0], |x| x <= -1000);
            assert!(number == -1000 && count < 300, "{number} {count}");
        }
    }

    #[test]
    fn what_one_choice_gives_another_takes_by_halves() {
        let sum = |choices: &[u64]| {
            choices.len() == 2 && choices[0] % 1_000_001 + choices[1] % 1_000_001 >= 1000
        };
        let (best, count) = shrunk(&[700_000, 300_000], sum);
        assert!(count < 300, "{count}");
        assert_eq!(best, [0, 1000]);
        let (best, count) = shrunk(&[700, 300], sum);
        assert!(count < 300, "{count}");
        assert_eq!(best[0], 0);
    }

    #[test]
    fn sequences_shrink_to_the_smallest_that_fails() {
        let sum = |choices: &[u64]| choices.iter().map(|it| it % 1_000_003).sum::<u64>() >= 1000;
        assert_eq!(shrunk(&[5, 900, 3, 70_000, 12, 8], sum).0, [1000]);
        let second = |choices: &[u64]| choices.get(1).is_some_and(|it| *it >= 37);
        assert_eq!(shrunk(&[9, 88, 1, 1, 1], second).0, [0, 37]);
        let unsorted = |choices: &[u64]| choices.windows(2).any(|pair| pair[0] > pair[1]);
        assert_eq!(shrunk(&[4, 9, 2, 7], unsorted).0, [1, 0]);
        assert_eq!(shrunk(&[4, 9, 2, 7], |_| false).0, [4, 9, 2, 7]);
        assert_eq!(shrunk(&[], |_| true).0, []);
        assert_eq!(shrunk(&[3, 3, 3], |_| true).0, []);
    }
}
