//! WAT7512: documented functions that no test reaches.

use memchr::memmem;
use rustc_hash::FxHashSet;

use crate::closed::parted_files;
use crate::db::{Db, SourceFile};
use crate::items::{Item, Name};
use crate::loads::{load_results, programs};
use crate::names::lookup;
use crate::problem::{Place, Problem};
use crate::program::{load_graph, primary_root};
use crate::signature::docs;
use crate::testing::{file_tests, is_in_prelude};

use super::TestFile;
use super::calls::is_internal;
use super::handwritten::is_alike;
use super::summary::reach;

pub(super) fn check<'db>(file: &mut TestFile<'_, 'db>) {
    let db = file.db;
    // Where no test has to do with the program it is not that of the tests.
    let tested = tested(db);
    let mut files = load_graph(db, file.root).files.iter();
    if tested.files.is_empty() || !files.any(|it| tested.files.contains(it)) {
        return;
    }
    let is_public = |item: &Item<'db>| {
        let has_example = |doc: &str| doc.contains("```wat");
        item.name(db).text(db) != ":user::main"
            && !item.restricted(db)
            && docs(db, *item).is_some_and(|doc| !has_example(&doc))
            && !is_internal(db, *item)
            && !is_in_prelude(db, *item)
            && !is_alike(file, *item)
    };
    let public: Vec<Item<'db>> = file.functions().filter(is_public).collect();
    for item in public {
        if tested.names.contains(&item.name(db)) {
            continue;
        }
        let name = item.name(db).text(db);
        let problem = Problem::new(
            7512,
            Place::node(item.name_node(db)),
            format!("no test reaches `{name}`"),
        )
        .label("documented, and not tested")
        .help("test what it promises");
        file.tell(item.form(db), &problem);
    }
}

/// What the tests of a project are about.
#[derive(Clone, PartialEq, Eq, Debug, Default, salsa::SalsaValue)]
struct Tested<'db> {
    /// The files of their programs.
    files: FxHashSet<SourceFile>,
    /// The names that they mention, and what these lead to.
    names: FxHashSet<Name<'db>>,
}

#[salsa::tracked(returns(ref))]
fn tested<'db>(db: &'db dyn Db) -> Tested<'db> {
    let mut found = Tested::default();
    let mut roots = FxHashSet::default();
    let mut work = Vec::new();
    let open = parted_files(db).open.iter();
    let open = open.filter(|&&file| speaks_of_tests(db, file));
    for &file in open.chain(closed_with_tests(db)) {
        let root = primary_root(db, file);
        let tests = file_tests(db, root, file);
        let tests = tests.iter().map(|test| (root, &*test.name));
        let hermetic = programs(load_results(db, file)).map(|root| (root, ":user::main"));
        for (root, name) in tests.chain(hermetic) {
            if let Some(item) = lookup(db, root, name) {
                work.push((root, item));
                if roots.insert(root) {
                    found.files.extend(load_graph(db, root).files.iter());
                }
            }
        }
    }
    let mut seen: FxHashSet<(SourceFile, Item<'db>)> = work.iter().copied().collect();
    while let Some((root, item)) = work.pop() {
        found.names.insert(item.name(db));
        for &name in &reach(db, item).names {
            found.names.insert(name);
            let meant = lookup(db, root, name.text(db)).map(|item| (root, item));
            work.extend(meant.filter(|meant| seen.insert(*meant)));
        }
    }
    found
}

/// The closed files that could have tests.
#[salsa::tracked(returns(ref))]
fn closed_with_tests(db: &dyn Db) -> Vec<SourceFile> {
    let closed = parted_files(db).closed();
    closed.filter(|&file| speaks_of_tests(db, file)).collect()
}

/// Could a file have tests? Most have none, and nobody need look for them there.
#[salsa::tracked(returns(copy))]
pub(super) fn speaks_of_tests(db: &dyn Db, file: SourceFile) -> bool {
    let text = file.text(db);
    let words: [&[u8]; 3] = [b"test", b"Test", b"RunResult"];
    words
        .iter()
        .any(|word| memmem::find(text.text().as_bytes(), word).is_some())
        || file.path(db).contains("test")
}
