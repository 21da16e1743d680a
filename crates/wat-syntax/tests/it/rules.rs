//! The lexical rules L1–L64 and the rules of forms P1–P13, one test each.

use crate::support::{codes, errors, fixed, machine_fixed, marks, printed, spans};
use wat_syntax::SyntaxKind::*;
use wat_syntax::{MAX_SOURCE_LEN, SourceText, SyntaxKind, cut, lex, parse, scan};

fn kinds(text: &str) -> Vec<(SyntaxKind, String)> {
    let mut at = 0;
    let tokens = lex(&SourceText::new(text));
    tokens
        .iter()
        .map(|token| {
            let start = at;
            at += token.len as usize;
            (token.kind, text[start..at].to_owned())
        })
        .collect()
}

/// The significant tokens, as `KIND text`.
fn tokens(text: &str) -> Vec<String> {
    kinds(text)
        .into_iter()
        .filter(|(kind, _)| !kind.is_trivia())
        .map(|(kind, text)| format!("{kind:?} {text}"))
        .collect()
}

#[track_caller]
fn clean(texts: &[&str]) {
    for text in texts {
        assert_eq!(codes(text), [0u16; 0], "{text:?}: {:?}", marks(text));
    }
}

#[track_caller]
fn table(rows: &[(&str, &[&str])]) {
    for (text, expected) in rows {
        assert_eq!(marks(text), *expected, "{text:?}");
    }
}

#[track_caller]
fn machine(rows: &[(&str, &str)]) {
    for (text, after) in rows {
        assert_eq!(machine_fixed(text), *after, "{text:?}");
        assert_eq!(codes(after), [0u16; 0], "{after:?}");
    }
}

#[test]
fn l1_bytes_that_are_not_utf8_are_one_error_per_run() {
    let source = SourceText::from_bytes(b"(a \xff\xfe b\xc3 \"x\xffy\" ; \x80\n)".to_vec());
    let parse = parse(&source);
    let found: Vec<_> = parse
        .errors()
        .iter()
        .map(|error| (error.code.0, error.range))
        .collect();
    let range = |from: u32, to: u32| wat_syntax::TextRange::new(from.into(), to.into());
    assert_eq!(
        found,
        [
            (1001, range(3, 5)),
            (1001, range(7, 8)),
            (1001, range(11, 12)),
            (1001, range(17, 18)),
        ]
    );
    assert_eq!(parse.syntax().text().to_string(), source.text());
}

#[test]
fn l1_what_is_no_text_is_one_error() {
    let utf16 = |order: fn(u16) -> [u8; 2]| -> Vec<u8> {
        let text = "\u{feff}(:wat::core::def :demo::a 1)".encode_utf16();
        text.flat_map(order).collect()
    };
    for (bytes, message) in [
        (
            b"\x7fELF\x02\x01\0\0((\xff\xc3 \"\x80".to_vec(),
            "the file holds binary data, not wat",
        ),
        (
            utf16(u16::to_le_bytes),
            "the file holds text in UTF-16, not wat",
        ),
        (
            utf16(u16::to_be_bytes),
            "the file holds text in UTF-16, not wat",
        ),
    ] {
        let source = SourceText::from_bytes(bytes.clone());
        let parse = parse(&source);
        let [error] = parse.errors() else {
            panic!("{:?}", parse.errors())
        };
        assert_eq!((error.code.0, &*error.message), (1001, message));
        assert!(source.is_invalid(error.range));
        assert_eq!(parse.syntax().text().to_string(), source.text());
        assert_eq!(cut(&source).errors, parse.errors());
        assert_eq!(cut(&source).forms, []);
        assert_eq!(scan(&source).errors, parse.errors());
        let lengths = scan(&source)
            .tokens
            .iter()
            .map(|token| token.len as usize)
            .sum();
        assert_eq!(bytes.len(), lengths);
    }
    // U+0000 in what is UTF-8 is a character like others.
    assert_eq!(codes("(a \0 b)"), [1004]);
}

#[test]
fn l2_l3_bom_and_shebang_are_trivia_at_the_start_only() {
    clean(&[
        "\u{feff}(f)",
        "#!/usr/bin/env wat\n(f)",
        "\u{feff}#!x\r(f)",
        "#!",
        "\u{feff}",
    ]);
    assert_eq!(
        kinds("\u{feff}#!x\na")[..2]
            .iter()
            .map(|token| token.0)
            .collect::<Vec<_>>(),
        [BOM, SHEBANG]
    );
    table(&[
        (" #!x", &["1006 \"#!x\""]),
        ("a\u{feff}b", &["1003 \"\\u{feff}\""]),
    ]);
}

#[test]
fn l4_line_terminators_end_comments_and_count_lines() {
    assert_eq!(
        spans(";c\r1N;d\n2N\r\n3N"),
        ["WAT1021 2:1-2:3", "WAT1021 3:1-3:3", "WAT1021 4:1-4:3"]
    );
}

#[test]
fn l5_the_limit_is_half_a_gibibyte() {
    assert_eq!(MAX_SOURCE_LEN, 536_870_912);
}

#[test]
fn l6_characters_outside_strings_and_comments() {
    table(&[
        ("(a\u{a0}b)", &["1003 \"\\u{a0}\""]),
        ("(a\u{a0}\u{2003}b)", &["1003 \"\\u{a0}\\u{2003}\""]),
        (
            "(a \u{200b} b \u{2028})",
            &["1003 \"\\u{200b}\"", "1003 \"\\u{2028}\""],
        ),
        ("λ", &["1002 \"λ\""]),
        ("aλbλc", &["1002 \"λ\""]),
        ("12λ", &["1002 \"λ\""]),
        ("(λ λ)", &["1002 \"λ\"", "1002 \"λ\""]),
        ("a\u{1}b", &["1004 \"\\u{1}\""]),
        ("\u{7f}", &["1004 \"\\u{7f}\""]),
        ("\u{b}", &["1004 \"\\u{b}\""]),
        ("x\u{202e}", &["1002 \"\\u{202e}\""]),
        ("λ@", &["1002 \"λ\""]),
        ("@λ", &["1005 \"@\""]),
    ]);
    assert_eq!(tokens("aλb c"), ["ERROR aλb", "SYMBOL c"]);
    machine(&[("a\u{a0}\u{a0}b", "a b"), ("(\u{3000}a)", "( a)")]);
}

#[test]
fn l7_characters_inside_strings_and_comments() {
    clean(&["\"λ\u{a0}\u{feff}\"", "; λ \u{a0} \u{1}", "\"a\tb\r\nc\""]);
    table(&[
        ("\"a\u{202e}b\"", &["1027 \"\\u{202e}\""]),
        ("; a\u{2066}b", &["1027 \"\\u{2066}\""]),
        ("\"\u{1b}\"", &["1904 \"\\u{1b}\""]),
        ("\"\u{7f}\u{c}\"", &["1904 \"\\u{7f}\"", "1904 \"\\u{c}\""]),
    ]);
    machine(&[
        ("\"a\u{202e}b\"", "\"a\\u{202e}b\""),
        ("; a\u{2066}b", "; ab"),
        ("\"\u{1b}[0m\"", "\"\\u{1b}[0m\""),
    ]);
}

#[test]
fn l9_l10_l11_tokens_need_no_space_where_a_word_ends() {
    assert_eq!(
        tokens("1(f)\"a\"\"b\"a[b]~@x~y`z'w"),
        [
            "INT 1",
            "L_PAREN (",
            "SYMBOL f",
            "R_PAREN )",
            "STRING \"a\"",
            "STRING \"b\"",
            "SYMBOL a",
            "L_BRACK [",
            "SYMBOL b",
            "R_BRACK ]",
            "TILDE_AT ~@",
            "SYMBOL x",
            "TILDE ~",
            "SYMBOL y",
            "BACKTICK `",
            "SYMBOL z'w",
        ]
    );
    assert_eq!(
        tokens("#{1}{2}"),
        [
            "HASH_BRACE #{",
            "INT 1",
            "R_BRACE }",
            "L_BRACE {",
            "INT 2",
            "R_BRACE }"
        ]
    );
    assert_eq!(tokens("a;b"), ["SYMBOL a"]);
}

#[test]
fn l12_words_are_numbers_by_their_start() {
    assert_eq!(
        tokens("1 -1 .5 -.5 + - -> ... -x .x -.x true false truer"),
        [
            "INT 1",
            "INT -1",
            "FLOAT .5",
            "FLOAT -.5",
            "SYMBOL +",
            "SYMBOL -",
            "SYMBOL ->",
            "SYMBOL ...",
            "SYMBOL -x",
            "SYMBOL .x",
            "SYMBOL -.x",
            "BOOL true",
            "BOOL false",
            "SYMBOL truer",
        ]
    );
}

#[test]
fn l14_reserved_characters() {
    table(&[
        ("a@b", &["1005 \"@\""]),
        ("@x", &["1005 \"@\""]),
        ("^meta", &["1005 \"^\""]),
        ("|a|", &["1005 \"|\""]),
        ("a\\b", &["1005 \"\\\\\""]),
        ("~ @x", &["1005 \"@\""]),
        ("1@2", &["1005 \"@\""]),
    ]);
}

#[test]
fn l20_words_that_only_start_like_numbers() {
    for text in [
        "1N",
        "1M",
        "1/2",
        "2r101",
        "12abc",
        "0X1F",
        "1__0",
        "1_",
        "0x",
        "0x_",
        "0xg",
        "0b2",
        "0o8",
        "1e",
        "1e+",
        "1.2.3",
        ".5.",
        "1-2",
        "0x1__0",
        "_1x1"[1..].trim(),
        "1.e",
        "1_.5",
        "1._5",
        "12:34",
        "5<-:T",
        "+1N",
        "-1N",
        "0_x1",
    ] {
        assert_eq!(codes(text), [1021], "{text:?}");
        assert_eq!(
            usize::from(errors(text)[0].range.len()),
            text.len(),
            "{text:?}"
        );
    }
    machine(&[("0X1F", "0x1F"), ("-0B10", "-0b10"), ("0O17", "0o17")]);
}

#[test]
fn l21_l27_values_of_numbers() {
    for (text, value) in [
        ("0", "0"),
        ("-0", "0"),
        ("1_000_000", "1000000"),
        ("0x_DEAD_BEEF", "3735928559"),
        ("0xff", "255"),
        ("-0b1010", "-10"),
        ("0o17", "15"),
        ("9223372036854775807", "9223372036854775807"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("0x7fff_ffff_ffff_ffff", "9223372036854775807"),
        ("-0x8000000000000000", "-9223372036854775808"),
        ("1e3", "1000.0"),
        ("-0.0", "-0.0"),
        ("2.5E-1", "0.25"),
        ("1_0.2_5e1_0", "102500000000.0"),
        ("1e16", "1e16"),
        ("5e-324", "5e-324"),
        ("0.1", "0.1"),
        ("1.7976931348623157e308", "1.7976931348623157e308"),
    ] {
        clean(&[text]);
        assert_eq!(printed(text), [value], "{text:?}");
    }
}

#[test]
fn l22_l23_numbers_out_of_range() {
    for text in [
        "9223372036854775808",
        "-9223372036854775809",
        "0x8000000000000000",
        "99999999999999999999999999",
    ] {
        assert_eq!(codes(text), [1020], "{text:?}");
        assert_eq!(usize::from(errors(text)[0].range.len()), text.len());
    }
    table(&[
        ("1e400", &["1023 \"1e400\""]),
        ("-1e400", &["1023 \"-1e400\""]),
        ("1e-400", &["1905 \"1e-400\""]),
        ("0e-400", &[]),
        ("0.0e99", &[]),
    ]);
}

#[test]
fn l24_l25_l26_loose_notations() {
    table(&[
        (".5", &["1901 \".5\""]),
        ("1.", &["1901 \"1.\""]),
        ("007", &["1902 \"007\""]),
        ("-01", &["1902 \"-01\""]),
        ("+5", &["1022 \"+\""]),
        ("+.5", &["1022 \"+\"", "1901 \"+.5\""]),
        ("00", &["1902 \"00\""]),
        ("00.5", &["1902 \"00.5\""]),
    ]);
    machine(&[
        (".5", "0.5"),
        ("-.5", "-0.5"),
        ("1.", "1.0"),
        ("1.e5", "1.0e5"),
        ("007", "7"),
        ("-01", "-1"),
        ("000", "0"),
        ("0_7", "7"),
        ("00.5", "0.5"),
        ("+5", "5"),
        ("+.5", "0.5"),
        ("+1.5", "1.5"),
    ]);
    assert_eq!(printed("[+5 007 .5]"), ["[5 7 0.5]"]);
}

#[test]
fn l28_a_sign_belongs_to_the_digits_directly_after_it() {
    assert_eq!(tokens("- 5"), ["SYMBOL -", "INT 5"]);
    assert_eq!(tokens("--5 +-5"), ["SYMBOL --5", "SYMBOL +-5"]);
}

#[test]
fn l40_strings_span_lines_and_a_crlf_is_a_line_feed() {
    assert_eq!(printed("\"a\r\n  b\rc\""), ["\"a\\n  b\\rc\""]);
}

#[test]
fn l41_escapes() {
    let text = r#""\"\\\/\n\t\r\0\b\f\u0041\u{1F600}\u{a}""#;
    clean(&[text]);
    assert_eq!(printed(text), [r#""\"\\/\n\t\r\u0000\b\fA😀\n""#]);
}

#[test]
fn l42_l43_bad_escapes() {
    table(&[
        (r#""50\% off""#, &[r#"1025 "\\%""#]),
        (r#""\q\z""#, &[r#"1025 "\\q""#, r#"1025 "\\z""#]),
        ("\"a\\\nb\"", &["1025 \"\\\\\\n\""]),
        (r#""\λ""#, &[r#"1025 "\\λ""#]),
        (r#""\u12""#, &[r#"1026 "\\u12""#]),
        (r#""\ud800""#, &[r#"1026 "\\ud800""#]),
        (r#""\u{110000}""#, &[r#"1026 "\\u{110000}""#]),
        (r#""\u{}""#, &[r#"1026 "\\u{}""#]),
        (r#""\u{1234567}""#, &[r#"1026 "\\u{1234567}""#]),
        (r#""\u{12""#, &[r#"1026 "\\u{12""#]),
        (r#""\u""#, &[r#"1026 "\\u""#]),
        (r#""\ux""#, &[r#"1026 "\\u""#]),
    ]);
    assert_eq!(fixed(r#""50\% off""#), r#""50\\% off""#);
    assert_eq!(printed(r#""a\%b\ud800c""#), [r#""a%bc""#]);
}

#[test]
fn l50_character_literals() {
    table(&[
        ("\\a", &["1007 \"\\\\a\""]),
        ("\\newline", &["1007 \"\\\\newline\""]),
        ("(f \\( x)", &["1007 \"\\\\(\""]),
        ("\\", &["1007 \"\\\\\""]),
        ("\\a-b", &["1007 \"\\\\a\""]),
    ]);
    machine(&[
        ("\\a", "\"a\""),
        ("\\newline", "\"\\n\""),
        ("\\return", "\"\\r\""),
        ("\\space", "\" \""),
        ("\\tab", "\"\\t\""),
        ("\\formfeed", "\"\\f\""),
        ("\\backspace", "\"\\b\""),
        ("\\u0041", "\"\\u0041\""),
        ("\\(", "\"(\""),
        ("\\\"", "\"\\\"\""),
        ("\\\\", "\"\\\\\""),
        ("\\λ", "\"λ\""),
        ("\\ ", "\" \""),
    ]);
    for text in ["\\nul", "\\ud800", "\\", "\\u12"] {
        assert!(errors(text)[0].fixes.is_empty(), "{text:?}");
    }
}

#[test]
fn l51_l52_dispatch() {
    table(&[
        ("#inst \"x\"", &["1006 \"#inst\""]),
        ("#_x", &["1006 \"#_x\""]),
        ("#(f)", &["1006 \"#\""]),
        ("#\"re\"", &["1006 \"#\""]),
        ("#'x", &["1006 \"#'x\""]),
        ("#?(x)", &["1006 \"#?\""]),
        ("#|x|#", &["1006 \"#|x|#\""]),
        ("##Inf", &["1006 \"##Inf\""]),
        ("x#", &["1006 \"#\""]),
        ("#", &["1006 \"#\""]),
    ]);
}

#[test]
fn l60_l61_l62_symbols() {
    clean(&[
        "a_b-c+d*e/f<g>h=i!j?k&l.m$n%o'p",
        "state'",
        "<- -> & _",
        "a/b a.b",
        "nil",
    ]);
    assert_eq!(
        tokens("a'b 'c d'"),
        ["SYMBOL a'b", "QUOTE '", "SYMBOL c", "SYMBOL d'"]
    );
}

#[test]
fn l63_arrows_glued_to_colons() {
    table(&[
        ("[x<-:T]", &["1008 \"<-\""]),
        ("[x <-:T]", &["1008 \"<-\""]),
        ("(f []->:T x)", &["1008 \"->\""]),
        ("[x<-:V<A,B> y<-:T]", &["1008 \"<-\"", "1008 \"<-\""]),
        ("[&<-:T]", &["1008 \"<-\""]),
    ]);
    machine(&[
        ("[x<-:T]", "[x <- :T]"),
        ("[x <-:T]", "[x <- :T]"),
        ("(f []->:T x)", "(f []-> :T x)"),
        ("[x->:T]", "[x -> :T]"),
    ]);
    assert_eq!(
        tokens("x<-:V<A, B>"),
        ["SYMBOL x", "SYMBOL <-", "KEYWORD :V<A, B>"]
    );
    assert_eq!(printed("[x<-:V<A, B>]"), ["[x <- :V<A,B>]"]);
}

#[test]
fn l64_colons_in_symbols() {
    table(&[
        ("a::b", &["1009 \":\""]),
        ("a:b", &["1009 \":\""]),
        ("a:::b", &["1009 \":\""]),
        ("a:", &["1009 \":\""]),
    ]);
    assert_eq!(fixed("(wat::core::+ 1)"), "(:wat::core::+ 1)");
    assert_eq!(printed("(a::b c::d<e>)"), ["(:a::b :c::d<e>)"]);
    assert_eq!(tokens("a::b a:b"), ["KEYWORD a::b", "ERROR a:b"]);
    assert!(errors("a:b")[0].fixes.is_empty());
}

#[test]
fn p2_prefixes_are_lists() {
    for (text, value) in [
        ("'x", "'x"),
        ("(:wat::core::quote x)", "'x"),
        ("' ; c\n x", "'x"),
        ("`(a ~b ~@c)", "`(a ~b ~@c)"),
        ("''x", "''x"),
        ("``x", "``x"),
        ("'~x", "'~x"),
        ("(:wat::core::quote)", "(:wat::core::quote)"),
        ("(:wat::core::quote x y)", "(:wat::core::quote x y)"),
        (
            "(:wat::core::quasiquote (f (:wat::core::unquote x)))",
            "`(f ~x)",
        ),
    ] {
        clean(&[text]);
        assert_eq!(printed(text), [value], "{text:?}");
    }
}

#[test]
fn p3_dangling_prefixes() {
    table(&[
        ("'", &["1034 \"'\""]),
        ("(a ')", &["1034 \"'\""]),
        ("(a ~@ )", &["1034 \"~@\""]),
        ("''", &["1034 \"'\""]),
        ("[` ;c\n]", &["1034 \"`\""]),
        ("' )", &["1034 \"'\"", "1031 \")\""]),
    ]);
    let tree = parse(&SourceText::new("(a ' )")).syntax();
    let prefixed = tree
        .descendants()
        .find(|node| node.kind() == PREFIXED)
        .expect("a node");
    assert_eq!(prefixed.text(), "'");
}

#[test]
fn p7_commas_that_look_like_unquotes() {
    table(&[
        ("`(a ,b)", &["1903 \",\""]),
        ("`(,a)", &["1903 \",\""]),
        ("`(a ,(b) ,@c)", &["1903 \",\"", "1903 \",\"", "1005 \"@\""]),
        ("`(a\n,b)", &["1903 \",\""]),
        ("(:wat::core::quasiquote (a ,b))", &["1903 \",\""]),
        ("`(a, b)", &[]),
        ("`(a,b)", &[]),
        ("`(a , b)", &[]),
        ("`(a ,)", &[]),
        ("(a ,b)", &[]),
        ("`(a ~(b ,c))", &[]),
        ("'(a ,b)", &[]),
        ("`(a) (b ,c)", &[]),
        ("`(a ~(b `(c ,d)))", &["1903 \",\""]),
    ]);
    assert_eq!(fixed("`(a ,b)"), "`(a ~b)");
}

#[test]
fn p11_p12_nodes_run_from_their_first_to_their_last_significant_token() {
    let text = " ; c\n( a  [b ]{c} #{ d } 'e ) ; end";
    let tree = parse(&SourceText::new(text)).syntax();
    let nodes: Vec<String> = tree
        .descendants()
        .map(|node| format!("{:?} {}", node.kind(), node.text()))
        .collect();
    assert_eq!(
        nodes[1..],
        [
            "LIST ( a  [b ]{c} #{ d } 'e )",
            "VECTOR [b ]",
            "BRACE {c}",
            "SET #{ d }",
            "PREFIXED 'e",
        ]
    );
}

#[test]
fn p13_forms_nest_1024_deep() {
    let nested = |depth: usize| format!("{}x{}", "(".repeat(depth), ")".repeat(depth));
    clean(&[&nested(1024)]);
    let text = nested(1025);
    assert_eq!(spans(&text), ["WAT1033 1:1025-1:1026"]);
    let tree = parse(&SourceText::new(text.as_str())).syntax();
    let flat = tree
        .descendants()
        .find(|node| node.kind() == ERROR_NODE)
        .expect("a flat node");
    assert_eq!(flat.text(), "(x)");
    assert_eq!(spans(&"'".repeat(1025)), ["WAT1033 1:1025-1:1026"]);
    let prefixes = format!("{}x", "'".repeat(1030));
    assert_eq!(spans(&prefixes), ["WAT1033 1:1025-1:1026"]);
    let two = format!("{}(x) (y){}", "(".repeat(1024), ")".repeat(1024));
    assert_eq!(codes(&two), [1033, 1033]);
    let prefixed = format!("{}'(x [y]) '(z){}", "(".repeat(1024), ")".repeat(1024));
    assert_eq!(codes(&prefixed), [1033, 1033]);
    let open = "(".repeat(1030);
    assert_eq!(codes(&open), [1030, 1033]);
    assert_eq!(codes(&fixed(&open)), [1033]);
}
