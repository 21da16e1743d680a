//! The lines of a worker, handed on to the streams of the program that started it (05 §13, K48).

use crate::{Host, Turn};
use std::io;
use std::sync::Arc;
use wat_kernel::{Borrowed, Doorbell, Fd, Interest, poll};

use super::collect::MARK;

const STACK: usize = 192 << 10;
/// A line without end is handed on in parts.
const LIMIT: usize = 1 << 24;

/// A thread that hands lines on, whole, as they arrive.
pub(super) struct Forwarder {
    /// Rung once, at the end.
    ended: Doorbell,
    /// The line that tells of a death, if nothing came after it.
    last: Turn<Option<Vec<u8>>>,
    thread: Turn<Option<wat_kernel::thread::JoinHandle<()>>>,
}

/// A stream and its line that is not complete yet.
struct Stream {
    fd: Option<Fd>,
    line: Vec<u8>,
    is_error: bool,
}

impl Forwarder {
    /// Hands on what comes out of these pipes until both have ended.
    pub(super) fn start(
        stdout: Option<Fd>,
        stderr: Fd,
        host: Box<dyn Host>,
    ) -> io::Result<Arc<Forwarder>> {
        let forwarder = Arc::new(Forwarder {
            ended: Doorbell::new(),
            last: Turn::new(None),
            thread: Turn::new(None),
        });
        forwarder.ended.descriptor()?;
        let stream = |fd, is_error| Stream {
            fd,
            line: Vec::new(),
            is_error,
        };
        let streams = [stream(stdout, false), stream(Some(stderr), true)];
        let shared = forwarder.clone();
        let body = move || shared.forward(streams, host);
        let thread = wat_kernel::thread::spawn("wat:forward", Some(STACK), body)?;
        *forwarder.thread.take() = Some(thread);
        Ok(forwarder)
    }

    fn forward(&self, mut streams: [Stream; 2], mut host: Box<dyn Host>) {
        let mut buffer = vec![0; 1 << 16];
        loop {
            let wanted = streams.each_ref().map(|stream| {
                let fd = stream.fd.as_ref()?;
                Some((fd.borrow(), Interest::Read))
            });
            let arms: Vec<_> = wanted.into_iter().flatten().collect();
            if arms.is_empty() {
                break;
            }
            let Ok(ready) = poll(&arms, None) else { break };
            let mut ready = ready.into_iter();
            for stream in &mut streams {
                if stream.fd.is_some() && ready.next() == Some(true) {
                    self.read(stream, &mut buffer, &mut *host);
                }
            }
        }
        self.ended.ring();
    }

    /// One read; what is whole is handed on.
    fn read(&self, stream: &mut Stream, buffer: &mut [u8], host: &mut dyn Host) {
        let read = stream.fd.as_ref().map(|fd| fd.read(buffer));
        let count = read.map_or(0, |read| read.unwrap_or(0));
        if count == 0 {
            stream.fd = None;
        }
        stream.line.extend_from_slice(&buffer[..count]);
        let whole = match stream.line.iter().rposition(|byte| *byte == b'\n') {
            Some(end) => end + 1,
            None if count == 0 || stream.line.len() >= LIMIT => stream.line.len(),
            None => 0,
        };
        let rest = stream.line.split_off(whole);
        let lines = std::mem::replace(&mut stream.line, rest);
        if lines.is_empty() {
            return;
        }
        // Whoever reads the streams of the program no more misses nothing.
        let _ = match stream.is_error {
            true => self.complain(&lines, host),
            false => host.stdout(&lines),
        };
    }

    /// Hands on lines of the error stream, but keeps a last one that tells of a death.
    fn complain(&self, lines: &[u8], host: &mut dyn Host) -> io::Result<()> {
        let kept = self.last.take().take();
        if let Some(line) = kept {
            host.stderr(&line)?;
        }
        let without_end = lines.strip_suffix(b"\n").unwrap_or(lines);
        let start = without_end.iter().rposition(|byte| *byte == b'\n');
        let (before, line) = lines.split_at(start.map_or(0, |at| at + 1));
        if !line.starts_with(MARK) {
            return host.stderr(lines);
        }
        *self.last.take() = Some(line.to_vec());
        match before.is_empty() {
            true => Ok(()),
            false => host.stderr(before),
        }
    }

    /// Waits for the end of the streams; then the last line of the error stream, if it tells of a death.
    pub(super) fn last_death(&self) -> io::Result<Option<String>> {
        let ended = Borrowed::from_number(self.ended.descriptor()?);
        poll(&[(ended, Interest::Read)], None)?;
        let thread = self.thread.take().take();
        if let Some(thread) = thread {
            // It has nothing to say but that it is over.
            let _ = thread.join();
        }
        let last = self.last.take().clone();
        Ok(last.and_then(|line| String::from_utf8(line).ok()))
    }
}
