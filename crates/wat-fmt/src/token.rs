//! Tokens with both ends, and what blanks say about lines.

use wat_syntax::{LexedToken, SyntaxKind};

/// A token and its place in the source.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub kind: SyntaxKind,
    pub start: u32,
    pub end: u32,
}

impl Token {
    pub fn text<'a>(&self, source: &'a str) -> &'a str {
        &source[self.start as usize..self.end as usize]
    }

    /// True if a line ends in the token.
    pub fn has_break(&self, source: &str) -> bool {
        line_breaks(self.text(source).as_bytes()) > 0
    }
}

/// The tokens of a source with their places.
pub(crate) fn with_places(tokens: Vec<LexedToken>) -> Vec<Token> {
    let mut end = 0;
    let place = |token: LexedToken| {
        let start = end;
        end += token.len;
        Token {
            kind: token.kind,
            start,
            end,
        }
    };
    tokens.into_iter().map(place).collect()
}

/// How many lines end in `text`.
pub(crate) fn line_breaks(text: &[u8]) -> usize {
    let ends = |(at, &byte): (usize, &u8)| {
        byte == b'\n' || byte == b'\r' && text.get(at + 1) != Some(&b'\n')
    };
    text.iter().enumerate().filter(|&byte| ends(byte)).count()
}

/// How many blank lines are in these blanks: none, one, or two and more.
pub(crate) fn blank_lines(text: &[u8]) -> u16 {
    line_breaks(text).saturating_sub(1).min(2) as u16
}
