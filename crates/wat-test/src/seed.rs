//! Seeds: of a run, of its tests, and the shuffle that they decide.

use std::time::SystemTime;

/// The generator SplitMix64.
pub(crate) struct Random(pub u64);

impl Random {
    /// The next number.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// A Fisher–Yates shuffle.
pub(crate) fn shuffle<T>(items: &mut [T], seed: u64) {
    let mut random = Random(seed);
    for last in (1..items.len()).rev() {
        let at = (random.next() % (last as u64 + 1)) as usize;
        items.swap(at, last);
    }
}

/// The seed of a test: it depends on the run and on the test alone.
pub(crate) fn test_seed(run: u64, id: &str) -> u64 {
    let mut bytes = run.to_le_bytes().to_vec();
    bytes.extend_from_slice(id.as_bytes());
    first_eight(&bytes)
}

/// The number that the digest of these bytes begins with.
pub(crate) fn first_eight(bytes: &[u8]) -> u64 {
    let digest = blake3::hash(bytes);
    let mut first = [0; 8];
    first.copy_from_slice(&digest.as_bytes()[..8]);
    u64::from_le_bytes(first)
}

/// A seed that no run before had.
pub fn fresh_seed() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let mut bytes = now.unwrap_or_default().as_nanos().to_le_bytes().to_vec();
    bytes.extend_from_slice(&std::process::id().to_le_bytes());
    first_eight(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shuffle_keeps_everything_and_repeats() {
        let mut a: Vec<u32> = (0..50).collect();
        let mut b = a.clone();
        shuffle(&mut a, 7);
        shuffle(&mut b, 7);
        assert_eq!(a, b);
        assert_ne!(a, (0..50).collect::<Vec<_>>());
        a.sort_unstable();
        assert_eq!(a, (0..50).collect::<Vec<_>>());
    }

    #[test]
    fn seeds_of_tests_differ() {
        assert_ne!(test_seed(1, "a#:b"), test_seed(1, "a#:c"));
        assert_ne!(test_seed(1, "a#:b"), test_seed(2, "a#:b"));
    }
}
