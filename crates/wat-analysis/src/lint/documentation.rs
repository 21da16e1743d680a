//! Docstrings: WAT7601, WAT7602, WAT7603.

mod text;

use rustc_hash::FxHashSet;
use wat_syntax::{Ast, NodeId};

use crate::db::{Db, SourceFile};
use crate::items::{Item, ItemKind, Name};
use crate::library::{LIBRARY_NAMES, is_internal};
use crate::names::{is_excused, is_library, lookup, lookup_type, names};
use crate::problem::{Place, Problem};
use crate::signature::{docs, function_list, function_shape, param_shapes};
use crate::suggest::{Suggestion, help, offer, rank};
use crate::testing::{is_in_prelude, is_test};

use super::Lint;

/// What needs no documentation of its own: the program documents it.
const ENTRY: &str = ":user::main";

pub(super) fn check(lint: &mut Lint<'_, '_>) {
    for &item in lint.items.clone().iter() {
        match doc_node(lint.ast, lint.db, item) {
            None if is_to_document(lint, item) && docs(lint.db, item).is_none() => {
                missing(lint, item);
            }
            Some(doc) if lint.is_written(doc) => {
                broken_references(lint, doc);
                described_parameters(lint, item, doc);
            }
            _ => {}
        }
    }
}

/// Is it a function or a macro that is written as one? What belongs to a test is not.
fn is_to_document<'db>(lint: &Lint<'_, 'db>, item: Item<'db>) -> bool {
    let db = lint.db;
    let is_callable = match item.kind(db) {
        ItemKind::Function => matches!(
            lint.head(item.root(db)),
            Some(":wat::core::defn" | ":wat::core::defn-restricted")
        ),
        kind => kind == ItemKind::Macro,
    };
    is_callable
        && item.name(db).text(db) != ENTRY
        && !is_test(db, lint.program, item)
        && !is_in_prelude(db, item)
}

/// WAT7601.
fn missing<'db>(lint: &mut Lint<'_, 'db>, item: Item<'db>) {
    let db = lint.db;
    let name = item.name(db).text(db);
    let (message, help) = match item.kind(db) {
        ItemKind::Macro => (
            format!("the macro `{name}` has no docstring"),
            "say what it expands to: a string before its template",
        ),
        _ => (
            format!("`{name}` has no docstring"),
            "say what it does: a string between its result type and its body",
        ),
    };
    lint.tell(
        Problem::new(7601, Place::node(item.name_node(db)), message)
            .label("not documented")
            .help(help),
    );
}

/// The list with the parameters of a function or macro, and how much stands before them.
fn parameters_of(ast: &Ast, db: &dyn Db, item: Item<'_>) -> Option<(NodeId, usize)> {
    let root = item.root(db);
    match item.kind(db) {
        ItemKind::Macro => Some((root, 2)),
        kind => function_list(ast, root, kind),
    }
}

/// The docstring of a definition.
fn doc_node(ast: &Ast, db: &dyn Db, item: Item<'_>) -> Option<NodeId> {
    match parameters_of(ast, db, item) {
        Some((list, skip)) => function_shape(ast, list, skip).doc,
        None => {
            let parts = ast.children(item.root(db)).skip(3);
            parts.filter(|&part| ast.as_str(part).is_some()).last()
        }
    }
}

/// WAT7602.
fn broken_references(lint: &mut Lint<'_, '_>, doc: NodeId) {
    let (db, ast, program) = (lint.db, lint.ast, lint.program);
    let mut told = FxHashSet::default();
    for (start, path) in text::references(ast.as_str(doc).unwrap_or_default()) {
        let is_known = path == ENTRY
            || lookup(db, program, path).is_some()
            || lookup_type(db, program, path).is_some();
        if is_known || !told.insert(path) {
            continue;
        }
        let wanted = Name::new(db, path);
        let near = near(db, program, wanted);
        // What begins like the library may be a word of the language that is no definition.
        let may_be_meant = is_library(path) && near.is_empty();
        if may_be_meant || is_namespace(db, program, wanted) || is_excused(db, program, path) {
            continue;
        }
        let place = Place::part(doc, start, start + path.len());
        let problem = Problem::new(7602, place, format!("nothing is called `{path}`"))
            .label("refers to nothing")
            .help("name what is meant, or write it without backquotes");
        lint.tell(offer(problem, place, near));
    }
}

/// Names like one that a docstring mentions.
#[salsa::tracked(returns(ref))]
fn near<'db>(db: &'db dyn Db, program: SourceFile, wanted: Name<'db>) -> Vec<Suggestion> {
    let library = LIBRARY_NAMES.iter();
    let library = library.filter(|entry| !entry.restricted && !is_internal(entry.name));
    let own = names(db, program).items.keys();
    let own = own.map(|name| name.text(db).as_str());
    rank(wanted.text(db), own.chain(library.map(|entry| entry.name)))
}

/// Is it the beginning of names?
#[salsa::tracked(returns(copy))]
fn is_namespace<'db>(db: &'db dyn Db, program: SourceFile, wanted: Name<'db>) -> bool {
    let begins = |name: &str| {
        let rest = name.strip_prefix(wanted.text(db).as_str());
        rest.is_some_and(|rest| rest.starts_with("::"))
    };
    let mut own = names(db, program).items.keys();
    LIBRARY_NAMES.iter().any(|entry| begins(entry.name)) || own.any(|it| begins(it.text(db)))
}

/// WAT7603.
fn described_parameters<'db>(lint: &mut Lint<'_, 'db>, item: Item<'db>, doc: NodeId) {
    let (db, ast) = (lint.db, lint.ast);
    let described = text::arguments(ast.as_str(doc).unwrap_or_default());
    let Some(&(at, last)) = described.last() else {
        return;
    };
    let Some((list, skip)) = parameters_of(ast, db, item) else {
        return;
    };
    let Some(vector) = function_shape(ast, list, skip).params else {
        return;
    };
    let params = param_shapes(ast, vector).0;
    let params = params.iter().filter_map(|it| ast.as_symbol(it.name));
    let params: Vec<&str> = params.collect();
    let bare = |name: &str| name.trim_start_matches('_').to_owned();
    let is_one = |name: &str| params.iter().any(|it| *it == name || bare(it) == name);
    let before = lint.found.len();
    for &(start, name) in described.iter().filter(|(_, name)| !is_one(name)) {
        let place = Place::part(doc, start, start + name.len());
        let problem = Problem::new(7603, place, format!("no parameter is called `{name}`"))
            .label("describes nothing");
        let near = rank(name, params.iter().copied());
        let listed: Vec<String> = params.iter().map(|it| format!("`{it}`")).collect();
        let advice = help(&near).unwrap_or_else(|| match listed.is_empty() {
            true => "there are no parameters: remove the line".to_owned(),
            false => format!("the parameters are {}", listed.join(", ")),
        });
        lint.tell(problem.help(advice));
    }
    if lint.found.len() > before {
        return;
    }
    let is_described = |name: &str| {
        described
            .iter()
            .any(|&(_, it)| it == name || it == bare(name))
    };
    let left = params
        .iter()
        .filter(|it| !it.starts_with('_') && !is_described(it));
    let left: Vec<String> = left.map(|it| format!("`{it}`")).collect();
    if !left.is_empty() {
        let (what, be) = match left.len() {
            1 => ("the parameter", "is"),
            _ => ("the parameters", "are"),
        };
        let place = Place::part(doc, at, at + last.len());
        let message = format!(
            "{what} {} {be} not described, and others are",
            left.join(", ")
        );
        lint.tell(
            Problem::new(7603, place, message)
                .label("the last one that is described")
                .help("describe all parameters with `@arg`, or none"),
        );
    }
}
