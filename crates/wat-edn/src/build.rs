//! Building values from events, with bounded Rust stack.

use crate::order;
use crate::text::shorten;
use crate::value::{Sequence, is_record_tag};
use crate::{Edn, Instant, ReadErrorKind, Uuid};

/// What a builder does besides nesting.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Nothing.
    Copy,
    /// Brings maps and sets into canonical order.
    Canonical,
    /// The same, rejects duplicates and gives the tags of this crate their meaning.
    Read,
}

/// A value that cannot be built, at the offset of what opened it.
pub(crate) struct BuildError {
    pub(crate) kind: ReadErrorKind,
    pub(crate) offset: usize,
    pub(crate) message: String,
    pub(crate) path: String,
}

pub(crate) enum Open {
    Sequence(Sequence, Vec<Edn>),
    Map(Vec<(Edn, Edn)>, Option<Edn>),
    Tag(Box<str>),
    /// `#_`: the next value is dropped.
    Discard,
}

pub(crate) struct Frame {
    pub(crate) open: Open,
    /// Where the frame starts in the text, when there is one.
    pub(crate) offset: usize,
    deep: bool,
}

/// A stack of open collections and tags.
pub(crate) struct Builder {
    mode: Mode,
    frames: Vec<Frame>,
    depth: usize,
}

/// Room for elements that is reserved before any of them is there.
const RESERVED: usize = 1024;

impl Builder {
    pub(crate) fn new(mode: Mode) -> Builder {
        Builder {
            mode,
            frames: Vec::new(),
            depth: 0,
        }
    }

    /// The nesting so far: open collections, and tags that stand directly under a tag.
    pub(crate) fn depth(&self) -> usize {
        self.depth
    }

    pub(crate) fn top(&self) -> Option<&Frame> {
        self.frames.last()
    }

    pub(crate) fn open_sequence(&mut self, kind: Sequence, len: usize, offset: usize) {
        self.push(
            Open::Sequence(kind, Vec::with_capacity(len.min(RESERVED))),
            true,
            offset,
        );
    }

    pub(crate) fn open_map(&mut self, len: usize, offset: usize) {
        self.push(
            Open::Map(Vec::with_capacity(len.min(RESERVED)), None),
            true,
            offset,
        );
    }

    pub(crate) fn open_tag(&mut self, tag: &str, offset: usize) {
        let deep = matches!(
            self.top(),
            Some(Frame {
                open: Open::Tag(_),
                ..
            })
        );
        self.push(Open::Tag(tag.into()), deep, offset);
    }

    pub(crate) fn open_discard(&mut self, offset: usize) {
        self.push(Open::Discard, false, offset);
    }

    fn push(&mut self, open: Open, deep: bool, offset: usize) {
        self.depth += usize::from(deep);
        self.frames.push(Frame { open, offset, deep });
    }

    fn pop(&mut self) -> Option<Frame> {
        let frame = self.frames.pop()?;
        self.depth -= usize::from(frame.deep);
        Some(frame)
    }

    /// Adds a complete value; returns the root when it is complete.
    pub(crate) fn value(&mut self, mut value: Edn) -> Result<Option<Edn>, BuildError> {
        loop {
            match self.frames.last_mut().map(|frame| &mut frame.open) {
                None => return Ok(Some(value)),
                Some(Open::Sequence(_, items)) => {
                    items.push(value);
                    return Ok(None);
                }
                Some(Open::Map(entries, pending)) => {
                    match pending.take() {
                        Some(key) => entries.push((key, value)),
                        None => *pending = Some(value),
                    }
                    return Ok(None);
                }
                Some(Open::Discard) => {
                    self.pop();
                    return Ok(None);
                }
                Some(Open::Tag(_)) => value = self.close_tag(value)?,
            }
        }
    }

    /// Closes the innermost sequence or map.
    pub(crate) fn close(&mut self) -> Result<Option<Edn>, BuildError> {
        let Some(Frame { open, offset, .. }) = self.pop() else {
            return Ok(None);
        };
        let duplicate = |what: String| BuildError {
            kind: ReadErrorKind::Shape,
            offset,
            message: format!("{what}; remove one of the two"),
            path: self.path(),
        };
        let value = match open {
            Open::Sequence(Sequence::List, items) => Edn::List(items),
            Open::Sequence(Sequence::Vector, items) => Edn::Vector(items),
            Open::Sequence(Sequence::Set, mut items) => {
                if self.mode != Mode::Copy {
                    sort(&mut items, |it| it);
                }
                if let Some(it) = self.find_duplicate(&items, |it| it) {
                    return Err(duplicate(format!(
                        "the set has the element {} twice",
                        excerpt(it)
                    )));
                }
                Edn::Set(items)
            }
            Open::Map(mut entries, _) => {
                if self.mode != Mode::Copy && !self.is_in_record() {
                    sort(&mut entries, |it| &it.0);
                }
                if let Some(it) = self.find_duplicate(&entries, |it| &it.0) {
                    return Err(duplicate(format!(
                        "the map has the key {} twice",
                        excerpt(it)
                    )));
                }
                Edn::Map(entries)
            }
            Open::Tag(_) | Open::Discard => return Ok(None),
        };
        self.value(value)
    }

    fn is_in_record(&self) -> bool {
        matches!(self.top(), Some(Frame { open: Open::Tag(tag), .. }) if is_record_tag(tag))
    }

    fn find_duplicate<'a, T>(&self, items: &'a [T], key: fn(&T) -> &Edn) -> Option<&'a Edn> {
        if self.mode != Mode::Read {
            return None;
        }
        let is_ascending = |a: &T, b: &T| order::compare_canonical(key(a), key(b)).is_lt();
        if items.is_sorted_by(is_ascending) {
            return None;
        }
        let mut keys: Vec<&Edn> = items.iter().map(key).collect();
        keys.sort_by(|a, b| order::compare_canonical(a, b));
        keys.windows(2)
            .find(|pair| pair[0] == pair[1])
            .map(|pair| pair[0])
    }

    fn close_tag(&mut self, body: Edn) -> Result<Edn, BuildError> {
        let Some(Frame {
            open: Open::Tag(tag),
            offset,
            ..
        }) = self.pop()
        else {
            return Ok(body);
        };
        if self.mode != Mode::Read {
            return Ok(Edn::Tagged(tag, Box::new(body)));
        }
        resolve_tag(tag, body).map_err(|message| BuildError {
            kind: ReadErrorKind::Syntax,
            offset,
            message,
            path: String::new(),
        })
    }

    /// The path of the value that is about to be added, `.corners.[2]`.
    fn path(&self) -> String {
        let mut path = String::new();
        for frame in &self.frames {
            match &frame.open {
                Open::Sequence(_, items) => path.push_str(&format!(".[{}]", items.len())),
                Open::Map(_, Some(Edn::Keyword(key))) => {
                    path.push('.');
                    path.push_str(key.trim_start_matches(':'));
                }
                Open::Map(_, Some(key)) => {
                    path.push_str(&format!(".{{{}}}", excerpt(key).trim_matches('`')))
                }
                Open::Tag(tag) => match &**tag {
                    "wat-edn.result/ok" => path.push_str(".ok"),
                    "wat-edn.result/err" => path.push_str(".err"),
                    "wat-edn.option/some" => path.push_str(".some"),
                    _ => {}
                },
                Open::Map(_, None) | Open::Discard => {}
            }
        }
        path
    }
}

fn sort<T>(items: &mut [T], key: fn(&T) -> &Edn) {
    items.sort_by(|a, b| order::compare_canonical(key(a), key(b)));
}

/// The start of a value's text, in backticks, for messages.
pub(crate) fn excerpt(value: &Edn) -> String {
    excerpt_text(&crate::write_ordered(value, crate::Layout::Compact))
}

/// The start of a text, in backticks, for messages.
pub(crate) fn excerpt_text(text: &str) -> String {
    format!("`{}`", shorten(text))
}

/// Gives the tags of this crate their meaning: instants, UUIDs, floats without digits, keywords
/// without plain notation. Every other tag stays.
pub(crate) fn resolve_tag(tag: Box<str>, body: Edn) -> Result<Edn, String> {
    match (&*tag, &body) {
        ("inst", Edn::Str(text)) => match Instant::parse(text) {
            Some(instant) => Ok(Edn::Inst(instant)),
            None => Err(format!(
                "{} is not an instant; write RFC 3339 with offset, as in `#inst \"2020-01-01T00:00:00Z\"`",
                excerpt(&body)
            )),
        },
        ("uuid", Edn::Str(text)) => match Uuid::parse(text) {
            Some(uuid) => Ok(Edn::Uuid(uuid)),
            None => Err(format!(
                "{} is not a UUID; write 8-4-4-4-12 lower-case hexadecimal digits",
                excerpt(&body)
            )),
        },
        ("inst" | "uuid", _) => Err(format!("`#{tag}` needs a string, not {}", body.kind_name())),
        ("wat-edn.float/nan", Edn::Nil) => Ok(Edn::Float(f64::NAN)),
        ("wat-edn.float/inf", Edn::Nil) => Ok(Edn::Float(f64::INFINITY)),
        ("wat-edn.float/neg-inf", Edn::Nil) => Ok(Edn::Float(f64::NEG_INFINITY)),
        ("wat-edn.core/keyword", Edn::Str(text)) if text.len() > 1 && text.starts_with(':') => {
            Ok(Edn::Keyword(text.clone()))
        }
        _ => Ok(Edn::Tagged(tag, Box::new(body))),
    }
}
