//! Reading EDN text (X30).

use crate::build::{BuildError, Builder, Frame, Mode, Open, excerpt, excerpt_text};
use crate::scalar::{is_name_byte, is_plain_path, keyword_from_edn, starts_like_number};
use crate::text::{Dialect, Fault, decode_string, shorten};
use crate::value::Sequence;
use crate::write::NAMED_CHARS;
use crate::{Edn, ReadError};

/// What a reader accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadOptions {
    /// The deepest nesting: of collections, and of tags directly under tags. Reading never
    /// recurses, so that any limit is safe; data from elsewhere deserve a small one.
    pub max_depth: usize,
    /// Takes what EDN has beyond wat: symbols, `N` and `M` numbers, tags without namespace.
    pub foreign: bool,
}

impl ReadOptions {
    /// The nesting that `:wat::edn::read` allows.
    pub const MAX_DEPTH: usize = 512;
}

impl Default for ReadOptions {
    fn default() -> ReadOptions {
        ReadOptions {
            max_depth: ReadOptions::MAX_DEPTH,
            foreign: false,
        }
    }
}

/// Reads exactly one value. Maps and sets come out in canonical order, the fields of records as
/// they stand; a key or element that occurs twice is an error.
///
/// # Errors
///
/// The first thing in the text that is no EDN.
pub fn read(text: &str) -> Result<Edn, ReadError> {
    read_with(text, ReadOptions::default())
}

/// Reads exactly one value as the options say.
///
/// # Errors
///
/// As [`read`].
pub fn read_with(text: &str, options: ReadOptions) -> Result<Edn, ReadError> {
    let mut reader = Reader::new(text, options);
    let Some(value) = reader.next_value(false)? else {
        let fault = Fault::new(text.len(), "the text holds no value; write one".to_owned());
        return Err(Fault {
            incomplete: true,
            ..fault
        }
        .into_error(text));
    };
    reader.next_value(true)?;
    Ok(value)
}

/// Reads any number of values.
///
/// # Errors
///
/// As [`read`].
pub fn read_all(text: &str) -> Result<Vec<Edn>, ReadError> {
    read_all_with(text, ReadOptions::default())
}

/// Reads any number of values as the options say.
///
/// # Errors
///
/// As [`read`].
pub fn read_all_with(text: &str, options: ReadOptions) -> Result<Vec<Edn>, ReadError> {
    let mut reader = Reader::new(text, options);
    let mut values = Vec::new();
    while let Some(value) = reader.next_value(false)? {
        values.push(value);
    }
    Ok(values)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    options: ReadOptions,
    builder: Builder,
}

/// The root value, once it is complete.
type Step = Result<Option<Edn>, Fault>;

impl<'a> Reader<'a> {
    fn new(text: &'a str, options: ReadOptions) -> Reader<'a> {
        Reader {
            text,
            at: 0,
            options,
            builder: Builder::new(Mode::Read),
        }
    }

    /// The next value, or `None` at the end of the text. With `at_end`, a value is an error.
    fn next_value(&mut self, at_end: bool) -> Result<Option<Edn>, ReadError> {
        self.scan(at_end)
            .map_err(|fault| fault.into_error(self.text))
    }

    fn scan(&mut self, at_end: bool) -> Step {
        loop {
            self.skip_trivia();
            let Some(&byte) = self.text.as_bytes().get(self.at) else {
                return self.end_of_text();
            };
            if at_end && self.builder.top().is_none() && !self.rest().starts_with("#_") {
                let rest = self.rest().lines().next().unwrap_or_default();
                let message = format!(
                    "{} follows the value; exactly one value is read",
                    excerpt_text(rest)
                );
                return Err(Fault::new(self.at, message));
            }
            let root = match byte {
                b'(' => self.open(Sequence::List, 1),
                b'[' => self.open(Sequence::Vector, 1),
                b'{' => self.open_map(),
                b'#' => self.dispatch(),
                b')' | b']' | b'}' => self.close(byte),
                b'"' => self.string(),
                b'\\' => self.character(),
                b':' => self.keyword(),
                _ => self.word(),
            }?;
            if root.is_some() {
                return Ok(root);
            }
        }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// White space, commas and comments.
    fn skip_trivia(&mut self) {
        let bytes = self.text.as_bytes();
        while let Some(&byte) = bytes.get(self.at) {
            match byte {
                byte if is_white(byte) => self.at += 1,
                b';' => {
                    let line = bytes[self.at..]
                        .iter()
                        .take_while(|it| !matches!(it, b'\n' | b'\r'));
                    self.at += line.count();
                }
                _ => break,
            }
        }
    }

    /// The bytes up to the next delimiter, `from` bytes after the current one.
    fn take_word(&mut self, from: usize) -> &'a str {
        let start = self.at + from;
        let bytes = &self.text.as_bytes()[start..];
        let len = bytes
            .iter()
            .position(|&it| ends_word(it))
            .unwrap_or(bytes.len());
        self.at = start + len;
        &self.text[start..self.at]
    }

    fn end_of_text(&self) -> Step {
        let Some(Frame { open, offset, .. }) = self.builder.top() else {
            return Ok(None);
        };
        let message = match open {
            Open::Sequence(kind, _) => format!(
                "`{}` is never closed; add `{}`",
                opener(*kind),
                closer(*kind)
            ),
            Open::Map(..) => "`{` is never closed; add `}`".to_owned(),
            Open::Tag(tag) => format!("a value must follow the tag `#{}`", shorten(tag)),
            Open::Discard => "a value must follow `#_`".to_owned(),
        };
        Err(Fault {
            incomplete: true,
            ..Fault::new(*offset, message)
        })
    }

    fn add(&mut self, value: Edn) -> Step {
        Ok(self.builder.value(value)?)
    }

    fn open(&mut self, kind: Sequence, width: usize) -> Step {
        let start = self.at;
        self.at += width;
        self.builder.open_sequence(kind, 0, start);
        self.check_depth(start)
    }

    fn open_map(&mut self) -> Step {
        let start = self.at;
        self.at += 1;
        self.builder.open_map(0, start);
        self.check_depth(start)
    }

    fn check_depth(&self, start: usize) -> Step {
        let limit = self.options.max_depth;
        if self.builder.depth() <= limit {
            return Ok(None);
        }
        Err(Fault::new(
            start,
            format!("the value nests deeper than {limit} levels; flatten it"),
        ))
    }

    fn close(&mut self, byte: u8) -> Step {
        let start = self.at;
        let found = char::from(byte);
        self.at += 1;
        let Some(frame) = self.builder.top() else {
            return Err(Fault::new(
                start,
                format!("`{found}` closes nothing; remove it"),
            ));
        };
        let expected = match &frame.open {
            Open::Sequence(kind, _) => closer(*kind),
            Open::Map(..) => '}',
            Open::Tag(tag) => {
                return Err(Fault::new(
                    start,
                    format!("a value must follow the tag `#{}`", shorten(tag)),
                ));
            }
            Open::Discard => return Err(Fault::new(start, "a value must follow `#_`".to_owned())),
        };
        if expected != found {
            return Err(Fault::new(
                start,
                format!("`{found}` closes nothing here; write `{expected}`"),
            ));
        }
        if let Open::Map(_, Some(key)) = &frame.open {
            let message = format!("the key {} has no value; add one", excerpt(key));
            return Err(Fault::new(start, message));
        }
        Ok(self.builder.close()?)
    }

    /// `#{`, `#_` and tags.
    fn dispatch(&mut self) -> Step {
        let start = self.at;
        match self.text.as_bytes().get(start + 1) {
            Some(b'{') => return self.open(Sequence::Set, 2),
            Some(b'_') => {
                self.at += 2;
                self.builder.open_discard(start);
                return Ok(None);
            }
            _ => {}
        }
        let tag = self.take_word(1);
        if !self.is_tag(tag) {
            let mut message = format!("`#{}` is no tag", shorten(tag));
            message.push_str(if tag.contains('/') || tag.is_empty() {
                "; write `#namespace/name` and a value"
            } else {
                "; tags other than `#inst` and `#uuid` need a namespace, as in `#my.app/Name`"
            });
            return Err(Fault::new(start, message));
        }
        self.builder.open_tag(tag, start);
        self.check_depth(start)
    }

    fn is_tag(&self, tag: &str) -> bool {
        if matches!(tag, "inst" | "uuid") {
            return true;
        }
        let has_namespace = tag.contains('/');
        (has_namespace || self.options.foreign) && is_plain_path(tag)
    }

    fn string(&mut self) -> Step {
        let (text, end) = decode_string(self.text, self.at, Dialect::Edn)?;
        self.at = end;
        self.add(Edn::Str(text))
    }

    fn character(&mut self) -> Step {
        let start = self.at;
        let Some(first) = self.text[start + 1..].chars().next() else {
            let fault = Fault::new(start, "a character must follow `\\`".to_owned());
            return Err(Fault {
                incomplete: true,
                ..fault
            });
        };
        self.at = start + 1 + first.len_utf8();
        // A delimiter is a character by itself: `\(`.
        if first == ',' || !u8::try_from(first).is_ok_and(is_white) {
            let rest = self.take_word(0);
            let name = &self.text[start + 1..start + 1 + first.len_utf8() + rest.len()];
            let named = NAMED_CHARS.iter().find(|it| it.0 == name).map(|it| it.1);
            let value = if rest.is_empty() {
                Some(first)
            } else {
                named.or_else(|| code_point(name))
            };
            if let Some(value) = value {
                return self.add(Edn::Char(value));
            }
        }
        let end = self.at.max(start + 1);
        let message = format!(
            "`{}` is no character; write one character after `\\`, a name such as `\\newline`, or `\\uXXXX`",
            shorten(&self.text[start..end])
        );
        Err(Fault::new(start, message))
    }

    fn keyword(&mut self) -> Step {
        let start = self.at;
        let word = self.take_word(0);
        match keyword_from_edn(word) {
            Some(keyword) => self.add(Edn::Keyword(keyword.into())),
            None => Err(Fault::new(
                start,
                format!(
                    "`{}` is no keyword; write `:name` or `:name.space/name`",
                    shorten(word)
                ),
            )),
        }
    }

    fn word(&mut self) -> Step {
        let start = self.at;
        let word = self.take_word(0);
        let fault = |message: String| Err(Fault::new(start, message));
        match word {
            "nil" => return self.add(Edn::Nil),
            "true" => return self.add(Edn::Bool(true)),
            "false" => return self.add(Edn::Bool(false)),
            _ => {}
        }
        if starts_like_number(word.as_bytes()) {
            return match number(word, self.options.foreign) {
                Ok(value) => self.add(value),
                Err(problem) => fault(format!("`{}` {problem}", shorten(word))),
            };
        }
        let is_symbol = !word.starts_with('\'') && word.bytes().all(is_name_byte);
        match word.chars().next() {
            Some(_) if is_symbol && self.options.foreign => self.add(Edn::Symbol(word.into())),
            Some(_) if is_symbol => fault(format!(
                "the symbol `{}` is no value; write a keyword or a string",
                shorten(word)
            )),
            _ => fault(format!("`{}` is no EDN; write a value", shorten(word))),
        }
    }
}

impl From<BuildError> for Fault {
    fn from(error: BuildError) -> Fault {
        let BuildError {
            kind,
            offset,
            message,
            path,
        } = error;
        Fault {
            kind,
            path,
            ..Fault::new(offset, message)
        }
    }
}

fn opener(kind: Sequence) -> &'static str {
    match kind {
        Sequence::List => "(",
        Sequence::Vector => "[",
        Sequence::Set => "#{",
    }
}

fn closer(kind: Sequence) -> char {
    match kind {
        Sequence::List => ')',
        Sequence::Vector => ']',
        Sequence::Set => '}',
    }
}

pub(crate) fn is_white(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0c | b',')
}

/// Whether a byte ends the word before it.
pub(crate) fn ends_word(byte: u8) -> bool {
    is_white(byte) || matches!(byte, b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'"' | b';')
}

/// The character of `uXXXX`.
fn code_point(name: &str) -> Option<char> {
    let digits = name.strip_prefix('u')?;
    let is_hex = digits.len() == 4 && digits.bytes().all(|it| it.is_ascii_hexdigit());
    is_hex.then(|| {
        u32::from_str_radix(digits, 16)
            .ok()
            .and_then(char::from_u32)
    })?
}

/// An integer or float; the error completes the sentence that starts with the word.
pub(crate) fn number(word: &str, foreign: bool) -> Result<Edn, &'static str> {
    const SHAPE: &str = "is no number; write digits, `1.5` or `1e3`, without leading zeros";
    let digits_of = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let unsigned = word.strip_prefix(['+', '-']).unwrap_or(word);
    let whole = digits_of(unsigned);
    let has_leading_zero = whole > 1 && unsigned.starts_with('0');
    let mut rest = &unsigned[whole..];
    if whole == 0 || has_leading_zero {
        return Err(SHAPE);
    }
    let text = word.strip_prefix('+').unwrap_or(word);
    match rest {
        "" => match text.parse() {
            Ok(value) => return Ok(Edn::Int(value)),
            Err(_) if foreign => return Ok(Edn::BigInt(text.into())),
            Err(_) => return Err("is outside the range of `i64`; write a float or a string"),
        },
        "N" if foreign => return Ok(Edn::BigInt(text[..text.len() - 1].into())),
        "N" => return Err("is a big integer, which wat does not have; remove the `N`"),
        _ => {}
    }
    if let Some(after) = rest.strip_prefix('.') {
        let fraction = digits_of(after);
        if fraction == 0 {
            return Err(SHAPE);
        }
        rest = &after[fraction..];
    }
    if let Some(after) = rest.strip_prefix(['e', 'E']) {
        let after = after.strip_prefix(['+', '-']).unwrap_or(after);
        let exponent = digits_of(after);
        if exponent == 0 {
            return Err(SHAPE);
        }
        rest = &after[exponent..];
    }
    match rest {
        "" => match text.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(Edn::Float(value)),
            _ => Err("is too large for a float; the largest is about 1.8e308"),
        },
        "M" if foreign => Ok(Edn::BigDec(text[..text.len() - 1].into())),
        "M" => Err("is a decimal, which wat does not have; remove the `M`"),
        _ => Err(SHAPE),
    }
}
