//! Binders and patterns.

use wat_syntax::{Applicability, NodeId, NodeKind};
use wat_value::counted;

use crate::items::ItemKind;
use crate::legacy::bare_variant;
use crate::names::lookup;
use crate::problem::{EditAt, Place, Problem, ProblemEdit};
use crate::types::Ctor;

use super::Infer;
use super::table::{Shape, Ty};
use super::twice::{Bound, identifier};
use super::typed::{Pattern, PatternKind};

/// Patterns nest as deep as forms do.
const RED_ZONE: usize = 128 * 1024;
const SEGMENT: usize = 2 * 1024 * 1024;

impl<'db> Infer<'db> {
    /// A binder of `let` for a value of this type.
    pub(super) fn binder(&mut self, node: NodeId, ty: Ty) -> Pattern {
        let mut names = Vec::new();
        self.binder_in(node, ty, &mut names)
    }

    fn binder_in(&mut self, node: NodeId, ty: Ty, names: &mut Vec<Bound>) -> Pattern {
        let kind = match self.ast.kind(node) {
            NodeKind::Symbol(_) if self.ast.as_symbol(node) == Some("nil") => {
                self.nil_binder(node, false)
            }
            NodeKind::Symbol(_) => self.name_pattern(node, ty, None, names),
            NodeKind::Vector if self.ast.child_count(node) > 0 => {
                return self.tuple_pattern(node, ty, names, true);
            }
            NodeKind::Error => PatternKind::Error,
            _ if self.ast.is_poisoned(node) => PatternKind::Error,
            NodeKind::Brace => self.struct_pattern(node, ty, names),
            NodeKind::List if self.is_bare_tuple(node) => {
                self.retired_tuple(2190, node);
                return self.tuple_pattern(node, ty, names, true);
            }
            NodeKind::Int(_)
            | NodeKind::Float(_)
            | NodeKind::Bool(_)
            | NodeKind::Str(_)
            | NodeKind::List => self.refutable(node, names),
            NodeKind::Keyword(text) if self.is_variant(self.ast.text(text)) => {
                self.refutable(node, names)
            }
            _ => {
                self.problems.push(
                    Problem::new(
                        2202,
                        Place::node(node),
                        "a binder is a name, a tuple `[a b]` or a struct `{field}`",
                    )
                    .label("not a binder"),
                );
                self.bind_all(vec![node]);
                PatternKind::Error
            }
        };
        Pattern { kind, ty, node }
    }

    /// WAT2204.
    fn refutable(&mut self, node: NodeId, names: &mut Vec<Bound>) -> PatternKind {
        self.problems.push(
            Problem::new(
                2204,
                Place::node(node),
                "a binder of `:wat::core::let` cannot fail to match",
            )
            .label("this matches only some values")
            .help("use `:wat::core::match`"),
        );
        self.bind_inside(node, names);
        PatternKind::Error
    }

    /// Is it the pattern of one value: nil, or a variant without fields?
    fn is_variant(&self, path: &str) -> bool {
        let is_unit = |item: crate::items::Item<'db>| item.kind(self.db) == ItemKind::UnitVariant;
        matches!(path, ":wat::core::nil" | ":wat::core::None")
            || lookup(self.db, self.program, path).is_some_and(is_unit)
    }

    /// Binds the names in a pattern that cannot stand here, so that their uses are not told as well.
    fn bind_inside(&mut self, node: NodeId, names: &mut Vec<Bound>) {
        let mut work: Vec<NodeId> = self.ast.children(node).skip(1).collect();
        work.reverse();
        while let Some(part) = work.pop() {
            if self.ast.as_symbol(part).is_some() {
                self.name_pattern(part, Ty::ERROR, None, names);
            }
            let start = work.len();
            work.extend(self.ast.children(part));
            work[start..].reverse();
        }
    }

    /// Is this `(a b)`, the former spelling of the tuple `[a b]`, and not a constructor?
    pub(super) fn is_bare_tuple(&self, node: NodeId) -> bool {
        let head = self.ast.children(node).next();
        !self.ast.is_poisoned(node)
            && head.is_some_and(|head| {
                self.ast.as_keyword(head).is_none()
                    && self.ast.as_symbol(head).and_then(bare_variant).is_none()
            })
    }

    /// WAT1035, with its fix where the value may stand.
    fn nil_binder(&mut self, node: NodeId, fixable: bool) -> PatternKind {
        self.push_reader_problem(|range| wat_syntax::errors::bare_nil(range, fixable), node);
        PatternKind::Error
    }

    pub(super) fn name_pattern(
        &mut self,
        node: NodeId,
        ty: Ty,
        field_of: Option<NodeId>,
        names: &mut Vec<Bound>,
    ) -> PatternKind {
        let name = self.ast.as_symbol(node).unwrap_or("_");
        match name {
            "_" => return PatternKind::Wild,
            "nil" => return self.nil_binder(node, field_of.is_none()),
            _ => {}
        }
        let mut used = ty;
        if let Some(id) = identifier(self.ast, node) {
            let bound = Bound {
                id,
                node,
                ty,
                field_of,
            };
            used = self.check_bound(bound, names);
        }
        PatternKind::Bind(self.bind(node, used))
    }

    pub(super) fn tuple_pattern(
        &mut self,
        node: NodeId,
        ty: Ty,
        names: &mut Vec<Bound>,
        binder: bool,
    ) -> Pattern {
        let children: Vec<NodeId> = self.ast.children(node).collect();
        let parts: Option<Vec<Ty>> = match self.table.shape(ty) {
            Shape::Var => {
                let parts: Vec<Ty> = children.iter().map(|_| self.table.var()).collect();
                let tuple = self.table.app(Ctor::Tuple, &parts);
                self.table.unify(ty, tuple).is_ok().then_some(parts)
            }
            Shape::App(Ctor::Tuple, parts) if parts.len() == children.len() => Some(parts.to_vec()),
            Shape::Error => None,
            Shape::App(Ctor::Tuple, parts) => {
                let found = self.render(ty);
                let elements = counted(parts.len(), "element");
                self.problems.push(
                    Problem::new(
                        3015,
                        Place::node(node),
                        format!(
                            "{} for the {elements} of `{found}`",
                            counted(children.len(), "name")
                        ),
                    )
                    .label(format!("the tuple has {elements}")),
                );
                None
            }
            Shape::App(..) | Shape::Param(_) => {
                let found = self.render(ty);
                let vector = matches!(self.table.shape(ty), Shape::App(Ctor::Vector, _));
                let code = match (binder, vector) {
                    (true, _) => 3001,
                    (false, true) => 2307,
                    (false, false) => 2303,
                };
                let mut problem = Problem::new(
                    code,
                    Place::node(node),
                    format!("a tuple pattern cannot take apart a `{found}`"),
                )
                .label(format!("the value is a `{found}`"));
                if vector {
                    problem = problem.help("there are no patterns for the elements of a vector; ask with `:wat::core::first` or `:wat::core::get`");
                }
                self.problems.push(problem);
                None
            }
        };
        let patterns = children
            .iter()
            .enumerate()
            .map(|(index, &child)| {
                let ty = parts.as_ref().map_or(Ty::ERROR, |parts| parts[index]);
                if binder {
                    self.binder_in(child, ty, names)
                } else {
                    self.pattern_in(child, ty, names)
                }
            })
            .collect();
        let kind = if parts.is_some() {
            PatternKind::Tuple(patterns)
        } else {
            PatternKind::Error
        };
        Pattern { kind, ty, node }
    }

    pub(super) fn pattern_in(&mut self, node: NodeId, ty: Ty, names: &mut Vec<Bound>) -> Pattern {
        stacker::maybe_grow(RED_ZONE, SEGMENT, || self.pattern_on_stack(node, ty, names))
    }

    fn pattern_on_stack(&mut self, node: NodeId, ty: Ty, names: &mut Vec<Bound>) -> Pattern {
        let literal = |ty| Some(ty);
        let (kind, wanted) = match self.ast.kind(node) {
            NodeKind::Symbol(_) => (self.name_pattern(node, ty, None, names), None),
            NodeKind::Int(value) => (PatternKind::Int(value), literal(Ty::I64)),
            NodeKind::Float(bits) => (PatternKind::Float(bits), literal(Ty::F64)),
            NodeKind::Bool(value) => (PatternKind::Bool(value), literal(Ty::BOOL)),
            NodeKind::Str(text) => (
                PatternKind::Str(self.ast.text(text).into()),
                literal(Ty::STRING),
            ),
            NodeKind::Keyword(text) => return self.keyword_pattern(node, text, ty),
            NodeKind::List => return self.constructor_pattern(node, ty, names),
            NodeKind::Vector if self.ast.child_count(node) > 0 => {
                return self.tuple_pattern(node, ty, names, false);
            }
            NodeKind::Brace if !self.ast.is_poisoned(node) && self.names_fields(node) => {
                (self.struct_pattern(node, ty, names), None)
            }
            NodeKind::Error => (PatternKind::Error, None),
            _ if self.ast.is_poisoned(node) => (PatternKind::Error, None),
            NodeKind::Vector | NodeKind::Set | NodeKind::Brace => {
                self.problems.push(
                    Problem::new(2307, Place::node(node), "this is no pattern")
                        .label("not a pattern")
                        .help(
                            "patterns are names, literals, constructors, tuples and struct fields",
                        ),
                );
                self.bind_all(vec![node]);
                (PatternKind::Error, None)
            }
        };
        let kind = match wanted {
            Some(wanted) => self.literal_pattern(node, kind, ty, wanted),
            None => kind,
        };
        Pattern { kind, ty, node }
    }

    pub(super) fn literal_pattern(
        &mut self,
        node: NodeId,
        kind: PatternKind,
        ty: Ty,
        wanted: Ty,
    ) -> PatternKind {
        match self.table.unify(ty, wanted) {
            Ok(()) => kind,
            Err(_) => {
                self.pattern_mismatch(node, wanted, ty);
                PatternKind::Error
            }
        }
    }

    pub(super) fn pattern_mismatch(&mut self, node: NodeId, pattern: Ty, place: Ty) {
        let (have, want) = (self.render(pattern), self.render(place));
        let problem = Problem::new(
            2303,
            Place::node(node),
            format!("this pattern matches a `{have}`, but the value is a `{want}`"),
        )
        .label(format!("the value here is a `{want}`"));
        let problem = match self.is_option_in_result(pattern, place) {
            true => {
                let edit = |at, insert: &str| ProblemEdit {
                    at,
                    place: Place::node(node),
                    insert: insert.to_owned(),
                };
                problem
                    .help("the value is in an `Ok`: `(:wat::core::Ok (:wat::core::Some v))`, `(:wat::core::Ok :wat::core::None)`; an `(:wat::core::Err e)` may stand there as well")
                    .fix(
                        "match inside of `:wat::core::Ok`",
                        Applicability::MaybeIncorrect,
                        vec![
                            edit(EditAt::Before, "(:wat::core::Ok "),
                            edit(EditAt::After, ")"),
                        ],
                    )
            }
            false => problem,
        };
        self.problems.push(problem);
    }

    /// Is the pattern one of an option, and the value the result that holds one, as communication gives it?
    fn is_option_in_result(&self, pattern: Ty, place: Ty) -> bool {
        let held = self.table.args_of(place, &Ctor::Result);
        self.table.args_of(pattern, &Ctor::Option).is_some()
            && held.is_some_and(|held| self.table.args_of(held[0], &Ctor::Option).is_some())
    }

    pub(super) fn may_be_option(&self, ty: Ty) -> bool {
        match self.table.shape(ty) {
            Shape::Var => true,
            Shape::App(ctor, _) => *ctor == Ctor::Option,
            _ => false,
        }
    }

    /// Binds every symbol below the nodes to what fits everything.
    pub(super) fn bind_all(&mut self, mut work: Vec<NodeId>) {
        while let Some(node) = work.pop() {
            match self.ast.kind(node) {
                NodeKind::Symbol(_) => {
                    self.bind(node, Ty::ERROR);
                }
                _ => work.extend(self.ast.children(node)),
            }
        }
    }
}
