//! Expansions as text, for people who want to see what a macro makes.

use rustc_hash::FxHashMap;
use wat_syntax::{Ast, ColumnEncoding, NodeId, NodeKind, TextSize, print_ast};

use crate::db::{Db, SourceFile};
use crate::diagnostics::{Diagnostic, absolute};
use crate::forms::{Form, ast, form_start, forms, line_index, read_form};
use crate::infer::{infer, infer_expression};
use crate::items::{ItemKind, declarations};
use crate::problem::Problem;

use super::branch::branch;
use super::expander::Expander;
use super::stage::{mentions_macro, stage_of};
use super::thread::thread;
use super::{Expansion, Source, program_for, unmarked};

/// The expansion of forms as text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ExpandedText {
    /// One form after the other; comments tell where the parts come from.
    pub text: String,
    /// What is wrong with the calls in it.
    pub failures: Vec<Diagnostic>,
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
            let told = |problem| told(db, program, form, problem);
            shown.failures.extend(failures.map(told));
            let marked = Marked {
                db,
                form,
                ast: &expansion.ast,
                expansion: Some(&expansion),
                types: None,
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
/// before each form with a type. What stands for other forms is checked as it is written, and shown as those forms.
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
        let told = |problem| told(db, program, placed.form, problem);
        shown.failures.extend(problems.iter().map(told));
        let root = match expansion {
            Some(expansion) => expansion.copy_of(written).unwrap_or(ast.root()),
            None => written,
        };
        let marked = Marked {
            db,
            form: placed.form,
            ast,
            expansion,
            types: Some(&types),
        };
        marked.write(root, &mut shown.text);
        shown.text.push_str("\n\n");
        if at.is_some() {
            break;
        }
    }
    shown
}

/// The types of the expressions of an expanded form.
fn types_of(db: &dyn Db, program: SourceFile, form: Form<'_>) -> FxHashMap<NodeId, String> {
    let found = declarations(db, program, form);
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
            let ty = inference.table.render(expr.ty, &inference.generics);
            types.insert(expr.node, ty);
        }
    }
    types
}

fn told<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    form: Form<'db>,
    problem: &Problem<'db>,
) -> Diagnostic {
    absolute(db, program, form, form_start(db, form), problem)
}

/// More templates than anything unquotes.
const QUOTED: u32 = 1 << 24;

enum Step {
    /// A form, the call around it, and how many templates it is part of.
    View(View, Option<u32>, u32),
    Text(&'static str),
}

/// What is shown of a form.
#[derive(Clone)]
enum View {
    Node(NodeId),
    /// The list that a node is written out as.
    List(NodeId, Vec<View>),
    Path(&'static str),
}

/// A view of the parts of a list.
type Parts = Vec<View>;

/// The call that a thread stands for; nothing if something in it is no step.
fn calls(ast: &Ast, parts: Parts, last: bool) -> Option<View> {
    let mut parts = parts.into_iter().skip(1);
    let mut value = parts.next()?;
    for step in parts {
        let (node, mut call) = match step {
            View::Node(node) => match ast.kind(node) {
                NodeKind::List if ast.child_count(node) > 0 => (node, views(ast, node)),
                NodeKind::Keyword(_) | NodeKind::Symbol(_) => (node, vec![View::Node(node)]),
                _ => return None,
            },
            View::List(node, parts) => (node, parts),
            View::Path(_) => return None,
        };
        let at = if last { call.len() } else { 1 };
        call.insert(at, value);
        value = View::List(node, call);
    }
    Some(value)
}

/// The `if` that a `when` or `unless` stands for; nothing without a test or a body.
fn choice(node: NodeId, parts: Parts, follows: bool) -> Option<View> {
    let mut parts = parts.into_iter().skip(1);
    let test = parts.next()?;
    let mut run = vec![View::Path(":wat::core::do")];
    run.extend(parts);
    if run.len() < 2 {
        return None;
    }
    let (run, nil) = (View::List(node, run), View::Path(":wat::core::nil"));
    let (yes, no) = if follows { (run, nil) } else { (nil, run) };
    let parts = vec![View::Path(":wat::core::if"), test, yes, no];
    Some(View::List(node, parts))
}

fn views(ast: &Ast, node: NodeId) -> Parts {
    ast.children(node).map(View::Node).collect()
}

/// A form to be written, with a comment wherever the writer changes at a list, vector, brace or set.
struct Marked<'a, 'db> {
    db: &'db dyn Db,
    form: Form<'db>,
    ast: &'a Ast,
    expansion: Option<&'a Expansion<'db>>,
    /// Of a form that is shown as it is checked; what only expands was written out before.
    types: Option<&'a FxHashMap<NodeId, String>>,
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

    /// What one form that stands for another is shown as; nothing if it is shown as it is. What has no type is data, if
    /// it is not what a form was written out as.
    fn stands_for(&self, view: &View) -> Option<View> {
        let (types, ast) = (self.types?, self.ast);
        let node = match view {
            View::Node(node) if ast.kind(*node) == NodeKind::List => *node,
            View::List(node, _) => *node,
            _ => return None,
        };
        let head = match view {
            View::List(_, parts) => match parts.first()? {
                View::Node(head) => *head,
                _ => return None,
            },
            _ => ast.children(node).next()?,
        };
        let path = ast.as_keyword(head)?;
        let is_made = matches!(view, View::List(..));
        let parts = || match view {
            View::List(_, parts) => parts.clone(),
            _ => views(ast, node),
        };
        if let Some(last) = thread(path) {
            let is_code = is_made || self.is_thread(types, node);
            return is_code.then(|| calls(ast, parts(), last))?;
        }
        let follows = branch(path)?;
        let is_code = is_made || types.contains_key(&node);
        is_code.then(|| choice(node, parts(), follows))?
    }

    /// Is a thread code? It has no type itself: the value and the steps have, but for steps that are threads.
    fn is_thread(&self, types: &FxHashMap<NodeId, String>, node: NodeId) -> bool {
        let ast = self.ast;
        let mut work = vec![node];
        while let Some(node) = work.pop() {
            for part in ast.children(node).skip(1) {
                let mut inner = ast.children(part);
                let head = inner.next().and_then(|head| ast.as_keyword(head));
                match head {
                    Some(path) if thread(path).is_some() => work.push(part),
                    _ if types.contains_key(&part) => return true,
                    _ => {}
                }
            }
        }
        false
    }

    fn write(&self, root: NodeId, out: &mut String) {
        let (db, ast) = (self.db, self.ast);
        let mut work = vec![Step::View(View::Node(root), None, 0)];
        while let Some(step) = work.pop() {
            let (view, outer, level) = match step {
                Step::View(view, outer, level) => (view, outer, level),
                Step::Text(text) => {
                    out.push_str(text);
                    continue;
                }
            };
            if level == 0
                && let Some(other) = self.stands_for(&view)
            {
                work.push(Step::View(other, outer, level));
                continue;
            }
            let (node, kind, children) = match view {
                View::Path(path) => {
                    out.push_str(path);
                    continue;
                }
                View::List(node, parts) => (node, NodeKind::List, parts),
                View::Node(node) => (node, ast.kind(node), views(ast, node)),
            };
            let (open, close) = match kind {
                NodeKind::List => ("(", ")"),
                NodeKind::Vector => ("[", "]"),
                NodeKind::Brace => ("{", "}"),
                NodeKind::Set => ("#{", "}"),
                _ => {
                    out.push_str(&unmarked(&print_ast(ast, node)));
                    continue;
                }
            };
            let (call, place) = self.writer(node);
            if call != outer
                && let Some((form, node)) = place
            {
                comment(out, &format!("from {}", position(db, form, node)));
            }
            let ty = self.types.and_then(|types| types.get(&node));
            if let Some(ty) = ty.filter(|_| kind == NodeKind::List) {
                comment(out, &format!("-> {}", unmarked(ty)));
            }
            out.push_str(open);
            work.push(Step::Text(close));
            let head = match children.first() {
                Some(View::Node(head)) => ast.as_keyword(*head),
                _ => None,
            };
            let level = match head {
                Some(":wat::core::quote" | ":wat::core::forms") => QUOTED,
                Some(":wat::core::quasiquote") => level + 1,
                Some(":wat::core::unquote" | ":wat::core::unquote-splicing") => {
                    level.saturating_sub(1)
                }
                _ => level,
            };
            for (index, child) in children.into_iter().enumerate().rev() {
                work.push(Step::View(child, call, level));
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
