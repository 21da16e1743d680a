//! Programs and what their names mean.
//!
//! Bodies never read the table of a whole program: they go
//! through [`lookup`], which changes only for the names that change.

use std::collections::hash_map::Entry;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use wat_syntax::NodeId;

use crate::closed::{OfClosed, OfFiles, of_closed};
use crate::db::{Db, FileKind, SourceFile};
use crate::expand::{calling_forms, calling_forms_of, marked_place, place_of};
use crate::forms::{Form, ast, form_list};
use crate::identity::Identity;
use crate::items::{
    Item, ItemKind, Name, declarations, item_pieces, program_variants, split_generic,
    written_declarations, written_function,
};
use crate::keywords::{definition_shape, derived_name};
use crate::layered::{Layered, named};
use crate::library::{is_internal, library_item};
use crate::program::{closed_files, lacks_loads, load_graph, other_files};
use crate::redefinition::{Again, again, differ, retypes, retypes_in_words};
use crate::sight::closed_literals;
use crate::suggest::{Pool, Suggestion};
use crate::visibility::admitted_near;

/// All names of a program (the library's excepted), and the second definitions.
#[derive(Clone, PartialEq, Eq, Debug, Default, salsa::SalsaValue)]
pub(crate) struct NameTable<'db> {
    pub(crate) items: Layered<'db>,
    /// Second definition, the one before it, and what the second one is.
    pub(crate) again: Vec<(Item<'db>, Item<'db>, Again)>,
    /// Definitions that a later one replaces, numbered from 1 for each name.
    pub(crate) replaced: FxHashMap<Item<'db>, u32>,
    /// The first definition of names with replaced ones.
    pub(crate) first: FxHashMap<Name<'db>, Item<'db>>,
    /// Names with definitions by mistake that differ in what their uses need to know.
    contested: FxHashSet<Name<'db>>,
}

/// The names of the closed files of a program; `None` if one of them is defined more than once.
#[salsa::tracked(returns(ref))]
fn closed_names<'db>(
    db: &'db dyn Db,
    root: SourceFile,
) -> Option<Arc<FxHashMap<Name<'db>, Item<'db>>>> {
    if item_pieces(db, root).are_closed_literal() {
        return closed_literals(db, root).clone();
    }
    named(db, closed_items(db, root))
}

/// The definitions of the closed files of a program.
pub(crate) fn closed_items<'db>(
    db: &'db dyn Db,
    root: SourceFile,
) -> impl Iterator<Item = Item<'db>> {
    let pieces = item_pieces(db, root);
    closed_files(db, root).flat_map(move |file| pieces.of(file).iter().flatten().copied())
}

/// The definitions of its other files.
pub(crate) fn other_items<'db>(
    db: &'db dyn Db,
    root: SourceFile,
) -> impl Iterator<Item = Item<'db>> {
    let pieces = item_pieces(db, root);
    other_files(db, root).flat_map(move |file| pieces.of(file).iter().flatten().copied())
}

/// The names of a program. In a session the last definition of a name counts, else the first, unless the program
/// permits that it is replaced.
#[salsa::tracked(returns(ref))]
pub(crate) fn names<'db>(db: &'db dyn Db, root: SourceFile) -> NameTable<'db> {
    let closed = closed_names(db, root).as_ref();
    let layered = closed.and_then(|closed| Layered::above(db, closed, other_items(db, root)));
    match layered {
        Some(items) => NameTable {
            items,
            ..NameTable::default()
        },
        None => names_in_order(db, root),
    }
}

/// The same where some name is defined more than once.
fn names_in_order<'db>(db: &'db dyn Db, root: SourceFile) -> NameTable<'db> {
    let session = root.kind(db) == FileKind::Session;
    let redef = crate::configuration::config(db, root).redef;
    let mut table = NameTable::default();
    let mut items: FxHashMap<Name<'db>, Item<'db>> = FxHashMap::default();
    let mut numbers: FxHashMap<Name<'db>, u32> = FxHashMap::default();
    let pieces = item_pieces(db, root);
    for &piece in &load_graph(db, root).pieces {
        let file = piece.file;
        for &item in pieces.at(piece) {
            let name = item.name(db);
            let before = match items.entry(name) {
                Entry::Vacant(entry) => {
                    entry.insert(item);
                    continue;
                }
                // A member that one declaration generates twice is a mistake of that declaration's shape.
                Entry::Occupied(entry) if is_same_member(db, item, *entry.get()) => continue,
                Entry::Occupied(entry) if session => {
                    let before = *entry.get();
                    if before.form(db).file(db) == file {
                        table.again.push((item, before, Again::Duplicate));
                    }
                    items.insert(name, item);
                    continue;
                }
                Entry::Occupied(entry) => *entry.get(),
            };
            let how = again(db, redef, item, before);
            // Of two fields that both collide, the second one is told as the second of its name.
            let last = table.again.last();
            if last
                .is_some_and(|(told, ..)| is_same_member(db, item, *told) && told.name(db) == name)
            {
                continue;
            }
            table.again.push((item, before, how));
            if how == Again::Duplicate && differ(db, item, before) {
                table.contested.insert(name);
            }
            if how == Again::Replacement {
                table.first.entry(name).or_insert(before);
                let number = numbers.entry(name).or_default();
                *number += 1;
                table.replaced.insert(before, *number);
                items.insert(name, item);
            }
        }
    }
    if session {
        drop_old_members(db, &mut items);
    }
    table.items = items.into();
    contest_members(db, &mut table);
    table
}

/// Are two members of one declaration of one kind? An accessor may have the name of the constructor, which is another
/// definition of it.
fn is_same_member<'db>(db: &'db dyn Db, item: Item<'db>, before: Item<'db>) -> bool {
    let place = |item: Item<'db>| (item.form(db), item.node(db), item.kind(db));
    place(item) == place(before)
}

/// Of the members of contested declarations nothing is known either.
fn contest_members<'db>(db: &'db dyn Db, table: &mut NameTable<'db>) {
    if table.contested.is_empty() {
        return;
    }
    let is_contested = |member: &&Item<'db>| {
        let owner = crate::nominal::owner(db, **member);
        owner.is_some_and(|owner| table.contested.contains(&owner.name(db)))
    };
    let members = table.items.values().filter(is_contested);
    let members: Vec<Name<'db>> = members.map(|member| member.name(db)).collect();
    table.contested.extend(members);
}

/// What the former declaration of a type has generated, and the present one does not, is no more.
fn drop_old_members<'db>(db: &'db dyn Db, items: &mut FxHashMap<Name<'db>, Item<'db>>) {
    let is_member = |item: &Item<'db>| {
        matches!(
            item.kind(db),
            ItemKind::Constructor | ItemKind::Accessor | ItemKind::UnitVariant
        )
    };
    let members = items.values().filter(|item| is_member(item));
    let replaced = members.filter(|member| {
        let owner = crate::nominal::owner(db, **member);
        owner.is_some_and(|owner| items.get(&owner.name(db)) != Some(&owner))
    });
    let replaced: Vec<Name<'db>> = replaced.map(|member| member.name(db)).collect();
    for name in replaced {
        items.remove(&name);
    }
}

/// The definitions of a program in program order.
pub(crate) fn program_items<'db>(
    db: &'db dyn Db,
    root: SourceFile,
) -> impl DoubleEndedIterator<Item = Item<'db>> {
    let all = item_pieces(db, root);
    let pieces = load_graph(db, root).pieces.iter();
    pieces.flat_map(move |&piece| all.at(piece).iter().copied())
}

/// The second definitions that stand in a file.
#[salsa::tracked(returns(ref))]
pub(crate) fn redefinitions<'db>(
    db: &'db dyn Db,
    root: SourceFile,
    file: SourceFile,
) -> Vec<(Item<'db>, Item<'db>, Again)> {
    let again = names(db, root).again.iter().copied();
    again
        .filter(|(second, ..)| second.form(db).file(db) == file)
        .chain(redefined_beside(db, root, file))
        .collect()
}

/// The same of the definitions beside functions ([`beside`]).
fn redefined_beside<'db>(
    db: &'db dyn Db,
    root: SourceFile,
    file: SourceFile,
) -> Vec<(Item<'db>, Item<'db>, Again)> {
    let redef = crate::configuration::config(db, root).redef;
    let forms = form_list(db, file);
    let calling = calling_forms_of(db, root, file).iter();
    let calling = calling.filter_map(|&at| forms.get(at as usize).copied());
    let mut found = Vec::new();
    for form in calling.filter(|&form| written_function(db, form).is_some()) {
        let mut known: FxHashMap<Name<'db>, Item<'db>> = FxHashMap::default();
        let items = declarations(db, root, form).items.iter().copied();
        for item in items.filter(|item| crate::expand::is_marked(item.name(db).text(db))) {
            match known.entry(item.name(db)) {
                Entry::Vacant(entry) => {
                    entry.insert(item);
                }
                Entry::Occupied(entry) => {
                    let before = *entry.get();
                    let generated = (before.form(db), before.node(db)) == (form, item.node(db));
                    if !generated && !is_same_member(db, item, before) {
                        found.push((item, before, again(db, redef, item, before)));
                    }
                }
            }
        }
    }
    found
}

/// What a name of a program means. Changes only when this name changes.
#[salsa::tracked(returns(copy), cycle_result = means_nothing)]
fn program_item<'db>(db: &'db dyn Db, root: SourceFile, name: Name<'db>) -> Option<Item<'db>> {
    let known = names(db, root).items.get(&name).copied();
    known.or_else(|| beside(db, root, name))
}

/// A name that the expansion of its own form asks for means nothing yet.
fn means_nothing<'db>(
    _: &'db dyn Db,
    _: salsa::Id,
    _: SourceFile,
    _: Name<'db>,
) -> Option<Item<'db>> {
    None
}

/// The functions of a program that are nothing but their definition and may have expansions, by what marked names say of
/// them.
#[salsa::tracked(returns(ref))]
fn calling_functions<'db>(db: &'db dyn Db, root: SourceFile) -> FxHashMap<u64, Form<'db>> {
    let files = load_graph(db, root).files.iter();
    let calling = calling_forms(db, root);
    let forms = files.flat_map(|&file| {
        let forms = form_list(db, file);
        let calling = calling.of(file).iter();
        calling.filter_map(|&at| forms.get(at as usize).copied())
    });
    let functions = forms.filter(|&form| written_function(db, form).is_some());
    functions.map(|form| (place_of(db, form), form)).collect()
}

/// A definition beside a function in which a program runs ([`crate::expand::is_marked`]). The names of a program do not
/// have it: they do not depend on the expansions of its functions, and nothing but these has use for it.
fn beside<'db>(db: &'db dyn Db, root: SourceFile, name: Name<'db>) -> Option<Item<'db>> {
    let place = marked_place(name.text(db))?;
    let form = *calling_functions(db, root).get(&place)?;
    let items = declarations(db, root, form).items.iter();
    items.copied().find(|item| item.name(db) == name)
}

/// Has a name definitions that differ, so that nobody knows which of them its uses mean? That is told where the second
/// one stands. The same holds of the members of such a declaration.
pub(crate) fn is_contested(db: &dyn Db, root: SourceFile, path: &str) -> bool {
    !is_library(path) && has_contested(db, root) && contested(db, root, Name::new(db, path))
}

/// Is a name that means nothing contested as something else than what is asked for, or would it be a member of what is?
pub(crate) fn may_be_contested(db: &dyn Db, root: SourceFile, path: &str) -> bool {
    let is_owner =
        |owner: Option<(&str, &str)>| owner.is_some_and(|(owner, _)| is_contested(db, root, owner));
    !is_library(path)
        && has_contested(db, root)
        && (is_contested(db, root, path)
            || is_owner(path.rsplit_once('/'))
            || is_owner(path.rsplit_once("::")))
}

/// Does a program define some name more than once?
pub(crate) fn has_doubles(db: &dyn Db, root: SourceFile) -> bool {
    has_contested(db, root) || has_replaced(db, root)
}

/// Most programs have no such name: then there is nothing to ask of each.
#[salsa::tracked(returns(copy))]
fn has_contested(db: &dyn Db, root: SourceFile) -> bool {
    !names(db, root).contested.is_empty()
}

/// Do the definitions of a name that replace one another differ in type or callers? That is told where they stand, and
/// which of them a use means is not known. Initialisers ask what can be said without the types of values: these depend
/// on them.
pub(crate) fn is_retyped<'db>(
    db: &'db dyn Db,
    root: SourceFile,
    item: Item<'db>,
    initialises: bool,
) -> bool {
    matches!(item.kind(db), ItemKind::Function | ItemKind::Value)
        && !is_library(item.name(db).text(db))
        && has_replaced(db, root)
        && match initialises {
            true => retyped_in_words(db, root, item.name(db)),
            false => retyped(db, root, item.name(db)),
        }
}

/// Most programs replace nothing.
#[salsa::tracked(returns(copy))]
fn has_replaced(db: &dyn Db, root: SourceFile) -> bool {
    !names(db, root).first.is_empty()
}

#[salsa::tracked(returns(copy))]
fn retyped<'db>(db: &'db dyn Db, root: SourceFile, name: Name<'db>) -> bool {
    replacements(db, root, name).any(|(second, first)| retypes(db, root, second, first))
}

#[salsa::tracked(returns(copy))]
fn retyped_in_words<'db>(db: &'db dyn Db, root: SourceFile, name: Name<'db>) -> bool {
    replacements(db, root, name).any(|(second, first)| retypes_in_words(db, root, second, first))
}

/// Each definition of a name that replaces another one, with that one.
fn replacements<'db>(
    db: &'db dyn Db,
    root: SourceFile,
    name: Name<'db>,
) -> impl Iterator<Item = (Item<'db>, Item<'db>)> {
    let again = names(db, root).again.iter();
    again
        .filter(move |(second, _, how)| *how == Again::Replacement && second.name(db) == name)
        .map(|&(second, first, _)| (second, first))
}

#[salsa::tracked(returns(copy))]
fn contested<'db>(db: &'db dyn Db, root: SourceFile, name: Name<'db>) -> bool {
    names(db, root).contested.contains(&name)
}

pub(crate) fn is_library(name: &str) -> bool {
    name.starts_with(":wat::")
}

/// What a path means as a call head or a value.
pub(crate) fn lookup<'db>(db: &'db dyn Db, root: SourceFile, path: &str) -> Option<Item<'db>> {
    let name = Name::new(db, path);
    let item = if is_library(path) {
        library_item(db, name, false)
    } else {
        program_item(db, root, name)
    };
    item.filter(|item| !item.kind(db).is_type())
        .or_else(|| crate::alias::member(db, root, name))
}

/// What a path means as a type.
pub(crate) fn lookup_type<'db>(db: &'db dyn Db, root: SourceFile, path: &str) -> Option<Item<'db>> {
    let name = Name::new(db, path);
    let item = if is_library(path) {
        library_item(db, name, true)
    } else {
        program_item(db, root, name)
    };
    item.filter(|item| item.kind(db).is_type())
}

/// The definition of the program that has this name, whatever it is.
pub(crate) fn own_definition<'db>(
    db: &'db dyn Db,
    root: SourceFile,
    path: &str,
) -> Option<Item<'db>> {
    program_item(db, root, Name::new(db, path))
}

/// The program that the names in an item's form belong to: the library's own items see the library alone.
pub(crate) fn program_of<'db>(db: &'db dyn Db, root: SourceFile, item: Item<'db>) -> SourceFile {
    let file = item.form(db).file(db);
    if file.kind(db) == FileKind::Library {
        file
    } else {
        root
    }
}

/// Forms of the language that are values too.
const VARIANTS: [&str; 4] = [
    ":wat::core::Some",
    ":wat::core::None",
    ":wat::core::Ok",
    ":wat::core::Err",
];

/// Is it a form of the language that takes values and makes one of them?
pub(crate) fn is_constructor_form(name: &str) -> bool {
    VARIANTS.contains(&name) && name != ":wat::core::None"
}

/// What may stand where an unknown name stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, salsa::SalsaValue)]
pub(crate) enum Position {
    /// At the head of a form: whatever can be called, forms of the language and macros too.
    Head,
    /// As a value: neither forms of the language nor macros, but the constructors among these forms.
    Value,
}

/// The names without a whitelist that may stand somewhere, as candidates for a wrong one: those of the library and of the
/// closed files, which an edit leaves alone, and those of the others.
fn near(db: &dyn Db, program: SourceFile, position: Position, wrong: &str) -> Vec<Suggestion> {
    let mut found = closed_names_at(db, program, position).rank(wrong, |_| true);
    found.extend(other_names_at(db, program, position).rank(wrong, |_| true));
    crate::suggest::order(wrong, found)
}

#[salsa::tracked(returns(ref))]
fn closed_names_at(db: &dyn Db, program: SourceFile, position: Position) -> Pool {
    let library = crate::library::LIBRARY_NAMES.iter().filter(|entry| {
        let is_offered = !entry.restricted && !is_internal(entry.name);
        is_offered && !entry.is_type() && position.admits(entry.is_form(), entry.name)
    });
    let items = closed_layer(db, program).values().copied();
    let items = items.chain(crate::library::members(db));
    let own = items.filter_map(|item| position.offers(db, item));
    Pool::new(library.map(|entry| entry.name).chain(own))
}

#[salsa::tracked(returns(ref))]
fn other_names_at(db: &dyn Db, program: SourceFile, position: Position) -> Pool {
    let items = names(db, program).items.own().values();
    Pool::new(items.filter_map(|&item| position.offers(db, item)))
}

/// What names of closed files mean.
#[salsa::tracked(returns(ref))]
fn closed_layer<'db>(db: &'db dyn Db, root: SourceFile) -> Arc<FxHashMap<Name<'db>, Item<'db>>> {
    names(db, root).items.closed().clone()
}

impl Position {
    /// The name of a definition, if it may stand there.
    fn offers<'db>(self, db: &'db dyn Db, item: Item<'db>) -> Option<&'db str> {
        let (kind, name) = (item.kind(db), item.name(db).text(db));
        let is_form = matches!(kind, ItemKind::Macro | ItemKind::KeywordVariant);
        let is_offered = !item.restricted(db) && !crate::expand::is_marked(name);
        let is_offered = is_offered && !kind.is_type() && self.admits(is_form, name);
        is_offered.then_some(name)
    }

    fn admits(self, is_form: bool, name: &str) -> bool {
        self == Position::Head || !is_form || VARIANTS.contains(&name)
    }
}

/// Is a name that means nothing excused, because what would define it could not be loaded, has a slip in its head, or is
/// contested?
pub(crate) fn is_excused(db: &dyn Db, root: SourceFile, name: &str) -> bool {
    let is_excused = || {
        lacks_loads(db, root) || is_meant(db, root, name) || meant_variants(db, root).contains(name)
    };
    !is_library(name) && (is_excused() || may_be_contested(db, root, name))
}

/// The names that keyword variants would have by default if their targets, which mean nothing, were what they may stand
/// for: the target is told, once.
#[salsa::tracked(returns(ref))]
fn meant_variants(db: &dyn Db, root: SourceFile) -> FxHashSet<Box<str>> {
    let mut found = FxHashSet::default();
    for item in program_variants(db, root) {
        let ast = item.ast(db);
        let shape = definition_shape(ast, item.root(db));
        let target = shape.target.and_then(|target| ast.as_keyword(target));
        let Some(target) = target.filter(|_| shape.auto && shape.name.is_none()) else {
            continue;
        };
        let target = split_generic(target).0;
        if lookup(db, root, target).is_none() {
            let near = near(db, root, Position::Head, target);
            found.extend(near.iter().map(|near| derived_name(&near.name).into()));
        }
    }
    found
}

/// Is it a name, or the member of a type, that a form with an unknown head would define, or a declaration inside an
/// expression? Asked of unknown names alone: the answer depends on every form of the program.
fn is_meant(db: &dyn Db, root: SourceFile, name: &str) -> bool {
    let meant = meant_names(db, root);
    is_misplaced(db, root, name) || !meant.is_empty() && or_owner(name, |name| meant.contains(name))
}

/// Is it a name, or the member of a type, that a declaration inside an expression would define? WAT2004 tells of that.
pub(crate) fn is_misplaced(db: &dyn Db, root: SourceFile, name: &str) -> bool {
    let misplaced = crate::misplaced::misplaced_names(db, root);
    !misplaced.is_empty() && or_owner(name, |name| misplaced.contains_key(name))
}

/// The same of a macro.
pub(crate) fn is_misplaced_macro(db: &dyn Db, root: SourceFile, name: &str) -> bool {
    crate::misplaced::misplaced_names(db, root).get(name) == Some(&true)
}

/// Does it hold of a name, or of the type that the name would be a member of?
pub(crate) fn or_owner(name: &str, holds: impl Fn(&str) -> bool) -> bool {
    let owner = |(owner, _): (&str, &str)| holds(owner);
    holds(name)
        || name.rsplit_once('/').is_some_and(owner)
        || name.rsplit_once("::").is_some_and(owner)
}

/// The forms that define names.
pub(crate) const DEFINERS: [&str; 13] = [
    ":wat::core::def",
    ":wat::core::def-restricted",
    ":wat::core::defmacro",
    ":wat::core::defn",
    ":wat::core::defn-restricted",
    ":wat::core::define-dispatch",
    ":wat::core::enum",
    ":wat::core::enum-restricted",
    ":wat::core::newtype",
    ":wat::core::struct",
    ":wat::core::struct-restricted",
    ":wat::core::typealias",
    ":wat::runtime::define-alias",
];

/// Is it the name of a form that defines a name, or of a test?
pub(crate) fn is_definer(path: &str) -> bool {
    DEFINERS.contains(&path) || crate::expand::is_test_form(path)
}

/// The defining form that an unknown head may have been meant for: one that is spelled like it, or has its last word.
pub(crate) fn meant_definer(head: &str) -> Option<&'static str> {
    let leaf = head.rsplit("::").next().unwrap_or(head);
    let leaf = leaf.trim_start_matches(':');
    let path = format!(":wat::core::{leaf}");
    let exact = DEFINERS
        .iter()
        .find(|path| path.rsplit("::").next() == Some(leaf));
    exact.copied().or_else(|| {
        let near = crate::suggest::rank(&path, DEFINERS.into_iter());
        let near = near.first()?;
        DEFINERS.into_iter().find(|path| *path == &*near.name)
    })
}

/// The names that forms of a program would define if their heads, which mean nothing, were those they were meant to be.
/// Only what is written counts: this is asked while macros are expanded, too.
#[salsa::tracked(returns(ref))]
pub(crate) fn meant_names(db: &dyn Db, root: SourceFile) -> FxHashSet<Box<str>> {
    let files = &load_graph(db, root).files;
    let meant = OfFiles::new(db, closed_meant(db), meant_in);
    let mut found = files.iter().flat_map(|&file| meant.of(file)).peekable();
    if found.peek().is_none() {
        return FxHashSet::default();
    }
    let forms = files.iter().flat_map(|&file| form_list(db, file));
    let written = forms.flat_map(|&form| &written_declarations(db, form).items);
    let known: FxHashSet<&str> = written
        .map(|item| item.name(db).text(db).as_str())
        .collect();
    let unknown = found.filter(|(head, _)| !known.contains(&**head));
    unknown.map(|(_, name)| name.clone()).collect()
}

/// The heads that mean nothing in the library and may have been meant to define names, each with the name.
#[salsa::tracked(returns(ref))]
fn meant_in(db: &dyn Db, file: SourceFile) -> Arc<Vec<(Box<str>, Box<str>)>> {
    let mut found = Vec::new();
    for &form in form_list(db, file) {
        let expressions = &written_declarations(db, form).expressions;
        if expressions.is_empty() {
            continue;
        }
        let ast = ast(db, form);
        for &node in expressions {
            let mut parts = ast.children(NodeId(node));
            let (Some(head), Some(name)) = (parts.next(), parts.next()) else {
                continue;
            };
            let head = ast.as_keyword(head).or(ast.as_symbol(head));
            if let (Some(head), Some(name)) = (head, ast.as_keyword(name))
                && library_item(db, Name::new(db, head), false).is_none()
                && crate::legacy::retired(head).is_none_or(|it| is_definer(&it.now))
                && meant_definer(head).is_some()
            {
                found.push((split_generic(head).0.into(), split_generic(name).0.into()));
            }
        }
    }
    Arc::new(found)
}

#[salsa::tracked(returns(ref))]
fn closed_meant(db: &dyn Db) -> OfClosed<Vec<(Box<str>, Box<str>)>> {
    of_closed(db, meant_in)
}

/// Candidates for an unknown path or symbol, computed once for each name of a program and each caller: names to which
/// the caller is not admitted are none.
#[salsa::tracked(returns(ref))]
pub(crate) fn candidates<'db>(
    db: &'db dyn Db,
    root: SourceFile,
    wrong: Name<'db>,
    caller: Identity,
    position: Position,
) -> Vec<Suggestion> {
    let wrong = wrong.text(db);
    let near = |wrong: &str| {
        let mut found = near(db, root, position, wrong);
        found.extend(admitted_near(db, root, &caller, wrong));
        found
    };
    let mut found = near(wrong);
    if let Some((alias, meant)) = crate::alias::seen_through(db, root, wrong) {
        let members = near(&format!("{meant}{}", &wrong[alias.len()..])).into_iter();
        found.extend(members.filter_map(|mut near| {
            let member = near.name.strip_prefix(meant.as_str())?;
            near.name = format!("{alias}{member}").into();
            (near.class == 1 && lookup(db, root, &near.name).is_some()).then_some(near)
        }));
    }
    crate::suggest::order(wrong, found)
}

/// What stands for a value, by namespace. Only keyword literals in such a namespace read it.
#[salsa::tracked(returns(ref))]
fn values_by_namespace<'db>(
    db: &'db dyn Db,
    root: SourceFile,
) -> FxHashMap<String, Vec<Item<'db>>> {
    let mut found: FxHashMap<String, Vec<Item<'db>>> = FxHashMap::default();
    for &item in names(db, root).items.values() {
        let text = item.name(db).text(db);
        let is_value = !item.kind(db).is_type() && item.kind(db) != ItemKind::Macro;
        if let Some(at) = text.rfind("::").filter(|_| is_value) {
            found
                .entry(text[..at + 2].to_owned())
                .or_default()
                .push(item);
        }
    }
    for items in found.values_mut() {
        items.sort_by_key(|item| item.name(db).text(db));
    }
    found
}

/// The values of one namespace, which is written with its last `::`, by name.
#[salsa::tracked(returns(ref))]
fn values_in<'db>(db: &'db dyn Db, root: SourceFile, namespace: Name<'db>) -> Vec<Item<'db>> {
    let all = values_by_namespace(db, root);
    all.get(namespace.text(db)).cloned().unwrap_or_default()
}

/// The names of the values of one namespace, for suggestions.
#[salsa::tracked(returns(ref))]
fn value_names_in<'db>(db: &'db dyn Db, root: SourceFile, namespace: Name<'db>) -> Pool {
    let values = values_in(db, root, namespace).iter();
    Pool::new(values.map(|item| item.name(db).text(db).as_str()))
}

/// The values in the namespace of a keyword literal that it may be a misspelling of, as the caller may name them.
#[salsa::tracked(returns(ref))]
pub(crate) fn neighbours<'db>(
    db: &'db dyn Db,
    root: SourceFile,
    literal: Name<'db>,
    caller: Identity,
) -> Vec<Suggestion> {
    let text = literal.text(db);
    let Some(at) = text.rfind("::") else {
        return Vec::new();
    };
    let letters = text[at + 2..].chars().count();
    let namespace = Name::new(db, &text[..at + 2]);
    let values = values_in(db, root, namespace);
    let mut found = value_names_in(db, root, namespace).rank(text, |name| {
        let at = values.partition_point(|item| item.name(db).text(db).as_str() < name);
        let item = values.get(at);
        item.is_some_and(|item| crate::visibility::is_admitted(db, root, &caller, *item))
    });
    // Something of the name must be there: all names of one letter are neighbours.
    found.retain(|found| found.class == 1 && found.distance < letters);
    found
}
