//! Program order: what start-up evaluates when, and which definition of a name counts at a place.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use wat_syntax::NodeId;

use crate::db::{Db, SourceFile};
use crate::items::{Item, ItemKind, Name, split_generic, start_pieces};
use crate::keywords::definition_shape;
use crate::names::{lookup, names};
use crate::program::load_graph;
use crate::splice::is_late;

/// What separates the name of a definition that was replaced from its number.
pub(crate) const NUMBER: char = '~';

/// What start-up goes through, in program order: values, bindings of `let` forms, the functions in them, and functions
/// that are defined more than once.
#[salsa::tracked(returns(ref))]
pub(crate) fn start_order<'db>(db: &'db dyn Db, root: SourceFile) -> Vec<Item<'db>> {
    let table = names(db, root);
    let pieces = load_graph(db, root).pieces.iter();
    let items = pieces.flat_map(|piece| {
        let pieces = start_pieces(db, root, piece.file);
        let items = pieces
            .get(piece.part as usize)
            .map_or(&[][..], |items| items);
        items.iter().copied()
    });
    items
        .filter(|&item| {
            let name = item.name(db);
            let counts =
                || table.items.get(&name) == Some(&item) || table.replaced.contains_key(&item);
            match item.kind(db) {
                ItemKind::Bindings => true,
                ItemKind::Value => counts(),
                _ => counts() && (table.first.contains_key(&name) || is_late(db, item)),
            }
        })
        .collect()
}

#[salsa::tracked(returns(ref))]
fn positions<'db>(db: &'db dyn Db, root: SourceFile) -> FxHashMap<Item<'db>, u32> {
    let order = start_order(db, root).iter();
    order.zip(0..).map(|(&item, at)| (item, at)).collect()
}

/// Is a definition of this name evaluated before `own`?
#[salsa::tracked(returns(copy))]
pub(crate) fn precedes<'db>(
    db: &'db dyn Db,
    root: SourceFile,
    item: Item<'db>,
    own: Item<'db>,
) -> bool {
    let positions = positions(db, root);
    let table = names(db, root);
    // The first definition of the name is the one that can stand before.
    let first = table.first.get(&item.name(db)).copied().unwrap_or(item);
    // What is not evaluated, such as what the prelude of another test has declared already, waits for nothing.
    positions
        .get(&own)
        .is_none_or(|own| positions.get(&first) < Some(own))
}

/// The values that the initialiser of a value mentions, also by keyword variants of them.
#[salsa::tracked(returns(ref))]
fn mentioned<'db>(db: &'db dyn Db, root: SourceFile, item: Item<'db>) -> Vec<Item<'db>> {
    let ast = item.ast(db);
    let nodes = item.root(db).0..ast.subtree_end(item.root(db)).0;
    let of_path = |path: &str| lookup(db, root, split_generic(path).0);
    let mut found = Vec::new();
    for path in nodes.filter_map(|node| ast.as_keyword(NodeId(node))) {
        let mut meant = of_path(path);
        if let Some(variant) = meant.filter(|it| it.kind(db) == ItemKind::KeywordVariant) {
            let ast = variant.ast(db);
            let target = definition_shape(ast, variant.root(db)).target;
            meant = target.and_then(|it| ast.as_keyword(it)).and_then(of_path);
        }
        let value = meant.filter(|it| it.kind(db) == ItemKind::Value);
        found.extend(value.filter(|value| *value != item));
    }
    found
}

/// A value, the values that it mentions, and those that are mentioned through them.
fn reached<'db>(db: &'db dyn Db, root: SourceFile, from: Item<'db>) -> FxHashSet<Item<'db>> {
    let mut seen = FxHashSet::default();
    let mut work = vec![from];
    while let Some(item) = work.pop() {
        if seen.insert(item) {
            work.extend_from_slice(mentioned(db, root, item));
        }
    }
    seen
}

/// Does a value mention another one, or itself, directly or through the values that it mentions?
pub(crate) fn reaches<'db>(
    db: &'db dyn Db,
    root: SourceFile,
    from: Item<'db>,
    to: Item<'db>,
) -> bool {
    reached(db, root, from).contains(&to)
}

/// Is a value the first in program order of those that it reaches and that reach it?
pub(crate) fn opens_circle<'db>(db: &'db dyn Db, root: SourceFile, item: Item<'db>) -> bool {
    let positions = positions(db, root);
    let Some(at) = positions.get(&item) else {
        return true;
    };
    let is_earlier = |other: &Item<'db>| positions.get(other).is_some_and(|other| other < at);
    let mut earlier = reached(db, root, item).into_iter().filter(is_earlier);
    !earlier.any(|other| reaches(db, root, other, item))
}

/// The definition that gives a name its type: all definitions of a name have one type, and the first one cannot depend
/// on the others.
#[salsa::tracked(returns(copy))]
fn first_of<'db>(db: &'db dyn Db, root: SourceFile, name: Name<'db>) -> Option<Item<'db>> {
    names(db, root).first.get(&name).copied()
}

pub(crate) fn typed_by<'db>(db: &'db dyn Db, root: SourceFile, item: Item<'db>) -> Item<'db> {
    first_of(db, root, item.name(db)).unwrap_or(item)
}

/// What the code of a definition is called: its name, or the name and a number if another definition replaces it.
pub(crate) fn code_name<'db>(db: &'db dyn Db, root: SourceFile, item: Item<'db>) -> String {
    let name = item.name(db).text(db);
    match names(db, root).replaced.get(&item) {
        Some(number) => format!("{name}{NUMBER}{number}"),
        None => name.clone(),
    }
}

/// The definition whose code has this name, if it is one that start-up goes through.
pub(crate) fn by_code_name<'db>(
    db: &'db dyn Db,
    root: SourceFile,
    name: &str,
) -> Option<Item<'db>> {
    let order = start_order(db, root).iter().copied();
    let base = name.split(NUMBER).next().unwrap_or(name);
    let mut same = order.filter(|item| item.name(db).text(db) == base);
    same.find(|&item| code_name(db, root, item) == name)
}

/// A step of start-up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StartStep {
    /// This initialiser is evaluated ([`crate::value_ir`]); its value is that of the name up to a `~`.
    Value(Arc<str>),
    /// From here on a function that is defined more than once has the code of this name ([`crate::function_ir`]).
    Function {
        /// The function.
        name: Arc<str>,
        /// The name of the code.
        code: Arc<str>,
    },
}

/// What start-up does, in program order.
pub fn start_steps(db: &dyn Db, program: SourceFile) -> Vec<StartStep> {
    let mut steps = Vec::new();
    for &item in start_order(db, program) {
        // What another process runs is not evaluated here.
        if crate::expand::is_marked(item.name(db).text(db)) {
            continue;
        }
        let code: Arc<str> = code_name(db, program, item).into();
        let is_function = item.kind(db) == ItemKind::Function;
        let name = item.name(db);
        if is_function && names(db, program).first.contains_key(&name) {
            steps.push(StartStep::Function {
                name: name.text(db).as_str().into(),
                code: code.clone(),
            });
        }
        if !is_function || is_late(db, item) {
            steps.push(StartStep::Value(code));
        }
    }
    steps
}
