//! Instants and UUIDs.

use proptest::prelude::*;
use wat_edn::{Instant, Uuid};

fn written(instant: Instant) -> String {
    let mut out = String::new();
    instant.write(&mut out);
    out
}

#[test]
fn instants_print_in_utc_with_the_fewest_digits() {
    for (seconds, nanoseconds, expected) in [
        (0, 0, "1970-01-01T00:00:00Z"),
        (1_577_836_800, 0, "2020-01-01T00:00:00Z"),
        (1, 500_000_000, "1970-01-01T00:00:01.500Z"),
        (0, 1_000, "1970-01-01T00:00:00.000001Z"),
        (0, 1, "1970-01-01T00:00:00.000000001Z"),
        (-1, 0, "1969-12-31T23:59:59Z"),
        (951_782_400, 0, "2000-02-29T00:00:00Z"),
        (253_402_300_800, 0, "+10000-01-01T00:00:00Z"),
        (-62_167_219_201, 0, "-0001-12-31T23:59:59Z"),
        (-62_167_219_200, 0, "0000-01-01T00:00:00Z"),
    ] {
        let instant = Instant::new(seconds, nanoseconds).expect("within range");
        assert_eq!(written(instant), expected);
        assert_eq!(Instant::parse(expected), Some(instant));
    }
    assert_eq!(written(Instant::MIN), "-262143-01-01T00:00:00Z");
    assert_eq!(written(Instant::MAX), "+262142-12-31T23:59:59.999999999Z");
    assert_eq!(Instant::new(Instant::MAX.seconds() + 1, 0), None);
    assert_eq!(Instant::new(Instant::MIN.seconds() - 1, 0), None);
    assert_eq!(Instant::new(0, 1_000_000_000), None);
    let mut out = String::new();
    Instant::parse("1970-01-01T00:00:00.123456789Z")
        .expect("an instant")
        .write_with_digits(4, &mut out);
    assert_eq!(out, "1970-01-01T00:00:00.1234Z");
}

#[test]
fn instants_read_with_any_offset() {
    for (text, expected) in [
        ("2026-01-02T03:04:05+02:00", "2026-01-02T01:04:05Z"),
        ("2026-01-02 03:04:05.1-00:30", "2026-01-02T03:34:05.100Z"),
        (
            "2026-01-02t03:04:05.1234567891z",
            "2026-01-02T03:04:05.123456789Z",
        ),
    ] {
        assert_eq!(Instant::parse(text).map(written).as_deref(), Some(expected));
    }
    for text in [
        "",
        "2026-01-02",
        "2026-01-02T03:04:05",
        "2026-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-01-02T24:00:00Z",
        "2026-01-02T00:00:60Z",
        "2026-01-02T00:00:00.Z",
        "2026-01-02T00:00:00+2:00",
        "2026-01-02T00:00:00Zx",
        "+262143-01-01T00:00:00Z",
        "-262143-01-01T00:00:00+00:01",
        "26-01-02T00:00:00Z",
        "２026-01-02T00:00:00Z",
    ] {
        assert_eq!(Instant::parse(text), None, "{text}");
    }
}

#[test]
fn uuids_read_in_canonical_form_alone() {
    let text = "f3e951bb-a80b-5e6c-a038-a56ee0caa25d";
    let uuid = Uuid::parse(text).expect("a UUID");
    let mut out = String::new();
    uuid.write(&mut out);
    assert_eq!(out, text);
    for text in [
        "F3E951BB-A80B-5E6C-A038-A56EE0CAA25D",
        "f3e951bba80b5e6ca038a56ee0caa25d",
        "f3e951bba80b5e6ca038a56ee0caa25d0000",
        "f3e951bb-a80b-5e6c-a038-a56ee0caa25",
        "f3e951bb-a80b-5e6c-a038a-56ee0caa25d",
        "é3e951bb-a80b-5e6c-a038-a56ee0caa25",
    ] {
        assert_eq!(Uuid::parse(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn instants_read_back(seconds in -8_334_601_228_800i64..=8_210_266_876_799, nanoseconds in 0u32..1_000_000_000) {
        let instant = Instant::new(seconds, nanoseconds).expect("within range");
        prop_assert_eq!(Instant::parse(&written(instant)), Some(instant));
    }

    #[test]
    fn any_text_is_an_instant_or_not(text in "[-+0-9:.TZ é]{0,30}") {
        let _ = Instant::parse(&text);
        let _ = Uuid::parse(&text);
    }
}
