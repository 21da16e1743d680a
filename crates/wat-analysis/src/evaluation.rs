//! Data as code: forms that a running program evaluates, checked against the closed world of the program.

use std::sync::Arc;

use wat_ir::Ty as Ir;
use wat_syntax::{Ast, NodeId, Severity, SourceText};
use wat_value::syntax::Syntax;
use wat_verify::{Rejection, check_address, check_sha256, check_signature};

use crate::db::{Db, SourceFile};
use crate::expand::expand_data;
use crate::identity::Author;
use crate::infer::infer_evaluated;
use crate::items::split_generic;
use crate::library::{self, is_internal};
use crate::lower::lower;
use crate::mutation::{Made, first_mutation};
use crate::types::{Ctor, Type};
use crate::visibility::judge;

/// Why data is not evaluated.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EvalRefusal {
    /// The kind of `:wat::core::EvalError`.
    pub kind: &'static str,
    /// A lower-case sentence without final period.
    pub message: String,
}

impl EvalRefusal {
    pub(crate) fn new(kind: &'static str, message: impl Into<String>) -> EvalRefusal {
        EvalRefusal {
            kind,
            message: message.into(),
        }
    }
}

/// The forms of a text, or the first thing that is wrong with it (kind `malformed-form`).
pub fn forms_of_text(text: &str) -> Result<Vec<Syntax>, EvalRefusal> {
    let source = SourceText::new(text);
    let cut = wat_syntax::cut(&source);
    let broken = |message: &str| Err(EvalRefusal::new("malformed-form", message));
    let is_error = |error: &&wat_syntax::SyntaxError| error.severity == Severity::Error;
    if let Some(error) = cut.errors.iter().find(is_error) {
        return broken(&error.message);
    }
    let mut forms = Vec::with_capacity(cut.forms.len());
    for form in &cut.forms {
        let read = wat_syntax::read_form(&source.slice(form.range), &form.verdict);
        if let Some(error) = read.errors.iter().find(is_error) {
            return broken(&error.message);
        }
        if !read.ast.is_empty() {
            forms.push(Syntax::of_form(&read.ast));
        }
    }
    Ok(forms)
}

/// Is a source text what its evaluation may run (chapter 08 §5)? `payloads` are a digest or address, or a signature and
/// a key.
pub fn verified_source(
    db: &dyn Db,
    source: &str,
    algorithm: &str,
    payloads: &[String],
) -> Result<(), EvalRefusal> {
    let unit = || {
        let forms = forms_of_text(source)?;
        let asts: Vec<_> = forms.iter().map(|form| form.to_ast().0).collect();
        wat_syntax::program_bytes(&asts.iter().collect::<Vec<_>>())
            .ok_or_else(|| EvalRefusal::new("malformed-form", "the text does not read"))
    };
    let payload = |at: usize| payloads.get(at).map_or("", |payload| payload.trim());
    let outcome = match (algorithm, payloads.len()) {
        (":wat::verify::digest-sha256", 1) => check_sha256(source.as_bytes(), payload(0)),
        (":wat::verify::address-blake3", 1) => check_address(&unit()?, payload(0)),
        (":wat::verify::signed-ed25519", 2) => check_signature(&unit()?, payload(0), payload(1)),
        _ => {
            return Err(EvalRefusal::new(
                "malformed-form",
                format!("`{algorithm}` is no algorithm that this form verifies with"),
            ));
        }
    };
    let signed = algorithm == ":wat::verify::signed-ed25519";
    if outcome.is_ok() && signed && !crate::verify::is_trusted(db, payload(1)) {
        let why = "the signature is valid, but the keyring does not hold its key";
        return Err(EvalRefusal::new("verification-failed", why));
    }
    outcome.map_err(|rejection| {
        let why = match rejection {
            Rejection::Encoding(expected) | Rejection::KeyEncoding(expected) => {
                format!("the payload is not {expected}")
            }
            Rejection::Mismatch(_) => "the source is not the one that was expected".to_owned(),
        };
        EvalRefusal::new("verification-failed", why)
    })
}

/// The code of forms that are evaluated in order in an empty local environment: a function without parameters that
/// returns the value of the last, nil if there is none. The value is of type `wanted`; [`Ir::ANY`] wants nothing.
pub fn evaluation_ir(
    db: &dyn Db,
    program: SourceFile,
    forms: &[Syntax],
    wanted: &Ir,
) -> Result<Arc<wat_ir::Function>, EvalRefusal> {
    let code = match forms {
        [form] => form.clone(),
        [] => Syntax::keyword(":wat::core::nil"),
        _ => Syntax::list(
            std::iter::once(Syntax::keyword(":wat::core::do"))
                .chain(forms.iter().cloned())
                .collect::<Vec<_>>(),
        ),
    };
    if is_too_deep(&code) {
        return Err(EvalRefusal::new(
            "malformed-form",
            format!("the form nests deeper than {MAX_DEPTH} levels"),
        ));
    }
    let (written, _) = code.to_ast();
    if written.is_damaged() {
        return Err(EvalRefusal::new(
            "malformed-form",
            "a part of the form could not be read",
        ));
    }
    refuse_mutation(&written)?;
    refuse_internal(&written)?;
    let expanded = expand_data(db, program, &code, &written)
        .map_err(|message| EvalRefusal::new("expansion-failed", message))?;
    refuse_mutation(&expanded.ast)?;
    let wanted = match wanted {
        Ir::Nominal(path, _) if &**path == Ir::ANY => None,
        ty => Some(type_of_ir(ty)),
    };
    let inference = infer_evaluated(db, program, &expanded, wanted.as_ref());
    let refused = judge(db, program, Author::Evaluated(&expanded), &inference.uses);
    let mut problems = inference.problems.iter().chain(&refused);
    if let Some(problem) = problems.find(|problem| problem.severity.0 == Severity::Error) {
        return Err(EvalRefusal::new(
            kind_of(problem.code),
            problem.message.clone(),
        ));
    }
    lower(&inference, ":eval::form")
        .ok_or_else(|| EvalRefusal::new("malformed-form", "the form has no code"))
}

/// Forms of source text are no deeper either.
const MAX_DEPTH: usize = 1024;

fn is_too_deep(form: &Syntax) -> bool {
    let mut work = vec![(form, 0)];
    while let Some((node, depth)) = work.pop() {
        if depth > MAX_DEPTH {
            return true;
        }
        work.extend(node.children().iter().map(|child| (child, depth + 1)));
    }
    false
}

/// The kind of a refusal by the code of the diagnostic that the form would get in a file.
fn kind_of(code: u16) -> &'static str {
    match code {
        3201 => "unknown-function",
        3202 => "unbound-symbol",
        3002 | 2501..=2599 => "arity-mismatch",
        2215 | 3004 | 3208 | 2406 => "not-callable",
        3301..=3399 | 4001 | 4007 => "restricted",
        2400..=2499 => "expansion-failed",
        3000..=3999 => "type-mismatch",
        _ => "malformed-form",
    }
}

/// Refuses forms that would change the program.
fn refuse_mutation(ast: &Ast) -> Result<(), EvalRefusal> {
    match first_mutation(ast, ast.root(), Made::Whole) {
        None => Ok(()),
        Some((_, head)) => Err(EvalRefusal::new(
            "mutation-form-refused",
            format!("`{head}` would change the program, which evaluated data cannot"),
        )),
    }
}

/// Refuses names that mean something to the library alone. What the library's macros write is made afterwards.
fn refuse_internal(ast: &Ast) -> Result<(), EvalRefusal> {
    let is_helper = |path: &str| is_internal(path) && !library::entries(path).is_empty();
    let nodes = (0..ast.len() as u32).map(NodeId);
    let mut paths = nodes.filter_map(|node| Some(split_generic(ast.as_keyword(node)?).0));
    match paths.find(|path| is_helper(path)) {
        None => Ok(()),
        Some(path) => Err(EvalRefusal::new(
            kind_of(3201),
            format!("no function is called `{path}`"),
        )),
    }
}

/// A closed type of the machine as the analysis sees it.
pub(crate) fn type_of_ir(ty: &Ir) -> Type {
    let app =
        |ctor, parts: &[&Ir]| Type::App(ctor, parts.iter().map(|part| type_of_ir(part)).collect());
    let all = |ctor, parts: &[Ir]| Type::App(ctor, parts.iter().map(type_of_ir).collect());
    match ty {
        Ir::I64 => Type::simple(Ctor::I64),
        Ir::F64 => Type::simple(Ctor::F64),
        Ir::Bool => Type::simple(Ctor::Bool),
        Ir::U8 => Type::simple(Ctor::U8),
        Ir::Nil => Type::simple(Ctor::Nil),
        Ir::Str => Type::simple(Ctor::String),
        Ir::Keyword => Type::simple(Ctor::Keyword),
        Ir::Vector(of) => app(Ctor::Vector, &[of]),
        Ir::HashSet(of) => app(Ctor::HashSet, &[of]),
        Ir::Option(of) => app(Ctor::Option, &[of]),
        Ir::HashMap(key, value) => app(Ctor::HashMap, &[key, value]),
        Ir::Result(ok, err) => app(Ctor::Result, &[ok, err]),
        Ir::Tuple(parts) => all(Ctor::Tuple, parts),
        Ir::Fn(params, ret) => {
            let parts: Vec<&Ir> = params.iter().chain([&**ret]).collect();
            app(Ctor::Fn, &parts)
        }
        Ir::Nominal(path, parts) => all(Ctor::Nominal(path.clone()), parts),
        Ir::Param(index) => Type::Param(*index),
    }
}
