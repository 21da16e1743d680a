//! Running a child to its end with its input given and its output gathered.

use std::io;
use std::time::Instant;

use super::Forked;
use crate::child::Exit;
use crate::fd::{Borrowed, Fd};
use crate::poll::{Interest, poll};

/// Bytes written at once: what a pipe takes without waiting when it is ready.
const STEP: usize = 4096;

/// What a child left behind.
#[derive(Debug)]
pub struct Collected {
    /// What it wrote.
    pub stdout: Vec<u8>,
    /// What it complained.
    pub stderr: Vec<u8>,
    /// How it ended; nothing if the deadline came first. Then it was killed.
    pub exit: Option<Exit>,
}

/// One of the streams of a child, while it is open.
struct Stream {
    fd: Option<Fd>,
    bytes: Vec<u8>,
}

impl Stream {
    fn read(&mut self) -> io::Result<()> {
        let mut buffer = [0; 1 << 16];
        let count = match &self.fd {
            Some(fd) => fd.read(&mut buffer)?,
            None => return Ok(()),
        };
        self.bytes.extend_from_slice(&buffer[..count]);
        if count == 0 {
            self.fd = None;
        }
        Ok(())
    }
}

impl Forked {
    /// Writes all of `input`, closes the input, gathers both outputs and waits for the end of the child. Output and
    /// input go on at the same time, so that neither side waits for the other for ever. When the deadline comes the
    /// child is killed with its group, and what it wrote so far is returned.
    ///
    /// # Errors
    /// The operating system refuses to wait or to read. The child is killed then.
    pub fn collect(self, input: &[u8], deadline: Option<Instant>) -> io::Result<Collected> {
        let stream = |fd| Stream {
            fd: Some(fd),
            bytes: Vec::new(),
        };
        let mut outputs = [stream(self.stdout), stream(self.stderr)];
        let mut stdin = Some(self.stdin);
        let mut left = input;
        loop {
            if left.is_empty() {
                stdin = None;
            }
            let read = |stream: &Stream| stream.fd.as_ref().map(|fd| (fd.borrow(), Interest::Read));
            let wanted = [
                read(&outputs[0]),
                read(&outputs[1]),
                stdin.as_ref().map(|fd| (fd.borrow(), Interest::Write)),
            ];
            let arms: Vec<(Borrowed, Interest)> = wanted.iter().copied().flatten().collect();
            if arms.is_empty() {
                break;
            }
            let ready = poll(&arms, deadline)?;
            if !ready.contains(&true) {
                break;
            }
            let mut ready = ready.into_iter();
            let ready = wanted.map(|arm| arm.is_some() && ready.next() == Some(true));
            for (stream, ready) in outputs.iter_mut().zip(ready) {
                if ready {
                    stream.read()?;
                }
            }
            if let (Some(fd), true) = (&stdin, ready[2]) {
                match fd.write(&left[..left.len().min(STEP)]) {
                    Ok(count) => left = &left[count..],
                    // Nobody reads any more.
                    Err(_) => left = &[],
                }
            }
        }
        let exit = match deadline {
            Some(deadline) => self.child.wait_until(deadline)?,
            None => Some(self.child.wait()?),
        };
        let [stdout, stderr] = outputs.map(|stream| stream.bytes);
        Ok(Collected {
            stdout,
            stderr,
            exit,
        })
    }
}
