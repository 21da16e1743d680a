//! Binders and patterns.

use wat_syntax::{Applicability, NodeId, NodeKind};
use wat_value::counted;

use crate::items::ItemKind;
use crate::keywords::bare_key;
use crate::legacy::bare_variant;
use crate::names::lookup;
use crate::problem::{EditAt, Place, Problem, ProblemEdit};
use crate::types::Ctor;

use super::table::{Shape, Ty};
use super::twice::{Bound, identifier};
use super::typed::{Pattern, PatternKind};
use super::{How, Infer, Use};

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
    fn is_bare_tuple(&self, node: NodeId) -> bool {
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

    fn name_pattern(
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

    fn tuple_pattern(
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

    /// `{f g}`: fields of a struct, each bound to its name.
    fn struct_pattern(&mut self, node: NodeId, ty: Ty, names: &mut Vec<Bound>) -> PatternKind {
        let children: Vec<NodeId> = self.ast.children(node).collect();
        if !self.names_fields(node) {
            self.problems.push(
                Problem::new(
                    2202,
                    Place::node(node),
                    "a struct pattern names fields: `{a b}`",
                )
                .label("expected field names"),
            );
            self.bind_all(children);
            return PatternKind::Error;
        }
        let found = self.struct_fields(ty);
        if found.is_none() && !self.table.is_error(ty) {
            let rendered = self.render(ty);
            self.problems.push(
                Problem::new(
                    3017,
                    Place::node(node),
                    format!("`{rendered}` has no fields to name"),
                )
                .label("not a struct"),
            );
        }
        let known = found.is_some();
        let fields = found.unwrap_or_default();
        let mut patterns: Vec<Pattern> = fields
            .iter()
            .map(|(_, ty)| Pattern {
                kind: PatternKind::Wild,
                ty: *ty,
                node,
            })
            .collect();
        for child in children {
            let name = self.ast.as_symbol(child).unwrap_or("_").to_owned();
            let at = fields.iter().position(|(field, _)| **field == *name);
            if at.is_none() && known {
                self.unknown_field(child, &name, &fields, ty, node);
            }
            if at.is_some() {
                self.refer_to_field(child, &name, ty);
            }
            let field = at.map_or(Ty::ERROR, |at| fields[at].1);
            let kind = self.name_pattern(child, field, Some(node), names);
            if let Some(at) = at {
                patterns[at] = Pattern {
                    kind,
                    ty: field,
                    node: child,
                };
            }
        }
        match known {
            true => PatternKind::Variant {
                index: 0,
                count: 1,
                fields: patterns,
            },
            false => PatternKind::Error,
        }
    }

    /// Does a brace hold what a struct pattern does: names, and at least one?
    fn names_fields(&self, node: NodeId) -> bool {
        let is_name = |child| self.ast.as_symbol(child).is_some();
        self.ast.child_count(node) > 0 && self.ast.children(node).all(is_name)
    }

    /// Naming a field in a pattern refers to its accessor.
    pub(super) fn refer_to_field(&mut self, node: NodeId, name: &str, ty: Ty) {
        let accessor = self.nominal_at(ty).and_then(|(nominal, _)| {
            lookup(self.db, self.program, &format!("{}/{name}", nominal.path))
        });
        if let Some(item) = accessor.filter(|item| item.kind(self.db) == ItemKind::Accessor) {
            self.uses.push(Use {
                node: node.0,
                item,
                how: How::Match,
            });
        }
    }

    fn unknown_field(
        &mut self,
        node: NodeId,
        name: &str,
        fields: &[(std::sync::Arc<str>, Ty)],
        ty: Ty,
        pattern: NodeId,
    ) {
        if let Shape::App(Ctor::Nominal(path), _) = self.table.shape(ty)
            && crate::nominal::may_be_unread(self.db, self.program, &format!("{path}/{name}"))
        {
            return;
        }
        let rendered = self.render(ty);
        let named: Vec<&str> = (self.ast.children(pattern))
            .filter_map(|child| self.ast.as_symbol(child))
            .collect();
        let left = fields.iter().map(|(field, _)| &**field);
        let found = crate::suggest::rank(name, left.filter(|field| !named.contains(field)));
        let listed: Vec<String> = fields
            .iter()
            .map(|(field, _)| format!("`{field}`"))
            .collect();
        let problem = Problem::new(
            2306,
            Place::node(node),
            format!("`{rendered}` has no field `{name}`"),
        )
        .label("no such field")
        .note(format!("its fields are {}", listed.join(", ")));
        let problem = crate::suggest::offer(problem, Place::node(node), &found);
        self.problems.push(problem);
        // Written twice, one of them is something else.
        match named.iter().filter(|&&other| other == name).count() > 1 {
            true => self.doubt_latest(),
            false => self.rename_with_uses(node),
        }
    }

    /// The fields of a struct type, instantiated at its arguments.
    fn struct_fields(&mut self, ty: Ty) -> Option<Vec<(std::sync::Arc<str>, Ty)>> {
        let (nominal, args) = self.nominal_at(ty)?;
        if nominal.is_enum || nominal.is_newtype {
            return None;
        }
        let fields = &nominal.variants.first()?.fields;
        Some(
            fields
                .iter()
                .map(|field| {
                    (
                        field.name.clone(),
                        self.table.written(&field.ty, field.spelled.as_ref(), &args),
                    )
                })
                .collect(),
        )
    }

    /// The declared type of a value, and its arguments.
    fn nominal_at(
        &self,
        ty: Ty,
    ) -> Option<(&'db std::sync::Arc<crate::nominal::Nominal>, Vec<Ty>)> {
        match self.table.shape(ty) {
            Shape::App(Ctor::Nominal(path), args) => Some((
                crate::nominal::nominal_of(self.db, self.program, path)?,
                args.to_vec(),
            )),
            _ => None,
        }
    }

    /// The arguments of a type that has been unified with one that has these. What is unknown among them by a mistake
    /// stays so.
    fn arguments_at(&self, ty: Ty, unified: Vec<Ty>) -> Vec<Ty> {
        match self.table.shape(ty) {
            Shape::App(_, args) if args.len() == unified.len() => args.to_vec(),
            _ => unified,
        }
    }

    /// The variant that a path names in a pattern: unifies the place with its enum and returns index, count and the
    /// types of the fields. `None` if it was reported, or is no variant at all.
    fn enum_variant(&mut self, node: NodeId, path: &str, ty: Ty, given: usize) -> VariantPath {
        if crate::names::may_be_contested(self.db, self.program, path) {
            return VariantPath::Reported;
        }
        let item = lookup(self.db, self.program, path).filter(|item| {
            matches!(
                item.kind(self.db),
                ItemKind::Constructor | ItemKind::UnitVariant
            )
        });
        let owner = item
            .and_then(|item| crate::nominal::owner(self.db, item))
            .filter(|o| o.kind(self.db) == ItemKind::Enum);
        let (Some(item), Some(owner)) = (item, owner) else {
            return self.missing_variant(node, path, ty, given);
        };
        self.refer(node, item, How::Match);
        if self.is_contested(item) {
            return VariantPath::Reported;
        }
        let nominal = crate::nominal::nominal(self.db, self.program, owner);
        let args: Vec<Ty> = nominal.generics.iter().map(|_| self.table.var()).collect();
        let whole = self.table.instantiate(&nominal.itself(), &args);
        if self.table.unify(ty, whole).is_err() {
            self.pattern_mismatch(node, whole, ty);
            return VariantPath::Reported;
        }
        let args = self.arguments_at(ty, args);
        let index = item.part(self.db);
        let fields = nominal
            .variants
            .get(index as usize)
            .map(|variant| &variant.fields[..])
            .unwrap_or_default();
        let fields = fields
            .iter()
            .map(|field| self.table.written(&field.ty, field.spelled.as_ref(), &args))
            .collect();
        let unit = item.kind(self.db) == ItemKind::UnitVariant;
        VariantPath::Found {
            index,
            count: nominal.variants.len() as u32,
            fields,
            unit,
        }
    }

    /// WAT2304: the place has an enum type, and the path is none of its variants.
    fn missing_variant(&mut self, node: NodeId, path: &str, ty: Ty, given: usize) -> VariantPath {
        let Some((nominal, _)) = self.nominal_at(ty).filter(|(nominal, _)| nominal.is_enum) else {
            return VariantPath::None;
        };
        if nominal.is_misshapen {
            return VariantPath::Reported;
        }
        let paths: Vec<String> = nominal
            .variants
            .iter()
            .map(|variant| format!("{}::{}", nominal.path, variant.name))
            .collect();
        let found = crate::suggest::rank(path, paths.iter().map(String::as_str));
        if found.is_empty() && self.is_head(node) && is_pattern_word(path) {
            return VariantPath::None;
        }
        let listed: Vec<String> = nominal
            .variants
            .iter()
            .map(|variant| format!("`{}`", variant.name))
            .collect();
        let problem = Problem::new(
            2304,
            Place::node(node),
            format!("`{}` has no variant `{path}`", nominal.path),
        )
        .label("no such variant")
        .note(format!("its variants are {}", listed.join(", ")));
        let problem = crate::suggest::offer(problem, Place::node(node), &found);
        self.problems.push(problem);
        let takes = |name: &str| {
            let variant = paths.iter().position(|path| path == name);
            variant.is_some_and(|at| nominal.variants[at].fields.len() == given)
        };
        if found
            .first()
            .is_some_and(|best| !takes(&best.name) || self.is_matched(node, &best.name))
        {
            self.doubt_latest();
        }
        VariantPath::Reported
    }

    /// Is it the head of a list?
    fn is_head(&self, node: NodeId) -> bool {
        let before = NodeId(node.0.saturating_sub(1));
        let is_list = self.ast.kind(before) == NodeKind::List;
        is_list && self.ast.children(before).next() == Some(node)
    }

    /// Does another pattern of the innermost match name this variant too?
    fn is_matched(&self, node: NodeId, variant: &str) -> bool {
        let names_it =
            |part: u32| part != node.0 && self.ast.as_keyword(NodeId(part)) == Some(variant);
        let end = |pattern: NodeId| self.ast.subtree_end(pattern).0;
        let arms = self
            .matching
            .into_iter()
            .flat_map(|it| self.ast.children(it).skip(2));
        let mut patterns = arms.filter_map(|arm| self.ast.children(arm).next());
        patterns.any(|pattern| (pattern.0..end(pattern)).any(names_it))
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

    fn literal_pattern(
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

    fn pattern_mismatch(&mut self, node: NodeId, pattern: Ty, place: Ty) {
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

    fn may_be_option(&self, ty: Ty) -> bool {
        match self.table.shape(ty) {
            Shape::Var => true,
            Shape::App(ctor, _) => *ctor == Ctor::Option,
            _ => false,
        }
    }

    fn keyword_pattern(&mut self, node: NodeId, text: wat_syntax::TextId, ty: Ty) -> Pattern {
        let path = match self.ast.text(text) {
            ":None" if self.may_be_option(ty) => {
                self.bare_variant(7001, node, ":wat::core::None");
                ":wat::core::None"
            }
            path => path,
        };
        let kind = match path {
            ":wat::core::nil" => self.literal_pattern(node, PatternKind::Nil, ty, Ty::NIL),
            ":wat::core::None" => {
                let element = self.table.var();
                let option = self.table.app(Ctor::Option, &[element]);
                let none = PatternKind::Variant {
                    index: 0,
                    count: 2,
                    fields: Vec::new(),
                };
                self.literal_pattern(node, none, ty, option)
            }
            _ if self.ast.is_poisoned(node) => PatternKind::Error,
            // Where a keyword is matched, every keyword is one, whatever it names.
            _ if matches!(self.table.shape(ty), Shape::App(Ctor::Keyword, _)) => {
                PatternKind::Keyword(path.into())
            }
            ":wat::core::Some" | ":wat::core::Ok" | ":wat::core::Err" => {
                self.pattern_arity(node, path, 1, None);
                PatternKind::Error
            }
            _ => match self.enum_variant(node, path, ty, 0) {
                VariantPath::Found {
                    index,
                    count,
                    fields,
                    unit,
                } => {
                    if unit {
                        PatternKind::Variant {
                            index,
                            count,
                            fields: Vec::new(),
                        }
                    } else {
                        self.pattern_arity(node, path, fields.len(), None);
                        PatternKind::Error
                    }
                }
                VariantPath::Reported => PatternKind::Error,
                VariantPath::None if self.misspelled_variant(node, path, ty, 0) => {
                    PatternKind::Error
                }
                VariantPath::None => {
                    self.literal_pattern(node, PatternKind::Keyword(path.into()), ty, Ty::KEYWORD)
                }
            },
        };
        Pattern { kind, ty, node }
    }

    fn constructor_pattern(&mut self, node: NodeId, ty: Ty, names: &mut Vec<Bound>) -> Pattern {
        let children: Vec<NodeId> = self.ast.children(node).collect();
        let head = children.first().copied();
        let bare = head
            .and_then(|head| self.ast.as_symbol(head))
            .and_then(bare_variant);
        if let (Some(head), Some(path)) = (head, bare) {
            self.bare_variant(7001, head, path);
        }
        let tuple = matches!(
            self.table.shape(ty),
            Shape::Var | Shape::App(Ctor::Tuple, _)
        );
        if tuple && self.is_bare_tuple(node) {
            self.retired_tuple(7001, node);
            return self.tuple_pattern(node, ty, names, false);
        }
        let path = bare.or_else(|| head.and_then(|head| self.ast.as_keyword(head)));
        if path == Some(":wat::core::None") && self.may_be_option(ty) && children.len() == 1 {
            if !self.ast.is_poisoned(node) {
                self.pattern_arity(node, ":wat::core::None", 0, Some(0));
            }
            let kind = PatternKind::Error;
            return Pattern { kind, ty, node };
        }
        let variant = match path {
            Some(":wat::core::Some") => self.builtin_variant(node, ty, Ctor::Option, 1),
            Some(":wat::core::Ok") => self.builtin_variant(node, ty, Ctor::Result, 0),
            Some(":wat::core::Err") => self.builtin_variant(node, ty, Ctor::Result, 1),
            Some(path) => self.enum_variant(
                head.unwrap_or(node),
                path,
                ty,
                children.len().saturating_sub(1),
            ),
            None => VariantPath::None,
        };
        let types = match &variant {
            VariantPath::Found { fields, .. } => fields.clone(),
            VariantPath::Reported => Vec::new(),
            VariantPath::None => {
                if !self.ast.is_poisoned(node) && !self.table.is_error(ty) {
                    self.unknown_constructor(node, head, ty);
                }
                Vec::new()
            }
        };
        if let VariantPath::Found { fields, .. } = &variant
            && self.keyword_pattern_of(&children[1..], fields.len())
        {
            // Which field a key means is not looked up: what is bound there fits everything.
            for pair in children[1..].chunks(2) {
                self.pattern_in(pair[1], Ty::ERROR, names);
            }
            let kind = PatternKind::Error;
            return Pattern { kind, ty, node };
        }
        if matches!(variant, VariantPath::None) && path.is_some_and(is_no_constructor) {
            // What is mentioned there are no binders; a body may mention them all the same.
            let names = children.iter().skip(1).copied().collect();
            self.bind_all(names);
            let kind = PatternKind::Error;
            return Pattern { kind, ty, node };
        }
        if let VariantPath::Found { fields, .. } = &variant
            && fields.len() + 1 != children.len()
            && let Some(guard) = self.guard_within(&children)
        {
            self.problems.push(
                Problem::new(2307, Place::node(children[guard]), "a pattern has no guard")
                    .label("not a part of a pattern")
                    .help("test the value in the body of the arm"),
            );
            for (at, &child) in children[1..guard].iter().enumerate() {
                let ty = types.get(at).copied().unwrap_or(Ty::ERROR);
                self.pattern_in(child, ty, names);
            }
            let kind = PatternKind::Error;
            return Pattern { kind, ty, node };
        }
        let fields: Vec<Pattern> = children
            .iter()
            .skip(1)
            .enumerate()
            .map(|(at, &child)| {
                self.pattern_in(child, types.get(at).copied().unwrap_or(Ty::ERROR), names)
            })
            .collect();
        let kind = match variant {
            VariantPath::Found {
                index,
                count,
                fields: types,
                unit: false,
            } if types.len() == fields.len() => PatternKind::Variant {
                index,
                count,
                fields,
            },
            VariantPath::Found { fields: types, .. } => {
                if !self.ast.is_poisoned(node) {
                    self.pattern_arity(
                        node,
                        path.unwrap_or_default(),
                        types.len(),
                        Some(fields.len()),
                    );
                }
                PatternKind::Error
            }
            _ => PatternKind::Error,
        };
        Pattern { kind, ty, node }
    }

    /// Which of the parts of a pattern begins a guard: `(:E::V x :when test)`.
    fn guard_within(&self, parts: &[NodeId]) -> Option<usize> {
        let guard = parts.iter().position(|&part| self.is_guard_word(part));
        guard.filter(|&guard| guard > 0 && guard + 1 < parts.len())
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

    /// WAT2307: `((:E::V :x a :y b) …)`.
    fn keyword_pattern_of(&mut self, parts: &[NodeId], fields: usize) -> bool {
        let keyed = fields > 0
            && parts.len() == 2 * fields
            && parts
                .iter()
                .step_by(2)
                .all(|&part| self.ast.as_keyword(part).and_then(bare_key).is_some());
        if keyed {
            self.problems.push(
                Problem::new(
                    2307,
                    Place::node(parts[0]),
                    "the fields of a variant are matched by position, not by keyword",
                )
                .label("not a pattern here")
                .help("write one pattern for each field, in declared order"),
            );
        }
        keyed
    }

    fn builtin_variant(&mut self, node: NodeId, ty: Ty, ctor: Ctor, index: u32) -> VariantPath {
        let parts: Vec<Ty> = (0..if ctor == Ctor::Option { 1 } else { 2 })
            .map(|_| self.table.var())
            .collect();
        let whole = self.table.app(ctor.clone(), &parts);
        if self.table.unify(ty, whole).is_err() {
            self.pattern_mismatch(node, whole, ty);
            return VariantPath::Reported;
        }
        let parts = self.arguments_at(ty, parts);
        let field = match (&ctor, index) {
            (Ctor::Result, 1) => parts[1],
            _ => parts[0],
        };
        VariantPath::Found {
            index,
            count: 2,
            fields: vec![field],
            unit: false,
        }
    }

    /// WAT2305: the number of sub-patterns; `found` is `None` where the variant stands without parentheses.
    fn pattern_arity(&mut self, node: NodeId, path: &str, wanted: usize, found: Option<usize>) {
        if crate::nominal::may_be_unread(self.db, self.program, path) {
            return;
        }
        if (wanted, found) == (0, Some(0)) {
            let message = format!("`{path}` has no fields: it stands without parentheses");
            self.problems.push(
                Problem::new(2305, Place::node(node), message)
                    .label("no parentheses")
                    .replace(Applicability::MachineApplicable, Place::node(node), path),
            );
            return;
        }
        let fields = counted(wanted, "field");
        let patterns = match found {
            Some(1) => "one pattern is given".to_owned(),
            Some(found) => format!("{found} patterns are given"),
            None => "no pattern is given".to_owned(),
        };
        let mut problem = Problem::new(
            2305,
            Place::node(node),
            format!("`{path}` has {fields}, {patterns}"),
        )
        .label("wrong number of patterns");
        let padding = " _".repeat(wanted.saturating_sub(found.unwrap_or(0)));
        match found {
            None => {
                problem = problem.replace(
                    Applicability::MachineApplicable,
                    Place::node(node),
                    &format!("({path}{padding})"),
                );
            }
            Some(found) if found < wanted => {
                let edit = ProblemEdit {
                    at: EditAt::BeforeClose,
                    place: Place::node(node),
                    insert: padding,
                };
                problem = problem.fix(
                    "match the other fields with `_`",
                    Applicability::MachineApplicable,
                    vec![edit],
                );
            }
            Some(_) => {}
        }
        self.problems.push(problem);
    }

    /// WAT2304: the place has an `Option` or a `Result`, and the path is nearly one of its variants.
    fn misspelled_variant(&mut self, node: NodeId, path: &str, ty: Ty, given: usize) -> bool {
        const OPTION: [(&str, usize); 2] = [(":wat::core::Some", 1), (":wat::core::None", 0)];
        const RESULT: [(&str, usize); 2] = [(":wat::core::Ok", 1), (":wat::core::Err", 1)];
        let (name, variants) = match self.table.shape(ty) {
            Shape::App(Ctor::Option, _) => (":wat::core::Option", OPTION),
            Shape::App(Ctor::Result, _) => (":wat::core::Result", RESULT),
            _ => return false,
        };
        if !path.starts_with(":wat::core::") || lookup(self.db, self.program, path).is_some() {
            return false;
        }
        let found = crate::suggest::rank(path, variants.iter().map(|(variant, _)| *variant));
        let Some(best) = found.first() else {
            return false;
        };
        let fits = variants.contains(&(&*best.name, given)) && !self.is_matched(node, &best.name);
        let problem = Problem::new(
            2304,
            Place::node(node),
            format!("`{name}` has no variant `{path}`"),
        )
        .label("no such variant");
        let problem = crate::suggest::offer(problem, Place::node(node), &found);
        self.problems.push(problem);
        if !fits {
            self.doubt_latest();
        }
        true
    }

    fn is_struct(&self, path: &str) -> bool {
        let item = crate::names::lookup_type(self.db, self.program, path);
        item.is_some_and(|item| item.kind(self.db) == ItemKind::Struct)
    }

    fn unknown_constructor(&mut self, node: NodeId, head: Option<NodeId>, ty: Ty) {
        let at = head.unwrap_or(node);
        let name = self.ast.as_keyword(at);
        let given = self.ast.child_count(node).saturating_sub(1);
        if name.is_some_and(|name| self.misspelled_variant(at, name, ty, given)) {
            return;
        }
        let found = self.render(ty);
        self.problems.push(match name {
            Some(name) if is_no_constructor(name) => Problem::new(
                2307,
                Place::node(node),
                format!("`{name}` begins no pattern: there are no guards, alternatives or ranges"),
            )
            .label("not a pattern")
            .help("test the value in the body of the arm, or write an arm for each case"),
            Some(name) if self.is_struct(name) => Problem::new(
                2303,
                Place::node(at),
                format!("`{name}` is a struct, and not the variant of an enum"),
            )
            .label("not a variant")
            .help("the fields of a struct are matched by their names: `{field …}`"),
            Some(name) => Problem::new(
                2303,
                Place::node(at),
                format!("`{name}` is no variant of `{found}`"),
            )
            .label("not a variant of this type"),
            None => Problem::new(
                2307,
                Place::node(node),
                "a pattern in parentheses begins with a constructor",
            )
            .label("not a constructor"),
        });
    }
}

/// A name of one segment, or one directly in the core library, is no variant of an enum.
fn is_no_constructor(path: &str) -> bool {
    let core = path.strip_prefix(":wat::core::");
    let leaf = core.unwrap_or(&path[1..]);
    !leaf.contains("::") && core != Some("None")
}

/// A word like `:or` or `:when`: no variant is meant by it, whatever the type is.
fn is_pattern_word(path: &str) -> bool {
    let leaf = path.rsplit(':').next().unwrap_or(path);
    is_no_constructor(path) && !leaf.starts_with(|first: char| first.is_ascii_uppercase())
}

/// What a path means in a pattern.
enum VariantPath {
    Found {
        index: u32,
        count: u32,
        fields: Vec<Ty>,
        unit: bool,
    },
    /// Wrong, and reported.
    Reported,
    /// No variant.
    None,
}
