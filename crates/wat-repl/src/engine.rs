//! The session: inputs are checked, installed and evaluated here.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use wat_analysis::{
    Applicability, DefKind, Diagnostic, RootDatabase, Session, Severity, SourceFile, Step,
    all_names, all_program_diagnostics, value_ir, value_names,
};
use wat_driver::{
    LinkedProgram, Report, Sources, exit_code, failure_report, follow_loads, load_files,
    pending_natives,
};
use wat_load::{FsLoader, Loader, ScopedLoader};
use wat_runtime::{Failure, InterruptHandle, Machine};
use wat_syntax::{TextEdit, apply_edits};

use crate::Options;
use crate::printer::{Mode, Printer};

/// What a session exits with when an input was rejected.
const REJECTED: i32 = 1;
/// What it exits with when a file that was to be loaded is broken.
const BROKEN_LOAD: i32 = 3;
/// What it exits with when such a file cannot be read.
const NO_INPUT: i32 = 66;

/// A rejected input and the first repair of it.
struct Repair {
    text: String,
}

pub(crate) struct Engine {
    pub(crate) db: RootDatabase,
    pub(crate) session: Session,
    machine: Machine<LinkedProgram, Printer>,
    program: LinkedProgram,
    pub(crate) printer: Printer,
    options: Options,
    loader: Arc<dyn Loader>,
    loaded: Vec<PathBuf>,
    repair: Option<Repair>,
    /// Names declared by inputs, in order of their first declaration.
    pub(crate) declared: Vec<(String, String)>,
    /// The number of the next input.
    pub(crate) next: u32,
}

impl Engine {
    pub(crate) fn new(options: &Options, printer: Printer) -> Self {
        let mut db = RootDatabase::new();
        db.set_options(options.analysis.clone());
        let session = Session::new(&mut db);
        let program = LinkedProgram::new();
        let machine = Machine::new(program.clone(), printer.clone(), options.limits);
        Self {
            db,
            session,
            machine,
            program,
            printer,
            options: options.clone(),
            loader: loader(options),
            loaded: Vec::new(),
            repair: None,
            declared: Vec::new(),
            next: 1,
        }
    }

    /// What stops a running evaluation.
    pub(crate) fn interrupt(&self) -> InterruptHandle {
        self.machine.interrupt()
    }

    pub(crate) fn flush(&self) {
        self.printer.flush();
    }

    /// Loads files before the inputs; the status that ends a session that cannot start.
    pub(crate) fn load_all(&mut self, paths: &[PathBuf]) -> Result<(), i32> {
        self.writing(|engine| engine.load_each(paths))
    }

    /// Does what changes the database. Threads of the session that need code meanwhile wait for the new one.
    fn writing<R>(&mut self, change: impl FnOnce(&mut Self) -> R) -> R {
        self.program.take_back();
        let outcome = change(self);
        self.program.lend(&self.db, self.session.program());
        outcome
    }

    fn load_each(&mut self, paths: &[PathBuf]) -> Result<(), i32> {
        for path in paths {
            let files = load_files(&mut self.db, &*self.loader, std::slice::from_ref(path))
                .map_err(|bad| {
                    self.printer.complain(&format!(
                        "error: cannot read `{}`: {}\n",
                        bad.path, bad.reason
                    ));
                    NO_INPUT
                })?;
            for file in files {
                self.load(file)?;
            }
            self.loaded.push(path.clone());
        }
        Ok(())
    }

    fn load(&mut self, file: SourceFile) -> Result<(), i32> {
        let mut broken = false;
        let mut sources = Sources::default();
        for diagnostic in &all_program_diagnostics(&self.db, file) {
            broken |= diagnostic.severity == Severity::Error;
            self.tell(&mut sources, diagnostic);
        }
        if broken {
            return Err(BROKEN_LOAD);
        }
        let before = value_names(&self.db, self.session.program());
        self.session.load(&mut self.db, file);
        let program = self.session.program();
        let values = value_names(&self.db, program);
        let code = values
            .iter()
            .filter_map(|name| value_ir(&self.db, program, name));
        if let Some(refusal) = pending_natives(&self.db, program, code.collect()) {
            self.printer.report(&sources.report(&self.db, &refusal));
            return Err(BROKEN_LOAD);
        }
        self.program.lend(&self.db, program);
        let outcome = values
            .iter()
            .filter(|name| !before.contains(name))
            .try_for_each(|name| self.machine.define_value(name));
        self.program.take_back();
        outcome.map_err(|failure| self.failed(&failure))
    }

    /// Checks and evaluates an input; the status of its failure.
    pub(crate) fn evaluate(&mut self, text: &str) -> Result<(), i32> {
        self.writing(|engine| engine.evaluate_input(text))
    }

    fn evaluate_input(&mut self, text: &str) -> Result<(), i32> {
        let wanted = self.session.wanted(&mut self.db, text);
        follow_loads(&mut self.db, &*self.loader, &wanted);
        let submission = self.session.submit(&mut self.db, text);
        self.next = submission.number + 1;
        self.repair = None;
        self.show(text, submission.file, &submission.diagnostics);
        if submission
            .diagnostics
            .iter()
            .any(|found| found.severity == Severity::Error)
        {
            return Err(REJECTED);
        }
        self.refuse_pending(&submission.steps)?;
        self.program.lend(&self.db, self.session.program());
        let outcome = submission
            .steps
            .into_iter()
            .try_for_each(|step| self.perform(step));
        outcome.map_err(|failure| self.failed(&failure))
    }

    /// Nothing is evaluated of an input that needs what the machine does not have.
    fn refuse_pending(&mut self, steps: &[Step]) -> Result<(), i32> {
        let program = self.session.program();
        let evaluated = steps.iter().filter_map(|step| match step {
            Step::Evaluate { function, .. } => Some(function.clone()),
            Step::Defined { name, is_value, .. } if *is_value => value_ir(&self.db, program, name),
            Step::Bind { name } => value_ir(&self.db, program, name),
            Step::Defined { .. } => None,
        });
        let Some(refusal) = pending_natives(&self.db, program, evaluated.collect()) else {
            return Ok(());
        };
        let report = Sources::default().report(&self.db, &refusal);
        self.printer.report(&report);
        Err(REJECTED)
    }

    /// Reports a finding as the project wants it told. A lint that it denies is told as an error and stops nothing.
    fn tell(&self, sources: &mut Sources, diagnostic: &Diagnostic) {
        let path = diagnostic.span.file.path(&self.db);
        let Options {
            levels, project, ..
        } = &self.options;
        let project = project.as_ref().filter(|_| !levels.paths.is_empty());
        let inner = project.and_then(|project| project.inner_path(Path::new(&*path)));
        let path = inner.as_deref().unwrap_or(&path);
        if let Some(severity) = levels.severity(diagnostic.code, diagnostic.severity, path) {
            self.printer.report(&Report {
                severity,
                ..sources.report(&self.db, diagnostic)
            });
        }
    }

    fn show(&mut self, text: &str, file: SourceFile, diagnostics: &[Diagnostic]) {
        let mut sources = Sources::default();
        for diagnostic in diagnostics {
            self.tell(&mut sources, diagnostic);
        }
        let broken = diagnostics
            .iter()
            .any(|found| found.severity == Severity::Error);
        if broken {
            self.repair = repair(text, file, diagnostics);
            if self.repair.is_some() && self.printer.mode() == Mode::Conversation {
                self.printer.complain(&format!(
                    "{}\n",
                    self.printer.dim(":fix applies the first fix")
                ));
            }
        }
    }

    fn perform(&mut self, step: Step) -> Result<(), Failure> {
        match step {
            Step::Defined {
                name,
                ty,
                redefined,
                is_value,
                dependents,
            } => {
                if redefined {
                    self.forget_code();
                }
                self.machine.forget(&name);
                if is_value {
                    self.machine.define_value(&name)?;
                }
                self.declared.retain(|(known, _)| **known != *name);
                self.declared.push((name.to_string(), ty.clone()));
                self.printer
                    .defined(&name, &ty, redefined.then_some(dependents));
            }
            Step::Bind { name } => self.machine.define_value(&name)?,
            Step::Evaluate { function, ty } => {
                let value = self.machine.evaluate(function)?;
                let text = match self.printer.mode() {
                    Mode::Conversation => value.render_pretty(),
                    Mode::Values => value.render(),
                };
                self.printer.value(&text, &ty);
            }
        }
        Ok(())
    }

    /// Code of the program may be compiled against what a redefined name was.
    fn forget_code(&mut self) {
        let names = all_names(&self.db, self.session.program());
        for (name, kind) in &names {
            if *kind != DefKind::Value && !name.starts_with(":wat::") {
                self.machine.forget(name);
            }
        }
    }

    /// Shows a failure and returns its status.
    fn failed(&mut self, failure: &Failure) -> i32 {
        let mut sources = Sources::default();
        let program = self.session.program();
        let report = failure_report(&self.db, program, failure, &mut sources);
        self.printer.report(&report);
        exit_code(failure)
    }

    /// The last rejected input with its first repair applied.
    pub(crate) fn take_repair(&mut self) -> Option<String> {
        self.repair.take().map(|repair| repair.text)
    }

    /// Forgets all declarations of the session; files stay loaded.
    pub(crate) fn reset(&mut self) -> Result<(), i32> {
        let printer = self.printer.clone();
        let options = self.options.clone();
        let loaded = std::mem::take(&mut self.loaded);
        *self = Engine::new(&options, printer);
        self.load_all(&loaded)
    }

    /// The type of an expression, which is checked but not evaluated; `None` if it has none. Definitions in the text
    /// are installed: a session has no way to check them otherwise.
    pub(crate) fn type_of(&mut self, text: &str) -> Result<Option<String>, i32> {
        self.writing(|engine| engine.type_of_input(text))
    }

    fn type_of_input(&mut self, text: &str) -> Result<Option<String>, i32> {
        let wanted = self.session.wanted(&mut self.db, text);
        follow_loads(&mut self.db, &*self.loader, &wanted);
        let submission = self.session.submit(&mut self.db, text);
        self.next = submission.number + 1;
        self.show(text, submission.file, &submission.diagnostics);
        if submission
            .diagnostics
            .iter()
            .any(|found| found.severity == Severity::Error)
        {
            return Err(REJECTED);
        }
        let mut ty = None;
        self.program.lend(&self.db, self.session.program());
        let outcome = submission
            .steps
            .into_iter()
            .try_for_each(|step| match step {
                Step::Evaluate { ty: found, .. } => {
                    ty = Some(found);
                    Ok(())
                }
                defined @ (Step::Defined { .. } | Step::Bind { .. }) => self.perform(defined),
            });
        outcome.map_err(|failure| self.failed(&failure))?;
        Ok(ty)
    }
}

/// What the inputs and files of a session may load.
fn loader(options: &Options) -> Arc<dyn Loader> {
    let scope = options.scope.as_deref();
    match scope.and_then(|scope| ScopedLoader::new(scope).ok()) {
        Some(scoped) => Arc::new(scoped),
        None => Arc::new(FsLoader),
    }
}

/// The text with the first applicable fix: one that is always right before one that is plausible.
fn repair(text: &str, file: SourceFile, diagnostics: &[Diagnostic]) -> Option<Repair> {
    let fixes = || diagnostics.iter().flat_map(|found| &found.fixes);
    let fix = fixes()
        .find(|fix| fix.applicability == Applicability::MachineApplicable)
        .or_else(|| fixes().find(|fix| fix.applicability == Applicability::MaybeIncorrect))?;
    let edits: Vec<TextEdit> = fix
        .edits
        .iter()
        .filter(|edit| edit.file == file)
        .map(|edit| TextEdit {
            range: edit.range,
            insert: edit.insert.clone(),
        })
        .collect();
    (edits.len() == fix.edits.len()).then(|| Repair {
        text: apply_edits(text, &edits),
    })
}
