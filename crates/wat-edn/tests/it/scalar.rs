//! X2–X4: floats, strings, keywords.

use proptest::prelude::*;
use wat_edn::{keyword_from_edn, write_float, write_float_plain, write_keyword, write_string};

fn text(write: impl FnOnce(&mut String)) -> String {
    let mut out = String::new();
    write(&mut out);
    out
}

#[test]
fn floats_use_the_shortest_digits() {
    let table = [
        (0.0, "0.0"),
        (-0.0, "-0.0"),
        (1.0, "1.0"),
        (-1.5, "-1.5"),
        (0.1, "0.1"),
        (0.30000000000000004, "0.30000000000000004"),
        (0.0001, "0.0001"),
        (0.00012, "0.00012"),
        (9e-5, "9e-5"),
        (0.00009999999999999999, "9.999999999999999e-5"),
        (1e-5, "1e-5"),
        (12345.678e-9, "1.2345678e-5"),
        (123456.789, "123456.789"),
        (1e15, "1000000000000000.0"),
        (9999999999999998.0, "9999999999999998.0"),
        (1e16, "1e16"),
        (123456789012345680.0, "1.2345678901234568e17"),
        (1.5e300, "1.5e300"),
        (f64::MAX, "1.7976931348623157e308"),
        (f64::MIN_POSITIVE, "2.2250738585072014e-308"),
        (5e-324, "5e-324"),
        (f64::NAN, "#wat-edn.float/nan nil"),
        (f64::INFINITY, "#wat-edn.float/inf nil"),
        (f64::NEG_INFINITY, "#wat-edn.float/neg-inf nil"),
    ];
    for (value, expected) in table {
        assert_eq!(text(|out| write_float(value, out)), expected);
    }
}

#[test]
fn plain_floats_are_positional() {
    let table = [
        (1.0, "1"),
        (-0.0, "-0"),
        (1e21, "1000000000000000000000"),
        (1e-7, "0.0000001"),
        (0.1, "0.1"),
        (f64::NAN, "NaN"),
        (f64::NEG_INFINITY, "-inf"),
    ];
    for (value, expected) in table {
        assert_eq!(text(|out| write_float_plain(value, out)), expected);
    }
}

/// The nearest decimal among the shortest that read back, the even one of two equally near, in
/// the notation of `{:e}`. The standard formatter gives the length; between two equally near
/// decimals it takes the upper one, so the digits are those of the value rounded to that length.
fn shortest(value: f64) -> String {
    let upper = format!("{value:e}");
    let mantissa = upper.split('e').next().unwrap_or_default();
    let digits = mantissa.bytes().filter(u8::is_ascii_digit).count();
    let rounded = format!("{value:.*e}", digits - 1);
    if rounded.parse::<f64>().map(f64::to_bits) == Ok(value.to_bits()) {
        rounded
    } else {
        upper
    }
}

/// The significant digits of a decimal's mantissa.
fn digits(decimal: &str) -> String {
    let mantissa = decimal.split('e').next().unwrap_or_default();
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    digits.trim_matches('0').to_owned()
}

fn check_float(value: f64) -> Result<(), TestCaseError> {
    let magnitude = value.abs();
    let expected = shortest(value);
    let written = text(|out| write_float(value, out));
    let plain = text(|out| write_float_plain(value, out));
    if value == 0.0 || (1e-4..1e16).contains(&magnitude) {
        prop_assert!(written.contains('.') && !written.contains('e'), "{written}");
        prop_assert_eq!(digits(&written), digits(&expected));
    } else {
        prop_assert_eq!(&written, &expected);
    }
    prop_assert!(!plain.contains('e') && !plain.ends_with(".0"), "{plain}");
    prop_assert_eq!(digits(&plain), digits(&expected));
    prop_assert_eq!(
        written.parse::<f64>().map(f64::to_bits),
        Ok(value.to_bits())
    );
    prop_assert_eq!(plain.parse::<f64>().map(f64::to_bits), Ok(value.to_bits()));
    Ok(())
}

#[test]
fn of_two_equally_near_decimals_the_even_one_is_written() {
    for (value, expected) in [
        (1_709_046_012_794_306.0 / 16.0, "106815375799644.12"),
        (-1_709_046_012_794_306.0 / 16.0, "-106815375799644.12"),
        (1_709_046_012_794_310.0 / 16.0, "106815375799644.38"),
    ] {
        assert_eq!(text(|out| write_float(value, out)), expected);
        check_float(value).unwrap();
    }
}

proptest! {
    #[test]
    fn every_float_is_written_with_its_shortest_digits(bits in any::<u64>()) {
        let value = f64::from_bits(bits);
        prop_assume!(value.is_finite());
        check_float(value)?;
    }

    #[test]
    fn moderate_floats_are_written_with_their_shortest_digits(value in -1e18f64..1e18) {
        check_float(value)?;
    }

    #[test]
    fn plain_keywords_read_back(keyword in ":[a-z0-9'+<>=./:!-]{1,12}") {
        let written = text(|out| write_keyword(&keyword, out));
        if written.starts_with(':') {
            prop_assert_eq!(keyword_from_edn(&written), Some(keyword));
        }
    }

    #[test]
    fn read_keywords_write_back(edn in ":[a-z0-9'+<>=./:!-]{1,12}") {
        if let Some(keyword) = keyword_from_edn(&edn) {
            prop_assert_eq!(text(|out| write_keyword(&keyword, out)), edn);
        }
    }
}

#[test]
fn strings_escape_what_would_not_survive() {
    let value = "tab\there \"q\" back\\slash\n\r\u{8}\u{c}\0\u{1b}\u{7f}é/\u{2028}";
    let expected =
        r#""tab\there \"q\" back\\slash\n\r\b\f\u0000\u001B"#.to_owned() + "\u{7f}é/\u{2028}\"";
    assert_eq!(text(|out| write_string(value, out)), expected);
}

#[test]
fn keywords_are_plain_or_tagged() {
    let table = [
        (":color", ":color"),
        (":app::status::ok", ":app.status/ok"),
        (":app::+", ":app/+"),
        (":wat::core::<=", ":wat.core/<="),
        (":wat::core::struct->form", ":wat.core/struct->form"),
        (":wat::core::+'2", ":wat.core/+'2"),
        (":a<=b", ":a<=b"),
        (":a::b.c", ":a/b.c"),
        (":a.b", ":a.b"),
        (":app::Kind/of", "#wat-edn.core/keyword \":app::Kind/of\""),
        (":a::b/c", "#wat-edn.core/keyword \":a::b/c\""),
        (
            ":app::Box<app::Item>",
            "#wat-edn.core/keyword \":app::Box<app::Item>\"",
        ),
        (":(a,b)", "#wat-edn.core/keyword \":(a,b)\""),
        (":wat::core::/", "#wat-edn.core/keyword \":wat::core::/\""),
        (":counter::", "#wat-edn.core/keyword \":counter::\""),
        (":a.b::c", "#wat-edn.core/keyword \":a.b::c\""),
        (":a::1", "#wat-edn.core/keyword \":a::1\""),
        (":-1", "#wat-edn.core/keyword \":-1\""),
        (":x::.5::y", "#wat-edn.core/keyword \":x::.5::y\""),
    ];
    for (keyword, expected) in table {
        assert_eq!(text(|out| write_keyword(keyword, out)), expected);
    }
    for edn in [
        ":", ":/", ":a/", ":/a", ":a/b/c", ":a..b/c", ":1", ":a:b", ":a::b", ":V<T>", ":é", "a",
    ] {
        assert_eq!(keyword_from_edn(edn), None, "{edn}");
    }
}
