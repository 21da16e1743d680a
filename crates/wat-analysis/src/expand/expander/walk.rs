//! The walk that expands: outside in, left to right, code positions only.

use std::sync::Arc;

use wat_syntax::NodeId;
use wat_value::syntax::{Shape, Syntax};

use crate::expand::stage::Generated;
use crate::problem::{Place, Plain, Problem};

use super::{Expander, MAX_DEPTH, MAX_NODES, RED_ZONE, SEGMENT};

impl<'db> Expander<'db> {
    /// A form at the top level. `literal`: no expansion was needed to get here.
    pub(super) fn top(&mut self, form: &Syntax, literal: bool) -> Syntax {
        stacker::maybe_grow(RED_ZONE, SEGMENT, || self.top_on_stack(form, literal))
    }

    fn top_on_stack(&mut self, form: &Syntax, literal: bool) -> Syntax {
        if let Some(result) = self.call(form, true) {
            let expanded = match self.single {
                true => result,
                false => self.top(&result, false),
            };
            self.path.pop();
            return expanded;
        }
        if let Some(last) = form.head().and_then(crate::expand::thread::thread)
            && let Some(calls) = self.unthreaded(form, last)
        {
            return match self.single {
                true => calls,
                false => self.top(&calls, false),
            };
        }
        if let Some(branch) = self.written_branch(form) {
            return match self.single {
                true => branch,
                false => self.code(&branch),
            };
        }
        match form.head() {
            Some(path) if crate::expand::annotation(path).is_some() => self.raw(form),
            Some(":wat::core::do") => {
                let parts: Vec<Syntax> = form.children().to_vec();
                let mut new = vec![parts[0].clone()];
                for part in &parts[1..] {
                    new.push(self.top(part, literal));
                }
                with_children(form, new)
            }
            Some(head) if crate::splice::is_let(head) => {
                let mut new = Vec::new();
                self.lets += 1;
                for (index, part) in form.children().iter().enumerate() {
                    new.push(match index {
                        0 => part.clone(),
                        1 => self.bindings(part),
                        _ => self.top(part, literal),
                    });
                }
                self.lets -= 1;
                with_children(form, new)
            }
            Some(":wat::core::defmacro") => {
                if !literal {
                    self.define(form);
                }
                self.raw(form)
            }
            _ if self.refuses_main(form) => Syntax::new(Shape::Error, form.origin()),
            _ => self.code(form),
        }
    }

    /// A macro definition that an expansion made.
    fn define(&mut self, definition: &Syntax) {
        let name = definition.children().get(1);
        let name = name.and_then(|name| name.as_keyword().or_else(|| name.head()));
        if let Some(name) = name {
            self.known.remove(name);
            self.new.push(Generated {
                name: name.into(),
                form: self.form,
                definition: Plain(self.flattened(definition)),
            });
        }
    }

    /// Code: calls in it are expanded.
    pub(in crate::expand) fn code(&mut self, form: &Syntax) -> Syntax {
        if !self.visit(form, 1) {
            return Syntax::new(Shape::Error, form.origin());
        }
        if !form.is_compound() {
            return form.clone();
        }
        self.depth += 1;
        let result = if self.depth > MAX_DEPTH {
            self.limit(
                form,
                format!("the expansion is nested deeper than {MAX_DEPTH} levels"),
            )
        } else {
            stacker::maybe_grow(RED_ZONE, SEGMENT, || self.compound(form))
        };
        self.depth -= 1;
        result
    }

    fn compound(&mut self, form: &Syntax) -> Syntax {
        if let Some(result) = self.call(form, false) {
            let expanded = match self.single {
                true => result,
                false => self.code(&result),
            };
            self.path.pop();
            return expanded;
        }
        if let Some(last) = form.head().and_then(crate::expand::thread::thread) {
            return match self.unthreaded(form, last) {
                Some(calls) if self.single => calls,
                Some(calls) => self.code(&calls),
                None => self.steps(form, last),
            };
        }
        if let Some(branch) = self.written_branch(form) {
            return match self.single {
                true => branch,
                false => self.code(&branch),
            };
        }
        match form.head() {
            Some(head) => self.special(form, head),
            None => self.each(form, |_, _| Position::Code),
        }
    }

    /// A list whose head is a path but no macro: which of its parts are code depends on the form.
    fn special(&mut self, form: &Syntax, head: &str) -> Syntax {
        match head.strip_prefix(":wat::core::").unwrap_or(head) {
            "quote" | "forms" | "struct" | "struct-restricted" | "enum" | "enum-restricted"
            | "newtype" | "typealias" | "define-alias" | "defalias" | "define-dispatch"
            | "defmacro" | "native" | "native-type" | "special-form" | "operator"
            | "auto-kwargs" | "use!" => self.raw(form),
            "quasiquote" => self.template(form, 0),
            "fn" | "lambda" => self.each(form, |index, _| match index {
                1 => Position::Raw,
                _ => Position::Code,
            }),
            "def" | "define" | "def-restricted" => self.each(form, |index, _| match index {
                1 => Position::Raw,
                _ => Position::Code,
            }),
            "defn" | "defn-restricted" | "define-with-kwargs" => {
                let mut signature = false;
                self.each(form, move |index, part| {
                    let raw = index == 1 || !signature && matches!(part.shape(), Shape::Vector(_));
                    signature |= index > 1 && part.as_keyword().is_none() && raw;
                    if raw { Position::Raw } else { Position::Code }
                })
            }
            "let" | "let*" => self.each(form, |index, part| match part.shape() {
                Shape::Vector(_) if index == 1 => Position::Bindings,
                _ => Position::Code,
            }),
            "cond" => self.each(form, |index, part| match part.shape() {
                Shape::List(_) if index > 0 => Position::Arm { pattern: false },
                _ => Position::Code,
            }),
            "match" => self.each(form, |index, part| match part.shape() {
                Shape::List(_) if index > 1 => Position::Arm { pattern: true },
                _ => Position::Code,
            }),
            ":wat::form::matches?" => self.each(form, |index, _| match index {
                1 => Position::Code,
                2 => Position::Clauses,
                _ => Position::Raw,
            }),
            _ => self.each(form, |_, _| Position::Code),
        }
    }

    fn each(
        &mut self,
        form: &Syntax,
        mut position: impl FnMut(usize, &Syntax) -> Position,
    ) -> Syntax {
        let mut new = Vec::with_capacity(form.children().len());
        for (index, part) in form.children().iter().enumerate() {
            new.push(match position(index, part) {
                Position::Raw => self.raw(part),
                Position::Clauses => self.clauses(part),
                Position::Code => self.code(part),
                Position::Bindings => self.bindings(part),
                Position::Arm { pattern } => self.each_part_of_arm(part, pattern),
            });
        }
        with_children(form, new)
    }

    /// A pattern of `matches?`: data, but for the tests of its `where` clauses.
    fn clauses(&mut self, form: &Syntax) -> Syntax {
        let Shape::List(parts) = form.shape() else {
            return self.raw(form);
        };
        let inner = match parts.first().map(Syntax::shape) {
            Some(Shape::Symbol(name, _)) if &**name == "where" => Position::Code,
            Some(Shape::Symbol(name, _)) if matches!(&**name, "and" | "or" | "not") => {
                Position::Clauses
            }
            Some(Shape::Keyword(_)) => Position::Clauses,
            _ => Position::Raw,
        };
        stacker::maybe_grow(RED_ZONE, SEGMENT, || {
            self.each(form, |index, _| match index {
                0 => Position::Raw,
                _ => inner,
            })
        })
    }

    fn each_part_of_arm(&mut self, arm: &Syntax, pattern: bool) -> Syntax {
        self.visit(arm, 1);
        let mut new = Vec::with_capacity(arm.children().len());
        for (index, part) in arm.children().iter().enumerate() {
            new.push(match index {
                0 if pattern => self.raw(part),
                _ => self.code(part),
            });
        }
        with_children(arm, new)
    }

    fn bindings(&mut self, bindings: &Syntax) -> Syntax {
        if !matches!(bindings.shape(), Shape::Vector(_)) {
            return self.code(bindings);
        }
        self.each(bindings, |index, _| match index % 2 {
            0 => Position::Raw,
            _ => Position::Code,
        })
    }

    /// A template; `level` templates are around it. Code stands under unquotes that reach through all of them.
    fn template(&mut self, form: &Syntax, level: u32) -> Syntax {
        if !self.visit(form, 1) || !form.is_compound() {
            return form.clone();
        }
        let level = match template_step(form) {
            Some(Step::Down) => level + 1,
            Some(Step::Up) if level == 1 => {
                let mut parts = form.children().to_vec();
                parts[1] = self.code(&parts[1]);
                return with_children(form, parts);
            }
            Some(Step::Up) => level - 1,
            None => level,
        };
        stacker::maybe_grow(RED_ZONE, SEGMENT, || {
            let parts = form.children().iter();
            let new: Vec<Syntax> = parts.map(|part| self.template(part, level)).collect();
            with_children(form, new)
        })
    }

    /// A part that is not expanded.
    fn raw(&mut self, form: &Syntax) -> Syntax {
        let size = form.size_up_to(MAX_NODES + 1);
        if !self.visit(form, size) {
            return Syntax::new(Shape::Error, form.origin());
        }
        form.clone()
    }

    /// Counts nodes; false once there are too many.
    fn visit(&mut self, form: &Syntax, count: usize) -> bool {
        self.nodes += count;
        // What the author wrote is no expansion, however long it is.
        if self.nodes > MAX_NODES && !self.halted && !self.calls.is_empty() {
            self.limit(
                form,
                format!("the expansion has more than {MAX_NODES} nodes"),
            );
        }
        if self.nodes % 1024 < count {
            self.db.unwind_if_revision_cancelled();
        }
        !self.halted
    }

    /// WAT2403: nothing more is expanded in this form.
    pub(super) fn limit(&mut self, at: &Syntax, message: String) -> Syntax {
        if !self.halted {
            self.halted = true;
            let origin = at.origin();
            let at = self.calls.last().map_or(0, |call| call.head);
            let at = match self.is_written(origin) && self.path.is_empty() {
                true => self.written(origin),
                false => at,
            };
            let problem = Problem::new(2403, Place::written(NodeId(at)), message)
                .label("expands without end")
                .help("every expansion must come closer to a form without the macro");
            let problem = chain_note(problem, &self.path);
            self.problems.push(problem);
        }
        Syntax::new(Shape::Error, at.origin())
    }
}

/// What a part of a form is.
#[derive(Clone, Copy)]
enum Position {
    Raw,
    Code,
    /// Clauses of `matches?`.
    Clauses,
    /// Binders and expressions in turn.
    Bindings,
    Arm {
        pattern: bool,
    },
}

pub(in crate::expand) enum Step {
    Down,
    Up,
}

/// Does a list open or close a level of a template?
pub(in crate::expand) fn template_step(form: &Syntax) -> Option<Step> {
    if form.children().len() != 2 {
        return None;
    }

    match form.head()? {
        ":wat::core::quasiquote" => Some(Step::Down),
        ":wat::core::unquote" | ":wat::core::unquote-splicing" => Some(Step::Up),
        _ => None,
    }
}

pub(in crate::expand) fn with_children(form: &Syntax, new: Vec<Syntax>) -> Syntax {
    form.with_children(new).unwrap_or_else(|| form.clone())
}

/// Builds a tree anew from its leaves: `make` gets a node and, unless it is an atom, its new children.
pub(in crate::expand) fn rebuild(
    tree: &Syntax,
    make: &mut impl FnMut(&Syntax, Option<Vec<Syntax>>) -> Syntax,
) -> Syntax {
    if !tree.is_compound() {
        return make(tree, None);
    }

    stacker::maybe_grow(RED_ZONE, SEGMENT, || {
        let children = tree.children().iter();
        let children = children.map(|child| rebuild(child, make)).collect();
        make(tree, Some(children))
    })
}

/// The chain of macros, shortened where it repeats.
fn chain_note<'db>(problem: Problem<'db>, path: &[Arc<str>]) -> Problem<'db> {
    if path.is_empty() {
        return problem;
    }

    let mut shown: Vec<String> = path
        .iter()
        .take(6)
        .map(|name| format!("`{name}`"))
        .collect();
    if path.len() > 6 {
        shown.push(format!("… ({} in all)", path.len()));
    }

    problem.note(format!("the chain of macros: {}", shown.join(" → ")))
}
