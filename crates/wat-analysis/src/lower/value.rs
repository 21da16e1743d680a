//! Expressions: as operands, and as ends of blocks.

use wat_ir::{Callee, Const, End, Operand, Value};
use wat_syntax::NodeId;

use crate::infer::table::Ty;
use crate::infer::typed::{
    Arith, Compare, Expr, ExprId, ExprKind, FunctionKind, FunctionRef, Pattern, PatternKind,
};
use crate::types::Ctor;

use super::pieces::{PIECE, in_turn};
use super::{Lower, may_hold_handles};

const RED_ZONE: usize = 128 * 1024;
const SEGMENT: usize = 2 * 1024 * 1024;

/// What a call comes to.
pub(super) enum Invocation {
    Call(Callee, Vec<Operand>),
    Make(Value),
}

pub(super) fn native(name: impl Into<String>, types: Vec<wat_ir::Ty>) -> Callee {
    Callee::Native {
        name: name.into().into(),
        types: types.into(),
    }
}

/// Is this a call of an assertion? It is no tail call: the frame of its caller tells where it stands.
fn asserts(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Call { callee, .. } if callee.name.starts_with(":wat::test::"))
}

impl<'a> Lower<'a, '_> {
    pub(super) fn expr(&self, id: ExprId) -> &'a Expr {
        &self.inference.exprs[id.0 as usize]
    }

    /// The last of a sequence ends the block, the others are evaluated before.
    pub(super) fn sequence_end(&mut self, body: &[ExprId], tail: bool) -> End {
        match body.split_last() {
            Some((&last, before)) => {
                for &expr in before {
                    self.value(expr);
                }
                self.end(last, tail)
            }
            None => End::Yield(Operand::Const(Const::Nil)),
        }
    }

    /// Evaluates an expression as the end of a block.
    pub(super) fn end(&mut self, id: ExprId, tail: bool) -> End {
        stacker::maybe_grow(RED_ZONE, SEGMENT, || self.end_on_stack(id, tail))
    }

    fn end_on_stack(&mut self, id: ExprId, tail: bool) -> End {
        let expr = self.expr(id);
        match &expr.kind {
            ExprKind::If {
                cond,
                then,
                otherwise,
            } => {
                let cond = self.value(*cond);
                let then = Box::new(self.block(|lower| lower.end(*then, tail)));
                let otherwise = Box::new(self.block(|lower| lower.end(*otherwise, tail)));
                End::If {
                    cond,
                    then,
                    otherwise,
                }
            }
            ExprKind::And(parts) => self.logic(parts, true, tail),
            ExprKind::Or(parts) => self.logic(parts, false, tail),
            ExprKind::Do(body) => self.sequence_end(body, tail),
            ExprKind::Let { bindings, body } => {
                self.bindings(bindings);
                self.sequence_end(body, tail)
            }
            ExprKind::Match { scrutinee, arms } => {
                let value = self.value(*scrutinee);
                self.decide(value, self.expr(*scrutinee).ty, arms, tail)
            }
            ExprKind::Try {
                of,
                success,
                returns,
            } => self.propagate(expr, *of, *success, *returns),
            ExprKind::Expect {
                of,
                message,
                success,
            } => self.expect(expr, *of, *message, *success),
            _ if tail && !asserts(expr) => match self.call(expr) {
                Some(Invocation::Call(callee, args)) => End::TailCall {
                    callee,
                    args: args.into(),
                    at: wat_ir::Origin(expr.node.0),
                },
                Some(Invocation::Make(value)) => {
                    let ty = self.ir(expr.ty);
                    End::Yield(self.emit(ty, value, expr.node))
                }
                None => End::Yield(self.value(id)),
            },
            _ => End::Yield(self.value(id)),
        }
    }

    fn logic(&mut self, parts: &[ExprId], all: bool, tail: bool) -> End {
        let Some((&first, rest)) = parts.split_first() else {
            return End::Yield(Operand::Const(Const::Bool(all)));
        };
        if rest.is_empty() {
            return self.end(first, tail);
        }
        let cond = self.value(first);
        let short = Box::new(self.block(|_| End::Yield(Operand::Const(Const::Bool(!all)))));
        let go_on = Box::new(self.block(|lower| lower.logic(rest, all, tail)));
        match all {
            true => End::If {
                cond,
                then: go_on,
                otherwise: short,
            },
            false => End::If {
                cond,
                then: short,
                otherwise: go_on,
            },
        }
    }

    fn bindings(&mut self, bindings: &[(Pattern, ExprId)]) {
        for (pattern, value) in bindings {
            let value = self.value(*value);
            self.bind(pattern, value);
        }
    }

    /// Binds the names of an irrefutable pattern.
    fn bind(&mut self, pattern: &Pattern, value: Operand) {
        match &pattern.kind {
            PatternKind::Bind(local) => {
                self.bind_place(*local, value);
            }
            PatternKind::Variant {
                index: variant,
                fields,
                ..
            } => {
                for (index, field) in fields.iter().enumerate() {
                    if !matches!(field.kind, PatternKind::Wild) {
                        let part = Value::Field {
                            of: value.clone(),
                            variant: *variant,
                            index: index as u32,
                        };
                        let ty = self.ir(field.ty);
                        let part = self.emit(ty, part, field.node);
                        self.bind(field, part);
                    }
                }
            }
            PatternKind::Tuple(parts) => {
                for (index, part) in parts.iter().enumerate() {
                    if !matches!(part.kind, PatternKind::Wild) {
                        let element = Value::Element {
                            of: value.clone(),
                            index: index as u32,
                        };
                        let ty = self.ir(part.ty);
                        let element = self.emit(ty, element, part.node);
                        self.bind(part, element);
                    }
                }
            }
            PatternKind::Error => self.is_broken = true,
            _ => {}
        }
    }

    pub(super) fn values(&mut self, ids: &[ExprId]) -> Vec<Operand> {
        ids.iter().map(|&id| self.value(id)).collect()
    }

    /// Evaluates an expression to an operand.
    pub(super) fn value(&mut self, id: ExprId) -> Operand {
        stacker::maybe_grow(RED_ZONE, SEGMENT, || self.value_on_stack(id))
    }

    fn value_on_stack(&mut self, id: ExprId) -> Operand {
        let expr = self.expr(id);
        let constant = |value| Operand::Const(value);
        let made = match &expr.kind {
            ExprKind::Error => {
                self.is_broken = true;
                return constant(Const::Nil);
            }
            ExprKind::Nil => return constant(Const::Nil),
            ExprKind::Int(value) => return constant(Const::I64(*value)),
            ExprKind::Float(bits) => return constant(Const::F64(*bits)),
            ExprKind::Bool(value) => return constant(Const::Bool(*value)),
            ExprKind::Str(text) => return constant(Const::Str(text.clone())),
            ExprKind::Keyword(text) => return constant(Const::Keyword(text.clone())),
            ExprKind::Syntax(form) => return constant(Const::Form(form.clone())),
            ExprKind::SyntaxNode { shape, children } => {
                let children = self.values(children);
                self.syntax_node(shape.clone(), children, expr.node)
            }
            ExprKind::ToSyntax { of, splice } => self.fill(*of, *splice),
            ExprKind::Local(local) => return self.place(*local),
            ExprKind::Do(body) => return self.sequence_value(body),
            // What is bound here is released where the form ends.
            ExprKind::Let { bindings, .. }
                if bindings
                    .iter()
                    .any(|(_, value)| may_hold_handles(&self.ir(self.expr(*value).ty))) =>
            {
                Value::Block(Box::new(self.block(|lower| lower.end(id, false))))
            }
            ExprKind::Let { bindings, body } => {
                self.bindings(bindings);
                return self.sequence_value(body);
            }
            ExprKind::If { .. }
            | ExprKind::And(_)
            | ExprKind::Or(_)
            | ExprKind::Match { .. }
            | ExprKind::Try { .. }
            | ExprKind::Expect { .. } => {
                Value::Block(Box::new(self.block(|lower| lower.end(id, false))))
            }
            ExprKind::Global(name) => Value::Global { name: name.clone() },
            ExprKind::Outer(outer) => {
                let tuple = Value::Global {
                    name: outer.bindings.clone(),
                };
                let ty = self.ir(outer.tuple);
                Value::Element {
                    of: self.emit(ty, tuple, expr.node),
                    index: outer.index,
                }
            }
            ExprKind::Function(function) => self.function_ref(function, expr.ty, expr.node),
            ExprKind::DispatchValue { choice } => match &self.inference.choices[*choice] {
                Some(chosen) => self.function_ref(&chosen.function, expr.ty, expr.node),
                None => return constant(Const::Nil),
            },
            ExprKind::OperatorValue(used) => self.operator_lambda(*used, expr.ty, expr.node),
            ExprKind::VariadicValue {
                function,
                fixed,
                element,
            } => self.variadic_lambda(function, *fixed, *element, expr.ty, expr.node),
            ExprKind::VariantFunction { index } => {
                let name = match (self.result_of(expr.ty), index) {
                    (wat_ir::Ty::Option(_), _) => ":wat::core::Some",
                    (_, 0) => ":wat::core::Ok",
                    _ => ":wat::core::Err",
                };
                self.variant_lambda(name, *index, expr.ty, expr.node)
            }
            ExprKind::Lambda {
                params,
                body,
                depth,
            } => self.lambda(params, body, *depth, expr),
            ExprKind::Arith { op, args } => return self.arith(*op, args, expr.node),
            ExprKind::Text { pieces, args } if in_turn(pieces, args.len()) => {
                return self.text_in_turn(pieces, args, expr.node);
            }
            ExprKind::Text { pieces, args } => {
                let types: Vec<Ty> = args
                    .iter()
                    .map(|&arg| self.inference.table.resolve(self.expr(arg).ty))
                    .collect();
                let operands = self.values(args);
                let args = types.into_iter().zip(operands).collect();
                return self.text(pieces, args, expr.node);
            }
            ExprKind::Position { index, of } => self.position(*index, *of),
            ExprKind::Tuple(parts) => Value::Tuple(self.values(parts).into()),
            ExprKind::Vector(parts) | ExprKind::HashMap(parts) | ExprKind::HashSet(parts)
                if parts.len() > PIECE =>
            {
                let ty = self.ir(expr.ty);
                return self.in_pieces(ty, parts, expr.node);
            }
            ExprKind::Vector(parts) => Value::Vector(self.values(parts).into()),
            ExprKind::HashMap(parts) => Value::HashMap(self.values(parts).into()),
            ExprKind::HashSet(parts) => Value::HashSet(self.values(parts).into()),
            ExprKind::Variant { index, fields } => Value::Variant {
                index: *index,
                fields: self.values(fields).into(),
            },
            ExprKind::Call { .. }
            | ExprKind::Dispatch { .. }
            | ExprKind::Apply { .. }
            | ExprKind::Spread { .. }
            | ExprKind::Compare { .. }
            | ExprKind::ToU8(_) => match self.call(expr) {
                Some(Invocation::Call(callee, args)) => Value::Call {
                    callee,
                    args: args.into(),
                },
                Some(Invocation::Make(value)) => value,
                None => return constant(Const::Nil),
            },
        };
        let ty = self.ir(expr.ty);
        self.emit(ty, made, expr.node)
    }

    fn sequence_value(&mut self, body: &[ExprId]) -> Operand {
        let mut last = Operand::Const(Const::Nil);
        for &expr in body {
            last = self.value(expr);
        }
        last
    }

    fn types(&self, types: &[Ty]) -> Vec<wat_ir::Ty> {
        types.iter().map(|&ty| self.ir(ty)).collect()
    }

    /// A call of a named function, or the value that a constructor or accessor makes at once.
    pub(super) fn invoke(&self, function: &FunctionRef, args: Vec<Operand>) -> Invocation {
        let (name, types) = (function.name.clone(), self.types(&function.types).into());
        match function.kind {
            FunctionKind::Native => Invocation::Call(Callee::Native { name, types }, args),
            FunctionKind::Function => Invocation::Call(Callee::Function { name, types }, args),
            FunctionKind::Constructor(index) => Invocation::Make(Value::Variant {
                index,
                fields: args.into(),
            }),
            FunctionKind::Accessor(index) => {
                let of = args
                    .into_iter()
                    .next()
                    .unwrap_or(Operand::Const(Const::Nil));
                Invocation::Make(Value::Field {
                    of,
                    variant: 0,
                    index,
                })
            }
        }
    }

    fn function_ref(&mut self, function: &FunctionRef, ty: Ty, node: NodeId) -> Value {
        let (name, types) = (function.name.clone(), self.types(&function.types).into());
        match function.kind {
            FunctionKind::Native => Value::NativeRef { name, types },
            FunctionKind::Function => Value::FunctionRef { name, types },
            FunctionKind::Constructor(index) => self.variant_lambda(&name, index, ty, node),
            FunctionKind::Accessor(index) => self.accessor_lambda(&name, index, ty, node),
        }
    }

    /// The callee and the arguments of a call; the arguments are evaluated in the order written.
    fn call(&mut self, expr: &'a Expr) -> Option<Invocation> {
        match &expr.kind {
            ExprKind::Call {
                callee,
                args,
                rest: Some((fixed, element)),
            } if args.len() > fixed + PIECE && self.source_order(args).is_sorted() => {
                let ty = wat_ir::Ty::Vector(self.ir(*element).into());
                let mut operands = self.values(&args[..*fixed]);
                operands.push(self.in_pieces(ty, &args[*fixed..], expr.node));
                Some(self.invoke(callee, operands))
            }
            ExprKind::Call { callee, args, rest } => {
                let mut operands = self.in_source_order(args);
                if let Some((fixed, element)) = rest {
                    let surplus = operands.split_off(*fixed);
                    let ty = wat_ir::Ty::Vector(self.ir(*element).into());
                    operands.push(self.emit(ty, Value::Vector(surplus.into()), expr.node));
                }
                Some(self.invoke(callee, operands))
            }
            ExprKind::Dispatch { choice, args } => {
                let mut operands = self.in_source_order(args);
                let chosen = self.inference.choices[*choice].as_ref()?;
                while operands.len() > chosen.arity {
                    let more = operands.split_off(chosen.arity);
                    let step = match self.invoke(&chosen.function, operands) {
                        Invocation::Call(callee, args) => Value::Call {
                            callee,
                            args: args.into(),
                        },
                        Invocation::Make(value) => value,
                    };
                    let result = self.emit(self.ir(expr.ty), step, expr.node);
                    operands = std::iter::once(result).chain(more).collect();
                }
                Some(self.invoke(&chosen.function, operands))
            }
            ExprKind::Apply { function, args } => {
                let function = self.value(*function);
                Some(Invocation::Call(Callee::Value(function), self.values(args)))
            }
            ExprKind::Spread {
                function,
                of,
                element,
            } => Some(self.spread(function, *of, *element, expr)),
            ExprKind::Compare { op, args } => {
                let types = args.map(|arg| self.inference.table.resolve(self.expr(arg).ty));
                let operands = self.values(args);
                let (callee, args) = self.compare(*op, types, operands);
                Some(Invocation::Call(callee, args))
            }
            ExprKind::ToU8(value) => {
                let operand = self.value(*value);
                Some(Invocation::Call(
                    native(":wat::core::__internal/to-u8", Vec::new()),
                    vec![operand],
                ))
            }
            _ => None,
        }
    }

    /// Arguments whose roles were exchanged are still evaluated as written.
    fn in_source_order(&mut self, args: &[ExprId]) -> Vec<Operand> {
        let order = self.source_order(args);
        let mut operands = vec![Operand::Const(Const::Nil); args.len()];
        for at in order {
            operands[at] = self.value(args[at]);
        }
        operands
    }

    /// The places of arguments in the order in which they are evaluated.
    fn source_order(&self, args: &[ExprId]) -> Vec<usize> {
        let mut order: Vec<usize> = (0..args.len()).collect();
        order.sort_by_key(|&at| {
            let node = self.expr(args[at]).node;
            (self.inference.late.contains(&node), node)
        });
        order
    }

    pub(super) fn compare(
        &self,
        op: Compare,
        types: [Ty; 2],
        mut operands: Vec<Operand>,
    ) -> (Callee, Vec<Operand>) {
        let name = |op| match op {
            Compare::Eq => "eq",
            Compare::Ne => "ne",
            Compare::Lt => "lt",
            Compare::Gt => "gt",
            Compare::Le => "le",
            Compare::Ge => "ge",
        };
        let mixed = |op| {
            native(
                format!(":wat::core::__internal/{}'i64'f64", name(op)),
                Vec::new(),
            )
        };
        match types {
            [Ty::I64, Ty::F64] => (mixed(op), operands),
            [Ty::F64, Ty::I64] => {
                operands.swap(0, 1);
                let flipped = match op {
                    Compare::Lt => Compare::Gt,
                    Compare::Gt => Compare::Lt,
                    Compare::Le => Compare::Ge,
                    Compare::Ge => Compare::Le,
                    same => same,
                };
                (mixed(flipped), operands)
            }
            [ty, _] => (
                native(
                    format!(":wat::core::__internal/{}", name(op)),
                    vec![self.ir(ty)],
                ),
                operands,
            ),
        }
    }

    /// Folds from the left and promotes pair by pair.
    fn arith(&mut self, op: Arith, args: &[ExprId], node: NodeId) -> Operand {
        let typed: Vec<(Ty, NodeId)> = args
            .iter()
            .map(|&arg| {
                (
                    self.inference.table.resolve(self.expr(arg).ty),
                    self.expr(arg).node,
                )
            })
            .collect();
        let operands = self.values(args);
        self.fold(
            op,
            typed.iter().map(|(ty, _)| *ty).zip(operands).collect(),
            node,
        )
    }

    pub(super) fn fold(
        &mut self,
        op: Arith,
        mut operands: Vec<(Ty, Operand)>,
        node: NodeId,
    ) -> Operand {
        if operands.len() == 1 {
            let float = self.inference.table.resolve(operands[0].0) == Ty::F64;
            let unit = match (op, float) {
                (Arith::Add | Arith::Mul, _) => return operands.remove(0).1,
                (Arith::Sub, false) => Const::I64(0),
                (Arith::Sub, true) => Const::F64(0.0f64.to_bits()),
                (Arith::Div, false) => Const::I64(1),
                (Arith::Div, true) => Const::F64(1.0f64.to_bits()),
            };
            operands.insert(0, (operands[0].0, Operand::Const(unit)));
        }
        let sign = match op {
            Arith::Add => "+",
            Arith::Sub => "-",
            Arith::Mul => "*",
            Arith::Div => "/",
        };
        let mut operands = operands.into_iter();
        let Some((mut ty, mut value)) = operands.next() else {
            return Operand::Const(Const::Nil);
        };
        for (right, operand) in operands {
            let (name, result) = match (ty, right) {
                (Ty::I64, Ty::I64) => (format!(":wat::core::i64::{sign}'2"), Ty::I64),
                (Ty::F64, Ty::F64) => (format!(":wat::core::f64::{sign}'2"), Ty::F64),
                (Ty::I64, _) => (format!(":wat::core::{sign}'i64'f64"), Ty::F64),
                (_, _) => (format!(":wat::core::{sign}'f64'i64"), Ty::F64),
            };
            let call = Value::Call {
                callee: native(name, Vec::new()),
                args: [value, operand].into(),
            };
            let result_ty = self.ir(result);
            value = self.emit(result_ty, call, node);
            ty = result;
        }
        value
    }

    fn position(&mut self, index: u32, of: ExprId) -> Value {
        let ty = self.expr(of).ty;
        let operand = self.value(of);
        self.position_of(index, ty, operand)
    }

    pub(super) fn position_of(&self, index: u32, ty: Ty, of: Operand) -> Value {
        match self.inference.table.args_of(ty, &Ctor::Vector) {
            Some(args) => Value::Call {
                callee: native(":wat::core::Vector/get", vec![self.ir(args[0])]),
                args: [of, Operand::Const(Const::I64(i64::from(index)))].into(),
            },
            None => Value::Element { of, index },
        }
    }

    /// The good variant's field, or the other variant as the result of the function.
    fn propagate(&mut self, expr: &'a Expr, of: ExprId, success: u32, returns: Ty) -> End {
        let value = self.value(of);
        let good = self.block(|lower| {
            let ty = lower.ir(expr.ty);
            let field = Value::Field {
                of: value.clone(),
                variant: success,
                index: 0,
            };
            End::Yield(lower.emit(ty, field, expr.node))
        });
        let bad = self.block(|lower| {
            let table = &lower.inference.table;
            let failure = table
                .args_of(lower.expr(of).ty, &Ctor::Result)
                .map(|parts| parts[1]);
            let fields = match failure {
                Some(failure) => {
                    let ty = lower.ir(failure);
                    let field = Value::Field {
                        of: value.clone(),
                        variant: 1,
                        index: 0,
                    };
                    vec![lower.emit(ty, field, expr.node)]
                }
                None => Vec::new(),
            };
            let ty = lower.ir(returns);
            let index = 1 - success;
            let result = Value::Variant {
                index,
                fields: fields.into(),
            };
            End::Return(lower.emit(ty, result, expr.node))
        });
        End::Switch {
            on: value,
            cases: [(success, good), (1 - success, bad)].into(),
            default: None,
        }
    }

    /// The type of the chain of deaths that an operation on channels fails with.
    fn chain_of(&self, of: ExprId) -> Option<wat_ir::Ty> {
        let table = &self.inference.table;
        let failure = table.args_of(self.expr(of).ty, &Ctor::Result)?[1];
        let chain = self.ir(failure);
        match &chain {
            wat_ir::Ty::Vector(death) => match &**death {
                wat_ir::Ty::Nominal(path, _) => matches!(
                    &**path,
                    ":wat::kernel::ThreadDiedError" | ":wat::kernel::ProcessDiedError"
                )
                .then_some(chain),
                _ => None,
            },
            _ => None,
        }
    }

    fn expect(&mut self, expr: &'a Expr, of: ExprId, message: ExprId, success: u32) -> End {
        let value = self.value(of);
        let ty = self.ir(expr.ty);
        let chain = self.chain_of(of);
        let error = match self.ir(self.expr(of).ty) {
            wat_ir::Ty::Result(_, error) => Some((*error).clone()),
            _ => None,
        };
        let good = self.block(|lower| {
            let field = Value::Field {
                of: value.clone(),
                variant: success,
                index: 0,
            };
            End::Yield(lower.emit(ty.clone(), field, expr.node))
        });
        let bad = self.block(|lower| {
            let message = lower.value(message);
            let mut carried = |ty: wat_ir::Ty| {
                let field = Value::Field {
                    of: value.clone(),
                    variant: 1 - success,
                    index: 0,
                };
                lower.emit(ty, field, expr.node)
            };
            let (name, types, args) = match (chain, error) {
                (Some(chain), _) => {
                    let upstream = carried(chain.clone());
                    let name = ":wat::kernel::__internal/expect-died";
                    (name, vec![ty.clone(), chain], vec![message, upstream])
                }
                (None, Some(error)) => {
                    let found = carried(error.clone());
                    let name = ":wat::core::__internal/expect-ok-failed";
                    (name, vec![ty.clone(), error], vec![message, found])
                }
                (None, None) => {
                    let name = ":wat::core::__internal/expect-failed";
                    (name, vec![ty.clone()], vec![message])
                }
            };
            let failed = Value::Call {
                callee: native(name, types),
                args: args.into(),
            };
            lower.emit(ty.clone(), failed, expr.node);
            End::Unreachable
        });
        End::Switch {
            on: value,
            cases: [(success, good), (1 - success, bad)].into(),
            default: None,
        }
    }
}
