//! `:wat::eval-step!`: one leftmost-outermost reduction of a form, call by value (chapter 02 §9).
//!
//! Forms are reduced as data. What has arguments that are values and is pure is carried out by the evaluator of macro
//! bodies, under the same budget; a call of a function of the program becomes its body.

use wat_ir::Ty as Ir;
use wat_value::syntax::{Shape, Syntax};

use crate::db::{Db, SourceFile};
use crate::evaluation::{EvalRefusal, evaluation_ir};
use crate::expand::{Applied, apply_pure, expand_once, threaded_calls, tree_of};
use crate::items::{Item, ItemKind, split_generic};
use crate::names::lookup;
use crate::signature::{function_list, function_shape, param_shapes};

/// What one step comes to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Stepped {
    /// A form that can be reduced further.
    Next(Syntax),
    /// A value, by this step.
    Terminal(Syntax),
    /// A value from the start.
    Already(Syntax),
}

type Reduct = Result<Syntax, EvalRefusal>;

/// Reduces a form once.
///
/// # Errors
/// What keeps the form from being evaluated, kind `effectful-in-step` for effects and `no-step-rule` for what has no rule.
pub fn step(db: &dyn Db, program: SourceFile, form: &Syntax) -> Result<Stepped, EvalRefusal> {
    let any = Ir::Nominal(Ir::ANY.into(), std::sync::Arc::default());
    evaluation_ir(db, program, std::slice::from_ref(form), &any)?;
    let stepper = Stepper { db, program };
    if stepper.is_value(form) {
        return Ok(Stepped::Already(stepper.data(form)));
    }
    let reduct = stepper.reduce(form)?;
    Ok(match stepper.is_value(&reduct) {
        true => Stepped::Terminal(stepper.data(&reduct)),
        false => Stepped::Next(reduct),
    })
}

struct Stepper<'db> {
    db: &'db dyn Db,
    program: SourceFile,
}

fn no_rule(what: &str) -> EvalRefusal {
    EvalRefusal::new("no-step-rule", format!("there is no rule to reduce {what}"))
}

fn is_symbol(node: &Syntax, name: &str) -> bool {
    matches!(node.shape(), Shape::Symbol(text, _) if &**text == name)
}

/// Parts without a leading `-> :T`.
fn unascribed(parts: &[Syntax]) -> &[Syntax] {
    match parts {
        [arrow, _, rest @ ..] if is_symbol(arrow, "->") => rest,
        _ => parts,
    }
}

fn call(head: &str, parts: Vec<Syntax>) -> Syntax {
    let mut all = vec![Syntax::keyword(head)];
    all.extend(parts);
    Syntax::list(all)
}

/// Body forms as one form.
fn sequence(body: &[Syntax]) -> Syntax {
    match body {
        [] => Syntax::keyword(":wat::core::nil"),
        [only] => only.clone(),
        _ => call(":wat::core::do", body.to_vec()),
    }
}

impl<'db> Stepper<'db> {
    fn item(&self, path: &str) -> Option<Item<'db>> {
        lookup(self.db, self.program, split_generic(path).0)
    }

    /// Is nothing left to reduce?
    fn is_value(&self, form: &Syntax) -> bool {
        match form.shape() {
            Shape::Int(_) | Shape::Float(_) | Shape::Bool(_) | Shape::Str(_) => true,
            Shape::Keyword(path) => {
                let kind = self.item(path).map(|item| item.kind(self.db));
                kind != Some(ItemKind::Value) || path.starts_with(":wat::")
            }
            Shape::Symbol(..) | Shape::Error => false,
            Shape::List(parts) => self.is_constructed(parts),
            Shape::Vector(parts) | Shape::Brace(parts) | Shape::Set(parts) => {
                parts.iter().all(|part| self.is_value(part))
            }
        }
    }

    /// A call that only makes a value of values.
    fn is_constructed(&self, parts: &[Syntax]) -> bool {
        let Some(path) = parts.first().and_then(Syntax::as_keyword) else {
            return false;
        };
        let constructs = match path {
            ":wat::core::quote" | ":wat::core::fn" => return true,
            ":wat::core::Some"
            | ":wat::core::Ok"
            | ":wat::core::Err"
            | ":wat::core::Tuple"
            | ":wat::core::Vector"
            | ":wat::core::HashMap"
            | ":wat::core::HashSet"
            | ":wat::core::u8" => true,
            _ => match self.item(path) {
                Some(item) if item.kind(self.db) == ItemKind::Constructor => true,
                _ => path.strip_prefix(":wat::holon::").is_some_and(|leaf| {
                    leaf.starts_with(|letter: char| letter.is_ascii_uppercase())
                }),
            },
        };
        constructs && parts[1..].iter().all(|part| self.is_value(part))
    }

    /// What a value shows: a quoted form is the form.
    fn data(&self, value: &Syntax) -> Syntax {
        match value.children() {
            [head, form] if head.as_keyword() == Some(":wat::core::quote") => form.lowered(),
            _ => value.lowered(),
        }
    }

    fn reduce(&self, form: &Syntax) -> Reduct {
        match form.shape() {
            Shape::List(parts) if !parts.is_empty() => self.list(form, parts),
            Shape::Keyword(path) => self.definition(path),
            Shape::Vector(_) | Shape::Brace(_) | Shape::Set(_) => self.inside(form, 0),
            _ => Err(no_rule("this form")),
        }
    }

    /// The expression of a value that the program defines.
    fn definition(&self, path: &str) -> Reduct {
        let item = self.item(path).ok_or_else(|| no_rule("this keyword"))?;
        let ast = item.ast(self.db);
        let value = ast.children(item.root(self.db)).nth(2);
        value
            .map(|value| tree_of(ast, value))
            .ok_or_else(|| no_rule("this keyword"))
    }

    /// The form with its first part from `from` on that is no value reduced once.
    fn inside(&self, form: &Syntax, from: usize) -> Reduct {
        let mut parts = form.children().to_vec();
        let at = (from..parts.len()).find(|&at| !self.is_value(&parts[at]));
        let Some(at) = at else {
            return Err(no_rule("this form"));
        };
        parts[at] = self.reduce(&parts[at])?;
        form.with_children(parts)
            .ok_or_else(|| no_rule("this form"))
    }

    /// The form with one part reduced once.
    fn part(&self, form: &Syntax, at: usize) -> Reduct {
        let mut parts = form.children().to_vec();
        parts[at] = self.reduce(&parts[at])?;
        form.with_children(parts)
            .ok_or_else(|| no_rule("this form"))
    }

    fn list(&self, form: &Syntax, parts: &[Syntax]) -> Reduct {
        let Some(path) = parts[0].as_keyword() else {
            return match self.is_value(&parts[0]) {
                true => self.call(form, parts),
                false => self.part(form, 0),
            };
        };
        if let Some(calls) = threaded_calls(form) {
            return Ok(calls);
        }
        match path.strip_prefix(":wat::core::").unwrap_or(path) {
            "if" => self.if_form(form, parts),
            "cond" => self.cond_form(form, parts),
            "when" | "unless" => self.when_form(form, parts, path.ends_with("when")),
            "and" | "or" => self.logic(form, parts, path.ends_with("and")),
            "do" => self.do_form(form, parts),
            "let" => self.let_form(form, parts),
            "match" => self.match_form(form, parts),
            "Vector" | "HashMap" | "HashSet" | "Some" | "Ok" | "Err" | "Tuple" | "u8" => {
                self.inside(form, 1)
            }
            "Option/expect" | "Result/expect" if unascribed(&parts[1..]).len() == 2 => {
                let at = parts.len() - 2;
                match self.is_value(&parts[at]) {
                    true => self.pure(form),
                    false => self.part(form, at),
                }
            }
            _ => self.path_call(form, parts, path),
        }
    }

    fn path_call(&self, form: &Syntax, parts: &[Syntax], path: &str) -> Reduct {
        let expanded = expand_once(self.db, self.program, form)
            .map_err(|message| EvalRefusal::new("expansion-failed", message))?;
        if expanded != *form {
            return Ok(expanded);
        }
        if parts[1..].iter().any(|part| !self.is_value(part)) {
            return self.inside(form, 1);
        }
        match self.item(path) {
            Some(item)
                if item.kind(self.db) == ItemKind::Function && !path.starts_with(":wat::") =>
            {
                self.unfold(item, &parts[1..])
            }
            Some(item) if item.kind(self.db) == ItemKind::Value => {
                let mut parts = parts.to_vec();
                parts[0] = self.definition(path)?;
                Ok(Syntax::list(parts))
            }
            _ => self.pure(form),
        }
    }

    /// What is built in, with values for arguments.
    fn pure(&self, form: &Syntax) -> Reduct {
        match apply_pure(self.db, self.program, form) {
            Applied::Value(value) => Ok(value),
            Applied::Failed(message) => Err(EvalRefusal::new(failure_kind(&message), message)),
            Applied::Refused => {
                let path = form.head().unwrap_or_default();
                let item = self
                    .item(path)
                    .filter(|item| item.kind(self.db) == ItemKind::Native);
                match item {
                    Some(_) if !wat_value::is_pure(path) => Err(EvalRefusal::new(
                        "effectful-in-step",
                        format!("`{path}` has effects, which a step cannot have"),
                    )),
                    _ => Err(no_rule(&format!("a call of `{path}`"))),
                }
            }
        }
    }

    /// A call of a function of the program: its body with the arguments in place of the parameters.
    fn unfold(&self, item: Item<'db>, args: &[Syntax]) -> Reduct {
        let path = item.name(self.db).text(self.db);
        let unusable = || no_rule(&format!("a call of `{path}`"));
        let ast = item.ast(self.db);
        let root = item.root(self.db);
        let (list, skip) = function_list(ast, root, ItemKind::Function).ok_or_else(unusable)?;
        let shape = function_shape(ast, list, skip);
        let params = shape.params.map(|vector| param_shapes(ast, vector).0);
        let params = params.ok_or_else(unusable)?;
        let names: Vec<Syntax> = params
            .iter()
            .map(|param| tree_of(ast, param.name))
            .collect();
        let rest = params.iter().position(|param| param.rest);
        let fixed = rest.unwrap_or(params.len());
        let keyed = args.len() != params.len() && rest.is_none();
        if args.len() < fixed || keyed {
            return Err(unusable());
        }
        let mut values = args[..fixed].to_vec();
        if rest.is_some() {
            values.push(Syntax::vector(args[fixed..].to_vec()));
        }
        let body: Vec<Syntax> = shape.body(ast).map(|node| tree_of(ast, node)).collect();
        Ok(substituted(&sequence(&body), &names, &values))
    }

    /// A call of a `fn` form.
    fn call(&self, form: &Syntax, parts: &[Syntax]) -> Reduct {
        if parts[1..].iter().any(|part| !self.is_value(part)) {
            return self.inside(form, 1);
        }
        let function = &parts[0];
        if function.head() != Some(":wat::core::fn") {
            return Err(no_rule("this call"));
        }
        let [_, params, _, _, body @ ..] = function.children() else {
            return Err(no_rule("this call"));
        };
        let names: Vec<Syntax> = params.children().chunks(3).map(|p| p[0].clone()).collect();
        if names.len() != parts.len() - 1 {
            return Err(no_rule("this call"));
        }
        Ok(substituted(&sequence(body), &names, &parts[1..]))
    }

    fn truth(&self, form: &Syntax) -> Result<bool, EvalRefusal> {
        match form.shape() {
            Shape::Bool(value) => Ok(*value),
            _ => Err(EvalRefusal::new(
                "bad-condition",
                "a condition is a `:wat::core::bool`",
            )),
        }
    }

    fn if_form(&self, form: &Syntax, parts: &[Syntax]) -> Reduct {
        if !self.is_value(&parts[1]) {
            return self.part(form, 1);
        }
        let branches = unascribed(&parts[2..]);
        let at = usize::from(!self.truth(&parts[1])?);
        branches
            .get(at)
            .cloned()
            .ok_or_else(|| no_rule("this `if`"))
    }

    fn when_form(&self, form: &Syntax, parts: &[Syntax], wanted: bool) -> Reduct {
        if !self.is_value(&parts[1]) {
            return self.part(form, 1);
        }
        let nil = Syntax::keyword(":wat::core::nil");
        Ok(match self.truth(&parts[1])? == wanted {
            true => sequence(&[&parts[2..], &[nil]].concat()),
            false => nil,
        })
    }

    fn cond_form(&self, form: &Syntax, parts: &[Syntax]) -> Reduct {
        let arms = unascribed(&parts[1..]);
        let before = parts.len() - arms.len();
        let Some([test, body]) = arms.first().map(Syntax::children) else {
            return Err(no_rule("this `cond`"));
        };
        if test.as_keyword() == Some(":else") {
            return Ok(body.clone());
        }
        let mut parts = parts.to_vec();
        if !self.is_value(test) {
            parts[before] = Syntax::list([self.reduce(test)?, body.clone()]);
        } else if self.truth(test)? {
            return Ok(body.clone());
        } else {
            parts.remove(before);
        }
        form.with_children(parts)
            .ok_or_else(|| no_rule("this `cond`"))
    }

    fn logic(&self, form: &Syntax, parts: &[Syntax], all: bool) -> Reduct {
        let Some(first) = parts.get(1) else {
            return Ok(Syntax::bool(all));
        };
        if !self.is_value(first) {
            return self.part(form, 1);
        }
        if self.truth(first)? != all || parts.len() == 2 {
            return Ok(first.clone());
        }
        let mut parts = parts.to_vec();
        parts.remove(1);
        Ok(Syntax::list(parts))
    }

    fn do_form(&self, form: &Syntax, parts: &[Syntax]) -> Reduct {
        match &parts[1..] {
            [only] => Ok(only.clone()),
            [first, rest @ ..] if self.is_value(first) => Ok(sequence(rest)),
            _ => self.part(form, 1),
        }
    }

    fn let_form(&self, form: &Syntax, parts: &[Syntax]) -> Reduct {
        let (bindings, body) = (&parts[1], sequence(&parts[2..]));
        let [binder, value, rest @ ..] = bindings.children() else {
            return Ok(body);
        };
        let mut parts = parts.to_vec();
        if !self.is_value(value) {
            let mut pairs = bindings.children().to_vec();
            pairs[1] = self.reduce(value)?;
            parts[1] = Syntax::vector(pairs);
            return form
                .with_children(parts)
                .ok_or_else(|| no_rule("this `let`"));
        }
        let mut found = (Vec::new(), Vec::new());
        if !self.binds(binder, value, &mut found)? {
            return Err(no_rule("this binder"));
        }
        let inner = match rest.is_empty() {
            true => body,
            false => call(":wat::core::let", vec![Syntax::vector(rest.to_vec()), body]),
        };
        Ok(substituted(&inner, &found.0, &found.1))
    }

    fn match_form(&self, form: &Syntax, parts: &[Syntax]) -> Reduct {
        if !self.is_value(&parts[1]) {
            return self.part(form, 1);
        }
        for arm in unascribed(&parts[2..]) {
            let [pattern, body] = arm.children() else {
                return Err(no_rule("this arm"));
            };
            let mut found = (Vec::new(), Vec::new());
            if self.binds(pattern, &parts[1], &mut found)? {
                return Ok(substituted(body, &found.0, &found.1));
            }
        }
        Err(EvalRefusal::new(
            "pattern-match-failed",
            "no arm of the `match` fits",
        ))
    }

    /// Does a value fit a pattern? Its names and what they stand for are noted.
    fn binds(
        &self,
        pattern: &Syntax,
        value: &Syntax,
        found: &mut (Vec<Syntax>, Vec<Syntax>),
    ) -> Result<bool, EvalRefusal> {
        let fields = |value: &Syntax, head: &str| match value.head() {
            Some(found) if split_generic(found).0 == head => Some(value.children()[1..].to_vec()),
            _ => None,
        };
        Ok(match pattern.shape() {
            Shape::Symbol(name, _) if &**name == "_" => true,
            Shape::Symbol(..) => {
                found.0.push(pattern.clone());
                found.1.push(value.clone());
                true
            }
            Shape::List(parts) if pattern.head().is_some() => {
                let head = pattern.head().unwrap_or_default();
                match fields(value, head) {
                    Some(fields) => self.bind_all(&parts[1..], &fields, found)?,
                    None => false,
                }
            }
            Shape::Vector(parts) => match fields(value, ":wat::core::Tuple") {
                Some(fields) => self.bind_all(parts, &fields, found)?,
                None => return Err(no_rule("this pattern")),
            },
            Shape::Brace(_) | Shape::Set(_) | Shape::List(_) | Shape::Error => {
                return Err(no_rule("this pattern"));
            }
            _ => pattern == value,
        })
    }

    fn bind_all(
        &self,
        patterns: &[Syntax],
        values: &[Syntax],
        found: &mut (Vec<Syntax>, Vec<Syntax>),
    ) -> Result<bool, EvalRefusal> {
        if patterns.len() != values.len() {
            return Ok(false);
        }
        for (pattern, value) in patterns.iter().zip(values) {
            if !self.binds(pattern, value, found)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// The kind of a failed call.
fn failure_kind(message: &str) -> &'static str {
    match message.contains("division by zero") {
        true => "division-by-zero",
        false => "runtime-error",
    }
}

/// A form with values in place of names, where the names are not bound again.
fn substituted(form: &Syntax, names: &[Syntax], values: &[Syntax]) -> Syntax {
    if names.is_empty() {
        return form.clone();
    }
    match form.shape() {
        Shape::Symbol(..) => match names.iter().rposition(|name| name == form) {
            Some(at) => values[at].clone(),
            None => form.clone(),
        },
        Shape::List(parts) => inside_list(form, parts, names, values),
        _ => each(form, form.children(), names, values),
    }
}

fn each(form: &Syntax, parts: &[Syntax], names: &[Syntax], values: &[Syntax]) -> Syntax {
    let parts: Vec<Syntax> = parts
        .iter()
        .map(|part| substituted(part, names, values))
        .collect();
    form.with_children(parts).unwrap_or_else(|| form.clone())
}

/// The names, with their values, that a pattern does not bind again.
fn unbound(pattern: &Syntax, names: &[Syntax], values: &[Syntax]) -> (Vec<Syntax>, Vec<Syntax>) {
    let mut bound = Vec::new();
    let mut work = vec![pattern];
    while let Some(node) = work.pop() {
        if matches!(node.shape(), Shape::Symbol(..)) {
            bound.push(node);
        }
        work.extend(node.children());
    }
    let left = names.iter().zip(values);
    left.filter(|(name, _)| !bound.contains(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .unzip()
}

fn inside_list(form: &Syntax, parts: &[Syntax], names: &[Syntax], values: &[Syntax]) -> Syntax {
    let rebuilt = |parts: Vec<Syntax>| form.with_children(parts).unwrap_or_else(|| form.clone());
    match (form.head(), parts) {
        (Some(":wat::core::quote" | ":wat::core::forms"), _) => form.clone(),
        (Some(":wat::core::fn"), [head, params, body @ ..]) => {
            let (names, values) = unbound(params, names, values);
            let mut new = vec![head.clone(), params.clone()];
            new.extend(body.iter().map(|part| substituted(part, &names, &values)));
            rebuilt(new)
        }
        (Some(":wat::core::let"), [head, bindings, body @ ..]) => {
            let (mut names, mut values) = (names.to_vec(), values.to_vec());
            let mut pairs = Vec::with_capacity(bindings.children().len());
            for pair in bindings.children().chunks(2) {
                pairs.push(pair[0].clone());
                pairs.extend(pair.get(1).map(|value| substituted(value, &names, &values)));
                (names, values) = unbound(&pair[0], &names, &values);
            }
            let mut new = vec![head.clone(), Syntax::vector(pairs)];
            new.extend(body.iter().map(|part| substituted(part, &names, &values)));
            rebuilt(new)
        }
        (Some(":wat::core::match"), [head, value, arms @ ..]) => {
            let mut new = vec![head.clone(), substituted(value, names, values)];
            new.extend(arms.iter().map(|arm| match arm.children() {
                [pattern, body] if matches!(arm.shape(), Shape::List(_)) => {
                    let (names, values) = unbound(pattern, names, values);
                    Syntax::list([pattern.clone(), substituted(body, &names, &values)])
                }
                _ => arm.clone(),
            }));
            rebuilt(new)
        }
        _ => each(form, parts, names, values),
    }
}
