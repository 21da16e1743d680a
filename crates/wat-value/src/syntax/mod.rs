//! Syntax as data: the values of `:wat::WatAST`.
//!
//! A tree is immutable and shares its parts. Equality, hash and printing see what a form says, never where it came
//! from: an origin is a number that only whoever handed it out can read. Nothing recurses on the Rust stack over the
//! depth of a tree.

mod bytes;
mod convert;
mod print;
mod scopes;
mod signature;

pub(crate) use convert::only_form;
pub use print::{write_forms, write_forms_with};
pub use scopes::{Scope, Scopes};
pub use signature::{renamed_signature, signature_parts};

use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// Where a node comes from, as its maker numbers origins.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Origin(pub u32);

impl Origin {
    /// From nowhere that anyone could point at.
    pub const NONE: Origin = Origin(u32::MAX);
}

/// A syntax tree. Cloning shares it.
#[derive(Clone)]
pub struct Syntax(Arc<Node>);

struct Node {
    shape: Shape,
    origin: Origin,
}

/// What a node is, with its parts.
#[derive(Clone)]
pub enum Shape {
    /// An integer.
    Int(i64),
    /// A float, by its bits.
    Float(u64),
    /// A truth value.
    Bool(bool),
    /// A string.
    Str(Arc<str>),
    /// A keyword, with its leading colon.
    Keyword(Arc<str>),
    /// An identifier.
    Symbol(Arc<str>, Scopes),
    /// `( … )`
    List(Box<[Syntax]>),
    /// `[ … ]`
    Vector(Box<[Syntax]>),
    /// `{ … }`, in source order.
    Brace(Box<[Syntax]>),
    /// `#{ … }`, in source order.
    Set(Box<[Syntax]>),
    /// What the reader could not read; only trees of damaged source text have it.
    Error,
}

impl Shape {
    /// The parts of a list, vector, brace or set.
    fn children(&self) -> Option<&[Syntax]> {
        match self {
            Shape::List(parts) | Shape::Vector(parts) | Shape::Brace(parts) | Shape::Set(parts) => {
                Some(parts)
            }
            _ => None,
        }
    }

    /// Equal but for what the parts are.
    fn agrees(&self, other: &Shape) -> bool {
        match (self, other) {
            (Shape::Int(a), Shape::Int(b)) => a == b,
            (Shape::Float(a), Shape::Float(b)) => a == b,
            (Shape::Bool(a), Shape::Bool(b)) => a == b,
            (Shape::Str(a), Shape::Str(b)) | (Shape::Keyword(a), Shape::Keyword(b)) => a == b,
            (Shape::Symbol(a, s), Shape::Symbol(b, t)) => a == b && s == t,
            (Shape::List(a), Shape::List(b))
            | (Shape::Vector(a), Shape::Vector(b))
            | (Shape::Brace(a), Shape::Brace(b))
            | (Shape::Set(a), Shape::Set(b)) => a.len() == b.len(),
            (Shape::Error, Shape::Error) => true,
            _ => false,
        }
    }
}

impl Syntax {
    /// A node of a shape.
    pub fn new(shape: Shape, origin: Origin) -> Syntax {
        Syntax(Arc::new(Node { shape, origin }))
    }

    /// An integer.
    pub fn int(value: i64) -> Syntax {
        Syntax::new(Shape::Int(value), Origin::NONE)
    }

    /// A float.
    pub fn float(value: f64) -> Syntax {
        Syntax::new(Shape::Float(value.to_bits()), Origin::NONE)
    }

    /// A truth value.
    pub fn bool(value: bool) -> Syntax {
        Syntax::new(Shape::Bool(value), Origin::NONE)
    }

    /// A string.
    pub fn string(value: impl Into<Arc<str>>) -> Syntax {
        Syntax::new(Shape::Str(value.into()), Origin::NONE)
    }

    /// A keyword; the text has its leading colon.
    pub fn keyword(text: impl Into<Arc<str>>) -> Syntax {
        Syntax::new(Shape::Keyword(text.into()), Origin::NONE)
    }

    /// A symbol without scopes, as the reader makes it.
    pub fn symbol(name: impl Into<Arc<str>>) -> Syntax {
        Syntax::symbol_in(name, Scopes::default())
    }

    /// A symbol with scopes. One with a scope that nobody else has is equal to no other symbol.
    pub fn symbol_in(name: impl Into<Arc<str>>, scopes: Scopes) -> Syntax {
        Syntax::new(Shape::Symbol(name.into(), scopes), Origin::NONE)
    }

    /// A list.
    pub fn list(parts: impl Into<Box<[Syntax]>>) -> Syntax {
        Syntax::new(Shape::List(parts.into()), Origin::NONE)
    }

    /// A vector.
    pub fn vector(parts: impl Into<Box<[Syntax]>>) -> Syntax {
        Syntax::new(Shape::Vector(parts.into()), Origin::NONE)
    }

    /// What the node is.
    pub fn shape(&self) -> &Shape {
        &self.0.shape
    }

    /// Where it comes from.
    pub fn origin(&self) -> Origin {
        self.0.origin
    }

    /// The same tree with another origin of its root.
    pub fn with_origin(&self, origin: Origin) -> Syntax {
        if origin == self.0.origin {
            return self.clone();
        }
        Syntax::new(self.0.shape.clone(), origin)
    }

    /// The children in source order; none of an atom.
    pub fn children(&self) -> &[Syntax] {
        self.0.shape.children().unwrap_or_default()
    }

    /// Is it a list, vector, brace or set?
    pub fn is_compound(&self) -> bool {
        self.0.shape.children().is_some()
    }

    /// The node with other children: same kind, same origin. `None` for an atom.
    pub fn with_children(&self, children: impl Into<Box<[Syntax]>>) -> Option<Syntax> {
        let shape = match &self.0.shape {
            Shape::List(_) => Shape::List(children.into()),
            Shape::Vector(_) => Shape::Vector(children.into()),
            Shape::Brace(_) => Shape::Brace(children.into()),
            Shape::Set(_) => Shape::Set(children.into()),
            _ => return None,
        };
        Some(Syntax::new(shape, self.0.origin))
    }

    /// The name of the kind: `int`, `float`, `bool`, `string`, `keyword`, `symbol`, `list`, `vector`, `brace`, `set`;
    /// `error` for what could not be read.
    pub fn kind_name(&self) -> &'static str {
        match self.0.shape {
            Shape::Int(_) => "int",
            Shape::Float(_) => "float",
            Shape::Bool(_) => "bool",
            Shape::Str(_) => "string",
            Shape::Keyword(_) => "keyword",
            Shape::Symbol(..) => "symbol",
            Shape::List(_) => "list",
            Shape::Vector(_) => "vector",
            Shape::Brace(_) => "brace",
            Shape::Set(_) => "set",
            Shape::Error => "error",
        }
    }

    /// The text of a keyword (with colon), symbol or string.
    pub fn name(&self) -> Option<&str> {
        match &self.0.shape {
            Shape::Str(text) | Shape::Keyword(text) | Shape::Symbol(text, _) => Some(text),
            _ => None,
        }
    }

    /// The text of a keyword.
    pub fn as_keyword(&self) -> Option<&str> {
        match &self.0.shape {
            Shape::Keyword(text) => Some(text),
            _ => None,
        }
    }

    /// The keyword at the head of a list.
    pub fn head(&self) -> Option<&str> {
        match &self.0.shape {
            Shape::List(parts) => parts.first()?.as_keyword(),
            _ => None,
        }
    }

    /// The tree as a holon sees it: every bracket is a list, symbols have no scopes, nothing has an origin.
    pub fn lowered(&self) -> Syntax {
        let mut order = Vec::new();
        let mut work = vec![self];
        while let Some(node) = work.pop() {
            order.push(node);
            work.extend(node.children().iter().rev());
        }
        // In reverse pre-order the children of a node are the top of the stack, first child uppermost.
        let mut done: Vec<Syntax> = Vec::new();
        for node in order.into_iter().rev() {
            let shape = match node.shape() {
                Shape::Symbol(name, _) => Shape::Symbol(name.clone(), Scopes::default()),
                shape => match shape.children() {
                    Some(children) => {
                        let mut parts = done.split_off(done.len() - children.len());
                        parts.reverse();
                        Shape::List(parts.into())
                    }
                    None => shape.clone(),
                },
            };
            done.push(Syntax::new(shape, Origin::NONE));
        }
        done.pop().unwrap_or_else(|| self.clone())
    }

    /// The number of nodes, as far as `limit`.
    pub fn size_up_to(&self, limit: usize) -> usize {
        let mut count = 0;
        let mut work = vec![self];
        while let Some(node) = work.pop() {
            count += 1;
            if count + work.len() >= limit {
                return limit;
            }
            work.extend(node.children());
        }
        count
    }
}

impl PartialEq for Syntax {
    fn eq(&self, other: &Syntax) -> bool {
        let mut work = vec![(self, other)];
        while let Some((a, b)) = work.pop() {
            if Arc::ptr_eq(&a.0, &b.0) {
                continue;
            }
            if !a.0.shape.agrees(&b.0.shape) {
                return false;
            }
            work.extend(a.children().iter().zip(b.children()));
        }
        true
    }
}

impl Eq for Syntax {}

impl Hash for Syntax {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let mut work = vec![self];
        while let Some(node) = work.pop() {
            std::mem::discriminant(&node.0.shape).hash(state);
            match &node.0.shape {
                Shape::Int(value) => value.hash(state),
                Shape::Float(bits) => bits.hash(state),
                Shape::Bool(value) => value.hash(state),
                Shape::Str(text) | Shape::Keyword(text) => text.hash(state),
                Shape::Symbol(name, scopes) => {
                    name.hash(state);
                    scopes.hash(state);
                }
                _ => node.children().len().hash(state),
            }
            work.extend(node.children().iter().rev());
        }
    }
}

impl std::fmt::Debug for Syntax {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&write_forms(self))
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let mut dead = Vec::new();
        take_parts(&mut self.shape, &mut dead);
        while let Some(Syntax(node)) = dead.pop() {
            if let Some(mut node) = Arc::into_inner(node) {
                take_parts(&mut node.shape, &mut dead);
            }
        }
    }
}

/// Moves the parts out of a node that nobody refers to any more.
fn take_parts(shape: &mut Shape, dead: &mut Vec<Syntax>) {
    if let Shape::List(parts) | Shape::Vector(parts) | Shape::Brace(parts) | Shape::Set(parts) =
        shape
    {
        dead.extend(std::mem::take(parts));
    }
}
