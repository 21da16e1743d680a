//! Rendering has a result for every text and every span.

use std::sync::Arc;

use proptest::prelude::*;
use wat_driver::{Source, Style, json_line, render, short_line};

use super::report::{place, report};

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-z( )]{1,30}".boxed(),
        2 => prop::sample::select(vec!["\n", "\r", "\r\n", "\t", "\u{2028}", "\u{85}", "\u{b}", "\u{c}", "\u{1a}", ""])
            .prop_map(str::to_owned).boxed(),
        1 => "\\PC{0,5}".boxed(),
        1 => prop::sample::select(vec!["漢字", "é", "\u{200d}", "👩\u{200d}💻", "\u{1}", "\u{1b}[m"])
            .prop_map(str::to_owned).boxed(),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_span_renders(
        text in text(),
        spans in prop::collection::vec((0usize..1200, 0usize..1200), 1..6),
        width in 0usize..100,
        color: bool,
        unicode: bool,
    ) {
        let source = Arc::new(Source::from_text("f.wat", &text));
        let mut places = spans.iter().map(|&(a, b)| {
            let (a, b) = (a % (text.len() + 2), b % (text.len() + 2));
            place(&source, a.min(b), a.max(b))
        });
        let mut it = report(places.next().expect("at least one span"), &text, &text);
        it.labels = places.map(|place| (place, text.clone())).collect();
        it.notes = vec![text.clone()];
        it.help = Some(text.clone());
        let mut out = String::new();
        render(&it, Style { color, unicode, width }, &mut out);
        prop_assert!(out.lines().count() >= 3);
        prop_assert!(!out.contains(char::from(1)), "the mark is gone");
        let (line, col) = it.place.as_ref().expect("it has a place").start();
        let position = format!("f.wat:{line}:{col} ");
        prop_assert!(out.contains(&position), "{}", out);
        let mut short = String::new();
        short_line(&it, &mut short);
        prop_assert_eq!(short.lines().count(), 1);
        let mut json = String::new();
        json_line(&it, &mut json);
        let parsed: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
        prop_assert_eq!(parsed["message"].as_str(), Some(text.as_str()));
    }
}
