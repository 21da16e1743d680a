//! WAT7203: two aliases of one type.

use std::collections::hash_map::Entry;

use rustc_hash::FxHashMap;
use wat_syntax::{TypeExpr, parse_type_keyword};

use crate::db::{Db, SourceFile};
use crate::diagnostics::{Diagnostic, absolute};
use crate::expand::is_marked;
use crate::forms::forms;
use crate::items::{Item, ItemKind, program_aliases};
use crate::lint::is_sound_form;
use crate::lint::names::aliases::arity;
use crate::lint::types::is_sound;
use crate::names::lookup_type;
use crate::problem::{Place, Problem};
use crate::resolve::alias_target;
use crate::types::Type;

/// The aliases of a program that stand for the same as an earlier one, each with that one. An alias of an alias says that
/// it is another name.
#[salsa::tracked(returns(ref))]
fn duplicates<'db>(db: &'db dyn Db, program: SourceFile) -> Vec<(Item<'db>, Item<'db>)> {
    let mut known: FxHashMap<(&Type, usize), Item<'db>> = FxHashMap::default();
    let mut found = Vec::new();
    for item in program_aliases(db, program) {
        let ty = &alias_target(db, program, item).ty;
        let is_apart = is_marked(item.name(db).text(db));
        if is_apart || !is_sound(ty) || is_second_name(db, program, item) {
            continue;
        }
        match known.entry((ty, arity(db, item))) {
            Entry::Vacant(entry) => {
                entry.insert(item);
            }
            Entry::Occupied(entry) if entry.get().name(db) != item.name(db) => {
                found.push((item, *entry.get()));
            }
            Entry::Occupied(_) => {}
        }
    }
    found
}

/// Is an alias written as another alias?
fn is_second_name<'db>(db: &'db dyn Db, program: SourceFile, item: Item<'db>) -> bool {
    let ast = item.ast(db);
    let target = ast.children(item.root(db)).nth(2);
    let target = target.and_then(|node| ast.as_keyword(node));
    let path = match target.map(parse_type_keyword) {
        Some(Ok(TypeExpr::Path { path, .. })) => path,
        _ => return false,
    };
    let path = format!(":{}", path.trim_start_matches(':'));
    let named = lookup_type(db, program, &path);
    named.is_some_and(|named| named.kind(db) == ItemKind::Alias)
}

pub(super) fn in_file(
    db: &dyn Db,
    root: SourceFile,
    file: SourceFile,
    found: &mut Vec<Diagnostic>,
) {
    for &(item, first) in duplicates(db, root) {
        let form = item.form(db);
        if form.file(db) != file || !is_sound_form(db, root, form) {
            continue;
        }
        let mut placed = forms(db, file).placed.iter();
        let Some(placed) = placed.find(|placed| placed.form == form) else {
            continue;
        };
        let (name, other) = (item.name(db).text(db), first.name(db).text(db));
        let problem = Problem::new(
            7203,
            Place::node(item.name_node(db)),
            format!("`{name}` and `{other}` name the same type"),
        )
        .label("a second name")
        .also(
            Place::elsewhere(first.form(db), first.name_node(db)),
            "the first one",
        )
        .help("keep one of them; if the two must not be mixed up, use `:wat::core::newtype`");
        found.push(absolute(db, root, form, placed.start(), &problem));
    }
}
