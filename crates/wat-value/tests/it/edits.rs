//! Vectors whose elements came and went in the middle: how high they get, and that nothing but their cost differs.

use crate::support::{balanced, desc, vector_of};
use std::sync::Arc;
use wat_ir::Ty;
use wat_value::{Slot, Value, canonical, equal, make_string, map, retain, show, vector};

/// A generator of positions: xorshift.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}

fn items(slot: Slot) -> Vec<Slot> {
    unsafe { vector::iter(slot) }.collect()
}

/// Where an edit of a long run happens.
type Site = fn(&mut Random, usize, usize) -> usize;

const SITES: [(&str, Site); 5] = [
    ("anywhere", |random, _, len| random.below(len)),
    ("at the front", |_, _, _| 0),
    ("in the middle", |_, _, len| len / 2),
    ("upwards", |_, step, len| step * 2 % len),
    ("downwards", |_, step, len| len - 1 - step * 2 % len),
];

#[test]
fn a_long_history_leaves_the_tree_low() {
    for (name, site) in SITES {
        let mut random = Random(0x9e37_79b9_7f4a_7c15);
        balanced(|| {
            let desc = vector_of(Ty::I64);
            let mut model: Vec<Slot> = (0..2_000).collect();
            let mut slot = vector::from_slots(desc, &model);
            let mut old = None;
            for step in 0..100_000 {
                let index = site(&mut random, step, model.len());
                // Phases of growth and of decay; now and then the edges are cut and somebody keeps a version.
                if (step / 10_000) % 2 == 0 {
                    model.insert(index, step as Slot);
                    slot = unsafe { vector::insert(slot, index, step as Slot) };
                } else if model.len() > 10 {
                    model.remove(index);
                    slot = unsafe { vector::remove(slot, index) };
                }
                if step % 9_973 == 0 {
                    let (front, back) = (random.below(70), random.below(70));
                    model.drain(..front);
                    model.truncate(model.len() - back);
                    slot = unsafe { vector::drop_front(slot, front) };
                    slot = unsafe { vector::take_front(slot, model.len()) };
                    unsafe { retain(slot) };
                    old = Some((unsafe { Value::from_slot(desc, slot) }, model.clone()));
                }
                if step % 1_000 == 0 {
                    let bound = 1 + model.len().ilog(16);
                    let height = unsafe { vector::height(slot) };
                    assert!(
                        height <= bound,
                        "{name}: {height} levels over {}",
                        model.len()
                    );
                }
                if step % 10_000 == 9_999 {
                    assert_eq!(items(slot), model, "{name}");
                }
            }
            let (kept, before) = old.expect("versions were kept");
            assert_eq!(items(kept.slot()), before, "{name}");
            drop(unsafe { Value::from_slot(desc, slot) });
        });
    }
}

#[test]
fn cutting_a_tree_that_grew_in_the_middle_lowers_it() {
    balanced(|| {
        let desc = vector_of(Ty::I64);
        let mut slot = vector::empty(desc);
        for n in 0..40_000 {
            let middle = unsafe { vector::len(slot) } / 2;
            slot = unsafe { vector::insert(slot, middle, n) };
        }
        assert!(unsafe { vector::height(slot) } >= 3);
        // What stays lies on both sides of the middle, wherever the branches end.
        let value = unsafe { Value::from_slot(desc, slot) };
        for keep in [4, 100, 1_000] {
            for shift in (0..1_000).step_by(125) {
                let slot = value.clone().into_slot().1;
                let slot = unsafe { vector::take_front(slot, 19_000 + shift + keep) };
                let slot = unsafe { vector::drop_front(slot, 19_000 + shift) };
                let height = unsafe { vector::height(slot) };
                assert!(height <= 1 + keep.ilog(16), "{height} levels over {keep}");
                let part = unsafe { Value::from_slot(desc, slot) };
                assert_eq!(
                    items(part.slot()),
                    items(value.slot())[19_000 + shift..][..keep]
                );
            }
        }
    });
}

/// How a number becomes an element.
type Code = fn(u64) -> Slot;

/// Two vectors of the same numbers: one that was appended to, and one that was edited.
fn twins(ty: &Ty, code: Code) -> [Value; 2] {
    let desc = vector_of(ty.clone());
    let all: Vec<Slot> = (0..3_000).map(code).collect();
    let dense = vector::from_slots(desc, &all);
    let some: Vec<Slot> = (0..3_000).filter(|n| n % 5 > 0).map(code).collect();
    let mut edited = vector::from_slots(desc, &some);
    for n in (0..3_000).step_by(5) {
        edited = unsafe { vector::insert(edited, n as usize, code(n)) };
        edited = unsafe { vector::insert(edited, n as usize / 2, code(1)) };
        edited = unsafe { vector::remove(edited, n as usize / 2) };
    }
    [dense, edited].map(|slot| unsafe { Value::from_slot(desc, slot) })
}

#[test]
fn whoever_reads_an_edited_vector_sees_no_difference() {
    balanced(|| {
        let kinds: [(Ty, Code); 4] = [
            (Ty::I64, |n| n * 3),
            (Ty::F64, |n| (n as f64 / 2.0).to_bits()),
            (Ty::U8, |n| n % 251),
            (Ty::Str, |n| make_string(&n.to_string())),
        ];
        for (ty, code) in kinds {
            let [dense, edited] = twins(&ty, code);
            let vector = vector_of(ty.clone());
            let (a, b) = (dense.slot(), edited.slot());
            assert!(unsafe { equal(vector, a, b) }, "{ty:?}");
            assert!(unsafe { canonical(vector, a, b) }.is_eq(), "{ty:?}");
            assert_eq!(unsafe { show(vector, a) }, unsafe { show(vector, b) });
            assert_eq!(dense.render(), edited.render());
            let keyed = desc(&Ty::HashMap(
                Arc::new(Ty::Vector(Arc::new(ty))),
                Arc::new(Ty::I64),
            ));
            let keys = map::empty(keyed);
            let keys = unsafe { map::insert(keys, dense.clone().into_slot().1, 7) };
            assert_eq!(unsafe { map::get(keys, b) }, Some(7));
            drop(unsafe { Value::from_slot(keyed, keys) });
        }
    });
}
