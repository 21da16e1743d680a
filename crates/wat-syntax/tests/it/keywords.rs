//! Keywords: rules K1–K34. Whitespace inside a keyword (WAT1010) has the largest table: it is the commonest slip.

use crate::support::{codes, errors, fixed, machine_fixed, marks, printed};
use wat_syntax::{Applicability, SourceText, parse};

/// Checks that `text` has exactly one diagnostic, WAT1010, on `runs` (the first of them primary), and reads as `joined`
/// without any diagnostic once fixed.
#[track_caller]
fn joins(text: &str, joined: &str) {
    let found = errors(text);
    assert_eq!(codes(text), [1010], "{text:?}: {found:?}");
    let error = &found[0];
    let mut spans = vec![error.range];
    spans.extend(error.labels.iter().map(|label| label.range));
    for span in &spans {
        assert!(
            text[*span].trim().is_empty() && !text[*span].is_empty(),
            "{text:?}: {span:?}"
        );
    }
    let edits = &error.fixes[0].edits;
    assert_eq!(
        error.fixes[0].applicability,
        Applicability::MachineApplicable
    );
    assert_eq!(
        spans,
        edits.iter().map(|edit| edit.range).collect::<Vec<_>>(),
        "{text:?}"
    );
    assert_eq!(machine_fixed(text), joined, "{text:?}");
    assert_eq!(codes(joined), [0u16; 0], "{joined:?}");
    assert_eq!(printed(text), printed(joined), "{text:?}");
}

#[test]
fn k20_whitespace_inside_brackets_is_one_diagnostic_with_one_fix() {
    for (text, joined) in [
        (":V<A, B>", ":V<A,B>"),
        (":V<A,  \t B>", ":V<A,B>"),
        (":V<A,\nB>", ":V<A,B>"),
        (":V<A,\r\n  B>", ":V<A,B>"),
        (":V<A,\rB>", ":V<A,B>"),
        (":V<\n  A,\n  B\n>", ":V<A,B>"),
        (":V< A,B>", ":V<A,B>"),
        (":V<A ,B>", ":V<A,B>"),
        (":V<A,B >", ":V<A,B>"),
        (":V< A , B >", ":V<A,B>"),
        (":V<A, B, C, D>", ":V<A,B,C,D>"),
        (":V<a::B, c::D>", ":V<a::B,c::D>"),
        (":V<_a, _b>", ":V<_a,_b>"),
        (":M<K, V<A, B>>", ":M<K,V<A,B>>"),
        (":M<K, V< A, B > >", ":M<K,V<A,B>>"),
        (":M<V <A>,B>", ":M<V<A>,B>"),
        (":M<V\n<A>,B>", ":M<V<A>,B>"),
        (":(A, B)", ":(A,B)"),
        (":( A,B )", ":(A,B)"),
        (":(A, )", ":(A,)"),
        (":(A ,)", ":(A,)"),
        (":( )", ":()"),
        (":(A, (B, C))", ":(A,(B,C))"),
        (":V<( A,B)>", ":V<(A,B)>"),
        (":V< (A,B)>", ":V<(A,B)>"),
        (":wat::core::Fn(A, B)->C", ":wat::core::Fn(A,B)->C"),
        (":wat::core::Fn( )->C", ":wat::core::Fn()->C"),
        (":V<Fn (A)->B>", ":V<Fn(A)->B>"),
        (":V<Fn(A) ->B>", ":V<Fn(A)->B>"),
        (":V<Fn(A)-> B>", ":V<Fn(A)->B>"),
        (":V<Fn(A) -> B>", ":V<Fn(A)->B>"),
        (":V<Fn(A)\n->\nB, C>", ":V<Fn(A)->B,C>"),
        (":V<Fn(A)-> (B,C)>", ":V<Fn(A)->(B,C)>"),
        (":V<Fn(A)-> Fn(B)->C>", ":V<Fn(A)->Fn(B)->C>"),
        (":V<a->b, C>", ":V<a->b,C>"),
        (":V<A'i64, B>", ":V<A'i64,B>"),
        (":V<A,\u{c}B>", ":V<A,B>"),
    ] {
        joins(text, joined);
        joins(&format!("({text})"), &format!("({joined})"));
        joins(&format!("[x <- {text}]"), &format!("[x <- {joined}]"));
        joins(
            &format!("[x <- {text} y <- :B]"),
            &format!("[x <- {joined} y <- :B]"),
        );
        joins(&format!("'{{:k {text}}}"), &format!("'{{:k {joined}}}"));
        joins(
            &format!("#{{{text}}} ; end"),
            &format!("#{{{joined}}} ; end"),
        );
        joins(&format!("{text}\n"), &format!("{joined}\n"));
        joins(&format!("a {text} b"), &format!("a {joined} b"));
        joins(&format!("\"s\"{text}\"t\""), &format!("\"s\"{joined}\"t\""));
        joins(&format!("(f {text};c\n)"), &format!("(f {joined};c\n)"));
    }
}

#[test]
fn k20_each_keyword_has_its_own_diagnostic() {
    let text = "[a <- :V<A, B> b <- :V<C, D>]\n[c <- :V<E, F>]";
    assert_eq!(codes(text), [1010, 1010, 1010]);
    assert_eq!(
        machine_fixed(text),
        "[a <- :V<A,B> b <- :V<C,D>]\n[c <- :V<E,F>]"
    );
}

#[test]
fn k20_primary_span_is_the_first_run_and_labels_are_the_others() {
    let found = errors(":M< K,\n V >");
    assert_eq!(found.len(), 1);
    assert_eq!(&":M< K,\n V >"[found[0].range], " ");
    assert_eq!(found[0].labels.len(), 2);
    assert!(
        found[0].message.contains("`:M<K,V>`"),
        "{}",
        found[0].message
    );
}

#[test]
fn k20_binder_heads_are_not_swallowed() {
    // The bracket is not closed; the binder after it is whole.
    for (text, reads) in [
        ("[a <- :V<A, b <- :B]", "[a <- :V<A> b <- :B]"),
        ("[a <- :V<A,\n b <- :B]", "[a <- :V<A> b <- :B]"),
        ("[a <- :V<A,B b <- :B]", "[a <- :V<A,B> b <- :B]"),
        ("[a <- :V< b <- :B]", "[a <- :V<> b <- :B]"),
        ("[a <- :V<A, b <-", "[a <- :V<A> b <-]"),
        ("[a <- :V<A, & b <- :B]", "[a <- :V<A> & b <- :B]"),
    ] {
        let found = codes(text);
        assert_eq!(
            found.iter().filter(|&&code| code == 1012).count(),
            1,
            "{text:?}: {found:?}"
        );
        assert!(!found.contains(&1010), "{text:?}");
        assert_eq!(printed(text), [reads], "{text:?}");
    }
}

#[test]
fn k20_names_are_never_joined() {
    for text in [
        ":M<K V>",
        ":M<K  V>",
        ":M<K\nV>",
        ":(A B)",
        ":V<A, B C>",
        ":Fn(A B)->C",
        ":V<: A>",
    ] {
        assert_eq!(codes(text)[0], 1012, "{text:?}");
        assert!(!codes(text).contains(&1010), "{text:?}");
    }
}

#[test]
fn k20_the_look_ahead_is_4096_bytes() {
    let keyword = |blanks: usize| format!(":V<A,{}B>", " ".repeat(blanks));
    joins(&keyword(4091), ":V<A,B>");
    assert_eq!(codes(&keyword(4092)), [1012]);
    let inside = format!(":V<{}, B>", "a".repeat(4090));
    joins(&inside, &inside.replace(' ', ""));
    assert_eq!(codes(&format!(":V<{}, B>", "a".repeat(4092))), [1012]);
}

#[test]
fn k20_unicode_spaces_inside_a_keyword_are_whitespace_like_any_other() {
    joins(":V<A,\u{a0}B>", ":V<A,B>");
    joins(":V<A, \u{2003} B>", ":V<A,B>");
}

#[test]
fn k22_detached_arrows_and_arguments() {
    for (text, joined) in [
        (":wat::core::Fn(A,B) -> C", ":wat::core::Fn(A,B)->C"),
        (":wat::core::Fn(A,B) ->C", ":wat::core::Fn(A,B)->C"),
        (":wat::core::Fn(A,B)-> C", ":wat::core::Fn(A,B)->C"),
        (":wat::core::Fn(A,B)\n  -> C", ":wat::core::Fn(A,B)->C"),
        (":wat::core::Fn(A,B) -> (C,D)", ":wat::core::Fn(A,B)->(C,D)"),
        (":wat::core::Fn() -> Fn() -> C", ":wat::core::Fn()->Fn()->C"),
        (":wat::core::Fn(A, B) -> C", ":wat::core::Fn(A,B)->C"),
        (":fn(A) -> B", ":fn(A)->B"),
        (":wat::core::Vector <A>", ":wat::core::Vector<A>"),
        (":wat::core::Vector  <A, B>", ":wat::core::Vector<A,B>"),
        (":V <_a>", ":V<_a>"),
        (":V <(A,B)>", ":V<(A,B)>"),
        (":V <Fn(A) -> B>", ":V<Fn(A)->B>"),
        (":Fn(A)->V <B>", ":Fn(A)->V<B>"),
    ] {
        joins(text, joined);
        joins(&format!("({text})"), &format!("({joined})"));
        joins(&format!("(f {text} x)"), &format!("(f {joined} x)"));
    }
}

#[test]
fn k22_what_is_not_detached() {
    for text in [
        "(:wat::core::< a b)",
        "(f :a < b)",
        "(f :a <b c)",
        "(f :a <= b)",
        "(f :a\n<B> c)",
        "[x <- :wat::core::Fn(A)->B] -> :C",
        "(f :a -> :b)",
        "(f :a <- :b)",
        "(f :V <A>> c)",
        "(f :V <> c)",
        "(f :a <b,c)",
    ] {
        assert_eq!(codes(text), [0u16; 0], "{text:?}: {:?}", marks(text));
    }
}

#[test]
fn k25_inner_colons_are_one_diagnostic() {
    for (text, joined, count) in [
        (":V<:A>", ":V<A>", 1),
        (":V<:A,:B>", ":V<A,B>", 2),
        (":V<:a::B>", ":V<a::B>", 1),
        (":(:A,:B)", ":(A,B)", 2),
        (":wat::core::Fn(:A)->:B", ":wat::core::Fn(A)->B", 2),
        (":V<:Fn(:A)->:B>", ":V<Fn(A)->B>", 3),
        (":V<:V<:A>>", ":V<V<A>>", 2),
        (":V<:(:A,:B)>", ":V<(A,B)>", 3),
        (":V<::A>", ":V<A>", 2),
    ] {
        let found = errors(text);
        assert_eq!(codes(text), [1011], "{text:?}");
        assert_eq!(found[0].labels.len() + 1, count, "{text:?}");
        assert_eq!(machine_fixed(text), joined);
        assert_eq!(codes(joined), [0u16; 0]);
        assert_eq!(printed(text), [joined]);
    }
}

#[test]
fn k25_colons_and_whitespace_are_one_diagnostic_each() {
    for (text, joined) in [
        (":V<:A, :B>", ":V<A,B>"),
        (":V< :A>", ":V<A>"),
        (":wat::core::Fn(:A, :B) -> :C", ":wat::core::Fn(A,B)->C"),
        (
            ":wat::core::HashMap<:wat::core::String, :V< :A > >",
            ":wat::core::HashMap<wat::core::String,V<A>>",
        ),
    ] {
        let mut found = codes(text);
        found.sort_unstable();
        assert_eq!(found, [1010, 1011], "{text:?}");
        assert_eq!(machine_fixed(text), joined);
        assert_eq!(printed(text), [joined]);
    }
}

#[test]
fn k20_near_other_defects_there_is_still_exactly_one() {
    for (text, others) in [
        ("(f :V<A, B>", vec![1030]),
        ("(f :V<A, B>]", vec![1032]),
        ("(f [x <- :V<A, B>)", vec![1030]),
        (")(f :V<A, B>)", vec![1031]),
        ("(f :V<A, B>))", vec![1031]),
        ("(f \"\\q\" :V<A, B>)", vec![1025]),
        ("(f 12abc :V<A, B> 1/2)", vec![1021, 1021]),
        ("(f x<-:V<A, B>)", vec![1008]),
        ("(f :V<A, B>(g))", vec![1014]),
        ("(f :V<A, B>> x)", vec![1013]),
        ("(f :V<A, > x)", vec![1018]),
        ("(f :V<a:b, C> x)", vec![1015]),
        ("(f :V<A, B>,2 x)", vec![1017]),
        ("(f ' :V<A, B>)", vec![]),
        ("(f :V<A, B> ')", vec![1034]),
        ("`(f ,x :V<A, B>)", vec![1903]),
        ("(f :V<A, B> \"open)\n", vec![1024]),
    ] {
        let mut found = codes(text);
        let whitespace = found.iter().filter(|&&code| code == 1010).count();
        assert_eq!(whitespace, 1, "{text:?}: {:?}", marks(text));
        found.retain(|&code| code != 1010);
        assert_eq!(found, others, "{text:?}: {:?}", marks(text));
    }
}

#[test]
fn k30_brackets_that_do_not_close() {
    for (text, mark, after) in [
        (":V<A", "<", ":V<A>"),
        (":V<A x", "<", ":V<A> x"),
        ("(f :V<A)", "<", "(f :V<A>)"),
        ("[x <- :V<A]", "<", "[x <- :V<A>]"),
        (":M<K,V<A", "<", ":M<K,V<A>>"),
        (":(A,B", "(", ":(A,B)"),
        (":V<(A", "<", ":V<(A)>"),
        (":V<A,", "<", ":V<A>"),
        (":V<:A,", "<", ":V<A>"),
        (":V<A, ;c\n", "<", ":V<A> ;c\n"),
        (":V<A, \"s\"", "<", ":V<A> \"s\""),
        (":V<A,\n B C", "<", ":V<A>\n B C"),
        (":V<A, B C", "<", ":V<A,B> C"),
        (":V<", "<", ":V<>"),
        (":V<A}", "<", ":V<A>}"),
        (":V<A@", "<", ":V<A>@"),
    ] {
        let found = errors(text);
        let error = found
            .iter()
            .find(|error| error.code.0 == 1012)
            .unwrap_or_else(|| panic!("{text:?}: {found:?}"));
        assert_eq!(&text[error.range], mark, "{text:?}");
        assert_eq!(error.fixes[0].applicability, Applicability::MaybeIncorrect);
        let only = wat_syntax::apply_edits(text, &error.fixes[0].edits);
        assert_eq!(only, after, "{text:?}");
        assert!(
            !codes(text)
                .iter()
                .any(|code| matches!(code, 1010 | 1011 | 1018)),
            "{text:?}"
        );
    }
}

#[test]
fn k30_a_broken_keyword_never_reaches_into_the_next_line() {
    let text = "(f :V<A,\n  B,\n  x y)";
    assert_eq!(codes(text), [1012]);
    assert_eq!(printed(text), ["(f :V<A> B x y)"]);
}

#[test]
fn k2_colons() {
    for (text, mark, fix) in [
        (":a:b", ":", ":a::b"),
        ("::a", ":", ":a"),
        (":::a", "::", ":a"),
        (":a:::b", ":::", ":a::b"),
        (":a:", ":", ":a"),
        (":a::b:", ":", ":a::b"),
        (":a:b:c", ":", ":a::b::c"),
        ("::a:b:", ":", ":a::b"),
        (":a::b:::", ":::", ":a::b::"),
        (":V<a:b>", ":", ":V<a::b>"),
    ] {
        let found = errors(text);
        assert_eq!(codes(text), [1015], "{text:?}");
        assert_eq!(&text[found[0].range], mark, "{text:?}");
        // At the end of a form a blank takes the place of the colon: the next one may follow closely.
        assert_eq!(machine_fixed(text).trim_end(), fix);
        assert_eq!(codes(fix), [0u16; 0], "{fix:?}");
        assert_eq!(printed(text), [fix]);
    }
    for text in [":'x", ":a::'b", ":V<'a>", "::", ":a:'b"] {
        assert_eq!(codes(text), [1015], "{text:?}");
        assert!(errors(text)[0].fixes.is_empty(), "{text:?}");
    }
}

#[test]
fn k3_a_colon_alone() {
    for text in [":", ": a", "(:)", "(f : )", ":,", "[: a]"] {
        assert_eq!(codes(text), [1016], "{text:?}");
    }
}

#[test]
fn k5_commas_after_keywords() {
    for (text, fix, applicability) in [
        (":f,2", ":f'2", Applicability::MachineApplicable),
        (":f,i64-f64", ":f'i64'f64", Applicability::MachineApplicable),
        (":f,2,3", ":f'2'3", Applicability::MachineApplicable),
        (":f,x", ":f'x", Applicability::MaybeIncorrect),
        (":f,a-b", ":f'a'b", Applicability::MaybeIncorrect),
        (":a::+,2", ":a::+'2", Applicability::MachineApplicable),
    ] {
        let found = errors(text);
        assert_eq!(codes(text), [1017], "{text:?}");
        assert_eq!(&text[found[0].range], ",");
        assert_eq!(found[0].fixes[0].applicability, applicability, "{text:?}");
        assert_eq!(fixed(text), fix);
        assert_eq!(printed(text), [fix]);
    }
    for text in [
        ":a, b", ":a,:b", ":a,", "[:a,]", ":a,(b)", ":a,\"b\"", ":a,\n:b", ":a,<b", ":a,>",
    ] {
        assert_eq!(codes(text), [0u16; 0], "{text:?}");
    }
}

#[test]
fn k12_brackets_that_are_no_type() {
    for text in [
        ":V<>",
        ":Fn(A)",
        ":V<A>x",
        ":V<A>::b",
        ":V<A>/new",
        ":V<A+B>",
        ":V<A,,B>",
        ":V<,A>",
        ":(A)->B",
        ":Fn(A,)->B",
        ":Fn(A)->",
        ":V<a(B)>",
        ":V<A=B>",
        ":V<a::>",
        ":a::<b>",
    ] {
        let expected: &[u16] = if text == ":a::<b>" { &[] } else { &[1018] };
        assert_eq!(codes(text), expected, "{text:?}: {:?}", marks(text));
    }
    let text = ":V<A,>";
    assert_eq!(marks(text), ["1018 \",\""]);
    assert_eq!(machine_fixed(text), ":V<A>");
}

#[test]
fn k13_types_nest_64_deep() {
    let nested = |depth: usize| format!(":{}A{}", "V<".repeat(depth), ">".repeat(depth));
    assert_eq!(codes(&nested(64)), [0u16; 0]);
    let deep = nested(65);
    assert_eq!(codes(&deep), [1019]);
    assert_eq!(usize::from(errors(&deep)[0].range.start()), 2 * 65);
    assert_eq!(codes(&nested(1000)), [1019]);
    assert_eq!(codes(&format!(":{}A", "Fn()->".repeat(200))), [1019]);
}

#[test]
fn k14_operators_are_names() {
    for text in [
        ":wat::core::<",
        ":wat::core::<=",
        ":wat::core::>",
        ":wat::core::>=",
        ":wat::core::->",
        ":wat::core::->>",
        ":wat::core::<'2",
        ":wat::core::/",
        ":wat::core::+'i64'f64",
        ":a<=b",
        ":a<-b",
        ":a<<b",
        ":a>b",
        ":a->b",
        ":wat::core::struct->form",
        ":demo::a->b<T>",
        ":demo::Price/0",
        ":counter::",
        ":()",
        ":(A)",
        ":(A,)",
        ":(A,B,)",
        ":x?",
        ":x!",
        ":a.b$c%d",
        ":-1",
        ":1",
    ] {
        assert_eq!(codes(text), [0u16; 0], "{text:?}");
        assert_eq!(printed(text), [text]);
    }
}

#[test]
fn k32_stray_brackets() {
    for (text, mark, fix) in [
        (":V<A>>", ">", ":V<A>"),
        (":V<A>>>", ">>", ":V<A>"),
        (":M<V<A>>>", ">", ":M<V<A>>"),
        ("[x <- :V<A>>]", ">", "[x <- :V<A>]"),
        (":(A)>", ">", ":(A)"),
    ] {
        assert_eq!(marks(text), [format!("1013 {mark:?}")], "{text:?}");
        assert_eq!(fixed(text), fix);
    }
}

#[test]
fn k33_glued_parentheses() {
    for text in [":f(x)", "(:f(x))", ":a::+(x)", ":V<A>(x)", ":f'2(x)"] {
        assert_eq!(marks(text), ["1014 \"(\""], "{text:?}");
        assert_eq!(codes(&machine_fixed(text)), [0u16; 0]);
    }
    for text in [
        ":f[x]", ":f{x}", ":f\"x\"", ":f;x", "(:f)(x)", ":f`x", ":f~x",
    ] {
        assert_eq!(codes(text), [0u16; 0], "{text:?}");
    }
}

#[test]
fn characters_that_no_keyword_contains() {
    for (text, mark) in [
        (":é", "1002 \"é\""),
        (":a::λ<B>", "1002 \"λ\""),
        (":a@b", "1005 \"@\""),
        (":a|b", "1005 \"|\""),
        (":a\u{1}", "1004 \"\\u{1}\""),
        (":a#b", "1006 \"#b\""),
    ] {
        assert_eq!(marks(text), [mark], "{text:?}");
        let tree = parse(&SourceText::new(text)).syntax();
        assert_eq!(
            tree.first_token().map(|token| token.kind()),
            Some(wat_syntax::SyntaxKind::ERROR),
            "{text:?}"
        );
    }
}
