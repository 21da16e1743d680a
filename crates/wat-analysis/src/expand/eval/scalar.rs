//! Natives that the machine has as instructions.

use super::value::Value;
use super::{Eval, Outcome, Stop};

/// Their names, without `:wat::core::`.
pub(super) const NAMES: [&str; 16] = [
    "i64::+'2",
    "i64::-'2",
    "i64::*'2",
    "i64::/'2",
    "quot",
    "rem",
    "mod",
    "i64::quot",
    "i64::rem",
    "i64::mod",
    "i64::to-f64",
    "not",
    "f64::+'2",
    "f64::-'2",
    "f64::*'2",
    "f64::/'2",
];

impl Eval<'_, '_> {
    /// Calls one of them; `None` if the name is another one.
    pub(super) fn scalar(&mut self, name: &str, args: &[Value]) -> Option<Outcome<Value>> {
        if !NAMES.contains(&name) {
            return None;
        }
        let args: Vec<Value> = args.iter().map(|arg| self.coerced(arg.clone())).collect();
        Some(match (name, &args[..]) {
            ("not", [Value::Bool(value)]) => Ok(Value::Bool(!value)),
            ("i64::to-f64", [Value::Int(value)]) => Ok(Value::Float(*value as f64)),
            (_, [Value::Int(a), Value::Int(b)]) if !name.starts_with("f64") => {
                self.integers(name, *a, *b)
            }
            ("f64::/'2", [Value::Float(a), Value::Float(0.0)]) => {
                Err(self.fail(format!("division by zero: `(/ {a} 0)`")))
            }
            (_, [Value::Float(a), Value::Float(b)]) if name.starts_with("f64") => {
                Ok(Value::Float(match &name[5..6] {
                    "+" => a + b,
                    "-" => a - b,
                    "*" => a * b,
                    _ => a / b,
                }))
            }
            _ => {
                let kinds: Vec<String> = args.iter().map(Value::kind).collect();
                Err(self.fail(format!(
                    "`:wat::core::{name}` does not take {}",
                    kinds.join(" and ")
                )))
            }
        })
    }

    fn integers(&self, name: &str, a: i64, b: i64) -> Outcome<Value> {
        let name = name.trim_start_matches("i64::").trim_end_matches("'2");
        let result = match name {
            "+" => a.checked_add(b),
            "-" => a.checked_sub(b),
            "*" => a.checked_mul(b),
            _ if b == 0 => {
                let message = format!("division by zero: `({name} {a} 0)`");
                return Err::<Value, Stop>(self.fail(message));
            }
            "/" | "quot" => a.checked_div(b),
            "rem" => Some(a.wrapping_rem(b)),
            _ => {
                let rest = a.wrapping_rem(b);
                Some(match rest != 0 && (rest < 0) != (b < 0) {
                    true => rest + b,
                    false => rest,
                })
            }
        };
        result
            .map(Value::Int)
            .ok_or_else(|| self.fail(format!("integer overflow: `({name} {a} {b})`")))
    }
}
