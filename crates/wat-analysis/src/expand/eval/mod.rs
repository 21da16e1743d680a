//! Macro bodies run here: a small tree walker over values that say what they are, under fuel, without effects.
//!
//! Special forms are walked, library functions written in wat are walked too, natives that are pure are called. What
//! the program defines does not exist yet.

mod builtin;
mod call;
pub(super) mod check;
mod data;
mod library;
mod native;
mod pattern;
mod pure;
mod reflect;
mod scalar;
mod special;
mod template;
pub(super) mod value;

use std::sync::Arc;

use wat_value::counted;
use wat_value::syntax::{Origin, Scope, Shape, Syntax};

use super::define::{Ident, MacroDef};
use super::expander::Expander;
use value::{Closure, Value};

const RED_ZONE: usize = 128 * 1024;
const SEGMENT: usize = 2 * 1024 * 1024;
/// Calls and expressions inside one another.
const MAX_DEPTH: u32 = 10_000;
/// How many elements a result may have before it is refused.
const MAX_SIZE: usize = 4_000_000;

/// Why an expansion yields nothing.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) code: u16,
    pub(super) message: String,
    pub(super) label: String,
    /// The node of the macro's form.
    pub(super) node: Option<u32>,
    /// The node that is to blame, if the macro says so.
    pub(super) blame: Option<Origin>,
    pub(super) help: Option<String>,
    /// The prefix of a template, and its operand, that a plain `~` replaces.
    pub(super) unquote: Option<(u32, u32)>,
}

/// Why evaluation does not go on.
enum Stop {
    Fail(Box<Failure>),
    /// `try` leaves the function with this value.
    Return(Value),
}

type Outcome<T> = Result<T, Stop>;

/// A value, or a call in tail position that the caller carries out.
enum Flow {
    Value(Value),
    Call(Arc<Closure>, Vec<Value>),
}

/// The run of a macro body.
pub(super) struct Eval<'x, 'db> {
    x: &'x mut Expander<'db>,
    def: &'x MacroDef<'db>,
    call: u32,
    scope: Scope,
    env: Vec<(Ident, Value)>,
    depth: u32,
    /// Calls of library code that are running: nodes are not the macro's then.
    library: u32,
    /// What the macro called last of the library.
    called: Arc<str>,
    /// The node of the macro's form that runs.
    node: u32,
    /// Does a literal of syntax stand for its value where no syntax is wanted?
    literals: bool,
}

impl<'x, 'db> Eval<'x, 'db> {
    pub(super) fn new(x: &'x mut Expander<'db>, def: &'x MacroDef<'db>, call: u32) -> Self {
        let scope = x.fresh_scope();
        Eval {
            x,
            def,
            call,
            scope,
            env: Vec::new(),
            depth: 0,
            library: 0,
            called: "".into(),
            node: def.body.0.origin().0,
            literals: true,
        }
    }

    /// The expansion of a call, given as the children of its list.
    pub(super) fn expand(mut self, list: &[Syntax]) -> Result<Syntax, Box<Failure>> {
        let args = &list[1..];
        let fixed = self.def.params.0.len();
        if args.len() < fixed || (args.len() > fixed && self.def.rest.0.is_none()) {
            return Err(Box::new(self.wrong_count(args.len())));
        }
        for (param, arg) in self.def.params.0.iter().zip(args) {
            self.env.push((param.clone(), Value::Syntax(arg.clone())));
        }
        if let Some(rest) = &self.def.rest.0 {
            let more = args[fixed..].iter().cloned().map(Value::Syntax).collect();
            self.env.push((rest.clone(), Value::vector(more)));
        }
        let def = self.def;
        let result = self
            .value(&def.body.0)
            .and_then(|value| self.syntax_of(value, def.body.0.origin().0));
        match result {
            Ok(tree) => Ok(tree),
            Err(Stop::Fail(failure)) => Err(failure),
            Err(Stop::Return(_)) => Err(Box::new(Failure {
                code: 2408,
                message: format!(
                    "the body of `{}` left a function that it is not in",
                    def.name
                ),
                label: "in this call".into(),
                node: Some(self.node),
                blame: None,
                help: None,
                unquote: None,
            })),
        }
    }

    fn wrong_count(&self, found: usize) -> Failure {
        let names: Vec<&str> = self.def.params.0.iter().map(|(name, _)| &**name).collect();
        let (wanted, least) = (
            names.len(),
            if self.def.rest.0.is_some() {
                "at least "
            } else {
                ""
            },
        );
        Failure {
            code: 2402,
            message: format!(
                "the macro `{}` takes {least}{}, {found} given",
                self.def.name,
                counted(wanted, "argument")
            ),
            label: "wrong number of arguments".into(),
            node: None,
            blame: None,
            help: Some(match (names.is_empty(), &self.def.rest.0) {
                (true, None) => "it takes no arguments".into(),
                (_, None) => format!("its parameters are `[{}]`", names.join(" ")),
                (_, Some((rest, _))) => {
                    format!(
                        "its parameters are `[{}]`",
                        [names, vec!["&", rest]].concat().join(" ")
                    )
                }
            }),
            unquote: None,
        }
    }

    #[cold]
    fn stop(&self, code: u16, message: impl Into<String>) -> Stop {
        Stop::Fail(Box::new(Failure {
            code,
            message: message.into(),
            label: format!("while `{}` was expanded", self.def.name),
            node: Some(self.node),
            blame: None,
            help: None,
            unquote: None,
        }))
    }

    /// WAT2408.
    #[cold]
    fn fail(&self, message: impl Into<String>) -> Stop {
        self.stop(2408, message)
    }

    /// Pays for work; an expansion that works too long fails.
    fn pay(&mut self, steps: usize) -> Outcome<()> {
        match self.x.fuel.checked_sub(steps as u64) {
            Some(left) => {
                if (left ^ self.x.fuel) >> 10 != 0 {
                    self.x.db.unwind_if_revision_cancelled();
                }
                self.x.fuel = left;
                Ok(())
            }
            None => {
                self.x.fuel = 0;
                Err(self.fail(format!(
                    "the body of `{}` runs too long: macros must end soon",
                    self.def.name
                )))
            }
        }
    }

    /// The value of an expression.
    fn value(&mut self, form: &Syntax) -> Outcome<Value> {
        match self.eval(form, false)? {
            Flow::Value(value) => Ok(value),
            Flow::Call(function, args) => self.run(function, args),
        }
    }

    fn eval(&mut self, form: &Syntax, tail: bool) -> Outcome<Flow> {
        self.pay(1)?;
        if self.library == 0 {
            self.node = form.origin().0;
        }
        let value = match form.shape() {
            Shape::Int(value) => Value::Int(*value),
            Shape::Float(bits) => Value::Float(f64::from_bits(*bits)),
            Shape::Bool(value) => Value::Bool(*value),
            Shape::Str(text) => Value::Str(text.clone()),
            Shape::Keyword(path) => keyword_value(path),
            Shape::Symbol(name, scopes) => {
                let bound = self
                    .env
                    .iter()
                    .rev()
                    .find(|((other, set), _)| other == name && set == scopes);
                match bound {
                    Some((_, value)) => value.clone(),
                    None => return Err(self.unbound(name)),
                }
            }
            Shape::Error => return Err(self.fail("the body of the macro could not be read")),
            _ => return self.nested(form, tail),
        };
        Ok(Flow::Value(value))
    }

    /// Lets go of what a symbol is bound to, which nobody asks for again.
    fn release(&mut self, symbol: &Syntax) {
        let Shape::Symbol(name, scopes) = symbol.shape() else {
            return;
        };
        let mut bound = self.env.iter_mut().rev();
        if let Some((_, value)) = bound.find(|((other, set), _)| other == name && set == scopes) {
            *value = Value::Nil;
        }
    }

    /// A list, vector, brace or set.
    fn nested(&mut self, form: &Syntax, tail: bool) -> Outcome<Flow> {
        if self.depth >= MAX_DEPTH {
            return Err(self.fail(format!(
                "the body of `{}` calls itself too deeply",
                self.def.name
            )));
        }
        self.depth += 1;
        let result = stacker::maybe_grow(RED_ZONE, SEGMENT, || match form.shape() {
            Shape::List(_) => self.list(form, tail),
            _ => self.literal(form).map(Flow::Value),
        });
        self.depth -= 1;
        result
    }

    fn literal(&mut self, form: &Syntax) -> Outcome<Value> {
        let values = self.values(form.children())?;
        match form.shape() {
            Shape::Vector(_) => Ok(Value::vector(values)),
            Shape::Brace(_) => self.map_of(values),
            _ => self.set_of(values),
        }
    }

    fn values(&mut self, forms: &[Syntax]) -> Outcome<Vec<Value>> {
        let mut values = Vec::with_capacity(forms.len());
        for form in forms {
            values.push(self.value(form)?);
        }
        Ok(values)
    }

    fn unbound(&self, name: &str) -> Stop {
        self.stop(
            2404,
            format!("`{name}` is not bound in the body of `{}`", self.def.name),
        )
    }

    /// Runs a function until it has a value.
    fn run(&mut self, mut function: Arc<Closure>, mut args: Vec<Value>) -> Outcome<Value> {
        loop {
            let caller = std::mem::take(&mut self.env);
            let library = u32::from(function.code.library);
            self.library += library;
            let flow = self.enter(&function, args);
            self.library -= library;
            self.env = caller;
            match flow {
                Ok(Flow::Value(value)) | Err(Stop::Return(value)) => return Ok(value),
                Ok(Flow::Call(next, next_args)) => (function, args) = (next, next_args),
                Err(stop) => return Err(stop),
            }
        }
    }

    fn enter(&mut self, function: &Arc<Closure>, mut args: Vec<Value>) -> Outcome<Flow> {
        let code = &function.code;
        let fixed = code.params.len();
        if args.len() < fixed || (args.len() > fixed && code.rest.is_none()) {
            let name = code.name.as_deref().unwrap_or("the function");
            return Err(self.fail(format!(
                "`{name}` takes {}, {} given",
                counted(fixed, "argument"),
                args.len()
            )));
        }
        self.pay(function.env.len() / 8)?;
        self.env = function.env.clone();
        let rest = args.split_off(fixed);
        let bound = code.params.iter().cloned().zip(args);
        self.env.extend(bound);
        if let Some(name) = &code.rest {
            self.env.push((name.clone(), Value::vector(rest)));
        }
        self.sequence(&code.body, true)
    }

    /// Body forms in order; nil if there is none.
    fn sequence(&mut self, forms: &[Syntax], tail: bool) -> Outcome<Flow> {
        let Some((last, before)) = forms.split_last() else {
            return Ok(Flow::Value(Value::Nil));
        };
        for form in before {
            self.value(form)?;
        }
        self.eval(last, tail)
    }
}

/// What a keyword stands for where no function exists: itself.
fn keyword_value(path: &Arc<str>) -> Value {
    match &**path {
        ":wat::core::nil" => Value::Nil,
        value::NONE => Value::none(),
        _ => Value::Keyword(path.clone()),
    }
}
