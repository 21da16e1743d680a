//! Calls in macro bodies: operators, natives, library functions, closures.

use std::cmp::Ordering;
use std::sync::Arc;

use wat_value::{Tagged, call_tagged, counted, pure_native};

use crate::infer::operator::{Operator, operator};
use crate::infer::typed::{Arith, Compare};
use crate::items::{Name, split_generic};
use crate::types::{Ctor, Type};

use super::library::{Alternative, Library, library};
use super::value::{Cells, Closure, ERR, NONE, OK, SOME, Value};
use super::{Eval, Flow, MAX_SIZE, Outcome, Stop};

/// In the names of operations that only the library calls.
const INTERNAL: &str = "__internal";

impl Eval<'_, '_> {
    /// Calls a value.
    pub(super) fn apply_flow(
        &mut self,
        function: Value,
        args: Vec<Value>,
        tail: bool,
    ) -> Outcome<Flow> {
        match self.coerced(function) {
            Value::Closure(closure) if tail => Ok(Flow::Call(closure, args)),
            Value::Closure(closure) => self.run(closure, args).map(Flow::Value),
            Value::Keyword(path) => self.call_path(&path, args, tail),
            other => Err(self.fail(format!("{} cannot be called", other.kind()))),
        }
    }

    /// Calls what a path names.
    pub(super) fn call_path(
        &mut self,
        path: &Arc<str>,
        args: Vec<Value>,
        tail: bool,
    ) -> Outcome<Flow> {
        self.pay(1)?;
        let name = split_generic(path).0;
        if self.library == 0 && !name.contains(INTERNAL) {
            self.called = path.clone();
        }
        if let Some(operator) = operator(name) {
            return self.operator(name, operator, args).map(Flow::Value);
        }
        if let Some(variant) = [SOME, OK, ERR].into_iter().find(|variant| *variant == name) {
            return match args.len() {
                1 => Ok(Flow::Value(Value::Variant(variant, Cells::new(args)))),
                _ => Err(self.fail(format!("`{variant}` takes one value"))),
            };
        }
        let args = match self.builtin(name, args)? {
            Ok(value) => return Ok(Flow::Value(value)),
            Err(args) => args,
        };
        if !name.starts_with(":wat::") {
            return Err(self.refused(name));
        }
        match library(self.x.db, Name::new(self.x.db, name)) {
            Library::Function(code) => {
                let function = Arc::new(Closure {
                    code: code.clone(),
                    env: Vec::new(),
                });
                match tail {
                    true => Ok(Flow::Call(function, args)),
                    false => self.run(function, args).map(Flow::Value),
                }
            }
            Library::Native { params, rest, ret } => self
                .native(name, params, rest.as_ref(), ret, args)
                .map(Flow::Value),
            Library::Dispatch(arms) => match arms.iter().find(|arm| arm.takes(&args)) {
                Some(arm) => self.alternative(arm, args, tail),
                None => {
                    let kinds: Vec<String> = args.iter().map(Value::kind).collect();
                    Err(self.fail(format!("`{name}` does not take {}", kinds.join(" and "))))
                }
            },
            Library::Nothing => Err(self.refused(name)),
        }
    }

    /// An alternative whose last parameter repeats takes the further arguments one after the other.
    fn alternative(
        &mut self,
        arm: &Alternative,
        mut args: Vec<Value>,
        tail: bool,
    ) -> Outcome<Flow> {
        let more = args.split_off(arm.count().min(args.len()));
        let Some((last, between)) = more.split_last() else {
            return self.call_path(&arm.implementation, args, tail);
        };
        let mut value = self.call_value(&arm.implementation, args)?;
        for next in between {
            value = self.call_value(&arm.implementation, vec![value, next.clone()])?;
        }
        self.call_path(&arm.implementation, vec![value, last.clone()], tail)
    }

    fn call_value(&mut self, path: &Arc<str>, args: Vec<Value>) -> Outcome<Value> {
        match self.call_path(path, args, false)? {
            Flow::Value(value) => Ok(value),
            Flow::Call(function, args) => self.run(function, args),
        }
    }

    /// What messages call an operation: those inside the library are named by what was called.
    fn public_name<'a>(&'a self, name: &'a str) -> &'a str {
        match name.contains(INTERNAL) && !self.called.is_empty() {
            true => split_generic(&self.called).0,
            false => name,
        }
    }

    /// WAT2407.
    fn refused(&self, name: &str) -> Stop {
        let name = self.public_name(name);
        let mut stop = self.stop(
            2407,
            format!("`{name}` cannot be called while macros are expanded"),
        );
        if let Stop::Fail(failure) = &mut stop {
            failure.help = Some("make the helper a macro, or write its code here".into());
        }
        stop
    }

    fn native(
        &mut self,
        name: &str,
        params: &[Type],
        rest: Option<&Type>,
        ret: &Type,
        args: Vec<Value>,
    ) -> Outcome<Value> {
        let Some(native) = pure_native(name) else {
            return Err(self.refused(name));
        };
        let mut args = args;
        let mut types: Vec<Type> = params.to_vec();
        if let Some(rest) = rest {
            let more = args.split_off(params.len().min(args.len()));
            args.push(Value::vector(more));
            types.push(Type::App(Ctor::Vector, [rest.clone()].into()));
        }
        if args.len() != types.len() {
            let name = self.public_name(name);
            return Err(self.fail(format!(
                "`{name}` takes {}, {} given",
                counted(params.len(), "argument"),
                args.len()
            )));
        }
        self.refuse_huge(name, &args)?;
        let tagged: Option<Vec<Tagged>> = args
            .iter()
            .zip(&types)
            .map(|(arg, ty)| tag(arg, ty))
            .collect();
        let types: Option<Vec<wat_ir::Ty>> = types.iter().map(ir_type).collect();
        let outcome = match (&tagged, &types, ir_type(ret)) {
            (Some(tagged), Some(types), Some(ret)) => call_tagged(native, types, &ret, tagged),
            (None, Some(_), Some(_)) => {
                let kinds: Vec<String> = args.iter().map(Value::kind).collect();
                let name = self.public_name(name);
                return Err(self.fail(format!("`{name}` does not take {}", kinds.join(" and "))));
            }
            _ => None,
        };
        match outcome {
            Some(Ok(result)) => {
                let value = untag(result);
                self.pay(weight(&value))?;
                Ok(value)
            }
            Some(Err(trap)) => Err(self.fail(format!(
                "`{}` failed: {}",
                self.public_name(name),
                trap.message
            ))),
            None => Err(self.refused(name)),
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

    fn operator(&mut self, name: &str, operator: Operator, args: Vec<Value>) -> Outcome<Value> {
        match operator {
            Operator::Arith { op, two } => {
                if two && args.len() != 2 {
                    return Err(
                        self.fail(format!("`{name}` takes 2 arguments, {} given", args.len()))
                    );
                }
                self.arithmetic(name, op, None, args)
            }
            Operator::Typed { op, float } => self.arithmetic(name, op, Some(float), args),
            Operator::Compare(op) => match <[Value; 2]>::try_from(args) {
                Ok([a, b]) => self.compare(name, op, a, b).map(Value::Bool),
                Err(args) => {
                    Err(self.fail(format!("`{name}` takes 2 arguments, {} given", args.len())))
                }
            },
            Operator::Text => {
                let mut text = String::new();
                for arg in args {
                    text.push_str(&self.display(&arg)?);
                    self.pay(text.len() / 64)?;
                }
                Ok(Value::str(text))
            }
            Operator::Position(index) => self.position(name, index as usize, args),
        }
    }

    fn arithmetic(
        &mut self,
        name: &str,
        op: Arith,
        float: Option<bool>,
        args: Vec<Value>,
    ) -> Outcome<Value> {
        let neutral = match op {
            Arith::Add | Arith::Sub => 0,
            Arith::Mul | Arith::Div => 1,
        };
        let neutral = match float {
            Some(true) => Value::Float(f64::from(neutral)),
            _ => Value::Int(i64::from(neutral)),
        };
        let mut args: Vec<Value> = args.into_iter().map(|arg| self.coerced(arg)).collect();
        for arg in &args {
            let fits = matches!(
                (arg, float),
                (Value::Int(_), None | Some(false)) | (Value::Float(_), None | Some(true))
            );
            if !fits {
                return Err(self.fail(format!("`{name}` works on numbers, this is {}", arg.kind())));
            }
        }
        if args.is_empty() && matches!(op, Arith::Sub | Arith::Div) {
            return Err(self.fail(format!("`{name}` needs an argument")));
        }
        if args.len() < 2 {
            let unit = match args.first() {
                Some(Value::Float(_)) => match neutral {
                    Value::Int(unit) => Value::Float(unit as f64),
                    unit => unit,
                },
                _ => neutral,
            };
            args.insert(0, unit);
        }
        let mut args = args.into_iter();
        let mut result = args.next().unwrap_or(Value::Nil);
        for arg in args {
            result = self.two_numbers(op, result, arg)?;
        }
        Ok(result)
    }

    fn two_numbers(&mut self, op: Arith, a: Value, b: Value) -> Outcome<Value> {
        let sign = match op {
            Arith::Add => "+",
            Arith::Sub => "-",
            Arith::Mul => "*",
            Arith::Div => "/",
        };
        let name = match (&a, &b) {
            (Value::Int(_), Value::Int(_)) => format!(":wat::core::i64::{sign}'2"),
            (Value::Float(_), Value::Float(_)) => format!(":wat::core::f64::{sign}'2"),
            (Value::Int(_), _) => format!(":wat::core::{sign}'i64'f64"),
            _ => format!(":wat::core::{sign}'f64'i64"),
        };
        let name: Arc<str> = name.into();
        self.call_value(&name, vec![a, b])
    }

    fn compare(&mut self, name: &str, op: Compare, a: Value, b: Value) -> Outcome<bool> {
        self.pay(weight(&a) + weight(&b))?;
        let both_syntax = matches!((&a, &b), (Value::Syntax(_), Value::Syntax(_)));
        let equality = matches!(op, Compare::Eq | Compare::Ne);
        let (a, b) = match both_syntax && equality {
            true => (a, b),
            false => (self.coerced(a), self.coerced(b)),
        };
        if equality {
            return Ok(a.equals(&b) == matches!(op, Compare::Eq));
        }
        let numbers = |v: &Value| matches!(v, Value::Int(_) | Value::Float(_));
        let comparable = std::mem::discriminant(&a) == std::mem::discriminant(&b)
            && !matches!(
                a,
                Value::Syntax(_) | Value::Holon(_) | Value::Closure(_) | Value::Nil
            )
            || numbers(&a) && numbers(&b);
        if !comparable {
            return Err(self.fail(format!(
                "`{name}` does not compare {} and {}",
                a.kind(),
                b.kind()
            )));
        }
        let order = a.order(&b);
        Ok(match op {
            Compare::Lt => order == Some(Ordering::Less),
            Compare::Gt => order == Some(Ordering::Greater),
            Compare::Le => order.is_some_and(Ordering::is_le),
            _ => order.is_some_and(Ordering::is_ge),
        })
    }

    /// `first`, `second`, `third`: of a tuple the element, of a vector an option.
    fn position(&mut self, name: &str, index: usize, args: Vec<Value>) -> Outcome<Value> {
        match &args[..] {
            [Value::Tuple(parts)] if index < parts.len() => Ok(parts[index].clone()),
            [Value::Vector(parts)] => Ok(Value::option(parts.get(index).cloned())),
            [other] => Err(self.fail(format!(
                "`{name}` takes a vector or tuple, not {}",
                other.kind()
            ))),
            _ => Err(self.fail(format!("`{name}` takes one argument"))),
        }
    }

    /// A syntax value that is a literal stands for its value.
    pub(super) fn coerced(&self, value: Value) -> Value {
        match &value {
            Value::Syntax(node) => Value::of_literal(node).unwrap_or(value),
            _ => value,
        }
    }

    pub(super) fn integer(&self, value: &Value) -> Outcome<i64> {
        match self.coerced(value.clone()) {
            Value::Int(number) => Ok(number),
            other => Err(self.fail(format!(
                "an `i64` is expected here, this is {}",
                other.kind()
            ))),
        }
    }

    pub(super) fn string(&self, value: &Value) -> Outcome<Arc<str>> {
        match self.coerced(value.clone()) {
            Value::Str(text) => Ok(text),
            other => Err(self.fail(format!(
                "a `String` is expected here, this is {}",
                other.kind()
            ))),
        }
    }
}

/// What a value costs to look at: the parts of its parts count, however often they are shared. More than anybody may
/// look at costs more than anybody has.
pub(super) fn weight(value: &Value) -> usize {
    const LIMIT: usize = crate::expand::walk::MAX_NODES;
    let (mut cost, mut parts) = (0, 0);
    let mut work = vec![value];
    while let Some(value) = work.pop() {
        parts += 1;
        cost += match value {
            Value::Str(text) | Value::Keyword(text) => text.len() / 16,
            Value::Syntax(node) | Value::Holon(node) => node.size_up_to(LIMIT + 1),
            Value::Vector(items)
            | Value::Tuple(items)
            | Value::Map(items)
            | Value::Set(items)
            | Value::Variant(_, items) => {
                work.extend(items.iter());
                0
            }
            _ => 0,
        };
        if cost.max(parts).max(work.len()) > LIMIT {
            return usize::MAX / 4;
        }
    }
    cost + parts / 4
}

/// A value as a native takes it, by the type of the parameter.
fn tag(value: &Value, ty: &Type) -> Option<Tagged> {
    let Type::App(ctor, args) = ty else {
        return None;
    };
    let value = match (value, ctor) {
        (Value::Syntax(node), Ctor::Nominal(_)) => Value::Syntax(node.clone()),
        (Value::Syntax(node), _) => Value::of_literal(node)?,
        _ => value.clone(),
    };
    Some(match (value, ctor) {
        (Value::Nil, Ctor::Nil) => Tagged::Nil,
        (Value::Int(value), Ctor::I64) => Tagged::I64(value),
        (Value::Float(value), Ctor::F64) => Tagged::F64(value),
        (Value::Bool(value), Ctor::Bool) => Tagged::Bool(value),
        (Value::U8(value), Ctor::U8) => Tagged::U8(value),
        (Value::Str(value), Ctor::String) => Tagged::Str(value),
        (Value::Keyword(value), Ctor::Keyword) => Tagged::Keyword(value),
        (Value::Vector(items), Ctor::Vector) => {
            let items: Option<Vec<_>> = items.iter().map(|item| tag(item, &args[0])).collect();
            Tagged::Vector(items?)
        }
        (Value::Tuple(items), Ctor::Tuple) if items.len() == args.len() => {
            let items: Option<Vec<_>> = items
                .iter()
                .zip(args)
                .map(|(item, ty)| tag(item, ty))
                .collect();
            Tagged::Tuple(items?)
        }
        (Value::Variant(NONE, _), Ctor::Option) => Tagged::None,
        (Value::Variant(SOME, fields), Ctor::Option) => {
            Tagged::Some(Box::new(tag(&fields[0], &args[0])?))
        }
        (Value::Variant(OK, fields), Ctor::Result) => {
            Tagged::Ok(Box::new(tag(&fields[0], &args[0])?))
        }
        (Value::Variant(ERR, fields), Ctor::Result) => {
            Tagged::Err(Box::new(tag(&fields[0], &args[1])?))
        }
        _ => return None,
    })
}

/// What a native gave.
fn untag(value: Tagged) -> Value {
    match value {
        Tagged::Nil => Value::Nil,
        Tagged::I64(value) => Value::Int(value),
        Tagged::F64(value) => Value::Float(value),
        Tagged::Bool(value) => Value::Bool(value),
        Tagged::U8(value) => Value::U8(value),
        Tagged::Str(value) => Value::Str(value),
        Tagged::Keyword(value) => Value::Keyword(value),
        Tagged::Vector(items) => Value::vector(items.into_iter().map(untag).collect()),
        Tagged::Tuple(items) => Value::Tuple(Cells::new(items.into_iter().map(untag).collect())),
        Tagged::Some(value) => Value::some(untag(*value)),
        Tagged::None => Value::none(),
        Tagged::Ok(value) => Value::Variant(OK, Cells::new(vec![untag(*value)])),
        Tagged::Err(value) => Value::Variant(ERR, Cells::new(vec![untag(*value)])),
    }
}

/// The machine's type of a plain declared type.
fn ir_type(ty: &Type) -> Option<wat_ir::Ty> {
    use wat_ir::Ty;
    let Type::App(ctor, args) = ty else {
        return None;
    };
    let part = |index: usize| args.get(index).and_then(ir_type).map(Arc::new);
    Some(match ctor {
        Ctor::I64 => Ty::I64,
        Ctor::F64 => Ty::F64,
        Ctor::U8 => Ty::U8,
        Ctor::Bool => Ty::Bool,
        Ctor::Nil => Ty::Nil,
        Ctor::String => Ty::Str,
        Ctor::Keyword => Ty::Keyword,
        Ctor::Vector => Ty::Vector(part(0)?),
        Ctor::Option => Ty::Option(part(0)?),
        Ctor::Result => Ty::Result(part(0)?, part(1)?),
        Ctor::Tuple => {
            let parts: Option<Vec<Ty>> = args.iter().map(ir_type).collect();
            Ty::Tuple(parts?.into())
        }
        _ => return None,
    })
}
