//! WAT7511, WAT7513, WAT7525: what tests call.

use rustc_hash::{FxHashMap, FxHashSet};
use wat_syntax::NodeId;

use crate::db::{Db, FileKind, SourceFile};
use crate::expand::is_marked;
use crate::infer::check_item;
use crate::items::{Item, ItemKind, Name, declarations, file_items};
use crate::names::lookup;
use crate::nominal::owner;
use crate::problem::{Place, Problem};
use crate::signature::{docs, signature};
use crate::types::{Ctor, Type};
use crate::whitelist::whitelist;

use super::summary::{Context, summary};
use super::{TestFile, is_written};

pub(super) fn check(file: &mut TestFile<'_, '_>) {
    let tests: Vec<Item<'_>> = file.tests.iter().map(|(_, item)| *item).collect();
    let mut offered = FxHashMap::default();
    for test in tests {
        private(file, test);
        built(file, test, &mut offered);
    }
    waits(file);
}

/// The definitions of the program that a test mentions, and where.
fn used<'db>(file: &TestFile<'_, 'db>, test: Item<'db>) -> Vec<(NodeId, Item<'db>)> {
    let db = file.db;
    let uses = check_item(db, file.root, test).uses.iter();
    let uses = uses.map(|it| (NodeId(it.node), it.item));
    let own = uses.filter(|&(node, item)| {
        item.form(db).file(db).kind(db) != FileKind::Library && is_written(db, test, node)
    });
    own.collect()
}

/// WAT7511. What admits the test by its own name is meant to be tested by it.
fn private<'db>(file: &mut TestFile<'_, 'db>, test: Item<'db>) {
    let db = file.db;
    let mut seen = FxHashSet::default();
    for (node, item) in used(file, test) {
        if !seen.insert(item) {
            continue;
        }
        let admits = |(list, _): (&crate::whitelist::Whitelist, Item<'db>)| {
            let mut entries = list.entries.iter();
            entries.any(|entry| **entry == **test.name(db).text(db))
        };
        let is_restricted =
            || item.restricted(db) && !whitelist(db, file.root, item).is_some_and(admits);
        let (what, declared) = match is_internal(db, item) {
            true => ("is documented as internal", "documented here"),
            false if is_restricted() => ("is restricted", "restricted here"),
            false => continue,
        };
        let name = item.name(db).text(db);
        let problem = Problem::new(
            7511,
            Place::node(node),
            format!("this test uses `{name}`, which {what}"),
        )
        .label("not part of what the module offers")
        .also(
            Place::elsewhere(item.form(db), item.name_node(db)),
            declared,
        )
        .help("test what the module offers; the test then holds when the inside changes");
        file.tell(test.form(db), &problem);
    }
}

/// Does the docstring of a definition say that it is for its own module?
pub(super) fn is_internal<'db>(db: &'db dyn Db, item: Item<'db>) -> bool {
    if item.kind(db).is_member() {
        return false;
    }
    docs(db, item).is_some_and(|doc| {
        let is_tag = |line: &str| {
            let tag = line.trim_start().strip_prefix("@internal");
            tag.is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
        };
        let first = doc.trim_start().strip_prefix("Internal");
        let is_said = first.is_some_and(|rest| rest.starts_with([':', '.']));
        is_said || doc.lines().any(is_tag)
    })
}

/// WAT7513. A test that uses such a function as well compares with what it makes.
fn built<'db>(
    file: &mut TestFile<'_, 'db>,
    test: Item<'db>,
    known: &mut FxHashMap<Item<'db>, Vec<Item<'db>>>,
) {
    let db = file.db;
    let used = used(file, test);
    let mut told = FxHashSet::default();
    for &(node, item) in &used {
        let owner = (item.kind(db) == ItemKind::Constructor).then(|| owner(db, item));
        let Some(made) = owner.flatten().filter(|it| it.kind(db) == ItemKind::Struct) else {
            continue;
        };
        if is_expected(file, test, node) {
            continue;
        }
        let offered = known
            .entry(made)
            .or_insert_with(|| offered(db, file.root, made));
        let Some(&first) = offered.first() else {
            continue;
        };
        if used.iter().any(|(_, other)| offered.contains(other)) || !told.insert(made) {
            continue;
        }
        let (ty, function) = (made.name(db).text(db), first.name(db).text(db));
        let problem = Problem::new(
            7513,
            Place::node(node),
            format!("this test builds `{ty}` itself, for which there is `{function}`"),
        )
        .label("fills the fields")
        .also(
            Place::elsewhere(first.form(db), first.name_node(db)),
            "makes one",
        )
        .help(format!("call `{function}`, as those who use the module do"));
        file.tell(test.form(db), &problem);
    }
}

/// Does a test say at this node what it expects?
fn is_expected<'db>(file: &TestFile<'_, 'db>, test: Item<'db>, node: NodeId) -> bool {
    let mut mentions = summary(file.db, test).written.iter();
    mentions.any(|it| it.node == node.0 && it.context == Context::Expected)
}

/// The functions beside a struct, in its file and its namespace, that make one of other things.
fn offered<'db>(db: &'db dyn Db, root: SourceFile, made: Item<'db>) -> Vec<Item<'db>> {
    let path = made.name(db).text(db).as_str();
    let space = path.rfind("::").map_or("", |at| &path[..at + 2]);
    let type_name = &path[space.len()..];
    let is_named = |item: &Item<'db>| {
        let rest = item.name(db).text(db).strip_prefix(space);
        rest.is_some_and(|rest| match rest.strip_prefix(type_name) {
            Some(member) => is_name_of_maker(member.trim_start_matches([':', '/']), type_name),
            None => is_name_of_maker(rest, type_name),
        })
    };
    let ty = Type::App(Ctor::Nominal(path.into()), Box::default());
    let makes = |item: &Item<'db>| {
        signature(db, root, *item).as_ref().is_some_and(|it| {
            let gives = match &it.ret {
                Type::App(Ctor::Option | Ctor::Result, parts) => parts.first() == Some(&ty),
                ret => *ret == ty,
            };
            gives && it.params.iter().chain(&it.rest).all(|param| param.ty != ty)
        })
    };
    let builds = |item: &Item<'db>| {
        let mut mentions = summary(db, *item).written.iter();
        mentions.any(|it| {
            let meant = lookup(db, root, it.name.text(db));
            it.called && meant.is_some_and(|it| owner(db, it) == Some(made))
        })
    };
    let file = made.form(db).file(db);
    let items = file_items(db, root, file).iter().copied();
    let functions = items.filter(|item| item.kind(db) == ItemKind::Function);
    functions
        .filter(|item| !item.restricted(db) && is_named(item) && makes(item) && builds(item))
        .collect()
}

/// What functions are called that make something, or begins with: `open`, `make-account`.
const MAKES: [&str; 12] = [
    "new", "make", "create", "build", "open", "init", "start", "of", "from", "empty", "default",
    "with",
];

/// Does a name of a function, below the namespace of a type, say that it makes one?
fn is_name_of_maker(name: &str, type_name: &str) -> bool {
    if name.contains("::") {
        return false;
    }
    let first = name.split('-').next().unwrap_or(name);
    let plain = |text: &str| text.replace('-', "").to_lowercase();
    MAKES.contains(&first) || plain(name).contains(&plain(type_name))
}

/// WAT7525, in the tests and in what they call of their file.
fn waits(file: &mut TestFile<'_, '_>) {
    let db = file.db;
    let tests = file.tests.iter().map(|(_, test)| *test);
    let mut work: Vec<Item<'_>> = tests.flat_map(|test| parts(db, file.root, test)).collect();
    let mut seen: FxHashSet<Item<'_>> = work.iter().copied().collect();
    let tests = seen.clone();
    let functions: Vec<Item<'_>> = file.functions().collect();
    let by_name = |name: Name<'_>| functions.iter().find(|it| it.name(db) == name).copied();
    while let Some(item) = work.pop() {
        let summary = summary(db, item);
        let called = summary.written.iter();
        let called = called.filter(|it| it.called && it.context < Context::Inner);
        let called = called.filter_map(|it| by_name(it.name));
        work.extend(called.filter(|called| seen.insert(*called)));
        for &node in &summary.waits {
            let problem = Problem::new(
                7525,
                Place::node(NodeId(node)),
                match tests.contains(&item) {
                    true => "this test waits by time".to_owned(),
                    false => "tests wait here by time".to_owned(),
                },
            )
            .label("waits for some time, not for an event")
            .help("wait for what has to happen: a message, the end of a thread or a process");
            file.tell(item.form(db), &problem);
        }
    }
}

/// A test, and what its program is checked as.
fn parts<'db>(db: &'db dyn Db, root: SourceFile, test: Item<'db>) -> Vec<Item<'db>> {
    let items = declarations(db, root, test.form(db)).items.iter().copied();
    let is_part = |item: &Item<'db>| {
        let is_of_program = is_marked(item.name(db).text(db));
        *item == test || item.kind(db) == ItemKind::Function && is_of_program
    };
    items.filter(is_part).collect()
}
