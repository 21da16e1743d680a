//! Numbers: the grammar of 1.4.

/// What a word that starts like a number is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value {
    Int(i64),
    IntOverflow,
    Float(f64),
    FloatOverflow,
    Invalid,
}

/// A number and what is to be said about its notation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Number {
    pub value: Value,
    /// It starts with `+`, which is not part of the number (L26).
    pub plus: bool,
    /// Where a `0` is missing beside the point (L24).
    pub loose: Option<usize>,
    /// The superfluous zeros at the start of a decimal (L25).
    pub zeros: Option<(usize, usize)>,
    /// A float that is not zero but rounds to it (L23).
    pub underflow: bool,
}

impl Number {
    fn invalid() -> Number {
        Number {
            value: Value::Invalid,
            plus: false,
            loose: None,
            zeros: None,
            underflow: false,
        }
    }

    /// True if nothing is to be said about the number.
    pub fn is_clean(&self) -> bool {
        matches!(self.value, Value::Int(_) | Value::Float(_))
            && !self.plus
            && self.loose.is_none()
            && self.zeros.is_none()
            && !self.underflow
    }
}

/// True if a word is a number by its start (L12).
pub(crate) fn starts_number(word: &[u8]) -> bool {
    let digit = |at: usize| word.get(at).is_some_and(u8::is_ascii_digit);
    match word.first() {
        Some(b'0'..=b'9') => true,
        Some(b'.') => digit(1),
        Some(b'+' | b'-') => digit(1) || word.get(1) == Some(&b'.') && digit(2),
        _ => false,
    }
}

/// Reads a word that starts like a number. Offsets in the result count from the start of the word.
pub(crate) fn read(word: &[u8]) -> Number {
    let plus = word.first() == Some(&b'+');
    let sign = usize::from(plus || word.first() == Some(&b'-'));
    let body = &word[sign..];
    let negative = sign == 1 && !plus;
    let number = match body {
        [b'0', b'x', digits @ ..] => radix(digits, 16, negative),
        [b'0', b'o', digits @ ..] => radix(digits, 8, negative),
        [b'0', b'b', digits @ ..] => radix(digits, 2, negative),
        _ => decimal(word, sign, negative),
    };
    match number.value {
        Value::Invalid => number,
        _ => Number { plus, ..number },
    }
}

/// The end of `digit { ["_"] digit }` at `at`, or `at` if there is no digit.
fn digits_end(bytes: &[u8], mut at: usize, radix: u32) -> usize {
    let digit = |at: usize| {
        bytes
            .get(at)
            .is_some_and(|&byte| (byte as char).is_digit(radix))
    };
    while digit(at) {
        at += 1;
        if bytes.get(at) == Some(&b'_') && digit(at + 1) {
            at += 1;
        }
    }
    at
}

fn radix(digits: &[u8], radix: u32, negative: bool) -> Number {
    let start = usize::from(digits.first() == Some(&b'_'));
    let end = digits_end(digits, start, radix);
    if end == start || end != digits.len() {
        return Number::invalid();
    }
    Number {
        value: int(digits, radix, negative),
        ..Number::invalid()
    }
}

fn int(digits: &[u8], radix: u32, negative: bool) -> Value {
    let mut value: i64 = 0;
    for digit in digits
        .iter()
        .filter_map(|&byte| (byte as char).to_digit(radix))
    {
        let digit = if negative {
            -i64::from(digit)
        } else {
            i64::from(digit)
        };
        let next = value
            .checked_mul(i64::from(radix))
            .and_then(|value| value.checked_add(digit));
        match next {
            Some(next) => value = next,
            None => return Value::IntOverflow,
        }
    }
    Value::Int(value)
}

fn decimal(word: &[u8], start: usize, negative: bool) -> Number {
    let whole = digits_end(word, start, 10);
    let zeros = superfluous_zeros(&word[start..whole]).map(|len| (start, start + len));
    if whole == word.len() {
        return Number {
            value: int(&word[start..], 10, negative),
            zeros,
            ..Number::invalid()
        };
    }
    let mut end = whole;
    let mut loose = None;
    if word[whole] == b'.' {
        end = digits_end(word, whole + 1, 10);
        match (whole > start, end > whole + 1) {
            (false, false) => return Number::invalid(),
            (false, true) => loose = Some(whole),
            (true, false) => loose = Some(end),
            (true, true) => {}
        }
    } else if whole == start {
        return Number::invalid();
    }
    if matches!(word.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(word.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits_end(word, end + 1 + sign, 10);
        if exponent == end + 1 + sign {
            return Number::invalid();
        }
        end = exponent;
    }
    if end != word.len() {
        return Number::invalid();
    }
    let (value, underflow) = float(&word[start..], negative);
    Number {
        value,
        plus: false,
        loose,
        zeros,
        underflow,
    }
}

/// How many bytes of zeros a decimal has too many at its start.
fn superfluous_zeros(digits: &[u8]) -> Option<usize> {
    let zeros = digits
        .iter()
        .take_while(|byte| matches!(byte, b'0' | b'_'))
        .count();
    let len = match zeros == digits.len() {
        true => digits.len().checked_sub(1)?,
        false => zeros,
    };
    (len > 0).then_some(len)
}

fn float(digits: &[u8], negative: bool) -> (Value, bool) {
    let text: String = digits
        .iter()
        .filter(|&&byte| byte != b'_')
        .map(|&byte| byte as char)
        .collect();
    let Ok(value) = text.parse::<f64>() else {
        return (Value::Invalid, false);
    };
    if value.is_infinite() {
        return (Value::FloatOverflow, false);
    }
    let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
    let underflow = value == 0.0 && mantissa.bytes().any(|byte| matches!(byte, b'1'..=b'9'));
    (
        Value::Float(if negative { -value } else { value }),
        underflow,
    )
}
