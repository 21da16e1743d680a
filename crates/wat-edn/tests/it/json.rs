//! §17.6 and §17.7: JSON.

use proptest::prelude::*;
use wat_edn::{Edn, json, read};

use crate::values;

#[track_caller]
fn edn(text: &str) -> Edn {
    read(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[track_caller]
fn typed(text: &str, expected: &str) {
    let value = edn(text);
    assert_eq!(json::write(&value), expected);
    assert_eq!(json::read(expected), Ok(value), "{expected}");
}

#[track_caller]
fn natural(text: &str, expected: &str) {
    assert_eq!(json::write_natural(&edn(text)), expected);
}

#[test]
fn typed_json_reads_back() {
    typed(
        "[1 2.5 \"x\" :a/b true nil]",
        "[1,2.5,\"x\",\":a/b\",true,null]",
    );
    typed("#wat-edn.float/nan nil", "{\"#float\":\"nan\"}");
    typed("#wat-edn.float/neg-inf nil", "{\"#float\":\"neg-inf\"}");
    typed("[1.0 1e16 -0.0 5e-324]", "[1.0,1e16,-0.0,5e-324]");
    typed(
        "[9007199254740991 -9007199254740992]",
        "[9007199254740991,-9007199254740992]",
    );
    typed(
        "#inst \"1970-01-01T00:00:01Z\"",
        "{\"#inst\":\"1970-01-01T00:00:01Z\"}",
    );
    typed(
        "#uuid \"00000000-0000-0000-0000-000000000000\"",
        "{\"#uuid\":\"00000000-0000-0000-0000-000000000000\"}",
    );
    typed("{:a 2}", "{\":a\":2}");
    typed("#{1 [2]}", "{\"#set\":[1,[2]]}");
    typed("#{}", "{\"#set\":[]}");
    typed("\":a\"", "{\"#string\":\":a\"}");
    typed("\":)\"", "{\"#string\":\":)\"}");
    typed(
        "[\"\\u0001\\n\\\"\\\\\\u007f\u{e9}\"]",
        "[\"\\u0001\\n\\\"\\\\\\u007f\u{e9}\"]"
            .replace("\\u007f", "\u{7f}")
            .as_str(),
    );
    typed("\"\\u001f\"", "\"\\u001f\"");
    typed(
        "#wat-edn.result/err \"x\"",
        "{\"#tag\":\"wat-edn.result/err\",\"body\":\"x\"}",
    );
    typed(
        "#geo/Point {:x 1 :y 2.0}",
        "{\"#tag\":\"geo/Point\",\"body\":{\":x\":1,\":y\":2.0}}",
    );
    typed(
        "#geo.Shape/Dot [#geo/Point {:x 1 :y 2.0} \"a\"]",
        "{\"#tag\":\"geo.Shape/Dot\",\"body\":[{\"#tag\":\"geo/Point\",\"body\":{\":x\":1,\":y\":2.0}},\"a\"]}",
    );
    typed(
        "#wat-edn.core/keyword \":V<T>\"",
        "{\"#tag\":\"wat-edn.core/keyword\",\"body\":{\"#string\":\":V<T>\"}}",
    );
    typed("{}", "{}");
    typed("[]", "[]");
}

#[test]
fn typed_json_of_wide_integers_and_other_keys_is_text() {
    let write = |text| json::write(&edn(text));
    assert_eq!(write("9007199254740993"), "\"9007199254740993\"");
    assert_eq!(write("9007199254740992"), "\"9007199254740992\"");
    assert_eq!(write("-9007199254740993"), "\"-9007199254740993\"");
    assert_eq!(write("{1 2}"), "{\"1\":2}");
    assert_eq!(write("{[1 \"a\"] 2}"), "{\"[1 \\\"a\\\"]\":2}");
    assert_eq!(write("{10 1 9 2 \"a\" 3}"), "{\"9\":2,\"10\":1,\"a\":3}");
    assert_eq!(
        write("#a/S {:z 1 :a {10 1 9 2}}"),
        "{\"#tag\":\"a/S\",\"body\":{\":a\":{\"9\":2,\"10\":1},\":z\":1}}"
    );
    assert_eq!(
        write("#wat-edn.result/ok {10 1 9 2}"),
        "{\"#tag\":\"wat-edn.result/ok\",\"body\":{\"9\":2,\"10\":1}}"
    );
    assert_eq!(write("[(1) \\a]"), "[[1],\"a\"]");
    assert_eq!(json::key_text(&edn(":a/b")), ":a/b");
}

#[test]
fn natural_json_is_plain() {
    natural(":a/b", "\"a.b\"");
    natural(
        "#inst \"1970-01-01T00:00:01Z\"",
        "\"1970-01-01T00:00:01.000Z\"",
    );
    natural("[1 nil \"x\"]", "[1,null,\"x\"]");
    natural("{1 2}", "{\"1\":2}");
    natural("{:a/b 2}", "{\"a.b\":2}");
    natural("#geo.Shape/Empty nil", "\"geo.Shape/Empty\"");
    natural(
        "#geo/Point {:y 1 :x #a/P {:z nil}}",
        "{\"x\":{\"z\":null},\"y\":1}",
    );
    natural(
        "#geo.Shape/Dot {:_type \"geo.Shape/Dot\" :at {:x 1 :y 2.0} :tag \"a\"}",
        "{\"_type\":\"geo.Shape/Dot\",\"at\":{\"x\":1,\"y\":2.0},\"tag\":\"a\"}",
    );
    natural("#wat-edn.option/some nil", "null");
    natural(
        "#wat-edn.result/ok nil",
        "{\"#tag\":\"wat-edn.result/ok\",\"body\":null}",
    );
    natural("#wat-edn.local/S {:x 1}", "{\"x\":1}");
    natural("#{1}", "{\"#set\":[1]}");
    natural("{#a.E/V nil 1}", "{\"a.E/V\":1}");
}

#[test]
fn any_json_reads() {
    let read = |text: &str| json::read(text).map(|it| it.to_string());
    assert_eq!(
        read(" { \"b\" : [ ] , \"a\" : { } } "),
        Ok("{\"a\" {} \"b\" []}".to_owned())
    );
    assert_eq!(read("1e3"), Ok("1000.0".to_owned()));
    assert_eq!(read("-0"), Ok("0".to_owned()));
    assert_eq!(
        read("\"\\ud83d\\ude00\\u0041\\/\""),
        Ok("\"😀A/\"".to_owned())
    );
    assert_eq!(read("{\"#inst\":5}"), Ok("{\"#inst\" 5}".to_owned()));
    assert_eq!(read("{\"#set\":1}"), Ok("{\"#set\" 1}".to_owned()));
    assert_eq!(
        read("{\"#tag\":\"no namespace\",\"body\":1}"),
        Ok("{\"#tag\" \"no namespace\" \"body\" 1}".to_owned())
    );
    assert_eq!(
        read("{\"body\":1,\"#tag\":\"a/B\"}"),
        Ok("#a/B 1".to_owned())
    );
    assert_eq!(read("\": free text\""), Ok("\": free text\"".to_owned()));
}

#[test]
fn what_is_no_json_is_an_error() {
    for text in [
        "",
        " ",
        "[",
        "[1",
        "[1,",
        "[1,]",
        "[,]",
        "{",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,}",
        "{a:1}",
        "{1:2}",
        "01",
        "+1",
        "1.",
        ".5",
        "1e",
        "--1",
        "1N",
        "nul",
        "True",
        "\"a",
        "\"\t\"",
        "\"\\x\"",
        "\"\\ud800\"",
        "'a'",
        "[1]]",
        "1 2",
        "NaN",
        "1e400",
        "9223372036854775808",
        "é",
        "\u{feff}1",
        "[1}",
        "{\"a\":1]",
    ] {
        let error = json::read(text).expect_err(text);
        assert_eq!(error.code(), 8409, "{text}");
    }
    for text in ["{\"a\":1,\"a\":2}", "{\"#set\":[1,1]}"] {
        assert_eq!(
            json::read(text).map_err(|it| it.code()),
            Err(8410),
            "{text}"
        );
    }
    let nest = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(json::read(&nest(512)).is_ok());
    assert!(json::read(&nest(513)).is_err());
}

proptest! {
    #[test]
    fn typed_json_of_scalars_reads_back(value in values::scalar()) {
        let text = json::write(&value);
        let expected = match &value {
            Edn::Int(it) if !(-(1 << 53)..1 << 53).contains(it) => Edn::str(it.to_string()),
            _ => value.clone(),
        };
        prop_assert_eq!(json::read(&text), Ok(expected), "{}", text);
    }
}

#[test]
fn json_has_a_limit_and_so_have_its_strings() {
    let value = read("[\"a\\nb\\u0001\" {:k [1 2]}]").expect("it reads");
    let text = json::write_ordered(&value, json::Style::Typed);
    assert_eq!(text, r#"["a\nb\u0001",{":k":[1,2]}]"#);
    let within = |limit| json::write_ordered_within(&value, json::Style::Typed, limit);
    assert_eq!(within(text.len()), Some(text.clone()));
    for limit in 0..text.len() {
        assert_eq!(within(limit), None, "{limit}");
    }
}
