//! `wat run`: check, evaluate the values in program order, call `:user::main`.

use std::io::{self, IsTerminal};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use wat_analysis::{
    Code, Diagnostic, RootDatabase, Severity, SourceFile, all_program_diagnostics,
    start_diagnostics,
};
use wat_driver::{
    LinkedProgram, ProgramLauncher, Report, STDIN, Settings, Sources, Style, Unreadable, edn_line,
    failure_chain, failure_record, failure_report, file_loader, github_line, json_line, load_files,
    pending_in_program, reaches_native, render, sarif, short_line, signal_record,
};
use wat_kernel::Exit;
use wat_load::Loader;
use wat_runtime::{Failure, Machine, Streams};

use crate::args::{Format, Global, RunOptions, limits};
use crate::check::Printer;
use crate::workspace::{load_stdin, settings};
use crate::{exit, output};

const ENTRY: &str = ":user::main";
/// How long threads that are left may go on when the program ends.
const GRACE: Duration = Duration::from_secs(5);
/// The program has no entry, or one that cannot be called.
const ENTRY_CODES: [Code; 2] = [Code(2001), Code(2002)];

pub(crate) fn run(global: &Global, options: &RunOptions) -> i32 {
    let started = Instant::now();
    let (project, settings) = match settings(global, &options.file) {
        Ok(found) => found,
        Err(status) => return status,
    };
    let entry = project
        .as_ref()
        .filter(|_| options.file.is_dir())
        .and_then(|project| Some(project.root.join(&settings.project.entry.as_ref()?.value)));
    let options = &RunOptions {
        file: entry.map_or_else(|| options.file.clone(), |entry| shortest(&entry)),
        ..options.clone()
    };
    let scope = project.map(|project| project.scope(&settings));
    let mut db = RootDatabase::new();
    db.set_options(settings.analysis());
    let (root, loader) = match load(&mut db, options, scope) {
        Ok(loaded) => loaded,
        Err(unreadable) => {
            output::complain(&format!(
                "cannot read `{}`: {}",
                unreadable.path, unreadable.reason
            ));
            return exit::NO_INPUT;
        }
    };
    match checked(global, options, &db, root, started) {
        exit::SUCCESS => match pending_in_program(&db, root, options.start()) {
            Some(refusal) => refuse(global, &db, &refusal, started),
            None => {
                let program = || execute(global, options, &settings, loader, &db, root);
                match (options.in_process, options.time) {
                    (true, _) => program(),
                    (false, false) => supervise(global, program),
                    (false, true) => timed(|| supervise(global, program)),
                }
            }
        },
        status => status,
    }
}

impl RunOptions {
    /// The function that is started.
    fn start(&self) -> &str {
        self.entry.as_deref().unwrap_or(ENTRY)
    }
}

/// Tells what the program took when it has ended.
fn timed(program: impl FnOnce() -> i32) -> i32 {
    let processes = wat_kernel::count_processes();
    let started = Instant::now();
    let status = program();
    let wall = started.elapsed();
    let used = wat_kernel::usage_of_children();
    output::report(&format!(
        "wall {:.3} s   user {:.3} s   system {:.3} s   peak memory {:.1} MiB   processes {}\n",
        wall.as_secs_f64(),
        used.user.as_secs_f64(),
        used.system.as_secs_f64(),
        used.peak_bytes as f64 / (1 << 20) as f64,
        processes.map_or_else(|_| "unknown".to_owned(), |it| it.so_far().to_string()),
    ));
    status
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
) -> Result<(SourceFile, Box<dyn Loader>), Unreadable> {
    let scope = options.scope.clone().or(scope);
    let loader = file_loader(scope.as_deref())?;
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

/// The status that forbids to start, or success.
fn checked(
    global: &Global,
    options: &RunOptions,
    db: &RootDatabase,
    root: SourceFile,
    started: Instant,
) -> i32 {
    let mut found = all_program_diagnostics(db, root);
    if options.entry.is_some() {
        // What the configured entry of a project lacks, nobody starts.
        found.retain(|it| !ENTRY_CODES.contains(&it.code));
    }
    for diagnostic in start_diagnostics(db, root, options.start()).iter() {
        if !found.contains(diagnostic) {
            found.push(diagnostic.clone());
        }
    }
    wat_driver::keep_first_phase(&mut found);
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

/// Runs the program in a child and says how it ended.
fn supervise(global: &Global, program: impl FnOnce() -> i32) -> i32 {
    let told = || match catch_unwind(AssertUnwindSafe(program)) {
        Ok(status) => status,
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
            let reason = text.unwrap_or("a panic without a message");
            output::complain(&format!("internal error (WAT5899): {reason}"));
            exit::INTERNAL
        }
    };
    match wat_kernel::supervise(told) {
        Ok(Exit::Code(status)) => status,
        Ok(Exit::Signal(signal)) => {
            let (line, message) = signal_record(signal);
            match global.format {
                None if !io::stderr().is_terminal() => output::report(&line),
                _ => output::complain(&message),
            }
            128 + signal
        }
        Err(error) => {
            output::complain(&format!("the program cannot be started: {error}"));
            exit::START
        }
    }
}

fn execute(
    global: &Global,
    options: &RunOptions,
    settings: &Settings,
    loader: Box<dyn Loader>,
    db: &RootDatabase,
    root: SourceFile,
) -> i32 {
    let program = LinkedProgram::new();
    program.lend(db, root);
    let limits = limits(settings);
    let arguments = arguments(options).into();
    let launcher = ProgramLauncher::new(settings.analysis(), limits, loader.into(), arguments);
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
