//! Project files in the editor: what they say holds, what is wrong with them is told, changes count at once.

use serde_json::{Value, json};

use crate::client::{Client, codes, span};
use crate::files::{Folder, in_folder};

/// A call with five arguments of one type: a note about calls by position.
const POSITIONAL: &str = "(:wat::core::defn :m::g [a <- :wat::core::i64 b <- :wat::core::i64 c <- :wat::core::i64 d <- :wat::core::i64 e <- :wat::core::i64] -> :wat::core::i64 a)\n(:wat::core::def :m::v (:m::g 1 2 3 4 5))\n";
const RAW: &str = "(:wat::core::defn :m::f [in <- :wat::kernel::Receiver<wat::core::i64> out <- :wat::kernel::Sender<wat::core::i64>] -> :wat::core::nil (:wat::kernel::drop in))\n(:wat::core::defn :m::g [] -> :wat::core::nil (:wat::kernel::drop (:wat::kernel::spawn-thread :m::f)))\n";

async fn changed(client: &mut Client, uri: &str) {
    let changes = json!({ "changes": [{ "uri": uri, "type": 2 }] });
    client
        .notify("workspace/didChangeWatchedFiles", changes)
        .await;
}

async fn saved(client: &mut Client, uri: &str) {
    let params = json!({ "textDocument": { "uri": uri } });
    client.notify("textDocument/didSave", params).await;
}

/// What is told about a project file next.
async fn told(client: &mut Client, uri: &str) -> Vec<Value> {
    let fits = |message: &Value| {
        message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == uri
    };
    let message = client.wait(fits).await;
    let list = message["params"]["diagnostics"].as_array();
    list.expect("a list").clone()
}

fn severities(found: &[Value], code: &str) -> Vec<i64> {
    let told = found.iter().filter(|found| found["code"] == code);
    told.filter_map(|found| found["severity"].as_i64())
        .collect()
}

#[tokio::test]
async fn levels_of_the_project_hold_and_change_with_its_file() {
    let folder = Folder::new("levels");
    folder.write("wat.toml", "[lint]\nlevels = { \"WAT7408\" = \"deny\" }\n");
    let mut client = in_folder(&folder).await;
    let (main, project) = (folder.uri("main.wat"), folder.uri("wat.toml"));
    client.open(&main, POSITIONAL).await;
    let found = client.findings(&main, 1).await;
    assert_eq!(severities(&found, "WAT7408"), [1], "{found:?}");
    folder.write("wat.toml", "[lint]\nlevels = { \"WAT7408\" = \"off\" }\n");
    changed(&mut client, &project).await;
    let found = client.findings(&main, 1).await;
    assert_eq!(severities(&found, "WAT7408"), [0; 0], "{found:?}");
    std::fs::remove_file(folder.0.join("wat.toml")).expect("it is there");
    changed(&mut client, &project).await;
    let found = client.findings(&main, 1).await;
    assert_eq!(severities(&found, "WAT7408"), [3], "{found:?}");
}

#[tokio::test]
async fn levels_for_paths_hold_for_these_paths() {
    let folder = Folder::new("paths");
    folder.write(
        "wat.toml",
        "[lint]\npaths = { \"gen/**\" = { \"idiom\" = \"warn\" } }\n",
    );
    let mut client = in_folder(&folder).await;
    let (inside, outside) = (folder.uri("gen/a.wat"), folder.uri("b.wat"));
    client.open(&inside, POSITIONAL).await;
    let found = client.findings(&inside, 1).await;
    assert_eq!(severities(&found, "WAT7408"), [2], "{found:?}");
    client.open(&outside, POSITIONAL).await;
    let found = client.findings(&outside, 1).await;
    assert_eq!(severities(&found, "WAT7408"), [3], "{found:?}");
}

#[tokio::test]
async fn a_relaxed_restriction_is_read_again_when_the_project_file_is_saved() {
    let folder = Folder::new("relaxed");
    folder.write("wat.toml", "[concurrency]\nallow-raw-spawn = true\n");
    let mut client = in_folder(&folder).await;
    let (main, project) = (folder.uri("main.wat"), folder.uri("wat.toml"));
    client.open(&main, RAW).await;
    let found = client.findings(&main, 1).await;
    assert!(!codes(&found).contains(&"WAT4001"), "{found:?}");
    folder.write("wat.toml", "[concurrency]\nallow-raw-spawn = false\n");
    saved(&mut client, &project).await;
    let found = client.findings(&main, 1).await;
    assert!(codes(&found).contains(&"WAT4001"), "{found:?}");
}

#[tokio::test]
async fn a_broken_project_file_is_told_where_it_is_broken() {
    let folder = Folder::new("broken");
    folder.write("wat.toml", "[lint]\nlevels = { \"WAT7408\" = \"deny\" }\n");
    let mut client = in_folder(&folder).await;
    let (main, project) = (folder.uri("main.wat"), folder.uri("wat.toml"));
    client.open(&main, POSITIONAL).await;
    client.findings(&main, 1).await;
    folder.write("wat.toml", "[fmt]\nexclude = 7\n[lint]\nlevles = {}\n");
    changed(&mut client, &project).await;
    let found = told(&mut client, &project).await;
    assert_eq!(codes(&found), ["WAT5802", "WAT5801"], "{found:?}");
    assert_eq!(span(&found[0]["range"]), "1:10-1:11");
    assert_eq!(span(&found[1]["range"]), "3:0-3:6");
    // What it said last holds on.
    client.replace(&main, 2, POSITIONAL).await;
    let kept = client.findings(&main, 2).await;
    assert_eq!(severities(&kept, "WAT7408"), [1], "{kept:?}");
    folder.write("wat.toml", "[fmt]\nexclude = []\n");
    changed(&mut client, &project).await;
    assert_eq!(told(&mut client, &project).await, Vec::<Value>::new());
}

#[tokio::test]
async fn files_that_the_project_leaves_alone_are_not_formatted() {
    let folder = Folder::new("left-alone");
    folder.write("wat.toml", "[fmt]\nexclude = [\"gen/**\"]\n");
    let mut client = in_folder(&folder).await;
    for (name, edits) in [("gen/a.wat", 0), ("b.wat", 1)] {
        let uri = folder.uri(name);
        client.open(&uri, "(:wat::core::def    :m::v 1)\n").await;
        client.diagnostics(&uri, 1).await;
        let params = json!({ "textDocument": { "uri": uri }, "options": { "tabSize": 2, "insertSpaces": true } });
        let answer = client.request("textDocument/formatting", params).await;
        let found = answer.as_array().expect("a list").len();
        assert_eq!(found.min(1), edits, "{name}: {answer}");
    }
}

#[tokio::test]
async fn loads_stay_inside_the_project() {
    let folder = Folder::new("inside");
    std::fs::create_dir_all(folder.0.join("app")).expect("a folder");
    folder.write("app/wat.toml", "");
    folder.write("lib.wat", "(:wat::core::def :lib::two 2)\n");
    let mut client = Client::ready().await;
    let main = folder.uri("app/main.wat");
    client
        .open(&main, "(:wat::load-file! \"../lib.wat\")\n")
        .await;
    let found = client.diagnostics(&main, 1).await;
    assert_eq!(codes(&found), ["WAT5004"], "{found:?}");
}
