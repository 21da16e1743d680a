//! Forms as data: no trivia, no positions, no notation.

use std::cell::Cell;

use rowan::{TextRange, TextSize};
use rustc_hash::FxHashMap;

use crate::cut::{CutTokens, Verdict};
use crate::diag::{Severity, SyntaxError};
use crate::intern::TextTable;
use crate::kind::SyntaxKind::*;
use crate::lexer::keyword::Limit;
use crate::lexer::token_report::diagnose;
use crate::lexer::{Token, Value, keyword_report, read_number, string};
use crate::parse::form_tokens;
use crate::source::SourceText;
use crate::walk::{FormTokens, Sink, walk};

/// A node of a form, by its place in pre-order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NodeId(pub u32);

/// A text of a form's text table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TextId(pub u32);

/// What a node is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum NodeKind {
    /// An integer.
    Int(i64),
    /// A float, by its bits.
    Float(u64),
    /// A truth value.
    Bool(bool),
    /// The value of a string.
    Str(TextId),
    /// A keyword with its leading colon.
    Keyword(TextId),
    /// A symbol.
    Symbol(TextId),
    /// `( … )`, or a prefix and its operand.
    List,
    /// `[ … ]`
    Vector,
    /// `{ … }`
    Brace,
    /// `#{ … }`
    Set,
    /// Something that could not be read.
    Error,
}

/// A form: nodes in pre-order.
///
/// Two are equal if the forms are equal as data (P21) and the reader found fault with the same nodes. Texts are numbered
/// by first occurrence, so equal forms have equal tables. Symbols with one text are one identifier: an expanded form
/// keeps equal names with other scopes apart.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Ast {
    kinds: Box<[NodeKind]>,
    /// For each node, the node after its last descendant.
    ends: Box<[u32]>,
    texts: TextTable,
    /// Poisoned nodes, ascending.
    poisoned: Box<[u32]>,
    /// Atoms with a reader error that are usable all the same, ascending.
    repaired: Box<[u32]>,
}

/// Where the nodes of a form stand, relative to its start.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct AstSpans(Box<[(u32, u32)]>);

/// The children of a node.
#[derive(Clone, Debug)]
pub struct Children<'a> {
    ast: &'a Ast,
    next: u32,
    end: u32,
}

impl Iterator for Children<'_> {
    type Item = NodeId;

    #[inline]
    fn next(&mut self) -> Option<NodeId> {
        (self.next < self.end).then(|| {
            let node = self.next;
            self.next = self.ast.ends[node as usize];
            NodeId(node)
        })
    }
}

impl Ast {
    /// The form itself.
    pub fn root(&self) -> NodeId {
        NodeId(0)
    }

    /// The number of nodes.
    pub fn len(&self) -> usize {
        self.kinds.len()
    }

    /// True if there is no node: the text of the form held none.
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// What a node is.
    #[inline]
    pub fn kind(&self, node: NodeId) -> NodeKind {
        self.kinds[node.0 as usize]
    }

    /// The children of a node, in order.
    #[inline]
    pub fn children(&self, node: NodeId) -> Children<'_> {
        Children {
            ast: self,
            next: node.0 + 1,
            end: self.ends[node.0 as usize],
        }
    }

    /// The children of a node from one of them on.
    pub fn children_from(&self, node: NodeId, first: NodeId) -> Children<'_> {
        Children {
            ast: self,
            next: first.0,
            end: self.ends[node.0 as usize],
        }
    }

    /// How many children a node has.
    pub fn child_count(&self, node: NodeId) -> usize {
        self.children(node).count()
    }

    /// The node after the last descendant of a node.
    pub fn subtree_end(&self, node: NodeId) -> NodeId {
        NodeId(self.ends[node.0 as usize])
    }

    /// A text of the table.
    #[inline]
    pub fn text(&self, text: TextId) -> &str {
        self.texts.get(text)
    }

    /// The text table. In a form as read no text stands twice; in an expanded one a name stands once for each
    /// identifier of that name.
    pub fn texts(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.texts.len() as u32).map(|id| self.texts.get(TextId(id)))
    }

    /// K34 for a keyword; R30 for a list: its shape is not to be judged.
    #[inline]
    pub fn is_poisoned(&self, node: NodeId) -> bool {
        !self.poisoned.is_empty() && self.poisoned.binary_search(&node.0).is_ok()
    }

    /// Did the reader find an error in the subtree of a node? Such a form has no canonical bytes (S14).
    pub fn has_errors(&self, node: NodeId) -> bool {
        let end = self.subtree_end(node).0;
        let within = |nodes: &[u32]| {
            let at = nodes.partition_point(|&other| other < node.0);
            nodes.get(at).is_some_and(|&other| other < end)
        };
        let kinds = &self.kinds[node.0 as usize..end as usize];
        within(&self.poisoned) || within(&self.repaired) || kinds.contains(&NodeKind::Error)
    }

    /// Is any node poisoned or erroneous?
    pub fn is_damaged(&self) -> bool {
        !self.poisoned.is_empty() || self.kinds.contains(&NodeKind::Error)
    }

    /// The text of a keyword.
    #[inline]
    pub fn as_keyword(&self, node: NodeId) -> Option<&str> {
        match self.kind(node) {
            NodeKind::Keyword(text) => Some(self.text(text)),
            _ => None,
        }
    }

    /// The name of a symbol.
    #[inline]
    pub fn as_symbol(&self, node: NodeId) -> Option<&str> {
        match self.kind(node) {
            NodeKind::Symbol(text) => Some(self.text(text)),
            _ => None,
        }
    }

    /// The value of a string.
    #[inline]
    pub fn as_str(&self, node: NodeId) -> Option<&str> {
        match self.kind(node) {
            NodeKind::Str(text) => Some(self.text(text)),
            _ => None,
        }
    }
}

impl AstSpans {
    /// The range of a node. The head that a prefix stands for has the range of the prefix.
    pub fn range(&self, node: NodeId) -> TextRange {
        let (start, end) = self.0[node.0 as usize];
        TextRange::new(TextSize::new(start), TextSize::new(end))
    }

    /// The smallest node whose range contains an offset; at a border, the node that begins there.
    pub fn node_at(&self, ast: &Ast, offset: TextSize) -> Option<NodeId> {
        let offset = u32::from(offset);
        let inside = |node: NodeId| {
            self.0[node.0 as usize].0 <= offset && offset <= self.0[node.0 as usize].1
        };
        let mut at = Some(ast.root()).filter(|&root| !ast.is_empty() && inside(root))?;
        while let Some(child) = ast.children(at).filter(|&child| inside(child)).last() {
            at = child;
        }
        Some(at)
    }
}

/// Builds forms, bottom-up: leaves and nested nodes in pre-order.
#[derive(Debug, Default)]
pub struct AstBuilder {
    kinds: Vec<NodeKind>,
    ends: Vec<u32>,
    spans: Vec<(u32, u32)>,
    texts: TextTable,
    /// Texts that are kept apart, by text and mark.
    apart: FxHashMap<String, FxHashMap<Box<[u8]>, TextId>>,
    poisoned: Vec<u32>,
    repaired: Vec<u32>,
    open: Vec<u32>,
}

impl AstBuilder {
    /// An empty builder.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes the builder empty, with room for about so many nodes from so many bytes of text.
    fn clear_for(&mut self, nodes: usize, bytes: usize) {
        self.kinds.clear();
        self.kinds.reserve(nodes);
        self.ends.clear();
        self.ends.reserve(nodes);
        self.spans.clear();
        self.spans.reserve(nodes);
        self.texts.clear_for(nodes / 2, bytes / 2);
        self.apart.clear();
        self.poisoned.clear();
        self.repaired.clear();
        self.open.clear();
    }

    /// The id of a text.
    pub fn text(&mut self, text: &str) -> TextId {
        self.texts.intern(text)
    }

    /// The id of a text that is kept apart from equal texts with another mark, or without one.
    pub fn text_apart(&mut self, text: &str, mark: &[u8]) -> TextId {
        if let Some(&known) = self.apart.get(text).and_then(|marks| marks.get(mark)) {
            return known;
        }
        let id = self.texts.append(text);
        let marks = self.apart.entry(text.to_owned()).or_default();
        marks.insert(mark.into(), id);
        id
    }

    /// Appends a leaf.
    pub fn leaf(&mut self, kind: NodeKind, range: TextRange) -> NodeId {
        self.push(kind, range.start().into(), range.end().into())
    }

    /// Starts a node with children.
    pub fn open(&mut self, kind: NodeKind, start: TextSize) -> NodeId {
        let node = self.push(kind, start.into(), start.into());
        self.open.push(node.0);
        node
    }

    /// Ends the innermost open node.
    pub fn close(&mut self, end: TextSize) {
        if let Some(node) = self.open.pop() {
            self.ends[node as usize] = self.kinds.len() as u32;
            self.spans[node as usize].1 = end.into();
        }
    }

    /// Marks the innermost open node as poisoned.
    pub fn poison(&mut self) {
        if let Some(&node) = self.open.last() {
            self.poisoned.push(node);
        }
    }

    /// Marks a node as poisoned.
    pub fn poison_node(&mut self, node: NodeId) {
        self.poisoned.push(node.0);
    }

    fn push(&mut self, kind: NodeKind, start: u32, end: u32) -> NodeId {
        let node = self.kinds.len() as u32;
        self.kinds.push(kind);
        self.ends.push(node + 1);
        self.spans.push((start, end));
        NodeId(node)
    }

    /// The form, and where its nodes stand.
    pub fn finish(mut self) -> (Ast, AstSpans) {
        self.finished()
    }

    /// The same, in memory that has the right size; that of the builder is free for the next form.
    fn finished(&mut self) -> (Ast, AstSpans) {
        while !self.open.is_empty() {
            self.close(TextSize::new(self.spans.last().map_or(0, |span| span.1)));
        }
        self.poisoned.sort_unstable();
        self.poisoned.dedup();
        let ast = Ast {
            kinds: self.kinds.as_slice().into(),
            ends: self.ends.as_slice().into(),
            texts: self.texts.finished(),
            poisoned: self.poisoned.as_slice().into(),
            repaired: self.repaired.as_slice().into(),
        };
        (ast, AstSpans(self.spans.as_slice().into()))
    }
}

/// A form read on its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormSyntax {
    /// The form as data.
    pub ast: Ast,
    /// Where its nodes stand.
    pub spans: AstSpans,
    /// What is wrong with it; relative to its start, in order.
    pub errors: Vec<SyntaxError>,
}

/// Memory that is needed while a form is read: most forms are small, and there are many of them.
#[derive(Default)]
struct Scratch {
    tokens: Vec<Token>,
    builder: AstBuilder,
}

impl Scratch {
    /// A form of more bytes leaves nothing behind.
    const KEPT: usize = 1 << 18;
}

thread_local! {
    static SCRATCH: Cell<Scratch> = Cell::default();
}

/// Reads the text of one form as [`cut`](crate::cut) found it. Builds no tree.
pub fn read_form(source: &SourceText, verdict: &Verdict) -> FormSyntax {
    with_scratch(source, |Scratch { tokens, builder }| {
        form_tokens(source, verdict.0.as_deref(), tokens);
        read_tokens(source, verdict, tokens, builder)
    })
}

/// Reads a form whose tokens are known from its cut, as [`read_form`] does.
pub fn read_cut(source: &SourceText, verdict: &Verdict, tokens: &CutTokens) -> FormSyntax {
    with_scratch(source, |Scratch { builder, .. }| {
        read_tokens(source, verdict, &tokens.0, builder)
    })
}

fn with_scratch<T>(source: &SourceText, read: impl FnOnce(&mut Scratch) -> T) -> T {
    let mut scratch = SCRATCH.take();
    let result = read(&mut scratch);
    if source.len() <= Scratch::KEPT {
        SCRATCH.set(scratch);
    }
    result
}

fn read_tokens(
    source: &SourceText,
    verdict: &Verdict,
    tokens: &[Token],
    builder: &mut AstBuilder,
) -> FormSyntax {
    builder.clear_for(tokens.len() / 2 + 2, source.len());
    let mut errors = Vec::new();
    let mut reader = Reader { source, builder };
    let form = FormTokens {
        source,
        tokens,
        first: 0,
        end: tokens.len(),
        repairs: verdict.0.as_deref(),
        limit: Limit::Cut,
    };
    walk(form, &mut reader, &mut errors);
    let (ast, spans) = reader.builder.finished();
    FormSyntax { ast, spans, errors }
}

struct Reader<'a> {
    source: &'a SourceText,
    builder: &'a mut AstBuilder,
}

impl Reader<'_> {
    /// True if a dirty token has an error and not only a warning.
    #[cold]
    fn is_error(&self, token: Token, start: u32) -> bool {
        let mut errors = Vec::new();
        let previous = (start > 0).then_some(Token {
            end: start,
            kind: WHITESPACE,
            flags: 0,
        });
        diagnose(
            self.source,
            Limit::Cut,
            previous,
            (token, false),
            &mut errors,
        );
        errors.iter().any(|error| error.severity == Severity::Error)
    }

    fn value(&mut self, token: Token, start: u32) -> NodeKind {
        let text = &self.source.text()[start as usize..token.end as usize];
        match token.kind {
            SYMBOL => NodeKind::Symbol(self.builder.text(text)),
            BOOL => NodeKind::Bool(text == "true"),
            INT if !token.is_dirty()
                && text.len() < 18
                && text.bytes().all(|byte| byte.is_ascii_digit()) =>
            {
                NodeKind::Int(
                    text.bytes()
                        .fold(0, |value, digit| value * 10 + i64::from(digit - b'0')),
                )
            }
            INT | FLOAT => match read_number(text.as_bytes()).value {
                Value::Int(value) => NodeKind::Int(value),
                Value::Float(value) => NodeKind::Float(value.to_bits()),
                _ => NodeKind::Error,
            },
            STRING if token.flags & Token::ESCAPED == 0 && token.flags & Token::OPEN == 0 => {
                NodeKind::Str(self.builder.text(&text[1..text.len() - 1]))
            }
            STRING => {
                let value = string::value(text, token.flags & Token::OPEN == 0);
                NodeKind::Str(self.builder.text(&value))
            }
            KEYWORD if !token.is_dirty() => NodeKind::Keyword(self.builder.text(text)),
            KEYWORD if token.flags & Token::COLONLESS != 0 => {
                let value = format!(":{text}");
                NodeKind::Keyword(self.builder.text(&value))
            }
            KEYWORD => {
                let keyword = keyword_report::read(
                    self.source,
                    start as usize,
                    (token, false),
                    Limit::Cut,
                    &mut Vec::new(),
                );
                if keyword.poisoned {
                    let node = self.builder.kinds.len() as u32;
                    self.builder.poisoned.push(node);
                    self.builder.poison();
                }
                if keyword.empty {
                    return NodeKind::Error;
                }
                NodeKind::Keyword(self.builder.text(&keyword.value))
            }
            _ => NodeKind::Error,
        }
    }
}

impl Sink for Reader<'_> {
    #[inline]
    fn trivia(&mut self, _: Token, _: u32) {}

    #[inline]
    fn atom(&mut self, token: Token, start: u32) {
        let kind = self.value(token, start);
        if kind == NodeKind::Error {
            self.builder.poison();
        } else if token.is_dirty() && self.is_error(token, start) {
            self.builder.repaired.push(self.builder.kinds.len() as u32);
        }
        self.builder.push(kind, start, token.end);
    }

    #[inline]
    fn open(&mut self, token: Token, start: u32) {
        let kind = match token.kind {
            L_PAREN => NodeKind::List,
            L_BRACK => NodeKind::Vector,
            L_BRACE => NodeKind::Brace,
            _ => NodeKind::Set,
        };
        self.builder.open(kind, TextSize::new(start));
    }

    #[inline]
    fn close(&mut self, token: Option<Token>, start: u32) {
        if token.is_none() {
            self.builder.poison();
        }
        self.builder
            .close(TextSize::new(token.map_or(start, |token| token.end)));
    }

    fn stray(&mut self, _: Token, _: u32) {
        self.builder.poison();
    }

    fn prefix(&mut self, token: Token, start: u32) {
        self.builder.open(NodeKind::List, TextSize::new(start));
        if let Some(head) = token.kind.prefix_head() {
            let text = self.builder.text(head);
            self.builder.push(NodeKind::Keyword(text), start, token.end);
        }
    }

    fn end_prefix(&mut self, empty: bool, end: u32) {
        if empty {
            self.builder.poison();
        }
        self.builder.close(TextSize::new(end));
    }

    fn flat(&mut self, start: u32) {
        self.builder.poison();
        self.builder.push(NodeKind::Error, start, start);
    }

    fn flat_token(&mut self, _: Token, _: u32) {}

    fn end_flat(&mut self, end: u32) {
        if let Some(span) = self.builder.spans.last_mut() {
            span.1 = end;
        }
    }
}
