//! The constraints that wait for types, each woken when one of the variables that it looks at is bound.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use crate::types::Ctor;

use super::alternatives::lifted;
use super::deferred::{Constraint, ConstraintKind};
use super::table::{Shape, Table, Ty};

/// Waiting constraints, numbered in the order in which they were made.
///
/// A constraint that was tried in vain is tried again when a variable among the types that it looks at is bound, and not
/// before: nothing else could have made it solvable. Those that are woken together are tried in creation order, from the
/// last one tried on and then from the start.
#[derive(Default)]
pub(super) struct Pending {
    made: u32,
    waiting: BTreeMap<u32, Constraint>,
    /// Who looks at a variable.
    watchers: FxHashMap<Ty, Vec<u32>>,
    /// What is to be tried again.
    woken: BTreeSet<u32>,
    /// Where in the creation order the next one is looked for.
    at: u32,
    /// How many bindings have been looked at.
    seen: usize,
    /// Those that stand for names of several functions.
    lifts: BTreeSet<u32>,
    /// Those that have a default.
    defaults: BTreeSet<u32>,
    /// How often one was tried again.
    #[cfg(test)]
    tries: u64,
}

impl Pending {
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// A constraint that was tried in vain for the first time.
    pub(super) fn add(&mut self, constraint: Constraint, table: &Table) {
        let id = self.made;
        self.made += 1;
        self.keep(id, constraint, table);
    }

    /// A constraint that was tried in vain.
    pub(super) fn keep(&mut self, id: u32, constraint: Constraint, table: &Table) {
        for variable in watched(&constraint.kind, table) {
            self.watchers.entry(variable).or_default().push(id);
        }
        if lifted(&constraint.kind).is_some() {
            self.lifts.insert(id);
        }
        if constraint.has_default() {
            self.defaults.insert(id);
        }
        self.waiting.insert(id, constraint);
    }

    fn take(&mut self, id: u32) -> Option<Constraint> {
        self.lifts.remove(&id);
        self.defaults.remove(&id);
        self.waiting.remove(&id)
    }

    /// Begins at the start of the creation order.
    pub(super) fn restart(&mut self) {
        self.at = 0;
    }

    /// The next constraint that may be solvable by now.
    pub(super) fn next(&mut self, table: &Table) -> Option<(u32, Constraint)> {
        for variable in table.bound_since(self.seen) {
            if let Some(mut watchers) = self.watchers.remove(variable) {
                if watchers.len() > 1 && is_no_function(*variable, table) {
                    self.keep_one_lift(&mut watchers, *variable, table);
                }
                self.woken.extend(watchers);
            }
        }
        self.seen = table.bindings();
        loop {
            let from_here = self.woken.range(self.at..).next();
            let id = *from_here.or_else(|| self.woken.first())?;
            self.woken.remove(&id);
            self.at = id + 1;
            if let Some(constraint) = self.take(id) {
                #[cfg(test)]
                {
                    self.tries += 1;
                }
                return Some((id, constraint));
            }
        }
    }

    /// Names of several functions that share a type, such as those of two branches, are one mistake where no function is
    /// wanted: the first one tells.
    fn keep_one_lift(&mut self, watchers: &mut Vec<u32>, ty: Ty, table: &Table) {
        let wanted = table.resolve(ty);
        let is_lift = |id: &u32| {
            let lift = self.waiting.get(id).and_then(|it| lifted(&it.kind));
            lift.is_some_and(|lift| table.resolve(lift) == wanted)
        };
        let mut lifts: Vec<u32> = watchers.iter().copied().filter(is_lift).collect();
        lifts.sort_unstable();
        for &id in lifts.iter().skip(1) {
            self.take(id);
        }
        watchers.retain(|id| self.waiting.contains_key(id));
    }

    /// The first constraint with a default.
    pub(super) fn next_default(&mut self) -> Option<Constraint> {
        let id = *self.defaults.first()?;
        self.take(id)
    }

    /// The types of the functions that names of several functions stand for.
    pub(super) fn lifts(&self) -> impl Iterator<Item = &ConstraintKind> {
        let constraints = self.lifts.iter().filter_map(|id| self.waiting.get(id));
        constraints.map(|constraint| &constraint.kind)
    }

    /// What is left, in creation order.
    pub(super) fn take_all(&mut self) -> impl Iterator<Item = Constraint> + use<> {
        self.watchers.clear();
        self.woken.clear();
        self.lifts.clear();
        self.defaults.clear();
        std::mem::take(&mut self.waiting).into_values()
    }
}

/// Is it known by now that a type is none of a function?
fn is_no_function(ty: Ty, table: &Table) -> bool {
    match table.shape(ty) {
        Shape::App(ctor, _) => *ctor != Ctor::Fn,
        Shape::Param(_) => true,
        Shape::Var | Shape::Error => false,
    }
}

/// The open variables that may make a constraint solvable when they are bound.
fn watched(kind: &ConstraintKind, table: &Table) -> Vec<Ty> {
    let heads = |types: &[Ty]| -> Vec<Ty> {
        let resolved = types.iter().map(|&ty| table.resolve(ty));
        resolved.filter(|&ty| table.is_var(ty)).collect()
    };
    let mut found: Vec<Ty> = match kind {
        ConstraintKind::Num { operands, .. } => heads(operands),
        ConstraintKind::Cmp { operands, .. } => heads(operands),
        ConstraintKind::Index { operand, .. } => heads(&[*operand]),
        ConstraintKind::Arm { operands, .. } => {
            let parts = operands.iter().map(|&ty| table.open_parts(ty));
            parts.flatten().collect()
        }
        ConstraintKind::Lift { ty, .. }
        | ConstraintKind::LiftOperator { ty, .. }
        | ConstraintKind::LiftVariadic { ty, .. }
        | ConstraintKind::LiftTyped { ty, .. } => table.open_parts(*ty),
    };
    let mut seen = rustc_hash::FxHashSet::default();
    found.retain(|&ty| seen.insert(ty));
    found
}

#[cfg(test)]
mod tests {
    use crate::infer::Infer;
    use crate::names::lookup;
    use crate::{FileKind, RootDatabase, SourceText};

    /// How often constraints are tried again in a definition with so many calls of an overloaded function.
    fn tries(calls: usize, call: &str) -> u64 {
        let bindings: String = (0..calls).map(|at| format!("a{at} {call} ")).collect();
        let text = format!(
            "(:wat::core::defn :user::f [] -> :wat::core::i64 (:wat::core::let [x (:wat::core::Option/expect :wat::core::None \"m\") {bindings}] 1))"
        );
        let mut db = RootDatabase::new();
        let file = db.set_file("main.wat", SourceText::new(text), FileKind::Disk);
        let item = lookup(&db, file, ":user::f").expect("the definition");
        let mut infer = Infer::new(&db, file, item.ast(&db), Box::default());
        infer.definition(item);
        infer.solve_all();
        infer.pending.tries
    }

    #[test]
    fn a_constraint_is_tried_again_when_its_own_variables_are_bound() {
        for call in [
            "(:wat::core::length x)",
            "(:wat::core::+ x 1)",
            "(:wat::core::length (:wat::core::Option/expect :wat::core::None \"m\"))",
            "(:wat::core::= (:wat::core::Option/expect :wat::core::None \"m\") (:wat::core::Option/expect :wat::core::None \"m\"))",
        ] {
            let (few, many) = (tries(25, call), tries(100, call));
            assert!(
                many <= 5 * few + 50,
                "{call}: {few} tries for 25 calls, {many} for 100"
            );
        }
    }
}
