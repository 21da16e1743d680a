//! Printing EDN, compact and pretty, from events.

use crate::order;
use crate::scalar::{write_float, write_int, write_keyword, write_string};
use crate::value::{Event, Sequence};
use crate::{Edn, Instant, Uuid};

/// How a value is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// One line (X1).
    Compact,
    /// Indented (X20).
    Pretty,
}

/// The compact text of a value, maps and sets in canonical order.
#[must_use]
pub fn write(value: &Edn) -> String {
    write_ordered(&order::canonical(value), Layout::Compact)
}

/// The pretty text of a value (X20), maps and sets in canonical order.
#[must_use]
pub fn write_pretty(value: &Edn) -> String {
    write_ordered(&order::canonical(value), Layout::Pretty)
}

/// The text of a value whose maps and sets are in the order they shall have.
#[must_use]
pub fn write_ordered(value: &Edn, layout: Layout) -> String {
    let mut writer = Writer::new(layout);
    writer.value(value);
    writer.finish()
}

/// Prints one value after the other from events, without a tree and without recursion.
///
/// The caller announces a collection with its size before its parts, because the pretty layout
/// puts short sequences of scalars on one line, and closes it with [`Writer::end`]. Entries of
/// maps and elements of sets are printed in the order given. Text after the root value is the
/// caller's business: [`Writer::finish`] returns what was written.
#[derive(Debug)]
pub struct Writer {
    out: String,
    layout: Layout,
    frames: Vec<Frame>,
    /// A tag was written: the next value follows it directly.
    tagged: bool,
}

#[derive(Debug)]
struct Frame {
    closer: char,
    is_map: bool,
    /// Elements stay on the line of the opener.
    inline: bool,
    /// Elements so far; keys and values count separately.
    count: usize,
}

/// The longest sequence of scalars that the pretty layout puts on one line.
const INLINE: usize = 8;

impl Writer {
    /// A writer with an empty text.
    #[must_use]
    pub fn new(layout: Layout) -> Writer {
        Writer::append_to(String::new(), layout)
    }

    /// A writer that appends to `out`.
    #[must_use]
    pub fn append_to(out: String, layout: Layout) -> Writer {
        Writer {
            out,
            layout,
            frames: Vec::new(),
            tagged: false,
        }
    }

    /// The text.
    #[must_use]
    pub fn finish(self) -> String {
        self.out
    }

    /// The number of bytes so far, by which callers bound the output.
    #[must_use]
    pub fn len(&self) -> usize {
        self.out.len()
    }

    /// Whether nothing was written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.out.is_empty()
    }

    /// Writes the separator before the next value and makes room for it in its parent.
    fn separate(&mut self) {
        if std::mem::take(&mut self.tagged) {
            return;
        }
        let level = self.frames.len();
        let Some(frame) = self.frames.last_mut() else {
            return;
        };
        let index = frame.count;
        frame.count += 1;
        let is_value = frame.is_map && index % 2 == 1;
        let breaks = self.layout == Layout::Pretty && !frame.inline && !is_value;
        match (breaks, index) {
            (true, 0) if frame.is_map => {}
            (true, _) => self.new_line(level),
            (false, 0) => {}
            (false, _) => self.out.push(' '),
        }
    }

    fn new_line(&mut self, level: usize) {
        const SPACES: &str = "                                                                ";
        self.out.push('\n');
        let mut missing = 2 * level;
        while missing > 0 {
            let step = missing.min(SPACES.len());
            self.out.push_str(&SPACES[..step]);
            missing -= step;
        }
    }

    /// `nil`
    pub fn nil(&mut self) {
        self.separate();
        self.out.push_str("nil");
    }

    /// A boolean.
    pub fn bool(&mut self, value: bool) {
        self.separate();
        self.out.push_str(if value { "true" } else { "false" });
    }

    /// An integer.
    pub fn int(&mut self, value: i64) {
        self.separate();
        write_int(value, &mut self.out);
    }

    /// A float (X2).
    pub fn float(&mut self, value: f64) {
        self.separate();
        write_float(value, &mut self.out);
    }

    /// A string (X3).
    pub fn str(&mut self, value: &str) {
        self.separate();
        write_string(value, &mut self.out);
    }

    /// A keyword by its wat text (X4).
    pub fn keyword(&mut self, text: &str) {
        self.separate();
        write_keyword(text, &mut self.out);
    }

    /// A character.
    pub fn char(&mut self, value: char) {
        self.separate();
        write_char(value, &mut self.out);
    }

    /// An instant.
    pub fn inst(&mut self, value: Instant) {
        self.separate();
        self.out.push_str("#inst \"");
        value.write(&mut self.out);
        self.out.push('"');
    }

    /// A UUID.
    pub fn uuid(&mut self, value: Uuid) {
        self.separate();
        self.out.push_str("#uuid \"");
        value.write(&mut self.out);
        self.out.push('"');
    }

    /// A scalar that is text already: a symbol or a number with suffix.
    pub fn raw(&mut self, text: &str) {
        self.separate();
        self.out.push_str(text);
    }

    /// A tag without `#`; the next value is its body.
    pub fn tag(&mut self, tag: &str) {
        self.separate();
        self.out.push('#');
        self.out.push_str(tag);
        self.out.push(' ');
        self.tagged = true;
    }

    /// Opens a sequence of `len` elements; `all_scalar` says whether each is a scalar.
    pub fn begin_sequence(&mut self, kind: Sequence, len: usize, all_scalar: bool) {
        let (opener, closer) = match kind {
            Sequence::List => ("(", ')'),
            Sequence::Vector => ("[", ']'),
            Sequence::Set => ("#{", '}'),
        };
        self.begin(opener, closer, false, all_scalar && len <= INLINE);
    }

    /// Opens a vector of `len` elements; `all_scalar` says whether each is a scalar.
    pub fn begin_vector(&mut self, len: usize, all_scalar: bool) {
        self.begin_sequence(Sequence::Vector, len, all_scalar);
    }

    /// Opens a set of `len` elements; `all_scalar` says whether each is a scalar.
    pub fn begin_set(&mut self, len: usize, all_scalar: bool) {
        self.begin_sequence(Sequence::Set, len, all_scalar);
    }

    /// Opens a map; keys and values follow in turn.
    pub fn begin_map(&mut self) {
        self.begin("{", '}', true, false);
    }

    fn begin(&mut self, opener: &str, closer: char, is_map: bool, inline: bool) {
        self.separate();
        self.out.push_str(opener);
        self.frames.push(Frame {
            closer,
            is_map,
            inline,
            count: 0,
        });
    }

    /// Closes the innermost collection.
    pub fn end(&mut self) {
        let Some(frame) = self.frames.pop() else {
            return;
        };
        if self.layout == Layout::Pretty && !frame.inline && !frame.is_map && frame.count > 0 {
            self.new_line(self.frames.len());
        }
        self.out.push(frame.closer);
    }

    /// A whole value, its maps and sets in the order they have.
    pub fn value(&mut self, value: &Edn) {
        for event in value.walk() {
            match event {
                Event::Scalar(scalar) => self.scalar(scalar),
                Event::Sequence(kind, items) => {
                    let inline = items.len() <= INLINE && items.iter().all(Edn::is_scalar);
                    self.begin_sequence(kind, items.len(), inline);
                }
                Event::Map(_) => self.begin_map(),
                Event::End => self.end(),
                Event::Tag(tag, _) => self.tag(tag),
                Event::EndTag => {}
            }
        }
    }

    fn scalar(&mut self, scalar: &Edn) {
        match scalar {
            Edn::Bool(it) => self.bool(*it),
            Edn::Int(it) => self.int(*it),
            Edn::Float(it) => self.float(*it),
            Edn::Str(it) => self.str(it),
            Edn::Char(it) => self.char(*it),
            Edn::Symbol(it) => self.raw(it),
            Edn::Keyword(it) => self.keyword(it),
            Edn::Inst(it) => self.inst(*it),
            Edn::Uuid(it) => self.uuid(*it),
            Edn::BigInt(it) => {
                self.raw(it);
                self.out.push('N');
            }
            Edn::BigDec(it) => {
                self.raw(it);
                self.out.push('M');
            }
            Edn::Nil
            | Edn::List(_)
            | Edn::Vector(_)
            | Edn::Map(_)
            | Edn::Set(_)
            | Edn::Tagged(..) => self.nil(),
        }
    }
}

/// The named characters of EDN.
pub(crate) const NAMED_CHARS: [(&str, char); 6] = [
    ("newline", '\n'),
    ("space", ' '),
    ("tab", '\t'),
    ("return", '\r'),
    ("formfeed", '\u{c}'),
    ("backspace", '\u{8}'),
];

fn write_char(value: char, out: &mut String) {
    out.push('\\');
    if let Some((name, _)) = NAMED_CHARS.iter().find(|it| it.1 == value) {
        out.push_str(name);
    } else if value < ' ' {
        out.push_str(&format!("u{:04X}", u32::from(value)));
    } else {
        out.push(value);
    }
}
