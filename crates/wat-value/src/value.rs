//! A value with its type, for those who hold values outside the machine.

use crate::cells::{field, variant_of};
use crate::compare::equal;
use crate::desc::{Desc, Repr};
use crate::heap::{Slot, release, retain};
use crate::print::render;
use wat_edn::Layout;
use wat_ir::Ty;

/// An owned value.
pub struct Value {
    desc: &'static Desc,
    slot: Slot,
}

impl Value {
    /// Takes the reference in a slot.
    ///
    /// # Safety
    /// The slot holds a live value of the type, and the caller gives its reference up.
    pub unsafe fn from_slot(desc: &'static Desc, slot: Slot) -> Value {
        Value { desc, slot }
    }

    /// Gives the reference up.
    pub fn into_slot(self) -> (&'static Desc, Slot) {
        let parts = (self.desc, self.slot);
        std::mem::forget(self);
        parts
    }

    /// The slot, borrowed.
    pub fn slot(&self) -> Slot {
        self.slot
    }

    /// The descriptor of its type.
    pub fn desc(&self) -> &'static Desc {
        self.desc
    }

    /// Its type.
    pub fn ty(&self) -> &Ty {
        &self.desc.ty
    }

    /// Whether it is a struct whose field at this index is `None`.
    #[inline]
    pub fn has_none_at(&self, index: usize) -> bool {
        let fields = self.desc.variants().first().map(|it| &it.fields);
        let part = fields.and_then(|fields| fields.get(index));
        let is_option = part.is_some_and(|part| part.repr == Repr::Option);
        // SAFETY: the value is alive; what has fields is an object, and a slot of an option has a variant.
        is_option
            && self.desc.repr == Repr::Nominal
            && self.desc.variants().len() == 1
            && unsafe { variant_of(field(self.slot, index as u32)) } == 0
    }

    /// Its external representation on one line.
    pub fn render(&self) -> String {
        // SAFETY: the value is alive.
        unsafe { render(self.desc, self.slot, Layout::Compact) }
    }

    /// Its external representation in the pretty layout.
    pub fn render_pretty(&self) -> String {
        // SAFETY: the value is alive.
        unsafe { render(self.desc, self.slot, Layout::Pretty) }
    }
}

impl Clone for Value {
    fn clone(&self) -> Value {
        if self.desc.is_pointer() {
            // SAFETY: the value is alive.
            unsafe { retain(self.slot) };
        }
        Value {
            desc: self.desc,
            slot: self.slot,
        }
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        if self.desc.is_pointer() {
            // SAFETY: the value is alive and gives its reference up.
            unsafe { release(self.slot) };
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Value) -> bool {
        // SAFETY: both are alive and of one type.
        std::ptr::eq(self.desc, other.desc) && unsafe { equal(self.desc, self.slot, other.slot) }
    }
}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.render())
    }
}
