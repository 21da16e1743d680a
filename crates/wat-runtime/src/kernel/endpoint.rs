//! The ends of channels as values: what natives of every tier look at.

use super::Chain;
use super::bell::Bell;
use super::channel::{Channel, End};
use super::context::Context;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Instant;
use wat_kernel::{Generation, Watched};
use wat_value::{Death, Desc, Opaque, Slot, Trap};

/// What a receiver gives.
pub enum Outcome {
    /// A value, owned.
    Value(Slot),
    /// The orderly end.
    Closed,
    /// A death, or a frame that cannot be read.
    Dead(Chain),
}

/// What a thread that waits for a source waits on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitsOn {
    /// Its bell, rung by another thread of the program.
    Threads,
    /// Its bell, rung by somebody else.
    Bell,
    /// A descriptor that becomes readable.
    Readable(Watched),
    /// A point in time.
    Time(Instant),
}

/// Where a receiver that is no channel in memory receives from.
pub trait Source: Send + Sync {
    /// Takes what there is to receive, without waiting; `None` if there is nothing yet.
    fn take(&self, context: &mut Context<'_>, item: &'static Desc) -> Option<Outcome>;
    /// Would [`Source::take`] give something?
    fn is_ready(&self) -> bool;
    /// The same for who is going to wait for this source alone: it may look a few times, without waiting.
    fn is_ready_soon(&self) -> bool {
        self.is_ready()
    }
    /// Is the other side gone and nothing left?
    fn is_closed(&self) -> bool;
    /// Takes the values that are there, without waiting.
    fn drain(&self, context: &mut Context<'_>, item: &'static Desc) -> Vec<Slot>;
    /// Ends it; values that it holds are given to `part`. Ending it again does nothing.
    fn close(&self, part: &mut dyn FnMut(&'static Desc, Slot));
    /// The last handle of it has gone: it ends, unless others share what is behind it.
    fn release(&self, part: &mut dyn FnMut(&'static Desc, Slot)) {
        self.close(part);
    }
    /// What to wait on.
    fn waits_on(&self) -> WaitsOn;
    /// May there be something to take that [`Source::is_ready`] does not see, but a look at the descriptor does?
    fn may_be_readable(&self) -> bool {
        false
    }
    /// The descriptor is ready: read once.
    fn readable(&self) {}
    /// Rings this bell whenever there may be something to receive.
    fn enlist(&self, bell: &Arc<Bell>) {
        let _ = bell;
    }
    /// Rings it no more.
    fn delist(&self, bell: &Arc<Bell>) {
        let _ = bell;
    }
    /// Tells what is behind the source from what is behind others, where several sources may share it.
    fn origin(&self) -> Option<usize> {
        None
    }
    /// Begins to use the source; false if it has a user and allows one at a time.
    fn begin(&self) -> bool {
        true
    }
    /// Ends what [`Source::begin`] began.
    fn finish(&self) {}
}

/// Why a value was not sent.
pub enum Refused {
    /// These deaths are the error of the result.
    Died(Chain),
    /// Whoever waits for the result is interrupted.
    Interrupted,
}

/// Where a sender that is no channel in memory sends to.
pub trait Sink: Send + Sync {
    /// Sends a value, which stays the caller's; waits while there is no room.
    fn send(
        &self,
        context: &mut Context<'_>,
        item: &'static Desc,
        value: Slot,
    ) -> Result<(), Refused>;
    /// Ends it. Ending it again does nothing.
    fn close(&self);
    /// The last handle of it has gone: it ends, unless others share what is behind it.
    fn release(&self) {
        self.close();
    }
}

pub(super) enum Tx {
    Memory(Arc<Channel>),
    Other(Box<dyn Sink>),
}

pub(super) enum Rx {
    Memory(Arc<Channel>),
    Other(Box<dyn Source>),
}

/// `:wat::kernel::Sender<T>`
pub struct Sender {
    pub(super) tx: Tx,
    made: Generation,
}

/// `:wat::kernel::Receiver<T>`
pub struct Receiver {
    pub(super) rx: Rx,
    /// When it was served last by a `select`; 0 if never.
    pub(super) served: AtomicU64,
    made: Generation,
}

/// The two ends of a new channel.
pub(super) fn channel(item: &'static Desc, capacity: usize) -> (Sender, Receiver) {
    let channel = Arc::new(Channel::new(item, capacity));
    (
        Sender::new(Tx::Memory(channel.clone())),
        Receiver::new(Rx::Memory(channel)),
    )
}

impl Sender {
    /// A sender to somewhere else.
    pub fn to(sink: Box<dyn Sink>) -> Sender {
        Sender::new(Tx::Other(sink))
    }

    fn new(tx: Tx) -> Sender {
        Sender {
            tx,
            made: Generation::current(),
        }
    }

    /// Was it made by this process? One that a child inherited means nothing there.
    pub(super) fn is_ours(&self) -> bool {
        self.made.is_current()
    }

    pub(super) fn close(&self) {
        match &self.tx {
            Tx::Memory(channel) => channel.close_sender(End::Closed),
            Tx::Other(sink) => sink.close(),
        }
    }
}

impl Receiver {
    fn new(rx: Rx) -> Receiver {
        Receiver {
            rx,
            served: AtomicU64::new(0),
            made: Generation::current(),
        }
    }

    /// As for a [`Sender`].
    pub(super) fn is_ours(&self) -> bool {
        self.made.is_current()
    }

    /// Is what is behind it behind the other one too?
    pub(super) fn shares_source(&self, other: &Receiver) -> bool {
        match (&self.rx, &other.rx) {
            (Rx::Other(one), Rx::Other(two)) => {
                std::ptr::eq(self, other) || one.origin().is_some_and(|at| Some(at) == two.origin())
            }
            _ => false,
        }
    }

    /// A receiver from somewhere else.
    pub fn from(source: Box<dyn Source>) -> Receiver {
        Receiver::new(Rx::Other(source))
    }

    pub(super) fn close(&self, part: &mut dyn FnMut(&'static Desc, Slot)) {
        match &self.rx {
            Rx::Memory(channel) => {
                let queued = channel.close_receiver(End::Closed);
                queued
                    .into_iter()
                    .for_each(|slot| part(channel.item(), slot));
            }
            Rx::Other(source) => source.close(part),
        }
    }

    /// Begins to use it; an error if it has a user and allows one at a time.
    pub(super) fn begin(&self) -> Result<(), Box<Trap>> {
        match &self.rx {
            Rx::Other(source) if !source.begin() => Err(Trap::error(
                8514,
                "another thread is using this receiver, and it allows one at a time",
            )),
            _ => Ok(()),
        }
    }

    /// Ends what [`Receiver::begin`] began.
    pub(super) fn finish(&self) {
        if let Rx::Other(source) = &self.rx {
            source.finish();
        }
    }

    /// May it have one user at a time?
    pub(super) fn is_exclusive(&self) -> bool {
        matches!(self.rx, Rx::Other(_))
    }

    pub(super) fn is_ready(&self) -> bool {
        match &self.rx {
            Rx::Memory(channel) => channel.is_ready(),
            Rx::Other(source) => source.is_ready(),
        }
    }

    /// The same for those who look again and again.
    pub(super) fn seems_ready(&self) -> bool {
        match &self.rx {
            Rx::Memory(channel) => channel.seems_ready(),
            Rx::Other(source) => source.is_ready(),
        }
    }

    pub(super) fn waits_on(&self) -> WaitsOn {
        match &self.rx {
            Rx::Memory(_) => WaitsOn::Threads,
            Rx::Other(source) => source.waits_on(),
        }
    }

    pub(super) fn may_be_readable(&self) -> bool {
        match &self.rx {
            Rx::Memory(_) => false,
            Rx::Other(source) => source.may_be_readable(),
        }
    }

    pub(super) fn readable(&self) {
        if let Rx::Other(source) = &self.rx {
            source.readable();
        }
    }

    pub(super) fn enlist(&self, bell: &Arc<Bell>) {
        match &self.rx {
            Rx::Memory(channel) => channel.enlist(bell),
            Rx::Other(source) => source.enlist(bell),
        }
    }

    pub(super) fn delist(&self, bell: &Arc<Bell>) {
        match &self.rx {
            Rx::Memory(channel) => channel.delist(bell),
            Rx::Other(source) => source.delist(bell),
        }
    }
}

/// How an end that is released now ends: by a death if its thread is dying.
pub(super) fn released() -> End {
    match super::context::current_death() {
        Some(chain) => End::Dead(chain),
        None => End::Closed,
    }
}

impl Opaque for Sender {
    fn release(self: Box<Self>, _: &mut dyn FnMut(&'static Desc, Slot)) {
        if !self.is_ours() {
            // The other threads of the parent may be at it for ever here.
            std::mem::forget(self);
            return;
        }
        match &self.tx {
            Tx::Memory(channel) => channel.close_sender(released()),
            Tx::Other(sink) => sink.release(),
        }
    }
}

impl Opaque for Receiver {
    fn release(self: Box<Self>, part: &mut dyn FnMut(&'static Desc, Slot)) {
        if !self.is_ours() {
            std::mem::forget(self);
            return;
        }
        match &self.rx {
            Rx::Memory(channel) => {
                let queued = channel.close_receiver(released());
                queued
                    .into_iter()
                    .for_each(|slot| part(channel.item(), slot));
            }
            Rx::Other(source) => source.release(part),
        }
    }
}

/// Ends both ends of a conversation now: by a death if the thread is dying.
pub(super) fn end_both(tx: Option<&Sender>, rx: Option<&Receiver>) {
    match tx.map(|tx| &tx.tx) {
        Some(Tx::Memory(channel)) => channel.close_sender(released()),
        Some(Tx::Other(sink)) => sink.close(),
        None => {}
    }
    match rx.map(|rx| (rx, &rx.rx)) {
        Some((_, Rx::Memory(channel))) => {
            let item = channel.item();
            for slot in channel.close_receiver(released()) {
                if item.is_pointer() {
                    // SAFETY: the channel has given the reference up.
                    unsafe { wat_value::release(slot) };
                }
            }
        }
        Some((rx, Rx::Other(_))) => super::channels::close(rx),
        None => {}
    }
}

/// A chain of one death.
pub(super) fn alone(death: Death) -> Chain {
    [death].into()
}
