//! `wat check --watch`: the findings are told again after each change (10 §3.2).

use std::io::{self, IsTerminal, Write};
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::json;
use wat_analysis::Given;
use wat_driver::{Changes, Unreadable};
use wat_kernel::process;

use super::tell;
use crate::args::{CheckOptions, Format, Global};
use crate::output;
use crate::watching::{Reading, Watcher, cannot_watch, interrupted, refuse, wait};
use crate::workspace::{Workspace, unreadable};

/// Empties the screen of a terminal, and what can be scrolled back to.
const CLEAR: &str = "\x1b[H\x1b[2J\x1b[3J";

/// Watches until somebody asks it to stop.
pub(super) fn watch(global: &Global, options: &CheckOptions) -> i32 {
    match Session::start(global, options).and_then(Session::run) {
        Ok(status) | Err(status) => status,
    }
}

struct Session<'a> {
    global: &'a Global,
    options: &'a CheckOptions,
    /// Where a round says that it is over.
    end: End,
    space: Workspace,
    /// What was asked for by its name and cannot be read.
    lost: Vec<Unreadable>,
    watcher: Watcher,
    reading: Reading,
}

/// How the end of a round is told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// The findings are on a screen, which shows those of the last round.
    Screen,
    /// As a value of EDN.
    Edn,
    /// As an object of JSON.
    Json,
}

/// Do the findings of a format go to standard error?
fn is_for_people(format: Option<Format>) -> bool {
    matches!(format, None | Some(Format::Text | Format::Md))
}

impl End {
    fn of(global: &Global) -> End {
        let is_screen = match is_for_people(global.format) {
            true => io::stderr().is_terminal(),
            false => io::stdout().is_terminal(),
        };
        match global.format {
            _ if is_screen => End::Screen,
            Some(Format::Json | Format::Sarif) => End::Json,
            _ => End::Edn,
        }
    }
}

/// What a round came to.
#[derive(Default)]
struct Round {
    errors: usize,
    warnings: usize,
    files: usize,
}

impl<'a> Session<'a> {
    fn start(global: &'a Global, options: &'a CheckOptions) -> Result<Session<'a>, i32> {
        refuse(options.paths.iter().map(|path| path.as_path()))?;
        let watcher = Watcher::new()?;
        let mut session = Session {
            global,
            options,
            end: End::of(global),
            space: Workspace::open_to_watch(global, &options.paths)?,
            lost: Vec::new(),
            watcher,
            reading: Reading::default(),
        };
        process::start().map_err(cannot_watch)?;
        session.add_places()?;
        Ok(session)
    }

    /// Watches the project, or else what was named, and where loaded files lie.
    fn add_places(&mut self) -> Result<(), i32> {
        let (space, paths) = (&self.space, &self.options.paths);
        let trees = match &space.project {
            Some(project) => vec![project.root.clone()],
            None if paths.is_empty() => vec![".".into()],
            None => paths.iter().filter(|path| path.is_dir()).cloned().collect(),
        };
        self.reading = Reading::of(&space.db, &space.roots(), space.project.as_ref(), paths);
        let reading = &self.reading;
        self.watcher.add_places(&space.db, reading, &trees)
    }

    fn run(mut self) -> Result<i32, i32> {
        let mut started = Instant::now();
        self.clear()?;
        loop {
            self.round(started)?;
            loop {
                if let Some(status) = interrupted() {
                    return Ok(status);
                }
                let changes = self.changes().map_err(cannot_watch)?;
                if let Some(status) = interrupted() {
                    return Ok(status);
                }
                started = Instant::now();
                if self.refresh(&changes, started)? {
                    break;
                }
            }
        }
    }

    /// Waits for a change, and for those that come with it.
    fn changes(&mut self) -> io::Result<Changes> {
        let Session {
            watcher,
            reading,
            space,
            ..
        } = self;
        let is_wat = |path: &Path| path.extension().is_some_and(|it| it == "wat");
        // A file that came may be one of the project.
        let comes = |path: &Path| is_wat(path) && path.exists();
        let matters = |path: &Path| {
            let known = reading.differs(&space.db, path);
            known.unwrap_or_else(|| comes(path))
        };
        while !process::is_stopping() && wait([watcher.arm()], watcher.deadline())? {
            watcher.look(matters)?;
        }
        Ok(watcher.take())
    }

    /// Reads what has changed; is there something to tell? What is wrong with the project is told, and the next change may
    /// mend it.
    fn refresh(&mut self, changes: &Changes, started: Instant) -> Result<bool, i32> {
        let (global, paths) = (self.global, &self.options.paths);
        if changes.is_empty() {
            return Ok(false);
        }
        let is_of_project = |path: &PathBuf| self.reading.is_of_project(path);
        let reopens = self.reading.is_void() || changes.paths.iter().any(is_of_project);
        let fresh = match reopens {
            true => {
                self.clear()?;
                Workspace::open_to_watch(global, paths).map(|new| {
                    let old = std::mem::replace(&mut self.space, new);
                    drop(ManuallyDrop::into_inner(old.db));
                    self.lost.clear();
                    true
                })
            }
            false => {
                let before = self.given();
                self.space.refresh(global, paths).map(|lost| {
                    self.lost = lost;
                    before != self.given()
                })
            }
        };
        match fresh {
            Ok(is_new) => {
                self.add_places()?;
                if is_new && !reopens {
                    self.clear()?;
                }
                Ok(is_new)
            }
            Err(_) => {
                self.reading.forget();
                let round = Round {
                    errors: 1,
                    ..Round::default()
                };
                self.ended(&round, started).map(|()| false)
            }
        }
    }

    /// What a round depends on.
    fn given(&self) -> (Given, Vec<(String, String)>) {
        let unread = self.lost.iter().chain(&self.space.unreadable);
        let unread = unread.map(|it| (it.path.clone(), it.reason.clone()));
        (self.space.db.given(), unread.collect())
    }

    /// Tells what is so now.
    fn round(&mut self, started: Instant) -> Result<(), i32> {
        let unread: Vec<&Unreadable> = self.lost.iter().chain(&self.space.unreadable).collect();
        for wrong in &unread {
            unreadable(wrong);
        }
        let unread = unread.len();
        let summary = tell(self.global, self.options, &mut self.space, started)?;
        let round = Round {
            errors: summary.errors + unread,
            warnings: summary.warnings,
            files: summary.files,
        };
        self.ended(&round, started)
    }

    /// Says that a round is over.
    fn ended(&self, round: &Round, started: Instant) -> Result<(), i32> {
        let Round {
            errors,
            warnings,
            files,
        } = round;
        let duration = started.elapsed();
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        let text = match self.end {
            End::Screen => {
                let files = match files {
                    1 => "1 file".to_owned(),
                    files => format!("{files} files"),
                };
                let time = duration.as_secs_f64();
                output::report(&format!(
                    "{files} checked in {time:.3} s, watching for changes\n"
                ));
                return Ok(());
            }
            End::Edn => format!(
                "#wat.check/Round {{:errors {errors} :warnings {warnings} :duration-us {micros}}}\n"
            ),
            End::Json => {
                let record = json!({
                    "kind": "round",
                    "errors": errors,
                    "warnings": warnings,
                    "duration-us": micros,
                });
                format!("{record}\n")
            }
        };
        self.write(&text)
    }

    /// Makes room on a screen for what is so now.
    fn clear(&self) -> Result<(), i32> {
        let is_dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        match self.end {
            End::Screen if !is_dumb => self.write(CLEAR),
            _ => Ok(()),
        }
    }

    /// Writes to where the findings go.
    fn write(&self, text: &str) -> Result<(), i32> {
        match is_for_people(self.global.format) {
            // Without anybody who reads there is nobody to watch for.
            true => io::stderr()
                .lock()
                .write_all(text.as_bytes())
                .map_err(|error| output::status_of(&error)),
            false => output::result(text.as_bytes()),
        }
    }
}
