//! The definitions of a file, cut where it loads something.

use std::borrow::Cow;

use crate::db::{Db, SourceFile};
use crate::expand::calling_forms;
use crate::forms::{Form, form_list};
use crate::program::load_graph;

use super::declarations::{Declarations, declarations, expanded_function, written_declarations};
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
    file: SourceFile,
    written: &'db [Share<'db>],
    share: impl Fn(Form<'db>, &Declarations<'db>) -> Share<'db>,
) -> Vec<Vec<Item<'db>>> {
    let expanded = |form| match expanded_function(db, program, form) {
        Some(item) => Share {
            form,
            items: vec![item],
            loads: 0,
        },
        None => share(form, declarations(db, program, form)),
    };
    let mut calling = calling_forms(db, program, file).iter().copied().peekable();
    cut(written
        .iter()
        .enumerate()
        .map(|(at, written)| match calling.next_if_eq(&(at as u32)) {
            Some(_) => Cow::Owned(expanded(written.form)),
            None => Cow::Borrowed(written),
        }))
}

/// The definitions of a file in a program, cut where it loads something.
pub(crate) fn item_pieces<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    file: SourceFile,
) -> &'db [Vec<Item<'db>>] {
    match calling_forms(db, program, file).is_empty() {
        true => written_items(db, file),
        false => expanded_items(db, program, file),
    }
}

/// The definitions of a file as it is written.
#[derive(Clone, PartialEq, Eq, Debug, salsa::SalsaValue)]
struct Written<'db> {
    shares: Vec<Share<'db>>,
    second: Vec<Item<'db>>,
}

#[salsa::tracked(returns(ref))]
fn item_shares<'db>(db: &'db dyn Db, file: SourceFile) -> Written<'db> {
    let forms = form_list(db, file).iter();
    let shares = forms.map(|&form| item_share(form, written_declarations(db, form)));
    let shares: Vec<Share<'db>> = shares.collect();
    let items = shares.iter().flat_map(|share| &share.items).copied();
    Written {
        second: items.filter(|&item| is_second(db, item)).collect(),
        shares,
    }
}

/// Does it name what has a name: a type, or a function that is called by keywords?
fn is_second(db: &dyn Db, item: Item<'_>) -> bool {
    matches!(item.kind(db), ItemKind::Alias | ItemKind::KeywordVariant)
}

/// The second names that a program declares, those of a file before those of the files that load it. There are few, and
/// most files have none.
fn second_names<'db>(db: &'db dyn Db, program: SourceFile) -> impl Iterator<Item = Item<'db>> {
    let files = load_graph(db, program).files.iter();
    files.flat_map(move |&file| {
        let (written, expanded) = match calling_forms(db, program, file).is_empty() {
            true => (&item_shares(db, file).second[..], &[][..]),
            false => (&[][..], &expanded_items(db, program, file)[..]),
        };
        let expanded = expanded
            .iter()
            .flatten()
            .filter(|&&item| is_second(db, item));
        written.iter().chain(expanded).copied()
    })
}

/// The aliases of types that a program declares, those of a file before those of the files that load it.
pub(crate) fn program_aliases<'db>(
    db: &'db dyn Db,
    program: SourceFile,
) -> impl Iterator<Item = Item<'db>> {
    second_names(db, program).filter(|item| item.kind(db) == ItemKind::Alias)
}

/// The names that a program declares for functions that are called by keywords.
pub(crate) fn program_variants<'db>(
    db: &'db dyn Db,
    program: SourceFile,
) -> impl Iterator<Item = Item<'db>> {
    second_names(db, program).filter(|item| item.kind(db) == ItemKind::KeywordVariant)
}

#[salsa::tracked(returns(ref))]
fn written_items<'db>(db: &'db dyn Db, file: SourceFile) -> Vec<Vec<Item<'db>>> {
    cut(item_shares(db, file).shares.iter().map(Cow::Borrowed))
}

#[salsa::tracked(returns(ref))]
fn expanded_items<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    file: SourceFile,
) -> Vec<Vec<Item<'db>>> {
    in_program(db, program, file, &item_shares(db, file).shares, item_share)
}

fn item_share<'db>(form: Form<'db>, found: &Declarations<'db>) -> Share<'db> {
    Share {
        form,
        items: found.items.clone(),
        loads: found.loads.len(),
    }
}

/// What start-up may have to do with a file, cut where it loads something: its functions, values and bindings in the
/// order in which they are written.
pub(crate) fn start_pieces<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    file: SourceFile,
) -> &'db [Vec<Item<'db>>] {
    match calling_forms(db, program, file).is_empty() {
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
    in_program(db, program, file, start_shares(db, file), |form, found| {
        start_share(db, form, found)
    })
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
    }
}
