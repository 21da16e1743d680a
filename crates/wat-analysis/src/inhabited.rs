//! WAT3114: declared types without a finite value.
//!
//! A type has a value iff some constructor has values for all its fields; `Option`, `Result`, collections and functions
//! have one whatever is in them. For generic types that depends on the arguments: a declaration is summed up as the sets
//! of its parameters that suffice, of which one set must have values. The sums are the least fixed point over the
//! declarations that a type cannot do without.

use rustc_hash::FxHashMap;
use wat_syntax::{Applicability, NodeId};

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
#[salsa::tracked(returns(ref))]
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

/// The declarations that are reached from one, itself among them only if it is.
fn reached<'db>(db: &'db dyn Db, program: SourceFile, from: Item<'db>) -> Known<'db> {
    let mut known = Known::default();
    let mut work = mentioned(db, program, from).clone();
    while let Some(item) = work.pop() {
        if known.insert(item, Vec::new()).is_none() {
            work.extend(mentioned(db, program, item));
        }
    }
    known
}

fn settle<'db>(db: &'db dyn Db, program: SourceFile, known: &mut Known<'db>) {
    let items: Vec<Item<'db>> = known.keys().copied().collect();
    loop {
        let mut changed = false;
        for &item in &items {
            let sums = of_declaration(db, program, nominal(db, program, item), known);
            let before = known.insert(item, sums);
            changed |= before.as_ref() != known.get(&item);
        }
        if !changed {
            return;
        }
    }
}

/// Does a declared type have no finite value, whatever its parameters stand for?
pub(crate) fn is_empty<'db>(db: &'db dyn Db, program: SourceFile, item: Item<'db>) -> bool {
    let mut known = reached(db, program, item);
    known.entry(item).or_default();
    settle(db, program, &mut known);
    known.get(&item).is_some_and(Vec::is_empty)
}

/// The warning about a declaration, if it is the last one, in program order, of types that need each other.
pub(crate) fn problem<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    item: Item<'db>,
) -> Option<Problem<'db>> {
    let mut known = reached(db, program, item);
    if !known.contains_key(&item) {
        return None;
    }
    settle(db, program, &mut known);
    let empty = |item: &Item<'db>| known.get(item).is_some_and(Vec::is_empty);
    if !empty(&item) {
        return None;
    }
    let circle: Vec<Item<'db>> = known
        .keys()
        .copied()
        .filter(|other| empty(other) && reached(db, program, *other).contains_key(&item))
        .collect();
    let links: Vec<Item<'db>> = program_items(db, program)
        .filter(|other| circle.contains(other))
        .collect();
    if links.last().is_some_and(|last| *last != item) {
        return None;
    }
    let name = item.name(db).text(db);
    let problem = Problem::new(
        3114,
        Place::node(item.name_node(db)),
        format!("`{name}` has no finite value: to make one, another one is needed first"),
    )
    .label("never without itself")
    .help("make the inner value optional, or give an enum a variant without it");
    let others = links.iter().filter(|other| **other != item);
    let problem = others.fold(problem, |problem, other| {
        let place = Place::elsewhere(other.form(db), other.name_node(db));
        problem.also(place, "through this type")
    });
    Some(with_option(db, program, item, problem, &known))
}

/// The fix: what makes the first constructor impossible becomes optional.
fn with_option<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    item: Item<'db>,
    problem: Problem<'db>,
    known: &Known<'db>,
) -> Problem<'db> {
    let ast = item.ast(db);
    let shape = type_shape(ast, item.root(db), item.kind(db));
    let declared = nominal(db, program, item).variants.first();
    let (Some(written), Some(declared)) = (shape.variants.first(), declared) else {
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
    let fields = written.fields.iter().zip(&declared.fields);
    let edits: Vec<ProblemEdit<'db>> = fields
        .filter(|(_, field)| of_type(db, program, &field.ty, known).is_empty())
        .filter_map(|(written, _)| optional(written.ty?))
        .collect();
    problem.fix(
        "make the inner value optional",
        Applicability::MaybeIncorrect,
        edits,
    )
}
