//! Finding where a value ends in a stream.

use proptest::prelude::*;
use wat_edn::{FrameScanner, FrameState, read, write, write_pretty};

use crate::values::value;

/// The state after each line.
fn states(text: &str) -> String {
    let mut scanner = FrameScanner::new();
    text.split_inclusive('\n')
        .map(|line| match scanner.push(line.as_bytes()) {
            FrameState::Blank => 'b',
            FrameState::Open => 'o',
            FrameState::Complete => 'c',
        })
        .collect()
}

#[test]
fn frames_end_where_their_value_ends() {
    for (text, expected) in [
        ("1\n", "c"),
        ("1", "o"),
        ("\n ; c\n,\nnil\n", "bbbc"),
        ("[1\n2\n]\n", "ooc"),
        ("{:a \"x]\n\\\"\"\n ; }\n}\n", "oooc"),
        ("#a/b\n#c/d\n[]\n", "ooc"),
        ("#_\n1\n#_ #_ 2 3\n4\n", "oooc"),
        ("[#_\n]\n", "oc"),
        ("#{\n}\n", "oc"),
        ("#inst\"2020-01-01T00:00:00Z\"\n", "c"),
        ("[\\]\n\\\\ \\\"]\n", "oc"),
        ("1 #_\n2\n", "cc"),
        ("]\n", "c"),
        ("\"a\n", "o"),
        ("\"a\\\n\"\n", "oc"),
    ] {
        assert_eq!(states(text), expected, "{text:?}");
    }
    assert_eq!(FrameScanner::new().finish(), FrameState::Blank);
    let mut scanner = FrameScanner::new();
    scanner.push(b"12");
    assert_eq!(scanner.finish(), FrameState::Complete);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn values_complete_with_their_last_byte(value in value(), comment in prop::bool::ANY) {
        let lead = if comment { "; c\n #_ x " } else { "" };
        for text in [write(&value), write_pretty(&value)] {
            let text = format!("{lead}{text}");
            let mut scanner = FrameScanner::new();
            for &byte in &text.as_bytes()[..text.len() - 1] {
                prop_assert_ne!(scanner.push(&[byte]), FrameState::Complete, "{}", text);
            }
            scanner.push(&text.as_bytes()[text.len() - 1..]);
            prop_assert_eq!(scanner.finish(), FrameState::Complete, "{}", text);
        }
    }

    #[test]
    fn what_the_reader_wants_more_of_is_not_complete(text in "[\\[\\](){}#_ :;,\"\\\\a0\n/]{0,16}") {
        let mut scanner = FrameScanner::new();
        scanner.push(text.as_bytes());
        let state = scanner.finish();
        match read(&(text.clone() + "\n")) {
            Ok(_) => prop_assert_eq!(state, FrameState::Complete, "{}", text),
            // After a complete value, only `#_` can want more.
            Err(error) if error.incomplete && !text.contains("#_") => prop_assert_ne!(state, FrameState::Complete, "{}: {}", text, error),
            Err(_) => {}
        }
    }
}
