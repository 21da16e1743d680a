//! Deaths of threads and processes as plain data, and as values of the library's types.

use crate::cells::{field, make_variant, variant_of};
use crate::desc::{Desc, Shapes};
use crate::heap::{Slot, retain};
use crate::text::{make_string, text};
use crate::value::Value;
use crate::vector;
use wat_edn::{Layout, Writer};

/// A position in a source file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: i64,
    /// The column, from 1.
    pub col: i64,
}

/// One call of a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameRecord {
    /// The file of the call.
    pub file: Option<String>,
    /// Its line, from 1.
    pub line: Option<i64>,
    /// The function.
    pub symbol: Option<String>,
}

/// `:wat::kernel::Failure`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FailureRecord {
    /// What happened.
    pub message: String,
    /// Where.
    pub location: Option<Location>,
    /// The calls, innermost first.
    pub frames: Vec<FrameRecord>,
    /// What an assertion found.
    pub actual: Option<String>,
    /// What it wanted.
    pub expected: Option<String>,
}

/// Why a thread or a process ended: `:wat::kernel::ThreadDiedError` and `:wat::kernel::ProcessDiedError`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Death {
    /// A panic, with its record.
    Panic(String, Option<Box<FailureRecord>>),
    /// A run-time error.
    RuntimeError(String),
    /// The other side of a channel has closed.
    ChannelDisconnected,
    /// The process ends.
    Shutdown,
    /// A process was ended by a signal.
    Signaled(i64),
    /// A program could not be started.
    StartupError(String),
    /// A form of a program's entry file failed.
    EntryFormFailure(String),
    /// `:user::main` is missing or has another type.
    MainSignature(String),
    /// `:user::main` has returned something else than nil.
    BadReturn(String),
}

impl Death {
    /// The name of the variant.
    pub fn name(&self) -> &'static str {
        match self {
            Death::Panic(..) => "Panic",
            Death::RuntimeError(_) => "RuntimeError",
            Death::ChannelDisconnected => "ChannelDisconnected",
            Death::Shutdown => "Shutdown",
            Death::Signaled(_) => "Signaled",
            Death::StartupError(_) => "StartupError",
            Death::EntryFormFailure(_) => "EntryFormFailure",
            Death::MainSignature(_) => "MainSignature",
            Death::BadReturn(_) => "BadReturn",
        }
    }

    /// Its text.
    pub fn message(&self) -> String {
        match self {
            Death::Panic(message, _)
            | Death::RuntimeError(message)
            | Death::StartupError(message)
            | Death::EntryFormFailure(message)
            | Death::MainSignature(message)
            | Death::BadReturn(message) => message.clone(),
            Death::ChannelDisconnected => "channel disconnected".to_owned(),
            Death::Shutdown => "process shutdown".to_owned(),
            Death::Signaled(signal) => format!("process killed by signal {signal}"),
        }
    }

    /// The record that it carries, or one of its text alone.
    pub fn to_failure(&self) -> FailureRecord {
        match self {
            Death::Panic(_, Some(record)) => (**record).clone(),
            _ => FailureRecord {
                message: self.message(),
                ..FailureRecord::default()
            },
        }
    }

    /// The same death in a chain of threads, which lack some variants.
    pub fn for_thread(self) -> Death {
        match self {
            Death::Signaled(_) => Death::Panic(self.message(), None),
            Death::StartupError(text)
            | Death::EntryFormFailure(text)
            | Death::MainSignature(text)
            | Death::BadReturn(text) => Death::RuntimeError(text),
            death => death,
        }
    }

    /// The death as a value of one of the two enums; what the enum lacks is converted. The result is owned.
    pub fn to_slot(&self, desc: &'static Desc, shapes: Shapes<'_>) -> Slot {
        shapes.resolve(desc);
        let known = desc.decl.iter().flat_map(|decl| &decl.variants);
        let index = known.into_iter().position(|v| *v.name == *self.name());
        let Some(index) = index else {
            return match self.clone().for_thread() {
                other if other.name() != self.name() => other.to_slot(desc, shapes),
                _ => make_variant(desc, 0, &[]),
            };
        };
        let fields: &[&'static Desc] = desc.variants().get(index).map_or(&[], |v| &v.fields);
        let values: Vec<Slot> = match self {
            Death::Panic(message, record) => {
                let record = match (record, fields.get(1)) {
                    (Some(record), Some(option)) => {
                        let inner = record.to_slot(option.parts[0], shapes);
                        make_variant(option, 1, &[inner])
                    }
                    (_, Some(option)) => make_variant(option, 0, &[]),
                    (_, None) => return make_variant(desc, 0, &[]),
                };
                vec![make_string(message), record]
            }
            Death::Signaled(signal) => vec![*signal as Slot],
            Death::ChannelDisconnected | Death::Shutdown => Vec::new(),
            _ => vec![make_string(&self.message())],
        };
        make_variant(desc, index as u32, &values)
    }

    /// Reads a value of one of the two enums.
    ///
    /// # Safety
    /// The slot holds a live value of the type, whose fields are known.
    pub unsafe fn from_slot(desc: &'static Desc, slot: Slot) -> Death {
        // SAFETY: the caller says what the slot holds; the name of the variant says what its fields are.
        unsafe {
            let variants = desc.decl.as_ref().map_or(&[][..], |decl| &decl.variants);
            let index = variant_of(slot) as usize;
            let name = variants.get(index).map_or("", |variant| &*variant.name);
            let string = || text(field(slot, 0)).to_owned();
            match name {
                "Panic" => {
                    let record = field(slot, 1);
                    let layout = &desc.variants()[index].fields;
                    let record = (variant_of(record) == 1).then(|| {
                        Box::new(FailureRecord::from_slot(
                            layout[1].parts[0],
                            field(record, 0),
                        ))
                    });
                    Death::Panic(string(), record)
                }
                "RuntimeError" => Death::RuntimeError(string()),
                "ChannelDisconnected" => Death::ChannelDisconnected,
                "Shutdown" => Death::Shutdown,
                "Signaled" => Death::Signaled(field(slot, 0) as i64),
                "StartupError" => Death::StartupError(string()),
                "EntryFormFailure" => Death::EntryFormFailure(string()),
                "MainSignature" => Death::MainSignature(string()),
                _ => Death::BadReturn(string()),
            }
        }
    }

    /// A chain as a value of a vector type. The result is owned.
    pub fn chain_to_slot(chain: &[Death], desc: &'static Desc, shapes: Shapes<'_>) -> Slot {
        let deaths: Vec<Slot> = chain
            .iter()
            .map(|death| death.to_slot(desc.parts[0], shapes))
            .collect();
        vector::from_slots(desc, &deaths)
    }

    /// `#wat.kernel/ProcessPanics [chain…]` with its line feed; `host` is `Process` or `Thread`.
    pub fn chain_line(host: &str, chain: &[Death]) -> String {
        let mut edn = Writer::new(Layout::Compact);
        edn.tag(&format!("wat.kernel/{host}Panics"));
        edn.begin_vector(chain.len(), false);
        for death in chain {
            edn.tag(&format!("wat.kernel.{host}DiedError/{}", death.name()));
            death.write_fields(&mut edn);
        }
        edn.end();
        let mut line = edn.finish();
        line.push('\n');
        line
    }

    fn write_fields(&self, edn: &mut Writer) {
        match self {
            Death::ChannelDisconnected | Death::Shutdown => edn.nil(),
            Death::Panic(message, record) => {
                edn.begin_vector(2, false);
                edn.str(message);
                match record {
                    Some(record) => record.write(edn),
                    None => edn.nil(),
                }
                edn.end();
            }
            Death::Signaled(signal) => {
                edn.begin_vector(1, true);
                edn.int(*signal);
                edn.end();
            }
            _ => {
                edn.begin_vector(1, true);
                edn.str(&self.message());
                edn.end();
            }
        }
    }

    /// Reads a chain.
    ///
    /// # Safety
    /// The slot holds a live vector of deaths of this type.
    pub unsafe fn chain_from_slot(desc: &'static Desc, slot: Slot) -> Vec<Death> {
        // SAFETY: the caller says so; indices stay below the length.
        unsafe {
            (0..vector::len(slot))
                .map(|index| Death::from_slot(desc.parts[0], vector::get(slot, index)))
                .collect()
        }
    }
}

fn option(desc: &'static Desc, value: Option<Slot>) -> Slot {
    match value {
        Some(value) => make_variant(desc, 1, &[value]),
        None => make_variant(desc, 0, &[]),
    }
}

/// # Safety
/// The slot holds a live option.
unsafe fn inner(slot: Slot) -> Option<Slot> {
    // SAFETY: the caller says so.
    unsafe { (variant_of(slot) == 1).then(|| field(slot, 0)) }
}

impl FailureRecord {
    /// The record as a value. The result is owned.
    pub fn to_slot(&self, desc: &'static Desc, shapes: Shapes<'_>) -> Slot {
        shapes.resolve(desc);
        let Some(layout) = desc.variants().first().filter(|v| v.fields.len() == 5) else {
            return make_variant(desc, 0, &[]);
        };
        let [_, location, frames, actual, expected] = &*layout.fields else {
            return make_variant(desc, 0, &[]);
        };
        let place = self.location.as_ref().map(|at| {
            shapes.resolve(location.parts[0]);
            let fields = [make_string(&at.file), at.line as Slot, at.col as Slot];
            make_variant(location.parts[0], 0, &fields)
        });
        let frame = frames.parts[0];
        shapes.resolve(frame);
        let calls: Vec<Slot> = self.frames.iter().map(|call| call.to_slot(frame)).collect();
        let string = |text: &Option<String>| text.as_deref().map(make_string);
        let fields = [
            make_string(&self.message),
            option(location, place),
            vector::from_slots(frames, &calls),
            option(actual, string(&self.actual)),
            option(expected, string(&self.expected)),
        ];
        make_variant(desc, 0, &fields)
    }

    /// Reads a record.
    ///
    /// # Safety
    /// The slot holds a live `:wat::kernel::Failure`.
    pub unsafe fn from_slot(_: &'static Desc, slot: Slot) -> FailureRecord {
        // SAFETY: the declaration says what the fields are.
        unsafe {
            let string = |slot: Slot| inner(slot).map(|slot| text(slot).to_owned());
            let frames = field(slot, 2);
            FailureRecord {
                message: text(field(slot, 0)).to_owned(),
                location: inner(field(slot, 1)).map(|at| Location {
                    file: text(field(at, 0)).to_owned(),
                    line: field(at, 1) as i64,
                    col: field(at, 2) as i64,
                }),
                frames: (0..vector::len(frames))
                    .map(|index| vector::get(frames, index))
                    .map(|call| FrameRecord {
                        file: string(field(call, 0)),
                        line: inner(field(call, 1)).map(|line| line as i64),
                        symbol: string(field(call, 2)),
                    })
                    .collect(),
                actual: string(field(slot, 3)),
                expected: string(field(slot, 4)),
            }
        }
    }
}

fn write_optional(edn: &mut Writer, text: Option<&str>) {
    match text {
        Some(text) => edn.str(text),
        None => edn.nil(),
    }
}

impl FailureRecord {
    fn write(&self, edn: &mut Writer) {
        edn.tag("wat.kernel/Failure");
        edn.begin_map();
        edn.keyword(":message");
        edn.str(&self.message);
        edn.keyword(":location");
        match &self.location {
            Some(at) => at.write(edn),
            None => edn.nil(),
        }
        edn.keyword(":frames");
        edn.begin_vector(self.frames.len(), false);
        for frame in &self.frames {
            frame.write(edn);
        }
        edn.end();
        edn.keyword(":actual");
        write_optional(edn, self.actual.as_deref());
        edn.keyword(":expected");
        write_optional(edn, self.expected.as_deref());
        edn.end();
    }
}

impl Location {
    fn write(&self, edn: &mut Writer) {
        edn.tag("wat.kernel/Location");
        edn.begin_map();
        edn.keyword(":file");
        edn.str(&self.file);
        edn.keyword(":line");
        edn.int(self.line);
        edn.keyword(":col");
        edn.int(self.col);
        edn.end();
    }
}

impl FrameRecord {
    fn write(&self, edn: &mut Writer) {
        edn.tag("wat.kernel/Frame");
        edn.begin_map();
        edn.keyword(":file");
        write_optional(edn, self.file.as_deref());
        edn.keyword(":line");
        match self.line {
            Some(line) => edn.int(line),
            None => edn.nil(),
        }
        edn.keyword(":symbol");
        write_optional(edn, self.symbol.as_deref());
        edn.end();
    }

    fn to_slot(&self, desc: &'static Desc) -> Slot {
        let Some([file, line, symbol]) = desc.variants().first().map(|v| &*v.fields) else {
            return make_variant(desc, 0, &[]);
        };
        let fields = [
            option(file, self.file.as_deref().map(make_string)),
            option(line, self.line.map(|line| line as Slot)),
            option(symbol, self.symbol.as_deref().map(make_string)),
        ];
        make_variant(desc, 0, &fields)
    }
}

impl Value {
    /// A value that the caller only borrows, counted once more.
    ///
    /// # Safety
    /// The slot holds a live value of the type.
    pub unsafe fn borrowed(desc: &'static Desc, slot: Slot) -> Value {
        // SAFETY: the caller says so.
        unsafe {
            if desc.is_pointer() {
                retain(slot);
            }
            Value::from_slot(desc, slot)
        }
    }
}
