//! Everything that waits: documents with changes, requests, diagnostics to compute and to send.
//!
//! One mutex guards it, held for moments only. The protocol side puts things on the desk in arrival order; the writer thread
//! takes *turns* from it (changes before anything else, then requests, then diagnostics); the pool puts answers back. A request
//! lives in `pending` until it is answered, by whoever comes first: its result, a cancellation, or a change of its document.
//! So nothing on the desk grows without the client having asked for it: changes are one entry per document, diagnostics one
//! entry per document in each direction.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tokio::sync::{Notify, oneshot};
use tower_lsp_server::jsonrpc::{Error, Id};
use tower_lsp_server::ls_types::{
    Diagnostic, DidChangeTextDocumentParams, PublishDiagnosticsParams, TextDocumentItem, Uri,
};
use wat_analysis::{LoadFailure, Options};
use wat_ide::BUILTIN_SCHEME;
use wat_syntax::SourceText;

use crate::client::{self, ClientInfo};
use crate::documents::Document;
use crate::features::{Feature, Work};
use crate::files;
use crate::project::{Projects, Told, is_project_file};

/// What the protocol allows at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// Before `initialize`.
    Fresh,
    /// Between `initialize` and `shutdown`.
    Running,
    /// After `shutdown`.
    ShutDown,
}

pub(crate) type Answer = Result<Value, Error>;

/// A request on its way to an answer.
pub(crate) struct Job {
    pub(crate) id: Id,
    pub(crate) feature: &'static Feature,
    pub(crate) work: Work,
    /// The database's path of the document that the request is about.
    pub(crate) path: Option<String>,
    /// The revision in which it was last tried.
    pub(crate) tried: Option<u64>,
}

struct Pending {
    answer: oneshot::Sender<Answer>,
    path: Option<String>,
}

/// Diagnostics of a document, computed at a version.
pub(crate) struct Findings {
    pub(crate) path: String,
    pub(crate) revision: u64,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// What the writer does next.
pub(crate) enum Turn {
    /// Changes of the database.
    Write(Vec<Change>),
    /// A request, to be run on a worker.
    Answer(Job, u64),
    /// The diagnostics of an open document, to be computed on a worker.
    Diagnose(String, u64),
    /// The end.
    Stop,
}

/// One change of the database.
pub(crate) enum Change {
    /// An open document has this text.
    Open(String, SourceText),
    /// A file on disk had this text when it was read.
    Disk(String, SourceText),
    /// The file on disk decides: it changed, went, or is no longer open.
    Reread(String),
    /// What a loader said of a path that a program loads: the path of a file, or why there is none.
    Found(Arc<str>, Result<Arc<str>, LoadFailure>),
    /// What a loader said of a payload.
    Payload(Arc<str>, Result<Arc<str>, LoadFailure>),
    /// What loaders said before holds no longer.
    Forget,
    /// The project files of these paths are to be read.
    Projects(Vec<String>),
}

#[derive(Default)]
struct State {
    phase: Option<Phase>,
    client: Arc<ClientInfo>,
    documents: HashMap<String, Document>,
    dirty: BTreeSet<String>,
    reread: BTreeSet<String>,
    loaded: BTreeMap<String, SourceText>,
    /// What a loader has said.
    answers: Vec<Change>,
    /// Something changed on disk: what loaders have said holds no longer.
    forget: bool,
    /// Project files are to be read.
    look_for_projects: bool,
    projects: Arc<Projects>,
    /// What is told about project files.
    told: Vec<Told>,
    requests: VecDeque<Job>,
    pending: HashMap<Id, Pending>,
    /// Open documents whose diagnostics belong to an older revision; the front first.
    stale: VecDeque<String>,
    published: HashMap<String, (i32, Vec<Diagnostic>)>,
    outbox: BTreeMap<String, PublishDiagnosticsParams>,
    /// Counts the writes.
    revision: u64,
    idle: usize,
    may_publish: bool,
    stop: bool,
}

/// The shared desk.
#[derive(Default)]
pub(crate) struct Desk {
    state: Mutex<State>,
    /// Something for the writer.
    work: Condvar,
    /// Something to publish.
    pub(crate) mail: Notify,
    /// The client's process is gone.
    pub(crate) hung_up: Notify,
}

impl Desk {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Only plain data is changed under the lock, so a panic leaves nothing half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn phase(&self) -> Phase {
        self.lock().phase.unwrap_or(Phase::Fresh)
    }

    pub(crate) fn client(&self) -> Arc<ClientInfo> {
        self.lock().client.clone()
    }

    /// `initialize` arrived.
    pub(crate) fn start(&self, client: ClientInfo) {
        let mut state = self.lock();
        state.client = Arc::new(client);
        state.look_for_projects = true;
        state.phase = Some(Phase::Running);
    }

    /// The client's settings changed.
    pub(crate) fn configure(&self, settings: &Value) {
        let mut state = self.lock();
        if let Some(value) = client::format_on_save(Some(settings)) {
            Arc::make_mut(&mut state.client).format_on_save = value;
        }
    }

    /// `initialize` was answered: notifications may go out.
    pub(crate) fn allow_publishing(&self) {
        self.lock().may_publish = true;
        self.mail.notify_one();
    }

    /// `shutdown` arrived: what was asked before is still answered, diagnostics end.
    pub(crate) fn shut_down(&self) {
        let mut state = self.lock();
        state.phase = Some(Phase::ShutDown);
        state.stale.clear();
        state.outbox.clear();
    }

    /// Ends the writer and everything that waits for an answer.
    pub(crate) fn stop(&self) {
        let mut state = self.lock();
        state.stop = true;
        state.cancel_all();
        self.work.notify_all();
    }

    /// The client's process is gone.
    pub(crate) fn hang_up(&self) {
        self.stop();
        self.hung_up.notify_one();
    }
}

/// Documents.
impl Desk {
    pub(crate) fn open(&self, item: TextDocumentItem) {
        let path = files::document_path(&item.uri);
        let mut state = self.lock();
        let analysed = analysed(&path, &item.text);
        let document = Document {
            uri: item.uri,
            version: item.version,
            text: item.text,
            analysed,
        };
        state.published.remove(&path);
        state.documents.insert(path.clone(), document);
        state.look_for_projects = true;
        state.touched(path);
        self.work.notify_one();
    }

    /// Applies a change. `Err` names what is wrong with it.
    pub(crate) fn change(&self, params: DidChangeTextDocumentParams) -> Result<(), String> {
        let path = files::document_path(&params.text_document.uri);
        let mut state = self.lock();
        let encoding = state.client.encoding;
        let Some(document) = state.documents.get_mut(&path) else {
            return Err(format!("change of a document that is not open: {path}"));
        };
        document.apply(params.content_changes, encoding);
        document.version = params.text_document.version;
        let was = std::mem::replace(&mut document.analysed, analysed(&path, &document.text));
        if was && !document.analysed {
            state.withdraw(&path);
            self.mail.notify_one();
        }
        state.touched(path);
        self.work.notify_one();
        Ok(())
    }

    pub(crate) fn close(&self, uri: &Uri) {
        let path = files::document_path(uri);
        let mut state = self.lock();
        if !state.documents.contains_key(&path) {
            return;
        }
        state.content_modified(&path);
        state.withdraw(&path);
        state.documents.remove(&path);
        self.mail.notify_one();
        self.work.notify_one();
    }

    /// A project file was saved by the client.
    pub(crate) fn project_saved(&self) {
        self.watched(Vec::new());
        self.lock().look_for_projects = true;
        self.work.notify_one();
    }

    /// The projects of the last write.
    pub(crate) fn projects(&self) -> Arc<Projects> {
        self.lock().projects.clone()
    }

    /// Reads the project files of these paths, tells what is wrong with them, and returns the options that they give.
    pub(crate) fn read_projects(&self, paths: &[String]) -> Options {
        let (before, encoding) = {
            let state = self.lock();
            (state.projects.clone(), state.client.encoding)
        };
        let (projects, told) = Projects::read(&before, paths, encoding);
        let options = projects.options();
        let mut state = self.lock();
        state.projects = Arc::new(projects);
        state.tell(told);
        self.mail.notify_one();
        options
    }

    /// Files on disk changed, came or went.
    pub(crate) fn watched(&self, paths: Vec<String>) {
        let mut state = self.lock();
        state.forget = true;
        for path in paths {
            if is_project_file(&path) {
                state.look_for_projects = true;
            } else if !state.documents.contains_key(&path) {
                state.reread.insert(path);
            }
        }
        // Programs that load a file which was absent are asked again, whether a known file changed or not.
        state.mark_stale();
        self.work.notify_one();
    }

    /// Files that were read ahead or because a program loads them; open documents win.
    pub(crate) fn loaded(&self, files: Vec<(String, SourceText)>) {
        let mut state = self.lock();
        for (path, text) in files {
            if !state.documents.contains_key(&path) {
                state.loaded.insert(path, text);
            }
        }
        self.work.notify_one();
    }

    /// What a loader has said, for the database.
    pub(crate) fn answered(&self, answers: Vec<Change>) {
        self.lock().answers.extend(answers);
        self.work.notify_one();
    }

    /// Addresses and versions of the open documents, by path.
    pub(crate) fn open_documents(&self) -> HashMap<String, (Uri, i32)> {
        let state = self.lock();
        state
            .documents
            .iter()
            .map(|(path, document)| (path.clone(), (document.uri.clone(), document.version)))
            .collect()
    }
}

/// Requests.
impl Desk {
    /// Takes a request on; the receiver gets its answer.
    pub(crate) fn submit(&self, job: Job) -> oneshot::Receiver<Answer> {
        let (answer, receiver) = oneshot::channel();
        let mut state = self.lock();
        if state.pending.contains_key(&job.id) {
            // The receiver must not care that nobody waits on the other side any more.
            let _ = answer.send(Err(Error::invalid_request()));
            return receiver;
        }
        if state.stop {
            return receiver;
        }
        state.pending.insert(
            job.id.clone(),
            Pending {
                answer,
                path: job.path.clone(),
            },
        );
        state.requests.push_back(job);
        self.work.notify_one();
        receiver
    }

    /// `$/cancelRequest`.
    pub(crate) fn cancel(&self, id: &Id) {
        let mut state = self.lock();
        state.answer(id, Err(Error::request_cancelled()));
        state.requests.retain(|job| job.id != *id);
    }

    /// A request is done.
    pub(crate) fn answer(&self, id: &Id, answer: Answer) {
        self.lock().answer(id, answer);
    }

    /// A write overtook a request of another document: it is run again, unless nothing has changed since it was tried.
    pub(crate) fn retry(&self, mut job: Job, revision: u64) -> Result<(), Job> {
        let mut state = self.lock();
        if !state.pending.contains_key(&job.id) {
            return Ok(());
        }
        if job.tried == Some(revision) && state.revision == revision {
            return Err(job);
        }
        job.tried = Some(revision);
        state.requests.push_front(job);
        self.work.notify_one();
        Ok(())
    }
}

/// Diagnostics.
impl Desk {
    /// Publishes what belongs to the current revision and differs from what the client has; anything else is dropped, because
    /// the write that made it stale has asked for it again.
    pub(crate) fn publish(&self, findings: Findings) {
        let mut state = self.lock();
        let Findings {
            path,
            revision,
            diagnostics,
        } = findings;
        if revision != state.revision
            || state.dirty.contains(&path)
            || state.phase != Some(Phase::Running)
        {
            return;
        }
        let Some(document) = state.documents.get(&path) else {
            return;
        };
        let (uri, version) = (document.uri.clone(), document.version);
        let shown = (version, diagnostics.clone());
        if state.published.get(&path) == Some(&shown) {
            return;
        }
        state.published.insert(path.clone(), shown);
        state.outbox.insert(
            path,
            PublishDiagnosticsParams::new(uri, diagnostics, Some(version)),
        );
        self.mail.notify_one();
    }

    /// The next diagnostics to send.
    pub(crate) fn next_mail(&self) -> Option<PublishDiagnosticsParams> {
        let mut state = self.lock();
        if !state.may_publish {
            return None;
        }
        state.outbox.pop_first().map(|(_, params)| params)
    }
}

/// The writer's and the pool's side.
impl Desk {
    /// A worker has nothing to do.
    pub(crate) fn idle(&self) {
        self.lock().idle += 1;
        self.work.notify_one();
    }

    /// Waits for the writer's next turn.
    pub(crate) fn next_turn(&self) -> Turn {
        let mut state = self.lock();
        loop {
            if let Some(turn) = state.turn() {
                return turn;
            }
            state = self
                .work
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl State {
    fn turn(&mut self) -> Option<Turn> {
        if self.stop {
            return Some(Turn::Stop);
        }
        let changes = self.changes();
        if !changes.is_empty() {
            self.revision += 1;
            self.mark_stale();
            return Some(Turn::Write(changes));
        }
        if self.idle == 0 {
            return None;
        }
        if let Some(job) = self.next_request() {
            self.idle -= 1;
            return Some(Turn::Answer(job, self.revision));
        }
        // One worker stays free for the next request.
        if self.idle < 2 {
            return None;
        }
        let path = self.stale.pop_front()?;
        self.idle -= 1;
        Some(Turn::Diagnose(path, self.revision))
    }

    /// The request of the most urgent class, of those the oldest.
    fn next_request(&mut self) -> Option<Job> {
        let class = self.requests.iter().map(|job| job.feature.class).min()?;
        let at = self
            .requests
            .iter()
            .position(|job| job.feature.class == class)?;
        self.requests.remove(at)
    }

    fn changes(&mut self) -> Vec<Change> {
        let mut changes = Vec::new();
        if std::mem::take(&mut self.forget) {
            changes.push(Change::Forget);
        }
        if std::mem::take(&mut self.look_for_projects) {
            let mut paths = self.client.folders.clone();
            let mut open: Vec<String> = self.documents.keys().cloned().collect();
            open.sort();
            paths.append(&mut open);
            changes.push(Change::Projects(paths));
        }
        changes.append(&mut self.answers);
        for (path, text) in std::mem::take(&mut self.loaded) {
            changes.push(Change::Disk(path, text));
        }
        changes.extend(
            std::mem::take(&mut self.reread)
                .into_iter()
                .map(Change::Reread),
        );
        for path in std::mem::take(&mut self.dirty) {
            if let Some(document) = self.documents.get(&path) {
                let text = SourceText::new(document.text.as_str());
                changes.push(Change::Open(path, text));
            }
        }
        changes
    }

    /// The text of an open document changed: requests about it are over.
    fn touched(&mut self, path: String) {
        self.content_modified(&path);
        if self
            .documents
            .get(&path)
            .is_some_and(|document| document.analysed)
        {
            self.stale.retain(|stale| *stale != path);
            self.stale.push_front(path.clone());
            self.dirty.insert(path);
        }
    }

    /// Puts findings of project files into the outbox, and clears those of files that have none any more.
    fn tell(&mut self, told: Vec<Told>) {
        if self.phase != Some(Phase::Running) {
            return;
        }
        let gone: Vec<Told> = self
            .told
            .iter()
            .filter(|before| told.iter().all(|now| now.path != before.path))
            .map(|before| Told {
                path: before.path.clone(),
                diagnostics: Vec::new(),
            })
            .collect();
        for now in told.iter().chain(&gone) {
            let before = self.told.iter().find(|before| before.path == now.path);
            let shown = before.map_or(&[][..], |before| &before.diagnostics);
            if shown != now.diagnostics
                && let Some(uri) = files::document_uri(&now.path)
            {
                let params = PublishDiagnosticsParams::new(uri, now.diagnostics.clone(), None);
                self.outbox.insert(now.path.clone(), params);
            }
        }
        self.told = told;
    }

    /// The document's text no longer counts: its diagnostics go, and the file on disk takes its place.
    fn withdraw(&mut self, path: &str) {
        self.dirty.remove(path);
        self.stale.retain(|stale| stale != path);
        let shown = self
            .published
            .remove(path)
            .is_some_and(|(_, shown)| !shown.is_empty());
        match self.documents.get(path) {
            Some(document) if shown => {
                let gone = PublishDiagnosticsParams::new(document.uri.clone(), Vec::new(), None);
                self.outbox.insert(path.to_owned(), gone);
            }
            _ => {
                self.outbox.remove(path);
            }
        }
        self.reread.insert(path.to_owned());
    }

    fn content_modified(&mut self, path: &str) {
        let over = |pending: &Pending| pending.path.as_deref() == Some(path);
        let ids: Vec<Id> = self
            .pending
            .iter()
            .filter(|(_, pending)| over(pending))
            .map(|(id, _)| id.clone())
            .collect();
        for id in &ids {
            self.answer(id, Err(Error::content_modified()));
        }
        self.requests.retain(|job| !ids.contains(&job.id));
    }

    fn cancel_all(&mut self) {
        for (_, pending) in self.pending.drain() {
            // The client may have hung up.
            let _ = pending.answer.send(Err(Error::request_cancelled()));
        }
        self.requests.clear();
    }

    fn answer(&mut self, id: &Id, answer: Answer) {
        if let Some(pending) = self.pending.remove(id) {
            // The client may have hung up.
            let _ = pending.answer.send(answer);
        }
    }

    /// Every open document wants diagnostics; those that wait already keep their place.
    fn mark_stale(&mut self) {
        let mut rest: Vec<&String> = self
            .documents
            .iter()
            .filter(|(path, document)| document.analysed && !self.stale.contains(path))
            .map(|(path, _)| path)
            .collect();
        rest.sort();
        let rest: Vec<String> = rest.into_iter().cloned().collect();
        self.stale.extend(rest);
    }
}

/// True for text that the database gets: not the built-in library's, which it has, no project file and not WebAssembly.
fn analysed(path: &str, text: &str) -> bool {
    !path.starts_with(BUILTIN_SCHEME) && !is_project_file(path) && !files::is_webassembly(text)
}
