//! X10: the canonical order.

use std::cmp::Ordering;

use wat_edn::{Edn, compare, read};

#[test]
fn kinds_stand_by_rank_and_values_within_their_kind() {
    let ascending = [
        "nil",
        "false",
        "true",
        "#wat-edn.float/neg-inf nil",
        "-1e300",
        "-9223372036854775808",
        "-9223372036854775808.0",
        "-1",
        "-0.5",
        "0",
        "-0.0",
        "0.0",
        "0.5",
        "1",
        "1.0",
        "9007199254740992",
        "9007199254740992.0",
        "9007199254740993",
        "9223372036854775807",
        "9223372036854775808.0",
        "1e300",
        "#wat-edn.float/inf nil",
        "#wat-edn.float/nan nil",
        "\"\"",
        "\"B\"",
        "\"a\"",
        "\"ab\"",
        "\"é\"",
        ":B",
        ":a",
        ":a.b/c",
        ":ab",
        "#uuid \"00000000-0000-0000-0000-000000000001\"",
        "#uuid \"10000000-0000-0000-0000-000000000000\"",
        "#inst \"1969-01-01T00:00:00Z\"",
        "#inst \"1970-01-01T00:00:00Z\"",
        "#inst \"1970-01-01T00:00:00.001Z\"",
        "[]",
        "[nil]",
        "[1 9 9]",
        "(1 10)",
        "[1 10]",
        "[2]",
        "#{}",
        "#{1 2}",
        "#{1 3}",
        "#{2}",
        "{}",
        "{1 1}",
        "{1 1 2 0}",
        "{1 2}",
        "{2 0}",
        "#wat-edn.option/some nil",
        "#wat-edn.option/some #wat-edn.option/some 1",
        "#wat-edn.result/err 9",
        "#wat-edn.result/ok 1",
        "#a-b/S {:x 1}",
        "#a/S {:x 1}",
        "#a/S {:x 2}",
        "#a/T nil",
        "#a.b/S {:x 0}",
        "#wat-edn.core/form \"(f)\"",
        "#wat-edn.holon/I64 1",
        "#wat-edn.holon/Vector {:dim 1 :cells \"\"}",
    ];
    let values: Vec<Edn> = ascending.iter().map(|it| read(it).expect(it)).collect();
    for (i, a) in values.iter().enumerate() {
        for (j, b) in values.iter().enumerate() {
            assert_eq!(
                compare(a, b),
                i.cmp(&j),
                "{} and {}",
                ascending[i],
                ascending[j]
            );
        }
    }
}

#[test]
fn order_and_equality_ignore_the_order_of_entries_after_canonicalisation() {
    let set = |items: &[i64]| Edn::Set(items.iter().copied().map(Edn::Int).collect());
    assert_eq!(compare(&set(&[1, 2]), &set(&[2, 1])), Ordering::Equal);
    assert_ne!(set(&[1, 2]), set(&[2, 1]));
    assert_eq!(set(&[2, 1]).canonical(), set(&[1, 2]));
    let nested = |a: &[i64], b: &[i64]| Edn::Set(vec![set(a), set(b)]);
    assert_eq!(
        compare(&nested(&[3, 1], &[2]), &nested(&[2], &[1, 3])),
        Ordering::Equal
    );
    assert_ne!(Edn::Float(0.0), Edn::Float(-0.0));
    assert_eq!(Edn::Float(f64::NAN), Edn::Float(f64::NAN));
}
