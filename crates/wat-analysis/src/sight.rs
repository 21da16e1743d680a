//! Whose names are looked up: those of a checked program, or those that an expansion may know.
//!
//! Expansion comes before names. What it asks about is the library, what stands literally at the top level of the
//! program, and what earlier expansions have defined; it never reads the table of the program, which depends on it.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::db::{Db, FileKind, SourceFile};
use crate::expand::calls_before;
use crate::forms::Form;
use crate::items::{Item, ItemKind, Name, declarations, literal_pieces, split_generic};
use crate::layered::{Layered, named};
use crate::library::library_item;
use crate::names::{lookup, lookup_type, program_of};
use crate::nominal::{Nominal, nominal, read_nominal};
use crate::program::{closed_files, load_graph, other_files};
use crate::resolve::{alias_target, read_alias};
use crate::signature::{Signature, read_item_signature, signature};
use crate::synonym;
use crate::types::Type;
use std::sync::Arc;

/// Aliases of aliases, and second names of second names.
const MAX_DEPTH: u8 = 64;

/// Whose names are looked up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Sight<'db> {
    /// All names of a program.
    Program(SourceFile),
    /// What an expansion may know.
    Expansion {
        program: SourceFile,
        /// What earlier forms than this one define by expansion is known; `None`: nothing of the kind.
        before: Option<Form<'db>>,
        /// Aliases that are being seen through.
        depth: u8,
    },
}

impl From<SourceFile> for Sight<'_> {
    fn from(program: SourceFile) -> Self {
        Sight::Program(program)
    }
}

impl<'db> Sight<'db> {
    /// What an expansion of a form may know.
    pub(crate) fn expansion(program: SourceFile, before: Option<Form<'db>>) -> Self {
        Sight::Expansion {
            program,
            before,
            depth: 0,
        }
    }

    /// The program, if all its names are seen.
    pub(crate) fn program(self) -> Option<SourceFile> {
        match self {
            Sight::Program(program) => Some(program),
            Sight::Expansion { .. } => None,
        }
    }

    /// What a path means as a call head or a value.
    pub(crate) fn lookup(self, db: &'db dyn Db, path: &str) -> Option<Item<'db>> {
        match self {
            Sight::Program(program) => lookup(db, program, path),
            Sight::Expansion {
                program, before, ..
            } => early_item(db, program, before, path, false),
        }
    }

    /// What a path means as a type.
    pub(crate) fn lookup_type(self, db: &'db dyn Db, path: &str) -> Option<Item<'db>> {
        match self {
            Sight::Program(program) => lookup_type(db, program, path),
            Sight::Expansion {
                program, before, ..
            } => early_item(db, program, before, path, true),
        }
    }

    /// The names that an item's form sees: the library's own items see the library alone.
    pub(crate) fn of_item(self, db: &'db dyn Db, item: Item<'db>) -> Self {
        match self {
            Sight::Program(program) => Sight::Program(program_of(db, program, item)),
            Sight::Expansion { .. } => match item.form(db).file(db) {
                file if file.kind(db) == FileKind::Library => Sight::Program(file),
                _ => self,
            },
        }
    }

    /// The type that an alias stands for.
    pub(crate) fn alias(self, db: &'db dyn Db, item: Item<'db>) -> Type {
        match self {
            Sight::Program(program) => alias_target(db, program, item).ty.clone(),
            Sight::Expansion { depth, .. } if depth >= MAX_DEPTH => Type::Error,
            Sight::Expansion {
                program,
                before,
                depth,
            } => {
                let deeper = Sight::Expansion {
                    program,
                    before,
                    depth: depth + 1,
                };
                read_alias(db, deeper, item)
            }
        }
    }

    /// What a second name stands for in the end; itself if it is none.
    pub(crate) fn target(self, db: &'db dyn Db, item: Item<'db>) -> Item<'db> {
        if item.kind(db) != ItemKind::Synonym {
            return item;
        }
        let Some(program) = self.program() else {
            return self.early_target(db, item);
        };
        synonym::target(db, program, item).unwrap_or(item)
    }

    fn early_target(self, db: &'db dyn Db, item: Item<'db>) -> Item<'db> {
        let mut target = item;
        for _ in 0..MAX_DEPTH {
            let ast = target.ast(db);
            let path = synonym::target_node(ast, target.root(db));
            let path = path.and_then(|node| ast.as_keyword(node));
            let named = path.and_then(|path| {
                self.of_item(db, target)
                    .lookup(db, split_generic(path).0)
                    .filter(|named| synonym::is_target(db, *named))
            });
            match named {
                Some(named) if named.kind(db) == ItemKind::Synonym => target = named,
                Some(named) => return named,
                None => break,
            }
        }
        item
    }

    /// The signature of what can be called.
    pub(crate) fn signature(self, db: &'db dyn Db, item: Item<'db>) -> Option<Arc<Signature>> {
        match self.of_item(db, item) {
            Sight::Program(program) => signature(db, program, item).clone(),
            sight => {
                let target = sight.target(db, item);
                match sight.of_item(db, target) {
                    Sight::Program(program) => signature(db, program, target).clone(),
                    sight => read_item_signature(db, sight, target).map(Arc::new),
                }
            }
        }
    }

    /// The declared type of a type item.
    pub(crate) fn nominal(self, db: &'db dyn Db, item: Item<'db>) -> Arc<Nominal> {
        match self.of_item(db, item) {
            Sight::Program(program) => nominal(db, program, item).clone(),
            sight => Arc::new(read_nominal(db, sight, item)),
        }
    }

    /// The definition with its body expanded.
    pub(crate) fn finished(self, db: &'db dyn Db, item: Item<'db>) -> Item<'db> {
        let Sight::Expansion { program, .. } = self else {
            return item;
        };
        if item.expanded(db).is_some() || item.form(db).file(db).kind(db) == FileKind::Library {
            return item;
        }
        let found = declarations(db, program, item.form(db)).items.iter();
        let found = found.copied().find(|other| {
            (other.name(db), other.kind(db), other.part(db))
                == (item.name(db), item.kind(db), item.part(db))
        });
        found.unwrap_or(item)
    }
}

/// What a path means to an expansion.
fn early_item<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    before: Option<Form<'db>>,
    path: &str,
    as_type: bool,
) -> Option<Item<'db>> {
    let name = Name::new(db, path);
    let item = match path.starts_with(":wat::") {
        true => library_item(db, name, as_type),
        false => literal_item(db, program, name).or_else(|| made_item(db, program, before?, name)),
    };
    item.filter(|item| item.kind(db).is_type() == as_type)
}

/// The definitions that stand literally at the top level of a program.
#[derive(Clone, PartialEq, Eq, Debug, Default, salsa::SalsaValue)]
struct LiteralItems<'db> {
    items: Layered<'db>,
    /// Names of macros with another definition that differs.
    contested: FxHashSet<Name<'db>>,
}

/// Those of the closed files of a program; `None` if a name is defined more than once.
#[salsa::tracked(returns(ref))]
pub(crate) fn closed_literals<'db>(
    db: &'db dyn Db,
    program: SourceFile,
) -> Option<Arc<FxHashMap<Name<'db>, Item<'db>>>> {
    let pieces = literal_pieces(db);
    let files = closed_files(db, program);
    let items = files.flat_map(|file| pieces.of(file).iter().flatten());
    named(db, items.copied())
}

#[salsa::tracked(returns(ref))]
fn literal_items<'db>(db: &'db dyn Db, program: SourceFile) -> LiteralItems<'db> {
    if program.kind(db) == FileKind::Library {
        return LiteralItems::default();
    }
    let pieces = literal_pieces(db);
    let layered = closed_literals(db, program).as_ref().and_then(|closed| {
        let others = other_files(db, program);
        let others = others.flat_map(|file| pieces.of(file).iter().flatten());
        Layered::above(db, closed, others.copied())
    });
    match layered {
        Some(items) => LiteralItems {
            items,
            ..LiteralItems::default()
        },
        None => literals_in_order(db, program),
    }
}

/// The same where some name is defined more than once.
fn literals_in_order<'db>(db: &'db dyn Db, program: SourceFile) -> LiteralItems<'db> {
    let mut items: FxHashMap<Name<'db>, Item<'db>> = FxHashMap::default();
    let mut contested = FxHashSet::default();
    let session = program.kind(db) == FileKind::Session;
    let pieces = literal_pieces(db);
    let all = load_graph(db, program).pieces.iter();
    let all = all.filter_map(|piece| pieces.of(piece.file).get(piece.part as usize));
    for &item in all.flatten() {
        let name = item.name(db);
        let before = match items.get(&name) {
            Some(&before) if !session => before,
            _ => {
                items.insert(name, item);
                continue;
            }
        };
        let is_macro = |item: Item<'db>| item.kind(db) == ItemKind::Macro;
        let differs = match is_macro(item) && is_macro(before) {
            true => !crate::expand::same_definition(db, item, before),
            false => is_macro(item) || is_macro(before),
        };
        if differs {
            contested.insert(name);
        }
    }
    LiteralItems {
        items: items.into(),
        contested,
    }
}

/// Is it the name of a macro with another definition that differs? That is told where the second one stands, and what a
/// call of the name means is not known.
pub(crate) fn is_contested_macro(db: &dyn Db, program: SourceFile, name: &str) -> bool {
    !name.starts_with(":wat::")
        && has_contested_macros(db, program)
        && contested_macro(db, program, Name::new(db, name))
}

/// Most programs have none: then there is nothing to ask of each name.
#[salsa::tracked(returns(copy))]
fn has_contested_macros(db: &dyn Db, program: SourceFile) -> bool {
    !literal_items(db, program).contested.is_empty()
}

#[salsa::tracked(returns(copy))]
fn contested_macro<'db>(db: &'db dyn Db, program: SourceFile, name: Name<'db>) -> bool {
    literal_items(db, program).contested.contains(&name)
}

/// Does a definition of this name stand literally at the top level of a program?
pub(crate) fn is_literal(db: &dyn Db, program: SourceFile, name: &str) -> bool {
    literal_item(db, program, Name::new(db, name)).is_some()
}

/// What stands under a name literally at the top level. Changes only when this name changes.
#[salsa::tracked(returns(copy))]
fn literal_item<'db>(db: &'db dyn Db, program: SourceFile, name: Name<'db>) -> Option<Item<'db>> {
    literal_items(db, program).items.get(&name).copied()
}

/// What the expansions of earlier forms define under a name. They are asked in program order, so that each finds what
/// it asks for itself already answered, and the depth of queries stays constant.
#[salsa::tracked(returns(copy), cycle_result = endless)]
fn made_item<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    before: Form<'db>,
    name: Name<'db>,
) -> Option<Item<'db>> {
    let session = program.kind(db) == FileKind::Session;
    let mut made = None;
    for &form in calls_before(db, program, before) {
        let items = declarations(db, program, form).items.iter();
        let mut items = items.filter(|item| item.name(db) == name);
        if let Some(&item) = items.next()
            && (session || made.is_none())
        {
            made = Some(item);
        }
    }
    made
}

fn endless<'db>(
    _: &'db dyn Db,
    _: salsa::Id,
    _: SourceFile,
    _: Form<'db>,
    _: Name<'db>,
) -> Option<Item<'db>> {
    None
}
