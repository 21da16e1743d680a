//! Requirements of type parameters: which capabilities a generic definition needs of its own parameters.
//!
//! They are inferred, not written, and kept apart from signatures: the least fixed point over the definitions that a
//! definition reaches through uses that hand its parameters on. A requirement is a pair (parameter, capability), so the
//! computation ends, also for polymorphic recursion; the order of definitions has no influence.

use std::collections::{BTreeSet, VecDeque};

use rustc_hash::{FxHashMap, FxHashSet};
use wat_syntax::{Applicability, Ast, NodeId};

use crate::capability::{
    Capability, HAND_OVER_DATA, NAME_THE_TYPE, SEND_DATA, declared_requirements, explain,
    has_type_of_run_time, needs,
};
use crate::db::{Db, SourceFile};
use crate::infer::check_item;
use crate::infer::require::Instance;
use crate::items::{Item, ItemKind};
use crate::names::{lookup, program_of};
use crate::problem::{EditAt, Place, Plain, Problem, ProblemEdit};
use crate::signature::generics;
use crate::types::Type;

/// What a definition does with its own parameters, without positions: an edit that changes neither ends here.
#[derive(Clone, PartialEq, Eq, Debug, Default, salsa::SalsaValue)]
struct Flow<'db> {
    own: Vec<(u32, Capability)>,
    /// Generic functions that get types which mention parameters.
    onward: Vec<Edge<'db>>,
}

/// A use of a generic function at types of the definition.
#[derive(Clone, PartialEq, Eq, Hash, Debug, salsa::SalsaValue)]
struct Edge<'db> {
    callee: Item<'db>,
    types: Vec<Plain<Type>>,
}

fn mentions_parameter(ty: &Type) -> bool {
    let mut work = vec![ty];
    while let Some(ty) = work.pop() {
        match ty {
            Type::Param(_) => return true,
            Type::App(_, args) => work.extend(args.iter()),
            Type::Error | Type::Infer => {}
        }
    }
    false
}

#[salsa::tracked(returns(ref))]
fn flow<'db>(db: &'db dyn Db, program: SourceFile, item: Item<'db>) -> Flow<'db> {
    if item.kind(db) == ItemKind::Native {
        return Flow {
            own: declared_requirements(db, item),
            onward: Vec::new(),
        };
    }
    let checked = check_item(db, program, item);
    let mut own: Vec<_> = checked
        .needs
        .iter()
        .map(|need| (need.param, need.capability))
        .collect();
    own.sort_unstable();
    own.dedup();
    let onward = checked
        .instances
        .iter()
        .filter(|used| used.types.iter().any(|ty| mentions_parameter(&ty.0)));
    let mut onward: Vec<_> = onward
        .map(|used| Edge {
            callee: used.callee,
            types: used.types.clone(),
        })
        .collect();
    let mut seen = FxHashSet::default();
    onward.retain(|edge| seen.insert(edge.clone()));
    Flow { own, onward }
}

/// Can a definition have requirements at all?
fn is_generic(db: &dyn Db, item: Item<'_>) -> bool {
    matches!(item.kind(db), ItemKind::Function | ItemKind::Native)
        && !generics(item.ast(db), item.name_node(db)).is_empty()
}

/// The requirements of a definition, sorted.
pub(crate) fn requirements<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    item: Item<'db>,
) -> &'db [(u32, Capability)] {
    match is_generic(db, item) {
        true => inferred(db, program_of(db, program, item), item),
        false => &[],
    }
}

/// A definition that reaches more generic definitions than this takes its requirements from those of the whole program,
/// computed once: each for itself would cost the square of their number.
const NEAR: usize = 128;

/// Requirements by definition.
type Known<'db> = FxHashMap<Item<'db>, BTreeSet<(u32, Capability)>>;

#[salsa::tracked(returns(ref))]
fn inferred<'db>(db: &'db dyn Db, program: SourceFile, item: Item<'db>) -> Vec<(u32, Capability)> {
    let own = match reached(db, program, vec![item], NEAR) {
        Some(near) => fixed_point(db, program, &near).remove(&item),
        None => requirements_of_all(db, program).0.get(&item).cloned(),
    };
    own.unwrap_or_default().into_iter().collect()
}

/// The requirements of a whole program.
#[derive(Clone, PartialEq, Eq, Debug, salsa::SalsaValue)]
struct AllRequirements<'db>(Known<'db>);

#[salsa::tracked(returns(ref))]
fn requirements_of_all<'db>(db: &'db dyn Db, program: SourceFile) -> AllRequirements<'db> {
    let own = crate::names::program_items(db, program).filter(|item| is_generic(db, *item));
    let all = reached(db, program, own.collect(), usize::MAX).unwrap_or_default();
    AllRequirements(fixed_point(db, program, &all))
}

fn flow_of<'db>(db: &'db dyn Db, program: SourceFile, item: Item<'db>) -> &'db Flow<'db> {
    flow(db, program_of(db, program, item), item)
}

/// Generic definitions and all that they hand parameters on to; `None` if these are more than `limit`.
fn reached<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    from: Vec<Item<'db>>,
    limit: usize,
) -> Option<Vec<Item<'db>>> {
    let mut seen: FxHashSet<Item<'db>> = from.iter().copied().collect();
    let mut order = from;
    let mut at = 0;
    while let Some(&next) = order.get(at) {
        at += 1;
        for Edge { callee, .. } in &flow_of(db, program, next).onward {
            if is_generic(db, *callee) && seen.insert(*callee) {
                order.push(*callee);
            }
        }
        if order.len() > limit {
            return None;
        }
    }
    Some(order)
}

/// The least fixed point over definitions that reach no others. A definition is looked at again when one that it hands
/// parameters on to has grown.
fn fixed_point<'db>(db: &'db dyn Db, program: SourceFile, all: &[Item<'db>]) -> Known<'db> {
    let mut known: Known<'db> = all.iter().map(|&item| (item, BTreeSet::new())).collect();
    let mut users: FxHashMap<Item<'db>, Vec<Item<'db>>> = FxHashMap::default();
    for &user in all {
        for Edge { callee, .. } in &flow_of(db, program, user).onward {
            users.entry(*callee).or_default().push(user);
        }
    }
    let mut work: VecDeque<Item<'db>> = all.iter().rev().copied().collect();
    let mut waiting: FxHashSet<Item<'db>> = all.iter().copied().collect();
    while let Some(next) = work.pop_front() {
        waiting.remove(&next);
        let flow = flow_of(db, program, next);
        let mut found: BTreeSet<_> = flow.own.iter().copied().collect();
        for Edge { callee, types } in &flow.onward {
            for &(param, capability) in known.get(callee).into_iter().flatten() {
                if let Some(Plain(ty)) = types.get(param as usize) {
                    let params = needs(db, program, capability, ty).params;
                    found.extend(params.into_iter().map(|param| (param, capability)));
                }
            }
        }
        if known.get(&next) != Some(&found) {
            known.insert(next, found);
            let users = users.get(&next).into_iter().flatten();
            work.extend(users.filter(|user| waiting.insert(**user)));
        }
    }
    known
}

/// Uses of generic functions, in a definition, at types that lack what the function requires.
#[salsa::tracked(returns(ref))]
pub(crate) fn unmet_requirements<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    item: Item<'db>,
) -> Vec<Problem<'db>> {
    let names = generics(item.ast(db), item.name_node(db));
    let program = program_of(db, program, item);
    unmet(
        db,
        program,
        item.ast(db),
        &check_item(db, program, item).instances,
        &names,
    )
}

/// The same for uses that stand in no definition.
pub(crate) fn unmet<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    ast: &Ast,
    instances: &[Instance<'db>],
    names: &[std::sync::Arc<str>],
) -> Vec<Problem<'db>> {
    let mut found = Vec::new();
    for used in instances {
        let unmet =
            requirements(db, program, used.callee)
                .iter()
                .find_map(|&(param, capability)| {
                    let ty = &used.types.get(param as usize)?.0;
                    let lacks = needs(db, program, capability, ty).lacks;
                    lacks.then_some((param, capability, ty))
                });
        if let Some((param, capability, ty)) = unmet {
            let message = explain(db, program, capability, ty, names);
            let problem = problem(db, program, used, param, capability, message);
            found.push(if has_type_of_run_time(ty) {
                problem.help(NAME_THE_TYPE)
            } else if capability == Capability::Sent {
                problem.help(SEND_DATA)
            } else if capability == Capability::Inherited {
                problem.help(HAND_OVER_DATA)
            } else if used.callee.name(db).text(db) == SORTED {
                by_key(ast, problem, NodeId(used.node))
            } else {
                problem
            });
        }
    }
    found
}

/// What sorts elements by their own order.
const SORTED: &str = ":wat::core::__internal/sorted";

/// Elements without an order are sorted by a key of theirs that has one.
fn by_key<'db>(ast: &Ast, problem: Problem<'db>, head: NodeId) -> Problem<'db> {
    let problem = problem.help("sort by a key that is ordered: `:wat::core::sort-by`");
    let calls = |list: &u32| ast.children(NodeId(*list)).next() == Some(head);
    let Some(list) = (0..head.0).rev().find(calls) else {
        return problem;
    };
    let edit = |at, node, insert: &str| ProblemEdit {
        at,
        place: Place::node(node),
        insert: insert.to_owned(),
    };
    problem.fix(
        "sort by a key",
        Applicability::HasPlaceholders,
        vec![
            edit(EditAt::Replace, head, ":wat::core::sort-by"),
            edit(EditAt::BeforeClose, NodeId(list), " <key>"),
        ],
    )
}

fn problem<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    used: &Instance<'db>,
    param: u32,
    capability: Capability,
    message: String,
) -> Problem<'db> {
    let callee = used.callee;
    let parameters = generics(callee.ast(db), callee.name_node(db));
    let parameter = parameters.get(param as usize).map_or("_", |name| &**name);
    let problem = Problem::new(capability.code(), Place::node(NodeId(used.node)), message)
        .label(format!("requires `{}` of `{parameter}`", capability.name()));
    match operation(db, program, callee, param, capability) {
        Some(place) => problem.also(
            place,
            match capability {
                Capability::Eq => "compared here",
                Capability::Ord => "ordered here",
                Capability::Hash => "used as a key here",
                Capability::Portable => "crosses a boundary here",
                Capability::Sent | Capability::Inherited => "goes to another process here",
                Capability::Atom => "made an atom here",
                Capability::Generated => "generated here",
            },
        ),
        None => problem,
    }
}

/// The operation that needs a capability of a parameter of a definition, in it or in what it calls.
fn operation<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    callee: Item<'db>,
    param: u32,
    capability: Capability,
) -> Option<Place<'db>> {
    let mut seen = FxHashSet::from_iter([(callee, param)]);
    let mut work = VecDeque::from([(callee, param)]);
    while let Some((item, param)) = work.pop_front() {
        if item.kind(db) == ItemKind::Native {
            return Some(Place::elsewhere(item.form(db), item.name_node(db)));
        }
        let checked = check_item(db, program_of(db, program, item), item);
        let own = checked
            .needs
            .iter()
            .find(|need| (need.param, need.capability) == (param, capability));
        if let Some(need) = own {
            return Some(Place::elsewhere(item.form(db), NodeId(need.node)));
        }
        for used in &checked.instances {
            for &(inner, wanted) in requirements(db, program, used.callee) {
                let hands_on = || {
                    used.types.get(inner as usize).is_some_and(|ty| {
                        needs(db, program, capability, &ty.0)
                            .params
                            .contains(&param)
                    })
                };
                if wanted == capability && hands_on() && seen.insert((used.callee, inner)) {
                    work.push_back((used.callee, inner));
                }
            }
        }
    }
    None
}

/// The requirements of a definition as hovers show them: `∀T: Eq, U: Hash.`; `None` if it has none.
pub fn requirements_of(db: &dyn Db, program: SourceFile, name: &str) -> Option<String> {
    let item = lookup(db, program, name)?;
    let item = crate::synonym::target(db, program, item).unwrap_or(item);
    let names = generics(item.ast(db), item.name_node(db));
    let required = requirements(db, program, item);
    let parts: Vec<String> = names
        .iter()
        .enumerate()
        .filter_map(|(at, name)| {
            let of = required.iter().filter(|(param, _)| *param as usize == at);
            let mut of: Vec<&str> = of.map(|(_, capability)| capability.name()).collect();
            of.dedup();
            (!of.is_empty()).then(|| format!("{name}: {}", of.join(" + ")))
        })
        .collect();
    (!parts.is_empty()).then(|| format!("∀{}.", parts.join(", ")))
}
