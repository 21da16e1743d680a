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

use std::cell::Cell;
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

/// The bodies that a thread runs as if each had a thread of its own, by number: 0 is what the thread itself does.
#[derive(Clone, Copy)]
struct Bodies {
    current: u64,
    last: u64,
}

thread_local! {
    static BODIES: Cell<Bodies> = const { Cell::new(Bodies { current: 0, last: 0 }) };
}

/// What this thread does from now on is done as if by another thread. Returns what it has been.
pub(crate) fn enter_body() -> u64 {
    let Bodies { current, last } = BODIES.get();
    BODIES.set(Bodies {
        current: last + 1,
        last: last + 1,
    });
    current
}

/// This thread is again what it was before a body.
pub(crate) fn leave_body(current: u64) {
    let last = BODIES.get().last;
    BODIES.set(Bodies { current, last });
}

/// The thread that a stream in memory belongs to (K18), and the body on it.
#[derive(Debug)]
struct Owner(Option<(ThreadId, u64)>);

fn this_thread() -> (ThreadId, u64) {
    (thread::current().id(), BODIES.get().current)
}

impl Owner {
    fn this_thread() -> Owner {
        Owner(Some(this_thread()))
    }

    fn anyone() -> Owner {
        Owner(None)
    }

    fn check(&self) -> Result<(), Box<Trap>> {
        match self.0 {
            Some(owner) if owner != this_thread() => Err(Trap::error(
                8417,
                "a stream in memory belongs to the thread that made it",
            )),
            _ => Ok(()),
        }
    }
}
