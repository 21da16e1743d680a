//! Types written as keywords.

use wat_syntax::{TypeExpr, TypeKeywordReason, parse_type_keyword};

fn show(ty: &TypeExpr) -> String {
    let list = |types: &[TypeExpr]| types.iter().map(show).collect::<Vec<_>>().join(" ");
    match ty {
        TypeExpr::Path { path, args } if args.is_empty() => path.clone(),
        TypeExpr::Path { path, args } => format!("({path} {})", list(args)),
        TypeExpr::Tuple(items) => format!("[{}]", list(items)),
        TypeExpr::Function { head, params, ret } => {
            format!("({head} [{}] {})", list(params), show(ret))
        }
    }
}

#[test]
fn types_parse() {
    for (text, expected) in [
        (":a", "a"),
        (":wat::core::i64", "wat::core::i64"),
        (":V<A>", "(V A)"),
        (":M<K,V<A>>", "(M K (V A))"),
        (":()", "[]"),
        (":(A)", "A"),
        (":(A,)", "[A]"),
        (":(A,B,)", "[A B]"),
        (":wat::core::Fn()->A", "(wat::core::Fn [] A)"),
        (":Fn(A,(B,C))->V<D>", "(Fn [A [B C]] (V D))"),
        (":Fn(A)->Fn(B)->C", "(Fn [A] (Fn [B] C))"),
        (":fn(A)->B", "(fn [A] B)"),
        (":V<Fn(A)->B,C>", "(V (Fn [A] B) C)"),
        (":wat::core::<", "wat::core::<"),
        (":a->b<T>", "(a->b T)"),
        (":wat::core::+'i64'f64", "wat::core::+'i64'f64"),
        (":Box/new", "Box/new"),
    ] {
        assert_eq!(
            parse_type_keyword(text).map(|ty| show(&ty)),
            Ok(expected.to_owned()),
            "{text:?}"
        );
    }
}

#[test]
fn other_texts_are_refused_with_a_reason() {
    use TypeKeywordReason::*;
    for (text, reason) in [
        ("a", NoColon),
        (":", NoType),
        (":V<>", NoArguments),
        (":V<A,>", TrailingComma),
        (":V<A", NotClosed),
        (":Fn(A)", NoArrow),
        (":V<A>x", TextAfter),
        (":a:b", BadPath),
        (":a::", BadPath),
        (":'x", BadPath),
        (":f(x)", NotFn),
        (":(A,,B)", NoType),
    ] {
        assert_eq!(
            parse_type_keyword(text).map_err(|error| error.reason),
            Err(reason),
            "{text:?}"
        );
    }
    let chain = format!(":{}A", "Fn()->".repeat(100_000));
    assert_eq!(
        parse_type_keyword(&chain).map_err(|error| error.reason),
        Err(TooDeep)
    );
    let nested = format!(":{}", "(".repeat(100_000));
    assert_eq!(
        parse_type_keyword(&nested).map_err(|error| error.reason),
        Err(TooDeep)
    );
}
