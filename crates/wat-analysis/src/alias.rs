//! Type aliases: members that are reached through them, and cycles.

use rustc_hash::FxHashMap;

use crate::db::{Db, SourceFile};
use crate::items::{Item, ItemKind, Name};
use crate::names::{lookup, lookup_type, program_items, program_of};
use crate::resolve::{alias_target, paths_of};
use crate::types::{Ctor, Type};

/// The member of a type that a path names through an alias of it: `:a::A/f`, `:a::A/new` and `:a::A::V` where `:a::A`
/// stands for a declared type or one of the library.
pub(crate) fn member<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    path: Name<'db>,
) -> Option<Item<'db>> {
    let alias = alias_before(db, program, owner_in(path.text(db))?)?;
    aliased_member(db, program, alias, path)
}

/// The type that a path would be a member of.
fn owner_in(path: &str) -> Option<&str> {
    let leaf = path.rfind("::").map_or(1, |at| at + 2);
    let slash = path.get(leaf + 1..)?.find('/').map(|at| leaf + 1 + at);
    match slash {
        Some(slash) => (slash + 1 < path.len()).then(|| &path[..slash]),
        None => Some(&path[..leaf.checked_sub(2).filter(|&end| end > 1)?]),
    }
}

fn alias_before<'db>(db: &'db dyn Db, program: SourceFile, owner: &str) -> Option<Item<'db>> {
    lookup_type(db, program, owner).filter(|item| item.kind(db) == ItemKind::Alias)
}

/// Of a path that would be a member of an alias: the alias, and the path of the type that it stands for.
pub(crate) fn seen_through<'p>(
    db: &dyn Db,
    program: SourceFile,
    path: &'p str,
) -> Option<(&'p str, String)> {
    let owner = owner_in(path)?;
    match &alias_target(db, program, alias_before(db, program, owner)?).ty {
        Type::App(ctor, _) if !matches!(ctor, Ctor::Tuple | Ctor::Fn) => {
            Some((owner, format!(":{}", ctor.path())))
        }
        _ => None,
    }
}

#[salsa::tracked(returns(copy))]
fn aliased_member<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    alias: Item<'db>,
    path: Name<'db>,
) -> Option<Item<'db>> {
    let Type::App(ctor, _) = &alias_target(db, program, alias).ty else {
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
    let aliases = paths_of(text).into_iter().filter_map(|path| {
        let item = lookup_type(db, program, &format!(":{path}"));
        item.filter(|item| item.kind(db) == ItemKind::Alias)
    });
    aliases.collect()
}

/// A cycle of aliases: the one that closes it, which is the last in program order, and the others.
#[derive(Clone, PartialEq, Eq, Debug, salsa::SalsaValue)]
pub(crate) struct Cycle<'db> {
    last: Item<'db>,
    others: Vec<Item<'db>>,
}

/// The other aliases of the cycle that this alias closes, in program order; `None` if it closes none.
pub(crate) fn cycle_closed_by<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    item: Item<'db>,
) -> Option<&'db [Item<'db>]> {
    if !alias_target(db, program_of(db, program, item), item).is_cyclic {
        return None;
    }
    let cycles = cycles(db, program_of(db, program, item));
    let closed = cycles.iter().find(|cycle| cycle.last == item)?;
    Some(&closed.others)
}

/// The cycles of aliases of a program. Only programs that have one are asked.
#[salsa::tracked(returns(ref))]
fn cycles<'db>(db: &'db dyn Db, program: SourceFile) -> Vec<Cycle<'db>> {
    let aliases: Vec<Item<'db>> = program_items(db, program)
        .filter(|item| item.kind(db) == ItemKind::Alias)
        .collect();
    let number: FxHashMap<Item<'db>, usize> =
        (0..).zip(&aliases).map(|(at, &it)| (it, at)).collect();
    let edges: Vec<Vec<usize>> = aliases
        .iter()
        .map(|&alias| {
            let found = mentioned(db, program, alias).iter();
            found.filter_map(|next| number.get(next).copied()).collect()
        })
        .collect();
    let mut found = Vec::new();
    for mut group in components(&edges) {
        group.sort_unstable();
        let Some((&last, others)) = group.split_last() else {
            continue;
        };
        if !others.is_empty() || edges[last].contains(&last) {
            found.push(Cycle {
                last: aliases[last],
                others: others.iter().map(|&at| aliases[at]).collect(),
            });
        }
    }
    found
}

/// The strongly connected components of a graph, those that are reached before those that reach them: Tarjan's algorithm,
/// with a stack of its own.
pub(crate) fn components(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    const NEW: usize = usize::MAX;
    let (mut order, mut low) = (vec![NEW; edges.len()], vec![NEW; edges.len()]);
    let mut is_open = vec![false; edges.len()];
    let (mut open, mut found) = (Vec::new(), Vec::new());
    let mut count = 0;
    for root in 0..edges.len() {
        let mut work = match order[root] {
            NEW => vec![(root, 0)],
            _ => continue,
        };
        while let Some((at, edge)) = work.pop() {
            if edge == 0 {
                (order[at], low[at]) = (count, count);
                count += 1;
                open.push(at);
                is_open[at] = true;
            } else {
                low[at] = low[at].min(low[edges[at][edge - 1]]);
            }
            let further = (edge..edges[at].len()).find(|&edge| {
                let next = edges[at][edge];
                if is_open[next] {
                    low[at] = low[at].min(order[next]);
                }
                order[next] == NEW
            });
            if let Some(edge) = further {
                work.push((at, edge + 1));
                work.push((edges[at][edge], 0));
            } else if low[at] == order[at] {
                let start = open.iter().rposition(|&other| other == at).unwrap_or(0);
                let group = open.split_off(start);
                group.iter().for_each(|&member| is_open[member] = false);
                found.push(group);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::components;

    #[test]
    fn components_are_what_reaches_each_other() {
        let edges = [
            vec![1],
            vec![2, 3],
            vec![0],
            vec![3],
            vec![3, 5],
            vec![4],
            vec![],
        ];
        let mut found = components(&edges);
        found.iter_mut().for_each(|group| group.sort_unstable());
        found.sort();
        assert_eq!(found, [vec![0, 1, 2], vec![3], vec![4, 5], vec![6]]);
    }
}
