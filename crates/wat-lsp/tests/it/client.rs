//! A client over a pair of pipes. A task of its own reads, so that the server never waits for the test.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// A test that waits longer than this for a message has failed.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Client {
    input: Option<DuplexStream>,
    messages: UnboundedReceiver<Value>,
    /// Messages that arrived while something else was waited for.
    kept: Vec<Value>,
    server: JoinHandle<std::io::Result<i32>>,
    next_id: i64,
}

/// A client that supports everything.
pub(crate) fn capabilities(encoding: &str) -> Value {
    json!({
        "general": { "positionEncodings": [encoding] },
        "workspace": { "workspaceEdit": { "documentChanges": true } },
        "textDocument": {
            "hover": { "contentFormat": ["markdown", "plaintext"] },
            "definition": { "linkSupport": true },
            "documentSymbol": { "hierarchicalDocumentSymbolSupport": true },
            "codeAction": {
                "isPreferredSupport": true,
                "codeActionLiteralSupport": { "codeActionKind": { "valueSet": ["quickfix"] } },
            },
            "publishDiagnostics": { "relatedInformation": true, "dataSupport": true, "tagSupport": { "valueSet": [1, 2] } },
        },
    })
}

impl Client {
    /// A server that has heard nothing yet.
    pub(crate) fn fresh() -> Client {
        let (input, server_input) = tokio::io::duplex(1 << 16);
        let (server_output, output) = tokio::io::duplex(1 << 16);
        let server = tokio::spawn(wat_lsp::serve(server_input, server_output));
        let (sender, messages) = unbounded_channel();
        tokio::spawn(async move {
            let mut output = BufReader::new(output);
            while let Some(message) = read(&mut output).await {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        Client {
            input: Some(input),
            messages,
            kept: Vec::new(),
            server,
            next_id: 0,
        }
    }

    /// A server that is ready, with this encoding.
    pub(crate) async fn with_encoding(encoding: &str) -> Client {
        let mut client = Client::fresh();
        let params =
            json!({ "processId": null, "rootUri": null, "capabilities": capabilities(encoding) });
        let answer = client.request("initialize", params).await;
        assert_eq!(answer["capabilities"]["positionEncoding"], encoding);
        client.notify("initialized", json!({})).await;
        client
    }

    /// A server that is ready.
    pub(crate) async fn ready() -> Client {
        Client::with_encoding("utf-8").await
    }

    pub(crate) async fn send(&mut self, message: Value) {
        self.send_together(&[message]).await;
    }

    /// Sends messages in one write.
    pub(crate) async fn send_together(&mut self, messages: &[Value]) {
        let mut text = String::new();
        for message in messages {
            let body = message.to_string();
            text.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
        }
        self.input
            .as_mut()
            .expect("the input is open")
            .write_all(text.as_bytes())
            .await
            .expect("the server reads");
    }

    pub(crate) async fn notify(&mut self, method: &str, params: Value) {
        self.send(json!({ "jsonrpc": "2.0", "method": method, "params": params }))
            .await;
    }

    /// Sends a request and does not wait. Returns its id.
    pub(crate) async fn ask(&mut self, method: &str, params: Value) -> i64 {
        self.next_id += 1;
        self.send(
            json!({ "jsonrpc": "2.0", "id": self.next_id, "method": method, "params": params }),
        )
        .await;
        self.next_id
    }

    /// The whole response to a request.
    pub(crate) async fn response(&mut self, id: i64) -> Value {
        self.wait(|message| message["id"] == id && message.get("method").is_none())
            .await
    }

    /// The result of a request; the error if there is one.
    pub(crate) async fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.ask(method, params).await;
        let response = self.response(id).await;
        response
            .get("result")
            .or_else(|| response.get("error"))
            .cloned()
            .expect("a result or an error")
    }

    /// The next message that fits; the others are kept in order.
    pub(crate) async fn wait(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.kept.iter().position(&fits) {
            return self.kept.remove(at);
        }
        loop {
            let message = timeout(PATIENCE, self.messages.recv()).await;
            let message = message
                .expect("an answer in time")
                .expect("the server still runs");
            if fits(&message) {
                return message;
            }
            self.kept.push(message);
        }
    }

    pub(crate) async fn open(&mut self, uri: &str, text: &str) {
        let document = json!({ "uri": uri, "languageId": "wat", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }))
            .await;
    }

    /// Replaces the whole text.
    pub(crate) async fn replace(&mut self, uri: &str, version: i64, text: &str) {
        self.change(uri, version, json!([{ "text": text }])).await;
    }

    pub(crate) async fn change(&mut self, uri: &str, version: i64, changes: Value) {
        let document = json!({ "uri": uri, "version": version });
        self.notify(
            "textDocument/didChange",
            json!({ "textDocument": document, "contentChanges": changes }),
        )
        .await;
    }

    /// The diagnostics of that version of the document, without lints.
    pub(crate) async fn diagnostics(&mut self, uri: &str, version: i64) -> Vec<Value> {
        let mut found = self.findings(uri, version).await;
        found.retain(|found| {
            !found["code"]
                .as_str()
                .is_some_and(|it| it.starts_with("WAT7"))
        });
        found
    }

    /// The diagnostics of that version of the document, lints among them.
    pub(crate) async fn findings(&mut self, uri: &str, version: i64) -> Vec<Value> {
        let fits = |message: &Value| {
            message["method"] == "textDocument/publishDiagnostics"
                && message["params"]["uri"] == uri
                && message["params"]["version"] == version
        };
        let message = self.wait(fits).await;
        message["params"]["diagnostics"]
            .as_array()
            .expect("a list")
            .clone()
    }

    /// Hover, definition and the like.
    pub(crate) async fn at(&mut self, method: &str, uri: &str, line: u32, character: u32) -> Value {
        let params = json!({ "textDocument": { "uri": uri }, "position": { "line": line, "character": character } });
        self.request(method, params).await
    }

    /// Closes the input and waits for the exit status.
    pub(crate) async fn end(mut self) -> i32 {
        self.input = None;
        self.status().await
    }

    /// Waits for the exit status with the input still open.
    pub(crate) async fn status(self) -> i32 {
        let Client { server, input, .. } = self;
        let status = timeout(PATIENCE, server).await.expect("the server ends");
        let status = status
            .expect("the server does not panic")
            .expect("the server starts");
        drop(input);
        status
    }
}

async fn read(output: &mut BufReader<DuplexStream>) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            header => {
                if let Some(value) = header.strip_prefix("Content-Length: ") {
                    length = value.parse().expect("a length");
                }
            }
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body).await.ok()?;
    serde_json::from_slice(&body).ok()
}

/// The codes of diagnostics, in order.
pub(crate) fn codes(diagnostics: &[Value]) -> Vec<&str> {
    diagnostics
        .iter()
        .filter_map(|found| found["code"].as_str())
        .collect()
}

/// `line:character-line:character` of a range.
pub(crate) fn span(range: &Value) -> String {
    let (start, end) = (&range["start"], &range["end"]);
    format!(
        "{}:{}-{}:{}",
        start["line"], start["character"], end["line"], end["character"]
    )
}
