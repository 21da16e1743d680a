//! Calls in macro bodies: operators, natives, library functions, closures.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::infer::operator::{Operator, operator};
use crate::infer::typed::{Arith, Compare};
use crate::items::{Name, split_generic};

use super::library::{Alternative, Library, library};
use super::value::{Cells, Closure, ERR, OK, SOME, Value};
use super::{Eval, Flow, Outcome, Stop};

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
        if name == ":wat::core::u8" {
            return self.byte(&args).map(Flow::Value);
        }
        let args = match self.builtin(name, args)? {
            Ok(value) => return Ok(Flow::Value(value)),
            Err(args) => args,
        };
        if !name.starts_with(":wat::") {
            return Err(self.refused(name));
        }
        let db = self.x.db;
        match library(db, Name::new(db, name)) {
            Library::Function { code, takes } => {
                let args = takes.arranged(db, name, args);
                if self.library == 0 && !takes.fits(db, &args) {
                    return Err(self.misfit(name, &args));
                }
                let args = takes.with_elements(args);
                let function = Arc::new(Closure {
                    code: code.clone(),
                    env: Vec::new(),
                });
                match tail {
                    true => Ok(Flow::Call(function, args)),
                    false => self.run(function, args).map(Flow::Value),
                }
            }
            Library::Native(takes) => self.native(name, takes, args).map(Flow::Value),
            Library::Dispatch(arms) => {
                let args = super::library::for_dispatch(db, arms, args);
                match arms.iter().find(|arm| arm.fits(db, &args)) {
                    Some(arm) => self.alternative(arm, args, tail),
                    None => Err(self.misfit(name, &args)),
                }
            }
            Library::Nothing => Err(self.refused(name)),
        }
    }

    /// An alternative whose further parameters repeat takes them one group after the other.
    fn alternative(&mut self, arm: &Alternative, args: Vec<Value>, tail: bool) -> Outcome<Flow> {
        let group = arm.count().saturating_sub(1).max(1);
        let mut rest = args.into_iter();
        let mut step: Vec<Value> = rest.by_ref().take(arm.count()).collect();
        while rest.len() > 0 {
            let value = self.call_value(&arm.implementation, step)?;
            step = std::iter::once(value)
                .chain(rest.by_ref().take(group))
                .collect();
        }
        self.call_path(&arm.implementation, step, tail)
    }

    pub(super) fn call_value(&mut self, path: &Arc<str>, args: Vec<Value>) -> Outcome<Value> {
        match self.call_path(path, args, false)? {
            Flow::Value(value) => Ok(value),
            Flow::Call(function, args) => self.run(function, args),
        }
    }

    /// What messages call an operation: those inside the library are named by what was called.
    pub(super) fn public_name<'a>(&'a self, name: &'a str) -> &'a str {
        let inside = self.library > 0 || name.contains(INTERNAL);
        match inside && !self.called.is_empty() {
            true => split_generic(&self.called).0,
            false => name,
        }
    }

    /// WAT2408: no value of these kinds is taken.
    pub(super) fn misfit(&self, name: &str, args: &[Value]) -> Stop {
        let kinds: Vec<String> = args.iter().map(Value::kind).collect();
        let kinds = match kinds.is_empty() {
            true => "no argument".to_owned(),
            false => kinds.join(" and "),
        };
        let mut stop = self.fail(format!(
            "`{}` does not take {kinds}",
            self.public_name(name)
        ));
        let has_parts = |arg: &Value| matches!(arg, Value::Syntax(node) if node.is_compound());
        if let Stop::Fail(failure) = &mut stop
            && args.iter().any(has_parts)
        {
            failure.help = Some(
                "the vector of the parts of a form is what `:wat::core::ast->children` returns"
                    .into(),
            );
        }
        stop
    }

    /// WAT2407.
    pub(super) fn refused(&self, name: &str) -> Stop {
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
                    text.push_str(&self.display(arg)?);
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
        if args.len() == 1 && matches!(op, Arith::Add | Arith::Mul) {
            return Ok(args.remove(0));
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
                Value::Syntax(_)
                    | Value::Holon(_)
                    | Value::Closure(_)
                    | Value::Map(_)
                    | Value::Set(_)
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
            Value::Syntax(node) if self.literals => Value::of_literal(node).unwrap_or(value),
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
    const LIMIT: usize = crate::expand::expander::MAX_NODES;
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
