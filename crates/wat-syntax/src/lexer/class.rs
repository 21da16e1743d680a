//! What a byte can be: one table for the whole lexer.

/// Letters, digits and the operator bytes of L60.
pub(crate) const NAME: u8 = 1;
/// Blank, tab, line terminators, form feed: whitespace without the comma.
pub(crate) const BLANK: u8 = 2;
/// What ends a word (L10), the comma and all whitespace included.
pub(crate) const END: u8 = 4;
/// Name-final bytes: a `<` after one of them may open a bracket (1.9.3).
pub(crate) const FINAL: u8 = 8;
/// ASCII digits.
pub(crate) const DIGIT: u8 = 16;
/// ASCII letters.
pub(crate) const LETTER: u8 = 32;
/// Name bytes that may occur inside the brackets of a type.
pub(crate) const TYPE: u8 = 64;
/// Bytes of a string that need a closer look.
pub(crate) const STRING: u8 = 128;

const fn build() -> [u8; 256] {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        let b = i as u8;
        let mut class = 0;
        if b.is_ascii_alphabetic() {
            class |= NAME | FINAL | LETTER | TYPE;
        }
        if b.is_ascii_digit() {
            class |= NAME | FINAL | DIGIT | TYPE;
        }
        class |= match b {
            b'_' | b'\'' | b'!' | b'?' => NAME | FINAL | TYPE,
            b'/' | b'.' | b'-' | b'$' => NAME | TYPE,
            b'+' | b'*' | b'<' | b'>' | b'=' | b'&' | b'%' => NAME,
            b' ' | b'\t' | b'\n' | b'\r' | 0x0c => BLANK | END,
            b',' | b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'"' | b';' | b'`' | b'~' => END,
            _ => 0,
        };
        if matches!(b, b'"' | b'\\' | 0x7f | 0xe2)
            || (b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r'))
        {
            class |= STRING;
        }
        table[i] = class;
        i += 1;
    }
    table
}

/// The classes of every byte.
pub(crate) static CLASS: [u8; 256] = build();

/// True if `byte` is in one of `classes`.
#[inline(always)]
pub(crate) fn is(byte: u8, classes: u8) -> bool {
    CLASS[byte as usize] & classes != 0
}

/// True if the byte at `at` exists and is in one of `classes`.
#[inline(always)]
pub(crate) fn is_at(bytes: &[u8], at: usize, classes: u8) -> bool {
    bytes.get(at).is_some_and(|&byte| is(byte, classes))
}

/// The end of the run of bytes in one of `classes` that starts at `at`.
#[inline(always)]
pub(crate) fn run_end(bytes: &[u8], at: usize, classes: u8) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    let run = rest.iter().position(|&byte| !is(byte, classes));
    at + run.unwrap_or(rest.len())
}

/// True for the characters of L6 that count as whitespace.
pub(crate) fn is_unicode_space(char: char) -> bool {
    !char.is_ascii() && char.is_whitespace()
        || matches!(
            char,
            '\u{feff}' | '\u{200b}' | '\u{200c}' | '\u{200d}' | '\u{2060}'
        )
}

/// True for the bidirectional controls of L7.
pub(crate) fn is_bidi(char: char) -> bool {
    matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The character at `at`, which must be a character boundary.
pub(crate) fn char_at(text: &str, at: usize) -> Option<char> {
    text.get(at..)?.chars().next()
}

/// The end of the run of Unicode spaces (L6) that starts at `at`.
pub(crate) fn unicode_space_end(text: &str, mut at: usize) -> usize {
    while text.as_bytes().get(at).is_some_and(|&byte| byte >= 0x80) {
        match char_at(text, at).filter(|&char| is_unicode_space(char)) {
            Some(char) => at += char.len_utf8(),
            None => break,
        }
    }
    at
}

/// The end of the whitespace without commas that starts at `at`.
pub(crate) fn blank_end(text: &str, mut at: usize) -> usize {
    let bytes = text.as_bytes();
    loop {
        while is_at(bytes, at, BLANK) {
            at += 1;
        }
        match unicode_space_end(text, at) {
            end if end > at => at = end,
            _ => return at,
        }
    }
}
