//! What children write: read as it comes, kept up to a limit.

use std::io;

use wat_kernel::{Borrowed, End, Fd, ends};

/// Bytes of a standard stream that are kept.
pub(crate) const CAPTURED: usize = 1 << 20;
/// Bytes of a report that are kept: it has all that an assertion compares, more than once.
const REPORTED: usize = 1 << 30;

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

impl Stream {
    /// Its report, and its standard streams.
    pub fn of_test(report: Fd, standard: [Fd; 2]) -> [Stream; 3] {
        let stream = |fd, most| Stream {
            fd: Some(fd),
            bytes: Vec::new(),
            most,
            is_cut: false,
        };
        let [stdout, stderr] = standard.map(|fd| stream(fd, CAPTURED));
        [stream(report, REPORTED), stdout, stderr]
    }

    pub fn arm(&self) -> Option<Borrowed> {
        self.fd.as_ref().map(Fd::borrow)
    }

    /// Reads what is there, and hands it on.
    pub fn read(&mut self, buffer: &mut Buffer, mut hand_on: impl FnMut(&[u8])) {
        let Some(fd) = &self.fd else { return };
        buffer.0.clear();
        match fd.borrow().read_behind(&mut buffer.0) {
            Ok(0) | Err(_) => self.fd = None,
            Ok(count) => {
                hand_on(&buffer.0);
                self.add(&buffer.0[..count]);
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

    /// What was kept.
    pub fn finish(mut self) -> Vec<u8> {
        if self.is_cut {
            if !self.bytes.ends_with(b"\n") {
                self.bytes.push(b'\n');
            }
            self.bytes
                .extend_from_slice("… the rest was not kept\n".as_bytes());
        }
        self.bytes
    }
}

/// Reads what is left in streams that nobody writes to any more, without waiting.
pub(crate) fn drain<const N: usize>(
    streams: &mut [Stream; N],
    buffer: &mut Buffer,
    mut hand_on: impl FnMut(usize, &[u8]),
) -> io::Result<()> {
    loop {
        let fds: Vec<_> = streams.iter().map(Stream::arm).collect();
        let Ok(fds) = <[_; N]>::try_from(fds) else {
            return Ok(());
        };
        let found = ends(fds)?;
        if !found.contains(&End::Readable) {
            return Ok(());
        }
        for (index, (stream, end)) in streams.iter_mut().zip(found).enumerate() {
            if end == End::Readable {
                stream.read(buffer, |bytes| hand_on(index, bytes));
            }
        }
    }
}
