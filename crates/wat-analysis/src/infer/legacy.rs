//! Retired spellings: refused or accepted, and read as the canonical ones either way.

use wat_syntax::{Applicability, NodeId, NodeKind, TextId};

use crate::items::{Item, ItemKind, split_generic};
use crate::legacy::{Retired, by_interface, by_number, retired};
use crate::names::lookup;
use crate::problem::{EditAt, Place, Problem, ProblemEdit, other_brackets};
use crate::signature::legacy_signature;
use crate::visibility::{alternative, is_admitted, is_guarded, is_relaxed};

use super::report::Why;
use super::table::Ty;
use super::typed::{ExprId, ExprKind};
use super::{How, Infer};

/// An edit at a node.
pub(super) fn edit<'db>(at: EditAt, node: NodeId, insert: &str) -> ProblemEdit<'db> {
    ProblemEdit {
        at,
        place: Place::node(node),
        insert: insert.to_owned(),
    }
}

impl<'db> Infer<'db> {
    /// What a path means that is no name of today: the definition under its present name.
    pub(super) fn resolve_retired(&mut self, text: TextId) -> Option<Item<'db>> {
        let path = split_generic(self.ast.text(text)).0;
        let retired = retired(path)?;
        if path.starts_with(":wat::kernel::process-") || path == ":wat::core::f64::mod" {
            // The present verbs take a peer where these took a process, and remainders are of integers: nothing more is
            // known of the call.
            return None;
        }
        let item = lookup(self.db, self.program, &retired.now)?;
        self.retired.insert(text);
        Some(item)
    }

    /// Tells of a mention of a retired name that is understood.
    pub(super) fn note_retired(&mut self, node: NodeId, text: TextId, call: Option<NodeId>) {
        if self.retired.contains(&text) {
            self.tell_retired(node, text, call);
        }
    }

    /// Was the last thing told that this token is a retired verb of the kernel?
    pub(super) fn is_refused_spelling(&self, node: NodeId) -> bool {
        let last = self.problems.last();
        last.is_some_and(|told| told.code == 4014 && told.at == Place::node(node))
    }

    /// Is it a retired name whose successor takes one more operand?
    pub(super) fn lacks_operand(&self, text: TextId) -> bool {
        let retired = retired(split_generic(self.ast.text(text)).0);
        self.retired.contains(&text) && retired.is_some_and(|it| !it.operand.is_empty())
    }

    /// Has this token been refused as a retired name?
    pub(super) fn is_told_retired(&self, node: NodeId) -> bool {
        let at = Place::node(node);
        let mut told = self.problems.iter();
        told.any(|told| matches!(told.code, 2190 | 3450 | 4014) && told.at == at)
    }

    /// Takes back that a tool may apply the fixes of what was told of this token unattended.
    pub(super) fn doubt_latest_at(&mut self, node: NodeId) {
        let at = Place::node(node);
        let told = self.problems.iter_mut().rev().find(|told| told.at == at);
        for fix in told.into_iter().flat_map(|told| &mut told.fixes) {
            crate::unsure::doubt(&mut fix.applicability.0);
        }
    }

    /// WAT2190, WAT3450, WAT4014, WAT7001: a retired name. False if the path is none.
    pub(super) fn tell_retired(
        &mut self,
        node: NodeId,
        text: TextId,
        call: Option<NodeId>,
    ) -> bool {
        let written = self.ast.text(text);
        let path = split_generic(written).0;
        let Some(retired) = retired(path) else {
            return false;
        };
        self.tell_retired_as(node, text, call, retired);
        true
    }

    /// The same where it is known what the name is now.
    fn tell_retired_as(
        &mut self,
        node: NodeId,
        text: TextId,
        call: Option<NodeId>,
        retired: Retired,
    ) {
        let written = self.ast.text(text);
        let path = split_generic(written).0;
        let Retired {
            code,
            mut now,
            mut operand,
            mut sure,
        } = retired;
        let called = now.clone();
        // Where a thread puts its value last, the operand stands before it.
        let is_last = call.is_some_and(|call| self.threaded.get(&call).is_some_and(|it| it.last));
        if is_last && !operand.is_empty() {
            match &*now {
                ":wat::core::+" => {}
                ":wat::core::-" => (now, operand) = (":wat::core::+".into(), " -1"),
                _ => sure = false,
            }
        }
        if self.ast.is_poisoned(node) {
            return;
        }
        // A load form was told by a keyword what it loads; now its name says it.
        let interface = call
            .and_then(|call| self.ast.children(call).nth(1))
            .and_then(|at| Some((at, by_interface(&now, self.ast.as_keyword(at)?)?)));
        if let Some((_, named)) = &interface {
            now = named.clone();
        }
        let now_item = lookup(self.db, self.program, &now);
        // A form of the language takes no type arguments.
        let is_form = now_item.is_some_and(|item| item.kind(self.db) == ItemKind::SpecialForm);
        let known = now_item.is_some() && !(is_form && path.len() < written.len());
        let refused = now_item.filter(|item| !self.may_refer(node, *item));
        let is_sure = sure && known && refused.is_none();
        let how = match is_sure && (operand.is_empty() || call.is_some()) {
            true => Applicability::MachineApplicable,
            false => Applicability::MaybeIncorrect,
        };
        let with = format!("{now}{}", &written[path.len()..]);
        let mut edits = vec![edit(EditAt::Replace, node, &with)];
        if let Some(call) = call.filter(|_| !operand.is_empty()) {
            match call == node {
                // A step of a thread without parentheses.
                true => edits = vec![edit(EditAt::Replace, node, &format!("({with}{operand})"))],
                false => edits.push(edit(EditAt::BeforeClose, call, operand)),
            }
        }
        if let Some((at, _)) = interface {
            edits.push(edit(EditAt::DeleteThrough(at.0), at, ""));
        }
        let message = match code {
            7001 => format!("`{path}` is a former name of `{now}`"),
            _ => format!("`{path}` is retired: it is `{called}` now"),
        };
        let problem = Problem::new(code, Place::node(node), message).label("retired spelling");
        let problem = match refused.and_then(|item| alternative(self.db, item)) {
            Some(help) => problem.help(help),
            None => problem,
        };
        self.problems
            .push(problem.fix(format!("replace by `{with}`"), how, edits));
    }

    /// A retired name in value position, told.
    pub(super) fn retired_value(&mut self, node: NodeId, text: TextId, item: Item<'db>) -> ExprId {
        let path = split_generic(self.ast.text(text)).0;
        let Some(Retired {
            code, now, operand, ..
        }) = retired(path)
        else {
            return self.item_value(node, text, item);
        };
        let replacements: Vec<String> = if let Some(names) = by_number(path) {
            names.map(str::to_owned).to_vec()
        } else if !operand.is_empty() && item.kind(self.db) == ItemKind::Operator {
            let call = format!("({now} x{operand})");
            vec![format!(
                "(:wat::core::fn [x <- :wat::core::i64] -> :wat::core::i64 {call})"
            )]
        } else if item.kind(self.db) == ItemKind::SpecialForm {
            Vec::new()
        } else {
            self.tell_retired(node, text, None);
            self.refer(node, item, How::Value);
            return self.item_value(node, text, item);
        };
        let now = match &replacements[..] {
            [] => now.into_owned(),
            [one] => one.clone(),
            many => many.join("` or `"),
        };
        let mut problem = Problem::new(
            code,
            Place::node(node),
            format!("`{path}` is retired: it is `{now}` now"),
        )
        .label("retired spelling");
        if replacements.is_empty() {
            problem = problem.help("that is a form and no value: wrap it in a `:wat::core::fn`");
        }
        for replacement in replacements {
            let how = Applicability::MaybeIncorrect;
            problem = problem.replace(how, Place::node(node), &replacement);
        }
        self.problems.push(problem);
        self.error(node)
    }

    /// A call of a retired name that the type of its operand replaces; `None` if the path is none.
    pub(super) fn retired_by_number(
        &mut self,
        node: NodeId,
        head: NodeId,
        text: TextId,
    ) -> Option<ExprId> {
        let path = split_generic(self.ast.text(text)).0;
        let [integer, float] = by_number(path).filter(|_| self.retired.contains(&text))?;
        let args = self.arguments(node);
        let operand = match args[..] {
            [operand] => self.table.resolve(self.ty(operand)),
            _ => Ty::ERROR,
        };
        let (now, ty) = match operand == Ty::F64 {
            true => (float, Ty::F64),
            false => (integer, Ty::I64),
        };
        let now_is = Retired {
            now: now.into(),
            sure: operand == ty,
            ..retired(path)?
        };
        self.tell_retired_as(head, text, Some(node), now_is);
        let item = lookup(self.db, self.program, now)?;
        self.refer(head, item, How::Call);
        if operand != ty && !self.table.is_var(operand) {
            return Some(self.push(ExprKind::Error, ty, node));
        }
        let declared = crate::signature::signature(self.db, self.program, item).as_ref()?;
        let callee = self.instantiate(item, declared, head, text);
        self.expect(args[0], ty, Why::Argument { declared: None });
        let rest = None;
        Some(self.push(ExprKind::Call { callee, args, rest }, ty, node))
    }

    /// May this place mention a definition?
    fn may_refer(&self, node: NodeId, item: Item<'db>) -> bool {
        is_guarded(self.db, item)
            .then(|| self.identity(node))
            .is_none_or(|identity| {
                is_admitted(self.db, self.program, &identity, item) || is_relaxed(self.db, item)
            })
    }

    /// WAT2190 or WAT7001 for the shape of a form. If the head of the form is told already, its fix grows.
    pub(super) fn retired_shape(
        &mut self,
        code: u16,
        head: NodeId,
        at: NodeId,
        message: String,
        edits: Vec<ProblemEdit<'db>>,
    ) {
        if let Some(told) = self.problems.last_mut()
            && told.code == code
            && told.at == Place::node(head)
            && let Some(fix) = told.fixes.first_mut()
        {
            fix.edits.extend(edits);
            return;
        }
        self.problems.push(
            Problem::new(code, Place::node(at), message)
                .label("retired spelling")
                .fix(
                    "write it in the present spelling",
                    Applicability::MachineApplicable,
                    edits,
                ),
        );
    }

    /// `((p :T) … -> :R)` instead of `[p <- :T …] -> :R`.
    pub(super) fn retired_signature(&mut self, form: NodeId, list: NodeId) {
        let Some(shape) = legacy_signature(self.ast, list) else {
            return;
        };
        let mut edits = vec![edit(EditAt::OpenBracket, list, "")];
        let first = shape.params.first().copied();
        match (first, shape.arrow) {
            (None, Some(arrow)) => edits.push(edit(EditAt::Before, arrow, "[] ")),
            (Some(first), _) if self.ast.kind(first) != NodeKind::List => {
                edits.push(edit(EditAt::Before, first, "["));
            }
            _ => {}
        }
        let last = shape.params.last().copied();
        for &param in &shape.params {
            let parts: Vec<NodeId> = self.ast.children(param).collect();
            let [name, _] = parts[..] else { continue };
            let open = if Some(param) == first { "[" } else { "" };
            let close = if Some(param) == last { "]" } else { "" };
            edits.push(edit(EditAt::OpenBracket, param, open));
            edits.push(edit(EditAt::After, name, " <-"));
            edits.push(edit(EditAt::CloseBracket, param, close));
        }
        edits.push(edit(EditAt::CloseBracket, list, ""));
        let Some(head) = self.ast.children(form).next() else {
            return;
        };
        let define = self.ast.as_keyword(head) == Some(":wat::core::define");
        let is_first = self.ast.children(form).nth(1) == Some(list);
        if define && !is_first {
            // A name stands before the signature, which has one of its own.
            let message = "`:wat::core::define` is a former spelling of `:wat::core::defn`";
            let problem = Problem::new(7001, Place::node(head), message);
            self.problems.push(problem.label("retired spelling"));
        } else if define {
            edits.push(edit(EditAt::Replace, head, ":wat::core::defn"));
            self.retired_shape(
                7001,
                head,
                head,
                "`:wat::core::define` is a former spelling of `:wat::core::defn`".to_owned(),
                edits,
            );
        } else {
            let message = "a signature is written `[name <- :Type …] -> :Result`".to_owned();
            self.retired_shape(2190, head, list, message, edits);
        }
    }

    /// `(let ((a e) …) b)` and `(let (((a :T) e) …) b)`: binder and value of each pair, if it is that.
    pub(super) fn retired_bindings(&mut self, form: NodeId, list: NodeId) -> Option<Vec<NodeId>> {
        if self.ast.kind(list) != NodeKind::List || self.ast.is_poisoned(list) {
            return None;
        }
        let pairs: Vec<NodeId> = self.ast.children(list).collect();
        let mut parts = Vec::new();
        let mut edits = vec![edit(EditAt::OpenBracket, list, "[")];
        for (at, &pair) in pairs.iter().enumerate() {
            let inner: Vec<NodeId> = self.ast.children(pair).collect();
            let ([binder, value], NodeKind::List) = (&inner[..], self.ast.kind(pair)) else {
                return None;
            };
            edits.push(edit(EditAt::OpenBracket, pair, ""));
            let close = if at + 1 == pairs.len() { "" } else { " " };
            edits.push(edit(EditAt::CloseBracket, pair, close));
            let typed: Vec<NodeId> = self.ast.children(*binder).collect();
            match typed[..] {
                [name, ty]
                    if self.ast.kind(*binder) == NodeKind::List
                        && self.ast.as_symbol(name).is_some()
                        && self.ast.as_keyword(ty).is_some() =>
                {
                    edits.push(edit(EditAt::OpenBracket, *binder, ""));
                    edits.push(edit(EditAt::DeleteThrough(ty.0), ty, ""));
                    edits.push(edit(EditAt::CloseBracket, *binder, ""));
                    parts.push(name);
                }
                _ => parts.push(*binder),
            }
            parts.push(*value);
        }
        edits.push(edit(EditAt::CloseBracket, list, "]"));
        let head = self.ast.children(form).next()?;
        let message = "bindings are written `[name value …]`".to_owned();
        self.retired_shape(2190, head, list, message, edits);
        Some(parts)
    }

    /// `(a b)` where `[a b]` is meant.
    pub(super) fn retired_tuple(&mut self, code: u16, node: NodeId) {
        let edits = other_brackets(Place::node(node), "[", "]");
        let message = "a tuple is taken apart with `[a b]`".to_owned();
        self.retired_shape(code, node, node, message, edits);
    }

    /// A bare `Some`, `Ok`, `Err` or `:None`.
    pub(super) fn bare_variant(&mut self, code: u16, node: NodeId, canonical: &str) {
        let written = self
            .ast
            .as_symbol(node)
            .or_else(|| self.ast.as_keyword(node))
            .unwrap_or_default();
        let problem = Problem::new(
            code,
            Place::node(node),
            format!("`{written}` is written with its full path: `{canonical}`"),
        )
        .label("retired spelling")
        .replace(
            Applicability::MachineApplicable,
            Place::node(node),
            canonical,
        );
        self.problems.push(problem);
    }
}
