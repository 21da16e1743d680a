//! Values at random, in the normal form that reading gives.

use proptest::prelude::*;
use wat_edn::{Edn, Instant, Uuid, keyword_from_edn};

/// Text that touches every escape, and text that does not.
pub fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,8}",
        "\\PC{0,4}",
        "[\\x00-\\x20\"\\\\:#/é]{0,6}",
        Just(":a/b".to_owned())
    ]
}

fn float() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<u64>().prop_map(|bits| {
            let value = f64::from_bits(bits);
            if value.is_nan() { f64::NAN } else { value }
        }),
        (-3i8..3).prop_map(f64::from),
        prop::sample::select(vec![
            -0.0,
            0.5,
            1e15,
            1e16,
            f64::INFINITY,
            f64::NEG_INFINITY
        ]),
    ]
}

fn keyword() -> impl Strategy<Value = Edn> {
    let text = "[a-c]{1,2}(::[a-c+<=>.'-]{1,3}){0,2}(/[a-c])?(<[a-c]>)?";
    text.prop_map(|path| Edn::keyword(format!(":{path}")))
}

pub fn scalar() -> impl Strategy<Value = Edn> {
    prop_oneof![
        Just(Edn::Nil),
        any::<bool>().prop_map(Edn::Bool),
        any::<i64>().prop_map(Edn::Int),
        (-3i64..3).prop_map(Edn::Int),
        float().prop_map(Edn::Float),
        text().prop_map(Edn::str),
        keyword(),
        any::<[u8; 16]>().prop_map(|bytes| Edn::Uuid(Uuid(bytes))),
        (
            any::<i32>(),
            prop::sample::select(vec![0, 1, 1000, 2_000_000, 999_999_999])
        )
            .prop_map(|(seconds, nanoseconds)| {
                Edn::Inst(
                    Instant::new(i64::from(seconds) * 1000, nanoseconds).expect("within range"),
                )
            }),
    ]
}

fn tag() -> impl Strategy<Value = String> {
    let any = "[a-c](\\.[A-C])?/[A-C]".prop_filter("a tag", |tag| {
        keyword_from_edn(&format!(":{tag}")).is_some()
    });
    prop_oneof![
        any,
        prop::sample::select(vec![
            "wat-edn.option/some".to_owned(),
            "wat-edn.result/ok".to_owned(),
            "wat-edn.result/err".to_owned(),
            "wat-edn.local/S".to_owned(),
            "wat-edn.holon/Bundle".to_owned(),
        ])
    ]
}

/// Values whose maps and sets have no duplicates but any order.
pub fn value() -> impl Strategy<Value = Edn> {
    scalar().prop_recursive(5, 48, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Edn::List),
            prop::collection::vec(inner.clone(), 0..10).prop_map(Edn::Vector),
            prop::collection::vec(inner.clone(), 0..5).prop_map(|items| {
                let mut unique: Vec<Edn> = Vec::new();
                for item in items {
                    if unique.iter().all(|it| it.canonical() != item.canonical()) {
                        unique.push(item);
                    }
                }
                Edn::Set(unique)
            }),
            prop::collection::vec((inner.clone(), inner.clone()), 0..5).prop_map(|items| {
                let mut unique: Vec<(Edn, Edn)> = Vec::new();
                for item in items {
                    if unique
                        .iter()
                        .all(|it| it.0.canonical() != item.0.canonical())
                    {
                        unique.push(item);
                    }
                }
                Edn::Map(unique)
            }),
            (tag(), inner).prop_map(|(tag, body)| Edn::tagged(tag, body)),
        ]
    })
}
