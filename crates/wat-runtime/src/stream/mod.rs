//! Byte streams behind handles: in memory, files, pipes, the standard input; and the frames on them (05 §6).

mod exclusive;
mod frame;
mod reader;
mod writer;

pub(crate) use frame::Frame;
pub use frame::MAX_FRAME_BYTES;
pub use reader::Reader;
pub(crate) use reader::{Ending, ReaderHandle, Wait, not_text};
pub(crate) use writer::{Unwritten, Writer, WriterHandle};

use std::io;
use std::thread::{self, ThreadId};
use wat_value::Trap;

/// An operation that failed (WAT8415).
#[cold]
pub(crate) fn failed(operation: &str, path: Option<&str>, why: &io::Error) -> Box<Trap> {
    let reason = reason(why);
    let message = match path {
        Some(path) => format!("{operation} of `{path}` failed: {reason}"),
        None => format!("{operation} failed: {reason}"),
    };
    Trap::error(8415, message)
}

/// What the system says of a failure, in lower case and without the number that the library appends.
pub fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut letters = text.chars();
    match letters.next() {
        Some(first)
            if !text.starts_with(|c: char| {
                c.is_uppercase() && text[1..].starts_with(char::is_uppercase)
            }) =>
        {
            first.to_lowercase().chain(letters).collect()
        }
        _ => text.to_owned(),
    }
}

#[cold]
pub(crate) fn closed(operation: &str, path: Option<&str>) -> Box<Trap> {
    let of = path.map_or_else(String::new, |path| format!(" of `{path}`"));
    Trap::error(
        8415,
        format!("{operation}{of} failed: the stream is closed"),
    )
}

/// The use of what this process inherited when it was forked (WAT8528).
#[cold]
pub(crate) fn inherited() -> Box<Trap> {
    Trap::error(
        8528,
        "the handle was inherited from the parent process and means nothing in this one",
    )
}

/// The thread that a stream in memory belongs to (K18).
#[derive(Debug)]
struct Owner(Option<ThreadId>);

impl Owner {
    fn this_thread() -> Owner {
        Owner(Some(thread::current().id()))
    }

    fn anyone() -> Owner {
        Owner(None)
    }

    fn check(&self) -> Result<(), Box<Trap>> {
        match self.0 {
            Some(owner) if owner != thread::current().id() => Err(Trap::error(
                8417,
                "a stream in memory belongs to the thread that made it",
            )),
            _ => Ok(()),
        }
    }
}
