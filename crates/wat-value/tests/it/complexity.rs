//! What operations of collections cost (04 §13.2), counted in objects that they make while their arguments live on: a
//! result that shares little with its arguments makes many.

use crate::support::{balanced, call, desc, vector_of};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use wat_ir::Ty;
use wat_value::{Slot, Value, live_objects, make_string, map, vector};

const SIZES: [u64; 2] = [3_000, 30_000];

fn set_type() -> Ty {
    Ty::HashSet(Arc::new(Ty::I64))
}

fn map_type() -> Ty {
    Ty::HashMap(Arc::new(Ty::I64), Arc::new(Ty::I64))
}

fn set_of(items: impl IntoIterator<Item = u64>) -> Value {
    let ty = desc(&set_type());
    let slot = items.into_iter().fold(map::empty(ty), |set, item| unsafe {
        map::insert(set, item, 0)
    });
    unsafe { Value::from_slot(ty, slot) }
}

fn map_of(items: impl IntoIterator<Item = (u64, u64)>) -> Value {
    let ty = desc(&map_type());
    let put = |map, (key, value)| unsafe { map::insert(map, key, value) };
    let slot = items.into_iter().fold(map::empty(ty), put);
    unsafe { Value::from_slot(ty, slot) }
}

fn vector_to(n: u64) -> Value {
    let ty = vector_of(Ty::I64);
    let slot = (0..n).fold(vector::empty(ty), |all, item| unsafe {
        vector::push(all, item)
    });
    unsafe { Value::from_slot(ty, slot) }
}

fn own(value: &Value) -> Slot {
    value.clone().into_slot().1
}

/// How many objects a step makes that its result keeps.
fn made(step: impl FnOnce() -> Value) -> isize {
    let before = live_objects();
    let result = step();
    let made = live_objects() - before;
    drop(result);
    assert_eq!(live_objects(), before);
    made
}

/// `cost(n)` is below the bound, and no more than a level of the tree dearer for ten times as many.
fn check(what: &str, bound: isize, cost: impl Fn(u64) -> isize) {
    let [small, large] = SIZES.map(cost);
    assert!(small <= bound, "{what}: {small} objects, at most {bound}");
    let grown = small + bound / 2;
    assert!(large <= grown, "{what}: {large} objects after {small}");
}

type Two = unsafe fn(Slot, Slot) -> Slot;

#[test]
fn two_sets_cost_the_smaller_one_times_a_logarithm() {
    const M: u64 = 10;
    // Both orders: ten elements and many. `true`: the second argument is only borrowed.
    let cases: [(&str, Two, bool, isize); 3] = [
        ("union", map::unite, false, 50),
        ("intersection", map::intersect, true, 12),
        ("difference", map::subtract, true, 50),
    ];
    for (name, run, borrows, bound) in cases {
        for swapped in [false, true] {
            check(&format!("{name}, swapped: {swapped}"), bound, |n| {
                let large = set_of((0..n).map(|it| it * 3));
                let small = set_of((0..M).map(|it| it * n / 4));
                let (a, b) = if swapped {
                    (&small, &large)
                } else {
                    (&large, &small)
                };
                made(|| unsafe {
                    let second = if borrows { b.slot() } else { own(b) };
                    let slot = run(own(a), second);
                    Value::from_slot(desc(&set_type()), slot)
                })
            });
        }
    }
}

#[test]
fn two_maps_cost_the_smaller_one_times_a_logarithm() {
    for swapped in [false, true] {
        check(&format!("merge, swapped: {swapped}"), 50, |n| {
            let large = map_of((0..n).map(|it| (it * 3, it)));
            let small = map_of((0..10).map(|it| (it * n / 4, it)));
            let (a, b) = if swapped {
                (&small, &large)
            } else {
                (&large, &small)
            };
            made(|| unsafe { Value::from_slot(desc(&map_type()), map::unite(own(a), own(b))) })
        });
    }
}

#[test]
fn a_set_with_itself_costs_nothing() {
    let set = set_of(0..10_000);
    let ty = desc(&set_type());
    assert_eq!(
        made(|| unsafe { Value::from_slot(ty, map::unite(own(&set), own(&set))) }),
        0
    );
    let other = set.slot();
    assert_eq!(
        made(|| unsafe { Value::from_slot(ty, map::intersect(own(&set), other)) }),
        0
    );
    assert_eq!(
        made(|| unsafe { Value::from_slot(ty, map::subtract(own(&set), other)) }),
        1
    );
}

#[test]
fn a_step_of_a_collection_costs_a_path() {
    let ty = vector_of(Ty::I64);
    let wrap = |slot| unsafe { Value::from_slot(ty, slot) };
    let at = |n: u64| (n / 2) as usize;
    check("conj", 8, |n| {
        let all = vector_to(n);
        made(|| wrap(unsafe { vector::push(own(&all), 1) }))
    });
    check("assoc", 8, |n| {
        let all = vector_to(n);
        made(|| wrap(unsafe { vector::set(own(&all), at(n), 1) }))
    });
    check("drop", 8, |n| {
        let all = vector_to(n);
        made(|| wrap(unsafe { vector::drop_front(own(&all), at(n)) }))
    });
    check("take", 8, |n| {
        let all = vector_to(n);
        made(|| wrap(unsafe { vector::take_front(own(&all), at(n)) }))
    });
    check("concat", 12, |n| {
        let (all, more) = (vector_to(n), vector_to(50));
        made(|| wrap(unsafe { vector::concat(own(&all), own(&more)) }))
    });
    let ty = desc(&map_type());
    let wrap = |slot| unsafe { Value::from_slot(ty, slot) };
    check("assoc of a map", 8, |n| {
        let all = map_of((0..n).map(|it| (it * 2, it)));
        made(|| wrap(unsafe { map::insert(own(&all), n + 1, 1) }))
    });
    check("dissoc", 8, |n| {
        let all = map_of((0..n).map(|it| (it, it)));
        made(|| wrap(unsafe { map::remove(own(&all), n / 2) }))
    });
}

/// Old versions live on, so that whatever an edit does not share with them is counted.
#[test]
fn an_element_in_the_middle_costs_a_path_however_long_the_vector_is() {
    let list = Ty::Vector(Arc::new(Ty::I64));
    let costs = [10_000, 1_000_000].map(|n| {
        let mut all = vector_to(n);
        (0..40)
            .map(|step| {
                let at = n / 2 + step * 37 % 100;
                let (name, args) = match step % 4 {
                    0 | 2 => (":wat::std::list::insert-at", vec![own(&all), at, 1]),
                    1 => (":wat::std::list::remove-at", vec![own(&all), at]),
                    _ => (":wat::std::list::remove-at", vec![own(&all), n / 7]),
                };
                let before = live_objects();
                let next = call(name, &[Ty::I64], &list, &args).expect("the index is in range");
                let made = live_objects() - before;
                let old = std::mem::replace(&mut all, next);
                assert!(unsafe { vector::len(old.slot()) } as u64 >= n - 1);
                made
            })
            .max()
            .expect("there are steps")
    });
    // A handle, a branch on each level, and one more node on each where one was split or two were balanced.
    assert!(costs[0] <= 7 && costs[1] <= 9, "{costs:?}");
}

/// Nobody else holds the vector, so that hardly an edit makes an object.
#[test]
fn an_element_in_the_middle_of_an_unshared_vector_moves_in_place() {
    let n = 100_000;
    let mut slot = vector_to(n).into_slot().1;
    let before = live_objects();
    for step in 0..1_000 {
        slot = unsafe { vector::insert(slot, 50_000, step) };
    }
    // Split leaves are half full, and the branch above them splits twice.
    assert!(live_objects() - before <= 1_000 / 15 + 8);
    for step in (0..1_000).rev() {
        assert_eq!(unsafe { vector::get(slot, 50_000) }, step);
        slot = unsafe { vector::remove(slot, 50_000) };
    }
    // What was split has grown together, but for neighbours that do not fit one node.
    assert!(live_objects() - before <= 8);
    drop(unsafe { Value::from_slot(vector_of(Ty::I64), slot) });
}

#[test]
fn the_same_object_is_equal_at_once_unless_it_may_hold_nan() {
    let nested = |ty: Ty| Ty::Vector(Arc::new(ty));
    assert!(!desc(&nested(nested(Ty::I64))).may_hold_floats());
    assert!(!desc(&Ty::HashMap(Arc::new(Ty::Str), Arc::new(Ty::Bool))).may_hold_floats());
    assert!(desc(&nested(Ty::F64)).may_hold_floats());
    assert!(desc(&Ty::Option(Arc::new(nested(Ty::F64)))).may_hold_floats());
    let equal = |ty: &Ty, a: &Value, b: &Value| {
        let found = call(
            ":wat::core::__internal/eq",
            std::slice::from_ref(ty),
            &Ty::Bool,
            &[a.slot(), b.slot()],
        );
        found.map(|value| value.render()).expect("it cannot fail")
    };
    let floats = vector_of(Ty::F64);
    let nan = vector::from_slots(floats, &[f64::NAN.to_bits()]);
    let nan = unsafe { Value::from_slot(floats, nan) };
    assert_eq!(equal(&nested(Ty::F64), &nan, &nan), "false");
    let ints = vector_to(3);
    assert_eq!(equal(&nested(Ty::I64), &ints, &ints), "true");
}

proptest! {
    #[test]
    fn sets_and_maps_agree_with_those_of_the_standard_library(
        a in prop::collection::btree_map(0u64..200, any::<u8>(), 0..150),
        b in prop::collection::btree_map(0u64..200, any::<u8>(), 0..150),
        keeps in any::<bool>(),
    ) {
        balanced(|| {
            let sets = [&a, &b].map(|it| it.keys().copied().collect::<BTreeSet<u64>>());
            let run = |op: &str| {
                let [left, right] = [&sets[0], &sets[1]].map(|it| set_of(it.iter().copied()));
                let kept = keeps.then(|| left.clone());
                let second = if op == ":wat::core::union" { own(&right) } else { right.slot() };
                let all = call(op, &[Ty::I64], &set_type(), &[left.into_slot().1, second]);
                if let Some(kept) = kept {
                    let before: BTreeSet<u64> = unsafe { map::keys(kept.slot()) }.into_iter().collect();
                    assert_eq!(before, sets[0]);
                }
                let all = all.expect("it cannot fail");
                unsafe { map::keys(all.slot()) }
            };
            let listed = |it: &mut dyn Iterator<Item = &u64>| it.copied().collect::<Vec<u64>>();
            assert_eq!(run(":wat::core::union"), listed(&mut sets[0].union(&sets[1])));
            assert_eq!(run(":wat::core::intersection"), listed(&mut sets[0].intersection(&sets[1])));
            assert_eq!(run(":wat::core::difference"), listed(&mut sets[0].difference(&sets[1])));
            let maps = [&a, &b].map(|it| map_of(it.iter().map(|(k, v)| (*k, u64::from(*v)))));
            let [left, right] = maps;
            let all = unsafe { map::unite(left.into_slot().1, right.into_slot().1) };
            let mut model: BTreeMap<u64, u64> = a.iter().map(|(k, v)| (*k, u64::from(*v))).collect();
            model.extend(b.iter().map(|(k, v)| (*k, u64::from(*v))));
            assert_eq!(unsafe { map::entries(all) }, model.into_iter().collect::<Vec<_>>());
            drop(unsafe { Value::from_slot(desc(&map_type()), all) });
        });
    }
}

/// Keys that are equal and can be told apart, and values that are counted.
#[test]
fn keys_of_the_first_and_values_of_the_second_stay() {
    balanced(|| {
        let ty = desc(&Ty::HashMap(Arc::new(Ty::F64), Arc::new(Ty::Str)));
        let of = |entries: &[(f64, &str)]| {
            entries
                .iter()
                .fold(map::empty(ty), |map, (key, value)| unsafe {
                    map::insert(map, key.to_bits(), make_string(value))
                })
        };
        for more in [0, 40] {
            let (mut a, mut b) = (vec![(0.0, "a")], vec![(-0.0, "b")]);
            (1..more).for_each(|n| b.push((f64::from(n), "x")));
            let all = unsafe { Value::from_slot(ty, map::unite(of(&a), of(&b))) };
            assert!(all.render().starts_with("{0.0 \"b\""), "{}", all.render());
            std::mem::swap(&mut a, &mut b);
            let all = unsafe { Value::from_slot(ty, map::unite(of(&a), of(&b))) };
            assert!(all.render().starts_with("{-0.0 \"a\""), "{}", all.render());
        }
    });
}
