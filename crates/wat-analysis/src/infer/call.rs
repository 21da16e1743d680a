//! Calls: functions, values, dispatches.

use wat_syntax::{NodeId, NodeKind, TextId};

use crate::host::{Standing, standing};
use crate::items::{Item, ItemKind, split_generic};
use crate::keywords::keyword_form;
use crate::names::{lookup, lookup_type, program_of};
use crate::problem::{Place, Problem};
use crate::signature::{Param, Signature, TypeResolver, signature};
use crate::types::{Ctor, Type};

use super::deferred::{Constraint, ConstraintKind};
use super::kwargs::{Keyed, Mistakes, Reading};
use super::report::Why;
use super::table::{Shape, Ty};
use super::typed::{ExprId, ExprKind, FunctionKind, FunctionRef};
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
        let Some(item) = self.resolve(text) else {
            return self.unknown_call(node, head, text);
        };
        self.note_retired(head, text, Some(node));
        self.refer(head, item, How::Call);
        let item = match item.kind(self.db) {
            ItemKind::Synonym => match crate::synonym::target(self.db, self.program, item) {
                Some(target) => target,
                None => {
                    self.arguments(node);
                    return self.error(node);
                }
            },
            _ => item,
        };
        if crate::splice::is_late(self.db, item) {
            self.check_order(head, text, item);
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
                        match item.name(self.db).text(self.db).as_str() {
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
            ItemKind::Dispatch => self.dispatch_call(item, node, head),
            ItemKind::KeywordVariant => self.variant_call(item, node, head, text),
            ItemKind::Value => {
                let function = self.path_value(head, text);
                self.apply(node, function)
            }
            ItemKind::UnitVariant => {
                let value = self.unit_variant(head, item);
                self.apply(node, value)
            }
            // Expansion has told why the call is still there.
            ItemKind::Macro => self.error(node),
            ItemKind::Synonym
            | ItemKind::NativeType
            | ItemKind::Alias
            | ItemKind::Struct
            | ItemKind::Enum
            | ItemKind::Newtype
            | ItemKind::Bindings => self.unknown_call(node, head, text),
        }
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
        let declared = lookup_type(self.db, self.program, split_generic(self.ast.text(text)).0);
        if let Some(expr) = declared.and_then(|item| self.struct_call(item, node, head, text)) {
            return expr;
        }
        let reported = self.problems.len();
        self.report_unknown_call(head, text);
        if self.problems.len() > reported && !self.latest_takes(node) {
            self.doubt_latest();
        }
        self.arguments(node);
        self.error(node)
    }

    /// Reports the head of a form that names nothing.
    pub(super) fn unknown_head(&mut self, head: NodeId) {
        if let NodeKind::Keyword(text) = self.ast.kind(head) {
            self.report_unknown_call(head, text);
        }
    }

    fn report_unknown_call(&mut self, head: NodeId, text: TextId) {
        let path = self.ast.text(text);
        let canonical = split_generic(path).0;
        if self.tell_retired(head, text, None) {
            return;
        }
        if crate::host::is_host(canonical) && self.tell_host(head, canonical) {
            return;
        }
        if !self.ast.is_poisoned(head) {
            if lookup_type(self.db, self.program, canonical).is_some() {
                self.problems.push(
                    Problem::new(
                        3208,
                        Place::node(head),
                        format!("`{canonical}` is a type without a constructor of its own name"),
                    )
                    .label("cannot be called"),
                );
            } else if !crate::names::is_excused(self.db, self.program, canonical)
                && !self.known_unknown(text, head)
            {
                // What the reader wrote for a prefix is not misspelled.
                let found = match PREFIXES.contains(&canonical) {
                    true => &[],
                    false => self.suggestions(canonical, head),
                };
                let problem = Problem::new(
                    3201,
                    Place::node(head),
                    format!("no function is called `{canonical}`"),
                )
                .label("unknown name");
                let problem = crate::suggest::offer(problem, Place::node(head), found);
                self.report_unknown(text, problem);
            }
        }
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
        let function = self.symbol(head, text);
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
                    self.wrong_count(head, &rendered, params.len(), args.len());
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
                self.problems.push(
                    Problem::new(3004, Place::node(at), format!("`{found}` is no function and cannot be called"))
                        .label(format!("this is a `{found}`"))
                        .help("the head of a list is called; a value alone is written without parentheses"),
                );
                self.error(node)
            }
        }
    }

    pub(super) fn wrong_count(&mut self, at: NodeId, callee: &str, wanted: usize, found: usize) {
        let plural = if wanted == 1 { "argument" } else { "arguments" };
        self.problems.push(
            Problem::new(
                3002,
                Place::node(at),
                format!("`{callee}` takes {wanted} {plural}, found {found}"),
            )
            .label(format!("{found} given")),
        );
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
        let ret = self.table.instantiate(&signature.ret, &callee.types);
        let arity = signature.rest.is_none().then_some(signature.params.len());
        let in_order = |infer: &mut Self, param: usize, (key, value): (&str, ExprId)| {
            *signature.params[param].name == *key
                && infer.could_be(signature, &callee, param, value)
        };
        if self.refuses_keywords_of(&format!("`{name}`"), arity, node, in_order) {
            return self.push(ExprKind::Error, ret, node);
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
        let ret = self.table.instantiate(&signature.ret, &callee.types);
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
        self.expect(arg, ty, Why::Argument { declared });
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
        let mut args = self.arguments(node);
        let fixed = signature.params.len();
        let fits = args.len() == fixed || (signature.rest.is_some() && args.len() > fixed);
        if !fits && !self.ast.is_poisoned(node) {
            self.function_arity(item, signature, head, &args);
        }
        let exchanged = fits
            && (self.function_comes_first(signature, &args)
                || self.scalar_comes_first(item, signature, &args));
        if exchanged {
            // The order of evaluation stays as written; only the roles are exchanged.
            let last = args.len() - 1;
            args.swap(0, last);
        }
        if fits
            && let Some(keyed) = keyed
            && let Some(mistakes) = self.forgotten_keyword(keyed.form, node)
            && self.is_ill_typed(signature, &callee, &args)
        {
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
        for (index, &arg) in args.iter().enumerate() {
            let param: Option<&Param> = signature.params.get(index).or(signature.rest.as_ref());
            let Some(param) = param else { break };
            let ty = self.table.instantiate(&param.ty, &callee.types);
            let declared = Some((form, NodeId(param.node)));
            self.expect(arg, ty, Why::Argument { declared });
            self.printed(item, ty, self.exprs[arg.0 as usize].node);
        }
        if !fits {
            return self.push(ExprKind::Error, ret, node);
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

    /// Turns sets and maps into vectors where a call may take them so.
    fn give_elements(&mut self, args: &mut [ExprId], takes: impl Fn(usize) -> bool) {
        for (index, arg) in args.iter_mut().enumerate() {
            if takes(index) {
                *arg = self.elements_of(*arg);
            }
        }
    }

    /// The elements of a set or the entries of a map, as a vector; anything else as it is.
    fn elements_of(&mut self, arg: ExprId) -> ExprId {
        let (name, types) = match self.table.shape(self.ty(arg)) {
            Shape::App(Ctor::HashSet, parts) => (":wat::core::__internal/elements", parts.to_vec()),
            Shape::App(Ctor::HashMap, parts) => (":wat::core::HashMap/entries", parts.to_vec()),
            _ => return arg,
        };
        let element = match types[..] {
            [element] => element,
            _ => self.table.app(Ctor::Tuple, &types),
        };
        let ty = self.table.app(Ctor::Vector, &[element]);
        let callee = FunctionRef {
            name: name.into(),
            kind: FunctionKind::Native,
            types,
        };
        let node = self.exprs[arg.0 as usize].node;
        let call = ExprKind::Call {
            callee,
            args: vec![arg],
            rest: None,
        };
        self.push(call, ty, node)
    }

    /// Would the arguments not fit the parameters? Changes nothing.
    fn is_ill_typed(
        &mut self,
        signature: &Signature,
        callee: &FunctionRef,
        args: &[ExprId],
    ) -> bool {
        let snapshot = self.table.snapshot();
        let misfit = signature.params.iter().zip(args).any(|(param, &arg)| {
            let ty = self.table.instantiate(&param.ty, &callee.types);
            let found = self.ty(arg);
            self.table.unify(ty, found).is_err()
        });
        self.table.rollback(snapshot);
        misfit
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

    /// The same for a name with several implementations: one of them takes data first and a function last.
    fn dispatches_function_first(&self, arms: &[Arm<'db>], args: &[ExprId]) -> bool {
        let is_fn = |ty: &Type| matches!(ty, Type::App(Ctor::Fn, _));
        let takes = |arm: &Arm<'db>| {
            let (first, last) = (arm.params.first(), arm.params.last());
            arm.takes(args.len())
                && args.len() > 1
                && last.is_some_and(|last| is_fn(&last.0))
                && first.is_some_and(|first| !is_fn(&first.0))
        };
        if !arms.iter().any(takes) {
            return false;
        }
        let head = |arg: ExprId| match self.table.shape(self.ty(arg)) {
            Shape::App(ctor, _) => Some(*ctor == Ctor::Fn),
            _ => None,
        };
        head(args[0]) == Some(true) && head(args[args.len() - 1]) == Some(false)
    }

    /// The function-first order of the higher-order library functions: data and function are exchanged.
    fn function_comes_first(&self, signature: &Signature, args: &[ExprId]) -> bool {
        let is_fn = |ty: &Type| matches!(ty, Type::App(Ctor::Fn, _));
        let (Some(first), Some(last)) = (signature.params.first(), signature.params.last()) else {
            return false;
        };
        if !is_fn(&last.ty)
            || is_fn(&first.ty)
            || args.len() < 2
            || args.len() != signature.params.len()
        {
            return false;
        }
        let head_is_fn =
            |arg: ExprId| matches!(self.table.shape(self.ty(arg)), Shape::App(Ctor::Fn, _));
        let (first, last) = (args[0], args[args.len() - 1]);
        head_is_fn(first)
            && matches!(self.table.shape(self.ty(last)), Shape::App(ctor, _) if *ctor != Ctor::Fn)
    }

    /// The scalar-first order of `interpose` and `take-nth`.
    fn scalar_comes_first(&self, item: Item<'db>, signature: &Signature, args: &[ExprId]) -> bool {
        let name = item.name(self.db).text(self.db);
        if !matches!(
            name.as_str(),
            ":wat::core::interpose" | ":wat::core::take-nth"
        ) || args.len() != signature.params.len()
        {
            return false;
        }
        let is_vector = |arg: ExprId| match self.table.shape(self.ty(arg)) {
            Shape::App(ctor, _) => Some(*ctor == Ctor::Vector),
            _ => None,
        };
        is_vector(args[0]) == Some(false) && is_vector(args[1]) == Some(true)
    }

    fn function_arity(
        &mut self,
        item: Item<'db>,
        signature: &Signature,
        head: NodeId,
        args: &[ExprId],
    ) {
        let (wanted, found) = (signature.params.len(), args.len());
        let name = item.name(self.db).text(self.db);
        let at_least = if signature.rest.is_some() {
            "at least "
        } else {
            ""
        };
        let plural = if wanted == 1 { "argument" } else { "arguments" };
        let message = format!("`{name}` takes {at_least}{wanted} {plural}, found {found}");
        let mut problem =
            Problem::new(3002, Place::node(head), message).label(match found < wanted {
                true => format!(
                    "missing: {}",
                    signature.params[found..]
                        .iter()
                        .map(|p| format!("`{}`", p.name))
                        .collect::<Vec<_>>()
                        .join(", ")
                ),
                false => format!("{} too many", found - wanted),
            });
        for &surplus in args.iter().skip(wanted).take(8) {
            problem = problem.also(
                Place::node(self.exprs[surplus.0 as usize].node),
                "no parameter for this",
            );
        }
        let name_node = item.name_node(self.db);
        problem = problem.also(
            Place::elsewhere(item.form(self.db), name_node),
            "defined here",
        );
        self.problems
            .push(problem.help(format!("its parameters are `{}`", signature.render())));
    }

    /// A type argument of a path.
    pub(super) fn type_expr(&mut self, expr: &wat_syntax::TypeExpr, node: NodeId) -> Type {
        let mut resolver = TypeResolver {
            db: self.db,
            program: self.program,
            ast: self.ast,
            generics: &self.generics,
            infer_allowed: true,
            problems: Some(&mut self.problems),
        };
        resolver.expression(expr, node)
    }

    fn dispatch_call(&mut self, item: Item<'db>, node: NodeId, head: NodeId) -> ExprId {
        let arms = dispatch_arms(self.db, self.program, item);
        let arity = |count: usize| arms.iter().any(|arm| arm.params.len() == count);
        let given = self.argument_nodes(node).len();
        let name = item.name(self.db).text(self.db);
        if !arity(given)
            && arity(given / 2)
            && self.refuses_keywords(&format!("`{name}`"), Some(given / 2), node)
        {
            return self.error(node);
        }
        let mut args = self.arguments(node);
        if self.dispatches_function_first(arms, &args) {
            // The order of evaluation stays as written; only the roles are exchanged.
            let last = args.len() - 1;
            args.swap(0, last);
        }
        self.dispatch_on(item, args, node, head)
    }

    /// A dispatch on arguments that are inferred already.
    pub(super) fn dispatch_on(
        &mut self,
        item: Item<'db>,
        mut args: Vec<ExprId>,
        node: NodeId,
        head: NodeId,
    ) -> ExprId {
        let arms = dispatch_arms(self.db, self.program, item);
        let name = item.name(self.db).text(self.db);
        if !arms.iter().any(|arm| arm.takes(args.len())) {
            if !self.ast.is_poisoned(node) {
                let wanted = arms.first().map_or(0, |arm| arm.params.len());
                self.wrong_count(head, name, wanted, args.len());
            }
            return self.error(node);
        }
        let count = args.len();
        self.give_elements(&mut args, |index| {
            let mut fitting = arms.iter().filter(|arm| arm.takes(count));
            fitting.all(|arm| arm.seqable[arm.parameter(index)])
        });
        let ret = self.table.var();
        let choice = self.choices.len();
        self.choices.push(None);
        let expr = self.push(
            ExprKind::Dispatch {
                choice,
                args: args.clone(),
            },
            ret,
            node,
        );
        let operands = args.iter().map(|&arg| self.ty(arg)).collect();
        let nodes = args
            .iter()
            .map(|&arg| self.exprs[arg.0 as usize].node)
            .collect();
        let kind = ConstraintKind::Arm {
            item: ItemKey::of(item),
            operands,
            nodes,
            ret,
            choice,
        };
        self.constrain(Constraint { kind, node: head }, Some(item));
        expr
    }

    /// The definition itself, or what it is another name for.
    fn callable(&self, item: Item<'db>) -> Option<Item<'db>> {
        match item.kind(self.db) {
            ItemKind::Synonym => crate::synonym::target(self.db, self.program, item),
            _ => Some(item),
        }
    }

    pub(super) fn dispatch_value(&mut self, item: Item<'db>, ty: Ty, node: NodeId) -> ExprId {
        let choice = self.choices.len();
        self.choices.push(None);
        let expr = self.push(ExprKind::DispatchValue { choice }, ty, node);
        let kind = ConstraintKind::Lift {
            item: ItemKey::of(item),
            ty,
            choice,
        };
        self.constrain(Constraint { kind, node }, Some(item));
        expr
    }

    /// The implementation of an arm, instantiated.
    pub(super) fn arm_function(
        &mut self,
        arm: &Arm<'db>,
        node: NodeId,
    ) -> Option<(FunctionRef, Vec<Ty>, Ty)> {
        let item = arm.implementation?;
        let signature = signature(self.db, self.program, item).as_ref()?;
        let types: Vec<Ty> = signature
            .generics
            .iter()
            .map(|_| self.table.var())
            .collect();
        self.instantiated(node, item, &types);
        let params = signature
            .params
            .iter()
            .map(|param| self.table.instantiate(&param.ty, &types))
            .collect();
        let ret = self.table.instantiate(&signature.ret, &types);
        let name = item.name(self.db).text(self.db).as_str().into();
        Some((
            FunctionRef {
                name,
                kind: FunctionKind::of(self.db, item),
                types,
            },
            params,
            ret,
        ))
    }

    /// WAT2111: what is wrong with the declaration of a dispatch.
    pub(super) fn check_dispatch(&mut self, item: Item<'db>) {
        let root = item.root(self.db);
        let arms: Vec<NodeId> = self.ast.children(root).skip(2).collect();
        if self.ast.is_poisoned(root) {
            return;
        }
        let mut arity = None;
        for &arm in &arms {
            let parts: Vec<NodeId> = self.ast.children(arm).collect();
            let target = match parts[..] {
                [types, target] if self.ast.kind(types) == NodeKind::List => self
                    .ast
                    .as_keyword(target)
                    .map(|path| (types, target, path)),
                _ => None,
            };
            let Some((types, target, path)) = target else {
                self.problems.push(
                    Problem::new(
                        2111,
                        Place::node(arm),
                        "an arm of a dispatch is `((:Type …) :implementation)`",
                    )
                    .label("not an arm"),
                );
                continue;
            };
            let count = self.ast.child_count(types);
            if *arity.get_or_insert(count) != count {
                self.problems.push(
                    Problem::new(
                        2111,
                        Place::node(types),
                        "all arms of a dispatch take the same number of arguments",
                    )
                    .label(format!("{count} here")),
                );
            }
            let implementation = lookup(self.db, self.program, path);
            if let Some(item) = implementation {
                self.refer(target, item, How::Value);
            }
            let implementation = implementation.and_then(|item| self.callable(item));
            let fits = implementation
                .and_then(|item| signature(self.db, self.program, item).as_ref())
                .is_some_and(|signature| {
                    signature.params.len() == count && signature.rest.is_none()
                });
            if !fits && !self.ast.is_poisoned(target) {
                self.problems.push(
                    Problem::new(
                        2111,
                        Place::node(target),
                        format!("`{path}` is no function of {count} arguments"),
                    )
                    .label("not an implementation of this arm"),
                );
            }
        }
        if arms.is_empty() {
            self.problems.push(
                Problem::new(2111, Place::node(root), "a dispatch needs at least one arm")
                    .label("no arms"),
            );
        }
    }
}

/// An item in a constraint, without its lifetime.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct ItemKey(pub(super) salsa::Id);

impl ItemKey {
    fn of(item: Item<'_>) -> ItemKey {
        use salsa::plumbing::AsId;
        ItemKey(item.as_id())
    }
}

/// One alternative of a dispatch. Its own type parameters are numbered from 0.
#[derive(Clone, PartialEq, Eq, Debug, salsa::SalsaValue)]
pub(crate) struct Arm<'db> {
    pub(crate) params: Vec<crate::problem::Plain<Type>>,
    /// Which of them take a set or map too.
    pub(crate) seqable: Vec<bool>,
    /// May all parameters after the first be given again and again? The result is then the next first argument.
    pub(crate) repeats: bool,
    pub(crate) generics: u32,
    pub(crate) implementation: Option<Item<'db>>,
}

impl Arm<'_> {
    /// Does it take so many arguments?
    pub(crate) fn takes(&self, count: usize) -> bool {
        let fixed = self.params.len();
        count == fixed
            || (self.repeats && fixed > 1 && count > fixed && (count - 1).is_multiple_of(fixed - 1))
    }

    /// The parameter for an argument.
    pub(crate) fn parameter(&self, argument: usize) -> usize {
        match argument.checked_sub(self.params.len()) {
            Some(surplus) => 1 + surplus % (self.params.len() - 1),
            None => argument,
        }
    }
}

/// The arms of a dispatch in declaration order. Single upper-case letters are type variables.
#[salsa::tracked(returns(ref))]
pub(crate) fn dispatch_arms<'db>(
    db: &'db dyn crate::Db,
    program: crate::SourceFile,
    item: Item<'db>,
) -> Vec<Arm<'db>> {
    let ast = item.ast(db);
    let program = program_of(db, program, item);
    let letters: Vec<std::sync::Arc<str>> = ('A'..='Z')
        .map(|letter| letter.to_string().into())
        .collect();
    let arms = ast.children(item.root(db)).skip(2);
    arms.filter_map(|arm| {
        let mut parts = ast.children(arm);
        let (types, target) = (parts.next()?, parts.next()?);
        let mut resolver = TypeResolver {
            db,
            program,
            ast,
            generics: &letters,
            infer_allowed: false,
            problems: None,
        };
        let repeats = ast
            .children(types)
            .any(|node| ast.as_symbol(node) == Some("&"));
        let written = || {
            ast.children(types)
                .filter(|&node| ast.as_symbol(node) != Some("&"))
        };
        let params = written()
            .map(|node| crate::problem::Plain(resolver.node(node)))
            .collect();
        let seqable = written()
            .map(|node| crate::signature::is_seqable(ast, node))
            .collect();
        let implementation = ast
            .as_keyword(target)
            .and_then(|path| lookup(db, program, path))
            .and_then(|item| match item.kind(db) {
                ItemKind::Synonym => crate::synonym::target(db, program, item),
                _ => Some(item),
            });
        Some(Arm {
            params,
            seqable,
            repeats,
            generics: 26,
            implementation,
        })
    })
    .collect()
}
