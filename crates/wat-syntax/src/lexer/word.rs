//! Words that are not plain: characters that no name may contain, colons, arrows.

use super::class::{self, END, NAME};
use crate::source::SourceText;

/// A character that no word may contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Illegal {
    NonAscii(char),
    Control(char),
    Reserved(char),
    Dispatch,
}

/// What a word consists of.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Word {
    pub end: usize,
    /// The first character that no word may contain.
    pub illegal: Option<(usize, Illegal)>,
    /// The first colon.
    pub colon: Option<usize>,
    /// The arrow directly before a colon (L63): the word is to be split there.
    pub arrow: Option<usize>,
}

/// Reads the word at `start` (L10), up to the first arrow that is glued to a colon.
pub(crate) fn scan(source: &SourceText, start: usize) -> Word {
    let bytes = source.text().as_bytes();
    let mut word = Word::default();
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        if class::is(byte, NAME) {
            at += 1;
        } else if class::is(byte, END) || ends_word(source, at, byte) {
            break;
        } else if byte == b':' {
            let glued = at >= start + 2 && matches!(&bytes[at - 2..at], b"<-" | b"->");
            if glued && word.illegal.is_none() {
                word.arrow = Some(at - 2);
                break;
            }
            word.colon.get_or_insert(at);
            at += 1;
        } else {
            let char = class::char_at(source.text(), at).unwrap_or('\0');
            word.illegal.get_or_insert((at, illegal(char)));
            at += char.len_utf8();
        }
    }
    word.end = at;
    word
}

/// The end of the word that goes on at `at`.
pub(crate) fn end(source: &SourceText, mut at: usize) -> usize {
    let bytes = source.text().as_bytes();
    while let Some(&byte) = bytes.get(at) {
        if class::is(byte, END) || ends_word(source, at, byte) {
            break;
        }
        at += class::char_at(source.text(), at).map_or(1, char::len_utf8);
    }
    at
}

/// True for the bytes beyond the table that end a word: Unicode spaces and bytes that are not UTF-8.
fn ends_word(source: &SourceText, at: usize, byte: u8) -> bool {
    match byte {
        0x80.. => class::unicode_space_end(source.text(), at) > at,
        crate::source::REPLACEMENT => source.invalid_end(at).is_some(),
        _ => false,
    }
}

/// Why `char`, which is neither a name character nor an end of words, is illegal.
pub(crate) fn illegal(char: char) -> Illegal {
    match char {
        '#' => Illegal::Dispatch,
        char if !char.is_ascii() => Illegal::NonAscii(char),
        char if char.is_ascii_control() => Illegal::Control(char),
        char => Illegal::Reserved(char),
    }
}
