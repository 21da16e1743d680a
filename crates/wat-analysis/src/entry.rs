//! The entry point of a program: WAT2001 and WAT2002 (chapter 02 §1.4).

use std::sync::Arc;

use rustc_hash::FxHashSet;
use wat_syntax::{Applicability, Ast, Code, NodeId, NodeKind, Severity, TextRange};

use crate::db::{Db, FileKind, Project, SourceFile};
use crate::diagnostics::{Diagnostic, DiagnosticFix, FileEdit, Span, absolute};
use crate::forms::form_start;
use crate::infer::typed::LocalId;
use crate::infer::{Body, Inference, Referent, infer};
use crate::items::{Item, ItemKind};
use crate::lost::is_lost;
use crate::names::{is_excused, lookup, lookup_type};
use crate::problem::{EditAt, Place, Problem, ProblemEdit};
use crate::signature::{function_list, function_shape, is_define, param_shapes, signature};
use crate::types::{Ctor, Type};

pub(crate) const MAIN: &str = ":user::main";
const PRINT: &str = ":wat::kernel::println";

/// WAT2001 and WAT2002: is there an entry point, of the right shape?
pub fn entry_diagnostics(db: &dyn Db, root: SourceFile) -> Arc<[Diagnostic]> {
    start_diagnostics(db, root, MAIN)
}

/// The same for a function that is started instead of `:user::main`.
pub fn start_diagnostics(db: &dyn Db, root: SourceFile, name: &str) -> Arc<[Diagnostic]> {
    match named(db, root, name) {
        Some(main) => main_diagnostics(db, root, main),
        // Of what is no text nobody knows what it lacks.
        None if root.text(db).is_binary() => [].into(),
        // Nor what stands in a file that could not be loaded, or what a macro that failed would define.
        None if is_excused(db, root, name) || is_lost(db, root, name) => [].into(),
        None => [missing(db, root, name)].into(),
    }
}

/// What a program defines under the name of its entry point, be it a type.
fn named<'db>(db: &'db dyn Db, root: SourceFile, name: &str) -> Option<Item<'db>> {
    lookup(db, root, name).or_else(|| lookup_type(db, root, name))
}

/// What a definition is that is no function of its own.
fn other_kind(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Value => "a value",
        ItemKind::Synonym => "an alias",
        ItemKind::Dispatch => "a dispatch",
        ItemKind::KeywordVariant => "a keyword variant",
        ItemKind::Macro => "a macro",
        ItemKind::UnitVariant => "a variant",
        ItemKind::Constructor => "a constructor",
        ItemKind::Accessor => "an accessor",
        _ => "a type",
    }
}

/// Would a definition be the entry point of its program, if it had the name?
pub(crate) fn is_startable<'db>(db: &'db dyn Db, root: SourceFile, item: Item<'db>) -> bool {
    main_diagnostics(db, root, item).is_empty()
}

/// WAT2002: has the entry point of a program the right shape?
#[salsa::tracked(returns(clone))]
fn main_diagnostics<'db>(db: &'db dyn Db, root: SourceFile, main: Item<'db>) -> Arc<[Diagnostic]> {
    let right = signature(db, root, main).as_ref().is_some_and(|signature| {
        signature.params.is_empty()
            && signature.rest.is_none()
            && signature.generics.is_empty()
            && signature.ret == Type::simple(Ctor::Nil)
    });
    let is_function = main.kind(db) == ItemKind::Function;
    if is_function && (right || is_broken(db, root, main)) {
        return [].into();
    }
    let (form, name) = (main.form(db), main.name_node(db));
    let written = main.name(db).text(db);
    let problem = match is_function {
        true => Problem::new(
            2002,
            Place::node(name),
            format!("`{written}` must have the signature `[] -> :wat::core::nil`"),
        )
        .label("has another signature")
        .help("input, output and arguments are ambient: `:wat::kernel::println`, `:wat::runtime::argv`"),
        false => {
            let what = other_kind(main.kind(db));
            Problem::new(
                2002,
                Place::node(name),
                format!("`{written}` must be a function of its own, with the signature `[] -> :wat::core::nil`, and is {what}"),
            )
            .label("no function of its own")
            .help(format!("write `(:wat::core::defn {written} [] -> :wat::core::nil …)`"))
        }
    };
    let problem = match written == MAIN {
        true => with_signature(db, root, main, problem),
        // Others may call it as it is.
        false => problem,
    };
    let mut told = [absolute(db, root, form, form_start(db, form), &problem)];
    crate::unsure::doubt_lost_comments(db, &mut told);
    told.map(|told| crate::inline::outward(db, told)).into()
}

/// Is a signature told of that cannot be read?
fn is_broken<'db>(db: &'db dyn Db, root: SourceFile, main: Item<'db>) -> bool {
    let ast = main.ast(db);
    let Some((list, skip)) = function_list(ast, main.root(db), main.kind(db)) else {
        return false;
    };
    let shape = function_shape(ast, list, skip);
    let (Some(params), Some(_)) = (shape.params, shape.ret) else {
        return true;
    };
    let is_unknown = |ty: &Type| *ty == Type::Error;
    let signature = signature(db, root, main).as_ref();
    param_shapes(ast, params).1.is_some()
        || signature.is_some_and(|signature| {
            is_unknown(&signature.ret) || signature.params.iter().any(|param| is_unknown(&param.ty))
        })
}

/// What is wrong with the entry point of a program, whether anybody runs it or not. That there is none is told of the
/// configured entry of the project alone: other files may be there to be loaded.
pub(crate) fn checked(db: &dyn Db, root: SourceFile) -> Arc<[Diagnostic]> {
    let entry = Project::get(db).options(db).entry.as_ref();
    if entry.is_some_and(|entry| *entry == root.path(db)) {
        return entry_diagnostics(db, root);
    }
    match root.kind(db) {
        FileKind::Disk | FileKind::Open => {}
        _ => return [].into(),
    }
    match named(db, root, MAIN) {
        Some(main) => main_diagnostics(db, root, main),
        None => [].into(),
    }
}

fn missing(db: &dyn Db, root: SourceFile, name: &str) -> Diagnostic {
    let end = root.text(db).text().len().try_into().unwrap_or_default();
    let fix = DiagnosticFix {
        title: "add an entry point".into(),
        applicability: Applicability::HasPlaceholders,
        edits: vec![FileEdit {
            file: root,
            range: TextRange::empty(end),
            insert: "\n(:wat::core::defn :user::main [] -> :wat::core::nil\n  <body>)\n".into(),
        }],
    };
    Diagnostic {
        code: Code(2001),
        severity: Severity::Error,
        message: format!("the program has no `{name}`"),
        span: Span {
            file: root,
            range: TextRange::empty(0.into()),
        },
        label: "nothing to run".into(),
        labels: Vec::new(),
        notes: Vec::new(),
        help: Some(format!(
            "define `(:wat::core::defn {name} [] -> :wat::core::nil …)`"
        )),
        fixes: match name == MAIN {
            true => vec![fix],
            // The name may be the mistake.
            false => Vec::new(),
        },
        expansion: Vec::new(),
        facts: Vec::new(),
        suppressed: None,
    }
}

/// The fix that writes the signature. It is certain if no parameter is used but as the output that lines are printed
/// to, which is ambient now.
fn with_signature<'db>(
    db: &'db dyn Db,
    root: SourceFile,
    main: Item<'db>,
    problem: Problem<'db>,
) -> Problem<'db> {
    let ast = main.ast(db);
    let whole = main.root(db);
    if ast.is_poisoned(whole) || is_define(ast, whole) {
        return problem;
    }
    let Some((list, skip)) = function_list(ast, whole, main.kind(db)) else {
        return problem;
    };
    let shape = function_shape(ast, list, skip);
    let (Some(params), Some(ret)) = (shape.params, shape.ret) else {
        return problem;
    };
    let edit = |at, node, insert: &str| ProblemEdit {
        at,
        place: Place::node(node),
        insert: insert.to_owned(),
    };
    let mut edits = vec![
        edit(EditAt::Replace, main.name_node(db), MAIN),
        edit(EditAt::Replace, params, "[]"),
        edit(EditAt::Replace, ret, ":wat::core::nil"),
    ];
    let inference = infer(db, root, main);
    let mut printed = Vec::new();
    let sure = inference.generics.is_empty() && prints_only(ast, &inference, list, &mut printed);
    for (head, stream) in printed {
        edits.push(edit(EditAt::Replace, head, PRINT));
        edits.push(edit(EditAt::DeleteThrough(stream.0), stream, ""));
    }
    let is_nil = signature(db, root, main)
        .as_ref()
        .is_some_and(|signature| signature.ret == Type::simple(Ctor::Nil));
    if !is_nil && shape.first.is_some() {
        edits.push(edit(EditAt::BeforeClose, list, " :wat::core::nil"));
    }
    let how = match sure && param_shapes(ast, params).1.is_none() {
        true => Applicability::MachineApplicable,
        false => Applicability::HasPlaceholders,
    };
    problem.fix("write the signature `[] -> :wat::core::nil`", how, edits)
}

/// Is a parameter used nowhere but as the stream of a call that prints to it? Collects heads and streams of those calls.
fn prints_only(
    ast: &Ast,
    inference: &Inference<'_>,
    list: NodeId,
    printed: &mut Vec<(NodeId, NodeId)>,
) -> bool {
    let Body::Function { params, .. } = &inference.body else {
        return false;
    };
    let params: FxHashSet<LocalId> = params.iter().copied().collect();
    let declared: FxHashSet<NodeId> = params
        .iter()
        .map(|param| inference.locals[param.0 as usize].node)
        .collect();
    let mentions = inference
        .references
        .iter()
        .filter_map(|(node, to)| match to {
            Referent::Local(local) if params.contains(local) && !declared.contains(node) => {
                Some(*node)
            }
            _ => None,
        });
    let mut mentions: FxHashSet<NodeId> = mentions.collect();
    let mut work = vec![list];
    while let Some(at) = work.pop() {
        let parts: Vec<NodeId> = ast.children(at).collect();
        if let [head, stream, _] = parts[..]
            && ast.kind(at) == NodeKind::List
            && matches!(
                ast.as_keyword(head),
                Some(":wat::io::IOWriter/println" | ":wat::io::IOWriter/print")
            )
            && ast.as_symbol(stream) == Some("stdout")
            && mentions.remove(&stream)
        {
            printed.push((head, stream));
        }
        work.extend(parts);
    }
    mentions.is_empty()
}
