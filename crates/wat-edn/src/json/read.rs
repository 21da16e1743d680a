//! JSON to values.

use crate::build::resolve_tag;
use crate::order::compare_canonical;
use crate::read::number;
use crate::scalar::{is_plain_path, keyword_from_edn};
use crate::text::{Dialect, Fault, decode_string, shorten};
use crate::{Edn, Instant, ReadError, ReadErrorKind, ReadOptions, Uuid};

/// Reads one JSON text: the inverse of [`super::write`], and any other JSON as plain data.
///
/// Integers that [`super::write`] puts into strings come back as strings: only a target type tells
/// them apart. Object keys that are plain EDN keywords become keywords, all others strings; a
/// reader that expects keys of another type reads their text as EDN ([`super::key_text`] gives the
/// text of a key that became a keyword, [`super::key_value`] the value that a string stands for
/// where no type says it). An object that is none of the notations of typed JSON is a map; a map
/// that is written as its entries stays under [`super::MAP_TAG`], since its keys are no texts. Lists read as vectors. Integers outside `i64` are rejected, never rounded.
///
/// # Errors
///
/// The first thing in the text that is no JSON; a key or set element that occurs twice.
pub fn read(text: &str) -> Result<Edn, ReadError> {
    read_with(text, ReadOptions::default())
}

/// Reads one JSON text with another depth limit.
///
/// # Errors
///
/// As [`read`].
pub fn read_with(text: &str, options: ReadOptions) -> Result<Edn, ReadError> {
    let reader = Reader {
        text,
        at: 0,
        max_depth: options.max_depth,
        open: Vec::new(),
    };
    reader.read().map_err(|fault| fault.into_error(text))
}

enum Open {
    Array(Vec<Edn>),
    Object(usize, Vec<(Box<str>, Edn)>, Box<str>),
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    max_depth: usize,
    open: Vec<Open>,
}

impl Reader<'_> {
    fn read(mut self) -> Result<Edn, Fault> {
        loop {
            let Some(mut value) = self.start_value()? else {
                continue;
            };
            // The value is complete: hand it to its parent, and the parent on when it ends here.
            loop {
                match self.open.last_mut() {
                    None => return self.finish(value),
                    Some(Open::Array(items)) => items.push(value),
                    Some(Open::Object(_, entries, key)) => {
                        entries.push((std::mem::take(key), value))
                    }
                }
                match self.after_value()? {
                    Some(collection) => value = collection,
                    None => break,
                }
            }
        }
    }

    fn finish(mut self, value: Edn) -> Result<Edn, Fault> {
        match self.peek() {
            None => Ok(value),
            Some(_) => {
                Err(self.fault("more text follows the value; exactly one value is read".to_owned()))
            }
        }
    }

    /// The next byte that is no white space.
    fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = bytes.get(self.at) {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    fn fault(&self, message: String) -> Fault {
        let incomplete = self.at >= self.text.len();
        Fault {
            incomplete,
            ..Fault::new(self.at, message)
        }
    }

    /// Reads a scalar or an empty collection, or opens a collection.
    fn start_value(&mut self) -> Result<Option<Edn>, Fault> {
        let next = self.peek();
        let start = self.at;
        match next {
            Some(b'[') => {
                self.enter(start)?;
                if self.peek() == Some(b']') {
                    self.at += 1;
                    return Ok(Some(Edn::Vector(Vec::new())));
                }
                self.open.push(Open::Array(Vec::new()));
                Ok(None)
            }
            Some(b'{') => {
                self.enter(start)?;
                if self.peek() == Some(b'}') {
                    self.at += 1;
                    return Ok(Some(Edn::Map(Vec::new())));
                }
                let key = self.key()?;
                self.open.push(Open::Object(start, Vec::new(), key));
                Ok(None)
            }
            Some(b'"') => {
                let text = self.string()?;
                Ok(Some(match keyword_from_edn(&text) {
                    Some(keyword) => Edn::Keyword(keyword.into()),
                    None => Edn::Str(text),
                }))
            }
            Some(_) => self.word().map(Some),
            None => Err(self.fault("a value is missing at the end of the text".to_owned())),
        }
    }

    fn enter(&mut self, start: usize) -> Result<(), Fault> {
        self.at += 1;
        if self.open.len() < self.max_depth {
            return Ok(());
        }
        let limit = self.max_depth;
        Err(Fault::new(
            start,
            format!("the value nests deeper than {limit} levels; flatten it"),
        ))
    }

    fn string(&mut self) -> Result<Box<str>, Fault> {
        let (text, end) = decode_string(self.text, self.at, Dialect::Json)?;
        self.at = end;
        Ok(text)
    }

    fn key(&mut self) -> Result<Box<str>, Fault> {
        if self.peek() != Some(b'"') {
            return Err(self.fault("an object key must be a string in double quotes".to_owned()));
        }
        let key = self.string()?;
        if self.peek() != Some(b':') {
            return Err(self.fault("`:` must follow an object key".to_owned()));
        }
        self.at += 1;
        Ok(key)
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self) -> Result<Edn, Fault> {
        let start = self.at;
        let is_word = |it: &u8| it.is_ascii_alphanumeric() || matches!(it, b'+' | b'-' | b'.');
        let bytes = &self.text.as_bytes()[start..];
        let len = bytes.iter().take_while(|it| is_word(it)).count();
        let word = &self.text[start..start + len];
        let problem = match word {
            "null" => {
                self.at += len;
                return Ok(Edn::Nil);
            }
            "true" | "false" => {
                self.at += len;
                return Ok(Edn::Bool(word == "true"));
            }
            _ if word.starts_with(|it: char| it == '-' || it.is_ascii_digit()) => {
                match number(word, false) {
                    Ok(value) => {
                        self.at += len;
                        return Ok(value);
                    }
                    Err(problem) => problem,
                }
            }
            _ => "is no JSON; write a value",
        };
        let word = if word.is_empty() {
            &self.text[start..]
        } else {
            word
        };
        Err(Fault::new(start, format!("`{}` {problem}", shorten(word))))
    }

    /// After an element: `,` and, in an object, the next key; or the end of the collection, whose
    /// value it returns.
    fn after_value(&mut self) -> Result<Option<Edn>, Fault> {
        let is_array = matches!(self.open.last(), Some(Open::Array(_)));
        match (self.peek(), is_array) {
            (Some(b','), true) => {
                self.at += 1;
                Ok(None)
            }
            (Some(b','), false) => {
                self.at += 1;
                let next = self.key()?;
                if let Some(Open::Object(_, _, key)) = self.open.last_mut() {
                    *key = next;
                }
                Ok(None)
            }
            (Some(b']'), true) | (Some(b'}'), false) => {
                self.at += 1;
                match self.open.pop() {
                    Some(Open::Array(items)) => Ok(Some(Edn::Vector(items))),
                    Some(Open::Object(start, entries, _)) => object(entries, start).map(Some),
                    None => Ok(None),
                }
            }
            (_, true) => Err(self.fault("`,` or `]` must follow an array element".to_owned())),
            (_, false) => Err(self.fault("`,` or `}` must follow an object entry".to_owned())),
        }
    }
}

fn twice(offset: usize, what: &str) -> Fault {
    let message = format!("{what} twice; remove one of the two");
    Fault {
        kind: ReadErrorKind::Shape,
        ..Fault::new(offset, message)
    }
}

/// The value that an object stands for.
fn object(mut entries: Vec<(Box<str>, Edn)>, start: usize) -> Result<Edn, Fault> {
    let mut keys: Vec<&str> = entries.iter().map(|it| &*it.0).collect();
    keys.sort_unstable();
    if let Some(pair) = keys.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(twice(
            start,
            &format!("the object has the key `{}`", shorten(pair[0])),
        ));
    }
    match &mut entries[..] {
        [(key, value)] => {
            if let Some(value) = wrapped(key, value, start)? {
                return Ok(value);
            }
        }
        [(first, tag), (second, body)] if &**first == "#tag" && &**second == "body" => {
            if let Some(value) = tagged(tag, body) {
                return Ok(value);
            }
        }
        [(second, body), (first, tag)] if &**first == "#tag" && &**second == "body" => {
            if let Some(value) = tagged(tag, body) {
                return Ok(value);
            }
        }
        _ => {}
    }
    let mut entries: Vec<(Edn, Edn)> = entries
        .into_iter()
        .map(|(key, value)| match keyword_from_edn(&key) {
            Some(keyword) => (Edn::Keyword(keyword.into()), value),
            None => (Edn::Str(key), value),
        })
        .collect();
    entries.sort_by(|a, b| compare_canonical(&a.0, &b.0));
    Ok(Edn::Map(entries))
}

/// The notations of typed JSON that are objects of one entry.
fn wrapped(key: &str, value: &mut Edn, start: usize) -> Result<Option<Edn>, Fault> {
    if let ("#set", Edn::Vector(items)) = (key, &mut *value) {
        let mut items = std::mem::take(items);
        items.sort_by(compare_canonical);
        if items.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(twice(start, "the set has an element"));
        }
        return Ok(Some(Edn::Set(items)));
    }
    if !key.starts_with('#') || !matches!(value, Edn::Str(_) | Edn::Keyword(_)) {
        return Ok(None);
    }
    // A string that looks like a keyword has been read as one.
    let text = crate::json::key_text(value);
    Ok(match (key, &*value, &*text) {
        ("#string", _, text) => Some(Edn::str(text)),
        ("#inst", Edn::Str(_), text) => Instant::parse(text).map(Edn::Inst),
        ("#uuid", Edn::Str(_), text) => Uuid::parse(text).map(Edn::Uuid),
        ("#float", Edn::Str(_), "nan") => Some(Edn::Float(f64::NAN)),
        ("#float", Edn::Str(_), "inf") => Some(Edn::Float(f64::INFINITY)),
        ("#float", Edn::Str(_), "neg-inf") => Some(Edn::Float(f64::NEG_INFINITY)),
        _ => None,
    })
}

fn tagged(tag: &Edn, body: &mut Edn) -> Option<Edn> {
    let Edn::Str(tag) = tag else { return None };
    let is_tag = tag.contains('/') && is_plain_path(tag);
    // Tags of this crate cannot fail: `inst` and `uuid` have no namespace.
    is_tag.then(|| resolve_tag(tag.clone(), std::mem::replace(body, Edn::Nil)).ok())?
}
