//! Data as code: functions made from forms while the program runs.
//!
//! The compiler gives the code of the forms; around it stands a function that makes an outcome of its value. A run-time
//! error anywhere under that function becomes the failure of the outcome, because its frame is guarded; a panic passes.

use crate::compiler::Refusal;
use std::sync::Arc;
use wat_ir::{
    Block, Callee, Const, End, Function, Local, LocalDecl, Operand, Origin, Stmt, Ty, Value,
};
use wat_value::{Desc, Slot, make_string, make_variant};

/// The kind of the failure that a run-time error becomes.
pub(crate) fn kind_of(code: u16) -> &'static str {
    match code {
        8402 => "division-by-zero",
        _ => "runtime-error",
    }
}

/// A failed outcome of this type.
pub(crate) fn failed(outcome: &'static Desc, kind: &str, message: &str) -> Slot {
    let error = outcome.variants()[1].fields[0];
    let error = make_variant(error, 0, &[make_string(kind), make_string(message)]);
    make_variant(outcome, 1, &[error])
}

/// A function without parameters under construction: every step assigns the next local.
struct Builder {
    locals: Vec<LocalDecl>,
    stmts: Vec<Stmt>,
}

impl Builder {
    fn step(&mut self, ty: Ty, value: Value) -> Operand {
        let dst = Local(self.locals.len() as u32);
        self.locals.push(LocalDecl {
            name: "".into(),
            ty,
        });
        self.stmts.push(Stmt::Let {
            dst,
            value,
            at: Origin::default(),
        });
        Operand::Local(dst)
    }

    fn finish(self, result: Operand, ret: Ty, lambdas: Vec<Arc<Function>>) -> Arc<Function> {
        Arc::new(Function {
            name: ":eval::form".into(),
            type_params: 0,
            captures: 0,
            params: 0,
            locals: self.locals,
            ret,
            body: Block {
                stmts: self.stmts,
                end: End::Yield(result),
            },
            lambdas,
            at: Origin::default(),
        })
    }
}

/// A function that makes a good outcome of what the inner one returns.
pub(crate) fn succeeding(inner: Arc<Function>, outcome: &'static Desc) -> Arc<Function> {
    let mut builder = Builder {
        locals: Vec::new(),
        stmts: Vec::new(),
    };
    let found = inner.ret.clone();
    let closure = builder.step(
        Ty::Fn(Arc::default(), found.clone().into()),
        Value::Closure {
            lambda: 0,
            captures: Box::default(),
        },
    );
    let mut value = builder.step(
        found.clone(),
        Value::Call {
            callee: Callee::Value(closure),
            args: Box::default(),
        },
    );
    let wanted = &outcome.parts[0].ty;
    if *wanted != found {
        value = builder.step(
            wanted.clone(),
            Value::Call {
                callee: Callee::Native {
                    name: ":wat::core::__internal/any".into(),
                    types: [found].into(),
                },
                args: [value].into(),
            },
        );
    }
    let result = builder.step(
        outcome.ty.clone(),
        Value::Variant {
            index: 0,
            fields: [value].into(),
        },
    );
    builder.finish(result, outcome.ty.clone(), vec![inner])
}

/// A function that returns a refusal.
pub(crate) fn refusing(refusal: &Refusal, outcome: &'static Desc) -> Arc<Function> {
    let mut builder = Builder {
        locals: Vec::new(),
        stmts: Vec::new(),
    };
    let texts = [refusal.kind, &*refusal.message];
    let error = builder.step(
        outcome.parts[1].ty.clone(),
        Value::Variant {
            index: 0,
            fields: texts
                .map(|text| Operand::Const(Const::Str(text.into())))
                .into(),
        },
    );
    let result = builder.step(
        outcome.ty.clone(),
        Value::Variant {
            index: 1,
            fields: [error].into(),
        },
    );
    builder.finish(result, outcome.ty.clone(), Vec::new())
}
