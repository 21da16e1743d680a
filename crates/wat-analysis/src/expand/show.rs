//! Expansions as text, for people who want to see what a macro makes.

use wat_syntax::{Ast, ColumnEncoding, NodeId, NodeKind, TextSize, print_ast};

use crate::db::{Db, SourceFile};
use crate::forms::{Form, ast, form_start, forms, line_index, read_form};
use crate::problem::Problem;

use super::stage::{mentions_macro, stage_of};
use super::walk::Expander;
use super::{Expansion, Source, program_for};

/// The expansion of forms as text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ExpandedText {
    /// One form after the other; comments tell where the parts come from.
    pub text: String,
    /// What is wrong with the calls in it, as messages with their codes.
    pub failures: Vec<String>,
}

/// The expansion of the form at an offset of a file, or of all its forms. `once`: one step only.
///
/// Comments `;; from FILE:LINE:COLUMN` stand where code of a macro begins, and where code of the author begins again.
pub fn expanded_text(
    db: &dyn Db,
    program: SourceFile,
    file: SourceFile,
    at: Option<TextSize>,
    once: bool,
) -> ExpandedText {
    let mut shown = ExpandedText {
        text: String::new(),
        failures: Vec::new(),
    };
    for placed in &forms(db, file).placed {
        let node = match at {
            Some(offset) if !placed.range().contains_inclusive(offset) => continue,
            Some(offset) => list_at(db, placed.form, offset - placed.start()),
            None => NodeId(0),
        };
        show(db, program, placed.form, node, once, &mut shown);
        if at.is_some() {
            break;
        }
    }
    shown
}

/// The smallest list around an offset.
fn list_at(db: &dyn Db, form: Form<'_>, offset: TextSize) -> NodeId {
    let read = read_form(db, form);
    let found = (0..read.ast.len() as u32)
        .map(NodeId)
        .filter(|&node| read.ast.kind(node) == NodeKind::List)
        .rfind(|&node| read.spans.range(node).contains_inclusive(offset));
    found.unwrap_or(NodeId(0))
}

fn show<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    form: Form<'db>,
    node: NodeId,
    once: bool,
    shown: &mut ExpandedText,
) {
    let written = ast(db, form);
    if written.is_empty() {
        return;
    }
    let program = program_for(db, program, form);
    let expansion = match mentions_macro(db, program, written) {
        true => {
            let stage = stage_of(db, program, form);
            Expander::new(db, program, form, stage).part(written, node, once)
        }
        false => None,
    };
    match expansion {
        Some(expansion) => {
            let failures = expansion.problems.iter();
            shown.failures.extend(failures.map(failure));
            write_marked(db, form, &expansion, &mut shown.text);
        }
        None => {
            let range = read_form(db, form).spans.range(node);
            shown.text.push_str(&form.content(db).text.text()[range]);
        }
    }
    shown.text.push_str("\n\n");
}

fn failure(problem: &Problem<'_>) -> String {
    format!("WAT{}: {}", problem.code, problem.message)
}

enum Step {
    Node(NodeId, Option<u32>),
    Text(&'static str),
}

/// Writes the expansion, with a comment wherever the writer changes at a list, vector, brace or set.
fn write_marked<'db>(
    db: &'db dyn Db,
    form: Form<'db>,
    expansion: &Expansion<'db>,
    out: &mut String,
) {
    let ast: &Ast = &expansion.ast;
    let mut work = vec![Step::Node(ast.root(), None)];
    while let Some(step) = work.pop() {
        let (node, outer) = match step {
            Step::Node(node, outer) => (node, outer),
            Step::Text(text) => {
                out.push_str(text);
                continue;
            }
        };
        let (open, close) = match ast.kind(node) {
            NodeKind::List => ("(", ")"),
            NodeKind::Vector => ("[", "]"),
            NodeKind::Brace => ("{", "}"),
            NodeKind::Set => ("#{", "}"),
            _ => {
                out.push_str(&print_ast(ast, node));
                continue;
            }
        };
        let (call, place) = match expansion.origin_of(node) {
            Source::Written(node) => (None, Some((form, node))),
            Source::Template { call, node } => {
                let of = expansion.calls[call as usize].form;
                (Some(call), node.map(|node| (of, node)))
            }
        };
        if call != outer
            && let Some((form, node)) = place
        {
            out.push_str(&format!("\n;; from {}\n", position(db, form, node)));
        }
        out.push_str(open);
        work.push(Step::Text(close));
        let children: Vec<NodeId> = ast.children(node).collect();
        for (index, &child) in children.iter().enumerate().rev() {
            work.push(Step::Node(child, call));
            if index > 0 {
                work.push(Step::Text(" "));
            }
        }
    }
}

/// `FILE:LINE:COLUMN`
fn position(db: &dyn Db, form: Form<'_>, node: NodeId) -> String {
    let read = read_form(db, form);
    let file = form.file(db);
    if node.0 as usize >= read.ast.len() {
        return file.path(db).to_string();
    }
    let start = form_start(db, form) + read.spans.range(node).start();
    let text = file.text(db);
    let at = line_index(db, file).line_col(text.text(), start, ColumnEncoding::Utf32);
    format!("{}:{}:{}", file.path(db), at.line + 1, at.col + 1)
}
