//! Lints of tests: WAT75xx.

mod assertions;
mod calls;
mod handwritten;
mod helpers;
mod public;
mod size;
mod stones;
mod summary;

use std::cell::OnceCell;
use std::sync::Arc;

use rustc_hash::FxHashSet;
use wat_syntax::NodeId;

use crate::db::{Db, SourceFile};
use crate::diagnostics::{Diagnostic, absolute};
use crate::expand::is_marked;
use crate::forms::{Form, form_start};
use crate::items::{Item, ItemKind, Name, file_items};
use crate::names::lookup;
use crate::problem::Problem;
use crate::program::primary_root;
use crate::testing::{Test, file_tests};

use super::{Lint, is_sound_form};
use summary::Context;

pub(super) fn check(lint: &mut Lint<'_, '_>) {
    size::check(lint);
}

pub(super) fn in_file(
    db: &dyn Db,
    root: SourceFile,
    file: SourceFile,
    found: &mut Vec<Diagnostic>,
) {
    stones::in_file(db, root, file, found);
    let mut place = TestFile {
        db,
        root,
        file,
        tests: match public::speaks_of_tests(db, file) {
            true => tests(db, root, file),
            false => Vec::new(),
        },
        mentioned: OnceCell::new(),
        found,
    };
    public::check(&mut place);
    if !public::speaks_of_tests(db, file) {
        return;
    }
    handwritten::check(&mut place);
    if place.tests.is_empty() {
        return;
    }
    assertions::check(&mut place);
    calls::check(&mut place);
    helpers::check(&mut place);
}

/// A file as the rules about its tests see it, and what they find.
struct TestFile<'a, 'db> {
    db: &'db dyn Db,
    root: SourceFile,
    file: SourceFile,
    /// The tests that the author wrote, in forms without errors.
    tests: Vec<(Test, Item<'db>)>,
    /// What definitions of the file mention of others; asked for once.
    mentioned: OnceCell<FxHashSet<Name<'db>>>,
    found: &'a mut Vec<Diagnostic>,
}

fn tests<'db>(db: &'db dyn Db, root: SourceFile, file: SourceFile) -> Vec<(Test, Item<'db>)> {
    let tests: Arc<[Test]> = file_tests(db, root, file);
    let tests = tests.iter().filter_map(|test| {
        let item = lookup(db, root, &test.name)?;
        let is_own = item.form(db).file(db) == file && is_written(db, item, item.name_node(db));
        (is_own && is_sound_form(db, root, item.form(db))).then(|| (test.clone(), item))
    });
    tests.collect()
}

/// Did the author of a definition write one of its nodes?
fn is_written<'db>(db: &'db dyn Db, item: Item<'db>, node: NodeId) -> bool {
    let expansion = item.expansion(db);
    expansion.is_none_or(|it| matches!(it.origin_of(node), crate::expand::Source::Written(_)))
}

impl<'db> TestFile<'_, 'db> {
    fn tell(&mut self, form: Form<'db>, problem: &Problem<'db>) {
        let start = form_start(self.db, form);
        let problem = absolute(self.db, self.root, form, start, problem);
        self.found.push(problem);
    }

    fn is_test(&self, item: Item<'db>) -> bool {
        self.tests.iter().any(|(_, test)| *test == item)
    }

    /// Does other code of the file mention a definition? What the entry shows of it is for people.
    fn is_mentioned(&self, item: Item<'db>) -> bool {
        let db = self.db;
        let mentioned = self.mentioned.get_or_init(|| {
            let items = file_items(db, self.root, self.file).iter().copied();
            let items = items.filter(|item| item.name(db).text(db) != ":user::main");
            let others = items.flat_map(|item| {
                let code = summary::summary(db, item).written.iter();
                let code = code.filter(|it| it.context != Context::Data);
                code.map(|it| it.name)
                    .filter(move |&name| name != item.name(db))
            });
            others.collect()
        });
        mentioned.contains(&item.name(db))
    }

    /// The functions that the author of the file wrote and that are no tests, in forms without errors.
    fn functions(&self) -> impl Iterator<Item = Item<'db>> {
        let db = self.db;
        let items = file_items(db, self.root, self.file).iter().copied();
        items.filter(move |&item| {
            item.kind(db) == ItemKind::Function
                && !self.is_test(item)
                && !is_marked(item.name(db).text(db))
                && is_written(db, item, item.name_node(db))
                && is_sound_form(db, self.root, item.form(db))
        })
    }

    /// The helpers of a file that is there for its tests. A program and a module may have tests too; their functions are
    /// what is tested.
    fn helpers(&self) -> Vec<Item<'db>> {
        let is_main = |item: &Item<'db>| item.name(self.db).text(self.db) == ":user::main";
        let functions: Vec<Item<'db>> = self.functions().collect();
        let is_for_tests = !self.tests.is_empty()
            && self.root == self.file
            && primary_root(self.db, self.file) == self.file
            && !functions.iter().any(is_main);
        match is_for_tests {
            true => functions,
            false => Vec::new(),
        }
    }
}
