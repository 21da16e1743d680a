//! What others rely on of a definition: a change of it makes code that was compiled, and values that were evaluated,
//! unfit for the program.

use std::collections::VecDeque;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::db::{Db, SourceFile};
use crate::evaluation::type_of_ir;
use crate::infer::value_type;
use crate::items::{Item, ItemKind};
use crate::names::names;
use crate::nominal::{Nominal, nominal_of};
use crate::run::value_ir;
use crate::signature::signature;
use crate::types::{Ctor, Type};

/// The shape of a definition: its type, with the declarations of all types in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Shape {
    kind: ItemKind,
    ty: Type,
    declarations: Vec<Arc<Nominal>>,
}

/// The shapes of everything that a program declares.
pub(super) type Shapes = FxHashMap<Arc<str>, Shape>;

pub(super) fn shapes(db: &dyn Db, root: SourceFile) -> Shapes {
    let items = names(db, root).items.values();
    let named = items.map(|item| {
        (
            item.name(db).text(db).as_str().into(),
            shape(db, root, *item),
        )
    });
    named.collect()
}

fn shape<'db>(db: &'db dyn Db, root: SourceFile, item: Item<'db>) -> Shape {
    let name = item.name(db).text(db);
    let ty = match item.kind(db) {
        ItemKind::Value => value_type(db, root, item).clone(),
        ItemKind::Bindings => {
            value_ir(db, root, name).map_or(Type::Error, |code| type_of_ir(&code.ret))
        }
        ItemKind::Struct | ItemKind::Enum | ItemKind::Newtype => {
            Type::App(Ctor::Nominal(name.as_str().into()), Box::default())
        }
        _ => signature(db, root, item)
            .as_ref()
            .map_or(Type::Error, |signature| {
                let rest = signature.rest.iter().map(|rest| rest.ty.clone());
                let own = std::iter::once(signature.as_type());
                Type::App(Ctor::Tuple, own.chain(rest).collect())
            }),
    };
    Shape {
        kind: item.kind(db),
        declarations: declarations(db, root, &ty),
        ty,
    }
}

/// The declared types in a type and in their fields, each once.
fn declarations(db: &dyn Db, root: SourceFile, ty: &Type) -> Vec<Arc<Nominal>> {
    let mut found: Vec<Arc<Nominal>> = Vec::new();
    let mut seen: FxHashSet<Arc<str>> = FxHashSet::default();
    let mut work = VecDeque::from([ty.clone()]);
    while let Some(ty) = work.pop_front() {
        let Type::App(ctor, parts) = ty else { continue };
        work.extend(parts);
        if let Ctor::Nominal(path) = ctor
            && seen.insert(path.clone())
            && let Some(declared) = nominal_of(db, root, &path)
        {
            let fields = declared.variants.iter().flat_map(|variant| &variant.fields);
            work.extend(fields.map(|field| field.ty.clone()));
            found.push(declared.clone());
        }
    }
    found
}

/// How a program has changed for what was compiled and evaluated before.
#[derive(Debug, Default)]
pub struct Changes {
    /// Names that have another type or layout now, or that are gone: code for them has to be made anew, and code that is
    /// there must not meet the new one.
    pub retired: Vec<Arc<str>>,
    /// Are types among them?
    pub layouts: bool,
}

/// What has another shape, or none any more.
pub(super) fn changes(before: &Shapes, after: &Shapes) -> Changes {
    let changed = before
        .iter()
        .filter(|(name, shape)| after.get(*name) != Some(shape));
    let mut retired: Vec<Arc<str>> = changed.clone().map(|(name, _)| name.clone()).collect();
    retired.sort();
    Changes {
        layouts: changed
            .into_iter()
            .any(|(_, shape)| shape.kind.is_nominal()),
        retired,
    }
}
