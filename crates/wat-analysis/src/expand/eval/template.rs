//! Templates, and values that become syntax.

use wat_value::syntax::{Origin, Scopes, Shape, Syntax};

use super::value::Value;
use super::{Eval, Outcome};
use crate::expand::expander::{Step, template_step};

impl Eval<'_, '_> {
    /// The origin of a node that this call makes from a node of its macro.
    fn made(&mut self, from: Origin) -> Origin {
        let node = if self.library > 0 { self.node } else { from.0 };
        self.x.make(self.call, node)
    }

    /// An atom of the macro's text in the tree of this call: identifiers get the scope of the call.
    fn atom(&mut self, node: &Syntax) -> Syntax {
        let origin = self.made(node.origin());
        match node.shape() {
            Shape::Symbol(name, scopes) => {
                Syntax::new(Shape::Symbol(name.clone(), scopes.with(self.scope)), origin)
            }
            shape => Syntax::new(shape.clone(), origin),
        }
    }

    /// Quoted text of the macro.
    pub(super) fn quoted(&mut self, form: &Syntax) -> Syntax {
        if !form.is_compound() {
            return self.atom(form);
        }
        let parts: Vec<Syntax> = stacker::maybe_grow(super::RED_ZONE, super::SEGMENT, || {
            form.children()
                .iter()
                .map(|part| self.quoted(part))
                .collect()
        });
        self.compound(form, parts)
    }

    fn compound(&mut self, form: &Syntax, parts: Vec<Syntax>) -> Syntax {
        let origin = self.made(form.origin());
        form.with_children(parts)
            .map_or_else(|| form.clone(), |node| node.with_origin(origin))
    }

    /// A template at a level; at level one unquotes are evaluated.
    pub(super) fn template(&mut self, form: &Syntax, level: u32) -> Outcome<Syntax> {
        self.pay(1)?;
        if !form.is_compound() {
            return Ok(self.atom(form));
        }
        let inner = match template_step(form) {
            Some(Step::Down) => level + 1,
            Some(Step::Up) if level == 1 => {
                if form.head() == Some(":wat::core::unquote-splicing") {
                    self.node = form.origin().0;
                    return Err(self.stop(2214, "`~@` stands where no sequence is"));
                }
                let from = form.origin().0;
                let value = self.value(&form.children()[1])?;
                return self.syntax_of(value, from);
            }
            Some(Step::Up) => level - 1,
            None => level,
        };
        stacker::maybe_grow(super::RED_ZONE, super::SEGMENT, || {
            let mut parts = Vec::with_capacity(form.children().len());
            for part in form.children() {
                let splices = inner == 1
                    && part.head() == Some(":wat::core::unquote-splicing")
                    && part.children().len() == 2;
                if splices {
                    self.splice(part, &mut parts)?;
                } else {
                    parts.push(self.template(part, inner)?);
                }
            }
            Ok(self.compound(form, parts))
        })
    }

    fn splice(&mut self, part: &Syntax, into: &mut Vec<Syntax>) -> Outcome<()> {
        let from = part.origin().0;
        match self.value(&part.children()[1])? {
            Value::Vector(values) => {
                self.pay(values.len())?;
                for value in values.iter() {
                    let node = self.syntax_of(value.clone(), from)?;
                    into.push(node);
                }
                Ok(())
            }
            Value::Syntax(node) if matches!(node.shape(), Shape::List(_) | Shape::Vector(_)) => {
                self.pay(node.children().len())?;
                into.extend(node.children().iter().cloned());
                Ok(())
            }
            other => {
                if self.library == 0 {
                    self.node = from;
                }
                let mut stop = self.stop(
                    2405,
                    format!("`~@` splices a sequence, this is {}", other.kind()),
                );
                if let super::Stop::Fail(failure) = &mut stop {
                    failure.help = Some("insert a single form with `~`".into());
                    if self.library == 0 {
                        failure.unquote = Some((from, part.children()[1].origin().0));
                    }
                }
                Err(stop)
            }
        }
    }

    /// The syntax that a value becomes (§6.1).
    pub(super) fn syntax_of(&mut self, value: Value, from: u32) -> Outcome<Syntax> {
        let shape = match value {
            Value::Syntax(node) => return Ok(node),
            Value::Holon(holon) => match self.form_of_holon(&holon)? {
                Value::Syntax(node) => return Ok(node),
                _ => return Ok(holon),
            },
            Value::Int(value) => Shape::Int(value),
            Value::Float(value) => Shape::Float(value.to_bits()),
            Value::Bool(value) => Shape::Bool(value),
            Value::Str(text) => Shape::Str(text),
            Value::Keyword(text) => Shape::Keyword(text),
            Value::Nil => Shape::Keyword(":wat::core::nil".into()),
            Value::Vector(values) => {
                self.pay(values.len())?;
                let parts: Outcome<Vec<Syntax>> =
                    stacker::maybe_grow(super::RED_ZONE, super::SEGMENT, || {
                        let values = values.iter().cloned();
                        values.map(|value| self.syntax_of(value, from)).collect()
                    });
                Shape::Vector(parts?.into())
            }
            other => {
                if self.library == 0 {
                    self.node = from;
                }
                return Err(self.stop(2409, format!("{} cannot become syntax", other.kind())));
            }
        };
        let origin = self.x.make(self.call, from);
        Ok(Syntax::new(shape, origin))
    }

    /// A node that the body computed.
    pub(super) fn computed(&mut self, shape: Shape) -> Syntax {
        let origin = self.x.make(self.call, self.node);
        Syntax::new(shape, origin)
    }

    /// A symbol that is equal to no other.
    pub(super) fn fresh_symbol(&mut self, base: &str) -> Syntax {
        let scope = self.x.fresh_scope();
        self.computed(Shape::Symbol(base.into(), Scopes::default().with(scope)))
    }
}
