//! The words that are near a word, among many.
//!
//! Words of one length stand in the order of their letters, so neighbours share their beginnings, and with these the
//! first rows of the table that their distance is computed in: a row is computed for each letter that the word before
//! does not have at that place, and for none behind a beginning that is too far away already. The search grows its
//! radius until it has found enough, so what is near costs little, however far a name may be at most.

use super::{FARTHEST, letters};

/// An index over words, each with its number in the list that it was made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Words {
    /// By length, then by letters.
    words: Box<[Word]>,
    chars: Box<[char]>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Word {
    number: u32,
    start: u32,
    len: u32,
    /// The letters that it begins with like the word before, if that is as long.
    shared: u32,
    letters: u64,
}

/// A search's table, and what was counted in it.
#[derive(Default)]
pub(crate) struct Scan {
    /// Rows in a band around the diagonal, one for each letter of a word and one before them.
    rows: Vec<u8>,
    /// The rows that were computed so far.
    pub(crate) computed: usize,
}

impl Words {
    pub(crate) fn new<'a>(words: impl Iterator<Item = &'a str>) -> Self {
        let mut sorted: Vec<(Vec<char>, u32, u64)> = words
            .enumerate()
            .map(|(number, word)| (word.chars().collect(), number as u32, letters(word)))
            .collect();
        sorted.sort_unstable_by(|(a, first, _), (b, second, _)| {
            (a.len(), a, first).cmp(&(b.len(), b, second))
        });
        let mut index = Vec::with_capacity(sorted.len());
        let mut chars = Vec::new();
        let mut before: &[char] = &[];
        for (word, number, letters) in &sorted {
            let shared = match before.len() == word.len() {
                true => before.iter().zip(word).take_while(|(a, b)| a == b).count(),
                false => 0,
            };
            index.push(Word {
                number: *number,
                start: chars.len() as u32,
                len: word.len() as u32,
                shared: shared as u32,
                letters: *letters,
            });
            chars.extend_from_slice(word);
            before = word;
        }
        Self {
            words: index.into(),
            chars: chars.into(),
        }
    }

    /// The words within `limit` of the needle that are accepted, by distance and number. When at least `wanted` are
    /// within some smaller radius, those farther away may be left out.
    pub(crate) fn near(
        &self,
        needle: &str,
        limit: usize,
        wanted: usize,
        scan: &mut Scan,
        mut accept: impl FnMut(usize, u32) -> bool,
    ) -> Vec<(usize, u32)> {
        let needle_letters = letters(needle);
        let needle: Vec<char> = needle.chars().collect();
        let limit = limit.min(FARTHEST);
        let mut radius = limit.min(1);
        loop {
            let mut found = self.within(&needle, needle_letters, radius, scan);
            found.retain(|&(distance, number)| accept(distance, number));
            if found.len() >= wanted || radius >= limit {
                found.sort_unstable();
                return found;
            }
            radius = limit.min(2 * radius);
        }
    }

    /// All words within a radius, which is at most [`FARTHEST`].
    fn within(
        &self,
        needle: &[char],
        needle_letters: u64,
        radius: usize,
        scan: &mut Scan,
    ) -> Vec<(usize, u32)> {
        let mut found = Vec::new();
        let shortest = needle.len().saturating_sub(radius);
        let first = self
            .words
            .partition_point(|word| (word.len as usize) < shortest);
        let band = Band::new(needle, radius, scan);
        // Rows up to here are those of the word at hand; behind the beginning of this length nothing is near.
        let (mut ready, mut dead) = (0, None);
        for word in &self.words[first..] {
            let (len, shared) = (word.len as usize, word.shared as usize);
            if len > needle.len() + radius {
                break;
            }
            ready = shared.min(ready);
            if dead.is_some_and(|dead| shared >= dead) {
                continue;
            }
            dead = None;
            let lost = (needle_letters & !word.letters).count_ones() as usize;
            let won = (word.letters & !needle_letters).count_ones() as usize;
            if lost > radius || won > radius {
                continue;
            }
            let chars = &self.chars[word.start as usize..][..len];
            while ready < len && dead.is_none() {
                ready += 1;
                if band.row(scan, chars, ready) {
                    dead = Some(ready);
                }
            }
            if dead.is_none()
                && let Some(distance) = band.last(scan, len)
            {
                found.push((distance, word.number));
            }
        }
        found
    }
}

/// The band around the diagonal: cell `k` of row `i` is column `i + k - radius`.
struct Band<'a> {
    needle: &'a [char],
    radius: usize,
    width: usize,
    far: u8,
}

impl<'a> Band<'a> {
    fn new(needle: &'a [char], radius: usize, scan: &mut Scan) -> Self {
        let width = 2 * radius + 1;
        let rows = needle.len() + radius + 1;
        let band = Self {
            needle,
            radius,
            width,
            far: radius as u8 + 1,
        };
        scan.rows.clear();
        scan.rows.resize(rows * width, band.far);
        for column in 0..=radius {
            scan.rows[radius + column] = column as u8;
        }
        band
    }

    /// Computes the row of the letter before `at`. Is everything that begins like this too far away?
    fn row(&self, scan: &mut Scan, word: &[char], at: usize) -> bool {
        scan.computed += 1;
        let (above, row) = scan.rows[..(at + 1) * self.width].split_at_mut(at * self.width);
        let (before, above) = above.split_at(above.len() - self.width);
        let before = before
            .len()
            .checked_sub(self.width)
            .map(|from| &before[from..]);
        let mut least = self.far;
        for k in 0..self.width {
            let column = at + k;
            let mut cost = self.far;
            if column == self.radius {
                cost = cost.min(u8::try_from(at).unwrap_or(self.far));
            } else if column > self.radius && column - self.radius <= self.needle.len() {
                let j = column - self.radius;
                cost = cost.min(above[k] + u8::from(word[at - 1] != self.needle[j - 1]));
                if k + 1 < self.width {
                    cost = cost.min(above[k + 1] + 1);
                }
                if k > 0 {
                    cost = cost.min(row[k - 1] + 1);
                }
                if let Some(before) = before
                    && j > 1
                    && word[at - 1] == self.needle[j - 2]
                    && word[at - 2] == self.needle[j - 1]
                {
                    cost = cost.min(before[k] + 1);
                }
            }
            row[k] = cost;
            least = least.min(cost);
        }
        // An exchange leads past one row.
        least == self.far && above.iter().all(|&cost| cost + 1 >= self.far)
    }

    /// The distance of a word of this length, of which all rows are computed.
    fn last(&self, scan: &Scan, len: usize) -> Option<usize> {
        let k = (self.needle.len() + self.radius).checked_sub(len)?;
        let distance = scan.rows[len * self.width..][..self.width].get(k)?;
        (*distance < self.far).then_some(usize::from(*distance))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suggest::osa_distance;

    /// Words of few letters, so that many are near each other.
    fn words() -> Vec<String> {
        let mut words = vec![String::new()];
        for length in 0..5 {
            let longer: Vec<_> = (words.iter().filter(|word| word.len() == length))
                .flat_map(|word| ["a", "b", "c"].map(|letter| format!("{word}{letter}")))
                .collect();
            words.extend(longer);
        }
        words
            .extend(["größe", "grösse", "abcabcabc", "abcabcabca", "bacbacabc"].map(str::to_owned));
        words
    }

    #[test]
    fn all_within_a_radius_are_found_with_their_distance() {
        let words = words();
        let index = Words::new(words.iter().map(String::as_str));
        for needle in words.iter().step_by(5).chain(&words[360..]) {
            for radius in 0..5 {
                let found = index.near(needle, radius, usize::MAX, &mut Scan::default(), |_, _| {
                    true
                });
                let mut all: Vec<(usize, u32)> = (words.iter().enumerate())
                    .filter_map(|(number, word)| {
                        Some((osa_distance(needle, word, radius)?, number as u32))
                    })
                    .collect();
                all.sort_unstable();
                assert_eq!(found, all, "{needle:?} within {radius}");
            }
        }
    }

    #[test]
    fn the_search_ends_when_enough_is_found() {
        let words = words();
        let index = Words::new(words.iter().map(String::as_str));
        let mut scan = Scan::default();
        let near = index.near("abca", 4, 3, &mut scan, |_, _| true);
        assert!(near.iter().all(|(distance, _)| *distance <= 1));
        let few = scan.computed;
        let all = index.near("abca", 4, usize::MAX, &mut scan, |_, _| true);
        assert!(all.len() > near.len() && all.starts_with(&near));
        assert!(scan.computed - few > 4 * few);
    }

    #[test]
    fn what_is_shared_is_computed_once_and_what_is_far_not_to_its_end() {
        let words: Vec<String> = (0..10_000)
            .map(|at| format!("common-beginning-{at:04}"))
            .collect();
        let index = Words::new(words.iter().map(String::as_str));
        let mut scan = Scan::default();
        let found = index.near("comon-beginning-1234", 6, 1, &mut scan, |_, _| true);
        assert_eq!(found, [(1, 1234)]);
        assert!(scan.computed < 300, "{}", scan.computed);
    }
}
