//! The types with parts that the author of a form wrote out.

use std::cell::OnceCell;
use std::rc::Rc;
use std::sync::Arc;

use wat_syntax::{NodeId, NodeKind, TypeExpr, parse_type_keyword};

use crate::expand::is_marked;
use crate::forms::may_have_parts;
use crate::infer::quote::{FORMS, QUASIQUOTE, QUOTE};
use crate::items::{Item, ItemKind};
use crate::names::program_of;
use crate::problem::Place;
use crate::resolve::TypeResolver;
use crate::sight::Sight;
use crate::signature::generics;
use crate::types::Type;

use super::Lint;

/// A type that is written out.
pub(super) struct Written<'db> {
    pub(super) node: NodeId,
    pub(super) text: &'db str,
    pub(super) expr: TypeExpr,
    /// Did the author write what stands directly around it? A macro may look at the text of what it is called with.
    pub(super) is_placed: bool,
    /// The definition that it stands in, and its type parameters.
    pub(super) item: Option<Item<'db>>,
    generics: Box<[Arc<str>]>,
}

/// A part of a type, or all of it.
#[derive(Clone, Copy)]
pub(super) struct Part<'e> {
    pub(super) expr: &'e TypeExpr,
    /// Where it stands in the text.
    pub(super) start: usize,
    pub(super) end: usize,
    /// How deep it nests: a path without arguments not at all.
    pub(super) depth: usize,
    /// How many parts it has, itself included: they follow it.
    pub(super) size: usize,
}

impl<'db> Lint<'_, 'db> {
    /// The types with parts that are written out in the form, in order. Neither names that declare type parameters nor
    /// heads of forms are types.
    pub(super) fn types(&self) -> Rc<[Written<'db>]> {
        Rc::clone(self.types.get_or_init(|| self.read_types()))
    }

    fn read_types(&self) -> Rc<[Written<'db>]> {
        let items = self.declarations.items.iter().copied();
        let items = items.filter(|item| !item.kind(self.db).is_member());
        let mut found = Vec::new();
        if !self.written.writes_types {
            return found.into();
        }
        let names = OnceCell::new();
        let is_name = |node: &NodeId| {
            let items = items.clone();
            let names: &Vec<NodeId> = names.get_or_init(|| {
                items
                    .map(|item| item.name_node_in(self.db, self.ast))
                    .collect()
            });
            names.contains(node)
        };
        let mut around: Vec<NodeId> = Vec::new();
        let mut next = 0;
        while (next as usize) < self.ast.len() {
            let node = NodeId(next);
            next += 1;
            while around
                .pop_if(|outer| self.ast.subtree_end(*outer) <= node)
                .is_some()
            {}
            if self.ast.child_count(node) > 0 {
                around.push(node);
            }
            if self.ast.kind(node) == NodeKind::List {
                if let Some(QUOTE | FORMS | QUASIQUOTE) = self.head(node) {
                    next = self.ast.subtree_end(node).0;
                }
                continue;
            }
            let text = self.ast.as_keyword(node);
            let Some(text) = text.filter(|text| may_have_parts(text)) else {
                continue;
            };
            let is_head = around.last().is_some_and(|&outer| {
                self.ast.kind(outer) == NodeKind::List && outer.0 + 1 == node.0
            });
            if is_head || is_name(&node) || !self.is_written(node) {
                continue;
            }
            let Ok(expr) = parse_type_keyword(text) else {
                continue;
            };
            let holds = |item: &Item<'db>| {
                let root = item.root(self.db);
                root <= node && node < self.ast.subtree_end(root)
            };
            let item = items
                .clone()
                .filter(holds)
                .max_by_key(|item| item.node(self.db));
            let name = item.map(|item| item.name_node_in(self.db, self.ast));
            found.push(Written {
                node,
                text,
                expr,
                is_placed: around.last().is_none_or(|&outer| self.is_written(outer)),
                item,
                generics: name
                    .map(|name| generics(self.ast, name))
                    .unwrap_or_default(),
            });
        }
        found.into()
    }

    /// The type that a part of a written type stands for; `None` if there is none.
    pub(super) fn type_of(&self, written: &Written<'db>, part: &Part<'_>) -> Option<Type> {
        let program = match written.item {
            Some(item) => program_of(self.db, self.program, item),
            None => self.program,
        };
        let sight = Sight::Program(program);
        let mut resolver = TypeResolver::quiet(self.db, sight, self.ast, &written.generics);
        let ty = resolver.expression(part.expr, written.node);
        is_sound(&ty).then_some(ty)
    }
}

/// Is nothing of a type unknown?
pub(super) fn is_sound(ty: &Type) -> bool {
    match ty {
        Type::Error | Type::Infer => false,
        Type::Param(_) => true,
        Type::App(_, parts) => parts.iter().all(is_sound),
    }
}

impl Written<'_> {
    /// All parts of the type, each before its own; none if its text is not plain.
    pub(super) fn parts(&self) -> Vec<Part<'_>> {
        let mut walk = Walk {
            text: self.text,
            at: 0,
            parts: Vec::new(),
        };
        match walk.part(&self.expr) {
            Some(_) if walk.at == self.text.len() => walk.parts,
            _ => Vec::new(),
        }
    }

    /// The text of a part.
    pub(super) fn text_of(&self, part: &Part<'_>) -> &str {
        &self.text[part.start..part.end]
    }

    /// Where a part stands.
    pub(super) fn place<'db>(&self, part: &Part<'_>) -> Place<'db> {
        match part.end - part.start == self.text.len() - 1 {
            true => Place::node(self.node),
            false => Place::part(self.node, part.start, part.end),
        }
    }

    /// Is it what an alias stands for, as a whole?
    pub(super) fn is_target(&self, lint: &Lint<'_, '_>, part: &Part<'_>) -> bool {
        let alias = self
            .item
            .filter(|item| item.kind(lint.db) == ItemKind::Alias);
        alias.is_some() && part.end - part.start + 1 == self.text.len()
    }

    /// Does it stand in a program inside of a test, which does not see what its file declares?
    pub(super) fn is_apart(&self, lint: &Lint<'_, '_>) -> bool {
        self.item
            .is_some_and(|item| is_marked(item.name(lint.db).text(lint.db)))
    }

    /// What goes where a part stands.
    pub(super) fn spelled(&self, part: &Part<'_>, name: &str) -> String {
        match part.end - part.start == self.text.len() - 1 {
            true => format!(":{name}"),
            false => name.to_owned(),
        }
    }
}

/// Finds the parts of a type in its text.
struct Walk<'e, 't> {
    text: &'t str,
    at: usize,
    parts: Vec<Part<'e>>,
}

impl<'e> Walk<'e, '_> {
    fn skip(&mut self, token: &str) -> Option<()> {
        self.text[self.at..]
            .starts_with(token)
            .then(|| self.at += token.len())
    }

    /// Goes over one type; how deep it nests.
    fn part(&mut self, expr: &'e TypeExpr) -> Option<usize> {
        let _ = self.skip(":");
        let index = self.parts.len();
        let start = self.at;
        self.parts.push(Part {
            expr,
            start,
            end: start,
            depth: 0,
            size: 1,
        });
        let depth = match expr {
            TypeExpr::Path { path, args } => {
                self.skip(path.trim_start_matches(':'))?;
                match args.is_empty() {
                    true => 0,
                    false => self.list("<", args, ">")?,
                }
            }
            TypeExpr::Tuple(parts) => self.list("(", parts, ")")?,
            TypeExpr::Function { head, params, ret } => {
                self.skip(head.trim_start_matches(':'))?;
                let params = self.list("(", params, ")")?;
                self.skip("->")?;
                params.max(self.part(ret)? + 1)
            }
        };
        let size = self.parts.len() - index;
        let part = &mut self.parts[index];
        (part.end, part.depth, part.size) = (self.at, depth, size);
        Some(depth)
    }

    fn list(&mut self, open: &str, parts: &'e [TypeExpr], close: &str) -> Option<usize> {
        self.skip(open)?;
        let mut depth = 0;
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                self.skip(",")?;
            }
            depth = depth.max(self.part(part)?);
        }
        let _ = self.skip(",");
        self.skip(close)?;
        Some(depth + 1)
    }
}
