//! `wat test --watch`: the tests that a change concerns run again (09 §9.10).

use std::collections::HashSet;
use std::io;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use wat_analysis::{SourceFile, payload_paths};
use wat_driver::{Changes, Keys, Watch, name_of, read_text};
use wat_kernel::{Borrowed, Interest, poll, process};
use wat_test::{Break, Format, State, TestCase};

use super::{Prepared, Round, formats, persists, remember, round};
use crate::args::{Global, TestOptions};
use crate::{exit, output};

/// Changes that come together count as one.
const WINDOW: Duration = Duration::from_millis(50);

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
    watch: Watch,
    keys: Option<Keys>,
    changes: Changes,
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
    fn look(&mut self, prepared: &Prepared) -> io::Result<()> {
        let mut changes = self.watch.changes()?;
        changes.paths.retain(|path| differs(prepared, path));
        self.changes.extend(changes);
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
        let all = keys.chain([self.watch.descriptor()]);
        all.map(Borrowed::from_number).collect()
    }

    /// Waits for a change or a wish. After the first change others may follow for a while.
    fn wait(&mut self, prepared: &Prepared) -> io::Result<()> {
        let mut deadline = (!self.changes.is_empty()).then(|| Instant::now() + WINDOW);
        while !process::is_stopping() && matches!(self.asked, Asked::Nothing) {
            let arms = self.arms().into_iter().chain(process::shutdown());
            let arms: Vec<_> = arms.map(|arm| (arm, Interest::Read)).collect();
            if !poll(&arms, deadline)?.contains(&true) {
                break;
            }
            self.look(prepared)?;
            if !self.changes.is_empty() {
                deadline.get_or_insert_with(|| Instant::now() + WINDOW);
            }
        }
        Ok(())
    }
}

/// What ends a round early: a wish, or a change of what is tested.
struct Breaks<'a> {
    senses: &'a mut Senses,
    prepared: &'a Prepared,
}

impl Break for Breaks<'_> {
    fn arms(&self) -> Vec<Borrowed> {
        self.senses.arms()
    }

    fn ends_run(&mut self) -> io::Result<bool> {
        self.senses.look(self.prepared)?;
        Ok(!self.senses.changes.is_empty() || !matches!(self.senses.asked, Asked::Nothing))
    }
}

/// Does a file matter, and is it other than what was read of it? Tests may write files, also below the project.
fn differs(prepared: &Prepared, path: &Path) -> bool {
    if is_project_file(path) {
        return true;
    }
    let db = &*prepared.space.db;
    let name = name_of(path);
    if let Some(file) = db.file(&name) {
        return match read_text(path) {
            Ok(text) => text != file.text(db),
            Err(_) => true,
        };
    }
    let is_payload = |file: &SourceFile| payload_paths(db, *file).iter().any(|it| **it == *name);
    let is_text = || prepared.texts.iter().any(|text| name_of(text) == name);
    match path.extension().and_then(|it| it.to_str()) {
        Some("wat") => path.exists(),
        Some("md") if is_text() || prepared.asks_for_examples => true,
        _ => db.project_files().iter().any(is_payload),
    }
}

fn is_project_file(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| name == "wat.toml" || name == "wat.edn")
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
    senses: Senses,
    /// What is known of the tests from the rounds before.
    known: State,
    status: i32,
}

impl<'a> Session<'a> {
    fn start(global: &'a Global, options: &TestOptions) -> Result<Session<'a>, i32> {
        if options.targets.iter().any(|target| target == "-") {
            output::report("error: standard input cannot be watched\nhelp: name files\n");
            return Err(exit::USAGE);
        }
        let to_stdout = formats(options)?
            .into_iter()
            .find(|(_, path)| path.is_none());
        let is_human =
            to_stdout.is_some_and(|(format, _)| matches!(format, Format::Pretty | Format::Plain));
        let watch = Watch::new().map_err(cannot_watch)?;
        let prepared = Prepared::open(global, options)?;
        process::start().map_err(cannot_watch)?;
        let mut session = Session {
            global,
            options: options.clone(),
            filters: options.filter.clone(),
            prepared,
            senses: Senses {
                watch,
                keys: Keys::open(),
                changes: Changes::default(),
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
        let space = &self.prepared.space;
        let targets = self.prepared.paths.iter().chain(&self.prepared.texts);
        let (trees, files): (Vec<PathBuf>, Vec<PathBuf>) =
            targets.cloned().partition(|path| path.is_dir());
        let trees = match &space.project {
            Some(project) => vec![project.root.clone()],
            None => trees,
        };
        let loaded = space.db.project_files();
        let loaded = loaded.iter().map(|it| PathBuf::from(&*it.path(&*space.db)));
        let is_inside = |path: &PathBuf| {
            let full = std::path::absolute(path).unwrap_or_default();
            trees.iter().any(|tree| {
                let tree = tree.canonicalize().unwrap_or_default();
                full.starts_with(tree)
            })
        };
        let single = files.into_iter().chain(loaded).filter(|it| !is_inside(it));
        let folders: HashSet<PathBuf> = single
            .filter_map(|path| Some(std::path::absolute(path).ok()?.parent()?.to_owned()))
            .collect();
        let watch = &mut self.senses.watch;
        for tree in &trees {
            let tree = std::path::absolute(tree).map_err(cannot_watch)?;
            watch.add_tree(&tree).map_err(cannot_watch)?;
        }
        for folder in folders {
            // A folder that is gone comes back as a change of the one around it, if at all.
            let _ = watch.add_directory(&folder);
        }
        Ok(())
    }

    fn run(mut self) -> Result<i32, i32> {
        let mut wanted = Wanted::All;
        loop {
            self.round(wanted)?;
            loop {
                if let Some(status) = self.interrupted() {
                    return Ok(status);
                }
                self.senses.wait(&self.prepared).map_err(cannot_watch)?;
                let changes = std::mem::take(&mut self.senses.changes);
                let asked = std::mem::replace(&mut self.senses.asked, Asked::Nothing);
                if matches!(asked, Asked::Quit) {
                    return Ok(self.status);
                }
                if let Some(status) = self.interrupted() {
                    return Ok(status);
                }
                if !changes.is_empty() && !self.refresh(&changes) {
                    continue;
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

    fn interrupted(&self) -> Option<i32> {
        process::is_stopping().then(|| 128 + process::stop_signal().unwrap_or(wat_kernel::SIGTERM))
    }

    /// Reads what has changed. What is wrong was told; then the next change is waited for.
    fn refresh(&mut self, changes: &Changes) -> bool {
        let fresh = match changes.paths.iter().any(|path| is_project_file(path)) {
            true => Prepared::open(self.global, &self.options).map(|new| {
                let old = std::mem::replace(&mut self.prepared, new);
                drop(ManuallyDrop::into_inner(old.space.db));
            }),
            false => self.prepared.refresh(self.global),
        };
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
            .is_ok()
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
            };
            let first = self.known.failed.iter().cloned().collect();
            let round = round(
                self.global,
                &self.options,
                &self.prepared,
                &cases,
                first,
                Some(&mut breaks),
            );
            let round = match round {
                Ok(round) => round,
                // It was told; the next change may mend it.
                Err(exit::BAD_PROJECT) => return Ok(()),
                Err(status) => return Err(status),
            };
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
        let text = match self.senses.keys {
            Some(_) => HELP,
            None => "watching for changes\n",
        };
        if self.interrupted().is_none() && self.senses.changes.is_empty() {
            self.senses.tell(text);
        }
        Ok(())
    }
}

fn cannot_watch(error: io::Error) -> i32 {
    output::complain(&format!("cannot watch for changes: {error}"));
    exit::IO
}
