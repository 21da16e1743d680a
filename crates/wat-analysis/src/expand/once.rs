//! Expansion of syntax values, for programs that expand at run time (§7.7).

use std::collections::HashMap;

use wat_syntax::Ast;
use wat_value::fresh_scope;
use wat_value::syntax::{Origin, Scope, Scopes, Shape, Syntax};

use crate::db::{Db, SourceFile};
use crate::forms::form_list;
use crate::program::program_files;

use super::Expansion;
use super::define::MacroDef;
use super::eval::Eval;
use super::expander::Expander;
use super::stage::last_stage;

/// Expands a macro call once at its head, with all macros of a program. A form that is no macro call is returned as it
/// is.
///
/// # Errors
/// The message of the failed expansion.
pub fn expand_once(db: &dyn Db, program: SourceFile, form: &Syntax) -> Result<Syntax, String> {
    expand(db, program, form, false)
}

/// Expands a form until its head is no macro. Its parts are not expanded.
///
/// # Errors
/// The message of the failed expansion.
pub fn expand_head(db: &dyn Db, program: SourceFile, form: &Syntax) -> Result<Syntax, String> {
    expand(db, program, form, true)
}

/// Expands a form and everything in it, as the forms of a file are. What macros write is known to be theirs; `written` is
/// the same form.
///
/// # Errors
/// The message of the first expansion that fails.
pub(crate) fn expand_data<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    form: &Syntax,
    written: &Ast,
) -> Result<Expansion<'db>, String> {
    match outside(db, program) {
        Some(expander) => expander
            .data(&foreign(form), written)
            .map_err(|problem| problem.message),
        None => Ok(Expansion::unchanged(written)),
    }
}

/// What comes of a call of something pure with values for arguments.
pub(crate) enum Applied {
    /// The form that makes its value.
    Value(Syntax),
    /// It failed.
    Failed(String),
    /// It is not pure, or no form makes its value.
    Refused,
}

/// Carries out a call of something pure that is built in.
pub(crate) fn apply_pure(db: &dyn Db, program: SourceFile, call: &Syntax) -> Applied {
    let Some(mut expander) = outside(db, program) else {
        return Applied::Refused;
    };
    let def = MacroDef::stand_in(":wat::eval-step!", expander.place());
    match Eval::new(&mut expander, &def, 0).pure_value(&foreign(call)) {
        Ok(Some(value)) => Applied::Value(foreign(&value)),
        Ok(None) => Applied::Refused,
        Err(failure) if failure.code == 2408 => Applied::Failed(failure.message),
        Err(_) => Applied::Refused,
    }
}

/// A thread as the calls that it stands for; nothing if the form is none.
pub(crate) fn threaded_calls(form: &Syntax) -> Option<Syntax> {
    super::thread::calls_of(form)
}

/// An expander of what stands in no form, if the program has a form.
fn outside(db: &dyn Db, program: SourceFile) -> Option<Expander<'_>> {
    // Scopes are numbered by a form; any form of the program will do, since the result belongs to none.
    let files = program_files(db, program);
    let &place = files.iter().find_map(|&file| form_list(db, file).first())?;
    let mut expander = Expander::new(db, program, place, last_stage(db, program));
    expander.outside();
    Some(expander)
}

fn expand(db: &dyn Db, program: SourceFile, form: &Syntax, again: bool) -> Result<Syntax, String> {
    let Some(mut expander) = outside(db, program) else {
        return Ok(form.clone());
    };
    let mut current = foreign(form);
    loop {
        match expander.once(&current) {
            Ok(Some(next)) => current = next,
            Ok(None) => break,
            Err(problem) => return Err(problem.message),
        }
        if !again {
            break;
        }
    }
    Ok(with_own_scopes(&current, &expander))
}

/// The result of an expansion while a program runs, where no position numbers scopes: those that it made are new, so that
/// no two expansions share one.
fn with_own_scopes(form: &Syntax, expander: &Expander<'_>) -> Syntax {
    let mut renamed: HashMap<Scope, Scope> = HashMap::new();
    let mut new = |scope: Scope| match expander.made_scope(scope) {
        true => *renamed.entry(scope).or_insert_with(fresh_scope),
        false => scope,
    };
    super::expander::rebuild(
        &foreign(form),
        &mut |node, children| match (node.shape(), children) {
            (_, Some(children)) => node
                .with_children(children)
                .map_or_else(|| node.clone(), |node| node.with_origin(Origin(0))),
            (Shape::Symbol(name, scopes), None) => {
                let scopes = scopes
                    .iter()
                    .fold(Scopes::default(), |all, scope| all.with(new(scope)));
                Syntax::new(Shape::Symbol(name.clone(), scopes), Origin(0))
            }
            _ => node.clone(),
        },
    )
}

/// A tree whose origins mean nothing to the expansion.
fn foreign(form: &Syntax) -> Syntax {
    super::expander::rebuild(form, &mut |node, children| match (node.shape(), children) {
        (_, Some(children)) => node
            .with_children(children)
            .map_or_else(|| node.clone(), |node| node.with_origin(Origin(0))),
        (Shape::Symbol(name, scopes), None) => {
            let scopes: Scopes = scopes.clone();
            Syntax::new(Shape::Symbol(name.clone(), scopes), Origin(0))
        }
        _ => node.with_origin(Origin(0)),
    })
}
