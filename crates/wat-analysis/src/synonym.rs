//! `define-alias`: another name for a function, a constructor, an accessor or a dispatch.

use wat_syntax::{Ast, NodeId};

use crate::db::{Db, FileKind, SourceFile};
use crate::items::{Item, ItemKind, split_generic};
use crate::library::is_internal;
use crate::names::{lookup, program_items, program_of};

/// The form that declares a second name.
pub(crate) const HEAD: &str = ":wat::runtime::define-alias";
/// Its second name.
pub(crate) const SECOND_HEAD: &str = ":wat::core::defalias";

/// The node of the target in the defining list.
pub(crate) fn target_node(ast: &Ast, root: NodeId) -> Option<NodeId> {
    ast.children(root)
        .nth(2)
        .filter(|&target| ast.as_keyword(target).is_some())
}

/// What the target of an alias names directly, whatever that is.
pub(crate) fn named<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    item: Item<'db>,
) -> Option<Item<'db>> {
    let ast = item.ast(db);
    let path = ast.as_keyword(target_node(ast, item.root(db))?)?;
    let path = split_generic(path).0;
    let is_own = item.form(db).file(db).kind(db) == FileKind::Library;
    if is_internal(path) && !is_own {
        return None;
    }
    lookup(db, program_of(db, program, item), path)
}

/// Forms of the language that construct a value.
const CONSTRUCTORS: [&str; 3] = [":wat::core::Some", ":wat::core::Ok", ":wat::core::Err"];

/// Can a second name be given to a definition?
pub(crate) fn is_target<'db>(db: &'db dyn Db, item: Item<'db>) -> bool {
    if item.kind(db) == ItemKind::SpecialForm {
        return CONSTRUCTORS.contains(&item.name(db).text(db).as_str());
    }
    matches!(
        item.kind(db),
        ItemKind::Function
            | ItemKind::Native
            | ItemKind::Constructor
            | ItemKind::Accessor
            | ItemKind::Dispatch
            | ItemKind::Operator
            | ItemKind::Synonym
    )
}

/// The definition that an alias stands for in the end, other aliases seen through; `None` if there is none.
#[salsa::tracked(returns(copy), cycle_result = cyclic)]
pub(crate) fn target<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    item: Item<'db>,
) -> Option<Item<'db>> {
    if item.kind(db) != ItemKind::Synonym {
        return None;
    }
    let named = named(db, program, item).filter(|named| is_target(db, *named))?;
    match named.kind(db) {
        ItemKind::Synonym => target(db, program, named),
        _ => Some(named),
    }
}

fn cyclic<'db>(_: &'db dyn Db, _: salsa::Id, _: SourceFile, _: Item<'db>) -> Option<Item<'db>> {
    None
}

/// The other aliases of the cycle that this alias closes, being the last of them in program order; `None` if it closes
/// none: then what is wrong with its target is told there.
pub(crate) fn cycle_closed_by<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    item: Item<'db>,
) -> Option<Vec<Item<'db>>> {
    let mut cycle = vec![item];
    loop {
        let next = named(db, program, *cycle.last()?)?;
        if next == item {
            break;
        }
        if next.kind(db) != ItemKind::Synonym || cycle.contains(&next) {
            return None;
        }
        cycle.push(next);
    }
    let mut in_order = program_items(db, program_of(db, program, item));
    let last = in_order.rfind(|one| cycle.contains(one))?;
    cycle.retain(|&one| one != item);
    (last == item).then_some(cycle)
}
