//! Type arguments in parentheses: `:wat::core::Vector(wat::core::i64)`.
//!
//! To the reader this is a keyword and a list that stands too close (WAT1014), and everything behind it finds something:
//! a path without a colon, a type without arguments, a form too many. It is one slip, so one diagnostic, with the fix
//! that writes the arguments in angle brackets.

use wat_syntax::{Applicability, Ast, NodeId, NodeKind, TextRange, TextSize};

use crate::db::{Db, SourceFile};
use crate::diagnostics::{Diagnostic, DiagnosticFix, FileEdit};
use crate::forms::{forms, read_form};

const GLUED: u16 = 1014;
/// What WAT1014 becomes in a loaded source.
const LOADED: u16 = 5007;

/// Of what is told about a type with its arguments in parentheses, keeps WAT1014.
pub(crate) fn quiet(db: &dyn Db, file: SourceFile, found: &mut Vec<Diagnostic>) {
    let is_glued = |d: &Diagnostic| {
        d.span.file == file
            && matches!(d.code.0, GLUED | LOADED)
            && d.label == "keyword glued paren"
    };
    if !found.iter().any(is_glued) {
        return;
    }
    let mut regions = Vec::new();
    for diagnostic in found.iter_mut().filter(|found| is_glued(found)) {
        let Some(glued) = type_arguments(db, file, diagnostic.span.range.start()) else {
            continue;
        };
        let list = glued.list;
        regions.push(glued);
        let replace = |at: TextSize, insert: &str| FileEdit {
            file,
            range: TextRange::at(at, TextSize::new(1)),
            insert: insert.into(),
        };
        let last = list.end() - TextSize::new(1);
        diagnostic.fixes = vec![DiagnosticFix {
            title: "write the type arguments in `<…>`".into(),
            applicability: Applicability::MaybeIncorrect,
            edits: vec![replace(list.start(), "<"), replace(last, ">")],
        }];
    }
    found.retain(|d| {
        let is_shape = (2100..2200).contains(&d.code.0);
        let caused = |glued: &Glued| {
            let whole = glued.keyword.cover(glued.list);
            whole.contains_range(d.span.range) || is_shape && d.span.range == glued.parent
        };
        is_glued(d) || d.span.file != file || !regions.iter().any(caused)
    });
}

/// The ranges of a keyword, of the list glued to it, and of the form with both.
struct Glued {
    keyword: TextRange,
    list: TextRange,
    parent: TextRange,
}

/// What is glued at this parenthesis, if the list reads as type arguments.
fn type_arguments(db: &dyn Db, file: SourceFile, paren: TextSize) -> Option<Glued> {
    let cut = forms(db, file);
    let placed = cut.placed.iter().rev();
    let placed = placed.into_iter().find(|placed| placed.start() <= paren)?;
    let read = read_form(db, placed.form);
    let at = paren - placed.start();
    let ast = &read.ast;
    let nodes = || (0..ast.len() as u32).map(NodeId);
    let list = nodes()
        .find(|&node| ast.kind(node) == NodeKind::List && read.spans.range(node).start() == at)?;
    let keyword = nodes()
        .find(|&node| ast.as_keyword(node).is_some() && read.spans.range(node).end() == at)?;
    let parent = nodes().find(|&node| ast.children(node).any(|child| child == keyword))?;
    let is_head =
        ast.kind(parent) == NodeKind::List && ast.children(parent).next() == Some(keyword);
    let mut parts = ast.children(list).peekable();
    let fits = !is_head && parts.peek().is_some() && parts.all(|part| is_type_name(ast, part));
    let range = |node| read.spans.range(node) + placed.start();
    fits.then(|| Glued {
        keyword: range(keyword),
        list: range(list),
        parent: range(parent),
    })
}

/// A path without its colon, a retired name of a type, or the name of a type parameter.
fn is_type_name(ast: &Ast, node: NodeId) -> bool {
    match ast.as_symbol(node) {
        Some(name) => {
            name.starts_with(|first: char| first.is_ascii_uppercase())
                || matches!(name, "i64" | "f64" | "u8" | "bool")
        }
        None => {
            ast.as_keyword(node)
                .is_some_and(|path| !path.starts_with("::"))
                && ast.has_errors(node)
        }
    }
}
