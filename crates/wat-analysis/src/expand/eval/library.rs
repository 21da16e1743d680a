//! The library as macro bodies see it.

use std::sync::Arc;

use wat_value::syntax::Syntax;

use crate::db::Db;
use crate::infer::dispatch::dispatch_arms;
use crate::infer::operator::{fixed_arity, operator};
use crate::items::{Item, ItemKind, Name, split_generic};
use crate::signature::{Param, Signature, signature};
use crate::types::{Ctor, Type};

use super::special::function_code;
use super::value::{Cells, Code, ERR, NONE, OK, SOME, Value};
use crate::expand::tree_of;

/// What a library path is when it is called.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::expand) enum Library {
    /// Code to walk.
    Function { code: Arc<Code>, takes: Takes },
    /// A native that is called if it is pure.
    Native(Takes),
    /// Alternatives.
    Dispatch(Vec<Alternative>),
    /// Nothing that can be called here.
    Nothing,
}

/// What a function or native takes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::expand) struct Takes {
    /// How many type parameters it has.
    pub(super) generics: usize,
    pub(super) params: Vec<Type>,
    pub(super) rest: Option<Type>,
    pub(super) ret: Type,
    /// Which parameters take a set or map too.
    seqable: Vec<bool>,
}

impl Takes {
    fn of(signature: &Signature) -> Takes {
        let ty = |param: &Param| param.ty.clone();
        Takes {
            generics: signature.generics.len(),
            params: signature.params.iter().map(ty).collect(),
            rest: signature.rest.as_ref().map(ty),
            ret: signature.ret.clone(),
            seqable: signature.params.iter().map(|param| param.seqable).collect(),
        }
    }

    fn counts(&self, count: usize) -> bool {
        let fixed = self.params.len();
        count == fixed || self.rest.is_some() && count > fixed
    }

    /// The arguments in the order of the parameters: a function may also come first, and what is between the elements.
    pub(super) fn arranged(&self, db: &dyn Db, name: &str, mut args: Vec<Value>) -> Vec<Value> {
        let (Some(first), Some(last)) = (self.params.first(), self.params.last()) else {
            return args;
        };
        if args.len() < 2 || args.len() != self.params.len() {
            return args;
        }
        let end = args.len() - 1;
        let function_first = is_fn(last) && !is_fn(first) && is_function_before_data(db, &args);
        let scalar_first = [":wat::core::interpose", ":wat::core::take-nth"].contains(&name)
            && !matches!(args[0], Value::Vector(_))
            && matches!(args[1], Value::Vector(_));
        if function_first || scalar_first {
            args.swap(0, end);
        }
        args
    }

    /// Are the arguments of the kinds of their parameters? A wrong number of them is another mistake.
    pub(super) fn fits(&self, db: &dyn Db, args: &[Value]) -> bool {
        let params = self.params.iter().zip(args).enumerate();
        let mut fixed = params
            .map(|(index, (ty, arg))| self.seqable[index] && is_sequence(arg) || fits(db, ty, arg));
        let rest = args.get(self.params.len()..).unwrap_or_default();
        fixed.all(|fits| fits)
            && self
                .rest
                .as_ref()
                .is_none_or(|ty| rest.iter().all(|arg| fits(db, ty, arg)))
    }

    /// Sets and maps as vectors where a sequence is taken.
    pub(super) fn with_elements(&self, mut args: Vec<Value>) -> Vec<Value> {
        for (arg, seqable) in args.iter_mut().zip(&self.seqable) {
            if *seqable {
                give_elements(arg);
            }
        }
        args
    }
}

fn is_fn(ty: &Type) -> bool {
    matches!(ty, Type::App(Ctor::Fn, _))
}

fn is_sequence(value: &Value) -> bool {
    matches!(value, Value::Vector(_) | Value::Set(_) | Value::Map(_))
}

/// The elements of a set or the entries of a map, as a vector.
fn give_elements(value: &mut Value) {
    match value {
        Value::Set(items) => *value = Value::Vector(items.clone()),
        Value::Map(items) => {
            let entries = items.chunks_exact(2);
            let tuple = |entry: &[Value]| Value::Tuple(Cells::new(entry.to_vec()));
            *value = Value::vector(entries.map(tuple).collect());
        }
        _ => {}
    }
}

/// Is the first argument a function and the last one something else?
fn is_function_before_data(db: &dyn Db, args: &[Value]) -> bool {
    match args {
        [first, .., last] => is_function(db, first) && !is_function(db, last),
        _ => false,
    }
}

fn is_function(db: &dyn Db, value: &Value) -> bool {
    match value {
        Value::Syntax(node) => Value::of_literal(node).is_some_and(|value| is_function(db, &value)),
        Value::Closure(_) => true,
        Value::Keyword(path) => {
            let name = split_generic(path).0;
            operator(name).is_some()
                || VARIANTS.contains(&name)
                || *library(db, Name::new(db, name)) != Library::Nothing
        }
        _ => false,
    }
}

/// What makes a value of one argument, and is a form.
const VARIANTS: [&str; 4] = [SOME, OK, ERR, ":wat::core::u8"];

/// Can it be called with so many arguments? A keyword that names nothing of the library names who knows what.
fn is_function_of(db: &dyn Db, value: &Value, count: usize) -> bool {
    let path = match value {
        Value::Closure(closure) => {
            let fixed = closure.code.params.len();
            return count == fixed || closure.code.rest.is_some() && count > fixed;
        }
        Value::Keyword(path) => path,
        _ => return false,
    };
    let name = split_generic(path).0;
    if operator(name).is_some() {
        return fixed_arity(name).is_none_or(|fixed| fixed == count);
    }
    if VARIANTS.contains(&name) {
        return count == 1;
    }
    match library(db, Name::new(db, name)) {
        Library::Function { takes, .. } | Library::Native(takes) => takes.counts(count),
        Library::Dispatch(arms) => arms.iter().any(|arm| arm.counts(count)),
        Library::Nothing => true,
    }
}

/// An alternative of a dispatch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::expand) struct Alternative {
    params: Vec<Type>,
    seqable: Vec<bool>,
    /// May all parameters after the first be given again and again?
    repeats: bool,
    pub(super) implementation: Arc<str>,
}

impl Alternative {
    /// How many arguments it takes at once.
    pub(super) fn count(&self) -> usize {
        self.params.len()
    }

    fn counts(&self, count: usize) -> bool {
        let fixed = self.params.len();
        count == fixed
            || (self.repeats && fixed > 1 && count > fixed && (count - 1).is_multiple_of(fixed - 1))
    }

    /// The parameter for an argument.
    fn parameter(&self, argument: usize) -> usize {
        match argument.checked_sub(self.params.len()) {
            Some(surplus) => 1 + surplus % (self.params.len() - 1),
            None => argument,
        }
    }

    /// Does it take these arguments?
    pub(super) fn fits(&self, db: &dyn Db, args: &[Value]) -> bool {
        let fits_one = |(index, arg)| fits(db, &self.params[self.parameter(index)], arg);
        self.counts(args.len()) && args.iter().enumerate().all(fits_one)
    }
}

/// The arguments of a dispatch in the order of the parameters, with vectors where a sequence is taken.
pub(super) fn for_dispatch(db: &dyn Db, arms: &[Alternative], mut args: Vec<Value>) -> Vec<Value> {
    let count = args.len();
    let fitting = || arms.iter().filter(move |arm| arm.counts(count));
    let takes_last = |arm: &Alternative| {
        arm.params.last().is_some_and(is_fn) && !arm.params.first().is_some_and(is_fn)
    };
    if count > 1 && fitting().any(takes_last) && is_function_before_data(db, &args) {
        args.swap(0, count - 1);
    }
    for (index, arg) in args.iter_mut().enumerate() {
        if fitting().all(|arm| arm.seqable[arm.parameter(index)]) {
            give_elements(arg);
        }
    }
    args
}

#[salsa::tracked(returns(ref))]
pub(in crate::expand) fn library<'db>(db: &'db dyn Db, name: Name<'db>) -> Library {
    let Some(item) = crate::library::library_item(db, name, false) else {
        return Library::Nothing;
    };
    match item.kind(db) {
        ItemKind::Function => function(db, item),
        ItemKind::Native => {
            let Some(signature) = signature(db, item.form(db).file(db), item) else {
                return Library::Nothing;
            };
            Library::Native(Takes::of(signature))
        }
        ItemKind::Dispatch => {
            let arms = dispatch_arms(db, item.form(db).file(db), item).iter();
            let arms = arms.filter_map(|arm| {
                let implementation = arm.implementation?;
                Some(Alternative {
                    params: arm.params.iter().map(|ty| ty.0.clone()).collect(),
                    seqable: arm.seqable.clone(),
                    repeats: arm.repeats,
                    implementation: implementation.name(db).text(db).as_str().into(),
                })
            });
            Library::Dispatch(arms.collect())
        }
        _ => Library::Nothing,
    }
}

fn function<'db>(db: &'db dyn Db, item: Item<'db>) -> Library {
    let tree = tree_of(item.ast(db), item.root(db));
    let name = item.name(db).text(db).as_str();
    let children = tree.children();
    let parts: Option<&[Syntax]> = match tree.head() {
        Some(":wat::core::defn") => children.get(2..),
        Some(":wat::core::defn-restricted") => children.get(4..),
        _ => children.get(2).and_then(|value| value.children().get(1..)),
    };
    let code = parts.and_then(|parts| function_code(parts, Some(name.into()), true));
    match (code, signature(db, item.form(db).file(db), item)) {
        (Some(code), Some(signature)) => Library::Function {
            code: Arc::new(code),
            takes: Takes::of(signature),
        },
        _ => Library::Nothing,
    }
}

/// Does a value fit a declared type? Type parameters take anything; of types that no macro has values of it is not known.
fn fits(db: &dyn Db, ty: &Type, value: &Value) -> bool {
    let Type::App(ctor, args) = ty else {
        return true;
    };
    let coerced = match (value, ctor) {
        (Value::Syntax(_), Ctor::Nominal(_)) => None,
        (Value::Syntax(node), _) => Value::of_literal(node),
        _ => None,
    };
    let all = |items: &[Value], arg: usize| {
        // A type parameter takes them all, without a look at each.
        let closed = args.get(arg).filter(|arg| matches!(arg, Type::App(..)));
        closed.is_none_or(|arg| items.iter().all(|item| fits(db, arg, item)))
    };
    match (ctor, coerced.as_ref().unwrap_or(value)) {
        (Ctor::I64, Value::Int(_))
        | (Ctor::F64, Value::Float(_))
        | (Ctor::Bool, Value::Bool(_))
        | (Ctor::U8, Value::U8(_))
        | (Ctor::Nil, Value::Nil)
        | (Ctor::String, Value::Str(_))
        | (Ctor::Keyword, Value::Keyword(_))
        | (Ctor::HashMap, Value::Map(_)) => true,
        (Ctor::Vector, Value::Vector(items)) | (Ctor::HashSet, Value::Set(items)) => all(items, 0),
        (Ctor::Tuple, Value::Tuple(items)) => {
            items.len() == args.len() && items.iter().zip(args).all(|(item, ty)| fits(db, ty, item))
        }
        (Ctor::Option, Value::Variant(path, fields)) => {
            [SOME, NONE].contains(path) && all(fields, 0)
        }
        (Ctor::Result, Value::Variant(path, fields)) => {
            [OK, ERR].contains(path) && all(fields, usize::from(*path == ERR))
        }
        (Ctor::Fn, function) => is_function_of(db, function, args.len().saturating_sub(1)),
        (Ctor::Nominal(path), value) => match &**path {
            ":wat::WatAST" => matches!(value, Value::Syntax(_)),
            ":wat::holon::HolonAST" => matches!(value, Value::Holon(_)),
            _ => true,
        },
        _ => false,
    }
}
