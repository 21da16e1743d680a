//! Long texts on a terminal, through the pager of `WAT_PAGER` or `PAGER`.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::{exit, output};

/// Shows a text in the pager; without one, or if it does not start, on standard output.
pub(crate) fn show(text: &str) -> i32 {
    let configured = ["WAT_PAGER", "PAGER"].map(std::env::var_os);
    let pager = configured.into_iter().flatten().find(|it| !it.is_empty());
    let child = pager.and_then(|pager| {
        Command::new("sh")
            .arg("-c")
            .arg(pager)
            .stdin(Stdio::piped())
            .spawn()
            .ok()
    });
    let Some(mut child) = child else {
        return output::result(text.as_bytes())
            .err()
            .unwrap_or(exit::SUCCESS);
    };
    if let Some(mut pipe) = child.stdin.take() {
        // A pager that is left early closes the pipe: the reader has seen enough.
        let _ = pipe.write_all(text.as_bytes());
    }
    // Whatever the pager's own status is, the text was shown.
    let _ = child.wait();
    exit::SUCCESS
}
