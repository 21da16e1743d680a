//! What a running program asks the analysis for.

use std::sync::Arc;

use wat_analysis::{
    EvalRefusal, Question as Asked, RootDatabase, SourceFile, Stepped, evaluation_ir, expand_head,
    expand_once, forms_of_text, machine_type_form, reflect, step, verified_source,
};
use wat_ir::{Function, Ty};
use wat_runtime::{Compiler, Data, Question, Reduced, Refusal};
use wat_value::syntax::Syntax;

use crate::LinkedProgram;

fn refusal(refused: EvalRefusal) -> Refusal {
    Refusal {
        kind: refused.kind,
        message: refused.message,
    }
}

fn ended() -> Refusal {
    Refusal {
        kind: "runtime-error",
        message: "the program has ended".to_owned(),
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

fn question(question: Question) -> Asked {
    match question {
        Question::Definition => Asked::Definition,
        Question::Signature => Asked::Signature,
        Question::Body => Asked::Body,
        Question::ReturnType => Asked::ReturnType,
        Question::FieldNames => Asked::FieldNames,
        Question::FieldTypes => Asked::FieldTypes,
        Question::Doc => Asked::Doc,
        Question::Kind => Asked::Kind,
    }
}

impl Compiler for LinkedProgram {
    fn expand(&self, form: &Syntax, once: bool) -> Result<Syntax, String> {
        let found = self.with(|db, program| match once {
            true => expand_once(db, program, form),
            false => expand_head(db, program, form),
        });
        found.unwrap_or_else(|| Ok(form.clone()))
    }

    fn step(&self, form: &Syntax) -> Result<Reduced, Refusal> {
        let found = self.with(|db, program| step(db, program, form));
        match found {
            Some(Ok(Stepped::Next(form))) => Ok(Reduced::Next(form)),
            Some(Ok(Stepped::Terminal(form))) => Ok(Reduced::Terminal(form)),
            Some(Ok(Stepped::Already(form))) => Ok(Reduced::Already(form)),
            Some(Err(refused)) => Err(refusal(refused)),
            None => Err(ended()),
        }
    }

    fn verify(&self, source: &str, algorithm: &str, payloads: &[String]) -> Result<(), Refusal> {
        let found = self.with(|db, _| verified_source(db, source, algorithm, payloads));
        match found {
            Some(verified) => verified.map_err(refusal),
            None => Err(ended()),
        }
    }

    fn reflect(&self, asked: Question, name: &str) -> Option<Syntax> {
        self.with(|db, program| reflect(db, program, question(asked), name))?
    }

    fn type_form(&self, ty: &Ty) -> Syntax {
        machine_type_form(ty)
    }

    fn compile(&self, data: Data<'_>, wanted: &Ty) -> Result<Arc<Function>, Refusal> {
        let found = self.with(|db, program| compile(db, program, data, wanted));
        match found {
            Some(found) => found.map_err(refusal),
            None => Err(ended()),
        }
    }
}
