//! Macro definitions: shape, parameters, the body ready to run.

mod legacy;

use std::sync::Arc;

use wat_syntax::{Applicability, Ast, NodeId};
use wat_value::syntax::{Origin, Scopes, Shape, Syntax};

use crate::db::{Db, SourceFile};
use crate::forms::{Form, ast};
use crate::infer::fresh;
use crate::items::{Item, Name, is_name, split_generic};
use crate::problem::{Place, Plain, Problem};

use super::expander::Expander;
use super::stage::{generated, literal_macros};
use super::tree_of;

/// An identifier: name and scope set.
pub(super) type Ident = (Arc<str>, Scopes);

/// A macro, ready to run.
#[derive(Clone, PartialEq, Eq, Debug, salsa::SalsaValue)]
pub(crate) struct MacroDef<'db> {
    pub(crate) name: Arc<str>,
    /// Where it is defined; origins in the body are nodes of this form as written.
    pub(crate) form: Form<'db>,
    pub(super) params: Plain<Vec<Ident>>,
    pub(super) rest: Plain<Option<Ident>>,
    /// The body, its macro calls expanded.
    pub(super) body: Plain<Syntax>,
    /// The source nodes of the body, in pre-order: a body that moves is another one.
    nodes: Box<[u32]>,
    /// It cannot run; its definition tells why.
    pub(super) broken: bool,
    /// What is wrong with the macro calls in the body.
    pub(super) problems: Vec<Problem<'db>>,
}

const AST: &str = ":wat::WatAST";
const REST: &str = ":wat::core::Vector<wat::WatAST>";

/// A parameter of a definition.
struct Param<'a> {
    name: &'a Syntax,
    rest: bool,
}

/// The parts of a definition.
pub(super) struct Parts<'a> {
    params: Vec<Param<'a>>,
    /// The list that is the signature in the legacy spelling.
    legacy: Option<&'a Syntax>,
    pub(super) doc: Option<&'a Syntax>,
    pub(super) body: Option<&'a Syntax>,
    /// What is wrong: where, message, label, replacement.
    faults: Vec<Fault>,
}

struct Fault {
    at: Origin,
    code: u16,
    message: String,
    label: &'static str,
    replace: Option<String>,
    /// The parameter that has the name already.
    first: Option<Origin>,
}

impl<'a> Parts<'a> {
    fn fault(&mut self, at: &Syntax, message: impl Into<String>, label: &'static str) {
        self.fault_with(at, message, label, None);
    }

    fn fault_with(
        &mut self,
        at: &Syntax,
        message: impl Into<String>,
        label: &'static str,
        replace: Option<&str>,
    ) {
        self.faults.push(Fault {
            at: at.origin(),
            code: 2401,
            message: message.into(),
            label,
            replace: replace.map(str::to_owned),
            first: None,
        });
    }

    /// Takes a definition apart; whatever is wrong is a fault, whatever is usable is there.
    pub(super) fn of(definition: &'a Syntax) -> Parts<'a> {
        let mut parts = Parts {
            params: Vec::new(),
            legacy: None,
            doc: None,
            body: None,
            faults: Vec::new(),
        };
        let rest = definition.children().get(1..).unwrap_or_default();
        let Some((name, rest)) = rest.split_first() else {
            parts.fault(
                definition,
                "`:wat::core::defmacro` needs a name, parameters and a body",
                "the name is missing",
            );
            return parts;
        };
        let rest = match name.shape() {
            Shape::List(_) => {
                parts.legacy = Some(name);
                parts.legacy_signature(name);
                rest
            }
            _ => parts.signature(definition, name, rest),
        };
        parts.body_of(definition, rest);
        parts
    }

    fn name(&mut self, name: &Syntax) {
        match name.as_keyword().filter(|name| is_name(name)) {
            None => self.fault(
                name,
                "`:wat::core::defmacro` needs a name: a keyword path such as `:my::name`",
                "not a keyword path",
            ),
            Some(path) if split_generic(path).0.len() != path.len() => self.fault_with(
                name,
                format!(
                    "the macro `{}` cannot have type parameters",
                    split_generic(path).0
                ),
                "a macro works on syntax, not on types",
                Some(split_generic(path).0),
            ),
            Some(_) => {}
        }
    }

    fn signature(
        &mut self,
        definition: &'a Syntax,
        name: &'a Syntax,
        rest: &'a [Syntax],
    ) -> &'a [Syntax] {
        self.name(name);
        let Some((params, rest)) = rest.split_first() else {
            self.fault(
                definition,
                "a macro definition needs parameters, a result type and a body",
                "the parameters are missing",
            );
            return &[];
        };
        if !matches!(params.shape(), Shape::Vector(_)) {
            self.fault(
                params,
                "the parameters of a macro stand in brackets: `[x <- :wat::WatAST]`",
                "expected `[…]`",
            );
            return &[];
        }
        self.params(params.children());
        match rest {
            [arrow, ty, rest @ ..] if is_symbol(arrow, "->") => {
                if ty.as_keyword() != Some(AST) {
                    self.fault_with(
                        ty,
                        "the result of a macro is `:wat::WatAST`",
                        "not syntax",
                        ty.as_keyword().map(|_| AST),
                    );
                }
                rest
            }
            _ => {
                self.fault(
                    params,
                    "a macro definition needs `-> :wat::WatAST` after its parameters",
                    "no result type follows",
                );
                &[]
            }
        }
    }

    fn params(&mut self, mut nodes: &'a [Syntax]) {
        while let Some((name, rest)) = nodes.split_first() {
            if is_symbol(name, "&") {
                nodes = self.rest_param(name, rest);
                continue;
            }
            match rest {
                [arrow, ty, after @ ..] if is_symbol(arrow, "<-") => {
                    if ty.as_keyword() != Some(AST) {
                        self.fault_with(
                            ty,
                            "a parameter of a macro has the type `:wat::WatAST`",
                            "not syntax",
                            ty.as_keyword().map(|_| AST),
                        );
                    }
                    self.param(name, false);
                    nodes = after;
                }
                _ => {
                    self.fault(
                        name,
                        "a parameter of a macro is written `name <- :wat::WatAST`",
                        "has no type",
                    );
                    self.param(name, false);
                    nodes = rest;
                }
            }
        }
    }

    fn rest_param(&mut self, and: &'a Syntax, rest: &'a [Syntax]) -> &'a [Syntax] {
        match rest {
            [name, arrow, ty, after @ ..] if is_symbol(arrow, "<-") => {
                if ty.as_keyword() != Some(REST) {
                    self.fault_with(
                        ty,
                        format!("the rest parameter of a macro has the type `{REST}`"),
                        "not a vector of syntax",
                        ty.as_keyword().map(|_| REST),
                    );
                }
                self.param(name, true);
                if let Some(more) = after.first() {
                    self.fault(
                        more,
                        "the rest parameter of a macro is its last",
                        "after it",
                    );
                }
            }
            _ => self.fault(
                and,
                format!("the rest parameter of a macro is written `& name <- {REST}`"),
                "not followed by a parameter",
            ),
        }
        &[]
    }

    fn param(&mut self, name: &'a Syntax, rest: bool) {
        if !matches!(name.shape(), Shape::Symbol(..)) {
            self.fault(name, "a parameter of a macro is a symbol", "not a symbol");
            return;
        }
        if name.name() == Some("nil") {
            self.faults.push(Fault {
                at: name.origin(),
                code: 1035,
                message: "`nil` is not a name or a literal of wat".to_owned(),
                label: "not a parameter",
                replace: None,
                first: None,
            });
            return;
        }
        let first = self.params.iter().find(|other| other.name == name);
        if let Some(first) = first.filter(|_| name.name() != Some("_")) {
            self.faults.push(Fault {
                at: name.origin(),
                code: 2106,
                message: format!("two parameters are called `{}`", name.name().unwrap_or("_")),
                label: "the second",
                replace: None,
                first: Some(first.name.origin()),
            });
        }
        self.params.push(Param { name, rest });
    }

    fn body_of(&mut self, definition: &'a Syntax, rest: &'a [Syntax]) {
        match rest {
            [body] => self.body = Some(body),
            [doc, body] if matches!(doc.shape(), Shape::Str(_)) => {
                self.doc = Some(doc);
                self.body = Some(body);
            }
            _ if !self.faults.is_empty() => {}
            [] => self.fault(
                definition,
                "a macro definition needs a body: one expression that yields syntax",
                "the body is missing",
            ),
            [.., last] => self.fault(
                last,
                "a macro has exactly one body expression",
                "one form too many",
            ),
        }
    }

    /// `(:name [x <- :wat::WatAST …] -> :wat::WatAST`, without the parenthesis.
    fn canonical_signature(&self, name: &str) -> String {
        let params: Vec<String> = self
            .params
            .iter()
            .map(|param| {
                let name = param.name.name().unwrap_or("_");
                match param.rest {
                    false => format!("{name} <- {AST}"),
                    true => format!("& {name} <- {REST}"),
                }
            })
            .collect();
        format!("{name} [{}] -> {AST}", params.join(" "))
    }
}

fn is_symbol(node: &Syntax, name: &str) -> bool {
    matches!(node.shape(), Shape::Symbol(text, _) if &**text == name)
}

fn identifier(node: &Syntax) -> Ident {
    match node.shape() {
        Shape::Symbol(name, scopes) => (name.clone(), scopes.clone()),
        _ => ("_".into(), Scopes::default()),
    }
}

impl<'db> MacroDef<'db> {
    /// What stands in for a macro when an expression is evaluated on its own.
    pub(super) fn stand_in(name: &str, form: Form<'db>) -> MacroDef<'db> {
        MacroDef {
            name: name.into(),
            form,
            params: Plain(Vec::new()),
            rest: Plain(None),
            body: Plain(Syntax::new(Shape::Error, Origin(0))),
            nodes: Box::default(),
            broken: false,
            problems: Vec::new(),
        }
    }

    /// Reads a definition whose origins are nodes of `form` as written.
    pub(super) fn read(
        db: &'db dyn Db,
        program: SourceFile,
        form: Form<'db>,
        definition: &Syntax,
        stage: u32,
    ) -> MacroDef<'db> {
        let parts = Parts::of(definition);
        let name = definition.children().get(1);
        let name = name.and_then(|name| name.as_keyword().or_else(|| name.head()));
        let (body, problems) = match parts.body {
            Some(body) => Expander::new(db, program, form, stage).body(body),
            None => (Syntax::new(Shape::Error, Origin(0)), Vec::new()),
        };
        let params = parts.params.iter().filter(|param| !param.rest);
        let rest = parts.params.iter().find(|param| param.rest);
        let params: Vec<Ident> = params.map(|param| identifier(param.name)).collect();
        let rest = rest.map(|param| identifier(param.name));
        let broken = !parts.faults.is_empty()
            || !problems.is_empty()
            || super::eval::check::body_is_broken(db, program, &body, &params, rest.as_ref());
        let mut nodes = Vec::new();
        let mut work = vec![&body];
        while let Some(node) = work.pop() {
            nodes.push(node.origin().0);
            work.extend(node.children().iter().rev());
        }
        MacroDef {
            name: name.unwrap_or_default().into(),
            form,
            params: Plain(params),
            rest: Plain(rest),
            broken,
            nodes: nodes.into(),
            body: Plain(body),
            problems,
        }
    }
}

/// The body of a definition.
pub(super) fn body_of(definition: &Syntax) -> Option<&Syntax> {
    Parts::of(definition).body
}

/// A macro of a program, as a form of this stage sees it.
#[salsa::tracked(returns(ref), cycle_result = cyclic_macro)]
pub(crate) fn macro_def<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    name: Name<'db>,
    stage: u32,
) -> Option<Arc<MacroDef<'db>>> {
    let text = name.text(db).as_str();
    if crate::library::is_macro(text) {
        let item = crate::library::library_item(db, name, false)?;
        let definition = tree_of(ast(db, item.form(db)), item.root(db));
        let def = MacroDef::read(db, program, item.form(db), &definition, 0);
        return Some(Arc::new(def));
    }
    if let Some(literal) = literal_macros(db, program).get(text) {
        let definition = tree_of(ast(db, literal.form), NodeId(literal.node));
        let def = MacroDef::read(db, program, literal.form, &definition, stage);
        return Some(Arc::new(def));
    }
    let found = generated(db, program, stage).get(text)?;
    let def = MacroDef::read(db, program, found.form, &found.definition.0, stage);
    Some(Arc::new(def))
}

/// A macro whose body calls the macro itself, directly or not: it cannot run.
fn cyclic_macro<'db>(
    db: &'db dyn Db,
    _: salsa::Id,
    program: SourceFile,
    name: Name<'db>,
    _: u32,
) -> Option<Arc<MacroDef<'db>>> {
    let text = name.text(db).as_str();
    let (form, root) = if crate::library::is_macro(text) {
        let item = crate::library::library_item(db, name, false)?;
        (item.form(db), item.root(db).0)
    } else {
        let literal = literal_macros(db, program).get(text)?;
        (literal.form, literal.node)
    };
    let problem = super::cycle::problem(db, program, text, (form, root));
    Some(Arc::new(MacroDef {
        name: text.into(),
        form,
        params: Plain(Vec::new()),
        rest: Plain(None),
        body: Plain(Syntax::new(Shape::Error, Origin(0))),
        nodes: Box::default(),
        broken: true,
        problems: problem.into_iter().collect(),
    }))
}

/// What is wrong with the shape of a definition without a usable name.
pub(crate) fn shape_problem<'db>(ast: &Ast, node: NodeId) -> Option<Problem<'db>> {
    if ast.is_poisoned(node) {
        return None;
    }
    let definition = tree_of(ast, node);
    let fault = Parts::of(&definition).faults.into_iter().next()?;
    Some(fault_problem(ast, fault))
}

fn fault_problem<'db>(ast: &Ast, fault: Fault) -> Problem<'db> {
    let at = Place::node(NodeId(fault.at.0));
    if let Some(first) = fault.first {
        let name = ast.as_symbol(NodeId(fault.at.0)).unwrap_or("_");
        return Problem::new(fault.code, at, fault.message)
            .label(fault.label)
            .also(Place::node(NodeId(first.0)), "the first")
            .help("rename one of them")
            .replace(
                // Which of the two the body means is not known, and its calls are expanded only then.
                Applicability::MaybeIncorrect,
                at,
                &fresh(ast, name),
            );
    }
    let problem = Problem::new(fault.code, at, fault.message)
        .label(fault.label)
        .help(
            "write `(:wat::core::defmacro :my::name [x <- :wat::WatAST] -> :wat::WatAST template)`",
        );
    let Some(text) = fault.replace else {
        return problem;
    };
    // Its calls are expanded only then, and its body may ask for another kind of syntax.
    let how = match [AST, REST].contains(&&*text) {
        true => Applicability::MaybeIncorrect,
        false => Applicability::MachineApplicable,
    };
    problem.replace(how, at, &text)
}

/// What is wrong with a macro definition: shape, spelling, body.
pub(crate) fn macro_problems<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    item: Item<'db>,
) -> Vec<Problem<'db>> {
    let ast = item.ast(db);
    let definition = tree_of(ast, item.root(db));
    let parts = Parts::of(&definition);
    let mut found: Vec<Problem<'db>> = Vec::new();
    let faulty = !parts.faults.is_empty();
    let legacy = parts.legacy;
    if !ast.is_poisoned(item.root(db)) {
        let faults = parts.faults.into_iter().take(1);
        found.extend(faults.map(|fault| fault_problem(ast, fault)));
    }
    if let Some(legacy) = legacy.filter(|_| !faulty) {
        found.push(legacy::problem(legacy));
    }
    let stage = super::stage::last_stage(db, program);
    let name = Name::new(db, item.name(db).text(db).clone());
    let Some(def) = macro_def(db, program, name, stage).as_deref() else {
        return found;
    };
    if faulty {
        // The body was not looked at for the fault; what is wrong with it comes to light with the fix.
        let mut hidden = def.problems.clone();
        if def.form == item.form(db) && hidden.is_empty() {
            super::eval::check::body_problems(db, program, def, &mut hidden);
        }
        if !hidden.is_empty() {
            let fixes = found.iter_mut().flat_map(|problem| &mut problem.fixes);
            fixes.for_each(|fix| crate::unsure::doubt(&mut fix.applicability.0));
        }
        return found;
    }
    // Another definition of this name is the one that counts.
    if def.form == item.form(db) {
        found.extend(def.problems.iter().cloned());
        if def.problems.is_empty() {
            super::eval::check::body_problems(db, program, def, &mut found);
        }
    }
    found
}

/// Are two definitions the same, positions, comments and the spelling of the signature aside?
pub(crate) fn same_definition<'db>(db: &'db dyn Db, a: Item<'db>, b: Item<'db>) -> bool {
    let (first, second) = (
        tree_of(a.ast(db), a.root(db)),
        tree_of(b.ast(db), b.root(db)),
    );
    let (one, other) = (Parts::of(&first), Parts::of(&second));
    let whole = one.faults.is_empty() && other.faults.is_empty();
    let name = a.name(db).text(db);
    first == second
        || whole
            && one.canonical_signature(name) == other.canonical_signature(name)
            && (one.doc, one.body) == (other.doc, other.body)
}

/// The parameters of a macro on one line.
pub(crate) fn signature_line<'db>(db: &'db dyn Db, item: Item<'db>) -> String {
    let definition = tree_of(item.ast(db), item.root(db));
    let parts = Parts::of(&definition);
    let line = parts.canonical_signature(item.name(db).text(db));
    line.split_once(' ')
        .map_or_else(String::new, |(_, signature)| signature.to_owned())
}

/// The docstring of a macro.
pub(crate) fn doc(ast: &Ast, root: NodeId) -> Option<Arc<str>> {
    let definition = tree_of(ast, root);
    let doc = Parts::of(&definition).doc?.name()?.into();
    Some(doc)
}
