//! Tokens and repairs to forms: one walk that feeds a tree builder or an AST builder, and collects the diagnostics.

use rowan::{TextRange, TextSize};

use crate::codes;
use crate::diag::{SyntaxError, TextEdit};
use crate::kind::SyntaxKind::{self, *};
use crate::lexer::keyword::Limit;
use crate::lexer::{Token, token_report};
use crate::repair::Repairs;
use crate::source::SourceText;

/// How deep forms nest (P13).
pub const MAX_DEPTH: usize = 1024;

/// What is made of the tokens.
pub(crate) trait Sink {
    /// A token without meaning, or a delimiter or prefix of the innermost open node.
    fn token(&mut self, token: Token, start: u32);
    /// A token that is a form of its own; `kind` is ERROR for a stray closer.
    fn atom(&mut self, kind: SyntaxKind, token: Token, start: u32);
    /// Opens the node of an opener or prefix and takes its token.
    fn open(&mut self, token: Token, start: u32);
    /// Closes the innermost node. `end` is the end of its last token, `complete` is false if its closer or operand is
    /// missing.
    fn close(&mut self, end: u32, complete: bool);
    /// Opens the flat node for what is nested too deeply; closed by [`close_flat`](Self::close_flat).
    fn open_flat(&mut self, start: u32);
    /// Any token inside the flat node.
    fn flat(&mut self, token: Token, start: u32);
    /// Closes the flat node.
    fn close_flat(&mut self, end: u32);
}

/// An open delimiter or prefix.
struct Frame {
    kind: SyntaxKind,
    /// How many quasiquotes minus unquotes are around its content.
    templates: u32,
    /// No child has been read yet.
    empty: bool,
}

/// The walk over one form.
pub(crate) struct Reader<'a, S> {
    source: &'a SourceText,
    limit: Limit,
    tokens: &'a [Token],
    /// What to add to the offsets of `repairs` and to take from those of tokens.
    base: u32,
    repairs: Option<&'a Repairs>,
    next_closer: usize,
    next_stray: usize,
    frames: Vec<Frame>,
    /// The openers of the region of the flat node; diagnostics about them are not shown.
    flat_regions: Vec<(u32, u32)>,
    sink: &'a mut S,
    errors: &'a mut Vec<SyntaxError>,
}

impl<'a, S: Sink> Reader<'a, S> {
    /// Reads the form of tokens `first..end`, whose repairs count from `base`.
    #[expect(clippy::too_many_arguments)]
    pub fn run(
        source: &'a SourceText,
        limit: Limit,
        tokens: &'a [Token],
        (first, end): (usize, usize),
        base: u32,
        repairs: Option<&'a Repairs>,
        sink: &'a mut S,
        errors: &'a mut Vec<SyntaxError>,
    ) {
        let from = errors.len();
        let mut reader = Reader {
            source,
            limit,
            tokens: &tokens[..end],
            base,
            repairs,
            next_closer: 0,
            next_stray: 0,
            frames: Vec::new(),
            flat_regions: Vec::new(),
            sink,
            errors,
        };
        reader.form(first);
        reader.repair_errors();
        let errors = &mut errors[from..];
        if errors.len() > 1 {
            SyntaxError::sort(errors);
        }
    }

    fn start(&self, index: usize) -> u32 {
        index
            .checked_sub(1)
            .map_or(0, |before| self.tokens[before].end)
    }

    fn form(&mut self, first: usize) {
        let mut index = first;
        while index < self.tokens.len() {
            let token = self.tokens[index];
            let start = self.start(index);
            if self.repairs.is_some() {
                self.missing_closers(start);
            }
            index = self.step(index, token, start);
        }
        let end = self.tokens.last().map_or(0, |token| token.end);
        self.missing_closers(end);
        while let Some(frame) = self.frames.pop() {
            self.sink.close(end, frame.kind.is_prefix());
        }
    }

    #[inline]
    fn step(&mut self, index: usize, token: Token, start: u32) -> usize {
        if token.is_dirty() {
            self.diagnose(index, token);
        }
        let kind = token.kind;
        if kind.is_trivia() {
            self.comma(index, token, start);
            self.sink.token(token, start);
        } else if kind.is_atom() {
            self.atom(kind, token, start);
        } else if kind.is_closer() {
            self.closer(token, start);
        } else if self.frames.len() >= MAX_DEPTH {
            return self.flat(index, start);
        } else if kind.is_opener() {
            self.open(token, start);
        } else {
            self.open(token, start);
            if self.dangles(index) {
                self.frames.pop();
                self.errors
                    .push(dangling_prefix(self.source, start, token.end));
                self.sink.close(token.end, false);
                self.done(token.end);
            }
        }
        index + 1
    }

    fn diagnose(&mut self, index: usize, token: Token) {
        let previous = index.checked_sub(1).map(|before| self.tokens[before]);
        token_report::diagnose(self.source, self.limit, previous, token, self.errors);
    }

    fn atom(&mut self, kind: SyntaxKind, token: Token, start: u32) {
        if let Some(frame) = self.frames.last_mut()
            && frame.empty
        {
            frame.empty = false;
            if kind == KEYWORD && frame.kind == L_PAREN {
                match &self.source.text()[start as usize..token.end as usize] {
                    ":wat::core::quasiquote" => frame.templates += 1,
                    ":wat::core::unquote" | ":wat::core::unquote-splicing" => {
                        frame.templates = frame.templates.saturating_sub(1);
                    }
                    _ => {}
                }
            }
        }
        self.sink.atom(kind, token, start);
        self.done(token.end);
    }

    fn open(&mut self, token: Token, start: u32) {
        let mut templates = 0;
        if let Some(frame) = self.frames.last_mut() {
            frame.empty = false;
            templates = frame.templates;
        }
        let templates = match token.kind {
            BACKTICK => templates + 1,
            TILDE | TILDE_AT => templates.saturating_sub(1),
            _ => templates,
        };
        self.frames.push(Frame {
            kind: token.kind,
            templates,
            empty: true,
        });
        self.sink.open(token, start);
    }

    /// A form has been read: the prefixes before it are complete.
    #[inline]
    fn done(&mut self, end: u32) {
        while self
            .frames
            .last()
            .is_some_and(|frame| frame.kind.is_prefix())
        {
            self.frames.pop();
            self.sink.close(end, true);
        }
    }

    fn closer(&mut self, token: Token, start: u32) {
        if self.frames.is_empty() || self.take_stray(start) {
            if let Some(frame) = self.frames.last_mut() {
                frame.empty = false;
            }
            self.sink.atom(ERROR, token, start);
            return self.done(token.end);
        }
        self.sink.token(token, start);
        self.frames.pop();
        self.sink.close(token.end, true);
        self.done(token.end);
    }

    fn take_stray(&mut self, start: u32) -> bool {
        let Some(repairs) = self.repairs else {
            return false;
        };
        let stray = repairs.strays.get(self.next_stray) == Some(&(start.wrapping_sub(self.base)));
        self.next_stray += usize::from(stray);
        stray
    }

    /// Closes what lacks its closer at or before `offset`.
    fn missing_closers(&mut self, offset: u32) {
        while self.take_missing_closer(offset) {
            let at = self.last_significant(offset);
            if self.frames.pop().is_some() {
                self.sink.close(at, false);
                self.done(at);
            }
        }
    }

    fn take_missing_closer(&mut self, offset: u32) -> bool {
        let Some(repairs) = self.repairs else {
            return false;
        };
        let closer = repairs.closers.get(self.next_closer);
        let found = closer.is_some_and(|closer| closer.at + self.base <= offset);
        self.next_closer += usize::from(found);
        found
    }

    fn last_significant(&self, offset: u32) -> u32 {
        let before = self.next_closer.checked_sub(1);
        let closer = before.and_then(|before| self.repairs?.closers.get(before));
        closer.map_or(offset, |closer| closer.at + self.base)
    }

    /// True if no operand follows the prefix at `index`.
    fn dangles(&self, index: usize) -> bool {
        let end = self.tokens[index].end;
        let closed = self.repairs.is_some_and(|repairs| {
            let next = repairs.closers.get(self.next_closer);
            next.is_some_and(|closer| closer.at + self.base <= end)
        });
        let next = self.tokens[index + 1..]
            .iter()
            .find(|token| !token.kind.is_trivia());
        closed || next.is_none_or(|token| token.kind.is_closer())
    }

    /// P7: a comma of the whitespace at `index` that stands directly before a form in a template.
    #[inline]
    fn comma(&mut self, index: usize, token: Token, start: u32) {
        if token.kind != WHITESPACE || self.frames.last().is_none_or(|frame| frame.templates == 0) {
            return;
        }
        let text = self.source.text();
        let blank = &text[start as usize..token.end as usize];
        let before = match blank.len() {
            1 => index
                .checked_sub(1)
                .is_some_and(|before| self.tokens[before].kind.is_opener()),
            _ => true,
        };
        let form = self
            .tokens
            .get(index + 1)
            .is_some_and(|next| !next.kind.is_trivia() && !next.kind.is_closer());
        if blank.ends_with(',') && before && form {
            self.errors.push(comma_as_unquote(text, token.end - 1));
        }
    }

    /// What is nested too deeply, from the opener or prefix at `first` to its end: all its tokens in one flat node.
    fn flat(&mut self, first: usize, start: u32) -> usize {
        if let Some(frame) = self.frames.last_mut() {
            frame.empty = false;
        }
        let mut depth = 0usize;
        let mut end = first;
        let mut index = first;
        while let Some(&token) = self.tokens.get(index) {
            if !token.kind.is_trivia() {
                let offset = self.start(index);
                while depth > 0 && self.take_missing_closer(offset) {
                    depth -= 1;
                }
                if index > first && depth == 0 && !self.tokens[end - 1].kind.is_prefix() {
                    break;
                }
                if token.kind.is_opener() {
                    depth += 1;
                } else if token.kind.is_closer() && !self.take_stray(offset) {
                    if depth == 0 {
                        break;
                    }
                    depth -= 1;
                }
                end = index + 1;
            }
            index += 1;
            if end == index && depth == 0 && !token.kind.is_prefix() {
                break;
            }
        }
        while depth > 0 && self.take_missing_closer(u32::MAX - self.base) {
            depth -= 1;
        }
        self.flat_node(first, end, start);
        end
    }

    fn flat_node(&mut self, first: usize, end: usize, start: u32) {
        self.errors.push(too_deep(start, self.tokens[first].end));
        self.sink.open_flat(start);
        for index in first..end {
            let token = self.tokens[index];
            if index > first && token.is_dirty() {
                self.diagnose(index, token);
            }
            self.sink.flat(token, self.start(index));
        }
        let to = self.tokens[end - 1].end;
        self.sink.close_flat(to);
        self.flat_regions.push((start, to));
        self.done(to);
    }

    /// The diagnostics of the repairs (R23).
    fn repair_errors(&mut self) {
        let Some(repairs) = self.repairs else {
            return;
        };
        let base = self.base;
        let shown = |at: u32, regions: &[(u32, u32)]| {
            let at = at + base;
            let region = regions.partition_point(|&(from, _)| from <= at);
            region
                .checked_sub(1)
                .is_none_or(|region| regions[region].1 <= at)
        };
        for group in repairs.closers.chunk_by(|a, b| a.at == b.at) {
            let outermost = group[group.len() - 1];
            if shown(outermost.opener, &self.flat_regions)
                && !self.swallowed(outermost.at + base, group.len())
            {
                let text: String = group
                    .iter()
                    .map(|closer| closer.kind.closer_text())
                    .collect();
                self.errors.push(unclosed(
                    outermost.opener + base,
                    outermost.kind,
                    outermost.at + base,
                    text,
                ));
            }
        }
        for wrong in &repairs.substitutions {
            if shown(wrong.closer, &self.flat_regions) {
                self.errors.push(mismatched(
                    self.source,
                    wrong.closer + base,
                    wrong.opener + base,
                    wrong.kind,
                ));
            }
        }
        for &stray in &repairs.strays {
            if shown(stray, &self.flat_regions) {
                self.errors
                    .push(unexpected_closer(self.source, stray + base));
            }
        }
    }

    /// R11: the string that ends at `offset` lost its quote, and swallowed at least `count` closers.
    fn swallowed(&self, offset: u32, count: usize) -> bool {
        let index = self.tokens.partition_point(|token| token.end < offset);
        let Some(token) = self.tokens.get(index) else {
            return false;
        };
        if token.end != offset || token.kind != STRING || token.flags & Token::OPEN == 0 {
            return false;
        }
        let text = &self.source.text()[self.start(index) as usize..offset as usize];
        let text = text.trim_end_matches([' ', '\t', ',']);
        let closers = text
            .bytes()
            .rev()
            .take_while(|byte| matches!(byte, b')' | b']' | b'}'));
        closers.count() >= count
    }
}

fn range(start: u32, end: u32) -> TextRange {
    TextRange::new(TextSize::new(start), TextSize::new(end))
}

fn byte_text(source: &SourceText, at: u32) -> &str {
    source
        .text()
        .get(at as usize..at as usize + 1)
        .unwrap_or_default()
}

fn opener_text(kind: SyntaxKind) -> &'static str {
    match kind {
        L_PAREN => "(",
        L_BRACK => "[",
        HASH_BRACE => "#{",
        _ => "{",
    }
}

fn opener_range(at: u32, kind: SyntaxKind) -> TextRange {
    range(at, at + opener_text(kind).len() as u32)
}

fn dangling_prefix(source: &SourceText, start: u32, end: u32) -> SyntaxError {
    let prefix = &source.text()[start as usize..end as usize];
    SyntaxError::new(
        codes::DANGLING_PREFIX,
        range(start, end),
        format!("no form follows the prefix `{prefix}`"),
    )
    .with_help("delete the prefix, or write the form it belongs to")
}

fn too_deep(start: u32, end: u32) -> SyntaxError {
    SyntaxError::new(
        codes::NESTING_TOO_DEEP,
        range(start, end),
        format!("forms nest more than {MAX_DEPTH} deep here"),
    )
    .with_help("give a name to a part of it")
}

fn comma_as_unquote(text: &str, at: u32) -> SyntaxError {
    let splice = text.as_bytes().get(at as usize + 1) == Some(&b'@');
    let comma = range(at, at + 1);
    let prefix = if splice { "~@" } else { "~" };
    SyntaxError::new(
        codes::COMMA_AS_UNQUOTE,
        comma,
        "this comma is whitespace: it does not insert a value into the template",
    )
    .with_help(format!("`{prefix}` inserts a value"))
    .maybe(
        format!("write `{prefix}`"),
        vec![TextEdit::replace(comma, "~")],
    )
}

fn unclosed(opener: u32, kind: SyntaxKind, at: u32, closers: String) -> SyntaxError {
    SyntaxError::new(
        codes::UNCLOSED_DELIMITER,
        opener_range(opener, kind),
        format!("this `{}` is never closed", opener_text(kind)),
    )
    .with_help(format!("`{closers}` is missing after the form before it"))
    .with_label(range(at, at), "a closer is missing here")
    .maybe(
        format!("insert `{closers}`"),
        vec![TextEdit::insert(TextSize::new(at), closers)],
    )
}

fn mismatched(source: &SourceText, closer: u32, opener: u32, kind: SyntaxKind) -> SyntaxError {
    let at = range(closer, closer + 1);
    let right = kind.closer_text();
    SyntaxError::new(
        codes::MISMATCHED_CLOSER,
        at,
        format!(
            "`{}` does not close `{}`",
            byte_text(source, closer),
            opener_text(kind)
        ),
    )
    .with_label(opener_range(opener, kind), "opened here")
    .machine(
        format!("write `{right}`"),
        vec![TextEdit::replace(at, right)],
    )
}

/// WAT1031 for the closer at `at`.
pub(crate) fn unexpected_closer(source: &SourceText, at: u32) -> SyntaxError {
    let closer = range(at, at + 1);
    SyntaxError::new(
        codes::UNEXPECTED_CLOSER,
        closer,
        format!(
            "nothing is open that this `{}` closes",
            byte_text(source, at)
        ),
    )
    .maybe("delete it", vec![TextEdit::delete(closer)])
}
