//! The table of the texts of a form: each text once, numbered by first occurrence.

use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;

use crate::ast::TextId;

/// Texts by number, in one allocation.
#[derive(Clone, Debug, Default)]
pub(crate) struct TextTable {
    bytes: String,
    /// The end of every text in `bytes`.
    ends: Vec<u32>,
    /// Open addressing: number plus one, 0 for a free slot. Empty in a finished table.
    slots: Vec<u32>,
}

impl PartialEq for TextTable {
    fn eq(&self, other: &Self) -> bool {
        self.ends == other.ends && self.bytes == other.bytes
    }
}

impl Eq for TextTable {}

impl Hash for TextTable {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.bytes.hash(state);
        self.ends.hash(state);
    }
}

impl TextTable {
    /// Makes the table empty, with room for about so many texts of so many bytes in all.
    pub fn clear_for(&mut self, texts: usize, bytes: usize) {
        self.bytes.clear();
        self.bytes.reserve(bytes);
        self.ends.clear();
        self.ends.reserve(texts);
        self.slots.clear();
        self.slots
            .resize((texts * 2).next_power_of_two().max(32), 0);
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    #[inline]
    pub fn get(&self, id: TextId) -> &str {
        let index = id.0 as usize;
        let start = index
            .checked_sub(1)
            .map_or(0, |before| self.ends[before] as usize);
        &self.bytes[start..self.ends[index] as usize]
    }

    /// The number of `text`, a new one if it is new.
    pub fn intern(&mut self, text: &str) -> TextId {
        if self.slots.len() <= self.ends.len() * 2 {
            self.grow();
        }
        let mask = self.slots.len() - 1;
        let mut slot = hash(text) & mask;
        loop {
            match self.slots[slot] {
                0 => break,
                taken if self.get(TextId(taken - 1)) == text => return TextId(taken - 1),
                _ => slot = (slot + 1) & mask,
            }
        }
        let id = self.append(text);
        self.slots[slot] = id.0 + 1;
        id
    }

    /// A new number for `text`, which [`intern`](Self::intern) will not find.
    pub fn append(&mut self, text: &str) -> TextId {
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len() as u32);
        TextId(self.ends.len() as u32 - 1)
    }

    fn grow(&mut self) {
        let size = (self.slots.len() * 2).max(32);
        let mask = size - 1;
        let old = std::mem::replace(&mut self.slots, vec![0; size]);
        let known: Vec<u32> = old.into_iter().filter(|&taken| taken != 0).collect();
        for id in known.into_iter().map(|taken| taken - 1) {
            let mut slot = hash(self.get(TextId(id))) & mask;
            while self.slots[slot] != 0 {
                slot = (slot + 1) & mask;
            }
            self.slots[slot] = id + 1;
        }
    }

    /// The table without what only adding needs.
    pub fn finished(&self) -> Self {
        TextTable {
            bytes: self.bytes.as_str().into(),
            ends: self.ends.as_slice().into(),
            slots: Vec::new(),
        }
    }
}

fn hash(text: &str) -> usize {
    let mut hasher = FxHasher::default();
    hasher.write(text.as_bytes());
    hasher.finish() as usize
}
