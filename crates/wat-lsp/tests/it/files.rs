//! Files that are not open: workspace folders, loads, changes on disk.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::client::{Client, capabilities, codes, span};

/// A folder of its own for a test, removed at the end.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("wat-lsp-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).expect("a folder for the test");
        Folder(path)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.0.join(name), text).expect("a file for the test");
    }

    pub(crate) fn uri(&self, name: &str) -> String {
        format!("file://{}", self.0.join(name).display())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Nothing can be done about a folder that does not go.
        let _ = fs::remove_dir_all(&self.0);
    }
}

const CALC: &str = "(:wat::core::defn :calc::add [a <- :wat::core::i64] -> :wat::core::i64 a)\n";
const MAIN: &str = "(:wat::load-file! \"calc.wat\")\n(:wat::core::defn :m::f [] -> :wat::core::i64 (:calc::add 1))\n";

pub(crate) async fn in_folder(folder: &Folder) -> Client {
    let mut client = Client::fresh();
    let folders = json!([{ "uri": folder.uri(""), "name": "test" }]);
    let params = json!({ "processId": null, "rootUri": null, "workspaceFolders": folders, "capabilities": capabilities("utf-8") });
    client.request("initialize", params).await;
    client.notify("initialized", json!({})).await;
    client
}

#[tokio::test]
async fn a_loaded_file_is_read_from_disk() {
    let folder = Folder::new("load");
    folder.write("calc.wat", CALC);
    let mut client = Client::ready().await;
    let main = folder.uri("main.wat");
    client.open(&main, MAIN).await;
    assert_eq!(client.diagnostics(&main, 1).await, Vec::<Value>::new());
    let links = client.at("textDocument/definition", &main, 1, 50).await;
    assert_eq!(links[0]["targetUri"], folder.uri("calc.wat"));
}

#[tokio::test]
async fn changes_on_disk_are_seen_when_the_client_tells() {
    let folder = Folder::new("watch");
    folder.write("calc.wat", CALC);
    let mut client = in_folder(&folder).await;
    let (main, calc) = (folder.uri("main.wat"), folder.uri("calc.wat"));
    client.open(&main, MAIN).await;
    assert_eq!(client.diagnostics(&main, 1).await, Vec::<Value>::new());
    fs::remove_file(folder.0.join("calc.wat")).expect("the file is there");
    client
        .notify(
            "workspace/didChangeWatchedFiles",
            json!({ "changes": [{ "uri": calc, "type": 3 }] }),
        )
        .await;
    let found = client.diagnostics(&main, 1).await;
    assert_eq!(codes(&found).first(), Some(&"WAT5002"), "{found:?}");
    folder.write("calc.wat", CALC);
    client
        .notify(
            "workspace/didChangeWatchedFiles",
            json!({ "changes": [{ "uri": calc, "type": 1 }] }),
        )
        .await;
    assert_eq!(client.diagnostics(&main, 1).await, Vec::<Value>::new());
}

#[tokio::test]
async fn the_open_text_wins_until_the_document_is_closed() {
    let folder = Folder::new("close");
    folder.write("calc.wat", CALC);
    let mut client = in_folder(&folder).await;
    let (main, calc) = (folder.uri("main.wat"), folder.uri("calc.wat"));
    client.open(&calc, "").await;
    client.open(&main, MAIN).await;
    let found = client.diagnostics(&main, 1).await;
    assert_eq!(codes(&found), ["WAT3201"], "{found:?}");
    client
        .notify(
            "textDocument/didClose",
            json!({ "textDocument": { "uri": calc } }),
        )
        .await;
    assert_eq!(client.diagnostics(&main, 1).await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_file_that_nobody_opened_is_read_for_a_request() {
    let folder = Folder::new("symbols");
    folder.write("calc.wat", CALC);
    let mut client = Client::ready().await;
    let symbols = client
        .request(
            "textDocument/documentSymbol",
            json!({ "textDocument": { "uri": folder.uri("calc.wat") } }),
        )
        .await;
    assert_eq!(symbols[0]["name"], ":calc::add");
}

#[tokio::test]
async fn a_load_that_is_nowhere_is_reported_at_its_string() {
    let folder = Folder::new("nowhere");
    let mut client = in_folder(&folder).await;
    let main = folder.uri("main.wat");
    client.open(&main, MAIN).await;
    let found = client.diagnostics(&main, 1).await;
    assert_eq!(codes(&found).first(), Some(&"WAT5002"), "{found:?}");
    assert_eq!(span(&found[0]["range"]), "0:18-0:28");
}
