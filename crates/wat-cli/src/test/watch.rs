//! `wat test --watch`: the tests that a change concerns run again (09 §9.10).

use std::collections::HashSet;
use std::io;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::time::Instant;

use wat_driver::{Changes, Keys};
use wat_kernel::{Borrowed, Interest, poll, process};
use wat_test::{Break, Format, State, TestCase};

use super::{Prepared, Round, formats, persists, remember, round};
use crate::args::{Global, TestOptions};
use crate::watching::{Reading, Watcher, cannot_watch, interrupted, refuse, wait};
use crate::{exit, output};

const HELP: &str = "watching: Enter all, f failed, p filter, t output, q quit\n";

/// What the next round runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Wanted {
    All,
    Failed,
    Affected,
}

/// What somebody asked for at the keyboard.
enum Asked {
    Nothing,
    Round(Wanted),
    Quit,
}

/// What is seen and heard between and during rounds.
struct Senses {
    watcher: Watcher,
    keys: Option<Keys>,
    asked: Asked,
    /// The filter that is being typed.
    typed: Option<String>,
    /// A filter that was typed, until it is used.
    filter: Option<String>,
    shows_output: bool,
    /// Do people read standard output?
    is_human: bool,
}

impl Senses {
    fn tell(&self, text: &str) {
        if self.is_human {
            // Whoever closed the output ends with the next round.
            let _ = output::result(text.as_bytes());
        }
    }

    fn hear(&mut self) {
        match self.keys.as_ref().map(Keys::pressed) {
            Some(None) => self.asked = Asked::Quit,
            Some(Some(bytes)) => bytes.into_iter().for_each(|key| self.key(key)),
            None => {}
        }
    }

    fn key(&mut self, key: u8) {
        if let Some(mut typed) = self.typed.take() {
            match key {
                b'\r' | b'\n' => {
                    self.tell("\n");
                    self.filter = Some(typed);
                    self.asked = Asked::Round(Wanted::All);
                    return;
                }
                0x1b => {
                    self.tell("\n");
                    return;
                }
                0x04 if typed.is_empty() => self.asked = Asked::Quit,
                0x08 | 0x7f if typed.pop().is_some() => self.tell("\u{8} \u{8}"),
                // A filter is a part of a name, and what is typed beyond ASCII arrives in several bytes.
                _ if key.is_ascii_graphic() || key == b' ' => {
                    typed.push(char::from(key));
                    self.tell(&char::from(key).to_string());
                }
                _ => {}
            }
            self.typed = Some(typed);
            return;
        }
        match key {
            b'\r' | b'\n' => self.asked = Asked::Round(Wanted::All),
            b'f' => self.asked = Asked::Round(Wanted::Failed),
            b'p' => {
                self.typed = Some(String::new());
                self.tell("filter: ");
            }
            b't' => {
                self.shows_output = !self.shows_output;
                self.tell(match self.shows_output {
                    true => "the output of all tests is shown\n",
                    false => "the output of tests that pass is not shown\n",
                });
            }
            b'q' | 0x04 => self.asked = Asked::Quit,
            _ => {}
        }
    }

    /// Reads the changes that matter and the keys that are there.
    fn look(&mut self, prepared: &Prepared, reading: &Reading) -> io::Result<()> {
        self.watcher.look(|path| matters(prepared, reading, path))?;
        let keys = self
            .keys
            .as_ref()
            .map(|keys| Borrowed::from_number(keys.descriptor()));
        if let Some(keys) = keys
            && poll(&[(keys, Interest::Read)], Some(Instant::now()))?[0]
        {
            self.hear();
        }
        Ok(())
    }

    fn arms(&self) -> Vec<Borrowed> {
        let keys = self.keys.iter().map(Keys::descriptor);
        let keys = keys.map(Borrowed::from_number);
        keys.chain([self.watcher.arm()]).collect()
    }

    /// Waits for a change or a wish. After the first change others may follow for a while.
    fn wait(&mut self, prepared: &Prepared, reading: &Reading) -> io::Result<()> {
        while !process::is_stopping()
            && matches!(self.asked, Asked::Nothing)
            && wait(self.arms(), self.watcher.deadline())?
        {
            self.look(prepared, reading)?;
        }
        Ok(())
    }
}

/// What ends a round early: a wish, or a change of what is tested.
struct Breaks<'a> {
    senses: &'a mut Senses,
    prepared: &'a Prepared,
    reading: &'a Reading,
}

impl Break for Breaks<'_> {
    fn arms(&self) -> Vec<Borrowed> {
        self.senses.arms()
    }

    fn ends_run(&mut self) -> io::Result<bool> {
        self.senses.look(self.prepared, self.reading)?;
        Ok(self.senses.watcher.has_changes() || !matches!(self.senses.asked, Asked::Nothing))
    }
}

/// Does a file matter, and is it other than what was read of it? Tests may write files, also below the project.
fn matters(prepared: &Prepared, reading: &Reading, path: &Path) -> bool {
    let known = reading.differs(&prepared.space.db, path);
    known.unwrap_or_else(|| match path.extension().and_then(|it| it.to_str()) {
        Some("wat") => path.exists(),
        Some("md") => prepared.asks_for_examples,
        _ => false,
    })
}

/// Watches until somebody quits: the status is that of the last round that was complete.
pub(super) fn watch(global: &Global, options: &TestOptions) -> i32 {
    match Session::start(global, options).and_then(Session::run) {
        Ok(status) | Err(status) => status,
    }
}

struct Session<'a> {
    global: &'a Global,
    options: TestOptions,
    filters: Vec<String>,
    prepared: Prepared,
    reading: Reading,
    senses: Senses,
    /// What is known of the tests from the rounds before.
    known: State,
    status: i32,
}

impl<'a> Session<'a> {
    fn start(global: &'a Global, options: &TestOptions) -> Result<Session<'a>, i32> {
        refuse(options.targets.iter().map(Path::new))?;
        let to_stdout = formats(options)?
            .into_iter()
            .find(|(_, path)| path.is_none());
        let is_human =
            to_stdout.is_some_and(|(format, _)| matches!(format, Format::Pretty | Format::Plain));
        let watcher = Watcher::new()?;
        let prepared = Prepared::open(global, options)?;
        process::start().map_err(cannot_watch)?;
        let mut session = Session {
            global,
            options: options.clone(),
            filters: options.filter.clone(),
            prepared,
            reading: Reading::default(),
            senses: Senses {
                watcher,
                keys: Keys::open(),
                asked: Asked::Nothing,
                typed: None,
                filter: None,
                shows_output: options.show_output,
                is_human,
            },
            known: State::default(),
            status: exit::NOTHING,
        };
        session.add_places()?;
        session.prepared.select(options)?;
        Ok(session)
    }

    /// Watches the project, or else the targets, and where loaded files lie.
    fn add_places(&mut self) -> Result<(), i32> {
        let Prepared {
            space,
            paths,
            texts,
            ..
        } = &self.prepared;
        let named: Vec<PathBuf> = paths.iter().chain(texts).cloned().collect();
        let trees = match &space.project {
            Some(project) => vec![project.root.clone()],
            None => named.iter().filter(|path| path.is_dir()).cloned().collect(),
        };
        self.reading = Reading::of(&space.db, &space.roots(), space.project.as_ref(), &named);
        let watcher = &mut self.senses.watcher;
        watcher.add_places(&space.db, &self.reading, &trees)
    }

    fn run(mut self) -> Result<i32, i32> {
        let mut wanted = Wanted::All;
        loop {
            self.round(wanted)?;
            loop {
                if let Some(status) = interrupted() {
                    return Ok(status);
                }
                let waited = self.senses.wait(&self.prepared, &self.reading);
                waited.map_err(cannot_watch)?;
                let changes = self.senses.watcher.take();
                let asked = std::mem::replace(&mut self.senses.asked, Asked::Nothing);
                if matches!(asked, Asked::Quit) {
                    return Ok(self.status);
                }
                if let Some(status) = interrupted() {
                    return Ok(status);
                }
                if !changes.is_empty() {
                    match self.refresh(&changes) {
                        Ok(()) => {}
                        Err(exit::BAD_PROJECT) => {
                            self.tell_of_waiting();
                            continue;
                        }
                        Err(_) => continue,
                    }
                }
                match (asked, changes.is_empty()) {
                    (Asked::Round(asked), _) => wanted = asked,
                    (_, false) => wanted = Wanted::Affected,
                    _ => continue,
                }
                break;
            }
        }
    }

    /// Reads what has changed.
    ///
    /// # Errors
    /// What is wrong was told; the next change may mend it.
    fn refresh(&mut self, changes: &Changes) -> Result<(), i32> {
        let is_of_project = |path: &PathBuf| self.reading.is_of_project(path);
        let reopens = self.reading.is_void() || changes.paths.iter().any(is_of_project);
        let fresh = match reopens {
            true => Prepared::open(self.global, &self.options).map(|new| {
                let old = std::mem::replace(&mut self.prepared, new);
                drop(ManuallyDrop::into_inner(old.space.db));
            }),
            false => self.prepared.refresh(self.global),
        };
        if fresh.is_err() {
            self.reading.forget();
        }
        fresh
            .and_then(|()| self.add_places())
            .and_then(|()| self.prepared.select(&self.options))
            .map(|()| {
                let tests = &self.prepared.found.tests;
                let there: HashSet<&str> = tests.iter().map(|case| &*case.id).collect();
                // A test that went and comes back is a new one.
                self.known.contents.retain(|id, _| there.contains(&**id));
                self.known.failed.retain(|id| there.contains(&**id));
            })
    }

    /// Says what is waited for.
    fn tell_of_waiting(&mut self) {
        let text = match self.senses.keys {
            Some(_) => HELP,
            None => "watching for changes\n",
        };
        if interrupted().is_none() && !self.senses.watcher.has_changes() {
            self.senses.tell(text);
        }
    }

    fn round(&mut self, wanted: Wanted) -> Result<(), i32> {
        if let Some(filter) = self.senses.filter.take() {
            self.options.filter = match filter.trim() {
                "" => self.filters.clone(),
                filter => vec![filter.to_owned()],
            };
            self.prepared.select(&self.options)?;
        }
        self.options.show_output = self.senses.shows_output;
        let Prepared {
            found, selected, ..
        } = &self.prepared;
        let now = self.prepared.contents();
        let is_affected =
            |id: &String| !now.contains_key(id) || now.get(id) != self.known.contents.get(id);
        let cases: Vec<&TestCase> = selected
            .iter()
            .filter(|case| match wanted {
                Wanted::All => true,
                Wanted::Failed => self.known.failed.contains(&case.id),
                Wanted::Affected => is_affected(&case.id),
            })
            .collect();
        if cases.is_empty() && found.invalid.is_empty() {
            let text = match wanted {
                Wanted::All => "no test is selected\n",
                Wanted::Failed => "no test has failed\n",
                Wanted::Affected => "no test is affected\n",
            };
            self.senses.tell(text);
        } else {
            let mut breaks = Breaks {
                senses: &mut self.senses,
                prepared: &self.prepared,
                reading: &self.reading,
            };
            let first = self.known.failed.iter().cloned().collect();
            let round = round(
                self.global,
                &self.options,
                &self.prepared,
                &cases,
                first,
                Some(&mut breaks),
            )?;
            for (id, has_failed) in &round.ended {
                let content = now.get(id).map(String::as_str);
                self.known.note(id, *has_failed, content);
            }
            if persists(&self.options) {
                remember(&self.prepared.directory(), &round, &now);
            }
            let Round {
                status, summary, ..
            } = round;
            if !summary.is_broken_off && summary.interrupted.is_none() {
                self.status = status;
            }
        }
        self.tell_of_waiting();
        Ok(())
    }
}
