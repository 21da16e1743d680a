//! Who refers: the identity of a token (chapter 03 §8.3).
//!
//! A token that a macro produced has the identity of that macro (rule M), however deep the calls are nested. A token
//! that was written has the identity of the smallest source form in top-level position that contains it (rule S): an
//! expansion cannot lend its namespace to code that it did not write.

use std::sync::Arc;

use wat_syntax::{Ast, NodeId};

use crate::db::{Db, FileKind, SourceFile};
use crate::expand::{Expansion, Source, expansion, spot};
use crate::forms::{Form, ast};
use crate::items::{Item, ItemKind, declarations, split_generic};
use crate::problem::Place;
use crate::whitelist::Whitelist;

/// Who refers to something. Several identities may suffice; the first one is shown.
#[derive(Clone, PartialEq, Eq, Hash, Debug, salsa::SalsaValue)]
pub(crate) struct Identity(Box<[Arc<str>]>);

impl Identity {
    pub(crate) fn of(name: &str) -> Self {
        Identity(Box::new([name.into()]))
    }

    pub(crate) fn shown(&self) -> &str {
        &self.0[0]
    }

    pub(crate) fn is_admitted_by(&self, list: &Whitelist) -> bool {
        self.0.iter().any(|identity| list.admits(identity))
    }

    pub(crate) fn is(&self, name: &str) -> bool {
        self.0.iter().any(|own| **own == *name)
    }
}

/// The text that a token stands in.
#[derive(Clone, Copy)]
pub(crate) enum Author<'db> {
    /// A definition.
    Definition(Item<'db>),
    /// A form of a program that is no definition.
    Expression {
        program: SourceFile,
        form: Form<'db>,
    },
    /// A form that the program evaluates, expanded.
    Evaluated(&'db Expansion<'db>),
}

impl<'db> Author<'db> {
    /// The expansion that a token stands in, if its form has one.
    fn expansion(self, db: &'db dyn Db) -> Option<&'db Expansion<'db>> {
        match self {
            Author::Definition(item) => item.expansion(db),
            Author::Expression { program, form } => expansion(db, program, form),
            Author::Evaluated(expansion) => Some(expansion),
        }
    }

    /// The path that a token spells, without its type arguments.
    pub(crate) fn path(self, db: &'db dyn Db, node: u32) -> Option<&'db str> {
        let ast = match (self, self.expansion(db)) {
            (Author::Definition(item), _) => item.ast(db),
            (_, Some(expansion)) => &expansion.ast,
            (Author::Expression { form, .. }, None) => ast(db, form),
            (Author::Evaluated(_), None) => return None,
        };
        let node = Some(NodeId(node)).filter(|node| (node.0 as usize) < ast.len())?;
        Some(split_generic(ast.as_keyword(node)?).0)
    }

    /// The call that produced a token, as the name of its macro, its form, and the node of its template.
    pub(crate) fn producer(
        self,
        db: &'db dyn Db,
        node: u32,
    ) -> Option<(&'db str, Form<'db>, Option<NodeId>)> {
        let expansion = self.expansion(db)?;
        let (call, template) = made(expansion, node)?;
        let call = &expansion.calls[call as usize];
        Some((&*call.name, call.form, template))
    }
}

/// The call that made a node of an expansion.
fn made(expansion: &Expansion<'_>, node: u32) -> Option<(u32, Option<NodeId>)> {
    if Place::as_written(node).is_some() || node as usize >= expansion.ast.len() {
        return None;
    }
    match expansion.origin_of(NodeId(node)) {
        Source::Written(_) => None,
        Source::Template { call, node } => Some((call, node)),
    }
}

/// Did the library write a token: in its own text, or by one of its macros?
pub(crate) fn is_written_by_library<'db>(db: &'db dyn Db, author: Author<'db>, node: u32) -> bool {
    // A form of the library may put a name where something else was written, to tell of it there.
    let is_written = |form: Form<'db>, node| {
        let text = ast(db, form).as_keyword(node);
        text.is_some_and(|text| crate::library::is_internal(split_generic(text).0))
    };
    if let Some((name, form, template)) = author.producer(db, node) {
        return name.starts_with(":wat::") || template.is_some_and(|node| !is_written(form, node));
    }
    let is_library = |form: Form<'db>, expansion| {
        form.file(db).kind(db) == FileKind::Library || !is_written(form, spot(expansion, node).node)
    };
    match author {
        Author::Definition(item) => is_library(item.form(db), item.expansion(db)),
        Author::Expression { program, form } => is_library(form, expansion(db, program, form)),
        // What it is made of has been looked at before its macros were expanded.
        Author::Evaluated(_) => true,
    }
}

/// The identity of a token.
pub(crate) fn identity<'db>(db: &'db dyn Db, author: Author<'db>, node: u32) -> Identity {
    if let Some((name, ..)) = author.producer(db, node) {
        return Identity::of(name);
    }
    match author {
        // The bindings of a `let` define nothing.
        Author::Definition(item) if item.kind(db) == ItemKind::Bindings => {
            of_place(db, item.form(db))
        }
        Author::Definition(item) => of_definition(db, item),
        Author::Expression { form, .. } => of_place(db, form),
        Author::Evaluated(_) => Identity::of(":eval::"),
    }
}

/// The identity of what is typed into a conversation and defines nothing.
pub(crate) fn in_a_conversation() -> Identity {
    Identity(Box::new([":repl::".into(), ":user::".into()]))
}

/// The identity of what stands in a form and in no definition.
fn of_place(db: &dyn Db, form: Form<'_>) -> Identity {
    match form.file(db).kind(db) {
        FileKind::Library => Identity::of(":wat::"),
        FileKind::ReplInput | FileKind::Session => in_a_conversation(),
        FileKind::Disk | FileKind::Open | FileKind::Inline | FileKind::Hermetic => {
            Identity::of(":user::")
        }
    }
}

/// The identity of what the author wrote inside a definition. If a macro made the definition, the call of the macro is
/// the source form.
fn of_definition<'db>(db: &'db dyn Db, item: Item<'db>) -> Identity {
    let name = item.name(db).text(db);
    let call = item
        .expansion(db)
        .filter(|expansion| made(expansion, item.node(db)).is_some());
    let (Some(expansion), Some(program)) = (call, item.expanded(db)) else {
        return Identity::of(name);
    };
    let form = item.form(db);
    let head = spot(Some(expansion), item.node(db)).node;
    let defined: Vec<&str> = declarations(db, program, form)
        .items
        .iter()
        .filter(|other| other.expanded(db).is_some())
        .filter(|other| spot(Some(expansion), other.node(db)).node == head)
        .map(|other| other.name(db).text(db).as_str())
        .collect();
    let written = ast(db, form);
    for path in path_arguments(written, head) {
        if defined == [path] {
            return Identity::of(path);
        }
        let namespace = format!("{path}::");
        if defined.iter().all(|name| name.starts_with(&namespace)) {
            return Identity::of(&namespace);
        }
    }
    of_place(db, form)
}

/// The paths among the arguments of the call with this head.
fn path_arguments(ast: &Ast, head: NodeId) -> Vec<&str> {
    let call = (0..head.0)
        .rev()
        .map(NodeId)
        .find(|&node| ast.children(node).next() == Some(head));
    let arguments = call.into_iter().flat_map(|call| ast.children(call).skip(1));
    arguments
        .filter_map(|argument| ast.as_keyword(argument))
        .map(|path| split_generic(path).0)
        .collect()
}
