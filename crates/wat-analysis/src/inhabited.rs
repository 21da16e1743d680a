//! WAT3114: declared types without a finite value.
//!
//! A type has a value iff some constructor has values for all its fields; `Option`, `Result`, collections and functions
//! have one whatever is in them. For generic types that depends on the arguments: a declaration is summed up as the sets
//! of its parameters that suffice, of which one set must have values. The sums are the least fixed point over the
//! declarations that a type cannot do without.

use rustc_hash::FxHashMap;
use wat_syntax::{Applicability, NodeId};

use crate::alias::components;
use crate::db::{Db, SourceFile};
use crate::items::Item;
use crate::names::{lookup_type, program_items};
use crate::nominal::{Nominal, nominal, type_shape};
use crate::problem::{EditAt, Place, Problem, ProblemEdit};
use crate::types::{Ctor, Type};

/// Sets of parameters, one bit each. The type has a value iff all parameters of one set have; no set: never.
type Sums = Vec<u64>;
/// More sets than this are not told apart: such a type counts as one with values.
const SETS: usize = 64;

fn always() -> Sums {
    vec![0]
}

fn either(mut sums: Sums, more: Sums) -> Sums {
    for set in more {
        if !sums.iter().any(|known| known & set == *known) {
            sums.retain(|known| known & set != set);
            sums.push(set);
        }
    }
    match sums.len() > SETS {
        true => always(),
        false => sums,
    }
}

fn both(one: &Sums, other: &Sums) -> Sums {
    let pairs = one
        .iter()
        .flat_map(|one| other.iter().map(move |other| one | other));
    either(Vec::new(), pairs.collect())
}

/// What is known of the declarations so far.
type Known<'db> = FxHashMap<Item<'db>, Sums>;

fn declaration<'db>(db: &'db dyn Db, program: SourceFile, path: &str) -> Option<Item<'db>> {
    lookup_type(db, program, path).filter(|item| item.kind(db).is_nominal())
}

fn of_type<'db>(db: &'db dyn Db, program: SourceFile, ty: &Type, known: &Known<'db>) -> Sums {
    let (ctor, args) = match ty {
        Type::Error | Type::Infer => return always(),
        Type::Param(index) => {
            return 1_u64
                .checked_shl(*index)
                .map_or_else(always, |set| vec![set]);
        }
        Type::App(ctor, args) => (ctor, args),
    };
    let of = |part: &Type| of_type(db, program, part, known);
    match ctor {
        Ctor::Tuple => args
            .iter()
            .fold(always(), |all, part| both(&all, &of(part))),
        Ctor::Nominal(path) => {
            let sums = declaration(db, program, path).and_then(|item| known.get(&item));
            let Some(sums) = sums else { return always() };
            let with = |set: u64| {
                let needed = args.iter().enumerate();
                let mut needed = needed.filter(|(at, _)| *at < 64 && set >> at & 1 == 1);
                needed.try_fold(always(), |all, (_, part)| {
                    Some(both(&all, &of(part))).filter(|sums| !sums.is_empty())
                })
            };
            sums.iter()
                .filter_map(|&set| with(set))
                .fold(Vec::new(), either)
        }
        _ => always(),
    }
}

fn of_declaration<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    declared: &Nominal,
    known: &Known<'db>,
) -> Sums {
    let variants = declared.variants.iter().map(|variant| {
        let fields = variant.fields.iter();
        fields.fold(always(), |all, field| {
            both(&all, &of_type(db, program, &field.ty, known))
        })
    });
    variants.fold(Vec::new(), either)
}

/// The declared types that a value of a type may hold without a detour; none where some variant needs none of them.
fn mentioned<'db>(db: &'db dyn Db, program: SourceFile, item: Item<'db>) -> Vec<Item<'db>> {
    let mut found = Vec::new();
    for variant in &nominal(db, program, item).variants {
        let before = found.len();
        let mut work: Vec<&Type> = variant.fields.iter().map(|field| &field.ty).collect();
        while let Some(ty) = work.pop() {
            match ty {
                Type::App(Ctor::Tuple, parts) => work.extend(parts.iter()),
                Type::App(Ctor::Nominal(path), args) => {
                    work.extend(args.iter());
                    found.extend(declaration(db, program, path));
                }
                _ => {}
            }
        }
        if found.len() == before {
            return Vec::new();
        }
    }
    found
}

/// Types that need each other and have no value, in program order.
#[derive(Clone, PartialEq, Eq, Debug, salsa::SalsaValue)]
struct Circle<'db> {
    links: Vec<Item<'db>>,
    /// The fields of the last one's first constructor that make it impossible.
    blocked: Vec<usize>,
}

/// The declarations of a program that have no value.
#[derive(Clone, PartialEq, Eq, Debug, salsa::SalsaValue)]
struct Census<'db> {
    circles: Vec<Circle<'db>>,
    /// All of them: those of the circles, and those that cannot do without one of these.
    empty: Vec<Item<'db>>,
}

/// What a program declares in vain. Only declarations that hold other declared types ask.
#[salsa::tracked(returns(ref))]
fn census<'db>(db: &'db dyn Db, program: SourceFile) -> Census<'db> {
    let mut items: Vec<Item<'db>> = Vec::new();
    let mut number: FxHashMap<Item<'db>, usize> = FxHashMap::default();
    for item in program_items(db, program).filter(|item| item.kind(db).is_nominal()) {
        number.insert(item, items.len());
        items.push(item);
    }
    let edges: Vec<Vec<usize>> = items
        .iter()
        .map(|&item| {
            let mentioned = mentioned(db, program, item).into_iter();
            mentioned
                .filter_map(|other| number.get(&other).copied())
                .collect()
        })
        .collect();
    let mut known = Known::default();
    let mut circles = Vec::new();
    // Whatever a group needs of others comes before it.
    for mut group in components(&edges) {
        settle(db, program, &items, &edges, &group, &mut known);
        let [first, ..] = group[..] else { continue };
        if group.len() == 1 && !edges[first].contains(&first) {
            continue;
        }
        group.sort_unstable();
        let links = group.iter().map(|&at| items[at]);
        let links: Vec<Item<'db>> = links
            .filter(|item| known.get(item).is_some_and(Vec::is_empty))
            .collect();
        if let Some(&last) = links.last() {
            let blocked = blocked(db, program, last, &known);
            circles.push(Circle { links, blocked });
        }
    }
    items.retain(|item| known.get(item).is_some_and(Vec::is_empty));
    Census {
        circles,
        empty: items,
    }
}

/// Sums up the declarations of a group that need each other: what has changed is looked at again by those who hold it.
fn settle<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    items: &[Item<'db>],
    edges: &[Vec<usize>],
    group: &[usize],
    known: &mut Known<'db>,
) {
    let mut users: FxHashMap<usize, Vec<usize>> =
        group.iter().map(|&at| (at, Vec::new())).collect();
    for &at in group {
        known.insert(items[at], Vec::new());
        for held in &edges[at] {
            users
                .entry(*held)
                .and_modify(|users: &mut Vec<usize>| users.push(at));
        }
    }
    let mut work: Vec<usize> = group.to_vec();
    while let Some(at) = work.pop() {
        let sums = of_declaration(db, program, nominal(db, program, items[at]), known);
        if known.get(&items[at]) != Some(&sums) {
            known.insert(items[at], sums);
            work.extend_from_slice(&users[&at]);
        }
    }
}

/// The fields of the first constructor that have no value.
fn blocked<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    item: Item<'db>,
    known: &Known<'db>,
) -> Vec<usize> {
    let declared = nominal(db, program, item).variants.first();
    let fields = declared.into_iter().flat_map(|variant| &variant.fields);
    let fields = fields.enumerate();
    fields
        .filter(|(_, field)| of_type(db, program, &field.ty, known).is_empty())
        .map(|(at, _)| at)
        .collect()
}

/// Does a declared type have no finite value, whatever its parameters stand for?
pub(crate) fn is_empty<'db>(db: &'db dyn Db, program: SourceFile, item: Item<'db>) -> bool {
    let is_suspect = !mentioned(db, program, item).is_empty();
    is_suspect && census(db, program).empty.contains(&item)
}

/// The warning about a declaration, if it is the last one, in program order, of types that need each other.
pub(crate) fn problem<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    item: Item<'db>,
) -> Option<Problem<'db>> {
    if mentioned(db, program, item).is_empty() {
        return None;
    }
    let mut circles = census(db, program).circles.iter();
    let circle = circles.find(|circle| circle.links.last() == Some(&item))?;
    let name = item.name(db).text(db);
    let problem = Problem::new(
        3114,
        Place::node(item.name_node(db)),
        format!("`{name}` has no finite value: to make one, another one is needed first"),
    )
    .label("never without itself")
    .help("make the inner value optional, or give an enum a variant without it");
    let others = circle.links.iter().filter(|other| **other != item);
    let problem = others.fold(problem, |problem, other| {
        let place = Place::elsewhere(other.form(db), other.name_node(db));
        problem.also(place, "through this type")
    });
    Some(with_option(db, item, problem, &circle.blocked))
}

/// The fix: what makes the first constructor impossible becomes optional.
fn with_option<'db>(
    db: &'db dyn Db,
    item: Item<'db>,
    problem: Problem<'db>,
    blocked: &[usize],
) -> Problem<'db> {
    let ast = item.ast(db);
    let shape = type_shape(ast, item.root(db), item.kind(db));
    let Some(written) = shape.variants.first() else {
        return problem;
    };
    let optional = |node: NodeId| {
        let bare = ast.as_keyword(node)?.strip_prefix(':')?;
        Some(ProblemEdit {
            at: EditAt::Replace,
            place: Place::node(node),
            insert: format!(":wat::core::Option<{bare}>"),
        })
    };
    let edits: Vec<ProblemEdit<'db>> = blocked
        .iter()
        .filter_map(|&at| optional(written.fields.get(at)?.ty?))
        .collect();
    problem.fix(
        "make the inner value optional",
        Applicability::MaybeIncorrect,
        edits,
    )
}
