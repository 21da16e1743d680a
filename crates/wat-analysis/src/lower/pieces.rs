//! What has many parts: collections that are made piece by piece, and texts.
//!
//! Parts are evaluated before what they are parts of, and each of them needs a place until then. So literals of any
//! length are made of pieces, and a text grows with each argument.

use wat_ir::{Callee, Const, Operand, Value};
use wat_syntax::NodeId;

use crate::infer::table::Ty;
use crate::infer::typed::{ExprId, TextPiece};

use super::Lower;
use super::value::native;

/// So many parts are made at once; of a map, half as many entries.
pub(super) const PIECE: usize = 1024;

/// Does a text have every argument once, in the order in which they are evaluated?
pub(super) fn in_turn(pieces: &[TextPiece], args: usize) -> bool {
    let arguments = pieces.iter().filter_map(|piece| match piece {
        TextPiece::Argument(index) => Some(*index),
        TextPiece::Literal(_) => None,
    });
    arguments.eq(0..args)
}

impl Lower<'_, '_> {
    /// A vector, map or set of many parts.
    pub(super) fn in_pieces(&mut self, ty: wat_ir::Ty, parts: &[ExprId], node: NodeId) -> Operand {
        let mut whole = None;
        for parts in parts.chunks(PIECE) {
            let parts = self.values(parts).into();
            let (made, join) = match &ty {
                wat_ir::Ty::HashMap(key, value) => (
                    Value::HashMap(parts),
                    native(
                        ":wat::core::__internal/put-all",
                        vec![(**key).clone(), (**value).clone()],
                    ),
                ),
                wat_ir::Ty::HashSet(of) => (
                    Value::HashSet(parts),
                    native(":wat::core::union", vec![(**of).clone()]),
                ),
                wat_ir::Ty::Vector(of) => (
                    Value::Vector(parts),
                    native(":wat::core::Vector/concat", vec![(**of).clone()]),
                ),
                // Whoever asks knows that the type is one of these.
                _ => return Operand::Const(Const::Nil),
            };
            let piece = self.emit(ty.clone(), made, node);
            whole = Some(match whole {
                None => piece,
                Some(before) => {
                    let args = [before, piece].into();
                    self.emit(ty.clone(), Value::Call { callee: join, args }, node)
                }
            });
        }
        whole.unwrap_or(Operand::Const(Const::Nil))
    }

    /// A text that has every argument once and in order.
    pub(super) fn text_in_turn(
        &mut self,
        pieces: &[TextPiece],
        args: &[ExprId],
        node: NodeId,
    ) -> Operand {
        let mut out = None;
        for piece in pieces {
            let piece = match piece {
                TextPiece::Literal(text) => Operand::Const(Const::Str(text.clone())),
                TextPiece::Argument(index) => {
                    let ty = self.inference.table.resolve(self.expr(args[*index]).ty);
                    let value = self.value(args[*index]);
                    self.display(ty, value, node)
                }
            };
            out = Some(self.appended(out, piece, node));
        }
        out.unwrap_or_else(|| Operand::Const(Const::Str("".into())))
    }

    /// Literal texts and the display texts of values, one after the other. Appending to a text of its own does not copy
    /// it.
    pub(super) fn text(
        &mut self,
        pieces: &[TextPiece],
        args: Vec<(Ty, Operand)>,
        node: NodeId,
    ) -> Operand {
        let mut texts = Vec::with_capacity(args.len());
        for (ty, operand) in args {
            texts.push(self.display(ty, operand, node));
        }
        let mut out: Option<Operand> = None;
        for piece in pieces {
            let piece = match piece {
                TextPiece::Literal(text) => Operand::Const(Const::Str(text.clone())),
                TextPiece::Argument(index) => texts[*index].clone(),
            };
            out = Some(self.appended(out, piece, node));
        }
        out.unwrap_or_else(|| Operand::Const(Const::Str("".into())))
    }

    pub(super) fn emit_call(
        &mut self,
        callee: Callee,
        args: Vec<Operand>,
        node: NodeId,
    ) -> Operand {
        let call = Value::Call {
            callee,
            args: args.into(),
        };
        self.emit(wat_ir::Ty::Str, call, node)
    }

    fn display(&mut self, ty: Ty, operand: Operand, node: NodeId) -> Operand {
        if self.inference.table.resolve(ty) == Ty::STRING {
            return operand;
        }
        let callee = native(":wat::core::__internal/display", vec![self.ir(ty)]);
        self.emit_call(callee, vec![operand], node)
    }

    fn appended(&mut self, before: Option<Operand>, piece: Operand, node: NodeId) -> Operand {
        let Some(before) = before else { return piece };
        let callee = native(":wat::core::__internal/append", Vec::new());
        self.emit_call(callee, vec![before, piece], node)
    }
}
