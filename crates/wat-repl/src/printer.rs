//! What a session shows: values and declarations on standard output, findings on standard error.

use std::io::{self, IsTerminal, Stdout, Write};
use std::sync::Arc;

use wat_driver::{ProgramLauncher, Report, Style, render, short_line};
use wat_runtime::{Launcher, Streams, Turn};

use crate::Options;

/// Rows of one value that a conversation shows.
const ROWS: usize = 40;
/// Exit status when nobody reads the values any more.
const CLOSED: i32 = 141;

/// Who reads the output.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mode {
    /// A person: values with types, declarations, blocks.
    Conversation,
    /// A program: one value per line and nothing else.
    Values,
}

/// The output of a session. Clones write to the same stream.
#[derive(Clone)]
pub(crate) struct Printer {
    mode: Mode,
    color: bool,
    style: Style,
    short: bool,
    out: Arc<Turn<io::BufWriter<Stdout>>>,
    launcher: ProgramLauncher,
}

impl Printer {
    pub(crate) fn new(mode: Mode, options: &Options) -> Self {
        Self {
            mode,
            color: options.color.resolve(io::stdout().is_terminal()),
            style: Style::for_stream(&io::stderr(), options.color),
            short: options.short_reports,
            out: Arc::new(Turn::new(io::BufWriter::new(io::stdout()))),
            launcher: ProgramLauncher::new(
                options.analysis.clone(),
                options.limits,
                options.loader(),
                Arc::default(),
            ),
        }
    }

    pub(crate) fn mode(&self) -> Mode {
        self.mode
    }

    /// The value of an expression; `text` is its one-line or its pretty text, as the mode wants it.
    pub(crate) fn value(&self, text: &str, ty: &str) {
        match self.mode {
            Mode::Values => self.line(text),
            Mode::Conversation if ty == ":wat::core::nil" => self.line(&self.dim(text)),
            Mode::Conversation => {
                let rows = text.lines().count();
                let suffix = self.dim(&format!(" : {ty}"));
                if rows <= ROWS {
                    self.line(&format!("{text}{suffix}"));
                } else {
                    let shown: Vec<_> = text.lines().take(ROWS).collect();
                    let more = rows - ROWS;
                    let lines = if more == 1 { "line" } else { "lines" };
                    let rest = self.dim(&format!("… +{more} {lines}"));
                    self.line(&format!("{}\n{rest}{suffix}", shown.join("\n")));
                }
            }
        }
    }

    /// A definition; of one that replaces another, how many definitions use it.
    pub(crate) fn defined(&self, name: &str, ty: &str, redefined: Option<u32>, was: Option<&str>) {
        if self.mode == Mode::Conversation {
            let word = if redefined.is_some() {
                "redefined"
            } else {
                "defined"
            };
            let users = match redefined {
                None | Some(0) => String::new(),
                Some(1) => " (1 dependent)".to_owned(),
                Some(count) => format!(" ({count} dependents)"),
            };
            let suffix = match was {
                _ if ty.is_empty() => String::new(),
                None => self.dim(&format!(" : {ty}")),
                Some(was) => self.dim(&format!(" : {ty}, was {was}")),
            };
            self.line(&format!("{word} {name}{users}{suffix}"));
        }
    }

    /// A line that tells a person what has happened.
    pub(crate) fn note(&self, text: &str) {
        if self.mode == Mode::Conversation {
            self.line(&self.dim(text));
        }
    }

    /// A line of a command's answer.
    pub(crate) fn line(&self, text: &str) {
        self.write(text.as_bytes());
        self.write(b"\n");
    }

    pub(crate) fn dim(&self, text: &str) -> String {
        if self.color {
            format!("\x1b[2m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }

    pub(crate) fn report(&self, report: &Report) {
        let mut out = String::new();
        if self.short {
            short_line(report, &mut out);
        } else {
            render(report, self.style, &mut out);
        }
        self.complain(&out);
    }

    /// Text for standard error, behind everything printed so far.
    pub(crate) fn complain(&self, text: &str) {
        self.flush();
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }

    /// Bytes for standard output; the session ends if nobody reads them.
    pub(crate) fn write(&self, bytes: &[u8]) {
        let result = self.out.take().write_all(bytes);
        Self::alive(result);
    }

    pub(crate) fn flush(&self) {
        let result = self.out.take().flush();
        Self::alive(result);
    }

    fn alive(result: io::Result<()>) {
        if let Err(error) = result
            && error.kind() == io::ErrorKind::BrokenPipe
        {
            std::process::exit(CLOSED);
        }
    }
}

impl wat_runtime::Host for Printer {
    fn share(&self) -> Box<dyn wat_runtime::Host> {
        Box::new(self.clone())
    }

    fn forked(&self) -> Box<dyn wat_runtime::Host> {
        Box::new(self.launcher.host(Streams::standard()))
    }

    fn launcher(&self) -> Option<Arc<dyn Launcher>> {
        Some(Arc::new(self.launcher.clone()))
    }

    fn stdout(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write(bytes);
        if self.mode == Mode::Conversation {
            self.flush();
        }
        Ok(())
    }

    fn stderr(&mut self, bytes: &[u8]) -> io::Result<()> {
        io::stderr().lock().write_all(bytes)
    }
}
