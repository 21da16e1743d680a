//! What a running program asks the analysis for.

use std::sync::Arc;

use wat_analysis::{EvalRefusal, RootDatabase, SourceFile, evaluation_ir, forms_of_text};
use wat_ir::{Function, Ty};
use wat_runtime::{Compiler, Data, Refusal};

use crate::LinkedProgram;

fn refusal(refused: EvalRefusal) -> Refusal {
    Refusal {
        kind: refused.kind,
        message: refused.message,
    }
}

fn compile(
    db: &RootDatabase,
    program: SourceFile,
    data: Data<'_>,
    wanted: &Ty,
) -> Result<Arc<Function>, EvalRefusal> {
    match data {
        Data::Form(form) => evaluation_ir(db, program, std::slice::from_ref(form), wanted),
        Data::Text(text) => evaluation_ir(db, program, &forms_of_text(text)?, wanted),
    }
}

impl Compiler for LinkedProgram {
    fn compile(&self, data: Data<'_>, wanted: &Ty) -> Result<Arc<Function>, Refusal> {
        let found = self.with(|db, program| compile(db, program, data, wanted));
        match found {
            Some(found) => found.map_err(refusal),
            None => Err(Refusal {
                kind: "runtime-error",
                message: "the program has ended".to_owned(),
            }),
        }
    }
}
