//! Values of the walker, and their text.

use std::cmp::Ordering;
use std::rc::Rc;

use wat_value::syntax::Syntax;

/// A value; the type checker has seen to it that operations meet only values that they take.
#[derive(Clone, Debug)]
pub enum V {
    Nil,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(Rc<str>),
    Vector(Rc<Vec<V>>),
    Tuple(Rc<Vec<V>>),
    /// Ascending by key.
    Map(Rc<Vec<(V, V)>>),
    /// Ascending.
    Set(Rc<Vec<V>>),
    /// Of an option, a result, a struct or an enum: how it is written, and its parts.
    Variant(Rc<str>, Rc<Vec<V>>),
    /// Parameters, body, environment.
    Closure(Rc<(Vec<Rc<str>>, Vec<Syntax>, Env)>),
    /// A function by its path.
    Named(Rc<str>),
}

/// Names and values, innermost first.
#[derive(Clone, Debug, Default)]
pub struct Env(Option<Rc<(Rc<str>, V, Env)>>);

impl Env {
    pub fn with(&self, name: &str, value: V) -> Env {
        Env(Some(Rc::new((name.into(), value, self.clone()))))
    }

    pub fn get(&self, name: &str) -> Option<V> {
        let (own, value, outer) = &**self.0.as_ref()?;
        if **own == *name {
            Some(value.clone())
        } else {
            outer.get(name)
        }
    }
}

pub fn string(text: &str) -> V {
    V::Str(text.into())
}

pub fn vector(items: Vec<V>) -> V {
    V::Vector(Rc::new(items))
}

pub fn variant(name: &str, parts: Vec<V>) -> V {
    V::Variant(name.into(), Rc::new(parts))
}

pub fn option(value: Option<V>) -> V {
    match value {
        Some(value) => variant("Some", vec![value]),
        None => variant("None", Vec::new()),
    }
}

/// Order of values of one type; numbers of both types by value.
pub fn compare(a: &V, b: &V) -> Option<Ordering> {
    let all = |a: &[V], b: &[V]| {
        for (a, b) in a.iter().zip(b) {
            match compare(a, b)? {
                Ordering::Equal => {}
                other => return Some(other),
            }
        }
        Some(a.len().cmp(&b.len()))
    };
    match (a, b) {
        (V::Nil, V::Nil) => Some(Ordering::Equal),
        (V::Bool(a), V::Bool(b)) => Some(a.cmp(b)),
        (V::Int(a), V::Int(b)) => Some(a.cmp(b)),
        (V::Float(a), V::Float(b)) => a.partial_cmp(b),
        (V::Int(a), V::Float(b)) => mixed(*a, *b),
        (V::Float(a), V::Int(b)) => mixed(*b, *a).map(Ordering::reverse),
        (V::Str(a), V::Str(b)) => Some(a.cmp(b)),
        (V::Vector(a), V::Vector(b)) | (V::Tuple(a), V::Tuple(b)) | (V::Set(a), V::Set(b)) => {
            all(a, b)
        }
        (V::Map(a), V::Map(b)) => {
            let flat = |map: &[(V, V)]| {
                map.iter()
                    .flat_map(|(k, v)| [k.clone(), v.clone()])
                    .collect::<Vec<_>>()
            };
            all(&flat(a), &flat(b))
        }
        (V::Variant(a, x), V::Variant(b, y)) => {
            // `Err` before `Ok`, `None` before `Some`; other variants are only tested for equality.
            match a.cmp(b) {
                Ordering::Equal => all(x, y),
                other => Some(other),
            }
        }
        _ => panic!("{a:?} and {b:?} are not compared"),
    }
}

/// The exact order of an integer and a float.
fn mixed(a: i64, b: f64) -> Option<Ordering> {
    if b.is_nan() {
        None
    } else if b >= 9_223_372_036_854_775_808.0 {
        Some(Ordering::Less)
    } else if b < -9_223_372_036_854_775_808.0 {
        Some(Ordering::Greater)
    } else {
        let whole = b.trunc();
        Some(
            a.cmp(&(whole as i64))
                .then(0.0f64.partial_cmp(&(b - whole))?),
        )
    }
}

/// The data form of a float (04 §3.6), from the shortest digits; of two that are as near the even one.
pub fn float(x: f64) -> String {
    if x.is_nan() {
        return "#wat-edn.float/nan nil".to_owned();
    }
    if x.is_infinite() {
        let name = if x > 0.0 { "inf" } else { "neg-inf" };
        return format!("#wat-edn.float/{name} nil");
    }
    let shortest = format!("{x:e}");
    let digits = shortest.split('e').next().unwrap_or_default();
    let digits = digits.bytes().filter(u8::is_ascii_digit).count();
    // As many digits, rounded from the exact value: halves to even.
    let rounded = format!("{x:.0$e}", digits - 1);
    let text = match rounded.parse() == Ok(x) {
        true => rounded,
        false => shortest,
    };
    let size = x.abs();
    if size != 0.0 && !(1e-4..1e16).contains(&size) {
        return text;
    }
    let (mantissa, exponent) = text.split_once('e').expect("the format has an exponent");
    positional(mantissa, exponent.parse().expect("exponents are integers"))
}

/// `-1.25`, 1 ⇒ `-12.5`.
fn positional(mantissa: &str, exponent: i32) -> String {
    let sign = if mantissa.starts_with('-') { "-" } else { "" };
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    if exponent < 0 {
        let zeros = "0".repeat(-exponent as usize - 1);
        return format!("{sign}0.{zeros}{digits}");
    }
    let point = exponent as usize + 1;
    let digits = format!("{digits:0<point$}");
    let (whole, fraction) = digits.split_at(point);
    let fraction = if fraction.is_empty() { "0" } else { fraction };
    format!("{sign}{whole}.{fraction}")
}

/// Compact EDN (04 §17.2).
pub fn edn(value: &V) -> String {
    let row = |items: &[V]| items.iter().map(edn).collect::<Vec<_>>().join(" ");
    match value {
        V::Nil => "nil".to_owned(),
        V::Bool(value) => value.to_string(),
        V::Int(value) => value.to_string(),
        V::Float(value) => float(*value),
        V::Str(text) => format!(
            "\"{}\"",
            text.replace('\\', "\\\\")
                .replace('"', "\\\"")
                .replace('\n', "\\n")
        ),
        V::Vector(items) | V::Tuple(items) => format!("[{}]", row(items)),
        V::Set(items) => format!("#{{{}}}", row(items)),
        V::Map(entries) => {
            let entries: Vec<_> = entries
                .iter()
                .map(|(k, v)| format!("{} {}", edn(k), edn(v)))
                .collect();
            format!("{{{}}}", entries.join(" "))
        }
        V::Variant(name, parts) => match (&**name, &parts[..]) {
            ("None", _) => "nil".to_owned(),
            ("Some", [part]) => match edn(part) {
                text if text == "nil" || text.starts_with("#wat-edn.option/some") => {
                    format!("#wat-edn.option/some {text}")
                }
                text => text,
            },
            ("Ok", [part]) => format!("#wat-edn.result/ok {}", edn(part)),
            ("Err", [part]) => format!("#wat-edn.result/err {}", edn(part)),
            (":g::P", [x, name]) => format!("#g/P {{:x {} :name {}}}", edn(x), edn(name)),
            (name, parts) => {
                let variant = name.trim_start_matches(":g::E::");
                match parts {
                    [] => format!("#g.E/{variant} nil"),
                    parts => format!("#g.E/{variant} [{}]", row(parts)),
                }
            }
        },
        V::Closure(_) | V::Named(_) => "#wat-edn.opaque/fn nil".to_owned(),
    }
}

/// Display text (04 §5.1).
pub fn display(value: &V) -> String {
    match value {
        V::Str(text) => text.to_string(),
        other => edn(other),
    }
}
