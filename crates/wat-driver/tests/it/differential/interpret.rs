//! A walker of syntax: chapter 02 without types, as directly as it can be written.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::rc::Rc;

use wat_analysis::forms_of_text;
use wat_value::syntax::{Shape, Syntax};

use super::value::{Env, V, compare, display, edn, option, string, variant, vector};

/// Why evaluation does not go on.
enum Stop {
    /// A failure: its code, and whether it is a panic.
    Failed(u16, bool),
    /// `try` leaves its function.
    Return(V),
}

type Result<T = V> = std::result::Result<T, Stop>;

struct Walker {
    functions: HashMap<String, Syntax>,
    values: HashMap<String, V>,
    printed: String,
}

/// What a program prints, and the code of its failure with whether it is a panic.
pub fn run(text: &str) -> (String, Option<(u16, bool)>) {
    let forms = forms_of_text(text).unwrap_or_else(|_| panic!("it reads:\n{text}"));
    let mut walker = Walker {
        functions: HashMap::new(),
        values: HashMap::new(),
        printed: String::new(),
    };
    for form in &forms {
        let parts = form.children();
        let name = parts[1].as_keyword().unwrap_or_default();
        match form.head() {
            Some(":wat::core::defn") => {
                let name = name.split('<').next().unwrap_or_default();
                walker.functions.insert(name.to_owned(), form.clone());
            }
            Some(":wat::core::def") => {
                let value = walker.eval(&parts[2], &Env::default());
                walker
                    .values
                    .insert(name.to_owned(), value.ok().expect("values of the prelude"));
            }
            _ => {}
        }
    }
    let failure = match walker.call_path(":user::main", Vec::new()) {
        Ok(_) | Err(Stop::Return(_)) => None,
        Err(Stop::Failed(code, panic)) => Some((code, panic)),
    };
    (walker.printed, failure)
}

fn fail<T>(code: u16) -> Result<T> {
    Err(Stop::Failed(code, false))
}

/// The names that a vector of parameters binds; the second is the one behind `&`.
fn parameters(vector: &Syntax) -> (Vec<Rc<str>>, Option<Rc<str>>) {
    let (mut fixed, mut rest) = (Vec::new(), None);
    let parts = vector.children();
    let mut at = 0;
    while at < parts.len() {
        let is_rest = parts[at].name() == Some("&");
        at += usize::from(is_rest);
        let name: Rc<str> = parts[at].name().expect("a parameter").into();
        match is_rest {
            true => rest = Some(name),
            false => fixed.push(name),
        }
        at += 3;
    }
    (fixed, rest)
}

impl Walker {
    fn eval(&mut self, form: &Syntax, env: &Env) -> Result {
        match form.shape() {
            Shape::Int(value) => Ok(V::Int(*value)),
            Shape::Float(bits) => Ok(V::Float(f64::from_bits(*bits))),
            Shape::Bool(value) => Ok(V::Bool(*value)),
            Shape::Str(text) => Ok(string(text)),
            Shape::Symbol(name, _) => {
                Ok(env.get(name).unwrap_or_else(|| panic!("`{name}` is bound")))
            }
            Shape::Keyword(path) => Ok(self.keyword(path)),
            Shape::Vector(parts) => Ok(vector(self.all(parts, env)?)),
            Shape::List(parts) => match parts[0].as_keyword() {
                Some(path) => match path.strip_prefix(":wat::core::") {
                    Some(name) => self.form(name, &parts[1..], env),
                    None => {
                        let args = self.all(&parts[1..], env)?;
                        self.call_path(path, args)
                    }
                },
                None => {
                    let function = self.eval(&parts[0], env)?;
                    let args = self.all(&parts[1..], env)?;
                    self.call(&function, args)
                }
            },
            _ => panic!("{form:?} is not generated"),
        }
    }

    fn keyword(&self, path: &str) -> V {
        match path {
            ":wat::core::nil" => V::Nil,
            ":wat::core::None" => option(None),
            ":g::E::Zero" => variant(path, Vec::new()),
            _ => match self.values.get(path) {
                Some(value) => value.clone(),
                None => V::Named(path.into()),
            },
        }
    }

    fn all(&mut self, forms: &[Syntax], env: &Env) -> Result<Vec<V>> {
        forms.iter().map(|form| self.eval(form, env)).collect()
    }

    fn body(&mut self, forms: &[Syntax], env: &Env) -> Result {
        let mut last = V::Nil;
        for form in forms {
            last = self.eval(form, env)?;
        }
        Ok(last)
    }

    fn truth(&mut self, form: &Syntax, env: &Env) -> Result<bool> {
        match self.eval(form, env)? {
            V::Bool(value) => Ok(value),
            other => panic!("{other:?} is no truth value"),
        }
    }

    /// Special forms; everything else evaluates its operands first.
    fn form(&mut self, name: &str, parts: &[Syntax], env: &Env) -> Result {
        match name {
            "if" => match self.truth(&parts[0], env)? {
                true => self.eval(&parts[1], env),
                false => self.eval(&parts[2], env),
            },
            "cond" => {
                for arm in parts {
                    let arm = arm.children();
                    if arm[0].as_keyword() == Some(":else") || self.truth(&arm[0], env)? {
                        return self.body(&arm[1..], env);
                    }
                }
                panic!("no arm of cond")
            }
            "and" | "or" => {
                for part in parts {
                    let value = self.truth(part, env)?;
                    if value == (name == "or") {
                        return Ok(V::Bool(value));
                    }
                }
                Ok(V::Bool(name == "and"))
            }
            "do" => self.body(parts, env),
            "let" => {
                let mut inner = env.clone();
                for pair in parts[0].children().chunks(2) {
                    let value = self.eval(&pair[1], &inner)?;
                    inner = bind(&pair[0], &value, &inner).expect("the pattern cannot fail");
                }
                self.body(&parts[1..], &inner)
            }
            "match" => {
                let value = self.eval(&parts[0], env)?;
                for arm in &parts[1..] {
                    let arm = arm.children();
                    if let Some(inner) = bind(&arm[0], &value, env) {
                        return self.body(&arm[1..], &inner);
                    }
                }
                panic!("no arm matches {value:?}")
            }
            "fn" => {
                let (params, _) = parameters(&parts[0]);
                Ok(V::Closure(Rc::new((
                    params,
                    parts[3..].to_vec(),
                    env.clone(),
                ))))
            }
            "Option/expect" | "Result/expect" => match self.eval(&parts[0], env)? {
                V::Variant(name, fields) if matches!(&*name, "Some" | "Ok") => {
                    Ok(fields[0].clone())
                }
                _ => Err(Stop::Failed(8201, true)),
            },
            "Option/try" | "Result/try" => match self.eval(&parts[0], env)? {
                V::Variant(name, fields) if matches!(&*name, "Some" | "Ok") => {
                    Ok(fields[0].clone())
                }
                other => Err(Stop::Return(other)),
            },
            "Vector" => Ok(vector(self.all(&parts[1..], env)?)),
            "HashSet" => {
                let items = self.all(&parts[1..], env)?;
                Ok(items
                    .into_iter()
                    .fold(V::Set(Rc::default()), |set, item| insert(&set, item)))
            }
            "HashMap" => {
                let items = self.all(&parts[2..], env)?;
                let mut map = Vec::new();
                for pair in items.chunks(2) {
                    put(&mut map, pair[0].clone(), pair[1].clone());
                }
                Ok(V::Map(Rc::new(map)))
            }
            "format" => {
                let keys: Vec<&str> = parts[1..]
                    .iter()
                    .step_by(2)
                    .filter_map(Syntax::as_keyword)
                    .collect();
                let mut text = match parts[0].shape() {
                    Shape::Str(text) => text.to_string(),
                    _ => panic!("{:?} is no template", parts[0]),
                };
                let values: Vec<V> = parts[2..]
                    .iter()
                    .step_by(2)
                    .map(|form| self.eval(form, env))
                    .collect::<Result<_>>()?;
                // Values have no braces of their own: the names are put in from the last to the first.
                let mut places: Vec<(usize, usize)> = Vec::new();
                for (at, key) in keys.iter().enumerate() {
                    let hole = format!("{{{}}}", &key[1..]);
                    places.push((text.find(&hole).expect("each key has a place"), at));
                }
                places.sort_unstable();
                for (start, at) in places.into_iter().rev() {
                    text.replace_range(start..start + keys[at].len() + 1, &display(&values[at]));
                }
                Ok(string(&text))
            }
            _ => {
                let args = self.all(parts, env)?;
                self.builtin(name, args)
            }
        }
    }

    fn call(&mut self, function: &V, args: Vec<V>) -> Result {
        match function {
            V::Named(path) => match path.strip_prefix(":wat::core::") {
                Some(name) => self.builtin(name, args),
                None => self.call_path(path, args),
            },
            V::Closure(closure) => {
                let (params, body, env) = &**closure;
                let inner = params
                    .iter()
                    .zip(args)
                    .fold(env.clone(), |env, (name, value)| env.with(name, value));
                match self.body(body, &inner) {
                    Err(Stop::Return(value)) => Ok(value),
                    other => other,
                }
            }
            other => panic!("{other:?} is no function"),
        }
    }

    fn call_path(&mut self, path: &str, mut args: Vec<V>) -> Result {
        match path {
            ":wat::kernel::println" => {
                self.printed.push_str(&edn(&args[0]));
                self.printed.push('\n');
                return Ok(V::Nil);
            }
            ":g::P/new" => return Ok(variant(":g::P", args)),
            ":g::P/x" | ":g::P/name" => match &args[0] {
                V::Variant(_, fields) => {
                    return Ok(fields[usize::from(path == ":g::P/name")].clone());
                }
                other => panic!("{other:?} is no point"),
            },
            _ if path.starts_with(":g::E::") => return Ok(variant(path, args)),
            _ => {}
        }
        let form = self
            .functions
            .get(path)
            .unwrap_or_else(|| panic!("`{path}` is defined"))
            .clone();
        let parts = form.children();
        let (params, rest) = parameters(&parts[2]);
        let surplus = args.split_off(params.len());
        let mut env = params
            .iter()
            .zip(args)
            .fold(Env::default(), |env, (name, value)| env.with(name, value));
        if let Some(rest) = rest {
            env = env.with(&rest, vector(surplus));
        }
        match self.body(&parts[5..], &env) {
            Err(Stop::Return(value)) => Ok(value),
            other => other,
        }
    }

    fn builtin(&mut self, name: &str, args: Vec<V>) -> Result {
        match (name, &args[..]) {
            ("+" | "-" | "*" | "/" | "i64::+", _) => fold(name.trim_start_matches("i64::"), &args),
            ("foldl", [xs, init, f]) => {
                let mut acc = init.clone();
                for x in elements(xs) {
                    acc = self.call(f, vec![acc, x])?;
                }
                Ok(acc)
            }
            ("map", [xs, f]) => {
                let mapped: Result<Vec<V>> = elements(xs)
                    .into_iter()
                    .map(|x| self.call(f, vec![x]))
                    .collect();
                Ok(vector(mapped?))
            }
            ("filter" | "every?" | "any?" | "find-first", [xs, f]) => {
                let mut kept = Vec::new();
                for x in elements(xs) {
                    let V::Bool(holds) = self.call(f, vec![x.clone()])? else {
                        panic!("a predicate")
                    };
                    match (name, holds) {
                        ("every?", false) | ("any?", true) => return Ok(V::Bool(holds)),
                        ("find-first", true) => return Ok(option(Some(x))),
                        (_, true) => kept.push(x),
                        (_, false) => {}
                    }
                }
                Ok(match name {
                    "filter" => vector(kept),
                    "find-first" => option(None),
                    _ => V::Bool(name == "every?"),
                })
            }
            ("sort-by", [xs, f]) => {
                let mut keyed = Vec::new();
                for x in elements(xs) {
                    keyed.push((self.call(f, vec![x.clone()])?, x));
                }
                keyed.sort_by(|(a, _), (b, _)| compare(a, b).expect("keys are integers"));
                Ok(vector(keyed.into_iter().map(|(_, x)| x).collect()))
            }
            ("update", [map @ V::Map(entries), key, f]) => {
                let found = entries
                    .iter()
                    .find(|(k, _)| same(k, key))
                    .map(|(_, v)| v.clone());
                let value = self.call(f, vec![option(found)])?;
                self.builtin("assoc", vec![map.clone(), key.clone(), value])
            }
            ("Option/map" | "Result/map", [V::Variant(tag, fields), f]) => match &**tag {
                "Some" | "Ok" => Ok(variant(tag, vec![self.call(f, vec![fields[0].clone()])?])),
                _ => Ok(args[0].clone()),
            },
            ("apply", [f, xs]) => self.call(f, elements(xs)),
            _ => pure(name, &args),
        }
    }
}

/// The environment with what a pattern binds, if it matches.
fn bind(pattern: &Syntax, value: &V, env: &Env) -> Option<Env> {
    let each = |patterns: &[Syntax], values: &[V]| {
        patterns
            .iter()
            .zip(values)
            .try_fold(env.clone(), |env, (pattern, value)| {
                bind(pattern, value, &env)
            })
    };
    match (pattern.shape(), value) {
        (Shape::Symbol(name, _), _) if &**name == "_" => Some(env.clone()),
        (Shape::Symbol(name, _), _) => Some(env.with(name, value.clone())),
        (Shape::Int(wanted), V::Int(found)) => (wanted == found).then(|| env.clone()),
        (Shape::Bool(wanted), V::Bool(found)) => (wanted == found).then(|| env.clone()),
        (Shape::Keyword(path), V::Variant(name, _)) => {
            (path.trim_start_matches(":wat::core::") == &**name).then(|| env.clone())
        }
        (Shape::Vector(patterns), V::Tuple(values)) => each(patterns, values),
        (Shape::List(parts), V::Variant(name, fields)) => {
            let path = parts[0].as_keyword()?;
            (path.trim_start_matches(":wat::core::") == &**name)
                .then(|| each(&parts[1..], fields))?
        }
        _ => panic!("{pattern:?} is not generated for {value:?}"),
    }
}

fn fold(op: &str, args: &[V]) -> Result {
    let one = |zero: i64, like: &V| match like {
        V::Float(_) => V::Float(zero as f64),
        _ => V::Int(zero),
    };
    match (op, args) {
        ("+", []) => Ok(V::Int(0)),
        ("*", []) => Ok(V::Int(1)),
        ("+" | "*", [x]) => Ok(x.clone()),
        ("-", [x]) => pair(op, &one(0, x), x),
        ("/", [x]) => pair(op, &one(1, x), x),
        (_, [first, rest @ ..]) => rest
            .iter()
            .try_fold(first.clone(), |acc, x| pair(op, &acc, x)),
        _ => fail(8408),
    }
}

fn pair(op: &str, a: &V, b: &V) -> Result {
    let (x, y) = match (a, b) {
        (V::Int(x), V::Int(y)) => {
            // In 128 bits nothing overflows.
            let (x, y) = (i128::from(*x), i128::from(*y));
            let exact = match op {
                "+" => x + y,
                "-" => x - y,
                "*" => x * y,
                _ if y == 0 => return fail(8402),
                "/" | "quot" => x / y,
                "rem" => x % y,
                _ => ((x % y) + y) % y,
            };
            return match i64::try_from(exact) {
                Ok(value) => Ok(V::Int(value)),
                Err(_) => fail(8401),
            };
        }
        (V::Int(x), V::Float(y)) => (*x as f64, *y),
        (V::Float(x), V::Int(y)) => (*x, *y as f64),
        (V::Float(x), V::Float(y)) => (*x, *y),
        _ => panic!("{a:?} {op} {b:?}"),
    };
    Ok(V::Float(match op {
        "+" => x + y,
        "-" => x - y,
        "*" => x * y,
        _ if y == 0.0 => return fail(8402),
        _ => x / y,
    }))
}

fn same(a: &V, b: &V) -> bool {
    compare(a, b) == Some(Ordering::Equal)
}

fn elements(value: &V) -> Vec<V> {
    match value {
        V::Vector(items) | V::Set(items) => items.to_vec(),
        V::Map(entries) => entries
            .iter()
            .map(|(k, v)| V::Tuple(Rc::new(vec![k.clone(), v.clone()])))
            .collect(),
        other => panic!("{other:?} has no elements"),
    }
}

fn put(map: &mut Vec<(V, V)>, key: V, value: V) {
    match map.iter_mut().find(|(k, _)| same(k, &key)) {
        Some(entry) => entry.1 = value,
        None => {
            map.push((key, value));
            map.sort_by(|(a, _), (b, _)| compare(a, b).expect("keys are ordered"));
        }
    }
}

fn insert(set: &V, item: V) -> V {
    let mut items = elements(set);
    if !items.iter().any(|other| same(other, &item)) {
        items.push(item);
        items.sort_by(|a, b| compare(a, b).expect("elements are ordered"));
    }
    V::Set(Rc::new(items))
}

fn clamped(n: i64, len: usize) -> usize {
    n.clamp(0, len as i64) as usize
}

fn element(xs: &[V], index: i64) -> Option<V> {
    usize::try_from(index)
        .ok()
        .and_then(|index| xs.get(index))
        .cloned()
}

/// Functions that call nobody.
fn pure(name: &str, args: &[V]) -> Result {
    Ok(match (name, args) {
        ("quot" | "rem" | "mod", [a, b]) => return pair(name, a, b),
        ("i64::min", [V::Int(a), V::Int(b)]) => V::Int(*a.min(b)),
        ("i64::max", [V::Int(a), V::Int(b)]) => V::Int(*a.max(b)),
        ("i64::wrapping-add", [V::Int(a), V::Int(b)]) => {
            V::Int((i128::from(*a) + i128::from(*b)) as i64)
        }
        ("i64::wrapping-mul", [V::Int(a), V::Int(b)]) => {
            V::Int((i128::from(*a) * i128::from(*b)) as i64)
        }
        ("i64::to-string", [V::Int(n)]) => string(&n.to_string()),
        ("i64::to-f64", [V::Int(n)]) => V::Float(*n as f64),
        ("f64::abs", [V::Float(x)]) => V::Float(f64::from_bits(x.to_bits() & !(1 << 63))),
        ("f64::floor", [V::Float(x)]) => V::Float(x.floor()),
        ("f64::ceil", [V::Float(x)]) => V::Float(x.ceil()),
        ("f64::trunc", [V::Float(x)]) => V::Float(x.trunc()),
        ("f64::min" | "f64::max", [V::Float(x), V::Float(y)]) => {
            V::Float(match (x.is_nan(), y.is_nan()) {
                (true, _) => *y,
                (_, true) => *x,
                // Of two zeros the chapter prefers none: what Rust does is what both do.
                _ if name == "f64::min" => x.min(*y),
                _ => x.max(*y),
            })
        }
        ("=", [a, b]) => V::Bool(same(a, b)),
        ("not=", [a, b]) => V::Bool(!same(a, b)),
        ("<", [a, b]) => V::Bool(compare(a, b) == Some(Ordering::Less)),
        (">", [a, b]) => V::Bool(compare(a, b) == Some(Ordering::Greater)),
        ("<=", [a, b]) => V::Bool(compare(a, b).is_some_and(Ordering::is_le)),
        (">=", [a, b]) => V::Bool(compare(a, b).is_some_and(Ordering::is_ge)),
        ("not", [V::Bool(b)]) => V::Bool(!b),
        ("Some" | "Ok" | "Err", [_]) => variant(name, args.to_vec()),
        ("Tuple", _) => V::Tuple(Rc::new(args.to_vec())),
        ("first", [V::Tuple(parts)]) => parts[0].clone(),
        ("Option/or", [V::Variant(_, fields), default]) => {
            fields.first().unwrap_or(default).clone()
        }
        ("str" | "string::concat", _) => string(&args.iter().map(display).collect::<String>()),
        ("string::length", [V::Str(text)]) => V::Int(text.chars().count() as i64),
        ("string::contains?", [V::Str(text), V::Str(part)]) => V::Bool(text.contains(&**part)),
        ("string::join", [V::Str(by), V::Vector(parts)]) => {
            string(&parts.iter().map(display).collect::<Vec<_>>().join(by))
        }
        ("string::to-i64", [V::Str(text)]) => option(text.parse().ok().map(V::Int)),
        ("string::subs", [V::Str(text), V::Int(start), V::Int(end)]) => {
            let chars: Vec<char> = text.chars().collect();
            if *start < 0 || start > end || *end > chars.len() as i64 {
                return fail(8405);
            }
            string(
                &chars[*start as usize..*end as usize]
                    .iter()
                    .collect::<String>(),
            )
        }
        ("length", [xs]) => V::Int(elements(xs).len() as i64),
        ("contains?", [xs, x]) => V::Bool(elements(xs).iter().any(|other| same(other, x))),
        ("get", [V::Vector(xs), V::Int(index)]) => option(element(xs, *index)),
        ("get", [V::Vector(xs), V::Int(index), default]) => {
            element(xs, *index).unwrap_or(default.clone())
        }
        ("nth", [V::Vector(xs), V::Int(index)]) => match element(xs, *index) {
            Some(value) => value,
            None => return fail(8405),
        },
        ("last", [V::Vector(xs)]) => option(xs.last().cloned()),
        ("rest", [V::Vector(xs)]) => match xs.split_first() {
            Some((_, rest)) => vector(rest.to_vec()),
            None => return fail(8404),
        },
        ("conj", [V::Vector(xs), x]) => vector([xs, &[x.clone()][..]].concat()),
        ("conj", [set @ V::Set(_), x]) => insert(set, x.clone()),
        ("disj", [V::Set(items), x]) => V::Set(Rc::new(
            items.iter().filter(|y| !same(x, y)).cloned().collect(),
        )),
        ("union", [set, V::Set(more)]) => more
            .iter()
            .fold(set.clone(), |set, x| insert(&set, x.clone())),
        ("difference", [V::Set(items), V::Set(gone)]) => {
            let kept = items.iter().filter(|x| !gone.iter().any(|y| same(x, y)));
            V::Set(Rc::new(kept.cloned().collect()))
        }
        ("concat", [V::Vector(xs), V::Vector(ys)]) => vector([&xs[..], &ys[..]].concat()),
        ("reverse", [V::Vector(xs)]) => vector(xs.iter().rev().cloned().collect()),
        ("take", [V::Vector(xs), V::Int(n)]) => vector(xs[..clamped(*n, xs.len())].to_vec()),
        ("drop", [V::Vector(xs), V::Int(n)]) => vector(xs[clamped(*n, xs.len())..].to_vec()),
        ("assoc", [V::Vector(xs), V::Int(index), x]) => {
            let mut xs = xs.to_vec();
            match usize::try_from(*index)
                .ok()
                .and_then(|index| xs.get_mut(index))
            {
                Some(place) => *place = x.clone(),
                None => return fail(8405),
            }
            vector(xs)
        }
        ("assoc", [V::Map(entries), key, value]) => {
            let mut map = entries.to_vec();
            put(&mut map, key.clone(), value.clone());
            V::Map(Rc::new(map))
        }
        ("dissoc", [V::Map(entries), key]) => V::Map(Rc::new(
            entries
                .iter()
                .filter(|(k, _)| !same(k, key))
                .cloned()
                .collect(),
        )),
        ("merge", [V::Map(first), V::Map(second)]) => {
            let mut map = first.to_vec();
            second
                .iter()
                .for_each(|(k, v)| put(&mut map, k.clone(), v.clone()));
            V::Map(Rc::new(map))
        }
        ("keys", [V::Map(entries)]) => vector(entries.iter().map(|(k, _)| k.clone()).collect()),
        ("range", [V::Int(from), V::Int(to)]) => vector((*from..*to).map(V::Int).collect()),
        ("sort", [V::Vector(xs)]) => {
            let mut xs = xs.to_vec();
            xs.sort_by(|a, b| compare(a, b).expect("elements are ordered"));
            vector(xs)
        }
        other => panic!("{other:?} is not generated"),
    })
}
