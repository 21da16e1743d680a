//! The part of the protocol that is not about documents: life cycle and registration.

use std::sync::Arc;

use serde_json::json;
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::{
    ConfigurationItem, InitializeParams, InitializeResult, InitializedParams, Registration,
    ServerInfo,
};
use tower_lsp_server::{Client, LanguageServer};

use crate::desk::Desk;
use crate::features;

pub(crate) struct Backend {
    pub(crate) client: Client,
    pub(crate) desk: Arc<Desk>,
}

impl LanguageServer for Backend {
    async fn initialize(&self, _: InitializeParams) -> Result<InitializeResult> {
        Ok(InitializeResult {
            capabilities: features::capabilities(&self.desk.client()),
            server_info: Some(ServerInfo {
                name: "wat".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
            offset_encoding: None,
        })
    }

    async fn initialized(&self, _: InitializedParams) {
        pull_settings(&self.client, &self.desk);
        if !self.desk.client().watches_files {
            return;
        }
        let watchers: Vec<_> = ["**/*.wat", "**/wat.toml", "**/wat.edn"]
            .iter()
            .map(|glob| json!({ "globPattern": glob }))
            .collect();
        let registration = Registration {
            id: "wat.files".to_owned(),
            method: "workspace/didChangeWatchedFiles".to_owned(),
            register_options: Some(json!({ "watchers": watchers })),
        };
        let client = self.client.clone();
        tokio::spawn(async move {
            // A client that refuses just does not tell of changes on disk.
            let _ = client.register_capability(vec![registration]).await;
        });
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }
}

/// Asks a client that can answer for its settings.
pub(crate) fn pull_settings(client: &Client, desk: &Arc<Desk>) {
    if !desk.client().configuration {
        return;
    }
    let (client, desk) = (client.clone(), desk.clone());
    let item = ConfigurationItem {
        scope_uri: None,
        section: Some("wat".to_owned()),
    };
    tokio::spawn(async move {
        // A client that refuses has no settings.
        for settings in client.configuration(vec![item]).await.unwrap_or_default() {
            desk.configure(&settings);
        }
    });
}
