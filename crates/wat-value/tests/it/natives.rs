//! Natives against oracles: integers against `i128`, strings against `std`.

use crate::support::{balanced, call, vector_of};
use proptest::prelude::*;
use std::sync::Arc;
use wat_ir::Ty;
use wat_value::{Slot, Value, make_string, scalar, vector};

fn string(value: &str) -> Value {
    unsafe { Value::from_slot(scalar(wat_value::Repr::Str), make_string(value)) }
}

fn ints(name: &str, a: i64, b: i64) -> Result<i64, u16> {
    call(name, &[], &Ty::I64, &[a as Slot, b as Slot])
        .map(|v| v.slot() as i64)
        .map_err(|trap| trap.code)
}

fn strings(name: &str, ret: &Ty, args: &[&str]) -> String {
    let values: Vec<Value> = args.iter().map(|arg| string(arg)).collect();
    let slots: Vec<Slot> = values.iter().map(Value::slot).collect();
    call(name, &[], ret, &slots)
        .map_or_else(|trap| format!("WAT{}", trap.code), |value| value.render())
}

fn quoted(value: &str) -> String {
    string(value).render()
}

fn edges() -> impl Strategy<Value = i64> {
    prop_oneof![any::<i64>(), -3i64..4, Just(i64::MIN), Just(i64::MAX)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn integers_match_i128(a in edges(), b in edges()) {
        let (wide_a, wide_b) = (i128::from(a), i128::from(b));
        prop_assert_eq!(ints(":wat::core::i64::wrapping-add", a, b), Ok((wide_a + wide_b) as i64));
        prop_assert_eq!(ints(":wat::core::i64::wrapping-mul", a, b), Ok((wide_a * wide_b) as i64));
        prop_assert_eq!(ints(":wat::core::i64::min", a, b), Ok(a.min(b)));
        let option = Ty::Option(Arc::new(Ty::I64));
        let checked = call(":wat::core::i64::checked-mul", &[], &option, &[a as Slot, b as Slot]).unwrap().render();
        let expected = i64::try_from(wide_a * wide_b).map_or("nil".to_owned(), |n| n.to_string());
        prop_assert_eq!(checked, expected);
    }

    #[test]
    fn powers_match_i128(base in -20i64..20, exponent in 0i64..30) {
        let wide = i128::from(base).pow(exponent as u32);
        prop_assert_eq!(ints(":wat::core::i64::pow", base, exponent), i64::try_from(wide).map_err(|_| 8401));
    }

    #[test]
    fn mixed_comparison_is_exact(a in edges(), nudge in -2i64..3) {
        let float = (a as f64) + nudge as f64;
        // Both sides as exact integers: every float of this size is one, doubled to keep halves.
        let exact = float as i128;
        let is = |op: &str| {
            let name = format!(":wat::core::__internal/{op}'i64'f64");
            call(&name, &[], &Ty::Bool, &[a as Slot, float.to_bits()]).unwrap().slot() == 1
        };
        prop_assert_eq!(is("lt"), i128::from(a) < exact);
        prop_assert_eq!(is("eq"), i128::from(a) == exact);
        prop_assert_eq!(is("ge"), i128::from(a) >= exact);
    }

    #[test]
    fn strings_match_std(a in "[aé€ \\-x\u{1f600}]{0,12}", b in "[aé]{1,2}", n in 0usize..14, m in 0usize..14) {
        balanced(|| {
            let list = Ty::Vector(Arc::new(Ty::Str));
            assert_eq!(strings(":wat::core::string::trim", &Ty::Str, &[&a]), quoted(a.trim()));
            assert_eq!(strings(":wat::core::string::replace", &Ty::Str, &[&a, &b, "<>"]), quoted(&a.replace(&b, "<>")));
            let pieces: Vec<String> = a.split(&b).map(quoted).collect();
            assert_eq!(strings(":wat::core::string::split", &list, &[&a, &b]), format!("[{}]", pieces.join(" ")));
            let chars: Vec<char> = a.chars().collect();
            let value = string(&a);
            let part = call(":wat::core::string::subs", &[], &Ty::Str, &[value.slot(), n as Slot, m as Slot]);
            match part {
                Ok(part) => assert_eq!(part.render(), quoted(&chars[n..m].iter().collect::<String>())),
                Err(trap) => assert!(trap.code == 8405 && (n > m || m > chars.len())),
            }
            let position = call(":wat::core::string::index-of", &[], &Ty::Option(Arc::new(Ty::I64)), &[value.slot(), string(&b).slot()]).unwrap();
            let expected = a.find(&b).map(|byte| a[..byte].chars().count());
            assert_eq!(position.render(), expected.map_or("nil".to_owned(), |n| n.to_string()));
        });
    }

    #[test]
    fn ranges_match_std(start in -50i64..50, end in -50i64..50, step in 1i64..9) {
        balanced(|| {
            let list = Ty::Vector(Arc::new(Ty::I64));
            let range = |a: i64, b: i64, s: i64| {
                call(":wat::core::__internal/range", &[], &list, &[a as Slot, b as Slot, s as Slot]).unwrap().render()
            };
            let text = |items: Vec<i64>| format!("[{}]", items.iter().map(i64::to_string).collect::<Vec<_>>().join(" "));
            assert_eq!(range(start, end, step), text((start..end).step_by(step as usize).collect()));
            let down: Vec<i64> = (0..).map(|n| start - n * step).take_while(|n| *n > end).collect();
            assert_eq!(range(start, end, -step), text(down));
        });
    }
}

/// A value that has its parts many times is small, and its text is not.
#[test]
fn texts_beyond_the_limit_are_refused_before_they_are_made() {
    balanced(|| {
        let part = string(&"x".repeat(1 << 20));
        let list = vector_of(Ty::Str);
        let times = |count: usize| {
            let parts: Vec<Slot> = (0..count).map(|_| part.clone().into_slot().1).collect();
            unsafe { Value::from_slot(list, vector::from_slots(list, &parts)) }
        };
        let (few, many) = (times(3), times(1 << 11));
        let types = [Ty::Vector(Arc::new(Ty::Str))];
        for name in ["write", "write-notag", "write-json", "write-json-natural"] {
            let name = format!(":wat::edn::{name}");
            let length = |value: &Value| {
                let text = call(&name, &types, &Ty::Str, &[value.slot()]);
                text.map(|text| unsafe { wat_value::text(text.slot()) }.len())
            };
            assert_eq!(length(&few).unwrap(), 3 * ((1 << 20) + 2) + 4, "{name}");
            // What is written as it is walked has its limit's worth of memory then: not here.
            if !name.contains("json") {
                continue;
            }
            let refused = length(&many).unwrap_err();
            assert_eq!(refused.code, 8406, "{name}");
            assert!(refused.message.contains("2147483648 bytes"), "{name}");
        }
        // The text for people ends where it has said enough.
        let shown = call(":wat::core::show", &types, &Ty::Str, &[many.slot()]).unwrap();
        assert!(unsafe { wat_value::text(shown.slot()) }.ends_with("xx\", …]"));
    });
}

#[test]
fn strings_outside_their_domain() {
    balanced(|| {
        let list = Ty::Vector(Arc::new(Ty::Str));
        assert_eq!(
            strings(":wat::core::string::split", &list, &["a", ""]),
            "WAT8406"
        );
        assert_eq!(
            strings(":wat::core::string::replace", &Ty::Str, &["a", "", "b"]),
            "WAT8406"
        );
        assert_eq!(
            strings(":wat::core::keyword/from-string", &Ty::Keyword, &[":a"]),
            "WAT8406"
        );
        assert_eq!(
            strings(":wat::core::keyword/from-string", &Ty::Keyword, &["a::b/c"]),
            "#wat-edn.core/keyword \":a::b/c\""
        );
        assert_eq!(
            strings(
                ":wat::core::string::pascal->kebab",
                &Ty::Str,
                &["GetObject"]
            ),
            "\"get-object\""
        );
        assert_eq!(
            strings(
                ":wat::core::string::kebab->pascal",
                &Ty::Str,
                &["get-object"]
            ),
            "\"GetObject\""
        );
        assert_eq!(
            strings(":wat::core::string::lines", &list, &["a\r\nb\n"]),
            "[\"a\" \"b\"]"
        );
        let option = Ty::Option(Arc::new(Ty::I64));
        assert_eq!(
            strings(":wat::core::string::to-i64", &option, &["+42"]),
            "42"
        );
        assert_eq!(
            strings(":wat::core::string::to-i64", &option, &[" 42"]),
            "nil"
        );
        let float = Ty::Option(Arc::new(Ty::F64));
        assert_eq!(
            strings(":wat::core::string::to-f64", &float, &["-inf"]),
            "#wat-edn.float/neg-inf nil"
        );
        assert_eq!(
            strings(":wat::core::string::to-f64", &float, &[".5"]),
            "0.5"
        );
        assert_eq!(strings(":wat::core::string::to-f64", &float, &["."]), "nil");
    });
}

#[test]
fn show_is_for_people() {
    balanced(|| {
        let items: Vec<Slot> = (0..1000).collect();
        let list = unsafe {
            Value::from_slot(
                vector_of(Ty::I64),
                vector::from_slots(vector_of(Ty::I64), &items),
            )
        };
        let shown = call(
            ":wat::core::show",
            &[Ty::Vector(Arc::new(Ty::I64))],
            &Ty::Str,
            &[list.slot()],
        )
        .unwrap()
        .render();
        assert!(
            shown.starts_with("\"[0, 1, 2") && shown.ends_with(", …]\""),
            "{shown}"
        );
        assert_eq!(
            call(
                ":wat::core::show",
                &[Ty::F64],
                &Ty::Str,
                &[1.0f64.to_bits()]
            )
            .unwrap()
            .render(),
            "\"1\""
        );
    });
}

/// A native that the text of EDN can check: its result, rendered.
fn rendered(name: &str, types: &[Ty], ret: &Ty, args: &[Slot]) -> String {
    call(name, types, ret, args).map_or_else(
        |trap| format!("{:?} WAT{}", trap.kind, trap.code),
        |value| value.render(),
    )
}

fn nominal(path: &str) -> Ty {
    Ty::Nominal(path.into(), [].into())
}

fn bytes_of(values: &[u8]) -> Value {
    let desc = vector_of(Ty::U8);
    let slots: Vec<Slot> = values.iter().map(|&byte| Slot::from(byte)).collect();
    unsafe { Value::from_slot(desc, vector::from_slots(desc, &slots)) }
}

#[test]
fn random_numbers_are_those_of_splitmix64() {
    let pair = Ty::Tuple([Ty::I64, Ty::I64].into());
    let next = |seed: i64| rendered(":wat::std::random::next", &[], &pair, &[seed as Slot]);
    assert_eq!(next(42), "[-4767286540954276203 -7046029254386353089]");
    // The reference values of the algorithm's authors for the seed 1234567.
    assert_eq!(
        next(1_234_567),
        "[6457827717110365317 -7046029254385118564]"
    );
    let between = |low: i64, high: i64| {
        rendered(
            ":wat::std::random::between",
            &[],
            &pair,
            &[42, low as Slot, high as Slot],
        )
    };
    assert_eq!(between(1, 7), "[2 -7046029254386353089]");
    assert_eq!(between(7, 7), "Error WAT8406");
    assert!(!between(i64::MIN, i64::MAX).starts_with("Error"));
}

#[test]
fn instants_keep_to_their_range() {
    let instant = nominal(":wat::time::Instant");
    let at =
        |name: &str, n: i64| rendered(&format!(":wat::time::{name}"), &[], &instant, &[n as Slot]);
    assert_eq!(at("at", -1), "#inst \"1969-12-31T23:59:59Z\"");
    assert_eq!(at("at-millis", -1), "#inst \"1969-12-31T23:59:59.999Z\"");
    assert_eq!(
        at("at-nanos", i64::MIN),
        "#inst \"1677-09-21T00:12:43.145224192Z\""
    );
    assert_eq!(at("at", i64::MAX), "Error WAT8414");
    assert_eq!(at("at", 8_210_266_876_800), "Error WAT8414");
    assert!(at("at", 8_210_266_876_799).starts_with("#inst \"+262142-12-31T23:59:59"));
}

#[test]
fn durations_are_never_negative() {
    let duration = nominal(":wat::time::Duration");
    let of = |count: i64, unit: i64| {
        let args = [count as Slot, unit as Slot];
        rendered(":wat::time::__internal/duration", &[], &duration, &args)
    };
    assert_eq!(of(2, 1_000_000_000), "2000000000");
    assert_eq!(of(-1, 1), "Panic WAT8421");
    assert_eq!(of(i64::MAX, 2), "Panic WAT8422");
}

#[test]
fn identifiers_compare_by_their_bytes() {
    balanced(|| {
        let uuid = nominal(":wat::core::Uuid");
        let option = Ty::Option(Arc::new(uuid.clone()));
        let read = |text: &str| {
            let text = string(text);
            call(":wat::core::Uuid/from-string", &[], &option, &[text.slot()]).unwrap()
        };
        let texts = [
            "00000000-0000-0000-0000-000000000000",
            "00000000-0000-0000-8000-000000000000",
            "7fffffff-ffff-ffff-ffff-ffffffffffff",
            "80000000-0000-0000-0000-000000000000",
            "ffffffff-ffff-ffff-ffff-ffffffffffff",
        ];
        let values: Vec<Value> = texts.iter().map(|text| read(text)).collect();
        for (value, text) in values.iter().zip(texts) {
            assert_eq!(value.render(), format!("#uuid \"{text}\""));
        }
        for pair in values.windows(2) {
            let order = unsafe { wat_value::order(pair[0].desc(), pair[0].slot(), pair[1].slot()) };
            assert_eq!(order, Some(std::cmp::Ordering::Less));
        }
        assert_eq!(read("0").render(), "nil");
    });
}

#[test]
fn patterns_are_compiled_once_and_bad_ones_are_told() {
    balanced(|| {
        let texts = [string("("), string("x")];
        let slots: Vec<Slot> = texts.iter().map(Value::slot).collect();
        let error = call(
            ":wat::core::regex::find",
            &[],
            &Ty::Option(Arc::new(Ty::Str)),
            &slots,
        )
        .unwrap_err();
        assert_eq!(
            (error.code, error.message.as_str()),
            (8407, "the pattern \"(\" is not valid: unclosed group")
        );
        for n in 0..200 {
            let (pattern, text) = (string(&format!("a{{{n}}}$")), string(&"a".repeat(n)));
            let found = call(
                ":wat::core::regex::matches?",
                &[],
                &Ty::Bool,
                &[pattern.slot(), text.slot()],
            );
            assert_eq!(found.unwrap().slot(), 1);
        }
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bytes_survive_their_texts(values in proptest::collection::vec(any::<u8>(), 0..40)) {
        balanced(|| {
            let bytes = bytes_of(&values);
            let option = Ty::Option(Arc::new(Ty::Vector(Arc::new(Ty::U8))));
            for notation in ["hex", "base64"] {
                let text = call(&format!(":wat::core::Bytes::to-{notation}"), &[], &Ty::Str, &[bytes.slot()]).unwrap();
                let back = call(&format!(":wat::core::Bytes::from-{notation}"), &[], &option, &[text.slot()]).unwrap();
                prop_assert_eq!(back.render(), bytes.render());
            }
            Ok(())
        })?;
    }

    #[test]
    fn shuffling_permutes(seed in any::<i64>(), count in 0usize..80) {
        balanced(|| {
            let desc = vector_of(Ty::Str);
            let texts: Vec<Slot> = (0..count).map(|n| make_string(&format!("{n:03}"))).collect();
            let pair = Ty::Tuple([Ty::Vector(Arc::new(Ty::Str)), Ty::I64].into());
            let items = vector::from_slots(desc, &texts);
            let shuffled = call(":wat::std::random::shuffle", &[Ty::Str], &pair, &[seed as Slot, items]).unwrap();
            let mut words: Vec<String> = shuffled.render().split('"').skip(1).step_by(2).map(str::to_owned).collect();
            words.sort();
            prop_assert_eq!(words, (0..count).map(|n| format!("{n:03}")).collect::<Vec<_>>());
            Ok(())
        })?;
    }

    #[test]
    fn instants_survive_their_text(seconds in -62_135_596_800i64..253_402_300_799, digits in 0i64..10) {
        balanced(|| {
            let instant = nominal(":wat::time::Instant");
            let option = Ty::Option(Arc::new(instant.clone()));
            let value = call(":wat::time::at", &[], &instant, &[seconds as Slot]).unwrap();
            let text = call(":wat::time::to-iso8601", &[], &Ty::Str, &[value.slot(), digits as Slot]).unwrap();
            let back = call(":wat::time::from-iso8601", &[], &option, &[text.slot()]).unwrap();
            prop_assert_eq!(back.render(), value.render());
            Ok(())
        })?;
    }
}
