//! Readers, writers and pipes.

use super::HostRow;
use crate::Host;
use crate::stream::{Reader, ReaderHandle, Writer, WriterHandle, not_text};
use std::sync::Arc;
use wat_value::{
    Desc, Instance, Slot, Trap, make_opaque, make_string, make_variant, opaque, text, vector,
};

type Outcome = Result<Slot, Box<Trap>>;

pub(super) const TABLE: &[HostRow] = &[
    (":wat::io::IOReader/from-bytes", "b", from_bytes),
    (":wat::io::IOReader/from-string", "b", from_string),
    (":wat::io::IOReader/read", "bb", read),
    (":wat::io::IOReader/read-all", "b", read_all),
    (":wat::io::IOReader/read-all-string", "b", read_all_string),
    (":wat::io::IOReader/read-line", "b", read_line),
    (":wat::io::IOReader/rewind", "b", rewind),
    (":wat::io::IOWriter/new", "", new_writer),
    (":wat::io::IOWriter/write", "bb", write),
    (":wat::io::IOWriter/write-all", "bb", write_all),
    (":wat::io::IOWriter/write-string", "bb", write_string),
    (":wat::io::IOWriter/writeln", "bb", write_line),
    (":wat::io::IOWriter/print", "bb", print),
    (":wat::io::IOWriter/println", "bb", print_line),
    (":wat::io::IOWriter/flush", "b", flush),
    (":wat::io::IOWriter/close", "b", close_writer),
    (":wat::io::IOWriter/to-bytes", "b", to_bytes),
    (":wat::io::IOWriter/to-string", "b", to_string),
    (":wat::kernel::__internal/drop-reader", "b", close_reader),
    (":wat::kernel::__internal/drop-writer", "b", close_writer),
    (":wat::kernel::drain-lines", "b", drain_lines),
    (":wat::kernel::pipe", "", pipe),
    (":wat::test::__internal/enter-body", "", enter_body),
    (":wat::test::__internal/leave-body", "b", leave_body),
];

#[cold]
fn no_stream() -> Box<Trap> {
    Trap::panic(0, "internal error: the handle is no stream")
}

unsafe fn enter_body(_: &mut dyn Host, _: &Instance, _: &[Slot]) -> Outcome {
    Ok(crate::stream::enter_body())
}

unsafe fn leave_body(_: &mut dyn Host, _: &Instance, args: &[Slot]) -> Outcome {
    crate::stream::leave_body(args[0]);
    Ok(0)
}

/// The reader of a handle.
///
/// # Safety
/// The slot holds a live `:wat::io::IOReader`.
pub(crate) unsafe fn reader<'r>(slot: Slot) -> Result<&'r Arc<Reader>, Box<Trap>> {
    // SAFETY: the caller says so.
    let handle: Option<&ReaderHandle> = unsafe { opaque(slot) };
    handle.map(|handle| &handle.0).ok_or_else(no_stream)
}

/// The writer of a handle.
///
/// # Safety
/// The slot holds a live `:wat::io::IOWriter`.
pub(crate) unsafe fn writer<'w>(slot: Slot) -> Result<&'w Arc<Writer>, Box<Trap>> {
    // SAFETY: the caller says so.
    let handle: Option<&WriterHandle> = unsafe { opaque(slot) };
    handle.map(|handle| &handle.0).ok_or_else(no_stream)
}

/// A handle of a reader.
pub(crate) fn make_reader(desc: &'static Desc, reader: Arc<Reader>) -> Slot {
    make_opaque(desc, Box::new(ReaderHandle(reader)))
}

/// A handle of a writer.
pub(crate) fn make_writer(desc: &'static Desc, writer: Arc<Writer>) -> Slot {
    make_opaque(desc, Box::new(WriterHandle(writer)))
}

/// # Safety
/// The slot holds a live vector of bytes.
unsafe fn bytes(slot: Slot) -> Vec<u8> {
    // SAFETY: the caller says so.
    unsafe { vector::iter(slot) }
        .map(|byte| byte as u8)
        .collect()
}

fn make_bytes(desc: &'static Desc, bytes: &[u8]) -> Slot {
    let slots: Vec<Slot> = bytes.iter().map(|byte| Slot::from(*byte)).collect();
    vector::from_slots(desc, &slots)
}

fn option(instance: &Instance, value: Option<Slot>) -> Slot {
    match value {
        Some(value) => make_variant(instance.ret, 1, &[value]),
        None => make_variant(instance.ret, 0, &[]),
    }
}

// SAFETY of what follows: the caller of a native says that its arguments are live values of the declared types.

unsafe fn from_bytes(_: &mut dyn Host, instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    let bytes = unsafe { bytes(args[0]) };
    Ok(make_reader(instance.ret, Reader::memory(bytes)))
}

unsafe fn from_string(_: &mut dyn Host, instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    let bytes = unsafe { text(args[0]) }.as_bytes().to_vec();
    Ok(make_reader(instance.ret, Reader::memory(bytes)))
}

unsafe fn read(_: &mut dyn Host, instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    let reader = unsafe { reader(args[0]) }?;
    let count = usize::try_from(args[1] as i64).map_err(|_| {
        let message = format!(
            "the number of bytes is {}; it must not be negative",
            args[1] as i64
        );
        Trap::error(8406, message)
    })?;
    let read = reader.read(count)?;
    let bytes = read.map(|bytes| make_bytes(instance.ret.parts[0], &bytes));
    Ok(option(instance, bytes))
}

unsafe fn read_all(_: &mut dyn Host, instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    let bytes = unsafe { reader(args[0]) }?.read_all()?;
    Ok(make_bytes(instance.ret, &bytes))
}

unsafe fn read_all_string(_: &mut dyn Host, _: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    let bytes = unsafe { reader(args[0]) }?.read_all()?;
    let text = std::str::from_utf8(&bytes).map_err(|_| not_text("the text"))?;
    Ok(make_string(text))
}

unsafe fn read_line(_: &mut dyn Host, instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    let line = unsafe { reader(args[0]) }?.read_line()?;
    Ok(option(instance, line.map(|line| make_string(&line))))
}

unsafe fn drain_lines(_: &mut dyn Host, instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    let reader = unsafe { reader(args[0]) }?;
    let mut lines = Vec::new();
    while let Some(line) = reader.read_line()? {
        lines.push(line);
    }
    let lines: Vec<Slot> = lines.iter().map(|line| make_string(line)).collect();
    Ok(vector::from_slots(instance.ret, &lines))
}

unsafe fn rewind(_: &mut dyn Host, _: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    unsafe { reader(args[0]) }?.rewind().map(|()| 0)
}

unsafe fn close_reader(_: &mut dyn Host, _: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    unsafe { reader(args[0]) }?.close().map(|()| 0)
}

unsafe fn new_writer(_: &mut dyn Host, instance: &Instance, _: &[Slot]) -> Outcome {
    Ok(make_writer(instance.ret, Writer::memory()))
}

unsafe fn write(_: &mut dyn Host, _: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    let (writer, bytes) = unsafe { (writer(args[0])?, bytes(args[1])) };
    writer.write(&bytes).map(|count| count as Slot)
}

unsafe fn write_all(_: &mut dyn Host, _: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    let (writer, bytes) = unsafe { (writer(args[0])?, bytes(args[1])) };
    writer.write_all(&bytes).map(|_| 0)
}

unsafe fn write_string(_: &mut dyn Host, _: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    let (writer, text) = unsafe { (writer(args[0])?, text(args[1])) };
    writer.write_all(text.as_bytes()).map(|count| count as Slot)
}

unsafe fn write_line(_: &mut dyn Host, _: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    let (writer, text) = unsafe { (writer(args[0])?, text(args[1])) };
    let line = [text.as_bytes(), b"\n"].concat();
    writer.write_all(&line).map(|count| count as Slot)
}

unsafe fn print(host: &mut dyn Host, instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    unsafe { write_string(host, instance, args) }.map(|_| 0)
}

unsafe fn print_line(host: &mut dyn Host, instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    unsafe { write_line(host, instance, args) }.map(|_| 0)
}

unsafe fn flush(_: &mut dyn Host, _: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    unsafe { writer(args[0]) }?.flush().map(|()| 0)
}

unsafe fn close_writer(_: &mut dyn Host, _: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    unsafe { writer(args[0]) }?.close().map(|()| 0)
}

unsafe fn to_bytes(_: &mut dyn Host, instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    let bytes = unsafe { writer(args[0]) }?.written()?;
    Ok(make_bytes(instance.ret, &bytes))
}

unsafe fn to_string(_: &mut dyn Host, instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    let bytes = unsafe { writer(args[0]) }?.written()?;
    let text = std::str::from_utf8(&bytes).ok();
    Ok(option(instance, text.map(make_string)))
}

unsafe fn pipe(_: &mut dyn Host, instance: &Instance, _: &[Slot]) -> Outcome {
    let (input, output) = wat_kernel::pipe()
        .and_then(|ends| ends.0.set_nonblocking().map(|()| ends))
        .map_err(|error| Trap::error(8515, error.to_string()))?;
    let ends = [
        make_writer(instance.ret.parts[0], Writer::descriptor(input)),
        make_reader(instance.ret.parts[1], Reader::pipe(output)),
    ];
    Ok(make_variant(instance.ret, 0, &ends))
}
