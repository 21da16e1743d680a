//! The definitions of a file, cut where it loads something.

use std::borrow::Cow;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::closed::{OfClosed, OfFiles, of_closed};
use crate::db::{Db, SourceFile};
use crate::expand::{CallingForms, calling_forms, calling_forms_of};
use crate::forms::{Form, form_list};
use crate::program::{Piece, load_graph};

use super::declarations::{
    Declarations, declarations, expanded_function, written_declarations, written_function,
};
use super::{Item, ItemKind};

/// The item tree of a file: its definitions in order, without bodies and without positions.
#[salsa::tracked(returns(ref))]
pub(crate) fn file_items<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    file: SourceFile,
) -> Vec<Item<'db>> {
    form_list(db, file)
        .iter()
        .flat_map(|&form| declarations(db, program, form).items.iter().copied())
        .collect()
}

/// What a form contributes to its file.
#[derive(Clone, PartialEq, Eq, Debug, salsa::SalsaValue)]
struct Share<'db> {
    form: Form<'db>,
    items: Vec<Item<'db>>,
    loads: usize,
    /// Is it a function, and nothing else?
    is_function: bool,
}

/// The shares of the forms of a file, cut where the file loads something: what stands before the first load, between the
/// first and the second, and so on.
fn cut<'db>(shares: impl Iterator<Item = Cow<'db, Share<'db>>>) -> Vec<Vec<Item<'db>>> {
    let mut pieces = vec![Vec::new()];
    for share in shares {
        // A form that loads and does more comes behind what it loads.
        pieces.extend((0..share.loads).map(|_| Vec::new()));
        let last = pieces.len() - 1;
        pieces[last].extend_from_slice(&share.items);
    }
    pieces
}

/// The shares as the file is written, but for the forms that may have expansions in the program. What is written is one
/// query of the file, as durable as its text: asking it for a thousand files that nobody edits costs next to nothing.
fn in_program<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    calling: &[u32],
    written: &'db [Share<'db>],
    share: impl Fn(Form<'db>, &Declarations<'db>) -> Share<'db>,
) -> Vec<Vec<Item<'db>>> {
    let expanded = |written: &Share<'db>| match written.is_function {
        true => Share {
            form: written.form,
            items: expanded_function(db, program, written.form)
                .into_iter()
                .collect(),
            loads: written.loads,
            is_function: true,
        },
        false => share(written.form, declarations(db, program, written.form)),
    };
    let mut calling = calling.iter().copied().peekable();
    cut(written
        .iter()
        .enumerate()
        .map(|(at, written)| match calling.next_if_eq(&(at as u32)) {
            Some(_) => Cow::Owned(expanded(written)),
            None => Cow::Borrowed(written),
        }))
}

/// Asks for what all closed files define, as [`crate::program::ask_first`] does.
pub(crate) fn ask_first(db: &dyn Db) {
    closed_written(db);
    closed_items(db);
}

/// The definitions of files as they are written.
pub(crate) fn literal_pieces<'db>(db: &'db dyn Db) -> OfFiles<'db, Vec<Vec<Item<'db>>>> {
    OfFiles::new(db, closed_items(db), written_items)
}

/// The definitions of the files of a program, each file cut where it loads something.
pub(crate) struct ItemPieces<'db> {
    db: &'db dyn Db,
    program: SourceFile,
    calling: CallingForms<'db>,
    written: OfFiles<'db, Vec<Vec<Item<'db>>>>,
    /// Of the closed files with forms that may have expansions.
    expanded: &'db FxHashMap<SourceFile, Vec<Vec<Item<'db>>>>,
}

pub(crate) fn item_pieces<'db>(db: &'db dyn Db, program: SourceFile) -> ItemPieces<'db> {
    ItemPieces {
        db,
        program,
        calling: calling_forms(db, program),
        written: literal_pieces(db),
        expanded: closed_expanded(db, program),
    }
}

impl<'db> ItemPieces<'db> {
    pub(crate) fn of(&self, file: SourceFile) -> &'db [Vec<Item<'db>>] {
        if let Some(expanded) = self.expanded.get(&file) {
            return expanded;
        }
        match self.calling.of(file).is_empty() {
            true => self.written.of(file),
            false => expanded_items(self.db, self.program, file),
        }
    }

    /// Those in a piece of the program.
    pub(crate) fn at(&self, piece: Piece) -> &'db [Item<'db>] {
        let pieces = self.of(piece.file);
        pieces.get(piece.part as usize).map_or(&[], |items| items)
    }

    /// Are those of the closed files as they are written?
    pub(crate) fn are_closed_literal(&self) -> bool {
        self.expanded.is_empty()
    }
}

/// The definitions of a file as it is written.
#[derive(Clone, PartialEq, Eq, Debug, salsa::SalsaValue)]
struct Written<'db> {
    shares: Vec<Share<'db>>,
    second: Vec<Item<'db>>,
}

#[salsa::tracked(returns(ref))]
fn item_shares<'db>(db: &'db dyn Db, file: SourceFile) -> Arc<Written<'db>> {
    let forms = form_list(db, file).iter();
    let shares = forms.map(|&form| item_share(db, form, written_declarations(db, form)));
    let shares: Vec<Share<'db>> = shares.collect();
    let items = shares.iter().flat_map(|share| &share.items).copied();
    Arc::new(Written {
        second: items.filter(|&item| is_second(db, item)).collect(),
        shares,
    })
}

#[salsa::tracked(returns(ref))]
fn closed_written<'db>(db: &'db dyn Db) -> OfClosed<Written<'db>> {
    of_closed(db, item_shares)
}

/// Does it name what has a name: a type, or a function that is called by keywords?
fn is_second(db: &dyn Db, item: Item<'_>) -> bool {
    matches!(item.kind(db), ItemKind::Alias | ItemKind::KeywordVariant)
}

/// The second names that a program declares, those of a file before those of the files that load it. There are few, and
/// most files have none.
#[salsa::tracked(returns(ref))]
fn second_names<'db>(db: &'db dyn Db, program: SourceFile) -> Vec<Item<'db>> {
    let pieces = item_pieces(db, program);
    let shares = OfFiles::new(db, closed_written(db), item_shares);
    let mut found = Vec::new();
    for &file in load_graph(db, program).files.iter() {
        if pieces.calling.of(file).is_empty() {
            found.extend_from_slice(&shares.of(file).second);
        } else {
            let items = pieces.of(file).iter().flatten().copied();
            found.extend(items.filter(|&item| is_second(db, item)));
        }
    }
    found
}

/// The aliases of types that a program declares, those of a file before those of the files that load it.
pub(crate) fn program_aliases<'db>(
    db: &'db dyn Db,
    program: SourceFile,
) -> impl Iterator<Item = Item<'db>> {
    let names = second_names(db, program).iter().copied();
    names.filter(|item| item.kind(db) == ItemKind::Alias)
}

/// The names that a program declares for functions that are called by keywords.
pub(crate) fn program_variants<'db>(
    db: &'db dyn Db,
    program: SourceFile,
) -> impl Iterator<Item = Item<'db>> {
    let names = second_names(db, program).iter().copied();
    names.filter(|item| item.kind(db) == ItemKind::KeywordVariant)
}

#[salsa::tracked(returns(ref))]
fn written_items<'db>(db: &'db dyn Db, file: SourceFile) -> Arc<Vec<Vec<Item<'db>>>> {
    let shares = item_shares(db, file).shares.iter();
    Arc::new(cut(shares.map(Cow::Borrowed)))
}

#[salsa::tracked(returns(ref))]
fn closed_items<'db>(db: &'db dyn Db) -> OfClosed<Vec<Vec<Item<'db>>>> {
    of_closed(db, written_items)
}

#[salsa::tracked(returns(ref))]
fn expanded_items<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    file: SourceFile,
) -> Vec<Vec<Item<'db>>> {
    let calling = calling_forms_of(db, program, file);
    items_of(db, program, calling, item_shares(db, file))
}

#[salsa::tracked(returns(ref))]
fn closed_expanded<'db>(
    db: &'db dyn Db,
    program: SourceFile,
) -> FxHashMap<SourceFile, Vec<Vec<Item<'db>>>> {
    let calling = calling_forms(db, program);
    let shares = closed_written(db);
    let mut found = FxHashMap::default();
    for file in load_graph(db, program).files.iter() {
        let Some(shares) = shares.get(file) else {
            continue;
        };
        let calling = calling.of(*file);
        if !calling.is_empty() {
            found.insert(*file, items_of(db, program, calling, shares));
        }
    }
    found
}

fn items_of<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    calling: &[u32],
    written: &'db Written<'db>,
) -> Vec<Vec<Item<'db>>> {
    let share = |form, found: &Declarations<'db>| item_share(db, form, found);
    in_program(db, program, calling, &written.shares, share)
}

fn item_share<'db>(db: &'db dyn Db, form: Form<'db>, found: &Declarations<'db>) -> Share<'db> {
    Share {
        form,
        items: found.items.clone(),
        loads: found.loads.len(),
        is_function: written_function(db, form).is_some(),
    }
}

/// What start-up may have to do with a file, cut where it loads something: its functions, values and bindings in the
/// order in which they are written.
pub(crate) fn start_pieces<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    file: SourceFile,
) -> &'db [Vec<Item<'db>>] {
    match calling_forms_of(db, program, file).is_empty() {
        true => written_starts(db, file),
        false => expanded_starts(db, program, file),
    }
}

#[salsa::tracked(returns(ref))]
fn start_shares<'db>(db: &'db dyn Db, file: SourceFile) -> Vec<Share<'db>> {
    let forms = form_list(db, file).iter();
    forms
        .map(|&form| start_share(db, form, written_declarations(db, form)))
        .collect()
}

#[salsa::tracked(returns(ref))]
fn written_starts<'db>(db: &'db dyn Db, file: SourceFile) -> Vec<Vec<Item<'db>>> {
    cut(start_shares(db, file).iter().map(Cow::Borrowed))
}

#[salsa::tracked(returns(ref))]
fn expanded_starts<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    file: SourceFile,
) -> Vec<Vec<Item<'db>>> {
    let calling = calling_forms_of(db, program, file);
    let share = |form, found: &Declarations<'db>| start_share(db, form, found);
    in_program(db, program, calling, start_shares(db, file), share)
}

fn start_share<'db>(db: &'db dyn Db, form: Form<'db>, found: &Declarations<'db>) -> Share<'db> {
    let items = found.items.iter().chain(&found.bindings).copied();
    let mut items: Vec<Item<'db>> = items
        .filter(|item| {
            matches!(
                item.kind(db),
                ItemKind::Function | ItemKind::Value | ItemKind::Bindings
            )
        })
        .collect();
    items.sort_by_key(|item| item.node(db));
    Share {
        form,
        items,
        loads: found.loads.len(),
        is_function: written_function(db, form).is_some(),
    }
}
