//! Lints (chapter 10 §7 of the reference): what is accepted and could be better.
//!
//! Most rules read one form: [`form_lints`] walks its expansion, but tells only of what its author wrote. Rules that need
//! types read the typed tree with the static rules (`statics`), as long as it is there, and leave their findings in
//! [`Checked`]. Rules about a file or a program are asked in [`program_lints`]. Programs are
//! checked without any of that; who wants lints asks for them. A form with errors has none.

mod deprecated;
mod documentation;
pub(crate) mod idiom;
pub(crate) mod names;
mod perspicere;
mod runes;
mod tests;
mod types;
mod unused;

use std::cell::OnceCell;
use std::rc::Rc;
use std::sync::Arc;

use wat_syntax::{Ast, NodeId, NodeKind, Severity, SyntaxError, TextRange};

use crate::db::{Db, FileKind, SourceFile};
use crate::diagnostics::{
    Diagnostic, absolute, file_diagnostics, finish, form_findings, form_problems,
};
use crate::expand::{Expansion, Source, expansion};
use crate::forms::{Form, FormAst, ast, forms, read_form};
use crate::infer::{Checked, check_item};
use crate::items::{Declarations, Item, declarations_of_form};
use crate::names::redefinitions;
use crate::problem::{EditAt, Problem, ProblemEdit};
use crate::program::primary_root;

use perspicere::{Composite, composites};
use types::Written;

use unused::Whereabouts;

pub use runes::Rune;
pub(crate) use runes::{is_suppressed, mark_suppressed};

/// A form as the rules see it, and what they find.
pub(crate) struct Lint<'a, 'db> {
    pub(crate) db: &'db dyn Db,
    /// The program whose names the form sees.
    pub(crate) program: SourceFile,
    pub(crate) form: Form<'db>,
    pub(crate) expansion: Option<&'db Expansion<'db>>,
    pub(crate) written: &'db FormAst,
    /// The form with its macro calls expanded.
    pub(crate) ast: &'db Ast,
    pub(crate) declarations: &'a Declarations<'db>,
    /// Its definitions that its author wrote; members of types are none of them.
    pub(crate) items: Rc<[Item<'db>]>,
    /// What inference found in its definitions and bindings, without members of types.
    pub(crate) checked: Vec<&'db Checked<'db>>,
    pub(crate) found: Vec<Problem<'db>>,
    types: OnceCell<Rc<[Written<'db>]>>,
}

impl<'db> Lint<'_, 'db> {
    /// Did the author of the form write this node, or a macro?
    pub(crate) fn is_written(&self, node: NodeId) -> bool {
        self.expansion
            .is_none_or(|expansion| matches!(expansion.origin_of(node), Source::Written(_)))
    }

    /// Does a node stand as its author wrote it, with everything in it?
    pub(crate) fn is_intact(&self, node: NodeId) -> bool {
        self.expansion
            .is_none_or(|expansion| expansion.is_intact(node))
    }

    /// The path that a list begins with.
    pub(crate) fn head(&self, node: NodeId) -> Option<&'db str> {
        if self.ast.kind(node) != NodeKind::List {
            return None;
        }
        self.ast.as_keyword(self.ast.children(node).next()?)
    }

    /// A finding of a rule that reads the typed tree. What a fix of it replaces stands as it was written, or the fix is
    /// none.
    fn with_own_fixes(&self, problem: &Problem<'db>) -> Problem<'db> {
        let is_sound = |edit: &ProblemEdit<'_>| {
            let node = edit.place.own_node();
            edit.at != EditAt::Replace || node.is_none_or(|node| self.is_intact(node))
        };
        let mut problem = problem.clone();
        problem.fixes.retain(|fix| fix.edits.iter().all(is_sound));
        problem
    }

    pub(crate) fn tell(&mut self, problem: Problem<'db>) {
        self.found.push(problem);
    }
}

/// A form for the rules; `None` if it has errors.
fn lint_of<'db>(db: &'db dyn Db, program: SourceFile, form: Form<'db>) -> Option<Lint<'db, 'db>> {
    let findings = form_findings(db, program, form);
    let written = ast(db, form);
    if written.is_damaged() || findings.problems.iter().any(is_error) {
        return None;
    }
    let expansion = match findings.is_expanded {
        true => expansion(db, program, form),
        false => None,
    };
    let declarations = declarations_of_form(db, program, form, findings.declares_expanded);
    let is_own = |item: &&Item<'db>| !item.kind(db).is_member();
    let items = declarations.items.iter().filter(is_own);
    let checked = items.clone().chain(&declarations.bindings);
    let is_written = |item: &&Item<'db>| {
        let origin = expansion.map(|expansion| expansion.origin_of(item.root(db)));
        origin.is_none_or(|origin| matches!(origin, Source::Written(_)))
    };
    Some(Lint {
        db,
        program,
        form,
        expansion,
        written,
        ast: expansion.map_or(&**written, |expansion| &*expansion.ast),
        declarations,
        items: items.filter(is_written).copied().collect(),
        checked: checked.map(|&item| check_item(db, program, item)).collect(),
        found: Vec::new(),
        types: OnceCell::new(),
    })
}

fn is_error(problem: &Problem<'_>) -> bool {
    problem.severity.0 == Severity::Error
}

/// Has a form no errors?
fn is_sound_form<'db>(db: &'db dyn Db, program: SourceFile, form: Form<'db>) -> bool {
    !ast(db, form).is_damaged() && !form_problems(db, program, form).iter().any(is_error)
}

/// What the rules say of one form.
#[derive(Clone, PartialEq, Eq, Debug, Default, salsa::SalsaValue)]
struct FormLints<'db> {
    /// Has the form errors?
    is_wrong: bool,
    problems: Vec<Problem<'db>>,
    /// What the rule about a file wants to know of its types.
    composites: Vec<Composite<'db>>,
}

/// What the rules that read one form find in it; nothing if it has errors.
#[salsa::tracked(returns(ref))]
fn form_lints<'db>(db: &'db dyn Db, program: SourceFile, form: Form<'db>) -> FormLints<'db> {
    let Some(mut lint) = lint_of(db, program, form) else {
        return FormLints {
            is_wrong: true,
            ..FormLints::default()
        };
    };
    deprecated::check(&mut lint);
    names::check(&mut lint);
    perspicere::check(&mut lint);
    unused::check(&mut lint);
    idiom::check(&mut lint);
    tests::check(&mut lint);
    documentation::check(&mut lint);
    let whereabouts = OnceCell::new();
    for checked in std::mem::take(&mut lint.checked) {
        let typed = checked.statics.lints.iter();
        let told = typed.filter(|problem| is_sure(&lint, &whereabouts, problem));
        let told: Vec<Problem<'db>> = told.map(|it| lint.with_own_fixes(it)).collect();
        lint.found.extend(told);
    }
    FormLints {
        is_wrong: false,
        composites: composites(&lint),
        problems: lint.found,
    }
}

/// Does what a rule says of the typed tree hold for what the author wrote?
fn is_sure<'db>(
    lint: &Lint<'_, 'db>,
    whereabouts: &OnceCell<Whereabouts<'db>>,
    problem: &Problem<'db>,
) -> bool {
    let (Some(node), Some(expansion)) = (problem.at.own_node(), lint.expansion) else {
        return true;
    };
    let whereabouts = || whereabouts.get_or_init(|| Whereabouts::of(lint, expansion));
    lint.is_written(node)
        && match problem.code {
            7301 => whereabouts().is_kept(lint, expansion, node),
            7304 => whereabouts().is_own(expansion, node),
            _ => true,
        }
}

/// The lints of a file in its primary program, by start, severity and code, and what runes of the file suppress, of these
/// and of its [diagnostics](file_diagnostics): those name their [rune](Diagnostic::suppressed).
pub fn file_lints(db: &dyn Db, file: SourceFile) -> Arc<[Diagnostic]> {
    // What it asks for of all files is asked for in the order that serves memory.
    file_diagnostics(db, file);
    program_lints(db, primary_root(db, file), file)
}

/// Asks for what the findings of a file want to know of each of its forms. Who then asks for the findings of many files
/// has it at hand; one file after the other is what serves memory.
pub fn prepare_findings(db: &dyn Db, file: SourceFile) {
    file_diagnostics(db, file);
    if matches!(file.kind(db), FileKind::Disk | FileKind::Open) {
        own_lints(db, primary_root(db, file), file);
        unused::prepare(db, file);
    }
}

/// The diagnostics of a file and its lints, by start, severity and code.
pub fn file_findings(db: &dyn Db, file: SourceFile) -> Vec<Diagnostic> {
    let mut found = file_diagnostics(db, file).to_vec();
    let lints = file_lints(db, file);
    if !lints.is_empty() {
        found.extend(lints.iter().cloned());
        in_order(&mut found);
    }
    found
}

/// Sorts by start, severity and code.
fn in_order(found: &mut [Diagnostic]) {
    found.sort_by_key(|it| {
        let range = it.span.range;
        (range.start(), it.severity, it.code, range.end())
    });
}

#[salsa::tracked(returns(clone))]
fn program_lints(db: &dyn Db, root: SourceFile, file: SourceFile) -> Arc<[Diagnostic]> {
    if !matches!(file.kind(db), FileKind::Disk | FileKind::Open) {
        return Arc::default();
    }
    let mut found = own_lints(db, root, file).found.clone();
    perspicere::in_file(db, root, file, &mut found);
    unused::in_file(db, root, file, &mut found);
    tests::in_file(db, root, file, &mut found);
    without_unread(db, file, &mut found);
    crate::unsure::doubt_lost_comments(db, &mut found);
    crate::unsure::doubt_places(db, file, redefinitions(db, root, file), &mut found);
    let mut found = finish(found);
    runes::judge(db, root, file, &mut found);
    found.into()
}

/// What is found in the forms of a file one by one.
#[derive(Clone, PartialEq, Eq, Debug, Default, salsa::SalsaValue)]
struct OwnLints {
    found: Vec<Diagnostic>,
    /// The places of the forms that have errors, and of those that write types out.
    wrong: Vec<u32>,
    composite: Vec<u32>,
}

#[salsa::tracked(returns(ref))]
fn own_lints(db: &dyn Db, root: SourceFile, file: SourceFile) -> OwnLints {
    let mut own = OwnLints::default();
    for (placed, at) in forms(db, file).placed.iter().zip(0..) {
        let lints = form_lints(db, root, placed.form);
        let problems = lints.problems.iter();
        own.found
            .extend(problems.map(|it| absolute(db, root, placed.form, placed.start(), it)));
        if lints.is_wrong {
            own.wrong.push(at);
        }
        if !lints.composites.is_empty() {
            own.composite.push(at);
        }
    }
    own
}

/// Forms that do not read as they are written have no lints, either.
fn without_unread(db: &dyn Db, file: SourceFile, found: &mut Vec<Diagnostic>) {
    if found.is_empty() {
        return;
    }
    let is_error = |error: &SyntaxError| error.severity == Severity::Error;
    let placed = &forms(db, file).placed;
    let misread = unused::misread(db, file).iter();
    let misread = misread.map(|&at| &placed[at as usize]);
    let unread = misread.filter(|it| read_form(db, it.form).errors.iter().any(is_error));
    let unread: Vec<TextRange> = unread.map(|it| it.range()).collect();
    if !unread.is_empty() {
        found.retain(|it| !unread.iter().any(|form| form.contains_range(it.span.range)));
    }
}
