//! Mismatches and how they are told.

use wat_syntax::{Applicability, NodeId};

use crate::forms::Form;
use crate::items::{Item, ItemKind};
use crate::names::Position;
use crate::problem::{EditAt, Place, Problem, ProblemEdit};
use crate::types::Ctor;

use super::Infer;
use super::table::{Clash, Shape, Ty};
use super::typed::{ExprId, ExprKind};

/// The code of what turned out not to be worth telling.
pub(super) const WITHDRAWN: u16 = 0;
/// What is said of an unresolved path where a value of another type is wanted.
pub(crate) const LITERAL: &str = " is a keyword literal: nothing of that name is defined";

/// How a function is told whose type nothing has said.
const SOME_FUNCTION: &str = ":wat::core::Fn(…)";

/// Where an expectation comes from.
#[derive(Clone, Copy)]
pub(super) enum Why<'db> {
    /// A parameter of a function; where it is declared, if that is known.
    Argument {
        declared: Option<(Form<'db>, NodeId)>,
    },
    /// The declared result; the node of the result type.
    Result { node: NodeId },
    /// `-> :T`.
    Ascription { node: NodeId },
    /// A test.
    Condition,
    /// The type slot of a constructor.
    Slot { node: NodeId },
    /// The first element of a literal.
    Element { node: NodeId },
    /// The first branch, without an ascription.
    Branch { node: NodeId },
    /// The other branch is nil, and is not written.
    OnlyBranch,
    /// Something else that the form itself demands.
    Form,
}

impl<'db> Infer<'db> {
    /// Makes an expression have the expected type, or reports the mismatch; it has the expected type afterwards.
    pub(super) fn expect(&mut self, expr: ExprId, expected: Ty, why: Why<'db>) {
        let found = self.ty(expr);
        let is_known = !self.table.is_var(expected);
        let unified = match self.lifted_clash(expr, expected) {
            Some(clash) => Err(clash),
            None => self.table.unify(expected, found),
        };
        if let Err(clash) = unified {
            if self.settle_dispute(expr, expected, why) {
                self.exprs[expr.0 as usize].kind = ExprKind::Error;
                self.exprs[expr.0 as usize].ty = expected;
                self.solve();
                return;
            }
            let node = self.blamed(expr);
            let problem = self.mismatch(expr, node, expected, found, clash, why);
            if clash == Clash::Unwanted {
                // What the rest of the type would have been is nobody's question.
                for open in [found, expected]
                    .map(|ty| self.table.open_parts(ty))
                    .concat()
                {
                    self.table.poison(open);
                }
            }
            self.table.meets_error(expected);
            self.table.meets_error(found);
            self.withdraw_suspicion(node);
            self.problems.push(problem);
            self.exprs[expr.0 as usize].kind = ExprKind::Error;
        } else if is_known && !self.disputes.is_empty() {
            self.confirm(expr, expected);
        } else if self.table.is_error(found) {
            if !self.unknown.is_empty() {
                self.judge_result(expr, expected);
            }
            if !self.nil_fixes.is_empty() {
                let node = self.exprs[expr.0 as usize].node;
                self.judge_nil(node, expected);
            }
        }
        self.exprs[expr.0 as usize].ty = expected;
        self.solve();
    }

    /// The smallest expression whose value this one has: the last form of a `do` or of a `let`.
    pub(super) fn source_of(&self, expr: ExprId) -> ExprId {
        let mut at = expr;
        while let ExprKind::Do(body) | ExprKind::Let { body, .. } = &self.exprs[at.0 as usize].kind
            && let Some(&last) = body.last()
        {
            at = last;
        }
        at
    }

    /// The node that is told when an expression has the wrong type.
    pub(super) fn blamed(&self, expr: ExprId) -> NodeId {
        self.exprs[self.source_of(expr).0 as usize].node
    }

    /// A function whose type the context is to say, where the context says that it is none.
    fn lifted_clash(&self, expr: ExprId, expected: Ty) -> Option<Clash> {
        let typed = &self.exprs[expr.0 as usize];
        let is_lifted = matches!(
            typed.kind,
            ExprKind::OperatorValue(_)
                | ExprKind::DispatchValue { .. }
                | ExprKind::VariadicValue { .. }
        );
        if !is_lifted || !self.table.is_var(typed.ty) {
            return None;
        }
        match self.table.shape(expected) {
            Shape::Var | Shape::Error | Shape::App(Ctor::Fn, _) => None,
            Shape::Param(_) | Shape::App(..) => Some(Clash::Unwanted),
        }
    }

    /// A result that was not known when it was given its type.
    pub(super) fn late_misfit(&mut self, wanted: Ty, found: Ty, node: NodeId) {
        if self.table.unify(wanted, found).is_err() {
            let (want, have) = self.render_pair(wanted, found);
            self.problems.push(
                Problem::new(
                    3001,
                    Place::node(node),
                    format!("expected `{want}`, found `{have}`"),
                )
                .label(format!("its result is a `{have}`"))
                .mismatch(want, have),
            );
        }
    }

    /// A keyword literal that causes a mismatch is told by it: WAT3209 about that name goes when inference ends.
    fn withdraw_suspicion(&mut self, node: NodeId) {
        let about = |problem: &Problem<'db>| {
            let places = problem.labels.iter().map(|(place, _)| place);
            places
                .chain([&problem.at])
                .any(|place| *place == Place::node(node))
        };
        for problem in &mut self.problems {
            if problem.code == 3209 && about(problem) {
                problem.code = WITHDRAWN;
            }
        }
    }

    /// Two types as their authors wrote them. If they differ behind aliases alone, what these stand for follows.
    fn render_pair(&self, a: Ty, b: Ty) -> (String, String) {
        let is_behind = self.table.differ_in_aliases(a, b);
        let one = |ty| {
            let (short, full) = (self.render(ty), self.render_expanded(ty));
            match is_behind && short != full {
                true => format!("{short} (= {full})"),
                false => short,
            }
        };
        (one(a), one(b))
    }

    pub(super) fn mismatch(
        &mut self,
        expr: ExprId,
        node: NodeId,
        expected: Ty,
        found: Ty,
        clash: Clash,
        why: Why<'db>,
    ) -> Problem<'db> {
        let (want, mut have) = self.render_pair(expected, found);
        let at = Place::node(node);
        let is_lifted = clash == Clash::Unwanted;
        if is_lifted {
            have = SOME_FUNCTION.to_owned();
        }
        if clash == Clash::Infinite {
            return Problem::new(
                3006,
                at,
                format!("a type would contain itself: `{want}` and `{have}`"),
            )
            .label(format!("this is a `{}`", self.render(found)))
            .help("give the elements a type of their own")
            .mismatch(want, have);
        }
        let is_param = matches!(self.table.shape(expected), Shape::Param(_));
        let rigid = clash == Clash::Differ { rigid: true } || (is_lifted && is_param);
        let (code, message) = match why {
            _ if rigid => (
                3018,
                format!("expected `{want}`, found `{have}`: a type parameter stands for any type"),
            ),
            Why::Result { .. } => (
                3003,
                format!("the result is declared as `{want}`, but the body has type `{have}`"),
            ),
            Why::Branch { .. } => (3010, format!("the branches differ: `{want}` and `{have}`")),
            Why::OnlyBranch => (
                3010,
                format!("the last form has type `{have}`, but without it the value is `{want}`"),
            ),
            _ => (3001, format!("expected `{want}`, found `{have}`")),
        };
        let mut problem = Problem::new(code, at, message).label(match is_lifted {
            true => "this is a function".to_owned(),
            false => format!("this is a `{}`", self.render(found)),
        });
        problem = problem.mismatch(want, have);
        problem = match why {
            Why::Argument {
                declared: Some((form, param)),
            } => {
                let tree = crate::expand::expanded_ast(self.db, self.program, form);
                let known = (param.0 as usize) < tree.len();
                let name = known.then(|| tree.as_symbol(param)).flatten();
                let label = match name {
                    Some(name) => format!("the parameter `{name}` is declared here"),
                    None => "the parameter is declared here".to_owned(),
                };
                problem.also(Place::elsewhere(form, param), label)
            }
            Why::Result { node } => problem.also(Place::node(node), "the declared result"),
            Why::Ascription { node } => problem.also(Place::node(node), "expected because of this"),
            Why::Slot { node } => problem.also(Place::node(node), "the element type"),
            Why::Element { node } => {
                problem.also(Place::node(node), "the first element decides the type")
            }
            Why::Branch { node } => problem.also(
                Place::node(node),
                format!("this branch is a `{}`", self.render(expected)),
            ),
            Why::Argument { declared: None } | Why::Condition | Why::OnlyBranch | Why::Form => {
                problem
            }
        };
        if matches!(why, Why::OnlyBranch) {
            problem = problem.help("use `:wat::core::if` with both branches, or let the last form be `:wat::core::nil`");
        }
        if matches!(why, Why::Condition) {
            problem = problem.help("a condition is a `:wat::core::bool`; there is no truthiness");
        }
        let (want, have) = (self.render_expanded(expected), self.render_expanded(found));
        let problem = self.conversion(problem, at, &want, &have);
        let fits = |ret: Ty| self.render_expanded(ret) == want;
        let problem = self.uncalled(problem, &[(node, found)], fits);
        let problem = self.other_side(problem, &want, found, code, why);
        self.explain_keyword(expr, expected, problem)
    }

    /// What may be wrong instead: the declared result, or the branch before.
    fn other_side(
        &self,
        problem: Problem<'db>,
        want: &str,
        found: Ty,
        code: u16,
        why: Why<'db>,
    ) -> Problem<'db> {
        let have = self.render_expanded(found);
        match (code, why) {
            (3003, Why::Result { node }) if !have.contains('_') => problem.replace(
                Applicability::MaybeIncorrect,
                Place::node(node),
                &self.render(found),
            ),
            (3010, Why::Branch { node }) if problem.fixes.is_empty() => {
                self.conversion(problem, Place::node(node), &have, want)
            }
            _ => problem,
        }
    }

    /// An unresolved path is a keyword literal: say so, and suggest names.
    fn explain_keyword(
        &mut self,
        expr: ExprId,
        expected: Ty,
        problem: Problem<'db>,
    ) -> Problem<'db> {
        let expr = &self.exprs[self.source_of(expr).0 as usize];
        match &expr.kind {
            ExprKind::Keyword(text) => {
                let (text, node) = (text.clone(), expr.node);
                self.explain_literal(&text, node, expected, problem)
            }
            _ => problem,
        }
    }

    /// The same for an operand of which the node and the type are known.
    pub(super) fn explain_operand(
        &mut self,
        node: NodeId,
        found: Ty,
        expected: Ty,
        problem: Problem<'db>,
    ) -> Problem<'db> {
        let text = self.ast.as_keyword(node);
        let Some(text) = text.filter(|_| self.table.resolve(found) == Ty::KEYWORD) else {
            return problem;
        };
        let is_known = crate::names::lookup(self.db, self.program, text).is_some();
        if is_known && !crate::library::is_internal(text) {
            return problem;
        }
        self.withdraw_suspicion(node);
        self.explain_literal(text, node, expected, problem)
    }

    fn explain_literal(
        &mut self,
        text: &str,
        node: NodeId,
        expected: Ty,
        problem: Problem<'db>,
    ) -> Problem<'db> {
        let path = crate::items::split_generic(text).0;
        let declared = crate::names::lookup_type(self.db, self.program, path);
        if let Some(item) = declared.filter(|_| !crate::library::is_internal(path)) {
            return self.explain_type_name(text, item, node, expected, problem);
        }
        let problem = problem.note(format!("`{text}`{LITERAL}"));
        let mut found = self.suggestions(text, node, Position::Value).to_vec();
        found.retain(|candidate| self.may_have_type(&candidate.name, expected));
        let problem = match crate::suggest::help(&found) {
            Some(help) => problem.help(help),
            None => problem,
        };
        let names = found.iter().map(|candidate| &*candidate.name);
        let problem = problem.facts("candidates", names);
        found.iter().fold(problem, |problem, candidate| {
            problem.replace(
                Applicability::MaybeIncorrect,
                Place::node(node),
                &candidate.name,
            )
        })
    }

    /// The name of a type is a keyword literal too: what makes its values may be meant.
    fn explain_type_name(
        &mut self,
        text: &str,
        item: Item<'db>,
        node: NodeId,
        expected: Ty,
        problem: Problem<'db>,
    ) -> Problem<'db> {
        let what = match item.kind(self.db) {
            ItemKind::Struct => "a struct",
            ItemKind::Enum => "an enum",
            ItemKind::Newtype => "a newtype",
            ItemKind::Alias => "a type alias",
            _ => "a type",
        };
        let problem = problem.note(format!(
            "`{text}` is the name of {what}: where a value stands, it is a keyword literal"
        ));
        let path = item.name(self.db).text(self.db);
        let mut found = crate::nominal::constructors(self.db, self.program, path);
        found.retain(|name| self.may_have_type(name, expected));
        let shown: Vec<String> = found.iter().map(|name| format!("`{name}`")).collect();
        let problem = match &shown[..] {
            [] => problem,
            shown => problem.help(format!("its values are made by {}", shown.join(", "))),
        };
        found.iter().fold(problem, |problem, name| {
            problem.replace(Applicability::MaybeIncorrect, Place::node(node), name)
        })
    }

    /// Offers a conversion of one of two operands where the library has one; what there is to say without it is the help.
    pub(super) fn conversion_of_either(
        &self,
        problem: Problem<'db>,
        [left, right]: [Ty; 2],
        nodes: [NodeId; 2],
    ) -> Problem<'db> {
        if nodes[0] == nodes[1] {
            return problem;
        }
        let (a, b) = (self.render_expanded(left), self.render_expanded(right));
        let plain = problem.clone();
        for (at, want, have) in [(nodes[1], &a, &b), (nodes[0], &b, &a)] {
            let offered = self.conversion(plain.clone(), Place::node(at), want, have);
            if !offered.fixes.is_empty() {
                return offered;
            }
        }
        problem
    }

    /// Offers to call what is named where the results of functions without parameters are wanted.
    pub(super) fn uncalled(
        &self,
        problem: Problem<'db>,
        named: &[(NodeId, Ty)],
        fits: impl Fn(Ty) -> bool,
    ) -> Problem<'db> {
        let mut names = Vec::new();
        let mut edits = Vec::new();
        for &(node, found) in named {
            let name = self.ast.as_keyword(node).or(self.ast.as_symbol(node));
            let Some(name) = name.filter(|_| match self.table.shape(found) {
                Shape::App(Ctor::Fn, &[ret]) => fits(ret),
                _ => false,
            }) else {
                return problem;
            };
            names.push(name);
            edits.extend(
                [(EditAt::Before, "("), (EditAt::After, ")")].map(|(at, insert)| ProblemEdit {
                    at,
                    place: Place::node(node),
                    insert: insert.to_owned(),
                }),
            );
        }
        let Some(first) = names.first() else {
            return problem;
        };
        problem
            .help(format!("`{first}` is a function: `({first})` calls it"))
            .fix("call it", Applicability::MachineApplicable, edits)
    }

    /// Offers a conversion where the library has one.
    pub(super) fn conversion(
        &self,
        problem: Problem<'db>,
        at: Place<'db>,
        want: &str,
        have: &str,
    ) -> Problem<'db> {
        let function = match (have, want) {
            (":wat::core::i64", ":wat::core::f64") => ":wat::core::i64::to-f64",
            (":wat::core::i64", ":wat::core::String") => ":wat::core::i64::to-string",
            (":wat::core::f64", ":wat::core::String") => ":wat::core::f64::to-string",
            (":wat::core::bool", ":wat::core::String") => ":wat::core::bool::to-string",
            (":wat::core::u8", ":wat::core::i64") => ":wat::core::u8::to-i64",
            (":wat::core::String", ":wat::core::i64") => return self.parsed(problem, at, "i64"),
            (":wat::core::String", ":wat::core::f64") => return self.parsed(problem, at, "f64"),
            _ => return problem,
        };
        if crate::library::entries(function).is_empty() {
            return problem;
        }
        let edits = vec![
            ProblemEdit {
                at: EditAt::Before,
                place: at,
                insert: format!("({function} "),
            },
            ProblemEdit {
                at: EditAt::After,
                place: at,
                insert: ")".into(),
            },
        ];
        problem.help(format!("convert it with `{function}`")).fix(
            format!("convert with `{function}`"),
            Applicability::MaybeIncorrect,
            edits,
        )
    }

    /// Says what makes a number of a text. A short operand is shown as it stands there.
    fn parsed(&self, problem: Problem<'db>, at: Place<'db>, number: &str) -> Problem<'db> {
        const SHORT: usize = 24;
        let is_plain = |text: &&str| {
            let special = |char: char| char.is_control() || matches!(char, '"' | '\\');
            text.chars().count() <= SHORT && !text.contains(special)
        };
        let node = at.own_node();
        let text = node.and_then(|node| self.ast.as_str(node)).filter(is_plain);
        let name = node.and_then(|node| self.ast.as_symbol(node));
        let operand = match (text, name) {
            (Some(text), _) => format!("\"{text}\""),
            (None, Some(name)) => name.to_owned(),
            (None, None) => "…".to_owned(),
        };
        problem.help(format!(
            "parse it: `(:wat::core::string::to-{number} {operand})` yields an `:wat::core::Option<wat::core::{number}>`"
        ))
    }
}
