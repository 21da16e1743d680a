//! Canonical bytes: what content addresses and signatures are computed over.
//!
//! Every node is a tag byte followed by little-endian lengths and payloads; children follow their
//! parent. Tags `10`–`1a` belong to forms and programs, `20`–`2e` to data. A writer is driven in
//! document order: a node that has children writes their number, the caller writes the children.

use std::collections::HashMap;

use crate::Address;

/// The domain of data addresses.
pub const DATA_DOMAIN: &str = "wat.data.v1";

const INT: u8 = 0x10;
const FLOAT: u8 = 0x11;
const BOOL: u8 = 0x12;
const STR: u8 = 0x13;
const KEYWORD: u8 = 0x14;
const SYMBOL: u8 = 0x15;
const LIST: u8 = 0x16;
const PROGRAM: u8 = 0x17;
const VECTOR: u8 = 0x18;
const BRACE: u8 = 0x19;
const SET: u8 = 0x1a;

/// Writes canonical bytes.
///
/// Counts and byte lengths are `u32`; sources and data are far smaller. A length beyond that
/// saturates, which keeps the writer total.
#[derive(Clone, Debug, Default)]
pub struct CanonWriter {
    bytes: Vec<u8>,
    scopes: HashMap<u64, u64>,
}

impl CanonWriter {
    /// An empty writer.
    #[must_use]
    pub fn new() -> CanonWriter {
        CanonWriter::default()
    }

    /// The bytes so far.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// The content address of a form or program: BLAKE3 of the bytes.
    #[must_use]
    pub fn address(&self) -> Address {
        Address::of(&self.bytes)
    }

    /// The address of a datum: BLAKE3 of the bytes in the domain `wat.data.v1`.
    #[must_use]
    pub fn data_address(&self) -> Address {
        Address::in_domain(DATA_DOMAIN, &self.bytes)
    }

    /// An integer.
    pub fn int(&mut self, value: i64) {
        self.bytes.push(INT);
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// A float by its bits.
    pub fn float(&mut self, value: f64) {
        self.bytes.push(FLOAT);
        self.bytes.extend_from_slice(&value.to_bits().to_le_bytes());
    }

    /// A boolean.
    pub fn bool(&mut self, value: bool) {
        self.bytes.extend_from_slice(&[BOOL, u8::from(value)]);
    }

    /// A string.
    pub fn str(&mut self, value: &str) {
        self.bytes.push(STR);
        self.text(value);
    }

    /// A keyword by its wat text, leading colon included.
    pub fn keyword(&mut self, text: &str) {
        self.bytes.push(KEYWORD);
        self.text(text);
    }

    /// A symbol with its scope set. Scopes are renumbered by first occurrence, within one symbol
    /// in the order given (pass them ascending), so that the bytes do not depend on how scopes
    /// were allotted.
    pub fn symbol(&mut self, name: &str, scopes: &[u64]) {
        self.bytes.push(SYMBOL);
        self.text(name);
        let mut numbers: Vec<u64> = Vec::with_capacity(scopes.len());
        for &scope in scopes {
            let next = self.scopes.len() as u64;
            numbers.push(*self.scopes.entry(scope).or_insert(next));
        }
        numbers.sort_unstable();
        numbers.dedup();
        self.count(numbers.len());
        for number in numbers {
            self.bytes.extend_from_slice(&number.to_le_bytes());
        }
    }

    /// A list of `children` nodes, which follow.
    pub fn list(&mut self, children: usize) {
        self.node(LIST, children);
    }

    /// A vector of `children` nodes, which follow.
    pub fn vector(&mut self, children: usize) {
        self.node(VECTOR, children);
    }

    /// A brace form of `children` nodes, which follow in source order.
    pub fn brace(&mut self, children: usize) {
        self.node(BRACE, children);
    }

    /// A set form of `children` nodes, which follow in source order.
    pub fn set(&mut self, children: usize) {
        self.node(SET, children);
    }

    /// A program of `forms` top-level forms, which follow.
    pub fn program(&mut self, forms: usize) {
        self.node(PROGRAM, forms);
    }

    fn node(&mut self, tag: u8, children: usize) {
        self.bytes.push(tag);
        self.count(children);
    }

    fn count(&mut self, count: usize) {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        self.bytes.extend_from_slice(&count.to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.count(text.len());
        self.bytes.extend_from_slice(text.as_bytes());
    }
}

/// Data (`D(value)`), of which forms have no counterpart. Integers, booleans, strings, keywords and
/// vectors are written as the nodes above.
impl CanonWriter {
    /// A float as data: every NaN is the one with the bits `7ff8000000000000`.
    pub fn data_float(&mut self, value: f64) {
        self.float(if value.is_nan() {
            f64::from_bits(0x7ff8_0000_0000_0000)
        } else {
            value
        });
    }

    /// The nil value.
    pub fn nil(&mut self) {
        self.bytes.push(0x20);
    }

    /// A UUID.
    pub fn uuid(&mut self, bytes: &[u8; 16]) {
        self.bytes.push(0x21);
        self.bytes.extend_from_slice(bytes);
    }

    /// An instant, in nanoseconds since 1970-01-01T00:00:00Z.
    pub fn instant(&mut self, nanoseconds: i64) {
        self.bytes.push(0x22);
        self.bytes.extend_from_slice(&nanoseconds.to_le_bytes());
    }

    /// A vector of bytes.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.node(0x23, bytes.len());
        self.bytes.extend_from_slice(bytes);
    }

    /// A struct of `fields` values, which follow in declaration order. The type path has neither
    /// leading colon nor type arguments.
    pub fn structure(&mut self, path: &str, fields: usize) {
        self.bytes.push(0x24);
        self.text(path);
        self.count(fields);
    }

    /// An enum value of `fields` values, which follow.
    pub fn variant(&mut self, path: &str, variant: &str, fields: usize) {
        self.bytes.push(0x25);
        self.text(path);
        self.text(variant);
        self.count(fields);
    }

    /// A tuple of `elements` values, which follow.
    pub fn tuple(&mut self, elements: usize) {
        self.node(0x26, elements);
    }

    /// Starts a map: the entries follow, each announced by [`Unordered::entry`].
    pub fn begin_map(&mut self) -> Unordered {
        self.begin_unordered(0x27)
    }

    /// Starts a set: the elements follow, each announced by [`Unordered::entry`].
    pub fn begin_set(&mut self) -> Unordered {
        self.begin_unordered(0x28)
    }

    fn begin_unordered(&mut self, tag: u8) -> Unordered {
        self.node(tag, 0);
        Unordered {
            start: self.bytes.len(),
            entries: Vec::new(),
        }
    }

    /// Ends a map or set: brings its entries into the order of their bytes. Keys are
    /// self-delimiting, so that ordering whole entries orders them by key.
    pub fn end(&mut self, collection: Unordered) {
        let Unordered { start, entries } = collection;
        let count = u32::try_from(entries.len()).unwrap_or(u32::MAX);
        self.bytes[start - 4..start].copy_from_slice(&count.to_le_bytes());
        let end_of = |index: usize| entries.get(index + 1).copied().unwrap_or(self.bytes.len());
        let mut parts: Vec<&[u8]> = entries
            .iter()
            .enumerate()
            .map(|(index, &from)| &self.bytes[from..end_of(index)])
            .collect();
        if parts.is_sorted() {
            return;
        }
        parts.sort_unstable();
        let sorted = parts.concat();
        self.bytes.truncate(start);
        self.bytes.extend_from_slice(&sorted);
    }

    /// A duration in nanoseconds.
    pub fn duration(&mut self, nanoseconds: i64) {
        self.bytes.push(0x29);
        self.bytes.extend_from_slice(&nanoseconds.to_le_bytes());
    }

    /// A form as data; its canonical bytes follow.
    pub fn form(&mut self) {
        self.bytes.push(0x2a);
    }

    /// A holon by its canonical bytes.
    pub fn holon(&mut self, canonical: &[u8]) {
        self.node(0x2b, canonical.len());
        self.bytes.extend_from_slice(canonical);
    }

    /// A hyperdimensional vector by its wire bytes.
    pub fn holon_vector(&mut self, wire: &[u8]) {
        self.node(0x2c, wire.len());
        self.bytes.extend_from_slice(wire);
    }

    /// An unsigned byte.
    pub fn byte(&mut self, value: u8) {
        self.bytes.extend_from_slice(&[0x2d, value]);
    }

    /// A newtype value; the wrapped value follows.
    pub fn newtype(&mut self, path: &str) {
        self.bytes.push(0x2e);
        self.text(path);
    }
}

/// A map or set under construction; hand it back to [`CanonWriter::end`].
#[derive(Debug)]
#[must_use]
pub struct Unordered {
    start: usize,
    entries: Vec<usize>,
}

impl Unordered {
    /// Announces the next entry (key and value) or element, which `writer` then writes.
    pub fn entry(&mut self, writer: &CanonWriter) {
        self.entries.push(writer.bytes.len());
    }
}
