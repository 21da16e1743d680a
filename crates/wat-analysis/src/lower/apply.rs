//! Calls with the elements of a vector, and functions with a rest parameter as values.

use wat_ir::{Callee, Const, Operand, Value};
use wat_syntax::NodeId;

use crate::infer::table::Ty;
use crate::infer::typed::{Arith, Expr, ExprId, FunctionRef, Spread};

use super::Lower;
use super::value::{Invocation, native};

fn function(name: &str, element: wat_ir::Ty) -> Callee {
    Callee::Function {
        name: name.into(),
        types: [element].into(),
    }
}

impl<'a> Lower<'a, '_> {
    /// A function of its own that gathers the arguments behind the fixed ones.
    pub(super) fn variadic_lambda(
        &mut self,
        callee: &FunctionRef,
        fixed: usize,
        element: Ty,
        ty: Ty,
        node: NodeId,
    ) -> Value {
        let ret = self.result_of(ty);
        self.wrapper(&callee.name, ty, node, |lower, operands, _| {
            let (params, rest) = operands.split_at(fixed.min(operands.len()));
            let mut args = params.to_vec();
            let vector = wat_ir::Ty::Vector(lower.ir(element).into());
            args.push(lower.emit(vector, Value::Vector(rest.into()), node));
            match lower.invoke(callee, args) {
                Invocation::Call(callee, args) => {
                    let args = args.into();
                    lower.emit(ret, Value::Call { callee, args }, node)
                }
                Invocation::Make(value) => lower.emit(ret, value, node),
            }
        })
    }

    /// The function is evaluated first, then the vector; then its length is checked.
    pub(super) fn spread(
        &mut self,
        spread: &Spread,
        of: ExprId,
        element: Ty,
        expr: &'a Expr,
    ) -> Invocation {
        let item = self.ir(element);
        let node = expr.node;
        match spread {
            Spread::Value {
                function: value,
                count,
            } => {
                let value = self.value(*value);
                let vector = self.value(of);
                self.check_count(&item, &vector, *count, true, node);
                let args = self.elements(&item, &vector, *count, node);
                Invocation::Call(Callee::Value(value), args)
            }
            Spread::Call { callee, fixed } => {
                let vector = self.value(of);
                self.check_count(&item, &vector, *fixed, false, node);
                let mut args = self.elements(&item, &vector, *fixed, node);
                let rest = Value::Call {
                    callee: native(":wat::core::drop", vec![item.clone()]),
                    args: [vector, Operand::Const(Const::I64(*fixed as i64))].into(),
                };
                args.push(self.emit(wat_ir::Ty::Vector(item.into()), rest, node));
                self.invoke(callee, args)
            }
            Spread::Fold { step, op } => {
                let step = self.value(*step);
                let vector = self.value(of);
                let float = self.inference.table.resolve(element) == Ty::F64;
                let unit = |op: Arith| {
                    let one = matches!(op, Arith::Mul | Arith::Div);
                    Operand::Const(match float {
                        true => Const::F64(f64::from(u8::from(one)).to_bits()),
                        false => Const::I64(i64::from(one)),
                    })
                };
                let folds = |op: &Arith| matches!(op, Arith::Add | Arith::Mul);
                let empty = op.filter(folds).map(unit);
                let alone = op.filter(|op| !folds(op)).map(unit);
                let empty = self.option(&item, empty, node);
                let alone = self.option(&item, alone, node);
                let callee = function(":wat::core::__internal/apply-fold", item);
                Invocation::Call(callee, vec![step, vector, empty, alone])
            }
            Spread::Text => {
                let vector = self.value(of);
                let callee = function(":wat::core::__internal/display-all", item);
                Invocation::Call(callee, vec![vector])
            }
        }
    }

    fn option(&mut self, item: &wat_ir::Ty, value: Option<Operand>, node: NodeId) -> Operand {
        let variant = Value::Variant {
            index: u32::from(value.is_some()),
            fields: value.into_iter().collect(),
        };
        self.emit(wat_ir::Ty::Option(item.clone().into()), variant, node)
    }

    fn check_count(
        &mut self,
        item: &wat_ir::Ty,
        vector: &Operand,
        count: usize,
        exact: bool,
        node: NodeId,
    ) {
        let length = Value::Call {
            callee: native(":wat::core::Vector/length", vec![item.clone()]),
            args: [vector.clone()].into(),
        };
        let length = self.emit(wat_ir::Ty::I64, length, node);
        let check = Value::Call {
            callee: native(":wat::core::__internal/check-count", Vec::new()),
            args: [
                length,
                Operand::Const(Const::I64(count as i64)),
                Operand::Const(Const::Bool(exact)),
            ]
            .into(),
        };
        self.emit(wat_ir::Ty::Nil, check, node);
    }

    fn elements(
        &mut self,
        item: &wat_ir::Ty,
        vector: &Operand,
        count: usize,
        node: NodeId,
    ) -> Vec<Operand> {
        (0..count)
            .map(|index| {
                let element = Value::Call {
                    callee: native(":wat::core::nth", vec![item.clone()]),
                    args: [vector.clone(), Operand::Const(Const::I64(index as i64))].into(),
                };
                self.emit(item.clone(), element, node)
            })
            .collect()
    }
}
