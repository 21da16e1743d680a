//! Whole programs inside of a program: in a forked child, or on a thread of this process.

use crate::Turn;
use crate::stream::Reader;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use wat_kernel::{Borrowed, Fd};
use wat_value::Death;
use wat_value::syntax::Syntax;

/// A program that is not checked yet.
pub enum Unchecked {
    /// Its forms.
    Forms(Vec<Syntax>),
    /// Its text.
    Text(String),
}

/// What a program may load.
pub enum Scope {
    /// What the program may load that starts it.
    Inherited,
    /// Nothing.
    Nothing,
    /// The files below a directory.
    Directory(PathBuf),
}

/// How a program ended, or why it did not start.
pub struct Ended {
    /// The status of its process.
    pub status: i32,
    /// The deaths, its own first.
    pub chain: Vec<Death>,
}

/// Checks programs; each with a database of its own, so that it may be used in a forked child.
pub trait Launcher: Send + Sync {
    /// Checks a program.
    ///
    /// # Errors
    /// The program does not start, with status 3 or 4; or the directory of the scope cannot be used, with the reason.
    fn prepare(&self, program: &Unchecked, scope: &Scope) -> Result<Box<dyn Prepared>, Ended>;

    /// What checking a text as a program finds, without loading: the EDN text of a vector of `:wat::test::Diagnostic`.
    fn check(&self, source: &str) -> String;

    /// Why a directory cannot be the scope of a program, if it cannot: a sentence that names it.
    fn refuses(&self, scope: &Scope) -> Option<String>;
}

/// A program that can start.
pub trait Prepared: Send {
    /// Runs it to its end.
    ///
    /// # Errors
    /// It has died.
    fn run(self: Box<Self>, streams: Streams) -> Result<(), Ended>;
}

/// The standard streams of a program.
#[derive(Clone)]
pub struct Streams {
    /// What it reads.
    pub stdin: Arc<Reader>,
    /// What it prints.
    pub stdout: Output,
    /// What it complains.
    pub stderr: Output,
}

impl Streams {
    /// Those of this process.
    pub fn standard() -> Streams {
        Streams {
            stdin: Reader::stdin(),
            stdout: Output::new(Target::Standard(wat_kernel::stdout())),
            stderr: Output::new(Target::Standard(wat_kernel::stderr())),
        }
    }

    pub(crate) fn pipes(stdin: Fd, stdout: Fd, stderr: Fd) -> Streams {
        Streams {
            stdin: Reader::pipe(stdin),
            stdout: Output::new(Target::Pipe(stdout)),
            stderr: Output::new(Target::Pipe(stderr)),
        }
    }
}

enum Target {
    Standard(Borrowed),
    Pipe(Fd),
}

/// Where lines go, one after the other. Clones share it.
#[derive(Clone)]
pub struct Output(Arc<(Turn<()>, Target)>);

impl Output {
    fn new(target: Target) -> Output {
        Output(Arc::new((Turn::new(()), target)))
    }

    /// Is it a stream of the process?
    pub fn is_standard(&self) -> bool {
        matches!(self.0.1, Target::Standard(_))
    }

    /// Writes all bytes; nothing else comes between them.
    ///
    /// # Errors
    /// Nobody reads any more, or the system refuses.
    pub fn write(&self, bytes: &[u8]) -> io::Result<()> {
        let _turn = self.0.0.take();
        match &self.0.1 {
            Target::Standard(fd) => fd.write_all(bytes),
            Target::Pipe(fd) => fd.write_all(bytes),
        }
    }
}
