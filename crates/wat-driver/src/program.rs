//! A checked program as the machine sees it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use wat_analysis::{
    RootDatabase, SourceFile, StartStep, function_ir, start_steps, type_decl, value_ir,
};
use wat_ir::{Function, TypeDecl};
use wat_runtime::{Described, Failure, Host, Machine, Settings};

use crate::failure::described;

/// What the entry file of a program configures.
pub fn settings(db: &RootDatabase, program: SourceFile) -> Settings {
    let config = wat_analysis::config(db, program);
    Settings {
        dim_count: config.dim_count,
        global_seed: config.global_seed,
        capacity_panics: config.capacity_panics,
    }
}

/// Finds functions by asking a database snapshot.
///
/// A snapshot that lives during a write blocks the writer, so a session lends one for each evaluation and takes it back
/// before the next input is analysed. Clones share the loan.
#[derive(Clone, Default)]
pub struct LinkedProgram {
    loan: Rc<RefCell<Option<(RootDatabase, SourceFile)>>>,
    /// The code of functions that are defined more than once, while values are evaluated.
    current: Rc<RefCell<HashMap<Arc<str>, Arc<str>>>>,
}

impl LinkedProgram {
    /// A program without a snapshot: it has no function.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lends a snapshot of `db` in which `program` is looked up.
    pub fn lend(&self, db: &RootDatabase, program: SourceFile) {
        *self.loan.borrow_mut() = Some((db.clone(), program));
    }

    /// Runs `f` on the snapshot, if there is one.
    pub(crate) fn with<R>(&self, f: impl FnOnce(&RootDatabase, SourceFile) -> R) -> Option<R> {
        let loan = self.loan.borrow();
        let (db, program) = loan.as_ref()?;
        Some(f(db, *program))
    }

    /// Evaluates the values of the program in program order. What fails here keeps the program from starting.
    pub fn start<H: Host + 'static>(&self, machine: &mut Machine<Self, H>) -> Result<(), Failure> {
        let steps = {
            let loan = self.loan.borrow();
            let steps = loan.as_ref().map(|(db, program)| start_steps(db, *program));
            steps.unwrap_or_default()
        };
        // Before its first definition has come a function is the first one.
        for step in steps.iter().rev() {
            if let StartStep::Function { name, code } = step {
                let mut current = self.current.borrow_mut();
                current.insert(name.clone(), code.clone());
            }
        }
        machine.freeze(true);
        let outcome = steps.iter().try_for_each(|step| match step {
            StartStep::Value(name) => machine.define_value(name),
            StartStep::Function { name, code } => {
                let mut current = self.current.borrow_mut();
                let old = current.insert(name.clone(), code.clone());
                if old.as_ref() != Some(code) {
                    machine.forget(name);
                }
                Ok(())
            }
        });
        machine.freeze(false);
        self.current.borrow_mut().clear();
        outcome
    }

    /// Drops the snapshot.
    pub fn take_back(&self) {
        self.loan.borrow_mut().take();
    }
}

impl wat_runtime::Program for LinkedProgram {
    fn function(&self, name: &str) -> Option<Arc<Function>> {
        let loan = self.loan.borrow();
        let (db, program) = loan.as_ref()?;
        let current = self.current.borrow();
        let code = current.get(name).map_or(name, |code| code);
        function_ir(db, *program, code)
    }

    fn value(&self, name: &str) -> Option<Arc<Function>> {
        let loan = self.loan.borrow();
        let (db, program) = loan.as_ref()?;
        value_ir(db, *program, name)
    }

    fn type_decl(&self, path: &str) -> Option<Arc<TypeDecl>> {
        let loan = self.loan.borrow();
        let (db, program) = loan.as_ref()?;
        type_decl(db, *program, path)
    }

    fn describe(&self, failure: &Failure) -> Described {
        self.with(|db, program| described(db, program, failure))
            .unwrap_or_default()
    }

    fn compiler(&self) -> Option<&dyn wat_runtime::Compiler> {
        Some(self)
    }
}
