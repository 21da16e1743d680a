//! The workers: each runs one job at a time on its own clone of the database.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::{io, thread};

use tower_lsp_server::ls_types::Diagnostic;
use wat_analysis::{RootDatabase, catch_cancelled};

use crate::desk::{Desk, Findings, Job};
use crate::view::View;
use crate::{convert, loads};

/// Deep forms need no deep stack here, but a margin costs only address space.
const STACK: usize = 16 << 20;

/// What a worker is given, with the revision of the database.
pub(crate) enum Task {
    Answer(Job, RootDatabase, u64),
    Diagnose(String, RootDatabase, u64),
}

/// Starts so many workers, at least two. They end when the sender is dropped.
pub(crate) fn start(desk: &Arc<Desk>, threads: usize) -> io::Result<SyncSender<Task>> {
    let size = threads.max(2);
    let (sender, receiver) = sync_channel(size);
    let receiver = Arc::new(Mutex::new(receiver));
    for number in 0..size {
        let (desk, receiver) = (desk.clone(), receiver.clone());
        let worker = move || work(&desk, &receiver);
        thread::Builder::new()
            .name(format!("wat-lsp worker {number}"))
            .stack_size(STACK)
            .spawn(worker)?;
    }
    Ok(sender)
}

fn work(desk: &Desk, tasks: &Mutex<Receiver<Task>>) {
    loop {
        desk.idle();
        let task = tasks.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match task {
            Ok(Task::Answer(job, db, revision)) => answer(desk, job, db, revision),
            Ok(Task::Diagnose(path, db, revision)) => diagnose(desk, path, db, revision),
            Err(_) => return,
        }
    }
}

/// How a job ended that did not come to its end.
enum Interrupted {
    /// A write arrived.
    Cancelled,
    /// A defect; the panic hook has reported it.
    Panicked,
}

/// Runs a job on the view and drops the view, whatever happens, so that a waiting write can go on.
fn run<T>(view: View, job: impl FnOnce(&View) -> T) -> Result<T, Interrupted> {
    let job = AssertUnwindSafe(move || job(&view));
    match catch_unwind(move || catch_cancelled(job)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(_)) => Err(Interrupted::Cancelled),
        Err(_) => Err(Interrupted::Panicked),
    }
}

fn view(desk: &Desk, db: RootDatabase) -> View {
    View {
        db,
        client: desk.client(),
        open: desk.open_documents(),
        projects: desk.projects(),
    }
}

fn answer(desk: &Desk, job: Job, db: RootDatabase, revision: u64) {
    let work = job.work.clone();
    match run(view(desk, db), |view| work(view)) {
        Ok(value) => desk.answer(&job.id, Ok(value)),
        Err(Interrupted::Cancelled) => {
            if let Err(job) = desk.retry(job, revision) {
                desk.answer(&job.id, Ok((job.feature.empty)()));
            }
        }
        Err(Interrupted::Panicked) => desk.answer(&job.id, Ok((job.feature.empty)())),
    }
}

/// Diagnostics of a document; or, if its program loads files that are only on disk, those files.
fn diagnose(desk: &Desk, path: String, db: RootDatabase, revision: u64) {
    let found = run(view(desk, db), |view| {
        match load_missing(desk, view, &path) {
            true => None,
            false => Some(diagnostics(view, &path)),
        }
    });
    // A write that cancelled this job has put the document on the desk again.
    if let Ok(Some(diagnostics)) = found {
        desk.publish(Findings {
            path,
            revision,
            diagnostics,
        });
    }
}

/// Asks for the files and payloads that the program needs and the database does not have, and puts the answers on the
/// desk; true if there is one.
fn load_missing(desk: &Desk, view: &View, path: &str) -> bool {
    let Some(file) = view.db.file(path) else {
        return false;
    };
    let missing = wat_ide::missing_loads(&view.db, file);
    if missing.files.is_empty() && missing.payloads.is_empty() {
        return false;
    }
    let open = view.open.keys().filter_map(|path| {
        let text = view.db.file(path)?.text(&view.db);
        Some((path.as_str(), text))
    });
    let answers = loads::ask(view.projects.loader(path), open, missing.clone());
    desk.loaded(answers.files);
    desk.answered(answers.said);
    true
}

fn diagnostics(view: &View, path: &str) -> Vec<Diagnostic> {
    let Some(file) = view.db.file(path) else {
        return Vec::new();
    };
    let found = wat_ide::diagnostics(&view.db, file);
    found
        .iter()
        .filter_map(|found| convert::diagnostic(view, file, found))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use tower_lsp_server::jsonrpc::Id;

    use super::*;
    use crate::features::{Class, Feature};

    static BROKEN: Feature = Feature {
        method: "test/broken",
        class: Class::Asked,
        empty: || Value::Null,
        prepare: |_| Ok(Arc::new(|_| panic!("a defect"))),
    };

    #[test]
    fn a_panic_is_answered_with_the_empty_result_and_the_snapshot_is_gone() {
        let desk = Desk::default();
        let mut db = RootDatabase::new();
        let job = Job {
            id: Id::Number(1),
            feature: &BROKEN,
            work: (BROKEN.prepare)(Value::Null).expect("there are no parameters"),
            path: None,
            tried: None,
        };
        let mut receiver = desk.submit(Job {
            work: job.work.clone(),
            id: job.id.clone(),
            path: None,
            ..job
        });
        answer(&desk, job, db.clone(), 0);
        assert_eq!(receiver.try_recv(), Ok(Ok(Value::Null)));
        // This would wait for ever if a snapshot were alive.
        db.cancel();
    }
}
