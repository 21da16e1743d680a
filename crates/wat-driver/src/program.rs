//! A checked program as the machine sees it.

use std::collections::HashMap;
use std::sync::Arc;
use std::thread::{self, Thread};

use wat_analysis::{
    RootDatabase, SourceFile, StartStep, function_ir, start_steps, type_decl, value_ir,
};
use wat_ir::{Function, TypeDecl};
use wat_runtime::{Described, Failure, Host, Machine, Settings, Turn};
use wat_value::Death;

use crate::Contents;

/// What the entry file of a program configures.
pub fn settings(db: &RootDatabase, program: SourceFile) -> Settings {
    let config = wat_analysis::config(db, program);
    Settings {
        dim_count: config.dim_count,
        global_seed: config.global_seed,
        capacity_panics: config.capacity_panics,
    }
}

/// What a program does before anything of it is called.
#[derive(Clone, Default)]
pub struct StartPlan {
    steps: Vec<StartStep>,
    sigmas: Vec<(Arc<str>, Arc<Function>)>,
}

impl StartPlan {
    /// Does the program do nothing before?
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.steps.is_empty() && self.sigmas.is_empty()
    }

    /// Leaves out the values that have errors, or that reach something that has.
    pub(crate) fn retain_whole(&mut self, db: &RootDatabase, program: SourceFile) {
        let mut contents = Contents::default();
        self.steps.retain(|step| match step {
            StartStep::Value(name) => contents.is_whole(db, program, name, true),
            StartStep::Function { .. } => true,
        });
    }

    /// The initialisers of values; nothing where a function is defined more than once: what its name stands for changes
    /// while the program starts.
    pub(crate) fn values(&self) -> Option<impl Iterator<Item = &Arc<str>>> {
        fn value(step: &StartStep) -> Option<&Arc<str>> {
            match step {
                StartStep::Value(name) => Some(name),
                StartStep::Function { .. } => None,
            }
        }
        let is_settled = self.steps.iter().all(|step| value(step).is_some());
        is_settled.then(|| self.steps.iter().filter_map(value))
    }
}

/// Applies the functions that the entry file configures to the dimension of the program (chapter 07 §7.4).
fn apply_sigmas<H: Host + 'static>(
    calls: &[(Arc<str>, Arc<Function>)],
    machine: &mut Machine<LinkedProgram, H>,
) -> Result<(), Failure> {
    calls.iter().try_for_each(|(setter, call)| {
        let outcome = machine.evaluate(call.clone()).map(drop);
        outcome.map_err(|failure| Failure {
            code: 8710,
            message: format!("the function of `{setter}` failed: {}", failure.message),
            ..failure
        })
    })
}

/// Finds functions by asking a database snapshot.
///
/// A snapshot that lives during a write blocks the writer, so a session takes it back before an input is analysed, and
/// lends another one behind that. A thread of the program that needs code meanwhile waits for it. Clones share the loan.
#[derive(Clone, Default)]
pub struct LinkedProgram(Arc<Turn<Loan>>);

#[derive(Default)]
struct Loan {
    snapshot: Option<(RootDatabase, SourceFile)>,
    /// Will there be another snapshot?
    is_awaited: bool,
    waiting: Vec<Thread>,
    /// The code of functions that are defined more than once, while values are evaluated.
    current: HashMap<Arc<str>, Arc<str>>,
    /// Why definitions have no code any more.
    stale: HashMap<Arc<str>, String>,
}

impl LinkedProgram {
    /// A program without a snapshot: it has no function.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lends a snapshot of `db` in which `program` is looked up.
    pub fn lend(&self, db: &RootDatabase, program: SourceFile) {
        let waiting = {
            let mut loan = self.0.take();
            loan.snapshot = Some((db.clone(), program));
            std::mem::take(&mut loan.waiting)
        };
        waiting.iter().for_each(Thread::unpark);
    }

    /// Runs `f` on the snapshot, if there is one or will be one.
    pub(crate) fn with<R>(&self, f: impl FnOnce(&RootDatabase, SourceFile) -> R) -> Option<R> {
        self.with_current(|db, program, _| f(db, program))
    }

    fn with_current<R>(
        &self,
        f: impl FnOnce(&RootDatabase, SourceFile, &HashMap<Arc<str>, Arc<str>>) -> R,
    ) -> Option<R> {
        loop {
            let mut loan = self.0.take();
            if let Some((db, program)) = &loan.snapshot {
                return Some(f(db, *program, &loan.current));
            }
            if !loan.is_awaited {
                return None;
            }
            loan.waiting.push(thread::current());
            drop(loan);
            thread::park();
        }
    }

    /// How the program starts.
    pub fn plan(&self) -> StartPlan {
        let plan = self.with(|db, program| StartPlan {
            steps: start_steps(db, program),
            sigmas: wat_analysis::sigma_calls(db, program),
        });
        plan.unwrap_or_default()
    }

    /// Evaluates the values of the program in program order. What fails here keeps the program from starting.
    pub fn start<H: Host + 'static>(&self, machine: &mut Machine<Self, H>) -> Result<(), Failure> {
        self.start_by(&self.plan(), machine)
    }

    /// The same by a plan that was made before.
    pub fn start_by<H: Host + 'static>(
        &self,
        plan: &StartPlan,
        machine: &mut Machine<Self, H>,
    ) -> Result<(), Failure> {
        if plan.is_empty() {
            return Ok(());
        }
        let steps = &plan.steps;
        // Before its first definition has come a function is the first one.
        for step in steps.iter().rev() {
            if let StartStep::Function { name, code } = step {
                let current = &mut self.0.take().current;
                current.insert(name.clone(), code.clone());
            }
        }
        machine.freeze(true);
        let outcome = steps.iter().try_for_each(|step| match step {
            StartStep::Value(name) => machine.define_value(name),
            StartStep::Function { name, code } => {
                let old = self.0.take().current.insert(name.clone(), code.clone());
                if old.as_ref() != Some(code) {
                    machine.forget(name);
                }
                Ok(())
            }
        });
        let outcome = outcome.and_then(|()| apply_sigmas(&plan.sigmas, machine));
        machine.freeze(false);
        self.0.take().current.clear();
        outcome
    }

    /// Says which definitions have no code any more, and why.
    pub fn set_stale(&self, stale: HashMap<Arc<str>, String>) {
        self.0.take().stale = stale;
    }

    /// Drops the snapshot; there will be another one.
    pub fn take_back(&self) {
        let mut loan = self.0.take();
        loan.snapshot = None;
        loan.is_awaited = true;
    }

    /// Drops the snapshot; there will be no other one.
    pub fn end(&self) {
        let waiting = {
            let mut loan = self.0.take();
            loan.snapshot = None;
            loan.is_awaited = false;
            std::mem::take(&mut loan.waiting)
        };
        waiting.iter().for_each(Thread::unpark);
    }
}

impl wat_runtime::Program for LinkedProgram {
    fn function(&self, name: &str) -> Option<Arc<Function>> {
        self.with_current(|db, program, current| {
            let code = current.get(name).map_or(name, |code| code);
            function_ir(db, program, code)
        })?
    }

    fn value(&self, name: &str) -> Option<Arc<Function>> {
        self.with(|db, program| value_ir(db, program, name))?
    }

    fn type_decl(&self, path: &str) -> Option<Arc<TypeDecl>> {
        self.with(|db, program| type_decl(db, program, path))?
    }

    fn stale(&self, name: &str) -> Option<String> {
        self.0.take().stale.get(name).cloned()
    }

    fn describe(&self, failure: &Failure) -> Described {
        self.with(|db, program| crate::failure::described(db, program, failure))
            .unwrap_or_default()
    }

    fn death(&self, failure: &Failure) -> Death {
        self.with(|db, program| crate::failure::death(db, program, failure))
            .unwrap_or_else(|| failure.plain_death())
    }

    fn compiler(&self) -> Option<&dyn wat_runtime::Compiler> {
        Some(self)
    }
}
