//! Typed views over the tree, for editors.

use crate::kind::SyntaxKind::*;
use crate::kind::{SyntaxNode, SyntaxToken};

/// A file.
#[derive(Clone, Debug)]
pub struct File(SyntaxNode);

impl File {
    /// The view of a `FILE` node.
    pub fn cast(node: SyntaxNode) -> Option<File> {
        (node.kind() == FILE).then_some(File(node))
    }

    /// The top-level forms that are nodes, in order.
    pub fn forms(&self) -> impl Iterator<Item = Form> + use<> {
        self.0.children().map(Form)
    }

    /// The node.
    pub fn syntax(&self) -> &SyntaxNode {
        &self.0
    }
}

/// A list, vector, brace, set, prefixed form or flat error.
#[derive(Clone, Debug)]
pub struct Form(SyntaxNode);

impl Form {
    /// The view of any node but a file.
    pub fn cast(node: SyntaxNode) -> Option<Form> {
        (node.kind() != FILE).then_some(Form(node))
    }

    /// The first atom of a list, if its first element is one.
    pub fn head(&self) -> Option<SyntaxToken> {
        let first = self.0.children_with_tokens().find(|element| {
            let kind = element.kind();
            !kind.is_trivia() && !kind.is_opener()
        })?;
        first.into_token().filter(|token| token.kind().is_atom())
    }

    /// Forms directly inside that are nodes.
    pub fn forms(&self) -> impl Iterator<Item = Form> + use<> {
        self.0.children().map(Form)
    }

    /// Atoms directly inside.
    pub fn atoms(&self) -> impl Iterator<Item = SyntaxToken> + use<> {
        let tokens = self
            .0
            .children_with_tokens()
            .filter_map(rowan::NodeOrToken::into_token);
        tokens.filter(|token| token.kind().is_atom())
    }

    /// Does the form have its closing delimiter, if it needs one?
    pub fn is_closed(&self) -> bool {
        match self.0.kind() {
            PREFIXED | ERROR_NODE => true,
            _ => self.0.last_token().is_some_and(|token| {
                token.kind().is_closer() && token.parent().as_ref() == Some(&self.0)
            }),
        }
    }

    /// The node.
    pub fn syntax(&self) -> &SyntaxNode {
        &self.0
    }
}
