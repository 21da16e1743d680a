//! Document, range and on-type formatting, and formatting before saving.

use serde_json::{Value, json};
use wat_syntax::{
    ColumnEncoding, LineCol, LineIndex, SourceText, TextEdit, TextRange, apply_edits,
};

use crate::client::{Client, capabilities, span};

const URI: &str = "file:///nowhere/main.wat";

const ENCODINGS: [(&str, ColumnEncoding); 3] = [
    ("utf-8", ColumnEncoding::Utf8),
    ("utf-16", ColumnEncoding::Utf16),
    ("utf-32", ColumnEncoding::Utf32),
];

/// Applies edits of the protocol, all to the same text.
fn apply(text: &str, edits: &Value, encoding: ColumnEncoding) -> String {
    let lines = LineIndex::new(text);
    let place = |at: &Value| {
        let number = |name: &str| at[name].as_u64().expect("a number") as u32;
        let at = LineCol {
            line: number("line"),
            col: number("character"),
        };
        lines.offset(text, at, encoding)
    };
    let edits = edits.as_array().expect("a list of edits").iter();
    let edits = edits.map(|edit| {
        let range = &edit["range"];
        let range = TextRange::new(place(&range["start"]), place(&range["end"]));
        TextEdit::replace(range, edit["newText"].as_str().expect("a text"))
    });
    apply_edits(text, &edits.collect::<Vec<_>>())
}

fn spans(edits: &Value) -> Vec<String> {
    let edits = edits.as_array().expect("a list of edits").iter();
    edits
        .map(|edit| format!("{} {}", span(&edit["range"]), edit["newText"]))
        .collect()
}

async fn format(client: &mut Client) -> Value {
    let options = json!({ "tabSize": 8, "insertSpaces": false });
    let params = json!({ "textDocument": { "uri": URI }, "options": options });
    client.request("textDocument/formatting", params).await
}

async fn format_range(client: &mut Client, lines: std::ops::Range<u32>) -> Value {
    let at = |line: u32| json!({ "line": line, "character": 0 });
    let range = json!({ "start": at(lines.start), "end": at(lines.end) });
    let options = json!({ "tabSize": 2, "insertSpaces": true });
    let params = json!({ "textDocument": { "uri": URI }, "range": range, "options": options });
    client.request("textDocument/rangeFormatting", params).await
}

async fn new_line(client: &mut Client, line: u32, character: u32) -> Value {
    let options = json!({ "tabSize": 2, "insertSpaces": true });
    let at = json!({ "line": line, "character": character });
    let params =
        json!({ "textDocument": { "uri": URI }, "position": at, "ch": "\n", "options": options });
    client
        .request("textDocument/onTypeFormatting", params)
        .await
}

const MIXED: &str = "(:wat::core::def :a::b \"é€𝄞\")   ; 𝄞 note\n(:a::c   \"𝄞\"   \"𝄞\"  x)\n\n\n\n;; ü\n(:wat::core::do (:a::d \"ü\")  (:a::e))\n";

#[tokio::test]
async fn a_document_is_formatted_in_every_encoding() {
    let expected = wat_fmt::format(&SourceText::from(MIXED)).expect("it reads");
    for (name, encoding) in ENCODINGS {
        let mut client = Client::with_encoding(name).await;
        client.open(URI, MIXED).await;
        let edits = format(&mut client).await;
        assert_eq!(apply(MIXED, &edits, encoding), expected, "{name}");
        client.replace(URI, 2, &expected).await;
        assert_eq!(format(&mut client).await, json!([]), "{name}");
    }
}

#[tokio::test]
async fn edits_are_the_blanks_that_change() {
    let mut client = Client::with_encoding("utf-16").await;
    let text = "(:a::b)\n\n(:wat::core::do\n  (:a::c \"𝄞\"   1)\n  (:a::d))\n";
    client.open(URI, text).await;
    let edits = format(&mut client).await;
    assert_eq!(spans(&edits), ["3:13-3:16 \" \""]);
    client.replace(URI, 2, "(:a::b)\r\n(:a::c)\r\n").await;
    let edits = format(&mut client).await;
    assert_eq!(spans(&edits), ["0:7-1:0 \"\\n\\n\"", "1:7-2:0 \"\\n\""]);
}

#[tokio::test]
async fn a_document_with_a_reader_error_gets_no_edits_but_its_sound_forms_do() {
    let text = "(:a::b   1)\n\n(:a::c  [1 2)\n\n(:wat::core::do\n(:a::d))\n";
    for (name, encoding) in ENCODINGS {
        let mut client = Client::with_encoding(name).await;
        client.open(URI, text).await;
        assert_eq!(format(&mut client).await, json!([]), "{name}");
        let edits = format_range(&mut client, 0..1).await;
        let expected = "(:a::b 1)\n\n(:a::c  [1 2)\n\n(:wat::core::do\n(:a::d))\n";
        assert_eq!(apply(text, &edits, encoding), expected, "{name}");
        let edits = format_range(&mut client, 2..3).await;
        assert_eq!(edits, json!([]), "{name}");
        let edits = format_range(&mut client, 0..3).await;
        assert_eq!(edits, json!([]), "{name}");
        // A line break typed behind the head of the last form.
        let edits = new_line(&mut client, 5, 0).await;
        assert_eq!(spans(&edits), ["5:0-5:0 \"  \""], "{name}");
    }
}

#[tokio::test]
async fn every_range_of_lines_is_the_whole_restricted_to_the_forms_it_touches() {
    let mut client = Client::ready().await;
    client.open(URI, MIXED).await;
    let whole = wat_fmt::format(&SourceText::from(MIXED)).expect("it reads");
    let count = MIXED.lines().count() as u32;
    let lines: Vec<&str> = MIXED.split_inclusive('\n').collect();
    for from in 0..count {
        for to in from..=count {
            let edits = format_range(&mut client, from..to).await;
            let text = apply(MIXED, &edits, ColumnEncoding::Utf8);
            assert!(wat_fmt::format(&SourceText::from(&*text)).as_deref() == Ok(&*whole));
            if (from, to) == (0, count) {
                assert_eq!(text, whole);
            }
            // The comment above a form goes with it, lines elsewhere stay.
            let touched = lines.len().min(to.max(from + 1) as usize);
            let above = if from == 6 { 5 } else { from as usize };
            assert!(text.starts_with(&lines[..above].concat()), "{from} {to}");
            assert!(text.ends_with(&lines[touched..].concat()), "{from} {to}");
        }
    }
}

#[tokio::test]
async fn a_new_line_is_indented_in_every_encoding() {
    let text = "(:wat::core::let\n  [é \"𝄞\"\n]\n  x)\n";
    // `é` is no symbol of wat: the text has an error, and the line is indented all the same.
    for (name, _) in ENCODINGS {
        let mut client = Client::with_encoding(name).await;
        client.open(URI, text).await;
        let edits = new_line(&mut client, 2, 0).await;
        assert_eq!(spans(&edits), ["2:0-2:0 \"   \""], "{name}");
        client.replace(URI, 2, "(:a::b\n      )").await;
        let edits = new_line(&mut client, 1, 6).await;
        assert_eq!(spans(&edits), ["1:0-1:6 \"  \""], "{name}");
        client.replace(URI, 3, "(:a::b \"\n\")").await;
        assert_eq!(new_line(&mut client, 1, 0).await, json!([]), "{name}");
        client.replace(URI, 4, "(:a::b)\n  ").await;
        let edits = new_line(&mut client, 1, 2).await;
        assert_eq!(spans(&edits), ["1:0-1:2 \"\""], "{name}");
    }
}

#[tokio::test]
async fn the_built_in_library_and_unknown_documents_are_left_alone() {
    let mut client = Client::ready().await;
    for uri in [
        "wat-builtin:/wat/core/vector.wat",
        "file:///nowhere/none.wat",
    ] {
        let options = json!({ "tabSize": 2, "insertSpaces": true });
        let params = json!({ "textDocument": { "uri": uri }, "options": options });
        let answer = client.request("textDocument/formatting", params).await;
        assert_eq!(answer, json!([]), "{uri}");
    }
    client.open(URI, "(module   (func))\n").await;
    assert_eq!(format(&mut client).await, json!([]));
}

async fn before_save(client: &mut Client) -> Value {
    let params = json!({ "textDocument": { "uri": URI }, "reason": 1 });
    client
        .request("textDocument/willSaveWaitUntil", params)
        .await
}

#[tokio::test]
async fn saving_formats_if_the_setting_says_so() {
    let mut client = Client::ready().await;
    client.open(URI, "(:a::b   1)\n").await;
    assert_eq!(before_save(&mut client).await, json!([]));
    let settings = |value: bool| json!({ "settings": { "wat": { "formatOnSave": value } } });
    let method = "workspace/didChangeConfiguration";
    client.notify(method, settings(true)).await;
    assert_eq!(spans(&before_save(&mut client).await), ["0:6-0:9 \" \""]);
    client.notify(method, settings(false)).await;
    assert_eq!(before_save(&mut client).await, json!([]));
}

#[tokio::test]
async fn the_setting_is_read_from_initialize_and_pulled() {
    let mut client = Client::fresh();
    let options = json!({ "formatOnSave": true });
    let params = json!({
        "processId": null, "rootUri": null, "initializationOptions": options, "capabilities": capabilities("utf-8"),
    });
    let answer = client.request("initialize", params).await;
    let sync = &answer["capabilities"]["textDocumentSync"];
    assert_eq!(sync["willSaveWaitUntil"], true);
    client.open(URI, "(:a::b   1)\n").await;
    assert_eq!(spans(&before_save(&mut client).await), ["0:6-0:9 \" \""]);

    let mut client = Client::fresh();
    let mut pulls = capabilities("utf-8");
    pulls["workspace"]["configuration"] = json!(true);
    let params = json!({ "processId": null, "rootUri": null, "capabilities": pulls });
    client.request("initialize", params).await;
    client.notify("initialized", json!({})).await;
    let asked = client
        .wait(|message| message["method"] == "workspace/configuration")
        .await;
    assert_eq!(asked["params"]["items"], json!([{ "section": "wat" }]));
    client
        .send(json!({ "jsonrpc": "2.0", "id": asked["id"], "result": [{ "formatOnSave": true }] }))
        .await;
    client.open(URI, "(:a::b   1)\n").await;
    // The answer to the server's question and this request travel independently inside the server.
    loop {
        if before_save(&mut client).await != json!([]) {
            break;
        }
    }
}
