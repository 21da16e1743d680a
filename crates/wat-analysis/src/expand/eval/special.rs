//! Special forms in macro bodies.

use std::sync::Arc;

use wat_value::syntax::{Shape, Syntax};

use super::value::{Cells, Closure, Code, ERR, NONE, OK, SOME, Value};
use super::{Eval, Flow, Outcome, Stop};
use crate::expand::define::Ident;
use crate::infer::text::{Part, template};

/// Special forms that may stand in a body, without `:wat::core::`.
pub(super) const FORMS: [&str; 26] = [
    "let",
    "do",
    "if",
    "cond",
    "when",
    "unless",
    "match",
    "and",
    "or",
    "fn",
    "quote",
    "quasiquote",
    "forms",
    "Some",
    "Ok",
    "Err",
    "Tuple",
    "Vector",
    "HashMap",
    "HashSet",
    "u8",
    "Option/expect",
    "Result/expect",
    "apply",
    "format",
    "string::interpolate",
];
/// Those that library functions use besides.
const IN_FUNCTIONS: [&str; 2] = ["Option/try", "Result/try"];

/// The form's name if the path is one that may stand in a body.
pub(super) fn form_name(path: &str) -> Option<&'static str> {
    let name = path.strip_prefix(":wat::core::")?;
    FORMS
        .iter()
        .chain(&IN_FUNCTIONS)
        .find(|form| **form == name)
        .copied()
}

/// How many nodes are looked at to find out whether a binding is mentioned again.
const LOOKS: usize = 64;

/// Is a symbol mentioned in any of these forms? It may be where there is too much to look at.
fn mentions(forms: &[Syntax], symbol: &Syntax, looks: &mut usize) -> bool {
    let mut work: Vec<&Syntax> = forms.iter().collect();
    while let Some(form) = work.pop() {
        *looks = looks.saturating_sub(1);
        if *looks == 0 || form == symbol {
            return true;
        }
        work.extend(form.children());
    }
    false
}

impl Eval<'_, '_> {
    pub(super) fn list(&mut self, form: &Syntax, tail: bool) -> Outcome<Flow> {
        let Some((head, args)) = form.children().split_first() else {
            return Ok(Flow::Value(Value::Nil));
        };
        if let Some(path) = head.as_keyword() {
            if let Some(name) = form_name(path) {
                return self.special(name, form, args, tail);
            }
            if let Some(question) = super::reflect::question(path) {
                return self.ask(path, question, args).map(Flow::Value);
            }
            let path: Arc<str> = path.into();
            let args = self.arguments(args, tail)?;
            return self.call_path(&path, args, tail);
        }
        let function = self.value(head)?;
        let args = self.arguments(args, tail)?;
        self.apply_flow(function, args, tail)
    }

    /// The arguments of a call. Of a call in tail position nobody needs the bindings any more: what a binding holds is
    /// handed over by the last argument that mentions it, so that whoever gets it can change it in place.
    fn arguments(&mut self, forms: &[Syntax], tail: bool) -> Outcome<Vec<Value>> {
        if !tail {
            return self.values(forms);
        }
        let mut looks = LOOKS;
        let mut values = Vec::with_capacity(forms.len());
        for (at, form) in forms.iter().enumerate() {
            let later = &forms[at + 1..];
            let value = match form.shape() {
                Shape::Symbol(..) if !mentions(later, form, &mut looks) => {
                    let value = self.value(form)?;
                    self.release(form);
                    value
                }
                Shape::List(_) if later.is_empty() => match self.eval(form, true)? {
                    Flow::Value(value) => value,
                    Flow::Call(function, args) => self.run(function, args)?,
                },
                _ => self.value(form)?,
            };
            values.push(value);
        }
        Ok(values)
    }

    fn special(
        &mut self,
        name: &'static str,
        form: &Syntax,
        args: &[Syntax],
        tail: bool,
    ) -> Outcome<Flow> {
        let value = match name {
            "do" => return self.sequence(args, tail),
            "let" => return self.let_form(args, tail),
            "if" => return self.if_form(args, tail),
            "cond" => return self.cond_form(args, tail),
            "when" | "unless" => return self.when_form(args, name == "when"),
            "match" => return self.match_form(args, tail),
            "and" | "or" => self.logic(args, name == "and")?,
            "fn" => self.lambda(args)?,
            "quote" => match args {
                [form] => Value::Syntax(self.quoted(form)),
                _ => return Err(self.stop(2212, "`quote` takes exactly one form")),
            },
            "forms" => Value::vector(
                args.iter()
                    .map(|form| Value::Syntax(self.quoted(form)))
                    .collect(),
            ),
            "quasiquote" => match args {
                [template] => Value::Syntax(self.template(template, 1)?),
                _ => return Err(self.stop(2212, "`quasiquote` takes exactly one form")),
            },
            "Some" => self.variant(SOME, args)?,
            "Ok" => self.variant(OK, args)?,
            "Err" => self.variant(ERR, args)?,
            "Tuple" => Value::Tuple(Cells::new(self.values(args)?)),
            "Vector" => Value::vector(self.values(without_types(args, 1))?),
            "HashMap" => {
                let values = self.values(without_types(args, 2))?;
                self.map_of(values)?
            }
            "HashSet" => {
                let values = self.values(without_types(args, 1))?;
                self.set_of(values)?
            }
            "u8" => {
                let values = self.values(args)?;
                self.byte(&values)?
            }
            "apply" => return self.apply_form(args, tail),
            "format" | "string::interpolate" => self.format_form(args)?,
            "Option/expect" | "Result/expect" => self.expect(args)?,
            _ => self.attempt(form, args)?,
        };
        Ok(Flow::Value(value))
    }

    fn variant(&mut self, path: &'static str, args: &[Syntax]) -> Outcome<Value> {
        match self.values(args)? {
            values if values.len() == 1 => Ok(Value::Variant(path, Cells::new(values))),
            values => Err(self.fail(format!("`{path}` takes one value, {} given", values.len()))),
        }
    }

    pub(super) fn byte(&mut self, values: &[Value]) -> Outcome<Value> {
        let number = match values {
            [value] => self.integer(value)?,
            _ => return Err(self.fail("`:wat::core::u8` takes one number")),
        };
        u8::try_from(number)
            .map(Value::U8)
            .map_err(|_| self.fail(format!("{number} is no `:wat::core::u8`")))
    }

    /// `(apply f xs)`
    fn apply_form(&mut self, args: &[Syntax], tail: bool) -> Outcome<Flow> {
        let [function, vector] = args else {
            return Err(self.stop(
                3002,
                format!(
                    "`:wat::core::apply` takes 2 arguments, {} given",
                    args.len()
                ),
            ));
        };
        let function = self.value(function)?;
        match self.value(vector)? {
            Value::Vector(values) => {
                self.called = ":wat::core::apply".into();
                self.apply_flow(function, values.into_vec(), tail)
            }
            other => Err(self.misfit(":wat::core::apply", &[function, other])),
        }
    }

    /// `(format "template" :name value …)`
    fn format_form(&mut self, args: &[Syntax]) -> Outcome<Value> {
        let Some((Shape::Str(text), pairs)) = args
            .split_first()
            .map(|(first, pairs)| (first.shape(), pairs))
        else {
            return Err(self.stop(2841, "the template of `format` is a string literal"));
        };
        let parts = template(text).map_err(|message| self.stop(2841, message))?;
        let mut given: Vec<(&str, Arc<str>)> = Vec::new();
        for pair in pairs.chunks(2) {
            let [name, value] = pair else {
                return Err(self.stop(2841, "an argument of `format` is a keyword and a value"));
            };
            let Some(name) = name.as_keyword().map(|name| name.trim_start_matches(':')) else {
                return Err(self.stop(2841, "an argument of `format` is a keyword and a value"));
            };
            if given.iter().any(|(known, _)| *known == name) {
                let message = format!("the argument `:{name}` is given twice");
                return Err(self.stop(2841, message));
            }
            let value = self.value(value)?;
            given.push((name, self.display(value)?));
        }
        let mut out = String::new();
        for part in &parts {
            match part {
                Part::Literal(text) => out.push_str(text),
                Part::Name(name) => match given.iter().find(|(known, _)| known == name) {
                    Some((_, text)) => out.push_str(text),
                    None => {
                        let message =
                            format!("no argument is given for the placeholder `{{{name}}}`");
                        return Err(self.stop(2841, message));
                    }
                },
            }
            self.pay(out.len() / 64)?;
        }
        let used = |name: &str| {
            parts
                .iter()
                .any(|part| matches!(part, Part::Name(n) if n == name))
        };
        match given.iter().find(|(name, _)| !used(name)) {
            Some((name, _)) => {
                let message = format!("the argument `:{name}` has no placeholder in the template");
                Err(self.stop(2841, message))
            }
            None => Ok(Value::str(out)),
        }
    }

    /// A condition.
    fn truth(&mut self, form: &Syntax) -> Outcome<bool> {
        let value = self.value(form)?;
        match self.coerced(value) {
            Value::Bool(value) => Ok(value),
            other => Err(self.fail(format!("a condition is a `bool`, this is {}", other.kind()))),
        }
    }

    fn if_form(&mut self, args: &[Syntax], tail: bool) -> Outcome<Flow> {
        let args = match args {
            [test, arrow, _, then, otherwise] if is_arrow(arrow) => [test, then, otherwise],
            [test, then, otherwise] => [test, then, otherwise],
            _ => return Err(self.stop(2206, "`:wat::core::if` takes a test and two branches")),
        };
        let branch = if self.truth(args[0])? {
            args[1]
        } else {
            args[2]
        };
        self.eval(branch, tail)
    }

    fn cond_form(&mut self, args: &[Syntax], tail: bool) -> Outcome<Flow> {
        for arm in after_ascription(args) {
            match arm.children() {
                [test, body] => {
                    if test.as_keyword() == Some(":else") || self.truth(test)? {
                        return self.eval(body, tail);
                    }
                }
                _ => return Err(self.stop(2207, "an arm of `cond` is written `(test body)`")),
            }
        }
        Err(self.stop(2207, "`:wat::core::cond` needs a last arm `(:else body)`"))
    }

    fn when_form(&mut self, args: &[Syntax], wanted: bool) -> Outcome<Flow> {
        let Some((test, body)) = args.split_first() else {
            return Err(self.stop(2206, "this form needs a test and a body"));
        };
        if self.truth(test)? == wanted {
            for form in body {
                self.value(form)?;
            }
        }
        Ok(Flow::Value(Value::Nil))
    }

    fn logic(&mut self, args: &[Syntax], all: bool) -> Outcome<Value> {
        for arg in args {
            if self.truth(arg)? != all {
                return Ok(Value::Bool(!all));
            }
        }
        Ok(Value::Bool(all))
    }

    fn let_form(&mut self, args: &[Syntax], tail: bool) -> Outcome<Flow> {
        let Some((bindings, body)) = args.split_first() else {
            return Err(self.stop(2201, "`:wat::core::let` needs a vector of bindings"));
        };
        if !matches!(bindings.shape(), Shape::Vector(_)) || bindings.children().len() % 2 == 1 {
            return Err(self.stop(2201, "`:wat::core::let` needs bindings in pairs"));
        }
        let outer = self.env.len();
        for pair in bindings.children().chunks(2) {
            let value = self.value(&pair[1])?;
            if !self.bind(&pair[0], &value)? {
                return Err(self.fail(format!("the binder does not fit {}", value.kind())));
            }
        }
        let result = self.sequence(body, tail);
        self.env.truncate(outer);
        result
    }

    fn match_form(&mut self, args: &[Syntax], tail: bool) -> Outcome<Flow> {
        let Some((subject, arms)) = args.split_first() else {
            return Err(self.stop(2209, "`:wat::core::match` needs a value and arms"));
        };
        let value = self.value(subject)?;
        let outer = self.env.len();
        for arm in after_ascription(arms) {
            let [pattern, body] = arm.children() else {
                return Err(self.stop(2209, "an arm of `match` is written `(pattern body)`"));
            };
            if self.bind(pattern, &value)? {
                let result = self.eval(body, tail);
                self.env.truncate(outer);
                return result;
            }
            self.env.truncate(outer);
        }
        Err(self.fail(format!("no arm of the `match` fits {}", value.kind())))
    }

    /// `(fn [params] -> :R doc? body…)`
    fn lambda(&mut self, args: &[Syntax]) -> Outcome<Value> {
        let Some(code) = function_code(args, None, self.library > 0) else {
            return Err(self.stop(2105, "the signature of this `fn` is malformed"));
        };
        self.pay(self.env.len() / 8)?;
        Ok(Value::Closure(Arc::new(Closure {
            code: Arc::new(code),
            env: self.env.clone(),
        })))
    }

    fn expect(&mut self, args: &[Syntax]) -> Outcome<Value> {
        let args = after_ascription(args);
        let [value, message] = args else {
            return Err(self.stop(2211, "`expect` takes a value and a message"));
        };
        let value = self.value(value)?;
        match value {
            Value::Variant(SOME | OK, fields) => Ok(fields[0].clone()),
            Value::Variant(NONE | ERR, _) => {
                let message = self.value(message)?;
                let message = self.string(&message)?;
                Err(self.fail(message.to_string()))
            }
            other => Err(self.fail(format!(
                "`expect` takes an option or result, not {}",
                other.kind()
            ))),
        }
    }

    /// `Option/try`, `Result/try`
    fn attempt(&mut self, form: &Syntax, args: &[Syntax]) -> Outcome<Value> {
        let values = self.values(args)?;
        match values.into_iter().next() {
            Some(Value::Variant(SOME | OK, fields)) => Ok(fields[0].clone()),
            Some(failed @ Value::Variant(..)) if self.depth > 1 => Err(Stop::Return(failed)),
            _ => Err(self.fail(format!("`{}` failed", form.head().unwrap_or("try")))),
        }
    }
}

fn is_arrow(node: &Syntax) -> bool {
    matches!(node.shape(), Shape::Symbol(name, _) if &**name == "->")
}

/// Forms without a leading `-> :T`.
fn after_ascription(forms: &[Syntax]) -> &[Syntax] {
    match forms {
        [arrow, _, rest @ ..] if is_arrow(arrow) => rest,
        _ => forms,
    }
}

/// Arguments of a typed constructor without its types.
fn without_types(args: &[Syntax], count: usize) -> &[Syntax] {
    match args.first().and_then(Syntax::as_keyword) {
        Some(_) => args.get(count..).unwrap_or_default(),
        None => args,
    }
}

/// The code of `[params] -> :R doc? body…`.
pub(super) fn function_code(
    parts: &[Syntax],
    name: Option<Arc<str>>,
    library: bool,
) -> Option<Code> {
    let [vector, arrow, ret, body @ ..] = parts else {
        return None;
    };
    if !is_arrow(arrow) || !matches!(vector.shape(), Shape::Vector(_)) {
        return None;
    }
    let body = match body {
        [doc, rest @ ..] if !rest.is_empty() && matches!(doc.shape(), Shape::Str(_)) => rest,
        _ => body,
    };
    let mut code = Code {
        name,
        params: Vec::new(),
        rest: None,
        body: body.to_vec(),
        types: (Vec::new(), Some(ret.clone())),
        library,
    };
    let mut nodes = vector.children();
    while let Some((node, after)) = nodes.split_first() {
        let Shape::Symbol(symbol, scopes) = node.shape() else {
            return None;
        };
        let ident: Ident = (symbol.clone(), scopes.clone());
        nodes = match after {
            [name, arrow, ty, ..]
                if &**symbol == "&" && name.name().is_some() && is_binder(arrow) =>
            {
                let Shape::Symbol(symbol, scopes) = name.shape() else {
                    return None;
                };
                code.rest = Some((symbol.clone(), scopes.clone()));
                code.types.0.push(ty.clone());
                &[]
            }
            [arrow, ty, after @ ..] if is_binder(arrow) => {
                code.params.push(ident);
                code.types.0.push(ty.clone());
                after
            }
            _ => return None,
        };
    }
    Some(code)
}

fn is_binder(node: &Syntax) -> bool {
    matches!(node.shape(), Shape::Symbol(name, _) if &**name == "<-")
}
