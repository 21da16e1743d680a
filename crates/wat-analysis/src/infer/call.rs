//! Calls: functions, values, dispatches.

use wat_syntax::{Applicability, NodeId, NodeKind, TextId};

use crate::host::{Standing, standing};
use crate::items::{Item, ItemKind, split_generic};
use crate::keywords::keyword_form;
use crate::names::{Position, lookup, lookup_type};
use crate::problem::{EditAt, Place, Problem, ProblemEdit};
use crate::signature::{Param, Signature, signature};
use crate::types::{Ctor, Type};

use super::kwargs::{Keyed, Mistakes, Order, Reading};
use super::report::Why;
use super::table::{Shape, Ty};
use super::typed::{ExprId, ExprKind, FunctionRef};
use super::{How, Infer, Referent, Use};

/// The forms that prefixes such as `'` stand for.
const PREFIXES: [&str; 4] = [
    ":wat::core::quote",
    ":wat::core::quasiquote",
    ":wat::core::unquote",
    ":wat::core::unquote-splicing",
];

impl<'db> Infer<'db> {
    /// `(:path args…)`
    pub(super) fn path_call(&mut self, node: NodeId, head: NodeId, text: TextId) -> ExprId {
        let Some(item) = self.resolve(head, text) else {
            return self.unknown_call(node, head, text);
        };
        if let Some(call) = self.retired_by_number(node, head, text) {
            return call;
        }
        self.note_retired(head, text, Some(node));
        self.refer(head, item, How::Call);
        if self.is_contested(item) {
            self.arguments(node);
            return self.error(node);
        }
        let item = match item.kind(self.db) {
            ItemKind::Synonym => match crate::synonym::target(self.db, self.program, item) {
                Some(target) if !self.is_contested(target) => target,
                _ => {
                    self.arguments(node);
                    return self.error(node);
                }
            },
            _ => item,
        };
        if crate::splice::is_late(self.db, item) {
            self.check_order(head, item);
        }
        match item.kind(self.db) {
            ItemKind::SpecialForm => {
                let path = item.name(self.db).text(self.db);
                match self.special_form(path, node) {
                    Some(expr) => expr,
                    None => {
                        self.misplaced_form(node, path);
                        self.error(node)
                    }
                }
            }
            ItemKind::Operator => {
                let path = item.name(self.db).text(self.db);
                self.operator_call(path, node, head)
            }
            ItemKind::Function | ItemKind::Native | ItemKind::Constructor | ItemKind::Accessor => {
                match signature(self.db, self.program, item) {
                    Some(signature) => {
                        let call = self.function_call(item, signature, node, head, text);
                        let path = item.name(self.db).text(self.db).as_str();
                        self.inner_programs(path, node);
                        self.literal_mutation(path, call);
                        match path {
                            ":wat::core::struct->form" => self.check_struct_to_form(call),
                            _ => call,
                        }
                    }
                    None => {
                        self.arguments(node);
                        self.error(node)
                    }
                }
            }
            ItemKind::Dispatch => {
                self.dispatch_types(item, head, text);
                self.dispatch_call(item, node, head)
            }
            ItemKind::KeywordVariant => self.variant_call(item, node, head, text),
            ItemKind::Value => {
                let function = self.path_value(head, text);
                self.apply(node, function)
            }
            ItemKind::UnitVariant => {
                let value = self.unit_variant(head, text, item);
                self.apply(node, value)
            }
            ItemKind::Macro => self.left_macro_call(item, node, head),
            ItemKind::Synonym
            | ItemKind::NativeType
            | ItemKind::Alias
            | ItemKind::Struct
            | ItemKind::Enum
            | ItemKind::Newtype
            | ItemKind::Bindings => self.unknown_call(node, head, text),
        }
    }

    /// A call of a macro is still there: it stands in a pattern of `matches?`, the macro comes later, or expansion has
    /// told why.
    fn left_macro_call(&mut self, item: Item<'db>, node: NodeId, head: NodeId) -> ExprId {
        let halted = |expansion: &crate::expand::Expansion<'_>| {
            expansion
                .problems
                .iter()
                .any(|problem| problem.code == 2403)
        };
        if self.is_in_term {
            self.macro_in_term(head, item);
        } else if item.expanded(self.db).is_some() && !self.expansion.is_some_and(halted) {
            self.problems
                .push(crate::expand::late_macro(self.db, head, item));
        }
        self.error(node)
    }

    fn misplaced_form(&mut self, node: NodeId, path: &str) {
        self.problems.push(
            Problem::new(
                2004,
                Place::node(node),
                format!("`{path}` cannot stand inside an expression"),
            )
            .label("a declaration in an expression"),
        );
    }

    fn unknown_call(&mut self, node: NodeId, head: NodeId, text: TextId) -> ExprId {
        let path = split_generic(self.ast.text(text)).0;
        if crate::names::may_be_contested(self.db, self.program, path) {
            self.arguments(node);
            return self.error(node);
        }
        let declared = lookup_type(self.db, self.program, path);
        if let Some(expr) = declared.and_then(|item| self.struct_call(item, node, head, text)) {
            return expr;
        }
        self.report_unknown_call(node, head, text);
        if self.is_meant_to_bind(text)
            || crate::names::is_misplaced_macro(self.db, self.program, path)
        {
            self.mention_locals(node);
            return self.error(node);
        }
        let args = self.arguments_of_unknown(node);
        self.judge_candidates(text, node, &args);
        self.error(node)
    }

    /// The arguments of a form with an unknown head. What such forms alone have is not looked at: a parameter list, whose
    /// names may stand anywhere in it, and `-> :T`.
    fn arguments_of_unknown(&mut self, node: NodeId) -> Vec<ExprId> {
        let is = |node: NodeId, text: &str| self.ast.as_symbol(node) == Some(text);
        let mut nodes = self.argument_nodes(node);
        let binds = |list: &NodeId| self.ast.children(*list).any(|part| is(part, "<-"));
        if nodes.iter().any(binds) {
            return Vec::new();
        }
        while let Some(at) = nodes.iter().position(|&part| is(part, "->")) {
            let has_type = nodes.get(at + 1).is_some_and(|&ty| self.is_keyword(ty));
            nodes.drain(at..at + 1 + usize::from(has_type));
        }
        nodes.into_iter().map(|node| self.expr(node)).collect()
    }

    /// What a form that is not looked at says of locals is a mention of them: somebody uses them.
    fn mention_locals(&mut self, form: NodeId) {
        for node in (form.0..self.ast.subtree_end(form).0).map(NodeId) {
            if let NodeKind::Symbol(text) = self.ast.kind(node)
                && let Some(&(_, local)) = self.scope.iter().rev().find(|(bound, _)| *bound == text)
            {
                self.references.push((node, Referent::Local(local)));
            }
        }
    }

    /// Is a name near to an unknown head a form or a macro that does not take its arguments as values? Then nothing is known
    /// of them.
    fn is_meant_to_bind(&self, text: TextId) -> bool {
        const FORMS: [&str; 18] = [
            ":wat::core::cond",
            ":wat::core::def",
            ":wat::core::define-dispatch",
            ":wat::core::defmacro",
            ":wat::core::defn",
            ":wat::core::enum",
            ":wat::core::fn",
            ":wat::core::forms",
            ":wat::core::let",
            ":wat::core::match",
            ":wat::core::newtype",
            ":wat::core::quasiquote",
            ":wat::core::quote",
            ":wat::core::struct",
            ":wat::core::typealias",
            ":wat::core::->",
            ":wat::core::->>",
            ":wat::form::matches?",
        ];
        let path = split_generic(self.ast.text(text)).0;
        if FORMS.iter().any(|form| form.eq_ignore_ascii_case(path)) {
            return true;
        }
        let told = self.unknown.get(&text).map(|&at| &self.problems[at]);
        let fixes = told.map_or(&[][..], |told| &told.fixes);
        let near = fixes.iter().filter_map(|fix| fix.edits.first());
        let mut near = near.filter_map(|edit| lookup(self.db, self.program, &edit.insert));
        near.any(|item| match item.kind(self.db) {
            ItemKind::Macro => true,
            ItemKind::SpecialForm => FORMS.contains(&item.name(self.db).text(self.db).as_str()),
            _ => false,
        })
    }

    /// Reports the head of a form that names nothing.
    pub(super) fn unknown_head(&mut self, form: NodeId, head: NodeId) {
        if let NodeKind::Keyword(text) = self.ast.kind(head) {
            self.report_unknown_call(form, head, text);
            self.judge_candidates(text, form, &[]);
        }
    }

    fn report_unknown_call(&mut self, form: NodeId, head: NodeId, text: TextId) {
        let path = self.ast.text(text);
        let canonical = split_generic(path).0;
        if self.tell_retired(head, text, Some(form)) || self.tell_leak(head, text) {
            return;
        }
        if crate::nominal::may_be_unread(self.db, self.program, canonical) {
            return;
        }
        if crate::host::is_host(canonical) && self.tell_host(head, canonical) {
            return;
        }
        if crate::testing::is_kept(canonical) {
            self.problems.push(
                Problem::new(
                    3301,
                    Place::node(head),
                    format!("`{canonical}` is internal to the forms of `:wat::test::`: its callers are those under `:wat::`"),
                )
                .label("caller not admitted")
                .help("write `:wat::test::run-thread` or one of the forms `:wat::test::run-hermetic…`"),
            );
            return;
        }
        if !self.ast.is_poisoned(head) {
            if lookup_type(self.db, self.program, canonical).is_some() {
                self.not_a_constructor(head, canonical);
            } else if !crate::names::is_excused(self.db, self.program, canonical)
                && !self.known_unknown(text, head)
            {
                // What the reader wrote for a prefix is not misspelled.
                let mut found = match PREFIXES.contains(&canonical) {
                    true => Vec::new(),
                    false => self.suggestions(canonical, head, Position::Head).to_vec(),
                };
                found.retain(|near| !self.initialises(&near.name));
                let problem = Problem::new(
                    3201,
                    Place::node(head),
                    format!("no function is called `{canonical}`"),
                )
                .label("unknown name");
                let problem = match found.is_empty() {
                    true => self.with_members(problem, canonical, head),
                    false => problem,
                };
                let mut problem = crate::suggest::offer(problem, Place::node(head), &found);
                let writes = found.iter().any(|near| self.writes(&near.name, canonical));
                for (fix, near) in problem.fixes.iter_mut().zip(&found) {
                    if writes || !self.is_called(&near.name) {
                        crate::unsure::doubt(&mut fix.applicability.0);
                    }
                }
                self.report_unknown(text, problem);
            }
        }
    }

    /// Lists the members that this place may call of the type that an unknown path looks like a member of.
    fn with_members(&self, problem: Problem<'db>, path: &str, head: NodeId) -> Problem<'db> {
        const SHOWN: usize = 8;
        let Some((owner, mut members)) =
            crate::nominal::members_beside(self.db, self.program, path)
        else {
            return problem;
        };
        members.retain(|member| self.is_admitted(head, member));
        let shown = members.iter().take(SHOWN);
        let mut listed: Vec<String> = shown.map(|member| format!("`{member}`")).collect();
        match members.len() {
            0 => return problem,
            all if all > SHOWN => listed.push(format!("{} more", all - SHOWN)),
            _ => {}
        }
        problem.note(format!("`{owner}` has {}", listed.join(", ")))
    }

    /// Does a name stand for what every call of the right arguments may call? A variant without fields and a value of
    /// another type are never called, and a form of the language has a shape of its own.
    fn is_called(&self, name: &str) -> bool {
        let Some(item) = lookup(self.db, self.program, name) else {
            return true;
        };
        match item.kind(self.db) {
            ItemKind::UnitVariant => false,
            ItemKind::Value => {
                let ty = super::value_type(self.db, self.program, item);
                matches!(ty, Type::App(Ctor::Fn, _))
            }
            ItemKind::SpecialForm => crate::names::is_constructor_form(name),
            _ => true,
        }
    }

    /// Does the name mean a macro with this path in its text? What calls it may get the path back.
    fn writes(&self, name: &str, path: &str) -> bool {
        let item = lookup(self.db, self.program, name);
        item.is_some_and(|item| {
            item.kind(self.db) == ItemKind::Macro && {
                let form = item.form(self.db).content(self.db);
                form.text.text().contains(path)
            }
        })
    }

    /// WAT3208: the head is a type; what makes its values is offered.
    fn not_a_constructor(&mut self, head: NodeId, path: &str) {
        let place = Place::node(head);
        let problem = Problem::new(
            3208,
            place,
            format!("`{path}` is a type without a constructor of its own name"),
        )
        .label("cannot be called");
        let constructors = crate::nominal::constructors(self.db, self.program, path);
        let problem = match &constructors[..] {
            [] => problem,
            found => {
                let shown: Vec<String> = found.iter().map(|name| format!("`{name}`")).collect();
                problem.help(format!("its values are made by {}", shown.join(", ")))
            }
        };
        let problem = constructors.iter().fold(problem, |problem, name| {
            problem.replace(Applicability::MaybeIncorrect, place, name)
        });
        self.problems.push(problem);
    }

    /// WAT2121: a function of a host type that the program does not declare. False if the type may be used.
    fn tell_host(&mut self, head: NodeId, path: &str) -> bool {
        let place = Place::node(head);
        match standing(self.db, self.program, crate::host::owner(path), place) {
            Standing::Usable => return false,
            Standing::Excused => {}
            Standing::Undeclared(_) if self.ast.is_poisoned(head) => {}
            Standing::Undeclared(problem) => crate::host::tell(&mut self.problems, *problem),
        }
        true
    }

    /// `(symbol args…)`
    pub(super) fn symbol_call(&mut self, node: NodeId, head: NodeId, text: TextId) -> ExprId {
        let bound = self.scope.iter().any(|(bound, _)| *bound == text);
        if !bound && let Some(path) = crate::legacy::bare_variant(self.ast.text(text)) {
            self.bare_variant(2190, head, path);
            return match self.special_form(path, node) {
                Some(expr) => expr,
                None => self.error(node),
            };
        }
        let function = self.symbol(head, text, Position::Head);
        if !bound && self.unknown.contains_key(&text) {
            match self.is_meant_to_bind(text) {
                true => self.mention_locals(node),
                false => drop(self.arguments_of_unknown(node)),
            }
            return self.error(node);
        }
        self.apply(node, function)
    }

    /// A call of a function value.
    pub(super) fn apply(&mut self, node: NodeId, function: ExprId) -> ExprId {
        self.solve();
        let ty = self.ty(function);
        if let Shape::App(Ctor::Fn, parts) = self.table.shape(ty) {
            let (arity, ret) = (parts.len() - 1, parts[parts.len() - 1]);
            if self.refuses_keywords("a function value", Some(arity), node) {
                return self.push(ExprKind::Error, ret, node);
            }
        }
        let args = self.arguments(node);
        self.apply_to(node, function, args)
    }

    /// A call of a function value with arguments that are inferred already.
    pub(super) fn apply_to(&mut self, node: NodeId, function: ExprId, args: Vec<ExprId>) -> ExprId {
        self.solve();
        let ty = self.ty(function);
        match self.table.shape(ty) {
            Shape::Error => self.error(node),
            Shape::Var => {
                let params: Vec<Ty> = args.iter().map(|&arg| self.ty(arg)).collect();
                let ret = self.table.var();
                let wanted = self.table.function(&params, ret);
                // A variable takes any type, unless it occurs in the arguments.
                if self.table.unify(ty, wanted).is_err() {
                    let at = Place::node(self.exprs[function.0 as usize].node);
                    self.problems.push(
                        Problem::new(3006, at, "a function would take itself as an argument")
                            .label("its type would contain itself"),
                    );
                    return self.error(node);
                }
                self.push(ExprKind::Apply { function, args }, ret, node)
            }
            Shape::App(Ctor::Fn, parts) => {
                let parts = parts.to_vec();
                let (params, ret) = (&parts[..parts.len() - 1], parts[parts.len() - 1]);
                let head = self.exprs[function.0 as usize].node;
                if params.len() != args.len() && !self.ast.is_poisoned(node) {
                    let rendered = self.render(ty);
                    let shown = self.callee_text(head).unwrap_or(&rendered);
                    self.wrong_count(head, shown, params.len(), args.len());
                }
                for (&arg, &param) in args.iter().zip(params) {
                    self.expect(arg, param, Why::Argument { declared: None });
                }
                if params.len() != args.len() {
                    return self.push(ExprKind::Error, ret, node);
                }
                self.push(ExprKind::Apply { function, args }, ret, node)
            }
            Shape::App(..) | Shape::Param(_) => {
                let found = self.render(ty);
                let at = self.exprs[function.0 as usize].node;
                let shown = self.callee_text(at).unwrap_or(&found);
                let problem = Problem::new(
                    3004,
                    Place::node(at),
                    format!("`{shown}` is no function and cannot be called"),
                )
                .label(format!("this is a `{found}`"))
                .help("the head of a list is called; a value alone is written without parentheses");
                self.problems.push(match args.is_empty() {
                    true => without_parentheses(problem, node),
                    false => problem,
                });
                self.error(node)
            }
        }
    }

    /// The name at a head.
    fn callee_text(&self, head: NodeId) -> Option<&'db str> {
        let ast = self.ast;
        ast.as_symbol(head).or_else(|| ast.as_keyword(head))
    }

    pub(super) fn wrong_count(&mut self, at: NodeId, callee: &str, wanted: usize, found: usize) {
        self.wrong_count_of(at, callee, &wanted.to_string(), found);
    }

    fn function_call(
        &mut self,
        item: Item<'db>,
        signature: &Signature,
        node: NodeId,
        head: NodeId,
        text: TextId,
    ) -> ExprId {
        let name = item.name(self.db).text(self.db);
        if item.kind(self.db) == ItemKind::Native {
            self.check_effect(head, name);
        }
        if let Some(form) = keyword_form(self.db, self.program, item) {
            let callee = Keyed {
                name,
                item,
                declared: item,
                form,
                is_type: false,
            };
            return self.signature_call(callee, signature, node, head, text);
        }
        let callee = self.instantiate(item, signature, head, text);
        let spelled = signature.ret_spelled.as_ref();
        let ret = self.table.written(&signature.ret, spelled, &callee.types);
        if signature.is_misshapen {
            self.arguments(node);
            return self.push(ExprKind::Error, ret, node);
        }
        let arity = signature.rest.is_none().then_some(signature.params.len());
        let in_order = |infer: &mut Self, param: usize, (key, value): (&str, ExprId)| {
            let named = signature.params.iter().position(|it| *it.name == *key);
            match named {
                Some(at) if at != param => Order::Other,
                Some(_) if infer.could_be(signature, &callee, param, value) => Order::Declared,
                _ => Order::Unknown,
            }
        };
        if self.refuses_keywords_of(format_args!("`{name}`"), arity, node, in_order) {
            return self.push(ExprKind::Error, ret, node);
        }
        if let Some(expr) = self.repeated_call(item, signature, &callee, ret, node) {
            return expr;
        }
        self.positional_call(item, None, signature, callee, ret, node, head)
    }

    /// A call of a callable that has a keyword form.
    pub(super) fn signature_call(
        &mut self,
        keyed: Keyed<'_, 'db>,
        signature: &Signature,
        node: NodeId,
        head: NodeId,
        text: TextId,
    ) -> ExprId {
        let callee = self.instantiate(keyed.item, signature, head, text);
        let spelled = signature.ret_spelled.as_ref();
        let ret = self.table.written(&signature.ret, spelled, &callee.types);
        if signature.is_misshapen {
            self.arguments(node);
            return self.push(ExprKind::Error, ret, node);
        }
        match self.read_arguments(keyed.form, node) {
            Reading::Positional => {
                self.positional_call(keyed.item, Some(keyed), signature, callee, ret, node, head)
            }
            Reading::Keywords(given) => {
                self.note_call(keyed, signature, &callee, node);
                self.keyword_call(keyed.item, signature, callee, ret, node, given)
            }
            Reading::Wrong(mistakes) => {
                self.mistaken_call(keyed, signature, &callee, &mistakes, node, head);
                self.push(ExprKind::Error, ret, node)
            }
        }
    }

    /// A keyword call with mistakes: what is known of it is checked, then the mistakes are reported.
    fn mistaken_call(
        &mut self,
        keyed: Keyed<'_, 'db>,
        signature: &Signature,
        callee: &FunctionRef,
        mistakes: &Mistakes,
        node: NodeId,
        head: NodeId,
    ) {
        let mut given = mistakes.given.clone();
        given.sort_by_key(|(param, _)| *param);
        for (param, value) in given {
            let arg = self.expr(value);
            self.expect_argument(keyed.item, signature, callee, param, arg);
        }
        let loose: Vec<(NodeId, ExprId)> = mistakes
            .loose
            .iter()
            .map(|&value| (value, self.expr(value)))
            .collect();
        self.report_mistakes(
            keyed,
            mistakes,
            node,
            head,
            |infer, param, value| match loose.iter().find(|(node, _)| *node == value) {
                Some(&(_, value)) => infer.could_be(signature, callee, param, value),
                None => true,
            },
        );
    }

    /// Checks an argument against its parameter; the index after the fixed ones is the whole rest parameter.
    fn expect_argument(
        &mut self,
        item: Item<'db>,
        signature: &Signature,
        callee: &FunctionRef,
        index: usize,
        arg: ExprId,
    ) {
        let Some(param) = signature.params.get(index).or(signature.rest.as_ref()) else {
            return;
        };
        let Some(ty) = self.parameter_type(signature, callee, index) else {
            return;
        };
        let declared = Some((item.form(self.db), NodeId(param.node)));
        match param.seqable {
            true => self.expect_sequence(arg, ty, Why::Argument { declared }),
            false => self.expect(arg, ty, Why::Argument { declared }),
        }
    }

    /// Arguments are evaluated as written and checked in declared order.
    fn keyword_call(
        &mut self,
        item: Item<'db>,
        signature: &Signature,
        callee: FunctionRef,
        ret: Ty,
        node: NodeId,
        given: Vec<(usize, NodeId)>,
    ) -> ExprId {
        let mut given = given;
        given.sort_by_key(|(param, _)| *param);
        let mut args: Vec<ExprId> = given.iter().map(|&(_, value)| self.expr(value)).collect();
        for (&(param, _), arg) in given.iter().zip(&mut args) {
            if signature
                .params
                .get(param)
                .is_some_and(|param| param.seqable)
            {
                *arg = self.elements_of(*arg);
            }
        }
        for (&(param, _), &arg) in given.iter().zip(&args) {
            self.expect_argument(item, signature, &callee, param, arg);
        }
        self.lint_ambiguous_rest(signature, &callee, node);
        if let Some(rest) = signature
            .rest
            .as_ref()
            .filter(|_| args.len() == signature.params.len())
        {
            let element = self.table.instantiate(&rest.ty, &callee.types);
            let ty = self.table.app(Ctor::Vector, &[element]);
            args.push(self.push(ExprKind::Vector(Vec::new()), ty, node));
        }
        self.push(
            ExprKind::Call {
                callee,
                args,
                rest: None,
            },
            ret,
            node,
        )
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "callee, its use and its place; a struct would be made here alone"
    )]
    fn positional_call(
        &mut self,
        item: Item<'db>,
        keyed: Option<Keyed<'_, 'db>>,
        signature: &Signature,
        callee: FunctionRef,
        ret: Ty,
        node: NodeId,
        head: NodeId,
    ) -> ExprId {
        let mut args = self.arguments_of(item.name(self.db).text(self.db), node);
        let fixed = signature.params.len();
        let fits = args.len() == fixed || (signature.rest.is_some() && args.len() > fixed);
        if !fits && !self.ast.is_poisoned(node) {
            self.function_arity(item, signature, (node, head), &args);
        }
        let function_first = fits && self.function_comes_first(signature, &args);
        let exchanged = function_first || (fits && self.scalar_comes_first(item, signature, &args));
        if exchanged {
            // The order of evaluation stays as written; only the roles are exchanged.
            let last = args.len() - 1;
            args.swap(0, last);
        }
        if function_first {
            self.lint_function_first(&args, node);
        }
        if fits
            && let Some(keyed) = keyed
            && let Some(mistakes) = self.forgotten_keyword(keyed.form, node)
            && self.is_ill_typed(signature, &callee, &args)
        {
            let mut given = mistakes.given.clone();
            given.sort_by_key(|(param, _)| *param);
            for (param, value) in given {
                let is_value = |arg: &&ExprId| self.exprs[arg.0 as usize].node == value;
                if let Some(&arg) = args.iter().find(is_value) {
                    self.expect_argument(keyed.item, signature, &callee, param, arg);
                }
            }
            self.report_mistakes(keyed, &mistakes, node, head, |_, _, _| false);
            return self.push(ExprKind::Error, ret, node);
        }
        self.give_elements(&mut args, |index| {
            signature
                .params
                .get(index)
                .is_some_and(|param| param.seqable)
        });
        let form = item.form(self.db);
        let mut disputed = Vec::new();
        for (index, &arg) in args.iter().enumerate() {
            let told = self.problems.len();
            let param: Option<&Param> = signature.params.get(index).or(signature.rest.as_ref());
            let Some(param) = param else { break };
            let spelled = param.spelled.as_ref();
            let ty = self.table.written(&param.ty, spelled, &callee.types);
            let declared = Some((form, NodeId(param.node)));
            match param.seqable {
                true => self.expect_sequence(arg, ty, Why::Argument { declared }),
                false => self.expect(arg, ty, Why::Argument { declared }),
            }
            self.printed(item, ty, self.exprs[arg.0 as usize].node);
            if self.problems.len() > told {
                param.ty.parameters(&mut disputed);
            }
        }
        if !fits {
            return self.push(ExprKind::Error, ret, node);
        }
        if !disputed.is_empty() {
            let mut yielded = Vec::new();
            signature.ret.parameters(&mut yielded);
            if yielded.iter().any(|param| disputed.contains(param)) {
                // Which of the arguments says what the parameter is, and with it the result, is not known.
                return self.error(node);
            }
        }
        if let Some(keyed) = keyed.filter(|_| !exchanged && !self.threaded.contains_key(&node)) {
            self.note_call(keyed, signature, &callee, node);
            self.lint_lookalike(keyed.form, node);
            self.lint_positional(keyed.form, signature, &args, head);
        }
        self.check_pattern(&callee, &args);
        let rest = signature
            .rest
            .as_ref()
            .map(|rest| (fixed, self.table.instantiate(&rest.ty, &callee.types)));
        self.push(ExprKind::Call { callee, args, rest }, ret, node)
    }

    /// `(:T :field value …)`: the constructor of a struct in keyword form.
    fn struct_call(
        &mut self,
        item: Item<'db>,
        node: NodeId,
        head: NodeId,
        text: TextId,
    ) -> Option<ExprId> {
        if item.kind(self.db) != ItemKind::Struct {
            return None;
        }
        let path = format!("{}/new", item.name(self.db).text(self.db));
        let constructor = lookup(self.db, self.program, &path)?;
        let signature = signature(self.db, self.program, constructor).as_ref()?;
        self.references.push((head, Referent::Item(item)));
        self.uses.push(Use {
            node: head.0,
            item: constructor,
            how: How::Call,
        });
        let Some(form) = keyword_form(self.db, self.program, constructor) else {
            return Some(self.function_call(constructor, signature, node, head, text));
        };
        let callee = Keyed {
            name: item.name(self.db).text(self.db),
            item: constructor,
            declared: constructor,
            form: &form.only(),
            is_type: true,
        };
        Some(self.signature_call(callee, signature, node, head, text))
    }

    /// The type arguments of a path.
    pub(super) fn type_arguments(
        &mut self,
        path: &str,
        mut args: Vec<wat_syntax::TypeExpr>,
        node: NodeId,
    ) -> Vec<Type> {
        let mut resolver = self.type_resolver(true);
        resolver.legacy_arguments(split_generic(path).0, &mut args, node);
        let types = args.iter();
        types.map(|expr| resolver.expression(expr, node)).collect()
    }
}

/// The fix that leaves the head of a list alone.
fn without_parentheses<'db>(problem: Problem<'db>, list: NodeId) -> Problem<'db> {
    let bracket = |at| ProblemEdit {
        at,
        place: Place::node(list),
        insert: String::new(),
    };
    problem.fix(
        "write the value without parentheses",
        Applicability::MaybeIncorrect,
        vec![bracket(EditAt::OpenBracket), bracket(EditAt::CloseBracket)],
    )
}
