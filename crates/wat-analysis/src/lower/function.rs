//! Function values: lambdas with their captures, and operators and constructors as functions.

use std::sync::Arc;

use wat_ir::{Const, End, LocalDecl, Operand, Value};
use wat_syntax::NodeId;

use crate::infer::table::Ty;
use crate::infer::typed::{Expr, ExprId, ExprKind, LocalId, OperatorUse, TextPiece};
use crate::types::Ctor;

use super::Lower;

impl<'a, 'db> Lower<'a, 'db> {
    fn nested(&self, offset: usize) -> Arc<str> {
        format!("{}#{}", self.name, self.lambdas.len() + offset).into()
    }

    pub(super) fn lambda(
        &mut self,
        params: &[LocalId],
        body: &[ExprId],
        depth: u32,
        expr: &Expr,
    ) -> Value {
        let captured = self.captured(body, depth);
        let captures: Box<[Operand]> = captured.iter().map(|&local| self.place(local)).collect();
        let mut inner = Lower::new(self.inference, self.nested(0));
        for &local in captured.iter().chain(params) {
            inner.declare(local);
        }
        let parts = self.inference.table.args_of(expr.ty, &Ctor::Fn);
        let ret = parts
            .and_then(<[Ty]>::last)
            .map_or(wat_ir::Ty::Nil, |&ret| self.ir(ret));
        let code = inner.block(|lower| lower.sequence_end(body, true));
        self.is_broken |= inner.is_broken;
        let function = inner.function(
            captured.len() as u32,
            params.len() as u32,
            ret,
            code,
            expr.node,
        );
        self.lambdas.push(Arc::new(function));
        Value::Closure {
            lambda: self.lambdas.len() as u32 - 1,
            captures,
        }
    }

    /// The locals of enclosing functions that a body mentions, each once, in order of first mention.
    fn captured(&self, body: &[ExprId], depth: u32) -> Vec<LocalId> {
        let mut found = Vec::new();
        let mut work: Vec<ExprId> = body.iter().rev().copied().collect();
        while let Some(id) = work.pop() {
            let expr = self.expr(id);
            if let ExprKind::Local(local) = expr.kind {
                let outer = self.inference.locals[local.0 as usize].depth < depth;
                if outer && !found.contains(&local) {
                    found.push(local);
                }
            }
            let start = work.len();
            children(&expr.kind, &mut work);
            work[start..].reverse();
        }
        found
    }

    /// Parameters and result of a function type.
    fn function_parts(&self, ty: Ty) -> Vec<Ty> {
        let parts = self.inference.table.args_of(ty, &Ctor::Fn);
        parts.map(<[Ty]>::to_vec).unwrap_or_default()
    }

    pub(super) fn result_of(&self, ty: Ty) -> wat_ir::Ty {
        self.function_parts(ty)
            .last()
            .map_or(wat_ir::Ty::Nil, |&ret| self.ir(ret))
    }

    /// A function of its own, without captures, for something that has no code. What is a definition gives it its name.
    pub(super) fn wrapper(
        &mut self,
        name: &str,
        ty: Ty,
        node: NodeId,
        body: impl FnOnce(&mut Self, &[Operand], &[Ty]) -> Operand,
    ) -> Value {
        let parts = self.function_parts(ty);
        let (params, ret) = parts.split_at(parts.len().saturating_sub(1));
        let mut inner = Lower::new(self.inference, name.into());
        inner.locals = params
            .iter()
            .map(|&ty| LocalDecl {
                name: "".into(),
                ty: self.ir(ty),
            })
            .collect();
        let operands: Vec<Operand> = (0..params.len() as u32)
            .map(|at| Operand::Local(wat_ir::Local(at)))
            .collect();
        let code = inner.block(|lower| End::Yield(body(lower, &operands, params)));
        let ret = ret.first().map_or(wat_ir::Ty::Nil, |&ret| self.ir(ret));
        let function = inner.function(0, params.len() as u32, ret, code, node);
        self.lambdas.push(Arc::new(function));
        Value::Closure {
            lambda: self.lambdas.len() as u32 - 1,
            captures: Box::default(),
        }
    }

    pub(super) fn operator_lambda(&mut self, used: OperatorUse, ty: Ty, node: NodeId) -> Value {
        let name = self.nested(0);
        self.wrapper(&name, ty, node, |lower, operands, types| {
            let types: Vec<Ty> = types
                .iter()
                .map(|&ty| lower.inference.table.resolve(ty))
                .collect();
            match used {
                OperatorUse::Arith(op) if operands.is_empty() => {
                    let unit = op.unit().unwrap_or_default();
                    Operand::Const(match lower.result_of(ty) {
                        wat_ir::Ty::F64 => Const::F64((unit as f64).to_bits()),
                        _ => Const::I64(unit),
                    })
                }
                OperatorUse::Arith(op) => lower.fold(
                    op,
                    types.into_iter().zip(operands.iter().cloned()).collect(),
                    node,
                ),
                OperatorUse::Compare(op) => {
                    let (callee, args) = lower.compare(op, [types[0], types[1]], operands.to_vec());
                    lower.emit(
                        wat_ir::Ty::Bool,
                        Value::Call {
                            callee,
                            args: args.into(),
                        },
                        node,
                    )
                }
                OperatorUse::Text => {
                    let parts = types.into_iter().zip(operands.iter().cloned()).collect();
                    let pieces: Vec<TextPiece> =
                        (0..operands.len()).map(TextPiece::Argument).collect();
                    lower.text(&pieces, parts, node)
                }
                OperatorUse::Position(index) => {
                    let value = lower.position_of(index, types[0], operands[0].clone());
                    let ret = lower.result_of(ty);
                    lower.emit(ret, value, node)
                }
            }
        })
    }

    pub(super) fn accessor_lambda(
        &mut self,
        name: &str,
        index: u32,
        ty: Ty,
        node: NodeId,
    ) -> Value {
        let ret = self.result_of(ty);
        self.wrapper(name, ty, node, |lower, operands, _| {
            let field = Value::Field {
                of: operands[0].clone(),
                variant: 0,
                index,
            };
            lower.emit(ret, field, node)
        })
    }

    pub(super) fn variant_lambda(&mut self, name: &str, index: u32, ty: Ty, node: NodeId) -> Value {
        let ret = self.result_of(ty);
        self.wrapper(name, ty, node, |lower, operands, _| {
            lower.emit(
                ret,
                Value::Variant {
                    index,
                    fields: operands.into(),
                },
                node,
            )
        })
    }
}

/// The expressions directly inside an expression.
pub(crate) fn children(kind: &ExprKind, out: &mut Vec<ExprId>) {
    match kind {
        ExprKind::Call { args, .. }
        | ExprKind::Dispatch { args, .. }
        | ExprKind::Text { args, .. }
        | ExprKind::Arith { args, .. } => out.extend(args),
        ExprKind::Apply { function, args } => {
            out.push(*function);
            out.extend(args);
        }
        ExprKind::Compare { args, .. } => out.extend(args),
        ExprKind::Position { of, .. } | ExprKind::ToU8(of) | ExprKind::ToSyntax { of, .. } => {
            out.push(*of)
        }
        ExprKind::SyntaxNode { children, .. } => out.extend(children),
        ExprKind::If {
            cond,
            then,
            otherwise,
        } => out.extend([*cond, *then, *otherwise]),
        ExprKind::And(parts)
        | ExprKind::Or(parts)
        | ExprKind::Do(parts)
        | ExprKind::Tuple(parts) => out.extend(parts),
        ExprKind::Vector(parts) | ExprKind::HashMap(parts) | ExprKind::HashSet(parts) => {
            out.extend(parts)
        }
        ExprKind::Variant { fields, .. } => out.extend(fields),
        ExprKind::Let { bindings, body } => {
            out.extend(bindings.iter().map(|(_, value)| *value));
            out.extend(body);
        }
        ExprKind::Match { scrutinee, arms } => {
            out.push(*scrutinee);
            out.extend(arms.iter().map(|(_, body)| *body));
        }
        ExprKind::Lambda { body, .. } => out.extend(body),
        ExprKind::Spread { function, of, .. } => {
            out.extend(function.function());
            out.push(*of);
        }
        ExprKind::Try { of, .. } => out.push(*of),
        ExprKind::Expect { of, message, .. } => out.extend([*of, *message]),
        _ => {}
    }
}
