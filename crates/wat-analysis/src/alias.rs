//! Type aliases: members that are reached through them, and cycles.

use rustc_hash::FxHashSet;
use wat_syntax::{TypeExpr, parse_type_keyword};

use crate::db::{Db, SourceFile};
use crate::items::{Item, ItemKind, Name};
use crate::names::{lookup, lookup_type, program_of};
use crate::resolve::alias_target;
use crate::types::{Ctor, Type};

/// The member of a type that a path names through an alias of it: `:a::A/f`, `:a::A/new` and `:a::A::V` where `:a::A`
/// stands for a declared type or one of the library.
pub(crate) fn member<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    path: Name<'db>,
) -> Option<Item<'db>> {
    let text = path.text(db);
    let leaf = text.rfind("::").map_or(1, |at| at + 2);
    let slash = text.get(leaf + 1..)?.find('/').map(|at| leaf + 1 + at);
    let owner = match slash {
        Some(slash) if slash + 1 < text.len() => &text[..slash],
        Some(_) => return None,
        None => &text[..leaf.checked_sub(2).filter(|&end| end > 1)?],
    };
    let alias = lookup_type(db, program, owner).filter(|item| item.kind(db) == ItemKind::Alias)?;
    aliased_member(db, program, alias, path)
}

#[salsa::tracked(returns(copy))]
fn aliased_member<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    alias: Item<'db>,
    path: Name<'db>,
) -> Option<Item<'db>> {
    let Type::App(ctor, _) = alias_target(db, program, alias) else {
        return None;
    };
    let member = &path.text(db)[alias.name(db).text(db).len()..];
    let found = match ctor {
        Ctor::Tuple | Ctor::Fn => None,
        ctor => lookup(db, program, &format!(":{}{member}", ctor.path())),
    };
    found.filter(|item| {
        let generated = crate::nominal::owner(db, *item).is_some();
        member.starts_with('/') || (generated && !item.kind(db).is_type())
    })
}

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

/// The cycle that an alias closes, in program order: itself and the other links; `None` if it closes none.
pub(crate) fn cycle_closed_by<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    item: Item<'db>,
) -> Option<Vec<Item<'db>>> {
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
        return None;
    }
    let links: Vec<Item<'db>> = crate::names::program_items(db, program)
        .filter(|other| *other == item || cycle.contains(other))
        .collect();
    links
        .last()
        .is_none_or(|last| *last == item)
        .then_some(links)
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
