//! Names: symbols, paths, suggestions.

use wat_syntax::{Applicability, NodeId, NodeKind, TextId};
use wat_value::counted;

use crate::db::FileKind;
use crate::expand::Source;
use crate::identity::{Author, Identity, identity, in_a_conversation, is_written_by_library};
use crate::items::{Item, ItemKind, Name, split_generic};
use crate::legacy::bare_variant;
use crate::library::is_internal;
use crate::names::{Position, lookup, lookup_type};
use crate::problem::{EditAt, Place, Problem, ProblemEdit};
use crate::signature::{Signature, generics, signature};
use crate::suggest::{self, Suggestion};

use super::arm_shape::is_broken;
use super::dispatch::dispatch_arms;
use super::operator::{fixed_arity, operator_use};
use super::report::LITERAL;
use super::table::Ty;
use super::typed::{ExprId, ExprKind, FunctionKind, FunctionRef};
use super::{How, Infer, Referent};

/// Functions whose result is evaluated data.
const EVALUATORS: [&str; 2] = [":wat::eval-ast!", ":wat::eval-edn!"];

impl<'db> Infer<'db> {
    /// What the path at a node means as a head or value; asked once per name.
    pub(super) fn resolve(&mut self, node: NodeId, text: TextId) -> Option<Item<'db>> {
        let (canonical, _) = split_generic(self.ast.text(text));
        if is_internal(canonical) && !self.is_written_by_library(node) {
            return None;
        }
        if let Some(item) = self.items.get(&text) {
            return *item;
        }
        let item = lookup(self.db, self.program, canonical).or_else(|| self.resolve_retired(text));
        self.items.insert(text, item);
        item
    }

    pub(super) fn symbol(&mut self, node: NodeId, text: TextId, position: Position) -> ExprId {
        let name = self.ast.text(text);
        if name == "nil" {
            self.push_reader_problem(|range| wat_syntax::errors::bare_nil(range, true), node);
            return self.error(node);
        }
        if let Some(&(_, local)) = self.scope.iter().rev().find(|(bound, _)| *bound == text) {
            self.references.push((node, Referent::Local(local)));
            let ty = self.locals[local.0 as usize].ty;
            let kind = match self.outer.get(&local) {
                Some(outer) => ExprKind::Outer(outer.clone()),
                None => ExprKind::Local(local),
            };
            return self.push(kind, ty, node);
        }
        if let Some(path) = bare_variant(name) {
            self.bare_variant(2190, node, path);
            return self.error(node);
        }
        self.unbound(node, text, position);
        self.error(node)
    }

    fn unbound(&mut self, node: NodeId, text: TextId, position: Position) {
        if self.known_unknown(text, node) {
            return;
        }
        if self.is_in_clause && self.is_variable(node) {
            self.unbound_variable(node);
            return;
        }
        if self.introduced(node, text) {
            return;
        }
        let name = self.ast.text(text);
        if name == "_" {
            self.problems.push(
                Problem::new(
                    3202,
                    Place::node(node),
                    "`_` binds nothing and cannot be mentioned",
                )
                .label("not a value")
                .help("give the binder a name"),
            );
            return;
        }
        let locals = self.scope.iter().map(|(bound, _)| self.ast.text(*bound));
        let mut found = suggest::rank(name, locals);
        found.extend_from_slice(self.suggestions(name, node, position));
        let found = suggest::order(name, found);
        let problem = Problem::new(
            3202,
            Place::node(node),
            format!("`{name}` is not bound here"),
        )
        .label("unknown name");
        let mut problem = suggest::offer(problem, Place::node(node), &found);
        if self.is_hermetic_body() {
            problem = problem.note(
                "what runs in another process is a program of its own: no binding around it is visible in it",
            );
            if found.is_empty() {
                problem = problem.help(
                    "bind it inside, or hand it over as input: `:wat::test::run-hermetic-with-io`",
                );
            }
        }
        self.report_unknown(text, problem);
    }

    /// Is this the body of a hermetic program?
    fn is_hermetic_body(&self) -> bool {
        match self.author {
            Some(Author::Definition(item)) => {
                let name = item.name(self.db).text(self.db);
                crate::expand::is_marked(name) && name.ends_with("::user::main")
            }
            _ => false,
        }
    }

    /// A name that was reported before in this form: the use becomes a label of that report.
    pub(super) fn known_unknown(&mut self, text: TextId, node: NodeId) -> bool {
        match self.unknown.get(&text) {
            Some(&at) => {
                let problem = &mut self.problems[at];
                let label = (Place::node(node), "also here".to_owned());
                problem.labels.push(label);
                repair_also(problem, Place::node(node));
                true
            }
            None => false,
        }
    }

    /// Takes back that a tool may apply the first fix of the latest report unattended.
    pub(super) fn doubt_latest(&mut self) {
        let latest = self.problems.last_mut();
        if let Some(fix) = latest.and_then(|problem| problem.fixes.first_mut()) {
            fix.applicability.0 = Applicability::MaybeIncorrect;
        }
    }

    /// Judges the candidates for an unknown head by a call. One that the call does not fit is not put in unattended, one
    /// that it misfits in more than one way is only named: it would replace a mistake by several.
    pub(super) fn judge_candidates(&mut self, text: TextId, call: NodeId, args: &[ExprId]) {
        let Some(&at) = self.unknown.get(&text) else {
            return;
        };
        self.solve();
        let mut fixes = std::mem::take(&mut self.problems[at].fixes);
        fixes.retain_mut(|fix| {
            let name = fix.edits.first().map_or("", |edit| &*edit.insert);
            let misfits = self.misfits(name, call, args);
            if misfits > 0 {
                fix.applicability.0 = Applicability::MaybeIncorrect;
            }
            misfits < 2
        });
        self.problems[at].fixes = fixes;
    }

    /// Judges the candidates for an unknown head by what is expected of its call: one with another result is only named.
    pub(super) fn judge_result(&mut self, call: ExprId, expected: Ty) {
        let node = self.exprs[call.0 as usize].node;
        let head = self.ast.children(node).next();
        let Some(NodeKind::Keyword(text)) = head.map(|head| self.ast.kind(head)) else {
            return;
        };
        let Some(&at) = self.unknown.get(&text) else {
            return;
        };
        let mut fixes = std::mem::take(&mut self.problems[at].fixes);
        fixes.retain(|fix| {
            let name = fix.edits.first().map_or("", |edit| &*edit.insert);
            let item = lookup(self.db, self.program, name);
            let signature = item.and_then(|item| signature(self.db, self.program, item).as_ref());
            let Some(signature) = signature else {
                return true;
            };
            let snapshot = self.table.snapshot();
            let generics = signature.generics.iter();
            let generics: Vec<Ty> = generics.map(|_| self.table.var()).collect();
            let result = self.table.instantiate(&signature.ret, &generics);
            let fits = self.table.unify(expected, result).is_ok();
            self.table.rollback(snapshot);
            fits
        });
        self.problems[at].fixes = fixes;
    }

    /// In how many ways a call does not fit the function of a name: by the number of its arguments, and by the type of each.
    /// Of what is no function nothing is known.
    fn misfits(&mut self, name: &str, call: NodeId, args: &[ExprId]) -> usize {
        let Some(item) = lookup(self.db, self.program, name) else {
            return 0;
        };
        let Some(signature) = signature(self.db, self.program, item) else {
            return usize::from(!self.may_be_call_of(item, call, args));
        };
        let params = signature.params.len();
        let given = self.ast.child_count(call).saturating_sub(1);
        let first = self.ast.children(call).nth(1);
        let first = first.and_then(|first| self.ast.as_keyword(first));
        if given == 2 * params && first.is_some_and(|first| !first.contains("::")) {
            return self.keyword_misfits(signature, call, args);
        }
        let fits = match signature.rest {
            Some(_) => given >= params,
            None => given == params,
        };
        let snapshot = self.table.snapshot();
        let generics = signature.generics.iter();
        let generics: Vec<Ty> = generics.map(|_| self.table.var()).collect();
        let mut misfits = usize::from(!fits);
        for (index, &arg) in args.iter().enumerate() {
            let Some(param) = signature.params.get(index).or(signature.rest.as_ref()) else {
                break;
            };
            let wanted = self.table.instantiate(&param.ty, &generics);
            misfits += usize::from(self.table.unify(wanted, self.ty(arg)).is_err());
        }
        self.table.rollback(snapshot);
        misfits
    }

    /// The same of a call with keywords, by each of them and the type of its value.
    fn keyword_misfits(&mut self, signature: &Signature, call: NodeId, args: &[ExprId]) -> usize {
        let snapshot = self.table.snapshot();
        let generics = signature.generics.iter();
        let generics: Vec<Ty> = generics.map(|_| self.table.var()).collect();
        let keys: Vec<NodeId> = self.ast.children(call).skip(1).step_by(2).collect();
        let mut misfits = 0;
        for (index, key) in keys.into_iter().enumerate() {
            let key = self.ast.as_keyword(key).unwrap_or_default();
            let mut params = signature.params.iter();
            let Some(param) = params.find(|param| key.strip_prefix(':') == Some(&*param.name))
            else {
                misfits += 1;
                continue;
            };
            if let Some(&value) = args.get(2 * index + 1) {
                let wanted = self.table.instantiate(&param.ty, &generics);
                misfits += usize::from(self.table.unify(wanted, self.ty(value)).is_err());
            }
        }
        self.table.rollback(snapshot);
        misfits
    }

    /// Could this be a call of something that is no function of one type: an operator, a dispatch? Of forms and macros
    /// nothing is known.
    fn may_be_call_of(&mut self, item: Item<'db>, call: NodeId, args: &[ExprId]) -> bool {
        let nodes = self.argument_nodes(call);
        match item.kind(self.db) {
            ItemKind::Operator => {
                let arity = fixed_arity(item.name(self.db).text(self.db));
                arity.is_none_or(|arity| arity == nodes.len())
            }
            ItemKind::Dispatch => {
                let types: Vec<Ty> = args.iter().map(|&arg| self.ty(arg)).collect();
                let arms = dispatch_arms(self.db, self.program, item).iter();
                let mut arms = arms.filter(|arm| arm.takes(nodes.len()));
                arms.any(|arm| types.len() != nodes.len() || self.takes_types(arm, &types))
            }
            _ => true,
        }
    }

    pub(super) fn report_unknown(&mut self, text: TextId, problem: Problem<'db>) {
        self.unknown.insert(text, self.problems.len());
        self.problems.push(problem);
    }

    /// WAT2908: a path of a hermetic program that means something outside of it.
    pub(super) fn tell_leak(&mut self, node: NodeId, text: TextId) -> bool {
        let path = split_generic(self.ast.text(text)).0;
        if !crate::expand::is_marked(path) && self.program.kind(self.db) != FileKind::Hermetic {
            return false;
        }
        let form = self.author.and_then(|author| match author {
            Author::Definition(item) => Some(item.form(self.db)),
            Author::Expression { form, .. } => Some(form),
            Author::Evaluated(_) => None,
        });
        let place = Place::node(node);
        match crate::hermetic::leak(self.db, self.program, form, path, place) {
            Some(problem) => {
                if !self.known_unknown(text, node) {
                    self.report_unknown(text, problem);
                }
                true
            }
            None => false,
        }
    }

    /// Is it the value whose initialiser this is? It cannot mention itself.
    pub(super) fn initialises(&self, name: &str) -> bool {
        let own = match self.author {
            Some(Author::Definition(item)) => item,
            _ => return false,
        };
        own.kind(self.db) == ItemKind::Value
            && self.depth == 0
            && own.name(self.db).text(self.db) == name
    }

    fn is_written_by_library(&self, node: NodeId) -> bool {
        let author = self.author;
        author.is_some_and(|author| is_written_by_library(self.db, author, node.0))
    }

    /// Who refers to something at a node.
    pub(super) fn identity(&self, node: NodeId) -> Identity {
        match self.author {
            Some(author) => identity(self.db, author, node.0),
            None => in_a_conversation(),
        }
    }

    /// May what a path names be referred to at a node?
    pub(super) fn is_admitted(&self, node: NodeId, path: &str) -> bool {
        lookup(self.db, self.program, path).is_none_or(|item| {
            !item.restricted(self.db)
                || crate::visibility::is_admitted(self.db, self.program, &self.identity(node), item)
        })
    }

    /// What an unknown path at a node may stand for.
    pub(super) fn suggestions(
        &self,
        path: &str,
        node: NodeId,
        position: Position,
    ) -> &'db [Suggestion] {
        let wrong = Name::new(self.db, path);
        let caller = self.identity(node);
        crate::names::candidates(self.db, self.program, wrong, caller, position)
    }

    /// May a name stand where a value of this type is expected? What cannot be said before its use is known may.
    pub(super) fn may_have_type(&mut self, name: &str, expected: Ty) -> bool {
        let Some(item) = lookup(self.db, self.program, name) else {
            return false;
        };
        let has_code = matches!(
            item.kind(self.db),
            ItemKind::Function | ItemKind::Native | ItemKind::Constructor | ItemKind::Accessor
        );
        let signature = has_code.then(|| signature(self.db, self.program, item));
        let Some(signature) = signature.and_then(Option::as_ref) else {
            return true;
        };
        if signature.is_misshapen || signature.rest.is_some() {
            return true;
        }
        let snapshot = self.table.snapshot();
        let generics = signature.generics.iter();
        let generics: Vec<Ty> = generics.map(|_| self.table.var()).collect();
        let ty = self.function_type(signature, &generics);
        let fits = self.table.unify(expected, ty).is_ok();
        self.table.rollback(snapshot);
        fits
    }

    /// A path in value position.
    pub(super) fn path_value(&mut self, node: NodeId, text: TextId) -> ExprId {
        match split_generic(self.ast.text(text)).0 {
            ":wat::core::nil" => return self.push(ExprKind::Nil, Ty::NIL, node),
            ":wat::core::None" => {
                let element = self.table.var();
                self.explicit_types(&[element], node, text);
                let ty = self.table.app(crate::types::Ctor::Option, &[element]);
                return self.push(
                    ExprKind::Variant {
                        index: 0,
                        fields: Vec::new(),
                    },
                    ty,
                    node,
                );
            }
            _ => {}
        }
        match self.resolve(node, text) {
            Some(item) if self.retired.contains(&text) => self.retired_value(node, text, item),
            Some(item) => {
                self.refer(node, item, How::Value);
                self.item_value(node, text, item)
            }
            None => self.keyword_literal(node, text),
        }
    }

    fn keyword_literal(&mut self, node: NodeId, text: TextId) -> ExprId {
        if self.ast.is_poisoned(node) {
            return self.error(node);
        }
        let path = self.ast.text(text);
        let canonical = split_generic(path).0;
        let is_qualified = path.contains("::") && !path.starts_with(":wat::");
        let may_be_defined = || {
            crate::names::is_misplaced(self.db, self.program, canonical)
                || crate::program::lacks_loads(self.db, self.program)
        };
        if crate::names::may_be_contested(self.db, self.program, canonical)
            || is_qualified && may_be_defined()
        {
            return self.error(node);
        }
        if path == ":None" {
            self.bare_variant(2190, node, ":wat::core::None");
            let element = self.table.var();
            let ty = self.table.app(crate::types::Ctor::Option, &[element]);
            return self.push(ExprKind::Error, ty, node);
        }
        if self.tell_retired(node, text, None) {
            return self.error(node);
        }
        if self.tell_leak(node, text) {
            return self.error(node);
        }
        let reserved = path.starts_with(":wat::") || path.starts_with(":rust::");
        let near: &[Suggestion] = match reserved || !path.contains("::") {
            true => &[],
            false => {
                let literal = Name::new(self.db, path);
                let caller = self.identity(node);
                crate::names::neighbours(self.db, self.program, literal, caller)
            }
        };
        let suspicious = reserved && !crate::loads::is_word(path);
        if (suspicious || !near.is_empty())
            && lookup_type(self.db, self.program, split_generic(path).0).is_none()
            && !self.known_unknown(text, node)
        {
            let found = match reserved {
                true => self.suggestions(path, node, Position::Value),
                false => near,
            };
            let problem = Problem::new(3209, Place::node(node), format!("`{path}`{LITERAL}"))
                .label("a keyword, not a function or value");
            let mut problem = suggest::offer(problem, Place::node(node), found);
            // Which function an overloaded name stands for is not known here.
            problem.fixes.retain(|fix| {
                let name = fix.edits.first().map_or("", |edit| &*edit.insert);
                let item = lookup(self.db, self.program, name);
                !item.is_some_and(|item| {
                    matches!(item.kind(self.db), ItemKind::Dispatch | ItemKind::Operator)
                })
            });
            self.report_unknown(text, problem);
            // A keyword that is meant as data is no mistake.
            self.doubt_latest();
        }
        self.push(ExprKind::Keyword(path.into()), Ty::KEYWORD, node)
    }

    pub(super) fn item_value(&mut self, node: NodeId, text: TextId, item: Item<'db>) -> ExprId {
        if self.is_contested(item) {
            return self.error(node);
        }
        match item.kind(self.db) {
            ItemKind::Synonym => match crate::synonym::target(self.db, self.program, item) {
                Some(target) => self.item_value(node, text, target),
                None => self.error(node),
            },
            ItemKind::Function | ItemKind::Native | ItemKind::Constructor | ItemKind::Accessor => {
                let Some(signature) = signature(self.db, self.program, item) else {
                    return self.error(node);
                };
                if signature.is_misshapen {
                    return self.error(node);
                }
                if signature.rest.is_some() {
                    return self.variadic_value(node, text, item, signature);
                }
                let function = self.instantiate(item, signature, node, text);
                let ty = self.function_type(signature, &function.types);
                self.push(ExprKind::Function(function), ty, node)
            }
            ItemKind::Value => {
                if let Some(constant) = self.library_constant(node, item) {
                    return constant;
                }
                self.check_order(node, item);
                self.types_of_value(item, node, text);
                let typed = crate::order::typed_by(self.db, self.program, item);
                let declared = super::value_type(self.db, self.program, typed);
                if *declared == crate::types::Type::Error {
                    self.check_circle(node, item);
                }
                let ty = self.table.instantiate(declared, &[]);
                let name = item.name(self.db).text(self.db).as_str().into();
                self.push(ExprKind::Global(name), ty, node)
            }
            ItemKind::Dispatch if is_broken(self.db, self.program, item) => self.error(node),
            ItemKind::Dispatch => {
                self.dispatch_types(item, node, text);
                let ty = self.table.var();
                self.dispatch_value(item, ty, node)
            }
            ItemKind::Operator => match operator_use(item.name(self.db).text(self.db)) {
                Some(operator) => {
                    let ty = self.table.var();
                    self.operator_value(operator, ty, node)
                }
                None => self.not_a_value(node, text, "it takes any number of arguments"),
            },
            ItemKind::SpecialForm => match item.name(self.db).text(self.db).as_str() {
                ":wat::core::Some" => {
                    self.variant_function(node, text, crate::types::Ctor::Option, 1)
                }
                ":wat::core::Ok" => {
                    self.variant_function(node, text, crate::types::Ctor::Result, 0)
                }
                ":wat::core::Err" => {
                    self.variant_function(node, text, crate::types::Ctor::Result, 1)
                }
                ":wat::core::u8" => self.byte_function(node),
                _ => {
                    let name = item.name(self.db).text(self.db);
                    self.problems.push(
                        Problem::new(
                            3208,
                            Place::node(node),
                            format!("`{name}` is a form of the language, not a value"),
                        )
                        .label("cannot be passed around")
                        .help("wrap it in a `:wat::core::fn`"),
                    );
                    self.error(node)
                }
            },
            ItemKind::UnitVariant => self.unit_variant(node, text, item),
            ItemKind::KeywordVariant => self.variant_as_value(node, item),
            ItemKind::Macro => self.macro_value(node, item),
            ItemKind::NativeType
            | ItemKind::Alias
            | ItemKind::Struct
            | ItemKind::Enum
            | ItemKind::Newtype
            | ItemKind::Bindings => self.keyword_literal(node, text),
        }
    }

    /// The values of the library are literals: they stand where they are mentioned.
    fn library_constant(&mut self, node: NodeId, item: Item<'db>) -> Option<ExprId> {
        let form = item.form(self.db);
        if form.file(self.db).kind(self.db) != FileKind::Library {
            return None;
        }
        let ast = item.ast(self.db);
        let value = ast.children(item.root(self.db)).nth(2)?;
        match ast.kind(value) {
            NodeKind::Int(value) => Some(self.push(ExprKind::Int(value), Ty::I64, node)),
            NodeKind::Float(bits) => Some(self.push(ExprKind::Float(bits), Ty::F64, node)),
            _ => None,
        }
    }

    /// A variant without fields: a value of its enum, instantiated at each use.
    pub(super) fn unit_variant(&mut self, node: NodeId, text: TextId, item: Item<'db>) -> ExprId {
        let Some(owner) = crate::nominal::owner(self.db, item) else {
            return self.error(node);
        };
        let nominal = crate::nominal::nominal(self.db, self.program, owner);
        let types: Vec<Ty> = nominal.generics.iter().map(|_| self.table.var()).collect();
        self.explicit_types(&types, node, text);
        let ty = self.table.instantiate(&nominal.itself(), &types);
        let kind = ExprKind::Variant {
            index: item.part(self.db),
            fields: Vec::new(),
        };
        self.push(kind, ty, node)
    }

    /// WAT2406.
    fn macro_value(&mut self, node: NodeId, item: Item<'db>) -> ExprId {
        let name = item.name(self.db).text(self.db);
        self.problems.push(
            Problem::new(
                2406,
                Place::node(node),
                format!("the macro `{name}` is not a value: it exists only while code is expanded"),
            )
            .label("a macro")
            .help(format!(
                "call it inside a function: `(:wat::core::fn [x <- :T] -> :R ({name} x))`"
            ))
            .replace(
                Applicability::HasPlaceholders,
                Place::node(node),
                &format!("(:wat::core::fn [x <- <type>] -> <type> ({name} x))"),
            ),
        );
        self.error(node)
    }

    /// WAT2411: a symbol of a template that neither the template nor an argument binds.
    fn introduced(&mut self, node: NodeId, text: TextId) -> bool {
        let (
            Source::Template {
                call,
                node: template,
            },
            Some(expansion),
        ) = (self.origin_of(node), self.expansion)
        else {
            return false;
        };
        let made = Some((call, template));
        if crate::expand::written_prelude(self.db, expansion, made).is_some() {
            // No macro introduces what the author of a prelude wrote there.
            return false;
        }
        let call = &expansion.calls[call as usize];
        let name = self.ast.text(text);
        let mut problem = Problem::new(
            2411,
            Place::node(node),
            format!("the macro `{}` introduces `{name}`, which is bound nowhere", call.name),
        )
        .label(format!("`{name}` is free in this expansion"))
        .help("pass the name as an argument, or bind it in the template; definitions are mentioned by their path");
        if let Some(template) = template {
            let place = Place::written_in(call.form, template);
            problem = problem.also(place, "written here, in the template");
            if let Some(prefix) = self.parameter_prefix(call, name) {
                let unquoted = format!("{prefix}{name}");
                problem = problem
                    .help(format!(
                        "`{name}` is a parameter of the macro: in its template the argument is written `{unquoted}`"
                    ))
                    .replace(Applicability::MaybeIncorrect, place, &unquoted);
            } else if let Some(edits) = self.as_argument(call, template, name) {
                problem = problem.fix(
                    "pass it as an argument",
                    Applicability::HasPlaceholders,
                    edits,
                );
            }
        }
        self.report_unknown(text, problem);
        true
    }

    /// How a parameter of the macro is unquoted; nothing if the name is none of the macro, or it stands in the library.
    fn parameter_prefix(
        &self,
        call: &crate::expand::Call<'db>,
        name: &str,
    ) -> Option<&'static str> {
        if call.form.file(self.db).kind(self.db) == FileKind::Library {
            return None;
        }
        let tree = crate::forms::ast(self.db, call.form);
        let mut parts = tree.children(tree.root());
        if parts.next().and_then(|head| tree.as_keyword(head)) != Some(":wat::core::defmacro") {
            return None;
        }
        let params: Vec<NodeId> = tree.children(parts.nth(1)?).collect();
        let is = |node: &NodeId, text: &str| tree.as_symbol(*node) == Some(text);
        let at = params.iter().position(|node| is(node, name))?;
        let rest = at > 0 && is(&params[at - 1], "&");
        Some(if rest { "~@" } else { "~" })
    }

    /// What makes a free name of a template a parameter of its macro, and an argument of this call. Other calls have to
    /// be completed.
    fn as_argument(
        &self,
        call: &crate::expand::Call<'db>,
        template: NodeId,
        name: &str,
    ) -> Option<Vec<ProblemEdit<'db>>> {
        if call.parent.is_some() || call.form.file(self.db).kind(self.db) == FileKind::Library {
            return None;
        }
        let tree = crate::forms::ast(self.db, call.form);
        let params = tree.children(tree.root()).nth(2)?;
        let has_rest = tree
            .children(params)
            .any(|node| tree.as_symbol(node) == Some("&"));
        let is_canonical = tree.kind(params) == NodeKind::Vector && !has_rest;
        let Some(Author::Definition(item)) = self.author else {
            return None;
        };
        let own = crate::forms::ast(self.db, item.form(self.db));
        let calls = |list: &u32| own.children(NodeId(*list)).next() == Some(NodeId(call.head));
        let list = (0..call.head).rev().find(calls)?;
        let edit = |at, place, insert: String| ProblemEdit { at, place, insert };
        let space = if tree.child_count(params) == 0 {
            ""
        } else {
            " "
        };
        is_canonical.then(|| {
            vec![
                edit(
                    EditAt::Replace,
                    Place::written_in(call.form, template),
                    format!("~{name}"),
                ),
                edit(
                    EditAt::BeforeClose,
                    Place::written_in(call.form, params),
                    format!("{space}{name} <- :wat::WatAST"),
                ),
                edit(
                    EditAt::BeforeClose,
                    Place::written(NodeId(list)),
                    format!(" {name}"),
                ),
            ]
        })
    }

    pub(super) fn not_a_value(&mut self, node: NodeId, text: TextId, reason: &str) -> ExprId {
        let name = self.ast.text(text);
        self.problems.push(
            Problem::new(
                3402,
                Place::node(node),
                format!("which function `{name}` stands for is not determined: {reason}"),
            )
            .label("not determined here")
            .help("wrap it in a `:wat::core::fn` with the parameters it shall have"),
        );
        self.error(node)
    }

    /// WAT2108: an initialiser mentions itself or a later value.
    pub(super) fn check_order(&mut self, node: NodeId, item: Item<'db>) {
        let Some(own) = self.initialises.filter(|_| self.depth == 0) else {
            return;
        };
        if !crate::order::precedes(self.db, self.program, item, own) && self.told_late.insert(item)
        {
            let name = item.name(self.db).text(self.db);
            let place = Place::elsewhere(item.form(self.db), item.name_node(self.db));
            let what = match item.kind(self.db) {
                ItemKind::Function => "the function",
                _ => "the value",
            };
            let problem = if item == own {
                Problem::new(
                    2108,
                    Place::node(node),
                    format!("the value `{name}` mentions itself"),
                )
                .label("not evaluated yet")
            } else {
                Problem::new(
                    2108,
                    Place::node(node),
                    format!("{what} `{name}` is evaluated later than this value"),
                )
                .label("not evaluated yet")
                .also(place, "defined here, later in program order")
                .help("move its definition before this one")
            };
            self.problems.push(problem);
        }
    }

    /// WAT2108: a function in an initialiser mentions a value whose type depends on that of the initialiser. At the
    /// initialiser itself the order tells. Of a circle of values the first one tells.
    fn check_circle(&mut self, node: NodeId, item: Item<'db>) {
        let Some(own) = self.initialises.filter(|_| self.depth > 0) else {
            return;
        };
        let (db, program) = (self.db, self.program);
        if !crate::order::reaches(db, program, item, own)
            || !crate::order::opens_circle(db, program, own)
            || !self.told_late.insert(own)
        {
            return;
        }
        let name = own.name(self.db).text(self.db);
        self.problems.push(
            Problem::new(
                2108,
                Place::node(node),
                format!("the type of the value `{name}` depends on itself"),
            )
            .label("its type is not known yet")
            .help("define a function with `:wat::core::defn`: its signature says its type"),
        );
    }

    /// A use of a function: fresh types for its parameters, explicit ones applied.
    pub(super) fn instantiate(
        &mut self,
        item: Item<'db>,
        signature: &Signature,
        node: NodeId,
        text: TextId,
    ) -> FunctionRef {
        let types: Vec<Ty> = signature
            .generics
            .iter()
            .map(|_| self.table.var())
            .collect();
        self.explicit_types(&types, node, text);
        if EVALUATORS.contains(&item.name(self.db).text(self.db).as_str()) {
            self.evaluated.extend_from_slice(&types);
        }
        self.instantiated(node, item, &types);
        FunctionRef {
            name: item.name(self.db).text(self.db).as_str().into(),
            kind: FunctionKind::of(self.db, item),
            types,
        }
    }

    /// A value declares no type parameters. Of one that does, its definition tells.
    fn types_of_value(&mut self, item: Item<'db>, node: NodeId, text: TextId) {
        let path = self.ast.text(text);
        let is_told = || {
            let declared = generics(item.ast(self.db), item.name_node(self.db));
            !declared.is_empty()
        };
        if split_generic(path).0.len() != path.len() && !is_told() {
            self.explicit_types(&[], node, text);
        }
    }

    /// A dispatch declares no type parameters: each of its functions has its own. The overloaded names of the library
    /// are shown with those that their alternatives share.
    pub(super) fn dispatch_types(&mut self, item: Item<'db>, node: NodeId, text: TextId) {
        if item.form(self.db).file(self.db).kind(self.db) != FileKind::Library {
            self.types_of_value(item, node, text);
        }
    }

    /// The type arguments on a mentioned name stand for the types of its parameters.
    pub(super) fn explicit_types(&mut self, types: &[Ty], node: NodeId, text: TextId) {
        let path = self.ast.text(text);
        if split_generic(path).0.len() == path.len() {
            return;
        }
        let Ok(wat_syntax::TypeExpr::Path { args, .. }) = wat_syntax::parse_type_keyword(path)
        else {
            return;
        };
        if args.len() != types.len() {
            let wanted = types.len();
            self.problems.push(
                Problem::new(
                    3215,
                    Place::node(node),
                    format!(
                        "`{}` has {}, {} given",
                        split_generic(path).0,
                        counted(wanted, "type parameter"),
                        match args.len() {
                            1 => "1 type argument is".to_owned(),
                            count => format!("{count} type arguments are"),
                        }
                    ),
                )
                .label("wrong number of type arguments"),
            );
            return;
        }
        for (declared, &ty) in self.type_arguments(path, args, node).iter().zip(types) {
            let declared = self.table.instantiate(declared, &[]);
            // A fresh variable takes any type.
            let _ = self.table.unify(ty, declared);
        }
    }
}

/// Lets the fixes that replace the place of a problem replace a further place too: the same name stands there.
fn repair_also<'db>(problem: &mut Problem<'db>, place: Place<'db>) {
    for fix in &mut problem.fixes {
        let edit = fix.edits.first();
        let Some(first) =
            edit.filter(|edit| edit.at == EditAt::Replace && edit.place == problem.at)
        else {
            continue;
        };
        let edit = ProblemEdit {
            place,
            ..first.clone()
        };
        fix.edits.push(edit);
    }
}
