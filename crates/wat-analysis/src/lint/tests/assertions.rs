//! WAT7524: tests that assert nothing.

use rustc_hash::{FxHashMap, FxHashSet};
use wat_syntax::NodeId;

use crate::db::{Db, SourceFile};
use crate::items::{Item, Name};
use crate::names::{lookup, program_of};
use crate::problem::{Place, Problem};
use crate::testing::TestKind;

use super::summary::reach;
use super::{TestFile, is_written};

pub(super) fn check(file: &mut TestFile<'_, '_>) {
    let db = file.db;
    let mut known = Reached::new(db, file.root);
    let mut silent = Vec::new();
    for (test, item) in &file.tests {
        // Who writes the function returns the result of what it runs, perhaps to those who judge it.
        let returns = is_written(db, *item, item.root(db))
            && (reach(db, *item).runs || file.is_mentioned(*item));
        let is_own = || has_own_body(db, *item);
        if test.should_panic.is_none() && !returns && is_own() && !known.asserts(*item) {
            silent.push((test.kind, *item));
        }
    }
    for (kind, item) in silent {
        let what = match kind {
            TestKind::Property => "property",
            _ => "test",
        };
        let name = item.name(db).text(db);
        let problem = Problem::new(
            7524,
            Place::node(item.name_node(db)),
            format!("the {what} `{name}` asserts nothing"),
        )
        .label("nothing that it reaches is an assertion")
        .help("assert what it is about, with `:wat::test::assert-eq` for example");
        file.tell(item.form(db), &problem);
    }
}

/// Did the author of the form write the body of a test, or a macro that makes tests?
fn has_own_body<'db>(db: &'db dyn Db, test: Item<'db>) -> bool {
    let (ast, root) = (test.ast(db), test.root(db));
    if is_written(db, test, root) {
        return true;
    }
    let is_body = |node: &NodeId| {
        let head = ast.children(*node).next().and_then(|it| ast.as_keyword(it));
        let is_one = matches!(head, Some(":wat::test::__internal/body" | ":wat::core::do"));
        is_one && !is_written(db, test, *node)
    };
    let mut nodes = (root.0..ast.subtree_end(root).0).map(NodeId);
    nodes.find(is_body).is_some_and(|body| {
        let mut forms = ast.children(body).skip(1);
        forms.all(|form| is_written(db, test, form))
    })
}

/// Which definitions lead to an assertion, as far as that has been asked.
struct Reached<'db> {
    db: &'db dyn Db,
    root: SourceFile,
    known: FxHashMap<Item<'db>, bool>,
}

impl<'db> Reached<'db> {
    fn new(db: &'db dyn Db, root: SourceFile) -> Self {
        let known = FxHashMap::default();
        Reached { db, root, known }
    }

    /// Does a definition, or what it mentions, assert something?
    fn asserts(&mut self, item: Item<'db>) -> bool {
        let mut seen = FxHashSet::from_iter([item]);
        // Each with the one that led to it.
        let mut way: Vec<(Item<'db>, usize)> = vec![(item, 0)];
        let mut at = 0;
        while at < way.len() {
            let here = way[at].0;
            let summary = reach(self.db, here);
            let known = self.known.get(&here).copied();
            if known.unwrap_or(summary.asserts) {
                let mut on_the_way = at;
                while self.known.insert(way[on_the_way].0, true) != Some(true) && on_the_way > 0 {
                    on_the_way = way[on_the_way].1;
                }
                return true;
            }
            if known.is_none() {
                let next = summary.names.iter().filter_map(|name| self.meaning(*name));
                way.extend(
                    next.filter(|next| seen.insert(*next))
                        .map(|next| (next, at)),
                );
            }
            at += 1;
        }
        self.known
            .extend(way.into_iter().map(|(item, _)| (item, false)));
        false
    }

    fn meaning(&self, name: Name<'db>) -> Option<Item<'db>> {
        let item = lookup(self.db, self.root, name.text(self.db))?;
        let is_own = program_of(self.db, self.root, item) == self.root;
        (is_own && !item.kind(self.db).is_member()).then_some(item)
    }
}
