//! Calls of natives: values become slots of the types that they say themselves, so that what natives compare, order and
//! write is the same here and in the machine.

use std::sync::Arc;

use wat_ir::Ty;
use wat_value::{Tagged, call_tagged, counted, join, pure_native};

use crate::types::{Ctor, Type};

use super::call::weight;
use super::library::Takes;
use super::value::{Cells, Closure, ERR, NONE, OK, SOME, Value};
use super::{Eval, MAX_SIZE, Outcome};

/// Values on their way to a native.
#[derive(Default)]
struct Passed {
    /// Functions are known by their place here.
    functions: Vec<Arc<Closure>>,
    /// Do literals stand for their values where any type may be?
    literals: bool,
}

impl Eval<'_, '_> {
    pub(super) fn native(
        &mut self,
        name: &str,
        takes: &Takes,
        mut args: Vec<Value>,
    ) -> Outcome<Value> {
        let Some(native) = pure_native(name) else {
            return Err(match self.is_own(name) {
                true => self.misfit(name, &args),
                false => self.refused(name),
            });
        };
        let mut params: Vec<Type> = takes.params.clone();
        if let Some(rest) = &takes.rest {
            let more = args.split_off(params.len().min(args.len()));
            args.push(Value::vector(more));
            params.push(Type::App(Ctor::Vector, [rest.clone()].into()));
        }
        if args.len() != params.len() {
            let name = self.public_name(name);
            return Err(self.fail(format!(
                "`{name}` takes {}, {} given",
                counted(takes.params.len(), "argument"),
                args.len()
            )));
        }
        self.refuse_huge(name, &args)?;
        for arg in &args {
            self.pay(weight(arg))?;
            if is_deep(arg) {
                return Err(self.fail(format!(
                    "`{}` is given a value that is nested too deeply for a macro",
                    self.public_name(name)
                )));
            }
        }
        let mut passed = Passed::default();
        let outcome = stacker::maybe_grow(super::RED_ZONE, NATIVE_SEGMENT, || {
            let mut instance = passed.instance(&params, takes.generics, &args);
            if self.literals && matches!(&instance, Some((_, types)) if types.iter().any(is_any)) {
                passed.literals = true;
                instance = passed.instance(&params, takes.generics, &args);
            }
            let (tagged, types) = instance?;
            let closed: Option<Vec<Ty>> = params.iter().map(|ty| close(ty, &types)).collect();
            let ret = close(&takes.ret, &types);
            match (closed, ret) {
                (Some(closed), Some(ret)) => {
                    Some(call_tagged(native, &types, &closed, &ret, &tagged))
                }
                _ => Some(None),
            }
        });
        match outcome {
            Some(Some(Ok(result))) => {
                let value = passed.value(result);
                self.pay(weight(&value))?;
                Ok(value)
            }
            Some(Some(Err(trap))) => Err(self.fail(format!(
                "`{}` failed: {}",
                self.public_name(name),
                trap.message
            ))),
            Some(None) => Err(self.refused(name)),
            None => Err(self.misfit(name, &args)),
        }
    }

    /// Natives that would make more than fits anywhere.
    fn refuse_huge(&self, name: &str, args: &[Value]) -> Outcome<()> {
        let number = |index: usize| match args.get(index).map(|arg| self.coerced(arg.clone())) {
            Some(Value::Int(number)) => usize::try_from(number).unwrap_or(0),
            _ => 0,
        };
        let length = |index: usize| match args.get(index).map(|arg| self.coerced(arg.clone())) {
            Some(Value::Str(text)) => text.len(),
            _ => 0,
        };
        let size = match name {
            ":wat::core::string::repeat" => length(0).saturating_mul(number(1)),
            ":wat::core::string::pad-left" | ":wat::core::string::pad-right" => number(1),
            ":wat::core::string::replace" => {
                length(0).saturating_mul(length(2).max(1)) / length(1).max(1)
            }
            ":wat::core::__internal/range" => {
                let bound =
                    |index: usize| match args.get(index).map(|arg| self.coerced(arg.clone())) {
                        Some(Value::Int(number)) => i128::from(number),
                        _ => 1,
                    };
                let step = bound(2).unsigned_abs().max(1);
                ((bound(1) - bound(0)).unsigned_abs() / step).min(u128::from(u32::MAX)) as usize
            }
            _ => 0,
        };
        match size > MAX_SIZE {
            true => Err(self.fail(format!(
                "`{}` would make {size} elements: too much for a macro",
                self.public_name(name)
            ))),
            false => Ok(()),
        }
    }
}

/// Has the value more levels than its type may have in the machine?
fn is_deep(value: &Value) -> bool {
    const LEVELS: u32 = 500;
    let mut work = vec![(value, 0)];
    while let Some((value, level)) = work.pop() {
        if level > LEVELS {
            return true;
        }
        if let Value::Vector(items)
        | Value::Tuple(items)
        | Value::Map(items)
        | Value::Set(items)
        | Value::Variant(_, items) = value
        {
            work.extend(items.iter().map(|item| (item, level + 1)));
        }
    }
    false
}

/// Room for the walks over values of a type, which may be hundreds of levels deep.
const NATIVE_SEGMENT: usize = 4 * 1024 * 1024;

fn is_any(ty: &Ty) -> bool {
    matches!(ty, Ty::Nominal(path, _) if &**path == Ty::ANY)
}

impl Passed {
    /// The arguments, and types for the type parameters; nothing if an argument is not of its parameter's type.
    fn instance(
        &mut self,
        params: &[Type],
        generics: usize,
        args: &[Value],
    ) -> Option<(Vec<Tagged>, Vec<Ty>)> {
        self.functions.clear();
        let mut types = vec![Ty::Param(0); generics];
        let mut tagged = Vec::with_capacity(args.len());
        for (arg, ty) in args.iter().zip(params) {
            let arg = self.tag(arg, Some(ty))?;
            if !bind(ty, &arg.ty(), &mut types) {
                return None;
            }
            tagged.push(arg);
        }
        Some((tagged, types))
    }

    /// A value as a native takes it, by the type of the parameter; without one, as it is.
    fn tag(&mut self, value: &Value, ty: Option<&Type>) -> Option<Tagged> {
        let (ctor, parts) = match ty {
            Some(Type::App(ctor, parts)) => (Some(ctor), &parts[..]),
            Some(Type::Error | Type::Infer) => return None,
            Some(Type::Param(_)) | None => (None, &[][..]),
        };
        let literal = match (value, ctor) {
            (Value::Syntax(node), None) if self.literals => Value::of_literal(node),
            (Value::Syntax(node), Some(ctor)) if !matches!(ctor, Ctor::Nominal(_)) => {
                Some(Value::of_literal(node)?)
            }
            _ => None,
        };
        let value = literal.as_ref().unwrap_or(value);
        let fits = |wanted: Ctor| ctor.is_none_or(|ctor| *ctor == wanted);
        Some(match value {
            Value::Nil if fits(Ctor::Nil) => Tagged::Nil,
            Value::Int(value) if fits(Ctor::I64) => Tagged::I64(*value),
            Value::Float(value) if fits(Ctor::F64) => Tagged::F64(*value),
            Value::Bool(value) if fits(Ctor::Bool) => Tagged::Bool(*value),
            Value::U8(value) if fits(Ctor::U8) => Tagged::U8(*value),
            Value::Str(value) if fits(Ctor::String) => Tagged::Str(value.clone()),
            Value::Keyword(value) if fits(Ctor::Keyword) => Tagged::Keyword(value.clone()),
            Value::Vector(items) if fits(Ctor::Vector) => {
                Tagged::Vector(self.tag_all(items, parts.first())?)
            }
            Value::Set(items) if fits(Ctor::HashSet) => {
                Tagged::Set(self.tag_all(items, parts.first())?)
            }
            Value::Map(items) if fits(Ctor::HashMap) => {
                let mut entries = Vec::with_capacity(items.len() / 2);
                for entry in items.chunks_exact(2) {
                    let key = self.tag(&entry[0], parts.first())?;
                    entries.push((key, self.tag(&entry[1], parts.get(1))?));
                }
                Tagged::Map(entries)
            }
            Value::Tuple(items) if fits(Ctor::Tuple) => {
                if ctor.is_some() && items.len() != parts.len() {
                    return None;
                }
                let mut fields = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    fields.push(self.tag(item, parts.get(index))?);
                }
                Tagged::Tuple(fields)
            }
            Value::Variant(NONE, _) if fits(Ctor::Option) => Tagged::None,
            Value::Variant(SOME, fields) if fits(Ctor::Option) => {
                Tagged::Some(Box::new(self.tag(&fields[0], parts.first())?))
            }
            Value::Variant(OK, fields) if fits(Ctor::Result) => {
                Tagged::Ok(Box::new(self.tag(&fields[0], parts.first())?))
            }
            Value::Variant(ERR, fields) if fits(Ctor::Result) => {
                Tagged::Err(Box::new(self.tag(&fields[0], parts.get(1))?))
            }
            Value::Syntax(node) => Tagged::Form(node.clone()),
            Value::Holon(form) => Tagged::Holon(form.clone()),
            Value::Closure(closure) if ctor.is_none() => {
                self.functions.push(closure.clone());
                Tagged::Fn(self.functions.len() as u32 - 1)
            }
            _ => return None,
        })
    }

    fn tag_all(&mut self, items: &[Value], ty: Option<&Type>) -> Option<Vec<Tagged>> {
        items.iter().map(|item| self.tag(item, ty)).collect()
    }

    /// What a native gave.
    fn value(&self, value: Tagged) -> Value {
        let all = |items: Vec<Tagged>| {
            Cells::new(items.into_iter().map(|item| self.value(item)).collect())
        };
        let one = |value: Tagged| Cells::new(vec![self.value(value)]);
        match value {
            Tagged::Nil => Value::Nil,
            Tagged::I64(value) => Value::Int(value),
            Tagged::F64(value) => Value::Float(value),
            Tagged::Bool(value) => Value::Bool(value),
            Tagged::U8(value) => Value::U8(value),
            Tagged::Str(value) => Value::Str(value),
            Tagged::Keyword(value) => Value::Keyword(value),
            Tagged::Vector(items) => Value::Vector(all(items)),
            Tagged::Tuple(items) => Value::Tuple(all(items)),
            Tagged::Set(items) => Value::Set(all(items)),
            Tagged::Map(entries) => {
                let flat = entries.into_iter().flat_map(|(key, value)| [key, value]);
                Value::Map(all(flat.collect()))
            }
            Tagged::Some(value) => Value::Variant(SOME, one(*value)),
            Tagged::None => Value::none(),
            Tagged::Ok(value) => Value::Variant(OK, one(*value)),
            Tagged::Err(value) => Value::Variant(ERR, one(*value)),
            Tagged::Form(form) => Value::Syntax(form),
            Tagged::Holon(form) => Value::Holon(form),
            Tagged::Fn(number) => match self.functions.get(number as usize) {
                Some(closure) => Value::Closure(closure.clone()),
                None => Value::Nil,
            },
        }
    }
}

/// Finds types for the type parameters of a declared type; false if it is not the type of the argument.
fn bind(declared: &Type, given: &Ty, types: &mut [Ty]) -> bool {
    let (ctor, parts) = match declared {
        Type::Param(number) => {
            return match types.get_mut(*number as usize) {
                Some(known) => {
                    *known = join(known, given);
                    true
                }
                None => false,
            };
        }
        Type::App(ctor, parts) => (ctor, parts),
        Type::Error | Type::Infer => return false,
    };
    let mut all = |given: &[&Ty]| {
        parts.len() == given.len()
            && parts
                .iter()
                .zip(given)
                .all(|(part, given)| bind(part, given, types))
    };
    match (ctor, given) {
        (_, Ty::Param(_)) => true,
        (Ctor::Vector, Ty::Vector(a))
        | (Ctor::Option, Ty::Option(a))
        | (Ctor::HashSet, Ty::HashSet(a)) => all(&[a]),
        (Ctor::Result, Ty::Result(a, b)) | (Ctor::HashMap, Ty::HashMap(a, b)) => all(&[a, b]),
        (Ctor::Tuple, Ty::Tuple(given)) => all(&given.iter().collect::<Vec<_>>()),
        _ => close(declared, &[]).is_some_and(|ty| ty == *given || is_any(&ty)),
    }
}

/// The machine's type of a declared type, with types for its type parameters.
fn close(ty: &Type, types: &[Ty]) -> Option<Ty> {
    let (ctor, args) = match ty {
        Type::Param(number) => return types.get(*number as usize).cloned(),
        Type::App(ctor, args) => (ctor, args),
        Type::Error | Type::Infer => return None,
    };
    let part = |index: usize| {
        args.get(index)
            .and_then(|arg| close(arg, types))
            .map(Arc::new)
    };
    Some(match ctor {
        Ctor::I64 => Ty::I64,
        Ctor::F64 => Ty::F64,
        Ctor::U8 => Ty::U8,
        Ctor::Bool => Ty::Bool,
        Ctor::Nil => Ty::Nil,
        Ctor::String => Ty::Str,
        Ctor::Keyword => Ty::Keyword,
        Ctor::Vector => Ty::Vector(part(0)?),
        Ctor::HashSet => Ty::HashSet(part(0)?),
        Ctor::HashMap => Ty::HashMap(part(0)?, part(1)?),
        Ctor::Option => Ty::Option(part(0)?),
        Ctor::Result => Ty::Result(part(0)?, part(1)?),
        Ctor::Tuple => {
            let parts: Option<Vec<Ty>> = args.iter().map(|arg| close(arg, types)).collect();
            Ty::Tuple(parts?.into())
        }
        Ctor::Nominal(path) if args.is_empty() => Ty::Nominal(path.clone(), Arc::default()),
        Ctor::Nominal(_) | Ctor::Fn => return None,
    })
}
