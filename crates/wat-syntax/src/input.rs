//! Whether a text that a person types is finished.

use crate::cut::parse;
use crate::diag::Severity;
use crate::kind::SyntaxKind;
use crate::lexer::keyword::Limit;
use crate::lexer::{Lexer, Token};
use crate::source::SourceText;

/// What a line editor should do with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InputState {
    /// It reads without an error.
    Complete,
    /// A delimiter or string is open, or a prefix waits for its operand: ask for another line.
    Incomplete,
    /// Another line cannot help.
    Invalid,
}

/// Says whether a text is finished.
pub fn input_state(text: &str) -> InputState {
    let source = SourceText::new(text);
    let mut lexer = Lexer::new(&source, Limit::End, &[]);
    let mut open: Vec<&str> = Vec::new();
    let mut prefix = false;
    while let Some(token) = lexer.next() {
        let kind = token.kind;
        if kind == SyntaxKind::STRING && token.flags & Token::OPEN != 0 {
            return InputState::Incomplete;
        }
        if kind.is_opener() {
            open.push(kind.closer_text());
        } else if kind.is_closer() && (open.pop() != Some(kind.closer_text()) || prefix) {
            return InputState::Invalid;
        }
        prefix = kind.is_prefix() || prefix && kind.is_trivia();
    }
    if prefix || !open.is_empty() {
        return InputState::Incomplete;
    }
    let errors = parse(&source);
    match errors
        .errors()
        .iter()
        .any(|error| error.severity == Severity::Error)
    {
        true => InputState::Invalid,
        false => InputState::Complete,
    }
}
