//! X30–X34: reading.

use expect_test::expect;
use wat_edn::{Edn, ReadErrorKind, ReadOptions, read, read_all, read_with, write};

#[track_caller]
fn check(text: &str, expected: &str) {
    match read(text) {
        Ok(value) => assert_eq!(write(&value), expected, "{text}"),
        Err(error) => panic!("{text}: {error}"),
    }
}

#[test]
fn values_of_every_kind_read() {
    check(" ,\t\n\x0c; c\r\n #_ 1 2", "2");
    check("+5", "5");
    check("-0", "0");
    check("1e3", "1000.0");
    check("+1.5E-2", "0.015");
    check("-0.0", "-0.0");
    check(r#""a\u0041\/\n\ud83d\ude00""#, "\"aA/\\n😀\"");
    check("\"a\nb\"", "\"a\\nb\"");
    check(":a.b/n", ":a.b/n");
    check("(1,2)", "(1 2)");
    check("[1[2]\"x\"\"y\":k]", "[1 [2] \"x\" \"y\" :k]");
    check(
        "#inst\"2026-01-02T03:04:05+02:00\"",
        "#inst \"2026-01-02T01:04:05Z\"",
    );
    check("#a/b #c/d[1]", "#a/b #c/d [1]");
    check("[#_1 #_ #_ 2 3 4 #_{:a #_ 5 6}]", "[4]");
    check("{:a #_ 1 2}", "{:a 2}");
    check("1 #_ 2 ; end", "1");
    check("#a/S {:b 1 :a 2}", "#a/S {:b 1 :a 2}");
    assert_eq!(read(":a.b/n"), Ok(Edn::keyword(":a::b::n")));
}

#[test]
fn characters_read() {
    for (text, value) in [
        ("\\a", 'a'),
        ("\\newline", '\n'),
        ("\\space", ' '),
        ("\\tab", '\t'),
        ("\\return", '\r'),
        ("\\formfeed", '\u{c}'),
        ("\\backspace", '\u{8}'),
        ("\\u0041", 'A'),
        ("\\u", 'u'),
        ("\\é", 'é'),
        ("\\(", '('),
        ("\\\\", '\\'),
        ("\\\"", '"'),
        ("\\,", ','),
        ("\\;", ';'),
    ] {
        assert_eq!(read(text), Ok(Edn::Char(value)), "{text}");
        assert_eq!(read(&write(&Edn::Char(value))), Ok(Edn::Char(value)));
    }
    check("[\\a[\\b]]", "[\\a [\\b]]");
}

#[test]
fn exactly_one_value_reads() {
    assert_eq!(
        read_all("1 2 3"),
        Ok(vec![Edn::Int(1), Edn::Int(2), Edn::Int(3)])
    );
    assert_eq!(read_all(" ; nothing"), Ok(vec![]));
    assert_eq!(
        read("1 2").map_err(|it| (it.code(), it.offset, it.incomplete)),
        Err((8409, 2, false))
    );
    assert_eq!(
        read("").map_err(|it| (it.code(), it.incomplete)),
        Err((8409, true))
    );
}

#[test]
fn unfinished_texts_are_incomplete() {
    for text in [
        "", "[", "{:a", "{:a 1", "#{1", "(", "\"abc", "\"a\\", "#a/b", "#_", "[1 #_", "\\",
        "#inst ",
    ] {
        let error = read(text).expect_err(text);
        assert!(error.incomplete, "{text}: {error}");
    }
    for text in [
        "]",
        "[1}",
        "1 2",
        "foo",
        "{:a}",
        "[#_]",
        "#foo 1",
        "[\"\\q\" ",
    ] {
        let error = read(text).expect_err(text);
        assert!(!error.incomplete, "{text}: {error}");
    }
}

#[test]
fn errors_say_what_and_where() {
    let texts = [
        "1 2",
        "[1\n  foo]",
        "(1 2",
        "[1}",
        "]",
        "{:a 1 :b}",
        "[#a/b]",
        "[#_]",
        "#foo 1",
        "# 1",
        "9223372036854775808",
        "1N",
        "1.5M",
        "007",
        "1.",
        ".5",
        "1e400",
        "1/2",
        ":V<T>",
        ":",
        "@x",
        "\u{a0}",
        "\"\\q\"",
        "\"\\ud800\"",
        "\"abc",
        "\\bogus",
        "\\ x",
        "#inst \"yesterday\"",
        "#inst 5",
        "#uuid \"00000000-0000-0000-0000-00000000000\"",
        "#{1 1}",
        "[0 {:a #{[1] (2) [1]}}]",
        "[{[1] {2 #{1 1}}}]",
        "#wat-edn.result/ok {:a 1 :a 2}",
        "#a/S {:a 1 :a 2}",
    ];
    let mut report = String::new();
    for text in texts {
        let error = read(text).expect_err(text);
        report.push_str(&format!(
            "{text:?}: {}@{} {error}\n",
            error.code(),
            error.offset
        ));
    }
    expect![[r##"
        "1 2": 8409@2 1:3: `2` follows the value; exactly one value is read
        "[1\n  foo]": 8409@5 2:3: the symbol `foo` is no value; write a keyword or a string
        "(1 2": 8409@0 1:1: `(` is never closed; add `)`
        "[1}": 8409@2 1:3: `}` closes nothing here; write `]`
        "]": 8409@0 1:1: `]` closes nothing; remove it
        "{:a 1 :b}": 8409@8 1:9: the key `:b` has no value; add one
        "[#a/b]": 8409@5 1:6: a value must follow the tag `#a/b`
        "[#_]": 8409@3 1:4: a value must follow `#_`
        "#foo 1": 8409@0 1:1: `#foo` is no tag; tags other than `#inst` and `#uuid` need a namespace, as in `#my.app/Name`
        "# 1": 8409@0 1:1: `#` is no tag; write `#namespace/name` and a value
        "9223372036854775808": 8409@0 1:1: `9223372036854775808` is outside the range of `i64`; write a float or a string
        "1N": 8409@0 1:1: `1N` is a big integer, which wat does not have; remove the `N`
        "1.5M": 8409@0 1:1: `1.5M` is a decimal, which wat does not have; remove the `M`
        "007": 8409@0 1:1: `007` is no number; write digits, `1.5` or `1e3`, without leading zeros
        "1.": 8409@0 1:1: `1.` is no number; write digits, `1.5` or `1e3`, without leading zeros
        ".5": 8409@0 1:1: `.5` is no number; write digits, `1.5` or `1e3`, without leading zeros
        "1e400": 8409@0 1:1: `1e400` is too large for a float; the largest is about 1.8e308
        "1/2": 8409@0 1:1: `1/2` is no number; write digits, `1.5` or `1e3`, without leading zeros
        ":V<T>": 8409@0 1:1: `:V<T>` is no keyword; write `:name` or `:name.space/name`
        ":": 8409@0 1:1: `:` is no keyword; write `:name` or `:name.space/name`
        "@x": 8409@0 1:1: `@x` is no EDN; write a value
        "\u{a0}": 8409@0 1:1: ` ` is no EDN; write a value
        "\"\\q\"": 8409@1 1:2: `\q` is no escape; write `\\` for a backslash, or one of `\"` `\n` `\r` `\t` `\b` `\f` `\/` `\uXXXX`
        "\"\\ud800\"": 8409@1 1:2: `\u` needs four hexadecimal digits that name a character; surrogates come in pairs
        "\"abc": 8409@0 1:1: the string is never closed; add `"`
        "\\bogus": 8409@0 1:1: `\bogus` is no character; write one character after `\`, a name such as `\newline`, or `\uXXXX`
        "\\ x": 8409@0 1:1: `\ ` is no character; write one character after `\`, a name such as `\newline`, or `\uXXXX`
        "#inst \"yesterday\"": 8409@0 1:1: `"yesterday"` is not an instant; write RFC 3339 with offset, as in `#inst "2020-01-01T00:00:00Z"`
        "#inst 5": 8409@0 1:1: `#inst` needs a string, not an integer
        "#uuid \"00000000-0000-0000-0000-00000000000\"": 8409@0 1:1: `"00000000-0000-0000-0000-00000000000"` is not a UUID; write 8-4-4-4-12 lower-case hexadecimal digits
        "#{1 1}": 8410@0 1:1: the set has the element `1` twice; remove one of the two
        "[0 {:a #{[1] (2) [1]}}]": 8410@7 1:8: at `.[1].a`: the set has the element `[1]` twice; remove one of the two
        "[{[1] {2 #{1 1}}}]": 8410@9 1:10: at `.[0].{[1]}.{2}`: the set has the element `1` twice; remove one of the two
        "#wat-edn.result/ok {:a 1 :a 2}": 8410@19 1:20: at `.ok`: the map has the key `:a` twice; remove one of the two
        "#a/S {:a 1 :a 2}": 8410@5 1:6: the map has the key `:a` twice; remove one of the two
    "##]].assert_eq(&report);
}

#[test]
fn duplicates_are_a_matter_of_shape() {
    assert_eq!(
        read("{1 2 1 3}").map_err(|it| it.kind),
        Err(ReadErrorKind::Shape)
    );
    check("#{1 1.0 [1] (1)}", "#{1 1.0 (1) [1]}");
}

#[test]
fn nesting_is_limited() {
    let nest = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(read(&nest(512)).is_ok());
    assert_eq!(
        read(&nest(513)).map_err(|it| (it.code(), it.offset)),
        Err((8409, 512))
    );
    assert!(read("#a/S {:x ".repeat(300).trim_end()).is_err_and(|it| it.incomplete));
    let records = "#a/S [".repeat(512) + &"]".repeat(512);
    assert!(read(&records).is_ok());
    assert!(read(&("#a/S ".repeat(600) + "1")).is_err());
    let options = ReadOptions {
        max_depth: 2,
        ..ReadOptions::default()
    };
    assert!(read_with("[[1] #_ [] {:a []}]", options).is_err());
    assert!(read_with("[[1] {} #{}]", options).is_ok());
}

#[test]
fn foreign_edn_reads_on_request() {
    let options = ReadOptions {
        foreign: true,
        ..ReadOptions::default()
    };
    for text in [
        "foo", "a.b/c", "->", "12N", "1.5M", "3M", "#foo [1]", "[/ - +]",
    ] {
        assert!(read(text).is_err(), "{text}");
        assert_eq!(
            read_with(text, options).map(|it| write(&it)),
            Ok(text.to_owned())
        );
    }
    assert_eq!(
        read_with("99999999999999999999", options),
        Ok(Edn::BigInt("99999999999999999999".into()))
    );
}
