//! `wat run`: check, evaluate the values in program order, call `:user::main`.

mod watch;

use std::io::{self, IsTerminal};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use wat_analysis::{
    Code, Diagnostic, RootDatabase, Severity, SourceFile, all_program_diagnostics,
    start_diagnostics,
};
use wat_driver::{
    Levels, LinkedProgram, ProgramLauncher, Project, Report, STDIN, Settings, Sources, Style,
    Unreadable, edn_line, failure_chain, failure_record, failure_report, file_loader, github_line,
    json_line, load_files, pending_in_program, reaches_native, render, sarif, short_line,
    signal_record,
};
use wat_kernel::{Exit, ProcessCount, Usage};
use wat_load::Loader;
use wat_runtime::{Failure, Machine, Streams};

use crate::args::{Format, Global, RunOptions, limits};
use crate::check::Printer;
use crate::timings::phase;
use crate::workspace::{forget_others, load_stdin, reread, settings, unreadable};
use crate::{exit, output};

const ENTRY: &str = ":user::main";
/// How long threads that are left may go on when the program ends.
const GRACE: Duration = Duration::from_secs(5);
/// The program has no entry, or one that cannot be called.
const ENTRY_CODES: [Code; 2] = [Code(2001), Code(2002)];

pub(crate) fn run(global: &Global, options: &RunOptions) -> i32 {
    if options.watch {
        return watch::watch(global, options);
    }
    let started = Instant::now();
    let loaded = match Loaded::open(global, options) {
        Ok(loaded) => loaded,
        Err(status) => return status,
    };
    match loaded.refused(global, started) {
        exit::SUCCESS => {}
        status => return status,
    }
    if options.in_process {
        return loaded.execute(global);
    }
    let clock = options.time.then(Clock::start);
    let status = supervise(global, || loaded.execute(global));
    if let Some(clock) = clock {
        clock.tell();
    }
    status
}

/// A program that was loaded.
struct Loaded {
    /// The options, with the file that is run.
    options: RunOptions,
    project: Option<Project>,
    settings: Settings,
    loader: Arc<dyn Loader>,
    db: RootDatabase,
    root: SourceFile,
}

impl Loaded {
    /// Reads the program and what it loads. What is wrong is told, and the status returned.
    fn open(global: &Global, options: &RunOptions) -> Result<Loaded, i32> {
        let (project, settings) = settings(global, &options.file)?;
        let entry = project
            .as_ref()
            .filter(|_| options.file.is_dir())
            .and_then(|project| Some(project.root.join(&settings.project.entry.as_ref()?.value)));
        let options = RunOptions {
            file: entry.map_or_else(|| options.file.clone(), |entry| shortest(&entry)),
            ..options.clone()
        };
        let mut db = RootDatabase::new();
        db.set_options(settings.analysis());
        let scope = project.as_ref().map(|project| project.scope(&settings));
        let (root, loader) = load(&mut db, &options, scope).map_err(|wrong| unreadable(&wrong))?;
        Ok(Loaded {
            options,
            project,
            settings,
            loader,
            db,
            root,
        })
    }

    /// Reads again what may have changed of the program.
    fn refresh(&mut self) -> Result<(), i32> {
        reread(&mut self.db);
        let project = self.project.as_ref();
        let scope = project.map(|project| project.scope(&self.settings));
        let loaded = load(&mut self.db, &self.options, scope);
        (self.root, self.loader) = loaded.map_err(|wrong| unreadable(&wrong))?;
        forget_others(&mut self.db, &[self.root]);
        Ok(())
    }

    /// Tells what is wrong with the program; the status that forbids to start, or success.
    fn refused(&self, global: &Global, started: Instant) -> i32 {
        let Loaded {
            options, db, root, ..
        } = self;
        match phase("check", String::new, || self.checked(global, started)) {
            exit::SUCCESS => match pending_in_program(db, *root, options.start()) {
                Some(refusal) => refuse(global, db, &refusal, started),
                None => exit::SUCCESS,
            },
            status => status,
        }
    }

    /// The status that forbids to start, or success.
    fn checked(&self, global: &Global, started: Instant) -> i32 {
        let Loaded {
            options, db, root, ..
        } = self;
        let mut found = all_program_diagnostics(db, *root);
        if options.entry.is_some() {
            // What the configured entry of a project lacks, nobody starts.
            found.retain(|it| !ENTRY_CODES.contains(&it.code));
        }
        for diagnostic in start_diagnostics(db, *root, options.start()).iter() {
            if !found.contains(diagnostic) {
                found.push(diagnostic.clone());
            }
        }
        wat_driver::keep_first_phase(&mut found);
        let levels = Levels::of_project(&self.settings);
        found.retain_mut(|it| {
            let name = it.span.file.path(db);
            let inner = self
                .project
                .as_ref()
                .and_then(|project| project.inner_name(&name));
            let severity = levels.severity(it.code, it.severity, inner.as_deref().unwrap_or(&name));
            severity.is_some_and(|severity| {
                it.severity = severity;
                true
            })
        });
        let fails = |diagnostic: &&Diagnostic| match diagnostic.severity {
            Severity::Error => true,
            Severity::Warning => options.deny_warnings,
            Severity::Info | Severity::Hint => false,
        };
        let about_entry = |diagnostic: &Diagnostic| ENTRY_CODES.contains(&diagnostic.code);
        let status = match found
            .iter()
            .find(|found| fails(found) && !about_entry(found))
        {
            Some(_) => exit::START,
            None if found.iter().any(|found| fails(&found)) => exit::ENTRY,
            None => exit::SUCCESS,
        };
        // A program that starts owns standard output; its warnings are for people.
        if found.is_empty()
            || (status == exit::SUCCESS
                && !matches!(global.format, None | Some(Format::Text | Format::Short)))
        {
            return status;
        }
        let mut printer = Printer::new(global, None);
        for diagnostic in &found {
            printer.add(db, diagnostic);
        }
        match printer.finish(started) {
            Ok(()) => status,
            Err(broken) => broken,
        }
    }

    /// Runs the program in this process.
    fn execute(&self, global: &Global) -> i32 {
        let Loaded {
            options,
            settings,
            loader,
            db,
            root,
            ..
        } = self;
        execute(global, options, settings, loader.clone(), db, *root)
    }
}

impl RunOptions {
    /// The function that is started.
    fn start(&self) -> &str {
        self.entry.as_deref().unwrap_or(ENTRY)
    }
}

/// Measures what a program takes.
struct Clock {
    started: Instant,
    used: Usage,
    processes: Option<(ProcessCount, u32)>,
}

impl Clock {
    fn start() -> Clock {
        let processes = wat_kernel::count_processes().ok();
        Clock {
            processes: processes.map(|count| {
                let before = count.so_far();
                (count, before)
            }),
            used: wat_kernel::usage_of_children(),
            started: Instant::now(),
        }
    }

    /// Tells it when the program has ended. The memory is that of the largest process so far.
    fn tell(self) {
        let wall = self.started.elapsed();
        let used = wat_kernel::usage_of_children();
        let processes = self
            .processes
            .map(|(count, before)| count.so_far() - before);
        output::report(&format!(
            "wall {:.3} s   user {:.3} s   system {:.3} s   peak memory {:.1} MiB   processes {}\n",
            wall.as_secs_f64(),
            used.user.saturating_sub(self.used.user).as_secs_f64(),
            used.system.saturating_sub(self.used.system).as_secs_f64(),
            used.peak_bytes as f64 / (1 << 20) as f64,
            processes.map_or_else(|| "unknown".to_owned(), |it| it.to_string()),
        ));
    }
}

/// Nothing is evaluated of a program that needs what the machine does not have.
fn refuse(global: &Global, db: &RootDatabase, refusal: &Diagnostic, started: Instant) -> i32 {
    let mut printer = Printer::new(global, None);
    printer.add(db, refusal);
    match printer.finish(started) {
        Ok(()) => exit::START,
        Err(broken) => broken,
    }
}

/// The path from the working directory, where it lies below it.
fn shortest(path: &Path) -> PathBuf {
    let below = std::env::current_dir().ok().and_then(|here| {
        Some(
            path.strip_prefix(here.canonicalize().ok()?)
                .ok()?
                .to_owned(),
        )
    });
    below.unwrap_or_else(|| path.to_owned())
}

fn load(
    db: &mut RootDatabase,
    options: &RunOptions,
    scope: Option<PathBuf>,
) -> Result<(SourceFile, Arc<dyn Loader>), Unreadable> {
    let scope = options.scope.clone().or(scope);
    let loader: Arc<dyn Loader> = file_loader(scope.as_deref())?.into();
    let path = &options.file;
    if path == Path::new(STDIN) {
        let file = load_stdin(db, &*loader)?;
        return Ok((file, loader));
    }
    if path.is_dir() {
        return Err(Unreadable {
            path: path.display().to_string(),
            reason: "it is a directory without a project file that names an entry".to_owned(),
        });
    }
    let files = load_files(db, &*loader, std::slice::from_ref(path))?;
    // One file was asked for and read.
    Ok((files[0], loader))
}

/// Runs the program in a child and says how it ended.
fn supervise(global: &Global, program: impl FnOnce() -> i32) -> i32 {
    match wat_kernel::supervise(|| guarded(program)) {
        Ok(exit) => status_of(global, exit),
        Err(error) => not_started(&error),
    }
}

/// The status of a program, also of one that panics: that is a defect of the tool.
fn guarded(program: impl FnOnce() -> i32) -> i32 {
    match catch_unwind(AssertUnwindSafe(program)) {
        Ok(status) => status,
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
            let reason = text.unwrap_or("a panic without a message");
            output::complain(&format!("internal error (WAT5899): {reason}"));
            exit::INTERNAL
        }
    }
}

/// The status of a program that has ended. A signal that ended it is told.
fn status_of(global: &Global, exit: Exit) -> i32 {
    match exit {
        Exit::Code(status) => status,
        Exit::Signal(signal) => {
            let (line, message) = signal_record(signal);
            match global.format {
                None if !io::stderr().is_terminal() => output::report(&line),
                _ => output::complain(&message),
            }
            128 + signal
        }
    }
}

/// Tells that there is no child; the status.
fn not_started(error: &io::Error) -> i32 {
    output::complain(&format!("the program cannot be started: {error}"));
    exit::START
}

fn execute(
    global: &Global,
    options: &RunOptions,
    settings: &Settings,
    loader: Arc<dyn Loader>,
    db: &RootDatabase,
    root: SourceFile,
) -> i32 {
    let program = LinkedProgram::new();
    program.lend(db, root);
    let limits = limits(settings);
    let arguments = arguments(options).into();
    let launcher = ProgramLauncher::new(settings.analysis(), limits, loader, arguments);
    let launcher = launcher.of(db, root);
    let host = launcher.host(Streams::standard());
    let mut machine = Machine::new(program.clone(), host, limits);
    // Where the system refuses to have its signals watched, they end the program as they end any other.
    if wat_kernel::process::start().is_ok() {
        machine.obey_signals();
    }
    if reaches_native(db, root, options.start(), ":wat::kernel::sighup?") {
        wat_kernel::process::watch_hangup();
    }
    machine.configure(wat_driver::settings(db, root));
    if let Err(failure) = program.start(&mut machine) {
        // The program has not started: this is a report, not the record of a death.
        let format = global.format.unwrap_or(Format::Text);
        failed(Some(format), global, db, root, &failure, Some(exit::START));
        return exit::START;
    }
    let outcome = machine.call(options.start()).map(drop);
    wat_kernel::process::ask_every_child();
    machine.end(GRACE);
    if options.dump_code {
        output::report(&machine.code_text());
    }
    wat_kernel::process::end_every_child();
    match outcome {
        Err(failure) => {
            let format = match global.format {
                None if io::stderr().is_terminal() => Some(Format::Text),
                format => format,
            };
            failed(format, global, db, root, &failure, None);
            wat_driver::program_exit_code(&failure, &failure_chain(db, root, &failure))
        }
        Ok(()) => exit::SUCCESS,
    }
}

/// Reports a failure: in a format, or as the record that a parent process reads. The status is that of the failure, or
/// the one that is given.
fn failed(
    format: Option<Format>,
    global: &Global,
    db: &RootDatabase,
    root: SourceFile,
    failure: &Failure,
    status: Option<i32>,
) {
    let mut sources = Sources::default();
    let stderr = io::stderr();
    let mut out = String::new();
    match format {
        None => out = failure_record(db, root, failure),
        Some(format) => {
            let chain = failure_chain(db, root, failure);
            let status = status.unwrap_or_else(|| wat_driver::program_exit_code(failure, &chain));
            let report = Report {
                closing: Some(format!("exit code {status}")),
                ..failure_report(db, root, failure, &mut sources, global.verbose > 0)
            };
            match format {
                Format::Text | Format::Md => {
                    render(
                        &report,
                        Style::for_stream(&stderr, global.color()),
                        &mut out,
                    );
                }
                Format::Short => short_line(&report, &mut out),
                Format::Json => json_line(&report, &mut out),
                Format::Edn => edn_line(&report, &mut out),
                Format::Github => github_line(&report, &mut out),
                Format::Sarif => out = sarif(&[report]),
            }
        }
    }
    output::report(&out);
}

/// The runtime as invoked, the entry path, and the arguments after it.
fn arguments(options: &RunOptions) -> Vec<String> {
    let runtime = std::env::args_os().next().unwrap_or_default();
    let entry = options.file.clone().into_os_string();
    [runtime, entry]
        .iter()
        .chain(&options.args)
        .map(|argument| argument.to_string_lossy().into_owned())
        .collect()
}
