//! Programs that a program starts: checked with a database of their own, in a forked child or in this process.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use wat_analysis::{
    Code, Diagnostic, Options, RootDatabase, Severity, SourceFile, SourceText,
    all_program_diagnostics, entry_diagnostics,
};
use wat_edn::Edn;
use wat_load::{Found, InMemoryLoader, LoadError, Loader};
use wat_runtime::{
    Ended, Failure, Host, Launcher, Limits, Machine, Prepared, Reader, Scope, SourceError, Streams,
    Unchecked,
};
use wat_value::{Death, counted, syntax::write_forms};

use crate::failure::failure_chain;
use crate::findings::Sources;
use crate::{
    LinkedProgram, Unreadable, exit_code, file_loader, keep_first_phase, load_text,
    pending_in_program, read_source, settings, short_line,
};

/// What a program is called that is given as forms: its text has one on each line.
pub const FORMS: &str = "-#forms";
/// What a program is called that is given as text.
pub(crate) const TEXT: &str = "<entry>";
const ENTRY: &str = ":user::main";
/// The program has no entry, or one that cannot be called.
const ENTRY_CODES: [Code; 2] = [Code(2001), Code(2002)];
/// How long threads that are left may go on when the program ends.
const GRACE: Duration = Duration::from_secs(5);
/// What a scope is that cannot be used.
const UNUSABLE_SCOPE: &str = "WAT8415 io-failed";
/// The status of a program that does not start.
const NOT_STARTED: i32 = 3;
/// The status of a program without the right entry.
const NO_ENTRY: i32 = 4;
/// The status of a program whose reader is gone.
const CLOSED: i32 = 141;

/// What a program hands on to those that it starts. [`ProgramLauncher::new`] is the way to one: it makes what the
/// children of the process need and must not find half made.
#[derive(Clone)]
#[non_exhaustive]
pub struct ProgramLauncher {
    /// How programs are checked.
    pub options: Options,
    /// What they may use.
    pub limits: Limits,
    /// What they may load.
    pub loader: Arc<dyn Loader>,
    /// What their command line was.
    pub arguments: Arc<[String]>,
    /// Where relative names of files begin, wherever the process goes.
    directory: Arc<Path>,
}

/// What forms load. The paths that a file has written in them begin where those of files do, the others where the
/// loader says.
struct OfForms {
    directory: Arc<Path>,
    inner: Arc<dyn Loader>,
}

impl OfForms {
    fn ask<T>(
        &self,
        path: &str,
        base: Option<&str>,
        answer: impl Fn(&str) -> Result<T, LoadError>,
    ) -> Result<T, LoadError> {
        if base.is_some() || Path::new(path).is_absolute() {
            return answer(path);
        }
        let here: PathBuf = self.directory.join(path);
        match answer(&here.to_string_lossy()) {
            Err(LoadError::NotFound | LoadError::OutsideRoot { .. }) => answer(path),
            found => found,
        }
    }
}

impl Loader for OfForms {
    fn locate(&self, path: &str, base: Option<&str>) -> Result<String, LoadError> {
        self.ask(path, base, |path| self.inner.locate(path, base))
    }

    fn source(&self, path: &str, base: Option<&str>) -> Result<Found, LoadError> {
        self.ask(path, base, |path| self.inner.source(path, base))
    }

    fn payload(&self, path: &str, base: Option<&str>) -> Result<String, LoadError> {
        self.ask(path, base, |path| self.inner.payload(path, base))
    }
}

impl ProgramLauncher {
    /// What a program hands on: how programs are checked, what they may use, what they may load, and their command line.
    /// Children may be forked from then on, whatever other threads do.
    pub fn new(
        options: Options,
        limits: Limits,
        loader: Arc<dyn Loader>,
        arguments: Arc<[String]>,
    ) -> ProgramLauncher {
        wat_analysis::settle();
        ProgramLauncher {
            options,
            limits,
            loader,
            arguments,
            directory: std::env::current_dir().unwrap_or_default().into(),
        }
    }

    /// The same with another command line.
    pub fn with_arguments(&self, arguments: Arc<[String]>) -> ProgramLauncher {
        ProgramLauncher {
            arguments,
            ..self.clone()
        }
    }

    /// The loader of a scope, or a sentence that says why there is none.
    fn loader_of(&self, scope: &Scope) -> Result<Arc<dyn Loader>, String> {
        match scope {
            Scope::Inherited => Ok(self.loader.clone()),
            Scope::Nothing => Ok(Arc::new(InMemoryLoader::new())),
            Scope::Directory(path) => match file_loader(Some(path)) {
                Ok(loader) => Ok(loader.into()),
                Err(Unreadable { path, reason }) => {
                    Err(format!("the scope `{path}` cannot be used: {reason}"))
                }
            },
        }
    }

    /// What a program hands on that this database holds: its configuration too.
    pub fn of(mut self, db: &RootDatabase, program: SourceFile) -> ProgramLauncher {
        self.options.inherited = wat_analysis::config(db, program);
        self
    }

    /// The host of a program with these streams.
    pub fn host(&self, streams: Streams) -> ProgramHost {
        ProgramHost {
            streams,
            launcher: self.clone(),
        }
    }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
        Severity::Hint => "hint",
    }
}

fn not_started(status: i32, message: String) -> Ended {
    let death = match status {
        NO_ENTRY => Death::MainSignature(message),
        _ => Death::StartupError(message),
    };
    Ended {
        status,
        chain: vec![death],
    }
}

/// Why a checked program does not start, if it does not: its first error, and the codes of the others.
fn refusal(db: &RootDatabase, root: SourceFile) -> Option<Ended> {
    let mut found = all_program_diagnostics(db, root);
    found.extend(entry_diagnostics(db, root).iter().cloned());
    keep_first_phase(&mut found);
    let is_error = |found: &&Diagnostic| found.severity == Severity::Error;
    let about_entry = |found: &Diagnostic| ENTRY_CODES.contains(&found.code);
    let first = found
        .iter()
        .find(|found| is_error(found) && !about_entry(found))
        .or_else(|| found.iter().find(is_error));
    let pending = match first {
        Some(_) => None,
        None => pending_in_program(db, root, ENTRY),
    };
    let first = first.or(pending.as_ref())?;
    let status = match about_entry(first) {
        true => NO_ENTRY,
        false => NOT_STARTED,
    };
    let mut line = String::new();
    short_line(&Sources::default().report(db, first), &mut line);
    let mut message = format!("startup: {}", line.trim_end());
    let others = found.iter().filter(is_error);
    let others = others.filter(|it| !std::ptr::eq(*it, first));
    let codes: Vec<Code> = others.map(|it| it.code).collect();
    if !codes.is_empty() {
        let names: BTreeSet<Code> = codes.iter().copied().collect();
        let names: Vec<String> = names.iter().map(Code::to_string).collect();
        let count = counted(codes.len(), "more error");
        message.push_str(&format!(" ({count}: {})", names.join(", ")));
    }
    Some(not_started(status, message))
}

impl Launcher for ProgramLauncher {
    fn prepare(&self, program: &Unchecked, scope: &Scope) -> Result<Box<dyn Prepared>, Ended> {
        let loader = self.loader_of(scope).map_err(|reason| {
            not_started(NOT_STARTED, format!("startup: {UNUSABLE_SCOPE}: {reason}"))
        })?;
        let (name, text) = match program {
            Unchecked::Forms(forms) => {
                let lines: Vec<String> = forms.iter().map(write_forms).collect();
                (FORMS, lines.join("\n"))
            }
            Unchecked::Text(text) => (TEXT, text.clone()),
        };
        let mut db = RootDatabase::new();
        db.set_options(self.options.clone());
        let text = SourceText::new(text);
        let root = match (program, scope) {
            (Unchecked::Forms(_), Scope::Inherited) => {
                let loader = OfForms {
                    directory: self.directory.clone(),
                    inner: loader.clone(),
                };
                load_text(&mut db, &loader, name, text)
            }
            _ => load_text(&mut db, &*loader, name, text),
        };
        if let Some(refused) = refusal(&db, root) {
            return Err(refused);
        }
        let launcher = ProgramLauncher {
            loader,
            ..self.clone()
        };
        Ok(Box::new(Ready {
            launcher: launcher.of(&db, root),
            db,
            root,
        }))
    }

    fn check(&self, source: &str) -> String {
        let mut db = RootDatabase::new();
        db.set_options(self.options.clone());
        let loader = InMemoryLoader::new();
        let root = load_text(&mut db, &loader, TEXT, SourceText::new(source));
        let mut found = all_program_diagnostics(&db, root);
        found.sort_by_key(|it| (it.span.range.start(), it.span.range.end()));
        let mut sources = Sources::default();
        let field = |key: &str, value: Edn| (Edn::Keyword(format!(":{key}").into()), value);
        let records = found.iter().map(|it| {
            let (line, col) = sources.place(&db, &it.span).start();
            let fields = [
                field("code", Edn::Str(it.code.to_string().into())),
                field("severity", Edn::Str(severity(it.severity).into())),
                field("message", Edn::Str(it.message.as_str().into())),
                field("line", Edn::Int(line.into())),
                field("col", Edn::Int(col.into())),
            ];
            let map = Edn::Map(fields.into_iter().collect());
            Edn::Tagged("wat.test/Diagnostic".into(), Box::new(map))
        });
        wat_edn::write(&Edn::Vector(records.collect()))
    }

    fn refuses(&self, scope: &Scope) -> Option<String> {
        self.loader_of(scope).err()
    }
}

/// The status of a process whose program has failed: where the root of it is that the process was asked to stop by a
/// signal, it is that of the signal.
pub fn program_exit_code(failure: &Failure, chain: &[Death]) -> i32 {
    match (chain.last(), wat_kernel::process::stop_signal()) {
        (Some(Death::Shutdown), Some(signal)) => 128 + signal,
        _ => exit_code(failure),
    }
}

/// A program that has been checked.
struct Ready {
    db: RootDatabase,
    root: SourceFile,
    launcher: ProgramLauncher,
}

impl Prepared for Ready {
    fn run(self: Box<Self>, streams: Streams) -> Result<(), Ended> {
        let Ready { db, root, launcher } = *self;
        let program = LinkedProgram::new();
        program.lend(&db, root);
        let is_process = streams.stdout.is_standard();
        let mut machine = Machine::new(program.clone(), launcher.host(streams), launcher.limits);
        machine.configure(settings(&db, root));
        machine.obey_signals();
        if let Err(failure) = program.start(&mut machine) {
            let death = failure_chain(&db, root, &failure)
                .first()
                .map(Death::message);
            let message = format!("startup: {}", death.unwrap_or_default());
            return Err(not_started(NOT_STARTED, message));
        }
        let outcome = machine.call(ENTRY).map(drop);
        if is_process {
            wat_kernel::process::ask_every_child();
        }
        machine.end(GRACE);
        outcome.map_err(|failure| {
            let chain = failure_chain(&db, root, &failure);
            let status = program_exit_code(&failure, &chain);
            Ended { status, chain }
        })
    }
}

/// The world around a program: its streams, its loader, and what starts other programs.
#[derive(Clone)]
pub struct ProgramHost {
    streams: Streams,
    launcher: ProgramLauncher,
}

impl Host for ProgramHost {
    fn share(&self) -> Box<dyn Host> {
        Box::new(self.clone())
    }

    fn forked(&self) -> Box<dyn Host> {
        Box::new(self.launcher.host(Streams::standard()))
    }

    fn stdout(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self.streams.stdout.write(bytes) {
            // A program whose reader is gone ends as if by the signal.
            Err(error)
                if error.kind() == io::ErrorKind::BrokenPipe
                    && self.streams.stdout.is_standard() =>
            {
                wat_kernel::process::exit(CLOSED)
            }
            result => result,
        }
    }

    fn stderr(&mut self, bytes: &[u8]) -> io::Result<()> {
        // There is nobody to tell that nobody reads.
        let _ = self.streams.stderr.write(bytes);
        Ok(())
    }

    fn stdin(&mut self) -> Option<Arc<Reader>> {
        Some(self.streams.stdin.clone())
    }

    fn launcher(&self) -> Option<Arc<dyn Launcher>> {
        Some(Arc::new(self.launcher.clone()))
    }

    fn read_source(&mut self, path: &str) -> Result<String, SourceError> {
        read_source(&*self.launcher.loader, path)
    }

    fn arguments(&mut self) -> Vec<String> {
        self.launcher.arguments.to_vec()
    }
}
