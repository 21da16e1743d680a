//! Programs that need a native which the machine does not have yet: found by walking the code that can be reached,
//! before anything is evaluated.

use std::collections::HashSet;
use std::sync::Arc;

use wat_analysis::{
    Code, Db, Diagnostic, Severity, SourceFile, Span, function_ir, origin_span, value_ir,
    value_names,
};
use wat_ir::{Block, Callee, End, Function, Origin, Stmt, Value};
use wat_runtime::is_pending;

/// A function and, if it is the library's, the place of the program that leads to it.
struct Visit {
    function: Arc<Function>,
    site: Option<Span>,
}

/// What a mention names.
pub(crate) enum Mention<'f> {
    Function(&'f Arc<str>),
    Native(&'f Arc<str>),
    Value(&'f Arc<str>),
}

/// The first pending native, in breadth-first order, that an entry and the values of a program reach.
pub fn pending_in_program(db: &dyn Db, program: SourceFile, entry: &str) -> Option<Diagnostic> {
    pending_natives(db, program, roots(db, program, entry))
}

/// The first pending native, in breadth-first order, that these functions reach.
pub fn pending_natives(
    db: &dyn Db,
    program: SourceFile,
    roots: Vec<Arc<Function>>,
) -> Option<Diagnostic> {
    let (name, site) = first_native(db, program, roots, is_pending)?;
    Some(refusal(&name, program, site))
}

/// Do an entry and the values of a program reach a native?
pub fn reaches_native(db: &dyn Db, program: SourceFile, entry: &str, native: &str) -> bool {
    first_native(db, program, roots(db, program, entry), |name| {
        name == native
    })
    .is_some()
}

fn roots(db: &dyn Db, program: SourceFile, entry: &str) -> Vec<Arc<Function>> {
    let values = value_names(db, program);
    let values = values.iter().filter_map(|name| value_ir(db, program, name));
    values.chain(function_ir(db, program, entry)).collect()
}

/// The first native of a kind, in breadth-first order, that these functions reach, and the place that leads to it.
fn first_native(
    db: &dyn Db,
    program: SourceFile,
    roots: Vec<Arc<Function>>,
    is_wanted: impl Fn(&str) -> bool,
) -> Option<(Arc<str>, Option<Span>)> {
    let mut seen: HashSet<Arc<str>> = HashSet::new();
    let mut queue: std::collections::VecDeque<Visit> = roots
        .into_iter()
        .map(|function| Visit {
            function,
            site: None,
        })
        .collect();
    while let Some(visit) = queue.pop_front() {
        let mut found = Vec::new();
        mentions(&visit.function, &mut found);
        for (mention, inside, at) in found {
            // A place in the library means nothing to the author of the program.
            let site = || match inside.starts_with(":wat::") {
                true => visit.site,
                false => origin_span(db, program, inside, at),
            };
            match mention {
                Mention::Native(name) if is_wanted(name) => return Some((name.clone(), site())),
                Mention::Function(name) | Mention::Value(name) if seen.insert(name.clone()) => {
                    let code = match mention {
                        Mention::Value(_) => value_ir(db, program, name),
                        _ => function_ir(db, program, name),
                    };
                    if let Some(function) = code {
                        queue.push_back(Visit {
                            function,
                            site: site(),
                        });
                    }
                }
                _ => {}
            }
        }
    }
    None
}

fn refusal(name: &str, program: SourceFile, site: Option<Span>) -> Diagnostic {
    let start = || Span {
        file: program,
        range: wat_syntax::TextRange::empty(0.into()),
    };
    Diagnostic {
        code: Code(3201),
        severity: Severity::Error,
        message: format!("`{name}` is declared, but this build of the machine cannot carry it out"),
        span: site.unwrap_or_else(start),
        label: "the program reaches it here".into(),
        labels: Vec::new(),
        notes: vec!["nothing of the program was evaluated".into()],
        help: Some("the program can be checked, formatted and edited; it cannot be run yet".into()),
        fixes: Vec::new(),
        expansion: Vec::new(),
        facts: Vec::new(),
        suppressed: None,
    }
}

/// What a function and its lambdas mention, in order, with the name of the function that does.
pub(crate) fn mentions<'f>(function: &'f Function, out: &mut Vec<(Mention<'f>, &'f str, Origin)>) {
    let mut functions = vec![function];
    while let Some(function) = functions.pop() {
        functions.extend(function.lambdas.iter().rev().map(|lambda| &**lambda));
        let mut blocks = vec![&function.body];
        while let Some(block) = blocks.pop() {
            statements(function, block, &mut blocks, out);
        }
    }
}

fn statements<'f>(
    function: &'f Function,
    block: &'f Block,
    blocks: &mut Vec<&'f Block>,
    out: &mut Vec<(Mention<'f>, &'f str, Origin)>,
) {
    let mut mention = |mention: Option<Mention<'f>>, at: Origin| {
        out.extend(mention.map(|mention| (mention, &*function.name, at)));
    };
    for stmt in &block.stmts {
        match stmt {
            Stmt::Let { value, at, .. } => match value {
                Value::Call { callee, .. } => mention(called(callee), *at),
                Value::FunctionRef { name, .. } => mention(Some(Mention::Function(name)), *at),
                Value::Global { name } => mention(Some(Mention::Value(name)), *at),
                Value::NativeRef { name, .. } => mention(Some(Mention::Native(name)), *at),
                Value::Block(inner) => blocks.push(inner),
                _ => {}
            },
            Stmt::Join { body, .. } => blocks.push(body),
        }
    }
    match &block.end {
        End::TailCall { callee, at, .. } => mention(called(callee), *at),
        End::If {
            then, otherwise, ..
        } => blocks.extend([&**then, &**otherwise]),
        End::Switch { cases, default, .. } => {
            blocks.extend(cases.iter().map(|(_, block)| block));
            blocks.extend(default.as_deref());
        }
        End::Yield(_) | End::Return(_) | End::Jump { .. } | End::Unreachable => {}
    }
}

fn called(callee: &Callee) -> Option<Mention<'_>> {
    match callee {
        Callee::Function { name, .. } => Some(Mention::Function(name)),
        Callee::Native { name, .. } => Some(Mention::Native(name)),
        Callee::Value(_) => None,
    }
}
