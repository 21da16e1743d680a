//! Names that are bound twice in one list of binders, and names that nothing else has.

use wat_syntax::{Applicability, Ast, NodeId, NodeKind, TextId};

use crate::problem::{EditAt, Place, Problem, ProblemEdit};

use super::Infer;
use super::table::Ty;
use super::typed::LocalId;

/// A name that a pattern binds. Equal texts are equal identifiers only if their numbers are equal.
pub(super) struct Bound {
    pub(super) id: TextId,
    pub(super) node: NodeId,
    pub(super) ty: Ty,
    /// The struct pattern whose field it names: such a name is not free.
    pub(super) field_of: Option<NodeId>,
}

/// The identifier of a symbol.
pub(super) fn identifier(ast: &Ast, node: NodeId) -> Option<TextId> {
    match ast.kind(node) {
        NodeKind::Symbol(id) => Some(id),
        _ => None,
    }
}

/// A name like this one that nothing in the form has.
pub(crate) fn fresh(ast: &Ast, name: &str) -> String {
    let is_free = |name: &String| ast.texts().all(|text| text != name);
    let mut names = (2u32..).map(|number| format!("{name}-{number}"));
    names.find(is_free).unwrap_or_default()
}

/// The symbols of a form that are this identifier.
fn mentions(ast: &Ast, id: TextId) -> Vec<NodeId> {
    let nodes = (0..ast.len() as u32).map(NodeId);
    nodes
        .filter(|&node| identifier(ast, node) == Some(id))
        .collect()
}

impl<'db> Infer<'db> {
    /// May one of two equal binders get another name unattended? Those who mean the other one keep it if it has the
    /// same type, or if nobody means either.
    fn may_rename(&self, id: TextId, same_type: bool) -> Applicability {
        match same_type || mentions(self.ast, id).len() == 2 {
            true => Applicability::MachineApplicable,
            false => Applicability::MaybeIncorrect,
        }
    }

    /// WAT2203, if the pattern binds the name already. Gives the type of those who use the name: which of the two they
    /// mean is not known.
    pub(super) fn check_bound(&mut self, new: Bound, names: &mut Vec<Bound>) -> Ty {
        let mut used = new.ty;
        if let Some(first) = names.iter().find(|other| other.id == new.id) {
            let name = self.ast.text(new.id);
            let problem = Problem::new(
                2203,
                Place::node(new.node),
                format!("`{name}` is bound twice in one pattern"),
            )
            .label("the second")
            .also(Place::node(first.node), "the first");
            let same = self.render(first.ty) == self.render(new.ty);
            if !same {
                used = Ty::ERROR;
            }
            let problem = match (first.field_of, new.field_of) {
                (_, None) => problem.replace(
                    self.may_rename(new.id, same),
                    Place::node(new.node),
                    &fresh(self.ast, name),
                ),
                // Whoever uses the name means the later one.
                (None, Some(_)) => problem.replace(
                    Applicability::MachineApplicable,
                    Place::node(first.node),
                    &fresh(self.ast, name),
                ),
                (Some(one), Some(other)) if one == other => problem.fix(
                    format!("delete the second `{name}`"),
                    Applicability::MachineApplicable,
                    vec![ProblemEdit {
                        at: EditAt::DeleteThrough(new.node.0),
                        place: Place::node(new.node),
                        insert: String::new(),
                    }],
                ),
                _ => problem.help(format!(
                    "a struct pattern binds a field to its own name; call the accessor `/{name}` for one of them"
                )),
            };
            self.problems.push(problem);
        }
        names.push(new);
        used
    }

    /// The type of a parameter to those who use it: if an earlier one of another type has its name, which of the two
    /// they mean is not known.
    pub(super) fn untype_repeated(&self, name: NodeId, ty: Ty, earlier: &[LocalId]) -> Ty {
        let Some(id) = identifier(self.ast, name) else {
            return ty;
        };
        let differs = |local: &LocalId| {
            let other = &self.locals[local.0 as usize];
            identifier(self.ast, other.node) == Some(id) && self.render(other.ty) != self.render(ty)
        };
        match self.ast.text(id) != "_" && earlier.iter().any(differs) {
            true => Ty::ERROR,
            false => ty,
        }
    }

    /// WAT2106: two parameters of one name.
    pub(super) fn duplicate_parameter(
        &mut self,
        first: (NodeId, Option<NodeId>),
        second: (NodeId, Option<NodeId>),
        id: TextId,
    ) {
        let name = self.ast.text(id);
        let spelled = |ty: Option<NodeId>| ty.and_then(|ty| self.ast.as_keyword(ty));
        let same = spelled(first.1).is_some() && spelled(first.1) == spelled(second.1);
        self.problems.push(
            Problem::new(
                2106,
                Place::node(second.0),
                format!("two parameters are called `{name}`"),
            )
            .label("the second")
            .also(Place::node(first.0), "the first")
            .help("rename one of them")
            .replace(
                self.may_rename(id, same),
                Place::node(second.0),
                &fresh(self.ast, name),
            ),
        );
    }

    /// The latest problem puts another name in for a binder: whoever uses the binder gets it too.
    pub(super) fn rename_with_uses(&mut self, binder: NodeId) {
        let Some(id) = identifier(self.ast, binder) else {
            return;
        };
        let others: Vec<NodeId> = mentions(self.ast, id)
            .into_iter()
            .filter(|&node| node != binder)
            .collect();
        if others.is_empty() {
            return;
        }
        let is_plain = self.expansion.is_none();
        let taken: Vec<&str> = self.ast.texts().collect();
        let Some(problem) = self.problems.last_mut() else {
            return;
        };
        for fix in &mut problem.fixes {
            let Some(name) = fix.edits.first().map(|edit| edit.insert.clone()) else {
                continue;
            };
            if !is_plain || taken.contains(&&*name) {
                fix.applicability.0 = Applicability::MaybeIncorrect;
                continue;
            }
            fix.edits.extend(others.iter().map(|&node| ProblemEdit {
                at: EditAt::Replace,
                place: Place::node(node),
                insert: name.clone(),
            }));
        }
    }
}
