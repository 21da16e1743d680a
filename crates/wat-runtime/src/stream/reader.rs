//! Readers: one buffer, whoever takes from it (K17).

use super::exclusive::{Exclusive, Guard};
use super::frame::{Frame, Framer, integer};
use super::{Owner, closed, failed, inherited};
use crate::kernel::{Bell, Chain, Context, Turn};
use crate::os::Collected;
use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use wat_kernel::{Borrowed, Fd, Generation, Interest, Patience, Watched, poll, process};
use wat_value::{Opaque, Trap};

enum Source {
    Memory,
    File(Fd),
    Pipe(Fd),
    Stdin(Borrowed),
    /// What another thread reads from a pipe.
    Collected(Arc<Collected>),
    Closed,
}

struct State {
    source: Source,
    /// That of a file which the program has named.
    path: Option<Box<str>>,
    /// For memory all bytes; else those that were read and not yet taken.
    bytes: Vec<u8>,
    /// The first byte that was not taken.
    at: usize,
    framer: Framer,
    has_ended: bool,
    patience: Patience,
}

/// The deaths that ended a stream.
pub(crate) type Ending = Box<dyn Fn(&Context<'_>) -> Option<Chain> + Send + Sync>;

/// What the bytes of programs come from. It has one user at a time.
pub struct Reader {
    owner: Owner,
    /// The process that it belongs to; standard streams belong to whichever has them.
    made: Option<Generation>,
    state: Exclusive<State>,
    /// A receiver of its frames is in use.
    in_use: AtomicBool,
    /// Who reads values of it, and who waits to, in the order of their coming.
    queue: Turn<VecDeque<Arc<Bell>>>,
    /// What to do at its end: a process says how it died.
    ending: OnceLock<Ending>,
}

/// How a reader waits for bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wait {
    /// Until there are some.
    Long,
    /// Until there are some or the process is asked to stop.
    UntilShutdown,
    /// Not at all.
    Never,
}

/// Why no bytes came.
enum Dry {
    /// There are none now.
    Empty,
    /// The process is asked to stop.
    Shutdown,
    Failed(Box<Trap>),
}

/// The object behind `:wat::io::IOReader`.
pub(crate) struct ReaderHandle(pub Arc<Reader>);

impl Opaque for ReaderHandle {}

impl Reader {
    fn new(owner: Owner, source: Source, bytes: Vec<u8>) -> Arc<Reader> {
        let is_inherited = matches!(source, Source::Stdin(_));
        Arc::new(Reader {
            owner,
            made: (!is_inherited).then(Generation::current),
            in_use: AtomicBool::new(false),
            queue: Turn::default(),
            ending: OnceLock::new(),
            state: Exclusive::new(State {
                has_ended: matches!(source, Source::Memory),
                source,
                path: None,
                bytes,
                at: 0,
                framer: Framer::default(),
                patience: Patience::default(),
            }),
        })
    }

    /// A reader of bytes in memory, for this thread.
    pub fn memory(bytes: Vec<u8>) -> Arc<Reader> {
        Reader::new(Owner::this_thread(), Source::Memory, bytes)
    }

    /// A reader of a file, which can be rewound.
    pub fn file(fd: Fd, path: &str) -> Arc<Reader> {
        let reader = Reader::new(Owner::anyone(), Source::File(fd), Vec::new());
        if let Some(mut state) = reader.state.enter() {
            state.path = Some(path.into());
        }
        reader
    }

    /// A reader of a pipe.
    pub fn pipe(fd: Fd) -> Arc<Reader> {
        Reader::new(Owner::anyone(), Source::Pipe(fd), Vec::new())
    }

    /// A reader of the standard input of this process.
    pub fn stdin() -> Arc<Reader> {
        Reader::new(
            Owner::anyone(),
            Source::Stdin(wat_kernel::stdin()),
            Vec::new(),
        )
    }

    /// A reader of what another thread collects.
    pub(crate) fn collected(from: Arc<Collected>) -> Arc<Reader> {
        Reader::new(Owner::anyone(), Source::Collected(from), Vec::new())
    }

    fn enter(&self) -> Result<Guard<'_, State>, Box<Trap>> {
        self.own()?;
        self.owner.check()?;
        self.state
            .enter()
            .ok_or_else(|| Trap::error(8514, "another thread is reading from the same stream"))
    }

    /// Fails in a process that has inherited the reader.
    pub(crate) fn own(&self) -> Result<(), Box<Trap>> {
        match self.made.is_none_or(Generation::is_current) {
            true => Ok(()),
            false => Err(inherited()),
        }
    }

    /// Up to `count` bytes; nothing at the end.
    pub(crate) fn read(&self, count: usize) -> Result<Option<Vec<u8>>, Box<Trap>> {
        let mut state = self.enter()?;
        // The end shows only to those who look for a byte.
        if state.rest().is_empty() && count > 0 && !state.fill("reading")? {
            return Ok(None);
        }
        let count = count.min(state.rest().len());
        Ok(Some(state.take(count)))
    }

    /// All bytes to the end.
    pub(crate) fn read_all(&self) -> Result<Vec<u8>, Box<Trap>> {
        let mut state = self.enter()?;
        while state.fill("reading")? {}
        let count = state.rest().len();
        Ok(state.take(count))
    }

    /// A line without its end; nothing at the end of the stream.
    pub(crate) fn read_line(&self) -> Result<Option<String>, Box<Trap>> {
        let mut state = self.enter()?;
        let mut looked = 0;
        let (mut line, ends) = loop {
            let rest = state.rest();
            if let Some(end) = rest[looked..].iter().position(|byte| *byte == b'\n') {
                break (state.take(looked + end + 1), true);
            }
            looked = rest.len();
            if !state.fill("reading")? {
                if looked == 0 {
                    return Ok(None);
                }
                break (state.take(looked), false);
            }
        };
        if ends {
            line.pop();
            line.pop_if(|byte| *byte == b'\r');
        }
        match String::from_utf8(line) {
            Ok(line) => Ok(Some(line)),
            Err(_) => Err(not_text("the line")),
        }
    }

    /// Back to the first byte.
    pub(crate) fn rewind(&self) -> Result<(), Box<Trap>> {
        let mut state = self.enter()?;
        match &state.source {
            Source::Memory => {}
            Source::File(fd) => {
                fd.rewind()
                    .map_err(|error| failed("rewinding", state.path.as_deref(), &error))?;
                state.bytes.clear();
                state.has_ended = false;
            }
            Source::Pipe(_) | Source::Stdin(_) | Source::Collected(_) => {
                return Err(Trap::error(
                    8415,
                    "rewinding failed: only memory and files can be read twice",
                ));
            }
            Source::Closed => return Err(closed("rewinding", state.path.as_deref())),
        }
        state.at = 0;
        state.framer.restart();
        Ok(())
    }

    /// Lets go of what is behind it.
    pub(crate) fn close(&self) -> Result<(), Box<Trap>> {
        let mut state = self.enter()?;
        state.source = Source::Closed;
        state.bytes = Vec::new();
        state.at = 0;
        Ok(())
    }

    /// Asks this at the end of the stream for the deaths that ended it. It is set once.
    pub(crate) fn on_ending(&self, ask: Ending) {
        let _ = self.ending.set(ask);
    }

    /// The deaths that ended the stream; none if it ended in order.
    pub(crate) fn ending(&self, context: &Context<'_>) -> Option<Chain> {
        self.ending.get().and_then(|ask| ask(context))
    }

    /// Takes a place in the queue of readers, whose first one reads.
    pub(crate) fn enqueue(&self, bell: &Arc<Bell>) {
        self.queue.take().push_back(bell.clone());
    }

    /// Is it the turn of this reader?
    pub(crate) fn is_first(&self, bell: &Arc<Bell>) -> bool {
        let queue = self.queue.take();
        queue.front().is_some_and(|first| Arc::ptr_eq(first, bell))
    }

    /// Leaves the queue; whoever is first now is told.
    pub(crate) fn dequeue(&self, bell: &Arc<Bell>) {
        let mut queue = self.queue.take();
        queue.retain(|one| !Arc::ptr_eq(one, bell));
        if let Some(first) = queue.front() {
            first.ring();
        }
    }

    /// Begins to receive frames; false if somebody else does (K3).
    pub(crate) fn begin(&self) -> bool {
        !self.in_use.swap(true, Ordering::Acquire)
    }

    /// Ends what [`Reader::begin`] began.
    pub(crate) fn finish(&self) {
        self.in_use.store(false, Ordering::Release);
    }

    /// The descriptor to wait on for more bytes; nothing where there is nothing to wait for.
    pub(crate) fn descriptor(&self) -> Option<Watched> {
        let state = self.enter().ok()?;
        match &state.source {
            Source::Pipe(fd) | Source::File(fd) => Some(fd.watched()),
            Source::Stdin(fd) => Some(Watched::unknown(fd.raw())),
            Source::Collected(from) => from.watched().ok(),
            Source::Memory | Source::Closed => None,
        }
    }

    /// Would [`Reader::frame`] give something from what was read already?
    pub(crate) fn has_frame(&self) -> bool {
        // Who may not use it is told when it is used.
        let Ok(mut state) = self.enter() else {
            return true;
        };
        state.has_ended || matches!(state.source, Source::Closed) || state.is_whole()
    }

    /// Looks a few times whether a frame comes, and lets other threads go first in between: whoever is to send it often
    /// does so at once, and is awake. Only pipes are looked at, and those from which nothing has come like that of late
    /// only now and then. The stream is free for others in between.
    pub(crate) fn await_frame(&self) -> bool {
        for attempt in 0..Patience::LOOKS {
            if attempt > 0 {
                Patience::step_aside();
            }
            match self.enter().map(|mut state| state.look(attempt == 0)) {
                Ok(Some(true)) => return true,
                Ok(Some(false)) => {}
                Ok(None) | Err(_) => return false,
            }
        }
        if let Ok(mut state) = self.enter() {
            state.patience.missed();
        }
        false
    }

    /// Takes a frame that is nothing but a whole number, if there is one at the front of what was read; `None` says
    /// nothing of other frames.
    pub(crate) fn integer(&self) -> Option<i64> {
        let mut state = self.enter().ok()?;
        if !state.framer.begins() {
            return None;
        }
        let (number, count) = integer(state.rest())?;
        state.framer.restart();
        state.advance(count);
        Some(number)
    }

    /// Has the stream ended, with nothing left?
    pub(crate) fn is_over(&self) -> bool {
        self.enter().is_ok_and(|state| match state.source {
            Source::Closed => true,
            _ => state.has_ended && state.rest().is_empty(),
        })
    }

    /// Reads once; the descriptor was ready. Who else reads from it may have been faster: then nothing is read.
    pub(crate) fn read_once(&self) -> Result<(), Box<Trap>> {
        match self.enter()?.more(Wait::Never) {
            Err(Dry::Failed(trap)) => Err(trap),
            Ok(()) | Err(Dry::Empty | Dry::Shutdown) => Ok(()),
        }
    }

    /// Reads and discards everything to the end; false if the process is asked to stop first.
    pub(crate) fn discard(&self) -> Result<bool, Box<Trap>> {
        let mut state = self.enter()?;
        loop {
            let count = state.rest().len();
            state.take(count);
            if state.has_ended || matches!(state.source, Source::Closed) {
                return Ok(true);
            }
            match state.more(Wait::UntilShutdown) {
                Ok(()) => {}
                Err(Dry::Failed(trap)) => return Err(trap),
                Err(Dry::Empty | Dry::Shutdown) => return Ok(false),
            }
        }
    }

    /// The next frame. Nothing if there is none yet and `wait` says not to wait for it; `Err(None)` if the process is
    /// asked to stop.
    pub(crate) fn frame(&self, wait: Wait) -> Result<Option<Frame>, Option<Box<Trap>>> {
        let mut state = self.enter().map_err(Some)?;
        loop {
            if let Some(frame) = state.cut() {
                return Ok(Some(frame));
            }
            if state.has_ended {
                return Ok(Some(state.last()));
            }
            if matches!(state.source, Source::Closed) {
                return Ok(Some(Frame::Closed));
            }
            match state.more(wait) {
                Ok(()) => {}
                Err(Dry::Empty) => return Ok(None),
                Err(Dry::Shutdown) => return Err(None),
                Err(Dry::Failed(trap)) => return Err(Some(trap)),
            }
        }
    }
}

#[cold]
pub(crate) fn not_text(what: &str) -> Box<Trap> {
    Trap::error(8416, format!("{what} is not UTF-8"))
}

impl State {
    fn rest(&self) -> &[u8] {
        &self.bytes[self.at..]
    }

    /// Takes bytes that are there, for somebody who does not read frames.
    fn take(&mut self, count: usize) -> Vec<u8> {
        let taken = self.rest()[..count].to_vec();
        self.framer.restart();
        self.advance(count);
        taken
    }

    /// Leaves the first bytes behind. They are moved out of the way when most of the buffer has been taken, so that a
    /// long stream of short lines costs time in proportion to its bytes.
    fn advance(&mut self, count: usize) {
        self.at += count;
        if !matches!(self.source, Source::Memory) && self.at * 2 >= self.bytes.len() {
            self.bytes.drain(..self.at);
            self.at = 0;
        }
    }

    /// Reads what is there: is there a frame or the end now? `None` if it is not to be looked, or cannot be.
    fn look(&mut self, is_first: bool) -> Option<bool> {
        let Source::Pipe(fd) = &self.source else {
            return None;
        };
        if self.has_ended || is_first && !self.patience.take() {
            return None;
        }
        match fd.borrow().read_behind_now(&mut self.bytes) {
            Ok(0) => self.has_ended = true,
            Ok(_) if self.is_whole() => {}
            Ok(_) => return Some(false),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Some(false),
            Err(_) => {
                // Who waits for it is told what is wrong, if anything is.
                self.patience.give_up();
                return None;
            }
        }
        self.patience.found();
        Some(true)
    }

    fn is_whole(&mut self) -> bool {
        self.framer.is_whole(&self.bytes[self.at..])
    }

    fn cut(&mut self) -> Option<Frame> {
        loop {
            let cut = self.framer.cut(&self.bytes[self.at..]);
            if cut.bytes == 0 {
                return None;
            }
            self.advance(cut.bytes);
            if cut.frame.is_some() {
                return cut.frame;
            }
        }
    }

    fn last(&mut self) -> Frame {
        let cut = self.framer.end(&self.bytes[self.at..]);
        self.advance(cut.bytes);
        cut.frame.unwrap_or(Frame::End)
    }

    /// Waits for bytes; false at the end.
    fn fill(&mut self, operation: &str) -> Result<bool, Box<Trap>> {
        if self.has_ended {
            return Ok(false);
        }
        match self.more(Wait::Long) {
            Ok(()) => Ok(!self.has_ended),
            Err(Dry::Failed(trap)) => Err(trap),
            // Who waits for long comes back with bytes.
            Err(Dry::Empty | Dry::Shutdown) => Err(closed(operation, self.path.as_deref())),
        }
    }

    /// One read.
    fn more(&mut self, wait: Wait) -> Result<(), Dry> {
        let fd = match &self.source {
            Source::File(fd) | Source::Pipe(fd) => fd.borrow(),
            Source::Stdin(fd) => *fd,
            Source::Collected(from) => match from.descriptor() {
                Ok(fd) => Borrowed::from_number(fd),
                Err(error) => {
                    return Err(Dry::Failed(failed("reading", self.path.as_deref(), &error)));
                }
            },
            Source::Memory | Source::Closed => {
                return Err(Dry::Failed(closed("reading", self.path.as_deref())));
            }
        };
        let path = self.path.as_deref();
        let lost = |error: &_| Dry::Failed(failed("reading", path, error));
        if wait == Wait::Never && matches!(self.source, Source::Pipe(_)) && !self.patience.is_gone()
        {
            match fd.read_behind_now(&mut self.bytes) {
                Ok(count) => {
                    self.has_ended = count == 0;
                    return Ok(());
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Err(Dry::Empty),
                Err(_) => self.patience.give_up(),
            }
        }
        let shutdown = process::shutdown().filter(|_| wait == Wait::UntilShutdown);
        if wait != Wait::Long {
            let arms: Vec<_> = [Some(fd), shutdown]
                .into_iter()
                .flatten()
                .map(|fd| (fd, Interest::Read))
                .collect();
            let now = (wait == Wait::Never).then(std::time::Instant::now);
            let ready = poll(&arms, now).map_err(|error| lost(&error))?;
            if ready.get(1) == Some(&true) {
                return Err(Dry::Shutdown);
            }
            if !ready[0] {
                return Err(Dry::Empty);
            }
        }
        if let Source::Collected(from) = &self.source {
            let more = from.read().map_err(|error| lost(&error))?;
            self.has_ended = more.is_empty();
            self.bytes.extend_from_slice(&more);
            return Ok(());
        }
        let count = fd
            .read_behind(&mut self.bytes)
            .map_err(|error| lost(&error))?;
        self.has_ended = count == 0;
        Ok(())
    }
}
