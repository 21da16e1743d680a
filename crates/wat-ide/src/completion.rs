//! Names that complete a token.
//!
//! ```text
//! (pln$0            :wat::kernel::println
//! (:wat::k::pr$0    :wat::kernel::println
//! (:calc::a$0       :calc::add
//! ```
//!
//! A token with `::` is matched segment by segment, each typed segment against the beginning of one segment. A token without a
//! colon, or with one colon and one segment, is also searched among last segments: exact, prefix, initials, subsequence.

use std::cmp::Reverse;
use std::sync::Arc;

use wat_analysis::{
    Db, DefInfo, DefKind, SourceFile, TextRange, TextSize, definition, names_at,
    names_in_conversation, primary_root,
};

use crate::builtin::BUILTIN_SCHEME;
use crate::hover;

/// More candidates than this are cut off, worst first.
const LIMIT: usize = 200;

/// A name that fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The full path, with its leading colon.
    pub name: Arc<str>,
    /// What to insert in place of the token: the name, without the colon inside a type keyword.
    pub insert: String,
    /// What it is.
    pub kind: DefKind,
    /// The signature, on one line.
    pub signature: String,
    /// The docstring.
    pub doc: Option<Arc<str>>,
    /// Where the name comes from.
    pub origin: Origin,
}

impl Candidate {
    /// The first line of the docstring.
    pub fn summary(&self) -> &str {
        self.doc
            .as_deref()
            .and_then(|doc| doc.lines().next())
            .unwrap_or("")
    }

    /// What users call a definition of that kind.
    pub fn kind_name(&self) -> &'static str {
        hover::kind_name(self.kind)
    }
}

/// Who defines a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// The program, or the inputs of a session.
    Program,
    /// The built-in library.
    BuiltIn,
}

/// What may stand where the token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// Directly after an opening parenthesis: something that can be called.
    Head,
    /// Inside the brackets of a type keyword: a type, without leading colon.
    TypeArgument,
    /// Anywhere else.
    Operand,
}

/// The answer for a position in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completions {
    /// The token that a candidate replaces; it ends at the offset or after it.
    pub range: TextRange,
    /// Best first.
    pub candidates: Vec<Candidate>,
}

/// Candidates for the token at `offset`; none inside strings and comments.
pub fn complete(db: &dyn Db, file: SourceFile, offset: TextSize) -> Option<Completions> {
    let text = file.text(db);
    let token = token_at(text.text(), offset.into())?;
    let typed = &text.text()[token.start..usize::from(offset)];
    if typed.is_empty() && token.position == Position::Operand {
        return None;
    }
    let range = TextRange::new((token.start as u32).into(), (token.end as u32).into());
    let names = names_at(db, file, offset);
    let candidates = candidates(db, primary_root(db, file), names, typed, token.position);
    Some(Completions { range, candidates })
}

/// Names of `program` and of the built-in library to which a conversation is admitted and that `typed` abbreviates,
/// best first, at most 200.
pub fn complete_name(
    db: &dyn Db,
    program: SourceFile,
    typed: &str,
    position: Position,
) -> Vec<Candidate> {
    candidates(
        db,
        program,
        names_in_conversation(db, program),
        typed,
        position,
    )
}

/// The names that `typed` abbreviates, best first.
fn candidates(
    db: &dyn Db,
    program: SourceFile,
    names: Vec<(Arc<str>, DefKind)>,
    typed: &str,
    position: Position,
) -> Vec<Candidate> {
    let pattern = Pattern::new(typed, position);
    let mut ranked: Vec<_> = names
        .into_iter()
        .filter(|(_, kind)| position != Position::TypeArgument || *kind == DefKind::Type)
        .filter_map(|(name, kind)| Some((pattern.rank(&name)?, name, kind)))
        .collect();
    ranked.sort_by(|(rank, name, _), (other_rank, other, _)| {
        rank.cmp(other_rank)
            .then_with(|| built_in_path(name).cmp(&built_in_path(other)))
            .then_with(|| (name.len(), name).cmp(&(other.len(), other)))
    });
    ranked.truncate(LIMIT);
    let candidate = |(_, name, kind): (Rank, Arc<str>, DefKind)| {
        let info = definition(db, program, &name);
        let origin = info
            .as_ref()
            .map_or(Origin::Program, |info| origin(db, info));
        let insert = match position {
            Position::TypeArgument => name.trim_start_matches(':').to_owned(),
            _ => name.to_string(),
        };
        let (signature, doc) =
            info.map_or((String::new(), None), |info| (info.signature, info.doc));
        Candidate {
            name,
            insert,
            kind,
            signature,
            doc,
            origin,
        }
    };
    ranked.into_iter().map(candidate).collect()
}

fn origin(db: &dyn Db, info: &DefInfo) -> Origin {
    match info.span.file.path(db).starts_with(BUILTIN_SCHEME) {
        true => Origin::BuiltIn,
        false => Origin::Program,
    }
}

/// Names of the program stand before names under `:wat::`.
fn built_in_path(name: &str) -> bool {
    name.starts_with(":wat::")
}

/// How well a name fits; smaller is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Exact,
    LastSegment,
    LastSegmentPrefix,
    Segments,
    Initials,
    Subsequence(Reverse<u32>),
}

struct Pattern<'a> {
    segments: Vec<&'a str>,
    /// The word to be found among last segments.
    word: Option<&'a str>,
}

impl<'a> Pattern<'a> {
    fn new(typed: &'a str, position: Position) -> Self {
        let bare = typed.strip_prefix(':').unwrap_or(typed);
        let segments: Vec<&str> = bare.split("::").collect();
        let searchable = typed.starts_with(':') || position != Position::Operand;
        let word = (segments.len() == 1 && searchable).then_some(bare);
        let segments = if typed.starts_with(':') || position == Position::TypeArgument {
            segments
        } else {
            Vec::new()
        };
        Pattern { segments, word }
    }

    fn rank(&self, name: &str) -> Option<Rank> {
        let path = name.strip_prefix(':').unwrap_or(name);
        let by_segments = self.by_segments(path);
        let by_word = self
            .word
            .and_then(|word| rank_word(word, path.rsplit("::").next().unwrap_or(path)));
        by_segments.into_iter().chain(by_word).min()
    }

    fn by_segments(&self, path: &str) -> Option<Rank> {
        if self.segments.is_empty() {
            return None;
        }
        let mut parts = path.split("::");
        let fits = self
            .segments
            .iter()
            .all(|typed| parts.next().is_some_and(|part| part.starts_with(typed)));
        let exact = parts.next().is_none()
            && path.len() == self.segments.iter().map(|s| s.len() + 2).sum::<usize>() - 2;
        fits.then_some(if exact { Rank::Exact } else { Rank::Segments })
    }
}

fn rank_word(word: &str, last: &str) -> Option<Rank> {
    if word == last {
        Some(Rank::LastSegment)
    } else if last.starts_with(word) {
        Some(Rank::LastSegmentPrefix)
    } else if word.len() >= 2 && initials(last).eq(word.chars()) {
        Some(Rank::Initials)
    } else {
        (word.len() >= 2)
            .then(|| subsequence(word, last))
            .flatten()
            .map(|density| Rank::Subsequence(Reverse(density)))
    }
}

/// The first characters of the words of a name: `mbc` for `make-bounded-channel`.
fn initials(name: &str) -> impl Iterator<Item = char> + '_ {
    name.split(['-', '/', '>', '.'])
        .filter_map(|word| word.chars().next())
}

/// If all characters of `word` occur in `name` in this order, beginning with the first character: how densely, in percent.
fn subsequence(word: &str, name: &str) -> Option<u32> {
    let mut rest = name.char_indices();
    let mut first = None;
    let mut last = 0;
    for wanted in word.chars() {
        let (at, _) = rest.find(|(_, found)| *found == wanted)?;
        first.get_or_insert(at);
        last = at;
    }
    (first == Some(0)).then(|| (word.len() * 100 / (last + 1)) as u32)
}

/// The token around an offset.
#[derive(Debug, PartialEq, Eq)]
struct Token {
    start: usize,
    end: usize,
    position: Position,
}

/// Bytes of names (chapter 1, L60) and the colon.
fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-+*/<>=!?&.$%':".contains(&byte)
}

/// Finds the token by looking back from the offset over what a keyword may hold, brackets of types included.
fn token_at(text: &str, offset: usize) -> Option<Token> {
    let bytes = text.as_bytes();
    let before = text.get(..offset)?.as_bytes();
    if in_string_or_comment(before) {
        return None;
    }
    let back = |accept: &dyn Fn(u8) -> bool| {
        before
            .iter()
            .rposition(|byte| !accept(*byte))
            .map_or(0, |at| at + 1)
    };
    let plain = back(&is_name_byte);
    let wide = back(&|byte| is_name_byte(byte) || matches!(byte, b'(' | b')' | b','));
    let keyword = wide + text[wide..offset].find(':').unwrap_or(offset - wide);
    let end = offset
        + bytes[offset..]
            .iter()
            .take_while(|byte| is_name_byte(**byte) && !matches!(byte, b'<' | b'>'))
            .count();
    let opener = text[keyword..offset].rfind(['<', '(', ',', '>']);
    if let Some(open) = opener.filter(|_| inside_brackets(&text[keyword..offset])) {
        return Some(Token {
            start: keyword + open + 1,
            end,
            position: Position::TypeArgument,
        });
    }
    let position = if plain > 0 && bytes[plain - 1] == b'(' {
        Position::Head
    } else {
        Position::Operand
    };
    Some(Token {
        start: plain,
        end,
        position,
    })
}

/// True if the beginning of a keyword has an open bracket: `:wat::core::Vector<` but not `:wat::core::<`.
fn inside_brackets(keyword: &str) -> bool {
    let bytes = keyword.as_bytes();
    let mut depth = 0usize;
    for (at, byte) in bytes.iter().enumerate() {
        let previous = at.checked_sub(1).map(|at| bytes[at]);
        let name_final =
            previous.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"_'!?".contains(&byte));
        match byte {
            b'<' if name_final => depth += 1,
            b'(' => depth += 1,
            b'>' if previous != Some(b'-') => depth = depth.saturating_sub(1),
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    depth > 0
}

/// True if the text ends inside a string or a comment.
fn in_string_or_comment(before: &[u8]) -> bool {
    let mut bytes = before.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b';' if !bytes.by_ref().any(|byte| matches!(byte, b'\n' | b'\r')) => return true,
            b'"' if !close_string(&mut bytes) => return true,
            _ => {}
        }
    }
    false
}

/// Skips to the end of a string; false if it does not close.
fn close_string<'a>(bytes: &mut impl Iterator<Item = &'a u8>) -> bool {
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => return true,
            b'\\' => {
                bytes.next();
            }
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(marked: &str) -> Option<(String, Position)> {
        let offset = marked.find("$0").expect("a marked offset");
        let text = marked.replace("$0", "");
        token_at(&text, offset)
            .map(|token| (text[token.start..token.end].to_owned(), token.position))
    }

    #[test]
    fn the_token_around_the_offset_is_found() {
        let found = |text, position| Some((String::from(text), position));
        assert_eq!(token("(pln$0"), found("pln", Position::Head));
        assert_eq!(
            token("(:wat::k::p$0r 1)"),
            found(":wat::k::pr", Position::Head)
        );
        assert_eq!(token("(f :a$0)"), found(":a", Position::Operand));
        assert_eq!(
            token("[x <- :wat::core::Vector<wat::co$0>]"),
            found("wat::co", Position::TypeArgument)
        );
        assert_eq!(
            token("[x <- :a::Map<b::K,b$0>]"),
            found("b", Position::TypeArgument)
        );
        assert_eq!(
            token("(:wat::core::<$0 1 2)"),
            found(":wat::core::<", Position::Head)
        );
        assert_eq!(token("(:a::f \"(:b$0\")"), None);
        assert_eq!(token("; (:b$0"), None);
    }

    #[test]
    fn names_are_ranked_by_how_they_match() {
        let rank = |typed, position, name| Pattern::new(typed, position).rank(name);
        assert_eq!(
            rank(":wat::k::pr", Position::Head, ":wat::kernel::println"),
            Some(Rank::Segments)
        );
        assert_eq!(
            rank(":wat::k::pr", Position::Head, ":wat::core::println"),
            None
        );
        assert_eq!(
            rank("defn", Position::Head, ":wat::core::defn"),
            Some(Rank::LastSegment)
        );
        assert_eq!(
            rank("mbc", Position::Head, ":wat::kernel::make-bounded-channel"),
            Some(Rank::Initials)
        );
        assert!(matches!(
            rank("pln", Position::Head, ":wat::kernel::println"),
            Some(Rank::Subsequence(_))
        ));
        assert_eq!(rank("x", Position::Operand, ":a::x"), None);
        assert_eq!(
            rank(":assoc", Position::Operand, ":wat::core::assoc"),
            Some(Rank::LastSegment)
        );
        assert_eq!(rank(":a::x", Position::Operand, ":a::x"), Some(Rank::Exact));
    }
}
