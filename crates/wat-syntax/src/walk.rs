//! One walk over the tokens of a form, for every consumer: the tree, the AST, the diagnostics.
//!
//! The walk keeps its own stack, so nesting costs no Rust stack. It applies the repairs of the verdict, ends prefixes
//! with their operands, and flattens what is nested too deeply (P13).

use rowan::{TextRange, TextSize};

use crate::codes;
use crate::diag::{SyntaxError, TextEdit};
use crate::kind::SyntaxKind::{self, *};
use crate::lexer::Token;
use crate::lexer::keyword::Limit;
use crate::lexer::token_report::diagnose;
use crate::repair::{MissingCloser, Repairs};
use crate::source::SourceText;

/// The deepest level of delimiters and prefixes (P13).
pub(crate) const MAX_DEPTH: usize = 1024;

/// What a walk finds. Offsets are those of the walked source.
pub(crate) trait Sink {
    /// A blank or comment.
    fn trivia(&mut self, token: Token, start: u32);
    /// An atom, or an error token.
    fn atom(&mut self, token: Token, start: u32);
    /// An opening delimiter; a node starts.
    fn open(&mut self, token: Token, start: u32);
    /// The node ends: with a closing delimiter, or without one.
    fn close(&mut self, token: Option<Token>, start: u32);
    /// A closer that closes nothing.
    fn stray(&mut self, token: Token, start: u32);
    /// A prefix; a node starts.
    fn prefix(&mut self, token: Token, start: u32);
    /// The node of a prefix ends at `end`; `empty` if it has no operand.
    fn end_prefix(&mut self, empty: bool, end: u32);
    /// The flat node of what is nested too deeply starts.
    fn flat(&mut self, start: u32);
    /// A token of it.
    fn flat_token(&mut self, token: Token, start: u32);
    /// It ends at `end`.
    fn end_flat(&mut self, end: u32);
}

/// An open delimiter or prefix.
#[derive(Clone, Copy)]
struct Frame {
    kind: SyntaxKind,
    /// Quasiquotes around its content, less the unquotes.
    template: u32,
    /// No child has been met yet.
    empty: bool,
}

struct Walk<'a, S> {
    source: &'a SourceText,
    tokens: &'a [Token],
    limit: Limit,
    repairs: Option<&'a Repairs>,
    base: u32,
    frames: Vec<Frame>,
    next_closer: usize,
    sink: &'a mut S,
    errors: &'a mut Vec<SyntaxError>,
}

/// The tokens of one form, and how to read them.
pub(crate) struct FormTokens<'a> {
    pub source: &'a SourceText,
    pub tokens: &'a [Token],
    pub first: usize,
    pub end: usize,
    pub repairs: Option<&'a Repairs>,
    pub limit: Limit,
}

/// Walks one form. Errors are appended, sorted by their start.
pub(crate) fn walk<S: Sink>(form: FormTokens<'_>, sink: &mut S, errors: &mut Vec<SyntaxError>) {
    let reported = errors.len();
    let mut walk = Walk {
        source: form.source,
        tokens: form.tokens,
        limit: form.limit,
        repairs: form.repairs,
        base: start_of(form.tokens, form.first),
        frames: Vec::with_capacity(16),
        next_closer: 0,
        sink,
        errors,
    };
    let mut at = form.first;
    while at < form.end {
        at = walk.token(at, form.end);
    }
    walk.finish(start_of(form.tokens, form.end));
    let errors = &mut errors[reported..];
    if errors.len() > 1 {
        SyntaxError::sort(errors);
    }
}

/// Where a token starts.
pub(crate) fn start_of(tokens: &[Token], at: usize) -> u32 {
    at.checked_sub(1).map_or(0, |before| tokens[before].end)
}

fn range(start: u32, end: u32) -> TextRange {
    TextRange::new(TextSize::new(start), TextSize::new(end))
}

impl<S: Sink> Walk<'_, S> {
    /// Handles a token and returns the index of the next one.
    #[inline]
    fn token(&mut self, at: usize, end: usize) -> usize {
        let token = self.tokens[at];
        let start = start_of(self.tokens, at);
        if token.is_dirty() {
            self.diagnose(at, token, end);
        }
        let kind = token.kind;
        if kind.is_trivia() {
            if kind == WHITESPACE && self.frames.last().is_some_and(|frame| frame.template > 0) {
                self.comma(at, end);
            }
            self.sink.trivia(token, start);
            return at + 1;
        }
        if (kind.is_opener() || kind.is_prefix()) && self.frames.len() >= MAX_DEPTH {
            return self.too_deep(at, end);
        }
        if kind.is_opener() {
            self.sink.open(token, start);
            self.push(kind);
        } else if kind.is_closer() {
            self.closer(token, start);
        } else if kind.is_prefix() {
            self.prefix(at, token, start, end);
        } else {
            self.sink.atom(token, start);
            self.atom(token, start);
            self.operand_done(token.end);
        }
        if self.repairs.is_some() {
            self.missing_closers(at, token);
        }
        at + 1
    }

    #[cold]
    fn diagnose(&mut self, at: usize, token: Token, end: usize) {
        let previous = at.checked_sub(1).map(|before| self.tokens[before]);
        let is_last = at + 1 == end;
        diagnose(
            self.source,
            self.limit,
            previous,
            (token, is_last),
            self.errors,
        );
    }

    /// Opens a frame for a delimiter or prefix.
    #[inline]
    fn push(&mut self, kind: SyntaxKind) {
        let around = self.child();
        let template = match kind {
            BACKTICK => around + 1,
            TILDE | TILDE_AT => around.saturating_sub(1),
            _ => around,
        };
        self.frames.push(Frame {
            kind,
            template,
            empty: true,
        });
    }

    /// Notes that the innermost frame has a child; its template level.
    #[inline]
    fn child(&mut self) -> u32 {
        self.frames.last_mut().map_or(0, |frame| {
            frame.empty = false;
            frame.template
        })
    }

    /// A list that starts with the keyword of a prefix is that prefix written out.
    #[inline]
    fn atom(&mut self, token: Token, start: u32) {
        let Some(frame) = self.frames.last_mut() else {
            return;
        };
        if frame.empty && frame.kind == L_PAREN && token.kind == KEYWORD {
            match &self.source.text()[start as usize..token.end as usize] {
                ":wat::core::quasiquote" => frame.template += 1,
                ":wat::core::unquote" | ":wat::core::unquote-splicing" => {
                    frame.template = frame.template.saturating_sub(1);
                }
                _ => {}
            }
        }
        frame.empty = false;
    }

    /// A form is complete: the prefixes directly before it end with it.
    #[inline]
    fn operand_done(&mut self, end: u32) {
        while self
            .frames
            .last()
            .is_some_and(|frame| frame.kind.is_prefix())
        {
            self.frames.pop();
            self.sink.end_prefix(false, end);
        }
    }

    fn closer(&mut self, token: Token, start: u32) {
        if self.is_stray(start) || self.frames.is_empty() {
            self.child();
            self.errors.push(stray_closer(start, token.end));
            self.sink.stray(token, start);
            self.operand_done(token.end);
            return;
        }
        self.substituted(token, start);
        self.frames.pop();
        self.sink.close(Some(token), start);
        self.operand_done(token.end);
    }

    fn is_stray(&self, start: u32) -> bool {
        let offset = start - self.base;
        self.repairs
            .is_some_and(|repairs| repairs.strays.binary_search(&offset).is_ok())
    }

    /// WAT1032 if the closer stands for another one.
    fn substituted(&mut self, token: Token, start: u32) {
        let Some(repairs) = self.repairs else { return };
        let offset = start - self.base;
        let Ok(found) = repairs
            .substitutions
            .binary_search_by_key(&offset, |found| found.closer)
        else {
            return;
        };
        let found = repairs.substitutions[found];
        let opener = range(
            found.opener + self.base,
            found.opener + self.base + opener_len(found.kind),
        );
        let right = found.kind.closer_text();
        let here = range(start, token.end);
        self.errors.push(
            SyntaxError::new(
                codes::MISMATCHED_CLOSER,
                here,
                format!(
                    "`{}` does not close the bracket that is open, which needs `{right}`",
                    token.kind.closer_text()
                ),
            )
            .with_label(opener, "the bracket that is open")
            .machine(
                format!("write `{right}`"),
                vec![TextEdit::replace(here, right)],
            ),
        );
    }

    /// Closes what the verdict closes directly behind a token.
    fn missing_closers(&mut self, at: usize, token: Token) {
        let Some(repairs) = self.repairs else { return };
        let offset = token.end - self.base;
        let rest = &repairs.closers[self.next_closer..];
        let count = rest.iter().take_while(|closer| closer.at == offset).count();
        if count == 0 {
            return;
        }
        self.next_closer += count;
        if !self.swallowed(at, token, count) {
            // The fix closes what is missing inside a flat node, too.
            let first = repairs.closers.partition_point(|closer| closer.at < offset);
            self.unclosed(&repairs.closers[first..self.next_closer], count, token.end);
        }
        for _ in 0..count {
            self.operand_done(token.end);
            if self.frames.pop().is_some() {
                self.sink.close(None, token.end);
            }
        }
        self.operand_done(token.end);
    }

    /// R11: the closers stand inside a string that lacks its quote.
    fn swallowed(&self, at: usize, token: Token, count: usize) -> bool {
        if token.kind != STRING || token.flags & Token::OPEN == 0 {
            return false;
        }
        let start = start_of(self.tokens, at) as usize;
        let text = self.source.text()[start..token.end as usize].trim_end_matches([' ', '\t', ',']);
        text.len() - text.trim_end_matches([')', ']', '}']).len() >= count
    }

    fn unclosed(&mut self, group: &[MissingCloser], reported: usize, at: u32) {
        let Some(outermost) = group.last() else {
            return;
        };
        let opener = range(
            outermost.opener + self.base,
            outermost.opener + self.base + opener_len(outermost.kind),
        );
        let closers: String = group
            .iter()
            .map(|closer| closer.kind.closer_text())
            .collect();
        let message = match reported {
            1 => "this bracket is never closed".to_owned(),
            count => format!("this bracket and {} inside it are never closed", count - 1),
        };
        self.errors.push(
            SyntaxError::new(codes::UNCLOSED_DELIMITER, opener, message)
                .with_help(format!("judging by the layout, `{closers}` is missing"))
                .maybe(
                    format!("insert `{closers}`"),
                    vec![TextEdit::insert(TextSize::new(at), closers.as_str())],
                ),
        );
    }

    fn prefix(&mut self, at: usize, token: Token, start: u32, end: usize) {
        let next = (at + 1..end).find(|&next| !self.tokens[next].kind.is_trivia());
        let closes = self.is_missing(token.end);
        self.sink.prefix(token, start);
        self.push(token.kind);
        if closes || next.is_none_or(|next| self.tokens[next].kind.is_closer()) {
            self.errors.push(
                SyntaxError::new(
                    codes::DANGLING_PREFIX,
                    range(start, token.end),
                    "this prefix has no operand",
                )
                .with_help("a form must follow it"),
            );
            self.frames.pop();
            self.sink.end_prefix(true, token.end);
            self.operand_done(token.end);
        }
    }

    /// WAT1903 for the comma at the end of the blank `at`, if it looks like an unquote (P7).
    fn comma(&mut self, at: usize, end: usize) {
        let (start, comma) = (start_of(self.tokens, at), self.tokens[at].end - 1);
        let blank = &self.source.text()[start as usize..=comma as usize];
        let separated = match blank.len() {
            1 => at
                .checked_sub(1)
                .is_some_and(|before| self.tokens[before].kind.is_opener()),
            _ => true,
        };
        let form = self.tokens[..end]
            .get(at + 1)
            .is_some_and(|next| !next.kind.is_trivia() && !next.kind.is_closer());
        if !blank.ends_with(',') || !separated || !form {
            return;
        }
        let splice = self.source.text().as_bytes().get(comma as usize + 1) == Some(&b'@');
        let text = if splice { "~@" } else { "~" };
        let here = range(comma, comma + 1);
        self.errors.push(
            SyntaxError::new(
                codes::COMMA_AS_UNQUOTE,
                here,
                "a comma is a blank here, not an unquote",
            )
            .with_help(format!("an unquote is written `{text}`"))
            .maybe(
                format!("write `{text}`"),
                vec![TextEdit::replace(
                    range(comma, comma + text.len() as u32),
                    text,
                )],
            ),
        );
    }

    /// P13: everything from this token to its matching closer is one flat node.
    fn too_deep(&mut self, first: usize, end: usize) -> usize {
        let start = start_of(self.tokens, first);
        self.errors.push(
            SyntaxError::new(
                codes::NESTING_TOO_DEEP,
                range(start, self.tokens[first].end),
                format!("forms nest at most {MAX_DEPTH} deep"),
            )
            .with_help("move inner parts into functions of their own"),
        );
        let next = self.flat_end(first, end);
        let last = self.tokens[next - 1].end;
        self.child();
        self.sink.flat(start);
        for at in first..next {
            let token = self.tokens[at];
            if at > first && token.is_dirty() {
                self.diagnose(at, token, end);
            }
            self.sink.flat_token(token, start_of(self.tokens, at));
        }
        self.sink.end_flat(last);
        self.operand_done(last);
        self.missing_closers(next - 1, self.tokens[next - 1]);
        next
    }

    /// One past the last token of the form that starts at the delimiter or prefix `first`. Closers that are missing in
    /// it are passed over.
    fn flat_end(&mut self, first: usize, end: usize) -> usize {
        let mut brackets = 0usize;
        let mut next = first;
        for at in first..end {
            let token = self.tokens[at];
            if token.kind.is_trivia() {
                continue;
            }
            let closes = token.kind.is_closer() && !self.is_stray(start_of(self.tokens, at));
            if closes && brackets == 0 {
                break;
            }
            next = at + 1;
            let prefix = token.kind.is_prefix();
            brackets += usize::from(token.kind.is_opener());
            brackets -= usize::from(closes);
            while brackets > 0 && self.is_missing(token.end) {
                brackets -= 1;
                self.next_closer += 1;
            }
            if brackets == 0 && (!prefix || self.is_missing(token.end)) {
                break;
            }
        }
        next
    }

    /// Is the next missing closer directly behind `end`?
    fn is_missing(&self, end: u32) -> bool {
        self.repairs.is_some_and(|repairs| {
            let next = repairs.closers.get(self.next_closer);
            next.is_some_and(|closer| closer.at == end - self.base)
        })
    }

    fn finish(&mut self, end: u32) {
        while let Some(frame) = self.frames.pop() {
            match frame.kind.is_prefix() {
                true => self.sink.end_prefix(true, end),
                false => self.sink.close(None, end),
            }
        }
    }
}

fn opener_len(kind: SyntaxKind) -> u32 {
    if kind == HASH_BRACE { 2 } else { 1 }
}

/// WAT1031.
pub(crate) fn stray_closer(start: u32, end: u32) -> SyntaxError {
    let here = range(start, end);
    SyntaxError::new(
        codes::UNEXPECTED_CLOSER,
        here,
        "this bracket closes nothing",
    )
    .maybe("delete it", vec![TextEdit::delete(here)])
}
