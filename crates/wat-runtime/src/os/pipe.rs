//! The ends of channels that carry EDN frames (05 §6.2).

use crate::kernel::{
    Chain, Context, KernelFn, Outcome, Receiver, Refused, Sender, Sink, Source, WaitsOn,
};
use crate::natives::{decoded, reader, writer};
use crate::stream::{Frame, MAX_FRAME_BYTES, Reader, Unwritten, Wait, Writer};
use std::sync::Arc;
use wat_edn::Layout;
use wat_value::{Death, Desc, Instance, Repr, Slot, Trap, make_opaque, render};

type Run = Result<Slot, Box<Trap>>;

pub(super) const VERBS: &[(&str, &str, KernelFn)] = &[
    (":wat::kernel::Sender/from-pipe", "b", sender_from_pipe),
    (":wat::kernel::Receiver/from-pipe", "b", receiver_from_pipe),
];

/// The chain of a failure that is a value and no death of this thread.
pub(super) fn failure(code: u16, message: &str) -> Chain {
    let name = match code {
        8415 => "io-failed",
        8507 => "frame-malformed",
        8508 => "frame-type",
        8509 => "frame-too-large",
        8417 => "wrong-thread",
        8514 => "receiver-busy",
        8522 => "wait-failed",
        8528 => "foreign-handle",
        _ => "failed",
    };
    [Death::RuntimeError(format!("WAT{code} {name}: {message}"))].into()
}

fn trapped(trap: &Trap) -> Chain {
    failure(trap.code, &trap.message)
}

/// Frames of a reader, which stays usable for everybody else (K17).
pub(super) struct FrameSource(Arc<Reader>);

impl FrameSource {
    pub(super) fn new(reader: Arc<Reader>) -> FrameSource {
        FrameSource(reader)
    }

    fn outcome(&self, frame: Frame, context: &Context<'_>, item: &'static Desc) -> Outcome {
        match frame {
            Frame::Text(text) => match context.with_shapes(|shapes| decoded(&text, item, shapes)) {
                Ok(value) => Outcome::Value(value.into_slot().1),
                Err((code, message)) => Outcome::Dead(failure(code, &message)),
            },
            Frame::Bad(code, message) => Outcome::Dead(failure(code, &message)),
            Frame::Closed => Outcome::Closed,
            Frame::End => match self.0.ending(context) {
                Some(chain) => Outcome::Dead(chain),
                None => Outcome::Closed,
            },
        }
    }
}

impl Source for FrameSource {
    fn take(&self, context: &mut Context<'_>, item: &'static Desc) -> Option<Outcome> {
        if item.repr == Repr::I64
            && let Some(number) = self.0.integer()
        {
            return Some(Outcome::Value(number as Slot));
        }
        match self.0.frame(Wait::Never) {
            Ok(frame) => frame.map(|frame| self.outcome(frame, context, item)),
            Err(None) => None,
            Err(Some(trap)) => {
                // What cannot be read once is not read again.
                let _ = self.0.close();
                Some(Outcome::Dead(trapped(&trap)))
            }
        }
    }

    fn is_ready(&self) -> bool {
        self.0.has_frame()
    }

    fn is_ready_soon(&self) -> bool {
        self.0.has_frame() || self.0.await_frame()
    }

    fn is_closed(&self) -> bool {
        self.0.is_over()
    }

    fn drain(&self, context: &mut Context<'_>, item: &'static Desc) -> Vec<Slot> {
        let mut values = Vec::new();
        while let Ok(Some(frame)) = self.0.frame(Wait::Never) {
            if matches!(frame, Frame::End | Frame::Closed) {
                break;
            }
            if let Outcome::Value(value) = self.outcome(frame, context, item) {
                values.push(value);
            }
        }
        values
    }

    fn close(&self, _: &mut dyn FnMut(&'static Desc, Slot)) {
        let _ = self.0.close();
    }

    fn release(&self, _: &mut dyn FnMut(&'static Desc, Slot)) {}

    fn waits_on(&self) -> WaitsOn {
        match self.0.descriptor() {
            Some(fd) => WaitsOn::Readable(fd),
            None => WaitsOn::Bell,
        }
    }

    fn may_be_readable(&self) -> bool {
        self.0.descriptor().is_some()
    }

    fn readable(&self) {
        // What fails is told when it is taken.
        let _ = self.0.read_once();
    }

    fn origin(&self) -> Option<usize> {
        Some(Arc::as_ptr(&self.0).addr())
    }

    fn begin(&self) -> bool {
        self.0.begin()
    }

    fn finish(&self) {
        self.0.finish();
    }
}

/// Frames to a writer, which stays usable for everybody else.
pub(super) struct FrameSink(Arc<Writer>);

impl FrameSink {
    pub(super) fn new(writer: Arc<Writer>) -> FrameSink {
        FrameSink(writer)
    }
}

/// The frame of a value, or why it has none.
pub(super) fn frame_of(item: &'static Desc, value: Slot) -> Result<String, Chain> {
    // SAFETY: the caller of a native says that its arguments are live values of the declared types.
    let mut frame = unsafe { render(item, value, Layout::Compact) };
    frame.push('\n');
    match frame.len() <= MAX_FRAME_BYTES {
        true => Ok(frame),
        false => Err(failure(
            8509,
            &format!(
                "the frame has {} bytes, and {MAX_FRAME_BYTES} is the limit",
                frame.len()
            ),
        )),
    }
}

/// The frame of a whole number, at the end of `room`: what [`frame_of`] makes of it.
fn frame_of_integer(number: i64, room: &mut [u8; 21]) -> &[u8] {
    let mut at = room.len() - 1;
    room[at] = b'\n';
    let mut left = number.unsigned_abs();
    loop {
        at -= 1;
        room[at] = b'0' + (left % 10) as u8;
        left /= 10;
        if left == 0 {
            break;
        }
    }
    if number < 0 {
        at -= 1;
        room[at] = b'-';
    }
    &room[at..]
}

/// Writes a frame; the deaths that kept it from being written.
fn send_frame(to: &Writer, frame: &[u8], context: &Context<'_>) -> Result<(), Chain> {
    to.write_frame(frame).map_err(|why| match why {
        Unwritten::Disconnected => to
            .ending(context)
            .unwrap_or_else(|| [Death::ChannelDisconnected].into()),
        Unwritten::Closed => [Death::ChannelDisconnected].into(),
        Unwritten::Shutdown => [Death::Shutdown].into(),
        Unwritten::Failed(trap) => trapped(&trap),
    })
}

impl Sink for FrameSink {
    fn send(
        &self,
        context: &mut Context<'_>,
        item: &'static Desc,
        value: Slot,
    ) -> Result<(), Refused> {
        let sent = match item.repr {
            Repr::I64 => {
                let mut room = [0; 21];
                send_frame(&self.0, frame_of_integer(value as i64, &mut room), context)
            }
            _ => frame_of(item, value)
                .and_then(|frame| send_frame(&self.0, frame.as_bytes(), context)),
        };
        sent.map_err(Refused::Died)
    }

    fn close(&self) {
        let _ = self.0.close();
    }

    fn release(&self) {}
}

/// The ends of a channel over the ends of a pipe that nobody else has.
#[cfg(any(test, feature = "measure"))]
pub(crate) fn ends(
    writer: wat_kernel::Fd,
    reader: wat_kernel::Fd,
) -> std::io::Result<(Sender, Receiver)> {
    writer.set_nonblocking()?;
    let to = Sender::to(Box::new(FrameSink::new(Writer::descriptor(writer))));
    let from = Receiver::from(Box::new(FrameSource::new(Reader::pipe(reader))));
    Ok((to, from))
}

unsafe fn sender_from_pipe(_: &mut Context<'_>, instance: &Instance, args: &[Slot]) -> Run {
    // SAFETY: the caller of a native says that its arguments are live values of the declared types.
    let writer = unsafe { writer(args[0]) }?.clone();
    writer.own()?;
    let sender = Sender::to(Box::new(FrameSink(writer)));
    Ok(make_opaque(instance.ret, Box::new(sender)))
}

unsafe fn receiver_from_pipe(_: &mut Context<'_>, instance: &Instance, args: &[Slot]) -> Run {
    // SAFETY: as above.
    let reader = unsafe { reader(args[0]) }?.clone();
    reader.own()?;
    let receiver = Receiver::from(Box::new(FrameSource(reader)));
    Ok(make_opaque(instance.ret, Box::new(receiver)))
}

#[cfg(test)]
mod tests {
    use super::{frame_of, frame_of_integer};
    use proptest::prelude::*;
    use wat_value::{Repr, scalar};

    proptest! {
        #[test]
        fn the_frame_of_a_whole_number_is_that_of_any_value(
            number in prop_oneof![any::<i64>(), -1000i64..1000, Just(i64::MIN), Just(i64::MAX)],
        ) {
            let frame = frame_of(scalar(Repr::I64), number as u64).expect("it is short");
            let mut room = [0; 21];
            prop_assert_eq!(frame_of_integer(number, &mut room), frame.as_bytes());
        }
    }
}
