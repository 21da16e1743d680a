//! Values of macro bodies: they say what they are.

use std::cmp::Ordering;
use std::sync::Arc;

use wat_value::syntax::{Shape, Syntax};
use wat_value::{canonical_floats, canonical_forms, mixed};

use crate::expand::define::Ident;

const RED_ZONE: usize = 128 * 1024;
const SEGMENT: usize = 2 * 1024 * 1024;

/// A value.
#[derive(Clone)]
pub(in crate::expand) enum Value {
    Nil,
    Int(i64),
    Float(f64),
    Bool(bool),
    U8(u8),
    Str(Arc<str>),
    Keyword(Arc<str>),
    Syntax(Syntax),
    /// A holon, as the form that it lowers.
    Holon(Syntax),
    Vector(Cells),
    Tuple(Cells),
    /// Keys and values in turn, in the order of the keys.
    Map(Cells),
    /// Elements in order.
    Set(Cells),
    /// A variant of an `Option` or `Result`, by its path.
    Variant(&'static str, Cells),
    Closure(Arc<Closure>),
}

/// The parts of a value, shared. Dropping does not recurse.
#[derive(Clone)]
pub(in crate::expand) struct Cells(Arc<CellVec>);

struct CellVec(Vec<Value>);

/// A function that the body made, or one of the library.
pub(in crate::expand) struct Closure {
    pub(in crate::expand) code: Arc<Code>,
    pub(in crate::expand) env: Vec<(Ident, Value)>,
}

/// Parameters and body forms.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::expand) struct Code {
    pub(in crate::expand) name: Option<Arc<str>>,
    pub(in crate::expand) params: Vec<Ident>,
    pub(in crate::expand) rest: Option<Ident>,
    pub(in crate::expand) body: Vec<Syntax>,
    /// The types of the parameters, the rest parameter's last, and of the result, as they are written.
    pub(in crate::expand) types: (Vec<Syntax>, Option<Syntax>),
    /// Does it stand in the library?
    pub(in crate::expand) library: bool,
}

pub(in crate::expand) const SOME: &str = ":wat::core::Some";
pub(in crate::expand) const NONE: &str = ":wat::core::None";
pub(in crate::expand) const OK: &str = ":wat::core::Ok";
pub(in crate::expand) const ERR: &str = ":wat::core::Err";

impl Cells {
    pub(in crate::expand) fn new(values: Vec<Value>) -> Cells {
        Cells(Arc::new(CellVec(values)))
    }

    /// How many values are copied to change one: none if nobody else has them.
    pub(in crate::expand) fn shared(&self) -> usize {
        match Arc::strong_count(&self.0) {
            1 => 0,
            _ => self.0.0.len(),
        }
    }

    /// The values, taken out if nobody else has them.
    pub(in crate::expand) fn into_vec(mut self) -> Vec<Value> {
        match Arc::get_mut(&mut self.0) {
            Some(own) => std::mem::take(&mut own.0),
            None => self.0.0.clone(),
        }
    }
}

impl std::ops::Deref for Cells {
    type Target = [Value];

    fn deref(&self) -> &[Value] {
        &self.0.0
    }
}

impl Drop for CellVec {
    fn drop(&mut self) {
        drain(std::mem::take(&mut self.0));
    }
}

impl Drop for Closure {
    fn drop(&mut self) {
        let env = std::mem::take(&mut self.env);
        drain(env.into_iter().map(|(_, value)| value).collect());
    }
}

/// Drops values and whatever only they hold, one after the other.
fn drain(mut dead: Vec<Value>) {
    while let Some(value) = dead.pop() {
        match value {
            Value::Vector(Cells(cells))
            | Value::Tuple(Cells(cells))
            | Value::Map(Cells(cells))
            | Value::Set(Cells(cells))
            | Value::Variant(_, Cells(cells)) => {
                if let Some(mut cells) = Arc::into_inner(cells) {
                    dead.append(&mut cells.0);
                }
            }
            Value::Closure(closure) => {
                if let Some(mut closure) = Arc::into_inner(closure) {
                    let env = std::mem::take(&mut closure.env);
                    dead.extend(env.into_iter().map(|(_, value)| value));
                }
            }
            _ => {}
        }
    }
}

impl Value {
    pub(in crate::expand) fn str(text: impl Into<Arc<str>>) -> Value {
        Value::Str(text.into())
    }

    pub(in crate::expand) fn vector(values: Vec<Value>) -> Value {
        Value::Vector(Cells::new(values))
    }

    pub(in crate::expand) fn some(value: Value) -> Value {
        Value::Variant(SOME, Cells::new(vec![value]))
    }

    pub(in crate::expand) fn none() -> Value {
        Value::Variant(NONE, Cells::new(Vec::new()))
    }

    pub(in crate::expand) fn option(value: Option<Value>) -> Value {
        value.map_or_else(Value::none, Value::some)
    }

    /// What kind of value it is, with an article.
    pub(in crate::expand) fn kind(&self) -> String {
        match self {
            Value::Nil => "nil".into(),
            Value::Int(_) => "an `i64`".into(),
            Value::Float(_) => "an `f64`".into(),
            Value::Bool(_) => "a `bool`".into(),
            Value::U8(_) => "a `u8`".into(),
            Value::Str(_) => "a `String`".into(),
            Value::Keyword(_) => "a keyword".into(),
            Value::Syntax(node) => format!("a syntax node of kind `{}`", node.kind_name()),
            Value::Holon(_) => "a holon".into(),
            Value::Vector(_) => "a vector".into(),
            Value::Tuple(_) => "a tuple".into(),
            Value::Map(_) => "a map".into(),
            Value::Set(_) => "a set".into(),
            Value::Variant(path, _) => format!("a `{path}`"),
            Value::Closure(_) => "a function".into(),
        }
    }

    /// The value that a literal or keyword node stands for.
    pub(in crate::expand) fn of_literal(node: &Syntax) -> Option<Value> {
        Some(match node.shape() {
            Shape::Int(value) => Value::Int(*value),
            Shape::Float(bits) => Value::Float(f64::from_bits(*bits)),
            Shape::Bool(value) => Value::Bool(*value),
            Shape::Str(text) => Value::Str(text.clone()),
            Shape::Keyword(text) => Value::Keyword(text.clone()),
            _ => return None,
        })
    }

    fn rank(&self) -> u8 {
        match self {
            Value::Nil => 0,
            Value::Bool(_) => 1,
            Value::Int(_) | Value::Float(_) | Value::U8(_) => 2,
            Value::Str(_) => 3,
            Value::Keyword(_) => 4,
            Value::Tuple(_) => 5,
            Value::Vector(_) => 6,
            Value::Set(_) => 7,
            Value::Map(_) => 8,
            Value::Variant(..) => 9,
            Value::Syntax(_) => 10,
            Value::Closure(_) => 11,
            Value::Holon(_) => 12,
        }
    }

    /// The order that maps and sets keep.
    pub(in crate::expand) fn canonical(&self, other: &Value) -> Ordering {
        match (self, other) {
            (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
            (Value::Int(a), Value::Int(b)) => a.cmp(b),
            (Value::Float(a), Value::Float(b)) => canonical_floats(*a, *b),
            (Value::U8(a), Value::U8(b)) => a.cmp(b),
            (Value::Str(a), Value::Str(b)) | (Value::Keyword(a), Value::Keyword(b)) => a.cmp(b),
            (Value::Syntax(a), Value::Syntax(b)) | (Value::Holon(a), Value::Holon(b)) => {
                if a == b {
                    Ordering::Equal
                } else {
                    canonical_forms(a, b)
                }
            }
            (Value::Tuple(a), Value::Tuple(b))
            | (Value::Vector(a), Value::Vector(b))
            | (Value::Set(a), Value::Set(b))
            | (Value::Map(a), Value::Map(b)) => canonical_all(a, b),
            (Value::Variant(p, a), Value::Variant(q, b)) => variant_rank(p)
                .cmp(&variant_rank(q))
                .then_with(|| canonical_all(a, b)),
            _ => self.rank().cmp(&other.rank()),
        }
    }

    /// Equality of the language: NaN equals nothing, not even itself.
    pub(in crate::expand) fn equals(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Nil, Value::Nil) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Int(a), Value::Int(b)) => a == b,
            (Value::Float(a), Value::Float(b)) => a == b,
            (Value::Int(a), Value::Float(b)) | (Value::Float(b), Value::Int(a)) => {
                mixed(*a, *b) == Some(Ordering::Equal)
            }
            (Value::U8(a), Value::U8(b)) => a == b,
            (Value::Str(a), Value::Str(b)) | (Value::Keyword(a), Value::Keyword(b)) => a == b,
            (Value::Syntax(a), Value::Syntax(b)) | (Value::Holon(a), Value::Holon(b)) => a == b,
            (Value::Tuple(a), Value::Tuple(b))
            | (Value::Vector(a), Value::Vector(b))
            | (Value::Set(a), Value::Set(b))
            | (Value::Map(a), Value::Map(b)) => equal_all(a, b),
            (Value::Variant(p, a), Value::Variant(q, b)) => p == q && equal_all(a, b),
            _ => false,
        }
    }

    /// The order of `<` and its family; nothing where there is none.
    pub(in crate::expand) fn order(&self, other: &Value) -> Option<Ordering> {
        match (self, other) {
            (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
            (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
            (Value::Int(a), Value::Float(b)) => mixed(*a, *b),
            (Value::Float(a), Value::Int(b)) => mixed(*b, *a).map(Ordering::reverse),
            (Value::U8(a), Value::U8(b)) => Some(a.cmp(b)),
            (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
            (Value::Str(a), Value::Str(b)) | (Value::Keyword(a), Value::Keyword(b)) => {
                Some(a.cmp(b))
            }
            (Value::Tuple(a), Value::Tuple(b)) | (Value::Vector(a), Value::Vector(b)) => {
                order_all(a, b)
            }
            (Value::Variant(p, a), Value::Variant(q, b)) => {
                match variant_rank(p).cmp(&variant_rank(q)) {
                    Ordering::Equal => order_all(a, b),
                    unequal => Some(unequal),
                }
            }
            (Value::Nil, Value::Nil) => Some(Ordering::Equal),
            _ => None,
        }
    }
}

fn deep<T>(f: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(RED_ZONE, SEGMENT, f)
}

/// `None` comes before every `Some`, and every `Err` before every `Ok`.
fn variant_rank(path: &str) -> bool {
    path == SOME || path == OK
}

fn order_all(a: &[Value], b: &[Value]) -> Option<Ordering> {
    deep(|| {
        for (x, y) in a.iter().zip(b) {
            match x.order(y)? {
                Ordering::Equal => {}
                unequal => return Some(unequal),
            }
        }
        Some(a.len().cmp(&b.len()))
    })
}

fn canonical_all(a: &[Value], b: &[Value]) -> Ordering {
    deep(|| {
        let unequal = a
            .iter()
            .zip(b)
            .map(|(x, y)| x.canonical(y))
            .find(|order| order.is_ne());
        unequal.unwrap_or_else(|| a.len().cmp(&b.len()))
    })
}

fn equal_all(a: &[Value], b: &[Value]) -> bool {
    deep(|| a.len() == b.len() && a.iter().zip(b).all(|(x, y)| x.equals(y)))
}
