//! EDN and JSON: no text panics, and what reads prints as text that reads as the same value.

#![no_main]

use std::cmp::Ordering;

use libfuzzer_sys::fuzz_target;
use wat_edn::{Address, Edn, FrameScanner, FrameState, Instant, ReadOptions, Uuid, compare, json};

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    for foreign in [false, true] {
        let options = ReadOptions {
            foreign,
            ..ReadOptions::default()
        };
        match wat_edn::read_with(text, options) {
            Ok(value) => round_trip(&value, options),
            Err(error) => {
                assert!(error.offset <= text.len() && text.is_char_boundary(error.offset))
            }
        }
    }
    if let Ok(values) = wat_edn::read_all(text) {
        order(&values);
    }
    match json::read(text) {
        Ok(value) => json_round_trip(&value),
        Err(error) => assert!(error.offset <= text.len() && text.is_char_boundary(error.offset)),
    }
    frame(text);
    scalars(text);
});

fn round_trip(value: &Edn, options: ReadOptions) {
    assert!(value.is_canonical());
    let compact = wat_edn::write(value);
    assert_eq!(
        wat_edn::read_with(&compact, options).as_ref(),
        Ok(value),
        "{compact}"
    );
    let pretty = wat_edn::write_pretty(value);
    assert_eq!(
        wat_edn::read_with(&pretty, options).as_ref(),
        Ok(value),
        "{pretty}"
    );
    let text = json::write(value);
    // Keys of different types may meet in one text; such an object is refused.
    if let Ok(back) = json::read(&text) {
        json_round_trip(&back);
    }
    let _ = json::write_natural(value);
}

/// JSON knows no lists, characters or integer keys: what comes back is a fixed point from there on,
/// unless its keys collide.
fn json_round_trip(value: &Edn) {
    let text = json::write(value);
    let back = json::read(&text).expect("typed JSON is JSON");
    assert_eq!(json::write(&back), text);
}

/// The scanner calls complete what reads, and nothing that wants more text.
fn frame(text: &str) {
    let mut scanner = FrameScanner::new();
    scanner.push(text.as_bytes());
    let state = scanner.finish();
    match wat_edn::read(&format!("{text}\n")) {
        Ok(_) => assert_eq!(state, FrameState::Complete),
        // After a complete value, only `#_` can want more.
        Err(error) if error.incomplete && !text.contains("#_") => {
            assert_ne!(state, FrameState::Complete)
        }
        Err(_) => {}
    }
}

fn order(values: &[Edn]) {
    for a in values.iter().take(6) {
        assert_eq!(compare(a, a), Ordering::Equal);
        for b in values.iter().take(6) {
            assert_eq!(compare(a, b), compare(b, a).reverse());
            assert_eq!(compare(a, b).is_eq(), a == b);
            for c in values.iter().take(6) {
                if compare(a, b).is_le() && compare(b, c).is_le() {
                    assert!(compare(a, c).is_le());
                }
            }
        }
    }
}

fn scalars(text: &str) {
    if let Some(instant) = Instant::parse(text) {
        let mut written = String::new();
        instant.write(&mut written);
        assert_eq!(Instant::parse(&written), Some(instant));
    }
    if let Some(uuid) = Uuid::parse(text) {
        let mut written = String::new();
        uuid.write(&mut written);
        assert_eq!(written, text);
    }
    if let Ok(address) = text.parse::<Address>() {
        assert!(text.ends_with(&address.to_hex()));
    }
    if let Some(keyword) = wat_edn::keyword_from_edn(text) {
        let mut written = String::new();
        wat_edn::write_keyword(&keyword, &mut written);
        assert_eq!(written, text);
    }
}
