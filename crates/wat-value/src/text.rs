//! Strings and keywords: a length in bytes and UTF-8, with room to grow so that appending in a loop is not quadratic.

use crate::desc::{Desc, Repr, scalar};
use crate::heap::{Header, Kind, Object, Slot, allocate, immortalise, is_unique, release};

#[repr(C)]
pub(crate) struct Text {
    header: Header,
    len: usize,
    capacity: usize,
}

const BYTES: usize = size_of::<Text>();

/// Bytes of the object.
///
/// # Safety
/// `object` is a live text.
pub(crate) unsafe fn size(object: Object) -> usize {
    // SAFETY: the caller says so.
    BYTES + unsafe { (*object.cast::<Text>()).capacity }
}

fn allocate_text(desc: &'static Desc, len: usize, capacity: usize) -> Object {
    let object = allocate(BYTES + capacity, Kind::Text, 0, desc);
    let text = object.cast::<Text>();
    // SAFETY: the object has room for the two words and is ours alone.
    unsafe {
        (&raw mut (*text).len).write(len);
        (&raw mut (*text).capacity).write(capacity);
    }
    object
}

fn make(desc: &'static Desc, value: &str) -> Slot {
    let object = allocate_text(desc, value.len(), value.len());
    // SAFETY: the object has room for the bytes and is ours alone.
    unsafe {
        std::ptr::copy_nonoverlapping(value.as_ptr(), object.cast::<u8>().add(BYTES), value.len())
    };
    object as Slot
}

/// A string.
pub fn make_string(value: &str) -> Slot {
    make(scalar(Repr::Str), value)
}

/// A keyword, with its leading colon.
pub fn make_keyword(value: &str) -> Slot {
    make(scalar(Repr::Keyword), value)
}

/// A string or keyword (by its descriptor) that is never freed.
pub fn make_constant_text(desc: &'static Desc, value: &str) -> Slot {
    let slot = make(desc, value);
    // SAFETY: it was just made.
    unsafe { immortalise(slot as Object) };
    slot
}

/// The text of a string or keyword.
///
/// # Safety
/// The slot holds a live text, and the result is not used after it dies or is appended to.
#[inline]
pub unsafe fn text<'t>(slot: Slot) -> &'t str {
    let text = slot as *const Text;
    // SAFETY: the bytes behind the object were written from a `str`.
    unsafe {
        let bytes = std::slice::from_raw_parts(text.cast::<u8>().add(BYTES), (*text).len);
        std::str::from_utf8_unchecked(bytes)
    }
}

/// Appends in place if the string is not shared and has room, else copies it: with room for as much again if it was
/// not shared.
/// Takes the reference and returns the result.
///
/// # Safety
/// The slot holds a live string whose reference the caller gives up. `tail` is a part of it only if somebody else
/// holds another reference.
pub unsafe fn append(slot: Slot, tail: &str) -> Slot {
    // SAFETY: the caller says the slot is alive; an in-place write needs room and a single reference, both checked.
    unsafe {
        let object = slot as *mut Text;
        let len = (*object).len;
        let total = len + tail.len();
        if is_unique(slot as Object) && total <= (*object).capacity {
            std::ptr::copy_nonoverlapping(
                tail.as_ptr(),
                object.cast::<u8>().add(BYTES + len),
                tail.len(),
            );
            (*object).len = total;
            return slot;
        }
        // Who appends to a string of their own will do so again.
        let room = if is_unique(slot as Object) {
            total.saturating_mul(2).max(32)
        } else {
            total
        };
        let grown = allocate_text((*object).header.desc, total, room);
        let bytes = grown.cast::<u8>().add(BYTES);
        std::ptr::copy_nonoverlapping(object.cast::<u8>().add(BYTES), bytes, len);
        std::ptr::copy_nonoverlapping(tail.as_ptr(), bytes.add(len), tail.len());
        release(slot);
        grown as Slot
    }
}

/// Whether a text is that of a keyword, with its colon: what the reader takes as one (chapter 01).
pub(crate) fn is_keyword(text: &str) -> bool {
    // What has a plain notation needs no reader.
    if wat_edn::write_keyword_plain(text, &mut String::new()) {
        return true;
    }
    let only = crate::syntax::only_form(text);
    matches!(
        only.as_ref().map(crate::syntax::Syntax::shape),
        Ok(crate::syntax::Shape::Keyword(read)) if **read == *text
    )
}

/// The start of a text, for messages.
pub(crate) fn shortened(text: &str) -> String {
    const CHARS: usize = 100;
    match text.char_indices().nth(CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
