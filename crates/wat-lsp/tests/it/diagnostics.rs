//! Diagnostics and their fixes.

use serde_json::{Value, json};

use crate::client::{Client, codes, span};

const URI: &str = "file:///nowhere/main.wat";

const SPACED: &str = "(:wat::core::defn :demo::pick [m <- :wat::core::HashMap<wat::core::String, wat::core::i64>] -> :wat::core::i64\n  0)\n";

/// Applies the edits of the only changed document of an action, sent by a UTF-8 client.
pub(crate) fn apply(text: &str, action: &Value) -> String {
    let mut edits = action["edit"]["documentChanges"][0]["edits"]
        .as_array()
        .expect("edits")
        .clone();
    edits.reverse();
    let offset = |at: &Value| {
        let line = at["line"].as_u64().expect("a line") as usize;
        let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        start + at["character"].as_u64().expect("a character") as usize
    };
    let mut out = text.to_owned();
    for edit in edits {
        let range = offset(&edit["range"]["start"])..offset(&edit["range"]["end"]);
        out.replace_range(range, edit["newText"].as_str().expect("a text"));
    }
    out
}

#[tokio::test]
async fn whitespace_in_a_keyword_is_one_diagnostic_and_its_action_removes_it() {
    let mut client = Client::ready().await;
    client.open(URI, SPACED).await;
    let found = client.diagnostics(URI, 1).await;
    assert_eq!(codes(&found), ["WAT1010"]);
    assert_eq!(span(&found[0]["range"]), "0:74-0:75");
    assert_eq!(found[0]["source"], "wat");
    assert_eq!(found[0]["severity"], 1);
    assert!(found[0].get("codeDescription").is_none());
    assert_eq!(found[0]["data"]["fixes"], json!(["WAT1010/0"]));

    let params = json!({
        "textDocument": { "uri": URI },
        "range": found[0]["range"],
        "context": { "diagnostics": found, "only": ["quickfix"] },
    });
    let actions = client.request("textDocument/codeAction", params).await;
    let actions = actions.as_array().expect("a list");
    assert_eq!(actions.len(), 1, "{actions:?}");
    assert_eq!(actions[0]["isPreferred"], true);
    assert_eq!(actions[0]["diagnostics"], json!(found));
    assert_eq!(
        actions[0]["edit"]["documentChanges"][0]["textDocument"]["version"],
        1
    );

    let fixed = apply(SPACED, &actions[0]);
    assert_eq!(fixed, SPACED.replace("String, ", "String,"));
    client.replace(URI, 2, &fixed).await;
    assert_eq!(client.diagnostics(URI, 2).await, Vec::<Value>::new());
}

#[tokio::test]
async fn fix_all_applies_every_safe_fix() {
    let mut client = Client::ready().await;
    let text = format!("{SPACED}{}", SPACED.replace("pick", "choose"));
    client.open(URI, &text).await;
    assert_eq!(
        codes(&client.diagnostics(URI, 1).await),
        ["WAT1010", "WAT1010"]
    );
    let nowhere =
        json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 0, "character": 0 } });
    let params = json!({
        "textDocument": { "uri": URI }, "range": nowhere,
        "context": { "diagnostics": [], "only": ["source.fixAll"] },
    });
    let actions = client.request("textDocument/codeAction", params).await;
    assert_eq!(actions.as_array().map(Vec::len), Some(1));
    assert_eq!(actions[0]["kind"], "source.fixAll.wat");
    assert_eq!(
        apply(&text, &actions[0]),
        text.replace("String, ", "String,")
    );
}

#[tokio::test]
async fn diagnostics_carry_the_version_they_belong_to() {
    let mut client = Client::ready().await;
    client.open(URI, "(:wat::core::def :a::b 1)").await;
    assert_eq!(client.diagnostics(URI, 1).await, Vec::<Value>::new());
    client.replace(URI, 7, "(:wat::core::def :a::b").await;
    assert_eq!(client.diagnostics(URI, 7).await.len(), 1);
}

#[tokio::test]
async fn closing_a_document_clears_its_diagnostics() {
    let mut client = Client::ready().await;
    client.open(URI, "(").await;
    assert_eq!(client.diagnostics(URI, 1).await.len(), 1);
    client
        .notify(
            "textDocument/didClose",
            json!({ "textDocument": { "uri": URI } }),
        )
        .await;
    let cleared = client
        .wait(|message| message["method"] == "textDocument/publishDiagnostics")
        .await;
    assert_eq!(cleared["params"]["diagnostics"], json!([]));
}

#[tokio::test]
async fn webassembly_text_is_left_alone() {
    let mut client = Client::ready().await;
    let module = "file:///nowhere/module.wat";
    client.open(module, "(module (func $f))").await;
    client.open(URI, "(").await;
    client.diagnostics(URI, 1).await;
    let symbols = client
        .request(
            "textDocument/documentSymbol",
            json!({ "textDocument": { "uri": module } }),
        )
        .await;
    assert_eq!(symbols, json!([]));
    client.replace(module, 2, "(:wat::core::def :a::b").await;
    assert_eq!(client.diagnostics(module, 2).await.len(), 1);
}

#[tokio::test]
async fn an_edit_changes_the_diagnostics_of_other_open_files() {
    let mut client = Client::ready().await;
    let library = "file:///nowhere/calc.wat";
    let add = "(:wat::core::defn :calc::add [a <- :wat::core::i64] -> :wat::core::i64 a)\n";
    client.open(library, add).await;
    client.open(URI, "(:wat::load-file! \"calc.wat\")\n(:wat::core::defn :m::f [] -> :wat::core::i64 (:calc::add 1))\n").await;
    assert_eq!(client.diagnostics(URI, 1).await, Vec::<Value>::new());
    client
        .replace(library, 2, &add.replace("i64 a)", "String \"\")"))
        .await;
    let found = client.diagnostics(URI, 1).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["code"], "WAT3003");
    client.replace(library, 3, add).await;
    assert_eq!(client.diagnostics(URI, 1).await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_call_is_converted_to_keywords_and_back() {
    let mut client = Client::ready().await;
    let text = "(:wat::core::defn :demo::area [w <- :wat::core::i64 h <- :wat::core::i64] -> :wat::core::i64 w)\n(:wat::core::defn :demo::use [] -> :wat::core::i64\n  (:demo::area 2 3))\n";
    client.open(URI, text).await;
    assert_eq!(client.diagnostics(URI, 1).await, Vec::<Value>::new());
    let inside =
        json!({ "start": { "line": 2, "character": 4 }, "end": { "line": 2, "character": 4 } });
    let params = json!({
        "textDocument": { "uri": URI }, "range": inside,
        "context": { "diagnostics": [], "only": ["refactor"] },
    });
    let actions = client
        .request("textDocument/codeAction", params.clone())
        .await;
    assert_eq!(actions[0]["title"], "convert to keyword call");
    assert_eq!(actions[0]["kind"], "refactor.rewrite");
    let keyed = apply(text, &actions[0]);
    assert_eq!(
        keyed,
        text.replace("(:demo::area 2 3)", "(:demo::area :w 2 :h 3)")
    );
    client.replace(URI, 2, &keyed).await;
    assert_eq!(client.diagnostics(URI, 2).await, Vec::<Value>::new());
    let actions = client.request("textDocument/codeAction", params).await;
    assert_eq!(actions[0]["title"], "convert to positional call");
    assert_eq!(apply(&keyed, &actions[0]), text);
}

#[tokio::test]
async fn lints_are_among_the_diagnostics_and_runes_answer_them() {
    let mut client = Client::ready().await;
    let text = "(:wat::core::defn :m::f [] -> :wat::core::i64 1)\n";
    client.open(URI, text).await;
    assert_eq!(codes(&client.findings(URI, 1).await), ["WAT7601"]);
    let rune = ";; rune:documentation(self-evident) — it is only an example\n";
    client.replace(URI, 2, &format!("{rune}{text}")).await;
    assert_eq!(client.findings(URI, 2).await, Vec::<Value>::new());
}
