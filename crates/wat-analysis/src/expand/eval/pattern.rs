//! Binders and patterns in macro bodies.

use wat_value::syntax::{Shape, Syntax};

use super::value::{ERR, NONE, OK, SOME, Value};
use super::{Eval, Outcome};

impl Eval<'_, '_> {
    /// Matches a value with a pattern and binds its names; false if it does not fit.
    pub(super) fn bind(&mut self, pattern: &Syntax, value: &Value) -> Outcome<bool> {
        self.pay(1)?;
        Ok(match pattern.shape() {
            Shape::Symbol(name, _) if &**name == "_" => true,
            Shape::Symbol(name, scopes) => {
                self.env
                    .push(((name.clone(), scopes.clone()), value.clone()));
                true
            }
            Shape::Keyword(path) => match &**path {
                ":wat::core::nil" => matches!(value, Value::Nil),
                NONE | ":None" => matches!(value, Value::Variant(NONE, _)),
                _ => self
                    .coerced(value.clone())
                    .equals(&Value::Keyword(path.clone())),
            },
            Shape::List(parts) => match parts.split_first() {
                Some((head, fields)) => match variant(head) {
                    Some(path) => match value {
                        Value::Variant(found, values) if *found == path => {
                            self.bind_all(fields, values)?
                        }
                        _ => false,
                    },
                    None => match value {
                        Value::Tuple(values) => self.bind_all(parts, values)?,
                        _ => false,
                    },
                },
                None => matches!(value, Value::Nil),
            },
            Shape::Vector(parts) => match value {
                Value::Tuple(values) => self.bind_all(parts, values)?,
                _ => false,
            },
            Shape::Int(_) | Shape::Float(_) | Shape::Bool(_) | Shape::Str(_) => {
                match Value::of_literal(pattern) {
                    Some(wanted) => self.coerced(value.clone()).equals(&wanted),
                    None => false,
                }
            }
            _ => return Err(self.stop(2307, "this pattern cannot stand in a macro body")),
        })
    }

    fn bind_all(&mut self, patterns: &[Syntax], values: &[Value]) -> Outcome<bool> {
        if patterns.len() != values.len() {
            return Ok(false);
        }
        for (pattern, value) in patterns.iter().zip(values) {
            let fits = stacker::maybe_grow(super::RED_ZONE, super::SEGMENT, || {
                self.bind(pattern, value)
            })?;
            if !fits {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// The variant that a pattern's head names; the short spellings are accepted in patterns.
fn variant(head: &Syntax) -> Option<&'static str> {
    match head.name()? {
        SOME | "Some" => Some(SOME),
        OK | "Ok" => Some(OK),
        ERR | "Err" => Some(ERR),
        _ => None,
    }
}
