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
    /// The bytes of text so far.
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
}

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
        0
    }
    fn nil(&mut self) {
        self.put(Edn::Nil);
    }
    fn bool(&mut self, value: bool) {
        self.put(Edn::Bool(value));
    }
    fn int(&mut self, value: i64) {
        self.put(Edn::Int(value));
    }
    fn float(&mut self, value: f64) {
        self.put(Edn::Float(value));
    }
    fn str(&mut self, value: &str) {
        self.put(Edn::str(value));
    }
    fn keyword(&mut self, text: &str) {
        self.put(Edn::keyword(text));
    }
    fn inst(&mut self, value: Instant) {
        self.put(Edn::Inst(value));
    }
    fn uuid(&mut self, value: Uuid) {
        self.put(Edn::Uuid(value));
    }
    fn tag(&mut self, tag: &str) {
        self.open.push(Open::Tag(tag.to_owned()));
    }
    fn begin_vector(&mut self, len: usize, _: bool) {
        self.open.push(Open::Vector(Vec::with_capacity(len)));
    }
    fn begin_set(&mut self, len: usize, _: bool) {
        self.open.push(Open::Set(Vec::with_capacity(len)));
    }
    fn begin_map(&mut self) {
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
