//! The lossless tree of a file or a form.

use rowan::{GreenNode, GreenNodeBuilder};

use crate::cut::{Verdict, refusal};
use crate::diag::{Severity, SyntaxError};
use crate::kind::SyntaxKind::{self, *};
use crate::kind::{SyntaxNode, WatLanguage};
use crate::lexer::keyword::Limit;
use crate::lexer::token_report::diagnose;
use crate::lexer::{Lexer, Token, lex_file};
use crate::repair::{Item, Repairs, Splitter};
use crate::source::SourceText;
use crate::walk::{FormTokens, Sink, start_of, stray_closer, walk};

/// The tree of a file, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parse {
    green: GreenNode,
    errors: Vec<SyntaxError>,
}

impl Parse {
    /// The root of the tree, a `FILE`.
    pub fn syntax(&self) -> SyntaxNode {
        SyntaxNode::new_root(self.green.clone())
    }

    /// The green tree.
    pub fn green(&self) -> &GreenNode {
        &self.green
    }

    /// All diagnostics of the reader, in source order.
    pub fn errors(&self) -> &[SyntaxError] {
        &self.errors
    }
}

/// Reads a file. Never fails: the leaves of the tree are the bytes of the source, whatever they are.
pub fn parse(source: &SourceText) -> Parse {
    let mut errors = Vec::new();
    let mut tree = Tree::new(source);
    tree.start(FILE);
    if let Some(error) = refusal(source) {
        errors.push(error);
        // Beyond 4 GiB there are no offsets, and so no leaves.
        if u32::try_from(source.len()).is_ok() {
            tree.builder
                .token(rowan::SyntaxKind(ERROR as u16), source.text());
        }
    } else {
        let (tokens, culprits) = lex_file(source);
        read_file(source, &tokens, &culprits, &mut tree, &mut errors);
    }
    tree.builder.finish_node();
    Parse {
        green: tree.builder.finish(),
        errors,
    }
}

/// Shows all tokens of a file to the sink, in order.
fn read_file<S: Sink>(
    source: &SourceText,
    tokens: &[Token],
    culprits: &[u32],
    sink: &mut S,
    errors: &mut Vec<SyntaxError>,
) {
    let mut at = 0;
    for item in Splitter::new(source, tokens, culprits) {
        let (first, end) = match &item {
            Item::Form(form) => (form.first, form.end),
            Item::Stray(token) => (*token, *token + 1),
        };
        between(source, tokens, at..first, sink, errors);
        at = end;
        match item {
            Item::Form(form) => {
                let repairs = form.repairs.as_deref();
                let form = FormTokens {
                    source,
                    tokens,
                    first,
                    end,
                    repairs,
                    limit: Limit::End,
                };
                walk(form, sink, errors);
            }
            Item::Stray(token) => {
                let start = start_of(tokens, token);
                errors.push(stray_closer(start, tokens[token].end));
                sink.stray(tokens[token], start);
            }
        }
    }
    between(source, tokens, at..tokens.len(), sink, errors);
}

fn between<S: Sink>(
    source: &SourceText,
    tokens: &[Token],
    range: std::ops::Range<usize>,
    sink: &mut S,
    errors: &mut Vec<SyntaxError>,
) {
    for at in range {
        if tokens[at].is_dirty() {
            let previous = at.checked_sub(1).map(|before| tokens[before]);
            diagnose(source, Limit::End, previous, (tokens[at], false), errors);
        }
        sink.trivia(tokens[at], start_of(tokens, at));
    }
}

/// What [`scan`] finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scan {
    /// The tokens, as [`lex`] gives them.
    pub tokens: Vec<LexedToken>,
    /// All diagnostics of the reader, in source order, as [`parse`] gives them.
    pub errors: Vec<SyntaxError>,
}

/// The tokens of a file and what is wrong with it, without tree or data: for tools that work on tokens.
pub fn scan(source: &SourceText) -> Scan {
    let mut errors = Vec::new();
    if let Some(error) = refusal(source) {
        errors.push(error);
        return Scan {
            tokens: unread(source),
            errors,
        };
    }
    let (tokens, culprits) = lex_file(source);
    read_file(source, &tokens, &culprits, &mut Silent, &mut errors);
    Scan {
        tokens: lexed(&tokens),
        errors,
    }
}

/// Builds nothing.
struct Silent;

impl Sink for Silent {
    fn trivia(&mut self, _: Token, _: u32) {}
    fn atom(&mut self, _: Token, _: u32) {}
    fn open(&mut self, _: Token, _: u32) {}
    fn close(&mut self, _: Option<Token>, _: u32) {}
    fn stray(&mut self, _: Token, _: u32) {}
    fn prefix(&mut self, _: Token, _: u32) {}
    fn end_prefix(&mut self, _: bool, _: u32) {}
    fn flat(&mut self, _: u32) {}
    fn flat_token(&mut self, _: Token, _: u32) {}
    fn end_flat(&mut self, _: u32) {}
}

/// The tree of one form: a child of the `FILE` that [`parse`] gives.
pub fn form_tree(source: &SourceText, verdict: &Verdict) -> GreenNode {
    let mut tokens = Vec::new();
    form_tokens(source, verdict.0.as_deref(), &mut tokens);
    let mut tree = Tree::new(source);
    tree.start(FILE);
    let end = tokens.len();
    let form = FormTokens {
        source,
        tokens: &tokens,
        first: 0,
        end,
        repairs: verdict.0.as_deref(),
        limit: Limit::Cut,
    };
    walk(form, &mut tree, &mut Vec::new());
    tree.builder.finish_node();
    tree.builder.finish()
}

/// Puts the tokens of a form that was cut out of a file in place of `tokens`.
pub(crate) fn form_tokens(source: &SourceText, repairs: Option<&Repairs>, tokens: &mut Vec<Token>) {
    let culprits = repairs.map_or(&[][..], |repairs| &repairs.culprits);
    let mut lexer = Lexer::new(source, Limit::Cut, culprits);
    lexer.cut_short = repairs.map_or(&[][..], |repairs| &repairs.cut_short);
    tokens.clear();
    tokens.reserve(source.len() / 4 + 8);
    while let Some(token) = lexer.next() {
        tokens.push(token);
    }
}

/// A token of the flat list of [`lex`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LexedToken {
    /// Its kind.
    pub kind: SyntaxKind,
    /// Its length in bytes.
    pub len: u32,
}

/// The tokens of a file. Their lengths add up to the length of the source.
pub fn lex(source: &SourceText) -> Vec<LexedToken> {
    if refusal(source).is_some() {
        return unread(source);
    }
    lexed(&lex_file(source).0)
}

/// What is not lexed is one broken token, unless offsets do not reach its end.
fn unread(source: &SourceText) -> Vec<LexedToken> {
    let kind = ERROR;
    let token = |len| LexedToken { kind, len };
    u32::try_from(source.len()).map(token).into_iter().collect()
}

fn lexed(tokens: &[Token]) -> Vec<LexedToken> {
    let lexed = |at: usize| LexedToken {
        kind: tokens[at].kind,
        len: tokens[at].end - start_of(tokens, at),
    };
    (0..tokens.len()).map(lexed).collect()
}

/// Builds green nodes.
struct Tree<'a> {
    text: &'a str,
    builder: GreenNodeBuilder<'static>,
}

impl<'a> Tree<'a> {
    fn new(source: &'a SourceText) -> Self {
        Tree {
            text: source.text(),
            builder: GreenNodeBuilder::new(),
        }
    }

    fn start(&mut self, kind: SyntaxKind) {
        self.builder
            .start_node(<WatLanguage as rowan::Language>::kind_to_raw(kind));
    }

    #[inline]
    fn token(&mut self, kind: SyntaxKind, token: Token, start: u32) {
        let text = &self.text[start as usize..token.end as usize];
        self.builder.token(rowan::SyntaxKind(kind as u16), text);
    }
}

impl Sink for Tree<'_> {
    fn trivia(&mut self, token: Token, start: u32) {
        self.token(token.kind, token, start);
    }

    fn atom(&mut self, token: Token, start: u32) {
        self.token(token.kind, token, start);
    }

    fn open(&mut self, token: Token, start: u32) {
        self.start(token.kind.node());
        self.token(token.kind, token, start);
    }

    fn close(&mut self, token: Option<Token>, start: u32) {
        if let Some(token) = token {
            self.token(token.kind, token, start);
        }
        self.builder.finish_node();
    }

    fn stray(&mut self, token: Token, start: u32) {
        self.token(ERROR, token, start);
    }

    fn prefix(&mut self, token: Token, start: u32) {
        self.start(PREFIXED);
        self.token(token.kind, token, start);
    }

    fn end_prefix(&mut self, _: bool, _: u32) {
        self.builder.finish_node();
    }

    fn flat(&mut self, _: u32) {
        self.start(ERROR_NODE);
    }

    fn flat_token(&mut self, token: Token, start: u32) {
        self.token(token.kind, token, start);
    }

    fn end_flat(&mut self, _: u32) {
        self.builder.finish_node();
    }
}

/// What an interactive reader does with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputState {
    /// Only complete forms.
    Complete,
    /// A bracket, a string or a prefix wants more text.
    Incomplete,
    /// Something is wrong that more text cannot mend.
    Invalid,
}

/// Is a text complete, or does it want more?
pub fn input_state(text: &str) -> InputState {
    let source = SourceText::new(text);
    let mut lexer = Lexer::new(&source, Limit::End, &[]);
    let mut open: Vec<&str> = Vec::new();
    let mut prefix = false;
    while let Some(token) = lexer.next() {
        let kind = token.kind;
        if kind == STRING && token.flags & Token::OPEN != 0 {
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
    let broken = parse(&source)
        .errors()
        .iter()
        .any(|error| error.severity == Severity::Error);
    if broken {
        InputState::Invalid
    } else {
        InputState::Complete
    }
}
