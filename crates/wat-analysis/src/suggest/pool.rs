//! Many names, in an order in which those near a misspelled one are found without comparing it with all.

use rustc_hash::FxHashMap;

use super::words::{Scan, Words};
use super::{CARRIED, Parts, Relation, Suggestion, is_spelled, limit_of, order};

/// An index over the names of a program, made once for all that is misspelled in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pool {
    /// Sorted, each once.
    names: Box<[Box<str>]>,
    /// By namespace: the leaves, and the names that they belong to.
    namespaces: FxHashMap<Box<str>, (Words, Box<[u32]>)>,
    /// By leaf: the names, sorted.
    leaves: FxHashMap<Box<str>, Box<[u32]>>,
    /// The names that are paths, whole.
    paths: (Words, Box<[u32]>),
}

impl Pool {
    pub(crate) fn new(names: impl Iterator<Item = impl Into<Box<str>>>) -> Self {
        let mut names: Vec<Box<str>> = names.map(Into::into).collect();
        names.retain(|name| is_spelled(name));
        names.sort_unstable();
        names.dedup();
        let mut namespaces: FxHashMap<Box<str>, Vec<u32>> = FxHashMap::default();
        let mut leaves: FxHashMap<Box<str>, Vec<u32>> = FxHashMap::default();
        let mut paths = Vec::new();
        for (name, number) in names.iter().zip(0..) {
            let parts = Parts::of(name);
            let namespace = parts.namespace.unwrap_or_default();
            namespaces.entry(namespace.into()).or_default().push(number);
            leaves.entry(parts.leaf.into()).or_default().push(number);
            if parts.namespace.is_some() {
                paths.push(number);
            }
        }
        let leaf = |&number: &u32| Parts::of(&names[number as usize]).leaf;
        let namespaces = namespaces.into_iter().map(|(namespace, numbers)| {
            let words = Words::new(numbers.iter().map(leaf));
            (namespace, (words, numbers.into()))
        });
        let namespaces = namespaces.collect();
        let leaves = leaves.into_iter();
        let leaves = leaves.map(|(leaf, numbers)| (leaf, numbers.into()));
        let words = Words::new(paths.iter().map(|&number| &*names[number as usize]));
        Self {
            leaves: leaves.collect(),
            paths: (words, paths.into()),
            namespaces,
            names: names.into(),
        }
    }

    /// The candidates for `needle` that are accepted, as [`super::rank`] would find them among all names.
    pub(crate) fn rank(&self, needle: &str, accept: impl Fn(&str) -> bool) -> Vec<Suggestion> {
        self.rank_in(needle, &mut Scan::default(), accept)
    }

    fn rank_in(
        &self,
        needle: &str,
        scan: &mut Scan,
        accept: impl Fn(&str) -> bool,
    ) -> Vec<Suggestion> {
        let wanted = Parts::of(needle);
        let limit = limit_of(wanted.leaf);
        let name = |number: u32| &*self.names[number as usize];
        let is_offered = |name: &str| name != needle && accept(name);
        let mut found: Vec<(u8, usize, u32)> = Vec::new();
        let mut is_only = false;
        if let Some((leaves, numbers)) = self.namespaces.get(wanted.namespace.unwrap_or_default()) {
            is_only = numbers.len() == self.names.len();
            let near = leaves.near(wanted.leaf, limit, CARRIED, scan, |_, leaf| {
                is_offered(name(numbers[leaf as usize]))
            });
            let near = near.into_iter();
            found.extend(near.map(|(distance, leaf)| (1, distance, numbers[leaf as usize])));
        }
        if found.len() < CARRIED
            && let Some(same) = self.leaves.get(wanted.leaf)
        {
            let is_elsewhere = |name: &str| matches!(wanted.relation(name), Relation::SameLeaf);
            let same = self.closest(same, needle, |name| is_elsewhere(name) && is_offered(name));
            found.extend(same.into_iter().map(|number| (2, 0, number)));
        }
        if found.len() < CARRIED && wanted.namespace.is_some() && !is_only {
            let (paths, numbers) = &self.paths;
            let near = paths.near(needle, limit, CARRIED - found.len(), scan, |_, path| {
                let name = name(numbers[path as usize]);
                matches!(wanted.relation(name), Relation::Paths) && is_offered(name)
            });
            let near = near.into_iter();
            found.extend(near.map(|(distance, path)| (3, distance, numbers[path as usize])));
        }
        let suggestion = |(class, distance, number)| Suggestion {
            name: name(number).into(),
            class,
            distance,
        };
        order(needle, found.into_iter().map(suggestion).collect())
    }

    /// Names of one leaf, those first that have most of the needle's namespace; no more than are carried. The names in
    /// one namespace stand together.
    fn closest(&self, sorted: &[u32], needle: &str, accept: impl Fn(&str) -> bool) -> Vec<u32> {
        let name = |number: &u32| &*self.names[*number as usize];
        let ends = needle.rmatch_indices("::").map(|(at, _)| at + 2);
        let mut found: Vec<u32> = Vec::new();
        let mut seen = 0..0;
        for end in ends.chain([0]) {
            let namespace = &needle[..end];
            let first = sorted.partition_point(|number| name(number) < namespace);
            let count =
                sorted[first..].partition_point(|number| name(number).starts_with(namespace));
            let here = first..first + count;
            let new = here.clone().filter(|at| !seen.contains(at));
            let accepted = new
                .map(|at| sorted[at])
                .filter(|number| accept(name(number)));
            found.extend(accepted.take(CARRIED - found.len()));
            if found.len() == CARRIED {
                break;
            }
            seen = here;
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suggest::rank;

    const NAMES: [&str; 24] = [
        ":a::length",
        ":a::lengths",
        ":a::lenght",
        ":a::b::length",
        ":a::b::c::length",
        ":b::length",
        ":b::c::length",
        ":c::length",
        ":a::Node/new",
        ":a::Node/nwe",
        ":a::Nodes/new",
        ":a::x",
        ":a::y",
        ":a::z",
        ":b::x",
        ":x",
        ":y",
        ":length",
        "length",
        "lengtn",
        "x",
        "y",
        ":a:b::wrong",
        ":ä::größe",
    ];

    #[test]
    fn the_index_answers_as_a_comparison_with_all_names() {
        let pool = Pool::new(NAMES.into_iter().chain(NAMES));
        let mut needles: Vec<String> = NAMES.map(str::to_owned).into();
        for name in NAMES {
            let cuts: Vec<usize> = name.char_indices().map(|(at, _)| at).collect();
            for &at in &cuts[1..] {
                let (head, tail) = name.split_at(at);
                needles.push(format!("{head}q{tail}"));
                needles.push(format!(
                    "{head}{}",
                    tail.chars().skip(1).collect::<String>()
                ));
            }
        }
        for needle in &needles {
            let all = rank(needle, NAMES.into_iter());
            assert_eq!(pool.rank(needle, |_| true), all, "{needle}");
            let some = |name: &&str| name.len().is_multiple_of(2);
            let all = rank(needle, NAMES.into_iter().filter(some));
            assert_eq!(pool.rank(needle, |name| some(&name)), all, "{needle}");
        }
    }

    #[test]
    fn many_misspelled_names_among_many_cost_little_each() {
        let verbs = [
            "read", "write", "render", "update", "parse", "format", "order", "count",
        ];
        let name = |at: usize| {
            let (first, second) = (verbs[at % 8], verbs[at / 8 % 8]);
            format!(":user::{first}-{second}-{at}")
        };
        let pool = Pool::new((0..5000).map(name));
        let mut scan = Scan::default();
        for at in 0..2000 {
            let at = at * 7919 % 5000;
            let wrong = name(at).replacen('-', "", 1);
            let found = pool.rank_in(&wrong, &mut scan, |_| true);
            assert!(found.iter().any(|found| *found.name == name(at)), "{wrong}");
        }
        // A comparison with each name would be ten million distances, of some twenty rows each.
        assert!(scan.computed < 2_000_000, "{}", scan.computed);
    }

    #[test]
    fn many_names_that_nothing_is_near_cost_little_each() {
        let pool = Pool::new((0..5000).map(|at| format!(":user::account-{at}")));
        let mut scan = Scan::default();
        for at in 0..2000 {
            let found = pool.rank_in(&format!(":user::zzyzx-{at}"), &mut scan, |_| true);
            assert!(found.is_empty());
        }
        assert!(scan.computed < 2_000_000, "{}", scan.computed);
    }
}
