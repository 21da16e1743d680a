//! Writers: what is written has been handed on when the call returns (F9).

use super::exclusive::{Exclusive, Guard};
use super::{Owner, closed, failed, foreign};
use std::io;
use std::sync::Arc;
use wat_kernel::Fd;
use wat_value::{Opaque, Trap};

enum Sink {
    Memory(Vec<u8>),
    Descriptor(Fd),
    Closed,
}

/// Where the bytes of programs go. It has one user at a time.
pub(crate) struct Writer {
    owner: Owner,
    sink: Exclusive<Sink>,
}

/// The object behind `:wat::io::IOWriter`.
pub(crate) struct WriterHandle(pub Arc<Writer>);

impl Opaque for WriterHandle {}

impl Writer {
    /// A writer to memory, for this thread.
    pub(crate) fn memory() -> Arc<Writer> {
        Arc::new(Writer {
            owner: Owner::this_thread(),
            sink: Exclusive::new(Sink::Memory(Vec::new())),
        })
    }

    /// A writer to a file or pipe.
    pub(crate) fn descriptor(fd: Fd) -> Arc<Writer> {
        Arc::new(Writer {
            owner: Owner::anyone(),
            sink: Exclusive::new(Sink::Descriptor(fd)),
        })
    }

    fn enter(&self) -> Result<Guard<'_, Sink>, Box<Trap>> {
        self.owner.check()?;
        let sink = self
            .sink
            .enter()
            .ok_or_else(|| Trap::error(8514, "another thread is writing to the same stream"))?;
        match &*sink {
            Sink::Descriptor(fd) if !fd.is_ours() => Err(foreign()),
            _ => Ok(sink),
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
                write(fd, bytes).map_err(|error| failed("writing", None, &error))
            }
            Sink::Closed => Err(closed("writing")),
        }
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
