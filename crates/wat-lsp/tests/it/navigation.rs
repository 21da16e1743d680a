//! Hover, definition, symbols, completion, built-in documents.

use serde_json::{Value, json};

use crate::client::{Client, span};

const URI: &str = "file:///nowhere/main.wat";

const TEXT: &str = "\
(:wat::core::defn :calc::add [a <- :wat::core::i64 b <- :wat::core::i64] -> :wat::core::i64
  \"Adds two numbers.\"
  (:wat::core::i64::+ a b))
(:wat::core::defn :calc::twice [x <- :wat::core::i64] -> :wat::core::i64
  (:calc::add x x))
";

async fn opened() -> Client {
    let mut client = Client::ready().await;
    client.open(URI, TEXT).await;
    assert_eq!(client.diagnostics(URI, 1).await, Vec::<Value>::new());
    client
}

#[tokio::test]
async fn hover_shows_signature_kind_place_and_docstring() {
    let mut client = opened().await;
    let hover = client.at("textDocument/hover", URI, 4, 6).await;
    assert_eq!(span(&hover["range"]), "4:3-4:13");
    let text = hover["contents"]["value"].as_str().expect("Markdown");
    assert!(
        text.starts_with(
            "```wat\n:calc::add [a <- :wat::core::i64 b <- :wat::core::i64] -> :wat::core::i64\n```"
        ),
        "{text}"
    );
    assert!(text.contains("function, `main.wat:1`"), "{text}");
    assert!(text.contains("Adds two numbers."), "{text}");
    let local = client.at("textDocument/hover", URI, 4, 14).await;
    assert!(
        local["contents"]["value"]
            .as_str()
            .is_some_and(|text| text.contains("x <- :wat::core::i64")),
        "{local}"
    );
}

#[tokio::test]
async fn definition_leads_to_the_name_in_its_form() {
    let mut client = opened().await;
    let links = client.at("textDocument/definition", URI, 4, 6).await;
    assert_eq!(links[0]["targetUri"], URI);
    assert_eq!(span(&links[0]["originSelectionRange"]), "4:3-4:13");
    assert_eq!(span(&links[0]["targetSelectionRange"]), "0:18-0:28");
    assert_eq!(span(&links[0]["targetRange"]), "0:0-2:27");
    let local = client.at("textDocument/definition", URI, 4, 14).await;
    assert_eq!(span(&local[0]["targetSelectionRange"]), "3:32-3:33");
}

#[tokio::test]
async fn definition_of_a_built_in_leads_into_a_document_that_the_server_has() {
    let mut client = opened().await;
    for (line, character, name) in [(0, 5, ":wat::core::defn"), (2, 8, ":wat::core::i64::+")] {
        let links = client
            .at("textDocument/definition", URI, line, character)
            .await;
        let uri = links[0]["targetUri"]
            .as_str()
            .expect("an address")
            .to_owned();
        assert!(uri.starts_with("wat-builtin:/"), "{uri}");
        let content = client
            .request("wat/textDocumentContent", json!({ "uri": uri }))
            .await;
        let text = content["text"].as_str().expect("a text");
        let range = &links[0]["targetSelectionRange"];
        let line = text
            .lines()
            .nth(range["start"]["line"].as_u64().expect("a line") as usize)
            .expect("the line");
        let (start, end) = (
            range["start"]["character"].as_u64(),
            range["end"]["character"].as_u64(),
        );
        assert_eq!(
            &line[start.expect("a start") as usize..end.expect("an end") as usize],
            name
        );
        // Hover works inside it, opened or not.
        let at = (
            range["start"]["line"].as_u64().expect("a line") as u32,
            start.expect("a start") as u32,
        );
        let hover = client.at("textDocument/hover", &uri, at.0, at.1).await;
        assert!(
            hover["contents"]["value"]
                .as_str()
                .is_some_and(|text| text.contains(name)),
            "{hover}"
        );
        client.open(&uri, text).await;
        assert_eq!(
            client.at("textDocument/hover", &uri, at.0, at.1).await,
            hover
        );
    }
}

#[tokio::test]
async fn hover_and_definition_work_on_components_of_type_keywords() {
    let mut client = Client::ready().await;
    client.open(URI, "(:wat::core::typealias :my::Id :wat::core::i64)\n(:wat::core::typealias :my::Ids :wat::core::Vector<my::Id>)\n").await;
    let column = "(:wat::core::typealias :my::Ids :wat::core::Vector<".len() as u32;
    let links = client
        .at("textDocument/definition", URI, 1, column + 4)
        .await;
    assert_eq!(
        span(&links[0]["originSelectionRange"]),
        format!("1:{column}-1:{}", column + 6)
    );
    assert_eq!(span(&links[0]["targetSelectionRange"]), "0:23-0:30");
}

#[tokio::test]
async fn document_symbols_are_the_definitions_in_order() {
    let mut client = opened().await;
    let symbols = client
        .request(
            "textDocument/documentSymbol",
            json!({ "textDocument": { "uri": URI } }),
        )
        .await;
    let seen: Vec<_> = symbols
        .as_array()
        .expect("a list")
        .iter()
        .map(|symbol| {
            (
                symbol["name"].as_str().unwrap_or(""),
                span(&symbol["selectionRange"]),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            (":calc::add", "0:18-0:28".to_owned()),
            (":calc::twice", "3:18-3:30".to_owned())
        ]
    );
}

#[tokio::test]
async fn forms_around_a_broken_one_keep_their_symbols_and_hovers() {
    let mut client = Client::ready().await;
    client
        .open(URI, &format!("{TEXT}(:wat::core::defn :calc::broken ["))
        .await;
    let found = client.diagnostics(URI, 1).await;
    assert_eq!(found.len(), 1, "{found:?}");
    let hover = client.at("textDocument/hover", URI, 4, 6).await;
    assert!(
        hover["contents"]["value"]
            .as_str()
            .is_some_and(|text| text.contains(":calc::add [a")),
        "{hover}"
    );
    let symbols = client
        .request(
            "textDocument/documentSymbol",
            json!({ "textDocument": { "uri": URI } }),
        )
        .await;
    assert_eq!(symbols[0]["name"], ":calc::add");
}

#[tokio::test]
async fn completion_finds_short_names_and_replaces_the_token() {
    let mut client = Client::ready().await;
    client.open(URI, &format!("{TEXT}(tw")).await;
    let list = client.at("textDocument/completion", URI, 5, 3).await;
    assert_eq!(list["isIncomplete"], true);
    let item = &list["items"][0];
    assert_eq!(item["label"], ":calc::twice", "{item}");
    assert_eq!(item["filterText"], "tw");
    assert_eq!(item["textEdit"]["newText"], ":calc::twice");
    assert_eq!(span(&item["textEdit"]["range"]), "5:1-5:3");
}

#[tokio::test]
async fn unknown_files_have_empty_answers() {
    let mut client = Client::ready().await;
    let uri = "file:///nowhere/never-opened.wat";
    assert_eq!(
        client.at("textDocument/hover", uri, 0, 0).await,
        Value::Null
    );
    assert_eq!(
        client.at("textDocument/definition", uri, 0, 0).await,
        Value::Null
    );
    assert_eq!(
        client
            .request(
                "textDocument/documentSymbol",
                json!({ "textDocument": { "uri": uri } })
            )
            .await,
        json!([])
    );
    let none = json!({ "uri": "wat-builtin:/no/such.wat" });
    assert_eq!(
        client.request("wat/textDocumentContent", none).await,
        Value::Null
    );
    client.replace(uri, 2, "(").await;
    let log = client
        .wait(|message| message["method"] == "window/logMessage")
        .await;
    assert!(
        log["params"]["message"]
            .as_str()
            .is_some_and(|text| text.contains("not open")),
        "{log}"
    );
}
