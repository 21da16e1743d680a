//! Order, cancellation, and that the server after any number of edits equals a fresh one.

use serde_json::{Value, json};

use crate::client::Client;

const URI: &str = "file:///nowhere/main.wat";

const SEED: &str = "\
(:wat::core::defn :calc::add [a <- :wat::core::i64 b <- :wat::core::i64] -> :wat::core::i64
  \"Adds 𝄞 é.\"
  (:wat::core::i64::+ a b))
(:wat::core::typealias :calc::Table :wat::core::HashMap<wat::core::String, wat::core::i64>)
(:wat::core::defn :calc::twice [x <- :wat::core::i64] -> :wat::core::i64
  (:calc::add x x))
";

/// Xorshift: the same numbers in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }

    /// A place between two characters.
    fn boundary(&mut self, text: &str) -> usize {
        let at = self.below(text.len() + 1);
        (at..=text.len())
            .find(|at| text.is_char_boundary(*at))
            .expect("the end is a boundary")
    }
}

/// What a client of that encoding calls an offset.
fn position(text: &str, offset: usize, encoding: &str) -> Value {
    let before = &text[..offset];
    let line = before.matches('\n').count();
    let column = &before[before.rfind('\n').map_or(0, |at| at + 1)..];
    let character = match encoding {
        "utf-8" => column.len(),
        "utf-16" => column.encode_utf16().count(),
        _ => column.chars().count(),
    };
    json!({ "line": line, "character": character })
}

/// Everything the server says about a document, at some places.
async fn answers(client: &mut Client, text: &str, encoding: &str) -> Vec<Value> {
    let document = json!({ "uri": URI });
    let mut all = vec![
        client
            .request(
                "textDocument/documentSymbol",
                json!({ "textDocument": document }),
            )
            .await,
    ];
    for offset in (0..text.len())
        .step_by(17)
        .filter(|at| text.is_char_boundary(*at))
    {
        let at = position(text, offset, encoding);
        for method in ["textDocument/hover", "textDocument/definition"] {
            all.push(
                client
                    .request(method, json!({ "textDocument": document, "position": at }))
                    .await,
            );
        }
        let range = json!({ "start": at, "end": at });
        let params =
            json!({ "textDocument": document, "range": range, "context": { "diagnostics": [] } });
        let mut actions = client.request("textDocument/codeAction", params).await;
        for action in actions.as_array_mut().into_iter().flatten() {
            // Versions differ, of course.
            action["edit"]["documentChanges"][0]["textDocument"]["version"] = Value::Null;
        }
        all.push(actions);
    }
    all
}

async fn burst(encoding: &str, seed: u64, edits: usize) {
    let mut random = Random(seed);
    let mut client = Client::with_encoding(encoding).await;
    let mut text = SEED.to_owned();
    client.open(URI, &text).await;
    let pieces = [
        "(",
        ")",
        "\"",
        "\n",
        " ",
        ":",
        "é",
        "𝄞",
        "x",
        ", ",
        "[a <- :wat::core::i64]",
        "(:wat::core::def :q::r 1)\n",
        ";",
        "::",
        "<",
    ];
    let mut asked = Vec::new();
    for version in 2..edits as i64 + 2 {
        let (a, b) = (random.boundary(&text), random.boundary(&text));
        let (start, end) = if random.below(3) == 0 {
            (a, a)
        } else {
            (a.min(b), a.max(b).min(a.min(b) + 9))
        };
        let end = (end..=text.len())
            .find(|at| text.is_char_boundary(*at))
            .expect("the end is a boundary");
        let insert = pieces[random.below(pieces.len())];
        let range = json!({ "start": position(&text, start, encoding), "end": position(&text, end, encoding) });
        text.replace_range(start..end, insert);
        client
            .change(URI, version, json!([{ "range": range, "text": insert }]))
            .await;
        let offset = random.boundary(&text);
        let at = json!({ "textDocument": { "uri": URI }, "position": position(&text, offset, encoding) });
        let method = [
            "textDocument/hover",
            "textDocument/definition",
            "textDocument/completion",
        ][random.below(3)];
        asked.push(client.ask(method, at).await);
        if random.below(4) == 0 {
            let id = asked[random.below(asked.len())];
            client.notify("$/cancelRequest", json!({ "id": id })).await;
        }
        if text.len() > 4 * SEED.len() {
            text = SEED.to_owned();
            client.change(URI, version, json!([{ "text": text }])).await;
        }
    }
    for id in asked {
        let response = client.response(id).await;
        let code = &response["error"]["code"];
        assert!(
            code.is_null() || *code == -32800 || *code == -32801,
            "{response}"
        );
    }
    let found = client.diagnostics(URI, edits as i64 + 1).await;

    let mut fresh = Client::with_encoding(encoding).await;
    fresh.open(URI, &text).await;
    assert_eq!(fresh.diagnostics(URI, 1).await, found, "{encoding}: {text}");
    let expected = answers(&mut fresh, &text, encoding).await;
    assert_eq!(
        answers(&mut client, &text, encoding).await,
        expected,
        "{encoding}: {text}"
    );
}

#[tokio::test]
async fn a_thousand_edits_with_requests_in_flight_end_like_a_fresh_server_utf_8() {
    burst("utf-8", 0x9e37_79b9_7f4a_7c15, 1000).await;
}

#[tokio::test]
async fn a_thousand_edits_with_requests_in_flight_end_like_a_fresh_server_utf_16() {
    burst("utf-16", 0x2545_f491_4f6c_dd1d, 1000).await;
}

#[tokio::test]
async fn a_thousand_edits_with_requests_in_flight_end_like_a_fresh_server_utf_32() {
    burst("utf-32", 0x0123_4567_89ab_cdef, 1000).await;
}

#[tokio::test]
async fn an_edit_ends_the_requests_about_the_document_before_it() {
    let mut client = Client::ready().await;
    client.open(URI, SEED).await;
    // In one write, so that the server meets the edit before the request can be answered.
    let symbols = json!({ "jsonrpc": "2.0", "id": "s", "method": "textDocument/documentSymbol", "params": { "textDocument": { "uri": URI } } });
    let edit = json!({ "jsonrpc": "2.0", "method": "textDocument/didChange", "params": {
        "textDocument": { "uri": URI, "version": 2 }, "contentChanges": [{ "text": "" }] } });
    client.send_together(&[symbols, edit]).await;
    let response = client.wait(|message| message["id"] == "s").await;
    match response.get("error") {
        Some(error) => assert_eq!(error["code"], -32801, "{response}"),
        // Answered before the edit arrived: then the answer is the old text's.
        None => assert_eq!(
            response["result"].as_array().map(Vec::len),
            Some(3),
            "{response}"
        ),
    }
    let after = client
        .request(
            "textDocument/documentSymbol",
            json!({ "textDocument": { "uri": URI } }),
        )
        .await;
    assert_eq!(after, json!([]));
}

#[tokio::test]
async fn a_cancelled_request_is_answered_as_cancelled() {
    let mut client = Client::ready().await;
    client.open(URI, SEED).await;
    // Requests keep the pool busy; the last one cannot have started when its cancellation arrives with it.
    let hover = |id: i64| {
        json!({ "jsonrpc": "2.0", "id": id, "method": "textDocument/hover",
        "params": { "textDocument": { "uri": URI }, "position": { "line": 5, "character": 5 } } })
    };
    let mut messages: Vec<Value> = (1000..1100).map(hover).collect();
    messages
        .push(json!({ "jsonrpc": "2.0", "method": "$/cancelRequest", "params": { "id": 1099 } }));
    messages.push(json!({ "jsonrpc": "2.0", "method": "$/cancelRequest", "params": { "id": 77 } }));
    client.send_together(&messages).await;
    let cancelled = client.response(1099).await;
    assert_eq!(cancelled["error"]["code"], -32800, "{cancelled}");
    let first = client.response(1000).await;
    assert!(
        first["result"]["contents"]["value"]
            .as_str()
            .is_some_and(|text| text.contains(":calc::add")),
        "{first}"
    );
}

#[tokio::test]
async fn edits_of_one_document_do_not_end_requests_about_another() {
    let mut client = Client::ready().await;
    let other = "file:///nowhere/other.wat";
    client.open(URI, SEED).await;
    client.open(other, "").await;
    for version in 2..50 {
        let id = client
            .ask(
                "textDocument/documentSymbol",
                json!({ "textDocument": { "uri": URI } }),
            )
            .await;
        client
            .replace(other, version, &"(".repeat(version as usize))
            .await;
        let response = client.response(id).await;
        assert_eq!(
            response["result"].as_array().map(Vec::len),
            Some(3),
            "{response}"
        );
    }
}

#[tokio::test]
async fn a_request_id_in_use_is_refused() {
    let mut client = Client::ready().await;
    client.open(URI, SEED).await;
    let ask = json!({ "jsonrpc": "2.0", "id": "twice", "method": "textDocument/documentSymbol", "params": { "textDocument": { "uri": URI } } });
    client.send_together(&[ask.clone(), ask]).await;
    let first = client.wait(|message| message["id"] == "twice").await;
    let second = client.wait(|message| message["id"] == "twice").await;
    // The second is refused, unless the first was answered before it arrived.
    assert!(first.get("result").is_some() || second.get("result").is_some());
}
