//! Pure natives for callers without static types: values that say what they are, turned into slots and back.

use std::sync::Arc;

use wat_ir::{Ty, TypeDecl};

use crate::cells::{field, make_variant, variant_of};
use crate::desc::{Declarations, Desc, Repr, TypeTable};
use crate::heap::{Slot, immediate, release};
use crate::native::{Instance, Native, Trap};
use crate::text::{make_keyword, make_string, text};
use crate::vector;

/// A value that carries its kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Tagged {
    /// The unit value.
    Nil,
    /// An integer.
    I64(i64),
    /// A float.
    F64(f64),
    /// A truth value.
    Bool(bool),
    /// A byte.
    U8(u8),
    /// A string.
    Str(Arc<str>),
    /// A keyword, with its leading colon.
    Keyword(Arc<str>),
    /// A vector.
    Vector(Vec<Tagged>),
    /// A tuple.
    Tuple(Vec<Tagged>),
    /// No value.
    None,
    /// A value.
    Some(Box<Tagged>),
    /// A success.
    Ok(Box<Tagged>),
    /// A failure.
    Err(Box<Tagged>),
}

struct NoDeclarations;

impl Declarations for NoDeclarations {
    fn type_decl(&self, _: &str) -> Option<Arc<TypeDecl>> {
        None
    }
}

thread_local! {
    /// Descriptors of the types that natives without type parameters are declared with: as many as there are such types.
    static TYPES: TypeTable = TypeTable::default();
}

fn desc(ty: &Ty) -> Option<&'static Desc> {
    TYPES
        .with(|types| types.desc(ty, &[], &NoDeclarations))
        .ok()
}

/// Can values of this type be passed?
fn is_plain(ty: &Ty) -> bool {
    match ty {
        Ty::I64 | Ty::F64 | Ty::Bool | Ty::U8 | Ty::Nil | Ty::Str | Ty::Keyword => true,
        Ty::Vector(of) | Ty::Option(of) => is_plain(of),
        Ty::Result(a, b) => is_plain(a) && is_plain(b),
        Ty::Tuple(parts) => parts.iter().all(is_plain),
        _ => false,
    }
}

/// Calls a native without type parameters. `None` if it has types that are not passed this way, or if an argument is not
/// of its parameter's type.
pub fn call_tagged(
    native: &Native,
    params: &[Ty],
    ret: &Ty,
    args: &[Tagged],
) -> Option<Result<Tagged, Box<Trap>>> {
    if params.len() != args.len() || !is_plain(ret) || !params.iter().all(is_plain) {
        return None;
    }
    let ret = desc(ret)?;
    let descs: Option<Vec<&'static Desc>> = params.iter().map(desc).collect();
    let descs = descs?;
    let mut slots: Vec<Slot> = Vec::with_capacity(args.len());
    for (arg, desc) in args.iter().zip(&descs) {
        match to_slot(arg, desc) {
            Some(slot) => slots.push(slot),
            None => {
                for (slot, desc) in slots.iter().zip(&descs) {
                    // SAFETY: the slots were made above, of these types, and nobody else has them.
                    unsafe { drop_slot(*slot, desc) };
                }
                return None;
            }
        }
    }
    let instance = Instance {
        types: Box::default(),
        ret,
    };
    // SAFETY: the slots are live values of the types that the native was declared with.
    let outcome = unsafe { (native.run)(&instance, &slots) };
    for (index, (slot, desc)) in slots.iter().zip(&descs).enumerate() {
        if !Native::owns(native.takes, index) {
            // SAFETY: a borrowed argument is still ours.
            unsafe { drop_slot(*slot, desc) };
        }
    }
    Some(outcome.map(|slot| {
        // SAFETY: the native returned a live value of its result type, which is dropped once it is read.
        unsafe {
            let value = from_slot(slot, ret);
            drop_slot(slot, ret);
            value
        }
    }))
}

/// # Safety
/// The slot holds a live value of the type whose reference the caller gives up.
unsafe fn drop_slot(slot: Slot, desc: &'static Desc) {
    if desc.is_pointer() {
        // SAFETY: the caller says so.
        unsafe { release(slot) };
    }
}

fn to_slot(value: &Tagged, desc: &'static Desc) -> Option<Slot> {
    Some(match (value, desc.repr) {
        (Tagged::Nil, Repr::Nil) => 0,
        (Tagged::I64(value), Repr::I64) => *value as u64,
        (Tagged::F64(value), Repr::F64) => value.to_bits(),
        (Tagged::Bool(value), Repr::Bool) => u64::from(*value),
        (Tagged::U8(value), Repr::U8) => u64::from(*value),
        (Tagged::Str(value), Repr::Str) => make_string(value),
        (Tagged::Keyword(value), Repr::Keyword) => make_keyword(value),
        (Tagged::Vector(items), Repr::Vector) => {
            let slots = to_slots(items, |_| Some(desc.parts[0]))?;
            vector::from_slots(desc, &slots)
        }
        (Tagged::Tuple(items), Repr::Tuple) if items.len() == desc.parts.len() => {
            let slots = to_slots(items, |index| desc.parts.get(index).copied())?;
            make_variant(desc, 0, &slots)
        }
        (Tagged::None, Repr::Option) => immediate(0),
        (Tagged::Some(value), Repr::Option) => {
            make_variant(desc, 1, &[to_slot(value, desc.parts[0])?])
        }
        (Tagged::Ok(value), Repr::Result) => {
            make_variant(desc, 0, &[to_slot(value, desc.parts[0])?])
        }
        (Tagged::Err(value), Repr::Result) => {
            make_variant(desc, 1, &[to_slot(value, desc.parts[1])?])
        }
        _ => return None,
    })
}

fn to_slots(items: &[Tagged], part: impl Fn(usize) -> Option<&'static Desc>) -> Option<Vec<Slot>> {
    let mut slots = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        match part(index).and_then(|desc| to_slot(item, desc)) {
            Some(slot) => slots.push(slot),
            None => {
                for (index, slot) in slots.into_iter().enumerate() {
                    if let Some(desc) = part(index) {
                        // SAFETY: the slot was made above, of this type, and nobody else has it.
                        unsafe { drop_slot(slot, desc) };
                    }
                }
                return None;
            }
        }
    }
    Some(slots)
}

/// # Safety
/// The slot holds a live value of the type, which is plain.
unsafe fn from_slot(slot: Slot, desc: &'static Desc) -> Tagged {
    // SAFETY: in every arm the descriptor says what the slot holds, as the caller promises.
    unsafe {
        match desc.repr {
            Repr::I64 => Tagged::I64(slot as i64),
            Repr::F64 => Tagged::F64(f64::from_bits(slot)),
            Repr::Bool => Tagged::Bool(slot != 0),
            Repr::U8 => Tagged::U8(slot as u8),
            Repr::Str => Tagged::Str(text(slot).into()),
            Repr::Keyword => Tagged::Keyword(text(slot).into()),
            Repr::Vector => {
                let items = vector::iter(slot).map(|item| from_slot(item, desc.parts[0]));
                Tagged::Vector(items.collect())
            }
            Repr::Tuple => {
                let part = |index: usize| from_slot(field(slot, index as u32), desc.parts[index]);
                Tagged::Tuple((0..desc.parts.len()).map(part).collect())
            }
            Repr::Option => match variant_of(slot) {
                0 => Tagged::None,
                _ => Tagged::Some(Box::new(from_slot(field(slot, 0), desc.parts[0]))),
            },
            Repr::Result => {
                let variant = variant_of(slot);
                let value = from_slot(field(slot, 0), desc.parts[variant as usize]);
                match variant {
                    0 => Tagged::Ok(Box::new(value)),
                    _ => Tagged::Err(Box::new(value)),
                }
            }
            _ => Tagged::Nil,
        }
    }
}

/// The pure native of a path: what it returns depends on its arguments alone, and it does nothing else.
pub fn pure_native(path: &str) -> Option<&'static Native> {
    use once_cell::race::OnceBox;
    use std::collections::HashMap;
    static TABLE: OnceBox<HashMap<&'static str, &'static Native>> = OnceBox::new();
    TABLE
        .get_or_init(|| {
            let declared = crate::NATIVES.iter();
            let named = declared.filter(|native| native.name.starts_with(':'));
            Box::new(named.map(|native| (native.name, native)).collect())
        })
        .get(path)
        .copied()
}
