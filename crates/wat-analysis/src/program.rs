//! Programs: a root and what it loads, in the order in which load forms are replaced by what they load.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use wat_edn::Address;

use crate::closed::parted_files;
use crate::db::{Db, FileKind, FileSet, Project, SourceFile};
use crate::forms::form_list;
use crate::items::written_declarations;
use crate::loads::{Loaded, all_loads, enclosing_file, load_results, programs};
use crate::verify::verdict;

/// A piece of a source: what stands after its n-th load form, up to the next one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Piece {
    pub(crate) file: SourceFile,
    pub(crate) part: u32,
}

/// The load graph of a program.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct LoadGraph {
    /// Each source once, after everything that it loads.
    pub(crate) files: Arc<[SourceFile]>,
    /// Program order.
    pub(crate) pieces: Vec<Piece>,
    /// Loads that would load a source inside itself: the source with the load and which of its loads it is, and the
    /// source that it loads.
    pub(crate) cycles: FxHashMap<(SourceFile, u32), SourceFile>,
    /// Which source each one was first loaded by; the root is absent.
    pub(crate) loaders: FxHashMap<SourceFile, SourceFile>,
}

impl LoadGraph {
    /// The sources from the root to `file`, both included.
    pub(crate) fn chain(&self, file: SourceFile) -> Vec<SourceFile> {
        let mut chain = vec![file];
        let mut at = file;
        while let Some(&loader) = self.loaders.get(&at) {
            chain.push(loader);
            at = loader;
        }
        chain.reverse();
        chain
    }

    /// Does the program have this source?
    pub(crate) fn has(&self, root: SourceFile, file: SourceFile) -> bool {
        file == root || self.loaders.contains_key(&file)
    }
}

/// What makes two sources one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Identity {
    File(SourceFile),
    Text(Address),
}

/// The address of the text of an inline source.
#[salsa::tracked(returns(copy))]
fn text_address(db: &dyn Db, inline: SourceFile) -> [u8; 32] {
    Address::of(inline.text(db).text().as_bytes()).0
}

fn identity(db: &dyn Db, file: SourceFile) -> Identity {
    match file.kind(db) {
        FileKind::Inline => Identity::Text(Address(text_address(db, file))),
        _ => Identity::File(file),
    }
}

/// What a source is called in chains of loads: its path, of an inline source the digest of its text.
pub(crate) fn canonical_path(db: &dyn Db, file: SourceFile) -> String {
    match identity(db, file) {
        Identity::File(file) if file.kind(db) == FileKind::Hermetic => {
            enclosing_file(db, file).path(db).to_string()
        }
        Identity::File(file) => file.path(db).to_string(),
        Identity::Text(address) => format!("<inline-string:blake3:{}>", address.to_hex()),
    }
}

/// A chain of loads as text: `a.wat -> b.wat`. The middle of a long one is left out.
pub(crate) fn render_chain(db: &dyn Db, chain: &[SourceFile]) -> String {
    const SHOWN: usize = 16;
    let name = |file: &SourceFile| canonical_path(db, *file);
    let names: Vec<String> = match chain.len() > 2 * SHOWN {
        true => {
            let (start, end) = (&chain[..SHOWN], &chain[chain.len() - SHOWN..]);
            let gap = format!("… {} more …", chain.len() - 2 * SHOWN);
            let parts = start.iter().map(name).chain([gap]);
            parts.chain(end.iter().map(name)).collect()
        }
        false => chain.iter().map(name).collect(),
    };
    names.join(" -> ")
}

/// The chain of a cycle that a load of `file` closes by loading `target` again.
pub(crate) fn cycle_chain(
    db: &dyn Db,
    root: SourceFile,
    file: SourceFile,
    target: SourceFile,
) -> Vec<SourceFile> {
    let chain = load_graph(db, root).chain(file);
    let wanted = identity(db, target);
    let start = chain
        .iter()
        .rposition(|&link| identity(db, link) == wanted)
        .unwrap_or(0);
    let mut chain = chain[start..].to_vec();
    chain.push(target);
    chain
}

/// Replaces loads by what they load, depth first. A source that has been loaded is skipped, one that is being loaded
/// is a cycle, one that is refused contributes nothing.
#[salsa::tracked(returns(ref))]
pub(crate) fn load_graph(db: &dyn Db, root: SourceFile) -> LoadGraph {
    let mut graph = LoadGraph::default();
    let mut files = Vec::new();
    let loads = all_loads(db);
    let identity_of = |file| match loads.is_closed(file) {
        true => Identity::File(file),
        false => identity(db, file),
    };
    let mut open = FxHashSet::from_iter([identity_of(root)]);
    let mut done = FxHashSet::default();
    let mut stack = vec![(root, 0)];
    while let Some((file, next)) = stack.pop() {
        graph.pieces.push(Piece { file, part: next });
        let Some(found) = loads.of(file).get(next as usize) else {
            let identity = identity_of(file);
            open.remove(&identity);
            done.insert(identity);
            files.push(file);
            continue;
        };
        stack.push((file, next + 1));
        let Ok(target) = found.target else { continue };
        if found.is_program {
            continue;
        }
        let wanted = identity_of(target);
        if open.contains(&wanted) {
            graph.cycles.insert((file, next), target);
        } else if !done.contains(&wanted) && (!found.is_checked || verdict(db, file, next).is_ok())
        {
            open.insert(wanted);
            graph.loaders.insert(target, file);
            stack.push((target, 0));
        }
    }
    graph.files = files.into();
    graph
}

/// The hermetic programs that stand in the files of a program.
pub(crate) fn inner_programs(db: &dyn Db, root: SourceFile) -> Vec<SourceFile> {
    let files = &load_graph(db, root).files;
    let loads = all_loads(db);
    let files = files.iter();
    files.flat_map(|&file| programs(loads.of(file))).collect()
}

/// The files of the program with this root and those that its hermetic programs load, each once.
pub fn reached_files(db: &dyn Db, root: SourceFile) -> Vec<SourceFile> {
    let inner = inner_programs(db, root);
    let inner = inner.iter().flat_map(|&program| {
        let files = load_graph(db, program).files.iter();
        files.filter(move |&&file| file != program)
    });
    let mut seen = FxHashSet::default();
    let files = load_graph(db, root).files.iter().chain(inner);
    files.copied().filter(|&file| seen.insert(file)).collect()
}

/// The files of the program with this root: depth first, each once, a file after what it loads.
pub fn program_files(db: &dyn Db, root: SourceFile) -> Arc<[SourceFile]> {
    load_graph(db, root).files.clone()
}

/// The files of a program that lie on disk, in program order ([`crate::closed`]).
pub(crate) fn closed_files(db: &dyn Db, root: SourceFile) -> impl Iterator<Item = SourceFile> {
    let parted = parted_files(db);
    let files = load_graph(db, root).files.iter().copied();
    files.filter(|&file| parted.is_closed(file))
}

/// The other ones.
pub(crate) fn other_files(db: &dyn Db, root: SourceFile) -> impl Iterator<Item = SourceFile> {
    let parted = parted_files(db);
    let files = load_graph(db, root).files.iter().copied();
    files.filter(|&file| !parted.is_closed(file))
}

/// What the project's files are analysed in.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Roots {
    /// For each file the root of its primary program.
    primary: FxHashMap<SourceFile, SourceFile>,
    /// Of files that several programs have, the roots of the other ones.
    shared: FxHashMap<SourceFile, Vec<SourceFile>>,
}

/// The roots are the files that nobody loads, the configured entry before all others, then in path order; then the
/// hermetic programs; where files load each other in a circle without a root, the first of them.
#[salsa::tracked(returns(ref))]
fn roots(db: &dyn Db) -> Roots {
    let set = FileSet::get(db);
    let members = &parted_files(db).all;
    let loads = all_loads(db);
    let mut loaded = FxHashSet::default();
    let mut work: Vec<(SourceFile, SourceFile)> = members.iter().map(|&it| (it, it)).collect();
    while let Some((file, host)) = work.pop() {
        for found in loads.of(file).iter() {
            let Ok(target) = found.target else { continue };
            if found.is_inner {
                work.push((target, host));
            }
            // What a hermetic program does with its own file says nothing about the file.
            if target != host {
                loaded.insert(target);
            }
        }
    }
    let entry = Project::get(db).options(db).entry.as_ref();
    let entry = entry.and_then(|path| set.files(db).get(path).copied());
    let free = members
        .iter()
        .copied()
        .filter(|file| !loaded.contains(file));
    let mut roots = Roots::default();
    let mut seen = FxHashSet::default();
    for root in entry.into_iter().chain(free) {
        if seen.insert(root) {
            roots.add(db, root);
        }
    }
    for &file in members {
        for root in programs(loads.of(file)) {
            roots.add(db, root);
        }
    }
    // What a circle loads has no root but a file of the circle, whatever its path.
    let closes = |file: &SourceFile| load_graph(db, *file).cycles.values().any(|it| it == file);
    for of_circle in [true, false] {
        for file in members {
            if !roots.primary.contains_key(file) && (!of_circle || closes(file)) {
                roots.add(db, *file);
            }
        }
    }
    roots
}

/// Asks for what is asked of all files.
///
/// A query that reads thousands of others leaves a large table to all that run at its depth later, and clearing the
/// table costs each of them. So nobody asks for such a query in the middle of another one: they are asked for at depth
/// 0, those that others ask for before these.
pub(crate) fn ask_first(db: &dyn Db) {
    all_loads(db);
    closed_broken(db);
    let entry = Project::get(db).options(db).entry.as_ref();
    let entry = entry.and_then(|path| FileSet::get(db).files(db).get(path).copied());
    if let Some(entry) = entry {
        load_graph(db, entry);
    }
    roots(db);
}

impl Roots {
    fn add(&mut self, db: &dyn Db, root: SourceFile) {
        for &file in &*load_graph(db, root).files {
            let primary = *self.primary.entry(file).or_insert(root);
            if enclosing_file(db, primary) != enclosing_file(db, root) {
                self.shared.entry(file).or_default().push(root);
            }
        }
    }
}

/// The program that a file is analysed in: that of the configured entry if it loads the file, else the first one, in
/// path order of the roots.
#[salsa::tracked(returns(copy))]
pub fn primary_root(db: &dyn Db, file: SourceFile) -> SourceFile {
    match file.kind(db) {
        FileKind::Disk | FileKind::Open => roots(db).primary.get(&file).copied().unwrap_or(file),
        FileKind::Inline => primary_root(db, enclosing_file(db, file)),
        FileKind::Hermetic | FileKind::Library | FileKind::Session | FileKind::ReplInput => file,
    }
}

/// Do several programs have this file?
#[salsa::tracked(returns(copy))]
pub(crate) fn is_shared(db: &dyn Db, file: SourceFile) -> bool {
    roots(db).shared.contains_key(&file)
}

/// The roots of all programs that have a file of the project, its primary one first.
#[salsa::tracked(returns(clone))]
pub(crate) fn programs_with(db: &dyn Db, file: SourceFile) -> Arc<[SourceFile]> {
    let others = roots(db).shared.get(&file).into_iter().flatten();
    let primary = primary_root(db, file);
    [primary].into_iter().chain(others.copied()).collect()
}

/// Is there a load form in a source that says nothing?
#[salsa::tracked(returns(copy))]
fn has_malformed_load(db: &dyn Db, file: SourceFile) -> bool {
    let mut forms = form_list(db, file).iter();
    forms.any(|&form| written_declarations(db, form).broken_load)
}

/// Does a source load something that contributes nothing?
#[salsa::tracked(returns(copy))]
pub(crate) fn has_broken_load(db: &dyn Db, file: SourceFile) -> bool {
    let is_broken = |(at, found): (u32, &Loaded)| {
        found.target.is_err() || found.is_checked && verdict(db, file, at).is_err()
    };
    has_malformed_load(db, file) || (0..).zip(&**load_results(db, file)).any(is_broken)
}

/// The closed files that load something that contributes nothing.
#[salsa::tracked(returns(ref))]
fn closed_broken(db: &dyn Db) -> FxHashSet<SourceFile> {
    let closed = parted_files(db).closed();
    closed.filter(|&file| has_broken_load(db, file)).collect()
}

/// Does a program lack something that it loads? Then an unknown name may well be defined there.
#[salsa::tracked(returns(copy))]
pub(crate) fn lacks_loads(db: &dyn Db, root: SourceFile) -> bool {
    let (parted, broken) = (parted_files(db), closed_broken(db));
    let mut files = load_graph(db, root).files.iter();
    files.any(|&file| match parted.is_closed(file) {
        true => broken.contains(&file),
        false => has_broken_load(db, file),
    })
}
