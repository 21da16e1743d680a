//! The standard error of a child, read continuously so that the child is never kept waiting by a parent that looks
//! elsewhere (K32).

use crate::Turn;
use std::io;
use std::sync::Arc;
use wat_kernel::{Borrowed, Doorbell, Fd, Interest, Watched, poll};

/// Bytes that may wait to be read; beyond them the child waits.
const LIMIT: usize = 8 << 20;
const STACK: usize = 192 << 10;
/// What the line of a death begins with.
pub(super) const MARK: &[u8] = b"#wat.kernel/ProcessPanics ";

#[derive(Default)]
struct State {
    bytes: Vec<u8>,
    has_ended: bool,
    is_unlimited: bool,
    /// The line that is not complete yet.
    line: Vec<u8>,
    panics: Option<String>,
}

/// What a child has written to its standard error and nobody has read yet.
pub(crate) struct Collected {
    state: Turn<State>,
    /// Rung when there is something to read.
    filled: Doorbell,
    /// Rung when there is room again.
    drained: Doorbell,
    /// Rung once, at the end.
    ended: Doorbell,
}

impl Collected {
    /// Collects what comes out of a pipe until it ends.
    pub(super) fn start(from: Fd) -> io::Result<Arc<Collected>> {
        let collected = Arc::new(Collected {
            state: Turn::default(),
            filled: Doorbell::new(),
            drained: Doorbell::new(),
            ended: Doorbell::new(),
        });
        collected.filled.descriptor()?;
        collected.drained.descriptor()?;
        collected.ended.descriptor()?;
        let shared = collected.clone();
        wat_kernel::thread::spawn("wat:stderr", Some(STACK), move || shared.collect(&from))?;
        Ok(collected)
    }

    fn collect(&self, from: &Fd) {
        let mut buffer = vec![0; 1 << 16];
        loop {
            while self.is_full() {
                let drained = self.drained.descriptor().map(Borrowed::from_number);
                let Ok(drained) = drained else { break };
                if poll(&[(drained, Interest::Read)], None).is_err() {
                    break;
                }
                self.drained.absorb();
            }
            let count = from.read(&mut buffer).unwrap_or(0);
            self.state.take().add(&buffer[..count]);
            self.filled.ring();
            if count == 0 {
                self.ended.ring();
                return;
            }
        }
    }

    fn is_full(&self) -> bool {
        let state = self.state.take();
        state.bytes.len() >= LIMIT && !state.is_unlimited
    }

    /// The descriptor that is readable when there may be something to read.
    pub(crate) fn descriptor(&self) -> io::Result<i32> {
        self.filled.descriptor()
    }

    /// The same, to wait on it again and again.
    pub(crate) fn watched(&self) -> io::Result<Watched> {
        self.filled.watched()
    }

    /// Takes what is there; nothing at the end.
    pub(crate) fn read(&self) -> io::Result<Vec<u8>> {
        loop {
            {
                self.filled.absorb();
                let mut state = self.state.take();
                let bytes = std::mem::take(&mut state.bytes);
                if state.has_ended {
                    // Whoever else waits sees the end too.
                    self.filled.ring();
                }
                self.drained.ring();
                if !bytes.is_empty() || state.has_ended {
                    return Ok(bytes);
                }
            }
            let filled = Borrowed::from_number(self.filled.descriptor()?);
            poll(&[(filled, Interest::Read)], None)?;
        }
    }

    /// From now on as many bytes may wait as come: somebody waits for the end of the stream.
    pub(super) fn lift_limit(&self) {
        self.state.take().is_unlimited = true;
        self.drained.ring();
    }

    /// Waits for the end of the stream, whose bytes stay readable; then the last line that tells of a death.
    pub(super) fn last_death(&self) -> io::Result<Option<String>> {
        self.lift_limit();
        let ended = Borrowed::from_number(self.ended.descriptor()?);
        poll(&[(ended, Interest::Read)], None)?;
        Ok(self.state.take().panics.clone())
    }
}

impl State {
    fn add(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        self.has_ended = bytes.is_empty();
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            // Of a line that tells of no death its beginning is enough.
            if self.line.len() < MARK.len() || self.line.starts_with(MARK) {
                self.line.extend_from_slice(part);
            }
            if part.ends_with(b"\n") {
                let line = std::mem::take(&mut self.line);
                if line.starts_with(MARK) {
                    self.panics = String::from_utf8(line).ok().or(self.panics.take());
                }
            }
        }
    }
}
