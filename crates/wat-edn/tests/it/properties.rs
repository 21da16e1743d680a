//! Round trips and totality, over values and texts at random.

use std::cmp::Ordering;

use proptest::prelude::*;
use wat_edn::{
    Layout, ReadOptions, compare, json, read, read_all, read_with, write, write_ordered,
    write_pretty,
};

use crate::values::{text, value};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn written_values_read_back(value in value()) {
        let canonical = value.canonical();
        let text = write(&value);
        prop_assert!(!text.contains('\n'));
        let back = read(&text);
        prop_assert_eq!(back.as_ref(), Ok(&canonical), "{}", text);
        prop_assert_eq!(write(&canonical), text);
        prop_assert!(canonical.is_canonical());
        prop_assert_eq!(&canonical.canonical(), &canonical);
    }

    #[test]
    fn pretty_values_read_back(value in value()) {
        let pretty = write_pretty(&value);
        prop_assert_eq!(read(&pretty), Ok(value.canonical()), "{}", pretty);
    }

    #[test]
    fn values_in_any_order_read_back_canonical(value in value()) {
        let text = write_ordered(&value, Layout::Compact);
        prop_assert_eq!(read(&text), Ok(value.canonical()), "{}", text);
        prop_assert_eq!(value.clone(), value);
    }

    #[test]
    fn the_order_is_total(a in value(), b in value(), c in value()) {
        prop_assert_eq!(compare(&a, &b), compare(&b, &a).reverse());
        prop_assert_eq!(compare(&a, &a), Ordering::Equal);
        prop_assert_eq!(compare(&a, &b).is_eq(), a.canonical() == b.canonical());
        let mut sorted = [a, b, c];
        sorted.sort_by(compare);
        let [a, b, c] = &sorted;
        prop_assert!(compare(a, b).is_le() && compare(b, c).is_le() && compare(a, c).is_le());
    }

    #[test]
    fn typed_json_is_json_and_stable(value in value()) {
        let text = json::write(&value);
        let parsed = serde_json::from_str::<serde_json::Value>(&text);
        prop_assert!(parsed.is_ok(), "{}: {:?}", text, parsed);
        prop_assert!(serde_json::from_str::<serde_json::Value>(&json::write_natural(&value)).is_ok());
        // Keys of different types may meet in one text; then the object is refused.
        if let Ok(back) = json::read(&text) {
            prop_assert!(json::read(&json::write(&back)).is_ok());
        }
    }

    #[test]
    fn any_text_reads_or_fails(text in prop_oneof![
        text(),
        "[\\[\\](){}#_ :;,\"\\\\a0-9.eE+/-]{0,24}",
        "(#\\{|\\[|\\(|\\{|\\]|\\)|\\}|#a/b|#_| |:k|1|\"s\"|\\\\c|nil|;x\n){0,24}",
        "(\\[|\\{|\\]|\\}|\"a\":|,|1|null|\"\\\\u00e9\"){0,24}",
    ]) {
        for foreign in [false, true] {
            let options = ReadOptions { max_depth: 16, foreign };
            if let Ok(value) = read_with(&text, options) {
                let again = write(&value);
                prop_assert_eq!(read_with(&again, options), Ok(value), "{} -> {}", text, again);
            }
        }
        let all = read_all(&text);
        prop_assert!(read(&text).is_err() || all.is_ok_and(|it| it.len() == 1));
        let _ = json::read(&text);
    }

    #[test]
    fn errors_point_into_the_text(text in "\\PC{0,12}\n?\\PC{0,12}") {
        if let Err(error) = read(&text) {
            prop_assert!(error.offset <= text.len());
            prop_assert!(error.line >= 1 && error.column >= 1);
            prop_assert!(text.is_char_boundary(error.offset));
            prop_assert!(!error.message.ends_with('.'), "{}", error.message);
        }
    }
}
