//! Did you mean: the names that a misspelled name may stand for.
//!
//! A name is a path (`:a::b`, with a namespace and a leaf) or a symbol (a leaf alone). The distance is optimal string
//! alignment. Most of a pool is far away, so two filters run before the distance is computed: the difference of the
//! lengths, and a bit set of the characters, of which one edit can remove at most one and add at most one. The names of
//! a program are asked through an index, [`Pool`], a few names at hand with [`rank`].

mod pool;
mod words;

use std::cmp::Reverse;
use std::sync::Arc;

use wat_syntax::Applicability;

use crate::problem::{Place, Problem};

pub(crate) use pool::Pool;
pub(crate) use words::{Scan, Words};

/// How many candidates a diagnostic carries.
const CARRIED: usize = 5;
/// How many candidates a message shows.
const SHOWN: usize = 3;
/// The distance beyond which even very long names are not compared; it bounds the work for hostile input.
const FARTHEST: usize = 64;

/// A candidate for an unknown name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Suggestion {
    pub name: Arc<str>,
    /// 1: same namespace and a close leaf. 2: same leaf elsewhere. 3: close as a whole.
    pub class: u8,
    /// Distance of the leaves, in class 3 of the whole paths.
    pub distance: usize,
}

/// The candidates for `needle` in `pool`, best first, at most five. `needle` itself is never one.
///
/// Candidates are ordered by class, distance, the longer namespace in common with the needle, and their bytes.
pub(crate) fn rank<'a>(needle: &str, pool: impl Iterator<Item = &'a str>) -> Vec<Suggestion> {
    let wanted = Parts::of(needle);
    let limit = limit_of(wanted.leaf);
    let leaf_letters = letters(wanted.leaf);
    let all_letters = letters(needle);
    let compare = |name: &str| match wanted.relation(name) {
        Relation::Siblings(leaf) => Some((1, close(wanted.leaf, leaf_letters, leaf, limit)?)),
        Relation::SameLeaf => Some((2, 0)),
        Relation::Paths => Some((3, close(needle, all_letters, name, limit)?)),
        Relation::None => None,
    };
    let found = pool.filter_map(|name| {
        let (class, distance) = compare(name)?;
        (name != needle && is_spelled(name)).then(|| Suggestion {
            name: name.into(),
            class,
            distance,
        })
    });
    order(needle, found.collect())
}

/// The best of several candidates for `needle`, best first.
pub(crate) fn order(needle: &str, mut found: Vec<Suggestion>) -> Vec<Suggestion> {
    found.sort_by_cached_key(|candidate| {
        let shared = Reverse(common_namespace(needle, &candidate.name));
        (
            candidate.class,
            candidate.distance,
            shared,
            candidate.name.clone(),
        )
    });
    found.dedup_by(|a, b| a.name == b.name);
    found.truncate(CARRIED);
    found
}

/// The distance within which a leaf has candidates.
fn limit_of(leaf: &str) -> usize {
    (leaf.chars().count() / 3).clamp(1, FARTHEST)
}

/// May the first candidate be put in unattended? It must be of class 1 and the only one as good, and more than half of
/// its leaf must stand there already: all names of one letter are neighbours.
pub(crate) fn is_machine(found: &[Suggestion]) -> bool {
    let is_likely = |first: &Suggestion| {
        let leaf = Parts::of(&first.name).leaf;
        first.class == 1 && first.distance * 2 < own(leaf).chars().count()
    };
    match found {
        [] => false,
        [only] => is_likely(only),
        [first, second, ..] => {
            is_likely(first) && (second.class, second.distance) != (1, first.distance)
        }
    }
}

/// Can the name be written as it is? One of a misspelled definition cannot.
fn is_spelled(name: &str) -> bool {
    !name
        .get(1..)
        .is_some_and(|rest| rest.split("::").any(|part| part.contains(':')))
}

/// What a leaf says beyond the owner of a member: `new` of `Node/new`.
fn own(leaf: &str) -> &str {
    match leaf.split_once('/') {
        Some((owner, member)) if !owner.is_empty() && !member.is_empty() => member,
        _ => leaf,
    }
}

/// The question for the reader, with at most three candidates.
pub(crate) fn help(found: &[Suggestion]) -> Option<String> {
    let names: Vec<_> = found
        .iter()
        .take(SHOWN)
        .map(|candidate| format!("`{}`", candidate.name))
        .collect();
    let (last, others) = names.split_last()?;
    Some(if others.is_empty() {
        format!("did you mean {last}?")
    } else {
        format!("did you mean {} or {last}?", others.join(", "))
    })
}

/// A problem with the candidates as its help and fixes.
pub(crate) fn offer<'db>(
    mut problem: Problem<'db>,
    place: Place<'db>,
    found: &[Suggestion],
) -> Problem<'db> {
    if let Some(help) = help(found) {
        problem = problem.help(help);
    }
    let machine = is_machine(found);
    let names = found.iter().map(|candidate| &*candidate.name);
    problem = problem.facts("candidates", names);
    for (index, candidate) in found.iter().enumerate() {
        let how = match machine && index == 0 {
            true => Applicability::MachineApplicable,
            false => Applicability::MaybeIncorrect,
        };
        problem = problem.replace(how, place, &candidate.name);
    }
    problem
}

/// A name's namespace, with its last `::`, and its leaf. A symbol has no namespace.
struct Parts<'a> {
    namespace: Option<&'a str>,
    leaf: &'a str,
}

/// What a name of the pool has in common with the one that is looked for. Almost all have nothing, which shows at their
/// ends.
enum Relation<'a> {
    /// The same namespace, or none, with this leaf.
    Siblings(&'a str),
    /// The same leaf in another namespace.
    SameLeaf,
    /// Both are paths.
    Paths,
    /// They cannot be compared.
    None,
}

impl<'a> Parts<'a> {
    fn relation<'n>(&self, name: &'n str) -> Relation<'n> {
        let is_path = name.starts_with(':');
        match self.namespace {
            None if !is_path => return Relation::Siblings(name),
            Some(namespace) if is_path => {
                if let Some(leaf) = name.strip_prefix(namespace)
                    && Parts::of(name).leaf == leaf
                {
                    return Relation::Siblings(leaf);
                }
            }
            _ => {}
        }
        if name.ends_with(self.leaf) && Parts::of(name).leaf == self.leaf {
            return Relation::SameLeaf;
        }
        match self.namespace.is_some() && is_path {
            true => Relation::Paths,
            false => Relation::None,
        }
    }

    fn of(name: &'a str) -> Self {
        if !name.starts_with(':') {
            return Self {
                namespace: None,
                leaf: name,
            };
        }
        let (namespace, leaf) = name.split_at(name.rfind("::").map_or(1, |at| at + 2));
        Self {
            namespace: Some(namespace),
            leaf,
        }
    }
}

/// The length of the longest namespace that both names are in.
fn common_namespace(a: &str, b: &str) -> usize {
    let same = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    // Both names are equal up to `same`; a namespace ends in `::`, so cutting there is a character boundary.
    a.as_bytes()[..same]
        .windows(2)
        .rposition(|pair| pair == b"::")
        .map_or(0, |at| at + 2)
}

/// The distance if it is at most `limit`; filters by the letters first.
fn close(needle: &str, needle_letters: u64, name: &str, limit: usize) -> Option<usize> {
    // A scalar that is not ASCII has at most four bytes.
    let bytes = if name.is_ascii() && needle.is_ascii() {
        1
    } else {
        4
    };
    if name.len().abs_diff(needle.len()) > bytes * limit {
        return None;
    }
    let name_letters = letters(name);
    let lost = (needle_letters & !name_letters).count_ones() as usize;
    let won = (name_letters & !needle_letters).count_ones() as usize;
    if lost > limit || won > limit {
        None
    } else {
        osa_distance(needle, name, limit)
    }
}

/// The set of the characters of a text, folded to 64 bits.
fn letters(text: &str) -> u64 {
    text.bytes().fold(0, |set, byte| set | 1 << (byte & 63))
}

/// Optimal string alignment over Unicode scalars: inserting, deleting, substituting a character or exchanging two
/// neighbours costs 1, and no part is edited twice. `None` if the distance is greater than `limit`.
pub(crate) fn osa_distance(a: &str, b: &str, limit: usize) -> Option<usize> {
    if a.is_ascii() && b.is_ascii() {
        return aligned(a.as_bytes(), b.as_bytes(), limit);
    }
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    aligned(&a, &b, limit)
}

/// The distance after the equal ends are cut off, computed in a band of `limit` around the diagonal.
fn aligned<C: PartialEq>(mut a: &[C], mut b: &[C], limit: usize) -> Option<usize> {
    if a.len().abs_diff(b.len()) > limit {
        return None;
    }
    let prefix = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    (a, b) = (&a[prefix..], &b[prefix..]);
    let suffix = a
        .iter()
        .rev()
        .zip(b.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    (a, b) = (&a[..a.len() - suffix], &b[..b.len() - suffix]);
    // No distance exceeds the longer length, so a wider band would hold nothing more.
    let band = limit.min(a.len().max(b.len()));
    let far = band + 1;
    let mut before = vec![far; b.len() + 1];
    let mut above: Vec<usize> = (0..=b.len()).map(|column| column.min(far)).collect();
    let mut row = vec![far; b.len() + 1];
    for i in 1..=a.len() {
        let (first, last) = (i.saturating_sub(band).max(1), (i + band).min(b.len()));
        row[first - 1] = if first == 1 { i.min(far) } else { far };
        let mut least = row[first - 1];
        for j in first..=last {
            let mut cost = above[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            cost = cost.min(above[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                cost = cost.min(before[j - 2] + 1);
            }
            row[j] = cost.min(far);
            least = least.min(row[j]);
        }
        if let Some(outside) = row.get_mut(last + 1) {
            *outside = far;
        }
        if least > band && above.iter().all(|&cost| cost > band) {
            return None;
        }
        std::mem::swap(&mut before, &mut above);
        std::mem::swap(&mut above, &mut row);
    }
    Some(above[b.len()]).filter(|&distance| distance <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(needle: &str, pool: &[&str]) -> Vec<String> {
        let found = rank(needle, pool.iter().copied());
        found
            .iter()
            .map(|s| format!("{} {} {}", s.class, s.distance, s.name))
            .collect()
    }

    /// The definition, without the band and the cut ends.
    fn plain(a: &[u8], b: &[u8]) -> usize {
        let mut d = vec![vec![0; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                if i == 0 || j == 0 {
                    d[i][j] = i + j;
                    continue;
                }
                d[i][j] = (d[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]))
                    .min(d[i - 1][j] + 1)
                    .min(d[i][j - 1] + 1);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    d[i][j] = d[i][j].min(d[i - 2][j - 2] + 1);
                }
            }
        }
        d[a.len()][b.len()]
    }

    #[test]
    fn the_banded_distance_equals_the_definition() {
        let mut words = vec![String::new()];
        for length in 0..6 {
            let longer: Vec<_> = words
                .iter()
                .filter(|word| word.len() == length)
                .cloned()
                .collect();
            words.extend(
                longer
                    .iter()
                    .flat_map(|word| ["a", "b"].map(|letter| format!("{word}{letter}"))),
            );
        }
        words.extend(["cab", "abcabc", "bcacba", "accb"].map(str::to_owned));
        for a in &words {
            for b in &words {
                let distance = plain(a.as_bytes(), b.as_bytes());
                for limit in [0, 1, 2, 3, 9] {
                    let wanted = Some(distance).filter(|&distance| distance <= limit);
                    assert_eq!(
                        osa_distance(a, b, limit),
                        wanted,
                        "{a:?} {b:?} within {limit}"
                    );
                }
            }
        }
    }

    #[test]
    fn distance_counts_scalars_and_exchanges() {
        assert_eq!(osa_distance("lenght", "length", 2), Some(1));
        assert_eq!(osa_distance("größe", "grösse", 3), Some(2));
        assert_eq!(osa_distance("ca", "abc", 3), Some(3));
        assert_eq!(osa_distance("", "", 0), Some(0));
        assert_eq!(osa_distance("abc", "", 2), None);
    }

    #[test]
    fn a_close_leaf_in_the_same_namespace_comes_first() {
        let pool = [
            ":wat::core::length",
            ":wat::list::lenght",
            ":wat::core::lengths",
            ":wat::core::map",
        ];
        let found = rank(":wat::core::lenght", pool.into_iter());
        assert_eq!(
            names(":wat::core::lenght", &pool),
            [
                "1 1 :wat::core::length",
                "1 2 :wat::core::lengths",
                "2 0 :wat::list::lenght"
            ]
        );
        assert!(is_machine(&found));
    }

    #[test]
    fn two_equally_close_names_are_no_machine_fix() {
        let found = rank("ab", ["abc", "abd"].into_iter());
        assert_eq!(found.len(), 2);
        assert!(!is_machine(&found));
        assert!(!is_machine(&[]));
    }

    #[test]
    fn a_symbol_finds_the_function_of_its_name() {
        assert_eq!(
            names(
                "println",
                &[":wat::kernel::println", "printn", ":wat::kernel::printl"]
            ),
            ["1 1 printn", "2 0 :wat::kernel::println"]
        );
        assert!(!is_machine(&rank(
            "println",
            [":wat::kernel::println"].into_iter()
        )));
    }

    #[test]
    fn a_misspelled_namespace_is_found_by_the_leaf_or_the_whole() {
        let pool = [
            ":wat::kernel::println",
            ":z::println",
            ":wat::kernel::printline",
        ];
        assert_eq!(
            names(":wat::kernal::println", &pool),
            ["2 0 :wat::kernel::println", "2 0 :z::println"]
        );
        assert_eq!(names(":usr::total", &[":user::totl"]), [] as [&str; 0]);
        assert_eq!(
            names(":usr::totals", &[":user::total"]),
            ["3 2 :user::total"]
        );
    }

    #[test]
    fn operators_are_plain_text() {
        assert_eq!(
            names(":wat::core::+'3", &[":wat::core::+'2", ":wat::core::/"]),
            ["1 1 :wat::core::+'2"]
        );
    }

    #[test]
    fn the_common_namespace_breaks_ties_and_five_are_kept() {
        let pool = [
            ":a::x", ":b::c::x", ":b::x", ":c::x", ":d::x", ":e::x", ":a::x",
        ];
        assert_eq!(
            names(":b::c::d::x", &pool),
            [
                "2 0 :b::c::x",
                "2 0 :b::x",
                "2 0 :a::x",
                "2 0 :c::x",
                "2 0 :d::x"
            ]
        );
    }

    #[test]
    fn help_shows_three() {
        let found = rank("ab", ["abc", "abd", "abe", "abf"].into_iter());
        assert_eq!(
            help(&found).as_deref(),
            Some("did you mean `abc`, `abd` or `abe`?")
        );
        assert_eq!(help(&found[..1]).as_deref(), Some("did you mean `abc`?"));
        assert_eq!(help(&[]), None);
    }

    #[test]
    fn very_long_names_are_bounded() {
        let (a, b) = ("a".repeat(20_000), "b".repeat(20_000));
        assert!(rank(&a, [b.as_str()].into_iter()).is_empty());
    }
}
