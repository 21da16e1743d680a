//! Expansions as text, for people who want to see what a macro makes.

use rustc_hash::FxHashMap;
use wat_syntax::{Ast, ColumnEncoding, NodeId, NodeKind, TextSize, print_ast};

use crate::db::{Db, SourceFile};
use crate::forms::{Form, ast, form_start, forms, line_index, read_form};
use crate::infer::{infer, infer_expression};
use crate::items::{ItemKind, declarations};
use crate::problem::Problem;

use super::branch::branch;
use super::stage::{mentions_macro, stage_of};
use super::thread::thread;
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
    let stands = |text: &str| thread(text).is_some() || branch(text).is_some();
    let stands_for_others = written.texts().any(stands);
    let stage = stage_of(db, program, form);
    let expansion = match stands_for_others || mentions_macro(db, program, written, stage) {
        true => Expander::new(db, program, form, stage).part(written, node, once),
        false => None,
    };
    match expansion {
        Some(expansion) => {
            let failures = expansion.problems.iter();
            shown.failures.extend(failures.map(failure));
            let marked = Marked {
                db,
                form,
                ast: &expansion.ast,
                expansion: Some(&expansion),
                types: &FxHashMap::default(),
            };
            marked.write(expansion.ast.root(), &mut shown.text);
        }
        None => {
            let range = read_form(db, form).spans.range(node);
            shown.text.push_str(&form.content(db).text.text()[range]);
        }
    }
    shown.text.push_str("\n\n");
}

/// The expansion of the form at an offset of a file, or of all its forms, as it is checked: a comment `;; -> TYPE` stands
/// before each form with a type.
pub fn typed_expansion_text(
    db: &dyn Db,
    program: SourceFile,
    file: SourceFile,
    at: Option<TextSize>,
) -> ExpandedText {
    let mut shown = ExpandedText {
        text: String::new(),
        failures: Vec::new(),
    };
    for placed in &forms(db, file).placed {
        let written = match at {
            Some(offset) if !placed.range().contains_inclusive(offset) => continue,
            Some(offset) => list_at(db, placed.form, offset - placed.start()),
            None => NodeId(0),
        };
        let expansion = super::expansion(db, program, placed.form);
        let ast = super::expanded_ast(db, program, placed.form);
        if ast.is_empty() {
            continue;
        }
        let types = types_of(db, program, placed.form);
        let problems = expansion.map_or(&[][..], |expansion| &expansion.problems[..]);
        shown.failures.extend(problems.iter().map(failure));
        let root = match expansion {
            Some(expansion) => expansion.copy_of(written).unwrap_or(ast.root()),
            None => written,
        };
        let marked = Marked {
            db,
            form: placed.form,
            ast,
            expansion,
            types: &types,
        };
        marked.write(root, &mut shown.text);
        shown.text.push_str("\n\n");
        if at.is_some() {
            break;
        }
    }
    shown
}

/// The types of the lists of an expanded form.
fn types_of(db: &dyn Db, program: SourceFile, form: Form<'_>) -> FxHashMap<NodeId, String> {
    let found = declarations(db, program, form);
    let ast = super::expanded_ast(db, program, form);
    let items = found.items.iter().chain(&found.bindings);
    let checked = items.filter(|item| {
        matches!(
            item.kind(db),
            ItemKind::Function | ItemKind::Value | ItemKind::Bindings
        )
    });
    let inferred = checked.map(|&item| infer(db, program, item));
    let expressions = found.expressions.iter();
    let inferred =
        inferred.chain(expressions.map(|&node| infer_expression(db, program, form, NodeId(node))));
    let mut types = FxHashMap::default();
    for inference in inferred {
        for expr in inference.exprs.iter() {
            if ast.kind(expr.node) == NodeKind::List {
                let ty = inference.table.render(expr.ty, &inference.generics);
                types.insert(expr.node, ty);
            }
        }
    }
    types
}

fn failure(problem: &Problem<'_>) -> String {
    format!("WAT{}: {}", problem.code, problem.message)
}

enum Step {
    Node(NodeId, Option<u32>),
    Text(&'static str),
}

/// A form to be written, with a comment wherever the writer changes at a list, vector, brace or set.
struct Marked<'a, 'db> {
    db: &'db dyn Db,
    form: Form<'db>,
    ast: &'a Ast,
    expansion: Option<&'a Expansion<'db>>,
    types: &'a FxHashMap<NodeId, String>,
}

impl<'db> Marked<'_, 'db> {
    /// The call that made a node, and where it was written.
    fn writer(&self, node: NodeId) -> (Option<u32>, Option<(Form<'db>, NodeId)>) {
        let Some(expansion) = self.expansion else {
            return (None, Some((self.form, node)));
        };
        match expansion.origin_of(node) {
            Source::Written(node) => (None, Some((self.form, node))),
            Source::Template { call, node } => {
                let of = expansion.calls[call as usize].form;
                (Some(call), node.map(|node| (of, node)))
            }
        }
    }

    fn write(&self, root: NodeId, out: &mut String) {
        let (db, ast) = (self.db, self.ast);
        let mut work = vec![Step::Node(root, None)];
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
            let (call, place) = self.writer(node);
            if call != outer
                && let Some((form, node)) = place
            {
                comment(out, &format!("from {}", position(db, form, node)));
            }
            if let Some(ty) = self.types.get(&node) {
                comment(out, &format!("-> {ty}"));
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
}

/// A comment on a line of its own.
fn comment(out: &mut String, text: &str) {
    if !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
    out.push_str(";; ");
    out.push_str(text);
    out.push('\n');
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
