//! The configuration of a program: the setters at the head of its entry file (chapter 02 §12).

use std::sync::Arc;

use wat_syntax::{Applicability, Ast, Code, NodeId, NodeKind, Severity};
use wat_value::syntax::{Origin, Scopes, Syntax};

use crate::codes::code_info;
use crate::db::{Db, FileKind, SourceFile};
use crate::diagnostics::{Diagnostic, DiagnosticFix, FileEdit, absolute};
use crate::evaluation::evaluation_ir;
use crate::forms::{Form, ast, form_list, form_start, forms, read_form};
use crate::infer::infer_expression;
use crate::items::written_declarations;
use crate::load_report::is_loaded;
use crate::problem::{Place, Problem};
use crate::suggest;

/// What a setter takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Takes {
    /// An integer from the first to the second.
    Int(i64, i64),
    Mode,
    Bool,
    Sigma,
}

/// A retired setting, and what it is called now.
const RETIRED: (&str, &str) = (":wat::config::set-dims!", ":wat::config::set-dim-count!");

/// Settings without a successor.
const WITHDRAWN: [&str; 2] = [
    ":wat::config::set-dim-router!",
    ":wat::config::set-noise-floor!",
];

const SETTERS: [(&str, Takes); 7] = [
    (":wat::config::set-dim-count!", Takes::Int(1, 1 << 26)),
    (":wat::config::set-global-seed!", Takes::Int(0, i64::MAX)),
    (":wat::config::set-capacity-mode!", Takes::Mode),
    (":wat::config::set-presence-sigma!", Takes::Sigma),
    (":wat::config::set-coincident-sigma!", Takes::Sigma),
    (":wat::config::set-redef!", Takes::Bool),
    (":wat::config::set-eval-redef!", Takes::Bool),
];

/// What the entry file of a program sets.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Config {
    /// The dimension of holon vectors.
    pub dim_count: i64,
    /// The seed that they derive from.
    pub global_seed: i64,
    /// Is a bundle beyond the capacity a panic, as opposed to an error value?
    pub capacity_panics: bool,
    /// May a definition be followed by another one of the same name and type?
    pub redef: bool,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            dim_count: 10_000,
            global_seed: 42,
            capacity_panics: false,
            redef: false,
        }
    }
}

/// A setter in a file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, salsa::SalsaValue)]
struct Setter<'db> {
    form: Form<'db>,
    node: u32,
    /// Does it precede every form that is no setter?
    leading: bool,
}

/// Is this the head of a setter, known or not?
pub(crate) fn is_setter(head: &str) -> bool {
    head.starts_with(":wat::config::set-")
}

#[salsa::tracked(returns(ref))]
fn file_setters<'db>(db: &'db dyn Db, file: SourceFile) -> Vec<Setter<'db>> {
    let mut setters = Vec::new();
    let mut at_head = true;
    for &form in form_list(db, file) {
        let found = &written_declarations(db, form).setters;
        let ast = ast(db, form);
        let whole = found.as_slice() == [ast.root().0];
        at_head &= whole || ast.is_damaged();
        setters.extend(found.iter().map(|&node| Setter {
            form,
            node,
            leading: at_head,
        }));
    }
    setters
}

fn head_of(ast: &Ast, node: NodeId) -> &str {
    let head = ast.children(node).next();
    head.and_then(|head| ast.as_keyword(head))
        .unwrap_or_default()
}

/// The setting that a misspelled or retired one surely is: its argument and its place are judged as those of that one.
fn intended(name: &str) -> &str {
    if kind_of(name).is_some() || WITHDRAWN.contains(&name) {
        return name;
    }
    if name == RETIRED.0 {
        return RETIRED.1;
    }
    let candidates = suggest::rank(name, SETTERS.iter().map(|(name, _)| *name));
    let only = candidates.first().filter(|_| candidates.len() == 1);
    let mut known = SETTERS.iter().map(|(name, _)| *name);
    only.and_then(|only| known.find(|name| *name == &*only.name))
        .unwrap_or(name)
}

fn kind_of(head: &str) -> Option<Takes> {
    let setter = SETTERS.iter().find(|(name, _)| *name == head);
    setter.map(|(_, takes)| *takes)
}

/// The configuration of the program with this root.
#[salsa::tracked(returns(copy))]
pub fn config(db: &dyn Db, root: SourceFile) -> Config {
    let mut config = match root.kind(db) {
        // A hermetic test inherits what its file has set.
        FileKind::Hermetic => config(db, crate::loads::enclosing_file(db, root)),
        _ => crate::db::Project::get(db).options(db).inherited,
    };
    for setter in file_setters(db, root)
        .iter()
        .filter(|setter| setter.leading)
    {
        let ast = ast(db, setter.form);
        let node = NodeId(setter.node);
        let Some(value) = ast.children(node).nth(1) else {
            continue;
        };
        let name = head_of(ast, node);
        match (name, kind_of(name), ast.kind(value)) {
            (name, Some(Takes::Int(least, most)), NodeKind::Int(value))
                if (least..=most).contains(&value) =>
            {
                match name {
                    ":wat::config::set-dim-count!" => config.dim_count = value,
                    _ => config.global_seed = value,
                }
            }
            (_, Some(Takes::Mode), _) => {
                config.capacity_panics = ast.as_keyword(value) == Some(":panic");
            }
            (":wat::config::set-redef!", _, NodeKind::Bool(value)) => config.redef = value,
            _ => {}
        }
    }
    config
}

/// What is wrong with the setters of a file in a program.
pub(crate) fn config_problems(
    db: &dyn Db,
    root: SourceFile,
    file: SourceFile,
    found: &mut Vec<Diagnostic>,
) {
    if matches!(file.kind(db), FileKind::Library | FileKind::Session) {
        return;
    }
    let loaded = is_loaded(db, root, file);
    let setters = file_setters(db, file);
    for (at, setter) in setters.iter().enumerate() {
        let ast = ast(db, setter.form);
        let node = NodeId(setter.node);
        let written = head_of(ast, node);
        let name = intended(written);
        let first = setters[..at].iter().find(|other| {
            let ast = crate::forms::ast(db, other.form);
            intended(head_of(ast, NodeId(other.node))) == name
        });
        let mut push = |problem: Problem<'_>| {
            let start = form_start(db, setter.form);
            found.push(absolute(db, root, setter.form, start, &problem));
        };
        if loaded {
            push(in_library(node, written));
            continue;
        }
        if kind_of(written).is_none() {
            push(unknown(ast, node, written));
        }
        let Some(takes) = kind_of(name) else {
            continue;
        };
        if let Some(first) = first {
            let problem = Problem::new(2006, Place::node(node), format!("`{name}` is set twice"))
                .label("the second setter")
                .also(
                    Place::elsewhere(first.form, NodeId(first.node)),
                    "the first setter",
                )
                .help("delete one of them");
            push(problem);
            if node == ast.root() {
                add_fix(found, "delete the second setter", vec![removal(db, setter)]);
            }
            continue;
        }
        if let Some(problem) = wrong_argument(db, root, setter.form, node, name, takes) {
            push(problem);
        }
        if setter.leading {
            continue;
        }
        push(late(node, name));
        // What stands inside would be as late there.
        let is_plain = ast
            .children(node)
            .all(|part| ast.kind(part) != NodeKind::List);
        let movable = is_plain && (node == ast.root() || splice_keeps_others(ast, node));
        if let Some(top) = head_end(db, file).filter(|_| movable) {
            let text = text_of(db, setter);
            let insert = match top.1 {
                true => format!("\n{text}"),
                false => format!("{text}\n"),
            };
            let edit = FileEdit {
                file,
                range: wat_syntax::TextRange::empty(top.0),
                insert: insert.into(),
            };
            add_fix(
                found,
                "move it to the head of the file",
                vec![edit, removal(db, setter)],
            );
        }
    }
}

fn add_fix(found: &mut [Diagnostic], title: &str, edits: Vec<FileEdit>) {
    if let Some(last) = found.last_mut() {
        last.fixes.push(DiagnosticFix {
            title: title.into(),
            applicability: Applicability::MachineApplicable,
            edits,
        });
    }
}

/// WAT2005, for a setter in an expression.
pub(crate) fn misplaced<'db>(node: NodeId, name: &str) -> Problem<'db> {
    late(node, name).label("a setter in an expression")
}

/// WAT2005, for a setter in what a macro made: the configuration is read before macros are expanded.
pub(crate) fn made<'db>(node: NodeId, name: &str) -> Problem<'db> {
    late(node, name)
        .label("a setter that a macro call makes")
        .note("the configuration is read before macros are expanded")
        .help("write it at the head of the entry file")
}

/// In a loaded source a setter is a mistake wherever it stands.
pub(crate) fn in_context<'db>(problem: &Problem<'db>, loaded: bool) -> Option<Problem<'db>> {
    let head = problem
        .message
        .split('`')
        .nth(1)
        .filter(|_| loaded && problem.code == 2005)?;
    Some(in_library(NodeId(problem.at.node), head))
}

fn late<'db>(node: NodeId, name: &str) -> Problem<'db> {
    Problem::new(
        2005,
        Place::node(node),
        format!("`{name}` does not precede every other form of the file"),
    )
    .label("a setter after the head of the file")
    .help("move it to the head of the entry file")
}

fn in_library<'db>(node: NodeId, name: &str) -> Problem<'db> {
    Problem::new(
        5005,
        Place::node(node),
        format!("`{name}` stands in a loaded source: only the entry file configures a program"),
    )
    .label("a setter in a loaded source")
    .help("move it to the head of the entry file")
}

/// WAT2007, WAT2702, WAT2190.
fn unknown<'db>(ast: &Ast, node: NodeId, name: &str) -> Problem<'db> {
    let at = Place::node(ast.children(node).next().unwrap_or(node));
    match name {
        _ if WITHDRAWN.contains(&name) => {
            return Problem::new(
                2702,
                at,
                format!("`{name}` was withdrawn without a successor"),
            )
            .label("no such setting any more")
            .help("delete the form: a program has one dimension, and its noise floor follows");
        }
        _ if name == RETIRED.0 => {
            return Problem::new(2190, at, format!("`{name}` is a retired spelling"))
                .label("retired")
                .replace(Applicability::MachineApplicable, at, RETIRED.1);
        }
        _ => {}
    }
    let candidates = suggest::rank(name, SETTERS.iter().map(|(name, _)| *name));
    let mut problem =
        Problem::new(2007, at, format!("there is no setting `{name}`")).label("unknown setting");
    if let Some(help) = suggest::help(&candidates) {
        problem = problem.help(help);
    }
    for (index, candidate) in candidates.iter().enumerate() {
        let how = match candidates.len() == 1 && index == 0 {
            true => Applicability::MachineApplicable,
            false => Applicability::MaybeIncorrect,
        };
        problem = problem.replace(how, at, &candidate.name);
    }
    problem
}

/// WAT2701, WAT3706.
fn wrong_argument<'db>(
    db: &'db dyn Db,
    root: SourceFile,
    form: Form<'db>,
    node: NodeId,
    name: &str,
    takes: Takes,
) -> Option<Problem<'db>> {
    let ast = ast(db, form);
    let arguments: Vec<NodeId> = ast.children(node).skip(1).collect();
    let what = match takes {
        Takes::Int(least, i64::MAX) => format!("a literal integer of at least {least}"),
        Takes::Int(least, most) => format!("a literal integer from {least} to {most}"),
        Takes::Mode => "`:error` or `:panic`".to_owned(),
        Takes::Bool => "`true` or `false`".to_owned(),
        Takes::Sigma => "one function".to_owned(),
    };
    let wrong = |at: NodeId, label: &str| {
        Problem::new(2701, Place::node(at), format!("`{name}` takes {what}")).label(label)
    };
    let &[value] = &arguments[..] else {
        return match arguments.get(1) {
            _ if ast.is_poisoned(node) => None,
            Some(&surplus) => Some(wrong(surplus, "one argument too many")),
            None => Some(wrong(node, "the value is missing")),
        };
    };
    if matches!(ast.kind(value), NodeKind::Error) || ast.is_poisoned(value) {
        return None;
    }
    let fits = match (takes, ast.kind(value)) {
        (Takes::Int(least, most), NodeKind::Int(value)) => (least..=most).contains(&value),
        (Takes::Mode, _) => matches!(ast.as_keyword(value), Some(":error" | ":panic")),
        (Takes::Bool, NodeKind::Bool(_)) => true,
        (Takes::Sigma, _) => return wrong_sigma(db, root, form, value, name),
        _ => false,
    };
    if fits {
        return None;
    }
    let problem = wrong(value, "not a value of this setting");
    let canonical = match ast.as_keyword(value) {
        Some(":silent" | ":warn") if takes == Takes::Mode => ":error",
        Some(":abort") if takes == Takes::Mode => ":panic",
        _ => return Some(problem),
    };
    Some(problem.replace(
        Applicability::MachineApplicable,
        Place::node(value),
        canonical,
    ))
}

/// What start-up evaluates of the configuration: the functions of the two sigma setters, applied to the dimension. With
/// each comes the name of its setter. None of what has a finding.
pub fn sigma_calls(db: &dyn Db, root: SourceFile) -> Vec<(Arc<str>, Arc<wat_ir::Function>)> {
    let setters = file_setters(db, root).iter().filter(|it| it.leading);
    let mut calls: Vec<(Arc<str>, Arc<wat_ir::Function>)> = Vec::new();
    for setter in setters {
        let tree = ast(db, setter.form);
        let name = head_of(tree, NodeId(setter.node));
        let is_sigma = SETTERS.contains(&(name, Takes::Sigma));
        let value = tree.children(NodeId(setter.node)).nth(1);
        let Some(value) = value.filter(|_| is_sigma) else {
            continue;
        };
        let function = Syntax::from_ast(tree, value, |_| Origin::NONE, |_| Scopes::default());
        let dimension = Syntax::int(config(db, root).dim_count);
        let call = Syntax::list(vec![function, dimension]);
        let known = calls.iter().any(|(known, _)| **known == *name);
        if let (false, Ok(code)) = (known, evaluation_ir(db, root, &[call], &wat_ir::Ty::I64)) {
            calls.push((name.into(), code));
        }
    }
    calls
}

fn wrong_sigma<'db>(
    db: &'db dyn Db,
    root: SourceFile,
    form: Form<'db>,
    value: NodeId,
    name: &str,
) -> Option<Problem<'db>> {
    let inference = infer_expression(db, root, form, value);
    let mut told = inference.problems.iter();
    let is_error = |problem: &&Problem<'db>| {
        let info = code_info(Code(problem.code));
        info.is_none_or(|info| info.severity == Severity::Error)
    };
    if let Some(problem) = told.clone().find(is_error) {
        return Some(problem.clone());
    }
    let crate::infer::Body::Value(expr) = inference.body else {
        return told.next().cloned();
    };
    let found = inference.exprs[expr.0 as usize].ty;
    let found = inference.table.render_expanded(found, &[]);
    let wanted = ":wat::core::Fn(wat::core::i64)->wat::core::i64";
    if found == wanted {
        return told.next().cloned();
    }
    let message = format!("`{name}` takes a function of type `{wanted}`, found `{found}`");
    Some(Problem::new(3706, Place::node(value), message).label("another type"))
}

/// Where a setter can be put: after the last one at the head (true), else before the first form.
pub(crate) fn head_end(db: &dyn Db, file: SourceFile) -> Option<(wat_syntax::TextSize, bool)> {
    let placed = &forms(db, file).placed;
    match file_setters(db, file).iter().rfind(|setter| setter.leading) {
        Some(last) => {
            let range = read_form(db, last.form).spans.range(NodeId(last.node));
            Some((range.end() + form_start(db, last.form), true))
        }
        None => Some((placed.first()?.start(), false)),
    }
}

/// In a `do` that is left with another form, a setter can go.
fn splice_keeps_others(ast: &Ast, node: NodeId) -> bool {
    let root = ast.root();
    head_of(ast, root) == ":wat::core::do"
        && ast.child_count(root) > 2
        && ast.children(root).any(|child| child == node)
}

fn text_of(db: &dyn Db, setter: &Setter<'_>) -> String {
    let range = read_form(db, setter.form).spans.range(NodeId(setter.node));
    setter.form.content(db).text.text()[range].to_owned()
}

/// Takes a form away with the rest of its line, if nothing else stands there.
fn removal(db: &dyn Db, setter: &Setter<'_>) -> FileEdit {
    let file = setter.form.file(db);
    let range =
        read_form(db, setter.form).spans.range(NodeId(setter.node)) + form_start(db, setter.form);
    FileEdit {
        file,
        range: crate::diagnostics::whole_line(db, file, range),
        insert: "".into(),
    }
}
