//! What the readers of EDN and JSON share: faults and string literals.

use std::borrow::Cow;

use crate::{ReadError, ReadErrorKind};

/// An error at an offset, before its line and column are known.
pub(crate) struct Fault {
    pub(crate) offset: usize,
    pub(crate) kind: ReadErrorKind,
    pub(crate) message: String,
    pub(crate) path: String,
    pub(crate) incomplete: bool,
}

impl Fault {
    /// A syntax error.
    pub(crate) fn new(offset: usize, message: String) -> Fault {
        Fault {
            offset,
            kind: ReadErrorKind::Syntax,
            message,
            path: String::new(),
            incomplete: false,
        }
    }

    pub(crate) fn into_error(self, text: &str) -> ReadError {
        let mut error = ReadError::at(text, self.offset, self.kind, self.message);
        error.path = self.path;
        error.incomplete = self.incomplete;
        error
    }
}

/// The start of a text, for messages.
pub(crate) fn shorten(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(40) {
        Some((at, _)) => Cow::Owned(format!("{}…", &text[..at])),
        None => Cow::Borrowed(text),
    }
}

/// Whose rules a string literal follows. The escapes are the same; JSON has no raw controls.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Edn,
    Json,
}

/// Reads the string literal whose opening quote is at `start`; returns its value and its end.
pub(crate) fn decode_string(
    text: &str,
    start: usize,
    dialect: Dialect,
) -> Result<(Box<str>, usize), Fault> {
    let bytes = text.as_bytes();
    let mut value = String::new();
    // Text from `copied` on is not in `value` yet.
    let mut copied = start + 1;
    let mut at = copied;
    loop {
        match bytes.get(at) {
            Some(b'"') => break,
            Some(b'\\') => {
                value.push_str(&text[copied..at]);
                let (decoded, end) = decode_escape(text, at)?;
                value.push(decoded);
                at = end;
                copied = at;
            }
            Some(0..=0x1f) if dialect == Dialect::Json => {
                let message =
                    "a control character stands in a string; write it as `\\u` and four digits";
                return Err(Fault::new(at, message.to_owned()));
            }
            Some(_) => at += 1,
            None => return Err(unterminated(start)),
        }
    }
    value.push_str(&text[copied..at]);
    Ok((value.into_boxed_str(), at + 1))
}

fn unterminated(start: usize) -> Fault {
    let message = "the string is never closed; add `\"`".to_owned();
    Fault {
        incomplete: true,
        ..Fault::new(start, message)
    }
}

/// The character of the escape at `at`, and the end of the escape.
fn decode_escape(text: &str, at: usize) -> Result<(char, usize), Fault> {
    let decoded = match text.as_bytes().get(at + 1) {
        Some(b'"') => '"',
        Some(b'\\') => '\\',
        Some(b'/') => '/',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'u') => return decode_unicode(text, at),
        Some(_) => {
            let escape = text[at + 1..].chars().next().unwrap_or(' ');
            let message = format!(
                "`\\{escape}` is no escape; write `\\\\` for a backslash, or one of `\\\"` `\\n` `\\r` `\\t` `\\b` `\\f` `\\/` `\\uXXXX`"
            );
            return Err(Fault::new(at, message));
        }
        None => return Err(unterminated(at)),
    };
    Ok((decoded, at + 2))
}

/// `\uXXXX`, or two of them that are a surrogate pair.
fn decode_unicode(text: &str, at: usize) -> Result<(char, usize), Fault> {
    let unit = |at: usize| {
        let bytes = text.as_bytes();
        let digits = bytes.get(at..at + 6).filter(|it| it.starts_with(b"\\u"))?;
        digits[2..]
            .iter()
            .try_fold(0, |sum, &it| Some(sum * 16 + char::from(it).to_digit(16)?))
    };
    let decoded = match unit(at) {
        Some(high @ 0xd800..=0xdbff) => match unit(at + 6) {
            Some(low @ 0xdc00..=0xdfff) => {
                char::from_u32(0x10000 + ((high - 0xd800) << 10 | (low - 0xdc00)))
                    .map(|it| (it, at + 12))
            }
            _ => None,
        },
        Some(unit) => char::from_u32(unit).map(|it| (it, at + 6)),
        None => None,
    };
    decoded.ok_or_else(|| {
        let message =
            "`\\u` needs four hexadecimal digits that name a character; surrogates come in pairs";
        Fault::new(at, message.to_owned())
    })
}
