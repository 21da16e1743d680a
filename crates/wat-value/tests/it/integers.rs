//! Maps and sets of integers, whose trees follow the digits of the keys, against those of the standard library: keys
//! that lie close together, in clusters, far apart and at the ends of the range, with one owner and with several.

use crate::support::{balanced, desc};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use wat_ir::Ty;
use wat_value::{Slot, Value, live_objects, make_string, map, text};

fn key() -> impl Strategy<Value = i64> {
    let cluster = prop_oneof![
        Just(i64::MIN),
        Just(-70),
        Just(1 << 40),
        Just(i64::MAX - 150)
    ];
    let power = (0u32..63, -1i64..=1, any::<bool>()).prop_map(|(bits, more, minus)| {
        let power = (1i64 << bits).wrapping_add(more);
        if minus { power.wrapping_neg() } else { power }
    });
    prop_oneof![
        4 => -100i64..600,
        3 => (cluster, 0i64..150).prop_map(|(start, more)| start + more),
        1 => any::<i64>(),
        2 => power,
        1 => prop_oneof![Just(i64::MIN), Just(i64::MAX)],
    ]
}

/// A run of keys; those at the ends of the range go round.
fn run() -> impl Strategy<Value = Vec<i64>> {
    let stride = prop_oneof![
        4 => Just(1i64),
        1 => Just(-1),
        2 => Just(3),
        1 => Just(64),
        1 => Just(4097),
        1 => Just(1 << 55),
        2 => any::<i64>(),
    ];
    (key(), 1..150i64, stride).prop_map(|(start, count, stride)| {
        let nth = |n: i64| start.wrapping_add(stride.wrapping_mul(n));
        (0..count).map(nth).collect()
    })
}

#[derive(Clone, Debug)]
enum Step {
    Add(Vec<i64>),
    Remove(Vec<i64>),
    /// Removes all keys but every so many.
    Thin(usize),
    /// Keeps the version, so that what follows copies.
    Keep,
    /// Forgets the versions that were kept.
    Forget,
    Unite(Vec<i64>),
    Intersect(Vec<i64>),
    Subtract(Vec<i64>),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => run().prop_map(Step::Add),
        3 => run().prop_map(Step::Remove),
        1 => (2usize..20).prop_map(Step::Thin),
        2 => Just(Step::Keep),
        1 => Just(Step::Forget),
        1 => run().prop_map(Step::Unite),
        1 => run().prop_map(Step::Intersect),
        1 => run().prop_map(Step::Subtract),
    ];
    prop::collection::vec(step, 1..30)
}

fn map_type() -> Ty {
    Ty::HashMap(Arc::new(Ty::I64), Arc::new(Ty::Str))
}

fn set_type() -> Ty {
    Ty::HashSet(Arc::new(Ty::I64))
}

fn wrap(ty: &Ty, slot: Slot) -> Value {
    unsafe { Value::from_slot(desc(ty), slot) }
}

/// A value whose references are counted.
fn named(key: i64, round: usize) -> Slot {
    make_string(&format!("{key} {round}"))
}

fn check_map(value: &Value, model: &BTreeMap<i64, usize>) {
    let entries = unsafe { map::entries(value.slot()) };
    let found = entries.iter().map(|(key, value)| {
        let value = unsafe { text(*value) };
        (*key as i64, value.to_owned())
    });
    let expected = model
        .iter()
        .map(|(key, round)| (*key, format!("{key} {round}")));
    assert!(found.eq(expected), "{entries:?} is not {model:?}");
    assert_eq!(unsafe { map::len(value.slot()) }, model.len());
    let near = model
        .keys()
        .flat_map(|key| [-64, -1, 0, 1, 64, 1 << 40].map(|more: i64| key.wrapping_add(more)));
    for key in near {
        let found = unsafe { map::get(value.slot(), key as Slot) }.is_some();
        assert_eq!(found, model.contains_key(&key), "{key}");
    }
}

fn check_set(value: &Value, model: &BTreeSet<i64>) {
    let keys = unsafe { map::keys(value.slot()) };
    assert!(keys.iter().map(|key| *key as i64).eq(model.iter().copied()));
    assert_eq!(unsafe { map::len(value.slot()) }, model.len());
}

fn run_map(steps: &[Step]) {
    let ty = map_type();
    let (mut now, mut model) = (map::empty(desc(&ty)), BTreeMap::new());
    let mut kept: Vec<(Value, BTreeMap<i64, usize>)> = Vec::new();
    for (round, step) in steps.iter().enumerate() {
        match step {
            Step::Add(keys) => {
                for key in keys {
                    model.insert(*key, round);
                    now = unsafe { map::insert(now, *key as Slot, named(*key, round)) };
                }
            }
            Step::Remove(keys) | Step::Subtract(keys) => {
                for key in keys {
                    model.remove(key);
                    now = unsafe { map::remove(now, *key as Slot) };
                }
            }
            Step::Thin(left) => {
                for (at, key) in unsafe { map::keys(now) }.into_iter().enumerate() {
                    if at % left != 0 {
                        model.remove(&(key as i64));
                        now = unsafe { map::remove(now, key) };
                    }
                }
            }
            Step::Keep => {
                let value = wrap(&ty, now);
                kept.push((value.clone(), model.clone()));
                now = value.into_slot().1;
            }
            Step::Forget => kept.clear(),
            Step::Unite(keys) | Step::Intersect(keys) => {
                let other = keys.iter().fold(map::empty(desc(&ty)), |map, key| unsafe {
                    map::insert(map, *key as Slot, named(*key, round))
                });
                model.extend(keys.iter().map(|key| (*key, round)));
                now = unsafe { map::unite(now, other) };
            }
        }
        let value = wrap(&ty, now);
        check_map(&value, &model);
        now = value.into_slot().1;
    }
    kept.push((wrap(&ty, now), model));
    kept.iter()
        .for_each(|(value, model)| check_map(value, model));
}

fn run_set(steps: &[Step]) {
    let ty = set_type();
    let of = |keys: &[i64]| {
        keys.iter().fold(map::empty(desc(&ty)), |set, key| unsafe {
            map::insert(set, *key as Slot, 0)
        })
    };
    let (mut now, mut model) = (map::empty(desc(&ty)), BTreeSet::new());
    let mut kept: Vec<(Value, BTreeSet<i64>)> = Vec::new();
    for step in steps {
        match step {
            Step::Add(keys) => {
                model.extend(keys);
                now = keys
                    .iter()
                    .fold(now, |set, key| unsafe { map::insert(set, *key as Slot, 0) });
            }
            Step::Remove(keys) => {
                for key in keys {
                    model.remove(key);
                    now = unsafe { map::remove(now, *key as Slot) };
                }
            }
            Step::Thin(left) => {
                let keys: Vec<i64> = model.iter().copied().collect();
                for (at, key) in keys.into_iter().enumerate() {
                    if at % left != 0 {
                        model.remove(&key);
                        now = unsafe { map::remove(now, key as Slot) };
                    }
                }
            }
            Step::Keep => {
                let value = wrap(&ty, now);
                kept.push((value.clone(), model.clone()));
                now = value.into_slot().1;
            }
            Step::Forget => kept.clear(),
            Step::Unite(keys) => {
                model.extend(keys);
                now = unsafe { map::unite(now, of(keys)) };
            }
            Step::Intersect(keys) => {
                let other = wrap(&ty, of(keys));
                model.retain(|key| keys.contains(key));
                now = unsafe { map::intersect(now, other.slot()) };
            }
            Step::Subtract(keys) => {
                let other = wrap(&ty, of(keys));
                model.retain(|key| !keys.contains(key));
                now = unsafe { map::subtract(now, other.slot()) };
            }
        }
        let value = wrap(&ty, now);
        check_set(&value, &model);
        now = value.into_slot().1;
    }
    kept.push((wrap(&ty, now), model));
    kept.iter()
        .for_each(|(value, model)| check_set(value, model));
}

fn cases() -> ProptestConfig {
    ProptestConfig {
        cases: if cfg!(miri) { 2 } else { 64 },
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn maps_of_integers_are_persistent(steps in steps()) {
        balanced(|| run_map(&steps));
    }

    #[test]
    fn sets_of_integers_are_persistent(steps in steps()) {
        balanced(|| run_set(&steps));
    }

    #[test]
    fn equal_contents_are_equal_whatever_their_history(all in prop::collection::vec(run(), 1..12), more in run()) {
        balanced(|| {
            let add = |set, key: &i64| unsafe { map::insert(set, *key as Slot, 0) };
            let once = all.iter().flatten().fold(map::empty(desc(&set_type())), add);
            let again = all.iter().rev().flatten().chain(&more).fold(map::empty(desc(&set_type())), add);
            let known: BTreeSet<&i64> = all.iter().flatten().collect();
            let extra: BTreeSet<&i64> = more.iter().filter(|key| !known.contains(key)).collect();
            let again = extra.iter().fold(again, |set, key| unsafe { map::remove(set, **key as Slot) });
            let (once, again) = (wrap(&set_type(), once), wrap(&set_type(), again));
            assert!(once == again);
            assert_eq!(once.render(), again.render());
        });
    }
}

/// As many scattered keys as there are up to `of`, which is not a multiple of the stride.
fn scattered(count: u64, of: u64) -> impl Iterator<Item = u64> {
    (0..count).map(move |n| n * 7919 % of)
}

fn objects_of(ty: &Ty, keys: impl Iterator<Item = u64>, value: impl Fn(u64) -> u64) -> isize {
    let before = live_objects();
    let all = keys.fold(map::empty(desc(ty)), |map, key| unsafe {
        map::insert(map, key, value(key))
    });
    let all = wrap(ty, all);
    let objects = live_objects() - before;
    drop(all);
    objects
}

#[test]
fn keys_that_lie_close_together_are_in_dense_leaves() {
    balanced(|| {
        let ty = Ty::HashMap(Arc::new(Ty::I64), Arc::new(Ty::I64));
        let blocks = |count: isize| count / 64 + count / 1024 + 4;
        for count in [20_000, 200_000] {
            let all = || scattered(count, count + 1);
            assert!(objects_of(&ty, all(), |key| key) <= blocks(count as isize));
            assert!(objects_of(&set_type(), all(), |_| 0) <= blocks(count as isize));
            assert!(objects_of(&ty, 0..count, |key| key) <= blocks(count as isize));
        }
    });
}

#[test]
fn keys_that_lie_far_apart_fill_half_of_their_leaves() {
    balanced(|| {
        let ty = Ty::HashMap(Arc::new(Ty::I64), Arc::new(Ty::I64));
        for stride in [1, 3, 50, 1 << 20, 0x9e37_79b9_7f4a_7c15] {
            let count = 50_000;
            let all = (0..count).map(|n: u64| n.wrapping_mul(stride));
            let objects = objects_of(&ty, all, |key| key);
            assert!(objects <= count as isize / 12, "{stride}: {objects}");
        }
    });
}

#[test]
fn what_is_removed_leaves_no_nodes_behind() {
    balanced(|| {
        let keys: Vec<u64> = scattered(30_000, 30_001).collect();
        let before = live_objects();
        let add = |set, key: &u64| unsafe { map::insert(set, *key, 0) };
        let all = keys.iter().fold(map::empty(desc(&set_type())), add);
        let left = keys[100..]
            .iter()
            .fold(all, |set, key| unsafe { map::remove(set, *key) });
        assert!(live_objects() - before <= 120);
        let none = keys[..100]
            .iter()
            .fold(left, |set, key| unsafe { map::remove(set, *key) });
        assert_eq!(live_objects() - before, 1);
        drop(wrap(&set_type(), none));
    });
}

#[test]
fn bytes_and_truth_values_are_keys_of_blocks() {
    balanced(|| {
        let ty = Ty::HashMap(Arc::new(Ty::U8), Arc::new(Ty::I64));
        let put = |map, key: u64| unsafe { map::insert(map, key, key * 2) };
        let all = (0..256)
            .map(|n| n * 77 % 256)
            .fold(map::empty(desc(&ty)), put);
        let entries: Vec<_> = (0..256).map(|key| (key, key * 2)).collect();
        assert_eq!(unsafe { map::entries(all) }, entries);
        drop(wrap(&ty, all));
        let ty = Ty::HashSet(Arc::new(Ty::Bool));
        let add = |set, key: u64| unsafe { map::insert(set, key, 0) };
        let both = wrap(&ty, [1, 0, 1].into_iter().fold(map::empty(desc(&ty)), add));
        assert_eq!(both.render(), "#{false true}");
    });
}
