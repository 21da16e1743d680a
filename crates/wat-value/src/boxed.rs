//! Objects that hold a value of Rust: a form, a holon, a value whose type is known only at run time, or something that
//! only natives look into.

use crate::desc::{Desc, Repr, scalar};
use crate::heap::{Header, Kind, Object, Slot, allocate, free, immortalise};
use crate::syntax::Syntax;
use std::any::Any;

/// Something behind a handle: an end of a channel, a stream, a thread. It is released when its last handle is.
pub trait Opaque: Any + Send + Sync {
    /// Ends it. Whatever values it holds are given to `part`, with the references to them, and not released here, so
    /// that a chain of any length costs no Rust stack.
    fn release(self: Box<Self>, part: &mut dyn FnMut(&'static Desc, Slot)) {
        let _ = part;
        drop(self);
    }
}

#[repr(C)]
struct Boxed<T> {
    header: Header,
    value: T,
}

/// A value with its type.
#[derive(Clone, Copy)]
struct Typed {
    desc: &'static Desc,
    slot: Slot,
}

fn make<T>(kind: Kind, desc: &'static Desc, value: T) -> Slot {
    let object = allocate(size_of::<Boxed<T>>(), kind, 0, desc);
    // SAFETY: the object has room for the value and is ours alone.
    unsafe { (&raw mut (*object.cast::<Boxed<T>>()).value).write(value) };
    object as Slot
}

/// A form.
pub fn make_form(form: Syntax) -> Slot {
    make(Kind::Form, scalar(Repr::Form), form)
}

/// A form that is never freed.
pub fn make_constant_form(form: Syntax) -> Slot {
    let slot = make_form(form);
    // SAFETY: it was just made.
    unsafe { immortalise(slot as Object) };
    slot
}

/// A holon that is made of leaves and bundles, as the form that it lowers: symbols and keywords stand for symbols,
/// lists for bundles.
pub fn make_holon(form: Syntax) -> Slot {
    make(Kind::Form, scalar(Repr::Holon), form)
}

/// The form of a form or holon.
///
/// # Safety
/// The slot holds a live form or holon, and the result is not used after it dies.
pub unsafe fn form<'f>(slot: Slot) -> &'f Syntax {
    // SAFETY: the caller says so.
    unsafe { &(*(slot as *const Boxed<Syntax>)).value }
}

/// A value whose type is known only at run time. Takes the reference.
pub fn make_any(desc: &'static Desc, slot: Slot) -> Slot {
    make(Kind::Any, scalar(Repr::Any), Typed { desc, slot })
}

/// The type and the value, borrowed, of a value whose type is known only at run time.
///
/// # Safety
/// The slot holds such a value, alive.
pub unsafe fn any(slot: Slot) -> (&'static Desc, Slot) {
    // SAFETY: the caller says so.
    let Typed { desc, slot } = unsafe { (*(slot as *const Boxed<Typed>)).value };
    (desc, slot)
}

/// A handle.
pub fn make_opaque(desc: &'static Desc, value: Box<dyn Opaque>) -> Slot {
    make(Kind::Opaque, desc, value)
}

/// What a handle stands for; `None` if it is something else.
///
/// # Safety
/// The slot is of a type of handles and alive, and the result is not used after it dies.
pub unsafe fn opaque<'o, T: Opaque>(slot: Slot) -> Option<&'o T> {
    if !crate::heap::is_object(slot) {
        return None;
    }
    // SAFETY: the caller says so; the kind says what the object holds.
    unsafe {
        if (*(slot as Object)).kind != Kind::Opaque {
            return None;
        }
        let value: &dyn Any = &*(*(slot as *const Boxed<Box<dyn Opaque>>)).value;
        value.downcast_ref()
    }
}

/// Calls `part` for what an object holds, then frees it.
///
/// # Safety
/// `object` is of kind form, any or opaque, and nothing refers to it any more.
pub(crate) unsafe fn dismantle(object: Object, part: &mut impl FnMut(Slot)) {
    // SAFETY: the kind says what the object holds; it is read for the last time.
    unsafe {
        if (*object).kind == Kind::Any {
            let (desc, slot) = any(object as Slot);
            if desc.is_pointer() {
                part(slot);
            }
            free(object, size_of::<Boxed<Typed>>());
        } else if (*object).kind == Kind::Opaque {
            let value = (&raw const (*object.cast::<Boxed<Box<dyn Opaque>>>()).value).read();
            free(object, size_of::<Boxed<Box<dyn Opaque>>>());
            value.release(&mut |desc, slot| {
                if desc.is_pointer() {
                    part(slot);
                }
            });
        } else {
            std::ptr::drop_in_place(&raw mut (*object.cast::<Boxed<Syntax>>()).value);
            free(object, size_of::<Boxed<Syntax>>());
        }
    }
}
