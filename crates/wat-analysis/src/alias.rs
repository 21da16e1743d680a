//! Cycles of type aliases.

use rustc_hash::FxHashSet;
use wat_syntax::{TypeExpr, parse_type_keyword};

use crate::db::{Db, SourceFile};
use crate::items::{Item, ItemKind};
use crate::names::{lookup_type, program_of};

/// The aliases that an alias mentions, in order.
#[salsa::tracked(returns(ref))]
fn mentioned<'db>(db: &'db dyn Db, program: SourceFile, item: Item<'db>) -> Vec<Item<'db>> {
    let ast = item.ast(db);
    let program = program_of(db, program, item);
    let text = ast
        .children(item.root(db))
        .nth(2)
        .and_then(|node| ast.as_keyword(node))
        .unwrap_or_default();
    let mut found = Vec::new();
    let mut work = Vec::from_iter(parse_type_keyword(text).ok());
    while let Some(expr) = work.pop() {
        match expr {
            TypeExpr::Path { path, args } => {
                let full = format!(":{}", path.trim_start_matches(':'));
                let item = lookup_type(db, program, &full);
                found.extend(item.filter(|item| item.kind(db) == ItemKind::Alias));
                work.extend(args);
            }
            TypeExpr::Tuple(parts) => work.extend(parts),
            TypeExpr::Function { params, ret, .. } => {
                work.extend(params);
                work.push(*ret);
            }
        }
    }
    found
}

/// Is this alias the last one, in program order, of a cycle that it is on?
pub(crate) fn cycle_closed_by<'db>(db: &'db dyn Db, program: SourceFile, item: Item<'db>) -> bool {
    let mut cycle = FxHashSet::default();
    for &next in mentioned(db, program, item) {
        if reaches(db, program, next, item) {
            cycle.insert(next);
            let mut work = vec![next];
            while let Some(at) = work.pop() {
                for &further in mentioned(db, program, at) {
                    if reaches(db, program, further, item) && cycle.insert(further) {
                        work.push(further);
                    }
                }
            }
        }
    }
    if cycle.is_empty() {
        return false;
    }
    let last = crate::names::program_items(db, program)
        .rfind(|other| *other == item || cycle.contains(other));
    last.is_none_or(|last| last == item)
}

fn reaches<'db>(db: &'db dyn Db, program: SourceFile, from: Item<'db>, to: Item<'db>) -> bool {
    let mut seen = FxHashSet::from_iter([from]);
    let mut work = vec![from];
    while let Some(at) = work.pop() {
        if at == to {
            return true;
        }
        work.extend(
            mentioned(db, program, at)
                .iter()
                .copied()
                .filter(|next| seen.insert(*next)),
        );
    }
    false
}
