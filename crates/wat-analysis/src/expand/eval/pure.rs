//! One pure call outside of any macro, for reduction step by step: values become the forms that make them.

use wat_value::syntax::{Shape, Syntax};

use super::value::{NONE, Value};
use super::{Eval, Failure, Outcome, Stop};

impl Eval<'_, '_> {
    /// The form of the value of an expression; `None` if no form makes it.
    pub(in crate::expand) fn pure_value(
        mut self,
        form: &Syntax,
    ) -> Result<Option<Syntax>, Box<Failure>> {
        // The form is checked: syntax stands where syntax is wanted.
        self.literals = false;
        let made = self.value(form).and_then(|value| self.making(&value));
        match made {
            Ok(form) => Ok(form),
            Err(Stop::Fail(failure)) => Err(failure),
            Err(Stop::Return(value)) => match self.making(&value) {
                Err(Stop::Fail(failure)) => Err(failure),
                other => Ok(other.unwrap_or(None)),
            },
        }
    }

    /// The form that makes a value.
    fn making(&mut self, value: &Value) -> Outcome<Option<Syntax>> {
        self.pay(1)?;
        let call = |head: &str, parts: Vec<Syntax>| {
            let mut all = vec![Syntax::keyword(head)];
            all.extend(parts);
            Syntax::list(all)
        };
        Ok(Some(match value {
            Value::Nil => Syntax::keyword(":wat::core::nil"),
            Value::Int(value) => Syntax::int(*value),
            Value::Float(value) => Syntax::float(*value),
            Value::Bool(value) => Syntax::bool(*value),
            Value::U8(value) => call(":wat::core::u8", vec![Syntax::int(i64::from(*value))]),
            Value::Str(text) => Syntax::string(text.clone()),
            Value::Keyword(text) => Syntax::keyword(text.clone()),
            Value::Syntax(form) => call(":wat::core::quote", vec![form.clone()]),
            Value::Holon(form) => {
                let quoted = call(":wat::core::quote", vec![form.clone()]);
                call(":wat::holon::from-watast", vec![quoted])
            }
            Value::Variant(NONE, _) => Syntax::keyword(NONE),
            Value::Closure(_) => return Ok(None),
            Value::Vector(items)
            | Value::Tuple(items)
            | Value::Map(items)
            | Value::Set(items)
            | Value::Variant(_, items) => {
                let Some(parts) = self.making_all(items)? else {
                    return Ok(None);
                };
                let none = wat_value::syntax::Origin::NONE;
                match value {
                    Value::Vector(_) => Syntax::vector(parts),
                    Value::Map(_) => Syntax::new(Shape::Brace(parts.into()), none),
                    Value::Set(_) => Syntax::new(Shape::Set(parts.into()), none),
                    Value::Variant(path, _) => call(path, parts),
                    _ => call(":wat::core::Tuple", parts),
                }
            }
        }))
    }

    fn making_all(&mut self, items: &[Value]) -> Outcome<Option<Vec<Syntax>>> {
        stacker::maybe_grow(super::RED_ZONE, super::SEGMENT, || {
            let mut parts = Vec::with_capacity(items.len());
            for item in items {
                match self.making(item)? {
                    Some(form) => parts.push(form),
                    None => return Ok(None),
                }
            }
            Ok(Some(parts))
        })
    }
}
