//! Templates: nodes made from constant and filled-in parts.

use std::sync::Arc;

use wat_ir::{Const, Operand, Value};
use wat_syntax::NodeId;

use crate::infer::typed::ExprId;

use super::Lower;
use super::value::native;

impl Lower<'_, '_> {
    pub(super) fn syntax_node(
        &mut self,
        shape: Arc<str>,
        children: Vec<Operand>,
        node: NodeId,
    ) -> Value {
        let form = wat_ir::Ty::form().clone();
        let children = self.emit(
            wat_ir::Ty::Vector(form.into()),
            Value::Vector(children.into()),
            node,
        );
        Value::Call {
            callee: native(":wat::core::__internal/syntax-node", Vec::new()),
            args: [Operand::Const(Const::Str(shape)), children].into(),
        }
    }

    pub(super) fn fill(&mut self, of: ExprId, splice: bool) -> Value {
        let operand = self.value(of);
        let ty = self.ir(self.expr(of).ty);
        let name = match splice {
            true => ":wat::core::__internal/splice-syntax",
            false => ":wat::core::__internal/to-syntax",
        };
        Value::Call {
            callee: native(name, vec![ty]),
            args: [operand].into(),
        }
    }
}
