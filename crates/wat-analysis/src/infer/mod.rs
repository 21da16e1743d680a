//! Type inference of one definition: rank-1 Hindley–Milner with declared signatures, overloads as deferred
//! constraints. One walk over the form resolves names, checks shapes, infers types and builds the typed tree; nothing
//! leaks from one definition to another.

mod alternatives;
mod apply;
pub(crate) mod arguments;
mod arm_shape;
mod bindings;
mod body;
pub(crate) mod call;
mod collection;
mod columns;
mod constructors;
mod deferred;
pub(crate) mod dispatch;
mod dispute;
pub(crate) mod edn;
mod evaluated;
mod expr;
mod fields;
mod kernel;
mod keyword_lints;
mod kwargs;
mod legacy;
mod matches;
mod matching;
mod measure;
pub(crate) mod operator;
mod parameters;
mod pattern;
mod pending;
pub(crate) mod quote;
mod quote_call;
mod refer;
mod reflection;
mod refutable;
pub(crate) mod report;
pub(crate) mod require;
mod sandbox;
mod scope;
pub(crate) mod table;
mod testing;
pub(crate) mod text;
mod thread;
mod twice;
pub(crate) mod typed;
mod variant;

use std::sync::Arc;

use rustc_hash::FxHashMap;
use wat_syntax::{Ast, NodeId, TextId};

use crate::db::{Db, SourceFile};
use crate::expand::{Expansion, Source};
use crate::identity::Author;
use crate::items::{Item, ItemKind};
use crate::names::program_of;
use crate::problem::Problem;
use crate::resolve::Mention;
use crate::signature::{Signature, generics};
use crate::statics::Findings;
use crate::types::Type;

pub(crate) use matching::is_ill_formed;
pub(crate) use parameters::undeclared;
use pending::Pending;
pub(crate) use reflection::is_reflection;
use require::{Instance, Instantiated, Need, Wanted};
use table::{Table, Ty};
pub(crate) use twice::fresh;
use typed::Outer;
use typed::{Chosen, Expr, ExprId, ExprKind, Exprs, LocalId, LocalInfo};

/// The code of a definition.
pub(crate) enum Body {
    /// A function.
    Function {
        params: Vec<LocalId>,
        body: Vec<ExprId>,
        ret: Ty,
    },
    /// The initialiser of a value, or an expression of a session.
    Value(ExprId),
    /// Declarations without code.
    None,
}

/// What a token refers to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Referent<'db> {
    Item(Item<'db>),
    Local(LocalId),
}

/// How a token refers to a definition.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, salsa::SalsaValue)]
pub(crate) enum How {
    /// As the head of a call.
    Call,
    /// As a value, an implementation, the target of an alias.
    Value,
    /// In a pattern.
    Match,
}

/// A reference to a definition, as visibility judges it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, salsa::SalsaValue)]
pub(crate) struct Use<'db> {
    /// The token.
    pub(crate) node: u32,
    pub(crate) item: Item<'db>,
    pub(crate) how: How,
}

/// Everything that inference finds out about a definition.
pub(crate) struct Inference<'db> {
    pub(crate) table: Table,
    pub(crate) exprs: Exprs,
    pub(crate) locals: Vec<LocalInfo>,
    /// The implementation chosen for each dispatch.
    pub(crate) choices: Vec<Option<Chosen>>,
    pub(crate) problems: Vec<Problem<'db>>,
    pub(crate) references: Vec<(NodeId, Referent<'db>)>,
    /// The references to definitions, for visibility.
    pub(crate) uses: Vec<Use<'db>>,
    pub(crate) mentions: Vec<Mention<'db>>,
    /// Values that are evaluated after the arguments that follow them in the source.
    pub(crate) late: rustc_hash::FxHashSet<NodeId>,
    /// Calls of callables with a keyword form.
    pub(crate) calls: Vec<CallNote<'db>>,
    /// What it needs of its own type parameters.
    pub(crate) needs: Vec<Need>,
    /// Its uses of generic functions.
    pub(crate) instances: Vec<Instance<'db>>,
    pub(crate) body: Body,
    pub(crate) generics: Box<[Arc<str>]>,
    /// Of the bindings of a `let`: what they bind.
    pub(crate) bound: Vec<LocalId>,
    /// What must have been evaluated before this function runs.
    pub(crate) guard: Option<Arc<str>>,
    /// The types of ascriptions that say what was known without them.
    pub(crate) needless: Vec<u32>,
    /// A type is too large to be written out, which is told.
    pub(crate) is_oversized: bool,
}

/// A call without mistakes of a callable that has a keyword form.
pub(crate) struct CallNote<'db> {
    pub(crate) node: NodeId,
    /// What declares the keywords.
    pub(crate) declared: Item<'db>,
    /// Is the call written with a name that takes keywords only?
    pub(crate) only: bool,
    /// The type of the elements of the rest parameter.
    pub(crate) rest: Option<Ty>,
}

/// The state of inference.
struct Infer<'db> {
    db: &'db dyn Db,
    program: SourceFile,
    ast: &'db Ast,
    /// Who wrote the nodes, if macros were expanded in the form.
    expansion: Option<&'db Expansion<'db>>,
    generics: Box<[Arc<str>]>,
    table: Table,
    exprs: Exprs,
    locals: Vec<LocalInfo>,
    scope: Vec<(TextId, LocalId)>,
    /// What paths mean, asked once per name and form.
    items: FxHashMap<TextId, Option<Item<'db>>>,
    calls: Vec<CallNote<'db>>,
    /// Steps of threads, and what they get.
    threaded: FxHashMap<NodeId, thread::Threaded>,
    late: rustc_hash::FxHashSet<NodeId>,
    /// The types of ascriptions that say what was known without them.
    needless: Vec<u32>,
    /// Names that are understood under their present names.
    retired: rustc_hash::FxHashSet<TextId>,
    /// The problem that reported an unknown name, so that further uses become labels.
    unknown: FxHashMap<TextId, usize>,
    /// Problems whose fix makes an expression nil, by the node of the expression.
    nil_fixes: FxHashMap<NodeId, usize>,
    problems: Vec<Problem<'db>>,
    pending: Pending,
    /// Types of evaluated data and of what is read: what the context leaves open is known only when the program runs.
    evaluated: Vec<Ty>,
    choices: Vec<Option<Chosen>>,
    references: Vec<(NodeId, Referent<'db>)>,
    uses: Vec<Use<'db>>,
    /// Type tokens that mention declared types without a namespace.
    mentions: Vec<Mention<'db>>,
    wanted: Vec<Wanted>,
    instantiated: Vec<Instantiated<'db>>,
    /// What calls print, and where.
    printed: Vec<(Ty, NodeId)>,
    /// Results of the enclosing functions, innermost last, and where they are declared, unless the language fixes them.
    returns: Vec<(Ty, Option<NodeId>)>,
    /// Number of enclosing `fn` forms.
    depth: u32,
    /// Whose text this is; `None` for what a conversation evaluates.
    author: Option<Author<'db>>,
    /// Locals of `let` forms around the definition.
    outer: FxHashMap<LocalId, Outer>,
    bound: Vec<LocalId>,
    /// Forms whose branches differ.
    disputes: Vec<dispute::Dispute>,
    /// The innermost match whose arms are read.
    matching: Option<NodeId>,
    /// The value whose initialiser this is.
    initialises: Option<Item<'db>>,
    /// Is it a clause of `matches?`, which may mention logic variables?
    is_in_clause: bool,
    /// Is it a term of `matches?`, where macros are not expanded?
    is_in_term: bool,
    /// What it mentions too early, each told once.
    told_late: rustc_hash::FxHashSet<Item<'db>>,
    /// Asked for once.
    has_doubles: std::cell::OnceCell<bool>,
}

impl<'db> Infer<'db> {
    fn new(db: &'db dyn Db, program: SourceFile, ast: &'db Ast, generics: Box<[Arc<str>]>) -> Self {
        Infer {
            db,
            program,
            ast,
            expansion: None,
            generics,
            table: Table::new(),
            exprs: Exprs::new(),
            locals: Vec::with_capacity(8),
            scope: Vec::with_capacity(8),
            items: FxHashMap::default(),
            calls: Vec::new(),
            threaded: FxHashMap::default(),
            late: rustc_hash::FxHashSet::default(),
            retired: rustc_hash::FxHashSet::default(),
            unknown: FxHashMap::default(),
            nil_fixes: FxHashMap::default(),
            problems: Vec::new(),
            pending: Pending::default(),
            evaluated: Vec::new(),
            choices: Vec::new(),
            references: Vec::with_capacity(16),
            needless: Vec::new(),
            uses: Vec::with_capacity(8),
            mentions: Vec::new(),
            wanted: Vec::new(),
            instantiated: Vec::new(),
            printed: Vec::new(),
            returns: Vec::new(),
            depth: 0,
            author: None,
            outer: FxHashMap::default(),
            bound: Vec::new(),
            disputes: Vec::new(),
            matching: None,
            initialises: None,
            is_in_clause: false,
            is_in_term: false,
            told_late: rustc_hash::FxHashSet::default(),
            has_doubles: std::cell::OnceCell::new(),
        }
    }

    fn push(&mut self, kind: ExprKind, ty: Ty, node: NodeId) -> ExprId {
        if matches!(kind, ExprKind::Error) {
            self.table.meets_error(ty);
        }
        self.exprs.push(Expr { kind, ty, node });
        ExprId(self.exprs.len() as u32 - 1)
    }

    /// Who wrote a node: the author of the form, or a macro.
    fn origin_of(&self, node: NodeId) -> Source {
        match self.expansion {
            Some(expansion) => expansion.origin_of(node),
            None => Source::Written(node),
        }
    }

    fn error(&mut self, node: NodeId) -> ExprId {
        self.push(ExprKind::Error, Ty::ERROR, node)
    }

    fn ty(&self, expr: ExprId) -> Ty {
        self.exprs[expr.0 as usize].ty
    }

    fn render(&self, ty: Ty) -> String {
        self.table.render(ty, &self.generics)
    }

    /// The same with everything written out that aliases stand for.
    fn render_expanded(&self, ty: Ty) -> String {
        self.table.render_expanded(ty, &self.generics)
    }

    /// The type of a function as a value, spelled as its author did.
    fn function_type(&mut self, signature: &Signature, types: &[Ty]) -> Ty {
        let params = signature.params.iter();
        let params: Vec<Ty> = params
            .map(|param| self.table.written(&param.ty, param.spelled.as_ref(), types))
            .collect();
        let spelled = signature.ret_spelled.as_ref();
        let ret = self.table.written(&signature.ret, spelled, types);
        self.table.function(&params, ret)
    }

    fn bind(&mut self, name: NodeId, ty: Ty) -> LocalId {
        let local = LocalId(self.locals.len() as u32);
        let text = self.ast.as_symbol(name).unwrap_or("_");
        let mut shadows = None;
        if let wat_syntax::NodeKind::Symbol(id) = self.ast.kind(name)
            && text != "_"
        {
            let mut known = self.scope.iter().rev();
            let hidden = known.find(|(bound, _)| *bound == id).map(|it| it.1);
            shadows = hidden.filter(|&hidden| self.is_hidden(hidden, name));
            self.scope.push((id, local));
        }
        self.locals.push(LocalInfo {
            name: text.into(),
            ty,
            node: name,
            depth: self.depth,
            shadows,
        });
        self.references.push((name, Referent::Local(local)));
        local
    }

    /// Does a binder hide a local of the same function, as the author of both wrote them?
    fn is_hidden(&self, hidden: LocalId, name: NodeId) -> bool {
        let other = self.locals[hidden.0 as usize].node;
        match (self.origin_of(name), self.origin_of(other)) {
            (Source::Written(name), Source::Written(other)) => {
                name != other && !self.outer.contains_key(&hidden)
            }
            _ => false,
        }
    }

    /// Notes that a token refers to a definition.
    fn refer(&mut self, node: NodeId, item: Item<'db>, how: How) {
        self.references.push((node, Referent::Item(item)));
        if self.is_contested(item) {
            return;
        }
        if self.is_refused_spelling(node) {
            // One word, one error: the name of today is judged when it is written.
            return;
        }
        self.uses.push(Use {
            node: node.0,
            item,
            how,
        });
    }

    /// Is it not known which definition the name of this one means?
    fn is_contested(&self, item: Item<'db>) -> bool {
        crate::nominal::is_contested_variant(self.db, self.program, item)
            || self.has_doubles() && {
                let name = item.name(self.db).text(self.db);
                crate::names::is_contested(self.db, self.program, name)
                    || crate::names::is_retyped(
                        self.db,
                        self.program,
                        item,
                        self.initialises.is_some(),
                    )
            }
    }

    /// Does the program define some name twice? Most do not: then there is nothing to ask of each name.
    fn has_doubles(&self) -> bool {
        let ask = || crate::names::has_doubles(self.db, self.program);
        *self.has_doubles.get_or_init(ask)
    }

    fn finish(mut self, body: Body) -> Inference<'db> {
        self.solve_all();
        let is_oversized = self.measure();
        let (needs, instances) = match is_oversized {
            true => Default::default(),
            false => self.settle(),
        };
        self.problems
            .retain(|problem| problem.code != report::WITHDRAWN);
        Inference {
            table: self.table,
            exprs: self.exprs,
            locals: self.locals,
            choices: self.choices,
            problems: self.problems,
            references: self.references,
            calls: self.calls,
            late: self.late,
            uses: self.uses,
            needless: self.needless,
            mentions: self.mentions,
            needs,
            instances,
            body,
            generics: self.generics,
            bound: self.bound,
            guard: None,
            is_oversized,
        }
    }
}

/// Infers a definition.
pub(crate) fn infer<'db>(db: &'db dyn Db, program: SourceFile, item: Item<'db>) -> Inference<'db> {
    infer_in(db, program_of(db, program, item), item, item.ast(db))
}

/// Infers a definition with the names that it sees, in the form that its nodes belong to.
fn infer_in<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    item: Item<'db>,
    ast: &'db Ast,
) -> Inference<'db> {
    let generics = generics(ast, item.name_node_in(db, ast));
    let mut infer = Infer::new(db, program, ast, generics);
    infer.author = Some(Author::Definition(item));
    infer.expansion = item.expansion(db);
    infer.bind_enclosing(item);
    let body = infer.definition(item);
    infer.gather_undeclared(item);
    let mut inference = infer.finish(body);
    if crate::splice::is_late(db, item) {
        inference.guard = Some(item.name(db).text(db).as_str().into());
    }
    inference
}

/// Infers an expression that stands in a form of its own, as sessions evaluate them.
pub(crate) fn infer_expression<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    form: crate::forms::Form<'db>,
    node: NodeId,
) -> Inference<'db> {
    let ast = crate::expand::expanded_ast(db, program, form);
    let mut infer = Infer::new(db, program, ast, Box::default());
    infer.author = Some(Author::Expression { program, form });
    infer.expansion = crate::expand::expansion(db, program, form);
    let value = infer.expr(node);
    infer.finish(Body::Value(value))
}

/// Infers a form that a running program evaluates, where a value of this type is wanted.
pub(crate) fn infer_evaluated<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    form: &'db Expansion<'db>,
    wanted: Option<&Type>,
) -> Inference<'db> {
    let ast = &*form.ast;
    let mut infer = Infer::new(db, program, ast, Box::default());
    infer.author = Some(Author::Evaluated(form));
    let value = infer.expr(ast.root());
    if let Some(wanted) = wanted {
        let ty = infer.table.instantiate(wanted, &[]);
        infer.expect(value, ty, report::Why::Form);
    }
    infer.finish(Body::Value(value))
}

/// What is wrong with the unknown head of a form.
pub(crate) fn infer_head<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    ast: &'db Ast,
    form: NodeId,
    head: NodeId,
) -> Vec<Problem<'db>> {
    let mut infer = Infer::new(db, program, ast, Box::default());
    infer.unknown_head(form, head);
    infer.problems
}

/// What stays of the inference of a definition: the typed tree is not kept.
#[derive(Clone, PartialEq, Eq, Debug, salsa::SalsaValue)]
pub(crate) struct Checked<'db> {
    pub(crate) problems: Vec<Problem<'db>>,
    pub(crate) uses: Vec<Use<'db>>,
    pub(crate) mentions: Vec<Mention<'db>>,
    pub(crate) statics: Findings<'db>,
    /// The types of ascriptions that nothing needs.
    pub(crate) needless: Vec<u32>,
    pub(crate) needs: Vec<Need>,
    pub(crate) instances: Vec<Instance<'db>>,
}

/// The problems of a definition, what it refers to, and what the static rules find.
#[salsa::tracked(returns(ref))]
pub(crate) fn check_item<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    item: Item<'db>,
) -> Checked<'db> {
    let program = program_of(db, program, item);
    let ast = item.ast(db);
    let inference = infer_in(db, program, item, ast);
    let name = item.name(db).text(db);
    let mut statics = crate::statics::check(db, program, ast, &inference, Some(name));
    let mut needs = inference.needs;
    needs.append(&mut statics.needs);
    let mut problems = without_lints(inference.problems);
    problems.retain(|problem| !statics.covers(problem));
    Checked {
        problems,
        uses: inference.uses,
        mentions: inference.mentions,
        needless: inference.needless,
        statics,
        needs,
        instances: inference.instances,
    }
}

/// Lints of a definition with an error are withheld: what they advise may be beside the point.
pub(crate) fn without_lints(mut problems: Vec<Problem<'_>>) -> Vec<Problem<'_>> {
    if problems
        .iter()
        .any(|problem| problem.severity.0 == wat_syntax::Severity::Error)
    {
        problems.retain(|problem| !(7000..8000).contains(&problem.code));
    }
    problems
}

/// The type of a value definition; of a function, its type as a value.
#[salsa::tracked(returns(ref), cycle_result = cyclic_value)]
pub(crate) fn value_type<'db>(db: &'db dyn Db, program: SourceFile, item: Item<'db>) -> Type {
    if item.kind(db) != ItemKind::Value {
        return Type::Error;
    }
    // Whatever its body mentions, the value itself too.
    if let Some(ty) = crate::signature::written_function(db, program_of(db, program, item), item) {
        return ty;
    }
    let inference = infer(db, program, item);
    match inference.body {
        Body::Value(value) => inference
            .table
            .to_type(inference.exprs[value.0 as usize].ty),
        _ => Type::Error,
    }
}

fn cyclic_value<'db>(_: &'db dyn Db, _: salsa::Id, _: SourceFile, _: Item<'db>) -> Type {
    Type::Error
}
