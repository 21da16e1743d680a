//! `match`: its arms, its result, and the values that it covers.

use std::cell::RefCell;

use wat_syntax::{Applicability, NodeId, NodeKind};

use crate::coverage::{self, Ctor as CoverCtor, CtorInfo, Pat};
use crate::db::{Db, SourceFile};
use crate::expand::Source;
use crate::items::ItemKind;
use crate::problem::{EditAt, Place, Problem, ProblemEdit};
use crate::types::Ctor;

use super::Infer;
use super::table::{Shape, Table, Ty};
use super::typed::{ExprId, ExprKind, Pattern, PatternKind};

/// How many steps coverage may take before it gives up.
const COVERAGE_BUDGET: u64 = 2_000_000;

impl<'db> Infer<'db> {
    pub(super) fn match_form(&mut self, node: NodeId) -> ExprId {
        let mut nodes: Vec<NodeId> = self.argument_nodes(node);
        let poisoned = self.ast.is_poisoned(node);
        if nodes.is_empty() {
            if !poisoned {
                self.match_shape(
                    node,
                    "`:wat::core::match` needs a value and arms",
                    "nothing to match",
                );
            }
            return self.error(node);
        }
        let scrutinee = self.expr(nodes.remove(0));
        self.solve();
        let ascribed = self.ascription(&mut nodes, 0, None);
        if nodes.is_empty() {
            if !poisoned {
                self.match_shape(
                    node,
                    "`:wat::core::match` needs at least one arm",
                    "no arms",
                );
            }
            return self.error(node);
        }
        let ty = self.ty(scrutinee);
        self.settle_scrutinee(ty, &nodes, scrutinee);
        let outer = self.matching.replace(node);
        let mut arms = Vec::new();
        let mut well_formed = !poisoned;
        // Arms without parentheses are one mistake; which of the lists are arms is not known then.
        let is_bare = |&arm: &NodeId| self.ast.kind(arm) != NodeKind::List;
        let nodes = match nodes.iter().copied().find(is_bare) {
            Some(bare) => vec![bare],
            None => nodes,
        };
        let told = self.problems.len();
        for &arm in &nodes {
            match self.arm(arm, ty) {
                Some(arm) => arms.push(arm),
                None => well_formed = false,
            }
        }
        self.matching = outer;
        self.gather_misfits(told, &nodes);
        let bodies: Vec<ExprId> = arms.iter().map(|(_, body)| *body).collect();
        let result = self.match_result(node, &bodies, ascribed);
        if well_formed {
            self.coverage(node, ty, &arms);
        }
        if !well_formed {
            return self.push(ExprKind::Error, result, node);
        }
        self.push(ExprKind::Match { scrutinee, arms }, result, node)
    }

    fn match_shape(&mut self, node: NodeId, message: &str, label: &str) {
        self.problems.push(
            Problem::new(2209, Place::node(node), message)
                .label(label)
                .help("write `(:wat::core::match value (pattern body) …)`"),
        );
    }

    /// If the scrutinee's type is open, the first arm with a variant or literal decides it, by being read first.
    fn settle_scrutinee(&mut self, ty: Ty, arms: &[NodeId], scrutinee: ExprId) {
        if !self.table.is_var(ty) || self.is_left_open(ty) {
            return;
        }
        let patterns: Vec<NodeId> = arms
            .iter()
            .filter_map(|&arm| self.ast.children(arm).next())
            .collect();
        let head = |node: NodeId| {
            let head = self.ast.children(node).next()?;
            let bare = self.ast.as_symbol(head);
            bare.and_then(crate::legacy::bare_variant)
                .or_else(|| self.ast.as_keyword(head))
        };
        let ctor = patterns.iter().find_map(|&pattern| {
            match (
                self.ast.kind(pattern),
                head(pattern),
                self.ast.as_keyword(pattern),
            ) {
                (NodeKind::List, Some(":wat::core::Some"), _)
                | (_, _, Some(":wat::core::None")) => Some((Ctor::Option, 1)),
                (NodeKind::List, Some(":wat::core::Ok" | ":wat::core::Err"), _) => {
                    Some((Ctor::Result, 2))
                }
                _ => None,
            }
        });
        let path = patterns
            .iter()
            .find_map(|&pattern| head(pattern).or_else(|| self.ast.as_keyword(pattern)));
        if ctor.is_none()
            && let Some(item) =
                path.and_then(|path| crate::names::lookup(self.db, self.program, path))
            && matches!(
                item.kind(self.db),
                ItemKind::Constructor | ItemKind::UnitVariant
            )
            && let Some(owner) = crate::nominal::owner(self.db, item)
        {
            let nominal = crate::nominal::nominal(self.db, self.program, owner);
            let args: Vec<Ty> = nominal.generics.iter().map(|_| self.table.var()).collect();
            let whole = self.table.instantiate(&nominal.itself(), &args);
            let _ = self.table.unify(ty, whole);
            return;
        }
        if let Some((ctor, arity)) = ctor {
            let parts: Vec<Ty> = (0..arity).map(|_| self.table.var()).collect();
            let whole = self.table.app(ctor, &parts);
            let _ = self.table.unify(ty, whole);
            return;
        }
        let literal = patterns.iter().find_map(|&pattern| {
            Some(match self.ast.kind(pattern) {
                NodeKind::Int(_) => Ty::I64,
                NodeKind::Float(_) => Ty::F64,
                NodeKind::Bool(_) => Ty::BOOL,
                NodeKind::Str(_) => Ty::STRING,
                NodeKind::Keyword(text) if self.ast.text(text) == ":wat::core::nil" => Ty::NIL,
                NodeKind::Keyword(_) => Ty::KEYWORD,
                _ => return None,
            })
        });
        if let Some(literal) = literal {
            let _ = self.table.unify(ty, literal);
            return;
        }
        let is_broken =
            |node: NodeId| self.ast.kind(node) == NodeKind::Error || self.ast.is_poisoned(node);
        let needs_type = |node: &NodeId| self.ast.as_symbol(*node).is_none() && !is_broken(*node);
        if patterns.iter().any(needs_type) {
            let at = self.blamed(scrutinee);
            self.problems.push(
                Problem::new(
                    3005,
                    Place::node(at),
                    "the type of the matched value is not determined",
                )
                .label("not determined here")
                .help(
                    "without a variant or a literal only names and `_` match it: annotate its type",
                ),
            );
            self.table.poison(ty);
        }
    }

    fn match_result(
        &mut self,
        node: NodeId,
        bodies: &[ExprId],
        ascribed: Option<(Ty, NodeId)>,
    ) -> Ty {
        if bodies.is_empty() {
            return Ty::ERROR;
        }
        self.branches(node, bodies, ascribed)
    }

    fn arm(&mut self, arm: NodeId, ty: Ty) -> Option<(Pattern, ExprId)> {
        let children: Vec<NodeId> = self.ast.children(arm).collect();
        if self.ast.kind(arm) != NodeKind::List || children.len() != 2 {
            if self.ast.kind(arm) != NodeKind::Error && !self.ast.is_poisoned(arm) {
                self.arm_shape(arm, &children);
            }
            if self.ast.kind(arm) == NodeKind::List && !children.is_empty() {
                let scope = self.scope.len();
                self.pattern_in(children[0], ty, &mut Vec::new());
                for &body in &children[1..] {
                    self.expr(body);
                }
                self.scope.truncate(scope);
            }
            return None;
        }
        let scope = self.scope.len();
        let pattern = self.pattern_in(children[0], ty, &mut Vec::new());
        let body = self.expr(children[1]);
        self.solve();
        self.scope.truncate(scope);
        Some((pattern, body))
    }

    fn arm_shape(&mut self, arm: NodeId, children: &[NodeId]) {
        if let Some(guard) = self.guard(arm, children) {
            self.problems.push(
                Problem::new(2307, Place::node(guard), "an arm has no guard")
                    .label("not a part of an arm")
                    .help("test the value in the body of the arm"),
            );
            return;
        }
        // A statement is a call. Anything else is a slip, and so may be what stands around it.
        let is_call = |&node: &NodeId| self.ast.kind(node) == NodeKind::List;
        let how = match children.iter().rev().skip(1).rev().skip(1).all(is_call) {
            true => Applicability::MachineApplicable,
            false => Applicability::MaybeIncorrect,
        };
        let problem = Problem::new(
            2209,
            Place::node(arm),
            "an arm is a pattern and one body: `(pattern body)`",
        );
        self.problems
            .push(match (children.get(1), children.last()) {
                (Some(&first), Some(&last)) if children.len() > 2 && is_call(&arm) => problem
                    .label(format!("{} bodies", children.len() - 1))
                    .help("wrap the bodies in `:wat::core::do`")
                    .fix(
                        "wrap the bodies in `:wat::core::do`",
                        how,
                        vec![
                            ProblemEdit {
                                at: EditAt::Before,
                                place: Place::node(first),
                                insert: "(:wat::core::do ".into(),
                            },
                            ProblemEdit {
                                at: EditAt::After,
                                place: Place::node(last),
                                insert: ")".into(),
                            },
                        ],
                    ),
                _ => problem.label("not an arm"),
            });
    }

    /// The word that begins a guard: `(pattern :when test body)`.
    fn guard(&self, arm: NodeId, children: &[NodeId]) -> Option<NodeId> {
        let &[_, word, _, _, ..] = children else {
            return None;
        };
        let is_list = self.ast.kind(arm) == NodeKind::List;
        (is_list && self.is_guard_word(word)).then_some(word)
    }

    pub(super) fn is_guard_word(&self, node: NodeId) -> bool {
        let words = [":when", ":if", ":where", ":guard", ":unless"];
        let text = self.ast.as_keyword(node);
        text.is_some_and(|text| words.contains(&text))
    }

    /// WAT2301: values that no arm matches. WAT7305: arms that no value reaches.
    fn coverage(&mut self, node: NodeId, ty: Ty, arms: &[(Pattern, ExprId)]) {
        if self.table.is_error(ty) {
            return;
        }
        let rows: Vec<Pat> = arms.iter().map(|(pattern, _)| cover(pattern)).collect();
        let cover = Cover {
            db: self.db,
            program: self.program,
            table: RefCell::new(&mut self.table),
        };
        let found = coverage::check(&cover, ty, &rows, COVERAGE_BUDGET);
        let takes_all = |row: &Pat| {
            let alone = coverage::check(&cover, ty, std::slice::from_ref(row), COVERAGE_BUDGET);
            alone.missing.is_empty() && !alone.exhausted_budget
        };
        let is_unknown =
            found.exhausted_budget && found.missing.is_empty() && !rows.iter().rev().any(takes_all);
        if is_unknown {
            self.uncertain_coverage(node);
        }
        self.unreachable(&found.unreachable, arms);
        if found.missing.is_empty() {
            return;
        }
        let head = self.ast.children(node).next().unwrap_or(node);
        let listed: Vec<String> = found
            .missing
            .iter()
            .map(|missing| format!("`{missing}`"))
            .collect();
        let arms: String = found
            .missing
            .iter()
            .map(|missing| format!(" ({missing} <value>)"))
            .collect();
        let problem = Problem::new(
            2301,
            Place::node(head),
            format!("not every value is matched: {} missing", listed.join(", ")),
        )
        .label("these values have no arm")
        .facts("missing", found.missing.iter().map(ToString::to_string))
        .help("add arms for them, or a last arm `(_ …)`")
        .fix(
            "add the missing arms",
            Applicability::HasPlaceholders,
            vec![ProblemEdit {
                at: EditAt::BeforeClose,
                place: Place::node(node),
                insert: arms,
            }],
        );
        self.problems.push(problem);
    }

    /// WAT2301: whether the arms take every value was not found out.
    fn uncertain_coverage(&mut self, node: NodeId) {
        let head = self.ast.children(node).next().unwrap_or(node);
        let problem = Problem::new(
            2301,
            Place::node(head),
            "the arms test so much in so many ways that it cannot be told whether every value is matched",
        )
        .label("too much to look at")
        .help("add a last arm `(_ …)`, or match the parts one after the other");
        self.problems.push(problem.fix(
            "add an arm for the rest",
            Applicability::HasPlaceholders,
            vec![ProblemEdit {
                at: EditAt::BeforeClose,
                place: Place::node(node),
                insert: " (_ <value>)".into(),
            }],
        ));
    }

    /// WAT7305. An ill-formed pattern covers everything, so nothing is said of the arms behind it; what a macro wrote is
    /// nobody's arm to delete.
    fn unreachable(&mut self, found: &[usize], arms: &[(Pattern, ExprId)]) {
        if found.is_empty() || arms.iter().any(|(pattern, _)| is_ill_formed(pattern)) {
            return;
        }
        for &at in found {
            let node = arms[at].0.node;
            let (Source::Written(_), Some(arm)) = (self.origin_of(node), self.parent(node)) else {
                continue;
            };
            let problem = Problem::new(
                7305,
                Place::node(node),
                "no value reaches this arm: the arms before it take all that it matches",
            )
            .label("never matches")
            .help("delete the arm, or move it up");
            self.problems.push(problem.fix(
                "delete the arm",
                Applicability::MachineApplicable,
                vec![ProblemEdit {
                    at: EditAt::DeleteThrough(arm.0),
                    place: Place::node(arm),
                    insert: String::new(),
                }],
            ));
        }
    }

    /// The list that begins with a node.
    fn parent(&self, node: NodeId) -> Option<NodeId> {
        let before = NodeId(node.0.checked_sub(1)?);
        (self.ast.children(before).next() == Some(node)).then_some(before)
    }
}

/// Is there something in a pattern that is none?
pub(crate) fn is_ill_formed(pattern: &Pattern) -> bool {
    let mut work = vec![pattern];
    while let Some(pattern) = work.pop() {
        match &pattern.kind {
            PatternKind::Error => return true,
            PatternKind::Variant { fields, .. } => work.extend(fields),
            PatternKind::Tuple(parts) => work.extend(parts),
            _ => {}
        }
    }
    false
}

/// A pattern as coverage sees it.
fn cover(pattern: &Pattern) -> Pat {
    let ctor = |ctor| Pat::Ctor {
        ctor,
        args: Vec::new(),
    };
    match &pattern.kind {
        PatternKind::Error | PatternKind::Wild | PatternKind::Bind(_) => Pat::Wild,
        PatternKind::Nil => ctor(CoverCtor::Variant(0)),
        PatternKind::Bool(value) => ctor(CoverCtor::Variant(u32::from(*value))),
        PatternKind::Int(value) => ctor(CoverCtor::Int(*value)),
        PatternKind::Float(bits) => ctor(CoverCtor::Float(*bits)),
        PatternKind::Str(text) => ctor(CoverCtor::Str(text.clone())),
        PatternKind::Keyword(text) => ctor(CoverCtor::Keyword(text.clone())),
        PatternKind::Variant { index, fields, .. } => Pat::Ctor {
            ctor: CoverCtor::Variant(*index),
            args: fields.iter().map(cover).collect(),
        },
        PatternKind::Tuple(parts) => Pat::Ctor {
            ctor: CoverCtor::Variant(0),
            args: parts.iter().map(cover).collect(),
        },
    }
}

/// The types of one definition, as coverage asks for them.
struct Cover<'a, 'db> {
    db: &'db dyn Db,
    program: SourceFile,
    table: RefCell<&'a mut Table>,
}

impl<'db> Cover<'_, 'db> {
    fn nominal(&self, ty: Ty) -> Option<(&'db std::sync::Arc<crate::nominal::Nominal>, Vec<Ty>)> {
        match self.table.borrow().shape(ty) {
            Shape::App(Ctor::Nominal(path), args) => Some((
                crate::nominal::nominal_of(self.db, self.program, path)?,
                args.to_vec(),
            )),
            _ => None,
        }
    }
}

impl coverage::Types for Cover<'_, '_> {
    type T = Ty;

    fn constructors(&self, ty: &Ty) -> Option<Vec<CtorInfo<Ty>>> {
        let ctor = |fields: &[Ty]| CtorInfo {
            fields: fields.to_vec(),
        };
        if let Some((nominal, args)) = self.nominal(*ty) {
            let mut table = self.table.borrow_mut();
            let fields = |variant: &crate::nominal::Variant, table: &mut Table| {
                variant
                    .fields
                    .iter()
                    .map(|field| table.instantiate(&field.ty, &args))
                    .collect()
            };
            return Some(
                nominal
                    .variants
                    .iter()
                    .map(|v| CtorInfo {
                        fields: fields(v, &mut table),
                    })
                    .collect(),
            );
        }
        match self.table.borrow().shape(*ty) {
            Shape::App(Ctor::Bool, _) => Some(vec![ctor(&[]), ctor(&[])]),
            Shape::App(Ctor::Nil, _) => Some(vec![ctor(&[])]),
            Shape::App(Ctor::Option, args) => Some(vec![ctor(&[]), ctor(args)]),
            Shape::App(Ctor::Result, args) => Some(vec![ctor(&args[..1]), ctor(&args[1..])]),
            Shape::App(Ctor::Tuple, parts) => Some(vec![ctor(parts)]),
            _ => None,
        }
    }

    fn render(&self, ty: &Ty, ctor: u32, args: &[String]) -> String {
        if let Some((nominal, _)) = self.nominal(*ty) {
            let Some(variant) = nominal.variants.get(ctor as usize) else {
                return "_".to_owned();
            };
            return match (nominal.is_enum, variant.unit) {
                (false, _) => "_".to_owned(),
                (true, true) => format!("{}::{}", nominal.path, variant.name),
                (true, false) if args.is_empty() => format!("({}::{})", nominal.path, variant.name),
                (true, false) => format!("({}::{} {})", nominal.path, variant.name, args.join(" ")),
            };
        }
        match (self.table.borrow().shape(*ty), ctor) {
            (Shape::App(Ctor::Bool, _), index) => {
                if index == 0 { "false" } else { "true" }.to_owned()
            }
            (Shape::App(Ctor::Nil, _), _) => ":wat::core::nil".to_owned(),
            (Shape::App(Ctor::Option, _), 0) => ":wat::core::None".to_owned(),
            (Shape::App(Ctor::Option, _), _) => format!("(:wat::core::Some {})", args.join(" ")),
            (Shape::App(Ctor::Result, _), 0) => format!("(:wat::core::Ok {})", args.join(" ")),
            (Shape::App(Ctor::Result, _), _) => format!("(:wat::core::Err {})", args.join(" ")),
            (Shape::App(Ctor::Tuple, _), _) => format!("[{}]", args.join(" ")),
            _ => "_".to_owned(),
        }
    }
}
