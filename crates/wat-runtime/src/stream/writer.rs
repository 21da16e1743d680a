//! Writers: what is written has been handed on when the call returns (F9).

use super::exclusive::{Exclusive, Guard};
use super::reader::Ending;
use super::{Owner, closed, failed, inherited};
use crate::kernel::{Chain, Context};
use std::io;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use wat_kernel::{Fd, Generation, Interest, poll, process};
use wat_value::{Opaque, Trap};

/// How long a frame that was begun may take after the process was asked to stop.
const GRACE: Duration = Duration::from_secs(4);

enum Sink {
    Memory(Vec<u8>),
    Descriptor(Fd),
    Closed,
}

/// Where the bytes of programs go. It has one user at a time.
pub(crate) struct Writer {
    owner: Owner,
    /// The path of a file that the program has named.
    path: Option<Box<str>>,
    made: Generation,
    sink: Exclusive<Sink>,
    /// What to say when nobody reads any more: a process says how it died.
    ending: OnceLock<Ending>,
}

/// The object behind `:wat::io::IOWriter`.
pub(crate) struct WriterHandle(pub Arc<Writer>);

impl Opaque for WriterHandle {}

impl Writer {
    /// A writer to memory, for this thread.
    pub(crate) fn memory() -> Arc<Writer> {
        Arc::new(Writer {
            owner: Owner::this_thread(),
            path: None,
            made: Generation::current(),
            sink: Exclusive::new(Sink::Memory(Vec::new())),
            ending: OnceLock::new(),
        })
    }

    /// A writer to a pipe.
    pub(crate) fn descriptor(fd: Fd) -> Arc<Writer> {
        Writer::to(fd, None)
    }

    /// A writer to the file of a path.
    pub(crate) fn file(fd: Fd, path: &str) -> Arc<Writer> {
        Writer::to(fd, Some(path.into()))
    }

    fn to(fd: Fd, path: Option<Box<str>>) -> Arc<Writer> {
        Arc::new(Writer {
            owner: Owner::anyone(),
            path,
            made: Generation::current(),
            sink: Exclusive::new(Sink::Descriptor(fd)),
            ending: OnceLock::new(),
        })
    }

    /// Asks this for the deaths when nobody reads any more. It is set once.
    pub(crate) fn on_ending(&self, ask: Ending) {
        let _ = self.ending.set(ask);
    }

    /// The deaths because of which nobody reads any more, if there are any.
    pub(crate) fn ending(&self, context: &Context<'_>) -> Option<Chain> {
        self.ending.get().and_then(|ask| ask(context))
    }

    fn enter(&self) -> Result<Guard<'_, Sink>, Box<Trap>> {
        self.own()?;
        self.owner.check()?;
        self.sink
            .enter()
            .ok_or_else(|| Trap::error(8514, "another thread is writing to the same stream"))
    }

    /// Fails in a process that has inherited the writer.
    pub(crate) fn own(&self) -> Result<(), Box<Trap>> {
        match self.made.is_current() {
            true => Ok(()),
            false => Err(inherited()),
        }
    }

    /// One write; how many bytes were taken.
    pub(crate) fn write(&self, bytes: &[u8]) -> Result<usize, Box<Trap>> {
        self.with(bytes, |fd, bytes| fd.write(bytes))
    }

    /// Writes all bytes.
    pub(crate) fn write_all(&self, bytes: &[u8]) -> Result<usize, Box<Trap>> {
        self.with(bytes, |fd, bytes| fd.write_all(bytes).map(|()| bytes.len()))
    }

    fn with(
        &self,
        bytes: &[u8],
        write: impl Fn(&Fd, &[u8]) -> io::Result<usize>,
    ) -> Result<usize, Box<Trap>> {
        match &mut *self.enter()? {
            Sink::Memory(written) => {
                written.extend_from_slice(bytes);
                Ok(bytes.len())
            }
            Sink::Descriptor(fd) => {
                write(fd, bytes).map_err(|error| failed("writing", self.path.as_deref(), &error))
            }
            Sink::Closed => Err(closed("writing", self.path.as_deref())),
        }
    }

    /// Writes all of a frame. While the process is asked to stop a frame is begun only if it goes at once, and one that
    /// was begun is finished within the time of grace or the stream is closed (K23).
    pub(crate) fn write_frame(&self, frame: &[u8]) -> Result<(), Unwritten> {
        let mut sink = self.enter().map_err(Unwritten::Failed)?;
        let fd = match &mut *sink {
            Sink::Memory(written) => {
                written.extend_from_slice(frame);
                return Ok(());
            }
            Sink::Descriptor(fd) => fd,
            Sink::Closed => return Err(Unwritten::Closed),
        };
        let outcome = write_frame(fd, frame, self.path.as_deref());
        if let Err((_, true)) = outcome {
            *sink = Sink::Closed;
        }
        outcome.map_err(|(why, _)| why)
    }

    /// Ends the stream; memory has no end.
    pub(crate) fn close(&self) -> Result<(), Box<Trap>> {
        let mut sink = self.enter()?;
        if let Sink::Descriptor(_) = &*sink {
            *sink = Sink::Closed;
        }
        Ok(())
    }

    /// Checks that it may be used, and that there is nothing to hand on.
    pub(crate) fn flush(&self) -> Result<(), Box<Trap>> {
        self.enter().map(drop)
    }

    /// What was written to memory.
    pub(crate) fn written(&self) -> Result<Vec<u8>, Box<Trap>> {
        match &*self.enter()? {
            Sink::Memory(written) => Ok(written.clone()),
            Sink::Descriptor(_) | Sink::Closed => Err(Trap::error(
                8415,
                "what was written is known of writers in memory only",
            )),
        }
    }
}

/// Why a frame was not written.
pub(crate) enum Unwritten {
    /// Nobody reads any more.
    Disconnected,
    /// The stream was closed here.
    Closed,
    /// The process is asked to stop.
    Shutdown,
    Failed(Box<Trap>),
}

/// On failure, whether a part was written, so that nothing may follow.
fn write_frame(fd: &Fd, frame: &[u8], path: Option<&str>) -> Result<(), (Unwritten, bool)> {
    let mut left = frame;
    let mut grace = None;
    let lost = |error: &io::Error| match error.kind() {
        io::ErrorKind::BrokenPipe => Unwritten::Disconnected,
        _ => Unwritten::Failed(failed("writing", path, error)),
    };
    while !left.is_empty() {
        let partial = left.len() < frame.len();
        match fd.borrow().write_now(left) {
            Ok(count) => left = &left[count..],
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                let stopping = process::is_stopping();
                if stopping && !partial {
                    return Err((Unwritten::Shutdown, false));
                }
                if stopping {
                    grace.get_or_insert_with(|| Instant::now() + GRACE);
                }
                let shutdown = process::shutdown().filter(|_| !stopping);
                let arms: Vec<_> = std::iter::once((fd.borrow(), Interest::Write))
                    .chain(shutdown.map(|fd| (fd, Interest::Read)))
                    .collect();
                let ready = poll(&arms, grace).map_err(|error| (lost(&error), partial))?;
                if grace.is_some() && !ready.contains(&true) {
                    return Err((Unwritten::Shutdown, true));
                }
            }
            Err(error) => return Err((lost(&error), partial)),
        }
    }
    Ok(())
}
