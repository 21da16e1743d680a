//! The notation of scalars, shared by every printer of the toolchain.

use std::fmt::Write as _;

/// Appends a float in the data form (X2): the shortest digits that read back to the same value,
/// positional for zero and `1e-4 <= |x| < 1e16`, else `d[.d…]e[-]n`. NaN and the infinities are
/// tagged elements, `#wat-edn.float/nan nil` and so on.
pub fn write_float(value: f64, out: &mut String) {
    if value.is_nan() {
        out.push_str("#wat-edn.float/nan nil");
    } else if value.is_infinite() {
        out.push_str(if value > 0.0 {
            "#wat-edn.float/inf nil"
        } else {
            "#wat-edn.float/neg-inf nil"
        });
    } else {
        let decimal = Decimal::of(value);
        if decimal.negative {
            out.push('-');
        }
        if (-4..=15).contains(&decimal.exponent) {
            decimal.positional(out);
            if decimal.is_integral() {
                out.push_str(".0");
            }
        } else {
            decimal.scientific(out);
        }
    }
}

/// Appends a float in the plain form of `f64::to-string` and `show`: the digits of
/// [`write_float`], always positional, without a trailing `.0`; `NaN`, `inf`, `-inf`, `-0`.
pub fn write_float_plain(value: f64, out: &mut String) {
    if value.is_nan() {
        out.push_str("NaN");
    } else if value.is_infinite() {
        out.push_str(if value > 0.0 { "inf" } else { "-inf" });
    } else {
        let decimal = Decimal::of(value);
        if decimal.negative {
            out.push('-');
        }
        decimal.positional(out);
    }
}

/// The shortest decimal of a finite float: `d.ddd × 10^exponent`, digits without trailing zeros.
struct Decimal {
    negative: bool,
    digits: [u8; 24],
    len: usize,
    exponent: i32,
}

impl Decimal {
    /// Takes the digits from ryu's notation, which mixes positional and scientific text.
    fn of(value: f64) -> Decimal {
        let mut buffer = ryu::Buffer::new();
        let text = buffer.format_finite(value.abs());
        let (mantissa, power) = match text.split_once('e') {
            Some((mantissa, power)) => (mantissa, power.parse().unwrap_or(0)),
            None => (text, 0),
        };
        let point = mantissa.find('.').unwrap_or(mantissa.len());
        let mut digits = [b'0'; 24];
        let mut len = 0;
        let mut leading = 0;
        for digit in mantissa.bytes().filter(u8::is_ascii_digit) {
            if len == 0 && digit == b'0' {
                leading += 1;
            } else {
                digits[len] = digit;
                len += 1;
            }
        }
        while len > 1 && digits[len - 1] == b'0' {
            len -= 1;
        }
        let exponent = if len == 0 {
            0
        } else {
            point as i32 - leading - 1 + power
        };
        Decimal {
            negative: value.is_sign_negative(),
            digits,
            len: len.max(1),
            exponent,
        }
    }

    fn text(&self) -> &str {
        // The buffer holds ASCII digits alone.
        std::str::from_utf8(&self.digits[..self.len]).unwrap_or("0")
    }

    fn is_integral(&self) -> bool {
        self.exponent >= 0 && self.len as i32 <= self.exponent + 1
    }

    fn positional(&self, out: &mut String) {
        let digits = self.text();
        if self.exponent < 0 {
            out.push_str("0.");
            zeros(-self.exponent - 1, out);
            out.push_str(digits);
        } else if self.is_integral() {
            out.push_str(digits);
            zeros(self.exponent + 1 - self.len as i32, out);
        } else {
            let (whole, fraction) = digits.split_at(self.exponent as usize + 1);
            out.push_str(whole);
            out.push('.');
            out.push_str(fraction);
        }
    }

    fn scientific(&self, out: &mut String) {
        let (first, rest) = self.text().split_at(1);
        out.push_str(first);
        if !rest.is_empty() {
            out.push('.');
            out.push_str(rest);
        }
        out.push('e');
        write_int(i64::from(self.exponent), out);
    }
}

fn zeros(count: i32, out: &mut String) {
    out.extend(std::iter::repeat_n(
        '0',
        usize::try_from(count).unwrap_or(0),
    ));
}

/// Appends an integer in decimal.
pub fn write_int(value: i64, out: &mut String) {
    // Writing into a `String` cannot fail.
    let _ = write!(out, "{value}");
}

/// Appends a string in quotes (X3): the escapes `\"` `\\` `\n` `\r` `\t` `\b` `\f`, every other
/// character below U+0020 as `\u` and four upper-case hexadecimal digits, all else verbatim.
pub fn write_string(text: &str, out: &mut String) {
    out.reserve(text.len() + 2);
    out.push('"');
    write_escaped(text, b"0123456789ABCDEF", out);
    out.push('"');
}

/// The bytes of a string literal: those of [`write_string`], and of a string in JSON.
pub fn string_length(text: &str) -> usize {
    let escape = |byte| match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 8 | 12 => 1,
        0..=0x1f => 5,
        _ => 0,
    };
    2 + text.len() + text.bytes().map(escape).sum::<usize>()
}

/// The body of a string literal; `hex` gives the digits of `\u` escapes (JSON wants lower case).
pub(crate) fn write_escaped(text: &str, hex: &[u8; 16], out: &mut String) {
    let mut rest = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            8 => "\\b",
            12 => "\\f",
            0..=0x1f => "\\u00",
            _ => continue,
        };
        out.push_str(&text[rest..at]);
        out.push_str(escape);
        if escape.len() > 2 {
            out.push(char::from(hex[usize::from(byte >> 4)]));
            out.push(char::from(hex[usize::from(byte & 15)]));
        }
        rest = at + 1;
    }
    out.push_str(&text[rest..]);
}

/// Appends a keyword (X4) given by its wat text with the leading colon: `:a::b::n` as `:a.b/n`,
/// one segment as itself, and every keyword that would not read back as
/// `#wat-edn.core/keyword "…"` with its full text.
pub fn write_keyword(text: &str, out: &mut String) {
    if !write_keyword_plain(text, out) {
        out.push_str("#wat-edn.core/keyword ");
        write_string(text, out);
    }
}

/// Appends the plain EDN notation of a keyword, `:a.b/n`; returns `false` and appends nothing when
/// the keyword has none, so that only the tagged notation of [`write_keyword`] carries it.
pub fn write_keyword_plain(text: &str, out: &mut String) -> bool {
    let Some(path) = text.strip_prefix(':') else {
        return false;
    };
    if !is_bracket_free(path) {
        return false;
    }
    let (prefix, name) = match path.rsplit_once("::") {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, path),
    };
    let prefix_is_plain = |prefix: &str| {
        prefix
            .split("::")
            .all(|it| is_segment(it) && !it.contains('.'))
    };
    if !is_segment(name) || !prefix.is_none_or(prefix_is_plain) {
        return false;
    }
    out.push(':');
    if let Some(prefix) = prefix {
        for (index, segment) in prefix.split("::").enumerate() {
            if index > 0 {
                out.push('.');
            }
            out.push_str(segment);
        }
        out.push('/');
    }
    out.push_str(name);
    true
}

/// The wat text of a keyword in plain EDN notation (X31): `:n` is itself, `:a.b/n` is `:a::b::n`.
/// `None` for text that [`write_keyword_plain`] never produces.
#[must_use]
pub fn keyword_from_edn(text: &str) -> Option<String> {
    let path = text.strip_prefix(':').filter(|it| is_plain_path(it))?;
    let mut keyword = String::with_capacity(text.len() + 8);
    keyword.push(':');
    let name = match path.split_once('/') {
        Some((prefix, name)) => {
            for segment in prefix.split('.') {
                keyword.push_str(segment);
                keyword.push_str("::");
            }
            name
        }
        None => path,
    };
    keyword.push_str(name);
    Some(keyword)
}

/// Whether a text is `n` or `a.b/n` as plain keywords and tags have it.
pub(crate) fn is_plain_path(path: &str) -> bool {
    let (prefix, name) = match path.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, path),
    };
    is_segment(name)
        && prefix.is_none_or(|prefix| prefix.split('.').all(is_segment))
        && is_bracket_free(path)
}

/// One segment of a path that plain EDN can carry: name bytes without `/`, not starting with `'`
/// or like a number.
fn is_segment(segment: &str) -> bool {
    let bytes = segment.as_bytes();
    !bytes.is_empty()
        && bytes[0] != b'\''
        && !starts_like_number(bytes)
        && bytes.iter().all(|&byte| is_name_byte(byte) && byte != b'/')
}

/// Whether a word starts like a number: a digit, a sign or point before a digit, or both.
pub(crate) fn starts_like_number(word: &[u8]) -> bool {
    let unsigned = match word {
        [b'+' | b'-', rest @ ..] => rest,
        _ => word,
    };
    let digits = match unsigned {
        [b'.', rest @ ..] => rest,
        _ => unsigned,
    };
    digits.first().is_some_and(u8::is_ascii_digit)
}

/// The bytes that names consist of.
pub(crate) fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'_' | b'-'
                | b'+'
                | b'*'
                | b'/'
                | b'<'
                | b'>'
                | b'='
                | b'!'
                | b'?'
                | b'&'
                | b'.'
                | b'$'
                | b'%'
                | b'\''
        )
}

/// Whether no `<` of the path opens a type bracket: one does that follows the end of a name and
/// precedes neither `-`, `=` nor another `<`. Other brackets are not name bytes at all.
fn is_bracket_free(path: &str) -> bool {
    let bytes = path.as_bytes();
    !bytes.iter().enumerate().any(|(at, &byte)| {
        byte == b'<'
            && at > 0
            && (bytes[at - 1].is_ascii_alphanumeric()
                || matches!(bytes[at - 1], b'_' | b'\'' | b'!' | b'?'))
            && !matches!(bytes.get(at + 1), Some(b'-' | b'=' | b'<'))
    })
}
