//! How each operation takes its operands, decided before registers are given out.

use crate::compile::alloc::Shape;
use crate::compile::intrinsic::{Intrinsic, intrinsic};
use crate::compile::{CompileError, Linker};
use wat_ir::{Callee, Graph, Operand, Value};
use wat_value::Desc;

/// What was decided about each operation before registers are given out.
pub(super) struct Plan<'f> {
    /// Per node, per operation: natives' letters, or nothing if operands are owned.
    takes: Vec<Vec<Takes>>,
    graph: &'f Graph<'f>,
    pointers: Vec<bool>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    All,
    None,
    Letters(&'static str),
}

impl<'f> Plan<'f> {
    pub fn new(
        graph: &'f Graph<'f>,
        types: &[&'static Desc],
        descs: &[&'static Desc],
        linker: &mut dyn Linker,
    ) -> Result<Plan<'f>, CompileError> {
        let mut takes = Vec::with_capacity(graph.nodes.len());
        for node in &graph.nodes {
            let mut of_node = Vec::with_capacity(node.ops.len());
            for op in &node.ops {
                of_node.push(match op.value {
                    Value::Field { .. } | Value::Element { .. } => Takes::None,
                    Value::Call {
                        callee: Callee::Native { name, types: args },
                        ..
                    } => {
                        let mut closed = Vec::with_capacity(args.len());
                        for ty in args {
                            closed.push(linker.desc(ty, types)?);
                        }
                        match intrinsic(name, &closed) {
                            Some(Intrinsic::Owning(_)) => Takes::All,
                            Some(_) => Takes::None,
                            None => Takes::Letters(linker.native_takes(name)?),
                        }
                    }
                    _ => Takes::All,
                });
            }
            takes.push(of_node);
        }
        Ok(Plan {
            takes,
            graph,
            pointers: descs.iter().map(|desc| desc.is_pointer()).collect(),
        })
    }

    fn owns(&self, node: usize, op: usize, operand: usize) -> bool {
        match self.takes[node][op] {
            Takes::All => true,
            Takes::None => false,
            Takes::Letters(letters) => wat_value::Native::owns(letters, operand),
        }
    }
}

impl Shape for Plan<'_> {
    fn borrows(&self, node: usize, op: usize, operand: usize) -> bool {
        let pointer = match self.graph.nodes[node].ops[op].value.operands().nth(operand) {
            Some(Operand::Local(local)) => self.pointers[local.0 as usize],
            _ => false,
        };
        pointer && !self.owns(node, op, operand)
    }

    fn is_call(&self, value: &Value) -> bool {
        matches!(
            value,
            Value::Call {
                callee: Callee::Function { .. } | Callee::Value(_),
                ..
            }
        )
    }
}
