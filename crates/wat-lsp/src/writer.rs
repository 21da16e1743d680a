//! The writer: the one thread that owns the database.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::{io, thread};

use wat_analysis::{FileKind, RootDatabase};

use crate::desk::{Change, Desk, Turn};
use crate::files;
use crate::pool::{self, Task};

/// Starts the writer and its workers.
pub(crate) fn start(desk: &Arc<Desk>, threads: usize) -> io::Result<()> {
    let pool = pool::start(desk, threads)?;
    let desk = desk.clone();
    thread::Builder::new()
        .name("wat-lsp writer".to_owned())
        .stack_size(16 << 20)
        .spawn(move || write(&desk, &pool))?;
    Ok(())
}

fn write(desk: &Desk, pool: &SyncSender<Task>) {
    let mut db = RootDatabase::new();
    loop {
        let task = match desk.next_turn() {
            Turn::Write(changes) => {
                apply(&mut db, desk, changes);
                continue;
            }
            Turn::Answer(job, revision) => {
                if let Some(path) = &job.path {
                    know(&mut db, path);
                }
                Task::Answer(job, db.clone(), revision)
            }
            Turn::Diagnose(path, revision) => Task::Diagnose(path, db.clone(), revision),
            Turn::Stop => return,
        };
        if pool.send(task).is_err() {
            return;
        }
    }
}

/// The last change of a path counts.
fn apply(db: &mut RootDatabase, desk: &Desk, changes: Vec<Change>) {
    let mut texts = BTreeMap::new();
    let (mut found, mut payloads) = (Vec::new(), Vec::new());
    for change in changes {
        match change {
            Change::Forget => {
                db.forget_found();
                None
            }
            Change::Projects(paths) => {
                db.set_options(desk.read_projects(&paths));
                None
            }
            Change::Found(path, answer) => {
                found.push((path, answer));
                None
            }
            Change::Payload(path, answer) => {
                payloads.push((path, answer));
                None
            }
            Change::Open(path, text) => texts.insert(path, Some((text, FileKind::Open))),
            Change::Disk(path, text) => texts.insert(path, Some((text, FileKind::Disk))),
            Change::Reread(path) => {
                let text = files::read(&path);
                texts.insert(path, text.map(|text| (text, FileKind::Disk)))
            }
        };
    }
    let mut present = Vec::new();
    for (path, text) in texts {
        match text {
            Some((text, kind)) => present.push((path, text, kind)),
            None => db.remove_file(&path),
        }
    }
    db.set_files(present);
    db.set_found(found);
    db.set_payloads(payloads);
}

/// A request may be about a file that nobody has opened or loaded.
fn know(db: &mut RootDatabase, path: &str) {
    if db.file(path).is_none()
        && path.ends_with(".wat")
        && let Some(text) = files::read(path)
    {
        db.set_file(path, text, FileKind::Disk);
    }
}
