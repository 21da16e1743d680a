//! The lossless tree.

use rowan::{GreenNode, GreenNodeBuilder, Language};

use crate::kind::SyntaxKind::{self, *};
use crate::kind::WatLanguage;
use crate::lexer::Token;
use crate::reader::Sink;
use crate::source::SourceText;

/// Builds a tree from the walk over the forms of a source.
pub(crate) struct TreeSink<'a> {
    source: &'a SourceText,
    builder: GreenNodeBuilder<'a>,
}

fn raw(kind: SyntaxKind) -> rowan::SyntaxKind {
    WatLanguage::kind_to_raw(kind)
}

impl<'a> TreeSink<'a> {
    pub fn new(source: &'a SourceText) -> Self {
        let mut builder = GreenNodeBuilder::new();
        builder.start_node(raw(FILE));
        TreeSink { source, builder }
    }

    /// A token between forms.
    pub fn push(&mut self, kind: SyntaxKind, start: u32, end: u32) {
        let text = &self.source.text()[start as usize..end as usize];
        self.builder.token(raw(kind), text);
    }

    pub fn finish(mut self) -> GreenNode {
        self.builder.finish_node();
        self.builder.finish()
    }
}

impl Sink for TreeSink<'_> {
    fn token(&mut self, token: Token, start: u32) {
        self.push(token.kind, start, token.end);
    }

    fn atom(&mut self, kind: SyntaxKind, token: Token, start: u32) {
        self.push(kind, start, token.end);
    }

    fn open(&mut self, token: Token, start: u32) {
        self.builder.start_node(raw(token.kind.node()));
        self.push(token.kind, start, token.end);
    }

    fn close(&mut self, _: u32, _: bool) {
        self.builder.finish_node();
    }

    fn open_flat(&mut self, _: u32) {
        self.builder.start_node(raw(ERROR_NODE));
    }

    fn flat(&mut self, token: Token, start: u32) {
        self.push(token.kind, start, token.end);
    }

    fn close_flat(&mut self, _: u32) {
        self.builder.finish_node();
    }
}
