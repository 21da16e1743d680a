//! The EDN value and its walk.
//!
//! Everything that visits a whole value goes through [`Edn::walk`], which keeps its own stack, so
//! that neither printing nor copying nor dropping depends on the depth of the Rust stack.

use std::fmt;

use crate::build::{Builder, Mode};
use crate::order;
use crate::{Instant, Uuid};

/// An EDN value.
///
/// Equality is structural: floats compare by their bits, lists differ from vectors, and maps and
/// sets compare as the sequences they are. Bring values that were built by hand into canonical
/// order with [`Edn::canonical`] first; the reader's values are canonical.
pub enum Edn {
    /// `nil`
    Nil,
    /// `true`, `false`
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A float, NaN and infinities included.
    Float(f64),
    /// A string.
    Str(Box<str>),
    /// A character, `\a`.
    Char(char),
    /// A symbol. Symbols are no wat values; the reader takes them only on request.
    Symbol(Box<str>),
    /// A keyword as wat text, `:a::b::n`.
    Keyword(Box<str>),
    /// A point in time, `#inst "…"`.
    Inst(Instant),
    /// A UUID, `#uuid "…"`.
    Uuid(Uuid),
    /// An integer with suffix `N`, as its decimal digits with sign. Read only on request.
    BigInt(Box<str>),
    /// A decimal with suffix `M`, as its text without the suffix. Read only on request.
    BigDec(Box<str>),
    /// `(…)`
    List(Vec<Edn>),
    /// `[…]`
    Vector(Vec<Edn>),
    /// `{…}`
    Map(Vec<(Edn, Edn)>),
    /// `#{…}`
    Set(Vec<Edn>),
    /// `#tag body`; the tag without `#`.
    Tagged(Box<str>, Box<Edn>),
}

/// The brackets of a sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sequence {
    /// `(…)`
    List,
    /// `[…]`
    Vector,
    /// `#{…}`
    Set,
}

/// One step of [`Edn::walk`].
#[derive(Clone, Copy)]
pub enum Event<'a> {
    /// A value without parts.
    Scalar(&'a Edn),
    /// A sequence starts; its elements follow.
    Sequence(Sequence, &'a [Edn]),
    /// A map starts; keys and values follow in turn.
    Map(&'a [(Edn, Edn)]),
    /// The innermost open sequence or map ends.
    End,
    /// A tag; its body and [`Event::EndTag`] follow.
    Tag(&'a str, &'a Edn),
    /// The body of the innermost open tag has ended.
    EndTag,
}

impl Edn {
    /// A string value.
    pub fn str(text: impl Into<Box<str>>) -> Edn {
        Edn::Str(text.into())
    }

    /// A keyword value from its wat text with the leading colon.
    pub fn keyword(text: impl Into<Box<str>>) -> Edn {
        Edn::Keyword(text.into())
    }

    /// A tagged value; the tag without `#`.
    pub fn tagged(tag: impl Into<Box<str>>, body: Edn) -> Edn {
        Edn::Tagged(tag.into(), Box::new(body))
    }

    /// Whether the value is a scalar of the pretty layout: nil, a boolean, number, string,
    /// character, symbol, keyword, instant or UUID.
    #[must_use]
    pub fn is_scalar(&self) -> bool {
        !matches!(
            self,
            Edn::List(_) | Edn::Vector(_) | Edn::Map(_) | Edn::Set(_) | Edn::Tagged(..)
        )
    }

    /// The name of the kind for messages: `a map`, `an integer`.
    #[must_use]
    pub fn kind_name(&self) -> &'static str {
        match self {
            Edn::Nil => "nil",
            Edn::Bool(_) => "a boolean",
            Edn::Int(_) => "an integer",
            Edn::Float(_) => "a float",
            Edn::Str(_) => "a string",
            Edn::Char(_) => "a character",
            Edn::Symbol(_) => "a symbol",
            Edn::Keyword(_) => "a keyword",
            Edn::Inst(_) => "an instant",
            Edn::Uuid(_) => "a UUID",
            Edn::BigInt(_) => "a big integer",
            Edn::BigDec(_) => "a decimal",
            Edn::List(_) => "a list",
            Edn::Vector(_) => "a vector",
            Edn::Map(_) => "a map",
            Edn::Set(_) => "a set",
            Edn::Tagged(..) => "a tagged value",
        }
    }

    /// Visits the value in document order with bounded Rust stack.
    #[must_use]
    pub fn walk(&self) -> Walk<'_> {
        Walk {
            next: Some(self),
            open: Vec::new(),
        }
    }

    /// The value with every map and set in canonical order (X10). The body of a record, that is a
    /// map directly under a tag, keeps the order of its fields; only the tags of `Result` and
    /// `Some` wrap values of any kind.
    #[must_use]
    pub fn canonical(&self) -> Edn {
        self.copy(Mode::Canonical)
    }

    /// Whether [`Edn::canonical`] would change nothing.
    #[must_use]
    pub fn is_canonical(&self) -> bool {
        order::is_canonical(self)
    }

    /// Takes the elements of a sequence out of it, or the body out of a tagged value. `Edn` has a
    /// destructor, therefore its parts cannot be moved out by a pattern.
    #[must_use]
    pub fn take_items(&mut self) -> Vec<Edn> {
        match self {
            Edn::List(items) | Edn::Vector(items) | Edn::Set(items) => std::mem::take(items),
            Edn::Tagged(_, body) => vec![std::mem::replace(&mut **body, Edn::Nil)],
            _ => Vec::new(),
        }
    }

    /// Takes the entries of a map out of it.
    #[must_use]
    pub fn take_entries(&mut self) -> Vec<(Edn, Edn)> {
        match self {
            Edn::Map(entries) => std::mem::take(entries),
            _ => Vec::new(),
        }
    }

    fn copy(&self, mode: Mode) -> Edn {
        let mut builder = Builder::new(mode);
        for event in self.walk() {
            let done = match event {
                Event::Scalar(value) => builder.value(value.copy_scalar()),
                Event::Sequence(kind, items) => {
                    builder.open_sequence(kind, items.len(), 0);
                    continue;
                }
                Event::Map(entries) => {
                    builder.open_map(entries.len(), 0);
                    continue;
                }
                Event::Tag(tag, _) => {
                    builder.open_tag(tag, 0);
                    continue;
                }
                Event::End => builder.close(),
                Event::EndTag => continue,
            };
            // Only reading can fail to build.
            if let Ok(Some(value)) = done {
                return value;
            }
        }
        Edn::Nil
    }

    fn copy_scalar(&self) -> Edn {
        match self {
            Edn::Bool(it) => Edn::Bool(*it),
            Edn::Int(it) => Edn::Int(*it),
            Edn::Float(it) => Edn::Float(*it),
            Edn::Str(it) => Edn::Str(it.clone()),
            Edn::Char(it) => Edn::Char(*it),
            Edn::Symbol(it) => Edn::Symbol(it.clone()),
            Edn::Keyword(it) => Edn::Keyword(it.clone()),
            Edn::Inst(it) => Edn::Inst(*it),
            Edn::Uuid(it) => Edn::Uuid(*it),
            Edn::BigInt(it) => Edn::BigInt(it.clone()),
            Edn::BigDec(it) => Edn::BigDec(it.clone()),
            Edn::Nil
            | Edn::List(_)
            | Edn::Vector(_)
            | Edn::Map(_)
            | Edn::Set(_)
            | Edn::Tagged(..) => Edn::Nil,
        }
    }

    /// Moves every child that has parts of its own to `out`.
    fn take_compound_children(&mut self, out: &mut Vec<Edn>) {
        let mut take = |child: &mut Edn| {
            if !child.is_scalar() {
                out.push(std::mem::replace(child, Edn::Nil));
            }
        };
        match self {
            Edn::List(items) | Edn::Vector(items) | Edn::Set(items) => {
                items.iter_mut().for_each(take)
            }
            Edn::Map(entries) => {
                for (key, value) in entries {
                    take(key);
                    take(value);
                }
            }
            Edn::Tagged(_, body) => take(body),
            _ => {}
        }
    }
}

/// Whether a map directly under `tag` is a record, whose fields keep their order.
pub(crate) fn is_record_tag(tag: &str) -> bool {
    !matches!(
        tag,
        "wat-edn.result/ok" | "wat-edn.result/err" | "wat-edn.option/some"
    )
}

impl Drop for Edn {
    fn drop(&mut self) {
        let mut compound = Vec::new();
        self.take_compound_children(&mut compound);
        while let Some(mut value) = compound.pop() {
            value.take_compound_children(&mut compound);
        }
    }
}

impl Clone for Edn {
    fn clone(&self) -> Edn {
        if self.is_scalar() {
            self.copy_scalar()
        } else {
            self.copy(Mode::Copy)
        }
    }
}

impl PartialEq for Edn {
    fn eq(&self, other: &Edn) -> bool {
        order::compare_canonical(self, other).is_eq()
    }
}

impl Eq for Edn {}

impl fmt::Display for Edn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::write(self))
    }
}

impl fmt::Debug for Edn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::write_ordered(self, crate::Layout::Compact))
    }
}

/// The iterator of [`Edn::walk`].
pub struct Walk<'a> {
    next: Option<&'a Edn>,
    open: Vec<Open<'a>>,
}

enum Open<'a> {
    Items(std::slice::Iter<'a, Edn>),
    /// The entries to come, and the value whose key is being walked.
    Entries(std::slice::Iter<'a, (Edn, Edn)>, Option<&'a Edn>),
    Tag,
}

impl<'a> Iterator for Walk<'a> {
    type Item = Event<'a>;

    fn next(&mut self) -> Option<Event<'a>> {
        if let Some(value) = self.next.take() {
            return Some(self.enter(value));
        }
        let child = match self.open.last_mut()? {
            Open::Items(items) => items.next(),
            Open::Entries(entries, pending) => pending.take().or_else(|| {
                let (key, value) = entries.next()?;
                *pending = Some(value);
                Some(key)
            }),
            Open::Tag => {
                self.open.pop();
                return Some(Event::EndTag);
            }
        };
        match child {
            Some(value) => Some(self.enter(value)),
            None => {
                self.open.pop();
                Some(Event::End)
            }
        }
    }
}

impl<'a> Walk<'a> {
    fn enter(&mut self, value: &'a Edn) -> Event<'a> {
        match value {
            Edn::List(items) => self.enter_items(Sequence::List, items),
            Edn::Vector(items) => self.enter_items(Sequence::Vector, items),
            Edn::Set(items) => self.enter_items(Sequence::Set, items),
            Edn::Map(entries) => {
                self.open.push(Open::Entries(entries.iter(), None));
                Event::Map(entries)
            }
            Edn::Tagged(tag, body) => {
                self.open.push(Open::Tag);
                self.next = Some(body);
                Event::Tag(tag, body)
            }
            scalar => Event::Scalar(scalar),
        }
    }

    fn enter_items(&mut self, kind: Sequence, items: &'a [Edn]) -> Event<'a> {
        self.open.push(Open::Items(items.iter()));
        Event::Sequence(kind, items)
    }
}
