//! Vectors against `Vec`, maps against `BTreeMap`, with old versions kept.

use crate::support::{balanced, desc, vector_of};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use wat_ir::Ty;
use wat_value::{Slot, Value, make_string, map, retain, text, vector};

#[derive(Clone, Debug)]
enum Step {
    Push(u8),
    Many(u16),
    Set(usize, u8),
    Drop(usize),
    Take(usize),
    Concat(usize),
    Insert(usize, u8),
    Remove(usize),
    /// So many elements come, or go, at positions that the number scatters.
    Scatter(usize, u16, bool),
    /// Continue with an older version; the newer one stays alive.
    Back(usize),
    /// Forget all older versions, so that what follows happens in place.
    Forget,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => any::<u8>().prop_map(Step::Push),
        3 => (0u16..700).prop_map(Step::Many),
        4 => (any::<usize>(), any::<u8>()).prop_map(|(index, value)| Step::Set(index, value)),
        3 => any::<usize>().prop_map(Step::Drop),
        3 => any::<usize>().prop_map(Step::Take),
        2 => any::<usize>().prop_map(Step::Concat),
        3 => (any::<usize>(), any::<u8>()).prop_map(|(index, value)| Step::Insert(index, value)),
        3 => any::<usize>().prop_map(Step::Remove),
        3 => (any::<usize>(), 0u16..700, any::<bool>()).prop_map(|(seed, count, comes)| Step::Scatter(seed, count, comes)),
        2 => any::<usize>().prop_map(Step::Back),
        2 => Just(Step::Forget),
    ]
}

/// How a model's byte becomes a slot, and back.
type Code = (fn(u8) -> Slot, fn(Slot) -> u8);

const BYTES: Code = (u64::from, |slot| slot as u8);
const STRINGS: Code = (
    |n| make_string(&n.to_string()),
    |slot| unsafe { text(slot) }.parse().unwrap(),
);

fn check(ty: Ty, steps: &[Step], code: Code) {
    let desc = vector_of(ty);
    let own = |value: &Value| value.clone().into_slot().1;
    let wrap = |slot| unsafe { Value::from_slot(desc, slot) };
    let mut versions = vec![(wrap(vector::empty(desc)), Vec::<u8>::new())];
    for step in steps {
        let (last, model) = versions.last().unwrap();
        let mut model = model.clone();
        // With one version left, give it up, so that the update happens in place.
        let slot = if versions.len() == 1 {
            versions.pop().unwrap().0.into_slot().1
        } else {
            own(last)
        };
        let slot = unsafe {
            match step {
                Step::Push(value) => {
                    model.push(*value);
                    vector::push(slot, (code.0)(*value))
                }
                Step::Many(count) => (0..*count).fold(slot, |slot, n| {
                    model.push(n as u8);
                    vector::push(slot, (code.0)(n as u8))
                }),
                Step::Set(index, value) if !model.is_empty() => {
                    let index = index % model.len();
                    model[index] = *value;
                    vector::set(slot, index, (code.0)(*value))
                }
                Step::Drop(count) => {
                    let count = count % (model.len() + 2);
                    model.drain(..count.min(model.len()));
                    vector::drop_front(slot, count)
                }
                Step::Take(count) => {
                    let count = count % (model.len() + 2);
                    model.truncate(count);
                    vector::take_front(slot, count)
                }
                Step::Concat(index) => match versions.get(index % versions.len().max(1)) {
                    Some((other, items)) => {
                        model.extend(items);
                        vector::concat(slot, own(other))
                    }
                    None => slot,
                },
                Step::Insert(index, value) => {
                    let index = index % (model.len() + 1);
                    model.insert(index, *value);
                    vector::insert(slot, index, (code.0)(*value))
                }
                Step::Remove(index) if !model.is_empty() => {
                    let index = index % model.len();
                    model.remove(index);
                    vector::remove(slot, index)
                }
                Step::Scatter(seed, count, comes) => {
                    (0..usize::from(*count)).fold(slot, |slot, n| {
                        let index = seed.wrapping_add(n * 7919) % (model.len() + 1);
                        if *comes {
                            model.insert(index, n as u8);
                            vector::insert(slot, index, (code.0)(n as u8))
                        } else if index < model.len() {
                            model.remove(index);
                            vector::remove(slot, index)
                        } else {
                            slot
                        }
                    })
                }
                _ => slot,
            }
        };
        versions.push((wrap(slot), model));
        match step {
            Step::Back(index) => {
                let index = index % versions.len();
                let again = (versions[index].0.clone(), versions[index].1.clone());
                versions.push(again);
            }
            Step::Forget => {
                versions.drain(..versions.len() - 1);
            }
            _ => {}
        }
    }
    for (value, model) in &versions {
        let items: Vec<u8> = unsafe { vector::iter(value.slot()) }.map(code.1).collect();
        assert_eq!(&items, model);
        assert_eq!(unsafe { vector::len(value.slot()) }, model.len());
        for (index, item) in model.iter().enumerate() {
            assert_eq!((code.1)(unsafe { vector::get(value.slot(), index) }), *item);
        }
    }
}

fn cases() -> ProptestConfig {
    ProptestConfig {
        cases: if cfg!(miri) { 2 } else { 48 },
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn vectors_of_words_are_persistent(steps in prop::collection::vec(step(), 1..25)) {
        balanced(|| check(Ty::I64, &steps, BYTES));
    }

    #[test]
    fn vectors_of_bytes_are_persistent(steps in prop::collection::vec(step(), 1..25)) {
        balanced(|| check(Ty::U8, &steps, BYTES));
    }

    #[test]
    fn vectors_of_strings_are_persistent(steps in prop::collection::vec(step(), 1..15)) {
        balanced(|| check(Ty::Str, &steps, STRINGS));
    }

    #[test]
    fn maps_are_persistent(steps in prop::collection::vec((any::<bool>(), 0u8..60, any::<i64>(), any::<bool>()), 1..200)) {
        let steps: Vec<_> = steps.into_iter().map(|(add, key, value, keep)| (add, i64::from(key), value, keep)).collect();
        balanced(|| check_map(Ty::Str, &steps, (|n| make_string(&n.to_string()), |slot| unsafe { text(slot) }.to_owned())));
    }

    #[test]
    fn large_maps_are_persistent(runs in prop::collection::vec((0..4u8, -4000i64..4000, 1..1500usize, any::<bool>()), 1..12)) {
        // Ascending, descending and scattered keys, in runs that are added or taken away.
        let mut steps = Vec::new();
        for (kind, from, count, keep) in runs {
            for index in 0..count as i64 {
                let key = match kind {
                    0 => from + index,
                    1 => from - index,
                    _ => (from + index * 7919).rem_euclid(4001),
                };
                steps.push((kind < 3, key, index, keep && index == 0));
            }
        }
        balanced(|| check_map(Ty::I64, &steps, (|n| n as Slot, |slot| format!("{:020}", (slot as i64) + 1_000_000))));
        balanced(|| check_map(Ty::I64, &steps, FAR_APART));
        balanced(|| check_map(Ty::Str, &steps, (|n| make_string(&n.to_string()), |slot| unsafe { text(slot) }.to_owned())));
    }
}

/// Integers up to the least and the greatest one.
const FAR_APART: KeyCode = (
    |n| n.saturating_mul(1 << 52) as Slot,
    |slot| format!("{:020}", i128::from(slot as i64) - i128::from(i64::MIN)),
);

/// How a model's number becomes a key, and a key a text that sorts alike.
type KeyCode = (fn(i64) -> Slot, fn(Slot) -> String);

/// Adds or removes keys, keeps some versions, and compares all of them with their models.
fn check_map(keys: Ty, steps: &[(bool, i64, i64, bool)], code: KeyCode) {
    let key_desc = desc(&keys);
    let desc = desc(&Ty::HashMap(Arc::new(keys), Arc::new(Ty::I64)));
    let wrap = |slot| unsafe { Value::from_slot(desc, slot) };
    let key_of = |n| unsafe { Value::from_slot(key_desc, (code.0)(n)) };
    let mut kept: Vec<(Value, BTreeMap<String, i64>)> = Vec::new();
    let (mut now, mut model) = (wrap(map::empty(desc)), BTreeMap::new());
    for (add, key, value, keep) in steps {
        if *keep {
            kept.push((now.clone(), model.clone()));
        }
        let (key, slot) = (key_of(*key), now.into_slot().1);
        let name = (code.1)(key.slot());
        now = wrap(unsafe {
            if *add {
                model.insert(name, *value);
                map::insert(slot, key.into_slot().1, *value as Slot)
            } else {
                model.remove(&name);
                map::remove(slot, key.slot())
            }
        });
    }
    kept.push((now, model));
    for (value, model) in &kept {
        let items: Vec<(String, i64)> = unsafe { map::entries(value.slot()) }
            .into_iter()
            .map(|(key, value)| ((code.1)(key), value as i64))
            .collect();
        assert_eq!(items, model.clone().into_iter().collect::<Vec<_>>());
        assert_eq!(unsafe { map::len(value.slot()) }, model.len());
        for (_, key, ..) in steps.iter().step_by(7) {
            let key = key_of(*key);
            let found = unsafe { map::get(value.slot(), key.slot()) }.map(|value| value as i64);
            assert_eq!(found, model.get(&(code.1)(key.slot())).copied());
        }
    }
}

#[test]
fn holding_an_old_version_costs_a_path_not_a_copy() {
    balanced(|| {
        let desc = vector_of(Ty::I64);
        let items: Vec<Slot> = (0..100_000).collect();
        let mut now = vector::from_slots(desc, &items);
        let before = wat_value::live_objects();
        let mut old = Vec::new();
        for index in 0..100 {
            unsafe { retain(now) };
            old.push(unsafe { Value::from_slot(desc, now) });
            now = unsafe { vector::set(now, index * 997, 0) };
        }
        // A handle, three branches and a leaf per version.
        assert!(wat_value::live_objects() - before <= 600);
        drop(unsafe { Value::from_slot(desc, now) });
    });
}

#[test]
fn a_queue_that_lives_long_stays_small() {
    balanced(|| {
        let desc = vector_of(Ty::I64);
        let before = wat_value::live_objects();
        let mut queue = vector::empty(desc);
        for n in 0..100_000u64 {
            queue = unsafe { vector::push(queue, n) };
            if n >= 40 {
                assert_eq!(unsafe { vector::get(queue, 0) }, n - 40);
                queue = unsafe { vector::drop_front(queue, 1) };
            }
        }
        assert!(wat_value::live_objects() - before < 20);
        drop(unsafe { Value::from_slot(desc, queue) });
    });
}
