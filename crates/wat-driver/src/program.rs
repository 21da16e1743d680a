//! A checked program as the machine sees it.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use wat_analysis::{RootDatabase, SourceFile, function_ir, type_decl, value_ir};
use wat_ir::{Function, TypeDecl};
use wat_runtime::Settings;

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

    /// Drops the snapshot.
    pub fn take_back(&self) {
        self.loan.borrow_mut().take();
    }
}

impl wat_runtime::Program for LinkedProgram {
    fn function(&self, name: &str) -> Option<Arc<Function>> {
        let loan = self.loan.borrow();
        let (db, program) = loan.as_ref()?;
        function_ir(db, *program, name)
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

    fn compiler(&self) -> Option<&dyn wat_runtime::Compiler> {
        Some(self)
    }
}
