//! Programs and what their names mean.
//!
//! A program is a root file and what it loads, in load order. Bodies never read the table of a whole program: they go
//! through [`lookup`], which changes only for the names that change.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use wat_syntax::TextRange;

use crate::db::{Db, FileKind, FileSet, SourceFile};
use crate::forms::forms;
use crate::items::{Item, ItemKind, Name, declarations, file_items, file_loads};
use crate::library::library_item;
use crate::suggest::Suggestion;
use crate::visibility::{Identity, admitted_names};

/// The file that a load path names, seen from `from`: `.` and `..` are resolved, an absolute path stays.
pub(crate) fn resolve_path(from: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let absolute = path.starts_with('/') || (from.starts_with('/'));
    if !path.starts_with('/') {
        parts.extend(from.split('/').filter(|part| !part.is_empty()));
        parts.pop();
    }
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("{}{}", if absolute { "/" } else { "" }, parts.join("/"))
}

/// The files that a file loads, in order; `None` where the file is missing.
#[salsa::tracked(returns(ref))]
pub(crate) fn loaded_files(db: &dyn Db, file: SourceFile) -> Vec<Option<SourceFile>> {
    let loads = file_loads(db, file);
    if loads.is_empty() {
        return Vec::new();
    }
    let files = FileSet::get(db).files(db);
    let here = file.path(db);
    let session = file.kind(db) == FileKind::Session;
    loads
        .iter()
        .map(|path| {
            let path = if session {
                path.to_string()
            } else {
                resolve_path(&here, path)
            };
            files.get(path.as_str()).copied()
        })
        .collect()
}

/// The target of a load form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LoadTarget {
    /// The path, resolved against the file that loads.
    pub path: Arc<str>,
    /// The file, if the host has given it.
    pub file: Option<SourceFile>,
    /// Where the path is written.
    pub span: TextRange,
}

/// What a file loads.
pub fn load_targets(db: &dyn Db, file: SourceFile) -> Vec<LoadTarget> {
    let here = file.path(db);
    let mut targets = Vec::new();
    for placed in &forms(db, file).placed {
        for load in &declarations(db, placed.form).loads {
            let path: Arc<str> = resolve_path(&here, &load.path).into();
            let spans = &crate::forms::read_form(db, placed.form).spans;
            targets.push(LoadTarget {
                file: FileSet::get(db).files(db).get(&path).copied(),
                path,
                span: spans.range(wat_syntax::NodeId(load.node)) + placed.start(),
            });
        }
    }
    targets
}

/// The files of the program with this root: depth first, each once, a file after what it loads.
#[salsa::tracked(returns(clone))]
pub fn program_files(db: &dyn Db, root: SourceFile) -> Arc<[SourceFile]> {
    let mut order = Vec::new();
    let mut seen = FxHashSet::from_iter([root]);
    let mut stack = vec![(root, 0)];
    while let Some((file, next)) = stack.pop() {
        match loaded_files(db, file).get(next) {
            Some(target) => {
                stack.push((file, next + 1));
                if let Some(target) = target.filter(|target| seen.insert(*target)) {
                    stack.push((target, 0));
                }
            }
            None => order.push(file),
        }
    }
    order.into()
}

/// The files that load, directly or not, a file on a cycle: what is left after removing, again and again, the files
/// that load nothing that is left. Nearly always empty, so that nobody looks for a cycle that cannot be there.
#[salsa::tracked(returns(ref))]
fn entangled(db: &dyn Db) -> FxHashSet<SourceFile> {
    let files = FileSet::get(db).files(db);
    let mut loaders: FxHashMap<SourceFile, Vec<SourceFile>> = FxHashMap::default();
    let mut open: FxHashMap<SourceFile, usize> = FxHashMap::default();
    for &file in files.values() {
        let targets = loaded_files(db, file).iter().flatten();
        open.insert(file, targets.clone().count());
        for &target in targets {
            loaders.entry(target).or_default().push(file);
        }
    }
    let mut done: Vec<SourceFile> = open
        .iter()
        .filter(|(_, count)| **count == 0)
        .map(|(file, _)| *file)
        .collect();
    while let Some(file) = done.pop() {
        open.remove(&file);
        for loader in loaders.get(&file).into_iter().flatten() {
            if let Some(count) = open.get_mut(loader) {
                *count -= 1;
                if *count == 0 {
                    done.push(*loader);
                }
            }
        }
    }
    open.into_keys().collect()
}

/// A cycle of loads that goes through this load of this file: the files on it, from this file back to it.
pub(crate) fn load_cycle(
    db: &dyn Db,
    file: SourceFile,
    target: SourceFile,
) -> Option<Vec<SourceFile>> {
    if !entangled(db).contains(&file) {
        return None;
    }
    let mut from: FxHashMap<SourceFile, SourceFile> = FxHashMap::default();
    let mut work = vec![target];
    while let Some(at) = work.pop() {
        if at == file {
            let mut chain = vec![file];
            let mut step = file;
            while step != target {
                step = from[&step];
                chain.push(step);
            }
            chain.push(file);
            chain.reverse();
            return Some(chain);
        }
        for &next in loaded_files(db, at).iter().flatten() {
            if next != target && !from.contains_key(&next) {
                from.insert(next, at);
                work.push(next);
            }
        }
    }
    None
}

/// For each file of the project that another file loads: the first root, in path order, whose program has it.
#[salsa::tracked(returns(ref))]
fn roots(db: &dyn Db) -> FxHashMap<SourceFile, SourceFile> {
    let files = FileSet::get(db).files(db);
    let members = || {
        files
            .values()
            .copied()
            .filter(|f| matches!(f.kind(db), FileKind::Disk | FileKind::Open))
    };
    let loaded: FxHashSet<SourceFile> = members()
        .flat_map(|file| loaded_files(db, file).iter().copied().flatten())
        .collect();
    let mut roots = FxHashMap::default();
    for root in members().filter(|file| !loaded.contains(file)) {
        for &file in program_files(db, root).iter() {
            roots.entry(file).or_insert(root);
        }
    }
    roots
}

/// The program that a file is analysed in: the first one, in path order of the roots, that loads it. A file that
/// nobody loads, or that is on a cycle without a root, is its own program.
#[salsa::tracked(returns(copy))]
pub fn primary_root(db: &dyn Db, file: SourceFile) -> SourceFile {
    match file.kind(db) {
        FileKind::Disk | FileKind::Open => roots(db).get(&file).copied().unwrap_or(file),
        FileKind::Library | FileKind::Session | FileKind::ReplInput => file,
    }
}

/// All names of a program (the library's excepted), and the second definitions.
#[derive(Clone, PartialEq, Eq, Debug, salsa::SalsaValue)]
pub(crate) struct NameTable<'db> {
    pub(crate) items: FxHashMap<Name<'db>, Item<'db>>,
    /// Second definition, first definition.
    pub(crate) duplicates: Vec<(Item<'db>, Item<'db>)>,
}

/// The names of a program. In a session the last definition of a name counts, else the first.
#[salsa::tracked(returns(ref))]
pub(crate) fn names<'db>(db: &'db dyn Db, root: SourceFile) -> NameTable<'db> {
    let session = root.kind(db) == FileKind::Session;
    let mut table = NameTable {
        items: FxHashMap::default(),
        duplicates: Vec::new(),
    };
    for &file in program_files(db, root).iter() {
        for &item in file_items(db, file) {
            match table.items.entry(item.name(db)) {
                std::collections::hash_map::Entry::Vacant(entry) => {
                    entry.insert(item);
                }
                std::collections::hash_map::Entry::Occupied(mut entry) if session => {
                    if entry.get().form(db).file(db) == file {
                        table.duplicates.push((item, *entry.get()));
                    }
                    entry.insert(item);
                }
                std::collections::hash_map::Entry::Occupied(entry) => {
                    // A member that one declaration generates twice is a mistake of that declaration's shape.
                    let first = *entry.get();
                    if (first.form(db), first.node(db)) != (item.form(db), item.node(db)) {
                        table.duplicates.push((item, first));
                    }
                }
            }
        }
    }
    table
}

/// The second definitions that stand in a file, with the first ones.
#[salsa::tracked(returns(ref))]
pub(crate) fn redefinitions<'db>(
    db: &'db dyn Db,
    root: SourceFile,
    file: SourceFile,
) -> Vec<(Item<'db>, Item<'db>)> {
    let duplicates = &names(db, root).duplicates;
    duplicates
        .iter()
        .copied()
        .filter(|(second, _)| second.form(db).file(db) == file)
        .collect()
}

/// What a name of a program means. Changes only when this name changes.
#[salsa::tracked(returns(copy))]
fn program_item<'db>(db: &'db dyn Db, root: SourceFile, name: Name<'db>) -> Option<Item<'db>> {
    names(db, root).items.get(&name).copied()
}

fn is_library(name: &str) -> bool {
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

/// The position of every value definition in program order; only initialisers of values read it.
#[salsa::tracked(returns(ref))]
pub(crate) fn value_order<'db>(db: &'db dyn Db, root: SourceFile) -> Vec<Item<'db>> {
    let table = names(db, root);
    program_files(db, root)
        .iter()
        .flat_map(|&file| file_items(db, file).iter().copied())
        .filter(|item| {
            item.kind(db) == ItemKind::Value && table.items.get(&item.name(db)) == Some(item)
        })
        .collect()
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

/// The names without a whitelist that can be called or evaluated, for suggestions. Only reports of unknown names read it.
#[salsa::tracked(returns(ref))]
pub(crate) fn callable_names(db: &dyn Db, program: SourceFile) -> Vec<String> {
    let library = crate::library::LIBRARY_NAMES
        .iter()
        .filter(|entry| !entry.is_type() && !entry.restricted && !entry.name.contains("__internal"))
        .map(|entry| entry.name.to_owned());
    let own = names(db, program)
        .items
        .values()
        .filter(|item| !item.kind(db).is_type());
    let own = own
        .copied()
        .chain(crate::library::members(db))
        .filter(|item| !item.restricted(db));
    let mut own: Vec<String> = own.map(|item| item.name(db).text(db).clone()).collect();
    own.sort_unstable();
    library.chain(own).collect()
}

/// Does a file of the program load one that is missing? Then an unknown name may well be defined there.
#[salsa::tracked(returns(copy))]
fn has_failed_load(db: &dyn Db, root: SourceFile) -> bool {
    program_files(db, root)
        .iter()
        .any(|&file| loaded_files(db, file).contains(&None))
}

/// Is a name that means nothing excused, because what would define it could not be loaded?
pub(crate) fn is_excused(db: &dyn Db, root: SourceFile, name: &str) -> bool {
    !is_library(name) && has_failed_load(db, root)
}

/// Candidates for an unknown path or symbol, computed once for each name of a program and each caller: names to which
/// the caller is not admitted are none.
#[salsa::tracked(returns(ref))]
pub(crate) fn candidates<'db>(
    db: &'db dyn Db,
    root: SourceFile,
    wrong: Name<'db>,
    caller: Identity,
) -> Vec<Suggestion> {
    let admitted = admitted_names(db, root, &caller);
    let public = callable_names(db, root).iter().map(String::as_str);
    crate::suggest::rank(wrong.text(db), public.chain(admitted))
}
