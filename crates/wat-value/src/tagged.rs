//! Pure natives for callers without static types: values that say what they are, turned into slots and back.

use std::sync::Arc;

use wat_ir::{Ty, TypeDecl};

use crate::boxed::{any, form, make_any, make_form, make_holon};
use crate::cells::{field, make_variant, variant_of};
use crate::desc::{Declarations, Desc, HOLON, Repr, TypeTable};
use crate::heap::{Slot, immediate, release};
use crate::native::{Instance, Native, Trap};
use crate::syntax::Syntax;
use crate::text::{make_keyword, make_string, text};
use crate::{map, vector};

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
    /// Keys and values.
    Map(Vec<(Tagged, Tagged)>),
    /// The elements of a set.
    Set(Vec<Tagged>),
    /// A form.
    Form(Syntax),
    /// A holon, as the form that it lowers.
    Holon(Syntax),
    /// A function that the caller knows by a number. Natives can pass it on, and nothing else.
    Fn(u32),
}

/// What a value does not say of its type: an empty vector has elements of any type.
const OPEN: Ty = Ty::Param(0);

fn any_type() -> Ty {
    Ty::Nominal(Ty::ANY.into(), Arc::default())
}

impl Tagged {
    /// The type of the value. Parts that could have any type stay open, as a type parameter; parts of several types have
    /// the type of values whose type is known only at run time.
    pub fn ty(&self) -> Ty {
        let all = |items: &[Tagged]| items.iter().fold(OPEN, |ty, item| join(&ty, &item.ty()));
        match self {
            Tagged::Nil => Ty::Nil,
            Tagged::I64(_) => Ty::I64,
            Tagged::F64(_) => Ty::F64,
            Tagged::Bool(_) => Ty::Bool,
            Tagged::U8(_) => Ty::U8,
            Tagged::Str(_) => Ty::Str,
            Tagged::Keyword(_) => Ty::Keyword,
            Tagged::Vector(items) => Ty::Vector(all(items).into()),
            Tagged::Set(items) => Ty::HashSet(all(items).into()),
            Tagged::Map(entries) => {
                let open = (OPEN, OPEN);
                let (key, value) = entries.iter().fold(open, |(key, value), entry| {
                    (join(&key, &entry.0.ty()), join(&value, &entry.1.ty()))
                });
                Ty::HashMap(key.into(), value.into())
            }
            Tagged::Tuple(items) => Ty::Tuple(items.iter().map(Tagged::ty).collect()),
            Tagged::None => Ty::Option(OPEN.into()),
            Tagged::Some(value) => Ty::Option(value.ty().into()),
            Tagged::Ok(value) => Ty::Result(value.ty().into(), OPEN.into()),
            Tagged::Err(value) => Ty::Result(OPEN.into(), value.ty().into()),
            Tagged::Form(_) => Ty::form().clone(),
            Tagged::Holon(_) => Ty::Nominal(HOLON.into(), Arc::default()),
            Tagged::Fn(_) => Ty::Fn(Arc::default(), Ty::Nil.into()),
        }
    }
}

/// The type of values that have one type or the other.
pub fn join(a: &Ty, b: &Ty) -> Ty {
    let both = |a: &Arc<Ty>, b: &Arc<Ty>| Arc::new(join(a, b));
    match (a, b) {
        (Ty::Param(_), other) | (other, Ty::Param(_)) => other.clone(),
        (Ty::Vector(a), Ty::Vector(b)) => Ty::Vector(both(a, b)),
        (Ty::HashSet(a), Ty::HashSet(b)) => Ty::HashSet(both(a, b)),
        (Ty::Option(a), Ty::Option(b)) => Ty::Option(both(a, b)),
        (Ty::Result(a, x), Ty::Result(b, y)) => Ty::Result(both(a, b), both(x, y)),
        (Ty::HashMap(a, x), Ty::HashMap(b, y)) => Ty::HashMap(both(a, b), both(x, y)),
        (Ty::Tuple(a), Ty::Tuple(b)) if a.len() == b.len() => {
            Ty::Tuple(a.iter().zip(b.iter()).map(|(a, b)| join(a, b)).collect())
        }
        _ if a == b => a.clone(),
        _ => any_type(),
    }
}

struct NoDeclarations;

impl Declarations for NoDeclarations {
    fn type_decl(&self, _: &str) -> Option<Arc<TypeDecl>> {
        None
    }
}

thread_local! {
    /// Descriptors of the types that natives are called with: as many as there are such types.
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
        Ty::Vector(of) | Ty::Option(of) | Ty::HashSet(of) => is_plain(of),
        Ty::Result(a, b) | Ty::HashMap(a, b) => is_plain(a) && is_plain(b),
        Ty::Tuple(parts) => parts.iter().all(is_plain),
        Ty::Nominal(path, _) => [Ty::FORM, Ty::ANY, HOLON].contains(&&**path),
        Ty::Fn(..) | Ty::Param(_) => true,
    }
}

/// Calls a native with types for its type parameters, those of its parameters and of its result being closed by them. What
/// is still a type parameter is open: no value shows it. `None` if there are types that are not passed this way, or if an
/// argument is not of its parameter's type.
pub fn call_tagged(
    native: &Native,
    types: &[Ty],
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
    let types: Option<Box<[&'static Desc]>> = types.iter().map(desc).collect();
    let types = types?;
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
    let instance = Instance { types, ret };
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
        (Tagged::Set(items), Repr::HashSet) => {
            let keys = to_slots(items, |_| Some(desc.parts[0]))?;
            // SAFETY: the elements were made above, of this type, and nobody else has them.
            let put = |set, key| unsafe { map::insert(set, key, 0) };
            keys.into_iter().fold(map::empty(desc), put)
        }
        (Tagged::Map(entries), Repr::HashMap) => {
            let mut out = map::empty(desc);
            for (key, value) in entries {
                let made = to_slot(key, desc.parts[0]).and_then(|key| {
                    match to_slot(value, desc.parts[1]) {
                        Some(value) => Some((key, value)),
                        None => {
                            // SAFETY: the key was made above, of this type, and nobody else has it.
                            unsafe { drop_slot(key, desc.parts[0]) };
                            None
                        }
                    }
                });
                let Some((key, value)) = made else {
                    // SAFETY: so was the map.
                    unsafe { drop_slot(out, desc) };
                    return None;
                };
                // SAFETY: the map, the key and the value are ours.
                out = unsafe { map::insert(out, key, value) };
            }
            out
        }
        (Tagged::Form(form), Repr::Form) => make_form(form.clone()),
        (Tagged::Holon(form), Repr::Holon) => make_holon(form.clone()),
        (Tagged::Fn(number), Repr::Fn) => immediate(*number),
        (value, Repr::Any) => {
            let inner = self::desc(&value.ty())?;
            make_any(inner, to_slot(value, inner)?)
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
///
/// Types are nested a thousand levels deep at most, and so is the recursion.
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
            Repr::HashSet => {
                let keys = map::keys(slot).into_iter();
                Tagged::Set(keys.map(|key| from_slot(key, desc.parts[0])).collect())
            }
            Repr::HashMap => {
                let entry = |(key, value)| {
                    (
                        from_slot(key, desc.parts[0]),
                        from_slot(value, desc.parts[1]),
                    )
                };
                Tagged::Map(map::entries(slot).into_iter().map(entry).collect())
            }
            Repr::Form => Tagged::Form(form(slot).clone()),
            Repr::Holon => Tagged::Holon(form(slot).clone()),
            Repr::Fn => Tagged::Fn(variant_of(slot)),
            Repr::Any => {
                let (desc, slot) = any(slot);
                from_slot(slot, desc)
            }
            Repr::Nil | Repr::Duration | Repr::Nominal => Tagged::Nil,
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
