//! What nobody uses.

mod files;
mod graph;
mod idle;
mod mentions;
mod words;

use rustc_hash::{FxHashMap, FxHashSet};
use wat_syntax::{Applicability, NodeId};

use crate::db::{Db, SourceFile};
use crate::diagnostics::Diagnostic;
use crate::expand::{Expansion, Source, is_test_form};
use crate::forms::{Form, forms};
use crate::items::{Item, ItemKind, Name, declarations};
use crate::problem::{EditAt, Place, Problem, ProblemEdit};
use crate::program::{lacks_loads, programs_with};
use crate::signature::{function_shape, param_shapes, signature};

use super::Lint;

pub(super) use mentions::{misread, prepare};

/// What became of the parts of a form in its expansion, found once for all who ask.
pub(super) struct Whereabouts<'db> {
    /// How often each node of the source stands in the expansion.
    copies: Vec<u32>,
    /// The symbols of which the expansion lacks some.
    lost: FxHashSet<&'db str>,
    /// Of each node of the expansion, the one around it.
    around: Vec<u32>,
}

impl<'db> Whereabouts<'db> {
    pub(super) fn of(lint: &Lint<'_, 'db>, expansion: &Expansion<'db>) -> Self {
        let written = lint.written;
        let mut copies = vec![0; written.len()];
        let mut around = vec![0; lint.ast.len()];
        for node in (0..lint.ast.len() as u32).map(NodeId) {
            if let Source::Written(source) = expansion.origin_of(node) {
                copies[source.0 as usize] += 1;
            }
            for child in lint.ast.children(node) {
                around[child.0 as usize] = node.0;
            }
        }
        let nodes = (0..written.len() as u32).map(NodeId);
        let lost = nodes.filter(|it| copies[it.0 as usize] == 0);
        let lost = lost.filter_map(|it| written.as_symbol(it)).collect();
        Whereabouts {
            copies,
            lost,
            around,
        }
    }

    /// Is everything that bears the name of a binder still there, and the binder once? A macro may have dropped the
    /// mentions of it, or have put it at several places, of which one reads it.
    pub(super) fn is_kept(
        &self,
        lint: &Lint<'_, 'db>,
        expansion: &Expansion<'db>,
        binder: NodeId,
    ) -> bool {
        let Source::Written(source) = expansion.origin_of(binder) else {
            return false;
        };
        let name = lint.written.as_symbol(source);
        self.copies[source.0 as usize] == 1 && name.is_some_and(|name| !self.lost.contains(name))
    }

    /// Does a statement stand where its author put it, or in a test? A macro that throws an argument away knows why.
    pub(super) fn is_own(&self, expansion: &Expansion<'db>, statement: NodeId) -> bool {
        let around = NodeId(self.around[statement.0 as usize]);
        match expansion.origin_of(around) {
            Source::Written(_) => true,
            Source::Template { call, .. } => is_test_form(&expansion.calls[call as usize].name),
        }
    }
}

pub(super) fn check(lint: &mut Lint<'_, '_>) {
    for &item in lint.items.clone().iter() {
        if item.kind(lint.db) == ItemKind::Macro {
            unread_parameters(lint, item.root(lint.db));
        }
    }
}

/// WAT7301 of macros, whose bodies mention their parameters by name.
fn unread_parameters(lint: &mut Lint<'_, '_>, root: NodeId) {
    let ast = lint.ast;
    let Some(params) = function_shape(ast, root, 2).params else {
        return;
    };
    for param in param_shapes(ast, params).0 {
        let name = ast.as_symbol(param.name).unwrap_or("_");
        let behind = ast.subtree_end(params).0..ast.subtree_end(root).0;
        let is_read = behind.map(NodeId).any(|it| ast.as_symbol(it) == Some(name));
        let kept = format!("_{name}");
        if is_read || name.starts_with('_') || ast.texts().any(|text| text == kept) {
            continue;
        }
        let place = Place::node(param.name);
        let edit = ProblemEdit {
            at: EditAt::Replace,
            place,
            insert: kept.clone(),
        };
        let message = format!("the parameter `{name}` of a macro is never read");
        lint.tell(
            Problem::new(7301, place, message)
                .label("never read")
                .help(format!(
                    "remove it, or name it `{kept}` if it has to stand here"
                ))
                .fix(
                    format!("name it `{kept}`"),
                    Applicability::MachineApplicable,
                    vec![edit],
                ),
        );
    }
}

pub(super) fn in_file(
    db: &dyn Db,
    root: SourceFile,
    file: SourceFile,
    found: &mut Vec<Diagnostic>,
) {
    keep_contracts(db, root, file, found);
    files::in_file(db, root, file, found);
}

/// A parameter of a function that nobody calls by keywords is renamed without asking.
fn keep_contracts(db: &dyn Db, root: SourceFile, file: SourceFile, found: &mut [Diagnostic]) {
    let programs = programs_with(db, file);
    let is_open =
        |&program: &SourceFile| lacks_loads(db, program) || mentions::has_variants(db, program);
    if programs.iter().any(is_open) {
        return;
    }
    let placed = &forms(db, file).placed;
    // Whether a form takes keywords that a program mentions, asked once.
    let mut known: FxHashMap<usize, bool> = FxHashMap::default();
    for rename in found.iter_mut().filter(|it| it.code.0 == 7301) {
        let range = rename.span.range;
        let at = placed.partition_point(|placed| placed.range().end() <= range.start());
        let guesses = rename.fixes.iter_mut();
        for fix in guesses.filter(|fix| fix.applicability == Applicability::MaybeIncorrect) {
            let [edit] = &*fix.edits else { continue };
            let text = file.text(db);
            let is_whole = format!("_{}", &text.text()[range]) == *edit.insert;
            let is_named = || {
                let form = placed.get(at).map(|placed| placed.form);
                form.is_none_or(|form| takes_mentioned_keys(db, root, &programs, form))
            };
            if is_whole && edit.range == range && !*known.entry(at).or_insert_with(is_named) {
                fix.applicability = Applicability::MachineApplicable;
            }
        }
    }
}

/// Does a function of a form take a keyword that one of these programs mentions, or is it called with any keyword, which
/// may be misspelled?
fn takes_mentioned_keys<'db>(
    db: &'db dyn Db,
    root: SourceFile,
    programs: &[SourceFile],
    form: Form<'db>,
) -> bool {
    let items = &declarations(db, root, form).items;
    let is_called = |item: &Item<'db>| {
        let mut programs = programs.iter();
        programs.any(|&program| mentions::is_called_by_keys(db, program, item.name(db)))
    };
    if items.iter().any(is_called) {
        return true;
    }
    let signatures = items
        .iter()
        .filter_map(|&item| signature(db, root, item).as_ref());
    let mut params = signatures.flat_map(|it| it.params.iter().chain(&it.rest));
    params.any(|param| {
        let key = Name::new(db, format!(":{}", param.name));
        let mut programs = programs.iter();
        programs.any(|&program| mentions::mentions_key(db, program, key))
    })
}
