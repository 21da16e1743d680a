//! Macro expansion (chapter 02 §7): forms in, expanded forms out.
//!
//! Everything behind this module reads the expansion of a form; a form without macro calls is its own expansion and
//! costs nothing. An expanded form has its own node numbers; for each node it is known whether the author wrote it or
//! which call made it, so that positions map back at the edge. Symbols of one name but of other scopes have other texts,
//! so comparing the texts of symbols compares identifiers.
//!
//! Expansion never reads the names of the program, which depend on it: macros are found in the forms as written, and
//! macros that an expansion defines in stages, one for each form that may define some, in program order.

mod branch;
mod cycle;
mod define;
mod eval;
mod expander;
mod hermetic;
mod layers;
mod once;
mod property;
mod show;
mod stage;
mod testing;
mod thread;
mod trail;

use std::sync::Arc;

use rustc_hash::FxHashMap;
use wat_syntax::{Ast, NodeId, NodeKind};
use wat_value::syntax::{Origin, Scope, Scopes, Syntax};

use crate::db::{Db, FileKind, SourceFile};
use crate::forms::{Form, ast};
use crate::problem::Problem;

pub(crate) use define::{doc, macro_problems, same_definition, shape_problem, signature_line};
pub(crate) use expander::{cycle_problem, late_macro};
pub(crate) use hermetic::{HERMETIC_RUN, is_marked, marked_place, outside, place_of, unmarked};
pub(crate) use once::{Applied, apply_pure, expand_data, threaded_calls};
pub use once::{expand_head, expand_once};
pub use show::{ExpandedText, expanded_text, typed_expansion_text};
pub(crate) use stage::{
    CallingForms, NAME_MAKERS, ask_first, calling_forms, calling_forms_of, calls_before, is_calling,
};
pub(crate) use testing::{
    Annotation, annotation, has_prelude, is_factory, is_hermetic, is_maker, is_test_form,
    is_test_unit, stands_in_prelude,
};
pub(crate) use thread::threads_forms;
pub(crate) use trail::{
    Made, PreludePart, Spot, made_by, prelude_part, spot, trail, uses, written_prelude,
};

/// A macro call that was expanded.
#[derive(Clone, PartialEq, Eq, Debug, salsa::SalsaValue)]
pub(crate) struct Call<'db> {
    /// The macro.
    pub(crate) name: Arc<str>,
    /// The form that defines it; node numbers are those of the form as written.
    pub(crate) form: Form<'db>,
    /// The call whose template contained this one, and where in that template.
    pub(crate) parent: Option<(u32, u32)>,
    /// The source node of the head of the outermost call, which the author wrote.
    pub(crate) head: u32,
}

/// The expansion of a form.
#[derive(Clone, PartialEq, Eq, Debug, salsa::SalsaValue)]
pub(crate) struct Expansion<'db> {
    pub(crate) ast: Arc<Ast>,
    /// For each node its source node, or the number of source nodes plus its place in `made`.
    origins: Box<[u32]>,
    /// The number of source nodes.
    base: u32,
    /// The nodes that calls made: which call, and the node of the macro's form, or `u32::MAX`.
    made: Box<[(u32, u32)]>,
    pub(crate) calls: Box<[Call<'db>]>,
    pub(crate) problems: Vec<Problem<'db>>,
}

/// Who wrote a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Source {
    /// The author of the form, at this source node.
    Written(NodeId),
    /// The macro of this call, at this node of its template if it was not computed.
    Template { call: u32, node: Option<NodeId> },
}

impl<'db> Expansion<'db> {
    /// The expansion of what is no part of a form and has nothing to expand.
    fn unchanged(written: &Ast) -> Self {
        Expansion {
            ast: Arc::new(written.clone()),
            origins: vec![0; written.len()].into(),
            base: 1,
            made: Box::default(),
            calls: Box::default(),
            problems: Vec::new(),
        }
    }

    /// Who wrote a node of the expansion.
    pub(crate) fn origin_of(&self, node: NodeId) -> Source {
        let origin = self.origins[node.0 as usize];
        match origin.checked_sub(self.base) {
            None => Source::Written(NodeId(origin)),
            Some(made) => {
                let (call, node) = self.made[made as usize];
                Source::Template {
                    call,
                    node: (node != u32::MAX).then_some(NodeId(node)),
                }
            }
        }
    }

    /// Was a node made by a call of this macro, or by what such a call made?
    pub(crate) fn is_made_by(&self, node: NodeId, name: &str) -> bool {
        let mut next = match self.origin_of(node) {
            Source::Written(_) => None,
            Source::Template { call, .. } => Some(call),
        };
        while let Some(call) = next {
            let call = &self.calls[call as usize];
            if &*call.name == name {
                return true;
            }
            next = call.parent.map(|(parent, _)| parent);
        }
        false
    }

    /// Does a node stand in the expansion as its author wrote it, with all its parts?
    pub(crate) fn is_intact(&self, node: NodeId) -> bool {
        let end = self.ast.subtree_end(node).0;
        let origins = &self.origins[node.0 as usize..end as usize];
        origins.iter().all(|&origin| origin < self.base)
            && origins.windows(2).all(|pair| pair[1] == pair[0] + 1)
    }

    /// The call of a macro of the program that gives a written node its place: the author's own call. `None` where the
    /// node stands among what was written with it, and where the macro takes any number of arguments.
    pub(crate) fn placed_by(&self, db: &'db dyn Db, node: NodeId) -> Option<&Call<'db>> {
        let parent = (0..node.0).rev().map(NodeId);
        let parent = parent
            .into_iter()
            .find(|&it| self.ast.subtree_end(it).0 > node.0)?;
        let (Source::Written(_), Source::Template { mut call, .. }) =
            (self.origin_of(node), self.origin_of(parent))
        else {
            return None;
        };
        while let Some((outer, _)) = self.calls[call as usize].parent {
            call = outer;
        }
        let call = &self.calls[call as usize];
        let is_fixed = call.form.file(db).kind(db) != FileKind::Library
            && !ast(db, call.form).texts().any(|text| text == "&");
        is_fixed.then_some(call)
    }

    /// Has a macro of the program put what is written at a node at several places?
    pub(crate) fn is_repeated(&self, node: NodeId) -> bool {
        let Source::Written(source) = self.origin_of(node) else {
            return false;
        };
        let copies = self.origins.iter().filter(|&&origin| origin == source.0);
        copies.count() > 1
    }

    /// The first copy of a source node in the expansion.
    pub(crate) fn copy_of(&self, source: NodeId) -> Option<NodeId> {
        let at = self.origins.iter().position(|&origin| origin == source.0)?;
        Some(NodeId(at as u32))
    }
}

/// The tree of a node of a form, expanded or not. Symbols of one name but other identity keep it; origins are nodes.
pub(crate) fn tree_of(ast: &Ast, node: NodeId) -> Syntax {
    let mut first: FxHashMap<&str, u32> = FxHashMap::default();
    for (id, text) in ast.texts().enumerate() {
        first.entry(text).or_insert(id as u32);
    }
    let scopes = |node: NodeId| match ast.kind(node) {
        NodeKind::Symbol(id) if first.get(ast.text(id)) != Some(&id.0) => {
            Scopes::default().with(Scope {
                unit: u64::MAX,
                index: id.0,
            })
        }
        _ => Scopes::default(),
    };
    Syntax::from_ast(ast, node, |node| Origin(node.0), scopes)
}

/// The macros that a form in a program sees, as expansion asks for them.
fn program_for(db: &dyn Db, program: SourceFile, form: Form<'_>) -> SourceFile {
    match form.file(db).kind(db) {
        FileKind::Library => form.file(db),
        _ => program,
    }
}

/// The expansion of a form in a program; `None` if nothing in it is expanded.
pub(crate) fn expansion<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    form: Form<'db>,
) -> Option<&'db Expansion<'db>> {
    let written = ast(db, form);
    let program = program_for(db, program, form);
    let may_expand = written.library_macros || written.threads_forms;
    if !may_expand && !stage::has_macros(db, program) {
        return None;
    }
    expand_form(db, program, form).as_ref()
}

/// The form as everything behind expansion sees it.
pub(crate) fn expanded_ast<'db>(db: &'db dyn Db, program: SourceFile, form: Form<'db>) -> &'db Ast {
    match expansion(db, program, form) {
        Some(expansion) => &expansion.ast,
        None => ast(db, form),
    }
}

/// Expands a form that may mention a macro.
#[salsa::tracked(returns(ref), cycle_result = cyclic_expansion)]
fn expand_form<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    form: Form<'db>,
) -> Option<Expansion<'db>> {
    let written = ast(db, form);
    if written.is_empty() {
        return None;
    }
    let stage = stage::stage_of(db, program, form);
    if !stage::mentions_macro(db, program, written, stage) {
        return None;
    }
    expander::Expander::new(db, program, form, stage).form(written)
}

fn cyclic_expansion<'db>(
    db: &'db dyn Db,
    _: salsa::Id,
    _: SourceFile,
    form: Form<'db>,
) -> Option<Expansion<'db>> {
    Some(expander::cyclic(ast(db, form)))
}
