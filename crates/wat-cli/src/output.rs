//! Writing to the standard streams.

use std::io::{self, ErrorKind, Write};

use crate::exit;

/// Writes a command's result to standard output; the status that ends the command if that fails.
pub(crate) fn result(text: &[u8]) -> Result<(), i32> {
    let mut out = io::stdout().lock();
    out.write_all(text)
        .and_then(|()| out.flush())
        .map_err(|error| status_of(&error))
}

/// The exit status for a failed write to standard output.
pub(crate) fn status_of(error: &io::Error) -> i32 {
    if error.kind() == ErrorKind::BrokenPipe {
        exit::CLOSED
    } else {
        complain(&format!("cannot write to standard output: {error}"));
        exit::IO
    }
}

/// Writes to standard error. There is nobody to tell if that fails.
pub(crate) fn report(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Tells what is wrong outside any program.
pub(crate) fn complain(message: &str) {
    report(&format!("error: {message}\n"));
}
