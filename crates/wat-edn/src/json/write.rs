//! Values to JSON.

use crate::scalar::{string_length, write_escaped, write_float, write_int, write_keyword_plain};
use crate::value::is_record_tag;
use crate::{Edn, Event, Layout, Sequence, order};

/// How types show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Every value reads back.
    Typed,
    /// Objects, strings and numbers as other tools expect them; not readable back.
    Natural,
}

/// JSON that [`super::read`] turns into the same value; maps and sets in canonical order.
#[must_use]
pub fn write(value: &Edn) -> String {
    write_ordered(&order::canonical(value), Style::Typed)
}

/// Plain JSON; maps and sets in canonical order.
#[must_use]
pub fn write_natural(value: &Edn) -> String {
    write_ordered(&order::canonical(value), Style::Natural)
}

/// JSON of a value whose maps and sets are in the order they shall have. The fields of records
/// stand in ascending order of their names all the same.
#[must_use]
pub fn write_ordered(value: &Edn, style: Style) -> String {
    write_ordered_within(value, style, usize::MAX).unwrap_or_default()
}

/// The same; `None` if it has more than so many bytes.
#[must_use]
pub fn write_ordered_within(value: &Edn, style: Style, limit: usize) -> Option<String> {
    let mut writer = JsonWriter {
        out: String::new(),
        style,
        limit,
        is_over: false,
        pending: vec![Task::Value(value, false)],
    };
    while !writer.is_over
        && writer.out.len() <= limit
        && let Some(task) = writer.pending.pop()
    {
        writer.task(task);
    }
    (!writer.is_over && writer.out.len() <= limit).then_some(writer.out)
}

/// The object key that stands for a map key in typed JSON: a string as it is, any other key as its
/// EDN text.
#[must_use]
pub fn key_text(key: &Edn) -> String {
    match key {
        Edn::Str(text) => text.to_string(),
        key => crate::write_ordered(key, Layout::Compact),
    }
}

/// The value that an object key stands for where a key of any type may stand: the one whose
/// [`key_text`] is exactly this text. `None` if only the string itself has it.
#[must_use]
pub fn key_value(text: &str) -> Option<Edn> {
    let value = crate::read(text).ok()?;
    let is_value = value.walk().all(|event| match event {
        Event::Scalar(it) => !matches!(
            it,
            Edn::Char(_) | Edn::Symbol(_) | Edn::BigInt(_) | Edn::BigDec(_)
        ),
        Event::Sequence(kind, _) => kind != Sequence::List,
        Event::Map(_) | Event::Tag(..) | Event::End | Event::EndTag => true,
    });
    (is_value && !matches!(value, Edn::Str(_)) && key_text(&value) == text).then_some(value)
}

/// The tag of a map that is written as an array of its entries, `[[key,value],…]`, because an
/// object would not read back: its keys are not told apart by their texts, or it would be taken
/// for another notation.
pub const MAP_TAG: &str = "wat-edn.core/map";

/// What is still to be written; the last one comes first.
enum Task<'a> {
    /// A value; whether it is the body of a record.
    Value(&'a Edn, bool),
    Key(String),
    /// The elements of a sequence behind one that is written.
    Items(&'a [Edn]),
    /// The entries of an object behind one that is written.
    Entries(&'a [(Edn, Edn)]),
    /// Entries, each as an array, behind one that is written.
    Pairs(&'a [(Edn, Edn)]),
    Text(&'static str),
}

struct JsonWriter<'a> {
    out: String,
    style: Style,
    /// The text has no more bytes than these, or is not wanted.
    limit: usize,
    is_over: bool,
    pending: Vec<Task<'a>>,
}

/// Integers in −2⁵³ … 2⁵³−1 are numbers, which every reader of JSON takes exactly.
const EXACT: std::ops::Range<i64> = -(1 << 53)..1 << 53;

impl<'a> JsonWriter<'a> {
    fn task(&mut self, task: Task<'a>) {
        match task {
            Task::Value(value, is_record) => self.value(value, is_record),
            Task::Key(key) => self.key(&key),
            Task::Items([]) | Task::Entries([]) | Task::Pairs([]) => {}
            Task::Items(items) => {
                self.out.push(',');
                self.some_items(items);
            }
            Task::Entries(entries) => {
                self.out.push(',');
                self.some_entries(entries);
            }
            Task::Pairs(entries) => {
                self.out.push(',');
                self.some_pairs(entries);
            }
            Task::Text(text) => self.out.push_str(text),
        }
    }

    fn key(&mut self, key: &str) {
        self.string(key);
        self.out.push(':');
    }

    fn value(&mut self, value: &'a Edn, is_record: bool) {
        match value {
            Edn::Nil => self.out.push_str("null"),
            Edn::Bool(true) => self.out.push_str("true"),
            Edn::Bool(false) => self.out.push_str("false"),
            Edn::Int(it) if EXACT.contains(it) => write_int(*it, &mut self.out),
            Edn::Int(it) => self.string(&it.to_string()),
            Edn::Float(it) if it.is_finite() => write_float(*it, &mut self.out),
            Edn::Float(it) => self.wrapped("#float", float_name(*it)),
            Edn::Str(text) if text.starts_with(':') => self.wrapped("#string", text),
            Edn::Str(text) | Edn::Symbol(text) | Edn::BigInt(text) | Edn::BigDec(text) => {
                self.string(text)
            }
            Edn::Char(it) => self.string(it.encode_utf8(&mut [0; 4])),
            Edn::Keyword(text) => self.keyword(text),
            Edn::Inst(it) => {
                let mut text = String::new();
                if self.style == Style::Natural {
                    it.write_with_digits(3, &mut text);
                    self.string(&text);
                } else {
                    it.write(&mut text);
                    self.wrapped("#inst", &text);
                }
            }
            Edn::Uuid(it) => {
                let mut text = String::new();
                it.write(&mut text);
                self.wrapped("#uuid", &text);
            }
            Edn::List(items) | Edn::Vector(items) => self.items("[", items, "]"),
            Edn::Set(items) => self.items("{\"#set\":[", items, "]}"),
            Edn::Map(entries) => self.entries(entries, is_record),
            Edn::Tagged(tag, body) => self.tagged(tag, body),
        }
    }

    fn string(&mut self, text: &str) {
        // Escapes make a text several times as long.
        let room = self.limit.saturating_sub(self.out.len());
        self.is_over |= text.len() > room || text.len() > room / 6 && string_length(text) > room;
        if self.is_over {
            return;
        }
        self.out.push('"');
        write_escaped(text, b"0123456789abcdef", &mut self.out);
        self.out.push('"');
    }

    /// An object of one string.
    fn wrapped(&mut self, key: &str, text: &str) {
        self.out.push('{');
        self.string(key);
        self.out.push(':');
        self.string(text);
        self.out.push('}');
    }

    fn keyword(&mut self, text: &str) {
        let mut plain = String::new();
        if self.style == Style::Natural {
            self.string(&natural_keyword(text));
        } else if write_keyword_plain(text, &mut plain) {
            self.string(&plain);
        } else {
            self.out
                .push_str("{\"#tag\":\"wat-edn.core/keyword\",\"body\":");
            self.wrapped("#string", text);
            self.out.push('}');
        }
    }

    fn items(&mut self, opener: &str, items: &'a [Edn], closer: &'static str) {
        self.out.push_str(opener);
        self.pending.push(Task::Text(closer));
        self.some_items(items);
    }

    /// Elements: the first one now, the others after it, so that no more is pending than the value is deep.
    fn some_items(&mut self, items: &'a [Edn]) {
        if let [first, rest @ ..] = items {
            self.pending.push(Task::Items(rest));
            self.pending.push(Task::Value(first, false));
        }
    }

    fn entries(&mut self, entries: &'a [(Edn, Edn)], is_record: bool) {
        if self.style == Style::Typed && !is_record && !is_object(entries) {
            self.out
                .push_str("{\"#tag\":\"wat-edn.core/map\",\"body\":");
            self.pending.push(Task::Text("}"));
            self.pairs(entries);
            return;
        }
        self.out.push('{');
        self.pending.push(Task::Text("}"));
        match is_record {
            true => self.fields(entries),
            false => self.some_entries(entries),
        }
    }

    /// The text of a key of an object.
    fn key_text(&self, key: &Edn) -> String {
        match self.style {
            Style::Natural => natural_key_text(key),
            Style::Typed => key_text(key),
        }
    }

    /// Entries: the first one now, the others after it.
    fn some_entries(&mut self, entries: &'a [(Edn, Edn)]) {
        if let [(key, value), rest @ ..] = entries {
            self.key(&self.key_text(key));
            self.pending.push(Task::Entries(rest));
            self.pending.push(Task::Value(value, false));
        }
    }

    /// The fields of a record, by their names.
    fn fields(&mut self, entries: &'a [(Edn, Edn)]) {
        let mut entries: Vec<(String, &Edn)> = entries
            .iter()
            .map(|(key, value)| (self.key_text(key), value))
            .collect();
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        for (index, (key, value)) in entries.into_iter().enumerate().rev() {
            self.pending.push(Task::Value(value, false));
            self.pending.push(Task::Key(key));
            if index > 0 {
                self.pending.push(Task::Text(","));
            }
        }
    }

    fn pairs(&mut self, entries: &'a [(Edn, Edn)]) {
        self.out.push('[');
        self.pending.push(Task::Text("]"));
        self.some_pairs(entries);
    }

    /// Entries as arrays: the first one now, the others after it.
    fn some_pairs(&mut self, entries: &'a [(Edn, Edn)]) {
        if let [(key, value), rest @ ..] = entries {
            self.out.push('[');
            self.pending.push(Task::Pairs(rest));
            self.pending.push(Task::Text("]"));
            self.pending.push(Task::Value(value, false));
            self.pending.push(Task::Text(","));
            self.pending.push(Task::Value(key, false));
        }
    }

    fn tagged(&mut self, tag: &str, body: &'a Edn) {
        let is_natural = self.style == Style::Natural;
        match body {
            _ if is_natural && tag == "wat-edn.option/some" => {
                self.pending.push(Task::Value(body, false))
            }
            Edn::Nil if is_natural && is_user_tag(tag) => self.string(tag),
            Edn::Map(_) if is_natural && is_user_tag(tag) => {
                self.pending.push(Task::Value(body, true))
            }
            _ => {
                self.out.push_str("{\"#tag\":");
                self.string(tag);
                self.out.push_str(",\"body\":");
                self.pending.push(Task::Text("}"));
                match body {
                    Edn::Map(entries) if tag == MAP_TAG => self.pairs(entries),
                    body => self.pending.push(Task::Value(body, is_record_tag(tag))),
                }
            }
        }
    }
}

/// Whether a map reads back from an object: the texts of its keys differ, and they are not those of
/// another notation.
fn is_object(entries: &[(Edn, Edn)]) -> bool {
    let is = |at: usize, text: &str| matches!(&entries[at].0, Edn::Str(key) if &**key == text);
    match entries.len() {
        1 if NOTATIONS.iter().any(|name| is(0, name)) => return false,
        2 if is(0, "#tag") && is(1, "body") || is(0, "body") && is(1, "#tag") => return false,
        _ => {}
    }
    // Keys of one kind have different texts.
    let is_string = |it: &(Edn, Edn)| matches!(it.0, Edn::Str(_));
    let strings = entries.iter().filter(|it| is_string(it)).count();
    if strings == 0 || strings == entries.len() {
        return true;
    }
    let mut texts: Vec<String> = entries.iter().map(|it| key_text(&it.0)).collect();
    texts.sort_unstable();
    texts.windows(2).all(|pair| pair[0] != pair[1])
}

/// The keys of objects of one entry that stand for something else than a map.
const NOTATIONS: [&str; 5] = ["#float", "#inst", "#set", "#string", "#uuid"];

fn float_name(value: f64) -> &'static str {
    if value.is_nan() {
        "nan"
    } else if value > 0.0 {
        "inf"
    } else {
        "neg-inf"
    }
}

/// Whether a tag names a declared type rather than a notation of this crate.
fn is_user_tag(tag: &str) -> bool {
    match tag.strip_prefix("wat-edn.") {
        Some(rest) => rest.starts_with("local/") || rest.starts_with("local."),
        None => true,
    }
}

fn natural_keyword(text: &str) -> String {
    text.strip_prefix(':').unwrap_or(text).replace("::", ".")
}

/// The object key of plain JSON: the text of what the key would be as a value, if that is a
/// scalar, else its EDN text.
fn natural_key_text(key: &Edn) -> String {
    let mut text = String::new();
    match key {
        Edn::Keyword(keyword) => return natural_keyword(keyword),
        Edn::Nil => text.push_str("null"),
        Edn::Inst(it) => it.write_with_digits(3, &mut text),
        Edn::Uuid(it) => it.write(&mut text),
        Edn::Char(it) => text.push(*it),
        Edn::Float(it) if !it.is_finite() => text.push_str(float_name(*it)),
        Edn::Tagged(tag, body) if is_user_tag(tag) && matches!(**body, Edn::Nil) => {
            text.push_str(tag)
        }
        key => return key_text(key),
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_pending_than_a_value_is_deep() {
        let numbers: Vec<Edn> = (0..1000).map(Edn::Int).collect();
        let paired = |key: &dyn Fn(i64) -> Edn| -> Vec<(Edn, Edn)> {
            let entry = |it| (key(it), Edn::Int(it));
            (0..1000).map(entry).collect()
        };
        // Keys of several kinds whose texts meet are written as pairs.
        let mixed = |it: i64| match it % 2 {
            0 => Edn::Int(it),
            _ => Edn::Str((it - 1).to_string().into()),
        };
        let values = [
            Edn::Vector(numbers.clone()),
            Edn::Set(numbers),
            Edn::Map(paired(&Edn::Int)),
            Edn::Map(paired(&mixed)),
        ];
        for value in &values {
            let mut writer = JsonWriter {
                out: String::new(),
                style: Style::Typed,
                limit: usize::MAX,
                is_over: false,
                pending: vec![Task::Value(value, false)],
            };
            while let Some(task) = writer.pending.pop() {
                writer.task(task);
                assert!(writer.pending.len() < 8, "{}", writer.pending.len());
            }
            assert_eq!(writer.out, write_ordered(value, Style::Typed));
        }
    }
}
