//! `wat lsp` as clients start it.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};

use super::support::{Dir, command};

const INITIALIZE: &str = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"processId":null,"rootUri":null,"capabilities":{}}}"#;

#[test]
fn the_options_of_clients_are_accepted() {
    let dir = Dir::new();
    let id = std::process::id();
    for args in [
        vec![],
        vec!["--stdio".to_owned()],
        vec!["--stdio".to_owned(), format!("--clientProcessId={id}")],
        vec!["--clientProcessId".to_owned(), id.to_string()],
    ] {
        let mut server = command(&dir)
            .arg("lsp")
            .args(&args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let mut input = server.stdin.take().expect("stdin is piped");
        write!(
            input,
            "Content-Length: {}\r\n\r\n{INITIALIZE}",
            INITIALIZE.len()
        )
        .expect("it reads");
        let mut output = BufReader::new(server.stdout.take().expect("stdout is piped"));
        let mut header = String::new();
        output.read_line(&mut header).expect("it answers");
        assert!(header.starts_with("Content-Length: "), "{args:?}: {header}");
        drop(input);
        output.read_to_end(&mut Vec::new()).expect("it ends");
        assert_eq!(server.wait().expect("it ends").code(), Some(1), "{args:?}");
    }
}

#[test]
fn the_server_ends_with_the_process_of_the_option() {
    let dir = Dir::new();
    // It waits for its standard input, which stays open.
    let mut client = Command::new("cat")
        .stdin(Stdio::piped())
        .spawn()
        .expect("cat starts");
    let mut server = command(&dir)
        .args([
            "lsp",
            "--stdio",
            &format!("--clientProcessId={}", client.id()),
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("the server starts");
    client.kill().expect("it can be killed");
    client.wait().expect("it has ended");
    assert_eq!(server.wait().expect("it ends").code(), Some(1));
}
