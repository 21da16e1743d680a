//! Diagnostic text of values, for people: `show`. Depth is bounded by 8 levels, so that the walk may recurse.

use crate::boxed::any;
use crate::cells::{field, variant_of};
use crate::desc::{Desc, Repr};
use crate::heap::Slot;
use crate::natives::MAX_BYTES;
use crate::plain::{Plain, plain};
use crate::text::text;
use crate::{map, vector};
use std::ops::{Deref, DerefMut};
use wat_edn::{string_length, write_float_plain, write_string};
use wat_ir::DeclKind;

/// Levels that are shown.
const DEPTH: usize = 8;
/// No element is started once the text of its container has this many bytes.
const BYTES: usize = 1024;

/// A text that is being written.
struct Text {
    text: String,
    /// It has no more bytes than these.
    limit: usize,
    /// It would have more.
    is_over: bool,
}

impl Text {
    /// A string literal, of which there may be one that is as long as any string, in every level.
    fn literal(&mut self, literal: &str) {
        self.is_over |= string_length(literal) > self.limit.saturating_sub(self.len());
        if !self.is_over {
            write_string(literal, &mut self.text);
        }
    }
}

impl Deref for Text {
    type Target = String;

    fn deref(&self) -> &String {
        &self.text
    }
}

impl DerefMut for Text {
    fn deref_mut(&mut self) -> &mut String {
        &mut self.text
    }
}

/// The text of a value; one that would be longer than any string of the library is `…`.
///
/// # Safety
/// The slot holds a live value of the type.
pub unsafe fn show(desc: &'static Desc, slot: Slot) -> String {
    // SAFETY: the caller says so.
    unsafe { show_within(desc, slot, MAX_BYTES) }.unwrap_or_else(|| "…".to_owned())
}

/// The text of a value; `None` if it has more than so many bytes.
///
/// # Safety
/// The slot holds a live value of the type.
pub(crate) unsafe fn show_within(desc: &'static Desc, slot: Slot, limit: usize) -> Option<String> {
    let mut out = Text {
        text: String::new(),
        limit,
        is_over: false,
    };
    // SAFETY: the caller says so.
    unsafe { value(desc, slot, DEPTH, &mut out) };
    (!out.is_over && out.len() <= limit).then_some(out.text)
}

/// Writes parts with a separator until the container is full.
fn parts<T>(
    items: impl Iterator<Item = T>,
    separator: &str,
    start: usize,
    out: &mut Text,
    mut write: impl FnMut(T, &mut Text),
) {
    for (index, item) in items.enumerate() {
        if index > 0 {
            out.push_str(separator);
        }
        if out.is_over || out.len() - start >= BYTES {
            out.push('…');
            return;
        }
        write(item, out);
    }
}

/// Has a value parts that would stand one level deeper?
unsafe fn has_parts(desc: &'static Desc, slot: Slot) -> bool {
    // SAFETY: the caller says that the slot is a live value of the type.
    unsafe {
        match desc.repr {
            Repr::Vector | Repr::HashSet | Repr::HashMap | Repr::Tuple => true,
            Repr::Option => variant_of(slot) != 0,
            Repr::Result => true,
            Repr::Nominal => {
                let declared = desc.decl.as_ref();
                let is_data = declared.is_some_and(|decl| decl.kind != DeclKind::Opaque);
                is_data
                    && !desc.variants().is_empty()
                    && plain(desc, slot).is_none()
                    && !desc.variants()[variant_of(slot) as usize].fields.is_empty()
            }
            Repr::Any => {
                let (desc, slot) = any(slot);
                has_parts(desc, slot)
            }
            _ => false,
        }
    }
}

unsafe fn value(desc: &'static Desc, slot: Slot, depth: usize, out: &mut Text) {
    // SAFETY: the caller says that the slot is a live value of the type.
    if depth == 0 && unsafe { has_parts(desc, slot) } {
        out.push('…');
        return;
    }
    let start = out.len();
    // SAFETY: the caller says that the slot is a live value of the type; its parts are live.
    unsafe {
        match desc.repr {
            Repr::Nil => out.push_str("()"),
            Repr::Bool => out.push_str(if slot == 0 { "false" } else { "true" }),
            Repr::I64 | Repr::U8 => out.push_str(&(slot as i64).to_string()),
            Repr::Duration => out.push_str(&format!("<Duration {}ns>", slot as i64)),
            Repr::F64 => write_float_plain(f64::from_bits(slot), out),
            Repr::Str => out.literal(text(slot)),
            Repr::Keyword => out.push_str(text(slot)),
            Repr::Fn => out.push_str("<fn>"),
            Repr::Form => out.push_str("<WatAST>"),
            Repr::Holon => out.push_str("<HolonAST>"),
            Repr::Any => {
                let (desc, slot) = any(slot);
                value(desc, slot, depth, out);
            }
            Repr::Vector => {
                out.push('[');
                parts(vector::iter(slot), ", ", start, out, |item, out| {
                    value(desc.parts[0], item, depth - 1, out)
                });
                out.push(']');
            }
            Repr::HashSet => {
                out.push_str("#{");
                let items = map::keys(slot).into_iter();
                parts(items, ", ", start, out, |item, out| {
                    value(desc.parts[0], item, depth - 1, out)
                });
                out.push('}');
            }
            Repr::HashMap => {
                out.push('{');
                parts(
                    map::entries(slot).into_iter(),
                    ", ",
                    start,
                    out,
                    |(key, item), out| {
                        value(desc.parts[0], key, depth - 1, out);
                        out.push_str(": ");
                        value(desc.parts[1], item, depth - 1, out);
                    },
                );
                out.push('}');
            }
            Repr::Tuple => {
                out.push('(');
                fields(desc, slot, 0, ", ", depth, start, out);
                out.push(')');
            }
            Repr::Option | Repr::Result => {
                let variant = variant_of(slot);
                match (desc.repr, variant) {
                    (Repr::Option, 0) => return out.push_str(":None"),
                    (Repr::Option, _) => out.push_str("(Some "),
                    (_, 0) => out.push_str("(Ok "),
                    (_, _) => out.push_str("(Err "),
                }
                fields(desc, slot, variant, " ", depth, start, out);
                out.push(')');
            }
            Repr::Nominal => nominal(desc, slot, depth, start, out),
        }
    }
}

unsafe fn fields(
    desc: &'static Desc,
    slot: Slot,
    variant: u32,
    separator: &str,
    depth: usize,
    start: usize,
    out: &mut Text,
) {
    let fields = &desc.variants()[variant as usize].fields;
    // SAFETY: a value has the fields of its variant.
    parts(
        fields.iter().enumerate(),
        separator,
        start,
        out,
        |(index, part), out| unsafe {
            value(part, field(slot, index as u32), depth - 1, out);
        },
    );
}

unsafe fn nominal(desc: &'static Desc, slot: Slot, depth: usize, start: usize, out: &mut Text) {
    // SAFETY: the caller says that the slot is a live value of the type.
    match unsafe { plain(desc, slot) } {
        Some(Plain::Uuid(uuid)) => {
            out.push_str("#uuid \"");
            uuid.write(out);
            return out.push('"');
        }
        Some(Plain::Instant(instant)) => {
            out.push_str("<Instant ");
            instant.write(out);
            return out.push('>');
        }
        None => {}
    }
    let Some(decl) = desc
        .decl
        .as_ref()
        .filter(|decl| decl.kind != DeclKind::Opaque && !desc.variants().is_empty())
    else {
        let name = desc
            .decl
            .as_ref()
            .and_then(|decl| decl.path.rsplit("::").next().map(str::to_owned));
        out.push_str(&format!("<{}>", name.unwrap_or_default()));
        return;
    };
    // SAFETY: the caller says that the slot is a live value of the type.
    let variant = unsafe { variant_of(slot) };
    let declared = &decl.variants[variant as usize];
    if decl.kind == DeclKind::Enum {
        if declared.fields.is_empty() {
            out.push_str(&format!("{}::{}", decl.path, declared.name));
        } else {
            out.push_str(&format!("({}::{} ", decl.path, declared.name));
            // SAFETY: as above.
            unsafe { fields(desc, slot, variant, " ", depth, start, out) };
            out.push(')');
        }
        return;
    }
    out.push_str(&decl.path);
    out.push('{');
    let layout = &desc.variants()[0].fields;
    parts(
        declared.fields.iter().zip(layout).enumerate(),
        ", ",
        start,
        out,
        |(index, (name, part)), out| {
            out.push_str(&format!("{}: ", name.name));
            if name.restricted {
                out.push_str("<restricted>");
            } else {
                // SAFETY: as above.
                unsafe { value(part, field(slot, index as u32), depth - 1, out) };
            }
        },
    );
    out.push('}');
}

#[cfg(test)]
mod tests {
    use super::show_within;
    use crate::desc::{Repr, scalar};
    use crate::text::make_string;
    use crate::value::Value;

    #[test]
    fn what_would_be_too_long_is_not_begun() {
        // SAFETY: a string is a value of its type.
        let value = unsafe { Value::from_slot(scalar(Repr::Str), make_string("a\nb\u{1}")) };
        // SAFETY: the value is alive.
        let shown = |limit| unsafe { show_within(scalar(Repr::Str), value.slot(), limit) };
        assert_eq!(shown(12).as_deref(), Some("\"a\\nb\\u0001\""));
        assert_eq!(shown(11), None);
    }
}
