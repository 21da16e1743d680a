//! The verbs of channels.

use super::Chain;
use super::bell::Rung;
use super::channel::{Channel, Received, Sent};
use super::context::{Context, KernelFn, Waited};
use super::endpoint::{Outcome, Receiver, Refused, Rx, Sender, Tx, alone, channel};
use crate::stream::inherited;
use std::time::{Duration, Instant};
use wat_value::{
    Death, Desc, Instance, Slot, Trap, make_opaque, make_variant, opaque, release, vector,
};

type Run = Result<Slot, Box<Trap>>;

/// Name, how it takes its arguments, code.
pub(super) const VERBS: &[(&str, &str, KernelFn)] = &[
    (":wat::kernel::make-bounded-channel", "b", make_bounded),
    (":wat::kernel::make-unbounded-channel", "", make_unbounded),
    (":wat::kernel::send", "bo", send),
    (":wat::kernel::recv", "b", recv),
    (":wat::kernel::try-recv", "b", try_recv),
    (":wat::kernel::recv-within", "bb", recv_within),
    (":wat::kernel::drain", "b", drain),
    (":wat::kernel::Receiver/closed?", "b", is_closed),
    (":wat::kernel::Sender/close", "b", close_sender),
    (":wat::kernel::Receiver/close", "b", close_receiver),
];

const MAX_CAPACITY: i64 = 1 << 20;

/// The sender in a slot.
pub(crate) fn sender<'s>(slot: Slot) -> Result<&'s Sender, Box<Trap>> {
    // SAFETY: the caller of a native says that its arguments are live values of the declared types, and the native
    // ends before they do.
    match unsafe { opaque::<Sender>(slot) } {
        Some(sender) if sender.is_ours() => Ok(sender),
        Some(_) => Err(inherited()),
        None => Err(foreign("sender")),
    }
}

/// The receiver in a slot.
pub(crate) fn receiver<'s>(slot: Slot) -> Result<&'s Receiver, Box<Trap>> {
    // SAFETY: as above.
    match unsafe { opaque::<Receiver>(slot) } {
        Some(receiver) if receiver.is_ours() => Ok(receiver),
        Some(_) => Err(inherited()),
        None => Err(foreign("receiver")),
    }
}

#[cold]
fn foreign(what: &str) -> Box<Trap> {
    Trap::panic(0, format!("internal error: this {what} is something else"))
}

/// The two ends of a new channel as slots; `pair` is the type of their tuple.
pub(super) fn make(pair: &'static Desc, item: &'static Desc, capacity: usize) -> (Slot, Slot) {
    let (tx, rx) = channel(item, capacity);
    (
        make_opaque(pair.parts[0], Box::new(tx)),
        make_opaque(pair.parts[1], Box::new(rx)),
    )
}

unsafe fn make_bounded(_: &mut Context<'_>, instance: &Instance, args: &[Slot]) -> Run {
    let capacity = args[0] as i64;
    if !(0..=MAX_CAPACITY).contains(&capacity) {
        return Err(Trap::error(
            8502,
            format!(
                "the capacity of a channel is between 0 and {MAX_CAPACITY}, and this is {capacity}"
            ),
        ));
    }
    let (tx, rx) = make(instance.ret, instance.types[0], capacity as usize);
    Ok(make_variant(instance.ret, 0, &[tx, rx]))
}

unsafe fn make_unbounded(_: &mut Context<'_>, instance: &Instance, _: &[Slot]) -> Run {
    let (tx, rx) = make(instance.ret, instance.types[0], 1 << 16);
    Ok(make_variant(instance.ret, 0, &[tx, rx]))
}

/// Sends a value, whose reference it takes whatever happens.
pub(crate) fn send_to(
    context: &mut Context<'_>,
    to: &Sender,
    item: &'static Desc,
    value: Slot,
) -> Result<Result<(), Chain>, Box<Trap>> {
    let outcome = match &to.tx {
        Tx::Memory(channel) => {
            let outcome = send_in_memory(context, channel, value);
            if let Ok(Ok(())) = outcome {
                return Ok(Ok(()));
            }
            outcome
        }
        Tx::Other(sink) => match sink.send(context, item, value) {
            Ok(()) => Ok(Ok(())),
            Err(Refused::Died(chain)) => Ok(Err(chain)),
            Err(Refused::Interrupted) => Err(super::context::interrupted()),
        },
    };
    if item.is_pointer() {
        // SAFETY: the value was not handed on, or was copied.
        unsafe { release(value) };
    }
    outcome
}

type SentInMemory = Result<Result<(), Chain>, Box<Trap>>;

fn send_in_memory(context: &mut Context<'_>, channel: &Channel, value: Slot) -> SentInMemory {
    if channel.send_now(value) {
        return Ok(Ok(()));
    }
    channel.await_room();
    match channel.try_send(value) {
        Sent::Full if context.kernel().is_stopping() => Ok(Err(alone(Death::Shutdown))),
        Sent::Full if channel.is_hand_to_hand() => hand_over(context, channel, value),
        Sent::Full => wait_for_room(context, channel, value),
        sent => Ok(done(sent)),
    }
}

fn done(sent: Sent) -> Result<(), Chain> {
    match sent {
        Sent::Queued => Ok(()),
        Sent::Dead(chain) => Err(chain),
        Sent::Closed | Sent::Full => Err(alone(Death::ChannelDisconnected)),
    }
}

#[cold]
fn wait_for_room(context: &mut Context<'_>, channel: &Channel, value: Slot) -> SentInMemory {
    let bell = context.task().bell().clone();
    loop {
        channel.hope(&bell);
        let ended = match channel.try_send(value) {
            Sent::Full if context.kernel().is_stopping() => Some(Ok(Err(alone(Death::Shutdown)))),
            Sent::Full => context.wait_bell(None, true).err().map(Err),
            sent => Some(Ok(done(sent))),
        };
        let was_told = !channel.despair(&bell);
        if let Some(ended) = ended {
            if was_told {
                // What this sender was told of may be room for another one.
                channel.tell_of_room();
            }
            return ended;
        }
    }
}

#[cold]
fn hand_over(context: &mut Context<'_>, channel: &Channel, value: Slot) -> SentInMemory {
    let bell = context.task().bell().clone();
    let offer = match channel.offer(value, &bell) {
        Ok(offer) => offer,
        Err(sent) => return Ok(done(sent)),
    };
    loop {
        if offer.is_taken() {
            return Ok(Ok(()));
        }
        if offer.is_refused() {
            let chain = channel.refusal();
            return Ok(Err(
                chain.unwrap_or_else(|| alone(Death::ChannelDisconnected))
            ));
        }
        let ended = if context.kernel().is_stopping() {
            Ok(alone(Death::Shutdown))
        } else {
            bell.listen();
            match context.wait_bell(None, true) {
                Ok(_) => continue,
                Err(trap) => Err(trap),
            }
        };
        if !channel.withdraw(&offer) {
            return Ok(Ok(()));
        }
        return ended.map(Err);
    }
}

unsafe fn send(context: &mut Context<'_>, instance: &Instance, args: &[Slot]) -> Run {
    let item = instance.types[0];
    let sent = send_to(context, sender(args[0])?, item, args[1])?;
    Ok(match sent {
        Ok(()) => make_variant(instance.ret, 0, &[0]),
        Err(chain) => context.died(instance.ret, &chain),
    })
}

/// Takes what there is to receive.
pub(super) fn take(
    context: &mut Context<'_>,
    from: &Receiver,
    item: &'static Desc,
) -> Option<Outcome> {
    match &from.rx {
        Rx::Memory(channel) => match channel.receive() {
            Received::Value(value) => Some(Outcome::Value(value)),
            Received::Closed => Some(Outcome::Closed),
            Received::Dead(chain) => Some(Outcome::Dead(chain)),
            Received::Empty => None,
        },
        Rx::Other(source) => source.take(context, item),
    }
}

/// An outcome as a value of `CommResult<T>`.
pub(super) fn result(context: &Context<'_>, ret: &'static Desc, outcome: Outcome) -> Slot {
    match outcome {
        Outcome::Value(value) => {
            let some = make_variant(ret.parts[0], 1, &[value]);
            make_variant(ret, 0, &[some])
        }
        Outcome::Closed => {
            let none = make_variant(ret.parts[0], 0, &[]);
            make_variant(ret, 0, &[none])
        }
        Outcome::Dead(chain) => context.died(ret, &chain),
    }
}

/// Uses a receiver alone, if it wants that.
pub(super) struct Use<'r>(&'r Receiver);

impl<'r> Use<'r> {
    pub fn begin(receiver: &'r Receiver) -> Result<Use<'r>, Box<Trap>> {
        receiver.begin()?;
        Ok(Use(receiver))
    }
}

impl Drop for Use<'_> {
    fn drop(&mut self) {
        self.0.finish();
    }
}

/// Receives; `None` if nothing comes in time.
pub(crate) fn receive(
    context: &mut Context<'_>,
    from: &Receiver,
    item: &'static Desc,
    until: Option<Instant>,
) -> Result<Option<Outcome>, Box<Trap>> {
    let _use = Use::begin(from)?;
    let stopped = || Some(Outcome::Dead(alone(Death::Shutdown)));
    loop {
        if context.kernel().is_stopping() {
            return Ok(stopped());
        }
        let is_ready = match &from.rx {
            Rx::Memory(channel) => {
                if let Some(value) = channel.receive_now() {
                    return Ok(Some(Outcome::Value(value)));
                }
                channel.await_value();
                true
            }
            Rx::Other(source) => source.is_ready_soon(),
        };
        if is_ready && let Some(outcome) = take(context, from, item) {
            return Ok(Some(outcome));
        }
        match context.wait_for(&[from], until, None)? {
            Waited::Ready => {}
            Waited::Late => return Ok(None),
            Waited::Stopping => return Ok(stopped()),
        }
    }
}

unsafe fn recv(context: &mut Context<'_>, instance: &Instance, args: &[Slot]) -> Run {
    let outcome = receive(context, receiver(args[0])?, instance.types[0], None)?;
    let outcome = outcome.unwrap_or(Outcome::Closed);
    Ok(result(context, instance.ret, outcome))
}

unsafe fn try_recv(context: &mut Context<'_>, instance: &Instance, args: &[Slot]) -> Run {
    let from = receiver(args[0])?;
    let _use = Use::begin(from)?;
    let outcome = if context.kernel().is_stopping() {
        Outcome::Dead(alone(Death::Shutdown))
    } else {
        take(context, from, instance.types[0]).unwrap_or(Outcome::Closed)
    };
    Ok(result(context, instance.ret, outcome))
}

/// The end of a wait of this many nanoseconds; none if it is beyond all times.
pub(super) fn deadline(nanoseconds: Slot) -> Option<Instant> {
    Instant::now().checked_add(Duration::from_nanos(nanoseconds))
}

unsafe fn recv_within(context: &mut Context<'_>, instance: &Instance, args: &[Slot]) -> Run {
    let until = deadline(args[1]);
    let from = receiver(args[0])?;
    let outcome = receive(context, from, instance.types[0], until)?;
    Ok(match outcome {
        Some(outcome) => {
            let result = result(context, instance.ret.parts[0], outcome);
            make_variant(instance.ret, 1, &[result])
        }
        None => make_variant(instance.ret, 0, &[]),
    })
}

unsafe fn drain(context: &mut Context<'_>, instance: &Instance, args: &[Slot]) -> Run {
    let from = receiver(args[0])?;
    let _use = Use::begin(from)?;
    let values = match &from.rx {
        Rx::Memory(channel) => channel.drain(),
        Rx::Other(source) => source.drain(context, instance.types[0]),
    };
    Ok(vector::from_slots(instance.ret, &values))
}

unsafe fn is_closed(_: &mut Context<'_>, _: &Instance, args: &[Slot]) -> Run {
    Ok(Slot::from(match &receiver(args[0])?.rx {
        Rx::Memory(channel) => channel.is_closed(),
        Rx::Other(source) => source.is_closed(),
    }))
}

unsafe fn close_sender(_: &mut Context<'_>, _: &Instance, args: &[Slot]) -> Run {
    sender(args[0])?.close();
    Ok(0)
}

/// Closes a receiver and releases what it held.
pub(super) fn close(receiver: &Receiver) {
    let mut held: Vec<Slot> = Vec::new();
    receiver.close(&mut |desc, slot| {
        if desc.is_pointer() {
            held.push(slot);
        }
    });
    for slot in held {
        // SAFETY: the receiver has given the references up.
        unsafe { release(slot) };
    }
}

unsafe fn close_receiver(_: &mut Context<'_>, _: &Instance, args: &[Slot]) -> Run {
    close(receiver(args[0])?);
    Ok(0)
}

/// Waits for something that threads of the program do; false if the program ends before.
pub(super) fn until(
    context: &mut Context<'_>,
    mut is_done: impl FnMut() -> bool,
) -> Result<bool, Box<Trap>> {
    loop {
        if is_done() {
            return Ok(true);
        }
        if context.kernel().is_stopping() {
            return Ok(false);
        }
        context.task().bell().listen();
        let _: Rung = context.wait_bell(None, true)?;
    }
}
