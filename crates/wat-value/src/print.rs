//! The external representation of values (X1 to X20): a walk with its own stack that feeds the EDN writer.

use crate::boxed::{any, form};
use crate::cells::{field, variant_of};
use crate::desc::{Desc, Repr};
use crate::heap::Slot;
use crate::plain::{Plain, plain};
use crate::sink::{Length, Sink, Tree};
use crate::syntax::{Shape, Syntax, write_forms};
use crate::text::text;
use crate::{map, vector};
use wat_edn::json::{MAP_TAG, key_value};
use wat_edn::{Edn, Layout, Writer};
use wat_ir::DeclKind;

/// A value that is being written, and what comes next in it.
enum Frame {
    Fields {
        slot: Slot,
        desc: &'static Desc,
        variant: u32,
        next: usize,
    },
    Elements {
        slot: Slot,
        desc: &'static Desc,
        next: usize,
    },
    Entries {
        items: Vec<(&'static Desc, Slot)>,
        next: usize,
        /// Keys and values in turn, of which JSON writes the keys as EDN text.
        keyed: bool,
    },
    /// The parts of a bundle.
    Holons { bundle: Syntax, next: usize },
    /// Names and values in turn.
    Struct {
        slot: Slot,
        desc: &'static Desc,
        variant: u32,
        next: usize,
    },
}

/// A part of a frame.
enum Part {
    Value(&'static Desc, Slot),
    Name(String),
    Restricted,
    Holon(Syntax),
}

/// How values of declared types show their type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// By a tag, so that it reads back.
    Tagged,
    /// By a tag too; a map is tagged as well if its keys could not be told from their texts in JSON.
    Json,
    /// Not at all but for the variant of an enum: `write-notag`.
    Tagless,
    /// As plain JSON wants it: fields by name, under the tag.
    Named,
}

/// The text of a value.
///
/// # Safety
/// The slot holds a live value of the type.
pub unsafe fn render(desc: &'static Desc, slot: Slot, layout: Layout) -> String {
    // SAFETY: the caller says so.
    unsafe { walk(desc, slot, Writer::new(layout), Form::Tagged, usize::MAX) }.finish()
}

/// The text of a value; `None` if it has more than so many bytes. The pretty text of nested values is quadratic in the
/// depth: the walk stops soon after the limit.
///
/// # Safety
/// The slot holds a live value of the type.
pub unsafe fn render_within(
    desc: &'static Desc,
    slot: Slot,
    layout: Layout,
    limit: usize,
) -> Option<String> {
    // SAFETY: the caller says so.
    let written = unsafe { walk(desc, slot, Writer::new(layout), Form::Tagged, limit) };
    (written.len() <= limit).then(|| written.finish())
}

/// The text of a value without the tags of structs and enums (chapter 04 §17.4); `None` if it has more than so many bytes.
///
/// # Safety
/// The slot holds a live value of the type.
pub unsafe fn render_tagless(desc: &'static Desc, slot: Slot, limit: usize) -> Option<String> {
    let writer = Writer::new(Layout::Compact);
    // SAFETY: the caller says so.
    let written = unsafe { walk(desc, slot, writer, Form::Tagless, limit) };
    (written.len() <= limit).then(|| written.finish())
}

/// The representation of a value as a tree, its maps and sets in canonical order.
///
/// # Safety
/// The slot holds a live value of the type.
pub unsafe fn encode(desc: &'static Desc, slot: Slot, form: Form) -> Edn {
    // SAFETY: the caller says so.
    unsafe { walk(desc, slot, Tree::default(), form, usize::MAX) }.finish()
}

/// The same; `None` if its text has more than so many bytes. What is long is counted before it is made: values that share
/// their parts have texts, and trees, much larger than they are.
///
/// # Safety
/// The slot holds a live value of the type.
pub unsafe fn encode_within(
    desc: &'static Desc,
    slot: Slot,
    form: Form,
    limit: usize,
) -> Option<Edn> {
    const SHORT: usize = 1 << 20;
    // SAFETY: here and below: the caller says so.
    let tree = unsafe { walk(desc, slot, Tree::default(), form, SHORT.min(limit)) };
    if tree.len() <= SHORT.min(limit) {
        return Some(tree.finish());
    }
    drop(tree);
    let length = unsafe { walk(desc, slot, Length::default(), form, limit) };
    (length.len() <= limit).then(|| unsafe { encode(desc, slot, form) })
}

/// Gives the representation of a value to a sink, or the beginning of one that is longer than the limit.
///
/// # Safety
/// The slot holds a live value of the type.
unsafe fn walk<S: Sink>(desc: &'static Desc, slot: Slot, sink: S, form: Form, limit: usize) -> S {
    let mut printer = Printer {
        writer: sink,
        frames: Vec::new(),
        form,
    };
    // SAFETY: the caller says so; parts of live values are live values of the types that the descriptor names.
    unsafe {
        printer.value(desc, slot);
        while printer.writer.len() <= limit
            && let Some(frame) = printer.frames.last_mut()
        {
            match step(frame) {
                Some(Part::Value(desc, slot)) => printer.value(desc, slot),
                Some(Part::Name(name)) => printer.writer.keyword(&name),
                Some(Part::Holon(holon)) => printer.holon(&holon),
                Some(Part::Restricted) => printer.opaque("restricted"),
                None => {
                    if !matches!(printer.frames.pop(), Some(Frame::Fields { desc, .. }) if newtype_like(desc))
                    {
                        printer.writer.end();
                    }
                }
            }
        }
    }
    printer.writer
}

/// `Option` and `Result` write their payload without brackets.
fn newtype_like(desc: &Desc) -> bool {
    matches!(desc.repr, Repr::Option | Repr::Result)
}

/// Whether the pretty layout counts values of a type as scalars; an option is one if it is `nil` or holds one.
unsafe fn scalar(desc: &'static Desc, slot: Slot) -> bool {
    let (mut desc, mut slot) = (desc, slot);
    loop {
        match desc.repr {
            Repr::Option => {
                // SAFETY: the slot holds an option.
                unsafe {
                    if variant_of(slot) == 0 {
                        return true;
                    }
                    if needs_some_tag(desc, slot) {
                        return false;
                    }
                    slot = field(slot, 0);
                }
                desc = desc.parts[0];
            }
            // SAFETY: the slot holds a value with its type.
            Repr::Any => (desc, slot) = unsafe { any(slot) },
            // Instants and identifiers.
            // SAFETY: the caller says that the slot holds a live value of the type.
            Repr::Nominal => return unsafe { plain(desc, slot) }.is_some(),
            repr => return !repr.is_pointer() || matches!(repr, Repr::Str | Repr::Keyword),
        }
    }
}

/// Whether `Some v` needs its tag: `v` writes as `nil`, or as a tagged `Some` itself (X5).
unsafe fn needs_some_tag(desc: &Desc, slot: Slot) -> bool {
    let (mut desc, mut slot) = (desc.parts[0], unsafe { field(slot, 0) });
    loop {
        match desc.repr {
            Repr::Nil => return true,
            // SAFETY: the slot holds a value with its type.
            Repr::Any => (desc, slot) = unsafe { any(slot) },
            Repr::Option => {
                // SAFETY: the payload of an option of options is an option.
                unsafe {
                    if variant_of(slot) == 0 {
                        return true;
                    }
                    slot = field(slot, 0);
                }
                desc = desc.parts[0];
            }
            _ => return false,
        }
    }
}

/// Whether a key of a type that has more than strings is a string that reads as another key where keys are texts.
unsafe fn ambiguous(desc: &'static Desc, slot: Slot) -> bool {
    let (mut desc, mut slot) = (desc, slot);
    loop {
        match desc.repr {
            // SAFETY: the slot holds a live string.
            Repr::Str => return key_value(unsafe { text(slot) }).is_some(),
            // SAFETY: the slot holds a value with its type.
            Repr::Any => (desc, slot) = unsafe { any(slot) },
            // SAFETY: the slot holds an option with a payload.
            Repr::Option => unsafe {
                if variant_of(slot) == 0 || needs_some_tag(desc, slot) {
                    return false;
                }
                (desc, slot) = (desc.parts[0], field(slot, 0));
            },
            _ => return false,
        }
    }
}

/// The next part of a frame.
unsafe fn step(frame: &mut Frame) -> Option<Part> {
    match frame {
        Frame::Fields {
            slot,
            desc,
            variant,
            next,
        } => {
            let part = *desc.variants().get(*variant as usize)?.fields.get(*next)?;
            *next += 1;
            // SAFETY: the layout says that the field is there.
            Some(Part::Value(part, unsafe { field(*slot, *next as u32 - 1) }))
        }
        Frame::Elements { slot, desc, next } => {
            // SAFETY: the frame holds a live vector.
            unsafe {
                if *next >= vector::len(*slot) {
                    return None;
                }
                *next += 1;
                Some(Part::Value(desc.parts[0], vector::get(*slot, *next - 1)))
            }
        }
        Frame::Entries { items, next, .. } => {
            *next += 1;
            items
                .get(*next - 1)
                .map(|(desc, slot)| Part::Value(desc, *slot))
        }
        Frame::Holons { bundle, next } => {
            *next += 1;
            bundle.children().get(*next - 1).cloned().map(Part::Holon)
        }
        Frame::Struct {
            slot,
            desc,
            variant,
            next,
        } => {
            let (index, is_name) = (*next / 2, *next % 2 == 0);
            let variant = *variant as usize;
            let layout = desc.variants().get(variant)?.fields.get(index)?;
            let declared = desc
                .decl
                .as_ref()?
                .variants
                .get(variant)?
                .fields
                .get(index)?;
            *next += 1;
            Some(if is_name {
                Part::Name(format!(":{}", declared.name))
            } else if declared.restricted {
                Part::Restricted
            } else {
                // SAFETY: the layout says that the field is there.
                Part::Value(layout, unsafe { field(*slot, index as u32) })
            })
        }
    }
}

struct Printer<S: Sink> {
    writer: S,
    frames: Vec<Frame>,
    form: Form,
}

impl<S: Sink> Printer<S> {
    unsafe fn value(&mut self, desc: &'static Desc, slot: Slot) {
        // SAFETY: the caller says that the slot is a live value of the type.
        unsafe {
            match desc.repr {
                Repr::Nil => self.writer.nil(),
                Repr::Bool => self.writer.bool(slot != 0),
                Repr::I64 | Repr::U8 | Repr::Duration => self.writer.int(slot as i64),
                Repr::F64 => self.writer.float(f64::from_bits(slot)),
                Repr::Str => self.writer.str(text(slot)),
                Repr::Keyword => self.writer.keyword(text(slot)),
                Repr::Fn => self.opaque("fn"),
                Repr::Form => {
                    self.writer.tag("wat-edn.core/form");
                    self.writer.str(&write_forms(form(slot)));
                }
                Repr::Holon => self.holon(form(slot)),
                Repr::Any => {
                    let (desc, slot) = any(slot);
                    self.value(desc, slot);
                }
                Repr::Vector => {
                    let scalars = vector::iter(slot)
                        .take(9)
                        .all(|item| scalar(desc.parts[0], item));
                    self.writer.begin_vector(vector::len(slot), scalars);
                    self.frames.push(Frame::Elements {
                        slot,
                        desc,
                        next: 0,
                    });
                }
                Repr::HashSet => {
                    let items: Vec<_> = map::keys(slot)
                        .into_iter()
                        .map(|key| (desc.parts[0], key))
                        .collect();
                    let scalars = items.iter().take(9).all(|(desc, slot)| scalar(desc, *slot));
                    self.writer.begin_set(items.len(), scalars);
                    self.frames.push(Frame::Entries {
                        items,
                        next: 0,
                        keyed: false,
                    });
                }
                Repr::HashMap => {
                    let entries = map::entries(slot);
                    let pair = |(key, value)| [(desc.parts[0], key), (desc.parts[1], value)];
                    let mut keys = entries.iter().map(|(key, _)| *key);
                    let pairs = self.form == Form::Json
                        && desc.parts[0].repr != Repr::Str
                        && keys.any(|key| ambiguous(desc.parts[0], key))
                        && !self.in_key();
                    if pairs {
                        self.writer.tag(MAP_TAG);
                    }
                    self.writer.begin_map();
                    self.frames.push(Frame::Entries {
                        items: entries.into_iter().flat_map(pair).collect(),
                        next: 0,
                        keyed: !pairs,
                    });
                }
                Repr::Option if variant_of(slot) == 0 => self.writer.nil(),
                Repr::Option => {
                    if needs_some_tag(desc, slot) {
                        self.writer.tag("wat-edn.option/some");
                    }
                    self.frames.push(Frame::Fields {
                        slot,
                        desc,
                        variant: 1,
                        next: 0,
                    });
                }
                Repr::Result => {
                    let variant = variant_of(slot);
                    self.writer.tag(if variant == 0 {
                        "wat-edn.result/ok"
                    } else {
                        "wat-edn.result/err"
                    });
                    self.frames.push(Frame::Fields {
                        slot,
                        desc,
                        variant,
                        next: 0,
                    });
                }
                Repr::Tuple => {
                    let fields = &desc.parts;
                    let scalars =
                        (0..fields.len()).all(|i| scalar(fields[i], field(slot, i as u32)));
                    self.writer.begin_vector(fields.len(), scalars);
                    self.frames.push(Frame::Fields {
                        slot,
                        desc,
                        variant: 0,
                        next: 0,
                    });
                }
                Repr::Nominal => self.nominal(desc, slot),
            }
        }
    }

    /// Whether the next value is a part of a key.
    fn in_key(&self) -> bool {
        let is_key = |frame: &Frame| matches!(frame, Frame::Entries { next, keyed: true, .. } if next % 2 == 1);
        self.frames.iter().any(is_key)
    }

    /// A leaf, or the beginning of a bundle.
    fn holon(&mut self, holon: &Syntax) {
        match holon.shape() {
            Shape::Int(value) => {
                self.writer.tag("wat-edn.holon/I64");
                self.writer.int(*value);
            }
            Shape::Float(bits) => {
                self.writer.tag("wat-edn.holon/F64");
                self.writer.float(f64::from_bits(*bits));
            }
            Shape::Bool(value) => {
                self.writer.tag("wat-edn.holon/Bool");
                self.writer.bool(*value);
            }
            Shape::Str(text) => {
                self.writer.tag("wat-edn.holon/String");
                self.writer.str(text);
            }
            _ => match holon.name() {
                Some(name) => {
                    self.writer.tag("wat-edn.holon/Symbol");
                    self.writer.str(name);
                }
                None => {
                    self.writer.tag("wat-edn.holon/Bundle");
                    self.writer.begin_vector(holon.children().len(), false);
                    self.frames.push(Frame::Holons {
                        bundle: holon.clone(),
                        next: 0,
                    });
                }
            },
        }
    }

    fn opaque(&mut self, kind: &str) {
        self.writer.tag(&format!("wat-edn.opaque/{kind}"));
        self.writer.nil();
    }

    unsafe fn nominal(&mut self, desc: &'static Desc, slot: Slot) {
        let Some(decl) = &desc.decl else {
            return self.writer.nil();
        };
        // SAFETY: the caller says that the slot is a live value of the type.
        match unsafe { plain(desc, slot) } {
            Some(Plain::Uuid(uuid)) => return self.writer.uuid(uuid),
            Some(Plain::Instant(instant)) => return self.writer.inst(instant),
            None => {}
        }
        if decl.kind == DeclKind::Opaque || desc.variants().is_empty() {
            return self.opaque(
                decl.path
                    .rsplit("::")
                    .next()
                    .unwrap_or_default()
                    .trim_start_matches(':'),
            );
        }
        // SAFETY: the caller says that the slot is a live value of the type.
        let variant = unsafe { variant_of(slot) };
        let declared = &decl.variants[variant as usize];
        let layout = &desc.variants()[variant as usize];
        if decl.kind == DeclKind::Enum && matches!(self.form, Form::Tagless | Form::Named) {
            self.named_variant(desc, slot, variant);
            return;
        }
        if decl.kind == DeclKind::Enum {
            self.writer
                .tag(&format!("{}/{}", dotted(&decl.path), declared.name));
            if layout.fields.is_empty() {
                return self.writer.nil();
            }
            // SAFETY: as above.
            let scalars = (0..layout.fields.len())
                .all(|i| unsafe { scalar(layout.fields[i], field(slot, i as u32)) });
            self.writer.begin_vector(layout.fields.len(), scalars);
            self.frames.push(Frame::Fields {
                slot,
                desc,
                variant,
                next: 0,
            });
            return;
        }
        if self.form != Form::Tagless {
            self.writer.tag(&struct_tag(&decl.path));
        }
        self.writer.begin_map();
        self.frames.push(Frame::Struct {
            slot,
            desc,
            variant: 0,
            next: 0,
        });
    }

    /// An enum value with the names of its fields.
    fn named_variant(&mut self, desc: &'static Desc, slot: Slot, variant: u32) {
        let Some(decl) = &desc.decl else { return };
        let declared = &decl.variants[variant as usize];
        let tag = format!("{}/{}", dotted(&decl.path), declared.name);
        let has_fields = !declared.fields.is_empty();
        match (self.form, has_fields) {
            (Form::Named, false) => {
                self.writer.tag(&tag);
                return self.writer.nil();
            }
            (Form::Named, true) => {
                self.writer.tag(&tag);
                self.writer.begin_map();
                self.writer.keyword(":_type");
                self.writer.str(&tag);
            }
            (_, has_fields) => {
                if has_fields {
                    self.writer.begin_map();
                    self.writer.keyword(":_type");
                }
                self.writer
                    .keyword(&format!("{}::{}", decl.path, declared.name));
                if !has_fields {
                    return;
                }
            }
        }
        self.frames.push(Frame::Struct {
            slot,
            desc,
            variant,
            next: 0,
        });
    }
}

/// `:a::b::E` as `a.b.E`.
pub(crate) fn dotted(path: &str) -> String {
    path.trim_start_matches(':').replace("::", ".")
}

/// `:a::b::S` as `a.b/S`, `:S` as `wat-edn.local/S`.
pub(crate) fn struct_tag(path: &str) -> String {
    match path.rsplit_once("::") {
        Some((space, name)) if !space.is_empty() => format!("{}/{name}", dotted(space)),
        _ => format!("wat-edn.local/{}", path.trim_start_matches(':')),
    }
}
