//! `wat run --watch`: the program starts again when a file of it changes (10 §3.1).

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use wat_driver::Changes;
use wat_kernel::{Interest, SIGKILL, SIGTERM, Supervisor, poll};

use super::{Clock, Loaded, guarded, not_started, status_of};
use crate::args::{Global, RunOptions};
use crate::watching::{Reading, Watcher, cannot_watch, refuse};
use crate::{exit, output};

/// How long a program may go on after it was asked to end because a file of it changed.
const PATIENCE: Duration = Duration::from_secs(2);

/// Watches until somebody asks it to stop.
pub(super) fn watch(global: &Global, options: &RunOptions) -> i32 {
    match Session::start(global, options).and_then(Session::run) {
        Ok(status) | Err(status) => status,
    }
}

struct Session<'a> {
    global: &'a Global,
    /// As they were given.
    options: &'a RunOptions,
    supervisor: Supervisor,
    watcher: Watcher,
    loaded: Loaded,
    reading: Reading,
}

impl<'a> Session<'a> {
    fn start(global: &'a Global, options: &'a RunOptions) -> Result<Session<'a>, i32> {
        refuse([options.file.as_path()])?;
        let watcher = Watcher::new()?;
        let supervisor = Supervisor::new().map_err(|error| not_started(&error))?;
        let loaded = supervisor.unattended(|| Loaded::open(global, options))?;
        // What a program leaves behind that was killed goes with it. Where that is refused, it ends by itself.
        let _ = wat_kernel::adopt_orphans();
        let mut session = Session {
            global,
            options,
            supervisor,
            watcher,
            loaded,
            reading: Reading::default(),
        };
        session.add_places()?;
        Ok(session)
    }

    /// Watches the directories of the files of the program.
    fn add_places(&mut self) -> Result<(), i32> {
        let Loaded {
            db, root, project, ..
        } = &self.loaded;
        let named = [self.loaded.options.file.clone()];
        self.reading = Reading::of(db, &[*root], project.as_ref(), &named);
        self.watcher.add_places(db, &self.reading, &[])
    }

    fn run(mut self) -> Result<i32, i32> {
        loop {
            let started = Instant::now();
            let refused = || self.loaded.refused(self.global, started);
            let changes = match self.supervisor.unattended(refused) {
                exit::SUCCESS => self.supervise()?,
                exit::START | exit::ENTRY => {
                    self.say("the program does not start, watching for changes");
                    None
                }
                // Nobody reads what is told.
                status => return Err(status),
            };
            let mut changes = match changes {
                Some(changes) => changes,
                None => self.changes()?,
            };
            while !self.reload(&changes)? {
                self.say("watching for changes");
                changes = self.changes()?;
            }
        }
    }

    /// Runs the program until it has ended. If it ended because files of it changed, those.
    fn supervise(&mut self) -> Result<Option<Changes>, i32> {
        let Session {
            global,
            loaded,
            supervisor,
            ..
        } = self;
        // What the one before has left behind ends before the next one starts.
        wat_kernel::end_orphans();
        let clock = loaded.options.time.then(Clock::start);
        let program = || guarded(|| loaded.execute(global));
        let begun = supervisor.start(program);
        begun.map_err(|error| not_started(&error))?;
        let mut changes = None;
        let mut deadline = None;
        let exit = loop {
            if let Some(exit) = self.supervisor.attend().map_err(cannot_watch)? {
                break exit;
            }
            let now = Instant::now();
            if deadline.is_some_and(|deadline| deadline <= now) {
                self.supervisor.signal(SIGKILL).map_err(cannot_watch)?;
                deadline = None;
            }
            // Whoever asks the program to end ends the watching, too.
            let goes_on = changes.is_none() && self.supervisor.asked().is_none();
            if goes_on && let Some(settled) = self.settled() {
                self.say(&told(&settled));
                self.supervisor.signal(SIGTERM).map_err(cannot_watch)?;
                deadline = Some(Instant::now() + PATIENCE);
                changes = Some(settled);
                continue;
            }
            let settles = self.watcher.deadline().filter(|_| goes_on);
            self.wait(settles.or(deadline))?;
        };
        let status = match changes {
            // It was ended, and that was told.
            Some(_) => None,
            None => Some(status_of(self.global, exit)),
        };
        if let Some(clock) = clock {
            clock.tell();
        }
        if let Some(signal) = self.supervisor.asked() {
            return Err(128 + signal);
        }
        if let Some(status) = status {
            self.say(&format!(
                "the program ended with status {status}, watching for changes"
            ));
        }
        Ok(changes)
    }

    /// Waits for changes while no program runs.
    fn changes(&mut self) -> Result<Changes, i32> {
        loop {
            self.supervisor.attend().map_err(cannot_watch)?;
            if let Some(signal) = self.supervisor.asked() {
                return Err(128 + signal);
            }
            if let Some(changes) = self.settled() {
                return Ok(changes);
            }
            self.wait(self.watcher.deadline())?;
        }
    }

    /// Waits until there is something to attend to, something has changed, or the deadline has come.
    fn wait(&mut self, deadline: Option<Instant>) -> Result<(), i32> {
        let arms = [self.supervisor.arm(), self.watcher.arm()].map(|arm| (arm, Interest::Read));
        poll(&arms, deadline).map_err(cannot_watch)?;
        let (reading, db) = (&self.reading, &self.loaded.db);
        // What is no file of the program does not matter.
        let matters = |path: &Path| reading.differs(db, path) == Some(true);
        self.watcher.look(matters).map_err(cannot_watch)
    }

    /// The changes of files of the program that have come together.
    fn settled(&mut self) -> Option<Changes> {
        if self.watcher.deadline()? > Instant::now() {
            return None;
        }
        let mut changes = self.watcher.take();
        let (reading, db) = (&self.reading, &self.loaded.db);
        if std::mem::take(&mut changes.is_partial) {
            changes.paths.extend(reading.stale(db));
        }
        // A change may have been taken back.
        let differs = |path: &PathBuf| reading.differs(db, path) == Some(true);
        changes.paths.retain(differs);
        (!changes.is_empty()).then_some(changes)
    }

    /// Reads what has changed; false if that cannot be done, which is told.
    fn reload(&mut self, changes: &Changes) -> Result<bool, i32> {
        let is_of_project = |path: &PathBuf| self.reading.is_of_project(path);
        let reopens = self.reading.is_void() || changes.paths.iter().any(is_of_project);
        let loaded = &mut self.loaded;
        let fresh = self.supervisor.unattended(|| match reopens {
            true => Loaded::open(self.global, self.options).map(|new| *loaded = new),
            false => loaded.refresh(),
        });
        match fresh {
            Ok(()) => self.add_places().map(|()| true),
            Err(_) => {
                self.reading.forget();
                Ok(false)
            }
        }
    }

    fn say(&self, text: &str) {
        if !self.global.quiet {
            output::report(&format!("{text}\n"));
        }
    }
}

/// Says why the program starts again.
fn told(changes: &Changes) -> String {
    let mut names = changes.paths.iter().map(|path| wat_driver::name_of(path));
    let first = names.next().unwrap_or_default();
    match names.count() {
        0 => format!("`{first}` has changed, the program starts again"),
        more => format!("`{first}` and {more} more have changed, the program starts again"),
    }
}
