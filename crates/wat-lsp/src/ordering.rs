//! The service in front of tower-lsp's: it takes changes, cancellations and requests off in arrival order.
//!
//! tower-lsp polls several handlers at once and promises no order. `call` is synchronous and called once per message in the
//! order of the input, so here is the only place where order exists. Nothing in it waits: changes and requests go to the desk.

use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use serde::de::DeserializeOwned;
use serde_json::Value;
use tower_lsp_server::jsonrpc::{Error, Id, Request, Response};
use tower_lsp_server::ls_types::{
    DidChangeWatchedFilesParams, DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, DidSaveTextDocumentParams, MessageType, Uri,
};
use tower_lsp_server::{Client, ExitedError, LspService};
use tower_service::Service;

use crate::backend::{Backend, pull_settings};
use crate::client::ClientInfo;
use crate::desk::{Desk, Job, Phase};
use crate::features::{FEATURES, Feature};
use crate::project::is_project_file;
use crate::{files, parent, server};

type Reply = Pin<Box<dyn Future<Output = Result<Option<Response>, ExitedError>> + Send>>;

pub(crate) struct Ordered {
    pub(crate) inner: LspService<Backend>,
    pub(crate) client: Client,
    pub(crate) desk: Arc<Desk>,
}

impl Service<Request> for Ordered {
    type Response = Option<Response>;
    type Error = ExitedError;
    type Future = Reply;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), ExitedError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Reply {
        let phase = self.desk.phase();
        if request.id().is_none() && self.notification(&request, phase) {
            return Box::pin(ready(Ok(None)));
        }
        let feature = FEATURES
            .iter()
            .find(|feature| feature.method == request.method());
        match feature {
            Some(feature) if phase == Phase::Running && request.id().is_some() => {
                self.submit(feature, request)
            }
            _ => self.forward(request, phase),
        }
    }
}

impl Ordered {
    /// Takes a notification about documents or a cancellation; false if it is somebody else's.
    fn notification(&self, request: &Request, phase: Phase) -> bool {
        let method = request.method();
        if method == "$/cancelRequest" {
            if let Some(id) = request
                .params()
                .and_then(|params| params.get("id"))
                .and_then(|id| serde_json::from_value::<Id>(id.clone()).ok())
            {
                self.desk.cancel(&id);
            }
            return true;
        }
        let Some(apply) = notice(method) else {
            return false;
        };
        if phase == Phase::Running {
            let params = request.params().cloned().unwrap_or_default();
            if let Err(problem) = apply(&self.desk, params) {
                self.log(format!("{method}: {problem}"));
            }
            if method == "workspace/didChangeConfiguration" {
                pull_settings(&self.client, &self.desk);
            }
        }
        true
    }

    fn log(&self, message: String) {
        let client = self.client.clone();
        tokio::spawn(async move { client.log_message(MessageType::ERROR, message).await });
    }

    /// Puts a request on the desk; the reply waits for its answer.
    fn submit(&self, feature: &'static Feature, request: Request) -> Reply {
        let (_, id, params) = request.into_parts();
        let Some(id) = id else {
            return Box::pin(ready(Ok(None)));
        };
        let params = params.unwrap_or_default();
        let uri = params
            .pointer("/textDocument/uri")
            .or_else(|| params.get("uri"));
        let path = uri
            .and_then(Value::as_str)
            .and_then(|uri| uri.parse::<Uri>().ok())
            .map(|uri| files::document_path(&uri));
        let work = match (feature.prepare)(params) {
            Ok(work) => work,
            Err(problem) => {
                return Box::pin(ready(Ok(Some(Response::from_error(
                    id,
                    Error::invalid_params(problem.to_string()),
                )))));
            }
        };
        let answer = self.desk.submit(Job {
            id: id.clone(),
            feature,
            work,
            path,
            tried: None,
        });
        Box::pin(async move {
            let answer = answer
                .await
                .unwrap_or_else(|_| Err(Error::request_cancelled()));
            Ok(Some(Response::from_parts(id, answer)))
        })
    }

    /// Life cycle, unknown methods and everything out of phase: tower-lsp answers.
    fn forward(&mut self, request: Request, phase: Phase) -> Reply {
        let method = request.method().to_owned();
        let params = (method == "initialize" && phase == Phase::Fresh)
            .then(|| request.params().cloned().unwrap_or_default());
        if method == "shutdown" && phase == Phase::Running && request.id().is_some() {
            self.desk.shut_down();
        }
        if method == "exit" {
            self.desk.stop();
        }
        if let Some(params) = &params {
            self.initialize(params);
        }
        let reply = self.inner.call(request);
        let desk = self.desk.clone();
        Box::pin(async move {
            let response = reply.await?;
            if params.is_some() && response.as_ref().is_some_and(Response::is_ok) {
                desk.allow_publishing();
            }
            Ok(response)
        })
    }

    fn initialize(&self, params: &Value) {
        if serde_json::from_value::<tower_lsp_server::ls_types::InitializeParams>(params.clone())
            .is_err()
        {
            return; // tower-lsp answers with what is wrong
        }
        let client = ClientInfo::new(params);
        if let Some(id) = client.process_id {
            let desk = self.desk.clone();
            parent::watch(id, move || desk.hang_up());
        }
        server::read_ahead(&self.desk, client.folders.clone());
        self.desk.start(client);
    }
}

/// Applies a notification to the desk; `Err` says what is wrong with it.
type Notice = fn(&Arc<Desk>, Value) -> Result<(), String>;

/// The notifications that are taken here.
fn notice(method: &str) -> Option<Notice> {
    Some(match method {
        "textDocument/didOpen" => did_open,
        "textDocument/didChange" => |desk, params| desk.change(read(params)?),
        "textDocument/didClose" => did_close,
        "workspace/didChangeWatchedFiles" => did_change_watched_files,
        "workspace/didChangeWorkspaceFolders" => did_change_workspace_folders,
        "workspace/didChangeConfiguration" => did_change_configuration,
        "textDocument/didSave" => did_save,
        _ => return None,
    })
}

fn did_change_configuration(desk: &Arc<Desk>, params: Value) -> Result<(), String> {
    if let Some(settings) = params.get("settings") {
        desk.configure(settings);
    }
    Ok(())
}

fn did_open(desk: &Arc<Desk>, params: Value) -> Result<(), String> {
    let params: DidOpenTextDocumentParams = read(params)?;
    desk.open(params.text_document);
    Ok(())
}

fn did_close(desk: &Arc<Desk>, params: Value) -> Result<(), String> {
    let params: DidCloseTextDocumentParams = read(params)?;
    desk.close(&params.text_document.uri);
    Ok(())
}

/// A save changes no text; that of a project file changes what holds for all the others.
fn did_save(desk: &Arc<Desk>, params: Value) -> Result<(), String> {
    let params: DidSaveTextDocumentParams = read(params)?;
    if is_project_file(&files::document_path(&params.text_document.uri)) {
        desk.project_saved();
    }
    Ok(())
}

fn did_change_watched_files(desk: &Arc<Desk>, params: Value) -> Result<(), String> {
    let params: DidChangeWatchedFilesParams = read(params)?;
    let paths = params
        .changes
        .iter()
        .filter_map(|change| files::disk_path(&change.uri));
    let counts = |path: &String| path.ends_with(".wat") || is_project_file(path);
    desk.watched(paths.filter(counts).collect());
    Ok(())
}

fn did_change_workspace_folders(desk: &Arc<Desk>, params: Value) -> Result<(), String> {
    let params: DidChangeWorkspaceFoldersParams = read(params)?;
    let added = params.event.added.iter();
    let folders = added.filter_map(|folder| files::disk_path(&folder.uri));
    server::read_ahead(desk, folders.collect());
    Ok(())
}

fn read<P: DeserializeOwned>(params: Value) -> Result<P, String> {
    serde_json::from_value(params).map_err(|problem| problem.to_string())
}
