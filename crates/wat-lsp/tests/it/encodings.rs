//! Positions in the three encodings of the protocol.

use serde_json::{Value, json};

use crate::client::{Client, codes, span};

const URI: &str = "file:///nowhere/main.wat";

/// Two, three and four bytes; the last is two units of UTF-16.
const TEXT: &str = "(:wat::core::defn :demo::f [] -> :wat::core::String \"é€𝄞\") (:wat::core::typealias :demo::T :wat::core::Vector< wat::core::i64>)\n";

#[tokio::test]
async fn ranges_count_in_the_negotiated_unit() {
    let before = TEXT.find("< w").expect("the space") + 1;
    let prefix = &TEXT[..before];
    let columns = [
        ("utf-8", prefix.len()),
        ("utf-16", prefix.encode_utf16().count()),
        ("utf-32", prefix.chars().count()),
    ];
    for (encoding, column) in columns {
        let mut client = Client::with_encoding(encoding).await;
        client.open(URI, TEXT).await;
        let found = client.diagnostics(URI, 1).await;
        assert_eq!(codes(&found), ["WAT1010"], "{encoding}");
        assert_eq!(
            span(&found[0]["range"]),
            format!("0:{column}-0:{}", column + 1),
            "{encoding}"
        );
        // The same unit inwards: delete the space.
        client
            .change(URI, 2, json!([{ "range": found[0]["range"], "text": "" }]))
            .await;
        assert_eq!(
            client.diagnostics(URI, 2).await,
            Vec::<Value>::new(),
            "{encoding}"
        );
    }
}

#[tokio::test]
async fn a_client_that_says_nothing_counts_in_utf_16() {
    let mut client = Client::fresh();
    let answer = client
        .request(
            "initialize",
            json!({ "processId": null, "rootUri": null, "capabilities": {} }),
        )
        .await;
    assert_eq!(answer["capabilities"]["positionEncoding"], "utf-16");
}

#[tokio::test]
async fn utf_8_is_preferred_then_utf_32() {
    for (offered, chosen) in [
        (json!(["utf-16", "utf-8"]), "utf-8"),
        (json!(["utf-16", "utf-32"]), "utf-32"),
        (json!([]), "utf-16"),
    ] {
        let mut client = Client::fresh();
        let capabilities = json!({ "general": { "positionEncodings": offered } });
        let params = json!({ "processId": null, "rootUri": null, "capabilities": capabilities });
        let answer = client.request("initialize", params).await;
        assert_eq!(answer["capabilities"]["positionEncoding"], chosen);
    }
}

#[tokio::test]
async fn positions_beyond_the_text_are_moved_inside() {
    let mut client = Client::ready().await;
    client.open(URI, "(:wat::core::def :a::b 1").await;
    client.diagnostics(URI, 1).await;
    let far = json!({ "line": 99, "character": 99 });
    client
        .change(
            URI,
            2,
            json!([{ "range": { "start": far, "end": far }, "text": ")" }]),
        )
        .await;
    assert_eq!(client.diagnostics(URI, 2).await, Vec::<Value>::new());
    assert_eq!(
        client.at("textDocument/hover", URI, 50, 50).await,
        Value::Null
    );
}
