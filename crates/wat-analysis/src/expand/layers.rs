//! A map by name that grows by addition and shares what it has with what it grew from.
//!
//! Each stage of a program knows the macros of the stage before it and a few more. A map for each stage would cost the
//! square of their number, and a chain of additions makes every look-up walk through it. Here the entries lie in layers
//! whose sizes at least double from the newest to the oldest: adding merges the newest layers that have grown as large
//! as their neighbours, so an entry is copied as often as the number of entries doubles, and a look-up asks as many
//! layers.

use std::sync::Arc;

use rustc_hash::FxHashMap;

/// One layer: names and what they stand for.
type Layer<V> = Arc<FxHashMap<Arc<str>, V>>;

/// A map by name, made of layers, oldest first. The first addition of a name counts.
#[derive(Clone, PartialEq, Eq, Debug, salsa::SalsaValue)]
pub(super) struct Layers<V>(Vec<Layer<V>>);

impl<V> Default for Layers<V> {
    fn default() -> Self {
        Layers(Vec::new())
    }
}

impl<V: Clone> Layers<V> {
    /// What a name stands for.
    pub(super) fn get(&self, name: &str) -> Option<&V> {
        self.0.iter().find_map(|layer| layer.get(name))
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// All names; one that stands in several layers as often.
    pub(super) fn names(&self) -> impl Iterator<Item = &Arc<str>> {
        self.0.iter().flat_map(|layer| layer.keys())
    }

    /// The map with further entries.
    pub(super) fn with(&self, entries: impl Iterator<Item = (Arc<str>, V)>) -> Layers<V> {
        let mut newest: FxHashMap<Arc<str>, V> = FxHashMap::default();
        for (name, value) in entries {
            newest.entry(name).or_insert(value);
        }
        let mut layers = self.0.clone();
        while let Some(older) = layers.pop_if(|older| older.len() <= newest.len()) {
            for (name, value) in older.iter() {
                newest.insert(name.clone(), value.clone());
            }
        }
        if !newest.is_empty() {
            layers.push(Arc::new(newest));
        }
        Layers(layers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(range: std::ops::Range<u32>) -> impl Iterator<Item = (Arc<str>, u32)> {
        range.map(|number| (format!("m{number}").into(), number))
    }

    #[test]
    fn what_was_added_is_found_and_the_first_addition_counts() {
        let mut layers = Layers::default();
        for number in 0..300 {
            layers = layers.with(numbered(number..number + 1));
            layers = layers.with([("same".into(), number)].into_iter());
            assert_eq!(layers.get("same"), Some(&0));
        }
        for number in 0..300 {
            assert_eq!(layers.get(&format!("m{number}")), Some(&number));
        }
        assert!(!layers.contains("m300"));
        assert_eq!(layers.with(numbered(0..0)), layers);
    }

    #[test]
    fn there_are_few_layers() {
        let mut layers = Layers::default();
        for number in 0..1000 {
            layers = layers.with(numbered(number..number + 1));
        }
        assert!(layers.0.len() <= 10, "{}", layers.0.len());
        let sizes: Vec<usize> = layers.0.iter().map(|layer| layer.len()).collect();
        assert!(sizes.is_sorted_by(|a, b| a > b), "{sizes:?}");
        let mut names: Vec<_> = layers.names().collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 1000);
    }
}
