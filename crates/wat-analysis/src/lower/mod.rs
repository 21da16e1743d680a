//! The typed tree lowered to the machine's IR: a-normal form, explicit tail calls and captures, decision trees.
//!
//! Only definitions without errors are lowered. Evaluation order is the order of the source.

mod apply;
mod decision;
mod function;
mod pieces;
mod syntax;
mod value;

pub(crate) use function::children;

use std::sync::Arc;

use rustc_hash::FxHashMap;
use wat_ir::{Block, Const, End, Function, Join, Local, LocalDecl, Operand, Origin, Stmt, Value};
use wat_syntax::NodeId;

use crate::infer::table::Ty;
use crate::infer::typed::{ExprId, LocalId};
use crate::infer::{Body, Inference};

/// The code of one function while it is made.
struct Lower<'a, 'db> {
    inference: &'a Inference<'db>,
    name: Arc<str>,
    locals: Vec<LocalDecl>,
    /// Where the locals of the source live.
    places: FxHashMap<LocalId, Operand>,
    lambdas: Vec<Arc<Function>>,
    joins: u32,
    stmts: Vec<Stmt>,
    /// Has something been met that inference could not make sense of?
    is_broken: bool,
}

/// Lowers a definition or an expression; `None` if it has no code, as where a part of it has no meaning: what is wrong
/// with that is told here or where the names that it uses are defined, and never becomes a value.
pub(crate) fn lower(inference: &Inference<'_>, name: &str) -> Option<Arc<Function>> {
    let mut lower = Lower::new(inference, name.into());
    let (params, body, ret): (&[LocalId], &[ExprId], _) = match &inference.body {
        Body::Function { params, body, ret } => (params, body, inference.table.to_ir(*ret)),
        Body::Value(value) => (
            &[],
            std::slice::from_ref(value),
            inference.table.to_ir(inference.exprs[value.0 as usize].ty),
        ),
        Body::None => return None,
    };
    for &param in params {
        lower.declare(param);
    }
    let at = body
        .last()
        .map_or(NodeId(0), |last| inference.exprs[last.0 as usize].node);
    let params = params.len() as u32;
    let body = lower.block(|lower| {
        if let Some(guard) = &inference.guard {
            let turn = Value::Global {
                name: guard.clone(),
            };
            lower.emit(wat_ir::Ty::Nil, turn, at);
        }
        // An initialiser keeps its frame, so that the trace of a failure names it.
        let is_function = matches!(inference.body, Body::Function { .. });
        lower.sequence_end(body, is_function)
    });
    if lower.is_broken {
        return None;
    }
    Some(Arc::new(lower.function(0, params, ret, body, at)))
}

/// May a value of this type hold a handle, whose release can be observed? The machine knows for certain, for each
/// instance.
fn may_hold_handles(ty: &wat_ir::Ty) -> bool {
    let mut work = vec![ty];
    while let Some(ty) = work.pop() {
        match ty {
            wat_ir::Ty::Fn(..) | wat_ir::Ty::Param(_) => return true,
            wat_ir::Ty::Nominal(path, _) => {
                const PLAIN: [&str; 4] = [
                    wat_ir::Ty::FORM,
                    ":wat::core::Uuid",
                    ":wat::time::Instant",
                    ":wat::time::Duration",
                ];
                if !PLAIN.contains(&&**path) {
                    return true;
                }
            }
            wat_ir::Ty::Vector(of) | wat_ir::Ty::HashSet(of) | wat_ir::Ty::Option(of) => {
                work.push(of)
            }
            wat_ir::Ty::HashMap(a, b) | wat_ir::Ty::Result(a, b) => work.extend([&**a, &**b]),
            wat_ir::Ty::Tuple(parts) => work.extend(parts.iter()),
            _ => {}
        }
    }
    false
}

/// The initialiser of something that has a turn in program order and no value: it yields nil.
pub(crate) fn marker(name: &str) -> Arc<Function> {
    Arc::new(Function {
        name: name.into(),
        type_params: 0,
        captures: 0,
        params: 0,
        locals: Vec::new(),
        ret: wat_ir::Ty::Nil,
        body: Block {
            stmts: Vec::new(),
            end: End::Yield(Operand::Const(Const::Nil)),
        },
        lambdas: Vec::new(),
        at: Origin::default(),
    })
}

impl<'a, 'db> Lower<'a, 'db> {
    fn new(inference: &'a Inference<'db>, name: Arc<str>) -> Self {
        Lower {
            inference,
            name,
            locals: Vec::new(),
            places: FxHashMap::default(),
            lambdas: Vec::new(),
            joins: 0,
            stmts: Vec::new(),
            is_broken: false,
        }
    }

    fn function(
        self,
        captures: u32,
        params: u32,
        ret: wat_ir::Ty,
        body: Block,
        at: NodeId,
    ) -> Function {
        Function {
            name: self.name,
            type_params: self.inference.generics.len() as u32,
            captures,
            params,
            locals: self.locals,
            ret,
            body,
            lambdas: self.lambdas,
            at: Origin(at.0),
        }
    }

    fn ir(&self, ty: Ty) -> wat_ir::Ty {
        self.inference.table.to_ir(ty)
    }

    fn fresh(&mut self, name: &str, ty: wat_ir::Ty) -> Local {
        self.locals.push(LocalDecl {
            name: name.into(),
            ty,
        });
        Local(self.locals.len() as u32 - 1)
    }

    /// Gives a local of the source a place of its own.
    fn declare(&mut self, local: LocalId) -> Local {
        let info = &self.inference.locals[local.0 as usize];
        let place = self.fresh(&info.name, self.inference.table.to_ir(info.ty));
        self.places.insert(local, Operand::Local(place));
        place
    }

    /// Binds a name to a value. If the value may hold a handle it gets the name, because it lives as long as its scope.
    fn bind_place(&mut self, local: LocalId, value: Operand) {
        if let Operand::Local(Local(index)) = value {
            let decl = &mut self.locals[index as usize];
            if decl.name.is_empty() && may_hold_handles(&decl.ty) {
                decl.name = self.inference.locals[local.0 as usize].name.clone();
            }
        }
        self.places.insert(local, value);
    }

    fn emit(&mut self, ty: wat_ir::Ty, value: Value, at: NodeId) -> Operand {
        let dst = self.fresh("", ty);
        self.stmts.push(Stmt::Let {
            dst,
            value,
            at: Origin(at.0),
        });
        Operand::Local(dst)
    }

    /// A block of its own around what `end` emits.
    fn block(&mut self, end: impl FnOnce(&mut Self) -> End) -> Block {
        let outer = std::mem::take(&mut self.stmts);
        let end = end(self);
        Block {
            stmts: std::mem::replace(&mut self.stmts, outer),
            end,
        }
    }

    fn join(&mut self) -> Join {
        self.joins += 1;
        Join(self.joins - 1)
    }

    fn place(&self, local: LocalId) -> Operand {
        self.places
            .get(&local)
            .cloned()
            .unwrap_or(Operand::Const(Const::Nil))
    }
}
