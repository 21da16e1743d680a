//! A value with its type, for those who hold values outside the machine.

use crate::compare::equal;
use crate::desc::Desc;
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
