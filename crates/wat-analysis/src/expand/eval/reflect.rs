//! Questions about names in macro bodies (§7.5, §8).
//!
//! The name is a keyword that is not evaluated, or an expression that yields one: a parameter that stands for a keyword
//! of the caller. Holons are the forms that they lower.

use std::sync::Arc;

use wat_value::syntax::{Shape, Syntax, renamed_signature, signature_parts};

use super::call::weight;
use super::data::Tried;
use super::value::{Closure, Value};
use super::{Eval, Outcome, Stop};
use crate::db::Db;
use crate::items::{ItemKind, Name, split_generic};
use crate::reflect::{Question, body_in_question, early_answer, reflect, written_type_form};
use crate::sight::Sight;

/// What a form asks, if it is one that asks.
pub(super) fn question(path: &str) -> Option<Question> {
    Some(match path.strip_prefix(":wat::runtime::")? {
        "lookup-form" | "lookup-define" => Question::Definition,
        "signature-of-defn" => Question::Signature,
        "body-of" => Question::Body,
        "return-type-of" => Question::ReturnType,
        "field-names-of" => Question::FieldNames,
        "field-types-of" => Question::FieldTypes,
        "doc" => Question::Doc,
        "kind-of" => Question::Kind,
        _ => return None,
    })
}

/// The functions on signatures and holons that are carried out here.
pub(super) const NAMES: [&str; 6] = [
    ":wat::runtime::signature-of-fn",
    ":wat::runtime::extract-arg-names",
    ":wat::runtime::extract-arg-types",
    ":wat::runtime::rename-callable-name",
    ":wat::holon::from-watast",
    ":wat::holon::to-watast",
];

/// The answer to a question, by those who see these names.
fn seen(db: &dyn Db, sight: Sight<'_>, question: Question, name: &str) -> Option<Syntax> {
    match sight {
        Sight::Program(program) => reflect(db, program, question, name),
        Sight::Expansion {
            program, before, ..
        } => {
            let name = Name::new(db, name);
            let answer = early_answer(db, program, before, question, name).as_ref();
            answer.map(|answer| answer.0.clone())
        }
    }
}

impl Eval<'_, '_> {
    /// `(:wat::runtime::signature-of-defn name)` and its kin.
    pub(super) fn ask(
        &mut self,
        path: &str,
        question: Question,
        args: &[Syntax],
    ) -> Outcome<Value> {
        let [name] = args else {
            return Err(self.stop(
                3002,
                format!("`{path}` takes one name, {} given", args.len()),
            ));
        };
        let name: Arc<str> = match name.as_keyword() {
            Some(name) => name.into(),
            None => {
                let value = self.value(name)?;
                match self.coerced(value) {
                    Value::Keyword(name) => name,
                    other => return Err(self.no_name(path, &other)),
                }
            }
        };
        let name = split_generic(&name).0;
        self.refuse_unfinished(question, name)?;
        let Some(answer) = seen(self.x.db, self.x.sight(), question, name) else {
            return Ok(Value::none());
        };
        self.pay(answer.size_up_to(crate::expand::expander::MAX_NODES))?;
        Ok(Value::some(match question {
            Question::Doc => Value::str(answer.name().unwrap_or_default()),
            Question::Kind => Value::Keyword(answer.name().unwrap_or_default().into()),
            Question::FieldNames | Question::FieldTypes => {
                let parts = answer.children().iter().cloned();
                Value::vector(parts.map(Value::Holon).collect())
            }
            _ => Value::Holon(answer),
        }))
    }

    fn no_name(&self, path: &str, found: &Value) -> Stop {
        self.stop(
            2601,
            format!(
                "`{path}` takes the name that it is asked about, a keyword, not {}",
                found.kind()
            ),
        )
    }

    /// WAT2408: a body that is still being expanded cannot be read.
    fn refuse_unfinished(&self, question: Question, name: &str) -> Outcome<()> {
        let db = self.x.db;
        let Some(item) = body_in_question(db, self.x.sight(), question, name) else {
            return Ok(());
        };
        let is_data = item.kind(db).is_type() || item.kind(db) == ItemKind::Macro;
        if is_data || !self.x.is_unfinished(item) {
            return Ok(());
        }
        let mut stop = self.fail(format!(
            "the body of `{name}` cannot be read here: it is not expanded before this call is"
        ));
        if let Stop::Fail(failure) = &mut stop {
            failure.help = Some(
                "a macro may ask for signatures, fields and docs of whatever stands in the program"
                    .into(),
            );
        }
        Err(stop)
    }

    /// Calls a function on signatures and holons; gives the arguments back if it is none.
    pub(super) fn on_holons(&mut self, path: &str, args: Vec<Value>) -> Outcome<Tried> {
        if !NAMES.contains(&path) {
            return Ok(Err(args));
        }
        let leaf = path.rsplit("::").next().unwrap_or(path);
        Ok(Ok(match (leaf, &args[..]) {
            ("from-watast", [Value::Syntax(form)]) => {
                self.pay(weight(&Value::Syntax(form.clone())))?;
                Value::Holon(form.lowered())
            }
            ("to-watast", [Value::Holon(holon)]) => self.form_of_holon(holon)?,
            ("extract-arg-names", [Value::Holon(signature)]) => {
                Value::vector(signature_parts(signature, 0).map(Value::Holon).collect())
            }
            ("extract-arg-types", [Value::Holon(signature)]) => {
                Value::vector(signature_parts(signature, 1).map(Value::Holon).collect())
            }
            ("rename-callable-name", [Value::Holon(signature), from, to]) => {
                let (from, to) = (self.name_value(from)?, self.name_value(to)?);
                match renamed_signature(signature, &from, &to) {
                    Ok(signature) => Value::Holon(signature),
                    Err(message) => return Err(self.fail(message)),
                }
            }
            ("signature-of-fn", [function]) => self.signature_of(function.clone())?,
            _ => {
                let kinds: Vec<String> = args.iter().map(Value::kind).collect();
                return Err(self.fail(format!("`{path}` does not take {}", kinds.join(" and "))));
            }
        }))
    }

    fn name_value(&self, value: &Value) -> Outcome<Arc<str>> {
        match self.coerced(value.clone()) {
            Value::Keyword(name) => Ok(name),
            other => Err(self.fail(format!(
                "a keyword is expected here, this is {}",
                other.kind()
            ))),
        }
    }

    /// The form of a holon, made by this call.
    pub(super) fn form_of_holon(&mut self, holon: &Syntax) -> Outcome<Value> {
        self.pay(weight(&Value::Syntax(holon.clone())))?;
        let (call, node) = (self.call, self.node);
        let x = &mut *self.x;
        let form = crate::expand::expander::rebuild(holon, &mut |part, children| {
            let origin = x.make(call, node);
            match children {
                Some(children) => part
                    .with_children(children)
                    .map_or_else(|| part.clone(), |part| part.with_origin(origin)),
                None => part.with_origin(origin),
            }
        });
        Ok(Value::Syntax(form))
    }

    fn signature_of(&mut self, function: Value) -> Outcome<Value> {
        match self.coerced(function) {
            Value::Closure(closure) => self.signature_of_closure(&closure),
            Value::Keyword(name) => {
                let form = [Syntax::keyword(name.clone())];
                let path = ":wat::runtime::signature-of-defn";
                match self.ask(path, Question::Signature, &form)? {
                    Value::Variant(_, fields) if !fields.is_empty() => Ok(fields[0].clone()),
                    _ => Err(self.fail(format!("`{name}` has no signature"))),
                }
            }
            other => Err(self.fail(format!(
                "only a function has a signature, this is {}",
                other.kind()
            ))),
        }
    }

    fn signature_of_closure(&mut self, closure: &Closure) -> Outcome<Value> {
        let (db, sight) = (self.x.db, self.x.sight());
        let ty = |node: &Syntax| written_type_form(db, sight, node.name().unwrap_or(":_"));
        let name = closure.code.name.as_deref().unwrap_or(":anonymous");
        let mut parts = vec![Syntax::keyword(name)];
        let (params, ret) = &closure.code.types;
        let names = closure.code.params.iter().chain(&closure.code.rest);
        for (index, ((name, _), node)) in names.zip(params).enumerate() {
            if index == closure.code.params.len() {
                parts.push(Syntax::symbol("&"));
            }
            parts.push(Syntax::list([Syntax::symbol(name.clone()), ty(node)]));
        }
        parts.push(Syntax::symbol("->"));
        parts.push(ret.as_ref().map_or_else(|| Syntax::keyword(":_"), ty));
        Ok(Value::Holon(Syntax::new(
            Shape::List(parts.into()),
            wat_value::syntax::Origin::NONE,
        )))
    }
}
