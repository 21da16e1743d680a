//! X30–X34: reading.

use expect_test::{Expect, expect};
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

#[track_caller]
fn fails(text: &str, expected: Expect) {
    let error = read(text).expect_err(text);
    expected.assert_eq(&format!("{}@{} {error}", error.code(), error.offset));
}

#[test]
fn errors_say_what_and_where() {
    fails("1 2", expect!["8409@2 `2` follows the value; exactly one value is read at 1:3"]);
    fails("[1\n  foo]", expect!["8409@5 the symbol `foo` is no value; write a keyword or a string at 2:3"]);
    fails("(1 2", expect!["8409@0 `(` is never closed; add `)` at 1:1"]);
    fails("[1}", expect!["8409@2 `}` closes nothing here; write `]` at 1:3"]);
    fails("]", expect!["8409@0 `]` closes nothing; remove it at 1:1"]);
    fails("{:a 1 :b}", expect!["8409@8 the key `:b` has no value; add one at 1:9"]);
    fails("[#a/b]", expect!["8409@5 a value must follow the tag `#a/b` at 1:6"]);
    fails("[#_]", expect!["8409@3 a value must follow `#_` at 1:4"]);
    fails("#foo 1", expect!["8409@0 `#foo` is no tag; tags other than `#inst` and `#uuid` need a namespace, as in `#my.app/Name` at 1:1"]);
    fails("# 1", expect!["8409@0 `#` is no tag; write `#namespace/name` and a value at 1:1"]);
    fails("9223372036854775808", expect!["8409@0 `9223372036854775808` is outside the range of `i64`; write a float or a string at 1:1"]);
    fails("1N", expect!["8409@0 `1N` is a big integer, which wat does not have; remove the `N` at 1:1"]);
    fails("1.5M", expect!["8409@0 `1.5M` is a decimal, which wat does not have; remove the `M` at 1:1"]);
    fails("007", expect!["8409@0 `007` is no number; write digits, `1.5` or `1e3`, without leading zeros at 1:1"]);
    fails("1.", expect!["8409@0 `1.` is no number; write digits, `1.5` or `1e3`, without leading zeros at 1:1"]);
    fails(".5", expect!["8409@0 `.5` is no number; write digits, `1.5` or `1e3`, without leading zeros at 1:1"]);
    fails("1e400", expect!["8409@0 `1e400` is too large for a float; the largest is about 1.8e308 at 1:1"]);
    fails("1/2", expect!["8409@0 `1/2` is no number; write digits, `1.5` or `1e3`, without leading zeros at 1:1"]);
    fails(":V<T>", expect!["8409@0 `:V<T>` is no keyword; write `:name` or `:name.space/name` at 1:1"]);
    fails(":", expect!["8409@0 `:` is no keyword; write `:name` or `:name.space/name` at 1:1"]);
    fails("@x", expect!["8409@0 `@x` is no EDN; write a value at 1:1"]);
    fails("\u{a0}", expect!["8409@0 ` ` is no EDN; write a value at 1:1"]);
    fails("\"\\q\"", expect![[r#"8409@1 `\q` is no escape; write `\\` for a backslash, or one of `\"` `\n` `\r` `\t` `\b` `\f` `\/` `\uXXXX` at 1:2"#]]);
    fails("\"\\ud800\"", expect![[r#"8409@1 `\u` needs four hexadecimal digits that name a character; surrogates come in pairs at 1:2"#]]);
    fails("\\bogus", expect![[r#"8409@0 `\bogus` is no character; write one character after `\`, a name such as `\newline`, or `\uXXXX` at 1:1"#]]);
    fails("\\ x", expect![[r#"8409@0 `\ ` is no character; write one character after `\`, a name such as `\newline`, or `\uXXXX` at 1:1"#]]);
    fails("#inst \"yesterday\"", expect![[r#"8409@0 `"yesterday"` is not an instant; write RFC 3339 with offset, as in `#inst "2020-01-01T00:00:00Z"` at 1:1"#]]);
    fails("#inst 5", expect!["8409@0 `#inst` needs a string, not an integer at 1:1"]);
    fails("#uuid \"00000000-0000-0000-0000-00000000000\"", expect![[r#"8409@0 `"00000000-0000-0000-0000-00000000000"` is not a UUID; write 8-4-4-4-12 lower-case hexadecimal digits at 1:1"#]]);
    fails("#{1 1}", expect!["8410@0 the set has the element `1` twice; remove one of the two at 1:1"]);
    fails("[0 {:a #{[1] (2) [1]}}]", expect!["8410@7 the set has the element `[1]` twice; remove one of the two at 1:8 (at `.[1].a`)"]);
    fails("#wat-edn.result/ok {:a 1 :a 2}", expect!["8410@19 the map has the key `:a` twice; remove one of the two at 1:20 (at `.ok`)"]);
    fails("#a/S {:a 1 :a 2}", expect!["8410@5 the map has the key `:a` twice; remove one of the two at 1:6"]);
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
    assert!(read(&"#a/S {:x ".repeat(300).trim_end().to_owned()).is_err_and(|it| it.incomplete));
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
