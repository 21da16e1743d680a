//! Struct patterns: fields by their names.

use wat_syntax::NodeId;

use crate::items::ItemKind;
use crate::names::lookup;
use crate::problem::{Place, Problem};
use crate::types::Ctor;

use super::table::{Shape, Ty};
use super::twice::Bound;
use super::typed::{Pattern, PatternKind};
use super::{How, Infer, Use};

impl<'db> Infer<'db> {
    /// `{f g}`: fields of a struct, each bound to its name.
    pub(super) fn struct_pattern(
        &mut self,
        node: NodeId,
        ty: Ty,
        names: &mut Vec<Bound>,
    ) -> PatternKind {
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
        if found.is_none() && !self.table.is_error(ty) && !self.is_left_open(ty) {
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
    pub(super) fn names_fields(&self, node: NodeId) -> bool {
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
        let owner = self.nominal_at(ty).map(|(nominal, _)| &nominal.path);
        let may_be_named = |field: &&str| {
            owner.is_none_or(|owner| self.is_admitted(node, &format!("{owner}/{field}")))
        };
        let left = fields.iter().map(|(field, _)| &**field);
        let left: Vec<&str> = left.filter(may_be_named).collect();
        let others = left.iter().copied().filter(|field| !named.contains(field));
        let found = crate::suggest::rank(name, others);
        let listed: Vec<String> = left.iter().map(|field| format!("`{field}`")).collect();
        let mut problem = Problem::new(
            2306,
            Place::node(node),
            format!("`{rendered}` has no field `{name}`"),
        )
        .label("no such field");
        if !listed.is_empty() {
            let which = match left.len() == fields.len() {
                true => "its fields are",
                false => "the fields that may be named here are",
            };
            problem = problem.note(format!("{which} {}", listed.join(", ")));
        }
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
    pub(super) fn nominal_at(
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
}
