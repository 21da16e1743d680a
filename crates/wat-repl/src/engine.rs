//! The session: inputs are checked, installed and evaluated here.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use wat_analysis::{
    Applicability, Changes, DefKind, Diagnostic, RootDatabase, Session, Severity, SourceFile, Step,
    Submission, all_names, all_program_diagnostics, value_ir, value_names,
};
use wat_driver::{
    LinkedProgram, Report, Sources, exit_code, failure_report, follow_loads, load_files,
    pending_natives,
};
use wat_load::Loader;
use wat_runtime::{Failure, FailureKind, InterruptHandle, Machine, Value};
use wat_syntax::{TextEdit, apply_edits};

use crate::Options;
use crate::printer::{Mode, Printer};

/// What a session exits with when an input was rejected.
const REJECTED: i32 = 1;
/// What it exits with when a file that was to be loaded is broken.
const BROKEN_LOAD: i32 = 3;
/// What it exits with when such a file cannot be read.
const NO_INPUT: i32 = 66;

/// How many inputs can be taken back.
const UNDO: usize = 1000;

/// A rejected input and the first repair of it.
struct Repair {
    text: String,
}

/// What an input has changed in the machine.
struct Before {
    /// The values that it replaced.
    values: Vec<(Arc<str>, Option<Value>)>,
    declared: Vec<(String, String)>,
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
    /// The last input, if it was refused for what it would break.
    refused: Option<String>,
    /// How to take back the inputs that declared something, the last one at the end.
    undo: Vec<Before>,
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
            loader: options.loader(),
            loaded: Vec::new(),
            repair: None,
            refused: None,
            undo: Vec::new(),
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
        let loaded = self.session.load(&mut self.db, file);
        let program = self.session.program();
        let values = value_names(&self.db, program);
        let code = values
            .iter()
            .filter_map(|name| value_ir(&self.db, program, name));
        if let Some(refusal) = pending_natives(&self.db, program, code.collect()) {
            self.printer.report(&sources.report(&self.db, &refusal));
            return Err(BROKEN_LOAD);
        }
        self.lend_stale();
        self.retire(&loaded.changes);
        self.forget_code();
        let outcome = values
            .iter()
            .filter(|name| !before.contains(name) || loaded.due.contains(name))
            .filter(|name| self.session.why_stale(name).is_none())
            .try_for_each(|name| self.machine.define_value(name));
        self.program.take_back();
        outcome.map_err(|failure| self.failed(&failure))
    }

    /// Checks and evaluates an input; the status of its failure.
    pub(crate) fn evaluate(&mut self, text: &str) -> Result<(), i32> {
        self.writing(|engine| {
            let submission = engine.submit(text, Session::submit)?;
            engine.evaluate_input(submission)
        })
    }

    /// Installs the input that was refused for what it would break.
    pub(crate) fn force(&mut self, text: &str) -> Result<(), i32> {
        self.writing(|engine| {
            let submission = engine.submit(text, Session::force)?;
            engine.evaluate_input(submission)
        })
    }

    /// The last input, if it was refused for what it would break.
    pub(crate) fn take_refused(&mut self) -> Option<String> {
        self.refused.take()
    }

    /// Checks an input and tells what is wrong with it.
    fn submit(
        &mut self,
        text: &str,
        how: fn(&mut Session, &mut RootDatabase, &str) -> Submission,
    ) -> Result<Submission, i32> {
        let wanted = self.session.wanted(&mut self.db, text);
        follow_loads(&mut self.db, &*self.loader, &wanted);
        let submission = how(&mut self.session, &mut self.db, text);
        self.next = submission.number + 1;
        self.repair = None;
        self.refused = None;
        self.show(text, submission.file, &submission.diagnostics);
        let mut sources = Sources::default();
        for diagnostic in &submission.broken {
            self.tell(&mut sources, diagnostic);
        }
        let is_error = |found: &Diagnostic| found.severity == Severity::Error;
        if submission.diagnostics.iter().any(is_error) {
            self.refused = (!submission.broken.is_empty()).then(|| text.to_owned());
            return Err(REJECTED);
        }
        Ok(submission)
    }

    fn evaluate_input(&mut self, submission: Submission) -> Result<(), i32> {
        self.adopt(&submission);
        self.refuse_pending(&submission.steps)?;
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
            Step::Bind { name } | Step::Again { name, .. } => value_ir(&self.db, program, name),
            Step::Defined { .. } | Step::Unchanged { .. } | Step::Stale { .. } => None,
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
                was,
                is_value,
                dependents,
            } => {
                if is_value {
                    self.machine.define_value(&name)?;
                }
                self.declared.retain(|(known, _)| **known != *name);
                self.declared.push((name.to_string(), ty.clone()));
                let dependents = redefined.then_some(dependents);
                self.printer.defined(&name, &ty, dependents, was.as_deref());
            }
            Step::Unchanged { name } => self.printer.note(&format!("unchanged {name}")),
            Step::Again { name, ty } => {
                self.machine.define_value(&name)?;
                if let Some(known) = self.declared.iter_mut().find(|(known, _)| **known == *name) {
                    known.1.clone_from(&ty);
                }
                if !name.contains('#') {
                    self.printer.note(&format!("evaluated again {name} : {ty}"));
                }
            }
            Step::Stale { why } => {
                return Err(Failure {
                    kind: FailureKind::Panic,
                    code: 8805,
                    message: why,
                    trace: Vec::new(),
                    compared: None,
                    upstream: Vec::new(),
                });
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

    /// Lets the machine know how the program has changed, and keeps what it takes to change it back.
    fn adopt(&mut self, submission: &Submission) {
        self.lend_stale();
        if !submission.is_installed {
            return;
        }
        let mut names = submission.changes.retired.clone();
        let mut is_redefinition = false;
        for step in &submission.steps {
            match step {
                Step::Defined {
                    name, redefined, ..
                } => {
                    is_redefinition |= redefined;
                    names.push(name.clone());
                }
                Step::Bind { name } | Step::Again { name, .. } => names.push(name.clone()),
                Step::Unchanged { .. } | Step::Stale { .. } | Step::Evaluate { .. } => {}
            }
        }
        names.extend(self.session.stale_names());
        names.sort();
        names.dedup();
        let values = names.into_iter().map(|name| {
            let value = self.machine.value_of(&name);
            (name, value)
        });
        let before = Before {
            values: values.collect(),
            declared: self.declared.clone(),
        };
        if self.undo.len() == UNDO {
            self.undo.remove(0);
        }
        self.undo.push(before);
        self.retire(&submission.changes);
        if is_redefinition {
            self.forget_code();
        }
    }

    fn lend_stale(&self) {
        let stale = self.session.stale_names().into_iter();
        let stale = stale.filter_map(|name| {
            let why = self.session.why_stale(&name)?;
            Some((name, why))
        });
        self.program.set_stale(stale.collect());
        self.program.lend(&self.db, self.session.program());
    }

    fn retire(&mut self, changes: &Changes) {
        if !changes.retired.is_empty() {
            self.machine.retire(&changes.retired, changes.layouts);
        }
    }

    /// Code of the program may be compiled against what a redefined name was.
    fn forget_code(&mut self) {
        let names = all_names(&self.db, self.session.program());
        for (name, kind) in &names {
            let is_code = !matches!(kind, DefKind::Value | DefKind::Type);
            if is_code && !name.starts_with(":wat::") {
                self.machine.forget(name);
            }
        }
        for name in self.session.stale_names() {
            self.machine.forget(&name);
        }
    }

    /// Takes the last input back that declared something. `None` if there is none.
    pub(crate) fn undo(&mut self) -> Option<Result<(), i32>> {
        let before = self.undo.pop()?;
        Some(self.writing(|engine| engine.take_back(before)))
    }

    fn take_back(&mut self, before: Before) -> Result<(), i32> {
        let Some(undone) = self.session.undo(&mut self.db) else {
            return Ok(());
        };
        self.lend_stale();
        self.retire(&undone.changes);
        self.forget_code();
        for (name, value) in &before.values {
            match value {
                Some(value) => self.machine.set_global(name, value.clone()),
                None => self.machine.forget(name),
            }
        }
        self.declared = before.declared;
        for (name, is_defined) in &undone.names {
            let what = match is_defined {
                true => "is what it was before",
                false => "is not defined any more",
            };
            self.printer.note(&format!("{name} {what}"));
        }
        let is_back = |name: &Arc<str>| {
            let mut values = before.values.iter();
            values.any(|(known, value)| known == name && value.is_some())
        };
        let steps = undone.steps.into_iter();
        let mut due =
            steps.filter(|step| !matches!(step, Step::Again { name, .. } if is_back(name)));
        let outcome = due.try_for_each(|step| self.perform(step));
        outcome.map_err(|failure| self.failed(&failure))
    }

    /// Shows a failure and returns its status.
    fn failed(&mut self, failure: &Failure) -> i32 {
        let mut sources = Sources::default();
        let program = self.session.program();
        let report = failure_report(&self.db, program, failure, &mut sources, false);
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
        let submission = self.submit(text, Session::submit)?;
        self.adopt(&submission);
        let mut ty = None;
        let outcome = submission
            .steps
            .into_iter()
            .try_for_each(|step| match step {
                Step::Evaluate { ty: found, .. } => {
                    ty = Some(found);
                    Ok(())
                }
                step => self.perform(step),
            });
        outcome.map_err(|failure| self.failed(&failure))?;
        Ok(ty)
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
