//! Finding the end of a value in a stream of bytes, without reading it.

use crate::read::{ends_word, is_white};

/// Where a stream stands after some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameState {
    /// White space and comments so far.
    Blank,
    /// A value has begun and not ended.
    Open,
    /// A value has ended, or something that can never become one; [`crate::read`] tells which.
    Complete,
}

/// Tells when the bytes of a stream form one complete value.
///
/// Looks at every byte once: feeding a value line by line takes linear time, where trying to read
/// after each line would take quadratic time. It counts brackets and values and leaves all
/// judgement to the reader, which sees the bytes once they are complete. Bytes after the value in
/// the same push belong to it; the reader reports them.
#[derive(Clone, Debug)]
pub struct FrameScanner {
    token: Token,
    /// Open brackets.
    depth: usize,
    /// Values that are missing outside all brackets: one, and one more for every `#_`.
    missing: usize,
    state: FrameState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    None,
    Comment,
    String,
    /// After a backslash in a string.
    Escape,
    /// A word, which is a value.
    Word,
    /// After `#`.
    Hash,
    /// A tag, which is part of the value that follows it.
    Tag,
    /// After the backslash of a character.
    Character,
}

impl Default for FrameScanner {
    fn default() -> FrameScanner {
        FrameScanner::new()
    }
}

impl FrameScanner {
    /// A scanner at the start of a value.
    #[must_use]
    pub fn new() -> FrameScanner {
        FrameScanner {
            token: Token::None,
            depth: 0,
            missing: 1,
            state: FrameState::Blank,
        }
    }

    /// Looks at the next bytes of the stream, for instance a line with its terminator.
    pub fn push(&mut self, bytes: &[u8]) -> FrameState {
        for &byte in bytes {
            self.byte(byte);
        }
        self.state
    }

    /// The state at the end of the stream, where a last word ends.
    #[must_use]
    pub fn finish(mut self) -> FrameState {
        self.push(b"\n")
    }

    fn byte(&mut self, byte: u8) {
        match self.token {
            Token::Comment if matches!(byte, b'\n' | b'\r') => self.token = Token::None,
            Token::String if byte == b'"' => {
                self.token = Token::None;
                self.value();
            }
            Token::String if byte == b'\\' => self.token = Token::Escape,
            Token::Escape => self.token = Token::String,
            Token::Comment | Token::String => {}
            // The first byte of a character is never a delimiter: `\(`.
            Token::Character => self.token = Token::Word,
            Token::Hash => match byte {
                b'{' => self.open(),
                b'_' => {
                    self.token = Token::None;
                    self.missing += usize::from(self.depth == 0);
                }
                _ => {
                    self.token = Token::Tag;
                    self.byte(byte);
                }
            },
            Token::Word | Token::Tag if !ends_word(byte) => {}
            Token::Word => {
                self.token = Token::None;
                self.value();
                self.start(byte);
            }
            Token::Tag | Token::None => {
                self.token = Token::None;
                self.start(byte);
            }
        }
    }

    /// A byte between tokens.
    fn start(&mut self, byte: u8) {
        match byte {
            _ if is_white(byte) => return,
            b';' => {
                self.token = Token::Comment;
                return;
            }
            b'(' | b'[' | b'{' => self.open(),
            b')' | b']' | b'}' => {
                // A closer without opener is no value, but nothing can mend it.
                self.depth = self.depth.saturating_sub(1);
                self.value();
            }
            b'"' => self.token = Token::String,
            b'\\' => self.token = Token::Character,
            b'#' => self.token = Token::Hash,
            _ => self.token = Token::Word,
        }
        if self.state == FrameState::Blank {
            self.state = FrameState::Open;
        }
    }

    fn open(&mut self) {
        self.token = Token::None;
        self.depth += 1;
    }

    /// A value has ended.
    fn value(&mut self) {
        if self.depth == 0 {
            self.missing = self.missing.saturating_sub(1);
            if self.missing == 0 {
                self.state = FrameState::Complete;
            }
        }
    }
}
