//! Printing to standard output and standard error.

use crate::Host;
use std::io;
use wat_edn::Layout;
use wat_value::{Instance, Slot, Trap, render};

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
    let mut text = unsafe { render(instance.types[0], args[0], layout) };
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
