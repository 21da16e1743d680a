//! The tokens of a whole file, and the search for the string that lacks its closing quote (R10).

use super::keyword::Limit;
use super::{Lexer, Token, string};
use crate::kind::SyntaxKind::{BOM, SHEBANG, STRING};
use crate::source::SourceText;

/// How many strings may be suspected at a time, the open one aside.
const CANDIDATES: usize = 16;
/// How often the suspects of a file are compared; after that the open string itself is the culprit, so that the work
/// stays linear.
const ROUNDS: usize = 8;

/// The tokens of a file, and the offsets of its strings that end with their first line.
pub(crate) fn lex_file(source: &SourceText) -> (Vec<Token>, Vec<u32>) {
    let mut tokens = Vec::with_capacity(source.len() / 5 + 8);
    let mut culprits = Vec::new();
    let mut at = prologue(source, &mut tokens);
    let mut rounds = 0;
    loop {
        let mut lexer = Lexer::new(source, Limit::End, &[]);
        lexer.at = at;
        let mut open = None;
        while let Some(token) = lexer.next() {
            if token.flags & Token::OPEN != 0 {
                open = Some(at_start(&tokens));
                break;
            }
            tokens.push(token);
        }
        let Some(open) = open else {
            return (tokens, culprits);
        };
        rounds += 1;
        let culprit = match rounds <= ROUNDS {
            true => choose(source, &tokens, open),
            false => open,
        };
        at = resume(source, &mut tokens, culprit);
        culprits.push(culprit as u32);
        if rounds > ROUNDS {
            return lines_only(source, tokens, culprits, at);
        }
    }
}

/// The offset after the last token.
fn at_start(tokens: &[Token]) -> usize {
    tokens.last().map_or(0, |token| token.end as usize)
}

/// BOM and shebang.
fn prologue(source: &SourceText, tokens: &mut Vec<Token>) -> usize {
    let text = source.text();
    let mut at = 0;
    if text.starts_with('\u{feff}') {
        at = 3;
        tokens.push(Token::new(BOM, at, 0));
    }
    if text[at..].starts_with("#!") {
        let start = at;
        at = string::line_end(text.as_bytes(), at);
        let flags = Lexer::new(source, Limit::End, &[]).comment_flags(start, at);
        tokens.push(Token::new(SHEBANG, at, flags));
    }
    at
}

/// Ends the string at `culprit` with its first line, forgets what came after it, and says where to go on.
fn resume(source: &SourceText, tokens: &mut Vec<Token>, culprit: usize) -> usize {
    let keep = tokens.partition_point(|token| token.end as usize <= culprit);
    tokens.truncate(keep);
    let end = string::line_end(source.text().as_bytes(), culprit);
    tokens.push(Token::new(
        STRING,
        end,
        Token::DIRTY | Token::ESCAPED | Token::OPEN,
    ));
    end
}

/// The string to blame for the open string at `open`.
fn choose(source: &SourceText, tokens: &[Token], open: usize) -> usize {
    let bytes = source.text().as_bytes();
    let mut start = 0;
    let mut before = 0;
    let mut best: Option<(usize, usize)> = None;
    let mut seen = 0;
    let strings = tokens.iter().filter_map(|token| {
        let from = std::mem::replace(&mut start, token.end as usize);
        (token.kind == STRING && token.flags & Token::OPEN == 0).then_some((from, start))
    });
    for (from, to) in strings {
        if !string::has_paren_line(&bytes[from..to]) {
            continue;
        }
        if seen < CANDIDATES {
            let count = before + suspicious_after(source, from, best.map(|(count, _)| count));
            if best.is_none_or(|(fewest, _)| count < fewest) {
                best = Some((count, from));
            }
        }
        seen += 1;
        before += 1;
    }
    let count = before + suspicious_after(source, open, best.map(|(count, _)| count));
    match best {
        Some((fewest, from)) if fewest <= count => from,
        _ => open,
    }
}

/// How many strings with a line that starts with `(` follow if the string at `from` ends with its first line. Counting
/// stops above `enough`.
fn suspicious_after(source: &SourceText, from: usize, enough: Option<usize>) -> usize {
    let bytes = source.text().as_bytes();
    let mut lexer = Lexer::new(source, Limit::End, &[]);
    lexer.at = string::line_end(bytes, from);
    let mut count = 0;
    loop {
        let start = lexer.at;
        let Some(token) = lexer.next() else {
            return count;
        };
        if token.kind == STRING && string::has_paren_line(&bytes[start..token.end as usize]) {
            count += 1;
            if enough.is_some_and(|enough| count > enough) {
                return count;
            }
        }
    }
}

/// Reads on from `at`, ending every string that has no closing quote with its first line. Whether there is one is known
/// from the position of the last quote that can close: a quote after an even number of backslashes.
fn lines_only(
    source: &SourceText,
    mut tokens: Vec<Token>,
    mut culprits: Vec<u32>,
    at: usize,
) -> (Vec<Token>, Vec<u32>) {
    let bytes = source.text().as_bytes();
    let last_quote = memchr::memrchr_iter(b'"', bytes)
        .find(|&at| {
            bytes[..at]
                .iter()
                .rev()
                .take_while(|&&byte| byte == b'\\')
                .count()
                % 2
                == 0
        })
        .unwrap_or(0);
    let mut lexer = Lexer::new(source, Limit::End, &[]);
    lexer.at = at;
    loop {
        let start = lexer.at;
        if bytes.get(start) == Some(&b'"') && start >= last_quote {
            lexer.at = resume(source, &mut tokens, start);
            culprits.push(start as u32);
            continue;
        }
        match lexer.next() {
            Some(token) => tokens.push(token),
            None => return (tokens, culprits),
        }
    }
}
