//! Lints about the use of the core library: WAT7042, WAT7043, WAT7044.

use rustc_hash::{FxHashMap, FxHashSet};
use wat_syntax::Applicability;

use crate::infer::table::Ty;
use crate::infer::typed::{Arith, ExprId, ExprKind, LocalId};
use crate::problem::{EditAt, Place, Problem, ProblemEdit};

use super::Rules;
use super::tree::Role;

/// Integer functions of two operands that divide.
const DIVIDING: [(&str, Dividing); 3] = [
    (":wat::core::quot", Dividing::Quot),
    (":wat::core::rem", Dividing::Rest),
    (":wat::core::mod", Dividing::Rest),
];

#[derive(Clone, Copy)]
enum Dividing {
    Quot,
    Rest,
}

/// A literal as a key. Floats are told apart by their bits.
#[derive(PartialEq, Eq, Hash)]
enum Literal<'a> {
    Nil,
    Int(i64),
    Float(u64),
    Bool(bool),
    Str(&'a str),
    Keyword(&'a str),
}

/// What integer arithmetic on constants comes to.
type Outcome = Result<i64, &'static str>;

const OVERFLOW: &str = "the result is no `:wat::core::i64`: it overflows";
const BY_ZERO: &str = "this divides by zero";

impl<'db> Rules<'_, 'db> {
    pub(super) fn library_lints(&mut self) {
        let mut found = Vec::new();
        let mut constants: FxHashMap<ExprId, i64> = FxHashMap::default();
        // Operands come before what is made of them.
        for at in 0..self.tree.count() {
            let id = ExprId(at);
            match &self.tree.expr(id).kind {
                ExprKind::HashMap(parts) if parts.len() > 2 => {
                    let entries = parts.chunks_exact(2).map(|pair| (pair[0], Some(pair[1])));
                    self.duplicates(entries, "key", &mut found);
                }
                ExprKind::HashSet(parts) if parts.len() > 1 => {
                    let elements = parts.iter().map(|&element| (element, None));
                    self.duplicates(elements, "element", &mut found);
                }
                ExprKind::Arith { op, args } => {
                    let outcome = self.folded(*op, args, &constants);
                    self.note_outcome(id, outcome, &mut constants, &mut found);
                }
                ExprKind::Call { callee, args, .. } => {
                    let outcome = self.called(&callee.name, args, &constants);
                    self.note_outcome(id, outcome, &mut constants, &mut found);
                }
                _ => {}
            }
        }
        self.problems.extend(found);
    }

    fn note_outcome(
        &self,
        id: ExprId,
        outcome: Option<Outcome>,
        constants: &mut FxHashMap<ExprId, i64>,
        found: &mut Vec<Problem<'db>>,
    ) {
        match outcome {
            Some(Ok(value)) => {
                constants.insert(id, value);
            }
            Some(Err(why)) if self.tree.is_reached(id) => {
                let place = Place::node(self.tree.node(id));
                found.push(Problem::new(7044, place, why).label("this certainly fails"));
            }
            _ => {}
        }
    }

    fn constant(&self, id: ExprId, constants: &FxHashMap<ExprId, i64>) -> Option<i64> {
        match self.tree.expr(id).kind {
            ExprKind::Int(value) => Some(value),
            _ => constants.get(&id).copied(),
        }
    }

    /// The left fold of an operator; `None` if nothing is certain. After the first float all is float.
    fn folded(
        &self,
        op: Arith,
        args: &[ExprId],
        constants: &FxHashMap<ExprId, i64>,
    ) -> Option<Outcome> {
        let is_integer = |id: ExprId| self.tree.type_of(id) == Ty::I64;
        let (mut value, rest) = match *args {
            [only] if is_integer(only) => match op {
                Arith::Add | Arith::Mul => return self.constant(only, constants).map(Ok),
                Arith::Sub => (Some(0), args),
                Arith::Div => (Some(1), args),
            },
            [first, ..] if is_integer(first) => (self.constant(first, constants), &args[1..]),
            _ => return None,
        };
        for &operand in rest {
            if !is_integer(operand) {
                return None;
            }
            let operand = self.constant(operand, constants);
            if matches!(op, Arith::Div) && operand == Some(0) {
                return Some(Err(BY_ZERO));
            }
            value = match (value, operand) {
                (Some(a), Some(b)) => match apply(op, a, b) {
                    Some(result) => Some(result),
                    None => return Some(Err(OVERFLOW)),
                },
                _ => None,
            };
        }
        value.map(Ok)
    }

    /// The same for a call of a function of two integers.
    fn called(
        &self,
        name: &str,
        args: &[ExprId],
        constants: &FxHashMap<ExprId, i64>,
    ) -> Option<Outcome> {
        let [a, b] = *args else { return None };
        let (_, dividing) = DIVIDING.iter().find(|(path, _)| *path == name)?;
        let (a, b) = (self.constant(a, constants), self.constant(b, constants)?);
        match (b, a, dividing) {
            (0, _, _) => Some(Err(BY_ZERO)),
            (_, Some(a), Dividing::Quot) => Some(a.checked_div(b).ok_or(OVERFLOW)),
            _ => None,
        }
    }

    /// WAT7042.
    fn duplicates(
        &self,
        entries: impl Iterator<Item = (ExprId, Option<ExprId>)>,
        what: &str,
        found: &mut Vec<Problem<'db>>,
    ) {
        let mut seen: FxHashMap<Literal<'_>, (ExprId, Option<ExprId>)> = FxHashMap::default();
        for (key, value) in entries {
            let Some(literal) = self.literal(key) else {
                continue;
            };
            let Some((earlier, its_value)) = seen.insert(literal, (key, value)) else {
                continue;
            };
            let at = self.tree.node(earlier);
            let last = its_value.map_or(at, |value| self.tree.node(value));
            let message = match its_value {
                Some(_) => "this entry has the same key as a later one, which replaces it",
                None => "this element stands in the set again",
            };
            // What is deleted is evaluated no more.
            let is_literal = its_value.is_none_or(|value| self.literal(value).is_some());
            let how = match is_literal {
                true => Applicability::MachineApplicable,
                false => Applicability::MaybeIncorrect,
            };
            let edit = ProblemEdit {
                at: EditAt::DeleteThrough(last.0),
                place: Place::node(at),
                insert: String::new(),
            };
            let title = format!(
                "delete the earlier {}",
                if value.is_some() { "entry" } else { what }
            );
            found.push(
                Problem::new(7042, Place::node(at), message)
                    .label(format!("the same {what}"))
                    .also(Place::node(self.tree.node(key)), "again here")
                    .fix(title, how, vec![edit]),
            );
        }
    }

    fn literal(&self, id: ExprId) -> Option<Literal<'_>> {
        Some(match &self.tree.expr(id).kind {
            ExprKind::Nil => Literal::Nil,
            ExprKind::Int(value) => Literal::Int(*value),
            ExprKind::Float(bits) => Literal::Float(*bits),
            ExprKind::Bool(value) => Literal::Bool(*value),
            ExprKind::Str(text) => Literal::Str(text),
            ExprKind::Keyword(text) => Literal::Keyword(text),
            _ => return None,
        })
    }

    /// WAT7043.
    pub(super) fn streams_consumed_twice(&mut self) {
        let mut found = Vec::new();
        for local in self.tree.locals() {
            if !self.tree.is_worker_pair(self.tree.info(local).ty) {
                continue;
            }
            let mut told = FxHashSet::default();
            let consumers = self.consumers(local);
            for (at, &second) in consumers.iter().enumerate() {
                let mut earlier = consumers[..at].iter();
                let earlier = earlier.find(|&&first| {
                    self.tree.is_before(first, second) || self.tree.is_before(second, first)
                });
                if let Some(&first) = earlier
                    && told.insert(first)
                {
                    let name = &self.tree.info(local).name;
                    let message =
                        format!("the stream `{name}` is consumed twice: its elements are divided");
                    found.push(
                        Problem::new(7043, Place::node(self.tree.node(second)), message)
                            .label("consumed again")
                            .also(Place::node(self.tree.node(first)), "consumed here")
                            .help("collect it once and use the vector twice"),
                    );
                }
            }
        }
        self.problems.extend(found);
    }

    /// The calls that consume a stream.
    fn consumers(&self, local: LocalId) -> Vec<ExprId> {
        let uses = self.tree.uses(local).iter();
        let calls = uses.filter_map(|&used| match self.tree.role(used) {
            Role::Argument(call, 0) => Some(call),
            _ => None,
        });
        let is_stage = |call: &ExprId| {
            let callee = self.tree.callee(*call);
            callee.is_some_and(|callee| callee.name.starts_with(":wat::stream::"))
        };
        calls.filter(is_stage).collect()
    }
}

fn apply(op: Arith, a: i64, b: i64) -> Option<i64> {
    match op {
        Arith::Add => a.checked_add(b),
        Arith::Sub => a.checked_sub(b),
        Arith::Mul => a.checked_mul(b),
        Arith::Div => a.checked_div(b),
    }
}
