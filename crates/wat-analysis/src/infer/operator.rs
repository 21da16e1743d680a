//! The overloaded operators: arithmetic, comparison, positional access.

use wat_syntax::{Applicability, NodeId};

use crate::problem::{EditAt, Place, Problem, ProblemEdit};

use super::Infer;
use super::deferred::{Constraint, ConstraintKind};
use super::report::Why;
use super::table::Ty;
use super::typed::{Arith, Compare, ExprId, ExprKind, OperatorUse, TextPiece};

/// What makes a byte a number.
const U8_TO_I64: &str = ":wat::core::u8::to-i64";

/// An operator of the language by its path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Operator {
    /// Any numbers, any count; `two` if it takes exactly two operands.
    Arith {
        op: Arith,
        two: bool,
    },
    /// Numbers of one type.
    Typed {
        op: Arith,
        float: bool,
    },
    Compare(Compare),
    Position(u32),
    /// The display texts of any values, any count.
    Text,
}

const ARITH: [(&str, Arith); 4] = [
    ("+", Arith::Add),
    ("-", Arith::Sub),
    ("*", Arith::Mul),
    ("/", Arith::Div),
];
const COMPARE: [(&str, Compare); 6] = [
    ("=", Compare::Eq),
    ("not=", Compare::Ne),
    ("<", Compare::Lt),
    (">", Compare::Gt),
    ("<=", Compare::Le),
    (">=", Compare::Ge),
];
const POSITION: [&str; 3] = ["first", "second", "third"];

/// The arithmetic that a sign stands for.
pub(crate) fn arith(sign: &str) -> Option<Arith> {
    let found = ARITH.iter().find(|(name, _)| *name == sign);
    found.map(|(_, op)| *op)
}

/// The operator that a path names. The declarations in the library are tested against this.
pub(crate) fn operator(path: &str) -> Option<Operator> {
    let leaf = path.strip_prefix(":wat::core::")?;
    if let Some(op) = leaf.strip_prefix("i64::").and_then(arith) {
        return Some(Operator::Typed { op, float: false });
    }
    if let Some(op) = leaf.strip_prefix("f64::").and_then(arith) {
        return Some(Operator::Typed { op, float: true });
    }
    if let Some(op) = leaf.strip_suffix("'2").and_then(arith) {
        return Some(Operator::Arith { op, two: true });
    }
    if let Some(op) = arith(leaf) {
        return Some(Operator::Arith { op, two: false });
    }
    if let Some((_, op)) = COMPARE.iter().find(|(name, _)| *name == leaf) {
        return Some(Operator::Compare(*op));
    }
    if leaf == "str" {
        return Some(Operator::Text);
    }
    let index = POSITION.iter().position(|name| *name == leaf)?;
    Some(Operator::Position(index as u32))
}

/// How many operands an operator takes, if it always takes as many.
pub(crate) fn fixed_arity(path: &str) -> Option<usize> {
    match operator(path)? {
        Operator::Arith { two: true, .. } | Operator::Compare(_) => Some(2),
        Operator::Position(_) => Some(1),
        Operator::Arith { .. } | Operator::Typed { .. } | Operator::Text => None,
    }
}

/// What an operator does as a value.
pub(crate) fn operator_use(path: &str) -> Option<Operator> {
    operator(path)
}

impl<'db> Infer<'db> {
    pub(super) fn operator_call(&mut self, path: &str, node: NodeId, head: NodeId) -> ExprId {
        if self.refuses_keywords(format_args!("`{path}`"), fixed_arity(path), node) {
            return self.error(node);
        }
        let args = self.arguments(node);
        self.operator_on(path, args, node, head)
    }

    /// An operator on operands that are inferred already.
    pub(super) fn operator_on(
        &mut self,
        path: &str,
        args: Vec<ExprId>,
        node: NodeId,
        head: NodeId,
    ) -> ExprId {
        match operator(path) {
            Some(Operator::Arith { op, two }) => self.arith_call(path, op, two, args, node, head),
            Some(Operator::Typed { op, float }) => {
                self.typed_call(path, op, float, args, node, head)
            }
            Some(Operator::Compare(op)) => match args[..] {
                [a, b] => self.compare_call(op, [a, b], node),
                _ => self.operator_arity(path, 2, args.len(), node, head),
            },
            Some(Operator::Position(index)) => match args[..] {
                [of] => self.position(index, of, node),
                _ => self.operator_arity(path, 1, args.len(), node, head),
            },
            Some(Operator::Text) => {
                let pieces = (0..args.len()).map(TextPiece::Argument).collect();
                self.push(ExprKind::Text { pieces, args }, Ty::STRING, node)
            }
            None => self.error(node),
        }
    }

    fn operator_arity(
        &mut self,
        path: &str,
        wanted: usize,
        found: usize,
        node: NodeId,
        head: NodeId,
    ) -> ExprId {
        if !self.ast.is_poisoned(node) {
            self.wrong_count(head, path, wanted, found);
        }
        self.error(node)
    }

    /// `(-)`, `(/)`
    fn no_operand(&mut self, path: &str, node: NodeId, head: NodeId) -> ExprId {
        if !self.ast.is_poisoned(node) {
            self.wrong_count_of(head, path, "at least 1", 0);
        }
        self.error(node)
    }

    fn arith_call(
        &mut self,
        path: &str,
        op: Arith,
        two: bool,
        args: Vec<ExprId>,
        node: NodeId,
        head: NodeId,
    ) -> ExprId {
        if two && args.len() != 2 {
            return self.operator_arity(path, 2, args.len(), node, head);
        }
        if args.is_empty() {
            return match op.unit() {
                Some(unit) => self.push(ExprKind::Int(unit), Ty::I64, node),
                None => self.no_operand(path, node, head),
            };
        }
        let operands: Vec<Ty> = args.iter().map(|&arg| self.ty(arg)).collect();
        // The common case needs no constraint.
        if operands.iter().all(|&ty| self.table.resolve(ty) == Ty::I64) {
            return self.push(ExprKind::Arith { op, args }, Ty::I64, node);
        }
        let nodes = args.iter().map(|&arg| self.blamed(arg)).collect();
        let ret = self.table.var();
        let expr = self.push(ExprKind::Arith { op, args }, ret, node);
        let kind = ConstraintKind::Num {
            operands,
            nodes,
            ret,
        };
        self.constrain(Constraint { kind, node }, None);
        expr
    }

    fn typed_call(
        &mut self,
        path: &str,
        op: Arith,
        float: bool,
        args: Vec<ExprId>,
        node: NodeId,
        head: NodeId,
    ) -> ExprId {
        let ty = if float { Ty::F64 } else { Ty::I64 };
        if args.is_empty() {
            let Some(unit) = op.unit() else {
                return self.no_operand(path, node, head);
            };
            let kind = if float {
                ExprKind::Float((unit as f64).to_bits())
            } else {
                ExprKind::Int(unit)
            };
            return self.push(kind, ty, node);
        }
        for &arg in &args {
            self.expect(arg, ty, Why::Argument { declared: None });
        }
        self.push(ExprKind::Arith { op, args }, ty, node)
    }

    pub(super) fn compare_call(&mut self, op: Compare, args: [ExprId; 2], node: NodeId) -> ExprId {
        let operands = args.map(|arg| self.ty(arg));
        let nodes = args.map(|arg| self.blamed(arg));
        let expr = self.push(ExprKind::Compare { op, args }, Ty::BOOL, node);
        let kind = ConstraintKind::Cmp {
            op,
            operands,
            nodes,
        };
        self.constrain(Constraint { kind, node }, None);
        expr
    }

    fn position(&mut self, index: u32, of: ExprId, node: NodeId) -> ExprId {
        let operand = self.ty(of);
        let at = self.blamed(of);
        let ret = self.table.var();
        let expr = self.push(ExprKind::Position { index, of }, ret, node);
        self.constrain(
            Constraint {
                kind: ConstraintKind::Index {
                    index,
                    operand,
                    ret,
                },
                node: at,
            },
            None,
        );
        expr
    }

    /// An operator in value position: its function type comes from the context.
    pub(super) fn operator_value(&mut self, operator: Operator, ty: Ty, node: NodeId) -> ExprId {
        let two = matches!(operator, Operator::Arith { two: true, .. });
        let used = match operator {
            Operator::Arith { op, .. } => OperatorUse::Arith(op),
            Operator::Typed { op, float } => {
                let operand = if float { Ty::F64 } else { Ty::I64 };
                let two = self.table.function(&[operand, operand], operand);
                let kind = ConstraintKind::LiftTyped {
                    op,
                    ty,
                    operand,
                    default: two,
                };
                let expr = self.push(ExprKind::OperatorValue(OperatorUse::Arith(op)), ty, node);
                self.constrain(Constraint { kind, node }, None);
                return expr;
            }
            Operator::Compare(op) => OperatorUse::Compare(op),
            Operator::Position(index) => OperatorUse::Position(index),
            Operator::Text => OperatorUse::Text,
        };
        let expr = self.push(ExprKind::OperatorValue(used), ty, node);
        self.constrain(
            Constraint {
                kind: ConstraintKind::LiftOperator { used, ty, two },
                node,
            },
            None,
        );
        expr
    }

    /// WAT3403: operands that are no numbers, one report per call. `node` is the call, or the operator where that is a value.
    pub(super) fn not_numbers(&mut self, operands: &[Ty], nodes: &[NodeId], node: NodeId) {
        let bad: Vec<usize> = (0..operands.len())
            .filter(|&at| {
                let ty = self.table.resolve(operands[at]);
                ty != Ty::I64 && ty != Ty::F64 && !self.table.is_var(ty) && !self.table.is_error(ty)
            })
            .collect();
        let Some((&first, more)) = bad.split_first() else {
            return;
        };
        let is_value = nodes[first] == node;
        let found = self.render(operands[first]);
        let mut problem = Problem::new(
            3403,
            Place::node(nodes[first]),
            format!("arithmetic takes `:wat::core::i64` and `:wat::core::f64`, found `{found}`"),
        )
        .label(match is_value {
            true => format!("it is given a `{found}` here"),
            false => format!("this is a `{found}`"),
        })
        .fact("found", found);
        for &at in more.iter().filter(|_| !is_value) {
            let found = self.render(operands[at]);
            problem = problem.also(Place::node(nodes[at]), format!("this is a `{found}`"));
        }
        if self.table.resolve(operands[first]) == Ty::U8 {
            problem = problem.help(format!("convert it with `{U8_TO_I64}`"));
            let are_bytes = bad
                .iter()
                .all(|&at| self.table.resolve(operands[at]) == Ty::U8);
            // A macro may put one expression in several places.
            let nodes_of_call = || nodes.iter().take(operands.len());
            let is_written =
                |at: usize| nodes_of_call().filter(|&&it| it == nodes[at]).count() == 1;
            if !is_value && are_bytes && bad.iter().all(|&at| is_written(at)) {
                let edit = |at, node, insert: String| ProblemEdit {
                    at,
                    place: Place::node(node),
                    insert,
                };
                let converted = bad.iter().map(|&at| nodes[at]).flat_map(|node| {
                    let before = edit(EditAt::Before, node, format!("({U8_TO_I64} "));
                    [before, edit(EditAt::After, node, ")".into())]
                });
                problem = problem.fix(
                    format!("convert with `{U8_TO_I64}`"),
                    Applicability::MaybeIncorrect,
                    converted.collect(),
                );
            }
        } else if self.table.resolve(operands[first]) == Ty::STRING {
            problem = problem.help("strings are joined with `:wat::core::string::concat`");
        } else if !is_value {
            let is_number = |ret| matches!(self.table.resolve(ret), Ty::I64 | Ty::F64);
            let named: Vec<(NodeId, Ty)> =
                bad.iter().map(|&at| (nodes[at], operands[at])).collect();
            problem = self.uncalled(problem, &named, is_number);
        }
        for at in bad.into_iter().filter(|_| !is_value) {
            problem = self.explain_operand(nodes[at], operands[at], Ty::I64, problem);
        }
        self.problems.push(problem);
    }
}
