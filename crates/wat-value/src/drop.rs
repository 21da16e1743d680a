//! Freeing: a work list of objects whose last reference is gone, so that depth costs no Rust stack.

use crate::cells::{cells_size, fields};
use crate::heap::{Kind, Object, Slot, decrement, free, is_object};
use crate::{boxed, map, text, vector};

/// Frees an object without references, and whatever only it held.
///
/// # Safety
/// Nothing refers to `object` any more.
#[cold]
#[inline(never)]
pub(crate) unsafe fn destroy(object: Object) {
    let mut dead: Vec<Object> = Vec::new();
    let mut next = Some(object);
    while let Some(object) = next {
        // SAFETY: every object on the list has lost its last reference; its parts are released exactly once, here.
        unsafe { parts(object, &mut |slot| drop_part(slot, &mut dead)) };
        next = dead.pop();
    }
}

unsafe fn drop_part(slot: Slot, dead: &mut Vec<Object>) {
    // SAFETY: a part is a live value whose reference its dead owner gives up.
    if is_object(slot) && unsafe { decrement(slot as Object) } {
        dead.push(slot as Object);
    }
}

/// Calls `part` for every reference an object holds, then frees its memory.
unsafe fn parts(object: Object, part: &mut impl FnMut(Slot)) {
    // SAFETY: kind and descriptor say what the object is made of; memory is freed after its last reading.
    unsafe {
        match (*object).kind {
            Kind::Cells => {
                let layout = &(*object).desc.variants()[usize::from((*object).variant)];
                for &index in &layout.pointers {
                    part(*fields(object as Slot).add(index as usize));
                }
                free(object, cells_size(layout.fields.len()));
            }
            Kind::Closure => {
                let captures = (*object).desc.variants().first();
                for &index in captures.map_or(&[][..], |layout| &layout.pointers) {
                    part(*fields(object as Slot).add(index as usize + 1));
                }
                free(
                    object,
                    cells_size(captures.map_or(0, |layout| layout.fields.len()) + 1),
                );
            }
            Kind::Text => free(object, text::size(object)),
            Kind::Form | Kind::Any | Kind::Opaque => boxed::dismantle(object, part),
            Kind::Map | Kind::MapNode => map::dismantle(object, part),
            Kind::Vector | Kind::Branch | Kind::Leaf => vector::dismantle(object, part),
        }
    }
}
