//! WAT7301: names that nobody reads.

use rustc_hash::FxHashSet;
use wat_syntax::{Applicability, NodeKind};

use crate::infer::Body;
use crate::infer::typed::{ExprKind, LocalId, Pattern, PatternKind};
use crate::problem::{EditAt, Place, Problem, ProblemEdit};

use super::Rules;

/// What binds a name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Binder {
    /// A parameter of the definition. Callers may know its name.
    Named,
    /// A parameter of a `fn`.
    Parameter,
    Local,
}

impl<'a, 'db> Rules<'a, 'db> {
    pub(super) fn unread_names(&mut self) {
        let inference = self.tree.inference;
        let mut found = Vec::new();
        if let Body::Function { params, .. } = &inference.body {
            for &local in params {
                found.extend(self.unread_name(local, Binder::Named));
            }
        }
        for id in self.tree.reached() {
            match &self.tree.expr(id).kind {
                ExprKind::Lambda { params, .. } => {
                    let unread = |&local| self.unread_name(local, Binder::Parameter);
                    found.extend(params.iter().filter_map(unread));
                }
                ExprKind::Let { bindings: all, .. } | ExprKind::Match { arms: all, .. } => {
                    for (pattern, _) in all {
                        self.unread_in(pattern, &mut found);
                    }
                }
                _ => {}
            }
        }
        self.lints.extend(found);
    }

    fn unread_in(&self, pattern: &Pattern, found: &mut Vec<Problem<'db>>) {
        let mut work = vec![pattern];
        while let Some(pattern) = work.pop() {
            match &pattern.kind {
                PatternKind::Bind(local) => found.extend(self.unread_name(*local, Binder::Local)),
                PatternKind::Variant { fields, .. }
                    if self.ast.kind(pattern.node) == NodeKind::Brace =>
                {
                    self.unread_fields(pattern, fields, found);
                }
                PatternKind::Variant { fields: parts, .. } | PatternKind::Tuple(parts) => {
                    work.extend(parts.iter().rev());
                }
                _ => {}
            }
        }
    }

    /// Is it a name of the source that nothing mentions, and that is not marked as such? The variables of
    /// `matches?`, which begin with `?`, are also conditions.
    fn is_unread(&self, local: LocalId) -> bool {
        let info = self.tree.info(local);
        self.tree.is_unused(local)
            && !info.name.starts_with(['_', '?'])
            && self.ast.as_symbol(info.node) == Some(&*info.name)
            && !self.tree.inference.bound.contains(&local)
    }

    /// The names of the form that begin with `_`.
    fn marked_names(&self) -> FxHashSet<&'a str> {
        let texts = self.ast.texts();
        texts.filter(|text| text.starts_with('_')).collect()
    }

    fn unread_name(&self, local: LocalId, binder: Binder) -> Option<Problem<'db>> {
        if !self.is_unread(local) {
            return None;
        }
        let place = Place::node(self.tree.info(local).node);
        let name = crate::expand::unmarked(&self.tree.info(local).name);
        let what = match binder {
            Binder::Named | Binder::Parameter => "the parameter",
            Binder::Local => "the binding",
        };
        let mut kept = format!("_{name}");
        // Another binder may have this name already.
        let is_taken = self
            .marked
            .get_or_init(|| self.marked_names())
            .contains(&*kept);
        if is_taken {
            kept = "_".to_owned();
        }
        let problem = Problem::new(7301, place, format!("{what} `{name}` is never read"))
            .label("never read")
            .help(format!(
                "remove it, or name it `{kept}` if it has to stand here"
            ));
        let rename = |how| {
            let edit = ProblemEdit {
                at: EditAt::Replace,
                place,
                insert: kept.clone(),
            };
            (format!("name it `{kept}`"), how, vec![edit])
        };
        let (title, how, edits) = match binder {
            // Without a name the function could not be called by keywords at all.
            Binder::Named if is_taken => return Some(problem),
            Binder::Named if self.has_keywords() => rename(Applicability::MaybeIncorrect),
            _ => rename(Applicability::MachineApplicable),
        };
        Some(problem.fix(title, how, edits))
    }

    /// May the function be called by the names of its parameters?
    fn has_keywords(&self) -> bool {
        match &self.tree.inference.body {
            Body::Function { params, .. } => {
                let mut names = params.iter().map(|&local| &*self.tree.info(local).name);
                names.all(|name| name != "_")
            }
            _ => false,
        }
    }

    /// The fields that a struct pattern names in vain. One of them has no other name there: it goes.
    fn unread_fields(&self, pattern: &Pattern, fields: &[Pattern], found: &mut Vec<Problem<'db>>) {
        let named = |field: &&Pattern| field.node != pattern.node;
        let unread = |field: &&Pattern| match field.kind {
            PatternKind::Bind(local) => self.is_unread(local),
            _ => false,
        };
        let is_any_read = fields.iter().filter(named).any(|field| !unread(&field));
        for field in fields.iter().filter(named).filter(unread) {
            let place = Place::node(field.node);
            let name = self.ast.as_symbol(field.node).unwrap_or_default();
            let name = crate::expand::unmarked(name);
            let problem = Problem::new(7301, place, format!("the field `{name}` is never read"))
                .label("never read")
                .help("a struct pattern names the fields that are needed");
            let (title, how, at, place) = match is_any_read {
                true => (
                    "remove it",
                    Applicability::MachineApplicable,
                    EditAt::DeleteThrough(field.node.0),
                    place,
                ),
                false => (
                    "ignore the value",
                    Applicability::MaybeIncorrect,
                    EditAt::Replace,
                    Place::node(pattern.node),
                ),
            };
            let insert = match is_any_read {
                true => String::new(),
                false => "_".to_owned(),
            };
            found.push(problem.fix(title, how, vec![ProblemEdit { at, place, insert }]));
        }
    }
}
