//! Printing to standard output and standard error, reading frames from standard input.

use crate::Host;
use crate::kernel::Context;
use crate::stream::{Frame, Reader, Wait};
use crate::vm::Vm;
use std::io;
use wat_edn::Layout;
use wat_value::{
    Desc, Instance, Notation, Shapes, Slot, Trap, Value, decode, make_variant, written,
};

type Write = fn(&mut dyn Host, &[u8]) -> io::Result<()>;

/// Writes the text of a value and a line feed at once, so that lines of several processes do not mix.
unsafe fn line(
    host: &mut dyn Host,
    instance: &Instance,
    args: &[Slot],
    layout: Layout,
    to: Write,
) -> Result<Slot, Box<Trap>> {
    // SAFETY: the caller of a native says that its arguments are live values of the declared types.
    let mut text = unsafe { written(instance.types[0], args[0], layout) }?;
    text.push('\n');
    match to(host, text.as_bytes()) {
        Ok(()) => Ok(0),
        Err(error) => Err(Trap::error(8415, format!("output failed: {error}"))),
    }
}

pub(super) unsafe fn println(
    host: &mut dyn Host,
    instance: &Instance,
    args: &[Slot],
) -> Result<Slot, Box<Trap>> {
    // SAFETY: as above.
    unsafe {
        line(host, instance, args, Layout::Compact, |host, bytes| {
            host.stdout(bytes)
        })
    }
}

pub(super) unsafe fn eprintln(
    host: &mut dyn Host,
    instance: &Instance,
    args: &[Slot],
) -> Result<Slot, Box<Trap>> {
    // SAFETY: as above.
    unsafe {
        line(host, instance, args, Layout::Compact, |host, bytes| {
            host.stderr(bytes)
        })
    }
}

pub(super) unsafe fn pprintln(
    host: &mut dyn Host,
    instance: &Instance,
    args: &[Slot],
) -> Result<Slot, Box<Trap>> {
    // SAFETY: as above.
    unsafe {
        line(host, instance, args, Layout::Pretty, |host, bytes| {
            host.stdout(bytes)
        })
    }
}

pub(super) unsafe fn epprintln(
    host: &mut dyn Host,
    instance: &Instance,
    args: &[Slot],
) -> Result<Slot, Box<Trap>> {
    // SAFETY: as above.
    unsafe {
        line(host, instance, args, Layout::Pretty, |host, bytes| {
            host.stderr(bytes)
        })
    }
}

/// The value of a frame, or the number of a code and why it is none (K21).
pub(crate) fn decoded(
    text: &str,
    desc: &'static Desc,
    shapes: Shapes<'_>,
) -> Result<Value, (u16, String)> {
    let document = wat_edn::read(text).map_err(|error| (8507, error.to_string()))?;
    decode(desc, &document, Notation::Edn, shapes).map_err(|misfit| {
        let place = match misfit.path.is_empty() {
            true => String::new(),
            false => format!("at `{}`: ", misfit.path),
        };
        (8508, format!("{place}{}", misfit.message))
    })
}

#[cold]
fn stopping() -> Box<Trap> {
    Trap::error(8527, "the process has been asked to stop")
}

/// Reads when those who came before have read.
fn in_turn<T>(
    vm: &mut Vm,
    stdin: &Reader,
    read: impl FnOnce() -> Result<T, Box<Trap>>,
) -> Result<T, Box<Trap>> {
    let bell = vm.task.bell().clone();
    stdin.enqueue(&bell);
    let mut outcome = None;
    while outcome.is_none() {
        if stdin.is_first(&bell) {
            break;
        }
        if vm.world.kernel.is_stopping() {
            outcome = Some(stopping());
        } else {
            outcome = Context::new(vm).wait(None).err();
        }
    }
    let outcome = match outcome {
        Some(trap) => Err(trap),
        None => read(),
    };
    stdin.dequeue(&bell);
    outcome
}

/// The next value of standard input; nothing at its end.
fn next(vm: &mut Vm, desc: &'static Desc) -> Result<Option<Value>, Box<Trap>> {
    let Some(stdin) = vm.host.stdin() else {
        return Ok(None);
    };
    let frame = in_turn(vm, &stdin, || {
        let frame = stdin.frame(Wait::UntilShutdown);
        frame.map_err(|stopped| stopped.unwrap_or_else(stopping))
    })?;
    match frame {
        Some(Frame::Text(text)) => vm
            .linking()
            .with_shapes(|shapes| decoded(&text, desc, shapes))
            .map(Some)
            .map_err(|(code, message)| Trap::error(code, message)),
        Some(Frame::Bad(code, message)) => Err(Trap::error(code, message)),
        Some(Frame::End | Frame::Closed) | None => Ok(None),
    }
}

pub(super) unsafe fn readln(
    vm: &mut Vm,
    instance: &Instance,
    _: &[Slot],
) -> Result<Slot, Box<Trap>> {
    match next(vm, instance.types[0])? {
        Some(value) => Ok(value.into_slot().1),
        None => Err(Trap::error(8506, "standard input has ended")),
    }
}

pub(super) unsafe fn try_readln(
    vm: &mut Vm,
    instance: &Instance,
    _: &[Slot],
) -> Result<Slot, Box<Trap>> {
    Ok(match next(vm, instance.types[0])? {
        Some(value) => make_variant(instance.ret, 1, &[value.into_slot().1]),
        None => make_variant(instance.ret, 0, &[]),
    })
}
