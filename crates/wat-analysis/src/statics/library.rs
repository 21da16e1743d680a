//! Lints about the use of the core library: WAT7042, WAT7043, WAT7044.

use rustc_hash::{FxHashMap, FxHashSet};
use wat_syntax::Applicability;

use crate::infer::operator::arith;
use crate::infer::table::Ty;
use crate::infer::typed::{Arith, ExprId, ExprKind, LocalId};
use crate::problem::{EditAt, Place, Problem, ProblemEdit};

use super::Rules;
use super::tree::Role;

/// A function of numbers that fails for some of them.
#[derive(Clone, Copy)]
enum Numeric {
    Operator(Arith),
    Quot,
    Rem,
    Mod,
    Abs,
    Pow,
}

/// The functions besides the operators, without `:wat::core::`.
const FUNCTIONS: [(&str, Numeric); 8] = [
    ("quot", Numeric::Quot),
    ("i64::quot", Numeric::Quot),
    ("rem", Numeric::Rem),
    ("i64::rem", Numeric::Rem),
    ("mod", Numeric::Mod),
    ("i64::mod", Numeric::Mod),
    ("i64::abs", Numeric::Abs),
    ("i64::pow", Numeric::Pow),
];

/// The function that a path names in any of its spellings: `+`, `i64::+`, `+'2`, `i64::+'2`, `+'i64'f64`.
fn numeric(path: &str) -> Option<Numeric> {
    let name = path.strip_prefix(":wat::core::")?;
    if let Some((_, function)) = FUNCTIONS.iter().find(|(known, _)| *known == name) {
        return Some(*function);
    }
    let of_type = name
        .strip_prefix("i64::")
        .or_else(|| name.strip_prefix("f64::"));
    let sign = of_type.unwrap_or(name);
    let sign = sign.split_once('\'').map_or(sign, |(sign, _)| sign);
    arith(sign).map(Numeric::Operator)
}

/// A literal as a key.
#[derive(PartialEq, Eq, Hash)]
enum Literal<'a> {
    Nil,
    Int(i64),
    Float(u64),
    Bool(bool),
    Str(&'a str),
    Keyword(&'a str),
    Vector(Vec<Literal<'a>>),
}

/// Vectors in vectors are compared as keys to this depth.
const KEY_DEPTH: u32 = 8;

/// A number of a known type, with its value if that is constant.
#[derive(Clone, Copy)]
enum Number {
    Int(Option<i64>),
    Float(Option<f64>),
}

impl Number {
    fn is_known(self) -> bool {
        matches!(self, Number::Int(Some(_)) | Number::Float(Some(_)))
    }

    fn is_zero(self) -> bool {
        match self {
            Number::Int(value) => value == Some(0),
            Number::Float(value) => value == Some(0.0),
        }
    }

    fn to_float(self) -> Option<f64> {
        match self {
            Number::Int(value) => value.map(|value| value as f64),
            Number::Float(value) => value,
        }
    }
}

/// What arithmetic on constants comes to, or why it fails.
type Outcome = Result<Number, &'static str>;

const OVERFLOW: &str = "the result is no `:wat::core::i64`: it overflows";
const BY_ZERO: &str = "this divides by zero";

impl<'db> Rules<'_, 'db> {
    pub(super) fn library_lints(&mut self) {
        let mut found = Vec::new();
        let mut constants: FxHashMap<ExprId, Number> = FxHashMap::default();
        // Operands come before what is made of them.
        for at in 0..self.tree.count() {
            let id = ExprId(at);
            match &self.tree.expr(id).kind {
                ExprKind::HashMap(parts) if parts.len() > 2 => {
                    let entries = parts.chunks_exact(2).map(|pair| (pair[0], Some(pair[1])));
                    self.duplicates(entries, "key", self.are_sound(parts), &mut found);
                }
                ExprKind::HashSet(parts) if parts.len() > 1 => {
                    let elements = parts.iter().map(|&element| (element, None));
                    self.duplicates(elements, "element", self.are_sound(parts), &mut found);
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
        constants: &mut FxHashMap<ExprId, Number>,
        found: &mut Vec<Problem<'db>>,
    ) {
        match outcome {
            Some(Ok(value)) if value.is_known() => {
                constants.insert(id, value);
            }
            Some(Err(why)) if self.tree.is_reached(id) => {
                let place = Place::node(self.tree.node(id));
                found.push(Problem::new(7044, place, why).label("this certainly fails"));
            }
            _ => {}
        }
    }

    /// What is known of an operand; `None` if its type is not known to be that of a number.
    fn number(&self, id: ExprId, constants: &FxHashMap<ExprId, Number>) -> Option<Number> {
        let unknown = match self.tree.type_of(id) {
            Ty::I64 => Number::Int(None),
            Ty::F64 => Number::Float(None),
            _ => return None,
        };
        Some(match self.tree.expr(id).kind {
            ExprKind::Int(value) => Number::Int(Some(value)),
            ExprKind::Float(bits) => Number::Float(Some(f64::from_bits(bits))),
            _ => constants.get(&id).copied().unwrap_or(unknown),
        })
    }

    /// The left fold of an operator; `None` if nothing is certain.
    fn folded(
        &self,
        op: Arith,
        args: &[ExprId],
        constants: &FxHashMap<ExprId, Number>,
    ) -> Option<Outcome> {
        let (&first, mut rest) = args.split_first()?;
        let mut value = self.number(first, constants)?;
        if rest.is_empty() {
            let unit = match op {
                Arith::Add | Arith::Mul => return Some(Ok(value)),
                Arith::Sub => 0,
                Arith::Div => 1,
            };
            value = Number::Int(Some(unit));
            rest = args;
        }
        for &operand in rest {
            match apply(op, value, self.number(operand, constants)?) {
                Ok(result) => value = result,
                failed => return Some(failed),
            }
        }
        Some(Ok(value))
    }

    /// The same for a call of a function.
    fn called(
        &self,
        name: &str,
        args: &[ExprId],
        constants: &FxHashMap<ExprId, Number>,
    ) -> Option<Outcome> {
        let function = numeric(name)?;
        if let Numeric::Operator(op) = function {
            return self.folded(op, args, constants);
        }
        let integer = |at: usize| match self.number(*args.get(at)?, constants) {
            Some(Number::Int(value)) => value,
            _ => None,
        };
        let (a, b) = (integer(0), integer(1));
        let is_division = matches!(function, Numeric::Quot | Numeric::Rem | Numeric::Mod);
        if is_division && b == Some(0) {
            return Some(Err(BY_ZERO));
        }
        let a = a?;
        let result = match function {
            Numeric::Abs => a.checked_abs(),
            Numeric::Quot => a.checked_div(b?),
            Numeric::Pow => power(a, u64::try_from(b?).ok()?),
            // The rest of a division always fits.
            Numeric::Rem | Numeric::Mod | Numeric::Operator(_) => return None,
        };
        Some(result.map_or(Err(OVERFLOW), |value| Ok(Number::Int(Some(value)))))
    }

    /// Whether nothing is wrong with the parts of a constructor.
    fn are_sound(&self, parts: &[ExprId]) -> bool {
        let is_wrong = |part: &ExprId| matches!(self.tree.expr(*part).kind, ExprKind::Error);
        !parts.iter().any(is_wrong)
    }

    /// WAT7042.
    fn duplicates(
        &self,
        entries: impl Iterator<Item = (ExprId, Option<ExprId>)>,
        what: &str,
        are_sound: bool,
        found: &mut Vec<Problem<'db>>,
    ) {
        let mut seen: FxHashMap<Literal<'_>, (ExprId, Option<ExprId>)> = FxHashMap::default();
        for (key, value) in entries {
            let Some(literal) = self.literal(key, KEY_DEPTH) else {
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
            // What is deleted is evaluated no more, and the first part decides which types the others have to have.
            let is_literal = its_value.is_none_or(|value| self.literal(value, KEY_DEPTH).is_some());
            let how = match is_literal && are_sound {
                true => Applicability::MachineApplicable,
                false => Applicability::MaybeIncorrect,
            };
            let edit = |at, node| ProblemEdit {
                at,
                place: Place::node(node),
                insert: String::new(),
            };
            let what_goes = if value.is_some() { "entry" } else { what };
            let again = self.tree.node(key);
            // The first key stays, with the last value.
            let (title, edits) = match (self.is_same(earlier, key), value) {
                (true, _) => (
                    format!("delete the earlier {what_goes}"),
                    vec![edit(EditAt::DeleteThrough(last.0), at)],
                ),
                (false, None) => (
                    format!("delete the later {what_goes}"),
                    vec![edit(EditAt::DeleteThrough(again.0), again)],
                ),
                (false, Some(_)) => (
                    "delete the earlier entry and keep its key".to_owned(),
                    vec![
                        edit(EditAt::DeleteThrough(last.0), at),
                        edit(EditAt::By(at.0), again),
                    ],
                ),
            };
            found.push(
                Problem::new(7042, Place::node(at), message)
                    .label(format!("the same {what}"))
                    .also(Place::node(self.tree.node(key)), "again here")
                    .fix(title, how, edits),
            );
        }
    }

    /// Are two literals that are the same key the same value?
    fn is_same(&self, a: ExprId, b: ExprId) -> bool {
        match (&self.tree.expr(a).kind, &self.tree.expr(b).kind) {
            (ExprKind::Float(a), ExprKind::Float(b)) => a == b,
            (ExprKind::Vector(a), ExprKind::Vector(b)) => {
                a.iter().zip(b).all(|(&a, &b)| self.is_same(a, b))
            }
            _ => true,
        }
    }

    fn literal(&self, id: ExprId, depth: u32) -> Option<Literal<'_>> {
        Some(match &self.tree.expr(id).kind {
            ExprKind::Nil => Literal::Nil,
            ExprKind::Int(value) => Literal::Int(*value),
            // A zero of either sign is the same key.
            ExprKind::Float(bits) => Literal::Float(match f64::from_bits(*bits) == 0.0 {
                true => 0,
                false => *bits,
            }),
            ExprKind::Bool(value) => Literal::Bool(*value),
            ExprKind::Str(text) => Literal::Str(text),
            ExprKind::Keyword(text) => Literal::Keyword(text),
            ExprKind::Vector(parts) if depth > 0 => {
                let parts = parts.iter().map(|&part| self.literal(part, depth - 1));
                Literal::Vector(parts.collect::<Option<_>>()?)
            }
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

/// One step of a fold. After the first float all is float, and floats fail by a zero divisor alone.
fn apply(op: Arith, a: Number, b: Number) -> Outcome {
    if matches!(op, Arith::Div) && b.is_zero() {
        return Err(BY_ZERO);
    }
    let (Number::Int(a), Number::Int(b)) = (a, b) else {
        let both = a.to_float().zip(b.to_float());
        return Ok(Number::Float(both.map(|(a, b)| match op {
            Arith::Add => a + b,
            Arith::Sub => a - b,
            Arith::Mul => a * b,
            Arith::Div => a / b,
        })));
    };
    let Some((a, b)) = a.zip(b) else {
        return Ok(Number::Int(None));
    };
    let result = match op {
        Arith::Add => a.checked_add(b),
        Arith::Sub => a.checked_sub(b),
        Arith::Mul => a.checked_mul(b),
        Arith::Div => a.checked_div(b),
    };
    let result = result.ok_or(OVERFLOW)?;
    Ok(Number::Int(Some(result)))
}

/// A power of an integer; `None` if it overflows.
fn power(base: i64, exponent: u64) -> Option<i64> {
    // Powers of these repeat; others overflow long before the exponent does.
    let exponent = match base {
        -1..=1 if exponent > 2 => 1 + (exponent - 1) % 2,
        _ => exponent,
    };
    base.checked_pow(u32::try_from(exponent).unwrap_or(u32::MAX))
}
