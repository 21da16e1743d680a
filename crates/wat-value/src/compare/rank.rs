//! The canonical order of values of different types (X10): by the rank of their kind, and numbers by their value.
//!
//! Such values meet where only the document says what they are. There the parts of all vectors, maps and so on have one
//! type, so that values of one composite kind and different types are those of different declarations.

use crate::cells::variant_of;
use crate::desc::{Desc, Repr};
use crate::heap::Slot;
use crate::plain::{INSTANT, UUID};
use std::cmp::Ordering;
use wat_edn::{Edn, compare as compare_edn};
use wat_ir::Ty;

/// Compares two live values of different types.
///
/// # Safety
/// Both slots hold live values of their types.
pub(super) unsafe fn compare(a: (&Desc, Slot), b: (&Desc, Slot)) -> Ordering {
    // SAFETY: the caller says so.
    let ranks = unsafe { (rank(a.0, a.1), rank(b.0, b.1)) };
    let by_rank = ranks.0.cmp(&ranks.1);
    if by_rank.is_ne() {
        return by_rank;
    }
    match (number(a), number(b)) {
        // An `i64` comes before a `u8` of the same value, which comes before the `f64`.
        (Some(x), Some(y)) => {
            let is_byte = |desc: &Desc| desc.repr == Repr::U8;
            compare_edn(&x, &y).then_with(|| is_byte(a.0).cmp(&is_byte(b.0)))
        }
        // `nil` and `None` are one value.
        _ if ranks.0 == 0 => Ordering::Equal,
        _ => path(a.0).cmp(path(b.0)).then_with(|| a.0.ty.cmp(&b.0.ty)),
    }
}

unsafe fn rank(desc: &Desc, slot: Slot) -> u8 {
    match desc.repr {
        Repr::Nil => 0,
        Repr::Bool => 1,
        Repr::I64 | Repr::U8 | Repr::F64 => 2,
        Repr::Str => 3,
        Repr::Keyword => 4,
        Repr::Nominal if path(desc) == UUID => 5,
        Repr::Nominal if path(desc) == INSTANT => 6,
        Repr::Duration => 7,
        Repr::Vector | Repr::Tuple => 8,
        Repr::HashSet => 9,
        Repr::HashMap => 10,
        // SAFETY: the caller says that the slot holds a live option.
        Repr::Option if unsafe { variant_of(slot) } == 0 => 0,
        Repr::Option => 11,
        Repr::Result => 12,
        Repr::Nominal => 13,
        Repr::Form => 14,
        Repr::Holon => 15,
        Repr::Fn | Repr::Any => 17,
    }
}

fn path(desc: &Desc) -> &str {
    match &desc.ty {
        Ty::Nominal(path, _) => path,
        _ => "",
    }
}

fn number((desc, slot): (&Desc, Slot)) -> Option<Edn> {
    match desc.repr {
        Repr::I64 | Repr::U8 => Some(Edn::Int(slot as i64)),
        Repr::F64 => Some(Edn::Float(f64::from_bits(slot))),
        _ => None,
    }
}
