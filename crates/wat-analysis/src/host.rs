//! Types of the host: `(:wat::core::use! :rust::path::Type)` says that a program needs one (chapter 02 §11.5).
//!
//! Which types there are is an option of the project: the host that embeds the language gives their paths. A declaration
//! holds for the whole program, so references ask for one path at a time.

use std::sync::Arc;

use wat_syntax::{Applicability, Ast, NodeId, TextRange};

use crate::configuration::head_end;
use crate::db::{Db, Project, SourceFile};
use crate::diagnostics::{DiagnosticFix, FileEdit};
use crate::expand::expanded_ast;
use crate::forms::form_list;
use crate::items::{Name, declarations, split_generic};
use crate::problem::{Place, Problem};
use crate::program::program_files;
use crate::suggest;

/// The form that declares the use of a host type.
pub(crate) const HEAD: &str = ":wat::core::use!";
const PREFIX: &str = ":rust::";
/// How many further places a diagnostic shows.
const LABELLED: usize = 8;

/// Is this a path that only a host can give a meaning?
pub(crate) fn is_host(path: &str) -> bool {
    path.starts_with(PREFIX)
}

/// The path of the type that a declaration names; else where it goes wrong.
fn declared(ast: &Ast, node: NodeId) -> Result<(NodeId, &str), NodeId> {
    let parts: Vec<NodeId> = ast.children(node).skip(1).collect();
    match parts[..] {
        [] => Err(node),
        [path, ref surplus @ ..] => {
            let text = ast.as_keyword(path).ok_or(path)?;
            match surplus.first() {
                Some(&surplus) => Err(surplus),
                None => Ok((path, split_generic(text).0)),
            }
        }
    }
}

/// The paths that the forms of a file declare.
#[salsa::tracked(returns(ref))]
fn file_hosts(db: &dyn Db, program: SourceFile, file: SourceFile) -> Vec<Arc<str>> {
    let mut found = Vec::new();
    for &form in form_list(db, file) {
        for &node in &declarations(db, program, form).hosts {
            let ast = expanded_ast(db, program, form);
            found.extend(declared(ast, NodeId(node)).map(|(_, path)| Arc::from(path)));
        }
    }
    found
}

/// Does a program declare the use of this host type?
#[salsa::tracked(returns(copy))]
pub(crate) fn is_used<'db>(db: &'db dyn Db, program: SourceFile, path: Name<'db>) -> bool {
    let files = program_files(db, program);
    let mut hosts = files.iter().flat_map(|&file| file_hosts(db, program, file));
    hosts.any(|used| **used == **path.text(db))
}

/// Does the host provide this type?
#[salsa::tracked(returns(copy))]
pub(crate) fn is_provided<'db>(db: &'db dyn Db, path: Name<'db>) -> bool {
    let provided = &Project::get(db).options(db).host_types;
    provided.iter().any(|known| **known == **path.text(db))
}

/// WAT2120: what is wrong with a declaration.
pub(crate) fn declaration_problem<'db>(
    db: &'db dyn Db,
    ast: &Ast,
    node: NodeId,
) -> Option<Problem<'db>> {
    if ast.is_poisoned(node) {
        return None;
    }
    let (at, path) = match declared(ast, node) {
        Ok(found) => found,
        Err(at) if ast.is_poisoned(at) || ast.kind(at) == wat_syntax::NodeKind::Error => {
            return None;
        }
        Err(at) => {
            return Some(
                Problem::new(
                    2120,
                    Place::node(at),
                    format!("`{HEAD}` takes the path of one host type"),
                )
                .label("not a path of a host type")
                .help("write `(:wat::core::use! :rust::path::Type)`"),
            );
        }
    };
    if is_provided(db, Name::new(db, path)) {
        return None;
    }
    let place = Place::node(at);
    if !is_host(path) {
        return Some(
            Problem::new(
                2120,
                place,
                format!("`{path}` is no type of the host: their paths begin with `{PREFIX}`"),
            )
            .label("not below `:rust::`"),
        );
    }
    let problem = Problem::new(2120, place, format!("the host provides no type `{path}`"))
        .label("unknown host type");
    let provided = &Project::get(db).options(db).host_types;
    let found = suggest::rank(path, provided.iter().map(|known| &**known));
    Some(suggest::offer(problem, place, &found))
}

/// What a path below `:rust::` is, judged by the type that it belongs to.
pub(crate) enum Standing<'db> {
    /// Declared and provided: it may be mentioned.
    Usable,
    /// Declared, but there is none: the declaration is the mistake.
    Excused,
    /// WAT2121.
    Undeclared(Box<Problem<'db>>),
}

/// Judges a mention of a host type.
pub(crate) fn standing<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    path: &str,
    place: Place<'db>,
) -> Standing<'db> {
    let name = Name::new(db, path);
    let provided = is_provided(db, name);
    if is_used(db, program, name) {
        return match provided {
            true => Standing::Usable,
            false => Standing::Excused,
        };
    }
    let problem = Problem::new(
        2121,
        place,
        format!("the host type `{path}` is used without a `use!` of it"),
    )
    .label("not declared");
    Standing::Undeclared(Box::new(match provided {
        true => problem.help(format!("declare it: `({HEAD} {path})`")),
        false => problem.note(format!("the host provides no type `{path}`")),
    }))
}

/// The type that a path of a function belongs to: `:rust::a::T` for `:rust::a::T::new` and `:rust::a::T/len`.
pub(crate) fn owner(path: &str) -> &str {
    let leaf = path.rfind("::").map_or(0, |at| at + 2);
    match path[leaf..].find('/').filter(|&at| at > 0) {
        Some(at) => &path[..leaf + at],
        None => &path[..path.rfind("::").unwrap_or(path.len())],
    }
}

/// Reports a type that is not declared, once: further mentions become labels.
pub(crate) fn tell<'db>(problems: &mut Vec<Problem<'db>>, problem: Problem<'db>) {
    let first = problems
        .iter_mut()
        .find(|first| first.code == 2121 && first.message == problem.message);
    match first {
        Some(first) if first.labels.len() < LABELLED => {
            first.labels.push((problem.at, "also here".to_owned()));
        }
        Some(_) => {}
        None => problems.push(problem),
    }
}

/// The fix of WAT2121: a declaration after the setters of the file, if the host provides the type.
pub(crate) fn declaring(
    db: &dyn Db,
    file: SourceFile,
    problem: &Problem<'_>,
) -> Option<DiagnosticFix> {
    let path = problem.message.split('`').nth(1)?;
    if !is_provided(db, Name::new(db, path)) {
        return None;
    }
    let (offset, after) = head_end(db, file)?;
    let insert = match after {
        true => format!("\n({HEAD} {path})"),
        false => format!("({HEAD} {path})\n"),
    };
    Some(DiagnosticFix {
        title: format!("declare the use of `{path}`"),
        applicability: Applicability::MachineApplicable,
        edits: vec![FileEdit {
            file,
            range: TextRange::empty(offset),
            insert: insert.into(),
        }],
    })
}
