//! Tokens to the nodes of one top-level form, in one pass.

use wat_syntax::{SourceText, SyntaxKind, scan};

use crate::rune;
use crate::token::{Token, blank_lines};
use crate::tree::*;

/// The deepest nesting that the reader accepts.
const MAX_DEPTH: usize = 1024;

/// The tokens do not make a form; the reader says why.
#[derive(Debug)]
pub(crate) struct Broken;

/// A container or prefix that is being read.
struct Frame {
    node: u32,
    /// Elements so far.
    count: u32,
    /// Columns of the elements so far, without the blanks between them.
    width: u32,
    binds: u32,
    flags: u16,
    symbols: bool,
}

/// Reads one form after the other, with the same buffers.
pub(crate) struct Builder<'a> {
    pub tree: Tree<'a>,
    frames: Vec<Frame>,
    /// Prefixes that wait for their operand; comments up to it go before them (F12).
    prefixes: Vec<(Kind, u32)>,
    /// Where the run of comments starts that stands at the end of the array behind an element and would follow a closer
    /// to the outside (F54).
    tail: Option<u32>,
    /// A verbatim rune stands directly above.
    rune: bool,
    /// Nothing is copied and no prefix replaces a head.
    plain: bool,
    /// The node that is copied.
    verbatim: Option<u32>,
    /// Blank lines before the next node.
    blanks: u16,
    /// Start of the blanks before the current token, which is the end of the last one.
    gap: u32,
    /// The token before, if it is a keyword.
    keyword: Option<Token>,
}

impl<'a> Builder<'a> {
    pub fn new(text: &'a str) -> Self {
        Builder {
            tree: Tree {
                text,
                nodes: Vec::new(),
            },
            frames: Vec::new(),
            prefixes: Vec::new(),
            tail: None,
            rune: false,
            plain: false,
            verbatim: None,
            blanks: 0,
            gap: 0,
            keyword: None,
        }
    }

    fn clear(&mut self, rune: bool) {
        self.plain = false;
        self.tree.nodes.clear();
        self.frames.clear();
        self.prefixes.clear();
        self.tail = None;
        self.verbatim = None;
        self.blanks = 0;
        self.rune = rune;
        self.keyword = None;
    }

    /// Reads the form that starts with the token `at`, and the comment behind it on its line. Gives the index of the
    /// token after it. The nodes are comments that went before the form, the form, and comments that go behind it.
    pub fn form(&mut self, tokens: &[Token], mut at: usize, rune: bool) -> Result<usize, Broken> {
        self.clear(rune);
        self.gap = tokens[at].start;
        while let Some(&token) = tokens.get(at) {
            self.token(token)?;
            at += 1;
            if self.frames.is_empty()
                && self.prefixes.is_empty()
                && token.kind != SyntaxKind::WHITESPACE
            {
                break;
            }
        }
        if !self.frames.is_empty() || !self.prefixes.is_empty() {
            return Err(Broken);
        }
        let comment = match &tokens[at..] {
            [blank, comment, ..]
                if blank.kind == SyntaxKind::WHITESPACE && !blank.has_break(self.tree.text) =>
            {
                (comment.kind == SyntaxKind::COMMENT).then_some((at + 2, *comment))
            }
            [comment, ..] if comment.kind == SyntaxKind::COMMENT => Some((at + 1, *comment)),
            _ => None,
        };
        if let Some((next, comment)) = comment {
            self.behind(comment);
            at = next;
        }
        Ok(at)
    }

    /// Reads the start of a form up to `tokens`' end, adds a symbol as the element that could come next, and closes
    /// everything. Gives the containers around that symbol, outermost first.
    pub fn open_path(&mut self, tokens: &[Token], offset: u32) -> Result<Vec<u32>, Broken> {
        self.clear(false);
        self.plain = true;
        self.gap = tokens.first().map_or(offset, |token| token.start);
        for &token in tokens {
            self.token(token)?;
        }
        self.token(Token {
            kind: SyntaxKind::SYMBOL,
            start: offset,
            end: offset,
        })?;
        let path = self.frames.iter().map(|frame| frame.node).collect();
        while !self.frames.is_empty() {
            self.close(offset);
        }
        Ok(path)
    }

    #[inline]
    fn token(&mut self, token: Token) -> Result<(), Broken> {
        use SyntaxKind::*;
        match token.kind {
            WHITESPACE => {
                let text = &self.tree.text.as_bytes()[token.start as usize..token.end as usize];
                if text != b" " && self.prefixes.is_empty() {
                    self.blanks = blank_lines(text);
                }
                return Ok(());
            }
            COMMENT => self.comment(token),
            L_PAREN => self.open(Kind::List, token)?,
            L_BRACK => self.open(Kind::Vector, token)?,
            L_BRACE => self.open(Kind::Brace, token)?,
            HASH_BRACE => self.open(Kind::Set, token)?,
            R_PAREN => self.closer(")", token)?,
            R_BRACK => self.closer("]", token)?,
            R_BRACE => self.closer("}", token)?,
            QUOTE => self.prefix(Kind::Quote, token)?,
            BACKTICK => self.prefix(Kind::Quasiquote, token)?,
            TILDE => self.prefix(Kind::Unquote, token)?,
            TILDE_AT => self.prefix(Kind::Splice, token)?,
            INT | FLOAT | BOOL | STRING | KEYWORD | SYMBOL | ERROR => self.atom(token),
            _ => return Err(Broken),
        }
        self.gap = token.end;
        self.keyword = (token.kind == KEYWORD).then_some(token);
        Ok(())
    }

    /// What starts every element but the operands of prefixes: the comments before it stay where they are.
    fn element(&mut self, start: u32) {
        if self.verbatim.is_none() {
            self.settle();
            let rune = std::mem::take(&mut self.rune) && self.blanks == 0 && !self.plain;
            if rune {
                self.verbatim = Some(self.tree.nodes.len() as u32);
            }
        }
        let gap = &self.tree.text[self.gap as usize..start as usize];
        if let Some(frame) = self.frames.last_mut() {
            let tidy = if frame.count == 0 {
                gap.is_empty()
            } else {
                gap == " "
            };
            if !tidy {
                frame.flags &= !TIDY;
            }
        }
    }

    /// The comments at the end of the array belong into the container that is being read.
    fn settle(&mut self) {
        if self.tail.take().is_some() {
            self.mark_commented();
        }
    }

    fn mark_commented(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.flags |= FORCED | INNER | COMMENTED;
        }
    }

    fn push(&mut self, kind: Kind, token: Token, width: u32, flags: u16) -> u32 {
        let index = self.tree.nodes.len() as u32;
        let flags = flags | std::mem::take(&mut self.blanks);
        let Token { start, end, .. } = token;
        self.tree.nodes.push(Node {
            start,
            end,
            next: index + 1,
            width,
            flags,
            kind,
        });
        index
    }

    fn check_depth(&self) -> Result<(), Broken> {
        let depth = self.frames.len() + self.prefixes.len();
        if depth < MAX_DEPTH {
            Ok(())
        } else {
            Err(Broken)
        }
    }

    fn prefix(&mut self, kind: Kind, token: Token) -> Result<(), Broken> {
        self.check_depth()?;
        if self.prefixes.is_empty() {
            self.element(token.start);
        }
        self.prefixes.push((kind, token.start));
        Ok(())
    }

    /// Writes down the prefixes whose operand starts at `start`.
    fn operand(&mut self, start: u32) {
        if self.prefixes.is_empty() {
            return self.element(start);
        }
        // A rune between prefix and operand is one above the prefix from now on; that form is broken by its rule.
        let rune = std::mem::take(&mut self.rune) && self.verbatim.is_none();
        let mut prefixes = std::mem::take(&mut self.prefixes);
        for (at, &(kind, from)) in prefixes.iter().enumerate() {
            let end = from + kind.opener().len() as u32;
            let next = prefixes.get(at + 1).map_or(start, |&(_, next)| next);
            let tidy = if end == next { TIDY } else { 0 };
            let flags = if rune { tidy | FORCED } else { tidy };
            let node = self.push(
                kind,
                Token {
                    kind: SyntaxKind::ERROR,
                    start: from,
                    end,
                },
                0,
                0,
            );
            self.frames.push(Frame {
                node,
                count: 0,
                width: 0,
                binds: 0,
                flags,
                symbols: false,
            });
        }
        prefixes.clear();
        self.prefixes = prefixes;
        self.blanks = 0;
    }

    fn open(&mut self, kind: Kind, token: Token) -> Result<(), Broken> {
        self.check_depth()?;
        self.operand(token.start);
        let node = self.push(kind, token, 0, 0);
        self.frames.push(Frame {
            node,
            count: 0,
            width: 0,
            binds: 0,
            flags: TIDY,
            symbols: true,
        });
        Ok(())
    }

    fn atom(&mut self, token: Token) {
        self.operand(token.start);
        let text = &self.tree.text[token.start as usize..token.end as usize];
        let (kind, width, flags) = match token.kind {
            SyntaxKind::KEYWORD => (Kind::Keyword, text.len(), TIDY),
            SyntaxKind::SYMBOL => (symbol(text), text.len(), TIDY),
            SyntaxKind::STRING if text.bytes().any(|byte| byte == b'\n' || byte == b'\r') => {
                (Kind::Literal, text.len(), TIDY | FORCED | INNER)
            }
            SyntaxKind::STRING => (Kind::Literal, text.chars().count(), TIDY),
            _ => (Kind::Literal, text.len(), TIDY),
        };
        let apart = match self.keyword {
            Some(keyword) if kind == Kind::Symbol => glues(self.text(keyword), self.text(token)),
            _ => false,
        };
        let flags = if apart { flags | APART } else { flags };
        let index = self.push(kind, token, width as u32, flags);
        if apart && let Some(frame) = self.frames.last_mut() {
            frame.flags |= FORCED | INNER;
        }
        self.finish(index, token.end);
    }

    fn text(&self, token: Token) -> &'a str {
        &self.tree.text[token.start as usize..token.end as usize]
    }

    fn closer(&mut self, text: &str, token: Token) -> Result<(), Broken> {
        let Some(frame) = self.frames.last_mut() else {
            return Err(Broken);
        };
        if !self.prefixes.is_empty() || self.tree.nodes[frame.node as usize].kind.closer() != text {
            return Err(Broken);
        }
        if self.gap != token.start {
            frame.flags &= !TIDY;
        }
        if self.tail.is_none() {
            self.rune = false;
        }
        self.blanks = 0;
        self.close(token.end);
        Ok(())
    }

    /// Closes the innermost container, which ends at `end`.
    fn close(&mut self, end: u32) {
        let Some(frame) = self.frames.pop() else {
            return;
        };
        let index = frame.node;
        let mut flags = frame.flags;
        let next = self.tail.unwrap_or(self.tree.nodes.len() as u32);
        let node = &mut self.tree.nodes[index as usize];
        node.next = next;
        node.end = end;
        let kind = node.kind;
        let delimiters = if kind == Kind::Set { 3 } else { 2 };
        node.width = frame.width + delimiters + frame.count.saturating_sub(1);
        if frame.binds > 0 {
            flags |= BINDERS;
        }
        if frame.binds > 1 && matches!(kind, Kind::List | Kind::Vector) {
            flags |= FORCED;
        }
        if kind == Kind::Brace && frame.symbols {
            flags |= PATTERN;
        }
        if kind == Kind::List {
            if let Some((prefix, width)) = self.sugar(&frame) {
                let node = &mut self.tree.nodes[index as usize];
                (node.kind, node.width) = (prefix, width);
                flags = (flags | SUGAR) & !TIDY;
            } else if self.tree.is_vertical(index, frame.count) {
                flags |= FORCED;
            }
        }
        self.tree.nodes[index as usize].flags |= flags;
        self.finish(index, end);
    }

    /// The prefix that stands for the head of a list, and its width with its operand (F11).
    fn sugar(&self, frame: &Frame) -> Option<(Kind, u32)> {
        if self.plain || frame.count != 2 || frame.flags & COMMENTED != 0 {
            return None;
        }
        let prefix = match self.tree.text_of(frame.node + 1) {
            ":wat::core::quote" => Kind::Quote,
            ":wat::core::quasiquote" => Kind::Quasiquote,
            ":wat::core::unquote" => Kind::Unquote,
            ":wat::core::unquote-splicing" => Kind::Splice,
            _ => return None,
        };
        let operand = self.tree.node(frame.node + 2);
        Some((prefix, prefix.opener().len() as u32 + operand.width))
    }

    /// Adds a finished element to what is around it; a prefix is finished with its operand.
    fn finish(&mut self, mut index: u32, end: u32) {
        loop {
            if self.verbatim == Some(index) {
                self.copy(index, end);
            }
            let child = self.tree.nodes[index as usize];
            let Some(frame) = self.frames.last_mut() else {
                return;
            };
            frame.count += 1;
            frame.width += child.width;
            frame.binds += u32::from(child.kind == Kind::Bind);
            frame.symbols &= matches!(
                child.kind,
                Kind::Symbol | Kind::Arrow | Kind::Bind | Kind::Rest
            );
            if child.has(FORCED) {
                frame.flags |= FORCED | INNER;
            }
            frame.flags |= child.flags & COMMENTED;
            if !child.has(TIDY) {
                frame.flags &= !TIDY;
            }
            let parent = frame.node;
            if !self.tree.node(parent).kind.is_prefix() {
                return;
            }
            let flags = frame.flags;
            self.frames.pop();
            let node = &mut self.tree.nodes[parent as usize];
            node.next = child.next;
            node.width = child.width + node.kind.opener().len() as u32;
            node.end = end;
            node.flags |= flags;
            index = parent;
        }
    }

    /// Makes one node of the form `index` (F57).
    fn copy(&mut self, index: u32, end: u32) {
        self.verbatim = None;
        self.tail = None;
        self.tree.nodes.truncate(index as usize + 1);
        let node = &mut self.tree.nodes[index as usize];
        node.next = index + 1;
        node.end = end;
        if node.kind.is_container() || node.kind.is_prefix() {
            node.flags = node.flags & (BLANKS | PATTERN | BINDERS) | FORCED | INNER | VERBATIM;
        }
    }

    fn comment(&mut self, token: Token) {
        if self.verbatim.is_some() {
            self.blanks = 0;
            return;
        }
        let gap = &self.tree.text.as_bytes()[self.gap as usize..token.start as usize];
        let same_line = !gap.iter().any(|byte| matches!(byte, b'\n' | b'\r'));
        let after_element =
            self.frames.last().is_some_and(|frame| frame.count > 0) && self.prefixes.is_empty();
        if same_line && after_element {
            return self.behind(token);
        }
        self.settle();
        if self.blanks > 0 {
            self.rune = false;
        }
        self.rune |= rune::is_verbatim(&self.tree.text[token.start as usize..token.end as usize]);
        self.push(Kind::Comment, token, 0, 0);
        self.mark_commented();
    }

    /// A comment behind an element on its line. The first stays there, others that closers bring to it go below (F54).
    fn behind(&mut self, token: Token) {
        self.blanks = 0;
        if self.tail.is_some() {
            self.rune |=
                rune::is_verbatim(&self.tree.text[token.start as usize..token.end as usize]);
            self.push(Kind::Comment, token, 0, 0);
        } else {
            self.tail = Some(self.push(Kind::Comment, token, 0, TRAILING));
        }
    }
}

/// Does the reader take a keyword and a symbol behind it on its line for one keyword, as in `:a <b>`?
fn glues(keyword: &str, symbol: &str) -> bool {
    symbol.starts_with('<') && {
        let line = SourceText::new(format!("({keyword} {symbol})"));
        !scan(&line).errors.is_empty()
    }
}

fn symbol(text: &str) -> Kind {
    match text {
        "->" => Kind::Arrow,
        "<-" => Kind::Bind,
        "&" => Kind::Rest,
        _ => Kind::Symbol,
    }
}
