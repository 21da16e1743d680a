//! Docstrings: WAT7601.

use crate::items::{Item, ItemKind};
use crate::problem::{Place, Problem};
use crate::signature::docs;
use crate::testing::{is_in_prelude, is_test};

use super::Lint;

/// What needs no documentation of its own: the program documents it.
const ENTRY: &str = ":user::main";

pub(super) fn check(lint: &mut Lint<'_, '_>) {
    let items: Vec<Item<'_>> = lint.items().collect();
    for item in items {
        if is_to_document(lint, item) && docs(lint.db, item).is_none() {
            missing(lint, item);
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
