//! Equality, order and canonical order, in one walk with its own stack.
//!
//! Both sides have one static type; kinds differ only where that type leaves them to the value. The three relations differ in how they treat floats:
//! NaN is unequal to itself and unordered for `=` and `<`, but equal to itself and last in the canonical order (X10),
//! which is a total order and also decides key equality.

mod rank;

use crate::boxed::{any, form};
use crate::cells::{field, variant_of};
use crate::desc::{Desc, Repr, VariantLayout};
use crate::heap::Slot;
use crate::syntax::Syntax;
use crate::text::text;
use crate::{map, vector};
use std::cmp::Ordering;

/// Which relation.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// `None` for "unordered".
    Natural,
    /// Total.
    Canonical,
}

/// A pair of composite values whose parts are compared one after the other.
enum Frame {
    Fields {
        a: Slot,
        b: Slot,
        layout: &'static VariantLayout,
        next: usize,
    },
    Elements {
        a: Slot,
        b: Slot,
        desc: &'static Desc,
        next: usize,
    },
    Entries {
        a: Vec<Slot>,
        b: Vec<Slot>,
        descs: [&'static Desc; 2],
        next: usize,
    },
}

/// `=`: structural equality; NaN is not equal to itself.
///
/// # Safety
/// Both slots hold live values of the type.
pub unsafe fn equal(desc: &'static Desc, a: Slot, b: Slot) -> bool {
    // SAFETY: the caller says so.
    unsafe { walk(desc, a, b, Mode::Natural, true) == Some(Ordering::Equal) }
}

/// `<`: nothing if a NaN makes the values unordered.
///
/// # Safety
/// Both slots hold live values of the type.
pub unsafe fn order(desc: &'static Desc, a: Slot, b: Slot) -> Option<Ordering> {
    // SAFETY: the caller says so.
    unsafe { walk(desc, a, b, Mode::Natural, false) }
}

/// The canonical order of X10.
///
/// # Safety
/// Both slots hold live values of the type.
pub unsafe fn canonical(desc: &'static Desc, a: Slot, b: Slot) -> Ordering {
    // SAFETY: the caller says so. The canonical order is total.
    unsafe { walk(desc, a, b, Mode::Canonical, false).unwrap_or(Ordering::Equal) }
}

/// The canonical order of floats: zeros are equal, and NaN is equal to itself and last.
pub fn canonical_floats(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b)
        .unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

/// The canonical order of forms: by their canonical bytes.
pub fn canonical_forms(a: &Syntax, b: &Syntax) -> Ordering {
    let bytes = |form: &Syntax| form.canonical_bytes().unwrap_or_default();
    bytes(a)
        .cmp(&bytes(b))
        .then_with(|| a.to_bytes().cmp(&b.to_bytes()))
}

unsafe fn walk(
    desc: &'static Desc,
    a: Slot,
    b: Slot,
    mode: Mode,
    equality: bool,
) -> Option<Ordering> {
    let mut walk = Walk {
        frames: Vec::new(),
        mode,
        equality,
    };
    // SAFETY: the caller says that the values are alive; parts of live values are live.
    unsafe {
        let first = walk.value(desc, a, b);
        if first != Some(Ordering::Equal) {
            return first;
        }
        while let Some(frame) = walk.frames.last_mut() {
            let result = match step(frame) {
                Step::Pair(desc, a, b) => walk.value(desc, a, b),
                Step::End(ordering) => {
                    walk.frames.pop();
                    Some(ordering)
                }
            };
            if result != Some(Ordering::Equal) {
                return result;
            }
        }
    }
    Some(Ordering::Equal)
}

enum Step {
    Pair(&'static Desc, Slot, Slot),
    End(Ordering),
}

unsafe fn step(frame: &mut Frame) -> Step {
    match frame {
        Frame::Fields { a, b, layout, next } => match layout.fields.get(*next) {
            Some(desc) => {
                *next += 1;
                let index = *next as u32 - 1;
                // SAFETY: both values have the fields of their variant.
                unsafe { Step::Pair(desc, field(*a, index), field(*b, index)) }
            }
            None => Step::End(Ordering::Equal),
        },
        Frame::Elements { a, b, desc, next } => {
            // SAFETY: the frame holds live vectors.
            let (left, right) = unsafe { (vector::len(*a), vector::len(*b)) };
            if *next >= left.min(right) {
                return Step::End(left.cmp(&right));
            }
            *next += 1;
            // SAFETY: the index is below both lengths.
            unsafe { Step::Pair(desc, vector::get(*a, *next - 1), vector::get(*b, *next - 1)) }
        }
        Frame::Entries { a, b, descs, next } => {
            *next += 1;
            match (a.get(*next - 1), b.get(*next - 1)) {
                (Some(a), Some(b)) => Step::Pair(descs[(*next - 1) % 2], *a, *b),
                _ => Step::End(a.len().cmp(&b.len())),
            }
        }
    }
}

fn is_nan(desc: &Desc, slot: Slot) -> bool {
    desc.repr == Repr::F64 && f64::from_bits(slot).is_nan()
}

struct Walk {
    frames: Vec<Frame>,
    mode: Mode,
    equality: bool,
}

impl Walk {
    unsafe fn value(&mut self, desc: &'static Desc, a: Slot, b: Slot) -> Option<Ordering> {
        // SAFETY: the caller says that both are live values of the type.
        unsafe {
            // One object is equal to itself, unless it may hold a NaN.
            if a == b
                && desc.is_pointer()
                && (self.mode == Mode::Canonical || !desc.may_hold_floats())
            {
                return Some(Ordering::Equal);
            }
            match desc.repr {
                Repr::Nil => Some(Ordering::Equal),
                Repr::I64 | Repr::Duration => Some((a as i64).cmp(&(b as i64))),
                Repr::Bool | Repr::U8 => Some(a.cmp(&b)),
                Repr::F64 => self.float(f64::from_bits(a), f64::from_bits(b)),
                Repr::Str | Repr::Keyword => Some(if a == b {
                    Ordering::Equal
                } else {
                    text(a).cmp(text(b))
                }),
                Repr::Vector => {
                    let (left, right) = (vector::len(a), vector::len(b));
                    if self.equality && left != right {
                        return Some(left.cmp(&right));
                    }
                    self.frames.push(Frame::Elements {
                        a,
                        b,
                        desc: desc.parts[0],
                        next: 0,
                    });
                    Some(Ordering::Equal)
                }
                Repr::HashSet | Repr::HashMap => {
                    if self.equality && map::len(a) != map::len(b) {
                        return Some(map::len(a).cmp(&map::len(b)));
                    }
                    let descs = [desc.parts[0], *desc.parts.last().unwrap_or(&desc.parts[0])];
                    let flat = |slot| match desc.repr {
                        Repr::HashSet => map::keys(slot),
                        _ => map::entries(slot)
                            .into_iter()
                            .flat_map(|(key, value)| [key, value])
                            .collect(),
                    };
                    self.frames.push(Frame::Entries {
                        a: flat(a),
                        b: flat(b),
                        descs,
                        next: 0,
                    });
                    Some(Ordering::Equal)
                }
                Repr::Form | Repr::Holon => Some(self.forms(form(a), form(b))),
                Repr::Any => {
                    let ((left, a), (right, b)) = (any(a), any(b));
                    if left.ty == right.ty {
                        return self.value(left, a, b);
                    }
                    match self.mode {
                        Mode::Natural if is_nan(left, a) || is_nan(right, b) => None,
                        _ => Some(rank::compare((left, a), (right, b))),
                    }
                }
                // Functions are not comparable; the checker refuses to compare them.
                Repr::Fn => Some(a.cmp(&b)),
                Repr::Option | Repr::Result | Repr::Tuple | Repr::Nominal => {
                    self.variants(desc, a, b)
                }
            }
        }
    }

    /// By the canonical bytes; for equality, forms that differ only in their scopes are not equal.
    fn forms(&self, a: &Syntax, b: &Syntax) -> Ordering {
        if a == b {
            return Ordering::Equal;
        }
        match self.equality {
            true => Ordering::Less,
            false => canonical_forms(a, b),
        }
    }

    fn float(&self, a: f64, b: f64) -> Option<Ordering> {
        match self.mode {
            Mode::Canonical => Some(canonical_floats(a, b)),
            Mode::Natural => a.partial_cmp(&b),
        }
    }

    unsafe fn variants(&mut self, desc: &'static Desc, a: Slot, b: Slot) -> Option<Ordering> {
        // SAFETY: the caller says that both are live values of the type.
        let (left, right) = unsafe { (variant_of(a), variant_of(b)) };
        if left != right {
            // Every `Err` comes before every `Ok`; otherwise the declaration decides.
            return Some(if desc.repr == Repr::Result {
                right.cmp(&left)
            } else {
                left.cmp(&right)
            });
        }
        if let Some(layout) = desc
            .variants()
            .get(left as usize)
            .filter(|layout| !layout.fields.is_empty())
        {
            self.frames.push(Frame::Fields {
                a,
                b,
                layout,
                next: 0,
            });
        }
        Some(Ordering::Equal)
    }
}
