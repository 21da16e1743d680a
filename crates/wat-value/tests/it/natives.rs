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
