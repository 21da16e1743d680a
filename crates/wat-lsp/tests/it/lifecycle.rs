//! From `initialize` to the end of the process.

use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::client::Client;

#[tokio::test]
async fn requests_before_initialize_are_refused() {
    let mut client = Client::fresh();
    let error = client.at("textDocument/hover", "file:///a.wat", 0, 0).await;
    assert_eq!(error["code"], -32002);
    client.open("file:///a.wat", "(").await;
    client.notify("exit", Value::Null).await;
    assert_eq!(client.status().await, 1);
}

#[tokio::test]
async fn shutdown_then_exit_ends_with_status_0() {
    let mut client = Client::ready().await;
    assert_eq!(client.request("shutdown", Value::Null).await, Value::Null);
    let error = client.at("textDocument/hover", "file:///a.wat", 0, 0).await;
    assert_eq!(error["code"], -32600);
    client.notify("exit", Value::Null).await;
    assert_eq!(client.status().await, 0);
}

#[tokio::test]
async fn exit_without_shutdown_ends_with_status_1() {
    let mut client = Client::ready().await;
    client.notify("exit", Value::Null).await;
    assert_eq!(client.status().await, 1);
}

#[tokio::test]
async fn the_end_of_the_input_ends_the_server() {
    let mut client = Client::ready().await;
    client
        .open("file:///a.wat", "(:wat::core::def :a::b 1)")
        .await;
    assert_eq!(client.end().await, 1);
}

#[tokio::test]
async fn a_client_process_that_does_not_live_ends_the_server() {
    let mut client = Client::fresh();
    // Larger than any process number of Linux.
    let params = json!({ "processId": 0x7fff_fff0u32, "rootUri": null, "capabilities": {} });
    client.ask("initialize", params).await;
    assert_eq!(client.status().await, 1);
}

#[tokio::test]
async fn the_death_of_the_client_process_ends_the_server() {
    // It waits for its standard input, which stays open.
    let mut process = Command::new("cat")
        .stdin(Stdio::piped())
        .spawn()
        .expect("cat starts");
    let mut client = Client::fresh();
    let params = json!({ "processId": process.id(), "rootUri": null, "capabilities": {} });
    client.request("initialize", params).await;
    process.kill().expect("it can be killed");
    assert_eq!(client.status().await, 1);
    process.wait().expect("it has ended");
}

#[tokio::test]
async fn initialize_tells_what_works_and_no_more() {
    let mut client = Client::fresh();
    let answer = client
        .request(
            "initialize",
            json!({ "processId": null, "rootUri": null, "capabilities": {} }),
        )
        .await;
    assert_eq!(answer["serverInfo"]["name"], "wat");
    let capabilities = answer["capabilities"].as_object().expect("an object");
    // A client without code action literals gets none.
    let mut names: Vec<&str> = capabilities.keys().map(String::as_str).collect();
    names.sort_unstable();
    let expected = [
        "completionProvider",
        "definitionProvider",
        "documentFormattingProvider",
        "documentOnTypeFormattingProvider",
        "documentRangeFormattingProvider",
        "documentSymbolProvider",
        "hoverProvider",
        "positionEncoding",
        "textDocumentSync",
        "workspace",
    ];
    assert_eq!(names, expected);
    assert_eq!(capabilities["positionEncoding"], "utf-16");
}

#[tokio::test]
async fn a_second_initialize_is_refused() {
    let mut client = Client::ready().await;
    let error = client
        .request(
            "initialize",
            json!({ "processId": null, "rootUri": null, "capabilities": {} }),
        )
        .await;
    assert_eq!(error["code"], -32600);
}

#[tokio::test]
async fn unknown_methods_and_bad_parameters_are_errors() {
    let mut client = Client::ready().await;
    assert_eq!(
        client.request("wat/noSuchMethod", json!({})).await["code"],
        -32601
    );
    assert_eq!(
        client
            .request("textDocument/hover", json!({ "position": 1 }))
            .await["code"],
        -32602
    );
    client.notify("wat/noSuchNotification", json!({})).await;
    client
        .notify("textDocument/didOpen", json!({ "textDocument": 1 }))
        .await;
    let log = client
        .wait(|message| message["method"] == "window/logMessage")
        .await;
    assert!(
        log["params"]["message"]
            .as_str()
            .is_some_and(|text| text.contains("didOpen")),
        "{log}"
    );
}
