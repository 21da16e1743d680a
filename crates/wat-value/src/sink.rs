//! Where the external representation of a value goes: text, or a tree.

use wat_edn::{Edn, Instant, Uuid, Writer};

/// Takes the parts of a representation in document order.
pub(crate) trait Sink {
    fn nil(&mut self);
    fn bool(&mut self, value: bool);
    fn int(&mut self, value: i64);
    fn float(&mut self, value: f64);
    fn str(&mut self, value: &str);
    fn keyword(&mut self, text: &str);
    fn inst(&mut self, value: Instant);
    fn uuid(&mut self, value: Uuid);
    /// A tag; the next value is its body.
    fn tag(&mut self, tag: &str);
    /// So many elements follow, then `end`; whether the pretty layout counts all of them as scalars.
    fn begin_vector(&mut self, len: usize, all_scalar: bool);
    fn begin_set(&mut self, len: usize, all_scalar: bool);
    /// Keys and values follow in turn, then `end`.
    fn begin_map(&mut self);
    fn end(&mut self);
    /// The bytes of text so far, or of what is no text yet what it will have at least.
    fn len(&self) -> usize;
}

impl Sink for Writer {
    fn nil(&mut self) {
        Writer::nil(self);
    }
    fn bool(&mut self, value: bool) {
        Writer::bool(self, value);
    }
    fn int(&mut self, value: i64) {
        Writer::int(self, value);
    }
    fn float(&mut self, value: f64) {
        Writer::float(self, value);
    }
    fn str(&mut self, value: &str) {
        Writer::str(self, value);
    }
    fn keyword(&mut self, text: &str) {
        Writer::keyword(self, text);
    }
    fn inst(&mut self, value: Instant) {
        Writer::inst(self, value);
    }
    fn uuid(&mut self, value: Uuid) {
        Writer::uuid(self, value);
    }
    fn tag(&mut self, tag: &str) {
        Writer::tag(self, tag);
    }
    fn begin_vector(&mut self, len: usize, all_scalar: bool) {
        Writer::begin_vector(self, len, all_scalar);
    }
    fn begin_set(&mut self, len: usize, all_scalar: bool) {
        Writer::begin_set(self, len, all_scalar);
    }
    fn begin_map(&mut self) {
        Writer::begin_map(self);
    }
    fn end(&mut self) {
        Writer::end(self);
    }
    fn len(&self) -> usize {
        Writer::len(self)
    }
}

/// Counts the bytes that a representation has at least, in EDN and in JSON of either style, and keeps nothing.
#[derive(Default)]
pub(crate) struct Length(usize);

impl Sink for Length {
    fn nil(&mut self) {
        self.0 += 1;
    }
    fn bool(&mut self, _: bool) {
        self.0 += 1;
    }
    fn int(&mut self, _: i64) {
        self.0 += 1;
    }
    fn float(&mut self, _: f64) {
        self.0 += 1;
    }
    fn str(&mut self, value: &str) {
        self.0 += value.len() + 2;
    }
    fn keyword(&mut self, _: &str) {
        self.0 += 1;
    }
    fn inst(&mut self, _: Instant) {
        self.0 += 1;
    }
    fn uuid(&mut self, _: Uuid) {
        self.0 += 1;
    }
    fn tag(&mut self, _: &str) {}
    fn begin_vector(&mut self, _: usize, _: bool) {
        self.0 += 2;
    }
    fn begin_set(&mut self, _: usize, _: bool) {
        self.0 += 2;
    }
    fn begin_map(&mut self) {
        self.0 += 2;
    }
    fn end(&mut self) {}
    fn len(&self) -> usize {
        self.0
    }
}

/// A part of the tree that is not complete.
enum Open {
    Tag(String),
    Vector(Vec<Edn>),
    Set(Vec<Edn>),
    Map(Vec<Edn>),
}

/// Builds a tree.
#[derive(Default)]
pub(crate) struct Tree {
    open: Vec<Open>,
    done: Option<Edn>,
    length: Length,
}

/// Elements that room is made for before they come: a vector may hold one value as often as it likes.
const AHEAD: usize = 1 << 16;

impl Tree {
    /// The tree; `nil` if nothing was given.
    pub(crate) fn finish(self) -> Edn {
        self.done.unwrap_or(Edn::Nil)
    }

    fn put(&mut self, mut value: Edn) {
        loop {
            match self.open.last_mut() {
                None => {
                    self.done = Some(value);
                    return;
                }
                Some(Open::Vector(items) | Open::Set(items) | Open::Map(items)) => {
                    items.push(value);
                    return;
                }
                Some(Open::Tag(tag)) => {
                    value = Edn::tagged(std::mem::take(tag), value);
                    self.open.pop();
                }
            }
        }
    }
}

impl Sink for Tree {
    fn len(&self) -> usize {
        self.length.len()
    }
    fn nil(&mut self) {
        self.length.nil();
        self.put(Edn::Nil);
    }
    fn bool(&mut self, value: bool) {
        self.length.bool(value);
        self.put(Edn::Bool(value));
    }
    fn int(&mut self, value: i64) {
        self.length.int(value);
        self.put(Edn::Int(value));
    }
    fn float(&mut self, value: f64) {
        self.length.float(value);
        self.put(Edn::Float(value));
    }
    fn str(&mut self, value: &str) {
        self.length.str(value);
        self.put(Edn::str(value));
    }
    fn keyword(&mut self, text: &str) {
        self.length.keyword(text);
        self.put(Edn::keyword(text));
    }
    fn inst(&mut self, value: Instant) {
        self.length.inst(value);
        self.put(Edn::Inst(value));
    }
    fn uuid(&mut self, value: Uuid) {
        self.length.uuid(value);
        self.put(Edn::Uuid(value));
    }
    fn tag(&mut self, tag: &str) {
        self.open.push(Open::Tag(tag.to_owned()));
    }
    fn begin_vector(&mut self, len: usize, all_scalar: bool) {
        self.length.begin_vector(len, all_scalar);
        self.open
            .push(Open::Vector(Vec::with_capacity(len.min(AHEAD))));
    }
    fn begin_set(&mut self, len: usize, all_scalar: bool) {
        self.length.begin_set(len, all_scalar);
        self.open
            .push(Open::Set(Vec::with_capacity(len.min(AHEAD))));
    }
    fn begin_map(&mut self) {
        self.length.begin_map();
        self.open.push(Open::Map(Vec::new()));
    }
    fn end(&mut self) {
        let value = match self.open.pop() {
            Some(Open::Vector(items)) => Edn::Vector(items),
            Some(Open::Set(items)) => Edn::Set(items),
            Some(Open::Map(items)) => {
                let mut entries = Vec::with_capacity(items.len() / 2);
                let mut items = items.into_iter();
                while let (Some(key), Some(value)) = (items.next(), items.next()) {
                    entries.push((key, value));
                }
                Edn::Map(entries)
            }
            Some(Open::Tag(tag)) => Edn::tagged(tag, Edn::Nil),
            None => return,
        };
        self.put(value);
    }
}
