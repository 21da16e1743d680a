//! Text to tokens.
//!
//! A token is its kind, its end and two flags; neither values nor diagnostics are made here. A token that needs a closer
//! look is *dirty*: [`diagnose`] looks at it again when someone asks.

pub(crate) mod class;
mod file;
pub(crate) mod keyword;
pub(crate) mod keyword_report;
mod number;
pub(crate) mod string;
pub(crate) mod token_report;
pub(crate) mod word;

pub(crate) use file::lex_file;
pub(crate) use number::{Value, read as read_number};

use self::class::{BLANK, CLASS, DIGIT, END, NAME};
use self::keyword::Limit;
use self::string::Closing;
use crate::kind::SyntaxKind::{self, *};
use crate::source::SourceText;

/// A token; it starts where the one before it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Token {
    pub end: u32,
    pub kind: SyntaxKind,
    pub flags: u8,
}

impl Token {
    /// There is, or may be, something to report about the token.
    pub const DIRTY: u8 = 1;
    /// A string whose value is not its text between the quotes.
    pub const ESCAPED: u8 = 2;
    /// A string without closing quote.
    pub const OPEN: u8 = 4;
    /// A symbol with a colon that is read as a keyword.
    pub const COLONLESS: u8 = 8;
    /// A broken keyword whose end depends on a later line (K30).
    pub const CUT_SHORT: u8 = 16;

    #[inline]
    fn new(kind: SyntaxKind, end: usize, flags: u8) -> Token {
        let end = end as u32;
        Token { end, kind, flags }
    }

    pub fn is_dirty(self) -> bool {
        self.flags & Token::DIRTY != 0
    }
}

/// Reads tokens one after the other.
pub(crate) struct Lexer<'a> {
    source: &'a SourceText,
    bytes: &'a [u8],
    pub at: usize,
    limit: Limit,
    /// Offsets of the strings that end with their first line (R10), ascending.
    culprits: &'a [u32],
    /// Start and end of the broken keywords whose end depends on later lines, ascending.
    pub cut_short: &'a [(u32, u32)],
}

impl<'a> Lexer<'a> {
    /// Reads a whole file, or a form cut out of one.
    pub fn new(source: &'a SourceText, limit: Limit, culprits: &'a [u32]) -> Self {
        Lexer {
            source,
            bytes: source.text().as_bytes(),
            at: 0,
            limit,
            culprits,
            cut_short: &[],
        }
    }

    /// The next token, or `None` at the end.
    #[inline]
    pub fn next(&mut self) -> Option<Token> {
        let start = self.at;
        let byte = *self.bytes.get(start)?;
        let single = |kind| Token::new(kind, start + 1, 0);
        let token = match byte {
            b' ' | b'\n' | b'\t' | b'\r' | 0x0c | b',' => self.whitespace(start),
            b'(' => single(L_PAREN),
            b')' => single(R_PAREN),
            b'[' => single(L_BRACK),
            b']' => single(R_BRACK),
            b'{' => single(L_BRACE),
            b'}' => single(R_BRACE),
            b':' => self.keyword(start),
            b';' => self.comment(start),
            b'"' => self.string(start),
            b'\'' => single(QUOTE),
            b'`' => single(BACKTICK),
            b'~' => match self.bytes.get(start + 1) {
                Some(b'@') => Token::new(TILDE_AT, start + 2, 0),
                _ => single(TILDE),
            },
            b'#' => self.hash(start),
            b'\\' => Token::new(ERROR, self.character_end(start), Token::DIRTY),
            _ if class::is(byte, NAME) => self.word(start),
            _ => self.odd(start),
        };
        self.at = token.end as usize;
        Some(token)
    }

    #[inline]
    fn whitespace(&self, start: usize) -> Token {
        let mut at = start + 1;
        let mut flags = 0;
        loop {
            while self
                .bytes
                .get(at)
                .is_some_and(|&b| CLASS[b as usize] & BLANK != 0 || b == b',')
            {
                at += 1;
            }
            if self.bytes.get(at).is_none_or(|&byte| byte < 0x80) {
                break;
            }
            let end = class::unicode_space_end(self.source.text(), at);
            if end == at {
                break;
            }
            flags = Token::DIRTY;
            at = end;
        }
        Token::new(WHITESPACE, at, flags)
    }

    fn comment(&self, start: usize) -> Token {
        let end = string::line_end(self.bytes, start);
        Token::new(COMMENT, end, self.comment_flags(start, end))
    }

    fn comment_flags(&self, start: usize, end: usize) -> u8 {
        let odd =
            memchr::memchr2(0xe2, crate::source::REPLACEMENT, &self.bytes[start..end]).is_some();
        if odd { Token::DIRTY } else { 0 }
    }

    fn string(&self, start: usize) -> Token {
        let culprit =
            !self.culprits.is_empty() && self.culprits.binary_search(&(start as u32)).is_ok();
        if !culprit {
            match string::scan(self.bytes, start) {
                (end, Closing::Quote { plain, dirty }) => {
                    let escaped = if plain { 0 } else { Token::ESCAPED };
                    let flags = if dirty {
                        Token::DIRTY | escaped
                    } else {
                        escaped
                    };
                    return Token::new(STRING, end, flags);
                }
                (end, Closing::Missing) if self.limit == Limit::End => {
                    return Token::new(STRING, end, Token::DIRTY | Token::OPEN);
                }
                _ => {}
            }
        }
        let end = string::line_end(self.bytes, start);
        Token::new(STRING, end, Token::DIRTY | Token::ESCAPED | Token::OPEN)
    }

    fn hash(&self, start: usize) -> Token {
        if self.bytes.get(start + 1) == Some(&b'{') {
            return Token::new(HASH_BRACE, start + 2, 0);
        }
        Token::new(ERROR, word::end(self.source, start + 1), Token::DIRTY)
    }

    /// The end of the reserved character literal at `start` (L50).
    fn character_end(&self, start: usize) -> usize {
        let mut at = start + 1;
        while self.bytes.get(at).is_some_and(u8::is_ascii_alphanumeric) {
            at += 1;
        }
        if at > start + 1 {
            return at;
        }
        match class::char_at(self.source.text(), at) {
            Some(_) if self.source.invalid_end(at).is_some() => at,
            Some(char) => at + char.len_utf8(),
            None => at,
        }
    }

    #[inline]
    fn keyword(&self, start: usize) -> Token {
        if !self.cut_short.is_empty()
            && let Ok(found) = self
                .cut_short
                .binary_search_by_key(&(start as u32), |&(start, _)| start)
        {
            let end = self.cut_short[found].1 as usize;
            return Token::new(KEYWORD, end, Token::DIRTY | Token::CUT_SHORT);
        }
        match keyword::scan_plain(self.bytes, start) {
            Some(end) => Token::new(KEYWORD, end, 0),
            None => self.odd_keyword(start),
        }
    }

    #[cold]
    fn odd_keyword(&self, start: usize) -> Token {
        let scan = keyword::scan(self.source, start, self.limit);
        let kind = if scan.illegal.is_some() {
            ERROR
        } else {
            KEYWORD
        };
        let cut_short = if scan.cut_short { Token::CUT_SHORT } else { 0 };
        Token::new(kind, scan.end, Token::DIRTY | cut_short)
    }

    #[inline]
    fn word(&self, start: usize) -> Token {
        let mut at = start + 1;
        while class::is_at(self.bytes, at, NAME) {
            at += 1;
        }
        if at < self.bytes.len() && !class::is(self.bytes[at], END) {
            return self.odd_word(start);
        }
        let word = &self.bytes[start..at];
        match word[0] {
            b'0'..=b'9' | b'.' | b'+' | b'-' if number::starts_number(word) => {
                number_token(word, at)
            }
            b't' if word == b"true" => Token::new(BOOL, at, 0),
            b'f' if word == b"false" => Token::new(BOOL, at, 0),
            _ => Token::new(SYMBOL, at, 0),
        }
    }

    /// A word that contains something else than name characters.
    #[cold]
    fn odd_word(&self, start: usize) -> Token {
        let is_number = number::starts_number(&self.bytes[start..]);
        let word = word::scan(self.source, start);
        if is_number {
            let end = word::end(self.source, start);
            return match word.illegal.is_none() && word.colon.is_none() && word.arrow.is_none() {
                true => number_token(&self.bytes[start..end], end),
                false => Token::new(ERROR, end, Token::DIRTY),
            };
        }
        match word.arrow {
            Some(arrow) if arrow == start => return Token::new(SYMBOL, arrow + 2, Token::DIRTY),
            Some(arrow) => return self.word_until(start, arrow, word.colon),
            None => {}
        }
        if word.illegal.is_some() {
            return Token::new(ERROR, word.end, Token::DIRTY);
        }
        self.word_until(start, word.end, word.colon)
    }

    /// The word `start..end`, which has no illegal character and, if any, its first colon at `colon`.
    fn word_until(&self, start: usize, end: usize, colon: Option<usize>) -> Token {
        let word = &self.bytes[start..end];
        match colon {
            Some(_) if is_path(word) => Token::new(KEYWORD, end, Token::DIRTY | Token::COLONLESS),
            Some(_) => Token::new(ERROR, end, Token::DIRTY),
            None if matches!(word, b"true" | b"false") => Token::new(BOOL, end, 0),
            None => Token::new(SYMBOL, end, 0),
        }
    }

    /// Bytes that start nothing: characters beyond ASCII, controls, reserved characters, bytes that are not UTF-8.
    #[cold]
    fn odd(&self, start: usize) -> Token {
        if let Some(end) = self.source.invalid_end(start) {
            return Token::new(ERROR, end, Token::DIRTY);
        }
        if class::unicode_space_end(self.source.text(), start) > start {
            let Token { end, .. } = self.whitespace_from_unicode(start);
            return Token::new(WHITESPACE, end as usize, Token::DIRTY);
        }
        Token::new(ERROR, word::end(self.source, start), Token::DIRTY)
    }

    fn whitespace_from_unicode(&self, start: usize) -> Token {
        let end = class::unicode_space_end(self.source.text(), start);
        match self.bytes.get(end) {
            Some(&byte) if class::is(byte, BLANK) || byte == b',' => self.whitespace(end),
            _ => Token::new(WHITESPACE, end, 0),
        }
    }
}

fn number_token(word: &[u8], end: usize) -> Token {
    let digits = word.strip_prefix(b"-").unwrap_or(word);
    let simple = digits.len() < 18
        && digits.iter().all(|&byte| class::is(byte, DIGIT))
        && (digits[0] != b'0' || digits.len() == 1);
    if simple {
        return Token::new(INT, end, 0);
    }
    let number = number::read(word);
    let flags = if number.is_clean() { 0 } else { Token::DIRTY };
    let kind = match number.value {
        Value::Int(_) => INT,
        Value::Float(_) => FLOAT,
        _ => ERROR,
    };
    Token::new(kind, end, flags)
}

/// True if a word with colons is a path or type that lacks only its leading colon (L64).
fn is_path(word: &[u8]) -> bool {
    let text = [b":", word].concat();
    keyword::scan_plain(&text, 0) == Some(text.len())
}
