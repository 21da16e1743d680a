//! Between the forms of the reader and syntax values.

use std::sync::Arc;

use wat_syntax::{
    Ast, AstBuilder, AstSpans, NodeId, NodeKind, SourceText, TextRange, TextSize, cut, read_form,
};

use super::{Origin, Scopes, Shape, Syntax};

impl Syntax {
    /// The tree of a node of a form. `origin` numbers nodes, `scopes` gives the scopes of symbols.
    pub fn from_ast(
        ast: &Ast,
        node: NodeId,
        mut origin: impl FnMut(NodeId) -> Origin,
        mut scopes: impl FnMut(NodeId) -> Scopes,
    ) -> Syntax {
        let mut texts: Vec<Option<Arc<str>>> = vec![None; ast.texts().len()];
        let mut text = |id: wat_syntax::TextId| {
            let slot = &mut texts[id.0 as usize];
            slot.get_or_insert_with(|| ast.text(id).into()).clone()
        };
        // In reverse pre-order the children of a node are the top of the stack, first child uppermost.
        let mut done: Vec<Syntax> = Vec::new();
        for at in (node.0..ast.subtree_end(node).0).rev() {
            let here = NodeId(at);
            let kind = ast.kind(here);
            let shape = match kind {
                NodeKind::Int(value) => Shape::Int(value),
                NodeKind::Float(bits) => Shape::Float(bits),
                NodeKind::Bool(value) => Shape::Bool(value),
                NodeKind::Str(id) => Shape::Str(text(id)),
                NodeKind::Keyword(id) => Shape::Keyword(text(id)),
                NodeKind::Symbol(id) => Shape::Symbol(text(id), scopes(here)),
                NodeKind::Error => Shape::Error,
                NodeKind::List | NodeKind::Vector | NodeKind::Brace | NodeKind::Set => {
                    let count = ast.child_count(here);
                    let mut parts = done.split_off(done.len() - count);
                    parts.reverse();
                    let parts = parts.into();
                    match kind {
                        NodeKind::List => Shape::List(parts),
                        NodeKind::Vector => Shape::Vector(parts),
                        NodeKind::Brace => Shape::Brace(parts),
                        _ => Shape::Set(parts),
                    }
                }
            };
            done.push(Syntax::new(shape, origin(here)));
        }
        done.pop()
            .unwrap_or_else(|| Syntax::new(Shape::Error, Origin::NONE))
    }

    /// The tree of a whole form as read: no scopes, no origins.
    pub fn of_form(ast: &Ast) -> Syntax {
        if ast.is_empty() {
            return Syntax::new(Shape::Error, Origin::NONE);
        }
        Syntax::from_ast(ast, ast.root(), |_| Origin::NONE, |_| Scopes::default())
    }

    /// Appends the tree to a form. Symbols of one name are of one text exactly if their scopes are equal too, so whoever
    /// compares the texts of symbols compares identifiers. `visit` is called with every node in pre-order.
    pub fn append_to(&self, builder: &mut AstBuilder, mut visit: impl FnMut(NodeId, &Syntax)) {
        enum Step<'a> {
            Node(&'a Syntax),
            Close,
        }
        let nowhere = TextRange::empty(TextSize::new(0));
        let mut work = vec![Step::Node(self)];
        while let Some(step) = work.pop() {
            let Step::Node(node) = step else {
                builder.close(TextSize::new(0));
                continue;
            };
            let kind = match node.shape() {
                Shape::Int(value) => NodeKind::Int(*value),
                Shape::Float(bits) => NodeKind::Float(*bits),
                Shape::Bool(value) => NodeKind::Bool(*value),
                Shape::Str(text) => NodeKind::Str(builder.text(text)),
                Shape::Keyword(text) => NodeKind::Keyword(builder.text(text)),
                Shape::Symbol(name, scopes) if scopes.is_empty() => {
                    NodeKind::Symbol(builder.text(name))
                }
                Shape::Symbol(name, scopes) => {
                    let mut key = Vec::new();
                    for scope in scopes.iter() {
                        key.extend_from_slice(&scope.unit.to_le_bytes());
                        key.extend_from_slice(&scope.index.to_le_bytes());
                    }
                    NodeKind::Symbol(builder.text_apart(name, &key))
                }
                Shape::List(_) => NodeKind::List,
                Shape::Vector(_) => NodeKind::Vector,
                Shape::Brace(_) => NodeKind::Brace,
                Shape::Set(_) => NodeKind::Set,
                Shape::Error => NodeKind::Error,
            };
            if node.is_compound() {
                visit(builder.open(kind, TextSize::new(0)), node);
                work.push(Step::Close);
                work.extend(node.children().iter().rev().map(Step::Node));
            } else {
                visit(builder.leaf(kind, nowhere), node);
            }
        }
    }

    /// The tree as a form of its own; its spans are empty.
    pub fn to_ast(&self) -> (Ast, AstSpans) {
        let mut builder = AstBuilder::new();
        self.append_to(&mut builder, |_, _| {});
        builder.finish()
    }
}

/// The form of a text that holds exactly one, or why it does not.
pub(crate) fn only_form(text: &str) -> Result<Syntax, String> {
    let source = SourceText::new(text);
    let pieces = cut(&source);
    if let Some(error) = pieces.errors.into_iter().next() {
        return Err(error.message);
    }
    let [only] = &pieces.forms[..] else {
        return Err(match pieces.forms.len() {
            0 => "it is empty".to_owned(),
            count => format!("it holds {count} forms"),
        });
    };
    let read = read_form(&source.slice(only.range), &only.verdict);
    match read.errors.into_iter().next() {
        Some(error) => Err(error.message),
        None if read.ast.is_empty() => Err("it is empty".to_owned()),
        None => Ok(Syntax::of_form(&read.ast)),
    }
}
