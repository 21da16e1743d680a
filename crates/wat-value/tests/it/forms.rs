//! Forms as values of the machine, and as bytes.

use crate::support::{balanced, call, vector_of};
use proptest::prelude::*;
use wat_edn::Layout;
use wat_ir::Ty;
use wat_syntax::{SourceText, Verdict};
use wat_value::syntax::{Origin, Scope, Scopes, Shape, Syntax};
use wat_value::{Repr, Value, form, make_form, make_holon, render_within, scalar, vector};

fn read(text: &str) -> Syntax {
    let form = wat_syntax::read_form(&SourceText::new(text), &Verdict::default());
    Syntax::of_form(&form.ast)
}

fn value(form: Syntax) -> Value {
    unsafe { Value::from_slot(scalar(Repr::Form), make_form(form)) }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn canonical_bytes_are_those_of_the_reference() {
    for (text, bytes) in [
        ("42", "102a00000000000000"),
        ("1.5", "11000000000000f83f"),
        ("true", "1201"),
        ("\"é\"", "1302000000c3a9"),
        (":a", "14020000003a61"),
        ("x", "15010000007800000000"),
        ("()", "1600000000"),
        (
            "(f x)",
            "16020000001501000000660000000015010000007800000000",
        ),
        (
            "{a b}",
            "19020000001501000000610000000015010000006200000000",
        ),
        ("#{1}", "1a01000000100100000000000000"),
    ] {
        assert_eq!(hex(&read(text).canonical_bytes().unwrap()), bytes, "{text}");
    }
    assert_eq!(hex(&Syntax::program_bytes(&[]).unwrap()), "1700000000");
    let form = wat_syntax::read_form(&SourceText::new("[1 {:k x} \"s\"]"), &Verdict::default());
    assert_eq!(
        Syntax::of_form(&form.ast).canonical_bytes(),
        wat_syntax::canonical_bytes(&form.ast, form.ast.root())
    );
}

#[test]
fn canonical_bytes_number_scopes_by_first_occurrence() {
    let scope = |unit| Scopes::default().with(Scope { unit, index: 3 });
    let form = |a, b| {
        Syntax::list([
            Syntax::symbol_in("x", scope(a)),
            Syntax::symbol_in("x", scope(b)),
        ])
    };
    assert_eq!(form(7, 9).canonical_bytes(), form(2, 1).canonical_bytes());
    assert_ne!(form(7, 9).canonical_bytes(), form(7, 7).canonical_bytes());
    assert_ne!(form(7, 9).to_bytes(), form(2, 1).to_bytes());
}

#[test]
fn bytes_that_are_no_form_are_refused() {
    for bytes in [
        &[][..],
        &[0x10, 1],
        &[0x16, 1, 0, 0, 0],
        &[0x13, 255, 255, 255, 255],
        &[0x12, 1, 0],
        &[0x17, 0, 0, 0, 0],
        &[0x99],
    ] {
        assert_eq!(Syntax::from_bytes(bytes), None);
    }
    assert_eq!(Syntax::new(Shape::Error, Origin::NONE).to_bytes(), None);
}

fn tree() -> impl Strategy<Value = Syntax> {
    let leaf = prop_oneof![
        any::<i64>().prop_map(Syntax::int),
        any::<f64>().prop_map(Syntax::float),
        any::<bool>().prop_map(Syntax::bool),
        "\\PC{0,4}".prop_map(Syntax::string),
        "[a-z]{1,3}".prop_map(|text| Syntax::keyword(format!(":{text}"))),
        (
            "[a-z]{1,2}",
            proptest::collection::vec((0u64..3, 0u32..3), 0..3)
        )
            .prop_map(|(name, scopes)| {
                let scopes = scopes
                    .into_iter()
                    .fold(Scopes::default(), |all, (unit, index)| {
                        all.with(Scope { unit, index })
                    });
                Syntax::symbol_in(name, scopes)
            }),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        (0..4, proptest::collection::vec(inner, 0..5)).prop_map(|(kind, parts)| {
            let parts = parts.into_boxed_slice();
            let shape = match kind {
                0 => Shape::List(parts),
                1 => Shape::Vector(parts),
                2 => Shape::Brace(parts),
                _ => Shape::Set(parts),
            };
            Syntax::new(shape, Origin::NONE)
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_tree_comes_back_from_its_bytes(form in tree()) {
        let bytes = form.to_bytes().unwrap();
        prop_assert_eq!(Syntax::from_bytes(&bytes), Some(form));
    }

    #[test]
    fn the_canonical_order_is_total_and_agrees_with_equality(a in tree(), b in tree()) {
        let (a, b) = (value(a), value(b));
        let order = |a: &Value, b: &Value| unsafe { wat_value::canonical(a.desc(), a.slot(), b.slot()) };
        prop_assert_eq!(order(&a, &b), order(&b, &a).reverse());
        prop_assert_eq!(order(&a, &b).is_eq(), a == b);
        prop_assert!(order(&a, &a).is_eq());
    }
}

#[test]
fn forms_print_in_their_representation() {
    assert_eq!(
        value(read("(f 0x10 ~x)")).render(),
        "#wat-edn.core/form \"(f 16 ~x)\""
    );
    let holon = make_holon(read("(:k x \"s\" 1 1.5 true ())"));
    let holon = unsafe { Value::from_slot(scalar(Repr::Holon), holon) };
    assert_eq!(
        holon.render(),
        "#wat-edn.holon/Bundle [#wat-edn.holon/Symbol \":k\" #wat-edn.holon/Symbol \"x\" #wat-edn.holon/String \"s\" #wat-edn.holon/I64 1 #wat-edn.holon/F64 1.5 #wat-edn.holon/Bool true #wat-edn.holon/Bundle []]"
    );
}

#[test]
fn form_objects_are_freed_however_deep() {
    balanced(|| {
        let mut deep = read("x");
        for _ in 0..100_000 {
            deep = Syntax::list([deep]);
        }
        let other = Syntax::from_bytes(&deep.to_bytes().unwrap()).unwrap();
        let (a, b) = (value(deep), value(other));
        assert!(a == b);
        assert_eq!(a.render().len(), b.render().len());
        let children = call(
            ":wat::core::ast->children",
            &[],
            &Ty::Vector(Ty::form().clone().into()),
            &[a.slot()],
        )
        .unwrap();
        assert!(std::ptr::eq(children.desc(), vector_of(Ty::form().clone())));
        let child = unsafe { form(vector::get(children.slot(), 0)).clone() };
        drop((a, b, children));
        let holon = make_holon(child);
        let holon = unsafe { Value::from_slot(scalar(Repr::Holon), holon) };
        assert!(holon.render().len() > 100_000);
        // The indentation of all lines would be some gigabytes.
        let within =
            |limit| unsafe { render_within(holon.desc(), holon.slot(), Layout::Pretty, limit) };
        assert_eq!(within(1 << 20), None);
    });
}

#[test]
fn a_text_has_at_most_the_bytes_it_may_have() {
    let value = value(read("(f [1 2])"));
    for (layout, text) in [
        (Layout::Compact, value.render()),
        (Layout::Pretty, value.render_pretty()),
    ] {
        let within = |limit| unsafe { render_within(value.desc(), value.slot(), layout, limit) };
        assert_eq!(within(text.len()), Some(text.clone()));
        assert_eq!(within(text.len() - 1), None);
    }
}
