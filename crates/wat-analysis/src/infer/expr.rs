//! Expressions: atoms, special forms and control flow.

use wat_syntax::{Applicability, NodeId, NodeKind, TextId};

use crate::names::Position;
use crate::problem::{EditAt, Place, Plain, Problem, ProblemEdit, ProblemFix};
use crate::types::Ctor;

use super::report::Why;
use super::table::Ty;
use super::typed::{ExprId, ExprKind, FunctionKind, FunctionRef};
use super::{Infer, quote};

/// Stack that one level of an expression may need, and what is added when it runs out.
const RED_ZONE: usize = 128 * 1024;
const SEGMENT: usize = 2 * 1024 * 1024;

impl<'db> Infer<'db> {
    /// Infers an expression. The reader bounds the depth; the stack grows with it.
    pub(super) fn expr(&mut self, node: NodeId) -> ExprId {
        stacker::maybe_grow(RED_ZONE, SEGMENT, || self.expr_on_stack(node))
    }

    fn expr_on_stack(&mut self, node: NodeId) -> ExprId {
        if !self.threaded.is_empty() && self.threaded.contains_key(&node) {
            return self.step(node);
        }
        match self.ast.kind(node) {
            NodeKind::Int(value) => self.push(ExprKind::Int(value), Ty::I64, node),
            NodeKind::Float(bits) => self.push(ExprKind::Float(bits), Ty::F64, node),
            NodeKind::Bool(value) => self.push(ExprKind::Bool(value), Ty::BOOL, node),
            NodeKind::Str(text) => {
                self.push(ExprKind::Str(self.ast.text(text).into()), Ty::STRING, node)
            }
            NodeKind::Keyword(text) => self.path_value(node, text),
            NodeKind::Symbol(text) => self.symbol(node, text, Position::Value),
            NodeKind::List => self.list(node),
            NodeKind::Vector => self.vector_literal(node),
            NodeKind::Brace => self.map_literal(node),
            NodeKind::Set => self.set_literal(node),
            NodeKind::Error => self.error(node),
        }
    }

    /// A diagnostic that the reader defines but only a position decides.
    pub(super) fn push_reader_problem(
        &mut self,
        make: impl Fn(wat_syntax::TextRange) -> wat_syntax::SyntaxError,
        node: NodeId,
    ) {
        let error = make(wat_syntax::TextRange::empty(0.into()));
        let mut problem = Problem::new(error.code.0, Place::node(node), error.message);
        problem.severity = Plain(error.severity);
        problem.help = error.help;
        for fix in error.fixes {
            let edits = fix.edits.into_iter().map(|edit| ProblemEdit {
                at: EditAt::Replace,
                place: Place::node(node),
                insert: edit.insert.into(),
            });
            problem = problem.fix(fix.title, fix.applicability, edits.collect());
        }
        self.problems.push(problem);
    }

    pub(super) fn list(&mut self, node: NodeId) -> ExprId {
        let Some(head) = self.ast.children(node).next() else {
            let is_told = self
                .problems
                .iter()
                .any(|problem| problem.at == Place::node(node));
            if self.ast.is_poisoned(node) || is_told {
                return self.error(node);
            }
            self.push_reader_problem(wat_syntax::errors::empty_list_as_nil, node);
            return self.push(ExprKind::Nil, Ty::NIL, node);
        };
        match self.ast.kind(head) {
            NodeKind::Keyword(text) => self.path_call(node, head, text),
            NodeKind::Symbol(text) => self.symbol_call(node, head, text),
            NodeKind::List => {
                let function = self.expr(head);
                self.apply(node, function)
            }
            NodeKind::Error => {
                self.arguments(node);
                self.error(node)
            }
            _ => {
                if !self.ast.is_poisoned(node) {
                    self.problems.push(
                        Problem::new(
                            2215,
                            Place::node(head),
                            "the head of a call must be a function",
                        )
                        .label("this cannot be called")
                        .help("a vector is written `[a b]`; a call begins with a function's path"),
                    );
                }
                self.arguments(node);
                self.error(node)
            }
        }
    }

    /// The arguments of a list, inferred for their own sake.
    pub(super) fn arguments(&mut self, node: NodeId) -> Vec<ExprId> {
        let nodes = self.argument_nodes(node);
        nodes.into_iter().map(|node| self.expr(node)).collect()
    }

    /// Body forms in order.
    pub(super) fn sequence(&mut self, nodes: &[NodeId]) -> Vec<ExprId> {
        let mut exprs = Vec::with_capacity(nodes.len());
        for &node in nodes {
            exprs.push(self.expr(node));
            self.solve();
        }
        exprs
    }

    /// A special form; `None` if the path is none that stands in expressions.
    pub(super) fn special_form(&mut self, path: &str, node: NodeId) -> Option<ExprId> {
        Some(match path {
            ":wat::core::if" => self.if_form(node),
            ":wat::core::cond" => self.cond_form(node),
            ":wat::core::when" => self.when_form(node, false),
            ":wat::core::unless" => self.when_form(node, true),
            ":wat::core::do" => self.do_form(node),
            ":wat::core::->" => self.thread_form(node, path, false),
            ":wat::core::->>" => self.thread_form(node, path, true),
            ":wat::core::let" => self.let_form(node),
            ":wat::core::match" => self.match_form(node),
            ":wat::core::fn" => self.lambda(node),
            ":wat::core::and" => self.logic(node, true),
            ":wat::core::or" => self.logic(node, false),
            ":wat::core::Some" => self.variant_form(node, path, Ctor::Option, 1),
            ":wat::core::Ok" => self.variant_form(node, path, Ctor::Result, 0),
            ":wat::core::Err" => self.variant_form(node, path, Ctor::Result, 1),
            ":wat::core::None" => {
                self.problems.push(
                    Problem::new(
                        3004,
                        Place::node(node),
                        "`:wat::core::None` takes no arguments and is not called",
                    )
                    .label("write it without parentheses")
                    .replace(
                        Applicability::MaybeIncorrect,
                        Place::node(node),
                        ":wat::core::None",
                    ),
                );
                self.error(node)
            }
            ":wat::core::format" | ":wat::core::string::interpolate" => self.format_form(node),
            ":wat::core::Tuple" => self.tuple_form(node),
            ":wat::core::Vector" => self.vector_form(node),
            ":wat::core::HashMap" => self.map_form(node),
            ":wat::core::HashSet" => self.set_form(node),
            ":wat::core::u8" => self.u8_form(node),
            ":wat::core::apply" => self.apply_form(node),
            ":wat::core::Option/try" => self.try_form(node, path, Ctor::Option, 1),
            ":wat::core::Result/try" => self.try_form(node, path, Ctor::Result, 0),
            ":wat::core::Option/expect" => self.expect_form(node, Ctor::Option, 1),
            ":wat::core::Result/expect" => self.expect_form(node, Ctor::Result, 0),
            ":wat::form::matches?" => self.matches_form(node),
            ":wat::test::__internal/body" => self.test_body(node),
            _ if crate::expand::annotation(path).is_some() => self.stray_annotation(node, path),
            quote::QUOTE => self.quote_form(node),
            quote::FORMS => self.forms_form(node),
            quote::QUASIQUOTE => self.template_form(node),
            quote::UNQUOTE | quote::SPLICE => self.stray_unquote(node, path),
            ":wat::core::macro-error" => self.macro_error_form(node, path),
            ":wat::core::keyword/of" => self.keyword_of_form(node, path),
            ":wat::core::def"
            | ":wat::core::defn"
            | ":wat::core::defmacro"
            | ":wat::core::def-restricted"
            | ":wat::core::defn-restricted"
            | ":wat::core::define-dispatch"
            | crate::host::HEAD
            | crate::synonym::HEAD
            | crate::synonym::SECOND_HEAD
            | ":wat::core::typealias"
            | ":wat::core::struct"
            | ":wat::core::struct-restricted"
            | ":wat::core::enum"
            | ":wat::core::enum-restricted"
            | ":wat::core::newtype"
            | crate::keywords::AUTO
            | crate::keywords::DEFINE => {
                self.problems
                    .push(crate::misplaced::declaration(node, path));
                self.error(node)
            }
            _ if crate::configuration::is_setter(path) => {
                self.problems
                    .push(crate::configuration::misplaced(node, path));
                self.error(node)
            }
            _ if crate::loads::is_load(path) => {
                self.problems.push(crate::loads::misplaced(node));
                self.error(node)
            }
            _ => {
                return self
                    .edn_form(path, node)
                    .or_else(|| self.reflection(node, path))
                    .or_else(|| self.kernel_form(path, node));
            }
        })
    }

    /// Splits an optional `-> :T` off the arguments from this place on.
    ///
    /// What stands in place of the type and is none is told, and split off too: `rest` says how many arguments may
    /// follow, or nothing where all that follow are lists.
    pub(super) fn ascription(
        &mut self,
        nodes: &mut Vec<NodeId>,
        at: usize,
        rest: Option<usize>,
    ) -> Option<(Ty, NodeId)> {
        let arrow = *nodes.get(at)?;
        if self.ast.as_symbol(arrow) != Some("->") {
            return None;
        }
        nodes.remove(at);
        match nodes.get(at).copied().filter(|&node| self.is_keyword(node)) {
            Some(ty) => {
                nodes.remove(at);
                Some((self.type_at(ty, false), ty))
            }
            None => {
                self.problems.push(
                    Problem::new(2208, Place::node(arrow), "`->` must be followed by a type")
                        .label("the type is missing")
                        .help("write `-> :Type`, or leave the `->` out"),
                );
                let meant = nodes.get(at).is_some_and(|&node| match rest {
                    Some(rest) => nodes.len() == at + rest + 1,
                    None => self.ast.kind(node) != NodeKind::List,
                });
                if meant {
                    nodes.remove(at);
                }
                None
            }
        }
    }

    /// Makes branches agree: with the ascription, or with the first one that is not erroneous.
    pub(super) fn branches(
        &mut self,
        node: NodeId,
        branches: &[ExprId],
        ascribed: Option<(Ty, NodeId)>,
    ) -> Ty {
        if let Some((ty, node)) = ascribed {
            let mut known = branches.iter();
            if known.any(|&branch| self.table.is_same(self.ty(branch), ty)) {
                self.needless.push(node.0);
            }
            for &branch in branches {
                self.expect(branch, ty, Why::Ascription { node });
            }
            return ty;
        }
        let first = branches
            .iter()
            .copied()
            .find(|&branch| !self.table.is_error(self.ty(branch)));
        let Some(first) = first else { return Ty::ERROR };
        let ty = self.ty(first);
        self.agree(node, branches, first);
        ty
    }

    fn condition(&mut self, node: NodeId) -> ExprId {
        let cond = self.expr(node);
        self.expect(cond, Ty::BOOL, Why::Condition);
        cond
    }

    fn if_form(&mut self, node: NodeId) -> ExprId {
        let mut nodes: Vec<NodeId> = self.argument_nodes(node);
        let ascribed = self.ascription(&mut nodes, 1, Some(2));
        if nodes.len() != 3 {
            if !self.ast.is_poisoned(node) {
                self.if_shape(node, &nodes);
            }
            let parts: Vec<ExprId> = nodes.into_iter().map(|node| self.expr(node)).collect();
            if let Some(&cond) = parts.first() {
                self.expect(cond, Ty::BOOL, Why::Condition);
            }
            if let Some(&then) = parts.get(1) {
                let ty = self.ty(then);
                self.judge_nil(node, ty);
            }
            return self.error(node);
        }
        let cond = self.condition(nodes[0]);
        let (then, otherwise) = (self.expr(nodes[1]), self.expr(nodes[2]));
        let ty = self.branches(node, &[then, otherwise], ascribed);
        self.push(
            ExprKind::If {
                cond,
                then,
                otherwise,
            },
            ty,
            node,
        )
    }

    /// A fix that makes an expression nil is no sure one where something else is wanted or yielded.
    pub(super) fn judge_nil(&mut self, node: NodeId, ty: Ty) {
        let ty = self.table.resolve(ty);
        let wrong = ty != Ty::NIL && !self.table.is_var(ty) && !self.table.is_error(ty);
        let Some(&at) = self.nil_fixes.get(&node).filter(|_| wrong) else {
            return;
        };
        if matches!(self.problems[at].code, 2205 | 2206) {
            self.problems[at].fixes.clear();
        }
    }

    fn if_shape(&mut self, node: NodeId, nodes: &[NodeId]) {
        let head = self.ast.children(node).next().unwrap_or(node);
        let problem = Problem::new(
            2206,
            Place::node(node),
            "`:wat::core::if` needs a test and two branches",
        )
        .label(match nodes.len() {
            2 => "the second branch is missing",
            0 | 1 => "test and branches are missing",
            _ => "more than two branches",
        });
        // `when` has no ascription: its value is nil.
        let is_plain = self.ast.child_count(node) == 3;
        let problem = match nodes.len() {
            2 if is_plain => problem
                .help("give both branches, or use `:wat::core::when`")
                .replace(
                    Applicability::MachineApplicable,
                    Place::node(head),
                    ":wat::core::when",
                ),
            _ => problem.help("write `(:wat::core::if test then else)`"),
        };
        self.nil_fixes.insert(node, self.problems.len());
        self.problems.push(problem);
    }

    fn cond_form(&mut self, node: NodeId) -> ExprId {
        let mut nodes: Vec<NodeId> = self.argument_nodes(node);
        let ascribed = self.ascription(&mut nodes, 0, None);
        let mut arms = Vec::new();
        let last = nodes.last().copied();
        let mut shaped = !nodes.is_empty();
        let mut bad = None;
        for &arm in &nodes {
            let parts: Vec<NodeId> = self.ast.children(arm).collect();
            let is_arm = self.ast.kind(arm) == NodeKind::List && parts.len() == 2;
            let is_else = is_arm && self.ast.as_keyword(parts[0]) == Some(":else");
            if !is_arm || is_else != (Some(arm) == last) {
                shaped = false;
            }
            if !is_arm || (is_else && Some(arm) != last) {
                bad = bad.or(Some(arm));
            }
            if is_arm {
                let meant = Some(arm) == last && self.is_like_else(parts[0]);
                let test = (!is_else && !meant).then(|| self.condition(parts[0]));
                arms.push((test, self.expr(parts[1])));
            }
        }
        if !shaped {
            let is_error = |node| self.ast.kind(node) == NodeKind::Error;
            // Once a macro does not end, the rest of the form is not expanded.
            let is_broken = |&arm: &NodeId| {
                self.ast.is_poisoned(arm)
                    || is_error(arm)
                    || self.ast.children(arm).next().is_some_and(is_error)
            };
            if !self.ast.is_poisoned(node) && !nodes.iter().any(is_broken) {
                self.cond_shape(node, bad, last);
            }
            return self.error(node);
        }
        let bodies: Vec<ExprId> = arms.iter().map(|(_, body)| *body).collect();
        let ty = self.branches(node, &bodies, ascribed);
        let mut result = None;
        for (test, body) in arms.into_iter().rev() {
            result = Some(match (test, result) {
                (Some(cond), Some(otherwise)) => self.push(
                    ExprKind::If {
                        cond,
                        then: body,
                        otherwise,
                    },
                    ty,
                    node,
                ),
                _ => body,
            });
        }
        result.unwrap_or_else(|| self.error(node))
    }

    /// Is this what other languages write for `:else`, or a slip for it?
    fn is_like_else(&self, test: NodeId) -> bool {
        let is_slip = |word: &str| {
            let leaf = word.rsplit("::").next().unwrap_or(word);
            let leaf = format!(":{}", leaf.trim_start_matches(':'));
            let is_near = || !crate::suggest::rank(&leaf, [":else"].into_iter()).is_empty();
            word != ":else" && (leaf == ":else" || is_near())
        };
        if let Some(path) = self.ast.as_keyword(test)
            && crate::names::lookup(self.db, self.program, path).is_none()
            && is_slip(path)
        {
            return true;
        }
        matches!(self.ast.kind(test), NodeKind::Bool(true))
            || self.ast.as_symbol(test) == Some("else")
            || self.ast.as_keyword(test) == Some(":default")
    }

    /// WAT2207: at the first arm that is none, else at the last one, which is no `:else`.
    fn cond_shape(&mut self, node: NodeId, bad: Option<NodeId>, last: Option<NodeId>) {
        let test = last.and_then(|last| self.ast.children(last).next());
        let like_else = test.filter(|&test| bad.is_none() && self.is_like_else(test));
        let problem = Problem::new(
            2207,
            Place::node(like_else.or(bad).or(last).unwrap_or(node)),
            "`:wat::core::cond` needs arms `(test body)` and a last arm `(:else body)`",
        )
        .label("arms are `(test body)`, the last one is `(:else body)`");
        let has_else = test.is_some_and(|test| self.ast.as_keyword(test) == Some(":else"));
        let problem = match like_else {
            None if has_else => problem,
            Some(test) => {
                problem.replace(Applicability::MachineApplicable, Place::node(test), ":else")
            }
            None => problem.fix(
                "add an `:else` arm",
                Applicability::HasPlaceholders,
                vec![ProblemEdit {
                    at: EditAt::BeforeClose,
                    place: Place::node(node),
                    insert: " (:else <value>)".into(),
                }],
            ),
        };
        self.problems.push(problem);
    }

    /// `(when t e…)` is `(if t (do e…) nil)`, so the last form is nil; `unless` has its branches the other way round.
    fn when_form(&mut self, node: NodeId, negated: bool) -> ExprId {
        let nodes: Vec<NodeId> = self.argument_nodes(node);
        if nodes.len() < 2 && !self.ast.is_poisoned(node) {
            self.problems.push(
                Problem::new(2402, Place::node(node), "this form needs a test and a body")
                    .label(match nodes.len() {
                        0 => "test and body are missing",
                        _ => "the body is missing",
                    })
                    .help("write `(:wat::core::when test body …)`"),
            );
        }
        let Some((&test, body)) = nodes.split_first() else {
            return self.error(node);
        };
        let cond = self.condition(test);
        let body = self.sequence(body);
        let Some(&last) = body.last() else {
            return self.error(node);
        };
        let told = self.problems.len();
        self.expect(last, Ty::NIL, Why::OnlyBranch);
        let ty = match self.problems.len() == told {
            true => Ty::NIL,
            false => Ty::ERROR,
        };
        let then = self.push(ExprKind::Do(body), Ty::NIL, node);
        let nil = self.push(ExprKind::Nil, Ty::NIL, node);
        let (then, otherwise) = if negated { (nil, then) } else { (then, nil) };
        self.push(
            ExprKind::If {
                cond,
                then,
                otherwise,
            },
            ty,
            node,
        )
    }

    fn do_form(&mut self, node: NodeId) -> ExprId {
        let nodes: Vec<NodeId> = self.argument_nodes(node);
        let body = self.sequence(&nodes);
        match body.last() {
            Some(&last) => {
                let ty = self.ty(last);
                self.push(ExprKind::Do(body), ty, node)
            }
            None => {
                if !self.ast.is_poisoned(node) {
                    self.nil_fixes.insert(node, self.problems.len());
                    self.problems.push(crate::misplaced::empty_do(node));
                }
                self.error(node)
            }
        }
    }

    fn logic(&mut self, node: NodeId, all: bool) -> ExprId {
        let parts = self.arguments(node);
        for &part in &parts {
            self.expect(part, Ty::BOOL, Why::Condition);
        }
        let kind = if all {
            ExprKind::And(parts)
        } else {
            ExprKind::Or(parts)
        };
        self.push(kind, Ty::BOOL, node)
    }

    fn variant_form(&mut self, node: NodeId, path: &str, ctor: Ctor, index: u32) -> ExprId {
        if self.refuses_keywords(format_args!("`{path}`"), Some(1), node) {
            return self.error(node);
        }
        let fields = self.arguments(node);
        if fields.len() != 1 {
            if !self.ast.is_poisoned(node) {
                let head = self.head(node);
                self.wrong_count(head, path, 1, fields.len());
            }
            return self.error(node);
        }
        let head = self.head(node);
        let explicit = match self.ast.kind(head) {
            NodeKind::Keyword(text) if self.ast.text(text) != path => Some(text),
            _ => None,
        };
        let field = match explicit {
            Some(_) => self.table.var(),
            None => self.ty(fields[0]),
        };
        let parts = self.variant_parts(field, ctor.clone(), index);
        if let Some(text) = explicit {
            self.explicit_types(&parts, head, text);
            self.expect(fields[0], field, Why::Argument { declared: None });
        }
        let ty = self.table.app(ctor, &parts);
        self.push(ExprKind::Variant { index, fields }, ty, node)
    }

    /// The type arguments of an `Option` or a `Result`, one of whose variants has a field of this type.
    fn variant_parts(&mut self, field: Ty, ctor: Ctor, index: u32) -> Vec<Ty> {
        match (ctor, index) {
            (Ctor::Option, _) => vec![field],
            (_, 0) => vec![field, self.table.var()],
            _ => vec![self.table.var(), field],
        }
    }

    pub(super) fn variant_function(
        &mut self,
        node: NodeId,
        text: TextId,
        ctor: Ctor,
        index: u32,
    ) -> ExprId {
        let field = self.table.var();
        let parts = self.variant_parts(field, ctor.clone(), index);
        self.explicit_types(&parts, node, text);
        let ret = self.table.app(ctor, &parts);
        let ty = self.table.function(&[field], ret);
        self.push(ExprKind::VariantFunction { index }, ty, node)
    }

    fn u8_form(&mut self, node: NodeId) -> ExprId {
        let args = self.arguments(node);
        if args.len() != 1 {
            if !self.ast.is_poisoned(node) {
                let head = self.head(node);
                self.wrong_count(head, ":wat::core::u8", 1, args.len());
            }
            return self.error(node);
        }
        self.expect(args[0], Ty::I64, Why::Form);
        if let ExprKind::Int(value) = self.exprs[args[0].0 as usize].kind
            && !(0..=255).contains(&value)
        {
            let at = self.exprs[args[0].0 as usize].node;
            self.problems.push(
                Problem::new(
                    3019,
                    Place::node(at),
                    format!("{value} is no `:wat::core::u8`"),
                )
                .label("outside 0…255"),
            );
        }
        self.push(ExprKind::ToU8(args[0]), Ty::U8, node)
    }

    /// The conversion to a byte as a value.
    pub(super) fn byte_function(&mut self, node: NodeId) -> ExprId {
        let ty = self.table.function(&[Ty::I64], Ty::U8);
        let function = FunctionRef {
            name: ":wat::core::__internal/to-u8".into(),
            kind: FunctionKind::Native,
            types: Vec::new(),
        };
        self.push(ExprKind::Function(function), ty, node)
    }

    /// WAT2210: `try` needs an enclosing function whose result can carry the failure.
    fn no_try(&mut self, at: NodeId, message: String, label: &str) -> &mut Problem<'db> {
        self.problems.push(
            Problem::new(2210, Place::node(at), message)
                .label(label)
                .help("handle the failure here with `:wat::core::match`, or change the declared result"),
        );
        let last = self.problems.len() - 1;
        &mut self.problems[last]
    }

    /// The fix of WAT2210: a result that can carry the failure. The body then has to give one, too.
    fn carrying(
        &self,
        failing: Ty,
        ctor: &Ctor,
        returns: Ty,
        node: NodeId,
    ) -> Option<ProblemFix<'db>> {
        let inner = self
            .table
            .args_of(returns, &Ctor::Result)
            .map_or(returns, |parts| parts[0]);
        let inner = self.render(inner);
        let inner = inner.trim_start_matches(':');
        let wanted = match self.table.args_of(failing, &Ctor::Result) {
            Some(parts) => {
                let failure = self.render(parts[1]);
                format!(
                    ":wat::core::Result<{inner},{}>",
                    failure.trim_start_matches(':')
                )
            }
            None if *ctor == Ctor::Option => format!(":wat::core::Option<{inner}>"),
            None => return None,
        };
        let is_written = self.ast.as_keyword(node).is_some() && !wanted.contains('_');
        is_written.then(|| ProblemFix {
            title: format!("declare the result as `{wanted}`"),
            applicability: Plain(Applicability::HasPlaceholders),
            edits: vec![ProblemEdit {
                at: EditAt::Replace,
                place: Place::node(node),
                insert: wanted,
            }],
        })
    }

    fn try_form(&mut self, node: NodeId, path: &str, ctor: Ctor, success: u32) -> ExprId {
        let args = self.arguments(node);
        if args.len() != 1 {
            if !self.ast.is_poisoned(node) {
                self.no_try(
                    node,
                    format!("`{path}` takes one operand"),
                    "wrong number of operands",
                );
            }
            return self.error(node);
        }
        let Some(&(returns, declared)) = self.returns.last() else {
            self.no_try(
                node,
                format!("`{path}` stands outside any function"),
                "nothing to return from",
            );
            return self.error(node);
        };
        let value = self.table.var();
        let whole = match ctor {
            Ctor::Option => self.table.app(Ctor::Option, &[value]),
            _ => {
                let failure = self.table.var();
                self.table.app(Ctor::Result, &[value, failure])
            }
        };
        self.expect(args[0], whole, Why::Form);
        let fits = match self.table.args_of(returns, &ctor).map(<[Ty]>::to_vec) {
            Some(parts) => match (
                self.table
                    .args_of(whole, &Ctor::Result)
                    .map(|parts| parts[1]),
                parts.get(1),
            ) {
                (Some(own), Some(&outer)) => self.table.unify(outer, own).is_ok(),
                _ => true,
            },
            None => self.table.is_error(returns),
        };
        if !fits {
            let (have, want) = (self.render(self.ty(args[0])), self.render(returns));
            let failing = self.ty(args[0]);
            let fix = declared.and_then(|node| self.carrying(failing, &ctor, returns, node));
            let problem = self.no_try(
                node,
                format!("the failure of `{have}` cannot be returned from a function whose result is `{want}`"),
                "its failure does not fit the declared result",
            );
            problem.fixes.extend(fix);
        }
        self.push(
            ExprKind::Try {
                of: args[0],
                success,
                returns,
            },
            value,
            node,
        )
    }

    fn expect_form(&mut self, node: NodeId, ctor: Ctor, success: u32) -> ExprId {
        let mut nodes: Vec<NodeId> = self.argument_nodes(node);
        let ascribed = self.ascription(&mut nodes, 0, Some(2));
        let parts: Vec<ExprId> = nodes.iter().map(|&node| self.expr(node)).collect();
        if parts.len() != 2 {
            if !self.ast.is_poisoned(node) {
                self.problems.push(
                    Problem::new(
                        2211,
                        Place::node(node),
                        "`expect` takes a value and a message",
                    )
                    .label(if parts.len() < 2 {
                        "an operand is missing"
                    } else {
                        "one operand too many"
                    })
                    .help("write `(… [-> :Type] value \"what was expected\")`"),
                );
            }
            return self.error(node);
        }
        let ty = ascribed.map_or_else(|| self.table.var(), |(ty, _)| ty);
        let whole = match ctor {
            Ctor::Option => self.table.app(Ctor::Option, &[ty]),
            _ => {
                let other = self.table.var();
                self.table.app(Ctor::Result, &[ty, other])
            }
        };
        let why = ascribed.map_or(Why::Form, |(_, node)| Why::Ascription { node });
        if let (Some((ty, node)), Some(known)) =
            (ascribed, self.table.args_of(self.ty(parts[0]), &ctor))
            && self.table.is_same(known[0], ty)
        {
            self.needless.push(node.0);
        }
        self.expect(parts[0], whole, why);
        self.expect(parts[1], Ty::STRING, Why::Form);
        self.push(
            ExprKind::Expect {
                of: parts[0],
                message: parts[1],
                success,
            },
            ty,
            node,
        )
    }
}

#[cfg(test)]
mod tests {
    use crate::library::LIBRARY_NAMES;
    use crate::{FileKind, RootDatabase, SourceText, file_diagnostics};

    /// Forms that stand at the top level only, or in the library only.
    const DECLARATIONS: [&str; 4] = [
        ":wat::core::native",
        ":wat::core::native-type",
        ":wat::core::operator",
        ":wat::core::special-form",
    ];

    #[test]
    fn every_declared_special_form_is_implemented() {
        let mut db = RootDatabase::new();
        let forms = LIBRARY_NAMES
            .iter()
            .filter(|entry| entry.kind == "special-form");
        for entry in forms.filter(|entry| !DECLARATIONS.contains(&entry.name)) {
            let text = format!(
                "(:wat::core::defn :t::f [] -> :wat::core::nil ({}))",
                entry.name
            );
            let file = db.set_file("t.wat", SourceText::new(text), FileKind::Disk);
            for diagnostic in file_diagnostics(&db, file).iter() {
                assert!(
                    !diagnostic
                        .message
                        .ends_with("cannot stand inside an expression")
                        || diagnostic.message.contains("declares a name")
                        || diagnostic.message.contains("is about a test"),
                    "{}: {}",
                    entry.name,
                    diagnostic.message
                );
            }
        }
    }

    #[test]
    fn every_declared_operator_is_implemented() {
        for entry in LIBRARY_NAMES
            .iter()
            .filter(|entry| entry.kind == "operator")
        {
            assert!(
                super::super::operator::operator(entry.name).is_some(),
                "{}",
                entry.name
            );
        }
    }
}
