//! Why a text cannot be read.

use std::fmt;

/// The kinds of read errors, as in `:wat::edn::ReadError/kind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadErrorKind {
    /// The text is no EDN or JSON: WAT8409.
    Syntax,
    /// The value does not have the required shape, for instance a map with a key twice: WAT8410.
    Shape,
    /// A tag without a declared type: WAT8411. Left to typed readers; this crate takes every tag.
    UnknownTag,
    /// An opaque value: WAT8412. Left to typed readers.
    Opaque,
}

impl ReadErrorKind {
    /// The number of the diagnostic code.
    #[must_use]
    pub fn code(self) -> u16 {
        match self {
            ReadErrorKind::Syntax => 8409,
            ReadErrorKind::Shape => 8410,
            ReadErrorKind::UnknownTag => 8411,
            ReadErrorKind::Opaque => 8412,
        }
    }

    /// The name without colon: `syntax`, `shape`, `unknown-tag`, `opaque`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            ReadErrorKind::Syntax => "syntax",
            ReadErrorKind::Shape => "shape",
            ReadErrorKind::UnknownTag => "unknown-tag",
            ReadErrorKind::Opaque => "opaque",
        }
    }
}

/// Why and where a text cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    /// The kind of the error.
    pub kind: ReadErrorKind,
    /// The byte offset of the offending part.
    pub offset: usize,
    /// The line of that offset, from 1.
    pub line: usize,
    /// The column of that offset in characters, from 1.
    pub column: usize,
    /// What is wrong and what to do about it.
    pub message: String,
    /// The path to the offending value, `.corners.[2]`; empty for syntax errors and at the root.
    pub path: String,
    /// The text ends where a value, or the rest of one, is still to come.
    pub incomplete: bool,
}

impl ReadError {
    /// An error at a byte offset of `text`.
    #[must_use]
    pub fn at(text: &str, offset: usize, kind: ReadErrorKind, message: String) -> ReadError {
        let mut before = offset.min(text.len());
        while !text.is_char_boundary(before) {
            before -= 1;
        }
        let before = &text[..before];
        let line_start = before.rfind('\n').map_or(0, |it| it + 1);
        ReadError {
            kind,
            offset,
            line: before.bytes().filter(|&it| it == b'\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            message,
            path: String::new(),
            incomplete: false,
        }
    }

    /// The number of the diagnostic code, 8409 to 8412.
    #[must_use]
    pub fn code(&self) -> u16 {
        self.kind.code()
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.line, self.column)?;
        if !self.path.is_empty() {
            write!(f, "at `{}`: ", self.path)?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for ReadError {}
