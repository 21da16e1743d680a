//! Tuples, structs, variants and closures: a header and one slot per field.

use crate::desc::Desc;
use crate::heap::{Header, Kind, Object, Slot, allocate, immediate, immortalise};

/// Bytes before the first field.
pub(crate) const FIELDS: usize = size_of::<Header>();

/// Bytes of an object with this many fields.
pub(crate) fn cells_size(fields: usize) -> usize {
    FIELDS + 8 * fields
}

/// Where the fields are.
///
/// # Safety
/// `slot` is a live object of kind cells or closure.
#[inline(always)]
pub(crate) unsafe fn fields(slot: Slot) -> *mut Slot {
    // SAFETY: such an object has its fields behind the header.
    unsafe { (slot as *mut u8).add(FIELDS).cast() }
}

/// A variant of a tuple, `Option`, `Result` or declared type. Takes the references in `values`.
pub fn make_variant(desc: &'static Desc, variant: u32, values: &[Slot]) -> Slot {
    if values.is_empty() {
        return immediate(variant);
    }
    let object = allocate(cells_size(values.len()), Kind::Cells, variant as u16, desc);
    // SAFETY: the object has room for the fields and is ours alone.
    unsafe { std::ptr::copy_nonoverlapping(values.as_ptr(), fields(object as Slot), values.len()) };
    object as Slot
}

/// The variant of a slot whose type has variants.
///
/// # Safety
/// The slot is of such a type and alive.
#[inline(always)]
pub unsafe fn variant_of(slot: Slot) -> u32 {
    if slot & 1 == 1 {
        (slot >> 1) as u32
    } else {
        // SAFETY: an even slot is a live object.
        u32::from(unsafe { (*(slot as Object)).variant })
    }
}

/// A field, borrowed.
///
/// # Safety
/// The slot holds a live object with more than `index` fields (captures count from 1: field 0 of a closure is code).
#[inline(always)]
pub unsafe fn field(slot: Slot, index: u32) -> Slot {
    // SAFETY: the caller says the field is there.
    unsafe { *fields(slot).add(index as usize) }
}

/// A closure: an index of code, and captures whose references it takes.
pub fn make_closure(desc: &'static Desc, code: u32, captures: &[Slot]) -> Slot {
    let object = allocate(cells_size(captures.len() + 1), Kind::Closure, 0, desc);
    // SAFETY: the object has room for the code and the captures and is ours alone.
    unsafe {
        let to = fields(object as Slot);
        *to = u64::from(code) << 1 | u64::from(!captures.is_empty());
        std::ptr::copy_nonoverlapping(captures.as_ptr(), to.add(1), captures.len());
    }
    object as Slot
}

/// A closure without captures that is never freed.
pub fn make_constant_closure(desc: &'static Desc, code: u32) -> Slot {
    let slot = make_closure(desc, code, &[]);
    // SAFETY: it was just made.
    unsafe { immortalise(slot as Object) };
    slot
}

/// The code index of a closure, and whether it has captures.
///
/// # Safety
/// The slot holds a live closure.
#[inline(always)]
pub unsafe fn closure_code(slot: Slot) -> (u32, bool) {
    // SAFETY: field 0 of a closure is its code.
    let word = unsafe { *fields(slot) };
    ((word >> 1) as u32, word & 1 == 1)
}

/// The type of a closure.
///
/// # Safety
/// The slot holds a live closure.
pub unsafe fn closure_type(slot: Slot) -> &'static Desc {
    // SAFETY: the header of an object has its descriptor.
    unsafe { (*(slot as Object)).desc }
}
