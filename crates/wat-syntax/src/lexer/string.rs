//! Strings: where they end, what they mean, what is wrong in them (1.6).

use rowan::{TextRange, TextSize};

use super::class::{self, CLASS, STRING};
use crate::codes;
use crate::diag::{SyntaxError, TextEdit};
use crate::source::SourceText;

/// How a string ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Closing {
    /// With its quote; says whether anything in it needs a closer look.
    Quote { plain: bool, dirty: bool },
    /// Nowhere.
    Missing,
}

/// Finds the end of the string whose opening quote is at `start`: the offset after its closing quote.
pub(crate) fn scan(bytes: &[u8], start: usize) -> (usize, Closing) {
    let mut at = start + 1;
    let mut plain = true;
    let mut dirty = false;
    while let Some(&byte) = bytes.get(at) {
        if CLASS[byte as usize] & STRING == 0 {
            plain &= byte != b'\r';
            at += 1;
            continue;
        }
        match byte {
            b'"' => return (at + 1, Closing::Quote { plain, dirty }),
            b'\\' => {
                plain = false;
                dirty |= !matches!(
                    bytes.get(at + 1),
                    Some(b'"' | b'\\' | b'/' | b'n' | b't' | b'r' | b'0' | b'b' | b'f')
                );
                at += 2;
            }
            0xe2 => {
                dirty |= bytes.get(at + 1) == Some(&0x80) || bytes.get(at + 1) == Some(&0x81);
                at += 1;
            }
            _ => {
                dirty = true;
                at += 1;
            }
        }
    }
    (bytes.len(), Closing::Missing)
}

/// The end of the line that holds `at`, before its terminator.
pub(crate) fn line_end(bytes: &[u8], at: usize) -> usize {
    memchr::memchr2(b'\n', b'\r', &bytes[at..]).map_or(bytes.len(), |len| at + len)
}

/// True if some line of `text` after its first one starts with `(`.
pub(crate) fn has_paren_line(text: &[u8]) -> bool {
    memchr::memchr_iter(b'(', text).any(|at| at > 0 && matches!(text[at - 1], b'\n' | b'\r'))
}

/// One element of a string's text.
enum Piece {
    Char(char),
    Escape(char),
    Unknown(char),
    BadUnicode,
}

/// The value of a string token. `text` has its opening quote, and its closing one if `closed`.
pub(crate) fn value(text: &str, closed: bool) -> String {
    let mut value = String::with_capacity(text.len());
    pieces(body(text, closed), |_, _, piece| match piece {
        Piece::Char(char) | Piece::Escape(char) | Piece::Unknown(char) => value.push(char),
        Piece::BadUnicode => {}
    });
    value
}

/// Where a range of a string's value stands in its token. `text` is the token with its opening quote; an element that
/// is written as an escape is in the answer as a whole.
pub fn literal_range(text: &str, range: TextRange) -> TextRange {
    let closed = text.len() > 1 && text.ends_with('"');
    let (start, end) = (usize::from(range.start()), usize::from(range.end()));
    let body = body(text, closed);
    let mut value = 0;
    let (mut from, mut to) = (body.len(), body.len());
    pieces(body, |piece_start, piece_end, piece| {
        let len = match piece {
            Piece::Char(char) | Piece::Escape(char) | Piece::Unknown(char) => char.len_utf8(),
            Piece::BadUnicode => 0,
        };
        if value <= start && start < value + len {
            from = piece_start;
        }
        if value < end && end <= value + len {
            to = piece_end;
        }
        value += len;
    });
    if start == end {
        to = from;
    }
    let place = |offset: usize| TextSize::new(offset as u32 + 1);
    TextRange::new(place(from), place(to.max(from)))
}

/// The characters of a string's value, each with the range of the token that it is written in. `text` is the token with
/// its opening quote.
pub fn literal_elements(text: &str) -> Vec<(TextRange, char)> {
    let closed = text.len() > 1 && text.ends_with('"');
    let mut found = Vec::new();
    pieces(body(text, closed), |start, end, piece| {
        let range = TextRange::new(
            TextSize::new(start as u32 + 1),
            TextSize::new(end as u32 + 1),
        );
        match piece {
            Piece::Char(char) | Piece::Escape(char) | Piece::Unknown(char) => {
                found.push((range, char));
            }
            Piece::BadUnicode => {}
        }
    });
    found
}

fn body(text: &str, closed: bool) -> &str {
    &text[1..text.len() - usize::from(closed)]
}

/// Calls `each` with start, end and meaning of every element. A raw CR LF is LF.
fn pieces(body: &str, mut each: impl FnMut(usize, usize, Piece)) {
    let mut chars = body.char_indices();
    while let Some((start, char)) = chars.next() {
        let piece = match char {
            '\r' if body[start + 1..].starts_with('\n') => {
                chars.next();
                Piece::Char('\n')
            }
            '\\' => escape(&body[start + 1..], &mut chars),
            char => Piece::Char(char),
        };
        let end = body.len() - chars.as_str().len();
        each(start, end, piece);
    }
}

/// Reads an escape; `chars` stands after its backslash, before `rest`.
fn escape(rest: &str, chars: &mut std::str::CharIndices<'_>) -> Piece {
    let Some((_, char)) = chars.next() else {
        return Piece::Unknown('\\');
    };
    match char {
        '"' | '\\' | '/' => Piece::Escape(char),
        'n' => Piece::Escape('\n'),
        't' => Piece::Escape('\t'),
        'r' => Piece::Escape('\r'),
        '0' => Piece::Escape('\0'),
        'b' => Piece::Escape('\u{8}'),
        'f' => Piece::Escape('\u{c}'),
        'u' => {
            let (len, char) = unicode(&rest[1..]);
            for _ in 0..len {
                chars.next();
            }
            char.map_or(Piece::BadUnicode, Piece::Escape)
        }
        char => Piece::Unknown(char),
    }
}

/// How many bytes after `\u` belong to the escape, and its character if it is valid.
fn unicode(rest: &str) -> (usize, Option<char>) {
    let bytes = rest.as_bytes();
    let hex = |from: usize, most: usize| {
        let digits = bytes.iter().skip(from).take(most);
        digits.take_while(|byte| byte.is_ascii_hexdigit()).count()
    };
    let decode = |digits: &str| {
        u32::from_str_radix(digits, 16)
            .ok()
            .and_then(char::from_u32)
    };
    if bytes.first() == Some(&b'{') {
        let count = hex(1, usize::MAX);
        if bytes.get(1 + count) != Some(&b'}') {
            return (1 + count, None);
        }
        let valid = (1..=6).contains(&count);
        return (count + 2, valid.then(|| decode(&rest[1..=count])).flatten());
    }
    let count = hex(0, 4);
    (count, (count == 4).then(|| decode(&rest[..4])).flatten())
}

/// Reports what is wrong in the string token at `start..end` of `source`.
pub(crate) fn diagnose(
    source: &SourceText,
    start: usize,
    end: usize,
    closed: bool,
    errors: &mut Vec<SyntaxError>,
) {
    let text = &source.text()[start..end];
    if !closed {
        errors.push(unterminated(text, start));
    }
    invalid_runs(source, start, end, errors);
    let offset = start + 1;
    pieces(body(text, closed), |from, to, piece| {
        let range = range(offset + from, offset + to);
        match piece {
            Piece::Unknown(char) => errors.push(unknown_escape(range, char)),
            Piece::BadUnicode => errors.push(bad_unicode(range)),
            Piece::Char(char) if class::is_bidi(char) => errors.push(bidi(range, char, true)),
            Piece::Char(char)
                if is_raw_control(char) && source.invalid_end(offset + from).is_none() =>
            {
                errors.push(raw_control(range, char));
            }
            _ => {}
        }
    });
}

fn range(start: usize, end: usize) -> TextRange {
    TextRange::new(TextSize::new(start as u32), TextSize::new(end as u32))
}

fn is_raw_control(char: char) -> bool {
    (char < ' ' && !matches!(char, '\t' | '\n' | '\r')) || char == '\u{7f}'
}

/// WAT1001 for every run in `start..end` that is not UTF-8.
pub(crate) fn invalid_runs(
    source: &SourceText,
    start: usize,
    end: usize,
    errors: &mut Vec<SyntaxError>,
) {
    if source.is_utf8() {
        return;
    }
    for (from, to) in source.invalid_runs(start, end) {
        errors.push(invalid_utf8(range(from.max(start), to.min(end))));
    }
}

pub(crate) fn invalid_utf8(range: TextRange) -> SyntaxError {
    SyntaxError::new(
        codes::INVALID_UTF8,
        range,
        "these bytes are not valid UTF-8",
    )
    .with_help("save the file as UTF-8, or delete the bytes")
}

/// WAT1027 for the control at `range`, in a string or in a comment.
pub(crate) fn bidi(range: TextRange, char: char, string: bool) -> SyntaxError {
    let number = u32::from(char);
    let message = format!(
        "U+{number:04X} is a bidirectional control: text around it looks different from what it is"
    );
    let error = SyntaxError::new(codes::BIDI_CONTROL, range, message);
    match string {
        true => error.machine(
            "write it as an escape",
            vec![TextEdit::replace(range, format!("\\u{{{number:x}}}"))],
        ),
        false => error.machine("delete it", vec![TextEdit::delete(range)]),
    }
}

fn raw_control(range: TextRange, char: char) -> SyntaxError {
    let number = u32::from(char);
    SyntaxError::new(
        codes::RAW_CONTROL_IN_STRING,
        range,
        format!("the control character U+{number:04X} stands in this string as it is"),
    )
    .machine(
        "write it as an escape",
        vec![TextEdit::replace(range, format!("\\u{{{number:x}}}"))],
    )
}

fn unknown_escape(range: TextRange, char: char) -> SyntaxError {
    let shown = match char {
        '\n' | '\r' => "a line terminator".to_owned(),
        char => format!("`{}`", char.escape_debug()),
    };
    SyntaxError::new(
        codes::UNKNOWN_ESCAPE,
        range,
        format!("a backslash before {shown} is not an escape"),
    )
    .with_help(r#"the escapes are `\"` `\\` `\/` `\n` `\t` `\r` `\0` `\b` `\f` `\uXXXX` `\u{X…}`"#)
    .maybe(
        "double the backslash",
        vec![TextEdit::insert(range.start(), "\\")],
    )
}

fn bad_unicode(range: TextRange) -> SyntaxError {
    SyntaxError::new(
        codes::INVALID_UNICODE_ESCAPE,
        range,
        "this escape does not name a Unicode character",
    )
    .with_help(r"write `\u` and four hex digits, or one to six in braces: `\u00e9`, `\u{1f600}`")
}

/// WAT1024. Where the text closes brackets that it does not open and goes on, the quote rather ends a string, and which one
/// has no beginning is not known.
fn unterminated(text: &str, start: usize) -> SyntaxError {
    let error = SyntaxError::new(
        codes::UNTERMINATED_STRING,
        range(start, start + text.len()),
        "this string has no closing quote",
    )
    .with_help("the reader takes it to end with this line");
    match closed_at(&text[1..]) {
        Some(length) => {
            let at = TextSize::new((start + 1 + length) as u32);
            error.maybe("close the string", vec![TextEdit::insert(at, "\"")])
        }
        None => error,
    }
}

/// Where the text of a string ends that swallowed the rest of its line: before the closing brackets at the end of the line
/// for which the text has no opening ones. `None` if there are such brackets before.
fn closed_at(text: &str) -> Option<usize> {
    let line = text.trim_end_matches([' ', '\t', ',']);
    let inner = line.trim_end_matches([')', ']', '}']);
    let mut open = 0_usize;
    for ch in inner.chars() {
        match ch {
            '(' | '[' | '{' => open += 1,
            ')' | ']' | '}' => open = open.checked_sub(1)?,
            _ => {}
        }
    }
    match inner.len() == line.len() {
        true => Some(text.len()),
        false => Some(line.len().min(inner.len() + open)),
    }
}
