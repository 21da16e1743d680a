//! Files: opening, reading and writing whole ones, temporary ones.

use super::HostRow;
use super::io::{make_reader, make_writer};
use crate::stream::{Reader, Writer, failed, not_text};
use crate::{Host, SourceError};
use std::path::Path;
use wat_kernel::{Fd, Temporary};
use wat_value::{
    Instance, Opaque, Slot, Trap, make_opaque, make_string, make_variant, opaque, text, vector,
};

type Outcome = Result<Slot, Box<Trap>>;

pub(super) const TABLE: &[HostRow] = &[
    (":wat::io::IOReader/open-file", "b", open_reader),
    (":wat::io::IOWriter/append-file", "b", append),
    (":wat::io::IOWriter/open-file", "b", create),
    (":wat::io::TempDir/new", "", temporary_directory),
    (":wat::io::TempDir/path", "b", temporary_path),
    (":wat::io::TempFile/new", "", temporary_file),
    (":wat::io::TempFile/path", "b", temporary_path),
    (":wat::io::file-exists?", "b", exists),
    (":wat::io::list-dir", "b", list),
    (":wat::io::read-file", "b", read_file),
    (":wat::io::try-read-file", "b", try_read_file),
    (":wat::io::write-file", "bb", write_file),
];

/// The object behind `:wat::io::TempFile` and `:wat::io::TempDir`.
struct TemporaryHandle(Temporary);

impl Opaque for TemporaryHandle {}

// SAFETY of what follows: the caller of a native says that its arguments are live values of the declared types.

/// Opens the file that the first argument names.
///
/// # Safety
/// The first argument is a live string.
unsafe fn opened(args: &[Slot], open: fn(&Path) -> std::io::Result<Fd>) -> Result<Fd, Box<Trap>> {
    // SAFETY: the caller says so.
    let path = unsafe { text(args[0]) };
    open(Path::new(path)).map_err(|error| failed("opening", Some(path), &error))
}

unsafe fn open_reader(_: &mut dyn Host, instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    let fd = unsafe { opened(args, wat_kernel::open_file) }?;
    Ok(make_reader(
        instance.ret,
        Reader::file(fd, unsafe { text(args[0]) }),
    ))
}

unsafe fn create(_: &mut dyn Host, instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    let fd = unsafe { opened(args, wat_kernel::create_file) }?;
    Ok(make_writer(
        instance.ret,
        Writer::file(fd, unsafe { text(args[0]) }),
    ))
}

unsafe fn append(_: &mut dyn Host, instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    let fd = unsafe { opened(args, wat_kernel::append_file) }?;
    Ok(make_writer(
        instance.ret,
        Writer::file(fd, unsafe { text(args[0]) }),
    ))
}

unsafe fn write_file(_: &mut dyn Host, _: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    let (path, content) = unsafe { (text(args[0]), text(args[1])) };
    wat_kernel::create_file(Path::new(path))
        .and_then(|fd| fd.write_all(content.as_bytes()))
        .map_err(|error| failed("writing", Some(path), &error))?;
    Ok(0)
}

/// The text of a file, or the number of a code and why there is none.
///
/// # Safety
/// The first argument is a live string.
unsafe fn content(host: &mut dyn Host, args: &[Slot]) -> Result<String, Box<Trap>> {
    // SAFETY: the caller says so.
    let path = unsafe { text(args[0]) };
    host.read_source(path).map_err(|error| match error {
        SourceError::NotUtf8 => not_text(&format!("`{path}`")),
        SourceError::Failed(reason) => {
            Trap::error(8415, format!("reading of `{path}` failed: {reason}"))
        }
    })
}

unsafe fn read_file(host: &mut dyn Host, _: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    unsafe { content(host, args) }.map(|text| make_string(&text))
}

unsafe fn try_read_file(host: &mut dyn Host, instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    let (variant, text) = match unsafe { content(host, args) } {
        Ok(text) => (0, text),
        Err(trap) => (1, trap.message),
    };
    Ok(make_variant(instance.ret, variant, &[make_string(&text)]))
}

unsafe fn exists(_: &mut dyn Host, _: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    Ok(Slot::from(Path::new(unsafe { text(args[0]) }).exists()))
}

unsafe fn list(_: &mut dyn Host, instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    let path = unsafe { text(args[0]) };
    let found = wat_kernel::list_directory(Path::new(path))
        .map_err(|error| failed("listing", Some(path), &error))?;
    let mut names = Vec::with_capacity(found.len());
    for entry in &found {
        names.push(
            entry
                .to_str()
                .ok_or_else(|| not_text(&format!("a name in `{path}`")))?,
        );
    }
    names.sort_unstable();
    let names: Vec<Slot> = names.into_iter().map(make_string).collect();
    Ok(vector::from_slots(instance.ret, &names))
}

fn temporary(instance: &Instance, made: std::io::Result<Temporary>) -> Outcome {
    let made = made.map_err(|error| failed("making a temporary entry", None, &error))?;
    if made.path().to_str().is_none() {
        return Err(not_text("the path of the directory for temporary files"));
    }
    Ok(make_opaque(instance.ret, Box::new(TemporaryHandle(made))))
}

unsafe fn temporary_file(_: &mut dyn Host, instance: &Instance, _: &[Slot]) -> Outcome {
    temporary(instance, Temporary::file())
}

unsafe fn temporary_directory(_: &mut dyn Host, instance: &Instance, _: &[Slot]) -> Outcome {
    temporary(instance, Temporary::directory())
}

unsafe fn temporary_path(_: &mut dyn Host, _: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    let handle: Option<&TemporaryHandle> = unsafe { opaque(args[0]) };
    let path = handle.and_then(|handle| handle.0.path().to_str());
    Ok(make_string(path.unwrap_or_default()))
}
