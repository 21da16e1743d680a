//! Deferred constraints: overloads that wait until their operand types are known. They are tried when they are made
//! and whenever a variable was bound since, in the order in which they were made; at the end each gets its default.

use salsa::plumbing::FromId;
use wat_syntax::NodeId;
use wat_value::counted;

use crate::capability::Capability;
use crate::items::Item;
use crate::problem::{Place, Problem};
use crate::types::Ctor;

use super::Infer;
use super::alternatives::lifted;
use super::dispatch::{Arm, ItemKey, dispatch_arms};
use super::table::{Shape, Ty};
use super::typed::{Arith, Chosen, Compare, OperatorUse};

/// A constraint and the node that is blamed.
#[derive(Clone, Debug)]
pub(super) struct Constraint {
    pub(super) kind: ConstraintKind,
    pub(super) node: NodeId,
}

impl Constraint {
    /// Does it decide something at the end of the definition if nothing else does?
    pub(super) fn has_default(&self) -> bool {
        !matches!(
            self.kind,
            ConstraintKind::Index { .. }
                | ConstraintKind::Lift { .. }
                | ConstraintKind::LiftOperator { .. }
                | ConstraintKind::LiftVariadic { .. }
        )
    }
}

#[derive(Clone, Debug)]
pub(super) enum ConstraintKind {
    Num {
        operands: Vec<Ty>,
        nodes: Vec<NodeId>,
        ret: Ty,
    },
    Cmp {
        op: Compare,
        operands: [Ty; 2],
        nodes: [NodeId; 2],
    },
    Index {
        index: u32,
        operand: Ty,
        ret: Ty,
    },
    Arm {
        item: ItemKey,
        operands: Vec<Ty>,
        nodes: Vec<NodeId>,
        ret: Ty,
        choice: usize,
    },
    /// A dispatch as a value.
    Lift {
        item: ItemKey,
        ty: Ty,
        choice: usize,
    },
    /// An overloaded operator as a value.
    LiftOperator {
        used: OperatorUse,
        ty: Ty,
        /// Does it take exactly two operands?
        two: bool,
    },
    /// A function with a rest parameter as a value: any arity that the context wants, from the fixed parameters on.
    LiftVariadic {
        ty: Ty,
        params: Vec<Ty>,
        element: Ty,
        ret: Ty,
    },
    /// An operator of one number type as a value: any arity that the context wants.
    LiftTyped {
        op: Arith,
        ty: Ty,
        operand: Ty,
        default: Ty,
    },
}

/// What a choice among the arms of a dispatch is for.
#[derive(Clone, Copy)]
struct Wanted {
    ret: Ty,
    choice: usize,
    /// A value has the parameters of one arm; a call may repeat them.
    exact: bool,
}

impl<'db> Infer<'db> {
    pub(super) fn constrain(&mut self, constraint: Constraint, _item: Option<Item<'db>>) {
        if !self.attempt(&constraint) {
            self.pending.add(constraint, &self.table);
        }
    }

    /// Tries the constraints that bindings have woken, as long as there are some.
    pub(super) fn solve(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        self.pending.restart();
        while let Some((id, constraint)) = self.pending.next(&self.table) {
            if !self.attempt(&constraint) {
                self.pending.keep(id, constraint, &self.table);
            }
        }
    }

    /// The end of a definition: defaults in creation order, then reports.
    pub(super) fn solve_all(&mut self) {
        self.solve();
        while let Some(constraint) = self.pending.next_default() {
            self.default(&constraint);
            if !self.attempt(&constraint) {
                self.unsolved(&constraint);
            }
            self.solve();
        }
        for ty in std::mem::take(&mut self.evaluated) {
            self.bind_open(ty);
        }
        self.solve();
        for constraint in self.pending.take_all() {
            self.unsolved(&constraint);
        }
    }

    /// What a type leaves open is not for the run to find out.
    pub(super) fn keep_open(&mut self, ty: Ty) {
        let open = self.table.open_parts(ty);
        let mut evaluated = std::mem::take(&mut self.evaluated);
        evaluated.retain(|&ty| {
            let parts = self.table.open_parts(ty);
            !parts.iter().any(|part| open.contains(part))
        });
        self.evaluated = evaluated;
    }

    /// Makes a type that only evaluated data has, and that nothing has determined, a type of run time.
    fn bind_evaluated(&mut self, ty: Ty) {
        let ty = self.table.resolve(ty);
        let mut evaluated = self.evaluated.iter();
        if evaluated.any(|&open| self.table.resolve(open) == ty) {
            self.bind_any(ty);
        }
    }

    /// Does so for every part of a type.
    fn bind_open(&mut self, ty: Ty) {
        let mut work = vec![ty];
        while let Some(ty) = work.pop() {
            self.bind_any(ty);
            if let Shape::App(_, parts) = self.table.shape(ty) {
                work.extend_from_slice(parts);
            }
        }
    }

    fn bind_any(&mut self, ty: Ty) {
        if self.table.is_var(ty) {
            let any = self.table.app(Ctor::Nominal(wat_ir::Ty::ANY.into()), &[]);
            // A variable takes any type that does not hold it.
            let _ = self.table.unify(ty, any);
        }
    }

    fn default(&mut self, constraint: &Constraint) {
        match &constraint.kind {
            ConstraintKind::Num { operands, .. } => {
                let float = operands.iter().any(|&ty| self.table.resolve(ty) == Ty::F64);
                let default = if float { Ty::F64 } else { Ty::I64 };
                for &ty in operands {
                    if self.table.is_var(ty) {
                        let _ = self.table.unify(ty, default);
                    }
                }
            }
            ConstraintKind::Cmp {
                operands: [a, b], ..
            } => {
                let _ = self.table.unify(*a, *b);
                self.bind_evaluated(*a);
                if self.table.is_var(*a) && self.lifts_of(*a).is_empty() {
                    // Nothing inspects a value of a type that stays open.
                    let _ = self.table.unify(*a, Ty::NIL);
                }
            }
            ConstraintKind::Arm {
                item,
                operands,
                nodes,
                ret,
                choice,
            } => {
                let arms = self.arms(*item);
                let first = arms
                    .iter()
                    .find(|arm| self.arm_matches(arm, operands))
                    .cloned();
                if let Some(arm) = first {
                    let wanted = Wanted {
                        ret: *ret,
                        choice: *choice,
                        exact: false,
                    };
                    self.commit(*item, &arm, (operands, nodes), wanted, constraint.node);
                }
            }
            ConstraintKind::LiftTyped { ty, default, .. } => {
                let _ = self.table.unify(*ty, *default);
            }
            ConstraintKind::Index { .. }
            | ConstraintKind::Lift { .. }
            | ConstraintKind::LiftOperator { .. }
            | ConstraintKind::LiftVariadic { .. } => {}
        }
    }

    fn unsolved(&mut self, constraint: &Constraint) {
        let open = match &constraint.kind {
            ConstraintKind::Index { operand, .. } => Some(*operand),
            kind => lifted(kind),
        };
        if open.is_some_and(|ty| self.is_erroneous(ty)) {
            return;
        }
        let what = match &constraint.kind {
            ConstraintKind::Index { operand, .. } if self.table.is_error(*operand) => return,
            ConstraintKind::Index { .. } => "the type of this operand",
            ConstraintKind::Lift { .. }
            | ConstraintKind::LiftOperator { .. }
            | ConstraintKind::LiftVariadic { .. } => "which function this stands for",
            _ => return,
        };
        self.problems.push(
            Problem::new(
                3402,
                Place::node(constraint.node),
                format!("{what} is not determined"),
            )
            .label("not determined here")
            .help("wrap it in a `:wat::core::fn` with typed parameters, or annotate a type"),
        );
    }

    /// Tries a constraint; true if it is settled, well or not.
    fn attempt(&mut self, constraint: &Constraint) -> bool {
        match &constraint.kind {
            ConstraintKind::Num {
                operands,
                nodes,
                ret,
            } => self.attempt_num(operands, nodes, *ret, constraint.node),
            ConstraintKind::Cmp {
                op,
                operands,
                nodes,
            } => self.attempt_cmp(*op, *operands, *nodes),
            ConstraintKind::Index {
                index,
                operand,
                ret,
            } => self.attempt_index(*index, *operand, *ret, constraint.node),
            ConstraintKind::Arm {
                item,
                operands,
                nodes,
                ret,
                choice,
                ..
            } => {
                let wanted = Wanted {
                    ret: *ret,
                    choice: *choice,
                    exact: false,
                };
                self.attempt_arm(*item, operands, nodes, wanted, constraint.node)
            }
            ConstraintKind::Lift { item, ty, choice } => {
                self.attempt_lift(*item, *ty, *choice, constraint.node)
            }
            ConstraintKind::LiftOperator { used, ty, two } => {
                self.attempt_lift_operator(*used, *two, *ty, constraint.node)
            }
            ConstraintKind::LiftVariadic {
                ty,
                params,
                element,
                ret,
            } => self.attempt_lift_variadic(*ty, params, [*element, *ret], constraint.node),
            ConstraintKind::LiftTyped {
                op, ty, operand, ..
            } => self.attempt_lift_typed(*op, *ty, *operand, constraint.node),
        }
    }

    fn attempt_num(&mut self, operands: &[Ty], nodes: &[NodeId], ret: Ty, node: NodeId) -> bool {
        let mut float = false;
        for &ty in operands {
            match self.table.shape(ty) {
                Shape::Var => return false,
                Shape::App(Ctor::F64, _) => float = true,
                Shape::App(Ctor::I64, _) => {}
                Shape::Error => {
                    self.not_numbers(operands, nodes, node);
                    self.table.poison(ret);
                    return true;
                }
                _ => {
                    self.not_numbers(operands, nodes, node);
                    self.table.poison(ret);
                    return true;
                }
            }
        }
        self.late_misfit(ret, if float { Ty::F64 } else { Ty::I64 }, node);
        true
    }

    fn attempt_cmp(&mut self, op: Compare, [a, b]: [Ty; 2], nodes: [NodeId; 2]) -> bool {
        let number = |ty: Ty| ty == Ty::I64 || ty == Ty::F64;
        let (left, right) = (self.table.resolve(a), self.table.resolve(b));
        if self.table.is_error(left) || self.table.is_error(right) {
            return true;
        }
        if self.table.is_var(left) || self.table.is_var(right) {
            return false;
        }
        if number(left) && number(right) {
            return true;
        }
        if self.table.unify(left, right).is_err() {
            let (want, have) = (self.render(left), self.render(right));
            let problem = Problem::new(
                3404,
                Place::node(nodes[1]),
                format!("`{want}` and `{have}` cannot be compared"),
            )
            .label(format!("this is a `{have}`"))
            .also(Place::node(nodes[0]), format!("this is a `{want}`"))
            .help("both operands must have the same type");
            let problem = self.conversion_of_either(problem, [left, right], nodes);
            let problem = self.explain_operand(nodes[0], left, right, problem);
            let problem = self.explain_operand(nodes[1], right, left, problem);
            self.problems.push(problem);
            return true;
        }
        let capability = match op {
            Compare::Eq | Compare::Ne => Capability::Eq,
            _ => Capability::Ord,
        };
        self.require(capability, left, nodes[0]);
        true
    }

    fn attempt_index(&mut self, index: u32, operand: Ty, ret: Ty, node: NodeId) -> bool {
        if self.tell_untyped(3401, operand, node, "has no positions") {
            self.table.poison(ret);
            return true;
        }
        let result = match self.table.shape(operand) {
            Shape::Var => return false,
            Shape::Error => None,
            Shape::App(Ctor::Tuple, parts) => match parts.get(index as usize) {
                Some(&part) => Some(part),
                None => {
                    let len = parts.len();
                    let found = self.render(operand);
                    self.problems.push(
                        Problem::new(
                            3409,
                            Place::node(node),
                            format!("the tuple `{found}` has no element {}", index + 1),
                        )
                        .label(counted(len, "element")),
                    );
                    None
                }
            },
            Shape::App(Ctor::Vector, parts) => {
                let element = parts[0];
                Some(self.table.app(Ctor::Option, &[element]))
            }
            Shape::App(..) | Shape::Param(_) => {
                let code = if matches!(self.table.shape(operand), Shape::Param(_)) {
                    3402
                } else {
                    3401
                };
                let found = self.render(operand);
                self.problems.push(
                    Problem::new(
                        code,
                        Place::node(node),
                        format!("`{found}` has no positions: it is no tuple and no vector"),
                    )
                    .label(format!("this is a `{found}`")),
                );
                None
            }
        };
        match result {
            Some(ty) => {
                if self.table.unify(ret, ty).is_err() {
                    let (want, have) = (self.render(ret), self.render(ty));
                    self.problems.push(
                        Problem::new(
                            3001,
                            Place::node(node),
                            format!("expected `{want}`, found `{have}`"),
                        )
                        .label(format!("the element is a `{have}`"))
                        .mismatch(want, have),
                    );
                }
            }
            None => self.table.poison(ret),
        }
        true
    }

    pub(super) fn arms(&self, item: ItemKey) -> &'db [Arm<'db>] {
        dispatch_arms(self.db, self.program, Item::from_id(item.0))
    }

    /// Could an arm's patterns still unify with the operands?
    fn arm_matches(&mut self, arm: &Arm<'db>, operands: &[Ty]) -> bool {
        if !arm.takes(operands.len()) {
            return false;
        }
        let snapshot = self.table.snapshot();
        let fits = self.unify_parameters(arm, operands) && self.values_fit(arm, operands);
        self.table.rollback(snapshot);
        fits
    }

    /// Types a call as one of the implementation of this arm.
    fn commit(
        &mut self,
        item: ItemKey,
        arm: &Arm<'db>,
        (operands, nodes): (&[Ty], &[NodeId]),
        wanted: Wanted,
        node: NodeId,
    ) {
        let Some((function, params, result)) = self.arm_function(arm, node) else {
            self.table.poison(wanted.ret);
            return;
        };
        let implementation = function.name.clone();
        self.choices[wanted.choice] = Some(Chosen {
            function,
            arity: arm.params.len(),
        });
        let mut fits = true;
        for (at, &operand) in operands.iter().enumerate() {
            let Some(&param) = params.get(arm.parameter(at)) else {
                fits = false;
                break;
            };
            if self.table.unify(param, operand).is_err() {
                fits = false;
                self.misfit_of_implementation(item, &implementation, [param, operand], nodes[at]);
            }
        }
        match fits {
            true => self.late_misfit(wanted.ret, result, node),
            // One mistake is told.
            false if self.table.unify(wanted.ret, result).is_err() => {
                self.table.poison(wanted.ret);
            }
            false => {}
        }
    }

    /// WAT3001: an argument has the type of an arm, but not the one that the implementation of the arm takes.
    fn misfit_of_implementation(
        &mut self,
        item: ItemKey,
        implementation: &str,
        [want, have]: [Ty; 2],
        node: NodeId,
    ) {
        let name = Item::from_id(item.0).name(self.db).text(self.db);
        let (want, have) = (self.render(want), self.render(have));
        self.problems.push(
            Problem::new(
                3001,
                Place::node(node),
                format!("expected `{want}`, found `{have}`"),
            )
            .label(format!("this is a `{have}`"))
            .note(format!("`{name}` is `{implementation}` here"))
            .fact("callee", implementation)
            .mismatch(want, have),
        );
    }

    fn attempt_arm(
        &mut self,
        item: ItemKey,
        operands: &[Ty],
        nodes: &[NodeId],
        wanted: Wanted,
        node: NodeId,
    ) -> bool {
        let Wanted { ret, choice, exact } = wanted;
        if self.choices[choice].is_some() {
            return true;
        }
        if operands.iter().any(|&ty| self.table.is_error(ty)) {
            for &operand in operands {
                self.table.meets_error(operand);
            }
            self.table.poison(ret);
            return true;
        }
        let arms = self.arms(item);
        let matching: Vec<&Arm<'db>> = arms
            .iter()
            .filter(|arm| !exact || arm.params.len() == operands.len())
            .filter(|arm| self.arm_matches(arm, operands))
            .collect();
        let decided = match matching[..] {
            [] if let Some(arm) = self.arm_by_types(arms, operands, exact) => arm,
            [] => {
                self.no_arm(item, operands, nodes, node);
                self.poison_values(operands);
                self.table.poison(ret);
                return true;
            }
            [only] => only,
            [first, ..] if operands.iter().all(|&ty| !self.table.is_open(ty)) => first,
            _ => return false,
        };
        self.commit(item, decided, (operands, nodes), wanted, node);
        true
    }

    /// The only arm whose types fit, where a name of several functions among the operands cannot be the function that it
    /// wants: that is what is told then, at the name.
    fn arm_by_types(
        &mut self,
        arms: &'db [Arm<'db>],
        operands: &[Ty],
        exact: bool,
    ) -> Option<&'db Arm<'db>> {
        let takes = |arm: &&Arm<'db>| match exact {
            true => arm.params.len() == operands.len(),
            false => arm.takes(operands.len()),
        };
        let fitting: Vec<&'db Arm<'db>> = arms
            .iter()
            .filter(takes)
            .filter(|arm| self.takes_types(arm, operands))
            .collect();
        match fitting[..] {
            [only] => Some(only),
            _ => None,
        }
    }

    fn no_arm(&mut self, item: ItemKey, operands: &[Ty], nodes: &[NodeId], node: NodeId) {
        let item: Item<'db> = Item::from_id(item.0);
        let name = item.name(self.db).text(self.db);
        let lack = format!("decides no alternative of `{name}`");
        if (operands.iter().zip(nodes)).any(|(&ty, &at)| self.tell_untyped(3401, ty, at, &lack)) {
            return;
        }
        let rigid = operands
            .iter()
            .any(|&ty| matches!(self.table.shape(ty), Shape::Param(_)));
        let arms = dispatch_arms(self.db, self.program, item);
        // Which calls an alternative with a mistake would have taken is not known.
        if arms.iter().any(|arm| arm.implementation.is_none()) {
            return;
        }
        let single = (0..operands.len()).find(|&at| {
            arms.iter()
                .filter(|arm| arm.takes(operands.len()))
                .all(|arm| {
                    let snapshot = self.table.snapshot();
                    let fresh: Vec<Ty> = (0..arm.generics).map(|_| self.table.var()).collect();
                    let param = self
                        .table
                        .instantiate(&arm.params[arm.parameter(at)].0, &fresh);
                    let fits = self.table.unify(param, operands[at]).is_ok();
                    self.table.rollback(snapshot);
                    !fits
                })
        });
        let found: Vec<String> = operands
            .iter()
            .map(|&ty| format!("`{}`", self.render(ty)))
            .collect();
        let listed = super::alternatives::listed(arms);
        let at = single.map_or(node, |at| nodes[at]);
        let code = if rigid { 3402 } else { 3401 };
        let mut problem = Problem::new(
            code,
            Place::node(at),
            format!("`{name}` is not defined for {}", found.join(", ")),
        )
        .label(match single {
            Some(at) => format!("this is a {}", found[at]),
            None => "no alternative fits".to_owned(),
        })
        .note(format!("the alternatives are {listed}"))
        .fact("callee", name)
        .facts("found", found.iter().map(|ty| ty.trim_matches('`')));
        if name == ":wat::core::conj"
            && let [map, _, ..] = operands
            && matches!(self.table.shape(*map), Shape::App(Ctor::HashMap, _))
        {
            problem = self.assoc_instead(problem, node, &nodes[1..]);
        } else if let Some((replacement, head)) = self.same_leaf(name, operands, node) {
            problem = problem.help(format!("use `{replacement}`")).replace(
                wat_syntax::Applicability::MaybeIncorrect,
                Place::node(head),
                &replacement,
            );
        }
        if let Some(at) = single {
            let any = self.table.var();
            problem = self.explain_operand(nodes[at], operands[at], any, problem);
        }
        self.problems.push(problem);
    }

    /// A function of the same leaf for strings: `(:wat::core::length s)` → `:wat::core::string::length`.
    fn same_leaf(&self, name: &str, operands: &[Ty], head: NodeId) -> Option<(String, NodeId)> {
        let leaf = name.rsplit("::").next()?;
        let first = *operands.first()?;
        let prefix = match self.table.shape(first) {
            Shape::App(Ctor::String, _) => ":wat::core::string::",
            Shape::App(Ctor::Option, _) => ":wat::core::Option/",
            Shape::App(Ctor::Result, _) => ":wat::core::Result/",
            _ => return None,
        };
        let candidate = format!("{prefix}{leaf}");
        (!crate::library::entries(&candidate).is_empty()).then_some((candidate, head))
    }

    fn attempt_lift(&mut self, item: ItemKey, ty: Ty, choice: usize, node: NodeId) -> bool {
        let (params, ret) = match self.table.shape(ty) {
            Shape::Var => return false,
            Shape::App(Ctor::Fn, parts) => {
                let parts = parts.to_vec();
                (parts[..parts.len() - 1].to_vec(), parts[parts.len() - 1])
            }
            _ => {
                self.not_wanted_as_function(ty, node);
                return true;
            }
        };
        let nodes = vec![node; params.len()];
        let wanted = Wanted {
            ret,
            choice,
            exact: true,
        };
        self.attempt_arm(item, &params, &nodes, wanted, node)
    }

    fn attempt_lift_operator(
        &mut self,
        used: OperatorUse,
        two: bool,
        ty: Ty,
        node: NodeId,
    ) -> bool {
        let (params, ret) = match self.table.shape(ty) {
            Shape::Var => return false,
            Shape::App(Ctor::Fn, parts) => {
                let parts = parts.to_vec();
                (parts[..parts.len() - 1].to_vec(), parts[parts.len() - 1])
            }
            _ => {
                self.not_wanted_as_function(ty, node);
                return true;
            }
        };
        let nodes = vec![node; params.len()];
        match (used, params.len()) {
            (OperatorUse::Arith(op), 0) if !two && op.unit().is_some() => {
                self.late_misfit(ret, Ty::I64, node);
                true
            }
            (OperatorUse::Arith(_), count @ 1..) if !two || count == 2 => {
                if !params.iter().all(|&ty| !self.table.is_var(ty)) {
                    return false;
                }
                let result = self.table.var();
                self.attempt_num(&params, &nodes, result, node);
                self.late_misfit(ret, result, node);
                true
            }
            (OperatorUse::Compare(op), 2) => {
                if !self.attempt_cmp(op, [params[0], params[1]], [node, node]) {
                    return false;
                }
                self.late_misfit(ret, Ty::BOOL, node);
                true
            }
            (OperatorUse::Text, _) => {
                self.late_misfit(ret, Ty::STRING, node);
                true
            }
            (OperatorUse::Position(index), 1) => self.attempt_index(index, params[0], ret, node),
            _ => {
                self.no_form(ty, node);
                true
            }
        }
    }

    /// WAT3402: an operator cannot be a function of this type, whatever its parameters are.
    fn no_form(&mut self, ty: Ty, node: NodeId) {
        let found = self.render(ty);
        self.problems.push(
            Problem::new(
                3402,
                Place::node(node),
                format!("the operator has no form of type `{found}`"),
            )
            .label("not determined here"),
        );
    }

    fn attempt_lift_typed(&mut self, op: Arith, ty: Ty, operand: Ty, node: NodeId) -> bool {
        let count = match self.table.shape(ty) {
            Shape::Var => return false,
            Shape::App(Ctor::Fn, parts) => parts.len() - 1,
            _ => {
                self.not_wanted_as_function(ty, node);
                return true;
            }
        };
        if count == 0 && op.unit().is_none() {
            self.no_form(ty, node);
            return true;
        }
        let wanted = self.table.function(&vec![operand; count], operand);
        self.late_misfit(ty, wanted, node);
        true
    }
}
