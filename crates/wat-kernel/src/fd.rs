//! File descriptors that belong to the process that made them.

use std::io;
use std::os::fd::RawFd;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::generation::Generation;
use crate::poll::{Interest, poll};

/// Whether a descriptor was opened in this process.
static OPENED: AtomicBool = AtomicBool::new(false);

/// Whether this process has opened descriptors of its own, beside those that it was forked with.
pub fn has_opened() -> bool {
    OPENED.load(Ordering::Relaxed)
}

/// Forgets what was opened so far. Called once, in a child.
pub(crate) fn forget() {
    OPENED.store(false, Ordering::Relaxed);
}

/// Bytes of one read at most.
const CHUNK: usize = 1 << 16;

/// How many descriptors were opened so far.
static COUNT: AtomicU64 = AtomicU64::new(0);

/// A descriptor as something to wait for again and again: its number, and what tells it apart from others that have had
/// this number or will have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watched {
    raw: RawFd,
    /// 0 if nothing tells it apart.
    id: u64,
}

impl Watched {
    /// A descriptor of which nothing but the number is known.
    pub fn unknown(raw: RawFd) -> Watched {
        Watched { raw, id: 0 }
    }

    pub(crate) fn told_apart(raw: RawFd, id: u64) -> Watched {
        Watched { raw, id }
    }

    /// The number.
    pub fn raw(self) -> RawFd {
        self.raw
    }

    /// What tells it apart, if anything does.
    pub(crate) fn id(self) -> Option<u64> {
        (self.id != 0).then_some(self.id)
    }
}

/// An open descriptor, closed when it is dropped in the process that opened it.
#[derive(Debug)]
pub struct Fd {
    raw: RawFd,
    made: Generation,
    id: u64,
}

/// A descriptor that somebody else closes, or nobody: the standard streams.
#[derive(Clone, Copy, Debug)]
pub struct Borrowed(RawFd);

/// The standard input of the process.
pub fn stdin() -> Borrowed {
    Borrowed(0)
}

/// The standard output of the process.
pub fn stdout() -> Borrowed {
    Borrowed(1)
}

/// The standard error of the process.
pub fn stderr() -> Borrowed {
    Borrowed(2)
}

pub(crate) fn check(result: libc::c_int) -> io::Result<libc::c_int> {
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(result)
}

/// An error that names the call that failed.
pub(crate) fn named(call: &'static str) -> impl Fn(io::Error) -> io::Error {
    move |error| io::Error::new(error.kind(), format!("{call}: {error}"))
}

/// Repeats a call that a signal interrupted.
pub(crate) fn uninterrupted<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

impl Fd {
    /// Takes a descriptor that nobody else closes. One that is numbered like a standard stream is moved above them.
    ///
    /// # Safety
    /// `raw` is open and the caller gives it up.
    pub unsafe fn from_raw(raw: RawFd) -> io::Result<Fd> {
        OPENED.store(true, Ordering::Relaxed);
        let fd = Fd {
            raw,
            made: Generation::current(),
            id: COUNT.fetch_add(1, Ordering::Relaxed) + 1,
        };
        if raw > 2 {
            return Ok(fd);
        }
        // SAFETY: the call takes plain numbers; dropping `fd` closes the low number.
        let moved = check(unsafe { libc::fcntl(raw, libc::F_DUPFD_CLOEXEC, 3) })?;
        Ok(Fd {
            raw: moved,
            made: fd.made,
            id: COUNT.fetch_add(1, Ordering::Relaxed) + 1,
        })
    }

    /// The number. It names this descriptor only where [`Fd::is_ours`].
    pub fn raw(&self) -> RawFd {
        self.raw
    }

    /// The descriptor, to wait for it.
    pub fn watched(&self) -> Watched {
        Watched {
            raw: self.raw,
            id: self.id,
        }
    }

    /// Whether this process opened it; elsewhere the number means nothing.
    pub fn is_ours(&self) -> bool {
        self.made.is_current()
    }

    /// The descriptor, for reading and writing.
    pub fn borrow(&self) -> Borrowed {
        Borrowed(self.raw)
    }

    /// Reads and writes on this end no longer wait in the system; [`Borrowed::write`] and [`Borrowed::read`] wait for
    /// readiness instead. Only for descriptors that no other process shares.
    pub fn set_nonblocking(&self) -> io::Result<()> {
        // SAFETY: plain numbers.
        unsafe {
            let flags = check(libc::fcntl(self.raw, libc::F_GETFL)).map_err(named("fcntl"))?;
            let flags = flags | libc::O_NONBLOCK;
            check(libc::fcntl(self.raw, libc::F_SETFL, flags)).map_err(named("fcntl"))?;
        }
        Ok(())
    }

    /// Goes back to the first byte of a file.
    pub fn rewind(&self) -> io::Result<()> {
        // SAFETY: plain numbers.
        match unsafe { libc::lseek(self.raw, 0, libc::SEEK_SET) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    }

    /// See [`Borrowed::read`].
    pub fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.borrow().read(buffer)
    }

    /// See [`Borrowed::write`].
    pub fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        self.borrow().write(bytes)
    }

    /// See [`Borrowed::write_all`].
    pub fn write_all(&self, bytes: &[u8]) -> io::Result<()> {
        self.borrow().write_all(bytes)
    }

    /// See [`Borrowed::read_to_end`].
    pub fn read_to_end(&self) -> io::Result<Vec<u8>> {
        self.borrow().read_to_end()
    }
}

impl Drop for Fd {
    fn drop(&mut self) {
        if self.is_ours() {
            // SAFETY: this process opened it and nobody else closes it.
            unsafe { libc::close(self.raw) };
        }
    }
}

impl Borrowed {
    /// The descriptor of this number, whoever keeps it open. Where it is closed every operation fails.
    pub fn from_number(raw: RawFd) -> Borrowed {
        Borrowed(raw)
    }

    /// The number.
    pub fn raw(self) -> RawFd {
        self.0
    }

    /// Reads what is there, up to the length of the buffer and 64 KiB; waits for the first byte. 0 is the end.
    pub fn read(self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = buffer.len().min(CHUNK);
        uninterrupted(|| {
            // SAFETY: the buffer is valid for writes of that length.
            let count = unsafe { libc::read(self.0, buffer.as_mut_ptr().cast(), length) };
            usize::try_from(count).map_err(|_| io::Error::last_os_error())
        })
    }

    /// The same, behind what the buffer holds.
    pub fn read_behind(self, buffer: &mut Vec<u8>) -> io::Result<usize> {
        buffer.reserve(CHUNK);
        let room = buffer.spare_capacity_mut();
        let count = uninterrupted(|| {
            // SAFETY: the room is valid for writes of that length.
            let count = unsafe { libc::read(self.0, room.as_mut_ptr().cast(), CHUNK) };
            usize::try_from(count).map_err(|_| io::Error::last_os_error())
        })?;
        // SAFETY: the system has written so many bytes into the room.
        unsafe { buffer.set_len(buffer.len() + count) };
        Ok(count)
    }

    /// The same without waiting, whatever the descriptor is set to: [`io::ErrorKind::WouldBlock`] where nothing is there
    /// yet. Any other error may say that this descriptor or system cannot be read like that, and that it can be read.
    pub fn read_behind_now(self, buffer: &mut Vec<u8>) -> io::Result<usize> {
        buffer.reserve(CHUNK);
        let room = buffer.spare_capacity_mut();
        let part = libc::iovec {
            iov_base: room.as_mut_ptr().cast(),
            iov_len: CHUNK,
        };
        let count = uninterrupted(|| {
            // SAFETY: the room is valid for writes of that length; the position is that of the descriptor.
            let count = unsafe { libc::preadv2(self.0, &raw const part, 1, -1, libc::RWF_NOWAIT) };
            usize::try_from(count).map_err(|_| io::Error::last_os_error())
        })?;
        // SAFETY: the system has written so many bytes into the room.
        unsafe { buffer.set_len(buffer.len() + count) };
        Ok(count)
    }

    /// Writes a part of the bytes, waiting for room; how many were taken.
    pub fn write(self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            match self.write_now(bytes) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    poll(&[(self, Interest::Write)], None)?;
                }
                result => return result,
            }
        }
    }

    /// The same, failing where a descriptor that does not wait has no room.
    pub fn write_now(self, bytes: &[u8]) -> io::Result<usize> {
        uninterrupted(|| {
            // SAFETY: the bytes are valid for reads of that length.
            let count = unsafe { libc::write(self.0, bytes.as_ptr().cast(), bytes.len()) };
            usize::try_from(count).map_err(|_| io::Error::last_os_error())
        })
    }

    /// Writes all bytes, waiting for room.
    pub fn write_all(self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            match self.write(bytes)? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                count => bytes = &bytes[count..],
            }
        }
        Ok(())
    }

    /// Reads to the end of the stream.
    pub fn read_to_end(self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut buffer = [0; 8192];
        loop {
            match self.read(&mut buffer)? {
                0 => return Ok(bytes),
                count => bytes.extend_from_slice(&buffer[..count]),
            }
        }
    }
}

/// A new pipe: what is written to the first comes out of the second.
pub fn pipe() -> io::Result<(Fd, Fd)> {
    let mut ends: [RawFd; 2] = [-1; 2];
    // SAFETY: the array has room for two numbers.
    check(unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) }).map_err(named("pipe2"))?;
    // SAFETY: both were just opened. If moving the first fails the second is still wrapped, and closed.
    let (reader, writer) = unsafe { (Fd::from_raw(ends[0]), Fd::from_raw(ends[1])) };
    Ok((writer?, reader?))
}
