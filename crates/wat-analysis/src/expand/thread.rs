//! Threading forms whose steps are macro calls (§5.10).
//!
//! A thread is a form of its own that inference reads step by step, so that every position in it is exact. A macro,
//! though, takes the value so far as a form, not as a value: up to the last step that is one, the thread is written out
//! as the calls that it stands for. So it is where a form of the language takes the value as it is written: what is
//! quoted, the pattern of a test, the name that is asked about. What only expands, and is not inferred afterwards, has
//! its threads written out whole.

use wat_syntax::{Ast, NodeId, NodeKind};
use wat_value::syntax::{Shape, Syntax};

use crate::problem::{Place, Problem};

use super::expander::{Expander, Found, with_children};

/// Is this the path of a threading form, and does it put the value last?
pub(super) fn thread(path: &str) -> Option<bool> {
    match path {
        ":wat::core::->" => Some(false),
        ":wat::core::->>" => Some(true),
        _ => None,
    }
}

/// Does a call of this path take the argument at this place as it is written, not for its value? `count` arguments are
/// written.
fn takes_form(path: &str, last: bool, count: usize) -> bool {
    let place = if last { count } else { 0 };
    match path.strip_prefix(":wat::core::").unwrap_or(path) {
        "quote" | "forms" | "quasiquote" | "unquote" | "unquote-splicing" | "fn" | "cond"
        | "keyword/of" => true,
        "let" => place == 0,
        "match" | ":wat::form::matches?" => place > 0,
        _ => path == ":wat::runtime::rename-callable-name" || crate::infer::is_reflection(path),
    }
}

/// Is there a thread in a form with a step that takes its value as it is written?
pub(crate) fn threads_forms(ast: &Ast) -> bool {
    if !ast.texts().any(|text| thread(text).is_some()) {
        return false;
    }
    let head = |node: NodeId| {
        let head = ast.children(node).next()?;
        ast.as_keyword(head)
    };
    let takes = |step: NodeId, last: bool| match ast.kind(step) {
        NodeKind::List => head(step)
            .is_some_and(|path| takes_form(path, last, ast.child_count(step).saturating_sub(1))),
        _ => (ast.as_keyword(step)).is_some_and(|path| takes_form(path, last, 0)),
    };
    (0..ast.len() as u32).map(NodeId).any(|node| {
        let is_list = ast.kind(node) == NodeKind::List;
        let last = head(node).filter(|_| is_list).and_then(thread);
        last.is_some_and(|last| ast.children(node).skip(1).any(|step| takes(step, last)))
    })
}

/// The call that a step stands for once it has its value; nothing if it is no step.
fn step_call(step: &Syntax, value: Syntax, last: bool) -> Option<Syntax> {
    match step.shape() {
        Shape::List(parts) if parts.is_empty() => None,
        Shape::List(parts) => {
            let mut parts = parts.to_vec();
            let at = if last { parts.len() } else { 1 };
            parts.insert(at, value);
            step.with_children(parts)
        }
        Shape::Keyword(_) | Shape::Symbol(..) => {
            let call = Shape::List([step.clone(), value].into());
            Some(Syntax::new(call, step.origin()))
        }
        _ => None,
    }
}

/// The calls that a value and steps stand for; nothing if one is no step.
fn written_out(value: &Syntax, steps: &[Syntax], last: bool) -> Option<Syntax> {
    let mut value = value.clone();
    for step in steps {
        value = step_call(step, value, last)?;
    }
    Some(value)
}

/// A thread as the calls that it stands for; nothing if the form is none, or one with a mistake.
pub(super) fn calls_of(form: &Syntax) -> Option<Syntax> {
    let last = thread(form.head()?)?;
    let (value, steps) = form.children()[1..].split_first()?;
    written_out(value, steps, last)
}

impl Expander<'_> {
    /// The thread with everything up to its last macro call written out; nothing if it stays as it is.
    pub(super) fn unthreaded(&mut self, form: &Syntax, last: bool) -> Option<Syntax> {
        let (value, steps) = form.children()[1..].split_first()?;
        if self.writes_threads_out() {
            return written_out(value, steps, last);
        }
        let expands = |step: &Syntax| self.step_expands(step, last);
        let count = steps.iter().rposition(expands)? + 1;
        let inner = written_out(value, &steps[..count], last)?;
        self.note_written_out();
        if count == steps.len() {
            return Some(inner);
        }
        let mut parts = vec![form.children()[0].clone(), inner];
        parts.extend_from_slice(&steps[count..]);
        Some(with_children(form, parts))
    }

    /// A thread that stays one. Which parts of a step are code depends on its head, and counts the value in.
    pub(super) fn steps(&mut self, form: &Syntax, last: bool) -> Syntax {
        self.tell_misthreaded(form);
        let mut new = Vec::with_capacity(form.children().len());
        for (index, part) in form.children().iter().enumerate() {
            let has_value = index < 2 || self.writes_threads_out() || part.children().is_empty();
            let place = match last {
                true => part.children().len(),
                false => 1,
            };
            let value = Syntax::keyword(":wat::core::nil").with_origin(part.origin());
            let call = step_call(part, value, last).filter(|_| !has_value);
            let Some(call) = call else {
                new.push(self.code(part));
                continue;
            };
            let call = self.code(&call);
            let mut parts = call.children().to_vec();
            if place < parts.len() {
                parts.remove(place);
            }
            new.push(with_children(&call, parts));
        }
        with_children(form, new)
    }

    /// What is wrong with a thread in the body of a macro, which nobody infers.
    fn tell_misthreaded(&mut self, form: &Syntax) {
        if !self.is_body() {
            return;
        }
        let parts = &form.children()[1..];
        let is_no_step = |step: &&Syntax| step_call(step, (*step).clone(), false).is_none();
        let (code, message, at) = match parts.split_first() {
            None => (2402, "a thread needs a value and steps", form),
            Some((_, steps)) => match steps.iter().find(is_no_step) {
                Some(step) if matches!(step.shape(), Shape::List(_)) => {
                    (2216, "a step of a thread is empty", step)
                }
                Some(step) => (2215, "a step of a thread is a call", step),
                None => return,
            },
        };
        let at = Place::written(NodeId(self.written(at.origin())));
        self.tell(Problem::new(code, at, message).label("nothing is called here"));
    }

    /// Does a step take its value as it is written: is it a macro call, a form that does, or a thread with one?
    fn step_expands(&mut self, step: &Syntax, last: bool) -> bool {
        let mut work = vec![(step, last)];
        while let Some((step, last)) = work.pop() {
            let head = match step.shape() {
                Shape::Keyword(path) => Some(&**path),
                _ => step.head(),
            };
            let Some(head) = head else { continue };
            let count = step.children().len().saturating_sub(1);
            if let Some(last) = thread(head) {
                work.extend(step.children().iter().skip(1).map(|step| (step, last)));
            } else if takes_form(head, last, count) || !matches!(self.find(head), Found::Nothing) {
                return true;
            }
        }
        false
    }
}
