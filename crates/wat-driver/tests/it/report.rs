//! Snapshots of every report format.

use std::sync::Arc;
use std::time::Duration;

use expect_test::{Expect, expect};
use wat_analysis::{Fact, FactValue};
use wat_driver::{
    Edit, Fix, Place, Report, Source, Style, Summary, json_line, json_summary, render, short_line,
};
use wat_syntax::{Applicability, LineIndex, SourceText, TextRange, TextSize};

pub fn place(source: &Arc<Source>, start: usize, end: usize) -> Place {
    let size = |at: usize| TextSize::from(u32::try_from(at).expect("test sources are short"));
    Place::new(source, TextRange::new(size(start), size(end)))
}

fn find(source: &Arc<Source>, needle: &str) -> Place {
    let start = source.text().find(needle).expect("the text has the needle");
    place(source, start, start + needle.len())
}

pub fn report(place: Place, message: &str, label: &str) -> Report {
    Report {
        name: "type-mismatch".to_owned(),
        place: Some(place),
        label: label.to_owned(),
        ..Report::plain(Some(3001), message, None)
    }
}

fn check(report: &Report, style: Style, expected: Expect) {
    let mut out = String::new();
    render(report, style, &mut out);
    expected.assert_eq(&out);
}

#[test]
fn bytes_that_are_no_text_are_shown_as_what_they_are() {
    let text = SourceText::from_bytes(b"(a \xe9\xff b \x1a)\n".to_vec());
    let index = LineIndex::new(text.text());
    let source = Arc::new(Source::new("bytes.wat", text, Arc::new(index)));
    check(
        &report(
            place(&source, 3, 5),
            "these bytes are not valid UTF-8",
            "not text",
        ),
        Style::PLAIN,
        expect![[r#"
            error[WAT3001]: these bytes are not valid UTF-8
               ╭─[ bytes.wat:1:4 ]
               │
             1 │ (a \xe9\xff b \u{1a})
               │    ────┬───
               │        ╰───── not text
               ╰── wat explain WAT3001
        "#]],
    );
}

fn mismatch() -> Report {
    let source = Arc::new(Source::from_text(
        "wat/main.wat",
        "; sums\n\n(:wat::core::defn :calc::add [a <- :wat::core::i64\n  b <- :wat::core::i64]\n  \
         -> :wat::core::i64\n  (:wat::core::+ a b))\n\n  (:calc::add 1 \"two\")\n",
    ));
    let mut it = report(
        find(&source, "\"two\""),
        "expected `:wat::core::i64`, found `:wat::core::String`",
        "this is a `:wat::core::String`",
    );
    it.labels.push((
        find(&source, "b <- :wat::core::i64"),
        "the parameter is declared here".into(),
    ));
    it.notes.push("the second argument is `b`".into());
    it.help = Some("parse it: `(:wat::core::string::to-i64 \"two\")`".into());
    it.fixes.push(Fix {
        title: "write a number".into(),
        applicability: Applicability::MaybeIncorrect,
        edits: vec![Edit {
            place: find(&source, "\"two\""),
            text: "2".into(),
        }],
    });
    it
}

#[test]
fn labels_notes_and_help_stand_in_the_frame() {
    check(
        &mismatch(),
        Style::PLAIN,
        expect![[r#"
            error[WAT3001]: expected `:wat::core::i64`, found `:wat::core::String`
               ╭─[ wat/main.wat:8:17 ]
               │
             4 │   b <- :wat::core::i64]
               │   ──────────┬─────────
               │             ╰─────────── the parameter is declared here
               │
             8 │   (:calc::add 1 "two")
               │                 ──┬──
               │                   ╰──── this is a `:wat::core::String`
               │
               │ note: the second argument is `b`
               │ help: parse it: `(:wat::core::string::to-i64 "two")`
               ╰── wat explain WAT3001
        "#]],
    );
}

#[test]
fn ascii_frames_have_no_other_characters() {
    check(
        &mismatch(),
        Style {
            unicode: false,
            ..Style::PLAIN
        },
        expect![[r#"
            error[WAT3001]: expected `:wat::core::i64`, found `:wat::core::String`
               ,-[ wat/main.wat:8:17 ]
               |
             4 |   b <- :wat::core::i64]
               |   ^^^^^^^^^^|^^^^^^^^^
               |             `----------- the parameter is declared here
               |
             8 |   (:calc::add 1 "two")
               |                 ^^|^^
               |                   `---- this is a `:wat::core::String`
               |
               | note: the second argument is `b`
               | help: parse it: `(:wat::core::string::to-i64 "two")`
               '-- wat explain WAT3001
        "#]],
    );
}

#[test]
fn colour_marks_but_never_replaces_text() {
    let mut colored = String::new();
    render(
        &mismatch(),
        Style {
            color: true,
            ..Style::PLAIN
        },
        &mut colored,
    );
    let mut plain = String::new();
    render(&mismatch(), Style::PLAIN, &mut plain);
    let mut stripped = String::new();
    let mut rest = colored.as_str();
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        stripped.push_str(before);
        rest = after.split_once('m').expect("an escape ends with m").1;
    }
    stripped.push_str(rest);
    assert_ne!(colored, plain);
    let trim = |text: &str| {
        text.lines()
            .map(str::trim_end)
            .collect::<Vec<_>>()
            .join("\n")
    };
    assert_eq!(trim(&stripped), trim(&plain));
}

#[test]
fn a_long_line_is_cut_around_its_label() {
    let source = Arc::new(Source::from_text(
        "long.wat",
        &format!("{} BAD {}", "x ".repeat(2000), "y ".repeat(2000)),
    ));
    let it = report(find(&source, "BAD"), "no", "this");
    check(
        &it,
        Style {
            width: 60,
            ..Style::PLAIN
        },
        expect![[r#"
            error[WAT3001]: no
               ╭─[ long.wat:1:4002 ]
               │
             1 │ … x x x x x x x  BAD y y y y y y y y y y y y y y y …
               │                  ─┬─
               │                   ╰─── this
               ╰── wat explain WAT3001
        "#]],
    );
}

#[test]
fn an_empty_span_behind_the_last_character_can_be_pointed_at() {
    let source = Arc::new(Source::from_text("end.wat", "(a\n\t(b"));
    let end = source.text().len();
    check(
        &report(place(&source, end, end), "unclosed", "missing `)`"),
        Style::PLAIN,
        expect![[r#"
            error[WAT3001]: unclosed
               ╭─[ end.wat:2:4 ]
               │
             2 │     (b
               │       ┬
               │       ╰── missing `)`
               ╰── wat explain WAT3001
        "#]],
    );
}

#[test]
fn late_lines_keep_their_numbers() {
    let source = Arc::new(Source::from_text(
        "late.wat",
        &format!("(one)\n(two)\n{}(three)\n(four)", "\n".repeat(12_000)),
    ));
    let mut it = report(find(&source, "three"), "late", "third");
    it.labels.push((find(&source, "four"), "fourth".into()));
    it.labels.push((find(&source, "two"), "second".into()));
    it.help = Some("wait".into());
    check(
        &it,
        Style::PLAIN,
        expect![[r#"
            error[WAT3001]: late
                   ╭─[ late.wat:12003:2 ]
                   │
                 2 │ (two)
                   │  ─┬─
                   │   ╰─── second
                   │
             12003 │ (three)
                   │  ──┬──
                   │    ╰──── third
             12004 │ (four)
                   │  ──┬─
                   │    ╰─── fourth
                   │
                   │ help: wait
                   ╰── wat explain WAT3001
        "#]],
    );
    check(
        &it,
        Style {
            unicode: false,
            ..Style::PLAIN
        },
        expect![[r#"
            error[WAT3001]: late
                   ,-[ late.wat:12003:2 ]
                   |
                 2 | (two)
                   |  ^|^
                   |   `--- second
                   |
             12003 | (three)
                   |  ^^|^^
                   |    `---- third
             12004 | (four)
                   |  ^^|^
                   |    `--- fourth
                   |
                   | help: wait
                   '-- wat explain WAT3001
        "#]],
    );
}

#[test]
fn invisible_characters_are_escaped() {
    let source = Arc::new(Source::from_text("bidi.wat", "(a \u{202e}b\u{7}) 漢字 z"));
    check(
        &report(find(&source, "z"), "bad \u{1b}[31m", "z"),
        Style::PLAIN,
        expect![[r#"
            error[WAT3001]: bad \u{1b}[31m
               ╭─[ bidi.wat:1:12 ]
               │
             1 │ (a \u{202e}b\u{7}) 漢字 z
               │                         ┬
               │                         ╰── z
               ╰── wat explain WAT3001
        "#]],
    );
}

#[test]
fn a_span_over_lines_is_drawn_in_the_margin() {
    let source = Arc::new(Source::from_text(
        "two.wat",
        "(a\r\n b\r\n c\r\n d\r\n e)\r\n",
    ));
    check(
        &report(place(&source, 0, source.text().len()), "big", "all of it"),
        Style::PLAIN,
        expect![[r#"
            error[WAT3001]: big
               ╭─[ two.wat:1:1 ]
               │
             1 │ ╭─▶ (a
               ┆ ┆
             5 │ ├─▶  e)
               │ │
               │ ╰────────── all of it
               ╰── wat explain WAT3001
        "#]],
    );
}

#[test]
fn labels_may_be_in_another_file() {
    let one = Arc::new(Source::from_text("one.wat", "(:a::f 1)\n"));
    let two = Arc::new(Source::from_text("two.wat", "\n\n(def f)\n"));
    let mut it = report(find(&one, "1"), "no", "wrong");
    it.labels.push((find(&two, "f)"), "declared here".into()));
    check(
        &it,
        Style::PLAIN,
        expect![[r#"
            error[WAT3001]: no
               ╭─[ one.wat:1:8 ]
               │
             1 │ (:a::f 1)
               │        ┬
               │        ╰── wrong
               │
               ├─[ two.wat:3:6 ]
               │
             3 │ (def f)
               │      ─┬
               │       ╰── declared here
               ╰── wat explain WAT3001
        "#]],
    );
}

#[test]
fn a_finding_without_a_place_has_its_notes_below() {
    let mut it = mismatch();
    it.place = None;
    check(
        &it,
        Style::PLAIN,
        expect![[r#"
        error[WAT3001]: expected `:wat::core::i64`, found `:wat::core::String`
        note: the second argument is `b`
        help: parse it: `(:wat::core::string::to-i64 "two")`
    "#]],
    );
}

#[test]
fn short_is_one_line() {
    let mut out = String::new();
    short_line(&mismatch(), &mut out);
    expect![[r#"
        wat/main.wat:8:17: error[WAT3001]: expected `:wat::core::i64`, found `:wat::core::String`
    "#]]
    .assert_eq(&out);
}

#[test]
fn json_has_every_field_in_the_order_of_the_reference() {
    let mut out = String::new();
    json_line(&mismatch(), &mut out);
    let mut summary = Summary {
        files: 1,
        ..Summary::default()
    };
    summary.add(&mismatch());
    json_summary(&summary, Duration::from_micros(8120), &mut out);
    expect![[r#"
        {"kind":"diagnostic","code":"WAT3001","name":"type-mismatch","severity":"error","message":"expected `:wat::core::i64`, found `:wat::core::String`","file":"wat/main.wat","span":{"start":{"offset":144,"line":8,"col":17},"end":{"offset":149,"line":8,"col":22}},"labels":[{"file":"wat/main.wat","span":{"start":{"offset":144,"line":8,"col":17},"end":{"offset":149,"line":8,"col":22}},"text":"this is a `:wat::core::String`"},{"file":"wat/main.wat","span":{"start":{"offset":61,"line":4,"col":3},"end":{"offset":81,"line":4,"col":23}},"text":"the parameter is declared here"}],"notes":["the second argument is `b`"],"help":"parse it: `(:wat::core::string::to-i64 \"two\")`","fixes":[{"title":"write a number","applicability":"maybe-incorrect","edits":[{"file":"wat/main.wat","span":{"start":{"offset":144,"line":8,"col":17},"end":{"offset":149,"line":8,"col":22}},"text":"2"}]}],"expansion":[],"tags":[],"suppressed":null,"data":{"family":"TypeMismatch"}}
        {"kind":"summary","errors":1,"warnings":0,"notes":0,"suppressed":0,"fixable":0,"files":1,"duration-us":8120}
    "#]].assert_eq(&out);
}

#[test]
fn the_summary_sentence_counts_what_there_is() {
    let mut summary = Summary::default();
    assert_eq!(summary.sentence(), None);
    summary.warnings = 1;
    summary.errors = 3;
    assert_eq!(summary.sentence().as_deref(), Some("3 errors, 1 warning"));
}

#[test]
fn what_differs_between_two_types_is_underlined() {
    let source = Arc::new(Source::from_text("a.wat", "(f 1)\n"));
    let headline = |expected: &str, found: &str, style: Style| {
        let message = format!("expected `{expected}`, found `{found}`");
        let mut it = report(find(&source, "1"), &message, "this");
        let fact = |key, value: &str| Fact {
            key,
            value: FactValue::One(value.to_owned()),
        };
        it.facts = vec![fact("expected", expected), fact("found", found)];
        let mut out = String::new();
        render(&it, style, &mut out);
        let line = out.lines().next().unwrap_or_default().to_owned();
        let line = line.replace("\x1b[4m", "<").replace("\x1b[24m", ">");
        line[line.find("expected").expect("it is there")..].replace("\x1b[0m", "")
    };
    let colored = Style {
        color: true,
        ..Style::PLAIN
    };
    let cases = [
        (
            ":a::i64",
            ":a::f64",
            "expected `:a::<i64>`, found `:a::<f64>`",
        ),
        (
            ":a::Vector<a::i64>",
            ":a::Vector<a::String>",
            "expected `:a::Vector<a::<i64>>`, found `:a::Vector<a::<String>>`",
        ),
        (
            ":a::Option<a::i64>",
            ":a::i64",
            "expected `:a::<Option<a::i64>>`, found `:a::<i64>`",
        ),
        ("2", "1", "expected `<2>`, found `<1>`"),
        ("größe", "grösse", "expected `<größe>`, found `<grösse>`"),
    ];
    for (expected, found, shown) in cases {
        assert_eq!(headline(expected, found, colored), shown);
        let plain = format!("expected `{expected}`, found `{found}`");
        assert_eq!(headline(expected, found, Style::PLAIN), plain);
    }
}
