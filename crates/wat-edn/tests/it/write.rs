//! X1–X20: the text of values.

use wat_edn::{Edn, Layout, Sequence, Writer, read, write, write_ordered, write_pretty};

#[track_caller]
fn edn(text: &str) -> Edn {
    read(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// The compact text of what `text` reads as.
#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(write(&edn(text)), expected);
}

#[track_caller]
fn pretty(text: &str, expected: &str) {
    assert_eq!(write_pretty(&edn(text)), expected);
}

#[test]
fn x1_values_print_on_one_line() {
    for text in [
        "nil",
        "true",
        "false",
        "-9223372036854775808",
        "\"a\\tb\"",
        "#wat-edn.result/ok 4",
        "#wat-edn.result/err \"negative\"",
        "[nil 1 [1 2.5 \"x\" :a/b true nil]]",
        "{\"a\" 2 \"b\" 1}",
        "#{1 9 10}",
        "#demo/Point {:x 1 :y 2}",
        "#geo/Box {:label \"b\" :corners [#geo/Point {:x 0 :y 0.5}]}",
        "#wat-edn.local/Solo {:x 1}",
        "#demo/Price {:field-0 1.5}",
        "#demo.Shape/Dot nil",
        "#demo.Shape/Circle [2.0]",
        "#inst \"2020-01-01T00:00:00Z\"",
        "#inst \"1970-01-01T00:00:01.500Z\"",
        "#inst \"1970-01-01T00:00:00.000000001Z\"",
        "#uuid \"00000000-0000-0000-0000-000000000000\"",
        "#wat-edn.core/form \"(f 16 ~x)\"",
        "#wat-edn.holon/Thermometer {:value 400.0 :min 200.0 :max 600.0}",
        "#wat-edn.opaque/fn nil",
        "#wat-edn.opaque/HandlePool \"n\"",
        "#demo/Vault {:secret #wat-edn.opaque/restricted nil :label \"v\"}",
        "(1 2)",
        "[]",
        "{}",
        "#{}",
    ] {
        check(text, text);
    }
}

#[test]
fn x2_floats_without_digits_are_scalars() {
    check(
        "[#wat-edn.float/nan nil #wat-edn.float/neg-inf nil]",
        "[#wat-edn.float/nan nil #wat-edn.float/neg-inf nil]",
    );
    pretty(
        "[#wat-edn.float/nan nil 1.0]",
        "[#wat-edn.float/nan nil 1.0]",
    );
    assert_eq!(edn("#wat-edn.float/inf nil"), Edn::Float(f64::INFINITY));
    check(
        "[1e16 1e-5 1.5e300 -0.0 0.25]",
        "[1e16 1e-5 1.5e300 -0.0 0.25]",
    );
}

#[test]
fn x4_keywords_without_plain_text_are_scalars() {
    assert_eq!(
        edn("#wat-edn.core/keyword \":a::B/c\""),
        Edn::keyword(":a::B/c")
    );
    pretty(
        "[#wat-edn.core/keyword \":V<T>\"]",
        "[#wat-edn.core/keyword \":V<T>\"]",
    );
    check("#wat-edn.core/keyword \":a::b\"", ":a/b");
}

#[test]
fn x10_maps_and_sets_print_in_order() {
    check("#{10 9 1}", "#{1 9 10}");
    check("{:b 1, :a 2}", "{:a 2 :b 1}");
    check(
        "{[2] {:z 1 :y 2} [1 5] #{3 2}}",
        "{[1 5] #{2 3} [2] {:y 2 :z 1}}",
    );
    check("#a/S {:z 1 :a {:z 1 :a 2}}", "#a/S {:z 1 :a {:a 2 :z 1}}");
    check(
        "#wat-edn.result/ok {:z 1 :a 2}",
        "#wat-edn.result/ok {:a 2 :z 1}",
    );
    check(
        "#wat-edn.option/some {:z 1 :a 2}",
        "#wat-edn.option/some {:a 2 :z 1}",
    );
    let unordered = Edn::Set(vec![Edn::Int(2), Edn::Int(1)]);
    assert_eq!(write(&unordered), "#{1 2}");
    assert_eq!(write_ordered(&unordered, Layout::Compact), "#{2 1}");
    assert_eq!(unordered.to_string(), "#{1 2}");
}

#[test]
fn x20_short_sequences_of_scalars_stay_on_one_line() {
    pretty("[0 1 2 3 4 5 6 7]", "[0 1 2 3 4 5 6 7]");
    pretty(
        "[0 1 2 3 4 5 6 7 8]",
        "[\n  0\n  1\n  2\n  3\n  4\n  5\n  6\n  7\n  8\n]",
    );
    pretty("#{1 2}", "#{1 2}");
    pretty(
        "(nil true 1 2.5 \"s\" :k #inst \"2020-01-01T00:00:00Z\")",
        "(nil true 1 2.5 \"s\" :k #inst \"2020-01-01T00:00:00Z\")",
    );
    pretty("[[1 2]]", "[\n  [1 2]\n]");
    pretty("[[]]", "[\n  []\n]");
    pretty("[{}]", "[\n  {}\n]");
    pretty("[#a/E nil]", "[\n  #a/E nil\n]");
    pretty("#{[1]}", "#{\n  [1]\n}");
    pretty("[] ", "[]");
    pretty("#{}", "#{}");
}

#[test]
fn x20_maps_start_on_their_line() {
    pretty("{}", "{}");
    pretty("{:a 1}", "{:a 1}");
    pretty("{:a 1 :b 2}", "{:a 1\n  :b 2}");
    pretty("#geo/Point {:x 1 :y 2.0}", "#geo/Point {:x 1\n  :y 2.0}");
    pretty("{:a {:b 1 :c 2} :d 3}", "{:a {:b 1\n    :c 2}\n  :d 3}");
    pretty(
        "#demo/Point {:x 1 :ys [1 2 3 4 5 6 7 8 9]}",
        "#demo/Point {:x 1\n  :ys [\n    1\n    2\n    3\n    4\n    5\n    6\n    7\n    8\n    9\n  ]}",
    );
    pretty("[[1 2] [3]]", "[\n  [1 2]\n  [3]\n]");
    pretty("#a/T [[1] 2]", "#a/T [\n  [1]\n  2\n]");
    pretty(
        "{[[1]] #a/T {:x 1 :y 2}}",
        "{[\n    [1]\n  ] #a/T {:x 1\n    :y 2}}",
    );
}

#[test]
fn events_print_what_values_print() {
    let mut writer = Writer::new(Layout::Pretty);
    writer.tag("a.b/S");
    writer.begin_map();
    writer.keyword(":xs");
    writer.begin_vector(2, true);
    writer.int(1);
    writer.float(2.0);
    writer.end();
    writer.keyword(":t");
    writer.tag("a/T");
    writer.begin_sequence(Sequence::Vector, 1, false);
    writer.begin_set(0, true);
    writer.end();
    writer.end();
    writer.end();
    assert_eq!(
        writer.finish(),
        "#a.b/S {:xs [1 2.0]\n  :t #a/T [\n    #{}\n  ]}"
    );
    let mut line = Writer::append_to("> ".to_owned(), Layout::Compact);
    line.value(&edn("[nil {:a (1)}]"));
    assert_eq!(line.len(), 16);
    assert_eq!(line.finish(), "> [nil {:a (1)}]");
}
