//! What children write: read as it comes, kept up to a limit.

use std::io;

use wat_kernel::{Borrowed, End, Fd, ends, pipe};

/// Bytes of a standard stream that are kept.
pub(crate) const CAPTURED: usize = 1 << 20;
/// Bytes of a report that are kept: it has all that an assertion compares, more than once.
const REPORTED: usize = 1 << 30;

/// What is read at once at least where there is more: a pipe gives all that it has, up to what is asked for.
const SHORT: usize = 4096;

/// What streams are read into. It is as large as what was read: the memory of a process that forks is copied.
#[derive(Default)]
pub(crate) struct Buffer(Vec<u8>);

/// An output of a child.
pub(crate) struct Stream {
    fd: Option<Fd>,
    pub bytes: Vec<u8>,
    most: usize,
    is_cut: bool,
}

/// The pipes of a test: for its report, and for its two outputs. They are the next test's too where this one has ended
/// and nobody is left who could write: making and closing them is a good part of what a test costs.
pub(crate) struct Pipes {
    /// Where the test writes.
    pub theirs: [Fd; 3],
    /// What has come of it.
    pub streams: [Stream; 3],
}

impl Pipes {
    pub fn new() -> io::Result<Pipes> {
        let stream = |fd, most| Stream {
            fd: Some(fd),
            bytes: Vec::new(),
            most,
            is_cut: false,
        };
        // The writing end comes first from a pipe.
        let (report, reported) = pipe()?;
        let (out, stdout) = pipe()?;
        let (err, stderr) = pipe()?;
        Ok(Pipes {
            theirs: [report, out, err],
            streams: [
                stream(reported, REPORTED),
                stream(stdout, CAPTURED),
                stream(stderr, CAPTURED),
            ],
        })
    }

    /// The pipes for another test, behind one whose report was read, that wrote nothing else and has left nobody.
    pub fn renewed(mut self) -> Option<Pipes> {
        self.streams[0].bytes.clear();
        let is_new = |stream: &Stream| stream.fd.is_some() && stream.bytes.is_empty();
        self.streams.iter().all(is_new).then_some(self)
    }
}

impl Stream {
    pub fn arm(&self) -> Option<Borrowed> {
        self.fd.as_ref().map(Fd::borrow)
    }

    /// Reads what is there, and hands it on. May there be more?
    pub fn read(&mut self, buffer: &mut Buffer, mut hand_on: impl FnMut(&[u8])) -> bool {
        let Some(fd) = &self.fd else { return false };
        buffer.0.clear();
        match fd.borrow().read_behind(&mut buffer.0) {
            Ok(0) | Err(_) => {
                self.fd = None;
                false
            }
            Ok(count) => {
                hand_on(&buffer.0);
                self.add(&buffer.0[..count]);
                count >= SHORT
            }
        }
    }

    /// Keeps what was told otherwise, as if it had been read.
    pub fn add(&mut self, bytes: &[u8]) {
        let room = self.most.saturating_sub(self.bytes.len());
        self.bytes
            .extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.is_cut |= bytes.len() > room;
    }

    /// What was kept; nothing is any more.
    pub fn finish(&mut self) -> Vec<u8> {
        if std::mem::take(&mut self.is_cut) {
            if !self.bytes.ends_with(b"\n") {
                self.bytes.push(b'\n');
            }
            self.bytes
                .extend_from_slice("… the rest was not kept\n".as_bytes());
        }
        std::mem::take(&mut self.bytes)
    }
}

/// Reads what is left in streams that nobody writes to any more, without waiting.
pub(crate) fn drain<const N: usize>(
    streams: &mut [Stream; N],
    buffer: &mut Buffer,
    mut hand_on: impl FnMut(usize, &[u8]),
) -> io::Result<()> {
    let mut has_more = true;
    while has_more {
        has_more = false;
        let found = ends(streams.each_ref().map(Stream::arm))?;
        for (index, (stream, end)) in streams.iter_mut().zip(found).enumerate() {
            if end == End::Readable {
                has_more |= stream.read(buffer, |bytes| hand_on(index, bytes));
            }
        }
    }
    Ok(())
}
